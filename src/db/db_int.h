/* What the files of db/ share among themselves: the SQLite back end. Nobody else includes it. */
#ifndef HOOL_DB_DB_INT_H
#define HOOL_DB_DB_INT_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "base/embed.h"
#include "db/db.h"

#define MAX_WAITING 10000 /* closures in the queue; more are refused at once */
#define STMT_MAX 256	  /* prepared statements kept by one connection */
#define STMT_SLOTS 512
#define READER_WAIT 5000  /* milliseconds, for recovery or a checkpoint to end */
#define WRITER_WAIT 10000 /* milliseconds, for recovery or another process */

#define HOOL_APPLICATION_ID 0x486F6F6C /* "Hool", in the header of the database file */

struct pg_store;
struct pg_conn;
struct pg_stmt;

struct stmt {
	sqlite3_stmt *handle;
	struct pg_stmt *pg; /* on PostgreSQL, instead of the handle */
	struct conn *conn;
	const char *address; /* of the text it was last asked by */
	char *text;	     /* own copy */
	uint64_t hash;	     /* of the text */
	bool own;	     /* compiled past the guard: lent to nobody else */
	bool idle;	     /* in the store, not lent out */
	bool ended;	     /* stepped past its last row, or failed */
	struct stmt *same_slot;
	struct stmt *newer, *older; /* among the idle ones */
};

struct conn {
	sqlite3 *handle;
	struct pg_conn *pg; /* on PostgreSQL, instead of the handle */
	/* A reader's, see pg_replica.c: */
	struct conn *replica;	 /* owned; NULL: not connected */
	struct conn *primary;	 /* of the connection to a replica: whose it is */
	uint64_t routed_request; /* what on_replica was found for */
	int64_t routed_session;
	bool on_replica;
	int64_t replica_at; /* not to be tried before: microseconds */
	struct db *db;
	bool writer;	/* the lane's */
	bool own;	/* a fixed statement of ours runs: the guard lets it pass */
	bool scripting; /* db_script runs: tables may be made and changed */
	bool snapshot;	/* db_snapshot holds one */
	bool grouping;	/* a closure runs, so a transaction must be open */
	bool committed; /* since ship_committed() last looked; the lane's */
	int lent;	/* statements not yet given back */
	int wal_pages;	/* the write-ahead log at the last commit */
	_Alignas(8) unsigned char memory[DB_MEMORY]; /* see db_memory() */
	size_t stmts;
	struct stmt *by_hash[STMT_SLOTS];
	struct stmt *by_address[STMT_SLOTS]; /* hints, checked before use */
	struct stmt *newest, *oldest;
};

/* The write lane: one thread, one connection. */
struct lane {
	pthread_t thread;
	bool running;
	pthread_mutex_t mutex; /* guards what follows, down to `figures` */
	pthread_cond_t work;
	struct db_job *first, *last;
	struct errand *errands;
	bool closing;
	struct db_figures figures;
	uint64_t most; /* closures of one group; fixed */
	/* Of the lane's thread alone: */
	struct conn *conn;
	int kept_pages;		   /* of the log at the last checkpoint, not to be counted again */
	int log_pages;		   /* the log should not grow past it */
	int truncate_at;	   /* pages of the log at which it is to be cut */
	int truncate_tries;	   /* in vain, since it was last cut */
	int copy_pages;		   /* new ones of the log that are worth copying back */
	bool doubtful;		   /* a commit failed and has not been sealed over yet */
	bool bulk;		   /* opened with DB_BULK */
	uint64_t loaded, learn_at; /* groups, and at how many to look at the tables again */
	int64_t changes_seen;	   /* rows written when db_tend() last looked */
	struct ship *ship;	   /* gathers what commits changed; NULL: nobody copies */
};

/* A file by what it is, not by its name; inode 0: not looked at yet, or none. */
struct file_place {
	dev_t device;
	ino_t inode;
};

