/* The compiler of conditions: recursive descent, one token ahead, SQL written as it goes. */
#include "meta/expr.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"

#define MAX_DEPTH 40

enum token { T_END, T_NAME, T_NUMBER, T_STRING, T_PARAM, T_SIGN };

/* The rows in scope: the innermost first. */
struct scope_row {
	const struct type *type;
	const char *alias;
	const struct scope_row *outer;
};

/* A column that stands alone at one side of a comparison; all empty: something else. */
struct operand {
	const struct field *field;
	const struct type *state_of; /* the state of this type */
	bool number;		     /* an engine column that holds a number */
};

struct expr {
	struct ctx *cx;
	const struct types *types;
	const struct type *top;
	const char *start, *next; /* text, and what is not read yet */
	const char *at;		  /* where the token begins */
	const char *name_at;	  /* where the name being read began */
	enum token token;
	char word[MAX_TEXT + 1]; /* the token: name, digits, sign, or string without quotes */
	struct buf *out;
	struct params *params;
	const struct scope_row *row;
	struct operand left;  /* what the operand just read is */
	struct operand match; /* what a literal read now is compared with */
	struct at place;      /* of the text in its file */
	int depth, aliases;
};

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
wrong(struct expr *x, const char *key, const char *what)
{
	const char *from = x->start;
	int64_t col = 1;

	while (from < x->at && *from != '\0') {
		(void)text_next(&from);
		col++;
	}
	return fail_at(x->cx, ERR_INVALID, x->top->file, x->place.line, x->place.col, key,
		       *what == '\0' ? "…" : what, text_from_int(x->cx->arena, col), x->start);
}

/* The same about a name that was read whole before it turned out wrong. */
static enum err
wrong_name(struct expr *x, const char *key, const char *name)
{
	x->at = x->name_at;
	return wrong(x, key, name);
}

static bool
word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static enum err
take(struct expr *x, const char *from, size_t len, enum token token)
{
	if (len > MAX_TEXT)
		return wrong(x, "err.expr_syntax", "…");
	memcpy(x->word, from, len);
	x->word[len] = '\0';
	x->token = token;
	return OK;
}

/* Read a quoted string; '' stands for one quote. */
static enum err
next_string(struct expr *x)
{
	size_t n = 0;

	for (x->next++;; x->next++) {
		if (*x->next == '\0' || n >= MAX_TEXT)
			return wrong(x, "err.expr_syntax", "'");
		if (*x->next == '\'' && *++x->next != '\'')
			break;
		x->word[n++] = *x->next;
	}
	x->word[n] = '\0';
	x->token = T_STRING;
	return OK;
}

static enum err
advance(struct expr *x)
{
	static const char *const SIGNS[] = { "<>", "<=", ">=", "=", "<", ">", "(",
					     ")",  ",",	 "+",  "-", "*", ".", NULL };
	const char *from;

	while (*x->next == ' ' || *x->next == '\n' || *x->next == '\t')
		x->next++;
	from = x->at = x->next;
	if (*from == '\0')
		return take(x, "", 0, T_END);
	if (*from == '\'')
		return next_string(x);
	if (*from == ':' || word_char(*from)) {
		x->next++;
		while (word_char(*x->next))
			x->next++;
		if (*from == ':')
			return take(x, from + 1, (size_t)(x->next - from - 1), T_PARAM);
		return take(x, from, (size_t)(x->next - from),
			    *from >= '0' && *from <= '9' ? T_NUMBER : T_NAME);
	}
	for (int i = 0; SIGNS[i] != NULL; i++)
		if (text_starts(from, SIGNS[i])) {
			x->next += strlen(SIGNS[i]);
			return take(x, SIGNS[i], strlen(SIGNS[i]), T_SIGN);
		}
	(void)text_next(&x->next);
	return wrong(x, "err.expr_syntax",
		     arena_strndup(x->cx->arena, from, (size_t)(x->next - from)));
}

static bool
is(const struct expr *x, const char *word)
{
	return (x->token == T_NAME || x->token == T_SIGN) && strcmp(x->word, word) == 0;
}

