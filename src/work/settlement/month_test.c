/* Making a month: placements, pauses, stages, prices and sessions into lines; corrections. */
#include "work/settlement/month.h"

#include <string.h>

#include "base/civil.h"
#include "base/test.h"
#include "work/settlement/month_read.h"

#define MAY civil_day(2026, 5, 1)
#define D(d) civil_day(2026, 5, (d))

/* April 2026 has 21 working days (Good Friday on the 3rd), May 20. */
static const struct month_price PKT_DAY = { .id = 1,
					    .unit = "day",
					    .cents = 2200,
					    .valid_from = 10000,
					    .valid_to = CIVIL_NONE,
					    .known_from = 10000,
					    .confirmed = true };

static struct month_facts
facts_of(const struct month_stay *stays, size_t n)
{
	return (struct month_facts){ .contract = 9,
				     .contract_from = civil_day(2026, 1, 1),
				     .contract_to = civil_day(2026, 12, 31),
				     .by_default = true,
				     .unit = "day",
				     .month = MAY,
				     .known = civil_day(2026, 6, 3),
				     .paid_absences = 31,
				     .prices = &PKT_DAY,
				     .nprices = 1,
				     .stays = stays,
				     .nstays = n };
}

static struct month_stay
whole(int64_t placement, int32_t from, int32_t to)
{
	return (struct month_stay){ .placement = placement,
				    .person = placement + 100,
				    .starts = from,
				    .ends = to,
				    .own_from = CIVIL_NONE,
				    .own_to = CIVIL_NONE,
				    .kind = STAY_WHOLE,
				    .from = CIVIL_NONE,
				    .to = CIVIL_NONE,
				    .paid = true };
}

static struct month_stay
part(int64_t placement, enum month_kind kind, const char *stage, int32_t from, int32_t to,
     bool paid)
{
	struct month_stay s = whole(placement, civil_day(2026, 1, 5), CIVIL_NONE);

	s.kind = kind;
	s.stage_code = stage;
	s.stage = stage == NULL ? 0 : (int64_t)strlen(stage);
	s.from = from;
	s.to = to;
	s.paid = paid;
	return s;
}

TEST(month_counts_the_working_days_of_a_placement)
{
	static const struct {
		int from, to; /* days of May; 0: open, before the month */
		const char *days;
		int64_t quantity, cents;
	} CASES[] = {
		{ 0, 0, "---TTTTT--TTTTT--TTTTT--TTTTT--", 2000, 44000 },
		{ 11, 0, "---.....--TTTTT--TTTTT--TTTTT--", 1500, 33000 },
		{ 0, 6, "---TTT..--.....--.....--.....--", 300, 6600 },
		{ 9, 18, "---.....--TTTTT--T....--.....--", 600, 13200 },
		{ 29, 29, "---.....--.....--.....--....T--", 100, 2200 },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct month_stay s =
			whole(7, CASES[i].from == 0 ? civil_day(2026, 1, 5) : D(CASES[i].from),
			      CASES[i].to == 0 ? CIVIL_NONE : D(CASES[i].to));
		struct month_facts f = facts_of(&s, 1);
		struct month_lines lines;

		month_make(t->arena, &f, &lines);
		EXPECT_INT(1, lines.n);
		EXPECT_TEXT(CASES[i].days, lines.list[0].days);
		EXPECT_INT(CASES[i].quantity, lines.list[0].amount.quantity);
		EXPECT_INT(CASES[i].cents, lines.list[0].amount.cents);
		EXPECT(lines.list[0].price == &PKT_DAY);
	}
}

TEST(month_has_no_line_where_no_working_day_is_on_service)
{
	/* 1 to 3 May: a holiday and a weekend. 30 and 31: a weekend. */
	struct month_stay s[] = { whole(1, civil_day(2026, 4, 1), D(3)),
				  whole(2, D(30), CIVIL_NONE) };
	struct month_facts f = facts_of(s, 2);
	struct month_lines lines;

	month_make(t->arena, &f, &lines);
	EXPECT_INT(0, lines.n);
}

