/*
 * The write lane on PostgreSQL. As on SQLite, closures that wait share a transaction, each in a
 * savepoint, and are answered after one commit. What differs:
 *
 * Order across nodes. A group whose closures write records takes one lock of the whole database
 * before it reads anything, and keeps it until its commit: between two such groups, of whatever
 * node, one has seen all of the other. So every guard, number and unique name holds as with one
 * writer. A closure that writes only what nobody else looks at (pg_is_loose: the log of who saw
 * what, drafts) needs no order; which do is learnt from what they write.
 *
 * Sending ahead. Statements that give no rows are sent without waiting. Should one have failed,
 * what the closure went on to do is void: the transaction is undone and the group runs again with
 * care, waiting at the end of each closure; and the closure that failed once more, strictly, with
 * every statement in a savepoint and waited for, so that it meets its error where it is. Closures
 * may run more than once, says db.h.
 *
 * A lost connection. The lane looks for the server for some seconds. A commit whose answer was
 * lost is looked up: the last number a lane committed stands in its row of sys_lane, written by
 * that very commit. What was not committed runs once more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "db/pg_int.h"

#define GROUP_CLOSURES 60    /* PostgreSQL keeps 64 subtransactions of one transaction at hand */
#define GROUP_TIME 20000     /* microseconds after which a group takes no more */
#define MAX_AGAIN 5	     /* conflicts with other transactions before a group is given up */
#define MAX_LOST 3	     /* connections lost by one group */
#define SLOW_CLOSURE 1000000 /* microseconds; worth a line in the log */

struct group {
	struct db_job *first, *last;
	uint64_t n;
};

/* How a group went that was not committed. */
enum outcome {
	DONE,	   /* committed, or nothing to commit */
	UNORDERED, /* a closure needs the order */
	FAILED,	   /* a statement failed: with care, then */
	CONFLICT,  /* with another transaction */
	LOST,	   /* the connection, before the commit */
	DOUBTFUL,  /* the connection, with the commit */
};

int64_t
pg_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct pg_conn *
link_of(const struct lane *l)
{
	return l->conn->pg;
}

/* ---- which closures need the order ---- */

static struct pg_closure *
closure_of(struct lane *l, db_fn *fn)
{
	struct pg_conn *p = link_of(l);

	for (int i = 0; i < p->nclosures; i++)
		if (p->closures[i].fn == fn)
			return &p->closures[i];
	if (p->nclosures == PG_CLOSURES)
		return NULL;
	p->closures[p->nclosures] = (struct pg_closure){ .fn = fn };
	return &p->closures[p->nclosures++];
}

/* Unknown ones are taken to need it. */
static bool
needs_order(struct lane *l, const struct db_job *job)
{
	const struct pg_closure *c = closure_of(l, job->fn);

	return c == NULL || !c->loose;
}

static void
learn(struct lane *l, const struct db_job *job)
{
	struct pg_closure *c = closure_of(l, job->fn);

	if (c == NULL)
		return;
	c->ordered = c->ordered || link_of(l)->wrote_ordered;
	c->loose = !c->ordered;
}

/* ---- one closure ---- */

static void
savepoint(struct lane *l, const char *sql)
{
	(void)pg_send(link_of(l), sql);
}

/* What closures learnt may not be so any more. */
static void
forget(struct lane *l)
{
	memset(l->conn->memory, 0, sizeof(l->conn->memory));
}

/* Undo what the closure did. */
static void
undo(struct lane *l)
{
	forget(l);
	pg_clear(link_of(l));
	buf_clear(&link_of(l)->late);
	savepoint(l, "ROLLBACK TO closure");
	savepoint(l, "RELEASE closure");
}

/* Foreign keys whose tables are there by now. */
static void
late_run(struct pg_conn *p)
{
	const char *sql = p->late.bytes, *end = p->late.bytes + p->late.len;

	if (p->late.len > 0 && pg_sync(p, NULL))
		for (; sql < end && pg_run(p, sql); sql += strlen(sql) + 1)
			;
	buf_clear(&p->late);
}

