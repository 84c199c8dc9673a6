/* Paying. See payment.h. */
#include "work/settlement/payment.h"

#include <string.h>

#include "base/calendar.h"
#include "base/ident.h"
#include "base/text.h"
#include "base/texts.h"
#include "rule/rule.h"
#include "work/settlement/claim.h"
#include "work/settlement/days.h"
#include "work/settlement/invoice.h"

static const char INVOICES[] =
	"SELECT sys_id, kind, total_cents FROM invoice WHERE claim = ?1 AND sys_state IN "
	"('matched', 'disputed') AND sys_deleted = 0 ORDER BY kind = 'credit', sys_id";
static const char REST[] =
	"SELECT sys_id FROM difference WHERE claim = ?1 AND sys_state = 'open' AND blocking = 0 "
	"AND sys_deleted = 0 ORDER BY sys_id LIMIT 500";
static const char REPORT_HOLDS[] =
	"SELECT EXISTS (SELECT 1 FROM difference d JOIN invoice i ON i.sys_id = d.invoice WHERE "
	"d.claim = ?1 AND d.sys_state = 'rejected' AND d.sys_deleted = 0 AND i.sys_state <> "
	"'rejected')";
static const char BOARD[] =
	"SELECT name, iban FROM organisation WHERE kind = 'board' AND sys_deleted = 0 "
	"ORDER BY iban IS NULL, sys_id LIMIT 1";
static const char OF_FILE[] =
	"SELECT m.sys_id, m.sys_number, o.name, m.iban, m.cents, m.reference, m.text, "
	"m.exported_on FROM payment_order m JOIN organisation o ON o.sys_id = m.provider "
	"WHERE m.file = ?1 AND m.sys_deleted = 0 ORDER BY m.sys_id";
static const char FILES_OF_DAY[] = "SELECT count(DISTINCT file) FROM payment_order WHERE "
				   "exported_on = ?1 AND file IS NOT NULL";

int64_t
payment_cents(int64_t invoiced, int64_t reported, bool report_holds)
{
	return report_holds && reported < invoiced ? reported : invoiced;
}

/* ---- approving ---- */

enum err
claim_prepare_before(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int64_t open;

	(void)ch;
	TRY(difference_open(cx, rec->id, &open));
	if (open > 0)
		return fail(cx, ERR_CONFLICT, "err.settlement_open", rec->number,
			    text_from_int(cx->arena, open));
	return OK;
}

struct bill {
	int64_t invoice, cents; /* the first that is no credit note; all together */
	int64_t ids[8];
	size_t n;
};

static enum err
read_bill(struct ctx *cx, const struct record *claim, struct bill *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct bill b = { .invoice = 0 };
	bool row;

	TRY(db_query(cx, INVOICES, DB_ARGS(db_int(claim->id)), &q));
	for (; b.n < sizeof(b.ids) / sizeof(*b.ids); b.n++) {
		bool credit;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		credit = text_equal(stmt_text(q, 1), "credit");
		b.ids[b.n] = stmt_int(q, 0);
		b.cents += credit ? -stmt_int(q, 2) : stmt_int(q, 2);
		if (b.invoice == 0 && !credit)
			b.invoice = stmt_int(q, 0);
	}
	if (b.n == 0)
		return fail(cx, ERR_CONFLICT, "err.settlement_no_invoice", claim->number);
	*ret = b;
	return OK;
}

/* What was only to be aware of is accepted with the report: nothing stays open behind it. */
static enum err
accept_rest(struct ctx *cx, void *arg)
{
	const struct type *t = types_get(cx->world->types, "difference");
	const int64_t *claim = arg;
	int64_t ids[MAX_DIFFERENCES];
	size_t n = 0;
	SCOPED(stmt) struct stmt *q = NULL;
	bool row = true;

	TRY(db_query(cx, REST, DB_ARGS(db_int(*claim)), &q));
	for (; n < MAX_DIFFERENCES; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		ids[n] = stmt_int(q, 0);
	}
	for (size_t i = 0; i < n; i++) {
		struct change *ch = change_of(cx, t);

		change_text(ch, "explanation", msg(cx, "settlement.approved_with"));
		TRY(record_move(cx, t, ids[i], 0, "accept", ch));
	}
	return OK;
}

