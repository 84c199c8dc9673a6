/* Comparing an invoice with a month report, line by line. See compare.h. */
#include "work/settlement/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "work/settlement/compare_int.h"
#include "work/settlement/days.h"

static const struct {
	const char *name;
	bool blocks;
} REASONS[REASON_COUNT] = {
	[REASON_PERSON_UNKNOWN] = { "person_unknown", true },
	[REASON_NO_PLACEMENT] = { "no_placement", true },
	[REASON_OUTSIDE_PERIOD] = { "outside_period", true },
	[REASON_OVER_DAYS] = { "over_days", true },
	[REASON_UNDER_DAYS] = { "under_days", false },
	[REASON_PRICE] = { "price", true },
	[REASON_SUM] = { "sum", true },
	[REASON_STAGE] = { "stage", true },
	[REASON_DUPLICATE_LINE] = { "duplicate_line", true },
	[REASON_DUPLICATE_INVOICE] = { "duplicate_invoice", true },
	[REASON_NOT_CONFIRMED] = { "not_confirmed", true },
	[REASON_BARRED_OVERLAP] = { "barred_overlap", true },
	[REASON_NOT_ELIGIBLE] = { "not_eligible", true },
	[REASON_OVER_PLACES] = { "over_places", true },
	[REASON_OVER_CEILING] = { "over_ceiling", true },
	[REASON_HOLIDAY] = { "holiday", true },
	[REASON_CONTRACT] = { "contract", true },
	[REASON_VAT] = { "vat", true },
	[REASON_IBAN] = { "iban", true },
	[REASON_REFERENCE] = { "reference", true },
	[REASON_TOTAL] = { "total", true },
	[REASON_MISSING_LINE] = { "missing_line", false },
	[REASON_PERIOD] = { "period", true },
	[REASON_WRONG_BUYER] = { "wrong_buyer", true },
	[REASON_LICENCE] = { "licence", true },
};

const char *
reason_name(enum reason r)
{
	return REASONS[r].name;
}

bool
reason_blocks(enum reason r)
{
	return REASONS[r].blocks;
}

const char *
quantity_text(struct arena *a, int64_t hundredths)
{
	int64_t n = hundredths < 0 ? -hundredths : hundredths;
	const char *sign = hundredths < 0 ? "-" : "";

	if (n % 100 == 0)
		return arena_printf(a, "%s%lld", sign, (long long)(n / 100));
	if (n % 10 == 0)
		return arena_printf(a, "%s%lld,%lld", sign, (long long)(n / 100),
				    (long long)(n % 100 / 10));
	return arena_printf(a, "%s%lld,%02lld", sign, (long long)(n / 100), (long long)(n % 100));
}

const char *
compare_month(struct arena *a, int32_t day)
{
	struct civil c = civil_date(day);

	return arena_printf(a, "%02d.%d", c.month, c.year);
}

/* ---- what was found ---- */

struct found_difference *
compare_found(struct compare *c, enum reason reason, int report_line, int bill_line)
{
	struct found_difference *d;

	if (c->ret->n == c->room) {
		struct found_difference *more =
			ARENA_ARRAY(c->arena, c->room * 2 + 32, struct found_difference);

		if (c->ret->n > 0)
			memcpy(more, c->ret->list, c->ret->n * sizeof(*more));
		c->ret->list = more;
		c->room = c->room * 2 + 32;
	}
	d = &c->ret->list[c->ret->n++];
	d->reason = reason;
	d->report_line = report_line;
	d->bill_line = bill_line;
	if (bill_line >= 0)
		c->differs[bill_line] = true;
	return d;
}

void
compare_found_text(struct compare *c, enum reason reason, int report_line, int bill_line,
		   const char *expected, const char *found)
{
	struct found_difference *d = compare_found(c, reason, report_line, bill_line);

	d->expected = expected;
	d->found = found;
}

void
compare_found_money(struct compare *c, enum reason reason, int report_line, int bill_line,
		    int64_t expected, int64_t found)
{
	struct found_difference *d = compare_found(c, reason, report_line, bill_line);

	d->money = true;
	d->expected_cents = expected;
	d->found_cents = found;
}

/* ---- an invoice line as the report counts ---- */

/* A credit note's amounts mean money back. */
static int64_t
sign(const struct compare *c)
{
	return c->inv->credit ? -1 : 1;
}

static int64_t
billed_quantity(const struct compare *c, const struct einvoice_line *l)
{
	return sign(c) * days_share(l->quantity, 1, EINVOICE_SCALE / 100);
}

