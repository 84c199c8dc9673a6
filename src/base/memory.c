/* Memory with a reserve. See memory.h. */
#include "base/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/limits.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *reserve;	   /* under the lock */
static atomic_bool in_use; /* the reserve was given up and is not back yet */

void
mem_reserve(void)
{
	void *p = malloc(MEM_RESERVE);

	if (p == NULL)
		BUG("out of memory");
	(void)pthread_mutex_lock(&lock);
	free(reserve);
	reserve = p;
	(void)pthread_mutex_unlock(&lock);
}

/* Give the reserve back to the system, once. */
static void
give_up(void)
{
	(void)pthread_mutex_lock(&lock);
	if (reserve != NULL) {
		free(reserve);
		reserve = NULL;
		atomic_store(&in_use, true);
	}
	(void)pthread_mutex_unlock(&lock);
}

bool
mem_short(void)
{
	if (!atomic_load_explicit(&in_use, memory_order_relaxed))
		return false;
	(void)pthread_mutex_lock(&lock);
	if (reserve == NULL)
		reserve = malloc(MEM_RESERVE);
	atomic_store(&in_use, reserve == NULL);
	(void)pthread_mutex_unlock(&lock);
	return atomic_load(&in_use);
}

void *
mem_new(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL) {
		give_up();
		p = calloc(1, size);
	}
	if (p == NULL)
		BUG("out of memory");
	return p;
}

void *
mem_grow(void *p, size_t size)
{
	void *grown = realloc(p, size);

	if (grown == NULL) {
		give_up();
		grown = realloc(p, size);
	}
	if (grown == NULL)
		BUG("out of memory");
	return grown;
}
