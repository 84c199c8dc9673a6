/*
 * Home: what is due, own work first, by the clock; then each duty with its figure. And the page
 * of all registers.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "core/access.h"
#include "core/clock.h"
#include "web/counts.h"
#include "web/site_int.h"

#define DUE_ROWS 25
#define DUE_DAYS 7 /* calendar days ahead */

/* Clocks know units, not rights: those of records out of sight are left out. */
static enum err
visible(struct visit *v, struct clock_entry *list, size_t *n)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n && kept < DUE_ROWS; i++) {
		const struct type *t = types_get(v->cx->world->types, list[i].type);
		struct record *r;

		if (t == NULL)
			continue;
		if (record_load(v->cx, t, list[i].record, RIGHT_SEE, &r) == OK) {
			access_saw(v->cx, "list", r->about);
			list[kept++] = list[i];
			continue;
		}
		if (v->cx->error.code != ERR_NOTFOUND)
			return v->cx->error.code;
		ctx_forgive(v->cx);
	}
	*n = kept;
	return OK;
}

static enum err
write_due(struct visit *v)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = { { .label = msg(cx, "column.due") },
				      { .label = msg(cx, "home.what") },
				      { .label = msg(cx, "column.number") },
				      { .label = msg(cx, "home.who") } };
	struct part_table pt = {
		.caption = msg(cx, "home.due"), .columns = cols, .n_columns = 4, .keys = true
	};
	struct clock_entry *list;
	size_t n;

	TRY(clock_due(cx, cx->today + DUE_DAYS, DUE_ROWS * 2, &list, &n));
	TRY(visible(v, list, &n));
	part_section_begin(&v->page, "tahtajad", msg(cx, "home.due"));
	if (n == 0)
		part_empty(&v->page, msg(cx, "home.nothing_due"), msg(cx, "home.nothing_due_what"),
			   NULL, NULL);
	else
		part_table_begin(&v->page, &pt);
	for (size_t i = 0; i < n; i++) {
		const struct clock_entry *e = &list[i];
		const struct type *t = types_get(cx->world->types, e->type);
		const char *href, *words;
		enum tone tone;

		href = visit_url(cx, t, e->number);
		tone = visit_due(cx, e->due, 3, &words);
		part_row_begin(&v->page, &pt, href, e->record, e->number);
		part_cell_clock(&v->page, &pt, tone, words, e->due);
		part_cell_text(
			&v->page, &pt,
			msg(cx, arena_printf(cx->arena, "type.%s.clock.%s", t->name, e->name)));
		part_cell_link(&v->page, &pt, href, e->number);
		part_cell_text(&v->page, &pt, e->title);
		part_row_end(&v->page, &pt);
	}
	if (n > 0)
		part_table_end(&v->page, &pt);
	part_section_end(&v->page);
	return OK;
}

static enum err
write_measure(struct visit *v, const struct type *t, const struct measure *m)
{
	struct ctx *cx = v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value period[] = { db_date(cx->today - MEASURE_DAYS), db_date(cx->today) };
	struct part_figure f = { .label = msg(cx, m->label_key) };
	struct sql sql;
	int64_t whole, good;
	bool row;

	TRY(sql_measure(cx, cx->world->types, t, m, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, period, m->date == NULL ? 0 : 2), &q));
	TRY(stmt_step(cx, q, &row));
	whole = stmt_int(q, 0);
	good = stmt_int(q, 1);
	if (m->good == NULL)
		f.value = text_count(cx->arena, whole);
	else if (whole == 0)
		f.value = "–"; /* not shown */
	else
		f.value =
			arena_printf(cx->arena, "%lld\xC2\xA0%%", (long long)(good * 100 / whole));
	if (m->good != NULL) {
		f.note = msgf(cx, m->date == NULL ? "home.of" : "home.of_recent",
			      text_count(cx->arena, good), text_count(cx->arena, whole));
		if (m->target >= 0) {
			bool met = good * 100 >= whole * m->target;

			f.target = arena_printf(cx->arena, "\xE2\x89\xA5 %d\xC2\xA0%%", m->target);
			f.tone = whole == 0 ? TONE_PLAIN : met ? TONE_DONE : TONE_SOON;
			f.word = whole == 0 ? NULL
					    : msg(cx, met ? "home.on_target" : "home.below_target");
		}
	}
	f.href = arena_printf(cx->arena, "/%s?vaade=%s", t->path,
			      m->good != NULL && good < whole ? m->rest.name : m->all.name);
	f.href_label = m->good != NULL && good < whole
			       ? msgf(cx, "home.rest", text_count(cx->arena, whole - good))
			       : msg(cx, t->plural_key);
	part_figure(&v->page, &f);
	return OK;
}

