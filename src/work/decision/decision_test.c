/* Decisions: which may be signed, what they say, when they count as delivered. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "rule/rule.h"
#include "core/test_world.h"
#include "db/fixture_test.h"
#include "format/letter_kept.h"
#include "work/decision/decision_int.h"

#define TODAY civil_day(2026, 5, 25)

struct case_made {
	int64_t service, person, app, condition[3];
};

static void
refused(struct test *t, enum err want, const char *key, enum err got)
{
	EXPECT_INT(want, got);
	EXPECT_TEXT(key, t->cx.error.key);
	ctx_forgive(&t->cx);
}

/* ---- an application with two conditions of a group and one alone ---- */

static int64_t
make_service(struct test *t, const char *queue)
{
	struct change *ch = change_new(&t->cx, "service");

	change_text(ch, "code", "TT");
	change_text(ch, "name", "Töötamise toetamine");
	change_int(ch, "valid_from", civil_day(2016, 1, 1));
	change_text(ch, "starts_by", "application");
	change_text(ch, "queue", queue);
	change_text(ch, "decision_rule", "R11");
	change_text(ch, "cover_rule", "SRT-COVERS");
	change_text(ch, "legal_basis", "SHS § 70");
	return test_create(t, ch);
}

static int64_t
make_condition(struct test *t, int64_t service, const char *code, const char *name,
	       const char *group)
{
	struct change *ch = change_new(&t->cx, "condition");

	change_int(ch, "service", service);
	change_text(ch, "code", code);
	change_text(ch, "name", name);
	change_text(ch, "law", arena_printf(t->arena, "SHS § %s", code));
	change_text(ch, "check", "manual");
	change_text(ch, "any_of", group);
	change_int(ch, "valid_from", civil_day(2016, 1, 1));
	change_int(ch, "confirmed", 1);
	return test_create(t, ch);
}

static void
find(struct test *t, const struct case_made *m, int i, const char *result, const char *reason)
{
	struct change *ch = change_new(&t->cx, "finding");

	change_int(ch, "application", m->app);
	change_int(ch, "person", m->person);
	change_int(ch, "condition", m->condition[i]);
	change_text(ch, "result", result);
	change_text(ch, "evidence", "medical");
	change_text(ch, "evidence_text", arena_printf(t->arena, "Tõend %d", i));
	change_text(ch, "reason", reason);
	(void)test_create(t, ch);
}

static void
answer(struct test *t, int64_t app, const char *word)
{
	struct change *ch = change_new(&t->cx, "application");

	change_text(ch, "answer", word);
	EXPECT_OK(test_edit(t, "application", app, 0, ch));
}

/* As the program itself; `born` tells whether it is about a child. */
static struct case_made
begin(struct test *t, const char *queue, const char *born)
{
	struct case_made m;
	struct change *ch;

	(void)test_world(t);
	test_hooks(t, DECISION_HOOKS);
	m.service = make_service(t, queue);
	m.condition[0] = make_condition(t, m.service, "1", "On täisealine", NULL);
	m.condition[1] = make_condition(t, m.service, "2", "Nägemispuue", "tervis");
	m.condition[2] = make_condition(t, m.service, "3", "Liitpuue", "tervis");
	m.person = test_person(t, "Juhan", "Kask", born);
	ch = change_new(&t->cx, "application");
	change_int(ch, "person", m.person);
	change_int(ch, "service", m.service);
	change_text(ch, "channel", "email");
	change_text(ch, "wishes", "Soovin teha käsitööd.");
	m.app = test_create(t, ch);
	return m;
}

static struct case_made
accepted(struct test *t, const char *queue)
{
	struct case_made m = begin(t, queue, "1990-02-03");

	EXPECT_OK(test_move(t, "application", m.app, "accept", NULL));
	return m;
}

static int64_t
draft(struct test *t, int64_t app, const char *outcome)
{
	struct change *ch = change_new(&t->cx, "decision");

	change_int(ch, "application", app);
	change_text(ch, "outcome", outcome);
	return test_create(t, ch);
}