TEST(month_parts_stages_and_pauses)
{
	struct month_stay s[] = {
		part(3, STAY_STAGE, "I", civil_day(2026, 1, 5), D(10), true),
		part(3, STAY_PAUSE, NULL, D(13), D(14), true),
		part(3, STAY_PAUSE, NULL, D(20), D(21), false),
		part(3, STAY_STAGE, "II", D(11), D(12), true),
		part(3, STAY_STAGE, "II", D(15), D(19), true),
		part(3, STAY_STAGE, "II", D(22), CIVIL_NONE, true),
	};
	struct month_facts f = facts_of(s, 6);
	struct month_lines lines;

	month_make(t->arena, &f, &lines);
	EXPECT_INT(2, lines.n);
	EXPECT_TEXT("I", lines.list[0].stage_code);
	EXPECT_TEXT("---TTTTT--.....--.....--.....--", lines.list[0].days);
	EXPECT_TEXT("II", lines.list[1].stage_code);
	EXPECT_TEXT("---.....--TTPPT--TT..T--TTTTT--", lines.list[1].days);
	EXPECT_INT(2, lines.list[1].stage);
	EXPECT_INT(1300, lines.list[1].amount.quantity);
	f.paid_absences = 1;
	month_make(t->arena, &f, &lines);
	EXPECT_INT(1200, lines.list[1].amount.quantity);
}

TEST(month_pauses_alone_leave_the_rest_of_a_placement_on_service)
{
	struct month_stay s = part(3, STAY_PAUSE, NULL, D(11), D(22), false);
	struct month_facts f = facts_of(&s, 1);
	struct month_lines lines;

	month_make(t->arena, &f, &lines);
	EXPECT_INT(1, lines.n);
	EXPECT_TEXT("---TTTTT--.....--.....--TTTTT--", lines.list[0].days);
}

TEST(month_leaves_out_unpaid_stages)
{
	struct month_stay s[] = { part(3, STAY_STAGE, "II", civil_day(2026, 1, 5), D(10), true),
				  part(3, STAY_STAGE, "III", D(11), CIVIL_NONE, false) };
	struct month_facts f = facts_of(s, 2);
	struct month_lines lines;

	month_make(t->arena, &f, &lines);
	EXPECT_INT(1, lines.n);
	EXPECT_INT(500, lines.list[0].amount.quantity);
}

TEST(month_gives_each_day_to_one_contract)
{
	struct month_stay s[] = { whole(1, civil_day(2026, 1, 5), CIVIL_NONE),
				  whole(2, civil_day(2026, 1, 5), CIVIL_NONE),
				  whole(3, civil_day(2026, 1, 5), CIVIL_NONE) };
	struct month_facts f = facts_of(s, 3);
	struct month_lines lines;

	s[1].own_contract = 9; /* names this one */
	s[1].own_from = civil_day(2026, 1, 1);
	s[1].own_to = civil_day(2026, 12, 31);
	s[2].own_contract = 8; /* names another until the 10th, which then ends */
	s[2].own_from = civil_day(2026, 1, 1);
	s[2].own_to = D(10);
	month_make(t->arena, &f, &lines);
	EXPECT_INT(3, lines.n);
	EXPECT_TEXT("---.....--TTTTT--TTTTT--TTTTT--", lines.list[2].days);
	/* Where this contract is not the first of several, it has only those that name it. */
	f.by_default = false;
	month_make(t->arena, &f, &lines);
	EXPECT_INT(1, lines.n);
	EXPECT_INT(2, lines.list[0].placement);
	/* A contract that begins within the month. */
	f.by_default = true;
	f.contract_from = D(25);
	month_make(t->arena, &f, &lines);
	EXPECT_TEXT("---.....--.....--.....--TTTTT--", lines.list[0].days);
}

/* ---- prices ---- */

