/*
 * What the serving program gives up, so that whoever turns it against us finds little to do with
 *it:
 *
 *	the rights of root	sandbox_user(), before anything is opened
 *	files			landlock: its own folders, and to read what letters and TLS need;
 *				nothing is executed, and no other process may be signalled
 *	ports			landlock: only those it was told to listen on
 *	system calls		seccomp: an allow list; nothing starts another program
 *	core dumps, ptrace	PR_SET_DUMPABLE, since the memory holds persons and keys
 *
 * Landlock holds for the calling thread and those it starts, so sandbox_files() comes before the
 * first of them; sandbox_calls() comes when all is started and holds for all.
 *
 * A kernel without one of these is no fault, but is told: in the log, and by sandbox_words().
 */
#ifndef HOOL_CLI_SANDBOX_H
#define HOOL_CLI_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/* The sanitizers look into their own process in ways no server of ours does: there only the rights
 * are given up. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_POSSIBLE false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_POSSIBLE false
#endif
#endif
#ifndef SANDBOX_POSSIBLE
#define SANDBOX_POSSIBLE true
#endif

enum sandbox_mode {
	SANDBOX_REFUSE, /* a call that is not allowed fails with EPERM and is logged */
	SANDBOX_KILL,	/* it is logged and ends the program */
	SANDBOX_OFF,	/* for debuggers */
};

/* "refuse", "kill" or "off". Errors: ERR_INVALID err.sandbox_mode. */
enum err sandbox_mode_read(struct ctx *cx, const char *word, enum sandbox_mode *ret) MUST_USE;

/*
 * Become a user of the system, for good: groups, group, user. Only root can. Errors: ERR_NOTFOUND
 * err.sandbox_user, ERR_DENIED err.sandbox_drop.
 */
enum err sandbox_user(struct ctx *cx, const char *name) MUST_USE;

#define SANDBOX_FOLDERS 32
/* What may be reached beside what every letter needs. */
struct sandbox_reach {
	const char *write[SANDBOX_FOLDERS]; /* folders to read and write; ended by NULL */
	const char *read[SANDBOX_FOLDERS];  /* folders and files to read; ended by NULL */
	uint16_t ports[4];		    /* to listen on; one 0 leaves all open */
	int nports;
};

/* What holds now; of the process, for health and figures. */
struct sandbox_state {
	int landlock; /* version of the kernel's interface; 0: none */
	bool calls;   /* the filter is in force */
	enum sandbox_mode mode;
};

/* Shut the files off. Errors: ERR_IO err.sandbox if the kernel has landlock and refuses. */
enum err sandbox_files(struct ctx *cx, enum sandbox_mode mode, const struct sandbox_reach *reach,
		       struct sandbox_state *state) MUST_USE;
/* Shut the calls off. Errors: ERR_IO err.sandbox. */
enum err
sandbox_calls(struct ctx *cx, enum sandbox_mode mode, struct sandbox_state *state) MUST_USE;
/* Log what holds: "landlock 7, calls refused". */
void sandbox_log(const struct sandbox_state *state);
/* Calls the filter has refused since the start. */
uint64_t sandbox_violations(void);

#endif
