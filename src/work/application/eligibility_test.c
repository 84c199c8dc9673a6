/* Conditions: the fold, what the program finds itself, and the dates the term runs from. */
#include <string.h>

#include "base/civil.h"
#include "core/clock.h"
#include "rule/rule.h"
#include "core/test_world.h"
#include "work/application/application_int.h"

#define TODAY civil_day(2026, 5, 25)

/* ---- the fold ---- */

/* "m n u w -" stand for met, not met, unclear, waived, not looked at; "o" met with a proof that ran
 * out yesterday, "t" with one that ends today. Capitals of the second row name groups, "." is none.
 */
struct folded {
	const char *results, *groups;
	enum answer want;
};

static const struct folded FOLDS[] = {
	{ "", "", ANSWER_OPEN },	   { "m", ".", ANSWER_ELIGIBLE },
	{ "w", ".", ANSWER_ELIGIBLE },	   { "u", ".", ANSWER_OPEN },
	{ "-", ".", ANSWER_OPEN },	   { "n", ".", ANSWER_NOT },
	{ "o", ".", ANSWER_OPEN },	   { "t", ".", ANSWER_ELIGIBLE },
	{ "mm", "..", ANSWER_ELIGIBLE },   { "mu", "..", ANSWER_OPEN },
	{ "mn", "..", ANSWER_NOT },	   { "un", "..", ANSWER_NOT },
	{ "nu", "..", ANSWER_NOT },	   { "mn", "AA", ANSWER_ELIGIBLE },
	{ "nm", "AA", ANSWER_ELIGIBLE },   { "nn", "AA", ANSWER_NOT },
	{ "nu", "AA", ANSWER_OPEN },	   { "uu", "AA", ANSWER_OPEN },
	{ "nw", "AA", ANSWER_ELIGIBLE },   { "no", "AA", ANSWER_OPEN },
	{ "mmnn", ".AAB", ANSWER_NOT },	   { "mmnm", ".AAB", ANSWER_ELIGIBLE },
	{ "mmnu", ".AAB", ANSWER_OPEN },   { "nmmm", ".AAB", ANSWER_NOT },
	{ "nmn", "ABA", ANSWER_NOT }, /* a group need not stand together */
	{ "nmm", "ABA", ANSWER_ELIGIBLE }, { "unn", ".AA", ANSWER_NOT },
};

static struct proof
proof_of(struct test *t, char result, char group)
{
	struct proof p = { .valid_until = CIVIL_NONE };

	if (group != '.')
		p.any_of = arena_printf(t->arena, "%c", group);
	switch (result) {
	case 'o':
		p.valid_until = TODAY - 1;
		p.result = FINDING_MET;
		break;
	case 't':
		p.valid_until = TODAY;
		p.result = FINDING_MET;
		break;
	case 'm':
		p.result = FINDING_MET;
		break;
	case 'n':
		p.result = FINDING_NOT_MET;
		break;
	case 'u':
		p.result = FINDING_UNCLEAR;
		break;
	case 'w':
		p.result = FINDING_WAIVED;
		break;
	default:
		break;
	}
	return p;
}

TEST(eligibility_folds_all_and_any)
{
	for (size_t i = 0; i < sizeof(FOLDS) / sizeof(*FOLDS); i++) {
		const struct folded *f = &FOLDS[i];
		struct proof list[8];
		size_t n = strlen(f->results);
		enum answer got;

		for (size_t k = 0; k < n; k++)
			list[k] = proof_of(t, f->results[k], f->groups[k]);
		got = eligibility_fold(list, n, TODAY);
		if (got != f->want)
			print_error("%s/%s: %s\n", f->results, f->groups, answer_name(got));
		EXPECT_INT(f->want, got);
	}
}

static void
refused(struct test *t, enum err want, const char *key, enum err got)
{
	EXPECT_INT(want, got);
	EXPECT_TEXT(key, t->cx.error.key);
	ctx_forgive(&t->cx);
}

/* ---- a world with a service ---- */