TEST(month_price_is_the_one_valid_and_known_last)
{
	const struct month_price prices[] = {
		{ .id = 1,
		  .unit = "day",
		  .cents = 2000,
		  .valid_from = D(1) - 400,
		  .valid_to = CIVIL_NONE,
		  .known_from = D(1) - 400 },
		/* from the middle of the month, known beforehand */
		{ .id = 2,
		  .unit = "day",
		  .cents = 2100,
		  .valid_from = D(18),
		  .valid_to = CIVIL_NONE,
		  .known_from = D(1) },
		/* a stage's own */
		{ .id = 3,
		  .stage = "II",
		  .unit = "day",
		  .cents = 2500,
		  .valid_from = D(1) - 400,
		  .valid_to = CIVIL_NONE,
		  .known_from = D(1) - 400 },
		/* the contract's own, for stage III */
		{ .id = 4,
		  .contract = 9,
		  .stage = "III",
		  .unit = "day",
		  .cents = 3000,
		  .valid_from = D(1) - 400,
		  .valid_to = CIVIL_NONE,
		  .known_from = D(1) - 400 },
		{ .id = 5,
		  .contract = 8,
		  .stage = "III",
		  .unit = "day",
		  .cents = 9900,
		  .valid_from = D(1) - 400,
		  .valid_to = CIVIL_NONE,
		  .known_from = D(1) - 400 },
		/* with backward effect, known only in July */
		{ .id = 6,
		  .unit = "day",
		  .cents = 2222,
		  .valid_from = D(1),
		  .valid_to = CIVIL_NONE,
		  .known_from = civil_day(2026, 7, 1) },
		/* a code of the price list, and an hour's price: not for days */
		{ .id = 7,
		  .code = "2010",
		  .unit = "hour",
		  .cents = 2940,
		  .valid_from = D(1) - 400,
		  .valid_to = CIVIL_NONE,
		  .known_from = D(1) - 400 },
		/* ended before the month */
		{ .id = 8,
		  .stage = "II",
		  .unit = "day",
		  .cents = 1,
		  .valid_from = D(1) - 400,
		  .valid_to = D(1) - 1,
		  .known_from = D(1) },
	};
	static const struct {
		const char *stage, *code;
		int day;
		int known_month;
		int64_t id; /* 0: none */
	} CASES[] = {
		{ NULL, NULL, 4, 6, 1 },   { NULL, NULL, 17, 6, 1 },  { NULL, NULL, 18, 6, 2 },
		{ "I", NULL, 4, 6, 1 },	   { "II", NULL, 4, 6, 3 },   { "II", NULL, 29, 6, 3 },
		{ "III", NULL, 4, 6, 4 },  { NULL, NULL, 4, 7, 6 },   { NULL, NULL, 18, 7, 6 },
		{ NULL, "2010", 4, 6, 7 }, { NULL, "2011", 4, 6, 0 }, { "II", "2010", 4, 6, 7 },
	};
	struct month_facts f = facts_of(NULL, 0);

	(void)t;
	f.prices = prices;
	f.nprices = sizeof(prices) / sizeof(*prices);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		const struct month_price *p;

		f.known = civil_day(2026, CASES[i].known_month, 3);
		p = month_price_on(&f, CASES[i].stage, CASES[i].code, D(CASES[i].day));
		EXPECT_INT(CASES[i].id, p == NULL ? 0 : p->id);
	}
	f.known = D(1) - 500; /* nothing was known yet */
	EXPECT(month_price_on(&f, NULL, NULL, D(4)) == NULL);
}

TEST(month_parts_a_line_where_the_price_changes)
{
	struct month_price prices[] = { PKT_DAY, PKT_DAY };
	struct month_stay s = whole(7, civil_day(2026, 1, 5), CIVIL_NONE);
	struct month_facts f = facts_of(&s, 1);
	struct month_lines lines;

	prices[1].id = 2;
	prices[1].cents = 2350;
	prices[1].valid_from = D(18);
	f.prices = prices;
	f.nprices = 2;
	month_make(t->arena, &f, &lines);
	EXPECT_INT(2, lines.n);
	EXPECT_TEXT("---TTTTT--TTTTT--.....--.....--", lines.list[0].days);
	EXPECT_INT(22000, lines.list[0].amount.cents);
	EXPECT_TEXT("---.....--.....--TTTTT--TTTTT--", lines.list[1].days);
	EXPECT_INT(23500, lines.list[1].amount.cents);
}

TEST(month_says_where_there_is_no_price)
{
	struct month_stay s = whole(7, civil_day(2026, 1, 5), CIVIL_NONE);
	struct month_facts f = facts_of(&s, 1);
	struct month_lines lines;

	f.nprices = 0;
	month_make(t->arena, &f, &lines);
	EXPECT_INT(1, lines.n);
	EXPECT(lines.list[0].price == NULL);
	EXPECT_INT(2000, lines.list[0].amount.quantity);
	EXPECT_INT(0, lines.list[0].amount.cents);
	EXPECT_TEXT("day", lines.list[0].unit);
}

TEST(month_prices_by_the_month_are_shared_by_working_days)
{
	struct month_price monthly = PKT_DAY;
	struct month_stay s = whole(7, D(11), CIVIL_NONE);
	struct month_facts f = facts_of(&s, 1);
	struct month_lines lines;

	monthly.unit = "month";
	monthly.cents = 14300;
	f.prices = &monthly;
	month_make(t->arena, &f, &lines);
	EXPECT_INT(75, lines.list[0].amount.quantity); /* 15 of 20 */
	EXPECT_INT(10725, lines.list[0].amount.cents);
}

