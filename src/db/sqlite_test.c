/* Opening a store, who may do what, and snapshots. */
#include "db/fixture_test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

TEST(db_open_refuses_what_is_no_database_address)
{
	static const char *const BAD[] = { "",
					   ":memory:",
					   "http://x/y",
					   "file:",
					   "file:x.db?mode=memory",
					   "file:x%20y.db",
					   "/dev/null",
					   "/" };
	struct db *db = NULL;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		EXPECT_ERR(ERR_INVALID, db_open(test_ctx(t), BAD[i], DB_CREATE, &db));
	EXPECT(db == NULL);
}

TEST(db_open_makes_a_database_only_when_told)
{
	const char *path = test_db_path(t);
	struct ctx *cx = test_ctx(t);
	SCOPED(db) struct db *db = NULL;
	struct stat st;

	SQLITE_ONLY();
	EXPECT_ERR(ERR_NOTFOUND, db_open(cx, path, 0, &db));
	EXPECT_ERR(ERR_NOTFOUND, db_open(cx, path, DB_READ_ONLY | DB_CREATE, &db));
	EXPECT(access(path, F_OK) != 0);
	EXPECT_ERR(ERR_IO, db_open(cx, "/nowhere/at/all.db", DB_CREATE, &db));
	EXPECT_OK(db_open(cx, arena_printf(t->arena, "file:%s", path), DB_CREATE, &db));
	EXPECT_INT(0, stat(path, &st));
	EXPECT_INT(0600, st.st_mode & 0777);
}

TEST(db_open_takes_an_empty_file_for_none)
{
	const char *path = test_db_path(t);
	SCOPED(db) struct db *db = NULL;

	SQLITE_ONLY();
	EXPECT_INT(0, close(open(path, O_CREAT | O_WRONLY, 0600)));
	EXPECT_ERR(ERR_NOTFOUND, db_open(test_ctx(t), path, 0, &db));
	EXPECT_OK(db_open(test_ctx(t), path, DB_CREATE, &db));
}

static void
write_file(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

	EXPECT_INT(len, write(fd, bytes, len));
	EXPECT_INT(0, close(fd));
}

TEST(db_open_refuses_a_file_that_is_no_database)
{
	const char *path = test_db_path(t);
	char noise[8192];
	struct db *db = NULL;

	SQLITE_ONLY();
	memset(noise, 'x', sizeof(noise));
	write_file(path, noise, sizeof(noise));
	EXPECT_ERR(ERR_CORRUPT, db_open(test_ctx(t), path, DB_CREATE, &db));
	EXPECT_ERR(ERR_CORRUPT, db_open(test_ctx(t), path, DB_READ_ONLY, &db));
}

TEST(db_open_refuses_another_programs_database)
{
	const char *path = test_db_path(t);
	struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);
	char *bytes;
	size_t len;

	SQLITE_ONLY();
	test_db_script(t, db, "CREATE TABLE a (b INTEGER) STRICT");
	EXPECT_OK(db_backup(cx, db, path));
	db_close(db);
	db = NULL;
	bytes = test_read(t, path, &len);
	memcpy(bytes + 68, "abcd", 4); /* application_id in the header of the file format */
	write_file(path, bytes, len);
	EXPECT_ERR(ERR_INVALID, db_open(cx, path, DB_CREATE, &db));
}

TEST(db_open_admits_one_writer_and_any_reader)
{
	const char *path = test_db_path(t);
	struct ctx *cx = test_ctx(t);
	SCOPED(db) struct db *db = NULL, *other = NULL;

	SQLITE_ONLY();
	EXPECT_OK(db_open(cx, path, DB_CREATE, &db));
	EXPECT_INT(ERR_BUSY, db_open(cx, path, DB_CREATE, &other));
	EXPECT_TEXT("err.db_in_use", cx->error.key);
	EXPECT_TEXT(path, cx->error.args[0]);
	EXPECT_TEXT(text_from_int(t->arena, getpid()), cx->error.args[1]);
	ctx_forgive(cx);
	test_db_script(t, db, "CREATE TABLE a (b INTEGER) STRICT; INSERT INTO a VALUES (7)");
	EXPECT_OK(db_open(cx, path, DB_READ_ONLY, &other));
	EXPECT_INT(7, test_db_int(t, other, "SELECT b FROM a"));
}

