/* Restoring backups. See backup.h. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "keep/backup.h"
#include "keep/image.h"

/* ---- the new file ---- */

static void
remove_beside(const char *path)
{
	static const char *const ENDS[] = { "-wal", "-shm", "-lock" };
	char name[4096];

	for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
		if (snprintf(name, sizeof(name), "%s%s", path, ENDS[i]) < (int)sizeof(name))
			(void)unlink(name);
}

void
restored_free(struct restored *r)
{
	if (r == NULL)
		return;
	if (r->fd >= 0) {
		(void)close(r->fd);
		remove_beside(r->part);
		if (!r->named)
			(void)unlink(r->part);
	}
	free(r->path);
	free(r->part);
	free(r);
}

enum err
restored_make(struct ctx *cx, const char *to, struct restored **ret)
{
	SCOPED(restored) struct restored *r = calloc(1, sizeof(*r));

	if (r == NULL)
		BUG("out of memory");
	r->fd = -1;
	r->path = strdup(to);
	if (r->path == NULL || asprintf(&r->part, "%s.part", to) < 0)
		BUG("out of memory");
	/* A log left beside would be taken for the new file's. */
	if (access(to, F_OK) == 0)
		return fail(cx, ERR_CONFLICT, "err.file_exists", to);
	if (access(arena_printf(cx->arena, "%s-wal", to), F_OK) == 0)
		return fail(cx, ERR_CONFLICT, "err.file_exists",
			    arena_printf(cx->arena, "%s-wal", to));
	r->fd = open(r->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (r->fd < 0)
		return fail(cx, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
			    errno == EEXIST ? "err.file_exists" : "err.keep_write", r->part,
			    strerror(errno));
	*ret = r;
	r = NULL;
	return OK;
}

enum err
restored_name(struct ctx *cx, struct restored *r)
{
	const char *folder = dirname(arena_strdup(cx->arena, r->path));
	int fd;
	bool failed;

	if (fsync(r->fd) != 0)
		return fail(cx, ERR_IO, "err.keep_write", r->path, strerror(errno));
	if (renameat2(AT_FDCWD, r->part, AT_FDCWD, r->path, RENAME_NOREPLACE) != 0)
		return fail(cx, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
			    errno == EEXIST ? "err.file_exists" : "err.keep_write", r->path,
			    strerror(errno));
	r->named = true;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	failed = fd < 0 || fsync(fd) != 0;
	if (fd >= 0)
		(void)close(fd);
	return failed ? fail(cx, ERR_IO, "err.keep_write", r->path, strerror(errno)) : OK;
}

static enum err
verify(struct ctx *cx, const struct manifest *m)
{
	struct history_report report;

	TRY(db_check_integrity(cx));
	TRY(db_check_foreign(cx));
	TRY(history_verify(cx, &report));
	return m == NULL ? OK : manifest_compare(cx, m);
}

enum err
restored_verify(struct ctx *cx, const char *path, const struct manifest *m)
{
	SCOPED(db) struct db *db = NULL;
	SCOPED(conn) struct conn *reader = NULL;
	struct conn *before = cx->conn;
	enum err e;

	TRY(db_open(cx, path, DB_READ_ONLY, &db));
	TRY(db_reader(cx, db, &reader));
	cx->conn = reader;
	e = verify(cx, m);
	cx->conn = before;
	return e;
}

/* ---- the backup ---- */

static enum err
head_check(struct ctx *cx, const struct pack_head *h, const char *path)
{
	if (!text_equal(h->kind, "backup"))
		return fail(cx, ERR_INVALID, "err.pack_piece", path);
	if (h->schema > db_newest_step())
		return fail(cx, ERR_CONFLICT, "err.pack_schema", path,
			    text_from_int(cx->arena, h->schema),
			    text_from_int(cx->arena, db_newest_step()));
	return OK;
}

enum err
backup_restore(struct ctx *cx, const char *path, const struct pack_key *key, const char *to,
	       bool check, struct manifest *ret)
{
	SCOPED(pack_in) struct pack_in *in = NULL;
	SCOPED(restored) struct restored *r = NULL;
	struct manifest m = { 0 };

	TRY(pack_open(cx, path, &in));
	TRY(head_check(cx, pack_head(in), path));
	TRY(pack_unlock(cx, in, key));
	if (to == NULL) {
		TRY(image_apply(cx, in, path, -1, &m));
	} else {
		TRY(restored_make(cx, to, &r));
		TRY(image_apply(cx, in, path, r->fd, &m));
		if (check)
			TRY(restored_verify(cx, r->part, &m));
		TRY(restored_name(cx, r));
	}
	*ret = m;
	return OK;
}