static int64_t
billed_net(const struct compare *c, const struct einvoice_line *l)
{
	return sign(c) * l->net;
}

/* The price of one, in millionths of a euro: exact where the invoice's own is. */
static int64_t
billed_price(const struct einvoice_line *l)
{
	wide price = (wide)l->price * EINVOICE_SCALE / l->base_quantity;

	return price > INT64_MAX || price < INT64_MIN ? INT64_MAX : (int64_t)price;
}

/* ---- one pair ---- */

/* A price in whole cents is money; any other is told as it stands. */
static void
compare_price(struct compare *c, int ri, int bi)
{
	int64_t cents = c->f->lines[ri].price_cents;
	int64_t price = billed_price(&c->inv->lines[bi]);

	if (price % 10000 == 0)
		compare_found_money(c, REASON_PRICE, ri, bi, cents, price / 10000);
	else
		compare_found_text(c, REASON_PRICE, ri, bi, text_money_plain(c->arena, cents),
				   arena_printf(c->arena, "%lld.%06lld",
						(long long)(price / EINVOICE_SCALE),
						(long long)(price % EINVOICE_SCALE)));
}

/* Working days of what the line is billed for: its own period, or the whole month. */
static int
working_days(const struct compare *c, const struct report_line *r, const struct einvoice_line *l)
{
	int32_t month = r->month != CIVIL_NONE ? r->month : c->f->month;
	int32_t from = month, to = calendar_month_last(month);

	if (l->period_from != CIVIL_NONE && l->period_from > from)
		from = l->period_from;
	if (l->period_to != CIVIL_NONE && l->period_to < to)
		to = l->period_to;
	return to < from ? 0 : calendar_working_between(from - 1, to);
}

static void
compare_quantity(struct compare *c, int ri, int bi)
{
	const struct report_line *r = &c->f->lines[ri];
	const struct einvoice_line *l = &c->inv->lines[bi];
	int64_t found = billed_quantity(c, l);
	enum reason reason = found > r->quantity ? REASON_OVER_DAYS : REASON_UNDER_DAYS;

	if (reason == REASON_OVER_DAYS && text_equal(r->unit, "day") &&
	    found > (int64_t)working_days(c, r, l) * 100)
		reason = REASON_HOLIDAY;
	compare_found_text(c, reason, ri, bi, quantity_text(c->arena, r->quantity),
			   quantity_text(c->arena, found));
	c->ret->list[c->ret->n - 1].money = true;
	c->ret->list[c->ret->n - 1].expected_cents = r->sum_cents;
	c->ret->list[c->ret->n - 1].found_cents = billed_net(c, l);
}

/* Does the line's sum follow from its own quantity and price? A cent either way is rounding. */
static bool
sum_follows(const struct einvoice_line *l)
{
	wide net = (wide)l->quantity * billed_price(l);
	wide by = (wide)EINVOICE_SCALE * (EINVOICE_SCALE / 100);

	net = net < 0 ? -((-net + by / 2) / by) : (net + by / 2) / by;
	for (size_t i = 0; i < l->nadjusts; i++)
		net += l->adjusts[i].charge ? l->adjusts[i].amount : -l->adjusts[i].amount;
	return net - l->net >= -1 && net - l->net <= 1;
}

static bool
in_month(int32_t from, int32_t to, int32_t month)
{
	return (from == CIVIL_NONE || calendar_month_first(from) == month) &&
	       (to == CIVIL_NONE || calendar_month_first(to) == month);
}

static void
compare_pair(struct compare *c, int ri, int bi)
{
	const struct report_line *r = &c->f->lines[ri];
	const struct einvoice_line *l = &c->inv->lines[bi];
	const struct bill_ref *ref = &c->refs[bi];
	int32_t month = r->month != CIVIL_NONE ? r->month : c->f->month;
	size_t before = c->ret->n;

	c->taken[ri] = true;
	c->ret->match[bi] = ri;
	if ((ref->stage != NULL && !text_equal(ref->stage, r->stage)) ||
	    (ref->code != NULL && r->code != NULL && !text_equal(ref->code, r->code)))
		compare_found_text(c, REASON_STAGE, ri, bi, r->code != NULL ? r->code : r->stage,
				   r->code != NULL ? ref->code : ref->stage);
	else if (r->priced && billed_price(l) != r->price_cents * 10000)
		compare_price(c, ri, bi);
	if (!in_month(l->period_from, l->period_to, month))
		compare_found_text(c, REASON_OUTSIDE_PERIOD, ri, bi, compare_month(c->arena, month),
				   civil_text(c->arena, l->period_from != CIVIL_NONE
								? l->period_from
								: l->period_to));
	if (billed_quantity(c, l) != r->quantity)
		compare_quantity(c, ri, bi);
	if (!sum_follows(l) || (c->ret->n == before && billed_net(c, l) != r->sum_cents))
		compare_found_money(c, REASON_SUM, ri, bi, r->sum_cents, billed_net(c, l));
}

