/*
 * Statements on PostgreSQL. Each is prepared once a connection, with the types of its parameters
 * taken from the values: an integer is int8, a text text, bytes bytea; a null has none, and the
 * server infers one. Called later with other kinds, the statement gets another variant.
 *
 * A reader asks and waits; the rows of a statement without LIMIT are fetched one by one, so that a
 * walk over all there is needs no memory, until another statement is asked on the same connection:
 * then what is left of them is kept here.
 *
 * The lane sends ahead what gives no rows and answers later (pg_lane.c says what then fails).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/log.h"
#include "base/memory.h"
#include "db/pg_int.h"

#define MAX_VARIANTS 8
#define TYPE_BOOL 16
#define TYPE_BYTEA 17
#define TYPE_NAME 19
#define TYPE_INT8 20
#define TYPE_INT2 21
#define TYPE_INT4 23
#define TYPE_TEXT 25
#define TYPE_OID 26
#define TYPE_FLOAT8 701
#define TYPE_NUMERIC 1700

struct pg_variant {
	uint64_t generation; /* of the connection it is prepared on; 0: it is not */
	char name[24];
	Oid *types; /* of the parameters; 0: inferred by the server */
};

/* A value made into text, or copied, until the next row. */
struct made {
	struct made *next;
	char text[];
};

struct pg_stmt {
	struct pg_text text;
	struct pg_variant variant[MAX_VARIANTS];
	int variants;
	/* The arguments, as libpq wants them. */
	struct db_value *args;
	const char **values;
	int *lengths, *formats;
	uint64_t *numbers; /* integers in network order */
	/* The answer. */
	bool asked, ended;
	PGresult **results; /* one, or one a row kept from what flowed */
	size_t nresults, size, at;
	int row;
	struct made *made;
};

void
pg_forget_variant(struct pg_variant *v)
{
	if (v != NULL)
		v->generation = 0;
}

/* ---- making and ending ---- */

struct pg_stmt *
pg_stmt_new(struct conn *c, const char *sql)
{
	struct pg_stmt *s = mem_new(sizeof(*s));
	size_t n;

	(void)c;
	if (!pg_translate(sql, &s->text)) {
		free(s);
		return NULL;
	}
	n = (size_t)s->text.nparams + 1;
	s->args = mem_new(n * sizeof(*s->args));
	s->values = mem_new(n * sizeof(*s->values));
	s->lengths = mem_new(n * sizeof(*s->lengths));
	s->formats = mem_new(n * sizeof(*s->formats));
	s->numbers = mem_new(n * sizeof(*s->numbers));
	return s;
}

static void
made_free(struct pg_stmt *s)
{
	for (struct made *m = s->made, *next; m != NULL; m = next) {
		next = m->next;
		free(m);
	}
	s->made = NULL;
}

static void
results_free(struct pg_stmt *s)
{
	for (size_t i = 0; i < s->nresults; i++)
		PQclear(s->results[i]);
	s->nresults = s->at = 0;
	s->row = -1;
	made_free(s);
}

static void
result_add(struct pg_stmt *s, PGresult *r)
{
	if (s->nresults == s->size) {
		s->size = s->size == 0 ? 1 : s->size * 2;
		s->results = mem_grow(s->results, s->size * sizeof(PGresult *));
	}
	s->results[s->nresults++] = r;
}

/* Read what still flows, keeping the rows or not. */
static void
flow_end(struct pg_conn *p, bool keep)
{
	struct pg_stmt *s = p->flowing;
	PGresult *r;

	p->flowing = NULL;
	while (s != NULL && (r = PQgetResult(p->link)) != NULL)
		if (!keep)
			PQclear(r);
		else
			result_add(s, r);
}

static void
variant_close(struct conn *c, struct pg_variant *v)
{
	struct pg_conn *p = c->pg;
	char sql[48];

	if (!p->closing && v->generation == p->generation && !pg_failed(p) && !pg_lost(p)) {
		(void)snprintf(sql, sizeof(sql), "DEALLOCATE %s", v->name);
		if (p->piping)
			(void)pg_send(p, sql);
		else if (!pg_run(p, sql))
			pg_clear(p);
	}
	free(v->types);
}

void
pg_stmt_end(struct conn *c, struct pg_stmt *s)
{
	struct pg_conn *p = c->pg;

	if (s == NULL)
		return;
	flow_end(p, true);
	if (p->npending > 0 && !p->closing) /* one of them may be ours */
		(void)pg_sync(p, NULL);
	for (int i = 0; i < s->variants; i++)
		variant_close(c, &s->variant[i]);
	results_free(s);
	free(s->results);
	free(s->args);
	free(s->values);
	free(s->lengths);
	free(s->formats);
	free(s->numbers);
	free(s->text.sql);
	free(s);
}

