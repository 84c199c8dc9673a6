/* Outgoing calls, over libcurl. See call.h. */
#include "http/call.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "base/trace.h"

#define CONNECT_SECONDS 5
#define WHOLE_SECONDS 20
#define REPLY_MOST (1024u * 1024)

/* One call under way. */
struct transfer {
	struct ctx *cx;
	const struct call *asked;
	const char *host;
	size_t most;
	struct buf body;
	struct http_pair *headers;
	size_t n_headers, header_bytes;
	bool to_private;       /* refused the address it was about to connect to */
	bool too_many_headers; /* of the reply */
};

static pthread_once_t ready = PTHREAD_ONCE_INIT;

static void
start_library(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		BUG("libcurl does not start");
}

static inline void
curl_handle_free(CURL **h)
{
	curl_easy_cleanup(*h);
}
#define SCOPED_CURL __attribute__((cleanup(curl_handle_free))) CURL

static inline void
curl_list_free(struct curl_slist **l)
{
	curl_slist_free_all(*l);
}
#define SCOPED_SLIST __attribute__((cleanup(curl_list_free))) struct curl_slist

/* ---- where it may go ---- */

/* Special-purpose IPv4 blocks: none of them is a host of the public network. */
static const struct block {
	uint32_t at, bits;
} ipv4_special[] = {
	{ 0x00000000, 8 },  /* this network */
	{ 0x0a000000, 8 },  /* private */
	{ 0x64400000, 10 }, /* shared by a carrier */
	{ 0x7f000000, 8 },  /* the machine itself */
	{ 0xa9fe0000, 16 }, /* link; clouds keep their secrets here */
	{ 0xac100000, 12 }, /* private */
	{ 0xc0000000, 24 }, /* protocols */
	{ 0xc0000200, 24 }, /* documentation */
	{ 0xc0586300, 24 }, /* relays of 6to4 */
	{ 0xc0a80000, 16 }, /* private */
	{ 0xc6120000, 15 }, /* benchmarks */
	{ 0xc6336400, 24 }, /* documentation */
	{ 0xcb007100, 24 }, /* documentation */
	{ 0xe0000000, 3 },  /* multicast, reserved, broadcast */
};

static bool
ipv4_is_public(uint32_t a)
{
	for (size_t i = 0; i < sizeof(ipv4_special) / sizeof(*ipv4_special); i++)
		if ((a ^ ipv4_special[i].at) >> (32 - ipv4_special[i].bits) == 0)
			return false;
	return true;
}

static bool
ipv6_is_public(const uint8_t a[16])
{
	/* Only 2000::/3 is given out; mapped, translated, local and unique local lie outside. */
	if ((a[0] & 0xe0) != 0x20)
		return false;
	if (a[0] == 0x20 && a[1] == 0x02) /* 2002::/16: 6to4, an IPv4 address within */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01)
		/* 2001::/23: protocols, Teredo among them; 2001:db8::/32: documentation. */
		return !((a[2] & 0xfe) == 0 || (a[2] == 0x0d && a[3] == 0xb8));
	return !(a[0] == 0x3f && a[1] == 0xff && (a[2] & 0xf0) == 0); /* documentation too */
}

bool
call_is_public(const struct sockaddr *to)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (to->sa_family == AF_INET) {
		memcpy(&v4, to, sizeof(v4));
		return ipv4_is_public(ntohl(v4.sin_addr.s_addr));
	}
	if (to->sa_family == AF_INET6) {
		memcpy(&v6, to, sizeof(v6));
		return ipv6_is_public(v6.sin6_addr.s6_addr);
	}
	return false;
}

/* libcurl asks for a socket to this very address: the place to refuse one. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;

	(void)purpose;
	if ((t->asked->flags & CALL_PUBLIC_ONLY) != 0 && !call_is_public(&to->addr)) {
		t->to_private = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- what comes back ---- */

static size_t
take_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	buf_add(&t->body, bytes, size * n);
	return t->body.too_large ? 0 : size * n;
}

/* A header line. An interim or redirecting answer before the last is forgotten with its status. */
static size_t
take_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n;
	const char *colon = memchr(bytes, ':', len);

	if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0) {
		t->n_headers = 0;
		return len;
	}
	t->header_bytes += len;
	if (colon == NULL)
		return len;
	if (t->n_headers == CALL_HEADERS || t->header_bytes > CALL_HEADER_BYTES) {
		t->too_many_headers = true;
		return 0;
	}
	t->headers[t->n_headers].name = arena_strndup(t->cx->arena, bytes, (size_t)(colon - bytes));
	t->headers[t->n_headers].value =
		text_trim(t->cx->arena, arena_strndup(t->cx->arena, colon + 1,
						      len - (size_t)(colon - bytes) - 1));
	t->n_headers++;
	return len;
}

