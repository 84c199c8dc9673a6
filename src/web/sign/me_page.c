/* One's own page: who one is here, positions, sign-ins; the password; the proof of being oneself.
 */
#include <string.h>

#include "base/text.h"
#include "web/site_int.h"

static const char MY_POSITIONS[] =
	"SELECT sys_id, name FROM position WHERE \"user\" = ?1 AND sys_deleted = 0 AND valid_from "
	"<= "
	"?2 AND (valid_to IS NULL OR valid_to >= ?2) ORDER BY sys_id LIMIT 20";
static const char MY_SESSIONS[] =
	"SELECT id, made_at, seen_at, address, device, method FROM sys_session WHERE user = ?1 AND "
	"ended_at IS NULL AND seen_at > ?2 AND made_at > ?3 ORDER BY made_at DESC, id DESC LIMIT "
	"50";
static const char MY_PAST[] =
	"SELECT made_at, seen_at, address, device, ended_at, end_reason FROM sys_session WHERE "
	"user = ?1 AND NOT (ended_at IS NULL AND seen_at > ?2 AND made_at > ?3) ORDER BY made_at "
	"DESC, "
	"id DESC LIMIT 10";
static const char LOGIN_OF[] = "SELECT login FROM \"user\" WHERE sys_id = ?1";

/* ---- proof before what could take an account over ---- */

enum err
visit_prove(struct visit *v, bool *ret_asked)
{
	*ret_asked = !account_is_proved(v->cx, &v->session);
	if (!*ret_asked)
		return OK;
	return http_redirect(v->x, site_url_back(v->cx, PATH_PROVE, site_here(v)));
}

static void
code_field(struct visit *v, struct part_field *ret)
{
	*ret = (struct part_field){ .kind = ASK_TEXT,
				    .name = "kood",
				    .label = msg(v->cx, "signin.code"),
				    .help = msg(v->cx, "signin.code_help"),
				    .autocomplete = "one-time-code",
				    .max = 40,
				    .width = 20 };
}

/* The password that is now, and the code where there is a second factor. */
static enum err
own_fields(struct visit *v, struct part_field *ret, size_t *n)
{
	bool factor;

	TRY(factor_is_set(v->cx, v->session.who.user, &factor));
	ret[(*n)++] = (struct part_field){ .kind = ASK_PASSWORD,
					   .name = "parool",
					   .label = msg(v->cx, "me.password_now") };
	if (factor)
		code_field(v, &ret[(*n)++]);
	return OK;
}

/* The error stands beside the field it is about; the first, if it does not say. */
static void
place_error(struct visit *v, struct part_field *fields, size_t n)
{
	const char *at = v->cx->error.field;
	size_t i = 0;

	if (v->error == OK || n == 0)
		return;
	for (size_t k = 0; k < n; k++)
		if (text_equal(at, fields[k].name))
			i = k;
	if (text_equal(v->cx->error.key, "err.factor_code"))
		i = n - 1;
	fields[i].error = site_error_text(v->cx);
}

enum err
prove_page(struct visit *v)
{
	struct part_button go = { .label = msg(v->cx, "me.prove_go") };
	const char *back = sign_back(v);
	struct part_field fields[2];
	size_t n = 0;
	bool local = account_has_password(v->cx, v->session.who.user);

	if (local)
		TRY(own_fields(v, fields, &n));
	place_error(v, fields, n);
	visit_page_begin(v, msg(v->cx, "me.prove"));
	part_text(&v->page, msg(v->cx, "me.prove_why"));
	if (n > 0) {
		part_error_summary(&v->page, fields, n);
		part_form_begin(
			&v->page,
			&(struct part_form){ .id = "kinnita", .action = PATH_PROVE, .back = back });
		for (size_t i = 0; i < n; i++)
			part_field(&v->page, &fields[i]);
		part_buttons(&v->page, &go, 1, "/mina", NULL);
		part_form_end(&v->page);
	}
	if (v->site->oidc != NULL)
		part_button_link(&v->page,
				 arena_printf(v->cx->arena, "%s&kinnita=1",
					      site_url_back(v->cx, PATH_OUTSIDE, back)),
				 msg(v->cx, "me.prove_outside"), ICON_PERSON, n == 0);
	return visit_page_end(v);
}

