/* Tokens of the API. See token.h. */
#include "core/token.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

#define SECRET_BYTES 32
#define MAX_SCOPES 500 /* characters */
#define DAY 86400

static const char ADD[] =
	"INSERT INTO sys_token (hash, user, position, name, scopes, made_at, made_by, expires_at) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id";
static const char IN_FORCE[] =
	"SELECT count(*) FROM sys_token WHERE user = ?1 AND ended_at IS NULL AND expires_at > ?2";
static const char POSITION_OF[] =
	"SELECT count(*) FROM position p JOIN \"user\" u ON u.sys_id = p.\"user\" WHERE p.sys_id = "
	"?1 AND p.\"user\" = ?2 AND p.sys_deleted = 0 AND u.sys_deleted = 0 AND u.closed = 0 AND "
	"p.valid_from <= ?3 AND (p.valid_to IS NULL OR p.valid_to >= ?3)";
static const char SESSION_OF[] =
	"SELECT k.id, k.user, k.position, k.scopes, k.made_at, k.used_at, k.expires_at, "
	"k.ended_at, u.title, r.title, p.kind, p.unit, p.org, a.person, p.valid_from, p.valid_to, "
	"a.closed, p.sys_deleted, a.sys_deleted FROM sys_token k JOIN sys_record u ON u.id = "
	"k.user JOIN sys_record r ON r.id = k.position JOIN position p ON p.sys_id = k.position "
	"JOIN \"user\" a ON a.sys_id = k.user WHERE k.hash = ?1";
static const char KNOWN[] = "SELECT 1 FROM sys_token WHERE hash = ?1";
static const char TOUCH[] = "UPDATE sys_token SET used_at = ?2 WHERE id = ?1";
static const char END[] = "UPDATE sys_token SET ended_at = ?2, ended_by = ?3 WHERE id = ?1 AND "
			  "ended_at IS NULL AND (?4 = 0 OR user = ?4)";
static const char LIST[] =
	"SELECT k.id, k.user, k.position, k.name, k.scopes, u.title, r.title, k.made_at, "
	"k.expires_at, k.used_at, k.ended_at FROM sys_token k JOIN sys_record u ON u.id = k.user "
	"JOIN sys_record r ON r.id = k.position WHERE ?1 = 0 OR k.user = ?1 ORDER BY k.id DESC "
	"LIMIT ?2";

/* ---- scopes ---- */

static void
reach_all(uint64_t *set)
{
	memset(set, 0xFF, REACH_WORDS * sizeof(*set));
}

static void
reach_type(uint64_t *set, const struct type *t)
{
	if (t == NULL)
		reach_all(set);
	else if (t->index < REACH_WORDS * 64)
		set[t->index / 64] |= (uint64_t)1 << (t->index % 64);
}

/* One word: "read", "write:task". */
static enum err
add_scope(struct ctx *cx, const char *word, struct reach *r)
{
	const char *colon = strchr(word, ':');
	size_t len = colon == NULL ? strlen(word) : (size_t)(colon - word);
	const struct type *t = colon == NULL ? NULL : types_get(cx->world->types, colon + 1);
	uint64_t *set = NULL;

	if (len == 5 && memcmp(word, "write", len) == 0)
		set = r->edit;
	else if (len == 5 && memcmp(word, "moves", len) == 0)
		set = r->move;
	else if (len == 4 && memcmp(word, "read", len) == 0)
		set = r->see;
	if (set == NULL || (colon != NULL && t == NULL))
		return fail_field(cx, ERR_INVALID, "scopes", "err.token_scope", word);
	reach_type(set, t);
	reach_type(r->see, t);
	return OK;
}

