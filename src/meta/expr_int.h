/* Shared by the two files of conditions: expr_read.c makes tokens, expr.c makes SQL of them. */
#ifndef HOOL_META_EXPR_INT_H
#define HOOL_META_EXPR_INT_H

#include "base/limits.h"
#include "meta/expr.h"

enum token { T_END, T_NAME, T_NUMBER, T_STRING, T_PARAM, T_SIGN };

/* The rows in scope: the innermost first. */
struct scope_row {
	const struct type *type;
	const char *alias;
	const struct scope_row *outer;
};

/* A column that stands alone at one side of a comparison; all empty: something else. */
struct operand {
	const struct field *field;
	const struct type *state_of; /* the state of this type */
	bool number;		     /* an engine column that holds a number */
};

struct expr {
	struct ctx *cx;
	const struct types *types;
	const struct type *top;
	const char *start, *next; /* text, and what is not read yet */
	const char *at;		  /* where the token begins */
	const char *name_at;	  /* where the name being read began */
	enum token token;
	char word[MAX_TEXT + 1]; /* the token: name, digits, sign, or string without quotes */
	struct buf *out;
	struct params *params;
	const struct scope_row *row;
	const struct scope_row *old; /* the row before a change; NULL: there is none */
	struct operand left;	     /* what the operand just read is */
	struct operand match;	     /* what a literal read now is compared with */
	struct at place;	     /* of the text in its file */
	int depth, aliases;
};

/* The error `key` at the present token, or at the name read before it; `what` is at fault. */
enum err expr_wrong(struct expr *x, const char *key, const char *what);
enum err expr_wrong_name(struct expr *x, const char *key, const char *name);
/* Read the next token. */
enum err expr_advance(struct expr *x) MUST_USE;
/* Is the token this word or sign? And: it must be, and the next is read. */
bool expr_is(const struct expr *x, const char *word);
enum err expr_expect(struct expr *x, const char *word) MUST_USE;

#endif
