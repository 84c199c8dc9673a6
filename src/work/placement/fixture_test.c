/* See fixture_test.h. */
#include "work/placement/fixture_test.h"

#include "base/civil.h"
#include "work/placement/placement.h"

int64_t
fixture_service(struct fixture *f, const char *code, const char *queue, const char *rule,
		bool staged)
{
	struct change *ch = change_new(f->cx, "service");

	change_text(ch, "code", code);
	change_text(ch, "name", code);
	change_int(ch, "valid_from", civil_day(2016, 1, 1));
	change_text(ch, "starts_by", "application");
	change_text(ch, "queue", queue);
	change_text(ch, "decision_rule", "PKT-DECISION");
	change_text(ch, "arrival_rule", rule);
	change_int(ch, "staged", staged);
	change_text(ch, "duty", "B3.1");
	return test_create(f->t, ch);
}

static int64_t
stage(struct fixture *f, const char *code, int ordinal, const char *rule)
{
	struct change *ch = change_new(f->cx, "stage");

	change_int(ch, "service", f->pkt);
	change_text(ch, "code", code);
	change_text(ch, "name", code);
	change_int(ch, "ordinal", ordinal);
	change_text(ch, "max_rule", rule);
	change_int(ch, "valid_from", civil_day(2016, 1, 1));
	return test_create(f->t, ch);
}

int64_t
fixture_bar(struct fixture *f, int64_t service, int64_t other, const char *stages, int32_t from,
	    int32_t to)
{
	struct change *ch = change_new(f->cx, "service_bar");

	change_int(ch, "service", service);
	change_int(ch, "other", other);
	change_text(ch, "stages", stages);
	change_text(ch, "law", "p 2.1.4");
	change_int(ch, "valid_from", from);
	if (to != CIVIL_NONE)
		change_int(ch, "valid_to", to);
	change_int(ch, "confirmed", 1);
	return test_create(f->t, ch);
}

int64_t
fixture_contract(struct fixture *f, int64_t provider, int64_t service, int max_places)
{
	static int number;
	struct change *ch = change_new(f->cx, "contract");
	int64_t id;

	change_text(ch, "number_text", arena_printf(f->t->arena, "2-9/%d", ++number));
	change_int(ch, "provider", provider);
	change_int(ch, "service", service);
	change_int(ch, "valid_from", civil_day(2020, 1, 1));
	change_int(ch, "valid_to", civil_day(2027, 12, 31));
	change_int(ch, "max_places", max_places);
	change_int(ch, "signed_on", civil_day(2020, 1, 1));
	id = test_create(f->t, ch);
	assert_int_equal(OK, test_move(f->t, "contract", id, "sign", NULL));
	return id;
}

int64_t
fixture_site(struct fixture *f, int64_t provider, int64_t service, int places)
{
	struct change *ch = change_new(f->cx, "site");
	int64_t id;

	change_int(ch, "provider", provider);
	change_text(ch, "name", "Töötuba");
	change_text(ch, "county", "0037");
	id = test_create(f->t, ch);
	ch = change_new(f->cx, "site_places");
	change_int(ch, "site", id);
	change_int(ch, "service", service);
	change_int(ch, "places", places);
	change_int(ch, "valid_from", civil_day(2020, 1, 1));
	(void)test_create(f->t, ch);
	return id;
}

static int64_t
decide(struct fixture *f, int64_t application, int64_t person, int64_t service)
{
	struct change *ch = change_new(f->cx, "decision");
	int64_t id;

	change_int(ch, "application", application);
	change_int(ch, "person", person);
	change_int(ch, "service", service);
	change_text(ch, "outcome", "grant");
	change_text(ch, "facts", "Taotlus.");
	change_text(ch, "reasons", "Tingimused on täidetud.");
	change_text(ch, "legal_basis", "SHS");
	change_int(ch, "valid_from", f->cx->today);
	change_int(ch, "valid_to", civil_day(2028, 5, 25));
	id = test_create(f->t, ch);
	assert_int_equal(OK, test_move(f->t, "decision", id, "sign", NULL));
	return id;
}

int64_t
fixture_decision(struct fixture *f, int64_t person, int64_t service)
{
	struct change *ch = change_new(f->cx, "application");

	change_int(ch, "person", person);
	change_int(ch, "service", service);
	change_text(ch, "channel", "email");
	change_int(ch, "arrived", civil_day(2026, 3, 2));
	change_text(ch, "county", "0037");
	return decide(f, test_create(f->t, ch), person, service);
}

int64_t
fixture_redecide(struct fixture *f, int64_t decision)
{
	const struct record *d = test_record(f->t, "decision", decision);

	return decide(f, record_int(d, "application"), record_int(d, "person"),
		      record_int(d, "service"));
}

int64_t
fixture_entry(struct fixture *f, int64_t decision)
{
	struct record *d = test_record(f->t, "decision", decision);
	struct change *ch = change_new(f->cx, "queue_entry");

	change_int(ch, "decision", decision);
	change_int(ch, "person", record_int(d, "person"));
	change_int(ch, "service", record_int(d, "service"));
	change_int(ch, "queued_on", f->cx->today);
	change_int(ch, "applied_on", f->cx->today);
	return test_create(f->t, ch);
}

enum err
fixture_place(struct fixture *f, int64_t person, int64_t service, int64_t site, int32_t starts,
	      int32_t ends, int64_t *ret)
{
	struct change *ch = change_new(f->cx, "placement");
	int64_t id;

	ctx_forgive(f->cx);
	change_int(ch, "person", person);
	change_int(ch, "service", service);
	change_int(ch, "site", site);
	change_int(ch, "starts", starts);
	if (ends != CIVIL_NONE)
		change_int(ch, "ends", ends);
	TRY(test_try_create(f->t, ch, &id));
	if (ret != NULL)
		*ret = id;
	return OK;
}

void
fixture(struct test *t, struct fixture *f)
{
	*f = (struct fixture){ .t = t, .cx = test_world(t) };
	test_hooks(t, PLACEMENT_WORK.hooks);
	f->pkt = fixture_service(f, "XP", "plain", "EHK-ARRIVE-3", true);
	f->tt = fixture_service(f, "XT", "plain", NULL, false);
	f->stage[0] = stage(f, "I", 1, "PKT-STAGE1-MAX");
	f->stage[1] = stage(f, "II", 2, NULL);
	f->stage[2] = stage(f, "III", 3, NULL);
	f->provider = test_organisation(t, "provider", "Hea Töö OÜ");
	f->site = fixture_site(f, f->provider, f->pkt, 2);
	f->contract = fixture_contract(f, f->provider, f->pkt, 20);
	f->tt_provider = test_organisation(t, "provider", "Teine Töö OÜ");
	f->tt_site = fixture_site(f, f->tt_provider, f->tt, 5);
	(void)fixture_contract(f, f->tt_provider, f->tt, 20);
	f->jaan = test_person(t, "Jaan", "Kask", "1990-02-03");
	f->mari = test_person(t, "Mari", "Kuusk", "1991-02-03");
}

struct error
refused(struct test *t, enum err want, const char *key, enum err got)
{
	struct error e = t->cx.error;

	if (want == OK || want != ERR_COUNT)
		assert_int_equal(want, got);
	else
		assert_int_not_equal(OK, got);
	if (want != OK) {
		assert_non_null(e.key);
		assert_string_equal(key, e.key);
	}
	ctx_forgive(&t->cx);
	return e;
}
