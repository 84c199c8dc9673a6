/*
 * Law as data: deadlines, age limits, prices, ceilings, barred combinations.
 *
 * A rule has dated versions. The version is chosen by the day of the event, and, where the same
 * days were regulated anew with backward effect, by what was known at a given time (the input
 * `known`). Each result says which version and facts it came from, step by step, and whether the
 * version has been confirmed; what nobody has confirmed is to be shown as not confirmed.
 *
 * Rules are files, see rules/README.md. The kinds of computation are the table of rule_kinds.c;
 * a new rule or a changed law needs no C.
 */
#ifndef HOOL_RULE_RULE_H
#define HOOL_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/ctx.h"

struct rulebook;
struct rule;
struct rule_params;

enum rule_type {
	RULE_DATE,    /* `date` */
	RULE_YEAR,    /* `n`; as input also a date of that year */
	RULE_MOMENT,  /* `date` and `n` minutes of that day, Tallinn time; 24:00 ends the day */
	RULE_INT,     /* `n` */
	RULE_DECIMAL, /* `n` hundredths */
	RULE_MONEY,   /* `n` euro cents */
	RULE_FLAG,    /* `n` 0 or 1 */
	RULE_TEXT,    /* `text`: a word or code */
	RULE_LIST,    /* `text`: words parted by commas */
	RULE_TYPES
};

/* A named value: a fact put in, or a result. As input any type may come as RULE_TEXT. */
struct rule_value {
	const char *name;
	enum rule_type type;
	int32_t date;
	int64_t n;
	const char *text;
};

static inline struct rule_value
rule_date(const char *name, int32_t date)
{
	return (struct rule_value){ .name = name, .type = RULE_DATE, .date = date };
}
static inline struct rule_value
rule_int(const char *name, int64_t n)
{
	return (struct rule_value){ .name = name, .type = RULE_INT, .n = n };
}
static inline struct rule_value
rule_money(const char *name, int64_t cents)
{
	return (struct rule_value){ .name = name, .type = RULE_MONEY, .n = cents };
}
static inline struct rule_value
rule_flag(const char *name, bool flag)
{
	return (struct rule_value){ .name = name, .type = RULE_FLAG, .n = flag };
}
static inline struct rule_value
rule_text(const char *name, const char *text)
{
	return (struct rule_value){ .name = name, .type = RULE_TEXT, .text = text };
}

/* One line of the explanation. Shown: msg of `key` with the args, then the texts of `reason` and
 * `word` (a key of the rule's own words), where there are any. */
struct rule_step {
	const char *key;
	const char *arg[3];
	int nargs;
	const char *reason; /* catalogue key, or NULL: a holiday, a weekday */
	const char *word;   /* word of the rule, or NULL */
	int32_t date;	    /* the day the line is about, or CIVIL_NONE */
};

struct rule_version {
	int32_t valid_from;
	int32_t valid_to;   /* first day it no longer holds; CIVIL_NONE: open */
	int32_t known_from; /* CIVIL_NONE: known from the start */
	bool confirmed;
	const char *source; /* of this version, or NULL */
	const char *note;   /* why not confirmed, or NULL; Estonian */
	const struct rule_params *params;
};

struct rule_result {
	const struct rule *rule;
	const struct rule_version *version;
	int32_t event;		   /* the day the version was chosen by */
	bool confirmed;		   /* all that went into it is confirmed */
	struct rule_value *inputs; /* as understood */
	size_t ninputs;
	struct rule_value *values; /* [0] is the main value, "result" */
	size_t nvalues;
	struct rule_step *steps;
	size_t nsteps;
};

/* An input of a rule; [0] is the main one, given without a name on the command line. */
struct rule_input {
	const char *name;
	enum rule_type type;
	bool required;
};

struct rule_file {
	const char *name; /* for messages */
	const char *bytes;
	size_t len;
};

/*
 * Read rules and places. All of it lives in cx's arena, which must outlive the rulebook.
 * Errors: ERR_INVALID with file, line and column.
 */
enum err rulebook_load(struct ctx *cx, const struct rule_file *files, size_t n,
		       struct rulebook **ret) MUST_USE;
/* Rules in the order of the files. */
size_t rulebook_count(const struct rulebook *rb);
const struct rule *rulebook_at(const struct rulebook *rb, size_t i);
/* A rule by its id, exactly; NULL if there is none. */
const struct rule *rulebook_find(const struct rulebook *rb, const char *id);
/* Run every example of every rule. ERR_INVALID at the place of the first that does not hold. */
enum err rulebook_check(struct ctx *cx, const struct rulebook *rb, size_t *ret_examples) MUST_USE;

const char *rule_id(const struct rule *r);
const char *rule_source(const struct rule *r);
/* The kind of computation: "term". */
const char *rule_kind_of(const struct rule *r);
/* In cx's language, or Estonian. */
const char *rule_name(const struct ctx *cx, const struct rule *r);
/* What a word stands for ("child"), in cx's language; the word itself if the rule has no text. */
const char *rule_word(const struct ctx *cx, const struct rule *r, const char *word);
size_t rule_inputs(const struct rule *r, const struct rule_input **ret);
size_t rule_versions(const struct rule *r, const struct rule_version **ret);
/* The version for an event on `on` as known on `known` (CIVIL_NONE: as known now), or NULL. */
const struct rule_version *rule_version_at(const struct rule *r, int32_t on, int32_t known);

/*
 * Compute. The result lives in cx's arena.
 * Errors: ERR_NOTFOUND no such rule; ERR_INVALID a fact is missing, unknown, or not understood
 * (the field names it), or no version covers the event.
 */
enum err rule_eval(struct ctx *cx, const struct rulebook *rb, const char *id,
		   const struct rule_value *inputs, size_t n, struct rule_result *ret) MUST_USE;
/* The date a rule gives for its main date: a clock's due date. ERR_BUG if it gives no date. */
enum err rule_due(struct ctx *cx, const struct rulebook *rb, const char *id, int32_t from,
		  int32_t *ret_due) MUST_USE;
/* A value of a result by name, or NULL. */
const struct rule_value *rule_get(const struct rule_result *r, const char *name);
/* A value as files write it: 2026-05-25, 44.10, yes. In cx's arena. */
const char *rule_value_text(struct ctx *cx, const struct rule_value *v);
/* A value as people read it, in cx's language: 25.05.2026, 44,10 €, jah. In cx's arena. */
const char *rule_value_shown(struct ctx *cx, const struct rule *r, const struct rule_value *v);

/* One step as a sentence in cx's language. In cx's arena. */
const char *rule_step_text(struct ctx *cx, const struct rule *r, const struct rule_step *s);
/* All steps, one a line. */
void rule_trace(struct ctx *cx, const struct rule_result *r, struct buf *out);
/*
 * The result as one JSON object: rule, source, version, known_from, confirmed, event, inputs,
 * result, values, and the steps with key, args and (in cx's language) text. For storage beside the
 * record it set a date of, and for programs.
 */
enum err rule_json(struct ctx *cx, const struct rule_result *r, struct buf *out) MUST_USE;

#endif
