/* Tables from types. See table.h. */
#include "meta/table.h"

#include <string.h>

#include "base/text.h"
#include "meta/sql.h"

#define MAX_STEPS 400
#define NO_DUE "2147483647" /* sorts behind every date; see core/record.h */

struct builder {
	struct ctx *cx;
	const struct types *types;
	struct plan *plan;
};

static void
add_step(struct builder *b, const char *sql, const char *key, const char *a1, const char *a2)
{
	if (b->plan->n == MAX_STEPS)
		BUG("too many migration steps");
	b->plan->steps[b->plan->n++] = (struct step){ sql, key, { a1, a2 } };
}

static void
column(struct buf *b, const struct field *f, bool adding)
{
	buf_printf(b, "\"%s\" %s", f->name, field_sql_type(f));
	if (f->required && !adding)
		buf_text(b, " NOT NULL");
	if (f->kind == FIELD_TEXT || f->kind == FIELD_LONG || f->kind == FIELD_CODE)
		buf_printf(b, " CHECK (length(\"%s\") <= %d)", f->name, f->max);
	if (f->kind == FIELD_BOOL)
		buf_printf(b, " CHECK (\"%s\" IN (0, 1))", f->name);
	if (f->kind == FIELD_REF && f->ref_type != NULL)
		buf_printf(b, " REFERENCES \"%s\" (sys_id)", f->ref_type->name);
	else if (f->kind == FIELD_REF)
		buf_text(b, " REFERENCES sys_record (id)");
}

static enum err
create_table(struct builder *x, const struct type *t)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	buf_printf(&b,
		   "CREATE TABLE \"%s\" (\n\tsys_id INTEGER PRIMARY KEY REFERENCES sys_record (id),"
		   "\n\tsys_number TEXT NOT NULL,\n\tsys_state TEXT NOT NULL,"
		   "\n\tsys_open INTEGER NOT NULL,\n\tsys_version INTEGER NOT NULL,"
		   "\n\tsys_unit INTEGER REFERENCES sys_record (id),"
		   "\n\tsys_responsible INTEGER REFERENCES sys_record (id),"
		   "\n\tsys_due INTEGER NOT NULL DEFAULT " NO_DUE ","
		   "\n\tsys_created INTEGER NOT NULL,\n\tsys_changed INTEGER NOT NULL,"
		   "\n\tsys_deleted INTEGER NOT NULL DEFAULT 0",
		   t->name);
	for (int i = 0; i < t->nfields; i++) {
		buf_text(&b, ",\n\t");
		column(&b, &t->fields[i], false);
		if (t->fields[i].sort_key)
			buf_printf(&b, ",\n\t\"%s_sort\" TEXT NOT NULL DEFAULT ''",
				   t->fields[i].name);
	}
	buf_text(&b, "\n) STRICT");
	TRY(buf_check(x->cx, &b));
	add_step(x, arena_strdup(x->cx->arena, b.bytes), "migrate.table", t->name, NULL);
	return OK;
}

/* A column of an index as written in a type file: engine name, field, or field's sort key. */
static enum err
index_column(struct builder *x, const struct type *t, const char *name, const char **ret)
{
	const char *engine = expr_engine_column(name);
	const struct field *f = type_field(t, name);

	if (f != NULL)
		*ret = f->sort_key ? arena_printf(x->cx->arena, "%s_sort", name) : f->name;
	else if (engine != NULL)
		*ret = engine;
	else
		return fail_at(x->cx, ERR_INVALID, t->file, 0, 0, "err.type_field", name, t->name);
	return OK;
}

/* "unit, state, due" → an index on those columns, named after them. */
static enum err
index_on(struct builder *x, const struct type *t, const char *columns, bool unique)
{
	struct arena *a = x->cx->arena;
	char *copy = arena_strdup(a, columns), *save = NULL;
	SCOPED_BUF b;
	SCOPED_BUF name;

	buf_init(&b, MAX_SQL);
	buf_init(&name, MAX_SQL);
	buf_printf(&name, "%s%s", t->name, unique ? "_unique" : "");
	for (char *p = strtok_r(copy, ", ", &save); p != NULL; p = strtok_r(NULL, ", ", &save)) {
		const char *column = NULL;

		if (text_starts(p, "sys_") || strstr(p, "_sort") != NULL)
			column = p;
		else
			TRY(index_column(x, t, p, &column));
		buf_printf(&b, "%s\"%s\"", b.len > 0 ? ", " : "", column);
		buf_printf(&name, "_%s", text_starts(column, "sys_") ? column + 4 : column);
	}
	TRY(buf_check(x->cx, &b));
	add_step(x,
		 arena_printf(a, "CREATE %sINDEX IF NOT EXISTS \"%s\" ON \"%s\" (%s)%s",
			      unique ? "UNIQUE " : "", name.bytes, t->name, b.bytes,
			      unique ? " WHERE sys_deleted = 0" : ""),
		 "migrate.index", t->name, columns);
	return OK;
}

