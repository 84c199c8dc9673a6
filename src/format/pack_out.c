/* Writing packed files. See pack.h. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "format/pack_int.h"

struct pack_out {
	int fd;
	char *path, *part;
	bool encrypted, named, zipping;
	crypto_secretstream_xchacha20poly1305_state stream;
	crypto_hash_sha256_state sum;
	unsigned char head_hash[PACK_HASH]; /* vouched for by each chunk */
	z_stream zip;
	unsigned char chunk[PACK_CHUNK]; /* compressed, filling */
	unsigned char room[4 + PACK_CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES];
};

static enum err
io_fail(struct ctx *cx, const char *path)
{
	if (errno == EEXIST)
		return fail(cx, ERR_CONFLICT, "err.file_exists", path);
	if (errno == ENOSPC || errno == EDQUOT)
		return fail(cx, ERR_IO, "err.disk_full");
	return fail(cx, ERR_IO, "err.keep_write", path, strerror(errno));
}

void
pack_out_free(struct pack_out *p)
{
	if (p == NULL)
		return;
	if (p->zipping)
		(void)deflateEnd(&p->zip);
	if (p->fd >= 0) {
		(void)close(p->fd);
		if (!p->named)
			(void)unlink(p->part);
	}
	sodium_memzero(&p->stream, sizeof(p->stream));
	free(p->path);
	free(p->part);
	free(p);
}

