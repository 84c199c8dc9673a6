/*
 * Conditions the program can answer itself: ages, the child's need (SHS § 62(3)), services that
 * may not be had together, any other rule over the facts of an application.
 *
 * What is written down is in Estonian, the language of proceedings, whoever presses the button.
 */
#include <string.h>

#include "base/text.h"
#include "rule/rule.h"
#include "format/json.h"
#include "work/application/application_int.h"

#define MAX_TRACE (19u * 1024) /* bytes; the field takes 20 000 characters */
#define MAX_FACTS 16

/* Other services the person has had that are barred beside this one, either way round, where the
 * bar was in force while they had it. */
static const char BARRED[] =
	"SELECT s.name, p.starts, p.ends, b.law, b.stages, b.service = ?2, g.code, b.valid_from, "
	"b.valid_to, b.confirmed FROM placement p JOIN service_bar b ON b.sys_deleted = 0 AND "
	"((b.service = ?2 AND b.other = p.service) OR (b.other = ?2 AND b.service = p.service)) "
	"JOIN service s ON s.sys_id = p.service LEFT JOIN stage g ON g.sys_id = p.stage "
	"WHERE p.person = ?1 AND p.sys_deleted = 0 AND "
	"b.valid_from <= coalesce(p.ends, 2147483647) AND "
	"coalesce(b.valid_to, 2147483647) >= p.starts ORDER BY p.starts, p.sys_id LIMIT 50";
static const char OUTSIDE[] =
	"SELECT outside FROM service_bar WHERE service = ?1 AND outside IS NOT NULL AND "
	"sys_deleted = 0 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to >= ?2) "
	"ORDER BY outside LIMIT 20";

static const struct {
	const char *field, *word; /* word: of rule R23 */
} AREAS[] = {
	{ "area_physical", "physical" },
	{ "area_emotional", "psychological" },
	{ "area_social", "social" },
	{ "area_cognitive", "cognitive" },
};
#define NAREAS (sizeof(AREAS) / sizeof(AREAS[0]))

bool
need_is_whole(const struct record *app, const struct change *ch, const char **ret_field)
{
	const struct type *t = app != NULL ? app->type : ch->type;

	for (size_t i = 0; i <= NAREAS; i++) {
		const char *name = i < NAREAS ? AREAS[i].field : "earlier";
		const struct field *f = type_field(t, name);
		bool set = ch != NULL && ch->given[f->index] ? ch->v[f->index].set
							     : app != NULL && app->v[f->index].set;

		if (!set) {
			*ret_field = name;
			return false;
		}
	}
	return true;
}

/* ---- traces ---- */

struct trace {
	struct buf out;
	struct json_out j;
};

static void
trace_begin(struct trace *tr, const char *source, bool confirmed)
{
	buf_init(&tr->out, MAX_TRACE);
	json_out_init(&tr->j, &tr->out);
	json_map(&tr->j);
	json_pair_text(&tr->j, "rule", "");
	json_pair_text(&tr->j, "source", source == NULL ? "" : source);
	json_pair_bool(&tr->j, "confirmed", confirmed);
	json_key(&tr->j, "trace");
	json_list(&tr->j);
}

static void
trace_say(struct trace *tr, const char *text)
{
	json_map(&tr->j);
	json_pair_text(&tr->j, "text", text);
	json_map_end(&tr->j);
}

static enum err
trace_end(struct ctx *cx, struct trace *tr, const char **ret)
{
	enum err e;

	json_list_end(&tr->j);
	json_map_end(&tr->j);
	e = json_done(cx, &tr->j);
	if (e == OK)
		*ret = arena_strndup(cx->arena, tr->out.bytes, tr->out.len);
	buf_release(&tr->out);
	return e;
}

/* The program cannot tell, and says why. */
static enum err
unclear(struct ctx *cx, const struct proof *p, const char *why, struct computed *ret)
{
	struct trace tr;
	struct computed c = { .result = FINDING_UNCLEAR, .valid_until = CIVIL_NONE, .reason = why };

	trace_begin(&tr, p->law, p->confirmed);
	trace_say(&tr, why);
	TRY(trace_end(cx, &tr, &c.trace));
	*ret = c;
	return OK;
}

