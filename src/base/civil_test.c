/* Tests of civil days and Tallinn time. */
#include "base/civil.h"

#include <string.h>

#include "base/test.h"

#define HOUR 3600

TEST(civil_days_of_known_dates)
{
	static const struct {
		int y, m, d;
		int32_t day;
		int weekday;
	} CASES[] = {
		{ 1970, 1, 1, 0, 4 },	      { 1969, 12, 31, -1, 3 },
		{ 2000, 2, 29, 11016, 2 },    { 2026, 5, 25, 20598, 1 },
		{ 1900, 2, 28, -25509, 3 },   { 1900, 3, 1, -25508, 4 },
		{ 1600, 1, 1, CIVIL_MIN, 6 }, { 3000, 1, 1, CIVIL_MAX, 3 },
		{ 1918, 2, 24, -18939, 7 },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		EXPECT_INT(CASES[i].day, civil_day(CASES[i].y, CASES[i].m, CASES[i].d));
		EXPECT_INT(CASES[i].weekday, civil_weekday(CASES[i].day));
	}
}

TEST(civil_every_day_goes_there_and_back)
{
	int32_t day = CIVIL_MIN;

	(void)t;
	for (int y = 1600; y < 3000; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= civil_days_in_month(y, m); d++, day++) {
				struct civil c = civil_date(day);

				if (c.year != y || c.month != m || c.day != d ||
				    civil_day(y, m, d) != day) {
					print_error("%d-%d-%d is not day %d\n", y, m, d, day);
					EXPECT(false);
				}
			}
	EXPECT_INT(CIVIL_MAX, day);
}

TEST(civil_real_dates)
{
	(void)t;
	EXPECT(civil_real(2024, 2, 29));
	EXPECT(!civil_real(2026, 2, 29));
	EXPECT(!civil_real(1900, 2, 29));
	EXPECT(civil_real(2000, 2, 29));
	EXPECT(!civil_real(2026, 4, 31));
	EXPECT(!civil_real(2026, 13, 1));
	EXPECT(!civil_real(2026, 0, 1));
	EXPECT(!civil_real(2026, 1, 0));
	EXPECT(!civil_real(1599, 12, 31));
	EXPECT(!civil_real(3000, 1, 1));
	EXPECT(civil_real(2999, 12, 31));
}

TEST(civil_months_end_on_the_last_day_there_is)
{
	static const struct {
		const char *from;
		int months;
		const char *to;
	} CASES[] = {
		{ "2026-01-31", 1, "2026-02-28" },  { "2024-01-31", 1, "2024-02-29" },
		{ "2024-02-29", 12, "2025-02-28" }, { "2026-03-31", -1, "2026-02-28" },
		{ "2026-05-31", 1, "2026-06-30" },  { "2026-12-15", 1, "2027-01-15" },
		{ "2026-01-15", -1, "2025-12-15" }, { "2026-01-15", -13, "2024-12-15" },
		{ "2026-05-25", 0, "2026-05-25" },  { "2026-08-31", 6, "2027-02-28" },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int32_t from = 0;

		EXPECT(civil_parse(CASES[i].from, &from));
		EXPECT_TEXT(CASES[i].to,
			    civil_iso(t->arena, civil_add_months(from, CASES[i].months)));
	}
}

TEST(civil_age_in_full_years)
{
	static const struct {
		const char *birth, *day;
		int age;
	} CASES[] = {
		{ "2000-05-25", "2026-05-24", 25 }, { "2000-05-25", "2026-05-25", 26 },
		{ "2004-02-29", "2026-02-28", 21 }, { "2004-02-29", "2026-03-01", 22 },
		{ "2004-02-29", "2024-02-29", 20 }, { "2026-05-25", "2026-05-25", 0 },
		{ "1926-12-31", "2026-12-30", 99 },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int32_t birth = 0, day = 0;

		EXPECT(civil_parse(CASES[i].birth, &birth));
		EXPECT(civil_parse(CASES[i].day, &day));
		EXPECT_INT(CASES[i].age, civil_age(birth, day));
	}
}

TEST(civil_texts)
{
	EXPECT_TEXT("2026-05-25", civil_iso(t->arena, civil_day(2026, 5, 25)));
	EXPECT_TEXT("25.05.2026", civil_text(t->arena, civil_day(2026, 5, 25)));
	EXPECT_TEXT("", civil_iso(t->arena, CIVIL_NONE));
	EXPECT_TEXT("", civil_text(t->arena, CIVIL_NONE));
	EXPECT_TEXT("1600-01-01", civil_iso(t->arena, CIVIL_MIN));
}

