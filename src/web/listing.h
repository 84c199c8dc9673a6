/*
 * What a list shows: which of a type's lists, its filters, one page of rows by keyset, the count.
 * Read once, the same way, for the page (list_page.c) and for the API (list_json.c): rights, access
 * log and limits are here.
 */
#ifndef HOOL_WEB_LISTING_H
#define HOOL_WEB_LISTING_H

#include "web/site.h"

#define LISTING_FILTERS 4
#define LISTING_MOST 200 /* rows of one answer; a page shows MAX_LIST_ROWS */

struct row {
	int64_t id, about;
	const char *number;
	int state; /* -1: not one of the type's */
	int32_t due;
	/* One a column; texts for joined titles. Those of number, state and due hold nothing. */
	struct value *values;
};

/* Fill the first five before listing_read(). */
struct listing {
	int most;	  /* rows, 1 … LISTING_MOST */
	int64_t from;	  /* id of the row to continue behind; 0: the beginning */
	bool before;	  /* continue before it */
	bool strict;	  /* what is not understood is an error, not left out */
	const char *sort; /* as listing_sort() gives one; NULL: the list's own */

	struct visit *v;
	const struct type *type;
	const struct list *own; /* the list chosen; query.list may sort in another way */
	struct list_query query;
	struct db_value values[LISTING_FILTERS + 4]; /* filters, then the cursor */
	int nfilters, nvalues;
	const char *base, *address; /* with the list; with the filters too; without cursor */
	const char *unknown;	    /* filter that was given a value there is none of */
	struct part_field fields[LISTING_FILTERS];
	size_t nfields;
	struct row **rows;
	size_t n;
	bool more;     /* there are rows beyond these, in the direction asked for */
	int64_t count; /* of the list with its filters, at most MAX_COUNT + 1 */
};

/*
 * Errors: ERR_DENIED err.denied_see, ERR_NOTFOUND err.no_page (no lists); if strict, ERR_INVALID
 * err.choice or err.api_sort naming the parameter, ERR_NOTFOUND err.api_cursor_gone.
 */
enum err listing_read(struct visit *v, struct listing *li) MUST_USE;
/*
 * All rows from the beginning, in one walk of one query: fn() gets them LISTING_MOST at a time in
 * li->rows, at most `most` in all. They live in v->cx's arena, which fn() may empty; everything
 * else of `li` lives in that of `kept`, which must be another and have the same reader. Errors: as
 * listing_read(), and fn()'s.
 */
typedef enum err listing_fn(struct listing *li, void *arg);
enum err listing_walk(struct visit *v, struct ctx *kept, int most, struct listing *li,
		      listing_fn *fn, void *arg) MUST_USE;
/* A list made for a duty is offered to those who hold it. */
bool listing_offered(const struct visit *v, const struct list *l);
/* How a list sorts, as an address says it: "due", "-arrived", "last_name,first_name"; "" by id. */
const char *listing_sort(struct ctx *cx, const struct type *t, const struct list *l);

#endif
