/* What happens with a decision when it is drafted, signed, sent, delivered or annulled. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "work/decision/decision_int.h"

#define MAX_QUEUE_WISHES 200 /* characters */

/* Conditions nobody has looked at, or whose proof has run out meanwhile. */
static const char STALE[] =
	"SELECT c.name FROM condition c LEFT JOIN finding f ON f.condition = c.sys_id AND "
	"f.application = ?1 AND f.sys_deleted = 0 WHERE c.service = ?2 AND c.sys_deleted = 0 AND "
	"c.valid_from <= ?3 AND (c.valid_to IS NULL OR c.valid_to >= ?3) AND "
	"coalesce(c.stage, '') = '' AND (f.sys_id IS NULL OR (f.result = 'met' AND "
	"f.valid_until < ?4)) ORDER BY c.code LIMIT 1";
static const char WAITS[] = "SELECT count(*) FROM queue_entry WHERE person = ?1 AND service = ?2 "
			    "AND sys_state = 'waiting' AND sys_deleted = 0";

/* Since when somebody waited by a decision on the same application that was annulled since. */
static const char WAITED[] =
	"SELECT min(e.queued_on) FROM queue_entry e JOIN decision d ON d.sys_id = e.decision WHERE "
	"d.application = ?1 AND e.reason = 'decision_annulled' AND e.sys_deleted = 0";

static bool
has(const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	return ch->given[f->index] && ch->v[f->index].set;
}

static const struct value *
given(const struct change *ch, const char *field)
{
	return &ch->v[type_field(ch->type, field)->index];
}

/* ---- drafting ---- */

static enum err
check_state(struct ctx *cx, const struct record *app, const char *outcome)
{
	const char *want = strcmp(outcome, "unexamined") == 0 ? "incomplete" : "in_review";

	if (record_in(app, want))
		return OK;
	return fail(cx, ERR_CONFLICT, "err.decision_state", app->number,
		    msg(cx, app->type->states[app->state].label_key));
}

static enum err
before_create(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct case_file c;

	(void)rec;
	if (!has(ch, "application") || !has(ch, "outcome"))
		return OK; /* the check of required fields says it */
	TRY(case_load(cx, given(ch, "application")->i, &c));
	if (!cx->who.system)
		TRY(check_state(cx, c.app, given(ch, "outcome")->s));
	change_int(ch, "person", c.person->id);
	change_int(ch, "service", c.service->id);
	ch->unit = c.app->unit;
	ch->unit_given = true;
	if (!ch->responsible_given && cx->who.user != 0) {
		ch->responsible = cx->who.user;
		ch->responsible_given = true;
	}
	return draft_fill(cx, &c, ch);
}

/* ---- signing ---- */

static enum err
check_fresh(struct ctx *cx, const struct record *app)
{
	const char *name;

	if (db_get_text(cx, STALE,
			DB_ARGS(db_int(app->id), db_id(record_int(app, "service")),
				db_date(record_date(app, "arrived")), db_date(cx->today)),
			&name) == OK)
		return fail(cx, ERR_CONFLICT, "err.decision_stale", name);
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return OK;
}

static enum err
check_missing(struct ctx *cx, const struct record *app)
{
	int32_t by = record_date(app, "fix_by");

	if (by == CIVIL_NONE)
		return fail(cx, ERR_CONFLICT, "err.decision_not_asked");
	if (by >= cx->today)
		return fail(cx, ERR_CONFLICT, "err.decision_fix_by", civil_text(cx->arena, by));
	return OK;
}

enum err
decision_allowed(struct ctx *cx, const struct record *d)
{
	const char *outcome = record_text(d, "outcome"), *answer;
	struct record *app;

	TRY(record_get(cx, "application", record_int(d, "application"), &app));
	TRY(check_state(cx, app, outcome));
	if (strcmp(outcome, "unexamined") == 0)
		return check_missing(cx, app);
	answer = record_text(app, "answer");
	if (strcmp(outcome, "refuse") == 0)
		return text_equal(answer, "not_eligible")
			       ? OK
			       : fail(cx, ERR_CONFLICT, "err.decision_refuse");
	if (!text_equal(answer, "eligible"))
		return fail(cx, ERR_CONFLICT, "err.decision_grant");
	return check_fresh(cx, app);
}

static enum err
before_sign(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int64_t file;

	TRY(decision_allowed(cx, rec));
	if (has(ch, "letter"))
		return OK;
	/* Signed without a page: the letter is kept as its text. */
	TRY(decision_keep_letter(cx, rec, &file));
	change_text(ch, "letter", text_from_int(cx->arena, file));
	return OK;
}

static bool
is_queued(const struct record *d, const struct record *service)
{
	return text_equal(record_text(d, "outcome"), "grant") &&
	       text_equal(record_text(service, "queue"), "plain");
}

/* The first characters of a text. */
static const char *
begin_of(struct ctx *cx, const char *s, size_t max)
{
	const char *end = s;

	for (size_t n = 0; n < max && *end != '\0'; n++)
		(void)text_next(&end);
	return arena_strndup(cx->arena, s, (size_t)(end - s));
}

/* Decided anew, they wait from the day they first did: the mistake was not theirs. */
static enum err
waits_since(struct ctx *cx, const struct record *d, const struct record *app, int32_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	*ret = record_date(d, "signed_on");
	TRY(db_query(cx, WAITED, DB_ARGS(db_int(app->id)), &q));
	TRY(stmt_step(cx, q, &row));
	if (row && !stmt_is_null(q, 0) && stmt_date(q, 0) < *ret)
		*ret = stmt_date(q, 0);
	return OK;
}

