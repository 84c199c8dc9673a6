/* What the files of the web server share among themselves. See http.h. */
#ifndef HOOL_HTTP_HTTP_INT_H
#define HOOL_HTTP_HTTP_INT_H

#include <microhttpd.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <zlib.h>

#include "http/http.h"
#include "http/scan.h"

#define ADDRESS_BYTES 46 /* an IPv6 address as text, with its NUL */

/* What a connection is doing, as far as its deadline goes. */
enum phase {
	PHASE_IDLE,    /* between requests */
	PHASE_READING, /* a request is coming in */
	PHASE_WORKING, /* we work on it; no deadline of the client's */
	PHASE_SENDING, /* the answer is leaving */
};

/* One connection. Belongs to its loop's thread. */
struct link {
	struct loop *loop;
	struct link *next, *prev; /* of the loop's */
	int fd;
	enum phase phase;
	int64_t since;	/* when the phase began, monotonic milliseconds */
	uint64_t moved; /* bytes of this phase: read, or to be sent */
	int refused;	/* status with which we end it, or 0 */
	int bucket;	/* of its address, or -1 */
	bool trusted;	/* a proxy whose X-Forwarded-For is believed */
	struct http_scan scan;
	char address[ADDRESS_BYTES];
};

/* Where a request stands. */
enum step { STEP_NEW, STEP_BODY, STEP_WORK, STEP_AFTER, STEP_ANSWERED };

/* A request being served: the exchange the site sees, and our side of it. */
struct running {
	struct http_exchange x; /* first, so that one pointer is both */
	struct running *next;	/* in the loop's list of those done or free, or the pool's */
	struct loop *loop;
	struct link *link;
	struct MHD_Connection *connection;
	struct conn *reader; /* of the thread that works on it */
	struct db_job job;
	const char *target; /* as it came */
	struct buf body;    /* of the request */
	size_t limit;	    /* for it */
	uint64_t drained;   /* bytes read and thrown away */
	enum step step;
	enum err result; /* of the work, for the loop */
	bool failing;	 /* failed() has been called */
	bool early;	 /* answered before the body was read */
	bool is_form;
	size_t route_headers; /* those route() added; http_reset() keeps them */
	uint64_t sent;	      /* bytes of the answer's body */
	struct buf packed;    /* the answer compressed */
	int64_t began;	      /* monotonic microseconds */
	struct http_pair headers[MAX_ANSWER_HEADERS];
	size_t header_count;
};

/* Figures of one loop; written by it alone, read by any thread. */
struct counters {
	atomic_uint_fast64_t requests, by_class[6], bytes, refused, late, over_limit, connections,
		running;
};

#define SERIES_SLOTS 512

/* Requests of one route, method and status. `method` and `status` are set before `route` is. */
struct slot {
	_Atomic(char *) route; /* NULL: free */
	const char *method;
	int status;
	atomic_uint_fast64_t micros, took[HTTP_BOUND_COUNT + 1];
};
struct series {
	struct slot slots[SERIES_SLOTS], rest;
	size_t count;
};

/* One thread with its socket. */
struct loop {
	struct http *http;
	struct MHD_Daemon *daemon;
	pthread_t thread;
	int listen_fd, wake_fd, epoll_fd;
	struct conn *reader;
	struct link *links;
	int64_t swept; /* when deadlines were last looked at, monotonic milliseconds */
	struct running *spare;
	size_t spare_count;
	z_stream deflate;
	bool deflate_ready;
	bool quiet; /* accepts nothing more */
	bool runs;  /* has a thread */
	struct counters counters;
	struct series series;
	pthread_mutex_t lock;		 /* of the list below */
	struct running *done;		 /* newest first; resumed by the loop */
	struct db_job *held, *held_last; /* for the write lane; see work_flush() */
	size_t held_count;
};

/* The pool for slow work. */
struct pool {
	pthread_t *threads;
	int count; /* of those running */
	pthread_mutex_t lock;
	pthread_cond_t some;
	struct running *first, **last; /* the queue */
	int waiting;
	bool stop;
};

#define BUCKETS 8192 /* of open connections, by a keyed hash of their address */

