/* Spreadsheets out: what a reader of them finds in the sheet. */
#include "format/xlsx.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/civil.h"
#include "base/test.h"

/* The sheet of a spreadsheet, as XML. */
static const char *
sheet_of(struct test *t, const char *path)
{
	zip_t *z = zip_open(path, ZIP_RDONLY, NULL);
	zip_file_t *f;
	zip_stat_t st;
	char *out;

	assert_non_null(z);
	assert_int_equal(0, zip_stat(z, "xl/worksheets/sheet1.xml", 0, &st));
	f = zip_fopen(z, "xl/worksheets/sheet1.xml", 0);
	out = arena_alloc(t->arena, st.size + 1);
	assert_int_equal((int)st.size, (int)zip_fread(f, out, st.size));
	out[st.size] = '\0';
	(void)zip_fclose(f);
	zip_discard(z);
	return out;
}

TEST(xlsx_text_is_text_and_numbers_are_numbers)
{
	char path[] = P_tmpdir "/hool-xlsx-XXXXXX";
	int fd = mkstemp(path);
	struct xlsx *x = NULL;
	const char *sheet;

	EXPECT(fd >= 0);
	EXPECT_OK(xlsx_begin(test_ctx(t), path, P_tmpdir, &x));
	xlsx_heading(x, "Nimi", 20);
	xlsx_heading(x, "Summa", 10);
	xlsx_row(x);
	xlsx_text(x, "=HYPERLINK(\"http://x\")");
	xlsx_cents(x, -123450);
	xlsx_date(x, civil_day(2026, 5, 25));
	xlsx_date(x, CIVIL_NONE);
	xlsx_text(x, NULL);
	xlsx_int(x, 17);
	xlsx_text(x, "õ < & логопедия");
	xlsx_row(x);
	EXPECT_OK(xlsx_end(test_ctx(t), x));
	sheet = sheet_of(t, path);
	(void)close(fd);
	(void)unlink(path);
	EXPECT(strstr(sheet, "<t>=HYPERLINK(") != NULL);
	EXPECT(strstr(sheet, "<f>") == NULL);
	EXPECT(strstr(sheet, "<v>-1234.5</v>") != NULL);
	EXPECT(strstr(sheet, "<v>46167</v>") != NULL);
	EXPECT(strstr(sheet, "<c r=\"D2\"") == NULL && strstr(sheet, "<c r=\"E2\"") == NULL);
	EXPECT(strstr(sheet, "<c r=\"F2\"><v>17</v>") != NULL);
	EXPECT(strstr(sheet, "õ &lt; &amp; логопедия") != NULL);
}

TEST(xlsx_cannot_be_where_there_is_no_folder)
{
	struct xlsx *x = NULL;

	EXPECT_OK(xlsx_begin(test_ctx(t), "/nonexistent-hool/x.xlsx", P_tmpdir, &x));
	xlsx_text(x, "a");
	EXPECT_ERR(ERR_IO, xlsx_end(test_ctx(t), x));
}
