/* A placement from its start through stages and pauses to its end. */
#include "work/placement/placement.h"

#include "base/civil.h"
#include "db/fixture_test.h"
#include "work/placement/fixture_test.h"
#include "work/placement/placement_int.h"

#define DAY(y, m, d) civil_day(y, m, d)

static struct change *
on(struct fixture *f, int32_t day, const char *reason)
{
	struct change *ch = change_new(f->cx, "placement");

	ctx_forgive(f->cx);
	change_int(ch, "changed_on", day);
	if (reason != NULL)
		change_text(ch, "change_reason", reason);
	return ch;
}

static int64_t
placed(struct fixture *f)
{
	int64_t id = 0;

	fixture(f->t, f);
	assert_int_equal(
		OK, fixture_place(f, f->jaan, f->pkt, f->site, DAY(2026, 1, 10), CIVIL_NONE, &id));
	return id;
}

TEST(placement_begins_with_what_it_can_know)
{
	struct fixture f = { .t = t };
	int64_t id = placed(&f);
	struct record *r = test_record(t, "placement", id);
	struct period *list;
	size_t n = 0;

	EXPECT_INT(f.provider, record_int(r, "provider"));
	EXPECT_INT(f.contract, record_int(r, "contract"));
	EXPECT_INT(f.stage[0], record_int(r, "stage"));
	EXPECT_OK(periods_of(f.cx, id, &list, &n));
	EXPECT_INT(1, n);
	EXPECT_INT(DAY(2026, 1, 10), list[0].starts);
	EXPECT_INT(CIVIL_NONE, list[0].ends);
	EXPECT_INT(f.stage[0], list[0].stage);
	EXPECT(!list[0].pause);
}

TEST(placement_goes_through_stages_and_pauses)
{
	static const struct {
		bool pause;
		int stage;
		int32_t from[2], to[2]; /* month and day; 0: open */
	} WANT[] = {
		{ false, 0, { 1, 10 }, { 2, 9 } },
		{ false, 1, { 2, 10 }, { 3, 1 } },
		{ true, 1, { 3, 2 }, { 3, 31 } },
		{ false, 1, { 4, 1 }, { 5, 20 } },
	};
	struct fixture f = { .t = t };
	int64_t id = placed(&f);
	struct change *ch = on(&f, DAY(2026, 2, 10), NULL);
	struct period *list;
	size_t n = 0;

	change_int(ch, "stage", f.stage[1]);
	EXPECT_OK(test_move(t, "placement", id, "next_stage", ch));
	EXPECT_OK(test_move(t, "placement", id, "pause", on(&f, DAY(2026, 3, 2), "Haigus")));
	EXPECT(record_in(test_record(t, "placement", id), "paused"));
	EXPECT_OK(test_move(t, "placement", id, "resume", on(&f, DAY(2026, 4, 1), NULL)));
	ch = change_new(f.cx, "placement");
	change_int(ch, "ends", DAY(2026, 5, 20));
	change_text(ch, "end_reason", "own_wish");
	EXPECT_OK(test_move(t, "placement", id, "finish", ch));
	EXPECT(record_in(test_record(t, "placement", id), "ended"));
	EXPECT_OK(periods_of(f.cx, id, &list, &n));
	EXPECT_INT(4, n);
	for (size_t i = 0; i < 4; i++) {
		EXPECT_INT(WANT[i].pause, list[i].pause);
		EXPECT_INT(f.stage[WANT[i].stage], list[i].stage);
		EXPECT_INT(DAY(2026, WANT[i].from[0], WANT[i].from[1]), list[i].starts);
		EXPECT_INT(DAY(2026, WANT[i].to[0], WANT[i].to[1]), list[i].ends);
	}
	EXPECT_TEXT("Haigus", list[2].reason);
	EXPECT(list[3].reason == NULL);
}

TEST(placement_stage_order_and_days_are_kept)
{
	static const struct {
		int stage;
		int32_t day[3];
		const char *reason, *key; /* NULL: good */
	} CASE[] = {
		{ 2, { 2026, 2, 10 }, NULL, "err.stage_order" },
		{ 0, { 2026, 2, 10 }, NULL, "err.stage_same" },
		{ 1, { 2026, 1, 10 }, NULL, "err.placement_before" },
		{ 1, { 2025, 12, 1 }, NULL, "err.placement_before" },
		{ 1, { 2026, 5, 26 }, NULL, "err.placement_future" },
		{ 1, { 2026, 1, 11 }, NULL, NULL },
		{ 0, { 2026, 2, 1 }, NULL, "err.stage_order" },
		{ 0, { 2026, 2, 1 }, "Vajab harjutamist", NULL },
		{ 2, { 2026, 3, 1 }, "Läks kohe tööle", NULL },
	};
	struct fixture f = { .t = t };
	int64_t id = placed(&f);

	for (size_t i = 0; i < sizeof(CASE) / sizeof(*CASE); i++) {
		struct change *ch =
			on(&f, DAY(CASE[i].day[0], CASE[i].day[1], CASE[i].day[2]), CASE[i].reason);
		enum err e;

		change_int(ch, "stage", f.stage[CASE[i].stage]);
		e = test_move(t, "placement", id, "next_stage", ch);
		(void)refused(t, CASE[i].key == NULL ? OK : ERR_COUNT, CASE[i].key, e);
	}
}

