/* The rulebook: looking up, choosing the version, computing, examples. See rule.h. */
#include "rule/rule.h"

#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "rule/rule_int.h"

size_t
rulebook_count(const struct rulebook *rb)
{
	return rb->nrules;
}

const struct rule *
rulebook_at(const struct rulebook *rb, size_t i)
{
	return rb->rules[i];
}

const struct rule *
rulebook_find(const struct rulebook *rb, const char *id)
{
	return map_get(&rb->by_id, id);
}

const char *
rule_id(const struct rule *r)
{
	return r->id;
}

const char *
rule_source(const struct rule *r)
{
	return r->source;
}

const char *
rule_kind_of(const struct rule *r)
{
	return r->kind->name;
}

const char *
rule_name(const struct ctx *cx, const struct rule *r)
{
	return r->name[cx->lang] != NULL ? r->name[cx->lang] : r->name[LANG_ET];
}

const char *
rule_word(const struct ctx *cx, const struct rule *r, const char *word)
{
	for (size_t i = 0; i < r->nwords; i++)
		if (strcmp(r->words[i].word, word) == 0)
			return r->words[i].text[cx->lang] != NULL ? r->words[i].text[cx->lang]
								  : r->words[i].text[LANG_ET];
	return word;
}

size_t
rule_inputs(const struct rule *r, const struct rule_input **ret)
{
	*ret = r->inputs;
	return r->ninputs;
}

size_t
rule_versions(const struct rule *r, const struct rule_version **ret)
{
	*ret = r->versions;
	return r->nversions;
}

const struct rule_version *
rule_version_at(const struct rule *r, int32_t on, int32_t known)
{
	for (size_t i = r->nversions; i-- > 0;) {
		const struct rule_version *v = &r->versions[i];

		if (v->valid_from <= on && (v->valid_to == CIVIL_NONE || on < v->valid_to) &&
		    (known == CIVIL_NONE || v->known_from <= known))
			return v;
	}
	return NULL;
}

/* The day whose law applies: the input `date`, else the main date, else today. */
static int32_t
event_of(const struct rule_run *run)
{
	const struct rule_value *date = rule_given(run, "date");
	const struct rule_value *v = rule_given(run, run->rule->inputs[0].name);

	if (date != NULL)
		return date->date;
	if (v != NULL && (v->type == RULE_DATE || v->type == RULE_MOMENT))
		return v->date;
	if (v != NULL && v->type == RULE_YEAR)
		return civil_day((int)v->n, 1, 1);
	return run->cx->today;
}

/* An input `date` that was left out is today: the result must say so. */
static void
note_today(struct rule_run *run)
{
	bool asked = strcmp(run->rule->inputs[0].name, "date") == 0;

	if (asked && rule_given(run, "date") == NULL)
		run->out->inputs[run->out->ninputs++] = rule_date("date", run->event);
}

static void
say_unconfirmed(struct rule_run *run, const char *note)
{
	if (note == NULL)
		rule_say(run, "rule.step.unconfirmed_plain", CIVIL_NONE, NULL, NULL, NULL);
	else
		rule_say(run, "rule.step.unconfirmed", CIVIL_NONE, note, NULL, NULL);
}

static enum err
choose_version(struct rule_run *run)
{
	const struct rule *r = run->rule;
	const struct rule_value *known = rule_given(run, "known");
	const struct rule_version *v;
	struct arena *a = run->cx->arena;

	run->known = known == NULL ? CIVIL_NONE : known->date;
	run->event = event_of(run);
	note_today(run);
	v = rule_version_at(r, run->event, run->known);
	if (v == NULL)
		return fail(run->cx, ERR_INVALID, "err.rule_no_version", r->id,
			    civil_iso(a, run->event), civil_iso(a, r->versions[0].valid_from));
	run->params = v->params;
	run->out->version = v;
	run->out->event = run->event;
	run->out->confirmed = v->confirmed;
	rule_say(run, "rule.step.version", v->valid_from, DAY_TEXT(run, v->valid_from),
		 v->source != NULL ? v->source : r->source, NULL);
	if (v->known_from != CIVIL_NONE)
		rule_say(run, "rule.step.known", v->known_from, DAY_TEXT(run, v->known_from), NULL,
			 NULL);
	if (!v->confirmed)
		say_unconfirmed(run, v->note);
	return OK;
}

/* The row of the version that an input picks. */
static enum err
pick_row(struct rule_run *run, const struct rule_named **ret)
{
	const struct rule_value *v;

	TRY(rule_need(run, run->params->by, &v));
	for (size_t i = 0; i < run->params->nrows; i++) {
		if (strcmp(run->params->rows[i].name, v->text) == 0) {
			*ret = &run->params->rows[i];
			return OK;
		}
	}
	return fail_field(run->cx, ERR_INVALID, v->name, "err.rule_row", run->rule->id, v->text);
}