/* The indexes a type needs: number, unit, responsible, every reference, every sort, those asked
 * for, and the unique ones. */
static enum err
create_indexes(struct builder *x, const struct type *t)
{
	struct arena *a = x->cx->arena;

	TRY(index_on(x, t, "sys_unit, sys_open, sys_due, sys_id", false));
	TRY(index_on(x, t, "sys_responsible, sys_open, sys_due, sys_id", false));
	for (int i = 0; i < t->nfields; i++) {
		if (t->fields[i].kind == FIELD_REF)
			TRY(index_on(x, t, t->fields[i].name, false));
		if (t->fields[i].unique)
			TRY(index_on(x, t, t->fields[i].name, true));
	}
	for (int i = 0; i < t->nlists; i++) {
		const struct list *l = &t->lists[i];
		const char *columns = "";

		for (int k = 0; k < l->nsort; k++)
			columns = arena_printf(a, "%s%s, ", columns, l->sort[k].column);
		if (l->nsort > 0)
			TRY(index_on(x, t, arena_printf(a, "%ssys_id", columns), false));
	}
	for (int i = 0; i < t->nindexes; i++)
		TRY(index_on(x, t, t->indexes[i], false));
	for (int i = 0; i < t->nuniques; i++)
		TRY(index_on(x, t, t->uniques[i], true));
	return OK;
}

/* A guard becomes two triggers: on a row new, and on a row changed. */
static enum err
create_guards(struct builder *x, const struct type *t)
{
	static const char *const EVENT[] = { "INSERT", "UPDATE" };
	struct arena *a = x->cx->arena;

	for (int i = 0; i < t->nguards; i++) {
		const struct guard *g = &t->guards[i];
		SCOPED_BUF b;

		buf_init(&b, MAX_SQL);
		TRY(expr_compile(x->cx, x->types, t, g->when, "new", &b, NULL));
		for (int e = 0; e < 2; e++) {
			const char *name = arena_printf(a, "%s_%s_%s", t->name, g->name,
							e == 0 ? "new" : "change");

			add_step(x, arena_printf(a, "DROP TRIGGER IF EXISTS \"%s\"", name),
				 "migrate.guard", t->name, g->name);
			add_step(x,
				 arena_printf(a,
					      "CREATE TRIGGER \"%s\" BEFORE %s ON \"%s\" WHEN "
					      "new.sys_deleted = 0 AND %s BEGIN SELECT "
					      "RAISE(ABORT, '%s'); END",
					      name, EVENT[e], t->name, b.bytes, g->label_key),
				 "migrate.guard", t->name, g->name);
		}
	}
	return OK;
}

static void
plan_init(struct builder *x)
{
	x->plan->steps = ARENA_ARRAY(x->cx->arena, MAX_STEPS, struct step);
	x->plan->n = 0;
}

enum err
table_create(struct ctx *cx, const struct types *ts, const struct type *t, struct plan *ret)
{
	return table_diff(cx, ts, NULL, t, ret);
}

static enum err
add_columns(struct builder *x, const struct type *before, const struct type *after)
{
	struct arena *a = x->cx->arena;

	for (int i = 0; i < after->nfields; i++) {
		const struct field *f = &after->fields[i];
		const struct field *old = type_field(before, f->name);
		SCOPED_BUF b;

		if (old != NULL && strcmp(field_sql_type(old), field_sql_type(f)) != 0)
			return fail_at(x->cx, ERR_INVALID, after->file, f->line, 1,
				       "err.table_kind", f->name, field_kind_name(old->kind),
				       field_kind_name(f->kind));
		if (old != NULL)
			continue;
		buf_init(&b, MAX_SQL);
		column(&b, f, true);
		TRY(buf_check(x->cx, &b));
		add_step(x,
			 arena_printf(a, "ALTER TABLE \"%s\" ADD COLUMN %s", after->name, b.bytes),
			 "migrate.column", after->name, f->name);
		if (f->sort_key)
			add_step(x,
				 arena_printf(a,
					      "ALTER TABLE \"%s\" ADD COLUMN \"%s_sort\" TEXT "
					      "NOT NULL DEFAULT ''",
					      after->name, f->name),
				 "migrate.column", after->name, f->name);
	}
	for (int i = 0; i < before->nfields; i++)
		if (type_field(after, before->fields[i].name) == NULL)
			add_step(x, NULL, "migrate.kept", after->name, before->fields[i].name);
	return OK;
}

enum err
table_diff(struct ctx *cx, const struct types *ts, const struct type *before,
	   const struct type *after, struct plan *ret)
{
	struct plan plan;
	struct builder x = { cx, ts, &plan };

	plan_init(&x);
	if (before == NULL)
		TRY(create_table(&x, after));
	else
		TRY(add_columns(&x, before, after));
	TRY(create_indexes(&x, after));
	TRY(create_guards(&x, after));
	*ret = plan;
	return OK;
}

