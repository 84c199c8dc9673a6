/* Looking a whole database over: for backups, restores and `hool selfcheck`. On cx->conn. */
#ifndef HOOL_DB_CHECK_H
#define HOOL_DB_CHECK_H

#include "db/db.h"

struct db_count {
	const char *table;
	int64_t rows;
};

/* The names of all tables of data, in order, in cx's arena: not what the processes and functions of
 * a server keep there. Errors: ERR_LIMIT "err.db_large". */
enum err db_tables(struct ctx *cx, const char ***ret, size_t *ret_n) MUST_USE;
/* Rows of every table, by name. In cx's arena. */
enum err db_counts(struct ctx *cx, struct db_count **ret, size_t *ret_n) MUST_USE;
/* Does every page and index hold together? ERR_CORRUPT "err.check_integrity" with the first
 * complaint. Reads everything: some seconds for each gigabyte. */
enum err db_check_integrity(struct ctx *cx) MUST_USE;
/* Does every reference lead somewhere? ERR_CORRUPT "err.check_foreign" with the table. */
enum err db_check_foreign(struct ctx *cx) MUST_USE;

#endif
