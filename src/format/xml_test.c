/* Tests of reading and writing XML. */
#include "format/xml.h"

#include <string.h>

#include "base/test.h"
#include "base/text.h"

static const struct xml_ns NS[] = { { "a", "urn:a" }, { "b", "urn:b" }, { NULL, NULL } };

static enum err
parse(struct ctx *cx, const char *s, struct xml **ret)
{
	return xml_parse(cx, "x.xml", s, strlen(s), ret);
}

TEST(xml_finds_elements_by_namespace)
{
	static const char DOC[] = "<?xml version=\"1.0\"?>\n"
				  "<r xmlns='urn:a' xmlns:q='urn:b'>\n"
				  "  <x id='1'>one</x><q:x> two </q:x>\n"
				  "  <x><q:y>three</q:y></x>\n"
				  "</r>";
	struct ctx *cx = test_ctx(t);
	struct xml *r = NULL, *x;

	EXPECT_OK(parse(cx, DOC, &r));
	EXPECT(xml_is(r, "urn:a", "r"));
	EXPECT(!xml_is(r, "urn:b", "r"));
	x = xml_child(r, "urn:a", "x");
	EXPECT_TEXT("one", x->text);
	EXPECT_TEXT("1", xml_attr(x, "id"));
	EXPECT(xml_attr(x, "no") == NULL);
	EXPECT_INT(3, x->line);
	EXPECT_TEXT("two", xml_text(cx, xml_child(r, "urn:b", "x")));
	x = xml_next(x, "urn:a", "x");
	EXPECT_TEXT("/r/x[2]", xml_where(cx, x));
	EXPECT(xml_next(x, "urn:a", "x") == NULL);
	EXPECT_TEXT("three", xml_text(cx, xml_at(r, NS, "a:x/b:y")));
	EXPECT(xml_at(r, NS, "a:x/a:y") == NULL);
	EXPECT(xml_at(r, NS, "x") == NULL);
	EXPECT(xml_at(NULL, NS, "a:x") == NULL);
	EXPECT_TEXT("", xml_text(cx, NULL));
	EXPECT_TEXT("", r->text);
}

TEST(xml_joins_text_around_comments_references_and_cdata)
{
	struct ctx *cx = test_ctx(t);
	struct xml *r = NULL;

	EXPECT_OK(parse(cx, "<r>a&amp;b<!-- no -->&#x41;<![CDATA[<&]]>\xC3\xB5</r>", &r));
	EXPECT_TEXT("a&bA<&\xC3\xB5", r->text);
	EXPECT_OK(parse(cx, "\xEF\xBB\xBF<r a='&lt;&quot;'/>", &r));
	EXPECT_TEXT("<\"", xml_attr(r, "a"));
}

TEST(xml_reads_declared_encodings)
{
	struct ctx *cx = test_ctx(t);
	struct xml *r = NULL;
	static const char UTF16[] = "\xFF\xFE<\0r\0>\0\xF5\0<\0/\0r\0>\0";

	EXPECT_OK(parse(cx, "<?xml version='1.0' encoding='windows-1257'?><r>\xF5\xF0</r>", &r));
	EXPECT_TEXT("\xC3\xB5\xC5\xA1", r->text);
	EXPECT_OK(parse(cx, "<?xml version='1.0' encoding='iso-8859-1'?><r>\xF5</r>", &r));
	EXPECT_TEXT("\xC3\xB5", r->text);
	EXPECT_OK(xml_parse(cx, "x.xml", UTF16, sizeof(UTF16) - 1, &r));
	EXPECT_TEXT("\xC3\xB5", r->text);
}

