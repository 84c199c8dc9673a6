/* See transfer.h. What the two back ends do differently stands at the head of this file. */
#include "db/transfer.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "db/check.h"
#include "db/db_int.h"
#include "db/pg_int.h"

#define MAX_COLUMNS 2000 /* of one table, which is what both databases could hold */

/* ---- the two back ends ---- */

/* Columns of a table: name, kind. */
static const char FILE_COLUMNS[] =
	"SELECT name, lower(type) FROM pragma_table_info(?1) ORDER BY name";
static const char SERVER_COLUMNS[] =
	"SELECT CAST(a.attname AS text) COLLATE \"C\", CASE format_type(a.atttypid, NULL) WHEN "
	"'bigint' THEN 'integer' WHEN 'bytea' THEN 'blob' ELSE 'text' END FROM pg_attribute a JOIN "
	"pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
	"n.nspname = current_schema() AND c.relname = ?1 AND a.attnum > 0 AND NOT a.attisdropped "
	"ORDER BY 1";

static const char FILE_TRIGGERS[] =
	"SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name";

/* What was held when the rows were written need not be asked of them again by triggers; foreign
 * keys are, when all rows are there. */
static const char SERVER_OPEN[] =
	"CREATE TEMP TABLE transfer_key (tab text, key text, def text) ON COMMIT DROP;"
	"INSERT INTO transfer_key SELECT conrelid::regclass::text, conname, "
	"pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND connamespace = "
	"(SELECT oid FROM pg_namespace WHERE nspname = current_schema());"
	"DO $$ DECLARE r record; BEGIN "
	"FOR r IN SELECT * FROM transfer_key LOOP EXECUTE format("
	"'ALTER TABLE %s DROP CONSTRAINT %I', r.tab, r.key); END LOOP; "
	"FOR r IN SELECT DISTINCT tgrelid::regclass::text AS tab FROM pg_trigger t JOIN pg_class c "
	"ON c.oid = t.tgrelid WHERE NOT tgisinternal AND c.relnamespace = (SELECT oid FROM "
	"pg_namespace WHERE nspname = current_schema()) LOOP "
	"EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', r.tab); END LOOP; END $$";
/* And numbers given by the database go on behind the highest there is. */
static const char SERVER_CLOSE[] =
	"DO $$ DECLARE r record; BEGIN "
	"FOR r IN SELECT DISTINCT tgrelid::regclass::text AS tab FROM pg_trigger t JOIN pg_class c "
	"ON c.oid = t.tgrelid WHERE NOT tgisinternal AND c.relnamespace = (SELECT oid FROM "
	"pg_namespace WHERE nspname = current_schema()) LOOP "
	"EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', r.tab); END LOOP; "
	"FOR r IN SELECT * FROM transfer_key LOOP EXECUTE format("
	"'ALTER TABLE %s ADD CONSTRAINT %I %s', r.tab, r.key, r.def); END LOOP; "
	"FOR r IN SELECT c.oid::regclass::text AS tab, a.attname AS col, "
	"pg_get_serial_sequence(c.oid::regclass::text, a.attname) AS seq FROM pg_class c JOIN "
	"pg_attribute a ON a.attrelid = c.oid WHERE a.attidentity <> '' AND c.relnamespace = "
	"(SELECT oid FROM pg_namespace WHERE nspname = current_schema()) LOOP EXECUTE format("
	"'SELECT setval(%L, coalesce(max(%I), 0) + 1, false) FROM %s', r.seq, r.col, r.tab); "
	"END LOOP; END $$";

/* ---- tables and columns ---- */

struct column {
	const char *name;
	enum db_kind kind;
};

struct table {
	const char *name;
	struct column *columns;
	size_t ncolumns;
	const char *read, *write; /* statements over all columns in order */
};

struct tables {
	struct table *list;
	size_t n;
};

static enum db_kind
kind_of(const char *type)
{
	return text_equal(type, "integer") ? DB_INT : text_equal(type, "blob") ? DB_BYTES : DB_TEXT;
}

