/* Fields of forms: asked with what was typed before, and read. See site.h. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "rule/place.h"
#include "web/site_int.h"

static const char TYPE_OF[] = "SELECT type FROM sys_record WHERE id = ?1";

static enum ask
ask_kind(const struct field *f)
{
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_CODE:
		return ASK_TEXT;
	case FIELD_LONG:
		return ASK_LONG;
	case FIELD_INT:
	case FIELD_TIME:
		return ASK_INT;
	case FIELD_MONEY:
		return ASK_MONEY;
	case FIELD_DATE:
		return ASK_DATE;
	case FIELD_BOOL:
		return ASK_YESNO;
	case FIELD_CHOICE:
		return ASK_CHOICE;
	case FIELD_CHOICES:
		return ASK_MANY;
	case FIELD_REF:
		return ASK_REF;
	case FIELD_KIND_COUNT:
		break;
	}
	BUG("field kind");
}

static void
fill_choices(struct visit *v, const struct field *f, const char *value, struct part_field *pf)
{
	struct part_choice *c =
		ARENA_ARRAY(v->cx->arena, (size_t)f->nchoices + 1, struct part_choice);
	const char *several = arena_printf(v->cx->arena, ",%s,", value);
	size_t n = 0;

	for (int i = 0; i < f->nchoices; i++) {
		const struct choice *ch = &f->choices[i];
		const char *one = arena_printf(v->cx->arena, ",%s,", ch->name);
		bool chosen = f->kind == FIELD_CHOICE ? strcmp(value, ch->name) == 0
						      : strstr(several, one) != NULL;
		bool in_force = (ch->valid_from == CIVIL_NONE || ch->valid_from <= v->cx->today) &&
				(ch->valid_to == CIVIL_NONE || ch->valid_to >= v->cx->today);

		if (in_force || chosen)
			c[n++] = (struct part_choice){ .value = ch->name,
						       .label = msg(v->cx, ch->label_key),
						       .chosen = chosen };
	}
	pf->choices = c;
	pf->n_choices = n;
}

/* Counties, or municipalities, in force today; and the one chosen before, if it is no longer. */
static void
fill_places(struct visit *v, const struct field *f, const char *value, struct part_field *pf)
{
	const struct rulebook *rules = v->cx->world->rules;
	const struct place **list, *was = place_last(rules, value);
	struct part_choice *c;
	bool chosen = false;
	size_t n = strcmp(f->name, "county") == 0
			   ? place_counties(v->cx, rules, v->cx->today, &list)
			   : place_municipalities(v->cx, rules, NULL, v->cx->today, &list);

	c = ARENA_ARRAY(v->cx->arena, n + 2, struct part_choice);
	for (size_t i = 0; i < n; i++) {
		c[i] = (struct part_choice){ .value = list[i]->code,
					     .label = list[i]->name,
					     .chosen = strcmp(list[i]->code, value) == 0 };
		chosen = chosen || c[i].chosen;
	}
	if (!chosen && was != NULL)
		c[n++] = (struct part_choice){ .value = was->code,
					       .label = was->name,
					       .chosen = true };
	pf->kind = ASK_CHOICE;
	pf->choices = c;
	pf->n_choices = n;
}

/* The reader, or where they belong: theirs to name whatever else they may see. */
static bool
is_self(const struct ctx *cx, int64_t id)
{
	const struct actor *who = &cx->who;

	return id == who->user || id == who->person || id == who->position || id == who->unit ||
	       id == who->org;
}

/* The record picked, by its title; one out of the reader's sight only if it stands there already,
 * for else any id in an address would tell a name. */
static enum err
picked(struct visit *v, int64_t id, bool stands, const char *value, struct part_field *pf,
       struct part_choice *c)
{
	const char *title, *href;

	TRY(visit_title(v, id, &title, &href));
	if (href == NULL && !stands && !is_self(v->cx, id)) {
		pf->value = "";
		return OK;
	}
	c[pf->n_choices++] = (struct part_choice){ .value = value, .label = title, .chosen = true };
	/* A radio once chosen cannot be let go of, so there is one that says so. */
	if (pf->optional)
		c[pf->n_choices++] =
			(struct part_choice){ .value = "", .label = msg(v->cx, "form.nothing") };
	return OK;
}

/* A reference shows the record picked; a search asked for by the form shows what it found. */
static enum err
fill_ref(struct visit *v, const struct field *f, const struct value *value, const char *chosen,
	 struct part_field *pf)
{
	const char *typed = http_form(v->x, arena_printf(v->cx->arena, "%s_q", f->name));
	struct part_choice *c = ARENA_ARRAY(v->cx->arena, 24, struct part_choice);
	int64_t id;

	pf->typed = typed == NULL ? "" : typed;
	pf->suggest = f->ref_type == NULL
			      ? NULL
			      : arena_printf(v->cx->arena, "/otsing/vali/%s", f->ref_type->path);
	if (text_int(chosen, 1, INT64_MAX, &id))
		TRY(picked(v, id, value != NULL && value->set && value->i == id, chosen, pf, c));
	if (text_equal(http_form(v->x, PART_FIND), f->name) && typed != NULL && *typed != '\0') {
		TRY(site_find_choices(v, f->ref_type, typed, c, &pf->n_choices));
		pf->searched = true;
	}
	pf->choices = c;
	return OK;
}

/* Several values of one name, as the boxes of a many-choice come; none of them ticked is "". No
 * more are taken than there are choices. */
