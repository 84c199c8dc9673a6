/*
 * The overview of all queues, and one queue in its own order: /jarjekorrad and /jarjekorrad/PKT.
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "core/access.h"
#include "work/queue/queue_int.h"

#define MAX_SERVICES 100

/* How long people wait, by service; ?1 is today. Free places are counted by the placements. */
static const char OVERVIEW[] =
	"SELECT s.sys_id, s.code, s.name, s.duty, count(*), count(DISTINCT e.person), "
	"min(e.queued_on), "
	"sum(e.queued_on > ?1 - 365), sum(e.queued_on <= ?1 - 365 AND e.queued_on > ?1 - 730), "
	"sum(e.queued_on <= ?1 - 730 AND e.queued_on > ?1 - 1095), "
	"sum(e.queued_on <= ?1 - 1095 AND e.queued_on > ?1 - 1825), sum(e.queued_on <= ?1 - 1825) "
	"FROM queue_entry e JOIN service s ON s.sys_id = e.service "
	"WHERE e.sys_state = 'waiting' AND e.sys_deleted = 0 GROUP BY s.sys_id ORDER BY "
	"s.name_sort";
static const char PERSONS[] =
	"SELECT count(DISTINCT e.person) FROM queue_entry e JOIN service s ON s.sys_id = e.service "
	"WHERE e.sys_state = 'waiting' AND e.sys_deleted = 0 AND ((?1 = 1 AND coalesce(s.duty, "
	"'B3.1') "
	"= 'B3.1') OR (?2 = 1 AND s.duty = 'D3.1'))";
static const char SERVICE_BY_CODE[] =
	"SELECT sys_id FROM service WHERE code = ?1 AND sys_deleted = 0";
/* One page of a queue behind a row (?2 to ?4; all least at the start). */
static const char ROWS_BY_DECISION[] =
	"SELECT e.sys_id, e.sys_number, e.person, r.title, e.queued_on, e.applied_on, e.county, "
	"p.title FROM queue_entry e JOIN sys_record r ON r.id = e.person LEFT JOIN sys_record p ON "
	"p.id = e.provider WHERE e.service = ?1 AND e.sys_state = 'waiting' AND e.sys_deleted = 0 "
	"AND (e.queued_on, e.applied_on, e.sys_id) > (?2, ?3, ?4) AND (?5 = '' OR e.county = ?5) "
	"ORDER BY e.queued_on, e.applied_on, e.sys_id LIMIT 51";
static const char ROWS_BY_APPLICATION[] =
	"SELECT e.sys_id, e.sys_number, e.person, r.title, e.queued_on, e.applied_on, e.county, "
	"p.title FROM queue_entry e JOIN sys_record r ON r.id = e.person LEFT JOIN sys_record p ON "
	"p.id = e.provider WHERE e.service = ?1 AND e.sys_state = 'waiting' AND e.sys_deleted = 0 "
	"AND (e.applied_on, e.queued_on, e.sys_id) > (?3, ?2, ?4) AND (?5 = '' OR e.county = ?5) "
	"ORDER BY e.applied_on, e.queued_on, e.sys_id LIMIT 51";
static const char COUNTIES[] =
	"SELECT DISTINCT county FROM queue_entry WHERE service = ?1 AND sys_state = 'waiting' AND "
	"sys_deleted = 0 AND county IS NOT NULL ORDER BY county";

struct queue_row {
	int64_t service;
	const char *code, *name;
	int64_t waiting, persons;
	int32_t oldest;
	int64_t by_age[5]; /* up to 1, 2, 3, 5 years, over */
};

/* Who may see a queue as a whole: the duties of handling the service, as in the rights of the type.
 * `duty` is the service's own, NULL where it names none. */
static bool
handles(const struct visit *v, const char *duty)
{
	if (duty != NULL && strcmp(duty, "D3.1") == 0)
		return visit_duty(v, "D3.1") || visit_duty(v, "D3.3");
	return (duty == NULL || strcmp(duty, "B3.1") == 0) &&
	       (visit_duty(v, "B3.1") || visit_duty(v, "B3.6") || visit_duty(v, "PM.1"));
}

