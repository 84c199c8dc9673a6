/* Rules as parsed. Only for the files of this folder. */
#ifndef HOOL_RULE_RULE_INT_H
#define HOOL_RULE_RULE_INT_H

#include "base/map.h"
#include "rule/place.h"
#include "rule/rule.h"
#include "format/yaml.h"

/* Parameters of versions: names, types and ranges are the table of rule_params.c. */
enum rule_param {
	PARAM_CALENDAR_DAYS,
	PARAM_WORKING_DAYS,
	PARAM_MONTHS,
	PARAM_YEARS,
	PARAM_NEXT_MONTH_DAY,
	PARAM_LESS_DAYS,
	PARAM_HOURS,
	PARAM_AT_LEAST,
	PARAM_BELOW,
	PARAM_IN_A_ROW,
	PARAM_NUMBER,
	PARAM_MONTH_DAY,
	PARAM_CLOSES,
	PARAM_ROLL,
	PARAM_FROM_NEXT_YEAR,
	PARAM_PAUSABLE,
	PARAM_WALL_CLOCK,
	PARAM_AMOUNT,
	PARAM_RATE,
	PARAM_CAP,
	PARAM_THEN,
	PARAM_ELSE,
	PARAM_UNIT,
	PARAM_SCHEME,
	PARAM_BARRED_BY,
	PARAM_FROM,
	PARAM_PRICES,
	PARAM_COUNT
};

struct rule_setting {
	bool set;
	int64_t n;
	const char *text;
	const char *input; /* taken from this input, if it is given; else n, if set */
};

/* A set of parameters under a name: a row of a choice, a further term, a price. */
struct rule_named {
	const char *name;
	struct rule_setting *p; /* PARAM_COUNT of them; those not set come from the version */
	bool has_confirmed, confirmed;
	const char *note;
};

/* A row of a table: if every named input has one of the values, it gives the word. */
struct rule_case {
	size_t n;
	const char **inputs;
	const char ***values; /* for each input, NULL-terminated */
	const char *gives;
};

/* One of the conditions that must all hold. */
struct rule_condition {
	const char *word;   /* names it to people */
	const char **flags; /* any of these facts; NULL if it is about a list */
	size_t nflags;
	const char *of;	    /* a list ... */
	int64_t least;	    /* ... with at least so many different words ... */
	const char **among; /* ... of these (any words if NULL) */
	size_t namong;
};

struct rule_params {
	struct rule_setting p[PARAM_COUNT];
	const char *by; /* the input that picks a row, or NULL */
	struct rule_named *rows, *also, *terms;
	size_t nrows, nalso, nterms;
	struct rule_case *cases;
	size_t ncases;
	struct rule_condition *all;
	size_t nall;
};

struct rule_word {
	const char *word;
	const char *text[LANG_COUNT];
};

struct rule_example {
	int line, col;
	struct rule_value *inputs;
	size_t ninputs;
	const char *gives;	   /* the main value as text, or NULL */
	const char *fails;	   /* the key of the error expected, or NULL */
	struct rule_value *expect; /* further values as text */
	size_t nexpect;
};

struct rule {
	const char *id;
	const char *file;
	int line, col;
	const char *name[LANG_COUNT];
	const char *source;
	const struct rule_kind *kind;
	struct rule_input *inputs;
	size_t ninputs;
	struct rule_version *versions; /* by valid_from, then known_from */
	size_t nversions;
	struct rule_word *words;
	size_t nwords;
	struct rule_example *examples;
	size_t nexamples;
};

struct rulebook {
	struct map by_id; /* struct rule */
	struct rule **rules;
	size_t nrules, rules_size;
	struct place *places; /* by code, then valid_from */
	size_t nplaces, places_size;
};

/* One computation under way. */
struct rule_run {
	struct ctx *cx;
	const struct rulebook *rb;
	const struct rule *rule;
	int32_t event, known;
	struct rule_setting p[PARAM_COUNT]; /* of the version, the row and the inputs */
	const struct rule_params *params;
	struct rule_result *out; /* its inputs are the facts */
	size_t steps_size, values_size;
};

typedef enum err rule_fn(struct rule_run *run);

#define RULE_KIND_INPUTS 6
struct rule_kind {
	const char *name;
	rule_fn *fn;
	struct rule_input inputs[RULE_KIND_INPUTS]; /* [0] main; ended by name NULL */
	uint64_t may;				    /* parameters it knows, bits 1 << PARAM_X */
	uint64_t must;				    /* parameters without which it says nothing */
	bool rows, cases, all, terms;		    /* what else a version may hold */
};

/* rule_kinds.c */
const struct rule_kind *rule_kind_find(const char *name);
/* rule_params.c */
enum err
rule_params_read(struct ctx *cx, struct rule *r, struct yaml *y, struct rule_params *ret) MUST_USE;
/* Make sure the rule has an input of this name. */
void rule_input_add(struct ctx *cx, struct rule *r, const char *name, enum rule_type type,
		    bool required);
/* place.c */
enum err place_read(struct ctx *cx, struct rulebook *rb, struct yaml *y) MUST_USE;
enum err place_settle(struct ctx *cx, struct rulebook *rb) MUST_USE;
/* rule_load.c */
void rule_array_grow(struct arena *a, void *items, size_t n, size_t *size, size_t item);

/* A setting with what the case itself brings, held against the range of the parameter. */
enum err rule_setting(struct rule_run *run, enum rule_param which, const struct rule_setting *s,
		      struct rule_setting *ret) MUST_USE;

/* rule_value.c: facts put in, and values and steps given out */
/* All facts as the types the rule wants; refuses unknown and double names and missing ones. */
enum err rule_facts(struct rule_run *run, const struct rule_value *given, size_t n) MUST_USE;
const struct rule_value *rule_given(const struct rule_run *run, const char *name);
/* The fact must be there. */
enum err rule_need(struct rule_run *run, const char *name, const struct rule_value **ret) MUST_USE;
/* A fact that is a whole number in a range; *ret stays as it was if it is not given. */
enum err rule_number(struct rule_run *run, const char *name, int64_t min, int64_t max,
		     int64_t *ret) MUST_USE;
/* Different words of a list that are among `among` (any, if NULL). */
int64_t rule_list_count(struct rule_run *run, const char *list, const char **among, size_t namong);
/* yes, no and the like. */
bool rule_flag_read(const char *text, bool *ret);
void rule_put(struct rule_run *run, struct rule_value v);
struct rule_step *rule_say(struct rule_run *run, const char *key, int32_t date, const char *arg1,
			   const char *arg2, const char *arg3);
#define DAY_TEXT(run, day) civil_text((run)->cx->arena, (day))
#define INT_TEXT(run, n) text_from_int((run)->cx->arena, (n))

/* rule_term.c: dates counted from dates */
enum err
rule_term(struct rule_run *run, const struct rule_setting *p, int32_t from, int32_t *ret) MUST_USE;
rule_fn rule_run_term, rule_run_earliest, rule_run_yearly, rule_run_hours, rule_run_closing;
enum err rule_also(struct rule_run *run) MUST_USE;
/* rule_facts.c, rule_money.c */
rule_fn rule_run_age, rule_run_table, rule_run_conditions, rule_run_in_a_row;
rule_fn rule_run_value, rule_run_line, rule_run_ceiling;

#endif
