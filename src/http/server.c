/* The loops and what libmicrohttpd calls. See http.h. */
#include "http/http_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

/* Of a connection, for its head (SCAN_MAX_HEAD), a line kept for each header, and the answer's
 * head. The library clears all of it after every request: no more than is needed. */
#define POOL_BYTES (32u * 1024)
#define POOL_STEP (8u * 1024)
#define BACKLOG 1024
#define DRAIN_MAX (4 * MAX_REQUEST_BODY) /* bytes of a refused body read to answer politely */
#define SWEEP_MS 500
#define STOP_MS 5000 /* for slow clients, when the server ends */

/* ---- what the library calls, on the loop's thread ---- */

static void
on_connection(void *arg, struct MHD_Connection *c, void **socket_context,
	      enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		guard_open(arg, c, socket_context);
	else
		guard_close(arg, socket_context);
}

/* The request line is in. What we return comes back as *request of the other calls. */
static void *
on_line(void *arg, const char *target, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return running_new(arg, info->socket_context, c, target);
}

static void
on_completed(void *arg, struct MHD_Connection *c, void **request,
	     enum MHD_RequestTerminationCode why)
{
	struct running *r = *request;

	(void)arg, (void)c;
	if (r == NULL)
		return;
	*request = NULL;
	running_count(r, why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	guard_phase(r->link, PHASE_IDLE, 0);
	running_free(r);
}

/* We decode for ourselves. */
static size_t
on_unescape(void *arg, struct MHD_Connection *c, char *s)
{
	(void)arg, (void)c;
	return strlen(s);
}

/* Bytes the client says the body has; the scan has made sure that it is plain digits. */
static uint64_t
declared_length(const struct running *r)
{
	const char *text = http_header(&r->x, "Content-Length");
	int64_t length;

	return text != NULL && text_int(text, 0, INT64_MAX, &length) ? (uint64_t)length : 0;
}

static enum err
too_large(struct running *r)
{
	return fail(&r->x.cx, ERR_LIMIT, "err.http.body", form_size(r->x.cx.arena, r->limit));
}

/*
 * The head is in. A refused request is answered once its body is drained, because a client reads
 * no answer while it still sends; but not if it asked first, or means to send for long.
 */
static enum MHD_Result
first_call(struct running *r, const char *method)
{
	const struct http_site *site = r->loop->http->site;
	uint64_t declared;

	if (r->link->scan.begun == 0)
		BUG("requests pass by the guard");
	r->step = STEP_BODY;
	r->limit = MAX_FORM_BODY;
	r->result = request_read(r, method);
	if (r->result == OK && site->body_limit != NULL)
		r->limit = site->body_limit(&r->x, site->arg);
	if (r->limit > MAX_REQUEST_BODY)
		r->limit = MAX_REQUEST_BODY;
	if (r->result == OK && mem_short())
		r->result = fail(&r->x.cx, ERR_BUSY, "err.memory");
	declared = declared_length(r);
	if (r->result == OK && declared > r->limit)
		r->result = too_large(r);
	if (r->result == OK || (declared <= DRAIN_MAX && http_header(&r->x, "Expect") == NULL))
		return MHD_YES;
	r->x.close = true;
	return work_begin(r) ? answer_queue(r) : MHD_YES;
}

static void
take_body(struct running *r, const char *bytes, size_t len)
{
	if (r->result == OK && len > r->limit - r->body.len)
		r->result = too_large(r);
	if (r->result == OK) {
		buf_add(&r->body, bytes, len);
		return;
	}
	r->drained += len;
	if (r->drained > DRAIN_MAX)
		guard_refuse(r->link, MHD_HTTP_CONTENT_TOO_LARGE);
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *url, const char *method,
	   const char *version, const char *bytes, size_t *len, void **request)
{
	struct running *r = *request;
	bool ready;

	(void)arg, (void)c, (void)url, (void)version;
	if (r->step == STEP_NEW)
		return first_call(r, method);
	if (*len > 0) {
		take_body(r, bytes, *len);
		*len = 0;
		return MHD_YES;
	}
	if (r->step == STEP_ANSWERED)
		return MHD_YES;
	ready = r->step == STEP_BODY ? work_begin(r) : work_continue(r);
	return ready ? answer_queue(r) : MHD_YES;
}

/* ---- the loop ---- */

/* Take up again what was done elsewhere. The library calls on_request() for each. */
static void
resume_done(struct loop *l)
{
	struct running *done;
	uint64_t times;

	if (read(l->wake_fd, &times, sizeof(times)) < 0 && errno != EAGAIN)
		BUG("eventfd");
	(void)pthread_mutex_lock(&l->lock);
	done = l->done;
	l->done = NULL;
	(void)pthread_mutex_unlock(&l->lock);
	while (done != NULL) {
		struct running *next = done->next;

		MHD_resume_connection(done->connection);
		done = next;
	}
}

/* Milliseconds until there is something to do, at most the time to the next sweep. */
static int
patience(struct loop *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(l->daemon, &ms) == MHD_YES && ms < SWEEP_MS)
		return (int)ms;
	return SWEEP_MS;
}

