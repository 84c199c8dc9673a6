/* Invoices coming in. See invoice.h; comparing and its records are in difference.c. */
#include "work/settlement/invoice.h"

#include <string.h>

#include "base/calendar.h"
#include "base/ident.h"
#include "base/text.h"
#include "base/texts.h"
#include "web/site.h"
#include "work/settlement/claim.h"
#include "work/settlement/month_read.h"

#define CANDIDATES 48 /* open reports of one provider looked at */

static const char PROVIDER[] =
	"SELECT sys_id FROM organisation WHERE sys_deleted = 0 AND ((?1 IS NOT NULL AND code = ?1) "
	"OR (?1 IS NULL AND vat_number = ?2)) ORDER BY kind <> 'provider', sys_id LIMIT 1";
static const char OPEN_CLAIMS[] =
	"SELECT c.sys_id, c.month, k.number_text FROM claim c JOIN contract k ON k.sys_id = "
	"c.contract WHERE c.provider = ?1 AND c.sys_deleted = 0 AND c.sys_state IN ('open', "
	"'returned', 'confirmed', 'compared') ORDER BY c.month DESC, c.sys_id DESC";
static const char SAME_NUMBER[] =
	"SELECT sys_id, sys_state, sys_number FROM invoice WHERE provider = ?1 AND "
	"invoice_number = ?2 AND sys_deleted = 0 ORDER BY sys_id LIMIT 1";
static const char CORRECTED[] =
	"SELECT sys_id FROM invoice WHERE provider = ?1 AND invoice_number = ?2 AND kind = "
	"'invoice' AND sys_deleted = 0 ORDER BY sys_id LIMIT 1";

/* ---- the file ---- */

/* What makes it no invoice at all: a finding that is no matter of sums or VAT. */
static enum err
refuse_faulty(struct ctx *cx, const struct invoice_file *f)
{
	for (size_t i = 0; i < f->findings.n; i++) {
		const struct einvoice_finding *x = &f->findings.list[i];

		if (x->fatal && compare_finding(x) == REASON_COUNT)
			return fail_at(cx, ERR_INVALID, f->name, x->row, 0,
				       "err.settlement_invoice_faulty", x->rule,
				       einvoice_finding_text(cx, x));
	}
	return OK;
}

enum err
invoice_parse(struct ctx *cx, struct invoice_file *f)
{
	TRY(einvoice_read(cx, f->name, f->bytes, f->len, &f->inv));
	einvoice_check(cx, f->inv, &f->findings);
	TRY(refuse_faulty(cx, f));
	if (f->inv->number == NULL || text_length(f->inv->number) > 60)
		return fail(cx, ERR_INVALID, "err.settlement_invoice_number");
	if (f->inv->issued == CIVIL_NONE)
		return fail(cx, ERR_INVALID, "err.settlement_invoice_date");
	if (f->inv->nlines > MAX_BILL_LINES)
		return fail(cx, ERR_LIMIT, "err.settlement_invoice_lines",
			    text_from_int(cx->arena, MAX_BILL_LINES));
	return OK;
}

enum err
invoice_reread(struct ctx *cx, const struct record *invoice, struct einvoice **ret,
	       struct einvoice_findings *ret_findings)
{
	const char *name, *media;
	const void *bytes;
	size_t len;

	if (record_int(invoice, "file") == 0)
		return fail(cx, ERR_CONFLICT, "err.settlement_no_file", invoice->number);
	TRY(attachment_read(cx, record_int(invoice, "file"), &name, &media, &bytes, &len));
	TRY(einvoice_read(cx, name, bytes, len, ret));
	einvoice_check(cx, *ret, ret_findings);
	return OK;
}

/* ---- whose it is, and for which month ---- */

static enum err
find_provider(struct ctx *cx, const struct einvoice *inv, int64_t *ret)
{
	const char *code = inv->seller.reg_code, *vat = inv->seller.vat;

	if (code == NULL && vat == NULL)
		return fail(cx, ERR_NOTFOUND, "err.settlement_no_provider", "-");
	if (db_get_int(cx, PROVIDER, DB_ARGS(db_text(code), db_text(vat)), ret) == OK)
		return OK;
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return fail(cx, ERR_NOTFOUND, "err.settlement_no_provider", code != NULL ? code : vat);
}

/* The month an invoice is for: its period, else that of its first line, else the one before it
 * was issued. */
static int32_t
month_of(const struct einvoice *inv)
{
	if (inv->period_from != CIVIL_NONE)
		return calendar_month_first(inv->period_from);
	if (inv->period_to != CIVIL_NONE)
		return calendar_month_first(inv->period_to);
	if (inv->nlines > 0 && inv->lines[0].period_from != CIVIL_NONE)
		return calendar_month_first(inv->lines[0].period_from);
	return civil_add_months(calendar_month_first(inv->issued), -1);
}

static bool
names_contract(const struct einvoice *inv, const char *number)
{
	return text_equal(inv->contract, number) || text_equal(inv->buyer_reference, number) ||
	       text_equal(inv->order, number);
}

/* The open report that fits best by contract and month; one of them must fit. */
static enum err
find_claim(struct ctx *cx, const struct einvoice *inv, int64_t provider, int64_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	int32_t month = month_of(inv);
	int best = 1;
	int64_t found = 0;
	bool row = true;

	TRY(db_query(cx, OPEN_CLAIMS, DB_ARGS(db_int(provider)), &q));
	for (int i = 0; i < CANDIDATES; i++) {
		int score;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		score = (names_contract(inv, stmt_text(q, 2)) ? 4 : 0) +
			(stmt_date(q, 1) == month ? 2 : 0);
		if (score > best) {
			best = score;
			found = stmt_int(q, 0);
		}
	}
	if (found == 0)
		return fail(cx, ERR_NOTFOUND, "err.settlement_no_claim",
			    inv->contract == NULL ? "-" : inv->contract,
			    month_text(cx->arena, month));
	*ret = found;
	return OK;
}

