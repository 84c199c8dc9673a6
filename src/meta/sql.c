/* The builder of SQL. See sql.h. */
#include "meta/sql.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "meta/sql_kept.h"

#define MAX_SCOPES 40 /* a type has fewer; see MAX_PARTS */

/* Interned texts live as long as the program; their number is bounded by the types. */
static struct {
	pthread_mutex_t lock;
	struct arena *arena;
	struct map map;
} interned = { .lock = PTHREAD_MUTEX_INITIALIZER };

const char *
sql_intern(const char *text)
{
	const char *kept;

	(void)pthread_mutex_lock(&interned.lock);
	if (interned.arena == NULL) {
		interned.arena = arena_new();
		map_init(&interned.map, interned.arena);
	}
	kept = map_get(&interned.map, text);
	if (kept == NULL) {
		kept = arena_strdup(interned.arena, text);
		(void)map_put(&interned.map, kept, kept);
	}
	(void)pthread_mutex_unlock(&interned.lock);
	return kept;
}

struct db_args
sql_args(struct ctx *cx, const struct sql *sql, const struct db_value *values, int nvalues)
{
	struct db_value *v = ARENA_ARRAY(cx->arena, (size_t)sql->params.n + 1, struct db_value);
	int next = 0;

	for (int i = 0; i < sql->params.n; i++)
		switch (sql->params.kind[i]) {
		case PARAM_USER:
			v[i] = db_int(cx->who.user);
			break;
		case PARAM_UNIT:
			v[i] = db_int(cx->who.unit);
			break;
		case PARAM_ORG:
			v[i] = db_int(cx->who.org);
			break;
		case PARAM_POSITION:
			v[i] = db_int(cx->who.position);
			break;
		case PARAM_PERSON:
			v[i] = db_int(cx->who.person);
			break;
		case PARAM_TODAY:
			v[i] = db_date(cx->today);
			break;
		case PARAM_NOW:
			v[i] = db_int(cx->now);
			break;
		case PARAM_VALUE:
			if (next == nvalues)
				BUG("too few values for a statement");
			v[i] = values[next++];
			break;
		}
	if (next != nvalues)
		BUG("too many values for a statement");
	return (struct db_args){ v, (size_t)sql->params.n };
}

static const struct scope *
granted(const struct grant *g, enum right right)
{
	switch (right) {
	case RIGHT_SEE:
		return g->see;
	case RIGHT_EDIT:
		return g->edit;
	case RIGHT_MOVE:
		return g->move;
	case RIGHT_CREATE:
		return g->create;
	}
	BUG("right");
}

static bool
holds(const struct ctx *cx, const struct types *ts, const char *duty)
{
	const struct duty *d = map_get(&ts->duty_by_name, duty);

	return d != NULL && (cx->who.duties[d->index / 64] >> (d->index % 64) & 1) != 0;
}

/* Is it within what the token in use, if any, was made for? Who makes is who changes. */
static bool
reaches(const struct ctx *cx, const struct type *t, enum right right)
{
	const struct reach *r = cx->who.reach;
	const uint64_t *set;

	if (r == NULL)
		return true;
	if (t->index >= REACH_WORDS * 64)
		return false;
	set = right == RIGHT_SEE ? r->see : right == RIGHT_MOVE ? r->move : r->edit;
	return (set[t->index / 64] >> (t->index % 64) & 1) != 0;
}

bool
sql_may(const struct ctx *cx, const struct types *ts, const struct type *t, enum right right)
{
	if (cx->who.system)
		return true;
	for (int i = 0; i < t->ngrants && reaches(cx, t, right); i++)
		if (granted(&t->grants[i], right)->kind != SCOPE_NONE &&
		    holds(cx, ts, t->grants[i].duty))
			return true;
	return false;
}

