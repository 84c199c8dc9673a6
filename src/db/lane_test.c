/* The write lane: groups, failures kept apart, what is answered stays. */
#include "db/fixture_test.h"

#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "db/db_int.h"

#define THREADS 64
#define EACH 20

static const char TABLES[] = "CREATE TABLE a (id INTEGER PRIMARY KEY, note TEXT) STRICT;"
			     "CREATE TABLE b (a INTEGER NOT NULL REFERENCES a (id)"
			     " DEFERRABLE INITIALLY DEFERRED) STRICT;";

/* Two rows that only make sense together. */
static enum err
insert_pair(struct ctx *cx, void *arg)
{
	const int64_t *id = arg;

	TRY(db_exec(cx, "INSERT INTO b (a) VALUES (?1)", DB_ARGS(db_int(*id)), NULL));
	return db_exec(cx, "INSERT INTO a (id, note) VALUES (?1, 'x')", DB_ARGS(db_int(*id)), NULL);
}

struct worker {
	pthread_t thread;
	struct db *db;
	int64_t first; /* of its EACH numbers */
	int told;      /* pipe on which acknowledged numbers are told; -1: none */
	int failed;
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;

	ctx_init(&cx, a);
	for (int64_t i = 0; i < EACH || w->told >= 0; i++) {
		int64_t id = w->first + i;

		if (db_run(&cx, w->db, "pair", insert_pair, &id) != OK)
			w->failed++;
		else if (w->told >= 0 && write(w->told, &id, sizeof(id)) != sizeof(id))
			w->failed++;
		arena_reset(a);
	}
	return NULL;
}

static void
workers_start(struct worker *w, int n, struct db *db, int told)
{
	for (int i = 0; i < n; i++) {
		w[i] = (struct worker){ .db = db, .first = 1 + (int64_t)i * 1000000, .told = told };
		if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0)
			abort();
	}
}

TEST(many_threads_share_few_commits)
{
	static struct worker w[THREADS];
	SCOPED(db) struct db *db = test_db(t);
	struct db_figures f;

	test_db_script(t, db, TABLES);
	workers_start(w, THREADS, db, -1);
	for (int i = 0; i < THREADS; i++) {
		EXPECT_INT(0, pthread_join(w[i].thread, NULL));
		EXPECT_INT(0, w[i].failed);
	}
	EXPECT_INT(THREADS * EACH, test_db_int(t, db, "SELECT count(*) FROM a"));
	EXPECT_INT(THREADS * EACH, test_db_int(t, db, "SELECT count(*) FROM b"));
	f = db_figures(db);
	EXPECT_INT(THREADS * EACH + 1, f.closures);
	EXPECT(f.groups < f.closures && f.largest > 1 && f.waiting == 0);
}

/* ---- jobs handed over while the lane is held, so that they share a group ---- */

/* Holds for longer than a group may take, so that what waits comes into the next, together. */
static enum err
hold(struct ctx *cx, void *arg)
{
	(void)cx;
	while (sem_wait(arg) != 0)
		;
	(void)sem_post(arg);
	(void)nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
	return OK;
}

static void
count_done(struct db_job *job, enum err result)
{
	(void)job;
	(void)result;
}

struct batch {
	struct db *db;
	sem_t gate;
	struct db_job holder, job[32];
	struct ctx cx[33];
	int n;
};

static void
batch_start(struct test *t, struct batch *b)
{
	memset(b, 0, sizeof(*b));
	b->db = test_db(t);
	test_db_script(t, b->db, TABLES);
	EXPECT_INT(0, sem_init(&b->gate, 0, 0));
	ctx_init(&b->cx[32], t->arena);
	b->holder = (struct db_job){
		.cx = &b->cx[32], .name = "hold", .fn = hold, .arg = &b->gate, .done = count_done
	};
	db_submit(b->db, &b->holder);
}

static void
batch_add(struct test *t, struct batch *b, db_fn *fn, void *arg)
{
	ctx_init(&b->cx[b->n], t->arena);
	b->job[b->n] = (struct db_job){
		.cx = &b->cx[b->n], .name = "batch", .fn = fn, .arg = arg, .done = count_done
	};
	db_submit(b->db, &b->job[b->n]);
	b->n++;
}

/* Let the lane go, and wait until it has answered all. */
static void
batch_run(struct test *t, struct batch *b)
{
	EXPECT_INT(0, sem_post(&b->gate));
	test_db_script(t, b->db, "");
	EXPECT_INT(0, sem_destroy(&b->gate));
}

