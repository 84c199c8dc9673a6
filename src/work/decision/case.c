/* All a decision rests on, read at once. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "work/decision/decision_int.h"

#define ADULT 18 /* LasteKS § 3(2) */

static const char FOUND[] =
	"SELECT c.name, c.law, c.any_of, f.result, f.evidence, f.evidence_text, f.reason, "
	"f.sys_id, f.sys_number, f.valid_until, f.computed FROM condition c LEFT JOIN finding f ON "
	"f.condition = c.sys_id AND f.application = ?1 AND f.sys_deleted = 0 WHERE "
	"c.service = ?2 AND c.sys_deleted = 0 AND c.valid_from <= ?3 AND (c.valid_to IS NULL OR "
	"c.valid_to >= ?3) AND coalesce(c.stage, '') = '' "
	"ORDER BY c.any_of IS NOT NULL, c.any_of, c.code, c.sys_id LIMIT ?4";
static const char BOARD[] = "SELECT sys_id FROM organisation WHERE kind = 'board' AND "
			    "sys_deleted = 0 ORDER BY sys_id LIMIT 1";
/* Whoever may act for the person today; parents and guardians before those with a paper. */
static const char ACTS_FOR[] =
	"SELECT representative FROM representation WHERE person = ?1 AND representative IS NOT "
	"NULL AND sys_deleted = 0 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to >= ?2) "
	"AND coalesce(custody, 'joint') <> 'none' ORDER BY kind = 'authorised', sys_id LIMIT 1";

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

static enum err
read_board(struct ctx *cx, struct case_file *c)
{
	int64_t id;

	c->board = NULL;
	if (db_get_int(cx, BOARD, DB_NONE, &id) == OK)
		return record_get(cx, "organisation", id, &c->board);
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return OK;
}

/* The representative the application names, else a child's own by the register. */
static enum err
read_representative(struct ctx *cx, struct case_file *c)
{
	int64_t id = record_int(c->app, "representative");

	c->representative = NULL;
	if (id == 0 && c->child &&
	    db_get_int(cx, ACTS_FOR, DB_ARGS(db_int(c->person->id), db_date(cx->today)), &id) !=
		    OK) {
		if (cx->error.code != ERR_NOTFOUND)
			return cx->error.code;
		ctx_forgive(cx);
	}
	return id == 0 ? OK : record_get(cx, "person", id, &c->representative);
}

/* The language of proceedings is Estonian; Russian and English are for those who read these. */
static enum lang
letter_lang(const struct case_file *c)
{
	const struct record *to = c->representative != NULL ? c->representative : c->person;
	int lang = lang_from_code(
		record_text(to, "language") == NULL ? "" : record_text(to, "language"));

	return lang < 0 ? LANG_ET : (enum lang)lang;
}

enum err
case_load(struct ctx *cx, int64_t application, struct case_file *ret)
{
	struct case_file c = { .provider = "" };
	int32_t birth;
	int64_t id;

	TRY(record_get(cx, "application", application, &c.app));
	TRY(record_get(cx, "person", record_int(c.app, "person"), &c.person));
	TRY(record_get(cx, "service", record_int(c.app, "service"), &c.service));
	id = record_int(c.app, "sender");
	if (id != 0)
		TRY(record_get(cx, "organisation", id, &c.sender));
	TRY(record_title(cx, record_int(c.app, "provider"), &c.provider));
	birth = record_date(c.person, "birth_date");
	c.child = birth != CIVIL_NONE && civil_age(birth, record_date(c.app, "arrived")) < ADULT;
	TRY(read_board(cx, &c));
	TRY(read_representative(cx, &c));
	c.lang = letter_lang(&c);
	TRY(read_found(cx, &c));
	*ret = c;
	return OK;
}
