/* Tests of the catalogues: reading .po, falling back, values, counted words, errors as text. */
#include "base/texts.h"

#include <glob.h>
#include <string.h>

#include "base/map.h"
#include "base/test.h"
#include "base/text.h"

/* Catalogues from one .po per language; NULL: none. The context speaks `lang` from them. */
static struct ctx *
speaking(struct test *t, enum lang lang, const char *et, const char *en, const char *ru)
{
	const char *const po[LANG_COUNT] = { et, en, ru };
	struct ctx *cx = test_ctx(t);
	struct texts *texts = texts_new(t->arena);

	for (int i = 0; i < LANG_COUNT; i++)
		if (po[i] != NULL)
			EXPECT_OK(texts_add_po(cx, texts, (enum lang)i, "t.po", po[i],
					       strlen(po[i])));
	cx->texts = texts;
	cx->lang = lang;
	return cx;
}

TEST(texts_languages_have_codes)
{
	(void)t;
	EXPECT_TEXT("et", lang_code(LANG_ET));
	EXPECT_TEXT("ru", lang_code(LANG_RU));
	EXPECT_INT(LANG_EN, lang_from_code("en"));
	EXPECT_INT(-1, lang_from_code("ee"));
	EXPECT_INT(-1, lang_from_code(""));
	EXPECT_INT(-1, lang_from_code(NULL));
}

TEST(texts_po_is_read)
{
	static const char PO[] = "# märkus\n"
				 "msgid \"\"\n"
				 "msgstr \"\"\n"
				 "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
				 "\n"
				 "#: kus.c:12\n"
				 "msgid \"a\"\n"
				 "msgstr \"üks\"\n"
				 "msgid \"b.c\"\n"
				 "msgstr \"\"\n"
				 "  \"esimene\\n\"\n"
				 "\t\"\\ttei\\\"ne\\\\ \"\n"
				 "\"kolmas\"\n"
				 "#, fuzzy\n"
				 "msgid \"kahtlane\"\n"
				 "msgstr \"ei\"\n"
				 "#, c-format\n"
				 "msgid \"d\" \n"
				 "# vahel\n"
				 "msgstr\"neli\"\n"
				 "msgid \"tühi\"\n"
				 "#~ msgid \"vana\"\n"
				 "#~ msgstr \"vana\"\n";
	struct ctx *cx = test_ctx(t);
	struct texts *texts = texts_new(t->arena);
	size_t upto = (size_t)(strstr(PO, "msgid \"tühi\"") - PO);

	EXPECT_OK(texts_add_po(cx, texts, LANG_ET, "t.po", PO, upto));
	cx->texts = texts;
	EXPECT_TEXT("üks", msg(cx, "a"));
	EXPECT_TEXT("esimene\n\ttei\"ne\\ kolmas", msg(cx, "b.c"));
	EXPECT_TEXT("neli", msg(cx, "d"));
	EXPECT_TEXT("kahtlane", msg(cx, "kahtlane"));
	EXPECT_TEXT("vana", msg(cx, "vana"));
	EXPECT_TEXT("", msg(cx, ""));
	/* the rest ends in a msgid without its msgstr */
	EXPECT_ERR(ERR_INVALID, texts_add_po(cx, texts, LANG_ET, "t.po", PO, strlen(PO)));
}

TEST(texts_po_takes_crlf_and_bom)
{
	struct ctx *cx = speaking(
		t, LANG_ET, "\xEF\xBB\xBFmsgid \"a\"\r\nmsgstr \"x\"\r\n\"y\"\r\n", NULL, NULL);

	EXPECT_TEXT("xy", msg(cx, "a"));
}

