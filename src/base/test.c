/* The runner of unit tests. See test.h. Not part of the product. */
#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"

#define MAX_TESTS 4000

static struct {
	const char *name;
	test_fn *fn;
} tests[MAX_TESTS];
static size_t count;

void
test_register(const char *file, const char *name, test_fn *fn)
{
	(void)file;
	if (count == MAX_TESTS)
		BUG("too many tests");
	tests[count].name = name;
	tests[count++].fn = fn;
}

struct ctx *
test_ctx(struct test *t)
{
	return &t->cx;
}

const char *
test_data(struct test *t, const char *sub)
{
	const char *root = getenv("HOOL_TEST_DATA");
	const char *path;
	FILE *f;

	if (root == NULL)
		root = "../shared/data";
	path = arena_printf(t->arena, "%s/%s", root, sub);
	f = fopen(path, "rb");
	if (f == NULL) {
		print_message("no %s: skipped\n", sub);
		return NULL;
	}
	(void)fclose(f);
	return path;
}

char *
test_read(struct test *t, const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	char *bytes;
	long size;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	assert_true(size >= 0);
	rewind(f);
	bytes = arena_alloc(t->arena, (size_t)size + 1);
	assert_int_equal(fread(bytes, 1, (size_t)size, f), size);
	(void)fclose(f);
	if (ret_len != NULL)
		*ret_len = (size_t)size;
	return bytes;
}

void
test_expect(struct test *t, enum err want, enum err got, const char *what, const char *file,
	    int line)
{
	const struct error *e = &t->cx.error;

	if (want == got) {
		ctx_forgive(&t->cx);
		return;
	}
	print_error("%s:%d: %s gave %s (%s%s%s, field %s, %s:%d:%d), not %s\n", file, line, what,
		    err_info(got)->name, e->key == NULL ? "" : e->key, e->nargs > 0 ? ": " : "",
		    e->nargs > 0 ? e->args[0] : "", e->field == NULL ? "-" : e->field,
		    e->file == NULL ? "-" : e->file, e->line, e->col, err_info(want)->name);
	_fail(file, line);
}

static void
run(void **state)
{
	struct test t = { .arena = arena_new() };
	test_fn *fn = NULL;

	memcpy(&fn, state, sizeof(fn));
	ctx_init(&t.cx, t.arena);
	ctx_set_now(&t.cx, civil_start_of_day(civil_day(2026, 5, 25)) + 12 * 3600);
	fn(&t);
	arena_free(t.arena);
}

static int
wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strstr(name, argv[i]) != NULL)
			return 1;
	return argc < 2;
}

int
main(int argc, char **argv)
{
	struct CMUnitTest *list = calloc(count + 1, sizeof(*list));
	size_t n = 0;
	int failed;

	if (list == NULL)
		return 1;
	for (size_t i = 0; i < count; i++) {
		if (!wanted(tests[i].name, argc, argv))
			continue;
		list[n].name = tests[i].name;
		list[n].test_func = run;
		memcpy(&list[n].initial_state, &tests[i].fn, sizeof(tests[i].fn));
		n++;
	}
	failed = _cmocka_run_group_tests("hool", list, n, NULL, NULL);
	free(list);
	return failed == 0 ? 0 : 1;
}
