/*
 * Makes practice data large: the cases of one type and the persons they are about are copied, row
 * by row in SQL, until there are as many as asked for. Copies have their own ids and numbers and
 * refer to the copied persons; due dates are spread. Users b01 … b64 are added to sign in with.
 * Not copied, for lists and creating do not read it: history, words of the search, clocks.
 *
 *	bench-fill --db FILE --type T --cases N [--position KIND]
 *	bench-fill --db FILE --type T --bodies N    print N forms that make such a case
 *	bench-fill --db FILE --type T --count 1     print how many cases there are
 *	bench-fill --db FILE --type T --users 1     only add the users
 *	bench-fill --db FILE --forget 1             empty the access log and the keys of forms
 */
#include "bench.h"
#include "core/value.h"

#define MODELS 200 /* cases forms are made from */

static const char LAST_ID[] = "SELECT coalesce(max(id), 0) + 1 FROM sys_record";
static const char COUNT_OF[] = "SELECT count(*) FROM sys_record WHERE type = ?1";
static const char HAS_USER[] = "SELECT count(*) FROM \"user\" WHERE login = 'b01'";
static const char ASIDE[] =
	"SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN ('sys_record', ?1, ?2) AND "
	"type IN ('index', 'trigger') AND sql IS NOT NULL";
static const char COPY_PARENT[] =
	"INSERT INTO sys_record (id, type, number, title, about, made_at) SELECT id + ?2, type, "
	"number || ?3, title, about + ?2, made_at FROM sys_record WHERE type = ?1 AND id < ?4";

/* ---- users ---- */

struct users {
	const struct type *type;
	const char *kind, *hash;
};

/* The unit with most open cases, so that its list is long. */
static enum err
busiest_unit(struct ctx *cx, const struct type *t, int64_t *ret)
{
	return db_get_int(
		cx,
		arena_printf(cx->arena,
			     "SELECT coalesce(sys_unit, 0) FROM \"%s\" WHERE sys_open = 1 "
			     "GROUP BY sys_unit ORDER BY count(*) DESC LIMIT 1",
			     t->name),
		DB_NONE, ret);
}

static enum err
add_user(struct ctx *cx, const struct users *u, int i, int64_t unit)
{
	struct change *user = change_new(cx, "user"), *seat = change_new(cx, "position");
	const char *login = arena_printf(cx->arena, "b%02d", i);
	int64_t id, position;

	change_text(user, "login", login);
	change_text(user, "name", arena_printf(cx->arena, "Bench %d", i));
	TRY(record_create(cx, user, &id));
	change_int(seat, "user", id);
	change_text(seat, "kind", u->kind);
	change_text(seat, "name", login);
	if (unit != 0)
		change_int(seat, "unit", unit);
	TRY(record_create(cx, seat, &position));
	return account_store(cx, id, u->hash);
}

static enum err
add_users(struct ctx *cx, void *arg)
{
	const struct users *u = arg;
	int64_t there, unit;

	TRY(db_get_int(cx, HAS_USER, DB_NONE, &there));
	TRY(busiest_unit(cx, u->type, &unit));
	for (int i = 1; there == 0 && i <= BENCH_USERS; i++)
		TRY(add_user(cx, u, i, unit));
	return OK;
}

/* ---- copies ---- */

struct copy {
	const struct type *type, *person;
	int64_t first; /* ids below are copied */
	int64_t by;    /* added to each id */
	int k;
};

static bool
is_copied(const struct copy *c, const struct type *t)
{
	return t != NULL && (t == c->type || t == c->person);
}

/* What a column of the copy holds. A value that must be one of a kind is marked. */
static void
column(struct buf *b, const struct copy *c, const struct field *f)
{
	if (f->kind == FIELD_REF && is_copied(c, f->ref_type))
		buf_printf(b, ", \"%s\" + ?1", f->name);
	else if (f->unique)
		buf_printf(b, ", \"%s\" || ?2", f->name);
	else
		buf_printf(b, ", \"%s\"", f->name);
	if (f->sort_key)
		buf_printf(b, ", \"%s_sort\"", f->name);
}

/* INSERT INTO t SELECT: ?1 is added to ids, ?2 to numbers, ?3 the first id not copied, ?4 moves
 * due dates; all columns by name. */
