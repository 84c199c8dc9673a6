/*
 * Values of fields: read from what people type, shown as people read them, written to history.
 */
#ifndef HOOL_CORE_VALUE_H
#define HOOL_CORE_VALUE_H

#include "core/world.h"

/* Of kind INTEGER (int, money, date, time, bool, ref) in `i`, of kind TEXT in `s`. */
struct value {
	bool set; /* false: empty */
	int64_t i;
	const char *s;
};

/*
 * Read what a person typed into a field; "" is empty. Errors, all naming the field: err.date,
 * err.int, err.money, err.choice, err.too_long, err.utf8, err.control, err.range, the why of an
 * identifier. Normalises: trims, upper-cases an IBAN. A reference is read as the id of a record
 * ("17"), or as its number.
 */
enum err
value_read(struct ctx *cx, const struct field *f, const char *typed, struct value *ret) MUST_USE;
/* As a person reads it, in cx's language; a reference as the title of its record. "" if empty. */
enum err
value_text(struct ctx *cx, const struct field *f, const struct value *v, const char **ret) MUST_USE;
/* As a form holds it, so that value_read() gives it back: dates 25.05.2026, references by id. */
const char *value_typed(struct ctx *cx, const struct field *f, const struct value *v);
/* For the database. */
struct db_value value_db(const struct field *f, const struct value *v);
/* From a column of a statement. Texts are copied into the arena. */
struct value value_column(struct ctx *cx, const struct field *f, const struct stmt *q, int col);
bool value_equal(const struct value *a, const struct value *b);
/* Title of any record, "" for 0 or a missing one. */
enum err record_title(struct ctx *cx, int64_t id, const char **ret) MUST_USE;

#endif
