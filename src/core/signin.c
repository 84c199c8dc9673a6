/* Signing in: names, passwords, attempts. See account.h; sessions are account.c's. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "core/account_int.h"
#include "core/factor.h"

/*
 * Guessing is slowed by where it comes from, never by whose name is guessed, for else anybody could
 * lock anybody out. An address that fails with one name waits soon; with many names, later, for
 * behind one address there may be a whole office.
 */
#define THROTTLE_PAIR 5	    /* failures of one name from one address, since it last succeeded */
#define THROTTLE_ADDRESS 50 /* failures from one address */

static const char USER_BY_LOGIN[] =
	"SELECT u.sys_id, p.hash, u.closed FROM \"user\" u LEFT JOIN sys_password p ON p.user = "
	"u.sys_id WHERE u.login = ?1 AND u.sys_deleted = 0";
static const char SIGNIN_ADD[] =
	"INSERT INTO sys_signin (at, name, address, outcome) VALUES (?1, ?2, ?3, ?4)";
static const char FAILED_PAIR[] =
	"SELECT count(*) FROM sys_signin WHERE name = ?1 AND at > ?2 AND address = ?3 AND outcome "
	"IN ('password', 'unknown', 'closed', 'code') AND id > coalesce((SELECT max(id) FROM "
	"sys_signin "
	"WHERE name = ?1 AND at > ?2 AND address = ?3 AND outcome = 'ok'), 0)";
static const char FAILED_ADDRESS[] =
	"SELECT count(*) FROM sys_signin WHERE address = ?1 AND at > ?2 AND outcome IN "
	"('password', 'unknown', 'closed', 'code')";
static const char SESSION_ADD[] =
	"INSERT INTO sys_session (token, user, position, lang, csrf, made_at, seen_at, method, "
	"address, device) VALUES (?1, ?2, ?3, coalesce(?4, (SELECT lang FROM sys_user_lang WHERE "
	"user = ?2), ?7), ?5, ?6, ?6, ?8, ?9, ?10)";
static const char LOGIN_OF[] =
	"SELECT login, closed FROM \"user\" WHERE sys_id = ?1 AND sys_deleted = 0";
static const char BY_CODE[] =
	"SELECT u.sys_id FROM person p JOIN \"user\" u ON u.person = p.sys_id WHERE p.code = ?1 "
	"AND "
	"p.sys_deleted = 0 AND u.sys_deleted = 0 AND u.closed = 0 ORDER BY u.sys_id LIMIT 2";
static const char HALF_ADD[] =
	"INSERT INTO sys_signin_half (token, user, made_at) VALUES (?1, ?2, ?3)";
static const char HALF_OLD[] = "DELETE FROM sys_signin_half WHERE made_at < ?1";
static const char HAS_PASSWORD[] = "SELECT 1 FROM sys_password WHERE user = ?1";

/* Sign-in names are in small letters; what is typed in capitals is meant. */
static const char *
small_letters(struct ctx *cx, const char *typed)
{
	char *s = text_trim(cx->arena, typed);

	for (char *p = s; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return s;
}

/* The name as it is kept with attempts: a keyed hash, for people type passwords and personal codes
 * into the wrong box. */
static const char *
name_kept(struct ctx *cx, const char *login)
{
	static const unsigned char KEY[crypto_generichash_KEYBYTES_MIN] = { 'h', 'o', 'o', 'l' };
	unsigned char hash[crypto_generichash_BYTES_MIN];

	(void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)login, strlen(login),
				 KEY, sizeof(KEY));
	return text_hex(cx->arena, hash, sizeof(hash));
}

