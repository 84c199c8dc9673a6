/* See image.h. */
#include "keep/image.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static void
put_big(unsigned char *b, int bytes, uint64_t n)
{
	for (int i = 0; i < bytes; i++)
		b[i] = (unsigned char)(n >> (8 * (bytes - 1 - i)));
}

static uint64_t
get_big(const unsigned char *b, int bytes)
{
	uint64_t n = 0;

	for (int i = 0; i < bytes; i++)
		n = n << 8 | b[i];
	return n;
}

enum err
image_put(struct ctx *cx, struct pack_out *out, uint64_t at, const void *bytes, uint32_t n)
{
	unsigned char head[13] = { 'D' };

	put_big(head + 1, 8, at);
	put_big(head + 9, 4, n);
	TRY(pack_put(cx, out, head, sizeof(head)));
	return pack_put(cx, out, bytes, n);
}

enum err
image_put_manifest(struct ctx *cx, struct pack_out *out, const struct manifest *m)
{
	unsigned char head[5] = { 'M' };
	SCOPED_BUF b;

	buf_init(&b, MAX_MANIFEST);
	TRY(manifest_write(cx, m, &b));
	put_big(head + 1, 4, b.len);
	TRY(pack_put(cx, out, head, sizeof(head)));
	return pack_put(cx, out, b.bytes, b.len);
}

static enum err
write_at(struct ctx *cx, int fd, const unsigned char *bytes, size_t n, off_t at)
{
	while (fd >= 0 && n > 0) {
		ssize_t done = pwrite(fd, bytes, n, at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return errno == ENOSPC ? fail(cx, ERR_IO, "err.disk_full")
					       : fail(cx, ERR_IO, "err.io");
		bytes += done;
		at += done;
		n -= (size_t)done;
	}
	return OK;
}

static enum err
altered(struct ctx *cx, const char *name)
{
	return fail(cx, ERR_CORRUPT, "err.pack_altered", name);
}

/* One piece into its place; `sum` goes over the pieces. */
static enum err
piece_apply(struct ctx *cx, struct pack_in *in, const char *name, int fd,
	    crypto_hash_sha256_state *sum)
{
	unsigned char head[12], bytes[IMAGE_PIECE];
	uint64_t at, n;

	TRY(pack_get(cx, in, head, sizeof(head)));
	at = get_big(head, 8);
	n = get_big(head + 8, 4);
	if (n > sizeof(bytes) || at > IMAGE_MOST)
		return altered(cx, name);
	TRY(pack_get(cx, in, bytes, n));
	crypto_hash_sha256_update(sum, bytes, n);
	return write_at(cx, fd, bytes, n, (off_t)at);
}

static enum err
manifest_take(struct ctx *cx, struct pack_in *in, const char *name, struct manifest *ret)
{
	unsigned char head[4];
	uint64_t n;
	char *bytes;

	TRY(pack_get(cx, in, head, sizeof(head)));
	n = get_big(head, 4);
	if (n > MAX_MANIFEST)
		return altered(cx, name);
	bytes = arena_alloc(cx->arena, n + 1);
	TRY(pack_get(cx, in, bytes, n));
	TRY(pack_done(cx, in));
	return manifest_parse(cx, name, bytes, n, ret);
}

enum err
image_apply(struct ctx *cx, struct pack_in *in, const char *name, int fd, struct manifest *ret)
{
	crypto_hash_sha256_state sum;
	unsigned char hash[crypto_hash_sha256_BYTES];
	struct manifest m = { 0 };
	char what;

	(void)crypto_hash_sha256_init(&sum);
	for (;;) {
		TRY(pack_get(cx, in, &what, 1));
		if (what == 'M')
			break;
		if (what != 'D')
			return altered(cx, name);
		TRY(piece_apply(cx, in, name, fd, &sum));
	}
	TRY(manifest_take(cx, in, name, &m));
	crypto_hash_sha256_final(&sum, hash);
	if (!text_equal(m.sha256, text_hex(cx->arena, hash, sizeof(hash))) ||
	    (uint64_t)m.size > IMAGE_MOST)
		return altered(cx, name);
	if (fd >= 0 && ftruncate(fd, (off_t)m.size) != 0)
		return fail(cx, ERR_IO, "err.io");
	*ret = m;
	return OK;
}
