/*
 * The business rules of EN 16931-1 on presence, arithmetic and decimals, as a table: where in a UBL
 * document, what must hold, what to say. Where an element is matched by two contexts the first one
 * counts, as in the published rule set. The rules of VAT categories are in einvoice_vat.c. Rules
 * of our own are "HOOL-…" and never fatal here.
 */
#include <string.h>

#include "base/civil.h"
#include "base/map.h"
#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

static bool
same_text(const struct xml *a, const struct xml *b)
{
	return a != NULL && b != NULL && strcmp(a->text, b->text) == 0;
}

static bool
text_is(const struct xml *x, const char *want)
{
	size_t len;
	const char *s = ubl_slice(x, &len);

	return len == strlen(want) && memcmp(s, want, len) == 0;
}

static bool
payee_differs(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *seller = ubl(d->root, "cac:AccountingSupplierParty/cac:Party");
	const char *const name = "cac:PartyName/cbc:Name", *const id =
								   "cac:PartyIdentification/cbc:ID";

	return ubl(x, name) != NULL && !same_text(ubl(x, name), ubl(seller, name)) &&
	       !same_text(ubl(x, id), ubl(seller, id));
}

static bool
price_not_negative(struct ubl_doc *d, const struct xml *x)
{
	int64_t price;

	(void)d;
	return ubl_number(x, "cac:Price/cbc:PriceAmount", &price) && price >= 0;
}

static bool
gross_not_negative(struct ubl_doc *d, const struct xml *x)
{
	static const char PATH[] = "cac:Price/cac:AllowanceCharge/cbc:BaseAmount";
	int64_t price;

	(void)d;
	return ubl(x, PATH) == NULL || (ubl_number(x, PATH, &price) && price >= 0);
}

static bool
period_in_order(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *start = ubl(x, "cbc:StartDate"), *end = ubl(x, "cbc:EndDate");
	int32_t from, to;

	(void)d;
	if (start == NULL || end == NULL)
		return true;
	return civil_parse(start->text, &from) && civil_parse(end->text, &to) && from <= to;
}

static bool
period_dated(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return ubl(x, "cbc:StartDate") != NULL || ubl(x, "cbc:EndDate") != NULL ||
	       ubl(x, "cbc:DescriptionCode") != NULL;
}

static bool
has_vat_category(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return ubl(ubl_vat_category(x), "cbc:ID") != NULL;
}

static bool
has_vat_rate(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *c = ubl_vat_category(x);

	(void)d;
	return ubl(c, "cbc:Percent") != NULL || text_is(ubl(c, "cbc:ID"), "O");
}

static bool
line_has_vat_category(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *c = ubl(x, "cac:Item/cac:ClassifiedTaxCategory");

	(void)d;
	for (; c != NULL; c = xml_next(c, c->ns, c->name))
		if (ubl_is_vat(c) && ubl(c, "cbc:ID") != NULL)
			return true;
	return false;
}

/* Payment means 30 and 58 are credit transfers: they need an account. */
static bool
by_transfer(const struct xml *means)
{
	const struct xml *code = ubl(means, "cbc:PaymentMeansCode");

	return text_is(code, "30") || text_is(code, "58");
}

static bool
account_filled(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return !by_transfer(x->parent) || ubl_filled(x, "cbc:ID");
}

static bool
transfer_has_account(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return !by_transfer(x) || ubl(x, "cac:PayeeFinancialAccount/cbc:ID") != NULL;
}

/* No more of a card number than its first six and last four digits (PCI DSS). */
static bool
card_number_short(struct ubl_doc *d, const struct xml *x)
{
	size_t len;

	(void)d;
	(void)ubl_slice(x, &len);
	return len <= 10;
}

static bool
attribute_whole(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return ubl(x, "cbc:Name") != NULL && ubl(x, "cbc:Value") != NULL;
}

static bool
representative_has_vat(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *s = ubl(x, "cac:PartyTaxScheme");

	(void)d;
	for (; s != NULL; s = xml_next(s, s->ns, s->name))
		if (ubl_is_vat(s) && ubl(s, "cbc:CompanyID") != NULL)
			return true;
	return false;
}

