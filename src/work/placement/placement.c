/* A placement from its start through stages and pauses to its end. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "work/placement/placement_int.h"

/* ---- made and edited ---- */

/* Will it be on the same service, on no day more than it was? Then nothing is barred by the change
 * that was not before it, and what was must be able to end. The guards excuse the same. */
static bool
only_shorter(const struct record *rec, const struct stay *s)
{
	int32_t ends = record_value(rec, "ends")->set ? record_date(rec, "ends") : NO_END;

	return s->person == record_int(rec, "person") && s->service == record_int(rec, "service") &&
	       s->starts >= record_date(rec, "starts") &&
	       (s->ends == CIVIL_NONE ? NO_END : s->ends) <= ends;
}

static enum err
check_stay(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct stay s = { .placement = rec == NULL ? 0 : rec->id,
			  .person = will_be(rec, ch, "person"),
			  .service = will_be(rec, ch, "service"),
			  .stage = will_be(rec, ch, "stage"),
			  .starts = date_will_be(rec, ch, "starts"),
			  .ends = date_will_be(rec, ch, "ends"),
			  .fresh = rec == NULL };

	if (s.person == 0 || s.service == 0 || s.starts == CIVIL_NONE)
		return OK; /* required: said by the record itself */
	if (rec != NULL && only_shorter(rec, &s))
		return OK;
	return bars_check(cx, &s);
}

/* The site tells the provider; a placement stays with one provider all its life. */
static enum err
check_site(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *site;
	int64_t provider;

	if (!given(ch, "site"))
		return OK;
	TRY(record_get(cx, "site", will_be(rec, ch, "site"), &site));
	provider = will_be(rec, ch, "provider");
	if (provider != 0 && provider != record_int(site, "provider"))
		return fail_field(cx, ERR_INVALID, "site", "err.referral_provider", site->title);
	if (rec == NULL)
		change_int(ch, "provider", record_int(site, "provider"));
	return OK;
}

static enum err
check_contract(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int64_t id = will_be(rec, ch, "contract");
	struct record *c;

	if (id == 0)
		return OK;
	TRY(record_get(cx, "contract", id, &c));
	if (record_int(c, "provider") != will_be(rec, ch, "provider") ||
	    record_int(c, "service") != will_be(rec, ch, "service"))
		return fail_field(cx, ERR_INVALID, "contract", "err.placement_contract", c->number);
	return OK;
}

static enum err
check_stage(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *g;

	if (!given(ch, "stage"))
		return OK;
	TRY(record_get(cx, "stage", will_be(rec, ch, "stage"), &g));
	if (record_int(g, "service") != will_be(rec, ch, "service"))
		return fail_field(cx, ERR_INVALID, "stage", "err.stage_service", g->title);
	return OK;
}

static enum err
fill_new(struct ctx *cx, struct change *ch)
{
	int64_t service = will_be(NULL, ch, "service"), id = 0;
	int32_t starts = date_will_be(NULL, ch, "starts");
	struct record *s;

	if (service == 0 || starts == CIVIL_NONE)
		return OK;
	if (!given(ch, "contract") && given(ch, "provider"))
		TRY(place_contract(cx, will_be(NULL, ch, "provider"), service, starts, &id));
	if (id != 0)
		change_int(ch, "contract", id);
	TRY(record_get(cx, "service", service, &s));
	id = 0;
	if (!given(ch, "stage") && record_int(s, "staged") != 0)
		TRY(place_first_stage(cx, service, starts, &id));
	if (id != 0)
		change_int(ch, "stage", id);
	return OK;
}

enum err
placement_making(struct ctx *cx, const struct record *rec, struct change *ch)
{
	TRY(check_site(cx, rec, ch));
	TRY(fill_new(cx, ch));
	TRY(check_contract(cx, rec, ch));
	TRY(check_stage(cx, rec, ch));
	return check_stay(cx, rec, ch);
}

enum err
placement_made(struct ctx *cx, const struct record *rec)
{
	return period_begin(cx, rec, false, record_int(rec, "stage"), record_date(rec, "starts"),
			    NULL);
}

enum err
placement_editing(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct period *list;
	size_t n = 0;
	int32_t starts = date_will_be(rec, ch, "starts"), ends = date_will_be(rec, ch, "ends");

	TRY(check_site(cx, rec, ch));
	TRY(check_contract(cx, rec, ch));
	if (starts == record_date(rec, "starts") && ends == record_date(rec, "ends"))
		return OK;
	TRY(periods_of(cx, rec->id, &list, &n));
	if (n > 0 && list[0].ends != CIVIL_NONE && n > 1 && starts > list[0].ends)
		return fail_field(cx, ERR_INVALID, "starts", "err.placement_starts",
				  civil_text(cx->arena, list[0].ends));
	if (n > 0 && ends != CIVIL_NONE && ends < list[n - 1].starts)
		return fail_field(cx, ERR_INVALID, "ends", "err.placement_ends",
				  civil_text(cx->arena, list[n - 1].starts));
	return check_stay(cx, rec, ch);
}

