/* Making e-invoices: the sums that follow from the lines, and writing as UBL 2.1. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

#define SPECIFICATION "urn:cen.eu:en16931:2017"
#define CENT (EINVOICE_SCALE / 100)
#define MAX_RATES 50 /* different VAT categories and rates of one invoice */

/* Divide, halves away from zero; `by` is positive. */
static wide
divide(wide x, wide by)
{
	return x < 0 ? -((-x + by / 2) / by) : (x + by / 2) / by;
}

static enum err
fits(struct ctx *cx, wide sum, int64_t *ret)
{
	if (sum > INT64_MAX / 1000 || sum < INT64_MIN / 1000)
		return fail(cx, ERR_LIMIT, "err.einvoice_sum_large");
	*ret = (int64_t)sum;
	return OK;
}

static enum err
sum_line(struct ctx *cx, struct einvoice_line *l)
{
	wide net;

	if (l->base_quantity <= 0)
		BUG("base quantity not above zero");
	net = divide(divide((wide)l->quantity * l->price, l->base_quantity), CENT);
	for (size_t i = 0; i < l->nadjusts; i++)
		net += l->adjusts[i].charge ? l->adjusts[i].amount : -(wide)l->adjusts[i].amount;
	return fits(cx, net, &l->net);
}

/* Add to the row of this category and rate, made at need with the reason of the old rows. */
static enum err
add_taxable(struct ctx *cx, struct einvoice *inv, const struct einvoice_tax *old, size_t nold,
	    const char *category, int32_t rate, wide amount)
{
	struct einvoice_tax *row = inv->taxes;

	while (row < inv->taxes + inv->ntaxes &&
	       !(text_equal(row->category, category) && row->rate == rate))
		row++;
	if (row == inv->taxes + MAX_RATES)
		return fail(cx, ERR_LIMIT, "err.einvoice_few", "TaxSubtotal",
			    text_from_int(cx->arena, MAX_RATES));
	if (row == inv->taxes + inv->ntaxes) {
		*row = (struct einvoice_tax){ .category = category, .rate = rate };
		for (size_t i = 0; i < nold; i++)
			if (text_equal(old[i].category, category))
				row->reason = old[i].reason;
		inv->ntaxes++;
	}
	return fits(cx, row->taxable + amount, &row->taxable);
}

static enum err
sum_taxes(struct ctx *cx, struct einvoice *inv)
{
	const struct einvoice_tax *old = inv->taxes;
	size_t nold = inv->ntaxes;
	wide total = 0;

	inv->taxes = ARENA_ARRAY(cx->arena, MAX_RATES, struct einvoice_tax);
	inv->ntaxes = 0;
	for (size_t i = 0; i < inv->nlines; i++)
		TRY(add_taxable(cx, inv, old, nold, inv->lines[i].tax_category,
				inv->lines[i].tax_rate, inv->lines[i].net));
	for (size_t i = 0; i < inv->nadjusts; i++) {
		const struct einvoice_adjust *a = &inv->adjusts[i];

		TRY(add_taxable(cx, inv, old, nold, a->category, a->rate,
				a->charge ? a->amount : -(wide)a->amount));
	}
	for (struct einvoice_tax *row = inv->taxes; row < inv->taxes + inv->ntaxes; row++) {
		if (row->rate > 0)
			TRY(fits(cx, divide((wide)row->taxable * row->rate, 100 * 100), &row->tax));
		total += row->tax;
	}
	return fits(cx, total, &inv->totals.tax);
}

enum err
einvoice_sum(struct ctx *cx, struct einvoice *inv)
{
	struct einvoice_totals *t = &inv->totals;
	wide lines = 0, adjusts[2] = { 0, 0 };

	for (size_t i = 0; i < inv->nlines; i++) {
		TRY(sum_line(cx, &inv->lines[i]));
		lines += inv->lines[i].net;
	}
	for (size_t i = 0; i < inv->nadjusts; i++)
		adjusts[inv->adjusts[i].charge] += inv->adjusts[i].amount;
	TRY(fits(cx, lines, &t->line_net));
	TRY(fits(cx, adjusts[0], &t->allowances));
	TRY(fits(cx, adjusts[1], &t->charges));
	TRY(sum_taxes(cx, inv));
	TRY(fits(cx, lines - adjusts[0] + adjusts[1], &t->without_tax));
	TRY(fits(cx, (wide)t->without_tax + t->tax, &t->with_tax));
	return fits(cx, (wide)t->with_tax - t->prepaid + t->rounding, &t->payable);
}

