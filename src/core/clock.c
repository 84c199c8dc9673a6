/* Clocks. See clock.h. */
#include "core/clock.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "format/json.h"
#include "rule/rule.h"

#define MAX_TRACE (64u * 1024)

static const char PUT[] =
	"INSERT INTO sys_clock (record, name, started, due, rule, trace, stopped, unit, "
	"responsible) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (record, name) DO UPDATE SET "
	"started = excluded.started, due = excluded.due, rule = excluded.rule, "
	"trace = excluded.trace, stopped = excluded.stopped, unit = excluded.unit, "
	"responsible = excluded.responsible";
static const char KEEP[] = "UPDATE sys_clock SET stopped = ?3, unit = ?4, responsible = ?5 "
			   "WHERE record = ?1 AND name = ?2";
static const char NOW[] =
	"SELECT started, due, rule, stopped, trace FROM sys_clock WHERE record = ?1 AND "
	"name = ?2";
static const char OF_RECORD[] =
	"SELECT c.record, r.type, r.number, r.title, c.name, c.rule, c.trace, c.started, c.due, "
	"c.stopped, c.responsible FROM sys_clock c JOIN sys_record r ON r.id = c.record "
	"WHERE c.record = ?1 ORDER BY c.due, c.name";
/* Own work first: two index scans, each already in order of the due date. */
static const char DUE_MINE[] =
	"SELECT c.record, r.type, r.number, r.title, c.name, c.rule, NULL, c.started, c.due, "
	"c.stopped, c.responsible FROM sys_clock c JOIN sys_record r ON r.id = c.record "
	"WHERE c.stopped IS NULL AND c.responsible = ?1 AND c.due <= ?2 ORDER BY c.due LIMIT ?3";
static const char DUE_UNIT[] =
	"SELECT c.record, r.type, r.number, r.title, c.name, c.rule, NULL, c.started, c.due, "
	"c.stopped, c.responsible FROM sys_clock c JOIN sys_record r ON r.id = c.record "
	"WHERE c.stopped IS NULL AND c.unit = ?1 AND c.responsible IS NULL AND c.due <= ?2 "
	"ORDER BY c.due LIMIT ?3";

/* The rule a clock runs by: its own, or the text field of a referred record ("service.x_rule"). */
static enum err
rule_of(struct ctx *cx, const struct record *r, const struct clock *c, const char **ret)
{
	const char *dot, *field;
	struct record *other;
	const struct value *ref;

	*ret = c->rule;
	if (c->rule != NULL)
		return OK;
	dot = strchr(c->rule_path, '.');
	if (dot == NULL) {
		*ret = record_text(r, c->rule_path);
		return OK;
	}
	field = arena_strndup(cx->arena, c->rule_path, (size_t)(dot - c->rule_path));
	ref = record_value(r, field);
	if (!ref->set)
		return OK;
	TRY(record_get(cx, type_field(r->type, field)->ref_type->name, ref->i, &other));
	*ret = record_text(other, dot + 1);
	return OK;
}

struct kept {
	bool any;
	int32_t started, due, stopped;
	const char *rule, *trace;
};

static enum err
read_kept(struct ctx *cx, int64_t record, const char *name, struct kept *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	*ret = (struct kept){ .any = false };
	TRY(db_query(cx, NOW, DB_ARGS(db_int(record), db_text(name)), &q));
	TRY(stmt_step(cx, q, &row));
	if (row)
		*ret = (struct kept){ true,
				      stmt_date(q, 0),
				      stmt_date(q, 1),
				      stmt_date(q, 3),
				      stmt_copy(cx, q, 2),
				      stmt_copy(cx, q, 4) };
	return OK;
}

/* Were the further inputs, when the kept date was counted, what the record holds now? The trace
 * tells: it names every input. */
static enum err
same_inputs(struct ctx *cx, const struct record *r, const struct clock *c, const struct kept *kept,
	    bool *ret)
{
	struct json *root, *inputs;

	*ret = true;
	if (c->nwith == 0 || kept->trace == NULL)
		return OK;
	TRY(json_parse(cx, "trace", kept->trace, strlen(kept->trace), &root));
	inputs = json_get(root, "inputs");
	for (int i = 0; inputs != NULL && i < c->nwith; i++) {
		int32_t day = record_date(r, c->with[i]->name);
		const char *was = NULL;

		TRY(json_text(cx, inputs, c->with_input[i], true, &was));
		if (!text_equal(was, day == CIVIL_NONE ? NULL : civil_iso(cx->arena, day)))
			*ret = false;
	}
	return OK;
}

static enum err
compute(struct ctx *cx, const struct record *rec, const struct clock *c, const char *rule,
	int32_t from, int32_t *ret_due, const char **ret_trace)
{
	struct rule_value *in = ARENA_ARRAY(cx->arena, (size_t)c->nwith + 1, struct rule_value);
	const struct rule_input *inputs;
	struct rule_result result;
	size_t n = 1;
	SCOPED_BUF b;
	const struct rule *r = rulebook_find(cx->world->rules, rule);

	buf_init(&b, MAX_TRACE);
	if (r == NULL)
		return fail(cx, ERR_INVALID, "err.clock_rule", rule);
	if (rule_inputs(r, &inputs) == 0)
		return fail(cx, ERR_INVALID, "err.clock_rule", rule);
	in[0] = rule_date(inputs[0].name, from);
	for (int i = 0; i < c->nwith; i++)
		if (record_value(rec, c->with[i]->name)->set)
			in[n++] = rule_date(c->with_input[i], record_date(rec, c->with[i]->name));
	TRY(rule_eval(cx, cx->world->rules, rule, in, n, &result));
	if (result.nvalues == 0 || result.values[0].type != RULE_DATE)
		return fail(cx, ERR_INVALID, "err.clock_rule", rule);
	TRY(rule_json(cx, &result, &b));
	*ret_due = result.values[0].date;
	*ret_trace = arena_strndup(cx->arena, b.bytes, b.len);
	return OK;
}

