/*
 * Statements on a connection, kept prepared. A text is looked for by its address first and then by
 * a hash of its bytes, so that a statement built anew each time is still found; the bytes are
 * compared either way, as an address may have come to hold another text. A statement lent out
 * twice at once exists twice. Past STMT_MAX the one idle for longest is dropped.
 */
#include "db/db_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/memory.h"
#include "db/pg_int.h"

/* ---- the store ---- */

static uint64_t
hash_of(const char *s)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h ^ h >> 29;
}

static size_t
address_slot(const char *sql)
{
	return (size_t)(((uint64_t)(uintptr_t)sql * 0x9E3779B97F4A7C15u) >> 32) % STMT_SLOTS;
}

static void
idle_add(struct conn *c, struct stmt *q)
{
	q->idle = true;
	q->older = c->newest;
	q->newer = NULL;
	if (c->newest != NULL)
		c->newest->newer = q;
	c->newest = q;
	if (c->oldest == NULL)
		c->oldest = q;
}

static void
idle_remove(struct conn *c, struct stmt *q)
{
	q->idle = false;
	*(q->newer == NULL ? &c->newest : &q->newer->older) = q->older;
	*(q->older == NULL ? &c->oldest : &q->older->newer) = q->newer;
}

/* Drop an idle statement. */
static void
stmt_drop(struct conn *c, struct stmt *q)
{
	struct stmt **at = &c->by_hash[q->hash % STMT_SLOTS];

	while (*at != q)
		at = &(*at)->same_slot;
	*at = q->same_slot;
	if (c->by_address[address_slot(q->address)] == q)
		c->by_address[address_slot(q->address)] = NULL;
	idle_remove(c, q);
	c->stmts--;
	if (c->pg != NULL)
		pg_stmt_end(c, q->pg);
	else
		(void)sqlite3_finalize(q->handle);
	free(q->text);
	free(q);
}

/* May it be lent for this text? What we compiled past the guard stays ours. */
static bool
fits(const struct conn *c, const struct stmt *q, const char *sql)
{
	return q->idle && q->own == c->own && strcmp(q->text, sql) == 0;
}

static struct stmt *
stmt_find(struct conn *c, const char *sql)
{
	struct stmt *q = c->by_address[address_slot(sql)];
	uint64_t hash;

	if (q != NULL && q->address == sql && fits(c, q, sql))
		return q;
	hash = hash_of(sql);
	for (q = c->by_hash[hash % STMT_SLOTS]; q != NULL; q = q->same_slot)
		if (q->hash == hash && fits(c, q, sql))
			return q;
	return NULL;
}

static void
stmt_remember_address(struct conn *c, struct stmt *q, const char *sql)
{
	if (c->by_address[address_slot(q->address)] == q)
		c->by_address[address_slot(q->address)] = NULL;
	q->address = sql;
	c->by_address[address_slot(sql)] = q;
}

static bool
only_space(const char *s)
{
	return s[strspn(s, " \t\r\n;")] == '\0';
}

/* Past a DB_CLAIM at the end of a statement: SQLite has one writer, and nothing to skip. */
static int
length_without_claim(const char *sql)
{
	size_t n = strlen(sql), claim = sizeof(DB_CLAIM) - 1;

	return n > claim && strcmp(sql + n - claim, DB_CLAIM) == 0 ? (int)(n - claim) : -1;
}

static int
compile(struct conn *c, const char *sql, sqlite3_stmt **ret)
{
	const char *rest = NULL;
	int len = length_without_claim(sql), code;

	code = sqlite3_prepare_v3(c->handle, sql, len, SQLITE_PREPARE_PERSISTENT, ret, &rest);
	if (code == SQLITE_OK && (*ret == NULL || (len < 0 && !only_space(rest))))
		code = SQLITE_ERROR; /* none, or more than one */
	return code;
}

/* Compile and put into the store as idle; NULL with SQLite's code if it does not compile. */
static struct stmt *
stmt_make(struct conn *c, const char *sql, int *ret_code)
{
	sqlite3_stmt *handle = NULL;
	struct pg_stmt *pg = NULL;
	struct stmt *q;
	int code = SQLITE_OK;

	if (c->pg == NULL)
		code = compile(c, sql, &handle);
	else if ((pg = pg_stmt_new(c, sql)) == NULL)
		code = SQLITE_AUTH;
	if (code != SQLITE_OK) {
		(void)sqlite3_finalize(handle);
		*ret_code = code;
		return NULL;
	}
	while (c->stmts >= STMT_MAX && c->oldest != NULL)
		stmt_drop(c, c->oldest);
	q = mem_new(sizeof(*q));
	q->text = mem_new(strlen(sql) + 1);
	memcpy(q->text, sql, strlen(sql));
	q->handle = handle;
	q->pg = pg;
	q->conn = c;
	q->own = c->own;
	q->address = sql;
	q->hash = hash_of(sql);
	q->same_slot = c->by_hash[q->hash % STMT_SLOTS];
	c->by_hash[q->hash % STMT_SLOTS] = q;
	c->stmts++;
	idle_add(c, q);
	return q;
}

