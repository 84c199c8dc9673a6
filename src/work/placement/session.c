/*
 * Sessions of rehabilitation: what a good one is, and on the placement's page how much of the
 * yearly ceiling they have used. The ceiling is of the person, the service and the calendar year,
 * whatever the provider. Source: määrus nr 66 § 3 and lisa 1 (rules R25 and R26).
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/placement/placement_int.h"

#define MAX_TRACE (64u * 1024)
#define MAX_SESSIONS 4000  /* of one person and year */
#define LINE_RULE "R26"	   /* sum of a line from the regulation's price list */
#define CEILING_RULE "R25" /* where the service names none */
#define MINUTES_OF_HOUR 60

/*
 * ?1 person, ?2 service, ?3 to ?4 days, ?5 what was known by then. The price of a session is the
 * contract's own before the one that holds for all, the newest known first; null: none recorded,
 * then the price list of the rules is asked.
 */
static const char SESSIONS[] =
	"SELECT s.sys_id, s.held_on, s.code, s.minutes, (SELECT p.cents FROM price p WHERE "
	"p.service = ?2 AND p.code = s.code AND p.unit = 'hour' AND p.sys_deleted = 0 "
	"AND p.valid_from <= s.held_on AND coalesce(p.valid_to, 2147483647) >= s.held_on "
	"AND p.known_from <= ?5 AND (p.contract IS NULL OR p.contract = l.contract) "
	"ORDER BY p.contract IS NULL, p.valid_from DESC, p.known_from DESC LIMIT 1), "
	"(SELECT p.name FROM price p WHERE p.service = ?2 AND p.code = s.code AND "
	"p.sys_deleted = 0 ORDER BY p.valid_from DESC LIMIT 1) "
	"FROM rehab_session s JOIN placement l ON l.sys_id = s.placement "
	"WHERE s.person = ?1 AND l.service = ?2 AND s.held_on BETWEEN ?3 AND ?4 "
	"AND s.sys_deleted = 0 ORDER BY s.code, s.held_on, s.sys_id LIMIT 4001";
static const char PRICE_OF[] =
	"SELECT 1 FROM price p WHERE p.service = ?1 AND p.code = ?2 AND p.sys_deleted = 0 "
	"AND p.valid_from <= ?3 AND coalesce(p.valid_to, 2147483647) >= ?3 LIMIT 1";

/* ---- the sum of one session ---- */

/* Minutes by an hour's price, half a cent up. */
static int64_t
by_hour(int64_t minutes, int64_t cents)
{
	return (minutes * cents * 2 + MINUTES_OF_HOUR) / (2 * MINUTES_OF_HOUR);
}

/* By the regulation's price list. *ret_cents -1: the list has no such code that day. */
static enum err
by_list(struct ctx *cx, int32_t day, const char *code, int64_t minutes, int64_t *ret_cents,
	bool *ret_sure)
{
	const struct rule_value in[] = { rule_date("date", day), rule_text("code", code),
					 rule_int("minutes", minutes) };
	struct rule_result r;

	*ret_cents = -1;
	if (rulebook_find(cx->world->rules, LINE_RULE) == NULL)
		return OK;
	if (rule_eval(cx, cx->world->rules, LINE_RULE, in, 3, &r) != OK) {
		if (cx->error.code != ERR_INVALID)
			return cx->error.code;
		ctx_forgive(cx);
		return OK;
	}
	*ret_cents = r.values[0].n;
	*ret_sure = r.confirmed;
	return OK;
}

/* ---- a good session ---- */

static enum err
has_price(struct ctx *cx, int64_t service, const char *code, int32_t day, bool *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	int64_t cents;
	bool sure, row;

	TRY(db_query(cx, PRICE_OF, DB_ARGS(db_int(service), db_text(code), db_date(day)), &q));
	TRY(stmt_step(cx, q, &row));
	*ret = row;
	if (row)
		return OK;
	TRY(by_list(cx, day, code, MINUTES_OF_HOUR, &cents, &sure));
	*ret = cents >= 0;
	return OK;
}

static const char *
code_will_be(const struct record *rec, const struct change *ch)
{
	const struct field *f = type_field(ch->type, "code");

	if (ch->given[f->index])
		return ch->v[f->index].set ? ch->v[f->index].s : NULL;
	return rec == NULL ? NULL : record_text(rec, "code");
}

