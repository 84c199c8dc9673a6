/* Payment orders: those not sent yet, the files made of them, and the files themselves. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/settlement/pages_int.h"
#include "work/settlement/payment.h"

#define MAX_CHOSEN 500
#define FILES 50

/* ?1, ?2: sheltered work, children. */
static const char MADE[] =
	"SELECT m.sys_id, m.sys_number, o.name, c.sys_number, i.invoice_number, m.cents, m.iban, "
	"coalesce(m.reference, m.text) FROM payment_order m JOIN claim c ON c.sys_id = "
	"m.claim JOIN service s ON s.sys_id = c.service JOIN organisation o ON o.sys_id = "
	"m.provider JOIN invoice i ON i.sys_id = m.invoice WHERE m.sys_state = 'made' AND "
	"m.sys_deleted = 0 AND ((?1 = 1 AND coalesce(s.duty, 'B3.1') = 'B3.1') OR (?2 = 1 AND "
	"s.duty = 'D3.1')) ORDER BY m.made_on, m.sys_id LIMIT 500";
static const char FILE_LIST[] =
	"SELECT m.file, m.exported_on, count(*), sum(m.cents), sum(m.sys_state = 'paid') FROM "
	"payment_order m JOIN claim c ON c.sys_id = m.claim JOIN service s ON s.sys_id = c.service "
	"WHERE m.file IS NOT NULL AND m.sys_deleted = 0 AND ((?1 = 1 AND coalesce(s.duty, 'B3.1') "
	"= 'B3.1') OR (?2 = 1 AND s.duty = 'D3.1')) GROUP BY m.file, m.exported_on "
	"ORDER BY m.exported_on DESC, m.file DESC LIMIT 50";

struct order {
	int64_t id, cents;
	const char *number, *payee, *claim, *invoice, *iban, *text;
};
struct file {
	const char *name;
	int32_t on;
	int64_t n, cents, paid;
};
struct payments {
	struct order *orders;
	size_t norders;
	struct file *files;
	size_t nfiles;
};

static enum err
may_look(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "payment_order");

	v->cx->purpose = visit_purpose(v, t);
	return pages_official(v) ? OK : fail(v->cx, ERR_DENIED, "err.settlement_denied");
}

static struct db_args
whose(const struct visit *v)
{
	struct db_value *a = ARENA_ARRAY(v->cx->arena, 2, struct db_value);

	a[0] = db_bool(visit_duty(v, "B3.3") || visit_duty(v, "PM.1"));
	a[1] = db_bool(visit_duty(v, "D3.8"));
	return (struct db_args){ a, 2 };
}

static enum err
read_orders(struct visit *v, struct payments *p)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = v->cx;
	bool row;

	p->orders = ARENA_ARRAY(cx->arena, MAX_CHOSEN, struct order);
	TRY(db_query(cx, MADE, whose(v), &q));
	for (; p->norders < MAX_CHOSEN; p->norders++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		p->orders[p->norders] = (struct order){ .id = stmt_int(q, 0),
							.number = stmt_copy(cx, q, 1),
							.payee = stmt_copy(cx, q, 2),
							.claim = stmt_copy(cx, q, 3),
							.invoice = stmt_copy(cx, q, 4),
							.cents = stmt_int(q, 5),
							.iban = stmt_copy(cx, q, 6),
							.text = stmt_copy(cx, q, 7) };
	}
	return OK;
}

static enum err
read_files(struct visit *v, struct payments *p)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	p->files = ARENA_ARRAY(v->cx->arena, FILES, struct file);
	TRY(db_query(v->cx, FILE_LIST, whose(v), &q));
	for (; p->nfiles < FILES; p->nfiles++) {
		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		p->files[p->nfiles] = (struct file){ .name = stmt_copy(v->cx, q, 0),
						     .on = stmt_date(q, 1),
						     .n = stmt_int(q, 2),
						     .cents = stmt_int(q, 3),
						     .paid = stmt_int(q, 4) };
	}
	return OK;
}

static const char *
file_url(struct ctx *cx, const char *file, const char *more)
{
	return arena_printf(cx->arena, "/maksekorraldused/%s%s", file, more);
}

/* ---- those not sent ---- */

