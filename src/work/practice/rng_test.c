/* Tests of repeatable chance. */
#include "work/practice/rng.h"

#include <string.h>

#include "base/test.h"

TEST(rng_follows_its_published_algorithm)
{
	/* xoshiro256** from the state 1 2 3 4 */
	static const uint64_t WANT[] = { 11520, 0, 1509978240, 1215971899390074240 };
	struct rng r = { { 1, 2, 3, 4 } };

	(void)t;
	for (size_t i = 0; i < sizeof(WANT) / sizeof(WANT[0]); i++)
		EXPECT(rng_next(&r) == WANT[i]);
	/* splitmix64 from 0 */
	rng_seed(&r, 0);
	EXPECT(r.s[0] == 0xE220A8397B1DCDAFu);
	EXPECT(r.s[1] == 0x6E789E6AA1B965F4u);
}

TEST(rng_same_seed_same_numbers)
{
	struct rng a, b, c;
	int same = 0;

	(void)t;
	rng_seed(&a, 42);
	rng_seed(&b, 42);
	rng_seed(&c, 43);
	for (int i = 0; i < 1000; i++) {
		uint64_t n = rng_next(&a);

		EXPECT(n == rng_next(&b));
		same += n == rng_next(&c);
	}
	EXPECT_INT(0, same);
}

TEST(rng_forks_stand_apart)
{
	struct rng r, before, a, b, again;

	(void)t;
	rng_seed(&r, 1);
	before = r;
	rng_fork(&r, 1, &a);
	rng_fork(&r, 2, &b);
	rng_fork(&r, 1, &again);
	EXPECT_INT(0, memcmp(&r, &before, sizeof(r)));
	EXPECT(rng_next(&a) != rng_next(&b));
	rng_fork(&r, 1, &a);
	EXPECT(rng_next(&a) == rng_next(&again));
}

TEST(rng_below_is_even_and_within)
{
	struct rng r;
	int seen[7] = { 0 };

	(void)t;
	rng_seed(&r, 5);
	for (int i = 0; i < 70000; i++) {
		uint32_t n = rng_below(&r, 7);

		EXPECT(n < 7);
		seen[n]++;
	}
	for (int i = 0; i < 7; i++)
		EXPECT(seen[i] > 9600 && seen[i] < 10400);
	EXPECT_INT(0, rng_below(&r, 1));
	for (int i = 0; i < 1000; i++)
		EXPECT(rng_below(&r, UINT32_MAX) < UINT32_MAX);
}

TEST(rng_between_reaches_both_ends)
{
	struct rng r;
	bool low = false, high = false;

	(void)t;
	rng_seed(&r, 6);
	for (int i = 0; i < 1000; i++) {
		int64_t n = rng_between(&r, -3, 3);

		EXPECT(n >= -3 && n <= 3);
		low = low || n == -3;
		high = high || n == 3;
	}
	EXPECT(low && high);
	EXPECT_INT(9, rng_between(&r, 9, 9));
}

TEST(rng_chance_in_a_thousand)
{
	struct rng r;
	int n = 0;

	(void)t;
	rng_seed(&r, 7);
	for (int i = 0; i < 100000; i++) {
		n += rng_chance(&r, 250);
		EXPECT(!rng_chance(&r, 0));
		EXPECT(rng_chance(&r, 1000));
	}
	EXPECT(n > 24500 && n < 25500);
}

TEST(rng_around_is_nearly_normal)
{
	struct rng r;
	int64_t sum = 0;
	int within = 0, twice = 0, n = 50000;

	(void)t;
	rng_seed(&r, 8);
	for (int i = 0; i < n; i++) {
		int64_t x = rng_around(&r, 1000, 100);

		EXPECT(x >= 400 && x <= 1600);
		sum += x;
		within += x >= 900 && x <= 1100;
		twice += x >= 800 && x <= 1200;
	}
	EXPECT(sum / n >= 998 && sum / n <= 1002);
	EXPECT(within > n * 66 / 100 && within < n * 71 / 100);
	EXPECT(twice > n * 94 / 100 && twice < n * 97 / 100);
}

TEST(rng_pick_goes_by_weight)
{
	/* weights 1, 0, 3, 6 */
	static const uint32_t SUMS[] = { 1, 1, 4, 10 };
	struct rng r;
	int seen[4] = { 0 };

	(void)t;
	rng_seed(&r, 9);
	for (int i = 0; i < 100000; i++)
		seen[rng_pick(&r, SUMS, 4)]++;
	EXPECT(seen[0] > 9500 && seen[0] < 10500);
	EXPECT_INT(0, seen[1]);
	EXPECT(seen[2] > 29200 && seen[2] < 30800);
	EXPECT(seen[3] > 59200 && seen[3] < 60800);
	EXPECT_INT(0, rng_pick(&r, SUMS, 1));
}
