/* See upgrade.h. */
#include "keep/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "keep/backup.h"

static const char SET[] = "INSERT INTO sys_setting (name, value) VALUES (?1, ?2) "
			  "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
static const char BACKUP[] = "SELECT value FROM sys_setting WHERE name = 'upgrade.backup'";
static const char WRITTEN[] = "SELECT (SELECT count(*) FROM sys_history) + "
			      "(SELECT count(*) FROM sys_access)";
static const char LAST[] = "SELECT max(coalesce((SELECT max(at) FROM sys_history), 0), "
			   "coalesce((SELECT max(at) FROM sys_access), 0))";

static int64_t
milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum err
types_plan(struct ctx *cx, struct db *db, const struct types *ts, struct plan *ret)
{
	SCOPED(conn) struct conn *reader = NULL;
	struct conn *before = cx->conn;
	enum err e;

	TRY(db_reader(cx, db, &reader));
	cx->conn = reader;
	e = table_plan(cx, ts, ret);
	cx->conn = before;
	return e;
}

enum err
upgrade_plan(struct ctx *cx, struct db *db, const struct types *ts, struct upgrade *ret)
{
	struct upgrade u = { 0 };
	struct stat st;

	TRY(db_plan(cx, db, &u.steps, &u.nsteps));
	for (size_t i = 0; i < u.nsteps; i++)
		u.waiting += u.steps[i].taken_at == 0;
	if (u.waiting == 0)
		TRY(types_plan(cx, db, ts, &u.plan));
	/* The backup, and at the worst every page in the log once more. */
	if (db_path(db) != NULL && stat(db_path(db), &st) == 0)
		u.room = (int64_t)st.st_size * 2;
	*ret = u;
	return OK;
}

static enum err
carry_out(struct ctx *cx, struct db *db, const struct types *ts, struct upgrade *u)
{
	int64_t began = milliseconds();

	TRY(db_migrate(cx, db));
	TRY(table_migrate(cx, db, ts, false, &u->plan));
	u->ms = milliseconds() - began;
	return OK;
}

enum err
upgrade_rehearse(struct ctx *cx, struct db *db, const struct types *ts, struct upgrade *ret)
{
	SCOPED(staged) struct staged *s = NULL;
	SCOPED(db) struct db *copy = NULL;
	struct upgrade u;

	TRY(upgrade_plan(cx, db, ts, &u));
	TRY(stage_make(cx, db, NULL, NULL, &s));
	TRY(db_open(cx, s->path, 0, &copy));
	TRY(carry_out(cx, copy, ts, &u));
	db_close(copy);
	copy = NULL;
	TRY(restored_verify(cx, s->path, NULL));
	*ret = u;
	return OK;
}

static enum err
remember(struct ctx *cx, void *arg)
{
	const char *backup = arg;

	return db_exec(cx, SET, DB_ARGS(db_text("upgrade.backup"), db_text(backup)), NULL);
}

/* "hool.db" → "hool.db-before-20261123T101500Z.db" */
static const char *
name_beside(struct ctx *cx, const char *path, const char *what)
{
	time_t now = time(NULL);
	const char *name;
	struct tm tm;
	char stamp[24];

	(void)gmtime_r(&now, &tm);
	if (strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0)
		BUG("time");
	name = arena_printf(cx->arena, "%s-%s-%s.db", path, what, stamp);
	for (int i = 2; access(name, F_OK) == 0; i++) /* twice in one second */
		name = arena_printf(cx->arena, "%s-%s-%s-%d.db", path, what, stamp, i);
	return name;
}

enum err
upgrade_run(struct ctx *cx, struct db *db, const struct types *ts, struct upgrade *ret)
{
	struct upgrade u;

	TRY(upgrade_plan(cx, db, ts, &u));
	/* A new database has taken no step and has nothing to lose. */
	if ((u.waiting > 0 || u.plan.n > 0) && u.nsteps > 0 && u.steps[0].taken_at != 0 &&
	    db_path(db) != NULL) {
		char *backup;

		u.backup = name_beside(cx, db_path(db), "before");
		backup = arena_strdup(cx->arena, u.backup);
		TRY(db_backup(cx, db, u.backup));
		TRY(carry_out(cx, db, ts, &u));
		TRY(db_run(cx, db, "upgrade", remember, backup));
	} else {
		TRY(carry_out(cx, db, ts, &u));
	}
	*ret = u;
	return OK;
}

