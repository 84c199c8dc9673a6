/* Making, changing and moving records. See record.h. */
#include <string.h>

#include "base/text.h"
#include "core/history.h"
#include "core/record_int.h"
#include "format/json.h"

#define MAX_NOTE (512u * 1024) /* bytes of a note as JSON */

/* ---- hooks ---- */

static enum err
hooks_before(struct ctx *cx, const struct type *t, const char *event, const struct record *rec,
	     struct change *ch)
{
	for (size_t i = 0; i < cx->world->nhooks; i++)
		for (const struct hook *h = cx->world->hooks[i]; h->type != NULL; h++)
			if (h->before != NULL && strcmp(h->type, t->name) == 0 &&
			    strcmp(h->event, event) == 0)
				TRY(h->before(cx, rec, ch));
	return OK;
}

/* After hooks act for the program: what follows from a change is not the actor's own right. */
static enum err
hooks_after(struct ctx *cx, const char *event, const struct record *r)
{
	bool was = cx->who.system;
	enum err e = OK;

	cx->who.system = true;
	for (size_t i = 0; i < cx->world->nhooks && e == OK; i++)
		for (const struct hook *h = cx->world->hooks[i]; h->type != NULL && e == OK; h++)
			if (h->after != NULL && strcmp(h->type, r->type->name) == 0 &&
			    strcmp(h->event, event) == 0)
				e = h->after(cx, r);
	cx->who.system = was;
	return e;
}

/* ---- create ---- */

static struct value
preset(struct ctx *cx, const struct field *f, const char *what)
{
	struct value v = { .set = true };
	bool text = strcmp(field_sql_type(f), "TEXT") == 0;

	/* That the word fits the field was seen to when the type was loaded. */
	if (strcmp(what, "null") == 0)
		v.set = false;
	else if (text)
		v.s = what;
	else if (strcmp(what, "today") == 0)
		v.i = cx->today;
	else if (strcmp(what, "now") == 0)
		v.i = cx->now;
	else if (strcmp(what, "me") == 0)
		v.i = cx->who.user;
	else if (strcmp(what, "unit") == 0)
		v.i = cx->who.unit;
	else if (strcmp(what, "org") == 0)
		v.i = cx->who.org;
	else if (!text_int(what, INT64_MIN, INT64_MAX, &v.i))
		BUG("a preset that is no value of its field");
	if (f->kind == FIELD_REF && v.i == 0)
		v.set = false;
	return v;
}

/* In place of "not found": it is there, but this is not theirs to do. */
static enum err
deny(struct ctx *cx, const char *key, const struct type *t)
{
	ctx_forgive(cx);
	return fail(cx, ERR_DENIED, key, msg(cx, t->label_key));
}

/* A record made must be one its maker may make: the create right's own condition holds for it. */
static enum err
check_create(struct ctx *cx, const struct record *r)
{
	struct record *seen;
	enum err e;

	if (cx->who.system)
		return OK;
	e = record_load(cx, r->type, r->id, RIGHT_CREATE, &seen);
	return e == ERR_NOTFOUND ? deny(cx, "err.denied_create", r->type) : e;
}

/* What was not given is what the type says of a new record. */
static void
fill_presets(struct ctx *cx, struct change *ch)
{
	for (int i = 0; i < ch->type->nfields; i++)
		if (!ch->given[i] && ch->type->fields[i].preset != NULL) {
			ch->v[i] = preset(cx, &ch->type->fields[i], ch->type->fields[i].preset);
			ch->given[i] = true;
		}
}

enum err
record_create(struct ctx *cx, struct change *ch, int64_t *ret_id)
{
	const struct type *t = ch->type;
	struct record r = { .type = t,
			    .version = 1,
			    .due = NO_DUE,
			    .created = cx->now,
			    .changed = cx->now,
			    .unit = cx->who.unit };

	if (!sql_may(cx, cx->world->types, t, RIGHT_CREATE))
		return deny(cx, "err.denied_create", t);
	fill_presets(cx, ch);
	TRY(hooks_before(cx, t, "create", NULL, ch));
	r.v = ARENA_ARRAY(cx->arena, (size_t)t->nfields + 1, struct value);
	record_take(&r, ch);
	TRY(record_insert(cx, &r, "create", ch->note));
	TRY(check_create(cx, &r));
	TRY(hooks_after(cx, "create", &r));
	*ret_id = r.id;
	return OK;
}

enum err
record_import(struct ctx *cx, struct change *ch, const char *state, int64_t *ret_id)
{
	const struct type *t = ch->type;
	struct record r = { .type = t,
			    .version = 1,
			    .due = NO_DUE,
			    .created = cx->now,
			    .changed = cx->now,
			    .unit = cx->who.unit,
			    .state = t->nstates == 0 ? 0 : type_state(t, state) };

	if (!cx->who.system)
		return deny(cx, "err.denied_create", t);
	if (r.state < 0)
		BUG(state);
	fill_presets(cx, ch);
	r.v = ARENA_ARRAY(cx->arena, (size_t)t->nfields + 1, struct value);
	record_take(&r, ch);
	TRY(record_insert(cx, &r, "import", ch->note));
	TRY(hooks_after(cx, "import", &r));
	*ret_id = r.id;
	return OK;
}