/* All conditions hold: one of the group by the first. */
static int64_t
granted(struct test *t, const struct case_made *m)
{
	find(t, m, 0, "met", NULL);
	find(t, m, 1, "met", "Silmaarst kinnitas.");
	find(t, m, 2, "not_met", "Liitpuuet ei ole.");
	answer(t, m->app, "eligible");
	return draft(t, m->app, "grant");
}

static const char *
text_of(struct test *t, int64_t decision, const char *field)
{
	const char *s = record_text(test_record(t, "decision", decision), field);

	return s == NULL ? "" : s;
}

static bool
says(struct test *t, int64_t decision, const char *field, const char *what)
{
	return strstr(text_of(t, decision, field), what) != NULL;
}

/* ---- what may be signed ---- */

/* The application's state ("r" in review, "i" incomplete), how the findings fold, days from today
 * to the date set for what is missing (99: none), and the error; NULL: may be signed. */
static const struct {
	char state;
	const char *answer, *outcome;
	int fix_by;
	const char *key;
} ALLOWED[] = {
	{ 'r', "eligible", "grant", 99, NULL },
	{ 'r', "open", "grant", 99, "err.decision_grant" },
	{ 'r', "not_eligible", "grant", 99, "err.decision_grant" },
	{ 'r', "not_eligible", "refuse", 99, NULL },
	{ 'r', "open", "refuse", 99, "err.decision_refuse" },
	{ 'r', "eligible", "refuse", 99, "err.decision_refuse" },
	{ 'r', "eligible", "unexamined", 99, "err.decision_state" },
	{ 'i', "eligible", "grant", -1, "err.decision_state" },
	{ 'i', "not_eligible", "refuse", -1, "err.decision_state" },
	{ 'i', "open", "unexamined", -1, NULL },
	{ 'i', "open", "unexamined", 0, "err.decision_fix_by" }, /* the day itself is theirs */
	{ 'i', "open", "unexamined", 5, "err.decision_fix_by" },
	{ 'i', "open", "unexamined", 99, "err.decision_not_asked" },
};

static void
ask_missing(struct test *t, int64_t app, int fix_by)
{
	struct change *ch = change_new(&t->cx, "application");

	change_text(ch, "missing", "Puudub allkiri.\nPuudub tõend.");
	if (fix_by != 99)
		change_int(ch, "fix_by", t->cx.today + fix_by);
	EXPECT_OK(test_move(t, "application", app, "ask_missing", ch));
}

TEST(decision_is_signed_only_as_the_findings_allow)
{
	for (size_t i = 0; i < sizeof(ALLOWED) / sizeof(*ALLOWED); i++) {
		struct case_made m = begin(t, "none", "1990-02-03");
		int64_t d;
		enum err e;

		for (int k = 0; k < 3; k++)
			find(t, &m, k, "met", NULL);
		/* It arrived long ago, so that a date for completing can lie behind us. */
		ctx_set_now(&t->cx, t->cx.now + (int64_t)20 * 86400);
		if (ALLOWED[i].state == 'r')
			EXPECT_OK(test_move(t, "application", m.app, "accept", NULL));
		else
			ask_missing(t, m.app, ALLOWED[i].fix_by);
		answer(t, m.app, ALLOWED[i].answer);
		d = draft(t, m.app, ALLOWED[i].outcome);
		e = decision_allowed(&t->cx, test_record(t, "decision", d));
		if (!text_equal(ALLOWED[i].key, t->cx.error.key))
			print_error("row %zu: %s\n", i,
				    t->cx.error.key == NULL ? "-" : t->cx.error.key);
		EXPECT(text_equal(ALLOWED[i].key, t->cx.error.key));
		EXPECT_INT(ALLOWED[i].key == NULL ? OK : ERR_CONFLICT, e);
		ctx_forgive(&t->cx);
		EXPECT_INT(e, test_move(t, "decision", d, "sign", NULL));
		ctx_forgive(&t->cx);
	}
}

