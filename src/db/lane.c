/*
 * The write lane. One thread takes the closures that wait, runs each in a savepoint within one
 * transaction, commits, and answers them all. What is answered OK is on the disk.
 *
 * A closure that fails is undone alone. If SQLite gives up the whole transaction (full disk,
 * failed read), the closure it met is answered with the error and the others run once more. If
 * the commit fails, none is kept.
 *
 * What is to be done on the lane's thread and is no closure is an errand; it is done between
 * groups. Copying the write-ahead log back into the database is wal.c's.
 */
#include "db/db_int.h"

#include <inttypes.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "db/pg_int.h"

#define GROUP_CLOSURES 256   /* at most, in one transaction */
#define LEARN_FIRST 20	     /* groups of a load before the tables are looked at first */
#define GROUP_TIME 20000     /* microseconds after which a group takes no more */
#define LEARN_CHANGES 1000   /* rows written that make it worth looking at the tables again */
#define SLOW_CLOSURE 1000000 /* microseconds; worth a line in the log */

struct group {
	struct db_job *first, *last;
	uint64_t n;
};

static int64_t
microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
lane_log(const char *event, int code)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", code);
	log_line(LOG_ERROR, event, "error.code", number, "error.message", sqlite3_errstr(code));
}

/* ---- the queue ---- */

static void
group_add(struct group *g, struct db_job *job)
{
	job->next = NULL;
	*(g->last == NULL ? &g->first : &g->last->next) = job;
	g->last = job;
	g->n++;
}

static void
group_remove(struct group *g, struct db_job *job)
{
	struct db_job *before = NULL;

	for (struct db_job *j = g->first; j != job; j = j->next)
		before = j;
	*(before == NULL ? &g->first : &before->next) = job->next;
	if (g->last == job)
		g->last = before;
	g->n--;
}

struct db_job *
lane_take(struct lane *l)
{
	struct db_job *job;

	(void)pthread_mutex_lock(&l->mutex);
	job = l->first;
	if (job != NULL) {
		l->first = job->next;
		if (l->first == NULL)
			l->last = NULL;
		l->figures.waiting--;
	}
	(void)pthread_mutex_unlock(&l->mutex);
	return job;
}

void
lane_put_back(struct lane *l, struct db_job *job)
{
	(void)pthread_mutex_lock(&l->mutex);
	job->next = l->first;
	l->first = job;
	if (l->last == NULL)
		l->last = job;
	l->figures.waiting++;
	(void)pthread_mutex_unlock(&l->mutex);
}

bool
lane_any(struct lane *l, int most, bool test(struct lane *l, const struct db_job *job))
{
	bool any = false;

	(void)pthread_mutex_lock(&l->mutex);
	for (const struct db_job *job = l->first; job != NULL && most-- > 0 && !any;
	     job = job->next)
		any = test(l, job);
	(void)pthread_mutex_unlock(&l->mutex);
	return any;
}

/* Sleep until something waits; false when the lane is to end and nothing does. */
static bool
queue_wait(struct lane *l)
{
	bool any;

	(void)pthread_mutex_lock(&l->mutex);
	while (l->first == NULL && l->errands == NULL && !l->closing)
		(void)pthread_cond_wait(&l->work, &l->mutex);
	any = l->first != NULL || l->errands != NULL;
	(void)pthread_mutex_unlock(&l->mutex);
	return any;
}

/* Put closures, each the next of the one before, into the queue; what finds no room is left over.
 * The lane wakes when all are in. */
static struct db_job *
queue_put(struct lane *l, struct db_job *first)
{
	bool idle;

	(void)pthread_mutex_lock(&l->mutex);
	idle = l->first == NULL;
	while (first != NULL && !l->closing && l->figures.waiting < MAX_WAITING) {
		struct db_job *job = first;

		first = job->next;
		job->next = NULL;
		*(l->last == NULL ? &l->first : &l->last->next) = job;
		l->last = job;
		l->figures.waiting++;
	}
	if (idle && l->first != NULL)
		(void)pthread_cond_signal(&l->work);
	(void)pthread_mutex_unlock(&l->mutex);
	return first;
}

/* ---- errands ---- */

struct errand {
	void (*fn)(struct lane *l, void *arg);
	void *arg;
	sem_t ended;
	struct errand *next;
};

void
lane_errand(struct lane *l, void (*fn)(struct lane *l, void *arg), void *arg)
{
	struct errand e = { .fn = fn, .arg = arg };

	(void)sem_init(&e.ended, 0, 0);
	(void)pthread_mutex_lock(&l->mutex);
	e.next = l->errands;
	l->errands = &e;
	(void)pthread_cond_signal(&l->work);
	(void)pthread_mutex_unlock(&l->mutex);
	while (sem_wait(&e.ended) != 0) /* a signal */
		;
	(void)sem_destroy(&e.ended);
}

