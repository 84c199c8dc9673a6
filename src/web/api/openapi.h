/*
 * The API described: OpenAPI 3.1, made from the types, so that it cannot say what is not so. Each
 * type gives its addresses, its fields with their kinds, its moves with what they ask for, its
 * lists with their filters and sorts; fields of work add the calls they describe (struct web_call).
 */
#ifndef HOOL_WEB_API_OPENAPI_H
#define HOOL_WEB_API_OPENAPI_H

#include "web/site.h"

/* Write the document, its texts in cx's language. Needs no database. Errors: ERR_LIMIT. */
enum err openapi_write(struct ctx *cx, const struct work *const *works, const char *version,
		       struct buf *out) MUST_USE;

#endif
