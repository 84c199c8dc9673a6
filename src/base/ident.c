/* Identifiers and their check digits. See ident.h. */
#include "base/ident.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/text.h"

#define CP_NBSP 0x00A0u
#define CP_NARROW_NBSP 0x202Fu

static const char *const NAMES[IDENT_COUNT] = {
	[IDENT_ISIKUKOOD] = "isikukood",
	[IDENT_REGISTRIKOOD] = "registrikood",
	[IDENT_KMKR] = "kmkr",
	[IDENT_IBAN] = "iban",
	[IDENT_VIITENUMBER] = "viitenumber",
	[IDENT_EHAK] = "ehak",
};

const char *
ident_kind_name(enum ident_kind kind)
{
	return NAMES[kind];
}

int
ident_kind_from_name(const char *name)
{
	for (int i = 0; i < IDENT_COUNT; i++)
		if (strcmp(NAMES[i], name) == 0)
			return i;
	return -1;
}

/* Say why not, with up to two values; false, so that checks read as one line. */
static bool
refuse(struct ident *id, const char *why, const char *arg1, const char *arg2)
{
	id->why = why;
	(void)snprintf(id->arg[0], sizeof(id->arg[0]), "%s", arg1);
	(void)snprintf(id->arg[1], sizeof(id->arg[1]), "%s", arg2);
	return false;
}

static bool
refuse_length(struct ident *id, const char *wanted)
{
	char have[24];

	(void)snprintf(have, sizeof(have), "%zu", strlen(id->text));
	return refuse(id, "ident.length", wanted, have);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
all_digits(const char *s)
{
	while (is_digit(*s))
		s++;
	return *s == '\0';
}

/* Digits of other scripts that look or are read like ours: common on keyboards and in copies. */
static bool
foreign_digit(uint32_t cp)
{
	static const uint32_t ZERO[] = { 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6,
					 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
					 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10 };

	for (size_t i = 0; i < sizeof(ZERO) / sizeof(ZERO[0]); i++)
		if (cp >= ZERO[i] && cp <= ZERO[i] + 9)
			return true;
	return (cp >= 0x1D7CE && cp <= 0x1D7FF) || (cp >= 0x2070 && cp <= 0x2089) || cp == 0xB2 ||
	       cp == 0xB3 || cp == 0xB9;
}

/* Why a code point that is no digit (nor a wanted letter) cannot stand here. */
static bool
refuse_character(struct ident *id, uint32_t cp)
{
	char shown[5] = "";

	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x200B && cp <= 0x200F) ||
	    cp == 0xFEFF || (cp >= 0x202A && cp <= 0x202E)) {
		char code[16];

		(void)snprintf(code, sizeof(code), "U+%04X", cp);
		return refuse(id, "ident.control", code, "");
	}
	shown[text_put(shown, cp)] = '\0';
	if (cp == 'O' || cp == 'o')
		return refuse(id, "ident.letter_o", shown, "0");
	if (cp == 'I' || cp == 'l')
		return refuse(id, "ident.letter_o", shown, "1");
	return refuse(id, foreign_digit(cp) ? "ident.foreign_digit" : "ident.character", shown, "");
}

/*
 * Drop spaces and make letters capitals where `letters`. False where something stands in the text
 * that can be in no identifier of the kind.
 */
static bool
normalise(struct ident *id, const char *s, size_t len, bool letters)
{
	char copy[256];
	size_t n = 0;

	if (!text_is_utf8(s, len))
		return refuse(id, "ident.utf8", "", "");
	if (len >= sizeof(copy))
		return refuse(id, "ident.too_long", "", "");
	memcpy(copy, s, len);
	copy[len] = '\0';
	if (memchr(copy, '\0', len) != NULL)
		return refuse_character(id, 0);
	for (const char *p = copy; *p != '\0';) {
		uint32_t cp = text_next(&p);
		bool lower = letters && cp >= 'a' && cp <= 'z';

		if (lower || cp == ' ' || cp == CP_NBSP || cp == CP_NARROW_NBSP)
			id->was_normalised = true;
		if (cp == ' ' || cp == CP_NBSP || cp == CP_NARROW_NBSP)
			continue;
		if (lower)
			cp -= 'a' - 'A';
		if (!(cp >= '0' && cp <= '9') && !(letters && cp >= 'A' && cp <= 'Z'))
			return refuse_character(id, cp);
		if (n + 1 == sizeof(id->text))
			return refuse(id, "ident.too_long", "", "");
		id->text[n++] = (char)cp;
	}
	return n > 0 || refuse(id, "ident.empty", "", "");
}

