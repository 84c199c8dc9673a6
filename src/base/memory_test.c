#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"

/* A limit of address space is felt by the whole process, and sanitizers cannot live under one. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMITABLE 0
#else
#define LIMITABLE 1
#endif

#define PIECE (1024u * 1024)
#define MOST 4096

static long
address_space(void)
{
	char text[64] = "";
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	if (f != NULL)
		(void)fclose(f);
	return strtol(text, NULL, 10) * sysconf(_SC_PAGESIZE);
}

/* In a child: take all that can be had; 0 if the reserve was lent, said so, and came back. */
static int
run_short(void)
{
	static void *held[MOST];
	struct rlimit limit;
	size_t n = 0, before;
	void *more;

	mem_reserve();
	limit.rlim_cur = limit.rlim_max = (rlim_t)address_space() + 4 * PIECE;
	if (setrlimit(RLIMIT_AS, &limit) != 0)
		return 1;
	while (n < MOST && (held[n] = malloc(PIECE)) != NULL)
		n++;
	if (n == MOST || mem_short())
		return 2;
	before = n;
	held[n++] = mem_new(PIECE); /* there is none: out of the reserve */
	if (!mem_short())
		return 3;
	more = mem_grow(NULL, PIECE);
	more = mem_grow(more, 2 * PIECE);
	free(more);
	while (n > before / 2)
		free(held[--n]);
	while (n > 0)
		free(held[--n]);
	return 0;
}

TEST(memory_is_lent_from_the_reserve)
{
	int status = 0;
	pid_t child;

	(void)t;
	if (!LIMITABLE)
		SKIP();
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(run_short());
	assert_int_equal(waitpid(child, &status, 0), child);
	EXPECT_INT(0, status);
}

TEST(memory_is_zeroed_and_grows)
{
	unsigned char *p = mem_new(1000);

	(void)t;
	for (int i = 0; i < 1000; i++)
		EXPECT_INT(0, p[i]);
	memset(p, 7, 1000);
	p = mem_grow(p, 100000);
	for (int i = 0; i < 1000; i++)
		EXPECT_INT(7, p[i]);
	free(p);
	EXPECT(!mem_short());
}
