/* Sign-in through a provider: what its token says, its description, the way there and back. The
 * whole way against a real provider is walked by tests/oidc/. */
#include "core/oidc.h"

#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/oidc_int.h"
#include "core/test_world.h"
#include "format/json.h"

static const struct oidc_settings SET = { .issuer = "https://id.example.ee",
					  .client = "hool",
					  .secret = "s",
					  .redirect = "https://hool.example.ee/sisene/tagasi" };

#define NOW 1760000000

/* A token's words with some replaced: {name, value} pairs as JSON; a NULL value leaves one out. */
static const char *
words(struct test *t, const char *name, const char *value)
{
	static const char *const USUAL[][2] = {
		{ "iss", "\"https://id.example.ee\"" },
		{ "aud", "\"hool\"" },
		{ "exp", "1760000040" },
		{ "iat", "1760000000" },
		{ "nonce", "\"n\"" },
		{ "sub", "\"EE60001019906\"" },
		{ "amr", "[\"mID\"]" },
	};
	bool known = false;
	SCOPED_BUF b;

	buf_init(&b, 4096);
	buf_char(&b, '{');
	for (size_t i = 0; i < sizeof(USUAL) / sizeof(*USUAL); i++) {
		bool this = strcmp(USUAL[i][0], name) == 0;
		const char *says = this ? value : USUAL[i][1];

		known = known || this;
		if (says != NULL)
			buf_printf(&b, "%s\"%s\":%s", b.len > 1 ? "," : "", USUAL[i][0], says);
	}
	if (!known && *name != '\0')
		buf_printf(&b, ",\"%s\":%s", name, value);
	buf_char(&b, '}');
	return arena_strndup(t->arena, b.bytes, b.len);
}

TEST(oidc_each_claim_is_held_against_what_was_asked)
{
	static const struct {
		const char *name, *value;
		bool good;
	} cases[] = {
		{ "", NULL, true },
		{ "iss", NULL, false },
		{ "iss", "\"https://id.example.ee/\"", false },
		{ "iss", "[\"https://id.example.ee\"]", false },
		{ "aud", NULL, false },
		{ "aud", "\"HOOL\"", false },
		{ "aud", "[]", false },
		{ "aud", "[\"hool\"]", true },
		{ "aud", "[\"hool\",\"other\"]", false }, /* without azp */
		{ "azp", "\"hool\"", true },
		{ "azp", "\"other\"", false },
		{ "exp", NULL, false },
		{ "exp", "1759999971", true }, /* within the skew of clocks */
		{ "exp", "1759999970", false },
		{ "exp", "1760000040.5", false },
		{ "exp", "\"1760000040\"", false },
		{ "iat", NULL, false },
		{ "iat", "1760000030", true },
		{ "iat", "1760000031", false },
		{ "iat", "1759999399", false }, /* fresh tokens only */
		{ "nbf", "1760000031", false },
		{ "nbf", "1759999000", true },
		{ "nbf", "true", false },
		{ "nonce", NULL, false },
		{ "nonce", "\"N\"", false },
		{ "nonce", "\"\"", false },
		{ "state", "\"st\"", true },
		{ "state", "\"other\"", false },
		{ "amr", NULL, false },
		{ "amr", "\"mID\"", false },
		{ "amr", "[]", false },
		{ "amr", "[\"mid\"]", false },
		{ "amr", "[\"mID\",\"pwd\"]", false },
		{ "amr", "[7]", false },
		{ "acr", "\"high\"", true },
		{ "acr", "\"substantial\"", false },
		{ "acr", "\"low\"", false },
		{ "acr", "\"\"", false },
		{ "acr", "3", false },
		{ "sub", NULL, false },
		{ "sub", "\"EE\"", false },
		{ "sub", "\"EE60001019907\"", false }, /* check digit */
		{ "sub", "\"EE 60001019906\"", false },
		{ "sub", "\"EE69901019906\"", false },
		{ "sub", "\"ee60001019906\"", false },
		{ "sub", "\"LV010101-12345\"", true },
		{ "sub", "60001019906", false },
		{ "profile_attributes", "{\"date_of_birth\":\"2000-01-01\"}", true },
		{ "profile_attributes", "{\"date_of_birth\":\"2000-01-02\"}", false },
		{ "profile_attributes", "{\"date_of_birth\":7}", false },
		{ "profile_attributes", "{}", true },
	};
	struct ctx *cx = test_ctx(t);

	ctx_set_now(cx, NOW);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *says = words(t, cases[i].name, cases[i].value);
		struct oidc_who who = { 0 };
		enum err e = oidc_claims(cx, &SET, says, strlen(says), "n", "st", &who);

		print_message("%s\n", says);
		if (!cases[i].good && strcmp(cases[i].name, "profile_attributes") != 0 &&
		    strcmp(cases[i].name, "") != 0) {
			EXPECT_INT(ERR_INVALID, e);
			EXPECT_TEXT("err.oidc.claim", cx->error.key);
			/* The message names the claim; two audiences lack the party. */
			if (strcmp(cases[i].name, "aud") != 0)
				EXPECT_TEXT(cases[i].name, cx->error.args[0]);
		}
		ctx_forgive(cx);
		EXPECT_INT(cases[i].good ? OK : ERR_INVALID, e);
	}
}

