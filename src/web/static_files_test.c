/* Files compiled into the program, through a server. */
#include "web/static_files.h"

#include <stdio.h>

#include "base/log.h"
#include "http/client_test.h"

static char css[3000];

static enum err
route(struct http_exchange *x, enum http_lane *ret_lane, void *arg)
{
	if (!static_is(x))
		return fail(&x->cx, ERR_NOTFOUND, "err.not_found");
	*ret_lane = HTTP_DONE;
	return static_answer(arg, x);
}

static char *
ask(struct test *t, uint16_t port, const char *path, const char *headers)
{
	return client_ask(
		t, port,
		arena_printf(t->arena, "GET %s HTTP/1.1\r\nHost: t\r\n%s\r\n", path, headers));
}

/* The value of the answer's ETag, with its quotes. */
static const char *
etag(struct test *t, const char *answer)
{
	const char *tag = strstr(answer, "\r\nETag: ");

	assert_non_null(tag);
	tag += 8;
	return arena_strndup(t->arena, tag, strcspn(tag, "\r"));
}

/* After a 304 the connection goes on with the next answer, without a body between. */
static void
nothing_follows(struct test *t, uint16_t port, const char *path, const char *tag)
{
	int fd = client_open(port);
	char *a;

	client_say(fd, arena_printf(t->arena,
				    "GET %s HTTP/1.1\r\nHost: t\r\nIf-None-Match: %s\r\n\r\n"
				    "GET /none HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
				    path, tag));
	a = client_read_all(t, fd);
	EXPECT_INT(304, client_status(a));
	EXPECT_INT(404, client_status(client_body(a)));
	(void)close(fd);
}

TEST(static_files_are_cached_for_ever_or_asked_again)
{
	const struct embed_file table[] = { { "a.css", css, sizeof(css) },
					    { "sub/b.svg", "<svg/>", 6 },
					    { "c.bin", "\0\1", 2 },
					    { NULL, NULL, 0 } };
	struct static_files *s;
	struct http_site site = { .route = route, .failed = client_failed };
	struct http_settings settings = { .threads = 1 };
	SCOPED(http) struct http *h = NULL;
	const char *hashed, *tag;
	uint16_t port;
	char *a;

	log_set_level(LOG_ERROR);
	memset(css, 'x', sizeof(css));
	s = static_files_new(t->arena, table);
	site.arg = s;
	EXPECT_OK(http_start(test_ctx(t), &settings, &site, NULL, &h));
	port = http_port(h);
	hashed = arena_printf(t->arena, "%sa.css", static_base(s));

	a = ask(t, port, "/static/a.css", "");
	EXPECT_INT(200, client_status(a));
	EXPECT_HAS(a, "\r\nContent-Type: text/css; charset=utf-8\r\n");
	EXPECT_HAS(a, "\r\nCache-Control: public, no-cache\r\n");
	EXPECT_HAS(a, "\r\nX-Content-Type-Options: nosniff\r\n");
	EXPECT_HAS(a, "\r\nVary: Accept-Encoding\r\n");
	EXPECT_HAS(a, "\r\nContent-Length: 3000\r\n");
	tag = etag(t, a);
	a = ask(t, port, hashed, "");
	EXPECT_HAS(a, "\r\nCache-Control: public, max-age=31536000, immutable\r\n");
	EXPECT_TEXT(tag, etag(t, a));

	a = ask(t, port, hashed, "Accept-Encoding: gzip\r\n");
	EXPECT_HAS(a, "\r\nContent-Encoding: gzip\r\n");
	assert_string_not_equal(tag, etag(t, a));
	a = ask(t, port, hashed,
		arena_printf(t->arena, "If-None-Match: \"x\", W/%s\r\n", etag(t, a)));
	EXPECT_INT(304, client_status(a));
	a = ask(t, port, hashed, arena_printf(t->arena, "If-None-Match: %s\r\n", tag));
	EXPECT_INT(304, client_status(a));
	EXPECT_TEXT(tag, etag(t, a));
	assert_null(strstr(a, "\r\nContent-Length: 0\r\n"));
	nothing_follows(t, port, hashed, tag);
	a = ask(t, port, hashed, "If-None-Match: \"other\"\r\n");
	EXPECT_INT(200, client_status(a));

	EXPECT_HAS(ask(t, port, "/static/sub/b.svg", ""), "\r\nContent-Type: image/svg+xml; ");
	EXPECT_HAS(ask(t, port, "/static/c.bin", ""),
		   "\r\nContent-Type: application/octet-stream\r\n");
	EXPECT_INT(404, client_status(ask(t, port, "/static/none.css", "")));
	EXPECT_INT(404, client_status(ask(t, port, "/static/", "")));
	EXPECT_INT(404, client_status(ask(t, port, "/static/0123456789abcdef/a.css", "")));
	EXPECT_INT(400, client_status(ask(t, port, "/static/../a.css", "")));
	EXPECT_INT(405, client_status(client_ask(t, port,
						 "POST /static/a.css HTTP/1.1\r\nHost: t\r\n"
						 "Content-Length: 0\r\n\r\n")));
}

TEST(static_files_change_address_when_one_changes)
{
	const struct embed_file one[] = { { "a", "1", 1 }, { "b", "2", 1 }, { NULL, NULL, 0 } };
	const struct embed_file two[] = { { "a", "1", 1 }, { "b", "3", 1 }, { NULL, NULL, 0 } };

	EXPECT_TEXT(static_base(static_files_new(t->arena, one)),
		    static_base(static_files_new(t->arena, one)));
	assert_string_not_equal(static_base(static_files_new(t->arena, one)),
				static_base(static_files_new(t->arena, two)));
}
