/* UTF-8, numbers and money as text. See text.h. */
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define REPLACEMENT 0xFFFDu

/* Length of the sequence at s within n bytes and its code point, or 0 if it is malformed. */
static int
sequence(const unsigned char *s, size_t n, uint32_t *cp)
{
	static const uint32_t LEAST[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int len;

	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		len = 2;
	else if ((s[0] & 0xF0) == 0xE0)
		len = 3;
	else if (s[0] >= 0xF0 && s[0] <= 0xF4)
		len = 4;
	else
		return 0;
	if ((size_t)len > n)
		return 0;
	*cp = s[0] & (0x7Fu >> len);
	for (int i = 1; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3F);
	}
	if (*cp < LEAST[len] || *cp > 0x10FFFF || (*cp >= 0xD800 && *cp <= 0xDFFF))
		return 0;
	return len;
}

bool
text_is_utf8(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;

	while (len > 0) {
		int n = sequence(p, len, &cp);

		if (n == 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

uint32_t
text_next(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t cp;
	int n;

	if (*p == 0)
		return 0;
	n = sequence(p, strnlen(*s, 4), &cp);
	*s += n > 0 ? n : 1;
	return n > 0 ? cp : REPLACEMENT;
}

size_t
text_put(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

size_t
text_length(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

bool
text_has_control(const char *s)
{
	while (*s != '\0') {
		uint32_t c = text_next(&s);

		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0))
			return true;
	}
	return false;
}

const char *
text_fault(const char *s, size_t len, int *ret_line, int *ret_col)
{
	const char *end = s + len, *key = NULL;
	int line = 1, col = 1;

	while (s < end && key == NULL) {
		const char *start = s;
		uint32_t c = text_next(&s);

		/* text_next gives U+FFFD for a bad byte, and stays at a NUL. */
		if (c == REPLACEMENT && s == start + 1)
			key = "err.utf8";
		else if (s == start || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
			 (c >= 0x7F && c < 0xA0) || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF)
			key = "err.control";
		else if (c == '\n') {
			line++;
			col = 1;
		} else
			col++;
	}
	if (key != NULL) {
		*ret_line = line;
		*ret_col = col;
	}
	return key;
}

/* Bytes of the white space at s, or 0: ASCII space and U+00A0. */
static size_t
space_at(const char *s)
{
	if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		return 1;
	return (unsigned char)s[0] == 0xC2 && (unsigned char)s[1] == 0xA0 ? 2 : 0;
}

char *
text_trim(struct arena *a, const char *s)
{
	char *out, *to, *end;
	size_t n;

	while ((n = space_at(s)) > 0)
		s += n;
	out = arena_strndup(a, s, strlen(s));
	end = to = out;
	for (const char *p = out; *p != '\0';) {
		n = space_at(p);
		if (*p == '\r') {
			p += p[1] == '\n' ? 2 : 1;
			*to++ = '\n';
		} else if (n == 2) {
			*to++ = *p++;
			*to++ = *p++;
		} else {
			*to++ = *p++;
		}
		if (n == 0)
			end = to;
	}
	*end = '\0';
	return out;
}

bool
text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_is_name(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 40 || s[0] < 'a' || s[0] > 'z')
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

bool
text_int(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = *s == '-';
	int64_t value = 0;

	s += negative;
	if (*s == '\0')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		int digit = negative ? -(*s - '0') : *s - '0';

		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	if (*s != '\0' || value < min || value > max)
		return false;
	*ret = value;
	return true;
}

bool
text_decimal(const char *s, int decimals, int64_t *ret_scaled)
{
	bool negative = *s == '-', point = false;
	int64_t value = 0;
	int after = 0, seen = 0;

	s += negative;
	for (; (*s >= '0' && *s <= '9') || (*s == '.' && !point); s++) {
		if (*s == '.') {
			point = true;
			continue;
		}
		seen++;
		if (point && after == decimals) {
			if (*s != '0')
				return false;
			continue;
		}
		after += point;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? '0' - *s : *s - '0', &value))
			return false;
	}
	if (*s != '\0' || seen == 0 || s[-1] == '.')
		return false;
	for (; after < decimals; after++)
		if (__builtin_mul_overflow(value, 10, &value))
			return false;
	*ret_scaled = value;
	return true;
}

/* Bytes of a space that may part groups of digits: ' ', U+00A0, U+202F; else 0. */
static size_t
group_space(const char *s)
{
	if (*s == ' ')
		return 1;
	if (memcmp(s, "\xC2\xA0", strnlen(s, 2)) == 0 && s[0] != '\0' && s[1] != '\0')
		return 2;
	return strncmp(s, "\xE2\x80\xAF", 3) == 0 ? 3 : 0;
}

bool
text_cents(const char *s, int64_t *ret_cents)
{
	char plain[32];
	size_t n = 0, gap;
	int run = 0;
	bool grouped = false, point = false;

	if (*s == '-' || text_starts(s, "\xE2\x88\x92")) { /* U+2212, as text_money() writes it */
		s += *s == '-' ? 1 : 3;
		plain[n++] = '-';
	}
	for (; *s != '\0' && n < sizeof(plain) - 1; s++) {
		gap = group_space(s);
		if (gap > 0 && s[gap] >= '0' && s[gap] <= '9' && !point) {
			if (grouped ? run != 3 : run < 1 || run > 3)
				return false;
			grouped = true;
			run = 0;
			s += gap - 1;
		} else if ((*s == ',' || *s == '.') && !point) {
			if (grouped && run != 3)
				return false;
			point = true;
			plain[n++] = '.';
		} else if (*s >= '0' && *s <= '9') {
			run += !point;
			plain[n++] = *s;
		} else {
			break;
		}
	}
	if (grouped && !point && run != 3)
		return false;
	while ((gap = group_space(s)) > 0)
		s += gap;
	if (strncmp(s, "\xE2\x82\xAC", 3) == 0)
		s += 3;
	plain[n] = '\0';
	return *s == '\0' && text_decimal(plain, 2, ret_cents);
}

/* Digits of n in groups of three, parted by U+00A0, written before `end`. */
static char *
grouped(char *end, uint64_t n)
{
	int run = 0;

	do {
		if (run == 3) {
			*--end = '\xA0';
			*--end = '\xC2';
			run = 0;
		}
		*--end = (char)('0' + n % 10);
		run++;
	} while ((n /= 10) > 0);
	return end;
}

static uint64_t
magnitude(int64_t n)
{
	return n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;
}

const char *
text_money(struct arena *a, int64_t cents)
{
	char digits[48], *end = digits + sizeof(digits) - 1;
	uint64_t n = magnitude(cents);

	*end = '\0';
	return arena_printf(a, "%s%s,%02u\xC2\xA0\xE2\x82\xAC", cents < 0 ? "\xE2\x88\x92" : "",
			    grouped(end, n / 100), (unsigned)(n % 100));
}

const char *
text_money_plain(struct arena *a, int64_t cents)
{
	uint64_t n = magnitude(cents);

	return arena_printf(a, "%s%" PRIu64 ".%02u", cents < 0 ? "-" : "", n / 100,
			    (unsigned)(n % 100));
}

const char *
text_count(struct arena *a, int64_t n)
{
	char digits[48], *end = digits + sizeof(digits), *start = grouped(end, magnitude(n));

	if (n < 0) {
		start -= 3;
		memcpy(start, "\xE2\x88\x92", 3);
	}
	return arena_strndup(a, start, (size_t)(end - start));
}

const char *
text_from_int(struct arena *a, int64_t n)
{
	char digits[24], *start = digits + sizeof(digits);
	uint64_t rest = magnitude(n);

	do {
		*--start = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (n < 0)
		*--start = '-';
	return arena_strndup(a, start, (size_t)(digits + sizeof(digits) - start));
}

char *
text_hex(struct arena *a, const void *bytes, size_t len)
{
	static const char HEX[] = "0123456789abcdef";
	const unsigned char *p = bytes;
	char *out = arena_alloc(a, len * 2 + 1);

	for (size_t i = 0; i < len; i++) {
		out[i * 2] = HEX[p[i] >> 4];
		out[i * 2 + 1] = HEX[p[i] & 15];
	}
	return out;
}
