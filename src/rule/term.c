/*
 * Dates counted from dates.
 * Source: HMS § 33, TsÜS § 134-137: counting begins on the day after the event; months and years
 * end on the same date or the month's last; a last day that is not worked moves to the next
 * working day. Each skipped day and each move is a step of the explanation.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "rule/rule_int.h"

#define MAX_SKIPS 60 /* skipped days named one by one */
#define DAY_MINUTES 1440
#define DAY_SECONDS 86400

static enum err
check_range(struct rule_run *run, int64_t day)
{
	return day >= CIVIL_MIN && day <= CIVIL_MAX ? OK
						    : fail(run->cx, ERR_INVALID, "err.rule_far");
}

/* Name the days between `from` and `to` that were not worked. */
static void
say_skips(struct rule_run *run, int32_t from, int32_t to)
{
	int named = 0, left = 0;

	for (int32_t day = from + 1; day < to && day - from <= 20 * MAX_SKIPS; day++) {
		const char *why = calendar_rest(day);

		if (why != NULL && named++ < MAX_SKIPS)
			rule_say(run, "rule.step.skip", day, DAY_TEXT(run, day), NULL, NULL)
				->reason = why;
	}
	left = to - from - calendar_working_between(from, to) - MAX_SKIPS;
	if (left > 0)
		rule_say(run, "rule.step.more_skips", CIVIL_NONE, INT_TEXT(run, left), NULL, NULL);
}

static void
say_count(struct rule_run *run, const char *key, int64_t n, int32_t day)
{
	rule_say(run, key, day, INT_TEXT(run, n), DAY_TEXT(run, day), NULL)->reason =
		calendar_weekday_key(day);
}

/* Months and years end on the same date, or on the last of the month (TsÜS § 136). */
static enum err
add_months(struct rule_run *run, const struct rule_setting *p, int32_t *day)
{
	int64_t years = p[PARAM_YEARS].set ? p[PARAM_YEARS].n : 0;
	int64_t months = p[PARAM_MONTHS].set ? p[PARAM_MONTHS].n : 0;
	int32_t to;

	if (!p[PARAM_YEARS].set && !p[PARAM_MONTHS].set)
		return OK;
	to = civil_add_months(*day, (int)(years * 12 + months));
	TRY(check_range(run, to));
	if (p[PARAM_YEARS].set)
		say_count(run, "rule.step.years", years,
			  p[PARAM_MONTHS].set ? civil_add_months(*day, (int)years * 12) : to);
	if (p[PARAM_MONTHS].set)
		say_count(run, "rule.step.months", months, to);
	if (civil_date(to).day != civil_date(*day).day)
		rule_say(run, "rule.step.month_end", to, DAY_TEXT(run, to), NULL, NULL);
	*day = to;
	return OK;
}

static enum err
add_days(struct rule_run *run, const struct rule_setting *p, int32_t *day)
{
	if (p[PARAM_CALENDAR_DAYS].set) {
		TRY(check_range(run, *day + p[PARAM_CALENDAR_DAYS].n));
		*day += (int32_t)p[PARAM_CALENDAR_DAYS].n;
		if (p[PARAM_CALENDAR_DAYS].n > 0)
			say_count(run, "rule.step.calendar_days", p[PARAM_CALENDAR_DAYS].n, *day);
	}
	if (p[PARAM_WORKING_DAYS].set) {
		int32_t from = *day;
		int32_t to = calendar_add_working(from, (int)p[PARAM_WORKING_DAYS].n);

		TRY(check_range(run, to));
		say_skips(run, from, to);
		say_count(run, "rule.step.working_days", p[PARAM_WORKING_DAYS].n, to);
		*day = to;
	}
	return OK;
}

/* From the event to 1 January of the next year, or to a day of the next month. */
static void
move_start(struct rule_run *run, const struct rule_setting *p, int32_t *day)
{
	struct civil c = civil_date(*day);

	if (p[PARAM_FROM_NEXT_YEAR].set && p[PARAM_FROM_NEXT_YEAR].n != 0) {
		*day = civil_day(c.year + 1, 1, 1);
		rule_say(run, "rule.step.next_year", *day, DAY_TEXT(run, *day), NULL, NULL);
	}
	if (p[PARAM_NEXT_MONTH_DAY].set) {
		int32_t first = calendar_month_last(*day) + 1;
		struct civil f = civil_date(first);
		int last = civil_days_in_month(f.year, f.month);
		int n = (int)p[PARAM_NEXT_MONTH_DAY].n;

		*day = first + (n < last ? n : last) - 1;
		rule_say(run, "rule.step.next_month", *day, DAY_TEXT(run, *day), NULL, NULL);
	}
}

