/* Signed tokens. Keys and tokens of the tests here were made for them; the many cases of others are
 * read where they are there. */
#include "format/jose.h"

#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "base/text.h"
#include "format/json.h"

/* RFC 7515, appendix A.2 (RS256) and A.3 (ES256). */
static const char RFC_KEYS[] = "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":"
			       "\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji"
			       "9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-"
			       "pCgNMsD1W_YpRPEwOWvG6b32690r"
			       "2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
			       "UTo7WTBEMa2R2CapHg665xsmtd"
			       "VMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
			       "h9iaGNj8q2ethFkMLs91kzk2PAc"
			       "DTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"},"
			       "{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\","
			       "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
			       "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
#define RFC_PAYLOAD                                                                         \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb" \
	"290Ijp0cnVlfQ"
static const char RFC_RS256[] =
	"eyJhbGciOiJSUzI1NiJ9." RFC_PAYLOAD
	".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2"
	"Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
	"nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBM"
	"Hlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
	"eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w"
	"9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
static const char RFC_ES256[] =
	"eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD
	".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
static const char RFC_SAYS[] = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
			       "\"http://example.com/is_root\":true}";

static void
read_keys(struct test *t, const char *text, struct jose_keys *ret)
{
	EXPECT_OK(jose_keys_read(test_ctx(t), text, strlen(text), ret));
}

TEST(jose_base64url_goes_both_ways)
{
	static const char *const pairs[][2] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff", "-_8" },
	};
	static const char *const bad[] = { "Z",	   "Zg==",  "Zh",   "Zm9",   "Zm8 ", "Zm+v",
					   "Zm/v", "Zm9vY", "Zm.8", "Zm\n8", "õõõ" };
	size_t len;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		unsigned char *back;

		EXPECT_TEXT(pairs[i][1], base64url(t->arena, pairs[i][0], strlen(pairs[i][0])));
		back = base64url_read(t->arena, pairs[i][1], strlen(pairs[i][1]), &len);
		EXPECT(back != NULL);
		EXPECT_TEXT(pairs[i][0], (const char *)back);
		EXPECT_INT(strlen(pairs[i][0]), len);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT(base64url_read(t->arena, bad[i], strlen(bad[i]), &len) == NULL);
	EXPECT(base64url_read(t->arena, "Zm\0v", 4, &len) == NULL);
}

TEST(jose_verifies_the_examples_of_the_standard)
{
	struct ctx *cx = test_ctx(t);
	struct jose_keys keys, one;
	const char *says;
	size_t len;

	read_keys(t, RFC_KEYS, &keys);
	EXPECT_INT(2, keys.n);
	/* The examples name no key: only a set of one will do. */
	EXPECT_ERR(ERR_NOTFOUND, jose_verify(cx, RFC_RS256, &keys, &says, &len));
	one = (struct jose_keys){ &keys.at[0], 1 };
	EXPECT_OK(jose_verify(cx, RFC_RS256, &one, &says, &len));
	EXPECT_TEXT(RFC_SAYS, says);
	EXPECT_INT(strlen(RFC_SAYS), len);
	EXPECT_ERR(ERR_INVALID, jose_verify(cx, RFC_ES256, &one, &says, &len));
	one = (struct jose_keys){ &keys.at[1], 1 };
	EXPECT_OK(jose_verify(cx, RFC_ES256, &one, &says, &len));
	EXPECT_TEXT(RFC_SAYS, says);
	EXPECT_ERR(ERR_INVALID, jose_verify(cx, RFC_RS256, &one, &says, &len));
}

/* Each single character of a token matters. */
TEST(jose_refuses_any_changed_character)
{
	struct ctx *cx = test_ctx(t);
	struct jose_keys keys, one;
	const char *says;
	size_t len;

	read_keys(t, RFC_KEYS, &keys);
	one = (struct jose_keys){ &keys.at[1], 1 };
	for (size_t i = 0; i < strlen(RFC_ES256); i++) {
		char *token = arena_strdup(t->arena, RFC_ES256);

		token[i] = token[i] == 'A' ? 'B' : 'A';
		ctx_forgive(cx);
		EXPECT(jose_verify(cx, token, &one, &says, &len) != OK);
		token[i] = '\0';
		ctx_forgive(cx);
		EXPECT(jose_verify(cx, token, &one, &says, &len) != OK);
	}
}

