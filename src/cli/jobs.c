/* Hourly work. See jobs.h. */
#include "cli/jobs.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/keeping.h"
#include "base/trace.h"
#include "core/access.h"
#include "core/job.h"
#include "web/site.h"

#define HOUR_MS (60 * 60 * 1000)
#define PIECES 100000  /* runs of one job in one hour, at most */
#define PAUSE_MS 20    /* between them: every page waits for the same write lane */
#define UNPACK 20      /* access rows unpacked in one closure: a thousand persons, some 5 ms */
#define KEY_DAYS 7     /* a form sent again after this long is a new one */
#define SEARCH_DAYS 1  /* addresses of search results */
#define SIGNIN_DAYS 90 /* failed and good attempts */

struct jobs {
	const struct world *world;
	const struct work *const *works;
	struct db *db;
	const struct keeping *keeping;
	pthread_t thread;
	pthread_mutex_t lock; /* of the figures */
	struct job_figures figures[JOBS_MOST];
	size_t n;
	int end; /* eventfd: written when the thread should end */
};

static const char KEYS_GONE[] = "DELETE FROM sys_form_key WHERE made_at < ?1";
static const char SEARCHES_GONE[] = "DELETE FROM sys_search WHERE made_at < ?1";
static const char SIGNINS_GONE[] = "DELETE FROM sys_signin WHERE at < ?1";

static enum err
unpack(struct ctx *cx, int64_t *ret_done)
{
	return access_unpack(cx, UNPACK, ret_done);
}

/* Keys, tokens and attempts are no records: they have served and go. */
static enum err
clear(struct ctx *cx, int64_t *ret_done)
{
	const int64_t day = 86400;

	*ret_done = 0;
	TRY(db_exec(cx, KEYS_GONE, DB_ARGS(db_int(cx->now - KEY_DAYS * day)), NULL));
	TRY(db_exec(cx, SEARCHES_GONE, DB_ARGS(db_int(cx->now - SEARCH_DAYS * day)), NULL));
	return db_exec(cx, SIGNINS_GONE, DB_ARGS(db_int(cx->now - SIGNIN_DAYS * day)), NULL);
}

/* What the queue did long ago. */
static enum err
clear_jobs(struct ctx *cx, int64_t *ret_done)
{
	*ret_done = 0;
	return job_clear(cx, &(int64_t){ 0 });
}

static const struct work_job OWN[] = {
	{ "unpack access", unpack },
	{ "clear", clear },
	{ "clear jobs", clear_jobs },
	{ NULL, NULL },
};

struct piece {
	const struct work_job *job;
	int64_t done;
};

static enum err
run_piece(struct ctx *cx, void *arg)
{
	struct piece *p = arg;

	return p->job->run(cx, &p->done);
}

static bool
asked_to_end(const struct jobs *j, int wait_ms)
{
	struct pollfd fd = { .fd = j->end, .events = POLLIN };

	return poll(&fd, 1, wait_ms) > 0;
}

static void
log_job(const struct work_job *job, int64_t done)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%" PRId64, done);
	if (done > 0)
		log_line(LOG_INFO, "job", "event.provider", job->name, "hool.done", number);
}

/* Note how a run ended. Jobs are told apart by their names. */
static void
note(struct jobs *j, const char *name, bool ok, int64_t done, int64_t now)
{
	struct job_figures *f = j->figures;

	(void)pthread_mutex_lock(&j->lock);
	while (f < j->figures + j->n && strcmp(f->name, name) != 0)
		f++;
	if (f == j->figures + j->n && j->n < JOBS_MOST)
		j->figures[j->n++] = (struct job_figures){ .name = name };
	if (f < j->figures + j->n) {
		f->runs++;
		f->done += (uint64_t)done;
		f->failing = !ok;
		if (ok)
			f->last_ok = now;
		else
			f->failures++;
	}
	(void)pthread_mutex_unlock(&j->lock);
}

size_t
jobs_figures(struct jobs *j, struct job_figures *list)
{
	size_t n;

	(void)pthread_mutex_lock(&j->lock);
	n = j->n;
	memcpy(list, j->figures, n * sizeof(*list));
	(void)pthread_mutex_unlock(&j->lock);
	return n;
}

/* Whoever changes the row has the job for this hour; on SQLite there is one process. */
static const char CLAIM[] =
	"INSERT INTO sys_setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET "
	"value = excluded.value WHERE sys_setting.value <> excluded.value";

