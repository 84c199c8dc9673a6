/* See letter_kept.h. The keys are short, for they are kept with every letter. */
#include "format/letter_kept.h"

#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "format/json.h"

#define VERSION 1

/* The texts of a letter under their keys, for both ways. */
struct text_at {
	const char *key;
	size_t offset; /* of a const char * in struct letter */
};
#define AT(key, member)                              \
	{                                            \
		key, offsetof(struct letter, member) \
	}
static const struct text_at TEXTS[] = {
	AT("title", title),
	AT("number", number),
	AT("date", date),
	AT("subject", subject),
	AT("page", page),
	AT("from", sender.name),
	AT("address", sender.address),
	AT("registry", sender.registry),
	AT("phone", sender.phone),
	AT("email", sender.email),
	AT("mark", restriction.mark),
	AT("holder", restriction.holder),
	AT("ground", restriction.ground),
	AT("until", restriction.until),
	AT("how", signature.how),
	AT("name", signature.name),
	AT("position", signature.position),
};
#define NTEXTS (sizeof(TEXTS) / sizeof(*TEXTS))

static const char *const KINDS[] = {
	[LETTER_HEADING] = "h",	  [LETTER_PARAGRAPH] = "p", [LETTER_BULLETS] = "ul",
	[LETTER_NUMBERED] = "ol", [LETTER_TABLE] = "table", [LETTER_FACTS] = "facts",
	[LETTER_NOTE] = "note",
};
static const char *const ALIGNS[] = { "left", "right", "centre" };

/* ---- out ---- */

static void
put_texts(struct json_out *j, const char *key, const char *const *list, size_t n)
{
	if (n == 0)
		return;
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < n; i++)
		json_put_text(j, list[i]);
	json_list_end(j);
}

static void
put_pair(struct json_out *j, const char *key, const char *s)
{
	if (s != NULL)
		json_pair_text(j, key, s);
}

static void
put_table(struct json_out *j, const struct letter_table *t)
{
	json_pair_int(j, "columns", (int64_t)t->columns);
	if (t->head != NULL)
		put_texts(j, "head", t->head, t->columns);
	if (t->align != NULL) {
		json_key(j, "align");
		json_list(j);
		for (size_t i = 0; i < t->columns; i++)
			json_put_text(j, ALIGNS[t->align[i]]);
		json_list_end(j);
	}
	put_texts(j, "cells", t->cells, t->rows * t->columns);
}

static void
put_facts(struct json_out *j, const struct letter_block *b)
{
	json_key(j, "facts");
	json_list(j);
	for (size_t i = 0; i < b->nfacts; i++) {
		json_list(j);
		json_put_text(j, b->facts[i].label);
		json_put_text(j, b->facts[i].value);
		json_put_text(j, b->facts[i].url);
		json_list_end(j);
	}
	json_list_end(j);
}

static void
put_blocks(struct json_out *j, const char *key, const struct letter_block *blocks, size_t n)
{
	if (n == 0)
		return;
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < n; i++) {
		const struct letter_block *b = &blocks[i];

		json_map(j);
		json_pair_text(j, "k", KINDS[b->kind]);
		if (b->level > 1)
			json_pair_int(j, "level", b->level);
		put_pair(j, "t", b->text);
		put_pair(j, "url", b->url);
		put_texts(j, "li", b->items, b->nitems);
		if (b->nfacts > 0)
			put_facts(j, b);
		if (b->kind == LETTER_TABLE)
			put_table(j, &b->table);
		json_map_end(j);
	}
	json_list_end(j);
}

