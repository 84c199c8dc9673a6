/* On an application: what was asked for, until when, and what that does to the term to decide. */
#include <inttypes.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/clock.h"
#include "format/letter_kept.h"
#include "rule/rule.h"
#include "work/application/application_int.h"

#define MAX_LETTERS 10

static const char LETTERS[] =
	"SELECT id, filename, made_at FROM sys_attachment WHERE record = ?1 AND media = ?2 "
	"ORDER BY id DESC LIMIT 10";

struct asked_panel {
	struct visit *v;
	const struct record *app;
	struct part_link letters[MAX_LETTERS];
	size_t n;
	int32_t asked_on; /* day of the newest */
};

static enum err
read_letters(struct asked_panel *pa)
{
	struct ctx *cx = pa->v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, LETTERS, DB_ARGS(db_int(pa->app->id), db_text(LETTER_KEPT)), &q));
	while (pa->n < MAX_LETTERS) {
		int32_t day;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		day = civil_in_tallinn(stmt_int(q, 2)).day;
		if (pa->n == 0)
			pa->asked_on = day;
		pa->letters[pa->n++] = (struct part_link){
			.label = stmt_copy(cx, q, 1),
			.href = arena_printf(cx->arena, "/fail/%" PRId64, stmt_int(q, 0)),
			.note = civil_text(cx->arena, day),
		};
	}
	return OK;
}

static enum err
rule_steps(struct ctx *cx, const struct rule_result *r, struct part_trace **ret, size_t *ret_n)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_PAGE);
	TRY(rule_json(cx, r, &b));
	return visit_trace(cx, b.bytes, ret, ret_n);
}

/* The day given: as the rule counts it, or the official's own. */
static enum err
write_term(struct asked_panel *pa)
{
	struct visit *v = pa->v;
	const char *label = msg(v->cx, type_field(pa->app->type, "fix_by")->label_key);
	int32_t by = record_date(pa->app, "fix_by");
	struct part_trace own = { .fact = msg(v->cx, "asked.own_day"), .confirmed = CIVIL_NONE };
	struct part_trace *steps = &own;
	struct rule_result r;
	size_t n = 1;

	if (by == CIVIL_NONE)
		return OK;
	TRY(asked_term(v->cx, pa->asked_on, &r));
	own.source = rule_source(r.rule);
	if (r.values[0].date == by)
		TRY(rule_steps(v->cx, &r, &steps, &n));
	part_fact_begin(&v->page, label);
	part_date(&v->page, by);
	html_text(&v->h, " ");
	if (by < v->cx->today && record_in(pa->app, "incomplete"))
		part_badge(&v->page, TONE_LATE, msg(v->cx, "asked.over"));
	part_because(&v->page, label, steps, n);
	part_fact_end(&v->page);
	return OK;
}

/* The law that gives the time to decide, as the service's own rule names it; NULL if it has none.
 */
static enum err
law_of_term(struct asked_panel *pa, const char **ret)
{
	struct ctx *cx = pa->v->cx;
	struct record *service;
	const struct rule *r;
	const char *id;

	*ret = NULL;
	TRY(record_get(cx, "service", record_int(pa->app, "service"), &service));
	id = record_text(service, "decision_rule");
	r = id == NULL ? NULL : rulebook_find(cx->world->rules, id);
	if (r != NULL)
		*ret = rule_source(r);
	return OK;
}

/* The running clock of the decision says why itself; one that has not begun is told by the law. */
static enum err
write_clock(struct asked_panel *pa)
{
	struct visit *v = pa->v;
	const char *label = msg(v->cx, pa->app->type->clocks[0].label_key);
	struct part_trace waits = { .fact = msg(v->cx, "asked.waits_why"),
				    .confirmed = CIVIL_NONE };
	struct part_trace *steps = &waits;
	struct clock_entry *clocks;
	size_t n = 1, nclocks;

	TRY(law_of_term(pa, &waits.source));
	TRY(clock_of(v->cx, pa->app->id, &clocks, &nclocks));
	if (nclocks > 0)
		TRY(visit_trace(v->cx, clocks[0].trace, &steps, &n));
	part_fact_begin(&v->page, label);
	html_text(&v->h, nclocks > 0 ? msgf(v->cx, "asked.page_runs",
					    civil_text(v->cx->arena, clocks[0].due))
				     : msg(v->cx, "asked.page_waits"));
	html_text(&v->h, " ");
	part_because(&v->page, label, steps, n);
	part_fact_end(&v->page);
	return OK;
}

enum err
asked_panel(struct visit *v, const struct record *r)
{
	struct asked_panel pa = { .v = v, .app = r, .asked_on = CIVIL_NONE };

	TRY(read_letters(&pa));
	if (pa.n == 0)
		return OK;
	part_section_begin(&v->page, "puuduv", msg(v->cx, "asked.section"));
	if (record_in(r, "incomplete")) {
		part_facts_begin(&v->page);
		TRY(write_term(&pa));
		TRY(write_clock(&pa));
		part_facts_end(&v->page);
	}
	part_links(&v->page, msg(v->cx, "asked.letters"), pa.letters, pa.n);
	part_section_end(&v->page);
	return OK;
}