/*
 * The two-stage check of `n` digits: weights from 1 (after 9 comes 1), sum mod 11; if that is 10,
 * weights from 3; if it is 10 again, the digit is 0.
 */
static int
two_stage(const char *s, int n)
{
	for (int first = 1; first <= 3; first += 2) {
		int sum = 0;

		for (int i = 0; i < n; i++)
			sum += (s[i] - '0') * ((first - 1 + i) % 9 + 1);
		if (sum % 11 < 10)
			return sum % 11;
	}
	return 0;
}

int
ident_isikukood_digit(const char *ten)
{
	return strlen(ten) == 10 && all_digits(ten) ? two_stage(ten, 10) : -1;
}

int
ident_registrikood_digit(const char *seven)
{
	return strlen(seven) == 7 && all_digits(seven) ? two_stage(seven, 7) : -1;
}

/* Sum with weights 7, 3, 1 from the right, filled up to the next ten. */
int
ident_viitenumber_digit(const char *base)
{
	static const int WEIGHT[] = { 7, 3, 1 };
	size_t n = strlen(base);
	int sum = 0;

	if (n < 1 || n > 19 || !all_digits(base))
		return -1;
	for (size_t i = 0; i < n; i++)
		sum += (base[n - 1 - i] - '0') * WEIGHT[i % 3];
	return (10 - sum % 10) % 10;
}

