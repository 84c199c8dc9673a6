/* Every finding of `hool selfcheck` has a test that brings it about; all well finds nothing. */
#include "keep/selfcheck.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "base/text.h"
#include "core/test_world.h"
#include "db/fixture_test.h"
#include "format/pack.h"
#include "keep/backup.h"
#include "keep/seal.h"

/* The codes of findings, parted by spaces, each once in a row. */
static const char *
codes(struct test *t, const struct findings *f)
{
	const char *s = "";

	for (size_t i = 0; i < f->n; i++)
		s = arena_printf(t->arena, "%s%s%s", s, i == 0 ? "" : " ", f->list[i].code);
	return s;
}

static const struct machine_facts WELL = {
	.file_mode = 0600,
	.folder_mode = 0700,
	.free_bytes = 50000000000,
	.db_bytes = 1000000000,
	.wal_bytes = 64000000,
	.now = 1000000000,
	.newest = 1000000000,
	.zone = "EET-2EEST,M3.5.0/3,M10.5.0/4",
	.fonts = true,
	.rules = 100,
	.backup_at = 1000000000 - 80000,
	.copy_alive = 1000000000 - 3,
	.written = 1000000000,
	.sealed_at = 1000000000 - 80000,
	.folder = "x",
	.backups = "b",
	.copy = "c",
	.seals = "s",
};

static const char *
judged(struct test *t, const struct machine_facts *m)
{
	struct findings f = { 0 };

	selfcheck_judge(test_ctx(t), m, &f);
	return codes(t, &f);
}

TEST(facts_are_judged_each_by_itself)
{
	struct machine_facts m = WELL;

	EXPECT_TEXT("", judged(t, &m));
#define WITH(code, ...) \
	m = WELL;       \
	__VA_ARGS__;    \
	EXPECT_TEXT(code, judged(t, &m))
	WITH("K02", m.file_mode = 0640);
	WITH("K02", m.file_mode = 0602);
	WITH("K03", m.folder_mode = 0770);
	WITH("", m.folder_mode = 0755);
	WITH("K04", m.root = true);
	WITH("K04", m.other_owner = true);
	WITH("K05", m.free_bytes = 1999999999); /* two databases */
	WITH("K05", m.db_bytes = 1; m.free_bytes = 999999999);
	WITH("", m.db_bytes = 1; m.free_bytes = 1000000000);
	WITH("K06", m.wal_bytes = 256000001);
	WITH("K15", m.newest = m.now + 121);
	WITH("", m.newest = m.now + 120);
	WITH("K16", m.unsynced = true);
	WITH("K17", m.zone = "EET-2");
	WITH("K17", m.zone = NULL);
	WITH("K18", m.fonts = false);
	WITH("K20", m.unconfirmed = 1);
	WITH("K21", m.unfinished = 1);
	WITH("K22", m.backup_at = 0);
	WITH("K22", m.backup_at = m.now - 26 * 3600 - 1);
	WITH("", m.backup_at = 0; m.backups = NULL);
	WITH("K24", m.copy_alive = 0);
	WITH("K24", m.written = m.copy_alive + 61);
	WITH("", m.copy_alive = 0; m.copy = NULL);
	WITH("K25", m.copy_same_disk = true);
	WITH("K11", m.sealed_at = 0);
	WITH("K11", m.sealed_at = m.now - 26 * 3600 - 1);
	WITH("", m.sealed_at = 0; m.seals = NULL);
	WITH("K27", m.seals_loose = true);
}

/* What selfcheck finds of `want` in the test's world's database; "" when none of these codes. */
static const char *
found(struct test *t, struct selfcheck_settings s, const char *want)
{
	struct findings f = { 0 };

	s.world = test_ctx(t)->world;
	if (s.db_url == NULL)
		s.db_url = db_path(test_world_db(t));
	EXPECT_OK(selfcheck(test_ctx(t), &s, &f));
	for (size_t i = 0; i < f.n; i++)
		if (strstr(want, f.list[i].code) != NULL)
			return f.list[i].code;
	return "";
}

#define INSIDE "K01 K07 K08 K09 K12 K13 K14 K15 K19 K21"
#define NOTHING ((struct selfcheck_settings){ .quick = false })

static const char *
found_after(struct test *t, const char *sql, const char *want)
{
	(void)test_world(t);
	(void)test_person(t, "Mari", "Maasikas", "1980-01-01");
	EXPECT_TEXT("", found(t, NOTHING, INSIDE));
	test_db_script(t, test_world_db(t), sql);
	return found(t, NOTHING, want);
}

TEST(faults_in_the_database_are_found)
{
	static const struct {
		const char *code, *sql;
	} CASE[] = {
		{ "K09", "DROP TRIGGER sys_history_no_update; UPDATE sys_history SET at = at + 1 "
			 "WHERE seq = 1" },
		{ "K12", "DELETE FROM sys_schema WHERE step = (SELECT max(step) FROM sys_schema)" },
		{ "K12", "UPDATE sys_schema SET hash = 'x' WHERE step = 1" },
		{ "K13", "INSERT INTO sys_schema (step, name, hash, taken_at) VALUES (9000, "
			 "'9000-later.sql', 'x', 1)" },
		{ "K14", "DELETE FROM sys_type WHERE name = 'person'" },
		{ "K15",
		  "DROP TRIGGER sys_history_no_update; UPDATE sys_history SET at = at + 99999" },
		{ "K19", "UPDATE person SET last_name_sort = 'zzz'" },
		{ "K21", "INSERT INTO sys_form_key (key, user, location, made_at) "
			 "SELECT 'x', id, '', 1 FROM sys_record LIMIT 1" },
	};

	SQLITE_ONLY();
	for (size_t i = 0; i < sizeof(CASE) / sizeof(CASE[0]); i++)
		EXPECT_TEXT(CASE[i].code, found_after(t, CASE[i].sql, CASE[i].code));
}

