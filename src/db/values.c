/* Values bound to the parameters of statements. See db.h. */
#include "db/db.h"

#include <string.h>

#include "base/civil.h"

struct db_value
db_null(void)
{
	return (struct db_value){ .kind = DB_NULL };
}

struct db_value
db_int(int64_t i)
{
	return (struct db_value){ .kind = DB_INT, .i = i };
}

struct db_value
db_bool(bool b)
{
	return db_int(b ? 1 : 0);
}

struct db_value
db_date(int32_t day)
{
	return day == CIVIL_NONE ? db_null() : db_int(day);
}

struct db_value
db_id(int64_t id)
{
	return id == 0 ? db_null() : db_int(id);
}

struct db_value
db_text(const char *s)
{
	if (s == NULL)
		return db_null();
	return (struct db_value){ .kind = DB_TEXT, .bytes = s, .len = strlen(s) };
}

struct db_value
db_bytes(const void *p, size_t len)
{
	if (p == NULL)
		return db_null();
	return (struct db_value){ .kind = DB_BYTES, .bytes = p, .len = len };
}
