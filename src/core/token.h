/*
 * Tokens of the API: how a program signs in. A token is bound to a human and one of their positions
 * and reaches no further than its scopes; whatever it does is done by that human, in that position.
 *
 * The secret is 256 random bits, shown once; only its hash is kept. Scopes are words parted by
 * spaces: "read", "write" (make, change, mark as deleted) and "moves", for all types, or with a
 * type's name for that type alone: "read write:task moves:referral". To write or move includes to
 * read of the same types.
 */
#ifndef HOOL_CORE_TOKEN_H
#define HOOL_CORE_TOKEN_H

#include "core/account.h"

#define TOKEN_PREFIX "hool_" /* so that a secret found somewhere is known for what it is */
#define TOKEN_DAYS_MOST 366  /* from making to its end */
#define TOKEN_NAME_MOST 80   /* characters */
#define TOKENS_MOST 50	     /* of one user, in force */

struct token {
	int64_t id, user, position;
	const char *name, *scopes;
	const char *user_name, *position_name;
	int64_t made_at, expires_at, used_at, ended_at; /* 0: not yet */
};

/*
 * Make a token (write lane) for a user and a position of theirs that is in force. Errors:
 * ERR_INVALID err.token_scope with the word, err.token_days, err.token_name, err.token_position;
 * ERR_LIMIT err.token_many. The secret is in cx's arena, and nowhere else.
 */
enum err
token_make(struct ctx *cx, int64_t user, int64_t position, const char *name, const char *scopes,
	   int days, const char **ret_secret, int64_t *ret_id) MUST_USE;
/*
 * Who a secret belongs to: cx->who with its reach, cx->lang is left. ret->id is the token's row,
 * negated; ret->seen_at when it was last used. ERR_SIGNIN err.token_none (unknown),
 * err.token_over (expired, ended, the position or user is no longer in force).
 */
enum err token_session(struct ctx *cx, const char *secret, struct session *ret) MUST_USE;
/* Is it the secret of any token, over or not? */
bool token_known(struct ctx *cx, const char *secret);
/* It was used now, and it ends now; on the write lane. ERR_NOTFOUND: no such token in force; with
 * `user` not 0, none of that user's. */
enum err token_touch(struct ctx *cx, int64_t id) MUST_USE;
enum err token_end(struct ctx *cx, int64_t id, int64_t user) MUST_USE;
/* Tokens of one user (0: of all), newest first, at most `limit`; those over are among them. */
enum err
token_list(struct ctx *cx, int64_t user, int limit, struct token **ret, size_t *ret_n) MUST_USE;
/* Read scopes into sets of types. ERR_INVALID err.token_scope with the word at fault. */
enum err token_reach(struct ctx *cx, const char *scopes, struct reach *ret) MUST_USE;

#endif
