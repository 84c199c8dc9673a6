/* The lanes: a server over a database in the test. */
#include "http/http.h"

#include "base/text.h"
#include "db/fixture_test.h"
#include "http/client_test.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: test\r\n\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n"

static const char TABLE[] = "CREATE TABLE t (what TEXT NOT NULL UNIQUE) STRICT";
static const char INSERT[] = "INSERT INTO t (what) VALUES (?1)";
static const char COUNT_ALL[] = "SELECT count(*) FROM t";
static const char COUNT_ONE[] = "SELECT count(*) FROM t WHERE what = ?1";

static enum err
insert(struct ctx *cx, void *arg)
{
	return db_exec(cx, INSERT, DB_ARGS(db_text(arg)), NULL);
}

static enum err
refuse_note(struct ctx *cx, void *arg)
{
	(void)arg;
	return fail(cx, ERR_IO, "err.test.note");
}

static enum err
route(struct http_exchange *x, enum http_lane *ret_lane, void *arg)
{
	(void)arg;
	if (text_starts(x->path, "/write"))
		*ret_lane = HTTP_WRITE;
	else if (text_starts(x->path, "/slow"))
		*ret_lane = HTTP_SLOW;
	if (strcmp(x->path, "/route-answers") == 0) {
		buf_text(&x->out, "by route");
		*ret_lane = HTTP_DONE;
	}
	/* What route() sets stays, whatever the handler's fate. */
	return http_add_header(x, "X-Route", "yes");
}

static enum err
count_rows(struct http_exchange *x)
{
	int64_t n;

	TRY(db_get_int(&x->cx, COUNT_ALL, DB_NONE, &n));
	buf_printf(&x->out, "rows %d writing %d", (int)n, db_writing(&x->cx));
	return OK;
}

/* /verb?w=word; verbs say what to do with the word. */
static enum err
handle(struct http_exchange *x, void *arg)
{
	const char *word = http_query(x, "w");

	(void)arg;
	if (word != NULL && text_starts(x->path, "/write"))
		TRY(db_exec(&x->cx, INSERT, DB_ARGS(db_text(word)), NULL));
	if (strstr(x->path, "-note") != NULL) {
		x->after = strstr(x->path, "-bad") != NULL ? refuse_note : insert;
		x->after_arg = arena_printf(x->cx.arena, "note %s", word);
	}
	if (strcmp(x->path, "/slow-write") == 0) {
		struct ctx *cx = &x->cx;

		TRY(db_run(cx, arg, "test", insert, arena_strdup(cx->arena, word)));
	}
	TRY(http_add_header(x, "X-Handler", "yes"));
	buf_text(&x->out, "handled ");
	TRY(count_rows(x));
	if (strstr(x->path, "-fail") != NULL)
		return fail(&x->cx, ERR_CONFLICT, "err.test.fail");
	if (strstr(x->path, "-large") != NULL)
		for (int i = 0; i < 100; i++)
			buf_printf(&x->out, "%100000d", i);
	return OK;
}

/* A failed page reads the database too, and may leave a note of its own. */
static void
failed(struct http_exchange *x, enum err e, void *arg)
{
	client_failed(x, e, arg);
	if (count_rows(x) != OK)
		buf_text(&x->out, "no rows");
	if (strcmp(x->path, "/read-noted-fail") == 0) {
		x->after = insert;
		x->after_arg = arena_strdup(x->cx.arena, "refused");
	}
}

struct house {
	struct db *db;
	struct http_site site;
	struct http *http;
	uint16_t port;
};

static void
house_start(struct test *t, struct house *h)
{
	struct http_settings s = { .threads = 2, .per_address = 1000 };

	test_log(false);
	h->db = test_db(t);
	test_db_script(t, h->db, TABLE);
	h->site = (struct http_site){
		.arg = h->db, .route = route, .handle = handle, .failed = failed
	};
	EXPECT_OK(http_start(test_ctx(t), &s, &h->site, h->db, &h->http));
	h->port = http_port(h->http);
}

static void
house_end(struct house *h)
{
	http_stop(h->http);
	db_close(h->db);
	test_log(true);
}

/* How often the word is in the table, seen by a connection of the test's own. */
static int
times(struct test *t, struct house *h, const char *word)
{
	struct ctx *cx = test_ctx(t);
	SCOPED(conn) struct conn *c = NULL;
	int64_t n = -1;

	EXPECT_OK(db_reader(cx, h->db, &c));
	cx->conn = c;
	EXPECT_OK(db_get_int(cx, COUNT_ONE, DB_ARGS(db_text(word)), &n));
	cx->conn = NULL;
	return (int)n;
}

