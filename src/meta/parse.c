/*
 * Type files: the file as a whole, and the order of work. Fields, states and moves are read file
 * by file; then, when all types are known, resolve.c looks at what they say about each other.
 */
#include "meta/type.h"

#include <stdatomic.h>
#include <string.h>

#include "base/texts.h"
#include "base/text.h"
#include "meta/meta_int.h"

#define MAX_LABEL 400 /* characters */

static const char *const KIND_NAMES[FIELD_KIND_COUNT] = {
	[FIELD_TEXT] = "text",	 [FIELD_LONG] = "long",	    [FIELD_INT] = "int",
	[FIELD_MONEY] = "money", [FIELD_DATE] = "date",	    [FIELD_TIME] = "time",
	[FIELD_BOOL] = "bool",	 [FIELD_CHOICE] = "choice", [FIELD_CHOICES] = "choices",
	[FIELD_REF] = "ref",	 [FIELD_CODE] = "code",
};

const char *
field_kind_name(enum field_kind k)
{
	return KIND_NAMES[k];
}

const char *
field_sql_type(const struct field *f)
{
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
	case FIELD_CHOICE:
	case FIELD_CHOICES:
	case FIELD_CODE:
		return "TEXT";
	case FIELD_INT:
	case FIELD_MONEY:
	case FIELD_DATE:
	case FIELD_TIME:
	case FIELD_BOOL:
	case FIELD_REF:
		return "INTEGER";
	case FIELD_KIND_COUNT:
		break;
	}
	BUG("field kind");
}

struct type *
types_get(const struct types *ts, const char *name)
{
	return map_get(&ts->by_name, name);
}

const struct field *
type_field(const struct type *t, const char *name)
{
	for (int i = 0; i < t->nfields; i++)
		if (strcmp(t->fields[i].name, name) == 0)
			return &t->fields[i];
	return NULL;
}

int
type_state(const struct type *t, const char *name)
{
	for (int i = 0; i < t->nstates; i++)
		if (strcmp(t->states[i].name, name) == 0)
			return i;
	return -1;
}

const struct move *
type_move(const struct type *t, const char *name)
{
	for (int i = 0; i < t->nmoves; i++)
		if (strcmp(t->moves[i].name, name) == 0)
			return &t->moves[i];
	return NULL;
}

const struct list *
type_list(const struct type *t, const char *name)
{
	for (int i = 0; i < t->nlists; i++)
		if (strcmp(t->lists[i].name, name) == 0)
			return &t->lists[i];
	for (int i = 0; i < t->nmeasures; i++) {
		const struct measure *m = &t->measures[i];

		if (strcmp(m->all.name, name) == 0)
			return &m->all;
		if (m->good != NULL && strcmp(m->rest.name, name) == 0)
			return &m->rest;
	}
	return NULL;
}

const struct choice *
field_choice(const struct field *f, const char *name)
{
	for (int i = 0; i < f->nchoices; i++)
		if (strcmp(f->choices[i].name, name) == 0)
			return &f->choices[i];
	return NULL;
}

struct at
at_key(struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	return at_node(y == NULL ? map : y);
}

enum err
parse_map(struct parse *p, struct yaml *y, const char *key, struct yaml **ret)
{
	struct yaml *map = yaml_get(y, key);

	/* As everywhere, a key with nothing behind it is absent. */
	if (map != NULL && map->kind == YAML_TEXT && *map->text == '\0' && !map->quoted)
		map = NULL;
	if (map != NULL && map->kind != YAML_MAP)
		return yaml_fail(p->cx, map, "err.yaml_map", key);
	if (map != NULL && map->n > MAX_PARTS)
		return yaml_fail(p->cx, map, "err.type_too_many", key);
	*ret = map;
	return OK;
}

enum err
parse_label(struct parse *p, struct yaml *map, const char *key, bool optional, const char *text_key,
	    const char **ret_key)
{
	struct yaml *y = yaml_get(map, key);

	if (y == NULL && optional)
		return OK;
	TRY(yaml_need(p->cx, map, key, YAML_MAP, &y));
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		const char *text;

		TRY(yaml_text(p->cx, y, lang_code((enum lang)lang), false, &text));
		if (*text == '\0' || text_length(text) > MAX_LABEL)
			return yaml_fail(p->cx, y, "err.type_label", lang_code((enum lang)lang));
		texts_put(p->texts, (enum lang)lang, text_key, text);
	}
	TRY(yaml_all_used(p->cx, y));
	*ret_key = text_key;
	return OK;
}

enum err
parse_field_name(struct parse *p, const struct type *t, struct yaml *y, const struct field **ret)
{
	const struct field *f = y->kind == YAML_TEXT ? type_field(t, y->text) : NULL;

	if (f == NULL)
		return yaml_fail(p->cx, y, "err.type_field", y->kind == YAML_TEXT ? y->text : "?",
				 t->name);
	*ret = f;
	return OK;
}

