/*
 * The API: the standard addresses in JSON, by the same handlers as the pages. A request is the
 * API's when it brings a token, brings JSON, or asks for JSON rather than HTML. Its body is read
 * into the pairs a form would hold, the page's own handler works on them, and what comes of it is
 * said in JSON: the record, or the error by RFC 9457. So rights, hooks, access log and form keys
 * are those of pages. docs/guide/api.md is for those who call it.
 *
 *	GET   /T                     list     POST  /T            make (also /T/uus)
 *	GET   /T/N                   record   PATCH /T/N          change (also POST /T/N/-/muuda)
 *	POST  /T/N/-/liigu/MOVE      move     POST  /T/N/-/markus, /-/kustuta, /-/fail
 *
 * N is a record's number or ~ID, its id behind a tilde.
 */
#ifndef HOOL_WEB_API_API_H
#define HOOL_WEB_API_API_H

#include "format/json.h"
#include "web/reading.h"

/* How a handler of pages is called by the API. */
enum api_kind {
	API_READ,   /* `json` writes what the page would show */
	API_SELF,   /* answers in JSON, or with a file, by itself */
	API_CREATE, /* the body holds fields of a new record */
	API_EDIT,   /* fields to change; needs the version read */
	API_MOVE,   /* fields the move asks for */
	API_NOTE,   /* a note: {"note": …} */
	API_DELETE, /* the same, and the version read */
	API_SEARCH, /* {"q": …} */
	API_UPLOAD, /* multipart/form-data, the file in "fail" */
	API_CALL,   /* a field of work's own, described by its web_call */
};

struct api_shape {
	enum err (*page)(struct visit *v);
	enum api_kind kind;
	enum err (*json)(struct visit *v); /* API_READ */
};

/* Is the request the API's? */
bool api_wanted(const struct http_exchange *x);
/* The secret of an Authorization header, or NULL. */
const char *api_bearer(const struct http_exchange *x);
/* Before the route is looked for: the addresses only the API has, as those of the pages. */
void api_address(struct visit *v);
/* A record's number for "~ID"; other numbers as they are. */
const char *api_number(struct visit *v, const char *number);
/* The route is found: can it be called so? ERR_INVALID with 405, 406. */
enum err api_route(struct visit *v) MUST_USE;
/* The language asked for by Accept-Language, where there is one of ours. */
void api_language(struct visit *v);
/* Has the token made too many requests in this minute? ERR_LIMIT err.api_rate. */
enum err api_rate(struct visit *v) MUST_USE;
/*
 * Read the body into x->form, and the headers that stand for a form's hidden fields: If-Match,
 * Idempotency-Key. Errors: ERR_INVALID with 400, 415, 422, 428; ERR_CONFLICT err.changed.
 */
enum err api_body(struct visit *v) MUST_USE;
/* One body for a type's fields, or a call's inputs: api_body() without the headers, for tests. */
struct api_input {
	const char *name;
	const struct field *field;
	bool required;
	const char *refused; /* error for whoever gives it nevertheless: its key; or NULL */
};
enum err api_pairs(struct visit *v, const char *body, size_t len, const struct api_input *inputs,
		   size_t n, struct http_pairs *ret) MUST_USE;
/* The handler has done its work (v->location): say what came of it. */
enum err api_answer(struct visit *v) MUST_USE;
/* The error as application/problem+json. Never fails. */
void api_problem(struct visit *v, enum err e);

/* list_json.c, record_json.c */
enum err list_json(struct visit *v) MUST_USE;
enum err record_json(struct visit *v) MUST_USE;
enum err search_json(struct visit *v) MUST_USE;
enum err me_json(struct visit *v) MUST_USE;
/* The record v->type and v->number name, with its ETag, as the body of the answer. */
enum err record_json_write(struct visit *v, struct reading *rd) MUST_USE;
/* One value of a field; a reference as {id, title, url}. */
enum err api_put_value(struct visit *v, struct json_out *j, const struct field *f,
		       const struct value *value) MUST_USE;
/* "2026-11-23T12:00:00Z" */
const char *api_moment(struct ctx *cx, int64_t utc);

#endif