static void
turn(struct loop *l)
{
	struct pollfd fds[2] = { { .fd = l->epoll_fd, .events = POLLIN },
				 { .fd = l->wake_fd, .events = POLLIN } };
	int64_t now;

	if (poll(fds, 2, patience(l)) < 0 && errno != EINTR)
		BUG("poll");
	if ((fds[1].revents & POLLIN) != 0)
		resume_done(l);
	if (MHD_run(l->daemon) != MHD_YES)
		BUG("MHD_run");
	work_flush(l);
	now = clock_micros() / 1000;
	if (now - l->swept >= SWEEP_MS) {
		l->swept = now;
		guard_sweep(l, SWEEP_LATE);
	}
}

/* Accept nothing more; requests under way are finished, then slow clients are cut. */
static void
wind_down(struct loop *l)
{
	int64_t end = clock_micros() / 1000 + STOP_MS;

	l->quiet = true;
	(void)MHD_quiesce_daemon(l->daemon);
	(void)close(l->listen_fd);
	while (l->links != NULL) {
		guard_sweep(l, clock_micros() / 1000 < end ? SWEEP_IDLE : SWEEP_ALL);
		turn(l);
	}
}

static void *
loop_thread(void *arg)
{
	struct loop *l = arg;

	while (!atomic_load_explicit(&l->http->stopping, memory_order_acquire))
		turn(l);
	wind_down(l);
	return NULL;
}

/* ---- start and stop ---- */

static void
fill_in(struct http_settings *s)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (s->address == NULL)
		s->address = "127.0.0.1";
	if (s->threads <= 0)
		s->threads = cores > 0 && cores < 256 ? (int)cores : 1;
	if (s->slow_threads <= 0)
		s->slow_threads = 2;
	if (s->slow_waiting <= 0)
		s->slow_waiting = 64;
	if (s->idle_seconds <= 0)
		s->idle_seconds = 60;
	if (s->request_seconds <= 0)
		s->request_seconds = 20;
	if (s->connections <= 0)
		s->connections = 4000;
	if (s->per_address <= 0)
		s->per_address = 200;
}

/* An address as the system wants it. */
struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} at;
	socklen_t len;
};

static bool
read_place(const struct http_settings *s, uint16_t port, struct place *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, s->address, &ret->at.four.sin_addr) == 1) {
		ret->at.four.sin_family = AF_INET;
		ret->at.four.sin_port = htons(port);
		ret->len = sizeof(ret->at.four);
		return true;
	}
	if (inet_pton(AF_INET6, s->address, &ret->at.six.sin6_addr) != 1)
		return false;
	ret->at.six.sin6_family = AF_INET6;
	ret->at.six.sin6_port = htons(port);
	ret->len = sizeof(ret->at.six);
	return true;
}

/* A socket bound to the place, or -1. Connections of a server that was here a moment ago, which we
 * ended and the kernel remembers for a minute, do not keep us from it (SO_REUSEADDR). */
static int
bound_socket(const struct place *at, bool shared)
{
	int fd = socket(at->at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) ||
	    bind(fd, &at->at.any, at->len) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* SO_REUSEPORT would let a second server of ours share the port unseen; so try without it first. */
static bool
is_free(const struct place *at)
{
	int fd = bound_socket(at, false);
	bool is;

	if (fd < 0)
		return false;
	is = listen(fd, 1) == 0;
	(void)close(fd);
	return is;
}

/* Listen on the port the settings name, or on the one the first loop was given. */
static enum err
loop_listen(struct ctx *cx, struct http *h, struct loop *l)
{
	struct place at;

	if (!read_place(&h->settings, h->port, &at))
		return fail(cx, ERR_INVALID, "err.http.address", h->settings.address);
	if (l == h->loops && h->port != 0 && !is_free(&at))
		return fail(cx, ERR_IO, "err.http.port", text_from_int(cx->arena, h->port));
	l->listen_fd = bound_socket(&at, true);
	if (l->listen_fd < 0 || listen(l->listen_fd, BACKLOG) != 0 ||
	    getsockname(l->listen_fd, &at.at.any, &at.len) != 0)
		return fail(cx, ERR_IO, "err.http.port", text_from_int(cx->arena, h->port));
	h->port = ntohs(at.at.any.sa_family == AF_INET ? at.at.four.sin_port : at.at.six.sin6_port);
	return OK;
}

static enum err
loop_daemon(struct ctx *cx, struct loop *l)
{
	const struct http_settings *s = &l->http->settings;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	const union MHD_DaemonInfo *info;

	if (strchr(s->address, ':') != NULL)
		flags |= MHD_USE_IPv6;
	/* One more than we allow, so that it is we who refuse, with an answer. */
	l->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, l, MHD_OPTION_LISTEN_SOCKET, l->listen_fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->connections + 64,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
		MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)POOL_STEP,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, l, MHD_OPTION_URI_LOG_CALLBACK, on_line,
		l, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_END);
	if (l->daemon == NULL)
		return fail(cx, ERR_IO, "err.http.port", text_from_int(cx->arena, l->http->port));
	info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		BUG("no epoll");
	l->epoll_fd = info->epoll_fd;
	return OK;
}

