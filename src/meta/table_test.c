/* Tests of tables made from types, and of their changes. */
#include "meta/table.h"

#include <string.h>

#include "db/fixture_test.h"
#include "meta/fixture_test.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

#define HEAD                                                                                 \
	"type: thing\nnumber: \"T-{seq}\"\ntitle: \"{name}\"\nname: {et: A, en: A, ru: A}\n" \
	"plural: {et: A, en: A, ru: A}\n"
#define LABEL ", name: {et: A, en: A, ru: A}"
#define TAIL                           \
	"rights:\n  T.1: {see: all}\n" \
	"lists:\n  all: {name: {et: A, en: A, ru: A}, columns: [number], sort: changed}\n"
#define GUARD "guards:\n  even: {when: \"size = 13\", name: {et: A, en: A, ru: A}}\n"

static const char FIRST[] =
	HEAD "fields:\n"
	     "  name: {text: 5" LABEL ", required: true}\n"
	     "  size: {int: true" LABEL ", unique: true}\n"
	     "  sort: {choice: {a: {et: A, en: A, ru: A}}" LABEL "}\n" TAIL GUARD;

static struct plan
migrate(struct test *t, struct db *db, const char *yaml, bool dry)
{
	struct types *ts = NULL;
	struct plan plan = { NULL, 0 };

	EXPECT_OK(test_types_with(t, "thing.yaml", yaml, &ts));
	EXPECT_OK(table_migrate(&t->cx, db, ts, dry, &plan));
	return plan;
}

/* Steps of a kind; what: the second value, or NULL. */
static int
steps(const struct plan *plan, const char *key, const char *what)
{
	int n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += strcmp(plan->steps[i].what_key, key) == 0 &&
		     (what == NULL ||
		      (plan->steps[i].arg[1] != NULL && strcmp(plan->steps[i].arg[1], what) == 0));
	return n;
}

static struct db *
with_thing(struct test *t)
{
	struct db *db = test_db(t);

	EXPECT_OK(db_migrate(&t->cx, db));
	(void)migrate(t, db, FIRST, false);
	return db;
}

struct row {
	int id;
	const char *fields, *values;
};

static enum err
insert_row(struct ctx *cx, void *arg)
{
	const struct row *r = arg;

	TRY(db_script(cx, arena_printf(cx->arena,
				       "INSERT INTO sys_record VALUES (%d, 'thing', 'T-%d', 'x', "
				       "NULL, 0)",
				       r->id, r->id)));
	return db_script(cx, arena_printf(cx->arena,
					  "INSERT INTO thing (sys_id, sys_number, sys_state, "
					  "sys_open, sys_version, sys_created, sys_changed, %s) "
					  "VALUES (%d, 'T-%d', '', 1, 1, 0, 0, %s)",
					  r->fields, r->id, r->id, r->values));
}

static enum err
insert(struct test *t, struct db *db, int id, const char *fields, const char *values)
{
	struct row r = { id, fields, values };

	test_log(false);
	enum err e = db_run(&t->cx, db, "insert", insert_row, &r);
	test_log(true);
	return e;
}

static enum err
run_sql(struct ctx *cx, void *arg)
{
	return db_script(cx, arg);
}

static enum err
run(struct test *t, struct db *db, const char *sql)
{
	test_log(false);
	enum err e = db_run(&t->cx, db, "sql", run_sql, arena_strdup(t->arena, sql));
	test_log(true);
	return e;
}

TEST(table_of_every_good_type_is_made)
{
	struct types *ts = test_types(t);
	SCOPED(db) struct db *db = test_db(t);
	struct plan plan;

	EXPECT_OK(db_migrate(&t->cx, db));
	EXPECT_OK(table_migrate(&t->cx, db, ts, true, &plan));
	EXPECT_INT(2, steps(&plan, "migrate.table", NULL));
	EXPECT_INT(0, test_db_has(t, db, "case"));
	EXPECT_OK(table_migrate(&t->cx, db, ts, false, &plan));
	EXPECT_INT(2, steps(&plan, "migrate.table", NULL));
	EXPECT_INT(1, test_db_has(t, db, "case"));
	EXPECT(test_db_has(t, db, "case.human.arrived.sys_unique"));
	EXPECT_INT(1, test_db_int(t, db,
				  "SELECT count(*) FROM sys_column WHERE type = 'human' AND name = "
				  "'name' AND kind = 'sorted text'"));
	/* Types that did not change are skipped. */
	EXPECT_OK(table_migrate(&t->cx, db, ts, false, &plan));
	EXPECT_INT(0, plan.n);
}

