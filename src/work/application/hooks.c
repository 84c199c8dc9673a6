/*
 * What happens with applications and findings when they are made, changed or moved.
 *
 * Dates. An application arrives, is registered (AvTS § 12), and is complete when all that the law
 * asks for is there. The term to decide runs from the day it was complete; where nothing was
 * missing that is the day of registration (HMS § 35(4)), and for a child in need the day the
 * municipality's finding came with all its ratings (SHS § 63(1)). Asking for more later does not
 * stop a term that runs: the law knows no such pause.
 */
#include <string.h>

#include "base/text.h"
#include "rule/rule.h"
#include "work/application/application_int.h"

static const char UNIT_OF_KIND[] =
	"SELECT unit FROM position WHERE kind = ?1 AND unit IS NOT NULL AND sys_deleted = 0 AND "
	"valid_from <= ?2 AND (valid_to IS NULL OR valid_to >= ?2) ORDER BY sys_id LIMIT 1";

static bool
has(const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	return ch->given[f->index] && ch->v[f->index].set;
}

static int64_t
given(const struct change *ch, const char *field)
{
	return has(ch, field) ? ch->v[type_field(ch->type, field)->index].i : 0;
}

static bool
starts_by_need(const struct record *service)
{
	return text_equal(record_text(service, "starts_by"), "need");
}

/* ---- whose work it is ---- */

static bool
kind_has_duty(const struct position_kind *k, const char *duty)
{
	for (int i = 0; i < k->nduties; i++)
		if (strcmp(k->duties[i], duty) == 0)
			return true;
	return false;
}

enum err
handling_unit(struct ctx *cx, const struct record *service, int64_t *ret)
{
	const struct types *ts = cx->world->types;
	const char *duty = record_text(service, "duty");

	*ret = 0;
	for (size_t i = 0; i < ts->npositions && duty != NULL && *ret == 0; i++) {
		SCOPED(stmt) struct stmt *q = NULL;
		bool row;

		if (!kind_has_duty(ts->positions[i], duty))
			continue;
		TRY(db_query(cx, UNIT_OF_KIND,
			     DB_ARGS(db_text(ts->positions[i]->name), db_date(cx->today)), &q));
		TRY(stmt_step(cx, q, &row));
		*ret = row ? stmt_int(q, 0) : 0;
	}
	return OK;
}

static bool
has_duty(const struct ctx *cx, const char *name)
{
	const struct duty *d = name == NULL ? NULL : map_get(&cx->world->types->duty_by_name, name);

	return d != NULL && (cx->who.duties[d->index / 64] >> (d->index % 64) & 1) != 0;
}

/* An application lies with those who handle its service, whoever took it in. */
static enum err
set_unit(struct ctx *cx, const struct record *service, struct change *ch)
{
	int64_t unit;

	if (ch->unit_given || (cx->who.unit != 0 && has_duty(cx, record_text(service, "duty"))))
		return OK;
	TRY(handling_unit(cx, service, &unit));
	if (unit != 0) {
		ch->unit = unit;
		ch->unit_given = true;
	}
	return OK;
}

/* ---- taking in ---- */

/* A municipality sends what it found about a child, today; the rest is the board's to fill. */
static enum err
from_outside(struct ctx *cx, const struct record *service, struct change *ch)
{
	static const char *const OURS[] = { "registered", "complete", "missing", "fix_by", "note" };

	if (!starts_by_need(service))
		return fail_field(cx, ERR_INVALID, "service", "err.application_not_need",
				  record_text(service, "name"));
	for (size_t i = 0; i < sizeof(OURS) / sizeof(*OURS); i++)
		ch->given[type_field(ch->type, OURS[i])->index] = false;
	change_int(ch, "sender", cx->who.org);
	change_int(ch, "arrived", cx->today);
	if (!has(ch, "channel"))
		change_text(ch, "channel", "municipality");
	return OK;
}

static enum err
before_create(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *service;

	(void)rec;
	if (!has(ch, "service") || !has(ch, "arrived"))
		return OK; /* the check of required fields says it */
	TRY(record_get(cx, "service", given(ch, "service"), &service));
	if (cx->who.org != 0 && !cx->who.system)
		TRY(from_outside(cx, service, ch));
	if (given(ch, "arrived") > cx->today)
		return fail_field(cx, ERR_INVALID, "arrived", "err.application_future");
	if (!has(ch, "registered"))
		change_int(ch, "registered", cx->today);
	if (starts_by_need(service) && !has(ch, "complete") &&
	    need_is_whole(NULL, ch, &(const char *){ NULL }))
		change_int(ch, "complete", given(ch, "arrived"));
	return set_unit(cx, service, ch);
}

