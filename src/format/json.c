/*
 * JSON out and in. See json.h.
 *
 * Reading is done twice: jansson decides whether the bytes are JSON and what they mean; then its
 * tree is walked in step with the bytes, which it leaves in order, to learn where each value stands
 * and how each number was written. The walk trusts nothing but that agreement.
 */
#include "format/json.h"

#include <jansson.h>
#include <string.h>

#include "base/civil.h"
#include "base/text.h"

/* ---- out ---- */

void
json_out_init(struct json_out *j, struct buf *out)
{
	*j = (struct json_out){ .out = out };
}

/* What stands before a value: a comma, or nothing; and that a value may stand here at all. */
static void
before_value(struct json_out *j)
{
	if (j->done)
		BUG("a second JSON value");
	if (j->depth == 0) {
		j->done = true;
		return;
	}
	if (j->is_map[j->depth - 1]) {
		if (!j->has_key)
			BUG("a JSON value without its key");
		j->has_key = false;
		return;
	}
	if (j->has_items[j->depth - 1])
		buf_char(j->out, ',');
	j->has_items[j->depth - 1] = true;
}

static void
begin(struct json_out *j, bool is_map)
{
	before_value(j);
	j->done = false;
	if (j->depth >= MAX_JSON_DEPTH)
		BUG("JSON nested too deep");
	j->is_map[j->depth] = is_map;
	j->has_items[j->depth] = false;
	j->depth++;
	buf_char(j->out, is_map ? '{' : '[');
}

static void
end(struct json_out *j, bool is_map)
{
	if (j->depth == 0 || j->is_map[j->depth - 1] != is_map || j->has_key)
		BUG("a JSON end that does not match");
	j->depth--;
	j->done = j->depth == 0;
	buf_char(j->out, is_map ? '}' : ']');
}

void
json_map(struct json_out *j)
{
	begin(j, true);
}

void
json_map_end(struct json_out *j)
{
	end(j, true);
}

void
json_list(struct json_out *j)
{
	begin(j, false);
}

void
json_list_end(struct json_out *j)
{
	end(j, false);
}

/* 'u': a control character; 'h': first byte of a longer UTF-8 sequence or none at all. */
static char
special(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return c < 0x20 ? 'u' : c >= 0x80 ? 'h' : '\0';
	}
}

/* Length of the well-formed sequence at s, or 0. */
static size_t
sequence(const char *s, const char *stop)
{
	size_t want = (unsigned char)*s < 0xe0 ? 2 : (unsigned char)*s < 0xf0 ? 3 : 4;

	if ((size_t)(stop - s) < want || !text_is_utf8(s, want))
		return 0;
	return want;
}

static void
write_text(struct buf *b, const char *s, size_t len)
{
	const char *run = s, *stop = s + len;

	buf_char(b, '"');
	while (s < stop) {
		char kind = special((unsigned char)*s);
		size_t good = kind == 'h' ? sequence(s, stop) : 0;

		if (kind == '\0' || good > 0) {
			s += good > 0 ? good : 1;
			continue;
		}
		buf_add(b, run, (size_t)(s - run));
		if (kind == 'h')
			buf_text(b, "\xef\xbf\xbd");
		else if (kind == 'u')
			buf_printf(b, "\\u%04x", (unsigned int)(unsigned char)*s);
		else
			buf_add(b, (char[]){ '\\', kind }, 2);
		run = ++s;
	}
	buf_add(b, run, (size_t)(stop - run));
	buf_char(b, '"');
}

void
json_key(struct json_out *j, const char *key)
{
	if (j->depth == 0 || !j->is_map[j->depth - 1] || j->has_key)
		BUG("a JSON key out of place");
	if (j->has_items[j->depth - 1])
		buf_char(j->out, ',');
	j->has_items[j->depth - 1] = true;
	j->has_key = true;
	write_text(j->out, key, strlen(key));
	buf_char(j->out, ':');
}

void
json_put_text_n(struct json_out *j, const char *s, size_t len)
{
	before_value(j);
	write_text(j->out, s, len);
}