enum err
placement_edited(struct ctx *cx, const struct record *rec)
{
	return periods_follow(cx, rec);
}

/* ---- changes on a day ---- */

/* The day of a change lies after the start of the present period, and not in the future. */
static enum err
check_day(struct ctx *cx, const struct record *rec, struct change *ch, struct period *ret)
{
	int32_t day = date_will_be(rec, ch, "changed_on");
	struct period *list;
	size_t n = 0;

	TRY(periods_of(cx, rec->id, &list, &n));
	if (n == 0)
		return fail(cx, ERR_CORRUPT, "err.placement_no_period");
	*ret = list[n - 1];
	if (!given(ch, "changed_on"))
		return fail_field(cx, ERR_INVALID, "changed_on", "err.placement_day");
	if (day > cx->today)
		return fail_field(cx, ERR_INVALID, "changed_on", "err.placement_future");
	if (day <= ret->starts)
		return fail_field(cx, ERR_INVALID, "changed_on", "err.placement_before",
				  civil_text(cx->arena, ret->starts));
	if (record_value(rec, "ends")->set && day > record_date(rec, "ends"))
		return fail_field(cx, ERR_INVALID, "changed_on", "err.placement_after",
				  civil_text(cx->arena, record_date(rec, "ends")));
	return OK;
}

/* End the present period the day before and begin the next. */
static enum err
turn(struct ctx *cx, const struct record *rec, bool pause, int64_t stage)
{
	int32_t day = record_date(rec, "changed_on");
	struct period *list;
	size_t n = 0;

	TRY(periods_of(cx, rec->id, &list, &n));
	if (n == 0)
		return fail(cx, ERR_CORRUPT, "err.placement_no_period");
	TRY(period_end(cx, list[n - 1].id, day - 1));
	return period_begin(cx, rec, pause, stage, day, record_text(rec, "change_reason"));
}

/* Is anything barred in the new stage that was not in the one before? */
static enum err
check_new_stage(struct ctx *cx, const struct record *rec, struct change *ch)
{
	const struct stay s = { .placement = rec->id,
				.person = record_int(rec, "person"),
				.service = record_int(rec, "service"),
				.stage = will_be(NULL, ch, "stage"),
				.starts = date_will_be(rec, ch, "changed_on"),
				.ends = record_date(rec, "ends"),
				.fresh = true };

	return bars_check(cx, &s);
}

/* The next stage is the one after the present; going back or past one needs a reason. */
enum err
stage_changing(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *to, *from;
	struct period now;

	TRY(check_day(cx, rec, ch, &now));
	if (!given(ch, "stage") || will_be(NULL, ch, "stage") == record_int(rec, "stage"))
		return fail_field(cx, ERR_INVALID, "stage", "err.stage_same");
	TRY(check_stage(cx, rec, ch));
	TRY(check_new_stage(cx, rec, ch));
	if (!given(ch, "change_reason"))
		change_empty(ch, "change_reason");
	if (given(ch, "change_reason") || !record_value(rec, "stage")->set)
		return OK;
	TRY(record_get(cx, "stage", will_be(NULL, ch, "stage"), &to));
	TRY(record_get(cx, "stage", record_int(rec, "stage"), &from));
	if (record_int(to, "ordinal") != record_int(from, "ordinal") + 1)
		return fail_field(cx, ERR_INVALID, "change_reason", "err.stage_order",
				  record_text(from, "code"), record_text(to, "code"));
	return OK;
}

enum err
stage_changed(struct ctx *cx, const struct record *rec)
{
	return turn(cx, rec, false, record_int(rec, "stage"));
}

enum err
pausing(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct period now;

	return check_day(cx, rec, ch, &now);
}

enum err
paused(struct ctx *cx, const struct record *rec)
{
	return turn(cx, rec, true, record_int(rec, "stage"));
}

enum err
resumed(struct ctx *cx, const struct record *rec)
{
	struct record plain = *rec;

	/* The reason was that of the pause. */
	plain.v = ARENA_ARRAY(cx->arena, (size_t)rec->type->nfields, struct value);
	memcpy(plain.v, rec->v, (size_t)rec->type->nfields * sizeof(*plain.v));
	plain.v[type_field(rec->type, "change_reason")->index].set = false;
	return turn(cx, &plain, false, record_int(rec, "stage"));
}

/* ---- the end ---- */

enum err
finishing(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int32_t ends = date_will_be(rec, ch, "ends");
	struct period *list;
	size_t n = 0;

	if (ends == CIVIL_NONE)
		return OK; /* needed: said by the move itself */
	if (ends > cx->today)
		return fail_field(cx, ERR_INVALID, "ends", "err.placement_end_future");
	TRY(periods_of(cx, rec->id, &list, &n));
	if (n > 0 && ends < list[n - 1].starts)
		return fail_field(cx, ERR_INVALID, "ends", "err.placement_ends",
				  civil_text(cx->arena, list[n - 1].starts));
	return check_stay(cx, rec, ch);
}

enum err
finished(struct ctx *cx, const struct record *rec)
{
	return periods_follow(cx, rec);
}
