/*
 * Types: what kinds of things there are, read from YAML at start and compiled into these structs.
 * From a type come its table, pages, forms, lists, API and rights. The grammar with an example of
 * every key is docs/guide/types.md; parse.c refuses whatever it does not know, with file, line and
 * column.
 *
 * A type file begins `type:`, a position file `position:` (what duties it holds). Everything lives
 * in the arena given at load and is never changed afterwards, so threads share it freely.
 */
#ifndef HOOL_META_TYPE_H
#define HOOL_META_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/map.h"

/* A place in a type's file, from 1; for messages. */
struct at {
	int line, col;
};

enum field_kind {
	FIELD_TEXT, /* one line */
	FIELD_LONG, /* several lines */
	FIELD_INT,
	FIELD_MONEY, /* cents */
	FIELD_DATE,  /* civil day */
	FIELD_TIME,  /* UTC seconds */
	FIELD_BOOL,
	FIELD_CHOICE,  /* one of a list, stored by its name */
	FIELD_CHOICES, /* several of a list, stored ",a,b," */
	FIELD_REF,     /* a record of another type */
	FIELD_CODE,    /* text with a check of base/ident.h: isikukood, iban … */
	FIELD_KIND_COUNT
};

struct choice {
	const char *name;
	const char *label_key;	      /* key of the text catalogue */
	int32_t valid_from, valid_to; /* CIVIL_NONE: always */
};

struct type;

struct field {
	const char *name;      /* also the column */
	const char *label_key; /* "type.T.field.F" */
	const char *help_key;  /* or NULL */
	enum field_kind kind;
	bool required;
	bool personal;	/* direct personal datum: masked in logs and exports */
	bool sensitive; /* special category: shown only on the record's own page */
	bool search;	/* its words find the record */
	bool unique;
	bool hidden;	     /* not in forms or on the record page: kept by code */
	bool fixed;	     /* set at creation only */
	bool sort_key;	     /* a column F_sort beside it, in Estonian order */
	int max;	     /* characters of text */
	int64_t least, most; /* FIELD_INT, FIELD_MONEY */
	const char *code;    /* FIELD_CODE: kind of identifier */
	const char *ref;     /* FIELD_REF: name of the type */
	const struct type *ref_type;
	struct choice *choices;
	int nchoices;
	const char *preset; /* "today", "me", "unit", "org" or a literal; NULL none */
	int index;	    /* of the type's fields */
	struct at at;	    /* of what it holds */
	struct at preset_at;
};

/* How a state is shown; web/part.h draws it as word, colour and shape. */
enum look { LOOK_PLAIN, LOOK_OPEN, LOOK_SOON, LOOK_LATE, LOOK_DONE, LOOK_OFF };

struct state {
	const char *name, *label_key;
	bool start, end;
	enum look look;
	bool fixed; /* fields may not be edited in this state */
};

struct setting {
	const struct field *field;
	const char *value; /* "today", "me", "null" or a literal */
	struct at at;
};

struct move {
	const char *name, *label_key;
	const char *help_key;	  /* what will happen, for the confirmation page; or NULL */
	uint64_t from;		  /* set of states by index; 0: any */
	int to;			  /* state, or -1: stays */
	const struct field **ask; /* fields filled in with the move */
	int nask;
	const struct field **needs; /* fields that must be filled by then */
	int nneeds;
	struct setting *set;
	int nset;
	const char *where; /* condition over the record it is for; NULL any */
	struct at where_at;
	const char *check;     /* condition over the record that must hold, or NULL */
	const char *check_key; /* text shown when it does not */
	struct at check_at;
	bool confirm;		/* asks again, saying what will happen */
	bool main;		/* the usual one */
	bool hidden;		/* made by code, never a button */
	const char *other_than; /* four eyes: a move; not by the human who made it */
	const char *duty;	/* only with one of these, parted by spaces; NULL: the move right */
	struct at at;
};

struct clock {
	const char *name, *label_key;
	const char *rule;	  /* rule id, or NULL: from `rule_field` */
	const char *rule_path;	  /* "service.decision_rule": text field of a referred record */
	const struct field *from; /* date field the count runs from */
	const char **with_input; /* further inputs of the rule, given where their field is filled */
	const struct field **with;
	int nwith;
	uint64_t until; /* states that end it */
	int warn;	/* working days before due to say "soon" */
	struct at at;
};

/* Where a right reaches. Scopes are conditions; all and none are fixed. */
enum scope_kind { SCOPE_NONE, SCOPE_ALL, SCOPE_WHERE };

struct scope {
	const char *name;
	enum scope_kind kind;
	const char *where; /* as written; NULL for all and none */
	struct at at;
};

struct grant {
	const char *duty;
	const struct scope *see, *edit, *move, *create;
	struct at at;
};

struct sort {
	const char *column; /* SQL column of the type's table */
	bool down;
};

