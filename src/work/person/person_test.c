/* Tests of what a personal code tells of a person. */
#include "work/person/person.h"

#include "base/civil.h"
#include "base/ident.h"
#include "core/test_world.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static const char *
code_of(struct test *t, char sex, int32_t birth, int serial)
{
	char code[IDENT_MAX];

	EXPECT(ident_isikukood_make(sex, birth, serial, code));
	return arena_strdup(t->arena, code);
}

static struct change *
person(struct test *t, const char *code)
{
	struct change *ch = change_new(&t->cx, "person");

	change_text(ch, "first_name", "Jaan");
	change_text(ch, "last_name", "Tamm");
	change_text(ch, "code", code);
	return ch;
}

static void
world(struct test *t)
{
	(void)test_world(t);
	test_hooks(t, PERSON_HOOKS);
	test_act(t, "Mari Maasikas", "B3.1 ALL.1");
}

TEST(person_birth_and_sex_come_from_the_code)
{
	static const struct {
		char sex;
		int year, month, day;
		const char *word;
	} CASES[] = {
		{ 'M', 1980, 2, 29, "male" },  { 'F', 1999, 12, 31, "female" },
		{ 'F', 2000, 1, 1, "female" }, { 'M', 1899, 5, 5, "male" },
		{ 'M', 2026, 5, 25, "male" },
	};

	world(t);
	for (int i = 0; i < COUNT(CASES); i++) {
		int32_t birth = civil_day(CASES[i].year, CASES[i].month, CASES[i].day);
		struct change *ch = person(t, code_of(t, CASES[i].sex, birth, i + 1));
		struct record *r;

		if (i % 2 == 1) {
			change_empty(ch, "birth_date");
			change_empty(ch, "sex");
		}
		r = test_record(t, "person", test_create(t, ch));
		EXPECT_INT(birth, record_date(r, "birth_date"));
		EXPECT_TEXT(CASES[i].word, record_text(r, "sex"));
	}
}

static void
refused(struct test *t, struct change *ch, const char *key, const char *field)
{
	int64_t id;

	EXPECT_INT(ERR_INVALID, test_try_create(t, ch, &id));
	EXPECT_TEXT(key, t->cx.error.key);
	EXPECT_TEXT(field, t->cx.error.field);
	ctx_forgive(&t->cx);
}

TEST(person_what_does_not_agree_is_refused)
{
	int32_t birth = civil_day(1980, 2, 29);
	struct change *ch;

	world(t);
	ch = person(t, code_of(t, 'M', birth, 1));
	change_int(ch, "birth_date", birth + 1);
	refused(t, ch, "err.person_birth", "birth_date");
	ch = person(t, code_of(t, 'M', birth, 1));
	change_text(ch, "sex", "female");
	refused(t, ch, "err.person_sex", "sex");
	ch = person(t, code_of(t, 'M', birth, 1));
	change_int(ch, "birth_date", birth);
	change_text(ch, "sex", "male");
	(void)test_create(t, ch);
}

TEST(person_nobody_is_born_after_today)
{
	struct change *ch;
	int64_t id;

	world(t);
	EXPECT_INT(ERR_INVALID,
		   test_try_create(t, person(t, code_of(t, 'F', t->cx.today + 1, 1)), &id));
	EXPECT_TEXT("code", t->cx.error.field);
	ctx_forgive(&t->cx);
	EXPECT_INT(ERR_INVALID, test_try_create(t, person(t, "38001010016"), &id));
	EXPECT_TEXT("code", t->cx.error.field);
	ctx_forgive(&t->cx);
	ch = person(t, NULL);
	change_text(ch, "document", "X1");
	change_int(ch, "birth_date", t->cx.today + 1);
	refused(t, ch, "err.person_future", "birth_date");
	ch = person(t, code_of(t, 'F', civil_day(1980, 1, 1), 1));
	change_int(ch, "died", t->cx.today + 1);
	refused(t, ch, "err.person_future", "died");
}

TEST(person_without_a_code)
{
	struct change *ch;
	int64_t id;

	world(t);
	/* Somebody must be somebody: no code, so a country and a document. */
	ch = person(t, NULL);
	change_int(ch, "birth_date", civil_day(1980, 1, 1));
	EXPECT_INT(ERR_CONFLICT, test_try_create(t, ch, &id));
	EXPECT_TEXT("guard.person.identity", t->cx.error.key);
	ctx_forgive(&t->cx);
	ch = person(t, NULL);
	change_text(ch, "document", "X1");
	refused(t, ch, "err.required", "birth_date");
	change_int(ch, "birth_date", civil_day(1980, 1, 1));
	id = test_create(t, ch);
	EXPECT(record_text(test_record(t, "person", id), "sex") == NULL);
}

TEST(person_edits_are_held_against_the_code)
{
	int32_t birth = civil_day(1980, 2, 29);
	struct change *ch;
	int64_t id;

	world(t);
	id = test_create(t, person(t, code_of(t, 'M', birth, 1)));
	ch = change_new(&t->cx, "person");
	change_int(ch, "birth_date", birth + 1);
	EXPECT_INT(ERR_INVALID, test_edit(t, "person", id, 0, ch));
	EXPECT_TEXT("err.person_birth", t->cx.error.key);
	EXPECT_TEXT("29.02.1980", t->cx.error.args[0]);
	ctx_forgive(&t->cx);
	/* What is emptied is filled in again. */
	ch = change_new(&t->cx, "person");
	change_empty(ch, "birth_date");
	change_text(ch, "phone", "5550001");
	EXPECT_OK(test_edit(t, "person", id, 0, ch));
	EXPECT_INT(birth, record_date(test_record(t, "person", id), "birth_date"));
	/* Another code tells another birth date; it must be given with it. */
	ch = change_new(&t->cx, "person");
	change_text(ch, "code", code_of(t, 'M', birth + 1, 1));
	EXPECT_ERR(ERR_INVALID, test_edit(t, "person", id, 0, ch));
	change_int(ch, "birth_date", birth + 1);
	EXPECT_OK(test_edit(t, "person", id, 0, ch));
	EXPECT_INT(birth + 1, record_date(test_record(t, "person", id), "birth_date"));
}