/* ---- edit ---- */

static enum err
load_for(struct ctx *cx, const struct type *t, int64_t id, enum right right, int64_t version,
	 struct record **ret)
{
	struct record *r;
	enum err e;

	/* Out of sight is not found; in sight without the right is denied. The program may all. */
	TRY(record_load(cx, t, id, RIGHT_SEE, &r));
	e = cx->who.system ? OK : record_load(cx, t, id, right, &r);
	if (e == ERR_NOTFOUND)
		return deny(cx, right == RIGHT_EDIT ? "err.denied_edit" : "err.denied_move", t);
	if (e != OK)
		return e;
	if (r->deleted)
		return fail(cx, ERR_CONFLICT, "err.deleted");
	if (version != 0 && r->version != version)
		return fail(cx, ERR_CONFLICT, "err.changed");
	*ret = r;
	return OK;
}

enum err
record_edit(struct ctx *cx, const struct type *t, int64_t id, int64_t version, struct change *ch)
{
	struct record *old, *r;

	TRY(load_for(cx, t, id, RIGHT_EDIT, version, &old));
	if (!cx->who.system && t->nstates > 0 && t->states[old->state].fixed)
		return fail(cx, ERR_CONFLICT, "err.fixed_state",
			    msg(cx, t->states[old->state].label_key));
	for (int i = 0; i < t->nfields; i++)
		if (ch->given[i] && t->fields[i].fixed && old->v[i].set &&
		    !value_equal(&old->v[i], &ch->v[i]))
			return fail_field(cx, ERR_CONFLICT, t->fields[i].name, "err.fixed_field",
					  msg(cx, t->fields[i].label_key));
	TRY(hooks_before(cx, t, "edit", old, ch));
	r = record_copy(cx, old);
	record_take(r, ch);
	TRY(record_check_required(cx, r));
	TRY(record_save(cx, old, r, "edit", "", ch->note));
	return hooks_after(cx, "edit", r);
}

enum err
record_delete(struct ctx *cx, const struct type *t, int64_t id, int64_t version, const char *reason)
{
	struct record *old, *r;

	if (reason == NULL || *reason == '\0')
		return fail_field(cx, ERR_INVALID, "note", "err.required", msg(cx, "field.reason"));
	TRY(load_for(cx, t, id, RIGHT_EDIT, version, &old));
	r = record_copy(cx, old);
	r->deleted = true;
	TRY(record_save(cx, old, r, "delete", "", reason));
	return hooks_after(cx, "delete", r);
}

/* ---- move ---- */

/* Two-person control is by human: neither the one who made the other move, nor, through a
 * substitute's position, the same human again. */
static enum err
same_human(struct ctx *cx, const struct record *r, const struct move *m, bool *ret)
{
	int64_t other;

	*ret = false;
	if (m->other_than == NULL || cx->who.user == 0)
		return OK;
	TRY(record_mover(cx, r->id, m->other_than, &other));
	*ret = other == cx->who.user;
	return OK;
}

/* One of the duties named, parted by spaces. */
static bool
has_duty(const struct ctx *cx, const char *duties)
{
	while (!cx->who.system && *duties != '\0') {
		size_t len = strcspn(duties, " ");
		const struct duty *d = map_get(&cx->world->types->duty_by_name,
					       arena_strndup(cx->arena, duties, len));

		if (d != NULL && (cx->who.duties[d->index / 64] >> (d->index % 64) & 1) != 0)
			return true;
		duties += len + (duties[len] == ' ');
	}
	return cx->who.system;
}

/* Is the move for this record at all, as the record now is? */
static enum err
is_for(struct ctx *cx, const struct record *r, const struct move *m, bool *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value id = db_int(r->id);
	struct sql sql;

	*ret = true;
	if (m->where == NULL)
		return OK;
	TRY(sql_check(cx, cx->world->types, r->type, m->where, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, &id, 1), &q));
	return stmt_step(cx, q, ret);
}

enum err
record_may_move(struct ctx *cx, const struct record *r, const struct move *m, bool *ret)
{
	struct record *again;
	bool same;

	*ret = false;
	if (r->deleted || (m->hidden && !cx->who.system) ||
	    (m->from != 0 && (m->from >> r->state & 1) == 0))
		return OK;
	if (m->duty != NULL && !has_duty(cx, m->duty))
		return OK;
	if (record_load(cx, r->type, r->id, RIGHT_MOVE, &again) != OK) {
		if (cx->error.code != ERR_NOTFOUND)
			return cx->error.code;
		ctx_forgive(cx);
		return OK;
	}
	TRY(same_human(cx, r, m, &same));
	if (same)
		return OK;
	return is_for(cx, r, m, ret);
}

