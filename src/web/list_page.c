/*
 * The list of a type: tabs of its lists, a filter row, fifty rows by keyset. The address holds
 * the list, its filters and the id to continue behind: nothing of what the rows say.
 */
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "core/clock.h"
#include "web/counts.h"
#include "web/bulk.h"
#include "web/site_int.h"

#define FIRST_SORT 5 /* column of sql_list() at which the sort keys begin */
#define MAX_FILTERS 4

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

struct listing {
	struct visit *v;
	const struct type *type;
	struct list_query query;
	struct db_value values[MAX_FILTERS + 4]; /* filters, then the cursor */
	int nfilters, nvalues;
	const char *address; /* with list and filters, without cursor */
	struct part_field fields[MAX_FILTERS];
	size_t nfields;
	enum cell *cells;    /* of each column */
	const char **states; /* how each is called */
	int32_t due;	     /* of the row before, and how it was said: many fall due on one day */
	enum tone due_tone;
	const char *due_words;
};

/* A list made for a duty is offered to those who hold it. */
static bool
offered(const struct visit *v, const struct list *l)
{
	return l->duty == NULL || visit_duty(v, l->duty);
}

/* The list asked for; else the type's first, or the first offered to this reader. */
static const struct list *
chosen_list(struct visit *v)
{
	const char *name = http_query(v->x, "vaade");
	const struct type *t = v->type;
	const struct list *l = name == NULL ? NULL : type_list(t, name);

	for (int i = 0; l == NULL && i < t->nlists; i++)
		if (t->lists[i].first && offered(v, &t->lists[i]))
			l = &t->lists[i];
	for (int i = 0; l == NULL && i < t->nlists; i++)
		if (offered(v, &t->lists[i]))
			l = &t->lists[i];
	return l == NULL ? &t->lists[0] : l;
}

/* A filter of a fixed set of values: state, or a choice among the columns. */
static void
add_filter(struct listing *li, const char *name, const char *column, const char *label,
	   struct part_choice *choices, size_t n)
{
	const char *value = http_query(li->v->x, name);
	struct arena *a = li->v->cx->arena;
	bool known = false;

	for (size_t i = 0; i < n; i++) {
		choices[i].chosen = text_equal(choices[i].value, value == NULL ? "" : value);
		known = known || (choices[i].chosen && *choices[i].value != '\0');
	}
	li->fields[li->nfields++] = (struct part_field){ .kind = ASK_CHOICE,
							 .name = name,
							 .label = label,
							 .value = value == NULL ? "" : value,
							 .optional = true,
							 .choices = choices,
							 .n_choices = n };
	if (!known)
		return;
	li->query.filter[li->query.nfilters++] = column;
	li->values[li->nfilters++] = db_text(value);
	li->address = arena_printf(a, "%s&%s=%s", li->address, name, value);
}

static void
state_filter(struct listing *li)
{
	const struct type *t = li->type;
	struct part_choice *c =
		ARENA_ARRAY(li->v->cx->arena, (size_t)t->nstates + 1, struct part_choice);

	if (t->nstates < 2)
		return;
	for (int i = 0; i < t->nstates; i++)
		c[i] = (struct part_choice){ .value = t->states[i].name,
					     .label = msg(li->v->cx, t->states[i].label_key) };
	add_filter(li, "seisund", "sys_state", msg(li->v->cx, "column.state"), c,
		   (size_t)t->nstates);
}

static void
choice_filters(struct listing *li)
{
	const struct list *l = li->query.list;

	for (int i = 0; i < l->ncolumns && li->nfields < MAX_FILTERS; i++) {
		const struct field *f = l->columns[i].sub == NULL ? l->columns[i].field : NULL;
		struct part_choice *c;

		if (f == NULL || f->kind != FIELD_CHOICE)
			continue;
		c = ARENA_ARRAY(li->v->cx->arena, (size_t)f->nchoices + 1, struct part_choice);
		for (int k = 0; k < f->nchoices; k++)
			c[k] = (struct part_choice){ .value = f->choices[k].name,
						     .label = msg(li->v->cx,
								  f->choices[k].label_key) };
		add_filter(li, f->name, f->name, msg(li->v->cx, f->label_key), c,
			   (size_t)f->nchoices);
	}
}