/* Lend a statement out, from the store or new. */
static int
stmt_take(struct conn *c, const char *sql, struct stmt **ret)
{
	struct stmt *q = stmt_find(c, sql);
	int code = SQLITE_ERROR;

	if (q == NULL)
		q = stmt_make(c, sql, &code);
	if (q == NULL)
		return code;
	stmt_remember_address(c, q, sql);
	idle_remove(c, q);
	q->ended = false;
	c->lent++;
	*ret = q;
	return SQLITE_OK;
}

void
stmt_free(struct stmt *q)
{
	if (q == NULL)
		return;
	if (q->idle)
		BUG("statement given back twice");
	if (q->pg != NULL) {
		pg_stmt_reset(q);
	} else {
		(void)sqlite3_reset(q->handle); /* repeats the error of the last step */
		(void)sqlite3_clear_bindings(q->handle);
	}
	q->conn->lent--;
	idle_add(q->conn, q);
}

void
stmts_forget(struct conn *c)
{
	if (c->lent != 0)
		BUG("statement still lent out");
	while (c->oldest != NULL)
		stmt_drop(c, c->oldest);
}

/* ---- our own fixed statements ---- */

int
conn_run_surely(struct conn *c, const char *sql)
{
	struct stmt *q;
	int code;

	c->own = true;
	code = stmt_take(c, sql, &q);
	if (code == SQLITE_OK) {
		do {
			code = sqlite3_step(q->handle);
		} while (code == SQLITE_ROW);
		if (code == SQLITE_DONE)
			code = SQLITE_OK;
		stmt_free(q);
	}
	c->own = false;
	return code;
}

int
conn_run(struct conn *c, const char *sql)
{
	return fault_due() ? SQLITE_IOERR : conn_run_surely(c, sql);
}

/* ---- queries ---- */

static int
bind_one(sqlite3_stmt *handle, int at, const struct db_value *v)
{
	switch (v->kind) {
	case DB_NULL:
		return sqlite3_bind_null(handle, at);
	case DB_INT:
		return sqlite3_bind_int64(handle, at, v->i);
	case DB_TEXT:
		return sqlite3_bind_text64(handle, at, v->bytes, v->len, SQLITE_STATIC,
					   SQLITE_UTF8);
	case DB_BYTES:
		if (v->len == 0)
			return sqlite3_bind_zeroblob(handle, at, 0);
		return sqlite3_bind_blob64(handle, at, v->bytes, v->len, SQLITE_STATIC);
	default:
		BUG("kind of value");
	}
}

static enum err
bind_all(struct ctx *cx, struct stmt *q, struct db_args args)
{
	if (args.n != (size_t)sqlite3_bind_parameter_count(q->handle))
		return code_fail(cx, q->conn, SQLITE_RANGE, q->text);
	for (size_t i = 0; i < args.n; i++) {
		int code = bind_one(q->handle, (int)i + 1, &args.v[i]);

		if (code != SQLITE_OK)
			return code_fail(cx, q->conn, code, q->text);
	}
	return OK;
}

/*
 * After a full disk or a failed read SQLite may have ended the whole transaction by itself. Were
 * the closure to go on, each of its statements would be committed alone.
 */
static bool
transaction_lost(const struct conn *c)
{
	return c->pg == NULL && c->grouping && sqlite3_get_autocommit(c->handle) != 0;
}

enum err
db_query(struct ctx *cx, const char *sql, struct db_args args, struct stmt **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct conn *c = cx->conn;
	int code;

	if (c == NULL)
		BUG("no connection in the context");
	if (transaction_lost(c))
		return fail(cx, ERR_IO, "err.disk");
	if (c->pg != NULL)
		c = pg_route(cx, c);
	code = stmt_take(c, sql, &q);
	if (code != SQLITE_OK && c->pg != NULL)
		return pg_fail_untranslated(cx, sql);
	if (code != SQLITE_OK)
		return code_fail_compile(cx, c, code, sql);
	TRY(q->pg != NULL ? pg_stmt_bind(cx, q, args) : bind_all(cx, q, args));
	*ret = q;
	q = NULL;
	return OK;
}

enum err
stmt_step(struct ctx *cx, struct stmt *q, bool *ret_row)
{
	int code;

	if (q->pg != NULL)
		return pg_stmt_step(cx, q, ret_row);
	if (q->ended) {
		*ret_row = false;
		return OK;
	}
	if (transaction_lost(q->conn))
		return fail(cx, ERR_IO, "err.disk");
	code = fault_due() ? SQLITE_IOERR : sqlite3_step(q->handle);
	q->ended = code != SQLITE_ROW;
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return code_fail(cx, q->conn, code, q->text);
	*ret_row = code == SQLITE_ROW;
	return OK;
}

