/* The page for errors no form can show: what happened, what is kept, what to do next. */
#include <string.h>

#include "base/text.h"
#include "web/site_int.h"

const char *
site_error_text(const struct ctx *cx)
{
	const struct error *e = &cx->error;

	return msg_with(cx, e->key, e->nargs > 0 ? e->args[0] : "", e->nargs > 1 ? e->args[1] : "",
			e->nargs > 2 ? e->args[2] : "", (const char *)NULL);
}

static bool
shown_to_people(enum err e)
{
	return e != ERR_BUG && e != ERR_CORRUPT && e != ERR_IO;
}

void
page_trouble(struct visit *v, enum err e)
{
	const char *name = err_info(e)->name;
	struct ctx *cx = v->cx;
	const char *what = shown_to_people(e) ? site_error_text(cx) : msg(cx, "trouble.ours");
	bool kept = strcmp(v->x->method, "POST") == 0;
	struct part_link ways[2] = { { .label = msg(cx, "trouble.home"), .href = "/" } };
	struct part_trouble t = {
		.what = what,
		.kept = kept ? msg(cx, "trouble.kept") : NULL,
		.next = msg(cx, arena_printf(cx->arena, "trouble.next.%s", name)),
		.ways = ways,
		.n_ways = 1,
		.code = arena_printf(cx->arena, "E%d", v->x->status),
		.trace = v->x->number,
	};

	/* Nobody is signed in: the page asked for comes after the sign-in. */
	if (e == ERR_SIGNIN && strcmp(v->x->method, "GET") == 0) {
		bool over = text_equal(cx->error.key, "err.signin_over");
		SCOPED_BUF b;

		buf_init(&b, MAX_URL * 3);
		buf_printf(&b, "%s?tagasi=", PATH_SIGN_IN);
		for (const char *p = v->x->raw_path; *p != '\0'; p++)
			buf_printf(&b,
				   *p == '/' || text_is_name((char[]){ *p, '\0' }) ? "%c"
										   : "%%%02X",
				   (unsigned char)*p);
		buf_text(&b, over ? "&miks=aeg" : "");
		ctx_forgive(cx);
		if (http_redirect(v->x, arena_strndup(cx->arena, b.bytes, b.len)) == OK)
			return;
	}
	ctx_forgive(cx);
	visit_page_begin(v, msg(cx, arena_printf(cx->arena, "trouble.title.%s", name)));
	part_trouble(&v->page, &t);
	if (visit_page_end(v) != OK)
		ctx_forgive(cx);
}
