/*
 * A credit note by itself: which invoice it corrects, each of its lines beside the corrected
 * invoice's and the report's, and where and when it is set off. Linked from the record pages of
 * the credit note, the invoice it corrects and the payment order (panels.c).
 *
 * Sums of a credit note are shown as money back: below zero where the file has them above.
 */
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "core/access.h"
#include "work/settlement/compare.h"
#include "work/settlement/pages_int.h"

#define MAX_SHOWN 500 /* lines of a credit note on its page */
#define MAX_BESIDE 20 /* invoices of one report */

/* What the corrected invoice asks for the same person and part: its lines of two prices are one. */
static const char LINES[] =
	"SELECT i.line_no, i.text, i.person, p.first_name, p.last_name, coalesce(i.code, i.stage), "
	"i.net_cents, l.sum_cents, (SELECT sum(o.net_cents) FROM invoice_line o WHERE "
	"o.invoice = ?2 AND o.sys_deleted = 0 AND (o.person = i.person OR (o.person IS NULL AND "
	"i.person IS NULL AND o.text = i.text)) AND coalesce(o.stage, '') = coalesce(i.stage, '') "
	"AND coalesce(o.code, '') = coalesce(i.code, '')) FROM invoice_line i "
	"LEFT JOIN person p ON p.sys_id = i.person "
	"LEFT JOIN claim_line l ON l.sys_id = i.claim_line AND l.sys_deleted = 0 "
	"WHERE i.invoice = ?1 AND i.sys_deleted = 0 ORDER BY i.sys_id LIMIT 500";
static const char BESIDE[] =
	"SELECT sys_number, invoice_number, kind, total_cents, sys_state FROM invoice WHERE "
	"claim = ?1 AND sys_state <> 'rejected' AND sys_deleted = 0 ORDER BY "
	"CASE kind WHEN 'credit' THEN 1 ELSE 0 END, sys_id LIMIT 20";
static const char ORDER_OF[] =
	"SELECT sys_id FROM payment_order WHERE claim = ?1 AND sys_deleted = 0 ORDER BY sys_id "
	"LIMIT 1";

struct credit_line {
	const char *line_no, *whose, *part;
	int64_t person, net, claimed, original;
	bool in_claim, in_original;
};
struct beside {
	const char *number, *invoice_number, *state;
	bool credit;
	int64_t cents; /* below zero of a credit note */
};
struct credit {
	struct record *note, *original, *claim, *order; /* each but the first may be NULL */
	struct credit_line *lines;
	size_t nlines;
	struct beside *beside;
	size_t nbeside;
};

/* ---- reading ---- */

/* A record the actor sees, or NULL: none, or not theirs to see. */
static enum err
seen(struct visit *v, const char *type, int64_t id, struct record **ret)
{
	const struct type *t = types_get(v->cx->world->types, type);
	enum err e;

	*ret = NULL;
	if (id == 0)
		return OK;
	e = record_load(v->cx, t, id, RIGHT_SEE, ret);
	if (e != ERR_NOTFOUND && e != ERR_DENIED)
		return e;
	ctx_forgive(v->cx);
	*ret = NULL;
	return OK;
}

static enum err
read_lines(struct visit *v, struct credit *c)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = v->cx;
	bool row;

	c->lines = ARENA_ARRAY(cx->arena, MAX_SHOWN, struct credit_line);
	TRY(db_query(
		cx, LINES,
		DB_ARGS(db_int(c->note->id), db_int(c->original == NULL ? 0 : c->original->id)),
		&q));
	for (; c->nlines < MAX_SHOWN; c->nlines++) {
		struct credit_line *l = &c->lines[c->nlines];

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		*l = (struct credit_line){ .line_no = stmt_copy(cx, q, 0),
					   .whose = stmt_copy(cx, q, 1),
					   .person = stmt_int(q, 2),
					   .part = stmt_copy(cx, q, 5),
					   .net = -stmt_int(q, 6),
					   .claimed = stmt_int(q, 7),
					   .in_claim = !stmt_is_null(q, 7),
					   .original = stmt_int(q, 8),
					   .in_original = !stmt_is_null(q, 8) };
		if (!stmt_is_null(q, 3))
			l->whose =
				arena_printf(cx->arena, "%s %s", stmt_text(q, 3), stmt_text(q, 4));
		if (l->person != 0)
			access_saw(cx, "list", l->person);
	}
	return OK;
}

