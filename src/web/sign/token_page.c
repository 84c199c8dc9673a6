/*
 * One's own tokens of the API: what there are, a new one, an end. An administrator sees all and may
 * end any, but makes none in another's name: what a token does, its holder has done.
 */
#include <string.h>

#include "base/text.h"
#include "core/token.h"
#include "web/site_int.h"

#define SHOWN 200
#define ADMINISTRATOR "ADM.1"
#define PAGE "/paasumargid"

static bool
sees_all(const struct visit *v)
{
	return visit_duty(v, ADMINISTRATOR);
}

static void
token_row(struct visit *v, struct part_table *pt, const struct token *t, bool all)
{
	bool over = t->ended_at != 0 || t->expires_at <= v->cx->now;

	part_row_begin(&v->page, pt, NULL, 0, NULL);
	part_cell_text(&v->page, pt, t->name);
	if (all)
		part_cell_text(&v->page, pt, t->user_name);
	part_cell_text(&v->page, pt, t->position_name);
	part_cell_text(&v->page, pt, t->scopes);
	part_cell_moment(&v->page, pt, t->made_at);
	part_cell_moment(&v->page, pt, t->expires_at);
	part_cell_moment(&v->page, pt, t->used_at);
	part_cell_begin(&v->page, pt);
	if (over)
		part_badge(&v->page, TONE_OFF, msg(v->cx, "token.over"));
	else
		part_post_button(&v->page, PAGE "/lopeta", "token",
				 text_from_int(v->cx->arena, t->id), msg(v->cx, "token.end"),
				 false);
	part_cell_end(&v->page, pt);
	part_row_end(&v->page, pt);
}

static void
token_table(struct visit *v, const struct token *list, size_t n, bool all)
{
	struct part_column cols[8];
	struct part_table pt = { .caption = msg(v->cx, "token.title"), .columns = cols };
	const char *const keys[] = { "token.name",   "token.user", "token.position",
				     "token.scopes", "token.made", "token.expires",
				     "token.used",   "token.state" };

	for (size_t i = 0; i < 8; i++)
		if (all || i != 1)
			cols[pt.n_columns++] = (struct part_column){ .label = msg(v->cx, keys[i]) };
	part_table_begin(&v->page, &pt);
	for (size_t i = 0; i < n; i++)
		token_row(v, &pt, &list[i], all);
	part_table_end(&v->page, &pt);
}

static const char *
fault(const struct visit *v, const char *field)
{
	return v->error != OK && text_equal(v->cx->error.field, field) ? site_error_text(v->cx)
								       : NULL;
}

static void
token_form(struct visit *v)
{
	const char *name = http_form(v->x, "name"), *scopes = http_form(v->x, "scopes");
	const char *days = http_form(v->x, "days");
	struct part_form form = { .id = PAGE, .action = PAGE, .key = visit_key(v) };
	struct part_button make = { .label = msg(v->cx, "token.make") };
	struct part_field f[] = {
		{ .kind = ASK_TEXT,
		  .name = "name",
		  .label = msg(v->cx, "token.name"),
		  .help = msg(v->cx, "token.name_help"),
		  .value = name == NULL ? "" : name,
		  .error = fault(v, "name"),
		  .max = TOKEN_NAME_MOST },
		{ .kind = ASK_TEXT,
		  .name = "scopes",
		  .label = msg(v->cx, "token.scopes"),
		  .help = msg(v->cx, "token.scopes_help"),
		  .value = scopes == NULL ? "read" : scopes,
		  .error = fault(v, "scopes"),
		  .max = 500 },
		{ .kind = ASK_INT,
		  .name = "days",
		  .label = msg(v->cx, "token.days"),
		  .value = days == NULL ? "90" : days,
		  .error = fault(v, "days") },
	};

	part_section_begin(&v->page, "uus", msg(v->cx, "token.new"));
	part_text(&v->page, msgf(v->cx, "token.acts_as", v->session.position_name));
	part_error_summary(&v->page, f, 3);
	visit_cause(v, f, 3);
	part_form_begin(&v->page, &form);
	for (size_t i = 0; i < 3; i++)
		part_field(&v->page, &f[i]);
	part_buttons(&v->page, &make, 1, "/mina", NULL);
	part_form_end(&v->page);
	part_section_end(&v->page);
}

/* `secret`: just made, shown now and never again. */
static enum err
write_page(struct visit *v, const char *secret)
{
	const struct error cause = v->cx->error;
	struct part_link crumb = { .label = v->session.user_name, .href = "/mina" };
	struct token *list;
	size_t n;

	ctx_forgive(v->cx);
	TRY(token_list(v->cx, sees_all(v) ? 0 : v->session.who.user, SHOWN, &list, &n));
	v->cx->error = cause;
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.wide = true;
	v->x->no_gzip = secret != NULL;
	visit_page_begin(v, msg(v->cx, "token.title"));
	if (secret != NULL) {
		part_notice(&v->page, TONE_DONE, msg(v->cx, "token.made_title"),
			    msg(v->cx, "token.made_what"));
		html_element(&v->h, "p", NULL, NULL);
		html_element(&v->h, "code", NULL, secret);
	}
	if (n == 0)
		part_empty(&v->page, msg(v->cx, "token.none"), msg(v->cx, "token.none_what"), NULL,
			   NULL);
	else
		token_table(v, list, n, sees_all(v));
	token_form(v);
	return visit_page_end(v);
}

enum err
tokens_page(struct visit *v)
{
	return write_page(v, NULL);
}

enum err
token_post(struct visit *v)
{
	const char *name = http_form(v->x, "name"), *scopes = http_form(v->x, "scopes"), *secret;
	const char *typed = http_form(v->x, "days");
	int64_t days = 0, id;
	bool asked;

	TRY(visit_prove(v, &asked));
	if (asked)
		return OK;
	if (typed == NULL || !text_int(typed, 1, TOKEN_DAYS_MOST, &days))
		return fail_field(v->cx, ERR_INVALID, "days", "err.token_days",
				  text_from_int(v->cx->arena, TOKEN_DAYS_MOST));
	TRY(token_make(v->cx, v->session.who.user, v->session.who.position,
		       name == NULL ? "" : name, scopes == NULL ? "" : scopes, (int)days, &secret,
		       &id));
	/* The answer holds the secret, so it is no redirect; sent again, the form leads to the list
	 * and makes nothing. */
	v->location = PAGE;
	return write_page(v, secret);
}

enum err
token_end_post(struct visit *v)
{
	const char *typed = http_form(v->x, "token");
	int64_t id;

	if (typed == NULL || !text_int(typed, 1, INT64_MAX, &id))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	TRY(token_end(v->cx, id, sees_all(v) ? 0 : v->session.who.user));
	return visit_go(v, PAGE);
}
