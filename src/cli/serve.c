/* hool serve: the web server, until it is told to end. */
#include <fcntl.h>
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
#include "cli/keeping.h"
#include "cli/workers.h"
#include "cli/sandbox.h"
#include "cli/signin_options.h"
#include "cli/watch.h"
#include "format/letter.h"
#include "web/site.h"

#define MOST_FILES 65536 /* as many as http/guard.c can watch */

/* A serving program: what it was told, and what it is made of. */
struct serving {
	struct http_settings http, watch_at;
	const char *watched, *audit, *user, *replica; /* options, or NULL */
	struct virus_scanner scanner;
	enum sandbox_mode sandbox;
	struct sandbox_reach reach;
	struct sandbox_state state;
	int statm; /* /proc/self/statm, or -1 */
	struct keeping keeping;
	struct watch *watch;
	unsigned db_flags;
	struct signin_options in;
};

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
start_watch(struct run *r, struct serving *s)
{
	if (s->watched == NULL)
		return OK;
	TRY(watch_start(r->cx, &s->watch_at, r->world, s->statm, &s->watch));
	s->statm = -1;
	say_listening("watched", &s->watch_at, watch_port(s->watch));
	return OK;
}

/* The folder a file stands in. */
static const char *
folder_of(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash == NULL   ? "."
	       : slash == file ? "/"
			       : arena_strndup(a, file, (size_t)(slash - file));
}

/* What the sandbox leaves within reach. */
static void
reach(struct run *r, struct serving *s)
{
	struct sandbox_reach *to = &s->reach;
	const char *allowed;
	size_t n = 0;

	if (r->db_url != NULL && strstr(r->db_url, "://") == NULL) {
		const char *file = text_starts(r->db_url, "file:") ? r->db_url + 5 : r->db_url;

		to->write[n++] = folder_of(r->cx->arena, file);
	} else {
		to->write[n++] = EXPORT_FOLDER;
	}
	if (s->audit != NULL)
		to->write[n++] = folder_of(r->cx->arena, s->audit);
	if (s->keeping.copy.folder != NULL)
		to->write[n++] = s->keeping.copy.folder;
	if (s->keeping.seals != NULL)
		to->write[n++] = s->keeping.seals;
	while (n + 1 < SANDBOX_FOLDERS && (allowed = run_option(r, "--allow", NULL)) != NULL)
		to->write[n++] = allowed;
	to->read[0] = s->in.ca_file;
	to->ports[to->nports++] = s->http.port;
	if (s->watched != NULL)
		to->ports[to->nports++] = s->watch_at.port;
}

/* Give up what is not needed, before the first thread: from here on files are shut off. */
static enum err
shut_in(struct run *r, struct serving *s)
{
	if (s->user != NULL)
		TRY(sandbox_user(r->cx, s->user));
	letter_warm_up();
	s->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (s->audit != NULL && !log_audit_open(s->audit))
		return fail(r->cx, ERR_IO, "err.audit_file", s->audit);
	return sandbox_files(r->cx, s->sandbox, &s->reach, &s->state);
}

static bool
scanner_works(void *arg)
{
	return virus_works(arg);
}

