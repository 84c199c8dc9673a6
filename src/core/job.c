/* The queue of jobs. See job.h. */
#include "core/job.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"
#include "base/trace.h"

#define FIRST_WAIT 10 /* seconds after the first failure */
#define MOST_WAIT (6 * 60 * 60)
#define DAY 86400

static const char ADD[] =
	"INSERT INTO sys_job (kind, key, subject, payload, trace, state, run_at, tries, made_at) "
	"VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, 0, ?7) ON CONFLICT DO NOTHING RETURNING id";
static const char DUE[] =
	"SELECT count(*) FROM (SELECT 1 FROM sys_job WHERE state = 'waiting' AND run_at <= ?1 "
	"UNION ALL SELECT 1 FROM sys_job WHERE state = 'running' AND lease_until <= ?1 "
	"LIMIT 1) due";
/* The condition stands twice: the row may have been taken between the two looks at it. */
static const char CLAIM[] =
	"UPDATE sys_job SET state = 'running', lease = ?2, lease_until = ?3, tries = tries + 1 "
	"WHERE id = coalesce((SELECT id FROM sys_job WHERE state = 'running' AND lease_until <= ?1 "
	"ORDER BY lease_until LIMIT 1), (SELECT id FROM sys_job WHERE state = 'waiting' AND run_at "
	"<= "
	"?1 ORDER BY run_at, id LIMIT 1)) AND ((state = 'waiting' AND run_at <= ?1) OR (state = "
	"'running' AND lease_until <= ?1)) RETURNING id, kind, subject, payload, trace, tries, "
	"made_at";
static const char DONE[] =
	"UPDATE sys_job SET state = 'done', lease = NULL, lease_until = NULL, ended_at = ?3, error "
	"= NULL WHERE id = ?1 AND lease = ?2";
static const char LATER[] = "UPDATE sys_job SET state = 'waiting', lease = NULL, lease_until = "
			    "NULL, run_at = ?3, tries "
			    "= tries - 1 WHERE id = ?1 AND lease = ?2";
static const char RETRY[] = "UPDATE sys_job SET state = 'waiting', lease = NULL, lease_until = "
			    "NULL, run_at = ?3, error "
			    "= ?4 WHERE id = ?1 AND lease = ?2";
static const char DEAD[] =
	"UPDATE sys_job SET state = 'dead', lease = NULL, lease_until = NULL, ended_at = ?3, error "
	"= ?4 WHERE id = ?1 AND lease = ?2";
static const char CLEAR[] = "DELETE FROM sys_job WHERE state = 'done' AND ended_at < ?1 AND id NOT "
			    "IN (SELECT job FROM sys_delivery WHERE job IS NOT NULL)";
static const char LIST[] =
	"SELECT id, kind, state, subject, tries, run_at, made_at, ended_at, error FROM sys_job "
	"WHERE state = ?1 OR (?1 = '' AND state <> 'done') ORDER BY run_at, id LIMIT ?2";
static const char AGAIN[] =
	"UPDATE sys_job SET state = 'waiting', run_at = ?2, tries = 0, ended_at = NULL WHERE id = "
	"?1 AND state = 'dead'";

enum err
job_add(struct ctx *cx, const char *kind, const char *key, int64_t subject, const char *payload,
	int64_t run_at, int64_t *ret_id)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, ADD,
		     DB_ARGS(db_text(kind), db_text(key), db_int(subject), db_text(payload),
			     db_text(cx->trace), db_int(run_at), db_int(cx->now)),
		     &q));
	TRY(stmt_step(cx, q, &row));
	if (ret_id != NULL)
		*ret_id = row ? stmt_int(q, 0) : 0;
	return OK;
}

/* ---- taking one ---- */

struct claim {
	struct job job;
	const char *trace;
	bool any;
};

static const char *
new_lease(struct ctx *cx)
{
	unsigned char bytes[12];

	ctx_random(cx, bytes, sizeof(bytes));
	return text_hex(cx->arena, bytes, sizeof(bytes));
}

static enum err
claim(struct ctx *cx, void *arg)
{
	struct claim *c = arg;
	SCOPED(stmt) struct stmt *q = NULL;
	const char *lease = new_lease(cx);

	TRY(db_query(cx, CLAIM,
		     DB_ARGS(db_int(cx->now), db_text(lease), db_int(cx->now + JOB_LEASE)), &q));
	TRY(stmt_step(cx, q, &c->any));
	if (!c->any)
		return OK;
	c->job = (struct job){ .id = stmt_int(q, 0),
			       .kind = stmt_copy(cx, q, 1),
			       .subject = stmt_int(q, 2),
			       .payload = stmt_copy(cx, q, 3),
			       .tries = (int)stmt_int(q, 5),
			       .made_at = stmt_int(q, 6),
			       .lease = lease };
	c->trace = stmt_copy(cx, q, 4);
	return OK;
}

/* ---- how it ended ---- */

struct ending {
	const struct job *job;
	int64_t later;
	int most;
	enum err result;
	const char *error;
};

