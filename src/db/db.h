/*
 * The database: one interface, two back ends, an SQLite file and a PostgreSQL server. SQL is
 * written for SQLite and translated (docs/decisions/0009-postgresql.md): a condition is a
 * comparison, not a number, and a mistake in a statement may be told at its first step.
 *
 * An opened store (struct db) has one write lane and any number of read connections.
 *
 * Writing. A piece of writing is a closure. db_run() hands it to the write lane and waits until it
 * is durable; db_submit() hands it over and calls back when it is. The lane gathers all closures
 * that wait, runs each in a savepoint of its own, commits once, and only then answers: many
 * durable writes for one sync. A closure that fails leaves nothing behind and does not disturb the
 * others of its group. A closure may be run more than once (retry), so it must not touch anything
 * but the database and its own arena. Nothing else says BEGIN or COMMIT.
 *
 * Reading. Each thread opens one reader and keeps it; a query sees the last commit. Statements are
 * prepared once per connection and kept by the address of their text, so the text must be a
 * constant or live as long as the connection.
 *
 * SQL is the small common dialect of both databases: parameters ?1, ?2 …; integers, text and
 * bytes; RETURNING; ON CONFLICT. The functions both know are listed in db/functions.h. Dates are
 * civil days, times UTC seconds, money cents, yes/no 0 and 1: all integers.
 */
#ifndef HOOL_DB_DB_H
#define HOOL_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

struct db;
struct conn;
struct stmt;

enum db_flags {
	DB_CREATE = 1,	  /* make the database if there is none */
	DB_READ_ONLY = 2, /* no write lane */
	DB_BULK = 4,	  /* loading: group commits may be lost with the machine's power */
	DB_ALONE = 8,	  /* every closure a commit of its own: to measure what groups gain */
};

/* Figures of the write lane since it opened, for the metrics and the bench. */
struct db_figures {
	uint64_t groups;   /* commits */
	uint64_t closures; /* closures run in them */
	uint64_t waiting;  /* closures waiting now */
	uint64_t largest;  /* closures of the largest group */
	uint64_t readers;  /* read connections open now */
	uint64_t wal_size; /* bytes of the write-ahead log beside the file; 0 without one */
};

/*
 * Open a store. `url` is a path ("practice.db", "file:…") or "postgres://…". Runs no migration.
 * Errors: ERR_NOTFOUND (no file and no DB_CREATE), ERR_IO, ERR_CORRUPT, ERR_INVALID (the url, or
 * another program's database), ERR_BUSY (another process has the write lane, "err.db_in_use").
 */
enum err db_open(struct ctx *cx, const char *url, unsigned flags, struct db **ret) MUST_USE;
/* Is it the address of a database server, not a file? Several processes may write there. */
bool db_is_server(const char *url);
/*
 * Read from a replica of the store where it has seen all that the acting session wrote, and from
 * the store itself else. Before the first reader. Errors: ERR_INVALID "err.db_replica" (it is none,
 * or the store is a file), ERR_IO.
 */
enum err db_replica(struct ctx *cx, struct db *db, const char *url) MUST_USE;
/* End the write lane after its waiting closures, checkpoint and close. Takes NULL. Readers must
 * have been freed before. */
void db_close(struct db *db);
SCOPED_DEFINE(db, struct db, db_close)

/*
 * Bring the engine's schema (src/db/schema/NNNN-name.sql, compiled in as text) to the newest
 * version, each step in a transaction, each recorded with its hash. Errors: ERR_CORRUPT when a
 * step already taken differs from ours, ERR_CONFLICT when the database is newer than the program.
 */
enum err db_migrate(struct ctx *cx, struct db *db) MUST_USE;

/* One step of the engine's schema. */
struct db_step {
	int step;
	const char *name; /* "0001-engine.sql" */
	const char *hash; /* SHA-256 of its text, in hexadecimal */
	const char *sql;
	int64_t taken_at; /* UTC seconds; 0: db_migrate() is yet to take it */
};

