/* Signed tokens and their keys. See jose.h. */
#include "format/jose.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base/text.h"
#include "format/json.h"

#define RSA_LEAST 256 /* bytes: 2048 bits (RFC 7518, section 3.3) */
#define RSA_MOST 1024 /* more only costs time */
#define EC_BYTES 32   /* a number of P-256 */

/* ---- base64url ---- */

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const char *
base64url(struct arena *a, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	char *out = arena_alloc(a, len / 3 * 4 + 5), *to = out;
	unsigned bits = 0, have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | p[i]) & 0xffff;
		for (have += 8; have >= 6; have -= 6)
			*to++ = ALPHABET[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*to = ALPHABET[bits << (6 - have) & 63];
	return out;
}

unsigned char *
base64url_read(struct arena *a, const char *text, size_t len, size_t *ret_len)
{
	unsigned char *out = arena_alloc(a, len / 4 * 3 + 4), *to = out;
	unsigned bits = 0, have = 0;

	for (size_t i = 0; i < len; i++) {
		const char *at = text[i] == '\0' ? NULL : strchr(ALPHABET, text[i]);

		if (at == NULL)
			return NULL;
		bits = (bits << 6 | (unsigned)(at - ALPHABET)) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			*to++ = (unsigned char)(bits >> have & 0xff);
		}
	}
	/* A lone last character says nothing; bits left over must be the encoder's zeros. */
	if (have >= 6 || (bits & ((1u << have) - 1)) != 0)
		return NULL;
	*ret_len = (size_t)(to - out);
	return out;
}

/* ---- keys ---- */

/* A text of a map, or NULL. */
static const char *
text_of(struct json *map, const char *name)
{
	struct json *j = json_get(map, name);

	return j != NULL && j->kind == JSON_TEXT ? j->text : NULL;
}

/* A number of a key without leading zeros, so that its length is its size. */
static bool
read_number(struct ctx *cx, struct json *map, const char *name, const unsigned char **ret,
	    size_t *ret_len)
{
	const char *text = text_of(map, name);
	const unsigned char *bytes;
	size_t len;

	if (text == NULL)
		return false;
	bytes = base64url_read(cx->arena, text, strlen(text), &len);
	if (bytes == NULL || len == 0)
		return false;
	*ret = bytes;
	*ret_len = len;
	return true;
}

static bool
is_rsa(const struct jose_key *k)
{
	bool one = k->b_len == 1 && k->b[0] == 1;

	return k->a[0] != 0 && k->b[0] != 0 && k->a_len >= RSA_LEAST && k->a_len <= RSA_MOST &&
	       k->b_len <= 8 && !one && (k->b[k->b_len - 1] & 1) == 1;
}

/* Is it meant to verify signatures? What a key does not say of itself is not held against it. */
static bool
may_verify(struct json *map)
{
	struct json *ops = json_get(map, "key_ops");
	const char *use = text_of(map, "use");

	if (use != NULL && strcmp(use, "sig") != 0)
		return false;
	if (ops == NULL)
		return true;
	for (size_t i = 0; ops->kind == JSON_LIST && i < ops->n; i++)
		if (ops->items[i]->kind == JSON_TEXT && strcmp(ops->items[i]->text, "verify") == 0)
			return true;
	return false;
}

/* One key, if it is one we use. */
static bool
read_key(struct ctx *cx, struct json *map, struct jose_key *ret)
{
	const char *kty = text_of(map, "kty"), *alg = text_of(map, "alg");
	const char *kid = text_of(map, "kid"), *crv = text_of(map, "crv");
	struct jose_key k = { .kid = kid == NULL ? "" : kid };

	if (map->kind != JSON_MAP || kty == NULL || !may_verify(map))
		return false;
	if (strcmp(kty, "RSA") == 0) {
		k.alg = JOSE_RS256;
		if (!read_number(cx, map, "n", &k.a, &k.a_len) ||
		    !read_number(cx, map, "e", &k.b, &k.b_len) || !is_rsa(&k))
			return false;
	} else if (strcmp(kty, "EC") == 0 && crv != NULL && strcmp(crv, "P-256") == 0) {
		k.alg = JOSE_ES256;
		if (!read_number(cx, map, "x", &k.a, &k.a_len) || k.a_len != EC_BYTES ||
		    !read_number(cx, map, "y", &k.b, &k.b_len) || k.b_len != EC_BYTES)
			return false;
	} else {
		return false;
	}
	if (alg != NULL && strcmp(alg, k.alg == JOSE_RS256 ? "RS256" : "ES256") != 0)
		return false;
	*ret = k;
	return true;
}