static void
write_orders(struct visit *v, const struct payments *x)
{
	struct ctx *cx = v->cx;
	const struct type *type = types_get(cx->world->types, "payment_order");
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.order") },
		{ .label = msg(cx, "settlement.payee") },
		{ .label = msg(cx, "settlement.report") },
		{ .label = msg(cx, "settlement.invoice") },
		{ .label = msg(cx, "settlement.iban") },
		{ .label = msg(cx, "settlement.reference") },
		{ .label = msg(cx, "settlement.sum"), .number = true },
	};
	const struct part_link move = { .label = msg(cx, "settlement.export"), .href = "export" };
	struct part_table t = { .caption = msg(cx, "settlement.to_pay"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols),
				.bulk_form = "maksa",
				.keys = true };
	struct page *p = &v->page;

	part_table_begin(p, &t);
	for (size_t i = 0; i < x->norders; i++) {
		const struct order *o = &x->orders[i];

		part_row_begin(p, &t, visit_url(cx, type, o->number), o->id, o->number);
		part_cell_link(p, &t, NULL, o->number);
		part_cell_text(p, &t, o->payee);
		part_cell_text(p, &t, o->claim);
		part_cell_text(p, &t, o->invoice);
		part_cell_text(p, &t, o->iban);
		part_cell_text(p, &t, o->text);
		part_cell_money(p, &t, o->cents);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
	part_bulk(p, &(struct part_bulk){ .id = "maksa",
					  .action = "/maksekorraldused",
					  .moves = &move,
					  .n_moves = 1 });
}

static void
write_files(struct visit *v, const struct payments *x)
{
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.pay_file") },
		{ .label = msg(cx, "settlement.sent_on") },
		{ .label = msg(cx, "settlement.orders"), .number = true },
		{ .label = msg(cx, "settlement.paid"), .number = true },
		{ .label = msg(cx, "settlement.sum"), .number = true },
	};
	struct part_table t = { .caption = msg(cx, "settlement.pay_files"),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols) };
	struct page *p = &v->page;

	if (x->nfiles == 0)
		return;
	part_section_begin(p, "failid", msg(cx, "settlement.pay_files"));
	part_table_begin(p, &t);
	for (size_t i = 0; i < x->nfiles; i++) {
		const struct file *f = &x->files[i];

		part_row_begin(p, &t, file_url(cx, f->name, ""), 0, NULL);
		part_cell_link(p, &t, NULL, f->name);
		part_cell_date(p, &t, f->on);
		part_cell_int(p, &t, f->n);
		part_cell_int(p, &t, f->paid);
		part_cell_money(p, &t, f->cents);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
	part_section_end(p);
}

enum err
payments_page(struct visit *v)
{
	struct payments x = { .norders = 0 };

	TRY(may_look(v));
	TRY(read_orders(v, &x));
	TRY(read_files(v, &x));
	v->page.wide = true;
	visit_page_begin(v, msg(v->cx, "settlement.payments"));
	if (x.norders == 0)
		part_empty(&v->page, msg(v->cx, "settlement.nothing_to_pay"),
			   msg(v->cx, "settlement.nothing_to_pay_what"), "/kuu",
			   msg(v->cx, "settlement.go"));
	else
		write_orders(v, &x);
	write_files(v, &x);
	return visit_page_end(v);
}

/* ---- into a file ---- */

static enum err
read_chosen(struct visit *v, int64_t *ids, size_t *n)
{
	const char *typed;

	for (size_t i = 0; (typed = http_form_nth(v->x, PART_CHOSEN, i)) != NULL; i++)
		if (*n == MAX_CHOSEN || !text_int(typed, 1, INT64_MAX, &ids[(*n)++]))
			return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	return *n > 0 ? OK : fail(v->cx, ERR_NOTFOUND, "err.settlement_none_chosen");
}

enum err
payments_post(struct visit *v)
{
	int64_t *ids = ARENA_ARRAY(v->cx->arena, MAX_CHOSEN, int64_t);
	const char *file;
	size_t n = 0;

	TRY(may_look(v));
	TRY(read_chosen(v, ids, &n));
	if (!text_equal(http_form(v->x, PART_ASKED), "1"))
		return fail(v->cx, ERR_INVALID, "form.asking");
	TRY(payment_export(v->cx, ids, n, &file));
	return visit_go(v, file_url(v->cx, file, ""));
}

