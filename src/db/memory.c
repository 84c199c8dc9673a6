/*
 * SQLite's memory. It can bear a lack of memory, but what it then says is easily overlooked: a
 * column's text becomes NULL as if nothing stood there, and would be shown, or saved again, as
 * nothing. So it asks where everything small asks, base/memory.h, which does not fail; only what
 * is large, a file or a long text, may be refused.
 */
#include "db/db_int.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/memory.h"

#define LARGE (1 << 20) /* bytes that may be refused */

static void *
give(int n)
{
	return n > LARGE ? malloc((size_t)n) : mem_grow(NULL, (size_t)n);
}

static void *
grow(void *p, int n)
{
	return n > LARGE ? realloc(p, (size_t)n) : mem_grow(p, (size_t)n);
}

static int
size_of(void *p)
{
	return p == NULL ? 0 : (int)malloc_usable_size(p);
}

static int
round_up(int n)
{
	return (n + 7) & ~7;
}

static int
start(void *arg)
{
	(void)arg;
	return SQLITE_OK;
}

static void
end(void *arg)
{
	(void)arg;
}

int
memory_register(void)
{
	static const sqlite3_mem_methods METHODS = {
		.xMalloc = give,
		.xFree = free,
		.xRealloc = grow,
		.xSize = size_of,
		.xRoundup = round_up,
		.xInit = start,
		.xShutdown = end,
	};

	return sqlite3_config(SQLITE_CONFIG_MALLOC, &METHODS);
}