TEST(table_refuses_what_the_type_forbids)
{
	SCOPED(db) struct db *db = with_thing(t);

	EXPECT_OK(insert(t, db, 1, "name, size", "'Ain', 1"));
	EXPECT_INT(ERR_CONFLICT, insert(t, db, 2, "name, size", "NULL, 2"));
	EXPECT_TEXT("err.table_shape", t->cx.error.key);
	ctx_forgive(&t->cx);
	EXPECT_INT(ERR_CONFLICT, insert(t, db, 2, "name, size", "'Aadama', 2"));
	EXPECT_TEXT("err.table_shape", t->cx.error.key);
	ctx_forgive(&t->cx);
	EXPECT_OK(insert(t, db, 2, "name, size", "'õäöüš', 2"));
	EXPECT_INT(ERR_CONFLICT, insert(t, db, 3, "name, size", "'Ain', 13"));
	EXPECT_TEXT("guard.thing.even", t->cx.error.key);
	ctx_forgive(&t->cx);
	EXPECT_ERR(ERR_CONFLICT, run(t, db, "UPDATE thing SET size = 13 WHERE sys_id = 1"));
	EXPECT_ERR(ERR_CONFLICT, run(t, db, "UPDATE thing SET name = NULL WHERE sys_id = 1"));
	EXPECT_ERR(ERR_CONFLICT, run(t, db, "UPDATE thing SET name = 'Aadama' WHERE sys_id = 1"));
	EXPECT_INT(ERR_CONFLICT, insert(t, db, 4, "name, size", "'Ain', 1"));
	EXPECT_TEXT("err.db_unique", t->cx.error.key);
	ctx_forgive(&t->cx);
	/* What is deleted binds nobody. */
	EXPECT_OK(run(t, db, "UPDATE thing SET sys_deleted = 1, size = 13 WHERE sys_id = 1"));
	EXPECT_OK(insert(t, db, 5, "name, size", "'Ain', 1"));
}

/* What a guard came to refuse after it was written may be mended, but not made worse. */
TEST(table_guard_excuses_a_change_that_mends)
{
	static const char EXCUSED[] =
		HEAD "fields:\n"
		     "  name: {text: 5" LABEL ", required: true}\n"
		     "  size: {int: true" LABEL "}\n" TAIL
		     "guards:\n  large: {when: \"size > 5\", unless: \"size < old.size\", "
		     "name: {et: A, en: A, ru: A}}\n";
	SCOPED(db) struct db *db = with_thing(t);

	EXPECT_OK(insert(t, db, 1, "name, size", "'Ain', 20"));
	EXPECT_OK(insert(t, db, 2, "name, size", "'Ain', NULL"));
	(void)migrate(t, db, EXCUSED, false);
	EXPECT_ERR(ERR_CONFLICT, insert(t, db, 3, "name, size", "'Ain', 6"));
	EXPECT_ERR(ERR_CONFLICT, run(t, db, "UPDATE thing SET size = 21 WHERE sys_id = 1"));
	EXPECT_ERR(ERR_CONFLICT, run(t, db, "UPDATE thing SET name = 'B' WHERE sys_id = 1"));
	EXPECT_OK(run(t, db, "UPDATE thing SET size = 12 WHERE sys_id = 1"));
	/* An excuse that cannot be told is none. */
	EXPECT_ERR(ERR_CONFLICT, run(t, db, "UPDATE thing SET size = 6 WHERE sys_id = 2"));
	/* Taken back from deletion is as new. */
	EXPECT_OK(run(t, db, "UPDATE thing SET sys_deleted = 1 WHERE sys_id = 1"));
	EXPECT_ERR(ERR_CONFLICT,
		   run(t, db, "UPDATE thing SET sys_deleted = 0, size = 7 WHERE sys_id = 1"));
	EXPECT_OK(run(t, db, "UPDATE thing SET sys_deleted = 0, size = 5 WHERE sys_id = 1"));
}

