/* Tests of the rules: the shipped files with all their examples, and files that must be refused. */
#include "rule/rule.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/texts.h"
#include "rule/place.h"
#include "rule/cmd.h"
#include "format/json.h"

static const char *const FILES[] = { "rules/child.yaml",       "rules/counting.yaml",
				     "rules/ehak.yaml",	       "rules/identity.yaml",
				     "rules/money.yaml",       "rules/procedure.yaml",
				     "rules/special-care.yaml" };
#define FILE_COUNT (sizeof(FILES) / sizeof(FILES[0]))

/* The shipped rules, and the texts they are explained with. */
static struct rulebook *
shipped(struct test *t)
{
	static const char *const PO[LANG_COUNT] = { "po/rule.et.po", "po/rule.en.po",
						    "po/rule.ru.po" };
	struct rule_file files[FILE_COUNT];
	struct rulebook *rb = NULL;
	struct texts *texts = texts_new(t->arena);
	size_t len;

	for (size_t i = 0; i < FILE_COUNT; i++) {
		files[i].name = FILES[i];
		files[i].bytes = test_read(t, FILES[i], &files[i].len);
	}
	for (int i = 0; i < LANG_COUNT; i++) {
		const char *bytes = test_read(t, PO[i], &len);

		EXPECT_OK(texts_add_po(&t->cx, texts, (enum lang)i, PO[i], bytes, len));
	}
	EXPECT(texts_missing(texts, LANG_EN) == 0 && texts_missing(texts, LANG_RU) == 0);
	t->cx.texts = texts;
	EXPECT_OK(rulebook_load(&t->cx, files, FILE_COUNT, &rb));
	return rb;
}

TEST(rule_examples_of_the_shipped_rules_hold)
{
	struct rulebook *rb = shipped(t);
	size_t n = 0;

	EXPECT_OK(rulebook_check(&t->cx, rb, &n));
	EXPECT(n >= 200);
	for (int i = 1; i <= 79; i++) {
		const char *id = arena_printf(t->arena, "R%02d", i);

		if (rulebook_find(rb, id) == NULL)
			print_error("no %s\n", id);
		EXPECT(rulebook_find(rb, id) != NULL);
	}
}

TEST(rule_every_step_has_a_text_in_every_language)
{
	static const char *const CASES[] = { "R46 2026-05-25",
					     "R10 2026-12-14",
					     "R66 2026-06-01",
					     "R22 2027-01-20 birth=2011-01-20",
					     "R26 2026-03-01 minutes=90 code=2010",
					     "R28 2025-11-28 home=0803 place=0251",
					     "R31 2026-03-01 team=nurse",
					     "R05 2027" };
	struct rulebook *rb = shipped(t);

	for (int lang = 0; lang < LANG_COUNT; lang++) {
		t->cx.lang = (enum lang)lang;
		for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
			char *line = arena_strdup(t->arena, CASES[i]), *argv[8] = { NULL };
			char *out = NULL;
			size_t size = 0;
			int argc = 1;
			FILE *f = open_memstream(&out, &size);

			for (char *w; (w = strsep(&line, " ")) != NULL;)
				argv[argc++] = w;
			EXPECT_OK(rule_cmd(&t->cx, rb, argc, argv, stdin, f));
			(void)fclose(f);
			if (strstr(out, "rule.step") != NULL || strstr(out, "{1}") != NULL)
				print_error("%s", out);
			EXPECT(strstr(out, "rule.step") == NULL && strstr(out, "{1}") == NULL &&
			       strstr(out, "{2}") == NULL && strstr(out, "{3}") == NULL &&
			       strstr(out, "day.") == NULL);
			free(out);
		}
	}
}

