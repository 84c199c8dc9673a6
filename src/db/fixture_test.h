/*
 * Databases for tests, in a folder of the process that is removed at its end; on a memory disk
 * where there is one, so that tests do not wait for syncs.
 */
#ifndef HOOL_DB_FIXTURE_TEST_H
#define HOOL_DB_FIXTURE_TEST_H

#include "base/test.h"
#include "db/db.h"

/*
 * With HOOL_TEST_DB=postgres the stores are schemas of the PostgreSQL database that HOOL_TEST_PG
 * names (tests/postgres/with.sh starts one); else files. A test of what only one of them has says
 * so first: SQLITE_ONLY().
 */
bool test_on_postgres(void);
#define SQLITE_ONLY()                   \
	do {                            \
		if (test_on_postgres()) \
			SKIP();         \
	} while (0)
/* The address of a new store, for db_open(): nothing stands there yet. In the test's arena. */
const char *test_db_url(struct test *t);
/* Forget all rows but those that tell of the schema and the types; numbers begin at 1 again.
 * Quicker than making the tables anew. Only on PostgreSQL. */
void test_db_empty(struct test *t, const char *url);
/* A path at which nothing stands yet. In the test's arena. */
const char *test_db_path(struct test *t);
/* A new empty store, without any schema; the test closes it: SCOPED(db) struct db *db = … */
struct db *test_db(struct test *t);
/* Run a script in a closure; the test fails if it does. */
void test_db_script(struct test *t, struct db *db, const char *sql);
/* The single number a query gives on a reader of its own. */
int64_t test_db_int(struct test *t, struct db *db, const char *sql);
/* Is there a table or an index of this name? */
bool test_db_has(struct test *t, struct db *db, const char *name);
/* Whether errors are written to the log; off around those that a test provokes. */
void test_log(bool on);

#endif
