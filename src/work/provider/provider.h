/*
 * Providers of services: what their pages show of places, contracts and prices, the list of those
 * with room, and what a provider sees first when signing in.
 */
#ifndef HOOL_WORK_PROVIDER_PROVIDER_H
#define HOOL_WORK_PROVIDER_PROVIDER_H

#include "web/site.h"

extern const struct work PROVIDER_WORK;

#endif
