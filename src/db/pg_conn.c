/*
 * The PostgreSQL store: reaching the server, telling whether its database is ours, and what is
 * sent to it without an answer being waited for.
 */
#include "db/pg_int.h"

#include <inttypes.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MAX_NODES 1000

/* Of the numbers of nodes. */
#define NODE_LOCK "pg_try_advisory_lock(hashtext('hool node ' || current_schema()), %d)"

static const char WRITER_SETUP[] =
	"SET jit = off; SET client_min_messages = error; SET lock_timeout = '30s';"
	"SET idle_in_transaction_session_timeout = '10min';"
	"SET default_transaction_isolation = 'read committed';"
	"SET default_transaction_read_only = off";
static const char READER_SETUP[] = "SET jit = off; SET client_min_messages = error;"
				   "SET default_transaction_isolation = 'read committed';"
				   "SET default_transaction_read_only = on";
static const char FIRST_TABLES[] =
	"CREATE TABLE sys_schema (step bigint PRIMARY KEY, name text NOT NULL, hash text NOT NULL,"
	" taken_at bigint NOT NULL);"
	/* One row a process that writes: the number of its last commit, told in that commit. */
	"CREATE TABLE sys_lane (id bigint PRIMARY KEY, token bigint NOT NULL,"
	" seen_at bigint NOT NULL);"
	"CREATE TABLE sys_function (hash text NOT NULL);";
static const char OURS[] =
	"SELECT count(*) FROM pg_class WHERE relname IN ('sys_schema', 'sys_lane', 'sys_function')"
	" AND relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace"
	" WHERE nspname = current_schema())";
static const char TABLES[] =
	"SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p', 'f')"
	" AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";
static const char DEFERRED[] = "SELECT count(*) FROM pg_constraint WHERE condeferred AND "
			       "connamespace = (SELECT oid FROM pg_namespace"
			       " WHERE nspname = current_schema())";

bool
pg_is_url(const char *url)
{
	return strncmp(url, "postgres://", 11) == 0 || strncmp(url, "postgresql://", 13) == 0;
}

/* ---- failures ---- */

void
pg_clear(struct pg_conn *p)
{
	p->failed[0] = '\0';
	PQclear(p->failure);
	p->failure = NULL;
}

bool
pg_failed(const struct pg_conn *p)
{
	return p->failed[0] != '\0';
}

/* Gone, or the server is no longer one that writes: either way it is time to look for another. */
bool
pg_lost(const struct pg_conn *p)
{
	return PQstatus(p->link) != CONNECTION_OK || strcmp(p->failed, PG_LOST) == 0 ||
	       strncmp(p->failed, "57P0", 4) == 0 || (p->writer && strcmp(p->failed, "25006") == 0);
}

void
pg_note(struct pg_conn *p, const char *state, PGresult *result)
{
	if (state == NULL || *state == '\0') /* made by libpq: it speaks of the connection */
		state = PG_LOST;
	if (pg_failed(p)) {
		PQclear(result);
		return;
	}
	(void)snprintf(p->failed, sizeof(p->failed), "%s", state);
	p->failure = result;
}

/* ---- commands of ours, waited for ---- */

/* Run a command and take its last result; NULL after noting the failure. Not while answers are
 * still to be read. */
static PGresult *
command(struct pg_conn *p, const char *sql)
{
	bool was_piping = p->piping;
	PGresult *r;

	if (was_piping && PQexitPipelineMode(p->link) == 0) {
		pg_note(p, PG_LOST, NULL);
		return NULL;
	}
	r = PQexec(p->link, sql);
	if (was_piping)
		(void)PQenterPipelineMode(p->link);
	if (PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK ||
	    PQresultStatus(r) == PGRES_EMPTY_QUERY)
		return r;
	pg_note(p, PQresultErrorField(r, PG_DIAG_SQLSTATE), r);
	return NULL;
}

bool
pg_run(struct pg_conn *p, const char *sql)
{
	PGresult *r = command(p, sql);

	PQclear(r);
	return r != NULL;
}

bool
pg_run_int(struct pg_conn *p, const char *sql, int64_t *ret)
{
	PGresult *r = command(p, sql);

	if (r == NULL)
		return false;
	*ret = PQntuples(r) == 1 ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
	PQclear(r);
	return true;
}

/* ---- commands sent ahead ---- */

bool
pg_send(struct pg_conn *p, const char *sql)
{
	if (p->npending == PG_PENDING && !pg_sync(p, NULL))
		return false;
	if (PQsendQueryParams(p->link, sql, 0, NULL, NULL, NULL, NULL, 1) == 0) {
		pg_note(p, PG_LOST, NULL);
		return false;
	}
	p->pending[p->npending++] = (struct pg_pending){ NULL };
	return true;
}

