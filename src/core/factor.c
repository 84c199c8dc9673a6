/* The second factor. See factor.h. */
#include "core/factor.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "core/account_int.h"
#include "format/totp.h"

#define HASH_BYTES 32
#define RECOVERY_BYTES 16 /* 128 bits, of which 25 letters show 125 */
#define RECOVERY_LETTERS 25
#define TYPED_MOST 40 /* characters of a code as typed */

static const char IS_SET[] =
	"SELECT count(*) FROM sys_totp WHERE user = ?1 AND confirmed_at IS NOT NULL";
static const char WAITING[] =
	"SELECT secret FROM sys_totp WHERE user = ?1 AND confirmed_at IS NULL";
static const char CONFIRMED[] =
	"SELECT secret, last_step FROM sys_totp WHERE user = ?1 AND confirmed_at IS NOT NULL";
static const char BEGIN[] = "INSERT INTO sys_totp (user, secret, made_at) VALUES (?1, ?2, ?3)";
static const char CONFIRM[] =
	"UPDATE sys_totp SET confirmed_at = ?2, last_step = ?3 WHERE user = ?1";
static const char STEP_USED[] =
	"UPDATE sys_totp SET last_step = ?2 WHERE user = ?1 AND last_step < ?2";
static const char REMOVE[] = "DELETE FROM sys_totp WHERE user = ?1";
static const char RECOVERY_DROP[] = "DELETE FROM sys_recovery WHERE user = ?1";
static const char RECOVERY_ADD[] = "INSERT INTO sys_recovery (user, hash) VALUES (?1, ?2)";
static const char RECOVERY_USE[] =
	"UPDATE sys_recovery SET used_at = ?3 WHERE user = ?1 AND hash = ?2 AND used_at IS NULL";
static const char RECOVERY_LEFT[] =
	"SELECT count(*) FROM sys_recovery WHERE user = ?1 AND used_at IS NULL";
static const char HALF[] = "SELECT user FROM sys_signin_half WHERE token = ?1 AND made_at > ?2";
static const char HALF_DROP[] = "DELETE FROM sys_signin_half WHERE token = ?1";
static const char WRONG_CODES[] =
	"SELECT count(*) FROM sys_signin WHERE name = ?1 AND at > ?2 AND outcome = 'code'";

enum err
factor_is_set(struct ctx *cx, int64_t user, bool *ret)
{
	int64_t n;

	TRY(db_get_int(cx, IS_SET, DB_ARGS(db_int(user)), &n));
	*ret = n > 0;
	return OK;
}

bool
factor_is_required(const struct world *w, const char *kind)
{
	const char *p = w->second_factor;
	size_t len = strlen(kind);

	if (p == NULL)
		return false;
	if (strcmp(p, "all") == 0)
		return true;
	for (; *p != '\0'; p += strspn(p, " ")) {
		size_t word = strcspn(p, " ");

		if (word == len && memcmp(p, kind, len) == 0)
			return true;
		p += word;
	}
	return false;
}

