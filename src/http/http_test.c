/* The server, by the bytes it answers. Lanes and database: http_work_test.c. */
#include "http/http.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <zlib.h>

#include "base/log.h"
#include "base/text.h"
#include "http/client_test.h"

#define BIG 100000
#define GET(path) "GET " path " HTTP/1.1\r\nHost: test\r\n\r\n"

static char big[BIG + 1];

static enum err
route(struct http_exchange *x, enum http_lane *ret_lane, void *arg)
{
	(void)arg;
	if (strcmp(x->path, "/nowhere") == 0)
		return fail(&x->cx, ERR_NOTFOUND, "err.not_found");
	if (strcmp(x->path, "/teapot") == 0)
		return http_refuse(x, 418, ERR_DENIED, "err.not_found");
	*ret_lane = strcmp(x->path, "/nap") == 0 ? HTTP_SLOW : HTTP_READ;
	return OK;
}

static void
say_pairs(struct buf *b, const char *what, struct http_pairs p)
{
	for (size_t i = 0; i < p.n; i++)
		buf_printf(b, "%s %s=%s\n", what, p.at[i].name, p.at[i].value);
}

/* What the request was understood to be. */
static enum err
echo(struct http_exchange *x)
{
	x->content_type = "text/plain";
	buf_printf(&x->out, "%s %s\n", x->method, x->path);
	buf_printf(&x->out, "address %s\nhost %s\nbody %zu\n", x->address, x->host, x->body_len);
	say_pairs(&x->out, "query", x->query);
	say_pairs(&x->out, "form", x->form);
	for (size_t i = 0; i < x->file_count; i++)
		buf_printf(&x->out, "file %s %s %zu\n", x->files[i].field, x->files[i].filename,
			   x->files[i].len);
	return OK;
}

static enum err
handle(struct http_exchange *x, void *arg)
{
	(void)arg;
	x->route_name = "/{test}";
	if (strcmp(x->path, "/big") == 0) {
		buf_add(&x->out, big, BIG);
		return OK;
	}
	if (strcmp(x->path, "/nap") == 0) {
		client_sleep_ms(300);
		buf_text(&x->out, "rested");
		return OK;
	}
	if (strcmp(x->path, "/form") == 0)
		TRY(http_need_form(x));
	if (strcmp(x->path, "/cookie") == 0) {
		const char *c = http_cookie(x, "sid");

		buf_printf(&x->out, "cookie %s", c == NULL ? "none" : c);
		return http_cookie_set(x, "sid", "abc-123");
	}
	if (strcmp(x->path, "/go") == 0)
		return http_redirect(x, http_query(x, "to"));
	if (strcmp(x->path, "/file") == 0) {
		buf_text(&x->out, "%PDF-1.4");
		return http_attachment(x, "Otsus \"õ\".pdf", "application/pdf");
	}
	return echo(x);
}

static size_t
body_limit(struct http_exchange *x, void *arg)
{
	(void)arg;
	return strcmp(x->method, "GET") == 0 ? 0 : 100000;
}

static const struct http_site SITE = {
	.route = route, .handle = handle, .failed = client_failed, .body_limit = body_limit
};

static struct http *
start(struct test *t, struct http_settings s)
{
	struct http *h = NULL;

	log_set_level(LOG_ERROR);
	memset(big, 'a', BIG);
	if (s.threads == 0)
		s.threads = 2;
	assert_int_equal(http_start(test_ctx(t), &s, &SITE, NULL, &h), OK);
	assert_true(http_port(h) != 0);
	return h;
}

