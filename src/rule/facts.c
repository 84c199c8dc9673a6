/* Rules that judge facts: ages, tables of cases, conditions, months in a row. */
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "rule/rule_int.h"

#define FOREVER INT32_MAX

static void
put_text(struct rule_run *run, const char *name, const char *text)
{
	rule_put(run, rule_text(name, text));
}

static void
say_word(struct rule_run *run, const char *key, const char *arg1, const char *arg2,
	 const char *word)
{
	rule_say(run, key, CIVIL_NONE, arg1, arg2, NULL)->word = word;
}

/* ---- ages ---- */

/* The first day a version no longer holds. */
static int32_t
version_end(const struct rule *r, size_t i)
{
	int32_t end = r->versions[i].valid_to;

	for (size_t k = i + 1; k < r->nversions; k++)
		if (r->versions[k].valid_from > r->versions[i].valid_from)
			return end == CIVIL_NONE || end > r->versions[k].valid_from
				       ? r->versions[k].valid_from
				       : end;
	return end == CIVIL_NONE ? FOREVER : end;
}

/* Within one version: the days on which somebody is of the wanted age, as [from, to). */
static void
age_days(const struct rule_setting *p, int32_t birth, int32_t *from, int32_t *to)
{
	int32_t low = birth, high = FOREVER;

	if (p[PARAM_AT_LEAST].set)
		low = calendar_birthday(birth, (int)p[PARAM_AT_LEAST].n);
	if (p[PARAM_BELOW].set)
		high = calendar_birthday(birth, (int)p[PARAM_BELOW].n);
	*from = *from > low ? *from : low;
	*to = *to < high ? *to : high;
}

/*
 * When it ends for somebody who is of the age, or begins (again) for somebody who is not, over all
 * versions of the rule: a limit may be raised in between.
 */
static void
put_age_change(struct rule_run *run, int32_t birth, bool inside)
{
	const struct rule *r = run->rule;
	int32_t until = CIVIL_NONE, again = CIVIL_NONE;

	for (size_t i = 0; i < r->nversions; i++) {
		int32_t from = r->versions[i].valid_from, to = version_end(r, i);

		if (rule_version_at(r, from, run->known) != &r->versions[i])
			continue;
		age_days(r->versions[i].params->p, birth, &from, &to);
		if (from >= to)
			continue;
		if (inside && from <= run->event && run->event < to)
			until = to;
		else if (inside && from == until)
			until = to;
		else if (from > run->event && again == CIVIL_NONE)
			again = from;
	}
	if (until != CIVIL_NONE && until != FOREVER) {
		rule_put(run, rule_date("until", until));
		rule_say(run, "rule.step.age_until", until, DAY_TEXT(run, until), NULL, NULL);
	}
	if (again != CIVIL_NONE) {
		rule_put(run, rule_date("again", again));
		rule_say(run, "rule.step.age_again", again, DAY_TEXT(run, again), NULL, NULL);
	}
}

static enum err
age_of(struct rule_run *run, int64_t *ret)
{
	const struct rule_value *birth = rule_given(run, "birth"), *v;

	if (birth == NULL) {
		TRY(rule_need(run, "age", &v));
		return rule_number(run, "age", 0, 150, ret);
	}
	if (birth->date > run->event)
		return fail_field(run->cx, ERR_INVALID, "birth", "err.rule_birth",
				  civil_iso(run->cx->arena, birth->date),
				  civil_iso(run->cx->arena, run->event));
	*ret = civil_age(birth->date, run->event);
	return OK;
}

static void
say_age_limits(struct rule_run *run)
{
	const struct rule_setting *p = run->p;

	if (p[PARAM_AT_LEAST].set)
		rule_say(run, "rule.step.age_least", CIVIL_NONE, INT_TEXT(run, p[PARAM_AT_LEAST].n),
			 NULL, NULL);
	if (p[PARAM_BELOW].set)
		rule_say(run, "rule.step.age_below", CIVIL_NONE, INT_TEXT(run, p[PARAM_BELOW].n),
			 NULL, NULL);
}

