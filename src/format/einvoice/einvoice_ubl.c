/* Reading UBL 2.1 invoices and credit notes as EN 16931 binds them (CEN/TS 16931-3-2). */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

#define MAX_FEW 200 /* of anything but lines: subtotals, allowances, properties, accounts */

/* The only child of a name, or NULL; a second one is an error, as we could not choose. */
static enum err
only(struct ctx *cx, const struct xml *x, const char *step, const struct xml **ret)
{
	const struct xml *found = ubl(x, step), *second;

	if (found != NULL) {
		second = xml_next(found, found->ns, found->name);
		if (second != NULL)
			return xml_fail(cx, second, "err.einvoice_double", second->name);
	}
	*ret = found;
	return OK;
}

static enum err
get_text(struct ctx *cx, const struct xml *x, const char *step, size_t max, const char **ret)
{
	const struct xml *at;

	TRY(only(cx, x, step, &at));
	return einvoice_text(cx, at, max, ret);
}

static enum err
get_date(struct ctx *cx, const struct xml *x, const char *step, int32_t *ret)
{
	const struct xml *at;

	TRY(only(cx, x, step, &at));
	return einvoice_date(cx, at, ret);
}

/* An amount says its currency itself; ours is always the euro. */
static enum err
get_cents(struct ctx *cx, const struct xml *x, const char *step, int64_t *ret)
{
	const struct xml *at;
	const char *currency;

	TRY(only(cx, x, step, &at));
	if (at == NULL)
		return OK;
	currency = xml_attr(at, "currencyID");
	if (!text_equal(currency, "EUR"))
		return xml_fail(cx, at, "err.einvoice_currency", at->name,
				currency == NULL ? "-" : currency);
	return einvoice_cents(cx, at, ret);
}

static enum err
get_scaled(struct ctx *cx, const struct xml *x, const char *step, int64_t *ret)
{
	const struct xml *at;

	TRY(only(cx, x, step, &at));
	return einvoice_scaled(cx, at, ret);
}

/* How many children of that step; more than MAX_FEW is an error. */
static enum err
count(struct ctx *cx, const struct xml *x, const char *step, size_t *ret)
{
	size_t n = 0;

	for (const struct xml *c = ubl(x, step); c != NULL; c = xml_next(c, c->ns, c->name))
		if (++n > MAX_FEW)
			return fail_at(cx, ERR_LIMIT, c->file, c->line, c->col, "err.einvoice_few",
				       c->name, text_from_int(cx->arena, MAX_FEW));
	*ret = n;
	return OK;
}

static enum err
read_category(struct ctx *cx, const struct xml *x, const char *step, const char **ret_code,
	      int32_t *ret_rate, const char **ret_reason)
{
	const struct xml *category, *rate;

	TRY(only(cx, x, step, &category));
	TRY(get_text(cx, category, "cbc:ID", 10, ret_code));
	TRY(only(cx, category, "cbc:Percent", &rate));
	TRY(einvoice_rate(cx, rate, ret_rate));
	if (ret_reason == NULL)
		return OK;
	TRY(get_text(cx, category, "cbc:TaxExemptionReasonCode", MAX_TEXT, ret_reason));
	return get_text(cx, category, "cbc:TaxExemptionReason", MAX_LONG_TEXT, ret_reason);
}

