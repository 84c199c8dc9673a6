/*
 * The one growing buffer. It is given its maximum at birth; a write past it fails, and the buffer
 * remembers: all later writes do nothing and buf_check() tells. So a writer of many small pieces
 * checks once, at the end. The bytes are always followed by a NUL that is not counted.
 *
 * Life: buf_init (or BUF_INIT), writes, then buf_release(). A buffer in an arena's lifetime is not
 * needed: copy out with arena_strndup() where the text must live on.
 */
#ifndef HOOL_BASE_BUF_H
#define HOOL_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
	char *bytes;	/* NUL-terminated; "" before the first write */
	size_t len;	/* bytes written */
	size_t size;	/* bytes held; 0: nothing allocated yet */
	size_t max;	/* len never passes this */
	bool too_large; /* a write would have passed max; all later writes are dropped */
};

/* Start an empty buffer that will never hold more than `max` bytes. Allocates nothing yet. */
void buf_init(struct buf *b, size_t max);
/* Free the bytes; the buffer is as after buf_init(). Takes NULL. */
void buf_release(struct buf *b);
/* Empty it, keep the memory, forget a failure. */
void buf_clear(struct buf *b);
/* Append. The text is taken as it is; escaping is the writers' (html, json, xml) business. */
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
/* ERR_LIMIT if any write was dropped, else OK. */
enum err buf_check(struct ctx *cx, const struct buf *b) MUST_USE;

static inline void
buf_scoped(struct buf *b)
{
	buf_release(b);
}
/* SCOPED_BUF b; buf_init(&b, MAX): released on every way out. */
#define SCOPED_BUF __attribute__((cleanup(buf_scoped))) struct buf

#endif
