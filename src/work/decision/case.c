/* All a decision rests on, read at once. */
#include <string.h>

#include "base/text.h"
#include "core/letterhead.h"
#include "work/decision/decision_int.h"

static const char FOUND[] =
	"SELECT c.name, c.law, c.any_of, f.result, f.evidence, f.evidence_text, f.reason, "
	"f.sys_id, f.sys_number, f.valid_until, f.computed FROM condition c LEFT JOIN finding f ON "
	"f.condition = c.sys_id AND f.application = ?1 AND f.sys_deleted = 0 WHERE "
	"c.service = ?2 AND c.sys_deleted = 0 AND c.valid_from <= ?3 AND (c.valid_to IS NULL OR "
	"c.valid_to >= ?3) AND coalesce(c.stage, '') = '' "
	"ORDER BY c.any_of IS NOT NULL, c.any_of, c.code, c.sys_id LIMIT ?4";
static const char *
filled(struct ctx *cx, const struct stmt *q, int col)
{
	const char *s = stmt_copy(cx, q, col);

	return s == NULL || *s == '\0' ? NULL : s;
}

static enum err
read_found(struct ctx *cx, struct case_file *c)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	c->found = ARENA_ARRAY(cx->arena, MAX_FOUND, struct found_row);
	TRY(db_query(cx, FOUND,
		     DB_ARGS(db_int(c->app->id), db_int(c->service->id),
			     db_date(record_date(c->app, "arrived")), db_int(MAX_FOUND)),
		     &q));
	for (c->nfound = 0; c->nfound < MAX_FOUND;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		c->found[c->nfound++] = (struct found_row){
			.name = stmt_copy(cx, q, 0),
			.law = filled(cx, q, 1),
			.any_of = filled(cx, q, 2),
			.result = filled(cx, q, 3),
			.evidence = filled(cx, q, 4),
			.evidence_text = filled(cx, q, 5),
			.reason = filled(cx, q, 6),
			.finding = stmt_int(q, 7),
			.number = stmt_copy(cx, q, 8),
			.valid_until = stmt_date(q, 9),
			.computed = stmt_int(q, 10) != 0,
		};
	}
	return OK;
}

static bool
holds_itself(const struct found_row *f, int32_t on)
{
	if (text_equal(f->result, "waived"))
		return true;
	return text_equal(f->result, "met") &&
	       (f->valid_until == CIVIL_NONE || f->valid_until >= on);
}

static bool
same_group(const struct found_row *a, const struct found_row *b)
{
	return a == b || (a->any_of != NULL && text_equal(a->any_of, b->any_of));
}

bool
found_holds(const struct case_file *c, const struct found_row *f, int32_t on)
{
	for (size_t i = 0; i < c->nfound; i++)
		if (same_group(f, &c->found[i]) && holds_itself(&c->found[i], on))
			return true;
	return false;
}

bool
found_fails(const struct case_file *c, const struct found_row *f)
{
	for (size_t i = 0; i < c->nfound; i++)
		if (same_group(f, &c->found[i]) && !text_equal(c->found[i].result, "not_met"))
			return false;
	return true;
}

enum err
case_load(struct ctx *cx, int64_t application, struct case_file *ret)
{
	struct case_file c = { .provider = "" };
	struct letterhead head;
	int64_t id;

	TRY(record_get(cx, "application", application, &c.app));
	TRY(letterhead_read(cx, c.app, &head));
	c.person = head.person;
	c.representative = head.representative;
	c.board = head.board;
	c.child = head.child;
	c.lang = head.lang;
	TRY(record_get(cx, "service", record_int(c.app, "service"), &c.service));
	id = record_int(c.app, "sender");
	if (id != 0)
		TRY(record_get(cx, "organisation", id, &c.sender));
	TRY(record_title(cx, record_int(c.app, "provider"), &c.provider));
	TRY(read_found(cx, &c));
	*ret = c;
	return OK;
}
