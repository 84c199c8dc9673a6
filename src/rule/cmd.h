/*
 * The commands `hool rule` and `hool id`. argv[0] is the command's own name. Answers go to `out`,
 * errors are returned with their text in cx; a batch answers every line and returns the error of
 * the whole at its end. `rb` may be NULL for `id`, which then knows no places.
 */
#ifndef HOOL_RULE_CMD_H
#define HOOL_RULE_CMD_H

#include <stdio.h>

#include "rule/rule.h"

/* The commands `hool rule` and `hool id`: argv[0] is the command's own name, answers go to `out`.
 */
enum err rule_cmd(struct ctx *cx, const struct rulebook *rb, int argc, char **argv, FILE *in,
		  FILE *out) MUST_USE;
enum err ident_cmd(struct ctx *cx, const struct rulebook *rb, int argc, char **argv, FILE *in,
		   FILE *out) MUST_USE;

#endif
