/*
 * The functions of functions.h for SQLite. Each gives null for a null; a value of another kind, or
 * a day that is none, is an error and not a guess. They depend on nothing but their arguments, so
 * they may stand in indexes, generated columns and triggers.
 */
#include "db/functions.h"

#include <limits.h>
#include <sqlite3.h>
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/fold.h"
#include "base/text.h"

#define MAX_COUNT_OF_DAYS 400000 /* months or working days to go; past it there is no date */

static bool
any_null(sqlite3_value **args, int n)
{
	for (int i = 0; i < n; i++)
		if (sqlite3_value_type(args[i]) == SQLITE_NULL)
			return true;
	return false;
}

/* An integer argument between two bounds; false after saying what was wrong. */
static bool
arg_int(sqlite3_context *sx, sqlite3_value *v, int32_t min, int32_t max, int32_t *ret)
{
	sqlite3_int64 i;

	if (sqlite3_value_type(v) != SQLITE_INTEGER) {
		sqlite3_result_error(sx, "an integer is needed", -1);
		return false;
	}
	i = sqlite3_value_int64(v);
	if (i < min || i > max) {
		sqlite3_result_error(sx, "outside of the calendar", -1);
		return false;
	}
	*ret = (int32_t)i;
	return true;
}

static void
result_day(sqlite3_context *sx, int32_t day)
{
	if (day == CIVIL_NONE || day < CIVIL_MIN || day > CIVIL_MAX)
		sqlite3_result_error(sx, "outside of the calendar", -1);
	else
		sqlite3_result_int(sx, day);
}

/* Two integers, the first a day; false if the result is already given. */
static bool
day_and(sqlite3_context *sx, sqlite3_value **args, int32_t min, int32_t max, int32_t *ret_day,
	int32_t *ret_other)
{
	return !any_null(args, 2) && arg_int(sx, args[0], CIVIL_MIN, CIVIL_MAX, ret_day) &&
	       arg_int(sx, args[1], min, max, ret_other);
}

static void
fn_age_years(sqlite3_context *sx, int n, sqlite3_value **args)
{
	int32_t birth, day;

	(void)n;
	if (day_and(sx, args, CIVIL_MIN, CIVIL_MAX, &birth, &day))
		sqlite3_result_int(sx, civil_age(birth, day));
}

static void
fn_add_months(sqlite3_context *sx, int n, sqlite3_value **args)
{
	int32_t day, months;

	(void)n;
	if (day_and(sx, args, -MAX_COUNT_OF_DAYS, MAX_COUNT_OF_DAYS, &day, &months))
		result_day(sx, civil_add_months(day, months));
}

static void
fn_add_working_days(sqlite3_context *sx, int n, sqlite3_value **args)
{
	int32_t day, days;

	(void)n;
	if (day_and(sx, args, -MAX_COUNT_OF_DAYS, MAX_COUNT_OF_DAYS, &day, &days))
		result_day(sx, calendar_add_working(day, days));
}

static void
fn_working_days_between(sqlite3_context *sx, int n, sqlite3_value **args)
{
	int32_t from, to;

	(void)n;
	if (day_and(sx, args, CIVIL_MIN, CIVIL_MAX, &from, &to))
		sqlite3_result_int(sx, calendar_working_between(from, to));
}

static void
fn_month_start(sqlite3_context *sx, int n, sqlite3_value **args)
{
	int32_t day;

	if (!any_null(args, n) && arg_int(sx, args[0], CIVIL_MIN, CIVIL_MAX, &day))
		result_day(sx, calendar_month_first(day));
}

static void
fn_month_end(sqlite3_context *sx, int n, sqlite3_value **args)
{
	int32_t day;

	if (!any_null(args, n) && arg_int(sx, args[0], CIVIL_MIN, CIVIL_MAX, &day))
		result_day(sx, calendar_month_last(day));
}

typedef const char *text_fn(struct arena *a, const char *s);

/* The connection's arena holds the text only until SQLite has its own copy. */
static void
text_result(sqlite3_context *sx, sqlite3_value *v, text_fn *fn)
{
	struct arena *a = sqlite3_user_data(sx);
	const char *s;

	if (sqlite3_value_type(v) == SQLITE_NULL)
		return;
	s = sqlite3_value_type(v) == SQLITE_TEXT ? (const char *)sqlite3_value_text(v) : NULL;
	if (s == NULL || !text_is_utf8(s, (size_t)sqlite3_value_bytes(v))) {
		sqlite3_result_error(sx, "a text is needed", -1);
		return;
	}
	sqlite3_result_text(sx, fn(a, s), -1, SQLITE_TRANSIENT);
	arena_reset(a);
}

static void
fn_fold(sqlite3_context *sx, int n, sqlite3_value **args)
{
	(void)n;
	text_result(sx, args[0], fold_search);
}

static void
fn_sort_key(sqlite3_context *sx, int n, sqlite3_value **args)
{
	(void)n;
	text_result(sx, args[0], fold_sort_key);
}

/* Is `item` one of ",a,b,"? An item that holds a comma, or none, never is. */
static bool
among(const char *list, const char *item, size_t len)
{
	if (len == 0 || memchr(item, ',', len) != NULL)
		return false;
	for (const char *p = strchr(list, ','); p != NULL; p = strchr(p + 1, ','))
		if (strncmp(p + 1, item, len) == 0 && p[1 + len] == ',')
			return true;
	return false;
}

static void
fn_has(sqlite3_context *sx, int n, sqlite3_value **args)
{
	const char *list, *item;

	if (any_null(args, n))
		return;
	if (sqlite3_value_type(args[0]) != SQLITE_TEXT ||
	    sqlite3_value_type(args[1]) != SQLITE_TEXT) {
		sqlite3_result_error(sx, "a text is needed", -1);
		return;
	}
	list = (const char *)sqlite3_value_text(args[0]);
	item = (const char *)sqlite3_value_text(args[1]);
	if (list != NULL && item != NULL)
		sqlite3_result_int(sx, among(list, item, strlen(item)));
}

static void
release_arena(void *a)
{
	arena_free(a);
}

static const struct {
	const char *name;
	int args;
	void (*fn)(sqlite3_context *, int, sqlite3_value **);
	bool needs_arena;
} FUNCTION[] = {
	{ "age_years", 2, fn_age_years, false },
	{ "add_months", 2, fn_add_months, false },
	{ "add_working_days", 2, fn_add_working_days, false },
	{ "working_days_between", 2, fn_working_days_between, false },
	{ "month_start", 1, fn_month_start, false },
	{ "month_end", 1, fn_month_end, false },
	{ "fold", 1, fn_fold, true },
	{ "sort_key", 1, fn_sort_key, true },
	{ "has", 2, fn_has, false },
};

int
functions_register(struct sqlite3 *handle)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

	for (size_t i = 0; i < sizeof(FUNCTION) / sizeof(FUNCTION[0]); i++) {
		struct arena *a = FUNCTION[i].needs_arena ? arena_new() : NULL;
		int code = sqlite3_create_function_v2(handle, FUNCTION[i].name, FUNCTION[i].args,
						      flags, a, FUNCTION[i].fn, NULL, NULL,
						      a == NULL ? NULL : release_arena);

		if (code != SQLITE_OK) /* it has released the arena itself */
			return code;
	}
	return SQLITE_OK;
}
