/* PDF through cairo, and the incremental update that follows. See pdf.h. */
#include "format/pdf.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"

#define XREF_ENTRY 20u /* bytes of one line of the table: ISO 32000-1, 7.5.4 */
#define XREF_OFFSET_DIGITS 10u
#define MAX_OBJECTS 100000u
#define SECONDS_A_DAY 86400

static const char *const LANG_TAGS[LANG_COUNT] = {
	[LANG_ET] = "et",
	[LANG_EN] = "en",
	[LANG_RU] = "ru",
};

/* A document as read back: where each object stands, and which of them are to be changed. */
struct pdf_table {
	const char *bytes;
	size_t len;
	size_t start; /* offset of the cross-reference table */
	uint32_t size;
	size_t *offsets; /* by object number; 0: free */
	uint32_t root, info;
};

struct changed {
	uint32_t number;
	size_t offset;
};

static cairo_status_t
write_bytes(void *arg, const unsigned char *bytes, unsigned int len)
{
	struct buf *out = arg;

	buf_add(out, bytes, len);
	return out->too_large ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void
set_metadata(cairo_surface_t *s, cairo_pdf_metadata_t what, const char *text)
{
	if (text != NULL && text[0] != '\0')
		cairo_pdf_surface_set_metadata(s, what, text);
}

cairo_surface_t *
pdf_open(struct ctx *cx, struct buf *out, const struct pdf_info *info)
{
	cairo_surface_t *s =
		cairo_pdf_surface_create_for_stream(write_bytes, out, PDF_A4_WIDTH, PDF_A4_HEIGHT);
	int64_t day = cx->now / SECONDS_A_DAY;
	int seconds = (int)(cx->now % SECONDS_A_DAY);

	if (seconds < 0) {
		day--;
		seconds += SECONDS_A_DAY;
	}
	/* 1.4 has tags and language, and keeps later cairo at the classic form of the table. */
	cairo_pdf_surface_restrict_to_version(s, CAIRO_PDF_VERSION_1_4);
	set_metadata(s, CAIRO_PDF_METADATA_TITLE, info->title);
	set_metadata(s, CAIRO_PDF_METADATA_AUTHOR, info->author);
	set_metadata(s, CAIRO_PDF_METADATA_SUBJECT, info->subject);
	set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "Hool");
	set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE,
		     arena_printf(cx->arena, "%sT%02d:%02d:%02dZ",
				  civil_iso(cx->arena, (int32_t)day), seconds / 3600,
				  seconds / 60 % 60, seconds % 60));
	return s;
}

/* A plain number at `p`, which is moved past it; false if there is none or it is too large. */
static bool
read_number(const char **p, const char *end, size_t *ret)
{
	size_t n = 0;
	const char *s = *p;

	while (s < end && (*s == ' ' || *s == '\n' || *s == '\r'))
		s++;
	if (s == end || *s < '0' || *s > '9')
		return false;
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		if (n > SIZE_MAX / 16)
			return false;
		n = n * 10 + (size_t)(*s - '0');
	}
	*p = s;
	*ret = n;
	return true;
}

/* The last `word` in the document, or NULL. */
static const char *
find_last(const char *bytes, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = len >= n ? len - n + 1 : 0; i > 0; i--)
		if (memcmp(bytes + i - 1, word, n) == 0)
			return bytes + i - 1;
	return NULL;
}

/* The end of a string in parentheses that begins at `p` (7.3.4.2: they nest, \ escapes). */
static const char *
skip_string(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return NULL;
}

/* The dictionary that follows `p`, from its << to the byte after its >>; false if there is none. */
static bool
find_dictionary(const char *p, const char *end, const char **ret_from, const char **ret_to)
{
	const char *from;
	int depth = 0;

	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r'))
		p++;
	from = p;
	while (p != NULL && p + 1 < end) {
		if (*p == '(') {
			p = skip_string(p, end);
		} else if (p[0] == '<' && p[1] == '<') {
			depth++;
			p += 2;
		} else if (p[0] == '>' && p[1] == '>') {
			p += 2;
			if (--depth == 0) {
				*ret_from = from;
				*ret_to = p;
				return true;
			}
		} else if (depth == 0) {
			return false;
		} else if (*p == '<') { /* a hexadecimal string */
			p = memchr(p, '>', (size_t)(end - p));
			p = p == NULL ? NULL : p + 1;
		} else {
			p++;
		}
	}
	return false;
}