void
json_put_text(struct json_out *j, const char *s)
{
	if (s == NULL)
		json_put_null(j);
	else
		json_put_text_n(j, s, strlen(s));
}

void
json_put_int(struct json_out *j, int64_t n)
{
	before_value(j);
	buf_printf(j->out, "%lld", (long long)n);
}

void
json_put_bool(struct json_out *j, bool b)
{
	before_value(j);
	buf_text(j->out, b ? "true" : "false");
}

void
json_put_null(struct json_out *j)
{
	before_value(j);
	buf_text(j->out, "null");
}

void
json_pair_text(struct json_out *j, const char *key, const char *s)
{
	json_key(j, key);
	json_put_text(j, s);
}

void
json_pair_int(struct json_out *j, const char *key, int64_t n)
{
	json_key(j, key);
	json_put_int(j, n);
}

void
json_pair_bool(struct json_out *j, const char *key, bool b)
{
	json_key(j, key);
	json_put_bool(j, b);
}

enum err
json_done(struct ctx *cx, struct json_out *j)
{
	if (!j->done || j->depth != 0)
		BUG("a JSON value that is not complete");
	return buf_check(cx, j->out);
}

/* ---- in ---- */

SCOPED_DEFINE(json_tree, json_t, json_decref)

/* Where we are in the bytes. Columns count code points. */
struct place {
	struct ctx *cx;
	const char *file;
	const char *s, *stop;
	int line, col;
};

static void
step(struct place *at)
{
	if (at->s >= at->stop)
		BUG("the JSON tree has more than its bytes");
	if (*at->s == '\n') {
		at->line++;
		at->col = 1;
	} else if (((unsigned char)*at->s & 0xc0) != 0x80) {
		at->col++;
	}
	at->s++;
}

static void
skip_space(struct place *at)
{
	while (at->s < at->stop && strchr(" \t\r\n", *at->s) != NULL && *at->s != '\0')
		step(at);
}

static void
skip_char(struct place *at, char c)
{
	skip_space(at);
	if (at->s >= at->stop || *at->s != c)
		BUG("the JSON tree and its bytes differ");
	step(at);
}

static void
skip_string(struct place *at)
{
	skip_char(at, '"');
	while (at->s < at->stop && *at->s != '"') {
		if (*at->s == '\\')
			step(at);
		step(at);
	}
	step(at);
}

/* A number, true, false or null: everything up to what cannot belong to it. */
static const char *
skip_word(struct place *at)
{
	const char *from = at->s;

	while (at->s < at->stop && strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *at->s) &&
	       *at->s != '\0')
		step(at);
	return arena_strndup(at->cx->arena, from, (size_t)(at->s - from));
}

static struct json *
node_new(struct place *at, enum json_kind kind)
{
	struct json *j = ARENA_NEW(at->cx->arena, struct json);

	j->kind = kind;
	j->file = at->file;
	j->line = at->line;
	j->col = at->col;
	return j;
}

static struct json *
read_scalar(struct place *at, json_t *v)
{
	struct json *j = node_new(at, JSON_NIL);

	if (json_is_string(v)) {
		j->kind = JSON_TEXT;
		j->text = arena_strndup(at->cx->arena, json_string_value(v), json_string_length(v));
		skip_string(at);
		return j;
	}
	j->text = skip_word(at);
	if (json_is_integer(v)) {
		j->kind = JSON_INT;
		j->integer = json_integer_value(v);
	} else if (json_is_real(v)) {
		j->kind = JSON_DECIMAL;
	} else if (json_is_boolean(v)) {
		j->kind = JSON_BOOL;
		j->boolean = json_is_true(v);
	}
	return j;
}

