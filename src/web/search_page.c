/*
 * The search: posted, kept on the server, answered at an address that tells nothing. And the
 * choices of reference fields.
 */
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "core/search.h"
#include "format/json.h"
#include "web/site_int.h"

#define RESULTS 50
#define CHOICES 20

enum err
search_post(struct visit *v)
{
	const char *q = http_form(v->x, "q"), *token;

	if (q == NULL || *text_trim(v->cx->arena, q) == '\0')
		return visit_go(v, "/");
	if (text_length(q) > MAX_TEXT)
		return fail(v->cx, ERR_INVALID, "err.too_long",
			    text_from_int(v->cx->arena, MAX_TEXT));
	TRY(search_keep(v->cx, q, &token));
	return visit_go(v, arena_printf(v->cx->arena, "/otsing/%s", token));
}

static void
write_found(struct visit *v, const struct found *list, size_t n, bool like)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = { { .label = msg(cx, "search.kind") },
				      { .label = msg(cx, "column.number") },
				      { .label = msg(cx, "search.name") } };
	struct part_table pt = { .caption = msg(cx, like ? "search.alike" : "search.found"),
				 .show_caption = like,
				 .columns = cols,
				 .n_columns = 3,
				 .keys = true };
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		const char *href;

		if (list[i].like != like)
			continue;
		if (shown++ == 0)
			part_table_begin(&v->page, &pt);
		href = visit_url(cx, list[i].type, list[i].number);
		part_row_begin(&v->page, &pt, href, list[i].id, list[i].number);
		part_cell_text(&v->page, &pt, msg(cx, list[i].type->label_key));
		part_cell_link(&v->page, &pt, href, list[i].number);
		part_cell_text(&v->page, &pt, list[i].title);
		part_row_end(&v->page, &pt);
	}
	if (shown > 0)
		part_table_end(&v->page, &pt);
}

enum err
search_page(struct visit *v)
{
	const char *query;
	struct found *list;
	size_t n;

	TRY(search_kept(v->cx, v->part[0], &query));
	TRY(search_find(v->cx, NULL, query, RESULTS, &list, &n));
	for (size_t i = 0; i < n; i++)
		access_saw(v->cx, "search", list[i].about);
	/* What was asked may be a name or code: it stands on the page, but not in the title, which
	 * the browser keeps. */
	visit_page_begin(v, msg(v->cx, "search.heading"));
	part_text(&v->page, msgf(v->cx, "search.title", query));
	if (n == 0)
		part_empty(&v->page, msg(v->cx, "search.none"), msg(v->cx, "search.none_what"),
			   NULL, NULL);
	write_found(v, list, n, false);
	write_found(v, list, n, true);
	return visit_page_end(v);
}

enum err
site_find_choices(struct visit *v, const struct type *t, const char *query,
		  struct part_choice *list, size_t *n)
{
	struct found *found;
	size_t count;

	TRY(search_find(v->cx, t, query, CHOICES, &found, &count));
	for (size_t i = 0; i < count; i++) {
		access_saw(v->cx, "search", found[i].about);
		list[(*n)++] = (struct part_choice){
			.value = text_from_int(v->cx->arena, found[i].id),
			.label = found[i].title,
			.help = arena_printf(v->cx->arena, "%s %s",
					     msg(v->cx, found[i].type->label_key), found[i].number)
		};
	}
	return OK;
}

/* POST q for one type: what the script shows under a reference field as one types. */
enum err
search_choices(struct visit *v)
{
	const struct type *t = map_get(&v->cx->world->types->by_path, v->part[0]);
	const char *q = http_form(v->x, "q");
	struct part_choice *list = ARENA_ARRAY(v->cx->arena, CHOICES + 1, struct part_choice);
	struct json_out j;
	size_t n = 0;

	if (t == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	if (q != NULL && *text_trim(v->cx->arena, q) != '\0')
		TRY(site_find_choices(v, t, q, list, &n));
	v->x->content_type = "application/json";
	json_out_init(&j, &v->x->out);
	json_list(&j);
	for (size_t i = 0; i < n; i++) {
		json_map(&j);
		json_pair_text(&j, "id", list[i].value);
		json_pair_text(&j, "text", list[i].label);
		json_pair_text(&j, "note", list[i].help);
		json_map_end(&j);
	}
	json_list_end(&j);
	return json_done(v->cx, &j);
}
