/* Lines of a batch from outside, of which nothing is taken for granted. For the commands of core.
 */
#ifndef HOOL_RULE_CMD_LINE_H
#define HOOL_RULE_CMD_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CMD_LINE_MAX 4096 /* bytes of a line */

struct cmd_line {
	char bytes[CMD_LINE_MAX + 1]; /* without its line break; a NUL follows */
	size_t len;
	bool too_long; /* the rest was dropped */
	bool has_nul;
};

/* The next line; false at the end. A line break is LF or CR LF. */
bool cmd_line_read(FILE *in, struct cmd_line *ret);

#endif
