/* Days as letters, and what they come to. */
#include "work/settlement/days.h"

#include <string.h>

#include "base/civil.h"
#include "base/test.h"

TEST(days_share_rounds_halves_away_from_zero)
{
	static const struct {
		int64_t n, times, by, want;
	} CASES[] = {
		{ 90, 2940, 60, 4410 },	  { 50, 2956, 60, 2463 },
		{ 35, 2936, 60, 1713 },	  { 3, 1016, 60, 51 },
		{ 1, 1, 2, 1 },		  { -1, 1, 2, -1 },
		{ -3, 1016, 60, -51 },	  { 0, 99, 7, 0 },
		{ 10, 22300, 21, 10619 }, { 20, 1, 1, 20 },
		{ 5, 50, 100, 3 },	  { 4, 50, 100, 2 },
		{ -5, 50, 100, -3 },	  { 1000000, 1, 10000, 100 },
		{ 7, 100, 3, 233 },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
		EXPECT_INT(CASES[i].want, days_share(CASES[i].n, CASES[i].times, CASES[i].by));
}

TEST(days_of_a_month_know_weekends_and_holidays)
{
	/* May 2026: the first is a holiday and a Friday. */
	EXPECT_TEXT("---.....--.....--.....--.....--", days_blank(t->arena, civil_day(2026, 5, 1)));
	/* February 2026: the 24th is Independence Day, a Tuesday. */
	EXPECT_TEXT("-.....--.....--.....--.-...-", days_blank(t->arena, civil_day(2026, 2, 1)));
	EXPECT_INT(29, (int)strlen(days_blank(t->arena, civil_day(2028, 2, 1))));
}

TEST(days_are_valid_letters_of_the_month)
{
	int32_t february = civil_day(2026, 2, 1);

	(void)t;
	EXPECT(days_valid("-TTPPH--.....--.....--.-...-", february));
	EXPECT(!days_valid("-TTPPH--.....--.....--.-...", february));	/* a day short */
	EXPECT(!days_valid("-TTPPH--.....--.....--.-...--", february)); /* a day too many */
	EXPECT(!days_valid("-tTPPH--.....--.....--.-...-", february));
	EXPECT(!days_valid("-XTPPH--.....--.....--.-...-", february));
	EXPECT(!days_valid("", february));
	EXPECT(!days_valid(NULL, february));
}

TEST(days_merge_takes_letters_of_service_days_only)
{
	static const struct {
		const char *days, *said, *merged, *proposal;
	} CASES[] = {
		{ "-TTT.", NULL, "-TTT.", NULL },
		{ "-TTT.", "-TTT.", "-TTT.", NULL },
		{ "-TTT.", "-TPH.", "-TPH.", "-TPH." },
		/* a day off and a day out are only proposed */
		{ "-TTT.", "TTTTT", "-TTT.", "TTTTT" },
		{ "-TTT.", "HTTTH", "-TTT.", NULL },
		/* a service day cannot be taken away by saying nothing of it */
		{ "-TTT.", "-.T-.", "-TTT.", NULL },
		{ "-PTT.", "-TTTP", "-TTT.", "-TTTP" },
		{ "-TTT.", "short", "-TTT.", NULL },
		{ "-TTT.", "-TT", "-TTT.", NULL },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		const char *p = days_proposal(t->arena, CASES[i].days, CASES[i].said);

		EXPECT_TEXT(CASES[i].merged, days_merge(t->arena, CASES[i].days, CASES[i].said));
		if (CASES[i].proposal == NULL)
			EXPECT(p == NULL);
		else
			EXPECT_TEXT(CASES[i].proposal, p);
	}
}

TEST(days_come_to_quantity_and_sum)
{
	static const struct {
		const char *days;
		bool by_month;
		int64_t price;
		int paid;
		int64_t quantity, cents;
	} CASES[] = {
		{ "---TTTTT--", false, 2200, 31, 500, 11000 },
		{ "---TTPHT--", false, 2200, 31, 400, 8800 },
		{ "---TTPHT--", false, 2200, 0, 300, 6600 },
		{ "---TPPPT--", false, 2200, 2, 400, 8800 },
		{ "---.....--", false, 2200, 31, 0, 0 },
		{ "---HHHHH--", false, 2200, 31, 0, 0 },
		/* a month's price by its working days: 3 of 5 */
		{ "---TTT..--", true, 22300, 31, 60, 13380 },
		{ "---TTTTT--", true, 22300, 31, 100, 22300 },
		{ "---T....--", true, 101, 31, 20, 20 },
		{ "---TT....--", true, 101, 31, 33, 34 },
		{ "----------", true, 22300, 31, 0, 0 },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct amount a = days_amount(CASES[i].days, CASES[i].by_month, CASES[i].price,
					      CASES[i].paid);

		EXPECT_INT(CASES[i].quantity, a.quantity);
		EXPECT_INT(CASES[i].cents, a.cents);
	}
}
