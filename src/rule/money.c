/* Rules that give sums: limits and prices, lines of reports, yearly ceilings. Cents throughout. */
#include <string.h>

#include "base/text.h"
#include "rule/rule_int.h"

#define MAX_MINUTES 1000000
#define MAX_PEOPLE 1000

/* n / d, half a cent up (away from zero for credits), in whole cents. */
static int64_t
half_up(int64_t n, int64_t d)
{
	return n < 0 ? -((-n * 2 + d) / (d * 2)) : (n * 2 + d) / (d * 2);
}

static const char *
money(struct rule_run *run, int64_t cents)
{
	return text_money(run->cx->arena, cents);
}

/* The amount of the version, or of the row picked. */
enum err
rule_run_value(struct rule_run *run)
{
	const struct rule_setting *p = run->p;
	struct rule_value v = { .name = "result", .type = RULE_MONEY, .n = p[PARAM_AMOUNT].n };

	if (!p[PARAM_AMOUNT].set)
		v = rule_int("result", p[PARAM_NUMBER].n);
	rule_put(run, v);
	rule_say(run, "rule.step.value", CIVIL_NONE, rule_value_shown(run->cx, run->rule, &v), NULL,
		 NULL);
	if (p[PARAM_UNIT].set)
		rule_put(run, rule_text("unit", p[PARAM_UNIT].text));
	return OK;
}

/* The price row of a code on the day of the event, from another rule. */
static enum err
find_price(struct rule_run *run, const char *code, int64_t *ret_cents, bool *ret_hourly)
{
	const struct rule *prices = rulebook_find(run->rb, run->p[PARAM_PRICES].text);
	const struct rule_version *v = rule_version_at(prices, run->event, run->known);
	const char *unit;

	if (v == NULL)
		return fail(run->cx, ERR_INVALID, "err.rule_no_version", prices->id,
			    civil_iso(run->cx->arena, run->event),
			    civil_iso(run->cx->arena, prices->versions[0].valid_from));
	for (size_t i = 0; i < v->params->nrows; i++) {
		const struct rule_named *row = &v->params->rows[i];

		if (strcmp(row->name, code) != 0)
			continue;
		if (!v->confirmed || (row->has_confirmed && !row->confirmed)) {
			run->out->confirmed = false;
			rule_say(run, "rule.step.unconfirmed", CIVIL_NONE,
				 row->note != NULL ? row->note
				 : v->note != NULL ? v->note
						   : code,
				 NULL, NULL);
		}
		rule_say(run, "rule.step.price", CIVIL_NONE, code,
			 money(run, row->p[PARAM_AMOUNT].n), DAY_TEXT(run, v->valid_from));
		*ret_cents = row->p[PARAM_AMOUNT].n;
		unit = row->p[PARAM_UNIT].set ? row->p[PARAM_UNIT].text
					      : v->params->p[PARAM_UNIT].text;
		*ret_hourly = unit == NULL || strcmp(unit, "hour") == 0;
		return OK;
	}
	return fail_field(run->cx, ERR_INVALID, "code", "err.rule_row", prices->id, code);
}

/* One line of a provider's report: minutes x hourly price / 60, or quantity x price. */
enum err
rule_run_line(struct rule_run *run)
{
	const struct rule_value *code, *v;
	int64_t price = 0, minutes = 0, quantity = 0, people = 1, each;
	bool hourly = true;

	TRY(rule_need(run, "code", &code));
	TRY(find_price(run, code->text, &price, &hourly));
	TRY(rule_need(run, hourly ? "minutes" : "quantity", &v));
	TRY(rule_number(run, "minutes", 0, MAX_MINUTES, &minutes));
	TRY(rule_number(run, "quantity", 0, MAX_MINUTES * 100, &quantity));
	TRY(rule_number(run, "participants", 1, MAX_PEOPLE, &people));
	each = hourly ? half_up(minutes * price, 60) : half_up(quantity * price, 100);
	rule_say(run, hourly ? "rule.step.line_minutes" : "rule.step.line_quantity", CIVIL_NONE,
		 rule_value_text(run->cx, v), money(run, price), money(run, each));
	rule_put(run, rule_money("result", each));
	rule_put(run, rule_money("price", price));
	if (people > 1) {
		rule_say(run, "rule.step.line_each", CIVIL_NONE, INT_TEXT(run, people),
			 money(run, each * people), NULL);
		rule_put(run, rule_money("total", each * people));
	}
	return OK;
}

/* What is still to be had below a yearly ceiling. */
enum err
rule_run_ceiling(struct rule_run *run)
{
	const struct rule_setting *p = run->p;
	const struct rule_value *given, *km = rule_given(run, "km");
	int64_t used = 0, asked = 0, left, allowed;

	TRY(rule_number(run, "used", 0, 100000000000, &used));
	if (km != NULL && p[PARAM_RATE].set) {
		TRY(rule_number(run, "km", 0, 100000000, &asked));
		asked = half_up(asked * p[PARAM_RATE].n, 100);
		rule_say(run, "rule.step.km", CIVIL_NONE, rule_value_text(run->cx, km),
			 money(run, p[PARAM_RATE].n), money(run, asked));
	} else {
		TRY(rule_need(run, "new", &given));
		TRY(rule_number(run, "new", 0, 100000000000, &asked));
	}
	left = used < p[PARAM_CAP].n ? p[PARAM_CAP].n - used : 0;
	allowed = asked < left ? asked : left;
	rule_say(run, "rule.step.ceiling", CIVIL_NONE, money(run, p[PARAM_CAP].n), money(run, used),
		 money(run, left));
	rule_say(run, allowed < asked ? "rule.step.cut" : "rule.step.fits", CIVIL_NONE,
		 money(run, asked), money(run, allowed), NULL);
	rule_put(run, rule_money("result", allowed));
	rule_put(run, rule_money("ceiling", p[PARAM_CAP].n));
	rule_put(run, rule_money("left", left - allowed));
	rule_put(run, rule_money("excess", asked - allowed));
	return OK;
}