/* The figures of one duty under its name and expected outcome; nothing where it has none. */
static enum err
write_duty(struct visit *v, const struct duty *d)
{
	const struct types *ts = v->cx->world->types;
	bool begun = false;

	for (size_t i = 0; i < ts->n; i++)
		for (int k = 0; k < ts->list[i]->nmeasures; k++) {
			const struct type *t = ts->list[i];

			if (strcmp(t->measures[k].duty, d->name) != 0 ||
			    !sql_may(v->cx, ts, t, RIGHT_SEE))
				continue;
			if (!begun) {
				part_section_begin(&v->page, NULL, msg(v->cx, d->label_key));
				if (d->outcome_key != NULL)
					part_quiet(&v->page, msgf(v->cx, "home.outcome",
								  msg(v->cx, d->outcome_key)));
				part_figures_begin(&v->page);
			}
			begun = true;
			TRY(write_measure(v, t, &t->measures[k]));
		}
	if (begun) {
		part_figures_end(&v->page);
		part_section_end(&v->page);
	}
	return OK;
}

static enum err
write_figures(struct visit *v)
{
	const struct types *ts = v->cx->world->types;

	for (size_t i = 0; i < ts->nduties; i++)
		if (visit_duty(v, ts->duties[i]->name))
			TRY(write_duty(v, ts->duties[i]));
	return OK;
}

static enum err
write_last_signin(struct visit *v)
{
	struct signin_report report;

	TRY(account_report(v->cx, &v->session, &report));
	if (report.failures > 0)
		part_notice(&v->page, TONE_SOON, msg(v->cx, "home.failures"),
			    msgf(v->cx, "home.failures_what",
				 text_from_int(v->cx->arena, report.failures),
				 report.last_failure_from));
	else if (report.last_at != 0)
		part_quiet(&v->page,
			   msgf(v->cx, "home.last_signin",
				civil_text(v->cx->arena, civil_in_tallinn(report.last_at).day),
				arena_printf(v->cx->arena, "%02d:%02d",
					     civil_in_tallinn(report.last_at).hour,
					     civil_in_tallinn(report.last_at).minute)));
	return OK;
}

enum err
home_page(struct visit *v)
{
	v->cx->purpose = "";
	visit_page_begin(v, msg(v->cx, "home.title"));
	TRY(write_due(v));
	for (const struct work *const *w = v->site->works; *w != NULL; w++)
		for (const struct web_home *h = (*w)->homes; h != NULL && h->write != NULL; h++)
			TRY(h->write(v));
	TRY(write_figures(v));
	TRY(write_last_signin(v));
	return visit_page_end(v);
}

enum err
registers_page(struct visit *v)
{
	const struct types *ts = v->cx->world->types;
	struct part_link *links = ARENA_ARRAY(v->cx->arena, ts->n + 1, struct part_link);
	size_t n = 0;

	for (size_t i = 0; i < ts->n; i++)
		if (sql_may(v->cx, ts, ts->list[i], RIGHT_SEE))
			links[n++] =
				(struct part_link){ .label = msg(v->cx, ts->list[i]->plural_key),
						    .href = arena_printf(v->cx->arena, "/%s",
									 ts->list[i]->path) };
	visit_page_begin(v, msg(v->cx, "rail.registers"));
	part_links(&v->page, msg(v->cx, "rail.registers"), links, n);
	return visit_page_end(v);
}
