/* What a placement was made of: stages one after another, and pauses. */
#include <string.h>

#include "base/civil.h"
#include "work/placement/placement_int.h"

#define MAX_PERIODS 200 /* of one placement */

static const char OF[] = "SELECT sys_id, kind, stage, starts, ends, reason FROM placement_period "
			 "WHERE placement = ?1 AND sys_deleted = 0 ORDER BY starts LIMIT 201";

enum err
periods_of(struct ctx *cx, int64_t placement, struct period **ret, size_t *ret_n)
{
	struct period *list = ARENA_ARRAY(cx->arena, MAX_PERIODS, struct period);
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, OF, DB_ARGS(db_int(placement)), &q));
	for (;; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (n == MAX_PERIODS)
			return fail(cx, ERR_LIMIT, "err.placement_periods");
		list[n] = (struct period){ .id = stmt_int(q, 0),
					   .pause = strcmp(stmt_text(q, 1), "pause") == 0,
					   .stage = stmt_int(q, 2),
					   .starts = stmt_date(q, 3),
					   .ends = stmt_date(q, 4),
					   .reason = stmt_copy(cx, q, 5) };
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

/* A stage says whether it is paid; a pause is not. */
static enum err
is_paid(struct ctx *cx, bool pause, int64_t stage, bool *ret)
{
	struct record *g;

	*ret = !pause;
	if (pause || stage == 0)
		return OK;
	TRY(record_get(cx, "stage", stage, &g));
	*ret = record_int(g, "paid") != 0;
	return OK;
}

enum err
period_begin(struct ctx *cx, const struct record *placement, bool pause, int64_t stage,
	     int32_t starts, const char *reason)
{
	struct change *ch = change_new(cx, "placement_period");
	bool paid;
	int64_t id;

	TRY(is_paid(cx, pause, stage, &paid));
	change_int(ch, "placement", placement->id);
	change_int(ch, "person", record_int(placement, "person"));
	change_text(ch, "kind", pause ? "pause" : "stage");
	if (stage != 0)
		change_int(ch, "stage", stage);
	change_text(ch, "reason", reason);
	change_int(ch, "paid", paid);
	change_int(ch, "starts", starts);
	if (record_value(placement, "ends")->set)
		change_int(ch, "ends", record_int(placement, "ends"));
	ch->unit = placement->unit;
	ch->unit_given = true;
	return record_create(cx, ch, &id);
}

enum err
period_end(struct ctx *cx, int64_t period, int32_t ends)
{
	struct change *ch = change_new(cx, "placement_period");

	if (ends == CIVIL_NONE)
		change_empty(ch, "ends");
	else
		change_int(ch, "ends", ends);
	return record_edit(cx, ch->type, period, 0, ch);
}

static enum err
period_start(struct ctx *cx, int64_t period, int32_t starts)
{
	struct change *ch = change_new(cx, "placement_period");

	change_int(ch, "starts", starts);
	return record_edit(cx, ch->type, period, 0, ch);
}

enum err
periods_follow(struct ctx *cx, const struct record *placement)
{
	struct period *list;
	size_t n = 0;

	TRY(periods_of(cx, placement->id, &list, &n));
	if (n == 0)
		return OK;
	if (list[0].starts != record_date(placement, "starts"))
		TRY(period_start(cx, list[0].id, record_date(placement, "starts")));
	if (list[n - 1].ends != record_date(placement, "ends"))
		TRY(period_end(cx, list[n - 1].id, record_date(placement, "ends")));
	return OK;
}
