/* The section on an entry's page: its place, and why it is there. */
#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "rule/place.h"
#include "rule/rule.h"
#include "work/queue/queue_int.h"

#define NEIGHBOURS 3 /* shown on each side */

/* Those right before and behind, without names: the reader sees the order, not the people. */
static const char NEIGHBOURS_BY_DECISION[] =
	"SELECT sys_number, queued_on, applied_on, sys_id FROM (SELECT * FROM (SELECT sys_number, "
	"queued_on, applied_on, sys_id FROM queue_entry WHERE service = ?1 AND "
	"sys_state = 'waiting' AND sys_deleted = 0 AND (queued_on, applied_on, sys_id) <= "
	"(?2, ?3, ?4) AND (?5 = 0 OR coalesce(county, '') = ?6) "
	"ORDER BY queued_on DESC, applied_on DESC, sys_id DESC LIMIT 4) b UNION ALL SELECT * FROM "
	"(SELECT sys_number, queued_on, applied_on, sys_id FROM queue_entry WHERE service = ?1 AND "
	"sys_state = 'waiting' AND sys_deleted = 0 AND (queued_on, applied_on, sys_id) > "
	"(?2, ?3, ?4) AND (?5 = 0 OR coalesce(county, '') = ?6) "
	"ORDER BY queued_on, applied_on, sys_id LIMIT 3) a) n ORDER BY queued_on, applied_on, "
	"sys_id";
static const char NEIGHBOURS_BY_APPLICATION[] =
	"SELECT sys_number, queued_on, applied_on, sys_id FROM (SELECT * FROM (SELECT sys_number, "
	"queued_on, applied_on, sys_id FROM queue_entry WHERE service = ?1 AND "
	"sys_state = 'waiting' AND sys_deleted = 0 AND (applied_on, queued_on, sys_id) <= "
	"(?3, ?2, ?4) AND (?5 = 0 OR coalesce(county, '') = ?6) "
	"ORDER BY applied_on DESC, queued_on DESC, sys_id DESC LIMIT 4) b UNION ALL SELECT * FROM "
	"(SELECT sys_number, queued_on, applied_on, sys_id FROM queue_entry WHERE service = ?1 AND "
	"sys_state = 'waiting' AND sys_deleted = 0 AND (applied_on, queued_on, sys_id) > "
	"(?3, ?2, ?4) AND (?5 = 0 OR coalesce(county, '') = ?6) "
	"ORDER BY applied_on, queued_on, sys_id LIMIT 3) a) n ORDER BY applied_on, queued_on, "
	"sys_id";

struct neighbour {
	const char *number;
	int32_t queued, applied;
	bool self;
};

struct standing {
	struct visit *v;
	const struct record *r;
	struct queue_order order;
	struct queue_place place;
	struct neighbour near[2 * NEIGHBOURS + 1];
	size_t nnear;
	struct part_trace *why;
	size_t nwhy;
};

const char *
queue_county(struct ctx *cx, const char *code)
{
	const struct place *p;

	if (code == NULL)
		return "";
	p = place_now(cx->world->rules, code, cx->today);
	return p == NULL ? code : p->name;
}

static enum err
read_neighbours(struct standing *s)
{
	struct ctx *cx = s->v->cx;
	const char *county = record_text(s->r, "county");
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx,
		     s->order.by_application ? NEIGHBOURS_BY_APPLICATION : NEIGHBOURS_BY_DECISION,
		     DB_ARGS(db_int(s->order.service), db_date(record_date(s->r, "queued_on")),
			     db_date(record_date(s->r, "applied_on")), db_int(s->r->id),
			     db_bool(s->order.by_county), db_text(county == NULL ? "" : county)),
		     &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row || s->nnear == sizeof(s->near) / sizeof(*s->near))
			return OK;
		s->near[s->nnear++] = (struct neighbour){ .number = stmt_copy(cx, q, 0),
							  .queued = stmt_date(q, 1),
							  .applied = stmt_date(q, 2),
							  .self = stmt_int(q, 3) == s->r->id };
	}
}

static const char *
capped(struct ctx *cx, int64_t n)
{
	return n > MAX_COUNT ? arena_printf(cx->arena, "%s+", text_count(cx->arena, MAX_COUNT))
			     : text_count(cx->arena, n);
}

static void
say(struct standing *s, const char *fact)
{
	s->why[s->nwhy++] = (struct part_trace){ .fact = fact, .confirmed = CIVIL_NONE };
}

