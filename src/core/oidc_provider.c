/* The provider's description and keys: fetched, kept, fetched anew. See oidc.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/oidc_int.h"
#include "format/json.h"
#include "http/call.h"

#define KEEP_SECONDS 3600
#define RETRY_SECONDS 60	      /* between two fetches, whatever asks for them */
#define DESCRIPTION_MOST (64u * 1024) /* bytes */
#define FETCH_SECONDS 8

static const char WELL_KNOWN[] = "/.well-known/openid-configuration";

/* ---- settings ---- */

/* Is it an address we may send secrets to: https, or http to the machine itself? */
static bool
is_safe(const char *url, bool plain)
{
	static const char *const LOCAL[] = { "http://127.0.0.1", "http://localhost",
					     "http://[::1]" };

	if (strlen(url) > MAX_URL || strpbrk(url, " \\#\"<>") != NULL || text_has_control(url))
		return false;
	if (text_starts(url, "https://"))
		return url[8] != '\0' && url[8] != '/';
	for (size_t i = 0; plain && i < sizeof(LOCAL) / sizeof(*LOCAL); i++)
		if (text_starts(url, LOCAL[i]) && strchr(":/", url[strlen(LOCAL[i])]) != NULL)
			return true; /* what follows the host is its port, its path or the end */
	return false;
}

static enum err
bad_setting(struct ctx *cx, const char *name)
{
	return fail(cx, ERR_INVALID, "err.oidc.setting", name);
}

static bool
is_level(const char *acr)
{
	return strcmp(acr, "low") == 0 || strcmp(acr, "substantial") == 0 ||
	       strcmp(acr, "high") == 0;
}

enum err
oidc_new(struct ctx *cx, const struct oidc_settings *s, struct oidc **ret)
{
	struct oidc *o;

	if (s->issuer == NULL || !is_safe(s->issuer, true))
		return bad_setting(cx, "--oidc-issuer");
	if (s->client == NULL || *s->client == '\0')
		return bad_setting(cx, "--oidc-client");
	if (s->secret == NULL || *s->secret == '\0')
		return bad_setting(cx, "--oidc-secret-file");
	if (s->redirect == NULL || !is_safe(s->redirect, true))
		return bad_setting(cx, "--oidc-redirect");
	if (s->acr != NULL && !is_level(s->acr))
		return bad_setting(cx, "--oidc-acr");
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		BUG("out of memory");
	o->settings = *s;
	if (o->settings.acr == NULL)
		o->settings.acr = "high";
	if (o->settings.amr == NULL)
		o->settings.amr = "idcard mID smartid eIDAS";
	o->plain = text_starts(s->issuer, "http://");
	(void)pthread_mutex_init(&o->lock, NULL);
	*ret = o;
	return OK;
}

void
oidc_free(struct oidc *o)
{
	if (o == NULL)
		return;
	(void)pthread_mutex_destroy(&o->lock);
	free(o->description);
	free(o->keys);
	free(o);
}

/* ---- reading ---- */

static enum err
read_address(struct ctx *cx, const struct oidc *o, struct json *root, const char *name,
	     const char **ret)
{
	const char *url;

	TRY(json_text(cx, root, name, false, &url));
	if (!is_safe(url, o->plain))
		return fail(cx, ERR_IO, "err.oidc.provider", name);
	*ret = url;
	return OK;
}

enum err
provider_read(struct ctx *cx, const struct oidc *o, const char *description, struct provider *ret)
{
	struct provider p = { 0 };
	const char *issuer;
	struct json *root, *end;

	TRY(json_parse(cx, "provider", description, strlen(description), &root));
	TRY(json_text(cx, root, "issuer", false, &issuer));
	/* To the letter (OpenID Connect Discovery 1.0, section 4.3). */
	if (strcmp(issuer, o->settings.issuer) != 0)
		return fail(cx, ERR_IO, "err.oidc.provider", "issuer");
	TRY(read_address(cx, o, root, "authorization_endpoint", &p.authorize));
	TRY(read_address(cx, o, root, "token_endpoint", &p.token));
	TRY(read_address(cx, o, root, "jwks_uri", &p.jwks));
	end = json_get(root, "end_session_endpoint");
	if (end != NULL && end->kind == JSON_TEXT && is_safe(end->text, o->plain))
		p.end = end->text;
	*ret = p;
	return OK;
}

/* ---- fetching ---- */