static enum err
read_adjusts(struct ctx *cx, const struct xml *x, struct einvoice_adjust **ret, size_t *ret_n)
{
	const struct xml *c = ubl(x, "cac:AllowanceCharge");
	struct einvoice_adjust *list;
	size_t n;

	TRY(count(cx, x, "cac:AllowanceCharge", &n));
	list = ARENA_ARRAY(cx->arena, n, struct einvoice_adjust);
	for (size_t i = 0; i < n; i++, c = xml_next(c, c->ns, c->name)) {
		int charge = ubl_charge(c);

		if (charge < 0)
			return xml_fail(cx, c, "err.einvoice_indicator");
		list[i].charge = charge == 1;
		list[i].rate = EINVOICE_NO_RATE;
		TRY(get_cents(cx, c, "cbc:Amount", &list[i].amount));
		TRY(get_text(cx, c, "cbc:AllowanceChargeReasonCode", MAX_TEXT, &list[i].reason));
		TRY(get_text(cx, c, "cbc:AllowanceChargeReason", MAX_LONG_TEXT, &list[i].reason));
		TRY(read_category(cx, c, "cac:TaxCategory", &list[i].category, &list[i].rate,
				  NULL));
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

/* A party may be in several tax schemes; the VAT one is meant. */
static enum err
read_party(struct ctx *cx, const struct xml *root, const char *step, struct einvoice_party *p)
{
	const struct xml *role, *party, *legal, *address, *x;

	TRY(only(cx, root, step, &role));
	TRY(only(cx, role, "cac:Party", &party));
	TRY(only(cx, party, "cac:PartyLegalEntity", &legal));
	TRY(only(cx, party, "cac:PostalAddress", &address));
	TRY(get_text(cx, legal, "cbc:RegistrationName", MAX_TEXT * 2, &p->name));
	TRY(get_text(cx, legal, "cbc:CompanyID", MAX_TEXT, &p->reg_code));
	p->reg_scheme = xml_attr(ubl(legal, "cbc:CompanyID"), "schemeID");
	TRY(get_text(cx, party, "cbc:EndpointID", MAX_TEXT, &p->endpoint));
	p->endpoint_scheme = xml_attr(ubl(party, "cbc:EndpointID"), "schemeID");
	TRY(get_text(cx, address, "cbc:StreetName", MAX_TEXT, &p->street));
	TRY(get_text(cx, address, "cbc:CityName", MAX_TEXT, &p->city));
	TRY(get_text(cx, address, "cbc:PostalZone", MAX_TEXT, &p->post_code));
	TRY(get_text(cx, ubl(address, "cac:Country"), "cbc:IdentificationCode", 10, &p->country));
	for (x = ubl(party, "cac:PartyTaxScheme"); x != NULL; x = xml_next(x, x->ns, x->name))
		if (ubl_is_vat(x))
			return get_text(cx, x, "cbc:CompanyID", MAX_TEXT, &p->vat);
	return OK;
}

/* An account number as written on paper, without its spaces. */
static const char *
squeeze(struct ctx *cx, const char *s)
{
	char *out = arena_strdup(cx->arena, s), *to = out;

	for (; *s != '\0'; s++)
		if (*s != ' ')
			*to++ = *s;
	*to = '\0';
	return out;
}

static enum err
read_payment(struct ctx *cx, const struct xml *root, struct einvoice *inv)
{
	const struct xml *x = ubl(root, "cac:PaymentMeans");
	size_t n;

	TRY(count(cx, root, "cac:PaymentMeans", &n));
	inv->ibans = ARENA_ARRAY(cx->arena, n, const char *);
	for (; x != NULL; x = xml_next(x, x->ns, x->name)) {
		const struct xml *account;
		const char *iban = NULL;

		if (inv->payment_reference == NULL)
			TRY(einvoice_text(cx, ubl(x, "cbc:PaymentID"), MAX_TEXT,
					  &inv->payment_reference));
		if (inv->due == CIVIL_NONE)
			TRY(get_date(cx, x, "cbc:PaymentDueDate", &inv->due));
		TRY(only(cx, x, "cac:PayeeFinancialAccount", &account));
		TRY(get_text(cx, account, "cbc:ID", MAX_TEXT, &iban));
		if (iban != NULL)
			inv->ibans[inv->nibans++] = squeeze(cx, iban);
	}
	return OK;
}

static enum err
read_totals(struct ctx *cx, const struct xml *root, struct einvoice_totals *t)
{
	const struct xml *m, *tax;

	TRY(only(cx, root, "cac:LegalMonetaryTotal", &m));
	TRY(get_cents(cx, m, "cbc:LineExtensionAmount", &t->line_net));
	TRY(get_cents(cx, m, "cbc:AllowanceTotalAmount", &t->allowances));
	TRY(get_cents(cx, m, "cbc:ChargeTotalAmount", &t->charges));
	TRY(get_cents(cx, m, "cbc:TaxExclusiveAmount", &t->without_tax));
	TRY(get_cents(cx, m, "cbc:TaxInclusiveAmount", &t->with_tax));
	TRY(get_cents(cx, m, "cbc:PrepaidAmount", &t->prepaid));
	TRY(get_cents(cx, m, "cbc:PayableRoundingAmount", &t->rounding));
	TRY(get_cents(cx, m, "cbc:PayableAmount", &t->payable));
	TRY(only(cx, root, "cac:TaxTotal", &tax));
	return get_cents(cx, tax, "cbc:TaxAmount", &t->tax);
}

static enum err
read_taxes(struct ctx *cx, const struct xml *root, struct einvoice *inv)
{
	const struct xml *total = ubl(root, "cac:TaxTotal"), *x = ubl(total, "cac:TaxSubtotal");

	TRY(count(cx, total, "cac:TaxSubtotal", &inv->ntaxes));
	inv->taxes = ARENA_ARRAY(cx->arena, inv->ntaxes, struct einvoice_tax);
	for (struct einvoice_tax *tax = inv->taxes; x != NULL; tax++) {
		tax->rate = EINVOICE_NO_RATE;
		TRY(get_cents(cx, x, "cbc:TaxableAmount", &tax->taxable));
		TRY(get_cents(cx, x, "cbc:TaxAmount", &tax->tax));
		TRY(read_category(cx, x, "cac:TaxCategory", &tax->category, &tax->rate,
				  &tax->reason));
		x = xml_next(x, x->ns, x->name);
	}
	return OK;
}

static enum err
read_item(struct ctx *cx, const struct xml *line, struct einvoice_line *l)
{
	const struct xml *item, *p;

	TRY(only(cx, line, "cac:Item", &item));
	TRY(get_text(cx, item, "cbc:Name", MAX_LONG_TEXT, &l->name));
	TRY(einvoice_text(cx, ubl(item, "cbc:Description"), MAX_LONG_TEXT, &l->description));
	TRY(einvoice_text(cx, ubl(item, "cac:SellersItemIdentification/cbc:ID"), MAX_TEXT,
			  &l->seller_item));
	TRY(einvoice_text(cx, ubl(item, "cac:StandardItemIdentification/cbc:ID"), MAX_TEXT,
			  &l->standard_item));
	TRY(einvoice_text(cx, ubl(item, "cac:CommodityClassification/cbc:ItemClassificationCode"),
			  MAX_TEXT, &l->class_code));
	TRY(read_category(cx, item, "cac:ClassifiedTaxCategory", &l->tax_category, &l->tax_rate,
			  NULL));
	TRY(count(cx, item, "cac:AdditionalItemProperty", &l->nprops));
	l->props = ARENA_ARRAY(cx->arena, l->nprops, struct einvoice_prop);
	p = ubl(item, "cac:AdditionalItemProperty");
	for (size_t i = 0; i < l->nprops; i++, p = xml_next(p, p->ns, p->name)) {
		TRY(get_text(cx, p, "cbc:Name", MAX_TEXT, &l->props[i].name));
		TRY(get_text(cx, p, "cbc:Value", MAX_LONG_TEXT, &l->props[i].value));
	}
	return OK;
}

static enum err
read_price(struct ctx *cx, const struct xml *line, struct einvoice_line *l)
{
	const struct xml *price, *amount, *base;
	const char *currency;

	TRY(only(cx, line, "cac:Price", &price));
	TRY(only(cx, price, "cbc:PriceAmount", &amount));
	currency = xml_attr(amount, "currencyID");
	if (amount != NULL && !text_equal(currency, "EUR"))
		return xml_fail(cx, amount, "err.einvoice_currency", amount->name,
				currency == NULL ? "-" : currency);
	TRY(einvoice_scaled(cx, amount, &l->price));
	TRY(only(cx, price, "cbc:BaseQuantity", &base));
	TRY(einvoice_scaled(cx, base, &l->base_quantity));
	if (l->base_quantity <= 0)
		return xml_fail(cx, base, "err.einvoice_base", base->name, base->text);
	return OK;
}

static enum err
read_line(struct ctx *cx, const struct xml *x, bool credit, struct einvoice_line *l)
{
	const char *quantity = credit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity";
	const struct xml *period = ubl(x, "cac:InvoicePeriod");

	*l = (struct einvoice_line){ .base_quantity = EINVOICE_SCALE,
				     .period_from = CIVIL_NONE,
				     .period_to = CIVIL_NONE,
				     .tax_rate = EINVOICE_NO_RATE,
				     .row = x->line };
	TRY(get_text(cx, x, "cbc:ID", MAX_TEXT, &l->id));
	TRY(einvoice_text(cx, ubl(x, "cbc:Note"), MAX_LONG_TEXT, &l->note));
	TRY(get_scaled(cx, x, quantity, &l->quantity));
	l->unit = xml_attr(ubl(x, quantity), "unitCode");
	TRY(get_cents(cx, x, "cbc:LineExtensionAmount", &l->net));
	TRY(get_date(cx, period, "cbc:StartDate", &l->period_from));
	TRY(get_date(cx, period, "cbc:EndDate", &l->period_to));
	TRY(read_item(cx, x, l));
	TRY(read_price(cx, x, l));
	return read_adjusts(cx, x, &l->adjusts, &l->nadjusts);
}

static enum err
read_lines(struct ctx *cx, const struct xml *root, struct einvoice *inv)
{
	const char *step = inv->credit ? "cac:CreditNoteLine" : "cac:InvoiceLine";
	const struct xml *first = ubl(root, step), *x;
	size_t n = 0;

	for (x = first; x != NULL; x = xml_next(x, x->ns, x->name))
		if (++n > MAX_INVOICE_LINES)
			return fail_at(cx, ERR_LIMIT, x->file, x->line, x->col,
				       "err.einvoice_lines",
				       text_from_int(cx->arena, MAX_INVOICE_LINES));
	inv->lines = ARENA_ARRAY(cx->arena, n, struct einvoice_line);
	for (x = first; x != NULL; x = xml_next(x, x->ns, x->name))
		TRY(read_line(cx, x, inv->credit, &inv->lines[inv->nlines++]));
	return OK;
}

static enum err
read_preceding(struct ctx *cx, const struct xml *root, struct einvoice *inv)
{
	const struct xml *x = ubl(root, "cac:BillingReference");
	size_t n;

	TRY(count(cx, root, "cac:BillingReference", &n));
	inv->preceding = ARENA_ARRAY(cx->arena, n, struct einvoice_ref);
	for (; x != NULL; x = xml_next(x, x->ns, x->name)) {
		struct einvoice_ref *ref = &inv->preceding[inv->npreceding++];
		const struct xml *doc;

		ref->date = CIVIL_NONE;
		TRY(only(cx, x, "cac:InvoiceDocumentReference", &doc));
		TRY(get_text(cx, doc, "cbc:ID", MAX_TEXT, &ref->number));
		TRY(get_date(cx, doc, "cbc:IssueDate", &ref->date));
	}
	return OK;
}

static enum err
read_head(struct ctx *cx, const struct xml *root, struct einvoice *inv)
{
	const struct xml *period = ubl(root, "cac:InvoicePeriod"), *currency;

	TRY(only(cx, root, "cbc:DocumentCurrencyCode", &currency));
	if (currency != NULL && strcmp(xml_text(cx, currency), "EUR") != 0)
		return xml_fail(cx, currency, "err.einvoice_currency", currency->name,
				xml_text(cx, currency));
	TRY(get_text(cx, root, "cbc:ID", MAX_TEXT, &inv->number));
	TRY(get_date(cx, root, "cbc:IssueDate", &inv->issued));
	TRY(get_date(cx, root, "cbc:DueDate", &inv->due));
	TRY(get_text(cx, root, inv->credit ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode", 10,
		     &inv->type_code));
	TRY(get_text(cx, root, "cbc:BuyerReference", MAX_TEXT, &inv->buyer_reference));
	TRY(einvoice_text(cx, ubl(root, "cbc:Note"), MAX_LONG_TEXT, &inv->note));
	TRY(einvoice_text(cx, ubl(root, "cac:ContractDocumentReference/cbc:ID"), MAX_TEXT,
			  &inv->contract));
	TRY(einvoice_text(cx, ubl(root, "cac:OrderReference/cbc:ID"), MAX_TEXT, &inv->order));
	TRY(get_date(cx, period, "cbc:StartDate", &inv->period_from));
	TRY(get_date(cx, period, "cbc:EndDate", &inv->period_to));
	return read_preceding(cx, root, inv);
}

enum err
einvoice_read_ubl(struct ctx *cx, struct xml *root, struct einvoice **ret)
{
	struct einvoice *inv = ARENA_NEW(cx->arena, struct einvoice);

	*inv = (struct einvoice){ .format = EINVOICE_UBL,
				  .credit = xml_is(root, UBL_CREDIT, "CreditNote"),
				  .issued = CIVIL_NONE,
				  .due = CIVIL_NONE,
				  .currency = "EUR",
				  .period_from = CIVIL_NONE,
				  .period_to = CIVIL_NONE,
				  .doc = root };
	TRY(read_head(cx, root, inv));
	TRY(read_party(cx, root, "cac:AccountingSupplierParty", &inv->seller));
	TRY(read_party(cx, root, "cac:AccountingCustomerParty", &inv->buyer));
	TRY(read_payment(cx, root, inv));
	TRY(read_totals(cx, root, &inv->totals));
	TRY(read_taxes(cx, root, inv));
	TRY(read_adjusts(cx, root, &inv->adjusts, &inv->nadjusts));
	TRY(read_lines(cx, root, inv));
	*ret = inv;
	return OK;
}