static enum err
may_see(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "queue_entry");

	if (!handles(v, NULL) && !handles(v, "D3.1"))
		return fail(v->cx, ERR_DENIED, "err.denied_see", msg(v->cx, t->plural_key));
	v->cx->purpose = visit_purpose(v, t);
	return OK;
}

static enum err
read_overview(struct visit *v, struct queue_row **ret, size_t *ret_n)
{
	struct ctx *cx = v->cx;
	struct queue_row *list = ARENA_ARRAY(cx->arena, MAX_SERVICES, struct queue_row);
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, OVERVIEW, DB_ARGS(db_date(cx->today)), &q));
	while (n < MAX_SERVICES) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n] = (struct queue_row){ .service = stmt_int(q, 0),
					      .code = stmt_copy(cx, q, 1),
					      .name = stmt_copy(cx, q, 2),
					      .waiting = stmt_int(q, 4),
					      .persons = stmt_int(q, 5),
					      .oldest = stmt_date(q, 6) };
		for (int i = 0; i < 5; i++)
			list[n].by_age[i] = stmt_int(q, 7 + i);
		if (handles(v, stmt_text(q, 3)))
			n++;
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

static void
write_overview(struct visit *v, const struct queue_row *list, size_t n)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	struct part_column cols[] = {
		{ .label = msg(cx, "queue.service") },
		{ .label = msg(cx, "queue.waiting"), .number = true },
		{ .label = msg(cx, "queue.age_1"), .number = true },
		{ .label = msg(cx, "queue.age_2"), .number = true },
		{ .label = msg(cx, "queue.age_3"), .number = true },
		{ .label = msg(cx, "queue.age_5"), .number = true },
		{ .label = msg(cx, "queue.age_more"), .number = true },
		{ .label = msg(cx, "queue.oldest") },
	};
	struct part_table t = {
		.caption = msg(cx, "queue.overview"), .columns = cols, .n_columns = 8, .keys = true
	};

	part_table_begin(p, &t);
	for (size_t i = 0; i < n; i++) {
		const char *href = arena_printf(cx->arena, "/jarjekorrad/%s", list[i].code);

		part_row_begin(p, &t, href, list[i].service, list[i].name);
		part_cell_link(p, &t, href,
			       arena_printf(cx->arena, "%s %s", list[i].code, list[i].name));
		part_cell_int(p, &t, list[i].waiting);
		for (int k = 0; k < 5; k++)
			part_cell_int(p, &t, list[i].by_age[k]);
		part_cell_date(p, &t, list[i].oldest);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
}

/* How long those who wait have waited, all queues together. */
static void
write_ages(struct visit *v, const struct queue_row *list, size_t n)
{
	static const char *const KEYS[] = { "queue.age_1", "queue.age_2", "queue.age_3",
					    "queue.age_5", "queue.age_more" };
	const char *labels[5];
	int64_t values[5] = { 0 };
	struct part_chart c = { .kind = CHART_BARS,
				.id = "ooteaeg",
				.question = msg(v->cx, "queue.ages"),
				.what = msg(v->cx, "queue.waited"),
				.unit = msg(v->cx, "queue.places"),
				.labels = labels,
				.values = values,
				.n = 5 };

	for (int k = 0; k < 5; k++) {
		labels[k] = msg(v->cx, KEYS[k]);
		for (size_t i = 0; i < n; i++)
			values[k] += list[i].by_age[k];
	}
	part_chart(&v->page, &c);
}

