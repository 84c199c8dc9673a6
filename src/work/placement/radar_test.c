/* Overlaps that arose before their bar was entered, and what a year of sessions comes to. */
#include "base/civil.h"
#include "work/placement/fixture_test.h"
#include "work/placement/placement_int.h"

#define DAY(y, m, d) civil_day(y, m, d)

/* Jaan was on both services in February and March, Mari one after the other. */
static void
histories(struct fixture *f)
{
	int64_t pkt = 0;

	assert_int_equal(OK, fixture_place(f, f->jaan, f->pkt, f->site, DAY(2026, 1, 1),
					   DAY(2026, 3, 31), &pkt));
	assert_int_equal(OK, fixture_place(f, f->jaan, f->tt, f->tt_site, DAY(2026, 2, 1),
					   CIVIL_NONE, NULL));
	assert_int_equal(OK, fixture_place(f, f->mari, f->pkt, f->site, DAY(2026, 1, 1),
					   DAY(2026, 1, 31), NULL));
	assert_int_equal(OK, fixture_place(f, f->mari, f->tt, f->tt_site, DAY(2026, 2, 1),
					   CIVIL_NONE, NULL));
}

TEST(placement_radar_finds_what_a_later_bar_forbids)
{
	static const struct {
		bool turned;
		const char *stages;
		int32_t from[2], to[2]; /* month and day of 2026; 0: open */
		size_t n;
		int32_t first[2], last[2];
	} CASE[] = {
		{ false, NULL, { 1, 1 }, { 0, 0 }, 1, { 2, 1 }, { 3, 31 } },
		{ true, NULL, { 1, 1 }, { 0, 0 }, 1, { 2, 1 }, { 3, 31 } },
		{ false, NULL, { 3, 1 }, { 3, 10 }, 1, { 3, 1 }, { 3, 10 } },
		{ false, NULL, { 4, 1 }, { 0, 0 }, 0, { 0, 0 }, { 0, 0 } },
		{ false, NULL, { 1, 1 }, { 1, 31 }, 0, { 0, 0 }, { 0, 0 } },
		{ false, ",I,", { 1, 1 }, { 0, 0 }, 1, { 2, 1 }, { 3, 31 } },
		{ false, ",II,III,", { 1, 1 }, { 0, 0 }, 0, { 0, 0 }, { 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(CASE) / sizeof(*CASE); i++) {
		struct fixture f;
		struct radar *radar;
		int64_t bar;

		fixture(t, &f);
		histories(&f);
		bar = fixture_bar(&f, CASE[i].turned ? f.tt : f.pkt, CASE[i].turned ? f.pkt : f.tt,
				  CASE[i].stages, DAY(2026, CASE[i].from[0], CASE[i].from[1]),
				  CASE[i].to[0] == 0 ? CIVIL_NONE
						     : DAY(2026, CASE[i].to[0], CASE[i].to[1]));
		EXPECT_OK(radar_find(f.cx, 0, &radar));
		EXPECT_INT(CASE[i].n, radar->n);
		if (CASE[i].n == 0)
			continue;
		EXPECT_INT(bar, radar->list[0].bar);
		EXPECT_INT(f.jaan, radar->list[0].person);
		EXPECT_INT(DAY(2026, CASE[i].first[0], CASE[i].first[1]), radar->list[0].first);
		EXPECT_INT(DAY(2026, CASE[i].last[0], CASE[i].last[1]), radar->list[0].last);
		EXPECT(radar->list[0].side[0].href != NULL && radar->list[0].side[1].href != NULL);
	}
}

TEST(placement_radar_shows_only_what_its_reader_may_see)
{
	struct fixture f;
	struct radar *radar;
	struct change *ch;

	fixture(t, &f);
	histories(&f);
	(void)fixture_bar(&f, f.pkt, f.tt, NULL, DAY(2026, 1, 1), CIVIL_NONE);
	(void)test_act(t, "Koordinaator", "B3.1 ALL.1");
	EXPECT_OK(radar_find(f.cx, 0, &radar));
	EXPECT_INT(1, radar->n);
	/* The other service becomes one of children's rehabilitation. */
	test_act_system(t);
	ch = change_new(f.cx, "service");
	change_text(ch, "duty", "D3.1");
	EXPECT_OK(test_edit(t, "service", f.tt, 0, ch));
	(void)test_act(t, "Koordinaator", "B3.1 ALL.1");
	EXPECT_OK(radar_find(f.cx, 0, &radar));
	EXPECT_INT(0, radar->n);
	EXPECT_INT(1, radar->hidden);
}

/* ---- sessions ---- */

static void
session(struct fixture *f, int64_t placement, const char *code, int32_t day, int minutes)
{
	struct change *ch = change_new(f->cx, "rehab_session");

	change_int(ch, "placement", placement);
	change_text(ch, "code", code);
	change_int(ch, "held_on", day);
	change_int(ch, "minutes", minutes);
	(void)test_create(f->t, ch);
}

TEST(rehab_year_adds_up_by_code_and_ceiling)
{
	struct fixture f;
	struct session_year *y = ARENA_NEW(t->arena, struct session_year);
	struct change *ch;
	struct record *r;
	int64_t id = 0;

	fixture(t, &f);
	ch = change_new(f.cx, "service");
	change_text(ch, "duty", "D3.1");
	EXPECT_OK(test_edit(t, "service", f.tt, 0, ch));
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2025, 12, 1), CIVIL_NONE, &id));
	session(&f, id, "2010", DAY(2025, 12, 31), 60); /* the year before */
	session(&f, id, "2010", DAY(2026, 1, 1), 90);	/* 44,10 */
	session(&f, id, "2003", DAY(2026, 2, 1), 50);	/* 24,63 */
	session(&f, id, "2010", DAY(2026, 3, 1), 60);	/* 29,40 */
	r = test_record(t, "placement", id);
	EXPECT_OK(session_year(f.cx, r, 2026, y));
	EXPECT_INT(3, y->sessions);
	EXPECT_INT(200, y->minutes);
	EXPECT_INT(9813, y->cents);
	EXPECT_INT(2, y->n);
	EXPECT_TEXT("2003", y->codes[0].code);
	EXPECT_INT(2463, y->codes[0].cents);
	EXPECT_TEXT("2010", y->codes[1].code);
	EXPECT_INT(7350, y->codes[1].cents);
	EXPECT(y->capped && !y->sure);
	EXPECT_INT(269500, y->ceiling);
	EXPECT_INT(0, y->excess);
	EXPECT_INT(269500 - 9813, y->left);
	/* Past the ceiling: 93 hours of 29,40 more. */
	for (int i = 0; i < 93; i++)
		session(&f, id, "2010", DAY(2026, 4, 1), 60);
	EXPECT_OK(session_year(f.cx, r, 2026, y));
	EXPECT_INT(9813 + 93 * 2940, y->cents);
	EXPECT_INT(9813 + 93 * 2940 - 269500, y->excess);
	EXPECT_INT(0, y->left);
}