bool
sql_right(struct ctx *cx, const struct types *ts, const struct type *t, enum right right,
	  const char *alias, struct buf *out, struct params *ps)
{
	const struct scope *used[MAX_SCOPES];
	bool reached = !cx->who.system && reaches(cx, t, right);
	int n = 0;

	for (int i = 0; i < t->ngrants && reached; i++) {
		const struct scope *s = granted(&t->grants[i], right);
		bool again = false;

		if (s->kind == SCOPE_NONE || !holds(cx, ts, t->grants[i].duty))
			continue;
		if (s->kind == SCOPE_ALL) {
			buf_text(out, "TRUE");
			return true;
		}
		for (int k = 0; k < n; k++)
			again = again || used[k] == s;
		if (!again && n < MAX_SCOPES)
			used[n++] = s;
	}
	if (n == 0) {
		buf_text(out, cx->who.system ? "TRUE" : "FALSE");
		return cx->who.system;
	}
	buf_char(out, '(');
	for (int k = 0; k < n; k++) {
		if (k > 0)
			buf_text(out, " OR ");
		if (expr_compile(cx, ts, t, used[k]->where, alias, out, ps) != OK)
			BUG("a scope that was checked does not compile");
	}
	buf_char(out, ')');
	return true;
}

static enum err
finish(struct ctx *cx, struct buf *b, struct sql *ret)
{
	TRY(buf_check(cx, b));
	ret->text = sql_intern(b->bytes);
	return OK;
}

/* The table of a list, its condition, right and filters. */
static enum err
where(struct ctx *cx, const struct types *ts, const struct list_query *lq, struct buf *b,
      struct params *ps)
{
	buf_text(b, " WHERE t.sys_deleted = 0");
	if (lq->list->where != NULL) {
		buf_text(b, " AND ");
		TRY(expr_compile(cx, ts, lq->type, lq->list->where, "t", b, ps));
	}
	if (lq->list->but != NULL) { /* what is not known does not hold */
		buf_text(b, " AND CASE WHEN ");
		TRY(expr_compile(cx, ts, lq->type, lq->list->but, "t", b, ps));
		buf_text(b, " THEN 0 ELSE 1 END = 1");
	}
	buf_text(b, " AND ");
	if (!sql_right(cx, ts, lq->type, RIGHT_SEE, "t", b, ps))
		return fail(cx, ERR_DENIED, "err.denied_see", msg(cx, lq->type->plural_key));
	for (int i = 0; i < lq->nfilters; i++)
		buf_printf(b, " AND t.\"%s\" = ?%d", lq->filter[i], params_add(ps, PARAM_VALUE));
	return OK;
}

/* Does the actor see every record of a type? */
static bool
sees_all(const struct ctx *cx, const struct types *ts, const struct type *t)
{
	for (int i = 0; i < t->ngrants && reaches(cx, t, RIGHT_SEE); i++)
		if (t->grants[i].see->kind == SCOPE_ALL && holds(cx, ts, t->grants[i].duty))
			return true;
	return cx->who.system;
}

/* May a name of this type be told to the actor whatever row it is of? What holds no person's data
 * may be told to all. */
static bool
may_name(const struct ctx *cx, const struct types *ts, const struct type *t)
{
	return (!t->is_person && t->about == NULL) || sees_all(cx, ts, t);
}

/* A reference to any type: its title, or where that may not be told, its number. */
static void
any_title(const struct ctx *cx, const struct types *ts, int i, struct buf *columns)
{
	buf_printf(columns, ", CASE WHEN c%d.about IS NULL", i);
	for (size_t k = 0; k < ts->n; k++)
		if (may_name(cx, ts, ts->list[k]))
			buf_printf(columns, " OR c%d.type = '%s'", i, ts->list[k]->name);
	buf_printf(columns, " THEN c%d.title ELSE c%d.number END", i, i);
}

/*
 * A column that tells of a person through a reference, for an actor who does not see all persons:
 * only in the rows whose person is in sight; else the number, or nothing.
 */
static void
guarded_cell(struct ctx *cx, const struct types *ts, const struct column *c, int i,
	     struct buf *columns, struct buf *joins, struct params *ps)
{
	const char *alias = arena_printf(cx->arena, "p%d", i);
	const struct type *t = c->field->ref_type;

