/*
 * Memory with a lifetime: what a request, a job run or a start-up makes is taken from its arena
 * and ended all at once. Nothing from an arena is freed by hand. Exhaustion of the machine's
 * memory stops the process (see err.h, BUG); sizes the outside decides go through struct buf.
 */
#ifndef HOOL_BASE_ARENA_H
#define HOOL_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

/* A new empty arena. Owned by the caller, ended by arena_free(). */
struct arena *arena_new(void);
/* End the arena and everything in it. Takes NULL. */
void arena_free(struct arena *a);
/* Forget everything but keep one block for reuse. */
void arena_reset(struct arena *a);
/* Zeroed memory for `size` bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));
/* Zeroed array of `n` elements; stops the process if the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull));
/* Copy of a string (NULL gives NULL) and of `len` bytes with a NUL after them. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len) __attribute__((returns_nonnull));
/* A formatted string of any length. */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3)
	__attribute__((returns_nonnull));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0)
	__attribute__((returns_nonnull));
/* Bytes asked from the system, for the memory figures. */
size_t arena_size(const struct arena *a);

SCOPED_DEFINE(arena, struct arena, arena_free)

/* ARENA_NEW(a, struct thing): one zeroed thing; ARENA_ARRAY(a, n, struct thing): n of them. */
#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, n, T) ((T *)arena_array((a), (n), sizeof(T)))

#endif