TEST(rule_says_each_skipped_day_and_why)
{
	struct rulebook *rb = shipped(t);
	struct rule_value from = rule_date("from", civil_day(2026, 3, 30));
	struct rule_result r;
	int skipped = 0;

	EXPECT_OK(rule_eval(&t->cx, rb, "R10", &from, 1, &r));
	EXPECT_INT(civil_day(2026, 4, 14), r.values[0].date);
	for (size_t i = 0; i < r.nsteps; i++) {
		if (strcmp(r.steps[i].key, "rule.step.skip") != 0)
			continue;
		if (skipped++ == 0) {
			EXPECT_INT(civil_day(2026, 4, 3), r.steps[i].date);
			EXPECT_TEXT("holiday.good_friday", r.steps[i].reason);
		}
	}
	EXPECT_INT(5, skipped); /* Good Friday and two weekends */
	EXPECT(r.confirmed);
	from = rule_date("from", civil_day(2026, 5, 25));
	EXPECT_OK(rule_eval(&t->cx, rb, "R46", &from, 1, &r));
	EXPECT_TEXT("rule.step.roll", r.steps[r.nsteps - 2].key);
	EXPECT_TEXT("holiday.midsummer", r.steps[r.nsteps - 2].reason);
	EXPECT_TEXT("rule.step.last_day", r.steps[r.nsteps - 1].key);
	EXPECT_INT(civil_day(2026, 6, 25), r.steps[r.nsteps - 1].date);
}

TEST(rule_due_serves_clocks)
{
	struct rulebook *rb = shipped(t);
	int32_t due = 0;

	EXPECT_OK(rule_due(&t->cx, rb, "R46", civil_day(2026, 5, 25), &due));
	EXPECT_INT(civil_day(2026, 6, 25), due);
	EXPECT_OK(rule_due(&t->cx, rb, "R67", civil_day(2026, 1, 5), &due));
	EXPECT_INT(civil_day(2026, 3, 2), due);
	EXPECT_ERR(ERR_NOTFOUND, rule_due(&t->cx, rb, "R99", 0, &due));
	EXPECT_ERR(ERR_INVALID, rule_due(&t->cx, rb, "R41", civil_day(2026, 5, 22), &due));
	EXPECT_ERR(ERR_BUG, rule_due(&t->cx, rb, "TT-HOURS", civil_day(2026, 5, 22), &due));
	EXPECT_INT(civil_day(2026, 3, 2), due);
}

TEST(rule_takes_the_version_of_the_event_and_of_what_was_known)
{
	static const char YAML[] =
		"rule: X1\nname: {et: a}\nsource: s\nkind: term\nversions:\n"
		"  - {valid_from: 2020-01-01, calendar_days: 1, roll: false, confirmed: true}\n"
		"  - {valid_from: 2021-01-01, calendar_days: 2, roll: false, confirmed: true}\n"
		"  - {valid_from: 2021-01-01, known_from: 2021-06-01, calendar_days: 3, roll: "
		"false,"
		" confirmed: true}\n";
	static const struct {
		const char *from, *known, *gives;
	} ROWS[] = {
		{ "2020-12-31", NULL, "2021-01-01" },
		{ "2021-01-01", NULL, "2021-01-04" },
		{ "2021-01-01", "2021-05-31", "2021-01-03" },
		{ "2021-01-01", "2021-06-01", "2021-01-04" },
	};
	struct rule_file file = { "x.yaml", YAML, sizeof(YAML) - 1 };
	struct rulebook *rb = NULL;

	EXPECT_OK(rulebook_load(&t->cx, &file, 1, &rb));
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct rule_value in[2] = { rule_text("from", ROWS[i].from),
					    rule_text("known", ROWS[i].known) };
		struct rule_result r;

		EXPECT_OK(rule_eval(&t->cx, rb, "X1", in, ROWS[i].known == NULL ? 1 : 2, &r));
		EXPECT_TEXT(ROWS[i].gives, rule_value_text(&t->cx, &r.values[0]));
	}
}

/* A rule file with one rule, its versions given. */
#define RULE(kind, versions) \
	"rule: X1\nname: {et: a}\nsource: s\nkind: " kind "\nversions:\n" versions

