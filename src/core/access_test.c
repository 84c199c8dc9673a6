/* Tests of the access log. */
#include "core/access.h"

#include "core/test_world.h"

static enum err
unpack(struct ctx *cx, void *arg)
{
	return access_unpack(cx, 100, arg);
}

TEST(access_pages_are_packed_and_unpacked)
{
	struct ctx *cx = test_world(t);
	struct access_entry *list;
	int64_t person[3], rows = 0, n;
	size_t found;

	for (int i = 0; i < 3; i++) {
		person[i] = test_person(t, "Jaan", "Tamm", "1980-01-01");
		(void)test_organisation(t, "other", "Vahele");
	}
	test_act(t, "Mari Maasikas", "B3.1");
	cx->purpose = "B3.1";
	cx->seen = NULL;
	access_saw(cx, "list", person[2]);
	access_saw(cx, "list", person[0]);
	access_saw(cx, "list", person[2]);
	access_saw(cx, "list", 0);
	EXPECT_OK(test_write(t, access_write, NULL));
	cx->seen = NULL;
	cx->now += 60;
	access_saw(cx, "record", person[0]);
	EXPECT_OK(test_write(t, access_write, NULL));
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM sys_access", DB_NONE, &n));
	EXPECT_INT(2, n);
	EXPECT_OK(access_of(cx, person[0], 10, &list, &found));
	EXPECT_INT(0, found);
	EXPECT_OK(test_write(t, unpack, &rows));
	EXPECT_INT(2, rows);
	EXPECT_OK(test_write(t, unpack, &rows));
	EXPECT_INT(0, rows);
	EXPECT_OK(access_of(cx, person[0], 10, &list, &found));
	EXPECT_INT(2, found);
	EXPECT_TEXT("record", list[0].kind);
	EXPECT_TEXT("list", list[1].kind);
	EXPECT_TEXT("B3.1", list[1].purpose);
	EXPECT_TEXT("Mari Maasikas", list[1].actor);
	EXPECT_OK(access_of(cx, person[0], 1, &list, &found));
	EXPECT_INT(1, found);
	EXPECT_OK(access_of(cx, person[1], 10, &list, &found));
	EXPECT_INT(0, found);
}

TEST(access_of_the_program_and_of_oneself_is_not_noted)
{
	struct ctx *cx = test_world(t);

	cx->seen = NULL;
	access_saw(cx, "record", 5);
	EXPECT(cx->seen == NULL);
	test_act(t, "Mari Maasikas", "B3.1");
	cx->who.person = 5;
	access_saw(cx, "record", 5);
	EXPECT(cx->seen == NULL);
	EXPECT_OK(test_write(t, access_write, NULL));
}

/* A page that shows more persons than a row takes writes several rows. */
TEST(access_of_many_persons)
{
	struct ctx *cx = test_world(t);
	int64_t first = 0, rows, n;

	for (int i = 0; i < 300; i++) {
		int64_t id = test_person(t, "Jaan", "Tamm", "1980-01-01");

		first = first == 0 ? id : first;
	}
	test_act(t, "Mari Maasikas", "B3.1");
	cx->seen = NULL;
	for (int round = 0; round < 2; round++)
		for (int64_t i = 299; i >= 0; i--)
			access_saw(cx, "list", first + i);
	EXPECT_OK(test_write(t, access_write, NULL));
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM sys_access", DB_NONE, &n));
	EXPECT_INT(2, n);
	EXPECT_OK(test_write(t, unpack, &rows));
	EXPECT_OK(db_get_int(cx, "SELECT count(DISTINCT person) FROM sys_access_person", DB_NONE,
			     &n));
	EXPECT_INT(300, n);
}
