/*
 * JSON (RFC 8259) out and in.
 *
 * The writer goes over a struct buf, puts its own commas, escapes, and writes only valid UTF-8
 * (malformed bytes become U+FFFD). A misplaced key or an end that does not match is our BUG().
 *
 * The reader is strict: double keys, malformed UTF-8, NUL in texts, bytes after the value, more
 * than MAX_JSON_DEPTH levels are refused. Every value knows its line and column. Numbers keep the
 * text they were written in, so that sums never pass through floating point.
 */
#ifndef HOOL_FORMAT_JSON_H
#define HOOL_FORMAT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"

/* ---- out ---- */

struct json_out {
	struct buf *out;
	size_t depth;
	bool is_map[MAX_JSON_DEPTH];
	bool has_items[MAX_JSON_DEPTH];
	bool has_key; /* a key is written and waits for its value */
	bool done;    /* the one outermost value is complete */
};

/* Write into `out` from where it stands. Nothing to release. */
void json_out_init(struct json_out *j, struct buf *out);
void json_map(struct json_out *j);
void json_map_end(struct json_out *j);
void json_list(struct json_out *j);
void json_list_end(struct json_out *j);
/* The name of the next value; only within a map. */
void json_key(struct json_out *j, const char *key);
/* Values: within a list, after a key, or as the only one. A NULL text is null. */
void json_put_text(struct json_out *j, const char *s);
void json_put_text_n(struct json_out *j, const char *s, size_t len);
void json_put_int(struct json_out *j, int64_t n);
void json_put_bool(struct json_out *j, bool b);
void json_put_null(struct json_out *j);
/* Key and value in one. */
void json_pair_text(struct json_out *j, const char *key, const char *s);
void json_pair_int(struct json_out *j, const char *key, int64_t n);
void json_pair_bool(struct json_out *j, const char *key, bool b);
/* The value is complete. ERR_LIMIT if the buffer overflowed. */
enum err json_done(struct ctx *cx, struct json_out *j) MUST_USE;

/* ---- in ---- */

enum json_kind {
	JSON_NIL,
	JSON_BOOL,
	JSON_INT,     /* a whole number that fits int64 */
	JSON_DECIMAL, /* any other number: `text` as written */
	JSON_TEXT,
	JSON_LIST,
	JSON_MAP
};

struct json {
	enum json_kind kind;
	const char *file;  /* as given to json_parse */
	int line, col;	   /* from 1; col counts code points */
	bool boolean;	   /* JSON_BOOL */
	int64_t integer;   /* JSON_INT */
	const char *text;  /* JSON_TEXT: the text; JSON_INT, JSON_DECIMAL: the number as written */
	size_t n;	   /* JSON_LIST: items; JSON_MAP: pairs */
	const char **keys; /* JSON_MAP: n of them, in the order written */
	struct json **items; /* JSON_LIST: items; JSON_MAP: values */
	bool *used;	     /* JSON_MAP: asked for by json_get; see json_all_used */
};

/*
 * Parse into cx's arena. `file` ("request", a file name) is kept for messages.
 * Errors: ERR_INVALID "err.json", "err.json_utf8", "err.json_double", "err.json_number" with line
 * and column; ERR_LIMIT "err.json_deep", "err.json_large" (past MAX_REQUEST_BODY).
 */
enum err json_parse(struct ctx *cx, const char *file, const char *bytes, size_t len,
		    struct json **ret) MUST_USE;
/* The value under a key of a map, marked as used; NULL if there is none (or j is no map). */
struct json *json_get(struct json *j, const char *key);
/* The error at a value: fail_at() with its file, line and column. */
#define json_fail(cx, j, ...) \
	fail_at((cx), ERR_INVALID, (j)->file, (j)->line, (j)->col, __VA_ARGS__)
/*
 * Typed readers: the value must be there and of the kind, unless `optional`: then *ret stays as it
 * was when the key is absent or null. Errors: "err.json_missing", "err.json_kind",
 * "err.json_range", "err.json_date", "err.json_money".
 */
enum err json_need(struct ctx *cx, struct json *map, const char *key, enum json_kind kind,
		   struct json **ret) MUST_USE;
enum err json_text(struct ctx *cx, struct json *map, const char *key, bool optional,
		   const char **ret) MUST_USE;
enum err json_int(struct ctx *cx, struct json *map, const char *key, bool optional, int64_t min,
		  int64_t max, int64_t *ret) MUST_USE;
enum err
json_bool(struct ctx *cx, struct json *map, const char *key, bool optional, bool *ret) MUST_USE;
/* "2026-05-25" and no other form. */
enum err
json_date(struct ctx *cx, struct json *map, const char *key, bool optional, int32_t *ret) MUST_USE;
/* 1234.5, 1234.50 or "1234.50" as cents; exact, at most two decimals, no exponent. */
enum err
json_cents(struct ctx *cx, struct json *map, const char *key, bool optional, int64_t *ret) MUST_USE;
/* Every key of the map must have been asked for; the first that was not is "err.json_unknown". */
enum err json_all_used(struct ctx *cx, struct json *map) MUST_USE;

#endif
