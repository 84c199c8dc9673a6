/*
 * Month reports. Those of some months back went their whole way: confirmed, invoiced, approved by
 * two people, paid. Those of the last closed month wait for their invoices; make_bills.c writes
 * them.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "work/practice/make_int.h"

#define MONTHS_PAID 3
#define LINES_ROWS 40 /* records of one report, roughly, for the size of a transaction */

static const char SERVED[] =
	"SELECT 1 FROM placement WHERE provider = ?1 AND service = ?2 AND sys_deleted = 0 AND "
	"starts <= ?4 AND coalesce(ends, 2147483647) >= ?3 LIMIT 1";
static const char LINES[] =
	"SELECT sys_id, days FROM claim_line WHERE claim = ?1 AND sys_deleted = 0 "
	"AND days IS NOT NULL AND code IS NULL ORDER BY sys_id LIMIT 500";
static const char ORDER_OF[] =
	"SELECT sys_id FROM payment_order WHERE claim = ?1 AND sys_deleted = 0";

/* The first day of the month `back` months before the last closed one. */
static int32_t
closed_month(const struct make *m, int back)
{
	return civil_add_months(calendar_month_first(m->today), -1 - back);
}

static enum err
any(struct make *m, const char *sql, struct db_args args, int64_t *ret)
{
	enum err e = db_get_int(m->cx, sql, args, ret);

	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(m->cx);
	*ret = 0;
	return OK;
}

static const struct act *
official_of(struct make *m, enum service s, int which)
{
	if (s == SRT)
		return &m->child[which % m->nchild];
	return &m->coordinator[which];
}

/* A day of the month after, at most today. */
static int32_t
day_after(const struct make *m, int32_t month, int day)
{
	int32_t on = calendar_roll(civil_add_months(month, 1) + day - 1);

	return on < m->today ? on : m->today;
}

/* ---- what the provider says of the days ---- */

/* A few days together on which somebody was ill, or did not come. */
static enum err
absent(struct make *m, int64_t line, const char *days)
{
	const struct type *t = types_get(m->cx->world->types, "claim_line");
	struct change *ch = change_of(m->cx, t);
	char *said = arena_strdup(m->cx->arena, days),
	     letter = rng_chance(&m->rng, 600) ? 'H' : 'P';
	size_t n = strlen(said), first = rng_below(&m->rng, (uint32_t)n);
	int left = 1 + (int)rng_below(&m->rng, 4);

	for (size_t i = first; i < n && left > 0; i++)
		if (said[i] == 'T') {
			said[i] = letter;
			left--;
		}
	change_text(ch, "proposed", said);
	m->written++;
	return record_edit(m->cx, t, line, 0, ch);
}

static enum err
absences(struct make *m, int64_t claim)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct line {
		int64_t id;
		const char *days;
	} *list = ARENA_ARRAY(m->cx->arena, 500, struct line);
	size_t n = 0;
	bool row;

	TRY(db_query(m->cx, LINES, DB_ARGS(db_int(claim)), &q));
	for (; n < 500; n++) {
		TRY(stmt_step(m->cx, q, &row));
		if (!row)
			break;
		list[n] = (struct line){ stmt_int(q, 0), stmt_copy(m->cx, q, 1) };
	}
	for (size_t i = 0; i < n; i++)
		if (strchr(list[i].days, 'T') != NULL && rng_chance(&m->rng, 280))
			TRY(absent(m, list[i].id, list[i].days));
	return OK;
}

/* ---- months that are paid ---- */

/* The invoice as it was taken in then. */
static enum err
old_invoice(struct make *m, const struct provider *p, int64_t claim, int32_t month, int64_t cents)
{
	struct change *ch = change_new(m->cx, "invoice");
	struct civil d = civil_date(month);
	int64_t id;

	change_int(ch, "provider", p->id);
	change_int(ch, "claim", claim);
	change_text(
		ch, "invoice_number",
		arena_printf(m->cx->arena, "%d-%02d-%d", d.year, d.month, (int)(claim % 100000)));
	change_text(ch, "kind", "invoice");
	change_int(ch, "issued_on", day_after(m, month, 6));
	change_int(ch, "due_on", day_after(m, month, 6) + 14);
	change_int(ch, "net_cents", cents);
	change_int(ch, "tax_cents", 0);
	change_int(ch, "total_cents", cents);
	m->written++;
	return record_import(m->cx, ch, "matched", &id);
}

