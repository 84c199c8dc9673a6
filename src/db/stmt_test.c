/* Statements: values in and out, errors in our words, and the store of prepared ones. */
#include "db/fixture_test.h"

#include <string.h>

#include "base/civil.h"
#include "db/db_int.h"

static const char TABLES[] =
	"CREATE TABLE person (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE,"
	" age INTEGER CONSTRAINT person_age CHECK (age >= 0)) STRICT;"
	"CREATE TABLE task (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES person (id))"
	" STRICT;"
	"CREATE TABLE fixed (a INTEGER) STRICT;"
	"CREATE TRIGGER fixed_key BEFORE UPDATE ON fixed"
	" BEGIN SELECT RAISE(ABORT, 'err.history_fixed'); END;"
	"CREATE TRIGGER fixed_words BEFORE DELETE ON fixed"
	" BEGIN SELECT RAISE(ABORT, 'not so'); END;"
	"INSERT INTO person VALUES (1, 'A', 3); INSERT INTO task VALUES (1, 1);"
	"INSERT INTO fixed VALUES (1);";

/* A store with the tables above, and a reader of it in the context. */
struct bench {
	struct db *db;
	struct conn *conn;
};

static struct ctx *
bench_open(struct test *t, struct bench *b)
{
	struct ctx *cx = test_ctx(t);

	b->db = test_db(t);
	test_db_script(t, b->db, TABLES);
	EXPECT_OK(db_reader(cx, b->db, &b->conn));
	cx->conn = b->conn;
	return cx;
}

static void
bench_close(struct test *t, struct bench *b)
{
	test_ctx(t)->conn = NULL;
	conn_free(b->conn);
	db_close(b->db);
}

TEST(values_come_back_as_they_went_in)
{
	struct bench b;
	struct ctx *cx = bench_open(t, &b);
	struct stmt *q = NULL;
	bool row = false;
	size_t len = 99;

	EXPECT_OK(db_query(cx, "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 AS last",
			   DB_ARGS(db_null(), db_int(INT64_MIN), db_int(INT64_MAX), db_bool(true),
				   db_date(20598), db_date(CIVIL_NONE), db_id(0), db_id(5),
				   db_text("õ\n'\"?1"), db_text(NULL), db_bytes("a\0b", 3),
				   db_bytes("", 0)),
			   &q));
	EXPECT_OK(stmt_step(cx, q, &row));
	EXPECT(row);
	EXPECT_INT(12, stmt_columns(q));
	EXPECT_TEXT("last", stmt_column_name(q, 11));
	EXPECT(stmt_is_null(q, 0) && stmt_kind(q, 0) == DB_NULL && stmt_text(q, 0) == NULL);
	EXPECT(stmt_int(q, 1) == INT64_MIN && stmt_int(q, 2) == INT64_MAX);
	EXPECT(stmt_kind(q, 1) == DB_INT && stmt_date(q, 1) == CIVIL_NONE);
	EXPECT_INT(1, stmt_int(q, 3));
	EXPECT_INT(20598, stmt_date(q, 4));
	EXPECT(stmt_is_null(q, 5) && stmt_date(q, 5) == CIVIL_NONE && stmt_is_null(q, 6));
	EXPECT_INT(5, stmt_int(q, 7));
	EXPECT_TEXT("õ\n'\"?1", stmt_text(q, 8));
	EXPECT_TEXT("õ\n'\"?1", stmt_copy(cx, q, 8));
	EXPECT(stmt_kind(q, 8) == DB_TEXT && stmt_copy(cx, q, 9) == NULL);
	EXPECT(memcmp("a\0b", stmt_bytes(q, 10, &len), 3) == 0 && len == 3);
	EXPECT(stmt_kind(q, 11) == DB_BYTES && stmt_bytes(q, 11, &len) != NULL && len == 0);
	EXPECT(stmt_bytes(q, 0, &len) == NULL && len == 0);
	EXPECT_OK(stmt_step(cx, q, &row));
	EXPECT(!row);
	EXPECT_OK(stmt_step(cx, q, &row)); /* and does not begin anew */
	EXPECT(!row);
	stmt_free(q);
	bench_close(t, &b);
}

