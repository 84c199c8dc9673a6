/*
 * Names for practice data. Everything weighted is picked through running sums made once; a pick
 * is a draw and a binary search.
 */
#include "work/practice/names.h"

#include <string.h>

#include "base/civil.h"
#include "work/practice/names_data.h"

#define AGES (NAMES_OLDEST + 1)
#define AGE_GROUP 5	/* years of one row of the pyramid */
#define OLDEST_GROUP 90 /* the last row, whose years thin out */

enum list { ET_M, ET_F, RU_M, RU_F, LISTS };

struct names {
	uint32_t *given[LISTS][ERA_COUNT]; /* running sums, as long as the lists of names_data.h */
	uint32_t *family[2];		   /* Estonian, Russian */
	/* People of 0 to i years. Zero for the ages below 0, so that a span is a difference. */
	uint32_t until_age[AGES + 1];
	uint16_t male_per_mille[AGES];
};

static const struct given *const GIVEN[LISTS] = { GIVEN_ET_M, GIVEN_ET_F, GIVEN_RU_M, GIVEN_RU_F };
static const size_t *const GIVEN_N[LISTS] = { &GIVEN_ET_M_N, &GIVEN_ET_F_N, &GIVEN_RU_M_N,
					      &GIVEN_RU_F_N };

/*
 * People by age in five-year rows, in hundreds, and men in a thousand of each.
 * Rounded by hand after the age structure that Statistics Estonia publishes (table RV0240):
 * practice data need its shape, not its figures.
 */
static const struct {
	uint16_t hundreds, men;
} PYRAMID[] = {
	{ 550, 514 }, { 710, 514 }, { 750, 513 },  { 740, 513 }, { 640, 514 },
	{ 660, 516 }, { 890, 517 }, { 1020, 516 }, { 990, 513 }, { 940, 508 },
	{ 950, 500 }, { 840, 489 }, { 870, 472 },  { 860, 440 }, { 730, 405 },
	{ 550, 360 }, { 420, 310 }, { 260, 255 },  { 130, 195 },
};

static void
sum_ages(struct names *n)
{
	uint32_t sum = 0, thinned = 0;

	for (int age = 0; age < AGES; age++) {
		int row = (age < OLDEST_GROUP ? age : OLDEST_GROUP) / AGE_GROUP;
		uint32_t here = PYRAMID[row].hundreds * 100u / AGE_GROUP;

		/* From 90 on each year holds three quarters of the one before. */
		thinned = age == OLDEST_GROUP ? PYRAMID[row].hundreds * 100u / 4 : thinned * 3 / 4;
		sum += age < OLDEST_GROUP ? here : thinned;
		n->until_age[age + 1] = sum;
		n->male_per_mille[age] = PYRAMID[row].men;
	}
}

static void
sum_given(struct arena *a, struct names *n, enum list list, enum era era)
{
	uint32_t sum = 0, *sums = ARENA_ARRAY(a, *GIVEN_N[list], uint32_t);

	for (size_t i = 0; i < *GIVEN_N[list]; i++)
		sums[i] = sum += GIVEN[list][i].weight[era];
	n->given[list][era] = sums;
}

static uint32_t *
sum_family(struct arena *a, const struct family *list, size_t len)
{
	uint32_t sum = 0, *sums = ARENA_ARRAY(a, len, uint32_t);

	for (size_t i = 0; i < len; i++)
		sums[i] = sum += list[i].weight;
	return sums;
}

struct names *
names_new(struct arena *a)
{
	struct names *n = ARENA_NEW(a, struct names);

	for (int list = 0; list < LISTS; list++)
		for (int era = 0; era < ERA_COUNT; era++)
			sum_given(a, n, (enum list)list, (enum era)era);
	n->family[0] = sum_family(a, FAMILY_ET, FAMILY_ET_N);
	n->family[1] = sum_family(a, FAMILY_RU, FAMILY_RU_N);
	sum_ages(n);
	return n;
}

static enum era
era_of(int32_t birth)
{
	int year = civil_date(birth).year;

	return year < 1960 ? ERA_OLD : year < 1990 ? ERA_MIDDLE : ERA_YOUNG;
}

static const char *
pick_given(const struct names *n, struct rng *r, bool male, bool russian, int32_t birth)
{
	enum list list = russian ? (male ? RU_M : RU_F) : (male ? ET_M : ET_F);
	enum era era = era_of(birth);

	return GIVEN[list][rng_pick(r, n->given[list][era], *GIVEN_N[list])].name;
}

void
names_person(const struct names *n, struct rng *r, bool male, int32_t birth, int russian_per_mille,
	     struct person_name *ret)
{
	bool russian = rng_chance(r, russian_per_mille < 0 ? NAMES_RUSSIAN : russian_per_mille);
	const struct family *list = russian ? FAMILY_RU : FAMILY_ET;
	size_t len = russian ? FAMILY_RU_N : FAMILY_ET_N;
	const struct family *family = &list[rng_pick(r, n->family[russian], len)];

