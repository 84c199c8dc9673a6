/*
 * Month reports: made from placements, renewed while they are open, confirmed by the provider. See
 * settlement.h for the whole way of a month.
 */
#ifndef HOOL_WORK_SETTLEMENT_CLAIM_H
#define HOOL_WORK_SETTLEMENT_CLAIM_H

#include "core/record.h"

/* What making a month did, in reports. */
struct claim_made {
	int made, renewed;
	int left; /* confirmed already, and so left as they are */
};

/* Which services: each coordinator makes the reports of their own field. */
enum claim_field { CLAIM_SHELTERED = 1, CLAIM_CHILD = 2 };

/* Run something as the program itself: what follows from a change is not the actor's own right. */
enum err claim_as_program(struct ctx *cx, db_fn *fn, void *arg) MUST_USE;

/*
 * Make the reports of a month (its first day) for every contract with somebody on the service, and
 * renew those still open. On the write lane. `fields` is a set of claim_field.
 */
enum err
claim_make_month(struct ctx *cx, int32_t month, unsigned fields, struct claim_made *ret) MUST_USE;
/* Make the lines of a report that is open or returned anew from what is known now. Attendance
 * already written down is kept. */
enum err claim_renew(struct ctx *cx, const struct record *claim) MUST_USE;
/* Bring the report's total up to its lines. */
enum err claim_set_total(struct ctx *cx, int64_t claim) MUST_USE;
/* Sum of the lines. */
enum err claim_sum(struct ctx *cx, int64_t claim, int64_t *ret_cents) MUST_USE;
/* Take over what a provider proposed of a line: it becomes its days. */
enum err claim_take_proposal(struct ctx *cx, const struct record *line) MUST_USE;
/* May its days still be changed by the provider? */
bool claim_is_open(const struct record *claim);

/* Hooks; see settlement.c. */
enum err claim_create_before(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err claim_create_after(struct ctx *cx, const struct record *rec) MUST_USE;
enum err claim_confirm_before(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err claim_line_before(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;

#endif
