/*
 * One move for many records of a list: chosen rows are shown with a verdict each before anything is
 * done, and with what became of each afterwards.
 *
 * The verdict is not guessed: every row's move is made in a closure of its own that ends in an
 * error, so that the write lane takes all of it back. What the database, the field of work or the
 * rights would refuse is refused here, in the same words. The rows are then moved one by one, each
 * by itself: one that fails does not hold the others.
 *
 * POST /T/hulk     the rows (PART_CHOSEN), the move (PART_MOVE), then what it asks for, then yes
 * GET  /T/hulk/KEY what became of them; kept for the one who did it
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "core/clock.h"
#include "web/bulk.h"

#define MAX_BULK 200	   /* rows of one go */
#define TYPED "_typed"	   /* "1": what the move asks for stands in the form */
#define WOULD "bulk.would" /* the error that takes a trial back */
#define FORM_ID "hulk"	   /* of the bar under the list */
#define COLUMNS 5	   /* of the table of verdicts */

struct bulk_row {
	struct record *r;
	const char *refused; /* why not; NULL: it can be, or is done */
};

struct bulk {
	struct visit *v;
	const struct move *m;
	struct bulk_row rows[MAX_BULK];
	size_t n, good;
	bool tried; /* refused tells the truth; else only what rights and state say */
};

/* ---- the bar under a list ---- */

/* A move that asks for another record fits one record at a time. */
static bool
asks_reference(const struct move *m)
{
	for (int i = 0; i < m->nask; i++)
		if (m->ask[i]->kind == FIELD_REF)
			return true;
	return false;
}

static bool
has_any_duty(const struct visit *v, const struct move *m)
{
	char *copy, *save = NULL;

	if (m->duty == NULL)
		return true;
	copy = arena_strdup(v->cx->arena, m->duty);
	for (char *d = strtok_r(copy, " ", &save); d != NULL; d = strtok_r(NULL, " ", &save))
		if (visit_duty(v, d))
			return true;
	return false;
}

static bool
fits(const struct visit *v, const struct move *m, uint64_t states)
{
	return !m->hidden && !asks_reference(m) && (m->from == 0 || (m->from & states) != 0) &&
	       has_any_duty(v, m);
}

const char *
bulk_bar(struct visit *v, const struct type *t, uint64_t states, struct part_bulk *ret)
{
	struct part_link *moves =
		ARENA_ARRAY(v->cx->arena, (size_t)t->nmoves + 1, struct part_link);
	size_t n = 0;

	if (!sql_may(v->cx, v->cx->world->types, t, RIGHT_MOVE))
		return NULL;
	for (int i = 0; i < t->nmoves; i++)
		if (fits(v, &t->moves[i], states))
			moves[n++] = (struct part_link){ .label = msg(v->cx, t->moves[i].label_key),
							 .href = t->moves[i].name };
	if (n == 0)
		return NULL;
	*ret = (struct part_bulk){ .id = FORM_ID,
				   .action = arena_printf(v->cx->arena, "/%s/hulk", t->path),
				   .moves = moves,
				   .n_moves = n };
	return FORM_ID;
}

/* ---- what was chosen ---- */

static bool
is_chosen(const struct bulk *b, int64_t id)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->rows[i].r->id == id)
			return true;
	return false;
}

/* A row out of sight answers as one that is not there: it is left out in silence. */
static enum err
take_row(struct bulk *b, const char *typed)
{
	struct visit *v = b->v;
	struct record *r;
	int64_t id;

	if (!text_int(typed, 1, INT64_MAX, &id) || is_chosen(b, id))
		return OK;
	if (b->n == MAX_BULK)
		return fail(v->cx, ERR_LIMIT, "err.bulk_many",
			    text_from_int(v->cx->arena, MAX_BULK));
	if (record_load(v->cx, v->type, id, RIGHT_SEE, &r) != OK) {
		if (v->cx->error.code != ERR_NOTFOUND)
			return v->cx->error.code;
		ctx_forgive(v->cx);
		return OK;
	}
	access_saw(v->cx, "list", r->about);
	b->rows[b->n++] = (struct bulk_row){ .r = r };
	return OK;
}

static enum err
take_rows(struct bulk *b)
{
	const struct http_pairs *form = &b->v->x->form;

	for (size_t i = 0; i < form->n; i++)
		if (strcmp(form->at[i].name, PART_CHOSEN) == 0)
			TRY(take_row(b, form->at[i].value));
	return OK;
}

static enum err
read_bulk(struct visit *v, struct bulk *b)
{
	const char *name = http_form(v->x, PART_MOVE);

	*b = (struct bulk){ .v = v, .m = name == NULL ? NULL : type_move(v->type, name) };
	if (!sql_may(v->cx, v->cx->world->types, v->type, RIGHT_MOVE))
		return fail(v->cx, ERR_DENIED, "err.denied_move", msg(v->cx, v->type->label_key));
	if (b->m == NULL || b->m->hidden || asks_reference(b->m))
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	return take_rows(b);
}