/* In a process of its own: what opening the store a second time gives. */
static int
open_elsewhere(const char *path, unsigned flags)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		struct ctx cx;
		struct db *db = NULL;

		ctx_init(&cx, arena_new());
		_exit((int)db_open(&cx, path, flags, &db));
	}
	EXPECT_INT(child, waitpid(child, &status, 0));
	EXPECT(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(db_open_refuses_a_second_writing_process)
{
	const char *path = test_db_path(t);
	struct db *db = NULL;

	SQLITE_ONLY();
	EXPECT_OK(db_open(test_ctx(t), path, DB_CREATE, &db));
	EXPECT_INT(ERR_BUSY, open_elsewhere(path, 0));
	EXPECT_INT(OK, open_elsewhere(path, DB_READ_ONLY));
	EXPECT_INT(ERR_BUSY, open_elsewhere(path, 0));
	db_close(db);
	EXPECT_INT(OK, open_elsewhere(path, 0));
}

static enum err
one_text(struct ctx *cx, void *arg)
{
	const char *const *sql = arg;

	return db_exec(cx, *sql, DB_NONE, NULL);
}

TEST(a_closure_may_not_change_tables_or_transactions)
{
	static const char *const REFUSED[] = { "CREATE TABLE x (a INTEGER)",
					       "CREATE INDEX x ON a (b)",
					       "CREATE TEMP TABLE x (a INTEGER)",
					       "CREATE VIEW x AS SELECT 1",
					       "DROP TABLE a",
					       "ALTER TABLE a ADD COLUMN c INTEGER",
					       "ATTACH ':memory:' AS x",
					       "BEGIN",
					       "COMMIT",
					       "ROLLBACK",
					       "SAVEPOINT x",
					       "PRAGMA synchronous = OFF",
					       "PRAGMA writable_schema = ON",
					       "SELECT * FROM pragma_user_version",
					       "VACUUM",
					       "REINDEX",
					       "ANALYZE",
					       "DELETE FROM sqlite_schema",
					       "SELECT load_extension('x')",
					       "SELECT \"text\" FROM a",
					       "SELECT 1; SELECT 2",
					       "  -- nothing",
					       "SELEC 1" };
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);
	int passed = 0;

	test_db_script(t, db, "CREATE TABLE a (b INTEGER) STRICT; CREATE INDEX ab ON a (b)");
	test_log(false);
	for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
		const char *sql = REFUSED[i];

		if (db_run(cx, db, "refused", one_text, &sql) != ERR_BUG) {
			print_error("%s was let pass\n", sql);
			passed++;
		}
		ctx_forgive(cx);
	}
	test_log(true);
	EXPECT_INT(0, passed);
	EXPECT_INT(1, test_db_has(t, db, "a"));
}

static enum err
script_text(struct ctx *cx, void *arg)
{
	const char *const *sql = arg;

	return db_script(cx, *sql);
}

