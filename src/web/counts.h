/*
 * Counts shown beside lists, remembered for some seconds: a rail of ten lists must not cost ten
 * counts a page. Those who see the same rows share a count; what a user does themselves is seen at
 * once: counts_forget().
 */
#ifndef HOOL_WEB_COUNTS_H
#define HOOL_WEB_COUNTS_H

#include "core/world.h"
#include "meta/sql.h"

/* Rows of a list the actor may see, at most MAX_COUNT + 1. `values` are those of the filters. */
enum err counts_get(struct ctx *cx, const struct list_query *lq, const struct db_value *values,
		    int nvalues, int64_t *ret) MUST_USE;
/* The user changed something: count anew for them. */
void counts_forget(int64_t user);

#endif