TEST(rule_files_are_refused_with_their_place)
{
	static const struct {
		const char *yaml, *key;
		int line;
	} ROWS[] = {
		{ RULE("term", "  - {valid_from: 2020-13-01, confirmed: true}\n"), "err.yaml_date",
		  6 },
		{ RULE("term", "  - {valid_from: 2020-01-01, confirmed: maybe}\n"), "err.yaml_bool",
		  6 },
		{ RULE("term", "  - {valid_from: 2020-01-01}\n"), "err.yaml_missing", 6 },
		{ RULE("term", "  - {valid_from: 2020-01-01, confirmed: true, days: 3}\n"),
		  "err.yaml_unknown", 6 },
		{ RULE("term", "  - {valid_from: 2020-01-01, confirmed: true, months: -3}\n"),
		  "err.rule_param", 6 },
		{ RULE("term", "  - {valid_from: 2020-01-01, confirmed: true, months: x}\n"),
		  "err.rule_param", 6 },
		{ RULE("term", "  - {valid_from: 2020-01-01, confirmed: true, below: 3}\n"),
		  "err.yaml_unknown", 6 },
		{ RULE("magic", "  - {valid_from: 2020-01-01, confirmed: true}\n"), "err.rule_kind",
		  4 },
		{ RULE("term", "  - {valid_from: 2020-01-01, confirmed: true}\n"
			       "  - {valid_from: 2020-01-01, confirmed: true}\n"),
		  "err.rule_overlap", 7 },
		{ RULE("term",
		       "  - {valid_from: 2020-01-01, valid_to: 2021-01-02, confirmed: true}\n"
		       "  - {valid_from: 2021-01-01, confirmed: true}\n"),
		  "err.rule_overlap", 7 },
		{ RULE("term", "  - {valid_from: 2021-01-01, confirmed: true}\n"
			       "  - {valid_from: 2020-01-01, confirmed: true}\n"),
		  "err.rule_order", 7 },
		{ RULE("term",
		       "  - {valid_from: 2021-01-01, valid_to: 2021-01-01, confirmed: true}\n"),
		  "err.rule_version_empty", 6 },
		{ RULE("term", "  - {valid_from: 2021-01-01, confirmed: true, by: group}\n"),
		  "err.yaml_missing", 6 },
		{ RULE("ceiling", "  - {valid_from: 2021-01-01, confirmed: true}\n"),
		  "err.yaml_missing", 6 },
		{ RULE("table", "  - {valid_from: 2021-01-01, confirmed: true, cases: []}\n"),
		  "err.rule_rows", 6 },
		{ RULE("conditions",
		       "  - {valid_from: 2021-01-01, confirmed: true, all: [{word: a}]}\n"),
		  "err.rule_condition", 6 },
		{ RULE("line", "  - {valid_from: 2021-01-01, confirmed: true, prices: NONE}\n"),
		  "err.rule_prices", 1 },
		{ RULE("yearly",
		       "  - {valid_from: 2021-01-01, confirmed: true, month_day: 02-29}\n"),
		  "err.rule_param", 6 },
		{ "rule: r1\nname: {et: a}\nsource: s\nkind: term\nversions: []\n", "err.rule_id",
		  1 },
		{ "rule: X1\nname: {en: a}\nsource: s\nkind: term\nversions: []\n",
		  "err.yaml_missing", 2 },
		{ "rule: X1\nname: {et: a}\nsource: s\nkind: term\nversions: []\n", "err.rule_rows",
		  5 },
		{ "rules: []\nmore: 1\n", "err.yaml_unknown", 2 },
		{ "rules: 3\n", "err.yaml_list", 1 },
		{ "- 3\n", "err.yaml_map", 1 },
		{ "valid_from: 2020-01-01\nplaces:\n  - {code: \"12\", name: a, kind: county}\n",
		  "err.place_code", 3 },
		{ "valid_from: 2020-01-01\nplaces:\n  - {code: \"0012\", name: a, kind: x}\n",
		  "err.place_kind", 3 },
		{ "valid_from: 2020-01-01\nplaces:\n"
		  "  - {code: \"0112\", name: a, kind: vald, county: \"0001\"}\n",
		  "err.place_unknown", 0 },
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct rule_file file = { "x.yaml", ROWS[i].yaml, strlen(ROWS[i].yaml) };
		struct rulebook *rb = NULL;

		ctx_forgive(&t->cx);
		assert_int_equal(ERR_INVALID, rulebook_load(&t->cx, &file, 1, &rb));
		if (strcmp(ROWS[i].key, t->cx.error.key) != 0 || ROWS[i].line != t->cx.error.line)
			print_error("%s%s at %d\n", ROWS[i].yaml, t->cx.error.key,
				    t->cx.error.line);
		EXPECT_TEXT(ROWS[i].key, t->cx.error.key);
		EXPECT_INT(ROWS[i].line, t->cx.error.line);
		EXPECT(rb == NULL);
	}
}

