/*
 * The guard: it sees a connection's bytes before the HTTP library does, because the library's
 * recv() is ours. The library is forgiving (bare LF, folded lines, two lengths …) and hides what
 * it forgave; a copy taken by MSG_PEEK could differ from what it reads a moment later. A program
 * may define recv() itself; sockets that are not ours go straight to the kernel. Should a system
 * ever bypass it, the first request stops the program (http_server.c, first_call).
 *
 * The guard also keeps the deadlines, since the library's are idle times that one byte a second
 * can hold open for ever, and the limits of connections.
 */
#include "http/http_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/memory.h"

#define MAX_FD 65536
#define DRAIN_BYTES (256u * 1024) /* read and dropped before an end, so that no reset eats it */
#define LEAST_RATE 8		  /* bytes a millisecond below which the deadline runs out */

static _Atomic(struct link *) watched[MAX_FD];

int64_t
clock_micros(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
guard_phase(struct link *k, enum phase phase, uint64_t bytes)
{
	if (phase == PHASE_IDLE && k->scan.state != SCAN_START)
		phase = PHASE_READING; /* the next request came with the last */
	k->phase = phase;
	k->since = clock_micros() / 1000;
	k->moved = bytes;
}

void
guard_refuse(struct link *k, int status)
{
	if (k->refused != 0)
		return;
	k->refused = status;
	(void)shutdown(k->fd, SHUT_RD); /* wakes the loop: the library reads, and meets refuse() */
}

/* Say the end, take what is still on its way, and let the library find the connection dead. */
static ssize_t
refuse(struct link *k)
{
	static _Thread_local char waste[16 * 1024];
	size_t drained = 0;
	ssize_t n;
	SCOPED_BUF b;

	buf_init(&b, 4096);
	answer_bare(&b, k->refused, k->loop->http->settings.behind_tls);
	n = send(k->fd, b.bytes, b.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(k->fd, SHUT_WR);
	while (n >= 0 && drained < DRAIN_BYTES) {
		n = recvfrom(k->fd, waste, sizeof(waste), MSG_DONTWAIT, NULL, NULL);
		if (n <= 0)
			break;
		drained += (size_t)n;
	}
	errno = ECONNRESET;
	return -1;
}

static ssize_t
check(struct link *k, const char *bytes, size_t len)
{
	size_t clean;

	if (k->phase == PHASE_IDLE)
		guard_phase(k, PHASE_READING, 0);
	if (k->phase == PHASE_READING)
		k->moved += len;
	clean = http_scan(&k->scan, bytes, len);
	if (k->scan.state != SCAN_FAULT)
		return (ssize_t)len;
	count(&k->loop->counters.refused, 1);
	guard_refuse(k, k->scan.fault);
	return clean > 0 ? (ssize_t)clean : refuse(k);
}

/* Prototyped here: <sys/socket.h> may hold an inline one of its own. */
__attribute__((visibility("default"), used)) ssize_t
recv(int fd, void *bytes, size_t len, int flags);

ssize_t
recv(int fd, void *bytes, size_t len, int flags)
{
	struct link *k = NULL;
	ssize_t n;

	if (fd >= 0 && fd < MAX_FD)
		k = atomic_load_explicit(&watched[fd], memory_order_acquire);
	if (k != NULL && k->refused != 0)
		return refuse(k);
	n = recvfrom(fd, bytes, len, flags, NULL, NULL);
	if (n <= 0 || k == NULL || (flags & MSG_PEEK) != 0)
		return n;
	return check(k, bytes, (size_t)n);
}

/* Is it one of the addresses in a list divided by spaces or commas? */
static bool
listed(const char *list, const char *address)
{
	size_t len = strlen(address);

	for (const char *p = list; p != NULL && *p != '\0';) {
		size_t word = strcspn(p, " ,");

		if (word == len && memcmp(p, address, len) == 0)
			return true;
		p += word;
		p += strspn(p, " ,");
	}
	return false;
}

bool
guard_is_proxy(const struct http *h, const char *address)
{
	return listed(h->settings.proxies, address);
}

static void
address_text(const struct sockaddr *a, char *text)
{
	const void *bytes = NULL;
	int family = AF_INET;

	text[0] = '\0';
	if (a != NULL && a->sa_family == AF_INET) {
		bytes = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
	} else if (a != NULL && a->sa_family == AF_INET6) {
		const struct in6_addr *six =
			&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
		bool mapped = IN6_IS_ADDR_V4MAPPED(six);

		family = mapped ? AF_INET : AF_INET6;
		bytes = mapped ? &six->s6_addr[12] : six->s6_addr;
	}
	if (bytes == NULL || inet_ntop(family, bytes, text, ADDRESS_BYTES) == NULL)
		memcpy(text, "-", 2);
}

/*
 * Where connections of an address are counted. A keyed hash: two addresses may share a place, but
 * nobody can choose to share another's. Of IPv6 only the first half counts, a subscriber's own.
 */
static int
bucket(const struct http *h, const char *address)
{
	unsigned char bytes[16] = { 0 }, hash[crypto_shorthash_BYTES];
	uint16_t place;

	if (inet_pton(AF_INET6, address, bytes) == 1)
		memset(bytes + 8, 0, 8);
	else
		(void)inet_pton(AF_INET, address, bytes);
	(void)crypto_shorthash(hash, bytes, sizeof(bytes), h->seed);
	memcpy(&place, hash, sizeof(place));
	return place % BUCKETS;
}

/* Count the connection; true if that is one too many. */
static bool
too_many(struct http *h, struct link *k)
{
	if (atomic_fetch_add(&h->open, 1) >= h->settings.connections)
		return true;
	if (k->trusted)
		return false;
	k->bucket = bucket(h, k->address);
	return atomic_fetch_add(&h->buckets[k->bucket], 1) >= h->settings.per_address;
}

void
guard_open(struct loop *l, struct MHD_Connection *c, void **socket_context)
{
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *peer =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct link *k = mem_new(sizeof(*k));

	if (fd == NULL)
		BUG("a connection without a socket");
	*k = (struct link){ .loop = l, .next = l->links, .fd = fd->connect_fd, .bucket = -1 };
	if (k->next != NULL)
		k->next->prev = k;
	l->links = k;
	*socket_context = k;
	http_scan_init(&k->scan);
	guard_phase(k, PHASE_IDLE, 0);
	address_text(peer == NULL ? NULL : peer->client_addr, k->address);
	k->trusted = guard_is_proxy(l->http, k->address);
	count(&l->counters.connections, 1);
	if (too_many(l->http, k) || k->fd >= MAX_FD) {
		count(&l->counters.over_limit, 1);
		guard_refuse(k, MHD_HTTP_TOO_MANY_REQUESTS);
	} else if (mem_short()) {
		guard_refuse(k, MHD_HTTP_SERVICE_UNAVAILABLE);
	}
	if (k->fd < MAX_FD)
		atomic_store_explicit(&watched[k->fd], k, memory_order_release);
}

/* The library calls this before it closes the socket, so the number cannot be another's yet. */
void
guard_close(struct loop *l, void **socket_context)
{
	struct link *k = *socket_context;

	if (k == NULL)
		return;
	*socket_context = NULL;
	if (k->fd < MAX_FD)
		atomic_store_explicit(&watched[k->fd], NULL, memory_order_release);
	if (k->next != NULL)
		k->next->prev = k->prev;
	if (k->prev != NULL)
		k->prev->next = k->next;
	else
		l->links = k->next;
	atomic_fetch_sub(&l->http->open, 1);
	if (k->bucket >= 0)
		atomic_fetch_sub(&l->http->buckets[k->bucket], 1);
	count(&l->counters.connections, -1);
	free(k);
}

static bool
is_late(const struct link *k, int64_t now)
{
	const struct http_settings *s = &k->loop->http->settings;

	if (k->phase == PHASE_WORKING)
		return false;
	if (k->phase == PHASE_IDLE)
		return now - k->since > (int64_t)s->idle_seconds * 1000;
	return now - k->since >
	       (int64_t)s->request_seconds * 1000 + (int64_t)(k->moved / LEAST_RATE);
}

/*
 * Clients that have ended their side, with nothing left to read: the library does not notice when
 * the end came together with the last bytes, for it is woken only by what is new.
 */
static void
cut_half_closed(struct loop *l)
{
	char byte;

	for (struct link *k = l->links; k != NULL; k = k->next)
		if ((k->phase == PHASE_IDLE || k->phase == PHASE_READING) && k->refused == 0 &&
		    recvfrom(k->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) == 0)
			(void)shutdown(k->fd, SHUT_RDWR);
}

void
guard_sweep(struct loop *l, enum sweep what)
{
	int64_t now = clock_micros() / 1000;

	if (what == SWEEP_LATE)
		cut_half_closed(l);

	for (struct link *k = l->links, *next; k != NULL; k = next) {
		bool late = is_late(k, now);

		next = k->next;
		if (!late && what == SWEEP_LATE)
			continue;
		if (!late &&
		    (k->phase == PHASE_WORKING || (what == SWEEP_IDLE && k->phase != PHASE_IDLE)))
			continue;
		if (late && k->phase != PHASE_IDLE && k->refused == 0)
			count(&l->counters.late, 1);
		if (late && k->phase == PHASE_READING && k->refused == 0)
			guard_refuse(k, MHD_HTTP_REQUEST_TIMEOUT);
		else
			(void)shutdown(k->fd, SHUT_RDWR);
	}
}