/* ---- facts for rules ---- */

struct facts {
	struct rule_value v[MAX_FACTS];
	size_t n;
};

static const char *
significant_areas(struct ctx *cx, const struct record *app)
{
	const char *list = "";

	for (size_t i = 0; i < NAREAS; i++)
		if (text_equal(record_text(app, AREAS[i].field), "significant"))
			list = arena_printf(cx->arena, "%s%s%s", list, *list == '\0' ? "" : ",",
					    AREAS[i].word);
	return list;
}

/* All that is known; a rule is given those of them it asks for. */
static enum err
gather(struct ctx *cx, const struct record *app, const struct proof *p, struct facts *ret)
{
	const char *earlier = record_text(app, "earlier");
	int32_t arrived = record_date(app, "arrived"), birth;
	struct record *person, *service;
	bool upper = text_equal(p->check, "age_to");

	TRY(record_get(cx, "person", record_int(app, "person"), &person));
	TRY(record_get(cx, "service", record_int(app, "service"), &service));
	birth = record_date(person, "birth_date");
	*ret = (struct facts){ .n = 0 };
	ret->v[ret->n++] = rule_date("date", arrived);
	if (birth != CIVIL_NONE)
		ret->v[ret->n++] = rule_date("birth", birth);
	/* An age limit as a date is counted from the birth: PENSION-AGE. */
	if (upper && birth != CIVIL_NONE)
		ret->v[ret->n++] = rule_date("from", birth);
	else if (!upper)
		ret->v[ret->n++] = rule_date("from", arrived);
	ret->v[ret->n++] = rule_text("service", record_text(service, "code"));
	if (earlier != NULL) {
		ret->v[ret->n++] = rule_flag("insufficient", strcmp(earlier, "insufficient") == 0);
		ret->v[ret->n++] = rule_flag("impossible", strcmp(earlier, "impossible") == 0);
	}
	if (need_is_whole(app, NULL, &(const char *){ NULL }))
		ret->v[ret->n++] = rule_text("areas", significant_areas(cx, app));
	if (record_text(app, "county") != NULL)
		ret->v[ret->n++] = rule_text("county", record_text(app, "county"));
	return OK;
}

/* Those the rule knows. False if it needs one we do not have, or any of the child's need, of which
 * a missing rating is not the same as "no". */
static bool
choose_facts(const struct rule *r, const struct facts *all, struct facts *ret,
	     const char **ret_missing)
{
	static const char *const NEED[] = { "insufficient", "impossible", "areas", NULL };
	const struct rule_input *in;
	size_t n = rule_inputs(r, &in);

	ret->n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct rule_value *found = NULL;
		bool must = in[i].required || strcmp(in[i].name, "birth") == 0;

		for (size_t k = 0; k < all->n; k++)
			if (strcmp(all->v[k].name, in[i].name) == 0)
				found = &all->v[k];
		for (int k = 0; NEED[k] != NULL; k++)
			must = must || strcmp(in[i].name, NEED[k]) == 0;
		if (found != NULL && ret->n < MAX_FACTS)
			ret->v[ret->n++] = *found;
		else if (must) {
			*ret_missing = in[i].name;
			return false;
		}
	}
	return true;
}

/* ---- by rule ---- */

static const char *
age_reason(struct ctx *cx, const struct record *app, const struct rule_result *res, bool met)
{
	const struct rule_value *age = rule_get(res, "age");
	const char *on = civil_text(cx->arena, record_date(app, "arrived"));

	if (res->values[0].type == RULE_DATE)
		return msgf(cx, met ? "application.age_limit_later" : "application.age_limit_past",
			    civil_text(cx->arena, res->values[0].date));
	if (age == NULL)
		return NULL;
	return msgf(cx, met ? "application.age_met" : "application.age_not_met", on,
		    text_from_int(cx->arena, age->n));
}

