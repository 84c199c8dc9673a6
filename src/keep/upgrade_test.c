/* Upgrades: rehearsed without a trace, backed up before, and taken back. */
#include "keep/upgrade.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "core/test_world.h"
#include "db/fixture_test.h"
#include "keep/backup.h"

/* A database of the tree's types at a path of its own, closed. */
static const char *
old_database(struct test *t)
{
	struct ctx *cx = test_world(t);
	const char *path = test_db_path(t);

	(void)test_person(t, "Mari", "Maasikas", "1980-01-01");
	EXPECT_OK(db_backup(cx, test_world_db(t), path));
	return path;
}

/* Forget a type, so that there is something to do. */
static struct db *
behind(struct test *t, const char *path)
{
	struct db *db = NULL;

	EXPECT_OK(db_open(test_ctx(t), path, 0, &db));
	test_db_script(t, db,
		       "UPDATE sys_type SET hash = 'old' WHERE name = 'person'; "
		       "DELETE FROM sys_column WHERE type = 'person' AND kind = 'guard'");
	return db;
}

TEST(a_rehearsal_changes_nothing)
{
	SQLITE_ONLY();

	const char *path = old_database(t);
	SCOPED(db) struct db *db = behind(t, path);
	struct ctx *cx = test_ctx(t);
	struct upgrade u;

	EXPECT_OK(upgrade_rehearse(cx, db, cx->world->types, &u));
	EXPECT(u.plan.n > 0 && u.room > 0 && u.backup == NULL);
	EXPECT_INT(1, test_db_int(t, db, "SELECT count(*) FROM sys_type WHERE hash = 'old'"));
	EXPECT(access(arena_printf(t->arena, "%s-stage", path), F_OK) != 0);
}

TEST(an_upgrade_is_backed_up_and_taken_back)
{
	SQLITE_ONLY();

	const char *path = old_database(t);
	SCOPED(db) struct db *db = behind(t, path);
	struct ctx *cx = test_ctx(t);
	struct upgrade u, again;
	struct way_back w;

	EXPECT_OK(upgrade_run(cx, db, cx->world->types, &u));
	EXPECT(u.plan.n > 0 && u.backup != NULL && access(u.backup, F_OK) == 0);
	EXPECT_INT(0, test_db_int(t, db, "SELECT count(*) FROM sys_type WHERE hash = 'old'"));
	EXPECT_OK(upgrade_run(cx, db, cx->world->types, &again)); /* nothing to do, no backup */
	EXPECT(again.plan.n == 0 && again.backup == NULL);
	EXPECT_ERR(ERR_BUSY, upgrade_back(cx, path, false, &w)); /* it is in use */
	db_close(db);
	db = NULL;

	EXPECT_OK(upgrade_back(cx, path, false, &w));
	EXPECT_INT(0, (int)w.rows);
	EXPECT(access(w.undone, F_OK) == 0 && access(w.backup, F_OK) == 0);
	EXPECT_OK(restored_verify(cx, path, NULL));
	EXPECT_OK(db_open(cx, path, 0, &db));
	EXPECT_INT(1, test_db_int(t, db, "SELECT count(*) FROM sys_type WHERE hash = 'old'"));
	EXPECT_ERR(ERR_BUSY, upgrade_back(cx, path, false, &w));
	db_close(db);
	db = NULL;
	EXPECT_ERR(ERR_NOTFOUND, upgrade_back(cx, path, false, &w)); /* it knows of no upgrade */
	(void)unlink(arena_printf(t->arena, "%s-wal", path));
}

static const char WRITE[] =
	"INSERT INTO sys_access (at, actor, behalf_of, position, session, purpose, kind, persons) "
	"VALUES (1780000000, 1, 0, 1, 1, '', 'list', x'00')";

TEST(what_was_written_since_is_told_before_it_is_lost)
{
	SQLITE_ONLY();

	const char *path = old_database(t);
	SCOPED(db) struct db *db = behind(t, path);
	struct ctx *cx = test_ctx(t);
	struct upgrade u;
	struct way_back w;

	EXPECT_OK(upgrade_run(cx, db, cx->world->types, &u));
	test_db_script(t, db, WRITE);
	test_db_script(t, db, WRITE);
	db_close(db);
	db = NULL;
	EXPECT_ERR(ERR_CONFLICT, upgrade_back(cx, path, false, &w));
	EXPECT_INT(2, (int)w.rows);
	EXPECT_INT(1780000000, (int)w.last_at);
	EXPECT_OK(db_open(cx, path, DB_READ_ONLY, &db)); /* still the upgraded one */
	EXPECT_INT(0, test_db_int(t, db, "SELECT count(*) FROM sys_type WHERE hash = 'old'"));
	db_close(db);
	db = NULL;
	EXPECT_OK(upgrade_back(cx, path, true, &w));
	EXPECT_INT(2, (int)w.rows);

	db = behind(t, path);
	EXPECT_OK(upgrade_run(cx, db, cx->world->types, &u));
	db_close(db);
	db = NULL;
	EXPECT_INT(0, unlink(u.backup));
	EXPECT_ERR(ERR_NOTFOUND, upgrade_back(cx, path, false, &w));
}

TEST(a_new_database_needs_no_backup_and_a_newer_one_is_refused)
{
	SCOPED(db) struct db *db = NULL;
	struct ctx *cx = test_world(t);
	const char *path = test_db_path(t);
	struct upgrade u;

	EXPECT_OK(db_open(cx, path, DB_CREATE, &db));
	EXPECT_OK(upgrade_run(cx, db, cx->world->types, &u));
	EXPECT(u.waiting > 0 && u.backup == NULL);
	test_db_script(t, db,
		       "INSERT INTO sys_schema (step, name, hash, taken_at) VALUES "
		       "(9000, '9000-later.sql', 'x', 1)");
	EXPECT_ERR(ERR_CONFLICT, upgrade_run(cx, db, cx->world->types, &u));
	EXPECT_ERR(ERR_CONFLICT, upgrade_rehearse(cx, db, cx->world->types, &u));
}
