/* Tests of reading and writing CSV. */
#include "format/csv.h"

#include <string.h>

#include "base/civil.h"
#include "base/test.h"
#include "base/text.h"

static enum err
parse(struct ctx *cx, const char *s, struct csv **ret)
{
	return csv_parse(cx, "x.csv", s, strlen(s), ret);
}

/* All cells as one text: "a|b\n1|2\n". */
static const char *
flat(struct test *t, const struct csv *csv)
{
	SCOPED_BUF b;

	buf_init(&b, 100000);
	for (size_t i = 0; i < csv->nrows; i++)
		for (size_t k = 0; k < csv->ncols; k++)
			buf_printf(&b, "%s%c", csv->rows[i].cells[k],
				   k + 1 < csv->ncols ? '|' : '\n');
	return arena_strndup(t->arena, b.bytes, b.len);
}

TEST(csv_reads)
{
	static const struct {
		const char *in, *want;
		char delimiter;
	} CASES[] = {
		{ "a;b\n1;2\n", "a|b\n1|2\n", ';' },
		{ "a;b\r\n1;2", "a|b\n1|2\n", ';' },
		{ "a;b\r1;2\r3;4", "a|b\n1|2\n3|4\n", ';' },
		{ "a,b\n1,2\n", "a|b\n1|2\n", ',' },
		{ "a\tb\n1\t2\n", "a|b\n1|2\n", '\t' },
		{ "a,b;c;d\n", "a,b|c|d\n", ';' },
		{ "\"a,b,c\";d\n", "a,b,c|d\n", ';' },
		{ "\xEF\xBB\xBF"
		  "a;b\n",
		  "a|b\n", ';' },
		{ "a;b\n\n\r\n1;2\n\n", "a|b\n1|2\n", ';' },
		{ "a;b;c\n1\n2;3\n", "a|b|c\n1||\n2|3|\n", ';' },
		{ "a;b\n1;2;;\n", "a|b\n1|2\n", ';' },
		{ "a;b\n\"x\ny\";\"q\"\"q\"\n", "a|b\nx\ny|q\"q\n", ';' },
		{ "a;b\n\"\";\n", "a|b\n|\n", ';' },
		{ "a;b\n5' 6\";x\n", "a|b\n5' 6\"|x\n", ';' },
		{ "yks\n1\n", "yks\n1\n", ';' },
		{ "a;b\n 1 ; 2\n", "a|b\n 1 | 2\n", ';' },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct csv *csv = NULL;

		EXPECT_OK(parse(test_ctx(t), CASES[i].in, &csv));
		EXPECT_TEXT(CASES[i].want, flat(t, csv));
		EXPECT_INT(CASES[i].delimiter, csv->delimiter);
	}
}

TEST(csv_knows_the_line_of_a_row)
{
	struct csv *csv = NULL;

	EXPECT_OK(parse(test_ctx(t), "a;b\r\n\r\n\"x\r\ny\rz\";1\r\n2;3\r\n", &csv));
	EXPECT_INT(3, csv->nrows);
	EXPECT_INT(3, csv->rows[1].line);
	EXPECT_INT(6, csv->rows[2].line);
	EXPECT_INT(1, csv_column(csv, "B"));
	EXPECT_INT(-1, csv_column(csv, "c"));
}

TEST(csv_refuses_with_key_and_place)
{
	static const struct {
		const char *in, *key;
		int line, col;
	} CASES[] = {
		{ "", "err.csv_empty", 0, 0 },
		{ "\n\n", "err.csv_empty", 0, 0 },
		{ "\xEF\xBB\xBF", "err.csv_empty", 0, 0 },
		{ "a;b\n1;m\xE4rkus\n", "err.csv_utf8", 2, 0 },
		{ "a;b\r1;2\r\xC0\x80", "err.csv_utf8", 3, 0 },
		{ "a;b\n1;2;3\n", "err.csv_columns", 2, 0 },
		{ "a;b\n1;\"2\n", "err.csv_open", 2, 3 },
		{ "a;b\n\"1\"2;3\n", "err.csv_quote", 2, 4 },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct csv *csv = NULL;

		ctx_forgive(cx);
		EXPECT_INT(ERR_INVALID, parse(cx, CASES[i].in, &csv));
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_TEXT("x.csv", cx->error.file);
		EXPECT_INT(CASES[i].line, cx->error.line);
		EXPECT_INT(CASES[i].col, cx->error.col);
		EXPECT(csv == NULL);
	}
	ctx_forgive(cx);
	EXPECT_INT(ERR_INVALID, csv_parse(cx, "x.csv", "a\nb\0", 4, &(struct csv *){ NULL }));
	EXPECT_TEXT("err.csv_nul", cx->error.key);
}

