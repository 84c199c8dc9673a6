/*
 * A copy of the whole database while it is in use. It shows one moment: the copying connection
 * holds a snapshot throughout. The copy appears under its name only when it is on the disk whole.
 */
#include "db/db_int.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BACKUP_PAGES 1000 /* of 4 KiB: copied between two ticks */

static enum err
file_fail(struct ctx *cx, const char *path)
{
	if (errno == EEXIST)
		return fail(cx, ERR_CONFLICT, "err.file_exists", path);
	if (errno == ENOSPC)
		return fail(cx, ERR_IO, "err.disk_full");
	return fail(cx, ERR_IO, "err.db_open", path, strerror(errno));
}

static enum err
sync_path(struct ctx *cx, const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), failed;

	if (fd < 0)
		return file_fail(cx, path);
	failed = fsync(fd);
	(void)close(fd);
	return failed ? file_fail(cx, path) : OK;
}

/* An empty file of that name, readable by its owner alone. What stands there is left alone. */
static enum err
file_make(struct ctx *cx, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return file_fail(cx, path);
	(void)close(fd);
	return OK;
}

struct tick {
	db_tick *fn; /* NULL: nobody wants it */
	void *arg;
	struct conn *before; /* the caller's */
};

static enum err
tick_call(struct ctx *cx, const struct tick *tick)
{
	struct conn *c = cx->conn;
	enum err e;

	if (tick->fn == NULL)
		return OK;
	cx->conn = tick->before;
	e = tick->fn(cx, tick->arg);
	cx->conn = c;
	return e;
}

/* SQLite's own copying, some pages at a time, all of one snapshot; synced by it at the end. */
static enum err
pages_copy(struct ctx *cx, struct conn *from, sqlite3 *to, const struct tick *tick)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from->handle, "main");
	int code = SQLITE_OK, finished;
	enum err e = OK;

	if (b == NULL)
		return code_fail(cx, from, sqlite3_errcode(to), "(backup)");
	while (e == OK && code == SQLITE_OK) {
		code = sqlite3_backup_step(b, BACKUP_PAGES);
		e = tick_call(cx, tick);
	}
	finished = sqlite3_backup_finish(b);
	if (e == OK && finished != SQLITE_OK)
		e = code_fail(cx, from, finished, "(backup)");
	return e;
}

static enum err
copy_to(struct ctx *cx, struct conn *from, const char *path, const struct tick *tick)
{
	sqlite3 *to = NULL;
	enum err e = OK;
	int code =
		sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, FAULT_VFS);

	if (code == SQLITE_OK)
		code = sqlite3_exec(to, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		e = code_fail(cx, from, code, "(backup)");
	else
		e = pages_copy(cx, from, to, tick);
	(void)sqlite3_close(to);
	return e;
}

static enum err
copy_now(struct ctx *cx, struct db *db, const char *path, struct tick *tick)
{
	SCOPED(conn) struct conn *from = NULL;
	struct conn *before = cx->conn;
	enum err e;

	TRY(db_reader(cx, db, &from));
	tick->before = before;
	cx->conn = from;
	e = db_snapshot(cx);
	if (e == OK) {
		e = copy_to(cx, from, path, tick);
		db_snapshot_end(cx);
	}
	cx->conn = before;
	return e;
}

/* Give the whole copy its name, unless something has come to bear it meanwhile. */
static enum err
copy_name(struct ctx *cx, const char *part, const char *path)
{
	TRY(sync_path(cx, part, O_RDONLY));
	if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
		return file_fail(cx, path);
	return sync_path(cx, dirname(arena_strdup(cx->arena, path)), O_RDONLY | O_DIRECTORY);
}

enum err
db_backup_ticking(struct ctx *cx, struct db *db, const char *path, db_tick *fn, void *arg)
{
	const char *part = arena_printf(cx->arena, "%s.part", path);
	struct tick tick = { fn, arg, NULL };
	enum err e;

	if (db->pg != NULL) /* the server's own tools do it better: docs/guide/postgres.md */
		return fail(cx, ERR_INVALID, "err.db_backup_pg", db->path);
	if (access(path, F_OK) == 0)
		return fail(cx, ERR_CONFLICT, "err.file_exists", path);
	TRY(file_make(cx, part));
	e = copy_now(cx, db, part, &tick);
	if (e == OK)
		e = copy_name(cx, part, path);
	if (e != OK)
		(void)unlink(part);
	return e;
}

enum err
db_backup(struct ctx *cx, struct db *db, const char *path)
{
	return db_backup_ticking(cx, db, path, NULL, NULL);
}
