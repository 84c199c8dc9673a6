/* Scopes, rights, lists, guards and measures of a type. */
#include <string.h>

#include "base/text.h"
#include "meta/meta_int.h"

static enum err
parse_scopes(struct parse *p, struct type *t, struct yaml *y)
{
	static const struct scope FIXED[] = {
		{ "none", SCOPE_NONE, NULL },
		{ "all", SCOPE_ALL, NULL },
		{ "unit", SCOPE_WHERE, "unit = :unit" },
		{ "own", SCOPE_WHERE, "responsible = :user" },
	};
	const int nfixed = sizeof(FIXED) / sizeof(*FIXED);
	struct yaml *map = yaml_get(y, "scopes");
	size_t n = map == NULL ? 0 : map->n;

	if (map != NULL && map->kind != YAML_MAP)
		return yaml_fail(p->cx, map, "err.yaml_map", "scopes");
	t->scopes = ARENA_ARRAY(p->cx->arena, n + (size_t)nfixed, struct scope);
	memcpy(t->scopes, FIXED, sizeof(FIXED));
	t->nscopes = nfixed;
	for (size_t i = 0; i < n; i++) {
		struct scope *s = &t->scopes[t->nscopes++];

		s->name = map->keys[i];
		s->kind = SCOPE_WHERE;
		TRY(yaml_text(p->cx, map, s->name, false, &s->where));
	}
	return OK;
}

static enum err
scope_named(struct parse *p, const struct type *t, struct yaml *y, const char *key,
	    const struct scope **ret)
{
	const char *name = "none";

	TRY(yaml_text(p->cx, y, key, true, &name));
	for (int i = 0; i < t->nscopes; i++)
		if (strcmp(t->scopes[i].name, name) == 0) {
			*ret = &t->scopes[i];
			return OK;
		}
	return yaml_fail(p->cx, y, "err.type_scope", name, t->name);
}

enum err
parse_rights(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map;

	TRY(parse_scopes(p, t, y));
	TRY(yaml_need(p->cx, y, "rights", YAML_MAP, &map));
	t->grants = ARENA_ARRAY(p->cx->arena, map->n + 1, struct grant);
	for (size_t i = 0; i < map->n; i++) {
		struct grant *g = &t->grants[t->ngrants++];
		struct yaml *v;

		g->duty = map->keys[i];
		TRY(yaml_need(p->cx, map, g->duty, YAML_MAP, &v));
		TRY(scope_named(p, t, v, "see", &g->see));
		TRY(scope_named(p, t, v, "edit", &g->edit));
		TRY(scope_named(p, t, v, "move", &g->move));
		TRY(scope_named(p, t, v, "create", &g->create));
		TRY(yaml_all_used(p->cx, v));
	}
	return OK;
}

/* "due", "-arrived": engine names and fields, as the SQL column. */
static enum err
parse_sort(struct parse *p, const struct type *t, struct list *l, struct yaml *y)
{
	static const char *const ENGINE[] = {
		"number", "state", "due", "changed", "created", NULL
	};
	const char **names;
	size_t n = 0;

	TRY(yaml_texts(p->cx, y, "sort", true, &names, &n));
	if (n > sizeof(l->sort) / sizeof(*l->sort))
		return yaml_fail(p->cx, y, "err.type_too_many", "sort");
	for (size_t i = 0; i < n; i++) {
		struct sort *s = &l->sort[l->nsort++];
		const char *name = names[i];
		const struct field *f;

		s->down = *name == '-';
		name += s->down;
		if (s->down != l->sort[0].down)
			return yaml_fail(p->cx, y, "err.type_sort_way", name);
		for (int k = 0; ENGINE[k] != NULL && s->column == NULL; k++)
			if (strcmp(ENGINE[k], name) == 0)
				s->column = arena_printf(p->cx->arena, "sys_%s", name);
		if (s->column != NULL)
			continue;
		f = type_field(t, name);
		if (f == NULL)
			return yaml_fail(p->cx, y, "err.type_field", name, t->name);
		if (!f->sort_key && !f->required)
			return yaml_fail(p->cx, y, "err.type_sort_optional", name);
		s->column = f->sort_key ? arena_printf(p->cx->arena, "%s_sort", name) : f->name;
	}
	return OK;
}

