/* The name map. See map.h. Linear probing, at most half full. */
#include "base/map.h"

#include <stdint.h>
#include <string.h>

/* Eight bytes at a time: a page says two hundred texts by their keys. */
static uint64_t
hash(const char *key)
{
	size_t len = strlen(key);
	uint64_t h = len;

	for (;;) {
		size_t n = len < 8 ? len : 8;
		uint64_t word = 0;

		memcpy(&word, key, n);
		h = (h ^ word) * 0x9E3779B97F4A7C15u;
		h ^= h >> 32;
		if (n < 8)
			return h;
		key += n;
		len -= n;
	}
}

void
map_init(struct map *m, struct arena *a)
{
	*m = (struct map){ .arena = a };
}

static struct map_slot *
slot_of(const struct map *m, const char *key)
{
	size_t i = hash(key) & (m->size - 1);

	while (m->slots[i].key != NULL && strcmp(m->slots[i].key, key) != 0)
		i = (i + 1) & (m->size - 1);
	return &m->slots[i];
}

void *
map_get(const struct map *m, const char *key)
{
	return m->size == 0 ? NULL : slot_of(m, key)->value;
}

static void
grow(struct map *m)
{
	struct map old = *m;

	m->size = old.size == 0 ? 16 : old.size * 2;
	m->slots = ARENA_ARRAY(m->arena, m->size, struct map_slot);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].key != NULL)
			*slot_of(m, old.slots[i].key) = old.slots[i];
}

void *
map_put(struct map *m, const char *key, const void *value)
{
	struct map_slot *s;
	void *before;

	if ((m->used + 1) * 2 > m->size)
		grow(m);
	s = slot_of(m, key);
	before = s->value;
	m->used += s->key == NULL;
	s->key = key;
	memcpy(&s->value, &value, sizeof(value));
	return before;
}
