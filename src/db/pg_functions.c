/*
 * The functions of functions.h in PostgreSQL's own language, as one script that makes or replaces
 * them. Holidays are asked of base/calendar.c and written into it, so that there is one source.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/fold.h"
#include "base/text.h"
#include "db/pg_int.h"

#define PROBE_YEAR 2026 /* any: a holiday keeps its date, or moves with Easter */

/* Errors are SQLSTATE 22008, as PostgreSQL's own of dates. */
static const char DAYS[] =
	"CREATE OR REPLACE FUNCTION sys_day(day bigint) RETURNS date LANGUAGE plpgsql IMMUTABLE "
	"STRICT AS $$ BEGIN IF day < -135140 OR day > 376200 THEN "
	"RAISE EXCEPTION 'outside of the calendar' USING ERRCODE = '22008'; END IF; "
	"RETURN date '1970-01-01' + day::int; END $$;\n"
	"CREATE OR REPLACE FUNCTION sys_number(d date) RETURNS bigint LANGUAGE plpgsql IMMUTABLE "
	"STRICT AS $$ DECLARE day bigint := d - date '1970-01-01'; BEGIN "
	"IF day < -135140 OR day > 376200 THEN "
	"RAISE EXCEPTION 'outside of the calendar' USING ERRCODE = '22008'; END IF; "
	"RETURN day; END $$;\n"
	"CREATE OR REPLACE FUNCTION sys_count(n bigint) RETURNS int LANGUAGE plpgsql IMMUTABLE "
	"STRICT AS $$ BEGIN IF n < -400000 OR n > 400000 THEN "
	"RAISE EXCEPTION 'outside of the calendar' USING ERRCODE = '22008'; END IF; "
	"RETURN n; END $$;\n"
	"CREATE OR REPLACE FUNCTION age_years(birth bigint, day bigint) RETURNS bigint "
	"LANGUAGE plpgsql IMMUTABLE STRICT AS $$ DECLARE b date := sys_day(birth); "
	"d date := sys_day(day); BEGIN RETURN extract(year FROM d)::int - extract(year FROM b)::int"
	" - CASE WHEN to_char(d, 'MMDD') < to_char(b, 'MMDD') THEN 1 ELSE 0 END; END $$;\n"
	"CREATE OR REPLACE FUNCTION add_months(day bigint, n bigint) RETURNS bigint "
	"LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN RETURN sys_number("
	"(sys_day(day) + make_interval(months => sys_count(n)))::date); END $$;\n"
	"CREATE OR REPLACE FUNCTION month_start(day bigint) RETURNS bigint LANGUAGE plpgsql "
	"IMMUTABLE STRICT AS $$ BEGIN RETURN sys_number("
	"date_trunc('month', sys_day(day)::timestamp)::date); END $$;\n"
	"CREATE OR REPLACE FUNCTION month_end(day bigint) RETURNS bigint LANGUAGE plpgsql "
	"IMMUTABLE STRICT AS $$ BEGIN RETURN sys_number((date_trunc('month', "
	"sys_day(day)::timestamp) + interval '1 month - 1 day')::date); END $$;\n";

