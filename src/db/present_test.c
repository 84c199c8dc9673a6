#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/db_int.h"
#include "db/fixture_test.h"

static enum err
insert(struct ctx *cx, void *arg)
{
	return db_exec(cx, "INSERT INTO one VALUES (?1)", DB_ARGS(db_int(*(int64_t *)arg)), NULL);
}

static const char *
away(struct test *t, const char *path)
{
	return arena_printf(t->arena, "%s.away", path);
}

/* A file of the same bytes in its place. */
static void
copy(struct test *t, const char *from, const char *to)
{
	size_t len = 0;
	char *bytes = test_read(t, from, &len);
	FILE *f = fopen(to, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static enum err
try(struct test *t, struct db *db, int64_t id)
{
	enum err e;

	ctx_forgive(&t->cx);
	e = db_run(&t->cx, db, "insert", insert, &id);
	if (e != OK)
		EXPECT_TEXT("err.disk_gone", t->cx.error.key);
	return e;
}

/* Moved away, replaced, deleted: nothing is written. Back again: writing goes on. */
TEST(db_writes_only_where_its_file_still_is)
{
	SCOPED(db) struct db *db = test_db(t);
	const char *logs[] = { db->path, db->log_path };

	SQLITE_ONLY();
	test_db_script(t, db, "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT");
	test_log(false);
	EXPECT_INT(OK, try(t, db, 1));
	for (int64_t i = 0; i < 2; i++) {
		const char *path = logs[i], *aside = away(t, path);

		assert_int_equal(rename(path, aside), 0);
		EXPECT_INT(ERR_IO, try(t, db, 10 + i));
		copy(t, aside, path);
		EXPECT_INT(ERR_IO, try(t, db, 20 + i));
		assert_int_equal(rename(aside, path), 0);
		EXPECT_INT(OK, try(t, db, 30 + i));
	}
	test_log(true);
	EXPECT_INT(1 + 30 + 31, test_db_int(t, db, "SELECT sum(id) FROM one"));
}

static enum err
insert_and_move(struct ctx *cx, void *arg)
{
	struct db *db = arg;

	TRY(db_exec(cx, "INSERT INTO one VALUES (7)", DB_NONE, NULL));
	return rename(db->path, away(&(struct test){ .arena = cx->arena }, db->path)) == 0
		       ? OK
		       : fail(cx, ERR_BUG, "err.io");
}

/* Taken away while a group runs: nobody is told that it was saved. */
TEST(db_does_not_acknowledge_what_went_with_its_file)
{
	SCOPED(db) struct db *db = test_db(t);

	SQLITE_ONLY();
	test_db_script(t, db, "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT");
	test_log(false);
	EXPECT_INT(ERR_IO, db_run(&t->cx, db, "move", insert_and_move, db));
	EXPECT_TEXT("err.disk_doubt", t->cx.error.key);
	test_log(true);
	assert_int_equal(rename(away(t, db->path), db->path), 0);
}
