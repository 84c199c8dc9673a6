/* Faults of a month that lie in the registers. See make_bill.h. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "work/practice/make_bill.h"

#define DAYS_OF_MONTH 31

/* Everybody's days of a report, and of the people of it the time on another service. */
static const char DAYS[] =
	"SELECT days, person FROM claim_line WHERE claim = ?1 AND sys_deleted = 0 AND "
	"days IS NOT NULL AND month IS NULL ORDER BY person";
static const char OTHER_STAYS[] =
	"SELECT l.days, o.starts, o.ends FROM claim_line l JOIN placement o ON o.person = l.person "
	"AND o.service = ?2 AND o.sys_deleted = 0 WHERE l.claim = ?1 AND l.sys_deleted = 0 AND "
	"l.days IS NOT NULL AND l.quantity > 0";
/* The decision a line's right rests on, if no other report of the month rests on it. */
static const char DECISION_OF[] =
	"SELECT r.decision FROM claim_line l JOIN placement p ON p.sys_id = l.placement JOIN "
	"referral r ON r.sys_id = p.referral WHERE l.sys_id = ?1 AND NOT EXISTS (SELECT 1 FROM "
	"referral q JOIN placement o ON o.referral = q.sys_id JOIN claim_line k ON "
	"k.placement = o.sys_id AND k.claim <> l.claim JOIN claim c ON c.sys_id = k.claim AND "
	"c.month = ?2 WHERE q.decision = r.decision)";
/* Days of those whose proof runs out: a child comes of age, a decision of another body ends. */
static const char PROOF_ENDS[] =
	"SELECT l.days, (SELECT min(f.valid_until) FROM finding f WHERE f.application = "
	"d.application AND f.result = 'met' AND f.sys_deleted = 0) FROM claim_line l "
	"JOIN placement p ON p.sys_id = l.placement JOIN referral r ON r.sys_id = p.referral "
	"JOIN decision d ON d.sys_id = r.decision WHERE l.claim = ?1 AND l.sys_deleted = 0 AND "
	"l.days IS NOT NULL AND l.quantity > 0";
static const char USED[] =
	"SELECT coalesce(sum(total_cents), 0) FROM claim WHERE contract = ?1 AND sys_id <> ?2 AND "
	"sys_state IN ('approved', 'ordered', 'frozen') AND sys_deleted = 0";

static const char LICENCE[] = "SELECT sys_id FROM licence WHERE provider = ?1 AND service = ?2 AND "
			      "sys_deleted = 0 ORDER BY sys_id LIMIT 1";
static const char LINE_DAYS[] = "SELECT days FROM claim_line WHERE sys_id = ?1";
static const char YOUNGEST[] =
	"SELECT l.person FROM claim_line l JOIN person p ON p.sys_id = l.person WHERE l.claim = ?1 "
	"AND l.sys_deleted = 0 AND l.quantity > 0 AND l.days LIKE '%T%' AND NOT EXISTS (SELECT 1 "
	"FROM placement o WHERE o.person = l.person AND o.service = ?2) ORDER BY p.birth_date "
	"DESC LIMIT 1";
static const char CHILD_SITE[] =
	"SELECT s.sys_id FROM site s JOIN site_places k ON k.site = s.sys_id AND k.service = ?1 "
	"JOIN contract c ON c.provider = s.provider AND c.service = ?1 AND c.valid_from <= ?2 AND "
	"c.valid_to >= ?2 WHERE s.sys_deleted = 0 ORDER BY s.sys_id LIMIT 1";
static const char CONTRACT_OF[] =
	"SELECT sys_id FROM contract WHERE provider = ?1 AND service = ?2 AND valid_from <= ?3 AND "
	"valid_to >= ?3 ORDER BY sys_id LIMIT 1";

static enum err
edit(struct make *m, const char *type, int64_t id, const char *field, int64_t value)
{
	struct change *ch = change_new(m->cx, type);

	make_act(m, &m->manager, m->today - 6);
	change_int(ch, field, value);
	m->written++;
	return record_edit(m->cx, ch->type, id, 0, ch);
}

