/* The engine's schema: taken step by step, once, and only as it was. */
#include "db/fixture_test.h"

#include <string.h>

#include "db/db_int.h"

#define FILE_ROW(n, s)                                          \
	{                                                       \
		.name = (n), .bytes = (s), .len = sizeof(s) - 1 \
	}
#define FILE_END             \
	{                    \
		.name = NULL \
	}

static const char ONE[] = "CREATE TABLE a (b INTEGER) STRICT; INSERT INTO a VALUES (1);";
static const char TWO[] = "ALTER TABLE a ADD COLUMN c INTEGER; UPDATE a SET c = 2;";
static const char TWO_BAD[] = "UPDATE a SET b = 99; ALTER TABLE nothing ADD COLUMN c INTEGER;";

static const struct embed_file FIRST[] = { FILE_ROW("0001-one.sql", ONE), FILE_END };
static const struct embed_file BOTH[] = { FILE_ROW("0001-one.sql", ONE),
					  FILE_ROW("0002-two.sql", TWO), FILE_END };
static const struct embed_file BAD[] = { FILE_ROW("0001-one.sql", ONE),
					 FILE_ROW("0002-two.sql", TWO_BAD), FILE_END };
static const struct embed_file CHANGED[] = { FILE_ROW("0001-one.sql", TWO_BAD),
					     FILE_ROW("0002-two.sql", TWO), FILE_END };
static const struct embed_file NONE[] = { FILE_END };

TEST(schema_steps_are_taken_in_order_and_once)
{
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);
	struct db_step *steps = NULL;
	size_t n = 0;

	EXPECT_OK(migrate_to(cx, db, NONE));
	EXPECT_OK(migrate_to(cx, db, FIRST));
	EXPECT_INT(1, test_db_int(t, db, "SELECT count(*) FROM sys_schema"));
	EXPECT_OK(migrate_plan(cx, db, BOTH, &steps, &n));
	EXPECT_INT(2, n);
	EXPECT(steps[0].taken_at == cx->now && steps[1].taken_at == 0);
	EXPECT_TEXT("0002-two.sql", steps[1].name);
	EXPECT_INT(64, strlen(steps[1].hash));
	EXPECT_OK(migrate_to(cx, db, BOTH));
	EXPECT_OK(migrate_to(cx, db, BOTH));
	EXPECT_INT(2, test_db_int(t, db, "SELECT c FROM a"));
	EXPECT_INT(2, test_db_int(t, db, "SELECT count(*) FROM sys_schema"));
	EXPECT(cx->conn == NULL);
}

TEST(a_schema_step_that_fails_leaves_nothing)
{
	SCOPED(db) struct db *db = test_db(t);

	test_log(false);
	EXPECT_ERR(ERR_BUG, migrate_to(test_ctx(t), db, BAD));
	test_log(true);
	EXPECT_INT(1, test_db_int(t, db, "SELECT b FROM a"));
	EXPECT_INT(1, test_db_int(t, db, "SELECT max(step) FROM sys_schema"));
	EXPECT_OK(migrate_to(test_ctx(t), db, BOTH));
}

TEST(a_changed_schema_step_is_refused)
{
	SCOPED(db) struct db *db = test_db(t);

	EXPECT_OK(migrate_to(test_ctx(t), db, FIRST));
	EXPECT_ERR(ERR_CORRUPT, migrate_to(test_ctx(t), db, CHANGED));
	EXPECT_INT(1, test_db_int(t, db, "SELECT count(*) FROM sys_schema"));
}

TEST(a_missing_schema_step_is_refused)
{
	static const struct embed_file LATER[] = { FILE_ROW("0002-two.sql", ONE), FILE_END };
	static const struct embed_file FILLED[] = { FILE_ROW("0001-one.sql", TWO),
						    FILE_ROW("0002-two.sql", ONE), FILE_END };
	SCOPED(db) struct db *db = test_db(t);

	EXPECT_OK(migrate_to(test_ctx(t), db, LATER));
	EXPECT_ERR(ERR_CORRUPT, migrate_to(test_ctx(t), db, FILLED));
}

TEST(a_newer_database_is_refused)
{
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);

	EXPECT_OK(migrate_to(cx, db, BOTH));
	EXPECT_INT(ERR_CONFLICT, migrate_to(cx, db, FIRST));
	EXPECT_TEXT("err.db_newer", cx->error.key);
	EXPECT_TEXT("0002-two.sql", cx->error.args[0]);
	ctx_forgive(cx);
	EXPECT_ERR(ERR_CONFLICT, migrate_to(cx, db, NONE));
}

TEST(the_engines_own_schema_can_be_taken)
{
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);
	struct db_step *steps = NULL;
	size_t n = 0;

	EXPECT_OK(db_migrate(cx, db));
	EXPECT_OK(db_plan(cx, db, &steps, &n));
	for (size_t i = 0; i < n; i++)
		EXPECT(steps[i].taken_at != 0);
}
