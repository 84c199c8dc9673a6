/*
 * Gathering changed pages from the write-ahead log. See ship.h; the log's layout is described in
 * "WAL-mode File Format", https://www.sqlite.org/walformat.html.
 */
#include "db/ship.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "db/db_int.h"

#define WAL_HEADER 32
#define FRAME_HEADER 24
#define WAL_MAGIC 0x377f0682u /* its lowest bit: sums are over big-endian words */
#define BATCH 64	      /* frames read at once */
#define MAX_SHIP_PAGES 16384  /* waiting to be taken; 64 MiB: whoever should is stuck */
#define FIRST_ROOM 256	      /* pages */

/* Of the lane's thread alone, but for `waiting`. */
struct ship {
	struct ship_pages *pages;
	bool lost;
	atomic_size_t waiting; /* pages */
	int fd;		       /* of the log */
	uint32_t frame;	       /* the last one gathered, from 1 */
	unsigned char salt[8];
	uint32_t sum[2];     /* of the log up to that frame */
	unsigned char *room; /* for BATCH frames */
	size_t size;
};

/* ---- pages ---- */

static struct ship_pages *
pages_new(void)
{
	return mem_new(sizeof(struct ship_pages));
}

void
ship_pages_free(struct ship_pages *p)
{
	if (p == NULL)
		return;
	free(p->number);
	free(p->bytes);
	free(p->slots);
	free(p);
}

/* The slot a page stands in, or the empty one where it would. */
static uint32_t *
slot_of(const struct ship_pages *p, uint32_t number)
{
	size_t at = (number * 2654435761u) & (p->nslots - 1);

	while (p->slots[at] != 0 && p->number[p->slots[at] - 1] != number)
		at = (at + 1) & (p->nslots - 1);
	return &p->slots[at];
}

static void
pages_grow(struct ship_pages *p)
{
	p->room = p->room == 0 ? FIRST_ROOM : p->room * 2;
	p->number = mem_grow(p->number, p->room * sizeof(*p->number));
	p->bytes = mem_grow(p->bytes, p->room * p->page_size);
	free(p->slots);
	p->nslots = p->room * 2;
	p->slots = mem_new(p->nslots * sizeof(*p->slots));
	for (size_t i = 0; i < p->n; i++)
		*slot_of(p, p->number[i]) = (uint32_t)i + 1;
}

static void
pages_put(struct ship_pages *p, uint32_t number, const unsigned char *bytes)
{
	uint32_t *slot;

	if (p->n == p->room)
		pages_grow(p);
	slot = slot_of(p, number);
	if (*slot == 0) {
		p->number[p->n++] = number;
		*slot = (uint32_t)p->n;
	}
	memcpy(p->bytes + (size_t)(*slot - 1) * p->page_size, bytes, p->page_size);
}

/* ---- the log ---- */

static uint32_t
big(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void
sum_add(uint32_t *sum, const unsigned char *b, size_t len, bool big_endian)
{
	for (size_t i = 0; i + 8 <= len; i += 8) {
		uint32_t w[2];

		memcpy(w, b + i, sizeof(w));
		if (big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)) {
			w[0] = __builtin_bswap32(w[0]);
			w[1] = __builtin_bswap32(w[1]);
		}
		sum[0] += w[0] + sum[1];
		sum[1] += w[1] + sum[0];
	}
}

/* Read the log's header; when it has begun anew, so do we. */
static bool
header_read(struct ship *s, bool *ret_big_endian)
{
	unsigned char h[WAL_HEADER];
	uint32_t sum[2] = { 0, 0 }, size;

	if (pread(s->fd, h, sizeof(h), 0) != (ssize_t)sizeof(h) || (big(h) & ~1u) != WAL_MAGIC)
		return false;
	*ret_big_endian = (big(h) & 1) != 0;
	size = big(h + 8);
	sum_add(sum, h, 24, *ret_big_endian);
	if (sum[0] != big(h + 24) || sum[1] != big(h + 28) || size < 512 || size > 65536)
		return false;
	if (s->frame != 0 && memcmp(h + 16, s->salt, sizeof(s->salt)) == 0)
		return true;
	memcpy(s->salt, h + 16, sizeof(s->salt));
	memcpy(s->sum, sum, sizeof(sum));
	s->frame = 0;
	s->pages->page_size = size;
	return true;
}