/* ---- the trial, and the doing ---- */

struct one {
	const struct type *t;
	const struct move *m;
	int64_t id, version;
	const struct change *asked;
	bool really;
};

/* Hooks and presets write into the change of each row: it gets one of its own. */
static struct change *
own_change(struct ctx *cx, const struct change *from)
{
	struct change *ch = change_of(cx, from->type);

	for (int i = 0; i < from->type->nfields; i++) {
		ch->v[i] = from->v[i];
		ch->given[i] = from->given[i];
	}
	return ch;
}

static enum err
move_one(struct ctx *cx, void *arg)
{
	const struct one *o = arg;

	TRY(record_move(cx, o->t, o->id, o->version, o->m->name, own_change(cx, o->asked)));
	return o->really ? OK : fail(cx, ERR_CONFLICT, WOULD);
}

/* Is it a refusal that a person can read and mend? Else the program has failed, and stops. */
static bool
is_refusal(enum err e)
{
	return e == ERR_INVALID || e == ERR_DENIED || e == ERR_NOTFOUND || e == ERR_CONFLICT ||
	       e == ERR_LIMIT;
}

static enum err
make_moves(struct bulk *b, const struct change *asked, bool really)
{
	struct ctx *cx = b->v->cx;

	b->good = 0;
	b->tried = true;
	for (size_t i = 0; i < b->n; i++) {
		struct bulk_row *row = &b->rows[i];
		struct one o = { b->v->type, b->m, row->r->id, row->r->version, asked, really };
		enum err e = db_run(cx, b->v->site->db, "bulk move", move_one, &o);

		row->refused = NULL;
		if (e == OK || (e == ERR_CONFLICT && text_equal(cx->error.key, WOULD)))
			b->good++;
		else if (is_refusal(e))
			row->refused = site_error_text(cx);
		else
			return e;
		ctx_forgive(cx);
	}
	return OK;
}

/* Before anything was typed: what rights and state say. */
static enum err
look_only(struct bulk *b)
{
	struct ctx *cx = b->v->cx;
	bool may;

	for (size_t i = 0; i < b->n; i++) {
		TRY(record_may_move(cx, b->rows[i].r, b->m, &may));
		b->rows[i].refused = may ? NULL : msg(cx, "bulk.cannot");
		b->good += may;
	}
	return OK;
}

/* ---- the table of verdicts ---- */

/* Its earliest running clock, with the trace of how it was counted. */
static enum err
write_due(struct visit *v, struct part_table *pt, const struct record *r)
{
	struct clock_entry *clocks;
	struct part_trace *why;
	size_t n = 0, nwhy = 0;
	const char *about;

	TRY(clock_of(v->cx, r->id, &clocks, &n));
	part_cell_begin(&v->page, pt);
	for (size_t i = 0; i < n; i++) {
		if (clocks[i].stopped != CIVIL_NONE)
			continue;
		about = msg(v->cx, arena_printf(v->cx->arena, "type.%s.clock.%s", r->type->name,
						clocks[i].name));
		part_date(&v->page, clocks[i].due);
		html_text(&v->h, " ");
		TRY(visit_trace(v->cx, clocks[i].trace, &why, &nwhy));
		part_because(&v->page, about, why, nwhy);
		break;
	}
	part_cell_end(&v->page, pt);
	return OK;
}

static enum err
write_row(struct bulk *b, struct part_table *pt, const struct bulk_row *row, const char *good)
{
	struct visit *v = b->v;
	const struct type *t = v->type;
	const char *href = visit_url_of(v->cx, row->r, "");

	part_row_begin(&v->page, pt, NULL, row->r->id, NULL);
	part_cell_link(&v->page, pt, href, row->r->number);
	part_cell_begin(&v->page, pt);
	part_badge(&v->page, row->refused == NULL ? TONE_DONE : TONE_LATE,
		   row->refused == NULL ? good : msg(v->cx, "bulk.no"));
	if (row->refused != NULL) {
		html_text(&v->h, " ");
		html_text(&v->h, row->refused);
	}
	part_cell_end(&v->page, pt);
	part_cell_text(&v->page, pt, row->r->title);
	if (t->nstates > 0)
		part_cell_badge(&v->page, pt, visit_tone(row->r),
				msg(v->cx, t->states[row->r->state].label_key));
	else
		part_cell_text(&v->page, pt, NULL);
	TRY(write_due(v, pt, row->r));
	part_row_end(&v->page, pt);
	return OK;
}