TEST(texts_po_is_refused_with_a_place)
{
	static const struct {
		const char *po, *key;
		int line, col;
	} CASES[] = {
		{ "msgid \"a\"\n", "err.po_order", 1, 1 },
		{ "\nmsgid \"a\"\nmsgid \"b\"\nmsgstr \"c\"\n", "err.po_order", 2, 1 },
		{ "msgstr \"a\"\n", "err.po_order", 1, 7 },
		{ "msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\"\n", "err.po_order", 3, 7 },
		{ "\"a\"\n", "err.po_order", 1, 1 },
		{ "msgid a\n", "err.po_quote", 1, 7 },
		{ "msgid \"a\n\"\n", "err.po_quote", 1, 9 },
		{ "msgid \"a\" b\n", "err.po_quote", 1, 11 },
		{ "msgid \"a\"\nmsgstr \"õ\\q\"\n", "err.po_escape", 2, 11 },
		{ "msgid \"a\\", "err.po_escape", 1, 10 },
		{ "msgid \"a\"\nmsgid_plural \"b\"\n", "err.po_plural", 2, 1 },
		{ "msgid \"a\"\nmsgstr[0] \"b\"\n", "err.po_plural", 2, 1 },
		{ "msgctxt \"x\"\n", "err.po_word", 1, 1 },
		{ "  jama\n", "err.po_word", 1, 3 },
		{ "msgidx \"a\"\n", "err.po_word", 1, 1 },
		{ "msgid \"a\"\nmsgstr \"1\"\n\nmsgid \"a\"\nmsgstr \"2\"\n", "err.po_double", 4,
		  1 },
		{ "msgid \"kaks sõna\"\nmsgstr \"1\"\n", "err.po_key", 1, 1 },
		{ "# \xFF\n", "err.utf8", 1, 3 },
		{ "msgid \"a\"\nmsgstr \"\x01\"\n", "err.control", 2, 9 },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		enum err e = texts_add_po(cx, texts_new(t->arena), LANG_ET, "t.po", CASES[i].po,
					  strlen(CASES[i].po));

		if (e == OK || strcmp(CASES[i].key, cx->error.key) != 0 ||
		    cx->error.line != CASES[i].line || cx->error.col != CASES[i].col)
			print_error("case %zu: %s\n", i, CASES[i].po);
		EXPECT_INT(ERR_INVALID, e);
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_INT(CASES[i].line, cx->error.line);
		EXPECT_INT(CASES[i].col, cx->error.col);
		ctx_forgive(cx);
	}
}

TEST(texts_po_size_is_limited)
{
	char *s = arena_alloc(t->arena, MAX_PO + 1);
	struct texts *texts = texts_new(t->arena);

	memset(s, '\n', MAX_PO + 1);
	EXPECT_OK(texts_add_po(test_ctx(t), texts, LANG_ET, "t.po", s, MAX_PO));
	EXPECT_ERR(ERR_LIMIT, texts_add_po(test_ctx(t), texts, LANG_ET, "t.po", s, MAX_PO + 1));
}

TEST(texts_fall_back_to_estonian_then_to_the_key)
{
	struct ctx *cx =
		speaking(t, LANG_EN, "msgid \"a\"\nmsgstr \"eesti a\"\nmsgid \"b\"\nmsgstr \"b\"\n",
			 "msgid \"a\"\nmsgstr \"english a\"\n", NULL);

	EXPECT_TEXT("english a", msg(cx, "a"));
	cx->lang = LANG_RU;
	EXPECT_TEXT("eesti a", msg(cx, "a"));
	EXPECT_TEXT("pole", msg(cx, "pole"));
	EXPECT_INT(0, texts_missing(cx->texts, LANG_ET));
	EXPECT_INT(1, texts_missing(cx->texts, LANG_EN));
	EXPECT_INT(2, texts_missing(cx->texts, LANG_RU));
}

TEST(texts_later_files_win)
{
	struct ctx *cx = speaking(t, LANG_ET, "msgid \"a\"\nmsgstr \"enne\"\n", NULL, NULL);
	struct texts *again = texts_new(t->arena);
	static const char PO[] = "msgid \"a\"\nmsgstr \"nüüd\"\n";

	EXPECT_OK(texts_add_po(cx, again, LANG_ET, "1", "msgid \"a\"\nmsgstr \"enne\"\n", 24));
	EXPECT_OK(texts_add_po(cx, again, LANG_ET, "2", PO, strlen(PO)));
	cx->texts = again;
	EXPECT_TEXT("nüüd", msg(cx, "a"));
	texts_put(again, LANG_ET, "a", "pandud");
	EXPECT_TEXT("pandud", msg(cx, "a"));
}

TEST(texts_values_are_filled_in)
{
	static const struct {
		const char *text, *want;
	} CASES[] = {
		{ "{1}", "üks" },
		{ "{2} ja {1}, {2}", "kaks ja üks, kaks" },
		{ "{3} {4} {0} {5} {10} {} {x} {", "{3} {4} {0} {5} {10} {} {x} {" },
		{ "{{1}}", "{üks}" },
		{ "{1", "{1" },
		{ "", "" },
	};
	struct ctx *cx = test_ctx(t);
	struct texts *texts = texts_new(t->arena);

	cx->texts = texts;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		texts_put(texts, LANG_ET, "k", CASES[i].text);
		EXPECT_TEXT(CASES[i].want, msgf(cx, "k", "üks", "kaks"));
	}
	texts_put(texts, LANG_ET, "k", "{1}{2}{3}{4}");
	EXPECT_TEXT("{2}{1}cd", msgf(cx, "k", "{2}", "{1}", "c", "d")); /* filled once only */
	EXPECT_TEXT("{1}{2}{3}{4}", msgf(cx, "k"));
}

