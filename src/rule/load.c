/* Reading rule files: rules, their versions and examples. Parameters: rule_params.c. */
#include <string.h>

#include "base/text.h"
#include "rule/rule_int.h"

#define MAX_RULES 2000
#define MAX_VERSIONS 200
#define MAX_ID 40

/* Room for one more item in an arena array; `items` is the address of the array's pointer. */
void
rule_array_grow(struct arena *a, void *items, size_t n, size_t *size, size_t item)
{
	void *old, *bigger;

	if (n < *size)
		return;
	memcpy(&old, items, sizeof(old));
	bigger = arena_array(a, *size == 0 ? 16 : *size * 2, item);
	if (n > 0)
		memcpy(bigger, old, n * item);
	*size = *size == 0 ? 16 : *size * 2;
	memcpy(items, &bigger, sizeof(bigger));
}

/* Capitals, digits and hyphens, beginning with a capital: "R46", "PKT-STAGE1-MAX". */
static bool
is_rule_id(const char *s)
{
	if (*s < 'A' || *s > 'Z' || strlen(s) > MAX_ID)
		return false;
	while ((*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || *s == '-')
		s++;
	return *s == '\0';
}

/* {et: …, en: …, ru: …}; Estonian must be there. */
static enum err
read_languages(struct ctx *cx, struct yaml *map, const char *ret[LANG_COUNT])
{
	static const char *const CODE[] = { [LANG_ET] = "et", [LANG_EN] = "en", [LANG_RU] = "ru" };

	for (int i = 0; i < LANG_COUNT; i++)
		TRY(yaml_text(cx, map, CODE[i], i != LANG_ET, &ret[i]));
	return yaml_all_used(cx, map);
}

static enum err
read_words(struct ctx *cx, struct rule *r, struct yaml *y)
{
	if (y == NULL)
		return OK;
	if (y->kind != YAML_MAP)
		return yaml_fail(cx, y, "err.yaml_map", "words");
	r->words = ARENA_ARRAY(cx->arena, y->n, struct rule_word);
	r->nwords = y->n;
	for (size_t i = 0; i < y->n; i++) {
		struct yaml *map;

		TRY(yaml_need(cx, y, y->keys[i], YAML_MAP, &map));
		r->words[i].word = y->keys[i];
		TRY(read_languages(cx, map, r->words[i].text));
	}
	return OK;
}

static enum err
read_version(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_version *v)
{
	struct rule_params *p = ARENA_NEW(cx->arena, struct rule_params);

	*v = (struct rule_version){ .valid_to = CIVIL_NONE, .known_from = CIVIL_NONE, .params = p };
	TRY(yaml_date(cx, y, "valid_from", false, &v->valid_from));
	TRY(yaml_date(cx, y, "valid_to", true, &v->valid_to));
	TRY(yaml_date(cx, y, "known_from", true, &v->known_from));
	TRY(yaml_bool(cx, y, "confirmed", false, &v->confirmed));
	TRY(yaml_text(cx, y, "source", true, &v->source));
	TRY(yaml_text(cx, y, "note", true, &v->note));
	if (v->valid_to != CIVIL_NONE && v->valid_to <= v->valid_from)
		return yaml_fail(cx, y, "err.rule_version_empty",
				 civil_iso(cx->arena, v->valid_from));
	TRY(rule_params_read(cx, r, y, p));
	return yaml_all_used(cx, y);
}

/* Versions stand in the order of their first day; the same first day needs a later known_from. */
static enum err
check_order(struct ctx *cx, struct yaml *y, const struct rule_version *before,
	    const struct rule_version *v)
{
	const char *day = civil_iso(cx->arena, v->valid_from);

	if (v->valid_from < before->valid_from)
		return yaml_fail(cx, y, "err.rule_order", day);
	if (v->valid_from == before->valid_from)
		return v->known_from > before->known_from
			       ? OK
			       : yaml_fail(cx, y, "err.rule_overlap", day);
	if (before->valid_to != CIVIL_NONE && before->valid_to > v->valid_from)
		return yaml_fail(cx, y, "err.rule_overlap", day);
	return OK;
}

static enum err
read_versions(struct ctx *cx, struct rule *r, struct yaml *map)
{
	struct yaml *list;

	TRY(yaml_need(cx, map, "versions", YAML_LIST, &list));
	if (list->n == 0 || list->n > MAX_VERSIONS)
		return yaml_fail(cx, list, "err.rule_rows", text_from_int(cx->arena, MAX_VERSIONS));
	r->versions = ARENA_ARRAY(cx->arena, list->n, struct rule_version);
	r->nversions = list->n;
	for (size_t i = 0; i < list->n; i++) {
		TRY(read_version(cx, r, list->items[i], &r->versions[i]));
		if (i > 0)
			TRY(check_order(cx, list->items[i], &r->versions[i - 1], &r->versions[i]));
	}
	return OK;
}

/* A map of names to texts as values of unread type. */
static enum err
read_values(struct ctx *cx, struct yaml *map, struct rule_value **ret, size_t *ret_n)
{
	struct rule_value *list = ARENA_ARRAY(cx->arena, map->n, struct rule_value);
	size_t n = 0;

	for (size_t i = 0; i < map->n; i++) {
		const char *text = NULL;

		if (map->used[i])
			continue;
		TRY(yaml_text(cx, map, map->keys[i], false, &text));
		list[n++] = rule_text(map->keys[i], text);
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

static enum err
read_example(struct ctx *cx, struct yaml *y, struct rule_example *ex)
{
	struct yaml *expect;

	ex->line = y->line;
	ex->col = y->col;
	if (y->kind != YAML_MAP)
		return yaml_fail(cx, y, "err.yaml_map", "examples");
	TRY(yaml_text(cx, y, "gives", true, &ex->gives));
	TRY(yaml_text(cx, y, "fails", true, &ex->fails));
	if ((ex->gives == NULL) == (ex->fails == NULL))
		return yaml_fail(cx, y, "err.yaml_missing", "gives");
	expect = yaml_get(y, "expect");
	if (expect != NULL && expect->kind != YAML_MAP)
		return yaml_fail(cx, expect, "err.yaml_map", "expect");
	if (expect != NULL)
		TRY(read_values(cx, expect, &ex->expect, &ex->nexpect));
	return read_values(cx, y, &ex->inputs, &ex->ninputs);
}

static enum err
read_examples(struct ctx *cx, struct rule *r, struct yaml *y)
{
	if (y == NULL)
		return OK;
	if (y->kind != YAML_LIST)
		return yaml_fail(cx, y, "err.yaml_list", "examples");
	r->examples = ARENA_ARRAY(cx->arena, y->n, struct rule_example);
	r->nexamples = y->n;
	for (size_t i = 0; i < y->n; i++)
		TRY(read_example(cx, y->items[i], &r->examples[i]));
	return OK;
}

static enum err
read_kind(struct ctx *cx, struct rule *r, struct yaml *y)
{
	const char *kind = NULL;

	TRY(yaml_text(cx, y, "kind", false, &kind));
	r->kind = rule_kind_find(kind);
	if (r->kind == NULL)
		return yaml_fail(cx, yaml_get(y, "kind"), "err.rule_kind", kind);
	for (size_t i = 0; i < RULE_KIND_INPUTS && r->kind->inputs[i].name != NULL; i++)
		rule_input_add(cx, r, r->kind->inputs[i].name, r->kind->inputs[i].type,
			       r->kind->inputs[i].required);
	return OK;
}

static enum err
read_rule(struct ctx *cx, struct rulebook *rb, struct yaml *y)
{
	struct rule *r = ARENA_NEW(cx->arena, struct rule);
	struct yaml *name;
	const struct rule *before;

	TRY(yaml_text(cx, y, "rule", false, &r->id));
	if (!is_rule_id(r->id))
		return yaml_fail(cx, yaml_get(y, "rule"), "err.rule_id", r->id);
	before = map_get(&rb->by_id, r->id);
	if (before != NULL)
		return yaml_fail(cx, yaml_get(y, "rule"), "err.rule_twice", r->id,
				 arena_printf(cx->arena, "%s:%d", before->file, before->line));
	r->file = y->file;
	r->line = y->line;
	r->col = y->col;
	TRY(yaml_need(cx, y, "name", YAML_MAP, &name));
	TRY(read_languages(cx, name, r->name));
	TRY(yaml_text(cx, y, "source", false, &r->source));
	TRY(read_kind(cx, r, y));
	TRY(read_versions(cx, r, y));
	rule_input_add(cx, r, "date", RULE_DATE, false);
	rule_input_add(cx, r, "known", RULE_DATE, false);
	TRY(read_words(cx, r, yaml_get(y, "words")));
	TRY(read_examples(cx, r, yaml_get(y, "examples")));
	TRY(yaml_all_used(cx, y));
	if (rb->nrules == MAX_RULES)
		return yaml_fail(cx, y, "err.rule_rows", text_from_int(cx->arena, MAX_RULES));
	rule_array_grow(cx->arena, &rb->rules, rb->nrules, &rb->rules_size, sizeof(*rb->rules));
	rb->rules[rb->nrules++] = r;
	(void)map_put(&rb->by_id, r->id, r);
	return OK;
}

/* One rule, a list of rules, or places. */
static enum err
read_file(struct ctx *cx, struct rulebook *rb, const struct rule_file *file)
{
	struct yaml *root, *part;

	TRY(yaml_parse(cx, file->name, file->bytes, file->len, &root));
	if (yaml_get(root, "rule") != NULL)
		return read_rule(cx, rb, root);
	part = yaml_get(root, "places");
	if (part != NULL) {
		TRY(place_read(cx, rb, root));
		return yaml_all_used(cx, root);
	}
	TRY(yaml_need(cx, root, "rules", YAML_LIST, &part));
	TRY(yaml_all_used(cx, root));
	for (size_t i = 0; i < part->n; i++)
		TRY(read_rule(cx, rb, part->items[i]));
	return OK;
}

/* A rule that takes prices from another must find it, and it must have prices. */
static enum err
check_prices(struct ctx *cx, const struct rulebook *rb, const struct rule *r)
{
	for (size_t i = 0; i < r->nversions; i++) {
		const char *id = r->versions[i].params->p[PARAM_PRICES].text;
		const struct rule *prices = id == NULL ? NULL : rulebook_find(rb, id);

		if (id == NULL)
			continue;
		if (prices == NULL || strcmp(prices->kind->name, "value") != 0 ||
		    prices->versions[0].params->by == NULL)
			return fail_at(cx, ERR_INVALID, r->file, r->line, r->col, "err.rule_prices",
				       r->id, id);
	}
	return OK;
}

enum err
rulebook_load(struct ctx *cx, const struct rule_file *files, size_t n, struct rulebook **ret)
{
	struct rulebook *rb = ARENA_NEW(cx->arena, struct rulebook);

	map_init(&rb->by_id, cx->arena);
	for (size_t i = 0; i < n; i++)
		TRY(read_file(cx, rb, &files[i]));
	TRY(place_settle(cx, rb));
	for (size_t i = 0; i < rb->nrules; i++)
		TRY(check_prices(cx, rb, rb->rules[i]));
	*ret = rb;
	return OK;
}
