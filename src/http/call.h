/*
 * One outgoing HTTP call: to a sign-in provider, a webhook, a register. Nothing is remembered
 * between calls: no cookies, no kept connections, no proxy or password from the environment.
 *
 * A call waits, so it belongs on a pool thread, in a job or in a command, never on a loop and never
 * on the write lane. An answer of any status is an answer: the caller judges reply.status.
 */
#ifndef HOOL_HTTP_CALL_H
#define HOOL_HTTP_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/ctx.h"
#include "http/http.h"

/* Allow http:// beside https://; without it everything goes over verified TLS. */
#define CALL_PLAIN 1u
/*
 * Refuse hosts of the machine itself and of inner networks. Held against the address really
 * connected to, so a name that changes its address between look-up and connection gains nothing.
 * For every address that somebody outside the operator may have written.
 */
#define CALL_PUBLIC_ONLY 2u

#define CALL_HEADERS 100	       /* header lines of a reply, and of a call */
#define CALL_HEADER_BYTES (64u * 1024) /* of a reply, all lines together */

/* What is asked. A zero takes the value in brackets. Everything is the caller's. */
struct call {
	const char *method; /* [GET] */
	const char *url;    /* absolute, printable ASCII, without user, password and fragment */
	struct http_pairs headers;
	const void *body; /* NULL: none */
	size_t body_len;
	int connect_seconds; /* until connected, TLS included [5] */
	int seconds;	     /* until the reply's last byte [20] */
	size_t most;	     /* bytes of the reply's body [1 MiB] */
	int redirects;	     /* followed at most, of a GET without secrets in its headers [0] */
	unsigned flags;	     /* CALL_… */
	const char *ca_file; /* certificates trusted instead of the system's */
};

/* In the arena of the call's context. */
struct reply {
	int status;
	struct http_pairs headers; /* of the last answer, in the order sent */
	const char *body;	   /* NUL after it */
	size_t len;
};

/*
 * Make the call. The number of the request it belongs to goes along as X-Request-Id.
 * Errors: ERR_INVALID err.call.address (not a call we make), ERR_DENIED err.call.private,
 * ERR_LIMIT err.call.large, err.call.headers, ERR_IO err.call.name, err.call.connect,
 * err.call.slow, err.call.tls, err.call.broken, err.call.redirects, err.call.other. The first
 * value of each is the host (never the address, which may hold secrets).
 */
enum err call_make(struct ctx *cx, const struct call *c, struct reply *ret) MUST_USE;

/* First header of a name, in any case, or NULL. */
const char *reply_header(const struct reply *r, const char *name);

/*
 * May CALL_PUBLIC_ONLY connect there? Global unicast by the special-purpose registries (RFC 6890,
 * RFC 8190), and no IPv6 form that carries an IPv4 address within.
 */
bool call_is_public(const struct sockaddr *to);

#endif