static enum err
parse_list(struct parse *p, const struct type *t, struct list *l, struct yaml *map)
{
	const char **columns;
	size_t n = 0;
	struct yaml *y;

	TRY(yaml_need(p->cx, map, l->name, YAML_MAP, &y));
	TRY(parse_label(p, y, "name", false,
			arena_printf(p->cx->arena, "type.%s.list.%s", t->name, l->name),
			&l->label_key));
	TRY(yaml_text(p->cx, y, "where", true, &l->where));
	TRY(yaml_texts(p->cx, y, "columns", false, &columns, &n));
	l->columns = ARENA_ARRAY(p->cx->arena, n + 1, struct column);
	l->ncolumns = (int)n;
	for (size_t i = 0; i < n; i++)
		l->columns[i].name = columns[i];
	TRY(parse_sort(p, t, l, y));
	TRY(yaml_bool(p->cx, y, "first", true, &l->first));
	TRY(yaml_text(p->cx, y, "duty", true, &l->duty));
	return yaml_all_used(p->cx, y);
}

enum err
parse_lists(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map;

	TRY(yaml_need(p->cx, y, "lists", YAML_MAP, &map));
	if (map->n == 0 || map->n > MAX_MOVES)
		return yaml_fail(p->cx, map, "err.type_too_many", "lists");
	t->lists = ARENA_ARRAY(p->cx->arena, map->n, struct list);
	t->nlists = (int)map->n;
	for (size_t i = 0; i < map->n; i++) {
		t->lists[i].name = map->keys[i];
		if (!text_is_name(map->keys[i]))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", map->keys[i]);
		TRY(parse_list(p, t, &t->lists[i], map));
	}
	return OK;
}

enum err
parse_guards(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map = yaml_get(y, "guards");

	if (map == NULL)
		return OK;
	if (map->kind != YAML_MAP)
		return yaml_fail(p->cx, map, "err.yaml_map", "guards");
	t->guards = ARENA_ARRAY(p->cx->arena, map->n + 1, struct guard);
	for (size_t i = 0; i < map->n; i++) {
		struct guard *g = &t->guards[t->nguards++];
		struct yaml *v;

		g->name = map->keys[i];
		if (!text_is_name(g->name))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", g->name);
		TRY(yaml_need(p->cx, map, g->name, YAML_MAP, &v));
		TRY(yaml_text(p->cx, v, "when", false, &g->when));
		TRY(parse_label(p, v, "name", false,
				arena_printf(p->cx->arena, "guard.%s.%s", t->name, g->name),
				&g->label_key));
		TRY(yaml_all_used(p->cx, v));
	}
	return OK;
}

static enum err
parse_measure(struct parse *p, const struct type *t, struct measure *m, struct yaml *map)
{
	int64_t target = -1;
	struct yaml *y;

	TRY(yaml_need(p->cx, map, m->name, YAML_MAP, &y));
	TRY(parse_label(p, y, "name", false,
			arena_printf(p->cx->arena, "type.%s.measure.%s", t->name, m->name),
			&m->label_key));
	TRY(yaml_text(p->cx, y, "duty", false, &m->duty));
	TRY(yaml_text(p->cx, y, "of", false, &m->of));
	TRY(yaml_text(p->cx, y, "good", true, &m->good));
	TRY(yaml_text(p->cx, y, "date", true, &m->date));
	TRY(yaml_int(p->cx, y, "target", true, 0, 100, &target));
	m->target = (int)target;
	if (m->date != NULL && type_field(t, m->date) == NULL)
		return yaml_fail(p->cx, y, "err.type_field", m->date, t->name);
	return yaml_all_used(p->cx, y);
}

enum err
parse_measures(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map = yaml_get(y, "measures");

	if (map == NULL)
		return OK;
	if (map->kind != YAML_MAP)
		return yaml_fail(p->cx, map, "err.yaml_map", "measures");
	t->measures = ARENA_ARRAY(p->cx->arena, map->n + 1, struct measure);
	t->nmeasures = (int)map->n;
	for (size_t i = 0; i < map->n; i++) {
		t->measures[i].name = map->keys[i];
		TRY(parse_measure(p, t, &t->measures[i], map));
	}
	return OK;
}