struct writer {
	struct ctx *cx;
	struct xml_writer w;
};

static void
text(struct writer *o, const char *name, const char *value)
{
	xmlw_leaf(&o->w, name, value);
}

static void
date(struct writer *o, const char *name, int32_t day)
{
	if (day != CIVIL_NONE)
		text(o, name, civil_iso(o->cx->arena, day));
}

static void
cents(struct writer *o, const char *name, int64_t value)
{
	xmlw_leaf_attr(&o->w, name, "currencyID", "EUR", text_money_plain(o->cx->arena, value));
}

/* A scaled number without needless zeros: 1250000 of six decimals is "1.25". */
static const char *
scaled(struct ctx *cx, int64_t value, int64_t scale)
{
	uint64_t n = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
	uint64_t part = n % (uint64_t)scale;
	int digits = 0;

	for (int64_t s = scale; s > 1; s /= 10)
		digits++;
	for (; digits > 0 && part % 10 == 0; digits--)
		part /= 10;
	if (digits == 0)
		return arena_printf(cx->arena, "%s%llu", value < 0 ? "-" : "",
				    (unsigned long long)(n / (uint64_t)scale));
	return arena_printf(cx->arena, "%s%llu.%0*llu", value < 0 ? "-" : "",
			    (unsigned long long)(n / (uint64_t)scale), digits,
			    (unsigned long long)part);
}

static void
period(struct writer *o, int32_t from, int32_t to)
{
	if (from == CIVIL_NONE && to == CIVIL_NONE)
		return;
	xmlw_open(&o->w, "cac:InvoicePeriod");
	date(o, "cbc:StartDate", from);
	date(o, "cbc:EndDate", to);
	xmlw_close(&o->w, "cac:InvoicePeriod");
}

/* <name><cbc:ID>id</cbc:ID></name>, or nothing. */
static void
reference(struct writer *o, const char *name, const char *id)
{
	if (id == NULL)
		return;
	xmlw_open(&o->w, name);
	text(o, "cbc:ID", id);
	xmlw_close(&o->w, name);
}

static void
category(struct writer *o, const char *name, const char *code, int32_t rate, const char *reason)
{
	if (code == NULL)
		return;
	xmlw_open(&o->w, name);
	text(o, "cbc:ID", code);
	if (rate != EINVOICE_NO_RATE)
		text(o, "cbc:Percent", scaled(o->cx, rate, 100));
	text(o, "cbc:TaxExemptionReason", reason);
	reference(o, "cac:TaxScheme", "VAT");
	xmlw_close(&o->w, name);
}

static void
adjusts(struct writer *o, const struct einvoice_adjust *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		xmlw_open(&o->w, "cac:AllowanceCharge");
		text(o, "cbc:ChargeIndicator", list[i].charge ? "true" : "false");
		text(o, "cbc:AllowanceChargeReason", list[i].reason);
		cents(o, "cbc:Amount", list[i].amount);
		category(o, "cac:TaxCategory", list[i].category, list[i].rate, NULL);
		xmlw_close(&o->w, "cac:AllowanceCharge");
	}
}

static void
address(struct writer *o, const struct einvoice_party *p)
{
	xmlw_open(&o->w, "cac:PostalAddress");
	text(o, "cbc:StreetName", p->street);
	text(o, "cbc:CityName", p->city);
	text(o, "cbc:PostalZone", p->post_code);
	if (p->country != NULL) {
		xmlw_open(&o->w, "cac:Country");
		text(o, "cbc:IdentificationCode", p->country);
		xmlw_close(&o->w, "cac:Country");
	}
	xmlw_close(&o->w, "cac:PostalAddress");
}