static enum err
fetch(struct ctx *cx, const struct oidc *o, const char *url, const char **ret)
{
	const struct http_pair accept = { "Accept", "application/json" };
	struct call c = { .url = url,
			  .headers = { &accept, 1 },
			  .seconds = FETCH_SECONDS,
			  .most = DESCRIPTION_MOST,
			  .flags = o->plain ? CALL_PLAIN : 0,
			  .ca_file = o->settings.ca_file };
	struct reply r;

	TRY(call_make(cx, &c, &r));
	if (r.status != 200)
		return fail(cx, ERR_IO, "err.oidc.provider", text_from_int(cx->arena, r.status));
	if (strlen(r.body) != r.len)
		return fail(cx, ERR_IO, "err.oidc.provider", "NUL");
	*ret = r.body;
	return OK;
}

/* The provider's issuer may end in a slash; the well-known place follows without a second one. */
static const char *
description_url(struct ctx *cx, const struct oidc *o)
{
	size_t len = strlen(o->settings.issuer);

	if (o->settings.issuer[len - 1] == '/')
		len--;
	return arena_printf(cx->arena, "%.*s%s", (int)len, o->settings.issuer, WELL_KNOWN);
}

/* Fetch both, and keep them only when both can be read. */
static enum err
fetch_all(struct ctx *cx, struct oidc *o, struct provider *ret)
{
	const char *description, *keys;
	struct provider p;
	char *copies[2];

	TRY(fetch(cx, o, description_url(cx, o), &description));
	TRY(provider_read(cx, o, description, &p));
	TRY(fetch(cx, o, p.jwks, &keys));
	TRY(jose_keys_read(cx, keys, strlen(keys), &p.keys));
	copies[0] = strdup(description);
	copies[1] = strdup(keys);
	if (copies[0] == NULL || copies[1] == NULL)
		BUG("out of memory");
	(void)pthread_mutex_lock(&o->lock);
	free(o->description);
	free(o->keys);
	o->description = copies[0];
	o->keys = copies[1];
	o->fetched_at = cx->now;
	(void)pthread_mutex_unlock(&o->lock);
	*ret = p;
	return OK;
}

/* What is known, copied; *ret_any: is there anything? */
static enum err
known(struct ctx *cx, struct oidc *o, struct provider *ret, bool *ret_any)
{
	const char *description, *keys;
	struct provider p;

	(void)pthread_mutex_lock(&o->lock);
	description = arena_strdup(cx->arena, o->description);
	keys = arena_strdup(cx->arena, o->keys);
	(void)pthread_mutex_unlock(&o->lock);
	*ret_any = description != NULL;
	if (description == NULL)
		return OK;
	TRY(provider_read(cx, o, description, &p));
	TRY(jose_keys_read(cx, keys, strlen(keys), &p.keys));
	*ret = p;
	return OK;
}

/* Is it time to fetch, and ours to do? One asks, the others go on with what there is. */
static bool
due(struct oidc *o, int64_t now, int64_t age)
{
	bool yes;

	(void)pthread_mutex_lock(&o->lock);
	yes = o->description == NULL ||
	      (now - o->fetched_at >= age && now - o->tried_at >= RETRY_SECONDS);
	if (yes)
		o->tried_at = now;
	(void)pthread_mutex_unlock(&o->lock);
	return yes;
}

static enum err
get(struct ctx *cx, struct oidc *o, int64_t age, struct provider *ret)
{
	bool any;
	enum err e;

	if (!due(o, cx->now, age)) {
		TRY(known(cx, o, ret, &any));
		return any ? OK : fail(cx, ERR_IO, "err.oidc.provider", "");
	}
	e = fetch_all(cx, o, ret);
	if (e == OK)
		return OK;
	/* The last good ones serve on. */
	{
		const struct error cause = cx->error;

		ctx_forgive(cx);
		TRY(known(cx, o, ret, &any));
		if (!any)
			cx->error = cause;
	}
	return any ? OK : e;
}

enum err
provider_get(struct ctx *cx, struct oidc *o, struct provider *ret)
{
	return get(cx, o, KEEP_SECONDS, ret);
}

enum err
provider_renew(struct ctx *cx, struct oidc *o, struct provider *ret)
{
	return get(cx, o, 0, ret);
}

enum err
oidc_refresh(struct ctx *cx, struct oidc *o)
{
	struct provider p;

	return fetch_all(cx, o, &p);
}

const char *
provider_end(struct ctx *cx, struct oidc *o)
{
	struct provider p = { 0 };
	bool any = false;

	if (known(cx, o, &p, &any) == OK && any)
		return p.end;
	ctx_forgive(cx);
	return NULL;
}
