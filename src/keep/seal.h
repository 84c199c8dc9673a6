/*
 * Seals: the ends of the chains of history, signed and written where the server cannot take them
 * back. A chain proves by itself that nothing within it was changed; that nothing was cut off its
 * end, that it was not made anew, that the whole database was not put back, only a seal can prove.
 *
 * A seal is a few lines of text, made to be appended to a file, mailed, or printed:
 *
 *	hool-seal 1
 *	number 12
 *	at 2026-11-23T10:15:00Z
 *	chain 1 5012 (64 hexadecimal digits: the hash of row 5012 of chain 1)
 *	before (SHA-256 of the seal before, whole; 0 for the first)
 *	key (of the signature, Ed25519)
 *	signature (of all lines above)
 *	(an empty line)
 *
 * They stand in FOLDER/seals.txt, which is only ever appended to: `chattr +a`, another user's
 * folder, or a disk that is written once hold the server to that.
 */
#ifndef HOOL_KEEP_SEAL_H
#define HOOL_KEEP_SEAL_H

#include "core/history.h"
#include "format/pack.h"

#define MAX_SEALS (64u * 1024 * 1024) /* bytes of all seals; 400 a day for a year */

struct seal {
	int64_t number;
	int64_t at; /* UTC seconds */
	const char *text;
	unsigned char hash[PACK_HASH]; /* of text */
	unsigned char key[32];
	struct history_head *chains;
	size_t nchains;
};

/*
 * Seal what the database of cx->conn holds now; `key` is a PACK_SEAL_SECRET. With `daily` only if
 * there is no seal of this day (UTC): *ret is then NULL. Errors: ERR_IO "err.seal_folder",
 * ERR_INVALID "err.seal_key", those of seals_read().
 */
enum err seal_make(struct ctx *cx, const char *folder, const struct pack_key *key, bool daily,
		   struct seal **ret) MUST_USE;

/*
 * All seals of a folder, looked at by themselves: signatures (by `key`, a PACK_SEAL_PUBLIC; NULL:
 * the key the first of them names), numbers, each naming the one before. One cut short by a crash
 * is passed over, for the next stands after it. Errors: ERR_NOTFOUND "err.seal_none", ERR_CORRUPT
 * "err.seal_form", "err.seal_signature", "err.seal_order" with the number, ERR_LIMIT.
 */
enum err seals_read(struct ctx *cx, const char *folder, const struct pack_key *key,
		    struct seal **ret, size_t *ret_n) MUST_USE;
/* The same from text. */
enum err seals_parse(struct ctx *cx, const char *text, size_t len, const struct pack_key *key,
		     struct seal **ret, size_t *ret_n) MUST_USE;

/*
 * Hold the database of cx->conn against them, first to last. Errors: ERR_CORRUPT "err.seal_gone"
 * (chain), "err.seal_cut" (chain, its length, the length sealed), "err.seal_rewritten" (chain,
 * row), each with the number of the first seal that does not fit.
 */
enum err seals_verify(struct ctx *cx, const struct seal *seals, size_t n) MUST_USE;

#endif