/* Run the closure itself, and what is put off to its end. */
static void
call(struct lane *l, struct db_job *job)
{
	struct pg_conn *p = link_of(l);
	struct conn *before = job->cx->conn;

	if (p->deferred)
		savepoint(l, "SET CONSTRAINTS ALL DEFERRED");
	ctx_forgive(job->cx);
	p->wrote = p->wrote_ordered = false;
	job->cx->conn = l->conn;
	l->conn->grouping = true;
	job->result = job->fn(job->cx, job->arg);
	l->conn->grouping = false;
	job->cx->conn = before;
	if (l->conn->lent != 0)
		BUG("a closure left a statement open");
	if (job->result != OK)
		return;
	if (!pg_failed(p))
		late_run(p);
	if (!pg_failed(p))
		pg_note_session(l, job);
	if (p->deferred && !pg_failed(p))
		savepoint(l, "SET CONSTRAINTS ALL IMMEDIATE");
}

/* The failure on the connection is the closure's answer. */
static void
answer_failure(struct lane *l, struct db_job *job)
{
	ctx_forgive(job->cx);
	job->result = pg_fail(job->cx, link_of(l), job->name);
}

/* Is the failure one that running the closure another way does not mend? */
static bool
is_final(const struct pg_conn *p)
{
	return pg_lost(p) || p->wants_order || pg_worth_again(p->failed);
}

/* Once more, statement by statement; what fails now is the closure's own. */
static void
run_strictly(struct lane *l, struct db_job *job)
{
	struct pg_conn *p = link_of(l);

	p->strict = true;
	call(l, job);
	p->strict = false;
	if (!pg_sync(p, NULL) && !is_final(p))
		answer_failure(l, job);
}

/* With care: its failures are known at its end. */
static void
run_carefully(struct lane *l, struct db_job *job)
{
	struct pg_conn *p = link_of(l);

	savepoint(l, "SAVEPOINT closure");
	call(l, job);
	if (!pg_sync(p, NULL) && !is_final(p)) {
		if (strcmp(p->failed, PG_FAULT) == 0) {
			answer_failure(l, job);
		} else {
			pg_clear(p);
			buf_clear(&p->late);
			savepoint(l, "ROLLBACK TO closure");
			forget(l);
			run_strictly(l, job);
		}
	}
	if (pg_failed(p) && is_final(p))
		return;
	if (job->result != OK)
		undo(l);
	else
		savepoint(l, "RELEASE closure");
}

/* Without waiting, unless it has failed: then it is asked whether that is to be believed. */
static void
run_ahead(struct lane *l, struct db_job *job)
{
	struct pg_conn *p = link_of(l);

	savepoint(l, "SAVEPOINT closure");
	call(l, job);
	if (job->result == OK && !pg_failed(p)) {
		savepoint(l, "RELEASE closure");
		return;
	}
	if (!pg_failed(p) && p->npending > 0)
		(void)pg_sync(p, NULL);
	if (!pg_failed(p))
		undo(l);
}

static void
run(struct lane *l, struct db_job *job, bool care)
{
	int64_t began = pg_clock();

	if (care)
		run_carefully(l, job);
	else
		run_ahead(l, job);
	if (!l->bulk && pg_clock() - began > SLOW_CLOSURE)
		log_line(LOG_WARN, "db.slow", "closure", job->name);
}

/* ---- one group ---- */

static void
group_add(struct group *g, struct db_job *job)
{
	job->next = NULL;
	*(g->last == NULL ? &g->first : &g->last->next) = job;
	g->last = job;
	g->n++;
}

static void
group_answer(struct group *g)
{
	for (struct db_job *job = g->first, *next; job != NULL; job = next) {
		next = job->next; /* done() may end the job's memory */
		job->done(job, job->result);
	}
	*g = (struct group){ 0 };
}

