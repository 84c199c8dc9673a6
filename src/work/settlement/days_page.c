/*
 * The days of a month report: a grid of people and days that the provider fills in and confirms,
 * what they propose beyond it, and what each line comes to and why.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "core/access.h"
#include "work/settlement/claim.h"
#include "work/settlement/days.h"
#include "work/settlement/compare.h"
#include "work/settlement/invoice.h"
#include "work/settlement/report_read.h"

#define GRID_ROWS 50 /* on one page: 50 people of 31 days fit into one form */

struct report {
	struct record *claim;
	struct shown_line *lines;
	size_t n;
	bool may_write; /* the provider's own, still open */
	size_t page, pages;
	int days;	 /* of the month */
	int64_t kept_at; /* of the draft shown, 0: none */
};

/* ---- reading ---- */

static bool
may_write(const struct visit *v, const struct record *claim)
{
	return visit_duty(v, "TO.2") && v->cx->who.org != 0 &&
	       record_int(claim, "provider") == v->cx->who.org && claim_is_open(claim);
}

static enum err
read_report(struct visit *v, const char *number, struct report *r)
{
	const char *page = http_form(v->x, "leht");
	struct civil c;
	size_t rows = 0;
	int64_t at;

	TRY(pages_claim(v, number, &r->claim));
	TRY(report_read(v->cx, r->claim->id, &r->lines, &r->n));
	r->may_write = may_write(v, r->claim);
	for (size_t i = 0; i < r->n; i++)
		rows += shown_has_days(&r->lines[i]);
	r->pages = (rows + GRID_ROWS - 1) / GRID_ROWS;
	page = page == NULL ? http_query(v->x, "leht") : page;
	r->page = page != NULL && text_int(page, 1, 1000, &at) && (size_t)at <= r->pages
			  ? (size_t)at - 1
			  : 0;
	c = civil_date(record_date(r->claim, "month"));
	r->days = civil_days_in_month(c.year, c.month);
	return OK;
}

/* Is this line among those of the grid's page? `at` counts lines with days. */
static bool
on_page(const struct report *r, const struct shown_line *l, size_t *at)
{
	size_t k;

	if (!shown_has_days(l))
		return false;
	k = (*at)++;
	return k / GRID_ROWS == r->page;
}

/* ---- the grid ---- */

/* What stands in a cell: what the provider said, else our letter; days off and out are empty. */
static const char *
cell_of(struct ctx *cx, const struct shown_line *l, int d)
{
	char letter = l->facts.days[d];

	if (l->proposed != NULL && d < (int)strlen(l->proposed))
		letter = l->proposed[d];
	return days_is_service(letter) ? arena_printf(cx->arena, "%c", letter) : NULL;
}

static const char *
typed_cell(struct visit *v, const struct shown_line *l, int d)
{
	return http_form(v->x, arena_printf(v->cx->arena, "g%lldd%d", (long long)l->id, d + 1));
}

static struct part_grid_row
grid_row(struct visit *v, const struct report *r, const struct shown_line *l)
{
	const char **cells = ARENA_ARRAY(v->cx->arena, DAYS_MAX, const char *);
	const char **errors = ARENA_ARRAY(v->cx->arena, DAYS_MAX, const char *);
	struct part_grid_row row = { .id = l->id, .cells = cells, .locked = !r->may_write };

	row.name = *shown_part(l) == '\0'
			   ? l->name
			   : arena_printf(v->cx->arena, "%s \xC2\xB7 %s", l->name, shown_part(l));
	for (int d = 0; d < r->days; d++) {
		const char *typed = v->x->form.n > 0 ? typed_cell(v, l, d) : NULL;

		cells[d] = typed != NULL ? typed : cell_of(v->cx, l, d);
		if (v->error != OK && v->cx->error.field != NULL &&
		    strcmp(v->cx->error.field,
			   arena_printf(v->cx->arena, "g%lldd%d", (long long)l->id, d + 1)) == 0) {
			errors[d] = pages_error(v->cx);
			row.errors = errors;
		}
	}
	return row;
}

