/* Tests of UTF-8, numbers and money as text. */
#include "base/text.h"

#include <string.h>

#include "base/test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NB "\u00A0"

TEST(text_utf8_is_checked)
{
	static const char *const GOOD[] = {
		"",
		"abc",
		"õ€",
		"\U0001F600",
		"\x7F\xC2\x80\u07FF\u0800\uFFFF\U00010000\U0010FFFF",
		"\uD7FF\uE000",
	};
	static const char *const BAD[] = {
		"\x80",
		"\xBF",
		"\xC0\x80",
		"\xC1\xBF",
		"\xC2",
		"\xC2\x41",
		"\xE0\x80\x80",
		"\xE0\x9F\xBF",
		"\xE2\x82",
		"\xED\xA0\x80",
		"\xED\xBF\xBF",
		"\xF0\x80\x80\x80",
		"\xF0\x8F\xBF\xBF",
		"\xF0\x9F\x98",
		"\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80",
		"\xF8\x88\x80\x80\x80",
		"\xFE",
		"\xFF",
		"abc\xE2\x82",
	};

	(void)t;
	for (size_t i = 0; i < COUNT(GOOD); i++)
		EXPECT(text_is_utf8(GOOD[i], strlen(GOOD[i])));
	for (size_t i = 0; i < COUNT(BAD); i++)
		if (text_is_utf8(BAD[i], strlen(BAD[i]))) {
			print_error("bad case %zu was taken\n", i);
			EXPECT(false);
		}
	EXPECT(text_is_utf8("a\0b", 3));
	EXPECT(!text_is_utf8("\xE2\x82\xAC", 2));
}

TEST(text_code_points_go_there_and_back)
{
	static const uint32_t EDGES[] = { 1,	  0x7F,	  0x80,	  0x7FF,   0x800,
					  0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF };

	(void)t;
	for (size_t i = 0; i < COUNT(EDGES); i++) {
		char out[5] = { 0 };
		const char *s = out;
		size_t n = text_put(out, EDGES[i]);

		EXPECT(text_is_utf8(out, n));
		EXPECT_INT(EDGES[i], text_next(&s));
		EXPECT_INT(n, s - out);
		EXPECT_INT(1, text_length(out));
	}
}

TEST(text_next_steps_over_what_is_broken)
{
	const char *s = "a\xFF\xE2\x82õ";

	(void)t;
	EXPECT_INT('a', text_next(&s));
	EXPECT_INT(0xFFFD, text_next(&s));
	EXPECT_INT(0xFFFD, text_next(&s));
	EXPECT_INT(0xFFFD, text_next(&s));
	EXPECT_INT(0xF5, text_next(&s));
	EXPECT_INT(0, text_next(&s));
	EXPECT_INT(0, text_next(&s));
	EXPECT_INT(6, text_length("õäöü€x"));
}

TEST(text_control_characters_are_found)
{
	(void)t;
	EXPECT(!text_has_control("a\tb\r\nõ"));
	EXPECT(!text_has_control(""));
	EXPECT(text_has_control("a\x01"));
	EXPECT(text_has_control("\x1B[31m"));
	EXPECT(text_has_control("\x7F"));
	EXPECT(text_has_control("\xC2\x85"));
	EXPECT(!text_has_control(NB));
}

TEST(text_fault_names_key_and_place)
{
	static const struct {
		const char *text, *key;
		int line, col;
	} CASES[] = {
		{ "", NULL, 0, 0 },
		{ "õ\r\n\tä", NULL, 0, 0 },
		{ "\uFFFD", NULL, 0, 0 },
		{ "õõ\xFF", "err.utf8", 1, 3 },
		{ "a\n\nb\xE2\x82", "err.utf8", 3, 2 },
		{ "a\nõ\x02", "err.control", 2, 2 },
		{ "a\uFEFF", "err.control", 1, 2 },
	};

	(void)t;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		int line = 0, col = 0;
		const char *key = text_fault(CASES[i].text, strlen(CASES[i].text), &line, &col);

		EXPECT(text_equal(CASES[i].key, key));
		EXPECT_INT(CASES[i].line, line);
		EXPECT_INT(CASES[i].col, col);
	}
	int line = 0, col = 0;
	EXPECT_TEXT("err.control", text_fault("a\0b", 3, &line, &col));
	EXPECT_INT(2, col);
}

