/* Tables from types. See table.h. */
#include "meta/table.h"

#include <string.h>

#include "base/text.h"
#include "meta/expr.h"

#define MAX_STEPS 600	    /* of one type */
#define NO_DUE "2147483647" /* sorts behind every date; see core/record.h */

struct builder {
	struct ctx *cx;
	const struct types *types;
	struct plan *plan;
};

static enum err
add_step(struct builder *b, const char *sql, const char *key, const char *a1, const char *a2)
{
	if (b->plan->n == MAX_STEPS)
		return fail(b->cx, ERR_LIMIT, "err.type_too_many", a1);
	b->plan->steps[b->plan->n++] = (struct step){ sql, key, { a1, a2 } };
	return OK;
}

static bool
has_max(const struct field *f)
{
	return f->kind == FIELD_TEXT || f->kind == FIELD_LONG || f->kind == FIELD_CODE;
}

/* What never changes about a column. What may (required, how long) is kept by triggers, for a
 * column's own constraints could not be loosened without making the table anew. */
static void
column(struct buf *b, const struct field *f)
{
	buf_printf(b, "\"%s\" %s", f->name, field_sql_type(f));
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
		column(&b, &t->fields[i]);
		if (t->fields[i].sort_key)
			buf_printf(&b, ",\n\t\"%s_sort\" TEXT NOT NULL DEFAULT ''",
				   t->fields[i].name);
	}
	buf_text(&b, "\n) STRICT");
	TRY(buf_check(x->cx, &b));
	return add_step(x, arena_strdup(x->cx->arena, b.bytes), "migrate.table", t->name, NULL);
}

/* A column of an index as written in a type file: a field (names sort by their sort key, but are
 * unique as they are written), or an engine name. */
static const char *
index_column(struct builder *x, const struct type *t, const char *name, bool unique)
{
	const struct field *f = type_field(t, name);

	if (f == NULL)
		return expr_engine_column(name);
	return f->sort_key && !unique ? arena_printf(x->cx->arena, "%s_sort", name) : f->name;
}

/* An index on columns of the table, named after them: a changed one has another name. */
static enum err
index_on(struct builder *x, const struct type *t, const char *const *columns, int n, bool unique)
{
	struct arena *a = x->cx->arena;
	const char *list = "", *name = t->name;

	for (int i = 0; i < n; i++) {
		list = arena_printf(a, "%s%s\"%s\"", list, i > 0 ? ", " : "", columns[i]);
		name = arena_printf(a, "%s.%s", name, columns[i]);
	}
	return add_step(x,
			arena_printf(a, "CREATE %sINDEX IF NOT EXISTS \"%s%s\" ON \"%s\" (%s)%s",
				     unique ? "UNIQUE " : "", name, unique ? ".sys_unique" : "",
				     t->name, list, unique ? " WHERE sys_deleted = 0" : ""),
			unique ? "migrate.unique" : "migrate.index", t->name, name);
}

/* "unit, state, due" of a type file. */
static enum err
index_written(struct builder *x, const struct type *t, const struct columns *c, bool unique)
{
	char *copy = arena_strdup(x->cx->arena, c->names), *save = NULL;
	const char *columns[MAX_FIELDS];
	int n = 0;

	for (char *p = strtok_r(copy, ", ", &save); p != NULL && n < MAX_FIELDS;
	     p = strtok_r(NULL, ", ", &save)) {
		columns[n] = index_column(x, t, p, unique);
		if (columns[n++] == NULL)
			return fail_at(x->cx, ERR_INVALID, t->file, c->at.line, c->at.col,
				       "err.type_field", p, t->name);
	}
	return index_on(x, t, columns, n, unique);
}

static enum err
index_list(struct builder *x, const struct type *t, const struct list *l)
{
	const char *columns[4];
	int n = 0;

	for (int k = 0; k < l->nsort; k++)
		columns[n++] = l->sort[k].column;
	columns[n++] = "sys_id";
	return n > 1 ? index_on(x, t, columns, n, false) : OK;
}

