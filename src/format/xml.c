/*
 * Safe XML over libxml2's SAX interface: no tree of libxml2's is ever built, so that DOCTYPE,
 * depth and number of nodes are refused while reading and not after. See xml.h.
 */
#include "format/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "base/text.h"

#define NAMES 1024u /* slots of the cache of names; a power of two */

/* What parsing carries: the document so far and the first fault. */
struct reader {
	struct ctx *cx;
	const char *file;
	xmlParserCtxtPtr p;
	struct xml *root, *at; /* `at`: innermost open element */
	const unsigned char *bytes;
	size_t len;
	int depth;
	int namespaces[MAX_XML_DEPTH + 1]; /* in scope, by depth */
	size_t nodes;
	struct buf text; /* of `at`, since its start tag */
	enum err failed;
	struct {
		const xmlChar *from; /* libxml2's own single copy of a name */
		const char *to;	     /* ours, in the arena */
	} names[NAMES];
};

static int
line_of(const struct reader *r)
{
	return r->p->input != NULL ? r->p->input->line : 0;
}

static int
col_of(const struct reader *r)
{
	return r->p->input != NULL ? r->p->input->col : 0;
}

/* Record a fault here and let libxml2 stop; only the first one counts. */
#define stop(r, e, ...) \
	stop_with((r), fail_at((r)->cx, (e), (r)->file, line_of(r), col_of(r), __VA_ARGS__))

static void
stop_with(struct reader *r, enum err e)
{
	if (r->failed == OK)
		r->failed = e;
	xmlStopParser(r->p);
}

/*
 * libxml2 keeps each name once, so its address tells names apart. A document of more different
 * names than the cache holds only gets them copied again.
 */
static const char *
name_of(struct reader *r, const xmlChar *name)
{
	size_t slot = ((size_t)name >> 3) * 2654435761u % NAMES;

	if (name == NULL)
		return "";
	if (r->names[slot].from != name) {
		r->names[slot].from = name;
		r->names[slot].to = arena_strdup(r->cx->arena, (const char *)name);
	}
	return r->names[slot].to;
}

static bool
blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

/* Count one more node; false past the maximum. */
static bool
count_node(struct reader *r)
{
	if (++r->nodes <= MAX_XML_NODES)
		return true;
	stop(r, ERR_LIMIT, "err.xml_nodes", text_from_int(r->cx->arena, MAX_XML_NODES));
	return false;
}

/* Text stands only in elements without children; the white space between these is dropped. */
static void
take_text(struct reader *r)
{
	struct xml *x = r->at;

	if (x == NULL || r->text.len == 0)
		return;
	if (!text_is_utf8(r->text.bytes, r->text.len))
		stop(r, ERR_INVALID, "err.xml_bytes");
	else if (x->first == NULL)
		x->text = arena_strndup(r->cx->arena, r->text.bytes, r->text.len);
	else if (!blank(r->text.bytes))
		stop(r, ERR_INVALID, "err.xml_mixed", x->name);
	buf_clear(&r->text);
}

