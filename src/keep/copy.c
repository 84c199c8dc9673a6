/* Shipping the continuous copy. See copy.h. */
#include "keep/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "db/ship.h"
#include "keep/image.h"

#define SOON_PAGES 4096	 /* waiting: shipped at once, 16 MiB */
#define LOOK_MS 200	 /* how often it is looked whether so many wait */
#define BASE_EVERY 86400 /* seconds */
#define BASE_AGAIN 30	 /* seconds to wait after one that failed */
#define PRUNE_EVERY 3600 /* seconds */

struct copy {
	struct db *db;
	struct copy_settings settings;
	char *folder;
	pthread_t thread;
	int end; /* eventfd */
	/* Of its own thread: */
	char run[40];
	int64_t seq; /* of the last segment shipped */
	char before[2 * PACK_HASH + 1];
	struct ship_pages *pending;			    /* taken and not yet written */
	int64_t shipped_at, base_at, base_tried, pruned_at; /* monotonic milliseconds; 0: never */
	bool has_base, failed; /* failed: the last time nothing could be shipped */
};

static int64_t
clock_ms(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- names ---- */

static const char *
path_of(struct ctx *cx, const struct copy *c, const char *kind, int64_t seq)
{
	return arena_printf(cx->arena, "%s/%s/%s-%08" PRId64 ".hool", c->folder, c->run, kind, seq);
}

static enum err
run_begin(struct ctx *cx, struct copy *c)
{
	time_t now = time(NULL);
	struct tm tm;
	const char *path;
	char stamp[24];

	(void)gmtime_r(&now, &tm);
	if (strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0)
		BUG("time");
	(void)snprintf(c->run, sizeof(c->run), "run-%s-%04x", stamp, randombytes_uniform(65536));
	path = arena_printf(cx->arena, "%s/%s", c->folder, c->run);
	if (mkdir(path, 0700) != 0) {
		c->run[0] = '\0';
		return fail(cx, ERR_IO, "err.copy_folder", path, strerror(errno));
	}
	c->seq = 0;
	c->before[0] = '\0';
	c->has_base = false;
	return OK;
}

/* ---- segments ---- */

static struct pack_head
head_of(const struct copy *c, const char *kind, int64_t seq, int64_t upto)
{
	return (struct pack_head){ .kind = kind,
				   .program = HOOL_VERSION,
				   .schema = db_newest_step(),
				   .made_at = clock_ms(CLOCK_REALTIME),
				   .run = c->run,
				   .seq = seq,
				   .upto = upto,
				   .before = c->before };
}

static enum err
pages_put(struct ctx *cx, struct pack_out *out, const struct ship_pages *p)
{
	crypto_hash_sha256_state sum;
	unsigned char hash[crypto_hash_sha256_BYTES];
	struct manifest m = { .size = (int64_t)p->db_pages * p->page_size, .at = p->upto / 1000 };

	(void)crypto_hash_sha256_init(&sum);
	for (size_t i = 0; i < p->n; i++) {
		const unsigned char *bytes = p->bytes + i * p->page_size;

		crypto_hash_sha256_update(&sum, bytes, p->page_size);
		TRY(image_put(cx, out, (uint64_t)(p->number[i] - 1) * p->page_size, bytes,
			      p->page_size));
	}
	crypto_hash_sha256_final(&sum, hash);
	m.sha256 = text_hex(cx->arena, hash, sizeof(hash));
	return image_put_manifest(cx, out, &m);
}

static enum err
segment_write(struct ctx *cx, struct copy *c, const struct ship_pages *p)
{
	SCOPED(pack_out) struct pack_out *out = NULL;
	struct pack_head head = head_of(c, "segment", c->seq + 1, p->upto);
	unsigned char hash[PACK_HASH];

	TRY(pack_begin(cx, path_of(cx, c, "seg", c->seq + 1), &head, c->settings.key, &out));
	TRY(pages_put(cx, out, p));
	TRY(pack_end(cx, out, hash));
	c->seq++;
	(void)sodium_bin2hex(c->before, sizeof(c->before), hash, sizeof(hash));
	return OK;
}

/* The copying is well as of now, whether or not there was something to ship. */
static void
alive(struct ctx *cx, const struct copy *c)
{
	const char *path = arena_printf(cx->arena, "%s/alive", c->folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	(void)futimens(fd, NULL);
	(void)close(fd);
}

static enum err
pending_write(struct ctx *cx, struct copy *c)
{
	if (c->pending->commits > 0)
		TRY(segment_write(cx, c, c->pending));
	ship_pages_free(c->pending);
	c->pending = NULL;
	return OK;
}

static enum err
ship(struct ctx *cx, struct copy *c)
{
	if (c->pending != NULL) /* of the last time, which failed */
		TRY(pending_write(cx, c));
	TRY(db_ship_take(cx, c->db, &c->pending));
	TRY(pending_write(cx, c));
	if (c->has_base)
		alive(cx, c);
	return OK;
}

/*
 * Ship now. Failures are told to the log; what was taken is kept for the next time. When pages were
 * lost, or a segment stands under its name without being known to be whole, a new run begins.
 */
static void
ship_or_tell(struct ctx *cx, struct copy *c)
{
	enum err e = c->run[0] == '\0' ? run_begin(cx, c) : OK;

	if (e == OK)
		e = ship(cx, c);
	if (e == ERR_LIMIT || e == ERR_CONFLICT) {
		c->run[0] = '\0';
		c->has_base = false;
	}
	if (e != OK)
		log_error(cx, "copy");
	c->failed = e != OK;
	c->shipped_at = clock_ms(CLOCK_MONOTONIC);
	ctx_forgive(cx);
}

static bool
due(const struct copy *c)
{
	return clock_ms(CLOCK_MONOTONIC) - c->shipped_at >= c->settings.every * 1000 ||
	       (!c->failed && db_ship_waiting(c->db) >= SOON_PAGES);
}

/* ---- the base ---- */

/* While a base is laid down, segments go on. A run that broke ends the base with it. */
static enum err
base_tick(struct ctx *cx, void *arg)
{
	struct copy *c = arg;
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx own;

	ctx_init(&own, a);
	if (due(c))
		ship_or_tell(&own, c);
	return c->run[0] == '\0' ? fail(cx, ERR_BUSY, "err.copy_lost") : OK;
}

static enum err
base_write(struct ctx *cx, struct copy *c)
{
	SCOPED(staged) struct staged *s = NULL;
	SCOPED(pack_out) struct pack_out *out = NULL;
	struct manifest m = { 0 };
	struct pack_head head;
	int64_t first = c->seq + 1; /* it is taken after the snapshot, so it ends after it */

	TRY(stage_make(cx, c->db, base_tick, c, &s));
	head = head_of(c, "base", first, clock_ms(CLOCK_REALTIME));
	TRY(stage_manifest(cx, s, &m));
	head.schema = m.schema;
	TRY(pack_begin(cx, path_of(cx, c, "base", first), &head, c->settings.key, &out));
	TRY(image_file(cx, out, s->path, &m, base_tick, c));
	return pack_end(cx, out, NULL);
}

static void
base_if_due(struct ctx *cx, struct copy *c)
{
	int64_t now = clock_ms(CLOCK_MONOTONIC);

	if (c->run[0] == '\0' || (c->has_base && now - c->base_at < BASE_EVERY * 1000) ||
	    (c->base_tried != 0 && now - c->base_tried < BASE_AGAIN * 1000))
		return;
	if (base_write(cx, c) == OK) {
		c->base_at = clock_ms(CLOCK_MONOTONIC);
		c->has_base = true;
		c->base_tried = 0;
		log_line(LOG_INFO, "copy.base", "run", c->run);
		alive(cx, c);
	} else {
		c->base_tried = clock_ms(CLOCK_MONOTONIC);
		log_error(cx, "copy base");
		ctx_forgive(cx);
	}
}

/* ---- what is too old ---- */

/* The number in "seg-00000012.hool"; 0: another name. */
static int64_t
name_seq(const char *name, const char *kind)
{
	size_t n = strlen(kind);
	char digits[9] = "";
	int64_t seq;

	if (strncmp(name, kind, n) != 0 || strlen(name) != n + 14 || name[n] != '-' ||
	    strcmp(name + n + 9, ".hool") != 0)
		return 0;
	memcpy(digits, name + n + 1, 8);
	return text_int(digits, 1, 99999999, &seq) ? seq : 0;
}

struct old {
	time_t before; /* older is too old */
	int64_t keep;  /* number of the newest base that is older than that */
	bool any_young;
};

static void
each_file(const char *folder, void (*fn)(int dir, const char *name, struct old *o), struct old *o)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			fn(dirfd(dir), entry->d_name, o);
	(void)closedir(dir);
}

static void
look_at(int dir, const char *name, struct old *o)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (st.st_mtime >= o->before)
		o->any_young = true;
	else if (name_seq(name, "base") > o->keep)
		o->keep = name_seq(name, "base");
}

