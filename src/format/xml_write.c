/* The writer of XML. See xml.h. */
#include "format/xml.h"

#include <string.h>

#include "base/text.h"

/* May XML 1.0 carry this character? Section 2.2 of the recommendation. */
static bool
allowed(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
}

static void
escape(struct buf *out, const char *s, bool attribute)
{
	while (*s != '\0') {
		uint32_t c = text_next(&s);
		char utf8[4];

		if (c == '<')
			buf_text(out, "&lt;");
		else if (c == '>')
			buf_text(out, "&gt;");
		else if (c == '&')
			buf_text(out, "&amp;");
		else if (c == '"' && attribute)
			buf_text(out, "&quot;");
		else if (c == '\r' || (attribute && (c == '\n' || c == '\t')))
			buf_printf(out, "&#%u;", (unsigned)c); /* else readers change it */
		else
			buf_add(out, utf8, text_put(utf8, allowed(c) ? c : 0xFFFD));
	}
}

static void
end_tag(struct xml_writer *w)
{
	if (w->in_tag)
		buf_char(w->out, '>');
	w->in_tag = false;
}

static void
indent(struct xml_writer *w)
{
	buf_char(w->out, '\n');
	for (int i = 0; i < w->depth; i++)
		buf_char(w->out, '\t');
}

void
xmlw_begin(struct xml_writer *w, struct buf *out)
{
	*w = (struct xml_writer){ .out = out };
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

void
xmlw_open(struct xml_writer *w, const char *name)
{
	if (w->depth == MAX_XML_DEPTH)
		BUG("XML nested too deep");
	end_tag(w);
	indent(w);
	buf_char(w->out, '<');
	buf_text(w->out, name);
	w->open[w->depth++] = name;
	w->in_tag = true;
	w->has_children = false;
}

void
xmlw_attr(struct xml_writer *w, const char *name, const char *value)
{
	if (!w->in_tag)
		BUG("attribute outside a start tag");
	buf_char(w->out, ' ');
	buf_text(w->out, name);
	buf_text(w->out, "=\"");
	escape(w->out, value, true);
	buf_char(w->out, '"');
}

void
xmlw_text(struct xml_writer *w, const char *text)
{
	if (w->depth == 0)
		BUG("text outside the root");
	end_tag(w);
	escape(w->out, text, false);
}

void
xmlw_close(struct xml_writer *w, const char *name)
{
	if (w->depth == 0 || strcmp(w->open[w->depth - 1], name) != 0)
		BUG("unbalanced XML");
	w->depth--;
	if (w->in_tag) {
		buf_text(w->out, "/>");
	} else {
		if (w->has_children)
			indent(w);
		buf_text(w->out, "</");
		buf_text(w->out, name);
		buf_char(w->out, '>');
	}
	w->in_tag = false;
	w->has_children = true;
}

void
xmlw_leaf(struct xml_writer *w, const char *name, const char *text)
{
	if (text == NULL)
		return;
	xmlw_open(w, name);
	xmlw_text(w, text);
	xmlw_close(w, name);
}

void
xmlw_leaf_attr(struct xml_writer *w, const char *name, const char *attr, const char *value,
	       const char *text)
{
	if (text == NULL)
		return;
	xmlw_open(w, name);
	if (value != NULL)
		xmlw_attr(w, attr, value);
	xmlw_text(w, text);
	xmlw_close(w, name);
}

enum err
xmlw_end(struct ctx *cx, struct xml_writer *w)
{
	if (w->depth != 0)
		BUG("unclosed XML");
	buf_char(w->out, '\n');
	return buf_check(cx, w->out);
}