/* ---- the call ---- */

static enum err
bad_address(struct ctx *cx, const char *host)
{
	return fail(cx, ERR_INVALID, "err.call.address", host);
}

/* Printable ASCII without spaces: nothing that could end a line of the request. */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

/* The host of an address we may call, for the messages. */
static enum err
read_url(struct ctx *cx, const struct call *c, const char **ret_host)
{
	const char *after = strstr(c->url, "//"); /* libcurl would take any number of slashes */
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL, *secret = NULL;
	bool good;

	if (u == NULL)
		BUG("out of memory");
	good = is_plain(c->url) && after != NULL && after[2] != '/' && strlen(c->url) <= MAX_URL &&
	       curl_url_set(u, CURLUPART_URL, c->url, 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	       curl_url_get(u, CURLUPART_PASSWORD, &secret, 0) == CURLUE_NO_PASSWORD &&
	       strchr(c->url, '#') == NULL &&
	       (strcmp(scheme, "https") == 0 ||
		((c->flags & CALL_PLAIN) != 0 && strcmp(scheme, "http") == 0));
	if (host != NULL)
		*ret_host = arena_strdup(cx->arena, host);
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_free(secret);
	curl_url_cleanup(u);
	return good ? OK : bad_address(cx, *ret_host);
}

static enum err
add_line(struct ctx *cx, struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		return fail(cx, ERR_IO, "err.io");
	*list = longer;
	return OK;
}

static enum err
add_headers(struct transfer *t, struct curl_slist **list)
{
	const struct http_pairs *h = &t->asked->headers;
	bool has_type = false;

	if (h->n > CALL_HEADERS)
		return fail(t->cx, ERR_LIMIT, "err.call.headers", t->host);
	for (size_t i = 0; i < h->n; i++) {
		const char *name = h->at[i].name, *value = h->at[i].value;

		if (!is_plain(name) || strpbrk(name, ":;") != NULL || *name == '\0' ||
		    text_has_control(value) || strpbrk(value, "\r\n") != NULL)
			return bad_address(t->cx, t->host);
		has_type = has_type || strcasecmp(name, "Content-Type") == 0;
		/* An empty value is said with a semicolon. */
		TRY(add_line(t->cx, list,
			     *value == '\0' ? arena_printf(t->cx->arena, "%s;", name)
					    : arena_printf(t->cx->arena, "%s: %s", name, value)));
	}
	/* What libcurl would add by itself, taken away: a type nobody gave, a wait for a nod. */
	if (!has_type)
		TRY(add_line(t->cx, list, "Content-Type:"));
	TRY(add_line(t->cx, list, "Expect:"));
	if (t->cx->trace[0] != '\0')
		TRY(add_line(t->cx, list,
			     arena_printf(t->cx->arena, "traceparent: %s", trace_parent(t->cx))));
	if (t->cx->request == 0)
		return OK;
	return add_line(t->cx, list,
			arena_printf(t->cx->arena, "X-Request-Id: %llu",
				     (unsigned long long)t->cx->request));
}

static bool
set_request(CURL *h, const struct call *c, const char *schemes)
{
	const char *method = c->method == NULL ? "GET" : c->method;
	CURLcode e = curl_easy_setopt(h, CURLOPT_URL, c->url);

	e |= curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, schemes);
	e |= curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
	if (strcmp(method, "HEAD") == 0)
		e |= curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
	else if (c->body != NULL) {
		e |= curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body_len);
		e |= curl_easy_setopt(h, CURLOPT_POSTFIELDS, c->body);
	}
	if (strcmp(method, "HEAD") != 0)
		e |= curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
	if (c->redirects > 0) {
		if (strcmp(method, "GET") != 0)
			BUG("only a GET is led on");
		e |= curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 1L);
		e |= curl_easy_setopt(h, CURLOPT_MAXREDIRS, (long)c->redirects);
	}
	return e == CURLE_OK;
}

static bool
set_limits(CURL *h, const struct call *c)
{
	long connect = c->connect_seconds == 0 ? CONNECT_SECONDS : c->connect_seconds;
	long whole = c->seconds == 0 ? WHOLE_SECONDS : c->seconds;
	CURLcode e = curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, connect);

	e |= curl_easy_setopt(h, CURLOPT_TIMEOUT, whole);
	e |= curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	e |= curl_easy_setopt(h, CURLOPT_PROXY, "");
	e |= curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	e |= curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L);
	e |= curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
	e |= curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	e |= curl_easy_setopt(h, CURLOPT_HTTP09_ALLOWED, 0L);
	e |= curl_easy_setopt(h, CURLOPT_USERAGENT, "hool");
	e |= curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	e |= curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
	e |= curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
	if (c->ca_file != NULL) {
		e |= curl_easy_setopt(h, CURLOPT_CAINFO, c->ca_file);
		e |= curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	}
	return e == CURLE_OK;
}