	buf_printf(joins,
		   " LEFT JOIN \"%s\" p%d ON p%d.sys_id = t.\"%s\""
		   " LEFT JOIN sys_record c%d ON c%d.id = t.\"%s\"",
		   t->name, i, i, c->field->name, i, i, c->field->name);
	buf_text(columns, ", CASE WHEN ");
	(void)sql_right(cx, ts, t, RIGHT_SEE, alias, columns, ps);
	if (c->sub == NULL) {
		buf_printf(columns, " THEN c%d.title ELSE c%d.number END", i, i);
		return;
	}
	if (c->sub->kind != FIELD_REF) {
		buf_printf(columns, " THEN p%d.\"%s\" END", i, c->sub->name);
		return;
	}
	buf_printf(joins, " LEFT JOIN sys_record d%d ON d%d.id = p%d.\"%s\"", i, i, i,
		   c->sub->name);
	buf_printf(columns, " THEN d%d.%s END", i,
		   c->sub->ref_type != NULL && may_name(cx, ts, c->sub->ref_type) ? "title"
										  : "number");
}

/* A cell of a list: what is read for one of its columns; joins are noted in `joins`. */
static void
cell(struct ctx *cx, const struct types *ts, const struct column *c, int i, struct buf *columns,
     struct buf *joins, struct params *ps)
{
	if (c->field != NULL && c->field->ref_type != NULL &&
	    !may_name(cx, ts, c->field->ref_type)) {
		guarded_cell(cx, ts, c, i, columns, joins, ps);
		return;
	}
	if (c->engine != NULL &&
	    (strcmp(c->engine, "responsible") == 0 || strcmp(c->engine, "unit") == 0)) {
		buf_printf(columns, ", c%d.title", i);
		buf_printf(joins, " LEFT JOIN sys_record c%d ON c%d.id = t.sys_%s", i, i,
			   c->engine);
	} else if (c->engine != NULL) {
		buf_printf(columns, ", t.sys_%s", c->engine);
	} else if (c->sub != NULL && c->sub->kind != FIELD_REF) {
		buf_printf(columns, ", c%d.\"%s\"", i, c->sub->name);
		buf_printf(joins, " LEFT JOIN \"%s\" c%d ON c%d.sys_id = t.\"%s\"",
			   c->field->ref_type->name, i, i, c->field->name);
	} else if (c->sub != NULL) {
		bool may = c->sub->ref_type != NULL && may_name(cx, ts, c->sub->ref_type);

		buf_printf(columns, ", d%d.%s", i, may ? "title" : "number");
		buf_printf(joins,
			   " LEFT JOIN \"%s\" c%d ON c%d.sys_id = t.\"%s\""
			   " LEFT JOIN sys_record d%d ON d%d.id = c%d.\"%s\"",
			   c->field->ref_type->name, i, i, c->field->name, i, i, i, c->sub->name);
	} else if (c->field->kind == FIELD_REF) {
		if (c->field->ref_type == NULL)
			any_title(cx, ts, i, columns);
		else
			buf_printf(columns, ", c%d.title", i);
		buf_printf(joins, " LEFT JOIN sys_record c%d ON c%d.id = t.\"%s\"", i, i,
			   c->field->name);
	} else {
		buf_printf(columns, ", t.\"%s\"", c->field->name);
	}
}

/* The sort columns of a list; a list that names none is sorted by id, newest first. All columns
 * of a sort run the same way, so that one row comparison continues it. */
static void
sort_order(const struct list_query *lq, struct buf *b, struct params *ps)
{
	const struct list *l = lq->list;
	bool down = (l->nsort == 0 || l->sort[0].down) != lq->backwards;

	if (lq->after) {
		buf_text(b, " AND (");
		for (int i = 0; i < l->nsort; i++)
			buf_printf(b, "t.\"%s\", ", l->sort[i].column);
		buf_printf(b, "t.sys_id) %s (", down ? "<" : ">");
		for (int i = 0; i < l->nsort; i++)
			buf_printf(b, "?%d, ", params_add(ps, PARAM_VALUE));
		buf_printf(b, "?%d)", params_add(ps, PARAM_VALUE));
	}
	buf_text(b, " ORDER BY ");
	for (int i = 0; i < l->nsort; i++)
		buf_printf(b, "t.\"%s\"%s, ", l->sort[i].column, down ? " DESC" : "");
	buf_printf(b, "t.sys_id%s LIMIT %d", down ? " DESC" : "", lq->limit);
}