static const char *
copy_sql(const struct copy *c, const struct type *t)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	buf_printf(&b,
		   "INSERT INTO \"%s\" (sys_id, sys_number, sys_state, sys_open, sys_version, "
		   "sys_unit, sys_responsible, sys_due, sys_created, sys_changed, sys_deleted",
		   t->name);
	for (int i = 0; i < t->nfields; i++) {
		buf_printf(&b, ", \"%s\"", t->fields[i].name);
		if (t->fields[i].sort_key)
			buf_printf(&b, ", \"%s_sort\"", t->fields[i].name);
	}
	buf_printf(&b,
		   ") SELECT sys_id + ?1, sys_number || ?2, sys_state, sys_open, sys_version, "
		   "sys_unit, sys_responsible, CASE WHEN sys_due = %d THEN sys_due ELSE "
		   "sys_due + (sys_id * 31 + ?4) %% 61 - 30 END, sys_created, sys_changed, "
		   "sys_deleted",
		   NO_DUE);
	for (int i = 0; i < t->nfields; i++)
		column(&b, c, &t->fields[i]);
	buf_printf(&b, " FROM \"%s\" WHERE sys_id < ?3", t->name);
	return sql_intern(b.bytes);
}

static enum err
copy_type(struct ctx *cx, const struct copy *c, const struct type *t, const char *mark)
{
	TRY(db_exec(cx, COPY_PARENT,
		    DB_ARGS(db_text(t->name), db_int(c->by), db_text(mark), db_int(c->first)),
		    NULL));
	return db_exec(cx, copy_sql(c, t),
		       DB_ARGS(db_int(c->by), db_text(mark), db_int(c->first), db_int(c->k * 17)),
		       NULL);
}

static enum err
copy_all(struct ctx *cx, void *arg)
{
	const struct copy *c = arg;
	const char *mark = arena_printf(cx->arena, ".%d", c->k);

	if (c->person != c->type)
		TRY(copy_type(cx, c, c->person, mark));
	return copy_type(cx, c, c->type, mark);
}

/* ---- indexes and triggers ---- */

/* Put aside while copies are made: an index is built in a tenth of the time it takes to grow it
 * row by row, and what the triggers refuse was refused for the rows that are copied. */
struct aside {
	const struct copy *copy;
	const char *drop, *make; /* scripts */
};