/* What would have been kept has not been; what failed by itself keeps its answer. */
static void
group_fail(struct group *g, enum err e, const char *key)
{
	for (struct db_job *job = g->first; job != NULL; job = job->next)
		if (job->result == OK || job->result == ERR_BUSY) {
			ctx_forgive(job->cx);
			job->result = fail(job->cx, e, key);
		}
	group_answer(g);
}

static void
begin(struct lane *l, const struct group *g, bool ordered)
{
	struct pg_conn *p = link_of(l);

	pg_clear(p);
	buf_clear(&p->late);
	if (g->n > 0) /* once more */
		forget(l);
	p->ordered = ordered;
	p->wants_order = false;
	(void)pg_send(p, "BEGIN");
	if (ordered)
		(void)pg_send(p, "SELECT " PG_ORDER_LOCK);
}

static void
drop(struct lane *l)
{
	struct pg_conn *p = link_of(l);

	forget(l);
	(void)pg_sync(p, NULL);
	if (pg_lost(p))
		return;
	pg_clear(p);
	(void)pg_send(p, "ROLLBACK");
	(void)pg_sync(p, NULL);
}

static enum outcome
how_it_failed(const struct pg_conn *p, bool committing)
{
	if (pg_lost(p))
		return committing ? DOUBTFUL : LOST;
	if (p->wants_order)
		return UNORDERED;
	return pg_worth_again(p->failed) ? CONFLICT : FAILED;
}

static bool
has_work(const struct group *g)
{
	for (const struct db_job *job = g->first; job != NULL; job = job->next)
		if (job->result == OK)
			return true;
	return false;
}

/* The lane's number of this commit goes with it, so that it can be told whether it was made. */
static enum outcome
commit(struct lane *l, const struct group *g)
{
	struct pg_conn *p = link_of(l);
	char sql[240];

	if (!has_work(g)) {
		drop(l);
		return pg_lost(p) ? LOST : DONE;
	}
	if (fault_due())
		pg_note(p, PG_FAULT, NULL);
	if (!pg_sync(p, NULL)) /* what fails before the commit leaves no doubt */
		return how_it_failed(p, false);
	(void)snprintf(sql, sizeof(sql),
		       "INSERT INTO sys_lane (id, token, seen_at) VALUES (%" PRId64 ", %" PRId64
		       ", extract(epoch FROM now())::bigint) ON CONFLICT (id) DO UPDATE SET "
		       "token = excluded.token, seen_at = excluded.seen_at",
		       l->conn->db->pg->lane_id, ++p->token);
	if (!pg_send(p, sql) || !pg_send(p, "COMMIT") || !pg_sync(p, NULL))
		return how_it_failed(p, true);
	return DONE;
}

/* Run all closures of the group again. */
static enum outcome
run_again(struct lane *l, struct group *g, bool ordered, bool care)
{
	struct pg_conn *p = link_of(l);

	begin(l, g, ordered);
	for (struct db_job *job = g->first; job != NULL; job = job->next) {
		run(l, job, care);
		if (pg_failed(p))
			return how_it_failed(p, false);
	}
	return commit(l, g);
}

/* Take closures and run them until there are none or it is time to commit. */
static enum outcome
run_first(struct lane *l, struct group *g, bool ordered)
{
	struct pg_conn *p = link_of(l);
	int64_t until = pg_clock() + GROUP_TIME;
	uint64_t most = l->most < GROUP_CLOSURES ? l->most : GROUP_CLOSURES;
	struct db_job *job;

	begin(l, g, ordered);
	while (g->n < most && (job = lane_take(l)) != NULL) {
		if (!ordered && needs_order(l, job)) {
			lane_put_back(l, job);
			break;
		}
		group_add(g, job);
		run(l, job, false);
		if (pg_failed(p))
			return how_it_failed(p, false);
		if (job->result == OK)
			learn(l, job);
		if (pg_clock() > until)
			break;
	}
	return commit(l, g);
}

/* ---- a lost connection ---- */