TEST(http_answers_with_every_protective_header)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });
	const char *paths[] = { "/", "/nowhere", "/teapot", "/big" };

	for (size_t i = 0; i < 4; i++) {
		char *a = client_ask(
			t, http_port(h),
			arena_printf(t->arena, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", paths[i]));

		EXPECT_HAS(a, "\r\nX-Content-Type-Options: nosniff\r\n");
		EXPECT_HAS(a, "\r\nReferrer-Policy: same-origin\r\n");
		EXPECT_HAS(a, "\r\nCross-Origin-Opener-Policy: same-origin\r\n");
		EXPECT_HAS(a, "\r\nContent-Security-Policy: default-src 'self'; object-src 'none'; "
			      "base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
			      "img-src 'self' data:\r\n");
		EXPECT_HAS(a, "\r\nPermissions-Policy: ");
		EXPECT_HAS(a, "\r\nCache-Control: no-store\r\n");
		EXPECT_HAS(a, "; charset=utf-8\r\n");
		EXPECT_HAS(a, "\r\nContent-Length: ");
		EXPECT_HAS(a, "\r\nDate: ");
		assert_null(strstr(a, "Strict-Transport-Security"));
		assert_null(strstr(a, "\r\nServer:"));
	}
}

TEST(http_gives_each_failure_its_status_and_page)
{
	static const struct {
		const char *request;
		int status;
		const char *page;
	} cases[] = {
		{ GET("/nowhere"), 404, "failed not-found err.not_found -" },
		{ GET("/teapot"), 418, "failed denied" },
		{ "OPTIONS / HTTP/1.1\r\nHost: t\r\n\r\n", 405, "err.http.method" },
		{ "TRACE / HTTP/1.1\r\nHost: t\r\n\r\n", 405, "err.http.method" },
		{ "CONNECT a:1 HTTP/1.1\r\nHost: t\r\n\r\n", 405, "err.http.method" },
		{ "BREW / HTTP/1.1\r\nHost: t\r\n\r\n", 501, "err.http.method" },
		{ "get / HTTP/1.1\r\nHost: t\r\n\r\n", 501, "err.http.method" },
		{ GET("/%"), 400, "err.http.path" },
		{ GET("/%zz"), 400, "err.http.path" },
		{ GET("/%00"), 400, "err.http.path" },
		{ GET("/%0a"), 400, "err.http.path" },
		{ GET("/%ff"), 400, "err.http.path" },
		{ GET("/%C2%8A"), 400, "err.http.path" },
		{ GET("/%c0%af"), 400, "err.http.path" },
		{ GET("/a%2fb"), 400, "err.http.path" },
		{ GET("/a%5Cb"), 400, "err.http.path" },
		{ GET("/a\\b"), 400, "err.http.path" },
		{ GET("/../etc/passwd"), 400, "err.http.path" },
		{ GET("/a/%2e%2e/b"), 400, "err.http.path" },
		{ GET("/a/.."), 400, "err.http.path" },
		{ GET("/./a"), 400, "err.http.path" },
		{ GET("//evil"), 400, "err.http.path" },
		{ GET("a"), 400, "err.http.path" },
		{ GET("http://other/a"), 400, "err.http.path" },
		{ GET("/?a=%zz"), 400, "err.form.escape a" },
		{ GET("/?a=%ff"), 400, "err.form.utf8 a" },
		{ GET("/?a=%01"), 400, "err.form.control a" },
		{ "GET / HTTP/1.1\r\nHost: t\r\nExpect: a\r\n\r\n", 417, "err.http.request" },
		{ "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na", 415,
		  "err.http.type" },
		{ "POST / HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: 1"
		  "\r\n\r\na",
		  415, "err.http.type" },
		{ "POST /form HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
		  "Content-Length: 2\r\n\r\n{}",
		  415, "err.http.type" },
		{ "POST / HTTP/1.1\r\nHost: t\r\nContent-Type: application/x-www-form-urlencoded"
		  "\r\nContent-Length: 4\r\n\r\na=%f",
		  400, "err.form.escape a" },
		{ "GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na", 413, "err.http.body" },
		{ GET("/go?to=//evil"), 422, "err.http.redirect" },
		{ GET("/go?to=/%5Cevil"), 422, "err.http.redirect" },
		{ GET("/go?to=https://evil"), 422, "err.http.redirect" },
		{ GET("/go?to=/a%0D%0ASet-Cookie:b"), 422, "err.http.redirect" },
	};
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *a = client_ask(t, http_port(h), cases[i].request);

		if (client_status(a) != cases[i].status)
			print_error("%s\n", cases[i].request);
		EXPECT_INT(cases[i].status, client_status(a));
		EXPECT_HAS(client_body(a), cases[i].page);
		if (cases[i].status == 405)
			EXPECT_HAS(a, "\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n");
	}
}

