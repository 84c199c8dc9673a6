/* Packed files: they come back as they were, or are refused with the reason. */
#include "format/pack.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

#define BIG 300000

static char folder[64];

static void
folder_remove(void)
{
	(void)rmdir(folder);
}

/* A path at which nothing stands yet. */
static const char *
fresh(struct test *t, const char *name)
{
	const char *path;

	if (folder[0] == '\0') {
		(void)snprintf(folder, sizeof(folder), "/dev/shm/hool-pack-XXXXXX");
		if (mkdtemp(folder) == NULL) {
			(void)snprintf(folder, sizeof(folder), "/var/tmp/hool-pack-XXXXXX");
			assert_non_null(mkdtemp(folder));
		}
		assert_int_equal(atexit(folder_remove), 0);
	}
	path = arena_printf(t->arena, "%s/%s", folder, name);
	(void)unlink(path);
	return path;
}

static const struct pack_head HEAD = {
	.kind = "backup", .program = "0.1", .schema = 3, .made_at = 1000, .seq = 7, .upto = 900
};

/* Bytes that compress and bytes that do not. */
static unsigned char *
sample(struct test *t, size_t n)
{
	unsigned char *b = arena_alloc(t->arena, n + 1);

	for (size_t i = 0; i < n; i++)
		b[i] = i % 5000 < 2500 ? (unsigned char)(i / 100) : (unsigned char)(i * i * 7 >> 3);
	return b;
}

static const char *
packed(struct test *t, const char *name, const unsigned char *bytes, size_t n,
       const struct pack_key *key)
{
	SCOPED(pack_out) struct pack_out *out = NULL;
	const char *path = fresh(t, name);

	EXPECT_OK(pack_begin(test_ctx(t), path, &HEAD, key, &out));
	for (size_t at = 0; at < n; at += 1000)
		EXPECT_OK(pack_put(test_ctx(t), out, bytes + at, n - at < 1000 ? n - at : 1000));
	EXPECT_OK(pack_end(test_ctx(t), out, NULL));
	return path;
}

static enum err
unpack_all(struct test *t, const char *path, const struct pack_key *key, unsigned char *into,
	   size_t n)
{
	SCOPED(pack_in) struct pack_in *in = NULL;

	TRY(pack_open(test_ctx(t), path, &in));
	TRY(pack_unlock(test_ctx(t), in, key));
	TRY(pack_get(test_ctx(t), in, into, n));
	return pack_done(test_ctx(t), in);
}

struct keys {
	struct pack_key shared, secret, public_key;
};

static struct keys
keys_make(struct test *t)
{
	const char *shared = fresh(t, "shared.key"), *secret = fresh(t, "secret.key"),
		   *public_key = fresh(t, "public.key");
	struct keys k;

	EXPECT_OK(pack_key_make_shared(test_ctx(t), shared));
	EXPECT_OK(pack_key_make_pair(test_ctx(t), secret, public_key));
	EXPECT_OK(pack_key_read(test_ctx(t), shared, &k.shared));
	EXPECT_OK(pack_key_read(test_ctx(t), secret, &k.secret));
	EXPECT_OK(pack_key_read(test_ctx(t), public_key, &k.public_key));
	EXPECT_ERR(ERR_CONFLICT, pack_key_make_shared(test_ctx(t), shared));
	EXPECT_ERR(ERR_CONFLICT, pack_key_make_pair(test_ctx(t), fresh(t, "x.key"), public_key));
	(void)unlink(shared);
	(void)unlink(secret);
	(void)unlink(public_key);
	return k;
}

