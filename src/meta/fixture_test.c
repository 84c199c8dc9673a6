/* See fixture_test.h. */
#include "meta/fixture_test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/texts.h"

#define MAX_FILES 400

struct source *
test_folder(struct test *t, const char *folder, const char *ending, size_t *ret_n)
{
	struct source *files = ARENA_ARRAY(t->arena, MAX_FILES, struct source);
	struct dirent **list = NULL;
	int n = scandir(folder, &list, NULL, alphasort);

	*ret_n = 0;
	EXPECT(n > 0 && n < MAX_FILES);
	for (int i = 0; i < n; i++) {
		const char *name = arena_strdup(t->arena, list[i]->d_name);
		size_t len = strlen(name), end = strlen(ending);
		struct source *s = &files[*ret_n];

		free(list[i]);
		if (len <= end || strcmp(name + len - end, ending) != 0)
			continue;
		s->name = name;
		s->bytes = test_read(t, arena_printf(t->arena, "%s/%s", folder, name), &s->len);
		(*ret_n)++;
	}
	free(list);
	return files;
}

enum err
test_types_with(struct test *t, const char *name, const char *yaml, struct types **ret)
{
	size_t n;
	struct source *files = test_folder(t, "tests/types/good", ".yaml", &n);

	t->cx.texts = texts_new(t->arena);
	if (yaml != NULL)
		files[n++] = (struct source){ name, yaml, strlen(yaml) };
	/* The texts are ours alone; the context lets only look at them. */
	return types_load(&t->cx, files, n, texts_new(t->arena), ret);
}

struct types *
test_types(struct test *t)
{
	struct types *ts = NULL;

	EXPECT_OK(test_types_with(t, NULL, NULL, &ts));
	return ts;
}

void
test_duties(struct test *t, const struct types *ts, const char *duties)
{
	char *save = NULL, *copy = arena_strdup(t->arena, duties);

	t->cx.who = (struct actor){ .user = 7, .unit = 3, .org = 9 };
	for (char *d = strtok_r(copy, " ", &save); d != NULL; d = strtok_r(NULL, " ", &save)) {
		const struct duty *duty = map_get(&ts->duty_by_name, d);

		assert_non_null(duty);
		t->cx.who.duties[duty->index / 64] |= (uint64_t)1 << (duty->index % 64);
	}
}
