/*
 * A map from names to pointers: open addressing, filled at start or within a request, never
 * shrunk. Keys and values must outlive the map, which lives in its arena.
 */
#ifndef HOOL_BASE_MAP_H
#define HOOL_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct map {
	struct arena *arena;
	struct map_slot {
		const char *key;
		void *value;
	} * slots; /* `size` of them; key NULL is free */
	size_t size, used;
};

void map_init(struct map *m, struct arena *a);
/* The value under `key`, or NULL. */
void *map_get(const struct map *m, const char *key);
/* Put; replaces a value already there. Returns the value replaced, or NULL. */
void *map_put(struct map *m, const char *key, const void *value);

#endif
