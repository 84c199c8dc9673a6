/* See seal.h. */
#include "keep/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/text.h"

#define FORM "hool-seal 1"
#define DAY 86400
#define MAX_SEAL (1024u * 1024) /* bytes of one */

/* ---- reading ---- */

static bool
hex_32(const char *s, unsigned char *ret)
{
	size_t n = 0;

	return strlen(s) == 64 && sodium_hex2bin(ret, 32, s, 64, NULL, &n, NULL) == 0 && n == 32;
}

/* "2026-11-23T10:15:00Z" */
static bool
read_time(struct ctx *cx, const char *s, int64_t *ret)
{
	int64_t hour, minute, second;
	int32_t day;

	if (strlen(s) != 20 || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'Z' ||
	    !civil_parse(arena_strndup(cx->arena, s, 10), &day) ||
	    !text_int(arena_strndup(cx->arena, s + 11, 2), 0, 23, &hour) ||
	    !text_int(arena_strndup(cx->arena, s + 14, 2), 0, 59, &minute) ||
	    !text_int(arena_strndup(cx->arena, s + 17, 2), 0, 59, &second))
		return false;
	*ret = (int64_t)day * DAY + hour * 3600 + minute * 60 + second;
	return true;
}

static bool
read_chain(struct ctx *cx, char *s, struct seal *seal)
{
	struct history_head *grown = ARENA_ARRAY(cx->arena, seal->nchains + 1, struct history_head);
	struct history_head h = { 0 };
	char *chain = strsep(&s, " "), *last = strsep(&s, " "), *hash = strsep(&s, " ");

	if (hash == NULL || s != NULL || !text_int(chain, 1, INT64_MAX, &h.chain) ||
	    !text_int(last, 1, INT64_MAX, &h.seq) || !hex_32(hash, h.hash))
		return false;
	if (seal->nchains > 0) {
		memcpy(grown, seal->chains, seal->nchains * sizeof(*grown));
		if (h.chain <= grown[seal->nchains - 1].chain)
			return false;
	}
	grown[seal->nchains++] = h;
	seal->chains = grown;
	return true;
}

/* What is read of a seal besides the seal itself. */
struct reading {
	unsigned char before[PACK_HASH];
	unsigned char signature[crypto_sign_BYTES];
	size_t signed_len;
	int lines;
};

static bool
read_line(struct ctx *cx, char *line, struct seal *seal, struct reading *r)
{
	char *value = strchr(line, ' ');
	size_t n = 0;

	if (value == NULL)
		return false;
	*value++ = '\0';
	switch (r->lines) {
	case 1:
		return text_equal(line, "number") && text_int(value, 1, INT64_MAX, &seal->number);
	case 2:
		return text_equal(line, "at") && read_time(cx, value, &seal->at);
	case 3:
		if (text_equal(line, "chain")) {
			r->lines--; /* as many as there are */
			return read_chain(cx, value, seal);
		}
		return text_equal(line, "before") && hex_32(value, r->before);
	case 4:
		return text_equal(line, "key") && hex_32(value, seal->key);
	case 5:
		return text_equal(line, "signature") && strlen(value) == 2 * crypto_sign_BYTES &&
		       sodium_hex2bin(r->signature, sizeof(r->signature), value, strlen(value),
				      NULL, &n, NULL) == 0;
	default:
		return false;
	}
}

static bool
read_seal(struct ctx *cx, const char *text, size_t len, struct seal *seal, struct reading *r)
{
	const char *at = text, *end = text + len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		char *line;

		if (stop == NULL)
			return false;
		line = arena_strndup(cx->arena, at, (size_t)(stop - at));
		if (r->lines == 0 ? !text_equal(line, FORM) : !read_line(cx, line, seal, r))
			return false;
		if (r->lines == 4)
			r->signed_len = (size_t)(stop + 1 - text);
		r->lines++;
		at = stop + 1;
	}
	return r->lines == 6;
}

static enum err
seal_wrong(struct ctx *cx, const char *key, int64_t number)
{
	return fail(cx, ERR_CORRUPT, key, text_from_int(cx->arena, number));
}

/* The seal against the one before it (NULL: it is the first) and the key. */
static enum err
seal_check(struct ctx *cx, const struct seal *s, const struct reading *r, const struct seal *before,
	   const unsigned char *key)
{
	unsigned char none[PACK_HASH] = { 0 };

	if (memcmp(s->key, key, sizeof(s->key)) != 0 ||
	    crypto_sign_verify_detached(r->signature, (const unsigned char *)s->text, r->signed_len,
					key) != 0)
		return seal_wrong(cx, "err.seal_signature", s->number);
	if (s->number != (before == NULL ? 1 : before->number + 1) ||
	    (before != NULL && s->at < before->at) ||
	    memcmp(r->before, before == NULL ? none : before->hash, PACK_HASH) != 0)
		return seal_wrong(cx, "err.seal_order", s->number);
	return OK;
}