/* ---- back ---- */

/* What a file tells of itself: rows of history and access log, time of the newest. */
static enum err
rows_of(struct ctx *cx, struct db *db, int64_t *ret_rows, int64_t *ret_last,
	const char **ret_backup)
{
	SCOPED(conn) struct conn *reader = NULL;
	struct conn *before = cx->conn;
	enum err e;

	TRY(db_reader(cx, db, &reader));
	cx->conn = reader;
	e = db_get_int(cx, WRITTEN, DB_NONE, ret_rows);
	if (e == OK)
		e = db_get_int(cx, LAST, DB_NONE, ret_last);
	if (e == OK && ret_backup != NULL && db_get_text(cx, BACKUP, DB_NONE, ret_backup) != OK) {
		ctx_forgive(cx);
		e = fail(cx, ERR_NOTFOUND, "err.back_none");
	}
	cx->conn = before;
	return e;
}

static enum err
look_back(struct ctx *cx, struct db *db, struct way_back *w)
{
	SCOPED(db) struct db *old = NULL;
	int64_t now = 0, then = 0, last_then = 0;

	TRY(rows_of(cx, db, &now, &w->last_at, &w->backup));
	if (access(w->backup, F_OK) != 0)
		return fail(cx, ERR_NOTFOUND, "err.back_gone", w->backup);
	TRY(db_open(cx, w->backup, DB_READ_ONLY, &old));
	TRY(rows_of(cx, old, &then, &last_then, NULL));
	w->rows = now - then;
	if (w->rows == 0)
		w->last_at = 0;
	return OK;
}

/* Nobody else may begin to write while the files change places. */
static enum err
hold_lock(struct ctx *cx, const char *path, int *ret)
{
	const char *lock = arena_printf(cx->arena, "%s-lock", path);
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(cx, ERR_IO, "err.keep_write", lock, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return fail(cx, ERR_BUSY, "err.db_in_use", path, "?");
	}
	*ret = fd;
	return OK;
}

static enum err
change_places(struct ctx *cx, const char *path, struct way_back *w)
{
	SCOPED(db) struct db *old = NULL;

	w->undone = name_beside(cx, path, "undone");
	if (rename(path, w->undone) != 0)
		return fail(cx, ERR_IO, "err.keep_write", w->undone, strerror(errno));
	/* Its log was copied back when it was closed; what may be left of it is not the backup's.
	 */
	(void)unlink(arena_printf(cx->arena, "%s-wal", path));
	(void)unlink(arena_printf(cx->arena, "%s-shm", path));
	TRY(db_open(cx, w->backup, DB_READ_ONLY, &old));
	return db_backup(cx, old, path);
}

enum err
upgrade_back(struct ctx *cx, const char *db_url, bool lose, struct way_back *ret)
{
	SCOPED(db) struct db *db = NULL;
	const char *path;
	enum err e;
	int fd = -1;

	*ret = (struct way_back){ 0 };
	/* Opened for writing: nobody else does then, and closing it copies its log back. */
	TRY(db_open(cx, db_url, 0, &db));
	if (db_path(db) == NULL)
		return fail(cx, ERR_INVALID, "err.keep_other");
	path = arena_strdup(cx->arena, db_path(db));
	TRY(look_back(cx, db, ret));
	if (ret->rows > 0 && !lose)
		return fail(cx, ERR_CONFLICT, "err.back_loss", text_count(cx->arena, ret->rows),
			    ret->backup);
	db_close(db);
	db = NULL;
	TRY(hold_lock(cx, path, &fd));
	e = change_places(cx, path, ret);
	(void)close(fd);
	return e;
}
