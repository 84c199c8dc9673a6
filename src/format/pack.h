/*
 * Packed files: backups and the pieces of a continuous copy. Bytes in, bytes out; compressed,
 * encrypted if a key is given, and whole or refused.
 *
 *	"HOOLPACK"              8 bytes
 *	length of the header    4 bytes, big-endian, as all lengths here
 *	header                  JSON, readable without a key: kind, versions, times
 *	chunks                  4 bytes of length, the highest bit set on the last; bytes
 *	SHA-256 of all before   32 bytes
 *
 * The chunks are one zlib stream, cut into pieces. With a key each is a message of libsodium's
 * secretstream (XChaCha20-Poly1305) that also vouches for the header and its place in the order.
 * The key of the stream is random; the header holds it locked by a shared key (secretbox) or by a
 * public key (sealed box), so that whoever makes backups need not be able to read them.
 *
 * Key files are one line: "hool-shared-key", "hool-public-key" or "hool-secret-key" and 64
 * hexadecimal digits; "hool-seal-secret-key" and "hool-seal-public-key" are those of signatures.
 */
#ifndef HOOL_FORMAT_PACK_H
#define HOOL_FORMAT_PACK_H

#include "base/ctx.h"

#define PACK_FORMAT 1
#define PACK_HASH 32

enum pack_key_kind {
	PACK_NO_KEY,
	PACK_SHARED,
	PACK_PUBLIC,
	PACK_SECRET,
	PACK_SEAL_SECRET, /* Ed25519, of seals (keep/seal.h); its seed */
	PACK_SEAL_PUBLIC,
};

struct pack_key {
	enum pack_key_kind kind;
	unsigned char bytes[32];
};

/* Read a key file. Errors: ERR_IO "err.key_file", ERR_INVALID "err.key_form", ERR_DENIED
 * "err.key_rights" (a secret that others may read). */
enum err pack_key_read(struct ctx *cx, const char *path, struct pack_key *ret) MUST_USE;
/* Make new keys: a shared one, or a pair. Files readable by their owner alone; never over one that
 * exists. Errors: ERR_CONFLICT "err.file_exists", ERR_IO. */
enum err pack_key_make_shared(struct ctx *cx, const char *path) MUST_USE;
enum err pack_key_make_pair(struct ctx *cx, const char *secret, const char *public_path) MUST_USE;
enum err pack_key_make_seal(struct ctx *cx, const char *secret, const char *public_path) MUST_USE;

/* What stands in the header for all to read. */
struct pack_head {
	const char *kind;    /* "backup", "base", "segment" */
	int64_t format;	     /* of the file; set by the writer */
	const char *program; /* version of the program that wrote it */
	int64_t schema;	     /* newest step of the database */
	int64_t made_at;     /* UTC milliseconds */
	const char *cipher;  /* "none", "shared", "public"; set by the writer */
	const char *run;     /* of a continuous copy; "" else */
	int64_t seq;	     /* number within the run */
	int64_t upto;	     /* last commit it holds, UTC milliseconds */
	const char *before;  /* SHA-256 of the file before it, hexadecimal; "" else */
};

struct pack_out;
/*
 * Begin a file. It appears under `path` by pack_end(), whole and synced, never over another.
 * `key` may be NULL: not encrypted; a secret key will do for a public one. Errors: ERR_CONFLICT
 * "err.file_exists", ERR_IO, "err.disk_full", ERR_INVALID "err.key_kind" (of seals).
 */
enum err pack_begin(struct ctx *cx, const char *path, const struct pack_head *head,
		    const struct pack_key *key, struct pack_out **ret) MUST_USE;
enum err pack_put(struct ctx *cx, struct pack_out *p, const void *bytes, size_t n) MUST_USE;
/* `ret_hash` (may be NULL): the file's own SHA-256, PACK_HASH bytes. */
enum err pack_end(struct ctx *cx, struct pack_out *p, unsigned char *ret_hash) MUST_USE;
/* Takes NULL; a file not ended is removed. */
void pack_out_free(struct pack_out *p);
SCOPED_DEFINE(pack_out, struct pack_out, pack_out_free)

struct pack_in;
/*
 * Open a file, look whether it is whole, and read its header. Errors: ERR_IO, ERR_INVALID
 * "err.pack_other" (no such file of ours), ERR_CONFLICT "err.pack_newer", ERR_CORRUPT
 * "err.pack_short" (its end is missing), "err.pack_altered".
 */
enum err pack_open(struct ctx *cx, const char *path, struct pack_in **ret) MUST_USE;
/* The same of an open file, which stays the caller's. `name` is for messages. */
enum err pack_open_fd(struct ctx *cx, int fd, const char *name, struct pack_in **ret) MUST_USE;
/* Only the header, without looking whether the rest is whole. */
enum err pack_peek(struct ctx *cx, const char *path, struct pack_head *ret) MUST_USE;
const struct pack_head *pack_head(const struct pack_in *p);
/* The file's SHA-256. */
const unsigned char *pack_hash(const struct pack_in *p);
/* Make it readable; `key` may be NULL for one that is not encrypted. Errors: ERR_DENIED
 * "err.pack_key_needed", "err.pack_key_public", "err.pack_key_wrong". */
enum err pack_unlock(struct ctx *cx, struct pack_in *p, const struct pack_key *key) MUST_USE;
/* Exactly `n` bytes. Errors: ERR_CORRUPT "err.pack_altered" (also when fewer are left). */
enum err pack_get(struct ctx *cx, struct pack_in *p, void *into, size_t n) MUST_USE;
/* All has been read: more is ERR_CORRUPT. */
enum err pack_done(struct ctx *cx, struct pack_in *p) MUST_USE;
void pack_in_free(struct pack_in *p);
SCOPED_DEFINE(pack_in, struct pack_in, pack_in_free)

#endif
