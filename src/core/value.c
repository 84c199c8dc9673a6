/* Values of fields. See value.h. */
#include "core/value.h"

#include <inttypes.h>
#include <string.h>

#include "base/civil.h"
#include "base/ident.h"
#include "base/text.h"
#include "rule/place.h"

static const char TITLE_OF[] = "SELECT title FROM sys_record WHERE id = ?1";
static const char ID_OF_ID[] = "SELECT id FROM sys_record WHERE id = ?1 AND (?2 = '' OR type = ?2)";
static const char ID_OF_NUMBER[] = "SELECT id FROM sys_record WHERE type = ?1 AND number = ?2";

enum err
record_title(struct ctx *cx, int64_t id, const char **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	*ret = "";
	if (id == 0)
		return OK;
	TRY(db_query(cx, TITLE_OF, DB_ARGS(db_int(id)), &q));
	TRY(stmt_step(cx, q, &row));
	if (row)
		*ret = stmt_copy(cx, q, 0);
	return OK;
}

static enum err
read_text(struct ctx *cx, const struct field *f, const char *s, struct value *ret)
{
	if (!text_is_utf8(s, strlen(s)))
		return fail_field(cx, ERR_INVALID, f->name, "err.utf8");
	if (text_has_control(s) || (f->kind != FIELD_LONG && strpbrk(s, "\n\r\t") != NULL))
		return fail_field(cx, ERR_INVALID, f->name, "err.control");
	if (text_length(s) > (size_t)f->max)
		return fail_field(cx, ERR_INVALID, f->name, "err.too_long",
				  text_from_int(cx->arena, f->max));
	ret->s = s;
	return OK;
}

static enum err
read_code(struct ctx *cx, const struct field *f, const char *s, struct value *ret)
{
	int kind = ident_kind_from_name(f->code);
	struct ident id;

	if (kind < 0)
		BUG("field of an unknown kind of identifier");
	ident_check((enum ident_kind)kind, s, strlen(s), cx->today, &id);
	if (!id.valid || (kind == IDENT_ISIKUKOOD && !id.born))
		return fail_field(cx, ERR_INVALID, f->name, id.why,
				  arena_strdup(cx->arena, id.arg[0]),
				  arena_strdup(cx->arena, id.arg[1]));
	ret->s = arena_strdup(cx->arena, id.text);
	return OK;
}

static enum err
in_range(struct ctx *cx, const struct field *f, int64_t n)
{
	if (n >= f->least && n <= f->most)
		return OK;
	return fail_field(cx, ERR_INVALID, f->name, "err.range",
			  f->kind == FIELD_MONEY ? text_money(cx->arena, f->least)
						 : text_from_int(cx->arena, f->least),
			  f->kind == FIELD_MONEY ? text_money(cx->arena, f->most)
						 : text_from_int(cx->arena, f->most));
}

static enum err
read_choice(struct ctx *cx, const struct field *f, const char *s, struct value *ret)
{
	const struct choice *c = field_choice(f, s);

	if (c == NULL)
		return fail_field(cx, ERR_INVALID, f->name, "err.choice", s);
	ret->s = c->name;
	return OK;
}

/* "a,b" or ",a,b,": each a choice, none twice; kept as ",a,b," in the order of the type. */
static enum err
read_choices(struct ctx *cx, const struct field *f, const char *s, struct value *ret)
{
	char *copy = arena_strdup(cx->arena, s), *save = NULL;
	uint64_t set = 0;
	const char *out = ",";

	for (char *p = strtok_r(copy, ", ", &save); p != NULL; p = strtok_r(NULL, ", ", &save)) {
		const struct choice *c = field_choice(f, p);

		if (c == NULL || f->nchoices > 64)
			return fail_field(cx, ERR_INVALID, f->name, "err.choice", p);
		set |= (uint64_t)1 << (c - f->choices);
	}
	for (int i = 0; i < f->nchoices; i++)
		if ((set >> i & 1) != 0)
			out = arena_printf(cx->arena, "%s%s,", out, f->choices[i].name);
	ret->set = set != 0;
	ret->s = out;
	return OK;
}

/* "17" or "A-1": a record of the field's type. What is all digits is looked for as an id first. */
static enum err
read_ref(struct ctx *cx, const struct field *f, const char *s, struct value *ret)
{
	const char *type = f->ref_type == NULL ? "" : f->ref_type->name;
	enum err e = ERR_NOTFOUND;
	int64_t id;

	if (text_int(s, 1, INT64_MAX, &id))
		e = db_get_int(cx, ID_OF_ID, DB_ARGS(db_int(id), db_text(type)), &ret->i);
	if (e == ERR_NOTFOUND && f->ref_type != NULL) {
		ctx_forgive(cx);
		e = db_get_int(cx, ID_OF_NUMBER, DB_ARGS(db_text(type), db_text(s)), &ret->i);
	}
	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(cx);
	return fail_field(cx, ERR_INVALID, f->name, "err.ref", s);
}

static enum err
read_bool(struct ctx *cx, const struct field *f, const char *s, struct value *ret)
{
	if (strcmp(s, "1") != 0 && strcmp(s, "0") != 0)
		return fail_field(cx, ERR_INVALID, f->name, "err.choice", s);
	ret->i = *s == '1';
	return OK;
}