/* ---- sessions ---- */

TEST(month_counts_sessions_by_code_and_minute)
{
	const struct month_price prices[] = {
		{ .id = 1,
		  .code = "2010",
		  .unit = "hour",
		  .cents = 2940,
		  .valid_from = 10000,
		  .valid_to = CIVIL_NONE,
		  .known_from = 10000 },
		{ .id = 2,
		  .code = "2012",
		  .unit = "hour",
		  .cents = 1048,
		  .valid_from = 10000,
		  .valid_to = CIVIL_NONE,
		  .known_from = 10000 },
		{ .id = 3,
		  .code = "3001",
		  .unit = "day",
		  .cents = 2397,
		  .valid_from = 10000,
		  .valid_to = CIVIL_NONE,
		  .known_from = 10000 },
	};
	const struct month_stay stays[] = { whole(1, civil_day(2026, 1, 5), CIVIL_NONE),
					    whole(4, civil_day(2026, 1, 5), CIVIL_NONE) };
	const struct month_session sessions[] = {
		{ 1, 101, D(4), "2010", 45 },	{ 1, 101, D(5), "2010", 45 },
		{ 1, 101, D(5), "2012", 60 },	{ 4, 104, D(1), "2010", 50 }, /* on a holiday */
		{ 4, 104, D(12), "3001", 600 }, { 4, 104, D(13), "3001", 600 },
		{ 4, 104, D(14), "9999", 30 },
	};
	static const struct {
		int64_t placement;
		const char *code;
		int64_t quantity, cents;
	} WANT[] = { { 1, "2010", 150, 4410 },
		     { 1, "2012", 100, 1048 },
		     { 4, "2010", 83, 2450 },
		     { 4, "3001", 200, 4794 },
		     { 4, "9999", 50, 0 } };
	struct month_facts f = facts_of(stays, 2);
	struct month_lines lines;

	f.by_session = true;
	f.unit = "hour";
	f.prices = prices;
	f.nprices = 3;
	f.sessions = sessions;
	f.nsessions = sizeof(sessions) / sizeof(*sessions);
	month_make(t->arena, &f, &lines);
	EXPECT_INT(5, lines.n);
	for (size_t i = 0; i < 5; i++) {
		EXPECT_INT(WANT[i].placement, lines.list[i].placement);
		EXPECT_TEXT(WANT[i].code, lines.list[i].code);
		EXPECT_INT(WANT[i].quantity, lines.list[i].amount.quantity);
		EXPECT_INT(WANT[i].cents, lines.list[i].amount.cents);
	}
	EXPECT_INT(90, lines.list[0].minutes);
	EXPECT_TEXT("---TT...--.....--.....--.....--", lines.list[0].days);
	EXPECT_TEXT("T--.....--.....--.....--.....--", lines.list[2].days);
	EXPECT(lines.list[4].price == NULL);
}

/* ---- corrections ---- */

static struct month_settled
settled(int64_t id, const char *days, int64_t quantity, int64_t price, int64_t cents)
{
	return (struct month_settled){ .id = id,
				       .placement = 7,
				       .person = 107,
				       .unit = "day",
				       .days = days,
				       .amount = { quantity, cents },
				       .price_cents = price };
}

