/*
 * The kinds of computation, one row each in the table at the end: the inputs a kind asks for, the
 * parameters its versions may and must have, and the function. Dates: rule_term.c.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/ident.h"
#include "base/text.h"
#include "core/rule_int.h"

#define FOREVER INT32_MAX
#define MAX_MINUTES 1000000
#define MAX_PEOPLE 1000

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

static enum err
run_age(struct rule_run *run)
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

static enum err
run_table(struct rule_run *run)
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

static enum err
run_conditions(struct rule_run *run)
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
static enum err
run_in_a_row(struct rule_run *run)
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

/* ---- money ---- */

/* n / d, half a cent up (away from zero for credits), in whole cents. */
static int64_t
half_up(int64_t n, int64_t d)
{
	return n < 0 ? -((-n * 2 + d) / (d * 2)) : (n * 2 + d) / (d * 2);
}

static const char *
money(struct rule_run *run, int64_t cents)
{
	return text_money(run->cx->arena, cents);
}

/* The amount of the version, or of the row picked. */
static enum err
run_value(struct rule_run *run)
{
	const struct rule_setting *p = run->p;
	struct rule_value v = { .name = "result", .type = RULE_MONEY, .n = p[PARAM_AMOUNT].n };

	if (!p[PARAM_AMOUNT].set)
		v = rule_int("result", p[PARAM_NUMBER].n);
	rule_put(run, v);
	rule_say(run, "rule.step.value", CIVIL_NONE, rule_value_shown(run->cx, run->rule, &v), NULL,
		 NULL);
	if (p[PARAM_UNIT].set)
		put_text(run, "unit", p[PARAM_UNIT].text);
	return OK;
}

/* The price row of a code on the day of the event, from another rule. */
static enum err
find_price(struct rule_run *run, const char *code, int64_t *ret_cents, bool *ret_hourly)
{
	const struct rule *prices = rulebook_find(run->rb, run->p[PARAM_PRICES].text);
	const struct rule_version *v = rule_version_at(prices, run->event, run->known);
	const char *unit;

	if (v == NULL)
		return fail(run->cx, ERR_INVALID, "err.rule_no_version", prices->id,
			    civil_iso(run->cx->arena, run->event),
			    civil_iso(run->cx->arena, prices->versions[0].valid_from));
	for (size_t i = 0; i < v->params->nrows; i++) {
		const struct rule_named *row = &v->params->rows[i];

		if (strcmp(row->name, code) != 0)
			continue;
		if (!v->confirmed || (row->has_confirmed && !row->confirmed)) {
			run->out->confirmed = false;
			rule_say(run, "rule.step.unconfirmed", CIVIL_NONE,
				 row->note != NULL ? row->note
				 : v->note != NULL ? v->note
						   : code,
				 NULL, NULL);
		}
		rule_say(run, "rule.step.price", CIVIL_NONE, code,
			 money(run, row->p[PARAM_AMOUNT].n), DAY_TEXT(run, v->valid_from));
		*ret_cents = row->p[PARAM_AMOUNT].n;
		unit = row->p[PARAM_UNIT].set ? row->p[PARAM_UNIT].text
					      : v->params->p[PARAM_UNIT].text;
		*ret_hourly = unit == NULL || strcmp(unit, "hour") == 0;
		return OK;
	}
	return fail_field(run->cx, ERR_INVALID, "code", "err.rule_row", prices->id, code);
}

/* One line of a provider's report: minutes x hourly price / 60, or quantity x price. */
static enum err
run_line(struct rule_run *run)
{
	const struct rule_value *code, *v;
	int64_t price = 0, minutes = 0, quantity = 0, people = 1, each;
	bool hourly = true;

	TRY(rule_need(run, "code", &code));
	TRY(find_price(run, code->text, &price, &hourly));
	TRY(rule_need(run, hourly ? "minutes" : "quantity", &v));
	TRY(rule_number(run, "minutes", 0, MAX_MINUTES, &minutes));
	TRY(rule_number(run, "quantity", 0, MAX_MINUTES * 100, &quantity));
	TRY(rule_number(run, "participants", 1, MAX_PEOPLE, &people));
	each = hourly ? half_up(minutes * price, 60) : half_up(quantity * price, 100);
	rule_say(run, hourly ? "rule.step.line_minutes" : "rule.step.line_quantity", CIVIL_NONE,
		 rule_value_text(run->cx, v), money(run, price), money(run, each));
	rule_put(run, rule_money("result", each));
	rule_put(run, rule_money("price", price));
	if (people > 1) {
		rule_say(run, "rule.step.line_each", CIVIL_NONE, INT_TEXT(run, people),
			 money(run, each * people), NULL);
		rule_put(run, rule_money("total", each * people));
	}
	return OK;
}

