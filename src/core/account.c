/* Users and sign-ins. See account.h. */
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "core/account_int.h"

const char ACCOUNT_POSITIONS[] =
	"SELECT sys_id FROM position WHERE \"user\" = ?1 AND sys_deleted = 0 AND valid_from <= ?2 "
	"AND (valid_to IS NULL OR valid_to >= ?2) ORDER BY sys_id";
static const char SESSION_OF[] =
	"SELECT s.id, s.user, s.position, s.behalf_of, s.lang, s.csrf, s.made_at, s.seen_at, "
	"s.ended_at, u.title, r.title, p.kind, p.unit, p.org, a.person, p.valid_to, a.closed, "
	"coalesce(s.proved_at, s.made_at), s.method FROM sys_session s JOIN sys_record u ON u.id = "
	"s.user JOIN sys_record r ON r.id = "
	"s.position JOIN position p ON p.sys_id = s.position JOIN \"user\" a ON a.sys_id = s.user "
	"WHERE s.token = ?1 AND p.sys_deleted = 0 AND a.sys_deleted = 0 AND p.valid_from <= ?2";
static const char TOUCH[] =
	"UPDATE sys_session SET seen_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
static const char END[] = "UPDATE sys_session SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND "
			  "ended_at IS NULL";
static const char RENEW[] = "UPDATE sys_session SET token = ?2 WHERE id = ?1 AND ended_at IS NULL";
static const char KNOWN[] = "SELECT 1 FROM sys_session WHERE token = ?1";
static const char SET_LANG[] = "UPDATE sys_session SET lang = ?2 WHERE id = ?1";
static const char KEEP_LANG[] =
	"INSERT INTO sys_user_lang (user, lang) SELECT user, ?2 FROM sys_session WHERE id = ?1 "
	"ON CONFLICT (user) DO UPDATE SET lang = excluded.lang";
static const char END_OWN[] = "UPDATE sys_session SET ended_at = ?4, end_reason = ?5 WHERE user = "
			      "?1 AND ended_at IS NULL "
			      "AND (id = ?2 OR (?2 = 0 AND id <> ?3))";
static const char PROVED[] = "UPDATE sys_session SET proved_at = ?2 WHERE id = ?1";
static const char SET_POSITION[] = "UPDATE sys_session SET position = ?2 WHERE id = ?1";
static const char LAST_OK[] = "SELECT max(made_at) FROM sys_session WHERE user = ?1 AND id <> ?2";
static const char FAILURES[] = "SELECT address, count(*) OVER () FROM sys_signin WHERE name = ?1 "
			       "AND at > ?2 AND outcome IN "
			       "('password', 'code') ORDER BY at DESC, id DESC LIMIT 1";
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

void
account_token_hash(const char *token, unsigned char out[TOKEN_BYTES])
{
	(void)crypto_generichash(out, TOKEN_BYTES, (const unsigned char *)token, strlen(token),
				 NULL, 0);
}

const char *
account_token_new(struct ctx *cx)
{
	unsigned char bytes[TOKEN_BYTES];

	ctx_random(cx, bytes, sizeof(bytes));
	return text_hex(cx->arena, bytes, sizeof(bytes));
}

int64_t
account_idle(const struct world *w)
{
	return w == NULL || w->session_idle == 0 ? ACCOUNT_IDLE_SECONDS : w->session_idle;
}

int64_t
account_whole(const struct world *w)
{
	return w == NULL || w->session_whole == 0 ? ACCOUNT_WHOLE_SECONDS : w->session_whole;
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
	s->proved_at = stmt_int(q, 17);
	s->method = stmt_copy(cx, q, 18);
	idle = s->seen_at + account_idle(cx->world);
	whole = s->made_at + account_whole(cx->world);
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
	account_token_hash(token, hash);
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
	account_token_hash(token, hash);
	if (db_get_int(cx, KNOWN, DB_ARGS(db_bytes(hash, sizeof(hash))), &one) == OK)
		return true;
	ctx_forgive(cx);
	return false;
}

enum err
account_renew(struct ctx *cx, int64_t session, const char **ret_token)
{
	const char *text = account_token_new(cx);
	unsigned char hash[TOKEN_BYTES];

	account_token_hash(text, hash);
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
account_end_own(struct ctx *cx, int64_t user, int64_t one, int64_t kept, const char *reason,
		int64_t *ret_n)
{
	return db_exec(
		cx, END_OWN,
		DB_ARGS(db_int(user), db_int(one), db_int(kept), db_int(cx->now), db_text(reason)),
		ret_n);
}

enum err
account_proved(struct ctx *cx, int64_t session)
{
	return db_exec(cx, PROVED, DB_ARGS(db_int(session), db_int(cx->now)), NULL);
}

enum err
account_set_lang(struct ctx *cx, int64_t session, enum lang lang)
{
	struct db_args args = DB_ARGS(db_int(session), db_text(lang_code(lang)));

	TRY(db_exec(cx, SET_LANG, args, NULL));
	return db_exec(cx, KEEP_LANG, args, NULL);
}

enum err
account_set_position(struct ctx *cx, int64_t session, int64_t position)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row = true, own = false;

	TRY(db_query(cx, ACCOUNT_POSITIONS, DB_ARGS(db_int(cx->who.user), db_date(cx->today)), &q));
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
	struct attempt a;
	bool row;

	TRY(attempt_of_user(cx, &a, s->who.user, &(struct signin_from){ .address = "" }));
	TRY(db_get_int(cx, LAST_OK, DB_ARGS(db_int(s->who.user), db_int(s->id)), &r.last_at));
	TRY(db_query(cx, FAILURES, DB_ARGS(db_text(a.kept), db_int(r.last_at)), &q));
	TRY(stmt_step(cx, q, &row));
	if (row) {
		r.last_failure_from = stmt_copy(cx, q, 0);
		r.failures = stmt_int(q, 1);
	}
	*ret = r;
	return OK;
}
