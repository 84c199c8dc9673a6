/* A month report as an e-invoice. See bill.h. */
#include "work/settlement/bill.h"

#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "base/texts.h"
#include "web/site.h"
#include "work/settlement/compare_read.h"
#include "work/settlement/days.h"

#define PAY_DAYS 21	/* of the sample; the contract says how long it really is */
#define MAX_PROPS 4	/* of a line */
#define ESTONIAN "0191" /* scheme of registry codes, ISO 6523 */

static const char *
unit_code(const char *unit)
{
	static const char *const CODES[][2] = {
		{ "day", "DAY" }, { "hour", "HUR" }, { "month", "MON" }, { "km", "KMT" }
	};

	for (size_t i = 0; i < sizeof(CODES) / sizeof(*CODES); i++)
		if (text_equal(CODES[i][0], unit))
			return CODES[i][1];
	return "C62";
}

static void
add_prop(struct einvoice_line *l, const char *name, const char *value)
{
	if (value != NULL)
		l->props[l->nprops++] = (struct einvoice_prop){ name, value };
}

/* Who is not registered for VAT is outside its scope ("O"), who is, exempt ("E"): BR-E-02. */
static const char *
vat_category(const struct report_facts *f, const struct bill_parties *p)
{
	return !f->vat_exempt ? "S" : p->provider_vat != NULL ? "E" : "O";
}

static int32_t
vat_rate(const struct report_facts *f, const struct bill_parties *p)
{
	if (!f->vat_exempt)
		return f->vat_rate * 100;
	return p->provider_vat != NULL ? 0 : EINVOICE_NO_RATE;
}

/* Minutes are billed exactly: 50 of them are 0.833333 hours, not 0.83. */
static int64_t
scaled_quantity(const struct report_line *r)
{
	if (text_equal(r->unit, "hour") && r->minutes > 0)
		return days_share(r->minutes, EINVOICE_SCALE, 60);
	return r->quantity * (EINVOICE_SCALE / 100);
}

static struct einvoice_line
make_line(struct ctx *cx, const struct report_facts *f, const struct bill_parties *p, size_t i,
	  size_t n)
{
	const struct report_line *r = &f->lines[i];
	int32_t month = r->month != CIVIL_NONE ? r->month : f->month;
	const char *part = r->code != NULL ? r->code : r->stage;
	struct einvoice_line l = {
		.id = text_from_int(cx->arena, (int64_t)n),
		.name = arena_printf(cx->arena, "%s %s%s%s", p->service, r->person_number,
				     part == NULL ? "" : " ", part == NULL ? "" : part),
		.quantity = scaled_quantity(r),
		.unit = unit_code(r->unit),
		.price = r->price_cents * (EINVOICE_SCALE / 100),
		.base_quantity = EINVOICE_SCALE,
		.period_from = month,
		.period_to = calendar_month_last(month),
		.tax_category = vat_category(f, p),
		.tax_rate = vat_rate(f, p),
		.props = ARENA_ARRAY(cx->arena, MAX_PROPS, struct einvoice_prop),
	};

	add_prop(&l, "Isik", r->person_number);
	add_prop(&l, "Etapp", r->stage);
	add_prop(&l, "Kood", r->code);
	add_prop(&l, "Kuurida", r->number);
	return l;
}

enum err
bill_make(struct ctx *cx, const struct report_facts *f, const struct bill_parties *p,
	  struct einvoice **ret)
{
	struct einvoice *inv = ARENA_NEW(cx->arena, struct einvoice);

	*inv = (struct einvoice){
		.number = p->number,
		.issued = cx->today,
		.due = cx->today + PAY_DAYS,
		.type_code = "380",
		.currency = "EUR",
		.contract = f->contract,
		.period_from = f->month,
		.period_to = calendar_month_last(f->month),
		.seller = { .name = p->provider,
			    .reg_code = p->provider_code,
			    .reg_scheme = p->provider_code == NULL ? NULL : ESTONIAN,
			    .vat = p->provider_vat,
			    .country = "EE" },
		.buyer = { .name = p->board,
			   .reg_code = f->buyer_code,
			   .reg_scheme = f->buyer_code == NULL ? NULL : ESTONIAN,
			   .country = "EE" },
	};
	inv->ibans = ARENA_ARRAY(cx->arena, 1, const char *);
	if (f->seller_iban != NULL)
		inv->ibans[inv->nibans++] = f->seller_iban;
	inv->lines = ARENA_ARRAY(cx->arena, f->nlines + 1, struct einvoice_line);
	for (size_t i = 0; i < f->nlines; i++)
		if (f->lines[i].quantity != 0 && f->lines[i].priced) {
			inv->lines[inv->nlines] = make_line(cx, f, p, i, inv->nlines + 1);
			inv->nlines++;
		}
	/* The reason of the exemption is kept by einvoice_sum(). */
	inv->taxes = ARENA_NEW(cx->arena, struct einvoice_tax);
	inv->taxes[0] = (struct einvoice_tax){ .category = vat_category(f, p),
					       .reason = f->vat_exempt ? p->exempt : NULL };
	inv->ntaxes = 1;
	TRY(einvoice_sum(cx, inv));
	*ret = inv;
	return OK;
}

static enum err
board_name(struct ctx *cx, const char **ret)
{
	static const char BOARD[] = "SELECT name FROM organisation WHERE kind = 'board' AND "
				    "sys_deleted = 0 ORDER BY code IS NULL, sys_id LIMIT 1";

	if (db_get_text(cx, BOARD, DB_NONE, ret) == OK)
		return OK;
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return fail(cx, ERR_CONFLICT, "err.settlement_no_board");
}

enum err
bill_of(struct ctx *cx, const struct record *claim, struct einvoice **ret)
{
	struct bill_parties p = { .exempt = msg(cx, "settlement.vat_exempt") };
	struct einvoice none = { .credit = true };
	struct record *provider, *service;
	struct report_facts f;

	TRY(record_get(cx, "organisation", record_int(claim, "provider"), &provider));
	TRY(record_get(cx, "service", record_int(claim, "service"), &service));
	TRY(board_name(cx, &p.board));
	TRY(compare_read(cx, claim, 0, &none, NULL, &f));
	p.number = claim->number;
	p.provider = record_text(provider, "name");
	p.provider_code = record_text(provider, "code");
	p.provider_vat = record_text(provider, "vat_number");
	p.service = record_text(service, "name");
	TRY(bill_make(cx, &f, &p, ret));
	if ((*ret)->nlines == 0)
		return fail(cx, ERR_CONFLICT, "err.settlement_nothing", claim->number);
	return OK;
}

enum err
claim_bill_after(struct ctx *cx, const struct record *rec)
{
	struct einvoice *inv;
	SCOPED_BUF out;
	int64_t id;

	buf_init(&out, MAX_UPLOAD);
	TRY(bill_of(cx, rec, &inv));
	TRY(einvoice_write(cx, inv, &out));
	TRY(buf_check(cx, &out));
	return attachment_add(
		cx, rec->id, arena_printf(cx->arena, "arve-%s.xml", record_text(rec, "month_text")),
		"application/xml", out.bytes, out.len, &id);
}
