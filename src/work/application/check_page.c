/*
 * One page for all conditions an official looks at, and the button that checks the rest anew.
 * Fields of a condition are named c<condition>_<field>; each finding carries the version it was
 * read in, so that two officials do not overwrite each other.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "work/application/application_int.h"

static const char *const ASKED[] = { "result", "evidence", "evidence_text", "valid_until",
				     "reason" };
#define NASKED (sizeof(ASKED) / sizeof(*ASKED))

static const struct type *
finding_type(const struct visit *v)
{
	return types_get(v->cx->world->types, "finding");
}

/* The field of the type under the name it has on this page. */
static const struct field *
page_field(struct visit *v, const struct proof *p, const char *name)
{
	struct field *f = ARENA_NEW(v->cx->arena, struct field);

	*f = *type_field(finding_type(v), name);
	f->name = arena_printf(v->cx->arena, "c%" PRId64 "_%s", p->condition, name);
	return f;
}

static const char *
version_name(struct visit *v, const struct proof *p)
{
	return arena_printf(v->cx->arena, "c%" PRId64 "_version", p->condition);
}

/* An official fills what is manual, and what a human has taken over from the program. */
static bool
is_asked(const struct proof *p)
{
	return strcmp(p->check, "manual") == 0 || (p->finding != 0 && !p->computed);
}

static enum err
load(struct visit *v, enum right right, struct record **ret, struct proofs *ret_proofs)
{
	const struct type *t = types_get(v->cx->world->types, "application");
	int64_t id;

	if (!text_int(v->part[0], 1, INT64_MAX, &id))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	v->cx->purpose = visit_purpose(v, t);
	TRY(record_load(v->cx, t, id, right, ret));
	access_saw(v->cx, "record", (*ret)->about);
	if ((*ret)->deleted || t->states[(*ret)->state].fixed)
		return fail(v->cx, ERR_CONFLICT, "err.fixed_state",
			    msg(v->cx, t->states[(*ret)->state].label_key));
	return eligibility_load(v->cx, *ret, ret_proofs);
}

/* ---- the page ---- */

struct asking {
	const struct proof *p;
	struct part_field f[NASKED];
};

static struct value
value_of(const struct proof *p, const char *name)
{
	static const char *const RESULTS[] = { [FINDING_MET] = "met",
					       [FINDING_NOT_MET] = "not_met",
					       [FINDING_UNCLEAR] = "unclear",
					       [FINDING_WAIVED] = "waived" };
	struct value val = { .set = true };

	if (strcmp(name, "result") == 0)
		val.s = RESULTS[p->result == FINDING_NONE ? FINDING_UNCLEAR : p->result];
	else if (strcmp(name, "evidence") == 0)
		val.s = p->evidence != NULL ? p->evidence : p->wants;
	else if (strcmp(name, "evidence_text") == 0)
		val.s = p->evidence_text;
	else if (strcmp(name, "reason") == 0)
		val.s = p->reason;
	else
		val = (struct value){ p->valid_until != CIVIL_NONE, p->valid_until, NULL };
	if (strcmp(name, "valid_until") != 0)
		val.set = val.s != NULL;
	return val;
}

static enum err
read_asking(struct visit *v, const struct proof *p, struct asking *a)
{
	a->p = p;
	for (size_t i = 0; i < NASKED; i++) {
		struct value val = value_of(p, ASKED[i]);

		TRY(visit_field(v, page_field(v, p, ASKED[i]), &val, &a->f[i]));
	}
	a->f[NASKED - 1].rows = 3;
	return OK;
}

static void
write_computed(struct visit *v, const struct proofs *ps)
{
	size_t n = 0;

	for (size_t i = 0; i < ps->n; i++)
		n += !is_asked(&ps->at[i]);
	if (n == 0)
		return;
	part_section_begin(&v->page, "arvutatud", msg(v->cx, "application.computed"));
	part_facts_begin(&v->page);
	for (size_t i = 0; i < ps->n; i++) {
		const struct proof *p = &ps->at[i];

		if (is_asked(p))
			continue;
		part_fact_begin(&v->page, p->name);
		part_badge(&v->page, result_tone(p->result), result_word(v->cx, p->result));
		if (p->reason != NULL)
			part_quiet(&v->page, p->reason);
		part_fact_end(&v->page);
	}
	part_facts_end(&v->page);
	part_quiet(&v->page, msg(v->cx, "application.computed_how"));
	part_section_end(&v->page);
}

static void
write_asking(struct visit *v, const struct asking *a)
{
	const struct proof *p = a->p;
	const char *help = p->law;

	if (p->any_of != NULL)
		help = arena_printf(v->cx->arena, "%s%s%s",
				    msgf(v->cx, "application.one_of", p->any_of),
				    p->law == NULL ? "" : " · ", p->law == NULL ? "" : p->law);
	part_group_begin(&v->page, p->name, help);
	html_hidden(&v->h, version_name(v, p), text_from_int(v->cx->arena, p->version));
	for (size_t i = 0; i < NASKED; i++)
		part_field(&v->page, &a->f[i]);
	part_group_end(&v->page);
}