static enum err
read_secret(struct ctx *cx, const char *sql, int64_t user, const unsigned char **ret,
	    int64_t *ret_step)
{
	SCOPED(stmt) struct stmt *q = NULL;
	unsigned char *copy;
	const void *bytes;
	size_t len;
	bool row;

	TRY(db_query(cx, sql, DB_ARGS(db_int(user)), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row) {
		*ret = NULL;
		return OK;
	}
	bytes = stmt_bytes(q, 0, &len);
	if (len != TOTP_SECRET)
		return fail(cx, ERR_CORRUPT, "err.corrupt");
	copy = arena_alloc(cx->arena, len);
	memcpy(copy, bytes, len);
	*ret = copy;
	if (ret_step != NULL)
		*ret_step = stmt_int(q, 1);
	return OK;
}

enum err
factor_waiting(struct ctx *cx, int64_t user, const unsigned char **ret)
{
	return read_secret(cx, WAITING, user, ret, NULL);
}

enum err
factor_begin(struct ctx *cx, int64_t user, const unsigned char **ret)
{
	const unsigned char *waiting;
	unsigned char *secret;
	bool set;

	TRY(factor_is_set(cx, user, &set));
	if (set)
		return fail(cx, ERR_CONFLICT, "err.factor_set");
	TRY(factor_waiting(cx, user, &waiting));
	if (waiting == NULL) {
		secret = arena_alloc(cx->arena, TOTP_SECRET);
		ctx_random(cx, secret, TOTP_SECRET);
		TRY(db_exec(cx, BEGIN,
			    DB_ARGS(db_int(user), db_bytes(secret, TOTP_SECRET), db_int(cx->now)),
			    NULL));
		waiting = secret;
	}
	*ret = waiting;
	return OK;
}

/* ---- recovery codes ---- */

static void
recovery_hash(int64_t user, const char *letters, unsigned char hash[HASH_BYTES])
{
	crypto_generichash_state s;

	(void)crypto_generichash_init(&s, NULL, 0, HASH_BYTES);
	(void)crypto_generichash_update(&s, (const unsigned char *)&user, sizeof(user));
	(void)crypto_generichash_update(&s, (const unsigned char *)letters, strlen(letters));
	(void)crypto_generichash_final(&s, hash, HASH_BYTES);
}

enum err
factor_recover_new(struct ctx *cx, int64_t user, struct factor_codes *ret)
{
	struct factor_codes codes = { 0 };

	TRY(db_exec(cx, RECOVERY_DROP, DB_ARGS(db_int(user)), NULL));
	for (int i = 0; i < FACTOR_RECOVERY; i++) {
		unsigned char bytes[RECOVERY_BYTES], hash[HASH_BYTES];
		char letters[RECOVERY_LETTERS + 1] = "", *to = codes.at[i];

		ctx_random(cx, bytes, sizeof(bytes));
		memcpy(letters, base32(cx->arena, bytes, sizeof(bytes)), RECOVERY_LETTERS);
		recovery_hash(user, letters, hash);
		TRY(db_exec(cx, RECOVERY_ADD, DB_ARGS(db_int(user), db_bytes(hash, sizeof(hash))),
			    NULL));
		for (int k = 0; k < RECOVERY_LETTERS; k++) {
			if (k > 0 && k % 5 == 0)
				*to++ = '-';
			*to++ = letters[k];
		}
	}
	*ret = codes;
	return OK;
}

enum err
factor_recovery_left(struct ctx *cx, int64_t user, int64_t *ret)
{
	return db_get_int(cx, RECOVERY_LEFT, DB_ARGS(db_int(user)), ret);
}

/* ---- setting up ---- */

/* A code as it is meant: without the spaces and hyphens it was typed with, in capitals. */
static const char *
meant(struct ctx *cx, const char *typed)
{
	char *out = arena_alloc(cx->arena, TYPED_MOST + 1), *to = out;

	for (; *typed != '\0' && to < out + TYPED_MOST; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		*to++ = *typed >= 'a' && *typed <= 'z' ? (char)(*typed - 'a' + 'A') : *typed;
	}
	return out;
}

enum err
factor_confirm(struct ctx *cx, int64_t user, const char *code, struct factor_codes *ret)
{
	const unsigned char *secret;
	int64_t step;

	TRY(factor_waiting(cx, user, &secret));
	if (secret == NULL)
		return fail(cx, ERR_INVALID, "err.factor_none");
	step = totp_match(secret, TOTP_SECRET, meant(cx, code), cx->now, 0);
	if (step == 0)
		return fail_field(cx, ERR_INVALID, "kood", "err.factor_code");
	TRY(db_exec(cx, CONFIRM, DB_ARGS(db_int(user), db_int(cx->now), db_int(step)), NULL));
	return factor_recover_new(cx, user, ret);
}

enum err
factor_remove(struct ctx *cx, int64_t user)
{
	TRY(db_exec(cx, RECOVERY_DROP, DB_ARGS(db_int(user)), NULL));
	return db_exec(cx, REMOVE, DB_ARGS(db_int(user)), NULL);
}

enum err
factor_use(struct ctx *cx, int64_t user, const char *typed, bool *ret)
{
	const char *code = meant(cx, typed);
	const unsigned char *secret;
	unsigned char hash[HASH_BYTES];
	int64_t last = 0, step, used = 0;

	TRY(read_secret(cx, CONFIRMED, user, &secret, &last));
	if (secret == NULL)
		return fail(cx, ERR_INVALID, "err.factor_none");
	step = totp_match(secret, TOTP_SECRET, code, cx->now, last);
	if (step != 0) {
		TRY(db_exec(cx, STEP_USED, DB_ARGS(db_int(user), db_int(step)), &used));
	} else if (strlen(code) == RECOVERY_LETTERS) {
		recovery_hash(user, code, hash);
		TRY(db_exec(cx, RECOVERY_USE,
			    DB_ARGS(db_int(user), db_bytes(hash, sizeof(hash)), db_int(cx->now)),
			    &used));
	}
	*ret = used == 1;
	return OK;
}

/* ---- the second step of a sign-in ---- */

struct second {
	struct attempt a;
	unsigned char half[TOKEN_BYTES];
	const char *code;
	bool right, gone;
};

/* Whose half it is; 0 if it is too old or not there. */
static enum err
half_user(struct ctx *cx, const struct second *s, int64_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(
		cx, HALF,
		DB_ARGS(db_bytes(s->half, sizeof(s->half)), db_int(cx->now - ACCOUNT_HALF_SECONDS)),
		&q));
	TRY(stmt_step(cx, q, &row));
	*ret = row ? stmt_int(q, 0) : 0;
	return OK;
}