TEST(http_understands_requests)
{
	static const struct {
		const char *request, *has;
	} cases[] = {
		{ GET("/"), "GET /\naddress 127.0.0.1\nhost test\nbody 0\n" },
		{ GET("/taotlus/%C3%B5/17?a=1&a=2&b=%C3%A4+x"),
		  "GET /taotlus/õ/17\naddress 127.0.0.1\nhost test\nbody 0\nquery a=1\nquery a=2\n"
		  "query b=ä x\n" },
		{ GET("http://TEST/a?b"), "GET /a\n" },
		{ GET("/..a/b..?x=../.."), "GET /..a/b..\n" },
		{ "GET / HTTP/1.0\r\n\r\n", "GET /\naddress 127.0.0.1\nhost \n" },
		{ "GET / HTTP/1.1\r\nHost: test\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
		  "GET /\n" },
		{ "DELETE /a HTTP/1.1\r\nHost: test\r\n\r\n", "DELETE /a\n" },
		{ "POST /form HTTP/1.1\r\nHost: test\r\nContent-Type: "
		  "application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: 11\r\n\r\n"
		  "a=1&a=%C3%B5",
		  "body 11\nform a=1\nform a=" },
		{ "POST /form HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n", "body 0\n" },
		{ "PUT /x HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n",
		  "PUT /x\naddress 127.0.0.1\nhost test\nbody 7\n" },
		{ "POST /form HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; "
		  "boundary=X\r\nContent-Length: 156\r\n\r\n"
		  "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
		  "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.pdf\"\r\n\r\n"
		  "P\0F\r\n--X--\r\n",
		  NULL },
	};
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) - 1; i++) {
		char *a = client_ask(t, http_port(h), cases[i].request);

		if (client_status(a) != (i == 7 ? 400 : 200))
			print_error("%s%s\n", cases[i].request, a);
		if (i == 7) /* its length cuts the last escape */
			EXPECT_HAS(a, "err.form.escape a");
		else
			EXPECT_HAS(client_body(a), cases[i].has);
	}
}

TEST(http_reads_uploads)
{
	static const char BODY[] =
		"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
		"--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.pdf\"\r\n"
		"Content-Type: application/pdf\r\n\r\nP\0F\r\n--X--\r\n";
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });
	char *a = client_post(t, http_port(h), "/form", "multipart/form-data; boundary=X", BODY,
			      sizeof(BODY) - 1);

	EXPECT_HAS(a, "\nform a=1\nfile f x.pdf 3\n");
	a = client_post(t, http_port(h), "/form", "multipart/form-data; boundary=Y", BODY,
			sizeof(BODY) - 1);
	EXPECT_INT(400, client_status(a));
	EXPECT_HAS(a, "err.form.multipart");
}

TEST(http_answers_head_like_get_without_the_body)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ .threads = 1 });
	int fd = client_open(http_port(h));
	char *a;

	client_say(fd, "HEAD /big HTTP/1.1\r\nHost: test\r\n\r\n");
	a = client_read_one(t, fd, true);
	EXPECT_INT(200, client_status(a));
	EXPECT_HAS(a, "\r\nContent-Length: 100000\r\n");
	client_say(fd, GET("/after"));
	a = client_read_one(t, fd, false);
	EXPECT_HAS(client_body(a), "GET /after\n");
	(void)close(fd);
}

TEST(http_keeps_connections_and_serves_pipelines_in_order)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });
	int fd = client_open(http_port(h));

	for (int i = 0; i < 5; i++) {
		client_say(fd, arena_printf(t->arena, GET("/k%d"), i));
		EXPECT_HAS(client_read_one(t, fd, false), arena_printf(t->arena, "GET /k%d\n", i));
	}
	client_say(fd, GET("/p1") GET("/nap") GET("/p2") "GET /p3 HTTP/1.1\r\nHo");
	EXPECT_HAS(client_read_one(t, fd, false), "GET /p1\n");
	EXPECT_HAS(client_read_one(t, fd, false), "rested");
	EXPECT_HAS(client_read_one(t, fd, false), "GET /p2\n");
	client_say(fd, "st: test\r\nConnection: close\r\n\r\n");
	EXPECT_HAS(client_read_all(t, fd), "GET /p3\n");
	(void)close(fd);
}