/* 10 s, 20 s, 40 s … and up to a quarter more. */
static int64_t
wait_after(struct ctx *cx, int tries)
{
	int64_t wait = FIRST_WAIT;
	unsigned char bytes[4];
	uint32_t random;

	for (int i = 1; i < tries && wait < MOST_WAIT; i++)
		wait *= 2;
	if (wait > MOST_WAIT)
		wait = MOST_WAIT;
	ctx_random(cx, bytes, sizeof(bytes));
	memcpy(&random, bytes, sizeof(random));
	return wait + (int64_t)(random % (uint32_t)(wait / 4 + 1));
}

static enum err
write_end(struct ctx *cx, void *arg)
{
	const struct ending *e = arg;
	const struct job *j = e->job;
	bool hopeless = e->result == ERR_DENIED || e->result == ERR_INVALID || j->tries >= e->most;

	if (e->result == OK && e->later == 0)
		return db_exec(cx, DONE, DB_ARGS(db_int(j->id), db_text(j->lease), db_int(cx->now)),
			       NULL);
	if (e->result == OK)
		return db_exec(cx, LATER,
			       DB_ARGS(db_int(j->id), db_text(j->lease), db_int(e->later)), NULL);
	return db_exec(cx, hopeless ? DEAD : RETRY,
		       DB_ARGS(db_int(j->id), db_text(j->lease),
			       db_int(hopeless ? cx->now : cx->now + wait_after(cx, j->tries)),
			       db_text(e->error)),
		       NULL);
}

static const char *
error_words(struct ctx *cx)
{
	const struct error *e = &cx->error;

	return e->nargs > 0 ? arena_printf(cx->arena, "%s %.100s", e->key, e->args[0])
			    : arena_strdup(cx->arena, e->key == NULL ? "" : e->key);
}

static const struct job_kind *
kind_named(const struct job_kind *kinds, const char *name)
{
	for (; kinds->name != NULL; kinds++)
		if (strcmp(kinds->name, name) == 0)
			return kinds;
	return NULL;
}

static int64_t
monotonic(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec;
}

/* Do it, with the clock moved on by the time that took. */
static enum err
run(struct ctx *cx, struct db *db, const struct job_kind *kind, const struct job *job,
    struct job_end *end)
{
	int64_t began = monotonic();
	enum err e = kind == NULL ? fail(cx, ERR_NOTFOUND, "err.job_kind", job->kind)
				  : kind->run(cx, db, job, end);

	ctx_set_now(cx, cx->now + monotonic() - began);
	return e;
}

enum err
job_work(struct ctx *cx, struct db *db, const struct job_kind *kinds, bool *ret_any)
{
	struct claim c = { .any = false };
	struct job_end end = { 0 };
	const struct job_kind *kind;
	struct ending e;
	int64_t due;

	*ret_any = false;
	/* Nobody writes to see that there is nothing to do. */
	TRY(db_get_int(cx, DUE, DB_ARGS(db_int(cx->now)), &due));
	if (due == 0)
		return OK;
	TRY(db_run(cx, db, "claim job", claim, &c));
	if (!c.any)
		return OK;
	*ret_any = true;
	(void)snprintf(cx->trace, sizeof(cx->trace), "%s", c.trace);
	kind = kind_named(kinds, c.job.kind);
	e = (struct ending){ .job = &c.job, .most = JOB_TRIES };
	if (kind != NULL && kind->tries != 0)
		e.most = kind->tries;
	e.result = run(cx, db, kind, &c.job, &end);
	e.later = end.later;
	if (e.result != OK) {
		e.error = error_words(cx);
		log_error(cx, c.job.kind);
	}
	ctx_forgive(cx);
	return db_run(cx, db, "end job", write_end, &e);
}

/* ---- looked after ---- */

enum err
job_clear(struct ctx *cx, int64_t *ret_n)
{
	return db_exec(cx, CLEAR, DB_ARGS(db_int(cx->now - (int64_t)JOB_KEPT_DAYS * DAY)), ret_n);
}

enum err
job_list(struct ctx *cx, const char *state, int limit, struct job_row **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct job_row *list = ARENA_ARRAY(cx->arena, (size_t)limit + 1, struct job_row);
	size_t n = 0;
	bool row;

	TRY(db_query(cx, LIST, DB_ARGS(db_text(state), db_int(limit)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n++] = (struct job_row){ .id = stmt_int(q, 0),
					      .kind = stmt_copy(cx, q, 1),
					      .state = stmt_copy(cx, q, 2),
					      .subject = stmt_int(q, 3),
					      .tries = (int)stmt_int(q, 4),
					      .run_at = stmt_int(q, 5),
					      .made_at = stmt_int(q, 6),
					      .ended_at = stmt_int(q, 7),
					      .error = stmt_copy(cx, q, 8) };
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

enum err
job_again(struct ctx *cx, int64_t id)
{
	int64_t n;

	TRY(db_exec(cx, AGAIN, DB_ARGS(db_int(id), db_int(cx->now)), &n));
	return n == 0 ? fail(cx, ERR_NOTFOUND, "err.not_found") : OK;
}