static enum err
expect(struct expr *x, const char *word)
{
	if (!is(x, word))
		return wrong(x, "err.expr_syntax", x->word);
	return advance(x);
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
				return wrong(x, "err.expr_param", x->word);
			buf_printf(x->out, "?%d", params_add(x->params, (enum param)k));
			return advance(x);
		}
	return wrong(x, "err.expr_name", x->word);
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
		return wrong(x, "err.expr_value", x->word);
	if (o->field != NULL && o->field->kind == FIELD_CHOICE &&
	    field_choice(o->field, x->word) == NULL)
		return wrong(x, "err.expr_value", x->word);
	if (is_number(o))
		return wrong(x, "err.expr_kind", x->word);
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
	return advance(x);
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

	if (!is(x, ".")) {
		c = column_of(x, row->type, name);
		if (c == NULL)
			return wrong_name(x, "err.expr_name", name);
		buf_printf(x->out, "%s.\"%s\"", row->alias, c);
		return OK;
	}
	if (f == NULL || f->ref_type == NULL)
		return wrong_name(x, "err.expr_name", name);
	TRY(advance(x));
	c = x->token == T_NAME ? column_of(x, f->ref_type, x->word) : NULL;
	if (c == NULL)
		return wrong(x, "err.expr_name", x->word);
	buf_printf(x->out, "(SELECT q.\"%s\" FROM \"%s\" q WHERE q.sys_id = %s.\"%s\")", c,
		   f->ref_type->name, row->alias, f->name);
	return advance(x);
}

/* exists (T where …) */
static enum err
exists(struct expr *x)
{
	struct scope_row row = { .outer = x->row };

	TRY(expect(x, "("));
	row.type = x->token == T_NAME ? types_get(x->types, x->word) : NULL;
	if (row.type == NULL)
		return wrong(x, "err.expr_name", x->word);
	TRY(advance(x));
	if (!is(x, "where"))
		return wrong(x, "err.expr_syntax", x->word);
	TRY(advance(x));
	row.alias = arena_printf(x->cx->arena, "e%d", ++x->aliases);
	buf_printf(x->out, "EXISTS (SELECT 1 FROM \"%s\" %s WHERE %s.sys_deleted = 0 AND ",
		   row.type->name, row.alias, row.alias);
	x->row = &row;
	TRY(expression(x));
	x->row = row.outer;
	buf_char(x->out, ')');
	return expect(x, ")");
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
		return wrong_name(x, "err.expr_function", name);
	buf_printf(x->out, "%s(", name);
	do {
		if (n++ > 0)
			buf_text(x->out, ", ");
		TRY(advance(x));
		TRY(expression(x));
	} while (is(x, ","));
	buf_char(x->out, ')');
	x->name_at = at;
	if (n < f->least || n > f->most)
		return wrong_name(x, "err.expr_function", name);
	x->left = (struct operand){ 0 };
	return expect(x, ")");
}

static enum err
date_literal(struct expr *x)
{
	int32_t day;

	if (x->token != T_STRING || !civil_parse(x->word, &day))
		return wrong(x, "err.expr_syntax", x->word);
	/* In parentheses, for "- -3653" must not become a comment. */
	buf_printf(x->out, day < 0 ? "(%d)" : "%d", day);
	return advance(x);
}

static enum err
named(struct expr *x)
{
	const struct scope_row *row = x->row;
	char name[MAX_TEXT + 1];

	memcpy(name, x->word, sizeof(name));
	x->name_at = x->at;
	TRY(advance(x));
	if (strcmp(name, "null") == 0) {
		buf_text(x->out, "NULL");
		return OK;
	}
	if (strcmp(name, "date") == 0 && x->token == T_STRING)
		return date_literal(x);
	if (strcmp(name, "exists") == 0)
		return exists(x);
	if (is(x, "("))
		return function(x, name);
	while (strcmp(name, "outer") == 0 && row->outer != NULL) {
		row = row->outer;
		TRY(expect(x, "."));
		memcpy(name, x->word, sizeof(name));
		x->name_at = x->at;
		TRY(advance(x));
	}
	return column(x, row, name);
}

