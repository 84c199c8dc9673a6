/* Cases under way and the heap of their events. See make_lives.h. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "work/practice/make_lives.h"

/* Applications come less in July and at Christmas, most in autumn; per cent. */
static const uint8_t MONTHS[12] = { 95, 100, 108, 102, 96, 84, 58, 78, 116, 122, 112, 74 };

static uint32_t
weight(const struct stream *s, int32_t day)
{
	/* Growth over the stream's time, per cent at its beginning and end. */
	static const int GROWTH[SERVICES][2] = {
		[PKT] = { 70, 120 }, [TT] = { 110, 110 }, [SRT] = { 40, 210 }
	};
	int from = GROWTH[s->service][0], to = GROWTH[s->service][1];
	uint32_t grown = (uint32_t)(from + (to - from) * (day - s->from) / (s->to - s->from + 1));

	return grown * MONTHS[civil_date(day).month - 1] * (calendar_working(day) ? 25 : 2);
}

/* So many of the stream's cases arrive today that all of them have by its end. */
static void
stream_init(struct stream *s, enum service service, int32_t from, int32_t to, int64_t total)
{
	*s = (struct stream){ .service = service, .from = from, .to = to, .total = total };
	for (int32_t d = from; d <= to; d++)
		s->weight += weight(s, d);
}

static int64_t
stream_today(struct stream *s, int32_t day)
{
	int64_t due;

	if (day < s->from || day > s->to)
		return 0;
	s->passed += weight(s, day);
	due = day == s->to ? s->total : (int64_t)((uint64_t)s->total * s->passed / s->weight);
	due -= s->done;
	if (due < 0)
		return 0;
	s->done += due;
	return due;
}

/* ---- arrivals ---- */

/* Those on sheltered work when it ended, who applied for its successor. */
static enum err
changeover(struct make *m)
{
	struct lives *ls = m->lives;
	int32_t first = civil_day(2023, 10, 16), last = civil_day(2023, 12, 8);
	int left = calendar_working_between(m->day - 1, last);
	int64_t today;

	if (m->day < first || m->day > last || !calendar_working(m->day) || left < 1)
		return OK;
	today = (ls->changeover_left + left - 1) / left;
	for (; ls->changeover_at < ls->n && today > 0; ls->changeover_at++) {
		const struct life *l = &ls->at[ls->changeover_at];

		if (l->placement == 0 || l->service != PKT || l->ends < civil_day(2023, 12, 31) ||
		    m->humans[l->person].open[TT] || m->humans[l->person].on[TT])
			continue;
		/* A few were let in before the year was over: both services at a time. */
		TRY(case_arrive(m, TT, l->person,
				ls->changeover_left % 12 == 0 ? civil_day(2023, 12, 14)
							      : civil_day(2024, 1, 2)));
		ls->changeover_left--;
		today--;
	}
	return OK;
}

/* In the last year some of those who grew up while on the child's service begin to work; a bar
 * between the two services is found out only later (make_bills.c). */
static enum err
grown_up(struct make *m)
{
	if (m->day < m->today - 330 || m->day > m->today - 130 || (m->today - m->day) % 12 != 0)
		return OK;
	for (size_t i = 0; i < m->nchildren; i++) {
		int32_t who = m->children[i];
		const struct human *h = &m->humans[who];

		if (h->dead || !h->on[SRT] || h->open[TT] || h->on[TT] ||
		    civil_age(h->birth, m->day) < 18)
			continue;
		m->lives->stream[TT].done++; /* one of those who would have come anyway */
		return case_grown_up(m, who);
	}
	return OK;
}

static enum err
arrivals(struct make *m)
{
	for (int s = 0; s < SERVICES; s++) {
		struct stream *stream = &m->lives->stream[s];
		int64_t n;

		/* Whoever was foreseen for the changeover and not found comes by themselves. */
		if (s == TT && m->day == stream->from) {
			stream->total += m->lives->changeover_left;
			m->lives->changeover_left = 0;
		}
		n = stream_today(stream, m->day);
		for (int64_t i = 0; i < n; i++)
			TRY(case_arrive(m, stream->service, -1, CIVIL_NONE));
	}
	TRY(grown_up(m));
	return changeover(m);
}

void
lives_init(struct make *m)
{
	struct lives *ls = ARENA_NEW(m->arena, struct lives);
	int64_t n = m->order->cases, pkt = n * 35 / 100, moved = n * 4 / 100, tt = n * 27 / 100;

	m->lives = ls;
	ls->unused = -1;
	ls->changeover_left = moved;
	for (int s = 0; s < SERVICES; s++)
		ls->lines[s] = ARENA_ARRAY(m->arena, m->ncounties, struct line);
	stream_init(&ls->stream[PKT], PKT, civil_day(2016, 3, 14), civil_day(2023, 9, 29), pkt);
	stream_init(&ls->stream[TT], TT, civil_day(2024, 1, 8), m->today, tt);
	stream_init(&ls->stream[SRT], SRT, civil_day(2019, 1, 14), m->today, n - pkt - moved - tt);
}

/* ---- lives ---- */

