/* Conditions as tokens, and errors at their places. */
#include <string.h>

#include "base/text.h"
#include "meta/expr_int.h"

enum err
expr_wrong(struct expr *x, const char *key, const char *what)
{
	const char *from = x->start;
	int64_t col = 1;

	while (from < x->at && *from != '\0') {
		(void)text_next(&from);
		col++;
	}
	return fail_at(x->cx, ERR_INVALID, x->top->file, x->place.line, x->place.col, key,
		       *what == '\0' ? "…" : what, text_from_int(x->cx->arena, col), x->start);
}

/* The same about a name that was read whole before it turned out wrong. */
enum err
expr_wrong_name(struct expr *x, const char *key, const char *name)
{
	x->at = x->name_at;
	return expr_wrong(x, key, name);
}

static bool
word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static enum err
take(struct expr *x, const char *from, size_t len, enum token token)
{
	if (len > MAX_TEXT)
		return expr_wrong(x, "err.expr_syntax", "…");
	memcpy(x->word, from, len);
	x->word[len] = '\0';
	x->token = token;
	return OK;
}

/* Read a quoted string; '' stands for one quote. */
static enum err
next_string(struct expr *x)
{
	size_t n = 0;

	for (x->next++;; x->next++) {
		if (*x->next == '\0' || n >= MAX_TEXT)
			return expr_wrong(x, "err.expr_syntax", "'");
		if (*x->next == '\'' && *++x->next != '\'')
			break;
		x->word[n++] = *x->next;
	}
	x->word[n] = '\0';
	x->token = T_STRING;
	return OK;
}

enum err
expr_advance(struct expr *x)
{
	static const char *const SIGNS[] = { "<>", "<=", ">=", "=", "<", ">", "(",
					     ")",  ",",	 "+",  "-", "*", ".", NULL };
	const char *from;

	while (*x->next == ' ' || *x->next == '\n' || *x->next == '\t')
		x->next++;
	from = x->at = x->next;
	if (*from == '\0')
		return take(x, "", 0, T_END);
	if (*from == '\'')
		return next_string(x);
	if (*from == ':' || word_char(*from)) {
		x->next++;
		while (word_char(*x->next))
			x->next++;
		if (*from == ':')
			return take(x, from + 1, (size_t)(x->next - from - 1), T_PARAM);
		return take(x, from, (size_t)(x->next - from),
			    *from >= '0' && *from <= '9' ? T_NUMBER : T_NAME);
	}
	for (int i = 0; SIGNS[i] != NULL; i++)
		if (text_starts(from, SIGNS[i])) {
			x->next += strlen(SIGNS[i]);
			return take(x, SIGNS[i], strlen(SIGNS[i]), T_SIGN);
		}
	(void)text_next(&x->next);
	return expr_wrong(x, "err.expr_syntax",
			  arena_strndup(x->cx->arena, from, (size_t)(x->next - from)));
}

bool
expr_is(const struct expr *x, const char *word)
{
	return (x->token == T_NAME || x->token == T_SIGN) && strcmp(x->word, word) == 0;
}

enum err
expr_expect(struct expr *x, const char *word)
{
	if (!expr_is(x, word))
		return expr_wrong(x, "err.expr_syntax", x->word);
	return expr_advance(x);
}
