/*
 * Whom an invoice line is for. Providers put it into the line's properties, under one of the names
 * below; who does not, into the text: "I-17 Mari M., II etapp, mai 2026".
 */
#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "work/settlement/compare.h"

/* Names of properties, folded. */
static const char *const PERSON[] = { "isik",	"isiku viide", "isiku number",
				      "person", "person id",   NULL };
static const char *const LINE[] = { "kuurida", "aruande rida", "report line", "claim line", NULL };
static const char *const STAGE[] = { "etapp", "stage", NULL };
static const char *const CODE[] = { "kood", "teenuse kood", "code", "service code", NULL };

static bool
is_named(struct arena *a, const char *name, const char *const *names)
{
	const char *folded = name == NULL ? "" : fold_search(a, name);

	for (; *names != NULL; names++)
		if (strcmp(*names, folded) == 0)
			return true;
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       ((unsigned char)c & 0x80) != 0;
}

/* The first "I-17" of a text: the prefix, a hyphen and digits, standing alone. */
static const char *
number_in(struct arena *a, const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	for (const char *at = text; at != NULL && (at = strstr(at, prefix)) != NULL; at += len) {
		const char *end = at + len;

		while (is_digit(*end))
			end++;
		if (end > at + len && !is_word(*end) && (at == text || !is_word(at[-1])))
			return arena_strndup(a, at, (size_t)(end - at));
	}
	return NULL;
}

/* "II etapp" or "etapp II" of a text. */
static const char *
stage_in(struct arena *a, const char *text)
{
	static const char *const STAGES[] = { "III", "II", "IV", "I", NULL };

	for (int i = 0; text != NULL && STAGES[i] != NULL; i++)
		if (strstr(text, arena_printf(a, "%s etapp", STAGES[i])) != NULL)
			return STAGES[i];
	return NULL;
}

static const char *
first(const char *a, const char *b)
{
	return a != NULL ? a : b;
}

struct bill_ref
bill_ref(struct arena *a, const struct einvoice_line *l)
{
	const char *texts[] = { l->name, l->description, l->note };
	struct bill_ref r = { NULL, NULL, NULL, NULL };

	for (size_t i = 0; i < l->nprops; i++) {
		const struct einvoice_prop *p = &l->props[i];
		const char *value = p->value == NULL ? NULL : text_trim(a, p->value);

		if (value == NULL || *value == '\0')
			continue;
		if (is_named(a, p->name, PERSON))
			r.person = first(r.person, value);
		else if (is_named(a, p->name, LINE))
			r.line = first(r.line, value);
		else if (is_named(a, p->name, STAGE))
			r.stage = first(r.stage, value);
		else if (is_named(a, p->name, CODE))
			r.code = first(r.code, value);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		r.person = first(r.person, number_in(a, texts[i], "I-"));
		r.line = first(r.line, number_in(a, texts[i], "KR-"));
		r.stage = first(r.stage, stage_in(a, texts[i]));
	}
	return r;
}

struct bill_ref *
bill_refs(struct arena *a, const struct einvoice *inv)
{
	struct bill_ref *list = ARENA_ARRAY(a, inv->nlines + 1, struct bill_ref);

	for (size_t i = 0; i < inv->nlines; i++)
		list[i] = bill_ref(a, &inv->lines[i]);
	return list;
}