/* "missing" of a rule of conditions names what does not hold, in the rule's own words. */
static const char *
missing_reason(struct ctx *cx, const struct rule_result *res)
{
	const struct rule_value *missing = rule_get(res, "missing");
	const char *list = "";
	char *copy, *save = NULL;

	if (missing == NULL || missing->text == NULL)
		return NULL;
	copy = arena_strdup(cx->arena, missing->text);
	for (char *w = strtok_r(copy, ",", &save); w != NULL; w = strtok_r(NULL, ",", &save))
		list = arena_printf(cx->arena, "%s%s%s", list, *list == '\0' ? "" : "; ",
				    rule_word(cx, res->rule, w));
	return msgf(cx, "application.rule_missing", list);
}

static const char *
rule_reason(struct ctx *cx, const struct record *app, const struct proof *p,
	    const struct rule_result *res, bool met)
{
	const char *reason = NULL;

	if (text_starts(p->check, "age_") || rule_get(res, "age") != NULL)
		return age_reason(cx, app, res, met);
	if (!met)
		reason = missing_reason(cx, res);
	if (reason != NULL)
		return reason;
	return msgf(cx, met ? "application.rule_met" : "application.rule_not_met",
		    rule_name(cx, res->rule));
}

/* What a rule's answer means for the condition. */
static bool
judge(const struct record *app, const struct rule_result *res, struct computed *c)
{
	const struct rule_value *v = &res->values[0], *until = rule_get(res, "until");

	c->valid_until = CIVIL_NONE;
	if (v->type == RULE_FLAG)
		c->result = v->n != 0 ? FINDING_MET : FINDING_NOT_MET;
	else if (v->type == RULE_DATE) /* the first day the limit is reached */
		c->result = record_date(app, "arrived") < v->date ? FINDING_MET : FINDING_NOT_MET;
	else
		return false;
	if (c->result != FINDING_MET)
		return true;
	if (v->type == RULE_DATE)
		c->valid_until = v->date - 1;
	else if (until != NULL && until->type == RULE_DATE)
		c->valid_until = until->date - 1;
	return true;
}

static enum err
by_rule(struct ctx *cx, const struct record *app, const struct proof *p, struct computed *ret)
{
	const struct rule *r = p->rule == NULL ? NULL : rulebook_find(cx->world->rules, p->rule);
	struct computed c = { .result = FINDING_UNCLEAR };
	const char *missing = "";
	struct facts all, some;
	struct rule_result res;
	SCOPED_BUF b;

	buf_init(&b, MAX_TRACE);
	if (r == NULL)
		return unclear(cx, p,
			       msgf(cx, "application.no_rule", p->rule == NULL ? "?" : p->rule),
			       ret);
	TRY(gather(cx, app, p, &all));
	if (!choose_facts(r, &all, &some, &missing))
		return unclear(cx, p, msg(cx, "application.no_fact"), ret);
	if (rule_eval(cx, cx->world->rules, p->rule, some.v, some.n, &res) != OK) {
		const char *why = msg_error(cx);

		if (cx->error.code != ERR_INVALID && cx->error.code != ERR_NOTFOUND)
			return cx->error.code;
		ctx_forgive(cx);
		return unclear(cx, p, why, ret);
	}
	if (!judge(app, &res, &c))
		return unclear(cx, p, msgf(cx, "application.no_answer", p->rule), ret);
	c.reason = rule_reason(cx, app, p, &res, c.result == FINDING_MET);
	TRY(rule_json(cx, &res, &b));
	c.trace = arena_strndup(cx->arena, b.bytes, b.len);
	*ret = c;
	return OK;
}

/* ---- services that may not be had together ---- */

enum err
application_planned_end(struct ctx *cx, const struct record *app, int32_t *ret)
{
	struct record *service;
	const char *rule;

	TRY(record_get(cx, "service", record_int(app, "service"), &service));
	rule = record_text(service, "cover_rule");
	*ret = NO_END;
	if (rule != NULL && rule_due(cx, cx->world->rules, rule, cx->today, ret) != OK) {
		ctx_forgive(cx); /* no such rule: as if open-ended, which finds more */
		*ret = NO_END;
	}
	return OK;
}

