/*
 * Civil days. The day count follows the proleptic Gregorian calendar by shifting the year to begin
 * in March, so that the leap day is the last of the year and months have a regular pattern.
 */
#include "base/civil.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DAYS_400_YEARS 146097
#define DAYS_TO_1970 719468 /* from 0000-03-01 */
#define SECONDS_A_DAY 86400

int32_t
civil_day(int year, int month, int day)
{
	int y = year - (month <= 2);
	int era = (y >= 0 ? y : y - 399) / 400;
	int yoe = y - era * 400;
	int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * DAYS_400_YEARS + doe - DAYS_TO_1970;
}

struct civil
civil_date(int32_t day)
{
	int z = day + DAYS_TO_1970;
	int era = (z >= 0 ? z : z - (DAYS_400_YEARS - 1)) / DAYS_400_YEARS;
	int doe = z - era * DAYS_400_YEARS;
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;
	struct civil c;

	c.day = doy - (153 * mp + 2) / 5 + 1;
	c.month = mp + (mp < 10 ? 3 : -9);
	c.year = yoe + era * 400 + (c.month <= 2);
	return c;
}

int
civil_days_in_month(int year, int month)
{
	static const int DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : DAYS[month - 1];
}

bool
civil_real(int year, int month, int day)
{
	return year >= 1600 && year < 3000 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= civil_days_in_month(year, month);
}

int
civil_weekday(int32_t day)
{
	int w = (day + 3) % 7; /* 1970-01-01 was a Thursday */

	return (w < 0 ? w + 7 : w) + 1;
}

int32_t
civil_add_months(int32_t day, int months)
{
	struct civil c = civil_date(day);
	int m = c.year * 12 + c.month - 1 + months;
	int year = m / 12, month = m % 12 + 1, last = civil_days_in_month(year, month);

	return civil_day(year, month, c.day < last ? c.day : last);
}

int
civil_age(int32_t birth, int32_t day)
{
	struct civil b = civil_date(birth), d = civil_date(day);
	bool before = d.month < b.month || (d.month == b.month && d.day < b.day);

	return d.year - b.year - before;
}

/* Two digits of n, and four; step over them. Lists hold a hundred dates: this is a tenth of what a
 * format costs. */
static char *
put_two(char *to, int n)
{
	*to++ = (char)('0' + n / 10 % 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

static char *
put_year(char *to, int year)
{
	return put_two(put_two(to, year / 100), year % 100);
}

void
civil_write(int32_t day, char ret_iso[CIVIL_TEXT], char ret_text[CIVIL_TEXT])
{
	struct civil c = civil_date(day);
	char *iso = put_year(ret_iso, c.year), *text = put_two(ret_text, c.day);

	*iso++ = '-';
	iso = put_two(iso, c.month);
	*iso++ = '-';
	*put_two(iso, c.day) = '\0';
	*text++ = '.';
	text = put_two(text, c.month);
	*text++ = '.';
	*put_year(text, c.year) = '\0';
}

const char *
civil_iso(struct arena *a, int32_t day)
{
	char iso[CIVIL_TEXT], text[CIVIL_TEXT];

	if (day == CIVIL_NONE)
		return "";
	civil_write(day, iso, text);
	return arena_strndup(a, iso, CIVIL_TEXT - 1);
}

const char *
civil_text(struct arena *a, int32_t day)
{
	char iso[CIVIL_TEXT], text[CIVIL_TEXT];

	if (day == CIVIL_NONE)
		return "";
	civil_write(day, iso, text);
	return arena_strndup(a, text, CIVIL_TEXT - 1);
}

/* Read between `min` and `max` digits. False where there are fewer. */
static bool
digits(const char **s, int min, int max, int *ret)
{
	int n = 0, value = 0;

	while (n < max && (*s)[n] >= '0' && (*s)[n] <= '9')
		value = value * 10 + ((*s)[n++] - '0');
	if (n < min)
		return false;
	*s += n;
	*ret = value;
	return true;
}

static bool
parse_parts(const char **s, int *y, int *m, int *d)
{
	const char *p = *s;

	if (digits(&p, 4, 4, y) && *p == '-') {
		p++;
		if (!digits(&p, 2, 2, m) || *p++ != '-' || !digits(&p, 2, 2, d))
			return false;
	} else {
		p = *s;
		if (!digits(&p, 1, 2, d) || *p++ != '.' || !digits(&p, 1, 2, m) || *p++ != '.' ||
		    !digits(&p, 4, 4, y))
			return false;
	}
	*s = p;
	return true;
}

bool
civil_parse(const char *s, int32_t *ret_day)
{
	int y, m, d;

	while (*s == ' ')
		s++;
	if (!parse_parts(&s, &y, &m, &d))
		return false;
	while (*s == ' ')
		s++;
	if (*s != '\0' || !civil_real(y, m, d))
		return false;
	*ret_day = civil_day(y, m, d);
	return true;
}

/* The last Sunday of a month at 01:00 UTC, when summer time begins (March) or ends (October). */
static int64_t
switch_moment(int year, int month)
{
	int32_t last = civil_day(year, month, 31);

	return (int64_t)(last - civil_weekday(last) % 7) * SECONDS_A_DAY + 3600;
}

static int
tallinn_offset(int64_t utc)
{
	int64_t day = utc / SECONDS_A_DAY - (utc % SECONDS_A_DAY < 0);
	int year = civil_date((int32_t)day).year;

	return utc >= switch_moment(year, 3) && utc < switch_moment(year, 10) ? 10800 : 7200;
}

struct civil_time
civil_in_tallinn(int64_t utc)
{
	struct civil_time t = { .offset = tallinn_offset(utc) };
	int64_t local = utc + t.offset;
	int64_t day = local / SECONDS_A_DAY - (local % SECONDS_A_DAY < 0);
	int rest = (int)(local - day * SECONDS_A_DAY);

	t.day = (int32_t)day;
	t.hour = rest / 3600;
	t.minute = rest / 60 % 60;
	t.second = rest % 60;
	return t;
}

int64_t
civil_start_of_day(int32_t day)
{
	int64_t local = (int64_t)day * SECONDS_A_DAY;

	/* Summer time switches in the small hours, never at midnight: the guess is off by one hour
	 * at most, and asking again at the guess settles it. */
	return local - tallinn_offset(local - 7200);
}
