/* Reading and writing CSV. See csv.h. */
#include "format/csv.h"

#include <string.h>
#include <strings.h>

#include "base/civil.h"
#include "base/text.h"

#define BOM "\xEF\xBB\xBF"
#define FIRST_ROWS 64u

struct reader {
	struct ctx *cx;
	struct csv *csv;
	const char *at, *end;
	const char *line_start; /* for columns in messages */
	int line;
	size_t cells, rows_size;
	const char **row; /* MAX_CSV_COLUMNS cells of the row being read */
	size_t n;
	struct buf cell;
};

#define csv_fail(r, e, ...)                                                                    \
	fail_at((r)->cx, (e), (r)->csv->file, (r)->line, (int)((r)->at - (r)->line_start) + 1, \
		__VA_ARGS__)

static bool
at_line_end(const struct reader *r)
{
	return r->at == r->end || *r->at == '\n' || *r->at == '\r';
}

/* Step over the CR, LF or CR LF that stands here. */
static void
next_line(struct reader *r)
{
	if (r->end - r->at >= 2 && r->at[0] == '\r' && r->at[1] == '\n')
		r->at++;
	r->at++;
	r->line++;
	r->line_start = r->at;
}

static enum err
quoted_cell(struct reader *r)
{
	int opened = r->line, col = (int)(r->at - r->line_start) + 1;

	for (r->at++; r->at < r->end; r->at++) {
		char c = *r->at;

		if (c == '"') {
			if (r->at + 1 == r->end || r->at[1] != '"')
				break;
			r->at++;
		} else if (c == '\n' || (c == '\r' && (r->at + 1 == r->end || r->at[1] != '\n'))) {
			r->line++;
			r->line_start = r->at + 1;
		}
		buf_char(&r->cell, c);
	}
	if (r->at == r->end)
		return fail_at(r->cx, ERR_INVALID, r->csv->file, opened, col, "err.csv_open");
	r->at++;
	if (!at_line_end(r) && *r->at != r->csv->delimiter)
		return csv_fail(r, ERR_INVALID, "err.csv_quote");
	return OK;
}

static enum err
cell(struct reader *r)
{
	const char *from = r->at;

	buf_clear(&r->cell);
	if (r->at < r->end && *r->at == '"') {
		TRY(quoted_cell(r));
	} else {
		while (!at_line_end(r) && *r->at != r->csv->delimiter)
			r->at++;
		buf_add(&r->cell, from, (size_t)(r->at - from));
	}
	if (r->n == MAX_CSV_COLUMNS)
		return csv_fail(r, ERR_LIMIT, "err.csv_columns_many",
				text_from_int(r->cx->arena, MAX_CSV_COLUMNS));
	if (++r->cells > MAX_CSV_CELLS)
		return csv_fail(r, ERR_LIMIT, "err.csv_cells",
				text_from_int(r->cx->arena, MAX_CSV_CELLS));
	r->row[r->n++] =
		r->cell.len == 0 ? "" : arena_strndup(r->cx->arena, r->cell.bytes, r->cell.len);
	return OK;
}

/* Keep the row that was read, as wide as the first one. */
static enum err
keep_row(struct reader *r, int line)
{
	struct csv *csv = r->csv;
	struct csv_row *bigger;
	const char **cells;

	if (csv->nrows == 0)
		csv->ncols = r->n;
	for (size_t i = csv->ncols; i < r->n; i++)
		if (r->row[i][0] != '\0')
			return fail_at(r->cx, ERR_INVALID, csv->file, line, 0, "err.csv_columns",
				       text_from_int(r->cx->arena, (int64_t)r->n),
				       text_from_int(r->cx->arena, (int64_t)csv->ncols));
	if (r->n < csv->ncols)
		r->cells += csv->ncols - r->n;
	if (r->cells > MAX_CSV_CELLS)
		return csv_fail(r, ERR_LIMIT, "err.csv_cells",
				text_from_int(r->cx->arena, MAX_CSV_CELLS));
	cells = ARENA_ARRAY(r->cx->arena, csv->ncols, const char *);
	for (size_t i = 0; i < csv->ncols; i++)
		cells[i] = i < r->n ? r->row[i] : "";
	if (csv->nrows == r->rows_size) {
		r->rows_size = r->rows_size == 0 ? FIRST_ROWS : r->rows_size * 2;
		bigger = ARENA_ARRAY(r->cx->arena, r->rows_size, struct csv_row);
		if (csv->nrows > 0)
			memcpy(bigger, csv->rows, csv->nrows * sizeof(*bigger));
		csv->rows = bigger;
	}
	csv->rows[csv->nrows++] = (struct csv_row){ cells, line };
	return OK;
}

static enum err
row(struct reader *r)
{
	int line = r->line;

	r->n = 0;
	for (;;) {
		TRY(cell(r));
		if (at_line_end(r))
			break;
		r->at++;
	}
	if (r->at < r->end)
		next_line(r);
	return keep_row(r, line);
}

/* The delimiter most frequent in the first row outside quotes; the semicolon if none is. */
static char
delimiter_of(const char *s, const char *end)
{
	static const char AMONG[] = ";,\t";
	size_t count[3] = { 0 }, best = 0;
	bool quoted = false;

	for (; s < end && (quoted || (*s != '\n' && *s != '\r')); s++) {
		const char *found = *s == '\0' ? NULL : strchr(AMONG, *s);

		quoted ^= *s == '"';
		if (found != NULL && !quoted)
			count[found - AMONG]++;
	}
	for (size_t i = 1; i < 3; i++)
		if (count[i] > count[best])
			best = i;
	return AMONG[best];
}