static enum err
exec_text(struct ctx *cx, void *arg)
{
	return db_exec(cx, arg, DB_NONE, NULL);
}

static enum err
insert_then_fail(struct ctx *cx, void *arg)
{
	TRY(insert_pair(cx, arg));
	return fail(cx, ERR_DENIED, "err.denied");
}

static enum err
overlook_failure(struct ctx *cx, void *arg)
{
	if (db_exec(cx, "INSERT INTO a (id) VALUES (1)", DB_NONE, NULL) == OK)
		return fail(cx, ERR_BUG, "err.bug");
	ctx_forgive(cx);
	return insert_pair(cx, arg);
}

TEST(a_failing_closure_disturbs_no_other)
{
	static char orphan[] = "INSERT INTO b (a) VALUES (77)";
	static char twice[] = "INSERT INTO a (id) VALUES (1)";
	static int64_t id[] = { 1, 2, 3, 4 };
	static const enum err WANT[] = { OK, ERR_DENIED, ERR_CONFLICT, ERR_CONFLICT, OK, OK };
	struct batch b;

	batch_start(t, &b);
	batch_add(t, &b, insert_pair, &id[0]);
	batch_add(t, &b, insert_then_fail, &id[1]);
	batch_add(t, &b, exec_text, twice);
	batch_add(t, &b, exec_text, orphan);
	batch_add(t, &b, overlook_failure, &id[2]);
	batch_add(t, &b, insert_pair, &id[3]);
	batch_run(t, &b);
	for (int i = 0; i < b.n; i++)
		EXPECT_INT(WANT[i], b.job[i].result);
	EXPECT_TEXT("err.db_foreign", b.cx[3].error.key);
	EXPECT(db_figures(b.db).largest >= (test_on_postgres() ? 2 : 6)); /* it begins anew */
	EXPECT_INT(8, test_db_int(t, b.db, "SELECT sum(id) FROM a"));
	EXPECT_INT(8, test_db_int(t, b.db, "SELECT sum(a) FROM b"));
	db_close(b.db);
}

static enum err
do_nothing(struct ctx *cx, void *arg)
{
	(void)cx;
	(void)arg;
	return OK;
}

TEST(too_many_closures_are_refused_at_once)
{
	static struct db_job job[MAX_WAITING + 1];
	struct batch b;
	struct ctx cx;

	batch_start(t, &b);
	ctx_init(&cx, t->arena);
	while (db_figures(b.db).waiting != 0) /* till the lane has taken the holder */
		(void)sched_yield();
	for (int i = 0; i <= MAX_WAITING; i++) {
		job[i] = (struct db_job){ .cx = &cx, .fn = do_nothing, .done = count_done };
		db_submit(b.db, &job[i]);
	}
	EXPECT_INT(MAX_WAITING, db_figures(b.db).waiting);
	EXPECT_INT(ERR_BUSY, job[MAX_WAITING].result);
	EXPECT_TEXT("err.db_busy", cx.error.key);
	EXPECT_INT(0, sem_post(&b.gate));
	db_close(b.db); /* runs what waits */
	EXPECT_INT(OK, job[MAX_WAITING - 1].result);
	EXPECT_INT(0, sem_destroy(&b.gate));
}

/* ---- a transaction that SQLite gives up by itself ---- */

static enum err
fill_disk(struct ctx *cx, void *arg)
{
	static const char FILL[] = "INSERT INTO a (note) VALUES (hex(zeroblob(20000)))";
	const bool *overlook = arg;
	enum err e = OK;

	if (conn_run(cx->conn, "PRAGMA max_page_count = 40") != SQLITE_OK)
		return fail(cx, ERR_BUG, "err.bug");
	while (e == OK)
		e = db_exec(cx, FILL, DB_NONE, NULL);
	if (!*overlook)
		return e;
	ctx_forgive(cx);
	e = db_exec(cx, "INSERT INTO a (id) VALUES (666)", DB_NONE, NULL);
	ctx_forgive(cx);
	return e == OK ? ERR_BUG : OK;
}