static int
two_digits(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

static bool
check_isikukood(struct ident *id, int32_t today)
{
	const char *s = id->text;
	int year, month, day;

	if (strlen(s) != 11)
		return refuse_length(id, "11");
	if (s[0] < '1' || s[0] > '8')
		return refuse(id, "ident.century", (char[]){ s[0], '\0' }, "");
	year = 1800 + (s[0] - '1') / 2 * 100 + two_digits(s + 1);
	month = two_digits(s + 3);
	day = two_digits(s + 5);
	if (!civil_real(year, month, day)) {
		char date[24];

		(void)snprintf(date, sizeof(date), "%02d.%02d.%d", day, month, year);
		return refuse(id, "ident.birth", date, "");
	}
	if (s[10] - '0' != two_stage(s, 10))
		return refuse(id, "ident.check", "", "");
	id->birth = civil_day(year, month, day);
	id->sex = (s[0] - '0') % 2 == 1 ? 'M' : 'F';
	id->born = id->birth <= today;
	if (!id->born) {
		char date[24];

		(void)snprintf(date, sizeof(date), "%02d.%02d.%d", day, month, year);
		(void)refuse(id, "ident.unborn", date, "");
	}
	return true;
}

static bool
check_registrikood(struct ident *id)
{
	const char *s = id->text;

	if (strlen(s) != 8)
		return refuse_length(id, "8");
	if (strchr("1789", s[0]) == NULL)
		return refuse(id, "ident.registry", (char[]){ s[0], '\0' }, "");
	if (s[7] - '0' != two_stage(s, 7))
		return refuse(id, "ident.check", "", "");
	return true;
}

static bool
check_kmkr(struct ident *id)
{
	static const int WEIGHT[] = { 3, 7, 1 };
	const char *s = id->text;
	int sum = 0;

	if (strncmp(s, "EE", 2) != 0)
		return refuse(id, "ident.kmkr_prefix", "", "");
	if (strlen(s) != 11)
		return refuse_length(id, "11");
	if (!all_digits(s + 2))
		return refuse(id, "ident.kmkr_digits", "", "");
	for (int i = 0; i < 8; i++)
		sum += (s[2 + i] - '0') * WEIGHT[i % 3];
	if ((10 - sum % 10) % 10 != s[10] - '0')
		return refuse(id, "ident.check", "", "");
	return true;
}

/* Banks take a reference number byte for byte, so not even a space is forgiven. */
static bool
check_viitenumber(struct ident *id)
{
	char base[IDENT_MAX];
	size_t n = strlen(id->text);

	if (id->was_normalised)
		return refuse(id, "ident.space", "", "");
	if (n < 2 || n > 20)
		return refuse_length(id, "2–20");
	memcpy(base, id->text, n - 1);
	base[n - 1] = '\0';
	if (ident_viitenumber_digit(base) != id->text[n - 1] - '0')
		return refuse(id, "ident.check", "", "");
	return true;
}

static bool
check_ehak(struct ident *id)
{
	if (strlen(id->text) != 4)
		return refuse_length(id, "4");
	if (strcmp(id->text, "0000") == 0)
		return refuse(id, "ident.ehak_zero", "", "");
	return true;
}

/* The account part by country: runs of n digits, a capitals, c either. ISO 13616 registry. */
static const struct {
	char country[3];
	const char *form;
} IBANS[] = {
	{ "AD", "8n12c" },    { "AE", "19n" },	   { "AL", "8n16c" },	 { "AT", "16n" },
	{ "AZ", "4a20c" },    { "BA", "16n" },	   { "BE", "12n" },	 { "BG", "4a6n8c" },
	{ "BH", "4a14c" },    { "BR", "23n1a1c" }, { "BY", "4c4n16c" },	 { "CH", "5n12c" },
	{ "CR", "18n" },      { "CY", "8n16c" },   { "CZ", "20n" },	 { "DE", "18n" },
	{ "DK", "14n" },      { "DO", "4c20n" },   { "EE", "16n" },	 { "EG", "25n" },
	{ "ES", "20n" },      { "FI", "14n" },	   { "FO", "14n" },	 { "FR", "10n11c2n" },
	{ "GB", "4a14n" },    { "GE", "2a16n" },   { "GI", "4a15c" },	 { "GL", "14n" },
	{ "GR", "7n16c" },    { "GT", "24c" },	   { "HR", "17n" },	 { "HU", "24n" },
	{ "IE", "4a14n" },    { "IL", "19n" },	   { "IQ", "4a15n" },	 { "IS", "22n" },
	{ "IT", "1a10n12c" }, { "JO", "4a4n18c" }, { "KW", "4a22c" },	 { "KZ", "3n13c" },
	{ "LB", "4n20c" },    { "LC", "4a24c" },   { "LI", "5n12c" },	 { "LT", "16n" },
	{ "LU", "3n13c" },    { "LV", "4a13c" },   { "MC", "10n11c2n" }, { "MD", "20c" },
	{ "ME", "18n" },      { "MK", "3n10c2n" }, { "MR", "23n" },	 { "MT", "4a5n18c" },
	{ "MU", "4a19n3a" },  { "NL", "4a10n" },   { "NO", "11n" },	 { "PK", "4a16c" },
	{ "PL", "24n" },      { "PS", "4a21c" },   { "PT", "21n" },	 { "QA", "4a21c" },
	{ "RO", "4a16c" },    { "RS", "18n" },	   { "SA", "2n18c" },	 { "SC", "4a20n3a" },
	{ "SE", "20n" },      { "SI", "15n" },	   { "SK", "20n" },	 { "SM", "1a10n12c" },
	{ "ST", "21n" },      { "SV", "4a20n" },   { "TL", "19n" },	 { "TN", "20n" },
	{ "TR", "6n16c" },    { "UA", "6n19c" },   { "VA", "18n" },	 { "VG", "4a16n" },
	{ "XK", "16n" },
};

static bool
fits_class(char c, char class)
{
	bool capital = c >= 'A' && c <= 'Z';

	return class == 'n' ? is_digit(c) : class == 'a' ? capital : is_digit(c) || capital;
}

/* Length of the account part a form asks for; *ret_fits if `s` has the form throughout. */
static size_t
form_match(const char *form, const char *s, bool *ret_fits)
{
	size_t at = 0, have = strlen(s);

	*ret_fits = true;
	while (*form != '\0') {
		size_t run = 0;

		while (is_digit(*form))
			run = run * 10 + (size_t)(*form++ - '0');
		for (; run > 0; run--, at++)
			if (at >= have || !fits_class(s[at], *form))
				*ret_fits = false;
		form++;
	}
	return at;
}

/* The number mod 97 of the text with its first four characters moved to the end. */
static int
mod97(const char *s)
{
	size_t n = strlen(s);
	int rest = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[(i + 4) % n];

		rest = is_digit(c) ? (rest * 10 + c - '0') % 97 : (rest * 100 + c - 'A' + 10) % 97;
	}
	return rest;
}