/* How many people there were on the fullest day. */
static enum err
fullest_day(struct bill *b, int64_t *ret)
{
	int64_t people[DAYS_OF_MONTH] = { 0 }, last[DAYS_OF_MONTH] = { 0 };
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	*ret = 0;
	TRY(db_query(b->m->cx, DAYS, DB_ARGS(db_int(b->of->claim)), &q));
	for (;;) {
		const char *days;

		TRY(stmt_step(b->m->cx, q, &row));
		if (!row)
			break;
		days = stmt_text(q, 0);
		for (int d = 0; d < DAYS_OF_MONTH && days[d] != '\0'; d++)
			if (days[d] == 'T' && last[d] != stmt_int(q, 1)) {
				last[d] = stmt_int(q, 1);
				people[d]++;
			}
	}
	for (int d = 0; d < DAYS_OF_MONTH; d++)
		*ret = people[d] > *ret ? people[d] : *ret;
	return OK;
}

/* The report does not bear this fault. */
static enum err
none(struct bill *b)
{
	b->reason = NULL;
	b->m->report->seeded--;
	return OK;
}

enum err
fault_places(struct bill *b)
{
	int64_t most;

	TRY(fullest_day(b, &most));
	if (most < 2)
		return none(b);
	b->expected = text_from_int(b->m->cx->arena, most - 1);
	b->found = text_from_int(b->m->cx->arena, most);
	return edit(b->m, "contract", record_int(b->claim, "contract"), "max_places", most - 1);
}

enum err
fault_ceiling(struct bill *b)
{
	int64_t used, all;

	TRY(db_get_int(b->m->cx, USED,
		       DB_ARGS(db_int(record_int(b->claim, "contract")), db_int(b->of->claim)),
		       &used));
	all = used + record_int(b->claim, "total_cents");
	if (record_int(b->claim, "total_cents") <= 100)
		return none(b);
	b->expected = text_money_plain(b->m->cx->arena, all - 100);
	b->found = text_money_plain(b->m->cx->arena, all);
	return edit(b->m, "contract", record_int(b->claim, "contract"), "max_cents", all - 100);
}

/* The last day of a line that is paid, from 0; -1: none. */
static enum err
last_paid(struct bill *b, int64_t line, int *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *days;
	bool row;

	*ret = -1;
	TRY(db_query(b->m->cx, LINE_DAYS, DB_ARGS(db_int(line)), &q));
	TRY(stmt_step(b->m->cx, q, &row));
	days = row ? stmt_text(q, 0) : NULL;
	for (int d = 0; days != NULL && days[d] != '\0'; d++)
		if (days[d] == 'T' || days[d] == 'P')
			*ret = d;
	return OK;
}

enum err
fault_right(struct bill *b)
{
	int64_t decision;

	for (size_t i = 0; i < b->inv->nlines; i++) {
		struct record *d;
		int last;

		TRY(last_paid(b, b->ids[i], &last));
		if (last < 1)
			continue;
		if (db_get_int(b->m->cx, DECISION_OF, DB_ARGS(db_int(b->ids[i]), db_date(b->month)),
			       &decision) != OK) {
			if (b->m->cx->error.code != ERR_NOTFOUND)
				return b->m->cx->error.code;
			ctx_forgive(b->m->cx);
			continue;
		}
		TRY(record_get(b->m->cx, "decision", decision, &d));
		if (record_date(d, "valid_from") >= b->month + last - 1)
			continue;
		b->line = (int)i + 1;
		b->person = b->inv->lines[i].props[0].value;
		b->expected = civil_iso(b->m->cx->arena, b->month + last - 1);
		b->found = civil_iso(b->m->cx->arena, b->month + last);
		return edit(b->m, "decision", decision, "valid_to", b->month + last - 1);
	}
	return none(b);
}

/* The first day of the report on which anybody was paid for, from 0; -1: none. */
static enum err
first_served(struct bill *b, int *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	*ret = -1;
	TRY(db_query(b->m->cx, DAYS, DB_ARGS(db_int(b->of->claim)), &q));
	for (;;) {
		const char *days;
		size_t first;

		TRY(stmt_step(b->m->cx, q, &row));
		if (!row)
			return OK;
		days = stmt_text(q, 0);
		first = strcspn(days, "TP");
		if (days[first] != '\0' && (*ret < 0 || (int)first < *ret))
			*ret = (int)first;
	}
}