/* Nothing that blocks is open, and there is an invoice to pay. */
enum err
claim_approve_before(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int64_t claim = rec->id;
	struct bill b;

	TRY(claim_prepare_before(cx, rec, ch));
	TRY(read_bill(cx, rec, &b));
	return claim_as_program(cx, accept_rest, &claim);
}

/* The report's sum with VAT, where the service has it. */
static enum err
reported_cents(struct ctx *cx, const struct record *claim, int64_t *ret)
{
	struct rule_value in = rule_date("date", calendar_month_last(record_date(claim, "month")));
	struct rule_result rate;
	struct record *service;
	int64_t net = record_int(claim, "total_cents");

	TRY(record_get(cx, "service", record_int(claim, "service"), &service));
	*ret = net;
	if (!text_equal(record_text(service, "vat"), "standard"))
		return OK;
	TRY(rule_eval(cx, cx->world->rules, "VAT-RATE", &in, 1, &rate));
	*ret = net + days_share(net, rate.values[0].n, 100);
	return OK;
}

static enum err
account_of(struct ctx *cx, const struct record *claim, const char **ret)
{
	struct record *contract, *provider;

	TRY(record_get(cx, "contract", record_int(claim, "contract"), &contract));
	TRY(record_get(cx, "organisation", record_int(claim, "provider"), &provider));
	*ret = record_text(contract, "iban");
	if (*ret == NULL)
		*ret = record_text(provider, "iban");
	if (*ret == NULL)
		return fail(cx, ERR_CONFLICT, "err.settlement_no_iban", contract->number);
	return OK;
}

/* A reference number banks take, else the invoice's number as the explanation. */
static void
give_reference(struct ctx *cx, struct change *ch, const struct record *invoice)
{
	const char *s = record_text(invoice, "reference");
	struct ident id = { .valid = false };

	if (s != NULL)
		ident_check(IDENT_VIITENUMBER, s, strlen(s), cx->today, &id);
	if (id.valid)
		change_text(ch, "reference", arena_strdup(cx->arena, id.text));
	else
		change_text(ch, "text",
			    msgf(cx, "settlement.payment_text",
				 record_text(invoice, "invoice_number")));
}

static enum err
make_order(struct ctx *cx, const struct record *claim, const struct bill *b, int64_t cents)
{
	struct change *ch = change_new(cx, "payment_order");
	struct record *invoice;
	const char *iban;
	int64_t id;

	TRY(account_of(cx, claim, &iban));
	TRY(record_get(cx, "invoice", b->invoice, &invoice));
	change_int(ch, "claim", claim->id);
	change_int(ch, "invoice", b->invoice);
	change_int(ch, "provider", record_int(claim, "provider"));
	change_int(ch, "cents", cents);
	change_text(ch, "iban", iban);
	give_reference(cx, ch, invoice);
	return record_create(cx, ch, &id);
}

/* The invoices go along; the order is made; a month that asks for no money is done with. */
enum err
claim_approve_after(struct ctx *cx, const struct record *rec)
{
	const struct type *invoice = types_get(cx->world->types, "invoice");
	struct bill b;
	int64_t reported, holds, cents;

	TRY(read_bill(cx, rec, &b));
	TRY(reported_cents(cx, rec, &reported));
	TRY(db_get_int(cx, REPORT_HOLDS, DB_ARGS(db_int(rec->id)), &holds));
	for (size_t i = 0; i < b.n; i++)
		TRY(record_move(cx, invoice, b.ids[i], 0, "approve", NULL));
	cents = payment_cents(b.cents, reported, holds != 0);
	if (cents > 0 && b.invoice != 0)
		TRY(make_order(cx, rec, &b, cents));
	TRY(record_move(cx, rec->type, rec->id, 0, "order", NULL));
	return cents > 0 && b.invoice != 0 ? OK
					   : record_move(cx, rec->type, rec->id, 0, "freeze", NULL);
}

