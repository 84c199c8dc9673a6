/*
 * The web server: HTTP/1.1 over libmicrohttpd, driven by our own loops, one thread a core, each
 * with its own listening socket. What the server knows ends here: requests come to the site as
 * struct http_exchange, checked and decoded, and leave as bytes with every protective header.
 *
 * The way of a request. When headers and the whole body are in, the loop asks the site's route()
 * who this is and which lane the work takes:
 *
 *	HTTP_READ	handle() runs on the loop's thread with its reader: most pages
 *	HTTP_WRITE	handle() is a closure of the database's write lane; the answer leaves after
 *			the commit. It may be run again, so it touches only the database and x
 *	HTTP_SLOW	handle() runs on a pool thread with its own reader and may call db_run():
 *			passwords, letters
 *	HTTP_DONE	route() has made the answer itself (static files, redirects)
 *
 * What x->after names is made durable before the answer leaves, whatever the lane: the access log.
 * If anything fails, what the handler answered is forgotten and failed() makes the error page.
 *
 * Refused before the site sees it: whatever breaks the grammar of HTTP or could be read in two
 * ways (http_scan.h) gets an empty 400 and the connection ends. Refused through failed(), with a
 * page: unknown methods, long addresses, paths that are not plain UTF-8, large bodies, types of
 * body we cannot read, broken forms.
 */
#ifndef HOOL_HTTP_HTTP_H
#define HOOL_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "db/db.h"

#define MAX_ANSWER_HEADERS 16 /* a handler adds */

enum http_lane { HTTP_READ, HTTP_WRITE, HTTP_SLOW, HTTP_DONE };

/* A name and a value, NUL-ended UTF-8 without control characters but tab and line ends. */
struct http_pair {
	const char *name, *value;
};
struct http_pairs {
	const struct http_pair *at;
	size_t n;
};

/* A file of a form. `filename` is only a label, without folders; the bytes live as long as x. */
struct http_file {
	const char *field, *filename, *type;
	const void *bytes;
	size_t len;
};

/* One request and its answer. */
struct http_exchange {
	/* the request */
	const char *method;   /* GET (also for HEAD), POST, PUT, PATCH or DELETE */
	const char *path;     /* decoded: begins with '/', UTF-8, no "..", no control characters */
	const char *raw_path; /* as it came, without the query */
	const char *host;     /* as the client wrote it, of letters, digits, .-:[] */
	const char *address;  /* the client's, as text; behind a trusted proxy what that says */
	const char *type;     /* of the body, lower case without parameters; "" without a body */
	struct http_pairs query, form, headers;
	const struct http_file *files;
	size_t file_count;
	const char *body; /* NUL after it; forms have been read from it already */
	size_t body_len;
	bool is_head, secure; /* secure: reached us over TLS */
	bool wants_gzip;
	uint64_t number; /* of the request, in the log and on error pages */

	/* the answer */
	int status;		  /* 0 becomes 200 */
	int refusal;		  /* see http_refuse() */
	const char *content_type; /* NULL becomes text/html; charset is added to text */
	struct buf out;		  /* the body, at most MAX_PAGE */
	const void *bytes;	  /* or instead of it: bytes that outlive the exchange's answer */
	size_t len;
	int file; /* or an open file, if has_file; see http_file_out() */
	bool has_file;
	const char *cache; /* Cache-Control; NULL becomes "no-store" */
	const char *csp;   /* Content-Security-Policy; NULL is the house's own */
	bool no_gzip;	   /* packed already, or a secret beside what the client sent (BREACH) */
	bool packed;	   /* `bytes` are gzip, and the client wants them so */
	bool close;	   /* end the connection after this answer */
	const char *route_name; /* for log and figures: the pattern, never the address itself */

	db_fn *after; /* to be made durable before the answer leaves; runs on the write lane */
	void *after_arg;
	void *site_data; /* the site's own; NULL at the start */
	struct ctx cx;	 /* its arena ends with the exchange; conn is the lane's */
};

struct http_site {
	void *arg;
	const struct world *world; /* given to each exchange's context */
	const struct texts *texts;
	/* Who and which lane; on the loop thread with its reader. */
	enum err (*route)(struct http_exchange *x, enum http_lane *ret_lane, void *arg);
	/* The work; see the lanes above. */
	enum err (*handle)(struct http_exchange *x, void *arg);
	/*
	 * Make the error page: the answer is empty, x->status what `e` means, cx.error the cause.
	 * On the loop thread or the pool, with a reader. What it leaves in x->after is done as
	 * well (a refused look is logged too).
	 */
	void (*failed)(struct http_exchange *x, enum err e, void *arg);
	/* The answer has left, whole or cut: for the site's own notes. On the loop's thread;
	 * nothing may fail or wait here. NULL: none. */
	void (*left)(struct http_exchange *x, bool whole, void *arg);
	/* Bytes allowed for the body, known by method and path; 0 allows none. NULL: MAX_FORM_BODY.
	 */
	size_t (*body_limit)(struct http_exchange *x, void *arg);
};