TEST(oidc_says_who_it_is)
{
	struct ctx *cx = test_ctx(t);
	const char *says = words(t, "", NULL);
	struct oidc_who who;

	ctx_set_now(cx, NOW);
	EXPECT_OK(oidc_claims(cx, &SET, says, strlen(says), "n", "st", &who));
	EXPECT_TEXT("60001019906", who.code);
	EXPECT_TEXT("EE60001019906", who.subject);
	EXPECT_TEXT("mID", who.amr);
	says = words(t, "sub", "\"LV1\"");
	EXPECT_OK(oidc_claims(cx, &SET, says, strlen(says), "n", "st", &who));
	EXPECT(who.code == NULL);
}

/* The claim sets as TARA's documentation has them, each with one thing wrong. */
TEST(oidc_judges_the_cases_of_tara)
{
	const char *path = test_data(t, "identity/tara/id-token-cases.json");
	struct ctx *cx = test_ctx(t);
	struct json *root, *cases, *set;
	struct oidc_settings s = { .acr = "substantial" };
	struct jose_keys keys;
	int accepted = 0, refused = 0;
	const char *text, *at;
	size_t len;

	if (path == NULL)
		SKIP();
	text = test_read(t, path, &len);
	EXPECT_OK(json_parse(cx, "tara", text, len, &root));
	ctx_set_now(cx, json_get(root, "now")->integer);
	s.issuer = json_get(root, "issuer")->text;
	s.client = json_get(root, "client_id")->text;
	/* The set as it stands in the file: from its brace to the one that ends it. */
	at = strchr(strstr(text, "\"jwks\""), '{');
	set = json_get(root, "jwks");
	EXPECT(set != NULL);
	for (len = 1; jose_keys_read(cx, at, len, &keys) != OK; len++) {
		ctx_forgive(cx);
		EXPECT(at[len] != '\0');
	}
	EXPECT(keys.n >= 1);
	cases = json_get(root, "cases");
	for (size_t i = 0; i < cases->n; i++) {
		const char *id = json_get(cases->items[i], "id")->text;
		const char *token = json_get(cases->items[i], "id_token")->text;
		const char *expect = json_get(cases->items[i], "expect")->text, *payload;
		bool want = text_starts(expect, "accept");
		struct oidc_who who;
		bool good;

		/* Its reason says: refuse if the other alphabet makes a difference here. */
		if (strcmp(id, "standard-base64") == 0)
			want = strpbrk(token, "+/=") == NULL;
		good = jose_verify(cx, token, &keys, &payload, &len) == OK &&
		       oidc_claims(cx, &s, payload, len, json_get(root, "nonce")->text,
				   json_get(root, "state")->text, &who) == OK;
		ctx_forgive(cx);
		print_message("%s: %s\n", id, good ? "taken" : "refused");
		EXPECT_INT(want, good);
		*(good ? &accepted : &refused) += 1;
	}
	EXPECT(accepted >= 5 && refused >= 20);
}