TEST(decision_needs_every_condition_looked_at_and_proofs_in_date)
{
	struct case_made m = accepted(t, "none");
	int64_t d = granted(t, &m);
	struct change *ch = change_new(&t->cx, "finding");
	int64_t finding = 0;

	EXPECT_OK(decision_allowed(&t->cx, test_record(t, "decision", d)));
	EXPECT_OK(db_get_int(&t->cx, "SELECT sys_id FROM finding WHERE result = 'met' LIMIT 1",
			     DB_NONE, &finding));
	change_int(ch, "valid_until", t->cx.today);
	EXPECT_OK(test_edit(t, "finding", finding, 0, ch));
	EXPECT_OK(decision_allowed(&t->cx, test_record(t, "decision", d)));
	ctx_set_now(&t->cx, t->cx.now + 86400);
	refused(t, ERR_CONFLICT, "err.decision_stale",
		decision_allowed(&t->cx, test_record(t, "decision", d)));
	ctx_set_now(&t->cx, t->cx.now - 86400);
	(void)make_condition(t, m.service, "9", "Uus tingimus", NULL);
	refused(t, ERR_CONFLICT, "err.decision_stale",
		decision_allowed(&t->cx, test_record(t, "decision", d)));
}

TEST(decision_is_not_signed_by_a_button)
{
	struct case_made m = accepted(t, "none");
	int64_t d = granted(t, &m);

	(void)test_act(t, "Mari Maasikas", "B3.1");
	EXPECT(test_move(t, "decision", d, "sign", NULL) != OK);
	ctx_forgive(&t->cx);
	EXPECT(record_in(test_record(t, "decision", d), "draft"));
}

/* ---- what a signature brings about ---- */

static int64_t
waiting(struct test *t, int64_t person)
{
	int64_t n = 0;

	EXPECT_OK(db_get_int(&t->cx,
			     "SELECT count(*) FROM queue_entry WHERE person = ?1 AND sys_state = "
			     "'waiting'",
			     DB_ARGS(db_int(person)), &n));
	return n;
}

TEST(a_grant_decides_the_application_and_joins_the_queue)
{
	struct case_made m = accepted(t, "plain");
	int64_t d = granted(t, &m);

	EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
	EXPECT(record_in(test_record(t, "application", m.app), "decided"));
	EXPECT_INT(1, waiting(t, m.person));
	EXPECT_INT(t->cx.today, record_date(test_record(t, "decision", d), "registered_on"));
}

TEST(a_service_without_a_queue_gets_no_entry)
{
	struct case_made m = accepted(t, "none");
	int64_t d = granted(t, &m);

	EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
	EXPECT_INT(0, waiting(t, m.person));
}

TEST(an_annulled_decision_opens_the_way_to_another)
{
	struct case_made m = accepted(t, "plain");
	struct change *ch = change_new(&t->cx, "decision"),
		      *second = change_new(&t->cx, "decision");
	int64_t d = granted(t, &m), id;

	change_int(second, "application", m.app);
	change_text(second, "outcome", "grant");
	refused(t, ERR_CONFLICT, "guard.decision.one_standing", test_try_create(t, second, &id));
	EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
	EXPECT_ERR(ERR_INVALID, test_move(t, "decision", d, "annul", NULL));
	change_text(ch, "annul_reason", "Viga.");
	EXPECT_OK(test_move(t, "decision", d, "annul", ch));
	EXPECT(record_in(test_record(t, "application", m.app), "in_review"));
	d = draft(t, m.app, "grant");
	EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
	/* Still one place in the queue, and the first one's. */
	EXPECT_INT(1, waiting(t, m.person));
}

