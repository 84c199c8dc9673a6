/* See xlsx.h. */
#include "format/xlsx.h"

#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "base/civil.h"
#include "base/memory.h"

#define MAX_CELL 32767 /* characters Excel takes */
#define EPOCH 25569    /* serial number of 01.01.1970 */

struct xlsx {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *head, *date, *money;
	lxw_row_t row;
	lxw_col_t col;
	bool failed;
	char *folder;
};

enum err
xlsx_begin(struct ctx *cx, const char *path, const char *folder, struct xlsx **ret)
{
	struct xlsx *x = mem_new(sizeof(*x));
	lxw_workbook_options options = { .constant_memory = 1 };

	x->folder = strdup(folder);
	options.tmpdir = x->folder;
	x->book = workbook_new_opt(path, &options);
	x->sheet = x->book == NULL ? NULL : workbook_add_worksheet(x->book, NULL);
	if (x->sheet == NULL) {
		xlsx_free(x);
		return fail(cx, ERR_IO, "err.xlsx");
	}
	x->head = workbook_add_format(x->book);
	format_set_bold(x->head);
	x->date = workbook_add_format(x->book);
	format_set_num_format(x->date, "dd.mm.yyyy");
	x->money = workbook_add_format(x->book);
	format_set_num_format(x->money, "#,##0.00");
	worksheet_freeze_panes(x->sheet, 1, 0);
	*ret = x;
	return OK;
}

static void
wrote(struct xlsx *x, lxw_error e)
{
	x->failed = x->failed || e != LXW_NO_ERROR;
	x->col++;
}

void
xlsx_heading(struct xlsx *x, const char *text, int width)
{
	(void)worksheet_set_column(x->sheet, x->col, x->col, width, NULL);
	wrote(x, worksheet_write_string(x->sheet, x->row, x->col, text, x->head));
}

void
xlsx_text(struct xlsx *x, const char *text)
{
	if (text == NULL || *text == '\0') {
		x->col++;
		return;
	}
	/* A cell's most is in characters; a text so long is cut at as many bytes of whole ones. */
	if (strlen(text) > MAX_CELL) {
		size_t n = MAX_CELL;
		char *cut;

		while (((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
		cut = strndup(text, n);
		wrote(x, worksheet_write_string(x->sheet, x->row, x->col, cut, NULL));
		free(cut);
		return;
	}
	wrote(x, worksheet_write_string(x->sheet, x->row, x->col, text, NULL));
}

void
xlsx_int(struct xlsx *x, int64_t n)
{
	wrote(x, worksheet_write_number(x->sheet, x->row, x->col, (double)n, NULL));
}

void
xlsx_cents(struct xlsx *x, int64_t cents)
{
	wrote(x, worksheet_write_number(x->sheet, x->row, x->col, (double)cents / 100, x->money));
}

void
xlsx_date(struct xlsx *x, int32_t day)
{
	if (day == CIVIL_NONE)
		x->col++;
	else
		wrote(x, worksheet_write_number(x->sheet, x->row, x->col, (double)day + EPOCH,
						x->date));
}

void
xlsx_row(struct xlsx *x)
{
	x->row++;
	x->col = 0;
}

enum err
xlsx_end(struct ctx *cx, struct xlsx *x)
{
	bool failed = x->failed;

	if (workbook_close(x->book) != LXW_NO_ERROR)
		failed = true;
	x->book = NULL;
	xlsx_free(x);
	return failed ? fail(cx, ERR_IO, "err.xlsx") : OK;
}

void
xlsx_free(struct xlsx *x)
{
	if (x == NULL)
		return;
	if (x->book != NULL)
		lxw_workbook_free(x->book);
	free(x->folder);
	free(x);
}