/* The five pointers libxml2 gives for each attribute: name, prefix, URI, start and end of value. */
static void
add_attr(struct reader *r, struct xml *x, struct xml_attr **last, const xmlChar **five)
{
	struct xml_attr *a;

	if (!count_node(r))
		return;
	a = ARENA_NEW(r->cx->arena, struct xml_attr);
	a->name = name_of(r, five[0]);
	a->ns = name_of(r, five[2]);
	a->value = arena_strndup(r->cx->arena, (const char *)five[3], (size_t)(five[4] - five[3]));
	if (!text_is_utf8(a->value, strlen(a->value)))
		stop(r, ERR_INVALID, "err.xml_bytes");
	if (*last == NULL)
		x->attrs = a;
	else
		(*last)->next = a;
	*last = a;
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nns,
	 const xmlChar **ns, int nattrs, int ndefault, const xmlChar **attrs)
{
	struct reader *r = arg;
	struct xml_attr *last = NULL;
	struct xml *x;

	(void)prefix, (void)ns, (void)ndefault;
	if (r->failed != OK || !count_node(r))
		return;
	if (++r->depth > MAX_XML_DEPTH) {
		stop(r, ERR_LIMIT, "err.xml_depth", text_from_int(r->cx->arena, MAX_XML_DEPTH));
		return;
	}
	r->namespaces[r->depth] = r->namespaces[r->depth - 1] + nns;
	if (r->namespaces[r->depth] > MAX_XML_NAMESPACES) {
		stop(r, ERR_LIMIT, "err.xml_namespaces",
		     text_from_int(r->cx->arena, MAX_XML_NAMESPACES));
		return;
	}
	if (r->at != NULL && !blank(r->text.bytes)) {
		stop(r, ERR_INVALID, "err.xml_mixed", r->at->name);
		return;
	}
	buf_clear(&r->text);
	x = ARENA_NEW(r->cx->arena, struct xml);
	*x = (struct xml){ .ns = name_of(r, uri),
			   .name = name_of(r, name),
			   .text = "",
			   .parent = r->at,
			   .file = r->file,
			   .line = line_of(r),
			   .col = col_of(r) };
	for (int i = 0; i < nattrs && r->failed == OK; i++)
		add_attr(r, x, &last, attrs + (ptrdiff_t)i * 5);
	if (r->at == NULL)
		r->root = x;
	else if (r->at->last == NULL)
		r->at->first = r->at->last = x;
	else
		r->at->last = r->at->last->next = x;
	r->at = x;
}

static void
on_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = arg;

	(void)name, (void)prefix, (void)uri;
	if (r->failed != OK || r->at == NULL)
		return;
	take_text(r);
	r->at = r->at->parent;
	r->depth--;
}

static void
on_text(void *arg, const xmlChar *text, int len)
{
	struct reader *r = arg;

	if (r->failed == OK && r->at != NULL)
		buf_add(&r->text, text, (size_t)len);
}

static void
on_doctype(void *arg, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	struct reader *r = arg;

	(void)name, (void)public_id, (void)system_id;
	stop(r, ERR_INVALID, "err.xml_doctype");
}

/* Stop at the first byte that is not UTF-8, character by character; the document has one. */
static void
stop_at_bad_byte(struct reader *r)
{
	const char *s = (const char *)r->bytes;
	size_t at = 0, start = 0, n;
	int line = 1;

	while (at < r->len) {
		for (n = 1; n <= 4 && at + n <= r->len && !text_is_utf8(s + at, n);)
			n++;
		if (n > 4 || at + n > r->len)
			break;
		if (s[at] == '\n') {
			line++;
			start = at + 1;
		}
		at += n;
	}
	stop_with(r, fail_at(r->cx, ERR_INVALID, r->file, line, (int)(at - start) + 1,
			     "err.xml_bytes"));
}

/* The encoding is known once the declaration has been read. */
static void
on_document(void *arg)
{
	static const char *const KNOWN[] = { "UTF-8",	     "UTF-16",	     "UTF-16LE",
					     "UTF-16BE",     "US-ASCII",     "ASCII",
					     "ISO-8859-1",   "ISO-8859-13",  "ISO-8859-15",
					     "WINDOWS-1252", "WINDOWS-1257", "CP1257" };
	struct reader *r = arg;
	const xmlChar *is = r->p->encoding != NULL ? r->p->encoding : r->p->input->encoding;

	/* Without a converter the bytes are taken for UTF-8: check them before any is believed. */
	if (r->p->input->buf != NULL && r->p->input->buf->encoder == NULL &&
	    !text_is_utf8((const char *)r->bytes, r->len)) {
		stop_at_bad_byte(r);
		return;
	}
	if (is == NULL)
		return;
	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
		if (xmlStrcasecmp(is, (const xmlChar *)KNOWN[i]) == 0)
			return;
	stop(r, ERR_INVALID, "err.xml_encoding", (const char *)is);
}

