/*
 * What types say about each other and about duties, looked at when all of them are known: so that
 * nothing a file says can turn out to mean nothing when somebody is at work.
 */
#include <string.h>

#include "base/text.h"
#include "meta/expr.h"
#include "meta/meta_int.h"

struct resolve {
	struct ctx *cx;
	struct types *types;
};

static enum err
resolve_refs(struct resolve *r, struct type *t)
{
	for (int i = 0; i < t->nfields; i++) {
		struct field *f = &t->fields[i];

		if (f->kind != FIELD_REF)
			continue;
		f->ref_type = strcmp(f->ref, "any") == 0 ? NULL : types_get(r->types, f->ref);
		if (f->ref_type == NULL && strcmp(f->ref, "any") != 0)
			return type_fail(r->cx, t, f->at, "err.type_unknown", f->ref);
	}
	if (t->about != NULL && (t->about->ref_type == NULL || !t->about->ref_type->is_person))
		return type_fail(r->cx, t, t->about_at, "err.type_about", t->about->name);
	return OK;
}

/* ---- order ---- */

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

/* ---- names ---- */

static enum err
check_duty(struct resolve *r, const struct type *t, const char *duty, struct at at)
{
	if (duty == NULL || map_get(&r->types->duty_by_name, duty) != NULL)
		return OK;
	return type_fail(r->cx, t, at, "err.type_duty", duty);
}

/* A move may name several duties, parted by spaces: one of them is enough. */
static enum err
check_move_duties(struct resolve *r, const struct type *t, const struct move *m)
{
	const char *at = m->duty;

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, " ");

		TRY(check_duty(r, t, arena_strndup(r->cx->arena, at, len), m->at));
		at += len + (at[len] == ' ');
	}
	return OK;
}

static enum err
check_duties(struct resolve *r, const struct type *t)
{
	for (int i = 0; i < t->ngrants; i++)
		TRY(check_duty(r, t, t->grants[i].duty, t->grants[i].at));
	for (int i = 0; i < t->nmoves; i++)
		TRY(check_move_duties(r, t, &t->moves[i]));
	for (int i = 0; i < t->nlists; i++)
		TRY(check_duty(r, t, t->lists[i].duty, t->lists[i].at));
	for (int i = 0; i < t->nmeasures; i++)
		TRY(check_duty(r, t, t->measures[i].duty, t->measures[i].at));
	return OK;
}

/* `name` or `name.sub`, as a field and a field of the record it refers to. */
static enum err
find_path(struct resolve *r, const struct type *t, const char *path, struct at at,
	  const struct field **ret, const struct field **ret_sub)
{
	char *dot, *head = arena_strdup(r->cx->arena, path);

	dot = strchr(head, '.');
	if (dot != NULL)
		*dot++ = '\0';
	*ret = type_field(t, head);
	*ret_sub = NULL;
	if (*ret == NULL || (dot != NULL && (*ret)->ref_type == NULL))
		return type_fail(r->cx, t, at, "err.type_field", path, t->name);
	if (dot == NULL)
		return OK;
	*ret_sub = type_field((*ret)->ref_type, dot);
	if (*ret_sub == NULL)
		return type_fail(r->cx, t, at, "err.type_field", dot, (*ret)->ref_type->name);
	return OK;
}

/* A column written "person.county" or "due" or "person". */
static enum err
resolve_column(struct resolve *r, const struct type *t, struct column *c)
{
	static const char *const ENGINE[] = { "number", "state",   "due",     "responsible",
					      "unit",	"changed", "created", NULL };

	for (int i = 0; ENGINE[i] != NULL && type_field(t, c->name) == NULL; i++)
		if (strcmp(ENGINE[i], c->name) == 0) {
			c->engine = ENGINE[i];
			c->label_key = arena_printf(r->cx->arena, "column.%s", c->name);
			return OK;
		}
	TRY(find_path(r, t, c->name, c->at, &c->field, &c->sub));
	c->label_key = c->sub != NULL ? c->sub->label_key : c->field->label_key;
	if (c->field->sensitive || (c->sub != NULL && c->sub->sensitive))
		return type_fail(r->cx, t, c->at, "err.type_sensitive", c->name);
	return OK;
}

