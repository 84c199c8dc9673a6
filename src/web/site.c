/*
 * Routing, sign-in of each request, form keys and error pages. See site.h.
 */
#include "web/site.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "core/access.h"
#include "core/token.h"
#include "web/api/api.h"
#include "web/counts.h"
#include "web/site_int.h"
#include "web/static_files.h"

#define SMALL_BODY (16u * 1024) /* bytes, from whoever has never signed in */

static const char HEX[] = "0123456789abcdef";

/* ---- which route ---- */

/* Match a pattern against a path: {} takes one segment, {*} the rest (at least one character). */
static bool
matches(struct ctx *cx, const char *pattern, const char *path, const char **part)
{
	int n = 0;

	while (*pattern != '\0') {
		size_t len;

		if (text_starts(pattern, "{*}") && n < VISIT_PARTS) {
			part[n] = path;
			return *path != '\0';
		}
		if (text_starts(pattern, "{}")) {
			len = strcspn(path, "/");
			if (len == 0 || n == VISIT_PARTS)
				return false;
			part[n++] = arena_strndup(cx->arena, path, len);
			path += len;
			pattern += 2;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

static const struct web_route *
find_in(struct visit *v, const struct web_route *routes, bool *known)
{
	for (; routes != NULL && routes->method != NULL; routes++) {
		/* Most part ways at the first letter: "/" stands in every path and pattern. */
		if (routes->pattern[1] != v->x->path[1] && routes->pattern[1] != '{')
			continue;
		if (!matches(v->cx, routes->pattern, v->x->path, v->part))
			continue;
		*known = true;
		if (v->part[0] != NULL && *v->part[0] == '~')
			v->part[0] = api_number(v, v->part[0]);
		if (strcmp(routes->method, v->x->method) == 0)
			return routes;
	}
	return NULL;
}

/* What follows a type's path and is a page of the type itself: no number is written so. */
static bool
is_of_type(const char *rest)
{
	static const char *const PAGES[] = { "/uus", "/hulk", "/loend.csv", "/loend.xlsx" };

	for (size_t i = 0; i < sizeof(PAGES) / sizeof(*PAGES); i++)
		if (strcmp(rest, PAGES[i]) == 0)
			return true;
	return text_starts(rest, "/hulk/");
}

/* /T/N/-/rest: the type by its path, the number up to "/-/", and the standard route. */
static const struct web_route *
find_standard(struct visit *v, bool *known)
{
	const char *path = v->x->path + 1, *slash = strchr(path, '/'), *dash;
	size_t len = slash == NULL ? strlen(path) : (size_t)(slash - path);
	const char *rest = "";

	v->type = map_get(&v->cx->world->types->by_path, arena_strndup(v->cx->arena, path, len));
	if (v->type == NULL)
		return NULL;
	if (slash != NULL && slash[1] != '\0' && !is_of_type(slash)) {
		dash = strstr(slash + 1, "/-/"); /* behind the first slash: a number is not empty */
		v->number = arena_strndup(v->cx->arena, slash + 1,
					  dash == NULL ? strlen(slash + 1)
						       : (size_t)(dash - slash - 1));
		v->number = api_number(v, v->number);
		rest = dash == NULL ? "/N" : arena_printf(v->cx->arena, "/N%s", dash);
	} else if (slash != NULL) {
		rest = slash;
	}
	for (const struct web_route *r = STANDARD_ROUTES; r->method != NULL; r++) {
		if (!matches(v->cx, r->pattern, rest, v->part))
			continue;
		*known = true;
		if (strcmp(r->method, v->x->method) == 0)
			return r;
	}
	return NULL;
}

static enum err
find_route(struct visit *v, const struct site *site)
{
	bool known = false;
	const struct web_route *r = find_in(v, OWN_ROUTES, &known);

	for (const struct work *const *w = site->works; r == NULL && *w != NULL; w++)
		r = find_in(v, (*w)->routes, &known);
	if (r == NULL)
		r = find_standard(v, &known);
	if (r == NULL && known)
		return http_refuse(v->x, 405, ERR_INVALID, "err.http.method");
	if (r == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	v->route = r;
	v->x->route_name =
		v->type == NULL ? r->pattern : arena_printf(v->cx->arena, "/{type}%s", r->pattern);
	return OK;
}

/* ---- who ---- */

/*
 * The token in a page is masked anew each time ("mask, then mask xor token", in hex), so that a
 * compressed page does not leak it to whoever can make the server repeat guesses.
 */
static bool
csrf_matches(const char *sent, const char *token)
{
	size_t n = strlen(token);
	unsigned char difference = 0;

	if (sent == NULL || strlen(sent) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *a = memchr(HEX, sent[i], 16), *b = memchr(HEX, sent[n + i], 16);
		const char *c = memchr(HEX, token[i], 16);

		if (a == NULL || b == NULL || c == NULL)
			return false;
		difference |= (unsigned char)((a - HEX) ^ (b - HEX) ^ (c - HEX));
	}
	return difference == 0;
}

const char *
site_csrf(struct ctx *cx, const char *token)
{
	size_t n = strlen(token);
	unsigned char *mask = arena_alloc(cx->arena, n + 1);
	char *out = arena_alloc(cx->arena, 2 * n + 1);

	ctx_random(cx, mask, n);
	for (size_t i = 0; i < n; i++) {
		const char *c = memchr(HEX, token[i], 16);

		out[i] = HEX[mask[i] & 15];
		out[n + i] = HEX[(mask[i] & 15) ^ (c == NULL ? 0 : c - HEX)];
	}
	return out;
}

/* Does the browser itself say that the form comes from elsewhere (Sec-Fetch-Site, Origin)? */
static bool
is_foreign(const struct http_exchange *x)
{
	const char *site = http_header(x, "Sec-Fetch-Site");
	const char *origin = http_header(x, "Origin"), *at;

	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return true;
	if (origin == NULL)
		return false;
	at = strstr(origin, "://");
	return at == NULL || strcmp(at + 3, x->host) != 0;
}

/* A form must come from our own page: the browser does not say otherwise, and the form carries
 * the token of the session (but the sign-in's, which has none yet). */
static enum err
check_origin(struct visit *v)
{
	const char *sent = http_form(v->x, PART_CSRF);

	/* A token does not come along by itself, as a cookie does. */
	if (strcmp(v->x->method, "POST") != 0 || v->bearer)
		return OK;
	if (is_foreign(v->x))
		return fail(v->cx, ERR_DENIED, "err.foreign_form");
	if (v->api && sent == NULL)
		sent = http_header(v->x, "X-CSRF-Token");
	if (v->signed_in && (v->route->flags & WEB_ANYONE) == 0 &&
	    !csrf_matches(sent, v->session.csrf))
		return fail(v->cx, ERR_DENIED, "err.form_token");
	return OK;
}

static enum err
who(struct visit *v)
{
	const char *token = http_cookie(v->x, SITE_COOKIE), *bearer = api_bearer(v->x);
	enum err e;

	/* Who brings a token is whose it is, whatever cookie comes with it. */
	v->bearer = bearer != NULL;
	e = v->bearer ? token_session(v->cx, bearer, &v->session)
		      : account_session(v->cx, token, &v->session);

	v->signed_in = e == OK;
	if (!v->signed_in) {
		const char *code = http_query(v->x, "keel");
		int lang = code == NULL ? -1 : lang_from_code(code);

		v->cx->lang = lang < 0 ? LANG_ET : (enum lang)lang;
	}
	if (v->signed_in) {
		v->cx->purpose = "";
		return OK;
	}
	if (e != ERR_SIGNIN)
		return e;
	if ((v->route->flags & WEB_ANYONE) != 0 && !v->bearer) {
		ctx_forgive(v->cx);
		return OK;
	}
	return e;
}

/* A page that is not there is told to whom it is, if they are known, in their language. */
static void
identify(struct visit *v)
{
	const struct error cause = v->cx->error;

	ctx_forgive(v->cx);
	v->signed_in = account_session(v->cx, http_cookie(v->x, SITE_COOKIE), &v->session) == OK;
	v->cx->purpose = "";
	v->cx->error = cause;
}

/* What the API asks is made into what a form would. */
static enum err
begin_api(struct visit *v)
{
	api_language(v);
	TRY(api_rate(v));
	TRY(api_route(v));
	return api_body(v);
}

/* Files are looked through before anything is done with them; that takes its time. */
static bool
must_scan(const struct visit *v)
{
	return v->site->scanner != NULL && v->x->file_count > 0;
}

/* ---- how much ---- */

/* By the address alone, before anybody is looked up. */
static enum rate_kind
rate_kind(const struct visit *v)
{
	const char *path = v->x->path, *end = strrchr(path, '/');
	bool post = strcmp(v->x->method, "POST") == 0;

	if (v->api)
		return RATE_API;
	if ((post && text_starts(path, PATH_SIGN_IN)) || text_starts(path, PATH_OUTSIDE) ||
	    text_starts(path, PATH_OUTSIDE_BACK) ||
	    (post && (strcmp(path, PATH_PROVE) == 0 || text_starts(path, PATH_FACTOR))))
		return RATE_SIGNIN;
	if (post && text_starts(path, PATH_SEARCH))
		return RATE_SEARCH;
	return post && end != NULL && strcmp(end, "/fail") == 0 ? RATE_UPLOAD : RATE_ALL;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum err
too_many(struct visit *v)
{
	return http_refuse(v->x, 429, ERR_LIMIT, "err.limit", text_from_int(v->cx->arena, v->wait));
}

static enum err
hold_address(struct visit *v)
{
	if (v->site->rates == NULL ||
	    rate_address(v->site->rates, rate_kind(v), v->x->address, now_ms(), &v->wait))
		return OK;
	return too_many(v);
}

/* A user, or a token: their numbers have different signs. */
static enum err
hold_account(struct visit *v)
{
	int64_t account = v->bearer ? v->session.id : v->session.who.user;

	if (v->site->rates == NULL || !v->signed_in ||
	    rate_account(v->site->rates, rate_kind(v), v->x->address, account, now_ms(), &v->wait))
		return OK;
	return too_many(v);
}

static enum err
site_route(struct http_exchange *x, enum http_lane *ret_lane, void *arg)
{
	struct site *site = arg;
	struct visit *v = ARENA_NEW(x->cx.arena, struct visit);
	enum err e;

	x->site_data = v;
	v->x = x;
	v->cx = &x->cx;
	v->site = site;
	if (static_is(x)) {
		x->route_name = "/static/{*}";
		*ret_lane = HTTP_DONE;
		return static_answer(site->statics, x);
	}
	v->api = api_wanted(x);
	if (v->api)
		api_address(v);
	TRY(hold_address(v));
	e = find_route(v, site);
	if (e != OK) {
		identify(v);
		return e;
	}
	TRY(who(v));
	TRY(hold_account(v));
	TRY(check_origin(v));
	/* Whose position asks for a second factor sets one up before anything else. */
	if (v->signed_in && (v->route->flags & (WEB_ANYONE | WEB_UNPROVEN)) == 0 &&
	    factor_is_missing(v->cx->world, &v->session)) {
		*ret_lane = HTTP_DONE;
		return http_redirect(x, PATH_FACTOR);
	}
	if (v->type != NULL)
		v->cx->purpose = visit_purpose(v, v->type);
	if (v->api)
		TRY(begin_api(v));
	*ret_lane = must_scan(v) ? HTTP_SLOW : v->route->lane;
	return OK;
}

/* ---- the work ---- */

/* What must be durable before a page leaves: whose data it showed, and that the session lives. */
static enum err
after(struct ctx *cx, void *arg)
{
	const struct visit *v = arg;

	TRY(access_write(cx, NULL));
	if (!v->signed_in || cx->now - v->session.seen_at < TOUCH_SECONDS)
		return OK;
	return v->bearer ? token_touch(cx, -v->session.id) : account_touch(cx, v->session.id);
}

static void
set_after(struct visit *v)
{
	if (v->cx->seen == NULL &&
	    (!v->signed_in || v->cx->now - v->session.seen_at < TOUCH_SECONDS))
		return;
	v->x->after = after;
	v->x->after_arg = v;
}

static enum err
write_work(struct visit *v)
{
	bool used;

	TRY(form_key_used(v, &used));
	if (!used) {
		TRY(v->route->handle(v));
		TRY(form_key_use(v));
		counts_forget(v->cx->who.user);
	}
	if (v->api)
		TRY(api_answer(v));
	return used && !v->api ? OK : after(v->cx, v);
}

static enum err
use_key(struct ctx *cx, void *arg)
{
	(void)cx;
	return form_key_use(arg);
}

/* A form whose work is done on a pool thread, in writings of its own: sent twice, one after the
 * other, it is done once. Two at the very same moment are the handler's to tell apart. */
static enum err
slow_work(struct visit *v)
{
	bool used;

	TRY(form_key_used(v, &used));
	if (used && !v->api)
		return OK;
	if (!used) {
		TRY(v->route->handle(v));
		if (v->signed_in && v->location != NULL)
			TRY(db_run(v->cx, v->site->db, "form key", use_key, v));
		counts_forget(v->cx->who.user);
	}
	if (v->api)
		TRY(api_answer(v));
	set_after(v);
	return OK;
}

/* A closure may be run again: nothing of the first time may stay. */
static void
begin_anew(struct visit *v)
{
	v->cx->seen = NULL;
	v->cx->who = v->session.who;
	v->location = NULL;
	v->nfaults = 0;
}

static enum err
write_scanned(struct ctx *cx, void *arg)
{
	struct visit *v = arg;

	ctx_forgive(cx);
	http_reset(v->x);
	begin_anew(v);
	return write_work(v);
}

/* On a pool thread: look through the files, then do the work in the lane of its route. */
static enum err
scan(struct visit *v)
{
	for (size_t i = 0; i < v->x->file_count; i++) {
		const struct http_file *f = &v->x->files[i];
		enum err e = virus_check(v->cx, v->site->scanner, f->bytes, f->len);

		if (e != OK) {
			v->cx->error.field = arena_strdup(v->cx->arena, f->field);
			return e;
		}
	}
	return OK;
}

static enum err
site_handle(struct http_exchange *x, void *arg)
{
	struct visit *v = x->site_data;

	(void)arg;
	begin_anew(v);
	if (must_scan(v))
		TRY(scan(v));
	if (v->route->lane == HTTP_WRITE && must_scan(v))
		return db_run(v->cx, v->site->db, "scanned", write_scanned, v);
	if (v->route->lane == HTTP_WRITE)
		return write_work(v);
	if (v->route->lane == HTTP_SLOW && strcmp(x->method, "POST") == 0)
		return slow_work(v);
	TRY(v->api && v->shape->kind == API_READ ? v->shape->json(v) : v->route->handle(v));
	set_after(v);
	return OK;
}

/* ---- what failed ---- */

/* The session was over when the form was sent: what it says is kept as a draft of whoever's
 * session it was, to be there after the sign-in. */
static enum err
keep_draft(struct ctx *cx, void *arg)
{
	const struct visit *v = arg;

	return draft_keep(cx, &v->session.who, &v->x->form);
}

static void
rescue_form(struct visit *v)
{
	const char *token = http_form(v->x, PART_CSRF);

	if (!text_equal(v->cx->error.key, "err.signin_over") || is_foreign(v->x) ||
	    http_form(v->x, PART_FORM) == NULL)
		return;
	ctx_forgive(v->cx);
	v->kept = account_session_over(v->cx, http_cookie(v->x, SITE_COOKIE), &v->session) == OK &&
		  csrf_matches(token, v->session.csrf);
	ctx_forgive(v->cx);
	(void)fail(v->cx, ERR_SIGNIN, "err.signin_over");
	if (v->kept) {
		v->x->after = keep_draft;
		v->x->after_arg = v;
	}
}

/* Is it the form's to say? A form with another session's token came from our own page too: it is
 * shown anew, with what was typed and a token of this session. */
static bool
comes_back(const struct visit *v, enum err e)
{
	if (v->route == NULL || v->route->again == NULL)
		return false;
	return e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_LIMIT ||
	       (e == ERR_DENIED && text_equal(v->cx->error.key, "err.form_token"));
}

/* A form that comes back to ask on (a reference searched for, a move to be confirmed) is no fault
 * of anybody's. */
static bool
is_question(const struct error *e)
{
	return text_equal(e->key, "form.searching") || text_equal(e->key, "form.asking");
}

static void
site_failed(struct http_exchange *x, enum err e, void *arg)
{
	struct visit *v = x->site_data;
	const struct error cause = x->cx.error;

	x->cx.seen = NULL;
	if (v == NULL) {
		v = ARENA_NEW(x->cx.arena, struct visit);
		v->x = x;
		v->cx = &x->cx;
		v->site = arg;
		x->site_data = v;
	}
	v->error = e;
	if (v->refused == NULL && !is_question(&cause))
		v->refused = arena_strdup(v->cx->arena, cause.key);
	if (v->signed_in)
		x->cx.who = v->session.who;
	if (v->wait > 0 && !v->api &&
	    http_add_header(x, "Retry-After", text_from_int(x->cx.arena, v->wait)) != OK)
		ctx_forgive(&x->cx);
	if (v->api || api_wanted(x)) {
		api_language(v);
		api_problem(v, e);
		set_after(v);
		return;
	}
	if (comes_back(v, e)) {
		int status = x->status;

		if (v->route->again(v) == OK) {
			if (is_question(&cause))
				x->status = 200;
			set_after(v);
			return;
		}
		http_reset(x);
		x->status = status;
		x->cx.error = cause;
	}
	if (e == ERR_SIGNIN && strcmp(x->method, "POST") == 0)
		rescue_form(v);
	page_trouble(v, e);
	if (!v->kept)
		set_after(v);
}

/* Bodies are held in memory until they are whole, so a stranger may send but a little. */
static size_t
site_body_limit(struct http_exchange *x, void *arg)
{
	const char *length = http_header(x, "Content-Length"), *end = strrchr(x->path, '/');
	int64_t declared = 0;

	(void)arg;
	if (length != NULL && text_int(length, 0, SMALL_BODY, &declared))
		return SMALL_BODY;
	if (!account_known(&x->cx, http_cookie(x, SITE_COOKIE)) &&
	    !token_known(&x->cx, api_bearer(x)))
		return SMALL_BODY;
	return end != NULL && strcmp(end, "/fail") == 0 ? MAX_REQUEST_BODY : MAX_FORM_BODY;
}

void
site_init(struct ctx *cx, struct site *site, struct http_site *ret)
{
	site->statics = static_files_new(cx->arena, embed_static);
	*ret = (struct http_site){ .arg = site,
				   .world = site->world,
				   .texts = site->world->texts,
				   .route = site_route,
				   .handle = site_handle,
				   .failed = site_failed,
				   .left = audit_left,
				   .body_limit = site_body_limit };
}