static void
errands_run(struct lane *l)
{
	struct errand *e, *next;

	(void)pthread_mutex_lock(&l->mutex);
	e = l->errands;
	l->errands = NULL;
	(void)pthread_mutex_unlock(&l->mutex);
	for (; e != NULL; e = next) {
		next = e->next; /* it lives on the stack of one who waits */
		e->fn(l, e->arg);
		(void)sem_post(&e->ended);
	}
}

/* ---- one closure ---- */

static void
job_fail(struct db_job *job, int code)
{
	ctx_forgive(job->cx);
	job->result = code_fail_commit(job->cx, code);
}

/* Answer every closure of a group. */
static void
group_answer(struct group *g)
{
	for (struct db_job *job = g->first, *next; job != NULL; job = next) {
		next = job->next; /* done() may end the job's memory */
		job->done(job, job->result);
	}
	*g = (struct group){ 0 };
}

static bool
transaction_open(const struct lane *l)
{
	return sqlite3_get_autocommit(l->conn->handle) == 0;
}

/* Give up the whole transaction. Going on without would mix what failed with what comes. */
static void
transaction_drop(struct lane *l)
{
	memset(l->conn->memory, 0, sizeof(l->conn->memory));
	if (transaction_open(l) && conn_run_surely(l->conn, "ROLLBACK") != SQLITE_OK &&
	    transaction_open(l))
		BUG("a transaction cannot be rolled back");
}

/* Run the closure itself; a foreign key put off to the commit must hold at its end, for at the
 * commit it would fail the others too. */
static enum err
closure_call(struct lane *l, struct db_job *job)
{
	int unmet = 0, most = 0;
	enum err e;

	l->conn->grouping = true;
	e = job->fn(job->cx, job->arg);
	l->conn->grouping = false;
	if (l->conn->lent != 0)
		BUG("a closure left a statement open");
	if (e != OK)
		return e;
	if (!transaction_open(l)) /* and it overlooked that */
		return fail(job->cx, ERR_IO, "err.disk");
	(void)sqlite3_db_status(l->conn->handle, SQLITE_DBSTATUS_DEFERRED_FKS, &unmet, &most, 0);
	return unmet == 0 ? OK : fail(job->cx, ERR_CONFLICT, "err.db_foreign");
}

/*
 * Run a closure in a savepoint of its own. Afterwards the transaction may be gone. While loading
 * a closure is alone in its transaction and needs none: a savepoint keeps a copy of every page
 * touched, and SQLite walks all of them after each statement.
 */
static void
job_run(struct lane *l, struct db_job *job)
{
	struct conn *before = job->cx->conn;
	int64_t began = microseconds();
	int code = l->bulk ? SQLITE_OK : conn_run(l->conn, "SAVEPOINT closure");

	if (code != SQLITE_OK) {
		job_fail(job, code);
		transaction_drop(l);
		return;
	}
	job->cx->conn = l->conn;
	log_trace(job->cx->trace);
	job->result = closure_call(l, job);
	job->cx->conn = before;
	if (job->result != OK)
		memset(l->conn->memory, 0, sizeof(l->conn->memory));
	if (job->result != OK && transaction_open(l) &&
	    (l->bulk || conn_run(l->conn, "ROLLBACK TO closure") != SQLITE_OK))
		transaction_drop(l);
	if (transaction_open(l) && !l->bulk) {
		code = conn_run(l->conn, "RELEASE closure");
		if (code != SQLITE_OK) {
			job_fail(job, code);
			transaction_drop(l);
		}
	}
	if (!l->bulk && microseconds() - began > SLOW_CLOSURE)
		log_line(LOG_WARN, "db.slow", "closure", job->name);
	log_trace(NULL);
}

/* ---- one group ---- */

/*
 * When writing the log fails at a commit, SQLite forgets it, but its pages may stand in the file,
 * complete: were the process killed now, recovery would take them for committed. So they are
 * written over at once by a commit that is certain to differ. Until that succeeds nothing else
 * is begun.
 */
static int
lane_seal(struct lane *l)
{
	int code = SQLITE_OK;

	if (l->doubtful) {
		code = conn_run(l->conn, "UPDATE sys_lane SET sealed = sealed + 1");
		l->doubtful = code != SQLITE_OK;
		ship_committed(l);
	}
	return code;
}

static int
group_begin(struct lane *l)
{
	int code = store_present(l->conn->db) ? lane_seal(l) : DB_GONE;

	return code == SQLITE_OK ? conn_run(l->conn, "BEGIN IMMEDIATE") : code;
}

static void
group_fail(struct lane *l, struct group *g, int code)
{
	if (code == DB_GONE)
		lane_log("db.gone", code);
	transaction_drop(l);
	for (struct db_job *job = g->first; job != NULL; job = job->next)
		job_fail(job, code);
	group_answer(g);
}

