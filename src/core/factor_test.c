/* The second factor, and what passwords are taken. */
#include "core/factor.h"

#include <string.h>

#include "core/test_world.h"
#include "format/totp.h"

#define PASSWORD "tubli ja pikk salasõna"

static int64_t user;
static struct factor_codes codes;
static const unsigned char *secret;
static const char *typed;
static bool right;

static enum err
store(struct ctx *cx, void *arg)
{
	const char *hash;

	(void)arg;
	TRY(account_hash(cx, PASSWORD, &hash));
	return account_store(cx, user, hash);
}

static enum err
begin(struct ctx *cx, void *arg)
{
	(void)arg;
	return factor_begin(cx, user, &secret);
}

static enum err
confirm(struct ctx *cx, void *arg)
{
	(void)arg;
	return factor_confirm(cx, user, typed, &codes);
}

static enum err
use(struct ctx *cx, void *arg)
{
	(void)arg;
	return factor_use(cx, user, typed, &right);
}

static enum err
drop(struct ctx *cx, void *arg)
{
	(void)arg;
	return factor_remove(cx, user);
}

static const char *
code_at(struct test *t, int64_t now)
{
	char code[TOTP_CODE_SIZE];

	totp_code(secret, TOTP_SECRET, totp_step(now), code);
	return arena_strdup(t->arena, code);
}

/* Mari, with a password, a position, and a second factor confirmed now. */
static struct ctx *
somebody(struct test *t)
{
	struct ctx *cx = test_world(t);
	struct change *ch = change_new(cx, "user");

	change_text(ch, "login", "mari.m");
	change_text(ch, "name", "Mari Maasikas");
	user = test_create(t, ch);
	EXPECT_OK(test_write(t, store, NULL));
	ch = change_new(cx, "position");
	change_int(ch, "user", user);
	change_text(ch, "kind", "coordinator_b");
	change_text(ch, "name", "Koordinaator");
	(void)test_create(t, ch);
	EXPECT_OK(test_write(t, begin, NULL));
	secret = memcpy(arena_alloc(t->arena, TOTP_SECRET), secret, TOTP_SECRET);
	typed = code_at(t, cx->now);
	EXPECT_OK(test_write(t, confirm, NULL));
	return cx;
}

static enum err
sign_in(struct test *t, struct signin *ret)
{
	const struct signin_from from = { .address = "192.0.2.1" };

	return account_sign_in(&t->cx, test_world_db(t), "mari.m", PASSWORD, &from, ret);
}

static enum err
second(struct test *t, const char *half, const char *code, struct signin *ret)
{
	const struct signin_from from = { .address = "192.0.2.1" };

	return factor_sign_in(&t->cx, test_world_db(t), half, code, &from, ret);
}

TEST(factor_asks_nothing_until_it_is_confirmed)
{
	struct ctx *cx = test_world(t);
	struct change *ch = change_new(cx, "user");
	const unsigned char *again;
	bool set;

	change_text(ch, "login", "mari.m");
	change_text(ch, "name", "Mari Maasikas");
	user = test_create(t, ch);
	EXPECT_OK(test_write(t, begin, NULL));
	again = secret;
	EXPECT_OK(test_write(t, begin, NULL));
	EXPECT(memcmp(again, secret, TOTP_SECRET) == 0);
	EXPECT_OK(factor_is_set(cx, user, &set));
	EXPECT(!set);
	typed = "000000";
	if (strcmp(code_at(t, cx->now), typed) == 0)
		typed = "000001";
	EXPECT_ERR(ERR_INVALID, test_write(t, confirm, NULL));
	typed = code_at(t, cx->now);
	EXPECT_OK(test_write(t, confirm, NULL));
	EXPECT_OK(factor_is_set(cx, user, &set));
	EXPECT(set);
	EXPECT_ERR(ERR_CONFLICT, test_write(t, begin, NULL));
	EXPECT_ERR(ERR_INVALID, test_write(t, confirm, NULL)); /* nothing waits any more */
	EXPECT_OK(test_write(t, drop, NULL));
	EXPECT_OK(factor_is_set(cx, user, &set));
	EXPECT(!set);
}

