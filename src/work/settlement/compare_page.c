/*
 * Report and invoice side by side: what differs on top, each to be resolved, then all lines, those
 * that agree quietly. Two ordered scans, walked together.
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "core/access.h"
#include "work/settlement/days.h"
#include "work/settlement/compare.h"
#include "work/settlement/invoice.h"
#include "work/settlement/report_read.h"

#define WITH_EXPLANATIONS 6 /* columns of the table of differences */
#define PAGE_LINES 200	    /* of the lines that agree, on one page */

static const char INVOICES[] =
	"SELECT sys_id, sys_number, invoice_number, sys_state, total_cents, net_cents, issued_on, "
	"kind FROM invoice WHERE claim = ?1 AND sys_deleted = 0 ORDER BY sys_state = 'rejected', "
	"sys_id "
	"DESC LIMIT 20";
static const char DIFFERENCES[] =
	"SELECT d.sys_id, d.sys_number, d.code, d.sys_state, d.expected_cents, d.found_cents, "
	"d.expected_text, d.found_text, d.blocking, d.explanation, i.line_no, p.first_name, "
	"p.last_name, p.sys_id, i.text, u.name FROM difference d "
	"LEFT JOIN invoice_line i ON i.sys_id = d.invoice_line "
	"LEFT JOIN claim_line l ON l.sys_id = d.claim_line "
	"LEFT JOIN person p ON p.sys_id = coalesce(l.person, i.person) "
	"LEFT JOIN \"user\" u ON u.sys_id = d.resolved_by "
	"WHERE d.invoice = ?1 AND d.sys_deleted = 0 AND (?2 = 0 OR d.code NOT IN "
	"('barred_overlap', 'not_eligible')) ORDER BY d.sys_state <> 'open', d.blocking DESC, "
	"d.sys_id LIMIT 500";
static const char REPORT_LINES[] =
	"SELECT l.sys_id, p.first_name, p.last_name, p.sys_id, s.code, l.code, l.quantity, "
	"l.price_cents, l.sum_cents FROM claim_line l JOIN person p ON p.sys_id = "
	"l.person "
	"LEFT JOIN stage s ON s.sys_id = l.stage WHERE l.claim = ?1 AND l.sys_deleted = 0 "
	"ORDER BY l.sys_id";
static const char BILL_LINES[] =
	"SELECT i.claim_line, i.sys_id, i.line_no, i.text, i.quantity, i.price, i.net_cents, "
	"(SELECT max(CASE d.sys_state WHEN 'open' THEN 2 WHEN 'corrected' THEN 0 ELSE 1 END) FROM "
	"difference d WHERE d.invoice_line = i.sys_id AND d.sys_deleted = 0) "
	"FROM invoice_line i WHERE i.invoice = ?1 AND i.sys_deleted = 0 "
	"ORDER BY coalesce(i.claim_line, 0), i.sys_id";

struct bill {
	int64_t id, total, net;
	const char *number, *invoice_number, *state;
	int32_t issued;
	bool credit;
};
struct difference {
	int64_t id, expected_cents, found_cents, person;
	const char *number, *code, *state, *expected, *found, *explanation, *line_no, *name, *text;
	const char *by;
	bool blocking, money;
};
/* A row of the side-by-side table; an id of 0 is an empty side. */
struct pair {
	int64_t report, bill, person;
	const char *name, *part, *line_no, *text;
	int64_t quantity, price, sum;	/* of the report */
	int64_t quantity2, price2, net; /* of the invoice: millionths, millionths, cents */
	bool differs, resolved;		/* differs and is open; differed and somebody decided */
};
struct view {
	struct record *claim;
	struct bill bills[20];
	size_t nbills, at; /* the invoice shown */
	struct difference *differences;
	size_t ndifferences, open, blocking;
	struct pair *pairs;
	size_t npairs, agree, nbill_lines;
};

/* ---- reading ---- */