/* What was wrong, by the same page. An error of the sign-in is here one of the form. */
static enum err
tell_again(struct visit *v, enum err e, enum err (*page)(struct visit *v))
{
	v->error = e;
	v->refused = v->cx->error.key;
	v->x->status = e == ERR_LIMIT ? 429 : 422;
	if (e == ERR_LIMIT)
		TRY(http_add_header(v->x, "Retry-After", "900"));
	TRY(page(v));
	ctx_forgive(v->cx);
	return OK;
}

/* The password now, and the code: OK, or the error. */
static enum err
check_own(struct visit *v)
{
	const char *password = http_form(v->x, "parool"), *code = http_form(v->x, "kood");
	const struct signin_from from = sign_from(v);
	enum err e =
		account_prove(v->cx, v->site->db, &v->session, password == NULL ? "" : password,
			      code == NULL ? "" : code, &from);

	/* It is one's own password that is wrong here, not a name or a password. */
	if (e == ERR_SIGNIN && text_equal(v->cx->error.key, "err.signin_wrong")) {
		ctx_forgive(v->cx);
		return fail_field(v->cx, ERR_INVALID, "parool", "err.password_wrong");
	}
	return e;
}

enum err
prove(struct visit *v)
{
	enum err e = check_own(v);

	if (e == ERR_INVALID || e == ERR_SIGNIN || e == ERR_LIMIT)
		return tell_again(v, e, prove_page);
	TRY(e);
	return visit_go(v, sign_back(v));
}

/* ---- the password ---- */

enum err
password_page(struct visit *v)
{
	struct part_button save = { .label = msg(v->cx, "me.password_save") };
	struct part_field fields[4];
	size_t n = 0;

	if (!account_has_password(v->cx, v->session.who.user))
		return fail(v->cx, ERR_NOTFOUND, "err.password_outside");
	TRY(own_fields(v, fields, &n));
	fields[n++] = (struct part_field){ .kind = ASK_PASSWORD,
					   .name = "password",
					   .label = msg(v->cx, "me.password_new"),
					   .help = msgf(v->cx, "me.password_help",
							text_from_int(v->cx->arena,
								      ACCOUNT_PASSWORD_LEAST)),
					   .autocomplete = "new-password" };
	fields[n++] = (struct part_field){ .kind = ASK_PASSWORD,
					   .name = "uuesti",
					   .label = msg(v->cx, "me.password_again"),
					   .autocomplete = "new-password" };
	if (text_equal(v->cx->error.key, "err.factor_code")) {
		fields[1].error = site_error_text(v->cx);
	} else {
		place_error(v, fields, n);
	}
	visit_page_begin(v, msg(v->cx, "me.password_title"));
	part_error_summary(&v->page, fields, n);
	part_form_begin(&v->page, &(struct part_form){ .id = "parool", .action = PATH_PASSWORD });
	for (size_t i = 0; i < n; i++)
		part_field(&v->page, &fields[i]);
	part_buttons(&v->page, &save, 1, "/mina", NULL);
	part_form_end(&v->page);
	return visit_page_end(v);
}

struct new_password {
	const struct visit *v;
	const char *hash, *token;
};

/* Whoever knew the old password is out everywhere else. */
static enum err
keep_password(struct ctx *cx, void *arg)
{
	struct new_password *p = arg;
	const struct session *s = &p->v->session;

	TRY(account_store(cx, s->who.user, p->hash));
	TRY(account_end_own(cx, s->who.user, 0, s->id, "password", NULL));
	return account_renew(cx, s->id, &p->token);
}

static enum err
check_new(struct visit *v, const char **ret_hash)
{
	const char *fresh = http_form(v->x, "password"), *again = http_form(v->x, "uuesti");
	const char *login;

	TRY(db_get_text(v->cx, LOGIN_OF, DB_ARGS(db_int(v->session.who.user)), &login));
	if (fresh == NULL)
		fresh = "";
	TRY(account_password_check(v->cx, fresh, login, v->session.user_name));
	if (!text_equal(fresh, again))
		return fail_field(v->cx, ERR_INVALID, "uuesti", "err.password_differs");
	TRY(check_own(v));
	return account_hash(v->cx, fresh, ret_hash);
}

