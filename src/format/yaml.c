/*
 * Strict YAML. libyaml's events carry the anchors and tags that its document API drops, so the
 * tree is built from events: one pass, nesting held against MAX_YAML_DEPTH before each step down.
 *
 * The bytes are checked first (UTF-8, no control characters), so libyaml's own reader has nothing
 * left to refuse and every error of its scanner and parser has a place.
 */
#include "format/yaml.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/civil.h"
#include "base/map.h"
#include "base/text.h"

#define FEW_KEYS 8	/* up to here double keys are sought pairwise, above through a map */
#define SHOWN_LENGTH 60 /* characters of a value repeated in an error */

struct reader {
	struct ctx *cx;
	const char *file;
	yaml_parser_t parser;
	const char *at; /* the source at character `index`; moves forward only */
	const char *end;
	size_t index;
};

/* One event, released when it goes out of scope. */
struct event {
	yaml_event_t e;
	bool held;
};

static void
event_scoped(struct event *ev)
{
	if (ev->held)
		yaml_event_delete(&ev->e);
}
#define SCOPED_EVENT __attribute__((cleanup(event_scoped))) struct event

/* The children of a list or map while their number is not known. */
struct child {
	struct child *next;
	struct yaml *key, *value;
};

static const char *
shown(struct ctx *cx, const char *s)
{
	const char *p = s;

	for (int i = 0; i < SHOWN_LENGTH && *p != '\0'; i++)
		(void)text_next(&p);
	if (*p == '\0')
		return s;
	return arena_printf(cx->arena, "%.*s\xE2\x80\xA6", (int)(p - s), s);
}

static enum err
fail_mark(struct reader *r, enum err e, yaml_mark_t m, const char *key, const char *arg)
{
	return fail_at(r->cx, e, r->file, (int)m.line + 1, (int)m.column + 1, key, arg);
}

/* The source byte at a mark. Marks count characters, and are asked for in the order of the file. */
static char
byte_at(struct reader *r, size_t index)
{
	while (r->index < index && r->at < r->end) {
		(void)text_next(&r->at);
		r->index++;
	}
	return r->index == index && r->at < r->end ? *r->at : '\0';
}

static enum err
syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;

	if (p->error == YAML_MEMORY_ERROR)
		return fail(r->cx, ERR_BUSY, "err.memory");
	if (byte_at(r, p->problem_mark.index) == '\t')
		return fail_mark(r, ERR_INVALID, p->problem_mark, "err.yaml_tab", NULL);
	return fail_mark(r, ERR_INVALID, p->problem_mark, "err.yaml_syntax",
			 p->problem == NULL ? "" : p->problem);
}

static enum err
next_event(struct reader *r, struct event *ev)
{
	event_scoped(ev);
	ev->held = false;
	if (yaml_parser_parse(&r->parser, &ev->e) == 0)
		return syntax_error(r);
	ev->held = true;
	return OK;
}

/* Refuse what our files do without: anchors, aliases, tags (also the bare "!"). */
static enum err
check_plain(struct reader *r, const yaml_event_t *e)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (e->type == YAML_ALIAS_EVENT)
		return fail_mark(r, ERR_INVALID, e->start_mark, "err.yaml_alias",
				 (const char *)e->data.alias.anchor);
	if (e->type == YAML_SCALAR_EVENT) {
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
	} else if (e->type == YAML_MAPPING_START_EVENT) {
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
	}
	if (anchor != NULL)
		return fail_mark(r, ERR_INVALID, e->start_mark, "err.yaml_alias",
				 shown(r->cx, (const char *)anchor));
	if (tag != NULL || byte_at(r, e->start_mark.index) == '!')
		return fail_mark(r, ERR_INVALID, e->start_mark, "err.yaml_tag",
				 tag == NULL ? "!" : shown(r->cx, (const char *)tag));
	return OK;
}