struct place_of_work {
	int64_t service, person, app;
};

static int64_t
make_service(struct test *t, const char *code, const char *starts_by, const char *rule)
{
	struct change *ch = change_new(&t->cx, "service");

	change_text(ch, "code", code);
	change_text(ch, "name", arena_printf(t->arena, "Teenus %s", code));
	change_int(ch, "valid_from", civil_day(2016, 1, 1));
	change_text(ch, "starts_by", starts_by);
	change_text(ch, "decision_rule", rule);
	change_text(ch, "cover_rule", "SRT-COVERS");
	return test_create(t, ch);
}

static int64_t
make_condition(struct test *t, int64_t service, const char *code, const char *check,
	       const char *rule, const char *group)
{
	struct change *ch = change_new(&t->cx, "condition");

	change_int(ch, "service", service);
	change_text(ch, "code", code);
	change_text(ch, "name", arena_printf(t->arena, "Tingimus %s", code));
	change_text(ch, "check", check);
	change_text(ch, "rule", rule);
	change_text(ch, "any_of", group);
	change_int(ch, "valid_from", civil_day(2016, 1, 1));
	change_int(ch, "confirmed", 1);
	return test_create(t, ch);
}

static struct change *
new_application(struct test *t, int64_t person, int64_t service)
{
	struct change *ch = change_new(&t->cx, "application");

	change_int(ch, "person", person);
	change_int(ch, "service", service);
	change_text(ch, "channel", "email");
	return ch;
}

/* A service with an age limit, a manual condition and a group of two; somebody born in 1990. */
static struct place_of_work
begin(struct test *t)
{
	struct place_of_work w;

	(void)test_world(t);
	test_hooks(t, APPLICATION_HOOKS);
	w.service = make_service(t, "TT", "application", "R11");
	(void)make_condition(t, w.service, "1-VANUS", "age_from", "TT-AGE", NULL);
	(void)make_condition(t, w.service, "2-PIIR", "age_to", "PENSION-AGE", NULL);
	(void)make_condition(t, w.service, "3-ABI", "manual", NULL, NULL);
	(void)make_condition(t, w.service, "4-A", "manual", NULL, "tervis");
	(void)make_condition(t, w.service, "4-B", "manual", NULL, "tervis");
	w.person = test_person(t, "Juhan", "Kask", "1990-02-03");
	(void)test_act(t, "Mari Maasikas", "B3.1 ALL.1");
	w.app = test_create(t, new_application(t, w.person, w.service));
	return w;
}

static struct proofs
proofs_of(struct test *t, int64_t app)
{
	struct proofs ps;

	EXPECT_OK(eligibility_load(&t->cx, test_record(t, "application", app), &ps));
	return ps;
}

static const struct proof *
proof_named(struct test *t, int64_t app, const char *code)
{
	struct proofs ps = proofs_of(t, app);

	for (size_t i = 0; i < ps.n; i++)
		if (strcmp(ps.at[i].code, code) == 0)
			return &ps.at[i];
	BUG(code);
}

static enum err
find(struct test *t, int64_t app, const char *code, const char *result, const char *reason)
{
	const struct proof *p = proof_named(t, app, code);
	struct change *ch = change_new(&t->cx, "finding");

	change_text(ch, "result", result);
	change_text(ch, "reason", reason);
	return test_edit(t, "finding", p->finding, p->version, ch);
}

static const char *
answer_of(struct test *t, int64_t app)
{
	return record_text(test_record(t, "application", app), "answer");
}

