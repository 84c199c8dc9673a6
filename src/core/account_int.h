/* Shared by account.c, signin.c, factor.c and oidc.c only. */
#ifndef HOOL_CORE_ACCOUNT_INT_H
#define HOOL_CORE_ACCOUNT_INT_H

#include "core/account.h"

#define TOKEN_BYTES 32
#define THROTTLE_SECONDS 900 /* failures are counted over this long */

/* Positions of a user (?1) in force on a day (?2). */
extern const char ACCOUNT_POSITIONS[];

/* The hash a token is kept as. */
void account_token_hash(const char *token, unsigned char out[TOKEN_BYTES]);
/* 256 random bits as text. */
const char *account_token_new(struct ctx *cx);

/* An attempt at signing in, and what came of it. */
struct attempt {
	const char *login;   /* in small letters */
	const char *kept;    /* its hash */
	const char *address; /* as counted */
	const char
		*outcome; /* of sys_signin: ok, half, password, unknown, closed, throttled, code */
	const char *method, *device;
	int64_t user, position;
	const char *token; /* of the session to open, or of the half */
	bool lang_chosen;
};

/* Fill login, kept, address, device. */
void
attempt_init(struct ctx *cx, struct attempt *a, const char *login, const struct signin_from *from);
/* The same for a known user: the login is looked up. */
enum err attempt_of_user(struct ctx *cx, struct attempt *a, int64_t user,
			 const struct signin_from *from) MUST_USE;
/* The user's first position in force; *ret_any: is there one? */
enum err attempt_seat(struct ctx *cx, struct attempt *a, bool *ret_any) MUST_USE;
/* Have too many failed with this name from this address, or from it at all? */
enum err attempt_throttled(struct ctx *cx, const struct attempt *a, bool *ret) MUST_USE;
/* Write lane: note the attempt; if it is "ok", open the session, if "half", keep the step. */
enum err attempt_write(struct ctx *cx, void *attempt) MUST_USE;

#endif
