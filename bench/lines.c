/*
 * What the load program asks for, drawn from a database: addresses of records, moves, searches.
 * Every other row by a fixed stride, so that two runs on the same data ask the same.
 *
 *	bench-lines --db FILE --what open --n N      "/taotlus/TT-2026/17", of the user's unit
 *	            --what move                      "/taotlus/…/-/liigu _move=take", open ones
 *	            --what name, code, number, typo  "/otsing q=…"; typo: a name spelt otherwise
 *	            --user LOGIN
 */
#include "bench.h"

#define STRIDE "sys_id * 7919 % 100003, sys_id LIMIT ?2"
#define MAX_LINE 400

static const char OPEN[] = "SELECT sys_number FROM application WHERE sys_unit = ?1 AND "
			   "sys_deleted = 0 ORDER BY " STRIDE;
static const char MOVE[] = "SELECT sys_number FROM application WHERE sys_unit = ?1 AND "
			   "sys_deleted = 0 AND sys_state IN ('received', 'incomplete', "
			   "'in_review') ORDER BY " STRIDE;
static const char NAME[] = "SELECT first_name || ' ' || last_name FROM person WHERE ?1 <> 0 AND "
			   "sys_deleted = 0 ORDER BY " STRIDE;
static const char CODE[] = "SELECT code FROM person WHERE ?1 <> 0 AND sys_deleted = 0 AND code IS "
			   "NOT NULL ORDER BY " STRIDE;
static const char NUMBER[] = "SELECT sys_number FROM application WHERE ?1 <> 0 AND sys_deleted = 0 "
			     "ORDER BY " STRIDE;

static const struct kind {
	const char *name, *sql, *before, *after;
	bool typo;
} KINDS[] = {
	{ "open", OPEN, "/taotlus/", "", false },
	{ "move", MOVE, "/taotlus/", "/-/liigu _move=take", false },
	{ "name", NAME, "/otsing q=", "", false },
	{ "code", CODE, "/otsing q=", "", false },
	{ "number", NUMBER, "/otsing q=", "", false },
	{ "typo", NAME, "/otsing q=", "", true },
};

/* Written as it is heard: the first letter that has one that sounds alike is changed for it. */
static void
misspell(char *s)
{
	static const char HEARD[] = "bpdtgkpbtdkg";

	for (char *p = s + 1; *p != '\0'; p++)
		for (size_t i = 0; HEARD[i] != '\0'; i += 2)
			if (*p == HEARD[i]) {
				*p = HEARD[i + 1];
				return;
			}
}

static void
print_encoded(const char *s, bool path)
{
	for (; *s != '\0'; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		    (*s >= '0' && *s <= '9') || *s == '-' || *s == '.' || (path && *s == '/'))
			(void)putchar(*s);
		else
			(void)printf("%%%02X", (unsigned)(unsigned char)*s);
}

static enum err
print_lines(struct bench *b, const struct kind *k, int64_t n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(&b->cx, k->sql, DB_ARGS(db_int(b->cx.who.unit), db_int(n)), &q));
	for (;;) {
		char line[MAX_LINE];

		TRY(stmt_step(&b->cx, q, &row));
		if (!row)
			return OK;
		(void)snprintf(line, sizeof(line), "%s", stmt_text(q, 0));
		if (k->typo)
			misspell(line);
		(void)fputs(k->before, stdout);
		print_encoded(line, k->sql == OPEN || k->sql == MOVE);
		(void)puts(k->after);
	}
}

static enum err
run(struct bench *b, struct arena *a, int argc, char **argv)
{
	const char *what = bench_option(argc, argv, "--what", "open");

	TRY(bench_open(b, a, bench_option(argc, argv, "--house", NULL),
		       bench_option(argc, argv, "--db", ""), DB_READ_ONLY));
	TRY(bench_act(b, bench_option(argc, argv, "--user", "b01")));
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (strcmp(KINDS[i].name, what) == 0)
			return print_lines(b, &KINDS[i], bench_number(argc, argv, "--n", 2000));
	return fail(&b->cx, ERR_INVALID, "err.not_found");
}

int
main(int argc, char **argv)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct bench b = { 0 };
	enum err e = run(&b, a, argc, argv);
	int code = e == OK ? 0 : bench_failed("bench-lines", &b, e);

	bench_close(&b);
	return code;
}
