/*
 * What is read of one record before anything is written of it, once, the same way, for its page
 * (record_page.c) and for the API (record_json.c): rights, moves, clocks, access log.
 */
#ifndef HOOL_WEB_READING_H
#define HOOL_WEB_READING_H

#include "core/clock.h"
#include "core/history.h"
#include "web/site.h"

#define TIMELINE 60 /* entries of history shown */

struct reading {
	struct visit *v;
	struct record *r;
	struct part_move *moves;
	size_t nmoves;
	struct clock_entry *clocks;
	size_t nclocks;
	struct history_entry *history;
	size_t nhistory;
	const char *responsible;
	bool may_edit;
};

/* Read the record v->type and v->number name, with at most `timeline` entries of its history, and
 * note the look. Errors: those of record_load_number(). */
enum err record_reading(struct visit *v, int timeline, struct reading *rd) MUST_USE;

#endif
