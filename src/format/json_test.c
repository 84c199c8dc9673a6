/* JSON out and in: what is written, what is refused, and where the fault is. */
#include "format/json.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/test.h"

static struct json *
parsed(struct test *t, const char *s)
{
	struct json *j = NULL;

	EXPECT_OK(json_parse(test_ctx(t), "t", s, strlen(s), &j));
	return j;
}

static enum err
parse(struct test *t, const char *s)
{
	struct json *j = NULL;

	ctx_forgive(test_ctx(t));
	return json_parse(test_ctx(t), "t", s, strlen(s), &j);
}

TEST(json_writes_nested_values)
{
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, 1000);
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "nimi", "Õie \"Ž\"");
	json_pair_int(&j, "n", INT64_MIN);
	json_pair_bool(&j, "jah", true);
	json_pair_text(&j, "tühi", NULL);
	json_key(&j, "read");
	json_list(&j);
	json_put_int(&j, 1);
	json_list(&j);
	json_list_end(&j);
	json_map(&j);
	json_map_end(&j);
	json_put_bool(&j, false);
	json_list_end(&j);
	json_map_end(&j);
	EXPECT_OK(json_done(test_ctx(t), &j));
	EXPECT_TEXT("{\"nimi\":\"Õie \\\"Ž\\\"\",\"n\":-9223372036854775808,\"jah\":true,"
		    "\"tühi\":null,\"read\":[1,[],{},false]}",
		    b.bytes);
}

TEST(json_escapes_and_mends_text)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "\"\"" },
		{ "a\\b", "\"a\\\\b\"" },
		{ "\t\n\r", "\"\\t\\n\\r\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"" },
		{ "õ€😀", "\"õ€😀\"" },
		{ "</script>", "\"</script>\"" },
		{ "a\xff"
		  "b",
		  "\"a\xef\xbf\xbd"
		  "b\"" },
		{ "\xc3", "\"\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SCOPED_BUF b;
		struct json_out j;

		buf_init(&b, 1000);
		json_out_init(&j, &b);
		json_put_text(&j, cases[i].in);
		EXPECT_OK(json_done(test_ctx(t), &j));
		EXPECT_TEXT(cases[i].out, b.bytes);
		EXPECT_OK(parse(t, b.bytes));
	}
}

TEST(json_out_past_the_limit_is_told)
{
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, 4);
	json_out_init(&j, &b);
	json_put_text(&j, "liiga pikk");
	EXPECT_ERR(ERR_LIMIT, json_done(test_ctx(t), &j));
}

TEST(json_refuses_with_reason)
{
	static const struct {
		const char *in, *key;
		enum err err;
	} cases[] = {
		{ "", "err.json", ERR_INVALID },
		{ "{", "err.json", ERR_INVALID },
		{ "[1,]", "err.json", ERR_INVALID },
		{ "{\"a\":1} x", "err.json", ERR_INVALID },
		{ "{'a':1}", "err.json", ERR_INVALID },
		{ "[01]", "err.json", ERR_INVALID },
		{ "[+1]", "err.json", ERR_INVALID },
		{ "[NaN]", "err.json", ERR_INVALID },
		{ "// x\n1", "err.json", ERR_INVALID },
		{ "{\"a\":1,\"a\":2}", "err.json_double", ERR_INVALID },
		{ "{\"x\":{\"a\":1,\"b\":2,\"a\":2}}", "err.json_double", ERR_INVALID },
		{ "\"\\u0000\"", "err.json_utf8", ERR_INVALID },
		{ "\"\xc3\"", "err.json_utf8", ERR_INVALID },
		{ "[99999999999999999999]", "err.json_number", ERR_INVALID },
		{ "[1e999]", "err.json_number", ERR_INVALID },
		{ "\"\\ud800\"", "err.json", ERR_INVALID },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EXPECT_INT(cases[i].err, parse(t, cases[i].in));
		EXPECT_TEXT(cases[i].key, test_ctx(t)->error.key);
	}
}

TEST(json_refuses_a_nul_wherever_it_stands)
{
	static const char CASES[][8] = { "[1\0]", "\0[1]", "[1]\0", "[\"a\0\"]", "{\"a\0\":1}" };

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct json *j = NULL;
		size_t len = sizeof(CASES[i]);

		while (CASES[i][len - 1] == '\0' && i != 2)
			len--;
		ctx_forgive(test_ctx(t));
		EXPECT_INT(ERR_INVALID,
			   json_parse(test_ctx(t), "nul.json", CASES[i], i == 2 ? 4 : len, &j));
		EXPECT_TEXT("err.json_utf8", test_ctx(t)->error.key);
	}
}