/* The sort keys of the row to continue from, read by its id: the address tells only that. */
static enum err
read_cursor(struct listing *li)
{
	const char *after = http_query(li->v->x, "alates"), *before = http_query(li->v->x, "enne");
	const struct list *l = li->query.list;
	struct ctx *cx = li->v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value value;
	struct sql sql;
	int64_t id;
	bool row;

	li->nvalues = li->nfilters;
	if (!text_int(after != NULL ? after : before != NULL ? before : "", 1, INT64_MAX, &id))
		return OK;
	value = db_int(id);
	TRY(sql_cursor(cx, cx->world->types, li->type, l, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, &value, 1), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return OK; /* gone or out of sight: begin from the start */
	for (int i = 0; i <= l->nsort; i++)
		li->values[li->nvalues++] = stmt_kind(q, i) == DB_INT
						    ? db_int(stmt_int(q, i))
						    : db_text(stmt_copy(cx, q, i));
	li->query.after = true;
	li->query.backwards = after == NULL;
	return OK;
}

/* ---- rows ---- */

struct row {
	int64_t id, about;
	const char *number;
	int state; /* -1: not one of the type's */
	int32_t due;
	struct value *values; /* one a column; texts for joined titles */
};

/* Number, state and due date are read with every row: their columns hold nothing of their own. */
static struct row *
read_row(struct listing *li, const struct stmt *q)
{
	struct ctx *cx = li->v->cx;
	const struct list *l = li->query.list;
	struct row *r = ARENA_NEW(cx->arena, struct row);

	r->id = stmt_int(q, 0);
	r->number = stmt_copy(cx, q, 1);
	r->state = type_state(li->type, stmt_text(q, 2));
	r->due = (int32_t)stmt_int(q, 3);
	r->about = stmt_int(q, 4);
	r->values = ARENA_ARRAY(cx->arena, (size_t)l->ncolumns + 1, struct value);
	for (int i = 0; i < l->ncolumns; i++) {
		int col = FIRST_SORT + l->nsort + i;
		struct value *v = &r->values[i];
		enum db_kind kind;

		if (li->cells[i] <= CELL_DUE)
			continue;
		kind = stmt_kind(q, col);
		v->set = kind != DB_NULL;
		if (kind == DB_INT)
			v->i = stmt_int(q, col);
		else if (kind != DB_NULL)
			v->s = stmt_copy(cx, q, col);
	}
	return r;
}

static enum err
read_rows(struct listing *li, struct row **rows, size_t *ret_n, bool *ret_more)
{
	struct ctx *cx = li->v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	struct sql sql;
	size_t n = 0;
	bool row;

	li->query.limit = MAX_LIST_ROWS + 1;
	TRY(sql_list(cx, cx->world->types, &li->query, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, li->values, li->nvalues), &q));
	*ret_more = false;
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (n == MAX_LIST_ROWS) {
			*ret_more = true;
			break;
		}
		rows[n] = read_row(li, q);
		access_saw(cx, "list", rows[n++]->about);
	}
	for (size_t i = 0; li->query.backwards && i < n / 2; i++) {
		struct row *r = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = r;
	}
	*ret_n = n;
	return OK;
}

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
choose_cells(struct listing *li)
{
	const struct list *l = li->query.list;
	int first = -1;
	bool numbered = false;

	li->cells = ARENA_ARRAY(li->v->cx->arena, (size_t)l->ncolumns + 1, enum cell);
	for (int i = 0; i < l->ncolumns; i++) {
		const struct column *c = &l->columns[i];

		li->cells[i] = c->engine != NULL ? engine_cell(c->engine) : field_cell(field_of(c));
		numbered = numbered || li->cells[i] == CELL_NUMBER;
		if (first < 0 && c->engine == NULL)
			first = i;
	}
	if (!numbered && first >= 0)
		li->cells[first] = CELL_LEADING;
}

/* ---- writing ---- */