static enum err
read_columns(struct ctx *cx, struct table *t)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, cx->conn->pg != NULL ? SERVER_COLUMNS : FILE_COLUMNS,
		     DB_ARGS(db_text(t->name)), &q));
	t->columns = ARENA_ARRAY(cx->arena, MAX_COLUMNS, struct column);
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		if (t->ncolumns == MAX_COLUMNS)
			return fail(cx, ERR_LIMIT, "err.transfer_table", t->name);
		t->columns[t->ncolumns++] =
			(struct column){ stmt_copy(cx, q, 0), kind_of(stmt_text(q, 1)) };
	}
}

/* The tables of cx->conn's database with their columns, but for the one that tells how it was made.
 */
static enum err
read_tables(struct ctx *cx, struct tables *ret)
{
	const char **names;
	size_t n;

	TRY(db_tables(cx, &names, &n));
	ret->list = ARENA_ARRAY(cx->arena, n + 1, struct table);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], "sys_schema") == 0 || strcmp(names[i], "sys_lane") == 0)
			continue;
		ret->list[ret->n].name = names[i];
		TRY(read_columns(cx, &ret->list[ret->n++]));
	}
	return OK;
}

static void
put_columns(struct buf *b, const struct table *t)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		buf_printf(b, "%s\"%s\"", i > 0 ? ", " : "", t->columns[i].name);
}

/* Names come from the database itself and hold no quote. */
static enum err
make_statements(struct ctx *cx, struct table *t)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	buf_text(&b, "SELECT ");
	put_columns(&b, t);
	buf_printf(&b, " FROM \"%s\"", t->name);
	TRY(buf_check(cx, &b));
	t->read = arena_strdup(cx->arena, b.bytes);
	buf_clear(&b);
	buf_printf(&b, "INSERT INTO \"%s\" (", t->name);
	put_columns(&b, t);
	buf_text(&b, ") VALUES (");
	for (size_t i = 0; i < t->ncolumns; i++)
		buf_printf(&b, "%s?%zu", i > 0 ? ", " : "", i + 1);
	buf_text(&b, ")");
	TRY(buf_check(cx, &b));
	t->write = arena_strdup(cx->arena, b.bytes);
	return OK;
}

static const struct table *
find_table(const struct tables *ts, const char *name)
{
	for (size_t i = 0; i < ts->n; i++)
		if (strcmp(ts->list[i].name, name) == 0)
			return &ts->list[i];
	return NULL;
}

static bool
has_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return true;
	return false;
}

/* ---- rows ---- */

/* The sum of the rows' hashes, as numbers of 256 bits: no order, and a row twice is not none. */
static void
add_hash(unsigned char sum[TRANSFER_HASH], const unsigned char row[TRANSFER_HASH])
{
	unsigned carry = 0;

	for (int i = 0; i < TRANSFER_HASH; i++) {
		carry += (unsigned)sum[i] + row[i];
		sum[i] = (unsigned char)(carry & 0xFF);
		carry >>= 8;
	}
}

static void
hash_value(crypto_generichash_state *h, const struct db_value *v)
{
	unsigned char head[9] = { (unsigned char)v->kind };
	uint64_t n = v->kind == DB_INT ? (uint64_t)v->i : v->len;

	for (int i = 0; i < 8; i++)
		head[i + 1] = (unsigned char)(n >> (8 * i) & 0xFF);
	(void)crypto_generichash_update(h, head, sizeof(head));
	if (v->kind == DB_TEXT || v->kind == DB_BYTES)
		(void)crypto_generichash_update(h, v->bytes, v->len);
}

static void
read_values(const struct stmt *q, const struct table *t, struct db_value *values)
{
	for (size_t i = 0; i < t->ncolumns; i++) {
		struct db_value *v = &values[i];

		*v = (struct db_value){ .kind = t->columns[i].kind };
		if (stmt_is_null(q, (int)i))
			v->kind = DB_NULL;
		else if (v->kind == DB_INT)
			v->i = stmt_int(q, (int)i);
		else
			v->bytes = stmt_bytes(q, (int)i, &v->len);
	}
}

