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
 * db/functions.h and coalesce, min, max, length, abs. Nothing else: no statements, no writes.
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
 * `out`, in parentheses. `ps` may be NULL to check only. Errors: ERR_INVALID with the type's
 * file, and the place and cause in the values: err.expr_syntax, err.expr_name, err.expr_function.
 */
enum err
expr_compile(struct ctx *cx, const struct types *ts, const struct type *t, const char *text,
	     const char *alias, struct buf *out, struct params *ps) MUST_USE;
/* The column of an engine name ("due" → "sys_due"), or NULL. */
const char *expr_engine_column(const char *name);

#endif