static const char *
typed_value(struct visit *v, const struct field *f)
{
	const char *all = http_form(v->x, f->name), *next;
	const char *none = arena_printf(v->cx->arena, "%s_none", f->name);

	if (f->kind != FIELD_CHOICES)
		return all;
	if (all == NULL)
		return http_form(v->x, none) == NULL ? NULL : "";
	for (size_t i = 1; i < (size_t)f->nchoices; i++) {
		next = http_form_nth(v->x, f->name, i);
		if (next == NULL)
			break;
		all = arena_printf(v->cx->arena, "%s,%.100s", all, next);
	}
	return all;
}

/* What is wrong with a field of the form that comes back; NULL: nothing. */
static const char *
fault_of(const struct visit *v, const char *field)
{
	if (v->error == OK)
		return NULL;
	if (text_equal(v->cx->error.field, field))
		return site_error_text(v->cx);
	for (size_t i = 0; i < v->nfaults; i++)
		if (strcmp(v->faults[i].field, field) == 0)
			return v->faults[i].text;
	return NULL;
}

static const char *
preset_typed(struct visit *v, const struct field *f)
{
	const struct actor *who = &v->cx->who;
	int64_t id = 0;

	if (f->preset == NULL || strcmp(f->preset, "null") == 0)
		return "";
	if (strcmp(f->preset, "today") == 0)
		return civil_text(v->cx->arena, v->cx->today);
	if (strcmp(f->preset, "me") == 0)
		id = who->user;
	else if (strcmp(f->preset, "unit") == 0)
		id = who->unit;
	else if (strcmp(f->preset, "org") == 0)
		id = who->org;
	else
		return f->preset;
	return id == 0 ? "" : text_from_int(v->cx->arena, id);
}

enum err
visit_field(struct visit *v, const struct field *f, const struct value *value,
	    struct part_field *ret)
{
	const char *typed = typed_value(v, f);
	struct part_field pf = { .kind = ask_kind(f),
				 .name = f->name,
				 .label = msg(v->cx, f->label_key),
				 .optional = !f->required,
				 .max = (size_t)f->max };

	if (typed == NULL)
		typed = http_query(v->x, f->name);
	if (typed == NULL)
		typed = value != NULL ? value_typed(v->cx, f, value) : preset_typed(v, f);
	pf.value = typed;
	if (f->help_key != NULL)
		pf.help = msg(v->cx, f->help_key);
	pf.error = fault_of(v, f->name);
	if (f->kind == FIELD_CHOICE || f->kind == FIELD_CHOICES)
		fill_choices(v, f, typed, &pf);
	if (f->kind == FIELD_CODE && strcmp(f->code, "ehak") == 0)
		fill_places(v, f, typed, &pf);
	if (f->kind == FIELD_REF)
		TRY(fill_ref(v, f, value, typed, &pf));
	*ret = pf;
	return OK;
}

/* A reference typed must be to what its writer may see, for the record would tell of it; what
 * stands there already may stay. */
static enum err
check_ref(struct visit *v, const struct field *f, const char *typed, const struct change *ch)
{
	const struct value *value = &ch->v[f->index];
	const struct type *t;
	struct record *r;
	const char *type;

	if (f->kind != FIELD_REF || !value->set || v->cx->who.system || is_self(v->cx, value->i))
		return OK;
	if (v->record != NULL && v->record->type == ch->type &&
	    value_equal(&v->record->v[f->index], value))
		return OK;
	TRY(db_get_text(v->cx, TYPE_OF, DB_ARGS(db_int(value->i)), &type));
	t = types_get(v->cx->world->types, type);
	if (t != NULL && record_load(v->cx, t, value->i, RIGHT_SEE, &r) == OK && !r->deleted)
		return OK;
	if (v->cx->error.code != OK && v->cx->error.code != ERR_NOTFOUND)
		return v->cx->error.code;
	ctx_forgive(v->cx);
	return fail_field(v->cx, ERR_INVALID, f->name, "err.ref", typed);
}

static enum err
read_typed(struct visit *v, const struct field *f, struct change *ch)
{
	const char *typed = typed_value(v, f);

	if (typed == NULL)
		return OK;
	if (f->kind != FIELD_CHOICES && http_form_nth(v->x, f->name, 1) != NULL)
		return fail_field(v->cx, ERR_INVALID, f->name, "err.typed_twice");
	TRY(change_typed(v->cx, ch, f, typed));
	return check_ref(v, f, typed, ch);
}

enum err
visit_typed(struct visit *v, const struct field *const *fields, int n, struct change *ch)
{
	struct error first = { .code = OK };

	for (int i = 0; i < n; i++) {
		enum err e = read_typed(v, fields[i], ch);

		if (e == OK)
			continue;
		if (e != ERR_INVALID)
			return e;
		if (first.code == OK)
			first = v->cx->error;
		if (v->nfaults < VISIT_FAULTS)
			v->faults[v->nfaults++] =
				(struct visit_fault){ fields[i]->name, site_error_text(v->cx),
						      v->cx->error.key };
		ctx_forgive(v->cx);
	}
	if (first.code != OK)
		v->cx->error = first;
	return first.code;
}

void
visit_cause(struct visit *v, const struct part_field *fields, size_t n)
{
	if (v->error == OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (fields[i].error != NULL)
			return;
	part_notice(&v->page, TONE_LATE, site_error_text(v->cx), NULL);
}