/* Their entry was ended with the first decision; decided anew they wait since they first did. */
TEST(decided_anew_they_keep_the_day_they_wait_since)
{
	struct case_made m = accepted(t, "plain");
	struct change *ch = change_new(&t->cx, "decision"), *left;
	int64_t d = granted(t, &m), entry;

	EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
	entry = test_db_int(t, test_world_db(t), "SELECT max(sys_id) FROM queue_entry");
	left = change_new(&t->cx, "queue_entry");
	change_text(left, "reason", "decision_annulled");
	EXPECT_OK(test_move(t, "queue_entry", entry, "remove", left));
	change_text(ch, "annul_reason", "Viga.");
	EXPECT_OK(test_move(t, "decision", d, "annul", ch));
	ctx_set_now(&t->cx, t->cx.now + 10LL * 86400);
	d = draft(t, m.app, "grant");
	EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
	EXPECT_INT(1, waiting(t, m.person));
	entry = test_db_int(t, test_world_db(t), "SELECT max(sys_id) FROM queue_entry");
	EXPECT_INT(TODAY, record_date(test_record(t, "queue_entry", entry), "queued_on"));
}

/* ---- what it says ---- */

TEST(reasons_of_a_grant_are_the_officials_words)
{
	struct case_made m = accepted(t, "none");
	int64_t d = granted(t, &m);

	EXPECT(says(t, d, "reasons", "Kõik teenuse tingimused on täidetud."));
	EXPECT(says(t, d, "reasons", "Nägemispuue. Silmaarst kinnitas."));
	EXPECT(!says(t, d, "reasons", "Liitpuu"));
	EXPECT(says(t, d, "facts", "25.05.2026 saime taotluse TT-2026/1."));
	EXPECT(says(t, d, "facts", "Soovin teha käsitööd."));
	EXPECT_TEXT("SHS § 70; SHS § 1; SHS § 2; SHS § 3; sotsiaalseadustiku üldosa seadus § 26",
		    text_of(t, d, "legal_basis"));
	EXPECT_INT(t->cx.today, record_date(test_record(t, "decision", d), "valid_from"));
	/* Two years (SHS § 56(2)), the last day before the same date. */
	EXPECT_INT(civil_day(2028, 5, 24), record_date(test_record(t, "decision", d), "valid_to"));
}

TEST(reasons_of_a_refusal_are_the_conditions_that_fail)
{
	struct case_made m = accepted(t, "none");
	int64_t d;

	find(t, &m, 0, "met", "On 36-aastane.");
	find(t, &m, 1, "not_met", "Nägemine on hea.");
	find(t, &m, 2, "not_met", "Liitpuuet ei ole.");
	answer(t, m.app, "not_eligible");
	d = draft(t, m.app, "refuse");
	EXPECT(says(t, d, "reasons", "peab vähemalt üks olema täidetud"));
	EXPECT(says(t, d, "reasons", "Nägemispuue. Nägemine on hea. (SHS § 2)"));
	EXPECT(says(t, d, "reasons", "Liitpuue. Liitpuuet ei ole. (SHS § 3)"));
	EXPECT(!says(t, d, "reasons", "täisealine"));
	EXPECT(!says(t, d, "legal_basis", "SHS § 1"));
	EXPECT(record_date(test_record(t, "decision", d), "valid_from") == CIVIL_NONE);
}

TEST(reasons_of_an_unexamined_one_are_what_was_missing)
{
	struct case_made m = begin(t, "none", "1990-02-03");
	int64_t d;

	ask_missing(t, m.app, 10);
	d = draft(t, m.app, "unexamined");
	EXPECT(says(t, d, "reasons", "Puudub allkiri."));
	EXPECT(says(t, d, "reasons", "Puudub tõend."));
	EXPECT(says(t, d, "reasons", "04.06.2026"));
	EXPECT(says(t, d, "legal_basis", "haldusmenetluse seadus § 15 lg 3"));
}

