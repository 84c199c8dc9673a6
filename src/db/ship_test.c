/* Pages shipped and laid over an older copy give the database of today; and db_tend(). */
#include "db/ship.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "db/db_int.h"
#include "db/fixture_test.h"

static const char TABLES[] = "CREATE TABLE a (id INTEGER PRIMARY KEY, note TEXT) STRICT";
static const char FILL[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
	"INSERT INTO a (note) SELECT hex(randomblob(300)) FROM n";
static const char CHANGE[] = "UPDATE a SET note = note || 'x' WHERE id % 7 = 0";
static const char SHRINK[] = "DELETE FROM a WHERE id > 1000";
static const char FACTS[] = "SELECT count(*) * 1000000 + sum(length(note)) FROM a";

/* Lay shipped pages over a copy. */
static void
overlay(struct test *t, const char *path, const struct ship_pages *p)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	(void)t;
	EXPECT(fd >= 0);
	for (size_t i = 0; i < p->n; i++)
		EXPECT(pwrite(fd, p->bytes + i * p->page_size, p->page_size,
			      (off_t)(p->number[i] - 1) * p->page_size) == p->page_size);
	if (p->db_pages > 0)
		EXPECT_INT(0, ftruncate(fd, (off_t)p->db_pages * p->page_size));
	(void)close(fd);
}

static int64_t
facts_of(struct test *t, const char *path)
{
	SCOPED(db) struct db *db = NULL;

	EXPECT_OK(db_open(test_ctx(t), path, 0, &db));
	EXPECT_INT(1, test_db_int(t, db,
				  "SELECT count(*) FROM pragma_integrity_check "
				  "WHERE integrity_check = 'ok'"));
	return test_db_int(t, db, FACTS);
}

static void
take_onto(struct test *t, struct db *db, const char *path)
{
	SCOPED(ship_pages) struct ship_pages *p = NULL;

	EXPECT_OK(db_ship_take(test_ctx(t), db, &p));
	overlay(t, path, p);
}

static void
cut_log(struct lane *l, void *arg)
{
	(void)arg;
	wal_truncate(l);
}

TEST(shipped_pages_bring_a_copy_up_to_date)
{
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);
	const char *copy = test_db_path(t);

	SQLITE_ONLY();
	test_db_script(t, db, TABLES);
	EXPECT_OK(db_ship_start(cx, db));
	EXPECT_ERR(ERR_CONFLICT, db_ship_start(cx, db));
	test_db_script(t, db, FILL);
	EXPECT_OK(db_backup(cx, db, copy)); /* newer than the first pages */
	test_db_script(t, db, CHANGE);
	take_onto(t, db, copy);
	EXPECT_INT(test_db_int(t, db, FACTS), facts_of(t, copy));

	/* The log is begun anew between commits, and the file shrinks. */
	test_db_script(t, db, FILL);
	lane_errand(&db->lane, cut_log, NULL);
	test_db_script(t, db, CHANGE);
	test_db_script(t, db, SHRINK);
	take_onto(t, db, copy);
	EXPECT_INT(test_db_int(t, db, FACTS), facts_of(t, copy));
	EXPECT_INT(0, (int)db_ship_waiting(db));
	db_ship_stop(db);
	test_db_script(t, db, CHANGE);
	EXPECT_INT(0, (int)db_ship_waiting(db));
}

/* The log a killed process left is shipped whole: the copy may be older than that. */
TEST(what_stood_in_the_log_before_is_shipped_too)
{
	SCOPED(db) struct db *db = test_db(t);
	struct ctx *cx = test_ctx(t);
	const char *copy = test_db_path(t);

	SQLITE_ONLY();
	test_db_script(t, db, TABLES);
	EXPECT_OK(db_backup(cx, db, copy));
	test_db_script(t, db, FILL);
	EXPECT_OK(db_ship_start(cx, db));
	test_db_script(t, db, CHANGE);
	take_onto(t, db, copy);
	EXPECT_INT(test_db_int(t, db, FACTS), facts_of(t, copy));
	db_ship_stop(db);
}

static void
spoil_log(struct lane *l, void *arg)
{
	const char *path = arg;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	(void)l;
	EXPECT(fd >= 0);
	EXPECT(pwrite(fd, "zzzz", 4, 18) == 4); /* salt in the header */
	(void)close(fd);
}