TEST(http_does_not_mind_how_a_request_is_cut)
{
	static const char WHOLE[] =
		"POST /form HTTP/1.1\r\nHost: test\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
		"7\r\n\r\na=1&b=2";
	SCOPED(http) struct http *h = start(t, (struct http_settings){ .threads = 1 });
	int fd = client_open(http_port(h));

	for (size_t cut = 1; cut < sizeof(WHOLE) - 1; cut += 7) {
		client_send(fd, WHOLE, cut);
		client_sleep_ms(2);
		client_send(fd, WHOLE + cut, sizeof(WHOLE) - 1 - cut);
		EXPECT_HAS(client_read_one(t, fd, false), "form a=1\nform b=2\n");
	}
	(void)close(fd);
}

TEST(http_refuses_what_two_readers_could_read_differently)
{
	static const char *const BAD[] = {
		"GET / HTTP/1.1\nHost: test\n\n",
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: test\r\nHost: test\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: test\r\nX: a\r\n b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: test\r\nX : a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
		("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: "
		 "chunked\r\n"
		 "\r\n0\r\n\r\n"),
		"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1;a\r\nb\r\n",
	};
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		/* Alone, after a good request, and byte by byte: always 400 and the end. */
		for (int way = 0; way < 3; way++) {
			int fd = client_open(http_port(h));
			char *a;

			if (way == 1)
				client_say(fd, GET("/good"));
			for (const char *p = BAD[i]; way == 2 && *p != '\0'; p++)
				client_send(fd, p, 1);
			if (way != 2)
				client_say(fd, BAD[i]);
			if (way == 1)
				EXPECT_HAS(client_read_one(t, fd, false), "GET /good\n");
			a = client_read_all(t, fd);
			if (client_status(a) != 400)
				print_error("case %zu way %d: %s\n", i, way, a);
			EXPECT_INT(400, client_status(a));
			EXPECT_HAS(a, "\r\nConnection: close\r\n");
			EXPECT_HAS(a, "\r\nX-Content-Type-Options: nosniff\r\n");
			EXPECT_TEXT("", client_body(a));
			(void)close(fd);
		}
	}
	EXPECT_INT(3 * sizeof(BAD) / sizeof(BAD[0]), http_figures(h).refused);
}

/*
 * The corpus of bad requests over a socket: none gets a 2xx but those that only ask for another
 * protocol, which we may ignore (RFC 9110 section 7.8); they are named by their raw text.
 */
TEST(http_gives_no_success_to_the_corpus_of_bad_requests)
{
	const char *path = test_data(t, "http/llhttp-cases.jsonl");
	char *text, *line, *rest;
	int tried = 0, taken = 0;

	if (path == NULL)
		SKIP();
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });
	text = test_read(t, path, NULL);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		json_t *j = json_loads(line, 0, NULL);
		const char *b64 = json_string_value(json_object_get(j, "raw_base64"));
		unsigned char raw[8192] = { 0 };
		size_t len = 0;

		assert_int_equal(sodium_base642bin(raw, sizeof(raw) - 1, b64, strlen(b64), NULL,
						   &len, NULL, sodium_base64_VARIANT_ORIGINAL),
				 0);
		if (json_is_object(json_object_get(j, "error")) &&
		    strcmp(json_string_value(json_object_get(j, "side")), "request") == 0) {
			int fd = client_open(http_port(h));
			char *a;

			client_send(fd, raw, len);
			(void)shutdown(fd, SHUT_WR);
			a = client_read_all(t, fd);
			if (strstr(a, "HTTP/1.1 2") != NULL) {
				EXPECT_HAS((const char *)raw, "\r\nUpgrade: ");
				taken++;
			}
			tried++;
			(void)close(fd);
		}
		json_decref(j);
	}
	EXPECT(tried >= 30);
	EXPECT(taken <= 2);
	EXPECT_HAS(client_ask(t, http_port(h), GET("/alive")), "GET /alive\n");
}