/* Read a table of `source`; with `target`, write each row there too. */
static enum err
read_rows(struct ctx *cx, struct conn *source, struct conn *target, const struct table *t,
	  struct transferred *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value *values = ARENA_ARRAY(cx->arena, t->ncolumns + 1, struct db_value);
	struct conn *before = cx->conn;
	enum err e;
	bool row;

	*ret = (struct transferred){ .table = t->name };
	cx->conn = source;
	e = db_query(cx, t->read, DB_NONE, &q);
	while (e == OK && (e = stmt_step(cx, q, &row)) == OK && row) {
		unsigned char hash[TRANSFER_HASH];
		crypto_generichash_state h;

		read_values(q, t, values);
		(void)crypto_generichash_init(&h, NULL, 0, sizeof(hash));
		for (size_t i = 0; i < t->ncolumns; i++)
			hash_value(&h, &values[i]);
		(void)crypto_generichash_final(&h, hash, sizeof(hash));
		add_hash(ret->hash, hash);
		ret->rows++;
		if (target == NULL)
			continue;
		cx->conn = target;
		e = db_exec(cx, t->write, (struct db_args){ values, t->ncolumns }, NULL);
		cx->conn = source;
	}
	cx->conn = before;
	return e;
}

/* ---- the closure ---- */

struct transfer {
	struct conn *source;
	struct tables tables;
	struct transfer_report *report;
};

static const char FORGET_TYPES[] = "DELETE FROM sys_type";
static const char FORGET_COLUMNS[] = "DELETE FROM sys_column";
static const char TYPE_SAME[] = "SELECT 1 FROM sys_type WHERE name = ?1 AND hash = ?2";
static const char TYPES[] = "SELECT name, hash FROM sys_type";

/* Each type of the source is in the target, of the same text. */
static enum err
compare_types(struct ctx *cx, struct conn *source)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct conn *target = cx->conn;
	enum err e;
	bool row;

	cx->conn = source;
	e = db_query(cx, TYPES, DB_NONE, &q);
	while (e == OK && (e = stmt_step(cx, q, &row)) == OK && row) {
		const char *name = stmt_copy(cx, q, 0), *hash = stmt_copy(cx, q, 1);

		cx->conn = target;
		e = db_get_int(cx, TYPE_SAME, DB_ARGS(db_text(name), db_text(hash)),
			       &(int64_t){ 0 });
		if (e == ERR_NOTFOUND) {
			ctx_forgive(cx);
			e = fail(cx, ERR_CONFLICT, "err.transfer_types", name);
		}
		cx->conn = source;
	}
	cx->conn = target;
	return e;
}

/* A field that has left its type keeps its column, so the target is given one too. */
static enum err
add_column(struct ctx *cx, const struct table *t, const struct column *c)
{
	return db_script(cx, arena_printf(cx->arena, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;",
					  t->name, c->name,
					  c->kind == DB_INT	? "INTEGER"
					  : c->kind == DB_BYTES ? "BLOB"
								: "TEXT"));
}

static enum err
fit_tables(struct ctx *cx, const struct tables *source)
{
	struct tables target = { 0 };

	TRY(read_tables(cx, &target));
	for (size_t i = 0; i < source->n; i++) {
		const struct table *t = &source->list[i], *there = find_table(&target, t->name);

		if (there == NULL)
			return fail(cx, ERR_CONFLICT, "err.transfer_table", t->name);
		for (size_t k = 0; k < t->ncolumns; k++)
			if (!has_column(there, t->columns[k].name))
				TRY(add_column(cx, t, &t->columns[k]));
	}
	return OK;
}

/* Nothing but what says how the tables were made. */
static enum err
check_empty(struct ctx *cx, const struct tables *ts)
{
	TRY(db_exec(cx, FORGET_TYPES, DB_NONE, NULL));
	TRY(db_exec(cx, FORGET_COLUMNS, DB_NONE, NULL));
	for (size_t i = 0; i < ts->n; i++) {
		SCOPED(stmt) struct stmt *q = NULL;
		bool row;

		TRY(db_query(
			cx,
			arena_printf(cx->arena, "SELECT 1 FROM \"%s\" LIMIT 1", ts->list[i].name),
			DB_NONE, &q));
		TRY(stmt_step(cx, q, &row));
		if (row)
			return fail(cx, ERR_CONFLICT, "err.transfer_full", ts->list[i].name);
	}
	return OK;
}

static enum err
run_own(struct ctx *cx, const char *sql)
{
	int code = conn_run(cx->conn, sql);

	return code == SQLITE_OK ? OK : code_fail(cx, cx->conn, code, sql);
}

