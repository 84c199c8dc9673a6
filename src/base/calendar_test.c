/* Tests of the calendar: the figures of the law, and the fast counts against slow ones. */
#include "base/calendar.h"

#include <string.h>

#include "base/test.h"

static int32_t
on(const char *iso)
{
	int32_t day = CIVIL_NONE;

	assert_true(civil_parse(iso, &day));
	return day;
}

TEST(calendar_knows_easter_and_what_hangs_on_it)
{
	static const struct {
		int year;
		const char *friday, *easter, *pentecost;
		int working;
	} ROWS[] = {
		{ 2025, "2025-04-18", "2025-04-20", "2025-06-08", 251 },
		{ 2026, "2026-04-03", "2026-04-05", "2026-05-24", 252 },
		{ 2027, "2027-03-26", "2027-03-28", "2027-05-16", 254 },
		{ 2028, "2028-04-14", "2028-04-16", "2028-06-04", 254 },
		{ 2029, "2029-03-30", "2029-04-01", "2029-05-20", 254 },
		{ 2030, "2030-04-19", "2030-04-21", "2030-06-09", 253 },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		EXPECT_INT(on(ROWS[i].easter), calendar_easter(ROWS[i].year));
		EXPECT_TEXT("holiday.good_friday", calendar_holiday(on(ROWS[i].friday)));
		EXPECT_TEXT("holiday.easter", calendar_holiday(on(ROWS[i].easter)));
		EXPECT_TEXT("holiday.pentecost", calendar_holiday(on(ROWS[i].pentecost)));
		EXPECT(calendar_holiday(on(ROWS[i].easter) + 1) == NULL);
		EXPECT_INT(ROWS[i].working, calendar_working_in_year(ROWS[i].year));
	}
	/* the earliest and the latest Easter there can be */
	EXPECT_INT(on("1818-03-22"), calendar_easter(1818));
	EXPECT_INT(on("2038-04-25"), calendar_easter(2038));
}

TEST(calendar_shortens_only_a_working_day_directly_before)
{
	static const struct {
		int year;
		const char *days;
	} ROWS[] = {
		{ 2025, "2025-12-23 2025-12-31 " },
		{ 2026, "2026-02-23 2026-06-22 2026-12-23 2026-12-31 " },
		{ 2027, "2027-02-23 2027-06-22 2027-12-23 2027-12-31 " },
		{ 2028, "2028-02-23 2028-06-22 " },
		{ 2029, "2029-02-23 2029-06-22 2029-12-31 " },
		{ 2030, "2030-12-23 2030-12-31 " },
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		const char *got = "";

		for (int32_t d = civil_day(ROWS[i].year, 1, 1);
		     d <= civil_day(ROWS[i].year, 12, 31); d++)
			if (calendar_shortened(d))
				got = arena_printf(t->arena, "%s%s ", got, civil_iso(t->arena, d));
		EXPECT_TEXT(ROWS[i].days, got);
	}
}

TEST(calendar_counts_fast_as_it_would_slowly)
{
	int32_t from = on("2024-12-20"), day = from;
	int n = 0;

	(void)t;
	while (n < 1200) {
		day++;
		n += calendar_working(day);
		assert_int_equal(n, calendar_working_between(from, day));
		assert_int_equal(-n, calendar_working_between(day, from));
		if (calendar_working(day)) {
			assert_int_equal(day, calendar_add_working(from, n));
			assert_int_equal(day, calendar_roll(day));
		} else {
			assert_true(calendar_roll(day) > day);
			assert_non_null(calendar_rest(day));
		}
	}
	for (n = 0, day = from; n > -600;) {
		day--;
		if (calendar_working(day))
			assert_int_equal(day, calendar_add_working(from, --n));
	}
	EXPECT_INT(from, calendar_add_working(from, 0));
	EXPECT_INT(CIVIL_NONE, calendar_add_working(CIVIL_MAX - 3, 10));
	EXPECT_INT(CIVIL_NONE, calendar_add_working(CIVIL_MIN + 3, -10));
	EXPECT_INT(CIVIL_NONE, calendar_add_working(from, 2147483647));
}

TEST(calendar_rolls_over_a_row_of_holidays)
{
	static const struct {
		const char *day, *rolled, *why;
	} ROWS[] = {
		{ "2026-06-24", "2026-06-25", "holiday.midsummer" },
		{ "2026-12-24", "2026-12-28", "holiday.christmas_eve" },
		{ "2026-12-26", "2026-12-28", "holiday.boxing" },
		{ "2026-02-28", "2026-03-02", "day.saturday" },
		{ "2026-03-01", "2026-03-02", "day.sunday" },
		{ "2026-05-24", "2026-05-25", "holiday.pentecost" },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		EXPECT_INT(on(ROWS[i].rolled), calendar_roll(on(ROWS[i].day)));
		EXPECT_TEXT(ROWS[i].why, calendar_rest(on(ROWS[i].day)));
	}
	EXPECT(calendar_rest(on("2026-05-25")) == NULL);
	EXPECT_TEXT("day.monday", calendar_weekday_key(on("2026-05-25")));
}

TEST(calendar_months_and_birthdays)
{
	(void)t;
	EXPECT_INT(on("2028-02-01"), calendar_month_first(on("2028-02-17")));
	EXPECT_INT(on("2028-02-29"), calendar_month_last(on("2028-02-17")));
	EXPECT_INT(20, calendar_working_in_month(on("2026-05-10")));
	EXPECT_INT(on("2027-02-05"), calendar_birthday(on("2011-02-05"), 16));
	EXPECT_INT(on("2025-03-01"), calendar_birthday(on("2008-02-29"), 17));
	EXPECT_INT(on("2024-02-29"), calendar_birthday(on("2008-02-29"), 16));
}
