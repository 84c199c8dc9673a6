/*
 * The load program: N connections kept alive, one request on each at a time, never pipelined. Every
 * reply is checked: status, length, and that the page is whole, or that the record was made.
 *
 *	bench-load --port P --urls FILE          GET the addresses of FILE in turn
 *	bench-load --port P --new /PATH --bodies FILE   POST the forms of FILE to /PATH/uus, each
 *						 with a fresh form key
 *	bench-load --port P --posts FILE [--follow 1]   POST the lines "/PATH FORM" of FILE in turn,
 *						 with a fresh form key; answered by a redirection,
 *						 which is followed
 *
 *	--connections N (64)  --seconds S (5)  --warm S (1)  --users U (64)
 *	--rows N      so many rows in the table of each page
 *	--pid PID     the server: its processor time is told too
 *
 * Prints one line of name=value; the latencies are in milliseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define MAX_CONNECTIONS 1000
#define MAX_LINES 100000       /* of a file of addresses or forms */
#define MAX_SAMPLES (8u << 20) /* latencies kept */
#define ROOM (256u * 1024)     /* bytes of one reply */
#define ROWS_EVERY 32	       /* replies whose rows are counted: it costs */

struct lines {
	char **at;
	size_t n, next;
};

struct reply {
	int status;
	const char *head, *body; /* NUL after the body */
	size_t len;		 /* of the body */
};

struct client {
	int fd;
	char cookie[160], csrf[160];
	char *request; /* being sent */
	size_t len, sent;
	char *in; /* ROOM */
	size_t got;
	bool following; /* the second request of two */
	double began;
};

struct run {
	int port;
	const char *new_path;
	bool posts, follow; /* each line is an address and a form; the answer's address is asked */
	struct lines lines;
	struct client *clients;
	int n;
	int64_t rows;
	size_t least; /* bytes of a page */
	uint64_t key; /* of the last form */
	double from, until;
	uint32_t *samples; /* microseconds */
	size_t nsamples;
	uint64_t replies, bytes, faults;
};

static _Noreturn void
die(const char *what, const char *detail)
{
	(void)fprintf(stderr, "bench-load: %s: %.400s\n", what, detail);
	exit(1);
}

static void *
room(size_t n)
{
	void *p = calloc(n, 1);

	if (p == NULL)
		die("memory", strerror(errno));
	return p;
}

static void
read_lines(const char *path, struct lines *ret)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (f == NULL)
		die(path, strerror(errno));
	ret->at = room(MAX_LINES * sizeof(*ret->at));
	while (ret->n < MAX_LINES && (len = getline(&line, &size, f)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		ret->at[ret->n++] = strdup(line);
	}
	free(line);
	(void)fclose(f);
	if (ret->n == 0)
		die(path, "empty");
}

/* ---- replies ---- */

/* The value of a header, in `out`; empty if there is none. */
static void
header(const struct reply *r, const char *name, char *out, size_t room_of)
{
	const char *at = strcasestr(r->head, name);
	size_t len = 0;

	if (at != NULL && at < r->body) {
		at += strlen(name);
		len = strcspn(at, "\r\n");
		if (len >= room_of)
			len = room_of - 1;
		memcpy(out, at, len);
	}
	out[len] = '\0';
}

/* Is a whole reply in? Replies never come after one another, for nothing is pipelined. */
static bool
whole(struct client *c, struct reply *ret)
{
	const char *end = memmem(c->in, c->got, "\r\n\r\n", 4), *length;
	struct reply r = { .head = c->in };

	if (end == NULL)
		return false;
	r.body = end + 4;
	length = strcasestr(c->in, "\r\nContent-Length: ");
	if (length != NULL && length < end)
		r.len = strtoul(length + 18, NULL, 10);
	if (c->got < (size_t)(r.body - c->in) + r.len)
		return false;
	if (c->got > (size_t)(r.body - c->in) + r.len)
		die("reply", "longer than it says");
	r.status = (int)strtol(c->in + 9, NULL, 10);
	*ret = r;
	return true;
}

