/*
 * What makes a good referral, when the right under it ends, and what follows from it. Source of
 * the time to arrive: SHS § 64(5), § 71(6)-(7); the service names its rule.
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/placement/placement_int.h"

#define AT_ONCE 100 /* referrals read in one go */

static const char EMERGENCY[] =
	"SELECT valid_from, valid_to FROM emergency WHERE sys_deleted = 0 AND valid_from <= ?2 AND "
	"valid_to >= ?1 ORDER BY valid_from LIMIT 1";
static const char STOPPABLE[] =
	"SELECT r.sys_id FROM referral r JOIN service s ON s.sys_id = r.service WHERE "
	"r.sys_state = 'issued' AND r.sys_deleted = 0 AND r.counted_from IS NOT NULL AND "
	"s.pause_rule IS NOT NULL AND r.sys_id > ?1 ORDER BY r.sys_id LIMIT ?2";
static const char OF_DECISION[] =
	"SELECT sys_id FROM referral WHERE decision = ?1 AND sys_state = 'issued' AND "
	"sys_deleted = 0 AND counted_from IS NULL LIMIT 20";
static const char WAITING[] = "SELECT sys_id FROM queue_entry WHERE person = ?1 AND service = ?2 "
			      "AND sys_state = 'waiting' AND sys_deleted = 0 LIMIT 1";
static const char STANDING[] =
	"SELECT sys_id FROM decision WHERE person = ?1 AND service = ?2 AND outcome = 'grant' AND "
	"sys_state IN ('signed', 'sent', 'in_force') AND sys_deleted = 0 ORDER BY sys_id DESC "
	"LIMIT 1";
static const char ON_SERVICE[] = "SELECT count(*) FROM placement WHERE person = ?1 AND "
				 "service = ?2 AND sys_open = 1 AND sys_deleted = 0";

/* ---- what it is made from ---- */

static enum err
same(struct ctx *cx, struct change *ch, const struct record *from)
{
	static const char *const FIELDS[] = { "person", "service" };

	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
		if (!given(ch, FIELDS[i]))
			change_int(ch, FIELDS[i], record_int(from, FIELDS[i]));
		else if (will_be(NULL, ch, FIELDS[i]) != record_int(from, FIELDS[i]))
			return fail_field(cx, ERR_INVALID, FIELDS[i], "err.referral_other",
					  from->number);
	return OK;
}

enum err
referral_decision(struct ctx *cx, const struct record *entry, int64_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	int64_t own = record_int(entry, "decision");
	struct record *d;
	bool row;

	if (own != 0) {
		TRY(record_get(cx, "decision", own, &d));
		if (!record_in(d, "annulled")) {
			*ret = own;
			return OK;
		}
	}
	TRY(db_query(
		cx, STANDING,
		DB_ARGS(db_int(record_int(entry, "person")), db_int(record_int(entry, "service"))),
		&q));
	TRY(stmt_step(cx, q, &row));
	*ret = row ? stmt_int(q, 0) : own;
	return OK;
}

static enum err
from_queue(struct ctx *cx, struct change *ch)
{
	struct record *e;
	int64_t decision = 0;

	if (!given(ch, "queue_entry"))
		return OK;
	TRY(record_get(cx, "queue_entry", will_be(NULL, ch, "queue_entry"), &e));
	TRY(same(cx, ch, e));
	if (!record_in(e, "waiting"))
		return fail_field(cx, ERR_CONFLICT, "queue_entry", "err.referral_not_waiting",
				  e->number);
	if (!given(ch, "decision"))
		TRY(referral_decision(cx, e, &decision));
	if (decision != 0)
		change_int(ch, "decision", decision);
	return OK;
}

/* A decision that grants, is signed, and is not over. */
static enum err
check_decision(struct ctx *cx, const struct record *d)
{
	int32_t until = record_date(d, "valid_to");
	const char *outcome = record_text(d, "outcome");

	if (outcome == NULL || strcmp(outcome, "grant") != 0 || record_in(d, "draft") ||
	    record_in(d, "annulled"))
		return fail_field(cx, ERR_INVALID, "decision", "err.referral_decision", d->number);
	if (until != CIVIL_NONE && until < cx->today)
		return fail_field(cx, ERR_INVALID, "decision", "err.referral_decision_over",
				  d->number, civil_text(cx->arena, until));
	return OK;
}

