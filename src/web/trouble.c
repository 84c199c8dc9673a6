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

/* Of what is broken on our side only the disk's troubles are told: whether the work was saved. */
static bool
shown_to_people(const struct ctx *cx, enum err e)
{
	const char *key = cx->error.key;

	if (e == ERR_IO)
		return key != NULL && strncmp(key, "err.disk", 8) == 0;
	return e != ERR_BUG && e != ERR_CORRUPT;
}

/* Where to sign in, and come back from. */
static const char *
sign_in_url(struct visit *v, bool over)
{
	const char *here = site_here(v);
	SCOPED_BUF b;

	buf_init(&b, MAX_URL);
	buf_printf(&b, "%s?tagasi=", PATH_SIGN_IN);
	for (const char *p = here; *p != '\0'; p++)
		buf_printf(&b, *p == '/' || text_is_name((char[]){ *p, '\0' }) ? "%c" : "%%%02X",
			   (unsigned char)*p);
	buf_text(&b, over ? "&miks=aeg" : "");
	return b.too_large ? PATH_SIGN_IN : arena_strndup(v->cx->arena, b.bytes, b.len);
}

void
page_trouble(struct visit *v, enum err e)
{
	const char *name = err_info(e)->name;
	struct ctx *cx = v->cx;
	const char *what = shown_to_people(cx, e) ? site_error_text(cx) : msg(cx, "trouble.ours");
	bool post = strcmp(v->x->method, "POST") == 0;
	bool doubt = text_equal(cx->error.key, "err.disk_doubt");
	struct part_link way = { .label = msg(cx, "trouble.home"), .href = "/" };
	struct part_trouble t = {
		.what = what,
		.kept = v->kept		 ? msg(cx, "trouble.kept_draft")
			: post && !doubt ? msg(cx, "trouble.kept")
					 : NULL,
		.next = msg(cx, arena_printf(cx->arena, "trouble.next.%s", name)),
		.ways = &way,
		.n_ways = 1,
		.code = arena_printf(cx->arena, "E%d", v->x->status),
		.trace = cx->trace,
	};

	/* Nobody is signed in: the page asked for comes after the sign-in. Who is out is out. */
	if (e == ERR_SIGNIN) {
		bool over = text_equal(cx->error.key, "err.signin_over");
		bool out = post && strcmp(v->x->path, PATH_SIGN_OUT) == 0;
		const char *url = out ? PATH_SIGN_IN : sign_in_url(v, over && !post);

		ctx_forgive(cx);
		if ((out || !post) && http_redirect(v->x, url) == OK)
			return;
		way = (struct part_link){ .label = msg(cx, "trouble.title.sign-in"), .href = url };
	}
	ctx_forgive(cx);
	v->page = (struct page){ .cx = NULL }; /* what another page had begun is forgotten */
	visit_page_begin(v, msg(cx, arena_printf(cx->arena, "trouble.title.%s", name)));
	part_trouble(&v->page, &t);
	if (visit_page_end(v) != OK)
		ctx_forgive(cx);
}
