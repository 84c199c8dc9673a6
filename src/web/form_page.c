/*
 * Making and changing records of any type. A change carries the version it was made from; if the
 * record has changed meanwhile, the merge view shows both and loses neither.
 */
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "core/history.h"
#include "core/search.h"
#include "web/site_int.h"

struct asked {
	const struct field *f[MAX_FIELDS];
	int n;
};

/* Fields a form asks for: those not kept by code, and not fixed once made. */
static struct asked
asked_fields(const struct type *t, const struct record *r)
{
	struct asked a = { .n = 0 };

	for (int i = 0; i < t->nfields; i++)
		if (!t->fields[i].hidden && !(r != NULL && t->fields[i].fixed))
			a.f[a.n++] = &t->fields[i];
	return a;
}

static const char *
list_url(struct visit *v)
{
	return arena_printf(v->cx->arena, "/%s", v->type->path);
}

/* The version a form says it was made from; 0: none. */
static int64_t
version_read(const struct visit *v)
{
	const char *typed = http_form(v->x, PART_VERSION);
	int64_t version = 0;

	(void)text_int(typed == NULL ? "" : typed, 1, INT64_MAX, &version);
	return version;
}

/* A kept draft stands in for what was typed, unless the form itself brings it. It goes on from the
 * version it was begun with, so that what others have written since is not undone unseen. */
static enum err
take_draft(struct visit *v, struct part_form *form)
{
	struct http_pairs pairs;

	if (v->x->form.n > 0)
		return OK;
	TRY(draft_read(v, form->id, &pairs, &form->kept_at));
	if (pairs.n == 0)
		return OK;
	v->x->form = pairs;
	if (form->version != 0 && version_read(v) != 0)
		form->version = version_read(v);
	return OK;
}

static enum err
write_form(struct visit *v, const struct record *r, struct part_form *form, const char *title,
	   const struct found *same, size_t nsame)
{
	struct asked a = asked_fields(v->type, r);
	struct part_field *fields = ARENA_ARRAY(v->cx->arena, (size_t)a.n + 1, struct part_field);
	struct part_button save = { .label = msg(v->cx, r == NULL ? "form.create" : "form.save") };
	struct part_link *links = ARENA_ARRAY(v->cx->arena, nsame + 1, struct part_link);

	TRY(take_draft(v, form));
	for (int i = 0; i < a.n; i++)
		TRY(visit_field(v, a.f[i], r == NULL ? NULL : &r->v[a.f[i]->index], &fields[i]));
	visit_page_begin(v, title);
	part_error_summary(&v->page, fields, (size_t)a.n);
	visit_cause(v, fields, (size_t)a.n);
	for (size_t i = 0; i < nsame; i++)
		links[i] = (struct part_link){ .label = arena_printf(v->cx->arena, "%s · %s",
								     same[i].title, same[i].number),
					       .href = visit_url(v->cx, same[i].type,
								 same[i].number) };
	if (nsame > 0) {
		part_notice(&v->page, TONE_SOON, msg(v->cx, "form.same"),
			    msg(v->cx, "form.same_what"));
		part_links(&v->page, msg(v->cx, "form.same_who"), links, nsame);
	}
	part_form_begin(&v->page, form);
	if (nsame > 0)
		html_hidden(&v->h, PART_ASKED, "1");
	for (int i = 0; i < a.n; i++)
		part_field(&v->page, &fields[i]);
	part_buttons(&v->page, &save, 1, r == NULL ? list_url(v) : visit_url_of(v->cx, r, ""),
		     NULL);
	part_form_end(&v->page);
	return visit_page_end(v);
}

/* ---- new ---- */

static enum err
write_new(struct visit *v, const struct found *same, size_t nsame)
{
	struct part_form form = {
		.id = arena_printf(v->cx->arena, "/%s/uus", v->type->path),
		.action = arena_printf(v->cx->arena, "/%s/uus", v->type->path),
		.key = visit_key(v),
		.keep = true,
	};

	if (!sql_may(v->cx, v->cx->world->types, v->type, RIGHT_CREATE))
		return fail(v->cx, ERR_DENIED, "err.denied_create", msg(v->cx, v->type->label_key));
	return write_form(v, NULL, &form,
			  msgf(v->cx, "form.new_title", msg(v->cx, v->type->label_key)), same,
			  nsame);
}

/* A POST that only asks a reference field to search comes back as the form. */
static bool
only_searching(struct visit *v)
{
	return http_form(v->x, PART_FIND) != NULL;
}