enum err
password_change(struct visit *v)
{
	struct new_password p = { .v = v };
	enum err e = check_new(v, &p.hash);

	if (e == ERR_INVALID || e == ERR_SIGNIN || e == ERR_LIMIT)
		return tell_again(v, e, password_page);
	TRY(e);
	TRY(db_run(v->cx, v->site->db, "password", keep_password, &p));
	TRY(http_cookie_set(v->x, SITE_COOKIE, p.token));
	return visit_go(v, "/mina?tehtud=parool");
}

/* ---- sign-ins ---- */

enum err
end_sessions(struct visit *v)
{
	const char *one = http_form(v->x, "seanss");
	int64_t id = 0, n;

	if (one != NULL && !text_int(one, 1, INT64_MAX, &id))
		return fail(v->cx, ERR_INVALID, "err.not_found");
	/* One's own present sign-in is ended by signing out. */
	if (id == v->session.id)
		return sign_out(v);
	TRY(account_end_own(v->cx, v->session.who.user, id, v->session.id, "holder", &n));
	return visit_go(v, "/mina?tehtud=seansid");
}

static const char *
method_words(struct visit *v, const char *method)
{
	if (text_starts(method, "oidc"))
		return msgf(v->cx, "me.method.oidc", method + strcspn(method, " "));
	return msg(v->cx, strcmp(method, "code") == 0 ? "me.method.code" : "me.method.password");
}

/* "Firefox, Linux · 192.0.2.7" */
static const char *
place_words(struct visit *v, const char *address, const char *device)
{
	if (*address == '\0' || *device == '\0')
		return *address == '\0' ? device : address;
	return arena_printf(v->cx->arena, "%s · %s", device, address);
}

static void
write_session(struct visit *v, struct part_table *pt, const struct stmt *q, bool here)
{
	struct page *p = &v->page;

	part_row_begin(p, pt, NULL, 0, NULL);
	part_cell_text(p, pt, place_words(v, stmt_text(q, 3), stmt_text(q, 4)));
	part_cell_text(p, pt, method_words(v, stmt_text(q, 5)));
	part_cell_moment(p, pt, stmt_int(q, 1));
	part_cell_moment(p, pt, stmt_int(q, 2));
	part_cell_begin(p, pt);
	if (here)
		part_badge(p, TONE_OPEN, msg(v->cx, "me.session_here"));
	else
		part_post_button(p, PATH_SESSIONS, "seanss",
				 text_from_int(v->cx->arena, stmt_int(q, 0)),
				 msg(v->cx, "me.session_stop"), false);
	part_cell_end(p, pt);
	part_row_end(p, pt);
}

static enum err
write_sessions(struct visit *v, int64_t seen_after, int64_t made_after)
{
	struct part_column cols[] = { { .label = msg(v->cx, "me.session_place") },
				      { .label = msg(v->cx, "me.session_how") },
				      { .label = msg(v->cx, "me.session_from") },
				      { .label = msg(v->cx, "me.session_seen") },
				      { .label = msg(v->cx, "me.session_state") } };
	struct part_table pt = { .caption = msg(v->cx, "me.sessions"),
				 .show_caption = true,
				 .columns = cols,
				 .n_columns = 5 };
	SCOPED(stmt) struct stmt *q = NULL;
	int64_t others = 0;
	bool row;

	TRY(db_query(v->cx, MY_SESSIONS,
		     DB_ARGS(db_int(v->session.who.user), db_int(seen_after), db_int(made_after)),
		     &q));
	part_table_begin(&v->page, &pt);
	for (;;) {
		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		others += stmt_int(q, 0) == v->session.id ? 0 : 1;
		write_session(v, &pt, q, stmt_int(q, 0) == v->session.id);
	}
	part_table_end(&v->page, &pt);
	if (others > 0)
		part_post_button(&v->page, PATH_SESSIONS, NULL, NULL,
				 msg(v->cx, "me.sessions_stop"), false);
	return OK;
}

