/* Reading records, and changes as values. See record.h; writing is in record_write.c. */
#include "core/record.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/record_int.h"

#define FIRST_FIELD 12 /* column of sql_load() at which the fields begin */

static const char ID_OF[] = "SELECT id FROM sys_record WHERE type = ?1 AND number = ?2";
static const char MOVER[] = "SELECT actor FROM sys_history WHERE record = ?1 AND kind = 'move' AND "
			    "name = ?2 ORDER BY at DESC, seq DESC LIMIT 1";

const struct field *
field_of(const struct type *t, const char *name)
{
	const struct field *f = type_field(t, name);

	if (f == NULL)
		BUG(name);
	return f;
}

struct change *
change_of(struct ctx *cx, const struct type *t)
{
	struct change *ch = ARENA_NEW(cx->arena, struct change);

	ch->type = t;
	ch->v = ARENA_ARRAY(cx->arena, (size_t)t->nfields + 1, struct value);
	ch->given = ARENA_ARRAY(cx->arena, (size_t)t->nfields + 1, bool);
	return ch;
}

struct change *
change_new(struct ctx *cx, const char *type)
{
	const struct type *t = types_get(cx->world->types, type);

	if (t == NULL)
		BUG(type);
	return change_of(cx, t);
}

static void
give(struct change *ch, const char *field, struct value v)
{
	int i = field_of(ch->type, field)->index;

	ch->v[i] = v;
	ch->given[i] = true;
}

void
change_int(struct change *ch, const char *field, int64_t n)
{
	give(ch, field, (struct value){ .set = true, .i = n });
}

void
change_text(struct change *ch, const char *field, const char *s)
{
	give(ch, field, (struct value){ .set = s != NULL && *s != '\0', .s = s });
}

void
change_empty(struct change *ch, const char *field)
{
	give(ch, field, (struct value){ .set = false });
}

enum err
change_typed(struct ctx *cx, struct change *ch, const struct field *f, const char *typed)
{
	struct value v;

	TRY(value_read(cx, f, typed, &v));
	ch->v[f->index] = v;
	ch->given[f->index] = true;
	return OK;
}

const struct value *
record_value(const struct record *r, const char *field)
{
	return &r->v[field_of(r->type, field)->index];
}

int64_t
record_int(const struct record *r, const char *field)
{
	const struct value *v = record_value(r, field);

	return v->set ? v->i : 0;
}

int32_t
record_date(const struct record *r, const char *field)
{
	const struct value *v = record_value(r, field);

	return v->set ? (int32_t)v->i : CIVIL_NONE;
}

const char *
record_text(const struct record *r, const char *field)
{
	const struct value *v = record_value(r, field);

	return v->set ? v->s : NULL;
}

const char *
record_state(const struct record *r)
{
	return r->type->nstates == 0 ? "" : r->type->states[r->state].name;
}

bool
record_in(const struct record *r, const char *state)
{
	return strcmp(record_state(r), state) == 0;
}

static struct record *
from_row(struct ctx *cx, const struct type *t, const struct stmt *q)
{
	struct record *r = ARENA_NEW(cx->arena, struct record);
	const char *state = stmt_text(q, 2);

	r->type = t;
	r->id = stmt_int(q, 0);
	r->number = stmt_copy(cx, q, 1);
	r->state = state == NULL ? -1 : type_state(t, state);
	if (r->state < 0)
		r->state = 0;
	r->version = stmt_int(q, 3);
	r->unit = stmt_int(q, 4);
	r->responsible = stmt_int(q, 5);
	r->due = (int32_t)stmt_int(q, 6);
	r->created = stmt_int(q, 7);
	r->changed = stmt_int(q, 8);
	r->deleted = stmt_int(q, 9) != 0;
	r->title = stmt_copy(cx, q, 10);
	r->about = stmt_int(q, 11);
	r->v = ARENA_ARRAY(cx->arena, (size_t)t->nfields + 1, struct value);
	for (int i = 0; i < t->nfields; i++)
		r->v[i] = value_column(cx, &t->fields[i], q, FIRST_FIELD + i);
	return r;
}

enum err
record_load(struct ctx *cx, const struct type *t, int64_t id, enum right right, struct record **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value value = db_int(id);
	struct sql sql;
	bool row;

	TRY(sql_load(cx, cx->world->types, t, right, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, &value, 1), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return fail(cx, ERR_NOTFOUND, "err.not_found");
	*ret = from_row(cx, t, q);
	return OK;
}

enum err
record_may(struct ctx *cx, const struct record *r, enum right right, bool *ret)
{
	struct record *again;
	enum err e = record_load(cx, r->type, r->id, right, &again);

	if (e != OK && e != ERR_NOTFOUND)
		return e;
	ctx_forgive(cx);
	*ret = e == OK;
	return OK;
}

enum err
record_load_number(struct ctx *cx, const struct type *t, const char *number, enum right right,
		   struct record **ret)
{
	int64_t id;

	TRY(db_get_int(cx, ID_OF, DB_ARGS(db_text(t->name), db_text(number)), &id));
	return record_load(cx, t, id, right, ret);
}

enum err
record_get(struct ctx *cx, const char *type, int64_t id, struct record **ret)
{
	const struct type *t = types_get(cx->world->types, type);
	bool was = cx->who.system;
	enum err e;

	if (t == NULL)
		BUG(type);
	cx->who.system = true;
	e = record_load(cx, t, id, RIGHT_SEE, ret);
	cx->who.system = was;
	return e;
}

enum err
record_mover(struct ctx *cx, int64_t id, const char *move, int64_t *ret_user)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, MOVER, DB_ARGS(db_int(id), db_text(move)), &q));
	TRY(stmt_step(cx, q, &row));
	*ret_user = row ? stmt_int(q, 0) : 0;
	return OK;
}
