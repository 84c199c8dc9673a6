/*
 * Texts people see: catalogues in the .po format, one a language, read at start. Estonian is the
 * first; an entry missing elsewhere falls back to Estonian, then to the key itself, and is counted.
 * Keys are plain words with dots ("list.empty"). Values may hold {1} to {4} for values.
 */
#ifndef HOOL_BASE_TEXTS_H
#define HOOL_BASE_TEXTS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/ctx.h"

struct texts;

/* "et", "en", "ru", and back: -1 if it is none of them. */
const char *lang_code(enum lang lang);
int lang_from_code(const char *code);

/* Empty catalogues in an arena that must outlive them. */
struct texts *texts_new(struct arena *a);
/*
 * Add the entries of one .po file for one language; later files win, so that a house may change a
 * word. Errors: ERR_INVALID with file, line and column; ERR_LIMIT past MAX_PO.
 */
enum err texts_add_po(struct ctx *cx, struct texts *t, enum lang lang, const char *file,
		      const char *bytes, size_t len) MUST_USE;
/* Add one text from elsewhere (a type's name in its YAML). All strings must outlive the texts. */
void texts_put(struct texts *t, enum lang lang, const char *key, const char *value);
/* Entries a language lacks against Estonian. */
size_t texts_missing(const struct texts *t, enum lang lang);

/* The text under `key` in cx's language, never NULL. Lives as long as the catalogues. */
const char *msg(const struct ctx *cx, const char *key);
/* The same, with {1}.. replaced by the strings that follow (NULL ends). In cx's arena. */
#define msgf(cx, ...) msg_with((cx), __VA_ARGS__, (const char *)NULL)
const char *msg_with(const struct ctx *cx, const char *key, ...) __attribute__((sentinel));
/* The recorded error in cx's language: place (file:line:column, field) and message. */
const char *msg_error(const struct ctx *cx);
/*
 * A word counted: picks the form for n by the rules of the language ("1 päev", "2 päeva";
 * "1 день", "2 дня", "5 дней"). The catalogue holds KEY.one, KEY.few (Russian), KEY.many, each
 * with {1} for the number.
 */
const char *msg_count(const struct ctx *cx, const char *key, long n);

#endif