static enum err
from_decision(struct ctx *cx, struct change *ch, struct record **ret)
{
	struct record *d;

	if (!given(ch, "decision"))
		return fail_field(cx, ERR_INVALID, "decision", "err.referral_no_decision");
	TRY(record_get(cx, "decision", will_be(NULL, ch, "decision"), &d));
	TRY(same(cx, ch, d));
	TRY(check_decision(cx, d));
	if (!given(ch, "ends_on") && record_value(d, "valid_to")->set)
		change_int(ch, "ends_on", record_int(d, "valid_to"));
	*ret = d;
	return OK;
}

/* Where a queue is kept, people are referred from it; but for those already on the service, who
 * only move to another provider. */
static enum err
through_queue(struct ctx *cx, struct change *ch, const struct record *service)
{
	const char *queue = record_text(service, "queue");
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_args who;
	int64_t on = 0;
	bool row;

	if (given(ch, "queue_entry") || queue == NULL || strcmp(queue, "none") == 0)
		return OK;
	who = DB_ARGS(db_int(will_be(NULL, ch, "person")), db_int(service->id));
	TRY(db_query(cx, WAITING, who, &q));
	TRY(stmt_step(cx, q, &row));
	if (row) {
		change_int(ch, "queue_entry", stmt_int(q, 0));
		return OK;
	}
	TRY(db_get_int(cx, ON_SERVICE, who, &on));
	return on > 0 ? OK
		      : fail_field(cx, ERR_INVALID, "queue_entry", "err.referral_queue",
				   service->title);
}

/* ---- where to ---- */

static enum err
check_site(struct ctx *cx, struct change *ch)
{
	struct place_offer *offer;
	struct record *site;
	size_t n = 0;

	if (!given(ch, "site"))
		return OK; /* required: said by the record itself */
	TRY(record_get(cx, "site", will_be(NULL, ch, "site"), &site));
	if (given(ch, "provider") && will_be(NULL, ch, "provider") != record_int(site, "provider"))
		return fail_field(cx, ERR_INVALID, "provider", "err.referral_provider",
				  site->title);
	change_int(ch, "provider", record_int(site, "provider"));
	TRY(place_offers(cx, will_be(NULL, ch, "service"), date_will_be(NULL, ch, "issued_on"),
			 site->id, 0, NULL, &offer, &n));
	if (n == 0)
		return fail_field(cx, ERR_INVALID, "site", "err.referral_contract", site->title);
	if (offer->limited && offer->free == 0)
		return fail_field(cx, ERR_CONFLICT, "site", "err.referral_full", site->title);
	if (offer->left == 0)
		return fail_field(cx, ERR_CONFLICT, "site", "err.referral_ceiling",
				  offer->contract_number);
	return OK;
}

static enum err
fill_stage(struct ctx *cx, struct change *ch, const struct record *service)
{
	int64_t stage = 0;

	if (given(ch, "stage") || record_int(service, "staged") == 0)
		return OK;
	TRY(place_first_stage(cx, service->id, date_will_be(NULL, ch, "issued_on"), &stage));
	if (stage != 0)
		change_int(ch, "stage", stage);
	return OK;
}

/* ---- until when ---- */

/* An emergency between the day the time runs from and its last day; *ret_from CIVIL_NONE: none. */
static enum err
emergency_in(struct ctx *cx, int32_t from, int32_t until, int32_t *ret_from, int32_t *ret_to)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	*ret_from = *ret_to = CIVIL_NONE;
	TRY(db_query(cx, EMERGENCY, DB_ARGS(db_date(from), db_date(until)), &q));
	TRY(stmt_step(cx, q, &row));
	if (row) {
		*ret_from = stmt_date(q, 0);
		*ret_to = stmt_date(q, 1);
	}
	return OK;
}

/* The time stands still in an emergency (SHS § 13^1(3)), and the rest of it runs on after. */
static enum err
stand_still(struct ctx *cx, struct change *ch, const struct record *service, int32_t from,
	    int32_t *due)
{
	const char *rule = record_text(service, "pause_rule");
	const struct rule *known = rule == NULL ? NULL : rulebook_find(cx->world->rules, rule);
	struct rule_value in[3];
	struct rule_result r;
	int32_t stop, end;

	/* Before the law said so, nothing stood still. */
	if (rule == NULL || (known != NULL && rule_version_at(known, from, CIVIL_NONE) == NULL))
		return OK;
	TRY(emergency_in(cx, from, *due, &stop, &end));
	if (stop == CIVIL_NONE)
		return OK;
	in[0] = rule_date("from", from);
	in[1] = rule_date("stop", stop);
	in[2] = rule_date("end", end);
	TRY(rule_eval(cx, cx->world->rules, rule, in, 3, &r));
	*due = r.values[0].date;
	change_text(ch, "arrival_rule", rule);
	change_int(ch, "stopped_from", stop);
	change_int(ch, "stopped_to", end);
	return OK;
}

