/* Letters kept as texts. */
#include "format/letter_kept.h"

#include <string.h>

#include "base/test.h"

static const char *const TO[] = { "Käopesa OÜ", "Kalda tee 12" };
static const char *const ITEMS[] = { "hindamise \"aruanne\";", "tegevuskava." };
static const char *const HEAD[] = { "Kuu", "Summa" };
static const enum letter_align ALIGN[] = { LETTER_LEFT, LETTER_RIGHT };
static const char *const CELLS[] = { "jaanuar", "534,00 €", "логопедия šž", NULL };
static const struct letter_fact FACTS[] = {
	{ "Number", "ABI-2026/1", NULL },
	{ "Vaata", "https://www.naide.ee/a", "https://www.naide.ee/a" },
};
static const struct letter_block BLOCKS[] = {
	{ .kind = LETTER_PARAGRAPH, .level = 1, .text = "Lugupeetud juhataja" },
	{ .kind = LETTER_HEADING, .level = 2, .text = "Mida palume" },
	{ .kind = LETTER_BULLETS, .level = 1, .items = ITEMS, .nitems = 2 },
	{ .kind = LETTER_TABLE,
	  .level = 1,
	  .text = "Tabel",
	  .table = { HEAD, ALIGN, 2, CELLS, 2 } },
	{ .kind = LETTER_TABLE, .level = 1, .table = { NULL, NULL, 2, CELLS, 1 } },
	{ .kind = LETTER_FACTS, .level = 1, .facts = FACTS, .nfacts = 2 },
	{ .kind = LETTER_NUMBERED, .level = 1, .items = ITEMS, .nitems = 1 },
	{ .kind = LETTER_PARAGRAPH, .level = 1, .text = "Leht", .url = "https://www.naide.ee" },
	{ .kind = LETTER_NOTE, .level = 1, .text = "Vaide 30 päeva jooksul.\nTeine rida." },
};
static const char *const FOOT[] = { "Endla 8, 15092 Tallinn" };

static struct letter
sample(void)
{
	return (struct letter){
		.lang = LANG_RU,
		.title = "Otsus",
		.number = "PKT-2026/17-1",
		.date = "25.05.2026",
		.sender = { "Näidise Amet", "Endla 8", NULL, "640 8000", "info@naide.ee" },
		.addressee = TO,
		.naddressee = 2,
		.restriction = { "AK", "Teabevaldaja", "Alus", "Kehtib kuni 25.05.2101" },
		.blocks = BLOCKS,
		.nblocks = sizeof(BLOCKS) / sizeof(*BLOCKS),
		.after = BLOCKS,
		.nafter = 1,
		.signature = { "(allkirjastatud)", "Pille Näidis", "menetlusjuht" },
		.footer = FOOT,
		.nfooter = 1,
		.page = "lk {1} / {2}",
	};
}

TEST(letter_kept_text_says_all_the_letter_did)
{
	struct ctx *cx = test_ctx(t);
	struct letter l = sample(), back;
	int64_t made = 0;
	SCOPED_BUF a, b;

	buf_init(&a, MAX_LETTER_TEXT);
	buf_init(&b, MAX_LETTER_TEXT);
	EXPECT_OK(letter_keep(cx, &l, &a));
	EXPECT_OK(letter_kept(cx, a.bytes, a.len, &back, &made));
	EXPECT_INT(cx->now, made);
	EXPECT_INT(LANG_RU, back.lang);
	EXPECT_TEXT("Käopesa OÜ", back.addressee[0]);
	EXPECT(back.sender.registry == NULL);
	EXPECT(back.blocks[3].table.cells[3] == NULL);
	EXPECT_INT(LETTER_RIGHT, back.blocks[3].table.align[1]);
	EXPECT(back.blocks[4].table.head == NULL && back.blocks[4].table.align == NULL);
	EXPECT_OK(letter_keep(cx, &back, &b));
	EXPECT_TEXT(a.bytes, b.bytes);
}

/* Whenever it is drawn, it is the letter that would have been drawn then. */
TEST(letter_kept_draws_the_same_bytes_whenever)
{
	struct ctx *cx = test_ctx(t);
	struct letter l = sample();
	const void *then, *later, *again;
	size_t n_then = 0, n_later = 0, n_again = 0;
	SCOPED_BUF b;

	buf_init(&b, MAX_LETTER_TEXT);
	EXPECT_OK(letter_pdf(cx, &l, &then, &n_then));
	EXPECT_OK(letter_keep(cx, &l, &b));
	ctx_set_now(cx, cx->now + 400LL * 86400);
	EXPECT_OK(letter_kept_pdf(cx, b.bytes, b.len, &later, &n_later));
	EXPECT_INT((int64_t)n_then, (int64_t)n_later);
	EXPECT(memcmp(then, later, n_then) == 0);
	ctx_set_now(cx, cx->now + 86400);
	EXPECT_OK(letter_kept_pdf(cx, b.bytes, b.len, &again, &n_again));
	EXPECT(n_then == n_again && memcmp(then, again, n_then) == 0);
}

TEST(letter_kept_refuses_what_is_damaged)
{
	static const char *const BAD[] = {
		"",
		"[]",
		"{}",
		"{\"v\":2,\"made\":1,\"lang\":\"et\"}",
		"{\"v\":1,\"made\":-1,\"lang\":\"et\"}",
		"{\"v\":1,\"made\":1,\"lang\":\"xx\"}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"title\":7}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"more\":\"x\"}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"to\":{}}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"to\":[1]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[3]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[{\"k\":\"x\"}]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[{\"k\":\"p\",\"level\":3}]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[{\"k\":\"facts\",\"facts\":[["
		"\"a\"]]}]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[{\"k\":\"table\"}]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[{\"k\":\"table\",\"columns\":2,"
		"\"cells\":[\"a\"]}]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[{\"k\":\"table\",\"columns\":1,"
		"\"align\":[\"up\"]}]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"blocks\":[{\"k\":\"table\",\"columns\":1,"
		"\"align\":[1]}]}",
		"{\"v\":1,\"made\":1,\"lang\":\"et\",\"title\":\"x\"",
	};
	struct ctx *cx = test_ctx(t);
	struct letter l;
	int64_t made;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
		EXPECT_ERR(ERR_INVALID, letter_kept(cx, BAD[i], strlen(BAD[i]), &l, &made));
		ctx_forgive(cx);
	}
}
