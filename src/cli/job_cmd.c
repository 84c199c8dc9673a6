/* hool job: what waits in the queue, and what was given up. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "cli/cli.h"
#include "core/job.h"

#define SHOWN 1000

static const char *
moment(struct ctx *cx, int64_t utc)
{
	struct civil_time t = civil_in_tallinn(utc);

	return utc == 0 ? "-"
			: arena_printf(cx->arena, "%s %02d:%02d", civil_iso(cx->arena, t.day),
				       t.hour, t.minute);
}

static enum err
print_list(struct run *r, struct db *db, const char *state)
{
	SCOPED(conn) struct conn *reader = NULL;
	struct ctx *cx = r->cx;
	struct job_row *list;
	size_t n;
	enum err e;

	TRY(db_reader(cx, db, &reader));
	cx->conn = reader;
	e = job_list(cx, state, SHOWN, &list, &n);
	cx->conn = NULL;
	for (size_t i = 0; e == OK && i < n; i++)
		(void)printf("%lld\t%s\t%lld\t%s\t%d\t%s\t%s\n", (long long)list[i].id,
			     list[i].kind, (long long)list[i].subject, list[i].state, list[i].tries,
			     moment(cx, list[i].ended_at != 0 ? list[i].ended_at : list[i].run_at),
			     list[i].error == NULL ? "" : list[i].error);
	if (e == OK)
		(void)fprintf(stderr, "%s\n",
			      msgf(cx, "job.listed", text_from_int(cx->arena, (int64_t)n)));
	return e;
}

static enum err
again(struct ctx *cx, void *arg)
{
	const int64_t *id = arg;

	return job_again(cx, *id);
}

static bool
is_state(const char *word)
{
	static const char *const STATES[] = { "", "waiting", "running", "done", "dead" };

	for (size_t i = 0; i < sizeof(STATES) / sizeof(*STATES); i++)
		if (strcmp(word, STATES[i]) == 0)
			return true;
	return false;
}

/* job list [STATE] | job again ID */
enum err
cmd_job(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	bool list = r->argc >= 1 && r->argc <= 2 && strcmp(r->argv[0], "list") == 0;
	const char *state = list && r->argc == 2 ? r->argv[1] : "";
	int64_t id;

	if (list && is_state(state)) {
		TRY(run_open(r, DB_READ_ONLY, &db));
		return print_list(r, db, state);
	}
	if (r->argc != 2 || strcmp(r->argv[0], "again") != 0 ||
	    !text_int(r->argv[1], 1, INT64_MAX, &id))
		return fail(r->cx, ERR_INVALID, "err.cli_job");
	TRY(run_open(r, 0, &db));
	TRY(db_run(r->cx, db, "job again", again, &id));
	(void)printf("%s\n", msgf(r->cx, "job.again", r->argv[1]));
	return OK;
}
