/* Any bytes as what a sign-in provider answers. The first byte chooses: 't' a token, under keys of
 * our own, 'k' a key set, 'd' a description, else the words of a token whose signature held. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/oidc_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char KEYS[] = "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\","
			   "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
			   "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

static const struct oidc_settings SET = {
	.issuer = "https://a", .client = "c", .secret = "s", .redirect = "https://b/x"
};

static enum err
look(struct ctx *cx, char how, const char *bytes, size_t len)
{
	struct oidc_who who = { 0 };
	struct jose_keys keys;
	struct provider p;
	const char *says;
	size_t n;
	enum err e;

	if (how == 't') {
		TRY(jose_keys_read(cx, KEYS, strlen(KEYS), &keys));
		return jose_verify(cx, bytes, &keys, &says, &n);
	}
	if (how == 'k') {
		TRY(jose_keys_read(cx, bytes, len, &keys));
		if (keys.n > JOSE_KEYS)
			abort();
		/* None of them may take a signature that says nothing. */
		e = jose_verify(cx, "eyJhbGciOiJFUzI1NiJ9.e30.", &keys, &says, &n);
		return e == OK ? abort(), e : e;
	}
	if (how == 'd') {
		struct oidc o = { .settings = SET };

		TRY(provider_read(cx, &o, bytes, &p));
		return text_starts(p.token, "https://") ? OK : (abort(), OK);
	}
	TRY(oidc_claims(cx, &SET, bytes, len, "n", "st", &who));
	if (who.subject == NULL || (who.code != NULL && strlen(who.code) != 11))
		abort();
	return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;
	char *bytes;

	if (size < 1)
		return 0;
	/* Exactly as many bytes as there are, so that one read too far is seen. */
	bytes = malloc(size);
	if (bytes == NULL)
		return 0;
	memcpy(bytes, data + 1, size - 1);
	bytes[size - 1] = '\0';
	ctx_init(&cx, a);
	ctx_set_now(&cx, 1760000000);
	if (look(&cx, (char)data[0], bytes, size - 1) != OK && cx.error.key == NULL)
		abort();
	free(bytes);
	return 0;
}