TEST(texts_without_catalogues_show_keys)
{
	struct ctx *cx = test_ctx(t);

	EXPECT(cx->texts == NULL);
	EXPECT_TEXT("a.b", msg(cx, "a.b"));
	EXPECT_TEXT("a.b", msgf(cx, "a.b"));
	EXPECT_TEXT("a.b: 1, 2", msgf(cx, "a.b", "1", "2"));
	EXPECT_TEXT("a.b: 5", msg_count(cx, "a.b", 5));
}

TEST(texts_errors_are_said_with_their_place)
{
	struct ctx *cx = speaking(t, LANG_ET,
				  "msgid \"err.date\"\nmsgstr \"{1} ei ole kuupäev\"\n"
				  "msgid \"field.birth\"\nmsgstr \"Sünniaeg\"\n",
				  NULL, NULL);

	EXPECT_TEXT("", msg_error(cx));
	(void)fail(cx, ERR_INVALID, "err.date", "31.02.2026");
	EXPECT_TEXT("31.02.2026 ei ole kuupäev", msg_error(cx));
	ctx_forgive(cx);
	(void)fail_field(cx, ERR_INVALID, "birth", "err.date", "x");
	EXPECT_TEXT("Sünniaeg: x ei ole kuupäev", msg_error(cx));
	ctx_forgive(cx);
	(void)fail_field(cx, ERR_INVALID, "pole", "err.date", "x");
	EXPECT_TEXT("x ei ole kuupäev", msg_error(cx));
	ctx_forgive(cx);
	(void)fail_at(cx, ERR_INVALID, "a.yaml", 3, 7, "err.date", "x");
	EXPECT_TEXT("a.yaml:3:7: x ei ole kuupäev", msg_error(cx));
	ctx_forgive(cx);
	(void)fail_at(cx, ERR_INVALID, "a.yaml", 3, 0, "err.date", "x");
	EXPECT_TEXT("a.yaml:3: x ei ole kuupäev", msg_error(cx));
	ctx_forgive(cx);
	(void)fail_at(cx, ERR_INVALID, "a.yaml", 0, 0, "err.tundmatu", "x");
	EXPECT_TEXT("a.yaml: err.tundmatu: x", msg_error(cx));
}

TEST(texts_words_are_counted)
{
	static const struct {
		long n;
		const char *et, *en, *ru;
	} CASES[] = {
		{ 0, "0 päeva", "0 days", "0 дней" },
		{ 1, "1 päev", "1 day", "1 день" },
		{ 2, "2 päeva", "2 days", "2 дня" },
		{ 4, "4 päeva", "4 days", "4 дня" },
		{ 5, "5 päeva", "5 days", "5 дней" },
		{ 11, "11 päeva", "11 days", "11 дней" },
		{ 12, "12 päeva", "12 days", "12 дней" },
		{ 14, "14 päeva", "14 days", "14 дней" },
		{ 21, "21 päeva", "21 days", "21 день" },
		{ 22, "22 päeva", "22 days", "22 дня" },
		{ 111, "111 päeva", "111 days", "111 дней" },
		{ 112, "112 päeva", "112 days", "112 дней" },
		{ 121, "121 päeva", "121 days", "121 день" },
		{ 1000, "1\u00A0000 päeva", "1\u00A0000 days", "1\u00A0000 дней" },
		{ -1, "\u22121 päeva", "\u22121 days", "\u22121 день" },
	};
	struct ctx *cx = speaking(
		t, LANG_ET,
		"msgid \"d.one\"\nmsgstr \"{1} päev\"\nmsgid \"d.many\"\nmsgstr \"{1} päeva\"\n",
		"msgid \"d.one\"\nmsgstr \"{1} day\"\nmsgid \"d.many\"\nmsgstr \"{1} days\"\n",
		"msgid \"d.one\"\nmsgstr \"{1} день\"\nmsgid \"d.few\"\nmsgstr \"{1} дня\"\n"
		"msgid \"d.many\"\nmsgstr \"{1} дней\"\n");

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		cx->lang = LANG_ET;
		EXPECT_TEXT(CASES[i].et, msg_count(cx, "d", CASES[i].n));
		cx->lang = LANG_EN;
		EXPECT_TEXT(CASES[i].en, msg_count(cx, "d", CASES[i].n));
		cx->lang = LANG_RU;
		EXPECT_TEXT(CASES[i].ru, msg_count(cx, "d", CASES[i].n));
	}
}

