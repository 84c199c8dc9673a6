/*
 * The Estonian calendar of work. See calendar.h. Counting over long stretches takes the weekdays
 * by division and subtracts the holidays that fall on one, year by year.
 */
#include "base/calendar.h"

#include <stddef.h>

#define HOLIDAYS 12 /* in every year; Easter Monday and Whit Monday are none */

static const struct {
	int month, day;
	const char *key;
} FIXED[] = {
	{ 1, 1, "holiday.new_year" },	     { 2, 24, "holiday.independence" },
	{ 5, 1, "holiday.spring" },	     { 6, 23, "holiday.victory" },
	{ 6, 24, "holiday.midsummer" },	     { 8, 20, "holiday.restoration" },
	{ 12, 24, "holiday.christmas_eve" }, { 12, 25, "holiday.christmas" },
	{ 12, 26, "holiday.boxing" },
};
#define FIXED_COUNT (sizeof(FIXED) / sizeof(FIXED[0]))

/* Days from Easter Sunday. */
static const struct {
	int after;
	const char *key;
} MOVABLE[] = {
	{ -2, "holiday.good_friday" },
	{ 0, "holiday.easter" },
	{ 49, "holiday.pentecost" },
};
#define MOVABLE_COUNT (sizeof(MOVABLE) / sizeof(MOVABLE[0]))

_Static_assert(FIXED_COUNT + MOVABLE_COUNT == HOLIDAYS, "every holiday is fixed or movable");

/* Gregorian Easter, the "anonymous" algorithm (Meeus, Astronomical Algorithms, chapter 8). */
int32_t
calendar_easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;

	return civil_day(year, n / 31, n % 31 + 1);
}

const char *
calendar_holiday(int32_t day)
{
	struct civil c = civil_date(day);
	int32_t easter;

	for (size_t i = 0; i < FIXED_COUNT; i++)
		if (c.month == FIXED[i].month && c.day == FIXED[i].day)
			return FIXED[i].key;
	if (c.month < 3 || c.month > 6)
		return NULL;
	easter = calendar_easter(c.year);
	for (size_t i = 0; i < MOVABLE_COUNT; i++)
		if (day == easter + MOVABLE[i].after)
			return MOVABLE[i].key;
	return NULL;
}

const char *
calendar_weekday_key(int32_t day)
{
	static const char *const KEYS[] = { "day.monday",   "day.tuesday", "day.wednesday",
					    "day.thursday", "day.friday",  "day.saturday",
					    "day.sunday" };

	return KEYS[civil_weekday(day) - 1];
}

const char *
calendar_rest(int32_t day)
{
	const char *holiday = calendar_holiday(day);

	if (holiday != NULL)
		return holiday;
	return civil_weekday(day) >= 6 ? calendar_weekday_key(day) : NULL;
}

bool
calendar_working(int32_t day)
{
	return civil_weekday(day) < 6 && calendar_holiday(day) == NULL;
}

bool
calendar_shortened(int32_t day)
{
	struct civil next = civil_date(day + 1);
	int md = next.month * 100 + next.day;

	return (md == 101 || md == 224 || md == 623 || md == 1224) && calendar_working(day);
}

int32_t
calendar_roll(int32_t day)
{
	while (!calendar_working(day))
		day++;
	return day;
}

/* Mondays to Fridays in (from, to], from <= to. */
static int
weekdays_between(int32_t from, int32_t to)
{
	int n = (to - from) / 7 * 5;

	for (int32_t day = to - (to - from) % 7 + 1; day <= to; day++)
		n += civil_weekday(day) < 6;
	return n;
}

/* Is a day within (from, to], and from Monday to Friday? */
static bool
weekday_within(int32_t day, int32_t from, int32_t to)
{
	return day > from && day <= to && civil_weekday(day) < 6;
}

/* Holidays of a year that fall on Monday to Friday within (from, to]. */
static int
holidays_within(int year, int32_t from, int32_t to)
{
	/* Days before each month of a year without a leap day. */
	static const int BEFORE[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int32_t first = civil_day(year, 1, 1), easter = calendar_easter(year);
	bool leap = civil_days_in_month(year, 2) == 29;
	int n = 0;

	for (size_t i = 0; i < FIXED_COUNT; i++)
		n += weekday_within(first + BEFORE[FIXED[i].month - 1] + FIXED[i].day - 1 +
					    (leap && FIXED[i].month > 2),
				    from, to);
	for (size_t i = 0; i < MOVABLE_COUNT; i++)
		n += weekday_within(easter + MOVABLE[i].after, from, to);
	return n;
}

int
calendar_working_between(int32_t from, int32_t to)
{
	int n, last;

	if (to < from)
		return -calendar_working_between(to, from);
	if (to == from)
		return 0;
	n = weekdays_between(from, to);
	last = civil_date(to).year;
	for (int year = civil_date(from).year; year <= last; year++)
		n -= holidays_within(year, from, to);
	return n;
}

int32_t
calendar_add_working(int32_t day, int n)
{
	/* n working days take at least n days: step over that many, count those that were worked,
	 * and go on with what is left. The last stretch holds working days only. */
	int64_t left = n;

	while (left != 0) {
		int64_t next = day + left;

		if (next < CIVIL_MIN || next > CIVIL_MAX)
			return CIVIL_NONE;
		if (left > 0)
			left -= calendar_working_between(day, (int32_t)next);
		else
			left += calendar_working_between((int32_t)next - 1, day - 1);
		day = (int32_t)next;
	}
	return day;
}

int
calendar_working_in_year(int year)
{
	return calendar_working_between(civil_day(year, 1, 1) - 1, civil_day(year, 12, 31));
}

int32_t
calendar_month_first(int32_t day)
{
	return day - civil_date(day).day + 1;
}

int32_t
calendar_month_last(int32_t day)
{
	struct civil c = civil_date(day);

	return day - c.day + civil_days_in_month(c.year, c.month);
}

int
calendar_working_in_month(int32_t day)
{
	return calendar_working_between(calendar_month_first(day) - 1, calendar_month_last(day));
}

int32_t
calendar_birthday(int32_t birth, int years)
{
	struct civil c = civil_date(birth);

	if (c.day > civil_days_in_month(c.year + years, c.month))
		return civil_day(c.year + years, 3, 1);
	return civil_day(c.year + years, c.month, c.day);
}