TEST(table_changes_that_are_taken)
{
	static const char SECOND[] = HEAD
		"fields:\n"
		"  name: {text: 50" LABEL ", sorted: true}\n"
		"  sort: {text: 10" LABEL "}\n"
		"  note: {long: 100" LABEL ", required: true}\n"
		"  owner: {ref: human" LABEL "}\n" TAIL
		"guards:\n  small: {when: \"length(note) < 2\", name: {et: A, en: A, ru: A}}\n";
	SCOPED(db) struct db *db = with_thing(t);
	struct plan plan, dry;

	EXPECT_OK(insert(t, db, 1, "name, size, sort", "'Ülle', 1, 'a'"));
	dry = migrate(t, db, SECOND, true);
	EXPECT_ERR(ERR_CONFLICT, insert(t, db, 2, "name, size", "'Ain', 13"));
	plan = migrate(t, db, SECOND, false);
	EXPECT_INT(dry.n, plan.n);
	EXPECT_INT(0, steps(&plan, "migrate.table", NULL));
	EXPECT_INT(1, steps(&plan, "migrate.column", "note"));
	EXPECT_INT(1, steps(&plan, "migrate.column", "owner"));
	EXPECT_INT(0, steps(&plan, "migrate.column", "sort"));
	EXPECT_INT(2, steps(&plan, "migrate.sorted", "name"));
	EXPECT_INT(1, steps(&plan, "migrate.kept", "size"));
	EXPECT_INT(2, steps(&plan, "migrate.guard_drop", "even"));
	EXPECT_INT(1, test_db_int(t, db,
				  "SELECT count(*) FROM thing WHERE name_sort = sort_key(name) AND "
				  "size = 1"));
	/* The name is longer and may be empty, the guard is gone, the new one holds. */
	EXPECT_OK(insert(t, db, 3, "name, size, note", "'Aadama', 13, 'abc'"));
	EXPECT_OK(insert(t, db, 4, "name, note", "NULL, 'abc'"));
	EXPECT_ERR(ERR_CONFLICT, insert(t, db, 5, "name, note", "'A', 'a'"));
	EXPECT_ERR(ERR_CONFLICT, insert(t, db, 5, "name", "'A'"));
	/* A row from before the field was required may go on without it. */
	EXPECT_OK(run(t, db, "UPDATE thing SET name = 'B' WHERE sys_id = 1"));
	EXPECT_ERR(ERR_CONFLICT, run(t, db, "UPDATE thing SET note = NULL WHERE sys_id = 3"));
	EXPECT_INT(0, migrate(t, db, SECOND, false).n);
}

TEST(table_kinds_that_may_not_change)
{
	static const struct {
		const char *from, *to;
		bool taken;
	} CASES[] = {
		{ "text: 5", "long: 50", true },
		{ "long: 50", "text: 60", true },
		{ "code: iban", "text: 60", true },
		{ "choice: {a: {et: A, en: A, ru: A}}", "text: 60", true },
		{ "date: true", "date: true, required: true", true },
		{ "int: true", "date: true", false },
		{ "int: true", "money: true", false },
		{ "date: true", "time: true", false },
		{ "text: 5", "int: true", false },
		{ "text: 5", "code: iban", false },
		{ "choice: {a: {et: A, en: A, ru: A}}", "choices: {a: {et: A, en: A, ru: A}}",
		  false },
		{ "ref: human", "int: true", false },
		{ "bool: true", "int: true", false },
	};

	for (int i = 0; i < COUNT(CASES); i++) {
		SCOPED(db) struct db *db = test_db(t);
		struct types *ts = NULL;
		struct plan plan = { NULL, 0 };
		enum err e;

		EXPECT_OK(db_migrate(&t->cx, db));
		(void)migrate(t, db,
			      arena_printf(t->arena,
					   HEAD "fields:\n  name: {text: 5" LABEL
						"}\n  x: {%s" LABEL "}\n" TAIL,
					   CASES[i].from),
			      false);
		EXPECT_OK(test_types_with(t, "thing.yaml",
					  arena_printf(t->arena,
						       HEAD "fields:\n  name: {text: 5" LABEL
							    "}\n  x: {%s" LABEL "}\n" TAIL,
						       CASES[i].to),
					  &ts));
		e = table_migrate(&t->cx, db, ts, false, &plan);
		if (CASES[i].taken) {
			EXPECT_OK(e);
			continue;
		}
		EXPECT_INT(ERR_INVALID, e);
		EXPECT_TEXT("err.table_kind", t->cx.error.key);
		EXPECT_TEXT("x", t->cx.error.args[0]);
		EXPECT_INT(8, t->cx.error.line);
		ctx_forgive(&t->cx);
	}
}

TEST(table_sql_of_one_type)
{
	struct types *ts = NULL;
	struct plan plan;

	EXPECT_OK(test_types_with(t, "thing.yaml", FIRST, &ts));
	EXPECT_OK(table_create(&t->cx, ts, types_get(ts, "thing"), &plan));
	EXPECT(plan.n > 5);
	EXPECT_TEXT("CREATE TABLE \"thing\" (\n"
		    "\tsys_id INTEGER PRIMARY KEY REFERENCES sys_record (id),\n"
		    "\tsys_number TEXT NOT NULL,\n"
		    "\tsys_state TEXT NOT NULL,\n"
		    "\tsys_open INTEGER NOT NULL,\n"
		    "\tsys_version INTEGER NOT NULL,\n"
		    "\tsys_unit INTEGER REFERENCES sys_record (id),\n"
		    "\tsys_responsible INTEGER REFERENCES sys_record (id),\n"
		    "\tsys_due INTEGER NOT NULL DEFAULT 2147483647,\n"
		    "\tsys_created INTEGER NOT NULL,\n"
		    "\tsys_changed INTEGER NOT NULL,\n"
		    "\tsys_deleted INTEGER NOT NULL DEFAULT 0,\n"
		    "\t\"name\" TEXT,\n"
		    "\t\"size\" INTEGER,\n"
		    "\t\"sort\" TEXT\n"
		    ") STRICT",
		    plan.steps[0].sql);
}