/* An address as it is counted: who has an IPv6 address has all those of its network (/64). */
static const char *
address_kept(struct ctx *cx, const char *address)
{
	/* An IPv4 address in IPv6 dress ("::ffff:192.0.2.1") is one alone. */
	static const unsigned char MAPPED[12] = { [10] = 0xFF, [11] = 0xFF };
	unsigned char bytes[16];
	char out[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, address, bytes) != 1 || memcmp(bytes, MAPPED, sizeof(MAPPED)) == 0)
		return address;
	memset(bytes + 8, 0, 8);
	return inet_ntop(AF_INET6, bytes, out, sizeof(out)) == NULL
		       ? address
		       : arena_printf(cx->arena, "%s/64", out);
}

/* A browser in a few words, "Firefox, Linux": enough to know one's own by, too little to be
 * tracked. */
static const char *
device_words(struct ctx *cx, const char *agent)
{
	/* In this order: each calls itself by the names of those behind it too. */
	static const char *const BROWSERS[][2] = {
		{ "Edg", "Edge" },	 { "OPR/", "Opera" },	 { "Firefox/", "Firefox" },
		{ "Chrome/", "Chrome" }, { "CriOS/", "Chrome" }, { "FxiOS/", "Firefox" },
		{ "Safari/", "Safari" }, { "curl/", "curl" },
	};
	static const char *const SYSTEMS[][2] = {
		{ "Android", "Android" }, { "iPhone", "iPhone" },   { "iPad", "iPad" },
		{ "Windows", "Windows" }, { "Macintosh", "macOS" }, { "Linux", "Linux" },
	};
	const char *browser = "", *system = "";

	for (size_t i = sizeof(BROWSERS) / sizeof(*BROWSERS); agent != NULL && i-- > 0;)
		if (strstr(agent, BROWSERS[i][0]) != NULL)
			browser = BROWSERS[i][1];
	for (size_t i = sizeof(SYSTEMS) / sizeof(*SYSTEMS); agent != NULL && i-- > 0;)
		if (strstr(agent, SYSTEMS[i][0]) != NULL)
			system = SYSTEMS[i][1];
	if (*browser == '\0' || *system == '\0')
		return *browser == '\0' ? system : browser;
	return arena_printf(cx->arena, "%s, %s", browser, system);
}

void
attempt_init(struct ctx *cx, struct attempt *a, const char *login, const struct signin_from *from)
{
	*a = (struct attempt){ .login = small_letters(cx, login),
			       .address = address_kept(cx, from->address),
			       .device = device_words(cx, from->agent),
			       .method = "password",
			       .outcome = "throttled",
			       .lang_chosen = from->lang_chosen };
	a->kept = name_kept(cx, a->login);
	a->token = account_token_new(cx);
}

enum err
attempt_of_user(struct ctx *cx, struct attempt *a, int64_t user, const struct signin_from *from)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, LOGIN_OF, DB_ARGS(db_int(user)), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return fail(cx, ERR_NOTFOUND, "err.not_found");
	attempt_init(cx, a, stmt_text(q, 0), from);
	a->user = user;
	a->outcome = stmt_int(q, 1) != 0 ? "closed" : "ok";
	return OK;
}

enum err
attempt_seat(struct ctx *cx, struct attempt *a, bool *ret_any)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool any;

	TRY(db_query(cx, ACCOUNT_POSITIONS, DB_ARGS(db_int(a->user), db_date(cx->today)), &q));
	TRY(stmt_step(cx, q, &any));
	if (any)
		a->position = stmt_int(q, 0);
	*ret_any = any;
	return OK;
}

/* The step still to come is known by its token's hash; halves left lying are swept away. */
static enum err
write_half(struct ctx *cx, const struct attempt *a)
{
	unsigned char hash[TOKEN_BYTES];

	account_token_hash(a->token, hash);
	TRY(db_exec(cx, HALF_OLD, DB_ARGS(db_int(cx->now - ACCOUNT_HALF_SECONDS)), NULL));
	return db_exec(cx, HALF_ADD,
		       DB_ARGS(db_bytes(hash, sizeof(hash)), db_int(a->user), db_int(cx->now)),
		       NULL);
}