TEST(what_an_official_wrote_is_not_written_over)
{
	struct case_made m = accepted(t, "none");
	struct change *ch = change_new(&t->cx, "decision");
	int64_t d;

	change_int(ch, "application", m.app);
	change_text(ch, "outcome", "grant");
	change_text(ch, "reasons", "Oma sõnadega.");
	change_int(ch, "valid_from", civil_day(2026, 7, 1));
	d = test_create(t, ch);
	EXPECT_TEXT("Oma sõnadega.", text_of(t, d, "reasons"));
	EXPECT_INT(civil_day(2028, 6, 30), record_date(test_record(t, "decision", d), "valid_to"));
}

TEST(many_laws_stay_within_the_field)
{
	struct case_made m = accepted(t, "none");
	int64_t d;

	for (int i = 10; i < 50; i++) {
		struct case_made more = m;

		more.condition[0] =
			make_condition(t, m.service, arena_printf(t->arena, "%d lg 2 p %d", i, i),
				       arena_printf(t->arena, "Tingimus %d", i), NULL);
		find(t, &more, 0, "met", NULL);
	}
	d = draft(t, m.app, "grant");
	EXPECT(text_length(text_of(t, d, "legal_basis")) <= 300);
	EXPECT(says(t, d, "legal_basis", "SHS § 70;"));
}

/* ---- the letter ---- */

static struct letter
letter_of(struct test *t, int64_t decision, struct case_file *ret_case)
{
	struct record *d = test_record(t, "decision", decision);
	struct letter l = { .title = NULL };

	EXPECT_OK(case_load(&t->cx, record_int(d, "application"), ret_case));
	EXPECT_OK(decision_letter(&t->cx, d, ret_case, "koordinaator", &l));
	return l;
}

static bool
letter_says(const struct letter *l, const char *what)
{
	bool found = false;

	for (size_t i = 0; i < l->nblocks; i++) {
		const struct letter_block *b = &l->blocks[i];

		found = found || (b->text != NULL && strstr(b->text, what) != NULL);
		for (size_t k = 0; k < b->nitems; k++)
			found = found || strstr(b->items[k], what) != NULL;
		for (size_t k = 0; k < b->table.rows * b->table.columns; k++)
			found = found || (b->table.cells[k] != NULL &&
					  strstr(b->table.cells[k], what) != NULL);
	}
	return found;
}

TEST(the_letter_says_what_why_and_how_to_appeal)
{
	struct case_made m = accepted(t, "plain");
	int64_t d = granted(t, &m);
	const void *bytes;
	struct case_file c;
	struct letter l;
	size_t len = 0;

	(void)test_act(t, "Mari Maasikas", "B3.1");
	l = letter_of(t, d, &c);
	EXPECT_INT(LANG_ET, l.lang);
	EXPECT_TEXT("Otsus: teil on õigus teenusele", l.title);
	EXPECT_TEXT("TT-O-2026/1", l.number);
	EXPECT_TEXT("Mari Maasikas", l.signature.name);
	EXPECT_TEXT("koordinaator", l.signature.position);
	EXPECT(letter_says(&l, "Soovin teha käsitööd."));
	EXPECT(letter_says(&l, "Silmaarst kinnitas."));
	EXPECT(letter_says(&l, "Olete teenuse järjekorras alates 25.05.2026."));
	EXPECT(letter_says(&l, "30 päeva jooksul otsuse teatavaks tegemisest"));
	EXPECT(letter_says(&l, "HMS § 75"));
	/* One of the group holds; that the other does not is not the person's worry. */
	EXPECT(letter_says(&l, "Nägemispuue"));
	EXPECT(!letter_says(&l, "Liitpuue"));
	EXPECT(strstr(l.restriction.until, "25.05.2101") != NULL);
	EXPECT_OK(letter_pdf(&t->cx, &l, &bytes, &len));
	EXPECT(len > 1000);
	EXPECT_INT(LANG_ET, t->cx.lang);
}

