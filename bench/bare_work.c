/*
 * The lower bounds of opening, searching, moving and of a month: the same work by the program's own
 * code, one after another, without HTTP, session, page or access log.
 *
 *	bench-bare_work --db FILE --what open|search|move --lines FILE --seconds N
 *		open    the record by its number, its clocks and its history
 *		search  the records found
 *		move    the move, each a durable commit of its own
 *	bench-bare_work --db FILE --what month --month 2026-05
 *		every contract's month read and made into lines, not written; against the bare
 *		join of the same rows, summed by the database
 *	--user LOGIN
 *
 * The lines are those of bench-lines.
 */
#include "bench.h"
#include "base/calendar.h"
#include "core/clock.h"
#include "core/history.h"
#include "core/search.h"
#include "work/settlement/month_read.h"

#define MAX_LINES 100000
#define MAX_LINE 1000 /* bytes */
#define TIMELINE 50   /* rows of history a page shows */
#define FOUND 50

struct work {
	struct bench b;
	const struct type *type;
	char **lines;
	size_t n, next, results;
};

typedef enum err one_fn(struct work *w, struct ctx *cx, char *line);

static enum err
read_lines(struct work *w, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[MAX_LINE];

	if (f == NULL)
		return fail(&w->b.cx, ERR_IO, "err.file_read", path);
	w->lines = ARENA_ARRAY(w->b.cx.arena, MAX_LINES, char *);
	while (w->n < MAX_LINES && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		w->lines[w->n++] = arena_strdup(w->b.cx.arena, line);
	}
	(void)fclose(f);
	return w->n > 0 ? OK : fail(&w->b.cx, ERR_INVALID, "err.file_read", path);
}

/* "%C3%A4" → "ä", in place. */
static char *
decode(char *s)
{
	char *from = s, *to = s;

	for (; *from != '\0'; from++)
		if (*from == '%' && from[1] != '\0' && from[2] != '\0') {
			char hex[] = { from[1], from[2], '\0' };

			*to++ = (char)strtoul(hex, NULL, 16);
			from += 2;
		} else {
			*to++ = *from;
		}
	*to = '\0';
	return s;
}

/* The number in "/taotlus/NUMBER" or "/taotlus/NUMBER/-/liigu …", cut out in place. */
static char *
number_in(char *line)
{
	char *number = strchr(line + 1, '/') + 1, *end = strstr(number, "/-/");

	if (end != NULL)
		*end = '\0';
	return decode(number);
}

static enum err
open_one(struct work *w, struct ctx *cx, char *line)
{
	struct record *r;
	struct clock_entry *clocks;
	struct history_entry *history;
	size_t nclocks, nhistory;

	TRY(record_load_number(cx, w->type, number_in(line), RIGHT_SEE, &r));
	TRY(clock_of(cx, r->id, &clocks, &nclocks));
	TRY(history_of(cx, r->id, TIMELINE, &history, &nhistory));
	w->results += nhistory;
	return OK;
}

static enum err
search_one(struct work *w, struct ctx *cx, char *line)
{
	struct found *list;
	size_t n;

	TRY(search_find(cx, NULL, decode(strchr(line, '=') + 1), FOUND, &list, &n));
	w->results += n > 0;
	return OK;
}

struct taking {
	const struct type *type;
	const char *number;
};

static enum err
take(struct ctx *cx, void *arg)
{
	const struct taking *t = arg;
	struct record *r;

	TRY(record_load_number(cx, t->type, t->number, RIGHT_SEE, &r));
	return record_move(cx, t->type, r->id, 0, "take", NULL);
}

static enum err
move_one(struct work *w, struct ctx *cx, char *line)
{
	struct taking t = { w->type, number_in(line) };

	w->results++;
	return db_run(cx, w->b.db, "move", take, &t);
}

/* One in a context of its own, as a request has it. */
static enum err
one(struct work *w, one_fn *fn)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;
	enum err e;

	ctx_init(&cx, a);
	world_enter(&cx, &w->b.world);
	cx.conn = w->b.reader;
	cx.who = w->b.cx.who;
	cx.purpose = "";
	e = fn(w, &cx, arena_strdup(a, w->lines[w->next++ % w->n]));
	if (e != OK)
		(void)ctx_take_error(&w->b.cx, &cx);
	return e;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum err
