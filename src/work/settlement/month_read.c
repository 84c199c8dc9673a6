/* Reading what a month is made from. See month_read.h. */
#include "work/settlement/month_read.h"

#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "rule/rule.h"

static const char STAYS[] =
	"SELECT p.sys_id, p.person, p.starts, p.ends, k.sys_id, k.valid_from, k.valid_to, "
	"f.kind, f.starts, f.ends, s.sys_id, s.code, s.paid, f.paid "
	"FROM placement p LEFT JOIN contract k ON k.sys_id = p.contract "
	"LEFT JOIN placement_period f ON f.placement = p.sys_id AND f.sys_deleted = 0 "
	"LEFT JOIN stage s ON s.sys_id = CASE WHEN f.sys_id IS NULL THEN p.stage ELSE f.stage END "
	"WHERE p.provider = ?1 AND p.service = ?2 AND p.sys_deleted = 0 AND p.starts <= ?4 "
	"AND (p.ends IS NULL OR p.ends >= ?3) ORDER BY p.sys_id, f.starts";
static const char SESSIONS[] =
	"SELECT r.placement, r.person, r.held_on, r.code, r.minutes FROM placement p "
	"JOIN rehab_session r ON r.placement = p.sys_id WHERE p.provider = ?1 AND p.service = ?2 "
	"AND p.sys_deleted = 0 AND r.sys_deleted = 0 AND r.held_on BETWEEN ?3 AND ?4 "
	"ORDER BY p.sys_id, r.code, r.held_on";
static const char PRICES[] =
	"SELECT c.sys_id, c.contract, s.code, c.code, c.unit, c.cents, c.valid_from, c.valid_to, "
	"c.known_from, c.confirmed FROM price c LEFT JOIN stage s ON s.sys_id = c.stage "
	"WHERE c.service = ?1 AND (c.contract IS NULL OR c.contract = ?2) AND c.sys_deleted = 0 "
	"ORDER BY c.sys_id";
/* Of several contracts at once, placements that name none belong to the oldest. */
static const char DEFAULT_CONTRACT[] =
	"SELECT coalesce(min(sys_id), 0) FROM contract WHERE provider = ?1 AND service = ?2 AND "
	"valid_from <= ?4 AND valid_to >= ?3 AND sys_state <> 'draft' AND sys_deleted = 0";
static const char SETTLED[] =
	"SELECT l.sys_id, l.placement, l.person, l.stage, s.code, l.code, l.unit, l.days, "
	"l.month, l.quantity, l.sum_cents, l.price_cents FROM claim c "
	"JOIN claim_line l ON l.claim = c.sys_id AND l.sys_deleted = 0 "
	"LEFT JOIN stage s ON s.sys_id = l.stage WHERE c.contract = ?1 AND c.sys_deleted = 0 AND "
	"c.sys_id <> ?3 AND ((c.month = ?2 AND l.month IS NULL) OR l.month = ?2) "
	"ORDER BY l.sys_id";

/* A list that doubles: SQL does not tell beforehand how much there is. */
static void *
room_for(struct ctx *cx, void *list, size_t n, size_t size)
{
	void *more;

	if (n != 0 && (n < 64 || (n & (n - 1)) != 0))
		return list;
	more = arena_array(cx->arena, n < 64 ? 64 : n * 2, size);
	if (n > 0)
		memcpy(more, list, n * size);
	return more;
}

static struct month_stay
stay_of(struct ctx *cx, const struct stmt *q)
{
	struct month_stay s = { .placement = stmt_int(q, 0),
				.person = stmt_int(q, 1),
				.starts = stmt_date(q, 2),
				.ends = stmt_date(q, 3),
				.own_contract = stmt_int(q, 4),
				.own_from = stmt_date(q, 5),
				.own_to = stmt_date(q, 6),
				.kind = STAY_WHOLE,
				.from = stmt_date(q, 8),
				.to = stmt_date(q, 9),
				.stage = stmt_int(q, 10),
				.stage_code = stmt_copy(cx, q, 11),
				.paid = stmt_is_null(q, 12) || stmt_int(q, 12) != 0 };

	if (!stmt_is_null(q, 7))
		s.kind = strcmp(stmt_text(q, 7), "pause") == 0 ? STAY_PAUSE : STAY_STAGE;
	if (s.kind == STAY_PAUSE)
		s.paid = !stmt_is_null(q, 13) && stmt_int(q, 13) != 0;
	return s;
}

static enum err
read_stays(struct ctx *cx, struct db_args who_and_when, struct month_facts *f)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct month_stay *list = NULL;
	bool row;

	TRY(db_query(cx, STAYS, who_and_when, &q));
	for (;; f->nstays++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list = room_for(cx, list, f->nstays, sizeof(*list));
		list[f->nstays] = stay_of(cx, q);
	}
	f->stays = list;
	return OK;
}