/* A chosen report must be one the actor sees, and the seller's own. */
static enum err
chosen_claim(struct ctx *cx, int64_t id, int64_t provider)
{
	struct record *claim;

	TRY(record_load(cx, types_get(cx->world->types, "claim"), id, RIGHT_SEE, &claim));
	if (record_int(claim, "provider") != provider)
		return fail(cx, ERR_INVALID, "err.settlement_other_seller", claim->number);
	if (record_in(claim, "approved") || record_in(claim, "ordered") ||
	    record_in(claim, "frozen"))
		return fail(cx, ERR_CONFLICT, "err.settlement_approved", claim->number);
	return OK;
}

static enum err
may_send(struct ctx *cx, int64_t provider)
{
	const struct type *t = types_get(cx->world->types, "invoice");

	if (!sql_may(cx, cx->world->types, t, RIGHT_CREATE))
		return fail(cx, ERR_DENIED, "err.denied_create", msg(cx, t->label_key));
	if (!cx->who.system && cx->who.org != 0 && cx->who.org != provider)
		return fail(cx, ERR_DENIED, "err.settlement_not_yours");
	return OK;
}

/* ---- the record ---- */

/* One rejected before makes room for the same number sent again; any other is in the way. */
static enum err
make_room(struct ctx *cx, int64_t provider, const char *number)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;
	int64_t id;

	TRY(db_query(cx, SAME_NUMBER, DB_ARGS(db_int(provider), db_text(number)), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return OK;
	if (!text_equal(stmt_text(q, 1), "rejected"))
		return fail(cx, ERR_CONFLICT, "err.settlement_invoice_there", number,
			    stmt_copy(cx, q, 2));
	id = stmt_int(q, 0);
	return record_delete(cx, types_get(cx->world->types, "invoice"), id, 0,
			     msg(cx, "settlement.replaced"));
}

static void
give_if(struct change *ch, const char *field, const char *s, size_t max)
{
	if (s != NULL && text_length(s) <= max)
		change_text(ch, field, s);
}

/* Which invoice a credit note corrects: as it says, and the record if we have it. */
static enum err
give_corrected(struct ctx *cx, struct change *ch, const struct einvoice *inv, int64_t provider)
{
	const char *number = inv->npreceding > 0 ? inv->preceding[0].number : NULL;
	int64_t id;
	enum err e;

	if (!inv->credit || number == NULL)
		return OK;
	give_if(ch, "corrects_text", number, 60);
	e = db_get_int(cx, CORRECTED, DB_ARGS(db_int(provider), db_text(number)), &id);
	if (e == OK)
		change_int(ch, "corrects", id);
	else if (e == ERR_NOTFOUND)
		ctx_forgive(cx);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err
create(struct ctx *cx, const struct einvoice *inv, int64_t provider, int64_t claim, int64_t *ret)
{
	struct change *ch = change_new(cx, "invoice");

	change_int(ch, "provider", provider);
	change_int(ch, "claim", claim);
	change_text(ch, "invoice_number", inv->number);
	change_text(ch, "kind", inv->credit ? "credit" : "invoice");
	TRY(give_corrected(cx, ch, inv, provider));
	change_int(ch, "issued_on", inv->issued);
	if (inv->due != CIVIL_NONE)
		change_int(ch, "due_on", inv->due);
	give_if(ch, "reference", inv->payment_reference, 20);
	give_if(ch, "iban", inv->nibans > 0 ? inv->ibans[0] : NULL, 34);
	change_int(ch, "net_cents", inv->totals.without_tax);
	change_int(ch, "tax_cents", inv->totals.tax);
	change_int(ch, "total_cents", inv->totals.payable);
	return record_create(cx, ch, ret);
}

struct taking {
	struct invoice_file *f;
	int64_t provider, claim;
};

static enum err
write_invoice(struct ctx *cx, void *arg)
{
	const struct taking *t = arg;
	struct change *ch = change_new(cx, "invoice");
	int64_t file;

	TRY(make_room(cx, t->provider, t->f->inv->number));
	TRY(create(cx, t->f->inv, t->provider, t->claim, &t->f->invoice));
	TRY(attachment_add(cx, t->f->invoice, t->f->name, t->f->media, t->f->bytes, t->f->len,
			   &file));
	change_int(ch, "file", file);
	TRY(record_edit(cx, ch->type, t->f->invoice, 0, ch));
	return record_move(cx, ch->type, t->f->invoice, 0, "compare", NULL);
}

enum err
invoice_take(struct ctx *cx, void *invoice_file)
{
	struct taking t = { .f = invoice_file };

	TRY(find_provider(cx, t.f->inv, &t.provider));
	TRY(may_send(cx, t.provider));
	t.claim = t.f->claim;
	if (t.claim == 0)
		TRY(find_claim(cx, t.f->inv, t.provider, &t.claim));
	TRY(chosen_claim(cx, t.claim, t.provider));
	return claim_as_program(cx, write_invoice, &t);
}

/* An invoice comes as a file, never typed in: nobody could compare it. */
enum err
invoice_create_before(struct ctx *cx, const struct record *rec, struct change *ch)
{
	(void)rec;
	(void)ch;
	return cx->who.system ? OK : fail(cx, ERR_INVALID, "err.settlement_upload");
}