enum err
token_reach(struct ctx *cx, const char *scopes, struct reach *ret)
{
	struct reach r = { 0 };
	char *copy = arena_strdup(cx->arena, scopes), *save = NULL;
	size_t n = 0;

	if (strlen(scopes) > MAX_SCOPES)
		return fail_field(cx, ERR_INVALID, "scopes", "err.too_long",
				  text_from_int(cx->arena, MAX_SCOPES));
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save), n++)
		TRY(add_scope(cx, w, &r));
	if (n == 0)
		return fail_field(cx, ERR_INVALID, "scopes", "err.token_scope", "");
	*ret = r;
	return OK;
}

/* ---- made and ended ---- */

/* Random, so that a fast hash does. */
static void
secret_hash(const char *secret, unsigned char *out)
{
	(void)crypto_generichash(out, SECRET_BYTES, (const unsigned char *)secret, strlen(secret),
				 NULL, 0);
}

static enum err
check(struct ctx *cx, int64_t user, int64_t position, const char *name, int days)
{
	int64_t n;

	if (*name == '\0' || text_length(name) > TOKEN_NAME_MOST ||
	    !text_is_utf8(name, strlen(name)) || text_has_control(name))
		return fail_field(cx, ERR_INVALID, "name", "err.token_name",
				  text_from_int(cx->arena, TOKEN_NAME_MOST));
	if (days < 1 || days > TOKEN_DAYS_MOST)
		return fail_field(cx, ERR_INVALID, "days", "err.token_days",
				  text_from_int(cx->arena, TOKEN_DAYS_MOST));
	TRY(db_get_int(cx, POSITION_OF, DB_ARGS(db_int(position), db_int(user), db_date(cx->today)),
		       &n));
	if (n == 0)
		return fail_field(cx, ERR_INVALID, "position", "err.token_position");
	TRY(db_get_int(cx, IN_FORCE, DB_ARGS(db_int(user), db_int(cx->now)), &n));
	if (n >= TOKENS_MOST)
		return fail(cx, ERR_LIMIT, "err.token_many", text_from_int(cx->arena, TOKENS_MOST));
	return OK;
}

enum err
token_make(struct ctx *cx, int64_t user, int64_t position, const char *name, const char *scopes,
	   int days, const char **ret_secret, int64_t *ret_id)
{
	SCOPED(stmt) struct stmt *q = NULL;
	unsigned char bytes[SECRET_BYTES], hash[SECRET_BYTES];
	const char *secret;
	struct reach reach;
	bool row;

	name = text_trim(cx->arena, name);
	TRY(check(cx, user, position, name, days));
	TRY(token_reach(cx, scopes, &reach));
	ctx_random(cx, bytes, sizeof(bytes));
	secret = arena_printf(cx->arena, "%s%s", TOKEN_PREFIX,
			      text_hex(cx->arena, bytes, sizeof(bytes)));
	secret_hash(secret, hash);
	TRY(db_query(cx, ADD,
		     DB_ARGS(db_bytes(hash, sizeof(hash)), db_int(user), db_int(position),
			     db_text(name), db_text(text_trim(cx->arena, scopes)), db_int(cx->now),
			     db_int(cx->who.user), db_int(cx->now + (int64_t)days * DAY)),
		     &q));
	TRY(stmt_step(cx, q, &row));
	*ret_id = stmt_int(q, 0);
	*ret_secret = secret;
	return OK;
}

enum err
token_touch(struct ctx *cx, int64_t id)
{
	return db_exec(cx, TOUCH, DB_ARGS(db_int(id), db_int(cx->now)), NULL);
}

enum err
token_end(struct ctx *cx, int64_t id, int64_t user)
{
	int64_t n;

	TRY(db_exec(cx, END,
		    DB_ARGS(db_int(id), db_int(cx->now), db_int(cx->who.user), db_int(user)), &n));
	return n == 0 ? fail(cx, ERR_NOTFOUND, "err.not_found") : OK;
}

/* ---- used ---- */

