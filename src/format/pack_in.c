/* Reading packed files. See pack.h. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/text.h"
#include "format/json.h"
#include "format/pack_int.h"

#define ABYTES crypto_secretstream_xchacha20poly1305_ABYTES

struct pack_in {
	int fd;
	bool own_fd, encrypted, unlocked, zipping;
	bool last;     /* the last chunk has been read */
	bool finished; /* and its bytes unpacked */
	const char *name;
	struct pack_head head;
	const char *lock, *stream_start; /* hexadecimal */
	unsigned char head_hash[PACK_HASH], hash[PACK_HASH];
	off_t at, end; /* next chunk; where the chunks end */
	crypto_secretstream_xchacha20poly1305_state stream;
	z_stream zip;
	unsigned char room[PACK_CHUNK + ABYTES];
	unsigned char chunk[PACK_CHUNK];
};

void
pack_in_free(struct pack_in *p)
{
	if (p == NULL)
		return;
	if (p->zipping)
		(void)inflateEnd(&p->zip);
	if (p->own_fd)
		(void)close(p->fd);
	sodium_memzero(&p->stream, sizeof(p->stream));
	free(p);
}

const struct pack_head *
pack_head(const struct pack_in *p)
{
	return &p->head;
}

const unsigned char *
pack_hash(const struct pack_in *p)
{
	return p->hash;
}

static enum err
altered(struct ctx *cx, const struct pack_in *p)
{
	return fail(cx, ERR_CORRUPT, "err.pack_altered", p->name);
}

