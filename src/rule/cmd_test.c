/* Tests of `hool rule` and `hool id` as they are typed. */
#include "rule/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/texts.h"
#include "format/json.h"

static const char *const FILES[] = { "rules/child.yaml",       "rules/counting.yaml",
				     "rules/ehak.yaml",	       "rules/identity.yaml",
				     "rules/money.yaml",       "rules/procedure.yaml",
				     "rules/special-care.yaml" };
#define FILE_COUNT (sizeof(FILES) / sizeof(FILES[0]))

typedef enum err
command(struct ctx *cx, const struct rulebook *rb, int argc, char **argv, FILE *in, FILE *out);

static struct rulebook *
load(struct test *t)
{
	struct rule_file files[FILE_COUNT];
	struct rulebook *rb = NULL;
	struct texts *texts = texts_new(t->arena);
	const char *bytes;
	size_t len;

	for (size_t i = 0; i < FILE_COUNT; i++) {
		files[i].name = FILES[i];
		files[i].bytes = test_read(t, FILES[i], &files[i].len);
	}
	bytes = test_read(t, "po/rule.en.po", &len);
	EXPECT_OK(texts_add_po(&t->cx, texts, LANG_EN, "rule.en.po", bytes, len));
	t->cx.texts = texts;
	t->cx.lang = LANG_EN;
	EXPECT_OK(rulebook_load(&t->cx, files, FILE_COUNT, &rb));
	return rb;
}

/* Run a command line over an input; *ret_out in the test's arena. */
static enum err
run(struct test *t, command *cmd, const struct rulebook *rb, const char *words, const char *input,
    size_t len, const char **ret_out)
{
	char *line = arena_strdup(t->arena, words), *argv[12] = { line };
	char *bytes = NULL;
	size_t size = 0;
	int argc = 0;
	FILE *out = open_memstream(&bytes, &size);
	FILE *in = len > 0 ? fmemopen(arena_strndup(t->arena, input, len), len, "r")
			   : fopen("/dev/null", "r");
	enum err e;

	for (char *w; (w = strsep(&line, " ")) != NULL;)
		argv[argc++] = w;
	ctx_forgive(&t->cx);
	e = cmd(&t->cx, rb, argc, argv, in, out);
	(void)fclose(out);
	(void)fclose(in);
	*ret_out = arena_strndup(t->arena, bytes, size);
	free(bytes);
	return e;
}

TEST(rule_cmd_answers_the_main_value_first)
{
	static const struct {
		const char *words, *first;
	} ROWS[] = {
		{ "rule R46 2026-05-25", "2026-06-25\n" },
		{ "rule R46 25.05.2026", "2026-06-25\n" },
		{ "rule R46 from=2026-05-25", "2026-06-25\n" },
		{ "rule R49 2026-11-25", "2026-12-28\nlongest=2027-01-25\n" },
		{ "rule R26 2026-03-01 minutes=90 code=2010", "44.10\n" },
		{ "rule R05 2027", "2027-03-28\ngood_friday=2027-03-26\n" },
		{ "rule R41 2026-05-22T18:00", "2026-05-25T18:00\n" },
		{ "rule R73 5991231046", "0\n" },
		{ "rule R03 2025-12-31 months=2", "2026-03-02\n" },
		{ "rule R77 2025-12-01 code=0803", "no\n" },
		{ "rule --json R46 2026-05-25", "{\"rule\":\"R46\"" },
	};
	struct rulebook *rb = load(t);
	const char *out;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		EXPECT_OK(run(t, rule_cmd, rb, ROWS[i].words, "", 0, &out));
		if (strncmp(out, ROWS[i].first, strlen(ROWS[i].first)) != 0)
			print_error("%s: %s\n", ROWS[i].words, out);
		EXPECT(strncmp(out, ROWS[i].first, strlen(ROWS[i].first)) == 0);
	}
	EXPECT_OK(run(t, rule_cmd, rb, "rule R46 2026-05-25", "", 0, &out));
	EXPECT(strstr(out, "24.06.2026 is not a working day (Midsummer Day)") != NULL);
}