TEST(rule_ids_are_used_once_over_all_files)
{
	static const char YAML[] = RULE("term", "  - {valid_from: 2021-01-01, confirmed: true}\n");
	struct rule_file files[] = { { "a.yaml", YAML, sizeof(YAML) - 1 },
				     { "b.yaml", YAML, sizeof(YAML) - 1 } };
	struct rulebook *rb = NULL;

	assert_int_equal(ERR_INVALID, rulebook_load(&t->cx, files, 2, &rb));
	EXPECT_TEXT("err.rule_twice", t->cx.error.key);
	EXPECT_TEXT("b.yaml", t->cx.error.file);
	EXPECT_TEXT("a.yaml:1", t->cx.error.args[1]);
}

TEST(rule_example_that_does_not_hold_is_named)
{
	static const char YAML[] =
		RULE("term", "  - {valid_from: 2021-01-01, calendar_days: 1, confirmed: "
			     "true}\n") "examples:\n  - {from: 2026-05-25, gives: "
					"2026-05-27}\n";
	struct rule_file file = { "a.yaml", YAML, sizeof(YAML) - 1 };
	struct rulebook *rb = NULL;
	size_t n;

	EXPECT_OK(rulebook_load(&t->cx, &file, 1, &rb));
	assert_int_equal(ERR_INVALID, rulebook_check(&t->cx, rb, &n));
	EXPECT_TEXT("err.rule_example", t->cx.error.key);
	EXPECT_INT(8, t->cx.error.line);
	EXPECT_TEXT("2026-05-26", t->cx.error.args[2]);
}

TEST(rule_result_can_be_stored)
{
	struct rulebook *rb = shipped(t);
	struct rule_value in[] = { rule_date("date", civil_day(2026, 3, 1)),
				   rule_int("minutes", 90), rule_text("code", "2010") };
	struct rule_result r;
	struct json *j, *part;
	const char *text = NULL;
	bool confirmed = true;
	int64_t minutes = 0;
	SCOPED_BUF b;

	buf_init(&b, 65536);
	EXPECT_OK(rule_eval(&t->cx, rb, "R26", in, 3, &r));
	EXPECT(!r.confirmed);
	EXPECT_OK(rule_json(&t->cx, &r, &b));
	EXPECT_OK(json_parse(&t->cx, "result", b.bytes, b.len, &j));
	EXPECT_OK(json_text(&t->cx, j, "rule", false, &text));
	EXPECT_TEXT("R26", text);
	EXPECT_OK(json_text(&t->cx, j, "version", false, &text));
	EXPECT_TEXT("2016-01-01", text);
	EXPECT_OK(json_text(&t->cx, j, "result", false, &text));
	EXPECT_TEXT("44.10", text);
	EXPECT_OK(json_bool(&t->cx, j, "confirmed", false, &confirmed));
	EXPECT(!confirmed);
	EXPECT_OK(json_need(&t->cx, j, "inputs", JSON_MAP, &part));
	EXPECT_OK(json_int(&t->cx, part, "minutes", false, 0, 100, &minutes));
	EXPECT_INT(90, minutes);
	EXPECT_OK(json_need(&t->cx, j, "trace", JSON_LIST, &part));
	EXPECT_INT(r.nsteps, part->n);
}

TEST(place_counts_by_date)
{
	struct rulebook *rb = shipped(t);
	const struct place **list;

	EXPECT_INT(79, place_municipalities(&t->cx, rb, NULL, civil_day(2019, 7, 1), &list));
	EXPECT_INT(79, place_municipalities(&t->cx, rb, NULL, civil_day(2025, 11, 27), &list));
	EXPECT_INT(78, place_municipalities(&t->cx, rb, NULL, civil_day(2025, 11, 28), &list));
	EXPECT_INT(78, place_municipalities(&t->cx, rb, NULL, t->cx.today, &list));
	EXPECT_INT(15, place_counties(&t->cx, rb, t->cx.today, &list));
	EXPECT_INT(7, place_municipalities(&t->cx, rb, "0045", t->cx.today, &list));
	EXPECT(place_find(rb, "0803", civil_day(2025, 11, 27)) != NULL);
	EXPECT(place_find(rb, "0803", civil_day(2025, 11, 28)) == NULL);
	EXPECT_TEXT("Jõhvi vald", place_now(rb, "0803", t->cx.today)->name);
	EXPECT(!place_now(rb, "0803", t->cx.today)->confirmed);
	EXPECT(place_find(rb, "0251", civil_day(2025, 1, 1))->confirmed);
	EXPECT(place_now(rb, "0803", civil_day(2018, 1, 1)) == NULL);
	EXPECT(place_find(rb, "9999", t->cx.today) == NULL);
}
