/* Tests of the builder of SQL: the texts, and that the database takes them. */
#include "meta/sql.h"

#include <string.h>

#include "db/fixture_test.h"
#include "meta/fixture_test.h"
#include "meta/table.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

#define UNIT "(t.\"sys_unit\" = ?1)"
#define OWN "(t.\"sys_responsible\" = ?1)"

TEST(sql_rights_become_conditions)
{
	static const struct {
		const char *duties;
		enum right right;
		const char *sql;
	} CASES[] = {
		{ "", RIGHT_SEE, "FALSE" },
		{ "T.1", RIGHT_SEE, "TRUE" },
		{ "T.1", RIGHT_EDIT, "(" UNIT ")" },
		{ "T.1", RIGHT_MOVE, "(" OWN ")" },
		{ "T.1", RIGHT_CREATE, "TRUE" },
		{ "T.2", RIGHT_SEE, "(" OWN ")" },
		{ "T.2", RIGHT_EDIT, "FALSE" },
		{ "T.2", RIGHT_MOVE, "TRUE" },
		{ "T.2", RIGHT_CREATE, "FALSE" },
		{ "T.1 T.2", RIGHT_SEE, "TRUE" },
		{ "T.1 T.2", RIGHT_MOVE, "TRUE" },
		{ "T.3", RIGHT_SEE,
		  "(((SELECT q.\"birth_date\" FROM \"human\" q WHERE q.sys_id = t.\"human\") < "
		  "10957 "
		  "or ?1 = 7))" },
		{ "T.2 T.3", RIGHT_SEE,
		  "(" OWN " OR ((SELECT q.\"birth_date\" FROM \"human\" q WHERE q.sys_id = "
		  "t.\"human\") < 10957 or ?2 = 7))" },
	};
	struct types *ts = test_types(t);
	const struct type *c = types_get(ts, "case");

	for (int i = 0; i < COUNT(CASES); i++) {
		struct params ps = { 0 };
		SCOPED_BUF b;
		bool any;

		buf_init(&b, MAX_SQL);
		test_duties(t, ts, CASES[i].duties);
		any = sql_right(&t->cx, ts, c, CASES[i].right, "t", &b, &ps);
		EXPECT_TEXT(CASES[i].sql, b.bytes);
		EXPECT_INT(strcmp(CASES[i].sql, "FALSE") != 0, any);
		EXPECT_INT(any, sql_may(&t->cx, ts, c, CASES[i].right));
	}
}

TEST(sql_the_program_itself_may_all)
{
	struct types *ts = test_types(t);
	struct params ps = { 0 };
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	t->cx.who = (struct actor){ .system = true };
	EXPECT(sql_right(&t->cx, ts, types_get(ts, "case"), RIGHT_CREATE, "t", &b, &ps));
	EXPECT_TEXT("TRUE", b.bytes);
	EXPECT(sql_may(&t->cx, ts, types_get(ts, "case"), RIGHT_EDIT));
}

TEST(sql_interned_texts_have_one_address)
{
	const char *a = sql_intern(arena_strdup(t->arena, "SELECT 1 AS interned"));
	const char *b = sql_intern(arena_strdup(t->arena, "SELECT 1 AS interned"));

	EXPECT(a == b);
	EXPECT(a != sql_intern("SELECT 2 AS interned"));
}

static struct list_query
query(const struct types *ts, const char *list, int limit)
{
	const struct type *c = types_get(ts, "case");

	return (struct list_query){ .type = c, .list = type_list(c, list), .limit = limit };
}

TEST(sql_lists_join_what_their_columns_need)
{
	struct types *ts = test_types(t);
	struct list_query lq = query(ts, "all", 50);
	struct sql sql;

	test_duties(t, ts, "T.1");
	EXPECT_OK(sql_list(&t->cx, ts, &lq, &sql));
	EXPECT_TEXT(
		"SELECT t.sys_id, t.sys_number, t.sys_state, t.sys_due, t.\"human\", "
		"t.\"arrived\", t.\"sys_number\", t.sys_number, c1.title FROM \"case\" t LEFT "
		"JOIN sys_record c1 ON c1.id = t.\"human\" WHERE t.sys_deleted = 0 AND TRUE ORDER "
		"BY t.\"arrived\" DESC, t.\"sys_number\" DESC, t.sys_id DESC LIMIT 50",
		sql.text);
	lq.after = true;
	lq.filter[0] = "service";
	lq.nfilters = 1;
	EXPECT_OK(sql_list(&t->cx, ts, &lq, &sql));
	EXPECT(strstr(sql.text, " AND TRUE AND t.\"service\" = ?1 AND (t.\"arrived\", "
				"t.\"sys_number\", t.sys_id) < (?2, ?3, ?4) ORDER BY") != NULL);
	EXPECT_INT(4, sql.params.n);
	lq.backwards = true;
	EXPECT_OK(sql_list(&t->cx, ts, &lq, &sql));
	EXPECT(strstr(sql.text, "t.sys_id) > (?2, ?3, ?4) ORDER BY t.\"arrived\", "
				"t.\"sys_number\", t.sys_id LIMIT 50") != NULL);
	test_duties(t, ts, "");
	EXPECT_ERR(ERR_DENIED, sql_list(&t->cx, ts, &lq, &sql));
	EXPECT_ERR(ERR_DENIED, sql_count(&t->cx, ts, &lq, &sql));
}