enum err
session_making(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int32_t day = date_will_be(rec, ch, "held_on");
	const char *code = code_will_be(rec, ch);
	struct record *placement;
	bool known = true;

	if (will_be(rec, ch, "placement") == 0)
		return OK; /* required: said by the record itself */
	TRY(record_get(cx, "placement", will_be(rec, ch, "placement"), &placement));
	if (rec == NULL)
		change_int(ch, "person", record_int(placement, "person"));
	if (day != CIVIL_NONE && day > cx->today)
		return fail_field(cx, ERR_INVALID, "held_on", "err.session_future");
	if (code != NULL && day != CIVIL_NONE)
		TRY(has_price(cx, record_int(placement, "service"), code, day, &known));
	return known ? OK
		     : fail_field(cx, ERR_INVALID, "code", "err.session_code", code,
				  civil_text(cx->arena, day));
}

/* ---- the year ---- */

static struct code_sum *
sum_of(struct ctx *cx, struct session_year *y, const char *code)
{
	for (size_t i = 0; i < y->n; i++)
		if (strcmp(y->codes[i].code, code) == 0)
			return &y->codes[i];
	if (y->n == MAX_CODES)
		return &y->codes[MAX_CODES - 1];
	y->codes[y->n].code = arena_strdup(cx->arena, code);
	return &y->codes[y->n++];
}

static enum err
add_session(struct ctx *cx, struct session_year *y, const struct stmt *q)
{
	struct code_sum *s = sum_of(cx, y, stmt_text(q, 2));
	int64_t minutes = stmt_int(q, 3), cents = 0;
	bool sure = true;

	if (stmt_is_null(q, 4))
		TRY(by_list(cx, stmt_date(q, 1), s->code, minutes, &cents, &sure));
	else
		cents = by_hour(minutes, stmt_int(q, 4));
	if (cents < 0) {
		y->unknown++;
		cents = 0;
	}
	if (s->name == NULL)
		s->name = stmt_copy(cx, q, 5);
	y->sure = y->sure && sure;
	s->sessions++;
	s->minutes += minutes;
	s->cents += cents;
	y->sessions++;
	y->minutes += minutes;
	y->cents += cents;
	return OK;
}

static enum err
read_sessions(struct ctx *cx, const struct record *r, struct session_year *y)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, SESSIONS,
		     DB_ARGS(db_int(record_int(r, "person")), db_int(record_int(r, "service")),
			     db_date(y->from), db_date(y->to), db_date(cx->today)),
		     &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		if (y->sessions == MAX_SESSIONS)
			return fail(cx, ERR_LIMIT, "err.session_many");
		TRY(add_session(cx, y, q));
	}
}

/* The ceiling of the year held against what was used. A rule that gives none leaves it open. */
static enum err
read_ceiling(struct ctx *cx, const struct record *service, struct session_year *y)
{
	const char *id = record_text(service, "ceiling_rule"), *duty = record_text(service, "duty");
	bool child = duty == NULL || strcmp(duty, "D3.1") == 0;
	const struct rule_value in[] = { rule_date("date", y->to < cx->today ? y->to : cx->today),
					 rule_text("group", child ? "child" : "adult"),
					 rule_money("used", 0), rule_money("new", y->cents) };
	const struct rule_value *ceiling, *excess, *left;
	struct rule_result r;
	SCOPED_BUF b;

	buf_init(&b, MAX_TRACE);
	id = id == NULL ? CEILING_RULE : id;
	if (rulebook_find(cx->world->rules, id) == NULL)
		return OK;
	if (rule_eval(cx, cx->world->rules, id, in, 4, &r) != OK) {
		ctx_forgive(cx);
		return OK;
	}
	ceiling = rule_get(&r, "ceiling");
	excess = rule_get(&r, "excess");
	left = rule_get(&r, "left");
	if (ceiling == NULL)
		return OK;
	y->capped = true;
	y->ceiling = ceiling->n;
	y->excess = excess == NULL ? 0 : excess->n;
	y->left = left == NULL ? 0 : left->n;
	TRY(rule_json(cx, &r, &b));
	return visit_trace(cx, b.bytes, &y->why, &y->nwhy);
}

enum err
session_year(struct ctx *cx, const struct record *placement, int year, struct session_year *ret)
{
	struct record *service;

	*ret = (struct session_year){ .from = civil_day(year, 1, 1),
				      .to = civil_day(year, 12, 31),
				      .sure = true };
	TRY(record_get(cx, "service", record_int(placement, "service"), &service));
	TRY(read_sessions(cx, placement, ret));
	return read_ceiling(cx, service, ret);
}

