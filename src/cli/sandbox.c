/* The sandbox: rights, files and ports. See sandbox.h; the calls are in sandbox_calls.c. */
#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* Newer than the headers of Debian 12. Source: the kernel's landlock.h, interface versions 3 to 6.
 */
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define NET_BIND (1ULL << 0)
#define SCOPE_ABSTRACT_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)
#define RULE_PORT 2

struct ruleset {
	uint64_t files, net, scoped;
};
struct port_rule {
	uint64_t allowed, port;
};

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                                   \
	(READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                \
	 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                          \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | \
	 FS_TRUNCATE)
#define FILE_ONLY                                                                     \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE | \
	 LANDLOCK_ACCESS_FS_EXECUTE | FS_IOCTL_DEV)
#define FIRST_13 ((1ULL << 13) - 1)

/*
 * What is read long after the start: fonts as letters need them, the library's own tables, names
 * and certificates for calls to others. What is missing on a machine is passed over.
 */
static const char *const COMMON[] = {
	"/usr/share/fonts",
	"/usr/local/share/fonts",
	"/usr/share/fontconfig",
	"/etc/fonts",
	"/var/cache/fontconfig",
	"/usr/share/zoneinfo",
	"/etc/localtime",
	"/usr/lib",
	"/lib",
	"/lib64",
	"/etc/ld.so.cache",
	"/etc/ssl",
	"/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates",
	"/etc/resolv.conf",
	"/run/systemd/resolve",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/passwd",
	"/sys/devices/system/cpu",
	"/proc/filesystems",
	"/dev/null",
	"/dev/urandom",
	NULL,
};

enum err
sandbox_mode_read(struct ctx *cx, const char *word, enum sandbox_mode *ret)
{
	static const char *const WORDS[] = { "refuse", "kill", "off" };

	for (int i = 0; i < 3; i++)
		if (strcmp(word, WORDS[i]) == 0) {
			*ret = (enum sandbox_mode)i;
			return OK;
		}
	return fail(cx, ERR_INVALID, "err.sandbox_mode", word);
}

enum err
sandbox_user(struct ctx *cx, const char *name)
{
	const struct passwd *p = getpwnam(name);
	uid_t uid;
	gid_t gid;

	if (p == NULL)
		return fail(cx, ERR_NOTFOUND, "err.sandbox_user", name);
	uid = p->pw_uid;
	gid = p->pw_gid;
	if (geteuid() == uid && uid != 0)
		return OK;
	if (initgroups(name, gid) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return fail(cx, ERR_DENIED, "err.sandbox_drop", name);
	/* For good: trying to take root back must fail. */
	if (uid != 0 && (setuid(0) == 0 || geteuid() != uid || getegid() != gid))
		return fail(cx, ERR_DENIED, "err.sandbox_drop", name);
	return OK;
}

/* ---- landlock ---- */

/* Let what stands under a path be reached. What is not there is passed over. */
static bool
allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	struct stat st;
	bool done;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILE_ONLY;
	done = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	(void)close(rule.parent_fd);
	return done;
}

static bool
allow_all(int rules, const struct ruleset *handled, const struct sandbox_reach *reach)
{
	bool all = true;

	for (int i = 0; COMMON[i] != NULL; i++)
		all = all && allow(rules, COMMON[i], READ & handled->files);
	all = all && allow(rules, "/dev/null", WRITE & handled->files);
	for (int i = 0; i < SANDBOX_FOLDERS && reach->read[i] != NULL; i++)
		all = all && allow(rules, reach->read[i], READ & handled->files);
	for (int i = 0; i < SANDBOX_FOLDERS && reach->write[i] != NULL; i++)
		all = all && allow(rules, reach->write[i], WRITE & handled->files);
	for (int i = 0; i < reach->nports && handled->net != 0; i++) {
		struct port_rule rule = { .allowed = NET_BIND, .port = reach->ports[i] };

		all = all && syscall(SYS_landlock_add_rule, rules, RULE_PORT, &rule, 0) == 0;
	}
	return all;
}

/* What this version of the kernel's interface can shut off. */
static size_t
handled_by(long version, struct ruleset *ret)
{
	*ret = (struct ruleset){ .files = FIRST_13 };
	if (version >= 2)
		ret->files |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		ret->files |= FS_TRUNCATE;
	if (version >= 4)
		ret->net = NET_BIND;
	if (version >= 5)
		ret->files |= FS_IOCTL_DEV;
	if (version >= 6)
		ret->scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
	return version >= 6 ? sizeof(*ret) : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

enum err
sandbox_files(struct ctx *cx, enum sandbox_mode mode, const struct sandbox_reach *reach,
	      struct sandbox_state *state)
{
	struct ruleset handled;
	long version;
	size_t size;
	int rules;
	bool done;

	state->mode = mode;
	if (mode == SANDBOX_OFF || !SANDBOX_POSSIBLE)
		return OK;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail(cx, ERR_IO, "err.sandbox", "prctl");
	version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
			  LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1)
		return OK; /* a kernel without it: sandbox_log() tells */
	size = handled_by(version, &handled);
	for (int i = 0; i < reach->nports; i++)
		if (reach->ports[i] == 0) /* whichever the system gives: no list is possible */
			handled.net = 0;
	rules = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
	if (rules < 0)
		return fail(cx, ERR_IO, "err.sandbox", "landlock");
	done = allow_all(rules, &handled, reach) &&
	       syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	if (!done)
		return fail(cx, ERR_IO, "err.sandbox", "landlock");
	state->landlock = (int)version;
	return OK;
}

void
sandbox_log(const struct sandbox_state *state)
{
	static const char *const WORDS[] = { "calls refused", "calls kill", "off" };
	char words[80];
	bool whole = state->landlock > 0 && state->calls;

	(void)snprintf(words, sizeof(words), "landlock %d, %s", state->landlock,
		       state->mode == SANDBOX_OFF || state->calls ? WORDS[state->mode]
								  : "calls free");
	log_line(whole ? LOG_INFO : LOG_WARN, "sandbox", "hool.sandbox", words);
}
