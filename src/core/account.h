/*
 * Users, positions and sign-ins. A human signs in as a user and acts through a position; the
 * position's kind names the duties, and the duties carry the rights. (Job descriptions will take
 * over the middle step: they need only fill who.duties.)
 *
 * Passwords are argon2id. The session's token is 256 random bits, stored as its hash, and new at
 * each sign-in and change of rights. Sessions end after so long without a request, and after so
 * long at any rate; both are settings of the world.
 *
 * A sign-in by password may need a second step (core/factor.h): then it gives a token that opens
 * nothing but that step.
 */
#ifndef HOOL_CORE_ACCOUNT_H
#define HOOL_CORE_ACCOUNT_H

#include "core/record.h"

#define ACCOUNT_IDLE_SECONDS (30 * 60)
#define ACCOUNT_WHOLE_SECONDS (12 * 60 * 60)
#define ACCOUNT_WARN_SECONDS (5 * 60)
#define ACCOUNT_PROVED_SECONDS (10 * 60) /* for so long a proof of being oneself is good */
#define ACCOUNT_HALF_SECONDS (5 * 60)	 /* the code may be typed for so long */
#define ACCOUNT_PASSWORD_LEAST 15	 /* characters: a password alone, by NIST SP 800-63B-4 */
#define ACCOUNT_PASSWORD_MOST 128

struct session {
	int64_t id;
	struct actor who;
	const char *user_name, *position_name;
	const char *kind; /* of the position */
	const char *csrf;
	enum lang lang;
	int64_t made_at, seen_at;
	int64_t ends_at;   /* whichever limit comes first */
	int64_t proved_at; /* when its holder last showed to be themselves */
	const char
		*method; /* how it was opened: "password", "code", "oidc" with how, as "oidc mID" */
};

/* Where a sign-in comes from. */
struct signin_from {
	const char *address; /* of the client */
	const char *agent;   /* User-Agent, or NULL: kept as a few words */
	bool lang_chosen;    /* cx->lang was asked for; else the user's own is taken */
};

/* What a sign-in gave. */
struct signin {
	const char *token; /* of the session; or of the step that is still to come */
	bool need_code;	   /* the second: see factor_sign_in() */
};

/* What the sign-in page tells afterwards. */
struct signin_report {
	int64_t last_at;	       /* the successful sign-in before this one; 0: first */
	int64_t failures;	       /* since then */
	const char *last_failure_from; /* address */
};

/*
 * Check name and password and open a session; slow (argon2id), so on a pool thread, with its own
 * reader. Errors: ERR_SIGNIN err.signin_wrong (whatever was wrong), ERR_LIMIT err.signin_wait with
 * the minutes to wait, ERR_DENIED err.signin_no_position.
 */
enum err account_sign_in(struct ctx *cx, struct db *db, const char *login, const char *password,
			 const struct signin_from *from, struct signin *ret) MUST_USE;
/*
 * Open a session for somebody whom another has recognised (core/oidc.h); `method` as in struct
 * session. Errors: ERR_DENIED err.signin_closed, err.signin_no_position.
 */
enum err account_open(struct ctx *cx, struct db *db, int64_t user, const char *method,
		      const struct signin_from *from, struct signin *ret) MUST_USE;
/*
 * The one open user whose person has this personal code. ERR_NOTFOUND err.signin_unknown if there
 * is none, ERR_CONFLICT err.signin_several if there are more.
 */
enum err account_by_code(struct ctx *cx, const char *code, int64_t *ret_user) MUST_USE;
/*
 * The holder of a session proves to be themselves again, by password (slow, as above) and, if they
 * have a second factor, a code ("" if none was typed): its proved_at becomes now. Errors as
 * account_sign_in(). And: proved otherwise (write lane).
 */
enum err account_prove(struct ctx *cx, struct db *db, const struct session *s, const char *password,
		       const char *code, const struct signin_from *from) MUST_USE;
enum err account_proved(struct ctx *cx, int64_t session) MUST_USE;
static inline bool
account_is_proved(const struct ctx *cx, const struct session *s)
{
	return cx->now - s->proved_at < ACCOUNT_PROVED_SECONDS;
}
/* Has the user a password here at all? */
bool account_has_password(struct ctx *cx, int64_t user);
/* Who a token belongs to, and take on the role: cx->who and cx->lang are set. ERR_SIGNIN when it
 * is unknown (err.signin_none), ended or too old (err.signin_over). */
enum err account_session(struct ctx *cx, const char *token, struct session *ret) MUST_USE;
/* The session of a token though it be over: for keeping what was typed in it, and nothing else. The
 * role is not taken on. ERR_SIGNIN when the token is unknown. */
enum err account_session_over(struct ctx *cx, const char *token, struct session *ret) MUST_USE;
/* Is it the token of any session, over or not? NULL is none. */
bool account_known(struct ctx *cx, const char *token);
/* A new token for a session whose rights change (write lane); the old one opens nothing more. */
enum err account_renew(struct ctx *cx, int64_t session, const char **ret_token) MUST_USE;
/* Closures on the write lane. Touch: the session was used now. End: with a reason. */
enum err account_touch(struct ctx *cx, int64_t session) MUST_USE;
enum err account_end(struct ctx *cx, int64_t session, const char *reason) MUST_USE;
/* End one session of a user, or (with one == 0) all but `kept`; *ret_n tells how many it were. */
enum err account_end_own(struct ctx *cx, int64_t user, int64_t one, int64_t kept,
			 const char *reason, int64_t *ret_n) MUST_USE;
/* Language of the session and, from now on, of its user; position of the session, which must be the
 * user's own and in force. */
enum err account_set_lang(struct ctx *cx, int64_t session, enum lang lang) MUST_USE;
enum err account_set_position(struct ctx *cx, int64_t session, int64_t position) MUST_USE;
enum err
account_report(struct ctx *cx, const struct session *s, struct signin_report *ret) MUST_USE;
/*
 * Is a new password fit? Length, and not one of those tried first: common ones, rows of keys,
 * repetitions, the user's own names (ASVS 6.2). ERR_INVALID err.password_short, _long, _common.
 */
enum err account_password_check(struct ctx *cx, const char *password, const char *login,
				const char *name) MUST_USE;
/* Hash a password (slow), and store a hash (write lane). ERR_INVALID err.password_short/long. */
enum err account_hash(struct ctx *cx, const char *password, const char **ret_hash) MUST_USE;
enum err account_store(struct ctx *cx, int64_t user, const char *hash) MUST_USE;
/* How long a session lasts, unused and at any rate: the world's settings, or the usual. */
int64_t account_idle(const struct world *w);
int64_t account_whole(const struct world *w);
/* Duties of a position kind into a set of who. */
void account_duties(const struct world *w, const char *kind, struct actor *who);

#endif