static struct part_field *
all_fields(struct visit *v, const struct asking *list, size_t n)
{
	struct part_field *all = ARENA_ARRAY(v->cx->arena, n * NASKED + 1, struct part_field);

	for (size_t i = 0; i < n * NASKED; i++)
		all[i] = list[i / NASKED].f[i % NASKED];
	return all;
}

static void
write_form(struct visit *v, const struct record *app, const struct asking *list, size_t n)
{
	struct part_form form = {
		.id = arena_printf(v->cx->arena, "/taotlus-kontroll/%" PRId64, app->id),
		.action = arena_printf(v->cx->arena, "/taotlus-kontroll/%" PRId64, app->id),
		.key = visit_key(v),
	};
	struct part_button save = { .label = msg(v->cx, "application.save_check") };

	part_form_begin(&v->page, &form);
	for (size_t i = 0; i < n; i++)
		write_asking(v, &list[i]);
	part_buttons(&v->page, &save, 1, visit_url_of(v->cx, app, ""), NULL);
	part_form_end(&v->page);
}

enum err
check_page(struct visit *v)
{
	const struct error cause = v->cx->error;
	struct part_link crumb;
	struct asking *list;
	struct record *app;
	struct proofs ps;
	size_t n = 0;

	ctx_forgive(v->cx);
	TRY(load(v, RIGHT_EDIT, &app, &ps));
	v->cx->error = cause;
	list = ARENA_ARRAY(v->cx->arena, ps.n + 1, struct asking);
	for (size_t i = 0; i < ps.n; i++)
		if (is_asked(&ps.at[i]))
			TRY(read_asking(v, &ps.at[i], &list[n++]));
	crumb = (struct part_link){ .label = app->number, .href = visit_url_of(v->cx, app, "") };
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.lead = app->title;
	visit_page_begin(v, msg(v->cx, "application.check_title"));
	part_error_summary(&v->page, all_fields(v, list, n), n * NASKED);
	if (v->error != OK && cause.field == NULL)
		part_notice(&v->page, TONE_LATE, msg_error(v->cx), NULL);
	write_computed(v, &ps);
	if (n == 0)
		part_empty(&v->page, msg(v->cx, "application.nothing_manual"), "",
			   visit_url_of(v->cx, app, ""), app->number);
	else
		write_form(v, app, list, n);
	return visit_page_end(v);
}

/* ---- what was filled in ---- */

static bool
is_sent(struct visit *v, const struct proof *p)
{
	return http_form(v->x, version_name(v, p)) != NULL;
}

/* A fault the database or the type finds is shown at the condition it belongs to. */
static enum err
at_condition(struct visit *v, const struct proof *p, enum err e)
{
	const struct error was = v->cx->error;
	const char *name = NULL;

	if (e == OK || (e != ERR_INVALID && e != ERR_CONFLICT))
		return e;
	if (was.field != NULL && *was.field != 'c')
		name = was.field;
	else if (was.field == NULL && was.key != NULL && text_starts(was.key, "guard.finding."))
		name = "reason";
	if (name == NULL)
		return e;
	ctx_forgive(v->cx);
	return fail_field(v->cx, e,
			  arena_printf(v->cx->arena, "c%" PRId64 "_%s", p->condition, name),
			  was.key, was.nargs > 0 ? was.args[0] : "");
}

static enum err
save_one(struct visit *v, const struct record *app, const struct proof *p)
{
	const struct type *t = finding_type(v);
	const struct field *fields[NASKED];
	struct change *ch = change_of(v->cx, t);
	int64_t version = 0, id;

	for (size_t i = 0; i < NASKED; i++)
		fields[i] = page_field(v, p, ASKED[i]);
	if (!text_int(http_form(v->x, version_name(v, p)), 0, INT64_MAX, &version))
		return fail(v->cx, ERR_INVALID, "err.form_version");
	TRY(visit_typed(v, fields, NASKED, ch));
	if (p->finding != 0)
		return at_condition(v, p, record_edit(v->cx, t, p->finding, version, ch));
	change_int(ch, "application", app->id);
	change_int(ch, "person", record_int(app, "person"));
	change_int(ch, "condition", p->condition);
	return at_condition(v, p, record_create(v->cx, ch, &id));
}

enum err
check_post(struct visit *v)
{
	struct record *app;
	struct proofs ps;

	TRY(load(v, RIGHT_EDIT, &app, &ps));
	for (size_t i = 0; i < ps.n; i++)
		if (is_asked(&ps.at[i]) && is_sent(v, &ps.at[i]))
			TRY(save_one(v, app, &ps.at[i]));
	return visit_go(v, visit_url_of(v->cx, app, "#tingimused"));
}

enum err
check_again_post(struct visit *v)
{
	struct record *app;
	struct proofs ps;

	TRY(load(v, RIGHT_EDIT, &app, &ps));
	TRY(eligibility_check(v->cx, app));
	TRY(eligibility_keep(v->cx, app->id));
	return visit_go(v, visit_url_of(v->cx, app, "#tingimused"));
}