/* Faults libxml2 finds. Those that people meet have words of their own. */
static void
on_error(void *arg, xmlErrorPtr e)
{
	static const struct {
		int code;
		const char *key;
	} WORDS[] = {
		{ XML_ERR_INVALID_ENCODING, "err.xml_bytes" },
		{ XML_ERR_INVALID_CHAR, "err.xml_char" },
		{ XML_I18N_CONV_FAILED, "err.xml_bytes" },
		{ XML_IO_ENCODER, "err.xml_bytes" },
		{ XML_ERR_UNSUPPORTED_ENCODING, "err.xml_encoding_unknown" },
		{ XML_ERR_UNKNOWN_ENCODING, "err.xml_encoding_unknown" },
		{ XML_ERR_DOCUMENT_EMPTY, "err.xml_empty" },
		{ XML_ERR_DOCUMENT_END, "err.xml_extra" },
		{ XML_ERR_TAG_NAME_MISMATCH, "err.xml_tags" },
		{ XML_ERR_TAG_NOT_FINISHED, "err.xml_cut" },
		{ XML_ERR_GT_REQUIRED, "err.xml_cut" },
		{ XML_ERR_UNDECLARED_ENTITY, "err.xml_entity" },
		{ XML_WAR_UNDECLARED_ENTITY, "err.xml_entity" },
		{ XML_NS_ERR_UNDEFINED_NAMESPACE, "err.xml_prefix" },
	};
	struct reader *r = arg;
	const char *key = "err.xml_broken", *said = "";

	if (r->failed != OK)
		return;
	if (e->level == XML_ERR_WARNING && e->code != XML_WAR_UNDECLARED_ENTITY)
		return;
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (WORDS[i].code == e->code)
			key = WORDS[i].key;
	if (e->message != NULL && text_is_utf8(e->message, strlen(e->message)))
		said = text_trim(r->cx->arena, e->message);
	stop_with(r, fail_at(r->cx, ERR_INVALID, r->file, e->line, e->int2, key, said));
}

static xmlSAXHandler
handlers(void)
{
	return (xmlSAXHandler){ .initialized = XML_SAX2_MAGIC,
				.internalSubset = on_doctype,
				.externalSubset = on_doctype,
				.startDocument = on_document,
				.startElementNs = on_start,
				.endElementNs = on_end,
				.characters = on_text,
				.ignorableWhitespace = on_text,
				.cdataBlock = on_text,
				.serror = on_error };
}

static void
run_parser(struct reader *r, const void *bytes, size_t len)
{
	r->p = xmlCreateMemoryParserCtxt(bytes, (int)len);
	if (r->p == NULL) {
		r->failed = fail(r->cx, ERR_BUSY, "err.memory");
		return;
	}
	*r->p->sax = handlers();
	r->p->userData = r;
	/* NOENT only undoes &amp; in attributes: other entities need a DOCTYPE, refused above. */
	(void)xmlCtxtUseOptions(r->p, XML_PARSE_NONET | XML_PARSE_NOWARNING | XML_PARSE_NOENT);
	(void)xmlParseDocument(r->p);
	if (r->failed == OK && (!r->p->wellFormed || r->root == NULL || r->at != NULL))
		r->failed = fail_at(r->cx, ERR_INVALID, r->file, line_of(r), col_of(r),
				    "err.xml_broken", "");
	if (r->p->myDoc != NULL)
		xmlFreeDoc(r->p->myDoc);
	xmlFreeParserCtxt(r->p);
}

/*
 * libxml2 compares each attribute of an element with all others before we hear of the element, so
 * thousands of them would cost minutes. They are counted first, as '=' and a quote between two '<'
 * (which no attribute may hold); NULs are skipped for the sake of UTF-16.
 */
static enum err
count_attributes(struct ctx *cx, const char *file, const char *s, size_t len)
{
	int line = 1, n = 0;

	for (size_t i = 0; i < len; i++) {
		size_t k = i + 1;

		line += s[i] == '\n';
		if (s[i] == '<')
			n = 0;
		if (s[i] != '=')
			continue;
		while (k < len && memchr(" \t\r\n", s[k], 5) != NULL)
			k++;
		if (k < len && (s[k] == '"' || s[k] == '\'') && ++n > MAX_XML_ATTRS)
			return fail_at(cx, ERR_LIMIT, file, line, 0, "err.xml_attributes",
				       text_from_int(cx->arena, MAX_XML_ATTRS));
	}
	return OK;
}

