/*
 * Referrals and placements: who is sent where, who is on which service, in which stage, and what
 * may not be together. The database's guards hold the bars; the functions here say beforehand and
 * in words what they would refuse.
 */
#ifndef HOOL_WORK_PLACEMENT_PLACEMENT_H
#define HOOL_WORK_PLACEMENT_PLACEMENT_H

#include "web/site.h"

extern const struct work PLACEMENT_WORK;

#endif
