/*
 * What a continuous copy of a database needs: the pages that commits have changed since they were
 * last taken away, each as it is after the newest commit. Laid over an older copy of the file they
 * give the file of that moment; and since they are whole pages, it does no harm when the copy is
 * newer than the first of them.
 *
 * SQLite: the write lane reads its own frames back from the write-ahead log after each commit,
 * before the log can be begun anew, and keeps one image a page. PostgreSQL has all this itself
 * (pg_basebackup and pg_receivewal): db_ship_start() refuses with "err.keep_other".
 */
#ifndef HOOL_DB_SHIP_H
#define HOOL_DB_SHIP_H

#include "db/db.h"

struct ship_pages {
	uint32_t page_size; /* bytes */
	uint32_t db_pages;  /* of the whole file after the last commit; 0: nothing was committed */
	size_t n;
	uint32_t *number;     /* n of them, from 1 */
	unsigned char *bytes; /* n * page_size */
	uint64_t commits;
	int64_t upto; /* time of the last of these commits, UTC milliseconds */
	/* The rest is of the gathering: where a page is among them. */
	size_t room, nslots;
	uint32_t *slots;
};

/* Begin to gather. Errors: ERR_IO, ERR_DENIED (opened for reading), ERR_INVALID "err.keep_other",
 * ERR_CONFLICT "err.copy_twice". */
enum err db_ship_start(struct ctx *cx, struct db *db) MUST_USE;
/*
 * Take away what has gathered: all that was answered before is in it. The caller ends it by
 * ship_pages_free(). Error: ERR_LIMIT
 * "err.copy_lost": it was not taken in time, or the log could not be read. Gathering has begun
 * anew then, and whoever copies needs a new copy of the whole file.
 */
enum err db_ship_take(struct ctx *cx, struct db *db, struct ship_pages **ret) MUST_USE;
/* Pages waiting to be taken. */
size_t db_ship_waiting(struct db *db);
/* Take again what db_ship_start() gave. Not while db_ship_take() runs. */
void db_ship_stop(struct db *db);
/* Takes NULL. */
void ship_pages_free(struct ship_pages *p);
SCOPED_DEFINE(ship_pages, struct ship_pages, ship_pages_free)

#endif
