/* The compiler of conditions: recursive descent, one token ahead, SQL written as it goes. */
#include "meta/expr_int.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"

#define MAX_DEPTH 40

static enum err expression(struct expr *x);

const char *
expr_engine_column(const char *name)
{
	static const struct {
		const char *name, *column;
	} ENGINE[] = {
		{ "id", "sys_id" },	      { "number", "sys_number" },
		{ "state", "sys_state" },     { "open", "sys_open" },
		{ "due", "sys_due" },	      { "responsible", "sys_responsible" },
		{ "unit", "sys_unit" },	      { "version", "sys_version" },
		{ "created", "sys_created" }, { "changed", "sys_changed" },
	};

	for (size_t i = 0; i < sizeof(ENGINE) / sizeof(*ENGINE); i++)
		if (strcmp(ENGINE[i].name, name) == 0 || strcmp(ENGINE[i].column, name) == 0)
			return ENGINE[i].column;
	return NULL;
}

int
params_add(struct params *ps, enum param kind)
{
	if (kind != PARAM_VALUE)
		for (int i = 0; i < ps->n; i++)
			if (ps->kind[i] == kind)
				return i + 1;
	if (ps->n == MAX_PARAMS)
		BUG("too many parameters");
	ps->kind[ps->n++] = kind;
	return ps->n;
}

static enum err
parameter(struct expr *x)
{
	static const char *const NAMES[] = {
		[PARAM_USER] = "user",	       [PARAM_UNIT] = "unit",	  [PARAM_ORG] = "org",
		[PARAM_POSITION] = "position", [PARAM_PERSON] = "person", [PARAM_TODAY] = "today",
		[PARAM_NOW] = "now",
	};

	for (int k = 0; k < PARAM_VALUE; k++)
		if (strcmp(NAMES[k], x->word) == 0) {
			if (x->params == NULL)
				return expr_wrong(x, "err.expr_param", x->word);
			buf_printf(x->out, "?%d", params_add(x->params, (enum param)k));
			return expr_advance(x);
		}
	return expr_wrong(x, "err.expr_name", x->word);
}

static bool
is_number(const struct operand *o)
{
	return o->number || (o->field != NULL && strcmp(field_sql_type(o->field), "TEXT") != 0);
}

/* A state is compared with a state, a choice with a choice, and no number with a text: what is
 * misspelled would never hold, and nobody would know. */
static enum err
check_literal(struct expr *x)
{
	const struct operand *o = &x->match;

	if (o->state_of != NULL && type_state(o->state_of, x->word) < 0)
		return expr_wrong(x, "err.expr_value", x->word);
	if (o->field != NULL && o->field->kind == FIELD_CHOICE &&
	    field_choice(o->field, x->word) == NULL)
		return expr_wrong(x, "err.expr_value", x->word);
	if (is_number(o))
		return expr_wrong(x, "err.expr_kind", x->word);
	return OK;
}

static enum err
quoted(struct expr *x)
{
	TRY(check_literal(x));
	buf_char(x->out, '\'');
	for (const char *p = x->word; *p != '\0'; p++) {
		if (*p == '\'')
			buf_char(x->out, '\'');
		buf_char(x->out, *p);
	}
	buf_char(x->out, '\'');
	return expr_advance(x);
}

/* The column of a name, noted as the operand; NULL if the type has none. */
static const char *
column_of(struct expr *x, const struct type *t, const char *name)
{
	const struct field *f = type_field(t, name);
	const char *engine = f != NULL ? NULL : expr_engine_column(name);

	x->left = (struct operand){ .field = f };
	if (f != NULL)
		return f->name;
	if (engine != NULL && strcmp(engine, "sys_state") == 0)
		x->left.state_of = t;
	else if (engine != NULL && strcmp(engine, "sys_number") != 0)
		x->left.number = true;
	return engine;
}

/* name | name '.' name | outer '.' … : a column of the row in scope, or of the record it refers
 * to, read by its key. */
