/* Tests of the compiler of conditions. */
#include "meta/expr.h"

#include <string.h>

#include "base/civil.h"
#include "meta/fixture_test.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static enum err
compile(struct test *t, const struct types *ts, const char *text, struct buf *b, struct params *ps)
{
	buf_init(b, MAX_SQL);
	return expr_compile(&t->cx, ts, types_get(ts, "case"), text, "t", b, ps);
}

TEST(expr_good_conditions_become_sql)
{
	static const struct {
		const char *text, *sql;
	} CASES[] = {
		{ "places = 3", "(t.\"places\" = 3)" },
		{ "  places\n=\t3  ", "(t.\"places\" = 3)" },
		{ "places = 3 and urgent = 1", "(t.\"places\" = 3 and t.\"urgent\" = 1)" },
		{ "places = 3 or urgent = 1", "(t.\"places\" = 3 or t.\"urgent\" = 1)" },
		{ "not (places = 3) and urgent = 1",
		  "(NOT (t.\"places\" = 3) and t.\"urgent\" = 1)" },
		{ "kind = 'old'", "(t.\"kind\" = 'old')" },
		{ "kind <> 'old'", "(t.\"kind\" <> 'old')" },
		{ "service = 'O''Neil'", "(t.\"service\" = 'O''Neil')" },
		{ "service = 'õ; drop table x --'", "(t.\"service\" = 'õ; drop table x --')" },
		{ "state in ('open', 'checked')", "(t.\"sys_state\" IN ('open', 'checked'))" },
		{ "state not in ('open')", "(t.\"sys_state\" NOT IN ('open'))" },
		{ "places between 1 and 5 and urgent = 0",
		  "(t.\"places\" BETWEEN 1 AND 5 and t.\"urgent\" = 0)" },
		{ "health is null", "(t.\"health\" IS NULL)" },
		{ "health is not null", "(t.\"health\" IS NOT NULL)" },
		{ "arrived < :today - 90", "(t.\"arrived\" < ?1 - 90)" },
		{ "arrived >= date '2024-01-01'", "(t.\"arrived\" >= 19723)" },
		{ "arrived >= date '1960-01-01'", "(t.\"arrived\" >= (-3653))" },
		{ "arrived > -date '1960-01-01'", "(t.\"arrived\" >  -(-3653))" },
		{ "responsible = :user and unit = :unit",
		  "(t.\"sys_responsible\" = ?1 and t.\"sys_unit\" = ?2)" },
		{ "responsible = :user or before = :user",
		  "(t.\"sys_responsible\" = ?1 or t.\"before\" = ?1)" },
		{ ":org = 1 and :person = 2 and :position = 3 and :now > 4",
		  "(?1 = 1 and ?2 = 2 and ?3 = 3 and ?4 > 4)" },
		{ "sys_unit = :unit", "(t.\"sys_unit\" = ?1)" },
		{ "id <> 5 and version > 1 and open = 1 and number = 'X'",
		  "(t.\"sys_id\" <> 5 and t.\"sys_version\" > 1 and t.\"sys_open\" = 1 and "
		  "t.\"sys_number\" = 'X')" },
		{ "human.name = 'Ain'",
		  "((SELECT q.\"name\" FROM \"human\" q WHERE q.sys_id = t.\"human\") = 'Ain')" },
		{ "before.state = 'closed'",
		  "((SELECT q.\"sys_state\" FROM \"case\" q WHERE q.sys_id = t.\"before\") = "
		  "'closed')" },
		{ "age_years(human.birth_date, arrived) >= 16",
		  "(age_years((SELECT q.\"birth_date\" FROM \"human\" q WHERE q.sys_id = "
		  "t.\"human\"), t.\"arrived\") >= 16)" },
		{ "coalesce(places, 0) * 2 - -1 = max(1, 2, 3)",
		  "(coalesce(t.\"places\", 0) * 2 -  -1 = max(1, 2, 3))" },
		{ "length(fold(service)) > 2", "(length(fold(t.\"service\")) > 2)" },
		{ "exists (case where human = outer.human and id <> outer.id)",
		  "(EXISTS (SELECT 1 FROM \"case\" e1 WHERE e1.sys_deleted = 0 AND e1.\"human\" = "
		  "t.\"human\" and e1.\"sys_id\" <> t.\"sys_id\"))" },
		{ "not exists (human where id = outer.human and exists (case where human = "
		  "outer.id and arrived < outer.outer.arrived))",
		  "(NOT EXISTS (SELECT 1 FROM \"human\" e1 WHERE e1.sys_deleted = 0 AND "
		  "e1.\"sys_id\" = t.\"human\" and EXISTS (SELECT 1 FROM \"case\" e2 WHERE "
		  "e2.sys_deleted = 0 AND e2.\"human\" = e1.\"sys_id\" and e2.\"arrived\" < "
		  "t.\"arrived\")))" },
		{ "9223372036854775807 > places", "(9223372036854775807 > t.\"places\")" },
	};
	struct types *ts = test_types(t);

	for (int i = 0; i < COUNT(CASES); i++) {
		struct params ps = { 0 };
		SCOPED_BUF b;

		buf_init(&b, MAX_SQL);
		EXPECT_OK(compile(t, ts, CASES[i].text, &b, &ps));
		EXPECT_TEXT(CASES[i].sql, b.bytes);
	}
}