static int64_t
count_rows(const struct reply *r)
{
	int64_t n = 0;

	for (const char *p = r->body; (p = strstr(p, "<tr")) != NULL; p++)
		n++;
	return n - 1; /* the head's */
}

static void
fault(struct run *run, const struct reply *r, const char *what)
{
	const char *why = strstr(r->body, "class=\"notice-title\">");

	if (run->faults++ < 3)
		(void)fprintf(stderr, "bench-load: %s: %.30s%.120s\n", what, r->head,
			      why == NULL ? "" : why + 20);
}

static void
check(struct run *run, const struct reply *r)
{
	char location[256];

	if (run->new_path != NULL || (run->posts && !run->follow)) {
		const char *to = run->posts ? "/" : run->new_path;

		header(r, "\r\nLocation: ", location, sizeof(location));
		if (r->status != 303 || strncmp(location, to, strlen(to)) != 0)
			fault(run, r, "not done");
		return;
	}
	if (r->status != 200 || r->len < run->least ||
	    strstr(r->body + r->len - 16, "</html>") == NULL)
		fault(run, r, "not a whole page");
	else if (run->rows > 0 && run->replies % ROWS_EVERY == 0 && count_rows(r) != run->rows)
		fault(run, r, "rows");
}

/* ---- requests ---- */

static int
get_request(const struct run *run, struct client *c, const char *path)
{
	return asprintf(&c->request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n\r\n",
			path, run->port, c->cookie);
}

static int
post_request(struct run *run, struct client *c, const char *path, int path_len, const char *more,
	     const char *form)
{
	return asprintf(&c->request,
			"POST %.*s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n"
			"Content-Type: application/x-www-form-urlencoded\r\n"
			"Content-Length: %zu\r\n\r\n%s&_csrf=%s&_key=%032" PRIx64,
			path_len, path, more, run->port, c->cookie,
			strlen(form) + strlen(c->csrf) + 45, form, c->csrf, ++run->key);
}

static void
begin(struct client *c, int len)
{
	if (len < 0)
		die("memory", strerror(errno));
	c->len = (size_t)len;
	c->sent = c->got = 0;
}

static void
make_request(struct run *run, struct client *c)
{
	const char *line = run->lines.at[run->lines.next++ % run->lines.n];
	const char *space = strchr(line, ' ');

	free(c->request);
	c->following = false;
	if (run->posts && space == NULL)
		die("an address and a form are wanted", line);
	if (run->posts)
		begin(c, post_request(run, c, line, (int)(space - line), "", space + 1));
	else if (run->new_path != NULL)
		begin(c, post_request(run, c, run->new_path, (int)strlen(run->new_path), "/uus",
				      line));
	else
		begin(c, get_request(run, c, line));
	c->began = bench_clock(CLOCK_MONOTONIC);
}

/* The redirection has come: ask for the page it names. False if it is none. */
static bool
follow(struct run *run, struct client *c, const struct reply *r)
{
	char location[256];

	header(r, "\r\nLocation: ", location, sizeof(location));
	if (r->status != 303 || location[0] != '/')
		return false;
	free(c->request);
	begin(c, get_request(run, c, location));
	c->following = true;
	return true;
}

static void
push(struct client *c)
{
	while (c->sent < c->len) {
		ssize_t n = send(c->fd, c->request + c->sent, c->len - c->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			die("send", strerror(errno));
		c->sent += (size_t)n;
	}
}

/* Read what is there; true when the reply is whole. */
static bool
pull(struct client *c, struct reply *ret)
{
	for (;;) {
		ssize_t n = recv(c->fd, c->in + c->got, ROOM - 1 - c->got, 0);

		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0)
			die("connection", n == 0 ? "ended by the server" : strerror(errno));
		c->got += (size_t)n;
		c->in[c->got] = '\0';
		if (whole(c, ret))
			return true;
		if (c->got == ROOM - 1)
			die("reply", "too long");
	}
}