TEST(accepting_computes_what_it_can_and_opens_the_rest)
{
	struct place_of_work w = begin(t);
	struct proofs ps;

	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	ps = proofs_of(t, w.app);
	EXPECT_INT(5, ps.n);
	EXPECT_INT(FINDING_MET, proof_named(t, w.app, "1-VANUS")->result);
	EXPECT(proof_named(t, w.app, "1-VANUS")->computed);
	EXPECT(proof_named(t, w.app, "1-VANUS")->trace != NULL);
	/* Born 1990-02-03: 65 on 2055-02-03, so the proof is good until the day before. */
	EXPECT_INT(FINDING_MET, proof_named(t, w.app, "2-PIIR")->result);
	EXPECT_INT(civil_day(2055, 2, 2), proof_named(t, w.app, "2-PIIR")->valid_until);
	EXPECT_INT(FINDING_UNCLEAR, proof_named(t, w.app, "3-ABI")->result);
	EXPECT(!proof_named(t, w.app, "3-ABI")->computed);
	EXPECT_TEXT("open", answer_of(t, w.app));
	EXPECT(record_in(test_record(t, "application", w.app), "in_review"));
}

TEST(findings_fold_into_the_application_as_they_come)
{
	struct place_of_work w = begin(t);

	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	EXPECT_OK(find(t, w.app, "3-ABI", "met", NULL));
	EXPECT_TEXT("open", answer_of(t, w.app));
	EXPECT_OK(find(t, w.app, "4-B", "met", NULL));
	EXPECT_TEXT("eligible", answer_of(t, w.app));
	EXPECT_OK(find(t, w.app, "4-A", "not_met", "Diagnoosi ei ole."));
	EXPECT_TEXT("eligible", answer_of(t, w.app));
	EXPECT_OK(find(t, w.app, "4-B", "not_met", "Diagnoosi ei ole."));
	EXPECT_TEXT("not_eligible", answer_of(t, w.app));
	EXPECT_OK(find(t, w.app, "4-B", "waived", "Kohtulahend."));
	EXPECT_TEXT("eligible", answer_of(t, w.app));
}

TEST(a_finding_says_who_looked_and_why)
{
	struct place_of_work w = begin(t);
	int64_t other;

	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	refused(t, ERR_CONFLICT, "guard.finding.waived_reason",
		find(t, w.app, "3-ABI", "waived", NULL));
	refused(t, ERR_CONFLICT, "guard.finding.not_met_reason",
		find(t, w.app, "3-ABI", "not_met", NULL));
	other = test_act(t, "Teine Ametnik", "B3.1");
	EXPECT_OK(find(t, w.app, "3-ABI", "met", "Nägin otsust."));
	EXPECT_INT(other, proof_named(t, w.app, "3-ABI")->checked_by);
	EXPECT_INT(t->cx.today, proof_named(t, w.app, "3-ABI")->checked_on);
	/* Saying the same again is not a new check. */
	(void)test_act(t, "Kolmas Ametnik", "B3.1");
	EXPECT_OK(find(t, w.app, "3-ABI", "met", "Nägin otsust."));
	EXPECT_INT(other, proof_named(t, w.app, "3-ABI")->checked_by);
}

static enum err
check_again(struct ctx *cx, void *arg)
{
	return eligibility_check(cx, arg);
}

TEST(a_check_leaves_alone_what_a_human_took_over)
{
	struct place_of_work w = begin(t);
	struct record *app;
	int64_t version;

	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	EXPECT_OK(find(t, w.app, "1-VANUS", "not_met", "Isikukoodis oli viga."));
	EXPECT(!proof_named(t, w.app, "1-VANUS")->computed);
	EXPECT(proof_named(t, w.app, "1-VANUS")->trace == NULL);
	version = proof_named(t, w.app, "2-PIIR")->version;
	app = test_record(t, "application", w.app);
	EXPECT_OK(test_write(t, check_again, app));
	EXPECT_INT(FINDING_NOT_MET, proof_named(t, w.app, "1-VANUS")->result);
	/* What comes out the same is not written again. */
	EXPECT_INT(version, proof_named(t, w.app, "2-PIIR")->version);
}