enum err
value_read(struct ctx *cx, const struct field *f, const char *typed, struct value *ret)
{
	struct value v = { .set = true };
	int32_t day;
	const char *s;

	if (!text_is_utf8(typed, strlen(typed)))
		return fail_field(cx, ERR_INVALID, f->name, "err.utf8");
	s = text_trim(cx->arena, typed);
	if (*s == '\0') {
		*ret = (struct value){ .set = false };
		return OK;
	}
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
		TRY(read_text(cx, f, s, &v));
		break;
	case FIELD_CODE:
		TRY(read_code(cx, f, s, &v));
		break;
	case FIELD_CHOICE:
		TRY(read_choice(cx, f, s, &v));
		break;
	case FIELD_CHOICES:
		TRY(read_choices(cx, f, s, &v));
		break;
	case FIELD_INT:
	case FIELD_TIME:
		if (!text_int(s, INT64_MIN, INT64_MAX, &v.i))
			return fail_field(cx, ERR_INVALID, f->name, "err.int", s);
		TRY(in_range(cx, f, v.i));
		break;
	case FIELD_MONEY:
		if (!text_cents(s, &v.i))
			return fail_field(cx, ERR_INVALID, f->name, "err.money", s);
		TRY(in_range(cx, f, v.i));
		break;
	case FIELD_DATE:
		if (!civil_parse(s, &day))
			return fail_field(cx, ERR_INVALID, f->name, "err.date", s);
		v.i = day;
		break;
	case FIELD_BOOL:
		TRY(read_bool(cx, f, s, &v));
		break;
	case FIELD_REF:
		TRY(read_ref(cx, f, s, &v));
		break;
	case FIELD_KIND_COUNT:
		BUG("field kind");
	}
	*ret = v;
	return OK;
}

static const char *
time_text(struct ctx *cx, int64_t utc)
{
	struct civil_time t = civil_in_tallinn(utc);

	return arena_printf(cx->arena, "%s %02d:%02d", civil_text(cx->arena, t.day), t.hour,
			    t.minute);
}

static const char *
choices_text(struct ctx *cx, const struct field *f, const char *stored)
{
	const char *out = "";

	for (int i = 0; i < f->nchoices; i++)
		if (strstr(stored, arena_printf(cx->arena, ",%s,", f->choices[i].name)) != NULL)
			out = arena_printf(cx->arena, "%s%s%s", out, *out == '\0' ? "" : ", ",
					   msg(cx, f->choices[i].label_key));
	return out;
}

/* A county or municipality by its name; the code stays for those no list knows. */
static const char *
code_text(const struct ctx *cx, const struct field *f, const char *s)
{
	const struct place *place = NULL;

	if (text_equal(f->code, "ehak") && cx->world != NULL && cx->world->rules != NULL)
		place = place_last(cx->world->rules, s);
	return place == NULL ? s : place->name;
}

enum err
value_text(struct ctx *cx, const struct field *f, const struct value *v, const char **ret)
{
	const struct choice *c;

	*ret = "";
	if (!v->set)
		return OK;
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
		*ret = v->s;
		return OK;
	case FIELD_CODE:
		*ret = code_text(cx, f, v->s);
		return OK;
	case FIELD_CHOICE:
		c = field_choice(f, v->s);
		*ret = c == NULL ? v->s : msg(cx, c->label_key);
		return OK;
	case FIELD_CHOICES:
		*ret = choices_text(cx, f, v->s);
		return OK;
	case FIELD_INT:
		*ret = text_from_int(cx->arena, v->i);
		return OK;
	case FIELD_MONEY:
		*ret = text_money(cx->arena, v->i);
		return OK;
	case FIELD_DATE:
		*ret = civil_text(cx->arena, (int32_t)v->i);
		return OK;
	case FIELD_TIME:
		*ret = time_text(cx, v->i);
		return OK;
	case FIELD_BOOL:
		*ret = msg(cx, v->i != 0 ? "value.yes" : "value.no");
		return OK;
	case FIELD_REF:
		return record_title(cx, v->i, ret);
	case FIELD_KIND_COUNT:
		break;
	}
	BUG("field kind");
}

const char *
value_typed(struct ctx *cx, const struct field *f, const struct value *v)
{
	if (!v->set)
		return "";
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
	case FIELD_CODE:
	case FIELD_CHOICE:
	case FIELD_CHOICES:
		return v->s;
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_BOOL:
	case FIELD_REF:
		return text_from_int(cx->arena, v->i);
	case FIELD_MONEY:
		return text_money_plain(cx->arena, v->i);
	case FIELD_DATE:
		return civil_text(cx->arena, (int32_t)v->i);
	case FIELD_KIND_COUNT:
		break;
	}
	BUG("field kind");
}

static bool
is_text(const struct field *f)
{
	return strcmp(field_sql_type(f), "TEXT") == 0;
}

struct db_value
value_db(const struct field *f, const struct value *v)
{
	if (!v->set)
		return db_null();
	return is_text(f) ? db_text(v->s) : db_int(v->i);
}

struct value
value_column(struct ctx *cx, const struct field *f, const struct stmt *q, int col)
{
	struct value v = { .set = !stmt_is_null(q, col) };

	if (!v.set)
		return v;
	if (is_text(f))
		v.s = stmt_copy(cx, q, col);
	else
		v.i = stmt_int(q, col);
	return v;
}

bool
value_equal(const struct value *a, const struct value *b)
{
	if (!a->set || !b->set)
		return a->set == b->set;
	return a->i == b->i && text_equal(a->s, b->s);
}
