/*
 * The only builder of SQL from types. Identifiers come from types whose names were checked when
 * they were loaded; values are always parameters. Built texts are interned, so that the store of
 * prepared statements can know them by address, and their number is bounded by the type files.
 */
#ifndef HOOL_META_SQL_H
#define HOOL_META_SQL_H

#include "base/buf.h"
#include "db/db.h"
#include "meta/expr.h"
#include "meta/type.h"

/* A built statement: interned text and what its parameters stand for. */
struct sql {
	const char *text;
	struct params params;
};

/* Which right is asked for. */
enum right { RIGHT_SEE, RIGHT_EDIT, RIGHT_MOVE, RIGHT_CREATE };

/* The rows of a list asked for. */
struct list_query {
	const struct type *type;
	const struct list *list;
	const char *filter[4]; /* columns of equality filters given by the reader */
	int nfilters;
	bool after;	/* continue behind a cursor */
	bool backwards; /* before the cursor, nearest first */
	int limit;
};

/*
 * Bind: the actor's parameters from cx, the values from `values` in order. The array lives in
 * cx's arena.
 */
struct db_args
sql_args(struct ctx *cx, const struct sql *sql, const struct db_value *values, int nvalues);
/* Make `text` permanent; the same text gives the same address. Thread-safe. */
const char *sql_intern(const char *text);

/*
 * Append the condition under which the actor has a right on a row of `alias`: "TRUE" for all,
 * "FALSE" for none, else the conditions of the duties the actor holds, joined by OR. Returns false
 * if none.
 */
bool sql_right(struct ctx *cx, const struct types *ts, const struct type *t, enum right right,
	       const char *alias, struct buf *out, struct params *ps);
/* Has the actor the right on any row at all (create: may the actor create)? */
bool sql_may(const struct ctx *cx, const struct types *ts, const struct type *t, enum right right);

/*
 * One page of a list with the see right compiled in. Columns of the result: 0 id, 1 number,
 * 2 state, 3 due, 4 about (person id or null), 5.. the sort keys, then the list's columns in
 * order: references as their titles, but where a title would name a person out of the actor's
 * sight, as the number. Values: filters in order, then the cursor's sort keys and
 * id.
 */
enum err sql_list(struct ctx *cx, const struct types *ts, const struct list_query *lq,
		  struct sql *ret) MUST_USE;
/* How many rows, counted up to MAX_COUNT + 1. Values: filters. */
enum err sql_count(struct ctx *cx, const struct types *ts, const struct list_query *lq,
		   struct sql *ret) MUST_USE;
/* One record: the engine columns (RECORD_COLUMNS of core/record.c), then every field in order.
 * Value: the id; `right` is compiled in (ignored for the system). */
enum err sql_load(struct ctx *cx, const struct types *ts, const struct type *t, enum right right,
		  struct sql *ret) MUST_USE;
/* Insert and update of all columns of a type: engine columns first, then fields, then sort keys.
 * The update's last parameters are id and the version read. */
const char *sql_insert(struct ctx *cx, const struct type *t);
const char *sql_update(struct ctx *cx, const struct type *t);
/* The sort keys of a list and the id, of one row (the value is its id) that the actor may see: of
 * one out of sight, where it stands would tell of its name or date. */
enum err sql_cursor(struct ctx *cx, const struct types *ts, const struct type *t,
		    const struct list *l, struct sql *ret) MUST_USE;
/* Records of a type that refer by a field to one record (the value), newest first, with the see
 * right. Columns: number, title, state, about. */
enum err sql_referring(struct ctx *cx, const struct types *ts, const struct type *t,
		       const struct field *f, int limit, struct sql *ret) MUST_USE;
/* SELECT 1 … WHERE sys_id = value AND condition. */
enum err sql_check(struct ctx *cx, const struct types *ts, const struct type *t,
		   const char *condition, struct sql *ret) MUST_USE;
/* Count of the rows of a measure's whole and of its good ones in a period (values: from, to if the
 * measure has a date), all of the unit's rows the actor may see. Columns: whole, good. */
enum err sql_measure(struct ctx *cx, const struct types *ts, const struct type *t,
		     const struct measure *m, struct sql *ret) MUST_USE;

#endif
