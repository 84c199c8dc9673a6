/* Queues: who may join, in what order, and why. */
#include "work/queue/queue.h"

#include <string.h>

#include "base/civil.h"
#include "rule/rule.h"
#include "core/test_world.h"

#define DAY(y, m, d) civil_day(y, m, d)

/* The call was refused with this error and key, which is forgotten. */
static void
refused(struct test *t, enum err want, const char *key, enum err got)
{
	assert_int_equal(want, got);
	assert_non_null(t->cx.error.key);
	assert_string_equal(key, t->cx.error.key);
	ctx_forgive(&t->cx);
}

static int64_t
service(struct test *t, const char *code, const char *queue, const char *rule)
{
	struct change *ch = change_new(&t->cx, "service");

	change_text(ch, "code", code);
	change_text(ch, "name", code);
	change_int(ch, "valid_from", DAY(2016, 1, 1));
	change_text(ch, "starts_by", "application");
	change_text(ch, "queue", queue);
	change_text(ch, "queue_rule", rule);
	change_text(ch, "decision_rule", "PKT-DECISION");
	return test_create(t, ch);
}

static struct change *
entry(struct test *t, int64_t person, int64_t of, int32_t queued, int32_t applied,
      const char *county)
{
	struct change *ch = change_new(&t->cx, "queue_entry");

	change_int(ch, "person", person);
	change_int(ch, "service", of);
	change_int(ch, "queued_on", queued);
	change_int(ch, "applied_on", applied);
	change_text(ch, "county", county);
	return ch;
}

/* In the order they join. */
static const struct {
	int32_t queued[2], applied[2]; /* month and day of 2026 */
	const char *county;
	int by_decision, by_application, by_county; /* place each has */
} JOINED[] = {
	{ { 3, 10 }, { 1, 20 }, "0037", 3, 4, 2 }, { { 3, 10 }, { 1, 15 }, "0079", 2, 3, 1 },
	{ { 4, 1 }, { 1, 10 }, "0037", 5, 1, 4 },  { { 2, 1 }, { 1, 15 }, "0037", 1, 2, 1 },
	{ { 3, 10 }, { 1, 20 }, "0037", 4, 5, 3 },
};
#define NJOINED (sizeof(JOINED) / sizeof(*JOINED))

static void
join_all(struct test *t, int64_t of, int64_t *ids)
{
	for (size_t i = 0; i < NJOINED; i++) {
		int64_t who =
			test_person(t, "Nimi", arena_printf(t->arena, "Pere%zu", i), "1990-01-01");

		ids[i] = test_create(t, entry(t, who, of,
					      DAY(2026, JOINED[i].queued[0], JOINED[i].queued[1]),
					      DAY(2026, JOINED[i].applied[0], JOINED[i].applied[1]),
					      JOINED[i].county));
	}
}

TEST(queue_order_is_that_of_the_rule)
{
	static const struct {
		const char *rule;
		bool application, county;
	} CASE[] = {
		{ NULL, false, false },
		{ "QUEUE-DECISION", false, false },
		{ "QUEUE-APPLICATION", true, false },
		{ "QUEUE-EHK", false, true },
		{ "NO-SUCH-RULE", false, false },
		{ "R10", false, false },
	};

	for (size_t c = 0; c < sizeof(CASE) / sizeof(*CASE); c++) {
		struct ctx *cx = test_world(t);
		int64_t of, ids[NJOINED];
		struct queue_order o;

		test_hooks(t, QUEUE_WORK.hooks);
		of = service(t, "XQ", "plain", CASE[c].rule);
		join_all(t, of, ids);
		EXPECT_OK(queue_order(cx, of, &o));
		EXPECT_INT(CASE[c].application, o.by_application);
		EXPECT_INT(CASE[c].county, o.by_county);
		EXPECT(o.why != NULL);
		for (size_t i = 0; i < NJOINED; i++) {
			int want = o.by_county	      ? JOINED[i].by_county
				   : o.by_application ? JOINED[i].by_application
						      : JOINED[i].by_decision;
			struct queue_place p;

			EXPECT_OK(queue_place(cx, test_record(t, "queue_entry", ids[i]), &o, &p));
			EXPECT_INT(want, p.before + 1);
		}
	}
}