TEST(expr_bad_conditions_are_refused)
{
	static const struct {
		const char *text, *key, *what, *at;
	} CASES[] = {
		{ "", "err.expr_syntax", "…", "1" },
		{ "   ", "err.expr_syntax", "…", "4" },
		{ "places =", "err.expr_syntax", "…", "9" },
		{ "= 3", "err.expr_syntax", "=", "1" },
		{ "places = 3 3", "err.expr_syntax", "3", "12" },
		{ "places = 3)", "err.expr_syntax", ")", "11" },
		{ "(places = 3", "err.expr_syntax", "…", "12" },
		{ "places == 3", "err.expr_syntax", "=", "9" },
		{ "places = 1 = 1", "err.expr_syntax", "=", "12" },
		{ "places = 3; drop table x", "err.expr_syntax", ";", "11" },
		{ "places = 3 -- x", "err.expr_name", "x", "15" },
		{ "places = ?1", "err.expr_syntax", "?", "10" },
		{ "service = \"x\"", "err.expr_syntax", "\"", "11" },
		{ "service = 'x", "err.expr_syntax", "'", "11" },
		{ "service = õun", "err.expr_syntax", "õ", "11" },
		{ "places = 3.5", "err.expr_syntax", ".", "11" },
		{ "places = 99999999999999999999", "err.expr_syntax", "99999999999999999999",
		  "10" },
		{ "places = 0x10", "err.expr_syntax", "0x10", "10" },
		{ "places not between 1 and 2", "err.expr_syntax", "between", "12" },
		{ "places in ()", "err.expr_syntax", ")", "12" },
		{ "places in (1, 2", "err.expr_syntax", "…", "16" },
		{ "places is 3", "err.expr_syntax", "3", "11" },
		{ "arrived < date '2024-02-30'", "err.expr_syntax", "2024-02-30", "16" },
		{ "date = 3", "err.expr_name", "date", "1" },
		{ "size = 3", "err.expr_name", "size", "1" },
		{ "human.size = 3", "err.expr_name", "size", "7" },
		{ "places.size = 3", "err.expr_name", "places", "1" },
		{ "other.number = 3", "err.expr_name", "other", "1" },
		{ "human.name.x = 3", "err.expr_syntax", ".", "11" },
		{ "outer.places = 3", "err.expr_name", "outer", "1" },
		{ "places = :nobody", "err.expr_name", "nobody", "10" },
		{ "places = :", "err.expr_name", "…", "10" },
		{ "select 1", "err.expr_name", "select", "1" },
		{ "sys_deleted = 0", "err.expr_name", "sys_deleted", "1" },
		{ "random() = 1", "err.expr_function", "random", "1" },
		{ "load_extension('x') = 1", "err.expr_function", "load_extension", "1" },
		{ "min(places) = 1", "err.expr_function", "min", "1" },
		{ "age_years(arrived) = 1", "err.expr_function", "age_years", "1" },
		{ "coalesce(places,) = 1", "err.expr_syntax", ")", "17" },
		{ "length() = 1", "err.expr_syntax", ")", "8" },
		{ "exists (nobody where id = 1)", "err.expr_name", "nobody", "9" },
		{ "exists (case)", "err.expr_syntax", ")", "13" },
		{ "exists case where id = 1", "err.expr_syntax", "case", "8" },
		{ "state = 'gone'", "err.expr_value", "gone", "9" },
		{ "state in ('open', 'gone')", "err.expr_value", "gone", "19" },
		{ "kind <> 'newer'", "err.expr_value", "newer", "9" },
		{ "before.state = 'gone'", "err.expr_value", "gone", "16" },
		{ "exists (human where state = 'open')", "err.expr_value", "open", "29" },
		{ "arrived < '2024-01-01'", "err.expr_kind", "2024-01-01", "11" },
		{ "human = 'Ain'", "err.expr_kind", "Ain", "9" },
		{ "due = 'x'", "err.expr_kind", "x", "7" },
		{ "kind = 1", "err.expr_kind", "1", "8" },
		{ "state = 1", "err.expr_kind", "1", "9" },
		{ "service between 1 and 2", "err.expr_kind", "1", "17" },
	};
	struct types *ts = test_types(t);

	for (int i = 0; i < COUNT(CASES); i++) {
		const struct error *e = &t->cx.error;
		struct params ps = { 0 };
		SCOPED_BUF b;

		buf_init(&b, MAX_SQL);
		ctx_forgive(&t->cx);
		if (compile(t, ts, CASES[i].text, &b, &ps) != ERR_INVALID ||
		    strcmp(e->key, CASES[i].key) != 0 || strcmp(e->args[0], CASES[i].what) != 0 ||
		    strcmp(e->args[1], CASES[i].at) != 0 ||
		    strcmp(e->args[2], CASES[i].text) != 0) {
			print_error("%s: %s, %s at %s\n", CASES[i].text, e->key, e->args[0],
				    e->args[1]);
			EXPECT(false);
		}
	}
	ctx_forgive(&t->cx);
}

