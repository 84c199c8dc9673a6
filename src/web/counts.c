/* Remembered counts. See counts.h. A fixed table: a slot is taken over by whoever comes next. */
#include "web/counts.h"

#include <pthread.h>

#define SLOTS 4096
#define SECONDS 15

static struct slot {
	uint64_t key;
	int64_t user, until, count;
} slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t
mix(uint64_t h, uint64_t n)
{
	h ^= n;
	h *= 0x9E3779B97F4A7C15u;
	return h ^ h >> 29;
}

/* Statement, actor and filters: the statement's text is interned, so its address names it. */
static uint64_t
key_of(const struct ctx *cx, const struct sql *sql, const struct db_value *values, int n)
{
	uint64_t h = mix((uint64_t)(uintptr_t)sql->text, (uint64_t)cx->who.position);

	h = mix(h, (uint64_t)cx->who.user);
	h = mix(h, (uint64_t)cx->today);
	for (int i = 0; i < n; i++) {
		const unsigned char *p = values[i].bytes;

		h = mix(h, (uint64_t)values[i].i);
		for (size_t k = 0; k < values[i].len; k++)
			h = mix(h, p[k]);
	}
	return h;
}

enum err
counts_get(struct ctx *cx, const struct list_query *lq, const struct db_value *values, int nvalues,
	   int64_t *ret)
{
	struct sql sql;
	struct slot *s;
	uint64_t key;
	int64_t n = -1;

	TRY(sql_count(cx, cx->world->types, lq, &sql));
	key = key_of(cx, &sql, values, nvalues);
	s = &slots[key % SLOTS];
	(void)pthread_mutex_lock(&lock);
	if (s->key == key && s->user == cx->who.user && s->until > cx->now)
		n = s->count;
	(void)pthread_mutex_unlock(&lock);
	if (n < 0) {
		TRY(db_get_int(cx, sql.text, sql_args(cx, &sql, values, nvalues), &n));
		(void)pthread_mutex_lock(&lock);
		*s = (struct slot){ key, cx->who.user, cx->now + SECONDS, n };
		(void)pthread_mutex_unlock(&lock);
	}
	*ret = n;
	return OK;
}

void
counts_forget(int64_t user)
{
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i].user == user)
			slots[i].until = 0;
	(void)pthread_mutex_unlock(&lock);
}