static struct yaml *
node_new(struct reader *r, enum yaml_kind kind, yaml_mark_t m)
{
	struct yaml *y = ARENA_NEW(r->cx->arena, struct yaml);

	y->kind = kind;
	y->file = r->file;
	y->line = (int)m.line + 1;
	y->col = (int)m.column + 1;
	return y;
}

/* An escape in double quotes can write what the bytes of the file may not hold. */
static enum err
read_scalar(struct reader *r, const yaml_event_t *e, struct yaml **ret)
{
	size_t len = e->data.scalar.length;
	const char *s = arena_strndup(r->cx->arena, (const char *)e->data.scalar.value, len);
	struct yaml *y;

	if (strlen(s) != len || text_has_control(s))
		return fail_mark(r, ERR_INVALID, e->start_mark, "err.control", NULL);
	y = node_new(r, YAML_TEXT, e->start_mark);
	y->text = s;
	y->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	*ret = y;
	return OK;
}

static enum err
double_key(struct ctx *cx, const struct yaml *y, const struct yaml *first)
{
	return yaml_fail(cx, y, "err.yaml_double", shown(cx, y->text),
			 text_from_int(cx->arena, first->line));
}

static enum err
check_double_keys(struct ctx *cx, struct yaml *y)
{
	struct map seen;

	if (y->n <= FEW_KEYS) {
		for (size_t i = 1; i < y->n; i++)
			for (size_t k = 0; k < i; k++)
				if (strcmp(y->keys[i], y->keys[k]) == 0)
					return double_key(cx, y->key_at[i], y->key_at[k]);
		return OK;
	}
	map_init(&seen, cx->arena);
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *first = map_put(&seen, y->keys[i], y->key_at[i]);

		if (first != NULL)
			return double_key(cx, y->key_at[i], first);
	}
	return OK;
}

/* Children as arrays of the node. */
static enum err
settle(struct ctx *cx, struct yaml *y, const struct child *c)
{
	size_t i = 0;

	y->items = ARENA_ARRAY(cx->arena, y->n, struct yaml *);
	if (y->kind == YAML_LIST) {
		for (; c != NULL; c = c->next)
			y->items[i++] = c->value;
		return OK;
	}
	y->keys = ARENA_ARRAY(cx->arena, y->n, const char *);
	y->key_at = ARENA_ARRAY(cx->arena, y->n, struct yaml *);
	y->used = ARENA_ARRAY(cx->arena, y->n, bool);
	for (; c != NULL; c = c->next, i++) {
		y->items[i] = c->value;
		y->key_at[i] = c->key;
		y->keys[i] = c->key->text;
	}
	return check_double_keys(cx, y);
}

static enum err
read_key(struct reader *r, const yaml_event_t *e, struct yaml **ret)
{
	TRY(check_plain(r, e));
	if (e->type != YAML_SCALAR_EVENT || e->data.scalar.length == 0)
		return fail_mark(r, ERR_INVALID, e->start_mark, "err.yaml_key", NULL);
	return read_scalar(r, e, ret);
}

/* The node that begins with `e`; `depth` lists and maps are open around it. */
static enum err
read_node(struct reader *r, const yaml_event_t *e, int depth, struct yaml **ret)
{
	SCOPED_EVENT ev = { .held = false };
	struct child *first = NULL, **last = &first;
	struct yaml *y;

	TRY(check_plain(r, e));
	if (e->type == YAML_SCALAR_EVENT)
		return read_scalar(r, e, ret);
	if (depth == MAX_YAML_DEPTH)
		return fail_mark(r, ERR_LIMIT, e->start_mark, "err.yaml_depth",
				 text_from_int(r->cx->arena, MAX_YAML_DEPTH));
	y = node_new(r, e->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST, e->start_mark);
	for (;; y->n++) {
		struct child *c;

		TRY(next_event(r, &ev));
		if (ev.e.type == YAML_MAPPING_END_EVENT || ev.e.type == YAML_SEQUENCE_END_EVENT)
			break;
		c = ARENA_NEW(r->cx->arena, struct child);
		if (y->kind == YAML_MAP) {
			TRY(read_key(r, &ev.e, &c->key));
			TRY(next_event(r, &ev));
		}
		TRY(read_node(r, &ev.e, depth + 1, &c->value));
		*last = c;
		last = &c->next;
	}
	TRY(settle(r->cx, y, first));
	*ret = y;
	return OK;
}

