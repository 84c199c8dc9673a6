/*
 * Conditions: one expression over the fields of a type, written in type files and compiled into
 * queries, so that one condition can be asked of one record or of all of them.
 *
 *	state = 'waiting' and due < :today
 *	person.birth_date is not null and age_years(person.birth_date, arrived) >= 16
 *	not exists (placement where person = outer.person and id <> outer.id and ends is null)
 *
 * Names are fields, `ref.field` of a referred record, or engine names (id, number, state, open,
 * due, responsible, unit, version, created, changed). Parameters: :user :unit :org :position
 * :person :today :now. Literals: 12, 'text', date '2027-02-01', null. Operators: or and not
 * = <> < <= > >= + - * is [not] null, [not] in (…), between … and …, case-free functions of
 * db/functions.h and coalesce, min, max, length, abs, lower. Nothing else: no statements, no
 *writes. A field of the type goes before an engine name; sys_unit always is the engine's. What a
 *state or a choice is compared with must be one of its names, and a date, number or reference is
 *never compared with a text.
 */
#ifndef HOOL_META_EXPR_H
#define HOOL_META_EXPR_H

#include "base/buf.h"
#include "meta/type.h"

/* What a numbered parameter of a built statement stands for. */
enum param {
	PARAM_USER,
	PARAM_UNIT,
	PARAM_ORG,
	PARAM_POSITION,
	PARAM_PERSON,
	PARAM_TODAY,
	PARAM_NOW,
	PARAM_VALUE /* given by the caller, in order */
};
#define MAX_PARAMS 96

struct params {
	int n;
	enum param kind[MAX_PARAMS];
};

/* Number of the parameter for `kind` (actor kinds are shared, values are new each time). */
int params_add(struct params *ps, enum param kind);

/*
 * Compile `text` over type `t` whose row is called `alias` in the query, and append the SQL to
 * `out`, in parentheses. Without `ps` a parameter is an error. Errors: ERR_INVALID with the type's
 * file, and in the values what is wrong, at which character, and the whole: err.expr_syntax,
 * err.expr_name, err.expr_function, err.expr_value, err.expr_kind, err.expr_param, err.expr_deep.
 */
enum err
expr_compile(struct ctx *cx, const struct types *ts, const struct type *t, const char *text,
	     const char *alias, struct buf *out, struct params *ps) MUST_USE;
/*
 * The same over a change, in a trigger: plain names are the row after it, `old.name` the row
 * before. Takes no parameters.
 */
enum err expr_compile_change(struct ctx *cx, const struct types *ts, const struct type *t,
			     const char *text, struct buf *out) MUST_USE;

/* Where a condition stands. */
enum expr_use {
	EXPR_ASKED,  /* in a query */
	EXPR_GUARD,  /* in a trigger, which knows no actor: takes no parameters */
	EXPR_CHANGE, /* in a trigger on a change: the same, and `old.name` */
};
/* See whether a condition compiles; if not, the error names its place `at` in the type's file. */
enum err expr_check(struct ctx *cx, const struct types *ts, const struct type *t, const char *text,
		    struct at at, enum expr_use use) MUST_USE;
/* The column of an engine name ("due", "sys_due" → "sys_due"), or NULL. */
const char *expr_engine_column(const char *name);

#endif
