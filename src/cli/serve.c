/* hool serve: the web server, until it is told to end. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/cli.h"
#include "cli/jobs.h"
#include "cli/watch.h"
#include "format/letter.h"
#include "web/site.h"

#define MOST_FILES 65536 /* as many as http/guard.c can watch */

static const char BOARD[] = "SELECT value FROM sys_setting WHERE name = 'board'";
static const char USERS[] =
	"SELECT u.login, p.name FROM \"user\" u JOIN position p ON p.\"user\" = u.sys_id "
	"WHERE u.sys_deleted = 0 AND p.sys_id IN (SELECT min(sys_id) FROM position "
	"WHERE sys_deleted = 0 GROUP BY kind) ORDER BY u.sys_id LIMIT 12";
static const char PASSWORD[] = "SELECT value FROM sys_setting WHERE name = 'practice'";

/* "127.0.0.1:8080" → address and port. */
static enum err
parse_listen(struct ctx *cx, const char *listen, struct http_settings *s)
{
	const char *colon = strrchr(listen, ':');
	int64_t port;

	if (colon == NULL || !text_int(colon + 1, 0, 65535, &port))
		return fail(cx, ERR_INVALID, "err.listen", listen);
	/* An IPv6 address stands in brackets: [::1]:8080. */
	if (listen[0] == '[' && colon > listen + 1 && colon[-1] == ']')
		s->address = arena_strndup(cx->arena, listen + 1, (size_t)(colon - listen - 2));
	else
		s->address = arena_strndup(cx->arena, listen, (size_t)(colon - listen));
	s->port = (uint16_t)port;
	return OK;
}

/* In practice data: who may sign in, and with what. */
static enum err
print_users(struct ctx *cx)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *password;
	bool row;

	TRY(db_get_text(cx, PASSWORD, DB_NONE, &password));
	TRY(db_query(cx, USERS, DB_NONE, &q));
	(void)printf("%s\n", msgf(cx, "serve.users", password));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		(void)printf("  %-12s %s\n", stmt_text(q, 0), stmt_text(q, 1));
	}
}

static enum err
greet(struct run *r, struct db *db, struct site *site)
{
	SCOPED(conn) struct conn *reader = NULL;
	const char *board;

	TRY(db_reader(r->cx, db, &reader));
	r->cx->conn = reader;
	site->board = msg(r->cx, "site.board");
	if (db_get_text(r->cx, BOARD, DB_NONE, &board) == OK)
		site->board = board;
	else
		ctx_forgive(r->cx);
	if (r->world->practice)
		TRY(print_users(r->cx));
	r->cx->conn = NULL;
	return OK;
}

/* Wait for SIGINT or SIGTERM; SIGHUP opens the audit log anew. They are blocked before any thread
 * starts. */
static void
wait_for_end(int fd)
{
	struct signalfd_siginfo info = { 0 };

	do {
		if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
			continue;
		if (info.ssi_signo == SIGHUP)
			log_line(log_reopen() ? LOG_INFO : LOG_ERROR, "log.reopen", "log.name",
				 "audit");
	} while (info.ssi_signo != SIGINT && info.ssi_signo != SIGTERM);
}

static void
say_listening(const char *what, const struct http_settings *s, uint16_t port)
{
	bool six = strchr(s->address, ':') != NULL;

	(void)printf("%s http://%s%s%s:%u\n", what, six ? "[" : "", s->address, six ? "]" : "",
		     (unsigned)port);
	(void)fflush(stdout);
}

/* Start to be watched, if that is asked for, before anything else takes its time. */
static enum err
start_watch(struct run *r, const char *listen, struct watch **ret)
{
	struct http_settings settings = { 0 };

	if (listen == NULL)
		return OK;
	TRY(parse_listen(r->cx, listen, &settings));
	TRY(watch_start(r->cx, &settings, r->world, ret));
	say_listening("watched", &settings, watch_port(*ret));
	return OK;
}

static enum err
serve(struct run *r, struct db *db, const struct http_settings *settings, struct watch *watch,
      int fd)
{
	SCOPED(jobs) struct jobs *jobs = NULL;
	SCOPED(http) struct http *http = NULL;
	struct site site = {
		.world = r->world, .db = db, .works = r->works, .version = HOOL_VERSION
	};
	struct http_site callbacks;

	TRY(greet(r, db, &site));
	site_init(r->cx, &site, &callbacks);
	TRY(http_start(r->cx, settings, &callbacks, db, &http));
	TRY(jobs_start(r, db, &jobs));
	if (watch != NULL)
		TRY(watch_serving(r->cx, watch,
				  &(struct watch_parts){ .db = db, .http = http, .jobs = jobs }));
	say_listening("listening", settings, http_port(http));
	wait_for_end(fd);
	watch_ending(watch);
	(void)printf("%s\n", msg(r->cx, "serve.ending"));
	return OK;
}

/* A connection is an open file; the usual soft limit of 1024 is too few for those we allow. */
static void
allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max < MOST_FILES ? limit.rlim_max : MOST_FILES;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

enum err
cmd_serve(struct run *r)
{
	struct http_settings settings = { 0 };
	SCOPED(db) struct db *db = NULL;
	SCOPED(watch) struct watch *watch = NULL;
	const char *watched, *audit;
	unsigned flags = DB_CREATE;
	int64_t threads;
	sigset_t ends;
	int fd;
	enum err e;

	TRY(parse_listen(r->cx, run_option(r, "--listen", "127.0.0.1:8080"), &settings));
	if (!text_int(run_option(r, "--threads", "0"), 0, 64, &threads))
		return fail(r->cx, ERR_INVALID, "err.cli_number", "--threads");
	settings.threads = (int)threads;
	settings.behind_tls = run_flag(r, "--behind-tls");
	settings.proxies = run_option(r, "--proxies", NULL);
	watched = run_option(r, "--watch", NULL);
	audit = run_option(r, "--audit", NULL);
	if (run_flag(r, "--quiet"))
		log_set_level(LOG_WARN);
	if (run_flag(r, "--alone")) /* for bench/: every write a commit of its own */
		flags |= DB_ALONE;
	TRY(run_done(r));
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGHUP);
	(void)signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0 || (fd = signalfd(-1, &ends, SFD_CLOEXEC)) < 0)
		return fail(r->cx, ERR_IO, "err.io");
	allow_files();
	mem_reserve();
	letter_warm_up();
	e = audit == NULL || log_audit_open(audit) ? start_watch(r, watched, &watch)
						   : fail(r->cx, ERR_IO, "err.audit_file", audit);
	if (e == OK)
		e = run_open(r, flags, &db);
	if (e == OK)
		e = serve(r, db, &settings, watch, fd);
	(void)close(fd);
	return e;
}
