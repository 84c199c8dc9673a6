/*
 * What the tests of settlement begin with: a board, a provider with a contract for a service in two
 * stages at 22.00 and 20.50 a day, and the steps of a month. Each fails its test if it cannot.
 */
#ifndef HOOL_WORK_SETTLEMENT_HOUSE_TEST_H
#define HOOL_WORK_SETTLEMENT_HOUSE_TEST_H

#include "base/civil.h"
#include "core/test_world.h"
#include "work/settlement/invoice.h"

#define MARCH civil_day(2026, 3, 1)
#define APRIL civil_day(2026, 4, 1)
#define PROVIDER_IBAN "EE382200221020145685"
#define BOARD_IBAN "EE471000001020145685"

struct house {
	struct test *t;
	struct ctx *cx;
	int64_t board, provider, other, service, stage1, stage2, contract, site, price1, price2;
	int people;
};

/* Refused, and with these words. */
#define REFUSED(want, with, call)                     \
	do {                                          \
		EXPECT_INT((want), (call));           \
		EXPECT_TEXT((with), t->cx.error.key); \
		ctx_forgive(&t->cx);                  \
	} while (0)

/* Make it all anew; acts as the program itself. */
void house_begin(struct test *t, struct house *h);
/* A service; a price of a stage of the house's service. */
int64_t house_service(struct house *h, const char *code, const char *unit);
int64_t house_price(struct house *h, int64_t stage_id, int64_t cents, int32_t from, int32_t known);
/* Somebody new on the service in a stage (0: none); open if `to` is CIVIL_NONE. */
int64_t house_placement(struct house *h, int64_t stage_id, int32_t from, int32_t to);

/* Make the month's reports; gives that of the house's contract. */
int64_t house_made(struct house *h, int32_t month);
/* An integer by SQL with one argument, and two that are often asked. */
int64_t house_count(struct house *h, const char *sql, int64_t id);
#define LINES "SELECT count(*) FROM claim_line WHERE claim = ?1 AND sys_deleted = 0"
#define OPEN "SELECT count(*) FROM difference WHERE claim = ?1 AND sys_state = 'open'"
/* The report's total; its line for a placement. */
int64_t house_total(struct house *h, int64_t claim);
struct record *house_line_of(struct house *h, int64_t claim, int64_t placement_id);
/* Write down what the provider says of a line's days. */
void house_say(struct house *h, int64_t line, const char *days);
/* Act for the provider; confirm a report. */
void house_as_provider(struct house *h);
void house_confirm(struct house *h, int64_t claim);

/* The invoice of a report as its provider would send it, spoiled on the way (NULL: not). */
typedef void spoil_fn(struct einvoice *inv);
struct invoice_file
house_invoice_for(struct house *h, int64_t claim, const char *number, spoil_fn *spoil);
/* Take a file in; and make one and take it in: gives the invoice. */
enum err house_take(struct house *h, struct invoice_file *f);
int64_t house_taken(struct house *h, int64_t claim, const char *number, spoil_fn *spoil);

#endif