enum err
fault_licence(struct bill *b)
{
	int64_t licence;
	int first;

	TRY(first_served(b, &first));
	if (first < 0)
		return none(b);
	TRY(db_get_int(b->m->cx, LICENCE,
		       DB_ARGS(db_int(b->p->id), db_int(b->m->service[b->of->service])), &licence));
	b->found = civil_iso(b->m->cx->arena, b->month + first);
	return edit(b->m, "licence", licence, "valid_to", b->month - 1);
}

/* ---- a service that will be barred ---- */

static enum err
maybe_id(struct make *m, const char *sql, struct db_args args, int64_t *ret)
{
	enum err e = db_get_int(m->cx, sql, args, ret);

	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(m->cx);
	*ret = 0;
	return OK;
}

static enum err
stay(struct make *m, int64_t person, const struct record *site, int32_t from, int64_t *ret)
{
	struct change *ch = change_new(m->cx, "placement");
	int64_t provider = record_int(site, "provider"), contract;

	TRY(maybe_id(m, CONTRACT_OF,
		     DB_ARGS(db_int(provider), db_int(m->service[SRT]), db_date(from)), &contract));
	change_int(ch, "person", person);
	change_int(ch, "service", m->service[SRT]);
	change_int(ch, "provider", provider);
	change_int(ch, "site", site->id);
	if (contract != 0)
		change_int(ch, "contract", contract);
	change_int(ch, "starts", from);
	change_int(ch, "ends", calendar_month_last(from));
	change_text(ch, "end_reason", "completed");
	ch->unit = m->unit_d;
	ch->unit_given = true;
	m->written++;
	return record_import(m->cx, ch, "ended", ret);
}

static enum err
stay_period(struct make *m, int64_t person, int64_t placement, int32_t from)
{
	struct change *ch = change_new(m->cx, "placement_period");
	int64_t id;

	change_int(ch, "placement", placement);
	change_int(ch, "person", person);
	change_text(ch, "kind", "stage");
	change_int(ch, "paid", 1);
	change_int(ch, "starts", from);
	change_int(ch, "ends", calendar_month_last(from));
	ch->unit = m->unit_d;
	ch->unit_given = true;
	m->written++;
	return record_import(m->cx, ch, "", &id);
}

enum err
fault_overlap(struct make *m)
{
	int32_t month = civil_add_months(calendar_month_first(m->today), -1);
	int64_t person = 0, site, id;
	struct record *s;

	for (size_t i = 0; i < m->nclaims && person == 0; i++)
		if (m->claims[i].service == TT)
			TRY(maybe_id(m, YOUNGEST,
				     DB_ARGS(db_int(m->claims[i].claim), db_int(m->service[SRT])),
				     &person));
	TRY(maybe_id(m, CHILD_SITE, DB_ARGS(db_int(m->service[SRT]), db_date(month)), &site));
	if (person == 0 || site == 0)
		return OK;
	TRY(record_get(m->cx, "site", site, &s));
	make_act(m, &m->manager, calendar_month_last(month));
	TRY(stay(m, person, s, month, &id));
	return stay_period(m, person, id, month);
}

enum err
fault_barred(struct bill *b)
{
	int64_t other = b->m->service[b->of->service == TT ? SRT : TT];
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(b->m->cx, OTHER_STAYS, DB_ARGS(db_int(b->of->claim), db_int(other)), &q));
	for (;;) {
		const char *days;

		TRY(stmt_step(b->m->cx, q, &row));
		if (!row)
			return OK;
		days = stmt_text(q, 0);
		for (int d = 0; days[d] != '\0'; d++)
			if ((days[d] == 'T' || days[d] == 'P') && b->month + d >= stmt_date(q, 1) &&
			    (stmt_is_null(q, 2) || b->month + d <= stmt_date(q, 2)))
				b->barred = true;
	}
}

/* The story goes on with people whose proof has run out, as life does: the key says so. */
enum err
fault_proof(struct bill *b)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(b->m->cx, PROOF_ENDS, DB_ARGS(db_int(b->of->claim)), &q));
	for (;;) {
		const char *days;

		TRY(stmt_step(b->m->cx, q, &row));
		if (!row)
			return OK;
		days = stmt_text(q, 0);
		for (int d = 0; !stmt_is_null(q, 1) && days[d] != '\0'; d++)
			if ((days[d] == 'T' || days[d] == 'P') && b->month + d > stmt_date(q, 1))
				b->proof_ended = true;
	}
}
