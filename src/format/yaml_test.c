/* Tests of the YAML reader: what is read, where it stands, and all that is refused. */
#include "format/yaml.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/test.h"

static struct yaml *
parsed(struct test *t, const char *s)
{
	struct yaml *y = NULL;

	EXPECT_OK(yaml_parse(test_ctx(t), "t.yaml", s, strlen(s), &y));
	assert_non_null(y);
	return y;
}

TEST(yaml_reads_maps_lists_and_scalars)
{
	struct yaml *y =
		parsed(t, "name: toetus\nlist:\n  - üks\n  - 'kaks'\n  - {a: 1, b: [2, 3]}\n"
			  "empty:\ntext: |\n  rida 1\n  rida 2\n");
	struct yaml *list, *map;

	EXPECT_INT(YAML_MAP, y->kind);
	EXPECT_INT(4, y->n);
	EXPECT_TEXT("name", y->keys[0]);
	EXPECT_TEXT("toetus", yaml_get(y, "name")->text);
	EXPECT(!yaml_get(y, "name")->quoted);
	list = yaml_get(y, "list");
	EXPECT_INT(YAML_LIST, list->kind);
	EXPECT_INT(3, list->n);
	EXPECT_TEXT("üks", list->items[0]->text);
	EXPECT(list->items[1]->quoted);
	map = list->items[2];
	EXPECT_INT(YAML_MAP, map->kind);
	EXPECT_TEXT("3", yaml_get(map, "b")->items[1]->text);
	EXPECT_TEXT("", yaml_get(y, "empty")->text);
	EXPECT_TEXT("rida 1\nrida 2\n", yaml_get(y, "text")->text);
	EXPECT(yaml_get(y, "none") == NULL);
	EXPECT(yaml_get(list, "name") == NULL);
}

TEST(yaml_nodes_know_their_places)
{
	struct yaml *y = parsed(t, "# kommentaar\nõun: pirn\nlist:\n  - ploom\n  - {äöü: x}\n");
	struct yaml *list = yaml_get(y, "list");

	EXPECT_INT(2, y->line);
	EXPECT_INT(1, y->col);
	EXPECT_INT(2, y->items[0]->line);
	EXPECT_INT(6, y->items[0]->col); /* characters, not bytes */
	EXPECT_INT(3, y->key_at[1]->line);
	EXPECT_INT(4, list->items[0]->line);
	EXPECT_INT(5, list->items[0]->col);
	EXPECT_INT(5, list->items[1]->items[0]->line);
	EXPECT_INT(11, list->items[1]->items[0]->col);
	EXPECT_TEXT("t.yaml", list->items[1]->items[0]->file);
}

TEST(yaml_accepts_bom_crlf_and_document_start)
{
	struct yaml *y = parsed(t, "\xEF\xBB\xBF---\r\na: 1\r\nb: 'kaks'\r\n...\r\n");

	EXPECT_INT(2, y->n);
	EXPECT_TEXT("1", yaml_get(y, "a")->text);
	EXPECT_TEXT("kaks", yaml_get(y, "b")->text);
	EXPECT_INT(3, yaml_get(y, "b")->line);
	EXPECT_INT(YAML_TEXT, parsed(t, "üksik")->kind);
	EXPECT_INT(0, parsed(t, "[]")->n);
	EXPECT_INT(0, parsed(t, "{}")->n);
	EXPECT_TEXT("!", parsed(t, "a: '!'")->items[0]->text);
	EXPECT_TEXT("a!b & c*d", parsed(t, "k: a!b & c*d")->items[0]->text);
}

