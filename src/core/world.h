/*
 * The world: what the program knows at start and never changes while it runs. Types, rules and
 * texts come from files; hooks and the parts of each field of work from its code.
 */
#ifndef HOOL_CORE_WORLD_H
#define HOOL_CORE_WORLD_H

#include "base/texts.h"
#include "db/db.h"
#include "meta/type.h"

struct record;
struct change;
struct rulebook;

/*
 * Code of a field of work that runs with a record's change, in the same transaction. `event` is
 * "create", "edit" or the name of a move. Before: may fill in or refuse values of `ch`; `rec` is
 * NULL for create. After: the record is written; may write others. "import" and
 * "delete" have an after only.
 */
struct hook {
	const char *type, *event;
	enum err (*before)(struct ctx *cx, const struct record *rec, struct change *ch);
	enum err (*after)(struct ctx *cx, const struct record *rec);
};

struct world {
	struct arena *arena;
	struct types *types;
	struct rulebook *rules;
	struct texts *texts;
	struct db *db;			 /* NULL for commands that need none */
	const struct hook *const *hooks; /* one table a field of work, each ended by a NULL type */
	size_t nhooks;
	bool practice; /* invented data: pages say so */
	int session_idle,
		session_whole; /* seconds a session lasts unused, and at all; 0: the usual */
	const char
		*second_factor; /* kinds of position that need one, by spaces; "all"; NULL: none */
	/* Told of every change of a record, in the same transaction; NULL: nobody. `old` is NULL
	 * for a new one. */
	enum err (*changed)(struct ctx *cx, const struct record *old, const struct record *now,
			    const char *kind, const char *name);
	bool call_private; /* outgoing calls may go to inner networks, without TLS too */
};

/*
 * Read types, rules and texts: those compiled in, then those of the folder `house` (may be NULL),
 * whose files of the same name replace them and whose new ones are added. Fills w->types, rules,
 * texts. Everything lives in cx's arena, which must outlive the world.
 */
enum err world_load(struct ctx *cx, const char *house, struct world *w) MUST_USE;
/* Point the context at the world and its texts. */
void world_enter(struct ctx *cx, const struct world *w);

#endif
