/*
 * Reading from a replica, never staler than what the session itself has written. Each group of a
 * lane notes, for the sessions whose closures are in it, the number of its commit (sys_wrote). A
 * replica that shows the lane's row with that number, or a later one, has seen the session's last
 * write. The primary is asked for the note once a request; where the replica lags, or is not
 * there, the primary is read. What concerns no session (signing in, rights, jobs) is never read
 * from a replica, nor is a snapshot.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "db/pg_int.h"

#define PAUSE 5000000 /* microseconds a replica that failed is left alone */

static const char WROTE[] = "SELECT lane, token FROM sys_wrote WHERE session = ?1 LIMIT 1";
static const char SEEN[] = "SELECT count(*) FROM sys_lane WHERE id = ?1 AND token >= ?2 LIMIT 1";

enum err
db_replica(struct ctx *cx, struct db *db, const char *url)
{
	if (db->pg == NULL)
		return fail(cx, ERR_INVALID, "err.db_replica", db->path);
	return pg_store_replica(cx, db->pg, url);
}

void
pg_replica_failed(struct conn *c)
{
	c->replica_at = pg_clock() + PAUSE;
	c->routed_request = 0;
	log_line(LOG_WARN, "db.replica", "error.code", c->replica->pg->failed);
}

/* A context of our own on a connection, so that what goes wrong here is not the caller's. */
static void
aside(struct ctx *cx, struct ctx *sub, struct conn *c)
{
	*sub = *cx;
	sub->who.session = 0;
	sub->conn = c;
	sub->error = (struct error){ 0 };
}

/* The lane and number of the session's last write; zeros if there is none. */
static enum err
last_write(struct ctx *cx, struct conn *c, int64_t *ret_lane, int64_t *ret_token)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx sub;
	bool row = false;

	aside(cx, &sub, c);
	TRY(db_query(&sub, WROTE, DB_ARGS(db_int(cx->who.session)), &q));
	TRY(stmt_step(&sub, q, &row));
	*ret_lane = row ? stmt_int(q, 0) : 0;
	*ret_token = row ? stmt_int(q, 1) : 0;
	return OK;
}

static bool
connected(struct ctx *cx, struct conn *c)
{
	struct ctx sub;

	if (c->replica != NULL && !pg_lost(c->replica->pg))
		return true;
	if (pg_clock() < c->replica_at)
		return false;
	aside(cx, &sub, c);
	if (c->replica == NULL ? pg_conn_open_replica(&sub, c) == OK
			       : pg_reconnect(&sub, c->replica->pg, 0) == OK)
		return true;
	c->replica_at = pg_clock() + PAUSE;
	log_error(&sub, "db.replica");
	return false;
}

static bool
is_fresh(struct ctx *cx, struct conn *c)
{
	int64_t lane = 0, token = 0, seen = 0;
	struct ctx sub;

	if (!connected(cx, c) || last_write(cx, c, &lane, &token) != OK)
		return false;
	if (token == 0)
		return true;
	aside(cx, &sub, c->replica);
	return db_get_int(&sub, SEEN, DB_ARGS(db_int(lane), db_int(token)), &seen) == OK &&
	       seen > 0;
}

struct conn *
pg_route(struct ctx *cx, struct conn *c)
{
	if (c->db->pg->replica == NULL || c->writer || c->snapshot || c->primary != NULL ||
	    cx->who.session == 0 || cx->request == 0)
		return c;
	if (c->routed_request != cx->request || c->routed_session != cx->who.session) {
		c->on_replica = is_fresh(cx, c);
		c->routed_request = cx->request;
		c->routed_session = cx->who.session;
	}
	return c->on_replica ? c->replica : c;
}

/* With the group's commit: this session has written. */
void
pg_note_session(struct lane *l, const struct db_job *job)
{
	const struct pg_store *s = l->conn->db->pg;
	struct pg_conn *p = l->conn->pg;
	char sql[320];

	if (s->replica == NULL || job->cx->who.session == 0 || !p->wrote_ordered)
		return;
	(void)snprintf(sql, sizeof(sql),
		       "INSERT INTO sys_wrote (session, lane, token, at) VALUES (%" PRId64
		       ", %" PRId64 ", %" PRId64 ", extract(epoch FROM now())::bigint) "
		       "ON CONFLICT (session) DO UPDATE SET lane = excluded.lane, "
		       "token = excluded.token, at = excluded.at",
		       job->cx->who.session, s->lane_id, p->token + 1);
	(void)pg_send(p, sql);
}
