/* The life of a request: made when its first line is in, counted and logged when its answer has
 * left, then kept for the next one, since its arena and buffers are worth more than itself. */
#include "http/http_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"

#define SPARE 64		  /* of them a loop keeps */
#define SPARE_BYTES (256u * 1024) /* of a buffer worth keeping with one */

/*
 * A thread id for a request that brings none: the request's number, which comes once, through a
 * keyed hash nobody outside can foretell.
 */
static void
begin_trace(struct running *r)
{
	uint64_t halves[2] = { r->x.number, ~r->x.number };
	unsigned char bytes[2 * crypto_shorthash_BYTES];

	for (size_t i = 0; i < 2; i++)
		(void)crypto_shorthash(bytes + i * crypto_shorthash_BYTES,
				       (const unsigned char *)&halves[i], sizeof(halves[i]),
				       r->loop->http->seed);
	(void)sodium_bin2hex(r->x.cx.trace, sizeof(r->x.cx.trace), bytes, sizeof(bytes));
}

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
		r = mem_new(sizeof(*r));
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
	begin_trace(r);
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

	answer_drop_file(&r->x);
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
log_request(const struct running *r, bool whole, uint64_t took)
{
	const struct http_exchange *x = &r->x;
	char status[12], micros[24], bytes[24], number[24];

	(void)snprintf(status, sizeof(status), "%d", x->status);
	(void)snprintf(micros, sizeof(micros), "%.1f", (double)took / 1000);
	(void)snprintf(bytes, sizeof(bytes), "%" PRIu64, r->sent);
	(void)snprintf(number, sizeof(number), "%" PRIu64, x->number);
	log_line(x->status >= 500		    ? LOG_WARN
		 : r->loop->http->settings.unlogged ? LOG_DEBUG
						    : LOG_INFO,
		 "http.request", "http.request.method", x->is_head ? "HEAD" : x->method,
		 "http.route", x->route_name == NULL ? "-" : x->route_name,
		 "http.response.status_code", status, "http.response.body.bytes", bytes,
		 "event.duration.ms", micros, "event.outcome", whole ? "success" : "cut",
		 "trace.id", x->cx.trace, "transaction.id", number);
}

void
running_count(struct running *r, bool whole)
{
	const struct http_site *site = r->loop->http->site;
	struct counters *c = &r->loop->counters;
	uint64_t took = (uint64_t)(clock_micros() - r->began);

	if (r->step != STEP_ANSWERED)
		return;
	count(&c->requests, 1);
	count(&c->bytes, (int64_t)r->sent);
	if (r->x.status >= 100 && r->x.status < 600)
		count(&c->by_class[r->x.status / 100], 1);
	series_count(&r->loop->series, &r->x, took);
	if (site->left != NULL)
		site->left(&r->x, whole, site->arg);
	log_request(r, whole, took);
}
