/* Tests of the name map. */
#include "base/map.h"

#include <string.h>

#include "base/test.h"

TEST(map_empty_has_nothing)
{
	struct map m;

	map_init(&m, t->arena);
	EXPECT(map_get(&m, "a") == NULL);
	EXPECT(map_get(&m, "") == NULL);
	EXPECT_INT(0, m.used);
}

TEST(map_put_replaces_and_tells)
{
	struct map m;

	map_init(&m, t->arena);
	EXPECT(map_put(&m, "a", "1") == NULL);
	EXPECT(map_put(&m, "b", "2") == NULL);
	EXPECT_TEXT("1", map_put(&m, "a", "3"));
	EXPECT_TEXT("3", map_get(&m, "a"));
	EXPECT_TEXT("2", map_get(&m, "b"));
	EXPECT_INT(2, m.used);
	EXPECT(map_get(&m, "ab") == NULL);
	EXPECT(map_put(&m, "", "tühi") == NULL);
	EXPECT_TEXT("tühi", map_get(&m, ""));
}

TEST(map_finds_by_text_not_by_address)
{
	char key[] = "nimi";
	struct map m;

	map_init(&m, t->arena);
	(void)map_put(&m, "nimi", "jah");
	EXPECT_TEXT("jah", map_get(&m, key));
}

TEST(map_grows_and_keeps_all)
{
	struct map m;

	map_init(&m, t->arena);
	for (int i = 0; i < 5000; i++) {
		char *key = arena_printf(t->arena, "k%d", i);

		EXPECT(map_put(&m, key, key) == NULL);
		EXPECT(m.used * 2 <= m.size);
	}
	EXPECT_INT(5000, m.used);
	for (int i = 0; i < 5000; i++) {
		char *key = arena_printf(t->arena, "k%d", i);

		EXPECT_TEXT(key, map_get(&m, key));
	}
	EXPECT(map_get(&m, "k5000") == NULL);
}
