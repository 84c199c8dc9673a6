/* The section on a placement's page: its stages and pauses, and how long a stage may be. */
#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/placement/placement_int.h"

#define MAX_TRACE (64u * 1024)

struct line {
	struct period period;
	const char *stage; /* name */
	int32_t until;	   /* last day it may last, by its rule; CIVIL_NONE: no rule */
	struct part_trace *why;
	size_t nwhy;
};

/* Until when a stage may last, and why. A rule that cannot be computed for the day gives none. */
static enum err
stage_limit(struct ctx *cx, const struct record *stage, struct line *l)
{
	const char *id = record_text(stage, "max_rule");
	const struct rule *rule = id == NULL ? NULL : rulebook_find(cx->world->rules, id);
	const struct rule_input *inputs;
	struct rule_result result;
	struct rule_value in;
	SCOPED_BUF b;

	buf_init(&b, MAX_TRACE);
	if (rule == NULL || rule_inputs(rule, &inputs) == 0)
		return OK;
	in = rule_date(inputs[0].name, l->period.starts);
	if (rule_eval(cx, cx->world->rules, id, &in, 1, &result) != OK ||
	    result.values[0].type != RULE_DATE) {
		ctx_forgive(cx);
		return OK;
	}
	l->until = result.values[0].date;
	TRY(rule_json(cx, &result, &b));
	return visit_trace(cx, b.bytes, &l->why, &l->nwhy);
}

static enum err
read_lines(struct ctx *cx, const struct record *r, struct line **ret, size_t *ret_n)
{
	struct period *list;
	struct line *lines;
	size_t n = 0;

	TRY(periods_of(cx, r->id, &list, &n));
	lines = ARENA_ARRAY(cx->arena, n + 1, struct line);
	for (size_t i = 0; i < n; i++) {
		struct record *stage;

		lines[i] = (struct line){ .period = list[i], .until = CIVIL_NONE };
		if (list[i].pause || list[i].stage == 0)
			continue;
		TRY(record_get(cx, "stage", list[i].stage, &stage));
		lines[i].stage = record_text(stage, "name");
		TRY(stage_limit(cx, stage, &lines[i]));
	}
	*ret = lines;
	*ret_n = n;
	return OK;
}

/* The last day that has come: its end, or today while it runs. */
static int32_t
last_day(const struct ctx *cx, const struct period *p)
{
	return p->ends == CIVIL_NONE || p->ends > cx->today ? cx->today : p->ends;
}

static bool
too_long(const struct ctx *cx, const struct line *l)
{
	return l->until != CIVIL_NONE && last_day(cx, &l->period) > l->until;
}

static void
write_limit(struct visit *v, struct part_table *t, const struct line *l)
{
	struct ctx *cx = v->cx;

	part_cell_begin(&v->page, t);
	if (l->until == CIVIL_NONE) {
		html_text(v->page.h, "–");
	} else {
		if (too_long(cx, l))
			part_badge(&v->page, TONE_LATE, msg(cx, "placement.too_long"));
		else if (l->period.ends == CIVIL_NONE && l->until - cx->today <= 30)
			part_badge(&v->page, TONE_SOON, msg(cx, "placement.soon_long"));
		html_text(v->page.h, " ");
		part_date(&v->page, l->until);
		html_text(v->page.h, " ");
		part_because(&v->page, msg(cx, "placement.longest"), l->why, l->nwhy);
	}
	part_cell_end(&v->page, t);
}

static void
write_line(struct visit *v, struct part_table *t, const struct line *l)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	int32_t days = last_day(cx, &l->period) - l->period.starts + 1;

	part_row_begin(p, t, NULL, 0, NULL);
	if (l->period.pause)
		part_cell_badge(p, t, TONE_SOON, msg(cx, "placement.paused"));
	else
		part_cell_text(p, t, l->stage != NULL ? l->stage : msg(cx, "placement.on_service"));
	part_cell_date(p, t, l->period.starts);
	part_cell_date(p, t, l->period.ends);
	part_cell_text(p, t, days < 1 ? NULL : msg_count(cx, "placement.days", days));
	write_limit(v, t, l);
	part_cell_text(p, t, l->period.reason);
	part_row_end(p, t);
}

static void
write_warnings(struct visit *v, const struct record *r, const struct line *lines, size_t n)
{
	struct ctx *cx = v->cx;

	if (record_in(r, "ended"))
		return;
	if (n > 0 && too_long(cx, &lines[n - 1]))
		part_notice(
			&v->page, TONE_LATE,
			msgf(cx, "placement.stage_over", civil_text(cx->arena, lines[n - 1].until)),
			msg(cx, "placement.stage_over_what"));
	if (!record_value(r, "contract")->set)
		part_notice(&v->page, TONE_SOON, msg(cx, "placement.no_contract"),
			    msg(cx, "placement.no_contract_what"));
	if (record_value(r, "ends")->set && record_date(r, "ends") < cx->today)
		part_notice(&v->page, TONE_SOON, msg(cx, "placement.past_end"),
			    msg(cx, "placement.past_end_what"));
}

static enum err
write_end(struct visit *v, const struct record *r)
{
	const struct field *f = type_field(r->type, "end_reason");
	const char *reason;

	if (!record_in(r, "ended"))
		return OK;
	TRY(visit_text(v, f, record_value(r, "end_reason"), &reason));
	part_facts_begin(&v->page);
	part_fact(&v->page, msg(v->cx, f->label_key), reason);
	part_facts_end(&v->page);
	return OK;
}

enum err
placement_panel(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = {
		{ .label = msg(cx, "placement.what") },
		{ .label = label(cx, "placement_period", "starts") },
		{ .label = label(cx, "placement_period", "ends") },
		{ .label = msg(cx, "placement.length") },
		{ .label = msg(cx, "placement.longest") },
		{ .label = label(cx, "placement_period", "reason") },
	};
	struct part_table t = { .caption = msg(cx, "placement.periods"),
				.columns = cols,
				.n_columns = 6 };
	struct line *lines;
	size_t n = 0;

	TRY(read_lines(cx, r, &lines, &n));
	part_section_begin(&v->page, "perioodid", msg(cx, "placement.periods"));
	write_warnings(v, r, lines, n);
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < n; i++)
		write_line(v, &t, &lines[i]);
	part_table_end(&v->page, &t);
	TRY(write_end(v, r));
	part_section_end(&v->page);
	return OK;
}
