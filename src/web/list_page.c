/*
 * The list of a type: tabs of its lists, a filter row, fifty rows by keyset. The address holds
 * the list, its filters and the id to continue behind: nothing of what the rows say.
 */
#include <string.h>

#include "base/text.h"
#include "core/clock.h"
#include "web/bulk.h"
#include "web/listing.h"
#include "web/site_int.h"

/* What stands in a column, told once a page and not once a cell. */
enum cell {
	CELL_NUMBER,
	CELL_STATE,
	CELL_DUE,
	CELL_MOMENT,
	CELL_LEADING, /* the field that leads to the record */
	CELL_MONEY,
	CELL_DATE,
	CELL_INT,
	CELL_WORDS, /* text, and what is referred to */
	CELL_VALUE, /* anything else, by value_text() */
};

/* A list being written. */
struct drawing {
	struct listing *li;
	enum cell *cells;    /* of each column */
	const char **states; /* how each is called */
	int32_t due;	     /* of the row before, and how it was said: many fall due on one day */
	enum tone due_tone;
	const char *due_words;
};

/* ---- columns ---- */

static enum cell
engine_cell(const char *engine)
{
	static const struct {
		const char *engine;
		enum cell cell;
	} CELLS[] = {
		{ "number", CELL_NUMBER },  { "state", CELL_STATE },	{ "due", CELL_DUE },
		{ "changed", CELL_MOMENT }, { "created", CELL_MOMENT },
	};

	for (size_t i = 0; i < sizeof(CELLS) / sizeof(CELLS[0]); i++)
		if (strcmp(engine, CELLS[i].engine) == 0)
			return CELLS[i].cell;
	return CELL_WORDS;
}

static const struct field *
field_of(const struct column *c)
{
	return c->sub != NULL ? c->sub : c->field;
}

static enum cell
field_cell(const struct field *f)
{
	switch (f->kind) {
	case FIELD_MONEY:
		return CELL_MONEY;
	case FIELD_DATE:
		return CELL_DATE;
	case FIELD_INT:
		return CELL_INT;
	case FIELD_REF:
		return CELL_WORDS;
	case FIELD_TEXT:
	case FIELD_LONG:
	case FIELD_TIME:
	case FIELD_BOOL:
	case FIELD_CHOICE:
	case FIELD_CHOICES:
	case FIELD_CODE:
	case FIELD_KIND_COUNT:
		break;
	}
	return CELL_VALUE;
}

/* A list without the number leads to its records by the first field. */
static void
choose_cells(struct drawing *d)
{
	const struct listing *li = d->li;
	const struct list *l = li->own;
	int first = -1;
	bool numbered = false;

	d->cells = ARENA_ARRAY(li->v->cx->arena, (size_t)l->ncolumns + 1, enum cell);
	for (int i = 0; i < l->ncolumns; i++) {
		const struct column *c = &l->columns[i];

		d->cells[i] = c->engine != NULL ? engine_cell(c->engine) : field_cell(field_of(c));
		numbered = numbered || d->cells[i] == CELL_NUMBER;
		if (first < 0 && c->engine == NULL)
			first = i;
	}
	if (!numbered && first >= 0)
		d->cells[first] = CELL_LEADING;
}

/* ---- writing ---- */

static void
state_cell(struct drawing *d, struct part_table *pt, int state)
{
	struct listing *li = d->li;
	struct record seen = { .type = li->type, .state = state };

	if (state < 0) {
		part_cell_text(&li->v->page, pt, "");
		return;
	}
	if (d->states[state] == NULL)
		d->states[state] = msg(li->v->cx, li->type->states[state].label_key);
	part_cell_badge(&li->v->page, pt, visit_tone(&seen), d->states[state]);
}

/* The date, and how it was counted: of the clock that falls due first. */
static enum err
trace_cell(struct listing *li, struct part_table *pt, const struct row *r)
{
	struct visit *v = li->v;
	struct clock_entry *clocks;
	struct part_trace *why;
	size_t n = 0, nwhy = 0;

	TRY(clock_of(v->cx, r->id, &clocks, &n));
	part_cell_begin(&v->page, pt);
	for (size_t i = 0; i < n; i++) {
		if (clocks[i].stopped != CIVIL_NONE || clocks[i].due != r->due)
			continue;
		part_date(&v->page, r->due);
		html_text(&v->h, " ");
		TRY(visit_trace(v->cx, clocks[i].trace, &why, &nwhy));
		part_because(&v->page, r->number, why, nwhy);
		break;
	}
	part_cell_end(&v->page, pt);
	return OK;
}

