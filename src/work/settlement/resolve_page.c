/* Resolving differences, one or many at once: asked for an explanation, then moved. */
#include "base/text.h"
#include "base/texts.h"
#include "work/settlement/invoice.h"
#include "work/settlement/pages_int.h"

struct chosen {
	int64_t ids[MAX_DIFFERENCES];
	size_t n;
	const char *move;
	struct record *first;
};

/* The rows chosen, each one the actor sees; the claim of the first is where we return to. */
static enum err
read_chosen(struct visit *v, struct chosen *c)
{
	const struct type *t = types_get(v->cx->world->types, "difference");
	const char *typed;

	v->cx->purpose = visit_purpose(v, t);
	c->move = http_form(v->x, PART_MOVE);
	if (!text_equal(c->move, "accept") && !text_equal(c->move, "reject") &&
	    !text_equal(c->move, "correct"))
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	for (size_t i = 0; (typed = http_form_nth(v->x, PART_CHOSEN, i)) != NULL; i++) {
		struct record *d;

		if (c->n == MAX_DIFFERENCES || !text_int(typed, 1, INT64_MAX, &c->ids[c->n]))
			return fail(v->cx, ERR_NOTFOUND, "err.not_found");
		TRY(record_load(v->cx, t, c->ids[c->n++], RIGHT_SEE, &d));
		if (c->first == NULL)
			c->first = d;
	}
	return c->n > 0 ? OK : fail(v->cx, ERR_NOTFOUND, "err.settlement_none_chosen");
}

static enum err
back_to_comparison(struct visit *v, const struct chosen *c, const char **ret)
{
	struct record *claim;

	TRY(record_load(v->cx, types_get(v->cx->world->types, "claim"),
			record_int(c->first, "claim"), RIGHT_SEE, &claim));
	*ret = pages_compare_url(v->cx, claim->number);
	return OK;
}

enum err
differences_post(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "difference");
	const struct field *explanation = type_field(t, "explanation");
	struct chosen *c = ARENA_NEW(v->cx->arena, struct chosen);
	const char *back;

	TRY(read_chosen(v, c));
	if (!text_equal(http_form(v->x, PART_ASKED), "1"))
		return fail(v->cx, ERR_INVALID, "form.asking");
	for (size_t i = 0; i < c->n; i++) {
		struct change *ch = change_of(v->cx, t);

		TRY(visit_typed(v, &explanation, 1, ch));
		TRY(record_move(v->cx, t, c->ids[i], 0, c->move, ch));
	}
	TRY(back_to_comparison(v, c, &back));
	return visit_go(v, back);
}

enum err
differences_again(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "difference");
	const struct error cause = v->cx->error;
	struct chosen *c = ARENA_NEW(v->cx->arena, struct chosen);
	struct part_field field;
	const char *effects[1], *back;

	ctx_forgive(v->cx);
	TRY(read_chosen(v, c));
	TRY(back_to_comparison(v, c, &back));
	if (text_equal(cause.key, "form.asking"))
		v->error = OK;
	else
		v->cx->error = cause;
	TRY(visit_field(v, type_field(t, "explanation"), NULL, &field));
	field.kind = ASK_LONG;
	field.rows = 3;
	field.optional = false;
	effects[0] = msg(v->cx, type_move(t, c->move)->help_key);
	visit_page_begin(v, msg(v->cx, type_move(t, c->move)->label_key));
	if (v->error != OK && cause.field == NULL)
		part_notice(&v->page, TONE_LATE, pages_error(v->cx), NULL);
	part_confirm(&v->page,
		     &(struct part_confirm){
			     .question = msg_count(v->cx, "settlement.chosen", (long)c->n),
			     .effects = effects,
			     .n_effects = 1,
			     .action = "/kuu/erinevused",
			     .move = c->move,
			     .key = visit_key(v),
			     .chosen = c->ids,
			     .n_chosen = c->n,
			     .button = msg(v->cx, type_move(t, c->move)->label_key),
			     .fields = &field,
			     .n_fields = 1,
			     .cancel_href = back });
	return visit_page_end(v);
}
