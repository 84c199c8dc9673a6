/* The making of practice data from beginning to end. See practice.h. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "work/practice/make_lives.h"

static const char ANY[] = "SELECT 1 FROM sys_record LIMIT 1";
static const char SETTING[] = "INSERT INTO sys_setting (name, value) VALUES (?1, ?2)";
static const char EVENTS[] = "SELECT count(*) FROM sys_history";
static const char RECORDS[] = "SELECT count(*) FROM sys_record";

/* ---- tools ---- */

#define OPENS (8 * 3600 + 900)
#define CLOSES (16 * 3600 + 2700)

/* Seconds to the next act of a day of which `left` are left: so many as a usual day has are spread
 * over it, further ones crowd towards its end. */
static int64_t
step_in_day(struct make *m, int64_t left)
{
	int64_t usual = 20 + m->order->cases / 100;

	return left <= 0 ? 0 : rng_below(&m->rng, (uint32_t)(left * 2 / usual) + 1);
}

void
make_act(struct make *m, const struct act *a, int32_t day)
{
	struct hour *h = &m->hours[day != m->day];
	int64_t at;

	if (h->day != day)
		*h = (struct hour){ day, civil_start_of_day(day) + OPENS };
	at = h->at += step_in_day(m, civil_start_of_day(day) + CLOSES - h->at);
	ctx_set_now(m->cx, at < m->latest ? at : m->latest);
	m->cx->who = (struct actor){ .user = a->user,
				     .position = a->position,
				     .unit = a->unit,
				     .org = a->org,
				     .system = true };
}

enum err
make_create(struct make *m, struct change *ch, int64_t *ret_id)
{
	m->written++;
	return record_create(m->cx, ch, ret_id);
}

enum err
make_move(struct make *m, const char *type, int64_t id, const char *move, struct change *ch)
{
	m->written++;
	return record_move(m->cx, types_get(m->cx->world->types, type), id, 0, move, ch);
}

void *
make_grow(struct make *m, void *old, size_t n, size_t size_of, size_t *size)
{
	size_t wanted = *size == 0 ? 1024 : *size * 2;
	void *bigger = arena_array(m->arena, wanted, size_of);

	if (n > 0)
		memcpy(bigger, old, n * size_of);
	*size = wanted;
	return bigger;
}

/* Most cases fall to the first two, whose work the practice users see. */
const struct act *
make_coordinator(struct make *m)
{
	uint32_t n = rng_below(&m->rng, 100);

	if (n < 36)
		return &m->coordinator[0];
	if (n < 66)
		return &m->coordinator[1];
	return &m->coordinator[2 + rng_below(&m->rng, (uint32_t)m->ncoordinators - 2)];
}

const struct act *
make_child_coordinator(struct make *m)
{
	if (rng_chance(&m->rng, 550))
		return &m->child[0];
	return &m->child[1 + rng_below(&m->rng, (uint32_t)m->nchild - 1)];
}

const char *
make_one_of(struct make *m, const char *const *list, size_t n)
{
	return list[rng_below(&m->rng, (uint32_t)n)];
}

/* ---- the parts ---- */

struct part {
	struct make *m;
	enum err (*fn)(struct make *m);
};

static enum err
closure(struct ctx *cx, void *arg)
{
	const struct part *p = arg;

	(void)cx;
	return p->fn(p->m);
}

/* One part in one transaction; its memory is given back. */
static enum err
run(struct make *m, const char *name, enum err (*fn)(struct make *m))
{
	struct part p = { m, fn };

	m->written = 0;
	TRY(db_run(m->cx, m->db, name, closure, &p));
	arena_reset(m->cx->arena);
	return OK;
}

static enum err
settings(struct make *m)
{
	TRY(db_exec(m->cx, SETTING, DB_ARGS(db_text("practice"), db_text(m->order->password)),
		    NULL));
	return db_exec(m->cx, SETTING, DB_ARGS(db_text("board"), db_text("Sotsiaalkindlustusamet")),
		       NULL);
}

