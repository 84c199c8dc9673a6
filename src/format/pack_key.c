/* Key files. See pack.h. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "format/pack.h"

#define KEY_LINE 128 /* bytes of a key file, at most */

static const char *const NAMES[] = { [PACK_NO_KEY] = "",
				     [PACK_SHARED] = "hool-shared-key",
				     [PACK_PUBLIC] = "hool-public-key",
				     [PACK_SECRET] = "hool-secret-key",
				     [PACK_SEAL_SECRET] = "hool-seal-secret-key",
				     [PACK_SEAL_PUBLIC] = "hool-seal-public-key" };

static bool
is_public(const struct pack_key *key)
{
	return key->kind == PACK_PUBLIC || key->kind == PACK_SEAL_PUBLIC;
}

static enum err
file_line(struct ctx *cx, const char *path, char *line, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return fail(cx, ERR_IO, "err.key_file", path, strerror(errno));
	n = fstat(fd, st) == 0 ? read(fd, line, KEY_LINE) : -1;
	(void)close(fd);
	if (n < 0)
		return fail(cx, ERR_IO, "err.key_file", path, strerror(errno));
	line[n == KEY_LINE ? 0 : n] = '\0'; /* too long: no key */
	line[strcspn(line, "\r\n")] = '\0';
	return OK;
}

enum err
pack_key_read(struct ctx *cx, const char *path, struct pack_key *ret)
{
	struct pack_key key = { PACK_NO_KEY, { 0 } };
	char line[KEY_LINE + 1];
	const char *hex;
	struct stat st;
	size_t n = 0;

	TRY(file_line(cx, path, line, &st));
	hex = strchr(line, ' ');
	for (int k = PACK_SHARED; hex != NULL && k <= PACK_SEAL_PUBLIC; k++)
		if (strlen(NAMES[k]) == (size_t)(hex - line) && text_starts(line, NAMES[k]))
			key.kind = (enum pack_key_kind)k;
	if (key.kind == PACK_NO_KEY ||
	    sodium_hex2bin(key.bytes, sizeof(key.bytes), hex + 1, strlen(hex + 1), NULL, &n,
			   NULL) != 0 ||
	    n != sizeof(key.bytes) || strlen(hex + 1) != 2 * sizeof(key.bytes)) {
		sodium_memzero(line, sizeof(line));
		return fail(cx, ERR_INVALID, "err.key_form", path);
	}
	sodium_memzero(line, sizeof(line));
	if (!is_public(&key) && (st.st_mode & 077) != 0)
		return fail(cx, ERR_DENIED, "err.key_rights", path);
	*ret = key;
	return OK;
}

static enum err
key_write(struct ctx *cx, const char *path, const struct pack_key *key)
{
	const char *line = arena_printf(cx->arena, "%s %s\n", NAMES[key->kind],
					text_hex(cx->arena, key->bytes, sizeof(key->bytes)));
	size_t n = strlen(line);
	bool failed;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_public(key) ? 0644 : 0600);
	if (fd < 0 && errno == EEXIST)
		return fail(cx, ERR_CONFLICT, "err.file_exists", path);
	if (fd < 0)
		return fail(cx, ERR_IO, "err.key_file", path, strerror(errno));
	failed = write(fd, line, n) != (ssize_t)n || fsync(fd) != 0;
	(void)close(fd);
	return failed ? fail(cx, ERR_IO, "err.key_file", path, strerror(errno)) : OK;
}

enum err
pack_key_make_shared(struct ctx *cx, const char *path)
{
	struct pack_key key = { .kind = PACK_SHARED };

	randombytes_buf(key.bytes, sizeof(key.bytes));
	return key_write(cx, path, &key);
}

enum err
pack_key_make_pair(struct ctx *cx, const char *secret, const char *public_path)
{
	struct pack_key s = { .kind = PACK_SECRET }, p = { .kind = PACK_PUBLIC };

	_Static_assert(crypto_box_SECRETKEYBYTES == 32 && crypto_box_PUBLICKEYBYTES == 32, "keys");
	if (access(public_path, F_OK) == 0)
		return fail(cx, ERR_CONFLICT, "err.file_exists", public_path);
	(void)crypto_box_keypair(p.bytes, s.bytes);
	TRY(key_write(cx, secret, &s));
	return key_write(cx, public_path, &p);
}

enum err
pack_key_make_seal(struct ctx *cx, const char *secret, const char *public_path)
{
	struct pack_key s = { .kind = PACK_SEAL_SECRET }, p = { .kind = PACK_SEAL_PUBLIC };
	unsigned char both[crypto_sign_SECRETKEYBYTES];

	_Static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_PUBLICKEYBYTES == 32, "keys");
	if (access(public_path, F_OK) == 0)
		return fail(cx, ERR_CONFLICT, "err.file_exists", public_path);
	randombytes_buf(s.bytes, sizeof(s.bytes));
	(void)crypto_sign_seed_keypair(p.bytes, both, s.bytes);
	sodium_memzero(both, sizeof(both));
	TRY(key_write(cx, secret, &s));
	return key_write(cx, public_path, &p);
}
