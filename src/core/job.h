/*
 * The queue of jobs: work left for later by a change, in the same transaction, and done once by
 * whichever node takes it first. At least once: a job whose node dies is taken over when its lease
 * runs out, so whatever it does must bear being done again.
 *
 * A job is claimed by one UPDATE … RETURNING whose condition is asked again of the row it changes,
 * so that of two nodes one gets it, on either database. Its end is written only by whoever still
 * holds the lease.
 *
 * A failure is tried again after 10 s, 20 s, 40 s … at most 6 h, each time up to a quarter later so
 * that many that failed together do not come together; after the most tries of its kind (10) the
 * job is dead, and waits for a human: `hool job list`, `hool job again ID`.
 */
#ifndef HOOL_CORE_JOB_H
#define HOOL_CORE_JOB_H

#include "core/world.h"

#define JOB_TRIES 10
#define JOB_LEASE 120	 /* seconds; renewed by nobody: longer work is cut into jobs */
#define JOB_KEPT_DAYS 30 /* those done; the dead stay until a human decides */

struct job {
	int64_t id, subject, made_at;
	const char *kind, *payload;
	const char *lease;
	int tries; /* this one counted */
};

/* How a run ended otherwise than done or failed. */
struct job_end {
	int64_t later; /* UTC seconds: run it then; that was no try. 0: done */
};

/*
 * Do a job. cx acts as the program, with a reader of this thread for its connection; writings go
 * through db_run(). An error is a try that failed; ERR_DENIED and ERR_INVALID are tried no more.
 */
typedef enum err job_fn(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end);

struct job_kind {
	const char *name; /* NULL ends a table */
	job_fn *run;
	int tries; /* at most; 0: JOB_TRIES */
};

/* Leave a job behind (write lane). `key`: nothing happens while one with it is not over; NULL:
 * none. *ret_id (may be NULL) is 0 then. */
enum err job_add(struct ctx *cx, const char *kind, const char *key, int64_t subject,
		 const char *payload, int64_t run_at, int64_t *ret_id) MUST_USE;
/*
 * Take the job that is due first, do it, write how it ended. *ret_any: was there one? A fault of
 * the job is no fault here: it is logged and kept. `kinds` is ended by a NULL name.
 */
enum err
job_work(struct ctx *cx, struct db *db, const struct job_kind *kinds, bool *ret_any) MUST_USE;
/* Take away what was done long ago; *ret_n how many. On the write lane. */
enum err job_clear(struct ctx *cx, int64_t *ret_n) MUST_USE;

struct job_row {
	int64_t id, subject, run_at, made_at, ended_at;
	const char *kind, *state, *error;
	int tries;
};
/* Those in a state ("" for all that are not done), by when they run; at most `limit`. */
enum err job_list(struct ctx *cx, const char *state, int limit, struct job_row **ret,
		  size_t *ret_n) MUST_USE;
/* A dead job is to be tried anew (write lane). ERR_NOTFOUND: it is not dead. */
enum err job_again(struct ctx *cx, int64_t id) MUST_USE;

#endif
