/*
 * The rules of EN 16931-1 on VAT categories. Each category has the same ten rules with small
 * differences (BR-S-01 … BR-S-10, BR-E-01 …), so they are checked by one piece of code over a
 * table of the differences.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

enum rate_must { RATE_ABOVE_ZERO, RATE_ZERO, RATE_ABSENT, RATE_NOT_NEGATIVE };
enum ids_must {
	SELLER_ANY,	  /* the seller's VAT or tax number, or its representative's */
	SELLER_VAT,	  /* a VAT number of the seller or its representative */
	SELLER_ANY_BUYER, /* and the buyer's VAT or registry number */
	SELLER_VAT_BUYER_VAT,
	NOBODY_VAT /* no VAT number of anybody */
};

static const struct category {
	const char *code, *name; /* "S" of UNCL5305, and "S" in the rules' names */
	enum rate_must rate;
	enum ids_must ids;
	bool by_rate; /* one breakdown a rate, within a unit; else one breakdown, exact, no tax */
	bool reason;  /* must say why no VAT is charged; else must not */
} CATEGORIES[] = {
	{ "S", "S", RATE_ABOVE_ZERO, SELLER_ANY, true, false },
	{ "Z", "Z", RATE_ZERO, SELLER_ANY, false, false },
	{ "E", "E", RATE_ZERO, SELLER_ANY, false, true },
	{ "AE", "AE", RATE_ZERO, SELLER_ANY_BUYER, false, true },
	{ "K", "IC", RATE_ZERO, SELLER_VAT_BUYER_VAT, false, true },
	{ "G", "G", RATE_ZERO, SELLER_VAT, false, true },
	{ "O", "O", RATE_ABSENT, NOBODY_VAT, false, true },
	{ "L", "AF", RATE_NOT_NEGATIVE, SELLER_ANY, true, false },
	{ "M", "AG", RATE_NOT_NEGATIVE, SELLER_ANY, true, false },
};
#define NCATEGORIES (sizeof(CATEGORIES) / sizeof(CATEGORIES[0]))

/* Rules beyond the ten: "O" excludes all others, "K" needs date and place of delivery. */
static const struct {
	const char *name;
	int last;
} LAST_RULE[] = { { "O", 14 }, { "IC", 12 } };

struct parties {
	bool seller_any, seller_vat, representative_vat, buyer_vat, buyer_legal;
};

static const char *
rule_name(struct ubl_doc *d, const struct category *c, int n)
{
	return arena_printf(d->checker.cx->arena, "BR-%s-%02d", c->name, n);
}

static void
find(struct ubl_doc *d, const struct category *c, int n, const struct xml *at, int line_no,
     const char *key)
{
	d->line_no = line_no;
	ubl_find(d, at, rule_name(d, c, n), key, NULL, c->code);
	d->line_no = 0;
}

static bool
has_vat_number(const struct xml *party)
{
	const struct xml *s = ubl(party, "cac:PartyTaxScheme");

	for (; s != NULL; s = xml_next(s, s->ns, s->name))
		if (ubl_is_vat(s) && ubl(s, "cbc:CompanyID") != NULL)
			return true;
	return false;
}

static struct parties
parties_of(const struct xml *root)
{
	const struct xml *seller = ubl(root, "cac:AccountingSupplierParty/cac:Party");
	const struct xml *buyer = ubl(root, "cac:AccountingCustomerParty/cac:Party");

	return (struct parties){
		.seller_any = ubl(seller, "cac:PartyTaxScheme/cbc:CompanyID") != NULL,
		.seller_vat = has_vat_number(seller),
		.representative_vat = has_vat_number(ubl(root, "cac:TaxRepresentativeParty")),
		.buyer_vat = has_vat_number(buyer),
		.buyer_legal = ubl(buyer, "cac:PartyLegalEntity/cbc:CompanyID") != NULL,
	};
}

static bool
ids_hold(enum ids_must must, const struct parties *p)
{
	switch (must) {
	case SELLER_ANY:
		return p->seller_any || p->representative_vat;
	case SELLER_VAT:
		return p->seller_vat || p->representative_vat;
	case SELLER_ANY_BUYER:
		return (p->seller_any || p->representative_vat) && (p->buyer_vat || p->buyer_legal);
	case SELLER_VAT_BUYER_VAT:
		return (p->seller_vat || p->representative_vat) && p->buyer_vat;
	case NOBODY_VAT:
		return !p->seller_vat && !p->representative_vat && !p->buyer_vat;
	}
	BUG("no such rule on numbers");
}