enum err
queues_page(struct visit *v)
{
	struct ctx *cx = v->cx;
	struct queue_row *list = NULL;
	int64_t persons = 0, places = 0;
	size_t n = 0;

	TRY(may_see(v));
	TRY(read_overview(v, &list, &n));
	TRY(db_get_int(cx, PERSONS, DB_ARGS(db_bool(handles(v, NULL)), db_bool(handles(v, "D3.1"))),
		       &persons));
	for (size_t i = 0; i < n; i++)
		places += list[i].waiting;
	v->page.lead = msgf(cx, "queue.overview_lead", text_count(cx->arena, persons),
			    text_count(cx->arena, places));
	visit_page_begin(v, msg(cx, "queue.overview"));
	if (n == 0)
		part_empty(&v->page, msg(cx, "queue.empty"), msg(cx, "queue.empty_what"), NULL,
			   NULL);
	else {
		write_overview(v, list, n);
		write_ages(v, list, n);
	}
	return visit_page_end(v);
}

/* ---- one queue ---- */

struct waiting {
	int64_t id, person;
	const char *number, *name, *county, *provider;
	int32_t queued, applied;
};

struct queue_view {
	struct visit *v;
	struct record *service;
	struct queue_order order;
	const char *county; /* only these, or "" */
	int64_t before;	    /* people before the first row */
	struct waiting rows[MAX_LIST_ROWS];
	size_t n;
	bool more;
	struct part_choice *counties;
	size_t ncounties;
};

/* The row to continue behind, if the address names one that still waits. */
static enum err
read_cursor(struct queue_view *qv, struct db_value *after)
{
	struct ctx *cx = qv->v->cx;
	struct queue_place place;
	struct record *e;
	int64_t id;

	if (!text_int(http_query(qv->v->x, "alates") == NULL ? "" : http_query(qv->v->x, "alates"),
		      1, INT64_MAX, &id))
		return OK;
	if (record_load(cx, types_get(cx->world->types, "queue_entry"), id, RIGHT_SEE, &e) != OK ||
	    !record_in(e, "waiting") || record_int(e, "service") != qv->service->id) {
		ctx_forgive(cx);
		return OK;
	}
	after[0] = db_date(record_date(e, "queued_on"));
	after[1] = db_date(record_date(e, "applied_on"));
	after[2] = db_int(e->id);
	TRY(queue_place(cx, e, &qv->order, &place));
	qv->before = place.before + 1;
	return OK;
}