/* Read the answers to one statement. */
static void
read_one(struct pg_conn *p, struct pg_pending *sent, PGresult **ret_last)
{
	PGresult *r;

	while ((r = PQgetResult(p->link)) != NULL) {
		ExecStatusType how = PQresultStatus(r);

		if (how == PGRES_COMMAND_OK || how == PGRES_TUPLES_OK) {
			if (ret_last != NULL)
				*ret_last = r;
			else
				PQclear(r);
			continue;
		}
		pg_forget_variant(sent->prepares);
		if (how == PGRES_PIPELINE_ABORTED)
			PQclear(r);
		else
			pg_note(p, PQresultErrorField(r, PG_DIAG_SQLSTATE), r);
	}
}

bool
pg_sync(struct pg_conn *p, PGresult **ret_last)
{
	int n = p->npending;

	p->npending = 0;
	if (PQpipelineSync(p->link) == 0) {
		for (int i = 0; i < n; i++)
			pg_forget_variant(p->pending[i].prepares);
		pg_note(p, PG_LOST, NULL);
		return false;
	}
	for (int i = 0; i < n; i++)
		read_one(p, &p->pending[i], i == n - 1 ? ret_last : NULL);
	PQclear(PQgetResult(p->link));
	if (PQstatus(p->link) != CONNECTION_OK)
		pg_note(p, PG_LOST, NULL);
	return !pg_failed(p);
}

/* ---- reaching the server ---- */

