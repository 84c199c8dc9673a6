/*
 * Reading the Estonian e-invoice, version 1.2 (Eesti e-arve kirjeldus). Elements stand in no
 * namespace and in a fixed order, which is checked, as is the count in the footer. Amounts of a
 * credit invoice are negative in the file and positive in our struct, as in a UBL credit note.
 */
#include <string.h>

#include "base/civil.h"
#include "base/map.h"
#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

#define MAX_FILE_INVOICES 2000 /* invoices of one file */
#define MAX_FEW 200	       /* VAT rows, accounts, additions of one invoice or line */

/* Children of each element in their order; what is not named here may not occur. */
static const struct {
	const char *parent, *children;
} ORDER[] = {
	{ "E_Invoice", "Header Invoice Footer" },
	{ "Header", "Test Date FileId AppId Version SenderId ReceiverId ContractId "
		    "PayeeAccountNumber" },
	{ "Invoice", "InvoiceParties InvoiceInformation InvoiceSumGroup InvoiceItem "
		     "AdditionalInformation AttachmentFile PaymentInfo" },
	{ "InvoiceParties", "SellerParty BuyerParty RecipientParty DeliveryParty PayerParty "
			    "FactorParty" },
	{ "SellerParty", "GLN TransactionPartnerCode UniqueCode Name DepId RegNumber VATRegNumber "
			 "ContactData AccountInfo Extension" },
	{ "BuyerParty", "GLN UniqueCode Name DepId RegNumber VATRegNumber ContactData AccountInfo "
			"Extension" },
	{ "InvoiceInformation",
	  "Type FactorContractNumber ContractNumber DocumentName InvoiceNumber "
	  "InvoiceContentCode InvoiceContentText PaymentReferenceNumber PaymentMethod InvoiceDate "
	  "DueDate PaymentTerm FineRatePerDay Period InvoiceDeliverer Extension" },
	{ "InvoiceSumGroup", "Balance InvoiceSum PenaltySum Addition Rounding VAT TotalVATSum "
			     "TotalSum TotalToPay Currency Accounting Extension" },
	{ "InvoiceItem", "InvoiceTotalGroup InvoiceItemGroup InvoiceItemTotalGroup" },
	{ "InvoiceItemGroup", "ItemEntry GroupEntry" },
	{ "ItemEntry", "RowNo SerialNumber SellerProductId BuyerProductId TaricCode Accounting "
		       "CustomerRef Description EAN InitialReading FinalReading ItemReserve "
		       "ItemDetailInfo ItemSum Addition VAT ItemTotal" },
	{ "ItemDetailInfo", "ItemUnit ItemAmount ItemPrice" },
	{ "VAT", "SumBeforeVAT VATRate VATSum Currency SumAfterVAT Reference" },
	{ "PaymentInfo", "Currency PaymentRefId PaymentDescription Payable PayDueDate "
			 "PaymentTotalSum PayerName PaymentId PayToAccount PayToName PayToBIC "
			 "DirectDebitPayeeContractNumber DirectDebitPayerNumber" },
	{ "Footer", "TotalNumberInvoices TotalAmount" },
};

/* Place of a word in a list of words, from 1; 0 if it is not there. */
static int
place(const char *list, const char *word)
{
	size_t len = strlen(word);
	int n = 0;

	for (const char *at = list; *at != '\0';) {
		size_t here = strcspn(at, " ");

		n++;
		if (here == len && memcmp(at, word, len) == 0)
			return n;
		at += here;
		at += *at == ' ';
	}
	return 0;
}

static enum err
check_order(struct ctx *cx, const struct xml *x)
{
	const char *list = NULL;
	int last = 0;

	for (size_t i = 0; i < sizeof(ORDER) / sizeof(ORDER[0]); i++)
		if (strcmp(ORDER[i].parent, x->name) == 0)
			list = ORDER[i].children;
	for (const struct xml *c = x->first; c != NULL; c = c->next) {
		int at = list == NULL ? 0 : place(list, c->name);

		if (list != NULL && (at == 0 || at < last || c->ns[0] != '\0'))
			return xml_fail(cx, c, "err.einvoice_order", c->name, x->name);
		last = at;
		TRY(check_order(cx, c));
	}
	return OK;
}

static const struct xml *
at(const struct xml *x, const char *path)
{
	return xml_at(x, einvoice_ns, path);
}

