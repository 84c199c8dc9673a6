/* Month reports. See claim.h; their lines are written in claim_lines.c. */
#include "work/settlement/claim.h"

#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "work/settlement/claim_int.h"
#include "work/settlement/month_read.h"

static const char SUM[] =
	"SELECT coalesce(sum(sum_cents), 0) FROM claim_line WHERE claim = ?1 AND sys_deleted = 0";
static const char SAID[] =
	"SELECT sys_id, days, proposed FROM claim_line WHERE claim = ?1 AND sys_deleted = 0 AND "
	"proposed IS NOT NULL ORDER BY sys_id";
static const char CONTRACTS[] =
	"SELECT c.sys_id, m.sys_id, m.sys_state FROM contract c JOIN service s ON s.sys_id = "
	"c.service LEFT JOIN claim m ON m.contract = c.sys_id AND m.month = ?1 AND m.sys_deleted = "
	"0 "
	"WHERE c.sys_deleted = 0 AND c.sys_state <> 'draft' AND c.valid_from <= ?2 AND "
	"c.valid_to >= ?1 AND ((?3 = 1 AND coalesce(s.duty, 'B3.1') = 'B3.1') OR "
	"(?4 = 1 AND s.duty = 'D3.1')) AND EXISTS (SELECT 1 FROM placement p WHERE "
	"p.provider = c.provider AND p.service = c.service AND p.sys_deleted = 0 AND "
	"p.starts <= ?2 AND (p.ends IS NULL OR p.ends >= ?1)) ORDER BY c.number_text";

enum err
claim_as_program(struct ctx *cx, db_fn *fn, void *arg)
{
	bool was = cx->who.system;
	enum err e;

	cx->who.system = true;
	e = fn(cx, arg);
	cx->who.system = was;
	return e;
}

bool
claim_is_open(const struct record *claim)
{
	return record_in(claim, "open") || record_in(claim, "returned");
}

enum err
claim_sum(struct ctx *cx, int64_t claim, int64_t *ret_cents)
{
	return db_get_int(cx, SUM, DB_ARGS(db_int(claim)), ret_cents);
}

enum err
claim_set_total(struct ctx *cx, int64_t claim)
{
	struct change *ch = change_new(cx, "claim");
	int64_t cents;

	TRY(claim_sum(cx, claim, &cents));
	change_int(ch, "total_cents", cents);
	return record_edit(cx, ch->type, claim, 0, ch);
}

/* ---- hooks of the report ---- */

/* A report is known by its contract and month; the rest follows. */
enum err
claim_create_before(struct ctx *cx, const struct record *rec, struct change *ch)
{
	const struct value *contract = &ch->v[type_field(ch->type, "contract")->index];
	const struct value *month = &ch->v[type_field(ch->type, "month")->index];
	struct record *c;

	(void)rec;
	if (!contract->set || !month->set)
		return OK; /* said as required fields */
	if (calendar_month_first((int32_t)month->i) != month->i)
		return fail_field(cx, ERR_INVALID, "month", "err.settlement_month");
	TRY(record_get(cx, "contract", contract->i, &c));
	if (calendar_month_last((int32_t)month->i) < record_date(c, "valid_from") ||
	    month->i > record_date(c, "valid_to"))
		return fail_field(cx, ERR_INVALID, "month", "err.settlement_contract_month",
				  c->number, month_text(cx->arena, (int32_t)month->i));
	/* It waits for the provider first: on their desk, not on that of whoever made it. */
	ch->unit = record_int(c, "provider");
	ch->unit_given = true;
	change_int(ch, "provider", record_int(c, "provider"));
	change_int(ch, "service", record_int(c, "service"));
	change_text(ch, "month_text", month_text(cx->arena, (int32_t)month->i));
	change_int(ch, "made_on", cx->today);
	change_int(ch, "total_cents", 0);
	return OK;
}

enum err
claim_create_after(struct ctx *cx, const struct record *rec)
{
	return claim_renew(cx, rec);
}

struct said {
	int64_t line;
	const char *days, *proposed;
};

/* The days the provider confirms are those of the report with what they said of them; what they
 * said of other days stays a proposal. */
static enum err
settle_days(struct ctx *cx, const struct said *s)
{
	struct change *ch = change_new(cx, "claim_line");
	const char *days = days_merge(cx->arena, s->days, s->proposed);

	change_text(ch, "days", days);
	change_text(ch, "proposed", days_proposal(cx->arena, days, s->proposed));
	return record_edit(cx, ch->type, s->line, 0, ch);
}