/* The number after a name in a dictionary ("/Size 41"): only the object number of a reference. */
static bool
name_number(const char *from, const char *to, const char *name, size_t *ret)
{
	const char *p = memmem(from, (size_t)(to - from), name, strlen(name));

	if (p == NULL)
		return false;
	p += strlen(name);
	return read_number(&p, to, ret);
}

/* Does the dictionary hold these words, whole? */
static bool
has_name(const char *from, const char *to, const char *name)
{
	size_t n = strlen(name);
	const char *p = memmem(from, (size_t)(to - from), name, n);

	for (; p != NULL; p = memmem(p + 1, (size_t)(to - p - 1), name, n))
		if (p + n < to && strchr(" \n\r/<[(>", p[n]) != NULL)
			return true;
	return false;
}

/* One line of the table: "0000016240 00000 n ". */
static bool
read_entry(struct pdf_table *t, const char *line, uint32_t number)
{
	const char *p = line;
	size_t offset;

	if (!read_number(&p, line + XREF_OFFSET_DIGITS, &offset) || offset >= t->len)
		return false;
	t->offsets[number] = line[17] == 'n' ? offset : 0;
	return true;
}

/* Read the classic cross-reference table and the trailer; false if they are not as expected. */
static bool
read_table(struct ctx *cx, struct pdf_table *t)
{
	const char *end = t->bytes + t->len, *p, *from, *to;
	size_t first, count, size, root, info;

	p = find_last(t->bytes, t->len, "startxref");
	if (p == NULL)
		return false;
	p += strlen("startxref");
	if (!read_number(&p, end, &t->start) || t->start >= t->len)
		return false;
	p = t->bytes + t->start;
	if ((size_t)(end - p) < 5 || memcmp(p, "xref", 4) != 0)
		return false;
	p += 4;
	if (!read_number(&p, end, &first) || first != 0 || !read_number(&p, end, &count) ||
	    count == 0 || count > MAX_OBJECTS)
		return false;
	while (p < end && *p != '\n')
		p++;
	p++;
	if (p >= end || (size_t)(end - p) < count * XREF_ENTRY)
		return false;
	t->offsets = ARENA_ARRAY(cx->arena, count, size_t);
	for (uint32_t i = 0; i < count; i++, p += XREF_ENTRY)
		if (!read_entry(t, p, i))
			return false;
	p = memmem(p, (size_t)(end - p), "trailer", 7);
	if (p == NULL || !find_dictionary(p + 7, end, &from, &to))
		return false;
	if (!name_number(from, to, "/Size", &size) || size != count ||
	    !name_number(from, to, "/Root", &root) || root >= count ||
	    !name_number(from, to, "/Info", &info) || info >= count)
		return false;
	t->size = (uint32_t)size;
	t->root = (uint32_t)root;
	t->info = (uint32_t)info;
	return true;
}

/* The dictionary of an object; false if it has none (an array, a number). */
static bool
object_dictionary(const struct pdf_table *t, uint32_t number, const char **ret_from,
		  const char **ret_to)
{
	const char *end = t->bytes + t->len, *p = t->bytes + t->offsets[number];
	size_t got, generation;

	if (t->offsets[number] == 0 || !read_number(&p, end, &got) || got != number ||
	    !read_number(&p, end, &generation) || end - p < 5 || memcmp(p, " obj", 4) != 0)
		return false;
	return find_dictionary(p + 4, end, ret_from, ret_to);
}

/* What a catalogue still lacks. */
static const char *
catalogue_extra(struct ctx *cx, const char *from, const char *to, enum lang lang)
{
	return arena_printf(cx->arena, "%s%s%s",
			    has_name(from, to, "/MarkInfo") ? ""
							    : "   /MarkInfo << /Marked true >>\n",
			    has_name(from, to, "/Lang")
				    ? ""
				    : arena_printf(cx->arena, "   /Lang (%s)\n", LANG_TAGS[lang]),
			    has_name(from, to, "/ViewerPreferences")
				    ? ""
				    : "   /ViewerPreferences << /DisplayDocTitle true >>\n");
}