/* A duty is called as in the job description: "B3.1". */
static bool
is_duty_name(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.");

	return n > 0 && n <= 20 && s[n] == '\0' && *s >= 'A';
}

/* Duties: {B3.1: {et: …, outcome: {et: …}}, …} */
static enum err
parse_duties(struct parse *p, struct yaml *root)
{
	struct yaml *map;

	TRY(yaml_need(p->cx, root, "duties", YAML_MAP, &map));
	for (size_t i = 0; i < map->n; i++) {
		struct duty *d = ARENA_NEW(p->cx->arena, struct duty);
		struct yaml *y;

		d->name = map->keys[i];
		if (!is_duty_name(d->name))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", d->name);
		TRY(yaml_need(p->cx, map, d->name, YAML_MAP, &y));
		TRY(parse_label(p, y, "outcome", true,
				arena_printf(p->cx->arena, "outcome.%s", d->name),
				&d->outcome_key));
		TRY(parse_label(p, map, d->name, false,
				arena_printf(p->cx->arena, "duty.%s", d->name), &d->label_key));
		d->index = (int)p->types->nduties;
		if (map_put(&p->types->duty_by_name, d->name, d) != NULL)
			return yaml_fail(p->cx, map->key_at[i], "err.type_twice", d->name);
		if (d->index >= (int)(sizeof(((struct actor *)0)->duties) * 8))
			return yaml_fail(p->cx, map->key_at[i], "err.type_too_many", "duties");
		p->types->duties[p->types->nduties++] = d;
	}
	return yaml_all_used(p->cx, root);
}

static enum err
parse_position(struct parse *p, struct yaml *root)
{
	struct position_kind *k = ARENA_NEW(p->cx->arena, struct position_kind);
	size_t n = 0;

	k->file = root->file;
	k->at = at_key(root, "duties");
	TRY(yaml_name(p->cx, root, "position", false, &k->name));
	TRY(parse_label(p, root, "name", false, arena_printf(p->cx->arena, "position.%s", k->name),
			&k->label_key));
	TRY(yaml_texts(p->cx, root, "duties", false, &k->duties, &n));
	k->nduties = (int)n;
	TRY(yaml_bool(p->cx, root, "outside", true, &k->outside));
	if (map_put(&p->types->position_by_name, k->name, k) != NULL)
		return yaml_fail(p->cx, root, "err.type_twice", k->name);
	p->types->positions[p->types->npositions++] = k;
	return yaml_all_used(p->cx, root);
}

/* ["a, b", "c"] under `key`. */
static enum err
parse_columns(struct parse *p, struct yaml *map, const char *key, struct columns **ret, int *ret_n)
{
	const struct yaml *y = yaml_get(map, key);
	const char **names = NULL;
	size_t n = 0;

	TRY(yaml_texts(p->cx, map, key, true, &names, &n));
	if (n > MAX_PARTS)
		return yaml_fail(p->cx, y, "err.type_too_many", key);
	*ret = ARENA_ARRAY(p->cx->arena, n + 1, struct columns);
	for (size_t i = 0; i < n; i++) {
		(*ret)[i].names = names[i];
		(*ret)[i].at = at_node(y->kind == YAML_LIST ? y->items[i] : y);
	}
	*ret_n = (int)n;
	return OK;
}

static enum err
parse_head(struct parse *p, struct type *t, struct yaml *y)
{
	struct arena *a = p->cx->arena;
	const char *about = NULL, *responsible = NULL;

	t->path = t->name;
	TRY(yaml_name(p->cx, y, "path", true, &t->path));
	TRY(parse_label(p, y, "name", false, arena_printf(a, "type.%s", t->name), &t->label_key));
	TRY(parse_label(p, y, "plural", false, arena_printf(a, "type.%s.many", t->name),
			&t->plural_key));
	TRY(yaml_text(p->cx, y, "number", false, &t->number));
	TRY(yaml_text(p->cx, y, "title", false, &t->title));
	TRY(yaml_text(p->cx, y, "about", true, &about));
	TRY(yaml_text(p->cx, y, "responsible", true, &responsible));
	TRY(yaml_bool(p->cx, y, "person", true, &t->is_person));
	TRY(yaml_bool(p->cx, y, "menu", true, &t->menu));
	TRY(parse_columns(p, y, "unique", &t->uniques, &t->nuniques));
	TRY(parse_columns(p, y, "index", &t->indexes, &t->nindexes));
	t->number_at = at_key(y, "number");
	t->title_at = at_key(y, "title");
	t->about_at = at_key(y, "about");
	if (about != NULL && (t->about = type_field(t, about)) == NULL)
		return type_fail(p->cx, t, t->about_at, "err.type_field", about, t->name);
	if (responsible == NULL)
		return OK;
	t->responsible = type_field(t, responsible);
	if (t->responsible == NULL || t->responsible->kind != FIELD_REF ||
	    strcmp(t->responsible->ref, "user") != 0)
		return type_fail(p->cx, t, at_key(y, "responsible"), "err.type_field", responsible,
				 t->name);
	return OK;
}