enum err
attempt_write(struct ctx *cx, void *attempt)
{
	const struct attempt *a = attempt;
	unsigned char hash[TOKEN_BYTES], csrf[16];
	const char *lang = lang_code(cx->lang);

	TRY(db_exec(cx, SIGNIN_ADD,
		    DB_ARGS(db_int(cx->now), db_text(a->kept), db_text(a->address),
			    db_text(a->outcome)),
		    NULL));
	if (strcmp(a->outcome, "half") == 0)
		return write_half(cx, a);
	if (strcmp(a->outcome, "ok") != 0)
		return OK;
	account_token_hash(a->token, hash);
	ctx_random(cx, csrf, sizeof(csrf));
	return db_exec(cx, SESSION_ADD,
		       DB_ARGS(db_bytes(hash, sizeof(hash)), db_int(a->user), db_int(a->position),
			       db_text(a->lang_chosen ? lang : NULL),
			       db_text(text_hex(cx->arena, csrf, sizeof(csrf))), db_int(cx->now),
			       db_text(lang), db_text(a->method), db_text(a->address),
			       db_text(a->device)),
		       NULL);
}

enum err
attempt_throttled(struct ctx *cx, const struct attempt *a, bool *ret)
{
	int64_t pair, address, since = cx->now - THROTTLE_SECONDS;

	TRY(db_get_int(cx, FAILED_PAIR,
		       DB_ARGS(db_text(a->kept), db_int(since), db_text(a->address)), &pair));
	TRY(db_get_int(cx, FAILED_ADDRESS, DB_ARGS(db_text(a->address), db_int(since)), &address));
	*ret = pair >= THROTTLE_PAIR || address >= THROTTLE_ADDRESS;
	return OK;
}

/* A hash of no password, so that an unknown name takes as long as a known one. */
static char nobody[crypto_pwhash_STRBYTES];
static pthread_mutex_t nobody_lock = PTHREAD_MUTEX_INITIALIZER;

static enum err
make_nobody(struct ctx *cx)
{
	bool made;

	(void)pthread_mutex_lock(&nobody_lock);
	made = nobody[0] != '\0' || crypto_pwhash_str(nobody, "", 0, 2, 19u * 1024 * 1024) == 0;
	if (!made)
		nobody[0] = '\0';
	(void)pthread_mutex_unlock(&nobody_lock);
	return made ? OK : fail(cx, ERR_BUSY, "err.memory");
}

static enum err
check_password(struct ctx *cx, const char *password, struct attempt *a)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *hash = NULL;
	bool row, right;

	TRY(make_nobody(cx));
	a->outcome = "unknown";
	TRY(db_query(cx, USER_BY_LOGIN, DB_ARGS(db_text(a->login)), &q));
	TRY(stmt_step(cx, q, &row));
	if (row) {
		a->user = stmt_int(q, 0);
		hash = stmt_copy(cx, q, 1);
		a->outcome = stmt_int(q, 2) != 0 ? "closed" : "password";
	}
	errno = 0;
	right = crypto_pwhash_str_verify(hash == NULL ? nobody : hash, password,
					 strlen(password)) == 0;
	if (!right && errno == ENOMEM) /* that is no wrong password */
		return fail(cx, ERR_BUSY, "err.memory");
	if (right && hash != NULL && strcmp(a->outcome, "password") == 0)
		a->outcome = "ok";
	return OK;
}

/* Whatever was wrong with the name or the password, it is told alike. */
static enum err
say_outcome(struct ctx *cx, const struct attempt *a, bool seat)
{
	if (strcmp(a->outcome, "throttled") == 0)
		return fail(cx, ERR_LIMIT, "err.signin_wait",
			    text_from_int(cx->arena, THROTTLE_SECONDS / 60));
	if (!seat)
		return fail(cx, ERR_DENIED, "err.signin_no_position");
	if (strcmp(a->outcome, "ok") != 0 && strcmp(a->outcome, "half") != 0)
		return fail(cx, ERR_SIGNIN, "err.signin_wrong");
	return OK;
}

