/* Signing in and out, the language, the position, and one's own page. */
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
static const char MY_POSITIONS[] =
	"SELECT sys_id, name FROM position WHERE \"user\" = ?1 AND sys_deleted = 0 AND valid_from "
	"<= "
	"?2 AND (valid_to IS NULL OR valid_to >= ?2) ORDER BY sys_id LIMIT 20";
static const char MY_SESSIONS[] =
	"SELECT made_at, seen_at, ended_at, end_reason FROM sys_session WHERE user = ?1 "
	"ORDER BY made_at DESC LIMIT 10";

/* An own address to go back to, or the home page. Addresses we give are plain ASCII; anything else
 * is somebody's trick or mistake. */
static const char *
back_to(struct visit *v)
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
	struct part_sign_in s = { .action = chosen ? arena_printf(v->cx->arena, "%s?keel=%s",
								  PATH_SIGN_IN, lang)
						   : PATH_SIGN_IN,
				  .user = http_form(v->x, "kasutaja"),
				  .back = back_to(v) };

	if (v->signed_in && v->error == OK)
		return visit_go(v, back_to(v));
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

static enum err
end_session(struct ctx *cx, void *arg)
{
	const struct visit *v = arg;

	return account_end(cx, v->session.id, "sign-in");
}

enum err
sign_in(struct visit *v)
{
	const char *login = http_form(v->x, "kasutaja"), *password = http_form(v->x, "parool");
	const char *token;
	enum err e;

	v->tried = login;
	/* In practice data one button signs in: the password is known to all anyway. */
	if (login != NULL && password == NULL && v->cx->world->practice)
		TRY(db_get_text(v->cx, PRACTICE_PASSWORD, DB_NONE, &password));
	if (login == NULL || password == NULL)
		return fail(v->cx, ERR_INVALID, "err.signin_wrong");
	e = account_sign_in(v->cx, v->site->db, login, password, v->x->address, &token);
	/* The form comes back for all that the person can mend; it is no page of errors. */
	if (e == ERR_SIGNIN || e == ERR_LIMIT || e == ERR_DENIED) {
		const char *key = v->cx->error.key, *arg = v->cx->error.args[0];

		v->error = e;
		v->refused = key;
		ctx_forgive(v->cx);
		(void)(arg == NULL ? fail(v->cx, e, key) : fail(v->cx, e, key, arg));
		v->x->status = e == ERR_LIMIT ? 429 : 401;
		TRY(sign_in_page(v));
		ctx_forgive(v->cx);
		return OK;
	}
	TRY(e);
	/* Whoever was signed in here before is so no longer. */
	if (v->signed_in)
		TRY(db_run(v->cx, v->site->db, "sign in anew", end_session, v));
	v->signed_in = false;
	TRY(http_cookie_set(v->x, SITE_COOKIE, token));
	return visit_go(v, back_to(v));
}

enum err
sign_out(struct visit *v)
{
	TRY(account_end(v->cx, v->session.id, "sign-out"));
	TRY(http_cookie_set(v->x, SITE_COOKIE, NULL));
	TRY(http_add_header(v->x, "Clear-Site-Data", "\"cache\", \"storage\""));
	v->signed_in = false;
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
	return visit_go(v, back_to(v));
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
	int64_t idle = v->cx->now + ACCOUNT_IDLE_SECONDS;
	int64_t whole = v->session.made_at + ACCOUNT_WHOLE_SECONDS;

	TRY(account_touch(v->cx, v->session.id));
	v->x->content_type = "application/json";
	buf_printf(&v->x->out, "{\"left\":%lld}",
		   (long long)((idle < whole ? idle : whole) - v->cx->now));
	return OK;
}

static enum err
write_positions(struct visit *v)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(v->cx, MY_POSITIONS,
		     DB_ARGS(db_int(v->session.who.user), db_date(v->cx->today)), &q));
	for (;;) {
		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			return OK;
		if (stmt_int(q, 0) != v->session.who.position)
			part_post_button(&v->page, "/ametikoht", "ametikoht",
					 text_from_int(v->cx->arena, stmt_int(q, 0)),
					 msgf(v->cx, "me.act_as", stmt_text(q, 1)), false);
	}
}

static enum err
write_sessions(struct visit *v)
{
	struct part_column cols[] = { { .label = msg(v->cx, "me.session_from") },
				      { .label = msg(v->cx, "me.session_seen") },
				      { .label = msg(v->cx, "me.session_end") } };
	struct part_table pt = { .caption = msg(v->cx, "me.sessions"),
				 .show_caption = true,
				 .columns = cols,
				 .n_columns = 3 };
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(v->cx, MY_SESSIONS, DB_ARGS(db_int(v->session.who.user)), &q));
	part_table_begin(&v->page, &pt);
	for (;;) {
		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		part_row_begin(&v->page, &pt, NULL, 0, NULL);
		part_cell_moment(&v->page, &pt, stmt_int(q, 0));
		part_cell_moment(&v->page, &pt, stmt_int(q, 1));
		if (stmt_is_null(q, 2))
			part_cell_text(&v->page, &pt, msg(v->cx, "me.session_open"));
		else
			part_cell_moment(&v->page, &pt, stmt_int(q, 2));
		part_row_end(&v->page, &pt);
	}
	part_table_end(&v->page, &pt);
	return OK;
}

enum err
me_page(struct visit *v)
{
	struct signin_report report;
	const struct position_kind *k =
		map_get(&v->cx->world->types->position_by_name, v->session.kind);

	TRY(account_report(v->cx, &v->session, &report));
	visit_page_begin(v, v->session.user_name);
	part_facts_begin(&v->page);
	part_fact(&v->page, msg(v->cx, "me.position"), v->session.position_name);
	part_fact_begin(&v->page, msg(v->cx, "me.last_signin"));
	part_moment(&v->page, report.last_at);
	part_fact_end(&v->page);
	part_fact(&v->page, msg(v->cx, "me.failures"),
		  text_from_int(v->cx->arena, report.failures));
	for (int i = 0; k != NULL && i < k->nduties; i++) {
		const struct duty *d = map_get(&v->cx->world->types->duty_by_name, k->duties[i]);

		part_fact(&v->page, d->name, msg(v->cx, d->label_key));
	}
	part_facts_end(&v->page);
	TRY(write_positions(v));
	TRY(write_sessions(v));
	part_button_link(&v->page, "/paasumargid", msg(v->cx, "token.title"), ICON_NEXT, false);
	return visit_page_end(v);
}
