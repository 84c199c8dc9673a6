/* Shared by the files of meta/ only. */
#ifndef HOOL_META_META_INT_H
#define HOOL_META_META_INT_H

#include "format/yaml.h"
#include "meta/type.h"

/* What parsing one file needs. */
struct parse {
	struct ctx *cx;
	struct texts *texts;
	struct types *types;
};

/* Read {et: …, en: …, ru: …} under `key` into the catalogue as `text_key`. A missing language is
 * an error at the node, so that no page can show a bare key. */
enum err parse_label(struct parse *p, struct yaml *map, const char *key, bool optional,
		     const char *text_key, const char **ret_key) MUST_USE;
static inline struct at
at_node(const struct yaml *y)
{
	return (struct at){ y->line, y->col };
}

/* fail_at() at a place of the type's file. */
#define type_fail(cx, t, at, ...) \
	fail_at((cx), ERR_INVALID, (t)->file, (at).line, (at).col, __VA_ARGS__)

/* The place of the value under `key`, or of the map itself where there is none. */
struct at at_key(struct yaml *map, const char *key);
/* Most of anything a type may have that has no limit of its own. */
#define MAX_PARTS 32
/* A map under `key` with at most MAX_PARTS entries; *ret is NULL where there is none. */
enum err parse_map(struct parse *p, struct yaml *y, const char *key, struct yaml **ret) MUST_USE;
/* The parts of a type, each in a file of its own. */
enum err parse_fields(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
enum err parse_states(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
enum err parse_moves(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
enum err parse_clocks(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
enum err parse_rights(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
enum err parse_lists(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
enum err parse_guards(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
enum err parse_measures(struct parse *p, struct type *t, struct yaml *y) MUST_USE;
/* A field named by a scalar node; unknown is an error at that node. */
enum err parse_field_name(struct parse *p, const struct type *t, struct yaml *y,
			  const struct field **ret) MUST_USE;
/* A list of names under `key` as a set of states; absent gives 0. */
enum err parse_state_set(struct parse *p, const struct type *t, struct yaml *map, const char *key,
			 uint64_t *ret) MUST_USE;
/* All types known: references, columns, conditions, templates, presets and duties. */
enum err resolve_types(struct ctx *cx, struct types *ts) MUST_USE;

#endif