/* What is still to be had below a yearly ceiling. */
static enum err
run_ceiling(struct rule_run *run)
{
	const struct rule_setting *p = run->p;
	const struct rule_value *given, *km = rule_given(run, "km");
	int64_t used = 0, asked = 0, left, allowed;

	TRY(rule_number(run, "used", 0, 100000000000, &used));
	if (km != NULL && p[PARAM_RATE].set) {
		TRY(rule_number(run, "km", 0, 100000000, &asked));
		asked = half_up(asked * p[PARAM_RATE].n, 100);
		rule_say(run, "rule.step.km", CIVIL_NONE, rule_value_text(run->cx, km),
			 money(run, p[PARAM_RATE].n), money(run, asked));
	} else {
		TRY(rule_need(run, "new", &given));
		TRY(rule_number(run, "new", 0, 100000000000, &asked));
	}
	left = used < p[PARAM_CAP].n ? p[PARAM_CAP].n - used : 0;
	allowed = asked < left ? asked : left;
	rule_say(run, "rule.step.ceiling", CIVIL_NONE, money(run, p[PARAM_CAP].n), money(run, used),
		 money(run, left));
	rule_say(run, allowed < asked ? "rule.step.cut" : "rule.step.fits", CIVIL_NONE,
		 money(run, asked), money(run, allowed), NULL);
	rule_put(run, rule_money("result", allowed));
	rule_put(run, rule_money("ceiling", p[PARAM_CAP].n));
	rule_put(run, rule_money("left", left - allowed));
	rule_put(run, rule_money("excess", asked - allowed));
	return OK;
}

/* ---- the calendar, identifiers, places, versions ---- */

static enum err
run_easter(struct rule_run *run)
{
	const struct rule_value *year;
	int32_t easter;

	TRY(rule_need(run, "year", &year));
	easter = calendar_easter((int)year->n);
	rule_put(run, rule_date("result", easter));
	rule_put(run, rule_date("good_friday", easter - 2));
	rule_put(run, rule_date("pentecost", easter + 49));
	rule_put(run, rule_int("working_days", calendar_working_in_year((int)year->n)));
	rule_say(run, "rule.step.easter", easter, DAY_TEXT(run, easter - 2), DAY_TEXT(run, easter),
		 DAY_TEXT(run, easter + 49));
	return OK;
}

static enum err
run_shortened(struct rule_run *run)
{
	const struct rule_value *year;
	const char *list = "";

	TRY(rule_need(run, "year", &year));
	for (int32_t day = civil_day((int)year->n, 1, 1); civil_date(day).year == year->n; day++) {
		if (!calendar_shortened(day))
			continue;
		list = arena_printf(run->cx->arena, "%s%s%s", list, *list == '\0' ? "" : ",",
				    civil_iso(run->cx->arena, day));
		rule_say(run, "rule.step.shortened", day, DAY_TEXT(run, day), NULL, NULL);
	}
	rule_put(run, (struct rule_value){ .name = "result", .type = RULE_LIST, .text = list });
	return OK;
}

static enum err
run_check_digit(struct rule_run *run)
{
	const char *scheme = run->p[PARAM_SCHEME].text;
	const struct rule_value *code;
	int digit = -1;

	TRY(rule_need(run, "code", &code));
	if (strcmp(scheme, "isikukood") == 0)
		digit = ident_isikukood_digit(code->text);
	else if (strcmp(scheme, "registrikood") == 0)
		digit = ident_registrikood_digit(code->text);
	else if (strcmp(scheme, "viitenumber") == 0)
		digit = ident_viitenumber_digit(code->text);
	else
		return fail(run->cx, ERR_INVALID, "err.rule_scheme", run->rule->id, scheme);
	if (digit < 0)
		return fail_field(run->cx, ERR_INVALID, "code", "err.rule_digits", code->text);
	rule_say(run, "rule.step.check_digit", CIVIL_NONE, code->text, INT_TEXT(run, digit), NULL);
	rule_put(run, rule_int("result", digit));
	put_text(run, "full", arena_printf(run->cx->arena, "%s%d", code->text, digit));
	return OK;
}

