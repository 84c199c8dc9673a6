/* Any bytes as JSON: refused with a key and a place, or read; what was read and is written again
 * reads back the same. */
#include <stdlib.h>
#include <string.h>

#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_value(struct json_out *out, const struct json *j)
{
	switch (j->kind) {
	case JSON_NIL:
		json_put_null(out);
		return;
	case JSON_BOOL:
		json_put_bool(out, j->boolean);
		return;
	case JSON_INT:
		json_put_int(out, j->integer);
		return;
	case JSON_DECIMAL:
	case JSON_TEXT:
		json_put_text(out, j->text);
		return;
	case JSON_LIST:
		json_list(out);
		for (size_t i = 0; i < j->n; i++)
			write_value(out, j->items[i]);
		json_list_end(out);
		return;
	case JSON_MAP:
		json_map(out);
		for (size_t i = 0; i < j->n; i++) {
			json_key(out, j->keys[i]);
			write_value(out, j->items[i]);
		}
		json_map_end(out);
		return;
	default:
		abort();
	}
}

static bool
same(const struct json *a, const struct json *b)
{
	enum json_kind kind = a->kind == JSON_DECIMAL ? JSON_TEXT : a->kind;

	if (b->kind != kind || a->n != b->n)
		return false;
	if (kind == JSON_BOOL)
		return a->boolean == b->boolean;
	if (kind == JSON_INT)
		return a->integer == b->integer;
	if (kind == JSON_TEXT)
		return strcmp(a->text, b->text) == 0;
	for (size_t i = 0; i < a->n; i++)
		if ((kind == JSON_MAP && strcmp(a->keys[i], b->keys[i]) != 0) ||
		    !same(a->items[i], b->items[i]))
			return false;
	return true;
}

/* Every reader asks for a key that may be there, of whatever kind. */
static void
ask(struct ctx *cx, struct json *j)
{
	const char *key = j->n > 0 ? j->keys[0] : "a", *text;
	struct json *part;
	int64_t number;
	int32_t day;
	bool yes;

	for (int i = 0; i < 6; i++) {
		enum err e = i == 0   ? json_text(cx, j, key, i % 2, &text)
			     : i == 1 ? json_int(cx, j, key, i % 2, -5, 5, &number)
			     : i == 2 ? json_bool(cx, j, key, i % 2, &yes)
			     : i == 3 ? json_date(cx, j, key, i % 2, &day)
			     : i == 4 ? json_cents(cx, j, key, i % 2, &number)
				      : json_need(cx, j, key, JSON_LIST, &part);

		if (e != OK && cx->error.key == NULL)
			abort();
		ctx_forgive(cx);
	}
	if (json_all_used(cx, j) != OK)
		ctx_forgive(cx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	/* Exactly as many bytes as there are, so that one read too far is seen. */
	char *bytes = malloc(size + 1);
	struct json *j = NULL, *back = NULL;
	struct json_out out;
	struct ctx cx;
	SCOPED_BUF b;

	if (bytes == NULL)
		abort();
	memcpy(bytes, data, size);
	ctx_init(&cx, a);
	buf_init(&b, 16u << 20);
	if (json_parse(&cx, "fuzz.json", bytes, size, &j) != OK) {
		if (j != NULL || cx.error.key == NULL || cx.error.line < 1)
			abort();
		free(bytes);
		return 0;
	}
	free(bytes);
	json_out_init(&out, &b);
	write_value(&out, j);
	if (json_done(&cx, &out) != OK ||
	    json_parse(&cx, "back.json", b.bytes, b.len, &back) != OK || !same(j, back))
		abort();
	if (j->kind == JSON_MAP)
		ask(&cx, j);
	return 0;
}