TEST(queue_place_tells_how_ties_were_decided)
{
	struct ctx *cx = test_world(t);
	struct queue_order o;
	struct queue_place p;
	int64_t of, ids[NJOINED];

	test_hooks(t, QUEUE_WORK.hooks);
	of = service(t, "XQ", "plain", NULL);
	join_all(t, of, ids);
	EXPECT_OK(queue_order(cx, of, &o));
	/* The last to join: three before, two of them on the same day of decision, one on both. */
	EXPECT_OK(queue_place(cx, test_record(t, "queue_entry", ids[4]), &o, &p));
	EXPECT_INT(3, p.before);
	EXPECT_INT(2, p.same_day);
	EXPECT_INT(1, p.same_days);
	EXPECT_INT(1, p.after);
	EXPECT_INT(0, p.later_made);
	/* The first to join stands behind two who joined later with earlier days. */
	EXPECT_OK(queue_place(cx, test_record(t, "queue_entry", ids[0]), &o, &p));
	EXPECT_INT(2, p.before);
	EXPECT_INT(1, p.same_day);
	EXPECT_INT(0, p.same_days);
	EXPECT_INT(2, p.later_made);
	EXPECT_INT(0, p.referred);
}

TEST(queue_moves_up_when_somebody_leaves)
{
	struct ctx *cx = test_world(t);
	struct queue_order o;
	struct queue_place p;
	struct change *ch;
	int64_t of, ids[NJOINED];

	test_hooks(t, QUEUE_WORK.hooks);
	of = service(t, "XQ", "plain", NULL);
	join_all(t, of, ids);
	EXPECT_ERR(ERR_INVALID, test_move(t, "queue_entry", ids[3], "remove", NULL));
	ch = change_new(cx, "queue_entry");
	change_text(ch, "reason", "referred"); /* that is what "refer" is for */
	EXPECT_ERR(ERR_INVALID, test_move(t, "queue_entry", ids[3], "remove", ch));
	change_text(ch, "reason", "declined");
	EXPECT_OK(test_move(t, "queue_entry", ids[3], "remove", ch));
	EXPECT_OK(test_move(t, "queue_entry", ids[1], "refer", NULL));
	EXPECT_INT(cx->today, record_date(test_record(t, "queue_entry", ids[3]), "left_on"));
	EXPECT_OK(queue_order(cx, of, &o));
	EXPECT_OK(queue_place(cx, test_record(t, "queue_entry", ids[0]), &o, &p));
	EXPECT_INT(0, p.before);
	EXPECT_INT(1, p.referred);
}

TEST(queue_refuses_what_is_no_place)
{
	struct ctx *cx = test_world(t);
	int64_t person = test_person(t, "Jaan", "Tamm", "1990-01-01"), of, none, id;

	test_hooks(t, QUEUE_WORK.hooks);
	of = service(t, "XQ", "plain", NULL);
	none = service(t, "XN", "none", NULL);
	(void)test_create(t, entry(t, person, of, DAY(2026, 3, 1), DAY(2026, 2, 1), NULL));
	refused(t, ERR_CONFLICT, "guard.queue_entry.one_waiting",
		test_try_create(t, entry(t, person, of, DAY(2026, 4, 1), DAY(2026, 2, 1), NULL),
				&id));
	refused(t, ERR_INVALID, "err.queue_none",
		test_try_create(t, entry(t, person, none, DAY(2026, 4, 1), DAY(2026, 2, 1), NULL),
				&id));
	refused(t, ERR_INVALID, "err.queue_future",
		test_try_create(t, entry(t, person, of, cx->today + 1, DAY(2026, 2, 1), NULL),
				&id));
	refused(t, ERR_INVALID, "err.queue_dates",
		test_try_create(t, entry(t, person, of, DAY(2026, 2, 1), DAY(2026, 2, 2), NULL),
				&id));
}

TEST(queue_person_may_wait_for_several_services)
{
	(void)test_world(t);
	int64_t person = test_person(t, "Jaan", "Tamm", "1990-01-01");

	test_hooks(t, QUEUE_WORK.hooks);
	(void)test_create(t, entry(t, person, service(t, "XA", "plain", NULL), DAY(2026, 3, 1),
				   DAY(2026, 2, 1), NULL));
	(void)test_create(t, entry(t, person, service(t, "XB", "plain", NULL), DAY(2026, 3, 1),
				   DAY(2026, 2, 1), NULL));
}

