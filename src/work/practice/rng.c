/*
 * xoshiro256** seeded by splitmix64.
 * Source: David Blackman and Sebastiano Vigna, "Scrambled linear pseudorandom number generators",
 * ACM Transactions on Mathematical Software 47 (2021).
 */
#include "work/practice/rng.h"

#include "base/err.h"

#define NORMAL_PARTS 12 /* uniforms summed: their variance is then 1 */

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

void
rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&seed);
}

void
rng_fork(const struct rng *r, uint64_t label, struct rng *ret)
{
	uint64_t mixed = splitmix(&label);
	struct rng part;

	for (int i = 0; i < 4; i++) {
		mixed ^= r->s[i];
		part.s[i] = splitmix(&mixed);
	}
	*ret = part;
}

static uint64_t
turned(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t
rng_next(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = turned(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = turned(s[3], 45);
	return result;
}

/* The high half of a product is even but for a sliver of the low half, which is drawn again.
 * Source: Daniel Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019). */
uint32_t
rng_below(struct rng *r, uint32_t n)
{
	uint64_t product;
	uint32_t sliver;

	if (n == 0)
		BUG("rng_below(0)");
	product = (rng_next(r) >> 32) * n;
	if ((uint32_t)product < n) {
		sliver = (uint32_t)-n % n;
		while ((uint32_t)product < sliver)
			product = (rng_next(r) >> 32) * n;
	}
	return (uint32_t)(product >> 32);
}

int64_t
rng_between(struct rng *r, int64_t min, int64_t max)
{
	return min + rng_below(r, (uint32_t)(max - min + 1));
}

bool
rng_chance(struct rng *r, int per_mille)
{
	return (int)rng_below(r, 1000) < per_mille;
}

/* Irwin and Hall: the sum of twelve uniforms, less six, is nearly normal. In thousandths. */
int64_t
rng_around(struct rng *r, int64_t mean, int64_t spread)
{
	int64_t sum = 0;

	for (int i = 0; i < NORMAL_PARTS; i++)
		sum += rng_below(r, 1001);
	return mean + (sum - NORMAL_PARTS * 500) * spread / 1000;
}

size_t
rng_pick(struct rng *r, const uint32_t *sums, size_t n)
{
	uint32_t at = rng_below(r, sums[n - 1]);
	size_t low = 0, high = n - 1;

	/* the first whose running sum is past `at` */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sums[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
