/* Shared by the files of the provider's sign-in only. */
#ifndef HOOL_CORE_OIDC_INT_H
#define HOOL_CORE_OIDC_INT_H

#include <pthread.h>

#include "base/buf.h"
#include "core/oidc.h"
#include "format/jose.h"

/* What the provider says of itself, read; in cx's arena. */
struct provider {
	const char *authorize, *token, *jwks, *end; /* addresses; end may be NULL */
	struct jose_keys keys;
};

struct oidc {
	struct oidc_settings settings;
	bool plain; /* the issuer is reached over http, on the machine itself */
	pthread_mutex_t lock;
	/* Under the lock: the last good texts, as fetched (malloc), and when. */
	char *description, *keys;
	int64_t fetched_at, tried_at;
};

/* oidc_provider.c: the provider as known, fetched if need be; and fetched anew for a key we lack,
 * at most once a minute: else as known. */
enum err provider_get(struct ctx *cx, struct oidc *o, struct provider *ret) MUST_USE;
enum err provider_renew(struct ctx *cx, struct oidc *o, struct provider *ret) MUST_USE;
/* Read what it says of itself: for the fuzzer too. */
enum err provider_read(struct ctx *cx, const struct oidc *o, const char *description,
		       struct provider *ret) MUST_USE;
/* Its page to sign out at, if it is known without asking, else NULL. */
const char *provider_end(struct ctx *cx, struct oidc *o);
/* oidc.c: append "name=value", percent-encoded, after '&' where something stands before. */
void oidc_add_pair(struct buf *b, const char *name, const char *value);

#endif