TEST(yaml_refuses_with_a_place)
{
	static const struct {
		const char *text, *key;
		int line, col;
	} CASES[] = {
		{ "", "err.yaml_empty", 1, 1 },
		{ "# ainult kommentaar\n", "err.yaml_empty", 2, 1 },
		{ "a: 1\nb: &ankur 2\n", "err.yaml_alias", 2, 4 },
		{ "a: &x [1]\n", "err.yaml_alias", 1, 4 },
		{ "a: &x {b: 1}\n", "err.yaml_alias", 1, 4 },
		{ "&x a: 1\n", "err.yaml_alias", 1, 1 },
		{ "a: 1\nb: *ankur\n", "err.yaml_alias", 2, 4 },
		{ "*a : 1\n", "err.yaml_alias", 1, 1 },
		{ "a: !!str 5\n", "err.yaml_tag", 1, 4 },
		{ "a: !kohalik 5\n", "err.yaml_tag", 1, 4 },
		{ "a: !kohalik [5]\n", "err.yaml_tag", 1, 4 },
		{ "a: !kohalik {b: 5}\n", "err.yaml_tag", 1, 4 },
		{ "õõõ: ä\na: ! 5\n", "err.yaml_tag", 2, 4 },
		{ "a: ! '5'\n", "err.yaml_tag", 1, 4 },
		{ "!!str a: 5\n", "err.yaml_tag", 1, 1 },
		{ "a: 1\nb: 2\na: 3\n", "err.yaml_double", 3, 1 },
		{ "x: {a: 1, \"a\": 2}\n", "err.yaml_double", 1, 11 },
		{ "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\nh: 8\ni: 9\nc: 10\n",
		  "err.yaml_double", 10, 1 },
		{ "a: 1\n---\nb: 2\n", "err.yaml_documents", 2, 1 },
		{ "? [a, b]\n: 1\n", "err.yaml_key", 1, 3 },
		{ "{{a: 1}: 2}\n", "err.yaml_key", 1, 2 },
		{ ": 1\n", "err.yaml_syntax", 1, 1 },
		{ "'': 1\n", "err.yaml_key", 1, 1 },
		{ "a:\n\tb: 1\n", "err.yaml_tab", 2, 1 },
		{ "a: [1, 2\n", "err.yaml_syntax", 2, 1 },
		{ "a: 'lahti\n", "err.yaml_syntax", 2, 1 },
		{ "a: b: c\n", "err.yaml_syntax", 1, 5 },
		{ "a: 1\n b: 2\n", "err.yaml_syntax", 2, 3 },
		{ "a: }\n", "err.yaml_syntax", 1, 4 },
		{ "a: @x\n", "err.yaml_syntax", 1, 4 },
		{ "a: \"\\q\"\n", "err.yaml_syntax", 1, 5 },
		{ "a: \"\\0\"\n", "err.control", 1, 4 },
		{ "a: \"\\a\"\n", "err.control", 1, 4 },
		{ "a: 1\nb: x\x01\n", "err.control", 2, 5 },
		{ "a: 1\nb: x\xC2\x85\n", "err.control", 2, 5 },
		{ "a: 1\nb: \xEF\xBB\xBFx\n", "err.control", 2, 4 },
		{ "a: 1\nõb: \xFF\n", "err.utf8", 2, 5 },
		{ "\xFF\xFE"
		  "a",
		  "err.utf8", 1, 1 },
		{ "a: \xC0\x80\n", "err.utf8", 1, 4 },
		{ "a: \xED\xA0\x80\n", "err.utf8", 1, 4 },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct yaml *y = NULL;
		enum err e = yaml_parse(cx, "t.yaml", CASES[i].text, strlen(CASES[i].text), &y);

		if (e != ERR_INVALID || strcmp(cx->error.key, CASES[i].key) != 0 ||
		    cx->error.line != CASES[i].line || cx->error.col != CASES[i].col)
			print_error("case %zu: %s", i, CASES[i].text);
		EXPECT_INT(ERR_INVALID, e);
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_INT(CASES[i].line, cx->error.line);
		EXPECT_INT(CASES[i].col, cx->error.col);
		EXPECT_TEXT("t.yaml", cx->error.file);
		EXPECT(y == NULL);
		ctx_forgive(cx);
	}
}