TEST(factor_a_password_alone_opens_nothing)
{
	struct ctx *cx = somebody(t);
	struct signin half, in = { 0 };
	struct session s;

	ctx_set_now(cx, cx->now + 60);
	EXPECT_OK(sign_in(t, &half));
	EXPECT(half.need_code);
	EXPECT_ERR(ERR_SIGNIN, account_session(cx, half.token, &s));
	EXPECT(!account_known(cx, half.token));
	EXPECT_ERR(ERR_SIGNIN, second(t, half.token, "000000 1", &in));
	EXPECT_OK(second(t, half.token, code_at(t, cx->now), &in));
	EXPECT_OK(account_session(cx, in.token, &s));
	EXPECT_TEXT("code", s.method);
	test_act_system(t);
	/* The half is used up, and so is the code. */
	EXPECT_INT(ERR_SIGNIN, second(t, half.token, code_at(t, cx->now), &in));
	EXPECT_TEXT("err.signin_half", cx->error.key);
	ctx_forgive(cx);
	EXPECT_OK(sign_in(t, &half));
	EXPECT_INT(ERR_SIGNIN, second(t, half.token, code_at(t, cx->now), &in));
	EXPECT_TEXT("err.factor_code", cx->error.key);
	ctx_forgive(cx);
	/* It waits a while, not for ever; and is nobody else's. */
	EXPECT_ERR(ERR_SIGNIN, second(t, "0123", code_at(t, cx->now), &in));
	ctx_set_now(cx, cx->now + ACCOUNT_HALF_SECONDS + 1);
	EXPECT_ERR(ERR_SIGNIN, second(t, half.token, code_at(t, cx->now), &in));
}

TEST(factor_guessing_codes_ends)
{
	struct ctx *cx = somebody(t);
	struct signin half, in;
	int tried = 0;

	EXPECT_OK(sign_in(t, &half));
	for (; tried < 20; tried++) {
		enum err e = second(t, half.token, "0000000", &in);

		ctx_forgive(cx);
		if (e == ERR_LIMIT)
			break;
		EXPECT_INT(ERR_SIGNIN, e);
	}
	EXPECT_INT(5, tried); /* of one name from one address */
	ctx_set_now(cx, cx->now + 30);
	EXPECT_ERR(ERR_LIMIT, second(t, half.token, code_at(t, cx->now), &in));
}

TEST(factor_recovery_codes_open_once)
{
	struct ctx *cx = somebody(t);
	struct factor_codes kept = codes;
	int64_t left;

	EXPECT_OK(factor_recovery_left(cx, user, &left));
	EXPECT_INT(FACTOR_RECOVERY, left);
	for (int i = 0; i < FACTOR_RECOVERY; i++) {
		EXPECT_INT(29, strlen(kept.at[i]));
		for (int k = 0; k < i; k++)
			EXPECT(strcmp(kept.at[i], kept.at[k]) != 0);
		typed = kept.at[i];
		EXPECT_OK(test_write(t, use, NULL));
		EXPECT(right);
		EXPECT_OK(test_write(t, use, NULL));
		EXPECT(!right);
	}
	EXPECT_OK(factor_recovery_left(cx, user, &left));
	EXPECT_INT(0, left);
	typed = "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA";
	EXPECT_OK(test_write(t, use, NULL));
	EXPECT(!right);
}

TEST(factor_codes_are_read_as_they_are_meant)
{
	struct ctx *cx = somebody(t);
	struct factor_codes kept = codes;
	char small[FACTOR_RECOVERY_SIZE];
	const char *code;

	ctx_set_now(cx, cx->now + 90);
	code = code_at(t, cx->now);
	typed = arena_printf(t->arena, " %.3s %s ", code, code + 3);
	EXPECT_OK(test_write(t, use, NULL));
	EXPECT(right);
	for (size_t i = 0; i < sizeof(small); i++)
		small[i] = kept.at[0][i] >= 'A' && kept.at[0][i] <= 'Z'
				   ? (char)(kept.at[0][i] - 'A' + 'a')
				   : kept.at[0][i];
	typed = small;
	EXPECT_OK(test_write(t, use, NULL));
	EXPECT(right);
}

TEST(factor_is_required_by_kind_of_position)
{
	struct world w = { 0 };

	(void)t;
	EXPECT(!factor_is_required(&w, "administrator"));
	w.second_factor = "administrator project_manager";
	EXPECT(factor_is_required(&w, "administrator"));
	EXPECT(factor_is_required(&w, "project_manager"));
	EXPECT(!factor_is_required(&w, "project"));
	EXPECT(!factor_is_required(&w, "manager"));
	EXPECT(!factor_is_required(&w, ""));
	w.second_factor = "all";
	EXPECT(factor_is_required(&w, "coordinator_b"));
}

/* ---- proof, sessions, language ---- */

struct own {
	int64_t one, kept, n;
};

static enum err
end_own(struct ctx *cx, void *arg)
{
	struct own *o = arg;

	return account_end_own(cx, user, o->one, o->kept, "holder", &o->n);
}

static enum err
set_lang(struct ctx *cx, void *arg)
{
	return account_set_lang(cx, *(int64_t *)arg, LANG_RU);
}

