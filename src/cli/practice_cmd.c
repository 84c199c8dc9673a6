/* hool practice: a new database of invented people and cases. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/civil.h"
#include "base/text.h"
#include "cli/cli.h"
#include "core/account.h"
#include "work/practice/practice.h"

#define PASSWORD "harjutus-2026-hool" /* shown to everybody: nothing here is secret */

/* A number of an option, or its preset. */
static enum err
number(struct run *r, const char *name, int64_t preset, int64_t least, int64_t most, int64_t *ret)
{
	const char *s = run_option(r, name, NULL);

	*ret = preset;
	if (s != NULL && !text_int(s, least, most, ret))
		return fail(r->cx, ERR_INVALID, "err.practice_number", name,
			    text_from_int(r->cx->arena, least), text_from_int(r->cx->arena, most),
			    s);
	return OK;
}

static enum err
options(struct run *r, struct practice_order *o)
{
	const char *today = run_option(r, "--today", NULL);
	int64_t seed;

	o->today = r->cx->today;
	if (today != NULL && !civil_parse(today, &o->today))
		return fail(r->cx, ERR_INVALID, "err.date", today);
	if (o->today < civil_day(2024, 6, 1) || o->today > civil_day(2040, 12, 31))
		return fail(r->cx, ERR_INVALID, "err.practice_today",
			    civil_iso(r->cx->arena, o->today));
	TRY(number(r, "--persons", 2000, 10, PRACTICE_MOST_PERSONS, &o->persons));
	TRY(number(r, "--cases", 3000, 1, PRACTICE_MOST_CASES, &o->cases));
	TRY(number(r, "--events", 0, 0, PRACTICE_MOST_EVENTS, &o->events));
	TRY(number(r, "--seed", 1, 0, INT64_MAX, &seed));
	o->seed = (uint64_t)seed;
	o->unsettled = run_flag(r, "--unsettled");
	return run_done(r);
}

/* Practice data never go into a database that holds anything. */
static enum err
check_new(struct run *r)
{
	struct stat st;

	if (r->db_url == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_db");
	if (!db_is_server(r->db_url) && stat(r->db_url, &st) == 0 && st.st_size > 0)
		return fail(r->cx, ERR_CONFLICT, "err.practice_not_empty", r->db_url);
	return OK;
}

/* The folder a file lies in. */
static const char *
folder_of(struct ctx *cx, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "." : arena_strndup(cx->arena, path, (size_t)(slash - path));
}

static int64_t
milliseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
summary(struct ctx *cx, const struct practice_report *p, const char *key, int64_t took)
{
	struct arena *a = cx->arena;

	(void)printf("%s\n",
		     msgf(cx, "practice.made", text_count(a, p->persons), text_count(a, p->cases),
			  text_count(a, p->providers), text_count(a, p->users)));
	(void)printf("%s\n",
		     msgf(cx, "practice.written", text_count(a, p->records),
			  text_count(a, p->events),
			  arena_printf(a, "%d.%d", (int)(took / 1000), (int)(took % 1000 / 100))));
	(void)printf("%s\n", msgf(cx, "practice.invoices", text_count(a, p->invoices),
				  text_count(a, p->seeded), key));
	(void)printf("%s\n", msgf(cx, "practice.sign_in", PASSWORD));
}

enum err
cmd_practice(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	struct practice_order o = { .password = PASSWORD };
	struct practice_report report;
	int64_t began = milliseconds();

	TRY(options(r, &o));
	TRY(check_new(r));
	if (db_is_server(r->db_url)) { /* beside nothing: in the present folder */
		o.folder = "invoices";
		o.key = "practice.key.json";
	} else {
		o.folder = arena_printf(r->cx->arena, "%s/invoices", folder_of(r->cx, r->db_url));
		o.key = arena_printf(r->cx->arena, "%s.key.json", r->db_url);
	}
	TRY(account_hash(r->cx, PASSWORD, &o.hash));
	TRY(run_open(r, DB_CREATE | DB_BULK, &db));
	TRY(practice_make(r->cx, db, &o, &report));
	summary(r->cx, &report, o.key, milliseconds() - began);
	return OK;
}
