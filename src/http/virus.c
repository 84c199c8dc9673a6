/* The scanner of uploads. See virus.h. */
#include "http/virus.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

#define SECONDS 30
#define PING_SECONDS 2
#define PIECE (64u * 1024) /* bytes of one chunk */
#define MAX_REPLY 512	   /* "stream: Some.Signature.Name-1 FOUND" */

union place {
	struct sockaddr any;
	struct sockaddr_un own;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* Read an address; its length, or 0. */
static socklen_t
read_place(const char *address, union place *ret)
{
	const char *colon = strrchr(address, ':');
	char host[INET6_ADDRSTRLEN + 2];
	int64_t port;
	size_t len;

	memset(ret, 0, sizeof(*ret));
	if (address[0] == '/') {
		ret->own.sun_family = AF_UNIX;
		len = strlen(address);
		if (len >= sizeof(ret->own.sun_path))
			return 0;
		memcpy(ret->own.sun_path, address, len + 1);
		return sizeof(ret->own);
	}
	if (colon == NULL || !text_int(colon + 1, 1, 65535, &port))
		return 0;
	len = (size_t)(colon - address);
	if (len == 0 || len >= sizeof(host))
		return 0;
	memcpy(host, address, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, &ret->four.sin_addr) == 1) {
		ret->four.sin_family = AF_INET;
		ret->four.sin_port = htons((uint16_t)port);
		return sizeof(ret->four);
	}
	if (host[0] != '[' || host[len - 1] != ']')
		return 0;
	host[len - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &ret->six.sin6_addr) != 1)
		return 0;
	ret->six.sin6_family = AF_INET6;
	ret->six.sin6_port = htons((uint16_t)port);
	return sizeof(ret->six);
}

enum err
virus_address(struct ctx *cx, const char *address)
{
	union place at;

	return read_place(address, &at) > 0 ? OK
					    : fail(cx, ERR_INVALID, "err.virus.address", address);
}

/* ---- one conversation, with an end to its patience ---- */

static int64_t
millis(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
wait_for(int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = until - millis();

	while (left > 0) {
		int n = poll(&p, 1, (int)left);

		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
		left = until - millis();
	}
	return false;
}

static int
open_to(const char *address, int64_t until)
{
	union place at;
	socklen_t len = read_place(address, &at);
	int fd, fault = 0;
	socklen_t size = sizeof(fault);

	if (len == 0)
		return -1;
	fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, &at.any, len) == 0)
		return fd;
	if (errno == EINPROGRESS && wait_for(fd, POLLOUT, until) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &size) == 0 && fault == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool
say(int fd, const void *bytes, size_t len, int64_t until)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n < 0 && !wait_for(fd, POLLOUT, until))
			return false;
		p += n < 0 ? 0 : n;
		len -= n < 0 ? 0 : (size_t)n;
	}
	return true;
}

/* The reply up to its NUL or the end of the conversation; "" if there is none. */
static void
hear(int fd, char *ret, int64_t until)
{
	size_t len = 0;

	ret[0] = '\0';
	while (len < MAX_REPLY - 1 && wait_for(fd, POLLIN, until)) {
		ssize_t n = recv(fd, ret + len, MAX_REPLY - 1 - len, 0);

		if (n <= 0)
			break;
		len += (size_t)n;
		ret[len] = '\0';
		if (memchr(ret, '\0', len) != NULL)
			return;
	}
}

/* The whole file in chunks, and the empty one that ends it. A scanner that has heard enough ends
 * the conversation before we do: what it said is still there to be read. */
static void
stream(int fd, const char *bytes, size_t len, int64_t until)
{
	static const char COMMAND[] = "zINSTREAM"; /* with its NUL */
	uint32_t size;
	bool goes_on = say(fd, COMMAND, sizeof(COMMAND), until);

	while (goes_on && len > 0) {
		size_t n = len < PIECE ? len : PIECE;

		size = htonl((uint32_t)n);
		goes_on = say(fd, &size, sizeof(size), until) && say(fd, bytes, n, until);
		bytes += n;
		len -= n;
	}
	size = 0;
	if (goes_on)
		(void)say(fd, &size, sizeof(size), until);
}

static bool
ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a >= b && strcmp(s + a - b, end) == 0;
}

enum err
virus_check(struct ctx *cx, const struct virus_scanner *s, const void *bytes, size_t len)
{
	int64_t until = millis() + (int64_t)(s->seconds > 0 ? s->seconds : SECONDS) * 1000;
	int fd = open_to(s->address, until);
	char reply[MAX_REPLY] = "";

	if (fd >= 0) {
		stream(fd, bytes, len, until);
		hear(fd, reply, until);
		(void)close(fd);
	}
	if (strcmp(reply, "stream: OK") == 0)
		return OK;
	if (ends_with(reply, " FOUND")) {
		log_line(LOG_WARN, "virus.found", "hool.partner", "clamd");
		return fail(cx, ERR_INVALID, "err.virus.found");
	}
	if (text_starts(reply, "INSTREAM size limit exceeded"))
		return fail(cx, ERR_LIMIT, "err.virus.large");
	log_line(s->open ? LOG_WARN : LOG_ERROR, s->open ? "virus.passed" : "virus.down",
		 "hool.partner", "clamd");
	return s->open ? OK : fail(cx, ERR_BUSY, "err.virus.down");
}

bool
virus_works(const struct virus_scanner *s)
{
	static const char PING[] = "zPING"; /* with its NUL */
	int64_t until = millis() + PING_SECONDS * 1000;
	int fd = open_to(s->address, until);
	char reply[MAX_REPLY] = "";

	if (fd < 0)
		return false;
	if (say(fd, PING, sizeof(PING), until))
		hear(fd, reply, until);
	(void)close(fd);
	return strcmp(reply, "PONG") == 0;
}