TEST(yaml_refuses_a_nul_byte)
{
	struct yaml *y;

	EXPECT_INT(ERR_INVALID, yaml_parse(test_ctx(t), "t.yaml", "a: x\0y\n", 7, &y));
	EXPECT_TEXT("err.control", test_ctx(t)->error.key);
	EXPECT_INT(5, test_ctx(t)->error.col);
}

/* `before` n times, then `after` n times. */
static char *
nested(struct test *t, const char *before, const char *after, size_t n)
{
	size_t b = strlen(before), a = strlen(after);
	char *s = arena_alloc(t->arena, (a + b) * n + 1);

	for (size_t i = 0; i < n; i++) {
		memcpy(s + i * b, before, b);
		memcpy(s + n * b + i * a, after, a);
	}
	return s;
}

TEST(yaml_depth_is_limited)
{
	struct ctx *cx = test_ctx(t);
	static const char *const OPEN[] = { "[", "- ", "{a: ", "[{a: ", "? " };
	char *s = nested(t, "[", "]", MAX_YAML_DEPTH);
	struct yaml *y;

	EXPECT_OK(yaml_parse(cx, "t.yaml", s, strlen(s), &y));
	s = nested(t, "[", "]", MAX_YAML_DEPTH + 1);
	EXPECT_INT(ERR_LIMIT, yaml_parse(cx, "t.yaml", s, strlen(s), &y));
	EXPECT_TEXT("err.yaml_depth", cx->error.key);
	EXPECT_INT(MAX_YAML_DEPTH + 1, cx->error.col);
	ctx_forgive(cx);
	for (size_t i = 0; i < sizeof(OPEN) / sizeof(OPEN[0]); i++) {
		s = nested(t, OPEN[i], "", 100000);
		EXPECT(yaml_parse(cx, "t.yaml", s, strlen(s), &y) != OK);
		EXPECT(cx->error.line >= 1);
		ctx_forgive(cx);
	}
}

TEST(yaml_size_is_limited)
{
	struct ctx *cx = test_ctx(t);
	char *s = arena_alloc(t->arena, MAX_YAML + 2);
	struct yaml *y;

	memset(s, 'a', MAX_YAML + 1);
	EXPECT_OK(yaml_parse(cx, "t.yaml", s, MAX_YAML, &y));
	EXPECT_INT(MAX_YAML, strlen(y->text));
	EXPECT_INT(ERR_LIMIT, yaml_parse(cx, "t.yaml", s, MAX_YAML + 1, &y));
	EXPECT_TEXT("err.too_large", cx->error.key);
	ctx_forgive(cx);
	s[MAX_YAML - 3] = ':';
	s[MAX_YAML - 2] = ' ';
	EXPECT_ERR(ERR_INVALID, yaml_parse(cx, "t.yaml", s, MAX_YAML, &y)); /* key too long */
}

TEST(yaml_many_keys_are_read_in_order)
{
	struct ctx *cx = test_ctx(t);
	char *s = arena_alloc(t->arena, 20000 * 12), *p = s;
	struct yaml *y;

	for (int i = 0; i < 20000; i++)
		p += snprintf(p, 12, "k%05d: %d\n", i, i % 10);
	EXPECT_OK(yaml_parse(cx, "t.yaml", s, strlen(s), &y));
	EXPECT_INT(20000, y->n);
	EXPECT_TEXT("k19999", y->keys[19999]);
	EXPECT_TEXT("9", y->items[19999]->text);
}

