/* Outgoing calls, against servers of our own on the loopback: a whole one, and one that says the
 * bytes it is told to, as slowly and as badly as it is told to. */
#include "http/call.h"

#include <pthread.h>
#include <stdio.h>

#include "base/text.h"
#include "http/client_test.h"

/* ---- a server that says what the test wants ---- */

struct little {
	int fd;
	uint16_t port;
	const char *say;       /* NULL: nothing */
	const char *say_later; /* after `wait_ms` */
	int wait_ms;
	size_t repeat; /* of `say_later` */
	bool reset;    /* end by a reset instead of a close */
	char heard[8192];
	pthread_t thread;
};

static void
hear(struct little *l, int fd)
{
	size_t len = 0;

	while (len < sizeof(l->heard) - 1) {
		ssize_t n = recv(fd, l->heard + len, sizeof(l->heard) - 1 - len, 0);
		const char *end;

		if (n <= 0)
			return;
		len += (size_t)n;
		l->heard[len] = '\0';
		end = strstr(l->heard, "\r\n\r\n");
		if (end != NULL) {
			const char *length = strcasestr(l->heard, "\r\nContent-Length: ");
			size_t want = length == NULL ? 0 : strtoul(length + 18, NULL, 10);

			if (strlen(end + 4) >= want)
				return;
		}
	}
}

static void *
little_run(void *arg)
{
	struct little *l = arg;
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	int fd = accept(l->fd, NULL, NULL);

	if (fd < 0)
		return NULL;
	hear(l, fd);
	if (l->say != NULL)
		client_say(fd, l->say);
	client_sleep_ms(l->wait_ms);
	for (size_t i = 0; l->say_later != NULL && i < l->repeat; i++)
		client_say(fd, l->say_later);
	if (l->reset)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	(void)close(fd);
	return NULL;
}

static void
little_start(struct little *l)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(l->fd >= 0);
	assert_int_equal(bind(l->fd, (const struct sockaddr *)(const void *)&at, sizeof(at)), 0);
	assert_int_equal(listen(l->fd, 1), 0);
	assert_int_equal(getsockname(l->fd, (struct sockaddr *)(void *)&at, &len), 0);
	l->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&l->thread, NULL, little_run, l), 0);
}

static void
little_stop(struct little *l)
{
	(void)shutdown(l->fd, SHUT_RDWR);
	(void)pthread_join(l->thread, NULL);
	(void)close(l->fd);
}

/* As EXPECT_ERR, but the error stays to be looked at. */
#define EXPECT_SAID(want, call) EXPECT_INT((want), (call))

/* Call the little server once. */
static enum err
ask(struct test *t, struct little *l, struct call c, struct reply *ret)
{
	struct ctx *cx = test_ctx(t);
	enum err e;

	ctx_forgive(cx);
	little_start(l);
	c.url = arena_printf(t->arena, "http://127.0.0.1:%u/x?y=1", (unsigned)l->port);
	c.flags |= CALL_PLAIN;
	if (c.seconds == 0)
		c.seconds = 5;
	e = call_make(cx, &c, ret);
	little_stop(l);
	return e;
}

TEST(call_reads_status_headers_and_body)
{
	struct little l = { .say = "HTTP/1.1 418 Teapot\r\nX-One:  a b \r\nx-two:\r\n"
				   "Content-Length: 5\r\n\r\nsalut" };
	struct reply r;

	EXPECT_OK(ask(t, &l, (struct call){ 0 }, &r));
	EXPECT_INT(418, r.status);
	EXPECT_TEXT("salut", r.body);
	EXPECT_INT(5, r.len);
	EXPECT_TEXT("a b", reply_header(&r, "x-ONE"));
	EXPECT_TEXT("", reply_header(&r, "X-Two"));
	EXPECT(reply_header(&r, "x-three") == NULL);
	EXPECT(strstr(l.heard, "GET /x?y=1 HTTP/1.1\r\n") == l.heard);
}

