/*
 * The catalogues of texts: one map from keys to entries, an entry holding the text of each
 * language. Filled at start, only read afterwards, so any number of threads may look up.
 *
 * Of the .po format this reads what a catalogue of keys needs: comments, msgid, msgstr, strings
 * over several lines, escapes. Entries marked fuzzy, those without a text and the header (empty
 * msgid) are skipped. Plural forms and contexts are refused: our plurals are keys of their own.
 */
#include "base/texts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"

struct entry {
	const char *text[LANG_COUNT]; /* NULL: this language has none */
	struct entry *next;
};

struct texts {
	struct arena *arena;
	struct map map;	     /* key to struct entry */
	struct entry *first; /* all of them, for counting */
};

static const char *const CODE[LANG_COUNT] = {
	[LANG_ET] = "et",
	[LANG_EN] = "en",
	[LANG_RU] = "ru",
};

const char *
lang_code(enum lang lang)
{
	return CODE[lang];
}

int
lang_from_code(const char *code)
{
	for (int i = 0; i < LANG_COUNT; i++)
		if (text_equal(code, CODE[i]))
			return i;
	return -1;
}

struct texts *
texts_new(struct arena *a)
{
	struct texts *t = ARENA_NEW(a, struct texts);

	t->arena = a;
	map_init(&t->map, a);
	return t;
}

void
texts_put(struct texts *t, enum lang lang, const char *key, const char *value)
{
	struct entry *e = map_get(&t->map, key);

	if (e == NULL) {
		e = ARENA_NEW(t->arena, struct entry);
		e->next = t->first;
		t->first = e;
		(void)map_put(&t->map, key, e);
	}
	e->text[lang] = value;
}

size_t
texts_missing(const struct texts *t, enum lang lang)
{
	size_t n = 0;

	for (const struct entry *e = t->first; e != NULL; e = e->next)
		n += e->text[LANG_ET] != NULL && e->text[lang] == NULL;
	return n;
}

/* --- reading .po --- */

enum po_state { PO_BETWEEN, PO_ID, PO_TEXT };

struct po {
	struct ctx *cx;
	struct texts *texts;
	struct map seen; /* keys of this file */
	enum lang lang;
	const char *file;
	const char *p, *start; /* the place, and the start of its line */
	int line;
	enum po_state state;
	bool fuzzy, next_fuzzy; /* marked so: the entry being read; the one to come */
	char *out;		/* room for all strings; they are never longer than the file */
	const char *id, *text;
	int id_line;
};

static enum err
po_fail(struct po *po, const char *key)
{
	int col = 1;

	for (const char *p = po->start; p < po->p; col++)
		(void)text_next(&p);
	return fail_at(po->cx, ERR_INVALID, po->file, po->line, col, key);
}

static void
skip_blanks(struct po *po)
{
	while (*po->p == ' ' || *po->p == '\t' || *po->p == '\r')
		po->p++;
}

static bool
at_line_end(const struct po *po)
{
	return *po->p == '\n' || *po->p == '\0';
}

/* The character after a backslash. */
static enum err
read_escape(struct po *po)
{
	static const char LETTER[] = "nt\"\\", MEANT[] = "\n\t\"\\";
	const char *at = *po->p == '\0' ? NULL : strchr(LETTER, *po->p);

	if (at == NULL)
		return po_fail(po, "err.po_escape");
	*po->out++ = MEANT[at - LETTER];
	po->p++;
	return OK;
}

/* A string in quotes, up to the end of its line, appended at `out`. */
static enum err
read_string(struct po *po)
{
	skip_blanks(po);
	if (*po->p != '"')
		return po_fail(po, "err.po_quote");
	po->p++;
	while (*po->p != '"') {
		if (at_line_end(po))
			return po_fail(po, "err.po_quote");
		if (*po->p != '\\') {
			*po->out++ = *po->p++;
			continue;
		}
		po->p++;
		TRY(read_escape(po));
	}
	po->p++;
	skip_blanks(po);
	return at_line_end(po) ? OK : po_fail(po, "err.po_quote");
}

