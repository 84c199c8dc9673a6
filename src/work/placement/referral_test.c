/* Referrals: from where, to where, until when, and what follows. */
#include "base/civil.h"
#include "core/clock.h"
#include "work/placement/fixture_test.h"
#include "work/placement/placement_int.h"
#include "work/placement/placement.h"

#define DAY(y, m, d) civil_day(y, m, d)

static struct change *
to_site(struct fixture *f, int64_t entry, int64_t decision, int64_t site)
{
	struct change *ch = change_new(f->cx, "referral");

	ctx_forgive(f->cx);
	if (entry != 0)
		change_int(ch, "queue_entry", entry);
	if (decision != 0)
		change_int(ch, "decision", decision);
	change_int(ch, "site", site);
	return ch;
}

static int64_t
waiting(struct fixture *f, int64_t person)
{
	return fixture_entry(f, fixture_decision(f, person, f->pkt));
}

/* The start on a day; `key` NULL: it goes well. */
static struct error
starts(struct fixture *f, int64_t referral, int32_t day, const char *key)
{
	struct change *ch = change_new(f->cx, "referral");
	enum err e;

	ctx_forgive(f->cx);
	change_int(ch, "started_on", day);
	e = test_move(f->t, "referral", referral, "start", ch);
	return refused(f->t, key == NULL ? OK : ERR_COUNT, key, e);
}

TEST(referral_from_the_queue_takes_a_place)
{
	struct fixture f;
	int64_t entry, id;
	struct record *r;

	fixture(t, &f);
	entry = waiting(&f, f.jaan);
	id = test_create(t, to_site(&f, entry, 0, f.site));
	r = test_record(t, "referral", id);
	EXPECT_INT(f.jaan, record_int(r, "person"));
	EXPECT_INT(f.pkt, record_int(r, "service"));
	EXPECT_INT(f.provider, record_int(r, "provider"));
	EXPECT_INT(f.stage[0], record_int(r, "stage"));
	EXPECT_INT(DAY(2028, 5, 25), record_date(r, "ends_on"));
	EXPECT_INT(f.cx->today, record_date(r, "counted_from"));
	EXPECT_INT(DAY(2026, 5, 28), record_date(r, "start_by"));
	EXPECT_INT(DAY(2026, 5, 28), r->due);
	EXPECT(record_in(test_record(t, "queue_entry", entry), "referred"));
	EXPECT_TEXT("referred", record_text(test_record(t, "queue_entry", entry), "reason"));
}

TEST(referral_finds_the_queue_by_itself)
{
	struct fixture f;
	int64_t decision, entry;

	fixture(t, &f);
	decision = fixture_decision(&f, f.jaan, f.pkt);
	entry = fixture_entry(&f, decision);
	(void)test_create(t, to_site(&f, 0, decision, f.site));
	EXPECT(record_in(test_record(t, "queue_entry", entry), "referred"));
}

TEST(referral_places_and_ceilings_are_kept)
{
	struct fixture f;
	struct place_offer *o;
	int64_t id, third, full, decision;
	size_t n = 0;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.mari, f.pkt, f.site, DAY(2026, 1, 1), CIVIL_NONE, NULL));
	EXPECT_OK(place_offers(f.cx, f.pkt, f.cx->today, 0, 0, NULL, &o, &n));
	EXPECT_INT(1, n);
	EXPECT_INT(2, o->places);
	EXPECT_INT(1, o->free);
	EXPECT_INT(19, o->left);
	(void)test_create(t, to_site(&f, waiting(&f, f.jaan), 0, f.site));
	EXPECT_OK(place_offers(f.cx, f.pkt, f.cx->today, 0, 0, NULL, &o, &n));
	EXPECT_INT(0, o->free);
	EXPECT(!place_open(o));
	third = test_person(t, "Kati", "Mänd", "1980-01-01");
	decision = fixture_decision(&f, third, f.pkt);
	(void)refused(t, ERR_CONFLICT, "err.referral_full",
		      test_try_create(t, to_site(&f, fixture_entry(&f, decision), 0, f.site), &id));
	/* Another site of the same provider, under a contract that is full. */
	full = test_organisation(t, "provider", "Väike OÜ");
	(void)fixture_contract(&f, full, f.pkt, 0);
	(void)refused(t, ERR_CONFLICT, "err.referral_ceiling",
		      test_try_create(t, to_site(&f, 0, decision, fixture_site(&f, full, f.pkt, 5)),
				      &id));
	/* A provider without a contract. */
	full = test_organisation(t, "provider", "Lepinguta OÜ");
	(void)refused(t, ERR_INVALID, "err.referral_contract",
		      test_try_create(t, to_site(&f, 0, decision, fixture_site(&f, full, f.pkt, 5)),
				      &id));
}