static void
roll(struct rule_run *run, const struct rule_setting *p, int32_t *day)
{
	int32_t to = calendar_roll(*day);

	if (p[PARAM_ROLL].set && p[PARAM_ROLL].n == 0)
		return;
	for (; *day < to; ++*day)
		rule_say(run, "rule.step.roll", *day, DAY_TEXT(run, *day), NULL, NULL)->reason =
			calendar_rest(*day);
}

/*
 * An emergency stops the clock from its first day to its last (SHS § 13^1(3)): the days not yet
 * used run on from the day after. True if it did.
 */
static enum err
pause_clock(struct rule_run *run, const struct rule_setting *p, int32_t from, int32_t *day)
{
	const struct rule_value *stop = rule_given(run, "stop"), *end = rule_given(run, "end");
	int64_t used, left;

	if (!p[PARAM_PAUSABLE].set || p[PARAM_PAUSABLE].n == 0 || stop == NULL)
		return OK;
	TRY(rule_need(run, "end", &end));
	if (end->date < stop->date)
		return fail_field(run->cx, ERR_INVALID, "end", "err.rule_range", "end",
				  civil_iso(run->cx->arena, end->date));
	used = stop->date - 1 - from;
	used = used < 0 ? 0 : used;
	left = *day - from - used;
	if (left <= 0 || end->date <= from)
		return OK;
	TRY(check_range(run, end->date + left));
	*day = (int32_t)(end->date + left);
	rule_say(run, "rule.step.pause", *day, DAY_TEXT(run, stop->date), DAY_TEXT(run, end->date),
		 INT_TEXT(run, left))
		->reason = NULL;
	rule_put(run, rule_int("days_left", left));
	return OK;
}

enum err
rule_term(struct rule_run *run, const struct rule_setting *given, int32_t from, int32_t *ret)
{
	struct rule_setting p[PARAM_COUNT];
	int32_t day = from;

	for (int i = 0; i < PARAM_COUNT; i++)
		TRY(rule_setting(run, (enum rule_param)i, &given[i], &p[i]));
	move_start(run, p, &day);
	TRY(add_months(run, p, &day));
	TRY(add_days(run, p, &day));
	TRY(pause_clock(run, p, from, &day));
	if (p[PARAM_LESS_DAYS].set) {
		day -= (int32_t)p[PARAM_LESS_DAYS].n;
		say_count(run, "rule.step.less_days", p[PARAM_LESS_DAYS].n, day);
	}
	roll(run, p, &day);
	TRY(check_range(run, day));
	rule_say(run, "rule.step.last_day", day, DAY_TEXT(run, day), NULL, NULL)->reason =
		calendar_weekday_key(day);
	*ret = day;
	return OK;
}

static void
say_from(struct rule_run *run, int32_t day)
{
	rule_say(run, "rule.step.from", day, DAY_TEXT(run, day), NULL, NULL)->reason =
		calendar_weekday_key(day);
}

enum err
rule_run_term(struct rule_run *run)
{
	const struct rule_value *from;
	const char *bar = run->p[PARAM_BARRED_BY].text;
	size_t extra;
	int32_t day;

	TRY(rule_need(run, "from", &from));
	say_from(run, from->date);
	rule_put(run, rule_date("result", CIVIL_NONE));
	extra = run->out->nvalues - 1;
	TRY(rule_term(run, run->p, from->date, &day));
	run->out->values[extra].date = day;
	if (bar != NULL) {
		const struct rule_value *v = rule_given(run, bar);

		rule_put(run, rule_flag("allowed", v == NULL || v->n == 0));
	}
	return OK;
}

/* Of several terms the one that ends first. */
enum err
rule_run_earliest(struct rule_run *run)
{
	int32_t best = CIVIL_NONE;

	rule_put(run, rule_date("result", CIVIL_NONE));
	for (size_t i = 0; i < run->params->nterms; i++) {
		const struct rule_named *term = &run->params->terms[i];
		const struct rule_value *from = rule_given(run, term->name);
		int32_t day;

		if (from == NULL)
			continue;
		rule_say(run, "rule.step.also", CIVIL_NONE, NULL, NULL, NULL)->word = term->name;
		say_from(run, from->date);
		TRY(rule_term(run, term->p, from->date, &day));
		rule_put(run, rule_date(term->name, day));
		best = best == CIVIL_NONE || day < best ? day : best;
	}
	run->out->values[0].date = best;
	rule_say(run, "rule.step.earliest", best, DAY_TEXT(run, best), NULL, NULL)->reason = NULL;
	return OK;
}

