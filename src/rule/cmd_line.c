/* Lines of a batch. See cmd_line.h. */
#include "rule/cmd_line.h"

bool
cmd_line_read(FILE *in, struct cmd_line *ret)
{
	int c = getc(in);

	ret->len = 0;
	ret->too_long = false;
	ret->has_nul = false;
	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc(in)) {
		ret->has_nul = ret->has_nul || c == '\0';
		if (ret->len < CMD_LINE_MAX)
			ret->bytes[ret->len++] = (char)c;
		else
			ret->too_long = true;
	}
	if (ret->len > 0 && ret->bytes[ret->len - 1] == '\r' && !ret->too_long)
		ret->len--;
	ret->bytes[ret->len] = '\0';
	return true;
}
