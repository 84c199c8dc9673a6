/* The watched port. See watch.h. One loop serves it; what it asks is held under one lock, which
 * the start and the end take too. */
#include "cli/watch.h"

#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "core/account.h"
#include "format/json.h"
#include "format/metrics.h"

#define MAX_ANSWER (1024u * 1024)

enum stage { STAGE_STARTING, STAGE_SERVING, STAGE_ENDING };

struct watch {
	struct http *http;
	struct http_site site;
	pthread_mutex_t lock; /* of what follows */
	enum stage stage;
	struct watch_parts parts;
	struct conn *reader;
	int64_t started; /* UTC seconds */
	int statm;	 /* /proc/self/statm, opened while that can be reached; -1: cannot */
};

static const char STEPS[] = "SELECT count(*) FROM sys_schema";
static const char SESSIONS[] =
	"SELECT made_at, seen_at, ended_at FROM sys_session ORDER BY id DESC";

/* ---- what is asked of the parts ---- */

/* How many steps of the engine's schema have been taken; -1: the database does not answer. */
static int64_t
steps_taken(struct watch *w, struct ctx *cx)
{
	int64_t n;
	enum err e;

	if (w->stage != STAGE_SERVING)
		return -1;
	cx->conn = w->reader;
	e = db_get_int(cx, STEPS, DB_NONE, &n);
	cx->conn = NULL;
	ctx_forgive(cx);
	return e == OK ? n : -1;
}

/* Does it have every step this program knows, and none it does not? */
static bool
schema_is_ours(struct watch *w, struct ctx *cx)
{
	int64_t known = 0;

	while (embed_schema[known].name != NULL)
		known++;
	return steps_taken(w, cx) == known;
}

static bool
database_works(struct watch *w, struct ctx *cx)
{
	return steps_taken(w, cx) >= 0;
}

static bool
is_ready(struct watch *w, struct ctx *cx)
{
	return schema_is_ours(w, cx);
}

/* Sessions that would open a page now. Newest first, so that those long over are not looked at. */
static enum err
count_sessions(struct watch *w, struct ctx *cx, uint64_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	uint64_t n = 0;
	bool row;

	cx->conn = w->reader;
	TRY(db_query(cx, SESSIONS, DB_NONE, &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row || stmt_int(q, 0) < cx->now - ACCOUNT_WHOLE_SECONDS)
			break;
		n += stmt_is_null(q, 2) && stmt_int(q, 1) >= cx->now - ACCOUNT_IDLE_SECONDS;
	}
	*ret = n;
	return OK;
}