/* The columns of an index, "a, b": fields or engine names. */
static enum err
check_columns(struct resolve *r, const struct type *t, const struct columns *c)
{
	char *copy = arena_strdup(r->cx->arena, c->names), *save = NULL;
	int n = 0;

	for (char *p = strtok_r(copy, ", ", &save); p != NULL; p = strtok_r(NULL, ", ", &save)) {
		n++;
		if (type_field(t, p) == NULL && expr_engine_column(p) == NULL)
			return type_fail(r->cx, t, c->at, "err.type_field", p, t->name);
	}
	if (n == 0 || n > MAX_PARTS)
		return type_fail(r->cx, t, c->at, "err.type_field", c->names, t->name);
	return OK;
}

/* ---- templates ---- */

/* "{service.code}-{year}/{seq}": each name must be known; {seq} only where there is a series. */
static enum err
check_template(struct resolve *r, const struct type *t, const char *template, struct at at,
	       bool series)
{
	const struct field *f, *sub;
	int seqs = 0;

	for (const char *p = strchr(template, '{'); p != NULL; p = strchr(p, '{')) {
		const char *end = strchr(p, '}'), *name;

		if (end == NULL)
			return type_fail(r->cx, t, at, "err.type_template", template);
		name = arena_strndup(r->cx->arena, p + 1, (size_t)(end - p - 1));
		p = end;
		seqs += strcmp(name, "seq") == 0;
		if (strcmp(name, "seq") != 0 && strcmp(name, "year") != 0)
			TRY(find_path(r, t, name, at, &f, &sub));
	}
	if (seqs > (series ? 1 : 0) || *template == '\0')
		return type_fail(r->cx, t, at, "err.type_template", template);
	return OK;
}

/* ---- presets ---- */

/* Words that stand for a value, and the kind of field each fits. */
static bool
preset_word(const struct field *f, const char *value, bool *ret_fits)
{
	static const struct {
		const char *word;
		enum field_kind kind;
		const char *ref;
	} WORDS[] = {
		{ "today", FIELD_DATE, NULL },	      { "now", FIELD_TIME, NULL },
		{ "me", FIELD_REF, "user" },	      { "unit", FIELD_REF, "organisation" },
		{ "org", FIELD_REF, "organisation" },
	};

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
		if (strcmp(WORDS[i].word, value) == 0 &&
		    (f->kind == FIELD_DATE || f->kind == FIELD_TIME || f->kind == FIELD_REF)) {
			*ret_fits = f->kind == WORDS[i].kind &&
				    (WORDS[i].ref == NULL || strcmp(f->ref, WORDS[i].ref) == 0);
			return true;
		}
	return false;
}

static bool
literal_fits(const struct field *f, const char *value)
{
	int64_t n;

	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
		return text_length(value) <= (size_t)f->max && *value != '\0';
	case FIELD_CHOICE:
		return field_choice(f, value) != NULL;
	case FIELD_BOOL:
		return strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
	case FIELD_INT:
	case FIELD_MONEY:
		return text_int(value, f->least, f->most, &n);
	case FIELD_DATE:
	case FIELD_TIME:
	case FIELD_REF:
	case FIELD_CHOICES:
	case FIELD_CODE:
	case FIELD_KIND_COUNT:
		break;
	}
	return false;
}

static enum err
check_preset(struct resolve *r, const struct type *t, const struct field *f, const char *value,
	     struct at at, bool may_empty)
{
	bool fits = false;

	if (value == NULL)
		return OK;
	if (may_empty && strcmp(value, "null") == 0)
		fits = !f->required;
	else if (!preset_word(f, value, &fits))
		fits = literal_fits(f, value);
	return fits ? OK : type_fail(r->cx, t, at, "err.type_preset", value, f->name);
}

/* ---- the whole ---- */

static enum err
check(struct resolve *r, const struct type *t, const char *condition, struct at at)
{
	return condition == NULL ? OK : expr_check(r->cx, r->types, t, condition, at, EXPR_ASKED);
}

static enum err
resolve_lists(struct resolve *r, const struct type *t)
{
	for (int i = 0; i < t->nlists; i++) {
		struct list *l = &t->lists[i];

		TRY(check(r, t, l->where, l->where_at));
		for (int k = 0; k < l->ncolumns; k++)
			TRY(resolve_column(r, t, &l->columns[k]));
	}
	return OK;
}

