/* Tests of the API's tokens. */
#include "core/token.h"

#include <string.h>

#include "core/test_world.h"

struct making {
	int64_t user, position, id;
	const char *name, *scopes, *secret;
	int days;
};

static enum err
make(struct ctx *cx, void *arg)
{
	struct making *m = arg;

	return token_make(cx, m->user, m->position, m->name, m->scopes, m->days, &m->secret,
			  &m->id);
}

static enum err
end(struct ctx *cx, void *arg)
{
	const struct making *m = arg;

	return token_end(cx, m->id, m->user);
}

/* A user with a position of a coordinator. */
static struct making
someone(struct test *t)
{
	struct making m = { .name = "aruanne", .scopes = "read", .days = 30 };
	struct change *ch;

	(void)test_world(t);
	ch = change_new(&t->cx, "user");
	change_text(ch, "login", "mari.m");
	change_text(ch, "name", "Mari Maasikas");
	m.user = test_create(t, ch);
	ch = change_new(&t->cx, "position");
	change_int(ch, "user", m.user);
	change_text(ch, "kind", "coordinator_b");
	change_text(ch, "name", "Koordinaator");
	m.position = test_create(t, ch);
	return m;
}

/* The call fails so, by this key. */
static void
refused(struct test *t, enum err want, const char *key, enum err got)
{
	EXPECT_INT(want, got);
	EXPECT_TEXT(key, t->cx.error.key);
	ctx_forgive(&t->cx);
}

TEST(token_opens_what_its_scopes_say)
{
	static const struct {
		const char *scopes;
		bool see_task, edit_task, move_task, see_person, edit_person;
	} CASES[] = {
		{ "read", true, false, false, true, false },
		{ "write", true, true, false, true, true },
		{ "moves", true, false, true, true, false },
		{ "read write moves", true, true, true, true, true },
		{ "read:task", true, false, false, false, false },
		{ " write:task ", true, true, false, false, false },
		{ "moves:task read:person", true, false, true, true, false },
	};
	struct making m = someone(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		const struct type *task = types_get(t->cx.world->types, "task");
		const struct type *person = types_get(t->cx.world->types, "person");
		struct session s = { 0 };

		m.scopes = CASES[i].scopes;
		EXPECT_OK(test_write(t, make, &m));
		EXPECT_OK(token_session(&t->cx, m.secret, &s));
		EXPECT_INT(m.user, t->cx.who.user);
		EXPECT_INT(m.position, t->cx.who.position);
		EXPECT_INT(-m.id, s.id);
		EXPECT_INT(-m.id, t->cx.who.session);
		EXPECT_INT(t->cx.now + (int64_t)30 * 86400, s.ends_at);
#define MAY(type, right) sql_may(&t->cx, t->cx.world->types, type, right)
		EXPECT_INT(CASES[i].see_task, MAY(task, RIGHT_SEE));
		EXPECT_INT(CASES[i].edit_task, MAY(task, RIGHT_EDIT));
		EXPECT_INT(CASES[i].edit_task, MAY(task, RIGHT_CREATE));
		EXPECT_INT(CASES[i].move_task, MAY(task, RIGHT_MOVE));
		EXPECT_INT(CASES[i].see_person, MAY(person, RIGHT_SEE));
		EXPECT_INT(CASES[i].edit_person, MAY(person, RIGHT_EDIT));
#undef MAY
		test_act_system(t);
		t->cx.who.reach = NULL;
	}
}

/* The statements made for one token serve no other that reaches further or less. */
TEST(token_statements_are_not_shared)
{
	struct making m = someone(t);
	int64_t person = test_person(t, "Jaan", "Tamm", "1980-01-01");
	const struct type *type = types_get(t->cx.world->types, "person");
	struct session s = { 0 };
	struct record *r;

	for (int round = 0; round < 2; round++) {
		m.scopes = round == 0 ? "read" : "read:task";
		EXPECT_OK(test_write(t, make, &m));
		EXPECT_OK(token_session(&t->cx, m.secret, &s));
		if (round == 0)
			EXPECT_OK(record_load(&t->cx, type, person, RIGHT_SEE, &r));
		else
			EXPECT_ERR(ERR_NOTFOUND, record_load(&t->cx, type, person, RIGHT_SEE, &r));
		ctx_forgive(&t->cx);
		t->cx.who.reach = NULL;
		EXPECT_OK(record_load(&t->cx, type, person, RIGHT_SEE, &r));
		test_act_system(t);
	}
}