	ret->male = male;
	ret->russian = russian;
	ret->given = pick_given(n, r, male, russian, birth);
	ret->family = male ? family->male : family->female;
}

/* The family name in the form of the other sex; one that is not ours stays as it is. */
static const char *
family_for(const struct person_name *of, bool male)
{
	const struct family *list = of->russian ? FAMILY_RU : FAMILY_ET;
	size_t len = of->russian ? FAMILY_RU_N : FAMILY_ET_N;

	for (size_t i = 0; i < len; i++)
		if (strcmp(of->male ? list[i].male : list[i].female, of->family) == 0)
			return male ? list[i].male : list[i].female;
	return of->family;
}

void
names_relative(const struct names *n, struct rng *r, const struct person_name *of, bool male,
	       int32_t birth, struct person_name *ret)
{
	struct person_name name = { .male = male, .russian = of->russian };

	name.family = family_for(of, male);
	name.given = pick_given(n, r, male, of->russian, birth);
	*ret = name;
}

int32_t
names_birth(const struct names *n, struct rng *r, int32_t today, int min, int max, bool *ret_male)
{
	const uint32_t *until = n->until_age;
	uint32_t at;
	int age = min;
	int32_t latest, earliest;

	if (min < 0 || max < min || max > NAMES_OLDEST)
		BUG("no such ages");
	at = until[min] + rng_below(r, until[max + 1] - until[min]);
	while (until[age + 1] <= at)
		age++;
	*ret_male = rng_chance(r, n->male_per_mille[age]);
	/* Born on the day after `earliest` a year ago, to `latest`: of that age today. */
	latest = civil_add_months(today, -12 * age);
	earliest = civil_add_months(today, -12 * (age + 1));
	while (civil_age(latest, today) < age)
		latest--;
	do
		earliest++;
	while (civil_age(earliest, today) > age);
	return (int32_t)rng_between(r, earliest, latest);
}

static const char *
any(struct rng *r, const char *const *list, size_t n)
{
	return list[rng_below(r, (uint32_t)n)];
}

const char *
names_place(const struct names *n, struct rng *r, enum surroundings kind)
{
	(void)n;
	switch (kind) {
	case PLACE_BOROUGH:
		return any(r, VILLAGES_BOROUGH, VILLAGES_BOROUGH_N);
	case PLACE_INLAND:
		return any(r, VILLAGES_INLAND, VILLAGES_INLAND_N);
	case PLACE_COAST:
		return any(r, VILLAGES_COAST, VILLAGES_COAST_N);
	case PLACE_SOUTH:
		return any(r, VILLAGES_SOUTH, VILLAGES_SOUTH_N);
	case PLACE_CITY:
	case PLACE_COUNT:
	default:
		return any(r, STREETS, STREETS_N);
	}
}

/* Flats in the city and, by half, in boroughs; else a house of its own. */
static const char *
street_address(struct rng *r, struct arena *a, enum surroundings kind)
{
	const char *street = any(r, STREETS, STREETS_N);
	int house = (int)rng_between(r, 1, kind == PLACE_CITY ? 90 : 30);

	if (rng_chance(r, kind == PLACE_CITY ? 750 : 500))
		return arena_printf(a, "%s tn %d-%d", street, house, (int)rng_between(r, 1, 60));
	if (rng_chance(r, 100))
		return arena_printf(a, "%s tn %d%c", street, house, rng_chance(r, 700) ? 'a' : 'b');
	return arena_printf(a, "%s tn %d", street, house);
}

const char *
names_address(const struct names *n, struct rng *r, struct arena *a, enum surroundings kind)
{
	const char *farm, *village;

	if (kind == PLACE_CITY || (kind == PLACE_BOROUGH && rng_chance(r, 700)))
		return street_address(r, a, kind);
	farm = any(r, FARMS, FARMS_N);
	village = names_place(n, r, kind);
	return arena_printf(a, "%s talu, %s%s", farm, village,
			    strstr(village, "kül") != NULL ? "" : " küla");
}

const char *
names_organisation(const struct names *n, struct rng *r, struct arena *a)
{
	const char *first = any(r, ORG_FIRST, ORG_FIRST_N);
	const char *last = any(r, ORG_LAST, ORG_LAST_N);
	uint32_t form = rng_below(r, 10);

	(void)n;
	if (form < 3)
		return arena_printf(a, "MTÜ %s", first);
	if (form < 5)
		return arena_printf(a, "MTÜ %s %s", first, last);
	if (form < 8)
		return arena_printf(a, "%s %s OÜ", first, last);
	if (form < 9)
		return arena_printf(a, "OÜ %s %s", first, last);
	return arena_printf(a, "SA %s %s", first, last);
}

const char *
names_work(const struct names *n, struct rng *r)
{
	(void)n;
	return any(r, WORKS, WORKS_N);
}