TEST(month_correct_finds_what_changed_since)
{
	static const char FULL[] = "---TTTTT--TTTTT--TTTTT--TTTTT--";
	static const char ATTENDED[] = "---TTPHT--TTTTT--TTTTT--TTTTT--";
	static const struct {
		const char *days; /* as settled */
		int64_t quantity, price, cents;
		int ends; /* the placement's last day as known now; 0 open */
		int64_t price_now;
		int64_t fix_quantity, fix_price, fix_cents; /* cents 0: nothing to correct */
		const char *unit;
	} CASES[] = {
		{ FULL, 2000, 2200, 44000, 0, 2200, 0, 0, 0, NULL },
		/* attendance as confirmed: one absence not paid */
		{ ATTENDED, 1900, 2200, 41800, 0, 2200, 0, 0, 0, NULL },
		/* it ended on the 20th: seven days less */
		{ FULL, 2000, 2200, 44000, 20, 2200, -700, 2200, -15400, "day" },
		{ ATTENDED, 1900, 2200, 41800, 20, 2200, -700, 2200, -15400, "day" },
		/* the price was raised with backward effect */
		{ FULL, 2000, 2200, 44000, 0, 2300, 100, 2000, 2000, "sum" },
		{ FULL, 2000, 2200, 44000, 0, 2100, -100, 2000, -2000, "sum" },
		/* both */
		{ FULL, 2000, 2200, 44000, 20, 2300, -100, 14100, -14100, "sum" },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct month_price price = PKT_DAY;
		struct month_stay s = whole(7, civil_day(2026, 1, 5),
					    CASES[i].ends == 0 ? CIVIL_NONE : D(CASES[i].ends));
		struct month_facts f = facts_of(&s, 1);
		struct month_settled was = settled(55, CASES[i].days, CASES[i].quantity,
						   CASES[i].price, CASES[i].cents);
		struct month_lines now;
		struct month_fixes fixes;

		price.cents = CASES[i].price_now;
		f.prices = &price;
		month_make(t->arena, &f, &now);
		month_correct(t->arena, &f, &now, &was, 1, &fixes);
		EXPECT_INT(CASES[i].fix_cents == 0 ? 0 : 1, fixes.n);
		if (fixes.n == 0)
			continue;
		EXPECT_INT(CASES[i].fix_quantity, fixes.list[0].amount.quantity);
		EXPECT_INT(CASES[i].fix_price, fixes.list[0].price_cents);
		EXPECT_INT(CASES[i].fix_cents, fixes.list[0].amount.cents);
		EXPECT_TEXT(CASES[i].unit, fixes.list[0].unit);
		EXPECT_INT(55, fixes.list[0].of);
		EXPECT_INT(CASES[i].cents, fixes.list[0].was.cents);
	}
}

TEST(month_correct_counts_corrections_made_before)
{
	struct month_stay s = whole(7, civil_day(2026, 1, 5), D(20));
	struct month_facts f = facts_of(&s, 1);
	struct month_settled was[] = {
		settled(55, "---TTTTT--TTTTT--TTTTT--TTTTT--", 2000, 2200, 44000),
		settled(60, "---TTTTT--TTTTT--TTT..--.....--", -700, 2200, -15400),
	};
	struct month_lines now;
	struct month_fixes fixes;

	was[1].correction = true;
	month_make(t->arena, &f, &now);
	month_correct(t->arena, &f, &now, was, 2, &fixes);
	EXPECT_INT(0, fixes.n);
	/* The end was entered wrongly after all. */
	s.ends = CIVIL_NONE;
	month_make(t->arena, &f, &now);
	month_correct(t->arena, &f, &now, was, 2, &fixes);
	EXPECT_INT(1, fixes.n);
	EXPECT_INT(15400, fixes.list[0].amount.cents);
	EXPECT_INT(55, fixes.list[0].of);
}

TEST(month_correct_adds_and_takes_away_whole_people)
{
	struct month_stay s = whole(8, civil_day(2026, 1, 5), CIVIL_NONE);
	struct month_facts f = facts_of(&s, 1);
	struct month_settled was =
		settled(55, "---TTTTT--TTTTT--TTTTT--TTTTT--", 2000, 2200, 44000);
	struct month_lines now;
	struct month_fixes fixes;

	month_make(t->arena, &f, &now);
	month_correct(t->arena, &f, &now, &was, 1, &fixes);
	EXPECT_INT(2, fixes.n);
	EXPECT_INT(7, fixes.list[0].placement);
	EXPECT_INT(-44000, fixes.list[0].amount.cents);
	EXPECT_INT(8, fixes.list[1].placement);
	EXPECT_INT(44000, fixes.list[1].amount.cents);
	EXPECT_INT(0, fixes.list[1].of);
	EXPECT_INT(2000, fixes.list[1].amount.quantity);
}

TEST(month_is_read_as_year_and_month)
{
	static const char *const BAD[] = { "",	      "2026",	    "2026-13", "2026-00", "2026-5",
					   "26-05",   "2026-05-01", "2026/05", "-026-05", "2026--5",
					   "abcd-ef", "1999-05",    NULL };
	int32_t month;

	EXPECT(month_parse("2026-05", &month));
	EXPECT_INT(MAY, month);
	EXPECT_TEXT("2026-05", month_text(t->arena, MAY));
	for (int i = 0; BAD[i] != NULL; i++)
		EXPECT(!month_parse(BAD[i], &month));
	EXPECT(!month_parse(NULL, &month));
}