TEST(civil_parse_takes_dates)
{
	static const char *const GOOD[] = { "2026-05-07", "07.05.2026", "7.5.2026", " 7.05.2026 ",
					    "07.5.2026" };
	static const char *const BAD[] = {
		"",
		" ",
		"2026-5-7",
		"2026-05-7",
		"2026/05/07",
		"26-05-07",
		"07.05.26",
		"7. 5.2026",
		"7.5.2026.",
		"2026-05-07T00:00",
		"31.02.2026",
		"32.01.2026",
		"00.01.2026",
		"01.00.2026",
		"01.13.2026",
		"2026-02-29",
		"07.05.02026",
		"+7.5.2026",
		"-7.5.2026",
		"٧.٥.2026",
		"\t7.5.2026",
		"7,5,2026",
		"007.5.2026",
		"12026-05-07",
		"2026-05-071",
		"01.01.1599",
		"01.01.3000",
		"2026-05",
		"täna",
		"7.5.2026\u00A0",
		"2026-05-07\n",
	};
	int32_t day;

	(void)t;
	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
		day = 0;
		EXPECT(civil_parse(GOOD[i], &day));
		EXPECT_INT(civil_day(2026, 5, 7), day);
	}
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		day = 42;
		if (civil_parse(BAD[i], &day)) {
			print_error("\"%s\" was taken for a date\n", BAD[i]);
			EXPECT(false);
		}
		EXPECT_INT(42, day);
	}
}

TEST(civil_tallinn_summer_time_begins_and_ends)
{
	static const struct {
		int y, m, d; /* the last Sunday */
		int before, after;
	} CASES[] = {
		{ 2024, 3, 31, 2, 3 },	{ 2025, 3, 30, 2, 3 },	{ 2026, 3, 29, 2, 3 },
		{ 2027, 3, 28, 2, 3 },	{ 2024, 10, 27, 3, 2 }, { 2025, 10, 26, 3, 2 },
		{ 2026, 10, 25, 3, 2 }, { 2027, 10, 31, 3, 2 },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int32_t day = civil_day(CASES[i].y, CASES[i].m, CASES[i].d);
		int64_t moment = (int64_t)day * 86400 + HOUR; /* 01:00 UTC */
		struct civil_time before = civil_in_tallinn(moment - 1);
		struct civil_time after = civil_in_tallinn(moment);

		EXPECT_INT(CASES[i].before * HOUR, before.offset);
		EXPECT_INT(CASES[i].after * HOUR, after.offset);
		EXPECT_INT(CASES[i].before, before.hour); /* 02:59:59 or 03:59:59 */
		EXPECT_INT(59, before.minute);
		EXPECT_INT(59, before.second);
		EXPECT_INT(1 + CASES[i].after, after.hour); /* 04:00 or 03:00 */
		EXPECT_INT(0, after.minute);
		EXPECT_INT(day, before.day);
		EXPECT_INT(day, after.day);
	}
}

TEST(civil_days_begin_at_midnight_and_are_23_to_25_hours)
{
	int longer = 0, shorter = 0;
	int32_t first = civil_day(2020, 1, 1), end = civil_day(2031, 1, 1);

	(void)t;
	for (int32_t day = first; day < end; day++) {
		int64_t start = civil_start_of_day(day), next = civil_start_of_day(day + 1);
		struct civil_time at = civil_in_tallinn(start), last = civil_in_tallinn(start - 1);

		EXPECT_INT(day, at.day);
		EXPECT_INT(0, at.hour + at.minute + at.second);
		EXPECT_INT(day - 1, last.day);
		longer += next - start == 25 * HOUR;
		shorter += next - start == 23 * HOUR;
		EXPECT(next - start >= 23 * HOUR && next - start <= 25 * HOUR);
	}
	EXPECT_INT(11, longer);
	EXPECT_INT(11, shorter);
}

TEST(civil_tallinn_time_of_old_and_new_moments)
{
	struct civil_time at = civil_in_tallinn(-1);

	(void)t;
	EXPECT_INT(0, at.day); /* 01:59:59 on 1 January 1970 by the rule */
	EXPECT_INT(1, at.hour);
	at = civil_in_tallinn(-2 * HOUR - 1);
	EXPECT_INT(-1, at.day);
	EXPECT_INT(23, at.hour);
	EXPECT_INT(59, at.second);
	at = civil_in_tallinn((int64_t)civil_day(2026, 5, 25) * 86400 + 9 * HOUR);
	EXPECT_INT(12, at.hour);
}
