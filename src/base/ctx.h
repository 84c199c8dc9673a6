/*
 * The context of one piece of work: who acts and for what purpose, the arena, the connection, the
 * clock held still at its start, and the first error. Functions that can fail take it first.
 * There are no other globals but constants, so code is thread-safe and tests can fix the time.
 *
 * Life: ctx_init with an arena of the caller's; nothing to release, the arena ends it all.
 */
#ifndef HOOL_BASE_CTX_H
#define HOOL_BASE_CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"

enum lang { LANG_ET, LANG_EN, LANG_RU, LANG_COUNT };

#define TRACE_DIGITS 32 /* of a thread id; base/trace.h */

struct conn;  /* db/db.h: a database connection */
struct world; /* core/world.h: types, rules and settings as loaded at start */
struct texts; /* base/texts.h: the catalogues of texts */

struct error {
	enum err code;
	const char *key; /* of the text catalogue */
	const char *args[MAX_ERROR_ARGS];
	int nargs;
	const char *field; /* field at fault, or NULL */
	const char *file;  /* file at fault, or NULL */
	int line, col;	   /* from 1; 0 unknown */
};

#define REACH_WORDS 4 /* types by index: 256 of them */

/* How far a token of the API reaches, by type: sets of types by index. What is not in them is as
 * if no duty granted it. */
struct reach {
	uint64_t see[REACH_WORDS], edit[REACH_WORDS], move[REACH_WORDS];
};

/* Who acts. Ids are those of records; 0 is nobody. */
struct actor {
	int64_t user;	    /* the human's user record */
	int64_t person;	    /* the human's person record, if known */
	int64_t position;   /* the position used */
	int64_t behalf_of;  /* position stood in for, or 0 */
	int64_t unit;	    /* organisation record of the position's unit */
	int64_t org;	    /* organisation of an outside user (provider, municipality), or 0 */
	int64_t session;    /* row of the sign-in; below 0: a token, its row negated */
	uint64_t duties[4]; /* set of duties, by index in the world's duty table */
	const struct reach *reach; /* of the token used; NULL: all that the duties grant */
	bool system;		   /* a command or job of the program itself: sees and does all */
};

struct ctx {
	struct arena *arena;
	struct conn *conn;
	const struct world *world;
	const struct texts *texts;
	struct actor who;
	const char *purpose; /* why data are looked at: a key, see core/access.h */
	enum lang lang;
	int64_t now;			/* UTC seconds, fixed at the start of the work */
	int32_t today;			/* civil day in Tallinn at `now`, see base/civil.h */
	uint64_t request;		/* number of the request or run, for the log */
	char trace[TRACE_DIGITS + 1];	/* the thread all it sets off is found by; "": none */
	struct error error;		/* code OK: none */
	struct access_note *seen;	/* whose data this work shows; core/access.h */
	void (*random)(void *, size_t); /* fills with random bytes; a test may make it repeat */
};

/* Start a context at the present time, speaking Estonian, acting as nobody. */
void ctx_init(struct ctx *cx, struct arena *arena);
/* Set the clock (tests, practice data): UTC seconds; `today` follows in Tallinn time. */
void ctx_set_now(struct ctx *cx, int64_t now);
/* Forget the recorded error, so that the next fail() is kept. */
void ctx_forgive(struct ctx *cx);
/* Move an error recorded in another context into this one (copied). Returns its code. */
enum err ctx_take_error(struct ctx *cx, const struct ctx *from);
/* Fill with random bytes through cx->random. */
void ctx_random(struct ctx *cx, void *bytes, size_t len);

#endif
