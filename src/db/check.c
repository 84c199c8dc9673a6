/* See check.h. */
#include "db/check.h"

#include "base/text.h"
#include "db/db_int.h"

#define MAX_TABLES 1000

static const char TABLES[] =
	"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
	"ESCAPE '\\' ORDER BY name";
/* On PostgreSQL, without what belongs to the processes and functions there, and a partitioned table
 * once. */
static const char TABLES_PG[] =
	"SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND "
	"relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND "
	"relname NOT IN ('sys_lane', 'sys_function', 'sys_wrote', 'sys_letter', 'sys_compose') "
	"ORDER BY relname COLLATE \"C\"";
static const char INTEGRITY[] = "SELECT integrity_check FROM pragma_integrity_check(1)";
static const char FOREIGN[] = "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1";
static const char FOREIGN_PG[] =
	"SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND NOT "
	"convalidated AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = "
	"current_schema()) LIMIT 1";

enum err
db_tables(struct ctx *cx, const char ***ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char **list = ARENA_ARRAY(cx->arena, MAX_TABLES, const char *);
	bool row = false;

	TRY(db_query(cx, cx->conn->pg != NULL ? TABLES_PG : TABLES, DB_NONE, &q));
	for (size_t n = 0;; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row) {
			*ret = list;
			*ret_n = n;
			return OK;
		}
		if (n == MAX_TABLES)
			return fail(cx, ERR_LIMIT, "err.db_large");
		list[n] = stmt_copy(cx, q, 0);
	}
}

enum err
db_counts(struct ctx *cx, struct db_count **ret, size_t *ret_n)
{
	struct db_count *list;
	const char **names;
	size_t n = 0;

	TRY(db_tables(cx, &names, &n));
	list = ARENA_ARRAY(cx->arena, n + 1, struct db_count);
	for (size_t i = 0; i < n; i++) { /* a quote cannot stand in our own names */
		list[i].table = names[i];
		TRY(db_get_int(cx, arena_printf(cx->arena, "SELECT count(*) FROM \"%s\"", names[i]),
			       DB_NONE, &list[i].rows));
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

enum err
db_check_integrity(struct ctx *cx)
{
	const char *says = NULL;

	if (cx->conn->pg != NULL) /* its checksums tell of a damaged page whenever it is read */
		return OK;
	TRY(db_get_text(cx, INTEGRITY, DB_NONE, &says));
	return text_equal(says, "ok") ? OK : fail(cx, ERR_CORRUPT, "err.check_integrity", says);
}

enum err
db_check_foreign(struct ctx *cx)
{
	const char *table = NULL;

	if (db_get_text(cx, cx->conn->pg != NULL ? FOREIGN_PG : FOREIGN, DB_NONE, &table) == OK)
		return fail(cx, ERR_CORRUPT, "err.check_foreign", table);
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return OK;
}