static bool
set_callbacks(CURL *h, struct transfer *t, struct curl_slist *headers)
{
	CURLcode e = curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);

	e |= curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	e |= curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, t);
	e |= curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	e |= curl_easy_setopt(h, CURLOPT_WRITEDATA, t);
	e |= curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
	e |= curl_easy_setopt(h, CURLOPT_HEADERDATA, t);
	return e == CURLE_OK;
}

/* What libcurl says, in words a person can act on. Its own number goes along for the operator. */
static enum err
say_failure(struct transfer *t, CURLcode code)
{
	struct ctx *cx = t->cx;
	const char *number = text_from_int(cx->arena, (int64_t)code);
	int seconds = t->asked->seconds == 0 ? WHOLE_SECONDS : t->asked->seconds;

	if (t->to_private)
		return fail(cx, ERR_DENIED, "err.call.private", t->host);
	if (t->body.too_large)
		return fail(cx, ERR_LIMIT, "err.call.large", t->host,
			    text_from_int(cx->arena, (int64_t)t->most));
	if (t->too_many_headers)
		return fail(cx, ERR_LIMIT, "err.call.headers", t->host);
	switch ((int)code) {
	case CURLE_URL_MALFORMAT:
		return bad_address(cx, t->host);
	case CURLE_COULDNT_RESOLVE_HOST:
		return fail(cx, ERR_IO, "err.call.name", t->host);
	case CURLE_COULDNT_CONNECT:
		return fail(cx, ERR_IO, "err.call.connect", t->host);
	case CURLE_OPERATION_TIMEDOUT:
		return fail(cx, ERR_IO, "err.call.slow", t->host,
			    text_from_int(cx->arena, seconds));
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return fail(cx, ERR_IO, "err.call.tls", t->host, number);
	case CURLE_TOO_MANY_REDIRECTS:
		return fail(cx, ERR_IO, "err.call.redirects", t->host);
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL: /* it speaks no HTTP, or leads on to what does not */
	case CURLE_BAD_CONTENT_ENCODING:
		return fail(cx, ERR_IO, "err.call.broken", t->host);
	default:
		return fail(cx, ERR_IO, "err.call.other", t->host, number);
	}
}

static enum err
run(struct transfer *t, struct reply *ret)
{
	SCOPED_CURL *h = curl_easy_init();
	SCOPED_SLIST *headers = NULL;
	bool plain = (t->asked->flags & CALL_PLAIN) != 0;
	CURLcode code;
	long status = 0;

	if (h == NULL)
		return fail(t->cx, ERR_IO, "err.io");
	TRY(add_headers(t, &headers));
	if (!set_request(h, t->asked, plain ? "http,https" : "https") || !set_limits(h, t->asked) ||
	    !set_callbacks(h, t, headers))
		return fail(t->cx, ERR_IO, "err.io");
	code = curl_easy_perform(h);
	if (code != CURLE_OK)
		return say_failure(t, code);
	(void)curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	*ret = (struct reply){
		.status = (int)status,
		.headers = { t->headers, t->n_headers },
		.body = arena_strndup(t->cx->arena, t->body.bytes, t->body.len),
		.len = t->body.len,
	};
	return OK;
}

enum err
call_make(struct ctx *cx, const struct call *c, struct reply *ret)
{
	struct transfer t = { .cx = cx, .asked = c, .host = "?" };
	enum err e;

	if (cx->conn != NULL && db_writing(cx))
		BUG("an outside call while the write lane waits");
	(void)pthread_once(&ready, start_library);
	TRY(read_url(cx, c, &t.host));
	t.most = c->most == 0 ? REPLY_MOST : c->most;
	t.headers = ARENA_ARRAY(cx->arena, CALL_HEADERS, struct http_pair);
	buf_init(&t.body, t.most);
	e = run(&t, ret);
	buf_release(&t.body);
	return e;
}

const char *
reply_header(const struct reply *r, const char *name)
{
	for (size_t i = 0; i < r->headers.n; i++)
		if (strcasecmp(r->headers.at[i].name, name) == 0)
			return r->headers.at[i].value;
	return NULL;
}