/* Easter: as in base/calendar.c. Holidays of a year on Monday to Friday in (from, to]. */
static const char WORKING_DAYS[] =
	"CREATE OR REPLACE FUNCTION sys_easter(y int) RETURNS date LANGUAGE plpgsql IMMUTABLE "
	"STRICT AS $$ DECLARE a int := y % 19; b int := y / 100; c int := y % 100; "
	"h int := (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30; "
	"l int := (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7; "
	"n int := h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114; "
	"BEGIN RETURN make_date(y, n / 31, n % 31 + 1); END $$;\n"
	"CREATE OR REPLACE FUNCTION sys_holidays(y int, a date, b date) RETURNS int "
	"LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN RETURN (SELECT count(*) FROM ("
	"SELECT make_date(y, md / 100, md %% 100) FROM unnest(ARRAY[%s]) md UNION ALL "
	"SELECT sys_easter(y) + k FROM unnest(ARRAY[%s]) k) h (d) "
	"WHERE d > a AND d <= b AND extract(isodow FROM d) < 6); END $$;\n"
	"CREATE OR REPLACE FUNCTION sys_working(a date, b date) RETURNS int LANGUAGE plpgsql "
	"IMMUTABLE STRICT AS $$ DECLARE n int := (b - a) / 7 * 5; BEGIN "
	"IF b < a THEN RETURN -sys_working(b, a); END IF; "
	"FOR i IN 0 .. (b - a) %% 7 - 1 LOOP "
	"IF extract(isodow FROM b - i) < 6 THEN n := n + 1; END IF; END LOOP; "
	"FOR y IN extract(year FROM a)::int .. extract(year FROM b)::int LOOP "
	"n := n - sys_holidays(y, a, b); END LOOP; RETURN n; END $$;\n"
	"CREATE OR REPLACE FUNCTION working_days_between(a bigint, b bigint) RETURNS bigint "
	"LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN "
	"RETURN sys_working(sys_day(a), sys_day(b)); END $$;\n"
	"CREATE OR REPLACE FUNCTION add_working_days(day bigint, n bigint) RETURNS bigint "
	"LANGUAGE plpgsql IMMUTABLE STRICT AS $$ DECLARE rest int := sys_count(n); "
	"d date := sys_day(day); e date; BEGIN WHILE rest <> 0 LOOP "
	"e := sys_day(sys_number(d) + rest); "
	"IF rest > 0 THEN rest := rest - sys_working(d, e); "
	"ELSE rest := rest + sys_working(e - 1, d - 1); END IF; "
	"d := e; END LOOP; RETURN sys_number(d); END $$;\n";

/* Null if either is; else is the item, which may hold no comma, one of ",a,b,"? */
static const char LISTS[] =
	"CREATE OR REPLACE FUNCTION has(list text, item text) RETURNS boolean LANGUAGE sql "
	"IMMUTABLE STRICT AS $$ SELECT item <> '' AND strpos(item, ',') = 0 AND "
	"strpos(list, ',' || item || ',') > 0 $$;\n"
	"CREATE OR REPLACE FUNCTION sys_plus(n bigint, yes boolean) RETURNS bigint LANGUAGE sql "
	"IMMUTABLE AS $$ SELECT CASE WHEN yes IS NULL THEN n WHEN yes THEN coalesce(n, 0) + 1 "
	"ELSE coalesce(n, 0) END $$;\n"
	"CREATE OR REPLACE AGGREGATE sum(boolean) (SFUNC = sys_plus, STYPE = bigint);\n";

#define LETTERS_END 0x2500 /* no code point from here on is anything but itself */
#define MARK_FIRST 0x300
#define MARK_END 0x370

/*
 * base/fold.c once more, over a table of letters made from it. sys_letter tells of a code point its
 * plain letter (base) and marks; of a letter its first level of a sort key, whether a variant mark
 * stands on the second, and what it is without diacritics. sys_compose: letters a mark makes.
 */
static const char LETTER_TABLES[] =
	/* How far each session has written; see pg_replica.c. */
	"CREATE TABLE IF NOT EXISTS sys_wrote (session bigint PRIMARY KEY, lane bigint NOT NULL, "
	"token bigint NOT NULL, at bigint NOT NULL);\n"
	"CREATE TABLE IF NOT EXISTS sys_letter (cp int PRIMARY KEY, base int NOT NULL, "
	"marks int[] NOT NULL, first text NOT NULL, varied boolean NOT NULL, plain text NOT "
	"NULL);\n"
	"CREATE TABLE IF NOT EXISTS sys_compose (base int, mark int, letter int NOT NULL, "
	"PRIMARY KEY (base, mark));\n"
	"DELETE FROM sys_letter; DELETE FROM sys_compose;\n";

