/*
 * Sort keys and folds. See fold.h.
 *
 * Both read a text as units: a letter in lower case with the marks that make it no letter of its
 * own. Composed and decomposed spellings (U+00F5, or o and U+0303) give the same unit.
 *
 * A sort key has two levels, parted by a space, which is lower than all else in a key.
 *	first	'!' between words; '0'-'9'; 'A' + place in the Estonian alphabet; 'z' and a
 *		letter for Cyrillic; '~' and the code point in hexadecimal for other scripts
 *	second	per character of the first level: two letters for each mark, then '!'; '!' at the
 *		end are left out, so a plain name has no second level at all
 * Cyrillic to Latin follows the Estonian transcription of Russian (vene-eesti ümberkirjutus of the
 * Institute of the Estonian Language), its diacritics left out.
 */
#include "base/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold_table.h"
#include "base/text.h"

#define MAX_MARKS 4   /* more on one letter are dropped */
#define KEY_GROWTH 16 /* a byte of text never gives more bytes of a key or fold */

/* Marks on the second level beside the combining ones, which are 0x00 to 0x6F there. */
#define MARK_FIRST 0x300u
#define MARK_LAST 0x36Fu
#define MARK_HYPHEN 0x70u
#define MARK_APOSTROPHE 0x71u
#define MARK_VARIANT 0x72u /* ß beside ss, ø beside o, ё beside е */

struct unit {
	uint32_t letter; /* lower case; a base without its marks, unless the alphabet has it */
	uint32_t mark[MAX_MARKS];
	int nmarks;
};

/* Letters made by a mark that count as letters of their own. */
static const struct {
	uint32_t base, mark, letter;
} LETTERS[] = {
	{ 'o', 0x303, 0xF5 },	 { 'a', 0x308, 0xE4 },	{ 'o', 0x308, 0xF6 },
	{ 'u', 0x308, 0xFC },	 { 's', 0x30C, 0x161 }, { 'z', 0x30C, 0x17E },
	{ 0x438, 0x306, 0x439 }, /* и й */
	{ 0x435, 0x308, 0x451 }, /* е ё */
	{ 0x456, 0x308, 0x457 }, /* і ї */
	{ 0x443, 0x306, 0x45E }, /* у ў */
};

/* Letters without a decomposition that stand beside others. */
static const struct {
	uint32_t letter;
	const char *plain;
} VARIANTS[] = {
	{ 0xDF, "ss" }, { 0xE6, "ae" }, { 0xF8, "o" },	{ 0xF0, "d" },	 { 0xFE, "th" },
	{ 0x111, "d" }, { 0x127, "h" }, { 0x131, "i" }, { 0x133, "ij" }, { 0x138, "k" },
	{ 0x140, "l" }, { 0x142, "l" }, { 0x149, "n" }, { 0x14B, "n" },	 { 0x153, "oe" },
	{ 0x167, "t" }, { 0x17F, "s" }, { 0x259, "a" },
};

static const uint32_t LATIN_ORDER[] = {
	'a', 'b', 'c', 'd',   'e', 'f',	  'g', 'h', 'i', 'j', 'k',  'l',  'm',	'n',  'o', 'p',
	'q', 'r', 's', 0x161, 'z', 0x17E, 't', 'u', 'v', 'w', 0xF5, 0xE4, 0xF6, 0xFC, 'x', 'y',
};

/* а б в г ґ ђ д е є ж з и і й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я */
static const uint32_t CYRILLIC_ORDER[] = {
	0x430, 0x431, 0x432, 0x433, 0x491, 0x434, 0x435, 0x454, 0x436, 0x437, 0x438, 0x456,
	0x439, 0x43A, 0x43B, 0x43C, 0x43D, 0x43E, 0x43F, 0x440, 0x441, 0x442, 0x443, 0x444,
	0x445, 0x446, 0x447, 0x448, 0x449, 0x44A, 0x44B, 0x44C, 0x44D, 0x44E, 0x44F,
};

/* Capital letters whose small letter is the next code point: every second from..to. */
static const struct {
	uint16_t from, to;
} NEXT_IS_SMALL[] = {
	{ 0x100, 0x12E }, { 0x132, 0x136 },   { 0x139, 0x147 },	  { 0x14A, 0x176 },
	{ 0x179, 0x17D }, { 0x1A0, 0x1A4 },   { 0x1AF, 0x1AF },	  { 0x1CD, 0x1DB },
	{ 0x1DE, 0x1EE }, { 0x1F4, 0x1F4 },   { 0x1F8, 0x21E },	  { 0x226, 0x232 },
	{ 0x490, 0x490 }, { 0x1E00, 0x1E94 }, { 0x1EA0, 0x1EFE },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint32_t
lower(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
	    (c >= 0x410 && c <= 0x42F))
		return c + 32;
	if (c >= 0x400 && c <= 0x40F)
		return c + 80;
	if (c < 0x100)
		return c;
	for (size_t i = 0; i < COUNT(NEXT_IS_SMALL); i++)
		if (c >= NEXT_IS_SMALL[i].from && c <= NEXT_IS_SMALL[i].to)
			return c + !((c - NEXT_IS_SMALL[i].from) % 2);
	return c == 0x178 ? 0xFF : c == 0x1E9E ? 0xDF : c == 0x18F ? 0x259 : c;
}

