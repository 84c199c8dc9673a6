/* What the pages of settlement share. See pages_int.h. */
#include "work/settlement/pages_int.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/settlement/compare.h"
#include "work/settlement/days.h"
#include "work/settlement/month_read.h"

bool
pages_official(const struct visit *v)
{
	return v->cx->who.org == 0 &&
	       (visit_duty(v, "B3.3") || visit_duty(v, "D3.8") || visit_duty(v, "PM.1"));
}

enum err
pages_claim(struct visit *v, const char *number, struct record **ret)
{
	const struct type *t = types_get(v->cx->world->types, "claim");

	v->cx->purpose = visit_purpose(v, t);
	return record_load_number(v->cx, t, number, RIGHT_SEE, ret);
}

void
pages_empty_cells(struct page *p, struct part_table *t, int n)
{
	for (int i = 0; i < n; i++) {
		part_cell_begin(p, t);
		part_cell_end(p, t);
	}
}

void
pages_buttons_begin(struct visit *v)
{
	html_raw(&v->h, "<div class=\"buttons\">");
}

void
pages_buttons_end(struct visit *v)
{
	html_raw(&v->h, "</div>");
}

void
pages_figures_heading(struct visit *v)
{
	html_element(&v->h, "h2", "vh", msg(v->cx, "settlement.figures"));
}

/* The record's own address with another beginning. */
static const char *
url_under(struct ctx *cx, const char *under, const char *number)
{
	const struct type *t = types_get(cx->world->types, "claim");
	const char *own = visit_url(cx, t, number);

	return arena_printf(cx->arena, "%s%s", under, own + strlen(t->path) + 1);
}

const char *
pages_days_url(struct ctx *cx, const char *number)
{
	return url_under(cx, "/kuu/paevad", number);
}

const char *
pages_compare_url(struct ctx *cx, const char *number)
{
	return url_under(cx, "/kuu/vordlus", number);
}

const char *
pages_sample_url(struct ctx *cx, const char *number)
{
	return url_under(cx, "/kuu/naidis", number);
}

const char *
pages_credit_url(struct ctx *cx, const char *number)
{
	const struct type *t = types_get(cx->world->types, "invoice");
	const char *own = visit_url(cx, t, number);

	return arena_printf(cx->arena, "/kuu/kreedit%s", own + strlen(t->path) + 1);
}

const char *
pages_month(struct ctx *cx, int32_t month)
{
	struct civil c = civil_date(month);

	return arena_printf(cx->arena, "%s %d",
			    msg(cx, arena_printf(cx->arena, "settlement.month.%d", c.month)),
			    c.year);
}

enum tone
pages_tone(const struct type *t, const char *state)
{
	static const enum tone TONE[] = {
		[LOOK_PLAIN] = TONE_PLAIN, [LOOK_OPEN] = TONE_OPEN, [LOOK_SOON] = TONE_SOON,
		[LOOK_LATE] = TONE_LATE,   [LOOK_DONE] = TONE_DONE, [LOOK_OFF] = TONE_OFF,
	};
	int s = state == NULL ? -1 : type_state(t, state);

	return s < 0 ? TONE_PLAIN : TONE[t->states[s].look];
}

const char *
pages_state(struct ctx *cx, const struct type *t, const char *state)
{
	int s = state == NULL ? -1 : type_state(t, state);

	return s < 0 ? "" : msg(cx, t->states[s].label_key);
}

const char *
pages_choice(struct ctx *cx, const char *type, const char *field, const char *value)
{
	const struct type *t = types_get(cx->world->types, type);
	const struct choice *c = value == NULL ? NULL : field_choice(type_field(t, field), value);

	return c == NULL ? "" : msg(cx, c->label_key);
}

const char *
pages_error(const struct ctx *cx)
{
	const struct error *e = &cx->error;
	const char *a[4] = { "", "", "", "" };

	for (int i = 0; i < e->nargs && i < 4; i++)
		a[i] = e->args[i];
	return e->key == NULL ? "" : msgf(cx, e->key, a[0], a[1], a[2], a[3]);
}

/* ---- why a line has its sum ---- */

static struct part_trace
step(const char *fact, const char *rule)
{
	return (struct part_trace){ .fact = fact, .rule = rule, .confirmed = CIVIL_NONE };
}

static size_t
because_price(struct ctx *cx, const struct line_facts *l, struct part_trace *steps)
{
	if (!l->priced) {
		steps[0] = step(msg(cx, "settlement.why_no_price"), NULL);
		return 1;
	}
	if (l->price_number == NULL)
		return 0;
	steps[0] = step(
		msgf(cx, l->by_contract ? "settlement.why_price_contract" : "settlement.why_price",
		     l->price_number, text_money(cx->arena, l->price_cents)),
		msgf(cx, "settlement.why_known", civil_text(cx->arena, l->price_from),
		     civil_text(cx->arena, l->price_known)));
	steps[0].unsure = !l->price_confirmed;
	return 1;
}

static const char *
absences_text(struct ctx *cx, const struct line_facts *l)
{
	return msgf(cx, "settlement.why_days", text_from_int(cx->arena, days_count(l->days, "T")),
		    text_from_int(cx->arena, days_count(l->days, "P")),
		    text_from_int(cx->arena, days_count(l->days, "H")),
		    text_from_int(cx->arena, days_count(l->days, "-")));
}

size_t
pages_because(struct ctx *cx, const struct line_facts *l, struct part_trace *steps)
{
	size_t n = 0;

	if (l->month != CIVIL_NONE) {
		steps[n++] = step(l->note == NULL ? "" : l->note, msg(cx, "settlement.why_fix"));
		return n;
	}
	if (l->minutes > 0)
		steps[n++] = step(msg_count(cx, "settlement.why_minutes", (long)l->minutes), NULL);
	else if (l->days != NULL)
		steps[n++] = step(absences_text(cx, l), NULL);
	if (l->minutes == 0 && days_count(l->days, "P") > 0)
		steps[n++] = (struct part_trace){ .fact = msg(cx, "settlement.why_absence"),
						  .rule = "ABSENCE-PAID",
						  .confirmed = CIVIL_NONE,
						  .unsure = true };
	n += because_price(cx, l, &steps[n]);
	steps[n++] = step(msgf(cx, "settlement.why_sum", quantity_text(cx->arena, l->quantity),
			       text_money(cx->arena, l->price_cents),
			       text_money(cx->arena, l->sum_cents)),
			  msg(cx, "settlement.why_rounded"));
	return n;
}