/* The rule with its source first, then the dates it looks at, then how ties were decided. */
static void
explain(struct standing *s)
{
	struct ctx *cx = s->v->cx;
	const struct rule_result *why = s->order.why;
	const char *queued = civil_text(cx->arena, record_date(s->r, "queued_on"));
	const char *applied = civil_text(cx->arena, record_date(s->r, "applied_on"));

	s->why = ARENA_ARRAY(cx->arena, 8, struct part_trace);
	s->why[s->nwhy++] = (struct part_trace){
		.fact = msg(cx, s->order.by_county ? "queue.why_county" : "queue.why_service"),
		.rule = why == NULL ? msg(cx, "queue.why_default")
				    : rule_word(cx, why->rule, why->values[0].text),
		.source = why == NULL			 ? NULL
			  : why->version->source != NULL ? why->version->source
							 : rule_source(why->rule),
		.confirmed = CIVIL_NONE,
		.unsure = why == NULL || !why->confirmed,
	};
	say(s, s->order.by_application ? msgf(cx, "queue.why_by_application", applied, queued)
				       : msgf(cx, "queue.why_by_decision", queued, applied));
	if (s->place.same_day > 0)
		say(s, msgf(cx,
			    s->order.by_application ? "queue.why_same_application"
						    : "queue.why_same_decision",
			    capped(cx, s->place.same_day)));
	if (s->place.same_days > 0)
		say(s, msgf(cx, "queue.why_same_days", capped(cx, s->place.same_days)));
	if (s->place.later_made > 0)
		say(s, msgf(cx, "queue.why_later_made", capped(cx, s->place.later_made)));
	say(s, msgf(cx, "queue.why_before", capped(cx, s->place.before)));
}

static void
write_neighbours(struct standing *s)
{
	struct ctx *cx = s->v->cx;
	struct page *p = &s->v->page;
	int64_t first = s->place.before + 1;
	struct part_column cols[] = { { .label = msg(cx, "queue.place_short"), .number = true },
				      { .label = msg(cx, "column.number") },
				      { .label = label(cx, "queue_entry", "queued_on") },
				      { .label = label(cx, "queue_entry", "applied_on") } };
	struct part_table t = { .caption = msg(cx, "queue.neighbours"),
				.show_caption = true,
				.columns = cols,
				.n_columns = 4 };

	for (size_t i = 0; i < s->nnear && !s->near[i].self; i++)
		first--;
	part_table_begin(p, &t);
	for (size_t i = 0; i < s->nnear; i++) {
		const struct neighbour *e = &s->near[i];

		part_row_begin(p, &t, NULL, 0, e->number);
		part_cell_text(p, &t, capped(cx, first + (int64_t)i));
		if (e->self)
			part_cell_badge(p, &t, TONE_OPEN, e->number);
		else
			part_cell_text(p, &t, e->number);
		part_cell_date(p, &t, e->queued);
		part_cell_date(p, &t, e->applied);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
}

static void
write_changes(struct standing *s)
{
	static const char *const KEYS[] = { "queue.change_leave", "queue.change_join",
					    "queue.change_redate", "queue.change_never" };

	part_heading(&s->v->page, 3, NULL, msg(s->v->cx, "queue.change"));
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++)
		part_text(&s->v->page, msg(s->v->cx, KEYS[i]));
}

static void
write_waiting(struct standing *s)
{
	struct ctx *cx = s->v->cx;
	struct page *p = &s->v->page;
	const char *reason = record_text(s->r, "order_reason");

	part_section_begin(p, "koht", msg(cx, "queue.place"));
	part_facts_begin(p);
	part_fact_begin(p, msg(cx, "queue.place_in"));
	html_text(p->h, msgf(cx, "queue.place_nth", capped(cx, s->place.before + 1)));
	html_text(p->h, " ");
	part_because(p, msg(cx, "queue.place"), s->why, s->nwhy);
	part_fact_end(p);
	part_fact(p, msg(cx, "queue.before"), capped(cx, s->place.before));
	part_fact(p, msg(cx, "queue.after"), capped(cx, s->place.after));
	part_fact(p, msg(cx, "queue.waited"),
		  msg_count(cx, "queue.days", cx->today - record_date(s->r, "queued_on")));
	part_fact(p, msg(cx, "queue.referred_year"), capped(cx, s->place.referred));
	if (s->order.by_county)
		part_fact(p, msg(cx, "queue.county"),
			  queue_county(cx, record_text(s->r, "county")));
	if (reason != NULL)
		part_fact(p, label(cx, "queue_entry", "order_reason"), reason);
	part_facts_end(p);
	if (sql_may(cx, cx->world->types, types_get(cx->world->types, "referral"), RIGHT_CREATE))
		part_button_link(p, arena_printf(cx->arena, "/suuna%s", visit_url_of(cx, s->r, "")),
				 msg(cx, "queue.refer"), ICON_NEXT, true);
	write_neighbours(s);
	write_changes(s);
	part_section_end(p);
}

static void
write_left(struct visit *v, const struct record *r, const char *reason)
{
	part_section_begin(&v->page, "koht", msg(v->cx, "queue.left"));
	part_facts_begin(&v->page);
	part_fact(&v->page, label(v->cx, "queue_entry", "left_on"),
		  civil_text(v->cx->arena, record_date(r, "left_on")));
	part_fact(&v->page, label(v->cx, "queue_entry", "reason"), reason);
	part_facts_end(&v->page);
	part_section_end(&v->page);
}

enum err
queue_panel(struct visit *v, const struct record *r)
{
	struct standing s = { .v = v, .r = r };
	const char *reason;

	if (!record_in(r, "waiting")) {
		TRY(visit_text(v, type_field(r->type, "reason"), record_value(r, "reason"),
			       &reason));
		write_left(v, r, reason);
		return OK;
	}
	TRY(queue_order(v->cx, record_int(r, "service"), &s.order));
	TRY(queue_place(v->cx, r, &s.order, &s.place));
	TRY(read_neighbours(&s));
	explain(&s);
	write_waiting(&s);
	return OK;
}