TEST(conditions_are_those_of_the_day_of_the_application)
{
	struct place_of_work w = begin(t);
	struct change *ch = change_new(&t->cx, "condition");
	struct proofs ps = proofs_of(t, w.app);

	EXPECT_INT(5, ps.n);
	test_act_system(t);
	change_int(ch, "valid_to", t->cx.today - 1);
	EXPECT_OK(test_edit(t, "condition", ps.at[0].condition, 1, ch));
	EXPECT_INT(4, proofs_of(t, w.app).n);
	ch = change_new(&t->cx, "condition");
	change_text(ch, "stage", "II");
	EXPECT_OK(test_edit(t, "condition", ps.at[1].condition, 1, ch));
	EXPECT_INT(3, proofs_of(t, w.app).n);
}

/* ---- dates ---- */

static int32_t
due_of(struct test *t, int64_t app)
{
	return test_record(t, "application", app)->due;
}

TEST(the_term_runs_from_the_day_nothing_was_missing)
{
	struct place_of_work w = begin(t);
	struct change *ch = change_new(&t->cx, "application");
	int32_t due;

	EXPECT_INT(t->cx.today, record_date(test_record(t, "application", w.app), "registered"));
	EXPECT_INT(NO_DUE, due_of(t, w.app));
	/* Accepted three days later: counted from the registration all the same. */
	ctx_set_now(&t->cx, t->cx.now + 3 * 86400);
	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	EXPECT_INT(TODAY, record_date(test_record(t, "application", w.app), "complete"));
	EXPECT_OK(rule_due(&t->cx, t->cx.world->rules, "R11", TODAY, &due));
	EXPECT_INT(due, due_of(t, w.app));
	/* Asking for more does not stop a term that runs. */
	change_text(ch, "missing", "Puudub allkiri.");
	EXPECT_OK(test_move(t, "application", w.app, "ask_missing", ch));
	EXPECT_INT(due, due_of(t, w.app));
	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	EXPECT_INT(TODAY, record_date(test_record(t, "application", w.app), "complete"));
}

TEST(what_was_missing_moves_the_start)
{
	struct place_of_work w = begin(t);
	struct change *ch = change_new(&t->cx, "application");
	struct record *app;

	change_text(ch, "missing", "Puudub allkiri.");
	EXPECT_OK(test_move(t, "application", w.app, "ask_missing", ch));
	app = test_record(t, "application", w.app);
	/* Ten working days (R14): 23 and 24 June lie outside. */
	EXPECT_INT(civil_day(2026, 6, 8), record_date(app, "fix_by"));
	EXPECT_INT(NO_DUE, app->due);
	ctx_set_now(&t->cx, t->cx.now + 4 * 86400);
	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	EXPECT_INT(TODAY + 4, record_date(test_record(t, "application", w.app), "complete"));
}

TEST(a_date_in_the_past_cannot_be_given_to_complete)
{
	struct place_of_work w = begin(t);
	struct change *ch = change_new(&t->cx, "application");

	change_text(ch, "missing", "Puudub allkiri.");
	change_int(ch, "fix_by", t->cx.today);
	refused(t, ERR_INVALID, "err.application_fix_by",
		test_move(t, "application", w.app, "ask_missing", ch));
	ch = new_application(t, test_person(t, "Teine", "Inimene", "1980-01-01"), w.service);
	change_int(ch, "arrived", t->cx.today + 1);
	refused(t, ERR_INVALID, "err.application_future", test_try_create(t, ch, &(int64_t){ 0 }));
}

TEST(one_open_application_for_a_person_and_service)
{
	struct place_of_work w = begin(t);
	int64_t second;

	refused(t, ERR_CONFLICT, "guard.application.one_open",
		test_try_create(t, new_application(t, w.person, w.service), &second));
	EXPECT_OK(test_move(t, "application", w.app, "withdraw", NULL));
	EXPECT_OK(test_try_create(t, new_application(t, w.person, w.service), &second));
}

TEST(who_accepts_takes_it_on_unless_somebody_has)
{
	struct place_of_work w = begin(t);
	int64_t first = t->cx.who.user, second;

	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	EXPECT_INT(first, test_record(t, "application", w.app)->responsible);
	second = test_act(t, "Teine Ametnik", "B3.1");
	EXPECT_OK(test_move(t, "application", w.app, "take", NULL));
	EXPECT_INT(second, test_record(t, "application", w.app)->responsible);
}

