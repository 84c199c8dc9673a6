/*
 * A world for tests: the types, rules and texts of the tree, a new database with all tables, and
 * somebody who acts.
 *
 *	struct ctx *cx = test_world(t);
 *	struct change *ch = change_new(cx, "person");
 *
 *	test_act(t, "Mari Maasikas", "B3.1 ALL.1");
 *	change_text(ch, "first_name", "Jaan");
 *	…
 *	int64_t id = test_create(t, ch);
 *	EXPECT_ERR(ERR_DENIED, test_move(t, "person", id, "confirm", NULL));
 *
 * Readings use cx->conn, a reader of the test's own; writings go through the functions here, which
 * run them on the write lane. The database is closed by the next test_world() or at exit.
 */
#ifndef HOOL_CORE_TEST_WORLD_H
#define HOOL_CORE_TEST_WORLD_H

#include "base/test.h"
#include "core/record.h"

/* The tree's own world. The first actor is the program itself (who.system). */
struct ctx *test_world(struct test *t);
/* The same with more types: the text of a type file each, ended by NULL. */
struct ctx *test_world_with(struct test *t, const char *const *yaml);
/* Hooks that run from now on; one table, ended by a NULL type. May be called for several. */
void test_hooks(struct test *t, const struct hook *hooks);
/* The test's own world, to change settings of. */
struct world *test_world_of(struct test *t);
/* The database of the test's world. */
struct db *test_world_db(struct test *t);

/*
 * Act as a human of that name with these duties, parted by spaces; a user record and, once, a unit
 * ("Testiüksus") are made. Gives the id of the user. _outside: of an organisation (provider …).
 */
int64_t test_act(struct test *t, const char *name, const char *duties);
int64_t test_act_outside(struct test *t, const char *name, const char *duties, int64_t org);
/* Act as the program itself. */
void test_act_system(struct test *t);

/* Run a closure on the write lane. */
enum err test_write(struct test *t, db_fn *fn, void *arg) MUST_USE;
/* Make a record; the test fails if it cannot. _try: says how it went. */
int64_t test_create(struct test *t, struct change *ch);
enum err test_try_create(struct test *t, struct change *ch, int64_t *ret_id) MUST_USE;
enum err test_edit(struct test *t, const char *type, int64_t id, int64_t version,
		   struct change *ch) MUST_USE;
enum err test_move(struct test *t, const char *type, int64_t id, const char *move,
		   struct change *ch) MUST_USE;
enum err test_delete(struct test *t, const char *type, int64_t id, const char *reason) MUST_USE;
/* The record as it now is, seen by the program itself. */
struct record *test_record(struct test *t, const char *type, int64_t id);
/* A person and an organisation with invented data, made by the program itself. */
int64_t
test_person(struct test *t, const char *first_name, const char *last_name, const char *birth_date);
int64_t test_organisation(struct test *t, const char *kind, const char *name);

#endif