TEST(jose_refuses_headers_that_lie)
{
	static const struct {
		const char *header;
		enum err want;
	} cases[] = {
		{ "{\"alg\":\"none\"}", ERR_INVALID },
		{ "{\"alg\":\"HS256\",\"kid\":\"e\"}", ERR_INVALID },
		{ "{\"alg\":\"RS256\",\"kid\":\"e\"}", ERR_INVALID },
		{ "{\"alg\":\"es256\",\"kid\":\"e\"}", ERR_INVALID },
		{ "{\"alg\":[\"ES256\"],\"kid\":\"e\"}", ERR_INVALID },
		{ "{\"kid\":\"e\"}", ERR_INVALID },
		{ "{\"alg\":\"ES256\",\"kid\":7}", ERR_INVALID },
		{ "{\"alg\":\"ES256\",\"kid\":\"x\"}", ERR_NOTFOUND },
		{ "{\"alg\":\"ES256\",\"kid\":\"\"}", ERR_NOTFOUND },
		{ "{\"alg\":\"ES256\",\"kid\":\"e\",\"crit\":[\"exp\"]}", ERR_INVALID },
		{ "{\"alg\":\"ES256\",\"kid\":\"e\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "{\"alg\":\"ES256\",\"kid\":\"e\",\"alg\":\"none\"}", ERR_INVALID },
		{ "{\"alg\":\"ES256\",\"kid\":\"e\"} x", ERR_INVALID },
		{ "[]", ERR_INVALID },
		{ "", ERR_INVALID },
		{ "{\"alg\":\"ES256\",\"kid\":\"e\"}", ERR_INVALID }, /* signed under another */
	};
	struct ctx *cx = test_ctx(t);
	struct jose_keys keys;
	const char *says;
	size_t len;

	read_keys(t, RFC_KEYS, &keys);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *h = base64url(t->arena, cases[i].header, strlen(cases[i].header));
		const char *token = arena_printf(t->arena, "%s%s", h, strchr(RFC_ES256, '.'));

		print_message("%s\n", cases[i].header);
		EXPECT_ERR(cases[i].want, jose_verify(cx, token, &keys, &says, &len));
	}
}

TEST(jose_refuses_tokens_that_are_none)
{
	static const char *const bad[] = { "",	  ".",	     "..",	"...",
					   "a.b", "a.b.c.d", "a b.c.d", "e30.e30." };
	char *huge = arena_alloc(t->arena, JOSE_TOKEN_MOST + 2);
	struct ctx *cx = test_ctx(t);
	struct jose_keys keys;
	const char *says;
	size_t len;

	read_keys(t, RFC_KEYS, &keys);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_ERR(ERR_INVALID, jose_verify(cx, bad[i], &keys, &says, &len));
	memset(huge, 'a', JOSE_TOKEN_MOST + 1);
	EXPECT_ERR(ERR_LIMIT, jose_verify(cx, huge, &keys, &says, &len));
}

#define XY                                                       \
	"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""

TEST(jose_keeps_only_keys_that_may_verify)
{
	static const struct {
		const char *set;
		int n; /* keys read; -1: refused */
	} cases[] = {
		{ "{\"keys\":[]}", 0 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\"," XY "}]}", 1 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\"," XY "}]}", 0 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES384\"," XY "}]}", 0 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-384\"," XY "}]}", 0 },
		{ "{\"keys\":[{\"kty\":\"EC\"," XY "}]}", 0 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":[\"sign\"]," XY "}]}",
		  0 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":[\"sign\",\"verify\"]"
		  "," XY "}]}",
		  1 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}", 0 },
		{ "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", 0 },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", 0 },
		{ "{\"keys\":[7,null,\"x\",[]]}", 0 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"," XY
		  "},{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"b\"," XY "}]}",
		  2 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"," XY
		  "},{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"," XY "}]}",
		  -1 },
		{ "{\"keys\":{}}", -1 },
		{ "{}", -1 },
		{ "[]", -1 },
		{ "", -1 },
		{ "{\"keys\":[]} ", 0 },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct jose_keys keys = { 0 };
		enum err e = jose_keys_read(cx, cases[i].set, strlen(cases[i].set), &keys);

		print_message("%s\n", cases[i].set);
		ctx_forgive(cx);
		EXPECT_INT(cases[i].n < 0 ? ERR_INVALID : OK, e);
		if (e == OK)
			EXPECT_INT(cases[i].n, keys.n);
	}
}

