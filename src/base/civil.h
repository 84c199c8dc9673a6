/*
 * Civil days and Tallinn time.
 *
 * A date is an int32_t: days since 1970-01-01 (which is day 0). Times are int64_t UTC seconds.
 * Legal deadlines are always days in Tallinn. The database stores dates as such integers.
 */
#ifndef HOOL_BASE_CIVIL_H
#define HOOL_BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define CIVIL_NONE INT32_MIN /* no date */
#define CIVIL_MIN (-135140)  /* 1600-01-01 */
#define CIVIL_MAX 376200     /* 3000-01-01 */

struct civil {
	int year, month, day; /* month 1-12, day 1-31 */
};

struct civil_time {
	int32_t day;		  /* civil day */
	int hour, minute, second; /* of that day, Tallinn time */
	int offset;		  /* seconds east of UTC: 7200 or 10800 */
};

/* The day number of a date of the Gregorian calendar, and back. The date must be real. */
int32_t civil_day(int year, int month, int day);
struct civil civil_date(int32_t day);
/* Is there such a date, between the years 1600 and 3000? */
bool civil_real(int year, int month, int day);
/* 1 Monday … 7 Sunday. */
int civil_weekday(int32_t day);
int civil_days_in_month(int year, int month);
/* Same date `months` later, or the last day of that month where there is none (TsÜS § 136). */
int32_t civil_add_months(int32_t day, int months);
/* Full years from `birth` to `day`. Born on 29 February: a year older on 1 March in plain years. */
int civil_age(int32_t birth, int32_t day);
/* "2026-05-25", exactly ten characters; CIVIL_NONE gives "". In the arena. */
const char *civil_iso(struct arena *a, int32_t day);
/* "25.05.2026" as people here write it; CIVIL_NONE gives "". In the arena. */
const char *civil_text(struct arena *a, int32_t day);
#define CIVIL_TEXT 11 /* bytes of either way of writing, with the NUL */
/* Both at once, where a page holds a hundred dates; `day` must be one, not CIVIL_NONE. */
void civil_write(int32_t day, char ret_iso[CIVIL_TEXT], char ret_text[CIVIL_TEXT]);
/*
 * Read "2026-05-25" or "25.05.2026" (also "25.5.2026"). Surrounding spaces are allowed, nothing
 * else is; digits other than 0-9 are not digits. False if it is not a real date.
 */
bool civil_parse(const char *s, int32_t *ret_day);
/* The wall clock of Tallinn at a moment (EU summer time rule, as in force since 1997/2002). */
struct civil_time civil_in_tallinn(int64_t utc);
/* The moment at which a day begins in Tallinn. */
int64_t civil_start_of_day(int32_t day);

#endif
