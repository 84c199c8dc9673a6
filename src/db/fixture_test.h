/*
 * Databases for tests, in a folder of the process that is removed at its end; on a memory disk
 * where there is one, so that tests do not wait for syncs.
 */
#ifndef HOOL_DB_FIXTURE_TEST_H
#define HOOL_DB_FIXTURE_TEST_H

#include "base/test.h"
#include "db/db.h"

/* A path at which nothing stands yet. In the test's arena. */
const char *test_db_path(struct test *t);
/* A new empty store, without any schema; the test closes it: SCOPED(db) struct db *db = … */
struct db *test_db(struct test *t);
/* Run a script in a closure; the test fails if it does. */
void test_db_script(struct test *t, struct db *db, const char *sql);
/* The single number a query gives on a reader of its own. */
int64_t test_db_int(struct test *t, struct db *db, const char *sql);
/* Whether errors are written to the log; off around those that a test provokes. */
void test_log(bool on);

#endif