static enum err
read_bills(struct visit *v, struct view *w)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *chosen = http_query(v->x, "arve");
	bool row;

	TRY(db_query(v->cx, INVOICES, DB_ARGS(db_int(w->claim->id)), &q));
	for (; w->nbills < sizeof(w->bills) / sizeof(*w->bills); w->nbills++) {
		struct bill *b = &w->bills[w->nbills];

		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		*b = (struct bill){ .id = stmt_int(q, 0),
				    .number = stmt_copy(v->cx, q, 1),
				    .invoice_number = stmt_copy(v->cx, q, 2),
				    .state = stmt_copy(v->cx, q, 3),
				    .total = stmt_int(q, 4),
				    .net = stmt_int(q, 5),
				    .issued = stmt_date(q, 6),
				    .credit = text_equal(stmt_text(q, 7), "credit") };
		if (text_equal(chosen, b->number))
			w->at = w->nbills;
	}
	return OK;
}

static struct difference
difference_of(struct ctx *cx, const struct stmt *q)
{
	struct difference d = { .id = stmt_int(q, 0),
				.number = stmt_copy(cx, q, 1),
				.code = stmt_copy(cx, q, 2),
				.state = stmt_copy(cx, q, 3),
				.expected_cents = stmt_int(q, 4),
				.found_cents = stmt_int(q, 5),
				.money = !stmt_is_null(q, 4) || !stmt_is_null(q, 5),
				.expected = stmt_copy(cx, q, 6),
				.found = stmt_copy(cx, q, 7),
				.blocking = stmt_int(q, 8) != 0,
				.explanation = stmt_copy(cx, q, 9),
				.line_no = stmt_copy(cx, q, 10),
				.person = stmt_int(q, 13),
				.text = stmt_copy(cx, q, 14),
				.by = stmt_copy(cx, q, 15) };

	if (!stmt_is_null(q, 11))
		d.name = arena_printf(cx->arena, "%s %s", stmt_text(q, 11), stmt_text(q, 12));
	return d;
}

static enum err
read_differences(struct visit *v, struct view *w)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	w->differences = ARENA_ARRAY(v->cx->arena, 500, struct difference);
	if (w->nbills == 0)
		return OK;
	TRY(db_query(v->cx, DIFFERENCES,
		     DB_ARGS(db_int(w->bills[w->at].id), db_bool(v->cx->who.org != 0)), &q));
	for (; w->ndifferences < 500; w->ndifferences++) {
		struct difference *d = &w->differences[w->ndifferences];

		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		*d = difference_of(v->cx, q);
		access_saw(v->cx, "list", d->person);
		w->open += text_equal(d->state, "open");
		w->blocking += text_equal(d->state, "open") && d->blocking;
	}
	return OK;
}

static struct pair *
more_pairs(struct ctx *cx, struct view *w)
{
	if ((w->npairs & (w->npairs - 1)) == 0) {
		struct pair *more = ARENA_ARRAY(cx->arena, w->npairs * 2 + 1, struct pair);

		if (w->npairs > 0)
			memcpy(more, w->pairs, w->npairs * sizeof(*more));
		w->pairs = more;
	}
	return &w->pairs[w->npairs++];
}

static void
take_report(struct ctx *cx, const struct stmt *q, struct pair *p)
{
	const char *part = stmt_text(q, 5) != NULL ? stmt_text(q, 5) : stmt_text(q, 4);

	p->report = stmt_int(q, 0);
	p->name = arena_printf(cx->arena, "%s %s", stmt_text(q, 1), stmt_text(q, 2));
	p->person = stmt_int(q, 3);
	p->part = arena_strdup(cx->arena, part);
	p->quantity = stmt_int(q, 6);
	p->price = stmt_int(q, 7);
	p->sum = stmt_int(q, 8);
	p->differs = true;
}

static void
take_bill(struct ctx *cx, const struct stmt *q, struct pair *p)
{
	p->bill = stmt_int(q, 1);
	p->line_no = stmt_copy(cx, q, 2);
	p->text = stmt_copy(cx, q, 3);
	p->quantity2 = stmt_int(q, 4);
	p->price2 = stmt_int(q, 5);
	p->net = stmt_int(q, 6);
	p->differs = stmt_int(q, 7) == 2;
	p->resolved = stmt_int(q, 7) == 1;
}

