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

struct expr {
	struct ctx *cx;
	const struct types *types;
	const struct type *top;
	const char *start, *next; /* text, and what is not read yet */
	enum token token;
	char word[MAX_TEXT + 1]; /* the token: name, digits, sign, or string without quotes */
	struct buf *out;
	struct params *params;
	const struct scope_row *row;
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
		if (strcmp(ENGINE[i].name, name) == 0)
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
	int col = (int)(x->next - x->start);

	return fail_at(x->cx, ERR_INVALID, x->top->file, 0, 0, key, what,
		       text_from_int(x->cx->arena, col), x->start);
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
	from = x->next;
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
	return wrong(x, "err.expr_syntax", take(x, from, 1, T_SIGN) == OK ? x->word : "?");
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
			if (x->params != NULL)
				buf_printf(x->out, "?%d", params_add(x->params, (enum param)k));
			return advance(x);
		}
	return wrong(x, "err.expr_name", x->word);
}

static enum err
quoted(struct expr *x)
{
	buf_char(x->out, '\'');
	for (const char *p = x->word; *p != '\0'; p++) {
		if (*p == '\'')
			buf_char(x->out, '\'');
		buf_char(x->out, *p);
	}
	buf_char(x->out, '\'');
	return advance(x);
}

/* name | name '.' name | outer '.' … : a column of the row in scope, or of the record it refers
 * to, read by its key. */
static enum err
column(struct expr *x, const struct scope_row *row, const char *name)
{
	const char *engine = expr_engine_column(name);
	const struct field *f = type_field(row->type, name);

	if (!is(x, ".")) {
		if (f == NULL && engine == NULL)
			return wrong(x, "err.expr_name", name);
		buf_printf(x->out, "%s.\"%s\"", row->alias, f != NULL ? f->name : engine);
		return OK;
	}
	if (f == NULL || f->ref_type == NULL)
		return wrong(x, "err.expr_name", name);
	TRY(advance(x));
	engine = expr_engine_column(x->word);
	if (x->token != T_NAME || (type_field(f->ref_type, x->word) == NULL && engine == NULL))
		return wrong(x, "err.expr_name", x->word);
	buf_printf(x->out, "(SELECT q.\"%s\" FROM \"%s\" q WHERE q.sys_id = %s.\"%s\")",
		   type_field(f->ref_type, x->word) != NULL ? x->word : engine, f->ref_type->name,
		   row->alias, f->name);
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

static enum err
function(struct expr *x, const char *name)
{
	static const char *const KNOWN[] = { "age_years",
					     "add_months",
					     "add_working_days",
					     "working_days_between",
					     "month_start",
					     "month_end",
					     "fold",
					     "sort_key",
					     "coalesce",
					     "min",
					     "max",
					     "length",
					     "abs",
					     NULL };
	int i = 0;

	while (KNOWN[i] != NULL && strcmp(KNOWN[i], name) != 0)
		i++;
	if (KNOWN[i] == NULL)
		return wrong(x, "err.expr_function", name);
	buf_printf(x->out, "%s(", name);
	TRY(advance(x));
	while (!is(x, ")")) {
		TRY(expression(x));
		if (!is(x, ","))
			break;
		buf_text(x->out, ", ");
		TRY(advance(x));
	}
	buf_char(x->out, ')');
	return expect(x, ")");
}

static enum err
date_literal(struct expr *x)
{
	int32_t day;

	if (x->token != T_STRING || !civil_parse(x->word, &day))
		return wrong(x, "err.expr_syntax", x->word);
	buf_printf(x->out, "%d", day);
	return advance(x);
}

static enum err
named(struct expr *x)
{
	const struct scope_row *row = x->row;
	char name[MAX_TEXT + 1];

	memcpy(name, x->word, sizeof(name));
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
		TRY(advance(x));
	}
	return column(x, row, name);
}

static enum err
factor(struct expr *x)
{
	if (is(x, "(")) {
		TRY(advance(x));
		buf_char(x->out, '(');
		TRY(expression(x));
		buf_char(x->out, ')');
		return expect(x, ")");
	}
	if (is(x, "-")) {
		buf_text(x->out, " -");
		TRY(advance(x));
		if (is(x, "-"))
			return wrong(x, "err.expr_syntax", x->word);
		return factor(x);
	}
	switch (x->token) {
	case T_NUMBER: {
		int64_t n;

		if (!text_int(x->word, 0, INT64_MAX, &n))
			return wrong(x, "err.expr_syntax", x->word);
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

/* Left-associative chain of operators over `part`. */
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
comparison(struct expr *x)
{
	static const char *const OPERATORS[] = { "=", "<>", "<=", ">=", "<", ">", NULL };

	TRY(sum(x));
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
			  .out = out,
			  .params = ps,
			  .row = &row };

	buf_char(out, '(');
	TRY(advance(&x));
	TRY(expression(&x));
	if (x.token != T_END)
		return wrong(&x, "err.expr_syntax", x.word);
	buf_char(out, ')');
	return buf_check(cx, out);
}
