/*
 * YAML read strictly, from libyaml's events, so that every node knows its line and column and
 * every error names file, line and column. Anchors, aliases, tags and double keys are refused; one
 * document a file; at most MAX_YAML bytes, MAX_YAML_DEPTH deep. A scalar is text: the reader says
 * what it must be. To the typed readers a key with nothing behind it ("max:") is absent.
 */
#ifndef HOOL_FORMAT_YAML_H
#define HOOL_FORMAT_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	const char *file;
	int line, col;	      /* from 1 */
	const char *text;     /* YAML_TEXT: the scalar; "" may be an empty value */
	bool quoted;	      /* YAML_TEXT: was in quotes or a block, so certainly text */
	size_t n;	      /* YAML_LIST: items; YAML_MAP: pairs */
	const char **keys;    /* YAML_MAP: n of them, in file order */
	struct yaml **key_at; /* YAML_MAP: the key nodes, for their places */
	struct yaml **items;  /* YAML_LIST: items; YAML_MAP: values */
	bool *used;	      /* YAML_MAP: asked for by yaml_get; see yaml_all_used */
};

/* Parse into cx's arena. `file` is kept for messages. */
enum err yaml_parse(struct ctx *cx, const char *file, const char *bytes, size_t len,
		    struct yaml **ret) MUST_USE;
/* The value under a key of a map, marked as used; NULL if there is none (or y is no map). */
struct yaml *yaml_get(struct yaml *y, const char *key);
/* The error at a node: fail_at() with its file, line and column. */
#define yaml_fail(cx, y, ...) \
	fail_at((cx), ERR_INVALID, (y)->file, (y)->line, (y)->col, __VA_ARGS__)
/* Typed readers: the value must be there unless `optional`, in which case *ret stays as it was. */
enum err yaml_need(struct ctx *cx, struct yaml *map, const char *key, enum yaml_kind kind,
		   struct yaml **ret) MUST_USE;
enum err yaml_text(struct ctx *cx, struct yaml *map, const char *key, bool optional,
		   const char **ret) MUST_USE;
enum err yaml_name(struct ctx *cx, struct yaml *map, const char *key, bool optional,
		   const char **ret) MUST_USE; /* text_is_name() */
enum err yaml_int(struct ctx *cx, struct yaml *map, const char *key, bool optional, int64_t min,
		  int64_t max, int64_t *ret) MUST_USE;
enum err yaml_bool(struct ctx *cx, struct yaml *map, const char *key, bool optional,
		   bool *ret) MUST_USE; /* true or false, nothing else */
enum err
yaml_date(struct ctx *cx, struct yaml *map, const char *key, bool optional, int32_t *ret) MUST_USE;
/* A list of texts; a single text counts as a list of one. *ret_n 0 when optional and absent. */
enum err yaml_texts(struct ctx *cx, struct yaml *map, const char *key, bool optional,
		    const char ***ret, size_t *ret_n) MUST_USE;
/* Every key of the map must have been asked for; the first that was not is "err.yaml_unknown". */
enum err yaml_all_used(struct ctx *cx, struct yaml *map) MUST_USE;

#endif