/* Invoice lines that belong to no line of the report come first, then both in step. */
static enum err
read_pairs(struct visit *v, struct view *w)
{
	SCOPED(stmt) struct stmt *report = NULL;
	SCOPED(stmt) struct stmt *bill = NULL;
	int64_t invoice = w->nbills == 0 ? 0 : w->bills[w->at].id;
	bool more, billed;

	TRY(db_query(v->cx, REPORT_LINES, DB_ARGS(db_int(w->claim->id)), &report));
	TRY(db_query(v->cx, BILL_LINES, DB_ARGS(db_int(invoice)), &bill));
	TRY(stmt_step(v->cx, bill, &billed));
	for (; billed && stmt_int(bill, 0) == 0; w->nbill_lines++) {
		take_bill(v->cx, bill, more_pairs(v->cx, w));
		TRY(stmt_step(v->cx, bill, &billed));
	}
	for (;;) {
		struct pair *p;

		TRY(stmt_step(v->cx, report, &more));
		if (!more)
			break;
		while (billed && stmt_int(bill, 0) < stmt_int(report, 0))
			TRY(stmt_step(v->cx, bill, &billed)); /* of a line since taken away */
		p = more_pairs(v->cx, w);
		take_report(v->cx, report, p);
		for (; billed && stmt_int(bill, 0) == p->report; w->nbill_lines++) {
			p = p->bill == 0 ? p : more_pairs(v->cx, w);
			take_bill(v->cx, bill, p);
			TRY(stmt_step(v->cx, bill, &billed));
		}
	}
	for (size_t i = 0; i < w->npairs; i++)
		w->agree += !w->pairs[i].differs && !w->pairs[i].resolved && w->pairs[i].bill != 0;
	return OK;
}

static enum err
read_view(struct visit *v, const char *number, struct view *w)
{
	TRY(pages_claim(v, number, &w->claim));
	TRY(read_bills(v, w));
	TRY(read_differences(v, w));
	return read_pairs(v, w);
}

/* ---- differences ---- */

static const char *
side(struct ctx *cx, const char *text, int64_t cents, bool money)
{
	if (text != NULL && money)
		return arena_printf(cx->arena, "%s \xC2\xB7 %s", text,
				    text_money(cx->arena, cents));
	return text != NULL ? text : money ? text_money(cx->arena, cents) : NULL;
}

/* "Mari Maasikas, arve rida 3" */
static const char *
whose(struct ctx *cx, const struct difference *d)
{
	const char *name = d->name != NULL ? d->name : d->text;

	if (d->line_no == NULL)
		return name;
	return msgf(cx, "settlement.of_line", name == NULL ? "" : name, d->line_no);
}

static void
write_difference(struct visit *v, struct part_table *t, const struct difference *d)
{
	const struct type *type = types_get(v->cx->world->types, "difference");
	struct page *p = &v->page;
	bool open = text_equal(d->state, "open");

	part_row_begin(p, t, visit_url(v->cx, type, d->number), open ? d->id : 0, d->number);
	part_cell_begin(p, t);
	part_badge(p,
		   !open	 ? pages_tone(type, d->state)
		   : d->blocking ? TONE_LATE
				 : TONE_SOON,
		   open ? msg(v->cx, d->blocking ? "settlement.blocks" : "settlement.informs")
			: pages_state(v->cx, type, d->state));
	part_cell_end(p, t);
	part_cell_link(p, t, NULL, pages_choice(v->cx, "difference", "code", d->code));
	part_cell_text(p, t, whose(v->cx, d));
	part_cell_text(p, t, side(v->cx, d->expected, d->expected_cents, d->money));
	part_cell_text(p, t, side(v->cx, d->found, d->found_cents, d->money));
	if (t->n_columns == WITH_EXPLANATIONS)
		part_cell_text(
			p, t,
			d->explanation == NULL || d->by == NULL
				? d->explanation
				: arena_printf(v->cx->arena, "%s (%s)", d->explanation, d->by));
	part_row_end(p, t);
}

