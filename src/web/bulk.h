/* One move for many rows of a list: the bar under it, and its pages. See bulk_page.c. */
#ifndef HOOL_WEB_BULK_H
#define HOOL_WEB_BULK_H

#include "web/site_int.h"

/*
 * The bar for a list whose rows are in these states (set by index): the moves the reader may make
 * of them that ask for no other record. Returns the id of its form for part_table.bulk_form, or
 * NULL where there is nothing to offer, and *ret is then untouched.
 */
const char *bulk_bar(struct visit *v, const struct type *t, uint64_t states, struct part_bulk *ret);

/* The rows and the move come, are tried, and are done; with typed faults the form comes again; what
 * became of the rows, kept under a key. */
enum err bulk_post(struct visit *v) MUST_USE;
enum err bulk_again(struct visit *v) MUST_USE;
enum err bulk_done(struct visit *v) MUST_USE;

#endif
