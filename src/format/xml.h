/*
 * XML read safely, and written balanced.
 *
 * Reading: no DOCTYPE at all (so no entities but the five predefined, no external files, no
 * expansion), no network, no XInclude; at most MAX_XML bytes, MAX_XML_DEPTH levels and
 * MAX_XML_NODES nodes. Encodings: UTF-8, or UTF-16, ASCII, ISO-8859-1, -13, -15, windows-1252 or
 * -1257 if declared; bytes that contradict it are an error with line and column. For data, not
 * prose: text beside child elements is refused. Namespaces are resolved; prefixes are forgotten.
 */
#ifndef HOOL_FORMAT_XML_H
#define HOOL_FORMAT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/ctx.h"

struct xml_attr {
	const char *ns;	  /* "" for none, as usual */
	const char *name; /* local name */
	const char *value;
	struct xml_attr *next;
};

struct xml {
	const char *ns;	  /* namespace, "" for none */
	const char *name; /* local name */
	const char *text; /* of an element without children, as it stands; else "" */
	struct xml_attr *attrs;
	struct xml *parent, *first, *last, *next;
	const char *file; /* as given to xml_parse() */
	int line, col;	  /* where the start tag ends, from 1 */
};

/* A prefix for use in paths, and the namespace it means. An array of them ends with { 0 }. */
struct xml_ns {
	const char *prefix, *uri;
};

/*
 * Parse a whole document into cx's arena; *ret is its root. `file` is kept for messages.
 * Errors: ERR_INVALID, or ERR_LIMIT for a maximum, with file, line and column.
 */
enum err xml_parse(struct ctx *cx, const char *file, const void *bytes, size_t len,
		   struct xml **ret) MUST_USE;
/* Is this the element `name` of namespace `ns`? Takes NULL. */
bool xml_is(const struct xml *x, const char *ns, const char *name);
/* First child, and the next sibling, of a name; NULL if there is none. Both take NULL. */
struct xml *xml_child(const struct xml *x, const char *ns, const char *name);
struct xml *xml_next(const struct xml *x, const char *ns, const char *name);
/*
 * First element reached by a path of child steps, "cac:Party/cbc:Name", trying every branch; NULL
 * if there is none or x is NULL. A step without a prefix has no namespace; "" is x itself.
 */
struct xml *xml_at(const struct xml *x, const struct xml_ns *ns, const char *path);
/* Is x named as the step says ("cbc:Name")? */
bool xml_step_is(const struct xml *x, const struct xml_ns *ns, const char *step, size_t len);
/* The value of an attribute without namespace, or NULL. Takes NULL. */
const char *xml_attr(const struct xml *x, const char *name);
/* Text without white space at its ends, in cx's arena; "" if x is NULL. */
const char *xml_text(struct ctx *cx, const struct xml *x);
/* Where in the document: "/Invoice/InvoiceLine[3]/ID", in the arena. */
const char *xml_where(struct ctx *cx, const struct xml *x);
/* The error at an element: fail_at() with its file, line and column. */
#define xml_fail(cx, x, ...) fail_at((cx), ERR_INVALID, (x)->file, (x)->line, (x)->col, __VA_ARGS__)

/*
 * Writing. Text and attributes escape themselves; what XML cannot carry (control characters,
 * malformed UTF-8) becomes U+FFFD. Closing another element than the open one is a BUG().
 */
struct xml_writer {
	struct buf *out;
	const char *open[MAX_XML_DEPTH]; /* names, owned by the caller (literals) */
	int depth;
	bool in_tag;	   /* the start tag still takes attributes */
	bool has_children; /* of the innermost open element: its end tag stands on a line of its own
			    */
};

/* Start with the XML declaration. The buffer is the caller's; check it at the end. */
void xmlw_begin(struct xml_writer *w, struct buf *out);
void xmlw_open(struct xml_writer *w, const char *name);
void xmlw_attr(struct xml_writer *w, const char *name, const char *value);
void xmlw_text(struct xml_writer *w, const char *text);
void xmlw_close(struct xml_writer *w, const char *name);
/* <name>text</name>, or nothing at all if text is NULL. */
void xmlw_leaf(struct xml_writer *w, const char *name, const char *text);
/* The same with one attribute. */
void xmlw_leaf_attr(struct xml_writer *w, const char *name, const char *attr, const char *value,
		    const char *text);
/* All must be closed. ERR_LIMIT if the buffer was too small. */
enum err xmlw_end(struct ctx *cx, struct xml_writer *w) MUST_USE;

#endif