static void
party(struct writer *o, const char *role, const struct einvoice_party *p)
{
	xmlw_open(&o->w, role);
	xmlw_open(&o->w, "cac:Party");
	xmlw_leaf_attr(&o->w, "cbc:EndpointID", "schemeID", p->endpoint_scheme, p->endpoint);
	address(o, p);
	if (p->vat != NULL) {
		xmlw_open(&o->w, "cac:PartyTaxScheme");
		text(o, "cbc:CompanyID", p->vat);
		reference(o, "cac:TaxScheme", "VAT");
		xmlw_close(&o->w, "cac:PartyTaxScheme");
	}
	xmlw_open(&o->w, "cac:PartyLegalEntity");
	text(o, "cbc:RegistrationName", p->name);
	xmlw_leaf_attr(&o->w, "cbc:CompanyID", "schemeID", p->reg_scheme, p->reg_code);
	xmlw_close(&o->w, "cac:PartyLegalEntity");
	xmlw_close(&o->w, "cac:Party");
	xmlw_close(&o->w, role);
}

/* Payment means 30: credit transfer. A credit note has its due date here. */
static void
payment(struct writer *o, const struct einvoice *inv)
{
	for (size_t i = 0; i < inv->nibans; i++) {
		xmlw_open(&o->w, "cac:PaymentMeans");
		text(o, "cbc:PaymentMeansCode", "30");
		if (inv->credit)
			date(o, "cbc:PaymentDueDate", inv->due);
		text(o, "cbc:PaymentID", inv->payment_reference);
		reference(o, "cac:PayeeFinancialAccount", inv->ibans[i]);
		xmlw_close(&o->w, "cac:PaymentMeans");
	}
}

static void
totals(struct writer *o, const struct einvoice *inv)
{
	const struct einvoice_totals *t = &inv->totals;

	xmlw_open(&o->w, "cac:TaxTotal");
	cents(o, "cbc:TaxAmount", t->tax);
	for (size_t i = 0; i < inv->ntaxes; i++) {
		xmlw_open(&o->w, "cac:TaxSubtotal");
		cents(o, "cbc:TaxableAmount", inv->taxes[i].taxable);
		cents(o, "cbc:TaxAmount", inv->taxes[i].tax);
		category(o, "cac:TaxCategory", inv->taxes[i].category, inv->taxes[i].rate,
			 inv->taxes[i].reason);
		xmlw_close(&o->w, "cac:TaxSubtotal");
	}
	xmlw_close(&o->w, "cac:TaxTotal");
	xmlw_open(&o->w, "cac:LegalMonetaryTotal");
	cents(o, "cbc:LineExtensionAmount", t->line_net);
	cents(o, "cbc:TaxExclusiveAmount", t->without_tax);
	cents(o, "cbc:TaxInclusiveAmount", t->with_tax);
	if (inv->nadjusts > 0) {
		cents(o, "cbc:AllowanceTotalAmount", t->allowances);
		cents(o, "cbc:ChargeTotalAmount", t->charges);
	}
	if (t->prepaid != 0)
		cents(o, "cbc:PrepaidAmount", t->prepaid);
	if (t->rounding != 0)
		cents(o, "cbc:PayableRoundingAmount", t->rounding);
	cents(o, "cbc:PayableAmount", t->payable);
	xmlw_close(&o->w, "cac:LegalMonetaryTotal");
}

/* Schemes we do not keep: 0160 is GTIN, ZZZ a list the parties agreed on. */
static void
item(struct writer *o, const struct einvoice_line *l)
{
	xmlw_open(&o->w, "cac:Item");
	text(o, "cbc:Description", l->description);
	text(o, "cbc:Name", l->name);
	reference(o, "cac:SellersItemIdentification", l->seller_item);
	if (l->standard_item != NULL) {
		xmlw_open(&o->w, "cac:StandardItemIdentification");
		xmlw_leaf_attr(&o->w, "cbc:ID", "schemeID", "0160", l->standard_item);
		xmlw_close(&o->w, "cac:StandardItemIdentification");
	}
	if (l->class_code != NULL) {
		xmlw_open(&o->w, "cac:CommodityClassification");
		xmlw_leaf_attr(&o->w, "cbc:ItemClassificationCode", "listID", "ZZZ", l->class_code);
		xmlw_close(&o->w, "cac:CommodityClassification");
	}
	category(o, "cac:ClassifiedTaxCategory", l->tax_category, l->tax_rate, NULL);
	for (size_t i = 0; i < l->nprops; i++) {
		xmlw_open(&o->w, "cac:AdditionalItemProperty");
		text(o, "cbc:Name", l->props[i].name);
		text(o, "cbc:Value", l->props[i].value);
		xmlw_close(&o->w, "cac:AdditionalItemProperty");
	}
	xmlw_close(&o->w, "cac:Item");
}

