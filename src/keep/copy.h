/*
 * The continuous copy: a base, which is the whole database, and segments, each the pages changed
 * since the one before (db/ship.h), at most some seconds behind. What the server acknowledged up to
 * the last segment is in the copy, wherever the copy is.
 *
 *	FOLDER/run-20261123T101500Z-1a2b/base-00000001.hool    segments from 1 on go over it
 *	                                 seg-00000001.hool …   each names the SHA-256 of the one
 *before FOLDER/alive                                           touched while all is well
 *
 * A run is one life of the server, for nobody knows what was written in between. Once a day, and
 * when the copying fell behind, a new base is laid down; segments go on meanwhile. Files appear
 * whole under their names; they are packed files (format/pack.h), encrypted if a key is given.
 */
#ifndef HOOL_KEEP_COPY_H
#define HOOL_KEEP_COPY_H

#include "format/pack.h"
#include "keep/backup.h"

#define COPY_EVERY 5 /* seconds, unless told */
#define COPY_KEEP 14 /* days, unless told */

struct copy_settings {
	const char *folder;
	const struct pack_key *key; /* NULL: not encrypted; must outlive the copying */
	int every;		    /* seconds */
	int keep_days;
};

struct copy;
/* Begin: the folder is there and can be written to. Errors: ERR_IO "err.copy_folder", those of
 * db_ship_start(). */
enum err copy_start(struct ctx *cx, struct db *db, const struct copy_settings *s,
		    struct copy **ret) MUST_USE;
/* Ship what is there and end. Before db_close(); takes NULL. */
void copy_stop(struct copy *c);
SCOPED_DEFINE(copy, struct copy, copy_stop)

struct copy_report {
	const char *run;
	int64_t base_at;      /* UTC milliseconds */
	int64_t segments;     /* applied */
	int64_t upto;	      /* last commit that is in it, UTC milliseconds */
	const char *left_out; /* a segment that is torn or missing, and all after it; NULL: none */
	const char *why;      /* key of its error */
	struct manifest base;
};

/*
 * The database as it was at a moment (UTC seconds; INT64_MAX: the newest there is) into a new file.
 * A torn last segment is left out and told in *ret. Errors: ERR_NOTFOUND "err.copy_none" (nothing
 * so old), "err.copy_folder", those of backup_restore().
 */
enum err copy_restore(struct ctx *cx, const char *folder, const struct pack_key *key,
		      const char *to, int64_t at, bool check, struct copy_report *ret) MUST_USE;

/* When the copying was last known to be well, UTC seconds. ERR_NOTFOUND "err.copy_never". */
enum err copy_alive(struct ctx *cx, const char *folder, int64_t *ret) MUST_USE;

#endif
