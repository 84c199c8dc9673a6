/* Loading with DB_BULK: closures alone in their transactions, kept apart all the same. */
#include <pthread.h>

#include "db/fixture_test.h"

#define THREADS 8
#define EACH 40

static enum err
insert(struct ctx *cx, void *arg)
{
	const int64_t *id = arg;

	TRY(db_exec(cx, "INSERT INTO a (id) VALUES (?1)", DB_ARGS(db_int(*id)), NULL));
	return *id % 3 == 0 ? fail(cx, ERR_DENIED, "err.denied") : OK;
}

struct worker {
	pthread_t thread;
	struct db *db;
	int64_t first;
	int wrong;
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;

	ctx_init(&cx, a);
	for (int64_t id = w->first; id < w->first + EACH; id++) {
		w->wrong += db_run(&cx, w->db, "insert", insert, &id) !=
			    (id % 3 == 0 ? ERR_DENIED : OK);
		ctx_forgive(&cx);
	}
	return NULL;
}

TEST(while_loading_a_failing_closure_leaves_nothing_behind)
{
	static struct worker w[THREADS];
	SCOPED(db) struct db *db = NULL;

	EXPECT_OK(db_open(&t->cx, test_db_url(t), DB_CREATE | DB_BULK, &db));
	EXPECT_OK(db_migrate(&t->cx, db));
	test_db_script(t, db, "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;");
	for (int i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .db = db, .first = 1 + i * EACH };
		EXPECT_INT(0, pthread_create(&w[i].thread, NULL, work, &w[i]));
	}
	for (int i = 0; i < THREADS; i++) {
		EXPECT_INT(0, pthread_join(w[i].thread, NULL));
		EXPECT_INT(0, w[i].wrong);
	}
	EXPECT_INT(THREADS * EACH - THREADS * EACH / 3,
		   test_db_int(t, db, "SELECT count(*) FROM a"));
	EXPECT_INT(0, test_db_int(t, db, "SELECT count(*) FROM a WHERE id % 3 = 0"));
}
