/* Types for tests: those of tests/types/good, and a person who acts. */
#ifndef HOOL_META_FIXTURE_TEST_H
#define HOOL_META_FIXTURE_TEST_H

#include "base/test.h"
#include "meta/type.h"

/* Files of a folder of the tree in the order of their names, those that end so. */
struct source *test_folder(struct test *t, const char *folder, const char *ending, size_t *ret_n);
/* The types of tests/types/good, and, if not NULL, one more file. */
enum err
test_types_with(struct test *t, const char *name, const char *yaml, struct types **ret) MUST_USE;
struct types *test_types(struct test *t);
/* Act as user 7 of unit 3 and organisation 9 with these duties, parted by spaces. */
void test_duties(struct test *t, const struct types *ts, const char *duties);

#endif
