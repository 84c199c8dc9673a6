/*
 * The page of one record: what, where it stands, what is due and why, the moves, the facts, what
 * the fields of work add, files, the timeline, and to the side what refers to it.
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/access.h"
#include "core/clock.h"
#include "core/history.h"
#include "format/json.h"
#include "rule/rule.h"
#include "web/reading.h"
#include "web/site_int.h"

#define SIDE 8 /* records of one type shown to the side */

static const char FILES[] = "SELECT id, filename, made_at FROM sys_attachment WHERE record = ?1 "
			    "ORDER BY id DESC LIMIT 50";

static void
write_head(struct reading *rd)
{
	struct visit *v = rd->v;
	struct record *r = rd->r;
	struct part_record_head head = {
		.what = msg(v->cx, r->type->label_key),
		.number = r->number,
		.name = r->title,
		.tone = r->deleted ? TONE_OFF : visit_tone(r),
		.state = r->deleted		? msg(v->cx, "record.deleted")
			 : r->type->nstates > 1 ? msg(v->cx, r->type->states[r->state].label_key)
						: NULL,
		.due = r->due == NO_DUE ? CIVIL_NONE : r->due,
		.responsible = *rd->responsible == '\0' ? NULL : rd->responsible,
		.action = visit_url_of(v->cx, r, "/-/liigu"),
		.version = r->version,
		.key = visit_key(v),
		.moves = rd->moves,
		.n_moves = rd->nmoves,
	};

	head.due_tone = visit_due(v->cx, r->due, 3, &head.due_words);
	part_record_head(&v->page, &head);
}

/* A record referred to: its title leads there, its number stands beside, for titles are alike. */
static enum err
write_reference(struct visit *v, const struct field *f, int64_t id)
{
	const char *title, *href, *number = NULL;

	TRY(visit_title(v, id, &title, &href));
	if (href == NULL) {
		part_fact(&v->page, msg(v->cx, f->label_key), title);
		return OK;
	}
	TRY(visit_number(v, id, title, &number));
	part_fact_begin(&v->page, msg(v->cx, f->label_key));
	html_link(&v->h, href, NULL, title);
	if (number != NULL) {
		html_text(&v->h, " ");
		html_element(&v->h, "span", "quiet", number);
	}
	part_fact_end(&v->page);
	return OK;
}

static enum err
write_fact(struct reading *rd, const struct field *f)
{
	struct visit *v = rd->v;
	const struct value *value = &rd->r->v[f->index];
	const char *text;

	/* What is empty is not said, unless it ought to be there. */
	if (f->hidden || (!value->set && !f->required))
		return OK;
	if (f->kind == FIELD_REF && value->set)
		return write_reference(v, f, value->i);
	TRY(value_text(v->cx, f, value, &text));
	part_fact(&v->page, msg(v->cx, f->label_key), text);
	return OK;
}

static const struct clock *
clock_named(const struct type *t, const char *name)
{
	for (int i = 0; i < t->nclocks; i++)
		if (strcmp(t->clocks[i].name, name) == 0)
			return &t->clocks[i];
	return NULL;
}

static enum err
write_clocks(struct reading *rd)
{
	struct visit *v = rd->v;

	for (size_t i = 0; i < rd->nclocks; i++) {
		const struct clock_entry *e = &rd->clocks[i];
		const struct clock *c = clock_named(rd->r->type, e->name);
		struct part_trace *steps;
		const char *label;
		size_t n;

		if (c == NULL)
			continue;
		label = msg(v->cx, c->label_key);
		TRY(visit_trace(v->cx, e->trace, &steps, &n));
		part_fact_begin(&v->page, label);
		part_date(&v->page, e->due);
		if (e->stopped != CIVIL_NONE) {
			html_text(&v->h, " · ");
			html_text(&v->h, msgf(v->cx, "clock.stopped",
					      civil_text(v->cx->arena, e->stopped)));
		}
		html_text(&v->h, " ");
		part_because(&v->page, label, steps, n);
		part_fact_end(&v->page);
	}
	return OK;
}

static enum err
write_facts(struct reading *rd)
{
	struct visit *v = rd->v;

	part_section_begin(&v->page, "andmed", msg(v->cx, "record.facts"));
	part_facts_begin(&v->page);
	for (int i = 0; i < rd->r->type->nfields; i++)
		TRY(write_fact(rd, &rd->r->type->fields[i]));
	TRY(write_clocks(rd));
	part_facts_end(&v->page);
	if (rd->may_edit) {
		part_button_link(&v->page, visit_url_of(v->cx, rd->r, "/-/muuda"),
				 msg(v->cx, "record.edit"), ICON_EDIT, false);
		html_text(&v->h, " ");
		html_link(&v->h, visit_url_of(v->cx, rd->r, "/-/kustuta"), "way-out",
			  msg(v->cx, "delete.title"));
	}
	part_section_end(&v->page);
	return OK;
}

static enum err
write_panels(struct reading *rd)
{
	for (const struct work *const *w = rd->v->site->works; *w != NULL; w++)
		for (const struct web_panel *p = (*w)->panels; p != NULL && p->type != NULL; p++)
			if (strcmp(p->type, rd->r->type->name) == 0)
				TRY(p->write(rd->v, rd->r));
	return OK;
}