/* The last day to start, by the rule of the service; it stays empty where there is no rule. */
static enum err
set_start_by(struct ctx *cx, struct change *ch, const struct record *service, int32_t from)
{
	const char *rule = record_text(service, "arrival_rule");
	int32_t due;

	change_empty(ch, "start_by");
	change_empty(ch, "stopped_from");
	change_empty(ch, "stopped_to");
	change_text(ch, "arrival_rule", rule);
	if (rule == NULL || from == CIVIL_NONE)
		return OK;
	TRY(rule_due(cx, cx->world->rules, rule, from, &due));
	TRY(stand_still(cx, ch, service, from, &due));
	change_int(ch, "start_by", due);
	return OK;
}

/* The time runs from the referral, or, where the law ties it to the decision, from the day the
 * decision counts as delivered; until then it does not run. */
static enum err
fill_time(struct ctx *cx, struct change *ch, const struct record *service,
	  const struct record *decision)
{
	const char *from = record_text(service, "arrival_from");
	int32_t day = date_will_be(NULL, ch, "issued_on");

	if (from != NULL && strcmp(from, "delivered") == 0) {
		int32_t delivered = record_date(decision, "deemed_on");

		if (delivered == CIVIL_NONE)
			delivered = record_date(decision, "delivered_on");
		day = delivered;
	}
	if (day == CIVIL_NONE)
		change_empty(ch, "counted_from");
	else
		change_int(ch, "counted_from", day);
	return set_start_by(cx, ch, service, day);
}

static enum err
check_issued(struct ctx *cx, const struct change *ch, const struct record *decision)
{
	int32_t day = date_will_be(NULL, ch, "issued_on");
	int32_t signed_on = record_date(decision, "signed_on");

	if (day > cx->today)
		return fail_field(cx, ERR_INVALID, "issued_on", "err.referral_issued_future");
	if (signed_on != CIVIL_NONE && day < signed_on)
		return fail_field(cx, ERR_INVALID, "issued_on", "err.referral_issued_before",
				  civil_text(cx->arena, signed_on));
	return OK;
}

enum err
referral_making(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *decision = NULL, *service = NULL;

	(void)rec;
	if (!given(ch, "issued_on"))
		change_int(ch, "issued_on", cx->today);
	TRY(from_queue(cx, ch));
	TRY(from_decision(cx, ch, &decision));
	TRY(check_issued(cx, ch, decision));
	TRY(record_get(cx, "service", will_be(NULL, ch, "service"), &service));
	TRY(through_queue(cx, ch, service));
	TRY(check_site(cx, ch));
	TRY(fill_stage(cx, ch, service));
	return fill_time(cx, ch, service, decision);
}

enum err
referral_made(struct ctx *cx, const struct record *rec)
{
	int64_t entry = record_int(rec, "queue_entry");

	if (entry == 0)
		return OK;
	return record_move(cx, types_get(cx->world->types, "queue_entry"), entry, 0, "refer", NULL);
}

/* The day the time runs from was changed (by the program, when a decision is delivered). */
enum err
referral_editing(struct ctx *cx, const struct record *rec, struct change *ch)
{
	struct record *service;

	if (!given(ch, "counted_from"))
		return OK;
	TRY(record_get(cx, "service", record_int(rec, "service"), &service));
	return set_start_by(cx, ch, service, date_will_be(rec, ch, "counted_from"));
}

/* A decision was sent or delivered: the time of its referrals begins to run. */
enum err
referral_delivered(struct ctx *cx, const struct record *decision)
{
	const struct type *t = types_get(cx->world->types, "referral");
	int32_t day = record_date(decision, "deemed_on");
	SCOPED(stmt) struct stmt *q = NULL;
	int64_t ids[20];
	size_t n = 0;
	bool row;

	if (day == CIVIL_NONE)
		day = record_date(decision, "delivered_on");
	if (day == CIVIL_NONE)
		return OK;
	TRY(db_query(cx, OF_DECISION, DB_ARGS(db_int(decision->id)), &q));
	for (; n < sizeof(ids) / sizeof(*ids); n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		ids[n] = stmt_int(q, 0);
	}
	for (size_t i = 0; i < n; i++) {
		struct change *ch = change_of(cx, t);

		change_int(ch, "counted_from", day);
		TRY(record_edit(cx, t, ids[i], 0, ch));
	}
	return OK;
}

/* ---- the start ---- */

