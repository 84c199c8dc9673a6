/*
 * One-time codes by the clock (RFC 6238) over HMAC-SHA-1, steps of 30 s, six digits: what every
 * authenticator app reads. SHA-1 is sound here, since HMAC does not rest on collisions.
 */
#ifndef HOOL_FORMAT_TOTP_H
#define HOOL_FORMAT_TOTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define TOTP_STEP 30   /* seconds */
#define TOTP_SECRET 20 /* bytes: as long as the hash (RFC 4226, section 4, R6) */
#define TOTP_DIGITS 6
#define TOTP_CODE_SIZE 7 /* with its NUL */

/* The step a moment falls in. */
static inline int64_t
totp_step(int64_t now)
{
	return now / TOTP_STEP;
}

/* The code of a step: digits and a NUL. */
void totp_code(const unsigned char *secret, size_t len, int64_t step, char ret[TOTP_CODE_SIZE]);

/*
 * The step whose code this is: of the step now, the one before and the one after, if later than
 * `last`; 0 if none. Compared in constant time.
 */
int64_t
totp_match(const unsigned char *secret, size_t len, const char *code, int64_t now, int64_t last);

/* Base 32 (RFC 4648, section 6) without padding, in the arena. */
const char *base32(struct arena *a, const void *bytes, size_t len);

#endif