static enum err
write_past(struct visit *v, int64_t seen_after, int64_t made_after)
{
	struct part_column cols[] = { { .label = msg(v->cx, "me.session_place") },
				      { .label = msg(v->cx, "me.session_from") },
				      { .label = msg(v->cx, "me.session_seen") },
				      { .label = msg(v->cx, "me.session_end") } };
	struct part_table pt = { .caption = msg(v->cx, "me.sessions_past"),
				 .show_caption = true,
				 .columns = cols,
				 .n_columns = 4 };
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(v->cx, MY_PAST,
		     DB_ARGS(db_int(v->session.who.user), db_int(seen_after), db_int(made_after)),
		     &q));
	TRY(stmt_step(v->cx, q, &row));
	if (!row)
		return OK;
	part_table_begin(&v->page, &pt);
	while (row) {
		part_row_begin(&v->page, &pt, NULL, 0, NULL);
		part_cell_text(&v->page, &pt, place_words(v, stmt_text(q, 2), stmt_text(q, 3)));
		part_cell_moment(&v->page, &pt, stmt_int(q, 0));
		part_cell_moment(&v->page, &pt, stmt_int(q, 1));
		if (stmt_is_null(q, 4))
			part_cell_text(&v->page, &pt, msg(v->cx, "me.session_timeout"));
		else
			part_cell_moment(&v->page, &pt, stmt_int(q, 4));
		part_row_end(&v->page, &pt);
		TRY(stmt_step(v->cx, q, &row));
	}
	part_table_end(&v->page, &pt);
	return OK;
}

/* ---- the page ---- */

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

/* What was just done here. */
static void
write_done(struct visit *v)
{
	const char *done = http_query(v->x, "tehtud");

	if (text_equal(done, "parool"))
		part_notice(&v->page, TONE_DONE, msg(v->cx, "me.done_password"), NULL);
	else if (text_equal(done, "seansid"))
		part_notice(&v->page, TONE_DONE, msg(v->cx, "me.done_sessions"), NULL);
	else if (text_equal(done, "kood"))
		part_notice(&v->page, TONE_DONE, msg(v->cx, "me.done_factor"), NULL);
}

/* Password and second factor, for whom the sign-in is ours. */
static enum err
write_security(struct visit *v)
{
	bool local = account_has_password(v->cx, v->session.who.user), factor;

	if (!local)
		return OK;
	TRY(factor_is_set(v->cx, v->session.who.user, &factor));
	part_section_begin(&v->page, "turve", msg(v->cx, "me.security"));
	part_text(&v->page, msg(v->cx, factor ? "me.factor_on" : "me.factor_off"));
	part_button_link(&v->page, PATH_PASSWORD, msg(v->cx, "me.password_title"), ICON_NONE,
			 false);
	part_button_link(&v->page, PATH_FACTOR, msg(v->cx, "me.factor_title"), ICON_NONE, false);
	part_section_end(&v->page);
	return OK;
}

/* What the job description asks: each duty beside its expected outcome. */
static void
write_duties(struct visit *v)
{
	const struct types *ts = v->cx->world->types;
	const struct position_kind *k = map_get(&ts->position_by_name, v->session.kind);

	if (k == NULL)
		return;
	part_section_begin(&v->page, "ulesanded", msg(v->cx, "me.duties"));
	part_facts_begin(&v->page);
	for (int i = 0; i < k->nduties; i++) {
		const struct duty *d = map_get(&ts->duty_by_name, k->duties[i]);

		part_fact(&v->page, msg(v->cx, d->label_key),
			  d->outcome_key == NULL ? NULL : msg(v->cx, d->outcome_key));
	}
	part_facts_end(&v->page);
	part_section_end(&v->page);
}

enum err
me_page(struct visit *v)
{
	int64_t seen_after = v->cx->now - account_idle(v->cx->world);
	int64_t made_after = v->cx->now - account_whole(v->cx->world);
	struct signin_report report;

	TRY(account_report(v->cx, &v->session, &report));
	visit_page_begin(v, v->session.user_name);
	write_done(v);
	part_facts_begin(&v->page);
	part_fact(&v->page, msg(v->cx, "me.position"), v->session.position_name);
	part_fact_begin(&v->page, msg(v->cx, "me.last_signin"));
	part_moment(&v->page, report.last_at);
	part_fact_end(&v->page);
	part_fact(&v->page, msg(v->cx, "me.failures"),
		  text_from_int(v->cx->arena, report.failures));
	part_facts_end(&v->page);
	write_duties(v);
	TRY(write_positions(v));
	TRY(write_security(v));
	TRY(write_sessions(v, seen_after, made_after));
	TRY(write_past(v, seen_after, made_after));
	part_button_link(&v->page, "/paasumargid", msg(v->cx, "token.title"), ICON_NEXT, false);
	return visit_page_end(v);
}