/* The indexes a type needs: unit, responsible, every reference, every sort, those asked for, and
 * the unique ones. */
static enum err
create_indexes(struct builder *x, const struct type *t)
{
	static const char *const UNIT[] = { "sys_unit", "sys_open", "sys_due", "sys_id" };
	static const char *const OWN[] = { "sys_responsible", "sys_open", "sys_due", "sys_id" };

	TRY(index_on(x, t, UNIT, 4, false));
	TRY(index_on(x, t, OWN, 4, false));
	for (int i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->kind == FIELD_REF)
			TRY(index_on(x, t, &f->name, 1, false));
		if (f->unique)
			TRY(index_on(x, t, &f->name, 1, true));
	}
	for (int i = 0; i < t->nlists; i++)
		TRY(index_list(x, t, &t->lists[i]));
	for (int i = 0; i < t->nindexes; i++)
		TRY(index_written(x, t, &t->indexes[i], false));
	for (int i = 0; i < t->nuniques; i++)
		TRY(index_written(x, t, &t->uniques[i], true));
	return OK;
}

/* ---- triggers ---- */

static const char *
trigger_name(struct builder *x, const struct type *t, const char *what, bool insert)
{
	return arena_printf(x->cx->arena, "%s.%s.%s", t->name, what, insert ? "new" : "change");
}

static enum err
drop_trigger(struct builder *x, const struct type *t, const char *what, bool insert)
{
	return add_step(x,
			arena_printf(x->cx->arena, "DROP TRIGGER IF EXISTS \"%s\"",
				     trigger_name(x, t, what, insert)),
			"migrate.guard_drop", t->name, what);
}

/* A trigger that refuses a row for which the condition holds; one there was is replaced. */
static enum err
refuse(struct builder *x, const struct type *t, const char *what, bool insert,
       const char *condition, const char *key)
{
	TRY(drop_trigger(x, t, what, insert));
	return add_step(x,
			arena_printf(x->cx->arena,
				     "CREATE TRIGGER \"%s\" BEFORE %s ON \"%s\" WHEN "
				     "new.sys_deleted = 0 AND (%s) BEGIN SELECT RAISE(ABORT, "
				     "'%s'); END",
				     trigger_name(x, t, what, insert), insert ? "INSERT" : "UPDATE",
				     t->name, condition, key),
			"migrate.guard", t->name, what);
}

/* A guard becomes two triggers: on a row new, and on a row changed. A row taken back from deletion
 * is as good as new, so that its change is excused from nothing. */
static enum err
create_guard(struct builder *x, const struct type *t, const struct guard *g)
{
	SCOPED_BUF when, b;

	buf_init(&when, MAX_SQL);
	buf_init(&b, 2 * MAX_SQL);
	TRY(expr_compile(x->cx, x->types, t, g->when, "new", &when, NULL));
	if (g->unless != NULL) {
		buf_text(&b, "NOT (old.sys_deleted = 0 AND coalesce(");
		TRY(expr_compile_change(x->cx, x->types, t, g->unless, &b));
		buf_text(&b, ", FALSE)) AND ");
	}
	buf_text(&b, when.bytes);
	TRY(buf_check(x->cx, &b));
	TRY(refuse(x, t, g->name, true, when.bytes, g->label_key));
	return refuse(x, t, g->name, false, b.bytes, g->label_key);
}

static enum err
create_guards(struct builder *x, const struct type *t)
{
	for (int i = 0; i < t->nguards; i++)
		TRY(create_guard(x, t, &t->guards[i]));
	return OK;
}

/* Required fields and longest texts. A row that was made before a field was required may be
 * changed further, but what it has cannot be emptied. */
static enum err
create_shape(struct builder *x, const struct type *t, bool insert)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	buf_text(&b, "FALSE");
	for (int i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->required && insert)
			buf_printf(&b, " OR new.\"%s\" IS NULL", f->name);
		else if (f->required)
			buf_printf(&b, " OR (new.\"%s\" IS NULL AND old.\"%s\" IS NOT NULL)",
				   f->name, f->name);
		if (has_max(f))
			buf_printf(&b, " OR length(new.\"%s\") > %d", f->name, f->max);
	}
	TRY(buf_check(x->cx, &b));
	return refuse(x, t, "sys_shape", insert, b.bytes, "err.table_shape");
}