static void
write_pager(struct visit *v, const struct report *r)
{
	struct part_link *tabs = ARENA_ARRAY(v->cx->arena, r->pages + 1, struct part_link);

	if (r->pages < 2)
		return;
	for (size_t i = 0; i < r->pages; i++)
		tabs[i] = (struct part_link){
			.label = arena_printf(v->cx->arena, "%zu\xE2\x80\x93%zu", i * GRID_ROWS + 1,
					      (i + 1) * GRID_ROWS),
			.href = arena_printf(v->cx->arena, "%s?leht=%zu",
					     pages_days_url(v->cx, r->claim->number), i + 1),
			.current = i == r->page
		};
	part_tabs(&v->page, msg(v->cx, "settlement.people"), tabs, r->pages);
}

static void
write_grid(struct visit *v, const struct report *r)
{
	const struct part_grid_code codes[] = {
		{ "T", msg(v->cx, "settlement.day_present"), true },
		{ "P", msg(v->cx, "settlement.day_excused"), true },
		{ "H", msg(v->cx, "settlement.day_absent"), false },
	};
	struct part_grid_row *rows = ARENA_ARRAY(v->cx->arena, r->n + 1, struct part_grid_row);
	bool *holiday = ARENA_ARRAY(v->cx->arena, DAYS_MAX, bool);
	int32_t month = record_date(r->claim, "month");
	struct civil c = civil_date(month);
	struct part_grid g = { .caption =
				       msgf(v->cx, "settlement.days_of", pages_month(v->cx, month)),
			       .year = c.year,
			       .month = c.month,
			       .holiday = holiday,
			       .rows = rows,
			       .codes = codes,
			       .n_codes = 3,
			       .total_label = msg(v->cx, "settlement.total_days") };
	size_t at = 0;

	for (int d = 0; d < r->days; d++)
		holiday[d] = calendar_holiday(month + d) != NULL;
	for (size_t i = 0; i < r->n; i++)
		if (on_page(r, &r->lines[i], &at))
			rows[g.n_rows++] = grid_row(v, r, &r->lines[i]);
	part_grid(&v->page, &g);
}

static void
write_form(struct visit *v, const struct report *r)
{
	const char *url = pages_days_url(v->cx, r->claim->number);
	const struct part_button buttons[] = {
		{ .label = msg(v->cx, "settlement.save_days") },
		{ .label = msg(v->cx, "settlement.save_confirm"),
		  .name = PART_MOVE,
		  .value = "confirm" },
	};
	/* A month that goes on cannot be confirmed yet. */
	size_t nbuttons =
		calendar_month_last(record_date(r->claim, "month")) < v->cx->today ? 2 : 1;

	write_pager(v, r);
	if (!r->may_write) {
		write_grid(v, r);
		return;
	}
	part_form_begin(&v->page,
			&(struct part_form){
				.id = arena_printf(v->cx->arena, "%s?leht=%zu", url, r->page + 1),
				.action = url,
				.key = visit_key(v),
				.version = r->claim->version,
				.keep = true,
				.kept_at = r->kept_at });
	html_hidden(&v->h, "leht", text_from_int(v->cx->arena, (int64_t)r->page + 1));
	write_grid(v, r);
	part_buttons(&v->page, buttons, nbuttons, "/kuu", msg(v->cx, "settlement.back"));
	part_form_end(&v->page);
}

/* ---- what the provider proposes beyond the days of the service ---- */

/* The days on which two rows of letters differ: "4, 5, 18". */
static const char *
differing_days(struct ctx *cx, const char *ours, const char *theirs)
{
	const char *all = "";

	for (int d = 0; ours[d] != '\0' && theirs[d] != '\0'; d++)
		if (ours[d] != theirs[d])
			all = arena_printf(cx->arena, "%s%s%d: %c \xE2\x86\x92 %c", all,
					   *all == '\0' ? "" : ", ", d + 1, ours[d], theirs[d]);
	return all;
}

