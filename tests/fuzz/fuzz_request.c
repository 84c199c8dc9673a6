/*
 * Any bytes over a socket to a whole server: guard, HTTP library, head, query, cookies, form. The
 * server answers or ends the connection, and what reaches the site holds what http.h promises.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "base/texts.h"
#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATIENCE_MS 15 /* for the next bytes of an answer */

static struct http *server;

static void
check_text(const char *s)
{
	if (!text_is_utf8(s, strlen(s)) || text_has_control(s))
		abort();
}

static void
check_pairs(struct http_pairs p)
{
	for (size_t i = 0; i < p.n; i++) {
		check_text(p.at[i].name);
		check_text(p.at[i].value);
	}
}

static void
check_path(const char *path)
{
	check_text(path);
	if (path[0] != '/' || strstr(path, "/../") != NULL || strstr(path, "//") != NULL ||
	    strchr(path, '\\') != NULL)
		abort();
}

static enum err
route(struct http_exchange *x, enum http_lane *ret_lane, void *arg)
{
	(void)arg;
	check_path(x->path);
	check_pairs(x->query);
	check_pairs(x->form);
	(void)http_cookie(x, "hool");
	(void)http_need_form(x);
	for (size_t i = 0; i < x->file_count; i++)
		check_text(x->files[i].filename);
	buf_printf(&x->out, "%s %s\n", x->method, x->path);
	if (x->path[1] == 'r' && http_redirect(x, x->path) != OK)
		ctx_forgive(&x->cx);
	if (x->path[1] == 'f' && http_attachment(x, x->path, "text/plain") != OK)
		ctx_forgive(&x->cx);
	*ret_lane = HTTP_DONE;
	return OK;
}

static enum err
handle(struct http_exchange *x, void *arg)
{
	(void)x, (void)arg;
	abort(); /* everything is done in route() */
}

static void
failed(struct http_exchange *x, enum err e, void *arg)
{
	(void)e, (void)arg;
	buf_printf(&x->out, "%s\n", x->cx.error.key);
}

static void
start(void)
{
	static const struct http_site SITE = { .route = route, .handle = handle, .failed = failed };
	static const struct http_settings SETTINGS = { .threads = 1, .slow_threads = 1 };
	static struct arena *a;
	struct ctx cx;

	a = arena_new();
	ctx_init(&cx, a);
	if (http_start(&cx, &SETTINGS, &SITE, NULL, &server) != OK)
		abort();
}

/* A connection that leaves nothing behind when it is closed, for there are thousands a second. */
static int
open_socket(void)
{
	static const struct linger AT_ONCE = { 1, 0 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(http_port(server)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&to, sizeof(to)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &AT_ONCE, sizeof(AT_ONCE)) != 0)
		abort();
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No request begins so: unless a body is still awaited, the server ends the connection. */
	static const char END[] = "\r\n\r\n\0\0\0";
	struct pollfd ready = { .events = POLLIN };
	char answer[4096];
	bool first = true;
	ssize_t n = 1;

	if (server == NULL)
		start();
	ready.fd = open_socket();
	if (size > 0)
		(void)send(ready.fd, data, size, MSG_NOSIGNAL);
	(void)send(ready.fd, END, sizeof(END), MSG_NOSIGNAL);
	while (n > 0 && poll(&ready, 1, PATIENCE_MS) == 1) {
		n = recv(ready.fd, answer, sizeof(answer), 0);
		if (first && n > 0 && (n < 12 || memcmp(answer, "HTTP/1.", 7) != 0))
			abort();
		first = false;
	}
	(void)close(ready.fd);
	return 0;
}