enum err
letter_keep(struct ctx *cx, const struct letter *l, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_map(&j);
	json_pair_int(&j, "v", VERSION);
	json_pair_int(&j, "made", cx->now);
	json_pair_text(&j, "lang", lang_code(l->lang));
	for (size_t i = 0; i < NTEXTS; i++)
		put_pair(&j, TEXTS[i].key,
			 *(const char *const *)((const char *)l + TEXTS[i].offset));
	put_texts(&j, "to", l->addressee, l->naddressee);
	put_blocks(&j, "blocks", l->blocks, l->nblocks);
	put_blocks(&j, "after", l->after, l->nafter);
	put_texts(&j, "foot", l->footer, l->nfooter);
	json_map_end(&j);
	return json_done(cx, &j);
}

/* ---- in ---- */

static enum err
wrong(struct ctx *cx, const struct json *j)
{
	return json_fail(cx, j, "err.letter_kept");
}

/* A text, or NULL for null. */
static enum err
take_text(struct ctx *cx, const struct json *j, const char **ret)
{
	if (j->kind != JSON_TEXT && j->kind != JSON_NIL)
		return wrong(cx, j);
	*ret = j->kind == JSON_TEXT ? j->text : NULL;
	return OK;
}

/* A list under a key; without the key an empty one. NULL: something else stands there. */
static const struct json *
list_of(struct json *map, const char *key)
{
	static const struct json NONE = { .kind = JSON_LIST };
	const struct json *list = json_get(map, key);

	if (list == NULL)
		return &NONE;
	return list->kind == JSON_LIST ? list : NULL;
}

static enum err
take_texts(struct ctx *cx, struct json *map, const char *key, const char *const **ret,
	   size_t *ret_n)
{
	const struct json *list = list_of(map, key);
	const char **texts;

	if (list == NULL)
		return wrong(cx, map);
	texts = ARENA_ARRAY(cx->arena, list->n + 1, const char *);
	for (size_t i = 0; i < list->n; i++)
		TRY(take_text(cx, list->items[i], &texts[i]));
	*ret = texts;
	*ret_n = list->n;
	return OK;
}

static enum err
take_facts(struct ctx *cx, struct json *map, struct letter_block *b)
{
	const struct json *list = list_of(map, "facts");
	struct letter_fact *facts;

	if (list == NULL)
		return wrong(cx, map);
	facts = ARENA_ARRAY(cx->arena, list->n + 1, struct letter_fact);
	for (size_t i = 0; i < list->n; i++) {
		const struct json *f = list->items[i];

		if (f->kind != JSON_LIST || f->n != 3)
			return wrong(cx, f);
		TRY(take_text(cx, f->items[0], &facts[i].label));
		TRY(take_text(cx, f->items[1], &facts[i].value));
		TRY(take_text(cx, f->items[2], &facts[i].url));
	}
	b->facts = facts;
	b->nfacts = list->n;
	return OK;
}

static enum err
take_align(struct ctx *cx, struct json *map, struct letter_table *t)
{
	enum letter_align *align = ARENA_ARRAY(cx->arena, t->columns + 1, enum letter_align);
	const struct json *list = list_of(map, "align");

	if (list == NULL)
		return wrong(cx, map);
	if (list->n == 0)
		return OK;
	if (list->n != t->columns)
		return wrong(cx, list);
	for (size_t i = 0; i < list->n; i++) {
		size_t k = 0;

		while (k < 3 && !text_equal(list->items[i]->text, ALIGNS[k]))
			k++;
		if (k == 3)
			return wrong(cx, list->items[i]);
		align[i] = (enum letter_align)k;
	}
	t->align = align;
	return OK;
}

static enum err
take_table(struct ctx *cx, struct json *map, struct letter_table *t)
{
	int64_t columns = 0;
	size_t n = 0;

	TRY(json_int(cx, map, "columns", false, 1, MAX_LETTER_COLUMNS, &columns));
	t->columns = (size_t)columns;
	TRY(take_texts(cx, map, "head", &t->head, &n));
	if (n != 0 && n != t->columns)
		return wrong(cx, map);
	if (n == 0)
		t->head = NULL;
	TRY(take_texts(cx, map, "cells", &t->cells, &n));
	if (n % t->columns != 0)
		return wrong(cx, map);
	t->rows = n / t->columns;
	return take_align(cx, map, t);
}

