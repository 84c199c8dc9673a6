/*
 * New passwords: length, and nothing that is tried first. No rules on kinds of characters, and no
 * end of validity (NIST SP 800-63B-4, section 3.1.1.2; ASVS 5.0, 6.2). Passwords this long are
 * guessed as words and rows set together, so what is left when those are taken out must still be
 * something of its own.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "core/account.h"

#define KEPT_MOST (ACCOUNT_PASSWORD_MOST * 4)
#define LEFT_LEAST 5  /* characters beside common words and rows */
#define ROW_LEAST 4   /* keys side by side count as a row */
#define SIGNS_LEAST 5 /* different characters */
#define WORD_LEAST 4  /* characters of a name of the user's own to count as a word */

/* What the lists of passwords found in breaches are made of, longest first where one begins
 * another. Small letters, no digits; letters often written as digits are read back first. */
static const char *const COMMON[] = {
	"administrator",
	"adminadmin",
	"administraator",
	"password",
	"passwort",
	"passw",
	"parool",
	"salasona",
	"iloveyou",
	"ilovemy",
	"welcome",
	"superman",
	"batman",
	"princess",
	"sunshine",
	"football",
	"baseball",
	"basketball",
	"hockey",
	"monkey",
	"dragon",
	"master",
	"shadow",
	"michael",
	"jennifer",
	"jordan",
	"charlie",
	"ashley",
	"jessica",
	"daniel",
	"thomas",
	"andrew",
	"computer",
	"internet",
	"whatever",
	"trustno",
	"letmein",
	"starwars",
	"pokemon",
	"minecraft",
	"freedom",
	"flower",
	"summer",
	"winter",
	"spring",
	"autumn",
	"secret",
	"changeme",
	"default",
	"temporary",
	"testing",
	"test",
	"guest",
	"login",
	"admin",
	"root",
	"user",
	"love",
	"hello",
	"forever",
	"family",
	"angel",
	"baby",
	"money",
	"google",
	"facebook",
	"samsung",
	"apple",
	"correcthorsebatterystaple",
	"correct",
	"horse",
	"battery",
	"staple",
	"mypassword",
	"qazwsx",
	"qwerty",
	"asdfgh",
	"zxcvbn",
	"privet",
	"parol",
	"lubov",
	"natasha",
	"marina",
	"andrei",
	"sergei",
	"dmitri",
	"vladimir",
	"aleksandr",
	"eesti",
	"estonia",
	"tallinn",
	"tartu",
	"narva",
	"parnu",
	"viljandi",
	"kallis",
	"armastan",
	"suvi",
	"talv",
	"kevad",
	"sygis",
	"kodu",
	"koer",
	"kass",
	"minu",
	"sinu",
	"kasutaja",
	"tere",
	"harjutus",
	"sotsiaalkindlustusamet",
	"sotsiaal",
	"kindlustus",
	"amet",
	"hool",
	"hoolekanne",
	"january",
	"february",
	"march",
	"april",
	"june",
	"july",
	"august",
	"september",
	"october",
	"november",
	"december",
	"jaanuar",
	"veebruar",
	"aprill",
	"juuni",
	"juuli",
	"oktoober",
	"detsember",
	"monday",
	"tuesday",
	"friday",
};

/* Keys and letters in order, there and back. */
static const char *const ROWS[] = {
	"abcdefghijklmnopqrstuvwxyz",	  "qwertyuiopasdfghjklzxcvbnm",
	"qazwsxedcrfvtgbyhnujmikolp",	  "1q2w3e4r5t6y7u8i9o0p",
	"123456789012345678901234567890", "qwertzuiop",
};

/* Small letters without the marks of Estonian ones, "0@1!3$5" read as the letters they stand for
 * where `letters`; nothing but letters and digits. */
static void
fold(const char *s, bool letters, char out[KEPT_MOST + 1])
{
	static const char AS[] = "0o@a1i!i3e$s5s4a7t";
	size_t n = 0;

	while (*s != '\0' && n < KEPT_MOST) {
		uint32_t cp = text_next(&s);
		char c = '\0';

		if (cp < 0x80)
			c = (char)cp;
		else if (cp == 0xe4 || cp == 0xc4)
			c = 'a';
		else if (cp == 0xf6 || cp == 0xd6 || cp == 0xf5 || cp == 0xd5)
			c = 'o';
		else if (cp == 0xfc || cp == 0xdc)
			c = 'u';
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		for (size_t i = 0; letters && i + 1 < sizeof(AS); i += 2)
			if (c == AS[i]) {
				c = AS[i + 1];
				break;
			}
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (cp >= 0x80 && c == '\0')
			out[n++] = (char)('A' + cp % 26); /* of another script: no word of ours */
	}
	out[n] = '\0';
}