static enum err
only(struct ctx *cx, const struct xml *x, const char *name, const struct xml **ret)
{
	const struct xml *found = at(x, name), *second;

	second = found == NULL ? NULL : xml_next(found, "", found->name);
	if (second != NULL)
		return xml_fail(cx, second, "err.einvoice_double", second->name);
	*ret = found;
	return OK;
}

static enum err
get_text(struct ctx *cx, const struct xml *x, const char *name, size_t max, const char **ret)
{
	const struct xml *found;

	TRY(only(cx, x, name, &found));
	return einvoice_text(cx, found, max, ret);
}

static enum err
get_date(struct ctx *cx, const struct xml *x, const char *name, int32_t *ret)
{
	const struct xml *found;

	TRY(only(cx, x, name, &found));
	return einvoice_date(cx, found, ret);
}

static enum err
get_cents(struct ctx *cx, const struct xml *x, const char *name, int64_t *ret)
{
	const struct xml *found;

	TRY(only(cx, x, name, &found));
	return einvoice_cents(cx, found, ret);
}

/* Sums of rows may have four decimals in the standard; more than two must be zeros. */
static enum err
get_cents4(struct ctx *cx, const struct xml *x, const char *name, int64_t *ret)
{
	const struct xml *found;
	int64_t scaled = 0;

	TRY(only(cx, x, name, &found));
	if (found == NULL)
		return OK;
	TRY(einvoice_scaled(cx, found, &scaled));
	if (scaled % (EINVOICE_SCALE / 100) != 0)
		return xml_fail(cx, found, "err.einvoice_decimals", found->name, found->text);
	*ret = scaled / (EINVOICE_SCALE / 100);
	return OK;
}

static enum err
must_be_euro(struct ctx *cx, const struct xml *x)
{
	const char *currency = "EUR";

	TRY(get_text(cx, x, "Currency", 10, &currency));
	if (strcmp(currency, "EUR") != 0)
		return xml_fail(cx, x, "err.einvoice_currency", x->name, currency);
	return OK;
}

static enum err
count(struct ctx *cx, const struct xml *x, const char *name, size_t max, size_t *ret)
{
	size_t n = 0;

	for (const struct xml *c = at(x, name); c != NULL; c = xml_next(c, "", name))
		if (++n > max)
			return fail_at(cx, ERR_LIMIT, c->file, c->line, c->col, "err.einvoice_few",
				       c->name, text_from_int(cx->arena, (int64_t)max));
	*ret = n;
	return OK;
}

static enum err
read_party(struct ctx *cx, const struct xml *parties, const char *role, struct einvoice_party *p)
{
	const struct xml *party, *address;

	TRY(only(cx, parties, role, &party));
	address = at(party, "ContactData/LegalAddress");
	TRY(get_text(cx, party, "Name", MAX_TEXT, &p->name));
	TRY(get_text(cx, party, "RegNumber", MAX_TEXT, &p->reg_code));
	TRY(get_text(cx, party, "VATRegNumber", MAX_TEXT, &p->vat));
	TRY(get_text(cx, address, "PostalAddress1", MAX_TEXT, &p->street));
	TRY(get_text(cx, address, "City", MAX_TEXT, &p->city));
	TRY(get_text(cx, address, "PostalCode", MAX_TEXT, &p->post_code));
	return get_text(cx, address, "Country", MAX_TEXT, &p->country);
}

/* TAXEX is exempt, NOTTAX not subject to VAT; else the rate tells standard from zero. */
static enum err
read_vat(struct ctx *cx, const struct xml *vat, const char **ret_category, int32_t *ret_rate)
{
	const char *id = xml_attr(vat, "vatId");
	const struct xml *rate;

	if (vat == NULL)
		return OK;
	TRY(must_be_euro(cx, vat));
	TRY(only(cx, vat, "VATRate", &rate));
	TRY(einvoice_rate(cx, rate, ret_rate));
	if (text_equal(id, "TAXEX"))
		*ret_category = "E";
	else if (text_equal(id, "NOTTAX"))
		*ret_category = "O";
	else
		*ret_category = *ret_rate > 0 ? "S" : "Z";
	return OK;
}