static void
line(struct writer *o, const struct einvoice *inv, const struct einvoice_line *l)
{
	const char *name = inv->credit ? "cac:CreditNoteLine" : "cac:InvoiceLine";

	xmlw_open(&o->w, name);
	text(o, "cbc:ID", l->id);
	text(o, "cbc:Note", l->note);
	xmlw_leaf_attr(&o->w, inv->credit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity",
		       "unitCode", l->unit, scaled(o->cx, l->quantity, EINVOICE_SCALE));
	cents(o, "cbc:LineExtensionAmount", l->net);
	period(o, l->period_from, l->period_to);
	adjusts(o, l->adjusts, l->nadjusts);
	item(o, l);
	xmlw_open(&o->w, "cac:Price");
	xmlw_leaf_attr(&o->w, "cbc:PriceAmount", "currencyID", "EUR",
		       scaled(o->cx, l->price, EINVOICE_SCALE));
	if (l->base_quantity != EINVOICE_SCALE)
		xmlw_leaf_attr(&o->w, "cbc:BaseQuantity", "unitCode", l->unit,
			       scaled(o->cx, l->base_quantity, EINVOICE_SCALE));
	xmlw_close(&o->w, "cac:Price");
	xmlw_close(&o->w, name);
}

static void
head(struct writer *o, const struct einvoice *inv)
{
	text(o, "cbc:CustomizationID", SPECIFICATION);
	text(o, "cbc:ID", inv->number);
	date(o, "cbc:IssueDate", inv->issued);
	if (!inv->credit)
		date(o, "cbc:DueDate", inv->due);
	text(o, inv->credit ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode",
	     inv->type_code != NULL ? inv->type_code
	     : inv->credit	    ? "381"
				    : "380");
	text(o, "cbc:Note", inv->note);
	text(o, "cbc:DocumentCurrencyCode", "EUR");
	text(o, "cbc:BuyerReference", inv->buyer_reference);
	period(o, inv->period_from, inv->period_to);
	reference(o, "cac:OrderReference", inv->order);
	for (size_t i = 0; i < inv->npreceding; i++) {
		xmlw_open(&o->w, "cac:BillingReference");
		xmlw_open(&o->w, "cac:InvoiceDocumentReference");
		text(o, "cbc:ID", inv->preceding[i].number);
		date(o, "cbc:IssueDate", inv->preceding[i].date);
		xmlw_close(&o->w, "cac:InvoiceDocumentReference");
		xmlw_close(&o->w, "cac:BillingReference");
	}
	reference(o, "cac:ContractDocumentReference", inv->contract);
}

enum err
einvoice_write(struct ctx *cx, const struct einvoice *inv, struct buf *out)
{
	const char *root = inv->credit ? "CreditNote" : "Invoice";
	struct writer o = { .cx = cx };

	xmlw_begin(&o.w, out);
	xmlw_open(&o.w, root);
	xmlw_attr(&o.w, "xmlns", inv->credit ? UBL_CREDIT : UBL_INVOICE);
	xmlw_attr(&o.w, "xmlns:cac", UBL_CAC);
	xmlw_attr(&o.w, "xmlns:cbc", UBL_CBC);
	head(&o, inv);
	party(&o, "cac:AccountingSupplierParty", &inv->seller);
	party(&o, "cac:AccountingCustomerParty", &inv->buyer);
	payment(&o, inv);
	adjusts(&o, inv->adjusts, inv->nadjusts);
	totals(&o, inv);
	for (size_t i = 0; i < inv->nlines; i++)
		line(&o, inv, &inv->lines[i]);
	xmlw_close(&o.w, root);
	return xmlw_end(cx, &o.w);
}