/* The entry read is complete: keep it, unless it is the header, fuzzy or empty. */
static enum err
end_entry(struct po *po)
{
	enum po_state state = po->state;

	po->state = PO_BETWEEN;
	if (state == PO_BETWEEN)
		return OK;
	*po->out++ = '\0';
	if (state == PO_ID)
		return fail_at(po->cx, ERR_INVALID, po->file, po->id_line, 1, "err.po_order");
	if (po->id[0] == '\0' || po->fuzzy)
		return OK;
	for (const char *p = po->id; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7F)
			return fail_at(po->cx, ERR_INVALID, po->file, po->id_line, 1, "err.po_key");
	if (map_put(&po->seen, po->id, po) != NULL)
		return fail_at(po->cx, ERR_INVALID, po->file, po->id_line, 1, "err.po_double",
			       po->id);
	if (po->text[0] != '\0')
		texts_put(po->texts, po->lang, po->id, po->text);
	return OK;
}

/* Is this word at the place? Then step over it. */
static bool
word(struct po *po, const char *w)
{
	size_t n = strlen(w);
	char after;

	if (strncmp(po->p, w, n) != 0)
		return false;
	after = po->p[n];
	if (after != ' ' && after != '\t' && after != '"')
		return false;
	po->p += n;
	return true;
}

/* "#, fuzzy" counts for the entry after it; other comments say nothing to us. */
static enum err
read_comment(struct po *po)
{
	size_t len = strcspn(po->p, "\n");

	if (po->state == PO_TEXT)
		TRY(end_entry(po));
	if (po->p[1] == ',' && memmem(po->p, len, "fuzzy", 5) != NULL)
		po->next_fuzzy = true;
	po->p += len;
	return OK;
}

static enum err
read_id(struct po *po)
{
	TRY(end_entry(po));
	po->state = PO_ID;
	po->fuzzy = po->next_fuzzy;
	po->next_fuzzy = false;
	po->id = po->out;
	po->id_line = po->line;
	return read_string(po);
}

static enum err
read_text(struct po *po)
{
	if (po->state != PO_ID)
		return po_fail(po, "err.po_order");
	*po->out++ = '\0';
	po->state = PO_TEXT;
	po->text = po->out;
	return read_string(po);
}

static enum err
read_line(struct po *po)
{
	skip_blanks(po);
	if (at_line_end(po))
		return OK;
	if (*po->p == '#')
		return read_comment(po);
	if (*po->p == '"')
		return po->state == PO_BETWEEN ? po_fail(po, "err.po_order") : read_string(po);
	if (word(po, "msgid"))
		return read_id(po);
	if (word(po, "msgstr"))
		return read_text(po);
	if (text_starts(po->p, "msgid_plural") || text_starts(po->p, "msgstr["))
		return po_fail(po, "err.po_plural");
	return po_fail(po, "err.po_word");
}

enum err
texts_add_po(struct ctx *cx, struct texts *t, enum lang lang, const char *file, const char *bytes,
	     size_t len)
{
	struct po po = { .cx = cx, .texts = t, .lang = lang, .file = file };
	const char *fault;
	int line, col;

	if (len > MAX_PO)
		return fail_at(cx, ERR_LIMIT, file, 0, 0, "err.too_large",
			       text_from_int(cx->arena, MAX_PO));
	if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	bytes = arena_strndup(cx->arena, bytes, len);
	fault = text_fault(bytes, len, &line, &col);
	if (fault != NULL)
		return fail_at(cx, ERR_INVALID, file, line, col, fault);
	map_init(&po.seen, cx->arena);
	po.out = arena_alloc(t->arena, len + 1);
	for (po.p = po.start = bytes, po.line = 1;; po.start = ++po.p, po.line++) {
		TRY(read_line(&po));
		if (*po.p == '\0')
			break;
	}
	return end_entry(&po);
}

/* --- saying --- */

static const char *
find_in(const struct ctx *cx, enum lang lang, const char *key)
{
	const struct entry *e = cx->texts == NULL ? NULL : map_get(&cx->texts->map, key);

	return e == NULL ? NULL : e->text[lang];
}

/* A text in the reader's language, else in Estonian, else NULL. */
static const char *
find(const struct ctx *cx, const char *key)
{
	const char *text = find_in(cx, cx->lang, key);

	return text != NULL ? text : find_in(cx, LANG_ET, key);
}

