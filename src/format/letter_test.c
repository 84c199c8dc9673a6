/* Letters, judged by their bytes alone: no other program is needed. */
#include "format/letter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/test.h"

static const char *const TO[] = { "Käopesa OÜ", "Kalda tee 12", "50703 Tartu" };
static const char *const ITEMS[] = { "hindamise aruanne;", "tegevuskava;", "arved." };
static const char *const HEAD[] = { "Kuu", "Teenus", "Summa" };
static const enum letter_align ALIGN[] = { LETTER_LEFT, LETTER_LEFT, LETTER_RIGHT };
static const char *const CELLS[] = { "jaanuar",	 "füsioteraapia",   "534,00 €",
				     "veebruar", "логопедия šž õü", NULL };
static const struct letter_fact FACTS[] = {
	{ "Number", "ABI-2026/1", NULL },
	{ "Vaata", "https://www.naide.ee/a", "https://www.naide.ee/a" },
};
static const struct letter_block BLOCKS[] = {
	{ .kind = LETTER_PARAGRAPH, .text = "Lugupeetud juhataja" },
	{ .kind = LETTER_HEADING, .level = 1, .text = "Mida palume" },
	{ .kind = LETTER_BULLETS, .items = ITEMS, .nitems = 3 },
	{ .kind = LETTER_HEADING, .level = 2, .text = "Teenused" },
	{ .kind = LETTER_TABLE, .text = "Tabel 1", .table = { HEAD, ALIGN, 3, CELLS, 2 } },
	{ .kind = LETTER_FACTS, .facts = FACTS, .nfacts = 2 },
	{ .kind = LETTER_NUMBERED, .items = ITEMS, .nitems = 3 },
	{ .kind = LETTER_NOTE, .text = "Vaide võib esitada 30 päeva jooksul." },
};
static const char *const FOOT[] = { "Endla 8, 15092 Tallinn" };

static struct letter
sample(void)
{
	return (struct letter){
		.lang = LANG_ET,
		.title = "Otsus teenuse rahastamise kohta",
		.number = "PKT-2026/17-1",
		.date = "25.05.2026",
		.sender = { "Näidise Amet", "Endla 8", "Registrikood 70000000", "640 8000",
			    "info@naide.ee" },
		.addressee = TO,
		.naddressee = 3,
		.restriction = { "ASUTUSESISESEKS KASUTAMISEKS", "Teabevaldaja: Näidise Amet",
				 "Alus: AvTS § 35 lg 1 p 12", "Kehtib kuni 25.05.2101" },
		.blocks = BLOCKS,
		.nblocks = 8,
		.signature = { "(allkirjastatud digitaalselt)", "Pille Näidis", "menetlusjuht" },
		.footer = FOOT,
		.nfooter = 1,
		.page = "lk {1} / {2}",
	};
}

struct pdf {
	const char *bytes;
	size_t len;
};

static struct pdf
make(struct test *t, const struct letter *l)
{
	const void *bytes = NULL;
	struct pdf p = { .len = 0 };

	EXPECT_OK(letter_pdf(test_ctx(t), l, &bytes, &p.len));
	p.bytes = bytes;
	return p;
}

/* A letter of one paragraph. */
static struct pdf
make_text(struct test *t, const char *text)
{
	struct letter_block b = { .kind = LETTER_PARAGRAPH, .text = text };
	struct letter l = sample();

	l.blocks = &b;
	l.nblocks = 1;
	return make(t, &l);
}

static size_t
count(struct pdf p, const char *what)
{
	size_t n = 0, len = strlen(what);
	const char *s = p.bytes, *end = p.bytes + p.len;

	while (s < end && (s = memmem(s, (size_t)(end - s), what, len)) != NULL) {
		n++;
		s += len;
	}
	return n;
}

static size_t
pages(struct pdf p)
{
	const char *s = memmem(p.bytes, p.len, "/Count ", 7);

	EXPECT(s != NULL);
	return strtoul(s + 7, NULL, 10);
}

static bool
has(struct pdf p, const char *what)
{
	return count(p, what) > 0;
}

static char *
repeat(struct test *t, const char *unit, size_t bytes)
{
	size_t n = strlen(unit), i;
	char *s = arena_alloc(t->arena, bytes + n + 1);

	for (i = 0; i < bytes; i += n)
		memcpy(s + i, unit, n);
	return s;
}