static void
write_proposal(struct visit *v, struct part_table *t, const struct report *r,
	       const struct shown_line *l)
{
	struct page *p = &v->page;

	part_row_begin(p, t, NULL, 0, NULL);
	part_cell_text(p, t, l->name);
	part_cell_text(p, t, shown_part(l));
	part_cell_text(p, t, l->facts.days);
	part_cell_text(p, t, l->proposed);
	part_cell_text(p, t, differing_days(v->cx, l->facts.days, l->proposed));
	part_cell_begin(p, t);
	if (pages_official(v) && r->claim->type->states[r->claim->state].end == false &&
	    !record_in(r->claim, "approved") && !record_in(r->claim, "ordered"))
		part_post_button(p, "/kuu/ettepanek", "rida", text_from_int(v->cx->arena, l->id),
				 msg(v->cx, "settlement.take_proposal"), false);
	part_cell_end(p, t);
	part_row_end(p, t);
}

static void
write_proposals(struct visit *v, const struct report *r)
{
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.person") },
		{ .label = msg(cx, "settlement.part") },
		{ .label = msg(cx, "settlement.our_days") },
		{ .label = msg(cx, "settlement.their_days") },
		{ .label = msg(cx, "settlement.changed_days") },
		{ .label = "" },
	};
	struct part_table t = { .caption = msg(cx, "settlement.proposals"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols) };
	bool any = false;

	for (size_t i = 0; i < r->n; i++) {
		const struct shown_line *l = &r->lines[i];

		if (l->proposed == NULL || l->facts.days == NULL ||
		    strcmp(l->proposed, l->facts.days) == 0)
			continue;
		if (!any) {
			part_section_begin(&v->page, "ettepanekud",
					   msg(cx, "settlement.proposals"));
			part_quiet(&v->page, msg(cx, "settlement.proposals_what"));
			part_table_begin(&v->page, &t);
		}
		any = true;
		write_proposal(v, &t, r, l);
	}
	if (any) {
		part_table_end(&v->page, &t);
		part_section_end(&v->page);
	}
}

/* ---- sums ---- */

static void
write_sum(struct visit *v, struct part_table *t, const struct shown_line *l)
{
	struct part_trace steps[LINE_STEPS];
	size_t n = pages_because(v->cx, &l->facts, steps);
	struct page *p = &v->page;

	part_row_begin(p, t, NULL, 0, NULL);
	part_cell_text(p, t, l->name);
	part_cell_text(p, t, shown_part(l));
	part_cell_begin(p, t);
	html_text(p->h, quantity_text(v->cx->arena, l->facts.quantity));
	part_cell_end(p, t);
	part_cell_text(p, t, pages_choice(v->cx, "claim_line", "unit", l->facts.unit));
	part_cell_begin(p, t);
	if (l->facts.priced)
		part_money(p, l->facts.price_cents);
	else
		part_badge(p, TONE_LATE, msg(v->cx, "settlement.no_price"));
	part_cell_end(p, t);
	part_cell_money(p, t, l->facts.sum_cents);
	part_cell_begin(p, t);
	if (l->facts.month != CIVIL_NONE)
		part_badge(
			p, TONE_SOON,
			msgf(v->cx, "settlement.correction", pages_month(v->cx, l->facts.month)));
	part_because(p, l->name, steps, n);
	part_cell_end(p, t);
	part_row_end(p, t);
}

static void
write_sums(struct visit *v, const struct report *r)
{
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.person") },
		{ .label = msg(cx, "settlement.part") },
		{ .label = msg(cx, "settlement.quantity"), .number = true },
		{ .label = msg(cx, "settlement.unit") },
		{ .label = msg(cx, "settlement.price"), .number = true },
		{ .label = msg(cx, "settlement.sum"), .number = true },
		{ .label = msg(cx, "settlement.why") },
	};
	struct part_table t = { .caption = msg(cx, "settlement.sums"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols) };
	int64_t total = 0;

	part_section_begin(&v->page, "summad", msg(cx, "settlement.sums"));
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < r->n; i++) {
		write_sum(v, &t, &r->lines[i]);
		total += r->lines[i].facts.sum_cents;
	}
	part_total_begin(&v->page, &t);
	part_cell_text(&v->page, &t, msg(cx, "settlement.together"));
	pages_empty_cells(&v->page, &t, 4);
	part_cell_money(&v->page, &t, total);
	pages_empty_cells(&v->page, &t, 1);
	part_total_end(&v->page, &t);
	part_table_end(&v->page, &t);
	part_section_end(&v->page);
}

