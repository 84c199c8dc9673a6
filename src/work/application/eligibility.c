/* Conditions of an application and what was found about them, folded into one answer. */
#include <string.h>

#include "base/text.h"
#include "work/application/application_int.h"

/* A condition that names a stage is looked at when somebody enters that stage, not here. */
static const char PROOFS[] =
	"SELECT c.sys_id, c.code, c.name, c.any_of, c.\"check\", c.rule, c.evidence, c.law, "
	"c.confirmed, f.sys_id, f.sys_version, f.result, f.evidence, f.evidence_text, f.reason, "
	"f.trace, f.valid_until, f.computed, f.checked_by, f.checked_on FROM condition c "
	"LEFT JOIN finding f ON f.condition = c.sys_id AND f.application = ?1 AND "
	"f.sys_deleted = 0 WHERE c.service = ?2 AND c.sys_deleted = 0 AND c.valid_from <= ?3 AND "
	"(c.valid_to IS NULL OR c.valid_to >= ?3) AND coalesce(c.stage, '') = '' "
	"ORDER BY c.any_of IS NOT NULL, c.any_of, c.code, c.sys_id LIMIT ?4";

static const char *const RESULTS[] = { [FINDING_NONE] = "",
				       [FINDING_MET] = "met",
				       [FINDING_NOT_MET] = "not_met",
				       [FINDING_UNCLEAR] = "unclear",
				       [FINDING_WAIVED] = "waived" };

enum finding_result
result_from(const char *name)
{
	for (int i = FINDING_MET; i <= FINDING_WAIVED; i++)
		if (text_equal(name, RESULTS[i]))
			return (enum finding_result)i;
	return FINDING_NONE;
}

const char *
answer_name(enum answer a)
{
	static const char *const NAMES[] = { [ANSWER_OPEN] = "open",
					     [ANSWER_ELIGIBLE] = "eligible",
					     [ANSWER_NOT] = "not_eligible" };

	return NAMES[a];
}

/* ---- the fold ---- */

bool
proof_holds(const struct proof *p, int32_t on)
{
	if (p->result == FINDING_WAIVED)
		return true;
	return p->result == FINDING_MET && (p->valid_until == CIVIL_NONE || p->valid_until >= on);
}

/* One condition, or all of the group the condition at `first` stands for. */
static enum answer
fold_group(const struct proof *list, size_t n, size_t first, int32_t on)
{
	bool open = false;

	for (size_t i = first; i < n; i++) {
		if (i != first &&
		    (list[first].any_of == NULL || !text_equal(list[i].any_of, list[first].any_of)))
			continue;
		if (proof_holds(&list[i], on))
			return ANSWER_ELIGIBLE;
		open = open || list[i].result != FINDING_NOT_MET;
	}
	return open ? ANSWER_OPEN : ANSWER_NOT;
}

/* Does a condition before this one stand for the same group? */
static bool
group_seen(const struct proof *list, size_t i)
{
	for (size_t k = 0; k < i && list[i].any_of != NULL; k++)
		if (text_equal(list[k].any_of, list[i].any_of))
			return true;
	return false;
}

enum answer
eligibility_fold(const struct proof *list, size_t n, int32_t on)
{
	enum answer all = n == 0 ? ANSWER_OPEN : ANSWER_ELIGIBLE;

	for (size_t i = 0; i < n; i++) {
		enum answer one;

		if (group_seen(list, i))
			continue;
		one = fold_group(list, n, i, on);
		if (one == ANSWER_NOT)
			return ANSWER_NOT;
		if (one == ANSWER_OPEN)
			all = ANSWER_OPEN;
	}
	return all;
}

/* ---- reading ---- */

static const char *
filled(struct ctx *cx, const struct stmt *q, int col)
{
	const char *s = stmt_copy(cx, q, col);

	return s == NULL || *s == '\0' ? NULL : s;
}