enum err
rule_run_age(struct rule_run *run)
{
	const struct rule_setting *p = run->p;
	const struct rule_value *birth = rule_given(run, "birth");
	int64_t age = 0;
	bool inside;

	TRY(age_of(run, &age));
	inside = (!p[PARAM_AT_LEAST].set || age >= p[PARAM_AT_LEAST].n) &&
		 (!p[PARAM_BELOW].set || age < p[PARAM_BELOW].n);
	rule_say(run, "rule.step.age", run->event, DAY_TEXT(run, run->event), INT_TEXT(run, age),
		 NULL);
	say_age_limits(run);
	if (p[PARAM_THEN].set && p[PARAM_ELSE].set)
		put_text(run, "result", inside ? p[PARAM_THEN].text : p[PARAM_ELSE].text);
	else
		rule_put(run, rule_flag("result", inside));
	rule_put(run, rule_int("age", age));
	if (birth != NULL)
		put_age_change(run, birth->date, inside);
	return OK;
}

/* ---- tables and conditions ---- */

static bool
case_holds(struct rule_run *run, const struct rule_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct rule_value *v = rule_given(run, c->inputs[i]);
		bool hit = false, flag = false;

		for (size_t k = 0; v != NULL && c->values[i][k] != NULL; k++) {
			if (v->type == RULE_FLAG)
				hit = hit || (rule_flag_read(c->values[i][k], &flag) &&
					      flag == (v->n != 0));
			else
				hit = hit || strcmp(v->text, c->values[i][k]) == 0;
		}
		if (!hit)
			return false;
	}
	return true;
}

enum err
rule_run_table(struct rule_run *run)
{
	for (size_t i = 0; i < run->params->ncases; i++) {
		const struct rule_case *c = &run->params->cases[i];

		if (!case_holds(run, c))
			continue;
		for (size_t k = 0; k < c->n; k++)
			rule_say(
				run, "rule.step.fact", CIVIL_NONE, c->inputs[k],
				rule_value_shown(run->cx, run->rule, rule_given(run, c->inputs[k])),
				NULL);
		say_word(run, "rule.step.gives", NULL, NULL, c->gives);
		put_text(run, "result", c->gives);
		return OK;
	}
	return fail(run->cx, ERR_INVALID, "err.rule_no_case", run->rule->id);
}

static bool
condition_holds(struct rule_run *run, const struct rule_condition *c)
{
	const struct rule_value *v;

	for (size_t i = 0; i < c->nflags; i++) {
		v = rule_given(run, c->flags[i]);
		if (v != NULL && v->n != 0)
			return true;
	}
	v = c->of == NULL ? NULL : rule_given(run, c->of);
	return v != NULL && rule_list_count(run, v->text, c->among, c->namong) >= c->least;
}

enum err
rule_run_conditions(struct rule_run *run)
{
	const char *missing = NULL;
	struct arena *a = run->cx->arena;

	for (size_t i = 0; i < run->params->nall; i++) {
		const struct rule_condition *c = &run->params->all[i];
		bool holds = condition_holds(run, c);

		say_word(run, holds ? "rule.step.holds" : "rule.step.holds_not", NULL, NULL,
			 c->word);
		if (!holds)
			missing = missing == NULL ? c->word
						  : arena_printf(a, "%s,%s", missing, c->word);
	}
	rule_put(run, rule_flag("result", missing == NULL));
	if (missing != NULL)
		rule_put(run, (struct rule_value){
				      .name = "missing", .type = RULE_LIST, .text = missing });
	return OK;
}

/* Months named one after another without a gap, at least so many: "2026-02,2026-03". */
enum err
rule_run_in_a_row(struct rule_run *run)
{
	const struct rule_value *months;
	int64_t wanted = run->p[PARAM_IN_A_ROW].n, row = 0, longest = 0;
	int32_t before = CIVIL_NONE;

	TRY(rule_need(run, "months", &months));
	for (const char *s = months->text; *s != '\0';) {
		size_t n = strcspn(s, ", ");
		int32_t day;

		if (n > 0 &&
		    (n != 7 || !civil_parse(arena_printf(run->cx->arena, "%.7s-01", s), &day)))
			return fail_field(run->cx, ERR_INVALID, "months", "err.rule_months",
					  months->text);
		if (n > 0 && day <= before)
			return fail_field(run->cx, ERR_INVALID, "months", "err.rule_months",
					  months->text);
		if (n > 0) {
			bool next = before != CIVIL_NONE && civil_add_months(before, 1) == day;

			row = next ? row + 1 : 1;
			longest = row > longest ? row : longest;
			before = day;
		}
		s += n + strspn(s + n, ", ");
	}
	rule_say(run, "rule.step.in_a_row", CIVIL_NONE, INT_TEXT(run, longest),
		 INT_TEXT(run, wanted), NULL);
	rule_put(run, rule_flag("result", longest >= wanted));
	rule_put(run, rule_int("in_a_row", longest));
	return OK;
}
