/* Facts as they come in and values as they go out. See rule_int.h. */
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "rule/rule_int.h"

#define MAX_FACTS 64
#define DAY_MINUTES 1440
#define SHOWN 60 /* bytes of a fact repeated in an error */

static const struct {
	const char *error; /* when a text is not of the type */
} TYPES[RULE_TYPES] = {
	[RULE_DATE] = { "err.rule_date" },     [RULE_YEAR] = { "err.rule_year" },
	[RULE_MOMENT] = { "err.rule_moment" }, [RULE_INT] = { "err.rule_int" },
	[RULE_DECIMAL] = { "err.rule_money" }, [RULE_MONEY] = { "err.rule_money" },
	[RULE_FLAG] = { "err.rule_flag" },     [RULE_TEXT] = { "err.rule_text" },
	[RULE_LIST] = { "err.rule_text" },
};

bool
rule_flag_read(const char *text, bool *ret)
{
	static const char *const YES[] = { "yes", "true", "1", "jah", "да" }; /* not shown */
	static const char *const NO[] = { "no", "false", "0", "ei", "нет" };  /* not shown */

	for (size_t i = 0; i < sizeof(YES) / sizeof(YES[0]); i++) {
		if (strcmp(text, YES[i]) == 0 || strcmp(text, NO[i]) == 0) {
			*ret = strcmp(text, YES[i]) == 0;
			return true;
		}
	}
	return false;
}

/* "2026-05-22T18:00", also with a space between. */
static bool
read_moment(struct arena *a, const char *s, struct rule_value *v)
{
	size_t n = strcspn(s, "T ");
	int64_t hour, minute;

	if (s[n] == '\0' || strlen(s + n + 1) != 5 || s[n + 3] != ':' ||
	    !civil_parse(arena_strndup(a, s, n), &v->date) ||
	    !text_int(arena_strndup(a, s + n + 1, 2), 0, 24, &hour) ||
	    !text_int(s + n + 4, 0, 59, &minute) || hour * 60 + minute > DAY_MINUTES)
		return false;
	v->n = hour * 60 + minute;
	return true;
}

static bool
read_year(const char *s, struct rule_value *v)
{
	int32_t day;

	if (text_int(s, 1600, 2999, &v->n))
		return true;
	if (!civil_parse(s, &day))
		return false;
	v->n = civil_date(day).year;
	return true;
}

/* Read a text as the type; *v keeps its name. */
static bool
read_as(struct arena *a, enum rule_type type, const char *s, struct rule_value *v)
{
	bool flag = false, ok = true;

	v->type = type;
	v->text = s;
	switch (type) {
	case RULE_DATE:
		return civil_parse(s, &v->date);
	case RULE_YEAR:
		return read_year(s, v);
	case RULE_MOMENT:
		return read_moment(a, s, v);
	case RULE_INT:
		return text_int(s, -1000000000, 1000000000, &v->n);
	case RULE_DECIMAL:
	case RULE_MONEY:
		return text_cents(s, &v->n) && v->n >= -100000000000 && v->n <= 100000000000;
	case RULE_FLAG:
		ok = rule_flag_read(s, &flag);
		v->n = flag;
		return ok;
	case RULE_TEXT:
	case RULE_LIST:
	case RULE_TYPES:
		break;
	}
	return s[0] != '\0';
}

static const struct rule_input *
input_of(const struct rule *r, const char *name)
{
	for (size_t i = 0; i < r->ninputs; i++)
		if (strcmp(r->inputs[i].name, name) == 0)
			return &r->inputs[i];
	return NULL;
}

static enum err
fail_unknown(struct rule_run *run, const char *name)
{
	const char *known = run->rule->inputs[0].name;

	for (size_t i = 1; i < run->rule->ninputs; i++)
		known = arena_printf(run->cx->arena, "%s, %s", known, run->rule->inputs[i].name);
	return fail_field(run->cx, ERR_INVALID, name, "err.rule_input", run->rule->id, name, known);
}

/* A typed value is taken as it is where the rule wants that type. */
static enum err
read_fact(struct rule_run *run, const struct rule_value *given, struct rule_value *ret)
{
	const struct rule_input *in = input_of(run->rule, given->name);
	struct rule_value v = *given;
	const char *text;

	if (in == NULL)
		return fail_unknown(run, given->name);
	if (given->type == in->type && given->type != RULE_TEXT && given->type != RULE_LIST) {
		*ret = v;
		return OK;
	}
	text = rule_value_text(run->cx, given);
	v.date = CIVIL_NONE;
	if (!read_as(run->cx->arena, in->type, text_trim(run->cx->arena, text), &v))
		return fail_field(run->cx, ERR_INVALID, in->name, TYPES[in->type].error, in->name,
				  arena_printf(run->cx->arena, "%.*s", SHOWN, text));
	*ret = v;
	return OK;
}

const struct rule_value *
rule_given(const struct rule_run *run, const char *name)
{
	for (size_t i = 0; i < run->out->ninputs; i++)
		if (strcmp(run->out->inputs[i].name, name) == 0)
			return &run->out->inputs[i];
	return NULL;
}