/* It may have been kept, or not. */
static void
group_doubt(struct group *g)
{
	for (struct db_job *job = g->first; job != NULL; job = job->next) {
		ctx_forgive(job->cx);
		job->result = fail(job->cx, ERR_IO, "err.disk_doubt");
	}
	group_answer(g);
}

static void
group_commit_failed(struct lane *l, struct group *g, int code)
{
	transaction_drop(l);
	l->doubtful = true;
	lane_log("db.commit", code);
	if (lane_seal(l) == SQLITE_OK) {
		group_fail(l, g, code);
		return;
	}
	group_doubt(g);
}

static bool
group_has_work(const struct group *g)
{
	for (const struct db_job *job = g->first; job != NULL; job = job->next)
		if (job->result == OK)
			return true;
	return false;
}

static void
group_count(struct lane *l, const struct group *g)
{
	(void)pthread_mutex_lock(&l->mutex);
	l->figures.groups++;
	l->figures.closures += g->n;
	if (g->n > l->figures.largest)
		l->figures.largest = g->n;
	(void)pthread_mutex_unlock(&l->mutex);
}

static void
group_commit(struct lane *l, struct group *g)
{
	int code;

	if (!group_has_work(g)) {
		transaction_drop(l);
		group_answer(g);
		return;
	}
	code = conn_run(l->conn, "COMMIT");
	if (code != SQLITE_OK) {
		group_commit_failed(l, g, code);
		return;
	}
	group_count(l, g);
	if (!store_present(l->conn->db)) {
		lane_log("db.gone", DB_GONE);
		group_doubt(g);
		return;
	}
	group_answer(g);
	ship_committed(l);
}

/* The transaction went away under `job`: it is answered, the others get one more try. */
static bool
group_again(struct lane *l, struct group *g, struct db_job *job)
{
	int code;

	group_remove(g, job);
	job->done(job, job->result);
	code = group_begin(l);
	for (job = g->first; code == SQLITE_OK && job != NULL; job = job->next) {
		ctx_forgive(job->cx);
		job_run(l, job);
		if (!transaction_open(l))
			code = SQLITE_IOERR;
	}
	if (code != SQLITE_OK)
		group_fail(l, g, code);
	return code == SQLITE_OK;
}

/* Let SQLite look at some rows of every index, so that it knows which one to use. */
static void
lane_learn(struct lane *l)
{
	l->conn->own = true;
	(void)sqlite3_exec(l->conn->handle, "PRAGMA analysis_limit = 400; ANALYZE", NULL, NULL,
			   NULL);
	l->conn->own = false;
}

/*
 * The same for a store in use. Other connections do not notice what ANALYZE finds out until they
 * read the schema again: a view made and dropped tells them to. (PRAGMA optimize would look only
 * at tables grown 25-fold since the last time, and tell nobody.)
 */
static const char TEND[] = "PRAGMA analysis_limit = 400; BEGIN IMMEDIATE; ANALYZE;"
			   "CREATE VIEW sys_tended AS SELECT 1; DROP VIEW sys_tended; COMMIT";

static void
lane_tend(struct lane *l, void *arg)
{
	int *code = arg;
	int64_t changes = sqlite3_total_changes64(l->conn->handle);

	if (changes - l->changes_seen < LEARN_CHANGES)
		return;
	*code = lane_seal(l);
	if (*code != SQLITE_OK)
		return;
	l->conn->own = true;
	*code = sqlite3_exec(l->conn->handle, TEND, NULL, NULL, NULL);
	l->conn->own = false;
	l->changes_seen = changes;
	if (*code != SQLITE_OK) {
		transaction_drop(l);
		l->doubtful = true;
	}
	ship_committed(l);
}

enum err
db_tend(struct ctx *cx, struct db *db)
{
	int code = SQLITE_OK;

	if (!db->lane.running)
		return fail(cx, ERR_DENIED, "err.db_read_only");
	if (db->pg != NULL) /* autovacuum does */
		return OK;
	lane_errand(&db->lane, lane_tend, &code);
	return code == SQLITE_OK ? OK : code_fail_commit(cx, code);
}

/* While loading, tables grow under statements and triggers that were planned for empty ones. */
static void
lane_learn_anew(struct lane *l)
{
	if (!l->bulk || ++l->loaded < l->learn_at)
		return;
	lane_learn(l);
	l->learn_at = l->loaded * 3;
}

/* Take closures and run them until there are none or it is time to commit. */
static void
lane_group(struct lane *l)
{
	struct group g = { 0 };
	int64_t until = microseconds() + GROUP_TIME;
	int code = group_begin(l);
	struct db_job *job;

	while (g.n < l->most && (job = lane_take(l)) != NULL) {
		group_add(&g, job);
		if (code != SQLITE_OK)
			continue;
		job_run(l, job);
		if (!transaction_open(l)) {
			if (!group_again(l, &g, job))
				return;
			break;
		}
		if (microseconds() > until)
			break;
	}
	if (code == SQLITE_OK)
		group_commit(l, &g);
	else
		group_fail(l, &g, code);
	lane_learn_anew(l);
}