/* Who came in time but was recorded too late is let in, if the day proves it and there is room. */
static enum err
check_lapsed(struct ctx *cx, const struct record *rec, int32_t day)
{
	struct place_offer *offer;
	int32_t last = record_date(rec, "start_by");
	size_t n = 0;

	if (last == CIVIL_NONE || day > last)
		return fail_field(cx, ERR_INVALID, "started_on", "err.referral_lapsed",
				  last == CIVIL_NONE ? "–" : civil_text(cx->arena, last));
	TRY(place_offers(cx, record_int(rec, "service"), cx->today, record_int(rec, "site"), 0,
			 NULL, &offer, &n));
	if (n == 0 || !place_open(offer))
		return fail(cx, ERR_CONFLICT, "err.referral_full", n == 0 ? "–" : offer->site_name);
	return OK;
}

enum err
referral_starting(struct ctx *cx, const struct record *rec, struct change *ch)
{
	int32_t day = date_will_be(rec, ch, "started_on");
	int32_t until = record_date(rec, "ends_on");
	struct record *d;

	if (day == CIVIL_NONE)
		return OK; /* needed: said by the move itself */
	if (day > cx->today)
		return fail_field(cx, ERR_INVALID, "started_on", "err.referral_future");
	if (day < record_date(rec, "issued_on"))
		return fail_field(cx, ERR_INVALID, "started_on", "err.referral_before",
				  civil_text(cx->arena, record_date(rec, "issued_on")));
	if (until != CIVIL_NONE && day > until)
		return fail_field(cx, ERR_INVALID, "started_on", "err.referral_after",
				  civil_text(cx->arena, until));
	TRY(record_get(cx, "decision", record_int(rec, "decision"), &d));
	if (record_in(d, "annulled"))
		return fail(cx, ERR_CONFLICT, "err.referral_decision", d->number);
	return record_in(rec, "lapsed") ? check_lapsed(cx, rec, day) : OK;
}

enum err
referral_started(struct ctx *cx, const struct record *rec)
{
	static const char *const COPIED[] = { "person", "service", "provider", "site", "stage" };
	struct change *ch = change_new(cx, "placement");
	int64_t id;

	change_int(ch, "referral", rec->id);
	for (size_t i = 0; i < sizeof(COPIED) / sizeof(*COPIED); i++)
		if (record_value(rec, COPIED[i])->set)
			change_int(ch, COPIED[i], record_int(rec, COPIED[i]));
	change_int(ch, "starts", record_date(rec, "started_on"));
	if (record_value(rec, "ends_on")->set)
		change_int(ch, "ends", record_date(rec, "ends_on"));
	ch->unit = rec->unit;
	ch->unit_given = true;
	ch->responsible = rec->responsible;
	ch->responsible_given = true;
	return record_create(cx, ch, &id);
}

/* Whoever came from the queue goes back to where they stood. */
enum err
referral_cancelled(struct ctx *cx, const struct record *rec)
{
	struct record *e;

	if (!record_value(rec, "queue_entry")->set)
		return OK;
	TRY(record_get(cx, "queue_entry", record_int(rec, "queue_entry"), &e));
	if (!record_in(e, "referred"))
		return OK;
	return record_move(cx, e->type, e->id, 0, "return", NULL);
}

/* ---- emergencies ---- */

/* The next open referrals whose time an emergency could touch: they are counted anew in pieces, so
 * that no list outgrows the arena. */
static enum err
next_open(struct ctx *cx, int64_t after, int64_t *ids, size_t max, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, STOPPABLE, DB_ARGS(db_int(after), db_int((int64_t)max)), &q));
	while (n < max) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		ids[n++] = stmt_int(q, 0);
	}
	*ret_n = n;
	return OK;
}

/* An emergency was written down, changed or struck out: whoever was referred and has not come is
 * counted anew. What the edit finds unchanged it does not write. */
enum err
emergency_changed(struct ctx *cx, const struct record *emergency)
{
	const struct type *t = types_get(cx->world->types, "referral");
	int64_t ids[AT_ONCE], after = 0;
	size_t n;

	(void)emergency;
	do {
		TRY(next_open(cx, after, ids, AT_ONCE, &n));
		for (size_t i = 0; i < n; i++) {
			struct change *ch = change_of(cx, t);
			struct record *r;

			TRY(record_get(cx, "referral", ids[i], &r));
			change_int(ch, "counted_from", record_int(r, "counted_from"));
			TRY(record_edit(cx, t, ids[i], 0, ch));
			after = ids[i];
		}
	} while (n == AT_ONCE);
	return OK;
}
