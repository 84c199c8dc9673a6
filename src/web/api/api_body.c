/*
 * A JSON body as the pairs a form would hold. Each member is one of the inputs known for the
 * address and of its field's kind: nothing is guessed, rounded or left out. Then what people type
 * and what programs send goes one way (core/value.h).
 *
 *	text, choice, code   "text"           date    "2026-05-25"
 *	choices              ["a", "b"]       money   "1234.50", so that no sum is ever a float
 *	int                  17               yes/no  true, false
 *	reference            17 (id) or "PKT-2026/17" (number)        null empties any
 */
#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "web/api/api.h"
#include "web/site_int.h"

#define MAX_KEY 64 /* characters of an Idempotency-Key; form_key.c */

struct body {
	struct visit *v;
	const struct api_input *inputs;
	size_t n;
	struct http_pair *pairs;
	size_t count, room;
	struct error first;
};

/* ---- one member ---- */

static void
add(struct body *b, const char *name, const char *value)
{
	if (b->count == b->room)
		BUG("a body with more pairs than it has values");
	b->pairs[b->count++] = (struct http_pair){ name, value };
}

/* The name of a pair is kept by the input; the error too names it. */
static enum err
wrong(struct body *b, const struct api_input *in, const char *key, const char *value)
{
	return fail_field(b->v->cx, ERR_INVALID, in->name, key, value);
}

static enum err
put_choices(struct body *b, const struct api_input *in, const struct json *j)
{
	if (j->kind != JSON_LIST)
		return wrong(b, in, "err.api_kind", msg(b->v->cx, "api.kind.choices"));
	if (j->n == 0)
		add(b, arena_printf(b->v->cx->arena, "%s_none", in->name), "1");
	for (size_t i = 0; i < j->n; i++) {
		const struct json *one = j->items[i];
		bool again = false;

		if (one->kind != JSON_TEXT || field_choice(in->field, one->text) == NULL)
			return wrong(b, in, "err.choice", one->kind == JSON_TEXT ? one->text : "");
		for (size_t k = 0; k < i; k++)
			again = again || strcmp(j->items[k]->text, one->text) == 0;
		if (!again)
			add(b, in->name, one->text);
	}
	return OK;
}

/* Exact: an optional minus, digits, at most two decimals behind a point. */
static bool
is_money(const char *s)
{
	size_t whole, part;

	s += *s == '-';
	whole = strspn(s, "0123456789");
	s += whole;
	if (whole == 0 || whole > 15)
		return false;
	if (*s == '\0')
		return true;
	part = strspn(s + 1, "0123456789");
	return *s == '.' && part >= 1 && part <= 2 && s[1 + part] == '\0';
}

static bool
is_day(const char *s)
{
	return strlen(s) == 10 && strspn(s, "0123456789") == 4 && s[4] == '-' && s[7] == '-';
}

static enum err
put_text(struct body *b, const struct api_input *in, const struct json *j)
{
	enum field_kind kind = in->field->kind;

	if (j->kind != JSON_TEXT)
		return wrong(b, in, "err.api_kind",
			     msg(b->v->cx, kind == FIELD_MONEY	? "api.kind.money"
					   : kind == FIELD_DATE ? "api.kind.date"
								: "api.kind.text"));
	if (text_has_control(j->text))
		return wrong(b, in, "err.control", "");
	if (kind == FIELD_MONEY && !is_money(j->text))
		return wrong(b, in, "err.money", j->text);
	if (kind == FIELD_DATE && !is_day(j->text))
		return wrong(b, in, "err.api_date", j->text);
	add(b, in->name, j->text);
	return OK;
}

static enum err
put_number(struct body *b, const struct api_input *in, const struct json *j)
{
	bool ref = in->field->kind == FIELD_REF;

	if (ref && j->kind == JSON_TEXT && !text_has_control(j->text) && *j->text != '\0') {
		int64_t id;

		/* A number of digits alone is asked for by its id, as elsewhere. */
		if (text_int(j->text, INT64_MIN, INT64_MAX, &id))
			return wrong(b, in, "err.ref", j->text);
		add(b, in->name, j->text);
		return OK;
	}
	if (j->kind != JSON_INT)
		return wrong(b, in, "err.api_kind",
			     msg(b->v->cx, ref ? "api.kind.ref" : "api.kind.int"));
	add(b, in->name, text_from_int(b->v->cx->arena, j->integer));
	return OK;
}

static enum err
put_member(struct body *b, const struct api_input *in, const struct json *j)
{
	if (in->refused != NULL)
		return wrong(b, in, in->refused, msg(b->v->cx, in->field->label_key));
	if (j->kind == JSON_NIL) {
		add(b,
		    in->field->kind == FIELD_CHOICES
			    ? arena_printf(b->v->cx->arena, "%s_none", in->name)
			    : in->name,
		    "");
		return OK;
	}
	switch (in->field->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
	case FIELD_CODE:
	case FIELD_CHOICE:
	case FIELD_MONEY:
	case FIELD_DATE:
		return put_text(b, in, j);
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_REF:
		return put_number(b, in, j);
	case FIELD_BOOL:
		if (j->kind != JSON_BOOL)
			return wrong(b, in, "err.api_kind", msg(b->v->cx, "api.kind.bool"));
		add(b, in->name, j->boolean ? "1" : "0");
		return OK;
	case FIELD_CHOICES:
		return put_choices(b, in, j);
	case FIELD_KIND_COUNT:
		break;
	}
	BUG("field kind");
}

