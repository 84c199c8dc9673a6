/* Decisions: drafted from what was found, signed with a letter, sent, delivered. */
#ifndef HOOL_WORK_DECISION_DECISION_H
#define HOOL_WORK_DECISION_DECISION_H

#include "web/site.h"

extern const struct work DECISION_WORK;

#endif