static enum err
write_rows(struct bulk *b, const char *good)
{
	struct visit *v = b->v;
	struct part_column cols[COLUMNS] = { { .label = msg(v->cx, "column.number") },
					     { .label = msg(v->cx, "bulk.verdict") },
					     { .label = msg(v->cx, v->type->label_key) },
					     { .label = msg(v->cx, "column.state") },
					     { .label = msg(v->cx, "column.due") } };
	struct part_table pt = { .caption = msg(v->cx, "bulk.rows"),
				 .columns = cols,
				 .n_columns = COLUMNS };

	part_table_begin(&v->page, &pt);
	for (size_t i = 0; i < b->n; i++)
		TRY(write_row(b, &pt, &b->rows[i], good));
	part_table_end(&v->page, &pt);
	return OK;
}

/* ---- the page that asks ---- */

/* What goes along to the next step: the move and the rows that can be moved; of what was typed,
 * everything. */
static void
write_hidden(struct bulk *b, bool typed)
{
	struct visit *v = b->v;
	const struct http_pairs *form = &v->x->form;

	html_hidden(&v->h, PART_MOVE, b->m->name);
	html_hidden(&v->h, TYPED, "1");
	if (typed)
		html_hidden(&v->h, PART_ASKED, "1");
	for (size_t i = 0; i < b->n; i++)
		if (b->rows[i].refused == NULL)
			html_hidden(&v->h, PART_CHOSEN,
				    text_from_int(v->cx->arena, b->rows[i].r->id));
	for (size_t i = 0; typed && i < form->n; i++)
		if (form->at[i].name[0] != '_')
			html_hidden(&v->h, form->at[i].name, form->at[i].value);
}

static enum err
read_fields(struct bulk *b, struct part_field *fields)
{
	for (int i = 0; i < b->m->nask; i++) {
		TRY(visit_field(b->v, b->m->ask[i], NULL, &fields[i]));
		fields[i].optional = true;
		for (int k = 0; k < b->m->nneeds; k++)
			if (b->m->needs[k] == b->m->ask[i])
				fields[i].optional = false;
	}
	return OK;
}

/* What was typed, shown again beside the verdicts. */
static enum err
write_typed(struct bulk *b, const struct change *asked)
{
	struct visit *v = b->v;
	const char *text;

	if (b->m->nask == 0)
		return OK;
	part_facts_begin(&v->page);
	for (int i = 0; i < b->m->nask; i++) {
		const struct field *f = b->m->ask[i];

		TRY(visit_text(v, f, &asked->v[f->index], &text));
		part_fact(&v->page, msg(v->cx, f->label_key), text);
	}
	part_facts_end(&v->page);
	return OK;
}

static enum err
write_form(struct bulk *b, const struct part_field *fields, bool typed)
{
	struct visit *v = b->v;
	const char *list = arena_printf(v->cx->arena, "/%s", v->type->path);
	struct part_form form = { .id = FORM_ID,
				  .action = arena_printf(v->cx->arena, "/%s/hulk", v->type->path),
				  .key = visit_key(v) };
	struct part_button go = {
		.label = typed ? msgf(v->cx, "bulk.go", msg(v->cx, b->m->label_key),
				      text_from_int(v->cx->arena, (int64_t)b->good))
			       : msg(v->cx, "bulk.look"),
		.tone = typed && b->m->confirm ? TONE_LATE : TONE_PLAIN,
	};

	if (b->good == 0) {
		part_notice(&v->page, TONE_SOON, msg(v->cx, "bulk.none"), NULL);
		part_button_link(&v->page, list, msg(v->cx, "bulk.back"), ICON_BACK, false);
		return OK;
	}
	part_form_begin(&v->page, &form);
	write_hidden(b, typed);
	for (int i = 0; !typed && i < b->m->nask; i++)
		part_field(&v->page, &fields[i]);
	part_buttons(&v->page, &go, 1, list, NULL);
	part_form_end(&v->page);
	return OK;
}

static enum err
write_page(struct bulk *b, const struct change *asked)
{
	struct visit *v = b->v;
	struct part_field *fields =
		ARENA_ARRAY(v->cx->arena, (size_t)b->m->nask + 1, struct part_field);
	size_t n = asked == NULL ? (size_t)b->m->nask : 0;
	struct part_link crumb = { .label = msg(v->cx, v->type->plural_key),
				   .href = arena_printf(v->cx->arena, "/%s", v->type->path) };

	if (asked == NULL)
		TRY(read_fields(b, fields));
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.wide = true;
	visit_page_begin(v, msg(v->cx, b->m->label_key));
	part_error_summary(&v->page, fields, n);
	visit_cause(v, fields, n);
	if (b->m->help_key != NULL)
		part_text(&v->page, msg(v->cx, b->m->help_key));
	part_quiet(&v->page, msg(v->cx, asked == NULL ? "bulk.first" : "bulk.tried"));
	if (asked != NULL)
		TRY(write_typed(b, asked));
	TRY(write_rows(b, msg(v->cx, "bulk.yes")));
	TRY(write_form(b, fields, asked != NULL));
	return visit_page_end(v);
}

