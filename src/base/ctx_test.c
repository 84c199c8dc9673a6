/* Tests of the context: its error, its clock, its chance. */
#include "base/ctx.h"

#include <string.h>

#include "base/civil.h"
#include "base/test.h"

TEST(ctx_starts_without_error_or_actor)
{
	struct ctx cx;

	ctx_init(&cx, t->arena);
	EXPECT_INT(OK, cx.error.code);
	EXPECT_INT(0, cx.who.user);
	EXPECT(!cx.who.system);
	EXPECT_INT(LANG_ET, cx.lang);
	EXPECT(cx.now > 1700000000);
	EXPECT_INT(civil_in_tallinn(cx.now).day, cx.today);
}

TEST(ctx_today_is_a_tallinn_day)
{
	struct ctx *cx = test_ctx(t);

	/* 21:00 UTC in summer is midnight here */
	ctx_set_now(cx, (int64_t)civil_day(2026, 7, 1) * 86400 + 21 * 3600 - 1);
	EXPECT_INT(civil_day(2026, 7, 1), cx->today);
	ctx_set_now(cx, cx->now + 1);
	EXPECT_INT(civil_day(2026, 7, 2), cx->today);
}

TEST(ctx_keeps_the_first_failure)
{
	struct ctx *cx = test_ctx(t);
	char value[] = "väärtus";

	EXPECT_INT(ERR_INVALID, fail(cx, ERR_INVALID, "err.esimene", value, "b", "c", "d", "e"));
	value[0] = 'X';
	EXPECT_INT(ERR_IO, fail(cx, ERR_IO, "err.teine"));
	EXPECT_INT(ERR_INVALID, cx->error.code);
	EXPECT_TEXT("err.esimene", cx->error.key);
	EXPECT_INT(MAX_ERROR_ARGS, cx->error.nargs);
	EXPECT_TEXT("väärtus", cx->error.args[0]);
	EXPECT_TEXT("d", cx->error.args[3]);
	ctx_forgive(cx);
	EXPECT_INT(OK, cx->error.code);
	EXPECT_INT(ERR_IO, fail_field(cx, ERR_IO, "nimi", "err.teine"));
	EXPECT_TEXT("nimi", cx->error.field);
	EXPECT_INT(0, cx->error.nargs);
}

TEST(ctx_takes_an_error_over)
{
	struct ctx *cx = test_ctx(t), other;
	struct arena *short_lived = arena_new();

	ctx_init(&other, short_lived);
	EXPECT_INT(OK, ctx_take_error(cx, &other));
	EXPECT_INT(OK, cx->error.code);
	(void)fail_at(&other, ERR_CORRUPT, "f", 2, 3, "err.x", "üks");
	EXPECT_INT(ERR_CORRUPT, ctx_take_error(cx, &other));
	arena_free(short_lived);
	EXPECT_INT(ERR_CORRUPT, cx->error.code);
	EXPECT_TEXT("err.x", cx->error.key);
	EXPECT_TEXT("üks", cx->error.args[0]);
	EXPECT_TEXT("f", cx->error.file);
	EXPECT_INT(2, cx->error.line);
	EXPECT(cx->error.field == NULL);
}

TEST(ctx_error_table_is_whole)
{
	(void)t;
	for (int e = 0; e < ERR_COUNT; e++) {
		const struct err_info *info = err_info((enum err)e);

		assert_non_null(info->name);
		EXPECT(info->http >= 200 && info->http < 600);
		EXPECT(e == OK ? info->exit == 0 : info->exit > 0);
		for (int k = 0; k < e; k++)
			EXPECT(strcmp(info->name, err_info((enum err)k)->name) != 0);
	}
	EXPECT_TEXT("bug", err_info((enum err)99)->name);
	EXPECT_TEXT("bug", err_info((enum err) - 1)->name);
	EXPECT_INT(422, err_info(ERR_INVALID)->http);
}

static void
always_seven(void *bytes, size_t len)
{
	memset(bytes, 7, len);
}

TEST(ctx_random_can_be_held_still)
{
	struct ctx *cx = test_ctx(t);
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	ctx_random(cx, a, sizeof(a));
	ctx_random(cx, b, sizeof(b));
	EXPECT(memcmp(a, b, sizeof(a)) != 0);
	cx->random = always_seven;
	ctx_random(cx, a, sizeof(a));
	EXPECT_INT(7, a[0]);
	EXPECT_INT(7, a[31]);
}
