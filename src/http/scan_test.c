/* The grammar of requests, without sockets. */
#include "http/scan.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/test.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

/* The fault of these bytes, 0 if none, and whether they end between two requests. */
static int
fault_of(const char *bytes, size_t len, bool *ret_whole)
{
	struct http_scan s;

	http_scan_init(&s);
	(void)http_scan(&s, bytes, len);
	*ret_whole = s.state == SCAN_START;
	return s.state == SCAN_FAULT ? s.fault : 0;
}

static const struct {
	const char *bytes;
	int fault;
} CASES[] = {
	{ GET "\r\n", 0 },
	{ "GET / HTTP/1.0\r\n\r\n", 0 },
	{ "\r\n" GET "\r\n", 0 },
	{ "\r\n\r\n\r\n" GET "\r\n", 400 },
	{ GET "\r\n\r\n" GET "\r\n", 0 },
	{ POST "Content-Length: 3\r\n\r\nabc" GET "\r\n", 0 },
	{ POST "Content-Length:   3  \r\n\r\nabc", 0 },
	{ POST "content-length: 0\r\n\r\n", 0 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 0 },
	{ POST "Transfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n00\r\n\r\n" GET "\r\n", 0 },
	{ GET "X: \xC3\xB5\t b\r\n\r\n", 0 },
	{ GET "Cookie: a=1; b=2\r\nCookie: c=3\r\n\r\n", 0 },
	{ "GET http://a/ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0 },
	/* line ends */
	{ "GET / HTTP/1.1\nHost: a\n\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: a\n\r\n", 400 },
	{ GET "\n", 400 },
	{ GET "X: a\rb\r\n\r\n", 400 },
	{ GET "X: a\r\r\n\r\n", 400 },
	{ GET "\rX", 400 },
	{ "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400 },
	{ GET "X: a\r\n b\r\n\r\n", 400 },
	{ GET "X: a\r\n\tb\r\n\r\n", 400 },
	/* the request line */
	{ "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400 },
	{ "GET /\r\nHost: a\r\n\r\n", 400 },
	{ "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "GET /\xC3\xB5 HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "GET / http/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505 },
	{ "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400 },
	{ "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400 },
	{ "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "\x16\x03\x01 TLS", 400 },
	/* header names */
	{ GET "X : a\r\n\r\n", 400 },
	{ GET ": a\r\n\r\n", 400 },
	{ GET "X\r\n\r\n", 400 },
	{ GET "X\xC3\xB5: a\r\n\r\n", 400 },
	{ GET "X: a\x7F\r\n\r\n", 400 },
	/* hosts */
	{ "GET / HTTP/1.1\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400 },
	{ GET "Host: a\r\n\r\n", 400 },
	{ GET "host: b\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400 },
	/* lengths */
	{ POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400 },
	{ POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400 },
	{ POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400 },
	{ POST "Content-Length: +3\r\n\r\nabc", 400 },
	{ POST "Content-Length: -3\r\n\r\nabc", 400 },
	{ POST "Content-Length: 0x3\r\n\r\nabc", 400 },
	{ POST "Content-Length: 3,3\r\n\r\nabc", 400 },
	{ POST "Content-Length: 3 3\r\n\r\nabc", 400 },
	{ POST "Content-Length:\r\n\r\n", 400 },
	{ POST "Content-Length: 9999999999999999\r\n\r\n", 400 },
	/* codings and chunks */
	{ POST "Transfer-Encoding: identity\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: xchunked\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ POST "Transfer-Encoding:\r\n\r\n", 400 },
	{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n12345678\r\n", 413 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX: trailer\r\n\r\n", 400 },
	/* doubles that two readers could take differently */
	{ POST "Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n", 400 },
	{ GET "Authorization: a\r\nAuthorization: b\r\n\r\n", 400 },
};

TEST(http_scan_knows_good_from_bad)
{
	bool whole;

	(void)t;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *b = CASES[i].bytes;
		int got = fault_of(b, strlen(b), &whole);

		if (got != CASES[i].fault || (got == 0 && !whole))
			print_error("case %zu: %d, whole %d: %s\n", i, got, whole, b);
		EXPECT_INT(CASES[i].fault, got);
		EXPECT(got != 0 || whole);
	}
}

TEST(http_scan_refuses_nul_everywhere)
{
	static const char WHOLE[] =
		"POST /a HTTP/1.1\r\nHost: a\r\nX: b\r\nContent-Length: 2\r\n\r\n";
	size_t len = sizeof(WHOLE) - 1;
	bool whole;

	for (size_t i = 0; i < len; i++) {
		char *copy = arena_strndup(t->arena, WHOLE, len);

		copy[i] = '\0';
		EXPECT_INT(400, fault_of(copy, len, &whole));
	}
}

/* However the bytes are cut, the verdict and the clean part are the same. */
TEST(http_scan_does_not_depend_on_the_cuts)
{
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *b = CASES[i].bytes;
		size_t len = strlen(b);

		for (size_t cut = 0; cut <= len; cut++) {
			struct http_scan s;

			(void)t;
			http_scan_init(&s);
			(void)http_scan(&s, b, cut);
			if (s.state != SCAN_FAULT)
				(void)http_scan(&s, b + cut, len - cut);
			EXPECT_INT(CASES[i].fault, s.state == SCAN_FAULT ? s.fault : 0);
		}
	}
}

TEST(http_scan_passes_on_what_came_before_the_fault)
{
	static const char TWO[] = GET "\r\n" GET "X : a\r\n\r\n";
	struct http_scan s;

	(void)t;
	http_scan_init(&s);
	EXPECT_INT(strlen(GET) + 2, http_scan(&s, TWO, sizeof(TWO) - 1));
	EXPECT_INT(2, s.begun);
	/* A request begun in an earlier piece is refused as a whole. */
	http_scan_init(&s);
	EXPECT_INT(4, http_scan(&s, "GET ", 4));
	EXPECT_INT(0, http_scan(&s, "\n", 1));
}

TEST(http_scan_holds_the_limits)
{
	struct {
		const char *before, *each;
		size_t times;
		const char *after;
		int fault;
	} cases[] = {
		{ "GET /", "a", SCAN_MAX_TARGET - 1, " HTTP/1.1\r\nHost: a\r\n\r\n", 0 },
		{ "GET /", "a", SCAN_MAX_TARGET, " HTTP/1.1\r\nHost: a\r\n\r\n", 414 },
		{ "GET /?", "a&", SCAN_MAX_PARAMETERS, " HTTP/1.1\r\nHost: a\r\n\r\n", 0 },
		{ "GET /?", "a&", SCAN_MAX_PARAMETERS + 1, " HTTP/1.1\r\nHost: a\r\n\r\n", 414 },
		{ GET, "X: a\r\n", SCAN_MAX_LINES - 1, "\r\n", 0 },
		{ GET, "X: a\r\n", SCAN_MAX_LINES, "\r\n", 431 },
		{ GET "X: ", "a", SCAN_MAX_HEAD - 100, "\r\n\r\n", 0 },
		{ GET "X: ", "a", SCAN_MAX_HEAD, "\r\n\r\n", 431 },
		{ GET "Cookie: a", ";", SCAN_MAX_COOKIES + 1, "\r\n\r\n", 431 },
		{ "", "A", 21, " / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ GET, "A", 101, ": a\r\n\r\n", 400 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SCOPED_BUF b;
		bool whole;

		(void)t;
		buf_init(&b, 1024 * 1024);
		buf_text(&b, cases[i].before);
		for (size_t n = 0; n < cases[i].times; n++)
			buf_text(&b, cases[i].each);
		buf_text(&b, cases[i].after);
		EXPECT_INT(cases[i].fault, fault_of(b.bytes, b.len, &whole));
	}
}

/* Cases of the corpus that it calls faulty and we take, with the reason. */
static bool
is_taken(const char *reason, const char *raw)
{
	/* Its parser stops for a change of protocol. We know none, so the header means nothing
	 * (RFC 9110 section 7.8); CONNECT is a method without a route, 405. */
	return strcmp(reason, "Pause on CONNECT/Upgrade") == 0 &&
	       (strstr(raw, "pgrade") != NULL || strncmp(raw, "CONNECT", 7) == 0);
}

/* A published corpus: what it calls an error, we refuse, or at least do not take for whole. */
TEST(http_scan_refuses_the_corpus_of_bad_requests)
{
	const char *path = test_data(t, "http/llhttp-cases.jsonl");
	char *text, *line, *rest;
	int refused = 0, good = 0;

	if (path == NULL)
		SKIP();
	text = test_read(t, path, NULL);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		json_t *j = json_loads(line, 0, NULL);
		const char *b64 = json_string_value(json_object_get(j, "raw_base64"));
		const char *side = json_string_value(json_object_get(j, "side"));
		const json_t *error = json_object_get(j, "error");
		const char *reason = json_string_value(json_object_get(error, "reason"));
		unsigned char raw[8192] = { 0 };
		size_t len = 0;
		bool whole;
		int fault;

		assert_non_null(b64);
		assert_int_equal(sodium_base642bin(raw, sizeof(raw) - 1, b64, strlen(b64), NULL,
						   &len, NULL, sodium_base64_VARIANT_ORIGINAL),
				 0);
		fault = fault_of((const char *)raw, len, &whole);
		if (strcmp(side, "request") == 0 && reason != NULL &&
		    !is_taken(reason, (const char *)raw)) {
			if (fault == 0 && whole)
				print_error("%s\n", json_string_value(json_object_get(j, "id")));
			EXPECT(fault != 0 || !whole);
			refused++;
		}
		good += strcmp(side, "request") == 0 && reason == NULL && fault == 0;
		json_decref(j);
	}
	EXPECT(refused >= 28);
	EXPECT(good >= 5); /* most of the good ones lack a Host: they are fragments */
}
