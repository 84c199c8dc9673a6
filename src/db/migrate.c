/*
 * The engine's schema, step by step. Each step is one file NNNN-name.sql, taken in a transaction
 * of its own and recorded in sys_schema with the SHA-256 of its text. A step once taken never
 * changes: what it lacked goes into a new one.
 */
#include "db/db_int.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define MAX_STEPS 9999

static const char STEPS_TAKEN[] = "SELECT step, name, hash, taken_at FROM sys_schema ORDER BY step";
static const char STEP_COUNT[] = "SELECT count(*) FROM sys_schema WHERE step = ?1";
static const char STEP_RECORD[] =
	"INSERT INTO sys_schema (step, name, hash, taken_at) VALUES (?1, ?2, ?3, ?4)";

/* "0001-engine.sql" -> 1. The names are our own, so a bad one is our mistake. */
static int
step_number(const char *name)
{
	int64_t n = 0;
	char digits[5] = "";

	if (strlen(name) < 5 || name[4] != '-')
		BUG("name of a schema step");
	memcpy(digits, name, 4);
	if (!text_int(digits, 0, MAX_STEPS, &n))
		BUG("number of a schema step");
	return (int)n;
}

static const char *
text_hash(struct ctx *cx, const struct embed_file *f)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(hash, (const unsigned char *)f->bytes, f->len);
	return text_hex(cx->arena, hash, sizeof(hash));
}

/* Our steps in order, none taken yet. */
static struct db_step *
steps_ours(struct ctx *cx, const struct embed_file *files, size_t *ret_n)
{
	struct db_step *steps;
	size_t n = 0;

	while (files[n].name != NULL)
		n++;
	steps = ARENA_ARRAY(cx->arena, n + 1, struct db_step);
	for (size_t i = 0; i < n; i++) {
		steps[i].step = step_number(files[i].name);
		steps[i].name = files[i].name;
		steps[i].hash = text_hash(cx, &files[i]);
		steps[i].sql = files[i].bytes;
		if (i > 0 && steps[i].step <= steps[i - 1].step)
			BUG("order of the schema steps");
	}
	*ret_n = n;
	return steps;
}

/* Hold one step the database has taken against ours: the i-th must be the i-th. */
static enum err
step_compare(struct ctx *cx, const struct stmt *q, struct db_step *steps, size_t n, size_t i)
{
	const char *name = stmt_text(q, 1), *hash = stmt_text(q, 2);

	if (n == 0 || stmt_int(q, 0) > steps[n - 1].step)
		return fail(cx, ERR_CONFLICT, "err.db_newer", name);
	if (i >= n || stmt_int(q, 0) != steps[i].step || !text_equal(hash, steps[i].hash))
		return fail(cx, ERR_CORRUPT, "err.db_step", name);
	steps[i].taken_at = stmt_int(q, 3);
	return OK;
}

static enum err
steps_mark_taken(struct ctx *cx, struct db_step *steps, size_t n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row = false;

	TRY(db_query(cx, STEPS_TAKEN, DB_NONE, &q));
	TRY(stmt_step(cx, q, &row));
	for (size_t i = 0; row; i++) {
		TRY(step_compare(cx, q, steps, n, i));
		TRY(stmt_step(cx, q, &row));
	}
	return OK;
}

/* Another node may have come first. */
static enum err
step_is_taken(struct ctx *cx, int step, bool *ret)
{
	int64_t n;

	TRY(db_get_int(cx, STEP_COUNT, DB_ARGS(db_int(step)), &n));
	*ret = n > 0;
	return OK;
}

static enum err
step_take(struct ctx *cx, void *arg)
{
	const struct db_step *step = arg;
	char version[48];
	bool taken;
	int code;

	TRY(step_is_taken(cx, step->step, &taken));
	if (taken)
		return OK;
	TRY(db_script(cx, step->sql));
	TRY(db_exec(cx, STEP_RECORD,
		    DB_ARGS(db_int(step->step), db_text(step->name), db_text(step->hash),
			    db_int(cx->now)),
		    NULL));
	if (cx->conn->pg != NULL)
		return OK;
	(void)snprintf(version, sizeof(version), "PRAGMA user_version = %d", step->step);
	code = conn_run(cx->conn, version);
	return code == SQLITE_OK ? OK : code_fail(cx, cx->conn, code, version);
}

enum err
migrate_plan(struct ctx *cx, struct db *db, const struct embed_file *files,
	     struct db_step **ret_steps, size_t *ret_n)
{
	SCOPED(conn) struct conn *c = NULL;
	struct conn *before = cx->conn;
	struct db_step *steps;
	size_t n = 0;
	enum err e;

	TRY(db_reader(cx, db, &c));
	steps = steps_ours(cx, files, &n);
	cx->conn = c;
	e = steps_mark_taken(cx, steps, n);
	cx->conn = before;
	if (e != OK)
		return e;
	*ret_steps = steps;
	*ret_n = n;
	return OK;
}

enum err
migrate_to(struct ctx *cx, struct db *db, const struct embed_file *files)
{
	struct db_step *steps = NULL;
	size_t n = 0;

	TRY(migrate_plan(cx, db, files, &steps, &n));
	for (size_t i = 0; i < n; i++)
		if (steps[i].taken_at == 0)
			TRY(db_run(cx, db, "schema step", step_take, &steps[i]));
	return OK;
}

enum err
db_plan(struct ctx *cx, struct db *db, struct db_step **ret_steps, size_t *ret_n)
{
	return migrate_plan(cx, db, embed_schema, ret_steps, ret_n);
}

enum err
db_migrate(struct ctx *cx, struct db *db)
{
	return migrate_to(cx, db, embed_schema);
}

int
db_newest_step(void)
{
	int step = 0;

	for (const struct embed_file *f = embed_schema; f->name != NULL; f++)
		step = step_number(f->name);
	return step;
}

enum err
db_step_taken(struct ctx *cx, int64_t *ret)
{
	return db_get_int(cx, "SELECT coalesce(max(step), 0) FROM sys_schema", DB_NONE, ret);
}
