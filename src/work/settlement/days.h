/*
 * Days of a month as letters, one a day, and what they come to.
 *
 *	T  present              P  absent with a reason, paid as far as the rule goes
 *	H  absent, not paid     -  Saturday, Sunday, public holiday
 *	.  not on the service
 *
 * T, P and H stand on working days on which somebody is on the service. A provider may say T or P
 * of another day; that is a proposal and is not counted until an official takes it over.
 */
#ifndef HOOL_WORK_SETTLEMENT_DAYS_H
#define HOOL_WORK_SETTLEMENT_DAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define DAYS_MAX 31

/* A quantity in hundredths and a sum in cents. */
struct amount {
	int64_t quantity, cents;
};

/* n * times / by, halves away from zero; `by` is above zero and the product must fit. */
int64_t days_share(int64_t n, int64_t times, int64_t by);
/* A month with nobody on the service: '-' on its days off, '.' on its working days. */
const char *days_blank(struct arena *a, int32_t month);
/* Is it one of the letters for each day of the month? */
bool days_valid(const char *days, int32_t month);
/* Days with one of these letters. */
int days_count(const char *days, const char *letters);
bool days_is_service(char letter); /* T, P or H */
/* The days that count when the provider says `said` (NULL: nothing) of our `days`. */
const char *days_merge(struct arena *a, const char *days, const char *said);
/* What of `said` differs from `days`; NULL if nothing does. */
const char *days_proposal(struct arena *a, const char *days, const char *said);
/*
 * What the days come to by a price per day or per month. A month's price is shared by its working
 * days. At most `paid_absences` of the P count.
 */
struct amount days_amount(const char *days, bool by_month, int64_t price_cents, int paid_absences);

#endif