/* Every entry of the table at `at` stands where its object begins; gives the /Prev, 0 if none. */
static size_t
check_table(struct pdf p, size_t at, size_t *ret_entries)
{
	const char *s = p.bytes + at, *prev, *end;

	EXPECT(at < p.len && strncmp(s, "xref\n", 5) == 0);
	s += 5;
	while (*s >= '0' && *s <= '9') {
		char *rest;
		unsigned long first = strtoul(s, &rest, 10), n = strtoul(rest, &rest, 10);

		s = rest + 1;
		for (unsigned long i = 0; i < n; i++, s += 20) {
			size_t offset = strtoul(s, NULL, 10);
			char want[40];

			EXPECT(s[18] == ' ' && s[19] == '\n');
			if (s[17] != 'n')
				continue;
			(void)snprintf(want, sizeof(want), "%lu 0 obj", first + i);
			EXPECT(offset < p.len);
			EXPECT(strncmp(p.bytes + offset, want, strlen(want)) == 0);
			(*ret_entries)++;
		}
	}
	EXPECT(strncmp(s, "trailer", 7) == 0);
	end = strstr(s, "startxref");
	prev = strstr(s, "/Prev ");
	EXPECT(end != NULL);
	return prev != NULL && prev < end ? strtoul(prev + 6, NULL, 10) : 0;
}

static void
check_document(struct pdf p)
{
	size_t entries = 0, at, old;
	const char *tail;

	EXPECT(p.len > 1000 && memcmp(p.bytes, "%PDF-1.4", 8) == 0);
	EXPECT(memcmp(p.bytes + p.len - 6, "%%EOF\n", 6) == 0);
	tail = p.bytes + p.len - 40;
	tail = memmem(tail, 40, "startxref\n", 10);
	EXPECT(tail != NULL);
	at = strtoul(tail + 10, NULL, 10);
	old = check_table(p, at, &entries);
	EXPECT(entries >= 2 && old > 0 && old < at);
	EXPECT_INT(0, check_table(p, old, &entries));
}

TEST(letter_is_a_tagged_document)
{
	struct letter l = sample();
	struct pdf p = make(t, &l);

	check_document(p);
	EXPECT(has(p, "/MarkInfo << /Marked true >>"));
	EXPECT_INT(1, count(p, "/Lang (et)"));
	EXPECT(has(p, "/ViewerPreferences << /DisplayDocTitle true >>"));
	EXPECT(has(p, "/CreationDate (D:20260525090000Z)"));
	EXPECT(has(p, "/Title (Otsus teenuse rahastamise kohta)"));
	EXPECT_INT(1, pages(p));
}

TEST(letter_says_what_each_part_is)
{
	static const struct {
		const char *tag;
		size_t times;
	} WANT[] = {
		{ "/S /Document\n", 1 },
		{ "/S /H1\n", 1 },
		{ "/S /H2\n", 1 },
		{ "/S /H3\n", 1 },
		{ "/S /L\n", 2 },
		{ "/S /LI\n", 6 },
		{ "/S /Lbl\n", 6 },
		{ "/S /Table\n", 2 },
		{ "/S /TR\n", 5 },
		{ "/S /TD\n", 8 },
		{ "/S /Caption\n", 1 },
		{ "/S /Link\n", 2 },
		{ "/Scope /Column", 3 },
		{ "/Scope /Row", 2 },
		{ "/URI (mailto:info@naide.ee)", 1 },
		{ "/URI (https://www.naide.ee/a)", 1 },
	};
	struct letter l = sample();
	struct pdf p = make(t, &l);

	for (size_t i = 0; i < sizeof(WANT) / sizeof(WANT[0]); i++)
		if (count(p, WANT[i].tag) != WANT[i].times) {
			print_error("%s: %zu\n", WANT[i].tag, count(p, WANT[i].tag));
			EXPECT(0);
		}
	/* Heads of tables stand twice: as cairo wrote them, and again with their scope. */
	EXPECT_INT(10, count(p, "/S /TH\n"));
	EXPECT(has(p, "/Tabs /S"));
}

