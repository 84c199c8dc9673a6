/* Backups: a restored one is what was there, and what is not whole is refused with the reason. */
#include "keep/backup.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "core/test_world.h"
#include "db/fixture_test.h"
#include "keep/image.h"

static struct pack_key
shared_key(unsigned char fill)
{
	struct pack_key k = { .kind = PACK_SHARED };

	memset(k.bytes, fill, sizeof(k.bytes));
	return k;
}

/* A world with some persons, and so some history. */
static struct ctx *
filled(struct test *t)
{
	struct ctx *cx = test_world(t);

	for (int i = 0; i < 20; i++)
		(void)test_person(t, "Mari", "Maasikas", "1980-01-01");
	return cx;
}

/* The key of the error a restore gives; "" when it succeeds. */
static const char *
refusal(struct test *t, const char *path, const struct pack_key *key, const char *to)
{
	struct ctx *cx = test_ctx(t);
	struct manifest m;
	const char *says;

	if (backup_restore(cx, path, key, to, true, &m) == OK)
		return "";
	says = cx->error.key;
	ctx_forgive(cx);
	EXPECT(access(arena_printf(t->arena, "%s.part", to), F_OK) != 0);
	return says;
}

TEST(a_restored_backup_is_what_was_there)
{
	struct ctx *cx = filled(t);
	struct pack_key key = shared_key(7);
	const struct pack_key *keys[] = { NULL, &key };

	SQLITE_ONLY();
	for (int i = 0; i < 2; i++) {
		const char *path = test_db_path(t), *to = test_db_path(t);
		struct manifest was, is;

		EXPECT_OK(backup_pack(cx, test_world_db(t), path, keys[i], &was));
		EXPECT(was.ntables > 20 && was.nchains == 1 && was.chains[0].seq >= 20);
		(void)test_person(t, "Jaan", "Jalakas", "1970-01-01"); /* afterwards */
		EXPECT_OK(backup_restore(cx, path, keys[i], to, true, &is));
		EXPECT_TEXT(was.sha256, is.sha256);
		EXPECT_INT(was.chains[0].seq, is.chains[0].seq);
		EXPECT_TEXT("err.file_exists", refusal(t, path, keys[i], to));
		EXPECT_OK(backup_restore(cx, path, keys[i], NULL, false, &is));
		EXPECT(access(arena_printf(t->arena, "%s-stage", db_path(test_world_db(t))),
			      F_OK) != 0);
	}
}

TEST(two_backups_at_once_do_not_mix)
{
	struct ctx *cx = filled(t);
	SCOPED(staged) struct staged *s = NULL;
	struct manifest m;

	SQLITE_ONLY();
	EXPECT_OK(stage_make(cx, test_world_db(t), NULL, NULL, &s));
	EXPECT_ERR(ERR_BUSY, backup_pack(cx, test_world_db(t), test_db_path(t), NULL, &m));
	staged_free(s);
	s = NULL;
	EXPECT_OK(backup_pack(cx, test_world_db(t), test_db_path(t), NULL, &m));
	/* What a killed one left behind is no hindrance. */
	EXPECT_INT(0, close(open(arena_printf(t->arena, "%s-stage", db_path(test_world_db(t))),
				 O_CREAT | O_WRONLY | O_CLOEXEC, 0600)));
	EXPECT_OK(backup_pack(cx, test_world_db(t), test_db_path(t), NULL, &m));
}

/* A backup whose header and manifest say what the test wants. */
static const char *
made_up(struct test *t, struct pack_head head, void (*change)(struct manifest *m))
{
	SCOPED(staged) struct staged *s = NULL;
	SCOPED(pack_out) struct pack_out *out = NULL;
	struct ctx *cx = test_ctx(t);
	const char *path = test_db_path(t);
	struct manifest m = { 0 };

	EXPECT_OK(stage_make(cx, test_world_db(t), NULL, NULL, &s));
	EXPECT_OK(stage_manifest(cx, s, &m));
	change(&m);
	EXPECT_OK(pack_begin(cx, path, &head, NULL, &out));
	EXPECT_OK(image_file(cx, out, s->path, &m, NULL, NULL));
	EXPECT_OK(pack_end(cx, out, NULL));
	return path;
}

static void
nothing(struct manifest *m)
{
	(void)m;
}

static void
more_rows(struct manifest *m)
{
	m->tables[3].rows++;
}

static void
fewer_tables(struct manifest *m)
{
	m->ntables--;
}

static void
other_end(struct manifest *m)
{
	m->chains[0].hash[5] ^= 1;
}

static void
longer_chain(struct manifest *m)
{
	m->chains[0].seq++;
}

