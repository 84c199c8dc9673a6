/* Users and sign-ins. See account.h. */
#include "core/account.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"

#define TOKEN_BYTES 32
/*
 * Guessing is slowed by where it comes from, never by whose name is guessed, for else anybody could
 * lock anybody out. An address that fails with one name waits soon; with many names, later, for
 * behind one address there may be a whole office.
 */
#define THROTTLE_SECONDS 900 /* failures are counted over this long */
#define THROTTLE_PAIR 5	     /* failures of one name from one address, since it last succeeded */
#define THROTTLE_ADDRESS 50  /* failures from one address */

static const char USER_BY_LOGIN[] =
	"SELECT u.sys_id, p.hash, u.closed FROM \"user\" u LEFT JOIN sys_password p ON p.user = "
	"u.sys_id WHERE u.login = ?1 AND u.sys_deleted = 0";
static const char POSITIONS[] =
	"SELECT sys_id FROM position WHERE \"user\" = ?1 AND sys_deleted = 0 AND valid_from <= ?2 "
	"AND (valid_to IS NULL OR valid_to >= ?2) ORDER BY sys_id";
static const char SIGNIN_ADD[] =
	"INSERT INTO sys_signin (at, name, address, outcome) VALUES (?1, ?2, ?3, ?4)";
static const char FAILED_PAIR[] =
	"SELECT count(*) FROM sys_signin WHERE name = ?1 AND at > ?2 AND address = ?3 AND outcome "
	"IN ('password', 'unknown', 'closed') AND id > coalesce((SELECT max(id) FROM sys_signin "
	"WHERE name = ?1 AND at > ?2 AND address = ?3 AND outcome = 'ok'), 0)";
static const char FAILED_ADDRESS[] =
	"SELECT count(*) FROM sys_signin WHERE address = ?1 AND at > ?2 AND outcome IN "
	"('password', 'unknown', 'closed')";
static const char SESSION_ADD[] =
	"INSERT INTO sys_session (token, user, position, lang, csrf, made_at, seen_at) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
static const char SESSION_OF[] =
	"SELECT s.id, s.user, s.position, s.behalf_of, s.lang, s.csrf, s.made_at, s.seen_at, "
	"s.ended_at, u.title, r.title, p.kind, p.unit, p.org, a.person, p.valid_to, a.closed "
	"FROM sys_session s JOIN sys_record u ON u.id = s.user JOIN sys_record r ON r.id = "
	"s.position JOIN position p ON p.sys_id = s.position JOIN \"user\" a ON a.sys_id = s.user "
	"WHERE s.token = ?1 AND p.sys_deleted = 0 AND a.sys_deleted = 0 AND p.valid_from <= ?2";
static const char TOUCH[] =
	"UPDATE sys_session SET seen_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
static const char END[] = "UPDATE sys_session SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND "
			  "ended_at IS NULL";
static const char RENEW[] = "UPDATE sys_session SET token = ?2 WHERE id = ?1 AND ended_at IS NULL";
static const char KNOWN[] = "SELECT 1 FROM sys_session WHERE token = ?1";
static const char SET_LANG[] = "UPDATE sys_session SET lang = ?2 WHERE id = ?1";
static const char SET_POSITION[] = "UPDATE sys_session SET position = ?2 WHERE id = ?1";
static const char LAST_OK[] = "SELECT max(made_at) FROM sys_session WHERE user = ?1 AND id <> ?2";
static const char FAILURES[] = "SELECT address, count(*) OVER () FROM sys_signin WHERE name = ?1 "
			       "AND at > ?2 AND outcome = "
			       "'password' ORDER BY at DESC, id DESC LIMIT 1";
static const char LOGIN_OF[] = "SELECT login FROM \"user\" WHERE sys_id = ?1";
static const char STORE[] =
	"INSERT INTO sys_password (user, hash, changed_at) VALUES (?1, ?2, ?3) ON CONFLICT (user) "
	"DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at";

void
account_duties(const struct world *w, const char *kind, struct actor *who)
{
	const struct position_kind *k = map_get(&w->types->position_by_name, kind);

	memset(who->duties, 0, sizeof(who->duties));
	for (int i = 0; k != NULL && i < k->nduties; i++) {
		const struct duty *d = map_get(&w->types->duty_by_name, k->duties[i]);

		who->duties[d->index / 64] |= (uint64_t)1 << (d->index % 64);
	}
}

static void
token_hash(const char *token, unsigned char *out)
{
	(void)crypto_generichash(out, TOKEN_BYTES, (const unsigned char *)token, strlen(token),
				 NULL, 0);
}