void
pg_stmt_reset(struct stmt *q)
{
	struct pg_stmt *s = q->pg;

	if (q->conn->pg->flowing == s)
		flow_end(q->conn->pg, false);
	results_free(s);
	s->asked = s->ended = false;
}

void
pg_settle(struct pg_conn *p)
{
	flow_end(p, true);
}

/* ---- arguments ---- */

static uint64_t
network_order(int64_t i)
{
	return __builtin_bswap64((uint64_t)i); /* Debian's machines are little-endian */
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "network_order() swaps");

enum err
pg_stmt_bind(struct ctx *cx, struct stmt *q, struct db_args args)
{
	struct pg_stmt *s = q->pg;

	if (args.n != (size_t)s->text.nparams) {
		log_line(LOG_ERROR, "db.sql", "error.message", "number of arguments",
			 "db.statement", q->text);
		return fail(cx, ERR_BUG, "err.db_query");
	}
	for (size_t i = 0; i < args.n; i++) {
		const struct db_value *v = &args.v[i];

		s->args[i] = *v;
		s->formats[i] = 1;
		s->lengths[i] = (int)v->len;
		s->values[i] = v->kind == DB_NULL ? NULL : v->bytes;
		if (v->kind == DB_INT) {
			s->numbers[i] = network_order(v->i);
			s->values[i] = (const char *)&s->numbers[i];
			s->lengths[i] = 8;
		}
		if (v->len > PG_MAX_VALUE)
			return fail(cx, ERR_LIMIT, "err.db_large");
	}
	s->asked = s->ended = false;
	results_free(s);
	return OK;
}

static Oid
type_of(const struct db_value *v)
{
	return v->kind == DB_INT     ? TYPE_INT8
	       : v->kind == DB_TEXT  ? TYPE_TEXT
	       : v->kind == DB_BYTES ? TYPE_BYTEA
				     : 0;
}

/* The variant whose parameters take these arguments; a new one learns from the last. */
static struct pg_variant *
variant_for(struct conn *c, struct pg_stmt *s)
{
	struct pg_variant *v;
	int n = s->text.nparams;

	for (int k = 0; k < s->variants; k++) {
		bool fits = true;

		for (int i = 0; i < n && fits; i++)
			fits = s->args[i].kind == DB_NULL ||
			       s->variant[k].types[i] == type_of(&s->args[i]);
		if (fits)
			return &s->variant[k];
	}
	if (s->variants == MAX_VARIANTS) {
		if (c->pg->npending > 0)
			(void)pg_sync(c->pg, NULL);
		variant_close(c, &s->variant[--s->variants]);
	}
	v = &s->variant[s->variants];
	*v = (struct pg_variant){ .types = mem_new(((size_t)n + 1) * sizeof(Oid)) };
	for (int i = 0; i < n; i++) {
		v->types[i] = type_of(&s->args[i]);
		if (v->types[i] == 0 && s->variants > 0)
			v->types[i] = s->variant[s->variants - 1].types[i];
	}
	s->variants++;
	return v;
}

static void
variant_name(struct pg_conn *p, struct pg_variant *v)
{
	(void)snprintf(v->name, sizeof(v->name), "h%" PRIu64, ++p->names);
	v->generation = p->generation;
}

static bool
send_bound(struct pg_conn *p, const struct pg_stmt *s, const struct pg_variant *v)
{
	if (PQsendQueryPrepared(p->link, v->name, s->text.nparams, s->values, s->lengths,
				s->formats, 1) != 0)
		return true;
	pg_note(p, PG_LOST, NULL);
	return false;
}

/* ---- a reader ---- */

static bool
prepare_now(struct pg_conn *p, const struct pg_stmt *s, struct pg_variant *v)
{
	PGresult *r;

	if (v->generation == p->generation)
		return true;
	variant_name(p, v);
	r = PQprepare(p->link, v->name, s->text.sql, s->text.nparams, v->types);
	if (PQresultStatus(r) == PGRES_COMMAND_OK) {
		PQclear(r);
		return true;
	}
	pg_forget_variant(v);
	pg_note(p, PQresultErrorField(r, PG_DIAG_SQLSTATE), r);
	return false;
}

