/* Tests of the scanner, against a little clamd of our own that can misbehave. */
#include "http/virus.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#include "base/log.h"
#include "http/client_test.h"

/* The test file every scanner knows; in two halves, so that none finds it here.
 * Source: EICAR, the anti-malware test file. */
#define EICAR_1 "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-"
#define EICAR_2 "ANTIVIRUS-TEST-FILE!$H+H*"

enum manner { HONEST, SILENT, HANGS_UP, GARBAGE, CUT_SHORT, TOO_LARGE, LATE };

struct clamd {
	int fd;
	enum manner manner;
	char address[100];
	pthread_t thread;
	size_t heard; /* bytes of the last file */
};

static bool
take(int fd, void *to, size_t len)
{
	char *p = to;

	while (len > 0) {
		ssize_t n = recvfrom(fd, p, len, 0, NULL, NULL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Read a file's chunks; is the test file within them? */
static bool
read_file(struct clamd *c, int fd, bool *ret_found)
{
	static char file[300000];
	uint32_t size;

	c->heard = 0;
	for (;;) {
		if (!take(fd, &size, sizeof(size)))
			return false;
		size = ntohl(size);
		if (size == 0)
			break;
		if (size > sizeof(file) - c->heard || !take(fd, file + c->heard, size))
			return false;
		c->heard += size;
	}
	*ret_found = memmem(file, c->heard, EICAR_1 EICAR_2, strlen(EICAR_1 EICAR_2)) != NULL;
	return true;
}

static const char *
reply_of(struct clamd *c, int fd)
{
	char command[10];
	bool found;

	if (!take(fd, command, 6))
		return NULL;
	if (memcmp(command, "zPING", 6) == 0)
		return "PONG";
	if (!take(fd, command + 6, 4) || memcmp(command, "zINSTREAM", 10) != 0)
		return "UNKNOWN COMMAND";
	if (c->manner == TOO_LARGE)
		return "INSTREAM size limit exceeded. ERROR";
	if (c->manner == CUT_SHORT || !read_file(c, fd, &found))
		return NULL;
	return found ? "stream: Eicar-Test-Signature FOUND" : "stream: OK";
}

static void *
serve(void *arg)
{
	struct clamd *c = arg;
	int fd;

	while ((fd = accept(c->fd, NULL, NULL)) >= 0) {
		const char *reply = c->manner == HANGS_UP ? NULL : reply_of(c, fd);

		if (c->manner == GARBAGE)
			reply = "stream: OK?";
		if (c->manner == SILENT || c->manner == LATE)
			client_sleep_ms(1500);
		if (reply != NULL && c->manner != SILENT)
			client_send(fd, reply, strlen(reply) + 1);
		(void)close(fd);
	}
	return NULL;
}

static void
start_on(struct clamd *c, int fd, const void *at, socklen_t len)
{
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, at, len), 0);
	assert_int_equal(listen(fd, 5), 0);
	c->fd = fd;
	assert_int_equal(pthread_create(&c->thread, NULL, serve, c), 0);
}

static void
start(struct clamd *c)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	log_set_level(LOG_ERROR + 1);
	(void)snprintf(c->address, sizeof(c->address), P_tmpdir "/hool-clamd-%d", (int)getpid());
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", c->address);
	(void)unlink(c->address);
	start_on(c, socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), &at, sizeof(at));
}

static void
stop(struct clamd *c)
{
	(void)shutdown(c->fd, SHUT_RDWR);
	(void)pthread_join(c->thread, NULL);
	(void)close(c->fd);
	(void)unlink(c->address);
	log_set_level(LOG_ERROR);
}

TEST(virus_check_finds_what_the_scanner_finds)
{
	struct clamd c = { .manner = HONEST };
	struct virus_scanner s = { .address = c.address };
	struct ctx *cx = test_ctx(t);
	char *large = arena_alloc(t->arena, 200000);

	start(&c);
	EXPECT(virus_works(&s));
	EXPECT_OK(virus_check(cx, &s, "", 0));
	EXPECT_OK(virus_check(cx, &s, "harmless", 8));
	EXPECT_INT(8, c.heard);
	memset(large, 'a', 200000);
	EXPECT_OK(virus_check(cx, &s, large, 200000)); /* several chunks */
	EXPECT_INT(200000, c.heard);
	memcpy(large + 65500, EICAR_1 EICAR_2, strlen(EICAR_1 EICAR_2)); /* over their border */
	EXPECT_INT(ERR_INVALID, virus_check(cx, &s, large, 200000));
	EXPECT_TEXT("err.virus.found", cx->error.key);
	stop(&c);
	EXPECT(!virus_works(&s));
}

TEST(virus_check_fails_closed_unless_told_otherwise)
{
	static const struct {
		enum manner manner;
		enum err closed, open;
		const char *key;
	} CASES[] = {
		{ SILENT, ERR_BUSY, OK, "err.virus.down" },
		{ LATE, ERR_BUSY, OK, "err.virus.down" },
		{ HANGS_UP, ERR_BUSY, OK, "err.virus.down" },
		{ GARBAGE, ERR_BUSY, OK, "err.virus.down" },
		{ CUT_SHORT, ERR_BUSY, OK, "err.virus.down" },
		{ TOO_LARGE, ERR_LIMIT, ERR_LIMIT, "err.virus.large" },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct clamd c = { .manner = CASES[i].manner };
		struct virus_scanner s = { .address = c.address, .seconds = 1 };

		start(&c);
		EXPECT_INT(CASES[i].closed, virus_check(cx, &s, "abc", 3));
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		ctx_forgive(cx);
		s.open = true;
		EXPECT_ERR(CASES[i].open, virus_check(cx, &s, "abc", 3));
		ctx_forgive(cx);
		stop(&c);
	}
}

TEST(virus_check_goes_over_the_network_too)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct clamd c = { .manner = HONEST };
	struct virus_scanner s = { .address = c.address };
	struct ctx *cx = test_ctx(t);
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	start_on(&c, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), &at, sizeof(at));
	assert_int_equal(getsockname(c.fd, (struct sockaddr *)(void *)&at, &len), 0);
	(void)snprintf(c.address, sizeof(c.address), "127.0.0.1:%u", ntohs(at.sin_port));
	EXPECT(virus_works(&s));
	EXPECT_OK(virus_check(cx, &s, "harmless", 8));
	stop(&c);
}

TEST(virus_addresses_are_told_from_nonsense)
{
	static const char *const GOOD[] = { "/run/clamav/clamd.ctl", "127.0.0.1:3310",
					    "[::1]:3310" };
	static const char *const BAD[] = {
		"",	    "clamd",	 "127.0.0.1", "127.0.0.1:0",
		"::1:3310", "[::1:3310", "host:3310", "127.0.0.1:99999"
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++)
		EXPECT_OK(virus_address(cx, GOOD[i]));
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		EXPECT_ERR(ERR_INVALID, virus_address(cx, BAD[i]));
		ctx_forgive(cx);
	}
}