/* ---- what became of them ---- */

struct outcome {
	struct bulk *b;
	const char *form; /* name it is kept under */
};

static const char *
kept_under(struct visit *v, const char *key)
{
	return arena_printf(v->cx->arena, "/%s/hulk/%s", v->type->path, key);
}

/* Kept as a draft is: for the one who did it, until newer ones push it out. */
static enum err
keep_outcome(struct ctx *cx, void *arg)
{
	const struct outcome *o = arg;
	struct http_pair *pairs = ARENA_ARRAY(cx->arena, o->b->n + 2, struct http_pair);
	struct http_pairs all = { pairs, 0 };

	pairs[all.n++] = (struct http_pair){ PART_FORM, o->form };
	pairs[all.n++] = (struct http_pair){ "move", o->b->m->name };
	for (size_t i = 0; i < o->b->n; i++)
		pairs[all.n++] =
			(struct http_pair){ text_from_int(cx->arena, o->b->rows[i].r->id),
					    o->b->rows[i].refused == NULL ? ""
									  : o->b->rows[i].refused };
	return draft_keep(cx, &o->b->v->session.who, &all);
}

static enum err
do_all(struct bulk *b, const struct change *asked)
{
	struct visit *v = b->v;
	struct outcome o = { b, kept_under(v, visit_key(v)) };

	TRY(make_moves(b, asked, true));
	TRY(db_run(v->cx, v->site->db, "bulk outcome", keep_outcome, &o));
	return visit_go(v, o.form);
}

enum err
bulk_post(struct visit *v)
{
	struct bulk *b = ARENA_NEW(v->cx->arena, struct bulk);
	struct change *asked = change_of(v->cx, v->type);

	TRY(read_bulk(v, b));
	if (b->n == 0)
		return fail(v->cx, ERR_INVALID, "err.bulk_none");
	if (b->m->nask > 0 && !text_equal(http_form(v->x, TYPED), "1")) {
		TRY(look_only(b));
		return write_page(b, NULL);
	}
	TRY(visit_typed(v, b->m->ask, b->m->nask, asked));
	if (text_equal(http_form(v->x, PART_ASKED), "1"))
		return do_all(b, asked);
	TRY(make_moves(b, asked, false));
	return write_page(b, asked);
}

/* What was typed was not understood: the same page, with the faults beside the fields. */
enum err
bulk_again(struct visit *v)
{
	const struct error cause = v->cx->error;
	struct bulk *b = ARENA_NEW(v->cx->arena, struct bulk);

	if (text_equal(cause.key, "err.bulk_none"))
		return cause.code;
	ctx_forgive(v->cx);
	TRY(read_bulk(v, b));
	TRY(look_only(b));
	v->cx->error = cause;
	return write_page(b, NULL);
}

/* One kept row: its record as it now is, and why it was refused then. */
static enum err
kept_row(struct bulk *b, const struct http_pair *p)
{
	size_t before = b->n;

	TRY(take_row(b, p->name));
	if (b->n == before)
		return OK;
	if (*p->value != '\0')
		b->rows[before].refused = p->value;
	else
		b->good++;
	return OK;
}

enum err
bulk_done(struct visit *v)
{
	struct bulk *b = ARENA_NEW(v->cx->arena, struct bulk);
	struct part_link crumb = { .label = msg(v->cx, v->type->plural_key),
				   .href = arena_printf(v->cx->arena, "/%s", v->type->path) };
	struct http_pairs kept;
	int64_t at;

	*b = (struct bulk){ .v = v };
	TRY(draft_read(v, kept_under(v, v->part[0]), &kept, &at));
	if (kept.n == 0 || strcmp(kept.at[0].name, "move") != 0)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	b->m = type_move(v->type, kept.at[0].value);
	if (b->m == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	for (size_t i = 1; i < kept.n; i++)
		TRY(kept_row(b, &kept.at[i]));
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.wide = true;
	visit_page_begin(v, msg(v->cx, b->m->label_key));
	part_notice(&v->page, b->good == b->n ? TONE_DONE : TONE_SOON,
		    msgf(v->cx, "bulk.result", text_from_int(v->cx->arena, (int64_t)b->good),
			 text_from_int(v->cx->arena, (int64_t)b->n)),
		    NULL);
	TRY(write_rows(b, msg(v->cx, "bulk.done")));
	part_button_link(&v->page, crumb.href, msg(v->cx, "bulk.back"), ICON_BACK, false);
	return visit_page_end(v);
}