TEST(expr_depth_and_length_are_bounded)
{
	struct types *ts = test_types(t);
	const char *deep = "1", *name = "a";
	struct params ps = { 0 };
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	for (int i = 0; i < 41; i++)
		deep = arena_printf(t->arena, "(%s)", deep);
	EXPECT_ERR(ERR_INVALID, compile(t, ts, deep, &b, &ps));
	buf_release(&b);
	for (int i = 0; i < 9; i++)
		name = arena_printf(t->arena, "%s%s", name, name);
	EXPECT_ERR(ERR_INVALID, compile(t, ts, name, &b, &ps));
	buf_release(&b);
	EXPECT_ERR(ERR_INVALID,
		   compile(t, ts, arena_printf(t->arena, "service = '%s'", name), &b, &ps));
}

/* A trigger knows no actor. */
TEST(expr_rigid_conditions_take_no_parameters)
{
	struct types *ts = test_types(t);
	const struct type *c = types_get(ts, "case");
	struct at at = { 4, 9 };

	EXPECT_OK(expr_check(&t->cx, ts, c, "places > 1", at, EXPR_GUARD));
	EXPECT_OK(expr_check(&t->cx, ts, c, "arrived > :today", at, EXPR_ASKED));
	EXPECT_INT(ERR_INVALID, expr_check(&t->cx, ts, c, "arrived > :today", at, EXPR_GUARD));
	EXPECT_TEXT("err.expr_param", t->cx.error.key);
	EXPECT_TEXT("case.yaml", t->cx.error.file);
	EXPECT_INT(4, t->cx.error.line);
	EXPECT_INT(9, t->cx.error.col);
	/* The row before is there on a change only, and only its own columns. */
	ctx_forgive(&t->cx);
	EXPECT_OK(expr_check(&t->cx, ts, c, "places >= old.places and state = old.state", at,
			     EXPR_CHANGE));
	EXPECT_OK(expr_check(&t->cx, ts, c, "exists (case where before = old.before)", at,
			     EXPR_CHANGE));
	EXPECT_INT(ERR_INVALID, expr_check(&t->cx, ts, c, "places >= old.places", at, EXPR_GUARD));
	ctx_forgive(&t->cx);
	EXPECT_INT(ERR_INVALID, expr_check(&t->cx, ts, c, "places > old.none", at, EXPR_CHANGE));
	ctx_forgive(&t->cx);
	EXPECT_INT(ERR_INVALID, expr_check(&t->cx, ts, c, "places > old", at, EXPR_CHANGE));
}

/* A field goes before an engine name of the same spelling. */
TEST(expr_fields_hide_engine_names)
{
	static const char TEXT[] =
		"type: unit_thing\nnumber: \"U-{seq}\"\ntitle: \"{unit}\"\n"
		"name: {et: A, en: A, ru: A}\nplural: {et: A, en: A, ru: A}\n"
		"fields:\n  unit: {text: 5, name: {et: A, en: A, ru: A}, required: true}\n"
		"rights:\n  T.1: {see: unit}\n"
		"lists:\n  all: {name: {et: A, en: A, ru: A}, columns: [unit], sort: unit}\n";
	struct types *ts = NULL;
	struct params ps = { 0 };
	const struct type *u;
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	EXPECT_OK(test_types_with(t, "unit.yaml", TEXT, &ts));
	u = types_get(ts, "unit_thing");
	EXPECT_OK(expr_compile(&t->cx, ts, u, "unit = 'x'", "t", &b, &ps));
	EXPECT_TEXT("(t.\"unit\" = 'x')", b.bytes);
	EXPECT_TEXT("unit", u->lists[0].sort[0].column);
	EXPECT(u->lists[0].columns[0].engine == NULL);
	EXPECT_TEXT("sys_unit = :unit", u->grants[0].see->where);
}