/* All steps in order, in cx's arena, each with whether it is taken. Errors as db_migrate(). */
enum err db_plan(struct ctx *cx, struct db *db, struct db_step **ret_steps, size_t *ret_n) MUST_USE;

/* The newest step this program knows. */
int db_newest_step(void);
/* The newest step the database of cx->conn has taken; 0: none. */
enum err db_step_taken(struct ctx *cx, int64_t *ret) MUST_USE;

/* The absolute path of the database's file; NULL when it is not in one. */
const char *db_path(const struct db *db);

/*
 * Copy the database as it is at this moment into a new file, while it goes on being used. The
 * file appears under its name when it is whole. Errors: ERR_CONFLICT (the name is taken), ERR_IO.
 */
enum err db_backup(struct ctx *cx, struct db *db, const char *path) MUST_USE;
/* The same; `tick` is called every few milliseconds, and its error ends the copying. */
typedef enum err db_tick(struct ctx *cx, void *arg);
enum err db_backup_ticking(struct ctx *cx, struct db *db, const char *path, db_tick *tick,
			   void *arg) MUST_USE;

/*
 * Look at some rows of every index, so that the planner knows today's tables and not those of the
 * start: all connections plan anew. For the hourly work; does nothing when little was written
 * since the last time. PostgreSQL: autovacuum does it. Errors: ERR_DENIED (opened for reading),
 * ERR_IO.
 */
enum err db_tend(struct ctx *cx, struct db *db) MUST_USE;

/* A read connection for one thread. Owned by the caller, ended by conn_free() (takes NULL). */
enum err db_reader(struct ctx *cx, struct db *db, struct conn **ret) MUST_USE;
void conn_free(struct conn *c);
SCOPED_DEFINE(conn, struct conn, conn_free)
/* Hold one snapshot over several queries of a reader, and let it go. Nesting is not allowed. */
enum err db_snapshot(struct ctx *cx) MUST_USE;
void db_snapshot_end(struct ctx *cx);

typedef enum err db_fn(struct ctx *cx, void *arg);

/*
 * Run a closure on the write lane and wait until it is durable. cx->conn is the lane's connection
 * while it runs, and what it was before afterwards; its error is left in cx. Must not be called
 * from within a closure. Errors: whatever the closure returned; ERR_IO, ERR_BUSY if the commit
 * failed (then nothing of it is kept); ERR_IO "err.disk_gone" while the file is not where it was,
 * "err.disk_doubt" if it may have been kept or not.
 */
enum err db_run(struct ctx *cx, struct db *db, const char *name, db_fn *fn, void *arg) MUST_USE;

/* A closure handed over. Fill the first five; the rest belongs to the lane until done() is called,
 * on the lane's own thread, after the commit (or with the error). done() must be quick. */
struct db_job {
	struct ctx *cx; /* not touched by the submitter until done() */
	const char *name;
	db_fn *fn;
	void *arg;
	void (*done)(struct db_job *job, enum err result);
	struct db_job *next;
	enum err result;
};
void db_submit(struct db *db, struct db_job *job);
/* The same for several at once, each the `next` of the one before: they come into one group. */
void db_submit_all(struct db *db, struct db_job *first);

/* The figures as they are now; zeros for a store opened for reading. */
struct db_figures db_figures(struct db *db);

/* ---- values ---- */

enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BYTES };

struct db_value {
	enum db_kind kind;
	int64_t i; /* DB_INT */
	const void
		*bytes; /* DB_TEXT (UTF-8), DB_BYTES; must live until the statement is released */
	size_t len;	/* bytes */
};

struct db_value db_null(void);
struct db_value db_int(int64_t i);
struct db_value db_bool(bool b);
struct db_value db_date(int32_t day);	/* CIVIL_NONE is null */
struct db_value db_id(int64_t id);	/* 0 is null */
struct db_value db_text(const char *s); /* NULL is null */
struct db_value db_bytes(const void *p, size_t len);