/* Exactly so many bytes from a place of the file. */
static enum err
read_at(struct ctx *cx, const struct pack_in *p, void *into, size_t n, off_t at)
{
	unsigned char *to = into;

	while (n > 0) {
		ssize_t got = pread(p->fd, to, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(cx, ERR_IO, "err.keep_read", p->name, strerror(errno));
		if (got == 0)
			return fail(cx, ERR_CORRUPT, "err.pack_short", p->name);
		to += got;
		at += got;
		n -= (size_t)got;
	}
	return OK;
}

/* ---- the whole file ---- */

/* Walk the chunks to the last: is the file's end where it should be? */
static enum err
chunks_walk(struct ctx *cx, struct pack_in *p, off_t size)
{
	unsigned char length[4];
	off_t at = p->at;
	uint32_t n;

	do {
		if (at + 4 > size)
			return fail(cx, ERR_CORRUPT, "err.pack_short", p->name);
		TRY(read_at(cx, p, length, sizeof(length), at));
		n = pack_get32(length);
		if ((n & ~PACK_LAST) > PACK_CHUNK + ABYTES)
			return altered(cx, p);
		at += 4 + (off_t)(n & ~PACK_LAST);
	} while ((n & PACK_LAST) == 0);
	if (at + PACK_HASH > size)
		return fail(cx, ERR_CORRUPT, "err.pack_short", p->name);
	if (at + PACK_HASH != size)
		return altered(cx, p);
	p->end = at;
	return OK;
}

static enum err
whole_hash(struct ctx *cx, struct pack_in *p)
{
	crypto_hash_sha256_state st;
	unsigned char kept[PACK_HASH];

	(void)crypto_hash_sha256_init(&st);
	for (off_t at = 0; at < p->end;) {
		size_t n = p->end - at < (off_t)sizeof(p->room) ? (size_t)(p->end - at)
								: sizeof(p->room);

		TRY(read_at(cx, p, p->room, n, at));
		(void)crypto_hash_sha256_update(&st, p->room, n);
		at += (off_t)n;
	}
	(void)crypto_hash_sha256_final(&st, p->hash);
	TRY(read_at(cx, p, kept, sizeof(kept), p->end));
	return memcmp(kept, p->hash, sizeof(kept)) == 0 ? OK : altered(cx, p);
}

/* ---- the header ---- */

static enum err
head_fields(struct ctx *cx, struct pack_in *p, struct json *j)
{
	struct pack_head *h = &p->head;

	TRY(json_text(cx, j, "kind", false, &h->kind));
	TRY(json_text(cx, j, "program", false, &h->program));
	TRY(json_int(cx, j, "schema", false, 0, 9999, &h->schema));
	TRY(json_int(cx, j, "made_at", false, 0, INT64_MAX, &h->made_at));
	TRY(json_text(cx, j, "run", false, &h->run));
	TRY(json_int(cx, j, "seq", false, 0, INT64_MAX, &h->seq));
	TRY(json_int(cx, j, "upto", false, 0, INT64_MAX, &h->upto));
	TRY(json_text(cx, j, "before", false, &h->before));
	TRY(json_text(cx, j, "cipher", false, &h->cipher));
	TRY(json_text(cx, j, "lock", false, &p->lock));
	return json_text(cx, j, "stream", false, &p->stream_start);
}

static enum err
head_parse(struct ctx *cx, struct pack_in *p, const char *bytes, size_t n)
{
	struct json *j = NULL;

	(void)crypto_hash_sha256(p->head_hash, (const unsigned char *)bytes, n);
	if (json_parse(cx, p->name, bytes, n, &j) != OK ||
	    json_int(cx, j, "format", false, 1, INT64_MAX, &p->head.format) != OK) {
		ctx_forgive(cx);
		return altered(cx, p);
	}
	if (p->head.format > PACK_FORMAT)
		return fail(cx, ERR_CONFLICT, "err.pack_newer", p->name);
	if (head_fields(cx, p, j) != OK) {
		ctx_forgive(cx);
		return altered(cx, p);
	}
	p->encrypted = !text_equal(p->head.cipher, "none");
	return OK;
}

static enum err
head_read(struct ctx *cx, struct pack_in *p, off_t size)
{
	unsigned char start[PACK_MAGIC_LEN + 4];
	uint32_t n;
	char *bytes;

	if (size < (off_t)sizeof(start))
		return fail(cx, ERR_INVALID, "err.pack_other", p->name);
	TRY(read_at(cx, p, start, sizeof(start), 0));
	if (memcmp(start, PACK_MAGIC, PACK_MAGIC_LEN) != 0)
		return fail(cx, ERR_INVALID, "err.pack_other", p->name);
	n = pack_get32(start + PACK_MAGIC_LEN);
	if (n > PACK_HEADER)
		return altered(cx, p);
	bytes = arena_alloc(cx->arena, n + 1);
	TRY(read_at(cx, p, bytes, n, sizeof(start)));
	p->at = (off_t)sizeof(start) + n;
	return head_parse(cx, p, bytes, n);
}

enum err
pack_open_fd(struct ctx *cx, int fd, const char *name, struct pack_in **ret)
{
	SCOPED(pack_in) struct pack_in *p = calloc(1, sizeof(*p));
	struct stat st;

	if (p == NULL)
		BUG("out of memory");
	p->fd = fd;
	p->name = arena_strdup(cx->arena, name);
	if (fstat(fd, &st) != 0)
		return fail(cx, ERR_IO, "err.keep_read", name, strerror(errno));
	TRY(head_read(cx, p, st.st_size));
	TRY(chunks_walk(cx, p, st.st_size));
	TRY(whole_hash(cx, p));
	*ret = p;
	p = NULL;
	return OK;
}

enum err
pack_open(struct ctx *cx, const char *path, struct pack_in **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct pack_in *p = NULL;
	enum err e;

	if (fd < 0)
		return fail(cx, errno == ENOENT ? ERR_NOTFOUND : ERR_IO, "err.keep_read", path,
			    strerror(errno));
	e = pack_open_fd(cx, fd, path, &p);
	if (e != OK) {
		(void)close(fd);
		return e;
	}
	p->own_fd = true;
	*ret = p;
	return OK;
}

enum err
pack_peek(struct ctx *cx, const char *path, struct pack_head *ret)
{
	SCOPED(pack_in) struct pack_in *p = calloc(1, sizeof(*p));
	struct stat st;

	if (p == NULL)
		BUG("out of memory");
	p->name = path;
	p->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0)
		return fail(cx, ERR_IO, "err.keep_read", path, strerror(errno));
	p->own_fd = true;
	if (fstat(p->fd, &st) != 0)
		return fail(cx, ERR_IO, "err.keep_read", path, strerror(errno));
	TRY(head_read(cx, p, st.st_size));
	*ret = p->head;
	return OK;
}

/* ---- the key ---- */