/* ---- files ---- */

static enum err
write_files(struct reading *rd)
{
	struct visit *v = rd->v;
	SCOPED(stmt) struct stmt *q = NULL;
	struct part_link *links = ARENA_ARRAY(v->cx->arena, 50, struct part_link);
	struct part_form form = { .id = "fail",
				  .action = visit_url_of(v->cx, rd->r, "/-/fail"),
				  .files = true,
				  .key = visit_key(v) };
	struct part_field file = { .kind = ASK_FILE,
				   .name = "fail",
				   .optional = true,
				   .label = msg(v->cx, "record.file_add") };
	struct part_button add = { .label = msg(v->cx, "record.file_send") };
	size_t n = 0;
	bool row;

	TRY(db_query(v->cx, FILES, DB_ARGS(db_int(rd->r->id)), &q));
	for (; n < 50; n++) {
		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		links[n] = (struct part_link){
			.label = stmt_copy(v->cx, q, 1),
			.href = arena_printf(v->cx->arena, "/fail/%lld", (long long)stmt_int(q, 0)),
			.note = civil_text(v->cx->arena, civil_in_tallinn(stmt_int(q, 2)).day)
		};
	}
	if (n > 0)
		part_links(&v->page, msg(v->cx, "record.files"), links, n);
	if (rd->may_edit) {
		part_form_begin(&v->page, &form);
		part_field(&v->page, &file);
		part_buttons(&v->page, &add, 1, NULL, NULL);
		part_form_end(&v->page);
	}
	return OK;
}

/* ---- the timeline ---- */

/* One side of a change as people read it. */
static enum err
side_text(struct visit *v, const struct field *f, const struct json *j, const char **ret)
{
	struct value value = { .set = j->kind != JSON_NIL };

	if (j->kind == JSON_INT)
		value.i = j->integer;
	else
		value.s = j->text;
	if (value.set && value.s == NULL && j->kind != JSON_INT)
		value.set = false;
	return visit_text(v, f, &value, ret);
}

/* How a term came about: the rule and the day it counts from, reckoned in the reader's words. A
 * rule that is no more explains nothing. */
static enum err
read_why(struct visit *v, const struct json *why, struct part_entry *e)
{
	struct rule_value from;
	struct rule_result r;
	struct part_trace *steps;
	SCOPED_BUF b;
	int32_t day;

	buf_init(&b, MAX_PAGE);
	if (why == NULL || why->kind != JSON_LIST || why->n != 2 ||
	    why->items[0]->kind != JSON_TEXT || why->items[1]->kind != JSON_TEXT ||
	    !civil_parse(why->items[1]->text, &day) ||
	    rulebook_find(v->cx->world->rules, why->items[0]->text) == NULL)
		return OK;
	from = rule_date("from", day);
	TRY(rule_eval(v->cx, v->cx->world->rules, why->items[0]->text, &from, 1, &r));
	TRY(rule_json(v->cx, &r, &b));
	TRY(visit_trace(v->cx, b.bytes, &steps, &e->n_why));
	e->why = steps;
	return OK;
}

/* What a letter said: a sentence as its key and values, and how it came about. */
static enum err
read_said(struct visit *v, struct json *root, struct part_entry *e)
{
	const struct json *say = json_get(root, "say"), *file = json_get(root, "file");
	const char *arg[2] = { "", "" };

	if (file != NULL && file->kind == JSON_INT) {
		e->href = arena_printf(v->cx->arena, "/fail/%lld", (long long)file->integer);
		e->href_label = e->note;
		e->note = NULL;
	}
	if (say == NULL || say->kind != JSON_LIST || say->n == 0 || say->n > 3)
		return OK;
	for (size_t i = 0; i < say->n; i++)
		if (say->items[i]->kind != JSON_TEXT)
			return fail(v->cx, ERR_CORRUPT, "err.trace");
	for (size_t i = 1; i < say->n; i++)
		arg[i - 1] = say->items[i]->text;
	e->say = msgf(v->cx, say->items[0]->text, arg[0], arg[1]);
	return read_why(v, json_get(root, "why"), e);
}

static enum err
read_changes(struct visit *v, const struct type *t, const char *text, struct part_entry *e)
{
	struct json *root, *note;
	struct part_change *list;

	TRY(json_parse(v->cx, "history", text, strlen(text), &root));
	note = json_get(root, "note");
	e->note = note == NULL ? NULL : note->text;
	TRY(read_said(v, root, e));
	list = ARENA_ARRAY(v->cx->arena, root->n + 1, struct part_change);
	for (size_t i = 0; i < root->n; i++) {
		const struct field *f = type_field(t, root->keys[i]);
		const struct json *pair = root->items[i];
		struct part_change *c = &list[e->n_changes];

		if (f == NULL || f->hidden || pair->kind != JSON_LIST || pair->n != 2)
			continue;
		c->label = msg(v->cx, f->label_key);
		TRY(side_text(v, f, pair->items[0], &c->was));
		TRY(side_text(v, f, pair->items[1], &c->now));
		e->n_changes++;
	}
	e->changes = list;
	return OK;
}

