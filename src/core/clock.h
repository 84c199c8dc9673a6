/*
 * Clocks of records: what is due when, by which rule and why. A clock starts when its `from` field
 * has a date, runs until the record comes to a state that ends it, and is kept with the trace of
 * its computation, so that "why this date" is answered from what was known then.
 */
#ifndef HOOL_CORE_CLOCK_H
#define HOOL_CORE_CLOCK_H

#include "core/record.h"

struct clock_entry {
	int64_t record;
	const char *type, *number, *title; /* of the record */
	const char *name, *rule, *trace;   /* trace: JSON of rule/rule.h */
	int32_t started, due, stopped;	   /* CIVIL_NONE: still running */
	int64_t responsible;
};

/* Does every clock name a rule that there is, and that begins with a date? ERR_INVALID at the first
 * that does not. A clock whose rule a field names is seen to when it runs. */
enum err clock_check(struct ctx *cx, const struct types *ts, const struct rulebook *rules) MUST_USE;
/* Bring a record's clocks up to its values and state; gives the earliest date due (or NO_DUE).
 * Called by record.c on every change. */
enum err clock_update(struct ctx *cx, const struct record *r, int32_t *ret_due) MUST_USE;
/* The clocks of one record, by due date. */
enum err clock_of(struct ctx *cx, int64_t record, struct clock_entry **ret, size_t *ret_n) MUST_USE;
/* What is due for the actor until a day: own first, then the unit's; at most `limit`. */
enum err clock_due(struct ctx *cx, int32_t until, int limit, struct clock_entry **ret,
		   size_t *ret_n) MUST_USE;

#endif