/* A column of a list: a field, an engine column, or a field of a referred record. */
struct column {
	const char *name;	   /* as written: "person", "person.county", "due" */
	const struct field *field; /* of the type; NULL for engine columns */
	const struct field *sub;   /* of the referred type, or NULL */
	const char *label_key;
	const char *engine; /* "number", "state", "due", "responsible", "changed" … or NULL */
	struct at at;
};

struct measure;

struct list {
	const char *name, *label_key;
	const char *where;
	const char *but;	  /* a condition of rows left out; NULL none */
	const struct measure *of; /* the records behind a measure; NULL: a list of its own */
	struct column *columns;
	int ncolumns;
	struct sort sort[3];
	int nsort;
	bool first;	  /* the one shown when none is named: one of each type */
	bool trace;	  /* its due dates show how they were counted */
	const char *duty; /* shown in the rail under this duty; NULL none */
	struct at at, where_at;
};

#define MEASURE_DAYS 90 /* figures look back this far, where a date puts records in a period */

struct measure {
	const char *name, *label_key, *duty;
	const char *of, *good; /* conditions: the whole, and what counts as good */
	int target;	       /* percent; -1 none */
	const char *date;      /* date field that puts a record in a period */
	/* The records behind the figure, as lists of the type: "m.NAME" the whole, "m.NAME.rest"
	 * what does not count as good (no name where all of it does). */
	struct list all, rest;
	struct at at, of_at, good_at;
};

/* What the database itself refuses: a condition that must not hold for a row written. */
struct guard {
	const char *name, *label_key; /* the text is the error shown */
	const char *when;
	const char *unless; /* of a change: where this holds the guard is not asked; NULL none */
	struct at at, when_at, unless_at;
};

/* Columns as written, "a, b": fields or engine names. */
struct columns {
	const char *names;
	struct at at;
};

struct type {
	const char *name;
	const char *path; /* first part of its addresses */
	const char *label_key, *plural_key;
	const char *file;
	const char *text; /* the file as read */
	size_t text_len;
	const char *number;		 /* template */
	const char *title;		 /* template */
	const struct field *about;	 /* the person whose data it is, or NULL */
	const struct field *responsible; /* the user field that says who does the work, or NULL */
	bool is_person;			 /* records of this type are themselves the person */
	struct field *fields;
	int nfields;
	struct state *states;
	int nstates;
	struct move *moves;
	int nmoves;
	struct clock *clocks;
	int nclocks;
	struct scope *scopes;
	int nscopes;
	struct grant *grants;
	int ngrants;
	struct list *lists;
	int nlists;
	struct measure *measures;
	int nmeasures;
	struct guard *guards;
	int nguards;
	struct columns *uniques; /* unique together */
	int nuniques;
	struct columns *indexes;
	int nindexes;
	bool menu;	 /* listed under "all registers" */
	int index;	 /* in the set */
	uint64_t serial; /* of this load: no other type of this process has it */
	struct at at, about_at, number_at, title_at;
};

/* A position kind: what duties the job description of its holder names. */
struct position_kind {
	const char *name, *label_key, *file;
	const char **duties;
	int nduties;
	bool outside; /* of a provider or municipality: has an organisation */
	struct at at;
};

/* A list that is work of a duty, and the address of its page. */
struct duty_list {
	const struct type *type;
	const struct list *list;
	const char *href;
};

struct duty {
	const char *name;	 /* "B3.1" */
	const char *label_key;	 /* "duty.B3.1" */
	const char *outcome_key; /* "outcome.B3.1": the expected outcome beside it; NULL none */
	int index;
	struct duty_list *lists; /* in the order of the types */
	int nlists;
};

struct types {
	struct type **list; /* in order of reference: a type stands after those it refers to, where
			     * it can */
	size_t n;
	struct map by_name, by_path;
	struct position_kind **positions;
	size_t npositions;
	struct map position_by_name;
	struct duty **duties;
	size_t nduties;
	struct map duty_by_name;
};

/* A file to load: name for messages, bytes. */
struct source {
	const char *name;
	const char *bytes;
	size_t len;
};

/*
 * Parse and check all files together; texts named in them ({et: …, en: …, ru: …}) are put into
 * `texts`. Errors: ERR_INVALID with file, line and column: unknown key, bad name, missing text,
 * state that no move reaches, unknown type, field or duty, condition that does not compile …
 */
enum err types_load(struct ctx *cx, const struct source *files, size_t n, struct texts *texts,
		    struct types **ret) MUST_USE;
struct type *types_get(const struct types *ts, const char *name); /* NULL if there is none */
/* Index of a field, state, move, list by name; NULL/-1 if there is none. */
const struct field *type_field(const struct type *t, const char *name);
int type_state(const struct type *t, const char *name);
const struct move *type_move(const struct type *t, const char *name);
const struct list *type_list(const struct type *t, const char *name);
const struct choice *field_choice(const struct field *f, const char *name);
/* The column type of a field in SQL: "TEXT" or "INTEGER". */
const char *field_sql_type(const struct field *f);
/* Kinds as written in the files: "text", "date" … */
const char *field_kind_name(enum field_kind k);

#endif
