/* PostgreSQL's error codes in our words. See the errors of stmt_step() in db.h, and the SQLSTATEs
 * in appendix A of PostgreSQL's documentation. */
#include "db/pg_int.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define MAX_SQL_LOGGED 1000 /* bytes of a statement in a line of the log */

static const char *
field(const struct pg_conn *p, int code)
{
	const char *s = p->failure == NULL ? NULL : PQresultErrorField(p->failure, code);

	return s == NULL ? "" : s;
}

/* SQL holds no personal data; messages may, so only those of what does not compile are given
 * (class 42). */
static void
log_failure(const struct pg_conn *p, const char *sql)
{
	char text[MAX_SQL_LOGGED + 1];
	const char *message =
		strncmp(p->failed, "42", 2) == 0 ? field(p, PG_DIAG_MESSAGE_PRIMARY) : "";

	(void)snprintf(text, sizeof(text), "%s", sql == NULL ? "" : sql);
	log_line(LOG_ERROR, "db.sql", "error.code", p->failed, "error.message", message,
		 "db.statement", text);
}

static bool
is_error_key(const char *s)
{
	return (strncmp(s, "err.", 4) == 0 || strncmp(s, "guard.", 6) == 0) &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(s);
}

/* "Key (a, b)=(1, 2) already exists." of table t: "t.a, t.b", as SQLite says it. The values are
 * nobody's business. */
static const char *
unique_name(struct ctx *cx, const struct pg_conn *p)
{
	const char *detail = field(p, PG_DIAG_MESSAGE_DETAIL),
		   *table = field(p, PG_DIAG_TABLE_NAME);
	const char *from = strchr(detail, '('), *to = strstr(detail, ")=(");
	const char *name = "";

	if (from == NULL || to == NULL || to < from)
		return field(p, PG_DIAG_CONSTRAINT_NAME);
	for (from++; from < to; from += strspn(from, ", ")) {
		size_t len = strcspn(from, ",)");

		name = arena_printf(cx->arena, "%s%s%s.%.*s", name, *name == '\0' ? "" : ", ",
				    table, (int)len, from);
		from += len;
	}
	return name;
}

static const char *
column_name(struct ctx *cx, const struct pg_conn *p)
{
	return arena_printf(cx->arena, "%s.%s", field(p, PG_DIAG_TABLE_NAME),
			    field(p, PG_DIAG_COLUMN_NAME));
}

static enum err
raised(struct ctx *cx, const struct pg_conn *p, const char *sql)
{
	const char *key = field(p, PG_DIAG_MESSAGE_PRIMARY);

	if (is_error_key(key))
		return fail(cx, ERR_CONFLICT, key);
	log_failure(p, sql);
	return fail(cx, ERR_CONFLICT, "err.db_trigger");
}

/* Classes of codes that mean one thing to us. */
static const struct {
	const char *begins; /* of the code */
	enum err e;
	const char *key;
	bool logged;
} CLASS[] = {
	{ PG_FAULT, ERR_IO, "err.disk", false },
	{ PG_LOST, ERR_IO, "err.db_lost", false },
	{ PG_AGAIN, ERR_BUSY, "err.db_busy", false },
	{ "53100", ERR_IO, "err.disk_full", false },
	{ "53200", ERR_IO, "err.db_server", true },
	{ "53", ERR_BUSY, "err.db_busy", true },
	{ "40", ERR_BUSY, "err.db_busy", false },
	{ "55P03", ERR_BUSY, "err.db_busy", false },
	{ "57014", ERR_BUSY, "err.db_busy", true },
	{ "57", ERR_IO, "err.db_lost", false },
	{ "08", ERR_IO, "err.db_lost", false },
	{ "58", ERR_IO, "err.db_server", true },
	{ "XX001", ERR_CORRUPT, "err.db_corrupt", true },
	{ "XX002", ERR_CORRUPT, "err.db_corrupt", true },
	{ "54", ERR_LIMIT, "err.db_large", true },
	{ "42501", ERR_DENIED, "err.db_rights", true },
};

/* Not of the column's type, or no UTF-8: in a query that is a mistake of ours. */
static bool
is_bad_value(const char *code)
{
	return strcmp(code, "42804") == 0 || strcmp(code, "22P02") == 0 ||
	       strcmp(code, "22021") == 0;
}

static bool
reads(const char *sql)
{
	struct pg_token t = pg_next_token(sql == NULL ? "" : sql);

	return pg_is(&t, "SELECT");
}

enum err
pg_fail_untranslated(struct ctx *cx, const char *sql)
{
	log_line(LOG_ERROR, "db.sql", "error.message", "not a question", "db.statement", sql);
	return fail(cx, ERR_BUG, "err.db_query");
}

enum err
pg_fail(struct ctx *cx, struct pg_conn *p, const char *sql)
{
	const char *code = p->failed;

	if (strcmp(code, "23505") == 0)
		return fail(cx, ERR_CONFLICT, "err.db_unique", unique_name(cx, p));
	if (strcmp(code, "23503") == 0)
		return fail(cx, ERR_CONFLICT, "err.db_foreign");
	if (strcmp(code, "23502") == 0)
		return fail(cx, ERR_INVALID, "err.db_null", column_name(cx, p));
	if (strcmp(code, "23514") == 0)
		return fail(cx, ERR_INVALID, "err.db_check", field(p, PG_DIAG_CONSTRAINT_NAME));
	if (strcmp(code, "42804") == 0)
		log_failure(p, sql);
	if (is_bad_value(code) && !reads(sql))
		return fail(cx, ERR_INVALID, "err.db_check", field(p, PG_DIAG_COLUMN_NAME));
	if (strcmp(code, PG_RAISED) == 0)
		return raised(cx, p, sql);
	for (size_t i = 0; i < sizeof(CLASS) / sizeof(CLASS[0]); i++)
		if (strncmp(code, CLASS[i].begins, strlen(CLASS[i].begins)) == 0) {
			if (CLASS[i].logged)
				log_failure(p, sql);
			return fail(cx, CLASS[i].e, CLASS[i].key);
		}
	log_failure(p, sql);
	return fail(cx, ERR_BUG, "err.db_query");
}

bool
pg_worth_again(const char *state)
{
	return strncmp(state, "40", 2) == 0 || strcmp(state, "55P03") == 0;
}
