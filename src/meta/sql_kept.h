/*
 * Statements already built, so that a page does not build the same ten again. What a statement
 * says depends on the types, what is asked for, and the duties of who asks; all of that is its
 * key. Only sql.c includes this.
 */
#ifndef HOOL_META_SQL_KEPT_H
#define HOOL_META_SQL_KEPT_H

#include "meta/sql.h"

enum sql_what { SQL_LIST, SQL_COUNT, SQL_LOAD, SQL_INSERT, SQL_UPDATE, SQL_CHECK };

/* Compared byte by byte: begin with sql_key_of(), which leaves no byte undefined. Addresses are
 * of what lives as long as the type. */
struct sql_key {
	uint64_t type; /* its serial number: another type may come to lie where one was */
	uint64_t duties[4];
	struct reach reach; /* of a token; zeros without one */
	const void *part;   /* the list, or a condition */
	const void *filter[4];
	int64_t what, right, limit;
	int64_t system, reached, after, backwards; /* reached: by a token */
};

/* A key with the type and the actor filled in; `actor` false for statements all share. */
void sql_key_of(const struct ctx *cx, const struct type *t, enum sql_what what, bool actor,
		struct sql_key *ret);
/* The statement kept under a key. Thread-safe. */
bool sql_kept(const struct sql_key *key, struct sql *ret);
/* Keep a statement; past some thousands nothing more is kept. Thread-safe. */
void sql_keep(const struct sql_key *key, const struct sql *sql);

#endif