/* The stream's key out of the lock; false: this key does not open it. */
static bool
unlock_key(const struct pack_in *p, const struct pack_key *key, unsigned char *ret)
{
	unsigned char locked[256], public_key[32];
	size_t n = 0;

	if (sodium_hex2bin(locked, sizeof(locked), p->lock, strlen(p->lock), NULL, &n, NULL) != 0)
		return false;
	if (key->kind == PACK_SHARED)
		return text_equal(p->head.cipher, "shared") &&
		       n == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + 32 &&
		       crypto_secretbox_open_easy(ret, locked + crypto_secretbox_NONCEBYTES,
						  n - crypto_secretbox_NONCEBYTES, locked,
						  key->bytes) == 0;
	(void)crypto_scalarmult_base(public_key, key->bytes);
	return text_equal(p->head.cipher, "public") && n == crypto_box_SEALBYTES + 32 &&
	       crypto_box_seal_open(ret, locked, n, public_key, key->bytes) == 0;
}

static enum err
unlock(struct ctx *cx, struct pack_in *p, const struct pack_key *key)
{
	unsigned char stream_key[32], start[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
	size_t n = 0;

	if (key == NULL)
		return fail(cx, ERR_DENIED, "err.pack_key_needed", p->name);
	if (key->kind == PACK_PUBLIC)
		return fail(cx, ERR_DENIED, "err.pack_key_public", p->name);
	if (key->kind > PACK_SECRET || !unlock_key(p, key, stream_key))
		return fail(cx, ERR_DENIED, "err.pack_key_wrong", p->name);
	if (sodium_hex2bin(start, sizeof(start), p->stream_start, strlen(p->stream_start), NULL, &n,
			   NULL) != 0 ||
	    n != sizeof(start) ||
	    crypto_secretstream_xchacha20poly1305_init_pull(&p->stream, start, stream_key) != 0)
		return altered(cx, p);
	sodium_memzero(stream_key, sizeof(stream_key));
	return OK;
}

enum err
pack_unlock(struct ctx *cx, struct pack_in *p, const struct pack_key *key)
{
	if (p->encrypted)
		TRY(unlock(cx, p, key));
	if (inflateInit(&p->zip) != Z_OK)
		BUG("zlib");
	p->zipping = p->unlocked = true;
	return OK;
}

/* ---- the bytes ---- */

static enum err
chunk_next(struct ctx *cx, struct pack_in *p)
{
	unsigned char length[4], tag = 0;
	unsigned long long len = 0;
	size_t n;

	if (p->last)
		return altered(cx, p);
	TRY(read_at(cx, p, length, sizeof(length), p->at));
	p->last = (pack_get32(length) & PACK_LAST) != 0;
	n = pack_get32(length) & ~PACK_LAST;
	if (n > PACK_CHUNK + (p->encrypted ? ABYTES : 0))
		return altered(cx, p);
	TRY(read_at(cx, p, p->room, n, p->at + 4));
	p->at += 4 + (off_t)n;
	if (!p->encrypted) {
		memcpy(p->chunk, p->room, n);
		len = n;
	} else if (crypto_secretstream_xchacha20poly1305_pull(&p->stream, p->chunk, &len, &tag,
							      p->room, n, p->head_hash,
							      sizeof(p->head_hash)) != 0 ||
		   (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) != p->last) {
		return altered(cx, p);
	}
	p->zip.next_in = p->chunk;
	p->zip.avail_in = (uInt)len;
	return OK;
}

enum err
pack_get(struct ctx *cx, struct pack_in *p, void *into, size_t n)
{
	int code;

	if (!p->unlocked || n > 1u << 30)
		BUG("a packed file not open for this");
	p->zip.next_out = into;
	p->zip.avail_out = (uInt)n;
	while (p->zip.avail_out > 0) {
		if (p->finished)
			return altered(cx, p);
		if (p->zip.avail_in == 0)
			TRY(chunk_next(cx, p));
		code = inflate(&p->zip, Z_NO_FLUSH);
		p->finished = code == Z_STREAM_END;
		if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
			return altered(cx, p);
	}
	return OK;
}

enum err
pack_done(struct ctx *cx, struct pack_in *p)
{
	unsigned char more;

	/* The end of the stream may be yet to be read, with no byte before it. */
	while (!p->finished) {
		int code;

		if (p->zip.avail_in == 0)
			TRY(chunk_next(cx, p));
		p->zip.next_out = &more;
		p->zip.avail_out = 1;
		code = inflate(&p->zip, Z_NO_FLUSH);
		p->finished = code == Z_STREAM_END;
		if (p->zip.avail_out == 0 ||
		    (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR))
			return altered(cx, p);
	}
	return p->last && p->zip.avail_in == 0 ? OK : altered(cx, p);
}
