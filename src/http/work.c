/*
 * The lanes: where a request's work is done and how its answer comes back to the loop that holds
 * the connection. See http.h.
 */
#include "http/http_int.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

#define HELD 32 /* pieces of work for the write lane held back at most */

void
loop_done(struct running *r, enum err result)
{
	static const uint64_t one = 1;
	struct loop *l = r->loop;
	int wake = l->wake_fd;
	bool first;

	r->result = result;
	(void)pthread_mutex_lock(&l->lock);
	first = l->done == NULL;
	r->next = l->done;
	l->done = r;
	(void)pthread_mutex_unlock(&l->lock);
	/* The loop may have answered by now: `r` is no longer ours. It takes the whole list when it
	 * wakes, so one waking does for all that come before. */
	if (first && write(wake, &one, sizeof(one)) != (ssize_t)sizeof(one))
		BUG("a loop cannot be woken");
}

/* Run the site's handler on whatever thread and connection the context has. */
static enum err
handle(struct running *r)
{
	const struct http_site *site = r->loop->http->site;

	http_reset(&r->x);
	TRY(site->handle(&r->x, site->arg));
	return buf_check(&r->x.cx, &r->x.out);
}

/* ---- the database's write lane ---- */

static enum err
write_closure(struct ctx *cx, void *arg)
{
	struct running *r = arg;

	ctx_forgive(cx); /* this may be a second try */
	TRY(handle(r));
	return r->x.after == NULL ? OK : r->x.after(cx, r->x.after_arg);
}

static enum err
after_closure(struct ctx *cx, void *arg)
{
	const struct running *r = arg;

	return r->x.after(cx, r->x.after_arg);
}

static void
write_done(struct db_job *job, enum err result)
{
	/* `arg` is the request for both closures. */
	loop_done(job->arg, result);
}

void
work_flush(struct loop *l)
{
	struct db_job *first = l->held;

	if (first == NULL)
		return;
	l->held = l->held_last = NULL;
	l->held_count = 0;
	db_submit_all(l->http->db, first);
}

/*
 * For the write lane, held back to the end of the loop's turn: what is handed over together comes
 * into one group. One by one, each waking of the lane would be a commit, and after each commit
 * the readers look at every page of the database anew.
 */
static void
submit(struct running *r, const char *name, db_fn *fn, enum step step)
{
	struct loop *l = r->loop;

	r->step = step;
	r->job = (struct db_job){
		.cx = &r->x.cx, .name = name, .fn = fn, .arg = r, .done = write_done
	};
	MHD_suspend_connection(r->connection);
	*(l->held == NULL ? &l->held : &l->held_last->next) = &r->job;
	l->held_last = &r->job;
	if (++l->held_count == HELD)
		work_flush(l);
}

/* ---- the pool ---- */

static struct running *
pool_take(struct pool *p)
{
	struct running *r;

	(void)pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !p->stop)
		(void)pthread_cond_wait(&p->some, &p->lock);
	r = p->first;
	if (r != NULL) {
		p->first = r->next;
		if (p->first == NULL)
			p->last = &p->first;
		p->waiting--;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return r;
}

static enum err
slow_work(struct running *r)
{
	struct http *h = r->loop->http;

	TRY(handle(r));
	if (r->x.after == NULL)
		return OK;
	return db_run(&r->x.cx, h->db, "http-after", r->x.after, r->x.after_arg);
}

/* What one thread of the pool starts with. */
struct worker {
	struct http *http;
	struct conn *reader;
};

static void *
pool_thread(void *arg)
{
	struct worker *w = arg;
	struct running *r;

	while ((r = pool_take(&w->http->pool)) != NULL) {
		r->x.cx.conn = w->reader;
		log_trace(r->x.cx.trace);
		loop_done(r, slow_work(r));
	}
	conn_free(w->reader);
	free(w);
	return NULL;
}