/* ---- settings and description ---- */

TEST(oidc_settings_are_whole_and_safe)
{
	static const struct {
		struct oidc_settings s;
		const char *wrong; /* NULL: none */
	} cases[] = {
		{ { "https://a", "c", "s", "https://b/x", NULL, NULL, NULL }, NULL },
		{ { "http://127.0.0.1:1", "c", "s", "http://127.0.0.1:2/x", "low", "x", NULL },
		  NULL },
		{ { "http://localhost/", "c", "s", "https://b/x", NULL, NULL, NULL }, NULL },
		{ { NULL, "c", "s", "https://b/x", NULL, NULL, NULL }, "--oidc-issuer" },
		{ { "http://a", "c", "s", "https://b/x", NULL, NULL, NULL }, "--oidc-issuer" },
		{ { "http://localhost.evil.example/", "c", "s", "https://b/x", NULL, NULL, NULL },
		  "--oidc-issuer" },
		{ { "https://", "c", "s", "https://b/x", NULL, NULL, NULL }, "--oidc-issuer" },
		{ { "https://a b", "c", "s", "https://b/x", NULL, NULL, NULL }, "--oidc-issuer" },
		{ { "https://a", "", "s", "https://b/x", NULL, NULL, NULL }, "--oidc-client" },
		{ { "https://a", "c", NULL, "https://b/x", NULL, NULL, NULL },
		  "--oidc-secret-file" },
		{ { "https://a", "c", "s", "http://b/x", NULL, NULL, NULL }, "--oidc-redirect" },
		{ { "https://a", "c", "s", "https://b/x", "highest", NULL, NULL }, "--oidc-acr" },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct oidc *o = NULL;
		enum err e = oidc_new(cx, &cases[i].s, &o);

		EXPECT_INT(cases[i].wrong == NULL ? OK : ERR_INVALID, e);
		if (e != OK)
			EXPECT_TEXT(cases[i].wrong, cx->error.args[0]);
		ctx_forgive(cx);
		oidc_free(o);
	}
}

TEST(oidc_the_description_is_the_issuers_own)
{
	static const struct {
		const char *text;
		bool good, end;
	} cases[] = {
#define ADDRESSES                                                                              \
	"\"authorization_endpoint\":\"https://id.example.ee/a\",\"token_endpoint\":\"https://" \
	"id.example.ee/t\""
		{ "{\"issuer\":\"https://id.example.ee\"," ADDRESSES
		  ",\"jwks_uri\":\"https://id.example.ee/k\"}",
		  true, false },
		{ "{\"issuer\":\"https://id.example.ee\"," ADDRESSES
		  ",\"jwks_uri\":\"https://id.example.ee/k\",\"end_session_endpoint\":\"https://x/"
		  "e\"}",
		  true, true },
		{ "{\"issuer\":\"https://id.example.ee\"," ADDRESSES
		  ",\"jwks_uri\":\"https://id.example.ee/"
		  "k\",\"end_session_endpoint\":\"javascript:1\"}",
		  true, false },
		{ "{\"issuer\":\"https://evil.example\"," ADDRESSES
		  ",\"jwks_uri\":\"https://id.example.ee/k\"}",
		  false, false },
		{ "{\"issuer\":\"https://id.example.ee\"," ADDRESSES
		  ",\"jwks_uri\":\"http://127.0.0.1/k\"}",
		  false, false },
		{ "{\"issuer\":\"https://id.example.ee\"," ADDRESSES ",\"jwks_uri\":\"file:///k\"}",
		  false, false },
		{ "{\"issuer\":\"https://id.example.ee\"," ADDRESSES "}", false, false },
		{ "{}", false, false },
		{ "[]", false, false },
		{ "<html>", false, false },
		{ "", false, false },
	};
	struct ctx *cx = test_ctx(t);
	SCOPED(oidc) struct oidc *o = NULL;

	EXPECT_OK(oidc_new(cx, &SET, &o));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct provider p = { 0 };
		enum err e = provider_read(cx, o, cases[i].text, &p);

		print_message("%s\n", cases[i].text);
		ctx_forgive(cx);
		EXPECT_INT(cases[i].good, e == OK);
		EXPECT_INT(cases[i].end, p.end != NULL);
	}
}