static enum err
settle_all(struct ctx *cx, void *arg)
{
	const int64_t *claim = arg;
	SCOPED(stmt) struct stmt *q = NULL;
	struct said *list = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, SAID, DB_ARGS(db_int(*claim)), &q));
	for (;; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if ((n & (n - 1)) == 0) {
			struct said *more = ARENA_ARRAY(cx->arena, n * 2 + 1, struct said);

			if (n > 0)
				memcpy(more, list, n * sizeof(*more));
			list = more;
		}
		list[n] = (struct said){ stmt_int(q, 0), stmt_copy(cx, q, 1), stmt_copy(cx, q, 2) };
	}
	for (size_t i = 0; i < n; i++)
		TRY(settle_days(cx, &list[i]));
	return OK;
}

enum err
claim_confirm_before(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int64_t claim = rec->id, cents;

	TRY(claim_as_program(cx, settle_all, &claim));
	TRY(claim_sum(cx, claim, &cents));
	change_int(ch, "total_cents", cents);
	return OK;
}

/* ---- making a month ---- */

struct found_contract {
	int64_t contract, claim;
	bool open;
};

static enum err
read_contracts(struct ctx *cx, int32_t month, unsigned fields, struct found_contract **ret,
	       size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct found_contract *list = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, CONTRACTS,
		     DB_ARGS(db_date(month), db_date(calendar_month_last(month)),
			     db_bool((fields & CLAIM_SHELTERED) != 0),
			     db_bool((fields & CLAIM_CHILD) != 0)),
		     &q));
	for (;; n++) {
		const char *state;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if ((n & (n - 1)) == 0) {
			struct found_contract *more =
				ARENA_ARRAY(cx->arena, n * 2 + 1, struct found_contract);

			if (n > 0)
				memcpy(more, list, n * sizeof(*more));
			list = more;
		}
		state = stmt_text(q, 2);
		list[n] = (struct found_contract){ stmt_int(q, 0), stmt_int(q, 1),
						   text_equal(state, "open") ||
							   text_equal(state, "returned") };
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

static enum err
make_one(struct ctx *cx, const struct found_contract *c, int32_t month, struct claim_made *made)
{
	struct change *ch;
	struct record *claim;
	int64_t id;
	bool any;

	if (c->claim != 0 && !c->open) {
		made->left++;
		return OK;
	}
	if (c->claim != 0) {
		TRY(record_get(cx, "claim", c->claim, &claim));
		made->renewed++;
		return claim_renew(cx, claim);
	}
	TRY(claim_has_lines(cx, c->contract, month, &any));
	if (!any)
		return OK;
	ch = change_new(cx, "claim");
	change_int(ch, "contract", c->contract);
	change_int(ch, "month", month);
	made->made++;
	return record_create(cx, ch, &id);
}

struct making {
	int32_t month;
	unsigned fields;
	struct claim_made made;
};

static enum err
make_all(struct ctx *cx, void *arg)
{
	struct making *m = arg;
	struct found_contract *list;
	size_t n;

	TRY(read_contracts(cx, m->month, m->fields, &list, &n));
	for (size_t i = 0; i < n; i++)
		TRY(make_one(cx, &list[i], m->month, &m->made));
	return OK;
}

enum err
claim_make_month(struct ctx *cx, int32_t month, unsigned fields, struct claim_made *ret)
{
	struct making m = { .month = month, .fields = fields };

	if (calendar_month_first(month) != month)
		return fail_field(cx, ERR_INVALID, "kuu", "err.settlement_month");
	if (month > cx->today)
		return fail_field(cx, ERR_INVALID, "kuu", "err.settlement_month_ahead",
				  month_text(cx->arena, month));
	TRY(claim_as_program(cx, make_all, &m));
	*ret = m.made;
	return OK;
}

static enum err
take(struct ctx *cx, void *arg)
{
	const struct record *line = arg;
	struct change *ch = change_new(cx, "claim_line");

	change_text(ch, "days", record_text(line, "proposed"));
	change_empty(ch, "proposed");
	TRY(record_edit(cx, ch->type, line->id, 0, ch));
	return claim_set_total(cx, record_int(line, "claim"));
}

enum err
claim_take_proposal(struct ctx *cx, const struct record *line)
{
	struct record copy = *line;

	if (record_text(line, "proposed") == NULL)
		return fail(cx, ERR_CONFLICT, "err.settlement_no_proposal", line->number);
	return claim_as_program(cx, take, &copy);
}
