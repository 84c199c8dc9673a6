/* Signing in and out, the second step, the language, the position. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "web/site_int.h"

#define PRACTICE_USERS 12

static const char PRACTICE[] =
	"SELECT u.login, u.name, p.name FROM \"user\" u JOIN position p ON p.\"user\" = u.sys_id "
	"WHERE u.sys_deleted = 0 AND u.closed = 0 AND p.sys_id IN (SELECT min(sys_id) FROM "
	"position "
	"WHERE sys_deleted = 0 GROUP BY kind) ORDER BY u.sys_id LIMIT ?1";
static const char PRACTICE_PASSWORD[] = "SELECT value FROM sys_setting WHERE name = 'practice'";
/* An own address to go back to, or the home page. Addresses we give are plain ASCII; anything else
 * is somebody's trick or mistake. */
const char *
sign_back(struct visit *v)
{
	const char *back = http_form(v->x, PART_BACK);

	if (back == NULL)
		back = http_query(v->x, "tagasi");
	if (back == NULL || back[0] != '/' || back[1] == '/' || text_starts(back, PATH_SIGN_IN) ||
	    strlen(back) > MAX_URL / 2)
		return "/";
	for (const char *p = back; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7F || *p == '\\')
			return "/";
	return back;
}

/* In practice data anybody may be anybody: the page offers them. */
static enum err
practice_people(struct visit *v, struct part_sign_in *s)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct part_link *list;
	bool row;

	if (!v->cx->world->practice)
		return OK;
	list = ARENA_ARRAY(v->cx->arena, PRACTICE_USERS, struct part_link);
	TRY(db_query(v->cx, PRACTICE, DB_ARGS(db_int(PRACTICE_USERS)), &q));
	while (s->n_practice < PRACTICE_USERS) {
		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		list[s->n_practice++] = (struct part_link){ .href = stmt_copy(v->cx, q, 0),
							    .label = stmt_copy(v->cx, q, 1),
							    .note = stmt_copy(v->cx, q, 2) };
	}
	s->practice = list;
	return OK;
}

enum err
sign_in_page(struct visit *v)
{
	const char *lang = http_query(v->x, "keel");
	bool chosen = lang != NULL && lang_from_code(lang) >= 0;
	struct part_sign_in s = { .outside_href = v->site->oidc == NULL ? NULL : outside_url(v),
				  .action = chosen ? arena_printf(v->cx->arena, "%s?keel=%s",
								  PATH_SIGN_IN, lang)
						   : PATH_SIGN_IN,
				  .user = http_form(v->x, "kasutaja"),
				  .back = sign_back(v) };

	if (v->signed_in && v->error == OK)
		return visit_go(v, sign_back(v));
	if (v->error != OK)
		s.error = site_error_text(v->cx);
	else if (text_equal(http_query(v->x, "miks"), "aeg"))
		s.error = msg(v->cx, "signin.timed_out");
	TRY(practice_people(v, &s));
	v->signed_in = false;
	v->page.own_heading = true;
	visit_page_begin(v, msg(v->cx, "signin.title"));
	part_sign_in(&v->page, &s);
	return visit_page_end(v);
}

struct signin_from
sign_from(const struct visit *v)
{
	const char *lang = http_query(v->x, "keel");

	return (struct signin_from){ .address = v->x->address,
				     .agent = http_header(v->x, "User-Agent"),
				     .lang_chosen = lang != NULL && lang_from_code(lang) >= 0 };
}

static enum err
end_session(struct ctx *cx, void *arg)
{
	const struct visit *v = arg;

	return account_end(cx, v->session.id, "sign-in");
}

enum err
sign_done(struct visit *v, const struct signin *in, const char *back)
{
	/* Whoever was signed in here before is so no longer. */
	if (v->signed_in)
		TRY(db_run(v->cx, v->site->db, "sign in anew", end_session, v));
	v->signed_in = false;
	TRY(http_cookie_set(v->x, SITE_COOKIE, in->token));
	return visit_go(v, back);
}

/* An error the page of the form tells, with its own status. */
static enum err
tell(struct visit *v, enum err e, enum err (*page)(struct visit *v))
{
	v->error = e;
	v->refused = v->cx->error.key;
	v->x->status = e == ERR_LIMIT ? 429 : e == ERR_DENIED ? 403 : 401;
	if (e == ERR_LIMIT)
		TRY(http_add_header(v->x, "Retry-After", "900"));
	TRY(page(v));
	ctx_forgive(v->cx);
	return OK;
}

/* Where the code is typed: keeps the language chosen and the way back. */
static const char *
code_url(struct visit *v)
{
	const char *lang = http_query(v->x, "keel");
	const char *url = site_url_back(v->cx, PATH_SIGN_IN_CODE, sign_back(v));

	return lang == NULL || lang_from_code(lang) < 0
		       ? url
		       : arena_printf(v->cx->arena, "%s&keel=%s", url, lang);
}

