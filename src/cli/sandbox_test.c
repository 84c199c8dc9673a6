/* Tests of the sandbox. Each tries something in a child that has shut itself in; what it found
 * comes back as its exit code, what it logged through a pipe. */
#include "cli/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

#define SIGSYS_EXIT (128 + SIGSYS)

static char folder[] = P_tmpdir "/hool-sandbox-XXXXXX";

/* How a call ended: 0, or errno. */
static int
outcome(long result)
{
	return result < 0 ? errno : 0;
}

static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600), code = outcome(fd);

	if (fd >= 0)
		(void)close(fd);
	return code;
}

static const char *
in_folder(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int
read_other(void)
{
	return try_open("/etc/shadow", O_RDONLY);
}
static int
read_home(void)
{
	return try_open("/root", O_RDONLY | O_DIRECTORY);
}
static int
write_etc(void)
{
	return try_open("/etc/hosts", O_WRONLY);
}
static int
write_shared_temp(void)
{
	return try_open("/var/tmp/hool-sandbox-outside", O_WRONLY | O_CREAT);
}
static int
read_fonts(void)
{
	return try_open("/usr/share/fonts", O_RDONLY | O_DIRECTORY);
}
static int
write_own(void)
{
	return try_open(in_folder("new"), O_RDWR | O_CREAT);
}
static int
move_out(void)
{
	(void)try_open(in_folder("a"), O_RDWR | O_CREAT);
	return outcome(rename(in_folder("a"), "hool-sandbox-moved"));
}
static int
run_program(void)
{
	return outcome(execl("/bin/true", "true", (char *)NULL));
}
static int
trace_oneself(void)
{
	return outcome(ptrace(PTRACE_TRACEME, 0, 0, 0));
}
static int
make_process(void)
{
	pid_t p = fork();

	if (p == 0)
		_exit(0);
	return outcome(p);
}
static void *
nothing(void *arg)
{
	return arg;
}
static int
make_thread(void)
{
	pthread_t thread;
	int code = pthread_create(&thread, NULL, nothing, NULL);

	if (code == 0)
		(void)pthread_join(thread, NULL);
	return code;
}
static int
run_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : outcome(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}
static int
write_and_run_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	return p == MAP_FAILED ? errno : 0;
}
static int
raw_socket(void)
{
	return outcome(socket(AF_PACKET, SOCK_RAW, 0));
}
static int
tcp_socket(void)
{
	return outcome(socket(AF_INET, SOCK_STREAM, 0));
}
static int
signal_parent(void)
{
	return outcome(kill(getppid(), 0));
}
static int
be_dumped(void)
{
	return outcome(prctl(PR_SET_DUMPABLE, 1));
}
static int
listen_elsewhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(1) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return outcome(bind(fd, (const struct sockaddr *)(const void *)&at, sizeof(at)));
}

static const struct {
	const char *name;
	int (*try)(void);
	int want;	  /* 0, an errno, or SIGSYS_EXIT */
	int version;	  /* of landlock that knows it; 0: no matter of landlock's */
	const char *said; /* the call named in the log, or NULL */
} CASES[] = {
	{ "read_other", read_other, EACCES, 1, NULL },
	{ "read_home", read_home, EACCES, 1, NULL },
	{ "write_etc", write_etc, EACCES, 1, NULL },
	{ "write_shared_temp", write_shared_temp, EACCES, 1, NULL },
	{ "read_fonts", read_fonts, 0, 0, NULL },
	{ "write_own", write_own, 0, 0, NULL },
	{ "move_out", move_out, EACCES, 1, NULL },
	{ "run_program", run_program, SIGSYS_EXIT, 0, "execve" },
	{ "trace_oneself", trace_oneself, SIGSYS_EXIT, 0, "ptrace" },
	{ "make_process", make_process, EPERM, 0, "clone" },
	{ "make_thread", make_thread, 0, 0, NULL },
	{ "run_memory", run_memory, EPERM, 0, "mprotect" },
	{ "write_and_run_memory", write_and_run_memory, EPERM, 0, "mmap" },
	{ "raw_socket", raw_socket, EPERM, 0, "socket" },
	{ "tcp_socket", tcp_socket, 0, 0, NULL },
	{ "signal_parent", signal_parent, EPERM, 0, "kill" },
	{ "be_dumped", be_dumped, EPERM, 0, "prctl" },
	{ "listen_elsewhere", listen_elsewhere, EACCES, 4, NULL },
};

