/* States, moves and clocks of a type. */
#include <string.h>

#include "base/text.h"
#include "meta/meta_int.h"

static const char *const LOOKS[] = { "plain", "open", "soon", "late", "done", "off" };

static enum err
parse_state(struct parse *p, const struct type *t, struct state *s, struct yaml *map)
{
	struct yaml *y;
	const char *look = "plain";

	TRY(yaml_need(p->cx, map, s->name, YAML_MAP, &y));
	TRY(parse_label(p, y, "name", false,
			arena_printf(p->cx->arena, "type.%s.state.%s", t->name, s->name),
			&s->label_key));
	TRY(yaml_bool(p->cx, y, "start", true, &s->start));
	TRY(yaml_bool(p->cx, y, "end", true, &s->end));
	TRY(yaml_bool(p->cx, y, "fixed", true, &s->fixed));
	TRY(yaml_text(p->cx, y, "look", true, &look));
	for (size_t i = 0; i < sizeof(LOOKS) / sizeof(*LOOKS); i++)
		if (strcmp(look, LOOKS[i]) == 0) {
			s->look = (enum look)i;
			return yaml_all_used(p->cx, y);
		}
	return yaml_fail(p->cx, yaml_get(y, "look"), "err.type_look", look);
}

enum err
parse_states(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map = yaml_get(y, "states");
	int starts = 0;

	if (map == NULL)
		return OK;
	if (map->kind != YAML_MAP || map->n == 0 || map->n > MAX_STATES)
		return yaml_fail(p->cx, map, "err.type_too_many", "states");
	t->states = ARENA_ARRAY(p->cx->arena, map->n, struct state);
	t->nstates = (int)map->n;
	for (size_t i = 0; i < map->n; i++) {
		t->states[i].name = map->keys[i];
		if (!text_is_name(map->keys[i]))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", map->keys[i]);
		TRY(parse_state(p, t, &t->states[i], map));
		starts += t->states[i].start;
	}
	/* Exactly one state to begin in, and it stands first. */
	if (starts != 1 || !t->states[0].start)
		return yaml_fail(p->cx, map, "err.type_start", t->name);
	return OK;
}

enum err
parse_state_set(struct parse *p, const struct type *t, struct yaml *map, const char *key,
		uint64_t *ret)
{
	const char **names;
	uint64_t set = 0;
	size_t n = 0;
	struct yaml *y = yaml_get(map, key);

	TRY(yaml_texts(p->cx, map, key, true, &names, &n));
	for (size_t i = 0; i < n; i++) {
		int s = type_state(t, names[i]);

		if (s < 0)
			return yaml_fail(p->cx, y, "err.type_state", names[i], t->name);
		set |= (uint64_t)1 << s;
	}
	*ret = set;
	return OK;
}

static enum err
parse_field_list(struct parse *p, const struct type *t, struct yaml *map, const char *key,
		 const struct field ***ret, int *ret_n)
{
	struct yaml *y = yaml_get(map, key);

	if (y == NULL)
		return OK;
	if (y->kind != YAML_LIST)
		return yaml_fail(p->cx, y, "err.yaml_list", key);
	*ret = ARENA_ARRAY(p->cx->arena, y->n + 1, const struct field *);
	for (size_t i = 0; i < y->n; i++)
		TRY(parse_field_name(p, t, y->items[i], &(*ret)[i]));
	*ret_n = (int)y->n;
	return OK;
}

static enum err
parse_set(struct parse *p, const struct type *t, struct move *m, struct yaml *y)
{
	struct yaml *map = yaml_get(y, "set");

	if (map == NULL)
		return OK;
	if (map->kind != YAML_MAP)
		return yaml_fail(p->cx, map, "err.yaml_map", "set");
	m->set = ARENA_ARRAY(p->cx->arena, map->n + 1, struct setting);
	for (size_t i = 0; i < map->n; i++) {
		TRY(parse_field_name(p, t, map->key_at[i], &m->set[i].field));
		m->set[i].at = at_node(map->items[i]);
		TRY(yaml_text(p->cx, map, map->keys[i], false, &m->set[i].value));
	}
	m->nset = (int)map->n;
	return OK;
}

static enum err
parse_move(struct parse *p, const struct type *t, struct move *m, struct yaml *map)
{
	struct arena *a = p->cx->arena;
	const char *to = NULL;
	struct yaml *y;

	TRY(yaml_need(p->cx, map, m->name, YAML_MAP, &y));
	TRY(parse_label(p, y, "name", false, arena_printf(a, "type.%s.move.%s", t->name, m->name),
			&m->label_key));
	TRY(parse_label(p, y, "help", true,
			arena_printf(a, "type.%s.move.%s.help", t->name, m->name), &m->help_key));
	TRY(parse_state_set(p, t, y, "from", &m->from));
	TRY(yaml_text(p->cx, y, "to", true, &to));
	m->to = to == NULL ? -1 : type_state(t, to);
	if (to != NULL && m->to < 0)
		return yaml_fail(p->cx, yaml_get(y, "to"), "err.type_state", to, t->name);
	TRY(parse_field_list(p, t, y, "ask", &m->ask, &m->nask));
	TRY(parse_field_list(p, t, y, "needs", &m->needs, &m->nneeds));
	TRY(parse_set(p, t, m, y));
	m->at = at_node(y);
	m->where_at = at_key(y, "where");
	TRY(yaml_text(p->cx, y, "where", true, &m->where));
	m->check_at = at_key(y, "check");
	TRY(yaml_text(p->cx, y, "check", true, &m->check));
	TRY(parse_label(p, y, "otherwise", m->check == NULL,
			arena_printf(a, "type.%s.move.%s.otherwise", t->name, m->name),
			&m->check_key));
	TRY(yaml_bool(p->cx, y, "confirm", true, &m->confirm));
	TRY(yaml_bool(p->cx, y, "main", true, &m->main));
	TRY(yaml_bool(p->cx, y, "hidden", true, &m->hidden));
	TRY(yaml_text(p->cx, y, "other_than", true, &m->other_than));
	TRY(yaml_text(p->cx, y, "duty", true, &m->duty));
	return yaml_all_used(p->cx, y);
}