/* A bar may hold only in some stages: of ours, where everybody begins with the first and the bar
 * is looked at whole; of theirs, only if they are in such a stage. */
static bool
stage_counts(const char *stages, bool ours, const char *stage, struct ctx *cx)
{
	if (stages == NULL || *stages == '\0' || ours || stage == NULL)
		return true;
	return strstr(stages, arena_printf(cx->arena, ",%s,", stage)) != NULL;
}

static int32_t
or_forever(const struct stmt *q, int col)
{
	return stmt_is_null(q, col) ? NO_END : stmt_date(q, col);
}

static enum err
read_barred(struct ctx *cx, const struct record *app, int32_t until, struct trace *tr,
	    struct computed *c)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, BARRED,
		     DB_ARGS(db_id(record_int(app, "person")), db_id(record_int(app, "service"))),
		     &q));
	for (;;) {
		const char *name, *from, *to;
		bool touches;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		name = stmt_copy(cx, q, 0);
		from = civil_text(cx->arena, stmt_date(q, 1));
		to = stmt_is_null(q, 2) ? msg(cx, "application.no_end")
					: civil_text(cx->arena, stmt_date(q, 2));
		touches = or_forever(q, 2) >= cx->today && stmt_date(q, 1) <= until &&
			  or_forever(q, 8) >= cx->today && stmt_date(q, 7) <= until &&
			  stage_counts(stmt_text(q, 4), stmt_int(q, 5) != 0, stmt_text(q, 6), cx);
		trace_say(tr, msgf(cx, touches ? "application.bar_now" : "application.bar_past",
				   name, from, to));
		if (!touches || c->result == FINDING_NOT_MET)
			continue;
		c->result = FINDING_NOT_MET;
		c->reason = msgf(cx, "application.bar_reason", name, from, to);
	}
}

static enum err
say_outside(struct ctx *cx, const struct record *app, struct trace *tr)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *list = "";
	bool row;

	TRY(db_query(cx, OUTSIDE, DB_ARGS(db_id(record_int(app, "service")), db_date(cx->today)),
		     &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list = arena_printf(cx->arena, "%s%s%s", list, *list == '\0' ? "" : "; ",
				    stmt_text(q, 0));
	}
	if (*list != '\0')
		trace_say(tr, msgf(cx, "application.bar_outside", list));
	return OK;
}

static enum err
by_bars(struct ctx *cx, const struct record *app, const struct proof *p, struct computed *ret)
{
	struct computed c = { .result = FINDING_MET, .valid_until = CIVIL_NONE };
	struct trace tr;
	int32_t until;
	enum err e;

	if (types_get(cx->world->types, "placement") == NULL)
		return unclear(cx, p, msg(cx, "application.no_placements"), ret);
	TRY(application_planned_end(cx, app, &until));
	c.reason = msg(cx, "application.bar_none");
	trace_begin(&tr, p->law, p->confirmed);
	trace_say(&tr,
		  until == NO_END
			  ? msgf(cx, "application.bar_from", civil_text(cx->arena, cx->today))
			  : msgf(cx, "application.bar_period", civil_text(cx->arena, cx->today),
				 civil_text(cx->arena, until)));
	e = read_barred(cx, app, until, &tr, &c);
	if (e == OK)
		e = say_outside(cx, app, &tr);
	if (e == OK && c.result == FINDING_MET)
		trace_say(&tr, c.reason);
	if (e != OK) {
		buf_release(&tr.out);
		return e;
	}
	TRY(trace_end(cx, &tr, &c.trace));
	*ret = c;
	return OK;
}

enum err
compute_condition(struct ctx *cx, const struct record *app, const struct proof *p,
		  struct computed *ret)
{
	enum lang was = cx->lang;
	enum err e;

	cx->lang = LANG_ET;
	e = strcmp(p->check, "no_bar") == 0 ? by_bars(cx, app, p, ret) : by_rule(cx, app, p, ret);
	cx->lang = was;
	return e;
}
