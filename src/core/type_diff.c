/* See type_diff.h. Each part of a type is described in a line; lines that differ are shown. */
#include "core/type_diff.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "meta/table.h"

/* A part of a type: its kind and name, and all that is said of it. */
struct part {
	const char *what, *name, *text;
};

struct parts {
	struct part *list;
	size_t n;
};

struct diff {
	struct ctx *cx;
	const struct types *before, *after;
	FILE *out;
	bool refused;
};

static const char *
join(struct ctx *cx, const char *a, const char *b)
{
	return *b == '\0' ? a : arena_printf(cx->arena, "%s%s%s", a, *a == '\0' ? "" : " ", b);
}

static const char *
choice_names(struct ctx *cx, const struct field *f)
{
	const char *s = "";

	for (int i = 0; i < f->nchoices; i++)
		s = arena_printf(cx->arena, "%s%s%s", s, i == 0 ? "" : "|", f->choices[i].name);
	return s;
}

static const char *
field_line(struct ctx *cx, const struct field *f)
{
	const struct {
		bool is;
		const char *word;
	} FLAGS[] = {
		{ f->required, "required" },   { f->personal, "personal" },
		{ f->sensitive, "sensitive" }, { f->search, "search" },
		{ f->unique, "unique" },       { f->hidden, "hidden" },
		{ f->fixed, "fixed" },	       { f->sort_key, "sorted" },
	};
	const char *s = field_kind_name(f->kind);

	if (f->kind == FIELD_TEXT || f->kind == FIELD_LONG)
		s = arena_printf(cx->arena, "%s %d", s, f->max);
	if (f->kind == FIELD_REF)
		s = join(cx, s, f->ref);
	if (f->kind == FIELD_CODE)
		s = join(cx, s, f->code);
	s = join(cx, s, choice_names(cx, f));
	for (size_t i = 0; i < sizeof(FLAGS) / sizeof(*FLAGS); i++)
		if (FLAGS[i].is)
			s = join(cx, s, FLAGS[i].word);
	if (f->preset != NULL)
		s = arena_printf(cx->arena, "%s preset %s", s, f->preset);
	if (f->least != INT64_MIN || f->most != INT64_MAX)
		s = arena_printf(cx->arena, "%s %" PRId64 "..%" PRId64, s, f->least, f->most);
	return s;
}

static const char *
states_line(struct ctx *cx, const struct type *t, uint64_t set)
{
	const char *s = "";

	for (int i = 0; i < t->nstates; i++)
		if ((set >> i & 1) != 0)
			s = arena_printf(cx->arena, "%s%s%s", s, *s == '\0' ? "" : ",",
					 t->states[i].name);
	return s;
}

static const char *
field_names(struct ctx *cx, const struct field *const *fields, int n)
{
	const char *s = "";

	for (int i = 0; i < n; i++)
		s = arena_printf(cx->arena, "%s%s%s", s, i == 0 ? "" : ",", fields[i]->name);
	return s;
}

static const char *
labelled(struct ctx *cx, const char *s, const char *word, const char *value)
{
	return value == NULL || *value == '\0' ? s
					       : arena_printf(cx->arena, "%s%s%s %s", s,
							      *s == '\0' ? "" : " ", word, value);
}

static const char *
move_line(struct ctx *cx, const struct type *t, const struct move *m)
{
	const char *s = states_line(cx, t, m->from);

	s = arena_printf(cx->arena, "%s -> %s", *s == '\0' ? "*" : s,
			 m->to < 0 ? "*" : t->states[m->to].name);
	s = labelled(cx, s, "ask", field_names(cx, m->ask, m->nask));
	s = labelled(cx, s, "needs", field_names(cx, m->needs, m->nneeds));
	for (int i = 0; i < m->nset; i++)
		s = arena_printf(cx->arena, "%s set %s=%s", s, m->set[i].field->name,
				 m->set[i].value);
	s = labelled(cx, s, "where", m->where);
	s = labelled(cx, s, "check", m->check);
	s = labelled(cx, s, "other_than", m->other_than);
	s = labelled(cx, s, "duty", m->duty);
	return arena_printf(cx->arena, "%s%s%s%s", s, m->confirm ? " confirm" : "",
			    m->main ? " main" : "", m->hidden ? " hidden" : "");
}