static bool
rate_holds(enum rate_must must, const struct ubl_tax *t)
{
	switch (must) {
	case RATE_ABOVE_ZERO:
		return t->has_rate && t->rate > 0;
	case RATE_ZERO:
		return t->has_rate && t->rate == 0;
	case RATE_ABSENT:
		return ubl(t->at, "cbc:Percent") == NULL;
	case RATE_NOT_NEGATIVE:
		return t->has_rate && t->rate >= 0;
	}
	BUG("no such rule on rates");
}

static bool
is_used(const struct ubl_tax *t)
{
	return t->kind == UBL_LINE || t->kind == UBL_ALLOWANCE || t->kind == UBL_CHARGE;
}

/* The category's uses and its rows in the breakdown. The rules on S do not ask for the scheme. */
struct uses {
	size_t used, rows, elsewhere;
	const struct ubl_tax *line, *allowance, *charge; /* the first of each */
};

static struct uses
uses_of(const struct ubl_doc *d, const struct category *c)
{
	bool any_scheme = strcmp(c->code, "S") == 0;
	struct uses u = { 0 };

	for (size_t i = 0; i < d->ntaxes; i++) {
		const struct ubl_tax *t = &d->taxes[i];

		if (strcmp(t->code, c->code) != 0 || !(t->vat || any_scheme))
			continue;
		u.used += is_used(t) || xml_is(t->owner, UBL_CAC, "AllowanceCharge");
		u.rows += t->kind == UBL_BREAKDOWN && t->top;
		u.elsewhere += !is_used(t) && !(t->kind == UBL_BREAKDOWN && t->top);
		if (t->kind == UBL_LINE && u.line == NULL)
			u.line = t;
		if (t->kind == UBL_ALLOWANCE && u.allowance == NULL &&
		    (t->top || c->code[0] != 'O'))
			u.allowance = t;
		if (t->kind == UBL_CHARGE && u.charge == NULL && (t->top || c->code[0] != 'O'))
			u.charge = t;
	}
	return u;
}

/* 01: what is used stands in the breakdown, and the other way round; 02-04: who must be known. */
static void
check_uses(struct ubl_doc *d, const struct category *c, const struct parties *p)
{
	struct uses u = uses_of(d, c);
	const struct ubl_tax *first[] = { u.line, u.allowance, u.charge };
	bool ok = c->by_rate ? (u.used > 0) == (u.rows > 0)
			     : u.used + u.rows + u.elsewhere == 0 || u.rows == 1;

	if (!ok)
		find(d, c, 1, d->root, 0, "einvoice.vat_breakdown");
	for (int i = 0; i < 3; i++)
		if (first[i] != NULL && !ids_hold(c->ids, p))
			find(d, c, 2 + i, first[i]->at, first[i]->line_no, "einvoice.vat_ids");
}

/* Sum of what falls in this row of the breakdown; false if nothing does. */
static bool
sum_of(const struct ubl_doc *d, const struct category *c, const struct ubl_tax *row, wide *ret)
{
	bool any = false;

	*ret = 0;
	for (size_t i = 0; i < d->ntaxes; i++) {
		const struct ubl_tax *t = &d->taxes[i];

		if (!is_used(t) || !t->top || strcmp(t->code, c->code) != 0)
			continue;
		if (c->by_rate && !(t->has_rate && t->rate == row->rate))
			continue;
		*ret += t->kind == UBL_ALLOWANCE ? -(wide)t->amount : t->amount;
		any = true;
	}
	return any;
}

static bool
within_one(wide a, wide b)
{
	return a - EINVOICE_SCALE < b && a + EINVOICE_SCALE > b;
}

static bool
base_holds(const struct ubl_doc *d, const struct category *c, const struct ubl_tax *row)
{
	int64_t base;
	wide sum;
	bool any;

	if (c->by_rate && !row->has_rate)
		return true;
	any = sum_of(d, c, row, &sum);
	if (!ubl_number(row->owner, "cbc:TaxableAmount", &base))
		return false;
	if (c->by_rate)
		return (any || (c->rate != RATE_ABOVE_ZERO && d->lines > 0)) &&
		       within_one(base, sum);
	return d->lines > 0 && base == sum;
}

static bool
tax_holds(const struct category *c, const struct ubl_tax *row)
{
	int64_t tax, base;
	wide have, want;

	if (!ubl_number(row->owner, "cbc:TaxAmount", &tax))
		return false;
	if (!c->by_rate)
		return tax == 0;
	if (!row->has_rate || !ubl_number(row->owner, "cbc:TaxableAmount", &base))
		return false;
	have = tax < 0 ? -(wide)tax : tax;
	want = (base < 0 ? -(wide)base : base) * row->rate / 100 / EINVOICE_SCALE;
	return within_one(have, ubl_round2(want));
}

