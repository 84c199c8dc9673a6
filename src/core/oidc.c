/* Sign-in through a provider: the way there and back. See oidc.h; what a token says is judged in
 * oidc_claims.c, the provider's description and keys are kept in oidc_provider.c. */
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "core/account_int.h"
#include "core/oidc_int.h"
#include "format/json.h"
#include "http/call.h"

#define TOKEN_REPLY (64u * 1024) /* bytes of the provider's answer with the token */
#define CODE_MOST 1024		 /* characters of a code or state from outside */

static const char KEEP[] =
	"INSERT INTO sys_oidc (state, browser, nonce, verifier, back, lang, session, made_at) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char FORGET_OLD[] = "DELETE FROM sys_oidc WHERE made_at < ?1";
static const char TAKE[] =
	"DELETE FROM sys_oidc WHERE state = ?1 AND browser = ?2 AND made_at > ?3 "
	"RETURNING nonce, verifier, back, lang, coalesce(session, 0)";

/* ---- there ---- */

struct step {
	const char *state, *cookie, *nonce, *verifier, *back;
	enum lang lang;
	int64_t session;
	bool found;
};

static enum err
keep_step(struct ctx *cx, void *arg)
{
	const struct step *s = arg;
	unsigned char state[TOKEN_BYTES], browser[TOKEN_BYTES];

	account_token_hash(s->state, state);
	account_token_hash(s->cookie, browser);
	TRY(db_exec(cx, FORGET_OLD, DB_ARGS(db_int(cx->now - OIDC_STEP_SECONDS)), NULL));
	return db_exec(cx, KEEP,
		       DB_ARGS(db_bytes(state, sizeof(state)), db_bytes(browser, sizeof(browser)),
			       db_text(s->nonce), db_text(s->verifier), db_text(s->back),
			       db_text(lang_code(cx->lang)), db_id(s->session), db_int(cx->now)),
		       NULL);
}

void
oidc_add_pair(struct buf *b, const char *name, const char *value)
{
	static const char HEX[] = "0123456789ABCDEF";

	if (b->len > 0 && b->bytes[b->len - 1] != '?')
		buf_char(b, '&');
	buf_text(b, name);
	buf_char(b, '=');
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    strchr("-._~", c) != NULL) {
			buf_char(b, (char)c);
			continue;
		}
		buf_char(b, '%');
		buf_char(b, HEX[c >> 4]);
		buf_char(b, HEX[c & 15]);
	}
}

static enum err
make_url(struct ctx *cx, const struct oidc *o, const struct provider *p, const struct step *s,
	 const char **ret)
{
	const struct oidc_settings *set = &o->settings;
	unsigned char hash[crypto_hash_sha256_BYTES];
	SCOPED_BUF b;

	(void)crypto_hash_sha256(hash, (const unsigned char *)s->verifier, strlen(s->verifier));
	buf_init(&b, MAX_URL);
	buf_text(&b, p->authorize);
	buf_char(&b, strchr(p->authorize, '?') == NULL ? '?' : '&');
	oidc_add_pair(&b, "response_type", "code");
	oidc_add_pair(&b, "scope", "openid");
	oidc_add_pair(&b, "client_id", set->client);
	oidc_add_pair(&b, "redirect_uri", set->redirect);
	oidc_add_pair(&b, "state", s->state);
	oidc_add_pair(&b, "nonce", s->nonce);
	oidc_add_pair(&b, "code_challenge", base64url(cx->arena, hash, sizeof(hash)));
	oidc_add_pair(&b, "code_challenge_method", "S256");
	oidc_add_pair(&b, "acr_values", set->acr);
	oidc_add_pair(&b, "ui_locales", lang_code(cx->lang));
	if (s->session != 0) /* to prove oneself, being known there already is not enough */
		oidc_add_pair(&b, "prompt", "login");
	TRY(buf_check(cx, &b));
	*ret = arena_strndup(cx->arena, b.bytes, b.len);
	return OK;
}

