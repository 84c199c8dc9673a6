/*
 * Containers from outside (ZIP, XLSX, ASiC-E), opened with care: at most MAX_ZIP_ENTRIES files,
 * MAX_ZIP_UNPACKED bytes unpacked in all (counted while unpacking, whatever the headers claim),
 * only stored or deflated, not encrypted, no name twice, no name that leads outside, checksums
 * right. Nothing is ever written to the disk.
 *
 * Life: zipguard_open, reads, zipguard_free (SCOPED). The bytes given must outlive it.
 */
#ifndef HOOL_FORMAT_ZIPGUARD_H
#define HOOL_FORMAT_ZIPGUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

struct zipguard;

struct zipguard_entry {
	const char *name; /* UTF-8, in cx's arena; a folder ends with "/" */
	uint64_t size;	  /* unpacked, as the header claims */
	uint64_t packed;
	bool stored; /* not compressed, as the "mimetype" of ASiC must be */
};

/*
 * Open a container held in memory and check its directory.
 * Errors: ERR_INVALID or ERR_LIMIT, with `file` and the entry's name as a value.
 */
enum err zipguard_open(struct ctx *cx, const char *file, const void *bytes, size_t len,
		       struct zipguard **ret) MUST_USE;
void zipguard_free(struct zipguard *z);
SCOPED_DEFINE(zipguard, struct zipguard, zipguard_free)

/* The entries in the order of the directory. */
const struct zipguard_entry *zipguard_entries(const struct zipguard *z, size_t *ret_n);
/* The entry of a name, or -1. */
int zipguard_find(const struct zipguard *z, const char *name);
/*
 * Unpack one entry into cx's arena, with a NUL after it; at most `max` bytes.
 * Errors: ERR_LIMIT past `max` or when the container has used up MAX_ZIP_UNPACKED; ERR_INVALID if
 * it is damaged or not as long as its header says.
 */
enum err zipguard_read(struct ctx *cx, struct zipguard *z, int entry, size_t max,
		       const char **ret_bytes, size_t *ret_len) MUST_USE;
/* The entry's bytes in pieces, to hash or scan without holding them. */
typedef enum err zipguard_piece(struct ctx *cx, void *arg, const void *bytes, size_t len);
enum err zipguard_stream(struct ctx *cx, struct zipguard *z, int entry, size_t max,
			 zipguard_piece *piece, void *arg) MUST_USE;
/* Unpack everything once and keep nothing: are all parts whole and within the limits? */
enum err zipguard_verify(struct ctx *cx, struct zipguard *z) MUST_USE;

#endif