/* 08-10: one row of the breakdown. */
static void
check_row(struct ubl_doc *d, const struct category *c, const struct ubl_tax *row)
{
	bool reason = ubl(row->at, "cbc:TaxExemptionReason") != NULL ||
		      ubl(row->at, "cbc:TaxExemptionReasonCode") != NULL;

	if (!base_holds(d, c, row))
		find(d, c, 8, row->at, 0, "einvoice.vat_base");
	if (!tax_holds(c, row))
		find(d, c, 9, row->at, 0, "einvoice.vat_tax");
	if (reason != c->reason)
		find(d, c, 10, row->at, 0,
		     c->reason ? "einvoice.vat_reason" : "einvoice.vat_no_reason");
}

/* 05-07: the rate on lines, allowances and charges. */
static void
check_rate(struct ubl_doc *d, const struct category *c, const struct ubl_tax *t)
{
	int n = t->kind == UBL_LINE ? 5 : t->kind == UBL_ALLOWANCE ? 6 : 7;

	if (!rate_holds(c->rate, t))
		find(d, c, n, t->at, t->line_no, "einvoice.vat_rate");
}

/* "Not subject to VAT" stands alone: BR-O-11 to 14, for rows, lines, allowances and charges. */
static void
check_alone(struct ubl_doc *d, const struct category *c)
{
	const struct ubl_tax *other[4] = { NULL };
	bool outside = false;

	for (size_t i = 0; i < d->ntaxes; i++) {
		const struct ubl_tax *t = &d->taxes[i];
		bool row = t->kind == UBL_BREAKDOWN && t->top;
		int slot = row			      ? 0
			   : t->kind == UBL_LINE      ? 1
			   : t->kind == UBL_ALLOWANCE ? 2
			   : t->kind == UBL_CHARGE    ? 3
						      : -1;

		if (!t->vat || slot < 0)
			continue;
		if (strcmp(t->code, c->code) != 0)
			other[slot] = other[slot] == NULL ? t : other[slot];
		else
			outside = outside || row;
	}
	for (int i = 0; outside && i < 4; i++)
		if (other[i] != NULL)
			find(d, c, 11 + i, other[i]->at, other[i]->line_no, "einvoice.vat_alone");
}

/* A supply within the Union needs when and where it was delivered: BR-IC-11 and 12. */
static void
check_delivery(struct ubl_doc *d, const struct category *c)
{
	const struct xml *delivery = ubl(d->root, "cac:Delivery");
	const struct xml *period = ubl(d->root, "cac:InvoicePeriod");
	bool used = false;

	for (size_t i = 0; i < d->ntaxes; i++)
		used = used || (d->taxes[i].kind == UBL_BREAKDOWN && d->taxes[i].top &&
				d->taxes[i].vat && strcmp(d->taxes[i].code, c->code) == 0);
	if (!used)
		return;
	if (!ubl_filled(delivery, "cbc:ActualDeliveryDate") &&
	    (period == NULL || period->first == NULL))
		find(d, c, 11, d->root, 0, "einvoice.vat_delivery_date");
	if (!ubl_filled(delivery, "cac:DeliveryLocation/cac:Address/cac:Country/"
				  "cbc:IdentificationCode"))
		find(d, c, 12, d->root, 0, "einvoice.vat_delivery_place");
}

void
ubl_check_vat(struct ubl_doc *d)
{
	struct parties p = parties_of(d->root);

	for (size_t k = 0; k < NCATEGORIES; k++) {
		const struct category *c = &CATEGORIES[k];

		check_uses(d, c, &p);
		for (size_t i = 0; i < d->ntaxes; i++) {
			const struct ubl_tax *t = &d->taxes[i];

			if (!t->vat || strcmp(t->code, c->code) != 0)
				continue;
			if (is_used(t))
				check_rate(d, c, t);
			else if (t->kind == UBL_BREAKDOWN && t->top)
				check_row(d, c, t);
		}
		if (strcmp(c->name, "O") == 0)
			check_alone(d, c);
		if (strcmp(c->name, "IC") == 0)
			check_delivery(d, c);
	}
}

bool
ubl_is_vat_rule(const char *rule)
{
	for (size_t k = 0; k < NCATEGORIES; k++) {
		size_t len = strlen(CATEGORIES[k].name);
		int last = 10;
		int64_t n;

		for (size_t i = 0; i < sizeof(LAST_RULE) / sizeof(LAST_RULE[0]); i++)
			if (strcmp(LAST_RULE[i].name, CATEGORIES[k].name) == 0)
				last = LAST_RULE[i].last;
		if (strncmp(rule, "BR-", 3) == 0 &&
		    strncmp(rule + 3, CATEGORIES[k].name, len) == 0 && rule[3 + len] == '-' &&
		    strlen(rule) == len + 6 && text_int(rule + len + 4, 1, last, &n))
			return true;
	}
	return false;
}
