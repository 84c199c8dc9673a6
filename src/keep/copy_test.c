/* The continuous copy: what it restores to, and what happens when its folder fails. */
#include "keep/copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "base/text.h"
#include "core/test_world.h"
#include "db/fixture_test.h"

static const char PERSONS[] = "SELECT count(*) FROM person";

static void
rest(int ms)
{
	(void)nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L },
			NULL);
}

static const char *
folder_new(struct test *t)
{
	const char *path = test_db_path(t);

	EXPECT_INT(0, mkdir(path, 0700));
	return path;
}

static void
folder_end(struct test *t, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		const char *path = arena_printf(t->arena, "%s/%s", folder, e->d_name);

		if (e->d_name[0] == '.')
			continue;
		if (unlink(path) != 0)
			folder_end(t, path);
	}
	(void)closedir(dir);
	(void)rmdir(folder);
}

static void
wait_alive(struct test *t, const char *folder)
{
	for (int i = 0; i < 1000; i++) {
		if (access(arena_printf(t->arena, "%s/alive", folder), F_OK) == 0)
			return;
		rest(20);
	}
	EXPECT(false);
}

static struct copy *
start(struct test *t, const char *folder, const struct pack_key *key)
{
	struct copy_settings s = { .folder = folder, .key = key, .every = 1, .keep_days = 14 };
	struct copy *c = NULL;

	EXPECT_OK(copy_start(test_ctx(t), test_world_db(t), &s, &c));
	return c;
}

static int64_t
persons_in(struct test *t, const char *path)
{
	SCOPED(db) struct db *db = NULL;

	EXPECT_OK(db_open(test_ctx(t), path, DB_READ_ONLY, &db));
	return test_db_int(t, db, PERSONS);
}

TEST(a_copy_restores_to_its_end_and_only_with_its_key)
{
	SQLITE_ONLY();

	struct ctx *cx = test_world(t);
	struct pack_key key = { .kind = PACK_SHARED },
			other = { .kind = PACK_SHARED, .bytes = { 1 } };
	const char *folder = folder_new(t), *to = test_db_path(t);
	struct copy *c = start(t, folder, &key);
	struct copy_report r;

	wait_alive(t, folder);
	for (int i = 0; i < 5; i++)
		(void)test_person(t, "Mari", "Maasikas", "1980-01-01");
	copy_stop(c);
	EXPECT_OK(copy_restore(cx, folder, &key, to, INT64_MAX, true, &r));
	EXPECT(r.segments >= 1 && r.left_out == NULL);
	EXPECT_INT(5, persons_in(t, to));
	EXPECT_ERR(ERR_CONFLICT, copy_restore(cx, folder, &key, to, INT64_MAX, true, &r));
	EXPECT_ERR(ERR_DENIED,
		   copy_restore(cx, folder, &other, test_db_path(t), INT64_MAX, true, &r));
	EXPECT_ERR(ERR_DENIED,
		   copy_restore(cx, folder, NULL, test_db_path(t), INT64_MAX, true, &r));
	EXPECT_ERR(ERR_NOTFOUND, copy_restore(cx, folder, &key, test_db_path(t), 1000, true, &r));
	EXPECT_ERR(ERR_IO, copy_restore(cx, "/nowhere/at/all", &key, test_db_path(t), 1, true, &r));
	folder_end(t, folder);
}

TEST(a_folder_that_fails_stops_nobody_and_comes_back)
{
	SQLITE_ONLY();

	struct ctx *cx = test_world(t);
	const char *folder = folder_new(t), *away = test_db_path(t), *to = test_db_path(t);
	struct copy *c = start(t, folder, NULL);
	struct copy_report r;

	wait_alive(t, folder);
	(void)test_person(t, "Mari", "Maasikas", "1980-01-01");
	rest(1500);
	test_log(false);
	EXPECT_INT(0, rename(folder, away)); /* the other machine is gone */
	(void)test_person(t, "Jaan", "Jalakas", "1970-01-01");
	rest(1500);
	EXPECT_INT(0, rename(away, folder));
	(void)test_person(t, "Jüri", "Kask", "1960-01-01");
	copy_stop(c);
	test_log(true);
	EXPECT_OK(copy_restore(cx, folder, NULL, to, INT64_MAX, true, &r));
	EXPECT(r.left_out == NULL);
	EXPECT_INT(3, persons_in(t, to));
	folder_end(t, folder);
}

TEST(a_folder_that_is_none_is_refused_at_once)
{
	struct ctx *cx = test_world(t);
	struct copy_settings s = { .folder = "/nowhere/at/all", .every = 1, .keep_days = 1 };
	struct copy *c = NULL;
	int64_t at;

	EXPECT_ERR(ERR_IO, copy_start(cx, test_world_db(t), &s, &c));
	EXPECT_ERR(ERR_NOTFOUND, copy_alive(cx, "/nowhere/at/all", &at));
}

/* A file so many days old. */
static const char *
old_file(struct test *t, const char *folder, const char *name, int days)
{
	const char *path = arena_printf(t->arena, "%s/%s", folder, name);
	time_t then = time(NULL) - (time_t)days * 86400;

	EXPECT_INT(0, close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)));
	EXPECT_INT(0, utime(path, &(struct utimbuf){ then, then }));
	return path;
}

TEST(what_is_older_than_is_kept_goes_and_what_it_stands_on_stays)
{
	SQLITE_ONLY();

	struct ctx *cx = test_world(t);
	const char *folder = folder_new(t), *gone = arena_printf(t->arena, "%s/run-a", folder),
		   *some = arena_printf(t->arena, "%s/run-b", folder);
	const char *out[5], *in[5];
	struct copy *c;

	(void)cx;
	EXPECT_INT(0, mkdir(gone, 0700));
	EXPECT_INT(0, mkdir(some, 0700));
	out[0] = old_file(t, gone, "base-00000001.hool", 40);
	out[1] = old_file(t, gone, "seg-00000001.hool", 15);
	out[2] = old_file(t, some, "base-00000001.hool", 30);
	out[3] = old_file(t, some, "seg-00000001.hool", 29);
	out[4] = old_file(t, some, "seg-00000006.hool", 20);
	in[0] = old_file(t, some, "base-00000007.hool", 18); /* the newest older than 14 days */
	in[1] = old_file(t, some, "seg-00000007.hool", 17);
	in[2] = old_file(t, some, "seg-00000008.hool", 3);
	in[3] = old_file(t, some, "base-00000009.hool", 2);
	in[4] = old_file(t, some, "other.txt", 90);
	c = start(t, folder, NULL);
	for (int i = 0; i < 500 && access(gone, F_OK) == 0; i++)
		rest(20);
	copy_stop(c);
	EXPECT(access(gone, F_OK) != 0);
	for (int i = 0; i < 5; i++) {
		EXPECT(access(out[i], F_OK) != 0);
		EXPECT_INT(0, access(in[i], F_OK));
	}
	folder_end(t, folder);
}
