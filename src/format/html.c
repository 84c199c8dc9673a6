/*
 * The HTML writer. See html.h.
 *
 * Escaping goes by a 256-byte table: runs of bytes that need nothing are copied whole, so that
 * Estonian and Russian text (all bytes above 0x7f) costs one copy.
 */
#include "format/html.h"

#include <string.h>

enum { AS_IS, AMP, LESS, MORE, QUOTE, APOS, CONTROL };

static const unsigned char escape[256] = {
	[0x00] = CONTROL, [0x01] = CONTROL, [0x02] = CONTROL, [0x03] = CONTROL, [0x04] = CONTROL,
	[0x05] = CONTROL, [0x06] = CONTROL, [0x07] = CONTROL, [0x08] = CONTROL, [0x0b] = CONTROL,
	[0x0c] = CONTROL, [0x0e] = CONTROL, [0x0f] = CONTROL, [0x10] = CONTROL, [0x11] = CONTROL,
	[0x12] = CONTROL, [0x13] = CONTROL, [0x14] = CONTROL, [0x15] = CONTROL, [0x16] = CONTROL,
	[0x17] = CONTROL, [0x18] = CONTROL, [0x19] = CONTROL, [0x1a] = CONTROL, [0x1b] = CONTROL,
	[0x1c] = CONTROL, [0x1d] = CONTROL, [0x1e] = CONTROL, [0x1f] = CONTROL, [0x7f] = CONTROL,
	['&'] = AMP,	  ['<'] = LESS,	    ['>'] = MORE,     ['"'] = QUOTE,	['\''] = APOS,
};

struct piece {
	const char *bytes;
	size_t len;
};

static const struct piece escaped[] = {
	[AMP] = { "&amp;", 5 },	  [LESS] = { "&lt;", 4 },  [MORE] = { "&gt;", 4 },
	[QUOTE] = { "&#34;", 5 }, [APOS] = { "&#39;", 5 }, [CONTROL] = { "\xef\xbf\xbd", 3 },
};

/* Elements without content or end tag (HTML, 13.1.2), by the length of their names. */
static const char *const voids[][5] = {
	[2] = { "br", "hr" },
	[3] = { "col", "img", "wbr" },
	[4] = { "area", "base", "link", "meta" },
	[5] = { "embed", "input", "param" },
	[6] = { "source" },
};

/* Copies of a few bytes are the rule here; a call to memcpy would cost more than they do. Of a
 * constant size it is no call, so two that overlap in the middle do for every length between. */
static inline char *
copy(char *to, const char *from, size_t len)
{
	if (len > 16) {
		memcpy(to, from, len);
	} else if (len >= 8) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else {
		for (size_t i = 0; i < len; i++)
			to[i] = from[i];
	}
	return to + len;
}

static inline bool
has_room(const struct buf *b, size_t len)
{
	return b->size > b->len + len && !b->too_large && b->len + len <= b->max;
}

/* Append where there is room without a call; buf_add grows or refuses. */
static inline void
put(struct buf *b, const char *bytes, size_t len)
{
	if (!has_room(b, len)) {
		buf_add(b, bytes, len);
		return;
	}
	*copy(b->bytes + b->len, bytes, len) = '\0';
	b->len += len;
}

/* A name between two marks, with room looked for once. */
static inline void
put_named(struct buf *b, const char *before, size_t before_len, const char *name, size_t len,
	  const char *after, size_t after_len)
{
	char *to;

	if (!has_room(b, before_len + len + after_len)) {
		buf_add(b, before, before_len);
		buf_add(b, name, len);
		buf_add(b, after, after_len);
		return;
	}
	to = copy(b->bytes + b->len, before, before_len);
	to = copy(to, name, len);
	to = copy(to, after, after_len);
	*to = '\0';
	b->len += before_len + len + after_len;
}

/* Sixteen bytes looked at together; compilers make vector instructions of it. */
typedef unsigned char bytes16 __attribute__((vector_size(16)));

