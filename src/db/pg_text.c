/*
 * From the dialect of db.h to PostgreSQL's, told from the tokens of a statement:
 *
 *	?1			$1
 *	user			"user", a reserved word there
 *	x'00'			'\x00'::bytea
 *	ORDER BY a, b DESC	… a NULLS FIRST, b DESC NULLS LAST: nulls sort lowest in SQLite
 *	long names		cut to 63 bytes by PostgreSQL: shortened so that they stay unlike
 *
 * Columns that are never null sort without a word on nulls, so that plain indexes serve them.
 */
#include "db/pg_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_ORDERS 8 /* ORDER BY within each other */

/* ---- tokens ---- */

static bool
word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (c & 0x80) != 0;
}

static const char *
skip_gap(const char *p)
{
	for (;;) {
		if (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r') {
			p++;
		} else if (p[0] == '-' && p[1] == '-') {
			p += strcspn(p, "\n");
		} else if (p[0] == '/' && p[1] == '*') {
			const char *end = strstr(p + 2, "*/");

			p = end == NULL ? p + strlen(p) : end + 2;
		} else {
			return p;
		}
	}
}

/* Past a quoted text; a doubled quote stands for one. */
static const char *
skip_quoted(const char *p)
{
	char quote = *p++;

	for (; *p != '\0'; p++)
		if (*p == quote && *++p != quote)
			break;
	return p;
}

static size_t
word_length(const char *p)
{
	size_t n = 0;

	while (word_char(p[n]))
		n++;
	return n;
}

struct pg_token
pg_next_token(const char *from)
{
	struct pg_token t = { .gap = from, .at = skip_gap(from), .len = 1, .kind = PG_SIGN };

	if (*t.at == '\0') {
		t.kind = PG_END;
		t.len = 0;
	} else if (*t.at == '\'' || *t.at == '"') {
		t.kind = *t.at == '"' ? PG_QUOTED : PG_STRING;
		t.len = (size_t)(skip_quoted(t.at) - t.at);
	} else if (*t.at == '?') {
		t.kind = PG_PARAM;
		t.len = 1 + word_length(t.at + 1);
	} else if (word_char(*t.at)) {
		t.kind = *t.at >= '0' && *t.at <= '9' ? PG_NUMBER : PG_WORD;
		t.len = word_length(t.at);
	}
	return t;
}

bool
pg_is(const struct pg_token *t, const char *word)
{
	return (t->kind == PG_WORD || t->kind == PG_SIGN) && strlen(word) == t->len &&
	       strncasecmp(t->at, word, t->len) == 0;
}

static bool
is_any(const struct pg_token *t, const char *const *words)
{
	for (; *words != NULL; words++)
		if (pg_is(t, *words))
			return true;
	return false;
}

/* ---- names ---- */

static uint64_t
hash_of(const char *s, size_t len)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h;
}

void
pg_put_name(struct buf *out, const struct pg_token *name, const char *before)
{
	bool quoted = name->kind == PG_QUOTED;
	const char *s = name->at + quoted;
	size_t len = name->len - 2 * quoted;

	if (len <= PG_NAME)
		buf_printf(out, "%s\"%.*s\"", before, (int)len, s);
	else
		buf_printf(out, "%s\"%.*s~%016llx\"", before, PG_NAME - 17, s,
			   (unsigned long long)hash_of(s, len));
}

/* Of the engine's columns those that are never null and that something is sorted by; every
 * column of a type's own fields may be null. */
bool
pg_never_null(const char *name, size_t len)
{
	static const char *const NEVER[] = { "id",     "seq",  "chain", "at",	 "made_at",
					     "record", "word", "n",	"access" };

	for (size_t i = 0; i < sizeof(NEVER) / sizeof(NEVER[0]); i++)
		if (strlen(NEVER[i]) == len && strncmp(NEVER[i], name, len) == 0)
			return true;
	if (len > 5 && strncmp(name + len - 5, "_sort", 5) == 0)
		return true;
	return len > 4 && strncmp(name, "sys_", 4) == 0 &&
	       !(len == 8 && strncmp(name, "sys_unit", 8) == 0) &&
	       !(len == 15 && strncmp(name, "sys_responsible", 15) == 0);
}

/* What one page or sign of life writes, by nobody else, and no guard looks at. */
bool
pg_is_loose(const char *table, size_t len)
{
	static const char *const LOOSE[] = { "sys_access", "sys_draft", "sys_search" };

	for (size_t i = 0; i < sizeof(LOOSE) / sizeof(LOOSE[0]); i++)
		if (strlen(LOOSE[i]) == len && strncmp(LOOSE[i], table, len) == 0)
			return true;
	return false;
}

/* ---- one statement ---- */

struct order {
	int depth;
	int tokens;	      /* of the item so far, without ASC and DESC */
	struct pg_token name; /* the last of them */
	bool plain;	      /* they are a column, perhaps with its table */
	bool down, told;      /* DESC; says NULLS itself */
};

struct reader {
	struct buf *out;
	struct pg_text *text;
	int depth;
	struct order order[MAX_ORDERS];
	int orders;
	struct pg_token before; /* the token before */
};

static void
item_begin(struct order *o, int depth)
{
	*o = (struct order){ .depth = depth, .plain = true };
}

static void
item_end(struct reader *r, struct order *o)
{
	bool quoted = o->name.kind == PG_QUOTED;

	if (o->told || o->tokens == 0)
		return;
	if (o->plain && pg_never_null(o->name.at + quoted, o->name.len - 2 * quoted))
		return;
	buf_text(r->out, o->down ? " NULLS LAST" : " NULLS FIRST");
}

