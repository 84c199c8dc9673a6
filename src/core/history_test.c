/* Tests of the chained history: that it verifies, and that tampering is found. */
#include "core/history.h"

#include <string.h>

#include "core/test_world.h"
#include "db/fixture_test.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static enum err
run_script(struct ctx *cx, void *arg)
{
	return db_script(cx, arg);
}

static enum err
script(struct test *t, const char *sql)
{
	enum err e;

	test_log(false);
	e = test_write(t, run_script, arena_strdup(t->arena, sql));
	test_log(true);
	return e;
}

/* Gets round the triggers, as who owns the database can. */
static const char *
unlocked(struct test *t, const char *sql)
{
	return arena_printf(
		t->arena, "%s%s",
		test_on_postgres() ? "ALTER TABLE sys_history DISABLE TRIGGER USER; "
				   : "DROP TRIGGER sys_history_no_delete; DROP TRIGGER "
				     "sys_history_no_update; DROP TRIGGER sys_history_erase_only; ",
		sql);
}

static void
three_rows(struct test *t)
{
	int64_t id;

	(void)test_world(t);
	test_act(t, "Mari Maasikas", "B3.1");
	id = test_person(t, "Jaan", "Tamm", "1980-01-01");
	for (int i = 0; i < 5; i++) {
		struct change *ch = change_new(&t->cx, "person");

		change_text(ch, "phone", arena_printf(t->arena, "555000%d", i));
		EXPECT_OK(test_edit(t, "person", id, 0, ch));
	}
}

TEST(history_verifies)
{
	struct history_report report;

	three_rows(t);
	EXPECT_OK(history_verify(&t->cx, &report));
	EXPECT_INT(1, report.chains);
	/* Unit, user, person, and five changes. */
	EXPECT_INT(8, report.rows);
	EXPECT_INT(0, report.erased);
}

TEST(history_empty_verifies)
{
	struct history_report report;

	(void)test_world(t);
	EXPECT_OK(history_verify(&t->cx, &report));
	EXPECT_INT(0, report.rows);
	EXPECT_INT(0, report.chains);
}

TEST(history_refuses_to_be_changed)
{
	static const char *const CASES[] = {
		"DELETE FROM sys_history WHERE seq = 3",
		"UPDATE sys_history SET actor = 0 WHERE seq = 3",
		"UPDATE sys_history SET hash = hash WHERE seq = 3",
		"UPDATE sys_history SET change = '{}' WHERE seq = 3",
		"UPDATE sys_history SET salt = x'00' WHERE seq = 3",
	};

	three_rows(t);
	for (int i = 0; i < COUNT(CASES); i++) {
		EXPECT_INT(ERR_CONFLICT, script(t, CASES[i]));
		EXPECT_TEXT("err.history_fixed", t->cx.error.key);
		ctx_forgive(&t->cx);
	}
}

/* Whoever gets round the triggers is found all the same, at the row where it begins. */
TEST(history_tampering_is_found)
{
	static const struct {
		const char *sql, *row;
	} CASES[] = {
		{ "UPDATE sys_history SET actor = 0 WHERE seq = 5", "5" },
		{ "UPDATE sys_history SET at = at + 1 WHERE seq = 6", "6" },
		{ "UPDATE sys_history SET record = 1 WHERE seq = 8", "8" },
		{ "UPDATE sys_history SET version = 9 WHERE seq = 4", "4" },
		{ "UPDATE sys_history SET kind = 'note' WHERE seq = 4", "4" },
		{ "UPDATE sys_history SET purpose = 'x' WHERE seq = 7", "7" },
		{ "UPDATE sys_history SET session = 3 WHERE seq = 7", "7" },
		{ "UPDATE sys_history SET change = replace(change, '5550002', '5559999')", "6" },
		{ "UPDATE sys_history SET change = '{}', digest = zeroblob(32) WHERE seq = 5",
		  "5" },
		{ "UPDATE sys_history SET salt = zeroblob(16) WHERE seq = 2", "2" },
		{ "UPDATE sys_history SET salt = NULL WHERE seq = 2", "2" },
		{ "UPDATE sys_history SET hash = zeroblob(32) WHERE seq = 5", "5" },
		{ "UPDATE sys_history SET hash = x'00' WHERE seq = 5", "5" },
		{ "DELETE FROM sys_history WHERE seq = 5", "6" },
		{ "DELETE FROM sys_history WHERE seq = 1", "2" },
		{ "UPDATE sys_history SET seq = 100 WHERE seq = 5; UPDATE sys_history SET seq = 5 "
		  "WHERE seq = 6; UPDATE sys_history SET seq = 6 WHERE seq = 100",
		  "5" },
		{ "UPDATE sys_history SET chain = 99 WHERE seq = 8", "8" },
	};
	struct history_report report;

	for (int i = 0; i < COUNT(CASES); i++) {
		enum err e;

		three_rows(t);
		EXPECT_OK(script(t, unlocked(t, CASES[i].sql)));
		e = history_verify(&t->cx, &report);
		if (e != ERR_CORRUPT || strcmp(t->cx.error.args[1], CASES[i].row) != 0)
			print_error("%s: %s\n", CASES[i].sql,
				    e == OK ? "not found" : t->cx.error.args[1]);
		EXPECT_INT(ERR_CORRUPT, e);
		EXPECT_TEXT("err.history_chain", t->cx.error.key);
		EXPECT_TEXT(CASES[i].row, t->cx.error.args[1]);
		ctx_forgive(&t->cx);
	}
}

/* A retention rule erases what changed, and the chain still holds. */
TEST(history_erased_rows_verify)
{
	struct history_report report;
	struct history_entry *list;
	size_t n;

	three_rows(t);
	EXPECT_OK(script(t, "UPDATE sys_history SET change = NULL, salt = NULL WHERE seq BETWEEN 3 "
			    "AND 5"));
	EXPECT_OK(history_verify(&t->cx, &report));
	EXPECT_INT(8, report.rows);
	EXPECT_INT(3, report.erased);
	EXPECT_OK(history_of(&t->cx, 3, 2, &list, &n));
	EXPECT_INT(2, n);
	EXPECT_INT(8, list[0].seq);
	EXPECT_INT(7, list[1].seq);
}
