/* Fields of a type: `fields: {name: {kind: …}}`. A field says its kind by one of its keys, e.g.
 * {date: true}, {choice: {a: {et: …}}}, {ref: person}, {code: isikukood}, {text: 60}. */
#include <string.h>

#include "base/civil.h"
#include "base/ident.h"
#include "base/text.h"
#include "base/texts.h"
#include "meta/meta_int.h"

#define MAX_CHOICES 200 /* of a choice */
#define MAX_SEVERAL 64	/* of choices: they are kept as a set */

/* {choice: {self: {et: …}, post: {et: …, from: 2024-01-01, until: …}}} */
static enum err
parse_choices(struct parse *p, const struct type *t, struct field *f, struct yaml *y)
{
	if (y->kind != YAML_MAP || y->n == 0)
		return yaml_fail(p->cx, y, "err.type_choices", f->name);
	if (y->n > (f->kind == FIELD_CHOICES ? MAX_SEVERAL : MAX_CHOICES))
		return yaml_fail(p->cx, y, "err.type_too_many", f->name);
	f->choices = ARENA_ARRAY(p->cx->arena, y->n, struct choice);
	for (size_t i = 0; i < y->n; i++) {
		struct choice *c = &f->choices[i];
		struct yaml *v = yaml_get(y, y->keys[i]);

		if (!text_is_name(y->keys[i]))
			return yaml_fail(p->cx, y->key_at[i], "err.type_name", y->keys[i]);
		*c = (struct choice){ y->keys[i], NULL, CIVIL_NONE, CIVIL_NONE };
		if (v->kind == YAML_MAP) {
			TRY(yaml_date(p->cx, v, "from", true, &c->valid_from));
			TRY(yaml_date(p->cx, v, "until", true, &c->valid_to));
			if (c->valid_to != CIVIL_NONE && c->valid_to < c->valid_from)
				return yaml_fail(p->cx, v, "err.type_period", c->name);
		}
		TRY(parse_label(p, y, c->name, false,
				arena_printf(p->cx->arena, "type.%s.choice.%s.%s", t->name, f->name,
					     c->name),
				&c->label_key));
	}
	f->nchoices = (int)y->n;
	return OK;
}

/* What stands behind the kind: 60, person, isikukood, true. */
static enum err
parse_kind_value(struct parse *p, struct field *f, const struct yaml *v)
{
	int64_t max;

	if (v->kind != YAML_TEXT)
		return yaml_fail(p->cx, v, "err.type_kind", f->name);
	if (f->kind == FIELD_REF) {
		f->ref = v->text;
	} else if (f->kind == FIELD_CODE) {
		f->code = v->text;
		if (ident_kind_from_name(f->code) < 0)
			return yaml_fail(p->cx, v, "err.type_code", f->code);
	} else if (f->kind == FIELD_TEXT || f->kind == FIELD_LONG) {
		if (!text_int(v->text, 1, MAX_LONG_TEXT, &max))
			return yaml_fail(p->cx, v, "err.type_max", f->name,
					 text_from_int(p->cx->arena, MAX_LONG_TEXT));
		f->max = (int)max;
	} else if (strcmp(v->text, "true") != 0) {
		return yaml_fail(p->cx, v, "err.type_kind", f->name);
	}
	return OK;
}

static enum err
parse_kind(struct parse *p, const struct type *t, struct field *f, struct yaml *y)
{
	struct yaml *found = NULL;

	for (int k = 0; k < FIELD_KIND_COUNT; k++) {
		struct yaml *v = yaml_get(y, field_kind_name((enum field_kind)k));

		if (v == NULL)
			continue;
		if (found != NULL)
			return yaml_fail(p->cx, v, "err.type_kind", f->name);
		found = v;
		f->kind = (enum field_kind)k;
	}
	if (found == NULL)
		return yaml_fail(p->cx, y, "err.type_kind", f->name);
	if (f->kind == FIELD_CHOICE || f->kind == FIELD_CHOICES)
		return parse_choices(p, t, f, found);
	return parse_kind_value(p, f, found);
}