static void
item_token(struct order *o, const struct pg_token *t)
{
	if (pg_is(t, "DESC")) {
		o->down = true;
	} else if (pg_is(t, "NULLS")) {
		o->told = true;
	} else if (!pg_is(t, "ASC")) {
		o->tokens++;
		o->name = *t;
		if (t->kind != PG_QUOTED && t->kind != PG_WORD && !pg_is(t, "."))
			o->plain = false;
		if (o->tokens > 3)
			o->plain = false;
	}
}

/* Keep track of the ORDER BY this token stands in. */
static void
order_token(struct reader *r, const struct pg_token *t)
{
	static const char *const ENDS[] = { "LIMIT",	 "OFFSET", "FOR",  "UNION",
					    "EXCEPT",	 "FETCH",  "ROWS", "RANGE",
					    "INTERSECT", ";",	   NULL };
	struct order *o = r->orders > 0 ? &r->order[r->orders - 1] : NULL;

	if (o == NULL || r->depth < o->depth)
		return;
	if (r->depth == o->depth && pg_is(t, ",")) {
		item_end(r, o);
		item_begin(o, r->depth);
	} else if (t->kind == PG_END ||
		   (r->depth == o->depth && (pg_is(t, ")") || is_any(t, ENDS)))) {
		item_end(r, o);
		r->orders--;
	} else {
		item_token(o, t);
	}
}

/* ?12: there are at least so many. */
static void
note_param(struct pg_text *text, const struct pg_token *t)
{
	int n = 0;

	for (size_t i = 1; i < t->len && t->at[i] >= '0' && t->at[i] <= '9' && n < 10000; i++)
		n = n * 10 + (t->at[i] - '0');
	if (n > text->nparams)
		text->nparams = n;
}

static void
put_token(struct reader *r, const struct pg_token *t)
{
	buf_add(r->out, t->gap, (size_t)(t->at - t->gap));
	switch (t->kind) {
	case PG_PARAM:
		buf_char(r->out, '$');
		buf_add(r->out, t->at + 1, t->len - 1);
		note_param(r->text, t);
		break;
	case PG_WORD:
		if (t->len == 4 && strncmp(t->at, "user", 4) == 0)
			buf_text(r->out, "\"user\"");
		else if (t->len != 1 || (*t->at != 'x' && *t->at != 'X') || t->at[1] != '\'')
			buf_add(r->out, t->at, t->len);
		break;
	case PG_STRING:
		if (r->before.kind == PG_WORD && r->before.len == 1 &&
		    (*r->before.at == 'x' || *r->before.at == 'X') && t->gap == t->at)
			buf_printf(r->out, "'\\x%.*s'::bytea", (int)t->len - 2, t->at + 1);
		else
			buf_add(r->out, t->at, t->len);
		break;
	case PG_QUOTED:
		if (t->len - 2 > PG_NAME)
			pg_put_name(r->out, t, "");
		else
			buf_add(r->out, t->at, t->len);
		break;
	case PG_NUMBER:
	case PG_SIGN:
	case PG_END:
		buf_add(r->out, t->at, t->len);
		break;
	}
}

static void
read_token(struct reader *r, const struct pg_token *t)
{
	order_token(r, t);
	put_token(r, t);
	if (pg_is(t, "("))
		r->depth++;
	if (pg_is(t, ")"))
		r->depth--;
	if (pg_is(t, "BY") && pg_is(&r->before, "ORDER") && r->orders < MAX_ORDERS)
		item_begin(&r->order[r->orders++], r->depth);
	if (pg_is(t, "LIMIT") && r->depth == 0)
		r->text->limited = true;
	if (pg_is(t, "RETURNING"))
		r->text->rows = true;
	r->before = *t;
}

void
pg_translate_part(const char *from, const char *to, struct buf *out, struct pg_text *text)
{
	struct reader r = { .out = out, .text = text };
	const struct pg_token end = { .kind = PG_END, .gap = to, .at = to };

	for (struct pg_token t = pg_next_token(from); t.kind != PG_END && t.at < to;
	     t = pg_next_token(t.at + t.len))
		read_token(&r, &t);
	order_token(&r, &end);
}

/* The first words tell what it does, and to which table. */
static bool
tell_kind(const char *sql, struct pg_text *ret)
{
	static const char *const READS[] = { "SELECT", "WITH", "VALUES", NULL };
	static const char *const WRITES[] = { "INSERT", "DELETE", NULL };
	struct pg_token t = pg_next_token(sql), table;

	while (pg_is(&t, "("))
		t = pg_next_token(t.at + t.len);
	if (is_any(&t, READS)) {
		ret->reads = ret->rows = ret->loose = true;
		return true;
	}
	table = pg_next_token(t.at + t.len);
	if (is_any(&t, WRITES))
		table = pg_next_token(table.at + table.len);
	else if (!pg_is(&t, "UPDATE"))
		return false;
	ret->loose = table.kind == PG_WORD && pg_is_loose(table.at, table.len);
	return true;
}

bool
pg_translate(const char *sql, struct pg_text *ret)
{
	SCOPED_BUF b;

	buf_init(&b, PG_MAX_SQL);
	*ret = (struct pg_text){ 0 };
	if (!tell_kind(sql, ret))
		return false;
	pg_translate_part(sql, sql + strlen(sql), &b, ret);
	if (b.too_large)
		return false;
	ret->sql = strdup(b.bytes);
	if (ret->sql == NULL)
		BUG("out of memory");
	return true;
}