/* Take the next result; false after noting a failure, or at the end. */
static bool
flow_next(struct pg_conn *p, struct pg_stmt *s)
{
	PGresult *r = PQgetResult(p->link), *rest;

	if (PQresultStatus(r) == PGRES_SINGLE_TUPLE) {
		results_free(s);
		result_add(s, r);
		p->flowing = s;
		return true;
	}
	p->flowing = NULL;
	while ((rest = PQgetResult(p->link)) != NULL)
		PQclear(rest);
	if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK) {
		results_free(s);
		result_add(s, r);
		return true;
	}
	pg_note(p, r == NULL ? PG_LOST : PQresultErrorField(r, PG_DIAG_SQLSTATE), r);
	return false;
}

static bool
ask_once(struct conn *c, struct pg_stmt *s)
{
	struct pg_conn *p = c->pg;
	struct pg_variant *v;

	flow_end(p, true);
	v = variant_for(c, s);
	if (!prepare_now(p, s, v) || !send_bound(p, s, v))
		return false;
	if (s->text.rows && !s->text.limited)
		(void)PQsetSingleRowMode(p->link);
	if (flow_next(p, s))
		return true;
	/* A table has changed under a plan, or somebody has dropped our statements. */
	if (strcmp(p->failed, "0A000") == 0 || strcmp(p->failed, "26000") == 0)
		p->generation++;
	return false;
}

/* The replica did not answer: ask the primary once, unprepared. */
static enum err
ask_primary(struct ctx *cx, struct stmt *q)
{
	struct pg_conn *p = q->conn->primary->pg;
	struct pg_stmt *s = q->pg;
	const struct pg_variant *v = variant_for(q->conn, s);
	PGresult *r;

	pg_replica_failed(q->conn->primary);
	flow_end(p, true);
	pg_clear(p);
	r = PQexecParams(p->link, s->text.sql, s->text.nparams, v->types, s->values, s->lengths,
			 s->formats, 1);
	if (PQresultStatus(r) == PGRES_TUPLES_OK) {
		results_free(s);
		result_add(s, r);
		return OK;
	}
	pg_note(p, PQresultErrorField(r, PG_DIAG_SQLSTATE), r);
	return pg_fail(cx, p, q->text);
}

/* Lost connections are made anew, unless a snapshot is held: that is lost with them. */
static enum err
ask(struct ctx *cx, struct stmt *q)
{
	struct conn *c = q->conn;
	struct pg_conn *p = c->pg;

	for (int tries = 0;; tries++) {
		uint64_t generation = p->generation;

		pg_clear(p);
		if (fault_due())
			pg_note(p, PG_FAULT, NULL);
		else if (ask_once(c, q->pg))
			break;
		if (c->primary != NULL && (pg_lost(p) || pg_worth_again(p->failed)))
			return ask_primary(cx, q);
		if (c->snapshot || tries == 2 || (!pg_lost(p) && generation == p->generation))
			return pg_fail(cx, p, q->text);
		if (pg_lost(p))
			TRY(pg_reconnect(cx, p, PG_WAIT));
	}
	return OK;
}

/* ---- the lane ---- */

/* Send the statement; its answer comes with pg_sync(). */
static bool
send_ahead(struct conn *c, struct pg_stmt *s)
{
	struct pg_conn *p = c->pg;
	struct pg_variant *v;

	if (p->npending + 2 > PG_PENDING && !pg_sync(p, NULL))
		return false;
	v = variant_for(c, s);
	if (v->generation != p->generation) {
		variant_name(p, v);
		if (PQsendPrepare(p->link, v->name, s->text.sql, s->text.nparams, v->types) == 0) {
			pg_forget_variant(v);
			pg_note(p, PG_LOST, NULL);
			return false;
		}
		p->pending[p->npending++] = (struct pg_pending){ v };
	}
	if (!send_bound(p, s, v))
		return false;
	p->pending[p->npending++] = (struct pg_pending){ v };
	return true;
}

static bool
wait_for(struct conn *c, struct pg_stmt *s)
{
	PGresult *r = NULL;

	if (!send_ahead(c, s) || !pg_sync(c->pg, &r)) {
		PQclear(r);
		return false;
	}
	results_free(s);
	result_add(s, r);
	return true;
}