/* ---- a child's need ---- */

static void
rate(struct change *ch, const char *four, const char *earlier)
{
	static const char *const FIELDS[] = { "area_physical", "area_emotional", "area_social",
					      "area_cognitive" };

	for (size_t i = 0; i < 4; i++)
		if (four[i] != '-')
			change_text(ch, FIELDS[i],
				    four[i] == 's'   ? "significant"
				    : four[i] == 'm' ? "some"
						     : "none");
	change_text(ch, "earlier", earlier);
}

/* The ratings of the four areas ("s" significant, "m" some, "n" none, "-" not given), what came of
 * earlier help, and what the test of the need says (SHS § 62(3)). */
static const struct {
	const char *four, *earlier;
	enum finding_result want;
} NEEDS[] = {
	{ "ssnn", "insufficient", FINDING_MET },     { "nnss", "impossible", FINDING_MET },
	{ "ssss", "insufficient", FINDING_MET },     { "snnn", "insufficient", FINDING_NOT_MET },
	{ "smmm", "impossible", FINDING_NOT_MET },   { "ssnn", "none", FINDING_NOT_MET },
	{ "ss-n", "insufficient", FINDING_UNCLEAR }, { "ssnn", NULL, FINDING_UNCLEAR },
};

TEST(the_need_of_a_child_is_tested)
{
	int64_t service;

	(void)test_world(t);
	test_hooks(t, APPLICATION_HOOKS);
	service = make_service(t, "SRT", "need", "R10");
	(void)make_condition(t, service, "VAJADUS", "rule", "R23", NULL);
	for (size_t i = 0; i < sizeof(NEEDS) / sizeof(*NEEDS); i++) {
		int64_t child =
			test_person(t, arena_printf(t->arena, "Laps%zu", i), "Lepp", "2015-03-04");
		struct change *ch = new_application(t, child, service);
		const struct proof *p;
		int64_t app;

		rate(ch, NEEDS[i].four, NEEDS[i].earlier);
		app = test_create(t, ch);
		EXPECT_OK(test_write(t, check_again, test_record(t, "application", app)));
		p = proof_named(t, app, "VAJADUS");
		if (p->result != NEEDS[i].want)
			print_error("%s %s\n", NEEDS[i].four, p->reason);
		EXPECT_INT(NEEDS[i].want, p->result);
	}
}

TEST(a_whole_finding_of_a_municipality_starts_the_term_at_once)
{
	int64_t service, org, app, child;
	struct change *ch;
	int32_t due;

	(void)test_world(t);
	test_hooks(t, APPLICATION_HOOKS);
	service = make_service(t, "SRT", "need", "R10");
	org = test_organisation(t, "municipality", "Kase vald");
	child = test_person(t, "Laps", "Lepp", "2015-03-04");
	(void)test_act_outside(t, "Kai Kase", "KOV.1", org);
	ch = new_application(t, child, service);
	rate(ch, "ssnn", "insufficient");
	change_text(ch, "missing", "see ei ole saatja otsustada");
	change_int(ch, "arrived", t->cx.today - 30);
	app = test_create(t, ch);
	EXPECT_OK(rule_due(&t->cx, t->cx.world->rules, "R10", t->cx.today, &due));
	EXPECT_INT(due, due_of(t, app));
	EXPECT_INT(org, record_int(test_record(t, "application", app), "sender"));
	EXPECT(record_text(test_record(t, "application", app), "missing") == NULL);
	EXPECT_INT(t->cx.today, record_date(test_record(t, "application", app), "arrived"));
}

