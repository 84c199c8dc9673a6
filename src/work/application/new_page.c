/*
 * Taking in. Officials take in any application; a municipality's worker sends what it found about
 * a child. The municipality does not look people up: it writes who the child and the parent are,
 * and they are found by personal code if the names agree, else made. So nobody outside learns from
 * this page whom the board knows.
 */
#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "core/access.h"
#include "work/application/application_int.h"

#define FORM "/taotlus/uus"
#define MAX_SERVICES 40

static const char SERVICES[] =
	"SELECT sys_id, name, code FROM service WHERE sys_deleted = 0 AND valid_from <= ?1 AND "
	"(valid_to IS NULL OR valid_to >= ?1) AND (?2 = 0 OR starts_by = 'need') "
	"ORDER BY name_sort, sys_id LIMIT ?3";
static const char BY_CODE[] = "SELECT sys_id FROM person WHERE code = ?1 AND sys_deleted = 0";
static const char REPRESENTED[] =
	"SELECT count(*) FROM representation WHERE person = ?1 AND representative = ?2 AND "
	"sys_deleted = 0 AND (valid_to IS NULL OR valid_to >= ?3)";

struct group {
	const char *title, *help; /* keys; help may be NULL */
	const char *const *fields;
	const char *type, *prefix; /* whose fields; how they are called here */
};

static const char *const CASE_FIELDS[] = { "person",  "representative", "service",
					   "channel", "arrived",	NULL };
static const char *const WISH_FIELDS[] = { "county", "provider", "wishes", NULL };
static const char *const NEED_FIELDS[] = { "area_physical",  "area_emotional", "area_social",
					   "area_cognitive", "earlier",	       NULL };
static const char *const NOTE_FIELDS[] = { "note", NULL };
static const char *const SEND_FIELDS[] = { "service", NULL };
static const char *const CHILD_FIELDS[] = { "code",	  "first_name", "last_name",
					    "birth_date", "country",	"document",
					    "language",	  "address",	NULL };
static const char *const PARENT_FIELDS[] = { "code",  "first_name", "last_name", "email",
					     "phone", "delivery",   NULL };