/* As the statement's columns stand: is it over, or are its position and user? */
static bool
is_over(const struct ctx *cx, const struct stmt *q)
{
	return stmt_int(q, 6) <= cx->now || !stmt_is_null(q, 7) || stmt_date(q, 14) > cx->today ||
	       (!stmt_is_null(q, 15) && stmt_date(q, 15) < cx->today) || stmt_int(q, 16) != 0 ||
	       stmt_int(q, 17) != 0 || stmt_int(q, 18) != 0;
}

static enum err
fill(struct ctx *cx, const struct stmt *q, struct session *s)
{
	struct reach *reach = ARENA_NEW(cx->arena, struct reach);

	*s = (struct session){ .id = -stmt_int(q, 0) };
	s->who = (struct actor){ .user = stmt_int(q, 1),
				 .position = stmt_int(q, 2),
				 .unit = stmt_int(q, 11),
				 .org = stmt_int(q, 12),
				 .person = stmt_int(q, 13),
				 .session = s->id,
				 .reach = reach };
	s->lang = cx->lang;
	s->csrf = "";
	s->made_at = stmt_int(q, 4);
	s->seen_at = stmt_int(q, 5);
	s->ends_at = stmt_int(q, 6);
	s->user_name = stmt_copy(cx, q, 8);
	s->position_name = stmt_copy(cx, q, 9);
	s->kind = stmt_copy(cx, q, 10);
	account_duties(cx->world, s->kind, &s->who);
	if (token_reach(cx, stmt_text(q, 3), reach) == OK)
		return OK;
	/* A type of its scopes has gone since: nothing is guessed. */
	ctx_forgive(cx);
	return fail(cx, ERR_SIGNIN, "err.token_over");
}

/* Does it look like a secret of ours? Spares the database all else. */
static bool
is_secret(const char *secret)
{
	return secret != NULL && text_starts(secret, TOKEN_PREFIX) &&
	       strlen(secret) == strlen(TOKEN_PREFIX) + 2 * SECRET_BYTES;
}

enum err
token_session(struct ctx *cx, const char *secret, struct session *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	unsigned char hash[SECRET_BYTES];
	struct session s;
	bool row;

	if (!is_secret(secret))
		return fail(cx, ERR_SIGNIN, "err.token_none");
	secret_hash(secret, hash);
	TRY(db_query(cx, SESSION_OF, DB_ARGS(db_bytes(hash, sizeof(hash))), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return fail(cx, ERR_SIGNIN, "err.token_none");
	if (is_over(cx, q))
		return fail(cx, ERR_SIGNIN, "err.token_over");
	TRY(fill(cx, q, &s));
	cx->who = s.who;
	*ret = s;
	return OK;
}

bool
token_known(struct ctx *cx, const char *secret)
{
	unsigned char hash[SECRET_BYTES];
	int64_t one;

	if (!is_secret(secret))
		return false;
	secret_hash(secret, hash);
	if (db_get_int(cx, KNOWN, DB_ARGS(db_bytes(hash, sizeof(hash))), &one) == OK)
		return true;
	ctx_forgive(cx);
	return false;
}

enum err
token_list(struct ctx *cx, int64_t user, int limit, struct token **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct token *list = ARENA_ARRAY(cx->arena, (size_t)limit + 1, struct token);
	size_t n = 0;
	bool row;

	TRY(db_query(cx, LIST, DB_ARGS(db_int(user), db_int(limit)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n++] = (struct token){ .id = stmt_int(q, 0),
					    .user = stmt_int(q, 1),
					    .position = stmt_int(q, 2),
					    .name = stmt_copy(cx, q, 3),
					    .scopes = stmt_copy(cx, q, 4),
					    .user_name = stmt_copy(cx, q, 5),
					    .position_name = stmt_copy(cx, q, 6),
					    .made_at = stmt_int(q, 7),
					    .expires_at = stmt_int(q, 8),
					    .used_at = stmt_int(q, 9),
					    .ended_at = stmt_int(q, 10) };
	}
	*ret = list;
	*ret_n = n;
	return OK;
}