static enum err
read_beside(struct visit *v, struct credit *c)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	c->beside = ARENA_ARRAY(v->cx->arena, MAX_BESIDE, struct beside);
	if (c->claim == NULL)
		return OK;
	TRY(db_query(v->cx, BESIDE, DB_ARGS(db_int(c->claim->id)), &q));
	for (; c->nbeside < MAX_BESIDE; c->nbeside++) {
		struct beside *b = &c->beside[c->nbeside];

		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			return OK;
		*b = (struct beside){ .number = stmt_copy(v->cx, q, 0),
				      .invoice_number = stmt_copy(v->cx, q, 1),
				      .credit = text_equal(stmt_text(q, 2), "credit"),
				      .cents = stmt_int(q, 3),
				      .state = stmt_copy(v->cx, q, 4) };
		b->cents = b->credit ? -b->cents : b->cents;
	}
	return OK;
}

static enum err
read_order(struct visit *v, struct credit *c)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	c->order = NULL;
	if (c->claim == NULL)
		return OK;
	TRY(db_query(v->cx, ORDER_OF, DB_ARGS(db_int(c->claim->id)), &q));
	TRY(stmt_step(v->cx, q, &row));
	return row ? seen(v, "payment_order", stmt_int(q, 0), &c->order) : OK;
}

static enum err
read_credit(struct visit *v, struct credit *c)
{
	const struct type *t = types_get(v->cx->world->types, "invoice");

	v->cx->purpose = visit_purpose(v, t);
	TRY(record_load_number(v->cx, t, v->part[0], RIGHT_SEE, &c->note));
	if (!text_equal(record_text(c->note, "kind"), "credit"))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	TRY(seen(v, "invoice", record_int(c->note, "corrects"), &c->original));
	TRY(seen(v, "claim", record_int(c->note, "claim"), &c->claim));
	TRY(read_lines(v, c));
	TRY(read_beside(v, c));
	return read_order(v, c);
}

/* ---- what it is about ---- */

static void
write_original(struct visit *v, const struct credit *c)
{
	struct ctx *cx = v->cx;
	const char *named = record_text(c->note, "corrects_text");

	if (c->original != NULL) {
		part_fact_link(&v->page, msg(cx, "settlement.credit_of"),
			       record_text(c->original, "invoice_number"),
			       visit_url_of(cx, c->original, ""));
		part_fact_begin(&v->page, msg(cx, "settlement.credit_original_sum"));
		part_money(&v->page, record_int(c->original, "total_cents"));
		part_fact_end(&v->page);
		return;
	}
	part_fact_begin(&v->page, msg(cx, "settlement.credit_of"));
	part_text(&v->page, named == NULL ? msg(cx, "settlement.credit_unnamed") : named);
	part_badge(&v->page, TONE_SOON, msg(cx, "settlement.credit_not_here"));
	part_fact_end(&v->page);
}

static void
write_facts(struct visit *v, const struct credit *c)
{
	struct page *p = &v->page;
	struct ctx *cx = v->cx;

	part_facts_begin(p);
	write_original(v, c);
	part_fact_begin(p, msg(cx, "settlement.credit_sum"));
	part_money(p, -record_int(c->note, "total_cents"));
	part_fact_end(p);
	part_fact_begin(p, msg(cx, "settlement.credit_issued"));
	part_date(p, record_date(c->note, "issued_on"));
	part_fact_end(p);
	if (c->claim != NULL)
		part_fact_link(p, msg(cx, "settlement.report"), c->claim->number,
			       visit_url_of(cx, c->claim, ""));
	part_facts_end(p);
}