static enum err
column(struct expr *x, const struct scope_row *row, const char *name)
{
	const struct field *f = type_field(row->type, name);
	const char *c;

	if (!expr_is(x, ".")) {
		c = column_of(x, row->type, name);
		if (c == NULL)
			return expr_wrong_name(x, "err.expr_name", name);
		buf_printf(x->out, "%s.\"%s\"", row->alias, c);
		return OK;
	}
	if (f == NULL || f->ref_type == NULL)
		return expr_wrong_name(x, "err.expr_name", name);
	TRY(expr_advance(x));
	c = x->token == T_NAME ? column_of(x, f->ref_type, x->word) : NULL;
	if (c == NULL)
		return expr_wrong(x, "err.expr_name", x->word);
	buf_printf(x->out, "(SELECT q.\"%s\" FROM \"%s\" q WHERE q.sys_id = %s.\"%s\")", c,
		   f->ref_type->name, row->alias, f->name);
	return expr_advance(x);
}

/* exists (T where …) */
static enum err
exists(struct expr *x)
{
	struct scope_row row = { .outer = x->row };

	TRY(expr_expect(x, "("));
	row.type = x->token == T_NAME ? types_get(x->types, x->word) : NULL;
	if (row.type == NULL)
		return expr_wrong(x, "err.expr_name", x->word);
	TRY(expr_advance(x));
	if (!expr_is(x, "where"))
		return expr_wrong(x, "err.expr_syntax", x->word);
	TRY(expr_advance(x));
	row.alias = arena_printf(x->cx->arena, "e%d", ++x->aliases);
	buf_printf(x->out, "EXISTS (SELECT 1 FROM \"%s\" %s WHERE %s.sys_deleted = 0 AND ",
		   row.type->name, row.alias, row.alias);
	x->row = &row;
	TRY(expression(x));
	x->row = row.outer;
	buf_char(x->out, ')');
	return expr_expect(x, ")");
}

/* The functions and how many values they take. */
static const struct function {
	const char *name;
	int least, most;
} FUNCTIONS[] = {
	{ "age_years", 2, 2 },
	{ "add_months", 2, 2 },
	{ "add_working_days", 2, 2 },
	{ "working_days_between", 2, 2 },
	{ "month_start", 1, 1 },
	{ "month_end", 1, 1 },
	{ "fold", 1, 1 },
	{ "sort_key", 1, 1 },
	{ "has", 2, 2 },
	{ "coalesce", 2, 8 },
	{ "min", 2, 8 }, /* of one value it would be an aggregate */
	{ "max", 2, 8 },
	{ "length", 1, 1 },
	{ "abs", 1, 1 },
	{ "lower", 1, 1 },
};

static const struct function *
function_named(const char *name)
{
	for (size_t i = 0; i < sizeof(FUNCTIONS) / sizeof(*FUNCTIONS); i++)
		if (strcmp(FUNCTIONS[i].name, name) == 0)
			return &FUNCTIONS[i];
	return NULL;
}

static enum err
function(struct expr *x, const char *name)
{
	const struct function *f = function_named(name);
	const char *at = x->name_at;
	int n = 0;

	if (f == NULL)
		return expr_wrong_name(x, "err.expr_function", name);
	buf_printf(x->out, "%s(", name);
	do {
		if (n++ > 0)
			buf_text(x->out, ", ");
		TRY(expr_advance(x));
		TRY(expression(x));
	} while (expr_is(x, ","));
	buf_char(x->out, ')');
	x->name_at = at;
	if (n < f->least || n > f->most)
		return expr_wrong_name(x, "err.expr_function", name);
	x->left = (struct operand){ 0 };
	return expr_expect(x, ")");
}

static enum err
date_literal(struct expr *x)
{
	int32_t day;

	if (x->token != T_STRING || !civil_parse(x->word, &day))
		return expr_wrong(x, "err.expr_syntax", x->word);
	/* In parentheses, for "- -3653" must not become a comment. */
	buf_printf(x->out, day < 0 ? "(%d)" : "%d", day);
	return expr_advance(x);
}

