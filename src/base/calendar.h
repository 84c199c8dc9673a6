/*
 * The Estonian calendar of work: public holidays, working days, shortened days.
 * Source: Pühade ja tähtpäevade seadus; shortened days TLS § 53. Working days are Monday to Friday
 * without public holidays. All is plain arithmetic on civil days: no tables, no state, any thread.
 * The present list of holidays is used for every year.
 */
#ifndef HOOL_BASE_CALENDAR_H
#define HOOL_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"

#define CALENDAR_SHORTENED_MINUTES 180 /* a shortened day ends three hours earlier */

/* Easter Sunday of a year of the Gregorian calendar. */
int32_t calendar_easter(int year);
/* The catalogue key of the holiday on a day ("holiday.new_year"), or NULL. */
const char *calendar_holiday(int32_t day);
/* The catalogue key that says why a day is not worked: a holiday, "day.saturday",
 * "day.sunday"; NULL on a working day. */
const char *calendar_rest(int32_t day);
/* The catalogue key of the weekday: "day.monday" … "day.sunday". */
const char *calendar_weekday_key(int32_t day);
bool calendar_working(int32_t day);
/* A working day directly before 1 January, 24 February, 23 June or 24 December. */
bool calendar_shortened(int32_t day);
/* The day itself if it is a working day, else the next that is. */
int32_t calendar_roll(int32_t day);
/* The n-th working day after `day`; n < 0: before it; 0: the day itself, whatever it is.
 * CIVIL_NONE if that lies outside CIVIL_MIN to CIVIL_MAX. */
int32_t calendar_add_working(int32_t day, int n);
/* Working days in (from, to]; negative if `to` lies before `from`. */
int calendar_working_between(int32_t from, int32_t to);
/* Working days of a year, and of the month a day lies in. */
int calendar_working_in_year(int year);
int calendar_working_in_month(int32_t day);
/* First and last day of the month a day lies in. */
int32_t calendar_month_first(int32_t day);
int32_t calendar_month_last(int32_t day);
/* The day on which somebody becomes `years` old; born on 29 February: 1 March in plain years. */
int32_t calendar_birthday(int32_t birth, int years);

#endif