static enum err
check_empty(struct make *m)
{
	SCOPED(conn) struct conn *reader = NULL;
	int64_t one;
	enum err e;

	TRY(db_reader(m->cx, m->db, &reader));
	m->cx->conn = reader;
	e = db_get_int(m->cx, ANY, DB_NONE, &one);
	m->cx->conn = NULL;
	if (e == OK)
		return fail(m->cx, ERR_CONFLICT, "err.practice_not_empty");
	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(m->cx);
	return OK;
}

static enum err
count(struct make *m)
{
	SCOPED(conn) struct conn *reader = NULL;
	enum err e;

	TRY(db_reader(m->cx, m->db, &reader));
	m->cx->conn = reader;
	e = db_get_int(m->cx, EVENTS, DB_NONE, &m->report->events);
	if (e == OK)
		e = db_get_int(m->cx, RECORDS, DB_NONE, &m->report->records);
	m->cx->conn = NULL;
	return e;
}

/* ---- how much is told ---- */

#define PLAIN_ROWS 7	 /* history rows of a case told in fewer steps, roughly */
#define DETAILED_ROWS 27 /* of one told in full */
#define YEARS_TOLD 11

/* Whoever orders fewer rows of history than all cases told in full would make, gets the older
 * ones without the findings of each condition. The last months are always told in full. */
static int32_t
detail_from(const struct make *m)
{
	/* A case in a hundred has its two hundred notes besides: two rows a case. */
	int64_t rows = m->order->events - m->order->cases * (PLAIN_ROWS + 2), days;

	if (m->order->events == 0 || m->order->events >= m->order->cases * DETAILED_ROWS)
		return civil_day(PRACTICE_FIRST_YEAR, 1, 1);
	days = rows <= 0
		       ? 0
		       : YEARS_TOLD * 365 * rows / (m->order->cases * (DETAILED_ROWS - PLAIN_ROWS));
	return m->today - (int32_t)(days < 120 ? 120 : days);
}

/* The months of the last time, with their reports, invoices and payments. */
static enum err
settle(struct make *m)
{
	do
		TRY(run(m, "months", make_months));
	while (m->written > 0);
	return run(m, "bills", make_bills);
}

static enum err
whole(struct make *m)
{
	TRY(check_empty(m));
	TRY(run(m, "settings", settings));
	TRY(run(m, "board", make_board));
	TRY(run(m, "services", make_services));
	TRY(run(m, "providers", make_providers));
	people_init(m);
	lives_init(m);
	m->detail_from = detail_from(m);
	m->day = civil_day(PRACTICE_FIRST_YEAR, 1, 8);
	do
		TRY(run(m, "days", make_days));
	while (m->day <= m->today);
	TRY(run(m, "waiting", plain_waiting));
	do
		TRY(run(m, "people", people_rest));
	while (m->written > 0);
	TRY(run(m, "extras", make_extras));
	if (!m->order->unsettled)
		TRY(settle(m));
	TRY(run(m, "notes", make_notes_plan));
	do
		TRY(run(m, "notes", make_notes));
	while (m->written > 0);
	return count(m);
}

enum err
practice_make(struct ctx *cx, struct db *db, const struct practice_order *o,
	      struct practice_report *ret)
{
	SCOPED(arena) struct arena *kept = arena_new(), *passing = arena_new();
	struct ctx own = *cx;
	struct make m = { .cx = &own, .db = db, .order = o, .report = ret, .arena = kept };

	memset(ret, 0, sizeof(*ret));
	own.arena = passing;
	own.purpose = "";
	own.lang = LANG_ET;
	m.today = o->today;
	m.latest = cx->today == o->today ? cx->now : civil_start_of_day(o->today) + 17 * 3600;
	m.names = names_new(kept);
	rng_seed(&m.rng, o->seed);
	if (whole(&m) != OK)
		return ctx_take_error(cx, &own);
	return OK;
}