enum err
jose_keys_read(struct ctx *cx, const char *bytes, size_t len, struct jose_keys *ret)
{
	struct jose_keys keys = { 0 };
	struct json *root, *list;

	if (len > JOSE_KEYS_MOST)
		return fail(cx, ERR_LIMIT, "err.jose.keys_many");
	TRY(json_parse(cx, "jwks", bytes, len, &root));
	list = root->kind == JSON_MAP ? json_get(root, "keys") : NULL;
	if (list == NULL || list->kind != JSON_LIST)
		return fail(cx, ERR_INVALID, "err.jose.keys");
	if (list->n > JOSE_KEYS)
		return fail(cx, ERR_LIMIT, "err.jose.keys_many");
	keys.at = ARENA_ARRAY(cx->arena, list->n + 1, struct jose_key);
	for (size_t i = 0; i < list->n; i++) {
		if (!read_key(cx, list->items[i], &keys.at[keys.n]))
			continue;
		for (size_t k = 0; k < keys.n; k++)
			if (strcmp(keys.at[k].kid, keys.at[keys.n].kid) == 0)
				return fail(cx, ERR_INVALID, "err.jose.keys");
		keys.n++;
	}
	*ret = keys;
	return OK;
}

/* ---- signatures ---- */

static EVP_PKEY *
make_key(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *pc = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params == NULL || pc == NULL || EVP_PKEY_fromdata_init(pc) != 1 ||
	    EVP_PKEY_fromdata(pc, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(pc);
	return key;
}

static EVP_PKEY *
rsa_key(const struct jose_key *k)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(k->a, (int)k->a_len, NULL);
	BIGNUM *e = BN_bin2bn(k->b, (int)k->b_len, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (build != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1) {
		params = OSSL_PARAM_BLD_to_param(build);
		key = make_key("RSA", params);
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return key;
}

static EVP_PKEY *
ec_key(const struct jose_key *k)
{
	unsigned char point[1 + 2 * EC_BYTES] = { POINT_CONVERSION_UNCOMPRESSED };
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};

	memcpy(point + 1, k->a, EC_BYTES);
	memcpy(point + 1 + EC_BYTES, k->b, EC_BYTES);
	return make_key("EC", params); /* refuses a point off the curve */
}

/* r and s side by side, as a token has them, into the form libcrypto reads. */
static unsigned char *
ec_signature(const unsigned char *sig, size_t len, int *ret_len)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = NULL, *s = NULL;
	unsigned char *der = NULL;

	if (len == 2 * EC_BYTES && pair != NULL) {
		r = BN_bin2bn(sig, EC_BYTES, NULL);
		s = BN_bin2bn(sig + EC_BYTES, EC_BYTES, NULL);
	}
	if (r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL; /* the pair's now */
		*ret_len = i2d_ECDSA_SIG(pair, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return der;
}

static bool
check(EVP_PKEY *key, const unsigned char *sig, size_t sig_len, const char *text, size_t len)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool good = md != NULL && EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
		    EVP_DigestVerify(md, sig, sig_len, (const unsigned char *)text, len) == 1;

	EVP_MD_CTX_free(md);
	return good;
}

static bool
verifies(const struct jose_key *k, const unsigned char *sig, size_t sig_len, const char *text,
	 size_t len)
{
	EVP_PKEY *key = k->alg == JOSE_RS256 ? rsa_key(k) : ec_key(k);
	unsigned char *der = NULL;
	int der_len = 0;
	bool good = false;

	if (key != NULL && k->alg == JOSE_RS256) {
		good = check(key, sig, sig_len, text, len);
	} else if (key != NULL) {
		der = ec_signature(sig, sig_len, &der_len);
		good = der != NULL && der_len > 0 && check(key, der, (size_t)der_len, text, len);
	}
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	ERR_clear_error(); /* what libcrypto thought of it is nobody's next error */
	return good;
}

/* ---- tokens ---- */

static enum err
bad_form(struct ctx *cx)
{
	return fail(cx, ERR_INVALID, "err.jose.form");
}

/* The one key a header means. A set of one needs no name. */
static enum err
find_key(struct ctx *cx, struct json *header, const struct jose_keys *keys, struct jose_key *ret)
{
	struct json *kid = json_get(header, "kid");

	if (kid != NULL && kid->kind != JSON_TEXT)
		return bad_form(cx);
	if (kid == NULL && keys->n == 1) {
		*ret = keys->at[0];
		return OK;
	}
	for (size_t i = 0; kid != NULL && i < keys->n; i++)
		if (strcmp(keys->at[i].kid, kid->text) == 0) {
			*ret = keys->at[i];
			return OK;
		}
	return fail(cx, ERR_NOTFOUND, "err.jose.kid");
}

static enum err
read_header(struct ctx *cx, const char *bytes, size_t len, const struct jose_keys *keys,
	    struct jose_key *ret)
{
	struct jose_key k = { 0 };
	struct json *header;
	const char *alg, *typ = NULL;

	TRY(json_parse(cx, "token", bytes, len, &header));
	if (header->kind != JSON_MAP)
		return bad_form(cx);
	TRY(json_text(cx, header, "alg", false, &alg));
	TRY(json_text(cx, header, "typ", true, &typ));
	/* An extension we must understand: we know none (RFC 7515, section 4.1.11). */
	if (json_get(header, "crit") != NULL)
		return bad_form(cx);
	/* A token made for another use, such as "at+jwt", is none of ours (RFC 8725, 3.11). */
	if (typ != NULL && strcmp(typ, "JWT") != 0 && strcmp(typ, "JOSE") != 0)
		return bad_form(cx);
	if (strcmp(alg, "RS256") != 0 && strcmp(alg, "ES256") != 0)
		return fail(cx, ERR_INVALID, "err.jose.alg", alg);
	TRY(find_key(cx, header, keys, &k));
	if (strcmp(alg, k.alg == JOSE_RS256 ? "RS256" : "ES256") != 0)
		return fail(cx, ERR_INVALID, "err.jose.alg", alg);
	*ret = k;
	return OK;
}

enum err
jose_verify(struct ctx *cx, const char *token, const struct jose_keys *keys,
	    const char **ret_payload, size_t *ret_len)
{
	const char *dot = strchr(token, '.'), *last = strrchr(token, '.');
	struct jose_key key = { 0 };
	const unsigned char *header, *payload, *sig;
	size_t header_len, payload_len, sig_len;

	if (strnlen(token, JOSE_TOKEN_MOST + 1) > JOSE_TOKEN_MOST)
		return fail(cx, ERR_LIMIT, "err.jose.form");
	if (dot == NULL || dot == last)
		return bad_form(cx);
	header = base64url_read(cx->arena, token, (size_t)(dot - token), &header_len);
	/* A third dot is no character of the alphabet, so it is found here. */
	payload = base64url_read(cx->arena, dot + 1, (size_t)(last - dot - 1), &payload_len);
	sig = base64url_read(cx->arena, last + 1, strlen(last + 1), &sig_len);
	if (header == NULL || payload == NULL || sig == NULL)
		return bad_form(cx);
	TRY(read_header(cx, (const char *)header, header_len, keys, &key));
	if (!verifies(&key, sig, sig_len, token, (size_t)(last - token)))
		return fail(cx, ERR_INVALID, "err.jose.signature");
	*ret_payload = (const char *)payload;
	*ret_len = payload_len;
	return OK;
}