/* The length of the block at `text`: to the empty line after it, or to the end. */
static size_t
block_length(const char *text, const char *end)
{
	for (const char *at = text; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (stop == NULL)
			return (size_t)(end - text);
		if (stop == at)
			return (size_t)(at - text);
		at = stop + 1;
	}
	return (size_t)(end - text);
}

/* A block that ends before its signature does: a crash while it was written. */
static bool
torn(struct ctx *cx, const char *text, size_t len)
{
	const char *copy = arena_strndup(cx->arena, text, len);
	const char *signature = strstr(copy, "\nsignature ");

	return signature == NULL ||
	       strlen(signature) < strlen("\nsignature ") + 2 * crypto_sign_BYTES + 1;
}

enum err
seals_parse(struct ctx *cx, const char *text, size_t len, const struct pack_key *key,
	    struct seal **ret, size_t *ret_n)
{
	const char *end = text + len;
	struct seal *list = NULL;
	size_t n = 0, room = 0;

	for (const char *at = text; at < end;) {
		size_t size = block_length(at, end);
		struct reading r = { .lines = 0 };
		struct seal s = { .text = at };

		if (size == 0) { /* an empty line */
			at++;
			continue;
		}
		if (size > MAX_SEAL)
			return fail(cx, ERR_LIMIT, "err.seal_form",
				    text_from_int(cx->arena, (int64_t)n + 1));
		if (!torn(cx, at, size)) {
			if (!read_seal(cx, at, size, &s, &r))
				return seal_wrong(cx, "err.seal_form", (int64_t)n + 1);
			s.text = arena_strndup(cx->arena, at, size);
			(void)crypto_hash_sha256(s.hash, (const unsigned char *)at, size);
			TRY(seal_check(cx, &s, &r, n == 0 ? NULL : &list[n - 1],
				       key != NULL ? key->bytes
				       : n == 0	   ? s.key
						   : list[0].key));
			if (n == room) {
				struct seal *more =
					ARENA_ARRAY(cx->arena, room * 2 + 64, struct seal);

				if (n > 0)
					memcpy(more, list, n * sizeof(*list));
				list = more;
				room = room * 2 + 64;
			}
			list[n++] = s;
		}
		at += size;
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

static const char *
seals_path(struct ctx *cx, const char *folder)
{
	return arena_printf(cx->arena, "%s/seals.txt", folder);
}

static enum err
folder_fail(struct ctx *cx, const char *path)
{
	return fail(cx, ERR_IO, "err.seal_folder", path, strerror(errno));
}

/* The whole file; "" when there is none. */
static enum err
file_text(struct ctx *cx, const char *path, int fd, struct buf *b)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return folder_fail(cx, path);
		buf_add(b, piece, (size_t)n);
	}
	return buf_check(cx, b);
}