TEST(http_holds_its_limits)
{
	static const struct {
		const char *before;
		size_t filler;
		const char *after;
		int status;
		bool page;
	} cases[] = {
		{ "GET /", 2047, " HTTP/1.1\r\nHost: t\r\n\r\n", 200, true },
		{ "GET /", 2048, " HTTP/1.1\r\nHost: t\r\n\r\n", 414, true },
		{ "GET /", 9000, " HTTP/1.1\r\nHost: t\r\n\r\n", 414, false },
		{ "GET / HTTP/1.1\r\nHost: t\r\nX: ", 15000, "\r\n\r\n", 200, true },
		{ "GET / HTTP/1.1\r\nHost: t\r\nX: ", 17000, "\r\n\r\n", 431, false },
	};
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });
	char *a, *line;
	SCOPED_BUF b;

	buf_init(&b, 100000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *filler = arena_alloc(t->arena, cases[i].filler + 1);

		memset(filler, 'a', cases[i].filler);
		line = arena_printf(t->arena, "%s%s%s", cases[i].before, filler, cases[i].after);
		a = client_ask(t, http_port(h), line);
		EXPECT_INT(cases[i].status, client_status(a));
		EXPECT(cases[i].page == (client_body(a)[0] != '\0'));
	}
	for (int n = MAX_HEADERS - 1; n <= MAX_HEADERS; n++) { /* and Host */
		buf_clear(&b);
		buf_text(&b, "GET / HTTP/1.1\r\nHost: t\r\n");
		for (int i = 0; i < n; i++)
			buf_printf(&b, "X%d: a\r\n", i);
		buf_text(&b, "\r\n");
		a = client_ask(t, http_port(h), b.bytes);
		EXPECT_INT(n < MAX_HEADERS ? 200 : 431, client_status(a));
	}
	EXPECT_HAS(a, "err.http.headers");
}

TEST(http_refuses_large_bodies_without_hanging)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });
	size_t size = 300000;
	char *body = arena_alloc(t->arena, size);
	char *a;
	int fd;

	/* Read to its end, so that the client hears us; and the connection lives on. */
	memset(body, 'a', size);
	a = client_post(t, http_port(h), "/form", "application/x-www-form-urlencoded", body, size);
	EXPECT_INT(413, client_status(a));
	EXPECT_HAS(a, "err.http.body");
	assert_null(strstr(a, "Connection: close"));
	a = client_post(t, http_port(h), "/form", "application/x-www-form-urlencoded", body,
			100000);
	EXPECT_INT(400, client_status(a)); /* within the limit; its one name is too long */
	/* By chunks, where no length warns us. */
	fd = client_open(http_port(h));
	client_say(fd, "POST /form HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
		       "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 3; i++) {
		client_say(fd, "186a0\r\n"); /* 100000 */
		client_send(fd, body, 100000);
		client_say(fd, "\r\n");
	}
	client_say(fd, "0\r\n\r\n");
	EXPECT_INT(413, client_status(client_read_one(t, fd, false)));
	(void)close(fd);
	/* A client that asks first, or announces more than we would ever drain, is told at once. */
	a = client_ask(t, http_port(h),
		       "POST /form HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
		       "Content-Length: 200000\r\n\r\n");
	EXPECT_INT(413, client_status(a));
	a = client_ask(t, http_port(h),
		       "POST /form HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999\r\n\r\n");
	EXPECT_INT(413, client_status(a));
	EXPECT_HAS(a, "\r\nConnection: close\r\n");
	/* One that asks first and may: 100, then the answer. */
	fd = client_open(http_port(h));
	client_say(fd, "POST /form HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Type: "
		       "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n");
	EXPECT_INT(100, client_status(client_read_one(t, fd, false)));
	client_say(fd, "a=1");
	EXPECT_HAS(client_read_one(t, fd, false), "form a=1\n");
	(void)close(fd);
}

