/* The growing buffer. See buf.h. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define FIRST_BYTES 256u

static char nothing[1] = "";

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .bytes = nothing, .max = max };
}

void
buf_release(struct buf *b)
{
	if (b == NULL)
		return;
	if (b->size > 0)
		free(b->bytes);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->too_large = false;
	if (b->size > 0)
		b->bytes[0] = '\0';
}

/* Room for `more` bytes and a NUL; false if the maximum forbids it. */
static bool
reserve(struct buf *b, size_t more)
{
	size_t want, size;

	if (b->too_large || more > b->max - b->len) {
		b->too_large = true;
		return false;
	}
	want = b->len + more + 1;
	if (want <= b->size)
		return true;
	size = b->size > 0 ? b->size : FIRST_BYTES;
	while (size < want)
		size *= 2;
	if (size > b->max + 1)
		size = b->max + 1;
	b->bytes = mem_grow(b->size > 0 ? b->bytes : NULL, size);
	b->size = size;
	return true;
}

void
buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0 || !reserve(b, len))
		return;
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
	b->bytes[b->len] = '\0';
}

void
buf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char room[256]; /* most pieces are short: made once here, not once to measure and again */
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(room, sizeof(room), fmt, again);
	va_end(again);
	if (len < 0)
		BUG("bad format");
	if ((size_t)len < sizeof(room)) {
		buf_add(b, room, (size_t)len);
		return;
	}
	if (!reserve(b, (size_t)len))
		return;
	(void)vsnprintf(b->bytes + b->len, (size_t)len + 1, fmt, ap);
	b->len += (size_t)len;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

enum err
buf_check(struct ctx *cx, const struct buf *b)
{
	char max[24];

	if (!b->too_large)
		return OK;
	(void)snprintf(max, sizeof(max), "%zu", b->max);
	return fail(cx, ERR_LIMIT, "err.too_large", max);
}
