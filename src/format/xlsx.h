/*
 * A spreadsheet (XLSX) of one sheet, written row by row: the cells go to disk as they come, so that
 * memory stays the same however many rows there are. Text is always text: what looks like a formula
 * is shown and never computed.
 */
#ifndef HOOL_FORMAT_XLSX_H
#define HOOL_FORMAT_XLSX_H

#include "base/ctx.h"

#define XLSX_MOST_ROWS 1048576 /* of a sheet, the heading among them */

struct xlsx;

/* Start a file at `path`; what passes on the way is kept in `folder`. Errors: ERR_IO. */
enum err
xlsx_begin(struct ctx *cx, const char *path, const char *folder, struct xlsx **ret) MUST_USE;
/* Cells of the present row, from the left; the next row. NULL is an empty cell. Errors are told by
 * xlsx_end(). */
void xlsx_heading(struct xlsx *x, const char *text, int width);
void xlsx_text(struct xlsx *x, const char *text);
void xlsx_int(struct xlsx *x, int64_t n);
void xlsx_cents(struct xlsx *x, int64_t cents);
void xlsx_date(struct xlsx *x, int32_t day); /* CIVIL_NONE is an empty cell */
void xlsx_row(struct xlsx *x);
/* Finish the file and free the writer. ERR_IO err.xlsx if anything of it could not be written. */
enum err xlsx_end(struct ctx *cx, struct xlsx *x) MUST_USE;
/* Give up, leaving whatever there is of the file. Takes NULL. */
void xlsx_free(struct xlsx *x);
SCOPED_DEFINE(xlsx, struct xlsx, xlsx_free)

#endif