TEST(xml_refuses_with_key_and_place)
{
	static const struct {
		const char *doc, *key;
		int line, col; /* -1: not told here */
	} CASES[] = {
		{ "", "err.xml_empty", 0, 0 },
		{ "   ", "err.xml_empty", -1, -1 },
		{ "tere", "err.xml_empty", 1, -1 },
		{ "<a>", "err.xml_cut", 1, -1 },
		{ "<a><b></a>", "err.xml_tags", 1, -1 },
		{ "<a/>\n<b/>", "err.xml_extra", 2, -1 },
		{ "<a x='1' x='2'/>", "err.xml_broken", 1, -1 },
		{ "<a x=1/>", "err.xml_broken", 1, -1 },
		{ "<a>&nbsp;</a>", "err.xml_entity", 1, -1 },
		{ "<a>&#0;</a>", "err.xml_char", 1, -1 },
		{ "<p:a/>", "err.xml_prefix", 1, -1 },
		{ "<a>text<b/></a>", "err.xml_mixed", 1, -1 },
		{ "<a><b/>text</a>", "err.xml_mixed", 1, -1 },
		{ "<!DOCTYPE a><a/>", "err.xml_doctype", 1, -1 },
		{ "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "err.xml_doctype", 1, -1 },
		{ "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
		  "err.xml_doctype", 1, -1 },
		{ "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>", "err.xml_doctype", 1, -1 },
		{ "<a>\n \xC3\xB5\xF5</a>", "err.xml_bytes", 2, 4 },
		{ "<a>\xC0\x80</a>", "err.xml_bytes", 1, 4 },
		{ "<?xml version='1.0' encoding='UTF-8'?>\n<a>m\xE4rkus</a>", "err.xml_bytes", 2,
		  5 },
		{ "<?xml version='1.0' encoding='UTF-7'?><a/>", "err.xml_encoding", 1, -1 },
		{ "<?xml version='1.0' encoding='klingon'?><a/>", "err.xml_encoding_unknown", 1,
		  -1 },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct ctx *cx = test_ctx(t);
		struct xml *r = NULL;

		ctx_forgive(cx);
		EXPECT_INT(ERR_INVALID, parse(cx, CASES[i].doc, &r));
		if (strcmp(CASES[i].key, cx->error.key) != 0)
			print_error("%s: %s\n", CASES[i].doc, cx->error.key);
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_TEXT("x.xml", cx->error.file);
		if (CASES[i].line >= 0)
			EXPECT_INT(CASES[i].line, cx->error.line);
		if (CASES[i].col >= 0)
			EXPECT_INT(CASES[i].col, cx->error.col);
		EXPECT(r == NULL);
	}
}

TEST(xml_holds_its_limits)
{
	struct ctx *cx = test_ctx(t);
	SCOPED_BUF b;
	struct xml *r = NULL;

	buf_init(&b, MAX_XML + 100);
	for (int i = 0; i < MAX_XML_DEPTH; i++)
		buf_text(&b, "<a>");
	for (int i = 0; i < MAX_XML_DEPTH; i++)
		buf_text(&b, "</a>");
	EXPECT_OK(xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	buf_clear(&b);
	for (int i = 0; i < 200000; i++)
		buf_text(&b, "<a>");
	EXPECT_INT(ERR_LIMIT, xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	EXPECT_TEXT("err.xml_depth", cx->error.key);
	ctx_forgive(cx);
	buf_clear(&b);
	buf_text(&b, "<a>");
	for (unsigned i = 0; i < MAX_XML_NODES; i++)
		buf_text(&b, "<b/>");
	buf_text(&b, "</a>");
	EXPECT_INT(ERR_LIMIT, xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	EXPECT_TEXT("err.xml_nodes", cx->error.key);
	EXPECT(arena_size(cx->arena) < 100u * 1024 * 1024);
	ctx_forgive(cx);
	EXPECT_INT(ERR_LIMIT, xml_parse(cx, "x.xml", b.bytes, MAX_XML + 1, &r));
	EXPECT_TEXT("err.xml_large", cx->error.key);
	ctx_forgive(cx);
	buf_clear(&b); /* a bad byte far along one line is found in one pass */
	buf_text(&b, "<a>");
	for (unsigned i = 0; i < 4000000; i++)
		buf_text(&b, "\xC3\xB5");
	buf_text(&b, "\xB5</a>");
	EXPECT_INT(ERR_INVALID, xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	EXPECT_TEXT("err.xml_bytes", cx->error.key);
	EXPECT_INT(8000004, cx->error.col);
}

/* Attributes and namespaces are what makes the parser beneath slow: both are capped. */
TEST(xml_caps_attributes_and_namespaces)
{
	struct ctx *cx = test_ctx(t);
	SCOPED_BUF b;
	struct xml *r = NULL;

	buf_init(&b, MAX_XML);
	buf_text(&b, "<a");
	for (int i = 0; i < MAX_XML_ATTRS; i++)
		buf_printf(&b, " a%d='>'", i);
	buf_text(&b, "><b c='='/></a>");
	EXPECT_OK(xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	buf_clear(&b);
	buf_text(&b, "<a\n");
	for (int i = 0; i <= MAX_XML_ATTRS; i++)
		buf_printf(&b, " a%d = '>'", i);
	buf_text(&b, "/>");
	EXPECT_INT(ERR_LIMIT, xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	EXPECT_TEXT("err.xml_attributes", cx->error.key);
	EXPECT_INT(2, cx->error.line);
	ctx_forgive(cx);
	buf_clear(&b);
	for (int d = 0; d < 2; d++) {
		buf_printf(&b, "<a%d", d);
		for (int i = 0; i < MAX_XML_ATTRS; i++)
			buf_printf(&b, " xmlns:a%d='u'", i);
		buf_text(&b, ">");
	}
	EXPECT_INT(ERR_LIMIT, xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	EXPECT_TEXT("err.xml_namespaces", cx->error.key);
}

TEST(xml_writes_what_it_reads)
{
	static const char ODD[] = "<&>\"' \xC3\xB5\t\r\n]]>";
	struct ctx *cx = test_ctx(t);
	struct xml_writer w;
	SCOPED_BUF b;
	struct xml *r = NULL;

	buf_init(&b, 10000);
	xmlw_begin(&w, &b);
	xmlw_open(&w, "r");
	xmlw_attr(&w, "xmlns:p", "urn:a");
	xmlw_attr(&w, "odd", ODD);
	xmlw_leaf(&w, "p:x", ODD);
	xmlw_leaf(&w, "none", NULL);
	xmlw_leaf_attr(&w, "y", "id", "7", "");
	xmlw_open(&w, "z");
	xmlw_close(&w, "z");
	xmlw_leaf(&w, "bad", "a\x01\xFF");
	xmlw_close(&w, "r");
	EXPECT_OK(xmlw_end(cx, &w));
	EXPECT_OK(xml_parse(cx, "x.xml", b.bytes, b.len, &r));
	EXPECT_TEXT(ODD, xml_attr(r, "odd"));
	EXPECT_TEXT(ODD, xml_at(r, NS, "a:x")->text);
	EXPECT(xml_at(r, NS, "none") == NULL);
	EXPECT_TEXT("7", xml_attr(xml_at(r, NS, "y"), "id"));
	EXPECT_TEXT("a\xEF\xBF\xBD\xEF\xBF\xBD", xml_at(r, NS, "bad")->text);
}

TEST(xml_writer_tells_of_a_full_buffer)
{
	struct ctx *cx = test_ctx(t);
	struct xml_writer w;
	SCOPED_BUF b;

	buf_init(&b, 50);
	xmlw_begin(&w, &b);
	xmlw_leaf(&w, "r", "this is more than fits in here");
	EXPECT_ERR(ERR_LIMIT, xmlw_end(cx, &w));
}
