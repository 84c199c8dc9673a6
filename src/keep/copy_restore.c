/* Restoring from a continuous copy. See copy.h. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "keep/copy.h"
#include "keep/image.h"

#define MAX_SEGMENTS 100000000

/* The base to begin with: the newest that is not younger than the moment. */
struct base_choice {
	const char *path;
	const char *run; /* its folder's name */
	struct pack_head head;
	int64_t at;	/* UTC milliseconds, the moment wanted */
	int64_t oldest; /* of all bases; INT64_MAX: there are none */
};

static enum err
consider(struct ctx *cx, struct base_choice *best, const char *folder, const char *run,
	 const char *name)
{
	const char *path = arena_printf(cx->arena, "%s/%s/%s", folder, run, name);
	struct pack_head head;

	if (!text_starts(name, "base-") || strstr(name, ".part") != NULL)
		return OK;
	if (pack_peek(cx, path, &head) != OK || !text_equal(head.kind, "base") ||
	    !text_equal(head.run, run)) {
		ctx_forgive(cx); /* torn: an older one will do */
		return OK;
	}
	if (head.upto < best->oldest)
		best->oldest = head.upto;
	if (head.upto > best->at || (best->path != NULL && head.upto <= best->head.upto))
		return OK;
	best->path = path;
	best->run = arena_strdup(cx->arena, run);
	best->head = head;
	return OK;
}

static enum err
look_in_run(struct ctx *cx, struct base_choice *best, const char *folder, const char *run)
{
	DIR *dir = opendir(arena_printf(cx->arena, "%s/%s", folder, run));
	const struct dirent *entry;
	enum err e = OK;

	if (dir == NULL)
		return OK;
	while (e == OK && (entry = readdir(dir)) != NULL)
		e = consider(cx, best, folder, run, entry->d_name);
	(void)closedir(dir);
	return e;
}

static enum err
choose(struct ctx *cx, const char *folder, struct base_choice *best)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	enum err e = OK;

	if (dir == NULL)
		return fail(cx, ERR_IO, "err.copy_folder", folder, strerror(errno));
	while (e == OK && (entry = readdir(dir)) != NULL)
		if (text_starts(entry->d_name, "run-"))
			e = look_in_run(cx, best, folder, entry->d_name);
	(void)closedir(dir);
	if (e == OK && best->path == NULL)
		e = fail(cx, ERR_NOTFOUND, "err.copy_none", folder);
	return e;
}

/* Leave out a segment and all after it. */
static bool
leave_out(struct ctx *cx, struct copy_report *r, const char *path, const char *key)
{
	r->left_out = path;
	r->why = arena_strdup(cx->arena, key);
	ctx_forgive(cx);
	return false;
}

static bool
later_exists(struct ctx *cx, const char *folder, const char *run, int64_t seq)
{
	for (int64_t i = seq + 1; i <= seq + 3; i++)
		if (access(arena_printf(cx->arena, "%s/%s/seg-%08" PRId64 ".hool", folder, run, i),
			   F_OK) == 0)
			return true;
	return false;
}

/* One segment over the file. *ret_more: there may be another after it. */
static enum err
segment_apply(struct ctx *cx, const struct base_choice *c, const char *path, int64_t seq,
	      const struct pack_key *key, int fd, char *before, struct copy_report *r,
	      bool *ret_more)
{
	SCOPED(pack_in) struct pack_in *in = NULL;
	const struct pack_head *h;
	struct manifest m;
	enum err e = pack_open(cx, path, &in);

	if (e == ERR_CORRUPT || e == ERR_INVALID) {
		*ret_more = leave_out(cx, r, path, cx->error.key);
		return OK;
	}
	TRY(e);
	h = pack_head(in);
	*ret_more = h->upto <= c->at;
	if (!*ret_more)
		return OK;
	if (!text_equal(h->kind, "segment") || !text_equal(h->run, c->run) || h->seq != seq ||
	    (before[0] != '\0' && !text_equal(h->before, before))) {
		*ret_more = leave_out(cx, r, path, "err.copy_order");
		return OK;
	}
	TRY(pack_unlock(cx, in, key));
	TRY(image_apply(cx, in, path, fd, &m));
	(void)sodium_bin2hex(before, 2 * PACK_HASH + 1, pack_hash(in), PACK_HASH);
	r->upto = h->upto;
	r->segments++;
	return OK;
}

static enum err
segments_apply(struct ctx *cx, const char *folder, const struct base_choice *c,
	       const struct pack_key *key, int fd, struct copy_report *r)
{
	struct arena *whole = cx->arena;
	char before[2 * PACK_HASH + 1] = "";
	bool more = true;
	enum err e = OK;

	for (int64_t seq = c->head.seq; more && e == OK && seq < MAX_SEGMENTS; seq++) {
		const char *path =
			arena_printf(whole, "%s/%s/seg-%08" PRId64 ".hool", folder, c->run, seq);

		if (access(path, F_OK) != 0) {
			if (later_exists(cx, folder, c->run, seq))
				(void)leave_out(cx, r, path, "err.copy_gap");
			break;
		}
		e = segment_apply(cx, c, path, seq, key, fd, before, r, &more);
	}
	return e;
}

enum err
copy_restore(struct ctx *cx, const char *folder, const struct pack_key *key, const char *to,
	     int64_t at, bool check, struct copy_report *ret)
{
	SCOPED(pack_in) struct pack_in *in = NULL;
	SCOPED(restored) struct restored *r = NULL;
	struct copy_report report = { 0 };
	struct base_choice c = { .at = at > INT64_MAX / 1000 - 1 ? INT64_MAX : at * 1000 + 999,
				 .oldest = INT64_MAX };

	TRY(choose(cx, folder, &c));
	if (c.head.schema > db_newest_step())
		return fail(cx, ERR_CONFLICT, "err.pack_schema", c.path,
			    text_from_int(cx->arena, c.head.schema),
			    text_from_int(cx->arena, db_newest_step()));
	TRY(pack_open(cx, c.path, &in));
	TRY(pack_unlock(cx, in, key));
	TRY(restored_make(cx, to, &r));
	TRY(image_apply(cx, in, c.path, r->fd, &report.base));
	report.run = c.run;
	report.base_at = report.upto = c.head.upto;
	TRY(segments_apply(cx, folder, &c, key, r->fd, &report));
	if (check)
		TRY(restored_verify(cx, r->part, NULL));
	TRY(restored_name(cx, r));
	*ret = report;
	return OK;
}

enum err
copy_alive(struct ctx *cx, const char *folder, int64_t *ret)
{
	struct stat st;

	if (stat(arena_printf(cx->arena, "%s/alive", folder), &st) != 0)
		return fail(cx, ERR_NOTFOUND, "err.copy_never", folder);
	*ret = (int64_t)st.st_mtime;
	return OK;
}
