/* A list for the API: the rows of the page, as many as asked for, and where to go on. */
#include <sodium.h>
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "format/json.h"
#include "web/api/api.h"
#include "web/listing.h"
#include "web/site_int.h"

#define CURSOR_MOST 40 /* characters */

/* ---- cursors: "a17" behind row 17, "b17" before it, in base64 so that nobody makes their own ----
 */

static const char *
cursor(struct ctx *cx, char way, int64_t id)
{
	const char *plain = arena_printf(cx->arena, "%c%lld", way, (long long)id);
	char *out = arena_alloc(cx->arena, CURSOR_MOST * 2);

	return sodium_bin2base64(out, CURSOR_MOST * 2, (const unsigned char *)plain, strlen(plain),
				 sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static enum err
read_cursor(struct visit *v, struct listing *li)
{
	const char *s = http_query(v->x, "koht");
	unsigned char plain[CURSOR_MOST + 1] = { 0 };
	size_t len = 0;

	if (s == NULL)
		return OK;
	if (strlen(s) > CURSOR_MOST ||
	    sodium_base642bin(plain, CURSOR_MOST, s, strlen(s), NULL, &len, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    (plain[0] != 'a' && plain[0] != 'b') ||
	    !text_int((const char *)plain + 1, 1, INT64_MAX, &li->from))
		return fail_field(v->cx, ERR_INVALID, "koht", "err.api_cursor");
	li->before = plain[0] == 'b';
	return OK;
}

/* Every parameter must be one we know: a filter misspelt would show too much. */
static enum err
check_query(struct visit *v)
{
	static const char *const OWN[] = {
		"vaade", "seisund", "limit", "koht", "jarjesta", "keel"
	};
	const struct http_pairs *q = &v->x->query;

	for (size_t i = 0; i < q->n; i++) {
		const struct field *f = type_field(v->type, q->at[i].name);
		bool known = f != NULL && f->kind == FIELD_CHOICE;

		for (size_t k = 0; k < sizeof(OWN) / sizeof(*OWN); k++)
			known = known || strcmp(q->at[i].name, OWN[k]) == 0;
		if (!known)
			return fail_field(v->cx, ERR_INVALID, q->at[i].name, "err.api_parameter",
					  arena_printf(v->cx->arena, "%.60s", q->at[i].name));
	}
	return OK;
}

/* A filter by a choice works where the list shows that choice. */
static enum err
check_filters(const struct listing *li)
{
	const struct http_pairs *q = &li->v->x->query;

	for (size_t i = 0; i < q->n; i++) {
		bool offered = type_field(li->type, q->at[i].name) == NULL;

		for (size_t k = 0; k < li->nfields; k++)
			offered = offered || strcmp(li->fields[k].name, q->at[i].name) == 0;
		if (!offered)
			return fail_field(li->v->cx, ERR_INVALID, q->at[i].name,
					  "err.api_parameter", q->at[i].name);
	}
	return OK;
}

static enum err
read_query(struct visit *v, struct listing *li)
{
	const char *limit = http_query(v->x, "limit"), *name = http_query(v->x, "vaade");
	int64_t most = MAX_LIST_ROWS;

	TRY(check_query(v));
	if (limit != NULL && !text_int(limit, 1, LISTING_MOST, &most))
		return fail_field(v->cx, ERR_INVALID, "limit", "err.api_limit",
				  text_from_int(v->cx->arena, LISTING_MOST));
	if (name != NULL && type_list(v->type, name) == NULL)
		return fail_field(v->cx, ERR_INVALID, "vaade", "err.choice", name);
	li->most = (int)most;
	li->strict = true;
	li->sort = http_query(v->x, "jarjesta");
	return read_cursor(v, li);
}

/* ---- rows ---- */

static const char *
state_name(const struct listing *li, const struct row *r)
{
	return r->state < 0 ? NULL : li->type->states[r->state].name;
}

static const char *
due_text(const struct listing *li, const struct row *r)
{
	return r->due == NO_DUE ? NULL : civil_iso(li->v->cx->arena, r->due);
}

/* A cell as its record would say it; a reference as its title. */
static enum err
put_cell(struct listing *li, struct json_out *j, const struct column *c, const struct row *r,
	 const struct value *value)
{
	const struct field *f = c->sub != NULL ? c->sub : c->field;
	const char *engine = c->engine == NULL ? "" : c->engine;

	if (f != NULL && f->kind != FIELD_REF)
		return api_put_value(li->v, j, f, value);
	if (strcmp(engine, "number") == 0)
		json_put_text(j, r->number);
	else if (strcmp(engine, "state") == 0)
		json_put_text(j, state_name(li, r));
	else if (strcmp(engine, "due") == 0)
		json_put_text(j, due_text(li, r));
	else if (!value->set)
		json_put_null(j);
	else if (value->s != NULL)
		json_put_text(j, value->s);
	else if (strcmp(engine, "changed") == 0 || strcmp(engine, "created") == 0)
		json_put_text(j, api_moment(li->v->cx, value->i));
	else
		json_put_int(j, value->i);
	return OK;
}

static enum err
put_row(struct listing *li, struct json_out *j, const struct row *r)
{
	const struct list *l = li->own;
	struct ctx *cx = li->v->cx;

	json_map(j);
	json_pair_int(j, "id", r->id);
	json_pair_text(j, "number", r->number);
	json_pair_text(j, "url", visit_url(cx, li->type, r->number));
	json_pair_text(j, "state", state_name(li, r));
	json_pair_text(j, "due", due_text(li, r));
	json_key(j, "columns");
	json_map(j);
	for (int i = 0; i < l->ncolumns; i++) {
		json_key(j, l->columns[i].name);
		TRY(put_cell(li, j, &l->columns[i], r, &r->values[i]));
	}
	json_map_end(j);
	json_map_end(j);
	return OK;
}

static void
put_cursors(struct listing *li, struct json_out *j)
{
	struct ctx *cx = li->v->cx;
	bool back = li->query.backwards, next = li->n > 0 && (back || li->more);
	bool prev = li->n > 0 && ((back && li->more) || (!back && li->query.after));

	json_pair_text(j, "next", next ? cursor(cx, 'a', li->rows[li->n - 1]->id) : NULL);
	json_pair_text(j, "prev", prev ? cursor(cx, 'b', li->rows[0]->id) : NULL);
}

enum err
list_json(struct visit *v)
{
	struct listing li = { 0 };
	struct json_out j;

	TRY(read_query(v, &li));
	TRY(listing_read(v, &li));
	TRY(check_filters(&li));
	TRY(http_add_header(v->x, "Vary", "Accept, Accept-Language, Authorization"));
	v->x->content_type = "application/json";
	json_out_init(&j, &v->x->out);
	json_map(&j);
	json_pair_text(&j, "list", li.own->name);
	json_pair_text(&j, "sort", listing_sort(v->cx, li.type, li.query.list));
	json_pair_int(&j, "total", li.count > MAX_COUNT ? MAX_COUNT : li.count);
	json_pair_bool(&j, "total_more", li.count > MAX_COUNT);
	put_cursors(&li, &j);
	json_key(&j, "items");
	json_list(&j);
	for (size_t i = 0; i < li.n; i++)
		TRY(put_row(&li, &j, li.rows[i]));
	json_list_end(&j);
	json_map_end(&j);
	return json_done(v->cx, &j);
}
