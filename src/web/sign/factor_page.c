/* Setting up the second factor: the secret as text and as a picture, the code that confirms it, the
 * recovery codes, shown once and kept nowhere. */
#include <string.h>

#include "base/text.h"
#include "format/qr.h"
#include "format/totp.h"
#include "web/site_int.h"

#define QR_RIM 4 /* white squares around it */

static const char LOGIN_OF[] = "SELECT login FROM \"user\" WHERE sys_id = ?1";
static const char RAISED[] = "UPDATE sys_session SET method = 'code' WHERE id = ?1";

/* What an authenticator app reads: the key URI, whose label and issuer are percent-encoded. */
static enum err
key_uri(struct ctx *cx, const char *login, const char *secret, const char **ret)
{
	static const char HEX[] = "0123456789ABCDEF";
	const char *parts[] = { "Hool", ":", login };
	SCOPED_BUF b;

	buf_init(&b, MAX_URL);
	buf_text(&b, "otpauth://totp/");
	for (size_t i = 0; i < 3; i++)
		for (const char *p = parts[i]; *p != '\0'; p++) {
			unsigned char c = (unsigned char)*p;

			if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			    (c >= 'A' && c <= 'Z') || strchr("-._", c) != NULL)
				buf_char(&b, *p);
			else
				buf_printf(&b, "%%%c%c", HEX[c >> 4], HEX[c & 15]);
		}
	buf_printf(&b, "?secret=%s&issuer=Hool&algorithm=SHA1&digits=%d&period=%d", secret,
		   TOTP_DIGITS, TOTP_STEP);
	TRY(buf_check(cx, &b));
	*ret = arena_strndup(cx->arena, b.bytes, b.len);
	return OK;
}

/* Black squares as one path of runs: a move, a line to the right. White stands under it, or a dark
 * page would swallow the rim. */
static void
draw_qr(struct visit *v, const struct qr *qr)
{
	struct html *h = &v->h;
	int edge = qr->side + 2 * QR_RIM;
	SCOPED_BUF d;

	buf_init(&d, MAX_PAGE / 8);
	for (int y = 0; y < qr->side; y++)
		for (int x = 0, run; x < qr->side; x += run) {
			bool black = qr->black[y * qr->side + x];

			for (run = 1; x + run < qr->side; run++)
				if (qr->black[y * qr->side + x + run] != black)
					break;
			if (black)
				buf_printf(&d, "M%d %dh%dv1h-%dz", x + QR_RIM, y + QR_RIM, run,
					   run);
		}
	html_open(h, "svg");
	html_attr(h, "class", "qr");
	html_attr(h, "role", "img");
	html_attr(h, "aria-label", msg(v->cx, "factor.qr"));
	html_attr(h, "viewBox", arena_printf(v->cx->arena, "0 0 %d %d", edge, edge));
	html_attr(h, "shape-rendering", "crispEdges");
	html_open(h, "rect");
	html_attr(h, "class", "qr-white");
	html_attr_int(h, "width", edge);
	html_attr_int(h, "height", edge);
	html_close(h, "rect");
	html_open(h, "path");
	html_attr(h, "class", "qr-black");
	html_attr(h, "d", d.bytes);
	html_close(h, "path");
	html_close(h, "svg");
}

/* In groups of four, as people copy it. */
static const char *
grouped(struct ctx *cx, const char *secret)
{
	size_t n = strlen(secret);
	char *out = arena_alloc(cx->arena, n * 2 + 1), *to = out;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && i % 4 == 0)
			*to++ = ' ';
		*to++ = secret[i];
	}
	return out;
}

static enum err
write_setup(struct visit *v, const char *secret, const struct qr *qr)
{
	struct part_field code = { .kind = ASK_TEXT,
				   .name = "kood",
				   .label = msg(v->cx, "factor.code"),
				   .help = msg(v->cx, "factor.code_help"),
				   .autocomplete = "one-time-code",
				   .max = 10,
				   .width = 10,
				   .error = v->error == OK ? NULL : site_error_text(v->cx) };
	struct part_button go = { .label = msg(v->cx, "factor.confirm") };
	struct page *p = &v->page;

	part_error_summary(p, &code, 1);
	part_text(p, msg(v->cx, "factor.scan"));
	draw_qr(v, qr);
	part_text(p, msg(v->cx, "factor.type"));
	html_element(&v->h, "p", "secret", grouped(v->cx, secret));
	part_form_begin(
		p, &(struct part_form){ .id = "kood", .action = PATH_FACTOR, .key = visit_key(v) });
	part_field(p, &code);
	part_buttons(p, &go, 1, "/mina", NULL);
	part_form_end(p);
	return visit_page_end(v);
}

static enum err
setup_page(struct visit *v, const unsigned char *secret)
{
	const char *text = base32(v->cx->arena, secret, TOTP_SECRET), *uri, *login;
	const struct error cause = v->cx->error;
	struct qr qr;

	ctx_forgive(v->cx);
	TRY(db_get_text(v->cx, LOGIN_OF, DB_ARGS(db_int(v->session.who.user)), &login));
	TRY(key_uri(v->cx, login, text, &uri));
	TRY(qr_make(v->cx, uri, &qr));
	v->cx->error = cause;
	visit_page_begin(v, msg(v->cx, "me.factor_title"));
	return write_setup(v, text, &qr);
}

