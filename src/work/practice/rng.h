/*
 * Chance that can be repeated: the same seed gives the same practice data on every machine.
 * Not for secrets; those come from ctx_random().
 */
#ifndef HOOL_WORK_PRACTICE_RNG_H
#define HOOL_WORK_PRACTICE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/* Start from a seed; any value will do. */
void rng_seed(struct rng *r, uint64_t seed);
/*
 * Another generator for the part `label` of the same data ("people of parish 12"): parts may then
 * be made in any order, or left out, without changing the others. `r` itself does not move.
 */
void rng_fork(const struct rng *r, uint64_t label, struct rng *ret);
/* 64 random bits. */
uint64_t rng_next(struct rng *r);
/* 0 to n - 1, each equally likely; n at least 1. */
uint32_t rng_below(struct rng *r, uint32_t n);
/* min to max, both included, each equally likely; min not above max, less than 2^32 apart. */
int64_t rng_between(struct rng *r, int64_t min, int64_t max);
/* True `per_mille` times in a thousand. */
bool rng_chance(struct rng *r, int per_mille);
/* Around `mean`, seldom further than `spread` twice over and never further than 6 times. */
int64_t rng_around(struct rng *r, int64_t mean, int64_t spread);
/*
 * An index below n, by weight. `sums` are running sums of the weights: sums[i] is that of 0 to i;
 * the last is not 0 and is below 2^32.
 */
size_t rng_pick(struct rng *r, const uint32_t *sums, size_t n);

#endif