/* ---- the lines of one person ---- */

/* How well an invoice line fits a line of the report: 0 not at all. */
static int
fit(const struct compare *c, const struct report_line *r, int bi)
{
	const struct bill_ref *ref = &c->refs[bi];
	const struct einvoice_line *l = &c->inv->lines[bi];
	int score = 1;

	if (ref->line != NULL && text_equal(ref->line, r->number))
		return 100;
	if (ref->stage != NULL)
		score += text_equal(ref->stage, r->stage) ? 16 : -32;
	if (ref->code != NULL)
		score += text_equal(ref->code, r->code) ? 16 : r->code != NULL ? -32 : 0;
	score += (r->month != CIVIL_NONE) == (l->period_from != CIVIL_NONE &&
					      calendar_month_first(l->period_from) == r->month)
			 ? 8
			 : 0;
	score += billed_price(l) == r->price_cents * 10000 ? 4 : 0;
	score += billed_quantity(c, l) == r->quantity ? 2 : 0;
	return score > 0 ? score : 0;
}

/* The free line of the report from `from` to `to` that fits best; -1: none. */
static int
best_fit(const struct compare *c, size_t from, size_t to, int bi, int least)
{
	int best = -1, best_score = least - 1;

	for (size_t k = from; k < to; k++) {
		int ri = (int)c->report[k], score;

		if (c->taken[ri])
			continue;
		score = fit(c, &c->f->lines[ri], bi);
		if (score > best_score) {
			best = ri;
			best_score = score;
		}
	}
	return best;
}

/* Nothing of the report is left for this line: billed twice, or of another stage. */
static void
compare_left_over(struct compare *c, size_t from, size_t to, int bi)
{
	const struct bill_ref *ref = &c->refs[bi];
	const char *expected = NULL;
	int same = -1;

	for (size_t k = from; k < to; k++) {
		const struct report_line *r = &c->f->lines[c->report[k]];

		if ((ref->stage == NULL || text_equal(ref->stage, r->stage)) &&
		    (ref->code == NULL || r->code == NULL || text_equal(ref->code, r->code)))
			same = (int)c->report[k];
		expected = r->code != NULL ? r->code : r->stage;
	}
	if (same >= 0)
		compare_found_text(c, REASON_DUPLICATE_LINE, same, bi, "1", "2");
	else
		compare_found_text(c, REASON_STAGE, (int)c->report[from], bi, expected,
				   ref->code != NULL ? ref->code : ref->stage);
}

/* Report lines [rf, rt) and invoice lines [bf, bt) of the sorted arrays are of one person. */
static void
compare_person(struct compare *c, size_t rf, size_t rt, size_t bf, size_t bt)
{
	/* Those that name their line or say all of it go first, then whatever fits at all. */
	static const int LEAST[] = { 100, 17, 1 };

	for (size_t pass = 0; pass < 3; pass++)
		for (size_t k = bf; k < bt; k++) {
			int bi = (int)c->bill[k];
			int ri = c->ret->match[bi] >= 0 ? -1 : best_fit(c, rf, rt, bi, LEAST[pass]);

			if (ri >= 0)
				compare_pair(c, ri, bi);
		}
	for (size_t k = bf; k < bt; k++) {
		int bi = (int)c->bill[k], ri;

		if (c->ret->match[bi] >= 0)
			continue;
		/* A line of another stage stands for the one that nobody billed. */
		ri = -1;
		for (size_t r = rf; r < rt && ri < 0; r++)
			if (!c->taken[c->report[r]])
				ri = (int)c->report[r];
		if (ri >= 0)
			compare_pair(c, ri, bi);
		else
			compare_left_over(c, rf, rt, bi);
	}
}

/* ---- somebody who is not in the report ---- */

static const struct report_other *
other_named(const struct compare *c, const char *number)
{
	for (size_t i = 0; i < c->f->nothers; i++)
		if (text_equal(c->f->others[i].person_number, number))
			return &c->f->others[i];
	return NULL;
}

