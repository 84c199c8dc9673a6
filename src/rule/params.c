/* The parameters of rule versions: their names, types and ranges, and how they are read. */
#include <string.h>

#include "base/text.h"
#include "rule/rule_int.h"

#define MAX_ROWS 400 /* of one choice, table or price list */
#define DAY_MINUTES 1440

enum setting_kind { SET_INT, SET_FLAG, SET_MONEY, SET_CLOCK, SET_MONTH_DAY, SET_WORD };

static const struct {
	const char *name;
	enum setting_kind kind;
	int64_t min, max;
} PARAMS[PARAM_COUNT] = {
	[PARAM_CALENDAR_DAYS] = { "calendar_days", SET_INT, 0, 100000 },
	[PARAM_WORKING_DAYS] = { "working_days", SET_INT, 0, 10000 },
	[PARAM_MONTHS] = { "months", SET_INT, 0, 2400 },
	[PARAM_YEARS] = { "years", SET_INT, 0, 200 },
	[PARAM_NEXT_MONTH_DAY] = { "next_month_day", SET_INT, 1, 31 },
	[PARAM_LESS_DAYS] = { "less_days", SET_INT, 0, 31 },
	[PARAM_HOURS] = { "hours", SET_INT, 0, 100000 },
	[PARAM_AT_LEAST] = { "at_least", SET_INT, 0, 150 },
	[PARAM_BELOW] = { "below", SET_INT, 0, 150 },
	[PARAM_IN_A_ROW] = { "in_a_row", SET_INT, 1, 120 },
	[PARAM_NUMBER] = { "number", SET_INT, -1000000000, 1000000000 },
	[PARAM_MONTH_DAY] = { "month_day", SET_MONTH_DAY, 0, 0 },
	[PARAM_CLOSES] = { "closes", SET_CLOCK, 0, 0 },
	[PARAM_ROLL] = { "roll", SET_FLAG, 0, 0 },
	[PARAM_FROM_NEXT_YEAR] = { "from_next_year", SET_FLAG, 0, 0 },
	[PARAM_PAUSABLE] = { "pausable", SET_FLAG, 0, 0 },
	[PARAM_WALL_CLOCK] = { "wall_clock", SET_FLAG, 0, 0 },
	[PARAM_AMOUNT] = { "amount", SET_MONEY, -100000000000, 100000000000 },
	[PARAM_RATE] = { "rate", SET_MONEY, 0, 100000000 },
	[PARAM_CAP] = { "cap", SET_MONEY, 0, 100000000000 },
	[PARAM_THEN] = { "then", SET_WORD, 0, 0 },
	[PARAM_ELSE] = { "else", SET_WORD, 0, 0 },
	[PARAM_UNIT] = { "unit", SET_WORD, 0, 0 },
	[PARAM_SCHEME] = { "scheme", SET_WORD, 0, 0 },
	[PARAM_BARRED_BY] = { "barred_by", SET_WORD, 0, 0 },
	[PARAM_FROM] = { "from", SET_WORD, 0, 0 },
	[PARAM_PRICES] = { "prices", SET_WORD, 0, 0 },
};

void
rule_input_add(struct ctx *cx, struct rule *r, const char *name, enum rule_type type, bool required)
{
	struct rule_input *list;

	for (size_t i = 0; i < r->ninputs; i++)
		if (strcmp(r->inputs[i].name, name) == 0)
			return;
	list = ARENA_ARRAY(cx->arena, r->ninputs + 1, struct rule_input);
	if (r->ninputs > 0)
		memcpy(list, r->inputs, r->ninputs * sizeof(*list));
	list[r->ninputs++] =
		(struct rule_input){ .name = name, .type = type, .required = required };
	r->inputs = list;
}

/* "17:00" as minutes of the day, "24:00" included. */
static bool
read_clock(const char *s, int64_t *ret)
{
	int64_t hour, minute;
	char h[3] = { 0 };

	if (strlen(s) != 5 || s[2] != ':')
		return false;
	memcpy(h, s, 2);
	if (!text_int(h, 0, 24, &hour) || !text_int(s + 3, 0, 59, &minute) ||
	    hour * 60 + minute > DAY_MINUTES)
		return false;
	*ret = hour * 60 + minute;
	return true;
}