static void
write_differences(struct visit *v, const struct view *w)
{
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.state") },
		{ .label = msg(cx, "settlement.reason") },
		{ .label = msg(cx, "settlement.whose") },
		{ .label = msg(cx, "settlement.expected") },
		{ .label = msg(cx, "settlement.found") },
		{ .label = msg(cx, "settlement.explanation") },
	};
	const struct part_link moves[] = {
		{ .label = msg(cx, "settlement.accept"), .href = "accept" },
		{ .label = msg(cx, "settlement.reject"), .href = "reject" },
		{ .label = msg(cx, "settlement.correct"), .href = "correct" },
	};
	bool bulk = pages_official(v) && w->open > 0, explained = false;
	struct part_table t = { .caption = msg(cx, "settlement.differences"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols),
				.bulk_form = bulk ? "lahenda" : NULL,
				.keys = true };

	for (size_t i = 0; i < w->ndifferences; i++)
		explained = explained || w->differences[i].explanation != NULL;
	t.n_columns = explained ? WITH_EXPLANATIONS : WITH_EXPLANATIONS - 1;
	if (w->ndifferences == 0)
		return;
	part_section_begin(&v->page, "erinevused", msg(cx, "settlement.differences"));
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < w->ndifferences; i++)
		write_difference(v, &t, &w->differences[i]);
	part_table_end(&v->page, &t);
	if (bulk)
		part_bulk(&v->page, &(struct part_bulk){ .id = "lahenda",
							 .action = "/kuu/erinevused",
							 .moves = moves,
							 .n_moves = 3 });
	part_section_end(&v->page);
}

/* ---- lines side by side ---- */

/* Millionths as people read them; more than two decimals are kept. */
static const char *
millionths(struct ctx *cx, int64_t n)
{
	if (n % 10000 == 0)
		return quantity_text(cx->arena, n / 10000);
	return arena_printf(cx->arena, "%lld,%06lld", (long long)(n / 1000000),
			    (long long)((n < 0 ? -n : n) % 1000000));
}

static void
write_pair(struct visit *v, struct part_table *t, const struct pair *x)
{
	struct page *p = &v->page;

	if (x->report != 0)
		access_saw(v->cx, "list", x->person);
	part_row_begin(p, t, NULL, 0, NULL);
	part_cell_text(p, t, x->report != 0 ? x->name : x->text);
	part_cell_text(p, t, x->part);
	if (x->report != 0) {
		part_cell_text(p, t, quantity_text(v->cx->arena, x->quantity));
		part_cell_money(p, t, x->price);
		part_cell_money(p, t, x->sum);
	}
	for (int i = 0; x->report == 0 && i < 3; i++)
		part_cell_text(p, t, NULL);
	part_cell_text(p, t, x->line_no);
	if (x->bill != 0) {
		part_cell_text(p, t, millionths(v->cx, x->quantity2));
		if (x->price2 % 10000 == 0)
			part_cell_money(p, t, x->price2 / 10000);
		else
			part_cell_text(p, t, millionths(v->cx, x->price2));
		part_cell_money(p, t, x->net);
	}
	for (int i = 0; x->bill == 0 && i < 3; i++)
		part_cell_text(p, t, NULL);
	if (x->differs)
		part_cell_badge(p, t, x->bill == 0 ? TONE_SOON : TONE_LATE,
				msg(v->cx, x->bill == 0	    ? "settlement.not_billed"
					   : x->report == 0 ? "settlement.not_reported"
							    : "settlement.differs"));
	else
		part_cell_text(
			p, t,
			msg(v->cx, x->resolved ? "settlement.resolved" : "settlement.agrees"));
	part_row_end(p, t);
}

static size_t
shown_page(struct visit *v, size_t n)
{
	const char *s = http_query(v->x, "leht");
	int64_t page;

	if (s == NULL || !text_int(s, 1, 10000, &page) || (size_t)(page - 1) * PAGE_LINES >= n)
		return 0;
	return (size_t)page - 1;
}

static void
write_pager(struct visit *v, const struct view *w, size_t at)
{
	size_t pages = (w->npairs + PAGE_LINES - 1) / PAGE_LINES;
	struct part_link *tabs = ARENA_ARRAY(v->cx->arena, pages + 1, struct part_link);

	if (pages < 2)
		return;
	for (size_t i = 0; i < pages; i++)
		tabs[i] = (struct part_link){
			.label =
				arena_printf(v->cx->arena, "%zu\xE2\x80\x93%zu", i * PAGE_LINES + 1,
					     i + 1 < pages ? (i + 1) * PAGE_LINES : w->npairs),
			.href = arena_printf(v->cx->arena, "%s?arve=%s&leht=%zu#read",
					     pages_compare_url(v->cx, w->claim->number),
					     w->bills[w->at].number, i + 1),
			.current = i == at
		};
	part_tabs(&v->page, msg(v->cx, "settlement.lines"), tabs, pages);
}

