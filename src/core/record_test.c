/* Tests of records. */
#include "core/record.h"

#include <string.h>

#include "core/test_world.h"

TEST(record_a_person_is_made_and_read)
{
	struct ctx *cx = test_world(t);
	int64_t id = test_person(t, "Jaan", "Tamm", "1980-02-29");
	struct record *r;

	test_act(t, "Mari Maasikas", "B3.1 ALL.1");
	EXPECT_OK(record_load(cx, types_get(cx->world->types, "person"), id, RIGHT_SEE, &r));
	EXPECT_TEXT("Jaan Tamm", r->title);
	EXPECT_TEXT("I-1", r->number);
	EXPECT_INT(1, r->version);
	EXPECT_INT(id, r->about);
}
