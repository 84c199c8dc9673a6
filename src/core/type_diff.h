/* What differs between two sets of types, and the migration it implies. For `hool type diff`. */
#ifndef HOOL_CORE_TYPE_DIFF_H
#define HOOL_CORE_TYPE_DIFF_H

#include <stdio.h>

#include "meta/type.h"

/* Print it, a line each: "+" is new, "-" is gone, "~" is another; then the steps of the migration.
 * ERR_CONFLICT err.type_diff when a database cannot be brought from one to the other. */
enum err type_diff(struct ctx *cx, const struct types *before, const struct types *after,
		   FILE *out) MUST_USE;

#endif