/* Hand a request to the pool; false if too many wait. */
static bool
pool_give(struct running *r)
{
	struct http *h = r->loop->http;
	struct pool *p = &h->pool;
	bool room;

	r->step = STEP_WORK;
	r->next = NULL;
	(void)pthread_mutex_lock(&p->lock);
	room = p->waiting < h->settings.slow_waiting && !p->stop;
	if (room) {
		MHD_suspend_connection(r->connection);
		*p->last = r;
		p->last = &r->next;
		p->waiting++;
		(void)pthread_cond_signal(&p->some);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return room;
}

enum err
pool_start(struct ctx *cx, struct http *h)
{
	struct pool *p = &h->pool;
	struct worker *w;

	p->last = &p->first;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->some, NULL);
	p->threads = calloc((size_t)h->settings.slow_threads, sizeof(*p->threads));
	if (p->threads == NULL)
		BUG("out of memory");
	for (int i = 0; i < h->settings.slow_threads; i++) {
		w = calloc(1, sizeof(*w));
		if (w == NULL)
			BUG("out of memory");
		w->http = h;
		if (h->db != NULL) {
			enum err e = db_reader(cx, h->db, &w->reader);

			if (e != OK) {
				free(w);
				return e;
			}
		}
		if (pthread_create(&p->threads[i], NULL, pool_thread, w) != 0) {
			conn_free(w->reader);
			free(w);
			return fail(cx, ERR_IO, "err.http.thread");
		}
		p->count++;
	}
	return OK;
}

void
pool_stop(struct http *h)
{
	struct pool *p = &h->pool;

	(void)pthread_mutex_lock(&p->lock);
	p->stop = true;
	(void)pthread_cond_broadcast(&p->some);
	(void)pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->count; i++)
		(void)pthread_join(p->threads[i], NULL);
	free(p->threads);
	(void)pthread_cond_destroy(&p->some);
	(void)pthread_mutex_destroy(&p->lock);
}

/* ---- the loop's side ---- */

/* Make the error page: what was answered so far is forgotten, but not what route() set. */
static void
failed(struct running *r, enum err e)
{
	const struct http_site *site = r->loop->http->site;
	struct http_exchange *x = &r->x;
	int refusal = x->refusal;
	int status = refusal != 0 ? refusal : err_info(e)->http;

	r->failing = true;
	x->cx.conn = r->reader;
	if (x->cx.error.code == OK)
		(void)fail(&x->cx, e, "err.http.failed");
	if (e == ERR_IO || e == ERR_CORRUPT || e == ERR_BUG)
		log_error(&x->cx, "http.failed");
	http_reset(x);
	x->refusal = refusal;
	x->status = status;
	site->failed(x, e, site->arg);
	if (x->status == 0)
		x->status = status;
	if (x->out.too_large)
		buf_clear(&x->out);
}

/* The answer is made, now or elsewhere: is there something left that must be durable first? */
static bool
finish(struct running *r, enum err e)
{
	if (e == OK)
		e = buf_check(&r->x.cx, &r->x.out);
	if (e != OK)
		failed(r, e);
	if (r->x.after != NULL && r->loop->http->db != NULL) {
		submit(r, "http-after", after_closure, STEP_AFTER);
		return false;
	}
	return true;
}

/* Everything before the lane. */
static enum err
prepare(struct running *r, enum http_lane *ret_lane)
{
	const struct http_site *site = r->loop->http->site;

	if (r->result != OK)
		return r->result;
	TRY(request_body(r));
	TRY(site->route(&r->x, ret_lane, site->arg));
	r->route_headers = r->header_count;
	return OK;
}

bool
work_begin(struct running *r)
{
	enum http_lane lane = HTTP_READ;
	enum err e;

	r->x.cx.conn = r->reader;
	log_trace(r->x.cx.trace);
	guard_phase(r->link, PHASE_WORKING, 0);
	e = prepare(r, &lane);
	if (e != OK || lane == HTTP_DONE)
		return finish(r, e);
	if (lane == HTTP_READ)
		return finish(r, handle(r));
	if (lane == HTTP_SLOW) {
		if (pool_give(r))
			return false;
		return finish(r, fail(&r->x.cx, ERR_BUSY, "err.http.busy"));
	}
	if (r->loop->http->db == NULL)
		return finish(r, fail(&r->x.cx, ERR_BUG, "err.http.failed"));
	submit(r, "http-write", write_closure, STEP_WORK);
	return false;
}

bool
work_continue(struct running *r)
{
	r->x.cx.conn = r->reader;
	log_trace(r->x.cx.trace);
	if (r->step == STEP_WORK) {
		if (r->result == OK)
			r->x.after = NULL; /* done with the work itself */
		return finish(r, r->result);
	}
	r->x.after = NULL;
	if (r->result == OK)
		return true;
	if (!r->failing)
		return finish(r, r->result);
	log_error(&r->x.cx, "http.after"); /* the error page's own note could not be kept */
	return true;
}