TEST(letter_is_the_same_each_time)
{
	struct letter l = sample();
	struct pdf a = make(t, &l), b = make(t, &l), c;

	EXPECT_INT(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	ctx_set_now(test_ctx(t), test_ctx(t)->now + 1);
	c = make(t, &l);
	EXPECT(has(c, "(D:20260525090001Z)"));
}

TEST(letter_speaks_three_languages)
{
	static const char *const WANT[] = { "/Lang (et)", "/Lang (en)", "/Lang (ru)" };
	struct letter l = sample();

	l.title = "Решение õäöüšž";
	for (int i = 0; i < LANG_COUNT; i++) {
		struct pdf p;

		l.lang = (enum lang)i;
		p = make(t, &l);
		check_document(p);
		EXPECT(has(p, WANT[i]));
		EXPECT(has(p, "/Title <FEFF0420043504480435043D04380435002000F500E400F600FC"));
	}
}

TEST(letter_needs_only_a_title)
{
	struct letter l = { .lang = LANG_EN, .title = "A title" };
	struct letter_block empty[] = {
		{ .kind = LETTER_PARAGRAPH }, { .kind = LETTER_HEADING },
		{ .kind = LETTER_BULLETS },   { .kind = LETTER_TABLE },
		{ .kind = LETTER_FACTS },     { .kind = LETTER_NOTE },
	};
	struct pdf p = make(t, &l), q;

	check_document(p);
	EXPECT(has(p, "/S /H1\n"));
	EXPECT(!has(p, "/S /P\n"));
	l.blocks = empty;
	l.nblocks = 6;
	q = make(t, &l);
	EXPECT_INT(p.len, q.len);
	assert_memory_equal(p.bytes, q.bytes, p.len);
}

TEST(letter_leaves_out_what_is_missing)
{
	struct letter l;

	for (int i = 0; i < 8; i++) {
		l = sample();
		if (i & 1)
			l.naddressee = 0;
		if (i & 2)
			l.restriction.mark = NULL;
		if (i & 4) {
			l.date = l.number = "";
			l.sender.email = NULL;
		}
		check_document(make(t, &l));
	}
}

TEST(letter_refuses)
{
	static const struct letter_block BAD_URL = { .kind = LETTER_PARAGRAPH,
						     .text = "x",
						     .url = "javascript:alert(1)" };
	static const struct letter_block BAD_TEXT = { .kind = LETTER_NOTE, .text = "a\xC3" };
	static const char *const BAD_ITEM[] = { "ok", "\xED\xA0\x80" };
	static const struct letter_block BAD_LIST = { .kind = LETTER_BULLETS,
						      .items = BAD_ITEM,
						      .nitems = 2 };
	static const struct letter_block WIDE = {
		.kind = LETTER_TABLE, .table = { .columns = MAX_LETTER_COLUMNS + 1, .rows = 1 }
	};
	static const struct letter_block LONG = { .kind = LETTER_TABLE,
						  .table = { .columns = 10, .rows = 5000 } };
	static const struct letter_block HUGE = { .kind = LETTER_TABLE,
						  .table = { .columns = 4, .rows = SIZE_MAX / 2 } };
	static const struct {
		const struct letter_block *block;
		enum err want;
		const char *key;
	} CASES[] = {
		{ &BAD_URL, ERR_INVALID, "err.letter_url" },
		{ &BAD_TEXT, ERR_INVALID, "err.letter_utf8" },
		{ &BAD_LIST, ERR_INVALID, "err.letter_utf8" },
		{ &WIDE, ERR_LIMIT, "err.letter_columns" },
		{ &LONG, ERR_LIMIT, "err.letter_cells" },
		{ &HUGE, ERR_LIMIT, "err.letter_cells" },
	};
	struct ctx *cx = test_ctx(t);
	struct letter l = sample();
	const void *bytes = NULL;
	size_t len = 7;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		l.blocks = CASES[i].block;
		l.nblocks = 1;
		EXPECT_INT(CASES[i].want, letter_pdf(cx, &l, &bytes, &len));
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		ctx_forgive(cx);
	}
	l = sample();
	l.title = " \n";
	EXPECT_ERR(ERR_INVALID, letter_pdf(cx, &l, &bytes, &len));
	l.title = "\xFF";
	EXPECT_ERR(ERR_INVALID, letter_pdf(cx, &l, &bytes, &len));
	l = sample();
	l.sender.name = "\xC0\x80";
	EXPECT_ERR(ERR_INVALID, letter_pdf(cx, &l, &bytes, &len));
	EXPECT(bytes == NULL && len == 7);
}

TEST(letter_breaks_a_paragraph_over_pages)
{
	struct pdf p = make_text(t, repeat(t, "sõna ja veel üks sõna ", 200000));

	check_document(p);
	EXPECT(pages(p) > 35);
	/* One paragraph in the structure, however many pages it takes. */
	EXPECT_INT(pages(p), count(p, "/S /Span\n"));
	EXPECT_INT(1, count(p, "/S /P\n") - count(make_text(t, ""), "/S /P\n"));
}