enum err
new_page(struct visit *v)
{
	struct found *same = NULL;
	size_t n = 0;

	if (v->error == ERR_CONFLICT && text_equal(v->cx->error.key, "err.same_person")) {
		struct asked a = asked_fields(v->type, NULL);
		struct change *ch = change_of(v->cx, v->type);
		const struct error cause = v->cx->error;

		ctx_forgive(v->cx);
		TRY(visit_typed(v, a.f, a.n, ch));
		TRY(search_same_person(v->cx, ch, &same, &n));
		for (size_t i = 0; i < n; i++)
			access_saw(v->cx, "search", same[i].about);
		v->cx->error = cause;
	} else if (v->error != OK && text_equal(v->cx->error.key, "form.searching")) {
		v->error = OK;
		ctx_forgive(v->cx);
		v->x->status = 200;
	}
	return write_new(v, same, n);
}

/* Search before create: whoever looks the same is shown first. */
static enum err
check_same(struct visit *v, struct change *ch)
{
	struct found *same;
	size_t n;

	if (!v->type->is_person || text_equal(http_form(v->x, PART_ASKED), "1"))
		return OK;
	TRY(search_same_person(v->cx, ch, &same, &n));
	return n == 0 ? OK : fail(v->cx, ERR_CONFLICT, "err.same_person");
}

enum err
new_post(struct visit *v)
{
	struct asked a = asked_fields(v->type, NULL);
	struct change *ch = change_of(v->cx, v->type);
	struct record *r;
	int64_t id;

	if (only_searching(v))
		return fail(v->cx, ERR_INVALID, "form.searching");
	TRY(visit_typed(v, a.f, a.n, ch));
	TRY(check_same(v, ch));
	TRY(record_create(v->cx, ch, &id));
	if (record_load(v->cx, v->type, id, RIGHT_SEE, &r) != OK) {
		if (v->cx->error.code != ERR_NOTFOUND)
			return v->cx->error.code;
		ctx_forgive(v->cx); /* one may make what one may not look at afterwards */
		return visit_go(v, list_url(v));
	}
	return visit_go(v, visit_url_of(v->cx, r, ""));
}

/* ---- change ---- */

static struct part_form
edit_form(struct visit *v, const struct record *r)
{
	return (struct part_form){ .id = visit_url_of(v->cx, r, "/-/muuda"),
				   .action = visit_url_of(v->cx, r, "/-/muuda"),
				   .key = visit_key(v),
				   .version = r->version,
				   .keep = true };
}

enum err
edit_page(struct visit *v)
{
	struct record *r;
	struct part_form form;

	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	access_saw(v->cx, "record", r->about);
	if (record_load_number(v->cx, v->type, v->number, RIGHT_EDIT, &r) != OK) {
		if (v->cx->error.code != ERR_NOTFOUND)
			return v->cx->error.code;
		ctx_forgive(v->cx);
		return fail(v->cx, ERR_DENIED, "err.denied_edit", msg(v->cx, v->type->label_key));
	}
	/* What could not be saved is not asked for. */
	if (r->deleted)
		return fail(v->cx, ERR_CONFLICT, "err.deleted");
	if (v->type->nstates > 0 && v->type->states[r->state].fixed)
		return fail(v->cx, ERR_CONFLICT, "err.fixed_state",
			    msg(v->cx, v->type->states[r->state].label_key));
	form = edit_form(v, r);
	return write_form(v, r, &form, msgf(v->cx, "form.edit_title", r->number), NULL, 0);
}

/* Which field of the merge view a pair belongs to, by its name or NAME_mine; NULL: none. */
static const char *
merged_field(struct visit *v, const struct asked *a, const char *pair)
{
	for (int i = 0; i < a->n; i++) {
		const char *mine = arena_printf(v->cx->arena, "%s_mine", a->f[i]->name);

		if (http_form(v->x, mine) != NULL &&
		    (strcmp(pair, mine) == 0 || strcmp(pair, a->f[i]->name) == 0))
			return a->f[i]->name;
	}
	return NULL;
}

/* The answers of the merge view made into a plain form: NAME=mine becomes NAME with what NAME_mine
 * holds; NAME=theirs, which keeps what stands, is left out. Doing it again changes nothing. */
static void
take_choices(struct visit *v, const struct asked *a)
{
	const struct http_pairs *form = &v->x->form;
	struct http_pair *pairs = ARENA_ARRAY(v->cx->arena, form->n + 1, struct http_pair);
	size_t n = 0;

	for (size_t i = 0; i < form->n; i++) {
		const struct http_pair *p = &form->at[i];
		const char *name = merged_field(v, a, p->name);

		if (name == NULL)
			pairs[n++] = *p;
		else if (strcmp(p->name, name) == 0 && strcmp(p->value, "mine") == 0)
			pairs[n++] = (struct http_pair){
				name, http_form(v->x, arena_printf(v->cx->arena, "%s_mine", name))
			};
	}
	v->x->form = (struct http_pairs){ pairs, n };
}