TEST(http_cuts_slow_clients_while_others_are_served)
{
	SCOPED(http)
	struct http *h = start(t, (struct http_settings){
					  .threads = 1,
					  .idle_seconds = 2,
					  .request_seconds = 1,
				  });
	static const char SLOW[] =
		"GET / HTTP/1.1\r\nHost: t\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const char ASK[] = GET("/deaf");
	int64_t began = client_clock_ms();
	int slow = client_open(http_port(h)), body = client_open(http_port(h));
	int idle = client_open(http_port(h)), deaf = client_open(http_port(h));
	bool cut = false;
	char *a;

	/* "deaf" asks again and again and never reads, until all buffers are full. */
	for (int i = 0; i < 100000; i++)
		if (send(deaf, ASK, sizeof(ASK) - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
	client_say(body, "POST /form HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n");
	for (size_t i = 0; i < sizeof(SLOW) - 1 && !cut; i++) {
		struct pollfd p = { .fd = slow, .events = POLLIN };

		client_send(slow, SLOW + i, 1);
		client_send(body, "a", 1);
		EXPECT_HAS(client_ask(t, http_port(h), GET("/quick")), "GET /quick\n");
		cut = poll(&p, 1, 200) > 0;
	}
	EXPECT(cut);
	EXPECT(client_clock_ms() - began < 4000);
	EXPECT_INT(408, client_status(client_read_all(t, slow)));
	EXPECT_INT(408, client_status(client_read_all(t, body)));
	a = client_read_all(t, idle); /* without a word */
	EXPECT_TEXT("", a);
	for (int i = 0; i < 50 && http_figures(h).connections > 0; i++)
		client_sleep_ms(100);
	EXPECT_INT(0, http_figures(h).connections);
	EXPECT_INT(3, http_figures(h).late);
	(void)close(slow);
	(void)close(body);
	(void)close(idle);
	(void)close(deaf);
}

/* The end of their side came together with the last bytes: answered, and not held until idle. */
TEST(http_lets_go_of_clients_that_have_ended)
{
	static const struct {
		const char *say;
		int status; /* 0: no answer */
	} cases[] = {
		{ GET("/"), 200 },
		{ "POST /form HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc", 0 },
		{ "GET / HTTP/1.1\r\nHo", 0 },
		{ "", 0 },
	};
	SCOPED(http) struct http *h = start(t, (struct http_settings){ .idle_seconds = 30 });

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t began = client_clock_ms();
		int fd = client_open(http_port(h));
		char *a;

		client_say(fd, cases[i].say);
		(void)shutdown(fd, SHUT_WR);
		a = client_read_all(t, fd);
		if (cases[i].status != 0)
			EXPECT_INT(cases[i].status, client_status(a));
		else
			EXPECT_TEXT("", a);
		EXPECT(client_clock_ms() - began < 4000);
		(void)close(fd);
	}
}

TEST(http_limits_connections_of_one_address)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ .per_address = 3 });
	int fd[4];
	char *a;

	for (int i = 0; i < 4; i++) {
		fd[i] = client_open(http_port(h));
		if (i == 3)
			break;
		client_say(fd[i], GET("/"));
		EXPECT_INT(200, client_status(client_read_one(t, fd[i], false)));
	}
	a = client_read_all(t, fd[3]);
	EXPECT_INT(429, client_status(a));
	EXPECT_INT(1, http_figures(h).over_limit);
	for (int i = 0; i < 4; i++)
		(void)close(fd[i]);
	client_sleep_ms(50);
	EXPECT_INT(200, client_status(client_ask(t, http_port(h), GET("/"))));
}