/* How the server listens. A zero takes the value in brackets. */
struct http_settings {
	const char *address; /* IPv4 or IPv6 as text [127.0.0.1] */
	uint16_t port;	     /* 0: any; http_port() tells which */
	int threads;	     /* loops [one a core] */
	int slow_threads;    /* of the pool [2] */
	int slow_waiting;    /* pieces of slow work that may wait; more is 503 [64] */
	int idle_seconds;    /* between two requests of a connection [60] */
	int request_seconds; /* from a request's first byte to its last, and as long again to take
				the answer; a second more for every 8 KiB that really moved [20] */
	int connections;     /* at once, all in all [4000] */
	int per_address;     /* at once from one address; the trusted proxies are exempt [200] */
	bool unlogged;	     /* no line in the log for answers that are no errors of ours */
	bool behind_tls;     /* a proxy ends TLS: Secure cookies, HSTS */
	const char *proxies; /* addresses whose X-Forwarded-For is believed, by spaces; or NULL */
};

struct http_figures {
	uint64_t requests;     /* answered, since the start */
	uint64_t by_class[6];  /* of them 2xx at [2], 3xx at [3] … */
	uint64_t bytes;	       /* of their bodies, as sent */
	uint64_t refused;      /* connections ended for broken HTTP */
	uint64_t late;	       /* connections ended for a deadline */
	uint64_t over_limit;   /* connections refused for their number */
	uint64_t connections;  /* open now */
	uint64_t running;      /* requests whose answer has not left yet */
	uint64_t slow_waiting; /* pieces of slow work waiting now */
};

/* Answers of one route, method and status, by how long they took from the request's first line
 * until they left. */
#define HTTP_BOUND_COUNT 14
extern const uint32_t HTTP_BOUNDS[HTTP_BOUND_COUNT]; /* microseconds, upper bounds */
struct http_series {
	const char *route, *method;
	int status;
	uint64_t micros;		     /* in all */
	uint64_t took[HTTP_BOUND_COUNT + 1]; /* each within its bound only; the last above all */
};

struct http;

/*
 * Start serving. `site` and `db` must outlive the server; `db` may be NULL for a site without a
 * database. Errors: ERR_INVALID (address), ERR_IO (port taken), those of db_reader().
 */
enum err http_start(struct ctx *cx, const struct http_settings *settings,
		    const struct http_site *site, struct db *db, struct http **ret) MUST_USE;
uint16_t http_port(const struct http *h);
/* Stop: accept nothing more, finish what runs (at most 5 s for slow clients), end the threads. */
void http_stop(struct http *h);
SCOPED_DEFINE(http, struct http, http_stop)
struct http_figures http_figures(struct http *h);
/* All series since the start, sorted, in the arena; returns how many. */
size_t http_series(struct http *h, struct arena *a, struct http_series **ret);

/* ---- the request ---- */

/* First value under a name, or NULL. Header names in any case. */
const char *http_query(const struct http_exchange *x, const char *name);
const char *http_form(const struct http_exchange *x, const char *name);
const char *http_header(const struct http_exchange *x, const char *name);
/* The n-th value of a name, from 0, or NULL. */
const char *http_form_nth(const struct http_exchange *x, const char *name, size_t n);
const struct http_file *http_file(const struct http_exchange *x, const char *field);
/* A cookie of ours, by the name http_cookie_set() was given; NULL if it is absent or doubled. */
const char *http_cookie(const struct http_exchange *x, const char *name);
/* OK if the body was a form (or there was none); else 415. */
enum err http_need_form(struct http_exchange *x) MUST_USE;
/* Fail with a status of HTTP's own that no enum err has (405, 415, 429 …); the answer gets it. */
#define http_refuse(x, code, e, ...) ((x)->refusal = (code), fail(&(x)->cx, (e), __VA_ARGS__))

/* ---- the answer ---- */

/* Answer with the bytes of an open file from its beginning, `len` of them: sent as they are, and
 * the file is closed whatever becomes of the answer. */
void http_file_out(struct http_exchange *x, int file, size_t len);

/* Forget what has been answered so far, also x->after. */
void http_reset(struct http_exchange *x);
/* Add a header; the value must be printable ASCII. Errors: ERR_INVALID, ERR_LIMIT. */
enum err http_add_header(struct http_exchange *x, const char *name, const char *value) MUST_USE;
/*
 * Set a session cookie: HttpOnly, SameSite=Lax, Path=/, gone with the browser; behind TLS also
 * Secure, with the prefix __Host-. NULL as the value takes it away. The value is of [A-Za-z0-9_-.].
 */
enum err http_cookie_set(struct http_exchange *x, const char *name, const char *value) MUST_USE;
/* 303 to an address of our own: begins with one '/'. Errors: ERR_INVALID for any other. */
enum err http_redirect(struct http_exchange *x, const char *path) MUST_USE;
/* 303 to another host that configuration names: https, or http to the machine itself. */
enum err http_redirect_out(struct http_exchange *x, const char *url) MUST_USE;
/* A file to be saved, never shown as a page: the name by RFC 6266, sandboxed. */
enum err http_attachment(struct http_exchange *x, const char *filename, const char *type) MUST_USE;

#endif
