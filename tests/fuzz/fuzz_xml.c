/* Any bytes as XML: refused with a key and a place, or read within the limits; the tree hangs
 * together, and what is written from it reads back the same. */
#include <stdlib.h>
#include <string.h>

#include "format/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
look(struct ctx *cx, const struct xml *x, int depth)
{
	size_t n = 1;

	if (depth > MAX_XML_DEPTH || x->name[0] == '\0' || x->line < 1 || xml_where(cx, x) == NULL)
		abort();
	for (const struct xml *c = x->first; c != NULL; c = c->next) {
		if (c->parent != x || (c->next == NULL) != (c == x->last))
			abort();
		n += look(cx, c, depth + 1);
	}
	return n;
}

static void
write_element(struct xml_writer *w, const struct xml *x)
{
	xmlw_open(w, x->name);
	if (x->first == NULL && x->text[0] != '\0')
		xmlw_text(w, x->text);
	for (const struct xml *c = x->first; c != NULL; c = c->next)
		write_element(w, c);
	xmlw_close(w, x->name);
}

static bool
same(const struct xml *a, const struct xml *b)
{
	const struct xml *c, *d;

	if (strcmp(a->name, b->name) != 0 || (a->first == NULL && strcmp(a->text, b->text) != 0))
		return false;
	for (c = a->first, d = b->first; c != NULL && d != NULL; c = c->next, d = d->next)
		if (!same(c, d))
			return false;
	return c == NULL && d == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct xml *root = NULL, *back = NULL;
	struct xml_writer w;
	struct ctx cx;
	SCOPED_BUF b;

	ctx_init(&cx, a);
	buf_init(&b, MAX_XML);
	if (xml_parse(&cx, "fuzz.xml", data, size, &root) != OK) {
		if (cx.error.key == NULL || cx.error.file == NULL)
			abort();
		return 0;
	}
	if (look(&cx, root, 1) > MAX_XML_NODES)
		abort();
	xmlw_begin(&w, &b);
	write_element(&w, root);
	if (xmlw_end(&cx, &w) != OK)
		return 0; /* larger than it came */
	if (xml_parse(&cx, "back.xml", b.bytes, b.len, &back) != OK || !same(root, back))
		abort();
	return 0;
}
