/* Errors of the API: RFC 9457, with our key, and each fault at its place in the body. */
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "core/search.h"
#include "format/json.h"
#include "web/api/api.h"
#include "web/site_int.h"

/* Errors whose status an API says more exactly than a page. `matched` only where the request named
 * the version it read. */
static const struct {
	const char *key;
	int status;
	bool matched;
} EXACT[] = {
	{ "err.changed", 412, true },	   { "err.form_used", 422, false },
	{ "err.json", 400, false },	   { "err.json_utf8", 400, false },
	{ "err.json_double", 400, false }, { "err.json_number", 400, false },
	{ "err.json_deep", 400, false },   { "err.signin_wait", 429, false },
	{ "err.api_sort", 400, false },	   { "err.api_cursor", 400, false },
	{ "err.api_limit", 400, false },   { "err.api_cursor_gone", 410, false },
};

static int
status_of(const struct visit *v)
{
	for (size_t i = 0; i < sizeof(EXACT) / sizeof(*EXACT); i++)
		if (v->x->refusal == 0 && text_equal(v->cx->error.key, EXACT[i].key) &&
		    (v->matched || !EXACT[i].matched))
			return EXACT[i].status;
	/* What an address says wrongly is a bad request; what a body says, a content to mend. */
	if (v->x->refusal == 0 && v->cx->error.code == ERR_INVALID &&
	    strcmp(v->x->method, "GET") == 0)
		return 400;
	return v->x->status;
}

/* RFC 6901: '~' and '/' of a name are escaped. */
static const char *
pointer(struct ctx *cx, const char *name)
{
	SCOPED_BUF b;

	buf_init(&b, 1024);
	buf_char(&b, '/');
	for (; *name != '\0'; name++) {
		if (*name == '~')
			buf_text(&b, "~0");
		else if (*name == '/')
			buf_text(&b, "~1");
		else
			buf_char(&b, *name);
	}
	return arena_strndup(cx->arena, b.bytes, b.len);
}

static void
put_fault(struct visit *v, struct json_out *j, const char *name, const char *key, const char *text)
{
	json_map(j);
	if (strcmp(v->x->method, "GET") == 0)
		json_pair_text(j, "parameter", name);
	else
		json_pair_text(j, "pointer", pointer(v->cx, name));
	json_pair_text(j, "key", key);
	json_pair_text(j, "detail", text);
	json_map_end(j);
}

static void
put_faults(struct visit *v, struct json_out *j, const char *detail)
{
	const struct error *e = &v->cx->error;
	bool told = false;

	for (size_t i = 0; i < v->nfaults; i++)
		told = told || text_equal(v->faults[i].field, e->field);
	if (v->nfaults == 0 && e->field == NULL)
		return;
	json_key(j, "errors");
	json_list(j);
	for (size_t i = 0; i < v->nfaults; i++)
		put_fault(v, j, v->faults[i].field, v->faults[i].key, v->faults[i].text);
	if (!told && e->field != NULL)
		put_fault(v, j, e->field, e->key, detail);
	json_list_end(j);
}

/* Somebody is known who may be the one to be made: who. (To go on: ?kindel=1.) */
static void
put_same(struct visit *v, struct json_out *j)
{
	const struct error cause = v->cx->error;
	struct change *ch = change_of(v->cx, v->type);
	struct found *same = NULL;
	size_t n = 0;

	ctx_forgive(v->cx);
	for (int i = 0; i < v->type->nfields; i++) {
		const struct field *f = &v->type->fields[i];
		const char *typed = f->hidden ? NULL : http_form(v->x, f->name);

		if (typed != NULL && f->kind != FIELD_CHOICES && f->kind != FIELD_REF &&
		    change_typed(v->cx, ch, f, typed) != OK)
			ctx_forgive(v->cx);
	}
	if (search_same_person(v->cx, ch, &same, &n) != OK)
		n = 0;
	v->cx->error = cause;
	json_key(j, "same");
	json_list(j);
	for (size_t i = 0; i < n; i++) {
		access_saw(v->cx, "search", same[i].about);
		json_map(j);
		json_pair_int(j, "id", same[i].id);
		json_pair_text(j, "number", same[i].number);
		json_pair_text(j, "title", same[i].title);
		json_pair_text(j, "url", visit_url(v->cx, same[i].type, same[i].number));
		json_map_end(j);
	}
	json_list_end(j);
}

static bool
is_ours(enum err e)
{
	return e == ERR_BUG || e == ERR_CORRUPT || e == ERR_IO;
}

static void
say_how(struct visit *v, enum err e)
{
	const char *how = text_equal(v->cx->error.key, "err.token_over") ||
					  text_equal(v->cx->error.key, "err.token_none")
				  ? "Bearer error=\"invalid_token\""
				  : "Bearer";

	if (e == ERR_SIGNIN && http_add_header(v->x, "WWW-Authenticate", how) != OK)
		ctx_forgive(v->cx);
	/* api_rate() counts by minutes of the clock; a bucket (rate.h) says itself how long. */
	if (v->x->status == 429 &&
	    http_add_header(v->x, "Retry-After",
			    text_from_int(v->cx->arena,
					  v->wait > 0 ? v->wait : 60 - v->cx->now % 60)) != OK)
		ctx_forgive(v->cx);
}

void
api_problem(struct visit *v, enum err e)
{
	struct ctx *cx = v->cx;
	const struct error cause = cx->error;
	const char *detail = is_ours(e) ? msg(cx, "trouble.ours") : site_error_text(cx);
	const char *title = msg(cx, arena_printf(cx->arena, "trouble.title.%s", err_info(e)->name));
	struct json_out j;

	v->x->status = status_of(v);
	v->x->content_type = "application/problem+json";
	say_how(v, e);
	json_out_init(&j, &v->x->out);
	json_map(&j);
	json_pair_text(&j, "type", "about:blank");
	json_pair_text(&j, "title", title);
	json_pair_int(&j, "status", v->x->status);
	json_pair_text(&j, "detail", detail);
	json_pair_text(&j, "key", is_ours(e) ? "trouble.ours" : cause.key);
	json_pair_text(&j, "request", text_from_int(cx->arena, (int64_t)v->x->number));
	if (!is_ours(e) && cause.line > 0) {
		json_pair_int(&j, "line", cause.line);
		json_pair_int(&j, "column", cause.col);
	}
	if (!is_ours(e))
		put_faults(v, &j, detail);
	if (text_equal(cause.key, "err.same_person") && v->type != NULL)
		put_same(v, &j);
	json_map_end(&j);
	ctx_forgive(cx);
	if (json_done(cx, &j) != OK)
		ctx_forgive(cx);
}
