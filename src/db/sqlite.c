/*
 * The SQLite store: opening it, its connections, and what each of them may do.
 *
 * One process at a time has the write lane; a lock on a file of its own beside the database
 * ("…-lock") says so. Not a lock on the database: closing any descriptor of that file would drop
 * SQLite's locks on it. Reading processes need none.
 */
#include "db/db_int.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "db/functions.h"
#include "db/pg_int.h"

#define MAX_VALUE (64 * 1024 * 1024) /* bytes of one text or blob */
#define MAX_SQL_BYTES (1024 * 1024)  /* bytes of one statement; a script may be longer */

/* mmap_size is address space, not memory, and 2 GiB is the most SQLite maps (see fault.c on how
 * the mapping is kept); cache_size is in KiB. */
static const char READER_SETUP[] = "PRAGMA mmap_size = 2147418112;"
				   "PRAGMA cache_size = -1024;"
				   "PRAGMA temp_store = MEMORY;"
				   "PRAGMA query_only = ON;";
static const char WRITER_SETUP[] = "PRAGMA journal_mode = WAL;"
				   "PRAGMA mmap_size = 2147418112;"
				   "PRAGMA cache_size = -8192;"
				   "PRAGMA temp_store = MEMORY;"
				   "PRAGMA wal_autocheckpoint = 0;"
				   "PRAGMA journal_size_limit = 67108864;";
/* sys_lane.sealed: see lane_seal(). */
static const char FIRST_TABLES[] =
	"BEGIN IMMEDIATE;"
	"PRAGMA application_id = 1215262572;"
	"CREATE TABLE sys_schema (step INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL,"
	" taken_at INTEGER NOT NULL) STRICT;"
	"CREATE TABLE sys_lane (id INTEGER PRIMARY KEY CHECK (id = 1), sealed INTEGER NOT NULL)"
	" STRICT;"
	"INSERT INTO sys_lane (id, sealed) VALUES (1, 0);"
	"COMMIT;";
_Static_assert(HOOL_APPLICATION_ID == 1215262572, "as in FIRST_TABLES");

/* ---- SQLite as a whole ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
sqlite_start(void)
{
	if (sqlite3_config(SQLITE_CONFIG_MULTITHREAD) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK ||
	    memory_register() != SQLITE_OK || sqlite3_initialize() != SQLITE_OK ||
	    fault_vfs_register() != SQLITE_OK)
		BUG("SQLite does not start");
}

/* ---- the guard ---- */

/* Those that only look. FTS5 asks for the data version by itself. A script may put foreign keys
 * off to the end of its closure. */
static int
guard_pragma(const struct conn *c, const char *name)
{
	static const char *const LOOK[] = { "data_version",	 "table_info",	"table_xinfo",
					    "index_list",	 "index_xinfo", "foreign_key_list",
					    "foreign_key_check", "quick_check", "integrity_check" };

	for (size_t i = 0; i < sizeof(LOOK) / sizeof(LOOK[0]); i++)
		if (strcmp(name, LOOK[i]) == 0)
			return SQLITE_OK;
	if (c->scripting && strcmp(name, "defer_foreign_keys") == 0)
		return SQLITE_OK;
	return SQLITE_DENY;
}

/* What a statement may do, asked when it is compiled. */
static int
guard(void *arg, int action, const char *a, const char *b, const char *schema, const char *trigger)
{
	const struct conn *c = arg;

	(void)b;
	(void)schema;
	(void)trigger;
	if (c->own)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_ATTACH:
	case SQLITE_DETACH:
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
		return SQLITE_DENY;
	case SQLITE_PRAGMA:
		return guard_pragma(c, a);
	case SQLITE_CREATE_INDEX:
	case SQLITE_CREATE_TABLE:
	case SQLITE_CREATE_TEMP_INDEX:
	case SQLITE_CREATE_TEMP_TABLE:
	case SQLITE_CREATE_TEMP_TRIGGER:
	case SQLITE_CREATE_TEMP_VIEW:
	case SQLITE_CREATE_TRIGGER:
	case SQLITE_CREATE_VIEW:
	case SQLITE_CREATE_VTABLE:
	case SQLITE_DROP_INDEX:
	case SQLITE_DROP_TABLE:
	case SQLITE_DROP_TEMP_INDEX:
	case SQLITE_DROP_TEMP_TABLE:
	case SQLITE_DROP_TEMP_TRIGGER:
	case SQLITE_DROP_TEMP_VIEW:
	case SQLITE_DROP_TRIGGER:
	case SQLITE_DROP_VIEW:
	case SQLITE_DROP_VTABLE:
	case SQLITE_ALTER_TABLE:
	case SQLITE_ANALYZE:
	case SQLITE_REINDEX:
		return c->scripting ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_OK;
	}
}

/* ---- connections ---- */

static int
log_size_hook(void *arg, sqlite3 *handle, const char *schema, int pages)
{
	struct conn *c = arg;

	(void)handle;
	(void)schema;
	c->wal_pages = pages;
	c->committed = true;
	return SQLITE_OK;
}

