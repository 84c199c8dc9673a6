/*
 * The system calls a serving program makes, found by tracing it through every scenario, the browser
 * tests and the crash tests, and by reading what libcurl and libpq need for calls to others.
 *
 * A call that is not among them raises SIGSYS. Its handler writes a line that names the call, and
 * lets it fail with EPERM or ends the program. Calls nobody but an intruder makes here (starting
 * programs, tracing, mounting, becoming another user …) end it in any case.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/sandbox.h"

static const int ALLOWED[] = {
	/* files */
	SCMP_SYS(access),
	SCMP_SYS(close),
	SCMP_SYS(dup),
	SCMP_SYS(dup3),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(fadvise64),
	SCMP_SYS(fallocate),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchown),
	SCMP_SYS(fcntl),
	SCMP_SYS(fdatasync),
	SCMP_SYS(flock),
	SCMP_SYS(fstat),
	SCMP_SYS(fstatfs),
	SCMP_SYS(fsync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents64),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(lseek),
	SCMP_SYS(lstat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(pread64),
	SCMP_SYS(preadv),
	SCMP_SYS(pwrite64),
	SCMP_SYS(pwritev),
	SCMP_SYS(read),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(readv),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(rmdir),
	SCMP_SYS(stat),
	SCMP_SYS(statfs),
	SCMP_SYS(statx),
	SCMP_SYS(sync_file_range),
	SCMP_SYS(umask),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(utimensat),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(copy_file_range),
	SCMP_SYS(sendfile),
	/* sockets */
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(listen),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),
	/* waiting */
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(eventfd2),
	SCMP_SYS(futex),
	SCMP_SYS(nanosleep),
	SCMP_SYS(pipe2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(pselect6),
	SCMP_SYS(select),
	SCMP_SYS(signalfd4),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	/* memory and threads */
	SCMP_SYS(arch_prctl),
	SCMP_SYS(brk),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(get_robust_list),
	SCMP_SYS(madvise),
	SCMP_SYS(membarrier),
	SCMP_SYS(mincore),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigpending),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(tgkill),
	/* what the system is and how much there is of it */
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(getcpu),
	SCMP_SYS(getegid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getuid),
	SCMP_SYS(sysinfo),
	SCMP_SYS(time),
	SCMP_SYS(times),
	SCMP_SYS(uname),
};

static const int INTRUDERS[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(reboot),
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setregid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setresgid),
	SCMP_SYS(setgroups),
	SCMP_SYS(capset),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(personality),
	SCMP_SYS(modify_ldt),
	SCMP_SYS(open_by_handle_at),
};

#define CALLS 1024	      /* numbers of calls are smaller */
static char names[CALLS][24]; /* for the handler, which may not ask the library */
static bool intruder[CALLS];
static bool kills;
static atomic_uint_fast64_t violations;

uint64_t
sandbox_violations(void)
{
	return atomic_load(&violations);
}

/* ---- the handler: nothing here may allocate or lock ---- */

static char *
put(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len);
	return at + len;
}

static char *
put_two(char *at, int n)
{
	*at++ = (char)('0' + n / 10 % 10);
	*at++ = (char)('0' + n % 10);
	return at;
}

/* Days since 1970 to a date. Source: H. Hinnant, chrono-compatible low-level date algorithms. */
static char *
put_time(char *at)
{
	struct timespec now = { 0 };
	int64_t day, era, year;
	int of_era, of_year, month, rest;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	day = now.tv_sec / 86400 + 719468;
	rest = (int)(now.tv_sec % 86400);
	era = day / 146097;
	of_era = (int)(day - era * 146097);
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (int)(365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	year += era * 400 + (month >= 10);
	at = put_two(put_two(at, (int)(year / 100)), (int)(year % 100));
	*at++ = '-';
	at = put_two(at, month < 10 ? month + 3 : month - 9);
	*at++ = '-';
	at = put_two(at, of_year - (153 * month + 2) / 5 + 1);
	*at++ = 'T';
	at = put_two(at, rest / 3600);
	*at++ = ':';
	at = put_two(at, rest / 60 % 60);
	*at++ = ':';
	at = put_two(at, rest % 60);
	at = put(at, ".000Z");
	return at;
}

static void
tell(int call)
{
	char line[256], *at = line;
	bool known = call >= 0 && call < CALLS && names[call][0] != '\0';

	at = put(at, "{\"@timestamp\":\"");
	at = put_time(at);
	at = put(at, "\",\"log.level\":\"error\",\"event.action\":\"sandbox.violation\","
		     "\"hool.syscall\":\"");
	at = put(at, known ? names[call] : "unknown");
	at = put(at, "\"}\n");
	if (write(STDERR_FILENO, line, (size_t)(at - line)) < 0)
		return; /* nowhere left to say it */
}

static void
on_violation(int signal, siginfo_t *info, void *context)
{
	int call = info->si_syscall, was = errno;
	ucontext_t *u = context;

	atomic_fetch_add(&violations, 1);
	tell(call);
	if (kills || call < 0 || call >= CALLS || intruder[call])
		_exit(128 + signal);
#if defined(__x86_64__)
	u->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	u->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#else
	(void)u;
	_exit(128 + signal);
#endif
	errno = was;
}

/* ---- the filter ---- */

static void
learn_name(int call, bool is_intruder)
{
	char *name;

	if (call < 0 || call >= CALLS)
		return;
	intruder[call] = is_intruder;
	name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);
	if (name != NULL)
		(void)snprintf(names[call], sizeof(names[call]), "%s", name);
	free(name);
}

