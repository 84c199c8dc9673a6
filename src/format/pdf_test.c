/* The finishing step of PDF on documents that are not as they should be. */
#include "format/pdf.h"

#include <string.h>

#include "base/test.h"

/* A document of the smallest kind. */
static const char DOC[] = "%PDF-1.4\n"
			  "1 0 obj\n<< /Type /Catalog /Note (a \\) >> b) /H <3E3E> >>\nendobj\n"
			  "2 0 obj\n<< /CreationDate (20260525090000Z) >>\nendobj\n"
			  "3 0 obj\n<< /Type /StructElem\n   /S /TH\n>>\nendobj\n";
static const char TABLE[] = "xref\n0 4\n"
			    "0000000000 65535 f \n"
			    "0000000009 00000 n \n"
			    "0000000073 00000 n \n"
			    "0000000126 00000 n \n"
			    "trailer\n<< /Size 4 /Root 1 0 R /Info 2 0 R >>\n"
			    "startxref\n";

static enum err
finish(struct test *t, struct buf *b, const char *doc, const char *table, size_t start)
{
	buf_init(b, 4096);
	buf_text(b, doc);
	buf_text(b, table);
	buf_printf(b, "%zu\n%%%%EOF\n", start);
	return pdf_finish(test_ctx(t), b, LANG_RU, "C");
}

TEST(pdf_finish_adds_what_is_missing)
{
	SCOPED_BUF b;

	EXPECT_OK(finish(t, &b, DOC, TABLE, sizeof(DOC) - 1));
	EXPECT(strstr(b.bytes, "/H <3E3E>    /MarkInfo << /Marked true >>\n   /Lang (ru)") != NULL);
	EXPECT(strstr(b.bytes, "(D:20260525090000Z)") != NULL);
	EXPECT(strstr(b.bytes, "/A << /O /Table /Scope /Column >>") != NULL);
	EXPECT(strstr(b.bytes, "xref\n1 3\n") != NULL);
}

TEST(pdf_finish_refuses_what_it_cannot_read)
{
	static const struct {
		const char *doc, *table;
		size_t start;
	} CASES[] = {
		{ "", "", 0 },
		{ DOC, "", sizeof(DOC) - 1 },
		{ DOC, TABLE, 3 },
		{ DOC, TABLE, 99999 },
		{ DOC, TABLE, SIZE_MAX },
		{ DOC, "xref\n0 4\n0000000000 65535 f \ntrailer\n<<>>\nstartxref\n",
		  sizeof(DOC) - 1 },
		{ DOC, "xref\n0 99999999\nstartxref\n", sizeof(DOC) - 1 },
		{ DOC,
		  "xref\n0 2\n0000000000 65535 f \n0000000010 00000 n \n"
		  "trailer\n<< /Size 2 /Root 1 0 R /Info 1 0 R >>\nstartxref\n",
		  sizeof(DOC) - 1 },
		{ DOC,
		  "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
		  "trailer\n<< /Size 2 /Root 7 0 R /Info 1 0 R >>\nstartxref\n",
		  sizeof(DOC) - 1 },
		{ "%PDF-1.4\n1 0 obj\n<< /A (never ends >>\nendobj\n",
		  "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
		  "trailer\n<< /Size 2 /Root 1 0 R /Info 1 0 R >>\nstartxref\n",
		  46 },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		SCOPED_BUF b;

		EXPECT_ERR(ERR_BUG, finish(t, &b, CASES[i].doc, CASES[i].table, CASES[i].start));
	}
}

TEST(pdf_finish_keeps_to_the_limit)
{
	SCOPED_BUF b;

	buf_init(&b, sizeof(DOC) + sizeof(TABLE) + 40);
	buf_text(&b, DOC);
	buf_text(&b, TABLE);
	buf_printf(&b, "%zu\n", sizeof(DOC) - 1);
	EXPECT_ERR(ERR_LIMIT, pdf_finish(test_ctx(t), &b, LANG_ET, ""));
}
