/* Seals: what is cut, rewritten, put back or taken away is noticed. */
#include "keep/seal.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/test_world.h"
#include "db/fixture_test.h"

static struct pack_key
seal_key(unsigned char fill, enum pack_key_kind kind)
{
	struct pack_key k = { .kind = PACK_SEAL_SECRET };
	unsigned char seed[32], secret[crypto_sign_SECRETKEYBYTES];

	memset(seed, fill, sizeof(seed));
	memcpy(k.bytes, seed, sizeof(seed));
	if (kind == PACK_SEAL_PUBLIC)
		(void)crypto_sign_seed_keypair(k.bytes, secret, seed);
	k.kind = kind;
	return k;
}

/* A folder for seals, gone with the test's databases. */
static const char *
seals_folder(struct test *t)
{
	const char *path = test_db_path(t);

	EXPECT_INT(0, mkdir(path, 0700));
	return path;
}

static void
folder_end(struct test *t, const char *folder)
{
	(void)unlink(arena_printf(t->arena, "%s/seals.txt", folder));
	(void)rmdir(folder);
}

static struct seal *
make_seal(struct test *t, const char *folder)
{
	struct pack_key key = seal_key(3, PACK_SEAL_SECRET);
	struct seal *s = NULL;

	(void)test_person(t, "Mari", "Maasikas", "1980-01-01");
	EXPECT_OK(seal_make(test_ctx(t), folder, &key, false, &s));
	return s;
}

/* The key of the error that reading and holding the database against the seals gives; "" if none.
 */
static const char *
finding(struct test *t, const char *folder, const struct pack_key *key)
{
	struct ctx *cx = test_ctx(t);
	struct seal *list = NULL;
	const char *says = "";
	size_t n = 0;
	enum err e = seals_read(cx, folder, key, &list, &n);

	if (e == OK)
		e = seals_verify(cx, list, n);
	if (e != OK)
		says = arena_printf(t->arena, "%s %s", cx->error.key,
				    cx->error.nargs > 0 ? cx->error.args[0] : "");
	ctx_forgive(cx);
	return says;
}

TEST(seals_follow_one_another_and_fit)
{
	struct ctx *cx = test_world(t);
	struct pack_key key = seal_key(3, PACK_SEAL_SECRET), pub = seal_key(3, PACK_SEAL_PUBLIC),
			other = seal_key(4, PACK_SEAL_PUBLIC),
			other_secret = seal_key(4, PACK_SEAL_SECRET);
	const char *folder = seals_folder(t);
	struct seal *s = NULL;

	EXPECT(text_starts(finding(t, folder, NULL), "err.seal_none"));
	for (int i = 1; i <= 5; i++)
		EXPECT_INT(i, make_seal(t, folder)->number);
	EXPECT_TEXT("", finding(t, folder, NULL));
	EXPECT_TEXT("", finding(t, folder, &pub));
	EXPECT_TEXT("err.seal_signature 1", finding(t, folder, &other));
	EXPECT_OK(seal_make(cx, folder, &key, true, &s)); /* one of this day there is */
	EXPECT(s == NULL);
	ctx_set_now(cx, cx->now + 86400);
	EXPECT_OK(seal_make(cx, folder, &key, true, &s));
	EXPECT_INT(6, s->number);
	EXPECT_ERR(ERR_INVALID, seal_make(cx, folder, &other_secret, false, &s));
	EXPECT_ERR(ERR_INVALID, seal_make(cx, folder, &pub, false, &s));
	EXPECT_ERR(ERR_IO, seal_make(cx, "/nowhere/at/all", &key, false, &s));
	folder_end(t, folder);
}

static const char CUT[] =
	"DROP TRIGGER sys_history_no_delete;"
	"DELETE FROM sys_history WHERE seq > (SELECT max(seq) - 1 FROM sys_history)";
static const char EMPTY[] = "DROP TRIGGER sys_history_no_delete; DELETE FROM sys_history";

TEST(a_chain_cut_off_is_noticed)
{
	const char *folder = seals_folder(t);
	struct history_report report;

	(void)test_world(t);
	(void)make_seal(t, folder);
	(void)make_seal(t, folder);
	test_db_script(t, test_world_db(t), CUT);
	EXPECT_OK(history_verify(test_ctx(t), &report)); /* the chain alone cannot tell */
	EXPECT_TEXT("err.seal_cut 2", finding(t, folder, NULL));
	test_db_script(t, test_world_db(t), "DELETE FROM sys_history");
	EXPECT_TEXT("err.seal_gone 1", finding(t, folder, NULL));
	folder_end(t, folder);
}