/* The child: shut in, try, end with what came of it. */
static _Noreturn void
child(struct ctx *cx, int (*try)(void), enum sandbox_mode mode, int out)
{
	struct sandbox_reach reach = { .write = { folder }, .ports = { 8080 }, .nports = 1 };
	struct sandbox_state state = { 0 };

	(void)dup2(out, STDERR_FILENO);
	if (sandbox_files(cx, mode, &reach, &state) != OK || sandbox_calls(cx, mode, &state) != OK)
		_exit(250);
	if (mode != SANDBOX_OFF && !state.calls)
		_exit(251);
	_exit(try() & 0xFF);
}

/* Exit code of the child; what it said into ret_said[1000]. */
static int
in_sandbox(struct test *t, int (*try)(void), enum sandbox_mode mode, char *ret_said)
{
	int fds[2], status;
	ssize_t n;
	pid_t p;

	assert_int_equal(pipe(fds), 0);
	p = fork();
	assert_true(p >= 0);
	if (p == 0)
		child(test_ctx(t), try, mode, fds[1]);
	(void)close(fds[1]);
	n = read(fds[0], ret_said, 999);
	ret_said[n < 0 ? 0 : n] = '\0';
	(void)close(fds[0]);
	assert_int_equal(waitpid(p, &status, 0), p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* Asked of the kernel the way sandbox_files() does. */
static int
landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
			    LANDLOCK_CREATE_RULESET_VERSION);
}

TEST(sandbox_shuts_off_what_a_server_never_does)
{
	char said[1000];
	int version, failed = 0;

	if (!SANDBOX_POSSIBLE)
		SKIP();
	version = landlock_version();
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int got;

		if (CASES[i].version > version)
			continue;
		got = in_sandbox(t, CASES[i].try, SANDBOX_REFUSE, said);
		if (got != CASES[i].want ||
		    (CASES[i].said == NULL) != (strstr(said, "sandbox.violation") == NULL) ||
		    (CASES[i].said != NULL &&
		     strstr(said, arena_printf(t->arena, "\"hool.syscall\":\"%s\"",
					       CASES[i].said)) == NULL)) {
			print_error("%s: %d, wanted %d; said: %s\n", CASES[i].name, got,
				    CASES[i].want, said);
			failed++;
		}
	}
	EXPECT_INT(0, failed);
	/* The line itself is one of the technical log's. */
	(void)in_sandbox(t, raw_socket, SANDBOX_REFUSE, said);
	EXPECT(strncmp(said, "{\"@timestamp\":\"20", 17) == 0);
	EXPECT(strstr(said, "Z\",\"log.level\":\"error\",\"event.action\":\"sandbox.violation\","
			    "\"hool.syscall\":\"socket\"}\n") != NULL);
	(void)unlink(in_folder("new"));
	(void)unlink(in_folder("a"));
	(void)rmdir(folder);
}

TEST(sandbox_kills_or_lets_go_as_it_is_told)
{
	char said[1000];

	if (!SANDBOX_POSSIBLE)
		SKIP();
	EXPECT_INT(SIGSYS_EXIT, in_sandbox(t, raw_socket, SANDBOX_KILL, said));
	EXPECT(strstr(said, "\"hool.syscall\":\"socket\"") != NULL);
	EXPECT_INT(0, in_sandbox(t, tcp_socket, SANDBOX_KILL, said));
	EXPECT_INT(0, in_sandbox(t, run_program, SANDBOX_OFF, said));
	EXPECT_TEXT("", said);
}

static int
become_nobody(void)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;

	ctx_init(&cx, a);
	if (sandbox_user(&cx, "nobody") != OK)
		return 1;
	if (geteuid() == 0 || getuid() == 0 || getegid() == 0 || setuid(0) == 0)
		return 2;
	return try_open("/etc/shadow", O_RDONLY) == EACCES ? 0 : 3;
}

TEST(sandbox_drops_the_rights_of_root_for_good)
{
	struct ctx *cx = test_ctx(t);
	enum sandbox_mode mode;
	char said[1000];

	EXPECT_ERR(ERR_NOTFOUND, sandbox_user(cx, "no such user"));
	ctx_forgive(cx);
	EXPECT_ERR(ERR_INVALID, sandbox_mode_read(cx, "perhaps", &mode));
	if (geteuid() != 0)
		SKIP();
	EXPECT_INT(0, in_sandbox(t, become_nobody, SANDBOX_OFF, said));
}