TEST(a_manifest_that_does_not_fit_is_told)
{
	static const struct pack_head HEAD = { .kind = "backup", .program = "0.1", .schema = 1 },
				      NEWER = { .kind = "backup", .program = "9", .schema = 9000 },
				      PIECE = { .kind = "base", .program = "0.1", .schema = 1 };
	static const struct {
		const struct pack_head *head;
		void (*change)(struct manifest *m);
		const char *says;
	} CASE[] = {
		{ &HEAD, nothing, "" },
		{ &HEAD, more_rows, "err.check_count" },
		{ &HEAD, fewer_tables, "err.check_count" },
		{ &HEAD, other_end, "err.check_chain" },
		{ &HEAD, longer_chain, "err.check_chain" },
		{ &NEWER, nothing, "err.pack_schema" },
		{ &PIECE, nothing, "err.pack_piece" },
	};

	SQLITE_ONLY();
	(void)filled(t);
	for (size_t i = 0; i < sizeof(CASE) / sizeof(CASE[0]); i++)
		EXPECT_TEXT(CASE[i].says, refusal(t, made_up(t, *CASE[i].head, CASE[i].change),
						  NULL, test_db_path(t)));
}

/* A packed file with these bytes inside. */
static const char *
with_inside(struct test *t, const void *bytes, size_t n)
{
	SCOPED(pack_out) struct pack_out *out = NULL;
	const char *path = test_db_path(t);
	struct pack_head head = { .kind = "backup", .program = "0.1", .schema = 1 };

	EXPECT_OK(pack_begin(test_ctx(t), path, &head, NULL, &out));
	EXPECT_OK(pack_put(test_ctx(t), out, bytes, n));
	EXPECT_OK(pack_end(test_ctx(t), out, NULL));
	return path;
}

TEST(an_image_that_is_none_is_refused)
{
#define INSIDE(s)                \
	{                        \
		s, sizeof(s) - 1 \
	}
	static const struct {
		const char *bytes;
		size_t n;
	} BAD[] = {
		INSIDE(""),
		INSIDE("X"),
		INSIDE("D"),
		INSIDE("D\0\0\0\0\0\0\0\0\0\0\0\5abc"),
		INSIDE("D\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\1a"),
		INSIDE("D\0\0\0\0\0\0\0\0\x7f\0\0\1a"),
		INSIDE("M\0\0\0\0"),
		INSIDE("M\xff\0\0\0{}"),
		INSIDE("M\0\0\0\2{}"),
		INSIDE("M\0\0\0\2[]"),
		INSIDE("M\0\0\0\xa{\"size\":-1"),
	};

	(void)test_world(t);
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		EXPECT_TEXT("err.pack_altered", refusal(t, with_inside(t, BAD[i].bytes, BAD[i].n),
							NULL, test_db_path(t)));
}

TEST(a_log_left_beside_the_new_name_is_not_taken_over)
{
	struct ctx *cx = filled(t);
	const char *path = test_db_path(t), *to = test_db_path(t),
		   *wal = arena_printf(t->arena, "%s-wal", to);
	struct manifest m;

	SQLITE_ONLY();
	EXPECT_OK(backup_pack(cx, test_world_db(t), path, NULL, &m));
	EXPECT_INT(0, close(open(wal, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)));
	EXPECT_TEXT("err.file_exists", refusal(t, path, NULL, to));
	(void)unlink(wal);
	EXPECT_TEXT("", refusal(t, path, NULL, to));
}

/* ---- under load ---- */

struct writer {
	pthread_t thread;
	struct db *db;
	atomic_bool end;
	int written, failed;
};

static enum err
write_pair(struct ctx *cx, void *arg)
{
	const int *i = arg;
	const char *name = arena_printf(cx->arena, "pair-%d", *i);

	TRY(db_exec(cx, "INSERT INTO sys_setting (name, value) VALUES (?1, 'a')",
		    DB_ARGS(db_text(name)), NULL));
	return db_exec(cx, "INSERT INTO sys_counter (name, value) VALUES (?1, 1)",
		       DB_ARGS(db_text(name)), NULL);
}

static void *
write_pairs(void *arg)
{
	struct writer *w = arg;
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;

	for (int i = 0; !atomic_load(&w->end); i++) {
		arena_reset(a);
		ctx_init(&cx, a);
		if (db_run(&cx, w->db, "pair", write_pair, &i) == OK)
			w->written++;
		else
			w->failed++;
	}
	return NULL;
}

static int64_t
number_in(struct test *t, const char *path, const char *sql)
{
	SCOPED(db) struct db *db = NULL;

	EXPECT_OK(db_open(test_ctx(t), path, DB_READ_ONLY, &db));
	return test_db_int(t, db, sql);
}

TEST(a_backup_under_load_is_of_one_moment_and_stops_nobody)
{
	struct ctx *cx = filled(t);
	struct writer w = { .db = test_world_db(t) };

	SQLITE_ONLY();
	EXPECT_INT(0, pthread_create(&w.thread, NULL, write_pairs, &w));
	for (int i = 0; i < 3; i++) {
		const char *path = test_db_path(t), *to = test_db_path(t);
		struct manifest m;

		EXPECT_OK(backup_pack(cx, test_world_db(t), path, NULL, &m));
		EXPECT_TEXT("", refusal(t, path, NULL, to));
		EXPECT_INT(number_in(t, to,
				     "SELECT count(*) FROM sys_setting WHERE name LIKE 'pair-%'"),
			   number_in(t, to,
				     "SELECT count(*) FROM sys_counter WHERE name LIKE 'pair-%'"));
	}
	atomic_store(&w.end, true);
	EXPECT_INT(0, pthread_join(w.thread, NULL));
	EXPECT_INT(0, w.failed);
	EXPECT(w.written > 3);
}