static const char COLUMNS_OF[] = "SELECT name, kind FROM sys_column WHERE type = ?1";
static const char TYPE_HASH[] = "SELECT hash FROM sys_type WHERE name = ?1";
static const char TYPE_PUT[] =
	"INSERT INTO sys_type (name, text, hash, taken_at) VALUES (?1, ?2, ?3, ?4) "
	"ON CONFLICT (name) DO UPDATE SET text = excluded.text, hash = excluded.hash, "
	"taken_at = excluded.taken_at";
static const char COLUMN_PUT[] =
	"INSERT INTO sys_column (type, name, kind, meaning) VALUES (?1, ?2, ?3, ?4) "
	"ON CONFLICT (type, name) DO UPDATE SET kind = excluded.kind, meaning = excluded.meaning";

/* The type as the database knows it: names and kinds of its fields. NULL: no table yet. */
static enum err
stored(struct ctx *cx, const struct type *t, struct type **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct type *old = ARENA_NEW(cx->arena, struct type);
	bool row;

	old->name = t->name;
	old->fields = ARENA_ARRAY(cx->arena, MAX_FIELDS * 4, struct field);
	TRY(db_query(cx, COLUMNS_OF, DB_ARGS(db_text(t->name)), &q));
	for (;;) {
		struct field *f = &old->fields[old->nfields];
		const char *kind;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (old->nfields == MAX_FIELDS * 4)
			return fail(cx, ERR_CORRUPT, "err.type_too_many", "columns");
		f->name = stmt_copy(cx, q, 0);
		kind = stmt_text(q, 1);
		for (int k = 0; k < FIELD_KIND_COUNT; k++)
			if (kind != NULL && strcmp(kind, field_kind_name((enum field_kind)k)) == 0)
				f->kind = (enum field_kind)k;
		old->nfields++;
	}
	*ret = old->nfields == 0 ? NULL : old;
	return OK;
}

/* A fingerprint of the type's file, to skip types that did not change. */
static const char *
fingerprint(struct ctx *cx, const struct type *t)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < t->text_len; i++)
		h = (h ^ (unsigned char)t->text[i]) * 0x100000001b3u;
	return arena_printf(cx->arena, "%016llx", (unsigned long long)h);
}

static enum err
record_type(struct ctx *cx, const struct type *t, const char *hash)
{
	TRY(db_exec(cx, TYPE_PUT,
		    DB_ARGS(db_text(t->name),
			    db_text(arena_strndup(cx->arena, t->text, t->text_len)), db_text(hash),
			    db_int(cx->now)),
		    NULL));
	for (int i = 0; i < t->nfields; i++)
		TRY(db_exec(cx, COLUMN_PUT,
			    DB_ARGS(db_text(t->name), db_text(t->fields[i].name),
				    db_text(field_kind_name(t->fields[i].kind)),
				    db_text(t->fields[i].label_key)),
			    NULL));
	return OK;
}

struct migration {
	const struct types *types;
	bool dry;
	struct plan *plan;
};

static enum err
migrate_type(struct ctx *cx, struct migration *m, const struct type *t)
{
	const char *hash = fingerprint(cx, t), *had = NULL;
	struct type *before = NULL;
	struct plan plan;

	if (db_get_text(cx, TYPE_HASH, DB_ARGS(db_text(t->name)), &had) != OK) {
		if (cx->error.code != ERR_NOTFOUND)
			return cx->error.code;
		ctx_forgive(cx);
	}
	if (text_equal(had, hash))
		return OK;
	TRY(stored(cx, t, &before));
	TRY(table_diff(cx, m->types, before, t, &plan));
	for (size_t i = 0; i < plan.n; i++) {
		if (m->plan->n < MAX_STEPS)
			m->plan->steps[m->plan->n++] = plan.steps[i];
		if (!m->dry && plan.steps[i].sql != NULL)
			TRY(db_script(cx, plan.steps[i].sql));
	}
	return m->dry ? OK : record_type(cx, t, hash);
}

static enum err
migrate_all(struct ctx *cx, void *arg)
{
	struct migration *m = arg;

	m->plan->steps = ARENA_ARRAY(cx->arena, MAX_STEPS, struct step);
	m->plan->n = 0;
	for (size_t i = 0; i < m->types->n; i++)
		TRY(migrate_type(cx, m, m->types->list[i]));
	return OK;
}

enum err
table_migrate(struct ctx *cx, struct db *db, const struct types *ts, bool dry, struct plan *ret)
{
	struct migration m = { ts, dry, ret };

	return db_run(cx, db, "migrate types", migrate_all, &m);
}