TEST(text_trim_cuts_the_ends)
{
	static const char *const CASES[][2] = {
		{ "", "" },
		{ "   ", "" },
		{ "a", "a" },
		{ " \t\r\na b\n ", "a b" },
		{ NB " õ " NB, "õ" },
		{ "a\r\nb\rc", "a\nb\nc" },
		{ "a\r\r\nb", "a\n\nb" },
		{ "a" NB "b", "a" NB "b" },
		{ "à", "à" }, /* C3 A0: no space hides in it */
	};

	for (size_t i = 0; i < COUNT(CASES); i++)
		EXPECT_TEXT(CASES[i][1], text_trim(t->arena, CASES[i][0]));
}

TEST(text_names_are_plain)
{
	static const char *const GOOD[] = { "a", "a1", "first_name",
					    "a234567890123456789012345678901234567890" };
	static const char *const BAD[] = {
		"",
		"A",
		"1a",
		"_a",
		"a-b",
		"a b",
		"õ",
		"aB",
		"a.b",
		"a\n",
		"a2345678901234567890123456789012345678901",
	};

	(void)t;
	for (size_t i = 0; i < COUNT(GOOD); i++)
		EXPECT(text_is_name(GOOD[i]));
	for (size_t i = 0; i < COUNT(BAD); i++)
		EXPECT(!text_is_name(BAD[i]));
	EXPECT(text_equal(NULL, NULL));
	EXPECT(!text_equal("", NULL));
	EXPECT(text_equal("a", "a"));
	EXPECT(text_starts("abc", "ab"));
	EXPECT(!text_starts("a", "ab"));
}

TEST(text_int_takes_whole_numbers_only)
{
	static const struct {
		const char *text;
		int64_t want;
	} GOOD[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "007", 7 },
		{ "-7", -7 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
	};
	static const char *const BAD[] = {
		"",
		"-",
		"+1",
		" 1",
		"1 ",
		"1.0",
		"1e3",
		"0x1",
		"--1",
		"1-",
		"٣",
		"１",
		"9223372036854775808",
		"-9223372036854775809",
		"99999999999999999999999",
		"1\n",
	};
	int64_t n;

	(void)t;
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		n = 42;
		EXPECT(text_int(GOOD[i].text, INT64_MIN, INT64_MAX, &n));
		EXPECT(n == GOOD[i].want);
	}
	for (size_t i = 0; i < COUNT(BAD); i++) {
		n = 42;
		EXPECT(!text_int(BAD[i], INT64_MIN, INT64_MAX, &n));
		EXPECT_INT(42, n);
	}
	EXPECT(!text_int("11", 0, 10, &n));
	EXPECT(!text_int("-1", 0, 10, &n));
	EXPECT(text_int("10", 0, 10, &n));
}

TEST(text_decimal_is_scaled)
{
	static const struct {
		const char *text;
		int decimals;
		int64_t want;
	} GOOD[] = {
		{ "1.25", 4, 12500 },
		{ "1", 2, 100 },
		{ "-0.05", 2, -5 },
		{ "1.2500", 2, 125 },
		{ "0", 0, 0 },
		{ "3.000", 0, 3 },
		{ ".5", 1, 5 },
		{ "92233720368547758.07", 2, INT64_MAX },
		{ "-92233720368547758.08", 2, INT64_MIN },
	};
	static const char *const BAD[] = { "",	    ".",    "-",     "1.",
					   "1.255", "1,25", "1.2.3", "1 000",
					   "+1",    "1e2",  "٣",     "92233720368547758.08" };
	int64_t n;

	(void)t;
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		n = 42;
		EXPECT(text_decimal(GOOD[i].text, GOOD[i].decimals, &n));
		EXPECT(n == GOOD[i].want);
	}
	for (size_t i = 0; i < COUNT(BAD); i++) {
		n = 42;
		EXPECT(!text_decimal(BAD[i], 2, &n));
		EXPECT_INT(42, n);
	}
}