static inline bool
all_plain(bytes16 v)
{
	bytes16 bad = (bytes16)((v < 0x20) | (v == '&') | (v == '<') | (v == '>') | (v == '"') |
				(v == '\'') | (v == 0x7f));
	uint64_t half[2];

	memcpy(half, &bad, sizeof(half));
	return (half[0] | half[1]) == 0;
}

/* How many bytes from `s` need nothing: sixteen at a time, then four, then the rest. */
static inline size_t
plain_run(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = 0;
	bytes16 v;

	for (; len - n >= sizeof(v); n += sizeof(v)) {
		memcpy(&v, p + n, sizeof(v));
		if (!all_plain(v))
			break;
	}
	while (len - n >= 4 &&
	       (escape[p[n]] | escape[p[n + 1]] | escape[p[n + 2]] | escape[p[n + 3]]) == AS_IS)
		n += 4;
	while (n < len && escape[p[n]] == AS_IS)
		n++;
	return n;
}

/* Does a text of 8 to 16 bytes need nothing? Its first and last eight overlap in the middle. */
static inline bool
is_plain_short(const char *s, size_t len)
{
	unsigned char both[16];
	bytes16 v;

	memcpy(both, s, 8);
	memcpy(both + 8, s + len - 8, 8);
	memcpy(&v, both, sizeof(v));
	return all_plain(v);
}

static void
put_escaped(struct buf *b, const char *s, size_t len)
{
	/* Most of what a list says is of this length and needs nothing. */
	if (len >= 8 && len <= 16 && is_plain_short(s, len)) {
		put(b, s, len);
		return;
	}
	for (;;) {
		size_t n = plain_run(s, len);
		const struct piece *e;

		put(b, s, n);
		if (n == len)
			return;
		e = &escaped[escape[(unsigned char)s[n]]];
		put(b, e->bytes, e->len);
		s += n + 1;
		len -= n + 1;
	}
}

static void
end_tag_start(struct html *h)
{
	if (!h->in_tag)
		return;
	put(h->out, ">", 1);
	h->in_tag = false;
}

void
html_init(struct html *h, struct buf *out)
{
	*h = (struct html){ .out = out };
}

void
html_doctype(struct html *h)
{
	html_raw(h, "<!doctype html>\n");
}

static const bool begins_void[256] = {
	['a'] = true, ['b'] = true, ['c'] = true, ['e'] = true, ['h'] = true, ['i'] = true,
	['l'] = true, ['m'] = true, ['p'] = true, ['s'] = true, ['w'] = true,
};

/* Most names are told by their first letter: none of "td", "tr", "div" or "ul" begins a void one.
 */
static inline bool
is_void(const char *name, size_t len)
{
	if (len < 2 || len >= sizeof(voids) / sizeof(voids[0]) ||
	    !begins_void[(unsigned char)name[0]])
		return false;
	for (const char *const *v = voids[len]; *v != NULL; v++)
		if ((*v)[0] == name[0] && memcmp(*v, name, len) == 0)
			return true;
	return false;
}

static inline bool
is_mute(const char *name, size_t len)
{
	return name[0] == 's' && ((len == 6 && memcmp(name, "script", 6) == 0) ||
				  (len == 5 && memcmp(name, "style", 5) == 0));
}

void
html_open_named(struct html *h, const char *name, size_t len)
{
	if (h->mute)
		BUG("an element within a script");
	put_named(h->out, h->in_tag ? "><" : "<", 1u + h->in_tag, name, len, "", 0);
	h->in_tag = true;
	if (is_void(name, len))
		return;
	if (h->depth >= HTML_DEPTH)
		BUG("elements nested too deep");
	h->open[h->depth++] = name;
	h->mute = is_mute(name, len);
}

void
html_close_named(struct html *h, const char *name, size_t len)
{
	if (h->depth == 0 || (h->open[h->depth - 1] != name && strcmp(h->open[h->depth - 1], name)))
		BUG("an element is closed that is not the innermost");
	h->depth--;
	h->mute = false;
	put_named(h->out, h->in_tag ? "></" : "</", 2u + h->in_tag, name, len, ">", 1);
	h->in_tag = false;
}