/* It is on: how many recovery codes are left, new ones, off again. */
static enum err
set_page(struct visit *v)
{
	int64_t left;

	TRY(factor_recovery_left(v->cx, v->session.who.user, &left));
	visit_page_begin(v, msg(v->cx, "me.factor_title"));
	part_text(&v->page, msg(v->cx, "me.factor_on"));
	part_text(&v->page, msgf(v->cx, "factor.left", text_from_int(v->cx->arena, left)));
	part_post_button(&v->page, PATH_FACTOR "/varu", NULL, NULL, msg(v->cx, "factor.renew"),
			 left < 3);
	if (!factor_is_required(v->cx->world, v->session.kind))
		part_post_button(&v->page, PATH_FACTOR "/loobu", NULL, NULL,
				 msg(v->cx, "factor.drop"), false);
	part_button_link(&v->page, "/mina", msg(v->cx, "factor.back"), ICON_BACK, false);
	return visit_page_end(v);
}

static enum err
offer_page(struct visit *v)
{
	visit_page_begin(v, msg(v->cx, "me.factor_title"));
	if (factor_is_missing(v->cx->world, &v->session))
		part_notice(&v->page, TONE_SOON, msg(v->cx, "factor.required"), NULL);
	part_text(&v->page, msg(v->cx, "factor.what"));
	part_post_button(&v->page, PATH_FACTOR "/algus", NULL, NULL, msg(v->cx, "factor.begin"),
			 true);
	return visit_page_end(v);
}

enum err
factor_page(struct visit *v)
{
	int64_t user = v->session.who.user;
	const unsigned char *secret;
	const struct error cause = v->cx->error;
	bool asked = false, set;

	ctx_forgive(v->cx);
	if (!account_has_password(v->cx, user))
		return fail(v->cx, ERR_NOTFOUND, "err.password_outside");
	TRY(visit_prove(v, &asked));
	if (asked)
		return OK;
	TRY(factor_is_set(v->cx, user, &set));
	if (set)
		return set_page(v);
	TRY(factor_waiting(v->cx, user, &secret));
	v->cx->error = cause;
	return secret == NULL ? offer_page(v) : setup_page(v, secret);
}

enum err
factor_begin_post(struct visit *v)
{
	const unsigned char *secret;
	bool asked;

	TRY(visit_prove(v, &asked));
	if (asked)
		return OK;
	TRY(factor_begin(v->cx, v->session.who.user, &secret));
	return visit_go(v, PATH_FACTOR);
}

/* ---- the codes, seen once ---- */

struct change_factor {
	struct visit *v;
	const char *code;
	struct factor_codes codes;
	const char *token;
};

/* This is the one answer to a form that is no redirect: the codes are kept nowhere to be shown
 * from. Sent again it finds nothing waiting, and changes nothing. */
static enum err
codes_page(struct visit *v, const struct factor_codes *codes)
{
	struct html *h = &v->h;

	v->location = PATH_FACTOR;
	visit_page_begin(v, msg(v->cx, "factor.codes"));
	part_notice(&v->page, TONE_SOON, msg(v->cx, "factor.codes_once"),
		    msg(v->cx, "factor.codes_help"));
	html_raw(h, "<ol class=\"recovery\">");
	for (int i = 0; i < FACTOR_RECOVERY; i++)
		html_element(h, "li", NULL, codes->at[i]);
	html_raw(h, "</ol>");
	part_button_link(&v->page, "/mina?tehtud=kood", msg(v->cx, "factor.codes_kept"), ICON_NEXT,
			 true);
	return visit_page_end(v);
}

/* Confirmed: the session is worth more now, so its token is new, and others end. */
static enum err
confirm(struct ctx *cx, void *arg)
{
	struct change_factor *c = arg;
	const struct session *s = &c->v->session;

	TRY(factor_confirm(cx, s->who.user, c->code, &c->codes));
	TRY(db_exec(cx, RAISED, DB_ARGS(db_int(s->id)), NULL));
	TRY(account_end_own(cx, s->who.user, 0, s->id, "factor", NULL));
	return account_renew(cx, s->id, &c->token);
}

enum err
factor_confirm_post(struct visit *v)
{
	struct change_factor c = { .v = v, .code = http_form(v->x, "kood") };
	bool asked;

	TRY(visit_prove(v, &asked));
	if (asked)
		return OK;
	if (c.code == NULL)
		c.code = "";
	TRY(db_run(v->cx, v->site->db, "second factor", confirm, &c));
	TRY(http_cookie_set(v->x, SITE_COOKIE, c.token));
	return codes_page(v, &c.codes);
}

static enum err
recover(struct ctx *cx, void *arg)
{
	struct change_factor *c = arg;
	bool set;

	TRY(factor_is_set(cx, c->v->session.who.user, &set));
	if (!set)
		return fail(cx, ERR_INVALID, "err.factor_none");
	return factor_recover_new(cx, c->v->session.who.user, &c->codes);
}

enum err
factor_recover_post(struct visit *v)
{
	struct change_factor c = { .v = v };
	bool asked;

	TRY(visit_prove(v, &asked));
	if (asked)
		return OK;
	TRY(db_run(v->cx, v->site->db, "recovery codes", recover, &c));
	return codes_page(v, &c.codes);
}

enum err
factor_drop_post(struct visit *v)
{
	bool asked;

	TRY(visit_prove(v, &asked));
	if (asked)
		return OK;
	if (factor_is_required(v->cx->world, v->session.kind))
		return fail(v->cx, ERR_DENIED, "err.factor_required");
	TRY(factor_remove(v->cx, v->session.who.user));
	TRY(account_end_own(v->cx, v->session.who.user, 0, v->session.id, "factor", NULL));
	return visit_go(v, "/mina");
}
