/* Arenas: a list of blocks, filled from the front. See arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BLOCK_BYTES (32u * 1024)

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *first; /* the block being filled; older ones follow */
	size_t total;
};

static struct block *
block_new(struct arena *a, size_t size)
{
	struct block *b = mem_grow(NULL, sizeof(*b) + size);

	b->next = NULL;
	b->used = 0;
	b->size = size;
	a->total += sizeof(*b) + size;
	return b;
}

struct arena *
arena_new(void)
{
	return mem_new(sizeof(struct arena));
}

static void
blocks_free(struct block *b)
{
	while (b != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	blocks_free(a->first);
	free(a);
}

void
arena_reset(struct arena *a)
{
	struct block *keep = NULL;

	for (struct block *b = a->first, *next; b != NULL; b = next) {
		next = b->next;
		if (keep == NULL && b->size == BLOCK_BYTES)
			keep = b;
		else
			free(b);
	}
	a->first = keep;
	a->total = 0;
	if (keep != NULL) {
		keep->next = NULL;
		keep->used = 0;
		a->total = sizeof(*keep) + keep->size;
	}
}

/* Room not yet cleared, for whoever fills all of it. */
static void *
take(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct block *b = a->first;
	void *p;

	if (size > SIZE_MAX / 2)
		BUG("allocation too large");
	size = (size + align - 1) & ~(align - 1);
	if (b == NULL || b->size - b->used < size) {
		b = block_new(a, size > BLOCK_BYTES ? size : BLOCK_BYTES);
		/* A large block goes behind the one being filled, which may still have room. */
		if (size > BLOCK_BYTES && a->first != NULL) {
			b->next = a->first->next;
			a->first->next = b;
		} else {
			b->next = a->first;
			a->first = b;
		}
	}
	p = b->bytes + b->used;
	b->used += size;
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		BUG("allocation too large");
	return arena_alloc(a, bytes);
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		BUG("allocation too large");
	p = take(a, len + 1);
	if (len > 0)
		memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	char room[256]; /* most texts are short: made once here, not once to measure and again */
	va_list again;
	int len;
	char *p;

	va_copy(again, ap);
	len = vsnprintf(room, sizeof(room), fmt, again);
	va_end(again);
	if (len < 0)
		BUG("bad format");
	if ((size_t)len < sizeof(room))
		return arena_strndup(a, room, (size_t)len);
	p = arena_alloc(a, (size_t)len + 1);
	(void)vsnprintf(p, (size_t)len + 1, fmt, ap);
	return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

size_t
arena_size(const struct arena *a)
{
	return a->total;
}