/* A price on record goes before the list of the rules, the contract's own before all. */
TEST(rehab_year_takes_the_price_on_record)
{
	static const struct {
		bool own;
		int64_t cents;
	} PRICE[] = { { false, 3000 }, { true, 4000 } };
	struct fixture f;
	struct session_year *y = ARENA_NEW(t->arena, struct session_year);
	struct record *r;
	int64_t id = 0;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 1, 1), CIVIL_NONE, &id));
	session(&f, id, "2010", DAY(2026, 3, 1), 60);
	r = test_record(t, "placement", id);
	for (size_t i = 0; i < sizeof(PRICE) / sizeof(*PRICE); i++) {
		struct change *ch = change_new(f.cx, "price");

		if (PRICE[i].own)
			change_int(ch, "contract", record_int(r, "contract"));
		change_int(ch, "service", f.tt);
		change_text(ch, "code", "2010");
		change_text(ch, "name", "Psühholoog");
		change_text(ch, "unit", "hour");
		change_int(ch, "cents", PRICE[i].cents);
		change_int(ch, "valid_from", DAY(2026, 1, 1));
		(void)test_create(t, ch);
		EXPECT_OK(session_year(f.cx, r, 2026, y));
		EXPECT_INT(PRICE[i].cents, y->cents);
		EXPECT_TEXT("Psühholoog", y->codes[0].name);
	}
}