static enum err
update_one(struct ctx *cx, const struct record *r, const struct clock *c, int32_t *due)
{
	int32_t from = record_date(r, c->from->name);
	bool ended = r->deleted || (c->until >> r->state & 1) != 0;
	const char *rule = NULL, *trace = NULL;
	int32_t stopped = CIVIL_NONE, until = CIVIL_NONE;
	struct kept kept = { .any = false };
	bool same;

	if (r->version > 1)
		TRY(read_kept(cx, r->id, c->name, &kept));
	if (from == CIVIL_NONE && !kept.any)
		return OK;
	if (ended || from == CIVIL_NONE)
		stopped = kept.any && kept.stopped != CIVIL_NONE ? kept.stopped : cx->today;
	TRY(same_inputs(cx, r, c, &kept, &same));
	if (kept.any && (from == CIVIL_NONE || (from == kept.started && same))) {
		/* The date stands as it was computed then, whatever the rules say today. */
		if (stopped == CIVIL_NONE && kept.due < *due)
			*due = kept.due;
		return db_exec(cx, KEEP,
			       DB_ARGS(db_int(r->id), db_text(c->name), db_date(stopped),
				       db_id(r->unit), db_id(r->responsible)),
			       NULL);
	}
	TRY(rule_of(cx, r, c, &rule));
	if (rule == NULL)
		return OK;
	TRY(compute(cx, r, c, rule, from, &until, &trace));
	if (stopped == CIVIL_NONE && until < *due)
		*due = until;
	return db_exec(cx, PUT,
		       DB_ARGS(db_int(r->id), db_text(c->name), db_date(from), db_date(until),
			       db_text(rule), db_text(trace), db_date(stopped), db_id(r->unit),
			       db_id(r->responsible)),
		       NULL);
}

enum err
clock_check(struct ctx *cx, const struct types *ts, const struct rulebook *rules)
{
	const struct rule_input *inputs;

	for (size_t i = 0; i < ts->n; i++)
		for (int k = 0; k < ts->list[i]->nclocks; k++) {
			const struct clock *c = &ts->list[i]->clocks[k];
			const struct rule *r =
				c->rule == NULL ? NULL : rulebook_find(rules, c->rule);

			if (c->rule == NULL)
				continue;
			if (r == NULL || rule_inputs(r, &inputs) == 0 ||
			    inputs[0].type != RULE_DATE)
				return fail_at(cx, ERR_INVALID, ts->list[i]->file, c->at.line,
					       c->at.col, "err.clock_rule", c->rule);
		}
	return OK;
}

enum err
clock_update(struct ctx *cx, const struct record *r, int32_t *ret_due)
{
	int32_t due = NO_DUE;

	for (int i = 0; i < r->type->nclocks; i++)
		TRY(update_one(cx, r, &r->type->clocks[i], &due));
	*ret_due = due;
	return OK;
}

static enum err
read_entries(struct ctx *cx, const char *sql, struct db_args args, size_t max,
	     struct clock_entry *list, size_t *n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, sql, args, &q));
	while (*n < max) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[(*n)++] = (struct clock_entry){
			.record = stmt_int(q, 0),
			.type = stmt_copy(cx, q, 1),
			.number = stmt_copy(cx, q, 2),
			.title = stmt_copy(cx, q, 3),
			.name = stmt_copy(cx, q, 4),
			.rule = stmt_copy(cx, q, 5),
			.trace = stmt_copy(cx, q, 6),
			.started = stmt_date(q, 7),
			.due = stmt_date(q, 8),
			.stopped = stmt_date(q, 9),
			.responsible = stmt_int(q, 10),
		};
	}
	return OK;
}

enum err
clock_of(struct ctx *cx, int64_t record, struct clock_entry **ret, size_t *ret_n)
{
	struct clock_entry *list = ARENA_ARRAY(cx->arena, MAX_MOVES + 1, struct clock_entry);
	size_t n = 0;

	TRY(read_entries(cx, OF_RECORD, DB_ARGS(db_int(record)), MAX_MOVES, list, &n));
	*ret = list;
	*ret_n = n;
	return OK;
}

enum err
clock_due(struct ctx *cx, int32_t until, int limit, struct clock_entry **ret, size_t *ret_n)
{
	size_t max = (size_t)limit;
	struct clock_entry *list = ARENA_ARRAY(cx->arena, max + 1, struct clock_entry);
	size_t n = 0;

	TRY(read_entries(cx, DUE_MINE, DB_ARGS(db_int(cx->who.user), db_date(until), db_int(limit)),
			 max, list, &n));
	if (cx->who.org == 0)
		TRY(read_entries(cx, DUE_UNIT,
				 DB_ARGS(db_int(cx->who.unit), db_date(until), db_int(limit)), max,
				 list, &n));
	*ret = list;
	*ret_n = n;
	return OK;
}