/* ---- whom a code belongs to ---- */

static int64_t
user_of(struct test *t, int64_t person, const char *login)
{
	struct change *ch = change_new(&t->cx, "user");

	change_text(ch, "login", login);
	change_text(ch, "name", "Mari Maasikas");
	if (person != 0)
		change_int(ch, "person", person);
	return test_create(t, ch);
}

TEST(oidc_a_code_finds_the_one_open_user_of_it)
{
	struct ctx *cx = test_world(t);
	struct change *ch = change_new(cx, "person");
	int64_t person, user, got = 0;

	change_text(ch, "first_name", "Mari");
	change_text(ch, "last_name", "Maasikas");
	change_text(ch, "code", "60001019906");
	change_int(ch, "birth_date", civil_day(2000, 1, 1));
	person = test_create(t, ch);
	EXPECT_INT(ERR_NOTFOUND, account_by_code(cx, "60001019906", &got));
	EXPECT_TEXT("err.signin_unknown", cx->error.key);
	ctx_forgive(cx);
	(void)user_of(t, 0, "other");
	user = user_of(t, person, "mari.m");
	EXPECT_OK(account_by_code(cx, "60001019906", &got));
	EXPECT_INT(user, got);
	EXPECT_INT(ERR_NOTFOUND, account_by_code(cx, "38001085718", &got));
	ctx_forgive(cx);
	(void)user_of(t, person, "mari.m2");
	EXPECT_INT(ERR_CONFLICT, account_by_code(cx, "60001019906", &got));
	EXPECT_TEXT("err.signin_several", cx->error.key);
	ctx_forgive(cx);
	ch = change_new(cx, "user");
	change_int(ch, "closed", 1);
	EXPECT_OK(test_edit(t, "user", user, 0, ch));
	EXPECT_OK(account_by_code(cx, "60001019906", &got));
	EXPECT(got != user);
}

/* Without a position there is nothing to sign in to, and a closed user stays out. */
TEST(oidc_opens_a_session_only_where_there_is_a_seat)
{
	struct ctx *cx = test_world(t);
	const struct signin_from from = { "192.0.2.9", "Mozilla/5.0 (X11; Linux) Firefox/1",
					  false };
	int64_t user = user_of(t, 0, "mari.m");
	struct signin in = { 0 };
	struct session s;
	struct change *ch;

	EXPECT_INT(ERR_DENIED, account_open(cx, test_world_db(t), user, "oidc mID", &from, &in));
	EXPECT_TEXT("err.signin_no_position", cx->error.key);
	ctx_forgive(cx);
	ch = change_new(cx, "position");
	change_int(ch, "user", user);
	change_text(ch, "kind", "coordinator_b");
	change_text(ch, "name", "Koordinaator");
	(void)test_create(t, ch);
	EXPECT_OK(account_open(cx, test_world_db(t), user, "oidc mID", &from, &in));
	EXPECT(!in.need_code);
	EXPECT_OK(account_session(cx, in.token, &s));
	EXPECT_TEXT("oidc mID", s.method);
	EXPECT(account_is_proved(cx, &s));
	test_act_system(t);
	ch = change_new(cx, "user");
	change_int(ch, "closed", 1);
	EXPECT_OK(test_edit(t, "user", user, 0, ch));
	EXPECT_INT(ERR_DENIED, account_open(cx, test_world_db(t), user, "oidc mID", &from, &in));
	EXPECT_TEXT("err.signin_closed", cx->error.key);
	ctx_forgive(cx);
	EXPECT_ERR(ERR_SIGNIN, account_session(cx, in.token, &s));
}