static enum err
build_list(struct ctx *cx, const struct types *ts, const struct list_query *lq, struct sql *ret)
{
	SCOPED_BUF b;
	SCOPED_BUF joins;
	const struct list *l = lq->list;
	struct sql sql = { 0 };

	buf_init(&b, MAX_SQL);
	buf_init(&joins, MAX_SQL);
	buf_text(&b, "SELECT t.sys_id, t.sys_number, t.sys_state, t.sys_due, ");
	if (lq->type->is_person)
		buf_text(&b, "t.sys_id");
	else if (lq->type->about != NULL)
		buf_printf(&b, "t.\"%s\"", lq->type->about->name);
	else
		buf_text(&b, "NULL");
	for (int i = 0; i < l->nsort; i++)
		buf_printf(&b, ", t.\"%s\"", l->sort[i].column);
	for (int i = 0; i < l->ncolumns; i++)
		cell(cx, ts, &l->columns[i], i, &b, &joins, &sql.params);
	buf_printf(&b, " FROM \"%s\" t", lq->type->name);
	TRY(buf_check(cx, &joins));
	buf_text(&b, joins.bytes);
	TRY(where(cx, ts, lq, &b, &sql.params));
	sort_order(lq, &b, &sql.params);
	TRY(finish(cx, &b, &sql));
	*ret = sql;
	return OK;
}

static enum err
build_count(struct ctx *cx, const struct types *ts, const struct list_query *lq, struct sql *ret)
{
	SCOPED_BUF b;
	struct sql sql = { 0 };

	buf_init(&b, MAX_SQL);
	buf_printf(&b, "SELECT count(*) FROM (SELECT 1 FROM \"%s\" t", lq->type->name);
	TRY(where(cx, ts, lq, &b, &sql.params));
	buf_printf(&b, " LIMIT %d) n", MAX_COUNT + 1);
	TRY(finish(cx, &b, &sql));
	*ret = sql;
	return OK;
}

/* A list that is none of the type's own is built each time: its address tells nothing. */
static bool
is_own_list(const struct list_query *lq)
{
	return lq->list->of != NULL ||
	       (lq->list >= lq->type->lists && lq->list < lq->type->lists + lq->type->nlists);
}

static void
list_key(struct ctx *cx, const struct list_query *lq, enum sql_what what, struct sql_key *ret)
{
	sql_key_of(cx, lq->type, what, true, ret);
	ret->part = lq->list;
	for (int i = 0; i < lq->nfilters; i++)
		ret->filter[i] = sql_intern(lq->filter[i]);
	if (what == SQL_COUNT)
		return;
	ret->limit = lq->limit;
	ret->after = lq->after;
	ret->backwards = lq->backwards;
}

enum err
sql_list(struct ctx *cx, const struct types *ts, const struct list_query *lq, struct sql *ret)
{
	struct sql_key key;

	list_key(cx, lq, SQL_LIST, &key);
	if (is_own_list(lq) && sql_kept(&key, ret))
		return OK;
	TRY(build_list(cx, ts, lq, ret));
	if (is_own_list(lq))
		sql_keep(&key, ret);
	return OK;
}

enum err
sql_count(struct ctx *cx, const struct types *ts, const struct list_query *lq, struct sql *ret)
{
	struct sql_key key;

	list_key(cx, lq, SQL_COUNT, &key);
	if (is_own_list(lq) && sql_kept(&key, ret))
		return OK;
	TRY(build_count(cx, ts, lq, ret));
	if (is_own_list(lq))
		sql_keep(&key, ret);
	return OK;
}

static enum err
build_load(struct ctx *cx, const struct types *ts, const struct type *t, enum right right,
	   struct sql *ret)
{
	SCOPED_BUF b;
	struct sql sql = { 0 };
	int id = params_add(&sql.params, PARAM_VALUE);