static enum err
read_additions(struct ctx *cx, const struct xml *x, struct einvoice_adjust **ret, size_t *ret_n)
{
	const struct xml *c = at(x, "Addition");
	struct einvoice_adjust *list;
	size_t n;

	TRY(count(cx, x, "Addition", MAX_FEW, &n));
	list = ARENA_ARRAY(cx->arena, n, struct einvoice_adjust);
	for (size_t i = 0; i < n; i++, c = xml_next(c, "", "Addition")) {
		list[i].charge = text_equal(xml_attr(c, "addCode"), "CHR");
		list[i].rate = EINVOICE_NO_RATE;
		TRY(get_text(cx, c, "AddContent", MAX_LONG_TEXT, &list[i].reason));
		TRY(get_cents4(cx, c, "AddSum", &list[i].amount));
		if (list[i].amount < 0) /* discounts are written with either sign */
			list[i].amount = -list[i].amount;
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

/* Extra values of a row: the first as the row's note, all as properties. */
static enum err
read_reserves(struct ctx *cx, const struct xml *x, struct einvoice_line *l)
{
	const struct xml *c = at(x, "ItemReserve");

	TRY(count(cx, x, "ItemReserve", MAX_FEW, &l->nprops));
	l->props = ARENA_ARRAY(cx->arena, l->nprops, struct einvoice_prop);
	for (size_t i = 0; i < l->nprops; i++, c = xml_next(c, "", "ItemReserve")) {
		l->props[i].name = xml_attr(c, "extensionId");
		TRY(get_text(cx, c, "InformationName", MAX_TEXT, &l->props[i].name));
		TRY(get_text(cx, c, "InformationContent", MAX_LONG_TEXT, &l->props[i].value));
	}
	return OK;
}

static enum err
read_entry(struct ctx *cx, const struct xml *x, size_t number, struct einvoice_line *l)
{
	const struct xml *detail, *vat, *part;

	*l = (struct einvoice_line){ .base_quantity = EINVOICE_SCALE,
				     .quantity = EINVOICE_SCALE,
				     .period_from = CIVIL_NONE,
				     .period_to = CIVIL_NONE,
				     .tax_rate = EINVOICE_NO_RATE,
				     .row = x->line };
	l->id = text_from_int(cx->arena, (int64_t)number); /* RowNo may be left out */
	TRY(get_text(cx, x, "RowNo", MAX_TEXT, &l->id));
	TRY(get_text(cx, x, "SellerProductId", MAX_TEXT, &l->seller_item));
	TRY(get_text(cx, x, "EAN", MAX_TEXT, &l->standard_item));
	TRY(get_text(cx, x, "CustomerRef", MAX_TEXT, &l->note));
	TRY(get_text(cx, x, "Description", MAX_LONG_TEXT, &l->name));
	TRY(read_reserves(cx, x, l));
	TRY(only(cx, x, "ItemDetailInfo", &detail));
	TRY(get_text(cx, detail, "ItemUnit", MAX_TEXT, &l->unit));
	TRY(only(cx, detail, "ItemAmount", &part));
	TRY(einvoice_scaled(cx, part, &l->quantity));
	TRY(get_cents4(cx, x, "ItemSum", &l->net));
	l->price = l->net * (EINVOICE_SCALE / 100);
	TRY(only(cx, detail, "ItemPrice", &part));
	TRY(einvoice_scaled(cx, part, &l->price));
	TRY(only(cx, x, "VAT", &vat));
	TRY(read_vat(cx, vat, &l->tax_category, &l->tax_rate));
	return read_additions(cx, x, &l->adjusts, &l->nadjusts);
}

static enum err
read_entries(struct ctx *cx, const struct xml *invoice, struct einvoice *inv)
{
	const struct xml *item, *group, *x;
	size_t n = 0, one;

	TRY(only(cx, invoice, "InvoiceItem", &item));
	for (group = at(item, "InvoiceItemGroup"); group != NULL;
	     group = xml_next(group, "", "InvoiceItemGroup")) {
		TRY(count(cx, group, "ItemEntry", MAX_INVOICE_LINES - n, &one));
		n += one;
	}
	inv->lines = ARENA_ARRAY(cx->arena, n, struct einvoice_line);
	for (group = at(item, "InvoiceItemGroup"); group != NULL;
	     group = xml_next(group, "", "InvoiceItemGroup"))
		for (x = at(group, "ItemEntry"); x != NULL; x = xml_next(x, "", "ItemEntry")) {
			struct einvoice_line *l = &inv->lines[inv->nlines++];

			TRY(read_entry(cx, x, inv->nlines, l));
		}
	return OK;
}

static enum err
read_sums(struct ctx *cx, const struct xml *invoice, struct einvoice *inv)
{
	struct einvoice_totals *t = &inv->totals;
	const struct xml *sums, *v;
	size_t n;

	TRY(only(cx, invoice, "InvoiceSumGroup", &sums));
	TRY(must_be_euro(cx, sums == NULL ? invoice : sums));
	TRY(get_cents4(cx, sums, "InvoiceSum", &t->line_net));
	TRY(get_cents4(cx, sums, "Rounding", &t->rounding));
	TRY(get_cents4(cx, sums, "TotalVATSum", &t->tax));
	TRY(get_cents(cx, sums, "TotalSum", &t->with_tax));
	t->payable = t->with_tax;
	TRY(get_cents(cx, sums, "TotalToPay", &t->payable));
	TRY(read_additions(cx, sums, &inv->adjusts, &inv->nadjusts));
	for (size_t i = 0; i < inv->nadjusts; i++)
		*(inv->adjusts[i].charge ? &t->charges : &t->allowances) += inv->adjusts[i].amount;
	t->without_tax = t->line_net - t->allowances + t->charges;
	TRY(count(cx, sums, "VAT", MAX_FEW, &n));
	inv->taxes = ARENA_ARRAY(cx->arena, n, struct einvoice_tax);
	for (v = at(sums, "VAT"); v != NULL; v = xml_next(v, "", "VAT")) {
		struct einvoice_tax *tax = &inv->taxes[inv->ntaxes++];

		tax->rate = EINVOICE_NO_RATE;
		TRY(read_vat(cx, v, &tax->category, &tax->rate));
		TRY(get_cents4(cx, v, "SumBeforeVAT", &tax->taxable));
		TRY(get_cents4(cx, v, "VATSum", &tax->tax));
		TRY(einvoice_text(cx, at(v, "Reference/InformationContent"), MAX_LONG_TEXT,
				  &tax->reason));
	}
	return OK;
}

static enum err
read_information(struct ctx *cx, const struct xml *invoice, struct einvoice *inv)
{
	const struct xml *info, *type, *period;

	TRY(only(cx, invoice, "InvoiceInformation", &info));
	TRY(only(cx, info, "Type", &type));
	inv->type_code = xml_attr(type, "type");
	inv->credit = text_equal(inv->type_code, "CRE");
	if (at(type, "SourceInvoice") != NULL) {
		inv->preceding = ARENA_NEW(cx->arena, struct einvoice_ref);
		inv->preceding->date = CIVIL_NONE;
		inv->npreceding = 1;
		TRY(get_text(cx, type, "SourceInvoice", MAX_TEXT, &inv->preceding->number));
	}
	TRY(get_text(cx, info, "ContractNumber", MAX_TEXT, &inv->contract));
	TRY(get_text(cx, info, "InvoiceNumber", MAX_TEXT, &inv->number));
	TRY(get_text(cx, info, "InvoiceContentText", MAX_LONG_TEXT, &inv->note));
	TRY(get_text(cx, info, "PaymentReferenceNumber", MAX_TEXT, &inv->payment_reference));
	TRY(get_date(cx, info, "InvoiceDate", &inv->issued));
	TRY(get_date(cx, info, "DueDate", &inv->due));
	TRY(only(cx, info, "Period", &period));
	TRY(get_date(cx, period, "StartDate", &inv->period_from));
	return get_date(cx, period, "EndDate", &inv->period_to);
}

/* Accounts of the seller, and the one named for payment, which comes first. */
static enum err
read_accounts(struct ctx *cx, const struct xml *invoice, struct einvoice *inv)
{
	const struct xml *pay = at(invoice, "PaymentInfo"), *x;
	const struct xml *seller = at(invoice, "InvoiceParties/SellerParty");
	const char *to = NULL;
	size_t n;

	TRY(must_be_euro(cx, pay == NULL ? invoice : pay));
	TRY(count(cx, seller, "AccountInfo", MAX_FEW, &n));
	inv->ibans = ARENA_ARRAY(cx->arena, n + 1, const char *);
	TRY(get_text(cx, pay, "PayToAccount", MAX_TEXT, &to));
	if (to != NULL)
		inv->ibans[inv->nibans++] = to;
	if (inv->payment_reference == NULL)
		TRY(get_text(cx, pay, "PaymentRefId", MAX_TEXT, &inv->payment_reference));
	if (inv->due == CIVIL_NONE)
		TRY(get_date(cx, pay, "PayDueDate", &inv->due));
	for (x = at(seller, "AccountInfo"); x != NULL; x = xml_next(x, "", "AccountInfo")) {
		const char *iban = NULL;

		TRY(get_text(cx, x, "IBAN", MAX_TEXT, &iban));
		if (iban != NULL && !text_equal(iban, to))
			inv->ibans[inv->nibans++] = iban;
	}
	return OK;
}

static void
negate(int64_t *x)
{
	*x = -*x;
}

/* Money back is written negative in e-arve; we say it once, by `credit`. */
static void
turn_credit(struct einvoice *inv)
{
	struct einvoice_totals *t = &inv->totals;
	int64_t *const sums[] = { &t->line_net, &t->without_tax, &t->tax,
				  &t->with_tax, &t->rounding,	 &t->payable };

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		negate(sums[i]);
	for (size_t i = 0; i < inv->ntaxes; i++) {
		negate(&inv->taxes[i].taxable);
		negate(&inv->taxes[i].tax);
	}
	for (size_t i = 0; i < inv->nlines; i++) {
		negate(&inv->lines[i].quantity);
		negate(&inv->lines[i].net);
	}
}

static enum err
read_invoice(struct ctx *cx, const struct xml *x, struct einvoice **ret)
{
	struct einvoice *inv = ARENA_NEW(cx->arena, struct einvoice);
	const struct xml *parties;

	*inv = (struct einvoice){ .format = EINVOICE_EARVE,
				  .issued = CIVIL_NONE,
				  .due = CIVIL_NONE,
				  .currency = "EUR",
				  .period_from = CIVIL_NONE,
				  .period_to = CIVIL_NONE,
				  .doc = x };
	TRY(read_information(cx, x, inv));
	TRY(only(cx, x, "InvoiceParties", &parties));
	TRY(read_party(cx, parties, "SellerParty", &inv->seller));
	TRY(read_party(cx, parties, "BuyerParty", &inv->buyer));
	TRY(read_sums(cx, x, inv));
	TRY(read_accounts(cx, x, inv));
	TRY(read_entries(cx, x, inv));
	if (inv->credit)
		turn_credit(inv);
	*ret = inv;
	return OK;
}

static enum err
check_frame(struct ctx *cx, const struct xml *root, size_t n)
{
	const struct xml *total = at(root, "Footer/TotalNumberInvoices");
	const struct xml *version = at(root, "Header/Version");
	int64_t said;

	if (version == NULL || !text_starts(xml_text(cx, version), "1."))
		return xml_fail(cx, version == NULL ? root : version, "err.einvoice_version",
				xml_text(cx, version));
	if (total == NULL || !text_int(xml_text(cx, total), 1, MAX_FILE_INVOICES, &said) ||
	    (size_t)said != n)
		return xml_fail(cx, total == NULL ? root : total, "err.einvoice_footer",
				xml_text(cx, total), text_from_int(cx->arena, (int64_t)n));
	return OK;
}

enum err
einvoice_read_earve(struct ctx *cx, struct xml *root, struct einvoice ***ret, size_t *ret_n)
{
	const struct xml *x = at(root, "Invoice");
	struct einvoice **list;
	struct map seen;
	size_t n;

	TRY(check_order(cx, root));
	TRY(count(cx, root, "Invoice", MAX_FILE_INVOICES, &n));
	TRY(check_frame(cx, root, n));
	list = ARENA_ARRAY(cx->arena, n, struct einvoice *);
	map_init(&seen, cx->arena);
	for (size_t i = 0; i < n; i++, x = xml_next(x, "", "Invoice")) {
		const char *key;

		TRY(read_invoice(cx, x, &list[i]));
		key = arena_printf(cx->arena, "%s %s",
				   list[i]->seller.reg_code == NULL ? "" : list[i]->seller.reg_code,
				   list[i]->number == NULL ? "" : list[i]->number);
		list[i]->twice = map_put(&seen, key, list[i]) != NULL;
	}
	*ret = list;
	*ret_n = n;
	return OK;
}
