/* Tests of reading and showing values. */
#include "core/value.h"

#include <string.h>

#include "base/civil.h"
#include "core/test_world.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static struct choice CHOICES[] = {
	{ "a", "value.yes", CIVIL_NONE, CIVIL_NONE },
	{ "b", "value.no", CIVIL_NONE, CIVIL_NONE },
};

static struct field
field(enum field_kind kind)
{
	return (struct field){ .name = "f",
			       .kind = kind,
			       .max = 5,
			       .least = -100,
			       .most = 100000,
			       .code = "iban",
			       .choices = CHOICES,
			       .nchoices = 2 };
}

TEST(value_what_is_typed_is_read_and_shown)
{
	static const struct {
		enum field_kind kind;
		const char *typed;
		int64_t i;
		const char *s, *shown, *again;
	} CASES[] = {
		{ FIELD_TEXT, " õäöüš ", 0, "õäöüš", "õäöüš", "õäöüš" },
		{ FIELD_LONG, "a\r\nb", 0, "a\nb", "a\nb", "a\nb" },
		{ FIELD_INT, "-7", -7, NULL, "-7", "-7" },
		{ FIELD_MONEY, "12,5", 1250, NULL, "12,50\u00A0€", "12.50" },
		{ FIELD_MONEY, "1 000 €", 100000, NULL, "1\u00A0000,00\u00A0€", "1000.00" },
		{ FIELD_DATE, "1.2.2026", 20485, NULL, "01.02.2026", "01.02.2026" },
		{ FIELD_DATE, "2026-02-01", 20485, NULL, "01.02.2026", "01.02.2026" },
		{ FIELD_BOOL, "1", 1, NULL, "jah", "1" },
		{ FIELD_BOOL, "0", 0, NULL, "ei", "0" },
		{ FIELD_TIME, "0", 0, NULL, "01.01.1970 02:00", "0" },
		{ FIELD_CHOICE, "b", 0, "b", "ei", "b" },
		{ FIELD_CHOICES, "b,a", 0, ",a,b,", "jah, ei", ",a,b," },
		{ FIELD_CHOICES, ",b,", 0, ",b,", "ei", ",b," },
		{ FIELD_CODE, "ee38 2200 2210 2014 5685", 0, "EE382200221020145685",
		  "EE382200221020145685", "EE382200221020145685" },
	};
	struct ctx *cx = test_world(t);

	for (int i = 0; i < COUNT(CASES); i++) {
		struct field f = field(CASES[i].kind);
		struct value v = { 0 }, again = { 0 };
		const char *shown;

		EXPECT_OK(value_read(cx, &f, CASES[i].typed, &v));
		EXPECT(v.set);
		EXPECT_INT(CASES[i].i, v.i);
		EXPECT_TEXT(CASES[i].s == NULL ? "" : CASES[i].s, v.s == NULL ? "" : v.s);
		EXPECT_OK(value_text(cx, &f, &v, &shown));
		EXPECT_TEXT(CASES[i].shown, shown);
		EXPECT_TEXT(CASES[i].again, value_typed(cx, &f, &v));
		EXPECT_OK(value_read(cx, &f, CASES[i].again, &again));
		EXPECT(value_equal(&v, &again));
		EXPECT_OK(value_read(cx, &f, " \u00A0 ", &v));
		EXPECT(!v.set);
		EXPECT_OK(value_text(cx, &f, &v, &shown));
		EXPECT_TEXT("", shown);
		EXPECT(!value_equal(&v, &again));
	}
}

TEST(value_what_is_wrong_is_refused)
{
	static const struct {
		enum field_kind kind;
		const char *typed, *key;
	} CASES[] = {
		{ FIELD_TEXT, "õäöüšž", "err.too_long" },
		{ FIELD_TEXT, "a\nb", "err.control" },
		{ FIELD_TEXT, "a\x01", "err.control" },
		{ FIELD_TEXT, "\xC0\xAF", "err.utf8" },
		{ FIELD_LONG, "a\x1b", "err.control" },
		{ FIELD_INT, "7.0", "err.int" },
		{ FIELD_INT, "٧", "err.int" },
		{ FIELD_INT, "99999999999999999999", "err.int" },
		{ FIELD_INT, "-101", "err.range" },
		{ FIELD_MONEY, "1,234", "err.money" },
		{ FIELD_MONEY, "1000,01", "err.range" },
		{ FIELD_DATE, "30.02.2026", "err.date" },
		{ FIELD_DATE, "täna", "err.date" },
		{ FIELD_BOOL, "true", "err.choice" },
		{ FIELD_BOOL, "2", "err.choice" },
		{ FIELD_CHOICE, "c", "err.choice" },
		{ FIELD_CHOICE, "a,b", "err.choice" },
		{ FIELD_CHOICES, "a,c", "err.choice" },
		{ FIELD_REF, "x", "err.ref" },
		{ FIELD_REF, "0", "err.ref" },
		{ FIELD_REF, "-1", "err.ref" },
		{ FIELD_REF, "999999", "err.ref" },
	};
	struct ctx *cx = test_world(t);

	for (int i = 0; i < COUNT(CASES); i++) {
		struct field f = field(CASES[i].kind);
		struct value v = { .i = 77 };

		EXPECT_INT(ERR_INVALID, value_read(cx, &f, CASES[i].typed, &v));
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_TEXT("f", cx->error.field);
		EXPECT_INT(77, v.i);
		ctx_forgive(cx);
	}
}

TEST(value_codes_say_what_is_wrong)
{
	struct ctx *cx = test_world(t);
	struct field f = field(FIELD_CODE);
	const char *shown;
	struct value v;

	EXPECT_INT(ERR_INVALID, value_read(cx, &f, "EE382200221020145686", &v));
	EXPECT_TEXT("f", cx->error.field);
	ctx_forgive(cx);
	/* Well-formed, but nobody carries it yet. */
	f.code = "isikukood";
	EXPECT_INT(ERR_INVALID, value_read(cx, &f, "63001010003", &v));
	ctx_forgive(cx);
	/* A municipality is shown by its name and typed by its code. */
	f.code = "ehak";
	EXPECT_OK(value_read(cx, &f, "0037", &v));
	EXPECT_OK(value_text(cx, &f, &v, &shown));
	EXPECT(strstr(shown, "Harju") != NULL);
	EXPECT_TEXT("0037", value_typed(cx, &f, &v));
}

TEST(value_references_by_id_and_number)
{
	struct ctx *cx = test_world(t);
	int64_t person = test_person(t, "Jaan", "Tamm", "1980-01-01");
	struct field f = field(FIELD_REF);
	struct value v;
	const char *shown;

	f.ref_type = types_get(cx->world->types, "person");
	EXPECT_OK(value_read(cx, &f, arena_printf(t->arena, "%d", (int)person), &v));
	EXPECT_INT(person, v.i);
	EXPECT_OK(value_read(cx, &f, "I-1", &v));
	EXPECT_INT(person, v.i);
	EXPECT_OK(value_text(cx, &f, &v, &shown));
	EXPECT_TEXT("Jaan Tamm", shown);
	/* Another type's record is no person. */
	f.ref_type = types_get(cx->world->types, "user");
	EXPECT_ERR(ERR_INVALID, value_read(cx, &f, arena_printf(t->arena, "%d", (int)person), &v));
	f.ref_type = NULL;
	EXPECT_OK(value_read(cx, &f, arena_printf(t->arena, "%d", (int)person), &v));
	EXPECT_OK(record_title(cx, 0, &shown));
	EXPECT_TEXT("", shown);
}
