/*
 * The lower bound of a list's page: its own statement, as the program builds it for this user's
 * rights, prepared once on the same file and stepped in a loop. Every column of every row is read.
 * Nothing else is done: no HTTP, no session, no access log, no page.
 *
 *	bench-bare_list --db FILE --type T --list L --user LOGIN
 *		--seconds N   measure: one line of name=value
 *		--sql         print the statement and how SQLite runs it
 *		--places N    print so many addresses of pages at random places of the list
 *		--places-of FILE   measure there in turn, not only at the beginning
 */
#include <sqlite3.h>

#include "bench.h"
#include "db/functions.h"

#define FIRST_SORT 5 /* column of sql_list() */
#define MAX_PLACES 10000

struct place {
	struct db_value value[4]; /* sort keys and id */
};

struct bare {
	struct bench b;
	sqlite3 *handle;
	const struct type *type;
	const struct list *list;
	struct place *places;
	size_t nplaces;
};

static void
must(const struct bare *x, int code)
{
	if (code != SQLITE_OK) {
		(void)fprintf(stderr, "bench-bare_list: %s\n", sqlite3_errmsg(x->handle));
		exit(1);
	}
}

static void
open_raw(struct bare *x, const char *path)
{
	static const char SETUP[] = "PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -1024; "
				    "PRAGMA temp_store = MEMORY; PRAGMA query_only = ON;";

	must(x,
	     sqlite3_open_v2(path, &x->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
	must(x, functions_register(x->handle));
	must(x, sqlite3_exec(x->handle, SETUP, NULL, NULL, NULL));
}

static enum err
build(struct bare *x, bool after, int limit, struct sql *ret)
{
	struct list_query lq = { .type = x->type, .list = x->list, .after = after, .limit = limit };

	return sql_list(&x->b.cx, x->b.world.types, &lq, ret);
}

static sqlite3_stmt *
prepare(const struct bare *x, const char *sql)
{
	sqlite3_stmt *q;

	must(x, sqlite3_prepare_v3(x->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL));
	return q;
}

static void
bind(const struct bare *x, sqlite3_stmt *q, struct db_args args)
{
	for (size_t i = 0; i < args.n; i++) {
		const struct db_value *v = &args.v[i];
		int at = (int)i + 1;

		must(x, v->kind == DB_INT ? sqlite3_bind_int64(q, at, v->i)
			: v->kind == DB_TEXT
				? sqlite3_bind_text(q, at, v->bytes, (int)v->len, SQLITE_STATIC)
				: sqlite3_bind_null(q, at));
	}
}

/* Step through, reading everything; the number of rows, and of bytes read so that no compiler
 * leaves it out. */
static uint64_t
drain(sqlite3_stmt *q, uint64_t *bytes)
{
	int columns = sqlite3_column_count(q);
	uint64_t rows = 0;

	while (sqlite3_step(q) == SQLITE_ROW) {
		rows++;
		for (int i = 0; i < columns; i++)
			if (sqlite3_column_type(q, i) == SQLITE_INTEGER)
				*bytes += (uint64_t)sqlite3_column_int64(q, i) & 1;
			else if (sqlite3_column_text(q, i) != NULL)
				*bytes += (uint64_t)sqlite3_column_bytes(q, i);
	}
	(void)sqlite3_reset(q);
	return rows;
}

/* ---- places ---- */

/* Any rows of the list with equal chance, one pass over it (reservoir sampling); but none of the
 * last, behind which no whole page follows. */
static enum err
print_places(struct bare *x, size_t want)
{
	int64_t *id = ARENA_ARRAY(x->b.cx.arena, want + 1, int64_t), last[MAX_LIST_ROWS + 1];
	struct sql sql;
	sqlite3_stmt *q;
	uint64_t rows = 0, n = 0;

	TRY(build(x, false, INT32_MAX, &sql));
	q = prepare(x, sql.text);
	bind(x, q, sql_args(&x->b.cx, &sql, NULL, 0));
	for (; sqlite3_step(q) == SQLITE_ROW; rows++) {
		int64_t *slot = &last[rows % (MAX_LIST_ROWS + 1)];

		if (rows > MAX_LIST_ROWS) {
			uint64_t at = n < want ? n : randombytes_uniform((uint32_t)n + 1);

			n++;
			if (at < want)
				id[at] = *slot;
		}
		*slot = sqlite3_column_int64(q, 0);
	}
	(void)sqlite3_finalize(q);
	for (size_t i = 0; i < want && i < n; i++)
		(void)printf("/%s?vaade=%s&alates=%" PRId64 "\n", x->type->path, x->list->name,
			     id[i]);
	return OK;
}

/* The sort keys at the places whose ids end the lines of a file. */
static enum err
read_places(struct bare *x, const char *path)
{
	struct arena *a = x->b.cx.arena;
	const struct list *l = x->list;
	const char *columns = "";
	FILE *f = fopen(path, "r");
	char line[MAX_URL];
	sqlite3_stmt *q;

	if (f == NULL)
		return fail(&x->b.cx, ERR_IO, "err.file_read", path);
	for (int i = 0; i < l->nsort; i++)
		columns = arena_printf(a, "%s\"%s\", ", columns, l->sort[i].column);
	q = prepare(x, arena_printf(a, "SELECT %ssys_id FROM \"%s\" WHERE sys_id = ?1", columns,
				    x->type->name));
	x->places = ARENA_ARRAY(a, MAX_PLACES, struct place);
	while (x->nplaces < MAX_PLACES && fgets(line, sizeof(line), f) != NULL) {
		const char *id = strrchr(line, '=');
		struct place *p = &x->places[x->nplaces];

		must(x, sqlite3_bind_int64(q, 1, id == NULL ? 0 : strtoll(id + 1, NULL, 10)));
		if (sqlite3_step(q) == SQLITE_ROW)
			x->nplaces++;
		for (int i = 0; sqlite3_data_count(q) > 0 && i <= l->nsort; i++)
			p->value[i] =
				sqlite3_column_type(q, i) == SQLITE_INTEGER
					? db_int(sqlite3_column_int64(q, i))
					: db_text(arena_strdup(
						  a, (const char *)sqlite3_column_text(q, i)));
		(void)sqlite3_reset(q);
	}
	(void)sqlite3_finalize(q);
	(void)fclose(f);
	return OK;
}

/* ---- the loop ---- */

/* One set of arguments a place, made beforehand; without places the beginning of the list. */
static struct db_args *
all_args(struct bare *x, const struct sql *sql)
{
	size_t n = x->nplaces > 0 ? x->nplaces : 1;
	struct db_args *list = ARENA_ARRAY(x->b.cx.arena, n, struct db_args);

	for (size_t i = 0; i < n; i++)
		list[i] = x->nplaces == 0
				  ? sql_args(&x->b.cx, sql, NULL, 0)
				  : sql_args(&x->b.cx, sql, x->places[i].value, x->list->nsort + 1);
	return list;
}

static enum err
measure(struct bare *x, double seconds)
{
	size_t nargs = x->nplaces > 0 ? x->nplaces : 1;
	uint64_t queries = 0, rows = 0, bytes = 0;
	struct db_args *args;
	struct sql sql;
	sqlite3_stmt *q;
	double from, cpu, now;

	TRY(build(x, x->nplaces > 0, MAX_LIST_ROWS + 1, &sql));
	q = prepare(x, sql.text);
	args = all_args(x, &sql);
	for (size_t i = 0; i < nargs; i++) { /* warm */
		bind(x, q, args[i]);
		(void)drain(q, &bytes);
	}
	from = bench_clock(CLOCK_MONOTONIC);
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	do {
		for (int i = 0; i < 20; i++) {
			bind(x, q, args[queries++ % nargs]);
			rows += drain(q, &bytes);
		}
		now = bench_clock(CLOCK_MONOTONIC);
	} while (now - from < seconds);
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	(void)printf("rate=%.1f cpu_us=%.1f rows=%.1f read=%" PRIu64 "\n",
		     (double)queries / (now - from), cpu * 1e6 / (double)queries,
		     (double)rows / (double)queries, bytes);
	(void)sqlite3_finalize(q);
	return OK;
}

static enum err
print_sql(struct bare *x)
{
	struct sql sql;
	sqlite3_stmt *q;

	TRY(build(x, false, MAX_LIST_ROWS + 1, &sql));
	(void)printf("%s\n", sql.text);
	q = prepare(x, arena_printf(x->b.cx.arena, "EXPLAIN QUERY PLAN %s", sql.text));
	while (sqlite3_step(q) == SQLITE_ROW)
		(void)printf("  %s\n", (const char *)sqlite3_column_text(q, 3));
	(void)sqlite3_finalize(q);
	return OK;
}

static enum err
run(struct bare *x, struct arena *a, int argc, char **argv)
{
	const char *db = bench_option(argc, argv, "--db", "");
	const char *places = bench_option(argc, argv, "--places-of", NULL);
	int64_t want = bench_number(argc, argv, "--places", 0);

	TRY(bench_open(&x->b, a, bench_option(argc, argv, "--house", NULL), db, DB_READ_ONLY));
	TRY(bench_act(&x->b, bench_option(argc, argv, "--user", "b01")));
	x->type = types_get(x->b.world.types, bench_option(argc, argv, "--type", "application"));
	x->list = x->type == NULL ? NULL
				  : type_list(x->type, bench_option(argc, argv, "--list", "open"));
	if (x->list == NULL)
		return fail(&x->b.cx, ERR_NOTFOUND, "err.no_page");
	open_raw(x, db);
	if (places != NULL)
		TRY(read_places(x, places));
	if (argc > 1 && strcmp(argv[argc - 1], "--sql") == 0)
		return print_sql(x);
	return want > 0 ? print_places(x, (size_t)want)
			: measure(x, (double)bench_number(argc, argv, "--seconds", 2));
}

int
main(int argc, char **argv)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct bare x = { 0 };
	enum err e = run(&x, a, argc, argv);
	int code = e == OK ? 0 : bench_failed("bench-bare_list", &x.b, e);

	(void)sqlite3_close(x.handle);
	bench_close(&x.b);
	return code;
}