static void
full_disk(struct test *t, bool overlook)
{
	static int64_t id[] = { 1, 2, 3, 4 };
	struct batch b;

	batch_start(t, &b);
	batch_add(t, &b, insert_pair, &id[0]);
	batch_add(t, &b, insert_pair, &id[1]);
	batch_add(t, &b, fill_disk, &overlook);
	batch_add(t, &b, insert_pair, &id[2]);
	batch_add(t, &b, insert_then_fail, &id[3]);
	batch_run(t, &b);
	EXPECT_INT(OK, b.job[0].result);
	EXPECT_INT(OK, b.job[1].result);
	EXPECT_INT(ERR_IO, b.job[2].result);
	EXPECT_TEXT(overlook ? "err.disk" : "err.disk_full", b.cx[2].error.key);
	EXPECT_INT(OK, b.job[3].result);
	EXPECT_INT(ERR_DENIED, b.job[4].result);
	EXPECT_INT(3, test_db_int(t, b.db, "SELECT count(*) FROM a"));
	EXPECT_INT(6, test_db_int(t, b.db, "SELECT sum(a) FROM b"));
	db_close(b.db);
}

TEST(a_full_disk_fails_the_closure_that_met_it)
{
	SQLITE_ONLY();
	full_disk(t, false);
}

TEST(a_closure_that_overlooks_a_full_disk_is_not_believed)
{
	SQLITE_ONLY();
	full_disk(t, true);
}

/* ---- in a process of its own ---- */

