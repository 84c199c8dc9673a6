/* Shared by the files of record_*.c only. */
#ifndef HOOL_CORE_RECORD_INT_H
#define HOOL_CORE_RECORD_INT_H

#include "core/record.h"

/* Find words of a record anew: from the fields marked `search`. */
enum err words_update(struct ctx *cx, const struct record *r) MUST_USE;
/* The words a text is found by ("jaan", "tamm"), those it is found by though spelled otherwise
 * ("~jan", "~tam"), and the one word of a code, its spaces left out ("#ee1234"). In cx's arena. */
size_t fold_words(struct ctx *cx, const char *text, const char ***ret);
size_t sound_words(struct ctx *cx, const char *text, const char ***ret);
const char *code_word(struct ctx *cx, const char *text);
/* A field by name; BUG() where the type has none. */
const struct field *field_of(const struct type *t, const char *name);

/* Write a new record (id and number are given to it), and one changed from `old`: history, row,
 * words, clocks. `kind` is create or import; edit, move or delete, and an edit that changes
 * nothing writes nothing. */
enum err
record_insert(struct ctx *cx, struct record *r, const char *kind, const char *note) MUST_USE;
enum err record_save(struct ctx *cx, const struct record *old, struct record *r, const char *kind,
		     const char *name, const char *note) MUST_USE;
/* Every required field must be filled: err.required. */
enum err record_check_required(struct ctx *cx, const struct record *r) MUST_USE;
/* A copy with values of its own, and what a change gives put into one. */
struct record *record_copy(struct ctx *cx, const struct record *old);
void record_take(struct record *r, const struct change *ch);

#endif