static size_t
index_of(const uint32_t *list, size_t n, uint32_t c)
{
	size_t i = 0;

	while (i < n && list[i] != c)
		i++;
	return i;
}

static int
by_code(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = ((const struct fold_latin *)b)->cp;

	return (x > y) - (x < y);
}

static void
add_mark(struct unit *u, uint32_t mark)
{
	int i = u->nmarks;

	if (mark == 0 || i == MAX_MARKS)
		return;
	/* In order, so that however a letter was composed it comes out the same. */
	for (; i > 0 && u->mark[i - 1] > mark; i--)
		u->mark[i] = u->mark[i - 1];
	u->mark[i] = mark;
	u->nmarks++;
}

/* If one of its marks makes the unit a letter of its own, it is that letter, without the mark. */
static void
compose(struct unit *u)
{
	for (size_t k = 0; k < COUNT(LETTERS); k++) {
		for (int i = 0; i < u->nmarks; i++) {
			if (LETTERS[k].base != u->letter || LETTERS[k].mark != u->mark[i])
				continue;
			u->letter = LETTERS[k].letter;
			u->nmarks--;
			for (; i < u->nmarks; i++)
				u->mark[i] = u->mark[i + 1];
			return;
		}
	}
}

uint32_t
fold_compose(uint32_t letter, uint32_t mark)
{
	for (size_t k = 0; k < COUNT(LETTERS); k++)
		if (LETTERS[k].base == letter && LETTERS[k].mark == mark)
			return LETTERS[k].letter;
	return 0;
}

uint32_t
fold_parts(uint32_t cp, uint32_t ret_marks[2])
{
	uint32_t c = lower(cp);
	const struct fold_latin *latin =
		bsearch(&c, FOLD_LATIN, COUNT(FOLD_LATIN), sizeof(FOLD_LATIN[0]), by_code);

	ret_marks[0] = latin == NULL ? 0 : latin->mark;
	ret_marks[1] = latin == NULL ? 0 : latin->mark2;
	return latin == NULL ? c : (unsigned char)latin->base;
}

static bool
is_mark(uint32_t c)
{
	return c >= MARK_FIRST && c <= MARK_LAST;
}

/* Read the next unit; false at the end. */
static bool
next_unit(const char **s, struct unit *u)
{
	uint32_t c = lower(text_next(s));
	const struct fold_latin *latin = NULL;

	*u = (struct unit){ .letter = c };
	if (c == 0)
		return false;
	if (c < 0x80 && (*s)[0] >= 0)
		return true; /* plain, and no mark follows */
	if (c >= 0xE0 && c <= 0x1EFF)
		latin = bsearch(&c, FOLD_LATIN, COUNT(FOLD_LATIN), sizeof(FOLD_LATIN[0]), by_code);
	if (latin != NULL) {
		u->letter = (unsigned char)latin->base;
		add_mark(u, latin->mark);
		add_mark(u, latin->mark2);
	}
	for (const char *p = *s; is_mark(c = text_next(&p)); *s = p)
		add_mark(u, c);
	compose(u);
	return true;
}

static bool
is_apostrophe(uint32_t c)
{
	return c == '\'' || c == '`' || c == 0xB4 || (c >= 0x2B9 && c <= 0x2BF) ||
	       (c >= 0x2018 && c <= 0x201B);
}

static bool
is_space(uint32_t c)
{
	return c <= ' ' || c == 0xA0 || (c >= 0x2000 && c <= 0x200F) || c == 0x202F || c == 0x3000;
}

/* Neither letter, digit nor mark: parts words. */
static bool
is_gap(uint32_t c)
{
	if (c < 0x80)
		return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
	return c < 0xC0 || c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x2BFF) ||
	       (c >= 0x3000 && c <= 0x303F) || (c >= 0xFFF0 && c <= 0xFFFF) ||
	       (c >= 0x1F000 && c <= 0x1FAFF);
}

static const char *
variant_of(uint32_t c)
{
	for (size_t i = 0; c >= 0xDF && c < 0x260 && i < COUNT(VARIANTS); i++)
		if (VARIANTS[i].letter == c)
			return VARIANTS[i].plain;
	return NULL;
}