TEST(yaml_typed_readers_give_values)
{
	struct ctx *cx = test_ctx(t);
	struct yaml *y = parsed(t, "s: tekst\nq: \"\"\nn: hea_nimi\ni: -7\nb: true\nc: false\n"
				   "d: 2026-05-25\ne: 25.05.2026\nl: [a, b]\none: üks\nnone:\n"
				   "m: {x: 1}\n");
	struct yaml *m = NULL;
	const char *s = "ei", **list = NULL;
	int64_t i = 0;
	int32_t d = 0;
	bool b = false;
	size_t n = 9;

	EXPECT_OK(yaml_text(cx, y, "s", false, &s));
	EXPECT_TEXT("tekst", s);
	EXPECT_OK(yaml_text(cx, y, "q", false, &s));
	EXPECT_TEXT("", s);
	EXPECT_OK(yaml_name(cx, y, "n", false, &s));
	EXPECT_TEXT("hea_nimi", s);
	EXPECT_OK(yaml_int(cx, y, "i", false, -10, 10, &i));
	EXPECT_INT(-7, i);
	EXPECT_OK(yaml_bool(cx, y, "b", false, &b));
	EXPECT(b);
	EXPECT_OK(yaml_bool(cx, y, "c", false, &b));
	EXPECT(!b);
	EXPECT_OK(yaml_date(cx, y, "d", false, &d));
	EXPECT_INT(civil_day(2026, 5, 25), d);
	EXPECT_OK(yaml_date(cx, y, "e", false, &d));
	EXPECT_INT(civil_day(2026, 5, 25), d);
	EXPECT_OK(yaml_texts(cx, y, "l", false, &list, &n));
	EXPECT_INT(2, n);
	EXPECT_TEXT("b", list[1]);
	EXPECT_OK(yaml_texts(cx, y, "one", false, &list, &n));
	EXPECT_INT(1, n);
	EXPECT_TEXT("üks", list[0]);
	EXPECT_OK(yaml_need(cx, y, "m", YAML_MAP, &m));
	EXPECT_INT(1, m->n);
	EXPECT_OK(yaml_texts(cx, y, "none", true, &list, &n));
	EXPECT_INT(0, n);
	EXPECT_OK(yaml_all_used(cx, y));
}

TEST(yaml_optional_values_stay_as_they_were)
{
	struct ctx *cx = test_ctx(t);
	struct yaml *y = parsed(t, "blank:\n");
	const char *s = "enne", **list = NULL;
	int64_t i = 42;
	int32_t d = 7;
	bool b = true;
	size_t n = 3;

	EXPECT_OK(yaml_text(cx, y, "none", true, &s));
	EXPECT_OK(yaml_text(cx, y, "blank", true, &s));
	EXPECT_OK(yaml_name(cx, y, "none", true, &s));
	EXPECT_OK(yaml_int(cx, y, "blank", true, 0, 1, &i));
	EXPECT_OK(yaml_bool(cx, y, "none", true, &b));
	EXPECT_OK(yaml_date(cx, y, "blank", true, &d));
	EXPECT_OK(yaml_texts(cx, y, "none", true, &list, &n));
	EXPECT_TEXT("enne", s);
	EXPECT_INT(42, i);
	EXPECT_INT(7, d);
	EXPECT(b);
	EXPECT_INT(0, n);
}

enum reader { TEXT, NAME, INT, BOOL, DATE, TEXTS, NEED_LIST, NEED_MAP };

static enum err
read_as(struct ctx *cx, struct yaml *y, enum reader as)
{
	const char *s = NULL, **list = NULL;
	struct yaml *node = NULL;
	int64_t i = 0;
	int32_t d = 0;
	size_t n = 0;
	bool b = false;

	switch (as) {
	case TEXT:
		return yaml_text(cx, y, "k", false, &s);
	case NAME:
		return yaml_name(cx, y, "k", false, &s);
	case INT:
		return yaml_int(cx, y, "k", false, 1, 10, &i);
	case BOOL:
		return yaml_bool(cx, y, "k", false, &b);
	case DATE:
		return yaml_date(cx, y, "k", false, &d);
	case TEXTS:
		return yaml_texts(cx, y, "k", false, &list, &n);
	case NEED_LIST:
		return yaml_need(cx, y, "k", YAML_LIST, &node);
	case NEED_MAP:
	default:
		return yaml_need(cx, y, "k", YAML_MAP, &node);
	}
}