static const char *
iban_form(const char *s)
{
	for (size_t i = 0; i < sizeof(IBANS) / sizeof(IBANS[0]); i++)
		if (strncmp(IBANS[i].country, s, 2) == 0)
			return IBANS[i].form;
	return NULL;
}

static bool
check_iban(struct ident *id)
{
	char country[3] = { id->text[0], id->text[1], '\0' }, wanted[24];
	const char *form;
	bool fits;
	size_t n;

	if (strlen(id->text) < 4)
		return refuse(id, "ident.iban_short", "", "");
	form = iban_form(id->text);
	if (form == NULL)
		return refuse(id, "ident.iban_country", country, "");
	n = form_match(form, id->text + 4, &fits) + 4;
	if (strlen(id->text) != n) {
		char have[24];

		(void)snprintf(wanted, sizeof(wanted), "%s: %zu", country, n);
		(void)snprintf(have, sizeof(have), "%zu", strlen(id->text));
		return refuse(id, "ident.length", wanted, have);
	}
	if (!fits || !is_digit(id->text[2]) || !is_digit(id->text[3]))
		return refuse(id, "ident.iban_form", country, "");
	/* 00, 01 and 99 satisfy the sum as 97, 98 and 02 do, but are never given out. */
	if (mod97(id->text) != 1 || two_digits(id->text + 2) < 2 || two_digits(id->text + 2) > 98)
		return refuse(id, "ident.check", "", "");
	return true;
}

void
ident_check(enum ident_kind kind, const char *s, size_t len, int32_t today, struct ident *ret)
{
	struct ident id = { .birth = CIVIL_NONE };

	if (normalise(&id, s, len, kind == IDENT_IBAN || kind == IDENT_KMKR)) {
		switch (kind) {
		case IDENT_ISIKUKOOD:
			id.valid = check_isikukood(&id, today);
			break;
		case IDENT_REGISTRIKOOD:
			id.valid = check_registrikood(&id);
			break;
		case IDENT_KMKR:
			id.valid = check_kmkr(&id);
			break;
		case IDENT_IBAN:
			id.valid = check_iban(&id);
			break;
		case IDENT_VIITENUMBER:
			id.valid = check_viitenumber(&id);
			break;
		case IDENT_EHAK:
			id.valid = check_ehak(&id);
			break;
		case IDENT_COUNT:
			BUG("no such identifier");
		}
	}
	*ret = id;
}

bool
ident_viitenumber_make(const char *base, char ret[IDENT_MAX])
{
	int digit = ident_viitenumber_digit(base);

	if (digit < 0)
		return false;
	(void)snprintf(ret, IDENT_MAX, "%.19s%d", base, digit);
	return true;
}

bool
ident_isikukood_make(char sex, int32_t birth, int serial, char ret[IDENT_MAX])
{
	struct civil c = civil_date(birth);
	char code[IDENT_MAX];
	int first;

	if ((sex != 'M' && sex != 'F') || c.year < 1800 || c.year > 2199 || serial < 0 ||
	    serial > 999)
		return false;
	first = (c.year - 1800) / 100 * 2 + (sex == 'M' ? 1 : 2);
	(void)snprintf(code, sizeof(code), "%d%02d%02d%02d%03d", first, c.year % 100, c.month,
		       c.day, serial);
	(void)snprintf(ret, IDENT_MAX, "%.10s%d", code, ident_isikukood_digit(code));
	return true;
}