/* The parameters that count: the version's, over them the row's, over them the case's own. */
static enum err
gather_settings(struct rule_run *run)
{
	const struct rule_named *row = NULL;

	memcpy(run->p, run->params->p, sizeof(run->p));
	if (run->params->by != NULL) {
		TRY(pick_row(run, &row));
		if (row->has_confirmed && !row->confirmed) {
			run->out->confirmed = false;
			say_unconfirmed(run, row->note);
		}
	}
	for (int i = 0; i < PARAM_COUNT; i++) {
		if (row != NULL && (row->p[i].set || row->p[i].input != NULL))
			run->p[i] = row->p[i];
		TRY(rule_setting(run, (enum rule_param)i, &run->p[i], &run->p[i]));
	}
	return OK;
}

enum err
rule_eval(struct ctx *cx, const struct rulebook *rb, const char *id,
	  const struct rule_value *inputs, size_t n, struct rule_result *ret)
{
	struct rule_result out = { .rule = rulebook_find(rb, id) };
	struct rule_run run = { .cx = cx, .rb = rb, .rule = out.rule, .out = &out };

	if (out.rule == NULL)
		return fail(cx, ERR_NOTFOUND, "err.rule_none", id);
	TRY(rule_facts(&run, inputs, n));
	TRY(choose_version(&run));
	TRY(gather_settings(&run));
	TRY(out.rule->kind->fn(&run));
	TRY(rule_also(&run));
	*ret = out;
	return OK;
}

enum err
rule_due(struct ctx *cx, const struct rulebook *rb, const char *id, int32_t from, int32_t *ret_due)
{
	const struct rule *r = rulebook_find(rb, id);
	struct rule_result result;
	struct rule_value start;

	if (r == NULL)
		return fail(cx, ERR_NOTFOUND, "err.rule_none", id);
	start = rule_date(r->inputs[0].name, from);
	TRY(rule_eval(cx, rb, id, &start, 1, &result));
	if (result.values[0].type != RULE_DATE)
		return fail(cx, ERR_BUG, "err.rule_no_date", id);
	*ret_due = result.values[0].date;
	return OK;
}

const struct rule_value *
rule_get(const struct rule_result *r, const char *name)
{
	for (size_t i = 0; i < r->nvalues; i++)
		if (strcmp(r->values[i].name, name) == 0)
			return &r->values[i];
	return NULL;
}

/* ---- examples ---- */

static enum err
example_fail(struct ctx *cx, const struct rule *r, const struct rule_example *ex, const char *want,
	     const char *got)
{
	ctx_forgive(cx);
	return fail_at(cx, ERR_INVALID, r->file, ex->line, ex->col, "err.rule_example", r->id, want,
		       got);
}

static enum err
check_example(struct ctx *cx, const struct rulebook *rb, const struct rule *r,
	      const struct rule_example *ex)
{
	struct rule_result out = { .rule = NULL };
	const char *got;

	if (rule_eval(cx, rb, r->id, ex->inputs, ex->ninputs, &out) != OK) {
		if (ex->fails == NULL || strcmp(ex->fails, cx->error.key) != 0)
			return example_fail(cx, r, ex, ex->gives == NULL ? ex->fails : ex->gives,
					    arena_strdup(cx->arena, msg_error(cx)));
		ctx_forgive(cx);
		return OK;
	}
	got = rule_value_text(cx, &out.values[0]);
	if (ex->gives == NULL || strcmp(ex->gives, got) != 0)
		return example_fail(cx, r, ex, ex->gives == NULL ? ex->fails : ex->gives, got);
	for (size_t i = 0; i < ex->nexpect; i++) {
		const struct rule_value *v = rule_get(&out, ex->expect[i].name);

		got = v == NULL ? "" : rule_value_text(cx, v);
		if (strcmp(ex->expect[i].text, got) != 0)
			return example_fail(cx, r, ex, ex->expect[i].text, got);
	}
	return OK;
}

enum err
rulebook_check(struct ctx *cx, const struct rulebook *rb, size_t *ret_examples)
{
	size_t n = 0;

	for (size_t i = 0; i < rb->nrules; i++)
		for (size_t k = 0; k < rb->rules[i]->nexamples; k++, n++)
			TRY(check_example(cx, rb, rb->rules[i], &rb->rules[i]->examples[k]));
	*ret_examples = n;
	return OK;
}