/* The units of a text: a letter and its marks. What parts words is a unit as well. */
static const char UNITS[] =
	"CREATE OR REPLACE FUNCTION sys_is_gap(c int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ "
	"SELECT CASE WHEN c < 128 THEN NOT (c BETWEEN 48 AND 57 OR c BETWEEN 97 AND 122) "
	"ELSE c < 192 OR c IN (215, 247) OR c BETWEEN 8192 AND 11263 OR c BETWEEN 12288 AND 12351 "
	"OR c BETWEEN 65520 AND 65535 OR c BETWEEN 126976 AND 129791 END $$;\n"
	"CREATE OR REPLACE FUNCTION sys_is_apostrophe(c int) RETURNS boolean LANGUAGE sql "
	"IMMUTABLE AS $$ SELECT c IN (39, 96, 180) OR c BETWEEN 697 AND 703 "
	"OR c BETWEEN 8216 AND 8219 $$;\n"
	"CREATE OR REPLACE FUNCTION sys_units(s text, OUT letter int, OUT marks int[]) "
	"RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE STRICT AS $$ "
	"DECLARE u text; m int; k record; BEGIN "
	"FOR u IN SELECT x[1] FROM regexp_matches(s, '.[\u0300-\u036f]*', 'g') x LOOP "
	"SELECT l.base, l.marks INTO letter, marks FROM sys_letter l WHERE l.cp = ascii(u); "
	"IF NOT FOUND THEN letter := ascii(u); marks := '{}'; END IF; "
	"FOR i IN 2 .. length(u) LOOP IF cardinality(marks) < 4 THEN "
	"marks := marks || ascii(substr(u, i, 1)); END IF; END LOOP; "
	"marks := ARRAY(SELECT x FROM unnest(marks) x ORDER BY x); "
	"FOR k IN SELECT c.letter AS made, c.mark FROM sys_compose c WHERE c.base = "
	"sys_units.letter "
	"AND c.mark = ANY (sys_units.marks) ORDER BY c.mark LIMIT 1 LOOP letter := k.made; "
	"marks := ARRAY(SELECT x FROM unnest(marks) x WHERE x <> k.mark ORDER BY x); END LOOP; "
	"RETURN NEXT; END LOOP; END $$;\n";

/* The two levels are built side by side; '!' at the end of the second are left out. */
static const char SORT_KEY[] =
	"CREATE OR REPLACE FUNCTION sort_key(s text) RETURNS text LANGUAGE plpgsql IMMUTABLE "
	"STRICT AS $$ DECLARE first text := ''; second text := ''; gap boolean := false; "
	"hyphen boolean := false; u record; l record; f text; m int; BEGIN "
	"FOR u IN SELECT * FROM sys_units(s) LOOP "
	"CONTINUE WHEN u.letter BETWEEN 768 AND 879; "
	"IF sys_is_apostrophe(u.letter) THEN second := second || '71'; CONTINUE; END IF; "
	"IF sys_is_gap(u.letter) THEN gap := true; hyphen := hyphen OR NOT (u.letter <= 32 "
	"OR u.letter IN (160, 8239, 12288) OR u.letter BETWEEN 8192 AND 8207); CONTINUE; END IF; "
	"IF gap AND first <> '' THEN IF hyphen THEN second := second || '70'; END IF; "
	"first := first || '!'; second := second || '!'; END IF; gap := false; hyphen := false; "
	"FOREACH m IN ARRAY u.marks LOOP second := second || chr(48 + ((m - 768) >> 4)) || "
	"chr(48 + (m - 768) % 16); END LOOP; "
	"SELECT x.first, x.varied INTO l FROM sys_letter x WHERE x.cp = u.letter; "
	"f := CASE WHEN FOUND AND l.first <> '' THEN l.first ELSE '~' || lpad(to_hex(u.letter), 6, "
	"'0') END; "
	"IF l.varied THEN second := second || '72'; END IF; first := first || f; "
	"second := second || CASE WHEN left(f, 1) IN ('z', '~') THEN '!' ELSE repeat('!', "
	"length(f)) END; "
	"END LOOP; second := rtrim(second, '!'); "
	"RETURN first || CASE WHEN second = '' THEN '' ELSE ' ' || second END; END $$;\n";

