/*
 * What invented people and organisations are called, how old they are and where they live: the
 * stuff of practice data. Nobody here is real; the shares follow what is commonly known of
 * Estonia, roughly, and are no statistics.
 */
#ifndef HOOL_WORK_PRACTICE_NAMES_H
#define HOOL_WORK_PRACTICE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "work/practice/rng.h"

/* What kind of place a municipality is, for the names of its parts. */
enum surroundings {
	PLACE_CITY,    /* streets only */
	PLACE_BOROUGH, /* small towns and their surroundings: streets and villages */
	PLACE_INLAND,
	PLACE_COAST, /* and islands */
	PLACE_SOUTH, /* Võru and Põlva counties and around */
	PLACE_COUNT
};

struct person_name {
	const char *given, *family; /* constant strings */
	bool male, russian;	    /* russian: the language spoken at home */
};

/* The tables made ready. Only read afterwards, so threads may share it. Lives in the arena. */
struct names;
struct names *names_new(struct arena *a);

/*
 * A name for somebody of this sex and birth date (civil day; given names go by age). About a
 * quarter bear Russian names: `russian_per_mille` may say otherwise for a region (Ida-Viru 800);
 * negative takes NAMES_RUSSIAN.
 */
#define NAMES_RUSSIAN 250
void names_person(const struct names *n, struct rng *r, bool male, int32_t birth,
		  int russian_per_mille, struct person_name *ret);
/* The name of a child or a parent: a family name is kept, in the form of this sex. */
void names_relative(const struct names *n, struct rng *r, const struct person_name *of, bool male,
		    int32_t birth, struct person_name *ret);
/*
 * The birth date of somebody `min` to `max` full years old on `today`, 0 to NAMES_OLDEST, by the
 * age pyramid of Estonia at the beginning of 2026, and the sex that goes with it.
 */
#define NAMES_OLDEST 104
int32_t
names_birth(const struct names *n, struct rng *r, int32_t today, int min, int max, bool *ret_male);
/* "Kase tn 12-7" or "Metsa talu, Nurmeküla". In the arena. */
const char *
names_address(const struct names *n, struct rng *r, struct arena *a, enum surroundings kind);
/* A village or small borough ("Rannaküla"); for PLACE_CITY a street. A constant string. */
const char *names_place(const struct names *n, struct rng *r, enum surroundings kind);
/* A provider of services: "MTÜ Sinine Lind", "Päikese Tugikodu OÜ", "SA Tammiku Kodu". */
const char *names_organisation(const struct names *n, struct rng *r, struct arena *a);
/* Work done in sheltered and supported employment: "küünalde valamine". A constant string. */
const char *names_work(const struct names *n, struct rng *r);

#endif