TEST(arguments_must_be_as_many_as_parameters)
{
	struct bench b;
	struct ctx *cx = bench_open(t, &b);
	int64_t i = 7;

	test_log(false);
	EXPECT_ERR(ERR_BUG, db_get_int(cx, "SELECT ?1 + ?2", DB_ARGS(db_int(1)), &i));
	EXPECT_ERR(ERR_BUG, db_get_int(cx, "SELECT 1", DB_ARGS(db_int(1)), &i));
	EXPECT_ERR(ERR_BUG, db_get_int(cx, "SELECT ?1", DB_NONE, &i));
	test_log(true);
	EXPECT_ERR(ERR_NOTFOUND, db_get_int(cx, "SELECT 1 WHERE 1 = 0", DB_NONE, &i));
	EXPECT_INT(7, i);
	EXPECT_OK(db_get_int(cx, "SELECT ?1 + ?2 + ?1", DB_ARGS(db_int(1), db_int(2)), &i));
	EXPECT_INT(4, i);
	bench_close(t, &b);
}

static enum err
run_text(struct ctx *cx, void *arg)
{
	const char *const *sql = arg;

	return db_exec(cx, *sql, DB_NONE, NULL);
}

TEST(constraints_are_told_in_our_words)
{
	static const struct {
		const char *sql;
		enum err e;
		const char *key, *arg;
	} CASE[] = {
		{ "INSERT INTO person VALUES (2, 'A', 1)", ERR_CONFLICT, "err.db_unique",
		  "person.code" },
		{ "INSERT INTO person VALUES (1, 'B', 1)", ERR_CONFLICT, "err.db_unique",
		  "person.id" },
		{ "INSERT INTO task VALUES (2, 9)", ERR_CONFLICT, "err.db_foreign", NULL },
		{ "DELETE FROM person", ERR_CONFLICT, "err.db_foreign", NULL },
		{ "INSERT INTO person VALUES (2, NULL, 1)", ERR_INVALID, "err.db_null",
		  "person.code" },
		{ "INSERT INTO person VALUES (2, 'B', -1)", ERR_INVALID, "err.db_check",
		  "person_age" },
		{ "INSERT INTO person VALUES (2, 'B', 'x')", ERR_INVALID, "err.db_check",
		  "person.age" },
		{ "UPDATE fixed SET a = 2", ERR_CONFLICT, "err.history_fixed", NULL },
		{ "DELETE FROM fixed", ERR_CONFLICT, "err.db_trigger", NULL },
	};
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);

	test_db_script(t, db, TABLES);
	test_log(false);
	for (size_t i = 0; i < sizeof(CASE) / sizeof(CASE[0]); i++) {
		const char *sql = CASE[i].sql;

		EXPECT_INT(CASE[i].e, db_run(cx, db, "constraint", run_text, &sql));
		EXPECT_TEXT(CASE[i].key, cx->error.key);
		if (CASE[i].arg == NULL)
			EXPECT_INT(0, cx->error.nargs);
		else if (!test_on_postgres() || strstr(sql, "'x'") == NULL)
			EXPECT_TEXT(CASE[i].arg, cx->error.args[0]);
		ctx_forgive(cx);
	}
	test_log(true);
	EXPECT_INT(1, test_db_int(t, db, "SELECT count(*) FROM person"));
	EXPECT_INT(1, test_db_int(t, db, "SELECT a FROM fixed"));
}

static enum err
changes_told(struct ctx *cx, void *arg)
{
	struct test *t = arg;
	int64_t n = -1;

	EXPECT_OK(db_exec(cx, "INSERT INTO fixed VALUES (2), (3)", DB_NONE, &n));
	EXPECT_INT(2, n);
	EXPECT_OK(db_exec(cx, "DELETE FROM task WHERE id = 77", DB_NONE, &n));
	EXPECT_INT(0, n);
	EXPECT_OK(db_get_int(cx, "INSERT INTO fixed VALUES (?1) RETURNING a + 1",
			     DB_ARGS(db_int(41)), &n));
	EXPECT_INT(42, n);
	return OK;
}