/* --- sort key --- */

/* Cyrillic letters that sort with another one. */
static uint32_t
sorts_with(uint32_t c)
{
	return c == 0x451 ? 0x435 : c == 0x457 ? 0x456 : c == 0x45E ? 0x443 : c;
}

static void
add_first(struct buf *first, uint32_t c)
{
	size_t i;

	if (c >= '0' && c <= '9') {
		buf_char(first, (char)c);
		return;
	}
	i = index_of(LATIN_ORDER, COUNT(LATIN_ORDER), c);
	if (i < COUNT(LATIN_ORDER)) {
		buf_char(first, (char)('A' + i));
		return;
	}
	i = index_of(CYRILLIC_ORDER, COUNT(CYRILLIC_ORDER), c);
	if (i < COUNT(CYRILLIC_ORDER))
		buf_printf(first, "z%c", (int)('A' + i));
	else
		buf_printf(first, "~%06x", c);
}

static void
add_second(struct buf *second, uint32_t mark)
{
	buf_char(second, (char)('0' + (mark >> 4)));
	buf_char(second, (char)('0' + (mark & 15)));
}

static void
add_unit(struct buf *first, struct buf *second, const struct unit *u)
{
	const char *variant = variant_of(u->letter);
	uint32_t with = sorts_with(u->letter);

	for (int i = 0; i < u->nmarks; i++)
		add_second(second, u->mark[i] - MARK_FIRST);
	if (variant != NULL || with != u->letter)
		add_second(second, MARK_VARIANT);
	if (variant == NULL) {
		add_first(first, with);
		buf_char(second, '!');
	}
	for (; variant != NULL && *variant != '\0'; variant++) {
		add_first(first, (unsigned char)*variant);
		buf_char(second, '!');
	}
}

const char *
fold_sort_key(struct arena *a, const char *s)
{
	size_t max = strlen(s) * KEY_GROWTH;
	bool gap = false, hyphen = false;
	SCOPED_BUF first, second;
	struct unit u;

	buf_init(&first, max);
	buf_init(&second, max);
	while (next_unit(&s, &u)) {
		if (is_mark(u.letter))
			continue;
		if (is_apostrophe(u.letter)) {
			add_second(&second, MARK_APOSTROPHE);
			continue;
		}
		if (is_gap(u.letter)) {
			gap = true;
			hyphen = hyphen || !is_space(u.letter);
			continue;
		}
		if (gap && first.len > 0) {
			if (hyphen)
				add_second(&second, MARK_HYPHEN);
			buf_char(&first, '!');
			buf_char(&second, '!');
		}
		gap = hyphen = false;
		add_unit(&first, &second, &u);
	}
	while (second.len > 0 && second.bytes[second.len - 1] == '!')
		second.len--;
	if (first.too_large || second.too_large)
		BUG("a sort key grew past its bound");
	return arena_printf(a, "%s%s%.*s", first.bytes, second.len > 0 ? " " : "", (int)second.len,
			    second.bytes);
}

/* --- folds --- */

/* а б в г д, е to я, ѐ ё ђ ѓ є ѕ і ї: what does not depend on the neighbours. From U+0430. */
static const char *const CYRILLIC_PLAIN[] = {
	"a", "b", "v",	"g",  "d", "e",	 "z", "z", "i",	 "i",  "k", "l",   "m", "n",
	"o", "p", "r",	"s",  "t", "u",	 "f", "h", "ts", "ts", "s", "sts", "",	"o",
	"",  "e", "ju", "ja", "e", "jo", "d", "g", "je", "z",  "i", "ji",
};

static bool
is_cyrillic_vowel(uint32_t c)
{
	static const uint32_t VOWELS[] = { 0x430, 0x435, 0x451, 0x438, 0x43E, 0x443, 0x44B,
					   0x44D, 0x44E, 0x44F, 0x454, 0x456, 0x457 };

	return index_of(VOWELS, COUNT(VOWELS), c) < COUNT(VOWELS);
}

/* A Cyrillic letter as Estonian writes it, without diacritics; NULL: not such a letter. */
static const char *
from_cyrillic(uint32_t before, uint32_t c, uint32_t after)
{
	bool vowel_before = is_cyrillic_vowel(before);
	bool doubled = vowel_before && (after == 0 || is_cyrillic_vowel(after));

	switch (c) {
	case 0x435: /* е */
		return before == 0 || vowel_before || before == 0x44A || before == 0x44C ? "je"
											 : "e";
	case 0x451: /* ё, after ж ч ш щ o */
		return before == 0x436 || (before >= 0x447 && before <= 0x449) ? "o" : "jo";
	case 0x438: /* и after ь */
		return before == 0x44C ? "ji" : "i";
	case 0x439: /* й, dropped after и */
		return before == 0x438 ? "" : before == 0 ? "j" : "i";
	case 0x441: /* с */
		return doubled ? "ss" : "s";
	case 0x445: /* х */
		return doubled ? "hh" : "h";
	case 0x44F: /* я after и */
		return before == 0x438 ? "a" : "ja";
	case 0x45E: /* ў */
		return "u";
	case 0x491: /* ґ */
		return "g";
	default:
		return c >= 0x430 && c - 0x430 < COUNT(CYRILLIC_PLAIN) ? CYRILLIC_PLAIN[c - 0x430]
								       : NULL;
	}
}