enum err
account_hash(struct ctx *cx, const char *password, const char **ret_hash)
{
	char *hash = arena_alloc(cx->arena, crypto_pwhash_STRBYTES);
	size_t n = text_length(password);

	if (n < ACCOUNT_PASSWORD_LEAST)
		return fail_field(cx, ERR_INVALID, "password", "err.password_short",
				  text_from_int(cx->arena, ACCOUNT_PASSWORD_LEAST));
	if (n > ACCOUNT_PASSWORD_MOST)
		return fail_field(cx, ERR_INVALID, "password", "err.password_long",
				  text_from_int(cx->arena, ACCOUNT_PASSWORD_MOST));
	if (crypto_pwhash_str(hash, password, strlen(password), 2, 19u * 1024 * 1024) != 0)
		return fail(cx, ERR_BUSY, "err.memory");
	*ret_hash = hash;
	return OK;
}

enum err
account_store(struct ctx *cx, int64_t user, const char *hash)
{
	return db_exec(cx, STORE, DB_ARGS(db_int(user), db_text(hash), db_int(cx->now)), NULL);
}

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

struct attempt {
	const char *login, *kept, *address, *outcome;
	int64_t user, position;
	const char *token;
};

/* Note the attempt, and open the session if it succeeded. */
static enum err
write_attempt(struct ctx *cx, void *arg)
{
	const struct attempt *a = arg;
	unsigned char hash[TOKEN_BYTES], csrf[16];

	TRY(db_exec(cx, SIGNIN_ADD,
		    DB_ARGS(db_int(cx->now), db_text(a->kept), db_text(a->address),
			    db_text(a->outcome)),
		    NULL));
	if (strcmp(a->outcome, "ok") != 0)
		return OK;
	token_hash(a->token, hash);
	ctx_random(cx, csrf, sizeof(csrf));
	return db_exec(cx, SESSION_ADD,
		       DB_ARGS(db_bytes(hash, sizeof(hash)), db_int(a->user), db_int(a->position),
			       db_text(lang_code(cx->lang)),
			       db_text(text_hex(cx->arena, csrf, sizeof(csrf))), db_int(cx->now)),
		       NULL);
}

static enum err
throttled(struct ctx *cx, const struct attempt *a, bool *ret)
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

/* The first position in force; *ret_any tells whether there is one. */
static enum err
first_position(struct ctx *cx, int64_t user, int64_t *ret, bool *ret_any)
{
	SCOPED(stmt) struct stmt *q = NULL;

	TRY(db_query(cx, POSITIONS, DB_ARGS(db_int(user), db_date(cx->today)), &q));
	TRY(stmt_step(cx, q, ret_any));
	if (*ret_any)
		*ret = stmt_int(q, 0);
	return OK;
}

enum err
account_sign_in(struct ctx *cx, struct db *db, const char *login, const char *password,
		const char *address, const char **ret_token)
{
	struct attempt a = { .login = small_letters(cx, login),
			     .address = address_kept(cx, address),
			     .outcome = "throttled" };
	unsigned char token[TOKEN_BYTES];
	bool wait, seat = true;

	a.kept = name_kept(cx, a.login);
	TRY(throttled(cx, &a, &wait));
	if (!wait && text_length(password) <= ACCOUNT_PASSWORD_MOST)
		TRY(check_password(cx, password, &a));
	if (strcmp(a.outcome, "ok") == 0)
		TRY(first_position(cx, a.user, &a.position, &seat));
	if (!seat)
		a.outcome = "closed";
	ctx_random(cx, token, sizeof(token));
	a.token = text_hex(cx->arena, token, sizeof(token));
	TRY(db_run(cx, db, "sign in", write_attempt, &a));
	if (wait)
		return fail(cx, ERR_LIMIT, "err.signin_wait",
			    text_from_int(cx->arena, THROTTLE_SECONDS / 60));
	if (!seat)
		return fail(cx, ERR_DENIED, "err.signin_no_position");
	if (strcmp(a.outcome, "ok") != 0)
		return fail(cx, ERR_SIGNIN, "err.signin_wrong");
	*ret_token = a.token;
	return OK;
}

static void
fill_session(struct ctx *cx, const struct stmt *q, struct session *s)
{
	const char *lang = stmt_text(q, 4);
	int64_t idle, whole;

	s->id = stmt_int(q, 0);
	s->who = (struct actor){ .user = stmt_int(q, 1),
				 .position = stmt_int(q, 2),
				 .behalf_of = stmt_int(q, 3),
				 .unit = stmt_int(q, 12),
				 .org = stmt_int(q, 13),
				 .person = stmt_int(q, 14),
				 .session = stmt_int(q, 0) };
	s->lang = lang != NULL && lang_from_code(lang) > 0 ? (enum lang)lang_from_code(lang)
							   : LANG_ET;
	s->csrf = stmt_copy(cx, q, 5);
	s->made_at = stmt_int(q, 6);
	s->seen_at = stmt_int(q, 7);
	s->user_name = stmt_copy(cx, q, 9);
	s->position_name = stmt_copy(cx, q, 10);
	s->kind = stmt_copy(cx, q, 11);
	idle = s->seen_at + ACCOUNT_IDLE_SECONDS;
	whole = s->made_at + ACCOUNT_WHOLE_SECONDS;
	s->ends_at = idle < whole ? idle : whole;
	account_duties(cx->world, s->kind, &s->who);
}

