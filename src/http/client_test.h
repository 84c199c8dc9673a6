/* For the tests of the web server: a server in the test, and a client that says exactly the bytes
 * it is told to. */
#ifndef HOOL_HTTP_CLIENT_TEST_H
#define HOOL_HTTP_CLIENT_TEST_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/test.h"
#include "http/http.h"

#define CLIENT_MAX (4u * 1024 * 1024)
#define CLIENT_PATIENCE_MS 8000

static inline int64_t
client_clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void
client_sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static inline int
client_open(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&to, sizeof(to)), 0);
	return fd;
}

/* Send all; a connection ended by the server is no fault of the test. */
static inline void
client_send(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

static inline void
client_say(int fd, const char *text)
{
	client_send(fd, text, strlen(text));
}

/* Wait for bytes and append them; false at the end, at a reset, or when patience ends. */
static inline bool
client_read_some(int fd, struct buf *b, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char block[16384];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = recvfrom(fd, block, sizeof(block), 0, NULL, NULL);
	if (n <= 0)
		return false;
	buf_add(b, block, (size_t)n);
	return true;
}

/* Everything until the server ends the connection. */
static inline char *
client_read_all(struct test *t, int fd)
{
	SCOPED_BUF b;

	buf_init(&b, CLIENT_MAX);
	while (client_read_some(fd, &b, CLIENT_PATIENCE_MS))
		continue;
	return arena_strndup(t->arena, b.bytes, b.len);
}

/* One answer with a Content-Length (none expected of a HEAD's body): head and body as one text. */
static inline char *
client_read_one(struct test *t, int fd, bool head_only)
{
	size_t whole = 0;
	SCOPED_BUF b;

	buf_init(&b, CLIENT_MAX);
	while (whole == 0 || b.len < whole) {
		const char *end, *length;
		char c;

		if (recvfrom(fd, &c, 1, MSG_PEEK, NULL, NULL) <= 0)
			break;
		if (whole == 0) { /* the head byte by byte, so as not to eat the next answer */
			if (recvfrom(fd, &c, 1, 0, NULL, NULL) != 1)
				break;
			buf_char(&b, c);
			end = b.len >= 4 ? strstr(b.bytes, "\r\n\r\n") : NULL;
			if (end == NULL)
				continue;
			length = strcasestr(b.bytes, "\r\nContent-Length: ");
			whole = b.len;
			if (length != NULL && !head_only && strncmp(b.bytes + 9, "304", 3) != 0)
				whole += strtoul(length + 18, NULL, 10);
		} else {
			char block[16384];
			size_t want = whole - b.len;
			ssize_t n = recvfrom(fd, block, want < sizeof(block) ? want : sizeof(block),
					     0, NULL, NULL);

			if (n <= 0)
				break;
			buf_add(&b, block, (size_t)n);
		}
	}
	return arena_strndup(t->arena, b.bytes, b.len);
}

static inline int
client_status(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static inline const char *
client_body(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end == NULL ? "" : end + 4;
}

/* One request on a connection of its own; the whole answer. Ask for "Connection: close". */
static inline char *
client_ask(struct test *t, uint16_t port, const char *request)
{
	int fd = client_open(port);
	char *answer;

	client_say(fd, request);
	answer = client_read_one(t, fd, false);
	(void)close(fd);
	return answer;
}

/* A POST with a body of this type. */
static inline char *
client_post(struct test *t, uint16_t port, const char *path, const char *type, const void *body,
	    size_t len)
{
	int fd = client_open(port);
	char *answer;

	client_say(fd, arena_printf(t->arena,
				    "POST %s HTTP/1.1\r\nHost: test\r\nContent-Type: %s\r\n"
				    "Content-Length: %zu\r\n\r\n",
				    path, type, len));
	client_send(fd, body, len);
	answer = client_read_one(t, fd, false);
	(void)close(fd);
	return answer;
}

static inline void
client_expect_has(const char *answer, const char *part, const char *file, int line)
{
	if (strstr(answer, part) != NULL)
		return;
	print_error("%s:%d: no \"%s\" in:\n%s\n", file, line, part, answer);
	_fail(file, line);
}
#define EXPECT_HAS(answer, part) client_expect_has((answer), (part), __FILE__, __LINE__)

/* The error page of the test sites: "failed <error> <key> <field>". */
static inline void
client_failed(struct http_exchange *x, enum err e, void *arg)
{
	const struct error *err = &x->cx.error;

	(void)arg;
	x->content_type = "text/plain";
	buf_printf(&x->out, "failed %s %s %s", err_info(e)->name, err->key == NULL ? "-" : err->key,
		   err->field == NULL ? "-" : err->field);
}

#endif