/* Every state but the first must be reached by some move, or no record can ever get there. */
static enum err
check_reached(struct parse *p, const struct type *t, struct yaml *y)
{
	for (int s = 1; s < t->nstates; s++) {
		bool reached = false;

		for (int m = 0; m < t->nmoves; m++)
			reached = reached || t->moves[m].to == s;
		if (!reached)
			return yaml_fail(p->cx, y, "err.type_unreached", t->states[s].name,
					 t->name);
	}
	return OK;
}

enum err
parse_moves(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map = yaml_get(y, "moves");

	if (map == NULL)
		return t->nstates > 1 ? yaml_fail(p->cx, y, "err.type_unreached", t->states[1].name,
						  t->name)
				      : OK;
	if (map->kind != YAML_MAP || map->n > MAX_MOVES)
		return yaml_fail(p->cx, map, "err.type_too_many", "moves");
	t->moves = ARENA_ARRAY(p->cx->arena, map->n + 1, struct move);
	t->nmoves = (int)map->n;
	for (size_t i = 0; i < map->n; i++) {
		t->moves[i].name = map->keys[i];
		if (!text_is_name(map->keys[i]))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", map->keys[i]);
		TRY(parse_move(p, t, &t->moves[i], map));
	}
	for (int i = 0; i < t->nmoves; i++)
		if (t->moves[i].other_than != NULL && type_move(t, t->moves[i].other_than) == NULL)
			return type_fail(p->cx, t, t->moves[i].at, "err.type_move",
					 t->moves[i].other_than, t->name);
	return check_reached(p, t, map);
}

/* with: {stop: stopped_from, end: stopped_to}: further inputs of the rule, each a date field. */
static enum err
parse_with(struct parse *p, const struct type *t, struct clock *c, struct yaml *y)
{
	struct yaml *map;
	const char *name;

	TRY(parse_map(p, y, "with", &map));
	if (map == NULL)
		return OK;
	c->with_input = ARENA_ARRAY(p->cx->arena, map->n + 1, const char *);
	c->with = ARENA_ARRAY(p->cx->arena, map->n + 1, const struct field *);
	for (size_t i = 0; i < map->n; i++) {
		TRY(yaml_text(p->cx, map, map->keys[i], false, &name));
		c->with_input[i] = map->keys[i];
		c->with[i] = type_field(t, name);
		if (c->with[i] == NULL || c->with[i]->kind != FIELD_DATE)
			return yaml_fail(p->cx, map, "err.type_date_field", name, t->name);
		c->nwith++;
	}
	return OK;
}

static enum err
parse_clock(struct parse *p, const struct type *t, struct clock *c, struct yaml *map)
{
	int64_t warn = 5;
	const char *from;
	struct yaml *y;

	TRY(yaml_need(p->cx, map, c->name, YAML_MAP, &y));
	TRY(parse_label(p, y, "name", false,
			arena_printf(p->cx->arena, "type.%s.clock.%s", t->name, c->name),
			&c->label_key));
	TRY(yaml_text(p->cx, y, "rule", true, &c->rule));
	TRY(yaml_text(p->cx, y, "rule_of", true, &c->rule_path));
	if ((c->rule == NULL) == (c->rule_path == NULL))
		return yaml_fail(p->cx, y, "err.type_clock_rule", c->name);
	TRY(yaml_text(p->cx, y, "from", false, &from));
	c->at = at_node(y);
	c->from = type_field(t, from);
	if (c->from == NULL || c->from->kind != FIELD_DATE)
		return yaml_fail(p->cx, yaml_get(y, "from"), "err.type_date_field", from, t->name);
	TRY(parse_with(p, t, c, y));
	TRY(parse_state_set(p, t, y, "until", &c->until));
	TRY(yaml_int(p->cx, y, "warn", true, 0, 365, &warn));
	c->warn = (int)warn;
	return yaml_all_used(p->cx, y);
}

enum err
parse_clocks(struct parse *p, struct type *t, struct yaml *y)
{
	struct yaml *map = yaml_get(y, "clocks");

	if (map == NULL)
		return OK;
	if (map->kind != YAML_MAP || map->n > MAX_MOVES)
		return yaml_fail(p->cx, map, "err.type_too_many", "clocks");
	t->clocks = ARENA_ARRAY(p->cx->arena, map->n + 1, struct clock);
	t->nclocks = (int)map->n;
	for (size_t i = 0; i < map->n; i++) {
		t->clocks[i].name = map->keys[i];
		if (!text_is_name(map->keys[i]))
			return yaml_fail(p->cx, map->key_at[i], "err.type_name", map->keys[i]);
		TRY(parse_clock(p, t, &t->clocks[i], map));
	}
	return OK;
}