static bool
has_scheme(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return xml_attr(x, "schemeID") != NULL;
}

static bool
has_list(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return xml_attr(x, "listID") != NULL;
}

static bool
quantity_has_unit(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return xml_attr(ubl(x, "cbc:InvoicedQuantity"), "unitCode") != NULL ||
	       xml_attr(ubl(x, "cbc:CreditedQuantity"), "unitCode") != NULL;
}

static bool
one_tax_point(struct ubl_doc *d, const struct xml *x)
{
	(void)d;
	return ubl(x, "cbc:TaxPointDate") == NULL ||
	       ubl(x, "cac:InvoicePeriod/cbc:DescriptionCode") == NULL;
}

static bool
line_id_new(struct ubl_doc *d, const struct xml *x)
{
	const char *id = xml_text(d->checker.cx, ubl(x, "cbc:ID"));

	return *id == '\0' || map_put(&d->line_ids, id, x) == NULL;
}

/* ISO 3166-1 codes, 1A Kosovo, EL Greece, XI Northern Ireland. A number not given is no fault. */
static bool
vat_prefix_known(struct ubl_doc *d, const struct xml *x)
{
	static const char CODES[] =
		"1A AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL "
		"BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW "
		"CX CY CZ DE DJ DK DM DO DZ EC EE EG EH EL ER ES ET FI FJ FK FM FO FR GA GB GD GE "
		"GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO "
		"IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT "
		"LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA "
		"NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA "
		"RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC "
		"TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN "
		"VU WF WS XI YE YT ZA ZM ZW ";
	const struct xml *id = ubl(x, "cbc:CompanyID");

	(void)d;
	if (!ubl_is_vat(x) || id == NULL || id->text[0] == '\0')
		return true;
	for (const char *c = CODES; *c != '\0'; c += 3)
		if (strncmp(c, id->text, 2) == 0)
			return true;
	return false;
}

static bool
seller_has_id(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *party = ubl(x, "cac:Party"), *s = ubl(party, "cac:PartyTaxScheme");

	(void)d;
	for (; s != NULL; s = xml_next(s, s->ns, s->name))
		if (ubl_is_vat(s) && ubl(s, "cbc:CompanyID") != NULL)
			return true;
	return ubl(party, "cac:PartyIdentification/cbc:ID") != NULL ||
	       ubl(party, "cac:PartyLegalEntity/cbc:CompanyID") != NULL;
}

enum where {
	INVOICE,
	SELLER_ADDRESS,
	BUYER_ADDRESS,
	TOTALS,
	PAYEE,
	REPRESENTATIVE_ADDRESS,
	REPRESENTATIVE,
	LINE,
	LINE_PERIOD,
	PERIOD,
	ALLOWANCE,
	CHARGE,
	LINE_ALLOWANCE,
	LINE_CHARGE,
	SUBTOTAL,
	TAX_TOTAL,
	PAYMENT,
	ACCOUNT,
	CARD,
	SUPPORTING,
	ATTRIBUTE,
	PRECEDING,
	DELIVERY_ADDRESS,
	SELLER_ENDPOINT,
	BUYER_ENDPOINT,
	STANDARD_ITEM,
	ITEM_CLASS,
	TAX_SCHEME,
	SELLER,
	WHERE_COUNT
};