TEST(the_letter_speaks_the_readers_language)
{
	static const struct {
		const char *language, *title;
	} SPOKEN[] = {
		{ "et", "Otsus: teil on õigus teenusele" },
		{ "ru", "Решение: у вас есть право на услугу" },
		{ "en", "Decision: you are entitled to the service" },
		{ "other", "Otsus: teil on õigus teenusele" },
	};

	for (size_t i = 0; i < sizeof(SPOKEN) / sizeof(*SPOKEN); i++) {
		struct case_made m = accepted(t, "none");
		struct change *ch = change_new(&t->cx, "person");
		struct case_file c;
		struct letter l;

		change_text(ch, "language", SPOKEN[i].language);
		EXPECT_OK(test_edit(t, "person", m.person, 1, ch));
		l = letter_of(t, granted(t, &m), &c);
		EXPECT_TEXT(SPOKEN[i].title, l.title);
	}
}

TEST(a_childs_letter_goes_to_who_acts_for_it)
{
	struct case_made m = begin(t, "none", "2015-03-04");
	struct change *ch = change_new(&t->cx, "representation");
	int64_t parent = test_person(t, "Triin", "Kask", "1985-03-04"), d;
	struct case_file c;
	struct letter l;

	change_int(ch, "person", m.person);
	change_int(ch, "representative", parent);
	change_text(ch, "kind", "parent");
	change_text(ch, "custody", "joint");
	(void)test_create(t, ch);
	EXPECT_OK(test_move(t, "application", m.app, "accept", NULL));
	d = granted(t, &m);
	l = letter_of(t, d, &c);
	EXPECT(c.child);
	EXPECT_TEXT("Otsus: lapsel on õigus teenusele", l.title);
	EXPECT_TEXT("Triin Kask", l.addressee[0]);
	EXPECT_TEXT("(esindab: Juhan Kask)", l.addressee[1]);
}

TEST(a_long_text_is_all_there)
{
	struct case_made m = accepted(t, "none");
	struct change *ch = change_new(&t->cx, "decision");
	char *text = arena_alloc(t->arena, 8001);
	struct case_file c;
	struct letter l;

	for (size_t i = 0; i + 3 <= 7990; i += 3)
		memcpy(text + i, i % 2 == 0 ? "a\n\n" : "- b", 3);
	memcpy(text + 7990 - 7990 % 3, "\nlopp", 6);
	change_int(ch, "application", m.app);
	change_text(ch, "outcome", "grant");
	change_text(ch, "reasons", text);
	l = letter_of(t, test_create(t, ch), &c);
	EXPECT(letter_says(&l, "lopp"));
}

/* ---- delivery ---- */

static const struct {
	const char *way;
	int days; /* from sending; -1: known only when it is taken */
} DEEMED[] = {
	{ "post", 5 }, { "post_abroad", 30 }, { "eesti_ee", 0 }, { "email", -1 }, { "office", -1 },
};

TEST(the_day_of_delivery_follows_from_the_way)
{
	(void)test_world(t);
	for (size_t i = 0; i < sizeof(DEEMED) / sizeof(*DEEMED); i++) {
		int32_t day = 0;

		EXPECT_OK(deemed_delivered(&t->cx, DEEMED[i].way, &day));
		EXPECT_INT(DEEMED[i].days < 0 ? CIVIL_NONE : TODAY + DEEMED[i].days, day);
	}
}

/* The way, days after sending that it is marked, the day then said (-9: none), the day it counts
 * from, all in days from sending; and the error where there is one. */
static const struct {
	const char *way;
	int after, said, deemed;
	const char *key;
} DELIVERED[] = {
	{ "post", 5, -9, 5, NULL },
	{ "post", 7, -9, 5, NULL },
	{ "post", 3, -9, 0, "err.decision_not_yet" },
	{ "post", 3, 3, 5, NULL }, /* early in hand: the term begins by the law's day */
	{ "post", 9, 8, 8, NULL }, /* proved to be later */
	{ "post", 3, 4, 0, "err.decision_future" },
	{ "post", 3, -1, 0, "guard.decision.delivered_date" },
	{ "eesti_ee", 0, -9, 0, NULL },
	{ "eesti_ee", 4, -9, 0, NULL },
	{ "email", 2, -9, 2, NULL },
	{ "email", 4, 1, 1, NULL },
	{ "office", 0, -9, 0, NULL },
	{ "post_abroad", 10, -9, 0, "err.decision_not_yet" },
	{ "post_abroad", 30, -9, 30, NULL },
};