/* What object `number` still lacks, or NULL. `scope` is the next letter for a TH. */
static const char *
object_extra(struct ctx *cx, const struct pdf_table *t, uint32_t number, const char *from,
	     const char *to, enum lang lang, const char **scope)
{
	if (number == t->root)
		return catalogue_extra(cx, from, to, lang);
	if (has_name(from, to, "/StructElem") && has_name(from, to, "/S /TH")) {
		char c = **scope;

		if (c == '\0')
			return NULL;
		(*scope)++;
		return c == 'C' ? "   /A << /O /Table /Scope /Column >>\n"
				: "   /A << /O /Table /Scope /Row >>\n";
	}
	if (has_name(from, to, "/Type /Page") && has_name(from, to, "/Annots") &&
	    !has_name(from, to, "/Tabs"))
		return "   /Tabs /S\n"; /* focus follows the structure */
	return NULL;
}

/* Dates begin "D:" (7.9.4); cairo 1.16 leaves it out. */
static void
write_info(struct buf *b, const char *from, const char *to)
{
	static const char DATE[] = "Date (";

	while (from < to) {
		const char *p = memmem(from, (size_t)(to - from), DATE, sizeof(DATE) - 1);

		if (p == NULL)
			break;
		p += sizeof(DATE) - 1;
		buf_add(b, from, (size_t)(p - from));
		if (p < to && *p >= '0' && *p <= '9')
			buf_text(b, "D:");
		from = p;
	}
	buf_add(b, from, (size_t)(to - from));
}

/* Write object `number` again, with `extra` at the end of its dictionary. */
static void
write_object(struct buf *b, const struct pdf_table *t, uint32_t number, const char *from,
	     const char *to, const char *extra)
{
	buf_printf(b, "%u 0 obj\n", (unsigned)number);
	if (number == t->info) {
		write_info(b, from, to);
	} else {
		buf_add(b, from, (size_t)(to - 2 - from));
		buf_text(b, extra);
		buf_text(b, ">>");
	}
	buf_text(b, "\nendobj\n");
}

/* The second table, in runs of following numbers, and its trailer. */
static void
write_table(struct buf *b, const struct pdf_table *t, const struct changed *c, size_t n)
{
	size_t start = b->len;

	buf_text(b, "xref\n");
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && c[i + run].number == c[i].number + run;)
			run++;
		buf_printf(b, "%u %zu\n", (unsigned)c[i].number, run);
		for (size_t j = i; j < i + run; j++)
			buf_printf(b, "%010zu 00000 n \n", c[j].offset);
	}
	buf_printf(b,
		   "trailer\n<< /Size %u\n   /Root %u 0 R\n   /Info %u 0 R\n   /Prev %zu\n>>\n"
		   "startxref\n%zu\n%%%%EOF\n",
		   (unsigned)t->size, (unsigned)t->root, (unsigned)t->info, t->start, start);
}

enum err
pdf_finish(struct ctx *cx, struct buf *b, enum lang lang, const char *scopes)
{
	/* A copy, because writing may move the buffer we read from. */
	struct pdf_table t = { .bytes = arena_strndup(cx->arena, b->bytes, b->len), .len = b->len };
	struct changed *changed;
	size_t n = 0;

	if (!read_table(cx, &t))
		return fail(cx, ERR_BUG, "err.pdf", "xref");
	changed = ARENA_ARRAY(cx->arena, t.size, struct changed);
	for (uint32_t i = 1; i < t.size; i++) {
		const char *from, *to, *extra;

		if (!object_dictionary(&t, i, &from, &to)) {
			if (i == t.root || i == t.info)
				return fail(cx, ERR_BUG, "err.pdf", "catalog");
			continue;
		}
		extra = object_extra(cx, &t, i, from, to, lang, &scopes);
		if (extra == NULL && i != t.info)
			continue;
		changed[n++] = (struct changed){ .number = i, .offset = b->len };
		write_object(b, &t, i, from, to, extra);
	}
	write_table(b, &t, changed, n);
	return buf_check(cx, b);
}

enum err
pdf_close(struct ctx *cx, cairo_surface_t *surface, struct buf *out, const struct pdf_info *info,
	  const char *scopes)
{
	cairo_status_t status;

	cairo_surface_finish(surface);
	status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	TRY(buf_check(cx, out));
	if (status != CAIRO_STATUS_SUCCESS)
		return fail(cx, ERR_BUG, "err.pdf", cairo_status_to_string(status));
	return pdf_finish(cx, out, info->lang, scopes);
}