static enum err
run_ident(struct rule_run *run)
{
	int kind = ident_kind_from_name(run->p[PARAM_SCHEME].text);
	const struct rule_value *code;
	struct ident id;

	TRY(rule_need(run, "code", &code));
	if (kind < 0)
		return fail(run->cx, ERR_INVALID, "err.rule_scheme", run->rule->id,
			    run->p[PARAM_SCHEME].text);
	ident_check((enum ident_kind)kind, code->text, strlen(code->text), run->cx->today, &id);
	rule_put(run, rule_flag("result", id.valid));
	put_text(run, "normalized", arena_strdup(run->cx->arena, id.text));
	if (id.why != NULL)
		rule_say(run, id.why, CIVIL_NONE, arena_strdup(run->cx->arena, id.arg[0]),
			 arena_strdup(run->cx->arena, id.arg[1]), NULL);
	else
		rule_say(run, "rule.step.ident", CIVIL_NONE, arena_strdup(run->cx->arena, id.text),
			 NULL, NULL);
	return OK;
}

static enum err
need_place(struct rule_run *run, const char *name, const struct place **ret_now,
	   const struct place **ret_last)
{
	const struct rule_value *code;
	const struct place *last;

	TRY(rule_need(run, name, &code));
	last = place_last(run->rb, code->text);
	if (last == NULL)
		return fail_field(run->cx, ERR_INVALID, name, "err.place_unknown", code->text);
	*ret_now = place_now(run->rb, code->text, run->event);
	*ret_last = last;
	if (*ret_now != NULL && !(*ret_now)->confirmed) {
		run->out->confirmed = false;
		rule_say(run, "rule.step.place_unconfirmed", CIVIL_NONE, (*ret_now)->code,
			 (*ret_now)->name, NULL);
	}
	return OK;
}

static enum err
run_place(struct rule_run *run)
{
	const struct place *now = NULL, *last = NULL;
	bool valid;

	TRY(need_place(run, "code", &now, &last));
	valid = place_find(run->rb, last->code, run->event) != NULL;
	rule_put(run, rule_flag("result", valid));
	put_text(run, "name", last->name);
	put_text(run, "county", last->county);
	rule_say(run, valid ? "rule.step.place" : "rule.step.place_ended", run->event, last->code,
		 last->name, DAY_TEXT(run, run->event));
	if (!valid && now != NULL) {
		put_text(run, "successor", now->code);
		put_text(run, "successor_name", now->name);
		rule_say(run, "rule.step.successor", CIVIL_NONE, now->code, now->name, NULL);
	}
	return OK;
}

/* Is the service given in another municipality than that of the home? */
static enum err
run_other_place(struct rule_run *run)
{
	const struct place *home = NULL, *place = NULL, *last = NULL;
	bool other;

	TRY(need_place(run, "home", &home, &last));
	if (home == NULL)
		return fail_field(run->cx, ERR_INVALID, "home", "err.place_not_then", last->code,
				  civil_iso(run->cx->arena, run->event));
	TRY(need_place(run, "place", &place, &last));
	if (place == NULL)
		return fail_field(run->cx, ERR_INVALID, "place", "err.place_not_then", last->code,
				  civil_iso(run->cx->arena, run->event));
	other = strcmp(home->code, place->code) != 0;
	rule_say(run, other ? "rule.step.other_place" : "rule.step.same_place", run->event,
		 home->name, place->name, DAY_TEXT(run, run->event));
	rule_put(run, rule_flag("result", other));
	return OK;
}

/* Which version of a rule holds on a day. */
static enum err
run_version(struct rule_run *run)
{
	const struct rule_value *id;
	const struct rule_version *v;
	const struct rule *r;

	TRY(rule_need(run, "rule", &id));
	r = rulebook_find(run->rb, id->text);
	if (r == NULL)
		return fail_field(run->cx, ERR_NOTFOUND, "rule", "err.rule_none", id->text);
	v = rule_version_at(r, run->event, run->known);
	if (v == NULL)
		return fail(run->cx, ERR_INVALID, "err.rule_no_version", r->id,
			    civil_iso(run->cx->arena, run->event),
			    civil_iso(run->cx->arena, r->versions[0].valid_from));
	rule_put(run, rule_date("result", v->valid_from));
	rule_put(run, rule_flag("confirmed", v->confirmed));
	rule_say(run, "rule.step.version_of", v->valid_from, r->id, DAY_TEXT(run, v->valid_from),
		 NULL);
	return OK;
}