TEST(call_sends_method_headers_body_and_thread)
{
	struct little l = { .say = "HTTP/1.1 204 No\r\n\r\n" };
	const struct http_pair h[] = { { "Content-Type", "application/json" }, { "X-Empty", "" } };
	struct reply r;

	test_ctx(t)->request = 77;
	memcpy(test_ctx(t)->trace, "4bf92f3577b34da6a3ce929d0e0e4736", TRACE_DIGITS + 1);
	EXPECT_OK(ask(
		t, &l,
		(struct call){ .method = "PUT", .headers = { h, 2 }, .body = "{}", .body_len = 2 },
		&r));
	EXPECT_INT(204, r.status);
	EXPECT_INT(0, r.len);
	EXPECT_HAS(l.heard, "PUT /x?y=1 HTTP/1.1\r\n");
	EXPECT_HAS(l.heard, "\r\nContent-Type: application/json\r\n");
	EXPECT_HAS(l.heard, "\r\nX-Empty:");
	EXPECT_HAS(l.heard, "\r\nX-Request-Id: 77\r\n");
	EXPECT_HAS(l.heard, "\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-");
	EXPECT_HAS(l.heard, "\r\nContent-Length: 2\r\n");
	EXPECT_HAS(l.heard, "\r\n\r\n{}");
	EXPECT(strstr(l.heard, "Expect:") == NULL);
}

TEST(call_says_nothing_nobody_asked_for)
{
	struct little l = { .say = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };
	struct reply r;

	EXPECT_OK(ask(t, &l, (struct call){ .method = "POST", .body = "a", .body_len = 1 }, &r));
	EXPECT(strcasestr(l.heard, "Content-Type") == NULL);
	EXPECT(strcasestr(l.heard, "X-Request-Id") == NULL);
	EXPECT(strcasestr(l.heard, "traceparent") == NULL);
	EXPECT(strcasestr(l.heard, "Cookie") == NULL);
}