static void
be_silent(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/*
 * What we set unless the address does: those that follow it count. The times bound how long a
 * machine that is gone without a word goes unnoticed: 3 s (milliseconds in tcp_user_timeout) until
 * the kernel gives up on a connection, whether something was sent or not, and 2 s to try its
 * address again before the next. A request may need both for its reader and the second once more
 * for the lane, and is to be answered within 10 s. A server that is merely slow still acknowledges.
 */
static PGconn *
connect_to(const char *url, bool primary)
{
	const char *const name[] = { "client_encoding",	 "fallback_application_name",
				     "connect_timeout",	 "target_session_attrs",
				     "keepalives_idle",	 "keepalives_interval",
				     "keepalives_count", "tcp_user_timeout",
				     "dbname",		 NULL };
	const char *const value[] = { "UTF8", "hool", "2", primary ? "read-write" : "any",
				      "2",    "1",    "2", "3000",
				      url,    NULL };
	PGconn *link = PQconnectdbParams(name, value, 1);

	if (link == NULL)
		BUG("out of memory");
	(void)PQsetNoticeReceiver(link, be_silent, NULL);
	return link;
}

/* libpq's message, on one line. */
static const char *
one_line(struct ctx *cx, const char *message)
{
	char *copy = arena_strdup(cx->arena, message);
	size_t n = strlen(copy);

	while (n > 0 && copy[n - 1] == '\n')
		copy[--n] = '\0';
	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return copy;
}

static enum err
server_check(struct ctx *cx, struct pg_conn *p, const char *shown)
{
	const char *encoding = PQparameterStatus(p->link, "server_encoding");
	const char *version = PQparameterStatus(p->link, "server_version");

	if (PQserverVersion(p->link) < PG_LEAST)
		return fail(cx, ERR_INVALID, "err.db_version", shown,
			    version == NULL ? "" : version);
	if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
		return fail(cx, ERR_INVALID, "err.db_encoding", shown,
			    encoding == NULL ? "" : encoding);
	return OK;
}

static enum err
reach(struct ctx *cx, struct pg_conn *p)
{
	pg_clear(p);
	p->flowing = NULL;
	p->npending = 0;
	p->generation++;
	PQfinish(p->link);
	p->link = connect_to(p->url, p->primary);
	if (PQstatus(p->link) != CONNECTION_OK) {
		const char *message = one_line(cx, PQerrorMessage(p->link));

		if (PQconnectionNeedsPassword(p->link) || PQconnectionUsedPassword(p->link))
			return fail(cx, ERR_DENIED, "err.db_password", p->shown, message);
		return fail(cx, ERR_IO, "err.db_connect", p->shown, message);
	}
	TRY(server_check(cx, p, p->shown));
	if (!pg_run(p, p->writer ? WRITER_SETUP : READER_SETUP))
		return pg_fail(cx, p, "(setup)");
	return OK;
}

enum err
pg_lane_enter(struct ctx *cx, struct pg_conn *p, const struct pg_store *s)
{
	int64_t got = 0, deferred = 0;
	char sql[600];

	for (p->node = 0; got == 0 && p->node < MAX_NODES;) {
		(void)snprintf(sql, sizeof(sql), "SELECT CASE WHEN " NODE_LOCK " THEN 1 ELSE 0 END",
			       ++p->node);
		if (!pg_run_int(p, sql, &got))
			return pg_fail(cx, p, "(node)");
	}
	(void)snprintf(sql, sizeof(sql),
		       "INSERT INTO sys_lane (id, token, seen_at) VALUES (%" PRId64
		       ", 0, extract(epoch FROM now())::bigint) ON CONFLICT DO NOTHING;"
		       "DELETE FROM sys_lane WHERE seen_at < extract(epoch FROM now())::bigint - "
		       "90 * 86400;"
		       "DELETE FROM sys_wrote WHERE at < extract(epoch FROM now())::bigint - "
		       "90 * 86400",
		       s->lane_id);
	if (!pg_run(p, sql) || !pg_run_int(p, DEFERRED, &deferred))
		return pg_fail(cx, p, "(lane)");
	p->deferred = p->deferred || deferred > 0;
	if (s->bulk && !pg_run(p, "SET synchronous_commit = off"))
		return pg_fail(cx, p, "(lane)");
	if (PQenterPipelineMode(p->link) == 0)
		return fail(cx, ERR_IO, "err.db_lost");
	p->piping = true;
	return OK;
}

/* Those that may pass by waiting: no server, or one that is starting or changing its part. */
static bool
may_pass(const struct ctx *cx)
{
	return cx->error.code == ERR_IO || cx->error.code == ERR_BUSY;
}

enum err
pg_reconnect(struct ctx *cx, struct pg_conn *p, int wait)
{
	int64_t until = pg_clock() + (int64_t)wait * 1000;
	enum err e;

	for (int pause = 20;; pause = pause < 400 ? pause * 2 : pause) {
		p->piping = false;
		e = reach(cx, p);
		if (e == OK || !may_pass(cx) || pg_clock() >= until)
			return e;
		ctx_forgive(cx);
		(void)poll(NULL, 0, pause);
	}
}

void
pg_conn_free(struct pg_conn *p)
{
	if (p == NULL)
		return;
	pg_clear(p);
	buf_release(&p->late);
	PQfinish(p->link);
	free(p);
}
SCOPED_DEFINE(pg_conn, struct pg_conn, pg_conn_free)

static enum err
link_open(struct ctx *cx, const struct pg_store *s, const char *url, bool writer, bool primary,
	  struct pg_conn **ret)
{
	SCOPED(pg_conn) struct pg_conn *p = calloc(1, sizeof(*p));

	if (p == NULL)
		BUG("out of memory");
	p->url = url;
	p->shown = s->shown;
	p->writer = writer;
	p->primary = primary;
	buf_init(&p->late, PG_MAX_SQL);
	TRY(reach(cx, p));
	*ret = p;
	p = NULL;
	return OK;
}

enum err
pg_conn_open(struct ctx *cx, struct db *db, bool writer, struct conn **ret)
{
	struct pg_conn *p = NULL;
	struct conn *c;

	/* Readers of a store that is written read what is written: a standby shows it later. */
	TRY(link_open(cx, db->pg, db->pg->url, writer, (db->flags & DB_READ_ONLY) == 0, &p));
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		BUG("out of memory");
	c->db = db;
	c->writer = writer;
	c->pg = p;
	*ret = c;
	return OK;
}

/* The first query is what fixes it. A connection found lost is made anew. */
enum err
pg_snapshot(struct ctx *cx)
{
	struct conn *c = cx->conn;
	struct pg_conn *p = c->pg;

	pg_clear(p);
	pg_settle(p);
	for (int tries = 0;; tries++) {
		if (pg_run(p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1"))
			break;
		if (!pg_lost(p) || tries == 2)
			return pg_fail(cx, p, "(snapshot)");
		TRY(pg_reconnect(cx, p, PG_WAIT));
	}
	c->snapshot = true;
	return OK;
}

void
pg_snapshot_end(struct pg_conn *p)
{
	pg_settle(p);
	if (!pg_run(p, "ROLLBACK"))
		pg_clear(p);
}

enum err
pg_conn_open_replica(struct ctx *cx, struct conn *c)
{
	const struct pg_store *s = c->db->pg;
	struct pg_conn *p = NULL;

	TRY(link_open(cx, s, s->replica, false, false, &p));
	c->replica = mem_new(sizeof(*c->replica));
	c->replica->db = c->db;
	c->replica->pg = p;
	c->replica->primary = c;
	return OK;
}

enum err
pg_store_replica(struct ctx *cx, struct pg_store *s, const char *url)
{
	SCOPED(pg_conn) struct pg_conn *p = NULL;
	int64_t ours = 0;

	if (!pg_is_url(url))
		return fail(cx, ERR_INVALID, "err.db_replica", url);
	TRY(link_open(cx, s, url, false, false, &p));
	if (!pg_run_int(p, OURS, &ours))
		return pg_fail(cx, p, "(looking)");
	if (ours == 0)
		return fail(cx, ERR_INVALID, "err.db_replica", PQdb(p->link));
	s->replica = strdup(url);
	if (s->replica == NULL)
		BUG("out of memory");
	return OK;
}

/* ---- the store ---- */

/* "host/database" of an address, without its password; false if it is none. */
static bool
shown_of(struct ctx *cx, const char *url, const char **ret)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	const char *host = NULL, *name = NULL;

	if (options == NULL)
		return false;
	for (PQconninfoOption *o = options; o->keyword != NULL; o++) {
		if (strcmp(o->keyword, "host") == 0)
			host = o->val;
		if (strcmp(o->keyword, "dbname") == 0)
			name = o->val;
	}
	*ret = arena_printf(cx->arena, "%s/%s", host == NULL ? "localhost" : host,
			    name == NULL ? "" : name);
	PQconninfoFree(options);
	return true;
}

/* In one transaction that no other process is in at the same time. */
static enum err
locked(struct ctx *cx, struct pg_conn *p, const char *sql)
{
	if (pg_run(p, "BEGIN; SELECT " PG_ORDER_LOCK) && pg_run(p, sql) && pg_run(p, "COMMIT"))
		return OK;
	(void)PQexec(p->link, "ROLLBACK");
	return pg_fail(cx, p, "(making the store)");
}

/* The functions of functions.h, made anew when they differ from the program's. */
static enum err
functions_make(struct ctx *cx, struct pg_conn *p)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(hash) + 1];
	SCOPED_BUF b;
	int64_t same = 0;
	size_t text;

	buf_init(&b, PG_MAX_SQL);
	pg_functions_sql(&b);
	text = b.len;
	(void)crypto_hash_sha256(hash, (const unsigned char *)b.bytes, text);
	(void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	if (!pg_run_int(p,
			arena_printf(cx->arena,
				     "SELECT count(*) FROM sys_function WHERE hash = '%s'", hex),
			&same))
		return pg_fail(cx, p, "(functions)");
	if (same > 0)
		return OK;
	buf_printf(&b, "DELETE FROM sys_function; INSERT INTO sys_function VALUES ('%s')", hex);
	TRY(buf_check(cx, &b));
	return locked(cx, p, b.bytes);
}

/* Is it a store of ours? An empty schema becomes one, if we may make it. Two processes may come
 * here at once: the second finds the tables made. */
static enum err
store_check(struct ctx *cx, struct db *db, struct pg_conn *p)
{
	int64_t ours = 0, tables = 0;
	enum err e;

	if (!pg_run_int(p, OURS, &ours) || !pg_run_int(p, TABLES, &tables))
		return pg_fail(cx, p, "(looking)");
	if (ours == 0 && tables > 0)
		return fail(cx, ERR_INVALID, "err.db_not_ours", p->shown);
	if (ours == 0 && (!p->writer || (db->flags & DB_CREATE) == 0))
		return fail(cx, ERR_NOTFOUND, "err.db_none", p->shown);
	if (ours == 0) {
		e = locked(cx, p, FIRST_TABLES);
		if (e != OK && (!pg_run_int(p, OURS, &ours) || ours == 0))
			return e;
		ctx_forgive(cx);
		pg_clear(p);
	}
	return p->writer ? functions_make(cx, p) : OK;
}

static enum err
open_reading(struct ctx *cx, struct db *db)
{
	SCOPED(pg_conn) struct pg_conn *p = NULL;

	TRY(link_open(cx, db->pg, db->pg->url, false, false, &p));
	return store_check(cx, db, p);
}

static enum err
open_writing(struct ctx *cx, struct db *db)
{
	TRY(pg_conn_open(cx, db, true, &db->lane.conn));
	TRY(store_check(cx, db, db->lane.conn->pg));
	TRY(pg_lane_enter(cx, db->lane.conn->pg, db->pg));
	return lane_start(cx, db);
}

enum err
pg_open(struct ctx *cx, struct db *db, const char *url)
{
	struct pg_store *s = calloc(1, sizeof(*s));
	const char *shown = "";

	if (s == NULL)
		BUG("out of memory");
	db->pg = s;
	if (!shown_of(cx, url, &shown))
		return fail(cx, ERR_INVALID, "err.db_url_pg");
	s->url = strdup(url);
	s->shown = strdup(shown);
	db->path = strdup(shown);
	if (s->url == NULL || s->shown == NULL || db->path == NULL)
		BUG("out of memory");
	s->bulk = (db->flags & DB_BULK) != 0;
	randombytes_buf(&s->lane_id, sizeof(s->lane_id));
	return db->flags & DB_READ_ONLY ? open_reading(cx, db) : open_writing(cx, db);
}

void
pg_store_free(struct pg_store *s)
{
	if (s == NULL)
		return;
	free(s->url);
	free(s->replica);
	free(s->shown);
	free(s);
}
