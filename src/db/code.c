/* SQLite's result codes in our words. See the errors of stmt_step() in db.h. */
#include "db/db_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define MAX_SQL_LOGGED 1000 /* bytes of a statement in a line of the log */

/* SQL texts hold no personal data; messages of a running statement may, so only `message`s of
 * the compiler are given. */
static void
log_sql(int code, const char *message, const char *sql)
{
	char number[16], text[MAX_SQL_LOGGED + 1];

	(void)snprintf(number, sizeof(number), "%d", code);
	(void)snprintf(text, sizeof(text), "%s", sql == NULL ? "" : sql);
	log_line(LOG_ERROR, "db.sql", "error.code", number, "error.message", message,
		 "db.statement", text);
}

/* "UNIQUE constraint failed: person.code" -> "person.code"; "" when it names nothing. */
static const char *
constraint_name(const char *message)
{
	const char *colon = strstr(message, ": ");

	return colon == NULL ? "" : colon + 2;
}

/* A key of the catalogue: our own triggers' "err.…", or a guard of a type, "guard.…". */
static bool
is_error_key(const char *s)
{
	return (strncmp(s, "err.", 4) == 0 || strncmp(s, "guard.", 6) == 0) &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(s);
}

static enum err
constraint_fail(struct ctx *cx, int code, const char *message, const char *sql)
{
	const char *name = constraint_name(message);

	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return fail(cx, ERR_CONFLICT, "err.db_unique", name);
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return fail(cx, ERR_CONFLICT, "err.db_foreign");
	case SQLITE_CONSTRAINT_NOTNULL:
		return fail(cx, ERR_INVALID, "err.db_null", name);
	case SQLITE_CONSTRAINT_CHECK:
		return fail(cx, ERR_INVALID, "err.db_check", name);
	case SQLITE_CONSTRAINT_DATATYPE: /* "cannot store TEXT value in INTEGER column t.c" */
		name = strrchr(message, ' ');
		return fail(cx, ERR_INVALID, "err.db_check", name == NULL ? "" : name + 1);
	case SQLITE_CONSTRAINT_TRIGGER:
		if (is_error_key(message))
			return fail(cx, ERR_CONFLICT, message);
		log_sql(code, sqlite3_errstr(code), sql);
		return fail(cx, ERR_CONFLICT, "err.db_trigger");
	default:
		log_sql(code, sqlite3_errstr(code), sql);
		return fail(cx, ERR_CONFLICT, "err.db_trigger");
	}
}

enum err
code_fail_commit(struct ctx *cx, int code)
{
	if (code == DB_GONE)
		return fail(cx, ERR_IO, "err.disk_gone");
	switch (code & 0xFF) {
	case SQLITE_FULL:
		return fail(cx, ERR_IO, "err.disk_full");
	case SQLITE_NOMEM:
		return fail(cx, ERR_BUSY, "err.memory");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fail(cx, ERR_BUSY, "err.db_busy");
	default:
		return fail(cx, ERR_IO, "err.disk");
	}
}

enum err
code_fail(struct ctx *cx, struct conn *c, int code, const char *sql)
{
	const char *message = sqlite3_errmsg(c->handle);

	if (code == DB_GONE)
		return code_fail_commit(cx, code);
	switch (code & 0xFF) {
	case SQLITE_CONSTRAINT:
		return constraint_fail(cx, code, message, sql);
	case SQLITE_FULL:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL:
	case SQLITE_NOMEM:
		return code_fail_commit(cx, code);
	case SQLITE_INTERRUPT:
		return fail(cx, ERR_BUSY, "err.db_busy");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		log_sql(code, sqlite3_errstr(code), sql);
		return fail(cx, ERR_CORRUPT, "err.db_corrupt");
	case SQLITE_TOOBIG:
		return fail(cx, ERR_LIMIT, "err.db_large");
	default: /* it does not compile, is refused by the guard, or a function got nonsense */
		log_sql(code, sqlite3_errstr(code), sql);
		return fail(cx, ERR_BUG, "err.db_query");
	}
}

enum err
code_fail_compile(struct ctx *cx, struct conn *c, int code, const char *sql)
{
	if ((code & 0xFF) != SQLITE_ERROR && (code & 0xFF) != SQLITE_AUTH)
		return code_fail(cx, c, code, sql);
	log_sql(code, sqlite3_errmsg(c->handle), sql);
	return fail(cx, ERR_BUG, "err.db_query");
}