TEST(rule_cmd_says_what_is_wrong)
{
	static const struct {
		const char *words, *key;
		enum err e;
	} ROWS[] = {
		{ "rule", "err.rule_which", ERR_INVALID },
		{ "rule R99 2026-05-25", "err.rule_none", ERR_NOTFOUND },
		{ "rule r46 2026-05-25", "err.rule_none", ERR_NOTFOUND },
		{ "rule R46", "err.rule_missing", ERR_INVALID },
		{ "rule R46 2026-02-30", "err.rule_date", ERR_INVALID },
		{ "rule R46 1500-01-01", "err.rule_date", ERR_INVALID },
		{ "rule R46 tomorrow", "err.rule_date", ERR_INVALID },
		{ "rule R46 2026-05-25 2026-05-26", "err.rule_extra", ERR_INVALID },
		{ "rule R46 2026-05-25 from=2026-05-25", "err.rule_fact_twice", ERR_INVALID },
		{ "rule R46 2026-05-25 x=1", "err.rule_input", ERR_INVALID },
		{ "rule R46 2026-05-25 =1", "err.rule_input", ERR_INVALID },
		{ "rule --jason R46", "err.rule_option", ERR_INVALID },
		{ "rule R26 2026-03-01 minutes=9999999 code=2010", "err.rule_range", ERR_INVALID },
		{ "rule R26 2026-03-01 minutes=1.5 code=2010", "err.rule_int", ERR_INVALID },
		{ "rule R46 2999-12-30", "err.rule_far", ERR_INVALID },
		{ "rule --batch R46", "err.rule_extra", ERR_INVALID },
		{ "rule R46 \xFF", "err.rule_utf8", ERR_INVALID },
	};
	struct rulebook *rb = load(t);
	const char *out;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		enum err e = run(t, rule_cmd, rb, ROWS[i].words, "", 0, &out);

		if (e != ROWS[i].e || strcmp(t->cx.error.key, ROWS[i].key) != 0)
			print_error("%s: %s\n", ROWS[i].words, t->cx.error.key);
		EXPECT_INT(ROWS[i].e, e);
		EXPECT_TEXT(ROWS[i].key, t->cx.error.key);
		EXPECT_TEXT("", out);
	}
}

TEST(rule_cmd_batch_goes_on_after_a_bad_line)
{
	static const char INPUT[] = "R46 2026-05-25\r\n\nR99 x\nR46 2026-02-30\nR10\t2026-03-30\n"
				    "R46 2026-\xFF\nR46 \0 2026-05-25\nR26 2026-03-01 minutes=90 "
				    "code=2010";
	char *large = arena_alloc(t->arena, 20000);
	struct rulebook *rb = load(t);
	const char *out;

	EXPECT_INT(ERR_INVALID,
		   run(t, rule_cmd, rb, "rule --batch", INPUT, sizeof(INPUT) - 1, &out));
	EXPECT_TEXT("err.rule_batch", t->cx.error.key);
	EXPECT_TEXT("4", t->cx.error.args[0]);
	EXPECT(strncmp(out, "R46 2026-05-25 2026-06-25\nR99 x error: ", 39) == 0);
	EXPECT(strstr(out, "\nR46 2026-02-30 error: ") != NULL);
	EXPECT(strstr(out, "\nR10\t2026-03-30 2026-04-14\n") != NULL);
	EXPECT(strstr(out, "\nR26 2026-03-01 minutes=90 code=2010 44.10\n") != NULL);
	memset(large, 'R', 20000);
	EXPECT_INT(ERR_INVALID, run(t, rule_cmd, rb, "rule --batch", large, 20000, &out));
	EXPECT(strstr(out, " error: ") != NULL && strlen(out) < 1000);
	EXPECT_OK(run(t, rule_cmd, rb, "rule --batch", "", 0, &out));
	EXPECT_TEXT("", out);
}

TEST(rule_cmd_batch_json_is_one_object_a_line)
{
	static const char INPUT[] = "R49 2026-11-25\nR99 \x01\n";
	struct rulebook *rb = load(t);
	const char *out, *end, *text = NULL;
	struct json *j;

	EXPECT_INT(ERR_INVALID,
		   run(t, rule_cmd, rb, "rule --batch --json", INPUT, sizeof(INPUT) - 1, &out));
	end = strchr(out, '\n');
	EXPECT(end != NULL);
	ctx_forgive(&t->cx);
	EXPECT_OK(json_parse(&t->cx, "1", out, (size_t)(end - out), &j));
	EXPECT_OK(json_text(&t->cx, j, "result", false, &text));
	EXPECT_TEXT("2026-12-28", text);
	EXPECT_OK(json_parse(&t->cx, "2", end + 1, strlen(end + 1) - 1, &j));
	EXPECT_OK(json_text(&t->cx, j, "key", false, &text));
	EXPECT_TEXT("err.rule_none", text);
}