TEST(text_cents_reads_money_as_people_write_it)
{
	static const struct {
		const char *text;
		int64_t want;
	} GOOD[] = {
		{ "1234,50", 123450 },
		{ "1 234.5", 123450 },
		{ "1234", 123400 },
		{ "-3,20", -320 },
		{ "\u22123,20" NB "€", -320 },
		{ "0", 0 },
		{ "1" NB "234,50 €", 123450 },
		{ "1 234" NB "567", 123456700 },
		{ "12 345,00", 1234500 },
		{ "5€", 500 },
		{ "1\u202F000", 100000 },
		{ "0,05", 5 },
		{ "10,5", 1050 },
		{ "1,00 ", 100 },
	};
	static const char *const BAD[] = {
		"",	    "-",	"€",
		"1,234",    "1.234,50", "1,2,3",
		"12 34",    "1 2345",	"1 23",
		"1234 567", "1,",	"1,5 0",
		"abc",	    "1 €€",	"1 EUR",
		"--1",	    "+1",	"1e3",
		"٣",	    "1,505",	"99999999999999999999",
		"1  000",   "1 000 00",
	};
	int64_t n;

	(void)t;
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		n = 42;
		if (!text_cents(GOOD[i].text, &n) || n != GOOD[i].want) {
			print_error("\"%s\" gave %lld\n", GOOD[i].text, (long long)n);
			EXPECT(false);
		}
	}
	for (size_t i = 0; i < COUNT(BAD); i++) {
		n = 42;
		if (text_cents(BAD[i], &n)) {
			print_error("\"%s\" gave %lld\n", BAD[i], (long long)n);
			EXPECT(false);
		}
		EXPECT_INT(42, n);
	}
}

TEST(text_money_is_written)
{
	static const struct {
		int64_t cents;
		const char *people, *plain;
	} CASES[] = {
		{ 0, "0,00" NB "€", "0.00" },
		{ 5, "0,05" NB "€", "0.05" },
		{ 123450, "1" NB "234,50" NB "€", "1234.50" },
		{ 99999, "999,99" NB "€", "999.99" },
		{ 100000000, "1" NB "000" NB "000,00" NB "€", "1000000.00" },
		{ -320, "\u22123,20" NB "€", "-3.20" },
		{ INT64_MIN, "\u221292" NB "233" NB "720" NB "368" NB "547" NB "758,08" NB "€",
		  "-92233720368547758.08" },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		EXPECT_TEXT(CASES[i].people, text_money(t->arena, CASES[i].cents));
		EXPECT_TEXT(CASES[i].plain, text_money_plain(t->arena, CASES[i].cents));
	}
	EXPECT_TEXT("1" NB "000", text_count(t->arena, 1000));
	EXPECT_TEXT("999", text_count(t->arena, 999));
	EXPECT_TEXT("\u22121", text_count(t->arena, -1));
	EXPECT_TEXT("-9223372036854775808", text_from_int(t->arena, INT64_MIN));
	EXPECT_TEXT("00ff10", text_hex(t->arena, "\x00\xFF\x10", 3));
	EXPECT_TEXT("", text_hex(t->arena, "", 0));
}

TEST(text_money_written_is_read_again)
{
	for (int64_t n = -1000000; n < 1000000; n += 997) {
		int64_t back = 0;

		EXPECT(text_cents(text_money_plain(t->arena, n), &back));
		EXPECT(back == n);
		/* Its minus is U+2212, which no one types but many copy. */
		EXPECT(text_cents(text_money(t->arena, n), &back));
		EXPECT(back == n);
	}
}