/* Bytes that are no text in UTF-8, with the line of the first. */
static enum err
check_bytes(struct ctx *cx, const char *file, const char *s, size_t len)
{
	const char *start = s, *end = s + len;
	int line = 1;

	if (len >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0))
		return fail_at(cx, ERR_INVALID, file, 1, 1, "err.csv_utf16");
	for (const char *p = s; p <= end; p++) {
		if (p < end && *p == '\0')
			return fail_at(cx, ERR_INVALID, file, line, (int)(p - start) + 1,
				       "err.csv_nul");
		if (p < end && *p != '\n' && *p != '\r')
			continue;
		if (!text_is_utf8(start, (size_t)(p - start)))
			return fail_at(cx, ERR_INVALID, file, line, 0, "err.csv_utf8");
		if (p < end && !(*p == '\r' && p + 1 < end && p[1] == '\n'))
			line++;
		start = p + 1;
	}
	return OK;
}

static enum err
rows(struct reader *r)
{
	while (r->at < r->end) {
		if (at_line_end(r))
			next_line(r);
		else
			TRY(row(r));
	}
	if (r->csv->nrows == 0)
		return fail_at(r->cx, ERR_INVALID, r->csv->file, 0, 0, "err.csv_empty");
	return OK;
}

enum err
csv_parse(struct ctx *cx, const char *file, const void *bytes, size_t len, struct csv **ret)
{
	struct reader r = { .cx = cx, .at = bytes, .line = 1 };
	enum err e;

	if (len > MAX_UPLOAD)
		return fail_at(cx, ERR_LIMIT, file, 0, 0, "err.csv_large",
			       text_from_int(cx->arena, MAX_UPLOAD / (1024 * 1024)));
	if (len == 0)
		return fail_at(cx, ERR_INVALID, file, 0, 0, "err.csv_empty");
	TRY(check_bytes(cx, file, bytes, len));
	r.end = r.at + len;
	if (len >= 3 && memcmp(r.at, BOM, 3) == 0)
		r.at += 3;
	r.line_start = r.at;
	r.csv = ARENA_NEW(cx->arena, struct csv);
	r.csv->file = arena_strdup(cx->arena, file);
	r.csv->delimiter = delimiter_of(r.at, r.end);
	r.row = ARENA_ARRAY(cx->arena, MAX_CSV_COLUMNS, const char *);
	buf_init(&r.cell, MAX_UPLOAD);
	e = rows(&r);
	buf_release(&r.cell);
	if (e == OK)
		*ret = r.csv;
	return e;
}

int
csv_column(const struct csv *csv, const char *heading)
{
	size_t len = strlen(heading);

	for (size_t i = 0; i < csv->ncols; i++) {
		const char *s = csv->rows[0].cells[i];

		s += strspn(s, " ");
		if (strncasecmp(s, heading, len) == 0 && s[len + strspn(s + len, " ")] == '\0')
			return (int)i;
	}
	return -1;
}

void
csv_begin(struct csv_writer *w, struct buf *out, char delimiter, bool bom)
{
	*w = (struct csv_writer){ .out = out, .delimiter = delimiter };
	if (bom)
		buf_text(out, BOM);
}

static void
next_cell(struct csv_writer *w)
{
	if (w->in_row)
		buf_char(w->out, w->delimiter);
	w->in_row = true;
}

/* Does a spreadsheet read a formula or command here? Also the full-width forms of = + - @. */
static bool
is_formula(const char *s)
{
	static const char *const WIDE[] = { "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
					    "\xEF\xBC\xA0" };

	if (*s != '\0' && strchr("=+-@\t\r\n|", *s) != NULL)
		return true;
	for (size_t i = 0; i < sizeof(WIDE) / sizeof(WIDE[0]); i++)
		if (text_starts(s, WIDE[i]))
			return true;
	return false;
}

void
csv_text(struct csv_writer *w, const char *text)
{
	bool formula = text != NULL && is_formula(text), quotes;

	next_cell(w);
	if (text == NULL)
		return;
	/* A cell of spaces at its ends is quoted too: some readers trim. */
	quotes = text[strcspn(text, "\"\r\n,;\t")] != '\0' || text[0] == ' ' ||
		 (text[0] != '\0' && text[strlen(text) - 1] == ' ');
	if (quotes)
		buf_char(w->out, '"');
	if (formula)
		buf_char(w->out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_char(w->out, '"');
		buf_char(w->out, *text);
	}
	if (quotes)
		buf_char(w->out, '"');
}

void
csv_int(struct csv_writer *w, int64_t n)
{
	next_cell(w);
	buf_printf(w->out, "%lld", (long long)n);
}

void
csv_cents(struct csv_writer *w, int64_t cents)
{
	uint64_t n = cents < 0 ? (uint64_t)0 - (uint64_t)cents : (uint64_t)cents;

	next_cell(w);
	buf_printf(w->out, "%s%llu%c%02u", cents < 0 ? "-" : "", (unsigned long long)(n / 100),
		   w->delimiter == ',' ? '.' : ',', (unsigned)(n % 100));
}

void
csv_date(struct csv_writer *w, int32_t day)
{
	struct civil d;

	next_cell(w);
	if (day == CIVIL_NONE)
		return;
	d = civil_date(day);
	buf_printf(w->out, "%04d-%02d-%02d", d.year, d.month, d.day);
}

void
csv_end_row(struct csv_writer *w)
{
	buf_text(w->out, "\r\n");
	w->in_row = false;
}
