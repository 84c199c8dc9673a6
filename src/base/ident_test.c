/* Tests of identifiers: the published vectors, the outside tables, and odd typing. */
#include "base/ident.h"

#include <string.h>

#include "base/civil.h"
#include "base/test.h"

static struct ident
check(struct test *t, enum ident_kind kind, const char *s)
{
	struct ident id;

	ident_check(kind, s, strlen(s), t->cx.today, &id);
	return id;
}

TEST(ident_accepts_what_is_valid)
{
	static const struct {
		enum ident_kind kind;
		const char *given, *text;
	} ROWS[] = {
		{ IDENT_ISIKUKOOD, "59912310001", "59912310001" },
		{ IDENT_ISIKUKOOD, "59912310090", "59912310090" },
		{ IDENT_ISIKUKOOD, "59912310460", "59912310460" },
		{ IDENT_ISIKUKOOD, " 380 0108 5718 ", "38001085718" },
		{ IDENT_ISIKUKOOD, "38001085718\xC2\xA0", "38001085718" },
		{ IDENT_REGISTRIKOOD, "70001952", "70001952" },
		{ IDENT_REGISTRIKOOD, "70000898", "70000898" },
		{ IDENT_REGISTRIKOOD, "75007942", "75007942" },
		{ IDENT_REGISTRIKOOD, "77000252", "77000252" },
		{ IDENT_REGISTRIKOOD, "70001490", "70001490" },
		{ IDENT_REGISTRIKOOD, "75019738", "75019738" },
		{ IDENT_REGISTRIKOOD, "12213008", "12213008" },
		{ IDENT_REGISTRIKOOD, "99900009", "99900009" },
		{ IDENT_REGISTRIKOOD, "99900980", "99900980" },
		{ IDENT_KMKR, "EE100594102", "EE100594102" },
		{ IDENT_KMKR, "ee 100 594 102", "EE100594102" },
		{ IDENT_VIITENUMBER, "121312952", "121312952" },
		{ IDENT_VIITENUMBER, "13", "13" },
		{ IDENT_VIITENUMBER, "202600001236", "202600001236" },
		{ IDENT_VIITENUMBER, "12345614", "12345614" },
		{ IDENT_IBAN, "EE382200221020145685", "EE382200221020145685" },
		{ IDENT_IBAN, "ee38 2200 2210 2014 5685", "EE382200221020145685" },
		{ IDENT_EHAK, "0784", "0784" },
		{ IDENT_EHAK, "0037", "0037" },
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct ident id = check(t, ROWS[i].kind, ROWS[i].given);

		if (!id.valid)
			print_error("%s: %s\n", ROWS[i].given, id.why);
		EXPECT(id.valid);
		EXPECT_TEXT(ROWS[i].text, id.text);
		EXPECT(id.was_normalised == (strcmp(ROWS[i].given, ROWS[i].text) != 0));
	}
}

