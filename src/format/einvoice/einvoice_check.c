/* Checking e-invoices: what the rules need to know is gathered first, then they are run. */
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/texts.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

void
einvoice_find(struct einvoice_checker *c, struct einvoice_finding f)
{
	struct einvoice_findings *out = c->out;

	out->fatal += f.fatal;
	if (out->n == MAX_FINDINGS) {
		out->more = true;
		return;
	}
	if (out->list == NULL)
		out->list = ARENA_ARRAY(c->cx->arena, MAX_FINDINGS, struct einvoice_finding);
	out->list[out->n++] = f;
}

void
ubl_find(struct ubl_doc *d, const struct xml *at, const char *rule, const char *key,
	 const char *term, const char *value)
{
	bool room = d->checker.out->n < MAX_FINDINGS;

	einvoice_find(&d->checker,
		      (struct einvoice_finding){ .rule = rule,
						 .fatal = strncmp(rule, "HOOL-", 5) != 0,
						 .key = key,
						 .term = term,
						 .value = value,
						 .line_no = d->line_no,
						 .where = room ? xml_where(d->checker.cx, at) : "",
						 .row = at->line });
}

static bool
is_cac(const struct xml *x, const char *name)
{
	return xml_is(x, UBL_CAC, name);
}

static bool
is_line(const struct xml *x)
{
	return is_cac(x, "InvoiceLine") || is_cac(x, "CreditNoteLine");
}

/* Which kind of owner a category has, and the path of its amount. */
static const char *
classify(struct ubl_tax *t)
{
	const struct xml *up = t->at->parent;

	t->owner = up;
	t->kind = UBL_OTHER;
	if (is_cac(up, "Item") && is_line(up->parent)) {
		t->owner = up->parent;
		t->kind = UBL_LINE;
		t->top = t->owner->parent->parent == NULL;
		return "cbc:LineExtensionAmount";
	}
	if (is_cac(up, "AllowanceCharge") && ubl_charge(up) >= 0) {
		t->kind = ubl_charge(up) == 1 ? UBL_CHARGE : UBL_ALLOWANCE;
		t->top = up->parent != NULL && up->parent->parent == NULL;
		return "cbc:Amount";
	}
	if (is_cac(up, "TaxSubtotal") && is_cac(up->parent, "TaxTotal")) {
		t->kind = UBL_BREAKDOWN;
		t->top = up->parent->parent != NULL && up->parent->parent->parent == NULL;
		return "cbc:TaxableAmount";
	}
	return NULL;
}

static void
add_tax(struct ubl_doc *d, const struct xml *x)
{
	struct ubl_tax t = { .at = x, .line_no = d->line_no };
	struct ubl_tax *bigger;
	const char *amount;

	if (x->parent == NULL)
		return;
	if (d->ntaxes == d->taxes_size) {
		d->taxes_size = d->taxes_size == 0 ? 64 : d->taxes_size * 2;
		bigger = ARENA_ARRAY(d->checker.cx->arena, d->taxes_size, struct ubl_tax);
		if (d->ntaxes > 0)
			memcpy(bigger, d->taxes, d->ntaxes * sizeof(*bigger));
		d->taxes = bigger;
	}
	t.code = xml_text(d->checker.cx, ubl(x, "cbc:ID"));
	t.vat = ubl_is_vat(x);
	t.has_rate = ubl_number(x, "cbc:Percent", &t.rate);
	amount = classify(&t);
	if (amount != NULL)
		(void)ubl_number(t.owner, amount, &t.amount);
	d->taxes[d->ntaxes++] = t;
}

static void
add_sum(const struct xml *x, const char *path, wide *sum, bool *bad)
{
	int64_t amount;

	if (ubl(x, path) == NULL)
		return;
	if (ubl_number(x, path, &amount))
		*sum += amount;
	else
		*bad = true;
}

static void
gather(struct ubl_doc *d, const struct xml *x)
{
	bool line = is_line(x);

	if (line) {
		d->line_no = ++d->lines;
		add_sum(x, "cbc:LineExtensionAmount", &d->line_sum, &d->bad_line_sum);
	} else if (is_cac(x, "AllowanceCharge") && x->parent == d->root && ubl_charge(x) >= 0) {
		int charge = ubl_charge(x);

		d->has_adjust[charge] = true;
		add_sum(x, "cbc:Amount", &d->adjust_sum[charge], &d->bad_sum[charge]);
	} else if (is_cac(x, "TaxCategory") || is_cac(x, "ClassifiedTaxCategory")) {
		add_tax(d, x);
	}
	for (const struct xml *c = x->first; c != NULL; c = c->next)
		gather(d, c);
	if (line)
		d->line_no = 0;
}

void
einvoice_check_ubl(struct ctx *cx, const struct xml *root, struct einvoice_findings *ret)
{
	struct ubl_doc d = { .checker = { .cx = cx, .out = ret },
			     .root = root,
			     .credit = xml_is(root, UBL_CREDIT, "CreditNote") };

	*ret = (struct einvoice_findings){ 0 };
	map_init(&d.line_ids, cx->arena);
	gather(&d, root);
	ubl_check_rules(&d);
	ubl_check_vat(&d);
}

bool
einvoice_has_rule(const char *rule)
{
	return ubl_is_rule(rule) || ubl_is_vat_rule(rule);
}

void
einvoice_check(struct ctx *cx, const struct einvoice *inv, struct einvoice_findings *ret)
{
	struct einvoice_checker c = { .cx = cx, .out = ret };

	*ret = (struct einvoice_findings){ 0 };
	if (inv->format == EINVOICE_UBL && inv->doc != NULL)
		einvoice_check_ubl(cx, inv->doc, ret);
	einvoice_check_struct(&c, inv);
}

const char *
einvoice_finding_text(struct ctx *cx, const struct einvoice_finding *f)
{
	const char *what = f->term != NULL ? msg(cx, f->term) : f->value != NULL ? f->value : "";
	const char *said = msgf(cx, f->key, what);

	if (f->line_no == 0)
		return said;
	return msgf(cx, "einvoice.in_line", text_from_int(cx->arena, f->line_no), said);
}
