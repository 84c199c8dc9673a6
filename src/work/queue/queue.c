/* What makes a good entry of a queue, and what ends one. See queue.h. */
#include <string.h>

#include "base/civil.h"
#include "core/record.h"
#include "work/queue/queue_int.h"

#define MAX_QUEUES 32 /* one person waits in: one a service */

static const char WAITING_OF[] = "SELECT sys_id FROM queue_entry WHERE person = ?1 AND "
				 "sys_state = 'waiting' AND sys_deleted = 0 LIMIT ?2";
static const char WAITING_BY[] = "SELECT sys_id FROM queue_entry WHERE decision = ?1 AND "
				 "sys_state = 'waiting' AND sys_deleted = 0 LIMIT ?2";

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

/* Fill a field that was left empty from a field of another record, if that has a value. */
static void
fill(struct change *ch, const char *field, const struct record *from, const char *source)
{
	const struct value *v = record_value(from, source);
	const struct field *f = type_field(ch->type, field);

	if (has(ch, field) || !v->set)
		return;
	ch->v[f->index] = *v;
	ch->given[f->index] = true;
}

/* What the entry says of person and service must be what the paper it comes from says. */
static enum err
same(struct ctx *cx, const struct change *ch, const struct record *from)
{
	static const char *const FIELDS[] = { "person", "service" };

	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
		if (has(ch, FIELDS[i]) && given(ch, FIELDS[i]) != record_int(from, FIELDS[i]))
			return fail_field(cx, ERR_INVALID, FIELDS[i], "err.queue_other",
					  from->number);
	return OK;
}

static enum err
from_decision(struct ctx *cx, struct change *ch)
{
	struct record *d;

	if (!has(ch, "decision"))
		return OK;
	TRY(record_get(cx, "decision", given(ch, "decision"), &d));
	TRY(same(cx, ch, d));
	if (record_text(d, "outcome") == NULL || strcmp(record_text(d, "outcome"), "grant") != 0 ||
	    record_in(d, "draft") || record_in(d, "annulled"))
		return fail_field(cx, ERR_INVALID, "decision", "err.queue_decision", d->number);
	fill(ch, "application", d, "application");
	fill(ch, "person", d, "person");
	fill(ch, "service", d, "service");
	fill(ch, "queued_on", d, "signed_on");
	fill(ch, "provider", d, "provider");
	return OK;
}

/* The wishes of an application are longer than those shown in the queue. */
static void
fill_wishes(struct ctx *cx, struct change *ch, const struct record *a)
{
	const char *wishes = record_text(a, "wishes");
	size_t n = 0;

	if (has(ch, "wishes") || wishes == NULL)
		return;
	for (int chars = 0; wishes[n] != '\0' && chars < MAX_TEXT; chars++) {
		n++;
		while (((unsigned char)wishes[n] & 0xC0) == 0x80)
			n++;
	}
	change_text(ch, "wishes", arena_strndup(cx->arena, wishes, n));
}

static enum err
from_application(struct ctx *cx, struct change *ch)
{
	struct record *a;

	if (!has(ch, "application"))
		return OK;
	TRY(record_get(cx, "application", given(ch, "application"), &a));
	TRY(same(cx, ch, a));
	fill(ch, "person", a, "person");
	fill(ch, "service", a, "service");
	fill(ch, "applied_on", a, "arrived");
	fill(ch, "county", a, "county");
	fill(ch, "provider", a, "provider");
	fill_wishes(cx, ch, a);
	return OK;
}

static enum err
check_dates(struct ctx *cx, int64_t queued, int64_t applied)
{
	if (queued > cx->today)
		return fail_field(cx, ERR_INVALID, "queued_on", "err.queue_future");
	if (applied > queued)
		return fail_field(cx, ERR_INVALID, "applied_on", "err.queue_dates");
	return OK;
}

static enum err
check_service(struct ctx *cx, const struct change *ch)
{
	struct record *s;
	const char *queue;

	if (!has(ch, "service"))
		return OK; /* required: said by the record itself */
	TRY(record_get(cx, "service", given(ch, "service"), &s));
	queue = record_text(s, "queue");
	if (queue == NULL || strcmp(queue, "none") == 0)
		return fail_field(cx, ERR_INVALID, "service", "err.queue_none", s->title);
	return OK;
}

static enum err
entry_made(struct ctx *cx, const struct record *rec, struct change *ch)
{
	(void)rec;
	TRY(from_decision(cx, ch));
	TRY(from_application(cx, ch));
	if (!has(ch, "queued_on"))
		change_int(ch, "queued_on", cx->today);
	TRY(check_service(cx, ch));
	if (!has(ch, "applied_on"))
		return OK;
	return check_dates(cx, given(ch, "queued_on"), given(ch, "applied_on"));
}

static enum err
entry_redated(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int64_t queued =
		has(ch, "queued_on") ? given(ch, "queued_on") : record_int(rec, "queued_on");
	int64_t applied =
		has(ch, "applied_on") ? given(ch, "applied_on") : record_int(rec, "applied_on");

	return check_dates(cx, queued, applied);
}

/* End the waiting entries a query finds. Ids first: the moves change what the query reads. */
static enum err
remove_waiting(struct ctx *cx, const char *sql, int64_t of, const char *reason)
{
	const struct type *t = types_get(cx->world->types, "queue_entry");
	SCOPED(stmt) struct stmt *q = NULL;
	int64_t ids[MAX_QUEUES];
	size_t n = 0;
	bool row;

	TRY(db_query(cx, sql, DB_ARGS(db_int(of), db_int(MAX_QUEUES)), &q));
	for (; n < MAX_QUEUES; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		ids[n] = stmt_int(q, 0);
	}
	for (size_t i = 0; i < n; i++) {
		struct change *ch = change_of(cx, t);

		change_text(ch, "reason", reason);
		TRY(record_move(cx, t, ids[i], 0, "remove", ch));
	}
	return OK;
}

/* Whoever died waits no more. */
static enum err
person_changed(struct ctx *cx, const struct record *person)
{
	if (!record_value(person, "died")->set)
		return OK;
	return remove_waiting(cx, WAITING_OF, person->id, "died");
}

/* Nobody waits by a decision that holds no more. */
static enum err
decision_annulled(struct ctx *cx, const struct record *decision)
{
	return remove_waiting(cx, WAITING_BY, decision->id, "decision_annulled");
}

static const struct hook HOOKS[] = {
	{ "queue_entry", "create", entry_made, NULL },
	{ "queue_entry", "redate", entry_redated, NULL },
	{ "person", "edit", NULL, person_changed },
	{ "decision", "annul", NULL, decision_annulled },
	{ NULL, NULL, NULL, NULL },
};

static const struct web_route ROUTES[] = {
	{ "GET", "/jarjekorrad", HTTP_READ, 0, queues_page, NULL },
	{ "GET", "/jarjekorrad/{}", HTTP_READ, 0, queue_list_page, NULL },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

static const struct web_panel PANELS[] = {
	{ "queue_entry", queue_panel },
	{ NULL, NULL },
};

const struct work QUEUE_WORK = {
	.name = "queue", .hooks = HOOKS, .routes = ROUTES, .panels = PANELS
};