TEST(the_term_of_appeal_runs_from_the_day_of_delivery)
{
	for (size_t i = 0; i < sizeof(DELIVERED) / sizeof(*DELIVERED); i++) {
		struct case_made m = accepted(t, "none");
		int64_t d = granted(t, &m);
		struct change *ch = change_new(&t->cx, "decision");
		int32_t sent = t->cx.today;
		struct record *r;
		enum err e;

		EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
		change_text(ch, "delivery", DELIVERED[i].way);
		EXPECT_OK(test_move(t, "decision", d, "send", ch));
		ctx_set_now(&t->cx, t->cx.now + (int64_t)DELIVERED[i].after * 86400);
		ch = change_new(&t->cx, "decision");
		if (DELIVERED[i].said != -9)
			change_int(ch, "delivered_on", sent + DELIVERED[i].said);
		e = test_move(t, "decision", d, "deliver", ch);
		if (!text_equal(DELIVERED[i].key, t->cx.error.key))
			print_error("row %zu: %s\n", i,
				    t->cx.error.key == NULL ? "-" : t->cx.error.key);
		EXPECT(text_equal(DELIVERED[i].key, t->cx.error.key));
		ctx_forgive(&t->cx);
		if (e != OK)
			continue;
		r = test_record(t, "decision", d);
		EXPECT(record_in(r, "in_force"));
		EXPECT_INT(sent + DELIVERED[i].deemed, record_date(r, "deemed_on"));
	}
}

TEST(the_days_of_appeal_are_the_rules_own)
{
	struct case_made m = accepted(t, "none");
	struct rule_result term;
	struct case_file c;

	EXPECT_OK(case_load(&t->cx, m.app, &c));
	EXPECT_OK(appeal_term(&t->cx, &c, civil_day(2026, 5, 25), &term));
	EXPECT_TEXT("30", rule_days(&term));
	EXPECT_INT(civil_day(2026, 6, 25), term.values[0].date);
}

/* ---- the letter kept as its text ---- */

static struct letter
kept_of(struct test *t, int64_t file, const void **ret_pdf, size_t *ret_len)
{
	const char *name, *media;
	const void *bytes = NULL;
	struct letter l = { .title = NULL };
	size_t len = 0;
	int64_t made;

	EXPECT_OK(attachment_read(&t->cx, file, &name, &media, &bytes, &len));
	EXPECT_TEXT(LETTER_KEPT, media);
	EXPECT_TEXT("TT-O-2026-1.pdf", name);
	EXPECT_OK(letter_kept(&t->cx, bytes, len, &l, &made));
	EXPECT_OK(letter_kept_pdf(&t->cx, bytes, len, ret_pdf, ret_len));
	return l;
}

/* Signed without a page, a decision has its letter all the same, and it stays as it was signed
 * whatever becomes of the names in it. */
TEST(a_decision_signed_by_the_program_keeps_its_letter)
{
	struct case_made m = accepted(t, "plain");
	int64_t d = granted(t, &m), file = 0;
	const void *before = NULL, *after = NULL;
	size_t n_before = 0, n_after = 0;
	struct change *ch;
	struct letter l;

	EXPECT_OK(test_move(t, "decision", d, "sign", NULL));
	EXPECT(text_int(text_of(t, d, "letter"), 1, INT64_MAX, &file));
	l = kept_of(t, file, &before, &n_before);
	EXPECT_TEXT("TT-O-2026/1", l.number);
	EXPECT(letter_says(&l, "Olete teenuse järjekorras alates 25.05.2026."));
	EXPECT_TEXT("25.05.2026", l.date);

	ch = change_new(&t->cx, "person");
	change_text(ch, "last_name", "Mänd");
	EXPECT_OK(test_edit(t, "person", m.person, 0, ch));
	ctx_set_now(&t->cx, t->cx.now + 40LL * 86400);
	l = kept_of(t, file, &after, &n_after);
	EXPECT_TEXT("Juhan Kask", l.addressee[0]);
	EXPECT(n_before > 1000 && n_before == n_after && memcmp(before, after, n_before) == 0);
}