static enum err
serve(struct run *r, struct db *db, struct serving *s, int fd)
{
	SCOPED(copy) struct copy *copy = NULL; /* ends last: it ships what the others wrote */
	SCOPED(workers) struct workers *workers = NULL;
	SCOPED(jobs) struct jobs *jobs = NULL;
	SCOPED(rates) struct rates *rates = rates_new(&s->in.limits); /* outlives the server */
	SCOPED(http) struct http *http = NULL;
	struct site site = { .world = r->world,
			     .db = db,
			     .works = r->works,
			     .version = HOOL_VERSION,
			     .oidc = s->in.oidc,
			     .home_url = s->in.home,
			     .rates = rates };
	struct http_site callbacks;
	const struct watch_check checks[] = { { "clamd", scanner_works, &s->scanner },
					      { NULL, NULL, NULL } };

	/* Practice data are nobody's; to serve people's as root is to ask for trouble. */
	if (geteuid() == 0 && s->user == NULL && !r->world->practice)
		return fail(r->cx, ERR_DENIED, "err.sandbox_root");
	site.scanner = s->scanner.address == NULL ? NULL : &s->scanner;
	TRY(greet(r, db, &site));
	site_init(r->cx, &site, &callbacks);
	if (s->keeping.copy.folder != NULL)
		TRY(copy_start(r->cx, db, &s->keeping.copy, &copy));
	TRY(http_start(r->cx, &s->http, &callbacks, db, &http));
	TRY(jobs_start(r, db, &s->keeping, &jobs));
	TRY(workers_start(r, db, &workers));
	TRY(sandbox_calls(r->cx, s->sandbox, &s->state));
	sandbox_log(&s->state);
	if (s->watch != NULL)
		TRY(watch_serving(
			r->cx, s->watch,
			&(struct watch_parts){ .db = db,
					       .http = http,
					       .jobs = jobs,
					       .sandbox = &s->state,
					       .checks = site.scanner == NULL ? NULL : checks }));
	say_listening("listening", &s->http, http_port(http));
	wait_for_end(fd);
	watch_ending(s->watch);
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

static enum err
read_options(struct run *r, struct serving *s)
{
	int64_t threads;

	TRY(parse_listen(r->cx, run_option(r, "--listen", "127.0.0.1:8080"), &s->http));
	if (!text_int(run_option(r, "--threads", "0"), 0, 64, &threads))
		return fail(r->cx, ERR_INVALID, "err.cli_number", "--threads");
	s->http.threads = (int)threads;
	s->http.behind_tls = run_flag(r, "--behind-tls");
	s->http.proxies = run_option(r, "--proxies", NULL);
	s->watched = run_option(r, "--watch", NULL);
	if (s->watched != NULL)
		TRY(parse_listen(r->cx, s->watched, &s->watch_at));
	s->audit = run_option(r, "--audit", NULL);
	s->user = run_option(r, "--user", NULL);
	s->scanner.address = run_option(r, "--clamd", NULL);
	s->scanner.open = run_flag(r, "--clamd-open");
	if (s->scanner.address != NULL)
		TRY(virus_address(r->cx, s->scanner.address));
	TRY(sandbox_mode_read(r->cx, run_option(r, "--sandbox", "refuse"), &s->sandbox));
	if (run_flag(r, "--no-sandbox"))
		s->sandbox = SANDBOX_OFF;
	TRY(keeping_read(r, &s->keeping));
	s->replica = run_option(r, "--replica", NULL);
	r->world->call_private = run_flag(r, "--call-private");
	if (run_flag(r, "--quiet"))
		log_set_level(LOG_WARN);
	if (run_flag(r, "--alone")) /* for bench/: every write a commit of its own */
		s->db_flags |= DB_ALONE;
	TRY(signin_options(r, &s->in));
	reach(r, s);
	return run_done(r);
}

enum err
cmd_serve(struct run *r)
{
	struct serving s = { .statm = -1, .db_flags = DB_CREATE };
	SCOPED(oidc) struct oidc *oidc = NULL;
	SCOPED(db) struct db *db = NULL;
	sigset_t ends;
	int fd;
	enum err e;

	e = read_options(r, &s);
	oidc = s.in.oidc;
	TRY(e);
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGHUP);
	(void)signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0 || (fd = signalfd(-1, &ends, SFD_CLOEXEC)) < 0)
		return fail(r->cx, ERR_IO, "err.io");
	allow_files();
	mem_reserve();
	e = shut_in(r, &s);
	if (e == OK)
		e = start_watch(r, &s);
	if (e == OK)
		e = run_open(r, s.db_flags, &db);
	if (e == OK && s.replica != NULL)
		e = db_replica(r->cx, db, s.replica);
	if (e == OK)
		e = serve(r, db, &s, fd);
	watch_stop(s.watch);
	if (s.statm >= 0)
		(void)close(s.statm);
	(void)close(fd);
	return e;
}