/* Further terms of the version, each from its own day or from the main one. */
enum err
rule_also(struct rule_run *run)
{
	for (size_t i = 0; i < run->params->nalso; i++) {
		const struct rule_named *also = &run->params->also[i];
		const char *name = also->p[PARAM_FROM].text;
		const struct rule_value *from = NULL;
		int32_t start = run->event, day;

		if (name == NULL)
			from = rule_given(run, run->rule->inputs[0].name);
		else
			from = rule_given(run, name);
		if (name != NULL && from == NULL)
			continue;
		if (from != NULL && (from->type == RULE_DATE || from->type == RULE_MOMENT))
			start = from->date;
		rule_say(run, "rule.step.also", CIVIL_NONE, NULL, NULL, NULL)->word = also->name;
		say_from(run, start);
		TRY(rule_term(run, also->p, start, &day));
		rule_put(run, rule_date(also->name, day));
	}
	return OK;
}

/* The same date every year. */
enum err
rule_run_yearly(struct rule_run *run)
{
	int64_t md = run->p[PARAM_MONTH_DAY].n;
	const struct rule_value *year;
	int32_t day;

	TRY(rule_need(run, "year", &year));
	day = civil_day((int)year->n, (int)(md / 100), (int)(md % 100));
	rule_say(run, "rule.step.yearly", day, DAY_TEXT(run, day), NULL, NULL)->reason =
		calendar_weekday_key(day);
	roll(run, run->p, &day);
	rule_say(run, "rule.step.last_day", day, DAY_TEXT(run, day), NULL, NULL)->reason =
		calendar_weekday_key(day);
	rule_put(run, rule_date("result", day));
	return OK;
}

/* The UTC second of a minute of a day in Tallinn; in the doubled hour of autumn the first. */
static int64_t
utc_of(int32_t day, int64_t minutes)
{
	int64_t guess = civil_start_of_day(day) + minutes * 60;
	struct civil_time t = civil_in_tallinn(guess);
	int64_t off = ((int64_t)t.day * DAY_MINUTES + t.hour * 60 + t.minute) -
		      ((int64_t)day * DAY_MINUTES + minutes);

	return guess - off * 60;
}

/* Hours from a moment: by the clock on the wall, or as they pass when the clocks are changed. */
enum err
rule_run_hours(struct rule_run *run)
{
	const struct rule_setting *wall = &run->p[PARAM_WALL_CLOCK];
	int64_t hours = run->p[PARAM_HOURS].n;
	struct rule_value v = { .name = "result", .type = RULE_MOMENT };
	const struct rule_value *from;

	TRY(rule_need(run, "from", &from));
	TRY(check_range(run, from->date + hours / 24 + 1));
	if (wall->set && wall->n != 0) {
		int64_t minutes = from->n + hours * 60;

		v.date = from->date + (int32_t)(minutes / DAY_MINUTES);
		v.n = minutes % DAY_MINUTES;
	} else {
		struct civil_time t = civil_in_tallinn(utc_of(from->date, from->n) + hours * 3600);

		v.date = t.day;
		v.n = t.hour * 60 + t.minute;
	}
	rule_say(run, "rule.step.hours", v.date, rule_value_shown(run->cx, run->rule, from),
		 INT_TEXT(run, hours), rule_value_shown(run->cx, run->rule, &v))
		->reason = NULL;
	rule_put(run, v);
	return OK;
}

/* A term ends at 24:00; for an act done at an office, when the office closes (TsÜS § 137). */
enum err
rule_run_closing(struct rule_run *run)
{
	struct rule_value v = { .name = "result", .type = RULE_MOMENT, .n = DAY_MINUTES };
	const struct rule_value *from, *office = rule_given(run, "office");
	bool shortened;

	TRY(rule_need(run, "from", &from));
	v.date = from->date;
	shortened = calendar_shortened(v.date);
	if (office != NULL && office->n != 0) {
		v.n = run->p[PARAM_CLOSES].n;
		if (shortened && v.n >= CALENDAR_SHORTENED_MINUTES)
			v.n -= CALENDAR_SHORTENED_MINUTES;
	}
	if (shortened)
		rule_say(run, "rule.step.shortened", v.date, DAY_TEXT(run, v.date), NULL, NULL);
	rule_say(run, "rule.step.closing", v.date, rule_value_shown(run->cx, run->rule, &v), NULL,
		 NULL);
	rule_put(run, v);
	rule_put(run, rule_flag("shortened", shortened));
	return OK;
}