/* ---- the body ---- */

/* Note a fault; all are told at once. */
static enum err
note(struct body *b, const char *name, enum err e)
{
	struct visit *v = b->v;

	if (e != ERR_INVALID)
		return e;
	if (b->first.code == OK)
		b->first = v->cx->error;
	if (v->nfaults < VISIT_FAULTS)
		v->faults[v->nfaults++] =
			(struct visit_fault){ name, site_error_text(v->cx), v->cx->error.key };
	ctx_forgive(v->cx);
	return OK;
}

static enum err
read_member(struct body *b, const char *name, const struct json *j)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->inputs[i].name, name) == 0)
			return note(b, b->inputs[i].name, put_member(b, &b->inputs[i], j));
	return note(b, name,
		    fail_field(b->v->cx, ERR_INVALID, name, "err.api_member",
			       arena_printf(b->v->cx->arena, "%.60s", name)));
}

/* How many pairs the values can make. */
static size_t
room_for(const struct json *map)
{
	size_t n = 8;

	for (size_t i = 0; i < map->n; i++)
		n += map->items[i]->kind == JSON_LIST ? map->items[i]->n + 1 : 1;
	return n;
}

enum err
api_pairs(struct visit *v, const char *bytes, size_t len, const struct api_input *inputs, size_t n,
	  struct http_pairs *ret)
{
	struct body b = { .v = v, .inputs = inputs, .n = n };
	struct json *map = NULL;
	enum err e = len == 0 ? OK : json_parse(v->cx, "", bytes, len, &map);

	if (e == OK && map != NULL && map->kind != JSON_MAP)
		e = fail(v->cx, ERR_INVALID, "err.api_map");
	if (e != OK) {
		v->x->refusal = e == ERR_INVALID ? 400 : 0;
		return e;
	}
	b.room = map == NULL ? 8 : room_for(map);
	b.pairs = ARENA_ARRAY(v->cx->arena, b.room, struct http_pair);
	v->nfaults = 0;
	for (size_t i = 0; map != NULL && i < map->n; i++)
		TRY(read_member(&b, map->keys[i], map->items[i]));
	for (size_t i = 0; i < n; i++)
		if (inputs[i].required && (map == NULL || json_get(map, inputs[i].name) == NULL))
			TRY(note(&b, inputs[i].name,
				 wrong(&b, &inputs[i], "err.required",
				       msg(v->cx, inputs[i].field->label_key))));
	if (b.first.code != OK) {
		v->cx->error = b.first;
		return ERR_INVALID;
	}
	*ret = (struct http_pairs){ b.pairs, b.count };
	return OK;
}

/* ---- what an address takes ---- */

static const struct field TEXT_FIELD = { .name = "q", .kind = FIELD_TEXT, .label_key = "field.q" };
static const struct field NOTE_FIELD = { .name = "note",
					 .kind = FIELD_LONG,
					 .label_key = "field.note" };

struct inputs {
	struct api_input list[MAX_FIELDS * 2];
	size_t n;
};

static void
take(struct inputs *in, const char *name, const struct field *f, bool required, const char *refused)
{
	if (in->n < sizeof(in->list) / sizeof(*in->list))
		in->list[in->n++] = (struct api_input){ name, f, required, refused };
}

/* Fields of a new record, or of one to be changed; those set at its making are told apart. */
static void
take_fields(const struct visit *v, bool edit, struct inputs *in)
{
	for (int i = 0; i < v->type->nfields; i++) {
		const struct field *f = &v->type->fields[i];

		if (!f->hidden)
			take(in, f->name, f, false, edit && f->fixed ? "err.fixed_field" : NULL);
	}
}

static enum err
take_move(struct visit *v, struct inputs *in)
{
	const struct move *m = v->move == NULL ? NULL : type_move(v->type, v->move);

	if (m == NULL || m->hidden)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	for (int i = 0; i < v->type->nfields; i++) {
		const struct field *f = &v->type->fields[i];
		bool asked = false;

		for (int k = 0; k < m->nask; k++)
			asked = asked || m->ask[k] == f;
		if (!f->hidden || asked)
			take(in, f->name, f, false, asked ? NULL : "err.not_asked");
	}
	return OK;
}

static void
take_call(const struct visit *v, struct inputs *in)
{
	const struct web_input *i = v->cx->who.org != 0 && v->call->outside != NULL
					    ? v->call->outside
					    : v->call->inputs;

	for (; i != NULL && i->name != NULL; i++)
		take(in, i->name, type_field(types_get(v->cx->world->types, i->type), i->field),
		     i->required, NULL);
}