enum err
seals_read(struct ctx *cx, const char *folder, const struct pack_key *key, struct seal **ret,
	   size_t *ret_n)
{
	const char *path = seals_path(cx, folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	SCOPED_BUF b;
	enum err e;

	buf_init(&b, MAX_SEALS);
	if (fd < 0)
		return errno == ENOENT ? fail(cx, ERR_NOTFOUND, "err.seal_none", path)
				       : folder_fail(cx, path);
	e = file_text(cx, path, fd, &b);
	(void)close(fd);
	if (e == OK)
		e = seals_parse(cx, b.bytes, b.len, key, ret, ret_n);
	if (e == OK && *ret_n == 0)
		e = fail(cx, ERR_NOTFOUND, "err.seal_none", path);
	return e;
}

/* ---- making ---- */

static const char *
time_text(struct ctx *cx, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;
	char s[24];

	(void)gmtime_r(&t, &tm);
	if (strftime(s, sizeof(s), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		BUG("time");
	return arena_strdup(cx->arena, s);
}

/* Text and signature of the seal after `before` (NULL: the first). */
static enum err
seal_text(struct ctx *cx, const struct seal *before, const struct pack_key *key, struct seal *s,
	  struct buf *b)
{
	unsigned char public_key[32], secret[crypto_sign_SECRETKEYBYTES], none[PACK_HASH] = { 0 };
	unsigned char signature[crypto_sign_BYTES];

	(void)crypto_sign_seed_keypair(public_key, secret, key->bytes);
	s->number = before == NULL ? 1 : before->number + 1;
	s->at = before != NULL && cx->now < before->at ? before->at : cx->now;
	buf_printf(b, "%s\nnumber %" PRId64 "\nat %s\n", FORM, s->number, time_text(cx, s->at));
	for (size_t i = 0; i < s->nchains; i++)
		buf_printf(b, "chain %" PRId64 " %" PRId64 " %s\n", s->chains[i].chain,
			   s->chains[i].seq, text_hex(cx->arena, s->chains[i].hash, HISTORY_HASH));
	buf_printf(b, "before %s\n",
		   text_hex(cx->arena, before == NULL ? none : before->hash, PACK_HASH));
	buf_printf(b, "key %s\n", text_hex(cx->arena, public_key, sizeof(public_key)));
	(void)crypto_sign_detached(signature, NULL, (const unsigned char *)b->bytes, b->len,
				   secret);
	sodium_memzero(secret, sizeof(secret));
	buf_printf(b, "signature %s\n", text_hex(cx->arena, signature, sizeof(signature)));
	memcpy(s->key, public_key, sizeof(s->key));
	(void)crypto_hash_sha256(s->hash, (const unsigned char *)b->bytes, b->len);
	return buf_check(cx, b);
}

/* Append, after an empty line: whatever a crash left stays a block of its own. */
static enum err
seal_append(struct ctx *cx, const char *path, int fd, const struct seal *s)
{
	const char *text = arena_printf(cx->arena, "\n\n%s\n", s->text);
	size_t n = strlen(text);

	if (write(fd, text, n) != (ssize_t)n || fsync(fd) != 0)
		return folder_fail(cx, path);
	return OK;
}

static enum err
seal_next(struct ctx *cx, const char *path, int fd, const struct pack_key *key, bool daily,
	  struct seal **ret)
{
	struct seal *all = NULL, *s = ARENA_NEW(cx->arena, struct seal);
	const struct seal *before;
	size_t n = 0;
	SCOPED_BUF file;
	SCOPED_BUF b;

	buf_init(&file, MAX_SEALS);
	buf_init(&b, MAX_SEAL);
	TRY(file_text(cx, path, fd, &file));
	TRY(seals_parse(cx, file.bytes, file.len, NULL, &all, &n));
	before = n == 0 ? NULL : &all[n - 1];
	if (daily && before != NULL && before->at / DAY >= cx->now / DAY) {
		*ret = NULL;
		return OK;
	}
	TRY(history_heads(cx, &s->chains, &s->nchains));
	TRY(seal_text(cx, before, key, s, &b));
	if (before != NULL && memcmp(before->key, s->key, sizeof(s->key)) != 0)
		return fail(cx, ERR_INVALID, "err.seal_key", path);
	s->text = arena_strndup(cx->arena, b.bytes, b.len);
	TRY(seal_append(cx, path, fd, s));
	*ret = s;
	return OK;
}

enum err
seal_make(struct ctx *cx, const char *folder, const struct pack_key *key, bool daily,
	  struct seal **ret)
{
	const char *path = seals_path(cx, folder);
	int fd;
	enum err e;

	if (key->kind != PACK_SEAL_SECRET)
		return fail(cx, ERR_INVALID, "err.seal_key", folder);
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return folder_fail(cx, path);
	/* Two at once would both name the same one before. */
	e = flock(fd, LOCK_EX) == 0 ? seal_next(cx, path, fd, key, daily, ret)
				    : folder_fail(cx, path);
	(void)close(fd);
	return e;
}

/* ---- the database against them ---- */

static enum err
head_verify(struct ctx *cx, const struct seal *s, const struct history_head *sealed)
{
	const char *number = text_from_int(cx->arena, s->number),
		   *chain = text_from_int(cx->arena, sealed->chain);
	struct history_head *heads = NULL, is;
	size_t n = 0;
	enum err e = history_at(cx, sealed->chain, sealed->seq, &is);

	if (e == OK)
		return memcmp(is.hash, sealed->hash, HISTORY_HASH) == 0
			       ? OK
			       : fail(cx, ERR_CORRUPT, "err.seal_rewritten", number, chain,
				      text_from_int(cx->arena, sealed->seq));
	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(cx);
	TRY(history_heads(cx, &heads, &n));
	for (size_t i = 0; i < n; i++)
		if (heads[i].chain == sealed->chain)
			return fail(cx, ERR_CORRUPT, "err.seal_cut", number, chain,
				    text_from_int(cx->arena, heads[i].seq),
				    text_from_int(cx->arena, sealed->seq));
	return fail(cx, ERR_CORRUPT, "err.seal_gone", number, chain);
}

enum err
seals_verify(struct ctx *cx, const struct seal *seals, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < seals[i].nchains; j++)
			TRY(head_verify(cx, &seals[i], &seals[i].chains[j]));
	return OK;
}
