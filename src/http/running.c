/* The life of a request: made when its first line is in, counted and logged when its answer has
 * left, then kept for the next one, since its arena and buffers are worth more than itself. */
#include "http/http_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

#define SPARE 64		  /* of them a loop keeps */
#define SPARE_BYTES (256u * 1024) /* of a buffer worth keeping with one */

struct running *
running_new(struct loop *l, struct link *k, struct MHD_Connection *c, const char *target)
{
	struct running *r = l->spare;
	struct arena *a;
	struct buf out, body, packed;

	if (r != NULL) {
		l->spare = r->next;
		l->spare_count--;
	} else {
		r = calloc(1, sizeof(*r));
		if (r == NULL)
			BUG("no memory for a request");
		r->x.cx.arena = arena_new();
		buf_init(&r->x.out, MAX_PAGE);
		buf_init(&r->body, MAX_REQUEST_BODY);
		buf_init(&r->packed, MAX_PAGE);
	}
	a = r->x.cx.arena;
	out = r->x.out;
	body = r->body;
	packed = r->packed;
	*r = (struct running){ .loop = l, .link = k, .connection = c, .reader = l->reader };
	r->x.out = out;
	r->body = body;
	r->packed = packed;
	ctx_init(&r->x.cx, a);
	r->x.cx.world = l->http->site->world;
	r->x.cx.texts = l->http->site->texts;
	r->x.cx.conn = l->reader;
	r->x.number = atomic_fetch_add(&l->http->number, 1) + 1;
	r->x.cx.request = r->x.number;
	r->x.method = "GET";
	r->x.path = r->x.raw_path = "/";
	r->x.host = r->x.type = r->x.body = "";
	r->x.address = k->address;
	r->target = arena_strdup(a, target);
	r->began = clock_micros();
	count(&l->counters.running, 1);
	return r;
}

static void
keep_or_release(struct buf *b, size_t most)
{
	if (b->size > most)
		buf_release(b);
	else
		buf_clear(b);
}

void
running_destroy(struct running *r)
{
	buf_release(&r->x.out);
	buf_release(&r->body);
	buf_release(&r->packed);
	arena_free(r->x.cx.arena);
	free(r);
}

void
running_free(struct running *r)
{
	struct loop *l = r->loop;

	count(&l->counters.running, -1);
	if (l->spare_count == SPARE) {
		running_destroy(r);
		return;
	}
	keep_or_release(&r->x.out, SPARE_BYTES);
	keep_or_release(&r->body, SPARE_BYTES);
	keep_or_release(&r->packed, SPARE_BYTES);
	arena_reset(r->x.cx.arena);
	r->next = l->spare;
	l->spare = r;
	l->spare_count++;
}

/* One line a request: never its address, which may tell whom it is about. */
static void
log_request(const struct running *r, bool whole)
{
	const struct http_exchange *x = &r->x;
	char status[12], micros[24], bytes[24], trace[24];

	(void)snprintf(status, sizeof(status), "%d", x->status);
	(void)snprintf(micros, sizeof(micros), "%.1f", (double)(clock_micros() - r->began) / 1000);
	(void)snprintf(bytes, sizeof(bytes), "%" PRIu64, r->sent);
	(void)snprintf(trace, sizeof(trace), "%" PRIu64, x->number);
	log_line(x->status >= 500 ? LOG_WARN : LOG_INFO, "http.request", "http.request.method",
		 x->is_head ? "HEAD" : x->method, "http.route",
		 x->route_name == NULL ? "-" : x->route_name, "http.response.status_code", status,
		 "http.response.body.bytes", bytes, "event.duration.ms", micros, "event.outcome",
		 whole ? "success" : "cut", "trace.id", trace);
}

void
running_count(struct running *r, bool whole)
{
	struct counters *c = &r->loop->counters;

	if (r->step != STEP_ANSWERED)
		return;
	count(&c->requests, 1);
	count(&c->bytes, (int64_t)r->sent);
	if (r->x.status >= 100 && r->x.status < 600)
		count(&c->by_class[r->x.status / 100], 1);
	log_request(r, whole);
}