TEST(a_municipality_sees_and_sends_only_its_own)
{
	int64_t ours, theirs, service, adult, app, person;
	struct change *ch;
	struct record *r;

	(void)test_world(t);
	test_hooks(t, APPLICATION_HOOKS);
	service = make_service(t, "SRT", "need", "R10");
	adult = make_service(t, "TT", "application", "R11");
	ours = test_organisation(t, "municipality", "Kase vald");
	theirs = test_organisation(t, "municipality", "Tamme linn");
	person = test_person(t, "Laps", "Lepp", "2015-03-04");
	(void)test_act_outside(t, "Kai Kase", "KOV.1", ours);
	refused(t, ERR_INVALID, "err.application_not_need",
		test_try_create(t, new_application(t, person, adult), &(int64_t){ 0 }));
	ch = new_application(t, person, service);
	rate(ch, "ssnn", "insufficient");
	change_int(ch, "sender", theirs); /* set back to their own */
	app = test_create(t, ch);
	EXPECT_OK(
		record_load(&t->cx, test_record(t, "application", app)->type, app, RIGHT_SEE, &r));
	EXPECT_INT(ours, record_int(r, "sender"));
	EXPECT_ERR(ERR_DENIED, test_move(t, "application", app, "accept", NULL));
	(void)test_act_outside(t, "Tiit Tamm", "KOV.1", theirs);
	EXPECT_ERR(ERR_NOTFOUND, record_load(&t->cx, test_record(t, "application", app)->type, app,
					     RIGHT_SEE, &r));
}

TEST(a_finding_without_its_ratings_is_not_accepted)
{
	int64_t service, app;
	struct change *ch;

	(void)test_world(t);
	test_hooks(t, APPLICATION_HOOKS);
	service = make_service(t, "SRT", "need", "R10");
	(void)test_act(t, "Mari Maasikas", "D3.1");
	ch = new_application(t, test_person(t, "Laps", "Lepp", "2015-03-04"), service);
	rate(ch, "ss--", "insufficient");
	app = test_create(t, ch);
	EXPECT_INT(NO_DUE, due_of(t, app));
	EXPECT_INT(ERR_INVALID, test_move(t, "application", app, "accept", NULL));
	EXPECT_TEXT("area_social", t->cx.error.field);
	ctx_forgive(&t->cx);
	ch = change_new(&t->cx, "application");
	rate(ch, "--nn", "insufficient");
	EXPECT_OK(test_edit(t, "application", app, 1, ch));
	EXPECT_INT(t->cx.today, record_date(test_record(t, "application", app), "complete"));
	EXPECT_OK(test_move(t, "application", app, "accept", NULL));
}

/* ---- barred services ---- */

static void
bar(struct test *t, int64_t service, int64_t other, const char *stages, int32_t from, int32_t to)
{
	struct change *ch = change_new(&t->cx, "service_bar");

	change_int(ch, "service", service);
	change_int(ch, "other", other);
	change_text(ch, "stages", stages);
	change_int(ch, "valid_from", from);
	if (to != CIVIL_NONE)
		change_int(ch, "valid_to", to);
	change_int(ch, "confirmed", 1);
	(void)test_create(t, ch);
}

static void
place(struct test *t, int64_t person, int64_t service, int32_t starts, int32_t ends)
{
	struct change *ch = change_new(&t->cx, "placement"), *site = change_new(&t->cx, "site");
	int64_t provider = test_organisation(t, "provider", "Osutaja OÜ");

	change_int(site, "provider", provider);
	change_text(site, "name", "Töötuba");
	change_int(ch, "person", person);
	change_int(ch, "service", service);
	change_int(ch, "provider", provider);
	change_int(ch, "site", test_create(t, site));
	change_int(ch, "starts", starts);
	if (ends != CIVIL_NONE)
		change_int(ch, "ends", ends);
	(void)test_create(t, ch);
}

/* When the other service was had, when the bar held, which side it is written on, and the result.
 * Days from today; 9999 is without end. */