TEST(referral_wished_come_first)
{
	struct fixture f;
	struct place_offer *o;
	int64_t second, site;
	size_t n = 0;

	fixture(t, &f);
	second = test_organisation(t, "provider", "Üks OÜ");
	site = fixture_site(&f, second, f.pkt, 5);
	(void)fixture_contract(&f, second, f.pkt, 5);
	EXPECT_OK(place_offers(f.cx, f.pkt, f.cx->today, 0, 0, NULL, &o, &n));
	EXPECT_INT(2, n);
	EXPECT_INT(f.site, o[0].site); /* h before ü */
	EXPECT_OK(place_offers(f.cx, f.pkt, f.cx->today, 0, second, "0037", &o, &n));
	EXPECT_INT(site, o[0].site);
	EXPECT(o[0].wished_provider && o[0].wished_county);
	EXPECT(!o[1].wished_provider);
}

TEST(referral_needs_a_decision_that_grants)
{
	struct fixture f;
	struct change *ch;
	int64_t decision, other, id;

	fixture(t, &f);
	decision = fixture_decision(&f, f.jaan, f.pkt);
	other = fixture_decision(&f, f.mari, f.pkt);
	(void)fixture_entry(&f, decision);
	(void)refused(t, ERR_INVALID, "err.referral_no_decision",
		      test_try_create(t, to_site(&f, 0, 0, f.site), &id));
	ch = change_new(f.cx, "decision");
	change_text(ch, "annul_reason", "Viga");
	EXPECT_OK(test_move(t, "decision", decision, "annul", ch));
	(void)refused(t, ERR_INVALID, "err.referral_decision",
		      test_try_create(t, to_site(&f, 0, decision, f.site), &id));
	/* Somebody else's decision. */
	ch = to_site(&f, 0, other, f.site);
	change_int(ch, "person", f.jaan);
	(void)refused(t, ERR_INVALID, "err.referral_other", test_try_create(t, ch, &id));
	/* A service with a queue, past the queue. */
	(void)refused(t, ERR_INVALID, "err.referral_queue",
		      test_try_create(t, to_site(&f, 0, other, f.site), &id));
}

TEST(referral_goes_by_the_decision_that_stands)
{
	struct fixture f;
	struct change *ch;
	int64_t decision, entry, anew, id;

	fixture(t, &f);
	decision = fixture_decision(&f, f.jaan, f.pkt);
	entry = fixture_entry(&f, decision);
	ch = change_new(f.cx, "decision");
	change_text(ch, "annul_reason", "Viga");
	EXPECT_OK(test_move(t, "decision", decision, "annul", ch));
	(void)refused(t, ERR_INVALID, "err.referral_decision",
		      test_try_create(t, to_site(&f, entry, 0, f.site), &id));
	anew = fixture_redecide(&f, decision);
	id = test_create(t, to_site(&f, entry, 0, f.site));
	EXPECT_INT(anew, record_int(test_record(t, "referral", id), "decision"));
}

TEST(referral_start_makes_the_placement)
{
	static const char OF[] = "SELECT sys_id FROM placement WHERE referral = ?1";
	struct fixture f;
	struct record *p;
	struct period *list;
	int64_t id, placement = 0;
	size_t n = 0;

	fixture(t, &f);
	id = test_create(t, to_site(&f, waiting(&f, f.jaan), 0, f.site));
	(void)starts(&f, id, f.cx->today + 1, "err.referral_future");
	(void)starts(&f, id, f.cx->today - 1, "err.referral_before");
	/* The provider itself says who came; another provider does not see the referral. */
	(void)test_act_outside(t, "Võõras", "TO.1", f.tt_provider);
	(void)starts(&f, id, f.cx->today, "err.not_found");
	(void)test_act_outside(t, "Oma", "TO.1", f.provider);
	(void)starts(&f, id, f.cx->today, NULL);
	EXPECT_OK(db_get_int(f.cx, OF, DB_ARGS(db_int(id)), &placement));
	p = test_record(t, "placement", placement);
	EXPECT(record_in(p, "active"));
	EXPECT_INT(f.contract, record_int(p, "contract"));
	EXPECT_INT(f.stage[0], record_int(p, "stage"));
	EXPECT_INT(f.cx->today, record_date(p, "starts"));
	EXPECT_INT(DAY(2028, 5, 25), record_date(p, "ends"));
	EXPECT_OK(periods_of(f.cx, placement, &list, &n));
	EXPECT_INT(1, n);
	EXPECT_INT(NO_DUE, test_record(t, "referral", id)->due);
}

