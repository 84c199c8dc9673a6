/*
 * Unit tests, over cmocka. A test stands in x_test.c beside x.c:
 *
 *	TEST(queue_refuses_a_second_place_for_one_person)
 *	{
 *		struct ctx *cx = test_ctx(t);
 *		EXPECT_ERR(ERR_CONFLICT, queue_add(cx, 42));
 *	}
 *
 * Each test has its own arena and a clock fixed at 2026-05-25 12:00 in Tallinn. All tests are
 * linked into one program, build/hool-test; arguments are substrings of the names to run.
 */
#ifndef HOOL_BASE_TEST_H
#define HOOL_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* cmocka has a fail() of its own; ours is the one meant everywhere. */
#undef fail
#include <cmocka.h>
#undef fail

#include "base/ctx.h"

#undef fail
#define fail(cx, e, ...) fail_strings((cx), (e), __VA_ARGS__, (const char *)NULL)

struct test {
	struct arena *arena;
	struct ctx cx;
};

typedef void test_fn(struct test *t);
void test_register(const char *file, const char *name, test_fn *fn);
/* A context of the test's arena and fixed clock; the same one each time. */
struct ctx *test_ctx(struct test *t);
/* Path of the outside test material, or NULL: then call SKIP. `sub` is "identity/x.tsv". */
const char *test_data(struct test *t, const char *sub);
/* A whole file into the test's arena with a NUL after it; fails the test if it cannot be read. */
char *test_read(struct test *t, const char *path, size_t *ret_len);

#define TEST(name)                                                     \
	static void name(struct test *t);                              \
	__attribute__((constructor)) static void name##_register(void) \
	{                                                              \
		test_register(__FILE__, #name, name);                  \
	}                                                              \
	static void name(struct test *t)

#define EXPECT(cond) assert_true(cond)
#define EXPECT_INT(want, got) assert_int_equal((want), (got))
#define EXPECT_TEXT(want, got) assert_string_equal((want), (got))
#define EXPECT_OK(call) test_expect(t, OK, (call), #call, __FILE__, __LINE__)
#define EXPECT_ERR(want, call) test_expect(t, (want), (call), #call, __FILE__, __LINE__)
/* What EXPECT_OK and EXPECT_ERR call: says what the error was when it is not the one wanted. */
void test_expect(struct test *t, enum err want, enum err got, const char *what, const char *file,
		 int line);
#define SKIP() skip()

#endif
