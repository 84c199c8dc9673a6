/* Finding records. See search.h. */
#include "core/search.h"

#include <string.h>

#include "base/text.h"
#include "core/record_int.h"

#define MAX_WORDS 5 /* of a question that count; see BY_WORD */
#define MAX_CANDIDATES 200
#define MAX_CANDIDATES_OUTSIDE 5000 /* some 50 ms of looking at rights */
#define TOKEN_BYTES 18

static const char BY_NUMBER[] = "SELECT id, type, number, title, about FROM sys_record "
				"WHERE number = ?1 LIMIT 20";
/*
 * The records that have a word for each one asked. The longest word, most likely the rarest, is
 * looked up in the index of words; the others (?4 on, each a range; an empty one asks nothing) are
 * looked for among the few words of each record found.
 */
#define ALSO(from, to)                                                                       \
	" AND (" from " = '' OR EXISTS (SELECT 1 FROM sys_word x WHERE x.record = w.record " \
	"AND x.word >= " from " AND x.word < " to "))"
static const char BY_WORD[] =
	"SELECT DISTINCT r.id, r.type, r.number, r.title, r.about FROM sys_word w "
	"JOIN sys_record r ON r.id = w.record WHERE w.word >= ?1 AND w.word < ?2 "
	"AND (?3 = '' OR r.type = ?3)" ALSO("?4", "?5") ALSO("?6", "?7") ALSO("?8", "?9")
		ALSO("?10", "?11") " LIMIT ?12";
static const char KEEP[] =
	"INSERT INTO sys_search (token, user, query, made_at) VALUES (?1, ?2, ?3, ?4)";
static const char KEPT[] = "SELECT query FROM sys_search WHERE token = ?1 AND user = ?2";
static const char BIRTH[] = "SELECT birth_date FROM person WHERE sys_id = ?1";

struct search {
	struct found *list;
	size_t n, max;
};

/* Take a candidate if it is new and the actor may see it. */
static enum err
consider(struct ctx *cx, struct search *s, const struct found *f)
{
	struct record *r;

	if (f->type == NULL || s->n == s->max)
		return OK;
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].id == f->id)
			return OK;
	if (record_load(cx, f->type, f->id, RIGHT_SEE, &r) != OK) {
		if (cx->error.code != ERR_NOTFOUND)
			return cx->error.code;
		ctx_forgive(cx);
		return OK;
	}
	if (!r->deleted)
		s->list[s->n++] = *f;
	return OK;
}

static struct found
from_row(struct ctx *cx, const struct stmt *q, bool like)
{
	return (struct found){ .id = stmt_int(q, 0),
			       .type = types_get(cx->world->types, stmt_text(q, 1)),
			       .number = stmt_copy(cx, q, 2),
			       .title = stmt_copy(cx, q, 3),
			       .about = stmt_int(q, 4),
			       .like = like };
}

static enum err
read_rows(struct ctx *cx, struct stmt *q, bool like, struct found **ret, size_t *ret_n)
{
	struct found *list = ARENA_ARRAY(cx->arena, MAX_CANDIDATES, struct found);
	size_t n = 0;
	bool row;

	while (n < MAX_CANDIDATES) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n++] = from_row(cx, q, like);
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

/* The first text after every text that begins with `prefix`; a code is a beginning only of
 * itself. Words are ASCII. */
static const char *
prefix_end(struct ctx *cx, const char *prefix)
{
	if (*prefix == '#')
		return arena_printf(cx->arena, "%s\x01", prefix);
	return arena_printf(cx->arena, "%s\x7f", prefix);
}

static enum err
by_words(struct ctx *cx, const struct type *t, const char *const *words, size_t n, bool like,
	 struct search *s)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_value v[3 + 2 * (MAX_WORDS - 1) + 1];
	size_t best = 0, k = 3;
	struct found f;
	bool row;

	for (size_t i = 1; i < n; i++)
		if (strlen(words[i]) > strlen(words[best]))
			best = i;
	v[0] = db_text(words[best]);
	v[1] = db_text(prefix_end(cx, words[best]));
	v[2] = db_text(t == NULL ? "" : t->name);
	for (size_t i = 0; i < MAX_WORDS; i++) {
		if (i == best)
			continue;
		v[k++] = db_text(i < n ? words[i] : "");
		v[k++] = db_text(i < n ? prefix_end(cx, words[i]) : "");
	}
	/* Most of what has a word may be out of an outsider's sight. */
	v[k++] = db_int(cx->who.org != 0 ? MAX_CANDIDATES_OUTSIDE : MAX_CANDIDATES);
	TRY(db_query(cx, BY_WORD, (struct db_args){ v, k }, &q));
	while (s->n < s->max) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		f = from_row(cx, q, like);
		TRY(consider(cx, s, &f));
	}
	return OK;
}