static enum err
read_rows(struct queue_view *qv)
{
	struct ctx *cx = qv->v->cx;
	struct db_value after[] = { db_int(INT32_MIN), db_int(INT32_MIN), db_int(0) };
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(read_cursor(qv, after));
	TRY(db_query(
		cx, qv->order.by_application ? ROWS_BY_APPLICATION : ROWS_BY_DECISION,
		DB_ARGS(db_int(qv->service->id), after[0], after[1], after[2], db_text(qv->county)),
		&q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		if (qv->n == MAX_LIST_ROWS) {
			qv->more = true;
			return OK;
		}
		qv->rows[qv->n++] = (struct waiting){ .id = stmt_int(q, 0),
						      .number = stmt_copy(cx, q, 1),
						      .person = stmt_int(q, 2),
						      .name = stmt_copy(cx, q, 3),
						      .queued = stmt_date(q, 4),
						      .applied = stmt_date(q, 5),
						      .county = stmt_copy(cx, q, 6),
						      .provider = stmt_copy(cx, q, 7) };
		access_saw(cx, "list", qv->rows[qv->n - 1].person);
	}
}

static enum err
read_counties(struct queue_view *qv)
{
	struct ctx *cx = qv->v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	qv->counties = ARENA_ARRAY(cx->arena, 40, struct part_choice);
	TRY(db_query(cx, COUNTIES, DB_ARGS(db_int(qv->service->id)), &q));
	while (qv->ncounties < 40) {
		struct part_choice *c = &qv->counties[qv->ncounties];

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		c->value = stmt_copy(cx, q, 0);
		c->label = queue_county(cx, c->value);
		c->chosen = text_equal(c->value, qv->county);
		qv->ncounties++;
	}
	return OK;
}

/* A place number makes sense only where the rows shown are the whole queue. */
static bool
numbered(const struct queue_view *qv)
{
	return qv->order.by_county == (*qv->county != '\0');
}

static void
write_rows(struct queue_view *qv)
{
	struct ctx *cx = qv->v->cx;
	struct page *p = &qv->v->page;
	struct part_column cols[] = {
		{ .label = msg(cx, "queue.place_short"), .number = true },
		{ .label = label(cx, "queue_entry", "person") },
		{ .label = msg(cx, "column.number") },
		{ .label = label(cx, "queue_entry", "queued_on") },
		{ .label = label(cx, "queue_entry", "applied_on") },
		{ .label = msg(cx, "queue.county") },
		{ .label = label(cx, "queue_entry", "provider") },
	};
	struct part_table t = {
		.caption = msg(cx, "queue.overview"), .columns = cols, .n_columns = 7, .keys = true
	};

	part_table_begin(p, &t);
	for (size_t i = 0; i < qv->n; i++) {
		const struct waiting *w = &qv->rows[i];
		const char *href =
			visit_url(cx, types_get(cx->world->types, "queue_entry"), w->number);

		part_row_begin(p, &t, href, w->id, w->name);
		if (numbered(qv))
			part_cell_int(p, &t, qv->before + (int64_t)i + 1);
		else
			part_cell_text(p, &t, NULL);
		part_cell_link(p, &t, href, w->name);
		part_cell_text(p, &t, w->number);
		part_cell_date(p, &t, w->queued);
		part_cell_date(p, &t, w->applied);
		part_cell_text(p, &t, queue_county(cx, w->county));
		part_cell_text(p, &t, w->provider);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
}

static void
write_filter(struct queue_view *qv, const char *address)
{
	struct ctx *cx = qv->v->cx;
	struct part_field f = { .kind = ASK_CHOICE,
				.name = "maakond",
				.label = msg(cx, "queue.county"),
				.value = qv->county,
				.optional = true,
				.choices = qv->counties,
				.n_choices = qv->ncounties };

	if (qv->ncounties > 1)
		part_filter(&qv->v->page, address, &f, 1, false, address);
}

static enum err
write_queue(struct queue_view *qv)
{
	struct ctx *cx = qv->v->cx;
	struct visit *v = qv->v;
	const char *address =
		arena_printf(cx->arena, "/jarjekorrad/%s", record_text(qv->service, "code"));
	struct part_link crumb = { .label = msg(cx, "queue.overview"), .href = "/jarjekorrad" };
	struct part_list_foot foot = { .shown = (long)qv->n, .count = -1 };

	if (qv->more)
		foot.next = arena_printf(cx->arena, "%s?alates=%lld%s%s", address,
					 (long long)qv->rows[qv->n - 1].id,
					 *qv->county == '\0' ? "" : "&maakond=", qv->county);
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.lead = msg(cx, qv->order.by_application ? "queue.order_application"
			       : qv->order.by_county	? "queue.order_county"
							: "queue.order_decision");
	visit_page_begin(v, msgf(cx, "queue.of", qv->service->title));
	write_filter(qv, address);
	if (qv->n == 0)
		part_empty(&v->page, msg(cx, "queue.empty"), msg(cx, "queue.empty_what"), NULL,
			   NULL);
	else
		write_rows(qv);
	part_list_foot(&v->page, &foot);
	return visit_page_end(v);
}

enum err
queue_list_page(struct visit *v)
{
	struct queue_view *qv = ARENA_NEW(v->cx->arena, struct queue_view);
	const char *county = http_query(v->x, "maakond");
	int64_t service = 0;

	TRY(may_see(v));
	qv->v = v;
	qv->county = county == NULL || text_length(county) > 4 ? "" : county;
	TRY(db_get_int(v->cx, SERVICE_BY_CODE, DB_ARGS(db_text(v->part[0])), &service));
	TRY(record_get(v->cx, "service", service, &qv->service));
	if (!handles(v, record_text(qv->service, "duty")))
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	TRY(queue_order(v->cx, service, &qv->order));
	TRY(read_counties(qv));
	TRY(read_rows(qv));
	return write_queue(qv);
}