TEST(rule_cmd_lists_and_checks)
{
	struct rulebook *rb = load(t);
	const char *out;

	EXPECT_OK(run(t, rule_cmd, rb, "rule --list", "", 0, &out));
	EXPECT(strstr(out, "\nR46\tFiling an appeal\tHMS § 75\n") != NULL);
	EXPECT(strstr(out, "\nR18\t") != NULL && strstr(out, "\tnot confirmed\n") != NULL);
	EXPECT_OK(run(t, rule_cmd, rb, "rule --check", "", 0, &out));
	EXPECT_OK(run(t, rule_cmd, rb, "rule --help", "", 0, &out));
	EXPECT(strstr(out, "hool rule R46") != NULL);
}

TEST(ident_cmd_answers)
{
	static const struct {
		const char *words, *has;
		enum err e;
	} ROWS[] = {
		{ "id isikukood 59912310460", "male, born 31.12.2099; the birth date", OK },
		{ "id isikukood 38001085718",
		  "personal code 38001085718: valid; male, born "
		  "08.01.1980\n",
		  OK },
		{ "id isikukood 38O01085718", "the letter “O” where the digit 0", ERR_INVALID },
		{ "id iban EE38 2200 2210 2014 5685",
		  "IBAN EE382200221020145685: valid; the "
		  "spelling",
		  OK },
		{ "id ehak 0784", "valid; Tallinn\n", OK },
		{ "id ehak 0803", "now Jõhvi vald", ERR_INVALID },
		{ "id ehak 0803 --date=2025-11-27", "valid; Toila vald\n", OK },
		{ "id ehak 0999", "not in the list", ERR_INVALID },
		{ "id ehak 1234", "valid\n", OK },
		{ "id registrikood 70001952 --json", "\"valid\":true,\"why\":null", OK },
		{ "id isikukood 38001085718 --json", "\"birth_date\":\"1980-01-08\",\"sex\":\"M\"",
		  OK },
		{ "id passport 1", "", ERR_INVALID },
		{ "id isikukood", "", ERR_INVALID },
		{ "id", "", ERR_INVALID },
		{ "id --help", "isikukood registrikood", OK },
		{ "id --date=x ehak 0784", "", ERR_INVALID },
	};
	struct rulebook *rb = load(t);
	const char *out;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		enum err e = run(t, ident_cmd, rb, ROWS[i].words, "", 0, &out);

		if (e != ROWS[i].e || strstr(out, ROWS[i].has) == NULL)
			print_error("%s: %s\n", ROWS[i].words, out);
		EXPECT_INT(ROWS[i].e, e);
		EXPECT(strstr(out, ROWS[i].has) != NULL);
	}
}

TEST(ident_cmd_batch_answers_every_line)
{
	static const char INPUT[] = "isikukood\t38001085718\nisikukood 38001085719\r\n"
				    "iban\tEE38 2200 2210 2014 5685\nisikukood\t\xFF\xFE\n"
				    "kmkr\tEE1\0\n\xC3\x28 1\nnothing\t1\nviitenumber\t\n";
	struct rulebook *rb = load(t);
	const char *out, *p;
	static const bool VALID[] = { true, false, true, false, false, false, false, false };
	size_t n = 0;

	EXPECT_INT(ERR_INVALID,
		   run(t, ident_cmd, rb, "id --batch --json", INPUT, sizeof(INPUT) - 1, &out));
	EXPECT_TEXT("2", t->cx.error.args[0]);
	ctx_forgive(&t->cx);
	for (p = out; *p != '\0'; n++) {
		const char *end = strchr(p, '\n'), *why = NULL;
		struct json *j;
		bool valid = false;

		EXPECT(end != NULL && n < sizeof(VALID));
		EXPECT_OK(json_parse(&t->cx, "line", p, (size_t)(end - p), &j));
		EXPECT_OK(json_bool(&t->cx, j, "valid", false, &valid));
		EXPECT_OK(json_text(&t->cx, j, "why", true, &why));
		EXPECT(valid == VALID[n]);
		EXPECT(valid == (why == NULL));
		EXPECT(json_get(j, "value") != NULL && json_get(j, "normalized") != NULL);
		p = end + 1;
	}
	EXPECT_INT(sizeof(VALID), n);
	EXPECT_INT(ERR_INVALID,
		   run(t, ident_cmd, NULL, "id --batch", INPUT, sizeof(INPUT) - 1, &out));
}
