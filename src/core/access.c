/* The access log. See access.h. Ids are packed sorted, as differences in base 128. */
#include "core/access.h"

#include <stdlib.h>

static const char ADD[] =
	"INSERT INTO sys_access (at, actor, behalf_of, position, session, purpose, kind, persons) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char PACKED[] = "SELECT id, persons FROM sys_access WHERE unpacked = 0 ORDER BY id "
			     "LIMIT ?1";
static const char PERSON_ADD[] = "INSERT INTO sys_access_person (person, access) VALUES (?1, ?2) "
				 "ON CONFLICT DO NOTHING";
static const char UNPACKED[] = "UPDATE sys_access SET unpacked = 1 WHERE id = ?1";
static const char OF_PERSON[] =
	"SELECT a.at, a.kind, a.purpose, u.title, p.title FROM sys_access_person x "
	"JOIN sys_access a ON a.id = x.access LEFT JOIN sys_record u ON u.id = a.actor "
	"LEFT JOIN sys_record p ON p.id = a.position WHERE x.person = ?1 "
	"ORDER BY x.access DESC LIMIT ?2";

void
access_saw(struct ctx *cx, const char *kind, int64_t person)
{
	struct access_note *note = cx->seen;

	if (person == 0 || person == cx->who.person || cx->who.system)
		return;
	for (const struct access_note *k = note; k != NULL; k = k->next)
		for (size_t i = 0; i < k->n; i++)
			if (k->person[i] == person)
				return;
	if (note == NULL || note->n == ACCESS_PERSONS) {
		note = ARENA_NEW(cx->arena, struct access_note);
		note->kind = cx->seen == NULL ? kind : cx->seen->kind;
		note->next = cx->seen;
		cx->seen = note;
	}
	note->person[note->n++] = person;
}

static int
by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum err
write_note(struct ctx *cx, struct access_note *note)
{
	unsigned char packed[ACCESS_PERSONS * 10];
	size_t len = 0;
	int64_t before = 0;

	qsort(note->person, note->n, sizeof(*note->person), by_id);
	for (size_t i = 0; i < note->n; i++) {
		uint64_t d = (uint64_t)(note->person[i] - before);

		for (; d >= 128; d >>= 7)
			packed[len++] = (unsigned char)(d | 128);
		packed[len++] = (unsigned char)d;
		before = note->person[i];
	}
	return db_exec(cx, ADD,
		       DB_ARGS(db_int(cx->now), db_int(cx->who.user), db_int(cx->who.behalf_of),
			       db_int(cx->who.position), db_int(cx->who.session),
			       db_text(cx->purpose == NULL ? "" : cx->purpose), db_text(note->kind),
			       db_bytes(packed, len)),
		       NULL);
}

enum err
access_write(struct ctx *cx, void *arg)
{
	(void)arg;
	for (struct access_note *note = cx->seen; note != NULL; note = note->next)
		if (note->n > 0)
			TRY(write_note(cx, note));
	return OK;
}

static enum err
unpack_row(struct ctx *cx, int64_t id, const unsigned char *p, size_t len)
{
	int64_t person = 0;

	for (size_t i = 0; i < len;) {
		uint64_t d = 0;
		int shift = 0;

		for (; i < len && shift < 63; shift += 7) {
			unsigned char c = p[i++];

			d |= (uint64_t)(c & 127) << shift;
			if ((c & 128) == 0)
				break;
		}
		person += (int64_t)d;
		TRY(db_exec(cx, PERSON_ADD, DB_ARGS(db_int(person), db_int(id)), NULL));
	}
	return db_exec(cx, UNPACKED, DB_ARGS(db_int(id)), NULL);
}

enum err
access_unpack(struct ctx *cx, int64_t limit, int64_t *ret_rows)
{
	int64_t rows = 0;

	for (bool row = true; rows < limit; rows++) {
		SCOPED(stmt) struct stmt *q = NULL;
		const void *bytes;
		size_t len;
		int64_t id;

		TRY(db_query(cx, PACKED, DB_ARGS(db_int(1)), &q));
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		id = stmt_int(q, 0);
		bytes = stmt_bytes(q, 1, &len);
		bytes = arena_strndup(cx->arena, bytes, len);
		TRY(unpack_row(cx, id, bytes, len));
	}
	*ret_rows = rows;
	return OK;
}

enum err
access_of(struct ctx *cx, int64_t person, int limit, struct access_entry **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct access_entry *list = ARENA_ARRAY(cx->arena, (size_t)limit + 1, struct access_entry);
	size_t n = 0;
	bool row;

	TRY(db_query(cx, OF_PERSON, DB_ARGS(db_int(person), db_int(limit)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n++] = (struct access_entry){ stmt_int(q, 0), stmt_copy(cx, q, 1),
						   stmt_copy(cx, q, 2), stmt_copy(cx, q, 3),
						   stmt_copy(cx, q, 4) };
	}
	*ret = list;
	*ret_n = n;
	return OK;
}
