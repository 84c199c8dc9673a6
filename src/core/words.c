/* The words records are found by: folded words, sound folds (~), codes (#). See search.h. */
#include <string.h>

#include "base/fold.h"
#include "core/record_int.h"

static const char FORGET[] = "DELETE FROM sys_word WHERE record = ?1";
static const char ADD[] = "INSERT INTO sys_word (word, record) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

static enum err
add_words(struct ctx *cx, int64_t record, const char *prefix, const char *folded)
{
	char *copy = arena_strdup(cx->arena, folded), *save = NULL;

	for (char *p = strtok_r(copy, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
		TRY(db_exec(cx, ADD,
			    DB_ARGS(db_text(arena_printf(cx->arena, "%s%s", prefix, p)),
				    db_int(record)),
			    NULL));
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
			TRY(add_words(cx, r->id, "#", r->v[i].s));
			continue;
		}
		TRY(add_words(cx, r->id, "", fold_search(cx->arena, r->v[i].s)));
		TRY(add_words(cx, r->id, "~", fold_sound(cx->arena, r->v[i].s)));
	}
	return OK;
}
