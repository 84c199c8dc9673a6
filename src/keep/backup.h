/*
 * Backups of a database in use, and the way back.
 *
 * A packed backup goes by way of a whole copy beside the database (FILE-stage, removed at the
 * end): what is counted, hashed and encrypted is one moment, no writer waits for it, and nothing
 * readable reaches the place the backup is written to. It needs as much room there as the database.
 */
#ifndef HOOL_KEEP_BACKUP_H
#define HOOL_KEEP_BACKUP_H

#include "format/pack.h"
#include "keep/manifest.h"

/* A whole copy beside the database, for as long as it is needed. One at a time for a database. */
struct staged {
	char *path;
	int lock_fd;
};
/* Errors: ERR_BUSY "err.backup_running", ERR_INVALID "err.keep_other" (not in a file), those of
 * db_backup(). */
enum err
stage_make(struct ctx *cx, struct db *db, db_tick *tick, void *arg, struct staged **ret) MUST_USE;
/* Takes NULL; removes the copy. */
void staged_free(struct staged *s);
SCOPED_DEFINE(staged, struct staged, staged_free)
/* Counts and chains of the copy; size and sha256 are image_file()'s to fill. */
enum err stage_manifest(struct ctx *cx, const struct staged *s, struct manifest *ret) MUST_USE;
/* A file as an image, with its manifest at the end; fills m->size and m->sha256. */
enum err image_file(struct ctx *cx, struct pack_out *out, const char *path, struct manifest *m,
		    db_tick *tick, void *arg) MUST_USE;

/*
 * A packed backup, encrypted with `key` (NULL: not). Errors: stage_make()'s, pack_begin()'s.
 */
enum err backup_pack(struct ctx *cx, struct db *db, const char *path, const struct pack_key *key,
		     struct manifest *ret) MUST_USE;

/*
 * A packed backup into a new database file. With `check` every page, reference and chain is looked
 * at and held against the manifest, else only the SHA-256; `to` NULL: only that. Errors:
 * ERR_CONFLICT "err.file_exists", "err.pack_schema" (newer than the program), ERR_INVALID
 * "err.pack_piece" (a piece of a copy), those of pack_open(), pack_unlock(), image_apply(),
 * manifest_compare().
 */
enum err backup_restore(struct ctx *cx, const char *path, const struct pack_key *key,
			const char *to, bool check, struct manifest *ret) MUST_USE;

/* A new file to restore into; it appears under its name by restored_name(), or not at all. */
struct restored {
	char *path, *part;
	int fd;
	bool named;
};
enum err restored_make(struct ctx *cx, const char *to, struct restored **ret) MUST_USE;
enum err restored_name(struct ctx *cx, struct restored *r) MUST_USE;
void restored_free(struct restored *r);
SCOPED_DEFINE(restored, struct restored, restored_free)
/* Integrity, references and chains of a database file; held against `m` if that is not NULL. */
enum err restored_verify(struct ctx *cx, const char *path, const struct manifest *m) MUST_USE;

#endif
