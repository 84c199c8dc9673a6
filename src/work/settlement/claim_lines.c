/*
 * Lines of a month report: written from what month.c computes, renewed without losing what the
 * provider has written down, and joined by corrections of months frozen before.
 */
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/settlement/claim_int.h"
#include "work/settlement/month_read.h"

#define BACK_MONTHS 24 /* how far back frozen months are held against what is known now */

static const char LINES[] =
	"SELECT l.sys_id, l.placement, s.code, l.code, l.price, l.month, l.days, l.proposed "
	"FROM claim_line l LEFT JOIN stage s ON s.sys_id = l.stage "
	"WHERE l.claim = ?1 AND l.sys_deleted = 0 ORDER BY l.sys_id";
static const char FROZEN[] =
	"SELECT month FROM claim WHERE contract = ?1 AND month < ?2 AND month >= ?3 AND "
	"sys_state = 'frozen' AND sys_deleted = 0 ORDER BY month";

/* ---- the lines there are ---- */

struct old_line {
	int64_t id, placement, price;
	const char *stage, *code, *days, *proposed;
	int32_t month;
	bool used;
};
struct old_lines {
	struct old_line *list;
	size_t n;
};

static enum err
read_old(struct ctx *cx, int64_t claim, struct old_lines *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct old_lines o = { NULL, 0 };
	bool row;

	TRY(db_query(cx, LINES, DB_ARGS(db_int(claim)), &q));
	for (;; o.n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if ((o.n & (o.n - 1)) == 0) {
			struct old_line *more =
				ARENA_ARRAY(cx->arena, o.n * 2 + 1, struct old_line);

			if (o.n > 0)
				memcpy(more, o.list, o.n * sizeof(*more));
			o.list = more;
		}
		o.list[o.n] = (struct old_line){ .id = stmt_int(q, 0),
						 .placement = stmt_int(q, 1),
						 .stage = stmt_copy(cx, q, 2),
						 .code = stmt_copy(cx, q, 3),
						 .price = stmt_int(q, 4),
						 .month = stmt_date(q, 5),
						 .days = stmt_copy(cx, q, 6),
						 .proposed = stmt_copy(cx, q, 7) };
	}
	*ret = o;
	return OK;
}

/* The line there is for this placement, stage and code; best with the same price. `from` is where
 * the search begins: lines are in the order they were made, so it mostly succeeds at once. */
static struct old_line *
find_old(struct old_lines *o, size_t from, const struct old_line *want)
{
	struct old_line *other = NULL;

	for (size_t i = 0; i < o->n; i++) {
		struct old_line *l = &o->list[(from + i) % o->n];

		if (l->used || l->placement != want->placement || l->month != want->month ||
		    !text_equal(l->stage, want->stage) || !text_equal(l->code, want->code))
			continue;
		if (l->price == want->price || want->month != CIVIL_NONE)
			return l;
		other = other == NULL ? l : other;
	}
	return other;
}

/* ---- writing one ---- */

static enum err
write_line(struct ctx *cx, struct old_line *old, struct change *ch)
{
	int64_t id;

	if (old == NULL)
		return record_create(cx, ch, &id);
	old->used = true;
	return record_edit(cx, ch->type, old->id, 0, ch);
}

static void
change_ref(struct change *ch, const char *field, int64_t id)
{
	if (id != 0)
		change_int(ch, field, id);
	else
		change_empty(ch, field);
}

/* What the provider has written down of a line's days, held against the days as they are now. */
static const char *
carried(struct ctx *cx, const struct old_line *old, const char *days)
{
	if (old == NULL || old->days == NULL)
		return NULL;
	return days_proposal(cx->arena, days,
			     old->proposed != NULL ? old->proposed
						   : days_merge(cx->arena, days, old->days));
}

