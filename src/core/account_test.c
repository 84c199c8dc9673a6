/* Tests of signing in. */
#include "core/account.h"

#include <stdio.h>
#include <string.h>

#include "core/test_world.h"

#define PASSWORD "tubli ja pikk parool"

static enum err
store(struct ctx *cx, void *arg)
{
	const char *hash;
	int64_t *user = arg;

	TRY(account_hash(cx, PASSWORD, &hash));
	return account_store(cx, *user, hash);
}

/* A user "mari.m" with a password and a position; gives the id of the position. */
static int64_t
someone(struct test *t)
{
	struct change *ch;
	int64_t user;

	(void)test_world(t);
	ch = change_new(&t->cx, "user");
	change_text(ch, "login", "mari.m");
	change_text(ch, "name", "Mari Maasikas");
	user = test_create(t, ch);
	EXPECT_OK(test_write(t, store, &user));
	ch = change_new(&t->cx, "position");
	change_int(ch, "user", user);
	change_text(ch, "kind", "coordinator_b");
	change_text(ch, "name", "Koordinaator");
	return test_create(t, ch);
}

static enum err
sign_in(struct test *t, const char *login, const char *password, const char **token)
{
	const struct signin_from from = { .address = "127.0.0.1" };
	struct signin in;
	enum err e = account_sign_in(&t->cx, test_world_db(t), login, password, &from, &in);

	if (e == OK)
		*token = in.token;
	return e;
}

static int64_t
attempts(struct test *t, const char *outcome)
{
	int64_t n = -1;

	EXPECT_OK(db_get_int(&t->cx, "SELECT count(*) FROM sys_signin WHERE outcome = ?1",
			     DB_ARGS(db_text(outcome)), &n));
	return n;
}

TEST(account_a_session_begins)
{
	int64_t position = someone(t);
	const char *token = NULL;
	struct session s = { 0 };
	const struct duty *duty;

	EXPECT_OK(sign_in(t, " Mari.M ", PASSWORD, &token));
	EXPECT_INT(64, strlen(token));
	EXPECT_OK(account_session(&t->cx, token, &s));
	EXPECT_INT(position, t->cx.who.position);
	EXPECT(!t->cx.who.system && t->cx.who.user > 0);
	EXPECT_TEXT("Mari Maasikas", s.user_name);
	EXPECT_TEXT("Koordinaator", s.position_name);
	EXPECT_TEXT("coordinator_b", s.kind);
	EXPECT_INT(t->cx.now + ACCOUNT_IDLE_SECONDS, s.ends_at);
	EXPECT(strlen(s.csrf) >= 32);
	duty = map_get(&t->cx.world->types->duty_by_name, "B3.1");
	EXPECT((t->cx.who.duties[duty->index / 64] >> (duty->index % 64) & 1) == 1);
	duty = map_get(&t->cx.world->types->duty_by_name, "ADM.1");
	EXPECT((t->cx.who.duties[duty->index / 64] >> (duty->index % 64) & 1) == 0);
	EXPECT_INT(1, attempts(t, "ok"));
}

TEST(account_the_token_is_not_kept)
{
	const char *token = NULL;
	int64_t n;

	(void)someone(t);
	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(db_get_int(&t->cx,
			     "SELECT count(*) FROM sys_session WHERE hex(token) = upper(?1)",
			     DB_ARGS(db_text(token)), &n));
	EXPECT_INT(0, n);
	EXPECT_OK(db_get_int(&t->cx, "SELECT count(*) FROM sys_signin WHERE name LIKE '%mari%'",
			     DB_NONE, &n));
	EXPECT_INT(0, n);
}

TEST(account_whatever_is_wrong_is_told_alike)
{
	static const char *const CASES[][2] = {
		{ "mari.m", "vale" },  { "mari.m", "" }, { "mari.m", PASSWORD " " },
		{ "marim", PASSWORD }, { "", PASSWORD }, { "' OR 1=1 --", PASSWORD },
	};
	const char *token = NULL;

	(void)someone(t);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		EXPECT_INT(ERR_SIGNIN, sign_in(t, CASES[i][0], CASES[i][1], &token));
		EXPECT_TEXT("err.signin_wrong", t->cx.error.key);
		ctx_forgive(&t->cx);
	}
	EXPECT(token == NULL);
	EXPECT_INT(3, attempts(t, "password"));
	EXPECT_INT(3, attempts(t, "unknown"));
}

