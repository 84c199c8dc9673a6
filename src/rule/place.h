/*
 * Counties and municipalities by date (EHAK). A row holds from valid_from and no longer on
 * valid_to; whoever asks about a code says for which day. Part of the rulebook, see rule/rule.h.
 */
#ifndef HOOL_RULE_PLACE_H
#define HOOL_RULE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

struct rulebook;

enum place_kind { PLACE_COUNTY, PLACE_TOWN, PLACE_PARISH, PLACE_KINDS };

struct place {
	const char *code;   /* four digits */
	const char *name;   /* "Toila vald" */
	const char *county; /* code of the county; a county's own code */
	enum place_kind kind;
	int32_t valid_from;
	int32_t valid_to;      /* first day it no longer holds; CIVIL_NONE: holds still */
	const char *successor; /* code that took it over, or NULL */
	bool confirmed;	       /* false: say so wherever the row is shown */
};

/* "county", "linn", "vald". */
const char *place_kind_name(enum place_kind kind);
/* The row of a code in force on a day, or NULL. */
const struct place *place_find(const struct rulebook *rb, const char *code, int32_t on);
/* The same, or what its territory belongs to on that day; NULL if the code was never known or
 * not yet in force. */
const struct place *place_now(const struct rulebook *rb, const char *code, int32_t on);
/* The last row of a code, in force or not; NULL if there is none. */
const struct place *place_last(const struct rulebook *rb, const char *code);
/*
 * Rows in force on a day, by code: counties, or municipalities (towns and parishes) of one county
 * or, with NULL, of all. The array is in cx's arena.
 */
size_t
place_counties(struct ctx *cx, const struct rulebook *rb, int32_t on, const struct place ***ret);
size_t place_municipalities(struct ctx *cx, const struct rulebook *rb, const char *county,
			    int32_t on, const struct place ***ret);

#endif