TEST(packed_files_come_back_as_they_were)
{
	static const size_t SIZES[] = { 0, 1, 999, 65535, 65536, 65537, BIG };
	struct keys k = keys_make(t);
	const struct pack_key *lock[] = { NULL, &k.shared, &k.public_key, &k.secret };
	const struct pack_key *open[] = { NULL, &k.shared, &k.secret, &k.secret };
	unsigned char *bytes = sample(t, BIG), *got = arena_alloc(t->arena, BIG);

	for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++)
		for (size_t j = 0; j < sizeof(lock) / sizeof(lock[0]); j++) {
			const char *path = packed(t, "a.hool", bytes, SIZES[i], lock[j]);

			memset(got, 0, BIG);
			EXPECT_OK(unpack_all(t, path, open[j], got, SIZES[i]));
			EXPECT(memcmp(bytes, got, SIZES[i]) == 0);
			EXPECT_ERR(ERR_CORRUPT, unpack_all(t, path, open[j], got, SIZES[i] + 1));
			if (SIZES[i] > 0)
				EXPECT_ERR(ERR_CORRUPT,
					   unpack_all(t, path, open[j], got, SIZES[i] - 1));
			(void)unlink(path);
		}
}

TEST(the_header_is_read_without_a_key)
{
	struct keys k = keys_make(t);
	const char *path = packed(t, "b.hool", sample(t, 10), 10, &k.public_key);
	SCOPED(pack_in) struct pack_in *in = NULL;

	EXPECT_OK(pack_open(test_ctx(t), path, &in));
	EXPECT_TEXT("backup", pack_head(in)->kind);
	EXPECT_TEXT("public", pack_head(in)->cipher);
	EXPECT_INT(3, pack_head(in)->schema);
	EXPECT_INT(900, pack_head(in)->upto);
	(void)unlink(path);
}

/* The key of the error a file gives. */
static const char *
refusal(struct test *t, const char *path, const struct pack_key *key)
{
	struct ctx *cx = test_ctx(t);
	unsigned char got[64];
	const char *says;

	if (unpack_all(t, path, key, got, 10) == OK)
		return "";
	says = cx->error.key;
	ctx_forgive(cx);
	return says;
}

TEST(each_wrong_key_is_told_apart)
{
	struct keys k = keys_make(t), other = keys_make(t);
	const char *shared = packed(t, "c.hool", sample(t, 10), 10, &k.shared);
	const char *public_one = packed(t, "d.hool", sample(t, 10), 10, &k.public_key);

	EXPECT_TEXT("", refusal(t, shared, &k.shared));
	EXPECT_TEXT("err.pack_key_needed", refusal(t, shared, NULL));
	EXPECT_TEXT("err.pack_key_wrong", refusal(t, shared, &other.shared));
	EXPECT_TEXT("err.pack_key_wrong", refusal(t, shared, &k.secret));
	EXPECT_TEXT("", refusal(t, public_one, &k.secret));
	EXPECT_TEXT("err.pack_key_public", refusal(t, public_one, &k.public_key));
	EXPECT_TEXT("err.pack_key_wrong", refusal(t, public_one, &other.secret));
	EXPECT_TEXT("err.pack_key_wrong", refusal(t, public_one, &k.shared));
	(void)unlink(shared);
	(void)unlink(public_one);
}

static void
write_bytes(struct test *t, const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	(void)t;
	EXPECT(fd >= 0);
	EXPECT(write(fd, bytes, n) == (ssize_t)n);
	(void)close(fd);
}

TEST(cut_or_altered_at_any_byte_it_is_refused)
{
	struct keys k = keys_make(t);
	const struct pack_key *lock[] = { NULL, &k.public_key }, *open[] = { NULL, &k.secret };

	for (int j = 0; j < 2; j++) {
		const char *path = packed(t, "e.hool", sample(t, 10), 10, lock[j]);
		size_t n;
		char *bytes = test_read(t, path, &n);

		for (size_t i = 0; i < n; i++) {
			const char *says;

			write_bytes(t, path, bytes, i);
			says = refusal(t, path, open[j]);
			EXPECT(strcmp(says, "err.pack_short") == 0 ||
			       (i < 12 && strcmp(says, "err.pack_other") == 0));
			bytes[i] ^= 0x20;
			write_bytes(t, path, bytes, n);
			bytes[i] ^= 0x20;
			EXPECT(refusal(t, path, open[j])[0] != '\0');
		}
		write_bytes(t, path, bytes, n);
		EXPECT_TEXT("", refusal(t, path, open[j]));
		(void)unlink(path);
	}
}

