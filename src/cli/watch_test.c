/* Tests of the watched port: what it says while the program starts, serves, fails and ends. The
 * whole program is watched by tests/watch. */
#include "cli/watch.h"

#include <string.h>

#include "base/log.h"
#include "core/test_world.h"
#include "http/client_test.h"

static char *
ask(struct test *t, struct watch *w, const char *path)
{
	return client_ask(t, watch_port(w),
			  arena_printf(t->arena, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", path));
}

static struct watch *
start(struct test *t, const struct world *world)
{
	struct watch *w = NULL;

	log_set_level(LOG_ERROR);
	assert_int_equal(watch_start(test_ctx(t), &(struct http_settings){ 0 }, world, -1, &w), OK);
	return w;
}

TEST(watch_is_alive_but_not_ready_while_the_program_starts)
{
	SCOPED(watch) struct watch *w = start(t, NULL);

	EXPECT_INT(200, client_status(ask(t, w, "/health/alive")));
	EXPECT_INT(503, client_status(ask(t, w, "/health/ready")));
	EXPECT_INT(503, client_status(ask(t, w, "/health")));
	EXPECT(strstr(ask(t, w, "/health"), "\"stage\":\"starting\"") != NULL);
	EXPECT(strstr(ask(t, w, "/metrics"), "hool_up{part=\"database\"} 0\n") != NULL);
	EXPECT(strstr(ask(t, w, "/metrics"), "\n# EOF\n") != NULL);
}

TEST(watch_serves_four_pages_to_readers_only)
{
	SCOPED(watch) struct watch *w = start(t, NULL);

	EXPECT_INT(404, client_status(ask(t, w, "/")));
	EXPECT_INT(404, client_status(ask(t, w, "/metrics/")));
	EXPECT_INT(405, client_status(client_ask(t, watch_port(w),
						 "DELETE /metrics HTTP/1.1\r\nHost: t\r\n\r\n")));
	EXPECT_INT(413, client_status(client_ask(t, watch_port(w),
						 "POST /health HTTP/1.1\r\nHost: t\r\n"
						 "Content-Length: 3\r\n\r\nabc")));
}

static enum err
drop_schema(struct ctx *cx, void *arg)
{
	(void)arg;
	return db_script(cx, "ALTER TABLE sys_schema RENAME TO sys_schema_gone");
}

TEST(watch_is_ready_only_while_the_database_answers)
{
	struct ctx *cx = test_world(t);
	struct db *db = test_world_db(t);
	struct world world = *cx->world;
	struct run run = { .cx = cx, .world = &world };
	static const struct work *const NONE[] = { NULL };
	struct http_site site = { .failed = client_failed };
	SCOPED(jobs) struct jobs *jobs = NULL;
	SCOPED(http) struct http *http = NULL;
	SCOPED(watch) struct watch *w = start(t, cx->world);
	struct watch_parts parts = { .db = db };

	run.works = NONE;
	EXPECT_OK(http_start(cx, &(struct http_settings){ 0 }, &site, NULL, &http));
	EXPECT_OK(jobs_start(&run, db, NULL, &jobs));
	parts.http = http;
	parts.jobs = jobs;
	EXPECT_OK(watch_serving(cx, w, &parts));
	EXPECT_INT(200, client_status(ask(t, w, "/health/ready")));
	EXPECT_HAS(ask(t, w, "/health"), "\"stage\":\"serving\"");
	EXPECT_HAS(ask(t, w, "/metrics"), "hool_up{part=\"database\"} 1\n");
	EXPECT_HAS(ask(t, w, "/metrics"), "\nhool_sessions 0\n");
	EXPECT_OK(test_write(t, drop_schema, NULL));
	EXPECT_INT(503, client_status(ask(t, w, "/health/ready")));
	EXPECT_INT(503, client_status(ask(t, w, "/health")));
	EXPECT_INT(200, client_status(ask(t, w, "/health/alive")));
	EXPECT_HAS(ask(t, w, "/metrics"), "hool_up{part=\"schema\"} 0\n");
	watch_ending(w);
	EXPECT_INT(503, client_status(ask(t, w, "/health/ready")));
	EXPECT_HAS(ask(t, w, "/health"), "\"stage\":\"ending\"");
}
