/*
 * HTML written by functions over a struct buf. Text and attribute values escape themselves; what
 * is opened must be closed by its own name, or the page is our BUG(). Names of elements and
 * attributes are string literals, so nothing from outside can become mark-up.
 *
 *	html_open(h, "td");
 *	html_attr(h, "class", "num");
 *	html_text(h, name);
 *	html_close(h, "td");
 *
 * Refused as our own mistake: style= and on…= attributes (the content policy forbids them), text
 * within <script> or <style>, an attribute after the start tag is done, a name that does not match.
 * Addresses (href, src, action …) go through html_url_is_safe(); an unsafe one is written as "#".
 */
#ifndef HOOL_FORMAT_HTML_H
#define HOOL_FORMAT_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define HTML_DEPTH 64 /* elements open at once */

struct html {
	struct buf *out;
	const char *open[HTML_DEPTH]; /* names of the open elements, outermost first */
	size_t depth;
	bool in_tag; /* the last start tag still takes attributes */
	bool mute;   /* inside <script> or <style>: no text may follow */
};

/* Write into `out` from where it stands. Nothing to release. */
void html_init(struct html *h, struct buf *out);
/* "<!doctype html>" */
void html_doctype(struct html *h);
/* Start an element. Void elements (br, input, img, …) are not closed afterwards. */
#define html_open(h, name) html_open_named((h), "" name "", sizeof(name) - 1)
/* End the innermost element, which must be `name`. */
#define html_close(h, name) html_close_named((h), "" name "", sizeof(name) - 1)
/* An attribute of the start tag just opened. A NULL value writes nothing. */
#define html_attr(h, name, value) html_attr_named((h), "" name "", sizeof(name) - 1, (value))
/* The same with a whole number. */
#define html_attr_int(h, name, value) \
	html_attr_int_named((h), "" name "", sizeof(name) - 1, (value))
/* An attribute whose presence is its value (required, checked), written if `on`. */
#define html_flag(h, name, on) html_flag_named((h), "" name "", sizeof(name) - 1, (on))
/* Escaped text; NULL writes nothing. Control characters become U+FFFD. */
void html_text(struct html *h, const char *s);
void html_text_n(struct html *h, const char *s, size_t len);
void html_int(struct html *h, int64_t n);
/* Mark-up as it is; only a string literal can be given. */
#define html_raw(h, lit) html_raw_named((h), "" lit "", sizeof(lit) - 1)
/* Whole elements in one line: <name class=cls>text</name>; cls may be NULL. */
#define html_element(h, name, cls, text)        \
	do {                                    \
		html_open((h), name);           \
		html_attr((h), "class", (cls)); \
		html_text((h), (text));         \
		html_close((h), name);          \
	} while (0)
/* <a href=href class=cls>text</a> */
void html_link(struct html *h, const char *href, const char *cls, const char *text);
/* <input type=hidden>; a NULL value writes nothing. */
void html_hidden(struct html *h, const char *name, const char *value);
/* The page is complete: nothing may be open. ERR_LIMIT if the buffer overflowed. */
enum err html_done(struct ctx *cx, struct html *h) MUST_USE;
/*
 * May this stand in an address attribute? Own addresses from the root ("/x", not "//x" or "/\x"),
 * places on the page ("#x"), and https://, mailto:, tel:. No control characters anywhere.
 */
bool html_url_is_safe(const char *url);

/* What the macros above call. A name given here must be a constant of ours. */
void html_open_named(struct html *h, const char *name, size_t len);
void html_close_named(struct html *h, const char *name, size_t len);
void html_attr_named(struct html *h, const char *name, size_t len, const char *value);
void html_attr_int_named(struct html *h, const char *name, size_t len, int64_t value);
void html_flag_named(struct html *h, const char *name, size_t len, bool on);
void html_raw_named(struct html *h, const char *lit, size_t len);

#endif