static enum err
named(struct expr *x)
{
	const struct scope_row *row = x->row;
	char name[MAX_TEXT + 1];

	memcpy(name, x->word, sizeof(name));
	x->name_at = x->at;
	TRY(expr_advance(x));
	if (strcmp(name, "null") == 0) {
		buf_text(x->out, "NULL");
		return OK;
	}
	if (strcmp(name, "date") == 0 && x->token == T_STRING)
		return date_literal(x);
	if (strcmp(name, "exists") == 0)
		return exists(x);
	if (expr_is(x, "("))
		return function(x, name);
	if (strcmp(name, "old") == 0 && x->old != NULL && expr_is(x, ".")) {
		TRY(expr_advance(x));
		memcpy(name, x->word, sizeof(name));
		x->name_at = x->at;
		TRY(expr_advance(x));
		return column(x, x->old, name);
	}
	while (strcmp(name, "outer") == 0 && row->outer != NULL) {
		row = row->outer;
		TRY(expr_expect(x, "."));
		memcpy(name, x->word, sizeof(name));
		x->name_at = x->at;
		TRY(expr_advance(x));
	}
	return column(x, row, name);
}

static enum err
factor(struct expr *x)
{
	x->left = (struct operand){ 0 };
	if (expr_is(x, "(")) {
		TRY(expr_advance(x));
		buf_char(x->out, '(');
		TRY(expression(x));
		buf_char(x->out, ')');
		x->left = (struct operand){ 0 };
		return expr_expect(x, ")");
	}
	if (expr_is(x, "-")) {
		buf_text(x->out, " -");
		TRY(expr_advance(x));
		if (expr_is(x, "-"))
			return expr_wrong(x, "err.expr_syntax", x->word);
		TRY(factor(x));
		x->left = (struct operand){ .number = true };
		return OK;
	}
	switch (x->token) {
	case T_NUMBER: {
		int64_t n;

		if (!text_int(x->word, 0, INT64_MAX, &n))
			return expr_wrong(x, "err.expr_syntax", x->word);
		if (x->match.state_of != NULL || (x->match.field != NULL && !is_number(&x->match)))
			return expr_wrong(x, "err.expr_kind", x->word);
		buf_text(x->out, x->word);
		return expr_advance(x);
	}
	case T_STRING:
		return quoted(x);
	case T_PARAM:
		return parameter(x);
	case T_NAME:
		return named(x);
	case T_END:
	case T_SIGN:
		break;
	}
	return expr_wrong(x, "err.expr_syntax", x->word);
}

/* Left-associative chain of operators over `part`. What is computed stands for no column. */
static enum err
chain(struct expr *x, enum err (*part)(struct expr *), const char *const *operators)
{
	TRY(part(x));
	for (;;) {
		int i = 0;

		while (operators[i] != NULL && !expr_is(x, operators[i]))
			i++;
		if (operators[i] == NULL)
			return OK;
		buf_printf(x->out, " %s ", operators[i]);
		TRY(expr_advance(x));
		TRY(part(x));
		x->left = (struct operand){ 0 };
	}
}

static enum err
sum(struct expr *x)
{
	static const char *const OPERATORS[] = { "+", "-", "*", NULL };

	return chain(x, factor, OPERATORS);
}

static enum err
in_list(struct expr *x)
{
	buf_text(x->out, " IN (");
	TRY(expr_advance(x));
	TRY(expr_expect(x, "("));
	for (;;) {
		TRY(sum(x));
		if (!expr_is(x, ","))
			break;
		buf_text(x->out, ", ");
		TRY(expr_advance(x));
	}
	buf_char(x->out, ')');
	return expr_expect(x, ")");
}

static enum err
is_null(struct expr *x)
{
	TRY(expr_advance(x));
	if (expr_is(x, "not")) {
		buf_text(x->out, " IS NOT NULL");
		TRY(expr_advance(x));
	} else {
		buf_text(x->out, " IS NULL");
	}
	return expr_expect(x, "null");
}

