/* Tests of what a reader learns of records out of their sight: through lists, cursors, notes. */
#include <string.h>

#include "core/history.h"
#include "core/test_world.h"
#include "meta/sql.h"

/* All see it; whom it names, they may not. */
static const char VISIT_YAML[] =
	"type: visit\n"
	"path: kylastus\n"
	"number: \"KY-{seq}\"\n"
	"title: \"{note}\"\n"
	"name: {et: Külastus, en: Visit, ru: Визит}\n"
	"plural: {et: Külastused, en: Visits, ru: Визиты}\n"
	"fields:\n"
	"  note: {text: 60, name: {et: Märkus, en: Note, ru: Примечание}, required: true}\n"
	"  who: {ref: person, name: {et: Kes, en: Who, ru: Кто}}\n"
	"  place: {ref: organisation, name: {et: Kus, en: Where, ru: Где}}\n"
	"  about: {ref: any, name: {et: Mille kohta, en: About, ru: О чём}}\n"
	"rights:\n"
	"  TO.1: {see: all}\n"
	"  B3.6: {see: all}\n"
	"lists:\n"
	"  all: {name: {et: Kõik, en: All, ru: Все}, columns: [note, who, who.birth_date, place, "
	"about], sort: number, first: true}\n";

static int64_t
world_with_visit(struct test *t, int64_t *ret_person)
{
	struct ctx *cx = test_world_with(t, (const char *const[]){ VISIT_YAML, NULL });
	struct change *ch = change_new(cx, "visit");

	*ret_person = test_person(t, "Salme", "Saladus", "1980-05-05");
	change_text(ch, "note", "Käis");
	change_int(ch, "who", *ret_person);
	change_int(ch, "place", test_organisation(t, "provider", "MTÜ Päike"));
	change_int(ch, "about", *ret_person);
	return test_create(t, ch);
}

struct cells {
	const char *who, *where, *about;
	bool born;
};

static struct cells
first_row(struct test *t)
{
	struct ctx *cx = &t->cx;
	const struct type *ty = types_get(cx->world->types, "visit");
	struct list_query lq = { .type = ty, .list = &ty->lists[0], .limit = 2 };
	SCOPED(stmt) struct stmt *q = NULL;
	struct sql sql;
	bool row = false;

	EXPECT_OK(sql_list(cx, cx->world->types, &lq, &sql));
	EXPECT_OK(db_query(cx, sql.text, sql_args(cx, &sql, NULL, 0), &q));
	EXPECT_OK(stmt_step(cx, q, &row));
	EXPECT(row);
	/* 5 engine columns, the sort key, the note. */
	return (struct cells){ stmt_copy(cx, q, 7), stmt_copy(cx, q, 9), stmt_copy(cx, q, 10),
			       !stmt_is_null(q, 8) };
}

TEST(sight_a_list_names_nobody_out_of_sight)
{
	int64_t person;
	struct cells c;

	(void)world_with_visit(t, &person);
	(void)test_act(t, "Mari Maasikas", "B3.6");
	c = first_row(t);
	EXPECT_TEXT("Salme Saladus", c.who);
	EXPECT_TEXT("Salme Saladus", c.about);
	EXPECT(c.born);
	(void)test_act_outside(t, "Peeter Pakkuja", "TO.1",
			       test_organisation(t, "provider", "MTÜ Kuu"));
	c = first_row(t);
	EXPECT_TEXT(test_record(t, "person", person)->number, c.who);
	EXPECT_TEXT(test_record(t, "person", person)->number, c.about);
	EXPECT(!c.born);
	/* What holds no person's data may be named. */
	EXPECT_TEXT("MTÜ Päike", c.where);
}

TEST(sight_a_cursor_out_of_sight_is_none)
{
	const struct type *ty;
	int64_t person;
	struct sql sql;
	struct db_value id;

	(void)world_with_visit(t, &person);
	ty = types_get(t->cx.world->types, "person");
	id = db_int(person);
	for (int outside = 0; outside < 2; outside++) {
		SCOPED(stmt) struct stmt *q = NULL;
		bool row = false;

		if (outside == 0)
			(void)test_act(t, "Mari Maasikas", "B3.6");
		else
			(void)test_act_outside(t, "Peeter Pakkuja", "TO.1",
					       test_organisation(t, "provider", "MTÜ Kuu"));
		EXPECT_OK(sql_cursor(&t->cx, t->cx.world->types, ty, &ty->lists[0], &sql));
		EXPECT_OK(db_query(&t->cx, sql.text, sql_args(&t->cx, &sql, &id, 1), &q));
		EXPECT_OK(stmt_step(&t->cx, q, &row));
		EXPECT_INT(outside == 0, row);
	}
}

struct note {
	const struct record *r;
	const char *text;
};

static enum err
add_note(struct ctx *cx, void *arg)
{
	const struct note *n = arg;

	return record_note(cx, n->r, n->text);
}

static size_t
entries(struct test *t, int64_t record)
{
	struct history_entry *list;
	size_t n = 0;

	EXPECT_OK(history_of(&t->cx, record, 20, &list, &n));
	return n;
}

TEST(sight_notes_stay_in_the_house)
{
	int64_t person, visit = world_with_visit(t, &person);
	struct note n = { test_record(t, "visit", visit), "Ainult meile" };

	(void)test_act(t, "Mari Maasikas", "B3.6");
	EXPECT_OK(test_write(t, add_note, &n));
	EXPECT_INT(2, entries(t, visit));
	(void)test_act_outside(t, "Peeter Pakkuja", "TO.1",
			       test_organisation(t, "provider", "MTÜ Kuu"));
	EXPECT_INT(1, entries(t, visit));
}

TEST(sight_numbers_that_no_address_holds)
{
	static const char *const CASES[] = { "uus",  "/a",   "a/", "a//b", "a/-/b",
					     "../a", "a/..", ".",  "a\\b" };
	static const char YAML[] =
		"type: free\npath: vaba\nnumber: \"{no}\"\ntitle: \"{no}\"\n"
		"name: {et: Vaba, en: Free, ru: Свободный}\n"
		"plural: {et: Vabad, en: Free, ru: Свободные}\n"
		"fields:\n"
		"  no: {text: 60, name: {et: Number, en: Number, ru: Номер}, required: true}\n"
		"rights:\n  ALL.1: {see: all, create: all}\n"
		"lists:\n"
		"  all: {name: {et: Kõik, en: All, ru: Все}, columns: [no], first: true}\n";
	struct change *ch;
	int64_t id;

	(void)test_world_with(t, (const char *const[]){ YAML, NULL });
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		ch = change_new(&t->cx, "free");
		change_text(ch, "no", CASES[i]);
		EXPECT_INT(ERR_INVALID, test_try_create(t, ch, &id));
		EXPECT_TEXT("err.number_odd", t->cx.error.key);
		ctx_forgive(&t->cx);
	}
	ch = change_new(&t->cx, "free");
	change_text(ch, "no", "3-1/2026 „õ“ ?#%");
	EXPECT_OK(test_try_create(t, ch, &id));
}