static void
remove_old(int dir, const char *name, struct old *o)
{
	int64_t base = name_seq(name, "base"), seg = name_seq(name, "seg");

	if ((base > 0 && base < o->keep) || (seg > 0 && seg < o->keep) || !o->any_young)
		(void)unlinkat(dir, name, 0);
}

/* In each run: what lies before the newest base that is older than what is kept; runs without
 * anything younger go whole. */
static void
prune(struct ctx *cx, struct copy *c)
{
	DIR *dir = opendir(c->folder);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		struct old o = { .before = time(NULL) - (time_t)c->settings.keep_days * 86400 };
		const char *run;

		if (strncmp(entry->d_name, "run-", 4) != 0)
			continue;
		run = arena_printf(cx->arena, "%s/%s", c->folder, entry->d_name);
		each_file(run, look_at, &o);
		if (text_equal(entry->d_name, c->run))
			o.any_young = true;
		each_file(run, remove_old, &o);
		if (!o.any_young)
			(void)rmdir(run);
	}
	(void)closedir(dir);
	c->pruned_at = clock_ms(CLOCK_MONOTONIC);
}

/* ---- the thread ---- */

static bool
asked_to_end(const struct copy *c, int wait_ms)
{
	struct pollfd fd = { .fd = c->end, .events = POLLIN };

	return poll(&fd, 1, wait_ms) > 0;
}