static struct change *
line_change(struct ctx *cx, const struct record *claim, const struct old_line *old,
	    const struct month_line *l)
{
	struct change *ch = change_new(cx, "claim_line");

	if (old == NULL) {
		change_int(ch, "claim", claim->id);
		change_int(ch, "placement", l->placement);
		change_int(ch, "person", l->person);
	}
	change_ref(ch, "stage", l->stage);
	change_text(ch, "code", l->code);
	change_text(ch, "unit", l->unit);
	change_text(ch, "days", l->days);
	change_int(ch, "quantity", l->amount.quantity);
	change_int(ch, "sum_cents", l->amount.cents);
	if (l->code == NULL)
		change_text(ch, "proposed", carried(cx, old, l->days));
	else
		change_int(ch, "minutes", l->minutes);
	change_ref(ch, "price", l->price == NULL ? 0 : l->price->id);
	if (l->price != NULL)
		change_int(ch, "price_cents", l->price->cents);
	else
		change_empty(ch, "price_cents");
	return ch;
}

static enum err
write_lines(struct ctx *cx, const struct record *claim, const struct month_lines *lines,
	    struct old_lines *o)
{
	for (size_t i = 0; i < lines->n; i++) {
		const struct month_line *l = &lines->list[i];
		struct old_line want = { .placement = l->placement,
					 .stage = l->stage_code,
					 .code = l->code,
					 .price = l->price == NULL ? 0 : l->price->id,
					 .month = CIVIL_NONE };
		struct old_line *old = find_old(o, i, &want);

		TRY(write_line(cx, old, line_change(cx, claim, old, l)));
	}
	return OK;
}

/* ---- corrections ---- */

/* "20 · 440,00 €" */
static const char *
amount_text(struct ctx *cx, const struct amount *a)
{
	bool half = a->quantity % 100 != 0;

	return arena_printf(cx->arena, half ? "%lld,%02lld \xC2\xB7 %s" : "%lld%.0lld \xC2\xB7 %s",
			    (long long)(a->quantity / 100), (long long)(a->quantity % 100),
			    text_money(cx->arena, a->cents));
}

static struct change *
fix_change(struct ctx *cx, const struct record *claim, const struct old_line *old,
	   const struct month_fix *x, int32_t month)
{
	struct change *ch = change_new(cx, "claim_line");

	if (old == NULL) {
		change_int(ch, "claim", claim->id);
		change_ref(ch, "placement", x->placement);
		change_int(ch, "person", x->person);
		change_int(ch, "month", month);
		change_ref(ch, "difference_of", x->of);
	}
	change_ref(ch, "stage", x->stage);
	change_text(ch, "code", x->code);
	change_text(ch, "unit", x->unit);
	change_text(ch, "days", x->days);
	change_int(ch, "quantity", x->amount.quantity);
	change_int(ch, "sum_cents", x->amount.cents);
	change_int(ch, "price_cents", x->price_cents);
	change_text(ch, "note",
		    msgf(cx, "settlement.fix_note", month_text(cx->arena, month),
			 amount_text(cx, &x->was), amount_text(cx, &x->now)));
	return ch;
}

static enum err
correct_month(struct ctx *cx, const struct record *claim, int32_t month, struct old_lines *o)
{
	struct month_settled *settled;
	struct month_facts f;
	struct month_lines now;
	struct month_fixes fixes;
	size_t n;

	TRY(month_read(cx, record_int(claim, "contract"), month, &f));
	TRY(month_read_settled(cx, f.contract, month, claim->id, &settled, &n));
	month_make(cx->arena, &f, &now);
	month_correct(cx->arena, &f, &now, settled, n, &fixes);
	for (size_t i = 0; i < fixes.n; i++) {
		const struct month_fix *x = &fixes.list[i];
		struct old_line want = { .placement = x->placement,
					 .stage = x->stage_code,
					 .code = x->code,
					 .month = month };
		struct old_line *old = find_old(o, 0, &want);

		TRY(write_line(cx, old, fix_change(cx, claim, old, x, month)));
	}
	return OK;
}

