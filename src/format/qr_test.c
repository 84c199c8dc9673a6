/* QR codes: the parts every reader looks for first. */
#include "format/qr.h"

#include <string.h>

#include "base/test.h"

/* A finder stands in three corners: 7 × 7, a ring, a white ring, a black middle. */
static void
expect_finder(const struct qr *q, int x, int y)
{
	for (int i = 0; i < 7; i++)
		for (int k = 0; k < 7; k++) {
			bool rim = i == 0 || i == 6 || k == 0 || k == 6;
			bool middle = i >= 2 && i <= 4 && k >= 2 && k <= 4;

			EXPECT_INT(rim || middle, q->black[(y + i) * q->side + x + k]);
		}
}

TEST(qr_has_its_finders_and_grows_with_the_text)
{
	struct ctx *cx = test_ctx(t);
	struct qr small, large;
	char text[502] = "";

	EXPECT_OK(qr_make(cx, "otpauth", &small));
	EXPECT_INT(21, small.side);
	expect_finder(&small, 0, 0);
	expect_finder(&small, 14, 0);
	expect_finder(&small, 0, 14);
	memset(text, 'a', 500);
	EXPECT_OK(qr_make(cx, text, &large));
	EXPECT(large.side > small.side);
	EXPECT_INT(1, large.side % 4); /* 17 + 4 × version */
	expect_finder(&large, large.side - 7, 0);
	text[500] = 'a';
	EXPECT_ERR(ERR_LIMIT, qr_make(cx, text, &large));
	EXPECT_ERR(ERR_LIMIT, qr_make(cx, "", &large));
}
