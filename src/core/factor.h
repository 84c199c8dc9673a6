/*
 * The second factor of a local sign-in: codes by the clock (format/totp.h), and ten recovery codes
 * for the day the telephone is gone. A code opens once. Recovery codes have 125 random bits, so a
 * plain hash keeps them (ASVS 6.5.2).
 */
#ifndef HOOL_CORE_FACTOR_H
#define HOOL_CORE_FACTOR_H

#include "core/account.h"

#define FACTOR_RECOVERY 10	/* codes given at once */
#define FACTOR_RECOVERY_SIZE 30 /* "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX" and a NUL */
#define FACTOR_TRIES 10		/* wrong codes for one user in 15 minutes, wherever from */

struct factor_codes {
	char at[FACTOR_RECOVERY][FACTOR_RECOVERY_SIZE];
};

/* Does the user's sign-in ask for a code? */
enum err factor_is_set(struct ctx *cx, int64_t user, bool *ret) MUST_USE;
/* Must whoever holds a position of this kind have one (world->second_factor)? */
bool factor_is_required(const struct world *w, const char *kind);
/* Is this session to set one up before anything else? (One of an API token has no method.) */
static inline bool
factor_is_missing(const struct world *w, const struct session *s)
{
	return s->method != NULL && s->method[0] == 'p' && factor_is_required(w, s->kind);
}

/* ---- on the write lane ---- */

/* A fresh secret, waiting to be confirmed; *ret (in the arena) has TOTP_SECRET bytes. The one that
 * waits already is given again. ERR_CONFLICT err.factor_set: there is a confirmed one. */
enum err factor_begin(struct ctx *cx, int64_t user, const unsigned char **ret) MUST_USE;
/* The app shows the right code: from now on it is asked for. Gives the recovery codes, this once.
 * Errors: ERR_INVALID err.factor_code at field "kood", err.factor_none. */
enum err
factor_confirm(struct ctx *cx, int64_t user, const char *code, struct factor_codes *ret) MUST_USE;
enum err factor_remove(struct ctx *cx, int64_t user) MUST_USE;
/* New recovery codes in place of the old ones. */
enum err factor_recover_new(struct ctx *cx, int64_t user, struct factor_codes *ret) MUST_USE;
/* Is it the user's code, by the clock or a recovery code not used yet? Then it is used up. Spaces
 * and hyphens do not matter. */
enum err factor_use(struct ctx *cx, int64_t user, const char *code, bool *ret) MUST_USE;

/* ---- elsewhere ---- */

enum err factor_recovery_left(struct ctx *cx, int64_t user, int64_t *ret) MUST_USE;
/* The secret that waits to be confirmed, or NULL. */
enum err factor_waiting(struct ctx *cx, int64_t user, const unsigned char **ret) MUST_USE;
/*
 * The second step of a sign-in: `half` is the token account_sign_in() gave. With a reader, off the
 * lanes. Errors: ERR_SIGNIN err.signin_half (too late, or never was), err.factor_code; ERR_LIMIT
 * err.signin_wait; ERR_DENIED as account_sign_in().
 */
enum err factor_sign_in(struct ctx *cx, struct db *db, const char *half, const char *code,
			const struct signin_from *from, struct signin *ret) MUST_USE;

#endif