measure(struct work *w, one_fn *fn, double seconds)
{
	size_t most = (size_t)(seconds * 200000) + 1, n = 0;
	double *took = ARENA_ARRAY(w->b.cx.arena, most, double);
	double from, last, now, cpu;

	for (size_t i = 0; i < 200; i++) /* warm */
		TRY(one(w, fn));
	w->results = 0;
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	from = last = now = bench_clock(CLOCK_MONOTONIC);
	while (n < most && now - from < seconds) {
		TRY(one(w, fn));
		now = bench_clock(CLOCK_MONOTONIC);
		took[n++] = now - last;
		last = now;
	}
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	qsort(took, n, sizeof(*took), by_size);
	(void)printf("rate=%.1f cpu_us=%.1f p50=%.3f p99=%.3f results=%.2f\n",
		     (double)n / (now - from), cpu * 1e6 / (double)n, took[n / 2] * 1e3,
		     took[n * 99 / 100] * 1e3, (double)w->results / (double)n);
	return OK;
}

/* ---- a month ---- */

/* The rows a month is made from, and prices of its day, joined and summed by the database. */
static const char JOIN[] =
	"SELECT count(*), coalesce(sum(c.cents), 0) FROM placement p LEFT JOIN placement_period f "
	"ON f.placement = p.sys_id AND f.sys_deleted = 0 LEFT JOIN stage s ON s.sys_id = CASE WHEN "
	"f.sys_id IS NULL THEN p.stage ELSE f.stage END LEFT JOIN price c ON c.service = p.service "
	"AND c.contract = p.contract AND (c.stage IS NULL OR c.stage = s.sys_id) AND c.valid_from "
	"<= ?2 AND coalesce(c.valid_to, ?2) >= ?1 AND c.sys_deleted = 0 WHERE p.sys_deleted = 0 "
	"AND p.starts <= ?2 AND (p.ends IS NULL OR p.ends >= ?1)";
static const char CONTRACTS[] =
	"SELECT sys_id FROM contract WHERE sys_deleted = 0 AND sys_state <> 'draft' AND "
	"valid_from <= ?2 AND valid_to >= ?1 ORDER BY sys_id";

static enum err
make_month(struct work *w, int32_t month, size_t *ret_lines, size_t *ret_contracts)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = &w->b.cx;
	bool row;

	TRY(db_query(cx, CONTRACTS, DB_ARGS(db_date(month), db_date(calendar_month_last(month))),
		     &q));
	*ret_lines = *ret_contracts = 0;
	for (;; ++*ret_contracts) {
		SCOPED(arena) struct arena *a = arena_new();
		struct month_facts facts;
		struct month_lines lines;
		struct ctx own = *cx;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		own.arena = a;
		if (month_read(&own, stmt_int(q, 0), month, &facts) != OK)
			return ctx_take_error(cx, &own);
		month_make(a, &facts, &lines);
		*ret_lines += lines.n;
	}
}

static enum err
join_month(struct work *w, int32_t month, size_t *ret_rows)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(&w->b.cx, JOIN, DB_ARGS(db_date(month), db_date(calendar_month_last(month))),
		     &q));
	TRY(stmt_step(&w->b.cx, q, &row));
	*ret_rows = row ? (size_t)stmt_int(q, 0) : 0;
	return OK;
}

static enum err
month(struct work *w, const char *which)
{
	size_t lines, contracts, rows;
	double join, made;
	int32_t first;

	if (!month_parse(which, &first))
		return fail(&w->b.cx, ERR_INVALID, "err.date");
	w->b.cx.who.system = true;
	TRY(join_month(w, first, &rows)); /* warm */
	join = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	TRY(join_month(w, first, &rows));
	made = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	join = made - join;
	TRY(make_month(w, first, &lines, &contracts));
	made = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - made;
	(void)printf("join_ms=%.2f rows=%zu made_ms=%.2f lines=%zu contracts=%zu\n", join * 1e3,
		     rows, made * 1e3, lines, contracts);
	return OK;
}

static enum err
run(struct work *w, struct arena *a, int argc, char **argv)
{
	const char *what = bench_option(argc, argv, "--what", "open");
	double seconds = (double)bench_number(argc, argv, "--seconds", 3);
	bool moves = strcmp(what, "move") == 0;

	TRY(bench_open(&w->b, a, bench_option(argc, argv, "--house", NULL),
		       bench_option(argc, argv, "--db", ""), moves ? DB_ALONE : DB_READ_ONLY));
	TRY(bench_act(&w->b, bench_option(argc, argv, "--user", "b01")));
	w->type = types_get(w->b.world.types, "application");
	if (strcmp(what, "month") == 0)
		return month(w, bench_option(argc, argv, "--month", ""));
	TRY(read_lines(w, bench_option(argc, argv, "--lines", "")));
	return measure(w,
		       moves			     ? move_one
		       : strcmp(what, "search") == 0 ? search_one
						     : open_one,
		       seconds);
}

int
main(int argc, char **argv)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct work w = { 0 };
	enum err e = run(&w, a, argc, argv);
	int code = e == OK ? 0 : bench_failed("bench-bare_work", &w.b, e);

	bench_close(&w.b);
	return code;
}