static void
due_cell(struct drawing *d, struct part_table *pt, int32_t due)
{
	struct listing *li = d->li;

	if (d->due_words == NULL || due != d->due) {
		d->due_tone = visit_due(li->v->cx, due, 3, &d->due_words);
		d->due = due;
	}
	part_cell_clock(&li->v->page, pt, d->due_tone, d->due_words,
			due == NO_DUE ? CIVIL_NONE : due);
}

/* A field that leads to the record: whatever it holds is a link; what is empty, by the number. */
static enum err
leading_cell(struct listing *li, struct part_table *pt, const struct column *c, const struct row *r,
	     const struct value *v, const char *href)
{
	const char *text = v->s;

	if (field_of(c)->kind != FIELD_REF)
		TRY(value_text(li->v->cx, field_of(c), v, &text));
	part_cell_link(&li->v->page, pt, href, text == NULL || *text == '\0' ? r->number : text);
	return OK;
}

static enum err
write_cell(struct drawing *d, struct part_table *pt, const struct row *r, int column,
	   const char *href)
{
	struct listing *li = d->li;
	const struct column *c = &li->own->columns[column];
	const struct value *v = &r->values[column];
	struct page *p = &li->v->page;
	enum cell cell = d->cells[column];
	const char *text = v->s;

	if (!v->set && cell >= CELL_MONEY)
		cell = CELL_WORDS;
	switch (cell) {
	case CELL_NUMBER:
		part_cell_link(p, pt, href, r->number);
		return OK;
	case CELL_STATE:
		state_cell(d, pt, r->state);
		return OK;
	case CELL_DUE:
		if (li->own->trace)
			return trace_cell(li, pt, r);
		due_cell(d, pt, r->due);
		return OK;
	case CELL_MOMENT:
		part_cell_moment(p, pt, v->i);
		return OK;
	case CELL_LEADING:
		return leading_cell(li, pt, c, r, v, href);
	case CELL_MONEY:
		part_cell_money(p, pt, v->i);
		return OK;
	case CELL_DATE:
		part_cell_date(p, pt, (int32_t)v->i);
		return OK;
	case CELL_INT:
		part_cell_int(p, pt, v->i);
		return OK;
	case CELL_VALUE:
		TRY(value_text(li->v->cx, field_of(c), v, &text));
		break;
	case CELL_WORDS:
		break;
	}
	part_cell_text(p, pt, text);
	return OK;
}

static bool
is_number(const struct column *c)
{
	const struct field *f = field_of(c);

	return f != NULL && (f->kind == FIELD_MONEY || f->kind == FIELD_INT);
}

/* The states of the rows shown, as a set. */
static uint64_t
states_shown(const struct listing *li)
{
	uint64_t set = li->type->nstates == 0 ? 1 : 0;

	for (size_t i = 0; i < li->n && li->type->nstates > 0; i++)
		if (li->rows[i]->state >= 0)
			set |= (uint64_t)1 << li->rows[i]->state;
	return set;
}

static enum err
write_table(struct drawing *d)
{
	struct part_bulk bulk;
	struct listing *li = d->li;
	struct row **rows = li->rows;
	struct ctx *cx = li->v->cx;
	const struct list *l = li->own;
	struct part_column *cols =
		ARENA_ARRAY(cx->arena, (size_t)l->ncolumns + 1, struct part_column);
	struct part_table pt = { .caption = msg(cx, l->label_key),
				 .columns = cols,
				 .n_columns = (size_t)l->ncolumns,
				 .bulk_form = bulk_bar(li->v, li->type, states_shown(li), &bulk),
				 .keys = true };

	for (int i = 0; i < l->ncolumns; i++)
		cols[i] = (struct part_column){ .label = msg(cx, l->columns[i].label_key),
						.number = is_number(&l->columns[i]) };
	part_table_begin(&li->v->page, &pt);
	for (size_t i = 0; i < li->n; i++) {
		const char *href = visit_url(cx, li->type, rows[i]->number);

		part_row_begin(&li->v->page, &pt, href, rows[i]->id, rows[i]->number);
		for (int k = 0; k < l->ncolumns; k++)
			TRY(write_cell(d, &pt, rows[i], k, href));
		part_row_end(&li->v->page, &pt);
	}
	part_table_end(&li->v->page, &pt);
	if (pt.bulk_form != NULL)
		part_bulk(&li->v->page, &bulk);
	return OK;
}