/* A rating that was missing came: from today the finding is whole. */
static enum err
before_edit(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *service;
	const char *field;
	bool already = record_value(rec, "complete")->set || has(ch, "complete");

	if (already || need_is_whole(rec, NULL, &field) || !need_is_whole(rec, ch, &field))
		return OK;
	TRY(record_get(cx, "service", record_int(rec, "service"), &service));
	if (starts_by_need(service))
		change_int(ch, "complete", cx->today);
	return OK;
}

/* What the computed conditions rest on may have changed. */
static enum err
after_edit(struct ctx *cx, const struct record *rec)
{
	if (cx->who.system || !record_in(rec, "in_review"))
		return OK;
	return eligibility_check(cx, rec);
}

/* ---- moves ---- */

static void
take_on(struct ctx *cx, struct change *ch)
{
	if (cx->who.user == 0 || cx->who.org != 0)
		return;
	ch->responsible = cx->who.user;
	ch->responsible_given = true;
}

static enum err
before_accept(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int32_t complete = record_date(rec, "complete");
	struct record *service;
	const char *field;

	TRY(record_get(cx, "service", record_int(rec, "service"), &service));
	if (starts_by_need(service) && !need_is_whole(rec, NULL, &field))
		return fail_field(cx, ERR_INVALID, field, "err.application_need",
				  msg(cx, type_field(rec->type, field)->label_key));
	if (complete == CIVIL_NONE && record_in(rec, "received"))
		complete = record_date(rec, "registered");
	if (complete == CIVIL_NONE)
		complete = cx->today;
	change_int(ch, "complete", complete);
	if (rec->responsible == 0 && !cx->who.system)
		take_on(cx, ch);
	return OK;
}

static enum err
after_accept(struct ctx *cx, const struct record *rec)
{
	return eligibility_check(cx, rec);
}

static enum err
before_take(struct ctx *cx, const struct record *rec, struct change *ch)
{
	(void)rec;
	take_on(cx, ch);
	return OK;
}

/* Without a day of its own the applicant gets the usual time (HMS § 15(2)). */
static enum err
before_ask_missing(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int32_t due;

	(void)rec;
	TRY(asked_fix_by(cx, ch, &due));
	change_int(ch, "fix_by", due);
	return OK;
}

/* The clock ends with the decision; whether it was in time is kept for the figures. */
static enum err
before_decide(struct ctx *cx, const struct record *rec, struct change *ch)
{
	if (rec->due != NO_DUE)
		change_int(ch, "in_time", cx->today <= rec->due);
	return OK;
}

/* ---- findings ---- */

static void
sign_finding(struct ctx *cx, struct change *ch)
{
	change_int(ch, "checked_on", cx->today);
	if (cx->who.user != 0)
		change_int(ch, "checked_by", cx->who.user);
	else
		change_empty(ch, "checked_by");
	if (!cx->who.system)
		change_int(ch, "computed", 0);
}

static enum err
finding_before_create(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *app;

	(void)rec;
	if (!has(ch, "application"))
		return OK;
	TRY(record_get(cx, "application", given(ch, "application"), &app));
	change_int(ch, "person", record_int(app, "person"));
	ch->unit = app->unit;
	ch->unit_given = true;
	/* Opened for an official to look at: nobody has looked yet. */
	if (!cx->who.system || given(ch, "computed") != 0)
		sign_finding(cx, ch);
	return OK;
}

/* Only what says something else than before is a new finding, with a new name and day to it. */
static enum err
finding_before_edit(struct ctx *cx, const struct record *rec, struct change *ch)
{
	static const char *const SAYS[] = { "result",	   "evidence", "evidence_text",
					    "valid_until", "reason",   "trace" };
	bool other = false;

	for (size_t i = 0; i < sizeof(SAYS) / sizeof(*SAYS); i++) {
		const struct field *f = type_field(rec->type, SAYS[i]);

		other = other ||
			(ch->given[f->index] && !value_equal(&ch->v[f->index], &rec->v[f->index]));
	}
	if (!other)
		return OK;
	sign_finding(cx, ch);
	if (!cx->who.system)
		change_empty(ch, "trace");
	return OK;
}

static enum err
finding_after(struct ctx *cx, const struct record *rec)
{
	return eligibility_keep(cx, record_int(rec, "application"));
}

const struct hook APPLICATION_HOOKS[] = {
	{ "application", "create", before_create, NULL },
	{ "application", "edit", before_edit, after_edit },
	{ "application", "accept", before_accept, after_accept },
	{ "application", "take", before_take, NULL },
	{ "application", "ask_missing", before_ask_missing, asked_keep },
	{ "application", "decide", before_decide, NULL },
	{ "application", "leave", before_decide, NULL },
	{ "finding", "create", finding_before_create, finding_after },
	{ "finding", "edit", finding_before_edit, finding_after },
	{ NULL, NULL, NULL, NULL },
};
