/*
 * CSV (RFC 4180 and what Excel makes of it): read strictly, and written so that a spreadsheet
 * takes text for text.
 *
 * Reading: UTF-8, with or without a byte order mark; the delimiter (semicolon, comma or tab) is
 * told from the first row; rows end with LF, CR LF or CR; empty rows are skipped. The first row
 * says how many columns there are: shorter rows are filled up with "", a longer one is an error,
 * unless what is too much is empty.
 */
#ifndef HOOL_FORMAT_CSV_H
#define HOOL_FORMAT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"

struct csv_row {
	const char **cells; /* csv.ncols of them */
	int line;	    /* where it begins, from 1 */
};

struct csv {
	const char *file;
	char delimiter;
	size_t ncols;
	struct csv_row *rows; /* the first one is the header */
	size_t nrows;
};

/*
 * Read a whole file into cx's arena. There is at least one row.
 * Errors: ERR_INVALID with file, line and column; ERR_LIMIT past MAX_UPLOAD, MAX_CSV_COLUMNS or
 * MAX_CSV_CELLS.
 */
enum err csv_parse(struct ctx *cx, const char *file, const void *bytes, size_t len,
		   struct csv **ret) MUST_USE;
/* The column of a heading, letter case and surrounding spaces aside (ASCII only); -1 if none. */
int csv_column(const struct csv *csv, const char *heading);

/*
 * Writing. Text that a spreadsheet would take for a formula gets an apostrophe in front
 * (OWASP, "CSV injection"); numbers are written by their own functions and stay numbers.
 */
struct csv_writer {
	struct buf *out;
	char delimiter;
	bool in_row;
};

/* Start; the delimiter is ';' (decimal comma, as Excel here) or ',' (decimal point). */
void csv_begin(struct csv_writer *w, struct buf *out, char delimiter, bool bom);
/* A cell of text; NULL is an empty cell. */
void csv_text(struct csv_writer *w, const char *text);
void csv_int(struct csv_writer *w, int64_t n);
void csv_cents(struct csv_writer *w, int64_t cents);
/* A civil day as 2026-05-25; CIVIL_NONE is an empty cell. */
void csv_date(struct csv_writer *w, int32_t day);
void csv_end_row(struct csv_writer *w);

#endif
