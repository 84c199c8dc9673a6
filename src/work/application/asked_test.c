/* The letter that asks for what is missing: what it says, to whom, and that it is kept. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/test_world.h"
#include "format/letter_kept.h"
#include "work/application/application_int.h"

#define TODAY civil_day(2026, 5, 25)

static int64_t
make_service(struct test *t)
{
	struct change *ch = change_new(&t->cx, "service");

	change_text(ch, "code", "TT");
	change_text(ch, "name", "Töötamise toetamine");
	change_int(ch, "valid_from", civil_day(2016, 1, 1));
	change_text(ch, "starts_by", "application");
	change_text(ch, "decision_rule", "R11");
	change_text(ch, "cover_rule", "SRT-COVERS");
	return test_create(t, ch);
}

/* An application of somebody who reads `lang`; `sender` 0: their own. */
static int64_t
begin(struct test *t, const char *lang, const char *born)
{
	struct change *ch;
	int64_t service, person;

	(void)test_world(t);
	test_hooks(t, APPLICATION_HOOKS);
	service = make_service(t);
	person = test_person(t, "Juhan", "Kask", born);
	ch = change_new(&t->cx, "person");
	change_text(ch, "language", lang);
	EXPECT_OK(test_edit(t, "person", person, 0, ch));
	(void)test_act(t, "Mari Maasikas", "B3.1 ALL.1");
	ch = change_new(&t->cx, "application");
	change_int(ch, "person", person);
	change_int(ch, "service", service);
	change_text(ch, "channel", "email");
	return test_create(t, ch);
}

static void
ask(struct test *t, int64_t app, const char *missing, int32_t fix_by)
{
	struct change *ch = change_new(&t->cx, "application");

	change_text(ch, "missing", missing);
	if (fix_by != CIVIL_NONE)
		change_int(ch, "fix_by", fix_by);
	EXPECT_OK(test_move(t, "application", app, "ask_missing", ch));
}

static int64_t
count_of(struct test *t, const char *sql, int64_t app)
{
	int64_t n = -1;

	EXPECT_OK(db_get_int(&t->cx, sql, DB_ARGS(db_int(app)), &n));
	return n;
}

/* The newest kept letter of an application. */
static struct letter
kept_of(struct test *t, int64_t app, const char **ret_name)
{
	struct letter l = { .title = NULL };
	const char *media = NULL;
	const void *bytes = NULL;
	int64_t made, file;
	size_t len = 0;

	file = count_of(t, "SELECT max(id) FROM sys_attachment WHERE record = ?1", app);
	EXPECT_OK(attachment_read(&t->cx, file, ret_name, &media, &bytes, &len));
	EXPECT_TEXT(LETTER_KEPT, media);
	EXPECT_OK(letter_kept(&t->cx, bytes, len, &l, &made));
	EXPECT_INT(t->cx.now, made);
	return l;
}

static bool
says(const struct letter *l, const char *what)
{
	for (size_t i = 0; i < l->nblocks; i++) {
		const struct letter_block *b = &l->blocks[i];

		if (b->text != NULL && strstr(b->text, what) != NULL)
			return true;
		for (size_t k = 0; k < b->nitems; k++)
			if (strstr(b->items[k], what) != NULL)
				return true;
		for (size_t k = 0; k < b->nfacts; k++)
			if (strstr(b->facts[k].value, what) != NULL)
				return true;
	}
	return false;
}

static const struct letter_block *
first_list(const struct letter *l)
{
	for (size_t i = 0; i < l->nblocks; i++)
		if (l->blocks[i].kind == LETTER_BULLETS)
			return &l->blocks[i];
	BUG("no list");
}

TEST(asking_keeps_a_numbered_letter)
{
	int64_t app = begin(t, "et", "1990-02-03");
	const struct record *r;
	const char *name = NULL;
	const void *pdf = NULL;
	struct letter l;
	size_t len = 0;

	ask(t, app, "– Arsti tõend\n\n  - Allkiri \nVolikiri", CIVIL_NONE);
	r = test_record(t, "application", app);
	l = kept_of(t, app, &name);
	EXPECT_TEXT(arena_printf(t->arena, "%s-1", r->number), l.number);
	EXPECT(strchr(name, '/') == NULL);
	EXPECT_TEXT("Juhan Kask", l.addressee[0]);
	EXPECT_TEXT("Mari Maasikas", l.signature.name);
	EXPECT_INT(3, first_list(&l)->nitems);
	EXPECT_TEXT("Arsti tõend", first_list(&l)->items[0]);
	EXPECT_TEXT("Allkiri", first_list(&l)->items[1]);
	EXPECT_TEXT("Volikiri", first_list(&l)->items[2]);
	EXPECT(says(&l, "hiljemalt 08.06.2026"));
	EXPECT(says(&l, "hakkab kulgema päevast, mil kõik vajalik on meil olemas"));
	EXPECT(!says(&l, "See jääb samaks"));
	EXPECT(says(&l, "läbi vaatamata"));
	EXPECT(says(&l, "HMS § 15(2)-(3)"));
	EXPECT_OK(letter_pdf(&t->cx, &l, &pdf, &len));
	EXPECT(len > 1000);
	EXPECT_INT(1, count_of(t,
			       "SELECT count(*) FROM sys_history WHERE record = ?1 AND "
			       "kind = 'letter' AND change LIKE '%asked.told_waits%08.06.2026%'",
			       app));
}

