/* See fixture_test.h. */
#include "db/fixture_test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "db/pg_int.h"

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

/* ---- on PostgreSQL ---- */

bool
test_on_postgres(void)
{
	const char *kind = getenv("HOOL_TEST_DB");

	return kind != NULL && strcmp(kind, "postgres") == 0;
}

/* The address without its "?host=…" and with it: where schemas are made. */
static const char *
server(void)
{
	const char *url = getenv("HOOL_TEST_PG");

	if (url == NULL || strchr(url, '?') == NULL) {
		print_error("HOOL_TEST_PG names no server: run it by tests/postgres/with.sh\n");
		exit(1);
	}
	return url;
}

static void
command(const char *url, const char *sql)
{
	PGconn *link = PQconnectdb(url);
	PGresult *r = PQexec(link, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		print_error("%s", PQerrorMessage(link));
	assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
	PQclear(r);
	PQfinish(link);
}

const char *
test_db_url(struct test *t)
{
	static int number;
	const char *name;

	if (!test_on_postgres())
		return test_db_path(t);
	name = arena_printf(t->arena, "t%d_%d", (int)getpid(), ++number);
	command(server(), arena_printf(t->arena,
				       "CREATE SCHEMA %s; CREATE FUNCTION %s.zeroblob(n int) "
				       "RETURNS bytea LANGUAGE sql AS $$ SELECT "
				       "decode(repeat('00', n), 'hex') $$; "
				       "CREATE FUNCTION %s.hex(b bytea) RETURNS text LANGUAGE sql "
				       "AS $$ SELECT upper(encode(b, 'hex')) $$",
				       name, name, name));
	return arena_printf(t->arena, "%s&options=-csearch_path%%3D%s", server(), name);
}

void
test_db_empty(struct test *t, const char *url)
{
	static const char EMPTY[] =
		"SET session_replication_role = replica;"
		"DO $$ DECLARE r record; full_ boolean; BEGIN "
		"FOR r IN SELECT oid, relname, relkind FROM pg_class WHERE (relkind = 'S' "
		"OR (relkind = 'r' AND pg_relation_size(oid) > 0)) "
		"AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = "
		"current_schema()) AND relname NOT IN ('sys_schema', 'sys_lane', 'sys_function', "
		"'sys_type', 'sys_column', 'sys_letter', 'sys_compose') LOOP "
		"IF r.relkind = 'S' THEN PERFORM setval(r.oid, 1, false); "
		"ELSE EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', r.relname) INTO full_; "
		"IF full_ THEN EXECUTE format('DELETE FROM %I', r.relname); END IF; END IF; "
		"END LOOP; ALTER TABLE sys_history ENABLE TRIGGER USER; END $$";

	(void)t;
	command(url, EMPTY);
}

struct db *
test_db(struct test *t)
{
	struct db *db = NULL;

	EXPECT_OK(db_open(test_ctx(t), test_db_url(t), DB_CREATE, &db));
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

bool
test_db_has(struct test *t, struct db *db, const char *name)
{
	static const char SQLITE[] = "SELECT count(*) FROM sqlite_schema WHERE name = '%s'";
	static const char POSTGRES[] =
		"SELECT count(*) FROM pg_class WHERE relname = '%s' AND relnamespace = "
		"(SELECT oid FROM pg_namespace WHERE nspname = current_schema())";
	SCOPED_BUF sql;

	buf_init(&sql, 1000);
	for (const char *p = test_on_postgres() ? POSTGRES : SQLITE; *p != '\0'; p++)
		if (p[0] == '%' && p[1] == 's')
			buf_text(&sql, name), p++;
		else
			buf_char(&sql, *p);
	return test_db_int(t, db, sql.bytes) > 0;
}

void
test_log(bool on)
{
	log_set_level(on ? LOG_INFO : (enum log_level)(LOG_ERROR + 1));
}