	buf_init(&b, MAX_SQL);
	buf_text(&b, "SELECT t.sys_id, t.sys_number, t.sys_state, t.sys_version, t.sys_unit, "
		     "t.sys_responsible, t.sys_due, t.sys_created, t.sys_changed, t.sys_deleted, "
		     "r.title, r.about");
	for (int i = 0; i < t->nfields; i++)
		buf_printf(&b, ", t.\"%s\"", t->fields[i].name);
	buf_printf(&b,
		   " FROM \"%s\" t JOIN sys_record r ON r.id = t.sys_id WHERE t.sys_id = ?%d"
		   " AND ",
		   t->name, id);
	(void)sql_right(cx, ts, t, right, "t", &b, &sql.params);
	TRY(finish(cx, &b, &sql));
	*ret = sql;
	return OK;
}

enum err
sql_load(struct ctx *cx, const struct types *ts, const struct type *t, enum right right,
	 struct sql *ret)
{
	struct sql_key key;

	sql_key_of(cx, t, SQL_LOAD, true, &key);
	key.right = right;
	if (sql_kept(&key, ret))
		return OK;
	TRY(build_load(cx, ts, t, right, ret));
	sql_keep(&key, ret);
	return OK;
}

static const char *const ENGINE_COLUMNS[] = {
	"sys_number",	   "sys_state", "sys_open",    "sys_version", "sys_unit",
	"sys_responsible", "sys_due",	"sys_created", "sys_changed", "sys_deleted",
};
#define NENGINE ((int)(sizeof(ENGINE_COLUMNS) / sizeof(*ENGINE_COLUMNS)))

static const char *
build_insert(struct ctx *cx, const struct type *t)
{
	SCOPED_BUF b;
	int n = 1;

	buf_init(&b, MAX_SQL);
	buf_printf(&b, "INSERT INTO \"%s\" (sys_id", t->name);
	for (int i = 0; i < NENGINE; i++, n++)
		buf_printf(&b, ", %s", ENGINE_COLUMNS[i]);
	for (int i = 0; i < t->nfields; i++, n++)
		buf_printf(&b, ", \"%s\"", t->fields[i].name);
	for (int i = 0; i < t->nfields; i++)
		if (t->fields[i].sort_key) {
			buf_printf(&b, ", \"%s_sort\"", t->fields[i].name);
			n++;
		}
	buf_text(&b, ") VALUES (?1");
	for (int i = 2; i <= n; i++)
		buf_printf(&b, ", ?%d", i);
	buf_char(&b, ')');
	if (buf_check(cx, &b) != OK)
		BUG("a type too large for one statement");
	return sql_intern(b.bytes);
}

static const char *
build_update(struct ctx *cx, const struct type *t)
{
	SCOPED_BUF b;
	int n = 1;

	buf_init(&b, MAX_SQL);
	buf_printf(&b, "UPDATE \"%s\" SET ", t->name);
	for (int i = 0; i < NENGINE; i++, n++)
		buf_printf(&b, "%s%s = ?%d", i > 0 ? ", " : "", ENGINE_COLUMNS[i], n);
	for (int i = 0; i < t->nfields; i++, n++)
		buf_printf(&b, ", \"%s\" = ?%d", t->fields[i].name, n);
	for (int i = 0; i < t->nfields; i++)
		if (t->fields[i].sort_key)
			buf_printf(&b, ", \"%s_sort\" = ?%d", t->fields[i].name, n++);
	buf_printf(&b, " WHERE sys_id = ?%d AND sys_version = ?%d", n, n + 1);
	if (buf_check(cx, &b) != OK)
		BUG("a type too large for one statement");
	return sql_intern(b.bytes);
}

/* Statements all actors share, and which take no parameters but values. */
static const char *
shared(struct ctx *cx, const struct type *t, enum sql_what what,
       const char *build(struct ctx *, const struct type *))
{
	struct sql sql = { 0 };
	struct sql_key key;

	sql_key_of(cx, t, what, false, &key);
	if (!sql_kept(&key, &sql)) {
		sql.text = build(cx, t);
		sql_keep(&key, &sql);
	}
	return sql.text;
}

const char *
sql_insert(struct ctx *cx, const struct type *t)
{
	return shared(cx, t, SQL_INSERT, build_insert);
}

const char *
sql_update(struct ctx *cx, const struct type *t)
{
	return shared(cx, t, SQL_UPDATE, build_update);
}