TEST(call_tells_bad_servers_apart)
{
	static const char LENGTH[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
	static const char CHUNKED[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf";
	const struct {
		struct little l;
		struct call c;
		enum err want;
		const char *key;
	} cases[] = {
		{ { .say = LENGTH }, { 0 }, ERR_IO, "err.call.broken" },
		{ { .say = CHUNKED }, { 0 }, ERR_IO, "err.call.broken" },
		{ { .say = LENGTH, .wait_ms = 50, .reset = true },
		  { 0 },
		  ERR_IO,
		  "err.call.broken" },
		{ { .reset = true }, { 0 }, ERR_IO, "err.call.broken" },
		{ { .say = "" }, { 0 }, ERR_IO, "err.call.broken" },
		{ { .say = "SSH-2.0-x\r\n" }, { 0 }, ERR_IO, "err.call.broken" },
		{ { .say = LENGTH, .wait_ms = 1400 }, { .seconds = 1 }, ERR_IO, "err.call.slow" },
		{ { .wait_ms = 1400 }, { .seconds = 1 }, ERR_IO, "err.call.slow" },
		{ { .say = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789" },
		  { .most = 8 },
		  ERR_LIMIT,
		  "err.call.large" },
		{ { .say = "HTTP/1.1 200 OK\r\n\r\n", .say_later = "0123456789", .repeat = 1000 },
		  { .most = 9999 },
		  ERR_LIMIT,
		  "err.call.large" },
		{ { .say = "HTTP/1.1 200 OK\r\n", .say_later = "a: b\r\n", .repeat = 101 },
		  { 0 },
		  ERR_LIMIT,
		  "err.call.headers" },
		{ { .say = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		  { .flags = CALL_PUBLIC_ONLY, .connect_seconds = 1 },
		  ERR_DENIED,
		  "err.call.private" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct little l = cases[i].l;
		struct reply r = { .status = 1 };

		print_message("case %zu\n", i);
		EXPECT_SAID(cases[i].want, ask(t, &l, cases[i].c, &r));
		EXPECT_TEXT(cases[i].key, test_ctx(t)->error.key);
		EXPECT_TEXT("127.0.0.1", test_ctx(t)->error.args[0]);
		EXPECT_INT(1, r.status);
	}
}

TEST(call_takes_as_much_as_allowed)
{
	struct little l = { .say = "HTTP/1.1 200 OK\r\n\r\n",
			    .say_later = "0123456789",
			    .repeat = 1000 };
	struct reply r;

	EXPECT_OK(ask(t, &l, (struct call){ .most = 10000 }, &r));
	EXPECT_INT(10000, r.len);
}

TEST(call_is_led_on_only_when_asked)
{
	struct little there = {
		.say = "HTTP/1.1 200 OK\r\nX-At: there\r\nContent-Length: 2\r\n\r\nok"
	};
	struct little l = { 0 };
	struct reply r;

	little_start(&there);
	l.say = arena_printf(
		t->arena,
		"HTTP/1.1 302 Found\r\nX-At: here\r\nLocation: http://127.0.0.1:%u/\r\n"
		"Content-Length: 4\r\n\r\naway",
		(unsigned)there.port);
	EXPECT_OK(ask(t, &l, (struct call){ 0 }, &r));
	EXPECT_INT(302, r.status);
	EXPECT_TEXT("away", r.body);
	EXPECT_TEXT("here", reply_header(&r, "X-At"));
	EXPECT_OK(ask(t, &l, (struct call){ .redirects = 1 }, &r));
	EXPECT_INT(200, r.status);
	EXPECT_TEXT("ok", r.body);
	EXPECT_TEXT("there", reply_header(&r, "X-At"));
	little_stop(&there);
}

TEST(call_is_not_led_to_other_schemes_nor_round_in_circles)
{
	struct little file = { .say = "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n"
				      "Content-Length: 0\r\n\r\n" };
	struct little round = { .say = "HTTP/1.1 302 Found\r\nLocation: /\r\nConnection: close\r\n"
				       "Content-Length: 0\r\n\r\n" };
	struct reply r = { 0 };

	EXPECT_SAID(ERR_IO, ask(t, &file, (struct call){ .redirects = 3 }, &r));
	EXPECT_TEXT("err.call.broken", test_ctx(t)->error.key);
	/* It answers once; a second step would find nobody, none may be taken after the last. */
	EXPECT_SAID(ERR_IO, ask(t, &round, (struct call){ .redirects = 1, .seconds = 1 }, &r));
}

TEST(call_refuses_addresses_and_headers_that_are_none)
{
	static const char *const urls[] = {
		"",
		"/x",
		"127.0.0.1",
		"ftp://127.0.0.1/",
		"file:///etc/hostname",
		"gopher://127.0.0.1/",
		"http://127.0.0.1/", /* plain was not allowed */
		"https://user@127.0.0.1/",
		"https://user:secret@127.0.0.1/",
		"https://127.0.0.1/#part",
		"https://127.0.0.1/a b",
		"https://127.0.0.1/\r\nX: y",
		"https://127.0.0.1/\x7f",
		"https://127.0.0.1/ä",
		"https://127.0.0.1:99999/",
		"https:///x",
		"javascript:alert(1)",
	};
	static const struct http_pair lines[] = {
		{ "A", "b\r\nC: d" }, { "A\r\nB", "c" }, { "A:", "b" },
		{ "", "b" },	      { "A;", "" },	 { "A b", "c" },
	};
	struct ctx *cx = test_ctx(t);
	struct reply r;

	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		struct call c = { .url = urls[i], .connect_seconds = 1 };

		print_message("%s\n", urls[i]);
		ctx_forgive(cx);
		EXPECT_SAID(ERR_INVALID, call_make(cx, &c, &r));
		EXPECT_TEXT("err.call.address", cx->error.key);
	}
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct call c = { .url = "https://127.0.0.1:9/", .headers = { &lines[i], 1 } };

		ctx_forgive(cx);
		EXPECT_SAID(ERR_INVALID, call_make(cx, &c, &r));
	}
}

TEST(call_tells_a_closed_port_and_a_name_nobody_has)
{
	struct little l = { 0 };
	struct ctx *cx = test_ctx(t);
	struct call c = { .seconds = 3, .flags = CALL_PLAIN };
	struct reply r;

	little_start(&l);
	little_stop(&l);
	c.url = arena_printf(t->arena, "http://127.0.0.1:%u/", (unsigned)l.port);
	EXPECT_SAID(ERR_IO, call_make(cx, &c, &r));
	EXPECT_TEXT("err.call.connect", cx->error.key);
	ctx_forgive(cx);
	c.url = "http://nobody.invalid/";
	EXPECT_SAID(ERR_IO, call_make(cx, &c, &r));
	EXPECT(strcmp(cx->error.key, "err.call.name") == 0 ||
	       strcmp(cx->error.key, "err.call.slow") == 0);
	EXPECT_TEXT("nobody.invalid", cx->error.args[0]);
}

TEST(call_wants_tls_where_https_is_said)
{
	struct little l = { .say = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .wait_ms = 10 };
	struct ctx *cx = test_ctx(t);
	struct reply r;
	struct call c = { .seconds = 1 };

	/* hear() waits for the end of a head; the greeting of TLS has none, so the call must end
	 * by its own time or by the bytes of the other. */
	little_start(&l);
	c.url = arena_printf(t->arena, "https://127.0.0.1:%u/", (unsigned)l.port);
	EXPECT_SAID(ERR_IO, call_make(cx, &c, &r));
	EXPECT(strcmp(cx->error.key, "err.call.slow") == 0 ||
	       strcmp(cx->error.key, "err.call.tls") == 0);
	little_stop(&l);
}

TEST(call_knows_public_addresses)
{
	static const struct {
		const char *at;
		bool is_public;
	} cases[] = {
		{ "8.8.8.8", true },
		{ "195.80.100.1", true },
		{ "0.0.0.0", false },
		{ "10.1.2.3", false },
		{ "100.63.255.255", true },
		{ "100.64.0.1", false },
		{ "100.127.255.255", false },
		{ "100.128.0.0", true },
		{ "127.0.0.1", false },
		{ "127.255.255.255", false },
		{ "128.0.0.1", true },
		{ "169.254.169.254", false },
		{ "172.15.0.1", true },
		{ "172.16.0.1", false },
		{ "172.31.255.1", false },
		{ "172.32.0.1", true },
		{ "192.0.0.8", false },
		{ "192.0.2.1", false },
		{ "192.88.99.1", false },
		{ "192.168.0.1", false },
		{ "198.17.255.255", true },
		{ "198.18.0.1", false },
		{ "198.19.255.255", false },
		{ "198.51.100.7", false },
		{ "203.0.113.7", false },
		{ "223.255.255.255", true },
		{ "224.0.0.1", false },
		{ "255.255.255.255", false },
		{ "::", false },
		{ "::1", false },
		{ "::ffff:8.8.8.8", false },
		{ "::ffff:127.0.0.1", false },
		{ "64:ff9b::7f00:1", false },
		{ "fe80::1", false },
		{ "fc00::1", false },
		{ "fd12::1", false },
		{ "ff02::1", false },
		{ "2001::1", false },
		{ "2001:1ff::1", false },
		{ "2001:200::1", true },
		{ "2001:db8::1", false },
		{ "2002:7f00:1::", false },
		{ "2a00:1450::1", true },
		{ "3fff::1", false },
		{ "3fff:fff::1", false },
		{ "3fff:1000::1", true },
		{ "4000::1", false },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sockaddr_in v4 = { .sin_family = AF_INET };
		struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
		bool got;

		print_message("%s\n", cases[i].at);
		if (inet_pton(AF_INET, cases[i].at, &v4.sin_addr) == 1) {
			got = call_is_public((const struct sockaddr *)(const void *)&v4);
		} else {
			EXPECT_INT(1, inet_pton(AF_INET6, cases[i].at, &v6.sin6_addr));
			got = call_is_public((const struct sockaddr *)(const void *)&v6);
		}
		EXPECT_INT(cases[i].is_public, got);
	}
}

/* ---- our own server at the other end ---- */

static enum err
route_all(struct http_exchange *x, enum http_lane *ret_lane, void *arg)
{
	(void)x;
	(void)arg;
	*ret_lane = HTTP_READ;
	return OK;
}

static enum err
say_back(struct http_exchange *x, void *arg)
{
	(void)arg;
	x->content_type = "text/plain";
	buf_printf(&x->out, "%s %s a=%s", x->method, x->path, http_form(x, "a"));
	return OK;
}

TEST(call_talks_to_our_own_server)
{
	const struct http_site site = { .route = route_all,
					.handle = say_back,
					.failed = client_failed };
	const struct http_settings settings = { .threads = 1 };
	const struct http_pair form = { "Content-Type", "application/x-www-form-urlencoded" };
	SCOPED(http) struct http *http = NULL;
	struct ctx *cx = test_ctx(t);
	struct call c = { .method = "POST",
			  .headers = { &form, 1 },
			  .body = "a=%C3%B5",
			  .body_len = 8,
			  .flags = CALL_PLAIN };
	struct reply r;

	EXPECT_OK(http_start(cx, &settings, &site, NULL, &http));
	c.url = arena_printf(t->arena, "http://127.0.0.1:%u/tee", (unsigned)http_port(http));
	EXPECT_OK(call_make(cx, &c, &r));
	EXPECT_INT(200, r.status);
	EXPECT_TEXT("POST /tee a=õ", r.body);
	EXPECT(strstr(reply_header(&r, "content-type"), "text/plain") != NULL);
	c.method = "HEAD";
	c.body = NULL;
	EXPECT_OK(call_make(cx, &c, &r));
	EXPECT_INT(0, r.len);
}