/* Where a context stands: the end of an element's path; a leading "/" anchors it at the root. */
static const struct {
	const char *path, *also;
	int charge; /* only with this ChargeIndicator; -1: no matter */
} CONTEXTS[WHERE_COUNT] = {
	[INVOICE] = { "/inv:Invoice", "/cn:CreditNote", -1 },
	[SELLER_ADDRESS] = { "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress", NULL, -1 },
	[BUYER_ADDRESS] = { "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress", NULL, -1 },
	[TOTALS] = { "cac:LegalMonetaryTotal", NULL, -1 },
	[PAYEE] = { "cac:PayeeParty", NULL, -1 },
	[REPRESENTATIVE_ADDRESS] = { "cac:TaxRepresentativeParty/cac:PostalAddress", NULL, -1 },
	[REPRESENTATIVE] = { "cac:TaxRepresentativeParty", NULL, -1 },
	[LINE] = { "cac:InvoiceLine", "cac:CreditNoteLine", -1 },
	[LINE_PERIOD] = { "cac:InvoiceLine/cac:InvoicePeriod",
			  "cac:CreditNoteLine/cac:InvoicePeriod", -1 },
	[PERIOD] = { "cac:InvoicePeriod", NULL, -1 },
	[ALLOWANCE] = { "/inv:Invoice/cac:AllowanceCharge", "/cn:CreditNote/cac:AllowanceCharge",
			0 },
	[CHARGE] = { "/inv:Invoice/cac:AllowanceCharge", "/cn:CreditNote/cac:AllowanceCharge", 1 },
	[LINE_ALLOWANCE] = { "cac:InvoiceLine/cac:AllowanceCharge",
			     "cac:CreditNoteLine/cac:AllowanceCharge", 0 },
	[LINE_CHARGE] = { "cac:InvoiceLine/cac:AllowanceCharge",
			  "cac:CreditNoteLine/cac:AllowanceCharge", 1 },
	[SUBTOTAL] = { "cac:TaxTotal/cac:TaxSubtotal", NULL, -1 },
	[TAX_TOTAL] = { "/inv:Invoice/cac:TaxTotal", "/cn:CreditNote/cac:TaxTotal", -1 },
	[PAYMENT] = { "cac:PaymentMeans", NULL, -1 },
	[ACCOUNT] = { "cac:PaymentMeans/cac:PayeeFinancialAccount", NULL, -1 },
	[CARD] = { "cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID", NULL, -1 },
	[SUPPORTING] = { "cac:AdditionalDocumentReference", NULL, -1 },
	[ATTRIBUTE] = { "cac:AdditionalItemProperty", NULL, -1 },
	[PRECEDING] = { "cac:BillingReference", NULL, -1 },
	[DELIVERY_ADDRESS] = { "cac:Delivery/cac:DeliveryLocation/cac:Address", NULL, -1 },
	[SELLER_ENDPOINT] = { "cac:AccountingSupplierParty/cac:Party/cbc:EndpointID", NULL, -1 },
	[BUYER_ENDPOINT] = { "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID", NULL, -1 },
	[STANDARD_ITEM] = { "cac:InvoiceLine/cac:Item/cac:StandardItemIdentification/cbc:ID",
			    "cac:CreditNoteLine/cac:Item/cac:StandardItemIdentification/cbc:ID",
			    -1 },
	[ITEM_CLASS] = { "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode", NULL,
			 -1 },
	[TAX_SCHEME] = { "cac:PartyTaxScheme", NULL, -1 },
	[SELLER] = { "cac:AccountingSupplierParty", NULL, -1 },
};

enum how {
	HAS,	  /* one of the paths is there */
	FILLED,	  /* one of them and not empty */
	DECIMALS, /* at most two digits after the point, if it is there */
	TEST	  /* see the function */
};

#define MISSING "einvoice.missing"
#define SUM "einvoice.sum"
#define T(name) "einvoice.term." name

