/*
 * Practice data: a believable board with invented people, made anew from a seed. Everything is
 * written through the record API by the people who would have done it, day by day, so the history,
 * the clocks and the guards are those of real work; the same seed and day give the same data.
 */
#ifndef HOOL_WORK_PRACTICE_PRACTICE_H
#define HOOL_WORK_PRACTICE_PRACTICE_H

#include "core/world.h"

#define PRACTICE_FIRST_YEAR 2016
#define PRACTICE_MOST_PERSONS 2000000
#define PRACTICE_MOST_CASES 2000000
#define PRACTICE_MOST_EVENTS 20000000

struct practice_order {
	int64_t persons, cases; /* cases: applications */
	int64_t events;		/* rows of history at least; 0: as they come */
	uint64_t seed;
	int32_t today;	  /* the last day of the data */
	const char *hash; /* of the password all users share; account_hash() */
	const char *password;
	const char *folder; /* for e-invoices and the answer key; NULL: none */
	const char *key;    /* path of the answer key; NULL: none */
	bool unsettled;	    /* no month reports and invoices: whoever practises makes them */
};

struct practice_report {
	int64_t persons, cases, records, events, waiting, placed, providers, users, invoices,
		seeded;
};

/* Fill an empty database. Errors: ERR_CONFLICT err.practice_not_empty, and whatever the record
 * API refuses (which would be our fault). */
enum err practice_make(struct ctx *cx, struct db *db, const struct practice_order *o,
		       struct practice_report *ret) MUST_USE;

#endif