static bool
frame_take(struct ship *s, const unsigned char *f, bool big_endian)
{
	struct ship_pages *p = s->pages;
	uint32_t sum[2] = { s->sum[0], s->sum[1] };

	sum_add(sum, f, 8, big_endian);
	sum_add(sum, f + FRAME_HEADER, p->page_size, big_endian);
	if (memcmp(f + 8, s->salt, sizeof(s->salt)) != 0 || sum[0] != big(f + 16) ||
	    sum[1] != big(f + 20) || big(f) == 0)
		return false;
	pages_put(p, big(f), f + FRAME_HEADER);
	if (big(f + 4) != 0)
		p->db_pages = big(f + 4);
	memcpy(s->sum, sum, sizeof(sum));
	s->frame++;
	return true;
}

static bool
frames_take(struct ship *s, uint32_t upto)
{
	bool big_endian = false;
	size_t frame, n;

	if (!header_read(s, &big_endian) || upto < s->frame)
		return false;
	frame = FRAME_HEADER + s->pages->page_size;
	if (s->size < frame * BATCH) {
		s->size = frame * BATCH;
		s->room = mem_grow(s->room, s->size);
	}
	while (s->frame < upto) {
		n = upto - s->frame < BATCH ? upto - s->frame : BATCH;
		if (pread(s->fd, s->room, n * frame, (off_t)(WAL_HEADER + s->frame * frame)) !=
		    (ssize_t)(n * frame))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!frame_take(s, s->room + i * frame, big_endian))
				return false;
	}
	return true;
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What is gathered is of no more use: say so to whoever takes, and gather afresh. */
static void
pages_lose(struct ship *s, const char *why)
{
	uint32_t size = s->pages->page_size;

	log_line(LOG_ERROR, "copy.lost", "reason", why);
	s->lost = true;
	ship_pages_free(s->pages);
	s->pages = pages_new();
	s->pages->page_size = size;
	s->frame = 0;
}

void
ship_committed(struct lane *l)
{
	struct ship *s = l->ship;

	if (s == NULL || !l->conn->committed)
		return;
	l->conn->committed = false;
	if (s->pages->n > MAX_SHIP_PAGES)
		pages_lose(s, "room");
	if (!frames_take(s, (uint32_t)l->conn->wal_pages)) {
		pages_lose(s, "log");
	} else {
		s->pages->commits++;
		s->pages->upto = milliseconds();
	}
	atomic_store(&s->waiting, s->pages->n);
}

/* ---- for those who copy ---- */

static void
ship_free(struct ship *s)
{
	(void)close(s->fd);
	ship_pages_free(s->pages);
	free(s->room);
	free(s);
}

static void
ship_set(struct lane *l, void *arg)
{
	l->ship = arg;
}

enum err
db_ship_start(struct ctx *cx, struct db *db)
{
	const char *path = arena_printf(cx->arena, "%s-wal", db->path);
	struct ship *s;
	int fd;

	if (db_path(db) == NULL)
		return fail(cx, ERR_INVALID, "err.keep_other");
	if (!db->lane.running)
		return fail(cx, ERR_DENIED, "err.db_read_only");
	if (db->pg != NULL)
		return fail(cx, ERR_INVALID, "err.db_backup_pg", db->path);
	if (db->lane.ship != NULL)
		return fail(cx, ERR_CONFLICT, "err.copy_twice");
	/* SQLite takes no locks on the log, so that closing this drops none. */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(cx, ERR_IO, "err.db_open", path, strerror(errno));
	s = mem_new(sizeof(*s));
	s->fd = fd;
	s->pages = pages_new();
	lane_errand(&db->lane, ship_set, s);
	return OK;
}

struct take {
	struct ship_pages *pages;
	bool lost;
};

static void
ship_hand_over(struct lane *l, void *arg)
{
	struct ship *s = l->ship;
	struct take *take = arg;

	take->lost = s->lost;
	s->lost = false;
	if (take->lost)
		return;
	take->pages = s->pages;
	s->pages = pages_new();
	s->pages->page_size = take->pages->page_size;
	atomic_store(&s->waiting, 0);
}

enum err
db_ship_take(struct ctx *cx, struct db *db, struct ship_pages **ret)
{
	struct take take = { 0 };

	if (db->lane.ship == NULL)
		BUG("nothing gathers pages");
	lane_errand(&db->lane, ship_hand_over, &take);
	if (take.lost)
		return fail(cx, ERR_LIMIT, "err.copy_lost");
	*ret = take.pages;
	return OK;
}

size_t
db_ship_waiting(struct db *db)
{
	return db->lane.ship == NULL ? 0 : atomic_load(&db->lane.ship->waiting);
}

void
db_ship_stop(struct db *db)
{
	struct ship *s = db->lane.ship;

	if (s == NULL)
		return;
	lane_errand(&db->lane, ship_set, NULL);
	ship_free(s);
}