enum err
payments_again(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "payment_order");
	const struct error cause = v->cx->error;
	const char *effects[] = { msg(v->cx, "settlement.export_effect") };
	int64_t *ids = ARENA_ARRAY(v->cx->arena, MAX_CHOSEN, int64_t), sum = 0;
	size_t n = 0;

	ctx_forgive(v->cx);
	TRY(read_chosen(v, ids, &n));
	for (size_t i = 0; i < n; i++) {
		struct record *order;

		TRY(record_load(v->cx, t, ids[i], RIGHT_SEE, &order));
		sum += record_int(order, "cents");
	}
	v->cx->error = cause;
	visit_page_begin(v, msg(v->cx, "settlement.export"));
	if (!text_equal(cause.key, "form.asking"))
		part_notice(&v->page, TONE_LATE, pages_error(v->cx), NULL);
	part_confirm(&v->page, &(struct part_confirm){
				       .question = msgf(v->cx, "settlement.export_what",
							text_from_int(v->cx->arena, (int64_t)n),
							text_money(v->cx->arena, sum)),
				       .effects = effects,
				       .n_effects = 1,
				       .action = "/maksekorraldused",
				       .move = "export",
				       .key = visit_key(v),
				       .chosen = ids,
				       .n_chosen = n,
				       .button = msg(v->cx, "settlement.export"),
				       .final = true,
				       .cancel_href = "/maksekorraldused" });
	return visit_page_end(v);
}

/* ---- one file ---- */

enum err
payment_file_page(struct visit *v)
{
	struct ctx *cx = v->cx;
	const struct type *type = types_get(cx->world->types, "payment_order");
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.order") },
		{ .label = msg(cx, "settlement.payee") },
		{ .label = msg(cx, "settlement.iban") },
		{ .label = msg(cx, "settlement.reference") },
		{ .label = msg(cx, "settlement.sum"), .number = true },
	};
	struct part_table t = { .caption = v->part[0], .columns = cols, .n_columns = 5 };
	struct part_link crumb = { .label = msg(cx, "settlement.payments"),
				   .href = "/maksekorraldused" };
	struct payment_order order;
	struct page *p = &v->page;
	int64_t sum = 0;

	TRY(may_look(v));
	TRY(payment_file(cx, v->part[0], &order));
	p->crumbs = &crumb;
	p->n_crumbs = 1;
	visit_page_begin(v, order.id);
	part_quiet(p, msgf(cx, "settlement.file_of", civil_text(cx->arena, order.on), order.debtor,
			   order.debtor_iban));
	pages_buttons_begin(v);
	part_button_link(p, file_url(cx, order.id, "/xml"), msg(cx, "settlement.get_xml"),
			 ICON_DOWNLOAD, true);
	part_button_link(p, file_url(cx, order.id, "/csv"), msg(cx, "settlement.get_csv"),
			 ICON_DOWNLOAD, false);
	pages_buttons_end(v);
	part_table_begin(p, &t);
	for (size_t i = 0; i < order.n; i++) {
		const struct payment *x = &order.payments[i];

		part_row_begin(p, &t, visit_url(cx, type, x->id), 0, NULL);
		part_cell_link(p, &t, NULL, x->id);
		part_cell_text(p, &t, x->name);
		part_cell_text(p, &t, x->iban);
		part_cell_text(p, &t, x->reference != NULL ? x->reference : x->text);
		part_cell_money(p, &t, x->cents);
		part_row_end(p, &t);
		sum += x->cents;
	}
	part_total_begin(p, &t);
	part_cell_text(p, &t, msg(cx, "settlement.together"));
	pages_empty_cells(p, &t, 3);
	part_cell_money(p, &t, sum);
	part_total_end(p, &t);
	part_table_end(p, &t);
	return visit_page_end(v);
}

enum err
payment_xml(struct visit *v)
{
	struct payment_order order;

	TRY(may_look(v));
	TRY(payment_file(v->cx, v->part[0], &order));
	TRY(http_attachment(v->x, arena_printf(v->cx->arena, "%s.xml", order.id),
			    "application/xml"));
	return payment_write_xml(v->cx, &order, &v->x->out);
}

enum err
payment_csv(struct visit *v)
{
	struct payment_order order;

	TRY(may_look(v));
	TRY(payment_file(v->cx, v->part[0], &order));
	TRY(http_attachment(v->x, arena_printf(v->cx->arena, "%s.csv", order.id), "text/csv"));
	return payment_write_csv(v->cx, &order, &v->x->out);
}
