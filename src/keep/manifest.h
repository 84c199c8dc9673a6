/*
 * What a backup says of the database in it, so that a restore can be held against it: size and
 * SHA-256 of the file, rows of each table, ends of the chains of history.
 */
#ifndef HOOL_KEEP_MANIFEST_H
#define HOOL_KEEP_MANIFEST_H

#include "base/buf.h"
#include "core/history.h"
#include "db/check.h"

#define MAX_MANIFEST (1024u * 1024) /* bytes */

struct manifest {
	int64_t size;	    /* bytes of the database file */
	const char *sha256; /* of it, hexadecimal */
	int64_t schema;
	int64_t at; /* UTC seconds */
	struct db_count *tables;
	size_t ntables;
	struct history_head *chains;
	size_t nchains;
};

/* Counts and chains of the database of cx->conn; size and sha256 are the caller's. */
enum err manifest_of(struct ctx *cx, struct manifest *ret) MUST_USE;
enum err manifest_write(struct ctx *cx, const struct manifest *m, struct buf *out) MUST_USE;
/* Error: ERR_CORRUPT "err.pack_altered" with `name`. */
enum err manifest_parse(struct ctx *cx, const char *name, const char *bytes, size_t n,
			struct manifest *ret) MUST_USE;
/* Hold the database of cx->conn against a manifest: ERR_CORRUPT "err.check_count" (table, wanted,
 * found), "err.check_chain" (chain). */
enum err manifest_compare(struct ctx *cx, const struct manifest *m) MUST_USE;

#endif
