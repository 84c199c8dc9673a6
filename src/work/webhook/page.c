/* On a webhook's page: what was delivered and what was not, and its secret made anew. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "work/webhook/webhook_int.h"

#define SHOWN 50

static const char DELIVERIES[] =
	"SELECT d.id, d.at, d.type, d.record, d.event, d.name, d.status, d.done_at, j.state, "
	"j.tries, j.run_at FROM sys_delivery d LEFT JOIN sys_job j ON j.id = d.job WHERE "
	"d.subscription = ?1 ORDER BY d.id DESC LIMIT ?2";
static const char JOB_OF[] =
	"SELECT d.job FROM sys_delivery d JOIN sys_job j ON j.id = d.job WHERE d.id = ?1 AND "
	"d.subscription = ?2 AND j.state = 'dead'";

static void
state_cell(struct visit *v, struct part_table *pt, const struct stmt *q)
{
	const char *state = stmt_text(q, 8);

	part_cell_begin(&v->page, pt);
	if (!stmt_is_null(q, 7))
		part_badge(&v->page, TONE_DONE, msg(v->cx, "webhook.done"));
	else if (text_equal(state, "dead")) {
		part_badge(&v->page, TONE_LATE, msg(v->cx, "webhook.dead"));
		part_post_button(&v->page, "/veebihaak-uuesti", "id",
				 text_from_int(v->cx->arena, stmt_int(q, 0)),
				 msg(v->cx, "webhook.again"), false);
	} else if (text_equal(state, "done"))
		part_badge(&v->page, TONE_OFF, msg(v->cx, "webhook.off"));
	else
		part_badge(&v->page, TONE_OPEN, msg(v->cx, "webhook.waiting"));
	part_cell_end(&v->page, pt);
}

static enum err
write_rows(struct visit *v, const struct record *r, struct part_table *pt)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = v->cx;
	bool row;

	TRY(db_query(cx, DELIVERIES, DB_ARGS(db_int(r->id), db_int(SHOWN)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		part_row_begin(&v->page, pt, NULL, 0, NULL);
		part_cell_moment(&v->page, pt, stmt_int(q, 1));
		part_cell_text(
			&v->page, pt,
			arena_printf(cx->arena, "%s %" PRId64, stmt_text(q, 2), stmt_int(q, 3)));
		part_cell_text(&v->page, pt,
			       arena_printf(cx->arena, "%s %s", stmt_text(q, 4), stmt_text(q, 5)));
		state_cell(v, pt, q);
		part_cell_int(&v->page, pt, stmt_int(q, 9));
		part_cell_text(&v->page, pt,
			       stmt_is_null(q, 6) ? "" : text_from_int(cx->arena, stmt_int(q, 6)));
		part_row_end(&v->page, pt);
	}
}

enum err
webhook_panel(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = {
		{ .label = msg(cx, "webhook.at") },    { .label = msg(cx, "webhook.record") },
		{ .label = msg(cx, "webhook.event") }, { .label = msg(cx, "webhook.state") },
		{ .label = msg(cx, "webhook.tries") }, { .label = msg(cx, "webhook.status") },
	};
	struct part_table pt = { .caption = msg(cx, "webhook.deliveries"),
				 .columns = cols,
				 .n_columns = 6 };

	part_section_begin(&v->page, "saadetud", msg(cx, "webhook.deliveries"));
	part_table_begin(&v->page, &pt);
	TRY(write_rows(v, r, &pt));
	part_table_end(&v->page, &pt);
	part_post_button(&v->page, "/veebihaak-saladus", "id", text_from_int(cx->arena, r->id),
			 msg(cx, "webhook.new_secret"), false);
	part_section_end(&v->page);
	return OK;
}

/* The webhook a form names, if its sender may change it. */
static enum err
load(struct visit *v, int64_t id, struct record **ret)
{
	const struct type *t = types_get(v->cx->world->types, "webhook");

	v->cx->purpose = visit_purpose(v, t);
	TRY(record_load(v->cx, t, id, RIGHT_EDIT, ret));
	return (*ret)->deleted ? fail(v->cx, ERR_CONFLICT, "err.deleted") : OK;
}

static enum err
id_of(struct visit *v, int64_t *ret)
{
	const char *id = http_form(v->x, "id");

	return id != NULL && text_int(id, 1, INT64_MAX, ret)
		       ? OK
		       : fail(v->cx, ERR_NOTFOUND, "err.not_found");
}

/* A new secret, shown once; the old one signs nothing more. */
enum err
webhook_secret_post(struct visit *v)
{
	struct part_link crumb;
	const char *secret;
	struct record *r;
	int64_t id;

	TRY(id_of(v, &id));
	TRY(load(v, id, &r));
	TRY(webhook_secret_make(v->cx, r->id, &secret));
	TRY(record_entry(v->cx, r, "edit", "secret", "{}"));
	crumb = (struct part_link){ .label = r->title, .href = visit_url_of(v->cx, r, "") };
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->x->no_gzip = true;
	visit_page_begin(v, msg(v->cx, "webhook.new_secret"));
	part_notice(&v->page, TONE_DONE, msg(v->cx, "webhook.secret_made"),
		    msg(v->cx, "webhook.secret_what"));
	html_element(&v->h, "code", NULL, secret);
	return visit_page_end(v);
}

/* A delivery that was given up is tried anew. */
enum err
webhook_again_post(struct visit *v)
{
	static const char OF[] = "SELECT subscription FROM sys_delivery WHERE id = ?1";
	int64_t id, subscription, job;
	struct record *r;

	TRY(id_of(v, &id));
	TRY(db_get_int(v->cx, OF, DB_ARGS(db_int(id)), &subscription));
	TRY(load(v, subscription, &r));
	TRY(db_get_int(v->cx, JOB_OF, DB_ARGS(db_int(id), db_int(r->id)), &job));
	TRY(job_again(v->cx, job));
	return visit_go(v, visit_url_of(v->cx, r, "#saadetud"));
}