/* "03-01" as 301. The year is not known, so 29 February is refused. */
static bool
read_month_day(const char *s, int64_t *ret)
{
	int64_t month, day;
	char m[3] = { 0 };

	if (strlen(s) != 5 || s[2] != '-')
		return false;
	memcpy(m, s, 2);
	if (!text_int(m, 1, 12, &month) || !text_int(s + 3, 1, 31, &day) ||
	    !civil_real(2023, (int)month, (int)day))
		return false;
	*ret = month * 100 + day;
	return true;
}

static enum err
read_scalar(struct ctx *cx, enum rule_param which, struct yaml *y, struct rule_setting *s)
{
	const char *name = PARAMS[which].name;
	int64_t min = PARAMS[which].min, max = PARAMS[which].max;
	bool ok = true, flag = false;

	if (y->kind != YAML_TEXT)
		return yaml_fail(cx, y, "err.yaml_text", name);
	switch (PARAMS[which].kind) {
	case SET_INT:
		ok = text_int(y->text, min, max, &s->n);
		break;
	case SET_MONEY:
		ok = text_cents(y->text, &s->n) && s->n >= min && s->n <= max;
		break;
	case SET_FLAG:
		ok = rule_flag_read(y->text, &flag);
		s->n = flag;
		break;
	case SET_CLOCK:
		ok = read_clock(y->text, &s->n);
		break;
	case SET_MONTH_DAY:
		ok = read_month_day(y->text, &s->n);
		break;
	case SET_WORD:
		ok = y->text[0] != '\0';
		s->text = y->text;
		break;
	}
	s->set = ok;
	return ok ? OK : yaml_fail(cx, y, "err.rule_param", name, y->text);
}

static enum rule_type
input_type(enum rule_param which)
{
	switch (PARAMS[which].kind) {
	case SET_INT:
		return RULE_INT;
	case SET_MONEY:
		return RULE_MONEY;
	case SET_FLAG:
		return RULE_FLAG;
	case SET_CLOCK:
	case SET_MONTH_DAY:
	case SET_WORD:
		break;
	}
	return RULE_TEXT;
}

/* A value, or {input: name, default: value}: the case itself brings it. */
static enum err
read_setting(struct ctx *cx, struct rule *r, enum rule_param which, struct yaml *y,
	     struct rule_setting *s)
{
	struct yaml *fallback;

	if (y->kind != YAML_MAP)
		return read_scalar(cx, which, y, s);
	TRY(yaml_name(cx, y, "input", false, &s->input));
	fallback = yaml_get(y, "default");
	if (fallback != NULL)
		TRY(read_scalar(cx, which, fallback, s));
	if (input_type(which) == RULE_TEXT && PARAMS[which].kind != SET_CLOCK)
		return yaml_fail(cx, y, "err.rule_param", PARAMS[which].name, s->input);
	rule_input_add(cx, r, s->input, input_type(which), fallback == NULL);
	return yaml_all_used(cx, y);
}

/* The settings of a map that the kind knows; other keys stay unasked for. */
static enum err
read_settings(struct ctx *cx, struct rule *r, uint64_t may, struct yaml *y, struct rule_setting *p)
{
	for (int i = 0; i < PARAM_COUNT; i++) {
		struct yaml *item = NULL;

		if ((may >> i & 1) != 0)
			item = yaml_get(y, PARAMS[i].name);
		if (item != NULL)
			TRY(read_setting(cx, r, (enum rule_param)i, item, &p[i]));
	}
	return OK;
}

#define TERM_PARAMS                                                               \
	((uint64_t)1 << PARAM_CALENDAR_DAYS | (uint64_t)1 << PARAM_WORKING_DAYS | \
	 (uint64_t)1 << PARAM_MONTHS | (uint64_t)1 << PARAM_YEARS |               \
	 (uint64_t)1 << PARAM_NEXT_MONTH_DAY | (uint64_t)1 << PARAM_LESS_DAYS |   \
	 (uint64_t)1 << PARAM_ROLL | (uint64_t)1 << PARAM_FROM_NEXT_YEAR |        \
	 (uint64_t)1 << PARAM_FROM)