/* The arguments of a statement, ?1 first: DB_ARGS(db_int(7), db_text("x")), or DB_NONE. */
struct db_args {
	const struct db_value *v;
	size_t n;
};
#define DB_ARGS(...)                                                          \
	((struct db_args){ (const struct db_value[]){ __VA_ARGS__ },          \
			   sizeof((const struct db_value[]){ __VA_ARGS__ }) / \
				   sizeof(struct db_value) })
#define DB_NONE ((struct db_args){ NULL, 0 })

/* ---- statements, on cx->conn ---- */

/*
 * A statement with its arguments bound, ready to step. Held with SCOPED(stmt); stmt_free() gives
 * it back to the connection's store of prepared statements (takes NULL).
 * Errors: ERR_BUG (the SQL does not compile, logged), ERR_IO, ERR_BUSY.
 */
enum err db_query(struct ctx *cx, const char *sql, struct db_args args, struct stmt **ret) MUST_USE;
void stmt_free(struct stmt *q);
SCOPED_DEFINE(stmt, struct stmt, stmt_free)
/* Step to the next row: *ret_row tells whether there is one. Constraint violations come as
 * ERR_CONFLICT (unique, foreign key) or ERR_INVALID (check, not null) with the constraint's
 * name in the error's first value. A RAISE(ABORT, 'key') in a trigger comes as ERR_CONFLICT with
 * that key as the error's key. */
enum err stmt_step(struct ctx *cx, struct stmt *q, bool *ret_row) MUST_USE;
/* Columns of the present row, from 0. Text is valid until the next step; NULL when null. */
bool stmt_is_null(const struct stmt *q, int col);
int64_t stmt_int(const struct stmt *q, int col);
int32_t stmt_date(const struct stmt *q, int col); /* null is CIVIL_NONE */
const char *stmt_text(const struct stmt *q, int col);
const void *stmt_bytes(const struct stmt *q, int col, size_t *ret_len);
/* The text copied into cx's arena; NULL when null. */
char *stmt_copy(struct ctx *cx, const struct stmt *q, int col);
int stmt_columns(const struct stmt *q);
const char *stmt_column_name(const struct stmt *q, int col);
enum db_kind stmt_kind(const struct stmt *q, int col);

/*
 * Ends a SELECT that picks rows for a job: rows another node is busy with are left out, and what
 * is picked is the closure's until its commit. SQLite has one writer and takes no notice.
 */
#define DB_CLAIM " FOR UPDATE SKIP LOCKED"

/* Run a statement that gives no rows; *ret_changes (may be NULL) tells how many it touched. */
enum err
db_exec(struct ctx *cx, const char *sql, struct db_args args, int64_t *ret_changes) MUST_USE;
/* The first column of the first row; ERR_NOTFOUND ("err.not_found") if there is none. */
enum err db_get_int(struct ctx *cx, const char *sql, struct db_args args, int64_t *ret) MUST_USE;
enum err
db_get_text(struct ctx *cx, const char *sql, struct db_args args, const char **ret) MUST_USE;
/* Run a script of several statements without arguments (schema, practice data), in a closure.
 * Only a script may make, change or drop tables. */
enum err db_script(struct ctx *cx, const char *sql) MUST_USE;

/* True while cx->conn is the write lane's. */
bool db_writing(const struct ctx *cx);

/*
 * What one closure learns for the next: `size` bytes (at most DB_MEMORY) that belong to the lane,
 * zeros at first and whenever something was undone, a script ran, or the connection was lost. For
 * one user only: the history keeps the end of its chain there. In a closure.
 */
#define DB_MEMORY 64
void *db_memory(struct ctx *cx, size_t size);

/* The number of this process among those that write to the store, from 1: with one file it is 1. In
 * a closure; it may be another after a connection was lost, but never one that is in use. */
int64_t db_node(const struct ctx *cx);

/* ---- tests ---- */

/* The n-th step, write or sync from now fails with ERR_IO; 0 turns it off. Returns what is left
 * of the countdown, so that a test knows whether the fault was met. */
long db_fault_after(long n);

#endif