const char *
msg(const struct ctx *cx, const char *key)
{
	const char *text = find(cx, key);

	return text == NULL ? key : text;
}

/* The value meant by "{1}" at s, or NULL if that is plain text or there is no such value. */
static const char *
value_at(const char *s, const char *const *args, int nargs)
{
	if (s[0] != '{' || s[1] < '1' || s[1] > '0' + nargs || s[2] != '}')
		return NULL;
	return args[s[1] - '1'];
}

static const char *
fill(struct arena *a, const char *text, const char *const *args, int nargs)
{
	size_t len = strlen(text);
	char *out, *to;

	for (const char *s = strchr(text, '{'); s != NULL; s = strchr(s + 1, '{')) {
		const char *value = value_at(s, args, nargs);

		len += value == NULL ? 0 : strlen(value);
	}
	out = to = arena_alloc(a, len + 1);
	for (const char *s = text; *s != '\0';) {
		const char *value = value_at(s, args, nargs);

		if (value == NULL) {
			*to++ = *s++;
		} else {
			size_t n = strlen(value);

			memcpy(to, value, n);
			to += n;
			s += 3;
		}
	}
	return out;
}

/* Where a text is missing, its key and the values still tell what was meant. */
static const char *
say(const struct ctx *cx, const char *key, const char *const *args, int nargs)
{
	const char *text = find(cx, key);

	if (text != NULL)
		return fill(cx->arena, text, args, nargs);
	text = key;
	for (int i = 0; i < nargs; i++)
		text = arena_printf(cx->arena, "%s%s%s", text, i == 0 ? ": " : ", ", args[i]);
	return text;
}

const char *
msg_with(const struct ctx *cx, const char *key, ...)
{
	const char *args[MAX_ERROR_ARGS], *arg;
	int n = 0;
	va_list ap;

	va_start(ap, key);
	while (n < MAX_ERROR_ARGS && (arg = va_arg(ap, const char *)) != NULL)
		args[n++] = arg;
	va_end(ap);
	return say(cx, key, args, n);
}

/* "base.et.po:3:7: ", "base.et.po: " or "". */
static const char *
place(struct arena *a, const struct error *e)
{
	if (e->file == NULL)
		return "";
	if (e->line == 0)
		return arena_printf(a, "%s: ", e->file);
	if (e->col == 0)
		return arena_printf(a, "%s:%d: ", e->file, e->line);
	return arena_printf(a, "%s:%d:%d: ", e->file, e->line, e->col);
}

const char *
msg_error(const struct ctx *cx)
{
	const struct error *e = &cx->error;
	const char *label = NULL;

	if (e->code == OK)
		return "";
	if (e->field != NULL)
		label = find(cx, arena_printf(cx->arena, "field.%s", e->field));
	return arena_printf(cx->arena, "%s%s%s%s", place(cx->arena, e), label == NULL ? "" : label,
			    label == NULL ? "" : ": ", say(cx, e->key, e->args, e->nargs));
}

/*
 * The form of a counted word.
 * Source: Unicode CLDR, cardinal plural rules of et, en and ru for whole numbers.
 */
static const char *
plural(enum lang lang, long n)
{
	long ten = labs(n % 10), hundred = labs(n % 100);

	if (lang != LANG_RU)
		return n == 1 ? "one" : "many";
	if (ten == 1 && hundred != 11)
		return "one";
	return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? "few" : "many";
}

/* "due.over.many" */
static const char *
joined(struct arena *a, const char *key, const char *form)
{
	size_t len = strlen(key), more = strlen(form);
	char *out = arena_alloc(a, len + more + 2);

	memcpy(out, key, len);
	out[len] = '.';
	memcpy(out + len + 1, form, more);
	return out;
}

const char *
msg_count(const struct ctx *cx, const char *key, long n)
{
	const enum lang langs[] = { cx->lang, LANG_ET };
	const char *number = text_count(cx->arena, n);

	/* Fallen back to Estonian, the number takes the Estonian form. */
	for (size_t i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		const char *text =
			find_in(cx, langs[i], joined(cx->arena, key, plural(langs[i], n)));

		if (text != NULL)
			return fill(cx->arena, text, &number, 1);
	}
	return say(cx, key, &number, 1);
}
