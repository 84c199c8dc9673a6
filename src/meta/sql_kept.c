/* Statements already built. See sql_kept.h. An open hash table under one lock, held for the time
 * of a look only. */
#include "meta/sql_kept.h"

#include <pthread.h>
#include <string.h>

#define SLOTS 8192
#define MOST (SLOTS / 2) /* kept at once; a house has some hundred */

struct kept {
	struct sql_key key;
	struct sql sql;
};

static struct {
	pthread_mutex_t lock;
	struct arena *arena;
	struct kept *slots[SLOTS];
	size_t n;
} store = { .lock = PTHREAD_MUTEX_INITIALIZER };

void
sql_key_of(const struct ctx *cx, const struct type *t, enum sql_what what, bool actor,
	   struct sql_key *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->type = t->serial;
	ret->what = what;
	if (!actor)
		return;
	ret->system = cx->who.system;
	memcpy(ret->duties, cx->who.duties, sizeof(ret->duties));
	ret->reached = cx->who.reach != NULL;
	if (cx->who.reach != NULL)
		ret->reach = *cx->who.reach;
}

static size_t
slot_of(const struct sql_key *key)
{
	const uint64_t *word = (const uint64_t *)(const void *)key;
	uint64_t h = 0;

	_Static_assert(sizeof(*key) % sizeof(*word) == 0, "read as words");
	for (size_t i = 0; i < sizeof(*key) / sizeof(*word); i++) {
		h = (h ^ word[i]) * 0x9E3779B97F4A7C15u;
		h ^= h >> 32;
	}
	return (size_t)(h % SLOTS);
}

/* The slot of a key, or the empty one where it would go. */
static struct kept **
find(const struct sql_key *key)
{
	size_t i = slot_of(key);

	while (store.slots[i] != NULL && memcmp(&store.slots[i]->key, key, sizeof(*key)) != 0)
		i = (i + 1) % SLOTS;
	return &store.slots[i];
}

bool
sql_kept(const struct sql_key *key, struct sql *ret)
{
	const struct kept *k;

	if (key->type == 0) /* a type made by hand, in a test */
		return false;
	(void)pthread_mutex_lock(&store.lock);
	k = *find(key);
	if (k != NULL)
		*ret = k->sql;
	(void)pthread_mutex_unlock(&store.lock);
	return k != NULL;
}

void
sql_keep(const struct sql_key *key, const struct sql *sql)
{
	struct kept **at;

	if (key->type == 0)
		return;
	(void)pthread_mutex_lock(&store.lock);
	if (store.arena == NULL)
		store.arena = arena_new();
	at = find(key);
	if (*at == NULL && store.n < MOST) {
		*at = ARENA_NEW(store.arena, struct kept);
		(*at)->key = *key;
		(*at)->sql = *sql;
		store.n++;
	}
	(void)pthread_mutex_unlock(&store.lock);
}
