/* Token buckets. */
#include "web/rate.h"

#include <string.h>

#include "base/test.h"

#define START 1000000

static bool
rate_take(struct rates *r, enum rate_kind kind, const char *address, int64_t account, int64_t now,
	  int64_t *ret_wait)
{
	return rate_address(r, kind, address, now, ret_wait) &&
	       (account == 0 || rate_account(r, kind, address, account, now, ret_wait));
}

static int
taken(struct rates *r, enum rate_kind kind, const char *address, int64_t account, int64_t now,
      int tries)
{
	int64_t wait;
	int n = 0;

	for (int i = 0; i < tries; i++)
		n += rate_take(r, kind, address, account, now, &wait) ? 1 : 0;
	return n;
}

static struct rate_settings
some(void)
{
	struct rate_settings s = { .loopback = true };

	s.address[RATE_ALL] = (struct rate_limit){ 6000, 100 };
	s.address[RATE_SIGNIN] = (struct rate_limit){ 60, 5 };
	s.account[RATE_SEARCH] = (struct rate_limit){ 6, 3 };
	return s;
}

TEST(rate_a_bucket_empties_and_fills)
{
	const struct rate_settings s = some();
	struct rates *r = rates_new(&s);
	int64_t wait = 0, now = START;

	(void)t;
	EXPECT_INT(5, taken(r, RATE_SIGNIN, "192.0.2.1", 0, now, 20));
	EXPECT(!rate_take(r, RATE_SIGNIN, "192.0.2.1", 0, now, &wait));
	EXPECT_INT(1, wait);
	EXPECT_INT(0, taken(r, RATE_SIGNIN, "192.0.2.1", 0, now + 999, 1));
	EXPECT_INT(1, taken(r, RATE_SIGNIN, "192.0.2.1", 0, now + 1000, 3));
	EXPECT_INT(5, taken(r, RATE_SIGNIN, "192.0.2.1", 0, now + 3600000, 20));
	/* Others are not hindered: another address, another kind. */
	EXPECT_INT(5, taken(r, RATE_SIGNIN, "192.0.2.2", 0, now + 3600000, 20));
	EXPECT_INT(20, taken(r, RATE_UPLOAD, "192.0.2.1", 0, now + 3600000, 20));
	rates_free(r);
}

/* Asking each millisecond must not keep a slow bucket from filling. */
TEST(rate_slow_filling_adds_up)
{
	const struct rate_settings s = some();
	struct rates *r = rates_new(&s);
	int got = 0;

	(void)t;
	EXPECT_INT(3, taken(r, RATE_SEARCH, "192.0.2.1", 7, START, 10));
	for (int ms = 1; ms <= 30000; ms += 7) {
		int64_t wait;

		/* RATE_ALL of the address lets a hundred a second through, so it is not in the way.
		 */
		got += rate_take(r, RATE_SEARCH, "192.0.2.1", 7, START + ms, &wait) ? 1 : 0;
	}
	EXPECT(got >= 2 && got <= 3); /* six a minute */
	rates_free(r);
}

TEST(rate_accounts_are_held_wherever_they_ask_from)
{
	const struct rate_settings s = some();
	struct rates *r = rates_new(&s);
	int64_t wait;

	(void)t;
	EXPECT_INT(2, taken(r, RATE_SEARCH, "192.0.2.1", 7, START, 2));
	EXPECT_INT(1, taken(r, RATE_SEARCH, "198.51.100.1", 7, START, 5));
	EXPECT(!rate_take(r, RATE_SEARCH, "203.0.113.1", 7, START, &wait));
	EXPECT_INT(10, wait);
	EXPECT_INT(3, taken(r, RATE_SEARCH, "192.0.2.1", 8, START, 5));
	EXPECT_INT(50, taken(r, RATE_SEARCH, "192.0.2.9", 0, START, 50));
	rates_free(r);
}

TEST(rate_an_ipv6_network_is_one_and_dress_does_not_matter)
{
	const struct rate_settings s = some();
	struct rates *r = rates_new(&s);

	(void)t;
	EXPECT_INT(3, taken(r, RATE_SIGNIN, "2001:db8:1:2::1", 0, START, 3));
	EXPECT_INT(2, taken(r, RATE_SIGNIN, "2001:db8:1:2:ffff::9", 0, START, 9));
	EXPECT_INT(5, taken(r, RATE_SIGNIN, "2001:db8:1:3::1", 0, START, 9));
	EXPECT_INT(3, taken(r, RATE_SIGNIN, "192.0.2.77", 0, START, 3));
	EXPECT_INT(2, taken(r, RATE_SIGNIN, "::ffff:192.0.2.77", 0, START, 9));
	rates_free(r);
}

TEST(rate_the_machine_itself_is_free_unless_asked)
{
	static const char *const local[] = { "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1" };
	struct rate_settings s = some();
	struct rates *r;

	(void)t;
	for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++) {
		s.loopback = false;
		r = rates_new(&s);
		EXPECT_INT(500, taken(r, RATE_SIGNIN, local[i], 7, START, 500));
		rates_free(r);
		s.loopback = true;
		r = rates_new(&s);
		EXPECT_INT(5, taken(r, RATE_SIGNIN, local[i], 7, START, 500));
		rates_free(r);
	}
	r = rates_new(&(struct rate_settings){ .loopback = true });
	EXPECT_INT(500, taken(r, RATE_SIGNIN, "127.0.0.1", 7, START, 500)); /* 0: no limit */
	rates_free(r);
}

/* More owners than buckets: nobody is refused for another's sake. */
TEST(rate_many_owners_do_not_hinder_one_another)
{
	const struct rate_settings s = some();
	struct rates *r = rates_new(&s);

	for (int i = 0; i < 60000; i++)
		EXPECT_INT(1, taken(r, RATE_SIGNIN,
				    arena_printf(t->arena, "10.%d.%d.%d", i >> 16, i >> 8 & 255,
						 i & 255),
				    0, START + i, 1));
	rates_free(r);
}

TEST(rate_settings_as_written)
{
	static const char *const bad[] = { "",
					   "search=1/1",
					   "account.search",
					   "account.search=1",
					   "account.search=/1",
					   "account.search=1/0",
					   "account.search=-1/1",
					   "account.nothing=1/1",
					   "account.=1/1",
					   "nobody.search=1/1",
					   "account.search=1/1x",
					   "account=.search1/1",
					   "address.all=9999999/1" };
	struct rate_settings s = RATE_USUAL;
	struct ctx *cx = test_ctx(t);

	EXPECT_OK(rate_setting(cx, "account.search=7/9", &s));
	EXPECT_INT(7, s.account[RATE_SEARCH].minute);
	EXPECT_INT(9, s.account[RATE_SEARCH].burst);
	EXPECT_OK(rate_setting(cx, "address.all=0/1", &s));
	EXPECT_INT(0, s.address[RATE_ALL].minute);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_ERR(ERR_INVALID, rate_setting(cx, bad[i], &s));
}