static enum err
write_second(struct ctx *cx, void *arg)
{
	struct second *s = arg;
	int64_t user;

	TRY(half_user(cx, s, &user));
	s->gone = user != s->a.user;
	s->right = false;
	if (s->gone)
		return OK;
	TRY(factor_use(cx, user, s->code, &s->right));
	s->a.outcome = s->right ? "ok" : "code";
	if (s->right)
		TRY(db_exec(cx, HALF_DROP, DB_ARGS(db_bytes(s->half, sizeof(s->half))), NULL));
	return attempt_write(cx, &s->a);
}

/* Too many wrong codes, wherever from? Who can try one knows the password already, so that waiting
 * harms the holder less than guessing would. */
static enum err
may_try(struct ctx *cx, const struct attempt *a)
{
	int64_t wrong;
	bool wait;

	TRY(attempt_throttled(cx, a, &wait));
	TRY(db_get_int(cx, WRONG_CODES,
		       DB_ARGS(db_text(a->kept), db_int(cx->now - THROTTLE_SECONDS)), &wrong));
	if (!wait && wrong < FACTOR_TRIES)
		return OK;
	return fail(cx, ERR_LIMIT, "err.signin_wait",
		    text_from_int(cx->arena, THROTTLE_SECONDS / 60));
}

enum err
factor_sign_in(struct ctx *cx, struct db *db, const char *half, const char *code,
	       const struct signin_from *from, struct signin *ret)
{
	struct second s = { .code = code };
	int64_t user;
	bool seat;

	account_token_hash(half, s.half);
	TRY(half_user(cx, &s, &user));
	if (user == 0)
		return fail(cx, ERR_SIGNIN, "err.signin_half");
	TRY(attempt_of_user(cx, &s.a, user, from));
	s.a.method = "code";
	TRY(attempt_seat(cx, &s.a, &seat));
	if (!seat || strcmp(s.a.outcome, "ok") != 0)
		return fail(cx, ERR_DENIED, "err.signin_no_position");
	TRY(may_try(cx, &s.a));
	TRY(db_run(cx, db, "sign in", write_second, &s));
	if (s.gone)
		return fail(cx, ERR_SIGNIN, "err.signin_half");
	if (!s.right)
		return fail(cx, ERR_SIGNIN, "err.factor_code");
	*ret = (struct signin){ .token = s.a.token };
	return OK;
}
