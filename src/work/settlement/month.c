/* Making a month. See month.h. */
#include "work/settlement/month.h"

#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"

/* ---- prices ---- */

/* Days are priced by the day or month, whatever code the price has; sessions by their code. */
static bool
price_fits(const struct month_facts *f, const struct month_price *p, const char *stage,
	   const char *code, int32_t day)
{
	bool kind = code != NULL ? text_equal(p->code, code)
				 : text_equal(p->unit, "day") || text_equal(p->unit, "month");

	return kind && (p->contract == 0 || p->contract == f->contract) &&
	       (p->stage == NULL || text_equal(p->stage, stage)) && p->known_from <= f->known &&
	       p->valid_from <= day && (p->valid_to == CIVIL_NONE || p->valid_to >= day);
}

/* Does `p` go before `q`? */
static bool
price_before(const struct month_price *p, const struct month_price *q)
{
	if ((p->contract != 0) != (q->contract != 0))
		return p->contract != 0;
	if ((p->stage != NULL) != (q->stage != NULL))
		return p->stage != NULL;
	if (p->known_from != q->known_from)
		return p->known_from > q->known_from;
	if (p->valid_from != q->valid_from)
		return p->valid_from > q->valid_from;
	return p->id > q->id;
}

const struct month_price *
month_price_on(const struct month_facts *f, const char *stage, const char *code, int32_t day)
{
	const struct month_price *best = NULL;

	for (size_t i = 0; i < f->nprices; i++) {
		const struct month_price *p = &f->prices[i];

		if (price_fits(f, p, stage, code, day) && (best == NULL || price_before(p, best)))
			best = p;
	}
	return best;
}

/* ---- lines ---- */

struct maker {
	struct arena *arena;
	const struct month_facts *f;
	int32_t last; /* day of the month */
	const char *blank;
	struct month_lines lines;
	size_t room;
	size_t first; /* line of the placement at hand */
};

/* The line of the placement at hand with this stage, code and price, made at need. */
static struct month_line *
line_of(struct maker *m, const struct month_line *want)
{
	struct month_line *l;

	for (size_t i = m->first; i < m->lines.n; i++) {
		l = &m->lines.list[i];
		if (l->price == want->price && text_equal(l->stage_code, want->stage_code) &&
		    text_equal(l->code, want->code))
			return l;
	}
	if (m->lines.n == m->room) {
		struct month_line *more =
			ARENA_ARRAY(m->arena, m->room * 2 + 64, struct month_line);

		if (m->lines.n > 0)
			memcpy(more, m->lines.list, m->lines.n * sizeof(*more));
		m->lines.list = more;
		m->room = m->room * 2 + 64;
	}
	l = &m->lines.list[m->lines.n++];
	*l = *want;
	l->unit = l->price == NULL ? m->f->unit : l->price->unit;
	memcpy(l->days, m->blank, strlen(m->blank) + 1);
	return l;
}

static bool
within(int32_t day, int32_t from, int32_t to)
{
	return day >= from && (to == CIVIL_NONE || day <= to);
}

/* Does a day of this placement belong to the contract? */
static bool
belongs(const struct month_facts *f, const struct month_stay *s, int32_t day)
{
	bool own = s->own_contract != 0 && within(day, s->own_from, s->own_to);

	if (!within(day, f->contract_from, f->contract_to) || !within(day, s->starts, s->ends))
		return false;
	return own ? s->own_contract == f->contract : f->by_default;
}

/* The stretch that says the stage of a day: in a pause, the one it interrupts. NULL: the day is
 * not on the service. A placement whose stretches are all pauses is on the service between. */
static const struct month_stay *
stage_on(const struct month_stay *s, size_t n, int32_t day, const struct month_stay **ret_pause)
{
	const struct month_stay *stage = NULL, *pause = NULL;
	bool staged = false;

	for (size_t i = 0; i < n; i++)
		if (s[i].kind == STAY_PAUSE && within(day, s[i].from, s[i].to))
			pause = &s[i];
	for (size_t i = 0; i < n; i++) {
		staged = staged || s[i].kind != STAY_PAUSE;
		if (s[i].kind == STAY_WHOLE || (s[i].kind == STAY_STAGE && s[i].from <= day &&
						(pause != NULL || within(day, s[i].from, s[i].to))))
			stage = &s[i];
	}
	*ret_pause = pause;
	return staged ? stage : &s[0];
}

/* A line's stage, of a stretch that has one. */
static void
set_stage(struct month_line *l, const struct month_stay *at)
{
	if (at == NULL || at->kind == STAY_PAUSE)
		return;
	l->stage = at->stage;
	l->stage_code = at->stage_code;
}

