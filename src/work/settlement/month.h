/*
 * Making a month: from who was on a service when, and at what price, to the lines a provider may
 * bill. Nothing here reads or writes; facts come in as arrays, lines go out.
 *
 * A line is one person in one stage (or, where sessions are counted, one code of the price list)
 * at one price: where the price changes within a month, there are two. The price is the one that
 * holds on the day and was known by the day of the computing; a contract's own goes before the
 * regulation's, a stage's before the service's, and of several the one known last.
 *
 * Source: SHS, the contracts' price annexes; määrus nr 66 lisa 1 (minutes by the hour's price,
 * group prices for each participant).
 */
#ifndef HOOL_WORK_SETTLEMENT_MONTH_H
#define HOOL_WORK_SETTLEMENT_MONTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "work/settlement/days.h"

/* Ids are those of records; 0 is none, texts NULL, dates CIVIL_NONE (of ends: open). */
struct month_price {
	int64_t id, contract;
	const char *stage; /* code: stages have versions, and a price outlives them */
	const char *code, *unit;
	int64_t cents;
	int32_t valid_from, valid_to, known_from;
	bool confirmed;
};

enum month_kind { STAY_WHOLE, STAY_STAGE, STAY_PAUSE };

/* A stretch of a placement. A placement without stretches of its own has one STAY_WHOLE. */
struct month_stay {
	int64_t placement, person;
	int32_t starts, ends; /* of the placement */
	int64_t own_contract; /* the placement names this one, in force from and to */
	int32_t own_from, own_to;
	enum month_kind kind;
	int32_t from, to; /* of the stretch; STAY_WHOLE: not used */
	int64_t stage;	  /* of the stretch, STAY_PAUSE: none; of the placement for STAY_WHOLE */
	const char *stage_code;
	bool paid; /* the stage, or the pause */
};

/* Something given on a day and counted by itself. */
struct month_session {
	int64_t placement, person;
	int32_t on;
	const char *code;
	int minutes;
};

struct month_facts {
	int64_t contract;
	int32_t contract_from, contract_to;
	bool by_default;  /* placements that name no contract in force belong to this one */
	bool by_session;  /* sessions are counted, not days */
	const char *unit; /* of the service, where no price tells */
	int32_t month;	  /* first day */
	int32_t known;	  /* prices known by this day count */
	int paid_absences;
	const struct month_price *prices;
	size_t nprices;
	const struct month_stay *stays; /* by placement, from */
	size_t nstays;
	const struct month_session *sessions; /* by placement, code, day */
	size_t nsessions;
};

struct month_line {
	int64_t placement, person, stage;
	const char *stage_code, *code, *unit;
	char days[DAYS_MAX + 1];
	int64_t minutes;
	int sessions;
	struct amount amount;
	const struct month_price *price; /* NULL: there is none, and the sum is 0 */
};
struct month_lines {
	struct month_line *list;
	size_t n;
};

/* The price of a day, or NULL. */
const struct month_price *
month_price_on(const struct month_facts *f, const char *stage, const char *code, int32_t day);
/* Make the lines, in the order of the facts. In the arena. */
void month_make(struct arena *a, const struct month_facts *f, struct month_lines *ret);
/* What minutes, or a count of sessions, come to by a price. */
struct amount month_session_amount(int64_t minutes, int sessions, const struct month_price *p);

/* A line of a frozen month, or a correction of it made since. */
struct month_settled {
	int64_t id, placement, person, stage;
	const char *stage_code, *code, *unit, *days;
	bool correction;
	struct amount amount;
	int64_t price_cents;
};
/* What is still to be settled for somebody in a frozen month. */
struct month_fix {
	int64_t placement, person, stage;
	const char *stage_code, *code, *unit, *days;
	int64_t of; /* the line corrected, 0: there was none */
	struct amount was, now;
	struct amount amount; /* negative: to be paid back */
	int64_t price_cents;
};
struct month_fixes {
	struct month_fix *list;
	size_t n;
};

/*
 * Hold what is known now of a frozen month against what was settled for it: the differences, by
 * placement, stage and code. Attendance is as it was confirmed; a day on the service that is new
 * counts as present. Sorts both arrays.
 */
void month_correct(struct arena *a, const struct month_facts *f, struct month_lines *now,
		   struct month_settled *settled, size_t n, struct month_fixes *ret);

#endif