/* Lines that differ stand on the first page, before those that agree. */
static void
sort_pairs(struct ctx *cx, struct view *w)
{
	struct pair *sorted = ARENA_ARRAY(cx->arena, w->npairs + 1, struct pair);
	size_t n = 0;

	for (int differs = 1; differs >= 0; differs--)
		for (size_t i = 0; i < w->npairs; i++)
			if (w->pairs[i].differs == (differs == 1))
				sorted[n++] = w->pairs[i];
	w->pairs = sorted;
}

static void
write_pairs(struct visit *v, struct view *w)
{
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.whose") },
		{ .label = msg(cx, "settlement.part") },
		{ .label = msg(cx, "settlement.report_quantity"), .number = true },
		{ .label = msg(cx, "settlement.report_price"), .number = true },
		{ .label = msg(cx, "settlement.report_sum"), .number = true },
		{ .label = msg(cx, "settlement.line_no") },
		{ .label = msg(cx, "settlement.bill_quantity"), .number = true },
		{ .label = msg(cx, "settlement.bill_price"), .number = true },
		{ .label = msg(cx, "settlement.bill_sum"), .number = true },
		{ .label = msg(cx, "settlement.state") },
	};
	struct part_table t = { .caption = msg(cx, "settlement.lines"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols) };
	size_t page = shown_page(v, w->npairs);

	sort_pairs(cx, w);
	part_section_begin(&v->page, "read", msg(cx, "settlement.lines"));
	write_pager(v, w, page);
	part_table_begin(&v->page, &t);
	for (size_t i = page * PAGE_LINES; i < w->npairs && i < (page + 1) * PAGE_LINES; i++)
		write_pair(v, &t, &w->pairs[i]);
	part_table_end(&v->page, &t);
	part_section_end(&v->page);
}

/* ---- the page ---- */

static void
write_tabs(struct visit *v, const struct view *w)
{
	const struct type *t = types_get(v->cx->world->types, "invoice");
	struct part_link *tabs = ARENA_ARRAY(v->cx->arena, w->nbills + 1, struct part_link);

	for (size_t i = 0; i < w->nbills; i++)
		tabs[i] = (struct part_link){ .label = w->bills[i].invoice_number,
					      .note = pages_state(v->cx, t, w->bills[i].state),
					      .href = arena_printf(
						      v->cx->arena, "%s?arve=%s",
						      pages_compare_url(v->cx, w->claim->number),
						      w->bills[i].number),
					      .current = i == w->at };
	if (w->nbills > 1)
		part_tabs(&v->page, msg(v->cx, "settlement.invoices"), tabs, w->nbills);
}

static void
write_figures(struct visit *v, const struct view *w)
{
	struct ctx *cx = v->cx;
	const struct bill *b = &w->bills[w->at];
	int64_t sum = record_int(w->claim, "total_cents");
	struct part_figure matched = {
		.label = msg(cx, "settlement.figure_matched"),
		.value = arena_printf(cx->arena, "%zu / %zu", w->agree, w->nbill_lines),
		.tone = w->agree == w->nbill_lines ? TONE_DONE : TONE_SOON,
	};
	struct part_figure open = {
		.label = msg(cx, "settlement.figure_blocking"),
		.value = text_count(cx->arena, (int64_t)w->blocking),
		.tone = w->blocking == 0 ? TONE_DONE : TONE_LATE,
		.note = w->open > w->blocking
				? msgf(cx, "settlement.figure_informing",
				       text_count(cx->arena, (int64_t)(w->open - w->blocking)))
				: NULL
	};
	struct part_figure report = { .label = msg(cx, "settlement.figure_report"),
				      .value = text_money(cx->arena, sum) };
	struct part_figure bill = {
		.label = msg(cx, "settlement.figure_bill"),
		.value = text_money(cx->arena, b->net),
		.note = b->net == sum ? NULL
				      : msgf(cx, "settlement.figure_off",
					     text_money(cx->arena, b->net - sum)),
	};

	pages_figures_heading(v);
	part_figures_begin(&v->page);
	part_figure(&v->page, &matched);
	part_figure(&v->page, &open);
	part_figure(&v->page, &report);
	part_figure(&v->page, &bill);
	part_figures_end(&v->page);
}

