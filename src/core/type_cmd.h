/*
 * The command `hool type`: what kinds of records there are, whether files that change them are
 * right, what a change would do to a database, and who may do what. argv[0] is the command's own
 * name; answers go to `out`. Errors: ERR_INVALID for a wrong word or a wrong file, ERR_NOTFOUND.
 */
#ifndef HOOL_CORE_TYPE_CMD_H
#define HOOL_CORE_TYPE_CMD_H

#include <stdio.h>

#include "core/world.h"

/* Carry out one command line; nothing is read from `in`. */
enum err type_cmd(struct ctx *cx, const struct world *w, int argc, char **argv, FILE *in,
		  FILE *out) MUST_USE;

#endif
