/*
 * The n-th step, commit, write or sync fails, for n from 1 until nothing is left to fail. After
 * each: what was acknowledged is there, and nothing of what was refused; both in the files as a
 * crash at that moment would leave them, and after an orderly end.
 */
#include "db/fixture_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "db/db_int.h"

#define CLOSURES 20
#define MAX_FAULTS 2000

static const char TABLES[] = "CREATE TABLE one (id INTEGER PRIMARY KEY, note TEXT) STRICT;"
			     "CREATE TABLE two (id INTEGER PRIMARY KEY, n INTEGER) STRICT;"
			     "CREATE INDEX two_n ON two (n);";

/* What the run was told about each of its closures. */
struct told {
	bool tables;
	enum err result[CLOSURES];
};

static enum err
make_tables(struct ctx *cx, void *arg)
{
	(void)arg;
	return db_script(cx, TABLES);
}

static enum err
insert_both(struct ctx *cx, void *arg)
{
	const int64_t *id = arg;

	TRY(db_exec(cx, "INSERT INTO one VALUES (?1, hex(zeroblob(700)))", DB_ARGS(db_int(*id)),
		    NULL));
	return db_exec(cx, "INSERT INTO two VALUES (?1, -?1)", DB_ARGS(db_int(*id)), NULL);
}

static void
scenario(struct ctx *cx, struct db *db, struct told *told)
{
	told->tables = db_run(cx, db, "tables", make_tables, NULL) == OK;
	ctx_forgive(cx);
	for (int64_t i = 0; i < CLOSURES; i++) {
		told->result[i] = ERR_BUG;
		if (told->tables)
			told->result[i] = db_run(cx, db, "both", insert_both, &i);
		ctx_forgive(cx);
	}
}

static void
copy_file(struct test *t, const char *from, const char *to)
{
	size_t len = 0;
	char *bytes = test_read(t, from, &len);
	FILE *f = fopen(to, "wb");

	assert_non_null(f);
	EXPECT_INT(len, fwrite(bytes, 1, len, f));
	EXPECT_INT(0, fclose(f));
}

/* Both tables hold exactly what was acknowledged. */
static void
hold_against(struct test *t, struct db *db, const struct told *told)
{
	static const char COUNT[] = "SELECT (SELECT count(*) FROM one WHERE id = ?1) * 10 +"
				    " (SELECT count(*) FROM two WHERE n = -?1)";
	SCOPED(conn) struct conn *c = NULL;
	struct ctx *cx = test_ctx(t);
	int64_t n = 0;

	EXPECT_OK(db_reader(cx, db, &c));
	cx->conn = c;
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM sqlite_schema WHERE name = 'two_n'", DB_NONE,
			     &n));
	EXPECT_INT(told->tables, n);
	for (int64_t i = 0; told->tables && i < CLOSURES; i++) {
		EXPECT_OK(db_get_int(cx, COUNT, DB_ARGS(db_int(i)), &n));
		EXPECT_INT(told->result[i] == OK ? 11 : 0, n);
	}
	EXPECT_OK(db_get_int(cx, "SELECT integrity_check = 'ok' FROM pragma_integrity_check",
			     DB_NONE, &n));
	EXPECT_INT(1, n);
	cx->conn = NULL;
}

static void
look_after_crash(struct test *t, const char *path, const struct told *told)
{
	const char *copy = test_db_path(t);
	struct db *db = NULL;

	copy_file(t, path, copy);
	copy_file(t, arena_printf(t->arena, "%s-wal", path),
		  arena_printf(t->arena, "%s-wal", copy));
	EXPECT_OK(db_open(test_ctx(t), copy, 0, &db));
	hold_against(t, db, told);
	db_close(db);
	EXPECT_INT(0, unlink(copy));
}

/* One run with the n-th fault; true if there was none to meet. */
static bool
fault_run(struct test *t, long n)
{
	const char *path = test_db_path(t);
	struct ctx *cx = test_ctx(t);
	struct told told = { 0 };
	struct db *db = NULL;
	bool unmet;

	(void)db_fault_after(n);
	if (db_open(cx, path, DB_CREATE, &db) != OK) { /* the second try must do */
		ctx_forgive(cx);
		EXPECT_INT(0, db_fault_after(0));
		EXPECT_OK(db_open(cx, path, DB_CREATE, &db));
	}
	scenario(cx, db, &told);
	unmet = db_fault_after(0) > 0;
	look_after_crash(t, path, &told);
	(void)db_fault_after(n % 7 + 1); /* the end may meet one too */
	db_close(db);
	(void)db_fault_after(0);
	EXPECT_OK(db_open(cx, path, 0, &db));
	hold_against(t, db, &told);
	db_close(db);
	EXPECT_INT(0, unlink(path));
	return unmet;
}

TEST(no_fault_loses_or_invents_anything)
{
	long n = 1;

	SQLITE_ONLY();
	test_log(false);
	while (n < MAX_FAULTS && !fault_run(t, n)) {
		n++;
		arena_reset(t->arena);
	}
	test_log(true);
	EXPECT(n > 10 * CLOSURES && n < MAX_FAULTS);
}

TEST(a_fault_strikes_once_and_can_be_taken_back)
{
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);

	EXPECT_OK(db_run(cx, db, "tables", make_tables, NULL));
	(void)db_fault_after(1000);
	EXPECT_OK(db_run(cx, db, "both", insert_both, &(int64_t){ 1 }));
	EXPECT(db_fault_after(0) > 900);
	EXPECT_INT(0, db_fault_after(1));
	EXPECT_ERR(ERR_IO, db_run(cx, db, "both", insert_both, &(int64_t){ 2 }));
	EXPECT_OK(db_run(cx, db, "both", insert_both, &(int64_t){ 2 }));
}