enum err
xml_parse(struct ctx *cx, const char *file, const void *bytes, size_t len, struct xml **ret)
{
	struct reader *r;

	if (len > MAX_XML)
		return fail_at(cx, ERR_LIMIT, file, 0, 0, "err.xml_large",
			       text_from_int(cx->arena, MAX_XML / (1024 * 1024)));
	if (len == 0)
		return fail_at(cx, ERR_INVALID, file, 0, 0, "err.xml_empty");
	TRY(count_attributes(cx, file, bytes, len));
	r = ARENA_NEW(cx->arena, struct reader);
	r->cx = cx;
	r->file = arena_strdup(cx->arena, file);
	r->bytes = bytes;
	r->len = len;
	buf_init(&r->text, MAX_XML * 3); /* one byte of an old encoding is up to three of UTF-8 */
	run_parser(r, bytes, len);
	buf_release(&r->text);
	if (r->failed != OK)
		return r->failed;
	*ret = r->root;
	return OK;
}

bool
xml_is(const struct xml *x, const char *ns, const char *name)
{
	return x != NULL && strcmp(x->name, name) == 0 && strcmp(x->ns, ns) == 0;
}

struct xml *
xml_child(const struct xml *x, const char *ns, const char *name)
{
	struct xml *c;

	if (x == NULL)
		return NULL;
	for (c = x->first; c != NULL; c = c->next)
		if (xml_is(c, ns, name))
			return c;
	return NULL;
}

struct xml *
xml_next(const struct xml *x, const char *ns, const char *name)
{
	struct xml *c;

	if (x == NULL)
		return NULL;
	for (c = x->next; c != NULL; c = c->next)
		if (xml_is(c, ns, name))
			return c;
	return NULL;
}

bool
xml_step_is(const struct xml *x, const struct xml_ns *ns, const char *step, size_t len)
{
	const char *colon = memchr(step, ':', len);
	size_t prefix = colon == NULL ? 0 : (size_t)(colon - step);
	const char *name = colon == NULL ? step : colon + 1, *uri = "";

	len -= (size_t)(name - step);
	if (strncmp(x->name, name, len) != 0 || x->name[len] != '\0')
		return false;
	for (; colon != NULL && ns->prefix != NULL; ns++)
		if (strlen(ns->prefix) == prefix && memcmp(ns->prefix, step, prefix) == 0)
			uri = ns->uri;
	return strcmp(x->ns, uri) == 0;
}

static struct xml *
below(struct xml *children, const struct xml_ns *ns, const char *path)
{
	size_t len = strcspn(path, "/");

	for (struct xml *c = children; c != NULL; c = c->next) {
		struct xml *found = c;

		if (!xml_step_is(c, ns, path, len))
			continue;
		if (path[len] == '/')
			found = below(c->first, ns, path + len + 1);
		if (found != NULL)
			return found;
	}
	return NULL;
}

struct xml *
xml_at(const struct xml *x, const struct xml_ns *ns, const char *path)
{
	return x == NULL ? NULL : below(x->first, ns, path);
}

const char *
xml_attr(const struct xml *x, const char *name)
{
	const struct xml_attr *a = x == NULL ? NULL : x->attrs;

	for (; a != NULL; a = a->next)
		if (a->ns[0] == '\0' && strcmp(a->name, name) == 0)
			return a->value;
	return NULL;
}

const char *
xml_text(struct ctx *cx, const struct xml *x)
{
	return x == NULL ? "" : text_trim(cx->arena, x->text);
}

/* Which of its kind, from 1; 0 if it is the only one. */
static int
ordinal(const struct xml *x)
{
	int n = 0, mine = 0;

	if (x->parent == NULL)
		return 0;
	for (const struct xml *c = x->parent->first; c != NULL; c = c->next) {
		n += xml_is(c, x->ns, x->name);
		if (c == x)
			mine = n;
	}
	return n > 1 ? mine : 0;
}

const char *
xml_where(struct ctx *cx, const struct xml *x)
{
	const char *path = "";

	for (; x != NULL; x = x->parent) {
		int n = ordinal(x);

		path = n > 0 ? arena_printf(cx->arena, "/%s[%d]%s", x->name, n, path)
			     : arena_printf(cx->arena, "/%s%s", x->name, path);
	}
	return path;
}