/* Look at the password, unless too many were wrong before. */
static enum err
try_password(struct ctx *cx, const char *password, struct attempt *a)
{
	bool wait;

	TRY(attempt_throttled(cx, a, &wait));
	if (wait)
		return OK;
	a->outcome = "unknown";
	if (text_length(password) > ACCOUNT_PASSWORD_MOST)
		return OK;
	return check_password(cx, password, a);
}

enum err
account_sign_in(struct ctx *cx, struct db *db, const char *login, const char *password,
		const struct signin_from *from, struct signin *ret)
{
	struct attempt a;
	bool seat = true, code = false;

	attempt_init(cx, &a, login, from);
	TRY(try_password(cx, password, &a));
	if (strcmp(a.outcome, "ok") == 0) {
		TRY(attempt_seat(cx, &a, &seat));
		TRY(factor_is_set(cx, a.user, &code));
		a.outcome = !seat ? "closed" : code ? "half" : "ok";
	}
	TRY(db_run(cx, db, "sign in", attempt_write, &a));
	TRY(say_outcome(cx, &a, seat));
	*ret = (struct signin){ a.token, code };
	return OK;
}

enum err
account_open(struct ctx *cx, struct db *db, int64_t user, const char *method,
	     const struct signin_from *from, struct signin *ret)
{
	struct attempt a;
	bool seat = false, closed;

	TRY(attempt_of_user(cx, &a, user, from));
	a.method = method;
	closed = strcmp(a.outcome, "closed") == 0;
	if (!closed)
		TRY(attempt_seat(cx, &a, &seat));
	a.outcome = seat ? "ok" : "closed";
	TRY(db_run(cx, db, "sign in", attempt_write, &a));
	if (closed)
		return fail(cx, ERR_DENIED, "err.signin_closed");
	if (!seat)
		return fail(cx, ERR_DENIED, "err.signin_no_position");
	*ret = (struct signin){ .token = a.token };
	return OK;
}

enum err
account_by_code(struct ctx *cx, const char *code, int64_t *ret_user)
{
	SCOPED(stmt) struct stmt *q = NULL;
	int64_t user;
	bool row;

	TRY(db_query(cx, BY_CODE, DB_ARGS(db_text(code)), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return fail(cx, ERR_NOTFOUND, "err.signin_unknown");
	user = stmt_int(q, 0);
	TRY(stmt_step(cx, q, &row));
	if (row)
		return fail(cx, ERR_CONFLICT, "err.signin_several");
	*ret_user = user;
	return OK;
}

struct proof {
	struct attempt a;
	const char *code, *outcome; /* what the password came to */
	int64_t session;
};

static enum err
write_proof(struct ctx *cx, void *arg)
{
	struct proof *p = arg;
	bool set, right = true;

	p->a.outcome = p->outcome;
	if (strcmp(p->outcome, "ok") != 0)
		return attempt_write(cx, &p->a);
	TRY(factor_is_set(cx, p->a.user, &set));
	if (set)
		TRY(factor_use(cx, p->a.user, p->code, &right));
	if (right)
		return account_proved(cx, p->session);
	p->a.outcome = "code";
	return attempt_write(cx, &p->a);
}

enum err
account_prove(struct ctx *cx, struct db *db, const struct session *s, const char *password,
	      const char *code, const struct signin_from *from)
{
	struct proof p = { .session = s->id, .code = code };

	TRY(attempt_of_user(cx, &p.a, s->who.user, from));
	p.a.outcome = "throttled";
	TRY(try_password(cx, password, &p.a));
	p.outcome = p.a.outcome;
	TRY(db_run(cx, db, "prove", write_proof, &p));
	return say_outcome(cx, &p.a, true);
}

bool
account_has_password(struct ctx *cx, int64_t user)
{
	int64_t one;

	if (db_get_int(cx, HAS_PASSWORD, DB_ARGS(db_int(user)), &one) == OK)
		return true;
	ctx_forgive(cx);
	return false;
}