struct trigger {
	const char *name, *sql;
	struct trigger *next;
};

/* Take the triggers of a file away; *ret is what there was. */
static enum err
take_triggers(struct ctx *cx, struct trigger **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct trigger *first = NULL;
	bool row;

	TRY(db_query(cx, FILE_TRIGGERS, DB_NONE, &q));
	for (;;) {
		struct trigger *t;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		t = ARENA_NEW(cx->arena, struct trigger);
		*t = (struct trigger){ stmt_copy(cx, q, 0), stmt_copy(cx, q, 1), first };
		first = t;
	}
	stmt_free(q);
	q = NULL;
	for (const struct trigger *t = first; t != NULL; t = t->next)
		TRY(run_own(cx, arena_printf(cx->arena, "DROP TRIGGER \"%s\"", t->name)));
	*ret = first;
	return OK;
}

static enum err
write_rows(struct ctx *cx, struct transfer *t)
{
	t->report->rows = 0;
	for (size_t i = 0; i < t->tables.n; i++) {
		struct transferred *done = &t->report->tables[i];

		TRY(read_rows(cx, t->source, cx->conn, &t->tables.list[i], done));
		t->report->rows += done->rows;
	}
	return OK;
}

static enum err
write_file(struct ctx *cx, struct transfer *t)
{
	struct trigger *triggers = NULL;

	TRY(run_own(cx, "PRAGMA defer_foreign_keys = ON"));
	TRY(take_triggers(cx, &triggers));
	TRY(write_rows(cx, t));
	for (const struct trigger *g = triggers; g != NULL; g = g->next)
		TRY(run_own(cx, g->sql));
	return OK;
}

static enum err
write_server(struct ctx *cx, struct transfer *t)
{
	struct pg_conn *p = cx->conn->pg;

	if (!pg_sync(p, NULL) || !pg_run(p, SERVER_OPEN))
		return pg_fail(cx, p, "transfer");
	TRY(write_rows(cx, t));
	if (!pg_sync(p, NULL) || !pg_run(p, SERVER_CLOSE))
		return pg_fail(cx, p, "transfer");
	return OK;
}

static enum err
transfer(struct ctx *cx, void *arg)
{
	struct transfer *t = arg;

	TRY(compare_types(cx, t->source));
	TRY(fit_tables(cx, &t->tables));
	TRY(check_empty(cx, &t->tables));
	return cx->conn->pg != NULL ? write_server(cx, t) : write_file(cx, t);
}

/* ---- the whole ---- */

/* What has been written is read again: its rows, its values. */
static enum err
check_target(struct ctx *cx, struct db *to, const struct transfer *t)
{
	SCOPED(conn) struct conn *reader = NULL;

	TRY(db_reader(cx, to, &reader));
	for (size_t i = 0; i < t->tables.n; i++) {
		const struct transferred *was = &t->report->tables[i];
		struct transferred is;

		TRY(read_rows(cx, reader, NULL, &t->tables.list[i], &is));
		if (is.rows != was->rows || memcmp(is.hash, was->hash, sizeof(is.hash)) != 0)
			return fail(cx, ERR_CORRUPT, "err.transfer_differs", was->table);
	}
	return OK;
}

static enum err
transfer_from(struct ctx *cx, struct db *to, struct transfer *t)
{
	TRY(read_tables(cx, &t->tables));
	t->report->ntables = t->tables.n;
	t->report->tables = ARENA_ARRAY(cx->arena, t->tables.n + 1, struct transferred);
	for (size_t i = 0; i < t->tables.n; i++)
		TRY(make_statements(cx, &t->tables.list[i]));
	TRY(db_run(cx, to, "transfer", transfer, t));
	return check_target(cx, to, t);
}

enum err
db_transfer(struct ctx *cx, struct db *from, struct db *to, struct transfer_report *ret)
{
	SCOPED(conn) struct conn *source = NULL;
	struct conn *before = cx->conn;
	struct transfer t = { .report = ret };
	enum err e;

	TRY(db_reader(cx, from, &source));
	t.source = source;
	cx->conn = source;
	e = db_snapshot(cx);
	if (e == OK) {
		e = transfer_from(cx, to, &t);
		cx->conn = source;
		db_snapshot_end(cx);
	}
	cx->conn = before;
	return e;
}