/* ---- the page ---- */

static enum err
write_head(struct visit *v, const struct report *r)
{
	const struct record *c = r->claim;
	const char *provider, *service, *href;
	struct part_link *crumbs = ARENA_ARRAY(v->cx->arena, 2, struct part_link);

	TRY(visit_title(v, record_int(c, "provider"), &provider, &href));
	TRY(visit_title(v, record_int(c, "service"), &service, &href));
	crumbs[0] = (struct part_link){ .label = msg(v->cx, "settlement.crumb"),
					.href = arena_printf(v->cx->arena, "/kuu?kuu=%s",
							     record_text(c, "month_text")) };
	crumbs[1] = (struct part_link){ .label = c->number, .href = visit_url_of(v->cx, c, "") };
	v->page.crumbs = crumbs;
	v->page.n_crumbs = 2;
	v->page.lead = arena_printf(v->cx->arena, "%s \xC2\xB7 %s \xC2\xB7 %s", provider, service,
				    c->number);
	v->page.wide = true;
	visit_page_begin(v, msgf(v->cx, "settlement.days_title",
				 pages_month(v->cx, record_date(c, "month"))));
	part_badge(&v->page, visit_tone(c), pages_state(v->cx, c->type, record_state(c)));
	return OK;
}

static void
write_notices(struct visit *v, const struct report *r)
{
	if (v->error != OK)
		part_notice(&v->page, TONE_LATE, pages_error(v->cx), NULL);
	if (record_in(r->claim, "returned") && record_text(r->claim, "remark") != NULL)
		part_notice(&v->page, TONE_SOON, msg(v->cx, "settlement.returned"),
			    record_text(r->claim, "remark"));
	if (r->may_write)
		part_quiet(&v->page, msg(v->cx, "settlement.days_how"));
}

static void
write_links(struct visit *v, const struct report *r)
{
	if (claim_is_open(r->claim))
		return;
	pages_buttons_begin(v);
	part_button_link(&v->page, pages_compare_url(v->cx, r->claim->number),
			 msg(v->cx, "settlement.compare"), ICON_NEXT, pages_official(v));
	part_button_link(&v->page, pages_sample_url(v->cx, r->claim->number),
			 msg(v->cx, "settlement.sample"), ICON_DOWNLOAD, false);
	pages_buttons_end(v);
}

static enum err
write_days(struct visit *v, struct report *r)
{
	TRY(write_head(v, r));
	write_notices(v, r);
	write_links(v, r);
	if (r->pages > 0)
		write_form(v, r);
	write_proposals(v, r);
	if (r->n == 0)
		part_empty(&v->page, msg(v->cx, "settlement.no_lines"), "", NULL, NULL);
	else
		write_sums(v, r);
	return visit_page_end(v);
}

enum err
days_page(struct visit *v)
{
	struct report r = { .page = 0 };
	struct http_pairs draft = { NULL, 0 };
	int64_t saved_at = 0;

	TRY(read_report(v, v->part[0], &r));
	if (r.may_write)
		TRY(draft_read(v,
			       arena_printf(v->cx->arena, "%s?leht=%zu",
					    pages_days_url(v->cx, r.claim->number), r.page + 1),
			       &draft, &saved_at));
	if (draft.n > 0) {
		v->x->form = draft;
		r.kept_at = saved_at;
	}
	return write_days(v, &r);
}

/* ---- saving ---- */