static enum err
add_rows(struct ctx *cx, void *arg)
{
	const int *n = arg;

	for (int i = 0; i < *n; i++)
		TRY(history_add(cx, 1, 1, "note", "", "{\"made\":\"anew\"}"));
	return OK;
}

TEST(a_chain_made_anew_is_noticed)
{
	const char *folder = seals_folder(t);
	struct history_report report;
	int rows = 50;

	SQLITE_ONLY();
	(void)test_world(t);
	(void)make_seal(t, folder);
	test_db_script(t, test_world_db(t), EMPTY);
	EXPECT_OK(test_write(t, add_rows, &rows));
	EXPECT_OK(history_verify(test_ctx(t), &report)); /* it is sound in itself */
	EXPECT_TEXT("err.seal_rewritten 1", finding(t, folder, NULL));
	folder_end(t, folder);
}

TEST(a_database_put_back_is_noticed)
{
	struct ctx *cx = test_world(t);
	const char *folder = seals_folder(t), *old = test_db_path(t);
	SCOPED(db) struct db *db = NULL;
	SCOPED(conn) struct conn *reader = NULL;
	struct conn *before = cx->conn;

	SQLITE_ONLY();
	(void)make_seal(t, folder);
	EXPECT_OK(db_backup(cx, test_world_db(t), old));
	(void)make_seal(t, folder);
	EXPECT_TEXT("", finding(t, folder, NULL));
	EXPECT_OK(db_open(cx, old, DB_READ_ONLY, &db));
	EXPECT_OK(db_reader(cx, db, &reader));
	cx->conn = reader;
	EXPECT_TEXT("err.seal_cut 2", finding(t, folder, NULL));
	cx->conn = before;
	folder_end(t, folder);
}

/* ---- the seals themselves ---- */

static const char *
parse_says(struct test *t, const char *text, size_t len)
{
	struct ctx *cx = test_ctx(t);
	struct seal *list = NULL;
	const char *says = "";
	size_t n = 0;

	if (seals_parse(cx, text, len, NULL, &list, &n) != OK)
		says = cx->error.key;
	ctx_forgive(cx);
	return says;
}

TEST(a_seal_changed_removed_or_swapped_is_noticed)
{
	const char *folder = seals_folder(t), *one, *two, *three, *text;

	(void)test_world(t);
	one = make_seal(t, folder)->text;
	two = make_seal(t, folder)->text;
	three = make_seal(t, folder)->text;
	text = arena_printf(t->arena, "%s\n%s\n%s\n", one, two, three);
	EXPECT_TEXT("", parse_says(t, text, strlen(text)));
	text = arena_printf(t->arena, "%s\n%s\n", one, three);
	EXPECT_TEXT("err.seal_order", parse_says(t, text, strlen(text)));
	text = arena_printf(t->arena, "%s\n%s\n", two, three);
	EXPECT_TEXT("err.seal_order", parse_says(t, text, strlen(text)));
	text = arena_printf(t->arena, "%s\n%s\n%s\n", one, two, two);
	EXPECT_TEXT("err.seal_order", parse_says(t, text, strlen(text)));
	for (size_t i = 0; i < strlen(two); i++) {
		char *bent = arena_printf(t->arena, "%s\n%s\n%s\n", one, two, three);

		bent[strlen(one) + 1 + i] ^= 1;
		EXPECT(parse_says(t, bent, strlen(bent))[0] != '\0');
	}
	folder_end(t, folder);
}

TEST(a_seal_torn_by_a_crash_is_passed_over)
{
	const char *folder = seals_folder(t),
		   *path = arena_printf(t->arena, "%s/seals.txt", folder);
	struct seal *s;
	int fd;

	(void)test_world(t);
	(void)make_seal(t, folder);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	EXPECT(write(fd, "\nhool-seal 1\nnumber 2\nat 20", 27) == 27);
	(void)close(fd);
	EXPECT_TEXT("", finding(t, folder, NULL));
	s = make_seal(t, folder);
	EXPECT_INT(2, s->number);
	EXPECT_TEXT("", finding(t, folder, NULL));
	folder_end(t, folder);
}
