/* What the HTML writer escapes, refuses and nests. */
#include "format/html.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

/* One element <p title=…>text</p> as written. */
static const char *
paragraph(struct test *t, const char *title, const char *text)
{
	SCOPED_BUF b;
	struct html h;

	buf_init(&b, 10000);
	html_init(&h, &b);
	html_open(&h, "p");
	html_attr(&h, "title", title);
	html_text(&h, text);
	html_close(&h, "p");
	EXPECT_OK(html_done(test_ctx(t), &h));
	return arena_strdup(t->arena, b.bytes);
}

TEST(html_escapes_text_and_values)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "Õie Žukov", "Õie Žukov" },
		{ "Юлия 😀", "Юлия 😀" },
		{ "a<b", "a&lt;b" },
		{ "a>b", "a&gt;b" },
		{ "R&D", "R&amp;D" },
		{ "&amp;", "&amp;amp;" },
		{ "\"x\"", "&#34;x&#34;" },
		{ "'x'", "&#39;x&#39;" },
		{ "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "\" onclick=\"x", "&#34; onclick=&#34;x" },
		{ "a\tb\nc\rd", "a\tb\nc\rd" },
		{ "a\x01z\x1b\x7f", "a\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		EXPECT_TEXT(arena_printf(t->arena, "<p title=\"%s\">%s</p>", cases[i].out,
					 cases[i].out),
			    paragraph(t, cases[i].in, cases[i].in));
	EXPECT_TEXT("<p></p>", paragraph(t, NULL, NULL));
}

static int
occurrences(const char *s, char c)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += *s == c;
	return n;
}

TEST(html_every_byte_is_harmless)
{
	char s[2] = "";

	for (int c = 1; c < 256; c++) {
		const char *out;

		s[0] = (char)c;
		out = paragraph(t, s, s);
		/* Two quotes of ours, and the brackets of <p> and </p>: nothing else is mark-up. */
		EXPECT_INT(2, occurrences(out, '"'));
		EXPECT_INT(0, occurrences(out, '\''));
		EXPECT_INT(2, occurrences(out, '<'));
		EXPECT_INT(2, occurrences(out, '>'));
	}
}

TEST(html_addresses_that_are_safe)
{
	static const char *const good[] = { "/",
					    "/taotlus/PKT-2026/17",
					    "/otsi?a=1&b=2#x",
					    "#sisu",
					    "https://www.riigiteataja.ee/akt/1",
					    "mailto:a@b.ee",
					    "tel:+3725551234",
					    "/a//b",
					    "#" };
	static const char *const bad[] = { "",
					   "javascript:alert(1)",
					   "JAVASCRIPT:alert(1)",
					   "java\nscript:x",
					   "//evil.example",
					   "/\\evil.example",
					   "\\/evil",
					   "/\t/evil.example",
					   "/\n/evil",
					   " /x",
					   "http://x.ee",
					   "data:text/html,x",
					   "vbscript:x",
					   "x",
					   "?a=1",
					   "ftp://x",
					   "https:/x",
					   "HTTPS://x",
					   "blob:x",
					   "/x y" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		EXPECT(html_url_is_safe(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		SCOPED_BUF b;
		struct html h;

		EXPECT(!html_url_is_safe(bad[i]));
		buf_init(&b, 1000);
		html_init(&h, &b);
		html_link(&h, bad[i], NULL, "x");
		html_open(&h, "img");
		html_attr(&h, "src", bad[i]);
		html_open(&h, "form");
		html_attr(&h, "action", bad[i]);
		html_close(&h, "form");
		EXPECT_OK(html_done(test_ctx(t), &h));
		EXPECT_TEXT("<a href=\"#\">x</a><img src=\"#\"><form action=\"#\"></form>",
			    b.bytes);
	}
}

TEST(html_numbers_flags_voids_and_raw)
{
	SCOPED_BUF b;
	struct html h;

	buf_init(&b, 1000);
	html_init(&h, &b);
	html_doctype(&h);
	html_open(&h, "td");
	html_attr_int(&h, "colspan", -3);
	html_flag(&h, "hidden", true);
	html_flag(&h, "inert", false);
	html_int(&h, INT64_MIN);
	html_open(&h, "br");
	html_raw(&h, "&nbsp;");
	html_int(&h, 0);
	html_hidden(&h, "a", "<");
	html_hidden(&h, "b", NULL);
	html_element(&h, "b", "k", "x");
	html_close(&h, "td");
	EXPECT_OK(html_done(test_ctx(t), &h));
	EXPECT_TEXT("<!doctype html>\n<td colspan=\"-3\" hidden>-9223372036854775808<br>&nbsp;0"
		    "<input type=\"hidden\" name=\"a\" value=\"&lt;\"><b class=\"k\">x</b></td>",
		    b.bytes);
}

TEST(html_past_the_limit_is_told)
{
	SCOPED_BUF b;
	struct html h;

	buf_init(&b, 20);
	html_init(&h, &b);
	for (int i = 0; i < 10; i++)
		html_element(&h, "p", NULL, "tekst");
	EXPECT_ERR(ERR_LIMIT, html_done(test_ctx(t), &h));
	EXPECT(b.len <= 20);
}

enum mistake {
	WRONG_CLOSE,
	LEFT_OPEN,
	CLOSE_NOTHING,
	LATE_ATTRIBUTE,
	STYLE_ATTRIBUTE,
	ON_ATTRIBUTE,
	SCRIPT_TEXT,
	TOO_DEEP,
	MISTAKES
};

static void
make_mistake(struct ctx *cx, struct html *h, enum mistake m)
{
	html_open(h, "p");
	if (m == WRONG_CLOSE)
		html_close(h, "div");
	if (m == LEFT_OPEN && html_done(cx, h) == OK)
		return;
	html_close(h, "p");
	if (m == CLOSE_NOTHING)
		html_close(h, "p");
	if (m == LATE_ATTRIBUTE)
		html_attr(h, "class", "x");
	html_open(h, "script");
	if (m == STYLE_ATTRIBUTE)
		html_attr(h, "style", "color: red");
	if (m == ON_ATTRIBUTE)
		html_attr(h, "onclick", "x()");
	if (m == SCRIPT_TEXT)
		html_text(h, "x()");
	html_close(h, "script");
	for (int i = 0; m == TOO_DEEP && i <= HTML_DEPTH; i++)
		html_open(h, "div");
}

/* Each of our own mistakes stops the process: tried in a child whose complaint is not shown. */
TEST(html_our_mistakes_stop_the_process)
{
	for (int m = 0; m < MISTAKES; m++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			SCOPED_BUF b;
			struct html h;

			if (freopen("/dev/null", "w", stderr) == NULL)
				_exit(0);
			signal(SIGABRT, SIG_DFL);
			buf_init(&b, 10000);
			html_init(&h, &b);
			make_mistake(test_ctx(t), &h, (enum mistake)m);
			_exit(0);
		}
		EXPECT(child > 0 && waitpid(child, &status, 0) == child);
		EXPECT(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
	}
}
