/* One-time codes against the vectors of their standards. */
#include "format/totp.h"

#include <string.h>

#include "base/test.h"

#define SECRET ((const unsigned char *)"12345678901234567890")

/* RFC 6238, appendix B (SHA-1), its eight digits cut to the last six. */
TEST(totp_gives_the_codes_of_the_standard)
{
	static const struct {
		int64_t at;
		const char *code;
	} cases[] = {
		{ 59, "287082" },	  { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
	};
	/* RFC 4226, appendix D: by count. */
	static const char *const counts[] = { "755224", "287082", "359152", "969429", "338314",
					      "254676", "287922", "162583", "399871", "520489" };
	char code[TOTP_CODE_SIZE];

	(void)t;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		totp_code(SECRET, 20, totp_step(cases[i].at), code);
		EXPECT_TEXT(cases[i].code, code);
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		totp_code(SECRET, 20, (int64_t)i, code);
		EXPECT_TEXT(counts[i], code);
	}
}

TEST(totp_takes_one_step_either_way_and_none_twice)
{
	const int64_t now = 1234567890, step = totp_step(now);
	char code[TOTP_CODE_SIZE];

	(void)t;
	for (int64_t by = -3; by <= 3; by++) {
		totp_code(SECRET, 20, step + by, code);
		EXPECT_INT(by >= -1 && by <= 1 ? step + by : 0,
			   totp_match(SECRET, 20, code, now, 0));
		EXPECT_INT(0, totp_match(SECRET, 20, code, now, step + 1));
		EXPECT_INT(by == 1 ? step + 1 : 0, totp_match(SECRET, 20, code, now, step));
	}
	EXPECT_INT(0, totp_match(SECRET, 20, "", now, 0));
	EXPECT_INT(0, totp_match(SECRET, 20, "00592", now, 0));
	EXPECT_INT(0, totp_match(SECRET, 20, "0059240", now, 0));
	EXPECT_INT(0, totp_match(SECRET, 20, " 05924", now, 0));
	EXPECT_INT(step, totp_match(SECRET, 20, "005924", now, 0));
}

/* RFC 4648, section 10, without the padding. */
TEST(totp_base32_of_the_standard)
{
	static const char *const pairs[][2] = { { "", "" },
						{ "f", "MY" },
						{ "fo", "MZXQ" },
						{ "foo", "MZXW6" },
						{ "foob", "MZXW6YQ" },
						{ "fooba", "MZXW6YTB" },
						{ "foobar", "MZXW6YTBOI" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		EXPECT_TEXT(pairs[i][1], base32(t->arena, pairs[i][0], strlen(pairs[i][0])));
}
