/* Tests of arenas. */
#include "base/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "base/test.h"

TEST(arena_gives_zeroed_aligned_memory)
{
	for (size_t size = 0; size < 300; size++) {
		unsigned char *p = arena_alloc(t->arena, size);

		EXPECT_INT(0, (uintptr_t)p % alignof(max_align_t));
		for (size_t i = 0; i < size; i++)
			EXPECT_INT(0, p[i]);
		memset(p, 0xEE, size);
	}
}

TEST(arena_memory_is_zeroed_again_after_reset)
{
	SCOPED(arena) struct arena *a = arena_new();

	(void)t;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			unsigned char *p = arena_alloc(a, 1000);

			EXPECT_INT(0, p[0]);
			EXPECT_INT(0, p[999]);
			memset(p, 0xEE, 1000);
		}
		arena_reset(a);
	}
}

TEST(arena_reset_keeps_one_block)
{
	SCOPED(arena) struct arena *a = arena_new();
	size_t kept;

	(void)t;
	EXPECT_INT(0, arena_size(a));
	arena_reset(a);
	EXPECT_INT(0, arena_size(a));
	(void)arena_alloc(a, 10);
	kept = arena_size(a);
	EXPECT(kept > 0);
	for (int i = 0; i < 50; i++)
		(void)arena_alloc(a, 30000);
	(void)arena_alloc(a, 1000000);
	EXPECT(arena_size(a) > 50u * 30000 + 1000000);
	arena_reset(a);
	EXPECT_INT(kept, arena_size(a));
	(void)arena_alloc(a, 10);
	EXPECT_INT(kept, arena_size(a));
}

TEST(arena_large_pieces_leave_room_in_the_block)
{
	SCOPED(arena) struct arena *a = arena_new();
	char *small = arena_strdup(a, "enne");
	size_t before;

	(void)t;
	(void)arena_alloc(a, 100000);
	before = arena_size(a);
	EXPECT_TEXT("pärast", arena_strdup(a, "pärast"));
	EXPECT_INT(before, arena_size(a)); /* the first block still had room */
	EXPECT_TEXT("enne", small);
}

TEST(arena_copies_strings)
{
	char source[] = "tekst";
	char *copy = arena_strdup(t->arena, source);
	char *part = arena_strndup(t->arena, source, 2);
	char *with_nul = arena_strndup(t->arena, "a\0b", 3);

	source[0] = 'X';
	EXPECT_TEXT("tekst", copy);
	EXPECT_TEXT("te", part);
	EXPECT_INT(0, memcmp(with_nul, "a\0b", 4));
	EXPECT(arena_strdup(t->arena, NULL) == NULL);
	EXPECT_TEXT("", arena_strndup(t->arena, NULL, 0));
}

TEST(arena_prints_any_length)
{
	const char *s = arena_printf(t->arena, "%s-%d-%*s", "a", 7, 100000, "x");

	EXPECT_INT(4 + 100000, strlen(s));
	EXPECT_TEXT("", arena_printf(t->arena, "%s", ""));
}

TEST(arena_arrays_hold_their_number)
{
	int64_t *p = ARENA_ARRAY(t->arena, 1000, int64_t);

	for (int i = 0; i < 1000; i++)
		EXPECT_INT(0, p[i]);
	(void)ARENA_ARRAY(t->arena, 0, int64_t);
	arena_free(NULL);
}