/* Flags that mean something only for some kinds. */
static enum err
check_flags(struct parse *p, const struct field *f, struct yaml *y)
{
	bool number = f->kind == FIELD_INT || f->kind == FIELD_MONEY;
	bool words = f->kind == FIELD_TEXT || f->kind == FIELD_CODE;

	if (f->sort_key && f->kind != FIELD_TEXT)
		return yaml_fail(p->cx, yaml_get(y, "sorted"), "err.type_sorted", f->name);
	if (f->search && !words)
		return yaml_fail(p->cx, yaml_get(y, "search"), "err.type_search", f->name);
	if (!number && (yaml_get(y, "least") != NULL || yaml_get(y, "most") != NULL))
		return yaml_fail(p->cx, y, "err.type_least", f->name);
	if (f->least > f->most)
		return yaml_fail(p->cx, y, "err.type_least", f->name);
	return OK;
}

static enum err
parse_field(struct parse *p, const struct type *t, struct field *f, struct yaml *y)
{
	struct arena *a = p->cx->arena;

	if (y->kind != YAML_MAP)
		return yaml_fail(p->cx, y, "err.type_kind", f->name);
	f->at = at_node(y);
	f->preset_at = at_key(y, "preset");
	f->least = INT64_MIN;
	f->most = INT64_MAX;
	f->max = MAX_TEXT;
	TRY(parse_kind(p, t, f, y));
	TRY(parse_label(p, y, "name", false, arena_printf(a, "type.%s.field.%s", t->name, f->name),
			&f->label_key));
	TRY(parse_label(p, y, "help", true, arena_printf(a, "type.%s.help.%s", t->name, f->name),
			&f->help_key));
	TRY(yaml_bool(p->cx, y, "required", true, &f->required));
	TRY(yaml_bool(p->cx, y, "personal", true, &f->personal));
	TRY(yaml_bool(p->cx, y, "sensitive", true, &f->sensitive));
	TRY(yaml_bool(p->cx, y, "search", true, &f->search));
	TRY(yaml_bool(p->cx, y, "unique", true, &f->unique));
	TRY(yaml_bool(p->cx, y, "hidden", true, &f->hidden));
	TRY(yaml_bool(p->cx, y, "fixed", true, &f->fixed));
	TRY(yaml_bool(p->cx, y, "sorted", true, &f->sort_key));
	TRY(yaml_text(p->cx, y, "preset", true, &f->preset));
	TRY(yaml_int(p->cx, y, "least", true, INT64_MIN, INT64_MAX, &f->least));
	TRY(yaml_int(p->cx, y, "most", true, INT64_MIN, INT64_MAX, &f->most));
	TRY(check_flags(p, f, y));
	return yaml_all_used(p->cx, y);
}

/* Words of conditions cannot be names of fields, nor can names of our own columns. */
static bool
is_field_name(const char *name)
{
	static const char *const RESERVED[] = { "and",	"or",	  "not",   "is",    "in", "between",
						"null", "exists", "outer", "where", NULL };

	for (int i = 0; RESERVED[i] != NULL; i++)
		if (strcmp(RESERVED[i], name) == 0)
			return false;
	return text_is_name(name) && !text_starts(name, "sys_");
}

enum err
parse_fields(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map;

	TRY(yaml_need(p->cx, y, "fields", YAML_MAP, &map));
	if (map->n == 0 || map->n > MAX_FIELDS)
		return yaml_fail(p->cx, map, "err.type_too_many", "fields");
	t->fields = ARENA_ARRAY(p->cx->arena, map->n, struct field);
	t->nfields = (int)map->n;
	for (size_t i = 0; i < map->n; i++) {
		struct field *f = &t->fields[i];

		f->name = map->keys[i];
		f->index = (int)i;
		if (!is_field_name(f->name))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", f->name);
		TRY(parse_field(p, t, f, yaml_get(map, f->name)));
	}
	return OK;
}