TEST(ident_says_why_not)
{
	static const struct {
		enum ident_kind kind;
		const char *given, *why, *arg;
	} ROWS[] = {
		{ IDENT_ISIKUKOOD, "", "ident.empty", "" },
		{ IDENT_ISIKUKOOD, "   ", "ident.empty", "" },
		{ IDENT_ISIKUKOOD, "3800108571", "ident.length", "11" },
		{ IDENT_ISIKUKOOD, "380010857180", "ident.length", "11" },
		{ IDENT_ISIKUKOOD, "38001085719", "ident.check", "" },
		{ IDENT_ISIKUKOOD, "99001085718", "ident.century", "9" },
		{ IDENT_ISIKUKOOD, "01010101010", "ident.century", "0" },
		{ IDENT_ISIKUKOOD, "38013085718", "ident.birth", "08.13.1980" },
		{ IDENT_ISIKUKOOD, "50302290000", "ident.birth", "29.02.2003" },
		{ IDENT_ISIKUKOOD, "3800108571a", "ident.character", "a" },
		{ IDENT_ISIKUKOOD, "38OO1085718", "ident.letter_o", "O" },
		{ IDENT_ISIKUKOOD, "3800l085718", "ident.letter_o", "l" },
		{ IDENT_ISIKUKOOD, "-8001085718", "ident.character", "-" },
		{ IDENT_ISIKUKOOD, "38001085718\n", "ident.control", "U+000A" },
		{ IDENT_ISIKUKOOD,
		  "3\xEF\xBC\x98"
		  "001085718",
		  "ident.foreign_digit", "\xEF\xBC\x98" },
		{ IDENT_ISIKUKOOD, "٣٨٠٠١٠٨٥٧١٨", "ident.foreign_digit", "٣" },
		{ IDENT_ISIKUKOOD, "38001085718\xE2\x80\x8B", "ident.control", "U+200B" },
		{ IDENT_ISIKUKOOD, "3800108571\xFF", "ident.utf8", "" },
		{ IDENT_REGISTRIKOOD, "20000006", "ident.registry", "2" },
		{ IDENT_REGISTRIKOOD, "70001953", "ident.check", "" },
		{ IDENT_REGISTRIKOOD, "7000195", "ident.length", "8" },
		{ IDENT_KMKR, "100594102", "ident.kmkr_prefix", "" },
		{ IDENT_KMKR, "EE10059410", "ident.length", "11" },
		{ IDENT_KMKR, "EE10059410A", "ident.kmkr_digits", "" },
		{ IDENT_KMKR, "EE100594103", "ident.check", "" },
		{ IDENT_IBAN, "EE38220022102014568", "ident.length", "EE: 20" },
		{ IDENT_IBAN, "DE3822002210201456851", "ident.length", "DE: 22" },
		{ IDENT_IBAN, "EE38220022102014568A", "ident.iban_form", "EE" },
		{ IDENT_IBAN, "EEA82200221020145685", "ident.iban_form", "EE" },
		{ IDENT_IBAN, "XX382200221020145685", "ident.iban_country", "XX" },
		{ IDENT_IBAN, "EE382200221020145686", "ident.check", "" },
		{ IDENT_IBAN, "EE38-2200-2210-2014-5685", "ident.character", "-" },
		{ IDENT_VIITENUMBER, "1", "ident.length", "2–20" },
		{ IDENT_VIITENUMBER, "121312953", "ident.check", "" },
		{ IDENT_VIITENUMBER, "12131 2952", "ident.space", "" },
		{ IDENT_EHAK, "784", "ident.length", "4" },
		{ IDENT_EHAK, "0000", "ident.ehak_zero", "" },
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct ident id = check(t, ROWS[i].kind, ROWS[i].given);

		if (id.valid || strcmp(id.why, ROWS[i].why) != 0)
			print_error("%s: %s\n", ROWS[i].given, id.valid ? "valid" : id.why);
		EXPECT(!id.valid);
		EXPECT_TEXT(ROWS[i].why, id.why);
		EXPECT_TEXT(ROWS[i].arg, id.arg[0]);
	}
}

TEST(ident_takes_any_bytes)
{
	char long_text[4096];
	struct ident id;

	memset(long_text, '1', sizeof(long_text));
	for (int kind = 0; kind < IDENT_COUNT; kind++) {
		ident_check((enum ident_kind)kind, long_text, sizeof(long_text), 0, &id);
		EXPECT_TEXT("ident.too_long", id.why);
		ident_check((enum ident_kind)kind, long_text, 45, 0, &id);
		EXPECT_TEXT("ident.too_long", id.why);
		ident_check((enum ident_kind)kind,
			    "12\0"
			    "34",
			    5, 0, &id);
		EXPECT_TEXT("ident.control", id.why);
		EXPECT_TEXT(ident_kind_name((enum ident_kind)kind),
			    ident_kind_name((enum ident_kind)ident_kind_from_name(
				    ident_kind_name((enum ident_kind)kind))));
	}
	(void)t;
	EXPECT_INT(-1, ident_kind_from_name("passport"));
}

TEST(ident_personal_code_tells_birth_and_sex)
{
	struct ident id = check(t, IDENT_ISIKUKOOD, "59912310460");
	char code[IDENT_MAX];

	EXPECT(id.valid && !id.born && !ident_living(&id));
	EXPECT_TEXT("ident.unborn", id.why);
	EXPECT_INT(civil_day(2099, 12, 31), id.birth);
	EXPECT_INT('M', id.sex);
	for (int32_t birth = civil_day(1800, 1, 1); birth < civil_day(2200, 1, 1); birth += 997) {
		EXPECT(ident_isikukood_make(birth % 2 == 0 ? 'F' : 'M', birth,
					    (birth < 0 ? -birth : birth) % 1000, code));
		id = check(t, IDENT_ISIKUKOOD, code);
		EXPECT(id.valid);
		EXPECT_INT(birth, id.birth);
		EXPECT_INT(birth % 2 == 0 ? 'F' : 'M', id.sex);
		EXPECT(id.born == (birth <= t->cx.today));
	}
	EXPECT(!ident_isikukood_make('X', 0, 1, code));
	EXPECT(!ident_isikukood_make('M', civil_day(2200, 1, 1), 1, code));
	EXPECT(!ident_isikukood_make('M', 0, 1000, code));
}