static const char *
list_line(struct ctx *cx, const struct list *l)
{
	const char *s = "";

	for (int i = 0; i < l->ncolumns; i++)
		s = arena_printf(cx->arena, "%s%s%s", s, i == 0 ? "" : ",", l->columns[i].name);
	for (int i = 0; i < l->nsort; i++)
		s = arena_printf(cx->arena, "%s sort %s%s", s, l->sort[i].down ? "-" : "",
				 l->sort[i].column);
	s = labelled(cx, s, "where", l->where);
	s = labelled(cx, s, "duty", l->duty);
	if (l->trace)
		s = join(cx, s, "trace");
	return l->first ? join(cx, s, "first") : s;
}

static void
add(struct parts *ps, const char *what, const char *name, const char *text)
{
	ps->list[ps->n++] = (struct part){ what, name, text == NULL ? "" : text };
}

static void
add_flow(struct ctx *cx, const struct type *t, struct parts *ps)
{
	for (int i = 0; i < t->nstates; i++) {
		const struct state *s = &t->states[i];

		add(ps, "state", s->name,
		    arena_printf(cx->arena, "look %d%s%s%s", (int)s->look, s->start ? " start" : "",
				 s->end ? " end" : "", s->fixed ? " fixed" : ""));
	}
	for (int i = 0; i < t->nmoves; i++)
		add(ps, "move", t->moves[i].name, move_line(cx, t, &t->moves[i]));
	for (int i = 0; i < t->nclocks; i++) {
		const struct clock *c = &t->clocks[i];

		add(ps, "clock", c->name,
		    arena_printf(cx->arena, "%s from %s until %s warn %d",
				 c->rule != NULL ? c->rule : c->rule_path, c->from->name,
				 states_line(cx, t, c->until), c->warn));
	}
}

/* All parts of a type, in order. */
static struct parts
parts_of(struct ctx *cx, const struct type *t)
{
	int n = t->nfields + t->nstates + t->nmoves + t->nclocks + t->nscopes + t->ngrants +
		t->nlists + t->nguards + t->nmeasures + t->nuniques + t->nindexes + 4;
	struct parts ps = { ARENA_ARRAY(cx->arena, (size_t)n, struct part), 0 };

	add(&ps, "path", "", t->path);
	add(&ps, "number", "", t->number);
	add(&ps, "title", "", t->title);
	add(&ps, "about", "", t->about == NULL ? "" : t->about->name);
	for (int i = 0; i < t->nfields; i++)
		add(&ps, "field", t->fields[i].name, field_line(cx, &t->fields[i]));
	add_flow(cx, t, &ps);
	for (int i = 0; i < t->nscopes; i++)
		add(&ps, "scope", t->scopes[i].name, t->scopes[i].where);
	for (int i = 0; i < t->ngrants; i++) {
		const struct grant *g = &t->grants[i];

		add(&ps, "right", g->duty,
		    arena_printf(cx->arena, "see %s edit %s move %s create %s", g->see->name,
				 g->edit->name, g->move->name, g->create->name));
	}
	for (int i = 0; i < t->nlists; i++)
		add(&ps, "list", t->lists[i].name, list_line(cx, &t->lists[i]));
	for (int i = 0; i < t->nguards; i++)
		add(&ps, "guard", t->guards[i].name,
		    labelled(cx, t->guards[i].when, "unless", t->guards[i].unless));
	for (int i = 0; i < t->nmeasures; i++)
		add(&ps, "measure", t->measures[i].name,
		    labelled(cx, t->measures[i].of, "good", t->measures[i].good));
	for (int i = 0; i < t->nuniques; i++)
		add(&ps, "unique", t->uniques[i].names, "");
	for (int i = 0; i < t->nindexes; i++)
		add(&ps, "index", t->indexes[i].names, "");
	return ps;
}