/* Memory in the machine, as the system counts it: bytes; 0 if it does not say. */
static uint64_t
resident(const struct watch *w)
{
	char text[128];
	ssize_t n = w->statm < 0 ? -1 : pread(w->statm, text, sizeof(text) - 1, 0);
	const char *space;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	space = strchr(text, ' ');
	return space == NULL ? 0 : strtoull(space, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* ---- health ---- */

/* "2026-05-25T09:00:00Z" */
static const char *
time_text(struct arena *a, int64_t at)
{
	time_t t = (time_t)at;
	char text[32];
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_strdup(a, text);
}

static void
say_part(struct json_out *j, const char *name, bool works, bool *all)
{
	*all = *all && works;
	json_key(j, name);
	json_map(j);
	json_pair_text(j, "status", works ? "up" : "down");
	json_map_end(j);
}

static void
say_parts(struct watch *w, struct ctx *cx, struct json_out *j, bool *all)
{
	struct job_figures list[JOBS_MOST];
	size_t n;
	bool jobs = true;

	say_part(j, "database", database_works(w, cx), all);
	say_part(j, "schema", schema_is_ours(w, cx), all);
	if (w->stage != STAGE_SERVING)
		return;
	n = jobs_figures(w->parts.jobs, list);
	for (size_t i = 0; i < n; i++)
		jobs = jobs && !list[i].failing;
	say_part(j, "jobs", jobs, all);
	for (const struct watch_check *c = w->parts.checks; c != NULL && c->name != NULL; c++)
		say_part(j, c->name, c->works(c->arg), all);
}

static enum err
health(struct watch *w, struct http_exchange *x)
{
	static const char *const STAGES[] = { "starting", "serving", "ending" };
	struct ctx *cx = &x->cx;
	bool all = true;
	SCOPED_BUF parts;
	struct json_out j;

	buf_init(&parts, MAX_ANSWER);
	json_out_init(&j, &x->out);
	json_map(&j);
	json_pair_text(&j, "name", "hool");
	json_pair_text(&j, "version", HOOL_VERSION);
	json_pair_text(&j, "stage", STAGES[w->stage]);
	json_pair_text(&j, "started", time_text(cx->arena, w->started));
	json_pair_text(&j, "now", time_text(cx->arena, cx->now));
	json_key(&j, "parts");
	json_map(&j);
	say_parts(w, cx, &j, &all);
	json_map_end(&j);
	json_pair_text(&j, "status", all ? "up" : "down");
	json_map_end(&j);
	x->content_type = "application/json";
	x->status = all ? 200 : 503;
	return json_done(cx, &j);
}

static enum err
say(struct http_exchange *x, bool yes, const char *word)
{
	x->content_type = "application/json";
	x->status = yes ? 200 : 503;
	buf_printf(&x->out, "{\"status\":\"%s\"}", word);
	return OK;
}

/* ---- metrics ---- */

static void
counter(struct buf *b, const char *name, const char *help, uint64_t value)
{
	metrics_family(b, name, "counter", NULL, help);
	metrics_sample(b, name, "_total", METRICS_NONE, value);
}

static void
gauge(struct buf *b, const char *name, const char *unit, const char *help, uint64_t value)
{
	metrics_family(b, name, "gauge", unit, help);
	metrics_sample(b, name, "", METRICS_NONE, value);
}

static void
add_requests(struct buf *b, struct arena *a, struct http *http)
{
	static const char REQUESTS[] = "hool_http_requests", TOOK[] = "hool_http_duration_seconds";
	struct http_series *list;
	size_t n = http_series(http, a, &list);

	metrics_family(b, REQUESTS, "counter", NULL, "requests answered, by route and status.");
	for (size_t i = 0; i < n; i++) {
		uint64_t sum = 0;

		for (size_t k = 0; k <= HTTP_BOUND_COUNT; k++)
			sum += list[i].took[k];
		metrics_sample(b, REQUESTS, "_total",
			       METRICS_LABELS({ "method", list[i].method },
					      { "route", list[i].route },
					      { "status", text_from_int(a, list[i].status) }),
			       sum);
	}
	metrics_family(b, TOOK, "histogram", "seconds",
		       "time from the first line of a request until its answer left.");
	for (size_t i = 0, k; i < n; i = k) {
		struct http_series sum = list[i];

		for (k = i + 1; k < n && strcmp(list[k].route, sum.route) == 0 &&
				strcmp(list[k].method, sum.method) == 0;
		     k++) {
			sum.micros += list[k].micros;
			for (size_t t = 0; t <= HTTP_BOUND_COUNT; t++)
				sum.took[t] += list[k].took[t];
		}
		metrics_histogram(b, TOOK,
				  METRICS_LABELS({ "method", sum.method }, { "route", sum.route }),
				  HTTP_BOUNDS, HTTP_BOUND_COUNT, sum.took, sum.micros);
	}
}

static void
add_http(struct buf *b, struct http *http)
{
	struct http_figures f = http_figures(http);

	counter(b, "hool_http_sent_bytes", "bytes of answers' bodies, as sent.", f.bytes);
	counter(b, "hool_http_refused", "connections ended for broken HTTP.", f.refused);
	counter(b, "hool_http_late", "connections ended for a deadline.", f.late);
	counter(b, "hool_http_over_limit", "connections refused for their number.", f.over_limit);
	gauge(b, "hool_http_connections", NULL, "connections open now.", f.connections);
	gauge(b, "hool_http_running", NULL, "requests not answered yet.", f.running);
	gauge(b, "hool_http_slow_waiting", NULL, "slow work that waits for a thread.",
	      f.slow_waiting);
}

static void
add_database(struct buf *b, struct db *db)
{
	struct db_figures f = db_figures(db);

	counter(b, "hool_db_groups", "commits of the write lane.", f.groups);
	counter(b, "hool_db_closures", "pieces of writing in them.", f.closures);
	gauge(b, "hool_db_waiting", NULL, "pieces of writing that wait now.", f.waiting);
	gauge(b, "hool_db_largest_group", NULL, "pieces in the largest commit.", f.largest);
	gauge(b, "hool_db_readers", NULL, "read connections open.", f.readers);
	gauge(b, "hool_db_wal_bytes", "bytes", "size of the write-ahead log.", f.wal_size);
}

static void
add_jobs(struct buf *b, struct jobs *jobs)
{
	static const struct {
		const char *name, *help;
	} FAMILIES[] = {
		{ "hool_job_runs", "runs of hourly jobs." },
		{ "hool_job_failures", "runs that ended in an error." },
		{ "hool_job_pieces", "pieces of work done by them." },
	};
	struct job_figures list[JOBS_MOST];
	size_t n = jobs_figures(jobs, list);

	for (size_t k = 0; k < 3; k++) {
		metrics_family(b, FAMILIES[k].name, "counter", NULL, FAMILIES[k].help);
		for (size_t i = 0; i < n; i++)
			metrics_sample(b, FAMILIES[k].name, "_total",
				       METRICS_LABELS({ "job", list[i].name }),
				       k == 0	? list[i].runs
				       : k == 1 ? list[i].failures
						: list[i].done);
	}
	metrics_family(b, "hool_job_last_success_seconds", "gauge", "seconds",
		       "when a job last ended well, UTC; 0: not yet.");
	for (size_t i = 0; i < n; i++)
		metrics_sample(b, "hool_job_last_success_seconds", "",
			       METRICS_LABELS({ "job", list[i].name }), (uint64_t)list[i].last_ok);
}

static void
add_up(struct watch *w, struct ctx *cx, struct buf *b)
{
	static const char UP[] = "hool_up";

	metrics_family(b, UP, "gauge", NULL, "1 if a part works, 0 if it does not.");
	metrics_sample(b, UP, "", METRICS_LABELS({ "part", "database" }), database_works(w, cx));
	metrics_sample(b, UP, "", METRICS_LABELS({ "part", "schema" }), schema_is_ours(w, cx));
	if (w->stage != STAGE_SERVING)
		return;
	for (const struct watch_check *c = w->parts.checks; c != NULL && c->name != NULL; c++)
		metrics_sample(b, UP, "", METRICS_LABELS({ "part", c->name }), c->works(c->arg));
}

/* What the program has given up; sandbox.h. */
static void
add_sandbox(struct buf *b, const struct sandbox_state *s)
{
	static const char NAME[] = "hool_sandbox";

	if (s == NULL)
		return;
	metrics_family(b, NAME, "gauge", NULL, "1 if this part of the sandbox is in force.");
	metrics_sample(b, NAME, "", METRICS_LABELS({ "part", "files" }), s->landlock > 0);
	metrics_sample(b, NAME, "", METRICS_LABELS({ "part", "calls" }), s->calls);
	counter(b, "hool_sandbox_violations", "system calls that were refused.",
		sandbox_violations());
}

/* What the process itself takes. The names are those every collector knows. */
static void
add_process(const struct watch *w, struct buf *b)
{
	struct mallinfo2 m = mallinfo2();
	struct timespec cpu = { 0 };
	const char *name = "process_cpu_seconds";

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	metrics_family(b, "hool_build", "info", NULL, "the program.");
	metrics_sample(b, "hool_build", "_info", METRICS_LABELS({ "version", HOOL_VERSION }), 1);
	gauge(b, "process_start_time_seconds", "seconds", "when the program started, UTC.",
	      (uint64_t)w->started);
	metrics_family(b, name, "counter", "seconds", "processor time used.");
	buf_printf(b, "%s_total %" PRId64 ".%06ld\n", name, (int64_t)cpu.tv_sec,
		   cpu.tv_nsec / 1000);
	gauge(b, "process_resident_memory_bytes", "bytes", "memory in the machine.", resident(w));
	gauge(b, "hool_heap_bytes", "bytes", "memory asked for and not given back.",
	      m.uordblks + m.hblkhd);
	counter(b, "hool_log_lost_lines", "lines of the logs that could not be written.",
		log_lost());
}

static enum err
metrics(struct watch *w, struct http_exchange *x)
{
	struct buf *b = &x->out;
	uint64_t sessions;

	add_up(w, &x->cx, b);
	if (w->stage == STAGE_SERVING) {
		add_requests(b, x->cx.arena, w->parts.http);
		add_http(b, w->parts.http);
		add_database(b, w->parts.db);
		add_jobs(b, w->parts.jobs);
		add_sandbox(b, w->parts.sandbox);
		if (count_sessions(w, &x->cx, &sessions) == OK)
			gauge(b, "hool_sessions", NULL, "people signed in.", sessions);
		ctx_forgive(&x->cx);
	}
	add_process(w, b);
	metrics_end(b);
	x->content_type = METRICS_TYPE;
	return OK;
}

/* ---- the site ---- */

static enum err
route(struct http_exchange *x, enum http_lane *ret_lane, void *arg)
{
	static const struct {
		const char *path;
	} ROUTES[] = { { "/health" }, { "/health/alive" }, { "/health/ready" }, { "/metrics" } };
	(void)arg;
	*ret_lane = HTTP_READ;
	for (size_t i = 0; i < sizeof(ROUTES) / sizeof(ROUTES[0]); i++) {
		if (strcmp(x->path, ROUTES[i].path) != 0)
			continue;
		x->route_name = ROUTES[i].path;
		if (strcmp(x->method, "GET") != 0)
			return http_refuse(x, 405, ERR_INVALID, "err.http_method");
		return OK;
	}
	return fail(&x->cx, ERR_NOTFOUND, "err.no_page");
}

static enum err
handle(struct http_exchange *x, void *arg)
{
	struct watch *w = arg;
	enum err e;

	if (strcmp(x->path, "/health/alive") == 0)
		return say(x, true, "alive");
	(void)pthread_mutex_lock(&w->lock);
	if (strcmp(x->path, "/health") == 0) {
		e = health(w, x);
	} else if (strcmp(x->path, "/metrics") == 0) {
		e = metrics(w, x);
	} else {
		bool ready = is_ready(w, &x->cx);

		e = say(x, ready, ready ? "ready" : "not ready");
	}
	(void)pthread_mutex_unlock(&w->lock);
	return e;
}

static void
failed(struct http_exchange *x, enum err e, void *arg)
{
	(void)arg;
	x->content_type = "application/json";
	buf_printf(&x->out, "{\"status\":\"%s\"}", err_info(e)->name);
}

static size_t
no_body(struct http_exchange *x, void *arg)
{
	(void)x, (void)arg;
	return 0;
}

enum err
watch_start(struct ctx *cx, const struct http_settings *settings, const struct world *world,
	    int statm, struct watch **ret)
{
	struct http_settings s = *settings;
	struct watch *w = calloc(1, sizeof(*w));
	enum err e;

	if (w == NULL)
		BUG("out of memory");
	(void)pthread_mutex_init(&w->lock, NULL);
	w->started = cx->now;
	w->statm = statm;
	w->site = (struct http_site){ .arg = w,
				      .world = world,
				      .texts = cx->texts,
				      .route = route,
				      .handle = handle,
				      .failed = failed,
				      .body_limit = no_body };
	s.unlogged = true; /* asked every few seconds */
	s.threads = 1;
	s.slow_threads = 1;
	e = http_start(cx, &s, &w->site, NULL, &w->http);
	if (e != OK) {
		watch_stop(w);
		return e;
	}
	*ret = w;
	return OK;
}

uint16_t
watch_port(const struct watch *w)
{
	return http_port(w->http);
}

enum err
watch_serving(struct ctx *cx, struct watch *w, const struct watch_parts *parts)
{
	struct conn *reader;

	TRY(db_reader(cx, parts->db, &reader));
	(void)pthread_mutex_lock(&w->lock);
	w->reader = reader;
	w->parts = *parts;
	w->stage = STAGE_SERVING;
	(void)pthread_mutex_unlock(&w->lock);
	return OK;
}

void
watch_ending(struct watch *w)
{
	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stage = STAGE_ENDING;
	conn_free(w->reader);
	w->reader = NULL;
	(void)pthread_mutex_unlock(&w->lock);
}

void
watch_stop(struct watch *w)
{
	if (w == NULL)
		return;
	watch_ending(w);
	http_stop(w->http);
	if (w->statm >= 0)
		(void)close(w->statm);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}