static const struct rule {
	const char *id;
	enum where where;
	enum how how;
	const char *path, *also;
	bool (*holds)(struct ubl_doc *d, const struct xml *x);
	const char *key, *term;
} RULES[] = {
	{ "BR-01", INVOICE, FILLED, "cbc:CustomizationID", NULL, NULL, MISSING,
	  T("specification") },
	{ "BR-02", INVOICE, FILLED, "cbc:ID", NULL, NULL, MISSING, T("number") },
	{ "BR-03", INVOICE, FILLED, "cbc:IssueDate", NULL, NULL, MISSING, T("issue_date") },
	{ "BR-04", INVOICE, FILLED, "cbc:InvoiceTypeCode", "cbc:CreditNoteTypeCode", NULL, MISSING,
	  T("type") },
	{ "BR-05", INVOICE, FILLED, "cbc:DocumentCurrencyCode", NULL, NULL, MISSING,
	  T("currency") },
	{ "BR-06", INVOICE, FILLED,
	  "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", NULL,
	  NULL, MISSING, T("seller_name") },
	{ "BR-07", INVOICE, FILLED,
	  "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", NULL,
	  NULL, MISSING, T("buyer_name") },
	{ "BR-08", INVOICE, HAS, "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress", NULL,
	  NULL, MISSING, T("seller_address") },
	{ "BR-09", SELLER_ADDRESS, FILLED, "cac:Country/cbc:IdentificationCode", NULL, NULL,
	  MISSING, T("seller_country") },
	{ "BR-10", INVOICE, HAS, "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress", NULL,
	  NULL, MISSING, T("buyer_address") },
	{ "BR-11", BUYER_ADDRESS, FILLED, "cac:Country/cbc:IdentificationCode", NULL, NULL, MISSING,
	  T("buyer_country") },
	{ "BR-12", TOTALS, HAS, "cbc:LineExtensionAmount", NULL, NULL, MISSING, T("line_total") },
	{ "BR-13", TOTALS, HAS, "cbc:TaxExclusiveAmount", NULL, NULL, MISSING, T("without_tax") },
	{ "BR-14", TOTALS, HAS, "cbc:TaxInclusiveAmount", NULL, NULL, MISSING, T("with_tax") },
	{ "BR-15", TOTALS, HAS, "cbc:PayableAmount", NULL, NULL, MISSING, T("payable") },
	{ "BR-16", INVOICE, HAS, "cac:InvoiceLine", "cac:CreditNoteLine", NULL, MISSING,
	  T("lines") },
	{ "BR-17", PAYEE, TEST, NULL, NULL, payee_differs, "einvoice.payee", NULL },
	{ "BR-18", REPRESENTATIVE, FILLED, "cac:PartyName/cbc:Name", NULL, NULL, MISSING,
	  T("representative_name") },
	{ "BR-19", REPRESENTATIVE, HAS, "cac:PostalAddress", NULL, NULL, MISSING,
	  T("representative_address") },
	{ "BR-20", REPRESENTATIVE_ADDRESS, FILLED, "cac:Country/cbc:IdentificationCode", NULL, NULL,
	  MISSING, T("representative_country") },
	{ "BR-21", LINE, FILLED, "cbc:ID", NULL, NULL, MISSING, T("line_id") },
	{ "BR-22", LINE, HAS, "cbc:InvoicedQuantity", "cbc:CreditedQuantity", NULL, MISSING,
	  T("quantity") },
	{ "BR-23", LINE, TEST, NULL, NULL, quantity_has_unit, MISSING, T("unit") },
	{ "BR-24", LINE, HAS, "cbc:LineExtensionAmount", NULL, NULL, MISSING, T("line_net") },
	{ "BR-25", LINE, FILLED, "cac:Item/cbc:Name", NULL, NULL, MISSING, T("item_name") },
	{ "BR-26", LINE, HAS, "cac:Price/cbc:PriceAmount", NULL, NULL, MISSING, T("price") },
	{ "BR-27", LINE, TEST, NULL, NULL, price_not_negative, "einvoice.price_negative", NULL },
	{ "BR-28", LINE, TEST, NULL, NULL, gross_not_negative, "einvoice.price_negative", NULL },
	{ "BR-29", PERIOD, TEST, NULL, NULL, period_in_order, "einvoice.period", NULL },
	{ "BR-30", LINE_PERIOD, TEST, NULL, NULL, period_in_order, "einvoice.period", NULL },
	{ "BR-31", ALLOWANCE, HAS, "cbc:Amount", NULL, NULL, MISSING, T("allowance") },
	{ "BR-32", ALLOWANCE, TEST, NULL, NULL, has_vat_category, MISSING, T("vat_category") },
	{ "BR-33", ALLOWANCE, HAS, "cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode",
	  NULL, MISSING, T("allowance_reason") },
	{ "BR-36", CHARGE, HAS, "cbc:Amount", NULL, NULL, MISSING, T("charge") },
	{ "BR-37", CHARGE, TEST, NULL, NULL, has_vat_category, MISSING, T("vat_category") },
	{ "BR-38", CHARGE, HAS, "cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode", NULL,
	  MISSING, T("charge_reason") },
	{ "BR-41", LINE_ALLOWANCE, HAS, "cbc:Amount", NULL, NULL, MISSING, T("allowance") },
	{ "BR-42", LINE_ALLOWANCE, HAS, "cbc:AllowanceChargeReason",
	  "cbc:AllowanceChargeReasonCode", NULL, MISSING, T("allowance_reason") },
	{ "BR-43", LINE_CHARGE, HAS, "cbc:Amount", NULL, NULL, MISSING, T("charge") },
	{ "BR-44", LINE_CHARGE, HAS, "cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode",
	  NULL, MISSING, T("charge_reason") },
	{ "BR-45", SUBTOTAL, HAS, "cbc:TaxableAmount", NULL, NULL, MISSING, T("taxable") },
	{ "BR-46", SUBTOTAL, HAS, "cbc:TaxAmount", NULL, NULL, MISSING, T("tax") },
	{ "BR-47", SUBTOTAL, TEST, NULL, NULL, has_vat_category, MISSING, T("vat_category") },
	{ "BR-48", SUBTOTAL, TEST, NULL, NULL, has_vat_rate, MISSING, T("vat_rate") },
	{ "BR-49", PAYMENT, HAS, "cbc:PaymentMeansCode", NULL, NULL, MISSING, T("payment_means") },
	{ "BR-50", ACCOUNT, TEST, NULL, NULL, account_filled, MISSING, T("account") },
	{ "BR-51", CARD, TEST, NULL, NULL, card_number_short, "einvoice.card", NULL },
	{ "BR-52", SUPPORTING, FILLED, "cbc:ID", NULL, NULL, MISSING, T("supporting") },
	{ "BR-54", ATTRIBUTE, TEST, NULL, NULL, attribute_whole, "einvoice.attribute", NULL },
	{ "BR-55", PRECEDING, HAS, "cac:InvoiceDocumentReference/cbc:ID", NULL, NULL, MISSING,
	  T("preceding") },
	{ "BR-56", REPRESENTATIVE, TEST, NULL, NULL, representative_has_vat, MISSING,
	  T("representative_vat") },
	{ "BR-57", DELIVERY_ADDRESS, HAS, "cac:Country/cbc:IdentificationCode", NULL, NULL, MISSING,
	  T("delivery_country") },
	{ "BR-61", PAYMENT, TEST, NULL, NULL, transfer_has_account, MISSING, T("account") },
	{ "BR-62", SELLER_ENDPOINT, TEST, NULL, NULL, has_scheme, "einvoice.scheme",
	  T("seller_endpoint") },
	{ "BR-63", BUYER_ENDPOINT, TEST, NULL, NULL, has_scheme, "einvoice.scheme",
	  T("buyer_endpoint") },
	{ "BR-64", STANDARD_ITEM, TEST, NULL, NULL, has_scheme, "einvoice.scheme",
	  T("standard_item") },
	{ "BR-65", ITEM_CLASS, TEST, NULL, NULL, has_list, "einvoice.scheme", T("item_class") },
	{ "BR-CO-03", INVOICE, TEST, NULL, NULL, one_tax_point, "einvoice.tax_point", NULL },
	{ "BR-CO-04", LINE, TEST, NULL, NULL, line_has_vat_category, MISSING, T("vat_category") },
	{ "BR-CO-09", TAX_SCHEME, TEST, NULL, NULL, vat_prefix_known, "einvoice.vat_prefix", NULL },
	{ "BR-CO-10", TOTALS, TEST, NULL, NULL, ubl_lines_add_up, SUM, T("line_total") },
	{ "BR-CO-11", TOTALS, TEST, NULL, NULL, ubl_allowances_add_up, SUM, T("allowances") },
	{ "BR-CO-12", TOTALS, TEST, NULL, NULL, ubl_charges_add_up, SUM, T("charges") },
	{ "BR-CO-13", TOTALS, TEST, NULL, NULL, ubl_total_without_tax, SUM, T("without_tax") },
	{ "BR-CO-14", TAX_TOTAL, TEST, NULL, NULL, ubl_tax_total, SUM, T("tax_total") },
	{ "BR-CO-15", INVOICE, TEST, NULL, NULL, ubl_total_with_tax, SUM, T("with_tax") },
	{ "BR-CO-16", TOTALS, TEST, NULL, NULL, ubl_amount_due, SUM, T("payable") },
	{ "BR-CO-17", SUBTOTAL, TEST, NULL, NULL, ubl_subtotal_tax, SUM, T("tax") },
	{ "BR-CO-18", INVOICE, HAS, "cac:TaxTotal/cac:TaxSubtotal", NULL, NULL, MISSING,
	  T("breakdown") },
	{ "BR-CO-19", PERIOD, TEST, NULL, NULL, period_dated, MISSING, T("period_dates") },
	{ "BR-CO-20", LINE_PERIOD, HAS, "cbc:StartDate", "cbc:EndDate", NULL, MISSING,
	  T("period_dates") },
	{ "BR-CO-21", ALLOWANCE, HAS, "cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode",
	  NULL, MISSING, T("allowance_reason") },
	{ "BR-CO-22", CHARGE, HAS, "cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode",
	  NULL, MISSING, T("charge_reason") },
	{ "BR-CO-23", LINE_ALLOWANCE, HAS, "cbc:AllowanceChargeReason",
	  "cbc:AllowanceChargeReasonCode", NULL, MISSING, T("allowance_reason") },
	{ "BR-CO-24", LINE_CHARGE, HAS, "cbc:AllowanceChargeReason",
	  "cbc:AllowanceChargeReasonCode", NULL, MISSING, T("charge_reason") },
	{ "BR-CO-25", TOTALS, TEST, NULL, NULL, ubl_due_date_known, MISSING, T("due_date") },
	{ "BR-CO-26", SELLER, TEST, NULL, NULL, seller_has_id, MISSING, T("seller_id") },
	{ "BR-DEC-01", ALLOWANCE, DECIMALS, "cbc:Amount", NULL, NULL, "einvoice.decimals",
	  T("allowance") },
	{ "BR-DEC-02", ALLOWANCE, DECIMALS, "cbc:BaseAmount", NULL, NULL, "einvoice.decimals",
	  T("allowance") },
	{ "BR-DEC-05", CHARGE, DECIMALS, "cbc:Amount", NULL, NULL, "einvoice.decimals",
	  T("charge") },
	{ "BR-DEC-06", CHARGE, DECIMALS, "cbc:BaseAmount", NULL, NULL, "einvoice.decimals",
	  T("charge") },
	{ "BR-DEC-09", TOTALS, DECIMALS, "cbc:LineExtensionAmount", NULL, NULL, "einvoice.decimals",
	  T("line_total") },
	{ "BR-DEC-10", TOTALS, DECIMALS, "cbc:AllowanceTotalAmount", NULL, NULL,
	  "einvoice.decimals", T("allowances") },
	{ "BR-DEC-11", TOTALS, DECIMALS, "cbc:ChargeTotalAmount", NULL, NULL, "einvoice.decimals",
	  T("charges") },
	{ "BR-DEC-12", TOTALS, DECIMALS, "cbc:TaxExclusiveAmount", NULL, NULL, "einvoice.decimals",
	  T("without_tax") },
	{ "BR-DEC-13", TAX_TOTAL, DECIMALS, "cbc:TaxAmount", NULL, NULL, "einvoice.decimals",
	  T("tax_total") },
	{ "BR-DEC-14", TOTALS, DECIMALS, "cbc:TaxInclusiveAmount", NULL, NULL, "einvoice.decimals",
	  T("with_tax") },
	{ "BR-DEC-16", TOTALS, DECIMALS, "cbc:PrepaidAmount", NULL, NULL, "einvoice.decimals",
	  T("prepaid") },
	{ "BR-DEC-17", TOTALS, DECIMALS, "cbc:PayableRoundingAmount", NULL, NULL,
	  "einvoice.decimals", T("rounding") },
	{ "BR-DEC-18", TOTALS, DECIMALS, "cbc:PayableAmount", NULL, NULL, "einvoice.decimals",
	  T("payable") },
	{ "BR-DEC-19", SUBTOTAL, DECIMALS, "cbc:TaxableAmount", NULL, NULL, "einvoice.decimals",
	  T("taxable") },
	{ "BR-DEC-20", SUBTOTAL, DECIMALS, "cbc:TaxAmount", NULL, NULL, "einvoice.decimals",
	  T("tax") },
	{ "BR-DEC-23", LINE, DECIMALS, "cbc:LineExtensionAmount", NULL, NULL, "einvoice.decimals",
	  T("line_net") },
	{ "BR-DEC-24", LINE_ALLOWANCE, DECIMALS, "cbc:Amount", NULL, NULL, "einvoice.decimals",
	  T("allowance") },
	{ "BR-DEC-25", LINE_ALLOWANCE, DECIMALS, "cbc:BaseAmount", NULL, NULL, "einvoice.decimals",
	  T("allowance") },
	{ "BR-DEC-27", LINE_CHARGE, DECIMALS, "cbc:Amount", NULL, NULL, "einvoice.decimals",
	  T("charge") },
	{ "BR-DEC-28", LINE_CHARGE, DECIMALS, "cbc:BaseAmount", NULL, NULL, "einvoice.decimals",
	  T("charge") },
	{ "HOOL-01", LINE, TEST, NULL, NULL, line_id_new, "einvoice.line_id_twice", NULL },
};

