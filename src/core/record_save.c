/* Writing a record that is ready: history first, then the row, its words and clocks. */
#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "core/clock.h"
#include "core/history.h"
#include "core/record_int.h"
#include "format/json.h"

#define MAX_CHANGE (512u * 1024) /* bytes of one change as JSON */

static const char PARENT_ADD[] =
	"INSERT INTO sys_record (type, number, title, about, made_at) VALUES (?1, ?2, ?3, ?4, ?5) "
	"RETURNING id";
static const char PARENT_SET[] = "UPDATE sys_record SET title = ?2, about = ?3 WHERE id = ?1";

/* ---- history ---- */

static void
put_value(struct json_out *j, const struct value *v)
{
	if (!v->set)
		json_put_null(j);
	else if (v->s != NULL)
		json_put_text(j, v->s);
	else
		json_put_int(j, v->i);
}

/* An engine column that holds an id; 0 is nobody. *any: something differs. */
static void
put_id(struct json_out *j, const char *name, int64_t before, int64_t now, bool *any)
{
	struct value old = { .set = before != 0, .i = before }, new = { .set = now != 0, .i = now };

	if (before == now)
		return;
	*any = true;
	json_key(j, name);
	json_list(j);
	put_value(j, &old);
	put_value(j, &new);
	json_list_end(j);
}

/* {"field": [old, new], …, "sys_state": […]}; *ret_any tells whether anything differs. */
static enum err
change_json(struct ctx *cx, const struct record *old, const struct record *now, const char *note,
	    const char **ret, bool *ret_any)
{
	const struct type *t = now->type;
	struct value empty = { .set = false };
	SCOPED_BUF b;
	struct json_out j;
	bool any = false;

	buf_init(&b, MAX_CHANGE);
	json_out_init(&j, &b);
	json_map(&j);
	for (int i = 0; i < t->nfields; i++) {
		const struct value *before = old == NULL ? &empty : &old->v[i];

		if (value_equal(before, &now->v[i]))
			continue;
		any = true;
		json_key(&j, t->fields[i].name);
		json_list(&j);
		put_value(&j, before);
		put_value(&j, &now->v[i]);
		json_list_end(&j);
	}
	if (t->nstates > 0 && (old == NULL || old->state != now->state)) {
		any = true;
		json_key(&j, "sys_state");
		json_list(&j);
		json_put_text(&j, old == NULL ? NULL : t->states[old->state].name);
		json_put_text(&j, t->states[now->state].name);
		json_list_end(&j);
	}
	put_id(&j, "sys_unit", old == NULL ? 0 : old->unit, now->unit, &any);
	put_id(&j, "sys_responsible", old == NULL ? 0 : old->responsible, now->responsible, &any);
	if (note != NULL && *note != '\0')
		json_pair_text(&j, "note", note);
	json_map_end(&j);
	TRY(json_done(cx, &j));
	*ret = arena_strndup(cx->arena, b.bytes, b.len);
	*ret_any = any;
	return OK;
}

enum err
record_unchange(struct ctx *cx, const struct type *t, const char *change, struct value *values)
{
	struct json *root;

	TRY(json_parse(cx, "history", change, strlen(change), &root));
	for (size_t i = 0; i < root->n; i++) {
		const struct field *f = type_field(t, root->keys[i]);
		const struct json *pair = root->items[i], *old;

		if (f == NULL || pair->kind != JSON_LIST || pair->n != 2)
			continue;
		old = pair->items[0];
		values[f->index] = (struct value){ .set = old->kind != JSON_NIL };
		if (old->kind == JSON_INT)
			values[f->index].i = old->integer;
		else if (old->kind == JSON_TEXT)
			values[f->index].s = old->text;
	}
	return OK;
}

/* ---- the row ---- */

