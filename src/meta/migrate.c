/* Bringing a database up to the types of today. See table.h. */
#include <string.h>

#include "base/text.h"
#include "meta/table.h"

#define TABLE_FORM 1		    /* raise it when table.c makes tables another way */
#define MAX_STORED (MAX_FIELDS * 4) /* fields of a type, with those that have left it */

static const char COLUMNS_OF[] = "SELECT name, kind FROM sys_column WHERE type = ?1";
static const char TYPE_HASH[] = "SELECT hash FROM sys_type WHERE name = ?1";
static const char TYPE_PUT[] =
	"INSERT INTO sys_type (name, text, hash, taken_at) VALUES (?1, ?2, ?3, ?4) "
	"ON CONFLICT (name) DO UPDATE SET text = excluded.text, hash = excluded.hash, "
	"taken_at = excluded.taken_at";
static const char GUARDS_FORGET[] = "DELETE FROM sys_column WHERE type = ?1 AND kind = ?2";
static const char COLUMN_PUT[] =
	"INSERT INTO sys_column (type, name, kind, meaning) VALUES (?1, ?2, ?3, ?4) "
	"ON CONFLICT (type, name) DO UPDATE SET kind = excluded.kind, meaning = excluded.meaning";

/* In sys_column: a field is stored with its kind, sorted ones with a mark, and guards as what they
 * are, so that the difference to the types of today can be told from the database alone. */
#define SORTED "sorted "
#define GUARD "guard"
#define GUARD_NAME "guard." /* before its name, for a field may be called the same */

static void
take_column(struct type *old, const char *name, const char *kind)
{
	struct field *f = &old->fields[old->nfields];

	if (strcmp(kind, GUARD) == 0) {
		old->guards[old->nguards++].name = name + strlen(GUARD_NAME);
		return;
	}
	f->name = name;
	f->sort_key = text_starts(kind, SORTED);
	if (f->sort_key)
		kind += strlen(SORTED);
	for (int k = 0; k < FIELD_KIND_COUNT; k++)
		if (strcmp(kind, field_kind_name((enum field_kind)k)) == 0)
			f->kind = (enum field_kind)k;
	old->nfields++;
}

/* The type as the database knows it: its fields and guards. NULL: no table yet. */
static enum err
stored(struct ctx *cx, const struct type *t, struct type **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct type *old = ARENA_NEW(cx->arena, struct type);
	bool row;

	old->name = t->name;
	old->file = t->file;
	old->fields = ARENA_ARRAY(cx->arena, MAX_STORED, struct field);
	old->guards = ARENA_ARRAY(cx->arena, MAX_STORED, struct guard);
	TRY(db_query(cx, COLUMNS_OF, DB_ARGS(db_text(t->name)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (old->nfields == MAX_STORED || old->nguards == MAX_STORED)
			return fail(cx, ERR_LIMIT, "err.type_too_many", t->name);
		take_column(old, stmt_copy(cx, q, 0), stmt_copy(cx, q, 1));
	}
	*ret = old->nfields == 0 ? NULL : old;
	return OK;
}

/* A fingerprint of the type's file and of how tables are made, to skip types that did not
 * change. */
static const char *
fingerprint(struct ctx *cx, const struct type *t)
{
	uint64_t h = 0xcbf29ce484222325u + TABLE_FORM; /* FNV-1a */

	for (size_t i = 0; i < t->text_len; i++)
		h = (h ^ (unsigned char)t->text[i]) * 0x100000001b3u;
	return arena_printf(cx->arena, "%016llx", (unsigned long long)h);
}

static enum err
put_column(struct ctx *cx, const struct type *t, const char *name, const char *kind,
	   const char *meaning)
{
	return db_exec(cx, COLUMN_PUT,
		       DB_ARGS(db_text(t->name), db_text(name), db_text(kind), db_text(meaning)),
		       NULL);
}

static enum err
record_type(struct ctx *cx, const struct type *t, const char *hash)
{
	TRY(db_exec(cx, TYPE_PUT,
		    DB_ARGS(db_text(t->name),
			    db_text(arena_strndup(cx->arena, t->text, t->text_len)), db_text(hash),
			    db_int(cx->now)),
		    NULL));
	TRY(db_exec(cx, GUARDS_FORGET, DB_ARGS(db_text(t->name), db_text(GUARD)), NULL));
	for (int i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		TRY(put_column(cx, t, f->name,
			       arena_printf(cx->arena, "%s%s", f->sort_key ? SORTED : "",
					    field_kind_name(f->kind)),
			       f->label_key));
	}
	for (int i = 0; i < t->nguards; i++)
		TRY(put_column(cx, t, arena_printf(cx->arena, GUARD_NAME "%s", t->guards[i].name),
			       GUARD, t->guards[i].label_key));
	return OK;
}

struct migration {
	const struct types *types;
	bool dry;
	struct plan *plan;
};

static void
keep_steps(struct ctx *cx, struct plan *all, const struct plan *more)
{
	struct step *steps = ARENA_ARRAY(cx->arena, all->n + more->n + 1, struct step);

	if (all->n > 0)
		memcpy(steps, all->steps, all->n * sizeof(*steps));
	if (more->n > 0)
		memcpy(steps + all->n, more->steps, more->n * sizeof(*steps));
	all->steps = steps;
	all->n += more->n;
}

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
	keep_steps(cx, m->plan, &plan);
	for (size_t i = 0; i < plan.n && !m->dry; i++)
		if (plan.steps[i].sql != NULL)
			TRY(db_script(cx, plan.steps[i].sql));
	return m->dry ? OK : record_type(cx, t, hash);
}

static enum err
migrate_all(struct ctx *cx, void *arg)
{
	struct migration *m = arg;

	*m->plan = (struct plan){ NULL, 0 };
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

enum err
table_plan(struct ctx *cx, const struct types *ts, struct plan *ret)
{
	struct migration m = { ts, true, ret };

	return migrate_all(cx, &m);
}

static enum err
sorts_agree(struct ctx *cx, const struct type *t, bool *ret)
{
	int64_t wrong = 0;

	*ret = true;
	for (int i = 0; *ret && i < t->nfields; i++) {
		const char *name = t->fields[i].name;

		if (!t->fields[i].sort_key)
			continue;
		TRY(db_get_int(cx,
			       arena_printf(cx->arena,
					    "SELECT count(*) FROM (SELECT \"%s\" AS was, "
					    "\"%s_sort\" AS key FROM \"%s\" ORDER BY sys_id DESC "
					    "LIMIT 200) AS r WHERE was IS NOT NULL AND "
					    "key <> sort_key(was)",
					    name, name, t->name),
			       DB_NONE, &wrong));
		*ret = wrong == 0;
	}
	return OK;
}

enum err
table_sorts_agree(struct ctx *cx, const struct types *ts, const char **ret_type)
{
	bool agree = true;

	for (size_t i = 0; i < ts->n && agree; i++) {
		TRY(sorts_agree(cx, ts->list[i], &agree));
		*ret_type = agree ? NULL : ts->list[i]->name;
	}
	return OK;
}
