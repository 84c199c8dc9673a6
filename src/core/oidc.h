/*
 * Sign-in through an OpenID Connect provider, in the shape of the state's service TARA: code flow
 * with PKCE (RFC 7636), state, nonce, an ID token whose signature, issuer, audience, times, means
 * (amr) and level (acr) are checked, and whose subject "EE60001019906" is a personal code.
 *
 * The way of a sign-in: oidc_start() keeps state, nonce and verifier in the database, bound to a
 * cookie of this browser, and gives the address to go to; the provider sends the browser back, and
 * oidc_finish() takes the state (once), asks the provider for the token and judges it. Neither
 * makes an account: whom the code belongs to is core/account.h's to say.
 *
 * The provider's description and keys are fetched when first needed, kept for an hour, and fetched
 * again at once (at most each minute) when a token names a key we do not have. If the provider does
 * not answer then, the last good ones serve on.
 */
#ifndef HOOL_CORE_OIDC_H
#define HOOL_CORE_OIDC_H

#include "core/account.h"

#define OIDC_STEP_SECONDS 600 /* between start and finish */
#define OIDC_SUBJECT_MOST 256 /* characters of a subject */

/* All texts outlive the struct oidc made of them. */
struct oidc_settings {
	const char *issuer;   /* "https://tara.ria.ee": https, or http to the machine itself */
	const char *client;   /* our name there */
	const char *secret;   /* of that name */
	const char *redirect; /* our address to come back to, as registered there */
	const char *acr;      /* least level: low, substantial or high; NULL: high */
	const char *amr;      /* means taken, by spaces; NULL: idcard mID smartid eIDAS */
	const char *ca_file;  /* certificates trusted instead of the system's; or NULL */
};

struct oidc;

/* Check the settings; nothing is fetched yet. Freed by oidc_free(). Errors: ERR_INVALID
 * err.oidc.setting with the name of the setting. */
enum err oidc_new(struct ctx *cx, const struct oidc_settings *s, struct oidc **ret) MUST_USE;
void oidc_free(struct oidc *o);
SCOPED_DEFINE(oidc, struct oidc, oidc_free)

/* What a sign-in is begun for. */
struct oidc_wish {
	const char *back; /* own address to go to after */
	int64_t session;  /* whose holder proves to be themselves; 0: a sign-in */
};

/* Begin: the provider's address to send the browser to, and the value of the cookie that binds.
 * Asks the provider, so off the lanes, with a reader. Errors: those of call_make(), ERR_IO
 * err.oidc.provider (it describes itself wrongly). */
enum err oidc_start(struct ctx *cx, struct oidc *o, struct db *db, const struct oidc_wish *w,
		    const char **ret_url, const char **ret_cookie) MUST_USE;

/* Who came back. In cx's arena. */
struct oidc_who {
	const char *subject; /* as the provider says it */
	const char *code;    /* personal code, or NULL for a foreigner */
	const char *amr;     /* the means: "mID" */
	const char *back;
	int64_t session; /* as in the wish */
};

/* What the browser brought back; what is absent is NULL. */
struct oidc_return {
	const char *cookie, *state, *code, *error, *iss;
};

/*
 * Finish. Off the lanes, with a reader. Errors: ERR_INVALID err.oidc.state (unknown, too late,
 * used, or another browser's), err.oidc.cancelled (the human thought better of it),
 * err.oidc.refused (the provider did), err.oidc.claim with the claim's name, those of jose_verify()
 * and call_make().
 */
enum err oidc_finish(struct ctx *cx, struct oidc *o, struct db *db, const struct oidc_return *r,
		     struct oidc_who *ret) MUST_USE;

/* Fetch description and keys now, whatever their age. */
enum err oidc_refresh(struct ctx *cx, struct oidc *o) MUST_USE;

/* Where the browser may go to be signed out there too, `back` being our page after it; NULL if the
 * provider has no such place or is not known yet. Asks nobody. */
const char *oidc_end_url(struct ctx *cx, struct oidc *o, const char *back);

/* Judge what a token says: for oidc_finish(), tests and the fuzzer. */
enum err oidc_claims(struct ctx *cx, const struct oidc_settings *s, const char *payload, size_t len,
		     const char *nonce, const char *state, struct oidc_who *ret) MUST_USE;

#endif