/* ---- its lines ---- */

/* Does it bring the money to what the report says? A line of the report that corrects an earlier
 * month is taken back itself; of the report's own month, invoice and credit note come to it. */
static bool
line_agrees(const struct credit *c, const struct credit_line *l)
{
	bool same_month = c->original != NULL &&
			  record_int(c->original, "claim") == record_int(c->note, "claim");

	return l->claimed == l->net ||
	       (same_month && l->in_original && l->original + l->net == l->claimed);
}

/* What is to be looked at in a line; NULL: nothing. */
static const char *
line_fault(const struct credit *c, const struct credit_line *l)
{
	if (c->original != NULL && !l->in_original)
		return "settlement.credit_no_line";
	if (l->in_original && -l->net > l->original)
		return "settlement.credit_over";
	if (!l->in_claim)
		return "settlement.not_reported";
	return line_agrees(c, l) ? NULL : "settlement.differs";
}

static void
cell_maybe_money(struct page *p, struct part_table *t, bool there, int64_t cents)
{
	if (there)
		part_cell_money(p, t, cents);
	else
		part_cell_text(p, t, NULL);
}

static void
write_line(struct visit *v, struct part_table *t, const struct credit *c,
	   const struct credit_line *l)
{
	const char *fault = line_fault(c, l);
	struct page *p = &v->page;

	part_row_begin(p, t, NULL, 0, NULL);
	part_cell_text(p, t, l->line_no);
	part_cell_text(p, t, l->whose);
	part_cell_text(p, t, l->part);
	part_cell_money(p, t, l->net);
	cell_maybe_money(p, t, l->in_original, l->original);
	cell_maybe_money(p, t, l->in_claim, l->claimed);
	if (fault != NULL)
		part_cell_badge(p, t, TONE_LATE, msg(v->cx, fault));
	else
		part_cell_text(p, t, msg(v->cx, "settlement.agrees"));
	part_row_end(p, t);
}

static void
write_lines(struct visit *v, const struct credit *c)
{
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.line_no") },
		{ .label = msg(cx, "settlement.whose") },
		{ .label = msg(cx, "settlement.part") },
		{ .label = msg(cx, "settlement.credit_line_sum"), .number = true },
		{ .label = msg(cx, "settlement.credit_original_line"), .number = true },
		{ .label = msg(cx, "settlement.credit_report_line"), .number = true },
		{ .label = msg(cx, "settlement.state") },
	};
	struct part_table t = { .caption = msg(cx, "settlement.credit_lines"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols) };

	part_section_begin(&v->page, "read", msg(cx, "settlement.credit_lines"));
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < c->nlines; i++)
		write_line(v, &t, c, &c->lines[i]);
	part_table_end(&v->page, &t);
	part_section_end(&v->page);
}

/* ---- where it is set off ---- */

/* When the money goes: the last that has happened to the order, in words. */
static const char *
order_when(struct ctx *cx, const struct record *order)
{
	if (record_date(order, "paid_on") != CIVIL_NONE)
		return msgf(cx, "settlement.credit_paid",
			    civil_text(cx->arena, record_date(order, "paid_on")));
	if (record_date(order, "exported_on") != CIVIL_NONE)
		return msgf(cx, "settlement.credit_exported",
			    civil_text(cx->arena, record_date(order, "exported_on")));
	return msgf(cx, "settlement.credit_made",
		    civil_text(cx->arena, record_date(order, "made_on")));
}

static bool
is_settled(const struct record *claim)
{
	return record_in(claim, "approved") || record_in(claim, "ordered") ||
	       record_in(claim, "frozen");
}