/* stream start, document start, the node, document end, stream end */
static enum err
read_stream(struct reader *r, struct yaml **ret)
{
	SCOPED_EVENT ev = { .held = false };
	struct yaml *y;

	TRY(next_event(r, &ev));
	TRY(next_event(r, &ev));
	if (ev.e.type == YAML_STREAM_END_EVENT)
		return fail_mark(r, ERR_INVALID, ev.e.start_mark, "err.yaml_empty", NULL);
	TRY(next_event(r, &ev));
	TRY(read_node(r, &ev.e, 0, &y));
	TRY(next_event(r, &ev));
	TRY(next_event(r, &ev));
	if (ev.e.type != YAML_STREAM_END_EVENT)
		return fail_mark(r, ERR_INVALID, ev.e.start_mark, "err.yaml_documents", NULL);
	*ret = y;
	return OK;
}

enum err
yaml_parse(struct ctx *cx, const char *file, const char *bytes, size_t len, struct yaml **ret)
{
	struct reader r = { .cx = cx };
	const char *fault;
	int line, col;
	enum err e;

	r.file = arena_strdup(cx->arena, file);
	if (len > MAX_YAML)
		return fail_at(cx, ERR_LIMIT, file, 0, 0, "err.too_large",
			       text_from_int(cx->arena, MAX_YAML));
	if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	/* A copy, so that there is a NUL behind the last byte for text_next(). */
	bytes = arena_strndup(cx->arena, bytes, len);
	fault = text_fault(bytes, len, &line, &col);
	if (fault != NULL)
		return fail_at(cx, ERR_INVALID, file, line, col, fault);
	r.at = bytes;
	r.end = bytes + len;
	if (yaml_parser_initialize(&r.parser) == 0)
		return fail(cx, ERR_BUSY, "err.memory");
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, len);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	e = read_stream(&r, ret);
	yaml_parser_delete(&r.parser);
	return e;
}

struct yaml *
yaml_get(struct yaml *y, const char *key)
{
	if (y->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < y->n; i++) {
		if (strcmp(y->keys[i], key) == 0) {
			y->used[i] = true;
			return y->items[i];
		}
	}
	return NULL;
}

/* "key:" with nothing behind it says no more than no key at all. */
static bool
is_blank(const struct yaml *y)
{
	return y == NULL || (y->kind == YAML_TEXT && !y->quoted && y->text[0] == '\0');
}

/* The value under `key`, or NULL in *ret if it is absent or blank and may be. */
static enum err
find(struct ctx *cx, struct yaml *map, const char *key, bool optional, struct yaml **ret)
{
	struct yaml *y;

	if (map->kind != YAML_MAP)
		return yaml_fail(cx, map, "err.yaml_map", key);
	y = yaml_get(map, key);
	if (is_blank(y)) {
		if (!optional)
			return yaml_fail(cx, y == NULL ? map : y, "err.yaml_missing", key);
		y = NULL;
	}
	*ret = y;
	return OK;
}

static enum err
need_kind(struct ctx *cx, const struct yaml *y, const char *key, enum yaml_kind kind)
{
	static const char *const KEY[] = {
		[YAML_TEXT] = "err.yaml_text",
		[YAML_LIST] = "err.yaml_list",
		[YAML_MAP] = "err.yaml_map",
	};

	return y->kind == kind ? OK : yaml_fail(cx, y, KEY[kind], key);
}

