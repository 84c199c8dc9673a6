/* Scopes, rights, lists, guards and measures of a type. */
#include <string.h>

#include "base/text.h"
#include "meta/meta_int.h"

static enum err
parse_scopes(struct parse *p, struct type *t, struct yaml *y)
{
	static const struct scope FIXED[] = {
		{ "none", SCOPE_NONE, NULL, { 0, 0 } },
		{ "all", SCOPE_ALL, NULL, { 0, 0 } },
		{ "unit", SCOPE_WHERE, "sys_unit = :unit", { 0, 0 } },
		{ "own", SCOPE_WHERE, "sys_responsible = :user", { 0, 0 } },
	};
	const int nfixed = sizeof(FIXED) / sizeof(*FIXED);
	struct yaml *map;
	size_t n;

	TRY(parse_map(p, y, "scopes", &map));
	n = map == NULL ? 0 : map->n;
	t->scopes = ARENA_ARRAY(p->cx->arena, n + (size_t)nfixed, struct scope);
	memcpy(t->scopes, FIXED, sizeof(FIXED));
	t->nscopes = nfixed;
	for (size_t i = 0; i < n; i++) {
		struct scope *s = &t->scopes[t->nscopes++];

		s->name = map->keys[i];
		s->kind = SCOPE_WHERE;
		s->at = at_node(map->items[i]);
		/* A type may say itself what its unit or own records are; all and none are fixed.
		 */
		if (!text_is_name(s->name) || strcmp(s->name, "all") == 0 ||
		    strcmp(s->name, "none") == 0)
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", s->name);
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
	for (int i = t->nscopes - 1; i >= 0; i--)
		if (strcmp(t->scopes[i].name, name) == 0) {
			*ret = &t->scopes[i];
			return OK;
		}
	return type_fail(p->cx, t, at_key(y, key), "err.type_scope", name, t->name);
}

enum err
parse_rights(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map;

	TRY(parse_scopes(p, t, y));
	TRY(yaml_need(p->cx, y, "rights", YAML_MAP, &map));
	TRY(parse_map(p, y, "rights", &map));
	t->grants = ARENA_ARRAY(p->cx->arena, map->n + 1, struct grant);
	for (size_t i = 0; i < map->n; i++) {
		struct grant *g = &t->grants[t->ngrants++];
		struct yaml *v;

		g->duty = map->keys[i];
		g->at = at_node(map->key_at[i]);
		TRY(yaml_need(p->cx, map, g->duty, YAML_MAP, &v));
		TRY(scope_named(p, t, v, "see", &g->see));
		TRY(scope_named(p, t, v, "edit", &g->edit));
		TRY(scope_named(p, t, v, "move", &g->move));
		TRY(scope_named(p, t, v, "create", &g->create));
		TRY(yaml_all_used(p->cx, v));
	}
	return OK;
}

/* The column a list is sorted by: it must be filled in every row, or a page could not continue
 * where the one before ended. */
static enum err
sort_column(struct parse *p, const struct type *t, const char *name, const char **ret)
{
	static const char *const ENGINE[] = {
		"number", "state", "due", "changed", "created", NULL
	};
	const struct field *f = type_field(t, name);

	if (f != NULL && f->sort_key)
		*ret = arena_printf(p->cx->arena, "%s_sort", name);
	else if (f != NULL)
		*ret = f->name;
	for (int i = 0; f == NULL && ENGINE[i] != NULL; i++)
		if (strcmp(ENGINE[i], name) == 0)
			*ret = arena_printf(p->cx->arena, "sys_%s", name);
	return OK;
}

/* "due", "-arrived": a field, or an engine name, all the same way. */
static enum err
parse_sort(struct parse *p, const struct type *t, struct list *l, struct yaml *y)
{
	struct at at = at_key(y, "sort");
	const char **names;
	size_t n = 0;

	TRY(yaml_texts(p->cx, y, "sort", true, &names, &n));
	if (n > sizeof(l->sort) / sizeof(*l->sort))
		return type_fail(p->cx, t, at, "err.type_too_many", "sort");
	for (size_t i = 0; i < n; i++) {
		struct sort *s = &l->sort[l->nsort++];
		const char *name = names[i];
		const struct field *f;

		s->down = *name == '-';
		name += s->down;
		f = type_field(t, name);
		if (s->down != l->sort[0].down)
			return type_fail(p->cx, t, at, "err.type_sort_way", name);
		if (f != NULL && !f->sort_key && !f->required)
			return type_fail(p->cx, t, at, "err.type_sort_optional", name);
		TRY(sort_column(p, t, name, &s->column));
		if (s->column == NULL)
			return type_fail(p->cx, t, at, "err.type_field", name, t->name);
	}
	return OK;
}

static enum err
parse_list(struct parse *p, const struct type *t, struct list *l, struct yaml *map)
{
	const char **columns;
	const struct yaml *at;
	size_t n = 0;
	struct yaml *y;

	TRY(yaml_need(p->cx, map, l->name, YAML_MAP, &y));
	l->at = at_node(y);
	l->where_at = at_key(y, "where");
	at = yaml_get(y, "columns");
	TRY(parse_label(p, y, "name", false,
			arena_printf(p->cx->arena, "type.%s.list.%s", t->name, l->name),
			&l->label_key));
	TRY(yaml_text(p->cx, y, "where", true, &l->where));
	TRY(yaml_texts(p->cx, y, "columns", false, &columns, &n));
	l->columns = ARENA_ARRAY(p->cx->arena, n + 1, struct column);
	l->ncolumns = (int)n;
	if (n == 0 || n > MAX_PARTS)
		return yaml_fail(p->cx, y, "err.type_too_many", "columns");
	for (size_t i = 0; i < n; i++) {
		l->columns[i].name = columns[i];
		l->columns[i].at = at_node(at->kind == YAML_LIST ? at->items[i] : at);
	}
	TRY(parse_sort(p, t, l, y));
	TRY(yaml_bool(p->cx, y, "first", true, &l->first));
	TRY(yaml_bool(p->cx, y, "trace", true, &l->trace));
	TRY(yaml_text(p->cx, y, "duty", true, &l->duty));
	return yaml_all_used(p->cx, y);
}

enum err
parse_lists(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map;
	int firsts = 0;

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
		firsts += t->lists[i].first;
	}
	if (firsts > 1)
		return yaml_fail(p->cx, map, "err.type_first", t->name);
	if (firsts == 0)
		t->lists[0].first = true;
	return OK;
}