TEST(a_log_that_cannot_be_read_is_told_and_gathering_goes_on)
{
	SCOPED(db) struct db *db = test_db(t);
	SCOPED(ship_pages) struct ship_pages *p = NULL;
	struct ctx *cx = test_ctx(t);
	char *wal = arena_printf(cx->arena, "%s-wal", db->path);

	SQLITE_ONLY();
	test_db_script(t, db, TABLES);
	EXPECT_OK(db_ship_start(cx, db));
	lane_errand(&db->lane, spoil_log, wal);
	test_log(false);
	test_db_script(t, db, FILL);
	EXPECT_ERR(ERR_LIMIT, db_ship_take(cx, db, &p));
	test_log(true);
	EXPECT_OK(db_ship_take(cx, db, &p));
	EXPECT_INT(0, (int)p->n);
	db_ship_stop(db);
}

TEST(nothing_is_shipped_from_a_store_opened_for_reading)
{
	SCOPED(db) struct db *db = NULL;
	struct ctx *cx = test_ctx(t);
	const char *path = test_db_path(t);

	EXPECT_OK(db_open(cx, path, DB_CREATE, &db));
	db_close(db);
	db = NULL;
	EXPECT_OK(db_open(cx, path, DB_READ_ONLY, &db));
	EXPECT_ERR(ERR_DENIED, db_ship_start(cx, db));
	EXPECT_ERR(ERR_DENIED, db_tend(cx, db));
}

/* ---- db_tend ---- */

static const char CHOICE[] = "CREATE TABLE b (id INTEGER PRIMARY KEY, code INTEGER, state INTEGER)"
			     " STRICT;"
			     "CREATE INDEX b_code ON b (code);"
			     "CREATE INDEX b_state ON b (state)";
static const char GROW[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
	"INSERT INTO b (code, state) SELECT i, i % 2 FROM n";
/* To explain is not to run, which is when SQLite sees that a statement is to be planned anew: so
 * each is asked once. */
#define QUESTION "SELECT id FROM b WHERE state = ?1 AND code = ?2"
static const char PLAN[][90] = { "EXPLAIN QUERY PLAN " QUESTION, "EXPLAIN QUERY PLAN  " QUESTION,
				 "EXPLAIN QUERY PLAN   " QUESTION };

/* The index a reader's statement goes by. */
static const char *
plan(struct test *t, struct conn *reader, int time)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = test_ctx(t);
	bool row = false;
	int64_t any;

	cx->conn = reader;
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM a", DB_NONE, &any));
	EXPECT_OK(db_query(cx, PLAN[time], DB_ARGS(db_int(1), db_int(5)), &q));
	EXPECT_OK(stmt_step(cx, q, &row));
	EXPECT(row);
	return stmt_copy(cx, q, 3);
}

TEST(a_store_that_grows_in_use_learns_which_index_to_use)
{
	SCOPED(db) struct db *db = test_db(t);
	SCOPED(conn) struct conn *reader = NULL;

	SQLITE_ONLY();
	test_db_script(t, db, TABLES);
	test_db_script(t, db, CHOICE);
	EXPECT_OK(db_reader(test_ctx(t), db, &reader));
	EXPECT(strstr(plan(t, reader, 0), "b_state") != NULL); /* knows nothing: takes the last */
	test_db_script(t, db, GROW);
	EXPECT(strstr(plan(t, reader, 1), "b_state") != NULL);
	EXPECT_OK(db_tend(test_ctx(t), db));
	EXPECT(strstr(plan(t, reader, 2), "b_code") !=
	       NULL); /* the same connection, open all along */
	conn_free(reader);
	reader = NULL;
}

TEST(little_written_is_not_looked_at_again)
{
	SCOPED(db) struct db *db = test_db(t);

	SQLITE_ONLY();
	test_db_script(t, db, CHOICE);
	EXPECT_OK(db_tend(test_ctx(t), db));
	EXPECT_INT(0, test_db_int(t, db,
				  "SELECT count(*) FROM sqlite_schema "
				  "WHERE name = 'sqlite_stat1'"));
	test_db_script(t, db, GROW);
	EXPECT_OK(db_tend(test_ctx(t), db));
	EXPECT_INT(2, test_db_int(t, db, "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'b'"));
	EXPECT_INT(0, test_db_int(t, db,
				  "SELECT count(*) FROM sqlite_schema "
				  "WHERE name = 'sys_tended'"));
}