/* In a savepoint of its own, so that a closure may go on after a failure, as with SQLite. */
static enum err
run_strictly(struct ctx *cx, struct stmt *q)
{
	struct pg_conn *p = q->conn->pg;
	enum err e;

	if (pg_send(p, "SAVEPOINT statement") && wait_for(q->conn, q->pg)) {
		(void)pg_send(p, "RELEASE statement");
		return OK;
	}
	e = pg_fail(cx, p, q->text);
	if (pg_lost(p))
		return e;
	pg_clear(p);
	(void)pg_send(p, "ROLLBACK TO statement");
	(void)pg_send(p, "RELEASE statement");
	(void)pg_sync(p, NULL);
	return e;
}

/* The closure will be run again; what it is told now ends it. */
static enum err
run_again(struct ctx *cx)
{
	return fail(cx, ERR_BUSY, "err.db_busy");
}

static enum err
run_on_lane(struct ctx *cx, struct stmt *q, bool wait)
{
	struct pg_conn *p = q->conn->pg;
	struct pg_stmt *s = q->pg;

	s->asked = true;
	if (!s->text.loose && !p->ordered && !pg_failed(p)) {
		p->wants_order = true;
		pg_note(p, PG_AGAIN, NULL);
	}
	if (fault_due())
		pg_note(p, PG_FAULT, NULL);
	if (pg_failed(p))
		return strcmp(p->failed, PG_FAULT) == 0 ? pg_fail(cx, p, q->text) : run_again(cx);
	p->wrote = true;
	p->wrote_ordered = p->wrote_ordered || !s->text.loose;
	if (p->strict)
		return run_strictly(cx, q);
	if (wait ? wait_for(q->conn, s) : send_ahead(q->conn, s))
		return OK;
	return run_again(cx);
}

/* ---- for both ---- */

enum err
pg_stmt_step(struct ctx *cx, struct stmt *q, bool *ret_row)
{
	struct pg_stmt *s = q->pg;
	struct pg_conn *p = q->conn->pg;

	if (s->ended) {
		*ret_row = false;
		return OK;
	}
	if (!s->asked) {
		s->asked = s->ended = true; /* should it fail */
		TRY(q->conn->writer ? run_on_lane(cx, q, true) : ask(cx, q));
		s->ended = false;
		s->row = -1;
	}
	made_free(s);
	while (++s->row >= PQntuples(s->results[s->at])) {
		s->row = -1;
		if (s->at + 1 < s->nresults) {
			PQclear(s->results[s->at]);
			s->results[s->at++] = NULL;
			if (PQresultStatus(s->results[s->at]) == PGRES_FATAL_ERROR)
				return s->ended = true, fail(cx, ERR_IO, "err.db_lost");
			continue;
		}
		s->ended = p->flowing != s;
		if (!s->ended && !flow_next(p, s)) {
			s->ended = true;
			return pg_fail(cx, p, q->text);
		}
		if (s->ended) {
			*ret_row = false;
			return OK;
		}
	}
	*ret_row = true;
	return OK;
}

enum err
pg_exec(struct ctx *cx, struct stmt *q, int64_t *ret_changes)
{
	struct pg_stmt *s = q->pg;
	bool row = true;

	if (q->conn->writer && ret_changes == NULL && !s->text.rows)
		return run_on_lane(cx, q, false);
	while (row)
		TRY(pg_stmt_step(cx, q, &row));
	if (ret_changes != NULL)
		*ret_changes = strtoll(PQcmdTuples(s->results[s->at]), NULL, 10);
	return OK;
}

/* ---- columns ---- */

static const PGresult *
now(const struct stmt *q)
{
	return q->pg->results[q->pg->at];
}

static const unsigned char *
cell(const struct stmt *q, int col, int *ret_len)
{
	*ret_len = PQgetlength(now(q), q->pg->row, col);
	return (const unsigned char *)PQgetvalue(now(q), q->pg->row, col);
}

bool
pg_is_null(const struct stmt *q, int col)
{
	return PQgetisnull(now(q), q->pg->row, col) != 0;
}

static int64_t
big_endian(const unsigned char *p, int len)
{
	uint64_t u = len > 0 && (p[0] & 0x80) != 0 ? UINT64_MAX : 0;

	for (int i = 0; i < len; i++)
		u = u << 8 | p[i];
	return (int64_t)u;
}