static enum err
write_all(struct ctx *cx, struct pack_out *p, const unsigned char *bytes, size_t n)
{
	crypto_hash_sha256_update(&p->sum, bytes, n);
	while (n > 0) {
		ssize_t done = write(p->fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return io_fail(cx, p->path);
		bytes += done;
		n -= (size_t)done;
	}
	return OK;
}

/* The stream's key, locked, in hexadecimal. */
static const char *
lock_key(struct ctx *cx, const struct pack_key *key, const unsigned char *stream_key)
{
	unsigned char locked[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + 32 + 64];
	unsigned char public_key[32];
	size_t n;

	if (key->kind == PACK_SHARED) {
		n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + 32;
		randombytes_buf(locked, crypto_secretbox_NONCEBYTES);
		(void)crypto_secretbox_easy(locked + crypto_secretbox_NONCEBYTES, stream_key, 32,
					    locked, key->bytes);
	} else {
		n = crypto_box_SEALBYTES + 32;
		memcpy(public_key, key->bytes, sizeof(public_key));
		if (key->kind == PACK_SECRET)
			(void)crypto_scalarmult_base(public_key, key->bytes);
		(void)crypto_box_seal(locked, stream_key, 32, public_key);
	}
	return text_hex(cx->arena, locked, n);
}

static void
head_json(struct json_out *j, const struct pack_head *h, const char *cipher, const char *lock,
	  const char *stream)
{
	json_map(j);
	json_pair_text(j, "kind", h->kind);
	json_pair_int(j, "format", PACK_FORMAT);
	json_pair_text(j, "program", h->program);
	json_pair_int(j, "schema", h->schema);
	json_pair_int(j, "made_at", h->made_at);
	json_pair_text(j, "run", h->run == NULL ? "" : h->run);
	json_pair_int(j, "seq", h->seq);
	json_pair_int(j, "upto", h->upto);
	json_pair_text(j, "before", h->before == NULL ? "" : h->before);
	json_pair_text(j, "cipher", cipher);
	json_pair_text(j, "lock", lock);
	json_pair_text(j, "stream", stream);
	json_map_end(j);
}

static enum err
head_write(struct ctx *cx, struct pack_out *p, const struct pack_head *head,
	   const struct pack_key *key)
{
	unsigned char stream_key[crypto_secretstream_xchacha20poly1305_KEYBYTES], length[4];
	unsigned char start[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
	const char *lock = "", *stream = "";
	SCOPED_BUF b;
	struct json_out j;

	if (p->encrypted) {
		crypto_secretstream_xchacha20poly1305_keygen(stream_key);
		(void)crypto_secretstream_xchacha20poly1305_init_push(&p->stream, start,
								      stream_key);
		lock = lock_key(cx, key, stream_key);
		stream = text_hex(cx->arena, start, sizeof(start));
		sodium_memzero(stream_key, sizeof(stream_key));
	}
	buf_init(&b, PACK_HEADER);
	json_out_init(&j, &b);
	head_json(&j, head,
		  !p->encrypted		     ? "none"
		  : key->kind == PACK_SHARED ? "shared"
					     : "public",
		  lock, stream);
	TRY(json_done(cx, &j));
	(void)crypto_hash_sha256(p->head_hash, (const unsigned char *)b.bytes, b.len);
	pack_put32(length, (uint32_t)b.len);
	TRY(write_all(cx, p, (const unsigned char *)PACK_MAGIC, PACK_MAGIC_LEN));
	TRY(write_all(cx, p, length, sizeof(length)));
	return write_all(cx, p, (const unsigned char *)b.bytes, b.len);
}

enum err
pack_begin(struct ctx *cx, const char *path, const struct pack_head *head,
	   const struct pack_key *key, struct pack_out **ret)
{
	SCOPED(pack_out) struct pack_out *p = mem_new(sizeof(*p));

	p->fd = -1;
	p->encrypted = key != NULL;
	p->path = strdup(path);
	if (p->path == NULL || asprintf(&p->part, "%s.part", path) < 0)
		BUG("out of memory");
	if (key != NULL && key->kind > PACK_SECRET)
		return fail(cx, ERR_INVALID, "err.key_kind", path);
	if (access(path, F_OK) == 0)
		return fail(cx, ERR_CONFLICT, "err.file_exists", path);
	p->fd = open(p->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (p->fd < 0)
		return io_fail(cx, path);
	if (deflateInit(&p->zip, 1) != Z_OK)
		BUG("zlib");
	p->zipping = true;
	p->zip.next_out = p->chunk;
	p->zip.avail_out = PACK_CHUNK;
	(void)crypto_hash_sha256_init(&p->sum);
	TRY(head_write(cx, p, head, key));
	*ret = p;
	p = NULL;
	return OK;
}

static enum err
chunk_write(struct ctx *cx, struct pack_out *p, bool last)
{
	size_t n = PACK_CHUNK - p->zip.avail_out;
	unsigned long long len = n;

	if (p->encrypted)
		(void)crypto_secretstream_xchacha20poly1305_push(
			&p->stream, p->room + 4, &len, p->chunk, n, p->head_hash,
			sizeof(p->head_hash),
			last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
	else
		memcpy(p->room + 4, p->chunk, n);
	pack_put32(p->room, (uint32_t)len | (last ? PACK_LAST : 0));
	p->zip.next_out = p->chunk;
	p->zip.avail_out = PACK_CHUNK;
	return write_all(cx, p, p->room, 4 + (size_t)len);
}

enum err
pack_put(struct ctx *cx, struct pack_out *p, const void *bytes, size_t n)
{
	memcpy(&p->zip.next_in, &bytes, sizeof(bytes)); /* read only, but zlib does not say const */
	p->zip.avail_in = (uInt)n;
	if (n > 1u << 30)
		BUG("too much at once");
	while (p->zip.avail_in > 0) {
		if (deflate(&p->zip, Z_NO_FLUSH) != Z_OK)
			BUG("zlib");
		if (p->zip.avail_out == 0)
			TRY(chunk_write(cx, p, false));
	}
	return OK;
}

static enum err
zip_end(struct ctx *cx, struct pack_out *p)
{
	for (;;) {
		int code = deflate(&p->zip, Z_FINISH);

		if (code == Z_STREAM_END)
			return chunk_write(cx, p, true);
		if (code != Z_OK && code != Z_BUF_ERROR)
			BUG("zlib");
		TRY(chunk_write(cx, p, false));
	}
}

static enum err
name_file(struct ctx *cx, struct pack_out *p)
{
	const char *folder = dirname(arena_strdup(cx->arena, p->path));
	bool failed;
	int fd;

	if (fsync(p->fd) != 0)
		return io_fail(cx, p->path);
	if (renameat2(AT_FDCWD, p->part, AT_FDCWD, p->path, RENAME_NOREPLACE) != 0)
		return io_fail(cx, p->path);
	p->named = true;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	failed = fd < 0 || fsync(fd) != 0;
	if (fd >= 0)
		(void)close(fd);
	return failed ? io_fail(cx, p->path) : OK;
}

enum err
pack_end(struct ctx *cx, struct pack_out *p, unsigned char *ret_hash)
{
	crypto_hash_sha256_state before;
	unsigned char hash[PACK_HASH];

	TRY(zip_end(cx, p));
	before = p->sum;
	(void)crypto_hash_sha256_final(&before, hash);
	TRY(write_all(cx, p, hash, sizeof(hash)));
	TRY(name_file(cx, p));
	if (ret_hash != NULL)
		memcpy(ret_hash, hash, sizeof(hash));
	return OK;
}