static void
compare_stranger(struct compare *c, int bi)
{
	const char *named = c->refs[bi].person;
	const struct report_other *o = named == NULL ? NULL : other_named(c, named);
	enum reason reason = o == NULL	 ? REASON_PERSON_UNKNOWN
			     : o->served ? REASON_OUTSIDE_PERIOD
					 : REASON_NO_PLACEMENT;
	struct found_difference *d = compare_found(c, reason, -1, bi);

	d->found = named;
	d->money = true;
	d->found_cents = billed_net(c, &c->inv->lines[bi]);
}

/* ---- the walk ---- */

/* Persons by their numbers, "I-9" before "I-17". */
static int
compare_numbers(const char *a, const char *b)
{
	size_t n, m;

	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	n = strlen(a);
	m = strlen(b);
	return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

static int
by_report_person(const void *a, const void *b, void *arg)
{
	const struct compare *c = arg;
	const size_t *x = a, *y = b;
	int order = compare_numbers(c->f->lines[*x].person_number, c->f->lines[*y].person_number);

	return order != 0 ? order : *x < *y ? -1 : *x > *y;
}

static int
by_bill_person(const void *a, const void *b, void *arg)
{
	const struct compare *c = arg;
	const size_t *x = a, *y = b;
	int order = compare_numbers(c->refs[*x].person, c->refs[*y].person);

	return order != 0 ? order : *x < *y ? -1 : *x > *y;
}

static size_t *
sorted(struct compare *c, size_t n, int (*order)(const void *, const void *, void *))
{
	size_t *list = ARENA_ARRAY(c->arena, n + 1, size_t);

	for (size_t i = 0; i < n; i++)
		list[i] = i;
	if (n > 0)
		qsort_r(list, n, sizeof(*list), order, c);
	return list;
}

static void
walk(struct compare *c)
{
	size_t nr = c->f->nlines, nb = c->inv->nlines, r = 0, b = 0;

	while (b < nb) {
		const char *person = c->refs[c->bill[b]].person;
		size_t bt = b, rt;

		while (bt < nb && text_equal(c->refs[c->bill[bt]].person, person))
			bt++;
		while (r < nr &&
		       compare_numbers(c->f->lines[c->report[r]].person_number, person) < 0)
			r++;
		for (rt = r; rt < nr && person != NULL &&
			     text_equal(c->f->lines[c->report[rt]].person_number, person);)
			rt++;
		if (rt > r)
			compare_person(c, r, rt, b, bt);
		else
			for (size_t k = b; k < bt; k++)
				compare_stranger(c, (int)c->bill[k]);
		b = bt;
		r = rt;
	}
	for (size_t i = 0; i < nr; i++)
		if (!c->taken[i] && c->f->lines[i].quantity != 0)
			compare_found_money(c, REASON_MISSING_LINE, (int)i, -1,
					    c->f->lines[i].sum_cents, 0);
}

/* A line may name a line of the report and nobody: then it is whose that line is. */
static void
take_line_refs(struct compare *c, struct bill_ref *refs)
{
	for (size_t b = 0; b < c->inv->nlines; b++)
		for (size_t r = 0;
		     refs[b].person == NULL && refs[b].line != NULL && r < c->f->nlines; r++)
			if (text_equal(c->f->lines[r].number, refs[b].line))
				refs[b].person = c->f->lines[r].person_number;
}

void
compare_invoice(struct ctx *cx, const struct report_facts *f, const struct einvoice *inv,
		const struct bill_ref *refs, const struct einvoice_findings *findings,
		struct comparison *ret)
{
	struct bill_ref *own = ARENA_ARRAY(cx->arena, inv->nlines + 1, struct bill_ref);
	struct compare c = { .cx = cx, .arena = cx->arena, .f = f, .inv = inv, .ret = ret };

	*ret = (struct comparison){ .match = ARENA_ARRAY(cx->arena, inv->nlines + 1, int) };
	if (inv->nlines > 0)
		memcpy(own, refs, inv->nlines * sizeof(*own));
	take_line_refs(&c, own);
	c.refs = own;
	c.taken = ARENA_ARRAY(cx->arena, f->nlines + 1, bool);
	c.differs = ARENA_ARRAY(cx->arena, inv->nlines + 1, bool);
	for (size_t i = 0; i < inv->nlines; i++)
		ret->match[i] = -1;
	c.report = sorted(&c, f->nlines, by_report_person);
	c.bill = sorted(&c, inv->nlines, by_bill_person);
	compare_head(&c, findings);
	walk(&c);
	compare_report(&c);
	for (size_t i = 0; i < inv->nlines; i++)
		ret->matched += ret->match[i] >= 0 && !c.differs[i];
}
