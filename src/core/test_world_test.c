/* See test_world.h. */
#include "core/test_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/embed.h"
#include "rule/rule.h"
#include "db/fixture_test.h"
#include "meta/table.h"

#define MAX_SOURCES 300
#define MAX_HOOKS 16

/* Made once: the world of the tree, and a database that is copied for each test. */
static struct {
	struct arena *arena;
	struct world world;
	struct db *db;
	const char *url; /* on PostgreSQL: emptied for each test instead */
} tree;

/* Of the test that runs now. */
static struct {
	struct test *test;
	struct world world;
	struct db *db;
	struct conn *conn;
	const struct hook *hooks[MAX_HOOKS + 1];
	int64_t unit;
} now;

static void
leave(void)
{
	conn_free(now.conn);
	db_close(now.db);
	memset(&now, 0, sizeof(now));
}

static void
leave_all(void)
{
	leave();
	db_close(tree.db);
	arena_free(tree.arena);
	memset(&tree, 0, sizeof(tree));
}

static void
make_tables(struct test *t, struct db *db, const struct types *ts)
{
	struct plan plan;

	EXPECT_OK(db_migrate(&t->cx, db));
	EXPECT_OK(table_migrate(&t->cx, db, ts, false, &plan));
}

/* Load the tree's world into an arena that outlives the tests. */
static void
make_tree(struct test *t)
{
	struct arena *was = t->cx.arena;
	const char *url;
	struct db *db;
	enum err loaded;

	if (tree.db != NULL)
		return;
	if (tree.arena == NULL)
		tree.arena = arena_new();
	t->cx.arena = tree.arena;
	loaded = world_load(&t->cx, NULL, &tree.world);
	t->cx.arena = was;
	EXPECT_OK(loaded);
	url = test_db_url(t);
	EXPECT_OK(db_open(&t->cx, url, DB_CREATE, &db));
	make_tables(t, db, tree.world.types);
	tree.db = db;
	if (test_on_postgres())
		tree.url = arena_strdup(tree.arena, url);
}

static void
enter(struct test *t)
{
	static bool again;

	if (!again)
		EXPECT_INT(0, atexit(leave_all));
	again = true;
	now.test = t;
	now.world.db = now.db;
	now.world.hooks = now.hooks;
	EXPECT_OK(db_reader(&t->cx, now.db, &now.conn));
	t->cx.conn = now.conn;
	world_enter(&t->cx, &now.world);
	test_act_system(t);
}

struct ctx *
test_world(struct test *t)
{
	const char *url = tree.url;

	make_tree(t);
	leave();
	now.world = tree.world;
	if (url != NULL) { /* used by the test before */
		test_db_empty(t, url);
	} else if (test_on_postgres()) {
		url = tree.url;
	} else {
		url = test_db_path(t);
		EXPECT_OK(db_backup(&t->cx, tree.db, url));
	}
	EXPECT_OK(db_open(&t->cx, url, 0, &now.db));
	enter(t);
	return &t->cx;
}

struct ctx *
test_world_with(struct test *t, const char *const *yaml)
{
	struct source *files = ARENA_ARRAY(t->arena, MAX_SOURCES, struct source);
	size_t n = 0;

	leave();
	/* Texts hold on to the types' labels, so they are the test's own too. */
	EXPECT_OK(world_load(&t->cx, NULL, &now.world));
	for (const struct embed_file *f = embed_types; f->name != NULL; f++)
		files[n++] = (struct source){ f->name, f->bytes, f->len };
	for (int i = 0; yaml[i] != NULL; i++)
		files[n++] = (struct source){ arena_printf(t->arena, "test-%d.yaml", i + 1),
					      yaml[i], strlen(yaml[i]) };
	EXPECT(n < MAX_SOURCES);
	EXPECT_OK(types_load(&t->cx, files, n, now.world.texts, &now.world.types));
	now.db = test_db(t);
	make_tables(t, now.db, now.world.types);
	enter(t);
	return &t->cx;
}

void
test_hooks(struct test *t, const struct hook *hooks)
{
	EXPECT(now.test == t && now.world.nhooks < MAX_HOOKS);
	now.hooks[now.world.nhooks++] = hooks;
}

struct world *
test_world_of(struct test *t)
{
	EXPECT(now.test == t);
	return &now.world;
}

struct db *
test_world_db(struct test *t)
{
	EXPECT(now.test == t);
	return now.db;
}

/* ---- who acts ---- */

void
test_act_system(struct test *t)
{
	t->cx.who = (struct actor){ .system = true };
}