TEST(yaml_typed_readers_refuse)
{
	static const struct {
		enum reader as;
		const char *text, *key;
		int line, col;
	} CASES[] = {
		{ TEXT, "a: 1\n", "err.yaml_missing", 1, 1 },
		{ TEXT, "k:\n", "err.yaml_missing", 1, 3 },
		{ TEXT, "a: 1\nk: [1]\n", "err.yaml_text", 2, 4 },
		{ TEXT, "k: {a: 1}\n", "err.yaml_text", 1, 4 },
		{ TEXT, "[1]\n", "err.yaml_map", 1, 1 },
		{ NAME, "k: Suur\n", "err.yaml_name", 1, 4 },
		{ NAME, "k: \"\"\n", "err.yaml_name", 1, 4 },
		{ NAME, "k: õun\n", "err.yaml_name", 1, 4 },
		{ INT, "k: 11\n", "err.yaml_int", 1, 4 },
		{ INT, "k: 0\n", "err.yaml_int", 1, 4 },
		{ INT, "k: '5'\n", "err.yaml_int", 1, 4 },
		{ INT, "k: 5.0\n", "err.yaml_int", 1, 4 },
		{ INT, "k: 0x5\n", "err.yaml_int", 1, 4 },
		{ INT, "k: 99999999999999999999\n", "err.yaml_int", 1, 4 },
		{ INT, "k: ٣\n", "err.yaml_int", 1, 4 },
		{ INT, "k: []\n", "err.yaml_text", 1, 4 },
		{ BOOL, "k: yes\n", "err.yaml_bool", 1, 4 },
		{ BOOL, "k: True\n", "err.yaml_bool", 1, 4 },
		{ BOOL, "k: 'true'\n", "err.yaml_bool", 1, 4 },
		{ DATE, "k: 2026-02-30\n", "err.yaml_date", 1, 4 },
		{ DATE, "k: 2026-2-3\n", "err.yaml_date", 1, 4 },
		{ TEXTS, "k: [a, [b]]\n", "err.yaml_text", 1, 8 },
		{ TEXTS, "k: {a: b}\n", "err.yaml_text", 1, 4 },
		{ NEED_LIST, "k: a\n", "err.yaml_list", 1, 4 },
		{ NEED_LIST, "k: {a: 1}\n", "err.yaml_list", 1, 4 },
		{ NEED_MAP, "k: [a]\n", "err.yaml_map", 1, 4 },
		{ NEED_MAP, "k:\n", "err.yaml_missing", 1, 3 },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		enum err e = read_as(cx, parsed(t, CASES[i].text), CASES[i].as);

		if (e != ERR_INVALID || strcmp(cx->error.key, CASES[i].key) != 0)
			print_error("case %zu: %s", i, CASES[i].text);
		EXPECT_INT(ERR_INVALID, e);
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_INT(CASES[i].line, cx->error.line);
		EXPECT_INT(CASES[i].col, cx->error.col);
		ctx_forgive(cx);
	}
}

TEST(yaml_unknown_keys_are_told)
{
	struct ctx *cx = test_ctx(t);
	struct yaml *y = parsed(t, "a: 1\nb: 2\nviga: 3\n");

	(void)yaml_get(y, "a");
	(void)yaml_get(y, "b");
	EXPECT_INT(ERR_INVALID, yaml_all_used(cx, y));
	EXPECT_TEXT("err.yaml_unknown", cx->error.key);
	EXPECT_TEXT("viga", cx->error.args[0]);
	EXPECT_INT(3, cx->error.line);
}

TEST(yaml_errors_do_not_repeat_endless_values)
{
	struct ctx *cx = test_ctx(t);
	char *s = arena_alloc(t->arena, 6000);
	int64_t i;

	memcpy(s, "k: ", 3);
	for (int k = 0; k < 2000; k++)
		memcpy(s + 3 + k * 2, "õ", 2);
	EXPECT_INT(ERR_INVALID, yaml_int(cx, parsed(t, s), "k", false, 0, 1, &i));
	EXPECT_INT(60 * 2 + 3, strlen(cx->error.args[1]));
}