static enum err
read_frozen(struct ctx *cx, const struct record *claim, int32_t *months, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	int32_t month = record_date(claim, "month");
	bool row;

	TRY(db_query(cx, FROZEN,
		     DB_ARGS(db_int(record_int(claim, "contract")), db_date(month),
			     db_date(civil_add_months(month, -BACK_MONTHS))),
		     &q));
	for (*ret_n = 0; *ret_n < BACK_MONTHS; (*ret_n)++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		months[*ret_n] = stmt_date(q, 0);
	}
	return OK;
}

static enum err
write_corrections(struct ctx *cx, const struct record *claim, struct old_lines *o)
{
	int32_t months[BACK_MONTHS];
	size_t n;

	TRY(read_frozen(cx, claim, months, &n));
	for (size_t i = 0; i < n; i++)
		TRY(correct_month(cx, claim, months[i], o));
	return OK;
}

/* ---- all of it ---- */

static enum err
renew(struct ctx *cx, void *arg)
{
	const struct record *claim = arg;
	struct month_facts f;
	struct month_lines lines;
	struct old_lines o;

	TRY(month_read(cx, record_int(claim, "contract"), record_date(claim, "month"), &f));
	TRY(read_old(cx, claim->id, &o));
	month_make(cx->arena, &f, &lines);
	TRY(write_lines(cx, claim, &lines, &o));
	TRY(write_corrections(cx, claim, &o));
	for (size_t i = 0; i < o.n; i++)
		if (!o.list[i].used)
			TRY(record_delete(cx, types_get(cx->world->types, "claim_line"),
					  o.list[i].id, 0, msg(cx, "settlement.line_gone")));
	return claim_set_total(cx, claim->id);
}

enum err
claim_renew(struct ctx *cx, const struct record *claim)
{
	struct record copy = *claim;

	if (!claim_is_open(claim))
		return fail(cx, ERR_CONFLICT, "err.settlement_not_open", claim->number);
	return claim_as_program(cx, renew, &copy);
}

enum err
claim_has_lines(struct ctx *cx, int64_t contract, int32_t month, bool *ret)
{
	struct month_facts f;
	struct month_lines lines;

	TRY(month_read(cx, contract, month, &f));
	month_make(cx->arena, &f, &lines);
	*ret = lines.n > 0;
	return OK;
}

/* ---- the hook of a line ---- */

static struct value
after_change(const struct record *rec, const struct change *ch, const char *field)
{
	int i = type_field(ch->type, field)->index;

	if (ch->given[i] || rec == NULL)
		return ch->v[i];
	return rec->v[i];
}

/* Days tell the quantity and the sum, whoever writes the line; corrections and sessions bring
 * their own. */
enum err
claim_line_before(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct value claim = after_change(rec, ch, "claim"), days = after_change(rec, ch, "days");
	struct value said = after_change(rec, ch, "proposed"), unit = after_change(rec, ch, "unit");
	struct value price = after_change(rec, ch, "price_cents");
	struct amount amount;
	struct record *c;
	int32_t month;
	int paid;

	if (!claim.set || !days.set || after_change(rec, ch, "month").set ||
	    after_change(rec, ch, "code").set)
		return OK;
	TRY(record_get(cx, "claim", claim.i, &c));
	month = record_date(c, "month");
	if (!days_valid(days.s, month))
		return fail_field(cx, ERR_INVALID, "days", "err.settlement_days", days.s);
	if (said.set && !days_valid(said.s, month))
		return fail_field(cx, ERR_INVALID, "proposed", "err.settlement_days", said.s);
	TRY(month_paid_absences(cx, month, &paid));
	amount = days_amount(days_merge(cx->arena, days.s, said.set ? said.s : NULL),
			     unit.set && strcmp(unit.s, "month") == 0, price.set ? price.i : 0,
			     paid);
	change_int(ch, "quantity", amount.quantity);
	change_int(ch, "sum_cents", amount.cents);
	return OK;
}