enum err
oidc_start(struct ctx *cx, struct oidc *o, struct db *db, const struct oidc_wish *w,
	   const char **ret_url, const char **ret_cookie)
{
	struct step s = { .state = account_token_new(cx),
			  .cookie = account_token_new(cx),
			  .nonce = account_token_new(cx),
			  .verifier = account_token_new(cx),
			  .back = w->back,
			  .session = w->session };
	struct provider p;

	TRY(provider_get(cx, o, &p));
	TRY(make_url(cx, o, &p, &s, ret_url));
	TRY(db_run(cx, db, "sign in by provider", keep_step, &s));
	*ret_cookie = s.cookie;
	return OK;
}

/* ---- and back ---- */

static enum err
take_step(struct ctx *cx, void *arg)
{
	struct step *s = arg;
	unsigned char state[TOKEN_BYTES], browser[TOKEN_BYTES];
	SCOPED(stmt) struct stmt *q = NULL;

	account_token_hash(s->state, state);
	account_token_hash(s->cookie, browser);
	TRY(db_query(cx, TAKE,
		     DB_ARGS(db_bytes(state, sizeof(state)), db_bytes(browser, sizeof(browser)),
			     db_int(cx->now - OIDC_STEP_SECONDS)),
		     &q));
	TRY(stmt_step(cx, q, &s->found));
	if (!s->found)
		return OK;
	s->nonce = stmt_copy(cx, q, 0);
	s->verifier = stmt_copy(cx, q, 1);
	s->back = stmt_copy(cx, q, 2);
	s->lang = lang_from_code(stmt_text(q, 3)) > 0 ? (enum lang)lang_from_code(stmt_text(q, 3))
						      : LANG_ET;
	s->session = stmt_int(q, 4);
	return OK;
}

/* Name and secret, each form-encoded, then base 64 (RFC 6749, section 2.3.1). */
static enum err
authorization(struct ctx *cx, const struct oidc_settings *s, const char **ret)
{
	char *base64;
	size_t most;
	SCOPED_BUF b;

	buf_init(&b, MAX_URL);
	oidc_add_pair(&b, "", s->client); /* "=client" */
	oidc_add_pair(&b, "", s->secret); /* "&=secret" */
	TRY(buf_check(cx, &b));
	b.bytes[0] = ' ';
	*strstr(b.bytes, "&=") = ':';
	memmove(strchr(b.bytes, ':') + 1, strchr(b.bytes, ':') + 2,
		strlen(strchr(b.bytes, ':') + 2) + 1);
	most = sodium_base64_ENCODED_LEN(strlen(b.bytes + 1), sodium_base64_VARIANT_ORIGINAL);
	base64 = arena_alloc(cx->arena, most);
	(void)sodium_bin2base64(base64, most, (const unsigned char *)b.bytes + 1,
				strlen(b.bytes + 1), sodium_base64_VARIANT_ORIGINAL);
	*ret = arena_printf(cx->arena, "Basic %s", base64);
	return OK;
}

/* Give the code, get the token. */
static enum err
ask_token(struct ctx *cx, const struct oidc *o, const struct provider *p, const struct step *s,
	  const char *code, const char **ret)
{
	struct http_pair headers[] = {
		{ "Authorization", NULL },
		{ "Content-Type", "application/x-www-form-urlencoded" },
		{ "Accept", "application/json" },
	};
	struct call c = { .method = "POST",
			  .url = p->token,
			  .headers = { headers, 3 },
			  .most = TOKEN_REPLY,
			  .flags = o->plain ? CALL_PLAIN : 0,
			  .ca_file = o->settings.ca_file };
	struct reply r;
	struct json *root;
	SCOPED_BUF b;

	buf_init(&b, MAX_FORM_BODY);
	oidc_add_pair(&b, "grant_type", "authorization_code");
	oidc_add_pair(&b, "code", code);
	oidc_add_pair(&b, "redirect_uri", o->settings.redirect);
	oidc_add_pair(&b, "code_verifier", s->verifier);
	TRY(buf_check(cx, &b));
	TRY(authorization(cx, &o->settings, &headers[0].value));
	c.body = b.bytes;
	c.body_len = b.len;
	TRY(call_make(cx, &c, &r));
	if (r.status >= 500)
		return fail(cx, ERR_IO, "err.oidc.provider", text_from_int(cx->arena, r.status));
	if (r.status != 200)
		return fail(cx, ERR_INVALID, "err.oidc.refused",
			    text_from_int(cx->arena, r.status));
	TRY(json_parse(cx, "token", r.body, r.len, &root));
	return json_text(cx, root, "id_token", false, ret);
}

