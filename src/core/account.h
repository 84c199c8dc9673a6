/*
 * Users, positions and sign-ins. A human signs in as a user and acts through a position; the
 * position's kind names the duties, and the duties carry the rights. (Job descriptions will take
 * over the middle step: they need only fill who.duties.)
 *
 * Passwords are argon2id. The session's token is 256 random bits, stored as its hash. Sessions end
 * after IDLE_SECONDS without a request and after WHOLE_SECONDS at any rate.
 */
#ifndef HOOL_CORE_ACCOUNT_H
#define HOOL_CORE_ACCOUNT_H

#include "core/record.h"

#define ACCOUNT_IDLE_SECONDS (30 * 60)
#define ACCOUNT_WHOLE_SECONDS (12 * 60 * 60)
#define ACCOUNT_WARN_SECONDS (5 * 60)
#define ACCOUNT_PASSWORD_LEAST 12 /* characters */
#define ACCOUNT_PASSWORD_MOST 128

struct session {
	int64_t id;
	struct actor who;
	const char *user_name, *position_name;
	const char *kind; /* of the position */
	const char *csrf;
	enum lang lang;
	int64_t made_at, seen_at;
	int64_t ends_at; /* whichever limit comes first */
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
			 const char *address, const char **ret_token) MUST_USE;
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
/* Language and position of the session; the position must be the user's own and in force. */
enum err account_set_lang(struct ctx *cx, int64_t session, enum lang lang) MUST_USE;
enum err account_set_position(struct ctx *cx, int64_t session, int64_t position) MUST_USE;
enum err
account_report(struct ctx *cx, const struct session *s, struct signin_report *ret) MUST_USE;
/* Hash a password (slow), and store a hash (write lane). ERR_INVALID err.password_short/long. */
enum err account_hash(struct ctx *cx, const char *password, const char **ret_hash) MUST_USE;
enum err account_store(struct ctx *cx, int64_t user, const char *hash) MUST_USE;
/* Duties of a position kind into a set of who. */
void account_duties(const struct world *w, const char *kind, struct actor *who);

#endif
