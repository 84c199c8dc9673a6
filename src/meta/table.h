/*
 * From types to tables: the statements that make a type's table, and the difference between the
 * types a database was made from and the types of today, with the migration it implies.
 *
 * New types, fields, choices, indexes and guards are taken, and so are longer texts and fields
 * that are required or no longer so; a field that leaves a type keeps its column, a guard that
 * leaves is dropped; a field whose kind changes is refused, because what is stored would change its
 * meaning (but a choice or code may become text).
 */
#ifndef HOOL_META_TABLE_H
#define HOOL_META_TABLE_H

#include "db/db.h"
#include "meta/type.h"

/* One step of a migration. */
struct step {
	const char *sql;      /* NULL: nothing is done, but it is worth telling */
	const char *what_key; /* text: what it does, with {1} the type and {2} the part */
	const char *arg[2];
};
struct plan {
	struct step *steps;
	size_t n;
};

/* All statements for a type that has no table yet. */
enum err table_create(struct ctx *cx, const struct types *ts, const struct type *t,
		      struct plan *ret) MUST_USE;
/*
 * What must be done to a database made from `before` (may be NULL: new type) to serve `after`.
 * Errors: ERR_INVALID err.table_kind when a field's kind changed.
 */
enum err table_diff(struct ctx *cx, const struct types *ts, const struct type *before,
		    const struct type *after, struct plan *ret) MUST_USE;
/*
 * Compare the types with those recorded in the database (sys_type) and carry out the plan in one
 * transaction on the write lane; then record them. With `dry` only *ret is filled. The plan tells
 * only of types that changed.
 */
enum err table_migrate(struct ctx *cx, struct db *db, const struct types *ts, bool dry,
		       struct plan *ret) MUST_USE;

/* What table_migrate() would do, on cx->conn, which need not be the write lane's. */
enum err table_plan(struct ctx *cx, const struct types *ts, struct plan *ret) MUST_USE;
/* Are the newest rows' stored sort keys those computed today? *ret_type: the first type whose are
 * not; NULL: all are. On cx->conn. */
enum err table_sorts_agree(struct ctx *cx, const struct types *ts, const char **ret_type) MUST_USE;

#endif