/* Triggers of guards that have left the type. */
static enum err
drop_guards(struct builder *x, const struct type *before, const struct type *after)
{
	for (int i = 0; i < before->nguards; i++) {
		const char *name = before->guards[i].name;
		bool kept = false;

		for (int k = 0; k < after->nguards; k++)
			kept = kept || strcmp(after->guards[k].name, name) == 0;
		if (kept)
			continue;
		TRY(drop_trigger(x, after, name, true));
		TRY(drop_trigger(x, after, name, false));
	}
	return OK;
}

static void
plan_init(struct builder *x)
{
	x->plan->steps = ARENA_ARRAY(x->cx->arena, MAX_STEPS, struct step);
	x->plan->n = 0;
}

/* May what is stored as one kind be read as another without changing its meaning? */
static bool
compatible(const struct field *old, const struct field *f)
{
	bool text = f->kind == FIELD_TEXT || f->kind == FIELD_LONG;

	if (old->kind == f->kind)
		return true;
	return text && (old->kind == FIELD_TEXT || old->kind == FIELD_LONG ||
			old->kind == FIELD_CODE || old->kind == FIELD_CHOICE);
}

static enum err
add_column(struct builder *x, const struct type *t, const struct field *f)
{
	struct arena *a = x->cx->arena;
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	column(&b, f);
	TRY(buf_check(x->cx, &b));
	TRY(add_step(x, arena_printf(a, "ALTER TABLE \"%s\" ADD COLUMN %s", t->name, b.bytes),
		     "migrate.column", t->name, f->name));
	if (!f->sort_key)
		return OK;
	return add_step(x,
			arena_printf(a,
				     "ALTER TABLE \"%s\" ADD COLUMN \"%s_sort\" TEXT NOT NULL "
				     "DEFAULT ''",
				     t->name, f->name),
			"migrate.column", t->name, f->name);
}

/* A field that was there and is sorted from now on: its keys are made from what is stored. */
static enum err
add_sort_key(struct builder *x, const struct type *t, const struct field *f)
{
	struct arena *a = x->cx->arena;

	TRY(add_step(x,
		     arena_printf(a,
				  "ALTER TABLE \"%s\" ADD COLUMN \"%s_sort\" TEXT NOT NULL "
				  "DEFAULT ''",
				  t->name, f->name),
		     "migrate.sorted", t->name, f->name));
	return add_step(x,
			arena_printf(a,
				     "UPDATE \"%s\" SET \"%s_sort\" = sort_key(\"%s\") WHERE "
				     "\"%s\" IS NOT NULL",
				     t->name, f->name, f->name, f->name),
			"migrate.sorted", t->name, f->name);
}

static enum err
add_columns(struct builder *x, const struct type *before, const struct type *after)
{
	for (int i = 0; i < after->nfields; i++) {
		const struct field *f = &after->fields[i];
		const struct field *old = type_field(before, f->name);

		if (old == NULL)
			TRY(add_column(x, after, f));
		else if (!compatible(old, f))
			return fail_at(x->cx, ERR_INVALID, after->file, f->at.line, f->at.col,
				       "err.table_kind", f->name, field_kind_name(old->kind),
				       field_kind_name(f->kind));
		else if (f->sort_key && !old->sort_key)
			TRY(add_sort_key(x, after, f));
	}
	for (int i = 0; i < before->nfields; i++)
		if (type_field(after, before->fields[i].name) == NULL)
			TRY(add_step(x, NULL, "migrate.kept", after->name, before->fields[i].name));
	return drop_guards(x, before, after);
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
	TRY(create_shape(&x, after, true));
	TRY(create_shape(&x, after, false));
	*ret = plan;
	return OK;
}

enum err
table_create(struct ctx *cx, const struct types *ts, const struct type *t, struct plan *ret)
{
	return table_diff(cx, ts, NULL, t, ret);
}