/* Append a letter without diacritics. For the sound fold ü is y, else u. */
static void
add_plain(struct buf *b, uint32_t c, bool sound)
{
	static const uint32_t LETTER[] = { 0xF5, 0xE4, 0xF6, 0xFC, 0x161, 0x17E };
	const char *variant = variant_of(c);
	size_t i = index_of(LETTER, COUNT(LETTER), c);
	char bytes[4];

	if (variant != NULL)
		buf_text(b, variant);
	else if (i < COUNT(LETTER))
		buf_char(b, sound && c == 0xFC ? 'y' : "oaousz"[i]);
	else
		buf_add(b, bytes, text_put(bytes, c));
}

static void
fold_into(struct buf *b, const char *s, bool sound)
{
	struct unit u, next;
	uint32_t before = 0; /* letter before this one in its word */
	const char *latin;
	bool gap = false;

	for (bool more = next_unit(&s, &u); more; u = next) {
		more = next_unit(&s, &next);
		if (is_mark(u.letter) || is_apostrophe(u.letter))
			continue;
		if (is_gap(u.letter)) {
			gap = true;
			before = 0;
			continue;
		}
		if (gap && b->len > 0)
			buf_char(b, ' ');
		gap = false;
		latin = from_cyrillic(before, u.letter, is_gap(next.letter) ? 0 : next.letter);
		if (latin != NULL)
			buf_text(b, latin);
		else
			add_plain(b, u.letter, sound);
		before = u.letter;
	}
}

const char *
fold_search(struct arena *a, const char *s)
{
	SCOPED_BUF b;

	buf_init(&b, strlen(s) * KEY_GROWTH);
	fold_into(&b, s, false);
	if (b.too_large)
		BUG("a fold grew past its bound");
	return arena_strndup(a, b.bytes, b.len);
}

/* Spellings of one sound; the first that fits counts, so longer ones stand first. */
static const struct {
	const char *spelling, *sound;
} SOUNDS[] = {
	{ "shch", "sts" }, { "sch", "s" }, { "tch", "ts" }, { "sh", "s" },  { "zh", "s" },
	{ "ch", "ts" },	   { "cz", "ts" }, { "kh", "h" },   { "ph", "f" },  { "th", "t" },
	{ "ck", "k" },	   { "ce", "se" }, { "ci", "si" },  { "cy", "si" }, { "qu", "kv" },
	{ "q", "k" },	   { "c", "k" },   { "x", "ks" },   { "w", "v" },   { "y", "i" },
	{ "j", "i" },	   { "z", "s" },   { "d", "t" },    { "g", "k" },   { "b", "p" },
};

/* Append, but no letter twice in a row. */
static void
add_once(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 'a' || s[i] > 'z' || b->len == 0 || b->bytes[b->len - 1] != s[i])
			buf_char(b, s[i]);
}

/* Append the sound at s; returns the bytes of its spelling. */
static size_t
add_sound(struct buf *b, const char *s, bool first)
{
	/* Jelena, Yelena and Elena */
	if (first && s[1] == 'e' && strchr("ijy", s[0]) != NULL) {
		add_once(b, "e", 1);
		return 2;
	}
	for (size_t i = 0; i < COUNT(SOUNDS); i++) {
		if (!text_starts(s, SOUNDS[i].spelling))
			continue;
		add_once(b, SOUNDS[i].sound, strlen(SOUNDS[i].sound));
		return strlen(SOUNDS[i].spelling);
	}
	add_once(b, s, 1);
	return 1;
}

const char *
fold_sound(struct arena *a, const char *s)
{
	size_t max = strlen(s) * KEY_GROWTH;
	SCOPED_BUF plain, sound;
	bool first = true;

	buf_init(&plain, max);
	buf_init(&sound, max * 2);
	fold_into(&plain, s, true);
	for (const char *p = plain.bytes; *p != '\0';) {
		bool space = *p == ' ';

		p += space ? 1 : add_sound(&sound, p, first);
		first = space;
	}
	if (plain.too_large || sound.too_large)
		BUG("a fold grew past its bound");
	return arena_strndup(a, sound.bytes, sound.len);
}
