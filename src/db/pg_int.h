/*
 * What the files of the PostgreSQL back end share among themselves and with the dispatch in
 * stmt.c, sqlite.c, lane.c. See docs/decisions/0009-postgresql.md for the ideas.
 */
#ifndef HOOL_DB_PG_INT_H
#define HOOL_DB_PG_INT_H

#include <libpq-fe.h>

#include "base/buf.h"
#include "db/db_int.h"

#define PG_LEAST 130000		 /* the oldest server: 13, for xid8, normalize() and gen_random */
#define PG_MAX_SQL (1024 * 1024) /* bytes of one translated statement */
#define PG_NAME 63		 /* bytes of an identifier, PostgreSQL's own bound */
#define PG_MAX_VALUE (64 * 1024 * 1024) /* bytes of one text or blob, as with SQLite */
#define PG_WAIT 8000			/* milliseconds to look for a server that has gone */
#define PG_PENDING 200			/* statements sent ahead of their answers */

/* SQLSTATE of a RAISE in a trigger of ours; its message is the key. */
#define PG_RAISED "HL001"
/* What our code notes itself; no server sends these. */
#define PG_LOST "HL008"	 /* the connection is gone */
#define PG_FAULT "HL009" /* a fault on purpose, see fault.c */
#define PG_AGAIN "HL010" /* the closure is to be run once more, otherwise */

struct pg_store {
	char *url;	 /* as given; holds a password perhaps, never shown */
	char *replica;	 /* for reading, or NULL */
	char *shown;	 /* "host/database": for messages */
	int64_t lane_id; /* our row of sys_lane, random */
	bool bulk;	 /* opened with DB_BULK */
};

/* ---- pg_text.c: our dialect to theirs ---- */

/* What a statement is, told from its text. */
struct pg_text {
	char *sql; /* malloc: the translation */
	int nparams;
	bool reads;   /* SELECT, WITH or VALUES */
	bool rows;    /* gives rows: reads, or has RETURNING */
	bool limited; /* has a LIMIT: its rows are few */
	bool loose;   /* writes what needs no order across nodes; see pg_lane.c */
};

/* Translate one statement; false if it is none that may be asked (it must read or change rows). */
bool pg_translate(const char *sql, struct pg_text *ret);
/* Is this table written without order across nodes? */
bool pg_is_loose(const char *table, size_t len);

enum pg_token_kind { PG_END, PG_WORD, PG_QUOTED, PG_STRING, PG_NUMBER, PG_PARAM, PG_SIGN };

struct pg_token {
	enum pg_token_kind kind;
	const char *gap; /* white space and comments before it begin here */
	const char *at;
	size_t len;
};

/* The token at `from`, which may be its `at + len` of the one before. */
struct pg_token pg_next_token(const char *from);
bool pg_is(const struct pg_token *t, const char *word);
/* Translate the text from..to into `out` as part of a statement. */
void pg_translate_part(const char *from, const char *to, struct buf *out, struct pg_text *text);
/* Append an identifier, quoted, and shortened if PostgreSQL would cut it. */
void pg_put_name(struct buf *out, const struct pg_token *name, const char *before);
/* Is a column of this name never null in any table, so that its order needs no word on nulls? */
bool pg_never_null(const char *name, size_t len);

/* ---- pg_ddl.c ---- */

/* The statements of a script, translated, one after the other. `late` collects what must be run
 * at the end of the closure (foreign keys to tables yet to be made), each ended by a NUL.
 * NULL: the end; sets *ret_bad to what could not be translated. */
struct pg_script {
	const char *next;
	struct buf *late;
	bool deferred;	 /* a constraint that is checked late was among them */
	const char *bad; /* a statement that could not be translated */
};
bool pg_script_next(struct pg_script *s, struct buf *out);

/* ---- pg_functions.c ---- */

/* The functions of functions.h and the tables they read, as one script in their SQL; in `out`. */
void pg_functions_sql(struct buf *out);

/* ---- pg_conn.c ---- */

struct pg_variant;

/* What a closure's function was seen to write. */
#define PG_CLOSURES 200
struct pg_closure {
	db_fn *fn;
	bool loose, ordered; /* only what needs no order, so far; something that does */
};

/* The lock on order: held from a group's beginning to its end. Locks are told apart by the schema,
 * so that several stores may share a database. */
#define PG_ORDER_LOCK "pg_advisory_xact_lock(hashtext('hool order ' || current_schema()), 0)"

/* One statement sent whose answer has not been read. */
struct pg_pending {
	struct pg_variant *prepares; /* the variant this prepares, or NULL */
};