TEST(json_says_where_the_text_breaks)
{
	static const struct {
		const char *in;
		int line, col;
	} cases[] = {
		{ "\xE5", 1, 1 },
		{ "[1,\n \"õ\xE5\"]", 2, 4 },
		{ "{\n\n\"õõ\":\xC3\n}", 3, 6 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EXPECT_INT(ERR_INVALID, parse(t, cases[i].in));
		EXPECT_TEXT("err.json_utf8", test_ctx(t)->error.key);
		EXPECT_INT(cases[i].line, test_ctx(t)->error.line);
		EXPECT_INT(cases[i].col, test_ctx(t)->error.col);
	}
}

TEST(json_depth_is_held)
{
	char s[2 * (MAX_JSON_DEPTH + 1) + 1];
	size_t n = MAX_JSON_DEPTH;

	memset(s, '[', n);
	memset(s + n, ']', n);
	s[2 * n] = '\0';
	EXPECT_OK(parse(t, s));
	n++;
	memset(s, '[', n);
	memset(s + n, ']', n);
	s[2 * n] = '\0';
	EXPECT_ERR(ERR_LIMIT, parse(t, s));
	ctx_forgive(test_ctx(t));
	EXPECT_OK(parse(t, "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\""));
}

TEST(json_values_know_their_place)
{
	struct json *j = parsed(
		t, "{\n  \"õ\": [1, -2.50,\n\t\"a\\\"]\"],\n \"k\":{\"x\": null}, \"t\": true}");
	struct json *list = json_get(j, "õ");

	EXPECT_INT(JSON_MAP, j->kind);
	EXPECT_INT(3, j->n);
	EXPECT_TEXT("k", j->keys[1]);
	EXPECT_INT(2, list->line);
	EXPECT_INT(8, list->col);
	EXPECT_INT(JSON_INT, list->items[0]->kind);
	EXPECT_INT(JSON_DECIMAL, list->items[1]->kind);
	EXPECT_TEXT("-2.50", list->items[1]->text);
	EXPECT_INT(12, list->items[1]->col);
	EXPECT_INT(3, list->items[2]->line);
	EXPECT_INT(2, list->items[2]->col);
	EXPECT_TEXT("a\"]", list->items[2]->text);
	EXPECT_INT(4, json_get(j, "k")->line);
	EXPECT_INT(JSON_NIL, json_get(json_get(j, "k"), "x")->kind);
	EXPECT(json_get(j, "t")->boolean);
	EXPECT(json_get(list, "x") == NULL);
	EXPECT(json_get(NULL, "x") == NULL);
}

TEST(json_typed_readers)
{
	struct ctx *cx = test_ctx(t);
	struct json *j =
		parsed(t, "{\"s\":\"x\",\"n\":5,\"b\":true,\"d\":\"2026-02-28\",\"z\":null,"
			  "\"bad\":\"2026-02-30\",\"est\":\"28.02.2026\",\"more\":1}");
	const char *s = "old";
	int64_t n = -1;
	int32_t d = 0;
	bool b = false;

	EXPECT_OK(json_text(cx, j, "s", false, &s));
	EXPECT_TEXT("x", s);
	EXPECT_OK(json_text(cx, j, "none", true, &s));
	EXPECT_OK(json_text(cx, j, "z", true, &s));
	EXPECT_TEXT("x", s);
	EXPECT_OK(json_int(cx, j, "n", false, 0, 5, &n));
	EXPECT_INT(5, n);
	EXPECT_OK(json_bool(cx, j, "b", false, &b));
	EXPECT(b);
	EXPECT_OK(json_date(cx, j, "d", false, &d));
	EXPECT_INT(civil_day(2026, 2, 28), d);
	EXPECT_INT(ERR_INVALID, json_text(cx, j, "none", false, &s));
	EXPECT_TEXT("err.json_missing", cx->error.key);
	ctx_forgive(cx);
	EXPECT_INT(ERR_INVALID, json_text(cx, j, "n", false, &s));
	EXPECT_TEXT("err.json_kind", cx->error.key);
	ctx_forgive(cx);
	EXPECT_INT(ERR_INVALID, json_int(cx, j, "n", false, 6, 9, &n));
	EXPECT_TEXT("err.json_range", cx->error.key);
	ctx_forgive(cx);
	EXPECT_ERR(ERR_INVALID, json_date(cx, j, "bad", false, &d));
	EXPECT_INT(ERR_INVALID, json_date(cx, j, "est", false, &d));
	EXPECT_TEXT("err.json_date", cx->error.key);
	ctx_forgive(cx);
	EXPECT_INT(civil_day(2026, 2, 28), d);
	EXPECT_INT(ERR_INVALID, json_all_used(cx, j));
	EXPECT_TEXT("more", cx->error.args[0]);
	EXPECT_INT(1, cx->error.line);
}

TEST(json_sums_are_exact)
{
	static const struct {
		const char *in;
		int64_t cents;
		bool good;
	} cases[] = {
		{ "12.5", 1250, true },
		{ "12.50", 1250, true },
		{ "12", 1200, true },
		{ "\"12.34\"", 1234, true },
		{ "-0.01", -1, true },
		{ "0.1", 10, true },
		{ "12.345", 0, false },
		{ "1e3", 0, false },
		{ "1E3", 0, false },
		{ "\"12,34\"", 0, false },
		{ "\"\"", 0, false },
		{ "true", 0, false },
		{ "90071992547409.93", 9007199254740993, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *j = parsed(t, arena_printf(t->arena, "{\"sum\":%s}", cases[i].in));
		int64_t cents = 0;
		enum err e = json_cents(test_ctx(t), j, "sum", false, &cents);

		EXPECT_INT(cases[i].good ? OK : ERR_INVALID, e);
		EXPECT_INT(cases[i].cents, cents);
		ctx_forgive(test_ctx(t));
	}
}

/* Made to hurt: refused with a reason, or exact. A long text is the field's to refuse. */
TEST(json_takes_hostile_files_as_it_must)
{
	static const struct {
		const char *name, *key; /* NULL: it is read */
	} CASES[] = {
		{ "dup-keys", "err.json_double" },
		{ "big-number", "err.json_number" },
		{ "int-overflow", "err.json_number" },
		{ "nul-in-key", "err.json_utf8" },
		{ "invalid-utf8", "err.json_utf8" },
		{ "long-string", NULL },
		{ "float-money", NULL },
	};
	struct ctx *cx = test_ctx(t);
	struct json *j = NULL;
	int64_t cents = 0;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *path =
			test_data(t, arena_printf(t->arena, "hostile/json/%s.json", CASES[i].name));
		const char *bytes;
		size_t len;

		if (path == NULL)
			SKIP();
		bytes = test_read(t, path, &len);
		ctx_forgive(cx);
		EXPECT_INT(CASES[i].key == NULL ? OK : ERR_INVALID,
			   json_parse(cx, path, bytes, len, &j));
		if (CASES[i].key != NULL)
			EXPECT_TEXT(CASES[i].key, cx->error.key);
	}
	EXPECT_OK(json_cents(cx, j, "summa", false, &cents));
	EXPECT_INT(10, cents);
	EXPECT_INT(ERR_INVALID, json_cents(cx, j, "summa2", false, &cents));
	EXPECT_TEXT("err.json_money", cx->error.key);
}

/* The public corpus: y_ must be read, n_ refused, i_ either way, none may hurt. */
TEST(json_public_corpus)
{
	const char *dir = test_data(t, "json/parsing");
	DIR *d = dir != NULL ? opendir(dir) : NULL;
	int seen = 0;

	if (d == NULL)
		SKIP();
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		struct json *j = NULL;
		size_t len;
		char *s;
		enum err got;

		if (e->d_name[0] == '.' || strstr(e->d_name, ".json") == NULL)
			continue;
		s = test_read(t, arena_printf(t->arena, "%s/%s", dir, e->d_name), &len);
		ctx_forgive(test_ctx(t));
		got = json_parse(test_ctx(t), e->d_name, s, len, &j);
		/* RFC 8259 leaves double keys and NUL in texts open; we refuse them. */
		if (strstr(e->d_name, "duplicated_key") != NULL || strstr(e->d_name, "null_") ||
		    strstr(e->d_name, "escaped_null"))
			EXPECT(got == ERR_INVALID || e->d_name[0] != 'y');
		else if (e->d_name[0] == 'y')
			EXPECT_ERR(OK, got);
		else if (e->d_name[0] == 'n')
			EXPECT(got != OK);
		seen++;
	}
	closedir(d);
	EXPECT(seen > 100);
}