/* ---- columns ---- */

bool
stmt_is_null(const struct stmt *q, int col)
{
	if (q->pg != NULL)
		return pg_is_null(q, col);
	return sqlite3_column_type(q->handle, col) == SQLITE_NULL;
}

int64_t
stmt_int(const struct stmt *q, int col)
{
	if (q->pg != NULL)
		return pg_int(q, col);
	return sqlite3_column_int64(q->handle, col);
}

int32_t
stmt_date(const struct stmt *q, int col)
{
	int64_t day = stmt_int(q, col);

	if (stmt_is_null(q, col) || day < CIVIL_MIN || day > CIVIL_MAX)
		return CIVIL_NONE;
	return (int32_t)day;
}

const char *
stmt_text(const struct stmt *q, int col)
{
	if (q->pg != NULL)
		return pg_text(q, col);
	return (const char *)sqlite3_column_text(q->handle, col);
}

const void *
stmt_bytes(const struct stmt *q, int col, size_t *ret_len)
{
	const void *p;

	if (q->pg != NULL)
		return pg_bytes(q, col, ret_len);
	p = sqlite3_column_blob(q->handle, col);
	*ret_len = (size_t)sqlite3_column_bytes(q->handle, col);
	return p == NULL && !stmt_is_null(q, col) ? "" : p;
}

char *
stmt_copy(struct ctx *cx, const struct stmt *q, int col)
{
	return arena_strdup(cx->arena, stmt_text(q, col));
}

int
stmt_columns(const struct stmt *q)
{
	if (q->pg != NULL)
		return pg_columns(q);
	return sqlite3_column_count(q->handle);
}

const char *
stmt_column_name(const struct stmt *q, int col)
{
	if (q->pg != NULL)
		return pg_column_name(q, col);
	return sqlite3_column_name(q->handle, col);
}

enum db_kind
stmt_kind(const struct stmt *q, int col)
{
	if (q->pg != NULL)
		return pg_kind(q, col);
	switch (sqlite3_column_type(q->handle, col)) {
	case SQLITE_NULL:
		return DB_NULL;
	case SQLITE_INTEGER:
		return DB_INT;
	case SQLITE_BLOB:
		return DB_BYTES;
	default: /* a number with a fraction, from an expression, is read as text */
		return DB_TEXT;
	}
}

/* ---- whole statements ---- */

enum err
db_exec(struct ctx *cx, const char *sql, struct db_args args, int64_t *ret_changes)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row = true;

	TRY(db_query(cx, sql, args, &q));
	if (q->pg != NULL)
		return pg_exec(cx, q, ret_changes);
	while (row)
		TRY(stmt_step(cx, q, &row));
	if (ret_changes != NULL)
		*ret_changes = sqlite3_changes64(q->conn->handle);
	return OK;
}

static enum err
first_row(struct ctx *cx, const char *sql, struct db_args args, struct stmt **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, sql, args, &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return fail(cx, ERR_NOTFOUND, "err.not_found");
	*ret = q;
	q = NULL;
	return OK;
}

enum err
db_get_int(struct ctx *cx, const char *sql, struct db_args args, int64_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;

	TRY(first_row(cx, sql, args, &q));
	*ret = stmt_int(q, 0);
	return OK;
}

enum err
db_get_text(struct ctx *cx, const char *sql, struct db_args args, const char **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;

	TRY(first_row(cx, sql, args, &q));
	*ret = stmt_copy(cx, q, 0);
	return OK;
}

enum err
db_script(struct ctx *cx, const char *sql)
{
	struct conn *c = cx->conn;
	int code;

	if (!db_writing(cx))
		BUG("script outside of a closure");
	memset(c->memory, 0, sizeof(c->memory));
	if (c->pg != NULL)
		return pg_script_run(cx, sql);
	if (transaction_lost(c))
		return fail(cx, ERR_IO, "err.disk");
	c->scripting = true;
	code = sqlite3_exec(c->handle, sql, NULL, NULL, NULL);
	c->scripting = false;
	return code == SQLITE_OK ? OK : code_fail_compile(cx, c, code, sql);
}

bool
db_writing(const struct ctx *cx)
{
	return cx->conn != NULL && cx->conn->writer;
}

void *
db_memory(struct ctx *cx, size_t size)
{
	if (!db_writing(cx) || size > sizeof(cx->conn->memory))
		BUG("no memory of the lane");
	return cx->conn->memory;
}

int64_t
db_node(const struct ctx *cx)
{
	return cx->conn->pg != NULL ? cx->conn->pg->node : 1;
}
