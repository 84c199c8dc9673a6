/*
 * Upgrades: what a newer program would change in a database, rehearsed on a copy; a backup beside
 * the database before it is changed; and the way back to it.
 *
 * Which steps a database has taken, when and with which text, stands in sys_schema; which backup
 * was made before the last upgrade in sys_setting ("upgrade.backup").
 */
#ifndef HOOL_KEEP_UPGRADE_H
#define HOOL_KEEP_UPGRADE_H

#include "core/world.h"
#include "meta/table.h"

struct upgrade {
	struct db_step *steps;
	size_t nsteps, waiting; /* of them not yet taken */
	struct plan plan;	/* of the types; only when no step waits, or after a rehearsal */
	const char *backup;	/* made before; NULL: there was nothing to lose */
	int64_t ms;		/* the rehearsal's or the upgrade's own time */
	int64_t room;		/* bytes an upgrade needs beside the database */
};

/* Is anything to be done? Errors: ERR_CONFLICT "err.db_newer", those of db_plan(). */
enum err
upgrade_plan(struct ctx *cx, struct db *db, const struct types *ts, struct upgrade *ret) MUST_USE;
/* Do it on a copy beside the database, which goes afterwards. */
enum err upgrade_rehearse(struct ctx *cx, struct db *db, const struct types *ts,
			  struct upgrade *ret) MUST_USE;
/* Do it, with a backup beside unless the database is new. Nothing is done when nothing is to do. */
enum err
upgrade_run(struct ctx *cx, struct db *db, const struct types *ts, struct upgrade *ret) MUST_USE;

struct way_back {
	const char *backup; /* to be put back */
	int64_t rows;	    /* of history and access log written since: they would be lost */
	int64_t last_at;    /* of the newest of them; 0: none */
	const char *undone; /* where the upgraded database went */
};
/*
 * Put the backup of the last upgrade back in the database's place; the upgraded file stays beside
 * under another name. Errors: ERR_NOTFOUND "err.back_none", ERR_CONFLICT "err.back_loss" (and *ret
 * says how much) unless `lose`, ERR_BUSY "err.db_in_use".
 */
enum err upgrade_back(struct ctx *cx, const char *db_url, bool lose, struct way_back *ret) MUST_USE;

#endif