static const struct part *
same_part(const struct parts *ps, const struct part *p)
{
	for (size_t i = 0; i < ps->n; i++)
		if (strcmp(ps->list[i].what, p->what) == 0 &&
		    strcmp(ps->list[i].name, p->name) == 0)
			return &ps->list[i];
	return NULL;
}

static void
line(struct diff *d, const char *type, char sign, const struct part *p, const char *text)
{
	(void)fprintf(d->out, "%s: %c %s%s%s%s%s\n", type, sign, p->what,
		      *p->name == '\0' ? "" : " ", p->name, *text == '\0' ? "" : ": ", text);
}

/* True if anything differs. */
static bool
diff_parts(struct diff *d, const struct type *before, const struct type *after)
{
	struct parts old = parts_of(d->cx, before), new = parts_of(d->cx, after);
	bool any = false;

	for (size_t i = 0; i < old.n; i++)
		if (same_part(&new, &old.list[i]) == NULL) {
			line(d, after->name, '-', &old.list[i], old.list[i].text);
			any = true;
		}
	for (size_t i = 0; i < new.n; i++) {
		const struct part *p = &new.list[i], *was = same_part(&old, p);

		if (was != NULL && strcmp(was->text, p->text) == 0)
			continue;
		any = true;
		if (was == NULL)
			line(d, after->name, '+', p, p->text);
		else
			line(d, after->name, '~', p,
			     arena_printf(d->cx->arena, "%s => %s", was->text, p->text));
	}
	return any;
}

/* A step of a plan that a database made from `had` has not taken yet. */
static bool
is_news(const struct plan *had, const struct step *s, const struct type *after)
{
	for (int i = 0; strcmp(s->what_key, "migrate.guard_drop") == 0 && i < after->nguards; i++)
		if (strcmp(after->guards[i].name, s->arg[1]) == 0)
			return false;
	if (strcmp(s->what_key, "migrate.guard_drop") == 0)
		return strcmp(s->arg[1], "sys_shape") != 0;
	for (size_t i = 0; i < had->n; i++)
		if (text_equal(had->steps[i].sql, s->sql))
			return false;
	return true;
}

static enum err
show_plan(struct diff *d, const struct type *before, const struct type *after)
{
	struct plan had = { NULL, 0 }, plan;

	if (before != NULL)
		TRY(table_create(d->cx, d->before, before, &had));
	if (table_diff(d->cx, d->after, before, after, &plan) != OK) {
		if (d->cx->error.code != ERR_INVALID)
			return d->cx->error.code;
		(void)fprintf(d->out, "  ! %s\n", msg_error(d->cx));
		ctx_forgive(d->cx);
		d->refused = true;
		return OK;
	}
	for (size_t i = 0; i < plan.n; i++) {
		const struct step *s = &plan.steps[i];

		if (is_news(&had, s, after))
			(void)fprintf(d->out, "  %s %s\n", s->sql == NULL ? "=" : ">",
				      msgf(d->cx, s->what_key, s->arg[0],
					   s->arg[1] == NULL ? "" : s->arg[1]));
	}
	return OK;
}

enum err
type_diff(struct ctx *cx, const struct types *before, const struct types *after, FILE *out)
{
	struct diff d = { cx, before, after, out, false };

	for (size_t i = 0; i < before->n; i++)
		if (types_get(after, before->list[i]->name) == NULL)
			(void)fprintf(out, "- %s\n", before->list[i]->name);
	for (size_t i = 0; i < after->n; i++) {
		const struct type *t = after->list[i], *was = types_get(before, t->name);

		if (was == NULL)
			(void)fprintf(out, "+ %s\n", t->name);
		else if (!diff_parts(&d, was, t))
			continue;
		TRY(show_plan(&d, was, t));
	}
	return d.refused ? fail(cx, ERR_CONFLICT, "err.type_diff") : OK;
}
