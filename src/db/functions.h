/*
 * SQL functions that both databases know, used in conditions, measures and queries:
 *
 *	age_years(birth, day)               full years of age
 *	add_months(day, n)                  same date n months on, or the month's last
 *	add_working_days(day, n)            the n-th working day after
 *	working_days_between(from, to)      working days in (from, to]
 *	month_start(day), month_end(day)    first and last day of the day's month
 *	fold(text), sort_key(text)          base/fold.h
 *	has(list, item)                     is the item one of ",a,b,"?
 */
#ifndef HOOL_DB_FUNCTIONS_H
#define HOOL_DB_FUNCTIONS_H

struct sqlite3;

/* Register the functions on an SQLite connection; the result is an SQLite code. */
int functions_register(struct sqlite3 *handle);

#endif