/* Depth is held by check_depth() before, so the recursion is bounded. */
static struct json *
read_value(struct place *at, json_t *v)
{
	struct json *j;
	size_t i = 0;

	skip_space(at);
	if (!json_is_array(v) && !json_is_object(v))
		return read_scalar(at, v);
	j = node_new(at, json_is_array(v) ? JSON_LIST : JSON_MAP);
	j->n = j->kind == JSON_LIST ? json_array_size(v) : json_object_size(v);
	j->items = ARENA_ARRAY(at->cx->arena, j->n, struct json *);
	skip_char(at, j->kind == JSON_LIST ? '[' : '{');
	if (j->kind == JSON_LIST) {
		for (; i < j->n; i++) {
			if (i > 0)
				skip_char(at, ',');
			j->items[i] = read_value(at, json_array_get(v, i));
		}
	} else {
		j->keys = ARENA_ARRAY(at->cx->arena, j->n, const char *);
		j->used = ARENA_ARRAY(at->cx->arena, j->n, bool);
		for (void *it = json_object_iter(v); it != NULL;
		     it = json_object_iter_next(v, it), i++) {
			if (i > 0)
				skip_char(at, ',');
			skip_string(at);
			skip_char(at, ':');
			j->keys[i] = arena_strdup(at->cx->arena, json_object_iter_key(it));
			j->items[i] = read_value(at, json_object_iter_value(it));
		}
	}
	skip_char(at, j->kind == JSON_LIST ? ']' : '}');
	return j;
}

/* Brackets outside strings never go deeper than MAX_JSON_DEPTH. */
static enum err
check_depth(struct ctx *cx, const char *file, const char *s, size_t len)
{
	int depth = 0, line = 1;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			in_string = !in_string;
		else if (s[i] == '\n')
			line++;
		else if (s[i] == '\0') /* the library would take some for space */
			return fail_at(cx, ERR_INVALID, file, line, 0, "err.json_utf8");
		else if (!in_string && (s[i] == '[' || s[i] == '{') && ++depth > MAX_JSON_DEPTH)
			return fail_at(cx, ERR_LIMIT, file, line, 0, "err.json_deep",
				       text_from_int(cx->arena, MAX_JSON_DEPTH));
		else if (!in_string && (s[i] == ']' || s[i] == '}'))
			depth--;
	}
	return OK;
}

static const char *
message_key(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		return "err.json_double";
	case json_error_invalid_utf8:
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "err.json_utf8";
	case json_error_numeric_overflow:
		return "err.json_number";
	case json_error_unknown:
	case json_error_out_of_memory:
	case json_error_stack_overflow:
	case json_error_cannot_open_file:
	case json_error_invalid_argument:
	case json_error_premature_end_of_input:
	case json_error_end_of_input_expected:
	case json_error_invalid_syntax:
	case json_error_invalid_format:
	case json_error_wrong_type:
	case json_error_null_value:
	case json_error_item_not_found:
	case json_error_index_out_of_range:
		break;
	}
	return "err.json";
}

/* Say where the bytes are no UTF-8: in the first line that is not, after its last good character.
 */
static enum err
fail_utf8(struct ctx *cx, const char *file, const char *bytes, size_t len)
{
	const char *end = bytes + len, *stop = bytes;
	size_t good = 0;
	int line = 0, col = 1;

	do {
		bytes = line == 0 ? bytes : stop + 1;
		stop = memchr(bytes, '\n', (size_t)(end - bytes));
		stop = stop == NULL ? end : stop;
		line++;
	} while (stop < end && text_is_utf8(bytes, (size_t)(stop - bytes)));
	for (size_t n = 1; n <= 4 && good + n <= (size_t)(stop - bytes); n++) {
		if (!text_is_utf8(bytes + good, n))
			continue;
		good += n;
		col++;
		n = 0;
	}
	return fail_at(cx, ERR_INVALID, file, line, col, "err.json_utf8");
}

enum err
json_parse(struct ctx *cx, const char *file, const char *bytes, size_t len, struct json **ret)
{
	struct place at = { cx, file, bytes, bytes + len, 1, 1 };
	SCOPED(json_tree) json_t *tree = NULL;
	json_error_t e;

	if (len > MAX_REQUEST_BODY)
		return fail_at(cx, ERR_LIMIT, file, 0, 0, "err.json_large");
	TRY(check_depth(cx, file, bytes, len));
	if (!text_is_utf8(bytes, len))
		return fail_utf8(cx, file, bytes, len);
	tree = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (tree == NULL)
		return fail_at(cx, ERR_INVALID, file, e.line, e.column, message_key(&e));
	*ret = read_value(&at, tree);
	return OK;
}