/* Cyrillic letters depend on their neighbours within the word. */
static const char FOLD[] =
	"CREATE OR REPLACE FUNCTION sys_is_vowel(c int) RETURNS boolean LANGUAGE sql IMMUTABLE "
	"AS $$ SELECT c IN (1072, 1077, 1105, 1080, 1086, 1091, 1099, 1101, 1102, 1103, 1108, "
	"1110, "
	"1111) $$;\n"
	"CREATE OR REPLACE FUNCTION sys_cyrillic(b int, c int, a int) RETURNS text LANGUAGE sql "
	"IMMUTABLE AS $$ SELECT CASE c "
	"WHEN 1077 THEN CASE WHEN b = 0 OR sys_is_vowel(b) OR b IN (1098, 1100) THEN 'je' ELSE 'e' "
	"END "
	"WHEN 1105 THEN CASE WHEN b = 1078 OR b BETWEEN 1095 AND 1097 THEN 'o' ELSE 'jo' END "
	"WHEN 1080 THEN CASE WHEN b = 1100 THEN 'ji' ELSE 'i' END "
	"WHEN 1081 THEN CASE WHEN b = 1080 THEN '' WHEN b = 0 THEN 'j' ELSE 'i' END "
	"WHEN 1089 THEN CASE WHEN sys_is_vowel(b) AND (a = 0 OR sys_is_vowel(a)) THEN 'ss' ELSE "
	"'s' END "
	"WHEN 1093 THEN CASE WHEN sys_is_vowel(b) AND (a = 0 OR sys_is_vowel(a)) THEN 'hh' ELSE "
	"'h' END "
	"WHEN 1103 THEN CASE WHEN b = 1080 THEN 'a' ELSE 'ja' END END $$;\n"
	"CREATE OR REPLACE FUNCTION fold(s text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS "
	"$$ "
	"DECLARE made text := ''; gap boolean := false; b int := 0; u record; p text; BEGIN "
	"FOR u IN SELECT letter, coalesce(lead(letter) OVER (), 0) AS after FROM sys_units(s) LOOP "
	"CONTINUE WHEN u.letter BETWEEN 768 AND 879 OR sys_is_apostrophe(u.letter); "
	"IF sys_is_gap(u.letter) THEN gap := true; b := 0; CONTINUE; END IF; "
	"IF gap AND made <> '' THEN made := made || ' '; END IF; gap := false; "
	"p := sys_cyrillic(b, u.letter, CASE WHEN sys_is_gap(u.after) THEN 0 ELSE u.after END); "
	"IF p IS NULL THEN SELECT x.plain INTO p FROM sys_letter x WHERE x.cp = u.letter; END IF; "
	"made := made || coalesce(p, chr(u.letter)); b := u.letter; END LOOP; RETURN made; END "
	"$$;\n";

static void
put_text(struct buf *out, const char *s)
{
	buf_char(out, '\'');
	for (; *s != '\0'; s++)
		buf_printf(out, *s == '\'' ? "''" : "%c", *s);
	buf_char(out, '\'');
}

/* A row of sys_letter, unless it would say nothing. */
static void
put_letter(struct buf *out, struct arena *a, uint32_t cp, bool *any)
{
	char own[5] = "";
	uint32_t marks[2], base = fold_parts(cp, marks);
	char *key, *second;
	const char *plain;

	own[text_put(own, cp)] = '\0';
	key = arena_strdup(a, fold_sort_key(a, own));
	plain = fold_search(a, own);
	second = strchr(key, ' ');
	if (second != NULL)
		*second++ = '\0';
	if (base == cp && marks[0] == 0 && *key == '~' && strcmp(plain, own) == 0)
		return;
	buf_printf(out, "%s(%u, %u, '{", *any ? "," : "", cp, base);
	for (int i = 0; i < 2 && marks[i] != 0; i++)
		buf_printf(out, "%s%u", i > 0 ? "," : "", marks[i]);
	buf_text(out, "}', ");
	put_text(out, key);
	buf_printf(out, ", %s, ",
		   second != NULL && strstr(second, "72") != NULL ? "true" : "false");
	put_text(out, plain);
	buf_char(out, ')');
	*any = true;
}