/* A numeric: counts of base-10000 digits and weight, sign, scale, digits. True if it is whole. */
static bool
numeric(const unsigned char *p, int64_t *ret)
{
	int n = (int)big_endian(p, 2), weight = (int)big_endian(p + 2, 2);
	int sign = (int)big_endian(p + 4, 2) & 0xFFFF;
	bool whole = true;
	int64_t sum = 0;

	for (int i = 0; i <= weight || i < n; i++) {
		int64_t digit = i < n ? big_endian(p + 8 + 2 * i, 2) : 0;

		if (i > weight)
			whole = whole && digit == 0;
		else if (__builtin_mul_overflow(sum, 10000, &sum) ||
			 __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*ret = sign == 0x4000 ? -sum : sum;
	return whole && (sign == 0 || sign == 0x4000);
}

int64_t
pg_int(const struct stmt *q, int col)
{
	int len;
	const unsigned char *p = cell(q, col, &len);
	int64_t i = 0;

	if (pg_is_null(q, col))
		return 0;
	switch (PQftype(now(q), col)) {
	case TYPE_BOOL:
		return p[0];
	case TYPE_INT8:
	case TYPE_INT4:
	case TYPE_INT2:
		return big_endian(p, len);
	case TYPE_OID:
		return big_endian(p, len) & 0xFFFFFFFF;
	case TYPE_NUMERIC:
		(void)numeric(p, &i);
		return i;
	default:
		return strtoll((const char *)p, NULL, 10);
	}
}

enum db_kind
pg_kind(const struct stmt *q, int col)
{
	int64_t ignored;
	int len;
	const unsigned char *p = cell(q, col, &len);

	if (pg_is_null(q, col))
		return DB_NULL;
	switch (PQftype(now(q), col)) {
	case TYPE_BOOL:
	case TYPE_INT8:
	case TYPE_INT4:
	case TYPE_INT2:
	case TYPE_OID:
		return DB_INT;
	case TYPE_NUMERIC:
		return numeric(p, &ignored) ? DB_INT : DB_TEXT;
	case TYPE_BYTEA:
		return DB_BYTES;
	default:
		return DB_TEXT;
	}
}

/* A number as text, until the next row. */
static const char *
make_text(const struct stmt *q, int col)
{
	struct made *m = mem_new(sizeof(*m) + 32);

	m->next = q->pg->made;
	q->pg->made = m;
	(void)snprintf(m->text, 32, "%" PRId64, pg_int(q, col));
	return m->text;
}

const char *
pg_text(const struct stmt *q, int col)
{
	int len;

	if (pg_is_null(q, col))
		return NULL;
	return pg_kind(q, col) == DB_INT ? make_text(q, col) : (const char *)cell(q, col, &len);
}

const void *
pg_bytes(const struct stmt *q, int col, size_t *ret_len)
{
	int len;
	const void *p = cell(q, col, &len);

	*ret_len = (size_t)len;
	return pg_is_null(q, col) ? NULL : p;
}

int
pg_columns(const struct stmt *q)
{
	return q->pg->nresults == 0 ? 0 : PQnfields(now(q));
}

const char *
pg_column_name(const struct stmt *q, int col)
{
	return PQfname(now(q), col);
}

/* ---- scripts ---- */

/* One statement of a script, waited for; in strict runs in a savepoint of its own. */
static bool
script_part(struct pg_conn *p, const char *sql)
{
	if (p->strict && !pg_run(p, "SAVEPOINT statement"))
		return false;
	if (pg_run(p, sql))
		return !p->strict || pg_run(p, "RELEASE statement");
	return false;
}

enum err
pg_script_run(struct ctx *cx, const char *sql)
{
	struct pg_conn *p = cx->conn->pg;
	struct pg_script script = { .next = sql, .late = &p->late };
	SCOPED_BUF b;
	enum err e = OK;

	buf_init(&b, PG_MAX_SQL);
	if (!p->ordered && !pg_failed(p)) {
		p->wants_order = true;
		pg_note(p, PG_AGAIN, NULL);
	}
	if (pg_failed(p) || !pg_sync(p, NULL))
		return run_again(cx);
	p->wrote = p->wrote_ordered = true;
	while (e == OK && pg_script_next(&script, &b)) {
		if (fault_due())
			pg_note(p, PG_FAULT, NULL);
		else if (script_part(p, b.bytes))
			continue;
		e = p->strict || strcmp(p->failed, PG_FAULT) == 0 ? pg_fail(cx, p, b.bytes)
								  : run_again(cx);
		if (p->strict && !pg_lost(p)) {
			pg_clear(p);
			(void)pg_run(p, "ROLLBACK TO statement");
		}
	}
	p->deferred = p->deferred || script.deferred;
	if (e == OK && script.bad != NULL) {
		log_line(LOG_ERROR, "db.script", "db.statement", script.bad);
		return fail(cx, ERR_BUG, "err.db_query");
	}
	return e;
}