enum err
rule_need(struct rule_run *run, const char *name, const struct rule_value **ret)
{
	const struct rule_value *v = rule_given(run, name);

	if (v == NULL)
		return fail_field(run->cx, ERR_INVALID, name, "err.rule_missing", run->rule->id,
				  name);
	*ret = v;
	return OK;
}

enum err
rule_facts(struct rule_run *run, const struct rule_value *given, size_t n)
{
	const struct rule *r = run->rule;
	const struct rule_value *v;

	if (n > MAX_FACTS)
		return fail(run->cx, ERR_LIMIT, "err.rule_facts");
	run->out->inputs = ARENA_ARRAY(run->cx->arena, n + 1, struct rule_value);
	for (size_t i = 0; i < n; i++) {
		if (rule_given(run, given[i].name) != NULL)
			return fail_field(run->cx, ERR_INVALID, given[i].name,
					  "err.rule_fact_twice", given[i].name);
		TRY(read_fact(run, &given[i], &run->out->inputs[run->out->ninputs]));
		run->out->ninputs++;
	}
	for (size_t i = 0; i < r->ninputs; i++)
		if (r->inputs[i].required)
			TRY(rule_need(run, r->inputs[i].name, &v));
	return OK;
}

enum err
rule_number(struct rule_run *run, const char *name, int64_t min, int64_t max, int64_t *ret)
{
	const struct rule_value *v = rule_given(run, name);

	if (v == NULL)
		return OK;
	if (v->n < min || v->n > max)
		return fail_field(run->cx, ERR_INVALID, name, "err.rule_range", name,
				  rule_value_text(run->cx, v));
	*ret = v->n;
	return OK;
}

/* The next word of a list parted by commas and spaces, or NULL. */
static const char *
next_word(struct arena *a, const char **list)
{
	const char *from = *list + strspn(*list, ", ");
	size_t n = strcspn(from, ", ");

	*list = from + n;
	return n == 0 ? NULL : arena_strndup(a, from, n);
}

int64_t
rule_list_count(struct rule_run *run, const char *list, const char **among, size_t namong)
{
	struct map seen;
	const char *word;
	int64_t n = 0;

	map_init(&seen, run->cx->arena);
	while ((word = next_word(run->cx->arena, &list)) != NULL) {
		bool wanted = namong == 0;

		for (size_t i = 0; i < namong; i++)
			wanted = wanted || strcmp(among[i], word) == 0;
		n += wanted && map_put(&seen, word, word) == NULL;
	}
	return n;
}

void
rule_put(struct rule_run *run, struct rule_value v)
{
	struct rule_result *out = run->out;

	rule_array_grow(run->cx->arena, &out->values, out->nvalues, &run->values_size,
			sizeof(*out->values));
	out->values[out->nvalues++] = v;
}

struct rule_step *
rule_say(struct rule_run *run, const char *key, int32_t date, const char *arg1, const char *arg2,
	 const char *arg3)
{
	struct rule_result *out = run->out;
	struct rule_step *s;

	rule_array_grow(run->cx->arena, &out->steps, out->nsteps, &run->steps_size,
			sizeof(*out->steps));
	s = &out->steps[out->nsteps++];
	*s = (struct rule_step){ .key = key, .date = date, .arg = { arg1, arg2, arg3 } };
	s->nargs = arg1 == NULL ? 0 : arg2 == NULL ? 1 : arg3 == NULL ? 2 : 3;
	return s;
}

static const char *
moment_text(struct ctx *cx, const char *day, const char *between, int64_t minutes)
{
	return arena_printf(cx->arena, "%s%s%02d:%02d", day, between, (int)(minutes / 60),
			    (int)(minutes % 60));
}

const char *
rule_value_text(struct ctx *cx, const struct rule_value *v)
{
	switch (v->type) {
	case RULE_DATE:
		return civil_iso(cx->arena, v->date);
	case RULE_MOMENT:
		return moment_text(cx, civil_iso(cx->arena, v->date), "T", v->n);
	case RULE_YEAR:
	case RULE_INT:
		return text_from_int(cx->arena, v->n);
	case RULE_DECIMAL:
	case RULE_MONEY:
		return text_money_plain(cx->arena, v->n);
	case RULE_FLAG:
		return v->n != 0 ? "yes" : "no";
	case RULE_TEXT:
	case RULE_LIST:
	case RULE_TYPES:
		break;
	}
	return v->text;
}

const char *
rule_value_shown(struct ctx *cx, const struct rule *r, const struct rule_value *v)
{
	if (v->type == RULE_DATE)
		return civil_text(cx->arena, v->date);
	if (v->type == RULE_MOMENT)
		return moment_text(cx, civil_text(cx->arena, v->date), " ", v->n);
	if (v->type == RULE_MONEY)
		return text_money(cx->arena, v->n);
	if (v->type == RULE_FLAG)
		return msg(cx, v->n != 0 ? "rule.yes" : "rule.no");
	return v->type == RULE_TEXT ? rule_word(cx, r, v->text) : rule_value_text(cx, v);
}