enum err
sign_in(struct visit *v)
{
	const char *login = http_form(v->x, "kasutaja"), *password = http_form(v->x, "parool");
	const struct signin_from from = sign_from(v);
	struct signin in;
	enum err e;

	v->tried = login;
	/* In practice data one button signs in: the password is known to all anyway. */
	if (login != NULL && password == NULL && v->cx->world->practice)
		TRY(db_get_text(v->cx, PRACTICE_PASSWORD, DB_NONE, &password));
	if (login == NULL || password == NULL)
		return fail(v->cx, ERR_INVALID, "err.signin_wrong");
	e = account_sign_in(v->cx, v->site->db, login, password, &from, &in);
	if (e == ERR_SIGNIN || e == ERR_LIMIT || e == ERR_DENIED)
		return tell(v, e, sign_in_page);
	TRY(e);
	if (!in.need_code)
		return sign_done(v, &in, sign_back(v));
	TRY(http_cookie_set(v->x, STEP_COOKIE, in.token));
	return visit_go(v, code_url(v));
}

enum err
sign_code_page(struct visit *v)
{
	struct part_field code = { .kind = ASK_TEXT,
				   .name = "kood",
				   .label = msg(v->cx, "signin.code"),
				   .help = msg(v->cx, "signin.code_help"),
				   .autocomplete = "one-time-code",
				   .max = 40,
				   .width = 20,
				   .error = v->error == OK ? NULL : site_error_text(v->cx) };
	struct part_button in = { .label = msg(v->cx, "signin.code_go") };

	if (http_cookie(v->x, STEP_COOKIE) == NULL)
		return visit_go(v, PATH_SIGN_IN);
	v->signed_in = false;
	visit_page_begin(v, msg(v->cx, "signin.code_title"));
	part_error_summary(&v->page, &code, 1);
	part_form_begin(
		&v->page,
		&(struct part_form){ .id = "kood", .action = code_url(v), .back = sign_back(v) });
	part_field(&v->page, &code);
	part_buttons(&v->page, &in, 1, PATH_SIGN_IN, msg(v->cx, "signin.code_other"));
	part_form_end(&v->page);
	return visit_page_end(v);
}

enum err
sign_code(struct visit *v)
{
	const char *half = http_cookie(v->x, STEP_COOKIE), *code = http_form(v->x, "kood");
	const struct signin_from from = sign_from(v);
	struct signin in;
	enum err e = half == NULL ? fail(v->cx, ERR_SIGNIN, "err.signin_half")
				  : factor_sign_in(v->cx, v->site->db, half,
						   code == NULL ? "" : code, &from, &in);

	/* Too late, or never begun: from the start. */
	if (e == ERR_SIGNIN && text_equal(v->cx->error.key, "err.signin_half"))
		return tell(v, e, sign_in_page);
	if (e == ERR_SIGNIN || e == ERR_LIMIT || e == ERR_DENIED)
		return tell(v, e, sign_code_page);
	TRY(e);
	TRY(http_cookie_set(v->x, STEP_COOKIE, NULL));
	return sign_done(v, &in, sign_back(v));
}

enum err
sign_out(struct visit *v)
{
	bool outside = v->session.method != NULL && text_starts(v->session.method, "oidc");
	const char *end;

	TRY(account_end(v->cx, v->session.id, "sign-out"));
	TRY(http_cookie_set(v->x, SITE_COOKIE, NULL));
	TRY(http_add_header(v->x, "Clear-Site-Data", "\"cache\", \"storage\""));
	v->signed_in = false;
	/* Who came through the provider is signed out there too, where it has a place for that. */
	end = outside && v->site->oidc != NULL
		      ? oidc_end_url(v->cx, v->site->oidc, v->site->home_url)
		      : NULL;
	if (end != NULL)
		return http_redirect_out(v->x, end);
	return http_redirect(v->x, PATH_SIGN_IN);
}

enum err
set_language(struct visit *v)
{
	const char *code = http_form(v->x, "keel");
	int lang = code == NULL ? -1 : lang_from_code(code);

	if (lang < 0)
		return fail(v->cx, ERR_INVALID, "err.language");
	TRY(account_set_lang(v->cx, v->session.id, (enum lang)lang));
	return visit_go(v, sign_back(v));
}

enum err
set_position(struct visit *v)
{
	const char *id = http_form(v->x, "ametikoht"), *token;
	int64_t position;

	if (id == NULL || !text_int(id, 1, INT64_MAX, &position))
		return fail(v->cx, ERR_INVALID, "err.signin_no_position");
	TRY(account_set_position(v->cx, v->session.id, position));
	/* Other rights, another token (ASVS 7.2.4); forms already open keep theirs. */
	TRY(account_renew(v->cx, v->session.id, &token));
	TRY(http_cookie_set(v->x, SITE_COOKIE, token));
	return visit_go(v, "/");
}

/* The script asks to stay; the answer says how long the session now lasts. */
enum err
stay_signed_in(struct visit *v)
{
	int64_t idle = v->cx->now + account_idle(v->cx->world);
	int64_t whole = v->session.made_at + account_whole(v->cx->world);

	TRY(account_touch(v->cx, v->session.id));
	v->x->content_type = "application/json";
	buf_printf(&v->x->out, "{\"left\":%lld}",
		   (long long)((idle < whole ? idle : whole) - v->cx->now));
	return OK;
}