static void
write_outcome(struct visit *v, const struct credit *c, int64_t sum)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;

	if (record_in(c->note, "rejected"))
		part_notice(p, TONE_OFF, msg(cx, "settlement.credit_rejected"),
			    record_text(c->note, "reason"));
	else if (c->claim == NULL || !is_settled(c->claim))
		part_notice(p, TONE_PLAIN, msg(cx, "settlement.credit_waits"), NULL);
	else if (c->order != NULL)
		part_notice(p, TONE_DONE,
			    msgf(cx, "settlement.credit_done",
				 text_money(cx->arena, record_int(c->order, "cents"))),
			    order_when(cx, c->order));
	else if (sum <= 0)
		part_notice(p, TONE_SOON,
			    msgf(cx, "settlement.credit_left", text_money(cx->arena, -sum)),
			    msg(cx, "settlement.credit_left_do"));
}

static void
write_beside(struct visit *v, const struct credit *c, int64_t sum)
{
	const struct type *type = types_get(v->cx->world->types, "invoice");
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.invoice") },
		{ .label = msg(cx, "settlement.credit_kind") },
		{ .label = msg(cx, "settlement.state") },
		{ .label = msg(cx, "settlement.sum"), .number = true },
	};
	struct part_table t = { .caption = msg(cx, "settlement.credit_off"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols) };
	struct page *p = &v->page;

	if (c->nbeside == 0)
		return;
	part_table_begin(p, &t);
	for (size_t i = 0; i < c->nbeside; i++) {
		const struct beside *b = &c->beside[i];

		part_row_begin(p, &t, visit_url(cx, type, b->number), 0, NULL);
		part_cell_link(p, &t, NULL, b->invoice_number);
		part_cell_text(
			p, &t,
			pages_choice(cx, "invoice", "kind", b->credit ? "credit" : "invoice"));
		part_cell_text(p, &t, pages_state(cx, type, b->state));
		part_cell_money(p, &t, b->cents);
		part_row_end(p, &t);
	}
	part_total_begin(p, &t);
	part_cell_text(p, &t, msg(cx, "settlement.together"));
	pages_empty_cells(p, &t, 2);
	part_cell_money(p, &t, sum);
	part_total_end(p, &t);
	part_table_end(p, &t);
}

static void
write_off(struct visit *v, const struct credit *c)
{
	int64_t sum = 0;

	for (size_t i = 0; i < c->nbeside; i++)
		sum += c->beside[i].cents;
	part_section_begin(&v->page, "maha", msg(v->cx, "settlement.credit_off"));
	write_outcome(v, c, sum);
	write_beside(v, c, sum);
	pages_buttons_begin(v);
	if (c->order != NULL)
		part_button_link(&v->page, visit_url_of(v->cx, c->order, ""), c->order->number,
				 ICON_NEXT, false);
	if (c->claim != NULL)
		part_button_link(&v->page,
				 arena_printf(v->cx->arena, "%s?arve=%s",
					      pages_compare_url(v->cx, c->claim->number),
					      c->note->number),
				 msg(v->cx, "settlement.compare"), ICON_NEXT, false);
	pages_buttons_end(v);
	part_section_end(&v->page);
}

enum err
credit_page(struct visit *v)
{
	struct part_link crumb;
	struct credit c = { .note = NULL };
	const char *provider, *href;

	TRY(read_credit(v, &c));
	TRY(visit_title(v, record_int(c.note, "provider"), &provider, &href));
	crumb = (struct part_link){ .label = c.note->number,
				    .href = visit_url_of(v->cx, c.note, "") };
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.wide = true;
	v->page.lead = arena_printf(v->cx->arena, "%s \xC2\xB7 %s", provider, c.note->number);
	visit_page_begin(
		v, msgf(v->cx, "settlement.credit_title", record_text(c.note, "invoice_number")));
	part_badge(&v->page, visit_tone(c.note),
		   pages_state(v->cx, c.note->type, record_state(c.note)));
	write_facts(v, &c);
	write_lines(v, &c);
	write_off(v, &c);
	return visit_page_end(v);
}