TEST(changes_and_returning_are_told)
{
	SCOPED(db) struct db *db = test_db(t);

	test_db_script(t, db, TABLES);
	EXPECT_OK(db_run(test_ctx(t), db, "changes", changes_told, t));
	EXPECT_INT(4, test_db_int(t, db, "SELECT count(*) FROM fixed"));
}

/* The prepared statement under a text, as the connection lends it. */
static sqlite3_stmt *
lent(struct test *t, const char *sql)
{
	struct stmt *q = NULL;
	sqlite3_stmt *handle;

	EXPECT_OK(db_query(test_ctx(t), sql, DB_NONE, &q));
	handle = q->handle;
	stmt_free(q);
	return handle;
}

TEST(statements_are_prepared_once)
{
	static const char SQL[] = "SELECT 11";
	struct bench b;
	struct ctx *cx = bench_open(t, &b);
	char built[] = "SELECT 11";
	sqlite3_stmt *first = lent(t, SQL);
	size_t before = b.conn->stmts;

	SQLITE_ONLY();
	EXPECT(lent(t, SQL) == first);
	EXPECT(lent(t, built) == first); /* the same text elsewhere */
	EXPECT(lent(t, SQL) == first);
	memcpy(built, "SELECT 12", sizeof(built)); /* another text at the same place */
	EXPECT(lent(t, built) != first);
	EXPECT(lent(t, SQL) == first);
	EXPECT_INT(before + 1, b.conn->stmts);
	EXPECT_INT(0, b.conn->lent);
	(void)cx;
	bench_close(t, &b);
}

TEST(a_statement_used_within_itself_has_a_second_copy)
{
	static const char SQL[] = "SELECT 1 UNION ALL SELECT 2 ORDER BY 1";
	struct bench b;
	struct ctx *cx = bench_open(t, &b);
	struct stmt *outer = NULL, *inner = NULL;
	int64_t sum = 0;
	bool row = true, inner_row;

	EXPECT_OK(db_query(cx, SQL, DB_NONE, &outer));
	for (EXPECT_OK(stmt_step(cx, outer, &row)); row; EXPECT_OK(stmt_step(cx, outer, &row))) {
		EXPECT_OK(db_query(cx, SQL, DB_NONE, &inner));
		for (EXPECT_OK(stmt_step(cx, inner, &inner_row)); inner_row;
		     EXPECT_OK(stmt_step(cx, inner, &inner_row)))
			sum += 10 * stmt_int(outer, 0) + stmt_int(inner, 0);
		stmt_free(inner);
	}
	stmt_free(outer);
	EXPECT_INT(11 + 12 + 21 + 22, sum);
	EXPECT_INT(0, b.conn->lent);
	bench_close(t, &b);
}

TEST(the_store_of_statements_stays_small)
{
	struct bench b;
	struct ctx *cx = bench_open(t, &b);
	struct stmt *held = NULL;
	int64_t got = 0;

	EXPECT_OK(db_query(cx, "SELECT 'held'", DB_NONE, &held));
	for (int i = 0; i < 3 * STMT_MAX; i++) {
		const char *sql = arena_printf(t->arena, "SELECT %d", i);

		EXPECT_OK(db_get_int(cx, sql, DB_NONE, &got));
		EXPECT_INT(i, got);
		EXPECT_OK(db_get_int(cx, "SELECT 'often' = 'often'", DB_NONE, &got));
		EXPECT(b.conn->stmts <= STMT_MAX);
	}
	stmt_free(held);
	bench_close(t, &b);
}

TEST(statements_follow_a_changed_table)
{
	struct bench b;
	struct ctx *cx = bench_open(t, &b);
	int64_t n = 0;

	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM person", DB_NONE, &n));
	test_db_script(t, b.db,
		       "ALTER TABLE person ADD COLUMN town TEXT;"
		       "INSERT INTO person (code, age, town) VALUES ('C', 1, 'Rapla')");
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM person", DB_NONE, &n));
	EXPECT_INT(2, n);
	bench_close(t, &b);
}