struct taking {
	struct change *ch;
	const char *state;
	int64_t id;
};

static enum err
take_over(struct ctx *cx, void *arg)
{
	struct taking *k = arg;

	return record_import(cx, k->ch, k->state, &k->id);
}

/* Taken over from an older register: dated and signed as it was, at an hour nobody knows. */
TEST(a_decision_taken_over_keeps_its_letter)
{
	struct case_made m = begin(t, "none", "1990-02-03");
	struct taking k = { change_new(&t->cx, "decision"), "in_force", 0 };
	const void *pdf = NULL;
	struct letter l;
	int64_t user, file;
	size_t len = 0;

	user = test_act(t, "Mari Maasikas", "B3.1");
	test_act_system(t);
	change_int(k.ch, "application", m.app);
	change_int(k.ch, "person", m.person);
	change_int(k.ch, "service", m.service);
	change_text(k.ch, "outcome", "refuse");
	change_text(k.ch, "facts", "Taotlus tuli e-kirjaga.");
	change_text(k.ch, "reasons", "Tingimus ei ole täidetud.");
	change_int(k.ch, "signed_on", civil_day(2019, 3, 14));
	change_int(k.ch, "signed_by", user);
	EXPECT_OK(test_write(t, take_over, &k));
	file = test_db_int(t, test_world_db(t), "SELECT max(id) FROM sys_attachment");
	l = kept_of(t, file, &pdf, &len);
	EXPECT_TEXT("14.03.2019", l.date);
	EXPECT_TEXT("Mari Maasikas", l.signature.name);
	EXPECT_TEXT("Allkirjastatud 14.03.2019. Otsus on üle võetud varasemast registrist.",
		    l.signature.how);
	EXPECT(letter_says(&l, "Tingimus ei ole täidetud."));
	/* What nobody looked at here is not told as if somebody should have. */
	EXPECT(!letter_says(&l, "Nägemispuue"));
	/* One that was never signed has none. */
	k.state = "annulled";
	change_empty(k.ch, "signed_on");
	EXPECT_OK(test_write(t, take_over, &k));
	EXPECT_INT(1, test_db_int(t, test_world_db(t), "SELECT count(*) FROM sys_attachment"));
}

/* A child's service speaks to the child too, in words a child knows; another service does not. */
TEST(a_childs_decision_has_a_part_for_the_child)
{
	struct case_made m = begin(t, "none", "2014-02-03");
	struct change *ch = change_new(&t->cx, "service");
	struct case_file c;
	struct letter l;
	int64_t d;

	change_text(ch, "starts_by", "need");
	EXPECT_OK(test_edit(t, "service", m.service, 0, ch));
	EXPECT_OK(test_move(t, "application", m.app, "accept", NULL));
	d = granted(t, &m);
	EXPECT(says(t, d, "child_text", "Tere, Juhan!"));
	EXPECT(says(t, d, "child_text", "116 111"));
	l = letter_of(t, d, &c);
	EXPECT(l.nafter > 3);
	EXPECT_TEXT("Juhan, see osa on sulle", l.after[0].text);
	EXPECT_TEXT("Tere, Juhan!", l.after[1].text);
	m = accepted(t, "none");
	d = granted(t, &m);
	EXPECT(record_text(test_record(t, "decision", d), "child_text") == NULL);
	EXPECT_INT(0, (int64_t)letter_of(t, d, &c).nafter);
}