static enum err
join_queue(struct ctx *cx, const struct record *d, const struct record *app)
{
	const struct type *t = types_get(cx->world->types, "queue_entry");
	struct change *ch;
	int64_t waits = 0, id;
	int32_t since;

	if (t == NULL)
		return OK;
	TRY(db_get_int(cx, WAITS,
		       DB_ARGS(db_id(record_int(d, "person")), db_id(record_int(d, "service"))),
		       &waits));
	if (waits > 0)
		return OK; /* they wait already, by another decision */
	TRY(waits_since(cx, d, app, &since));
	ch = change_of(cx, t);
	change_int(ch, "application", app->id);
	change_int(ch, "decision", d->id);
	change_int(ch, "person", record_int(d, "person"));
	change_int(ch, "service", record_int(d, "service"));
	change_int(ch, "queued_on", since);
	change_int(ch, "applied_on", record_date(app, "arrived"));
	change_text(ch, "county", record_text(app, "county"));
	if (record_int(app, "provider") != 0)
		change_int(ch, "provider", record_int(app, "provider"));
	if (record_text(app, "wishes") != NULL)
		change_text(ch, "wishes",
			    begin_of(cx, record_text(app, "wishes"), MAX_QUEUE_WISHES));
	ch->unit = d->unit;
	ch->unit_given = true;
	return record_create(cx, ch, &id);
}

static enum err
sign_follows(struct ctx *cx, const struct record *d)
{
	const char *move = record_text(d, "outcome");
	struct record *app, *service;

	move = strcmp(move, "unexamined") == 0 ? "leave" : "decide";
	TRY(record_get(cx, "application", record_int(d, "application"), &app));
	TRY(record_get(cx, "service", record_int(d, "service"), &service));
	TRY(record_move(cx, app->type, app->id, 0, move, NULL));
	return is_queued(d, service) ? join_queue(cx, d, app) : OK;
}

/* What follows from a signature is the program's own doing, whoever signed. */
static enum err
as_program(struct ctx *cx, const struct record *d,
	   enum err (*fn)(struct ctx *, const struct record *))
{
	bool was = cx->who.system;
	enum err e;

	cx->who.system = true;
	e = fn(cx, d);
	cx->who.system = was;
	return e;
}

static enum err
after_sign(struct ctx *cx, const struct record *rec)
{
	return as_program(cx, rec, sign_follows);
}

/* ---- sending and delivery ---- */

/* The e-system shows it at once: R45 gives the same moment back. */
static enum err
deemed_now(struct ctx *cx, int32_t *ret)
{
	struct civil_time t = civil_in_tallinn(cx->now);
	struct rule_value from =
		rule_text("from", arena_printf(cx->arena, "%sT%02d:%02d",
					       civil_iso(cx->arena, t.day), t.hour, t.minute));
	struct rule_result r;

	TRY(rule_eval(cx, cx->world->rules, "R45", &from, 1, &r));
	*ret = r.values[0].date;
	return OK;
}

enum err
deemed_delivered(struct ctx *cx, const char *delivery, int32_t *ret)
{
	if (text_equal(delivery, "post"))
		return rule_due(cx, cx->world->rules, "R43", cx->today, ret);
	if (text_equal(delivery, "post_abroad"))
		return rule_due(cx, cx->world->rules, "R44", cx->today, ret);
	if (text_equal(delivery, "eesti_ee"))
		return deemed_now(cx, ret);
	*ret = CIVIL_NONE;
	return OK;
}

static enum err
before_send(struct ctx *cx, const struct record *rec, struct change *ch)
{
	const char *way =
		has(ch, "delivery") ? given(ch, "delivery")->s : record_text(rec, "delivery");
	int32_t deemed;

	TRY(deemed_delivered(cx, way, &deemed));
	if (deemed == CIVIL_NONE)
		change_empty(ch, "deemed_on");
	else
		change_int(ch, "deemed_on", deemed);
	return OK;
}

/*
 * The day of receipt: as the official says, else the computed day once it has come, else today. The
 * term of appeal never begins before the law's own day: whoever got a letter early loses nothing.
 */
static enum err
before_deliver(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int32_t deemed = record_date(rec, "deemed_on"), on;

	if (has(ch, "delivered_on"))
		on = (int32_t)given(ch, "delivered_on")->i;
	else if (deemed != CIVIL_NONE && deemed > cx->today)
		return fail_field(cx, ERR_INVALID, "delivered_on", "err.decision_not_yet",
				  civil_text(cx->arena, deemed));
	else
		on = deemed != CIVIL_NONE ? deemed : cx->today;
	if (on > cx->today)
		return fail_field(cx, ERR_INVALID, "delivered_on", "err.decision_future");
	change_int(ch, "delivered_on", on);
	if (deemed == CIVIL_NONE || on > deemed)
		change_int(ch, "deemed_on", on);
	return OK;
}

/* ---- annulling ---- */

static enum err
annul_follows(struct ctx *cx, const struct record *d)
{
	struct record *app;

	TRY(record_get(cx, "application", record_int(d, "application"), &app));
	if (!record_value(d, "signed_on")->set || !record_in(app, "decided"))
		return OK;
	return record_move(cx, app->type, app->id, 0, "reopen", NULL);
}

static enum err
after_annul(struct ctx *cx, const struct record *rec)
{
	return as_program(cx, rec, annul_follows);
}

const struct hook DECISION_HOOKS[] = {
	{ "decision", "create", before_create, NULL },
	{ "decision", "sign", before_sign, after_sign },
	{ "decision", "send", before_send, NULL },
	{ "decision", "deliver", before_deliver, NULL },
	{ "decision", "annul", NULL, after_annul },
	{ "decision", "import", NULL, decision_keep_taken_over },
	{ NULL, NULL, NULL, NULL },
};
