/* A result explained: as text for people, as JSON for storage. See rule.h. */
#include <string.h>

#include "base/texts.h"
#include "rule/rule_int.h"
#include "format/json.h"

#define MAX_PARTS 5

const char *
rule_step_text(struct ctx *cx, const struct rule *r, const struct rule_step *s)
{
	const char *part[MAX_PARTS] = { NULL };
	int n = 0;

	for (; n < s->nargs; n++)
		part[n] = s->arg[n];
	if (s->reason != NULL)
		part[n++] = msg(cx, s->reason);
	if (s->word != NULL && n < MAX_ERROR_ARGS)
		part[n++] = rule_word(cx, r, s->word);
	return msgf(cx, s->key, part[0], part[1], part[2], part[3]);
}

void
rule_trace(struct ctx *cx, const struct rule_result *r, struct buf *out)
{
	for (size_t i = 0; i < r->nsteps; i++) {
		buf_text(out, rule_step_text(cx, r->rule, &r->steps[i]));
		buf_char(out, '\n');
	}
}

static void
put_value(struct ctx *cx, struct json_out *j, const struct rule_value *v)
{
	if (v->type == RULE_INT || v->type == RULE_YEAR)
		json_put_int(j, v->n);
	else if (v->type == RULE_FLAG)
		json_put_bool(j, v->n != 0);
	else
		json_put_text(j, rule_value_text(cx, v));
}

static void
put_values(struct ctx *cx, struct json_out *j, const char *key, const struct rule_value *v,
	   size_t n)
{
	json_key(j, key);
	json_map(j);
	for (size_t i = 0; i < n; i++) {
		json_key(j, v[i].name);
		put_value(cx, j, &v[i]);
	}
	json_map_end(j);
}

static void
put_step(struct ctx *cx, struct json_out *j, const struct rule *r, const struct rule_step *s)
{
	json_map(j);
	json_pair_text(j, "key", s->key);
	json_key(j, "args");
	json_list(j);
	for (int i = 0; i < s->nargs; i++)
		json_put_text(j, s->arg[i]);
	json_list_end(j);
	if (s->reason != NULL)
		json_pair_text(j, "reason", s->reason);
	if (s->word != NULL)
		json_pair_text(j, "word", s->word);
	if (s->date != CIVIL_NONE)
		json_pair_text(j, "date", civil_iso(cx->arena, s->date));
	json_pair_text(j, "text", rule_step_text(cx, r, s));
	json_map_end(j);
}

static void
pair_date(struct ctx *cx, struct json_out *j, const char *key, int32_t day)
{
	json_pair_text(j, key, day == CIVIL_NONE ? NULL : civil_iso(cx->arena, day));
}

enum err
rule_json(struct ctx *cx, const struct rule_result *r, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_map(&j);
	json_pair_text(&j, "rule", r->rule->id);
	json_pair_text(&j, "name", rule_name(cx, r->rule));
	json_pair_text(&j, "source",
		       r->version->source != NULL ? r->version->source : r->rule->source);
	pair_date(cx, &j, "version", r->version->valid_from);
	pair_date(cx, &j, "known_from", r->version->known_from);
	json_pair_bool(&j, "confirmed", r->confirmed);
	pair_date(cx, &j, "event", r->event);
	put_values(cx, &j, "inputs", r->inputs, r->ninputs);
	json_key(&j, "result");
	put_value(cx, &j, &r->values[0]);
	put_values(cx, &j, "values", r->values, r->nvalues);
	json_key(&j, "trace");
	json_list(&j);
	for (size_t i = 0; i < r->nsteps; i++)
		put_step(cx, &j, r->rule, &r->steps[i]);
	json_list_end(&j);
	json_map_end(&j);
	return json_done(cx, &j);
}
