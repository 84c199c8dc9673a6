/* The order of a queue and somebody's place in it. See queue.h. */
#include <string.h>

#include "base/civil.h"
#include "rule/rule.h"
#include "work/queue/queue_int.h"

#define DEFAULT_RULE "QUEUE-DECISION"
#define LOOK_BACK 365 /* days */

/* Rows are compared whole, so that the index on the same columns serves. ?5 1: each county apart.
 * Each count stops one past the cap. */
static const char BEFORE_BY_DECISION[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND sys_state = "
	"'waiting' "
	"AND sys_deleted = 0 AND (queued_on, applied_on, sys_id) < (?2, ?3, ?4) "
	"AND (?5 = 0 OR coalesce(county, '') = ?6) LIMIT 1001) n";
static const char BEFORE_BY_APPLICATION[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND sys_state = "
	"'waiting' "
	"AND sys_deleted = 0 AND (applied_on, queued_on, sys_id) < (?3, ?2, ?4) "
	"AND (?5 = 0 OR coalesce(county, '') = ?6) LIMIT 1001) n";
static const char AFTER_BY_DECISION[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND sys_state = "
	"'waiting' "
	"AND sys_deleted = 0 AND (queued_on, applied_on, sys_id) > (?2, ?3, ?4) "
	"AND (?5 = 0 OR coalesce(county, '') = ?6) LIMIT 1001) n";
static const char AFTER_BY_APPLICATION[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND sys_state = "
	"'waiting' "
	"AND sys_deleted = 0 AND (applied_on, queued_on, sys_id) > (?3, ?2, ?4) "
	"AND (?5 = 0 OR coalesce(county, '') = ?6) LIMIT 1001) n";
/* Those before on the same first day (?7 1: the application's); and on both days the same. */
static const char SAME_DAY[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND sys_state = "
	"'waiting' "
	"AND sys_deleted = 0 AND ((?7 = 0 AND queued_on = ?2 AND (applied_on, sys_id) < (?3, ?4)) "
	"OR (?7 = 1 AND applied_on = ?3 AND (queued_on, sys_id) < (?2, ?4))) "
	"AND (?5 = 0 OR coalesce(county, '') = ?6) LIMIT 1001) n";
static const char SAME_DAYS[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND sys_state = "
	"'waiting' "
	"AND sys_deleted = 0 AND queued_on = ?2 AND applied_on = ?3 AND sys_id < ?4 "
	"AND (?5 = 0 OR coalesce(county, '') = ?6) LIMIT 1001) n";
/* Those before whose entry was made after: the dates put them there, not the order of arrival. */
static const char LATER_MADE[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND sys_state = "
	"'waiting' "
	"AND sys_deleted = 0 AND sys_id > ?4 AND ((?7 = 0 AND (queued_on, applied_on) < (?2, ?3)) "
	"OR (?7 = 1 AND (applied_on, queued_on) < (?3, ?2))) "
	"AND (?5 = 0 OR coalesce(county, '') = ?6) LIMIT 1001) n";
static const char REFERRED[] =
	"SELECT count(*) FROM (SELECT 1 FROM queue_entry WHERE service = ?1 AND "
	"sys_state = 'referred' AND sys_deleted = 0 AND left_on >= ?2 "
	"AND (?3 = 0 OR coalesce(county, '') = ?4) LIMIT 1001) n";

/* Compute the rule; what does not come out in a way we know is no rule. */
static const struct rule_result *
apply(struct ctx *cx, const char *id)
{
	struct rule_result *r = ARENA_NEW(cx->arena, struct rule_result);
	const struct rule_value in = rule_date("date", cx->today);

	if (id == NULL || rulebook_find(cx->world->rules, id) == NULL)
		return NULL;
	if (rule_eval(cx, cx->world->rules, id, &in, 1, r) != OK || r->nvalues == 0 ||
	    r->values[0].text == NULL) {
		ctx_forgive(cx);
		return NULL;
	}
	return r;
}

enum err
queue_order(struct ctx *cx, int64_t service, struct queue_order *ret)
{
	struct queue_order o = { .service = service };
	struct record *s;
	const char *word;

	TRY(record_get(cx, "service", service, &s));
	o.why = apply(cx, record_text(s, "queue_rule"));
	if (o.why == NULL)
		o.why = apply(cx, DEFAULT_RULE);
	word = o.why == NULL ? "decision" : o.why->values[0].text;
	o.by_application = strstr(word, "application") != NULL;
	o.by_county = strncmp(word, "county", 6) == 0;
	*ret = o;
	return OK;
}

enum err
queue_place(struct ctx *cx, const struct record *entry, const struct queue_order *o,
	    struct queue_place *ret)
{
	const char *county = record_text(entry, "county");
	const struct db_value v[] = {
		db_int(o->service),
		db_date(record_date(entry, "queued_on")),
		db_date(record_date(entry, "applied_on")),
		db_int(entry->id),
		db_bool(o->by_county),
		db_text(county == NULL ? "" : county),
		db_bool(o->by_application),
	};
	const struct db_args six = { v, 6 }, seven = { v, 7 };
	struct queue_place p = { 0 };

	TRY(db_get_int(cx, o->by_application ? BEFORE_BY_APPLICATION : BEFORE_BY_DECISION, six,
		       &p.before));
	TRY(db_get_int(cx, o->by_application ? AFTER_BY_APPLICATION : AFTER_BY_DECISION, six,
		       &p.after));
	TRY(db_get_int(cx, SAME_DAY, seven, &p.same_day));
	TRY(db_get_int(cx, SAME_DAYS, six, &p.same_days));
	TRY(db_get_int(cx, LATER_MADE, seven, &p.later_made));
	TRY(db_get_int(cx, REFERRED,
		       DB_ARGS(db_int(o->service), db_date(cx->today - LOOK_BACK),
			       db_bool(o->by_county), v[5]),
		       &p.referred));
	*ret = p;
	return OK;
}