static enum err
take_block(struct ctx *cx, struct json *map, struct letter_block *b)
{
	const char *kind = "";
	int64_t level = 1;
	size_t k = 0;

	if (map->kind != JSON_MAP)
		return wrong(cx, map);
	TRY(json_text(cx, map, "k", false, &kind));
	while (k < sizeof(KINDS) / sizeof(*KINDS) && strcmp(kind, KINDS[k]) != 0)
		k++;
	if (k == sizeof(KINDS) / sizeof(*KINDS))
		return wrong(cx, map);
	TRY(json_int(cx, map, "level", true, 1, 2, &level));
	b->kind = (enum letter_kind)k;
	b->level = (int)level;
	TRY(json_text(cx, map, "t", true, &b->text));
	TRY(json_text(cx, map, "url", true, &b->url));
	TRY(take_texts(cx, map, "li", &b->items, &b->nitems));
	TRY(take_facts(cx, map, b));
	if (b->kind == LETTER_TABLE)
		TRY(take_table(cx, map, &b->table));
	return json_all_used(cx, map);
}

static enum err
take_blocks(struct ctx *cx, struct json *map, const char *key, const struct letter_block **ret,
	    size_t *ret_n)
{
	const struct json *list = list_of(map, key);
	struct letter_block *blocks;

	if (list == NULL)
		return wrong(cx, map);
	blocks = ARENA_ARRAY(cx->arena, list->n + 1, struct letter_block);
	for (size_t i = 0; i < list->n; i++)
		TRY(take_block(cx, list->items[i], &blocks[i]));
	*ret = blocks;
	*ret_n = list->n;
	return OK;
}

static enum err
take_letter(struct ctx *cx, struct json *map, struct letter *l, int64_t *ret_made)
{
	const char *lang = "";
	int64_t version;
	int code;

	if (map->kind != JSON_MAP)
		return wrong(cx, map);
	TRY(json_int(cx, map, "v", false, VERSION, VERSION, &version));
	TRY(json_int(cx, map, "made", false, 0, INT64_MAX / 2, ret_made));
	TRY(json_text(cx, map, "lang", false, &lang));
	code = lang_from_code(lang);
	if (code < 0)
		return wrong(cx, map);
	l->lang = (enum lang)code;
	for (size_t i = 0; i < NTEXTS; i++)
		TRY(json_text(cx, map, TEXTS[i].key, true,
			      (const char **)((char *)l + TEXTS[i].offset)));
	TRY(take_texts(cx, map, "to", &l->addressee, &l->naddressee));
	TRY(take_blocks(cx, map, "blocks", &l->blocks, &l->nblocks));
	TRY(take_blocks(cx, map, "after", &l->after, &l->nafter));
	TRY(take_texts(cx, map, "foot", &l->footer, &l->nfooter));
	return json_all_used(cx, map);
}

enum err
letter_kept(struct ctx *cx, const char *bytes, size_t len, struct letter *ret, int64_t *ret_made)
{
	struct letter l = { .lang = LANG_ET };
	struct json *map;
	int64_t made;

	TRY(json_parse(cx, LETTER_KEPT, bytes, len, &map));
	TRY(take_letter(cx, map, &l, &made));
	*ret = l;
	*ret_made = made;
	return OK;
}

enum err
letter_kept_pdf(struct ctx *cx, const char *bytes, size_t len, const void **ret_bytes,
		size_t *ret_len)
{
	struct ctx then = *cx;
	struct letter l;
	int64_t made;

	TRY(letter_kept(cx, bytes, len, &l, &made));
	ctx_set_now(&then, made);
	if (letter_pdf(&then, &l, ret_bytes, ret_len) != OK)
		return ctx_take_error(cx, &then);
	return OK;
}