static const struct {
	int starts, ends, bar_from, bar_to;
	bool turned;
	enum finding_result want;
} BARS[] = {
	{ -100, 9999, -1000, 9999, false, FINDING_NOT_MET },
	{ -100, 9999, -1000, 9999, true, FINDING_NOT_MET },
	{ -100, 0, -1000, 9999, false, FINDING_NOT_MET },  /* until today: touches */
	{ -100, -1, -1000, 9999, false, FINDING_MET },	   /* over */
	{ 300, 400, -1000, 9999, false, FINDING_NOT_MET }, /* begins within the planned time */
	{ 800, 900, -1000, 9999, false, FINDING_MET },	   /* after two years */
	{ -100, 9999, -1000, -1, false, FINDING_MET },	   /* the bar itself is over */
	{ -100, 9999, 100, 9999, false, FINDING_NOT_MET }, /* the bar will begin */
};

TEST(barred_services_are_found_in_the_planned_time)
{
	for (size_t i = 0; i < sizeof(BARS) / sizeof(*BARS); i++) {
		int64_t service, other, person, app;
		struct change *ch;
		const struct proof *p;

		(void)test_world(t);
		test_hooks(t, APPLICATION_HOOKS);
		service = make_service(t, "PKT", "application", "R11");
		other = make_service(t, "TT", "application", "R11");
		(void)make_condition(t, service, "VAL", "no_bar", NULL, NULL);
		bar(t, BARS[i].turned ? other : service, BARS[i].turned ? service : other, NULL,
		    t->cx.today + BARS[i].bar_from,
		    BARS[i].bar_to == 9999 ? CIVIL_NONE : t->cx.today + BARS[i].bar_to);
		person = test_person(t, "Juhan", "Kask", "1990-02-03");
		place(t, person, other, t->cx.today + BARS[i].starts,
		      BARS[i].ends == 9999 ? CIVIL_NONE : t->cx.today + BARS[i].ends);
		ch = new_application(t, person, service);
		app = test_create(t, ch);
		EXPECT_OK(test_write(t, check_again, test_record(t, "application", app)));
		p = proof_named(t, app, "VAL");
		if (p->result != BARS[i].want)
			print_error("%zu: %s\n%s\n", i, p->reason, p->trace);
		EXPECT_INT(BARS[i].want, p->result);
	}
}

TEST(a_rule_that_is_not_there_leaves_it_to_the_official)
{
	int64_t service, app;

	(void)test_world(t);
	test_hooks(t, APPLICATION_HOOKS);
	service = make_service(t, "TT", "application", "R11");
	(void)make_condition(t, service, "1", "rule", "EI-OLE", NULL);
	(void)make_condition(t, service, "2", "rule", "R46", NULL); /* gives a date */
	(void)make_condition(t, service, "3", "rule", "R28", NULL); /* asks for places */
	app = test_create(
		t, new_application(t, test_person(t, "Juhan", "Kask", "1990-02-03"), service));
	EXPECT_OK(test_move(t, "application", app, "accept", NULL));
	EXPECT_INT(FINDING_UNCLEAR, proof_named(t, app, "1")->result);
	EXPECT_INT(FINDING_UNCLEAR, proof_named(t, app, "3")->result);
	EXPECT(proof_named(t, app, "3")->reason != NULL);
	EXPECT_TEXT("open", answer_of(t, app));
}

TEST(whether_it_was_in_time_is_kept)
{
	struct place_of_work w = begin(t);
	struct record *app;

	EXPECT_OK(test_move(t, "application", w.app, "accept", NULL));
	EXPECT_ERR(ERR_DENIED, test_move(t, "application", w.app, "decide", NULL));
	test_act_system(t);
	EXPECT_OK(test_move(t, "application", w.app, "decide", NULL));
	app = test_record(t, "application", w.app);
	EXPECT_INT(1, record_int(app, "in_time"));
	EXPECT_INT(t->cx.today, record_date(app, "decided_on"));
	EXPECT_OK(test_move(t, "application", w.app, "reopen", NULL));
	ctx_set_now(&t->cx, t->cx.now + (int64_t)120 * 86400);
	EXPECT_OK(test_move(t, "application", w.app, "decide", NULL));
	EXPECT_INT(0, record_int(test_record(t, "application", w.app), "in_time"));
}