/* One cell as typed, into the letter for that day. */
static enum err
read_cell(struct visit *v, const struct shown_line *l, int d, char *ret)
{
	const char *typed = typed_cell(v, l, d);
	char letter, ours = l->facts.days[d];

	if (typed == NULL) /* not asked */
		return OK;
	typed = text_trim(v->cx->arena, typed);
	letter = *typed == '\0' ? '.' : *typed;
	if (letter >= 'a' && letter <= 'z')
		letter = (char)(letter - 'a' + 'A');
	if (strlen(typed) <= 1 && !days_is_service(ours) && (letter == '.' || letter == '-'))
		return OK;
	if (strlen(typed) <= 1 &&
	    (days_is_service(ours) ? days_is_service(letter) : letter == 'T' || letter == 'P')) {
		*ret = letter;
		return OK;
	}
	return fail_field(v->cx, ERR_INVALID,
			  arena_printf(v->cx->arena, "g%lldd%d", (long long)l->id, d + 1),
			  days_is_service(ours) ? "err.settlement_day" : "err.settlement_day_off",
			  l->name, text_from_int(v->cx->arena, d + 1));
}

struct saving {
	struct visit *v;
	struct report *r;
};

static enum err
save_line(struct visit *v, const struct report *r, const struct shown_line *l)
{
	char *said = arena_strdup(v->cx->arena, l->facts.days);
	struct change *ch = change_new(v->cx, "claim_line");

	for (int d = 0; d < r->days && said[d] != '\0'; d++) {
		if (l->proposed != NULL && d < (int)strlen(l->proposed) &&
		    typed_cell(v, l, d) == NULL)
			said[d] = l->proposed[d];
		TRY(read_cell(v, l, d, &said[d]));
	}
	change_text(ch, "proposed", days_proposal(v->cx->arena, l->facts.days, said));
	return record_edit(v->cx, ch->type, l->id, 0, ch);
}

static enum err
save_days(struct ctx *cx, void *arg)
{
	struct saving *s = arg;
	size_t at = 0;

	for (size_t i = 0; i < s->r->n; i++)
		if (on_page(s->r, &s->r->lines[i], &at))
			TRY(save_line(s->v, s->r, &s->r->lines[i]));
	return claim_set_total(cx, s->r->claim->id);
}

enum err
days_post(struct visit *v)
{
	struct report r = { .page = 0 };
	struct saving s = { v, &r };
	const char *version = http_form(v->x, PART_VERSION);
	const char *move = http_form(v->x, PART_MOVE);
	int64_t read;

	TRY(read_report(v, v->part[0], &r));
	v->cx->seen = NULL; /* nothing is shown */
	if (!r.may_write)
		return fail(v->cx, ERR_DENIED, "err.settlement_not_open", r.claim->number);
	if (version == NULL || !text_int(version, 1, INT64_MAX, &read))
		return fail(v->cx, ERR_INVALID, "err.form_version");
	if (read != r.claim->version)
		return fail(v->cx, ERR_CONFLICT, "err.changed");
	TRY(claim_as_program(v->cx, save_days, &s));
	if (text_equal(move, "confirm"))
		TRY(record_move(v->cx, r.claim->type, r.claim->id, 0, "confirm", NULL));
	return visit_go(v, arena_printf(v->cx->arena, "%s?leht=%zu",
					pages_days_url(v->cx, r.claim->number), r.page + 1));
}

enum err
days_again(struct visit *v)
{
	const struct error cause = v->cx->error;
	struct report r = { .page = 0 };

	ctx_forgive(v->cx);
	TRY(read_report(v, v->part[0], &r));
	v->cx->error = cause;
	return write_days(v, &r);
}

/* ---- taking over a proposal ---- */

static enum err
compare_again(struct ctx *cx, void *arg)
{
	const int64_t *claim = arg;

	return invoice_compare_all(cx, *claim);
}

enum err
proposal_post(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "claim_line");
	const char *typed = http_form(v->x, "rida");
	struct record *line, *claim;
	int64_t id, of;

	if (!pages_official(v) || visit_duty(v, "TO.2"))
		return fail(v->cx, ERR_DENIED, "err.settlement_denied");
	if (typed == NULL || !text_int(typed, 1, INT64_MAX, &id))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	TRY(record_load(v->cx, t, id, RIGHT_SEE, &line));
	of = record_int(line, "claim");
	TRY(record_load(v->cx, types_get(v->cx->world->types, "claim"), of, RIGHT_MOVE, &claim));
	TRY(claim_take_proposal(v->cx, line));
	TRY(claim_as_program(v->cx, compare_again, &of));
	return visit_go(v, pages_days_url(v->cx, claim->number));
}
