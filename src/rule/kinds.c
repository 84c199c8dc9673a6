/*
 * The kinds of computation, one row each in the table at the end: the inputs a kind asks for, the
 * parameters its versions may and must have, and the function. The functions here answer about
 * the calendar, identifiers, places and versions; the others stand in rule_term.c, rule_facts.c
 * and rule_money.c.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/ident.h"
#include "base/text.h"
#include "rule/rule_int.h"

static void
put_text(struct rule_run *run, const char *name, const char *text)
{
	rule_put(run, rule_text(name, text));
}

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
	  rule_run_age,
	  { { "date", RULE_DATE, false },
	    { "birth", RULE_DATE, false },
	    { "age", RULE_INT, false } },
	  .may = B(AT_LEAST) | B(BELOW) | B(THEN) | B(ELSE) },
	{ "table", rule_run_table, { { "date", RULE_DATE, false } }, .cases = true },
	{ "conditions", rule_run_conditions, { { "date", RULE_DATE, false } }, .all = true },
	{ "in_a_row",
	  rule_run_in_a_row,
	  { { "months", RULE_LIST, true } },
	  .may = B(IN_A_ROW),
	  .must = B(IN_A_ROW) },
	{ "value",
	  rule_run_value,
	  { { "date", RULE_DATE, false } },
	  .may = B(AMOUNT) | B(NUMBER) | B(UNIT),
	  .rows = true },
	{ "line",
	  rule_run_line,
	  { { "date", RULE_DATE, false },
	    { "code", RULE_TEXT, true },
	    { "minutes", RULE_INT, false },
	    { "quantity", RULE_DECIMAL, false },
	    { "participants", RULE_INT, false } },
	  .may = B(PRICES),
	  .must = B(PRICES) },
	{ "ceiling",
	  rule_run_ceiling,
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