int32_t
life_new(struct make *m, const struct life *l)
{
	struct lives *ls = m->lives;
	int32_t i = ls->unused;
	uint32_t age = 0;

	if (i >= 0) {
		ls->unused = ls->at[i].next_unused;
		age = ls->at[i].age + 1;
	} else {
		if (ls->n == ls->size)
			ls->at = make_grow(m, ls->at, ls->n, sizeof(*ls->at), &ls->size);
		i = (int32_t)ls->n++;
	}
	ls->at[i] = *l;
	ls->at[i].age = age;
	ls->at[i].live = true;
	return i;
}

void
life_end(struct make *m, int32_t i)
{
	struct life *l = &m->lives->at[i];

	*l = (struct life){ .next_unused = m->lives->unused, .age = l->age };
	m->lives->unused = i;
}

struct life *
life_at(struct make *m, int32_t i)
{
	return &m->lives->at[i];
}

/* ---- the heap: earliest day first, then as planned ---- */

static bool
before(const struct event *a, const struct event *b)
{
	return a->day != b->day ? a->day < b->day : a->seq < b->seq;
}

static void
swap(struct event *a, struct event *b)
{
	struct event e = *a;

	*a = *b;
	*b = e;
}

void
life_plan_exactly(struct make *m, int32_t i, enum step step, int32_t day)
{
	struct lives *ls = m->lives;
	size_t at = ls->nheap;

	if (ls->nheap == ls->heap_size)
		ls->heap = make_grow(m, ls->heap, ls->nheap, sizeof(*ls->heap), &ls->heap_size);
	ls->heap[ls->nheap++] = (struct event){
		.day = day,
		.life = i,
		.seq = ls->seq++,
		.age = step == STEP_SLOT ? 0 : ls->at[i].age,
		.step = step,
	};
	for (; at > 0 && before(&ls->heap[at], &ls->heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&ls->heap[at], &ls->heap[(at - 1) / 2]);
}

void
life_plan(struct make *m, int32_t i, enum step step, int32_t day)
{
	life_plan_exactly(m, i, step, calendar_roll(day < m->day ? m->day : day));
}

bool
life_next(struct make *m, int32_t day, struct event *ret)
{
	struct lives *ls = m->lives;
	size_t at = 0;

	if (ls->nheap == 0 || ls->heap[0].day > day)
		return false;
	*ret = ls->heap[0];
	ls->heap[0] = ls->heap[--ls->nheap];
	for (;;) {
		size_t least = at, left = at * 2 + 1;

		if (left < ls->nheap && before(&ls->heap[left], &ls->heap[least]))
			least = left;
		if (left + 1 < ls->nheap && before(&ls->heap[left + 1], &ls->heap[least]))
			least = left + 1;
		if (least == at)
			return true;
		swap(&ls->heap[at], &ls->heap[least]);
		at = least;
	}
}

/* By the day of the decision, then of the application, as the queue itself is ordered. */
void
line_join(struct make *m, struct line *q, int32_t life)
{
	const struct life *l = life_at(m, life);
	size_t at;

	if (q->head > 1000 && q->head * 2 > q->n) {
		memmove(q->life, q->life + q->head, (q->n - q->head) * sizeof(*q->life));
		q->n -= q->head;
		q->head = 0;
	}
	if (q->n == q->size)
		q->life = make_grow(m, q->life, q->n, sizeof(*q->life), &q->size);
	for (at = q->n++; at > q->head; at--) {
		const struct life *other = life_at(m, q->life[at - 1]);

		if (other->signed_on < l->signed_on ||
		    (other->signed_on == l->signed_on && other->arrived <= l->arrived))
			break;
		q->life[at] = q->life[at - 1];
	}
	q->life[at] = life;
}

/* ---- days ---- */

static enum err
part_of(struct make *m, const struct event *e)
{
	if (e->step <= STEP_WITHDRAW)
		return case_step(m, e->life, e->step);
	if (e->step <= STEP_DELIVER)
		return decision_step(m, e->life, e->step);
	return place_step(m, e->life, e->step);
}

static enum err
step(struct make *m, const struct event *e)
{
	if (e->step == STEP_SLOT)
		return place_offer(m, e->life);
	if (e->age != life_at(m, e->life)->age || !life_at(m, e->life)->live)
		return OK;
	return part_of(m, e);
}

/* Places added at a site since a day. */
static void
more_places(struct make *m)
{
	for (size_t i = 0; i < m->nsites; i++) {
		struct site *s = &m->sites[i];

		for (int k = s->more_on == m->day ? s->more : 0; k > 0; k--)
			life_plan(m, (int32_t)i * SERVICES + TT, STEP_SLOT, m->day + k);
	}
}

enum err
make_days(struct make *m)
{
	struct event e;

	while (m->written < AT_ONCE && m->day <= m->today) {
		if (!m->begun) {
			TRY(make_late_bar(m));
			TRY(make_contracts(m));
			more_places(m);
			TRY(arrivals(m));
			m->begun = true;
		}
		while (m->written < AT_ONCE && life_next(m, m->day, &e))
			TRY(step(m, &e));
		if (m->written < AT_ONCE) {
			m->day++;
			m->begun = false;
		}
	}
	return OK;
}
