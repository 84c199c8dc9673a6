/*
 * Referrals and placements: who is sent where, who is on which service, in which stage, and what
 * may not be together. The database's guards hold the bars; the functions here say beforehand and
 * in words what they would refuse.
 */
#ifndef HOOL_WORK_PLACEMENT_PLACEMENT_H
#define HOOL_WORK_PLACEMENT_PLACEMENT_H

#include "web/site.h"

extern const struct work PLACEMENT_WORK;

/*
 * Let every referral lapse whose last day to start has passed: a closure for the write lane, meant
 * to run daily as the program itself. `arg` is an int64_t that gets their number, or NULL.
 */
enum err referral_lapse_due(struct ctx *cx, void *arg) MUST_USE;

#endif