/* ---- the thread ---- */

static void *
lane_main(void *arg)
{
	struct lane *l = arg;

	while (queue_wait(l)) {
		errands_run(l);
		if (l->conn->pg != NULL) {
			pg_lane_group(l);
			continue;
		}
		lane_group(l);
		wal_tend(l);
	}
	return NULL;
}

enum err
lane_start(struct ctx *cx, struct db *db)
{
	struct lane *l = &db->lane;
	sigset_t all, before;
	int failed;

	l->bulk = (db->flags & DB_BULK) != 0;
	l->most = db->flags & (DB_BULK | DB_ALONE) ? 1 : GROUP_CLOSURES;
	l->learn_at = LEARN_FIRST;
	wal_start(l, l->bulk);
	if (pthread_mutex_init(&l->mutex, NULL) != 0 || pthread_cond_init(&l->work, NULL) != 0)
		BUG("no mutex");
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGSYS); /* the sandbox speaks by it */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&l->thread, NULL, lane_main, l);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return fail(cx, ERR_IO, "err.disk");
	l->running = true;
	return OK;
}

static void
lane_tidy(struct lane *l)
{
	if (l->conn->pg != NULL) {
		pg_lane_tidy(l);
		return;
	}
	if (l->bulk)
		lane_learn(l);
	l->conn->own = true;
	(void)sqlite3_exec(l->conn->handle, "PRAGMA analysis_limit = 400; PRAGMA optimize", NULL,
			   NULL, NULL);
	l->conn->own = false;
	wal_truncate(l);
}

void
lane_stop(struct db *db)
{
	struct lane *l = &db->lane;

	if (l->running) {
		(void)pthread_mutex_lock(&l->mutex);
		l->closing = true;
		(void)pthread_cond_signal(&l->work);
		(void)pthread_mutex_unlock(&l->mutex);
		(void)pthread_join(l->thread, NULL);
		(void)pthread_cond_destroy(&l->work);
		(void)pthread_mutex_destroy(&l->mutex);
		lane_tidy(l);
	}
	conn_close(l->conn);
	l->conn = NULL;
}

/* ---- handing over ---- */

static bool
on_lane(const struct lane *l)
{
	return pthread_equal(pthread_self(), l->thread) != 0;
}

void
db_submit_all(struct db *db, struct db_job *first)
{
	bool running = db->lane.running;

	for (struct db_job *job = first; job != NULL; job = job->next)
		job->result = OK;
	if (running)
		first = queue_put(&db->lane, first);
	while (first != NULL) {
		struct db_job *job = first;

		first = job->next; /* done() may end the job's memory */
		job->result = running ? fail(job->cx, ERR_BUSY, "err.db_busy")
				      : fail(job->cx, ERR_DENIED, "err.db_read_only");
		job->done(job, job->result);
	}
}

void
db_submit(struct db *db, struct db_job *job)
{
	job->next = NULL;
	db_submit_all(db, job);
}

struct waiting {
	struct db_job job; /* first: done() is given its address */
	sem_t ended;
};

static void
waiting_done(struct db_job *job, enum err result)
{
	struct waiting *w = (struct waiting *)job;

	(void)result;
	(void)sem_post(&w->ended);
}

enum err
db_run(struct ctx *cx, struct db *db, const char *name, db_fn *fn, void *arg)
{
	struct waiting w = {
		.job = { .cx = cx, .name = name, .fn = fn, .arg = arg, .done = waiting_done }
	};

	if (db->lane.running && on_lane(&db->lane))
		BUG("db_run from within a closure");
	(void)sem_init(&w.ended, 0, 0);
	db_submit(db, &w.job);
	while (sem_wait(&w.ended) != 0) /* a signal */
		;
	(void)sem_destroy(&w.ended);
	if (cx->conn != NULL) /* what was written is to be seen */
		cx->conn->routed_request = 0;
	return w.job.result;
}

struct db_figures
db_figures(struct db *db)
{
	struct db_figures f = { 0 };
	char wal[PATH_MAX];
	struct stat st;

	if (!db->lane.running)
		return f;
	(void)pthread_mutex_lock(&db->lane.mutex);
	f = db->lane.figures;
	(void)pthread_mutex_unlock(&db->lane.mutex);
	f.readers = (uint64_t)atomic_load(&db->readers);
	(void)snprintf(wal, sizeof(wal), "%s-wal", db->path);
	if (stat(wal, &st) == 0)
		f.wal_size = (uint64_t)st.st_size;
	return f;
}
