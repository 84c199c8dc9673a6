/* The arithmetic rules of EN 16931-1, one UBL element each. See einvoice_rules.c. */
#include <string.h>

#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

bool
ubl_lines_add_up(struct ubl_doc *d, const struct xml *x)
{
	int64_t total;

	return ubl_number(x, "cbc:LineExtensionAmount", &total) && !d->bad_line_sum &&
	       total == ubl_round2(d->line_sum);
}

static bool
adjusts_add_up(struct ubl_doc *d, const struct xml *x, const char *path, int charge)
{
	int64_t total;

	if (ubl(x, path) == NULL)
		return !d->has_adjust[charge];
	return ubl_number(x, path, &total) && !d->bad_sum[charge] &&
	       total == ubl_round2(d->adjust_sum[charge]);
}

bool
ubl_allowances_add_up(struct ubl_doc *d, const struct xml *x)
{
	return adjusts_add_up(d, x, "cbc:AllowanceTotalAmount", 0);
}

bool
ubl_charges_add_up(struct ubl_doc *d, const struct xml *x)
{
	return adjusts_add_up(d, x, "cbc:ChargeTotalAmount", 1);
}

/* An amount that counts as 0 when absent; false if it is there but is no number. */
static bool
optional(const struct xml *x, const char *path, bool *ret_there, int64_t *ret)
{
	*ret = 0;
	*ret_there = ubl(x, path) != NULL;
	return !*ret_there || ubl_number(x, path, ret);
}

bool
ubl_total_without_tax(struct ubl_doc *d, const struct xml *x)
{
	int64_t total, net, allowances, charges;
	bool a, c;
	wide sum;

	(void)d;
	if (!ubl_number(x, "cbc:TaxExclusiveAmount", &total) ||
	    !ubl_number(x, "cbc:LineExtensionAmount", &net) ||
	    !optional(x, "cbc:AllowanceTotalAmount", &a, &allowances) ||
	    !optional(x, "cbc:ChargeTotalAmount", &c, &charges))
		return false;
	sum = (wide)net + charges - allowances;
	return a || c ? total == ubl_round2(sum) : total == net;
}

bool
ubl_tax_total(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *s = ubl(x, "cac:TaxSubtotal");
	int64_t total, one;
	wide sum = 0;

	(void)d;
	if (s == NULL)
		return true;
	for (; s != NULL; s = xml_next(s, s->ns, s->name)) {
		if (ubl(s, "cbc:TaxAmount") == NULL)
			continue;
		if (!ubl_number(s, "cbc:TaxAmount", &one))
			return false;
		sum += one;
	}
	return ubl_number(x, "cbc:TaxAmount", &total) && total == ubl_round2(sum);
}

/* Exactly one VAT total is in the invoice's own currency, and it is the one that counts. */
bool
ubl_total_with_tax(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *currency = ubl(x, "cbc:DocumentCurrencyCode"), *t;
	const struct xml *m = ubl(x, "cac:LegalMonetaryTotal");
	int64_t with, without, tax = 0;
	int n = 0;

	(void)d;
	if (currency == NULL)
		return true;
	for (t = ubl(x, "cac:TaxTotal"); t != NULL; t = xml_next(t, t->ns, t->name)) {
		if (!text_equal(xml_attr(ubl(t, "cbc:TaxAmount"), "currencyID"), currency->text))
			continue;
		if (!ubl_number(t, "cbc:TaxAmount", &tax))
			return false;
		n++;
	}
	return n == 1 && ubl_number(m, "cbc:TaxInclusiveAmount", &with) &&
	       ubl_number(m, "cbc:TaxExclusiveAmount", &without) &&
	       with == ubl_round2((wide)without + tax);
}

bool
ubl_amount_due(struct ubl_doc *d, const struct xml *x)
{
	int64_t payable, with, prepaid, rounding;
	bool p, r;
	wide left, right;

	(void)d;
	if (!ubl_number(x, "cbc:PayableAmount", &payable) ||
	    !ubl_number(x, "cbc:TaxInclusiveAmount", &with) ||
	    !optional(x, "cbc:PrepaidAmount", &p, &prepaid) ||
	    !optional(x, "cbc:PayableRoundingAmount", &r, &rounding))
		return false;
	left = (wide)payable - rounding;
	right = (wide)with - prepaid;
	return (r ? ubl_round2(left) : left) == (p ? ubl_round2(right) : right);
}

bool
ubl_due_date_known(struct ubl_doc *d, const struct xml *x)
{
	int64_t payable;

	if (d->credit || !ubl_number(x, "cbc:PayableAmount", &payable) || payable <= 0)
		return true;
	return ubl(d->root, "cbc:DueDate") != NULL ||
	       ubl(d->root, "cac:PaymentTerms/cbc:Note") != NULL;
}

/* x rounded to a whole number is 0. */
static bool
rounds_to_zero(int64_t x)
{
	return x >= -EINVOICE_SCALE / 2 && x < EINVOICE_SCALE / 2;
}

/* Is the tax within one unit of the currency of base times rate? The rule set allows as much. */
static bool
tax_near(int64_t tax, int64_t base, int64_t rate)
{
	wide product = (wide)(base < 0 ? -base : base) * rate / 100;
	wide want, have = tax < 0 ? -(wide)tax : tax;

	/* Rounded in two steps only where the cut digits cannot matter against a whole unit. */
	want = ubl_round2(product / EINVOICE_SCALE);
	return have - EINVOICE_SCALE < want && have + EINVOICE_SCALE > want;
}

bool
ubl_subtotal_tax(struct ubl_doc *d, const struct xml *x)
{
	const struct xml *c = ubl_vat_category(x);
	int64_t tax, base, rate;

	(void)d;
	if (!ubl_number(x, "cbc:TaxAmount", &tax))
		return false;
	if (!ubl_number(c, "cbc:Percent", &rate))
		return rounds_to_zero(tax);
	if (rounds_to_zero(rate))
		return rounds_to_zero(tax);
	return ubl_number(x, "cbc:TaxableAmount", &base) && tax_near(tax, base, rate);
}
