/* Signing in through the provider (core/oidc.h): to it, and back. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "web/site_int.h"

const char *
outside_url(struct visit *v)
{
	const char *lang = http_query(v->x, "keel");
	const char *url = site_url_back(v->cx, PATH_OUTSIDE, sign_back(v));

	return lang == NULL || lang_from_code(lang) < 0
		       ? url
		       : arena_printf(v->cx->arena, "%s&keel=%s", url, lang);
}

/* Why it came to nothing, and what to do: always a way on. */
static enum err
outside_failed(struct visit *v, enum err e)
{
	struct ctx *cx = v->cx;
	const char *key = cx->error.key;
	struct part_link ways[] = {
		{ .label = msg(cx, "outside.again"), .href = PATH_SIGN_IN },
		{ .label = msg(cx, "trouble.home"), .href = "/" },
	};
	bool ours = e == ERR_NOTFOUND || e == ERR_CONFLICT || e == ERR_DENIED;
	struct part_trouble t = {
		.what = e == ERR_BUG || e == ERR_CORRUPT ? msg(cx, "trouble.ours")
							 : site_error_text(cx),
		.next = msg(cx, ours	      ? "outside.next_unknown"
				: e == ERR_IO ? "outside.next_down"
					      : "outside.next_again"),
		.ways = ways,
		.n_ways = v->signed_in ? 2 : 1,
		.trace = cx->trace,
	};

	v->refused = key;
	if (text_equal(key, "err.oidc.cancelled"))
		return visit_go(v, arena_printf(cx->arena, "%s?keel=%s", PATH_SIGN_IN,
						lang_code(cx->lang)));
	log_error(cx, "oidc");
	v->x->status = e == ERR_IO || e == ERR_BUSY ? 503 : ours ? 403 : 400;
	t.code = arena_printf(cx->arena, "E%d", v->x->status);
	ctx_forgive(cx);
	visit_page_begin(v, msg(cx, "outside.failed"));
	part_trouble(&v->page, &t);
	return visit_page_end(v);
}

enum err
outside_start(struct visit *v)
{
	bool proof = text_equal(http_query(v->x, "kinnita"), "1");
	struct oidc_wish wish = { .back = sign_back(v) };
	const char *url, *cookie;
	enum err e;

	if (v->site->oidc == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	if (proof && !v->signed_in)
		return fail(v->cx, ERR_SIGNIN, "err.signin_none");
	if (proof)
		wish.session = v->session.id;
	e = oidc_start(v->cx, v->site->oidc, v->site->db, &wish, &url, &cookie);
	if (e != OK)
		return outside_failed(v, e);
	TRY(http_cookie_set(v->x, STEP_COOKIE, cookie));
	return http_redirect_out(v->x, url);
}

struct proof {
	int64_t session;
	const char *token;
};

static enum err
keep_proof(struct ctx *cx, void *arg)
{
	struct proof *p = arg;

	TRY(account_proved(cx, p->session));
	return account_renew(cx, p->session, &p->token);
}

/* Somebody signed in has proved to be somebody: is it they? */
static enum err
prove_outside(struct visit *v, const struct oidc_who *who, int64_t user)
{
	struct proof p = { .session = who->session };

	if (!v->signed_in || v->session.id != who->session || v->session.who.user != user)
		return fail(v->cx, ERR_DENIED, "err.oidc.other");
	TRY(db_run(v->cx, v->site->db, "prove", keep_proof, &p));
	return http_cookie_set(v->x, SITE_COOKIE, p.token);
}

static enum err
finish(struct visit *v, const char **ret_back, struct signin *ret)
{
	const struct signin_from from = sign_from(v);
	const struct oidc_return r = {
		.cookie = http_cookie(v->x, STEP_COOKIE),
		.state = http_query(v->x, "state"),
		.code = http_query(v->x, "code"),
		.error = http_query(v->x, "error"),
		.iss = http_query(v->x, "iss"),
	};
	struct oidc_who who = { 0 };
	int64_t user;

	TRY(oidc_finish(v->cx, v->site->oidc, v->site->db, &r, &who));
	if (who.code == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.signin_unknown");
	TRY(account_by_code(v->cx, who.code, &user));
	*ret_back = who.back;
	v->session.who.user = v->signed_in ? v->session.who.user : user; /* for the audit log */
	if (who.session != 0)
		return prove_outside(v, &who, user);
	return account_open(v->cx, v->site->db, user,
			    arena_printf(v->cx->arena, "oidc %s", who.amr), &from, ret);
}

enum err
outside_back(struct visit *v)
{
	struct signin in = { 0 };
	const char *back = "/";
	enum err e;

	if (v->site->oidc == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	e = finish(v, &back, &in);
	TRY(http_cookie_set(v->x, STEP_COOKIE, NULL));
	if (e != OK)
		return outside_failed(v, e);
	return in.token == NULL ? visit_go(v, back) : sign_done(v, &in, back);
}