static void *
copy_thread(void *arg)
{
	struct copy *c = arg;
	bool ends = false;

	while (!ends) {
		SCOPED(arena) struct arena *a = arena_new();
		struct ctx cx;

		ctx_init(&cx, a);
		ends = asked_to_end(c, LOOK_MS);
		if (ends || due(c))
			ship_or_tell(&cx, c);
		if (!ends)
			base_if_due(&cx, c);
		if (!ends && (c->pruned_at == 0 ||
			      clock_ms(CLOCK_MONOTONIC) - c->pruned_at > PRUNE_EVERY * 1000))
			prune(&cx, c);
	}
	return NULL;
}

static enum err
thread_start(struct ctx *cx, struct copy *c)
{
	sigset_t all, before;
	int failed;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&c->thread, NULL, copy_thread, c);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? fail(cx, ERR_IO, "err.io") : OK;
}

static void
copy_free(struct copy *c)
{
	if (c->end >= 0)
		(void)close(c->end);
	ship_pages_free(c->pending);
	free(c->folder);
	free(c);
}

enum err
copy_start(struct ctx *cx, struct db *db, const struct copy_settings *s, struct copy **ret)
{
	struct copy *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL || (c->folder = strdup(s->folder)) == NULL)
		BUG("out of memory");
	c->db = db;
	c->settings = *s;
	c->end = eventfd(0, EFD_CLOEXEC);
	e = c->end < 0 ? fail(cx, ERR_IO, "err.io") : run_begin(cx, c);
	if (e == OK) {
		e = db_ship_start(cx, db);
		if (e == OK && (e = thread_start(cx, c)) != OK)
			db_ship_stop(db);
	}
	if (e != OK) {
		copy_free(c);
		return e;
	}
	*ret = c;
	return OK;
}

void
copy_stop(struct copy *c)
{
	if (c == NULL)
		return;
	if (eventfd_write(c->end, 1) != 0)
		BUG("an event that cannot be written");
	(void)pthread_join(c->thread, NULL);
	db_ship_stop(c->db);
	copy_free(c);
}