/* A key we do not have may be a new one: look once more, unless we just have. */
static enum err
verify(struct ctx *cx, struct oidc *o, const struct provider *p, const char *token,
       const char **ret_payload, size_t *ret_len)
{
	enum err e = jose_verify(cx, token, &p->keys, ret_payload, ret_len);
	struct provider fresh;

	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(cx);
	TRY(provider_renew(cx, o, &fresh));
	e = jose_verify(cx, token, &fresh.keys, ret_payload, ret_len);
	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(cx); /* the token is at fault now, not what we know */
	return fail(cx, ERR_INVALID, "err.jose.kid");
}

/* What is wrong with how the browser came back, before anything is asked. */
static enum err
check_return(struct ctx *cx, const struct oidc *o, const struct oidc_return *r)
{
	/* RFC 9207: an answer that names another issuer was meant for another client of theirs. */
	if (r->iss != NULL && strcmp(r->iss, o->settings.issuer) != 0)
		return fail(cx, ERR_INVALID, "err.oidc.claim", "iss");
	if (r->error != NULL &&
	    (strcmp(r->error, "access_denied") == 0 || strcmp(r->error, "user_cancel") == 0))
		return fail(cx, ERR_INVALID, "err.oidc.cancelled");
	if (r->error != NULL || r->code == NULL || strlen(r->code) > CODE_MOST)
		return fail(cx, ERR_INVALID, "err.oidc.refused",
			    r->error != NULL && strlen(r->error) < 60 ? r->error : "");
	return OK;
}

enum err
oidc_finish(struct ctx *cx, struct oidc *o, struct db *db, const struct oidc_return *r,
	    struct oidc_who *ret)
{
	struct step s = { .state = r->state, .cookie = r->cookie };
	struct oidc_who who = { 0 };
	const char *token, *payload;
	struct provider p;
	size_t len;

	if (r->state == NULL || r->cookie == NULL || strlen(r->state) > CODE_MOST)
		return fail(cx, ERR_INVALID, "err.oidc.state");
	TRY(db_run(cx, db, "back from provider", take_step, &s));
	if (!s.found)
		return fail(cx, ERR_INVALID, "err.oidc.state");
	cx->lang = s.lang;
	TRY(check_return(cx, o, r));
	TRY(provider_get(cx, o, &p));
	TRY(ask_token(cx, o, &p, &s, r->code, &token));
	TRY(verify(cx, o, &p, token, &payload, &len));
	TRY(oidc_claims(cx, &o->settings, payload, len, s.nonce, r->state, &who));
	who.back = s.back;
	who.session = s.session;
	*ret = who;
	return OK;
}

static const char *
end_url(struct ctx *cx, const struct oidc *o, const char *end, const char *back)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_URL);
	buf_text(&b, end);
	buf_char(&b, strchr(end, '?') == NULL ? '?' : '&');
	oidc_add_pair(&b, "client_id", o->settings.client);
	oidc_add_pair(&b, "post_logout_redirect_uri", back);
	return b.too_large ? NULL : arena_strndup(cx->arena, b.bytes, b.len);
}

const char *
oidc_end_url(struct ctx *cx, struct oidc *o, const char *back)
{
	const char *end = provider_end(cx, o);

	return end == NULL ? NULL : end_url(cx, o, end, back);
}
