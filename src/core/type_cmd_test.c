/* Tests of `hool type` as it is typed. */
#include "core/type_cmd.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "core/test_world.h"

/* Run a command line; the answer is in the test's arena. */
static enum err
run(struct test *t, const char *words, const char **ret_out)
{
	char *copy = arena_strdup(t->arena, words), *save = NULL, *argv[12], *bytes = NULL;
	size_t size = 0;
	int argc = 0;
	FILE *out = open_memstream(&bytes, &size);
	enum err e;

	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	ctx_forgive(&t->cx);
	e = type_cmd(&t->cx, t->cx.world, argc, argv, NULL, out);
	(void)fclose(out);
	*ret_out = arena_strndup(t->arena, bytes, size);
	free(bytes);
	return e;
}

/* A file with a text of its own, removed by the test. */
static const char *
file(struct test *t, const char *folder, const char *name, const char *text)
{
	const char *path = arena_printf(t->arena, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	EXPECT(fputs(text, f) >= 0);
	EXPECT_INT(0, fclose(f));
	return path;
}

static const char *
folder(struct test *t)
{
	char *path = arena_strdup(t->arena, "/var/tmp/hool-type-XXXXXX");

	assert_non_null(mkdtemp(path));
	return path;
}

static const char *
built_in(struct test *t, const char *name)
{
	for (const struct embed_file *f = embed_types; f->name != NULL; f++)
		if (strstr(f->name, name) != NULL)
			return arena_strndup(t->arena, f->bytes, f->len);
	return NULL;
}

/* The text with its first `from` made `to`. */
static const char *
with(struct test *t, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	return arena_printf(t->arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

#define THING                                                                                 \
	"type: thing\nnumber: \"T-{seq}\"\ntitle: \"{name}\"\nname: {et: A, en: A, ru: A}\n"  \
	"plural: {et: A, en: A, ru: A}\nfields:\n  name: {text: 5, name: {et: A, en: A, ru: " \
	"A}}\nrights:\n  ALL.1: {see: all}\nlists:\n  all: {name: {et: A, en: A, ru: A}, "    \
	"columns: "                                                                           \
	"[name]}\n"

TEST(type_cmd_says_how_it_is_used)
{
	static const char *const WRONG[] = { "type",	     "type what",   "type check",
					     "type diff a",  "type rights", "type sql",
					     "type list all" };
	const char *out;

	(void)test_world(t);
	t->cx.lang = LANG_EN;
	EXPECT_OK(run(t, "type --help", &out));
	EXPECT(strstr(out, "hool type diff OLD NEW") != NULL);
	for (size_t i = 0; i < sizeof(WRONG) / sizeof(*WRONG); i++) {
		EXPECT_INT(ERR_INVALID, run(t, WRONG[i], &out));
		EXPECT_TEXT("err.type_usage", t->cx.error.key);
		EXPECT_TEXT("", out);
		ctx_forgive(&t->cx);
	}
}

TEST(type_cmd_lists_rights_and_sql)
{
	const char *out;

	(void)test_world(t);
	t->cx.lang = LANG_EN;
	EXPECT_OK(run(t, "type list", &out));
	EXPECT(strstr(out, "person\t/isik\tPerson\t") != NULL);
	EXPECT_OK(run(t, "type sql person", &out));
	EXPECT(strstr(out, "CREATE TABLE \"person\" (") == out);
	EXPECT(strstr(out, "CREATE UNIQUE INDEX") != NULL);
	EXPECT_ERR(ERR_NOTFOUND, run(t, "type sql nothing", &out));
	EXPECT_OK(run(t, "type rights provider_representative", &out));
	EXPECT(strstr(out, "organisation         org            -              org            -") !=
	       NULL);
	EXPECT(strstr(out, "user                 -              -                             -") !=
	       NULL);
	EXPECT_OK(run(t, "type rights administrator", &out));
	EXPECT(strstr(out,
		      "user                 all            all                           all") !=
	       NULL);
	EXPECT_ERR(ERR_NOTFOUND, run(t, "type rights emperor", &out));
}

TEST(type_cmd_checks_files)
{
	const char *dir = folder(t), *out, *good, *bad, *own;

	(void)test_world(t);
	t->cx.lang = LANG_EN;
	good = file(t, dir, "thing.yaml", THING);
	EXPECT_OK(run(t, arena_printf(t->arena, "type check %s", good), &out));
	EXPECT(strstr(out, "All is right: ") == out);
	bad = file(t, dir, "bad.yaml", with(t, THING, "type: thing", "type: other\ncolour: red"));
	own = file(t, dir, "person.yaml",
		   with(t, built_in(t, "/person.yaml"), "text: 60", "text: 6o"));
	EXPECT_INT(ERR_INVALID,
		   run(t, arena_printf(t->arena, "type check %s %s %s", good, bad, own), &out));
	EXPECT_TEXT("err.type_mistakes", t->cx.error.key);
	EXPECT_TEXT("2", t->cx.error.args[0]);
	EXPECT(strstr(out, "bad.yaml:2:1: ") != NULL);
	EXPECT(strstr(out, "/person.yaml:") != NULL && strstr(out, ":11: ") != NULL);
	/* A folder stands for its files. */
	EXPECT_INT(ERR_INVALID, run(t, arena_printf(t->arena, "type check %s", dir), &out));
	EXPECT_TEXT("2", t->cx.error.args[0]);
	EXPECT_ERR(ERR_NOTFOUND, run(t, "type check /nowhere/at/all.yaml", &out));
	EXPECT_INT(0, unlink(good) + unlink(bad) + unlink(own) + rmdir(dir));
}

TEST(type_cmd_tells_what_changes)
{
	const char *a = folder(t), *b = folder(t), *out, *old, *new, *thing;

	(void)test_world(t);
	t->cx.lang = LANG_EN;
	old = file(t, a, "partner.yaml", built_in(t, "/partner.yaml"));
	new = file(t, b, "partner.yaml", built_in(t, "/partner.yaml"));
	EXPECT_OK(run(t, arena_printf(t->arena, "type diff %s %s", old, new), &out));
	EXPECT_TEXT("", out);
	(void)file(t, b, "partner.yaml",
		   with(t,
			with(t, built_in(t, "/partner.yaml"), "    text: 200\n",
			     "    text: 300\n    required: true\n"),
			"  since:\n",
			"  more:\n    int: true\n    name: {et: A, en: A, ru: A}\n  since:\n"));
	thing = file(t, b, "thing.yaml", THING);
	EXPECT_OK(run(t, arena_printf(t->arena, "type diff %s %s", a, b), &out));
	EXPECT(strstr(out, "partner: ~ field contact: text 200 => text 300 required\n") != NULL);
	EXPECT(strstr(out, "partner: + field more: int\n") != NULL);
	EXPECT(strstr(out, "  > partner: new field more\n") != NULL);
	EXPECT(strstr(out, "  > partner: guard sys_shape\n") != NULL);
	EXPECT(strstr(out, "partner: index") == NULL);
	EXPECT(strstr(out, "+ thing\n  > thing: new table\n") != NULL);
	EXPECT_OK(run(t, arena_printf(t->arena, "type diff %s %s", b, a), &out));
	EXPECT(strstr(out, "- thing\n") != NULL);
	EXPECT(strstr(out, "  = partner: field more stays in the database") != NULL);
	/* A kind that is another. */
	(void)file(t, b, "partner.yaml",
		   with(t, built_in(t, "/partner.yaml"), "    text: 200\n", "    int: true\n"));
	EXPECT_INT(ERR_CONFLICT, run(t, arena_printf(t->arena, "type diff %s %s", a, b), &out));
	EXPECT(strstr(out, "  ! ") != NULL && strstr(out, "partner.yaml:") != NULL);
	EXPECT_INT(0, unlink(old) + unlink(new) + unlink(thing) + rmdir(a) + rmdir(b));
	ctx_forgive(&t->cx);
}
