/* Reading a record. See reading.h. */
#include "web/reading.h"

#include <string.h>

#include "core/access.h"

static const char *
move_refusal(struct visit *v, const struct record *r, const struct move *m)
{
	int64_t other;

	if (m->other_than == NULL || record_mover(v->cx, r->id, m->other_than, &other) != OK ||
	    other != v->cx->who.user)
		return NULL;
	return msgf(v->cx, "err.move_same_person", msg(v->cx, m->label_key),
		    msg(v->cx, type_move(r->type, m->other_than)->label_key));
}

static enum err
read_moves(struct reading *rd)
{
	struct visit *v = rd->v;
	const struct type *t = rd->r->type;

	rd->moves = ARENA_ARRAY(v->cx->arena, (size_t)t->nmoves + 1, struct part_move);
	for (int i = 0; i < t->nmoves; i++) {
		const struct move *m = &t->moves[i];
		const char *refused = NULL;
		bool may;

		if (m->hidden)
			continue;
		TRY(record_may_move(v->cx, rd->r, m, &may));
		if (!may) {
			bool here = m->from == 0 || (m->from >> rd->r->state & 1) != 0;

			refused = here ? move_refusal(v, rd->r, m) : NULL;
			if (refused == NULL)
				continue;
		}
		rd->moves[rd->nmoves++] = (struct part_move){ .label = msg(v->cx, m->label_key),
							      .name = m->name,
							      .usual = m->main && may,
							      .ask = m->confirm,
							      .refused = refused };
	}
	return OK;
}

enum err
record_reading(struct visit *v, int timeline, struct reading *rd)
{
	rd->v = v;
	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &rd->r));
	access_saw(v->cx, "record", rd->r->about);
	TRY(read_moves(rd));
	TRY(clock_of(v->cx, rd->r->id, &rd->clocks, &rd->nclocks));
	TRY(history_of(v->cx, rd->r->id, timeline, &rd->history, &rd->nhistory));
	TRY(record_title(v->cx, rd->r->responsible, &rd->responsible));
	TRY(record_may(v->cx, rd->r, RIGHT_EDIT, &rd->may_edit));
	rd->may_edit = rd->may_edit && !rd->r->deleted &&
		       (v->type->nstates == 0 || !v->type->states[rd->r->state].fixed);
	return OK;
}