static bool
two_decimals(const struct xml *x)
{
	size_t len;
	const char *s = ubl_slice(x, &len), *point = memchr(s, '.', len);

	return point == NULL || len - (size_t)(point - s) - 1 <= 2;
}

static bool
holds(const struct rule *r, struct ubl_doc *d, const struct xml *x)
{
	switch (r->how) {
	case HAS:
		return ubl(x, r->path) != NULL || (r->also != NULL && ubl(x, r->also) != NULL);
	case FILLED:
		return ubl_filled(x, r->path) || (r->also != NULL && ubl_filled(x, r->also));
	case DECIMALS:
		return two_decimals(ubl(x, r->path));
	case TEST:
		return r->holds(d, x);
	}
	BUG("no such kind of rule");
}

/* Does the path of x end like this? */
static bool
ends_with(const struct xml *x, const char *path)
{
	bool anchored = *path == '/';
	const char *end = path + strlen(path);

	path += anchored;
	while (x != NULL) {
		const char *step = end;

		while (step > path && step[-1] != '/')
			step--;
		if (!xml_step_is(x, einvoice_ns, step, (size_t)(end - step)))
			return false;
		if (step == path)
			return !anchored || x->parent == NULL;
		end = step - 1;
		x = x->parent;
	}
	return false;
}

