/*
 * Remembered counts. See counts.h. A count is known by its statement and everything bound to it,
 * so that it is shared by all for whom these are the same: the unit's list is counted once for the
 * unit. The table is fixed; in a full set the count that ends first gives way.
 */
#include "web/counts.h"

#include <pthread.h>

#define SETS 1024
#define WAYS 4 /* counts in one set */
#define SECONDS 15
#define WRITERS 4096 /* users, by the last digits of their ids: sharing one costs only a count */

struct slot {
	uint64_t key;
	int64_t until, count;
	uint64_t made; /* the turn it was counted in */
};

static struct slot slots[SETS][WAYS];
static uint64_t wrote[WRITERS]; /* the turn in which a user last changed something */
static uint64_t turn = 1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t
mix(uint64_t h, uint64_t n)
{
	h ^= n;
	h *= 0x9E3779B97F4A7C15u;
	return h ^ h >> 29;
}

/* Statement and arguments: the statement's text is interned, so its address names it. The time of
 * day is left out, or a count by it would never be found again. */
static uint64_t
key_of(const struct sql *sql, struct db_args args)
{
	uint64_t h = mix(0, (uint64_t)(uintptr_t)sql->text);

	for (size_t i = 0; i < args.n; i++) {
		const unsigned char *p = args.v[i].bytes;

		if (sql->params.kind[i] == PARAM_NOW)
			continue;
		h = mix(h, (uint64_t)args.v[i].kind);
		h = mix(h, (uint64_t)args.v[i].i);
		for (size_t k = 0; k < args.v[i].len; k++)
			h = mix(h, p[k]);
	}
	return h;
}

/* The count kept under a key, if it is young enough and newer than what the user last did. */
static bool
look_up(const struct ctx *cx, uint64_t key, int64_t *ret)
{
	struct slot *set = slots[key % SETS];
	bool found = false;

	(void)pthread_mutex_lock(&lock);
	for (int i = 0; i < WAYS; i++)
		if (set[i].key == key && set[i].until > cx->now &&
		    set[i].made >= wrote[(uint64_t)cx->who.user % WRITERS]) {
			*ret = set[i].count;
			found = true;
		}
	(void)pthread_mutex_unlock(&lock);
	return found;
}

static void
keep(const struct ctx *cx, uint64_t key, uint64_t made, int64_t count)
{
	struct slot *set = slots[key % SETS], *s = &set[0];

	(void)pthread_mutex_lock(&lock);
	for (int i = 0; i < WAYS && s->key != key; i++)
		if (set[i].key == key || set[i].until < s->until)
			s = &set[i];
	*s = (struct slot){ key, cx->now + SECONDS, count, made };
	(void)pthread_mutex_unlock(&lock);
}

static uint64_t
present_turn(void)
{
	uint64_t t;

	(void)pthread_mutex_lock(&lock);
	t = turn;
	(void)pthread_mutex_unlock(&lock);
	return t;
}

enum err
counts_get(struct ctx *cx, const struct list_query *lq, const struct db_value *values, int nvalues,
	   int64_t *ret)
{
	struct db_args args;
	struct sql sql;
	uint64_t key, made;
	int64_t n;

	TRY(sql_count(cx, cx->world->types, lq, &sql));
	args = sql_args(cx, &sql, values, nvalues);
	key = key_of(&sql, args);
	if (!look_up(cx, key, &n)) {
		made = present_turn(); /* what is changed while we count ends the count */
		TRY(db_get_int(cx, sql.text, args, &n));
		keep(cx, key, made, n);
	}
	*ret = n;
	return OK;
}

void
counts_forget(int64_t user)
{
	(void)pthread_mutex_lock(&lock);
	wrote[(uint64_t)user % WRITERS] = ++turn;
	(void)pthread_mutex_unlock(&lock);
}