/* ---- files for the bank ---- */

static enum err
read_board(struct ctx *cx, struct payment_order *order)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, BOARD, DB_NONE, &q));
	TRY(stmt_step(cx, q, &row));
	if (!row || stmt_is_null(q, 1))
		return fail(cx, ERR_CONFLICT, "err.settlement_no_board");
	order->initiator = order->debtor = stmt_copy(cx, q, 0);
	order->debtor_iban = stmt_copy(cx, q, 1);
	return OK;
}

/* Fill an order from the rows of a file; the actor must be one who sees them all. */
static enum err
read_payments(struct ctx *cx, const char *file, struct payment_order *order)
{
	const struct type *t = types_get(cx->world->types, "payment_order");
	SCOPED(stmt) struct stmt *q = NULL;
	struct payment *list = NULL;
	struct record *seen;
	bool row;

	TRY(db_query(cx, OF_FILE, DB_ARGS(db_text(file)), &q));
	for (order->n = 0; order->n < MAX_PAYMENTS; order->n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		TRY(record_load(cx, t, stmt_int(q, 0), RIGHT_SEE, &seen));
		if ((order->n & (order->n - 1)) == 0) {
			struct payment *more =
				ARENA_ARRAY(cx->arena, order->n * 2 + 1, struct payment);

			if (order->n > 0)
				memcpy(more, list, order->n * sizeof(*more));
			list = more;
		}
		list[order->n] = (struct payment){ .id = stmt_copy(cx, q, 1),
						   .name = stmt_copy(cx, q, 2),
						   .iban = stmt_copy(cx, q, 3),
						   .cents = stmt_int(q, 4),
						   .reference = stmt_copy(cx, q, 5),
						   .text = stmt_copy(cx, q, 6) };
		order->on = stmt_date(q, 7);
	}
	order->payments = list;
	return order->n == 0 ? fail(cx, ERR_NOTFOUND, "err.not_found") : OK;
}

enum err
payment_file(struct ctx *cx, const char *file, struct payment_order *ret)
{
	struct payment_order order = { .id = file };

	TRY(read_board(cx, &order));
	TRY(read_payments(cx, file, &order));
	*ret = order;
	return OK;
}

struct exporting {
	const int64_t *orders;
	size_t n;
	const char *file;
};

static enum err
export_all(struct ctx *cx, void *arg)
{
	const struct type *t = types_get(cx->world->types, "payment_order");
	const struct exporting *x = arg;
	struct payment_order order;
	int64_t sum;

	for (size_t i = 0; i < x->n; i++) {
		struct change *ch = change_of(cx, t);

		change_text(ch, "file", x->file);
		TRY(record_move(cx, t, x->orders[i], 0, "export", ch));
	}
	/* A file no bank would take is not made at all. */
	TRY(payment_file(cx, x->file, &order));
	return payment_check(cx, &order, &sum);
}

enum err
payment_export(struct ctx *cx, const int64_t *orders, size_t n, const char **ret_file)
{
	const struct type *t = types_get(cx->world->types, "payment_order");
	struct exporting x = { .orders = orders, .n = n };
	struct record *seen;
	struct civil day = civil_date(cx->today);
	int64_t before;

	if (n == 0)
		return fail(cx, ERR_INVALID, "err.settlement_none_chosen");
	for (size_t i = 0; i < n; i++)
		TRY(record_load(cx, t, orders[i], RIGHT_MOVE, &seen));
	TRY(db_get_int(cx, FILES_OF_DAY, DB_ARGS(db_date(cx->today)), &before));
	x.file = arena_printf(cx->arena, "HOOL-%04d%02d%02d-%lld", day.year, day.month, day.day,
			      (long long)before + 1);
	TRY(claim_as_program(cx, export_all, &x));
	*ret_file = x.file;
	return OK;
}

/* The money is on its way: the month can no longer change. */
enum err
payment_export_after(struct ctx *cx, const struct record *rec)
{
	const struct type *t = types_get(cx->world->types, "claim");

	return record_move(cx, t, record_int(rec, "claim"), 0, "freeze", NULL);
}