static enum err
read_sessions(struct ctx *cx, struct db_args who_and_when, struct month_facts *f)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct month_session *list = NULL;
	bool row;

	TRY(db_query(cx, SESSIONS, who_and_when, &q));
	for (;; f->nsessions++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list = room_for(cx, list, f->nsessions, sizeof(*list));
		list[f->nsessions] = (struct month_session){ .placement = stmt_int(q, 0),
							     .person = stmt_int(q, 1),
							     .on = stmt_date(q, 2),
							     .code = stmt_copy(cx, q, 3),
							     .minutes = (int)stmt_int(q, 4) };
	}
	f->sessions = list;
	return OK;
}

static enum err
read_prices(struct ctx *cx, int64_t service, struct month_facts *f)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct month_price *list = NULL;
	bool row;

	TRY(db_query(cx, PRICES, DB_ARGS(db_int(service), db_int(f->contract)), &q));
	for (;; f->nprices++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list = room_for(cx, list, f->nprices, sizeof(*list));
		list[f->nprices] = (struct month_price){ .id = stmt_int(q, 0),
							 .contract = stmt_int(q, 1),
							 .stage = stmt_copy(cx, q, 2),
							 .code = stmt_copy(cx, q, 3),
							 .unit = stmt_copy(cx, q, 4),
							 .cents = stmt_int(q, 5),
							 .valid_from = stmt_date(q, 6),
							 .valid_to = stmt_date(q, 7),
							 .known_from = stmt_date(q, 8),
							 .confirmed = stmt_int(q, 9) != 0 };
	}
	f->prices = list;
	return OK;
}

enum err
month_paid_absences(struct ctx *cx, int32_t month, int *ret)
{
	struct rule_value in = rule_date("date", month);
	struct rule_result r;

	TRY(rule_eval(cx, cx->world->rules, "ABSENCE-PAID", &in, 1, &r));
	*ret = (int)r.values[0].n;
	return OK;
}

enum err
month_read(struct ctx *cx, int64_t contract, int32_t month, struct month_facts *ret)
{
	struct month_facts f = { .contract = contract, .month = month, .known = cx->today };
	struct record *c, *service;
	int64_t oldest;
	struct db_args when;
	const char *unit;

	TRY(record_get(cx, "contract", contract, &c));
	TRY(record_get(cx, "service", record_int(c, "service"), &service));
	f.contract_from = record_date(c, "valid_from");
	f.contract_to = record_date(c, "valid_to");
	unit = record_text(service, "unit");
	f.by_session = text_equal(unit, "hour") || text_equal(unit, "session");
	f.unit = f.by_session ? "hour" : unit == NULL ? "day" : unit;
	when = DB_ARGS(db_int(record_int(c, "provider")), db_int(service->id), db_date(month),
		       db_date(calendar_month_last(month)));
	TRY(db_get_int(cx, DEFAULT_CONTRACT, when, &oldest));
	f.by_default = oldest == contract;
	TRY(month_paid_absences(cx, month, &f.paid_absences));
	TRY(read_stays(cx, when, &f));
	if (f.by_session)
		TRY(read_sessions(cx, when, &f));
	TRY(read_prices(cx, service->id, &f));
	*ret = f;
	return OK;
}

enum err
month_read_settled(struct ctx *cx, int64_t contract, int32_t month, int64_t except,
		   struct month_settled **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct month_settled *list = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, SETTLED, DB_ARGS(db_int(contract), db_date(month), db_int(except)), &q));
	for (;; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list = room_for(cx, list, n, sizeof(*list));
		list[n] = (struct month_settled){
			.id = stmt_int(q, 0),
			.placement = stmt_int(q, 1),
			.person = stmt_int(q, 2),
			.stage = stmt_int(q, 3),
			.stage_code = stmt_copy(cx, q, 4),
			.code = stmt_copy(cx, q, 5),
			.unit = stmt_copy(cx, q, 6),
			.days = stmt_copy(cx, q, 7),
			.correction = !stmt_is_null(q, 8),
			.amount = { stmt_int(q, 9), stmt_int(q, 10) },
			.price_cents = stmt_int(q, 11),
		};
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

const char *
month_text(struct arena *a, int32_t month)
{
	return arena_strndup(a, civil_iso(a, month), 7);
}

bool
month_parse(const char *s, int32_t *ret)
{
	int64_t year, month;
	char part[5];

	if (s == NULL || strlen(s) != 7 || s[4] != '-')
		return false;
	memcpy(part, s, 4);
	part[4] = '\0';
	if (!text_int(part, 2000, 2999, &year) || !text_int(s + 5, 1, 12, &month) ||
	    strspn(s, "0123456789-") != 7 || strchr(s + 5, '-') != NULL)
		return false;
	*ret = civil_day((int)year, (int)month, 1);
	return true;
}