/* ---- signing in ---- */

static void
dial(struct run *run, struct client *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)run->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr any;
	int on = 1;

	memcpy(&any, &to, sizeof(any));
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, &any, sizeof(any)) != 0)
		die("connect", strerror(errno));
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->in = room(ROOM);
}

/* One exchange on a connection that still blocks. */
static struct reply
ask(struct client *c, char *request)
{
	struct reply r;

	free(c->request);
	c->request = request;
	c->len = strlen(request);
	c->sent = c->got = 0;
	push(c);
	while (!pull(c, &r))
		continue;
	return r;
}

static char *
signing_in(const struct run *run, int user)
{
	char *request;

	if (asprintf(&request,
		     "POST /sisene HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		     "Content-Type: application/x-www-form-urlencoded\r\n"
		     "Content-Length: %zu\r\n\r\nkasutaja=b%02d&parool=%s",
		     run->port, strlen(BENCH_PASSWORD) + 20, user, BENCH_PASSWORD) < 0)
		die("memory", strerror(errno));
	return request;
}

/* The token of forms, from the page with the form; it serves the whole session. */
static void
take_token(const struct run *run, struct client *c)
{
	static const char FIELD[] = "name=\"_csrf\" value=\"";
	struct reply r;
	char *request;
	const char *at;

	if (asprintf(&request, "GET %s/uus HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n\r\n",
		     run->posts ? "/isik" : run->new_path, run->port, c->cookie) < 0)
		die("memory", strerror(errno));
	r = ask(c, request);
	at = strstr(r.body, FIELD);
	if (r.status != 200 || at == NULL)
		die("form", r.head);
	at += strlen(FIELD);
	(void)snprintf(c->csrf, sizeof(c->csrf), "%.*s", (int)strcspn(at, "\""), at);
}

static void
sign_in(struct run *run, struct client *c, int user)
{
	struct reply r;

	dial(run, c);
	if (&run->clients[user] != c) { /* that user is signed in already */
		memcpy(c->cookie, run->clients[user].cookie, sizeof(c->cookie));
		memcpy(c->csrf, run->clients[user].csrf, sizeof(c->csrf));
	} else {
		r = ask(c, signing_in(run, user + 1));
		header(&r, "\r\nSet-Cookie: ", c->cookie, sizeof(c->cookie));
		c->cookie[strcspn(c->cookie, ";")] = '\0';
		if (r.status != 303 || c->cookie[0] == '\0')
			die("sign in", r.head);
		if (run->new_path != NULL || run->posts)
			take_token(run, c);
	}
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0)
		die("socket", strerror(errno));
}

/* ---- the run ---- */

static void
answered(struct run *run, struct client *c, const struct reply *r)
{
	double now = bench_clock(CLOCK_MONOTONIC);

	check(run, r);
	if (now >= run->from && run->nsamples < MAX_SAMPLES) {
		run->samples[run->nsamples++] = (uint32_t)((now - c->began) * 1e6);
		run->bytes += r->len;
	}
	run->replies++;
}

static void
turn(struct run *run, int epoll)
{
	struct epoll_event events[256];
	int n = epoll_wait(epoll, events, 256, 100);

	for (int i = 0; i < n; i++) {
		struct client *c = events[i].data.ptr;
		struct reply r;

		push(c);
		if (c->sent < c->len || !pull(c, &r))
			continue;
		if (run->follow && !c->following && follow(run, c, &r)) {
			push(c);
			continue;
		}
		answered(run, c, &r);
		make_request(run, c);
		push(c);
	}
}

/* Let what is under way come in, so that all that was made is known. */
static void
finish(struct run *run)
{
	for (int i = 0; i < run->n; i++) {
		struct reply r;

		if (fcntl(run->clients[i].fd, F_SETFL, 0) != 0)
			die("socket", strerror(errno));
		push(&run->clients[i]);
		while (!pull(&run->clients[i], &r))
			continue;
		/* The first half of two is no whole answer: it is let go. */
		if (run->follow && !run->clients[i].following)
			continue;
		check(run, &r);
		run->replies++;
	}
}