/* The lists behind each measure: as the type's first list shows its records. */
static enum err
make_measure_lists(struct resolve *r, const struct type *t)
{
	struct arena *a = r->cx->arena;
	const struct list *model = &t->lists[0];

	for (int i = 0; i < t->nlists; i++)
		if (t->lists[i].first)
			model = &t->lists[i];
	for (int i = 0; i < t->nmeasures; i++) {
		struct measure *m = &t->measures[i];

		TRY(check(r, t, m->of, m->of_at));
		TRY(check(r, t, m->good, m->good_at));
		m->all = *model;
		m->all.of = m;
		m->all.first = false;
		m->all.duty = NULL;
		m->all.name = arena_printf(a, "m.%s", m->name);
		m->all.label_key = m->label_key;
		m->all.where =
			m->date == NULL
				? m->of
				: arena_printf(a, "(%s) and %s >= :today - %d and %s <= :today",
					       m->of, m->date, MEASURE_DAYS, m->date);
		m->rest = m->all;
		m->rest.name = arena_printf(a, "m.%s.rest", m->name);
		m->rest.but = m->good;
		TRY(check(r, t, m->all.where, m->of_at));
	}
	return OK;
}

static enum err
check_moves(struct resolve *r, const struct type *t)
{
	for (int i = 0; i < t->nmoves; i++) {
		const struct move *m = &t->moves[i];

		TRY(check(r, t, m->where, m->where_at));
		TRY(check(r, t, m->check, m->check_at));
		for (int k = 0; k < m->nset; k++)
			TRY(check_preset(r, t, m->set[k].field, m->set[k].value, m->set[k].at,
					 true));
	}
	return OK;
}

static enum err
check_clocks(struct resolve *r, const struct type *t)
{
	for (int i = 0; i < t->nclocks; i++) {
		const struct clock *c = &t->clocks[i];
		const struct field *f, *sub;

		if (c->rule_path == NULL)
			continue;
		TRY(find_path(r, t, c->rule_path, c->at, &f, &sub));
		if ((sub == NULL ? f : sub)->kind != FIELD_TEXT)
			return type_fail(r->cx, t, c->at, "err.type_clock_rule", c->name);
	}
	return OK;
}

static enum err
check_conditions(struct resolve *r, const struct type *t)
{
	for (int i = 0; i < t->nscopes; i++)
		TRY(check(r, t, t->scopes[i].where, t->scopes[i].at));
	for (int i = 0; i < t->nguards; i++) {
		const struct guard *g = &t->guards[i];

		TRY(expr_check(r->cx, r->types, t, g->when, g->when_at, EXPR_GUARD));
		if (g->unless != NULL)
			TRY(expr_check(r->cx, r->types, t, g->unless, g->unless_at, EXPR_CHANGE));
	}
	return make_measure_lists(r, t);
}

static enum err
resolve_type(struct resolve *r, const struct type *t)
{
	TRY(check_template(r, t, t->number, t->number_at, true));
	TRY(check_template(r, t, t->title, t->title_at, false));
	for (int i = 0; i < t->nfields; i++)
		TRY(check_preset(r, t, &t->fields[i], t->fields[i].preset, t->fields[i].preset_at,
				 false));
	for (int i = 0; i < t->nuniques; i++)
		TRY(check_columns(r, t, &t->uniques[i]));
	for (int i = 0; i < t->nindexes; i++)
		TRY(check_columns(r, t, &t->indexes[i]));
	TRY(resolve_lists(r, t));
	TRY(check_moves(r, t));
	TRY(check_clocks(r, t));
	TRY(check_conditions(r, t));
	return check_duties(r, t);
}

static enum err
check_positions(struct resolve *r)
{
	for (size_t i = 0; i < r->types->npositions; i++) {
		const struct position_kind *k = r->types->positions[i];

		for (int d = 0; d < k->nduties; d++)
			if (map_get(&r->types->duty_by_name, k->duties[d]) == NULL)
				return type_fail(r->cx, k, k->at, "err.type_duty", k->duties[d]);
	}
	return OK;
}

enum err
resolve_types(struct ctx *cx, struct types *ts)
{
	struct resolve r = { cx, ts };

	for (size_t i = 0; i < ts->n; i++)
		TRY(resolve_refs(&r, ts->list[i]));
	order(cx, ts);
	for (size_t i = 0; i < ts->n; i++)
		TRY(resolve_type(&r, ts->list[i]));
	return check_positions(&r);
}