/* As find(), for a scalar. */
static enum err
find_text(struct ctx *cx, struct yaml *map, const char *key, bool optional, struct yaml **ret)
{
	struct yaml *y;

	TRY(find(cx, map, key, optional, &y));
	if (y != NULL)
		TRY(need_kind(cx, y, key, YAML_TEXT));
	*ret = y;
	return OK;
}

enum err
yaml_need(struct ctx *cx, struct yaml *map, const char *key, enum yaml_kind kind, struct yaml **ret)
{
	struct yaml *y;

	TRY(find(cx, map, key, false, &y));
	TRY(need_kind(cx, y, key, kind));
	*ret = y;
	return OK;
}

enum err
yaml_text(struct ctx *cx, struct yaml *map, const char *key, bool optional, const char **ret)
{
	struct yaml *y;

	TRY(find_text(cx, map, key, optional, &y));
	if (y != NULL)
		*ret = y->text;
	return OK;
}

enum err
yaml_name(struct ctx *cx, struct yaml *map, const char *key, bool optional, const char **ret)
{
	struct yaml *y;

	TRY(find_text(cx, map, key, optional, &y));
	if (y == NULL)
		return OK;
	if (!text_is_name(y->text))
		return yaml_fail(cx, y, "err.yaml_name", key, shown(cx, y->text));
	*ret = y->text;
	return OK;
}

enum err
yaml_int(struct ctx *cx, struct yaml *map, const char *key, bool optional, int64_t min, int64_t max,
	 int64_t *ret)
{
	struct yaml *y;

	TRY(find_text(cx, map, key, optional, &y));
	if (y == NULL)
		return OK;
	if (y->quoted || !text_int(y->text, min, max, ret))
		return yaml_fail(cx, y, "err.yaml_int", key, shown(cx, y->text),
				 text_from_int(cx->arena, min), text_from_int(cx->arena, max));
	return OK;
}

enum err
yaml_bool(struct ctx *cx, struct yaml *map, const char *key, bool optional, bool *ret)
{
	struct yaml *y;
	bool value;

	TRY(find_text(cx, map, key, optional, &y));
	if (y == NULL)
		return OK;
	value = strcmp(y->text, "true") == 0;
	if (y->quoted || (!value && strcmp(y->text, "false") != 0))
		return yaml_fail(cx, y, "err.yaml_bool", key, shown(cx, y->text));
	*ret = value;
	return OK;
}

enum err
yaml_date(struct ctx *cx, struct yaml *map, const char *key, bool optional, int32_t *ret)
{
	struct yaml *y;

	TRY(find_text(cx, map, key, optional, &y));
	if (y == NULL)
		return OK;
	if (!civil_parse(y->text, ret))
		return yaml_fail(cx, y, "err.yaml_date", key, shown(cx, y->text));
	return OK;
}

enum err
yaml_texts(struct ctx *cx, struct yaml *map, const char *key, bool optional, const char ***ret,
	   size_t *ret_n)
{
	struct yaml *y, **items;
	const char **list;
	size_t n;

	TRY(find(cx, map, key, optional, &y));
	if (y == NULL) {
		*ret_n = 0;
		return OK;
	}
	n = y->kind == YAML_LIST ? y->n : 1;
	items = y->kind == YAML_LIST ? y->items : &y;
	list = ARENA_ARRAY(cx->arena, n, const char *);
	for (size_t i = 0; i < n; i++) {
		TRY(need_kind(cx, items[i], key, YAML_TEXT));
		list[i] = items[i]->text;
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

enum err
yaml_all_used(struct ctx *cx, struct yaml *map)
{
	for (size_t i = 0; map->kind == YAML_MAP && i < map->n; i++)
		if (!map->used[i])
			return yaml_fail(cx, map->key_at[i], "err.yaml_unknown",
					 shown(cx, map->keys[i]));
	return OK;
}
