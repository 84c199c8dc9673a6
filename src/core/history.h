/*
 * The history: every change of every record, written first, in one chain by hash.
 *
 * A row's hash is BLAKE2b-256 over the hash before it, the row's facts in a fixed order, and the
 * digest; the digest is BLAKE2b-256 over a random salt and the change. So a row altered, removed,
 * added or moved breaks the chain, and a change erased by a retention rule (change and salt
 * cleared) does not. One chain per writing node; `hool verify` walks them all.
 */
#ifndef HOOL_CORE_HISTORY_H
#define HOOL_CORE_HISTORY_H

#include "core/world.h"

#define HISTORY_HASH 32

struct history_entry {
	int64_t chain, seq, record, version, at, actor, behalf_of;
	const char *kind, *name, *change, *purpose;
	const char *actor_name; /* title of the user record; NULL for the program */
};

/* Append a row for a change just made or about to be made; on the write lane. `change` is JSON. */
enum err history_add(struct ctx *cx, int64_t record, int64_t version, const char *kind,
		     const char *name, const char *change) MUST_USE;
/* The rows of a record, newest first, at most `limit`; to readers from outside without the notes of
 * others. */
enum err history_of(struct ctx *cx, int64_t record, int limit, struct history_entry **ret,
		    size_t *ret_n) MUST_USE;

struct history_report {
	int64_t rows, chains, erased;
};
/* Walk every chain. Errors: ERR_CORRUPT naming chain and row of the first fault. */
enum err history_verify(struct ctx *cx, struct history_report *ret) MUST_USE;

/* The end of a chain: what a seal vouches for. */
struct history_head {
	int64_t chain, seq;
	int64_t at; /* of the last row */
	unsigned char hash[HISTORY_HASH];
};
/* The ends of all chains, by number. In cx's arena. Errors: ERR_CORRUPT "err.history_chain". */
enum err history_heads(struct ctx *cx, struct history_head **ret, size_t *ret_n) MUST_USE;
/* The row a chain has at a place; ERR_NOTFOUND when it is not so long. */
enum err history_at(struct ctx *cx, int64_t chain, int64_t seq, struct history_head *ret) MUST_USE;

#endif