/* Numbers types as they come, over all sets ever loaded. */
static atomic_uint_fast64_t serial;

/* First parts of addresses that are pages of the site itself: a type there would be out of reach.
 */
static bool
is_taken(const char *path)
{
	static const char *const PAGES[] = { "otsing", "sisene",    "valju",   "keel",
					     "mina",   "fail",	    "mustand", "seanss",
					     "static", "registrid", NULL };

	for (int i = 0; PAGES[i] != NULL; i++)
		if (strcmp(PAGES[i], path) == 0)
			return true;
	return false;
}

static enum err
parse_type(struct parse *p, struct yaml *y, const struct source *src)
{
	struct type *t = ARENA_NEW(p->cx->arena, struct type);

	t->serial = atomic_fetch_add(&serial, 1) + 1;
	t->file = y->file;
	t->text = src->bytes;
	t->text_len = src->len;
	t->at = at_node(y);
	/* The name first: labels of fields are filed under it. */
	TRY(yaml_name(p->cx, y, "type", false, &t->name));
	if (text_starts(t->name, "sys_") || text_starts(t->name, "sqlite_"))
		return yaml_fail(p->cx, y, "err.type_name", t->name);
	TRY(parse_fields(p, t, y));
	TRY(parse_head(p, t, y));
	TRY(parse_states(p, t, y));
	TRY(parse_moves(p, t, y));
	TRY(parse_clocks(p, t, y));
	TRY(parse_rights(p, t, y));
	TRY(parse_lists(p, t, y));
	TRY(parse_guards(p, t, y));
	TRY(parse_measures(p, t, y));
	TRY(yaml_all_used(p->cx, y));
	if (map_put(&p->types->by_name, t->name, t) != NULL)
		return yaml_fail(p->cx, y, "err.type_twice", t->name);
	if (is_taken(t->path) || map_put(&p->types->by_path, t->path, t) != NULL)
		return yaml_fail(p->cx, y, "err.type_path", t->path);
	p->types->list[p->types->n++] = t;
	return OK;
}

static enum err
parse_file(struct parse *p, const struct source *src)
{
	struct yaml *root;

	TRY(yaml_parse(p->cx, src->name, src->bytes, src->len, &root));
	if (root->kind != YAML_MAP || root->n == 0)
		return fail_at(p->cx, ERR_INVALID, src->name, 1, 1, "err.type_file");
	if (strcmp(root->keys[0], "type") == 0)
		return parse_type(p, root, src);
	if (strcmp(root->keys[0], "position") == 0)
		return parse_position(p, root);
	if (strcmp(root->keys[0], "duties") == 0)
		return parse_duties(p, root);
	return yaml_fail(p->cx, root->key_at[0], "err.type_file");
}

/* Every page shows its reader the lists of their duties: found once, here. */
static void
gather_lists(struct arena *a, struct types *ts)
{
	for (size_t i = 0; i < ts->n; i++)
		for (int k = 0; k < ts->list[i]->nlists; k++) {
			const struct type *t = ts->list[i];
			const struct list *l = &t->lists[k];
			struct duty *d =
				l->duty == NULL ? NULL : map_get(&ts->duty_by_name, l->duty);
			struct duty_list *more;

			if (d == NULL)
				continue;
			more = ARENA_ARRAY(a, (size_t)d->nlists + 1, struct duty_list);
			for (int n = 0; n < d->nlists; n++)
				more[n] = d->lists[n];
			more[d->nlists++] = (struct duty_list){
				t, l, arena_printf(a, "/%s?vaade=%s", t->path, l->name)
			};
			d->lists = more;
		}
}

enum err
types_load(struct ctx *cx, const struct source *files, size_t n, struct texts *texts,
	   struct types **ret)
{
	struct types *ts = ARENA_NEW(cx->arena, struct types);
	struct parse p = { .cx = cx, .texts = texts, .types = ts };

	map_init(&ts->by_name, cx->arena);
	map_init(&ts->by_path, cx->arena);
	map_init(&ts->position_by_name, cx->arena);
	map_init(&ts->duty_by_name, cx->arena);
	ts->list = ARENA_ARRAY(cx->arena, n + 1, struct type *);
	ts->positions = ARENA_ARRAY(cx->arena, n + 1, struct position_kind *);
	ts->duties = ARENA_ARRAY(cx->arena, sizeof(((struct actor *)0)->duties) * 8, struct duty *);
	for (size_t i = 0; i < n; i++)
		TRY(parse_file(&p, &files[i]));
	TRY(resolve_types(cx, ts));
	gather_lists(cx->arena, ts);
	*ret = ts;
	return OK;
}
