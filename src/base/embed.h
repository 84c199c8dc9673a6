/*
 * Files compiled into the program, so that it runs from one file: build/gen/embed_*.c, made by
 * tools/embed.c from the tree. Each table ends with a row whose name is NULL; a missing folder
 * gives an empty table. Rows are in byte order of their names.
 */
#ifndef HOOL_BASE_EMBED_H
#define HOOL_BASE_EMBED_H

#include <stddef.h>

struct embed_file {
	const char *name;  /* static, schema: from their folder; the others: from the tree's root */
	const char *bytes; /* a NUL stands after the last byte and is not counted */
	size_t len;
};

extern const struct embed_file embed_static[]; /* src/web/static/: "app.css" */
extern const struct embed_file embed_schema[]; /* src/db/schema/: "0001-engine.sql" */
extern const struct embed_file embed_types[];  /* "types/person.yaml", "src/work/queue/types/…" */
extern const struct embed_file embed_rules[];  /* "rules/deadlines.yaml" */
extern const struct embed_file embed_po[];     /* "po/base.et.po" */

#endif