TEST(placement_end_is_checked)
{
	static const struct {
		int32_t day[3];
		const char *key;
	} CASE[] = {
		{ { 2026, 5, 26 }, "err.placement_end_future" },
		{ { 2026, 1, 9 }, "err.placement_ends" },
	};
	struct fixture f = { .t = t };
	int64_t id = placed(&f);

	for (size_t i = 0; i < sizeof(CASE) / sizeof(*CASE); i++) {
		struct change *ch = change_new(f.cx, "placement");

		ctx_forgive(f.cx);
		change_int(ch, "ends", DAY(CASE[i].day[0], CASE[i].day[1], CASE[i].day[2]));
		change_text(ch, "end_reason", "own_wish");
		(void)refused(t, ERR_INVALID, CASE[i].key,
			      test_move(t, "placement", id, "finish", ch));
	}
	(void)refused(t, ERR_INVALID, "err.required",
		      test_move(t, "placement", id, "finish", NULL));
}

TEST(placement_start_moves_its_first_period)
{
	struct fixture f = { .t = t };
	int64_t id = placed(&f);
	struct change *ch = change_new(f.cx, "placement");
	struct period *list;
	size_t n = 0;

	change_int(ch, "starts", DAY(2026, 1, 5));
	change_int(ch, "ends", DAY(2026, 12, 31));
	EXPECT_OK(test_edit(t, "placement", id, 0, ch));
	EXPECT_OK(periods_of(f.cx, id, &list, &n));
	EXPECT_INT(DAY(2026, 1, 5), list[0].starts);
	EXPECT_INT(DAY(2026, 12, 31), list[0].ends);
}

TEST(placement_stays_with_its_provider_and_service)
{
	struct fixture f = { .t = t };
	int64_t id = placed(&f), other;
	struct change *ch = change_new(f.cx, "placement");

	change_int(ch, "site", f.tt_site);
	(void)refused(t, ERR_INVALID, "err.referral_provider",
		      test_edit(t, "placement", id, 0, ch));
	other = fixture_contract(&f, f.provider, f.tt, 5);
	ch = change_new(f.cx, "placement");
	change_int(ch, "contract", other);
	(void)refused(t, ERR_INVALID, "err.placement_contract",
		      test_edit(t, "placement", id, 0, ch));
}

TEST(placement_is_seen_by_its_own_provider_only)
{
	struct fixture f = { .t = t };
	int64_t id = placed(&f);
	const struct type *type = types_get(f.cx->world->types, "placement");
	struct record *r;

	(void)test_act_outside(t, "Osutaja", "TO.1", f.provider);
	EXPECT_OK(record_load(f.cx, type, id, RIGHT_SEE, &r));
	EXPECT_ERR(ERR_NOTFOUND, record_load(f.cx, type, id, RIGHT_MOVE, &r));
	(void)test_act_outside(t, "Teine", "TO.1", f.tt_provider);
	EXPECT_ERR(ERR_NOTFOUND, record_load(f.cx, type, id, RIGHT_SEE, &r));
	(void)test_act(t, "Laste koordinaator", "D3.1 D3.4 ALL.1");
	EXPECT_ERR(ERR_NOTFOUND, record_load(f.cx, type, id, RIGHT_SEE, &r));
	(void)test_act(t, "Koordinaator", "B3.1 B3.6 ALL.1");
	EXPECT_OK(record_load(f.cx, type, id, RIGHT_MOVE, &r));
}

TEST(rehab_session_must_lie_within_the_service)
{
	static const struct {
		int32_t day[3];
		const char *code, *key;
	} CASE[] = {
		{ { 2026, 2, 1 }, "2010", NULL },
		{ { 2026, 1, 9 }, "2010", "guard.rehab_session.within" },
		{ { 2026, 5, 26 }, "2010", "err.session_future" },
		{ { 2026, 2, 1 }, "9999", "err.session_code" },
		{ { 2026, 1, 10 }, "2001", NULL },
	};
	struct fixture f = { .t = t };
	int64_t id = placed(&f), session;

	for (size_t i = 0; i < sizeof(CASE) / sizeof(*CASE); i++) {
		struct change *ch = change_new(f.cx, "rehab_session");
		enum err e;

		ctx_forgive(f.cx);
		change_int(ch, "placement", id);
		change_int(ch, "held_on", DAY(CASE[i].day[0], CASE[i].day[1], CASE[i].day[2]));
		change_text(ch, "code", CASE[i].code);
		change_int(ch, "minutes", 60);
		test_log(false);
		e = test_try_create(t, ch, &session);
		test_log(true);
		(void)refused(t, CASE[i].key == NULL ? OK : ERR_COUNT, CASE[i].key, e);
	}
}

/* A service without stages has no stage to change: the move is not offered, nor taken. */
TEST(placement_stage_is_changed_only_where_there_are_stages)
{
	const struct move *m;
	struct fixture f;
	struct change *ch;
	int64_t staged = 0, plain = 0;
	struct record *r;
	bool may;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, civil_day(2026, 2, 1), CIVIL_NONE,
				&staged));
	EXPECT_OK(fixture_place(&f, f.mari, f.tt, f.tt_site, civil_day(2026, 2, 1), CIVIL_NONE,
				&plain));
	(void)test_act(t, "Koordinaator", "B3.1 B3.6");
	r = test_record(t, "placement", staged);
	m = type_move(r->type, "next_stage");
	EXPECT_OK(record_may_move(f.cx, r, m, &may));
	EXPECT(may);
	EXPECT_OK(record_may_move(f.cx, test_record(t, "placement", plain), m, &may));
	EXPECT(!may);
	ch = change_new(f.cx, "placement");
	change_int(ch, "stage", f.stage[0]);
	change_int(ch, "changed_on", civil_day(2026, 3, 1));
	(void)refused(t, ERR_CONFLICT, "err.move_where",
		      test_move(t, "placement", plain, "next_stage", ch));
}