static void
state_cell(struct listing *li, struct part_table *pt, int state)
{
	struct record seen = { .type = li->type, .state = state };

	if (state < 0) {
		part_cell_text(&li->v->page, pt, "");
		return;
	}
	if (li->states[state] == NULL)
		li->states[state] = msg(li->v->cx, li->type->states[state].label_key);
	part_cell_badge(&li->v->page, pt, visit_tone(&seen), li->states[state]);
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
due_cell(struct listing *li, struct part_table *pt, int32_t due)
{
	if (li->due_words == NULL || due != li->due) {
		li->due_tone = visit_due(li->v->cx, due, 3, &li->due_words);
		li->due = due;
	}
	part_cell_clock(&li->v->page, pt, li->due_tone, li->due_words,
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
write_cell(struct listing *li, struct part_table *pt, const struct row *r, int column,
	   const char *href)
{
	const struct column *c = &li->query.list->columns[column];
	const struct value *v = &r->values[column];
	struct page *p = &li->v->page;
	enum cell cell = li->cells[column];
	const char *text = v->s;

	if (!v->set && cell >= CELL_MONEY)
		cell = CELL_WORDS;
	switch (cell) {
	case CELL_NUMBER:
		part_cell_link(p, pt, href, r->number);
		return OK;
	case CELL_STATE:
		state_cell(li, pt, r->state);
		return OK;
	case CELL_DUE:
		if (li->query.list->trace)
			return trace_cell(li, pt, r);
		due_cell(li, pt, r->due);
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
states_shown(const struct listing *li, struct row **rows, size_t n)
{
	uint64_t set = li->type->nstates == 0 ? 1 : 0;

	for (size_t i = 0; i < n && li->type->nstates > 0; i++)
		if (rows[i]->state >= 0)
			set |= (uint64_t)1 << rows[i]->state;
	return set;
}

static enum err
write_table(struct listing *li, struct row **rows, size_t n)
{
	struct part_bulk bulk;
	struct ctx *cx = li->v->cx;
	const struct list *l = li->query.list;
	struct part_column *cols =
		ARENA_ARRAY(cx->arena, (size_t)l->ncolumns + 1, struct part_column);
	struct part_table pt = { .caption = msg(cx, l->label_key),
				 .columns = cols,
				 .n_columns = (size_t)l->ncolumns,
				 .bulk_form = bulk_bar(li->v, li->type, states_shown(li, rows, n),
						       &bulk),
				 .keys = true };

	for (int i = 0; i < l->ncolumns; i++)
		cols[i] = (struct part_column){ .label = msg(cx, l->columns[i].label_key),
						.number = is_number(&l->columns[i]) };
	part_table_begin(&li->v->page, &pt);
	for (size_t i = 0; i < n; i++) {
		const char *href = visit_url(cx, li->type, rows[i]->number);

		part_row_begin(&li->v->page, &pt, href, rows[i]->id, rows[i]->number);
		for (int k = 0; k < l->ncolumns; k++)
			TRY(write_cell(li, &pt, rows[i], k, href));
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
		  .current = li->query.list == &m->all },
		{ .label = msg(cx, "list.measure_rest"),
		  .href = arena_printf(cx->arena, "/%s?vaade=%s", path, m->rest.name),
		  .current = li->query.list == &m->rest },
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

		if (offered(li->v, l) || l == li->query.list)
			tabs[n++] = (struct part_link){ .label = msg(li->v->cx, l->label_key),
							.href = arena_printf(li->v->cx->arena,
									     "/%s?vaade=%s",
									     t->path, l->name),
							.current = l == li->query.list };
	}
	if (n > 1)
		part_tabs(&li->v->page, msg(li->v->cx, t->plural_key), tabs, n);
}

static void
write_foot(struct listing *li, struct row **rows, size_t n, bool more, int64_t count)
{
	struct arena *a = li->v->cx->arena;
	bool back = li->query.backwards;
	struct part_list_foot foot = { .shown = (long)n, .count = (long)count };

	if (n > 0 && (back || more))
		foot.next =
			arena_printf(a, "%s&alates=%lld", li->address, (long long)rows[n - 1]->id);
	if (n > 0 && ((back && more) || (!back && li->query.after)))
		foot.prev = arena_printf(a, "%s&enne=%lld", li->address, (long long)rows[0]->id);
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
	struct listing li = { .v = v, .type = v->type };
	struct row *rows[MAX_LIST_ROWS + 1];
	const char *base;
	int64_t count;
	size_t n;
	bool more;

	if (v->type->nlists == 0)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	if (!sql_may(v->cx, v->cx->world->types, v->type, RIGHT_SEE))
		return fail(v->cx, ERR_DENIED, "err.denied_see", msg(v->cx, v->type->label_key));
	li.query.type = v->type;
	li.query.list = chosen_list(v);
	li.address = base =
		arena_printf(v->cx->arena, "/%s?vaade=%s", v->type->path, li.query.list->name);
	state_filter(&li);
	choice_filters(&li);
	choose_cells(&li);
	li.states = ARENA_ARRAY(v->cx->arena, (size_t)v->type->nstates + 1, const char *);
	TRY(counts_get(v->cx, &li.query, li.values, li.nfilters, &count));
	TRY(read_cursor(&li));
	TRY(read_rows(&li, rows, &n, &more));
	v->page.wide = true;
	visit_page_begin(v, msg(v->cx, li.query.list->of == NULL ? v->type->plural_key
								 : li.query.list->label_key));
	if (li.query.list->of == NULL)
		write_tabs(&li);
	else
		measure_tabs(&li, li.query.list->of);
	if (li.nfields > 0)
		part_filter(&v->page, base, li.fields, li.nfields, false, base);
	if (n == 0)
		write_empty(&li);
	else {
		TRY(write_table(&li, rows, n));
		write_foot(&li, rows, n, more, count);
	}
	return visit_page_end(v);
}