static int
conn_config(struct conn *c)
{
	static const struct {
		int op, value;
	} FLAG[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },   { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 }, { SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },	    { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	};
	int code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < sizeof(FLAG) / sizeof(FLAG[0]); i++)
		code = sqlite3_db_config(c->handle, FLAG[i].op, FLAG[i].value, (int *)NULL);
	(void)sqlite3_limit(c->handle, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(c->handle, SQLITE_LIMIT_LENGTH, MAX_VALUE);
	(void)sqlite3_limit(c->handle, SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES);
	return code;
}

static int
conn_setup(struct conn *c, unsigned flags)
{
	int code = sqlite3_busy_timeout(c->handle, c->writer ? WRITER_WAIT : READER_WAIT);

	if (code == SQLITE_OK)
		code = conn_config(c);
	if (code == SQLITE_OK)
		code = sqlite3_exec(c->handle, c->writer ? WRITER_SETUP : READER_SETUP, NULL, NULL,
				    NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(c->handle,
				    flags & DB_BULK ? "PRAGMA synchronous = NORMAL;"
						      "PRAGMA cache_size = -262144"
						    : "PRAGMA synchronous = FULL",
				    NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = functions_register(c->handle);
	if (code == SQLITE_OK)
		code = sqlite3_set_authorizer(c->handle, guard, c);
	if (c->writer)
		(void)sqlite3_wal_hook(c->handle, log_size_hook, c);
	return code;
}

void
conn_close(struct conn *c)
{
	if (c == NULL)
		return;
	conn_close(c->replica);
	if (c->pg != NULL)
		c->pg->closing = true;
	stmts_forget(c);
	pg_conn_free(c->pg);
	if (sqlite3_close(c->handle) != SQLITE_OK)
		BUG("connection still in use");
	free(c);
}
SCOPED_DEFINE(closing, struct conn, conn_close)

enum err
conn_open(struct ctx *cx, struct db *db, bool writer, struct conn **ret)
{
	SCOPED(closing) struct conn *c = NULL;
	int code;

	if (db->pg != NULL)
		return pg_conn_open(cx, db, writer, ret);
	c = mem_new(sizeof(*c));
	c->db = db;
	c->writer = writer;
	code = sqlite3_open_v2(db->path, &c->handle,
			       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
				       SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
			       FAULT_VFS);
	if (code == SQLITE_OK)
		code = conn_setup(c, db->flags);
	if (code != SQLITE_OK)
		return code_fail(cx, c, code, "(opening)");
	*ret = c;
	c = NULL;
	return OK;
}

enum err
db_reader(struct ctx *cx, struct db *db, struct conn **ret)
{
	struct conn *c;

	TRY(conn_open(cx, db, false, &c));
	atomic_fetch_add(&db->readers, 1);
	*ret = c;
	return OK;
}

void
conn_free(struct conn *c)
{
	if (c == NULL)
		return;
	if (c->writer)
		BUG("the lane's connection is not the caller's");
	if (c->snapshot && c->pg == NULL)
		(void)conn_run_surely(c, "ROLLBACK");
	atomic_fetch_sub(&c->db->readers, 1);
	conn_close(c);
}

enum err
db_snapshot(struct ctx *cx)
{
	struct conn *c = cx->conn;
	int code;

	if (c == NULL || c->writer || c->snapshot)
		BUG("a snapshot here is not possible");
	if (c->pg != NULL)
		return pg_snapshot(cx);
	code = conn_run(c, "BEGIN");
	if (code == SQLITE_OK) /* the first read is what fixes it */
		code = conn_run(c, "SELECT 1 FROM sqlite_schema LIMIT 1");
	if (code == SQLITE_OK) {
		c->snapshot = true;
		return OK;
	}
	if (sqlite3_get_autocommit(c->handle) == 0)
		(void)conn_run_surely(c, "ROLLBACK");
	return code_fail(cx, c, code, "(snapshot)");
}

void
db_snapshot_end(struct ctx *cx)
{
	struct conn *c = cx->conn;

	if (c == NULL || !c->snapshot)
		BUG("no snapshot to end");
	if (c->pg != NULL)
		pg_snapshot_end(c->pg);
	else
		(void)conn_run_surely(c, "ROLLBACK");
	c->snapshot = false;
}

/* ---- the store ---- */

bool
db_is_server(const char *url)
{
	return pg_is_url(url);
}

/* "x.db", "file:x.db" or "file:///x.db" */
static enum err
url_path(struct ctx *cx, const char *url, const char **ret)
{
	const char *path = url;

	if (strncmp(path, "file:", 5) == 0) {
		path += 5;
		if (strncmp(path, "//", 2) == 0)
			path += 2;
		if (strpbrk(path, "?#%") != NULL)
			return fail(cx, ERR_INVALID, "err.db_url", url);
	}
	if (*path == '\0' || *path == ':' || strstr(path, "://") != NULL)
		return fail(cx, ERR_INVALID, "err.db_url", url);
	*ret = path;
	return OK;
}

/* The absolute path of the file, made empty and readable by its owner alone if need be. */
static enum err
file_find(struct ctx *cx, const char *path, unsigned flags, char **ret)
{
	struct stat st;
	char *full;
	int fd;

	if (stat(path, &st) != 0) {
		if (errno != ENOENT)
			return fail(cx, ERR_IO, "err.db_open", path, strerror(errno));
		if ((flags & DB_CREATE) == 0)
			return fail(cx, ERR_NOTFOUND, "err.db_none", path);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return fail(cx, ERR_IO, "err.db_open", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
	} else if (!S_ISREG(st.st_mode)) {
		return fail(cx, ERR_INVALID, "err.db_url", path);
	}
	full = realpath(path, NULL);
	if (full == NULL)
		return fail(cx, ERR_IO, "err.db_open", path, strerror(errno));
	*ret = full;
	return OK;
}

/* Become the one process that writes; the number of another one is read from the file. */
static enum err
lock_take(struct ctx *cx, struct db *db)
{
	const char *path = arena_printf(cx->arena, "%s-lock", db->path);
	char holder[24] = "";
	ssize_t n;

	db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (db->lock_fd < 0)
		return fail(cx, ERR_IO, "err.db_open", path, strerror(errno));
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		n = read(db->lock_fd, holder, sizeof(holder) - 1);
		holder[n > 0 ? strspn(holder, "0123456789") : 0] = '\0';
		return fail(cx, ERR_BUSY, "err.db_in_use", db->path, holder);
	}
	n = snprintf(holder, sizeof(holder), "%ld\n", (long)getpid());
	if (ftruncate(db->lock_fd, 0) != 0 || write(db->lock_fd, holder, (size_t)n) != n)
		return fail(cx, ERR_IO, "err.db_open", path, strerror(errno));
	return OK;
}

static enum err
pragma_int(struct ctx *cx, struct conn *c, const char *sql, int64_t *ret)
{
	struct conn *before = cx->conn;
	enum err e;

	cx->conn = c;
	c->own = true;
	e = db_get_int(cx, sql, DB_NONE, ret);
	c->own = false;
	cx->conn = before;
	return e;
}

/* Is it a database of ours? An empty one becomes it, if we may make one. */
static enum err
store_check(struct ctx *cx, struct db *db, struct conn *c)
{
	int64_t id, tables;
	int code;

	TRY(pragma_int(cx, c, "PRAGMA application_id", &id));
	if (id == HOOL_APPLICATION_ID)
		return OK;
	TRY(pragma_int(cx, c, "SELECT count(*) FROM sqlite_schema", &tables));
	if (id != 0 || tables != 0)
		return fail(cx, ERR_INVALID, "err.db_not_ours", db->path);
	if (!c->writer || (db->flags & DB_CREATE) == 0)
		return fail(cx, ERR_NOTFOUND, "err.db_none", db->path);
	c->own = true;
	code = sqlite3_exec(c->handle, FIRST_TABLES, NULL, NULL, NULL);
	c->own = false;
	return code == SQLITE_OK ? OK : code_fail(cx, c, code, "(first tables)");
}

static enum err
store_open_reading(struct ctx *cx, struct db *db)
{
	SCOPED(closing) struct conn *c = NULL;

	TRY(conn_open(cx, db, false, &c));
	return store_check(cx, db, c);
}

/* The writer's first read also recovers what a killed process left in the log. */
static enum err
store_open_writing(struct ctx *cx, struct db *db)
{
	TRY(lock_take(cx, db));
	TRY(conn_open(cx, db, true, &db->lane.conn));
	TRY(store_check(cx, db, db->lane.conn));
	return lane_start(cx, db);
}

enum err
db_open(struct ctx *cx, const char *url, unsigned flags, struct db **ret)
{
	SCOPED(db) struct db *db = NULL;
	const char *path = "";
	char *full = NULL;
	size_t size;

	(void)pthread_once(&once, sqlite_start);
	if (!pg_is_url(url)) {
		TRY(url_path(cx, url, &path));
		TRY(file_find(cx, path, flags & DB_READ_ONLY ? 0 : flags, &full));
	}
	db = mem_new(sizeof(*db));
	db->path = full;
	size = strlen(full == NULL ? "" : full) + sizeof("-wal");
	db->log_path = mem_new(size);
	(void)snprintf(db->log_path, size, "%s-wal", full == NULL ? "" : full);
	db->flags = flags;
	db->lock_fd = -1;
	if (full == NULL)
		TRY(pg_open(cx, db, url));
	else if (flags & DB_READ_ONLY)
		TRY(store_open_reading(cx, db));
	else
		TRY(store_open_writing(cx, db));
	*ret = db;
	db = NULL;
	return OK;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	if (atomic_load(&db->readers) != 0)
		BUG("a reader outlives its store");
	lane_stop(db);
	if (db->lock_fd >= 0)
		(void)close(db->lock_fd);
	free(db->log_path);
	pg_store_free(db->pg);
	free(db->path);
	free(db);
}

const char *
db_path(const struct db *db)
{
	return db->pg != NULL ? NULL : db->path;
}
