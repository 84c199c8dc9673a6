/*
 * What stands inside a packed file: pieces of a database file, each for its place, and at the end
 * a manifest. A piece is 'D', its place (8 bytes, big-endian), its length (4), its bytes; the
 * manifest is 'M', its length (4), JSON.
 */
#ifndef HOOL_KEEP_IMAGE_H
#define HOOL_KEEP_IMAGE_H

#include "format/pack.h"
#include "keep/manifest.h"

#define IMAGE_PIECE 65536u	       /* bytes, at most */
#define IMAGE_MOST ((uint64_t)1 << 46) /* bytes of a database */

enum err image_put(struct ctx *cx, struct pack_out *out, uint64_t at, const void *bytes,
		   uint32_t n) MUST_USE;
/* Ends the image, not the file. */
enum err
image_put_manifest(struct ctx *cx, struct pack_out *out, const struct manifest *m) MUST_USE;
/*
 * Write an unlocked image's pieces into a file, each at its place, and cut the file to the size the
 * manifest tells; `fd` -1: only look. The manifest's SHA-256 must be that of all pieces in order.
 * Errors: ERR_CORRUPT "err.pack_altered", ERR_IO.
 */
enum err image_apply(struct ctx *cx, struct pack_in *in, const char *name, int fd,
		     struct manifest *ret) MUST_USE;

#endif