/* ---- shown ---- */

/* "12 h 30 min" */
static const char *
hours(struct ctx *cx, int64_t minutes)
{
	return msgf(cx, "session.hours", text_count(cx->arena, minutes / MINUTES_OF_HOUR),
		    arena_printf(cx->arena, "%02d", (int)(minutes % MINUTES_OF_HOUR)));
}

static void
write_codes(struct visit *v, const struct session_year *y)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	struct part_column cols[] = { { .label = label(cx, "rehab_session", "code") },
				      { .label = msg(cx, "session.sessions"), .number = true },
				      { .label = msg(cx, "session.time"), .number = true },
				      { .label = msg(cx, "session.sum"), .number = true } };
	struct part_table t = { .caption = msg(cx, "session.by_code"),
				.columns = cols,
				.n_columns = 4 };

	part_table_begin(p, &t);
	for (size_t i = 0; i < y->n; i++) {
		part_row_begin(p, &t, NULL, 0, NULL);
		part_cell_text(p, &t,
			       y->codes[i].name == NULL
				       ? y->codes[i].code
				       : arena_printf(cx->arena, "%s %s", y->codes[i].code,
						      y->codes[i].name));
		part_cell_int(p, &t, y->codes[i].sessions);
		part_cell_text(p, &t, hours(cx, y->codes[i].minutes));
		part_cell_money(p, &t, y->codes[i].cents);
		part_row_end(p, &t);
	}
	part_total_begin(p, &t);
	part_cell_text(p, &t, msg(cx, "session.total"));
	part_cell_int(p, &t, y->sessions);
	part_cell_text(p, &t, hours(cx, y->minutes));
	part_cell_money(p, &t, y->cents);
	part_total_end(p, &t);
	part_table_end(p, &t);
}

static void
write_ceiling(struct visit *v, const struct session_year *y)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;

	if (y->excess > 0)
		part_notice(p, TONE_LATE,
			    msgf(cx, "session.over", text_money(cx->arena, y->excess)),
			    msg(cx, "session.over_what"));
	else if (y->capped && y->left * 10 <= y->ceiling)
		part_notice(p, TONE_SOON, msgf(cx, "session.near", text_money(cx->arena, y->left)),
			    NULL);
	if (y->unknown > 0)
		part_notice(p, TONE_SOON,
			    msgf(cx, "session.unknown", text_count(cx->arena, y->unknown)), NULL);
	if (!y->capped)
		return;
	part_facts_begin(p);
	part_fact(p, msg(cx, "session.used"), text_money(cx->arena, y->cents));
	part_fact_begin(p, msg(cx, "session.ceiling"));
	html_text(p->h, text_money(cx->arena, y->ceiling));
	html_text(p->h, " ");
	part_because(p, msg(cx, "session.ceiling"), y->why, y->nwhy);
	part_fact_end(p);
	part_fact(p, msg(cx, "session.left"), text_money(cx->arena, y->left));
	part_facts_end(p);
}

enum err
session_panel(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	struct session_year *y = ARENA_NEW(cx->arena, struct session_year);
	int32_t day = record_date(r, "ends");
	struct record *service;
	const char *unit, *href;
	int year;

	TRY(record_get(cx, "service", record_int(r, "service"), &service));
	unit = record_text(service, "unit");
	if (unit == NULL || strcmp(unit, "session") != 0)
		return OK;
	year = civil_date(day == CIVIL_NONE || day > cx->today ? cx->today : day).year;
	TRY(session_year(cx, r, year, y));
	part_section_begin(&v->page, "teenuskorrad",
			   msgf(cx, "session.year", text_from_int(cx->arena, year)));
	write_ceiling(v, y);
	if (y->sessions == 0)
		part_empty(&v->page, msg(cx, "session.none"), NULL, NULL, NULL);
	else
		write_codes(v, y);
	if (y->sessions > 0 && !y->sure)
		part_badge(&v->page, TONE_SOON, msg(cx, "session.unsure"));
	href = arena_printf(cx->arena, "/teenuskord/uus?placement=%lld", (long long)r->id);
	if (!record_in(r, "ended") &&
	    sql_may(cx, cx->world->types, types_get(cx->world->types, "rehab_session"),
		    RIGHT_CREATE))
		part_button_link(&v->page, href, msg(cx, "session.add"), ICON_ADD, true);
	part_section_end(&v->page);
	return OK;
}
