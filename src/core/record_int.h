/* Shared by the files of record_*.c only. */
#ifndef HOOL_CORE_RECORD_INT_H
#define HOOL_CORE_RECORD_INT_H

#include "core/record.h"

/* Find words of a record anew: from the fields marked `search`. */
enum err words_update(struct ctx *cx, const struct record *r) MUST_USE;
/* The error a database refusal of a guard became: its text needs no values. */
const struct field *field_of(const struct type *t, const char *name);

#endif
