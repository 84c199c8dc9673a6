/* What a list shows, read once for the page and the API. See listing.h. */
#include "web/listing.h"

#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "web/counts.h"
#include "web/site_int.h"

#define FIRST_SORT 5 /* column of sql_list() at which the sort keys begin */

/* A list made for a duty is offered to those who hold it. */
bool
listing_offered(const struct visit *v, const struct list *l)
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
		if (t->lists[i].first && listing_offered(v, &t->lists[i]))
			l = &t->lists[i];
	for (int i = 0; l == NULL && i < t->nlists; i++)
		if (listing_offered(v, &t->lists[i]))
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
	if (!known) {
		if (value != NULL && *value != '\0' && li->unknown == NULL)
			li->unknown = name;
		return;
	}
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

	for (int i = 0; i < l->ncolumns && li->nfields < LISTING_FILTERS; i++) {
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

/* The row to continue from is gone or out of sight. A reader begins from the start; a program,
 * which would go round and round, is told. */
static enum err
listing_lost(const struct listing *li)
{
	return li->strict ? fail(li->v->cx, ERR_NOTFOUND, "err.api_cursor_gone") : OK;
}

/* The sort keys of the row to continue from, read by its id: the address tells only that. */
static enum err
read_cursor(struct listing *li)
{
	const struct list *l = li->query.list;
	struct ctx *cx = li->v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value value;
	struct sql sql;
	bool row;

	li->nvalues = li->nfilters;
	if (li->from == 0)
		return OK;
	value = db_int(li->from);
	TRY(sql_cursor(cx, cx->world->types, li->type, l, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, &value, 1), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return listing_lost(li);
	for (int i = 0; i <= l->nsort; i++)
		li->values[li->nvalues++] = stmt_kind(q, i) == DB_INT
						    ? db_int(stmt_int(q, i))
						    : db_text(stmt_copy(cx, q, i));
	li->query.after = true;
	li->query.backwards = li->before;
	return OK;
}

/* ---- rows ---- */

/* Is it told of every row, whatever the list's columns? */
static bool
is_told(const struct column *c)
{
	return c->engine != NULL &&
	       (strcmp(c->engine, "number") == 0 || strcmp(c->engine, "state") == 0 ||
		strcmp(c->engine, "due") == 0);
}

/* Number, state and due date are read with every row: their columns hold nothing of their own. */
static struct row *
read_row(struct listing *li, const bool *told, const struct stmt *q)
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

		if (told[i])
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
read_rows(struct listing *li)
{
	struct ctx *cx = li->v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	struct sql sql;
	struct row **rows = ARENA_ARRAY(cx->arena, (size_t)li->most + 1, struct row *);
	bool *told = ARENA_ARRAY(cx->arena, (size_t)li->own->ncolumns + 1, bool);
	size_t n = 0;
	bool row;

	for (int i = 0; i < li->own->ncolumns; i++)
		told[i] = is_told(&li->own->columns[i]);
	/* Asked for in few sizes, so that few statements are made. */
	li->query.limit = (li->most <= MAX_LIST_ROWS ? MAX_LIST_ROWS : LISTING_MOST) + 1;
	TRY(sql_list(cx, cx->world->types, &li->query, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, li->values, li->nvalues), &q));
	li->more = false;
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (n == (size_t)li->most) {
			li->more = true;
			break;
		}
		rows[n] = read_row(li, told, q);
		access_saw(cx, "list", rows[n++]->about);
	}
	for (size_t i = 0; li->query.backwards && i < n / 2; i++) {
		struct row *r = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = r;
	}
	li->rows = rows;
	li->n = n;
	return OK;
}

