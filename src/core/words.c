/* The words records are found by: folded words, sound folds of words (~), codes (#). See
 * search.h. */
#include <string.h>

#include "base/fold.h"
#include "core/record_int.h"

static const char FORGET[] = "DELETE FROM sys_word WHERE record = ?1";
static const char ADD[] =
	"INSERT INTO sys_word (word, record) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

static enum err
add_word(struct ctx *cx, int64_t record, const char *word)
{
	return db_exec(cx, ADD, DB_ARGS(db_text(word), db_int(record)), NULL);
}

/* Each word as it folds, and as it sounds. */
static enum err
add_words(struct ctx *cx, int64_t record, const char *text)
{
	const char **words;
	size_t n = fold_words(cx, text, &words);

	for (size_t i = 0; i < n; i++)
		TRY(add_word(cx, record, words[i]));
	n = sound_words(cx, text, &words);
	for (size_t i = 0; i < n; i++)
		TRY(add_word(cx, record, words[i]));
	return OK;
}

size_t
fold_words(struct ctx *cx, const char *text, const char ***ret)
{
	char *copy = arena_strdup(cx->arena, fold_search(cx->arena, text)), *save = NULL;
	const char **words = ARENA_ARRAY(cx->arena, strlen(copy) + 1, const char *);
	size_t n = 0;

	for (char *p = strtok_r(copy, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
		words[n++] = p;
	*ret = words;
	return n;
}

/* The words as written, since the fold for finding loses what the sound knows (ü is y, not u). */
size_t
sound_words(struct ctx *cx, const char *text, const char ***ret)
{
	char *copy = arena_strdup(cx->arena, text), *save = NULL;
	const char **words = ARENA_ARRAY(cx->arena, strlen(text) + 1, const char *);
	size_t n = 0;

	for (char *p = strtok_r(copy, " \t\n-", &save); p != NULL;
	     p = strtok_r(NULL, " \t\n-", &save)) {
		const char *sound = fold_sound(cx->arena, p);

		if (*sound != '\0')
			words[n++] = arena_printf(cx->arena, "~%s", sound);
	}
	*ret = words;
	return n;
}

const char *
code_word(struct ctx *cx, const char *text)
{
	char *out = arena_printf(cx->arena, "#%s", fold_search(cx->arena, text));
	size_t n = 0;

	for (const char *p = out; *p != '\0'; p++)
		if (*p != ' ')
			out[n++] = *p;
	out[n] = '\0';
	return out;
}

enum err
words_update(struct ctx *cx, const struct record *r)
{
	const struct type *t = r->type;
	bool any = false;

	for (int i = 0; i < t->nfields; i++)
		any = any || t->fields[i].search;
	if (!any)
		return OK;
	if (r->version > 1)
		TRY(db_exec(cx, FORGET, DB_ARGS(db_int(r->id)), NULL));
	for (int i = 0; i < t->nfields && !r->deleted; i++) {
		const struct field *f = &t->fields[i];

		if (!f->search || !r->v[i].set || r->v[i].s == NULL)
			continue;
		if (f->kind == FIELD_CODE) {
			TRY(add_word(cx, r->id, code_word(cx, r->v[i].s)));
			continue;
		}
		TRY(add_words(cx, r->id, r->v[i].s));
	}
	return OK;
}
