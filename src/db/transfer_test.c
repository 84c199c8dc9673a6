/* Moving a database into another; on PostgreSQL both are schemas there. */
#include "db/transfer.h"

#include <string.h>

#include "base/text.h"
#include "db/fixture_test.h"

/* Two tables that point at each other, a guard the rows no longer pass, values of every kind. */
static const char TABLES[] =
	"CREATE TABLE sys_type (name TEXT PRIMARY KEY, hash TEXT NOT NULL);"
	"CREATE TABLE sys_column (name TEXT PRIMARY KEY);"
	"CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id), t TEXT, x BLOB);"
	"CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id));"
	"INSERT INTO sys_type (name, hash) VALUES ('a', '1');";
static const char ROWS[] = "INSERT INTO a (id, t, x) VALUES (7, 'õun', x'00ff');"
			   "INSERT INTO b (id, a) VALUES (3, 7);"
			   "UPDATE a SET b = 3 WHERE id = 7;"
			   "INSERT INTO a (id, t) VALUES (8, '');";
static const char GUARD[] =
	"CREATE TRIGGER no_more BEFORE INSERT ON a WHEN new.id > 5 BEGIN SELECT RAISE(ABORT, "
	"'err.no_more') WHERE 1 = 1; END;";

static struct db *
made(struct test *t, const char *more)
{
	struct db *db = test_db(t);

	test_db_script(t, db, TABLES);
	if (more != NULL)
		test_db_script(t, db, more);
	return db;
}

static enum err
insert_a(struct ctx *cx, void *arg)
{
	const int64_t *id = arg;

	return *id == 0 ? db_exec(cx, "INSERT INTO a (t) VALUES ('next')", DB_NONE, NULL)
			: db_exec(cx, "INSERT INTO a (id) VALUES (?1)", DB_ARGS(db_int(*id)), NULL);
}

TEST(transfer_moves_rows_keys_and_guards)
{
	SCOPED(db) struct db *from = made(t, ROWS), *to = made(t, NULL);
	struct transfer_report report = { 0 };

	test_db_script(t, from, GUARD);
	test_db_script(t, to, GUARD);
	EXPECT_OK(db_transfer(test_ctx(t), from, to, &report));
	EXPECT_INT(4, report.ntables);
	EXPECT_INT(4, report.rows);
	EXPECT_TEXT("a", report.tables[0].table);
	EXPECT_INT(2, report.tables[0].rows);
	EXPECT_INT(1, test_db_int(t, to,
				  "SELECT count(*) FROM a JOIN b ON b.a = a.id AND a.b = b.id "
				  "WHERE a.t = 'õun' AND length(a.x) = 2"));
	EXPECT_INT(1, test_db_int(t, to, "SELECT count(*) FROM a WHERE t = '' AND x IS NULL"));
	/* The guard stands again, and numbers go on behind those that came. */
	test_log(false);
	EXPECT_INT(ERR_CONFLICT, db_run(&t->cx, to, "guard", insert_a, &(int64_t){ 9 }));
	EXPECT_TEXT("err.no_more", t->cx.error.key);
	test_log(true);
}

TEST(transfer_lets_numbers_go_on)
{
	SCOPED(db) struct db *from = made(t, ROWS), *to = made(t, NULL);
	struct transfer_report report = { 0 };

	EXPECT_OK(db_transfer(test_ctx(t), from, to, &report));
	EXPECT_OK(db_run(test_ctx(t), to, "next", insert_a, &(int64_t){ 0 }));
	EXPECT_INT(9, test_db_int(t, to, "SELECT id FROM a WHERE t = 'next'"));
}

TEST(transfer_keeps_columns_that_left)
{
	SCOPED(db)
	struct db *from = made(t, "ALTER TABLE b ADD COLUMN was TEXT;"
				  "INSERT INTO b (id, was) VALUES (1, 'old');");
	SCOPED(db) struct db *to = made(t, NULL);
	struct transfer_report report = { 0 };

	EXPECT_OK(db_transfer(test_ctx(t), from, to, &report));
	EXPECT_INT(1, test_db_int(t, to, "SELECT count(*) FROM b WHERE was = 'old'"));
}

/* Refused, and nothing is written. */
TEST(transfer_refuses_what_does_not_fit)
{
	static const struct {
		const char *from, *to, *key;
	} CASES[] = {
		{ ROWS, "INSERT INTO b (id) VALUES (1);", "err.transfer_full" },
		{ "UPDATE sys_type SET hash = '2';", NULL, "err.transfer_types" },
		{ "CREATE TABLE c (id INTEGER PRIMARY KEY);", NULL, "err.transfer_table" },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		SCOPED(db) struct db *from = made(t, CASES[i].from), *to = made(t, CASES[i].to);
		struct transfer_report report = { 0 };

		EXPECT_INT(ERR_CONFLICT, db_transfer(&t->cx, from, to, &report));
		EXPECT_TEXT(CASES[i].key, t->cx.error.key);
		EXPECT_INT(0, test_db_int(t, to, "SELECT count(*) FROM a"));
		EXPECT_INT(1, test_db_int(t, to, "SELECT count(*) FROM sys_type"));
		ctx_forgive(&t->cx);
	}
}