/* ---- on a database ---- */

static struct db *
filled(struct test *t, const struct types *ts)
{
	struct db *db = test_db(t);
	struct plan plan;

	EXPECT_OK(db_migrate(&t->cx, db));
	EXPECT_OK(table_migrate(&t->cx, db, ts, false, &plan));
	test_db_script(
		t, db,
		"INSERT INTO sys_record WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT "
		"value + "
		"1 FROM n WHERE value < 24) SELECT value, CASE WHEN value < 5 THEN 'human' ELSE "
		"'case' "
		"END, 'N-' || value, 'Title ' || value, NULL, 0 FROM n;"
		"INSERT INTO human (sys_id, sys_number, sys_state, sys_open, sys_version, "
		"sys_created, sys_changed, name, name_sort, birth_date) SELECT id, number, '', 1, "
		"1, 0, "
		"0, title, sort_key(title), id * 1000 FROM sys_record WHERE type = 'human';"
		"INSERT INTO \"case\" (sys_id, sys_number, sys_state, sys_open, sys_version, "
		"sys_unit, sys_responsible, sys_due, sys_created, sys_changed, human, service, "
		"kind, "
		"arrived) SELECT id, number, CASE WHEN id % 2 = 1 THEN 'open' ELSE 'closed' END, "
		"id % "
		"2, "
		"1, 3, CASE WHEN id % 4 = 1 THEN 2 END, 20000 + id, 0, 0, id % 4 + 1, 'PKT', "
		"'new', "
		"20600 - id FROM sys_record WHERE type = 'case';");
	return db;
}

/* Each list reads page by page, forwards and back, every row once. */
static int
walk(struct test *t, const struct types *ts, const char *list, int64_t *ids)
{
	struct list_query lq = query(ts, list, 7);
	struct db_value keys[4];
	int n = 0;

	for (bool more = true; more; lq.after = true) {
		SCOPED(stmt) struct stmt *q = NULL;
		struct sql sql;
		int nkeys = lq.list->nsort + 1;

		EXPECT_OK(sql_list(&t->cx, ts, &lq, &sql));
		EXPECT_OK(db_query(&t->cx, sql.text,
				   sql_args(&t->cx, &sql, keys, lq.after ? nkeys : 0), &q));
		for (int rows = 0;; rows++) {
			EXPECT_OK(stmt_step(&t->cx, q, &more));
			if (!more) {
				more = rows == lq.limit;
				break;
			}
			ids[n++] = stmt_int(q, 0);
			for (int i = 0; i < lq.list->nsort; i++)
				keys[i] = stmt_kind(q, 5 + i) == DB_INT
						  ? db_int(stmt_int(q, 5 + i))
						  : db_text(stmt_copy(&t->cx, q, 5 + i));
			keys[lq.list->nsort] = db_int(stmt_int(q, 0));
		}
	}
	return n;
}

TEST(sql_lists_are_read_page_by_page)
{
	struct types *ts = test_types(t);
	SCOPED(db) struct db *db = filled(t, ts);
	SCOPED(conn) struct conn *conn = NULL;
	static const char *const LISTS[] = { "all", "unsorted" };
	int64_t ids[40];

	EXPECT_OK(db_reader(&t->cx, db, &conn));
	t->cx.conn = conn;
	test_duties(t, ts, "T.1");
	for (int l = 0; l < COUNT(LISTS); l++) {
		EXPECT_INT(20, walk(t, ts, LISTS[l], ids));
		for (int i = 1; i < 20; i++)
			EXPECT(l == 0 ? ids[i - 1] < ids[i] : ids[i - 1] > ids[i]);
	}
}