TEST(http_believes_only_its_proxies_about_addresses)
{
	static const struct {
		const char *proxies, *forwarded, *want;
	} cases[] = {
		{ NULL, "203.0.113.9", "127.0.0.1" },
		{ "192.0.2.1", "203.0.113.9", "127.0.0.1" },
		{ "127.0.0.1", "203.0.113.9", "203.0.113.9" },
		{ "192.0.2.1 127.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9" },
		{ "192.0.2.1,127.0.0.1", "203.0.113.9, 192.0.2.1", "203.0.113.9" },
		{ "127.0.0.1", "2001:db8::1", "2001:db8::1" },
		{ "127.0.0.1", "unknown", "127.0.0.1" },
		{ "127.0.0.1", "<script>", "127.0.0.1" },
		{ "127.0.0.1", "", "127.0.0.1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SCOPED(http)
		struct http *h = start(t, (struct http_settings){
						  .threads = 1,
						  .proxies = cases[i].proxies,
					  });
		char *a = client_ask(
			t, http_port(h),
			arena_printf(t->arena,
				     "GET / HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: %s\r\n\r\n",
				     cases[i].forwarded));

		EXPECT_HAS(a, arena_printf(t->arena, "\naddress %s\n", cases[i].want));
	}
}

TEST(http_compresses_only_for_those_who_ask)
{
	static const struct {
		const char *accept;
		bool packed;
	} cases[] = { { "gzip", true },
		      { "deflate, gzip;q=0.5, br", true },
		      { "identity", false },
		      { "gzip;q=0", false },
		      { "gzip; q=0.0", false },
		      { "x-gzip", false },
		      { "", false } };
	SCOPED(http) struct http *h = start(t, (struct http_settings){ .threads = 1 });

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static char out[BIG + 100];
		uLongf n = sizeof(out);
		char *a, *length;
		int fd = client_open(http_port(h));
		z_stream z = { .avail_out = (uInt)n, .next_out = (Bytef *)out };
		SCOPED_BUF b;

		client_say(fd, arena_printf(t->arena,
					    "GET /big HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
					    "Accept-Encoding: %s\r\n\r\n",
					    cases[i].accept));
		buf_init(&b, CLIENT_MAX);
		while (client_read_some(fd, &b, 2000))
			continue;
		(void)close(fd);
		EXPECT_HAS(b.bytes, "\r\nVary: Accept-Encoding\r\n");
		EXPECT(cases[i].packed == (strstr(b.bytes, "\r\nContent-Encoding: gzip") != NULL));
		a = strstr(b.bytes, "\r\n\r\n") + 4;
		length = strstr(b.bytes, "\r\nContent-Length: ") + 18;
		EXPECT_INT(strtol(length, NULL, 10), b.len - (size_t)(a - b.bytes));
		if (!cases[i].packed)
			continue;
		EXPECT_INT(Z_OK, inflateInit2(&z, 15 + 16));
		z.next_in = (Bytef *)a;
		z.avail_in = (uInt)(b.len - (size_t)(a - b.bytes));
		EXPECT_INT(Z_STREAM_END, inflate(&z, Z_FINISH));
		EXPECT_INT(BIG, z.total_out);
		EXPECT(memcmp(out, big, BIG) == 0);
		(void)inflateEnd(&z);
	}
}

TEST(http_sets_and_reads_cookies)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ .threads = 1 });
	SCOPED(http)
	struct http *tls = start(t, (struct http_settings){ .threads = 1, .behind_tls = true });
	char *a = client_ask(t, http_port(h), GET("/cookie"));

	EXPECT_HAS(a, "\r\nSet-Cookie: sid=abc-123; Path=/; HttpOnly; SameSite=Lax\r\n");
	EXPECT_HAS(a, "cookie none");
	a = client_ask(t, http_port(h),
		       "GET /cookie HTTP/1.1\r\nHost: t\r\n"
		       "Cookie: a=1; sid=xyz; xsid=2\r\n\r\n");
	EXPECT_HAS(a, "cookie xyz");
	a = client_ask(t, http_port(h),
		       "GET /cookie HTTP/1.1\r\nHost: t\r\n"
		       "Cookie: sid=xyz; sid=other\r\n\r\n");
	EXPECT_HAS(a, "cookie none");
	a = client_ask(t, http_port(tls),
		       "GET /cookie HTTP/1.1\r\nHost: t\r\n"
		       "Cookie: sid=planted; __Host-sid=xyz\r\n\r\n");
	EXPECT_HAS(a, "\r\nSet-Cookie: __Host-sid=abc-123; Path=/; HttpOnly; SameSite=Lax; Secure");
	EXPECT_HAS(a, "cookie xyz");
	EXPECT_HAS(a, "\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n");
}