/* ---- the cases of others ---- */

/* A point off its curve, a key by its own account for another curve: no such key verifies. */
TEST(jose_knows_a_point_off_the_curve)
{
	static const char SET[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
				  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
				  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"}]}";
	struct jose_keys keys;
	const char *says;
	size_t len;

	read_keys(t, SET, &keys);
	EXPECT_ERR(ERR_INVALID, jose_verify(test_ctx(t), RFC_ES256, &keys, &says, &len));
}

static void
add_json(struct json_out *out, const struct json *j)
{
	switch (j->kind) {
	case JSON_TEXT:
		json_put_text(out, j->text);
		break;
	case JSON_LIST:
		json_list(out);
		for (size_t i = 0; i < j->n; i++)
			add_json(out, j->items[i]);
		json_list_end(out);
		break;
	case JSON_MAP:
		json_map(out);
		for (size_t i = 0; i < j->n; i++) {
			json_key(out, j->keys[i]);
			add_json(out, j->items[i]);
		}
		json_map_end(out);
		break;
	case JSON_NIL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_DECIMAL:
		json_put_null(out); /* keys hold none */
	}
}

static const char *
write_json(struct test *t, const struct json *j)
{
	struct json_out out;
	SCOPED_BUF b;

	buf_init(&b, JOSE_KEYS_MOST);
	json_out_init(&out, &b);
	add_json(&out, j);
	return arena_strndup(t->arena, b.bytes, b.len);
}

/* A token right by others' account is right by ours if we know its algorithm; a wrong one never. */
static void
check_group(struct test *t, struct json *group, int *ret_valid, int *ret_invalid)
{
	struct json *key = json_get(group, "public"), *tests = json_get(group, "tests");
	struct ctx *cx = test_ctx(t);
	struct jose_keys keys = { 0 };
	const char *set;

	if (key == NULL)
		key = json_get(group, "private");
	set = write_json(t, key);
	if (json_get(key, "keys") == NULL)
		set = arena_printf(t->arena, "{\"keys\":[%s]}", set);
	if (jose_keys_read(cx, set, strlen(set), &keys) != OK)
		ctx_forgive(cx);
	for (size_t i = 0; i < tests->n; i++) {
		struct json *one = tests->items[i], *jws = json_get(one, "jws");
		bool valid = strcmp(json_get(one, "result")->text, "valid") == 0;
		const char *says;
		size_t len;
		bool good;

		if (jws == NULL || jws->kind != JSON_TEXT)
			continue; /* the other form of writing, which we do not read */
		good = jose_verify(cx, jws->text, &keys, &says, &len) == OK;
		ctx_forgive(cx);
		/* Keys kept are those of our algorithms; a right token under one is taken. */
		if (good != (valid && keys.n > 0)) {
			print_error("case %s: taken %d, valid %d\n", json_get(one, "tcId")->text,
				    good, valid);
			EXPECT(good == (valid && keys.n > 0));
		}
		*(valid && keys.n > 0 ? ret_valid : ret_invalid) += 1;
	}
}

static void
check_file(struct test *t, const char *sub, int valid_least, int invalid_least)
{
	const char *path = test_data(t, sub);
	int valid = 0, invalid = 0;
	struct json *root, *groups;
	char *text;
	size_t len;

	if (path == NULL)
		SKIP();
	text = test_read(t, path, &len);
	EXPECT_OK(json_parse(test_ctx(t), sub, text, len, &root));
	groups = json_get(root, "testGroups");
	for (size_t i = 0; i < groups->n; i++)
		check_group(t, groups->items[i], &valid, &invalid);
	print_message("%s: %d taken, %d refused\n", sub, valid, invalid);
	EXPECT(valid >= valid_least);
	EXPECT(invalid >= invalid_least);
}

TEST(jose_judges_signature_cases_rightly)
{
	check_file(t, "identity/jose/json_web_signature_test.json", 7, 190);
}

TEST(jose_judges_key_cases_rightly)
{
	check_file(t, "identity/jose/json_web_key_test.json", 1, 10);
}