TEST(token_only_a_hash_is_kept)
{
	struct making m = someone(t);
	SCOPED(stmt) struct stmt *q = NULL;
	const void *hash;
	size_t len;
	bool row;

	EXPECT_OK(test_write(t, make, &m));
	EXPECT_INT(69, strlen(m.secret));
	EXPECT_OK(db_query(&t->cx, "SELECT hash FROM sys_token", DB_NONE, &q));
	EXPECT_OK(stmt_step(&t->cx, q, &row));
	hash = stmt_bytes(q, 0, &len);
	EXPECT_INT(32, len);
	EXPECT(memmem(m.secret, strlen(m.secret), hash, len) == NULL);
	EXPECT(token_known(&t->cx, m.secret));
	EXPECT(!token_known(&t->cx, m.secret + 1));
	EXPECT(!token_known(&t->cx, NULL));
}

TEST(token_refused_makings)
{
	static const struct {
		const char *name, *scopes, *key;
		int days;
	} CASES[] = {
		{ "", "read", "err.token_name", 30 },
		{ "a\tb\x01", "read", "err.token_name", 30 },
		{ "a", "", "err.token_scope", 30 },
		{ "a", "reads", "err.token_scope", 30 },
		{ "a", "read,write", "err.token_scope", 30 },
		{ "a", "read:", "err.token_scope", 30 },
		{ "a", "read:nothing", "err.token_scope", 30 },
		{ "a", "rea", "err.token_scope", 30 },
		{ "a", "read", "err.token_days", 0 },
		{ "a", "read", "err.token_days", TOKEN_DAYS_MOST + 1 },
	};
	struct making m = someone(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		m.name = CASES[i].name;
		m.scopes = CASES[i].scopes;
		m.days = CASES[i].days;
		refused(t, ERR_INVALID, CASES[i].key, test_write(t, make, &m));
	}
	m = (struct making){ m.user, m.user, 0, "a", "read", NULL, 1 };
	refused(t, ERR_INVALID, "err.token_position", test_write(t, make, &m));
}

TEST(token_ends)
{
	struct making m = someone(t), other;
	struct session s;
	int64_t now = t->cx.now;
	struct change *ch;

	EXPECT_OK(test_write(t, make, &m));
	ctx_set_now(&t->cx, now + (int64_t)30 * 86400 - 1);
	EXPECT_OK(token_session(&t->cx, m.secret, &s));
	ctx_set_now(&t->cx, now + (int64_t)30 * 86400);
	refused(t, ERR_SIGNIN, "err.token_over", token_session(&t->cx, m.secret, &s));
	ctx_set_now(&t->cx, now);

	/* By its owner, and nobody else's token. */
	test_act_system(t);
	t->cx.who.reach = NULL;
	other = m;
	other.user = m.user + 1;
	EXPECT_ERR(ERR_NOTFOUND, test_write(t, end, &other));
	ctx_forgive(&t->cx);
	EXPECT_OK(test_write(t, end, &m));
	refused(t, ERR_SIGNIN, "err.token_over", token_session(&t->cx, m.secret, &s));
	EXPECT_ERR(ERR_NOTFOUND, test_write(t, end, &m));
	ctx_forgive(&t->cx);

	/* With the position it is bound to. */
	EXPECT_OK(test_write(t, make, &m));
	EXPECT_OK(token_session(&t->cx, m.secret, &s));
	test_act_system(t);
	t->cx.who.reach = NULL;
	ch = change_new(&t->cx, "position");
	change_int(ch, "valid_to", t->cx.today);
	EXPECT_OK(test_edit(t, "position", m.position, 1, ch));
	EXPECT_OK(token_session(&t->cx, m.secret, &s));
	ctx_set_now(&t->cx, now + 2 * 86400);
	refused(t, ERR_SIGNIN, "err.token_over", token_session(&t->cx, m.secret, &s));
}
