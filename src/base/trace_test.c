/* Tests of the thread id. */
#include "base/trace.h"

#include <string.h>

#include "base/test.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"

TEST(trace_accepts_what_the_standard_allows)
{
	static const struct {
		const char *header;
		bool good;
	} CASES[] = {
		{ "00-" TRACE "-" SPAN "-01", true },
		{ "00-" TRACE "-" SPAN "-00", true },
		{ "cc-" TRACE "-" SPAN "-01", true },
		{ "cc-" TRACE "-" SPAN "-01-what-comes-later", true },
		{ "cc-" TRACE "-" SPAN "-01.what", false },
		{ "00-" TRACE "-" SPAN "-01-more", false },
		{ "ff-" TRACE "-" SPAN "-01", false },
		{ "00-" TRACE "-" SPAN "-0", false },
		{ "00-" TRACE "-" SPAN, false },
		{ "00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01", false },
		{ "00-00000000000000000000000000000000-" SPAN "-01", false },
		{ "00-" TRACE "-0000000000000000-01", false },
		{ "00_" TRACE "-" SPAN "-01", false },
		{ "00-" TRACE "\"" SPAN "-01", false },
		{ "00-4bf92f3577b34da6a3ce929d0e0e47\n6-" SPAN "-01", false },
		{ "", false },
		{ NULL, false },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		cx->trace[0] = '\0';
		EXPECT_INT(CASES[i].good, trace_accept(cx, CASES[i].header));
		EXPECT_TEXT(CASES[i].good ? TRACE : "", cx->trace);
	}
}

TEST(trace_is_made_anew_each_time_and_handed_on)
{
	struct ctx *cx = test_ctx(t);
	char first[TRACE_DIGITS + 1];
	const char *a, *b;

	trace_begin(cx);
	EXPECT_INT(TRACE_DIGITS, strlen(cx->trace));
	EXPECT_INT(TRACE_DIGITS, strspn(cx->trace, "0123456789abcdef"));
	memcpy(first, cx->trace, sizeof(first));
	a = trace_parent(cx);
	b = trace_parent(cx);
	EXPECT(strcmp(a, b) != 0); /* each call is a span of its own */
	EXPECT(strncmp(a + 3, first, TRACE_DIGITS) == 0);
	EXPECT(strncmp(b + 3, first, TRACE_DIGITS) == 0);
	trace_begin(cx);
	EXPECT(strcmp(first, cx->trace) != 0);
	EXPECT(trace_accept(cx, a));
	EXPECT_TEXT(first, cx->trace);
	cx->trace[0] = '\0';
	EXPECT(trace_accept(cx, trace_parent(cx)));
}