/* Take every occurrence of a word out. */
static void
take_out(char *s, const char *word)
{
	size_t len = strlen(word);

	for (char *at = strstr(s, word); len > 0 && at != NULL; at = strstr(at, word))
		memmove(at, at + len, strlen(at + len) + 1);
}

/* Does a row run on from `s`, and for how many keys? */
static size_t
row_length(const char *s)
{
	size_t best = 0;

	for (size_t r = 0; r < sizeof(ROWS) / sizeof(*ROWS); r++)
		for (const char *from = strchr(ROWS[r], s[0]); from != NULL && s[0] != '\0';
		     from = strchr(from + 1, s[0])) {
			size_t there = 1, back = 1;

			while (s[there] != '\0' && from[there] == s[there])
				there++;
			while (s[back] != '\0' && from >= ROWS[r] + back &&
			       *(from - back) == s[back])
				back++;
			best = there > best ? there : best;
			best = back > best ? back : best;
		}
	return best;
}

static void
take_out_rows(char *s)
{
	while (*s != '\0') {
		size_t len = row_length(s);

		if (len >= ROW_LEAST)
			memmove(s, s + len, strlen(s + len) + 1);
		else
			s++;
	}
}

/* The same piece over and over: only the first time counts. */
static void
take_out_repeats(char *s)
{
	size_t n = strlen(s);

	for (size_t period = 1; period <= n / 2; period++) {
		size_t i = period;

		while (i < n && s[i] == s[i - period])
			i++;
		if (i == n) {
			s[period] = '\0';
			return;
		}
	}
}

static size_t
different(const char *s)
{
	bool seen[256] = { false };
	size_t n = 0;

	for (; *s != '\0'; s++)
		if (!seen[(unsigned char)*s]) {
			seen[(unsigned char)*s] = true;
			n++;
		}
	return n;
}

/* The parts of a name or a sign-in name are words of one's own. */
static void
take_out_own(char *s, const char *own)
{
	char folded[KEPT_MOST + 1], word[KEPT_MOST + 1];

	while (*own != '\0') {
		size_t len = strcspn(own, " .-_@");

		if (len > 0 && len < sizeof(word)) {
			memcpy(word, own, len);
			word[len] = '\0';
			fold(word, false, folded);
			if (strlen(folded) >= WORD_LEAST)
				take_out(s, folded);
		}
		own += len;
		own += strspn(own, " .-_@");
	}
}

/* What is left of a password in one of its two readings. */
static size_t
left_over(const char *password, bool letters, const char *login, const char *name)
{
	char s[KEPT_MOST + 1];
	size_t n = 0;

	fold(password, letters, s);
	take_out_own(s, login);
	take_out_own(s, name);
	for (size_t i = 0; i < sizeof(COMMON) / sizeof(*COMMON); i++)
		take_out(s, COMMON[i]);
	take_out_rows(s);
	take_out_repeats(s);
	for (const char *p = s; *p != '\0'; p++) /* a year or a count at the end is no secret */
		n += isdigit((unsigned char)*p) ? 0 : 1;
	return n;
}

enum err
account_password_check(struct ctx *cx, const char *password, const char *login, const char *name)
{
	size_t n = text_length(password);

	if (n < ACCOUNT_PASSWORD_LEAST)
		return fail_field(cx, ERR_INVALID, "password", "err.password_short",
				  text_from_int(cx->arena, ACCOUNT_PASSWORD_LEAST));
	if (n > ACCOUNT_PASSWORD_MOST)
		return fail_field(cx, ERR_INVALID, "password", "err.password_long",
				  text_from_int(cx->arena, ACCOUNT_PASSWORD_MOST));
	if (different(password) < SIGNS_LEAST ||
	    left_over(password, false, login, name) < LEFT_LEAST ||
	    left_over(password, true, login, name) < LEFT_LEAST)
		return fail_field(cx, ERR_INVALID, "password", "err.password_common");
	return OK;
}