TEST(http_lanes_read_write_and_slow)
{
	struct house h;
	char *a;

	house_start(t, &h);
	a = client_ask(t, h.port, GET("/read"));
	EXPECT_HAS(a, "handled rows 0 writing 0");
	EXPECT_HAS(a, "\r\nX-Route: yes\r\n");
	EXPECT_HAS(a, "\r\nX-Handler: yes\r\n");
	EXPECT_HAS(client_ask(t, h.port, GET("/route-answers")), "by route");
	a = client_ask(t, h.port, POST("/write?w=one"));
	EXPECT_INT(200, client_status(a));
	EXPECT_HAS(a, "handled rows 1 writing 1");
	EXPECT_INT(1, times(t, &h, "one")); /* durable before the answer came */
	a = client_ask(t, h.port, POST("/slow-write?w=two"));
	EXPECT_HAS(a, "handled rows 2 writing 0");
	EXPECT_INT(1, times(t, &h, "two"));
	house_end(&h);
}

TEST(http_failed_writing_leaves_nothing_but_the_error_page)
{
	static const struct {
		const char *request, *word;
		int status;
		const char *page;
	} cases[] = {
		{ POST("/write-fail?w=a"), "a", 409, "failed conflict err.test.fail -rows 0" },
		{ POST("/write-large?w=b"), "b", 413, "failed limit err.too_large -rows 0" },
		{ POST("/write-bad-note?w=c"), "c", 503, "failed io err.test.note -rows 0" },
		{ POST("/slow-fail"), "d", 409, "failed conflict err.test.fail -rows 0" },
		{ POST("/read-fail"), "e", 409, "failed conflict err.test.fail -rows 0" },
		{ GET("/read-large"), "f", 413, "failed limit err.too_large -rows 0" },
	};
	struct house h;

	house_start(t, &h);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *a = client_ask(t, h.port, cases[i].request);

		EXPECT_INT(cases[i].status, client_status(a));
		EXPECT_HAS(client_body(a), cases[i].page);
		EXPECT_HAS(a, "\r\nX-Route: yes\r\n");
		assert_null(strstr(a, "X-Handler"));
		assert_null(strstr(a, "handled"));
		EXPECT_INT(0, times(t, &h, cases[i].word));
	}
	EXPECT_INT(200, client_status(client_ask(t, h.port, POST("/write?w=a"))));
	EXPECT_INT(409, client_status(client_ask(t, h.port, POST("/write?w=a")))); /* UNIQUE */
	house_end(&h);
}

TEST(http_makes_the_note_durable_before_the_answer)
{
	static const char *const LANES[] = { "read", "write", "slow" };
	struct house h;
	char *a;

	house_start(t, &h);
	for (int i = 0; i < 3; i++) {
		a = client_ask(t, h.port,
			       arena_printf(t->arena, POST("/%s-note?w=%d"), LANES[i], i));
		EXPECT_INT(200, client_status(a));
		EXPECT_INT(1, times(t, &h, arena_printf(t->arena, "note %d", i)));
		/* A note that cannot be kept: no page. */
		a = client_ask(t, h.port,
			       arena_printf(t->arena, POST("/%s-bad-note?w=x%d"), LANES[i], i));
		EXPECT_INT(503, client_status(a));
		EXPECT_HAS(a, "err.test.note");
		assert_null(strstr(a, "handled"));
	}
	/* A refused look leaves its own note. */
	a = client_ask(t, h.port, GET("/read-noted-fail"));
	EXPECT_INT(409, client_status(a));
	EXPECT_INT(1, times(t, &h, "refused"));
	/* And if that fails too (it is there already), there is still a page. */
	a = client_ask(t, h.port, GET("/read-noted-fail"));
	EXPECT_INT(409, client_status(a));
	EXPECT_HAS(a, "err.test.fail");
	house_end(&h);
}

TEST(http_writes_many_in_few_commits)
{
	enum { CLIENTS = 40, EACH = 5 };
	struct db_figures before, after;
	struct house h;
	int fd[CLIENTS];

	house_start(t, &h);
	before = db_figures(h.db);
	for (int i = 0; i < CLIENTS; i++)
		fd[i] = client_open(h.port);
	for (int n = 0; n < EACH; n++) {
		for (int i = 0; i < CLIENTS; i++)
			client_say(fd[i], arena_printf(t->arena, POST("/write?w=%d-%d"), i, n));
		for (int i = 0; i < CLIENTS; i++)
			EXPECT_INT(200, client_status(client_read_one(t, fd[i], false)));
	}
	after = db_figures(h.db);
	for (int i = 0; i < CLIENTS; i++)
		(void)close(fd[i]);
	EXPECT_HAS(client_ask(t, h.port, GET("/read")), "rows 200 ");
	EXPECT_INT(200, after.closures - before.closures);
	EXPECT(after.groups - before.groups < 200);
	house_end(&h);
}

TEST(http_survives_clients_that_leave)
{
	struct house h;

	house_start(t, &h);
	for (int i = 0; i < 100; i++) {
		int fd = client_open(h.port);

		client_say(fd, arena_printf(t->arena, POST("/%s-note?w=%d"),
					    i % 2 == 0 ? "write" : "slow", i));
		(void)close(fd);
	}
	EXPECT_INT(200, client_status(client_ask(t, h.port, GET("/read"))));
	for (int i = 0; i < 100 && http_figures(h.http).running > 0; i++)
		client_sleep_ms(20);
	EXPECT_INT(0, http_figures(h.http).running);
	house_end(&h);
}