static enum err
compare(struct expr *x)
{
	static const char *const OPERATORS[] = { "=", "<>", "<=", ">=", "<", ">", NULL };

	if (expr_is(x, "is"))
		return is_null(x);
	if (expr_is(x, "not")) {
		buf_text(x->out, " NOT");
		TRY(expr_advance(x));
		if (!expr_is(x, "in"))
			return expr_wrong(x, "err.expr_syntax", x->word);
	}
	if (expr_is(x, "in"))
		return in_list(x);
	if (expr_is(x, "between")) {
		buf_text(x->out, " BETWEEN ");
		TRY(expr_advance(x));
		TRY(sum(x));
		buf_text(x->out, " AND ");
		TRY(expr_expect(x, "and"));
		return sum(x);
	}
	for (int i = 0; OPERATORS[i] != NULL; i++)
		if (expr_is(x, OPERATORS[i])) {
			buf_printf(x->out, " %s ", OPERATORS[i]);
			TRY(expr_advance(x));
			return sum(x);
		}
	return OK;
}

static enum err
comparison(struct expr *x)
{
	const struct operand outside = x->match;

	x->match = (struct operand){ 0 };
	TRY(sum(x));
	x->match = x->left;
	TRY(compare(x));
	x->match = outside;
	x->left = (struct operand){ 0 };
	return OK;
}

static enum err
negation(struct expr *x)
{
	if (!expr_is(x, "not"))
		return comparison(x);
	buf_text(x->out, "NOT ");
	TRY(expr_advance(x));
	return comparison(x);
}

static enum err
conjunction(struct expr *x)
{
	static const char *const OPERATORS[] = { "and", NULL };

	return chain(x, negation, OPERATORS);
}

static enum err
expression(struct expr *x)
{
	static const char *const OPERATORS[] = { "or", NULL };
	enum err e;

	if (++x->depth > MAX_DEPTH)
		return expr_wrong(x, "err.expr_deep", x->word);
	e = chain(x, conjunction, OPERATORS);
	x->depth--;
	return e;
}

static enum err
whole(struct expr *x)
{
	buf_char(x->out, '(');
	TRY(expr_advance(x));
	TRY(expression(x));
	if (x->token != T_END)
		return expr_wrong(x, "err.expr_syntax", x->word);
	buf_char(x->out, ')');
	return buf_check(x->cx, x->out);
}

enum err
expr_compile(struct ctx *cx, const struct types *ts, const struct type *t, const char *text,
	     const char *alias, struct buf *out, struct params *ps)
{
	struct scope_row row = { .type = t, .alias = alias };
	struct expr x = { .cx = cx,
			  .types = ts,
			  .top = t,
			  .start = text,
			  .next = text,
			  .at = text,
			  .out = out,
			  .params = ps,
			  .row = &row };

	return whole(&x);
}

enum err
expr_compile_change(struct ctx *cx, const struct types *ts, const struct type *t, const char *text,
		    struct buf *out)
{
	struct scope_row row = { .type = t, .alias = "new" }, old = { .type = t, .alias = "old" };
	struct expr x = { .cx = cx,
			  .types = ts,
			  .top = t,
			  .start = text,
			  .next = text,
			  .at = text,
			  .out = out,
			  .row = &row,
			  .old = &old };

	return whole(&x);
}

enum err
expr_check(struct ctx *cx, const struct types *ts, const struct type *t, const char *text,
	   struct at at, enum expr_use use)
{
	struct scope_row row = { .type = t, .alias = "t" }, old = { .type = t, .alias = "o" };
	struct params ps = { 0 };
	SCOPED_BUF b;
	struct expr x = { .cx = cx,
			  .types = ts,
			  .top = t,
			  .start = text,
			  .next = text,
			  .at = text,
			  .out = &b,
			  .params = use == EXPR_ASKED ? &ps : NULL,
			  .row = &row,
			  .old = use == EXPR_CHANGE ? &old : NULL,
			  .place = at };

	buf_init(&b, MAX_SQL);
	return whole(&x);
}
