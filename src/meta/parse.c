/*
 * Type files: the file as a whole, and the order of work. Fields, states and moves are read file
 * by file; then, when all types are known, references, conditions and columns are resolved.
 */
#include "meta/type.h"

#include <string.h>

#include "base/texts.h"
#include "base/text.h"
#include "meta/expr.h"
#include "meta/meta_int.h"

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
		if (*text == '\0')
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

/* Duties: {B3.1: {et: …}, …} */
static enum err
parse_duties(struct parse *p, struct yaml *root)
{
	struct yaml *map;

	TRY(yaml_need(p->cx, root, "duties", YAML_MAP, &map));
	for (size_t i = 0; i < map->n; i++) {
		struct duty *d = ARENA_NEW(p->cx->arena, struct duty);

		d->name = map->keys[i];
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

static enum err
parse_head(struct parse *p, struct type *t, struct yaml *y)
{
	struct arena *a = p->cx->arena;
	const char *about = NULL;
	size_t n = 0;

	TRY(yaml_name(p->cx, y, "type", false, &t->name));
	t->path = t->name;
	TRY(yaml_text(p->cx, y, "path", true, &t->path));
	TRY(parse_label(p, y, "name", false, arena_printf(a, "type.%s", t->name), &t->label_key));
	TRY(parse_label(p, y, "plural", false, arena_printf(a, "type.%s.many", t->name),
			&t->plural_key));
	TRY(yaml_text(p->cx, y, "number", false, &t->number));
	TRY(yaml_text(p->cx, y, "title", false, &t->title));
	TRY(yaml_text(p->cx, y, "about", true, &about));
	TRY(yaml_bool(p->cx, y, "person", true, &t->is_person));
	TRY(yaml_bool(p->cx, y, "menu", true, &t->menu));
	TRY(yaml_texts(p->cx, y, "unique", true, &t->uniques, &n));
	t->nuniques = (int)n;
	n = 0;
	TRY(yaml_texts(p->cx, y, "index", true, &t->indexes, &n));
	t->nindexes = (int)n;
	if (about != NULL) {
		t->about = type_field(t, about);
		if (t->about == NULL || t->about->kind != FIELD_REF)
			return yaml_fail(p->cx, y, "err.type_field", about, t->name);
	}
	return OK;
}

static enum err
parse_type(struct parse *p, struct yaml *y, const struct source *src)
{
	struct type *t = ARENA_NEW(p->cx->arena, struct type);

	t->file = y->file;
	t->text = src->bytes;
	t->text_len = src->len;
	/* The name first: labels of fields are filed under it. */
	TRY(yaml_name(p->cx, y, "type", false, &t->name));
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
	if (map_put(&p->types->by_path, t->path, t) != NULL)
		return yaml_fail(p->cx, y, "err.type_path", t->path);
	p->types->list[p->types->n++] = t;
	return OK;
}

static enum err
resolve_refs(struct parse *p, struct type *t)
{
	for (int i = 0; i < t->nfields; i++) {
		struct field *f = &t->fields[i];

		if (f->kind != FIELD_REF)
			continue;
		f->ref_type = strcmp(f->ref, "any") == 0 ? NULL : types_get(p->types, f->ref);
		if (f->ref_type == NULL && strcmp(f->ref, "any") != 0)
			return fail_at(p->cx, ERR_INVALID, t->file, f->line, 1, "err.type_unknown",
				       f->ref);
	}
	return OK;
}

/* A column written "person.county" or "due" or "person". */
static enum err
resolve_column(struct parse *p, const struct type *t, struct column *c)
{
	static const char *const ENGINE[] = { "number", "state",   "due",     "responsible",
					      "unit",	"changed", "created", NULL };
	char *dot, *head = arena_strdup(p->cx->arena, c->name);

	for (int i = 0; ENGINE[i] != NULL; i++)
		if (strcmp(ENGINE[i], c->name) == 0) {
			c->engine = ENGINE[i];
			c->label_key = arena_printf(p->cx->arena, "column.%s", c->name);
			return OK;
		}
	dot = strchr(head, '.');
	if (dot != NULL)
		*dot++ = '\0';
	c->field = type_field(t, head);
	if (c->field == NULL || (dot != NULL && c->field->ref_type == NULL))
		return fail_at(p->cx, ERR_INVALID, t->file, 0, 0, "err.type_field", c->name,
			       t->name);
	c->label_key = c->field->label_key;
	if (dot != NULL) {
		c->sub = type_field(c->field->ref_type, dot);
		if (c->sub == NULL)
			return fail_at(p->cx, ERR_INVALID, t->file, 0, 0, "err.type_field", dot,
				       c->field->ref_type->name);
		c->label_key = c->sub->label_key;
	}
	return OK;
}

/* Conditions are compiled once here only to be checked; each use compiles its own. */
static enum err
check_condition(struct parse *p, const struct type *t, const char *where)
{
	SCOPED_BUF b;

	if (where == NULL)
		return OK;
	buf_init(&b, MAX_SQL);
	return expr_compile(p->cx, p->types, t, where, "t", &b, NULL);
}

static enum err
resolve_type(struct parse *p, struct type *t)
{
	for (int i = 0; i < t->nlists; i++) {
		TRY(check_condition(p, t, t->lists[i].where));
		for (int k = 0; k < t->lists[i].ncolumns; k++)
			TRY(resolve_column(p, t, &t->lists[i].columns[k]));
	}
	for (int i = 0; i < t->nscopes; i++)
		TRY(check_condition(p, t, t->scopes[i].where));
	for (int i = 0; i < t->nmoves; i++)
		TRY(check_condition(p, t, t->moves[i].check));
	for (int i = 0; i < t->nguards; i++)
		TRY(check_condition(p, t, t->guards[i].when));
	for (int i = 0; i < t->nmeasures; i++) {
		TRY(check_condition(p, t, t->measures[i].of));
		TRY(check_condition(p, t, t->measures[i].good));
	}
	for (int i = 0; i < t->ngrants; i++)
		if (map_get(&p->types->duty_by_name, t->grants[i].duty) == NULL)
			return fail_at(p->cx, ERR_INVALID, t->file, 0, 0, "err.type_duty",
				       t->grants[i].duty);
	return OK;
}

static void
place(struct types *ts, struct type *t, struct type **out, size_t *n, bool *seen)
{
	if (seen[t->index])
		return;
	seen[t->index] = true;
	for (int i = 0; i < t->nfields; i++)
		if (t->fields[i].ref_type != NULL)
			place(ts, ts->list[t->fields[i].ref_type->index], out, n, seen);
	out[(*n)++] = t;
}

/* Put each type behind those it refers to. Circles stay as they fall. */
static void
order(struct ctx *cx, struct types *ts)
{
	struct type **out = ARENA_ARRAY(cx->arena, ts->n + 1, struct type *);
	bool *seen = ARENA_ARRAY(cx->arena, ts->n + 1, bool);
	size_t n = 0;

	for (size_t i = 0; i < ts->n; i++)
		ts->list[i]->index = (int)i;
	for (size_t i = 0; i < ts->n; i++)
		place(ts, ts->list[i], out, &n, seen);
	ts->list = out;
	for (size_t i = 0; i < ts->n; i++)
		ts->list[i]->index = (int)i;
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
	for (size_t i = 0; i < ts->n; i++)
		TRY(resolve_refs(&p, ts->list[i]));
	order(cx, ts);
	for (size_t i = 0; i < ts->n; i++)
		TRY(resolve_type(&p, ts->list[i]));
	for (size_t i = 0; i < ts->npositions; i++)
		for (int k = 0; k < ts->positions[i]->nduties; k++)
			if (map_get(&ts->duty_by_name, ts->positions[i]->duties[k]) == NULL)
				return fail_at(cx, ERR_INVALID, ts->positions[i]->file, 0, 0,
					       "err.type_duty", ts->positions[i]->duties[k]);
	*ret = ts;
	return OK;
}