static int64_t
act(struct test *t, const char *name, const char *duties, int64_t unit, int64_t org)
{
	struct change *ch;
	int64_t user;

	test_act_system(t);
	ch = change_new(&t->cx, "user");
	if (db_get_int(&t->cx, "SELECT sys_id FROM \"user\" WHERE name = ?1",
		       DB_ARGS(db_text(name)), &user) != OK) {
		ctx_forgive(&t->cx);
		change_text(ch, "name", name);
		change_text(ch, "login", arena_printf(t->arena, "u%p", (const void *)ch));
		user = test_create(t, ch);
	}
	t->cx.who = (struct actor){ .user = user, .unit = unit, .org = org };
	for (char *save = NULL, *d = strtok_r(arena_strdup(t->arena, duties), " ", &save);
	     d != NULL; d = strtok_r(NULL, " ", &save)) {
		const struct duty *duty = map_get(&now.world.types->duty_by_name, d);

		assert_non_null(duty);
		t->cx.who.duties[duty->index / 64] |= (uint64_t)1 << (duty->index % 64);
	}
	return user;
}

int64_t
test_act(struct test *t, const char *name, const char *duties)
{
	if (now.unit == 0)
		now.unit = test_organisation(t, "unit", "Testiüksus");
	return act(t, name, duties, now.unit, 0);
}

int64_t
test_act_outside(struct test *t, const char *name, const char *duties, int64_t org)
{
	return act(t, name, duties, 0, org);
}

/* ---- writing ---- */

enum err
test_write(struct test *t, db_fn *fn, void *arg)
{
	EXPECT(now.test == t);
	return db_run(&t->cx, now.db, "test", fn, arg);
}

struct writing {
	const char *type, *what;
	int64_t id, version;
	struct change *ch;
};

static enum err
write_create(struct ctx *cx, void *arg)
{
	struct writing *w = arg;

	return record_create(cx, w->ch, &w->id);
}

static enum err
write_edit(struct ctx *cx, void *arg)
{
	struct writing *w = arg;

	return record_edit(cx, types_get(cx->world->types, w->type), w->id, w->version, w->ch);
}

static enum err
write_move(struct ctx *cx, void *arg)
{
	struct writing *w = arg;

	return record_move(cx, types_get(cx->world->types, w->type), w->id, 0, w->what, w->ch);
}

static enum err
write_delete(struct ctx *cx, void *arg)
{
	struct writing *w = arg;

	return record_delete(cx, types_get(cx->world->types, w->type), w->id, 0, w->what);
}

enum err
test_try_create(struct test *t, struct change *ch, int64_t *ret_id)
{
	struct writing w = { .ch = ch };

	TRY(test_write(t, write_create, &w));
	*ret_id = w.id;
	return OK;
}

int64_t
test_create(struct test *t, struct change *ch)
{
	int64_t id = 0;

	EXPECT_OK(test_try_create(t, ch, &id));
	return id;
}

enum err
test_edit(struct test *t, const char *type, int64_t id, int64_t version, struct change *ch)
{
	struct writing w = { .type = type, .id = id, .version = version, .ch = ch };

	return test_write(t, write_edit, &w);
}

enum err
test_move(struct test *t, const char *type, int64_t id, const char *move, struct change *ch)
{
	struct writing w = { .type = type, .id = id, .what = move, .ch = ch };

	return test_write(t, write_move, &w);
}

enum err
test_delete(struct test *t, const char *type, int64_t id, const char *reason)
{
	struct writing w = { .type = type, .id = id, .what = reason };

	return test_write(t, write_delete, &w);
}

struct record *
test_record(struct test *t, const char *type, int64_t id)
{
	struct record *r = NULL;

	EXPECT_OK(record_get(&t->cx, type, id, &r));
	return r;
}

/* ---- invented data ---- */

int64_t
test_person(struct test *t, const char *first_name, const char *last_name, const char *birth_date)
{
	struct actor was = t->cx.who;
	struct change *ch;
	int32_t day;
	int64_t id;

	EXPECT(civil_parse(birth_date, &day));
	test_act_system(t);
	ch = change_new(&t->cx, "person");
	change_text(ch, "first_name", first_name);
	change_text(ch, "last_name", last_name);
	change_int(ch, "birth_date", day);
	change_text(ch, "country", "XX");
	change_text(ch, "document",
		    arena_printf(t->arena, "%s%s%d", first_name, last_name, (int)day));
	id = test_create(t, ch);
	t->cx.who = was;
	return id;
}

int64_t
test_organisation(struct test *t, const char *kind, const char *name)
{
	struct actor was = t->cx.who;
	struct change *ch;
	int64_t id;

	test_act_system(t);
	ch = change_new(&t->cx, "organisation");
	change_text(ch, "kind", kind);
	change_text(ch, "name", name);
	id = test_create(t, ch);
	t->cx.who = was;
	return id;
}