TEST(letter_bears_hostile_text)
{
	static const char *const UNITS[] = {
		"x",
		"1234567890",
		"\x01\x02\x1B\x7F\r\n\t",
		"\u202Evisab ümber\u2066 ",
		"שלום عالم 123 ",
		"a\u0301\u0301\u0301",
		"漢字\U0001F600",
		"\uFEFF\uFFFE\U0001FFFF\u2028",
		"<b>&amp;'\"\\() /S /TH endobj xref trailer startxref ",
	};

	for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++) {
		struct letter l = sample();
		const char *text = repeat(t, UNITS[i], 3000);

		check_document(make_text(t, text));
		l.title = arena_printf(t->arena, "T %s", text);
		l.number = text;
		l.addressee = &text;
		l.naddressee = 1;
		l.restriction.mark = text;
		l.signature.name = text;
		l.footer = &text;
		l.page = text;
		check_document(make(t, &l));
	}
}

TEST(letter_stops_at_its_limits)
{
	struct letter_block b = { .kind = LETTER_PARAGRAPH };
	struct letter l = sample();
	struct ctx *cx = test_ctx(t);
	const void *bytes;
	size_t len;

	l.blocks = &b;
	l.nblocks = 1;
	b.text = repeat(t, "a", MAX_LETTER_TEXT);
	EXPECT_INT(ERR_LIMIT, letter_pdf(cx, &l, &bytes, &len));
	EXPECT_TEXT("err.letter_text", cx->error.key);
	ctx_forgive(cx);
	b.text = repeat(t, "\n", 100000);
	EXPECT_INT(ERR_LIMIT, letter_pdf(cx, &l, &bytes, &len));
	EXPECT_TEXT("err.letter_pages", cx->error.key);
	ctx_forgive(cx);
}

TEST(letter_repeats_the_head_of_a_long_table)
{
	const char **cells = ARENA_ARRAY(t->arena, 6000, const char *);
	struct letter_block b = { .kind = LETTER_TABLE, .table = { HEAD, ALIGN, 3, cells, 2000 } };
	struct letter l = sample();
	struct pdf p;

	for (size_t i = 0; i < 6000; i++)
		cells[i] = CELLS[i % 5];
	l.blocks = &b;
	l.nblocks = 1;
	p = make(t, &l);
	check_document(p);
	EXPECT(pages(p) > 30);
	EXPECT_INT(1, count(p, "/S /Table\n"));
	EXPECT_INT(2001, count(p, "/S /TR\n"));
	EXPECT_INT(6,
		   count(p, "/S /TH\n")); /* three, twice: the repeated heads are not structure */
}

TEST(letter_splits_a_row_higher_than_a_page)
{
	const char *cells[] = { "a", repeat(t, "väga pikk lahter ", 20000), "1" };
	struct letter_block b = { .kind = LETTER_TABLE, .table = { HEAD, ALIGN, 3, cells, 1 } };
	struct letter l = sample();
	struct pdf p;

	l.blocks = &b;
	l.nblocks = 1;
	p = make(t, &l);
	check_document(p);
	EXPECT(pages(p) >= 4);
}

TEST(letter_escapes_links)
{
	struct letter_block b = { .kind = LETTER_PARAGRAPH,
				  .text = "siin",
				  .url = "https://naide.ee/a b')(\\õ" };
	struct letter l = sample();

	l.blocks = &b;
	l.nblocks = 1;
	EXPECT(has(make(t, &l), "/URI (https://naide.ee/a%20b%27%29%28%5C%C3%B5)"));
}

/* The same letter on four threads gives the same bytes as here. */
struct job {
	struct pdf want;
	bool same;
};

static void *
work(void *arg)
{
	struct job *j = arg;
	struct arena *a = arena_new();
	struct letter l = sample();
	struct ctx cx;

	ctx_init(&cx, a);
	ctx_set_now(&cx, 1779699600); /* the tests' clock */
	j->same = true;
	for (int i = 0; i < 5; i++) {
		const void *bytes = NULL;
		size_t len = 0;

		if (letter_pdf(&cx, &l, &bytes, &len) != OK || len != j->want.len ||
		    memcmp(bytes, j->want.bytes, len) != 0)
			j->same = false;
	}
	arena_free(a);
	return NULL;
}

TEST(letter_is_made_by_many_threads)
{
	struct letter l = sample();
	struct job jobs[4];
	pthread_t threads[4];

	letter_warm_up();
	EXPECT_INT(1779699600, test_ctx(t)->now);
	for (int i = 0; i < 4; i++) {
		jobs[i] = (struct job){ .want = make(t, &l) };
		EXPECT_INT(0, pthread_create(&threads[i], NULL, work, &jobs[i]));
	}
	for (int i = 0; i < 4; i++) {
		EXPECT_INT(0, pthread_join(threads[i], NULL));
		EXPECT(jobs[i].same);
	}
}