/* What may be done next, and why not if not. */
static enum err
write_next(struct visit *v, const struct view *w)
{
	const struct record *c = w->claim;
	bool checked = record_int(c, "prepared_by") != 0, prepare, approve;
	bool official = pages_official(v), blocked = w->blocking > 0 && record_in(c, "compared");

	TRY(record_may_move(v->cx, c, type_move(c->type, "prepare"), &prepare));
	TRY(record_may_move(v->cx, c, type_move(c->type, "approve"), &approve));
	if (official && blocked)
		part_notice(&v->page, TONE_SOON, msg(v->cx, "settlement.resolve_first"), NULL);
	else if (official && record_in(c, "compared") && checked && !approve)
		part_notice(&v->page, TONE_PLAIN, msg(v->cx, "settlement.other_human"), NULL);
	pages_buttons_begin(v);
	if (official && !blocked && prepare && !checked)
		part_post_button(&v->page, visit_url_of(v->cx, c, "/-/liigu"), PART_MOVE, "prepare",
				 msg(v->cx, "settlement.prepare"), true);
	if (official && !blocked && approve && checked)
		part_button_link(&v->page, visit_url_of(v->cx, c, "/-/liigu/approve"),
				 msg(v->cx, "settlement.approve"), ICON_NEXT, true);
	part_button_link(&v->page, pages_days_url(v->cx, c->number),
			 msg(v->cx, "settlement.to_days"), ICON_CALENDAR, false);
	if (w->bills[w->at].credit)
		part_button_link(&v->page, pages_credit_url(v->cx, w->bills[w->at].number),
				 msg(v->cx, "settlement.credit_to"), ICON_NEXT, false);
	pages_buttons_end(v);
	return OK;
}

static enum err
write_head(struct visit *v, const struct view *w)
{
	const struct record *c = w->claim;
	struct part_link *crumbs = ARENA_ARRAY(v->cx->arena, 2, struct part_link);
	const char *provider, *href;

	TRY(visit_title(v, record_int(c, "provider"), &provider, &href));
	crumbs[0] = (struct part_link){ .label = msg(v->cx, "settlement.crumb"),
					.href = arena_printf(v->cx->arena, "/kuu?kuu=%s",
							     record_text(c, "month_text")) };
	crumbs[1] = (struct part_link){ .label = c->number, .href = visit_url_of(v->cx, c, "") };
	v->page.crumbs = crumbs;
	v->page.n_crumbs = 2;
	v->page.wide = true;
	v->page.lead = arena_printf(v->cx->arena, "%s \xC2\xB7 %s \xC2\xB7 %s", provider, c->number,
				    pages_month(v->cx, record_date(c, "month")));
	visit_page_begin(v, msg(v->cx, "settlement.compare_title"));
	part_badge(&v->page, visit_tone(c),
		   record_in(c, "compared") && record_int(c, "prepared_by") != 0
			   ? msg(v->cx, "settlement.checked")
			   : pages_state(v->cx, c->type, record_state(c)));
	return OK;
}

/* What is not checked, because the facts do not say whether it must be. */
static enum err
write_unchecked(struct visit *v, const struct view *w)
{
	struct record *service;

	TRY(record_get(v->cx, "service", record_int(w->claim, "service"), &service));
	if (record_text(service, "licence_rule") == NULL)
		part_quiet(&v->page, msg(v->cx, "settlement.licence_unknown"));
	return OK;
}

enum err
compare_page(struct visit *v)
{
	struct view w = { .claim = NULL };

	TRY(read_view(v, v->part[0], &w));
	TRY(write_head(v, &w));
	if (w.nbills == 0) {
		part_empty(&v->page, msg(v->cx, "settlement.no_invoice"),
			   msg(v->cx, "settlement.no_invoice_do"),
			   arena_printf(v->cx->arena, "/arve/uus/fail?kuuaruanne=%lld",
					(long long)w.claim->id),
			   msg(v->cx, "settlement.upload"));
		return visit_page_end(v);
	}
	write_tabs(v, &w);
	write_figures(v, &w);
	TRY(write_unchecked(v, &w));
	TRY(write_next(v, &w));
	write_differences(v, &w);
	write_pairs(v, &w);
	return visit_page_end(v);
}