static enum err
read_session(struct ctx *cx, const char *token, struct session *ret, bool *ret_over)
{
	SCOPED(stmt) struct stmt *q = NULL;
	unsigned char hash[TOKEN_BYTES];
	struct session s = { 0 };
	int32_t until;
	bool row;

	if (token == NULL || strlen(token) != TOKEN_BYTES * 2)
		return fail(cx, ERR_SIGNIN, "err.signin_none");
	token_hash(token, hash);
	TRY(db_query(cx, SESSION_OF, DB_ARGS(db_bytes(hash, sizeof(hash)), db_date(cx->today)),
		     &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return fail(cx, ERR_SIGNIN, "err.signin_none");
	fill_session(cx, q, &s);
	until = stmt_date(q, 15);
	/* Made in a far future: the clock was wrong then, and it must not last until that day. */
	*ret_over = !stmt_is_null(q, 8) || s.ends_at <= cx->now || stmt_int(q, 16) != 0 ||
		    s.made_at - cx->now > ACCOUNT_WHOLE_SECONDS ||
		    (!stmt_is_null(q, 15) && until < cx->today);
	*ret = s;
	return OK;
}

enum err
account_session(struct ctx *cx, const char *token, struct session *ret)
{
	struct session s;
	bool over;

	TRY(read_session(cx, token, &s, &over));
	if (over)
		return fail(cx, ERR_SIGNIN, "err.signin_over");
	cx->who = s.who;
	cx->lang = s.lang;
	*ret = s;
	return OK;
}

enum err
account_session_over(struct ctx *cx, const char *token, struct session *ret)
{
	bool over;

	return read_session(cx, token, ret, &over);
}

bool
account_known(struct ctx *cx, const char *token)
{
	unsigned char hash[TOKEN_BYTES];
	int64_t one;

	if (token == NULL || strlen(token) != TOKEN_BYTES * 2)
		return false;
	token_hash(token, hash);
	if (db_get_int(cx, KNOWN, DB_ARGS(db_bytes(hash, sizeof(hash))), &one) == OK)
		return true;
	ctx_forgive(cx);
	return false;
}

enum err
account_renew(struct ctx *cx, int64_t session, const char **ret_token)
{
	unsigned char token[TOKEN_BYTES], hash[TOKEN_BYTES];
	const char *text;

	ctx_random(cx, token, sizeof(token));
	text = text_hex(cx->arena, token, sizeof(token));
	token_hash(text, hash);
	TRY(db_exec(cx, RENEW, DB_ARGS(db_int(session), db_bytes(hash, sizeof(hash))), NULL));
	*ret_token = text;
	return OK;
}

enum err
account_touch(struct ctx *cx, int64_t session)
{
	return db_exec(cx, TOUCH, DB_ARGS(db_int(session), db_int(cx->now)), NULL);
}

enum err
account_end(struct ctx *cx, int64_t session, const char *reason)
{
	return db_exec(cx, END, DB_ARGS(db_int(session), db_int(cx->now), db_text(reason)), NULL);
}

enum err
account_set_lang(struct ctx *cx, int64_t session, enum lang lang)
{
	return db_exec(cx, SET_LANG, DB_ARGS(db_int(session), db_text(lang_code(lang))), NULL);
}

enum err
account_set_position(struct ctx *cx, int64_t session, int64_t position)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row = true, own = false;

	TRY(db_query(cx, POSITIONS, DB_ARGS(db_int(cx->who.user), db_date(cx->today)), &q));
	while (row && !own) {
		TRY(stmt_step(cx, q, &row));
		own = row && stmt_int(q, 0) == position;
	}
	if (!own)
		return fail(cx, ERR_DENIED, "err.signin_no_position");
	return db_exec(cx, SET_POSITION, DB_ARGS(db_int(session), db_int(position)), NULL);
}

enum err
account_report(struct ctx *cx, const struct session *s, struct signin_report *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct signin_report r = { 0 };
	const char *login;
	bool row;

	TRY(db_get_int(cx, LAST_OK, DB_ARGS(db_int(s->who.user), db_int(s->id)), &r.last_at));
	TRY(db_get_text(cx, LOGIN_OF, DB_ARGS(db_int(s->who.user)), &login));
	TRY(db_query(cx, FAILURES, DB_ARGS(db_text(name_kept(cx, login)), db_int(r.last_at)), &q));
	TRY(stmt_step(cx, q, &row));
	if (row) {
		r.last_failure_from = stmt_copy(cx, q, 0);
		r.failures = stmt_int(q, 1);
	}
	*ret = r;
	return OK;
}
