/* Tests of the tables that tools/embed.c makes. */
#include "base/embed.h"

#include <string.h>

#include "base/test.h"

static void
expect_table(const struct embed_file *table, const char *suffix)
{
	size_t tail = strlen(suffix);

	for (const struct embed_file *f = table; f->name != NULL; f++) {
		size_t len = strlen(f->name);

		EXPECT(len > tail && strcmp(f->name + len - tail, suffix) == 0);
		EXPECT(f->bytes[f->len] == '\0');
		EXPECT(f == table || strcmp(f[-1].name, f->name) < 0);
	}
}

TEST(embed_tables_are_ordered_and_ended)
{
	(void)t;
	expect_table(embed_static, "");
	expect_table(embed_schema, ".sql");
	expect_table(embed_po, ".po");
	expect_table(embed_types, ".yaml");
	expect_table(embed_rules, ".yaml");
}

TEST(embed_holds_the_very_bytes)
{
	const char *path = arena_printf(t->arena, "src/db/schema/%s", embed_schema[0].name);
	size_t len;
	const char *bytes = test_read(t, path, &len);

	EXPECT_INT(len, embed_schema[0].len);
	EXPECT(memcmp(bytes, embed_schema[0].bytes, len) == 0);
	EXPECT(strncmp(embed_schema[0].name, "0001-", 5) == 0);
}