TEST(queue_dates_change_only_with_a_reason_and_the_duty)
{
	struct ctx *cx = test_world(t);
	int64_t person = test_person(t, "Jaan", "Tamm", "1990-01-01"), of, id;
	struct change *ch;

	test_hooks(t, QUEUE_WORK.hooks);
	of = service(t, "XQ", "plain", NULL);
	id = test_create(t, entry(t, person, of, DAY(2026, 3, 1), DAY(2026, 2, 1), NULL));
	(void)test_act(t, "Koordinaator", "B3.1 ALL.1");
	ch = change_new(cx, "queue_entry");
	change_int(ch, "queued_on", DAY(2026, 2, 15));
	refused(t, ERR_CONFLICT, "err.fixed_field", test_edit(t, "queue_entry", id, 0, ch));
	change_text(ch, "order_reason", "Otsuse päev oli vale");
	EXPECT_ERR(ERR_DENIED, test_move(t, "queue_entry", id, "redate", ch));
	(void)test_act(t, "Projektijuht", "PM.1 ALL.1");
	change_empty(ch, "order_reason");
	EXPECT_ERR(ERR_INVALID, test_move(t, "queue_entry", id, "redate", ch));
	change_text(ch, "order_reason", "Otsuse päev oli vale");
	EXPECT_OK(test_move(t, "queue_entry", id, "redate", ch));
	EXPECT_INT(DAY(2026, 2, 15), record_date(test_record(t, "queue_entry", id), "queued_on"));
}

TEST(queue_ends_with_death)
{
	struct ctx *cx = test_world(t);
	int64_t person = test_person(t, "Jaan", "Tamm", "1990-01-01"), id;
	struct change *ch = change_new(cx, "person");
	struct record *e;

	test_hooks(t, QUEUE_WORK.hooks);
	id = test_create(t, entry(t, person, service(t, "XQ", "plain", NULL), DAY(2026, 3, 1),
				  DAY(2026, 2, 1), NULL));
	change_int(ch, "died", DAY(2026, 5, 1));
	EXPECT_OK(test_edit(t, "person", person, 0, ch));
	e = test_record(t, "queue_entry", id);
	EXPECT(record_in(e, "removed"));
	EXPECT_TEXT("died", record_text(e, "reason"));
}

static int64_t
granted(struct test *t, int64_t person, int64_t of)
{
	struct change *ch = change_new(&t->cx, "application");
	int64_t app, decision;

	change_int(ch, "person", person);
	change_int(ch, "service", of);
	change_text(ch, "channel", "email");
	change_int(ch, "arrived", DAY(2026, 3, 2));
	app = test_create(t, ch);
	ch = change_new(&t->cx, "decision");
	change_int(ch, "application", app);
	change_int(ch, "person", person);
	change_int(ch, "service", of);
	change_text(ch, "outcome", "grant");
	change_text(ch, "facts", "Taotlus.");
	change_text(ch, "reasons", "Tingimused on täidetud.");
	change_text(ch, "legal_basis", "SHS");
	change_int(ch, "valid_from", DAY(2026, 5, 25));
	decision = test_create(t, ch);
	assert_int_equal(OK, test_move(t, "decision", decision, "sign", NULL));
	return decision;
}

/* Nobody waits by a decision that holds no more; who waits by another goes on. */
TEST(queue_entry_ends_with_its_decision)
{
	int64_t of, jaan, mari, decision, own, other;
	struct change *ch;
	struct record *e;

	(void)test_world(t);
	test_hooks(t, QUEUE_WORK.hooks);
	of = service(t, "XA", "plain", "QUEUE-BY-DECISION");
	jaan = test_person(t, "Jaan", "Kask", "1990-02-03");
	mari = test_person(t, "Mari", "Kuusk", "1991-02-03");
	decision = granted(t, jaan, of);
	ch = change_new(&t->cx, "queue_entry");
	change_int(ch, "decision", decision);
	own = test_create(t, ch);
	ch = change_new(&t->cx, "queue_entry");
	change_int(ch, "decision", granted(t, mari, of));
	other = test_create(t, ch);
	ch = change_new(&t->cx, "decision");
	change_text(ch, "annul_reason", "Viga.");
	EXPECT_OK(test_move(t, "decision", decision, "annul", ch));
	e = test_record(t, "queue_entry", own);
	EXPECT(record_in(e, "removed"));
	EXPECT_TEXT("decision_annulled", record_text(e, "reason"));
	EXPECT_INT(t->cx.today, record_date(e, "left_on"));
	EXPECT(record_in(test_record(t, "queue_entry", other), "waiting"));
}