static enum err
pay(struct make *m, int64_t claim, int32_t month)
{
	struct change *ch = change_new(m->cx, "payment_order");
	struct change *paid = change_new(m->cx, "payment_order");
	struct civil d = civil_date(month);
	int64_t order;

	TRY(any(m, ORDER_OF, DB_ARGS(db_int(claim)), &order));
	if (order == 0)
		return OK;
	make_act(m, &m->manager, day_after(m, month, 19));
	change_text(ch, "file", arena_printf(m->cx->arena, "MK-%d-%02d", d.year, d.month));
	TRY(make_move(m, "payment_order", order, "export", ch));
	make_act(m, &m->manager, day_after(m, month, 21));
	change_int(paid, "paid_on", day_after(m, month, 20));
	return make_move(m, "payment_order", order, "pay", paid);
}

/* From confirmed to checked by one and approved by another. */
static enum err
settle(struct make *m, const struct provider *p, enum service s, int64_t claim, int32_t month)
{
	struct record *c;

	TRY(record_get(m->cx, "claim", claim, &c));
	if (record_int(c, "total_cents") <= 0)
		return OK;
	make_act(m, official_of(m, s, 1), day_after(m, month, 11));
	TRY(old_invoice(m, p, claim, month, record_int(c, "total_cents")));
	TRY(make_move(m, "claim", claim, "compare", NULL));
	return make_move(m, "claim", claim, "prepare", NULL);
}

static enum err
approve(struct make *m, enum service s, int64_t claim, int32_t month)
{
	struct record *c;

	TRY(record_get(m->cx, "claim", claim, &c));
	if (!record_in(c, "compared"))
		return OK;
	make_act(m, s == SRT ? official_of(m, s, 0) : &m->manager, day_after(m, month, 14));
	TRY(make_move(m, "claim", claim, "approve", NULL));
	return pay(m, claim, month);
}

/* ---- one report ---- */

/* Of the last closed month most are confirmed, the first provider's waits for them, two are
 * checked and wait for the second approval. */
static enum err
last_month(struct make *m, size_t provider, enum service s, int64_t claim, int32_t month)
{
	const struct provider *p = &m->providers[provider];

	if (provider == 0 || rng_chance(&m->rng, 90)) {
		if (m->unconfirmed.claim == 0)
			m->unconfirmed = (struct billed){ claim, provider, s };
		return OK;
	}
	make_act(m, &p->rep, day_after(m, month, 2 + (int)rng_below(&m->rng, 9)));
	TRY(absences(m, claim));
	TRY(make_move(m, "claim", claim, "confirm", NULL));
	if (provider == 4 || provider == 6)
		return settle(m, p, s, claim, month);
	if (m->nclaims < MAX_BILLED)
		m->claims[m->nclaims++] = (struct billed){ claim, provider, s };
	return OK;
}

static enum err
report(struct make *m, size_t provider, enum service s, int32_t month, bool last)
{
	const struct provider *p = &m->providers[provider];
	struct change *ch = change_new(m->cx, "claim");
	int64_t served, claim;

	TRY(any(m, SERVED,
		DB_ARGS(db_int(p->id), db_int(m->service[s]), db_date(month),
			db_date(calendar_month_last(month))),
		&served));
	if (served == 0 || p->contract[s] == 0)
		return OK;
	m->written += LINES_ROWS;
	make_act(m, official_of(m, s, 0), day_after(m, month, 1));
	change_int(ch, "contract", p->contract[s]);
	change_int(ch, "month", month);
	TRY(make_create(m, ch, &claim));
	if (last)
		return last_month(m, provider, s, claim, month);
	make_act(m, &p->rep, day_after(m, month, 3 + (int)rng_below(&m->rng, 6)));
	TRY(absences(m, claim));
	TRY(make_move(m, "claim", claim, "confirm", NULL));
	TRY(settle(m, p, s, claim, month));
	return approve(m, s, claim, month);
}

/* Reports of a provider, month and service, one after another. */
enum err
make_months(struct make *m)
{
	static const enum service OF[] = { TT, SRT };
	size_t back = m->order->cases > 20000 ? 1 : MONTHS_PAID;
	size_t all = (back + 1) * m->nproviders * 2;

	if (types_get(m->cx->world->types, "claim") == NULL)
		return OK;
	for (; m->reports < all && m->written < AT_ONCE; m->reports++) {
		size_t month = m->reports / (m->nproviders * 2);
		size_t rest = m->reports % (m->nproviders * 2);

		TRY(report(m, rest / 2, OF[rest % 2], closed_month(m, (int)(back - month)),
			   month == back));
	}
	return OK;
}
