/*
 * Signed tokens: JWS in compact form (RFC 7515) under RS256 and ES256 (RFC 7518), the keys of a JWK
 * set (RFC 7517), and base64url (RFC 4648, section 5). Signatures are libcrypto's to judge.
 *
 * What a token says of itself is never believed further than to find the key: the key tells the
 * algorithm, keys within the token are ignored, "none" and whatever shares a secret are unknown.
 */
#ifndef HOOL_FORMAT_JOSE_H
#define HOOL_FORMAT_JOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

#define JOSE_TOKEN_MOST (16u * 1024) /* bytes of one token */
#define JOSE_KEYS_MOST (64u * 1024)  /* bytes of one JWK set */
#define JOSE_KEYS 50		     /* keys of one set */

enum jose_alg { JOSE_RS256, JOSE_ES256 };

/* A public key that may verify. RS256: a the modulus, b the exponent; ES256: the point's x and y.
 */
struct jose_key {
	const char *kid; /* "" if it has none */
	enum jose_alg alg;
	const unsigned char *a, *b;
	size_t a_len, b_len;
};
struct jose_keys {
	struct jose_key *at;
	size_t n;
};

/*
 * Read a JWK set into cx's arena. Left out: keys for other work (use, key_ops, alg), of other
 * kinds, RSA under 2048 or over 8192 bits or with an exponent that is even or 1, and broken ones.
 * Errors: those of json_parse(); ERR_INVALID err.jose.keys (no set, or two usable keys of one kid);
 * ERR_LIMIT err.jose.keys_many.
 */
enum err
jose_keys_read(struct ctx *cx, const char *bytes, size_t len, struct jose_keys *ret) MUST_USE;

/*
 * Verify a token and give what it says (NUL after it, in cx's arena). Errors: ERR_INVALID
 * err.jose.form, err.jose.alg, err.jose.signature or those of json_parse(); ERR_NOTFOUND
 * err.jose.kid (none of the keys is meant: they may have changed); ERR_LIMIT err.jose.form.
 */
enum err jose_verify(struct ctx *cx, const char *token, const struct jose_keys *keys,
		     const char **ret_payload, size_t *ret_len) MUST_USE;

/* base64url without padding; the decoder takes only what the encoder makes. In the arena; NULL if
 * it is not that. A NUL follows the bytes. */
const char *base64url(struct arena *a, const void *bytes, size_t len);
unsigned char *base64url_read(struct arena *a, const char *text, size_t len, size_t *ret_len);

#endif
