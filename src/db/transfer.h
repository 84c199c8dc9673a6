/*
 * A whole database moved into another one, of the same kind or the other: from a file to a server
 * when the agency outgrows one machine, and back.
 *
 * The source is read as of one moment and may be in use meanwhile. The target has the same schema
 * and types and nothing in it. All of it goes over in one transaction: either everything is there,
 * foreign keys checked anew, or nothing is.
 */
#ifndef HOOL_DB_TRANSFER_H
#define HOOL_DB_TRANSFER_H

#include "db/db.h"

#define TRANSFER_HASH 32

struct transferred {
	const char *table;
	int64_t rows;
	unsigned char hash[TRANSFER_HASH]; /* of all values of all rows, whatever their order */
};

struct transfer_report {
	struct transferred *tables; /* by name; in cx's arena */
	size_t ntables;
	int64_t rows;
};

/*
 * Move everything, read the target again and hold counts and hashes against what was read. Called
 * outside closures. Errors: ERR_CONFLICT "err.transfer_full" (the target has records),
 * "err.transfer_types" (their types differ), "err.transfer_table" (a table the target has not);
 * ERR_CORRUPT "err.transfer_differs" (naming the table), those of db_run().
 */
enum err
db_transfer(struct ctx *cx, struct db *from, struct db *to, struct transfer_report *ret) MUST_USE;

#endif