/* The exit code, or 256 and the signal. */
static int
child_end(pid_t child)
{
	int status = -1;

	EXPECT_INT(child, waitpid(child, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static enum err
run_within(struct ctx *cx, void *arg)
{
	static char sql[] = "SELECT 1";

	return db_run(cx, arg, "within", exec_text, sql);
}

static enum err
leave_open(struct ctx *cx, void *arg)
{
	(void)arg;
	return db_query(cx, "SELECT 1", DB_NONE, &(struct stmt *){ NULL });
}

static int
child_run(const char *path, db_fn *fn)
{
	pid_t child = fork();
	struct db *db = NULL;
	struct ctx cx;

	if (child != 0)
		return child_end(child);
	(void)close(STDERR_FILENO);
	(void)signal(SIGABRT, SIG_DFL);
	ctx_init(&cx, arena_new());
	if (db_open(&cx, path, DB_CREATE, &db) != OK)
		_exit(1);
	_exit(db_run(&cx, db, "mistake", fn, db) == OK ? 0 : 2);
}

TEST(mistakes_with_closures_stop_the_process)
{
	EXPECT_INT(256 + SIGABRT, child_run(test_db_url(t), run_within));
	EXPECT_INT(256 + SIGABRT, child_run(test_db_url(t), leave_open));
}

static enum err
script_text(struct ctx *cx, void *arg)
{
	const char *const *sql = arg;

	return db_script(cx, *sql);
}

/* Open, make the tables, write without end. */
static _Noreturn void
write_without_end(const char *path, int told)
{
	static struct worker w[8];
	struct db *db = NULL;
	struct ctx cx;
	const char *sql = TABLES;

	ctx_init(&cx, arena_new());
	if (db_open(&cx, path, DB_CREATE, &db) != OK)
		_exit(1);
	if (db_run(&cx, db, "tables", script_text, &sql) != OK)
		_exit(1);
	workers_start(w, 8, db, told);
	(void)pause();
	_exit(1);
}

/* ---- a real full disk ---- */

#define FULL_MAX 10000

/* A small disk in a mount name space of our own. */
static bool
small_disk(const char *folder)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", folder, "tmpfs", 0, "size=1m") == 0;
}

/* Write till the disk is full, then open anew and hold what is there against what was told. */
static int
fill_and_look(struct ctx *cx, const char *path)
{
	struct db *db = NULL;
	struct conn *c = NULL;
	const char *sql = TABLES;
	enum err e = OK;
	int64_t id = 0, n = -1;

	if (db_open(cx, path, DB_CREATE, &db) != OK ||
	    db_run(cx, db, "tables", script_text, &sql) != OK)
		return 10;
	while (e == OK && ++id < FULL_MAX)
		e = db_run(cx, db, "pair", insert_pair, &id);
	if (e != ERR_IO)
		return 11;
	ctx_forgive(cx);
	db_close(db);
	if (db_open(cx, path, DB_READ_ONLY, &db) != OK || db_reader(cx, db, &c) != OK)
		return 12;
	cx->conn = c;
	if (db_get_int(cx, "SELECT count(*) FROM a JOIN b ON b.a = a.id", DB_NONE, &n) != OK)
		return 13;
	return n == id - 1 ? 0 : 14;
}

TEST(a_disk_that_is_really_full_loses_nothing)
{
	const char *folder = arena_printf(t->arena, "%s.d", test_db_path(t));
	struct ctx cx;
	pid_t child;
	int end;

	SQLITE_ONLY();
	EXPECT_INT(0, mkdir(folder, 0700));
	child = fork();
	if (child == 0) {
		test_log(false);
		ctx_init(&cx, arena_new());
		if (!small_disk(folder))
			_exit(77);
		_exit(fill_and_look(&cx, arena_printf(cx.arena, "%s/x.db", folder)));
	}
	end = child_end(child);
	EXPECT_INT(0, rmdir(folder));
	if (end == 77)
		SKIP();
	EXPECT_INT(0, end);
}

/* ---- the log ---- */

static atomic_int reading;

/* One snapshot after another. Of two such readers one always holds an old one, so that copying
 * back without waiting never comes to the log's end. */
static void *
read_without_end(void *arg)
{
	struct worker *w = arg;
	SCOPED(arena) struct arena *a = arena_new();
	SCOPED(conn) struct conn *c = NULL;
	struct ctx cx;

	ctx_init(&cx, a);
	if (db_reader(&cx, w->db, &c) != OK)
		abort();
	cx.conn = c;
	while (atomic_load(&reading) != 0) {
		if (db_snapshot(&cx) != OK)
			abort();
		(void)nanosleep(&(struct timespec){ .tv_nsec = w->first }, NULL);
		db_snapshot_end(&cx);
	}
	return NULL;
}

static enum err
keep_log_short(struct ctx *cx, void *arg)
{
	struct lane *l = &cx->conn->db->lane;

	(void)arg;
	l->log_pages = l->truncate_at = 1024; /* 4 MiB */
	return OK;
}

static enum err
write_much(struct ctx *cx, void *arg)
{
	(void)arg;
	return db_exec(cx, "INSERT INTO a (note) VALUES (hex(zeroblob(250000)))", DB_NONE, NULL);
}

TEST(the_log_does_not_grow_without_end)
{
	const char *path = test_db_path(t);
	SCOPED(db) struct db *db = NULL;
	struct ctx *cx = test_ctx(t);
	struct worker w[2] = { { .first = 3000000 }, { .first = 4000000 } };
	struct stat st;
	off_t most = 0;

	SQLITE_ONLY();
	EXPECT_OK(db_open(cx, path, DB_CREATE, &db));
	test_db_script(t, db, TABLES);
	EXPECT_OK(db_run(cx, db, "short", keep_log_short, NULL));
	atomic_store(&reading, 1);
	for (int i = 0; i < 2; i++) {
		w[i].db = db;
		EXPECT_INT(0, pthread_create(&w[i].thread, NULL, read_without_end, &w[i]));
	}
	for (int i = 0; i < 60; i++) {
		EXPECT_OK(db_run(cx, db, "much", write_much, NULL));
		EXPECT_INT(0, stat(arena_printf(t->arena, "%s-wal", path), &st));
		most = st.st_size > most ? st.st_size : most;
	}
	atomic_store(&reading, 0);
	for (int i = 0; i < 2; i++)
		EXPECT_INT(0, pthread_join(w[i].thread, NULL));
	EXPECT(most < 12 * 1024 * 1024); /* of 30 written */
}

TEST(what_was_acknowledged_outlives_a_kill)
{
	const char *path = test_db_url(t);
	struct pollfd wait = { .events = POLLIN };
	SCOPED(db) struct db *db = NULL;
	SCOPED(conn) struct conn *c = NULL;
	struct ctx *cx = test_ctx(t);
	int64_t id, n = 0, found;
	int ends[2];
	pid_t child;

	EXPECT_INT(0, pipe(ends));
	child = fork();
	if (child == 0)
		write_without_end(path, ends[1]);
	EXPECT_INT(0, close(ends[1]));
	wait.fd = ends[0];
	EXPECT_INT(1, poll(&wait, 1, 10000));
	(void)nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	EXPECT_INT(0, kill(child, SIGKILL));
	EXPECT_INT(256 + SIGKILL, child_end(child));
	EXPECT_OK(db_open(cx, path, 0, &db));
	EXPECT_OK(db_reader(cx, db, &c));
	cx->conn = c;
	for (; read(ends[0], &id, sizeof(id)) == sizeof(id); n++) {
		EXPECT_OK(db_get_int(cx,
				     "SELECT count(*) FROM a JOIN b ON b.a = a.id WHERE id = ?1",
				     DB_ARGS(db_int(id)), &found));
		EXPECT_INT(1, found);
	}
	EXPECT(n > 0);
	EXPECT_OK(db_get_int(cx, "SELECT (SELECT count(*) FROM a) = (SELECT count(*) FROM b)",
			     DB_NONE, &found));
	EXPECT_INT(1, found);
	cx->conn = NULL;
	EXPECT_INT(0, close(ends[0]));
}
