/* Applications: taken in, checked condition by condition, until they can be decided. */
#ifndef HOOL_WORK_APPLICATION_APPLICATION_H
#define HOOL_WORK_APPLICATION_APPLICATION_H

#include "web/site.h"

extern const struct work APPLICATION_WORK;

#endif