/* A map of names to parameters. */
static enum err
read_named(struct ctx *cx, struct rule *r, uint64_t may, struct yaml *y, struct rule_named **ret,
	   size_t *ret_n)
{
	struct rule_named *list;

	if (y->kind != YAML_MAP)
		return yaml_fail(cx, y, "err.yaml_map", "rows");
	if (y->n == 0 || y->n > MAX_ROWS)
		return yaml_fail(cx, y, "err.rule_rows", text_from_int(cx->arena, MAX_ROWS));
	list = ARENA_ARRAY(cx->arena, y->n, struct rule_named);
	for (size_t i = 0; i < y->n; i++) {
		struct yaml *item = yaml_get(y, y->keys[i]);

		if (item->kind != YAML_MAP)
			return yaml_fail(cx, item, "err.yaml_map", y->keys[i]);
		list[i].name = y->keys[i];
		list[i].p = ARENA_ARRAY(cx->arena, PARAM_COUNT, struct rule_setting);
		TRY(read_settings(cx, r, may, item, list[i].p));
		list[i].has_confirmed = yaml_get(item, "confirmed") != NULL;
		TRY(yaml_bool(cx, item, "confirmed", true, &list[i].confirmed));
		TRY(yaml_text(cx, item, "note", true, &list[i].note));
		TRY(yaml_all_used(cx, item));
	}
	*ret = list;
	*ret_n = y->n;
	return OK;
}

/* Where the further terms of a version begin: the main date, or an input of their own. */
static enum err
read_also(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_params *ret)
{
	TRY(read_named(cx, r, TERM_PARAMS, y, &ret->also, &ret->nalso));
	for (size_t i = 0; i < ret->nalso; i++) {
		const char *from = ret->also[i].p[PARAM_FROM].text;

		if (from != NULL)
			rule_input_add(cx, r, from, RULE_DATE, false);
	}
	return OK;
}

static enum err
read_terms(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_params *ret)
{
	TRY(read_named(cx, r, TERM_PARAMS, y, &ret->terms, &ret->nterms));
	for (size_t i = 0; i < ret->nterms; i++)
		rule_input_add(cx, r, ret->terms[i].name, RULE_DATE, i == 0);
	return OK;
}

static enum err
read_if(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_case *c)
{
	c->n = y->n;
	c->inputs = ARENA_ARRAY(cx->arena, y->n, const char *);
	c->values = ARENA_ARRAY(cx->arena, y->n, const char **);
	for (size_t i = 0; i < y->n; i++) {
		bool flag, all_flags = true;
		const char **words;
		size_t n = 0;

		TRY(yaml_texts(cx, y, y->keys[i], false, &words, &n));
		c->inputs[i] = y->keys[i];
		c->values[i] = ARENA_ARRAY(cx->arena, n + 1, const char *);
		for (size_t k = 0; k < n; k++) {
			c->values[i][k] = words[k];
			all_flags = all_flags && rule_flag_read(words[k], &flag) &&
				    words[k][0] != '0' && words[k][0] != '1';
		}
		rule_input_add(cx, r, y->keys[i], all_flags ? RULE_FLAG : RULE_TEXT, false);
	}
	return OK;
}

static enum err
read_cases(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_params *ret)
{
	if (y->kind != YAML_LIST)
		return yaml_fail(cx, y, "err.yaml_list", "cases");
	if (y->n == 0 || y->n > MAX_ROWS)
		return yaml_fail(cx, y, "err.rule_rows", text_from_int(cx->arena, MAX_ROWS));
	ret->ncases = y->n;
	ret->cases = ARENA_ARRAY(cx->arena, y->n, struct rule_case);
	for (size_t i = 0; i < y->n; i++) {
		struct yaml *condition;

		TRY(yaml_text(cx, y->items[i], "gives", false, &ret->cases[i].gives));
		condition = yaml_get(y->items[i], "if");
		if (condition != NULL && condition->kind != YAML_MAP)
			return yaml_fail(cx, condition, "err.yaml_map", "if");
		if (condition != NULL)
			TRY(read_if(cx, r, condition, &ret->cases[i]));
		TRY(yaml_all_used(cx, y->items[i]));
	}
	return OK;
}

static enum err
read_condition(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_condition *c)
{
	size_t one = 0;

	c->least = 1;
	TRY(yaml_name(cx, y, "word", false, &c->word));
	TRY(yaml_texts(cx, y, "any", true, &c->flags, &c->nflags));
	TRY(yaml_name(cx, y, "of", true, &c->of));
	if ((c->nflags > 0) == (c->of != NULL))
		return yaml_fail(cx, y, "err.rule_condition", c->word);
	if (c->of != NULL) {
		TRY(yaml_int(cx, y, "least", true, 1, 100, &c->least));
		TRY(yaml_texts(cx, y, "among", true, &c->among, &c->namong));
		rule_input_add(cx, r, c->of, RULE_LIST, true);
	}
	for (; one < c->nflags; one++)
		rule_input_add(cx, r, c->flags[one], RULE_FLAG, c->nflags == 1);
	return yaml_all_used(cx, y);
}

