/* The thread id. See trace.h. */
#include "base/trace.h"

#include <string.h>

#define PARENT_LENGTH 55 /* "00-" trace "-" span "-" flags */
#define SPAN_DIGITS 16

static const char HEX[] = "0123456789abcdef";

/* Random bytes as hexadecimal digits; never all zero, which means "none". */
static void
random_hex(struct ctx *cx, char *ret, size_t digits)
{
	unsigned char bytes[TRACE_DIGITS / 2];

	ctx_random(cx, bytes, digits / 2);
	bytes[0] |= 1;
	for (size_t i = 0; i < digits / 2; i++) {
		ret[2 * i] = HEX[bytes[i] >> 4];
		ret[2 * i + 1] = HEX[bytes[i] & 15];
	}
	ret[digits] = '\0';
}

void
trace_begin(struct ctx *cx)
{
	random_hex(cx, cx->trace, TRACE_DIGITS);
}

/* `n` lower-case hexadecimal digits, not all of them zero unless that is allowed. */
static bool
is_hex(const char *s, size_t n, bool zero_too)
{
	bool zero = true;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\0' || strchr(HEX, s[i]) == NULL)
			return false;
		zero = zero && s[i] == '0';
	}
	return zero_too || !zero;
}

bool
trace_accept(struct ctx *cx, const char *p)
{
	size_t len = p == NULL ? 0 : strlen(p);

	/* A later version may add to the end; version ff is forbidden. */
	if (len < PARENT_LENGTH || !is_hex(p, 2, true) || memcmp(p, "ff", 2) == 0 ||
	    (memcmp(p, "00", 2) == 0 ? len != PARENT_LENGTH
				     : len > PARENT_LENGTH && p[PARENT_LENGTH] != '-'))
		return false;
	if (p[2] != '-' || p[35] != '-' || p[52] != '-' || !is_hex(p + 3, TRACE_DIGITS, false) ||
	    !is_hex(p + 36, SPAN_DIGITS, false) || !is_hex(p + 53, 2, true))
		return false;
	memcpy(cx->trace, p + 3, TRACE_DIGITS);
	cx->trace[TRACE_DIGITS] = '\0';
	return true;
}

const char *
trace_parent(struct ctx *cx)
{
	char span[SPAN_DIGITS + 1];

	if (cx->trace[0] == '\0')
		trace_begin(cx);
	random_hex(cx, span, SPAN_DIGITS);
	return arena_printf(cx->arena, "00-%s-%s-01", cx->trace, span);
}
