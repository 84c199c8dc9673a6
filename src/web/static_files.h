/*
 * The files compiled into the program, served under /static/. An address with the set's hash in
 * it, /static/<hash>/hool.css, may be kept for ever by browsers, since any change of any file
 * makes a new hash (one for the whole set, so that files may name each other). The plain address
 * /static/hool.css is asked again each time and mostly answered 304.
 */
#ifndef HOOL_WEB_STATIC_FILES_H
#define HOOL_WEB_STATIC_FILES_H

#include "base/embed.h"
#include "http/http.h"

struct static_files;

/*
 * Prepare a table (embed_static): hashes, types, compressed twins. Lives in the arena, which must
 * outlive the server; read-only afterwards, so all threads may share it.
 */
struct static_files *static_files_new(struct arena *a, const struct embed_file *table);
/* "/static/<hash>/" to put before a name in pages. */
const char *static_base(const struct static_files *s);
/* Is the request's path one of ours (it begins with /static/)? */
bool static_is(const struct http_exchange *x);
/* Answer such a request. Errors: ERR_NOTFOUND; 405 for anything but GET and HEAD. */
enum err static_answer(const struct static_files *s, struct http_exchange *x) MUST_USE;

#endif