TEST(referral_start_is_refused_beside_a_barred_service)
{
	struct fixture f;
	struct error e;
	int64_t id;

	fixture(t, &f);
	(void)fixture_bar(&f, f.pkt, f.tt, NULL, DAY(2016, 1, 1), CIVIL_NONE);
	id = test_create(t, to_site(&f, waiting(&f, f.jaan), 0, f.site));
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 4, 1), CIVIL_NONE, NULL));
	e = starts(&f, id, f.cx->today, "err.placement_barred");
	EXPECT_TEXT("XT", e.args[0]);
	EXPECT_TEXT("01.04.2026", e.args[1]);
	EXPECT_TEXT("…", e.args[2]);
	/* Nothing of it is left. */
	EXPECT(record_in(test_record(t, "referral", id), "issued"));
}

TEST(referral_lapses_after_its_last_day)
{
	struct fixture f;
	int64_t id;

	fixture(t, &f);
	id = test_create(t, to_site(&f, waiting(&f, f.jaan), 0, f.site));
	/* The last day itself is still good. */
	ctx_set_now(f.cx, civil_start_of_day(DAY(2026, 5, 28)));
	(void)refused(t, ERR_INVALID, "type.referral.move.lapse.otherwise",
		      test_move(t, "referral", id, "lapse", NULL));
	ctx_set_now(f.cx, civil_start_of_day(DAY(2026, 5, 29)));
	EXPECT_OK(test_move(t, "referral", id, "lapse", NULL));
	EXPECT(record_in(test_record(t, "referral", id), "lapsed"));
	(void)refused(t, ERR_CONFLICT, "err.move_state",
		      test_move(t, "referral", id, "lapse", NULL));
	/* Who came in time but was recorded late is let in; who came late is not. */
	(void)starts(&f, id, DAY(2026, 5, 29), "err.referral_lapsed");
	(void)starts(&f, id, DAY(2026, 5, 28), NULL);
	EXPECT(record_in(test_record(t, "referral", id), "started"));
}

TEST(referral_cancelled_gives_the_queue_back)
{
	struct fixture f;
	struct change *ch;
	int64_t entry, id;
	struct record *e;

	fixture(t, &f);
	entry = waiting(&f, f.jaan);
	id = test_create(t, to_site(&f, entry, 0, f.site));
	EXPECT_ERR(ERR_INVALID, test_move(t, "referral", id, "cancel", NULL));
	ch = change_new(f.cx, "referral");
	change_text(ch, "cancel_reason", "Osutaja loobus");
	(void)test_act_outside(t, "Osutaja", "TO.1", f.provider);
	EXPECT_ERR(ERR_DENIED, test_move(t, "referral", id, "cancel", ch));
	(void)test_act(t, "Koordinaator", "B3.1 ALL.1");
	EXPECT_OK(test_move(t, "referral", id, "cancel", ch));
	e = test_record(t, "queue_entry", entry);
	EXPECT(record_in(e, "waiting"));
	EXPECT(record_text(e, "reason") == NULL);
	EXPECT_INT(CIVIL_NONE, record_date(e, "left_on"));
}

/* Where the law ties the time to the decision's delivery, it does not run before. */
TEST(referral_time_can_run_from_the_delivery)
{
	struct fixture f;
	struct change *ch;
	int64_t service, provider, site, decision, id;
	struct record *r;

	fixture(t, &f);
	service = fixture_service(&f, "XS", "none", "R16", false);
	ch = change_new(f.cx, "service");
	change_text(ch, "arrival_from", "delivered");
	EXPECT_OK(test_edit(t, "service", service, 0, ch));
	provider = test_organisation(t, "provider", "Rehab OÜ");
	site = fixture_site(&f, provider, service, 5);
	(void)fixture_contract(&f, provider, service, 5);
	decision = fixture_decision(&f, f.mari, service);
	id = test_create(t, to_site(&f, 0, decision, site));
	r = test_record(t, "referral", id);
	EXPECT_INT(CIVIL_NONE, record_date(r, "counted_from"));
	EXPECT_INT(CIVIL_NONE, record_date(r, "start_by"));
	EXPECT_INT(NO_DUE, r->due);
	ch = change_new(f.cx, "decision");
	change_text(ch, "delivery", "post");
	change_int(ch, "deemed_on", DAY(2026, 6, 10));
	EXPECT_OK(test_move(t, "decision", decision, "send", ch));
	r = test_record(t, "referral", id);
	EXPECT_INT(DAY(2026, 6, 10), record_date(r, "counted_from"));
	EXPECT_INT(DAY(2026, 8, 10), record_date(r, "start_by")); /* the 9th is a Sunday */
	EXPECT_INT(DAY(2026, 8, 10), r->due);
}

