/*
 * Finding records by name, code or number: by words that begin alike, without diacritics; then by
 * spelling; codes and numbers exactly. Results are those the actor may see.
 *
 * A search for a person is posted; what was asked is kept on the server, and the answer has an
 * address that tells nothing (search_keep, search_kept).
 */
#ifndef HOOL_CORE_SEARCH_H
#define HOOL_CORE_SEARCH_H

#include "core/record.h"

struct found {
	int64_t id;
	const struct type *type;
	const char *number, *title;
	int64_t about;
	bool like; /* not as typed, but spelled alike */
};

/* At most `limit` records, of one type or (NULL) of any the actor may see. */
enum err search_find(struct ctx *cx, const struct type *t, const char *query, int limit,
		     struct found **ret, size_t *ret_n) MUST_USE;
/* Persons that may be the same: same code, or name that sounds alike and same birth date. */
enum err search_same_person(struct ctx *cx, const struct change *ch, struct found **ret,
			    size_t *ret_n) MUST_USE;
/* Keep a question; the token is what its address shows. On the write lane. */
enum err search_keep(struct ctx *cx, const char *query, const char **ret_token) MUST_USE;
/* The question of a token, if it is the actor's own; ERR_NOTFOUND else. */
enum err search_kept(struct ctx *cx, const char *token, const char **ret_query) MUST_USE;

#endif