static enum err
put_aside(struct ctx *cx, void *arg)
{
	struct aside *x = arg;
	SCOPED(stmt) struct stmt *q = NULL;
	SCOPED_BUF drop;
	SCOPED_BUF make;
	bool row;

	buf_init(&drop, 1024 * 1024);
	buf_init(&make, 1024 * 1024);
	TRY(db_query(cx, ASIDE,
		     DB_ARGS(db_text(x->copy->type->name), db_text(x->copy->person->name)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		buf_printf(&drop, "DROP %s \"%s\";\n", stmt_text(q, 0), stmt_text(q, 1));
		buf_printf(&make, "%s;\n", stmt_text(q, 2));
	}
	stmt_free(q);
	q = NULL;
	TRY(buf_check(cx, &make));
	x->drop = arena_strdup(cx->arena, drop.bytes);
	x->make = arena_strdup(cx->arena, make.bytes);
	return db_script(cx, x->drop);
}

static enum err
put_back(struct ctx *cx, void *arg)
{
	const struct aside *x = arg;

	return db_script(cx, x->make);
}

static enum err
count_cases(struct bench *b, const struct type *t, int64_t *ret)
{
	return db_get_int(&b->cx, COUNT_OF, DB_ARGS(db_text(t->name)), ret);
}

static enum err
users(struct bench *b, const struct type *t, const char *position)
{
	struct users u = { .type = t, .kind = position };

	b->cx.who.system = true;
	TRY(account_hash(&b->cx, BENCH_PASSWORD, &u.hash));
	return db_run(&b->cx, b->db, "users", add_users, &u);
}

static enum err
fill(struct bench *b, const struct type *t, const char *position, int64_t want)
{
	struct copy c = { .type = t, .person = types_get(b->world.types, "person") };
	struct aside aside = { .copy = &c };
	int64_t there;

	TRY(count_cases(b, t, &there));
	if (there == 0)
		return fail(&b->cx, ERR_NOTFOUND, "err.not_found");
	TRY(users(b, t, position));
	TRY(db_get_int(&b->cx, LAST_ID, DB_NONE, &c.first));
	TRY(db_run(&b->cx, b->db, "aside", put_aside, &aside));
	for (c.k = 1; there * c.k < want; c.k++) {
		c.by = c.first * c.k;
		TRY(db_run(&b->cx, b->db, "copy", copy_all, &c));
	}
	TRY(db_run(&b->cx, b->db, "back", put_back, &aside));
	TRY(count_cases(b, t, &there));
	(void)printf("cases=%" PRId64 "\n", there);
	return OK;
}

/* What earlier runs left behind, so that each begins alike. */
static enum err
forget(struct ctx *cx, void *arg)
{
	(void)arg;
	return db_script(cx, "DELETE FROM sys_access_person; DELETE FROM sys_access; "
			     "DELETE FROM sys_form_key; DELETE FROM sys_session;");
}

/* ---- forms ---- */

static void
print_encoded(const char *s)
{
	for (; *s != '\0'; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9'))
			(void)putchar(*s);
		else
			(void)printf("%%%02X", (unsigned)(unsigned char)*s);
}

/*
 * The form that makes a case like this one about `person`. References that may be left out are:
 * they belong to the case it is made from.
 */
static void
print_body(struct ctx *cx, const struct record *r, int64_t person)
{
	const char *between = "";

	for (int i = 0; i < r->type->nfields; i++) {
		const struct field *f = &r->type->fields[i];
		struct value v = r->v[i];

		if (f->hidden || f->unique || !v.set || (f->kind == FIELD_REF && !f->required))
			continue;
		if (f == r->type->about)
			v.i = person;
		(void)printf("%s%s=", between, f->name);
		print_encoded(value_typed(cx, f, &v));
		between = "&";
	}
	(void)putchar('\n');
}

/* Cases to make forms from: those in the state a new one has, if there are any. */
static enum err
read_models(struct bench *b, const struct type *t, struct record **models, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(&b->cx,
		     arena_printf(b->cx.arena,
				  "SELECT sys_id FROM \"%s\" ORDER BY sys_state <> ?1, "
				  "sys_id * 7919 %% 10007 LIMIT ?2",
				  t->name),
		     DB_ARGS(db_text(t->nstates > 0 ? t->states[0].name : ""), db_int(MODELS)),
		     &q));
	for (;;) {
		TRY(stmt_step(&b->cx, q, &row));
		if (!row)
			break;
		TRY(record_load(&b->cx, t, stmt_int(q, 0), RIGHT_SEE, &models[n++]));
	}
	*ret_n = n;
	return OK;
}

/* One form a person, of those who have no open case. */
static enum err
bodies(struct bench *b, const struct type *t, int64_t want)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct record *models[MODELS];
	size_t n, at = 0;
	bool row;

	b->cx.who.system = true;
	TRY(read_models(b, t, models, &n));
	if (n == 0 || t->about == NULL)
		return fail(&b->cx, ERR_NOTFOUND, "err.not_found");
	TRY(db_query(
		&b->cx,
		arena_printf(b->cx.arena,
			     "SELECT sys_id FROM person p WHERE sys_deleted = 0 AND NOT EXISTS "
			     "(SELECT 1 FROM \"%s\" t WHERE t.\"%s\" = p.sys_id AND "
			     "t.sys_open = 1) ORDER BY sys_id * 7919 %% 10007 LIMIT ?1",
			     t->name, t->about->name),
		DB_ARGS(db_int(want)), &q));
	for (;;) {
		TRY(stmt_step(&b->cx, q, &row));
		if (!row)
			return OK;
		print_body(&b->cx, models[at++ % n], stmt_int(q, 0));
	}
}

static enum err
run(struct bench *b, struct arena *a, int argc, char **argv)
{
	int64_t forms = bench_number(argc, argv, "--bodies", 0);
	int64_t cases = bench_number(argc, argv, "--cases", 0);
	int64_t clean = bench_number(argc, argv, "--forget", 0);
	int64_t only_users = bench_number(argc, argv, "--users", 0);
	const char *position = bench_option(argc, argv, "--position", "coordinator_b");
	const struct type *t;
	int64_t n;

	TRY(bench_open(b, a, bench_option(argc, argv, "--house", NULL),
		       bench_option(argc, argv, "--db", ""),
		       cases > 0		     ? DB_CREATE | DB_BULK
		       : clean > 0 || only_users > 0 ? 0
						     : DB_READ_ONLY));
	if (clean > 0)
		return db_run(&b->cx, b->db, "forget", forget, NULL);
	t = types_get(b->world.types, bench_option(argc, argv, "--type", "application"));
	if (t == NULL)
		return fail(&b->cx, ERR_NOTFOUND, "err.no_page");
	if (forms > 0)
		return bodies(b, t, forms);
	if (cases > 0)
		return fill(b, t, position, cases);
	if (only_users > 0)
		return users(b, t, position);
	TRY(count_cases(b, t, &n));
	(void)printf("%" PRId64 "\n", n);
	return OK;
}

int
main(int argc, char **argv)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct bench b = { 0 };
	enum err e = run(&b, a, argc, argv);
	int code = e == OK ? 0 : bench_failed("bench-fill", &b, e);

	bench_close(&b);
	return code;
}