TEST(a_running_term_is_told_to_go_on_and_the_second_letter_has_its_own_number)
{
	int64_t app = begin(t, "et", "1990-02-03");
	const struct record *r;
	const char *name = NULL;
	struct letter l;

	ask(t, app, "Allkiri", CIVIL_NONE);
	EXPECT_OK(test_move(t, "application", app, "accept", NULL));
	ctx_set_now(&t->cx, t->cx.now + 86400);
	ask(t, app, "Arsti tõend", civil_day(2026, 6, 1));
	r = test_record(t, "application", app);
	EXPECT(r->due != NO_DUE);
	l = kept_of(t, app, &name);
	EXPECT_TEXT(arena_printf(t->arena, "%s-2", r->number), l.number);
	EXPECT(says(&l, "hiljemalt 01.06.2026"));
	EXPECT(says(&l, arena_printf(t->arena, "otsuse tähtaeg on %s. See jääb samaks",
				     civil_text(t->arena, r->due))));
	EXPECT(!says(&l, "hakkab kulgema"));
	/* A day of the official's own is not explained by the rule. */
	EXPECT_INT(1, count_of(t,
			       "SELECT count(*) FROM sys_history WHERE record = ?1 AND kind = "
			       "'letter' AND change LIKE '%told_runs%' AND change NOT LIKE '%why%'",
			       app));
}

TEST(the_letter_speaks_the_readers_language_whoever_asks)
{
	static const struct {
		const char *lang, *title;
	} LANGS[] = { { "et", "Palun saatke puuduvad andmed" },
		      { "en", "Please send what is missing" },
		      { "ru", "Пожалуйста, пришлите недостающие данные" } };

	for (size_t i = 0; i < sizeof(LANGS) / sizeof(*LANGS); i++) {
		int64_t app;
		const char *name;
		struct letter l;

		app = begin(t, LANGS[i].lang, "1990-02-03");
		t->cx.lang = LANG_EN;
		ask(t, app, "Allkiri", CIVIL_NONE);
		EXPECT_INT(LANG_EN, t->cx.lang);
		t->cx.lang = LANG_ET;
		l = kept_of(t, app, &name);
		EXPECT_TEXT(LANGS[i].title, l.title);
	}
}

TEST(a_childs_letter_speaks_of_the_child)
{
	int64_t app = begin(t, "et", "2018-02-03");
	const char *name;
	struct letter l;

	ask(t, app, "Teise vanema nõusolek", CIVIL_NONE);
	l = kept_of(t, app, &name);
	EXPECT(says(&l, "et laps saaks teenust „Töötamise toetamine“"));
}

TEST(a_preview_writes_nothing_and_finds_faults)
{
	int64_t app = begin(t, "et", "1990-02-03");
	struct record *r = test_record(t, "application", app);
	struct change *ch = change_new(&t->cx, "application");
	struct letter l = { .title = NULL };

	change_text(ch, "missing", " \n ");
	EXPECT_INT(ERR_INVALID, asked_preview(&t->cx, r, ch, &l));
	EXPECT_TEXT("missing", t->cx.error.field);
	ctx_forgive(&t->cx);
	change_text(ch, "missing", "Allkiri");
	change_int(ch, "fix_by", TODAY);
	EXPECT_INT(ERR_INVALID, asked_preview(&t->cx, r, ch, &l));
	EXPECT_TEXT("err.application_fix_by", t->cx.error.key);
	ctx_forgive(&t->cx);
	EXPECT(l.title == NULL);
	change_int(ch, "fix_by", TODAY + 1);
	EXPECT_OK(asked_preview(&t->cx, r, ch, &l));
	EXPECT(says(&l, "26.05.2026"));
	EXPECT_INT(0, count_of(t, "SELECT count(*) FROM sys_attachment WHERE record = ?1", app));
}
