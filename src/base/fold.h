/*
 * Two different things that must never leak into each other.
 *
 * A sort key orders names by the Estonian alphabet: a b c d e f g h i j k l m n o p q r s š z ž t
 * u v w õ ä ö ü x y. Case is ignored; accents that are no letters of their own come after the
 * plain letter; the byte order of keys is the order of names, the same on both databases.
 *
 * A fold is for finding: lower case, no diacritics (õ→o, ž→z, Cyrillic to Latin), no
 * punctuation, single spaces. A sound fold is coarser still and forgives spelling (w/v, ph/f,
 * y/ü/i, double letters, d/t g/k b/p): equal sound folds are worth showing as "did you mean".
 */
#ifndef HOOL_BASE_FOLD_H
#define HOOL_BASE_FOLD_H

#include "base/arena.h"

/* The sort key of a name as printable ASCII, in the arena. */
const char *fold_sort_key(struct arena *a, const char *s);
/* The search fold of a text, in the arena. */
const char *fold_search(struct arena *a, const char *s);
/* The spelling-tolerant fold of a text, its words run together, in the arena. */
const char *fold_sound(struct arena *a, const char *s);

/*
 * For a database that does the same in functions of its own (db/pg_functions.c): a code point in
 * lower case as its plain letter and marks, at most two; and the letter of its own that a letter
 * and a mark make together, 0 if none.
 */
uint32_t fold_parts(uint32_t cp, uint32_t ret_marks[2]);
uint32_t fold_compose(uint32_t letter, uint32_t mark);

#endif