static void
make_day(struct maker *m, const struct month_stay *s, size_t n, int32_t day)
{
	const struct month_stay *pause, *at = stage_on(s, n, day, &pause);
	struct month_line want = { .placement = s->placement, .person = s->person };

	if (at == NULL || (pause != NULL && !pause->paid) || (at->kind != STAY_PAUSE && !at->paid))
		return;
	set_stage(&want, at);
	want.price = month_price_on(m->f, want.stage_code, NULL, day);
	line_of(m, &want)->days[day - m->f->month] = pause != NULL ? 'P' : 'T';
}

static void
make_placement(struct maker *m, const struct month_stay *s, size_t n)
{
	m->first = m->lines.n;
	for (int32_t day = m->f->month; day <= m->last; day++)
		if (calendar_working(day) && belongs(m->f, s, day))
			make_day(m, s, n, day);
	for (size_t i = m->first; i < m->lines.n; i++) {
		struct month_line *l = &m->lines.list[i];

		l->amount =
			days_amount(l->days, text_equal(l->unit, "month"),
				    l->price == NULL ? 0 : l->price->cents, m->f->paid_absences);
	}
}

/* ---- sessions ---- */

struct amount
month_session_amount(int64_t minutes, int sessions, const struct month_price *p)
{
	if (p == NULL || text_equal(p->unit, "hour"))
		return (struct amount){ days_share(minutes, 100, 60),
					p == NULL ? 0 : days_share(minutes, p->cents, 60) };
	return (struct amount){ (int64_t)sessions * 100, sessions * p->cents };
}

static void
make_session(struct maker *m, const struct month_session *s, const struct month_stay *stay,
	     size_t n)
{
	const struct month_stay *pause;
	struct month_line want = { .placement = s->placement,
				   .person = s->person,
				   .code = s->code };
	struct month_line *l;

	if (!within(s->on, m->f->month, m->last) || !belongs(m->f, stay, s->on))
		return;
	set_stage(&want, stage_on(stay, n, s->on, &pause));
	want.price = month_price_on(m->f, want.stage_code, s->code, s->on);
	l = line_of(m, &want);
	l->days[s->on - m->f->month] = 'T';
	l->minutes += s->minutes;
	l->sessions++;
	l->amount = month_session_amount(l->minutes, l->sessions, l->price);
}

/* Stays and sessions are both in the order of placements: one walk over each. */
static void
make_sessions(struct maker *m)
{
	const struct month_facts *f = m->f;
	size_t at = 0, n = 0;

	for (size_t i = 0; i < f->nsessions; i++) {
		const struct month_session *s = &f->sessions[i];

		if (i == 0 || s->placement != s[-1].placement) {
			m->first = m->lines.n;
			while (at < f->nstays && f->stays[at].placement < s->placement)
				at++;
			for (n = 0;
			     at + n < f->nstays && f->stays[at + n].placement == s->placement;)
				n++;
		}
		if (n > 0)
			make_session(m, s, &f->stays[at], n);
	}
}

void
month_make(struct arena *a, const struct month_facts *f, struct month_lines *ret)
{
	struct maker m = { .arena = a,
			   .f = f,
			   .last = calendar_month_last(f->month),
			   .blank = days_blank(a, f->month) };

	if (f->by_session)
		make_sessions(&m);
	for (size_t i = 0, n; !f->by_session && i < f->nstays; i += n) {
		for (n = 1;
		     i + n < f->nstays && f->stays[i + n].placement == f->stays[i].placement;)
			n++;
		make_placement(&m, &f->stays[i], n);
	}
	*ret = m.lines;
}

/* ---- corrections ---- */

/* What lines of one placement, stage and code come to together. */
struct together {
	struct amount amount;
	int64_t price_cents; /* of all of them; -1: they differ */
	int lines;
	int64_t line; /* the first one settled that is no correction */
	const char *unit, *days;
};

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

static int
compare_keys(int64_t p, const char *stage, const char *code, int64_t q, const char *stage2,
	     const char *code2)
{
	int c;

	if (p != q)
		return p < q ? -1 : 1;
	c = compare_texts(stage, stage2);
	return c != 0 ? c : compare_texts(code, code2);
}

static int
compare_lines(const void *a, const void *b)
{
	const struct month_line *x = a, *y = b;

	return compare_keys(x->placement, x->stage_code, x->code, y->placement, y->stage_code,
			    y->code);
}

static int
compare_settled(const void *a, const void *b)
{
	const struct month_settled *x = a, *y = b;
	int c = compare_keys(x->placement, x->stage_code, x->code, y->placement, y->stage_code,
			     y->code);

	if (c == 0)
		c = (int)x->correction - (int)y->correction;
	return c != 0 ? c : x->id < y->id ? -1 : x->id > y->id;
}

/* Bare sums add to the cents only: they have neither days nor a price of days. */
static void
add_to(struct together *t, const char *unit, struct amount amount, int64_t price_cents)
{
	bool bare = text_equal(unit, "sum");

	t->amount.cents += amount.cents;
	if (!bare)
		t->amount.quantity += amount.quantity;
	if (t->lines++ > 0 && t->price_cents != price_cents)
		t->price_cents = -1;
	else
		t->price_cents = bare ? -1 : price_cents;
}