static void
open_session(struct test *t, bool chosen, struct session *ret)
{
	const struct signin_from from = { "192.0.2.1", NULL, chosen };
	struct signin in;

	EXPECT_OK(account_open(&t->cx, test_world_db(t), user, "oidc mID", &from, &in));
	EXPECT_OK(account_session(&t->cx, in.token, ret));
	test_act_system(t);
}

TEST(account_proof_needs_password_and_code_and_grows_old)
{
	struct ctx *cx = somebody(t);
	const struct signin_from from = { .address = "192.0.2.1" };
	struct session s;

	open_session(t, false, &s);
	ctx_set_now(cx, cx->now + ACCOUNT_PROVED_SECONDS);
	EXPECT(!account_is_proved(cx, &s));
	EXPECT_ERR(ERR_SIGNIN, account_prove(cx, test_world_db(t), &s, "vale", "", &from));
	EXPECT_ERR(ERR_SIGNIN, account_prove(cx, test_world_db(t), &s, PASSWORD, "", &from));
	EXPECT_ERR(ERR_SIGNIN,
		   account_prove(cx, test_world_db(t), &s, "vale", code_at(t, cx->now), &from));
	EXPECT_OK(account_prove(cx, test_world_db(t), &s, PASSWORD, code_at(t, cx->now), &from));
	EXPECT_OK(db_get_int(cx, "SELECT proved_at FROM sys_session WHERE id = ?1",
			     DB_ARGS(db_int(s.id)), &s.proved_at));
	EXPECT(account_is_proved(cx, &s));
}

TEST(account_own_sessions_end_one_or_all_others)
{
	struct session s[4];
	struct own o;

	(void)somebody(t);
	for (int i = 0; i < 4; i++)
		open_session(t, false, &s[i]);
	o = (struct own){ .one = s[1].id, .kept = s[0].id };
	EXPECT_OK(test_write(t, end_own, &o));
	EXPECT_INT(1, o.n);
	o = (struct own){ .kept = s[0].id };
	EXPECT_OK(test_write(t, end_own, &o));
	EXPECT_INT(2, o.n);
	/* Another's session is not one's own to end. */
	user++;
	o = (struct own){ .one = s[0].id };
	EXPECT_OK(test_write(t, end_own, &o));
	EXPECT_INT(0, o.n);
}

TEST(account_language_is_remembered)
{
	struct ctx *cx = somebody(t);
	struct session s;

	cx->lang = LANG_ET;
	open_session(t, false, &s);
	EXPECT_INT(LANG_ET, s.lang);
	EXPECT_OK(test_write(t, set_lang, &s.id));
	cx->lang = LANG_ET;
	open_session(t, false, &s);
	EXPECT_INT(LANG_RU, s.lang);
	cx->lang = LANG_EN; /* asked for on the page of the sign-in */
	open_session(t, true, &s);
	EXPECT_INT(LANG_EN, s.lang);
	cx->lang = LANG_ET;
}

TEST(account_common_passwords_are_refused)
{
	static const struct {
		const char *password;
		bool good;
	} cases[] = {
		{ "passwordpassword", false },
		{ "Password123456789", false },
		{ "P@ssw0rdP@ssw0rd", false },
		{ "parool1234567890", false },
		{ "qwertyuiop123456", false },
		{ "1q2w3e4r5t6y7u8i9o", false },
		{ "aaaaaaaaaaaaaaaaaaaa", false },
		{ "abcabcabcabcabcabc", false },
		{ "123456789012345", false },
		{ "987654321098765", false },
		{ "iloveyouforever1", false },
		{ "qazwsxedcrfvtgbyhn", false },
		{ "AdminAdmin123456", false },
		{ "correct horse battery staple", false },
		{ "tallinntallinn2024", false },
		{ "minukallisparool", false },
		{ "mari.maasikas.2026", false },
		{ "MaasikasMaasikas1", false },
		{ "sotsiaalkindlustusamet", false },
		{ "harjutus-2026-hool", false },
		{ "zxcvbnmasdfghjkl", false },
		{ "lühike", false },
		{ "neliteistmärki", false },
		{ "tubli ja pikk salasõna", true },
		{ "kukk porgand vihmavari puur", true },
		{ "Xq7#vLp2!mRz9@wKt", true },
		{ "сорок тысяч обезьян", true },
		{ "vihmavarjupood7", true },
		{ "päikeseline hommik Setomaal", true },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		print_message("%s\n", cases[i].password);
		EXPECT_ERR(
			cases[i].good ? OK : ERR_INVALID,
			account_password_check(cx, cases[i].password, "mari.m", "Mari Maasikas"));
	}
}
