/* Tests of the growing buffer. */
#include "base/buf.h"

#include <string.h>

#include "base/test.h"

TEST(buf_starts_empty_without_memory)
{
	struct buf b;

	(void)t;
	buf_init(&b, 10);
	EXPECT_TEXT("", b.bytes);
	EXPECT_INT(0, b.len);
	EXPECT_INT(0, b.size);
	buf_clear(&b);
	buf_add(&b, NULL, 0);
	EXPECT_TEXT("", b.bytes);
	buf_release(&b);
	buf_release(&b);
	buf_release(NULL);
}

TEST(buf_grows_and_stays_terminated)
{
	SCOPED_BUF b;

	buf_init(&b, 100000);
	for (int i = 0; i < 100000; i++) {
		buf_char(&b, (char)('a' + i % 26));
		EXPECT_INT(0, b.bytes[b.len]);
	}
	EXPECT_INT(100000, b.len);
	EXPECT_INT('z', b.bytes[25]);
	EXPECT_OK(buf_check(test_ctx(t), &b));
	EXPECT(b.size <= 100001);
}

TEST(buf_remembers_the_first_write_past_its_maximum)
{
	struct ctx *cx = test_ctx(t);
	SCOPED_BUF b;

	buf_init(&b, 5);
	buf_text(&b, "12345");
	EXPECT_OK(buf_check(cx, &b));
	buf_char(&b, '6');
	EXPECT_TEXT("12345", b.bytes);
	EXPECT_INT(ERR_LIMIT, buf_check(cx, &b));
	EXPECT_TEXT("err.too_large", cx->error.key);
	EXPECT_TEXT("5", cx->error.args[0]);
	ctx_forgive(cx);
	buf_clear(&b);
	buf_text(&b, "abc");
	EXPECT_TEXT("abc", b.bytes);
	EXPECT_OK(buf_check(cx, &b));
	buf_text(&b, "defg"); /* would not fit whole: none of it is written */
	buf_text(&b, "d");    /* nor anything after it */
	EXPECT_TEXT("abc", b.bytes);
	EXPECT_ERR(ERR_LIMIT, buf_check(cx, &b));
}

TEST(buf_huge_length_does_not_wrap)
{
	SCOPED_BUF b;

	buf_init(&b, 100);
	buf_text(&b, "x");
	buf_add(&b, "y", SIZE_MAX);
	EXPECT_TEXT("x", b.bytes);
	EXPECT(b.too_large);
	(void)t;
}

TEST(buf_prints)
{
	SCOPED_BUF b;

	buf_init(&b, 1000);
	buf_printf(&b, "%s=%d;", "a", 1);
	buf_printf(&b, "%s", "");
	buf_printf(&b, "%0*d", 300, 7);
	EXPECT_INT(304, b.len);
	EXPECT_INT(0, strncmp(b.bytes, "a=1;000", 7));
	buf_printf(&b, "%0*d", 697, 7);
	EXPECT(b.too_large);
	EXPECT_INT(304, b.len);
	(void)t;
}

TEST(buf_holds_any_bytes)
{
	SCOPED_BUF b;

	buf_init(&b, 10);
	buf_add(&b, "a\0b", 3);
	buf_char(&b, '\0');
	EXPECT_INT(4, b.len);
	EXPECT_INT(0, memcmp(b.bytes, "a\0b\0", 5));
	(void)t;
}