TEST(tables_may_be_looked_at)
{
	SCOPED(db) struct db *db = test_db(t);

	SQLITE_ONLY();
	test_db_script(t, db, "CREATE TABLE a (b INTEGER) STRICT");
	EXPECT_INT(1, test_db_int(t, db, "SELECT count(*) FROM pragma_table_info('a')"));
	EXPECT_INT(1,
		   test_db_int(t, db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"));
}

TEST(a_script_may_not_commit_nor_leave_the_database)
{
	static const char *const REFUSED[] = {
		"CREATE TABLE x (a INTEGER); COMMIT", "CREATE TABLE x (a INTEGER); BEGIN",
		"CREATE TABLE x (a INTEGER); PRAGMA journal_mode = OFF",
		"CREATE TABLE x (a INTEGER); ATTACH 'y' AS y",
		"CREATE TABLE x (a INTEGER); nonsense"
	};
	SCOPED(db) struct db *db = test_db(t);

	test_log(false);
	for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
		const char *sql = REFUSED[i];

		EXPECT_ERR(ERR_BUG, db_run(test_ctx(t), db, "script", script_text, &sql));
	}
	test_log(true);
	EXPECT_INT(0, test_db_has(t, db, "x"));
}

TEST(full_text_search_works_beside_the_guard)
{
	static const char INSERT[] = "INSERT INTO words (text) VALUES ('tugiisik'), ('lapsehoid')";
	const char *sql = INSERT;
	SCOPED(db) struct db *db = test_db(t);

	SQLITE_ONLY();
	test_db_script(t, db, "CREATE VIRTUAL TABLE words USING fts5(text, tokenize='unicode61')");
	EXPECT_OK(db_run(test_ctx(t), db, "words", one_text, &sql));
	EXPECT_INT(2, test_db_int(t, db, "SELECT rowid FROM words WHERE words MATCH 'laps*'"));
	sql = "DELETE FROM words WHERE rowid = 2";
	EXPECT_OK(db_run(test_ctx(t), db, "words", one_text, &sql));
	EXPECT_INT(0, test_db_int(t, db, "SELECT count(*) FROM words WHERE words MATCH 'laps*'"));
	sql = "INSERT INTO words (words) VALUES ('optimize')";
	EXPECT_OK(db_run(test_ctx(t), db, "words", one_text, &sql));
}

TEST(a_reader_cannot_write)
{
	SCOPED(db) struct db *db = test_db(t);
	SCOPED(conn) struct conn *c = NULL;
	struct ctx *cx = test_ctx(t);

	test_db_script(t, db, "CREATE TABLE a (b INTEGER) STRICT");
	EXPECT_OK(db_reader(cx, db, &c));
	cx->conn = c;
	EXPECT(!db_writing(cx));
	test_log(false);
	EXPECT_ERR(ERR_BUG, db_exec(cx, "INSERT INTO a VALUES (1)", DB_NONE, NULL));
	EXPECT_ERR(ERR_BUG, db_exec(cx, "DROP TABLE a", DB_NONE, NULL));
	EXPECT_ERR(ERR_BUG, db_exec(cx, "PRAGMA query_only = OFF", DB_NONE, NULL));
	test_log(true);
	cx->conn = NULL;
}

TEST(a_store_opened_for_reading_takes_no_closure)
{
	const char *path = test_db_url(t), *sql = "SELECT 1";
	struct ctx *cx = test_ctx(t);
	struct db *db = NULL;

	EXPECT_OK(db_open(cx, path, DB_CREATE, &db));
	db_close(db);
	EXPECT_OK(db_open(cx, path, DB_READ_ONLY, &db));
	EXPECT_ERR(ERR_DENIED, db_run(cx, db, "none", one_text, &sql));
	EXPECT_INT(0, db_figures(db).groups);
	db_close(db);
}

static int64_t
count_a(struct test *t)
{
	int64_t n = -1;

	EXPECT_OK(db_get_int(test_ctx(t), "SELECT count(*) FROM a", DB_NONE, &n));
	return n;
}

TEST(a_snapshot_shows_one_moment)
{
	SCOPED(db) struct db *db = test_db(t);
	SCOPED(conn) struct conn *c = NULL;
	struct ctx *cx = test_ctx(t);

	test_db_script(t, db, "CREATE TABLE a (b INTEGER) STRICT");
	EXPECT_OK(db_reader(cx, db, &c));
	cx->conn = c;
	test_db_script(t, db, "INSERT INTO a VALUES (1)");
	EXPECT_INT(1, count_a(t));
	EXPECT_OK(db_snapshot(cx));
	test_db_script(t, db, "INSERT INTO a VALUES (2)");
	EXPECT_INT(1, count_a(t));
	EXPECT_INT(1, count_a(t));
	db_snapshot_end(cx);
	EXPECT_INT(2, count_a(t));
	EXPECT_OK(db_snapshot(cx));
	cx->conn = NULL;
}

TEST(a_backup_is_whole_while_writing_goes_on)
{
	SCOPED(db) struct db *db = test_db(t), *copy = NULL;
	const char *path = test_db_path(t);
	struct ctx *cx = test_ctx(t);
	struct stat st;

	SQLITE_ONLY();
	test_db_script(t, db, "CREATE TABLE a (b INTEGER) STRICT; INSERT INTO a VALUES (1), (2)");
	EXPECT_OK(db_backup(cx, db, path));
	test_db_script(t, db, "INSERT INTO a VALUES (3)");
	EXPECT_INT(0, stat(path, &st));
	EXPECT_INT(0600, st.st_mode & 0777);
	EXPECT(access(arena_printf(t->arena, "%s.part", path), F_OK) != 0);
	EXPECT_OK(db_open(cx, path, 0, &copy));
	EXPECT_INT(2, test_db_int(t, copy, "SELECT count(*) FROM a"));
	EXPECT_ERR(ERR_CONFLICT, db_backup(cx, db, path));
	EXPECT_ERR(ERR_IO, db_backup(cx, db, "/nowhere/at/all.db"));
}