static enum err
check_move(struct ctx *cx, const struct record *r, const struct move *m)
{
	bool same, suits;

	/* What code makes happen is nobody's button, however it is asked for. */
	if (m->hidden && !cx->who.system)
		return fail(cx, ERR_DENIED, "err.denied_move", msg(cx, r->type->label_key));
	if (m->from != 0 && (m->from >> r->state & 1) == 0)
		return fail(cx, ERR_CONFLICT, "err.move_state", msg(cx, m->label_key),
			    msg(cx, r->type->states[r->state].label_key));
	if (m->duty != NULL && !has_duty(cx, m->duty))
		return fail(cx, ERR_DENIED, "err.denied_duty", msg(cx, m->label_key), m->duty);
	TRY(is_for(cx, r, m, &suits));
	if (!suits)
		return fail(cx, ERR_CONFLICT, "err.move_where", msg(cx, m->label_key), r->number);
	TRY(same_human(cx, r, m, &same));
	if (same)
		return fail(cx, ERR_DENIED, "err.move_same_person", msg(cx, m->label_key),
			    msg(cx, type_move(r->type, m->other_than)->label_key));
	return OK;
}

/* A move takes only what it asks for; hooks and the program itself may add. */
static enum err
check_asked(struct ctx *cx, const struct type *t, const struct move *m, const struct change *ch)
{
	for (int i = 0; i < t->nfields && !cx->who.system; i++) {
		bool asked = false;

		for (int k = 0; k < m->nask; k++)
			asked = asked || m->ask[k] == &t->fields[i];
		if (ch->given[i] && !asked)
			return fail_field(cx, ERR_INVALID, t->fields[i].name, "err.not_asked",
					  msg(cx, t->fields[i].label_key));
	}
	return OK;
}

static enum err
check_needs(struct ctx *cx, const struct record *r, const struct move *m)
{
	for (int i = 0; i < m->nneeds; i++)
		if (!r->v[m->needs[i]->index].set)
			return fail_field(cx, ERR_INVALID, m->needs[i]->name, "err.required",
					  msg(cx, m->needs[i]->label_key));
	return record_check_required(cx, r);
}

/* The move's condition is asked of the row as it will be: after the update, before the commit. */
static enum err
check_condition(struct ctx *cx, const struct record *r, const struct move *m)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value id = db_int(r->id);
	struct sql sql;
	bool row;

	if (m->check == NULL)
		return OK;
	TRY(sql_check(cx, cx->world->types, r->type, m->check, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, &id, 1), &q));
	TRY(stmt_step(cx, q, &row));
	return row ? OK : fail(cx, ERR_INVALID, m->check_key);
}

enum err
record_move(struct ctx *cx, const struct type *t, int64_t id, int64_t version, const char *move,
	    struct change *ch)
{
	const struct move *m = type_move(t, move);
	struct record *old, *r;

	if (m == NULL)
		return fail(cx, ERR_NOTFOUND, "err.not_found");
	if (ch == NULL)
		ch = change_of(cx, t);
	TRY(load_for(cx, t, id, RIGHT_MOVE, version, &old));
	TRY(check_move(cx, old, m));
	TRY(check_asked(cx, t, m, ch));
	for (int i = 0; i < m->nset; i++) {
		int f = m->set[i].field->index;

		ch->v[f] = preset(cx, m->set[i].field, m->set[i].value);
		ch->given[f] = true;
	}
	TRY(hooks_before(cx, t, move, old, ch));
	r = record_copy(cx, old);
	record_take(r, ch);
	if (m->to >= 0)
		r->state = m->to;
	TRY(check_needs(cx, r, m));
	TRY(record_save(cx, old, r, "move", move, ch->note));
	TRY(check_condition(cx, r, m));
	return hooks_after(cx, move, r);
}

/* ---- the timeline ---- */

enum err
record_entry(struct ctx *cx, const struct record *r, const char *kind, const char *name,
	     const char *json)
{
	return history_add(cx, r->id, r->version, kind, name, json);
}

enum err
record_note(struct ctx *cx, const struct record *r, const char *text)
{
	SCOPED_BUF b;
	struct json_out j;
	const char *trimmed = text_trim(cx->arena, text);

	buf_init(&b, MAX_NOTE);
	if (*trimmed == '\0')
		return fail_field(cx, ERR_INVALID, "note", "err.required", msg(cx, "field.note"));
	if (text_length(trimmed) > MAX_LONG_TEXT)
		return fail_field(cx, ERR_INVALID, "note", "err.too_long",
				  text_from_int(cx->arena, MAX_LONG_TEXT));
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "note", trimmed);
	json_map_end(&j);
	TRY(json_done(cx, &j));
	return record_entry(cx, r, "note", "", b.bytes);
}