static enum err
by_number(struct ctx *cx, const struct type *t, const char *query, struct search *s)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct found *list;
	size_t found;

	TRY(db_query(cx, BY_NUMBER, DB_ARGS(db_text(query)), &q));
	TRY(read_rows(cx, q, false, &list, &found));
	for (size_t i = 0; i < found; i++)
		if (t == NULL || list[i].type == t)
			TRY(consider(cx, s, &list[i]));
	return OK;
}

enum err
search_find(struct ctx *cx, const struct type *t, const char *query, int limit, struct found **ret,
	    size_t *ret_n)
{
	struct search s = { .max = (size_t)limit };
	const char **words, *code, *trimmed = text_trim(cx->arena, query);
	size_t n;

	s.list = ARENA_ARRAY(cx->arena, s.max + 1, struct found);
	if (text_length(trimmed) > MAX_TEXT)
		return fail_field(cx, ERR_INVALID, "q", "err.too_long",
				  text_from_int(cx->arena, MAX_TEXT));
	TRY(by_number(cx, t, trimmed, &s));
	/* A code is found whole, never by its beginning. */
	code = code_word(cx, trimmed);
	if (strpbrk(code, "0123456789") != NULL)
		TRY(by_words(cx, t, &code, 1, false, &s));
	n = fold_words(cx, trimmed, &words);
	if (n > 0)
		TRY(by_words(cx, t, words, n < MAX_WORDS ? n : MAX_WORDS, false, &s));
	n = sound_words(cx, trimmed, &words);
	if (n > 0 && s.n < s.max)
		TRY(by_words(cx, t, words, n < MAX_WORDS ? n : MAX_WORDS, true, &s));
	*ret = s.list;
	*ret_n = s.n;
	return OK;
}

static const char *
typed(const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	return f != NULL && ch->v[f->index].set ? ch->v[f->index].s : NULL;
}

enum err
search_same_person(struct ctx *cx, const struct change *ch, struct found **ret, size_t *ret_n)
{
	const struct field *birth = type_field(ch->type, "birth_date");
	const char *code = typed(ch, "code"), *first = typed(ch, "first_name"),
		   *last = typed(ch, "last_name");
	struct found *list = NULL, *same = ARENA_ARRAY(cx->arena, 21, struct found);
	size_t n = 0, found = 0;

	if (code != NULL)
		TRY(search_find(cx, ch->type, code, 5, &list, &found));
	for (size_t i = 0; i < found; i++)
		same[n++] = list[i];
	if (n == 0 && first != NULL && last != NULL) {
		TRY(search_find(cx, ch->type, arena_printf(cx->arena, "%s %s", first, last), 20,
				&list, &found));
		for (size_t i = 0; i < found; i++) {
			int64_t day = 0;

			if (db_get_int(cx, BIRTH, DB_ARGS(db_int(list[i].id)), &day) != OK)
				ctx_forgive(cx);
			if (birth == NULL || !ch->v[birth->index].set ||
			    day == ch->v[birth->index].i)
				same[n++] = list[i];
		}
	}
	*ret = same;
	*ret_n = n;
	return OK;
}

enum err
search_keep(struct ctx *cx, const char *query, const char **ret_token)
{
	unsigned char bytes[TOKEN_BYTES];
	const char *token;

	ctx_random(cx, bytes, sizeof(bytes));
	token = text_hex(cx->arena, bytes, sizeof(bytes));
	TRY(db_exec(cx, KEEP,
		    DB_ARGS(db_text(token), db_int(cx->who.user), db_text(query), db_int(cx->now)),
		    NULL));
	*ret_token = token;
	return OK;
}

enum err
search_kept(struct ctx *cx, const char *token, const char **ret_query)
{
	return db_get_text(cx, KEPT, DB_ARGS(db_text(token), db_int(cx->who.user)), ret_query);
}