static void
put_letters(struct buf *out)
{
	SCOPED(arena) struct arena *a = arena_new();
	bool any = false;

	buf_text(out, "INSERT INTO sys_letter VALUES ");
	for (uint32_t cp = '0'; cp < LETTERS_END; cp++)
		if (cp < MARK_FIRST || cp >= MARK_END)
			put_letter(out, a, cp, &any);
	buf_text(out, ";\nINSERT INTO sys_compose VALUES ");
	any = false;
	for (uint32_t base = 'a'; base < MARK_FIRST * 2; base++)
		for (uint32_t mark = MARK_FIRST; mark < MARK_END; mark++)
			if (fold_compose(base, mark) != 0) {
				buf_printf(out, "%s(%u, %u, %u)", any ? "," : "", base, mark,
					   fold_compose(base, mark));
				any = true;
			}
	buf_text(out, ";\n");
}

/* min() and max() of several values: null if one is, as in SQLite. */
static void
put_least(struct buf *out, const char *name, const char *function, const char *type, int n)
{
	buf_printf(out, "CREATE OR REPLACE FUNCTION %s(", name);
	for (int i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " : "", type);
	buf_printf(out, ") RETURNS %s LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN ", type);
	for (int i = 1; i <= n; i++)
		buf_printf(out, "%s$%d IS NULL", i > 1 ? " OR " : "", i);
	buf_printf(out, " THEN NULL ELSE %s(", function);
	for (int i = 1; i <= n; i++)
		buf_printf(out, "%s$%d", i > 1 ? ", " : "", i);
	buf_text(out, ") END $$;\n");
}

/* The holidays of a year: month * 100 + day of the fixed ones, days from Easter of the others. */
static void
put_holidays(struct buf *fixed, struct buf *movable)
{
	int32_t easter = calendar_easter(PROBE_YEAR);

	for (int32_t day = civil_day(PROBE_YEAR, 1, 1); day <= civil_day(PROBE_YEAR, 12, 31);
	     day++) {
		const char *key = calendar_holiday(day);
		struct civil c = civil_date(day);
		const char *later = calendar_holiday(civil_day(PROBE_YEAR + 1, c.month, c.day));

		if (key == NULL)
			continue;
		if (later != NULL && strcmp(later, key) == 0)
			buf_printf(fixed, "%s%d", fixed->len > 0 ? ", " : "",
				   c.month * 100 + c.day);
		else
			buf_printf(movable, "%s%d", movable->len > 0 ? ", " : "",
				   (int)(day - easter));
	}
}

/* %s takes the first list, then the second; %% is a per cent sign. */
static void
put_filled(struct buf *out, const char *text, const char *first, const char *second)
{
	const char *fill[] = { first, second };
	int n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 's' && n < 2)
			buf_text(out, fill[n++]);
		else
			buf_char(out, *p);
		if (p[0] == '%' && (p[1] == 's' || p[1] == '%'))
			p++;
	}
}

void
pg_functions_sql(struct buf *out)
{
	SCOPED_BUF fixed, movable;

	buf_init(&fixed, 1000);
	buf_init(&movable, 1000);
	put_holidays(&fixed, &movable);
	buf_text(out, DAYS);
	put_filled(out, WORKING_DAYS, fixed.bytes, movable.bytes);
	buf_text(out, LISTS);
	buf_text(out, LETTER_TABLES);
	put_letters(out);
	buf_text(out, UNITS);
	buf_text(out, SORT_KEY);
	buf_text(out, FOLD);
	for (int n = 2; n <= 8; n++) {
		put_least(out, "min", "least", "bigint", n);
		put_least(out, "max", "greatest", "bigint", n);
		put_least(out, "min", "least", "text", n);
		put_least(out, "max", "greatest", "text", n);
	}
}
