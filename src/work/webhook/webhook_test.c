/* Tests of webhooks: the outbox and the signature. Deliveries go over the wire in tests/api/. */
#include <string.h>

#include "core/test_world.h"
#include "work/webhook/webhook_int.h"

/* A secret of 32 bytes 0x41; signatures by another implementation of HMAC-SHA256. */
TEST(webhook_signatures)
{
	static const struct {
		const char *secret, *id, *body, *want;
		int64_t at;
	} CASES[] = {
		{ "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "msg_1", "{\"a\":1}",
		  "v1,53+wmxu5l6s/rT32ETYfeMS5RauDfAqRwRaiAMfKrAA=", 1764000000 },
		{ "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "msg_1", "{\"a\":2}",
		  "v1,43OUHusiDkH3ZsdOb2Jf01go8S+1O13hvzBHcQs4ovg=", 1764000000 },
		{ "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "msg_1", "{\"a\":1}",
		  "v1,I2GaPCVFbGgIWTD7etTJeVcVODEyxpBWr21IgDCkPd8=", 1764000001 },
	};
	const char *got;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		EXPECT_OK(webhook_sign(&t->cx, CASES[i].secret, CASES[i].id, CASES[i].at,
				       CASES[i].body, &got));
		EXPECT_TEXT(CASES[i].want, got);
	}
	EXPECT_ERR(ERR_CORRUPT, webhook_sign(&t->cx, NULL, "a", 1, "", &got));
	EXPECT_ERR(ERR_CORRUPT, webhook_sign(&t->cx, "QUFB", "a", 1, "", &got));
	EXPECT_ERR(ERR_CORRUPT, webhook_sign(&t->cx, "whsec_Q", "a", 1, "", &got));
	EXPECT_ERR(ERR_CORRUPT, webhook_sign(&t->cx, "whsec_Q!FB", "a", 1, "", &got));
}

TEST(webhook_wants_what_its_lists_say)
{
	static const struct {
		const char *types, *events, *type, *event;
		bool want;
	} CASES[] = {
		{ NULL, NULL, "task", "edit", true },
		{ "", "", "task", "edit", true },
		{ "task", NULL, "task", "edit", true },
		{ "tasks", NULL, "task", "edit", false },
		{ "person  task", NULL, "task", "edit", true },
		{ "person,task", ",create,move,", "task", "move", true },
		{ "person,task", ",create,move,", "task", "edit", false },
		{ "person", ",edit,", "task", "edit", false },
	};

	(void)t;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
		EXPECT_INT(CASES[i].want, webhook_wants(CASES[i].types, CASES[i].events,
							CASES[i].type, CASES[i].event));
}

static int64_t
count(struct test *t, const char *sql)
{
	int64_t n = -1;

	EXPECT_OK(db_get_int(&t->cx, sql, DB_NONE, &n));
	return n;
}

static int64_t
subscription(struct test *t, const char *types)
{
	struct change *ch = change_new(&t->cx, "webhook");

	change_text(ch, "name", "register");
	change_text(ch, "url", "https://example.org/hook");
	change_text(ch, "types", types);
	return test_create(t, ch);
}

static const char ALL[] = "SELECT count(*) FROM sys_delivery";
static const char OPEN[] = "SELECT count(*) FROM sys_delivery d JOIN sys_job j ON j.id = d.job "
			   "WHERE j.state = 'waiting' AND j.subject = d.id AND d.done_at IS NULL";

TEST(webhook_the_outbox_is_written_with_the_change)
{
	struct ctx *cx = test_world(t);
	struct world *w = test_world_of(t);
	struct change *ch;
	int64_t id, hook;

	w->changed = webhook_changed;
	test_hooks(t, WEBHOOK_WORK.hooks);
	(void)test_organisation(t, "provider", "Enne");
	EXPECT_INT(0, count(t, ALL));
	hook = subscription(t, "organisation");
	EXPECT_INT(1, count(t, "SELECT count(*) FROM sys_webhook_secret"));
	id = test_organisation(t, "provider", "Pärast");
	(void)test_person(t, "Jaan", "Tamm", "1980-01-01");
	EXPECT_INT(1, count(t, ALL));
	ch = change_new(cx, "organisation");
	change_text(ch, "name", "Muudetud");
	EXPECT_OK(test_edit(t, "organisation", id, 1, ch));
	EXPECT_INT(2, count(t, ALL));
	/* Nothing of a change that failed, and nothing of one that changed nothing. */
	EXPECT_ERR(ERR_CONFLICT, test_edit(t, "organisation", id, 1, ch));
	EXPECT_OK(test_edit(t, "organisation", id, 2, ch));
	EXPECT_INT(2, count(t, OPEN));
	EXPECT_INT(2, count(t, ALL));
	EXPECT_OK(test_delete(t, "organisation", id, "Topelt"));
	EXPECT_INT(3, count(t, ALL));
	/* Nothing personal. */
	EXPECT_INT(0, count(t, "SELECT count(*) FROM sys_delivery WHERE name <> '' OR type <> "
			       "'organisation'"));
	ch = change_new(cx, "webhook");
	change_int(ch, "active", 0);
	EXPECT_OK(test_edit(t, "webhook", hook, 1, ch));
	(void)test_organisation(t, "provider", "Hiljem");
	EXPECT_INT(3, count(t, ALL));
}

TEST(webhook_refused_subscriptions)
{
	static const struct {
		const char *url, *types, *field;
	} CASES[] = {
		{ "http://example.org/", "", "url" },
		{ "https://mari@example.org/", "", "url" },
		{ "https://example.org/ x", "", "url" },
		{ "ftp://example.org/", "", "url" },
		{ "https://example.org/", "task nothing", "types" },
	};
	struct ctx *cx = test_world(t);
	int64_t id;

	test_hooks(t, WEBHOOK_WORK.hooks);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct change *ch = change_new(cx, "webhook");

		change_text(ch, "name", "register");
		change_text(ch, "url", CASES[i].url);
		change_text(ch, "types", CASES[i].types);
		EXPECT_INT(ERR_INVALID, test_try_create(t, ch, &id));
		EXPECT_TEXT(CASES[i].field, cx->error.field);
		ctx_forgive(cx);
	}
}
