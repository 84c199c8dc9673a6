/* The invoice as a whole, and what is wrong with the report itself. See compare.h. */
#include <string.h>

#include "base/calendar.h"
#include "base/ident.h"
#include "base/text.h"
#include "work/settlement/compare_int.h"
#include "work/settlement/days.h"

/* ---- findings of the check ---- */

enum reason
compare_finding(const struct einvoice_finding *f)
{
	/* Sums of the document; what must be there at all is not among them. */
	static const char *const TOTAL[] = { "BR-CO-10", "BR-CO-11", "BR-CO-12",
					     "BR-CO-13", "BR-CO-15", "BR-CO-16",
					     "BR-DEC",	 "HOOL-02",  NULL };
	static const char *const VAT[] = { "BR-S-",    "BR-E-",	   "BR-O-",  "BR-Z-",  "BR-AE-",
					   "BR-IC-",   "BR-G-",	   "BR-IG-", "BR-IP-", "BR-CO-14",
					   "BR-CO-17", "BR-CO-18", "BR-45",  "BR-46",  "BR-47",
					   "BR-48",    NULL };

	for (int i = 0; TOTAL[i] != NULL; i++)
		if (text_starts(f->rule, TOTAL[i]))
			return REASON_TOTAL;
	for (int i = 0; VAT[i] != NULL; i++)
		if (text_starts(f->rule, VAT[i]))
			return REASON_VAT;
	return REASON_COUNT;
}

/* The first finding of a kind, as "BR-CO-10". */
static const char *
finding_of(const struct einvoice_findings *findings, enum reason reason)
{
	for (size_t i = 0; findings != NULL && i < findings->n; i++)
		if ((findings->list[i].fatal || text_starts(findings->list[i].rule, "HOOL-02")) &&
		    compare_finding(&findings->list[i]) == reason)
			return findings->list[i].rule;
	return NULL;
}

/* ---- VAT ---- */

static bool
line_vat_fits(const struct compare *c, const struct einvoice_line *l)
{
	const char *category = l->tax_category;

	if (category == NULL)
		return l->tax_rate == EINVOICE_NO_RATE ||
		       l->tax_rate == (c->f->vat_exempt ? 0 : c->f->vat_rate * 100);
	if (c->f->vat_exempt)
		return strcmp(category, "E") == 0 || strcmp(category, "O") == 0;
	return strcmp(category, "S") == 0 && l->tax_rate == c->f->vat_rate * 100;
}

static void
check_vat(struct compare *c, const struct einvoice_findings *findings)
{
	const char *expected =
		c->f->vat_exempt ? "E" : arena_printf(c->arena, "S %d%%", c->f->vat_rate);
	const char *rule = finding_of(findings, REASON_VAT);

	for (size_t i = 0; i < c->inv->nlines; i++) {
		const struct einvoice_line *l = &c->inv->lines[i];

		if (line_vat_fits(c, l))
			continue;
		compare_found_text(c, REASON_VAT, -1, -1, expected,
				   arena_printf(c->arena, "%s %d%%",
						l->tax_category == NULL ? "-" : l->tax_category,
						l->tax_rate < 0 ? 0 : l->tax_rate / 100));
		return;
	}
	if (rule != NULL || (c->f->vat_exempt && c->inv->totals.tax != 0))
		compare_found_text(c, REASON_VAT, -1, -1, expected,
				   rule != NULL ? rule
						: text_money_plain(c->arena, c->inv->totals.tax));
}

/* ---- the head ---- */

static void
check_iban(struct compare *c)
{
	for (size_t i = 0; i < c->inv->nibans; i++)
		if (text_equal(c->inv->ibans[i], c->f->seller_iban))
			return;
	if (c->f->seller_iban != NULL && c->inv->nibans > 0)
		compare_found_text(c, REASON_IBAN, -1, -1, c->f->seller_iban, c->inv->ibans[0]);
}

/* A reference number whose check digit is wrong is refused by banks; one that is no such number
 * ("arve 17") is only a text. */
static void
check_reference(struct compare *c)
{
	const char *s = c->inv->payment_reference;
	struct ident id;

	if (s == NULL || *s == '\0' || strspn(s, "0123456789 ") != strlen(s))
		return;
	ident_check(IDENT_VIITENUMBER, s, strlen(s), c->cx->today, &id);
	if (!id.valid)
		compare_found_text(c, REASON_REFERENCE, -1, -1, NULL, s);
}

/* Numbers of contracts are compared without spaces and letter case. */
static bool
same_number(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == ' ')
			a++;
		while (*b == ' ')
			b++;
		if ((*a | 0x20) != (*b | 0x20))
			return false;
		if (*a == '\0')
			return true;
	}
}

/* What the lines come to with the tax, against what is to be paid. */
static void
check_sums(struct compare *c, const struct einvoice_findings *findings)
{
	const struct einvoice_totals *t = &c->inv->totals;
	const char *rule = finding_of(findings, REASON_TOTAL);
	int64_t lines = 0;

	if (rule == NULL)
		return;
	for (size_t i = 0; i < c->inv->nlines; i++)
		lines += c->inv->lines[i].net;
	compare_found_money(c, REASON_TOTAL, -1, -1, lines + t->tax, t->payable);
	c->ret->list[c->ret->n - 1].found = rule;
}