const char *
listing_sort(struct ctx *cx, const struct type *t, const struct list *l)
{
	const char *out = "";

	for (int i = 0; i < l->nsort; i++) {
		const char *column = l->sort[i].column;
		size_t len = strlen(column);

		if (text_starts(column, "sys_"))
			column += strlen("sys_");
		else if (len > 5 && strcmp(column + len - 5, "_sort") == 0 &&
			 type_field(t, column) == NULL)
			column = arena_strndup(cx->arena, column, len - 5);
		out = arena_printf(cx->arena, "%s%s%s%s", out, i == 0 ? "" : ",",
				   l->sort[i].down ? "-" : "", column);
	}
	return out;
}

/* A copy of the list that sorts as another of the type's lists does: only what an index serves. */
static enum err
take_sort(struct listing *li)
{
	const struct type *t = li->type;
	struct list *l;

	for (int i = 0; i < t->nlists && li->sort != NULL; i++) {
		const struct list *by = &t->lists[i];

		if (!text_equal(listing_sort(li->v->cx, t, by), li->sort))
			continue;
		l = ARENA_NEW(li->v->cx->arena, struct list);
		*l = *li->query.list;
		memcpy(l->sort, by->sort, sizeof(l->sort));
		l->nsort = by->nsort;
		/* Statements are kept for a type's own lists; this one only where it differs. */
		if (!text_equal(listing_sort(li->v->cx, t, li->query.list), li->sort))
			li->query.list = l;
		return OK;
	}
	return li->sort == NULL
		       ? OK
		       : fail_field(li->v->cx, ERR_INVALID, "jarjesta", "err.api_sort", li->sort);
}

/* Which list, with which filters. */
static enum err
choose(struct visit *v, struct listing *li)
{
	li->v = v;
	li->type = v->type;
	if (v->type->nlists == 0)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	if (!sql_may(v->cx, v->cx->world->types, v->type, RIGHT_SEE))
		return fail(v->cx, ERR_DENIED, "err.denied_see", msg(v->cx, v->type->label_key));
	li->query.type = v->type;
	li->query.list = li->own = chosen_list(v);
	li->base = li->address =
		arena_printf(v->cx->arena, "/%s?vaade=%s", v->type->path, li->own->name);
	TRY(take_sort(li));
	state_filter(li);
	choice_filters(li);
	if (li->strict && li->unknown != NULL)
		return fail_field(v->cx, ERR_INVALID, li->unknown, "err.choice",
				  http_query(v->x, li->unknown));
	return OK;
}

enum err
listing_read(struct visit *v, struct listing *li)
{
	TRY(choose(v, li));
	TRY(counts_get(v->cx, &li->query, li->values, li->nfilters, &li->count));
	TRY(read_cursor(li));
	return read_rows(li);
}

static enum err
walk(struct listing *li, struct stmt *q, const bool *told, struct visit *rows, listing_fn *fn,
     void *arg)
{
	bool row = true;

	li->v = rows; /* rows go to the arena that fn() may empty */
	while (row) {
		for (li->n = 0; li->n < LISTING_MOST; li->n++) {
			TRY(stmt_step(rows->cx, q, &row));
			if (!row)
				break;
			li->rows[li->n] = read_row(li, told, q);
			access_saw(rows->cx, "list", li->rows[li->n]->about);
		}
		TRY(fn(li, arg));
	}
	return OK;
}

enum err
listing_walk(struct visit *v, struct ctx *kept, int most, struct listing *li, listing_fn *fn,
	     void *arg)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct visit own = *v;
	struct sql sql;
	bool *told;
	enum err e;

	own.cx = kept;
	TRY(choose(&own, li));
	told = ARENA_ARRAY(kept->arena, (size_t)li->own->ncolumns + 1, bool);
	for (int i = 0; i < li->own->ncolumns; i++)
		told[i] = is_told(&li->own->columns[i]);
	li->rows = ARENA_ARRAY(kept->arena, LISTING_MOST, struct row *);
	li->query.limit = most;
	TRY(sql_list(kept, kept->world->types, &li->query, &sql));
	TRY(db_query(kept, sql.text, sql_args(kept, &sql, li->values, li->nfilters), &q));
	e = walk(li, q, told, v, fn, arg);
	li->v = NULL;
	return e;
}