static const struct group OFFICIAL[] = {
	{ "application.group_case", NULL, CASE_FIELDS, "application", "" },
	{ "application.group_wishes", NULL, WISH_FIELDS, "application", "" },
	{ "application.group_need", "application.group_need_help", NEED_FIELDS, "application", "" },
	{ "application.group_note", NULL, NOTE_FIELDS, "application", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};
static const struct group MUNICIPALITY[] = {
	{ "application.group_send", NULL, SEND_FIELDS, "application", "" },
	{ "application.group_child", "application.group_child_help", CHILD_FIELDS, "person",
	  "child_" },
	{ "application.group_parent", "application.group_parent_help", PARENT_FIELDS, "person",
	  "parent_" },
	{ "application.group_found", "application.group_found_help", NEED_FIELDS, "application",
	  "" },
	{ "application.group_wishes", NULL, WISH_FIELDS, "application", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};

static const struct group *
groups_of(const struct visit *v)
{
	return v->cx->who.org != 0 ? MUNICIPALITY : OFFICIAL;
}

static const struct field *
page_field(struct visit *v, const struct group *g, const char *name)
{
	struct field *f = ARENA_NEW(v->cx->arena, struct field);

	*f = *type_field(types_get(v->cx->world->types, g->type), name);
	f->name = arena_printf(v->cx->arena, "%s%s", g->prefix, name);
	return f;
}

/* Services are few: they are chosen from, not searched for. */
static enum err
service_choices(struct visit *v, struct part_field *pf)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct part_choice *c = ARENA_ARRAY(v->cx->arena, MAX_SERVICES, struct part_choice);
	bool row;

	TRY(db_query(
		v->cx, SERVICES,
		DB_ARGS(db_date(v->cx->today), db_bool(v->cx->who.org != 0), db_int(MAX_SERVICES)),
		&q));
	for (pf->n_choices = 0; pf->n_choices < MAX_SERVICES;) {
		const char *id;

		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		id = text_from_int(v->cx->arena, stmt_int(q, 0));
		c[pf->n_choices++] =
			(struct part_choice){ .value = id,
					      .label = arena_printf(v->cx->arena, "%s (%s)",
								    stmt_text(q, 1),
								    stmt_text(q, 2)),
					      .chosen = text_equal(id, pf->value) };
	}
	/* One to choose from is chosen. */
	if (pf->n_choices == 1)
		c[0].chosen = true;
	pf->kind = ASK_CHOICE;
	pf->choices = c;
	return OK;
}

static enum err
read_field(struct visit *v, const struct group *g, const char *name, struct part_field *pf)
{
	TRY(visit_field(v, page_field(v, g, name), NULL, pf));
	if (strcmp(name, "service") == 0)
		return service_choices(v, pf);
	if (v->cx->who.org == 0)
		return OK;
	/* A finding without its ratings is not whole; a birth date follows from the personal code,
	 * and a parent may be unknown. */
	if (g->fields == NEED_FIELDS)
		pf->optional = false;
	else if (g->fields == PARENT_FIELDS || strcmp(name, "birth_date") == 0)
		pf->optional = true;
	return OK;
}

/* ---- the page ---- */

static enum err
take_draft(struct visit *v, struct part_form *form)
{
	struct http_pairs pairs;

	if (v->x->form.n > 0)
		return OK;
	TRY(draft_read(v, form->id, &pairs, &form->kept_at));
	if (pairs.n > 0)
		v->x->form = pairs;
	return OK;
}

static enum err
read_fields(struct visit *v, const struct group *g, struct part_field *list, size_t *n)
{
	for (; g->title != NULL; g++)
		for (const char *const *name = g->fields; *name != NULL; name++)
			TRY(read_field(v, g, *name, &list[(*n)++]));
	return OK;
}

static void
write_groups(struct visit *v, const struct group *g, const struct part_field *list)
{
	for (; g->title != NULL; g++) {
		part_group_begin(&v->page, msg(v->cx, g->title),
				 g->help == NULL ? NULL : msg(v->cx, g->help));
		for (const char *const *name = g->fields; *name != NULL; name++)
			part_field(&v->page, list++);
		part_group_end(&v->page);
	}
}

enum err
application_new_page(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "application");
	const struct group *groups = groups_of(v);
	struct part_field *list = ARENA_ARRAY(v->cx->arena, MAX_FIELDS, struct part_field);
	struct part_form form = { .id = FORM, .action = FORM, .key = visit_key(v), .keep = true };
	struct part_button save = { .label = msg(v->cx, v->cx->who.org != 0 ? "application.send"
									    : "form.create") };
	bool outside = v->cx->who.org != 0;
	size_t n = 0;

	if (!sql_may(v->cx, v->cx->world->types, t, RIGHT_CREATE))
		return fail(v->cx, ERR_DENIED, "err.denied_create", msg(v->cx, t->label_key));
	if (v->error != OK && text_equal(v->cx->error.key, "form.searching")) {
		v->error = OK;
		ctx_forgive(v->cx);
		v->x->status = 200;
	}
	TRY(take_draft(v, &form));
	TRY(read_fields(v, groups, list, &n));
	if (outside)
		v->page.lead = msg(v->cx, "application.send_lead");
	visit_page_begin(v,
			 msg(v->cx, outside ? "application.send_title" : "application.new_title"));
	part_error_summary(&v->page, list, n);
	if (v->error != OK && v->cx->error.field == NULL)
		part_notice(&v->page, TONE_LATE, msg_error(v->cx), NULL);
	part_form_begin(&v->page, &form);
	write_groups(v, groups, list);
	part_buttons(&v->page, &save, 1, "/taotlus", NULL);
	part_form_end(&v->page);
	return visit_page_end(v);
}

/* ---- who a municipality writes about ---- */

static enum err
typed_group(struct visit *v, const struct group *g, struct change *ch)
{
	for (const char *const *name = g->fields; *name != NULL; name++) {
		const struct field *f = page_field(v, g, *name);

		TRY(visit_typed(v, &f, 1, ch));
	}
	return OK;
}

static const struct value *
got(const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	return ch->given[f->index] && ch->v[f->index].set ? &ch->v[f->index] : NULL;
}

static bool
same_name(struct visit *v, const struct change *ch, const struct record *p)
{
	static const char *const NAMES[] = { "first_name", "last_name" };

	for (size_t i = 0; i < 2; i++) {
		const struct value *val = got(ch, NAMES[i]);

		if (val == NULL || !text_equal(fold_search(v->cx->arena, val->s),
					       fold_search(v->cx->arena, record_text(p, NAMES[i]))))
			return false;
	}
	return true;
}

/* What the board did not know of somebody it knows. */
static enum err
add_to(struct visit *v, const struct record *p, const struct change *typed)
{
	struct change *ch = change_of(v->cx, p->type);
	enum err e;

	for (int i = 0; i < p->type->nfields; i++)
		if (typed->given[i] && typed->v[i].set && !p->v[i].set) {
			ch->v[i] = typed->v[i];
			ch->given[i] = true;
		}
	ch->note = msg(v->cx, "application.said_by_municipality");
	v->cx->who.system = true; /* the sender need not see the person to tell us more */
	e = record_edit(v->cx, p->type, p->id, p->version, ch);
	v->cx->who.system = false;
	return e;
}