/* The arguments of sql_insert (id first) or sql_update (id and old version last). */
static struct db_args
row_args(struct ctx *cx, const struct record *r, bool insert, int64_t old_version)
{
	const struct type *t = r->type;
	struct db_value *v = ARENA_ARRAY(cx->arena, (size_t)t->nfields * 2 + 16, struct db_value);
	bool open = t->nstates == 0 || !t->states[r->state].end;
	size_t n = 0;

	if (insert)
		v[n++] = db_int(r->id);
	v[n++] = db_text(r->number);
	v[n++] = db_text(record_state(r));
	v[n++] = db_bool(open && !r->deleted);
	v[n++] = db_int(r->version);
	v[n++] = db_id(r->unit);
	v[n++] = db_id(r->responsible);
	v[n++] = db_int(r->due);
	v[n++] = db_int(r->created);
	v[n++] = db_int(r->changed);
	v[n++] = db_bool(r->deleted);
	for (int i = 0; i < t->nfields; i++)
		v[n++] = value_db(&t->fields[i], &r->v[i]);
	for (int i = 0; i < t->nfields; i++)
		if (t->fields[i].sort_key)
			v[n++] = db_text(r->v[i].set ? fold_sort_key(cx->arena, r->v[i].s) : "");
	if (!insert) {
		v[n++] = db_int(r->id);
		v[n++] = db_int(old_version);
	}
	return (struct db_args){ v, n };
}

/* A unique index that refused tells which field: "t.code" → the field's own message. */
static enum err
explain_refusal(struct ctx *cx, const struct type *t, enum err e)
{
	const char *what, *dot;

	if (e != ERR_CONFLICT || cx->error.nargs == 0 || cx->error.field != NULL)
		return e;
	what = cx->error.args[0];
	dot = strchr(what, '.');
	for (int i = 0; dot != NULL && i < t->nfields; i++)
		if (strcmp(t->fields[i].name, dot + 1) == 0 && t->fields[i].unique) {
			ctx_forgive(cx);
			return fail_field(cx, ERR_CONFLICT, t->fields[i].name, "err.unique");
		}
	return e;
}

static enum err
finish(struct ctx *cx, struct record *r)
{
	if (r->type->is_person)
		r->about = r->id;
	else if (r->type->about != NULL)
		r->about = r->v[r->type->about->index].set ? r->v[r->type->about->index].i : 0;
	TRY(record_template(cx, r->type, r->v, r->type->title, &r->title));
	if (*r->title == '\0')
		r->title = r->number;
	return OK;
}

enum err
record_check_required(struct ctx *cx, const struct record *r)
{
	for (int i = 0; i < r->type->nfields; i++)
		if (r->type->fields[i].required && !r->v[i].set)
			return fail_field(cx, ERR_INVALID, r->type->fields[i].name, "err.required",
					  msg(cx, r->type->fields[i].label_key));
	return OK;
}

static enum err
update_row(struct ctx *cx, const struct record *old, struct record *r)
{
	int64_t changes = 0;
	enum err e;

	e = db_exec(cx, sql_update(cx, r->type), row_args(cx, r, false, old->version), &changes);
	if (e != OK)
		return explain_refusal(cx, r->type, e);
	if (changes == 0)
		return fail(cx, ERR_CONFLICT, "err.changed");
	if (text_equal(old->title, r->title) && old->about == r->about)
		return OK;
	return db_exec(cx, PARENT_SET, DB_ARGS(db_int(r->id), db_text(r->title), db_id(r->about)),
		       NULL);
}

/* Would the record be found by the same words as before? */
static bool
same_words(const struct record *old, const struct record *now)
{
	bool same = old->deleted == now->deleted;

	for (int i = 0; i < now->type->nfields && same; i++)
		same = !now->type->fields[i].search || value_equal(&old->v[i], &now->v[i]);
	return same;
}

static enum err
tell_changed(struct ctx *cx, const struct record *old, const struct record *r, const char *kind,
	     const char *name)
{
	return cx->world->changed == NULL ? OK : cx->world->changed(cx, old, r, kind, name);
}