struct http {
	struct http_settings settings;
	const struct http_site *site;
	struct db *db;
	struct loop *loops;
	int count; /* of loops with a thread */
	uint16_t port;
	atomic_bool stopping;
	atomic_uint_fast64_t number; /* of the last request */
	struct pool pool;
	unsigned char seed[crypto_shorthash_KEYBYTES];
	atomic_int buckets[BUCKETS];
	atomic_int open; /* connections of all loops */
};

static inline void
count(atomic_uint_fast64_t *c, int64_t by)
{
	atomic_fetch_add_explicit(c, (uint64_t)by, memory_order_relaxed);
}

int64_t clock_micros(void); /* monotonic */

/* http_running.c: the life of a request */
struct running *
running_new(struct loop *l, struct link *k, struct MHD_Connection *c, const char *target);
/* The answer has left, whole or cut: into the figures and the log. */
void running_count(struct running *r, bool whole);
/* Keep it for the next request, or end it for good. */
void running_free(struct running *r);
void running_destroy(struct running *r);

/* series.c: on the loop's thread. Count an answer that has left; and free the table. */
void series_count(struct series *s, const struct http_exchange *x, uint64_t micros);
void series_free(struct series *s);

/* http_guard.c: connections, before the HTTP library sees their bytes */
void guard_open(struct loop *l, struct MHD_Connection *c, void **socket_context);
void guard_close(struct loop *l, void **socket_context);
void guard_phase(struct link *k, enum phase phase, uint64_t bytes);
/* Is it the address of a proxy whose X-Forwarded-For is believed? */
bool guard_is_proxy(const struct http *h, const char *address);
/* End a connection with an empty answer of this status, as soon as the library reads from it. */
void guard_refuse(struct link *k, int status);
enum sweep { SWEEP_LATE, SWEEP_IDLE, SWEEP_ALL };
/* Cut connections past their deadline; or these and the idle; or all but those we work on. */
void guard_sweep(struct loop *l, enum sweep what);

/* http_request.c */
/* The line and headers. Fails with x->refusal where the status is HTTP's own. */
enum err request_read(struct running *r, const char *method) MUST_USE;
/* The whole body: forms are read. */
enum err request_body(struct running *r) MUST_USE;

/* http_form.c */
struct form_limits {
	size_t fields, text, file; /* how many pairs; bytes of all text; of one file */
};
/*
 * Read "a=1&b=2". Errors: ERR_INVALID, ERR_LIMIT, with the field's name where it is known. An
 * address's query is read by the same rules.
 */
enum err form_urlencoded(struct ctx *cx, const char *bytes, size_t len, struct form_limits limits,
			 struct http_pairs *ret) MUST_USE;
/* Read multipart/form-data; `type` is the whole header. File bytes point into `bytes`. */
enum err form_multipart(struct ctx *cx, const char *type, const char *bytes, size_t len,
			struct form_limits limits, struct http_pairs *ret,
			const struct http_file **ret_files, size_t *ret_file_count) MUST_USE;
/* Decode %XX (and '+' for a space if asked). NULL at a broken escape or NUL. In the arena. */
char *form_decode(struct arena *a, const char *s, size_t len, bool plus);

/* "10 MB", for a message about a limit. */
const char *form_size(struct arena *a, size_t bytes);

/* http_answer.c */
/* Close a file that will not be sent. */
void answer_drop_file(struct http_exchange *x);
enum MHD_Result answer_queue(struct running *r);
/* A whole answer without a body, for what the library must not see. */
void answer_bare(struct buf *b, int status, bool behind_tls);

/* http_work.c */
enum err pool_start(struct ctx *cx, struct http *h) MUST_USE;
void pool_stop(struct http *h);
/*
 * The body is in: do the work. True: the answer is ready. False: it is done elsewhere, the
 * connection is suspended, and work_continue() takes over on the loop afterwards, likewise.
 */
bool work_begin(struct running *r);
bool work_continue(struct running *r);
/* Hand what was held back in this turn to the write lane. */
void work_flush(struct loop *l);
/* Hand a request back to its loop, from any thread. */
void loop_done(struct running *r, enum err result);

#endif