static int
context_of(const struct xml *x)
{
	for (int i = 0; i < WHERE_COUNT; i++) {
		if (!ends_with(x, CONTEXTS[i].path) &&
		    (CONTEXTS[i].also == NULL || !ends_with(x, CONTEXTS[i].also)))
			continue;
		if (CONTEXTS[i].charge < 0 || ubl_charge(x) == CONTEXTS[i].charge)
			return i;
	}
	return -1;
}

static void
walk(struct ubl_doc *d, const struct xml *x)
{
	int where = context_of(x);

	if (where == LINE)
		d->line_no = ++d->lines;
	for (size_t i = 0; where >= 0 && i < sizeof(RULES) / sizeof(RULES[0]); i++)
		if ((int)RULES[i].where == where && !holds(&RULES[i], d, x))
			ubl_find(d, x, RULES[i].id, RULES[i].key, RULES[i].term, NULL);
	for (const struct xml *c = x->first; c != NULL; c = c->next)
		walk(d, c);
	if (where == LINE)
		d->line_no = 0;
}

void
ubl_check_rules(struct ubl_doc *d)
{
	d->lines = 0;
	walk(d, d->root);
}

bool
ubl_is_rule(const char *rule)
{
	for (size_t i = 0; i < sizeof(RULES) / sizeof(RULES[0]); i++)
		if (strcmp(RULES[i].id, rule) == 0)
			return true;
	return false;
}