TEST(csv_holds_its_limits)
{
	struct ctx *cx = test_ctx(t);
	struct csv *csv = NULL;
	SCOPED_BUF b;

	buf_init(&b, MAX_UPLOAD + 1);
	for (int i = 1; i < MAX_CSV_COLUMNS; i++)
		buf_char(&b, ';');
	EXPECT_OK(parse(cx, b.bytes, &csv));
	EXPECT_INT(MAX_CSV_COLUMNS, csv->ncols);
	buf_char(&b, ';');
	EXPECT_INT(ERR_LIMIT, parse(cx, b.bytes, &csv));
	EXPECT_TEXT("err.csv_columns_many", cx->error.key);
	ctx_forgive(cx);
	buf_clear(&b);
	buf_text(&b, ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;\n"); /* rows filled up count too */
	for (int i = 0; i < 20000; i++)
		buf_text(&b, "x\n");
	EXPECT_INT(ERR_LIMIT, parse(cx, b.bytes, &csv));
	EXPECT_TEXT("err.csv_cells", cx->error.key);
	EXPECT(arena_size(cx->arena) < 50u * 1024 * 1024);
	ctx_forgive(cx);
	EXPECT_INT(ERR_LIMIT, csv_parse(cx, "x.csv", b.bytes, MAX_UPLOAD + 1, &csv));
	EXPECT_TEXT("err.csv_large", cx->error.key);
}

TEST(csv_reads_the_spectrum)
{
	static const struct {
		const char *name, *want;
	} CASES[] = {
		{ "empty", "a|b|c\n1||\n2|3|4\n" },
		{ "escaped_quotes", "a|b\n1|ha \"ha\" ha\n3|4\n" },
		{ "newlines_crlf", "a|b|c\n1|2|3\nOnce upon \r\na time|5|6\n7|8|9\n" },
		{ "simple", "a|b|c\n1|2|3\n" },
		{ "utf8", "a|b|c\n1|2|3\n4|5|\xCA\xA4\n" },
		{ "location_coordinates",
		  "Contact Phone Number|Location Coordinates|Cities|Counties\n"
		  "2095257564|37\xEF\xBF\xBD"
		  "36'37.8\"N 121\xEF\xBF\xBD"
		  "2'17.9\"W|Modesto|"
		  "Stanislaus\n" },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *path = test_data(
			t, arena_printf(t->arena, "csv/csv-spectrum/%s.csv", CASES[i].name));
		const char *bytes;
		struct csv *csv = NULL;
		size_t len;

		if (path == NULL)
			SKIP();
		bytes = test_read(t, path, &len);
		EXPECT_OK(csv_parse(cx, path, bytes, len, &csv));
		EXPECT_TEXT(CASES[i].want, flat(t, csv));
	}
}

TEST(csv_takes_hostile_files_as_it_must)
{
	static const struct {
		const char *name, *key, *want; /* error, or what is read */
	} CASES[] = {
		{ "win1257", "err.csv_utf8", NULL },
		{ "utf16le", "err.csv_utf16", NULL },
		{ "cr-only", NULL, "a|b\n1|2\n3|4\n" },
		{ "formula", NULL, "nimi|summa\n=1+1|5\n@SUM(A1)|6\n+cmd|7\n-2|8\n\t=1|9\n" },
		{ "empty", "err.csv_empty", NULL },
		{ "header-only", NULL, "isikukood|teenus\n" },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *path =
			test_data(t, arena_printf(t->arena, "hostile/csv/%s.csv", CASES[i].name));
		const char *bytes;
		struct csv *csv = NULL;
		size_t len;

		if (path == NULL)
			SKIP();
		bytes = test_read(t, path, &len);
		ctx_forgive(cx);
		EXPECT_INT(CASES[i].key == NULL ? OK : ERR_INVALID,
			   csv_parse(cx, path, bytes, len, &csv));
		if (CASES[i].key != NULL)
			EXPECT_TEXT(CASES[i].key, cx->error.key);
		else
			EXPECT_TEXT(CASES[i].want, flat(t, csv));
	}
}

TEST(csv_writes_text_as_text_and_numbers_as_numbers)
{
	struct ctx *cx = test_ctx(t);
	struct csv_writer w;
	SCOPED_BUF b;

	buf_init(&b, 10000);
	csv_begin(&w, &b, ';', true);
	csv_text(&w, "nimi");
	csv_text(&w, "=1+1");
	csv_text(&w, "+372 5");
	csv_text(&w, "-2");
	csv_text(&w, "@SUM(A1)");
	csv_text(&w, "\t=1");
	csv_text(&w, "\xEF\xBC\x9D"
		     "1");
	csv_end_row(&w);
	csv_text(&w, "a;b");
	csv_text(&w, "ta \"ise\"\n");
	csv_text(&w, NULL);
	csv_text(&w, "");
	csv_int(&w, -5);
	csv_cents(&w, -123456);
	csv_date(&w, civil_day(2026, 5, 25));
	csv_date(&w, CIVIL_NONE);
	csv_end_row(&w);
	EXPECT_OK(buf_check(cx, &b));
	EXPECT_TEXT("\xEF\xBB\xBFnimi;'=1+1;'+372 5;'-2;'@SUM(A1);\"'\t=1\";'\xEF\xBC\x9D"
		    "1\r\n"
		    "\"a;b\";\"ta \"\"ise\"\"\n\";;;-5;-1234,56;2026-05-25;\r\n",
		    b.bytes);
	buf_clear(&b);
	csv_begin(&w, &b, ',', false);
	csv_cents(&w, 5);
	csv_cents(&w, 100);
	csv_end_row(&w);
	EXPECT_TEXT("0.05,1.00\r\n", b.bytes);
}

TEST(csv_written_reads_back)
{
	static const char *const TEXTS[] = { "",     "a",	 " x ",		"\"",
					     "\"\"", "a;b,c\td", "1\r\n2\r3\n", "\xC3\xB5" };
	struct ctx *cx = test_ctx(t);
	struct csv_writer w;
	struct csv *csv = NULL;
	SCOPED_BUF b;

	buf_init(&b, 10000);
	csv_begin(&w, &b, ';', false);
	csv_text(&w, "algus");
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
		csv_text(&w, TEXTS[i]);
	csv_end_row(&w);
	EXPECT_OK(csv_parse(cx, "x.csv", b.bytes, b.len, &csv));
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
		EXPECT_TEXT(TEXTS[i], csv->rows[0].cells[i + 1]);
}