static enum err
read_conditions(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_params *ret)
{
	if (y->kind != YAML_LIST)
		return yaml_fail(cx, y, "err.yaml_list", "all");
	if (y->n == 0 || y->n > MAX_ROWS)
		return yaml_fail(cx, y, "err.rule_rows", text_from_int(cx->arena, MAX_ROWS));
	ret->nall = y->n;
	ret->all = ARENA_ARRAY(cx->arena, y->n, struct rule_condition);
	for (size_t i = 0; i < y->n; i++)
		TRY(read_condition(cx, r, y->items[i], &ret->all[i]));
	return OK;
}

/* What the kind cannot do without must stand in the version or in each of its rows. */
static enum err
check_must(struct ctx *cx, const struct rule *r, struct yaml *y, const struct rule_params *p)
{
	for (int i = 0; i < PARAM_COUNT; i++) {
		bool have = p->p[i].set || p->p[i].input != NULL;

		if ((r->kind->must >> i & 1) == 0 || have)
			continue;
		if (p->nrows == 0)
			return yaml_fail(cx, y, "err.yaml_missing", PARAMS[i].name);
		for (size_t k = 0; k < p->nrows; k++)
			if (!p->rows[k].p[i].set && p->rows[k].p[i].input == NULL)
				return yaml_fail(cx, y, "err.yaml_missing", PARAMS[i].name);
	}
	return OK;
}

/* The parts a version of some kinds must have. */
static enum err
read_parts(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_params *ret)
{
	struct yaml *part;

	if (r->kind->cases) {
		TRY(yaml_need(cx, y, "cases", YAML_LIST, &part));
		TRY(read_cases(cx, r, part, ret));
	}
	if (r->kind->all) {
		TRY(yaml_need(cx, y, "all", YAML_LIST, &part));
		TRY(read_conditions(cx, r, part, ret));
	}
	if (r->kind->terms) {
		TRY(yaml_need(cx, y, "terms", YAML_MAP, &part));
		TRY(read_terms(cx, r, part, ret));
	}
	part = yaml_get(y, "also");
	return part == NULL ? OK : read_also(cx, r, part, ret);
}

/* The inputs that a parameter brings with it. */
static void
add_inputs(struct ctx *cx, struct rule *r, const struct rule_params *p)
{
	if (p->p[PARAM_BARRED_BY].set)
		rule_input_add(cx, r, p->p[PARAM_BARRED_BY].text, RULE_FLAG, false);
	if (p->p[PARAM_PAUSABLE].set) {
		rule_input_add(cx, r, "stop", RULE_DATE, false);
		rule_input_add(cx, r, "end", RULE_DATE, false);
	}
	if (p->p[PARAM_RATE].set)
		rule_input_add(cx, r, "km", RULE_DECIMAL, false);
}

enum err
rule_params_read(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_params *ret)
{
	TRY(read_settings(cx, r, r->kind->may, y, ret->p));
	if (r->kind->rows) {
		TRY(yaml_name(cx, y, "by", true, &ret->by));
		if (ret->by != NULL) {
			struct yaml *rows;

			TRY(yaml_need(cx, y, "rows", YAML_MAP, &rows));
			TRY(read_named(cx, r, r->kind->may, rows, &ret->rows, &ret->nrows));
			rule_input_add(cx, r, ret->by, RULE_TEXT, true);
		}
	}
	TRY(read_parts(cx, r, y, ret));
	add_inputs(cx, r, ret);
	return check_must(cx, r, y, ret);
}

enum err
rule_setting(struct rule_run *run, enum rule_param which, const struct rule_setting *s,
	     struct rule_setting *ret)
{
	const struct rule_value *v = s->input == NULL ? NULL : rule_given(run, s->input);
	const struct rule *r = run->rule;
	struct rule_setting out = *s;
	bool ok = true;

	if (v != NULL && PARAMS[which].kind == SET_CLOCK) {
		ok = read_clock(v->text, &out.n);
	} else if (v != NULL) {
		out.n = v->n;
		ok = PARAMS[which].kind == SET_FLAG ||
		     (v->n >= PARAMS[which].min && v->n <= PARAMS[which].max);
	}
	if (!ok)
		return fail_field(run->cx, ERR_INVALID, s->input, "err.rule_range", s->input,
				  rule_value_text(run->cx, v));
	out.set = out.set || v != NULL;
	if (!out.set && s->input != NULL)
		return fail_field(run->cx, ERR_INVALID, s->input, "err.rule_missing", r->id,
				  s->input);
	*ret = out;
	return OK;
}