/* The confirmed letters of a day: those of any of the lines settled. */
static char
letter_on(const struct month_settled *s, size_t n, int day)
{
	for (size_t i = 0; i < n; i++)
		if (!s[i].correction && s[i].days != NULL && day < (int)strlen(s[i].days) &&
		    days_is_service(s[i].days[day]))
			return s[i].days[day];
	return 'T';
}

/* Attendance as confirmed, on the days that are of the service as known now. */
static void
attend(const struct month_facts *f, struct month_line *l, const struct month_settled *s, size_t n)
{
	if (f->by_session || n == 0)
		return;
	for (int d = 0; l->days[d] != '\0'; d++)
		if (days_is_service(l->days[d]))
			l->days[d] = letter_on(s, n, d);
	l->amount = days_amount(l->days, text_equal(l->unit, "month"),
				l->price == NULL ? 0 : l->price->cents, f->paid_absences);
}

/* How the difference is written: days at a price, or a bare sum. */
static void
shape(struct month_fix *x, const struct together *was, const struct together *now)
{
	int64_t quantity = now->amount.quantity - was->amount.quantity;
	int64_t cents = now->amount.cents - was->amount.cents;

	x->was = was->amount;
	x->now = now->amount;
	x->unit = now->unit != NULL ? now->unit : was->unit;
	if (quantity != 0 && (was->amount.quantity == 0 || now->amount.quantity == 0 ||
			      was->price_cents == now->price_cents)) {
		int64_t price = now->amount.quantity != 0 ? now->price_cents : was->price_cents;

		if (price >= 0 && days_share(quantity, price, 100) == cents) {
			x->amount = (struct amount){ quantity, cents };
			x->price_cents = price;
			return;
		}
	}
	x->unit = "sum";
	x->amount = (struct amount){ cents < 0 ? -100 : 100, cents };
	x->price_cents = cents < 0 ? -cents : cents;
}

/* One key: the lines of both sides that have it. */
static void
correct_key(struct arena *a, const struct month_facts *f, struct month_line *l, size_t nl,
	    const struct month_settled *s, size_t ns, struct month_fixes *ret)
{
	struct together was = { .price_cents = 0 }, now = { .price_cents = 0 };
	struct month_fix x = { .placement = nl > 0 ? l->placement : s->placement,
			       .person = nl > 0 ? l->person : s->person,
			       .stage = nl > 0 ? l->stage : s->stage,
			       .stage_code = nl > 0 ? l->stage_code : s->stage_code,
			       .code = nl > 0 ? l->code : s->code };

	for (size_t i = 0; i < ns; i++) {
		add_to(&was, s[i].unit, s[i].amount, s[i].price_cents);
		if (s[i].correction)
			continue;
		was.unit = s[i].unit;
		if (was.line == 0)
			was.line = s[i].id;
	}
	for (size_t i = 0; i < nl; i++) {
		attend(f, &l[i], s, ns);
		add_to(&now, l[i].unit, l[i].amount, l[i].price == NULL ? 0 : l[i].price->cents);
		now.unit = l[i].unit;
	}
	if (was.amount.cents == now.amount.cents)
		return;
	x.days = nl > 0 ? arena_strdup(a, l->days) : days_blank(a, f->month);
	x.of = was.line;
	shape(&x, &was, &now);
	ret->list[ret->n++] = x;
}

void
month_correct(struct arena *a, const struct month_facts *f, struct month_lines *now,
	      struct month_settled *settled, size_t n, struct month_fixes *ret)
{
	struct month_fixes fixes = { ARENA_ARRAY(a, now->n + n + 1, struct month_fix), 0 };
	size_t i = 0, k = 0;

	if (now->n > 0)
		qsort(now->list, now->n, sizeof(*now->list), compare_lines);
	if (n > 0)
		qsort(settled, n, sizeof(*settled), compare_settled);
	while (i < now->n || k < n) {
		struct month_line *l = now->list + i;
		struct month_settled *s = settled + k;
		size_t nl = 0, ns = 0;
		int c = i == now->n ? 1
			: k == n    ? -1
				 : compare_keys(l->placement, l->stage_code, l->code, s->placement,
						s->stage_code, s->code);

		while (c <= 0 && i + nl < now->n && compare_lines(l, l + nl) == 0)
			nl++;
		while (c >= 0 && k + ns < n &&
		       compare_keys(s->placement, s->stage_code, s->code, s[ns].placement,
				    s[ns].stage_code, s[ns].code) == 0)
			ns++;
		correct_key(a, f, l, nl, s, ns, &fixes);
		i += nl;
		k += ns;
	}
	*ret = fixes;
}