enum err
record_save(struct ctx *cx, const struct record *old, struct record *r, const char *kind,
	    const char *name, const char *note)
{
	const char *json;
	bool any;

	TRY(change_json(cx, old, r, note, &json, &any));
	if (!any && strcmp(kind, "edit") == 0)
		return OK;
	r->version = old->version + 1;
	r->changed = cx->now;
	TRY(finish(cx, r));
	TRY(history_add(cx, r->id, r->version, kind, name, json));
	TRY(clock_update(cx, r, &r->due));
	TRY(update_row(cx, old, r));
	if (!same_words(old, r))
		TRY(words_update(cx, r));
	return tell_changed(cx, old, r, kind, name);
}

void
record_take(struct record *r, const struct change *ch)
{
	for (int i = 0; i < r->type->nfields; i++)
		if (ch->given[i])
			r->v[i] = ch->v[i];
	if (ch->unit_given)
		r->unit = ch->unit;
	if (ch->responsible_given)
		r->responsible = ch->responsible;
	if (r->type->responsible != NULL) {
		const struct value *v = &r->v[r->type->responsible->index];

		r->responsible = v->set ? v->i : 0;
	}
}

struct record *
record_copy(struct ctx *cx, const struct record *old)
{
	struct record *r = ARENA_NEW(cx->arena, struct record);

	*r = *old;
	r->v = ARENA_ARRAY(cx->arena, (size_t)old->type->nfields + 1, struct value);
	memcpy(r->v, old->v, (size_t)old->type->nfields * sizeof(*r->v));
	return r;
}

static enum err
insert_parent(struct ctx *cx, struct record *r)
{
	SCOPED(stmt) struct stmt *q = NULL;
	enum err e;
	bool row;

	TRY(db_query(cx, PARENT_ADD,
		     DB_ARGS(db_text(r->type->name), db_text(r->number), db_text(r->title),
			     db_id(r->about), db_int(cx->now)),
		     &q));
	e = stmt_step(cx, q, &row);
	if (e == ERR_CONFLICT) {
		ctx_forgive(cx);
		return fail(cx, ERR_CONFLICT, "err.number_taken", r->number);
	}
	if (e != OK)
		return e;
	r->id = stmt_int(q, 0);
	return OK;
}

/* A number made of what people typed is part of an address: it must not read as another one, nor
 * be one that no address can hold. */
static enum err
check_number(struct ctx *cx, const char *number)
{
	size_t n = strlen(number);
	bool odd = n == 0 || number[0] == '/' || number[n - 1] == '/' ||
		   strcmp(number, "uus") == 0 || strpbrk(number, "\\\r\n\t") != NULL ||
		   strstr(number, "//") != NULL || strstr(number, "/-/") != NULL;

	for (const char *p = number; *p != '\0'; p += *p == '/') {
		size_t len = strcspn(p, "/");

		odd = odd || (len <= 2 && strspn(p, ".") == len);
		p += len;
	}
	return odd ? fail(cx, ERR_INVALID, "err.number_odd", number) : OK;
}

enum err
record_insert(struct ctx *cx, struct record *r, const char *kind, const char *note)
{
	const char *json;
	bool any;
	enum err e;

	TRY(record_check_required(cx, r));
	TRY(record_template(cx, r->type, r->v, r->type->number, &r->number));
	TRY(check_number(cx, r->number));
	TRY(finish(cx, r));
	TRY(insert_parent(cx, r));
	if (r->type->is_person) {
		TRY(finish(cx, r));
		TRY(db_exec(cx, PARENT_SET,
			    DB_ARGS(db_int(r->id), db_text(r->title), db_id(r->about)), NULL));
	}
	TRY(change_json(cx, NULL, r, note, &json, &any));
	TRY(history_add(cx, r->id, r->version, kind, "", json));
	TRY(clock_update(cx, r, &r->due));
	e = db_exec(cx, sql_insert(cx, r->type), row_args(cx, r, true, 0), NULL);
	if (e != OK)
		return explain_refusal(cx, r->type, e);
	TRY(words_update(cx, r));
	return tell_changed(cx, NULL, r, kind, "");
}