#define B(p) ((uint64_t)1 << PARAM_##p)
#define TERM                                                                             \
	(B(CALENDAR_DAYS) | B(WORKING_DAYS) | B(MONTHS) | B(YEARS) | B(NEXT_MONTH_DAY) | \
	 B(LESS_DAYS) | B(ROLL) | B(FROM_NEXT_YEAR) | B(PAUSABLE) | B(BARRED_BY))

static const struct rule_kind KINDS[] = {
	{ "term", rule_run_term, { { "from", RULE_DATE, true } }, .may = TERM, .rows = true },
	{ "earliest", rule_run_earliest, { { NULL, RULE_DATE, false } }, .terms = true },
	{ "yearly",
	  rule_run_yearly,
	  { { "year", RULE_YEAR, true } },
	  .may = B(MONTH_DAY) | B(ROLL),
	  .must = B(MONTH_DAY) },
	{ "hours",
	  rule_run_hours,
	  { { "from", RULE_MOMENT, true } },
	  .may = B(HOURS) | B(WALL_CLOCK),
	  .must = B(HOURS) },
	{ "closing",
	  rule_run_closing,
	  { { "from", RULE_DATE, true }, { "office", RULE_FLAG, false } },
	  .may = B(CLOSES),
	  .must = B(CLOSES) },
	{ "easter", run_easter, { { "year", RULE_YEAR, true } }, .may = 0 },
	{ "shortened", run_shortened, { { "year", RULE_YEAR, true } }, .may = 0 },
	{ "age",
	  run_age,
	  { { "date", RULE_DATE, false },
	    { "birth", RULE_DATE, false },
	    { "age", RULE_INT, false } },
	  .may = B(AT_LEAST) | B(BELOW) | B(THEN) | B(ELSE) },
	{ "table", run_table, { { "date", RULE_DATE, false } }, .cases = true },
	{ "conditions", run_conditions, { { "date", RULE_DATE, false } }, .all = true },
	{ "in_a_row",
	  run_in_a_row,
	  { { "months", RULE_LIST, true } },
	  .may = B(IN_A_ROW),
	  .must = B(IN_A_ROW) },
	{ "value",
	  run_value,
	  { { "date", RULE_DATE, false } },
	  .may = B(AMOUNT) | B(NUMBER) | B(UNIT),
	  .rows = true },
	{ "line",
	  run_line,
	  { { "date", RULE_DATE, false },
	    { "code", RULE_TEXT, true },
	    { "minutes", RULE_INT, false },
	    { "quantity", RULE_DECIMAL, false },
	    { "participants", RULE_INT, false } },
	  .may = B(PRICES),
	  .must = B(PRICES) },
	{ "ceiling",
	  run_ceiling,
	  { { "date", RULE_DATE, false },
	    { "new", RULE_MONEY, false },
	    { "used", RULE_MONEY, false } },
	  .may = B(CAP) | B(RATE),
	  .must = B(CAP),
	  .rows = true },
	{ "check_digit",
	  run_check_digit,
	  { { "code", RULE_TEXT, true } },
	  .may = B(SCHEME),
	  .must = B(SCHEME) },
	{ "ident",
	  run_ident,
	  { { "code", RULE_TEXT, true } },
	  .may = B(SCHEME),
	  .must = B(SCHEME) },
	{ "place",
	  run_place,
	  { { "date", RULE_DATE, false }, { "code", RULE_TEXT, true } },
	  .may = 0 },
	{ "other_place",
	  run_other_place,
	  { { "date", RULE_DATE, false },
	    { "home", RULE_TEXT, true },
	    { "place", RULE_TEXT, true } },
	  .may = 0 },
	{ "version",
	  run_version,
	  { { "date", RULE_DATE, false }, { "rule", RULE_TEXT, true } },
	  .may = 0 },
};

const struct rule_kind *
rule_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (strcmp(KINDS[i].name, name) == 0)
			return &KINDS[i];
	return NULL;
}
