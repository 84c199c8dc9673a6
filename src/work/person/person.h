/*
 * Persons: what a personal code tells (birth date, sex) is filled in from it, and what is written
 * beside it must not say otherwise.
 */
#ifndef HOOL_WORK_PERSON_PERSON_H
#define HOOL_WORK_PERSON_PERSON_H

#include "core/world.h"

extern const struct hook PERSON_HOOKS[];

#endif
