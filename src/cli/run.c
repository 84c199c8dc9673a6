/* Words and database of a command. See cli.h. */
#include <string.h>

#include "cli/cli.h"
#include "keep/upgrade.h"

static void
drop(struct run *r, int at, int n)
{
	for (int i = at; i + n <= r->argc; i++)
		r->argv[i] = r->argv[i + n];
	r->argc -= n;
}

const char *
run_option(struct run *r, const char *name, const char *preset)
{
	for (int i = 0; i + 1 < r->argc; i++)
		if (strcmp(r->argv[i], name) == 0) {
			const char *value = r->argv[i + 1];

			drop(r, i, 2);
			return value;
		}
	return preset;
}

bool
run_flag(struct run *r, const char *name)
{
	for (int i = 0; i < r->argc; i++)
		if (strcmp(r->argv[i], name) == 0) {
			drop(r, i, 1);
			return true;
		}
	return false;
}

enum err
run_done(struct run *r)
{
	return r->argc == 0 ? OK : fail(r->cx, ERR_INVALID, "err.cli_word", r->argv[0]);
}

static const char PRACTICE[] = "SELECT value FROM sys_setting WHERE name = 'practice'";

enum err
run_open(struct run *r, unsigned flags, struct db **ret)
{
	SCOPED(conn) struct conn *reader = NULL;
	struct upgrade upgrade;
	struct db *db;
	const char *practice;
	enum err e;

	if (r->db_url == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_db");
	TRY(db_open(r->cx, r->db_url, flags, &db));
	r->world->db = db;
	e = OK;
	if ((flags & DB_READ_ONLY) == 0)
		e = upgrade_run(r->cx, db, r->world->types, &upgrade);
	if (e == OK)
		e = db_reader(r->cx, db, &reader);
	if (e != OK) {
		db_close(db);
		return e;
	}
	r->cx->conn = reader;
	r->world->practice = db_get_text(r->cx, PRACTICE, DB_NONE, &practice) == OK;
	ctx_forgive(r->cx);
	r->cx->conn = NULL;
	*ret = db;
	return OK;
}
