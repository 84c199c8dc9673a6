/*
 * Templates of numbers and titles: "{service.code}-{year}/{seq}", "{first_name} {last_name}".
 * {field} is the field as people read it (a reference by its title), {ref.field} a field of the
 * record referred to, {year} the present year, {seq} the next number of the series that the rest
 * of the template makes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/record_int.h"

#define MAX_FILLED 400u /* bytes */

static const char NEXT[] =
	"INSERT INTO sys_counter (name, value) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET "
	"value = sys_counter.value + 1 RETURNING value";

/* Read by primary key, with identifiers from the type; interned like all built SQL. */
static enum err
sub_field(struct ctx *cx, const struct field *ref, const char *name, const struct value *v,
	  const char **ret)
{
	const struct field *sub = type_field(ref->ref_type, name);
	struct record *r;
	struct value empty = { .set = false };

	if (sub == NULL)
		return fail(cx, ERR_INVALID, "err.type_field", name, ref->ref_type->name);
	if (!v->set)
		return value_text(cx, sub, &empty, ret);
	TRY(record_get(cx, ref->ref_type->name, v->i, &r));
	return value_text(cx, sub, &r->v[sub->index], ret);
}

static enum err
part(struct ctx *cx, const struct type *t, const struct value *v, char *name, const char **ret)
{
	char *dot = strchr(name, '.');
	const struct field *f;

	if (strcmp(name, "year") == 0) {
		*ret = text_from_int(cx->arena, civil_date(cx->today).year);
		return OK;
	}
	if (dot != NULL)
		*dot++ = '\0';
	f = type_field(t, name);
	if (f == NULL || (dot != NULL && f->ref_type == NULL))
		return fail_at(cx, ERR_INVALID, t->file, 0, 0, "err.type_field", name, t->name);
	if (dot != NULL)
		return sub_field(cx, f, dot, &v[f->index], ret);
	return value_text(cx, f, &v[f->index], ret);
}

static enum err
next_in_series(struct ctx *cx, const struct type *t, const char *series, const char *after,
	       const char **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, NEXT, DB_ARGS(db_text(arena_printf(cx->arena, "%s:%s", t->name, series))),
		     &q));
	TRY(stmt_step(cx, q, &row));
	*ret = arena_printf(cx->arena, "%s%" PRId64 "%s", series, stmt_int(q, 0), after);
	return OK;
}

/* Everything but {seq}; its place is told by *ret_seq (NULL: there is none). */
static enum err
fill(struct ctx *cx, const struct type *t, const struct value *v, const char *template,
     struct buf *out, size_t *ret_seq)
{
	while (*template != '\0') {
		const char *end = *template == '{' ? strchr(template, '}') : NULL;
		const char *text;
		char *name;

		if (end == NULL) {
			buf_char(out, *template ++);
			continue;
		}
		name = arena_strndup(cx->arena, template + 1, (size_t)(end - template - 1));
		template = end + 1;
		if (strcmp(name, "seq") == 0) {
			*ret_seq = out->len;
			continue;
		}
		TRY(part(cx, t, v, name, &text));
		buf_text(out, text);
	}
	return OK;
}

/* At most MAX_FILLED bytes, cut between characters. */
static const char *
cut(struct ctx *cx, const char *s)
{
	size_t n = strlen(s);

	if (n > MAX_FILLED) {
		n = MAX_FILLED;
		while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
			n--;
	}
	return arena_strndup(cx->arena, s, n);
}

enum err
record_template(struct ctx *cx, const struct type *t, const struct value *v, const char *template,
		const char **ret)
{
	size_t seq = SIZE_MAX;
	SCOPED_BUF out;

	buf_init(&out, MAX_PAGE);
	TRY(fill(cx, t, v, template, &out, &seq));
	TRY(buf_check(cx, &out));
	if (seq != SIZE_MAX)
		return next_in_series(cx, t, arena_strndup(cx->arena, out.bytes, seq),
				      out.bytes + seq, ret);
	*ret = cut(cx, text_trim(cx->arena, out.bytes));
	return OK;
}