/* The person with that code, if the names agree; else a new one. */
static enum err
find_or_make(struct visit *v, const struct group *g, struct change *ch, int64_t *ret)
{
	const struct value *code = got(ch, "code");
	struct record *p;
	enum err e;

	if (code != NULL && db_get_int(v->cx, BY_CODE, DB_ARGS(db_text(code->s)), ret) == OK) {
		TRY(record_get(v->cx, "person", *ret, &p));
		return same_name(v, ch, p)
			       ? add_to(v, p, ch)
			       : fail_field(v->cx, ERR_INVALID,
					    arena_printf(v->cx->arena, "%slast_name", g->prefix),
					    "err.application_name_code");
	}
	if (code != NULL && v->cx->error.code != ERR_NOTFOUND)
		return v->cx->error.code;
	ctx_forgive(v->cx);
	e = record_create(v->cx, ch, ret);
	if (e == ERR_INVALID && v->cx->error.field != NULL) {
		const struct error was = v->cx->error;

		ctx_forgive(v->cx);
		return fail_field(v->cx, e,
				  arena_printf(v->cx->arena, "%s%s", g->prefix, was.field), was.key,
				  was.nargs > 0 ? was.args[0] : "");
	}
	return e;
}

static enum err
represent(struct visit *v, int64_t child, int64_t parent)
{
	struct change *ch = change_new(v->cx, "representation");
	int64_t n = 0, id;
	enum err e;

	TRY(db_get_int(v->cx, REPRESENTED,
		       DB_ARGS(db_int(child), db_int(parent), db_date(v->cx->today)), &n));
	if (n > 0)
		return OK;
	change_int(ch, "person", child);
	change_int(ch, "representative", parent);
	change_text(ch, "kind", "parent");
	change_text(ch, "basis", msg(v->cx, "application.said_by_municipality"));
	v->cx->who.system = true; /* follows from what was sent, not a right of the sender's own */
	e = record_create(v->cx, ch, &id);
	v->cx->who.system = false;
	return e;
}

static bool
any_typed(struct visit *v, const struct group *g)
{
	for (const char *const *name = g->fields; *name != NULL; name++) {
		const char *typed =
			http_form(v->x, arena_printf(v->cx->arena, "%s%s", g->prefix, *name));

		if (strcmp(*name, "delivery") != 0 && typed != NULL && *typed != '\0')
			return true;
	}
	return false;
}

static enum err
people_of(struct visit *v, struct change *ch)
{
	const struct group *child = &MUNICIPALITY[1], *parent = &MUNICIPALITY[2];
	struct change *c = change_new(v->cx, "person"), *p = change_new(v->cx, "person");
	int64_t child_id, parent_id;

	TRY(typed_group(v, child, c));
	TRY(find_or_make(v, child, c, &child_id));
	change_int(ch, "person", child_id);
	if (!any_typed(v, parent))
		return OK;
	TRY(typed_group(v, parent, p));
	TRY(find_or_make(v, parent, p, &parent_id));
	change_int(ch, "representative", parent_id);
	return represent(v, child_id, parent_id);
}

/* ---- what was sent ---- */

static enum err
check_ratings(struct visit *v, const struct change *ch)
{
	const char *field;

	if (need_is_whole(NULL, ch, &field))
		return OK;
	return fail_field(v->cx, ERR_INVALID, field, "err.required",
			  msg(v->cx, type_field(ch->type, field)->label_key));
}

enum err
application_new_post(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "application");
	struct change *ch = change_of(v->cx, t);
	struct record *r;
	int64_t id;

	v->cx->purpose = visit_purpose(v, t);
	if (http_form(v->x, PART_FIND) != NULL)
		return fail(v->cx, ERR_INVALID, "form.searching");
	for (const struct group *g = groups_of(v); g->title != NULL; g++)
		if (strcmp(g->type, "application") == 0)
			TRY(typed_group(v, g, ch));
	if (v->cx->who.org != 0) {
		TRY(check_ratings(v, ch));
		TRY(people_of(v, ch));
	}
	TRY(record_create(v->cx, ch, &id));
	if (record_load(v->cx, t, id, RIGHT_SEE, &r) != OK) {
		if (v->cx->error.code != ERR_NOTFOUND)
			return v->cx->error.code;
		ctx_forgive(v->cx);
		return visit_go(v, "/taotlus");
	}
	access_saw(v->cx, "record", r->about);
	return visit_go(v, visit_url_of(v->cx, r, ""));
}