struct json *
json_get(struct json *j, const char *key)
{
	if (j == NULL || j->kind != JSON_MAP)
		return NULL;
	for (size_t i = 0; i < j->n; i++)
		if (strcmp(j->keys[i], key) == 0) {
			j->used[i] = true;
			return j->items[i];
		}
	return NULL;
}

enum err
json_need(struct ctx *cx, struct json *map, const char *key, enum json_kind kind, struct json **ret)
{
	struct json *v = json_get(map, key);

	if (v == NULL)
		return json_fail(cx, map, "err.json_missing", key);
	if (v->kind != kind)
		return json_fail(cx, v, "err.json_kind", key);
	*ret = v;
	return OK;
}

/* The value, or NULL where it may be and is absent or null. */
static enum err
find(struct ctx *cx, struct json *map, const char *key, bool optional, struct json **ret)
{
	struct json *v = json_get(map, key);

	if (v != NULL && v->kind == JSON_NIL && optional)
		v = NULL;
	if (v == NULL && !optional)
		return json_fail(cx, map, "err.json_missing", key);
	*ret = v;
	return OK;
}

enum err
json_text(struct ctx *cx, struct json *map, const char *key, bool optional, const char **ret)
{
	struct json *v;

	TRY(find(cx, map, key, optional, &v));
	if (v == NULL)
		return OK;
	if (v->kind != JSON_TEXT)
		return json_fail(cx, v, "err.json_kind", key);
	*ret = v->text;
	return OK;
}

enum err
json_int(struct ctx *cx, struct json *map, const char *key, bool optional, int64_t min, int64_t max,
	 int64_t *ret)
{
	struct json *v;

	TRY(find(cx, map, key, optional, &v));
	if (v == NULL)
		return OK;
	if (v->kind != JSON_INT)
		return json_fail(cx, v, "err.json_kind", key);
	if (v->integer < min || v->integer > max)
		return json_fail(cx, v, "err.json_range", key, text_from_int(cx->arena, min),
				 text_from_int(cx->arena, max));
	*ret = v->integer;
	return OK;
}

enum err
json_bool(struct ctx *cx, struct json *map, const char *key, bool optional, bool *ret)
{
	struct json *v;

	TRY(find(cx, map, key, optional, &v));
	if (v == NULL)
		return OK;
	if (v->kind != JSON_BOOL)
		return json_fail(cx, v, "err.json_kind", key);
	*ret = v->boolean;
	return OK;
}

enum err
json_date(struct ctx *cx, struct json *map, const char *key, bool optional, int32_t *ret)
{
	struct json *v;

	TRY(find(cx, map, key, optional, &v));
	if (v == NULL)
		return OK;
	if (v->kind != JSON_TEXT)
		return json_fail(cx, v, "err.json_kind", key);
	if (strlen(v->text) != 10 || v->text[4] != '-' || !civil_parse(v->text, ret))
		return json_fail(cx, v, "err.json_date", key, v->text);
	return OK;
}

enum err
json_cents(struct ctx *cx, struct json *map, const char *key, bool optional, int64_t *ret)
{
	struct json *v;

	TRY(find(cx, map, key, optional, &v));
	if (v == NULL)
		return OK;
	if (v->kind != JSON_TEXT && v->kind != JSON_INT && v->kind != JSON_DECIMAL)
		return json_fail(cx, v, "err.json_kind", key);
	if (strspn(v->text, "-0123456789.") != strlen(v->text) || !text_decimal(v->text, 2, ret))
		return json_fail(cx, v, "err.json_money", key, v->text);
	return OK;
}

enum err
json_all_used(struct ctx *cx, struct json *map)
{
	for (size_t i = 0; i < map->n; i++)
		if (!map->used[i])
			return json_fail(cx, map->items[i], "err.json_unknown", map->keys[i]);
	return OK;
}