static enum err
claim(struct ctx *cx, void *arg)
{
	struct piece *p = arg;

	return db_exec(cx, CLAIM,
		       DB_ARGS(db_text(arena_printf(cx->arena, "job.%s", p->job->name)),
			       db_text(text_from_int(cx->arena, cx->now / 3600))),
		       &p->done);
}

/* Is the job of this hour ours? A failure leaves it to the next hour. */
static bool
claimed(struct jobs *j, const struct work_job *job)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct piece p = { .job = job };
	struct ctx cx;

	if (db_path(j->db) != NULL)
		return true;
	ctx_init(&cx, a);
	return db_run(&cx, j->db, "claim job", claim, &p) == OK && p.done > 0;
}

static void
run_job(struct jobs *j, const struct work_job *job)
{
	struct piece p = { .job = job, .done = 1 };
	int64_t sum = 0, now = 0;
	char trace[TRACE_DIGITS + 1] = "";

	if (!claimed(j, job))
		return;
	for (int i = 0; i < PIECES && p.done > 0 && !asked_to_end(j, i == 0 ? 0 : PAUSE_MS); i++) {
		SCOPED(arena) struct arena *a = arena_new();
		struct ctx cx;

		ctx_init(&cx, a);
		world_enter(&cx, j->world);
		cx.who.system = true;
		now = cx.now;
		/* One run, one thread, whatever the number of its pieces. */
		if (trace[0] == '\0') {
			trace_begin(&cx);
			memcpy(trace, cx.trace, sizeof(trace));
			log_trace(trace);
		}
		memcpy(cx.trace, trace, sizeof(trace));
		p.done = 0;
		if (db_run(&cx, j->db, job->name, run_piece, &p) != OK) {
			log_error(&cx, job->name);
			note(j, job->name, false, sum, now);
			return;
		}
		sum += p.done;
	}
	log_job(job, sum);
	if (p.done == 0)
		note(j, job->name, true, sum, now);
	log_trace(NULL);
}

/* What the hour's work and its people have written is looked at by the planner. */
static void
tend(struct jobs *j)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;

	ctx_init(&cx, a);
	if (db_tend(&cx, j->db) != OK)
		log_error(&cx, "tend");
}

static enum err
seal_today(struct ctx *cx, const struct jobs *j, int64_t *ret_done)
{
	SCOPED(conn) struct conn *reader = NULL;
	struct seal *made = NULL;
	enum err e;

	TRY(db_reader(cx, j->db, &reader));
	cx->conn = reader;
	e = seal_make(cx, j->keeping->seals, &j->keeping->seal_key, true, &made);
	cx->conn = NULL;
	*ret_done = made != NULL;
	return e;
}

/* The ends of the chains of history go where this program cannot take them back. */
static void
seal(struct jobs *j)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;
	int64_t done = 0;
	bool ok;

	if (j->keeping == NULL || j->keeping->seals == NULL)
		return;
	ctx_init(&cx, a);
	ok = seal_today(&cx, j, &done) == OK;
	if (!ok)
		log_error(&cx, "seal");
	note(j, "seal", ok, done, cx.now);
}

static void *
jobs_thread(void *arg)
{
	struct jobs *j = arg;

	do {
		for (const struct work_job *job = OWN; job->name != NULL; job++)
			run_job(j, job);
		for (const struct work *const *w = j->works; *w != NULL; w++)
			for (const struct work_job *job = (*w)->jobs;
			     job != NULL && job->name != NULL; job++)
				run_job(j, job);
		tend(j);
		seal(j);
	} while (!asked_to_end(j, HOUR_MS));
	return NULL;
}

enum err
jobs_start(struct run *r, struct db *db, const struct keeping *keeping, struct jobs **ret)
{
	struct jobs *j = calloc(1, sizeof(*j));

	if (j == NULL)
		BUG("out of memory");
	j->world = r->world;
	j->works = r->works;
	j->db = db;
	j->keeping = keeping;
	(void)pthread_mutex_init(&j->lock, NULL);
	j->end = eventfd(0, EFD_CLOEXEC);
	if (j->end < 0 || pthread_create(&j->thread, NULL, jobs_thread, j) != 0) {
		if (j->end >= 0)
			(void)close(j->end);
		free(j);
		return fail(r->cx, ERR_IO, "err.io");
	}
	*ret = j;
	return OK;
}

void
jobs_stop(struct jobs *j)
{
	if (j == NULL)
		return;
	if (eventfd_write(j->end, 1) != 0)
		BUG("an event that cannot be written");
	(void)pthread_join(j->thread, NULL);
	(void)close(j->end);
	(void)pthread_mutex_destroy(&j->lock);
	free(j);
}