static enum err
take_all(struct visit *v, struct inputs *in)
{
	switch (v->shape->kind) {
	case API_CREATE:
	case API_EDIT:
		take_fields(v, v->shape->kind == API_EDIT, in);
		break;
	case API_MOVE:
		return take_move(v, in);
	case API_NOTE:
	case API_DELETE:
		take(in, "note", &NOTE_FIELD, true, NULL);
		break;
	case API_SEARCH:
		take(in, "q", &TEXT_FIELD, true, NULL);
		break;
	case API_CALL:
		take_call(v, in);
		break;
	case API_READ:
	case API_SELF:
	case API_UPLOAD:
		break;
	}
	return OK;
}

/* ---- headers in the place of hidden fields ---- */

/* If-Match: "ID-VERSION", as the ETag was, or any. */
static enum err
read_version(struct visit *v, const char **ret)
{
	const char *match = http_header(v->x, "If-Match");
	bool needs = v->shape->kind == API_EDIT || v->shape->kind == API_DELETE ||
		     (v->call != NULL && v->call->version);
	struct record *r;
	int64_t id, version;
	const char *dash;
	size_t len;

	*ret = NULL;
	if (match == NULL)
		return needs ? http_refuse(v->x, 428, ERR_INVALID, "err.api_version") : OK;
	v->matched = true;
	if (v->call == NULL) {
		TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
		if (strcmp(match, "*") == 0) {
			*ret = text_from_int(v->cx->arena, r->version);
			return OK;
		}
	}
	len = strlen(match);
	dash = strchr(match, '-');
	if (len < 5 || match[0] != '"' || match[len - 1] != '"' || dash == NULL ||
	    !text_int(arena_strndup(v->cx->arena, match + 1, (size_t)(dash - match) - 1), 1,
		      INT64_MAX, &id) ||
	    !text_int(arena_strndup(v->cx->arena, dash + 1, len - (size_t)(dash - match) - 2), 1,
		      INT64_MAX, &version) ||
	    (v->call == NULL && id != r->id))
		return fail(v->cx, ERR_CONFLICT, "err.changed");
	*ret = text_from_int(v->cx->arena, version);
	return OK;
}

static enum err
read_key(struct visit *v, const char **ret)
{
	const char *key = http_header(v->x, "Idempotency-Key");

	if (key != NULL && (*key == '\0' || strlen(key) > MAX_KEY))
		return http_refuse(v->x, 400, ERR_INVALID, "err.api_key",
				   text_from_int(v->cx->arena, MAX_KEY));
	*ret = key;
	return OK;
}

static bool
is_write(const struct visit *v)
{
	return v->shape->kind != API_READ && v->shape->kind != API_SELF;
}

enum err
api_body(struct visit *v)
{
	struct http_exchange *x = v->x;
	struct inputs *in = ARENA_NEW(v->cx->arena, struct inputs);
	struct http_pairs pairs = { NULL, 0 };
	struct http_pair *all;
	const char *version = NULL, *key = NULL, *sure = http_query(x, "kindel");
	bool json = x->body_len == 0 || (x->type != NULL && strstr(x->type, "json") != NULL);

	if (v->shape->kind == API_SELF && !json)
		return OK;
	if (!json && v->shape->kind != API_UPLOAD)
		return http_refuse(x, 415, ERR_INVALID, "err.http.type", x->type);
	if (v->shape->kind == API_UPLOAD && x->body_len > 0 &&
	    strcmp(x->type, "multipart/form-data") != 0)
		return http_refuse(x, 415, ERR_INVALID, "err.http.type", x->type);
	if (strcmp(x->method, "GET") == 0)
		return OK;
	if (v->shape->kind == API_SELF)
		take(in, "q", &TEXT_FIELD, false, NULL);
	TRY(take_all(v, in));
	if (json)
		TRY(api_pairs(v, x->body, x->body_len, in->list, in->n, &pairs));
	if (!is_write(v)) {
		x->form = pairs;
		return OK;
	}
	TRY(read_version(v, &version));
	TRY(read_key(v, &key));
	all = ARENA_ARRAY(v->cx->arena, pairs.n + 5, struct http_pair);
	if (pairs.n > 0)
		memcpy(all, pairs.at, pairs.n * sizeof(*all));
	if (version != NULL)
		all[pairs.n++] = (struct http_pair){ PART_VERSION, version };
	if (key != NULL)
		all[pairs.n++] = (struct http_pair){ PART_KEY, key };
	if (v->move != NULL)
		all[pairs.n++] = (struct http_pair){ PART_MOVE, v->move };
	if (v->move != NULL || text_equal(sure, "1"))
		all[pairs.n++] = (struct http_pair){ PART_ASKED, "1" };
	x->form = (struct http_pairs){ all, pairs.n };
	return OK;
}