/* Processor seconds a process has used so far. */
static double
cpu_of(int64_t pid)
{
	char path[64], line[1024], *at;
	unsigned long user = 0, sys = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
	f = pid == 0 ? NULL : fopen(path, "r");
	if (f == NULL)
		return 0;
	at = fgets(line, sizeof(line), f) == NULL ? NULL : strrchr(line, ')');
	(void)fclose(f);
	if (at == NULL ||
	    sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2)
		return 0;
	return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static int
by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
percentile(const struct run *run, double part)
{
	size_t i = (size_t)((double)run->nsamples * part);

	if (run->nsamples == 0)
		return 0;
	return run->samples[i < run->nsamples ? i : run->nsamples - 1] / 1e3;
}

static void
tell(struct run *run, double seconds, double cpu)
{
	double n = (double)run->nsamples;

	qsort(run->samples, run->nsamples, sizeof(*run->samples), by_size);
	(void)printf("rate=%.1f p50=%.2f p90=%.2f p99=%.2f max=%.2f cpu_us=%.1f bytes=%.0f "
		     "replies=%" PRIu64 " faults=%" PRIu64 "\n",
		     n / seconds, percentile(run, 0.5), percentile(run, 0.9), percentile(run, 0.99),
		     percentile(run, 1), n > 0 ? cpu * 1e6 / n : 0,
		     n > 0 ? (double)run->bytes / n : 0, run->replies, run->faults);
}

static void
go(struct run *run, double warm, double seconds, int64_t pid)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	double begun = bench_clock(CLOCK_MONOTONIC), cpu = -1, now;

	run->from = begun + warm;
	run->until = run->from + seconds;
	for (int i = 0; i < run->n; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &run->clients[i] };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, run->clients[i].fd, &e) != 0)
			die("epoll", strerror(errno));
		make_request(run, &run->clients[i]);
		push(&run->clients[i]);
	}
	while ((now = bench_clock(CLOCK_MONOTONIC)) < run->until) {
		if (cpu < 0 && now >= run->from)
			cpu = cpu_of(pid);
		turn(run, epoll);
	}
	cpu = cpu_of(pid) - cpu;
	now = bench_clock(CLOCK_MONOTONIC) - run->from;
	finish(run);
	(void)close(epoll);
	tell(run, now, cpu);
}

int
main(int argc, char **argv)
{
	struct run run = { .port = (int)bench_number(argc, argv, "--port", 8080),
			   .new_path = bench_option(argc, argv, "--new", NULL),
			   .posts = bench_option(argc, argv, "--posts", NULL) != NULL,
			   .follow = bench_number(argc, argv, "--follow", 0) != 0,
			   .n = (int)bench_number(argc, argv, "--connections", 64),
			   .rows = bench_number(argc, argv, "--rows", 0),
			   .least = (size_t)bench_number(argc, argv, "--least", 2000) };
	int users = (int)bench_number(argc, argv, "--users", BENCH_USERS);

	if (run.n < 1 || run.n > MAX_CONNECTIONS || users < 1 || users > BENCH_USERS)
		die("usage", "see the head of load.c");
	read_lines(bench_option(argc, argv,
				run.posts	       ? "--posts"
				: run.new_path != NULL ? "--bodies"
						       : "--urls",
				""),
		   &run.lines);
	randombytes_buf(&run.key, sizeof(run.key));
	run.clients = room((size_t)run.n * sizeof(*run.clients));
	run.samples = room(MAX_SAMPLES * sizeof(*run.samples));
	for (int i = 0; i < run.n; i++)
		sign_in(&run, &run.clients[i], i % users);
	go(&run, (double)bench_number(argc, argv, "--warm", 1),
	   (double)bench_number(argc, argv, "--seconds", 5), bench_number(argc, argv, "--pid", 0));
	return run.faults == 0 ? 0 : 1;
}
