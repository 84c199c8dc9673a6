/* Counties and municipalities by date. See place.h. */
#include "rule/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/ident.h"
#include "base/text.h"
#include "rule/rule_int.h"

#define MAX_PLACES 4000
#define MAX_SUCCESSIONS 20 /* a longer chain is a circle */

static const char *const KINDS[PLACE_KINDS] = { "county", "linn", "vald" };

const char *
place_kind_name(enum place_kind kind)
{
	return KINDS[kind];
}

/* First row of a code, or where it would stand. */
static size_t
first_of(const struct rulebook *rb, const char *code)
{
	size_t low = 0, high = rb->nplaces;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(rb->places[mid].code, code) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
in_force(const struct place *p, int32_t on)
{
	return p->valid_from <= on && (p->valid_to == CIVIL_NONE || on < p->valid_to);
}

const struct place *
place_find(const struct rulebook *rb, const char *code, int32_t on)
{
	for (size_t i = first_of(rb, code);
	     i < rb->nplaces && strcmp(rb->places[i].code, code) == 0; i++)
		if (in_force(&rb->places[i], on))
			return &rb->places[i];
	return NULL;
}

const struct place *
place_last(const struct rulebook *rb, const char *code)
{
	const struct place *last = NULL;

	for (size_t i = first_of(rb, code);
	     i < rb->nplaces && strcmp(rb->places[i].code, code) == 0; i++)
		last = &rb->places[i];
	return last;
}

const struct place *
place_now(const struct rulebook *rb, const char *code, int32_t on)
{
	for (int i = 0; i < MAX_SUCCESSIONS && code != NULL; i++) {
		const struct place *p = place_find(rb, code, on);
		const struct place *last = p == NULL ? place_last(rb, code) : NULL;

		if (p != NULL)
			return p;
		if (last == NULL || last->valid_to == CIVIL_NONE || on < last->valid_to)
			return NULL;
		code = last->successor;
	}
	return NULL;
}

static size_t
collect(struct ctx *cx, const struct rulebook *rb, bool counties, const char *county, int32_t on,
	const struct place ***ret)
{
	const struct place **list = ARENA_ARRAY(cx->arena, rb->nplaces, const struct place *);
	size_t n = 0;

	for (size_t i = 0; i < rb->nplaces; i++) {
		const struct place *p = &rb->places[i];

		if ((p->kind == PLACE_COUNTY) == counties && in_force(p, on) &&
		    (county == NULL || strcmp(p->county, county) == 0))
			list[n++] = p;
	}
	*ret = list;
	return n;
}

size_t
place_counties(struct ctx *cx, const struct rulebook *rb, int32_t on, const struct place ***ret)
{
	return collect(cx, rb, true, NULL, on, ret);
}

size_t
place_municipalities(struct ctx *cx, const struct rulebook *rb, const char *county, int32_t on,
		     const struct place ***ret)
{
	return collect(cx, rb, false, county, on, ret);
}

static enum err
read_code(struct ctx *cx, struct yaml *y, const char *key, bool optional, const char **ret)
{
	struct ident id;

	TRY(yaml_text(cx, y, key, optional, ret));
	if (*ret == NULL)
		return OK;
	ident_check(IDENT_EHAK, *ret, strlen(*ret), 0, &id);
	return id.valid && !id.was_normalised
		       ? OK
		       : yaml_fail(cx, yaml_get(y, key), "err.place_code", *ret);
}

static enum err
read_place(struct ctx *cx, struct yaml *y, int32_t since, struct place *p)
{
	const char *kind = NULL;

	*p = (struct place){ .valid_from = since, .valid_to = CIVIL_NONE, .confirmed = true };
	TRY(read_code(cx, y, "code", false, &p->code));
	TRY(yaml_text(cx, y, "name", false, &p->name));
	TRY(yaml_text(cx, y, "kind", false, &kind));
	while (p->kind < PLACE_KINDS && strcmp(KINDS[p->kind], kind) != 0)
		p->kind++;
	if (p->kind == PLACE_KINDS)
		return yaml_fail(cx, yaml_get(y, "kind"), "err.place_kind", kind);
	if (p->kind == PLACE_COUNTY)
		p->county = p->code;
	else
		TRY(read_code(cx, y, "county", false, &p->county));
	TRY(yaml_date(cx, y, "valid_from", true, &p->valid_from));
	TRY(yaml_date(cx, y, "valid_to", true, &p->valid_to));
	TRY(read_code(cx, y, "successor", true, &p->successor));
	TRY(yaml_bool(cx, y, "confirmed", true, &p->confirmed));
	if (p->valid_to != CIVIL_NONE && p->valid_to <= p->valid_from)
		return yaml_fail(cx, y, "err.rule_version_empty", p->code);
	return yaml_all_used(cx, y);
}

enum err
place_read(struct ctx *cx, struct rulebook *rb, struct yaml *y)
{
	struct yaml *list;
	int32_t since = CIVIL_NONE;

	TRY(yaml_date(cx, y, "valid_from", false, &since));
	TRY(yaml_need(cx, y, "places", YAML_LIST, &list));
	for (size_t i = 0; i < list->n; i++) {
		if (rb->nplaces == MAX_PLACES)
			return yaml_fail(cx, y, "err.rule_rows",
					 text_from_int(cx->arena, MAX_PLACES));
		rule_array_grow(cx->arena, &rb->places, rb->nplaces, &rb->places_size,
				sizeof(*rb->places));
		TRY(read_place(cx, list->items[i], since, &rb->places[rb->nplaces]));
		rb->nplaces++;
	}
	return OK;
}

static int
by_code(const void *a, const void *b)
{
	const struct place *p = a, *q = b;
	int c = strcmp(p->code, q->code);

	return c != 0 ? c : (p->valid_from > q->valid_from) - (p->valid_from < q->valid_from);
}

/* Sort, and refuse rows of one code that overlap and links that lead nowhere. */
enum err
place_settle(struct ctx *cx, struct rulebook *rb)
{
	if (rb->nplaces == 0)
		return OK;
	qsort(rb->places, rb->nplaces, sizeof(*rb->places), by_code);
	for (size_t i = 0; i < rb->nplaces; i++) {
		const struct place *p = &rb->places[i], *before = i > 0 ? p - 1 : NULL;

		if (before != NULL && strcmp(before->code, p->code) == 0 &&
		    (before->valid_to == CIVIL_NONE || before->valid_to > p->valid_from))
			return fail(cx, ERR_INVALID, "err.place_overlap", p->code);
		if (place_last(rb, p->county) == NULL)
			return fail(cx, ERR_INVALID, "err.place_unknown", p->county);
		if (p->successor != NULL && place_last(rb, p->successor) == NULL)
			return fail(cx, ERR_INVALID, "err.place_unknown", p->successor);
	}
	return OK;
}