struct pg_conn {
	PGconn *link;
	const char *url;   /* of the store, primary or replica */
	const char *shown; /* of the store */
	bool writer;
	bool primary;		 /* only the server that takes writings will do */
	bool piping;		 /* the lane: statements are sent ahead */
	uint64_t generation;	 /* counts connects: what was prepared before is gone */
	uint64_t names;		 /* of prepared statements given so far */
	struct pg_stmt *flowing; /* a reader's statement whose rows are still on the wire */
	struct pg_pending pending[PG_PENDING];
	int npending;
	bool closing; /* nothing needs to be tidied up on the server */
	/* Of the lane: */
	int node;	  /* number among the nodes, from 1 */
	bool strict;	  /* every statement in a savepoint of its own, and waited for */
	bool ordered;	  /* the group holds the lock on order */
	bool wants_order; /* a closure wrote what needs it, and the group does not hold it */
	bool wrote;	  /* this closure has sent something */
	bool wrote_ordered;
	bool down;     /* the server was looked for in vain */
	int64_t token; /* of the last commit */
	struct pg_closure closures[PG_CLOSURES];
	int nclosures;
	bool deferred; /* there are constraints that are checked late */
	struct buf late;
	char failed[6];	   /* SQLSTATE of the first failure since pg_clear(); "" none */
	PGresult *failure; /* its answer, or NULL */
};

enum err pg_open(struct ctx *cx, struct db *db, const char *url) MUST_USE;
void pg_store_free(struct pg_store *s);
/* Connect a connection of `db`; `c->pg` is made. */
enum err pg_conn_open(struct ctx *cx, struct db *db, bool writer, struct conn **ret) MUST_USE;
void pg_conn_free(struct pg_conn *p);
/* Connect anew after a loss, trying for so many milliseconds. */
enum err pg_reconnect(struct ctx *cx, struct pg_conn *p, int wait) MUST_USE;
/* The lane's: take a number among the nodes and a row of sys_lane. */
enum err pg_lane_enter(struct ctx *cx, struct pg_conn *p, const struct pg_store *s) MUST_USE;
/* db_snapshot() and its end. */
enum err pg_snapshot(struct ctx *cx) MUST_USE;
void pg_snapshot_end(struct pg_conn *p);
/* Run fixed commands of ours and wait; false after noting the failure. */
bool pg_run(struct pg_conn *p, const char *sql);
/* The single number or none of a query of ours; false after noting the failure. */
bool pg_run_int(struct pg_conn *p, const char *sql, int64_t *ret);
bool pg_is_url(const char *url);

/* ---- pg_replica.c ---- */

/* The connection that a query of this reader is to be asked on. */
struct conn *pg_route(struct ctx *cx, struct conn *c);
/* The replica of a reader did not answer: leave it alone for a while. */
void pg_replica_failed(struct conn *c);
/* With the group's commit: the session of this closure has written. */
void pg_note_session(struct lane *l, const struct db_job *job);
/* db_replica(), and the connection of a reader to it. */
enum err pg_store_replica(struct ctx *cx, struct pg_store *s, const char *url) MUST_USE;
enum err pg_conn_open_replica(struct ctx *cx, struct conn *c) MUST_USE;

/* Send a fixed command ahead (pipeline); answered by pg_sync(). False: lost. */
bool pg_send(struct pg_conn *p, const char *sql);
/* Read all answers sent for. The last one of a statement that gives rows is kept in *ret_last. */
bool pg_sync(struct pg_conn *p, PGresult **ret_last);
/* Note a failure if there is none yet. */
void pg_note(struct pg_conn *p, const char *state, PGresult *result);
void pg_clear(struct pg_conn *p);
bool pg_failed(const struct pg_conn *p);
bool pg_lost(const struct pg_conn *p);

/* ---- pg_stmt.c ---- */

struct pg_stmt *pg_stmt_new(struct conn *c, const char *sql);
void pg_stmt_end(struct conn *c, struct pg_stmt *s);
enum err pg_stmt_bind(struct ctx *cx, struct stmt *q, struct db_args args) MUST_USE;
enum err pg_stmt_step(struct ctx *cx, struct stmt *q, bool *ret_row) MUST_USE;
enum err pg_exec(struct ctx *cx, struct stmt *q, int64_t *ret_changes) MUST_USE;
/* Take in all rows that are still on the wire. */
void pg_settle(struct pg_conn *p);
/* It is not prepared after all. Takes NULL. */
void pg_forget_variant(struct pg_variant *v);
void pg_stmt_reset(struct stmt *q);
bool pg_is_null(const struct stmt *q, int col);
int64_t pg_int(const struct stmt *q, int col);
const char *pg_text(const struct stmt *q, int col);
const void *pg_bytes(const struct stmt *q, int col, size_t *ret_len);
int pg_columns(const struct stmt *q);
const char *pg_column_name(const struct stmt *q, int col);
enum db_kind pg_kind(const struct stmt *q, int col);
enum err pg_script_run(struct ctx *cx, const char *sql) MUST_USE;

/* ---- pg_lane.c ---- */

/* Take what waits, commit, answer: one group. */
void pg_lane_group(struct lane *l);
void pg_lane_tidy(struct lane *l);
void pg_lane_learn(struct lane *l);
/* Microseconds of a clock that only goes forward. */
int64_t pg_clock(void);

/* ---- pg_code.c ---- */

/* The failure noted on the connection as our error; `sql` for the log, or NULL. */
enum err pg_fail(struct ctx *cx, struct pg_conn *p, const char *sql);
/* A statement that may not be asked, or is none. */
enum err pg_fail_untranslated(struct ctx *cx, const char *sql);
/* Will a second try perhaps succeed (conflict of transactions, deadlock)? */
bool pg_worth_again(const char *state);

#endif
