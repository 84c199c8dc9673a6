/* Tests of finding records. */
#include "core/search.h"

#include <string.h>

#include "base/civil.h"
#include "core/test_world.h"
#include "db/fixture_test.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* Numbers of what is found, "~" before those only spelled alike. */
static const char *
find(struct test *t, const char *type, const char *query)
{
	const char *out = "";
	struct found *list;
	size_t n;

	EXPECT_OK(search_find(&t->cx, type == NULL ? NULL : types_get(t->cx.world->types, type),
			      query, 20, &list, &n));
	for (size_t i = 0; i < n; i++)
		out = arena_printf(t->arena, "%s%s%s%s", out, *out == '\0' ? "" : " ",
				   list[i].like ? "~" : "", list[i].number);
	return out;
}

static void
people(struct test *t)
{
	static const struct {
		const char *first, *last, *code;
	} PEOPLE[] = {
		{ "Jaan", "Tamm", "38001010015" }, { "Jaana", "Tammsaar", NULL },
		{ "Õnne", "Šmidt", NULL },	   { "Mari-Liis", "Jõgi", NULL },
		{ "Jürgen", "Wahtra", NULL },	   { "Иван", "Жуков", NULL },
		{ "Philipp", "Kass", NULL },	   { "Mari", "Tamm", NULL },
	};

	(void)test_world(t);
	test_act_system(t);
	for (int i = 0; i < COUNT(PEOPLE); i++) {
		struct change *ch = change_new(&t->cx, "person");

		change_text(ch, "first_name", PEOPLE[i].first);
		change_text(ch, "last_name", PEOPLE[i].last);
		change_text(ch, "code", PEOPLE[i].code);
		change_text(ch, "country", "XX");
		change_text(ch, "document", "1");
		change_int(ch, "birth_date", civil_day(1980, 1, 1) + i);
		(void)test_create(t, ch);
	}
}

TEST(search_finds_by_words_codes_numbers_and_spelling)
{
	static const struct {
		const char *query, *found;
	} CASES[] = {
		{ "Jaan Tamm", "I-1 I-2" },
		{ "tamm jaan", "I-1 I-2" },
		{ "JAAN", "I-1 I-2" },
		{ "tammsa", "I-2" },
		{ "mari tamm", "I-8" },
		{ "onne smidt", "I-3" },
		{ "Õnne", "I-3" },
		{ "šmidt", "I-3" },
		{ "smitt", "~I-3" },
		{ "mari liis", "I-4" },
		{ "Mari-Liis Jogi", "I-4" },
		{ "jyrgen vahtra", "~I-5" },
		{ "Jürgen Wahtra", "I-5" },
		{ "Ivan Zhukov", "~I-6" },
		{ "Жуков", "I-6" },
		{ "Filip Kas", "~I-7" },
		{ "38001010015", "I-1" },
		{ " 380 0101 0015 ", "I-1" },
		{ "3800101001", "" },
		{ "380", "" },
		{ "I-8", "I-8" },
		{ "I-80", "" },
		{ "Puudub", "" },
		{ "jaan puudub", "" },
		{ "", "" },
		{ " - ", "" },
		{ "%", "" },
		{ "a b c d e f g", "" },
	};

	people(t);
	for (int i = 0; i < COUNT(CASES); i++)
		EXPECT_TEXT(CASES[i].found, find(t, "person", CASES[i].query));
}

TEST(search_too_long_is_refused)
{
	char query[MAX_TEXT + 2];
	struct found *list;
	size_t n;

	(void)test_world(t);
	memset(query, 'a', sizeof(query) - 1);
	query[sizeof(query) - 1] = '\0';
	EXPECT_ERR(ERR_INVALID, search_find(&t->cx, NULL, query, 20, &list, &n));
}