/* One who alters an encrypted file may also mend its sum: the encryption still tells. */
TEST(a_mended_sum_does_not_help)
{
	struct keys k = keys_make(t);
	const char *path = packed(t, "f.hool", sample(t, 10), 10, &k.shared);
	size_t n;
	char *bytes = test_read(t, path, &n), *program = strstr(bytes + 12, "0.1");
	unsigned char sum[PACK_HASH];

	EXPECT(program != NULL);
	program[2] = '9'; /* only the header */
	(void)crypto_hash_sha256(sum, (const unsigned char *)bytes, n - PACK_HASH);
	memcpy(bytes + n - PACK_HASH, sum, PACK_HASH);
	write_bytes(t, path, bytes, n);
	EXPECT_TEXT("err.pack_altered", refusal(t, path, &k.shared));
	(void)unlink(path);
}

TEST(a_newer_form_is_told)
{
	const char *path = packed(t, "g.hool", sample(t, 10), 10, NULL);
	size_t n;
	char *bytes = test_read(t, path, &n), *format = strstr(bytes + 12, "\"format\":1");

	EXPECT(format != NULL);
	format[9] = '2';
	write_bytes(t, path, bytes, n);
	EXPECT_TEXT("err.pack_newer", refusal(t, path, NULL));
	write_bytes(t, path, "something else altogether", 25);
	EXPECT_TEXT("err.pack_other", refusal(t, path, NULL));
	(void)unlink(path);
	EXPECT_TEXT("err.keep_read", refusal(t, path, NULL));
}

TEST(a_file_appears_when_it_is_whole_and_over_no_other)
{
	SCOPED(pack_out) struct pack_out *out = NULL, *second = NULL;
	const char *path = fresh(t, "h.hool"), *part = fresh(t, "h.hool.part");

	EXPECT_OK(pack_begin(test_ctx(t), path, &HEAD, NULL, &out));
	EXPECT_OK(pack_put(test_ctx(t), out, "abc", 3));
	EXPECT(access(path, F_OK) != 0);
	pack_out_free(out);
	out = NULL;
	EXPECT(access(part, F_OK) != 0);

	EXPECT_OK(pack_begin(test_ctx(t), path, &HEAD, NULL, &out));
	write_bytes(t, path, "mine", 4); /* comes to stand there meanwhile */
	EXPECT_ERR(ERR_CONFLICT, pack_end(test_ctx(t), out, NULL));
	EXPECT_ERR(ERR_CONFLICT, pack_begin(test_ctx(t), path, &HEAD, NULL, &second));
	EXPECT_ERR(ERR_IO, pack_begin(test_ctx(t), "/nowhere/at/all", &HEAD, NULL, &second));
	(void)unlink(path);
}

TEST(key_files_that_are_none_are_refused)
{
	static const char *const BAD[] = {
		"",
		"hool-shared-key",
		"hool-shared-key ",
		"hool-shared-key 00",
		"other-key 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"hool-shared-key 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g",
		("hool-shared-key "
		 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00"),
		"hool-shared-key  000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	};
	static const char GOOD[] =
		"hool-shared-key "
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
	const char *path = fresh(t, "i.key");
	struct pack_key key;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		write_bytes(t, path, BAD[i], strlen(BAD[i]));
		EXPECT_ERR(ERR_INVALID, pack_key_read(test_ctx(t), path, &key));
	}
	write_bytes(t, path, GOOD, strlen(GOOD));
	EXPECT_OK(pack_key_read(test_ctx(t), path, &key));
	EXPECT_INT(31, key.bytes[31]);
	EXPECT_INT(0, chmod(path, 0640));
	EXPECT_ERR(ERR_DENIED, pack_key_read(test_ctx(t), path, &key));
	(void)unlink(path);
	EXPECT_ERR(ERR_IO, pack_key_read(test_ctx(t), path, &key));
}