static enum err
build_check(struct ctx *cx, const struct types *ts, const struct type *t, const char *condition,
	    struct sql *ret)
{
	SCOPED_BUF b;
	struct sql sql = { 0 };
	int id = params_add(&sql.params, PARAM_VALUE);

	buf_init(&b, MAX_SQL);
	buf_printf(&b, "SELECT 1 FROM \"%s\" t WHERE t.sys_id = ?%d AND ", t->name, id);
	TRY(expr_compile(cx, ts, t, condition, "t", &b, &sql.params));
	TRY(finish(cx, &b, &sql));
	*ret = sql;
	return OK;
}

enum err
sql_check(struct ctx *cx, const struct types *ts, const struct type *t, const char *condition,
	  struct sql *ret)
{
	struct sql_key key;

	sql_key_of(cx, t, SQL_CHECK, false, &key);
	key.part = sql_intern(condition);
	if (sql_kept(&key, ret))
		return OK;
	TRY(build_check(cx, ts, t, condition, ret));
	sql_keep(&key, ret);
	return OK;
}

enum err
sql_measure(struct ctx *cx, const struct types *ts, const struct type *t, const struct measure *m,
	    struct sql *ret)
{
	SCOPED_BUF b;
	struct sql sql = { 0 };

	buf_init(&b, MAX_SQL);
	buf_text(&b, "SELECT count(*), coalesce(sum(CASE WHEN ");
	if (m->good == NULL)
		buf_text(&b, "TRUE");
	else
		TRY(expr_compile(cx, ts, t, m->good, "t", &b, &sql.params));
	buf_printf(&b, " THEN 1 ELSE 0 END), 0) FROM \"%s\" t WHERE t.sys_deleted = 0 AND ",
		   t->name);
	TRY(expr_compile(cx, ts, t, m->of, "t", &b, &sql.params));
	buf_text(&b, " AND ");
	if (!sql_right(cx, ts, t, RIGHT_SEE, "t", &b, &sql.params))
		return fail(cx, ERR_DENIED, "err.denied_see", msg(cx, t->plural_key));
	if (m->date != NULL) {
		buf_printf(&b, " AND t.\"%s\" >= ?%d", m->date,
			   params_add(&sql.params, PARAM_VALUE));
		buf_printf(&b, " AND t.\"%s\" <= ?%d", m->date,
			   params_add(&sql.params, PARAM_VALUE));
	}
	TRY(finish(cx, &b, &sql));
	*ret = sql;
	return OK;
}

enum err
sql_cursor(struct ctx *cx, const struct types *ts, const struct type *t, const struct list *l,
	   struct sql *ret)
{
	SCOPED_BUF b;
	struct sql sql = { 0 };

	buf_init(&b, MAX_SQL);
	buf_text(&b, "SELECT ");
	for (int i = 0; i < l->nsort; i++)
		buf_printf(&b, "t.\"%s\", ", l->sort[i].column);
	buf_printf(&b, "t.sys_id FROM \"%s\" t WHERE t.sys_id = ?%d AND ", t->name,
		   params_add(&sql.params, PARAM_VALUE));
	(void)sql_right(cx, ts, t, RIGHT_SEE, "t", &b, &sql.params);
	TRY(finish(cx, &b, &sql));
	*ret = sql;
	return OK;
}

enum err
sql_referring(struct ctx *cx, const struct types *ts, const struct type *t, const struct field *f,
	      int limit, struct sql *ret)
{
	SCOPED_BUF b;
	struct sql sql = { 0 };

	buf_init(&b, MAX_SQL);
	buf_printf(
		&b,
		"SELECT t.sys_number, r.title, t.sys_state, r.about FROM \"%s\" t JOIN "
		"sys_record r ON r.id = t.sys_id WHERE t.\"%s\" = ?%d AND t.sys_deleted = 0 AND ",
		t->name, f->name, params_add(&sql.params, PARAM_VALUE));
	(void)sql_right(cx, ts, t, RIGHT_SEE, "t", &b, &sql.params);
	buf_printf(&b, " ORDER BY t.sys_id DESC LIMIT %d", limit);
	TRY(finish(cx, &b, &sql));
	*ret = sql;
	return OK;
}