static enum err
factor(struct expr *x)
{
	x->left = (struct operand){ 0 };
	if (is(x, "(")) {
		TRY(advance(x));
		buf_char(x->out, '(');
		TRY(expression(x));
		buf_char(x->out, ')');
		x->left = (struct operand){ 0 };
		return expect(x, ")");
	}
	if (is(x, "-")) {
		buf_text(x->out, " -");
		TRY(advance(x));
		if (is(x, "-"))
			return wrong(x, "err.expr_syntax", x->word);
		TRY(factor(x));
		x->left = (struct operand){ .number = true };
		return OK;
	}
	switch (x->token) {
	case T_NUMBER: {
		int64_t n;

		if (!text_int(x->word, 0, INT64_MAX, &n))
			return wrong(x, "err.expr_syntax", x->word);
		if (x->match.state_of != NULL || (x->match.field != NULL && !is_number(&x->match)))
			return wrong(x, "err.expr_kind", x->word);
		buf_text(x->out, x->word);
		return advance(x);
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
	return wrong(x, "err.expr_syntax", x->word);
}

/* Left-associative chain of operators over `part`. What is computed stands for no column. */
static enum err
chain(struct expr *x, enum err (*part)(struct expr *), const char *const *operators)
{
	TRY(part(x));
	for (;;) {
		int i = 0;

		while (operators[i] != NULL && !is(x, operators[i]))
			i++;
		if (operators[i] == NULL)
			return OK;
		buf_printf(x->out, " %s ", operators[i]);
		TRY(advance(x));
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
	TRY(advance(x));
	TRY(expect(x, "("));
	for (;;) {
		TRY(sum(x));
		if (!is(x, ","))
			break;
		buf_text(x->out, ", ");
		TRY(advance(x));
	}
	buf_char(x->out, ')');
	return expect(x, ")");
}

static enum err
is_null(struct expr *x)
{
	TRY(advance(x));
	if (is(x, "not")) {
		buf_text(x->out, " IS NOT NULL");
		TRY(advance(x));
	} else {
		buf_text(x->out, " IS NULL");
	}
	return expect(x, "null");
}

static enum err
compare(struct expr *x)
{
	static const char *const OPERATORS[] = { "=", "<>", "<=", ">=", "<", ">", NULL };

	if (is(x, "is"))
		return is_null(x);
	if (is(x, "not")) {
		buf_text(x->out, " NOT");
		TRY(advance(x));
		if (!is(x, "in"))
			return wrong(x, "err.expr_syntax", x->word);
	}
	if (is(x, "in"))
		return in_list(x);
	if (is(x, "between")) {
		buf_text(x->out, " BETWEEN ");
		TRY(advance(x));
		TRY(sum(x));
		buf_text(x->out, " AND ");
		TRY(expect(x, "and"));
		return sum(x);
	}
	for (int i = 0; OPERATORS[i] != NULL; i++)
		if (is(x, OPERATORS[i])) {
			buf_printf(x->out, " %s ", OPERATORS[i]);
			TRY(advance(x));
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
	if (!is(x, "not"))
		return comparison(x);
	buf_text(x->out, "NOT ");
	TRY(advance(x));
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
		return wrong(x, "err.expr_deep", x->word);
	e = chain(x, conjunction, OPERATORS);
	x->depth--;
	return e;
}

static enum err
whole(struct expr *x)
{
	buf_char(x->out, '(');
	TRY(advance(x));
	TRY(expression(x));
	if (x->token != T_END)
		return wrong(x, "err.expr_syntax", x->word);
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
expr_check(struct ctx *cx, const struct types *ts, const struct type *t, const char *text,
	   struct at at, bool rigid)
{
	struct scope_row row = { .type = t, .alias = "t" };
	struct params ps = { 0 };
	SCOPED_BUF b;
	struct expr x = { .cx = cx,
			  .types = ts,
			  .top = t,
			  .start = text,
			  .next = text,
			  .at = text,
			  .out = &b,
			  .params = rigid ? NULL : &ps,
			  .row = &row,
			  .place = at };

	buf_init(&b, MAX_SQL);
	return whole(&x);
}