/* Calls that are allowed when one of their arguments is right. Several rows: any of them. */
static const struct {
	int call;
	unsigned arg;
	enum scmp_compare how;
	uint64_t a, b; /* value, or mask and value */
} SOME[] = {
	/* Memory is never both written and run, and never made to run later. */
	{ SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 },
	{ SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_WRITE, 0 },
	{ SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 },
	/* Sockets of the network and of the machine; netlink is how addresses are looked up. */
	{ SCMP_SYS(socket), 0, SCMP_CMP_EQ, AF_INET, 0 },
	{ SCMP_SYS(socket), 0, SCMP_CMP_EQ, AF_INET6, 0 },
	{ SCMP_SYS(socket), 0, SCMP_CMP_EQ, AF_UNIX, 0 },
	{ SCMP_SYS(socket), 0, SCMP_CMP_EQ, AF_NETLINK, 0 },
	{ SCMP_SYS(socketpair), 0, SCMP_CMP_EQ, AF_UNIX, 0 },
	{ SCMP_SYS(ioctl), 1, SCMP_CMP_EQ, FIONREAD, 0 },
	{ SCMP_SYS(ioctl), 1, SCMP_CMP_EQ, FIONBIO, 0 },
	{ SCMP_SYS(ioctl), 1, SCMP_CMP_EQ, TCGETS, 0 },
	/* The library names its threads and memory; limits are read, not set. */
	{ SCMP_SYS(prctl), 0, SCMP_CMP_EQ, PR_SET_NAME, 0 },
	{ SCMP_SYS(prctl), 0, SCMP_CMP_EQ, PR_SET_VMA, 0 },
	{ SCMP_SYS(prlimit64), 2, SCMP_CMP_EQ, 0, 0 },
	/* A thread and no process. */
	{ SCMP_SYS(clone), 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD },
};

static int
allow_some(scmp_filter_ctx f)
{
	int bad = 0;

	for (size_t i = 0; i < sizeof(SOME) / sizeof(SOME[0]); i++) {
		struct scmp_arg_cmp is = {
			.arg = SOME[i].arg,
			.op = SOME[i].how,
			.datum_a = SOME[i].a,
			.datum_b = SOME[i].b,
		};

		bad |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SOME[i].call, 1, &is);
	}
	/* clone3's flags cannot be looked at; without it the library makes threads by clone. */
	return bad | seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static int
build(scmp_filter_ctx f)
{
	int bad = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);

	/* The calls made most are looked for by halving, not one by one. */
	bad |= seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < sizeof(ALLOWED) / sizeof(ALLOWED[0]); i++)
		if (ALLOWED[i] >= 0)
			bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, ALLOWED[i], 0);
	return bad | allow_some(f);
}

static enum err
load(struct ctx *cx)
{
	struct sigaction act = { .sa_sigaction = on_violation,
				 .sa_flags = SA_SIGINFO | SA_NODEFER };
	scmp_filter_ctx f;
	sigset_t sys;
	int bad;

	for (int call = 0; call < CALLS; call++)
		learn_name(call, false);
	for (size_t i = 0; i < sizeof(INTRUDERS) / sizeof(INTRUDERS[0]); i++)
		learn_name(INTRUDERS[i], true);
	(void)sigemptyset(&act.sa_mask);
	(void)sigemptyset(&sys);
	(void)sigaddset(&sys, SIGSYS);
	(void)sigprocmask(SIG_UNBLOCK, &sys, NULL);
	if (sigaction(SIGSYS, &act, NULL) != 0)
		return fail(cx, ERR_IO, "err.sandbox", "sigaction");
	f = seccomp_init(SCMP_ACT_TRAP);
	if (f == NULL)
		return fail(cx, ERR_IO, "err.sandbox", "seccomp");
	bad = build(f);
	if (bad == 0)
		bad = seccomp_load(f);
	seccomp_release(f);
	return bad == 0 ? OK : fail(cx, ERR_IO, "err.sandbox", "seccomp");
}

enum err
sandbox_calls(struct ctx *cx, enum sandbox_mode mode, struct sandbox_state *state)
{
	if (mode == SANDBOX_OFF || !SANDBOX_POSSIBLE)
		return OK;
	if (prctl(PR_GET_SECCOMP) < 0)
		return OK; /* a kernel without it: sandbox_log() tells */
	kills = mode == SANDBOX_KILL;
	TRY(load(cx));
	state->calls = true;
	return OK;
}