TEST(http_redirects_and_hands_out_files)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ .threads = 1 });
	char *a = client_ask(t, http_port(h), GET("/go?to=/taotlus/%C3%B5?a=1%2B"));

	EXPECT_INT(303, client_status(a));
	EXPECT_HAS(a, "\r\nLocation: /taotlus/%C3%B5?a=1+\r\n");
	a = client_ask(t, http_port(h), GET("/file"));
	EXPECT_HAS(a, "\r\nContent-Disposition: attachment; filename=\"Otsus ____.pdf\"; "
		      "filename*=UTF-8''Otsus%20%22%C3%B5%22.pdf\r\n");
	EXPECT_HAS(a, "\r\nContent-Security-Policy: sandbox; default-src 'none'\r\n");
	EXPECT_HAS(a, "\r\nContent-Type: application/pdf\r\n");
}

TEST(http_refuses_a_taken_port_and_a_bad_address)
{
	SCOPED(http) struct http *h = start(t, (struct http_settings){ 0 });
	struct http_settings s = { .port = http_port(h) };
	struct http *other = NULL;

	EXPECT_ERR(ERR_IO, http_start(test_ctx(t), &s, &SITE, NULL, &other));
	s = (struct http_settings){ .address = "localhost" };
	EXPECT_ERR(ERR_INVALID, http_start(test_ctx(t), &s, &SITE, NULL, &other));
	assert_null(other);
}

TEST(http_listens_on_ipv6_too)
{
	struct http_settings s = { .address = "::1", .threads = 1 };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	SCOPED(http) struct http *h = NULL;
	int fd;

	if (http_start(test_ctx(t), &s, &SITE, NULL, &h) != OK)
		SKIP();
	to.sin6_port = htons(http_port(h));
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	EXPECT_INT(0, connect(fd, (const struct sockaddr *)(const void *)&to, sizeof(to)));
	client_say(fd, GET("/"));
	EXPECT_HAS(client_read_one(t, fd, false), "\naddress ::1\n");
	(void)close(fd);
}

TEST(http_stops_gracefully)
{
	struct http *h = start(t, (struct http_settings){ 0 });
	int nap = client_open(http_port(h)), idle = client_open(http_port(h));
	int64_t began = client_clock_ms();
	char *a;

	client_say(nap, GET("/nap"));
	client_say(idle, GET("/"));
	EXPECT_INT(200, client_status(client_read_one(t, idle, false)));
	client_sleep_ms(50);
	http_stop(h);
	EXPECT(client_clock_ms() - began < 3000);
	a = client_read_all(t, nap);
	EXPECT_HAS(a, "rested"); /* what ran was finished */
	EXPECT_HAS(a, "\r\nConnection: close\r\n");
	EXPECT_TEXT("", client_read_all(t, idle));
	(void)close(nap);
	(void)close(idle);
}

TEST(http_says_busy_when_too_much_slow_work_waits)
{
	SCOPED(http)
	struct http *h = start(t, (struct http_settings){
					  .threads = 1,
					  .slow_threads = 1,
					  .slow_waiting = 2,
				  });
	int fd[5], rested = 0, busy = 0;

	for (int i = 0; i < 5; i++) {
		fd[i] = client_open(http_port(h));
		client_say(fd[i], GET("/nap"));
		client_sleep_ms(20);
	}
	for (int i = 0; i < 5; i++) {
		char *a = client_read_one(t, fd[i], false);

		rested += client_status(a) == 200;
		busy += client_status(a) == 503 && strstr(a, "err.http.busy") != NULL;
		(void)close(fd[i]);
	}
	EXPECT_INT(3, rested);
	EXPECT_INT(2, busy);
}