TEST(sql_lists_counts_and_rights_on_rows)
{
	struct types *ts = test_types(t);
	SCOPED(db) struct db *db = filled(t, ts);
	SCOPED(conn) struct conn *conn = NULL;
	struct list_query lq = query(ts, "mine", 50);
	struct db_value id = db_int(5);
	struct sql sql;
	int64_t ids[40], n = 0;

	EXPECT_OK(db_reader(&t->cx, db, &conn));
	t->cx.conn = conn;
	test_duties(t, ts, "T.2");
	t->cx.who.user = 2;
	EXPECT_INT(5, walk(t, ts, "mine", ids));
	EXPECT_OK(sql_count(&t->cx, ts, &lq, &sql));
	EXPECT_OK(db_get_int(&t->cx, sql.text, sql_args(&t->cx, &sql, NULL, 0), &n));
	EXPECT_INT(5, n);
	EXPECT_OK(sql_load(&t->cx, ts, lq.type, RIGHT_SEE, &sql));
	EXPECT_OK(db_get_int(&t->cx, sql.text, sql_args(&t->cx, &sql, &id, 1), &n));
	id = db_int(6);
	EXPECT_ERR(ERR_NOTFOUND, db_get_int(&t->cx, sql.text, sql_args(&t->cx, &sql, &id, 1), &n));
	EXPECT_OK(sql_check(&t->cx, ts, lq.type, "human.birth_date > 1000 and arrived < :today",
			    &sql));
	EXPECT_OK(db_get_int(&t->cx, sql.text, sql_args(&t->cx, &sql, &id, 1), &n));
	EXPECT_OK(sql_check(&t->cx, ts, lq.type, "places is not null", &sql));
	EXPECT_ERR(ERR_NOTFOUND, db_get_int(&t->cx, sql.text, sql_args(&t->cx, &sql, &id, 1), &n));
}

TEST(sql_measures_count_the_whole_and_the_good)
{
	struct types *ts = test_types(t);
	SCOPED(db) struct db *db = filled(t, ts);
	SCOPED(conn) struct conn *conn = NULL;
	SCOPED(stmt) struct stmt *q = NULL;
	const struct type *c = types_get(ts, "case");
	struct db_value period[2] = { db_int(20580), db_int(20600) };
	struct sql sql;
	bool row = false;

	EXPECT_OK(db_reader(&t->cx, db, &conn));
	t->cx.conn = conn;
	test_duties(t, ts, "T.1");
	t->cx.today = 20010;
	EXPECT_OK(sql_measure(&t->cx, ts, c, &c->measures[0], &sql));
	EXPECT_OK(db_query(&t->cx, sql.text, sql_args(&t->cx, &sql, period, 2), &q));
	EXPECT_OK(stmt_step(&t->cx, q, &row));
	EXPECT(row);
	/* Closed ones are even; arrived from 20580 on: 6 to 20; due from 20010 on: 10 to 20. */
	EXPECT_INT(8, stmt_int(q, 0));
	EXPECT_INT(6, stmt_int(q, 1));
	test_duties(t, ts, "");
	EXPECT_ERR(ERR_DENIED, sql_measure(&t->cx, ts, c, &c->measures[0], &sql));
}

/* The records behind a figure are as many as it says; what is unknown does not count as good. */
TEST(sql_measures_have_their_records_as_lists)
{
	static const struct {
		const char *list;
		int n;
	} CASES[] = { { "m.on_time", 8 },
		      { "m.on_time.rest", 8 },
		      { "m.sized.rest", 8 },
		      { "m.late_ones", 8 },
		      { "m.late_ones.rest", 4 } };
	struct types *ts = test_types(t);
	SCOPED(db) struct db *db = filled(t, ts);
	SCOPED(conn) struct conn *conn = NULL;
	int64_t ids[40];

	EXPECT_OK(db_reader(&t->cx, db, &conn));
	t->cx.conn = conn;
	test_duties(t, ts, "T.1");
	t->cx.today = 20580 + MEASURE_DAYS;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct list_query lq = query(ts, CASES[i].list, 50);
		struct sql sql;
		int64_t n = 0;

		assert_non_null(lq.list);
		EXPECT_OK(sql_count(&t->cx, ts, &lq, &sql));
		EXPECT_OK(db_get_int(&t->cx, sql.text, sql_args(&t->cx, &sql, NULL, 0), &n));
		EXPECT_INT(CASES[i].n, n);
		EXPECT_INT(CASES[i].n, walk(t, ts, CASES[i].list, ids));
	}
}

/* A page of the default list and of one's own work is read along an index, not by sorting all. */
TEST(sql_lists_are_served_by_indexes)
{
	struct types *ts = test_types(t);
	SCOPED(db) struct db *db = filled(t, ts);
	SCOPED(conn) struct conn *conn = NULL;
	struct list_query lq = query(ts, "all", 50);
	struct sql sql;

	SQLITE_ONLY(); /* its words for a plan */
	EXPECT_OK(db_reader(&t->cx, db, &conn));
	t->cx.conn = conn;
	test_duties(t, ts, "T.1");
	EXPECT_OK(sql_list(&t->cx, ts, &lq, &sql));
	for (bool row = true; row;) {
		SCOPED(stmt) struct stmt *q = NULL;

		EXPECT_OK(db_query(
			&t->cx,
			sql_intern(arena_printf(t->arena, "EXPLAIN QUERY PLAN %s", sql.text)),
			DB_NONE, &q));
		for (;;) {
			EXPECT_OK(stmt_step(&t->cx, q, &row));
			if (!row)
				break;
			EXPECT(strstr(stmt_text(q, 3), "TEMP B-TREE") == NULL);
		}
	}
}