enum err
parse_guards(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map;

	TRY(parse_map(p, y, "guards", &map));
	if (map == NULL)
		return OK;
	t->guards = ARENA_ARRAY(p->cx->arena, map->n + 1, struct guard);
	for (size_t i = 0; i < map->n; i++) {
		struct guard *g = &t->guards[t->nguards++];
		struct yaml *v;

		g->name = map->keys[i];
		if (!text_is_name(g->name))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", g->name);
		TRY(yaml_need(p->cx, map, g->name, YAML_MAP, &v));
		TRY(yaml_text(p->cx, v, "when", false, &g->when));
		g->at = at_node(v);
		g->when_at = at_key(v, "when");
		TRY(yaml_text(p->cx, v, "unless", true, &g->unless));
		g->unless_at = at_key(v, "unless");
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
	const struct field *f;
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
	m->at = at_node(y);
	m->of_at = at_key(y, "of");
	m->good_at = at_key(y, "good");
	f = m->date == NULL ? NULL : type_field(t, m->date);
	if (m->date != NULL && (f == NULL || f->kind != FIELD_DATE))
		return yaml_fail(p->cx, yaml_get(y, "date"), "err.type_date_field", m->date,
				 t->name);
	return yaml_all_used(p->cx, y);
}

enum err
parse_measures(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map;

	TRY(parse_map(p, y, "measures", &map));
	if (map == NULL)
		return OK;
	t->measures = ARENA_ARRAY(p->cx->arena, map->n + 1, struct measure);
	t->nmeasures = (int)map->n;
	for (size_t i = 0; i < map->n; i++) {
		t->measures[i].name = map->keys[i];
		if (!text_is_name(map->keys[i]))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", map->keys[i]);
		TRY(parse_measure(p, t, &t->measures[i], map));
	}
	return OK;
}