bool
html_url_is_safe(const char *url)
{
	for (const char *s = url; *s != '\0'; s++)
		if ((unsigned char)*s <= 0x20 || *s == 0x7f)
			return false;
	if (url[0] == '/')
		return url[1] != '/' && url[1] != '\\';
	return url[0] == '#' || strncmp(url, "https://", 8) == 0 ||
	       strncmp(url, "mailto:", 7) == 0 || strncmp(url, "tel:", 4) == 0;
}

static inline bool
is(const char *name, size_t len, const char *other)
{
	return len == strlen(other) && memcmp(name, other, len) == 0;
}

/* Attributes whose value is an address. */
static bool
is_address(const char *name, size_t len)
{
	return is(name, len, "href") || is(name, len, "src") || is(name, len, "action") ||
	       is(name, len, "formaction") || is(name, len, "cite") || is(name, len, "data") ||
	       is(name, len, "poster");
}

static bool
is_forbidden(const char *name, size_t len)
{
	return (name[0] == 'o' && name[1] == 'n') || is(name, len, "style") ||
	       is(name, len, "srcset") || is(name, len, "srcdoc");
}

static const char *
checked_value(const char *name, size_t len, const char *value)
{
	if (is_forbidden(name, len))
		BUG("an attribute the content policy forbids");
	return is_address(name, len) && !html_url_is_safe(value) ? "#" : value;
}

static void
attr_begin(struct html *h, const char *name, size_t len, const char *after, size_t after_len)
{
	if (!h->in_tag)
		BUG("an attribute outside a start tag");
	put_named(h->out, " ", 1, name, len, after, after_len);
}

void
html_attr_named(struct html *h, const char *name, size_t len, const char *value)
{
	if (value == NULL)
		return;
	value = checked_value(name, len, value);
	attr_begin(h, name, len, "=\"", 2);
	put_escaped(h->out, value, strlen(value));
	put(h->out, "\"", 1);
}

/* Digits of a number, written from the end of `room`. */
static const char *
digits(char room[24], int64_t n)
{
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char *s = room + 23;

	*s = '\0';
	do {
		*--s = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (n < 0)
		*--s = '-';
	return s;
}

void
html_attr_int_named(struct html *h, const char *name, size_t len, int64_t value)
{
	char room[24];

	html_attr_named(h, name, len, digits(room, value));
}

void
html_flag_named(struct html *h, const char *name, size_t len, bool on)
{
	if (on)
		attr_begin(h, name, len, "", 0);
}

void
html_text_n(struct html *h, const char *s, size_t len)
{
	if (s == NULL || len == 0)
		return;
	if (h->mute)
		BUG("text within a script");
	end_tag_start(h);
	put_escaped(h->out, s, len);
}

void
html_text(struct html *h, const char *s)
{
	if (s != NULL)
		html_text_n(h, s, strlen(s));
}

void
html_int(struct html *h, int64_t n)
{
	char room[24];

	html_text(h, digits(room, n));
}

void
html_raw_named(struct html *h, const char *lit, size_t len)
{
	end_tag_start(h);
	put(h->out, lit, len);
}

void
html_link(struct html *h, const char *href, const char *cls, const char *text)
{
	if (href == NULL) {
		html_raw(h, "<a");
	} else {
		html_raw(h, "<a href=\"");
		html_text(h, html_url_is_safe(href) ? href : "#");
		html_raw(h, "\"");
	}
	if (cls != NULL) {
		html_raw(h, " class=\"");
		html_text(h, cls);
		html_raw(h, "\"");
	}
	html_raw(h, ">");
	html_text(h, text);
	html_raw(h, "</a>");
}

void
html_hidden(struct html *h, const char *name, const char *value)
{
	if (value == NULL)
		return;
	html_open(h, "input");
	html_attr(h, "type", "hidden");
	html_attr(h, "name", name);
	html_attr(h, "value", value);
}

enum err
html_done(struct ctx *cx, struct html *h)
{
	end_tag_start(h);
	if (h->depth != 0)
		BUG("the page ends with an element open");
	return buf_check(cx, h->out);
}