enum err
edit_post(struct visit *v)
{
	struct change *ch = change_of(v->cx, v->type);
	struct record *r;
	struct asked a;

	if (only_searching(v))
		return fail(v->cx, ERR_INVALID, "form.searching");
	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	v->record = r;
	a = asked_fields(v->type, r);
	if (version_read(v) == 0)
		return fail(v->cx, ERR_INVALID, "err.form_version");
	take_choices(v, &a);
	TRY(visit_typed(v, a.f, a.n, ch));
	TRY(record_edit(v->cx, v->type, r->id, version_read(v), ch));
	return visit_go(v, visit_url_of(v->cx, r, ""));
}

/* ---- the merge view ---- */

/* Who made the version that stands now. */
static enum err
who_changed(struct visit *v, const struct record *r, struct part_merge *m)
{
	struct history_entry *h;
	size_t n;

	TRY(history_of(v->cx, r->id, 1, &h, &n));
	m->their_name =
		n > 0 && h[0].actor_name != NULL ? h[0].actor_name : msg(v->cx, "history.hool");
	m->their_at = n > 0 ? h[0].at : r->changed;
	return OK;
}

/* What the record was in the version the form was made from: its present values with the changes
 * since then taken back, read from history. */
static enum err
base_values(struct visit *v, const struct record *r, int64_t version, struct value *base)
{
	struct history_entry *h;
	size_t n;

	memcpy(base, r->v, (size_t)r->type->nfields * sizeof(*base));
	TRY(history_of(v->cx, r->id, 1000, &h, &n));
	for (size_t i = 0; i < n; i++)
		if (h[i].version > version && h[i].change != NULL)
			TRY(record_unchange(v->cx, r->type, h[i].change, base));
	return OK;
}

static enum err
merge_page(struct visit *v, struct record *r, int64_t version)
{
	struct asked a = asked_fields(v->type, r);
	struct part_merge_row *rows =
		ARENA_ARRAY(v->cx->arena, (size_t)a.n + 1, struct part_merge_row);
	struct value *base = ARENA_ARRAY(v->cx->arena, (size_t)r->type->nfields + 1, struct value);
	struct part_merge m = { .action = visit_url_of(v->cx, r, "/-/muuda"),
				.key = visit_key(v),
				.form = visit_url_of(v->cx, r, "/-/muuda"),
				.version = r->version,
				.rows = rows,
				.cancel_href = visit_url_of(v->cx, r, "") };
	struct change *ch = change_of(v->cx, v->type);

	ctx_forgive(v->cx);
	TRY(base_values(v, r, version, base));
	TRY(visit_typed(v, a.f, a.n, ch));
	TRY(who_changed(v, r, &m));
	for (int i = 0; i < a.n; i++) {
		const struct field *f = a.f[i];
		const struct value *mine = ch->given[f->index] ? &ch->v[f->index] : &base[f->index];
		struct part_merge_row *row = &rows[m.n_rows];

		if (value_equal(mine, &r->v[f->index]))
			continue;
		row->name = f->name;
		row->label = msg(v->cx, f->label_key);
		TRY(visit_text(v, f, &base[f->index], &row->base));
		TRY(visit_text(v, f, &r->v[f->index], &row->theirs));
		TRY(visit_text(v, f, mine, &row->mine));
		row->typed = value_typed(v->cx, f, mine);
		row->clash = !value_equal(&base[f->index], &r->v[f->index]) &&
			     !value_equal(&base[f->index], mine);
		m.n_rows++;
	}
	visit_page_begin(v, msgf(v->cx, "form.merge_title", r->number));
	part_merge(&v->page, &m);
	return visit_page_end(v);
}

enum err
edit_again(struct visit *v)
{
	const struct error cause = v->cx->error;
	struct part_form form;
	struct record *r;
	struct asked a;

	ctx_forgive(v->cx);
	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_EDIT, &r));
	access_saw(v->cx, "record", r->about);
	v->record = r;
	a = asked_fields(v->type, r);
	take_choices(v, &a);
	if (text_equal(cause.key, "err.changed"))
		return merge_page(v, r, version_read(v));
	form = edit_form(v, r);
	form.version = version_read(v);
	v->cx->error = cause;
	if (text_equal(cause.key, "form.searching")) {
		v->error = OK;
		ctx_forgive(v->cx);
	}
	return write_form(v, r, &form, msgf(v->cx, "form.edit_title", r->number), NULL, 0);
}