TEST(ident_makes_check_digits)
{
	char number[IDENT_MAX];

	(void)t;
	EXPECT_INT(0, ident_isikukood_digit("5991231046"));
	EXPECT_INT(2, ident_registrikood_digit("7000195"));
	EXPECT_INT(2, ident_viitenumber_digit("12131295"));
	EXPECT_INT(-1, ident_isikukood_digit("599123104"));
	EXPECT_INT(-1, ident_registrikood_digit("70001953"));
	EXPECT_INT(-1, ident_viitenumber_digit("12345678901234567890"));
	EXPECT_INT(-1, ident_viitenumber_digit(""));
	EXPECT(ident_viitenumber_make("1234567890123456789", number));
	EXPECT_INT(20, strlen(number));
	EXPECT(ident_viitenumber_make("1", number));
	EXPECT_TEXT("13", number);
}

/* The fields of one line of a table, cut in place. Returns how many. */
static size_t
cut(char *line, char *field[], size_t max)
{
	size_t n = 0;

	while (n < max) {
		field[n++] = line;
		line = strchr(line, '\t');
		if (line == NULL)
			break;
		*line++ = '\0';
	}
	return n;
}

/* A line break written as \n in the table is one. */
static void
unescape(char *s)
{
	char *at = strstr(s, "\\n");

	if (at != NULL) {
		at[0] = '\n';
		at[1] = '\0';
	}
}

TEST(ident_agrees_with_the_table_of_personal_codes)
{
	const char *path = test_data(t, "identity/isikukood.tsv");
	char *save, *line, *field[5];
	int rows = 0;

	if (path == NULL)
		SKIP();
	save = test_read(t, path, NULL);
	(void)strsep(&save, "\n");
	while ((line = strsep(&save, "\n")) != NULL && *line != '\0') {
		struct ident id;

		EXPECT_INT(5, cut(line, field, 5));
		unescape(field[0]);
		id = check(t, IDENT_ISIKUKOOD, field[0]);
		if (id.valid != (strcmp(field[1], "invalid") != 0))
			print_error("%s: %s\n", field[0], field[1]);
		EXPECT(id.valid == (strcmp(field[1], "invalid") != 0));
		if (strcmp(field[1], "policy") == 0)
			EXPECT(id.was_normalised);
		EXPECT_TEXT(field[2], civil_iso(t->arena, id.birth));
		EXPECT_TEXT(field[3], (id.sex == 0 ? "" : (char[]){ id.sex, '\0' }));
		rows++;
	}
	EXPECT(rows > 200);
}

TEST(ident_agrees_with_the_table_of_registry_bank_and_reference_numbers)
{
	const char *path = test_data(t, "identity/registry-iban-reference.tsv");
	char *save, *line, *field[3];
	int rows = 0;

	if (path == NULL)
		SKIP();
	save = test_read(t, path, NULL);
	(void)strsep(&save, "\n");
	while ((line = strsep(&save, "\n")) != NULL && *line != '\0') {
		struct ident id;
		bool typed, valid;
		int kind;

		EXPECT_INT(3, cut(line, field, 3));
		typed = strcmp(field[1], "iban-as-typed") == 0;
		kind = ident_kind_from_name(typed ? "iban" : field[1]);
		EXPECT(kind >= 0);
		id = check(t, (enum ident_kind)kind, field[0]);
		/* This number stands in the table as invalid once, and twice as valid (in small
		 * letters and with spaces); by ISO 13616 it is valid. */
		valid = strncmp(field[2], "valid", 5) == 0 ||
			strcmp(field[0], "BE68539007547034") == 0;
		if (id.valid != valid)
			print_error("%s %s: %s\n", field[1], field[0], field[2]);
		EXPECT(id.valid == valid);
		EXPECT(!typed || id.was_normalised);
		rows++;
	}
	EXPECT(rows > 280);
}
