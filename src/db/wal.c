/*
 * The write-ahead log is copied back into the database between groups: PASSIVE every 32 MB, which
 * never waits for readers, and TRUNCATE when it has grown larger, since under steady writing
 * PASSIVE alone may never let it start again from its beginning. While a reader holds an old
 * snapshot (a backup) it cannot be cut; then it is tried again when it has grown by a quarter, and
 * after some tries by half, for each attempt keeps the writers waiting.
 *
 * Measured with 64 connections writing: every 4 MB is slower, for the same pages are copied back
 * eight times; a thread of its own is no faster, for the disk is the same and the log cannot begin
 * anew while it grows.
 */
#include "db/db_int.h"

#define COPY_PAGES 8000	     /* of 4 KiB: new ones that are worth copying back */
#define TRUNCATE_PAGES 16384 /* of 4 KiB: a log of 64 MiB is to be cut */
#define LOAD_PAGES 65536     /* of 4 KiB: 256 MiB, the same two while loading */
#define TRUNCATE_WAIT 100    /* milliseconds to wait for readers; they are short */
#define TRUNCATE_TRIES 6     /* after each quarter more; then somebody holds it for long */

void
wal_truncate(struct lane *l)
{
	int pages = 0, copied = 0, code;

	(void)sqlite3_busy_timeout(l->conn->handle, TRUNCATE_WAIT);
	code = sqlite3_wal_checkpoint_v2(l->conn->handle, "main", SQLITE_CHECKPOINT_TRUNCATE,
					 &pages, &copied);
	(void)sqlite3_busy_timeout(l->conn->handle, WRITER_WAIT);
	if (code == SQLITE_OK) {
		l->conn->wal_pages = 0;
		l->kept_pages = 0;
		l->truncate_at = l->log_pages;
		l->truncate_tries = 0;
		return;
	}
	l->kept_pages = l->conn->wal_pages;
	l->truncate_at =
		l->conn->wal_pages +
		(++l->truncate_tries < TRUNCATE_TRIES ? l->log_pages / 4 : l->conn->wal_pages / 2);
	if ((code & 0xFF) != SQLITE_BUSY)
		lane_log("db.checkpoint", code);
}

static void
wal_copy_back(struct lane *l)
{
	int pages = 0, copied = 0, code;

	code = sqlite3_wal_checkpoint_v2(l->conn->handle, "main", SQLITE_CHECKPOINT_PASSIVE, &pages,
					 &copied);
	l->kept_pages = l->conn->wal_pages;
	if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY)
		lane_log("db.checkpoint", code);
}

void
wal_tend(struct lane *l)
{
	int pages = l->conn->wal_pages;

	if (pages < l->kept_pages) /* it has begun again from its start */
		l->kept_pages = 0;
	if (pages >= l->truncate_at)
		wal_truncate(l);
	else if (pages - l->kept_pages >= l->copy_pages)
		wal_copy_back(l);
}

void
wal_start(struct lane *l, bool bulk)
{
	l->copy_pages = COPY_PAGES;
	l->log_pages = l->truncate_at = TRUNCATE_PAGES;
	/* The same pages of the indexes change again and again: they are copied back less often. */
	if (bulk)
		l->copy_pages = l->log_pages = l->truncate_at = LOAD_PAGES;
}