static const char *
what_happened(struct visit *v, const struct type *t, const struct history_entry *h)
{
	const struct move *m = strcmp(h->kind, "move") == 0 ? type_move(t, h->name) : NULL;

	if (m != NULL && m->to >= 0)
		return msgf(v->cx, "history.moved_to", msg(v->cx, m->label_key),
			    msg(v->cx, t->states[m->to].label_key));
	if (m != NULL)
		return msgf(v->cx, "history.moved", msg(v->cx, m->label_key));
	return msg(v->cx, arena_printf(v->cx->arena, "history.%s", h->kind));
}

static enum err
write_timeline(struct reading *rd)
{
	struct visit *v = rd->v;
	struct part_entry *list = ARENA_ARRAY(v->cx->arena, rd->nhistory + 1, struct part_entry);

	for (size_t i = 0; i < rd->nhistory; i++) {
		const struct history_entry *h = &rd->history[i];

		list[i] = (struct part_entry){
			.at = h->at,
			.who = h->actor_name != NULL ? h->actor_name : msg(v->cx, "history.hool"),
			.what = what_happened(v, rd->r->type, h),
			.icon = strcmp(h->kind, "note") == 0	 ? ICON_NOTE
				: strcmp(h->kind, "letter") == 0 ? ICON_LETTER
				: strcmp(h->kind, "file") == 0	 ? ICON_FILE
								 : ICON_EDIT
		};
		if (h->change != NULL)
			TRY(read_changes(v, rd->r->type, h->change, &list[i]));
		else
			list[i].note = msg(v->cx, "history.erased");
		/* What a record began with is its facts or the changes since; it need not be said
		 * again. */
		if (strcmp(h->kind, "create") == 0)
			list[i].n_changes = 0;
	}
	part_timeline(&v->page, list, rd->nhistory,
		      rd->r->deleted ? NULL : visit_url_of(v->cx, rd->r, "/-/markus"), visit_key(v),
		      http_form(v->x, "note"));
	return OK;
}

/* ---- to the side: what refers to this record ---- */

static enum err
side_of(struct reading *rd, const struct type *t, const struct field *f)
{
	struct visit *v = rd->v;
	struct ctx *cx = v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	struct part_link *links = ARENA_ARRAY(cx->arena, SIDE, struct part_link);
	struct sql sql;
	struct db_value id = db_int(rd->r->id);
	size_t n = 0;
	bool row;

	if (!sql_may(cx, cx->world->types, t, RIGHT_SEE))
		return OK;
	TRY(sql_referring(cx, cx->world->types, t, f, SIDE, &sql));
	TRY(db_query(cx, sql.text, sql_args(cx, &sql, &id, 1), &q));
	for (; n < SIDE; n++) {
		int s;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		s = type_state(t, stmt_text(q, 2));
		access_saw(cx, "list", stmt_int(q, 3));
		links[n] = (struct part_link){
			.label = arena_printf(cx->arena, "%s %s", stmt_text(q, 0), stmt_text(q, 1)),
			.href = visit_url(cx, t, stmt_text(q, 0)),
			.note = s < 0 ? NULL : msg(cx, t->states[s].label_key)
		};
	}
	if (n > 0)
		part_links(&v->page, msg(cx, t->plural_key), links, n);
	return OK;
}

static enum err
write_side(struct reading *rd)
{
	const struct types *ts = rd->v->cx->world->types;

	for (size_t i = 0; i < ts->n; i++)
		for (int k = 0; k < ts->list[i]->nfields; k++)
			if (ts->list[i]->fields[k].ref_type == rd->r->type)
				TRY(side_of(rd, ts->list[i], &ts->list[i]->fields[k]));
	if (trail_may_see(rd->v, rd->r))
		part_button_link(&rd->v->page, visit_url_of(rd->v->cx, rd->r, "/-/vaatajad"),
				 msg(rd->v->cx, "record.lookers"), ICON_EYE, false);
	return OK;
}

enum err
record_page(struct visit *v)
{
	const struct error cause = v->cx->error; /* a note or file that could not be taken */
	struct reading rd = { 0 };
	struct part_link crumb;

	ctx_forgive(v->cx);
	TRY(record_reading(v, TIMELINE, &rd));
	crumb = (struct part_link){ .label = msg(v->cx, v->type->plural_key),
				    .href = arena_printf(v->cx->arena, "/%s", v->type->path) };
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.own_heading = true;
	visit_page_begin(v, arena_printf(v->cx->arena, "%s %s", rd.r->number,
					 msg(v->cx, v->type->label_key)));
	write_head(&rd);
	v->cx->error = cause;
	visit_cause(v, NULL, 0);
	ctx_forgive(v->cx);
	part_columns_begin(&v->page);
	TRY(write_facts(&rd));
	TRY(write_panels(&rd));
	TRY(write_timeline(&rd));
	part_columns_side(&v->page);
	TRY(write_side(&rd));
	TRY(write_files(&rd));
	part_columns_end(&v->page);
	return visit_page_end(v);
}
