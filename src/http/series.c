/*
 * Figures of each route: how many requests with which status, and how long they took. Each loop
 * counts in a table of its own, which it alone writes, so that counting takes no lock and no
 * locked instruction; who asks adds the tables up. A route is told by its text, for a site may
 * make it anew for each request; the table keeps a copy.
 */
#include "http/http_int.h"

#include <stdlib.h>
#include <string.h>

const uint32_t HTTP_BOUNDS[HTTP_BOUND_COUNT] = {
	500,	1000,	2500,	5000,	 10000,	  25000,   50000,
	100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000,
};

static uint64_t
place_of(const char *route, const char *method, int status)
{
	uint64_t hash = 1469598103934665603u; /* FNV-1a */

	for (const char *s = route; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * 1099511628211u;
	hash = (hash ^ (unsigned char)method[0]) * 1099511628211u;
	hash = (hash ^ (unsigned char)method[1]) * 1099511628211u;
	return (hash ^ (uint64_t)status) * 1099511628211u;
}

/* The methods there are, so that a table need not copy them. */
static const char *
method_named(const char *method, bool is_head)
{
	static const char *const NAMES[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]) && !is_head; i++)
		if (strcmp(NAMES[i], method) == 0)
			return NAMES[i];
	return is_head ? "HEAD" : "other";
}

/* The slot of a series, taken if it is new. A full table counts the rest under one name. */
static struct slot *
slot_of(struct series *s, const char *route, const char *method, int status)
{
	uint64_t at = place_of(route, method, status);

	for (size_t i = 0; i < SERIES_SLOTS; i++) {
		struct slot *p = &s->slots[(at + i) % SERIES_SLOTS];
		const char *kept = atomic_load_explicit(&p->route, memory_order_relaxed);

		if (kept == NULL && s->count < SERIES_SLOTS * 3 / 4) {
			char *copy = strdup(route);

			if (copy == NULL)
				return &s->rest;
			p->method = method;
			p->status = status;
			s->count++;
			atomic_store_explicit(&p->route, copy, memory_order_release);
			return p;
		}
		if (kept == NULL)
			return &s->rest;
		if (p->status == status && p->method == method && strcmp(kept, route) == 0)
			return p;
	}
	return &s->rest;
}

static void
raise(atomic_uint_fast64_t *c, uint64_t by)
{
	atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + by,
			      memory_order_relaxed);
}

void
series_count(struct series *s, const struct http_exchange *x, uint64_t micros)
{
	const char *route = x->route_name == NULL ? "-" : x->route_name;
	struct slot *p = slot_of(s, route, method_named(x->method, x->is_head), x->status);
	size_t i = 0;

	while (i < HTTP_BOUND_COUNT && micros > HTTP_BOUNDS[i])
		i++;
	raise(&p->took[i], 1);
	raise(&p->micros, micros);
}

void
series_free(struct series *s)
{
	for (size_t i = 0; i < SERIES_SLOTS; i++)
		free(atomic_load(&s->slots[i].route));
}

/* ---- for who asks ---- */

static int
compare(const void *a, const void *b)
{
	const struct http_series *one = a, *two = b;
	int by = strcmp(one->route, two->route);

	if (by == 0)
		by = strcmp(one->method, two->method);
	return by != 0 ? by : one->status - two->status;
}

static void
copy(struct arena *a, struct slot *p, struct http_series *ret)
{
	const char *route = atomic_load_explicit(&p->route, memory_order_acquire);

	*ret = (struct http_series){ .route = arena_strdup(a, route == NULL ? "-" : route),
				     .method = p->method == NULL ? "other" : p->method,
				     .status = p->status,
				     .micros = p->micros };
	for (size_t i = 0; i <= HTTP_BOUND_COUNT; i++)
		ret->took[i] = p->took[i];
}

static bool
counted(const struct slot *p)
{
	for (size_t i = 0; i <= HTTP_BOUND_COUNT; i++)
		if (p->took[i] > 0)
			return true;
	return false;
}

size_t
http_series(struct http *h, struct arena *a, struct http_series **ret)
{
	size_t room = (size_t)h->count * (SERIES_SLOTS + 1), n = 0, kept = 0;
	struct http_series *list = ARENA_ARRAY(a, room, struct http_series);

	for (int l = 0; l < h->count; l++) {
		struct series *s = &h->loops[l].series;

		for (size_t i = 0; i < SERIES_SLOTS; i++)
			if (atomic_load_explicit(&s->slots[i].route, memory_order_acquire) != NULL)
				copy(a, &s->slots[i], &list[n++]);
		if (counted(&s->rest))
			copy(a, &s->rest, &list[n++]);
	}
	qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || compare(&list[kept - 1], &list[i]) != 0) {
			list[kept++] = list[i];
			continue;
		}
		list[kept - 1].micros += list[i].micros;
		for (size_t b = 0; b <= HTTP_BOUND_COUNT; b++)
			list[kept - 1].took[b] += list[i].took[b];
	}
	*ret = list;
	return kept;
}
