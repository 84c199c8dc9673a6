/*
 * Records: made, read, changed and moved, whatever their type. The only code that writes the
 * tables of types. Each change writes history first, then the row, the words it is found by, and
 * its clocks; the field of work's hooks run in the same transaction.
 *
 * Writing functions run on the write lane (db_run or a HTTP_WRITE handler). Rights are those of
 * cx->who, compiled into the query that reads the record; a record out of sight answers as one
 * that does not exist.
 */
#ifndef HOOL_CORE_RECORD_H
#define HOOL_CORE_RECORD_H

#include "core/value.h"
#include "meta/sql.h"

#define NO_DUE 2147483647 /* sys_due of a record with nothing due */

struct record {
	const struct type *type;
	int64_t id;
	const char *number, *title;
	int state; /* index in the type's states; 0 where it has none */
	int64_t version, unit, responsible;
	int32_t due; /* NO_DUE: none */
	int64_t created, changed;
	bool deleted;
	int64_t about;	 /* person whose data it is; 0 none */
	struct value *v; /* a value for each field of the type */
};

/* New values for some fields of a record, or for a new one. */
struct change {
	const struct type *type;
	struct value *v; /* one for each field */
	bool *given;	 /* which of them are given */
	int64_t unit, responsible;
	bool unit_given, responsible_given;
	const char *note; /* why; kept in the history. NULL none */
};

struct change *change_new(struct ctx *cx, const char *type);
struct change *change_of(struct ctx *cx, const struct type *t);
/* Give a field a value. A field the type does not have is a BUG(). */
void change_int(struct change *ch, const char *field, int64_t n); /* also date, ref, bool, money */
void change_text(struct change *ch, const char *field, const char *s); /* NULL empties */
void change_empty(struct change *ch, const char *field);
/* Read what a person typed; see value_read(). */
enum err
change_typed(struct ctx *cx, struct change *ch, const struct field *f, const char *typed) MUST_USE;
/* A field of a record or change by name; BUG() where the type has none. */
const struct value *record_value(const struct record *r, const char *field);
int64_t record_int(const struct record *r, const char *field);	    /* 0 if empty */
int32_t record_date(const struct record *r, const char *field);	    /* CIVIL_NONE if empty */
const char *record_text(const struct record *r, const char *field); /* NULL if empty */
const char *record_state(const struct record *r);		    /* name */
bool record_in(const struct record *r, const char *state);

/* Read one record with the given right (RIGHT_SEE to look). ERR_NOTFOUND err.not_found. */
enum err record_load(struct ctx *cx, const struct type *t, int64_t id, enum right right,
		     struct record **ret) MUST_USE;
/* Has the actor this right to it? That it could not be looked up is an error, and no refusal. */
enum err record_may(struct ctx *cx, const struct record *r, enum right right, bool *ret) MUST_USE;
enum err record_load_number(struct ctx *cx, const struct type *t, const char *number,
			    enum right right, struct record **ret) MUST_USE;
/* The same by the type's name, with the program's own eyes: for work/ code that follows a
 * reference the reader need not see. */
enum err record_get(struct ctx *cx, const char *type, int64_t id, struct record **ret) MUST_USE;

/* Make a record. Errors: ERR_DENIED, err.required and others with the field. */
enum err record_create(struct ctx *cx, struct change *ch, int64_t *ret_id) MUST_USE;
/*
 * Take over a record as it stands in an older register, in `state`, with one row of history of
 * kind "import" in place of the moves that led there. Of hooks only the after of the event "import"
 * runs; required fields, guards,
 * clocks and the words it is found by are as for any other. The program's own doing: ERR_DENIED
 * for anybody else. A state the type does not have is a BUG().
 */
enum err
record_import(struct ctx *cx, struct change *ch, const char *state, int64_t *ret_id) MUST_USE;
/* Change fields. `version` is the one read; ERR_CONFLICT err.changed if it is no longer so, or
 * what the database refuses. Nothing given that differs: nothing is written. */
enum err record_edit(struct ctx *cx, const struct type *t, int64_t id, int64_t version,
		     struct change *ch) MUST_USE;
/*
 * Make a move, with what it asks for in `ch` (may be NULL). `version` 0 takes the present one.
 * Errors: ERR_CONFLICT err.move_state; ERR_DENIED err.move_same_person, err.denied_move;
 * ERR_INVALID err.required for what the move needs, or the move's own "otherwise".
 */
enum err record_move(struct ctx *cx, const struct type *t, int64_t id, int64_t version,
		     const char *move, struct change *ch) MUST_USE;
/* May the actor make this move now, as far as rights, state, and four eyes go? */
enum err
record_may_move(struct ctx *cx, const struct record *r, const struct move *m, bool *ret) MUST_USE;
/* Mark as deleted: a state, not a removal. Needs the edit right and a reason. */
enum err record_delete(struct ctx *cx, const struct type *t, int64_t id, int64_t version,
		       const char *reason) MUST_USE;
/* Add a note to the timeline. Needs the see right. */
enum err record_note(struct ctx *cx, const struct record *r, const char *text) MUST_USE;
/* Another entry of the timeline made by code: kind "letter", "file", "import" … */
enum err record_entry(struct ctx *cx, const struct record *r, const char *kind, const char *name,
		      const char *json) MUST_USE;
/* Take a change back: `values` of the type become what they were before it (JSON of history). */
enum err record_unchange(struct ctx *cx, const struct type *t, const char *change,
			 struct value *values) MUST_USE;
/* The human who made a move last on this record; 0 if nobody did. */
enum err record_mover(struct ctx *cx, int64_t id, const char *move, int64_t *ret_user) MUST_USE;

/* Fill a template of a type ("{service.code}-{year}/{seq}"); {seq} counts within the rest. */
enum err record_template(struct ctx *cx, const struct type *t, const struct value *v,
			 const char *template, const char **ret) MUST_USE;

#endif