/* Damage to the file itself, past SQLite. */
TEST(a_damaged_file_is_found)
{
	struct ctx *cx = test_world(t);
	const char *path = test_db_path(t);
	unsigned char zeros[4096] = { 0 };
	struct selfcheck_settings s = { .db_url = path };
	struct stat st;
	int fd;

	SQLITE_ONLY();
	test_db_script(
		t, test_world_db(t),
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
		"INSERT INTO sys_setting (name, value) SELECT i, hex(randomblob(900)) FROM n");
	EXPECT_OK(db_backup(cx, test_world_db(t), path));
	EXPECT_TEXT("", found(t, s, INSIDE));
	EXPECT_INT(0, stat(path, &st));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	for (int page = 1; page <= 30; page++)
		EXPECT(pwrite(fd, zeros, sizeof(zeros), st.st_size - (off_t)page * 4096) == 4096);
	(void)close(fd);
	test_log(false);
	EXPECT_TEXT("K07", found(t, s, "K07"));
	test_log(true);
}

/* Another program may write with foreign keys off. */
TEST(a_reference_to_nothing_is_found)
{
	struct ctx *cx = test_world(t);
	const char *path = test_db_path(t);
	struct selfcheck_settings s = { .db_url = path };
	sqlite3 *handle = NULL;

	SQLITE_ONLY();
	EXPECT_OK(db_backup(cx, test_world_db(t), path));
	EXPECT_TEXT("", found(t, s, "K08"));
	EXPECT_INT(SQLITE_OK, sqlite3_open(path, &handle));
	EXPECT_INT(SQLITE_OK,
		   sqlite3_exec(handle, "INSERT INTO sys_word (word, record) VALUES ('x', 777777)",
				NULL, NULL, NULL));
	EXPECT_INT(SQLITE_OK, sqlite3_close(handle));
	EXPECT_TEXT("K08", found(t, s, "K08"));
}

TEST(a_database_that_does_not_open_is_found)
{
	struct selfcheck_settings s = { .db_url = "/nowhere/at/all.db" };
	struct findings f;

	(void)test_world(t);
	EXPECT_TEXT("K01", found(t, s, "K01"));
	s.db_url = NULL;
	EXPECT_ERR(ERR_INVALID, selfcheck(test_ctx(t), &s, &f));
}

TEST(backups_seals_keys_and_copies_are_looked_at)
{
	struct ctx *cx = test_world(t);
	const char *folder = test_db_path(t), *file = arena_printf(t->arena, "%s/a.hool", folder),
		   *key = arena_printf(t->arena, "%s/k", folder),
		   *seals = arena_printf(t->arena, "%s/seals.txt", folder);
	struct selfcheck_settings s = { .backups = folder, .quick = true };
	struct pack_key secret = { .kind = PACK_SEAL_SECRET };
	struct seal *seal = NULL;
	struct manifest m;

	SQLITE_ONLY();
	EXPECT_INT(0, mkdir(folder, 0700));
	ctx_set_now(cx, (int64_t)time(NULL));
	EXPECT_TEXT("K22", found(t, s, "K22 K23 K26"));
	EXPECT_OK(backup_pack(cx, test_world_db(t), file, NULL, &m));
	EXPECT_TEXT("K26", found(t, s, "K22 K23 K26"));
	EXPECT_INT(0, truncate(file, 5000));
	EXPECT_TEXT("K23", found(t, s, "K22 K23 K26"));
	EXPECT_INT(0, utime(file, &(struct utimbuf){ 1000, 1000 }));
	EXPECT_TEXT("K23", found(t, s, "K23"));
	EXPECT_TEXT("K22", found(t, s, "K22"));

	s = (struct selfcheck_settings){ .keys = key, .quick = true };
	EXPECT_TEXT("K28", found(t, s, "K28"));
	s = (struct selfcheck_settings){ .copy = folder, .quick = true };
	EXPECT_TEXT("K24", found(t, s, "K24"));
	EXPECT_TEXT("K25", found(t, s, "K25"));

	s = (struct selfcheck_settings){ .seals = folder, .quick = true };
	EXPECT_TEXT("K11", found(t, s, "K10 K11"));
	(void)test_person(t, "Mari", "Maasikas", "1980-01-01");
	EXPECT_OK(seal_make(cx, folder, &secret, false, &seal));
	EXPECT_TEXT("", found(t, s, "K10 K11"));
	EXPECT_TEXT("K27", found(t, s, "K27"));
	test_db_script(t, test_world_db(t),
		       "DROP TRIGGER sys_history_no_delete; "
		       "DELETE FROM sys_history");
	EXPECT_TEXT("K10", found(t, s, "K10 K11"));
	(void)unlink(file);
	(void)unlink(seals);
	(void)rmdir(folder);
}
