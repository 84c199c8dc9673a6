/* See fixture_test.h. */
#include "db/fixture_test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static char folder[64];
static pid_t owner;

static void
folder_remove(void)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;

	if (getpid() != owner || (dir = opendir(folder)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(dir);
	(void)rmdir(folder);
}

static void
folder_make(void)
{
	(void)snprintf(folder, sizeof(folder), "/dev/shm/hool-test-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		(void)snprintf(folder, sizeof(folder), "/var/tmp/hool-test-XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	owner = getpid();
	assert_int_equal(atexit(folder_remove), 0);
}

const char *
test_db_path(struct test *t)
{
	static int number;

	if (owner == 0)
		folder_make();
	return arena_printf(t->arena, "%s/%d.db", folder, ++number);
}

struct db *
test_db(struct test *t)
{
	struct db *db = NULL;

	EXPECT_OK(db_open(test_ctx(t), test_db_path(t), DB_CREATE, &db));
	return db;
}

static enum err
script_run(struct ctx *cx, void *arg)
{
	const char *const *sql = arg;

	return db_script(cx, *sql);
}

void
test_db_script(struct test *t, struct db *db, const char *sql)
{
	EXPECT_OK(db_run(test_ctx(t), db, "test script", script_run, &sql));
}

int64_t
test_db_int(struct test *t, struct db *db, const char *sql)
{
	SCOPED(conn) struct conn *c = NULL;
	struct ctx *cx = test_ctx(t);
	struct conn *before = cx->conn;
	int64_t i = -1;

	EXPECT_OK(db_reader(cx, db, &c));
	cx->conn = c;
	EXPECT_OK(db_get_int(cx, sql, DB_NONE, &i));
	cx->conn = before;
	return i;
}

void
test_log(bool on)
{
	log_set_level(on ? LOG_INFO : (enum log_level)(LOG_ERROR + 1));
}