/* The records behind a figure: all that are counted, and those that do not count as good. */
static void
measure_tabs(struct listing *li, const struct measure *m)
{
	struct ctx *cx = li->v->cx;
	const char *path = li->type->path;
	struct part_link tabs[] = {
		{ .label = msg(cx, "list.measure_all"),
		  .href = arena_printf(cx->arena, "/%s?vaade=%s", path, m->all.name),
		  .current = li->own == &m->all },
		{ .label = msg(cx, "list.measure_rest"),
		  .href = arena_printf(cx->arena, "/%s?vaade=%s", path, m->rest.name),
		  .current = li->own == &m->rest },
		{ .label = msg(cx, li->type->plural_key),
		  .href = arena_printf(cx->arena, "/%s", path) },
	};

	part_quiet(&li->v->page,
		   m->date == NULL
			   ? msg(cx, "list.measure_now")
			   : msgf(cx, "list.measure_recent", text_from_int(cx->arena, MEASURE_DAYS),
				  msg(cx, type_field(li->type, m->date)->label_key)));
	if (m->good == NULL)
		tabs[1] = tabs[2];
	part_tabs(&li->v->page, msg(cx, m->label_key), tabs, m->good == NULL ? 2 : 3);
}

static void
write_tabs(struct listing *li)
{
	const struct type *t = li->type;
	struct part_link *tabs =
		ARENA_ARRAY(li->v->cx->arena, (size_t)t->nlists + 1, struct part_link);

	size_t n = 0;

	for (int i = 0; i < t->nlists; i++) {
		const struct list *l = &t->lists[i];

		if (listing_offered(li->v, l) || l == li->own)
			tabs[n++] = (struct part_link){ .label = msg(li->v->cx, l->label_key),
							.href = arena_printf(li->v->cx->arena,
									     "/%s?vaade=%s",
									     t->path, l->name),
							.current = l == li->own };
	}
	if (n > 1)
		part_tabs(&li->v->page, msg(li->v->cx, t->plural_key), tabs, n);
}

static void
write_foot(struct listing *li)
{
	struct arena *a = li->v->cx->arena;
	bool back = li->query.backwards;
	struct row **rows = li->rows;
	size_t n = li->n;
	struct part_list_foot foot = { .shown = (long)n, .count = (long)li->count };

	if (n > 0 && (back || li->more))
		foot.next =
			arena_printf(a, "%s&alates=%lld", li->address, (long long)rows[n - 1]->id);
	if (n > 0 && ((back && li->more) || (!back && li->query.after)))
		foot.prev = arena_printf(a, "%s&enne=%lld", li->address, (long long)rows[0]->id);
	if (li->own != NULL) {
		const char *query = strchr(li->address, '?');

		foot.csv = arena_printf(a, "/%s/loend.csv%s", li->type->path, query);
		foot.xlsx = arena_printf(a, "/%s/loend.xlsx%s", li->type->path, query);
	}
	part_list_foot(&li->v->page, &foot);
}

static void
write_empty(struct listing *li)
{
	struct ctx *cx = li->v->cx;
	const struct type *t = li->type;
	bool may = t->menu && sql_may(cx, cx->world->types, t, RIGHT_CREATE);

	part_empty(&li->v->page,
		   msg(cx, li->query.nfilters > 0 ? "list.empty_filter" : "list.empty"),
		   msg(cx, may ? "list.empty_new" : "list.empty_wait"),
		   may ? arena_printf(cx->arena, "/%s/uus", t->path) : NULL,
		   may ? msg(cx, "list.new") : NULL);
}

enum err
list_page(struct visit *v)
{
	const char *after = http_query(v->x, "alates"), *before = http_query(v->x, "enne");
	struct listing li = { .most = MAX_LIST_ROWS, .before = after == NULL };
	struct drawing d = { .li = &li };

	if (!text_int(after != NULL ? after : before != NULL ? before : "", 1, INT64_MAX, &li.from))
		li.from = 0;
	TRY(listing_read(v, &li));
	choose_cells(&d);
	d.states = ARENA_ARRAY(v->cx->arena, (size_t)v->type->nstates + 1, const char *);
	v->page.wide = true;
	visit_page_begin(v,
			 msg(v->cx, li.own->of == NULL ? v->type->plural_key : li.own->label_key));
	if (li.own->of == NULL)
		write_tabs(&li);
	else
		measure_tabs(&li, li.own->of);
	if (li.nfields > 0)
		part_filter(&v->page, li.base, li.fields, li.nfields, false, li.base);
	if (li.n == 0)
		write_empty(&li);
	else {
		TRY(write_table(&d));
		write_foot(&li);
	}
	return visit_page_end(v);
}
