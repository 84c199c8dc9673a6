/* The words records are found by: folded words, sound folds (~), codes (#). See search.h. */
#include <string.h>

#include "base/fold.h"
#include "core/record_int.h"

static const char FORGET[] = "DELETE FROM sys_word WHERE record = ?1";
static const char ADD[] =
	"INSERT INTO sys_word (word, record) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

static enum err
add_word(struct ctx *cx, int64_t record, const char *prefix, const char *word)
{
	return db_exec(
		cx, ADD,
		DB_ARGS(db_text(arena_printf(cx->arena, "%s%s", prefix, word)), db_int(record)),
		NULL);
}

/* Each word as it folds, and as it sounds: word by word, since the sound fold joins words. */
static enum err
add_words(struct ctx *cx, int64_t record, const char *text)
{
	char *copy = arena_strdup(cx->arena, fold_search(cx->arena, text)), *save = NULL;

	for (char *p = strtok_r(copy, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save)) {
		TRY(add_word(cx, record, "", p));
		TRY(add_word(cx, record, "~", fold_sound(cx->arena, p)));
	}
	return OK;
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
			TRY(add_word(cx, r->id, "#", fold_search(cx->arena, r->v[i].s)));
			continue;
		}
		TRY(add_words(cx, r->id, r->v[i].s));
	}
	return OK;
}