struct db {
	char *path;		     /* absolute; on PostgreSQL host and database, for messages */
	struct pg_store *pg;	     /* on PostgreSQL */
	char *log_path;		     /* of the write-ahead log */
	struct file_place file, log; /* of the lane's thread alone */
	unsigned flags;
	int lock_fd; /* of the lock file; -1: none */
	atomic_int readers;
	struct lane lane;
};

/* ---- sqlite.c ---- */

/* Open a connection; the writer's is made ready to commit, others may only read. */
enum err conn_open(struct ctx *cx, struct db *db, bool writer, struct conn **ret) MUST_USE;
void conn_close(struct conn *c);

/* ---- code.c ---- */

/* A code of our own among SQLite's: the database's file is not where it was. SQLite's name for
 * it is the nearest. */
#define DB_GONE SQLITE_READONLY_DBMOVED

/* Turn an SQLite result other than OK into our error, kept in cx. `sql` may be NULL. */
enum err code_fail(struct ctx *cx, struct conn *c, int code, const char *sql) MUST_USE;
/* The same for SQL that may not have compiled: SQLite's message is logged with it. */
enum err code_fail_compile(struct ctx *cx, struct conn *c, int code, const char *sql) MUST_USE;
/* The same for a failed commit: never the fault of one closure. */
enum err code_fail_commit(struct ctx *cx, int code) MUST_USE;

/* ---- stmt.c ---- */

/* Run a fixed statement of ours, past the guard; returns an SQLite code. Kept prepared. */
int conn_run(struct conn *c, const char *sql);
/* The same for one that must not meet an injected fault (ROLLBACK). */
int conn_run_surely(struct conn *c, const char *sql);
/* Forget all prepared statements. None may be lent out. */
void stmts_forget(struct conn *c);

/* ---- lane.c ---- */

enum err lane_start(struct ctx *cx, struct db *db) MUST_USE;
/* The next closure waiting, or NULL; and one taken given back, to be the next. */
struct db_job *lane_take(struct lane *l);
void lane_put_back(struct lane *l, struct db_job *job);
/* Does `test` hold of any of the first `most` that wait? */
bool lane_any(struct lane *l, int most, bool test(struct lane *l, const struct db_job *job));
/* Run what waits, checkpoint, end the thread and its connection. */
void lane_stop(struct db *db);
/* Run something on the lane's thread between two groups and wait for its end. The lane runs. */
void lane_errand(struct lane *l, void (*fn)(struct lane *l, void *arg), void *arg);
/* A failure of the lane itself, for the log. */
void lane_log(const char *event, int code);

/* ---- wal.c: copying the write-ahead log back ---- */

void wal_start(struct lane *l, bool bulk);
/* After each group: copy back, or cut the log, when it is time. */
void wal_tend(struct lane *l);
/* Cut the log to nothing, if no reader holds it. */
void wal_truncate(struct lane *l);

/* ---- ship.c ---- */

/* Gather what the commit just made has changed, if anybody wants it (ship.h). */
void ship_committed(struct lane *l);

/* ---- memory.c ---- */

/* Have SQLite take its memory from base/memory.h; before it is initialised. An SQLite code. */
int memory_register(void);

/* ---- present.c ---- */

/* Do the names of the database and its log still lead to the files that were opened? */
bool store_present(struct db *db);

/* ---- migrate.c ---- */

/* db_plan() and db_migrate() with the steps given. */
enum err migrate_plan(struct ctx *cx, struct db *db, const struct embed_file *files,
		      struct db_step **ret_steps, size_t *ret_n) MUST_USE;
enum err migrate_to(struct ctx *cx, struct db *db, const struct embed_file *files) MUST_USE;

/* ---- fault.c ---- */

/* The name of our layer over the system's file access, through which faults are injected. */
#define FAULT_VFS "hool"
/* Register it; an SQLite code. */
int fault_vfs_register(void);
/* Is this step the one that fails? Counts down. */
bool fault_due(void);

#endif
