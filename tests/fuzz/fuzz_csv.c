/* Any bytes as CSV: refused with a key, or read; what is written from it reads back the same. */
#include <stdlib.h>
#include <string.h>

#include "format/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same text, or the same behind the apostrophe that keeps it from being a formula. */
static int
same(const char *in, const char *back)
{
	return strcmp(in, back) == 0 || (*back == '\'' && strcmp(in, back + 1) == 0);
}

static void
write_and_read(struct ctx *cx, const struct csv *csv)
{
	struct csv_writer w;
	struct csv *back = NULL;
	SCOPED_BUF b;

	buf_init(&b, MAX_UPLOAD);
	if (csv->ncols + 2 > MAX_CSV_COLUMNS || csv->nrows * (csv->ncols + 2) > MAX_CSV_CELLS)
		return;
	csv_begin(&w, &b, ';', true);
	for (size_t i = 0; i < csv->nrows; i++) {
		csv_text(&w, "x"); /* or a row of empty cells would be an empty row */
		for (size_t k = 0; k < csv->ncols; k++)
			csv_text(&w, csv->rows[i].cells[k]);
		csv_text(&w, "x");
		csv_end_row(&w);
	}
	if (b.too_large)
		return;
	if (csv_parse(cx, "back.csv", b.bytes, b.len, &back) != OK || back->nrows != csv->nrows ||
	    back->delimiter != ';')
		abort();
	for (size_t i = 0; i < csv->nrows; i++)
		for (size_t k = 0; k < csv->ncols; k++)
			if (!same(csv->rows[i].cells[k], back->rows[i].cells[k + 1]))
				abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct csv *csv = NULL;
	struct ctx cx;

	ctx_init(&cx, a);
	if (csv_parse(&cx, "fuzz.csv", data, size, &csv) == OK)
		write_and_read(&cx, csv);
	else if (cx.error.key == NULL || cx.error.file == NULL)
		abort();
	return 0;
}