TEST(search_gives_what_the_actor_may_see)
{
	struct change *ch;
	int64_t mine;

	people(t);
	mine = test_organisation(t, "provider", "Tamme töökoda");
	(void)test_organisation(t, "provider", "Tammepuu OÜ");
	/* By their words; on PostgreSQL in no order. */
	if (test_on_postgres())
		EXPECT_INT(strlen("I-1 I-8 A-1 A-2 I-2"), strlen(find(t, NULL, "tamm")));
	else
		EXPECT_TEXT("I-1 I-8 A-1 A-2 I-2", find(t, NULL, "tamm"));
	EXPECT_TEXT("A-1 A-2", find(t, "organisation", "tamm"));
	test_act_outside(t, "Olev Osutaja", "TO.1", mine);
	EXPECT_TEXT("A-1", find(t, NULL, "tamm"));
	EXPECT_TEXT("", find(t, NULL, "I-1"));
	/* What is deleted is not found, what is renamed only by its new name. */
	test_act_system(t);
	EXPECT_OK(test_delete(t, "organisation", mine, "Topelt"));
	EXPECT_TEXT("A-2", find(t, "organisation", "tamm"));
	ch = change_new(&t->cx, "person");
	change_text(ch, "last_name", "Kask");
	EXPECT_OK(test_edit(t, "person", 1, 0, ch));
	EXPECT_TEXT("I-2", find(t, "person", "jaan tamm"));
	EXPECT_TEXT("I-1", find(t, "person", "jaan kask"));
}

/* A common word does not hide the few that have the other words too. */
TEST(search_common_words)
{
	(void)test_world(t);
	for (int i = 0; i < 250; i++)
		(void)test_organisation(t, "other", arena_printf(t->arena, "Tamm Mets%d", i));
	(void)test_organisation(t, "other", "Tamm Kuu");
	EXPECT_TEXT("A-251", find(t, "organisation", "tamm kuu"));
	EXPECT_TEXT("A-251", find(t, "organisation", "kuu tamm"));
}

static const char *
same(struct test *t, const char *code, const char *first, const char *last, int32_t birth)
{
	struct change *ch = change_new(&t->cx, "person");
	const char *out = "";
	struct found *list;
	size_t n;

	change_text(ch, "code", code);
	change_text(ch, "first_name", first);
	change_text(ch, "last_name", last);
	if (birth != CIVIL_NONE)
		change_int(ch, "birth_date", birth);
	EXPECT_OK(search_same_person(&t->cx, ch, &list, &n));
	for (size_t i = 0; i < n; i++)
		out = arena_printf(t->arena, "%s%s%s", out, *out == '\0' ? "" : " ",
				   list[i].number);
	return out;
}

TEST(search_persons_that_may_be_the_same)
{
	int32_t birth = civil_day(1980, 1, 1);

	people(t);
	EXPECT_TEXT("I-1", same(t, "38001010015", "Muu", "Nimi", CIVIL_NONE));
	EXPECT_TEXT("I-1", same(t, NULL, "Jaan", "Tamm", birth));
	EXPECT_TEXT("I-5", same(t, NULL, "Jyrgen", "Vahtra", birth + 4));
	EXPECT_TEXT("", same(t, NULL, "Jyrgen", "Vahtra", birth + 5));
	EXPECT_TEXT("I-1 I-2", same(t, NULL, "Jaan", "Tamm", CIVIL_NONE));
	EXPECT_TEXT("", same(t, NULL, "Jaan", NULL, birth));
}

static enum err
keep(struct ctx *cx, void *arg)
{
	return search_keep(cx, "Jaan Tamm", arg);
}

TEST(search_questions_are_kept_for_whoever_asked)
{
	const char *token = NULL, *query = NULL;

	(void)test_world(t);
	test_act(t, "Mari Maasikas", "B3.1");
	EXPECT_OK(test_write(t, keep, &token));
	EXPECT(strlen(token) >= 32 && strstr(token, "Tamm") == NULL);
	EXPECT_OK(search_kept(&t->cx, token, &query));
	EXPECT_TEXT("Jaan Tamm", query);
	EXPECT_ERR(ERR_NOTFOUND, search_kept(&t->cx, "0000", &query));
	test_act(t, "Kadri Kask", "B3.1");
	EXPECT_ERR(ERR_NOTFOUND, search_kept(&t->cx, token, &query));
}