void
compare_head(struct compare *c, const struct einvoice_findings *findings)
{
	const struct report_facts *f = c->f;
	const struct einvoice *inv = c->inv;

	if (f->buyer_code != NULL && inv->buyer.reg_code != NULL &&
	    !text_equal(f->buyer_code, inv->buyer.reg_code))
		compare_found_text(c, REASON_WRONG_BUYER, -1, -1, f->buyer_code,
				   inv->buyer.reg_code);
	if (inv->contract != NULL && !same_number(inv->contract, f->contract))
		compare_found_text(c, REASON_CONTRACT, -1, -1, f->contract, inv->contract);
	if ((inv->period_from != CIVIL_NONE &&
	     calendar_month_first(inv->period_from) != f->month) ||
	    (inv->period_to != CIVIL_NONE && calendar_month_first(inv->period_to) != f->month))
		compare_found_text(c, REASON_PERIOD, -1, -1, compare_month(c->arena, f->month),
				   civil_text(c->arena, inv->period_from != CIVIL_NONE
								? inv->period_from
								: inv->period_to));
	if (f->other_invoice != NULL || inv->twice)
		compare_found_text(c, REASON_DUPLICATE_INVOICE, -1, -1, NULL,
				   f->other_invoice != NULL ? f->other_invoice : inv->number);
	if (!f->confirmed)
		compare_found_text(c, REASON_NOT_CONFIRMED, -1, -1, NULL, NULL);
	check_iban(c);
	check_reference(c);
	check_vat(c, findings);
	check_sums(c, findings);
}

/* ---- the report itself ---- */

static int32_t
month_of(const struct compare *c, const struct report_line *r)
{
	return r->month != CIVIL_NONE ? r->month : c->f->month;
}

/* The last day of the line that is paid; CIVIL_NONE: none. */
static int32_t
last_paid_day(const struct compare *c, const struct report_line *r)
{
	for (int d = r->days == NULL ? 0 : (int)strlen(r->days); d > 0; d--)
		if (r->days[d - 1] == 'T' || r->days[d - 1] == 'P')
			return month_of(c, r) + d - 1;
	return CIVIL_NONE;
}

static void
check_line(struct compare *c, int ri)
{
	const struct report_line *r = &c->f->lines[ri];
	int32_t last = last_paid_day(c, r);

	if (r->quantity <= 0)
		return;
	if (!r->priced)
		compare_found_text(c, REASON_PRICE, ri, -1, NULL, NULL);
	if (r->barred != NULL)
		compare_found_text(c, REASON_BARRED_OVERLAP, ri, -1, NULL,
				   arena_printf(c->arena, "%s %s", r->barred,
						civil_text(c->arena, r->barred_on)));
	if (r->eligible_to != CIVIL_NONE && last != CIVIL_NONE && last > r->eligible_to)
		compare_found_text(c, REASON_NOT_ELIGIBLE, ri, -1,
				   civil_text(c->arena, r->eligible_to),
				   civil_text(c->arena, last));
	if (r->stage_to != CIVIL_NONE && last != CIVIL_NONE && last > r->stage_to)
		compare_found_text(c, REASON_STAGE, ri, -1,
				   arena_printf(c->arena, "%s %s", r->stage,
						civil_text(c->arena, r->stage_to)),
				   civil_text(c->arena, last));
}

/* How many different people were there on the fullest day. */
static void
check_places(struct compare *c)
{
	int64_t most = 0;
	int day = 0;

	for (int d = 0; c->f->max_places > 0 && d < DAYS_MAX; d++) {
		const char *before = NULL;
		int64_t n = 0;

		for (size_t k = 0; k < c->f->nlines; k++) {
			const struct report_line *r = &c->f->lines[c->report[k]];

			if (r->month != CIVIL_NONE || r->days == NULL ||
			    d >= (int)strlen(r->days) || r->days[d] != 'T' ||
			    text_equal(before, r->person_number))
				continue;
			before = r->person_number;
			n++;
		}
		if (n > most) {
			most = n;
			day = d;
		}
	}
	if (most > c->f->max_places)
		compare_found_text(c, REASON_OVER_PLACES, -1, -1,
				   text_from_int(c->arena, c->f->max_places),
				   arena_printf(c->arena, "%lld (%s)", (long long)most,
						civil_text(c->arena, c->f->month + day)));
}

/* A person's lines together against what is left of their year. */
static void
check_ceilings(struct compare *c)
{
	int64_t all = 0;

	for (size_t k = 0; k < c->f->nlines;) {
		size_t first = c->report[k];
		const struct report_line *r = &c->f->lines[first];
		int64_t sum = 0;

		for (; k < c->f->nlines &&
		       text_equal(c->f->lines[c->report[k]].person_number, r->person_number);
		     k++)
			sum += c->f->lines[c->report[k]].sum_cents;
		all += sum;
		if (r->ceiling_cents >= 0 && sum > r->ceiling_cents)
			compare_found_money(c, REASON_OVER_CEILING, (int)first, -1,
					    r->ceiling_cents, sum);
	}
	if (c->f->max_cents > 0 && all + c->f->used_cents > c->f->max_cents)
		compare_found_money(c, REASON_OVER_CEILING, -1, -1, c->f->max_cents,
				    all + c->f->used_cents);
}

void
compare_report(struct compare *c)
{
	for (size_t i = 0; i < c->f->nlines; i++)
		check_line(c, (int)i);
	if (c->f->unlicensed)
		compare_found_text(c, REASON_LICENCE, -1, -1, NULL,
				   civil_text(c->arena, c->f->unlicensed_on));
	check_places(c);
	check_ceilings(c);
}
