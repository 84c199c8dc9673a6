/* The lists behind names.h. Each is followed by its length. */
#ifndef HOOL_WORK_PRACTICE_NAMES_DATA_H
#define HOOL_WORK_PRACTICE_NAMES_DATA_H

#include <stddef.h>
#include <stdint.h>

enum era { ERA_OLD, ERA_MIDDLE, ERA_YOUNG, ERA_COUNT }; /* born before 1960, before 1990, later */

struct given {
	const char *name;
	uint8_t weight[ERA_COUNT];
};

struct family {
	const char *male, *female;
	uint8_t weight;
};

extern const struct given GIVEN_ET_M[], GIVEN_ET_F[], GIVEN_RU_M[], GIVEN_RU_F[];
extern const size_t GIVEN_ET_M_N, GIVEN_ET_F_N, GIVEN_RU_M_N, GIVEN_RU_F_N;
extern const struct family FAMILY_ET[], FAMILY_RU[];
extern const size_t FAMILY_ET_N, FAMILY_RU_N;

extern const char *const STREETS[], *const FARMS[];
extern const size_t STREETS_N, FARMS_N;
/* Villages, by kind of place. */
extern const char *const VILLAGES_INLAND[],
	*const VILLAGES_COAST[], *const VILLAGES_SOUTH[], *const VILLAGES_BOROUGH[];
extern const size_t VILLAGES_INLAND_N, VILLAGES_COAST_N, VILLAGES_SOUTH_N, VILLAGES_BOROUGH_N;
extern const char *const ORG_FIRST[], *const ORG_LAST[];
extern const size_t ORG_FIRST_N, ORG_LAST_N;
extern const char *const WORKS[];
extern const size_t WORKS_N;

#endif