TEST(texts_counted_words_fall_back_with_estonian_forms)
{
	struct ctx *cx = speaking(
		t, LANG_RU,
		"msgid \"d.one\"\nmsgstr \"{1} päev\"\nmsgid \"d.many\"\nmsgstr \"{1} päeva\"\n",
		NULL, NULL);

	EXPECT_TEXT("21 päeva", msg_count(cx, "d", 21));
	EXPECT_TEXT("2 päeva", msg_count(cx, "d", 2));
	EXPECT_TEXT("1 päev", msg_count(cx, "d", 1));
}

/* The values a text names, as a set of bits. */
static unsigned
values_of(const char *s)
{
	unsigned set = 0;

	for (; (s = strchr(s, '{')) != NULL; s++)
		if (s[1] >= '1' && s[1] <= '4' && s[2] == '}')
			set |= 1u << (s[1] - '0');
	return set;
}

static const char *
po_id(struct test *t, const char *line)
{
	const char *end = strrchr(line, '"');

	return arena_strndup(t->arena, line + 7, (size_t)(end - line) - 7);
}

/* Forms of a counted word may leave the number out, each in its own language. */
static bool
is_counted(const char *key)
{
	const char *dot = strrchr(key, '.');

	return dot != NULL &&
	       (strcmp(dot, ".one") == 0 || strcmp(dot, ".few") == 0 || strcmp(dot, ".many") == 0);
}

/* Does each of the two languages say the Estonian text with the same values? Tells if not. */
static bool
same_values(struct ctx *cx, const char *key)
{
	bool same = true;

	for (int lang = 1; lang < LANG_COUNT && !is_counted(key); lang++) {
		const char *et, *other;

		cx->lang = LANG_ET;
		et = msg(cx, key);
		cx->lang = (enum lang)lang;
		other = msg(cx, key);
		if (values_of(et) == values_of(other))
			continue;
		print_error("%s: other values in %s\n", key, lang_code(cx->lang));
		same = false;
	}
	return same;
}

/* A counted word, which has a .one and a .many, needs its middle form in Russian. */
static bool
has_few(struct test *t, struct ctx *cx, const char *key)
{
	size_t n = strlen(key);
	const char *one, *few;

	if (n < 5 || strcmp(key + n - 5, ".many") != 0)
		return true;
	one = arena_printf(t->arena, "%.*s.one", (int)(n - 5), key);
	few = arena_printf(t->arena, "%.*s.few", (int)(n - 5), key);
	cx->lang = LANG_RU;
	if (msg(cx, one) == one || msg(cx, few) != few)
		return true;
	print_error("%s: missing in ru\n", few);
	return false;
}

/* All catalogues of one part, "po/base": complete in each language, with the same values. */
static bool
part_is_whole(struct test *t, const char *part)
{
	struct ctx *cx = test_ctx(t);
	struct texts *texts = texts_new(t->arena);
	bool whole = true;
	char *bytes = NULL;

	cx->texts = texts;
	for (int i = LANG_COUNT - 1; i >= 0; i--) {
		const char *path =
			arena_printf(t->arena, "%s.%s.po", part, lang_code((enum lang)i));
		size_t len;

		bytes = test_read(t, path, &len);
		EXPECT_OK(texts_add_po(cx, texts, (enum lang)i, path, bytes, len));
	}
	for (int i = 0; i < LANG_COUNT; i++) {
		if (texts_missing(texts, (enum lang)i) > 0) {
			print_error("%s: texts missing in %s\n", part, lang_code((enum lang)i));
			whole = false;
		}
	}
	for (char *s = bytes, *end; (end = strchr(s, '\n')) != NULL; s = end + 1) {
		*end = '\0';
		if (!text_starts(s, "msgid \"") || strlen(s) < 9)
			continue;
		whole = same_values(cx, po_id(t, s)) && whole;
		whole = has_few(t, cx, po_id(t, s)) && whole;
	}
	return whole;
}

TEST(texts_catalogues_are_whole_in_three_languages)
{
	bool whole = true;
	glob_t found;

	if (glob("po/*.et.po", 0, NULL, &found) != 0)
		SKIP();
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];

		whole = part_is_whole(t, arena_strndup(t->arena, path, strlen(path) - 6)) && whole;
	}
	globfree(&found);
	EXPECT(whole);
}