static void
read_proof(struct ctx *cx, const struct stmt *q, struct proof *p)
{
	*p = (struct proof){
		.condition = stmt_int(q, 0),
		.code = stmt_copy(cx, q, 1),
		.name = stmt_copy(cx, q, 2),
		.any_of = filled(cx, q, 3),
		.check = stmt_copy(cx, q, 4),
		.rule = filled(cx, q, 5),
		.wants = filled(cx, q, 6),
		.law = filled(cx, q, 7),
		.confirmed = stmt_int(q, 8) != 0,
		.finding = stmt_int(q, 9),
		.version = stmt_int(q, 10),
		.result = result_from(stmt_text(q, 11)),
		.evidence = filled(cx, q, 12),
		.evidence_text = filled(cx, q, 13),
		.reason = filled(cx, q, 14),
		.trace = filled(cx, q, 15),
		.valid_until = stmt_date(q, 16),
		.computed = stmt_int(q, 17) != 0,
		.checked_by = stmt_int(q, 18),
		.checked_on = stmt_date(q, 19),
	};
}

enum err
eligibility_load(struct ctx *cx, const struct record *app, struct proofs *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct proofs ps = { ARENA_ARRAY(cx->arena, MAX_CONDITIONS, struct proof), 0 };
	bool row;

	TRY(db_query(cx, PROOFS,
		     DB_ARGS(db_int(app->id), db_id(record_int(app, "service")),
			     db_date(record_date(app, "arrived")), db_int(MAX_CONDITIONS + 1)),
		     &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (ps.n == MAX_CONDITIONS)
			return fail(cx, ERR_LIMIT, "err.application_conditions",
				    text_from_int(cx->arena, MAX_CONDITIONS));
		read_proof(cx, q, &ps.at[ps.n++]);
	}
	*ret = ps;
	return OK;
}

/* ---- checking ---- */

static void
put_computed(struct change *ch, const struct proof *p, const struct computed *c)
{
	change_text(ch, "result", RESULTS[c->result]);
	change_text(ch, "reason", c->reason);
	change_text(ch, "trace", c->trace);
	if (c->valid_until == CIVIL_NONE)
		change_empty(ch, "valid_until");
	else
		change_int(ch, "valid_until", c->valid_until);
	change_text(ch, "evidence", p->wants);
	change_int(ch, "computed", 1);
}

/* Would a check say something else than what stands? Only then is it written and dated anew. */
static bool
says_the_same(const struct proof *p, const struct computed *c)
{
	return p->result == c->result && p->valid_until == c->valid_until &&
	       text_equal(p->reason, c->reason) && text_equal(p->trace, c->trace);
}

static enum err
check_one(struct ctx *cx, const struct record *app, const struct proof *p)
{
	const struct type *t = types_get(cx->world->types, "finding");
	struct change *ch = change_of(cx, t);
	bool manual = text_equal(p->check, "manual");
	struct computed c;
	int64_t id;

	if (p->finding != 0 && (manual || !p->computed))
		return OK;
	if (!manual) {
		TRY(compute_condition(cx, app, p, &c));
		if (p->finding != 0 && says_the_same(p, &c))
			return OK;
		put_computed(ch, p, &c);
	}
	if (p->finding != 0)
		return record_edit(cx, t, p->finding, p->version, ch);
	change_int(ch, "application", app->id);
	change_int(ch, "person", record_int(app, "person"));
	change_int(ch, "condition", p->condition);
	if (manual) {
		change_text(ch, "result", "unclear");
		change_text(ch, "evidence", p->wants);
	}
	return record_create(cx, ch, &id);
}

enum err
eligibility_check(struct ctx *cx, const struct record *app)
{
	bool was = cx->who.system;
	struct proofs ps;
	enum err e = OK;

	TRY(eligibility_load(cx, app, &ps));
	/* What follows from the data is the program's word, whoever asked for it. */
	cx->who.system = true;
	for (size_t i = 0; i < ps.n && e == OK; i++)
		e = check_one(cx, app, &ps.at[i]);
	cx->who.system = was;
	return e;
}

enum err
eligibility_keep(struct ctx *cx, int64_t application)
{
	bool was = cx->who.system;
	struct record *app;
	struct change *ch;
	struct proofs ps;
	const char *answer;
	enum err e;

	TRY(record_get(cx, "application", application, &app));
	TRY(eligibility_load(cx, app, &ps));
	answer = answer_name(eligibility_fold(ps.at, ps.n, cx->today));
	if (text_equal(answer, record_text(app, "answer")))
		return OK;
	ch = change_of(cx, app->type);
	change_text(ch, "answer", answer);
	ch->note = msg(cx, arena_printf(cx->arena, "application.answer_is.%s", answer));
	cx->who.system = true;
	e = record_edit(cx, app->type, app->id, app->version, ch);
	cx->who.system = was;
	return e;
}