TEST(account_closed_users_and_past_positions)
{
	int64_t position = someone(t);
	struct change *ch = change_new(&t->cx, "position");
	struct session s;
	const char *token = NULL;

	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	/* The position ends: the session too, and there is none to begin with. */
	change_int(ch, "valid_from", t->cx.today - 10);
	change_int(ch, "valid_to", t->cx.today - 1);
	EXPECT_OK(test_edit(t, "position", position, 0, ch));
	EXPECT_INT(ERR_SIGNIN, account_session(&t->cx, token, &s));
	EXPECT_TEXT("err.signin_over", t->cx.error.key);
	ctx_forgive(&t->cx);
	EXPECT_INT(ERR_DENIED, sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_TEXT("err.signin_no_position", t->cx.error.key);
	ctx_forgive(&t->cx);
	EXPECT_INT(1, attempts(t, "closed"));
	ch = change_new(&t->cx, "position");
	change_int(ch, "valid_to", t->cx.today);
	EXPECT_OK(test_edit(t, "position", position, 0, ch));
	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(account_session(&t->cx, token, &s));
	test_act_system(t);
	ch = change_new(&t->cx, "user");
	change_int(ch, "closed", 1);
	EXPECT_OK(test_edit(t, "user", s.who.user, 0, ch));
	EXPECT_ERR(ERR_SIGNIN, account_session(&t->cx, token, &s));
	EXPECT_INT(ERR_SIGNIN, sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_TEXT("err.signin_wrong", t->cx.error.key);
	ctx_forgive(&t->cx);
}

TEST(account_positions_yet_to_come)
{
	int64_t position = someone(t);
	struct change *ch = change_new(&t->cx, "position");
	const char *token = NULL;
	struct session s;

	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	change_int(ch, "valid_from", t->cx.today + 1);
	EXPECT_OK(test_edit(t, "position", position, 0, ch));
	EXPECT_ERR(ERR_SIGNIN, account_session(&t->cx, token, &s));
	EXPECT_ERR(ERR_DENIED, sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(test_delete(t, "position", position, "Topelt"));
	EXPECT_ERR(ERR_DENIED, sign_in(t, "mari.m", PASSWORD, &token));
}

TEST(account_many_failures_must_wait)
{
	const char *token = NULL;

	(void)someone(t);
	for (int i = 0; i < 5; i++)
		EXPECT_ERR(ERR_SIGNIN, sign_in(t, "mari.m", "vale", &token));
	EXPECT_INT(ERR_LIMIT, sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_TEXT("err.signin_wait", t->cx.error.key);
	EXPECT_TEXT("15", t->cx.error.args[0]);
	ctx_forgive(&t->cx);
	EXPECT_INT(1, attempts(t, "throttled"));
	ctx_set_now(&t->cx, t->cx.now + 15 * 60 + 1);
	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
}

static enum err
sign_in_from(struct test *t, const char *address, const char *login, const char *password)
{
	const struct signin_from from = { .address = address };
	struct signin in;

	return account_sign_in(&t->cx, test_world_db(t), login, password, &from, &in);
}

/* Whoever guesses waits; the one whose name is guessed does not. */
TEST(account_guessing_locks_nobody_out)
{
	char address[40];

	(void)someone(t);
	for (int i = 0; i < 12; i++) {
		(void)snprintf(address, sizeof(address), "192.0.2.%d", i / 4);
		EXPECT_ERR(ERR_SIGNIN, sign_in_from(t, address, "mari.m", "vale"));
	}
	EXPECT_OK(sign_in_from(t, "198.51.100.7", "mari.m", PASSWORD));
}

/* What went before a success is forgiven that address and name. */
TEST(account_a_success_ends_the_count_of_failures)
{
	(void)someone(t);
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 4; k++)
			EXPECT_ERR(ERR_SIGNIN, sign_in_from(t, "192.0.2.1", "mari.m", "vale"));
		EXPECT_OK(sign_in_from(t, "192.0.2.1", "mari.m", PASSWORD));
	}
}

/* One who owns an IPv6 network cannot guess from each of its addresses anew. */
TEST(account_an_ipv6_network_counts_as_one_address)
{
	char address[40];

	(void)someone(t);
	for (int i = 0; i < 5; i++) {
		(void)snprintf(address, sizeof(address), "2001:db8:1:2::%x", i + 1);
		EXPECT_ERR(ERR_SIGNIN, sign_in_from(t, address, "mari.m", "vale"));
	}
	EXPECT_ERR(ERR_LIMIT, sign_in_from(t, "2001:db8:1:2:ffff::1", "mari.m", PASSWORD));
	EXPECT_OK(sign_in_from(t, "2001:db8:1:3::1", "mari.m", PASSWORD));
}

struct renewal {
	int64_t session;
	const char *token;
};

static enum err
renew(struct ctx *cx, void *arg)
{
	struct renewal *r = arg;

	return account_renew(cx, r->session, &r->token);
}

TEST(account_a_renewed_token_ends_the_old_one)
{
	const char *token = NULL;
	struct renewal r;
	struct session s;

	(void)someone(t);
	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(account_session(&t->cx, token, &s));
	EXPECT(account_known(&t->cx, token));
	r.session = s.id;
	EXPECT_OK(test_write(t, renew, &r));
	EXPECT_OK(account_session(&t->cx, r.token, &s));
	EXPECT_INT(r.session, s.id);
	EXPECT(!account_known(&t->cx, token));
	EXPECT_ERR(ERR_SIGNIN, account_session(&t->cx, token, &s));
	ctx_set_now(&t->cx, t->cx.now + ACCOUNT_WHOLE_SECONDS);
	EXPECT_ERR(ERR_SIGNIN, account_session(&t->cx, r.token, &s));
	EXPECT_OK(account_session_over(&t->cx, r.token, &s));
	EXPECT_INT(r.session, s.id);
}

static enum err
touch(struct ctx *cx, void *arg)
{
	return account_touch(cx, *(int64_t *)arg);
}

static enum err
end(struct ctx *cx, void *arg)
{
	return account_end(cx, *(int64_t *)arg, "out");
}

TEST(account_sessions_end)
{
	const char *token = NULL;
	struct session s;
	int64_t start;

	(void)someone(t);
	start = t->cx.now;
	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(account_session(&t->cx, token, &s));
	ctx_set_now(&t->cx, start + ACCOUNT_IDLE_SECONDS - 1);
	EXPECT_OK(account_session(&t->cx, token, &s));
	ctx_set_now(&t->cx, start + ACCOUNT_IDLE_SECONDS);
	EXPECT_INT(ERR_SIGNIN, account_session(&t->cx, token, &s));
	EXPECT_TEXT("err.signin_over", t->cx.error.key);
	ctx_forgive(&t->cx);
	/* Used, it lives on, but not past the whole. */
	for (int64_t at = start; at < start + ACCOUNT_WHOLE_SECONDS; at += 1200) {
		ctx_set_now(&t->cx, at);
		EXPECT_OK(test_write(t, touch, &s.id));
	}
	ctx_set_now(&t->cx, start + ACCOUNT_WHOLE_SECONDS - 1);
	EXPECT_OK(account_session(&t->cx, token, &s));
	EXPECT_INT(start + ACCOUNT_WHOLE_SECONDS, s.ends_at);
	ctx_set_now(&t->cx, start + ACCOUNT_WHOLE_SECONDS);
	EXPECT_ERR(ERR_SIGNIN, account_session(&t->cx, token, &s));
	/* The clock steps back: an hour is nothing, a year says that it was wrong before. */
	ctx_set_now(&t->cx, start - 3600);
	EXPECT_OK(account_session(&t->cx, token, &s));
	ctx_set_now(&t->cx, start - 365 * 86400);
	EXPECT_ERR(ERR_SIGNIN, account_session(&t->cx, token, &s));
	ctx_set_now(&t->cx, start);
	EXPECT_OK(test_write(t, end, &s.id));
	EXPECT_ERR(ERR_SIGNIN, account_session(&t->cx, token, &s));
}

TEST(account_tokens_that_are_none)
{
	static const char *const CASES[] = { NULL, "", "x",
					     "0000000000000000000000000000000000000000"
					     "000000000000000000000000" };
	struct session s;

	(void)someone(t);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		EXPECT_INT(ERR_SIGNIN, account_session(&t->cx, CASES[i], &s));
		EXPECT_TEXT("err.signin_none", t->cx.error.key);
		ctx_forgive(&t->cx);
	}
}

struct seat {
	int64_t session, position;
};

static enum err
take_seat(struct ctx *cx, void *arg)
{
	const struct seat *seat = arg;

	TRY(account_set_lang(cx, seat->session, LANG_RU));
	return account_set_position(cx, seat->session, seat->position);
}

static int64_t
seat_of(struct test *t, int64_t user)
{
	struct change *ch = change_new(&t->cx, "position");

	change_int(ch, "user", user);
	change_text(ch, "kind", "project_manager");
	change_text(ch, "name", "Projektijuht");
	return test_create(t, ch);
}

TEST(account_language_and_position_of_a_session)
{
	int64_t first = someone(t), other_user;
	struct seat seat;
	const char *token = NULL;
	struct session s;
	int64_t second, others;

	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(account_session(&t->cx, token, &s));
	EXPECT_INT(first, s.who.position);
	other_user = test_act(t, "Kadri Kask", "B3.1");
	test_act_system(t);
	second = seat_of(t, s.who.user);
	others = seat_of(t, other_user);
	t->cx.who = s.who;
	seat = (struct seat){ s.id, others };
	EXPECT_ERR(ERR_DENIED, test_write(t, take_seat, &seat));
	seat.position = second;
	EXPECT_OK(test_write(t, take_seat, &seat));
	EXPECT_OK(account_session(&t->cx, token, &s));
	EXPECT_INT(second, s.who.position);
	EXPECT_TEXT("project_manager", s.kind);
	EXPECT_INT(LANG_RU, t->cx.lang);
}

TEST(account_report_tells_of_failures_since)
{
	struct signin_report r;
	struct session s;
	const char *token = NULL;

	(void)someone(t);
	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(account_session(&t->cx, token, &s));
	EXPECT_OK(account_report(&t->cx, &s, &r));
	EXPECT_INT(0, r.last_at);
	EXPECT_INT(0, r.failures);
	ctx_set_now(&t->cx, t->cx.now + 10);
	EXPECT_ERR(ERR_SIGNIN, sign_in(t, "mari.m", "vale", &token));
	ctx_set_now(&t->cx, t->cx.now + 10);
	EXPECT_ERR(ERR_SIGNIN, sign_in_from(t, "127.0.0.2", "mari.m", "vale"));
	ctx_set_now(&t->cx, t->cx.now + 10);
	EXPECT_OK(sign_in(t, "mari.m", PASSWORD, &token));
	EXPECT_OK(account_session(&t->cx, token, &s));
	EXPECT_OK(account_report(&t->cx, &s, &r));
	EXPECT_INT(t->cx.now - 30, r.last_at);
	EXPECT_INT(2, r.failures);
	EXPECT_TEXT("127.0.0.2", r.last_failure_from);
}

TEST(account_passwords_have_a_length)
{
	struct ctx *cx = test_ctx(t);
	char password[140];
	const char *hash = NULL;

	EXPECT_ERR(ERR_INVALID, account_hash(cx, "", &hash));
	EXPECT_ERR(ERR_INVALID, account_hash(cx, "neliteistmärki", &hash));
	memset(password, 'a', sizeof(password) - 1);
	password[129] = '\0';
	EXPECT_ERR(ERR_INVALID, account_hash(cx, password, &hash));
	EXPECT(hash == NULL);
	EXPECT_OK(account_hash(cx, "viisteist märki", &hash));
	EXPECT(strncmp(hash, "$argon2id$", 10) == 0);
}