static bool
find_server(struct lane *l)
{
	struct pg_conn *p = link_of(l);
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;

	ctx_init(&cx, a);
	forget(l);
	log_line(LOG_WARN, "db.lost", "error.code", p->failed);
	if (pg_reconnect(&cx, p, p->down ? 0 : PG_WAIT) == OK &&
	    pg_lane_enter(&cx, p, l->conn->db->pg) == OK) {
		p->down = false;
		return true;
	}
	log_error(&cx, "db.reconnect");
	p->down = true;
	return false;
}

/* Was our last commit made? A server still busy with it is waited for. */
static bool
was_committed(struct lane *l, bool *ret_known)
{
	struct pg_conn *p = link_of(l);
	int64_t token = 0;
	char sql[120];

	(void)snprintf(sql, sizeof(sql),
		       "SELECT token FROM sys_lane WHERE id = %" PRId64 " FOR UPDATE",
		       l->conn->db->pg->lane_id);
	*ret_known = pg_run_int(p, sql, &token);
	return *ret_known && token == p->token;
}

/* Reconnect, and tell how the group stands now: DONE, LOST (not committed, run it again) or
 * DOUBTFUL (it cannot be told). */
static enum outcome
recover(struct lane *l, enum outcome how)
{
	bool known = true, committed = false;

	if (!find_server(l))
		return how == DOUBTFUL ? DOUBTFUL : FAILED;
	if (how == DOUBTFUL)
		committed = was_committed(l, &known);
	if (!known)
		return DOUBTFUL;
	log_line(LOG_INFO, "db.found", "hool.committed", committed ? "yes" : "no");
	return committed ? DONE : LOST;
}

/* ---- the whole ---- */

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

/* The failure of the whole group, told to each of its closures. */
static void
group_give_up(struct lane *l, struct group *g)
{
	for (struct db_job *job = g->first; job != NULL; job = job->next)
		if (job->result == OK || job->result == ERR_BUSY)
			answer_failure(l, job);
	drop(l);
	group_answer(g);
}

static bool
any(struct lane *l, const struct db_job *job)
{
	(void)l;
	(void)job;
	return true;
}

void
pg_lane_group(struct lane *l)
{
	struct group g = { 0 };
	bool ordered = lane_any(l, GROUP_CLOSURES, needs_order), care = false;
	enum outcome how;
	int conflicts = 0, losses = 0;

	if (!lane_any(l, 1, any)) /* woken for an errand */
		return;
	how = run_first(l, &g, ordered);
	while (how != DONE) {
		if (how == LOST || how == DOUBTFUL) {
			enum outcome was = how;

			how = ++losses > MAX_LOST ? FAILED : recover(l, how);
			if (how == DONE)
				break;
			if (how == DOUBTFUL || how == FAILED) {
				group_fail(&g, ERR_IO,
					   was == DOUBTFUL ? "err.db_doubt" : "err.db_lost");
				return;
			}
		} else {
			if ((how == CONFLICT && ++conflicts > MAX_AGAIN) ||
			    (how == FAILED &&
			     (care || strcmp(link_of(l)->failed, PG_FAULT) == 0))) {
				group_give_up(l, &g);
				return;
			}
			care = care || how == FAILED;
			ordered = ordered || how == UNORDERED;
			drop(l);
		}
		how = run_again(l, &g, ordered, care);
	}
	group_count(l, &g);
	group_answer(&g);
	pg_lane_learn(l);
}

/* While loading, tables grow under plans that were made for empty ones. */
void
pg_lane_learn(struct lane *l)
{
	if (!l->bulk || ++l->loaded < l->learn_at)
		return;
	if (!pg_run(link_of(l), "ANALYZE"))
		pg_clear(link_of(l));
	l->learn_at = l->loaded * 3;
}

void
pg_lane_tidy(struct lane *l)
{
	struct pg_conn *p = link_of(l);

	if (l->bulk && !pg_run(p, "ANALYZE"))
		pg_clear(p);
	/* The number of its last commit stays: sessions may ask replicas for it. */
	(void)pg_run(p, "SELECT pg_advisory_unlock_all()");
	p->closing = true;
}
