/* Texts and addresses made fit for print. See pdf_flow.h. */
#include "format/pdf_flow.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* What stands for one code point in print; 0: nothing. */
static uint32_t
printable(uint32_t cp)
{
	if (cp == '\n' || cp == 0x85 || cp == 0x2028 || cp == 0x2029)
		return '\n';
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
		return ' ';
	if ((cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF)
		return 0;
	if ((cp >= 0xFDD0 && cp <= 0xFDEF) || (cp & 0xFFFE) == 0xFFFE)
		return 0xFFFD;
	return cp;
}

char *
flow_clean(struct arena *a, const char *text)
{
	/* U+FFFD is no longer than what it replaces here: those are three or four bytes. */
	char *clean = arena_alloc(a, strlen(text) + 1), *out = clean;

	while (*text != '\0') {
		uint32_t cp;

		if (text[0] == '\r' && text[1] == '\n')
			text++;
		cp = printable(text_next(&text));
		if (cp != 0)
			out += text_put(out, cp);
	}
	return clean;
}

char *
flow_url(struct arena *a, const char *url)
{
	static const char SAFE[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-._~:/?#@!$&*+,;=%";
	static const char HEX[] = "0123456789ABCDEF";
	char *out, *p;

	if ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0 &&
	     strncmp(url, "mailto:", 7) != 0) ||
	    strlen(url) > MAX_URL)
		return NULL;
	p = out = arena_alloc(a, strlen(url) * 3 + 1);
	for (; *url != '\0'; url++) {
		unsigned char c = (unsigned char)*url;

		if (strchr(SAFE, c) != NULL) {
			*p++ = (char)c;
		} else {
			*p++ = '%';
			*p++ = HEX[c >> 4];
			*p++ = HEX[c & 15];
		}
	}
	return out;
}
