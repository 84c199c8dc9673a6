/* Doing the jobs of the queue. See workers.h. */
#include "cli/workers.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "web/site.h"

#define THREADS 2
#define LOOK_MS 500
#define FAULT_MS 5000 /* after a database that cannot be read or written */
#define MOST_KINDS 32

struct workers {
	const struct world *world;
	struct db *db;
	struct job_kind kinds[MOST_KINDS + 1];
	pthread_t threads[THREADS];
	struct conn *readers[THREADS];
	int running;
	int end; /* eventfd: written when they should end */
};

struct worker {
	struct workers *all;
	struct conn *reader;
};

static bool
asked_to_end(const struct workers *w, int wait_ms)
{
	struct pollfd fd = { .fd = w->end, .events = POLLIN };

	return poll(&fd, 1, wait_ms) > 0;
}

/* One job, if one is due; how long to wait before the next look. */
static int
work_once(const struct workers *w, struct conn *reader)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;
	bool any;

	ctx_init(&cx, a);
	world_enter(&cx, w->world);
	cx.who.system = true;
	cx.purpose = "";
	cx.conn = reader;
	if (job_work(&cx, w->db, w->kinds, &any) != OK) {
		log_error(&cx, "job");
		return FAULT_MS;
	}
	return any ? 0 : LOOK_MS;
}

static void *
worker_thread(void *arg)
{
	struct worker *one = arg;
	struct workers *w = one->all;
	struct conn *reader = one->reader;
	int wait = 0;

	free(one);
	while (!asked_to_end(w, wait)) {
		wait = work_once(w, reader);
		log_trace(NULL);
	}
	return NULL;
}

static enum err
start_one(struct run *r, struct workers *w)
{
	struct worker *one;

	TRY(db_reader(r->cx, w->db, &w->readers[w->running]));
	one = calloc(1, sizeof(*one));
	if (one == NULL)
		BUG("out of memory");
	*one = (struct worker){ w, w->readers[w->running] };
	if (pthread_create(&w->threads[w->running], NULL, worker_thread, one) != 0) {
		free(one);
		conn_free(w->readers[w->running]);
		return fail(r->cx, ERR_IO, "err.io");
	}
	w->running++;
	return OK;
}

static void
gather_kinds(const struct run *r, struct workers *w)
{
	size_t n = 0;

	for (const struct work *const *f = r->works; *f != NULL; f++)
		for (const struct job_kind *k = (*f)->kinds; k != NULL && k->name != NULL; k++) {
			if (n == MOST_KINDS)
				BUG("too many kinds of jobs");
			w->kinds[n++] = *k;
		}
}

enum err
workers_start(struct run *r, struct db *db, struct workers **ret)
{
	struct workers *w = calloc(1, sizeof(*w));
	enum err e = OK;

	if (w == NULL)
		BUG("out of memory");
	w->world = r->world;
	w->db = db;
	gather_kinds(r, w);
	w->end = eventfd(0, EFD_CLOEXEC);
	if (w->end < 0) {
		free(w);
		return fail(r->cx, ERR_IO, "err.io");
	}
	for (int i = 0; i < THREADS && e == OK; i++)
		e = start_one(r, w);
	if (e != OK)
		workers_stop(w);
	else
		*ret = w;
	return e;
}

void
workers_stop(struct workers *w)
{
	if (w == NULL)
		return;
	if (eventfd_write(w->end, 1) != 0)
		BUG("an event that cannot be written");
	for (int i = 0; i < w->running; i++) {
		(void)pthread_join(w->threads[i], NULL);
		conn_free(w->readers[i]);
	}
	(void)close(w->end);
	free(w);
}
