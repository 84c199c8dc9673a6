/* Making backups. See backup.h. */
#include "keep/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/version.h"
#include "keep/image.h"

#define TICK_PIECES 64 /* between two ticks: 4 MB */

/* ---- the copy beside the database ---- */

/* Whatever belongs to a database file of ours. */
static void
remove_database(const char *path)
{
	static const char *const ENDS[] = { "", "-wal", "-shm", "-lock", ".part" };
	char name[4096];

	for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
		if (snprintf(name, sizeof(name), "%s%s", path, ENDS[i]) < (int)sizeof(name))
			(void)unlink(name);
}

void
staged_free(struct staged *s)
{
	if (s == NULL)
		return;
	if (s->lock_fd >= 0) {
		remove_database(s->path);
		(void)close(s->lock_fd);
	}
	free(s->path);
	free(s);
}

static enum err
stage_lock(struct ctx *cx, struct staged *s)
{
	const char *path = arena_printf(cx->arena, "%s-own", s->path);

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return fail(cx, ERR_IO, "err.keep_write", path, strerror(errno));
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	(void)close(s->lock_fd);
	s->lock_fd = -1;
	return fail(cx, ERR_BUSY, "err.backup_running");
}

enum err
stage_make(struct ctx *cx, struct db *db, db_tick *tick, void *arg, struct staged **ret)
{
	SCOPED(staged) struct staged *s = calloc(1, sizeof(*s));

	if (s == NULL)
		BUG("out of memory");
	s->lock_fd = -1;
	if (db_path(db) == NULL)
		return fail(cx, ERR_INVALID, "err.keep_other");
	if (asprintf(&s->path, "%s-stage", db_path(db)) < 0)
		BUG("out of memory");
	TRY(stage_lock(cx, s));
	remove_database(s->path); /* of one that was killed */
	TRY(db_backup_ticking(cx, db, s->path, tick, arg));
	*ret = s;
	s = NULL;
	return OK;
}

enum err
stage_manifest(struct ctx *cx, const struct staged *s, struct manifest *ret)
{
	SCOPED(db) struct db *db = NULL;
	SCOPED(conn) struct conn *reader = NULL;
	struct conn *before = cx->conn;
	enum err e;

	TRY(db_open(cx, s->path, DB_READ_ONLY, &db));
	TRY(db_reader(cx, db, &reader));
	cx->conn = reader;
	e = manifest_of(cx, ret);
	cx->conn = before;
	return e;
}

/* ---- packing ---- */

static enum err
pieces_put(struct ctx *cx, struct pack_out *out, int fd, const char *path, struct manifest *m,
	   db_tick *tick, void *arg)
{
	crypto_hash_sha256_state sum;
	unsigned char hash[crypto_hash_sha256_BYTES], bytes[IMAGE_PIECE];
	ssize_t n;
	int64_t at = 0;

	(void)crypto_hash_sha256_init(&sum);
	for (int i = 1; (n = pread(fd, bytes, sizeof(bytes), (off_t)at)) != 0; i++) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(cx, ERR_IO, "err.keep_read", path, strerror(errno));
		crypto_hash_sha256_update(&sum, bytes, (size_t)n);
		TRY(image_put(cx, out, (uint64_t)at, bytes, (uint32_t)n));
		at += n;
		if (tick != NULL && i % TICK_PIECES == 0)
			TRY(tick(cx, arg));
	}
	crypto_hash_sha256_final(&sum, hash);
	m->size = at;
	m->sha256 = text_hex(cx->arena, hash, sizeof(hash));
	return OK;
}

enum err
image_file(struct ctx *cx, struct pack_out *out, const char *path, struct manifest *m,
	   db_tick *tick, void *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		return fail(cx, ERR_IO, "err.keep_read", path, strerror(errno));
	e = pieces_put(cx, out, fd, path, m, tick, arg);
	(void)close(fd);
	return e == OK ? image_put_manifest(cx, out, m) : e;
}

enum err
backup_pack(struct ctx *cx, struct db *db, const char *path, const struct pack_key *key,
	    struct manifest *ret)
{
	SCOPED(staged) struct staged *s = NULL;
	SCOPED(pack_out) struct pack_out *out = NULL;
	struct pack_head head = { .kind = "backup",
				  .program = HOOL_VERSION,
				  .made_at = cx->now * 1000,
				  .upto = cx->now * 1000 };
	struct manifest m = { 0 };

	if (access(path, F_OK) == 0)
		return fail(cx, ERR_CONFLICT, "err.file_exists", path);
	TRY(stage_make(cx, db, NULL, NULL, &s));
	TRY(stage_manifest(cx, s, &m));
	head.schema = m.schema;
	TRY(pack_begin(cx, path, &head, key, &out));
	TRY(image_file(cx, out, s->path, &m, NULL, NULL));
	TRY(pack_end(cx, out, NULL));
	*ret = m;
	return OK;
}
