/*
 * Checks on the invoice as a struct: for both formats what a payer asks beyond EN 16931 ("HOOL-…",
 * never fatal: the official decides), and for e-arve the arithmetic the UBL rules do on the file.
 */
#include <string.h>

#include "base/civil.h"
#include "base/ident.h"
#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

static void
find(struct einvoice_checker *c, const struct einvoice *inv, const char *rule, const char *key,
     const char *term, const char *value)
{
	einvoice_find(c, (struct einvoice_finding){ .rule = rule,
						    .fatal = !text_starts(rule, "HOOL-"),
						    .key = key,
						    .term = term,
						    .value = value,
						    .where = xml_where(c->cx, inv->doc),
						    .row = inv->doc == NULL ? 0 : inv->doc->line });
}

static bool
identifies(const struct ctx *cx, enum ident_kind kind, const char *s)
{
	struct ident id;

	ident_check(kind, s, strlen(s), cx->today, &id);
	return id.valid;
}

/* An Estonian registry code: ICD scheme 0191, and e-arve's own. */
static bool
is_estonian(const struct einvoice *inv, const struct einvoice_party *p)
{
	if (inv->format == EINVOICE_EARVE)
		return true;
	return text_equal(p->reg_scheme, "0191");
}

static void
check_codes(struct einvoice_checker *c, const struct einvoice *inv)
{
	const char *code = inv->seller.reg_code;

	for (size_t i = 0; i < inv->nibans; i++)
		if (!identifies(c->cx, IDENT_IBAN, inv->ibans[i]))
			find(c, inv, "HOOL-03", "einvoice.iban", NULL, inv->ibans[i]);
	if (code != NULL && is_estonian(inv, &inv->seller) &&
	    !identifies(c->cx, IDENT_REGISTRIKOOD, code))
		find(c, inv, "HOOL-04", "einvoice.reg_code", NULL, code);
}

static void
check_sense(struct einvoice_checker *c, const struct einvoice *inv)
{
	if (inv->credit && inv->npreceding == 0)
		find(c, inv, "HOOL-05", "einvoice.credit_source", NULL, NULL);
	if (inv->totals.payable == 0)
		find(c, inv, "HOOL-06", "einvoice.nothing", NULL, NULL);
	if (inv->totals.payable < 0)
		find(c, inv, "HOOL-07", "einvoice.negative", NULL, NULL);
	if (inv->twice)
		find(c, inv, "HOOL-08", "einvoice.twice", NULL, inv->number);
}

static void
check_sum(struct einvoice_checker *c, const struct einvoice *inv, bool holds, const char *rule,
	  const char *term)
{
	if (!holds)
		find(c, inv, rule, "einvoice.sum", term, NULL);
}

/* The sum in the payment order part of an e-arve must be the sum to pay. */
static bool
transfer_agrees(struct einvoice_checker *c, const struct einvoice *inv)
{
	const struct xml *x = xml_at(inv->doc, einvoice_ns, "PaymentInfo/PaymentTotalSum");
	int64_t cents;

	if (x == NULL || !text_decimal(xml_text(c->cx, x), 2, &cents))
		return false;
	return cents == (inv->credit ? -inv->totals.payable : inv->totals.payable);
}

static void
check_earve(struct einvoice_checker *c, const struct einvoice *inv)
{
	const struct einvoice_totals *t = &inv->totals;
	int64_t lines = 0, tax = 0;

	for (size_t i = 0; i < inv->nlines; i++)
		lines += inv->lines[i].net;
	for (size_t i = 0; i < inv->ntaxes; i++)
		tax += inv->taxes[i].tax;
	if (inv->number == NULL)
		find(c, inv, "BR-02", "einvoice.missing", "einvoice.term.number", NULL);
	if (inv->issued == CIVIL_NONE)
		find(c, inv, "BR-03", "einvoice.missing", "einvoice.term.issue_date", NULL);
	if (inv->seller.name == NULL)
		find(c, inv, "BR-06", "einvoice.missing", "einvoice.term.seller_name", NULL);
	if (inv->buyer.name == NULL)
		find(c, inv, "BR-07", "einvoice.missing", "einvoice.term.buyer_name", NULL);
	if (inv->nlines == 0)
		find(c, inv, "BR-16", "einvoice.missing", "einvoice.term.lines", NULL);
	check_sum(c, inv, lines == t->line_net, "BR-CO-10", "einvoice.term.line_total");
	check_sum(c, inv, tax == t->tax, "BR-CO-14", "einvoice.term.tax_total");
	check_sum(c, inv, t->without_tax + t->tax + t->rounding == t->with_tax, "BR-CO-15",
		  "einvoice.term.with_tax");
	if (inv->format == EINVOICE_EARVE && !transfer_agrees(c, inv))
		find(c, inv, "HOOL-02", "einvoice.sum", "einvoice.term.transfer", NULL);
}

void
einvoice_check_struct(struct einvoice_checker *c, const struct einvoice *inv)
{
	if (inv->format == EINVOICE_EARVE)
		check_earve(c, inv);
	check_codes(c, inv);
	check_sense(c, inv);
}