static int64_t
emergency(struct fixture *f, int32_t from, int32_t to)
{
	struct change *ch = change_new(f->cx, "emergency");

	change_text(ch, "name", "Eriolukord");
	change_int(ch, "valid_from", from);
	change_int(ch, "valid_to", to);
	return test_create(f->t, ch);
}

/* A referral whose time runs from 10.06.2026 by R16: 60 days, so until 10.08.2026. */
static int64_t
delivered_referral(struct fixture *f, const char *pause_rule)
{
	struct change *ch;
	int64_t service = fixture_service(f, "XS", "none", "R16", false), provider, site;
	int64_t decision;

	ch = change_new(f->cx, "service");
	change_text(ch, "arrival_from", "delivered");
	change_text(ch, "pause_rule", pause_rule);
	assert_int_equal(OK, test_edit(f->t, "service", service, 0, ch));
	provider = test_organisation(f->t, "provider", "Rehab OÜ");
	site = fixture_site(f, provider, service, 5);
	(void)fixture_contract(f, provider, service, 5);
	decision = fixture_decision(f, f->mari, service);
	ch = change_new(f->cx, "decision");
	change_text(ch, "delivery", "post");
	change_int(ch, "deemed_on", DAY(2026, 6, 10));
	assert_int_equal(OK, test_move(f->t, "decision", decision, "send", ch));
	return test_create(f->t, to_site(f, 0, decision, site));
}

static void
expect_until(struct test *t, int64_t id, int32_t day, const char *rule)
{
	struct record *r = test_record(t, "referral", id);
	struct clock_entry *list;
	size_t n = 0;

	EXPECT_INT(day, record_date(r, "start_by"));
	EXPECT_INT(day, r->due);
	EXPECT_OK(clock_of(&t->cx, id, &list, &n));
	EXPECT_INT(1, (int64_t)n);
	EXPECT_INT(day, list[0].due);
	EXPECT_TEXT(rule, list[0].rule);
}

/* R17: 20 days are used by 30 June; the 40 left run on from 31 July, and end on 9 September. */
TEST(referral_time_stands_still_in_an_emergency)
{
	struct fixture f;
	struct change *ch;
	int64_t id, e;

	fixture(t, &f);
	id = delivered_referral(&f, "R17");
	expect_until(t, id, DAY(2026, 8, 10), "R16");
	/* One that is over before, or comes after the end, changes nothing. */
	(void)emergency(&f, DAY(2026, 5, 1), DAY(2026, 5, 31));
	(void)emergency(&f, DAY(2026, 9, 1), DAY(2026, 9, 30));
	expect_until(t, id, DAY(2026, 8, 10), "R16");
	e = emergency(&f, DAY(2026, 7, 1), DAY(2026, 7, 31));
	expect_until(t, id, DAY(2026, 9, 9), "R17");
	/* Its end is moved, and then it is struck out: counted anew each time. */
	ch = change_new(f.cx, "emergency");
	change_int(ch, "valid_to", DAY(2026, 7, 10));
	EXPECT_OK(test_edit(t, "emergency", e, 0, ch));
	expect_until(t, id, DAY(2026, 8, 20) - 1, "R17");
	EXPECT_OK(test_delete(t, "emergency", e, "Kirjutati eksikombel"));
	expect_until(t, id, DAY(2026, 8, 10), "R16");
}

TEST(referral_made_in_an_emergency_counts_with_it)
{
	struct fixture f;
	int64_t id;

	fixture(t, &f);
	(void)emergency(&f, DAY(2026, 7, 1), DAY(2026, 7, 31));
	id = delivered_referral(&f, "R17");
	expect_until(t, id, DAY(2026, 9, 9), "R17");
	/* What has lapsed or started is not touched any more. */
	ctx_set_now(f.cx, civil_start_of_day(DAY(2026, 9, 10)));
	EXPECT_OK(test_move(t, "referral", id, "lapse", NULL));
	(void)emergency(&f, DAY(2026, 8, 5), DAY(2026, 8, 6));
	EXPECT_INT(DAY(2026, 9, 9), record_date(test_record(t, "referral", id), "start_by"));
}

/* Where the service names no rule for it, an emergency stops nothing. */
TEST(referral_of_other_services_runs_on)
{
	struct fixture f;
	int64_t id;

	fixture(t, &f);
	id = delivered_referral(&f, NULL);
	(void)emergency(&f, DAY(2026, 7, 1), DAY(2026, 7, 31));
	expect_until(t, id, DAY(2026, 8, 10), "R16");
}
