/*
 * Any text as each kind of value people type or systems send: codes, dates, money, numbers, trace
 * headers. What is taken, written in our way, is taken again as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/ident.h"
#include "base/text.h"
#include "base/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TODAY 20598 /* 2026-05-25 */

static void
idents(const char *s, size_t len)
{
	for (int kind = 0; kind < IDENT_COUNT; kind++) {
		struct ident id, again;

		ident_check((enum ident_kind)kind, s, len, TODAY, &id);
		if (memchr(id.text, '\0', sizeof(id.text)) == NULL || (!id.valid && id.why == NULL))
			abort();
		if (!id.valid)
			continue;
		ident_check((enum ident_kind)kind, id.text, strlen(id.text), TODAY, &again);
		if (!again.valid || again.was_normalised || strcmp(id.text, again.text) != 0 ||
		    again.birth != id.birth || again.sex != id.sex)
			abort();
	}
}

static void
dates(struct arena *a, const char *s)
{
	int32_t day, again;

	if (!civil_parse(s, &day))
		return;
	if (day < CIVIL_MIN || day > CIVIL_MAX || !civil_parse(civil_iso(a, day), &again) ||
	    again != day || !civil_parse(civil_text(a, day), &again) || again != day)
		abort();
	(void)calendar_add_working(day, 30);
}

static void
numbers(struct arena *a, const char *s)
{
	int64_t n, again;

	if (text_int(s, INT64_MIN, INT64_MAX, &n) &&
	    (!text_int(text_from_int(a, n), INT64_MIN, INT64_MAX, &again) || again != n))
		abort();
	if (text_cents(s, &n) && (!text_cents(text_money(a, n), &again) || again != n ||
				  !text_cents(text_money_plain(a, n), &again) || again != n))
		abort();
	for (int decimals = 0; decimals <= 6; decimals += 2)
		if (text_decimal(s, decimals, &n) && decimals == 0 &&
		    (!text_decimal(text_from_int(a, n), 0, &again) || again != n))
			abort();
}

/* No control characters, byte order marks or code points that are no characters. */
static bool
is_clean(const char *s)
{
	return text_is_utf8(s, strlen(s)) && !text_has_control(s) &&
	       strstr(s, "\xEF\xBB\xBF") == NULL && strstr(s, "\xEF\xBF\xBE") == NULL &&
	       strstr(s, "\xEF\xBF\xBF") == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	const char *s = arena_strndup(a, (const char *)data, size), *trimmed;
	struct ctx cx;
	int line, col;

	ctx_init(&cx, a);
	idents((const char *)data, size);
	dates(a, s);
	numbers(a, s);
	if (trace_accept(&cx, s) && trace_parent(&cx) == NULL)
		abort();
	trimmed = text_trim(a, s);
	if (strcmp(trimmed, text_trim(a, trimmed)) != 0 || strlen(trimmed) > strlen(s))
		abort();
	if ((text_fault(s, strlen(s), &line, &col) == NULL) != is_clean(s))
		abort();
	for (const char *p = s; *p != '\0';)
		(void)text_next(&p);
	return 0;
}