static enum err
loop_start(struct ctx *cx, struct http *h, struct loop *l)
{
	l->http = h;
	l->listen_fd = l->wake_fd = -1;
	(void)pthread_mutex_init(&l->lock, NULL);
	h->count++;
	TRY(loop_listen(cx, h, l));
	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->wake_fd < 0)
		return fail(cx, ERR_IO, "err.http.thread");
	if (h->db != NULL)
		TRY(db_reader(cx, h->db, &l->reader));
	TRY(loop_daemon(cx, l));
	if (pthread_create(&l->thread, NULL, loop_thread, l) != 0)
		return fail(cx, ERR_IO, "err.http.thread");
	l->runs = true;
	return OK;
}

static void
loop_stop(struct loop *l)
{
	static const uint64_t one = 1;
	struct running *r;

	if (l->runs) {
		if (write(l->wake_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
			BUG("a loop cannot be woken");
		(void)pthread_join(l->thread, NULL);
	} else if (l->listen_fd >= 0 && l->daemon == NULL) {
		(void)close(l->listen_fd);
	}
	if (l->daemon != NULL)
		MHD_stop_daemon(l->daemon);
	while ((r = l->spare) != NULL) {
		l->spare = r->next;
		running_destroy(r);
	}
	if (l->wake_fd >= 0)
		(void)close(l->wake_fd);
	if (l->deflate_ready)
		(void)deflateEnd(&l->deflate);
	conn_free(l->reader);
	series_free(&l->series);
	(void)pthread_mutex_destroy(&l->lock);
}

static enum err
start_threads(struct ctx *cx, struct http *h)
{
	TRY(pool_start(cx, h));
	for (int i = 0; i < h->settings.threads; i++)
		TRY(loop_start(cx, h, &h->loops[i]));
	return OK;
}

enum err
http_start(struct ctx *cx, const struct http_settings *settings, const struct http_site *site,
	   struct db *db, struct http **ret)
{
	struct http *h = calloc(1, sizeof(*h));
	sigset_t all, before;
	enum err e;

	if (h == NULL)
		BUG("out of memory");
	h->settings = *settings;
	fill_in(&h->settings);
	h->site = site;
	h->db = db;
	h->port = settings->port;
	ctx_random(cx, h->seed, sizeof(h->seed));
	/* Numbers go on after a restart: seconds, with room for a million requests in each. */
	atomic_store(&h->number, (uint64_t)cx->now << 20);
	h->loops = calloc((size_t)h->settings.threads, sizeof(*h->loops));
	if (h->loops == NULL)
		BUG("out of memory");
	/* Signals are for the main thread; ours are born with all of them blocked. */
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGSYS); /* the sandbox speaks by it */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	e = start_threads(cx, h);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (e != OK) {
		http_stop(h);
		return e;
	}
	*ret = h;
	return OK;
}

uint16_t
http_port(const struct http *h)
{
	return h->port;
}

void
http_stop(struct http *h)
{
	if (h == NULL)
		return;
	atomic_store_explicit(&h->stopping, true, memory_order_release);
	for (int i = 0; i < h->count; i++)
		loop_stop(&h->loops[i]);
	pool_stop(h);
	free(h->loops);
	free(h);
}

struct http_figures
http_figures(struct http *h)
{
	struct http_figures f = { 0 };

	for (int i = 0; i < h->count; i++) {
		struct counters *c = &h->loops[i].counters;

		f.requests += c->requests;
		f.bytes += c->bytes;
		f.refused += c->refused;
		f.late += c->late;
		f.over_limit += c->over_limit;
		f.connections += c->connections;
		f.running += c->running;
		for (int k = 0; k < 6; k++)
			f.by_class[k] += c->by_class[k];
	}
	(void)pthread_mutex_lock(&h->pool.lock);
	f.slow_waiting = (uint64_t)h->pool.waiting;
	(void)pthread_mutex_unlock(&h->pool.lock);
	return f;
}
