/* Where there is room: sites, their places, what is taken, and the ceilings of contracts. */
#include <string.h>

#include "base/civil.h"
#include "work/placement/placement_int.h"

#define MAX_OFFERS 200

/*
 * ?1 service, ?2 day, ?3 wished provider, ?4 wished county, ?5 one site or 0. A place is taken by
 * whoever is on service (also while paused) and by whoever was referred and has not come yet.
 * Under a contract count its own placements and what the provider still awaits.
 */
static const char OFFERS[] =
	"SELECT s.sys_id, s.name, s.provider, o.name, s.address, s.county, s.work_kinds, "
	"s.languages, s.target_groups, s.first_free, s.confirmed_on, p.places, "
	"(SELECT count(*) FROM placement x WHERE x.site = s.sys_id AND x.service = ?1 AND "
	"x.sys_open = 1 AND x.sys_deleted = 0) + (SELECT count(*) FROM referral y WHERE "
	"y.site = s.sys_id AND y.service = ?1 AND y.sys_state = 'issued' AND y.sys_deleted = 0), "
	"c.sys_id, c.number_text, c.valid_to, c.max_places, (SELECT count(*) FROM placement x "
	"WHERE "
	"x.contract = c.sys_id AND x.sys_open = 1 AND x.sys_deleted = 0) + (SELECT count(*) FROM "
	"referral y WHERE y.provider = s.provider AND y.service = ?1 AND y.sys_state = 'issued' "
	"AND "
	"y.sys_deleted = 0), CASE WHEN s.provider = ?3 THEN 1 ELSE 0 END, "
	"CASE WHEN s.county = ?4 THEN 1 ELSE 0 END "
	"FROM site s JOIN organisation o ON o.sys_id = s.provider "
	"JOIN contract c ON c.provider = s.provider AND c.service = ?1 AND c.sys_state = 'active' "
	"AND c.sys_deleted = 0 AND c.valid_from <= ?2 AND c.valid_to >= ?2 "
	"LEFT JOIN site_places p ON p.site = s.sys_id AND p.service = ?1 AND p.sys_deleted = 0 "
	"AND p.valid_from <= ?2 AND coalesce(p.valid_to, 2147483647) >= ?2 "
	"WHERE s.sys_state = 'open' AND s.sys_deleted = 0 AND (?5 = 0 OR s.sys_id = ?5) "
	"ORDER BY 19 DESC, 20 DESC, o.name_sort, s.name_sort, s.sys_id, c.valid_to DESC LIMIT 400";
static const char CONTRACT[] =
	"SELECT sys_id FROM contract WHERE provider = ?1 AND service = ?2 AND sys_state = 'active' "
	"AND sys_deleted = 0 AND valid_from <= ?3 AND valid_to >= ?3 ORDER BY valid_to DESC, "
	"sys_id "
	"LIMIT 1";
static const char FIRST_STAGE[] =
	"SELECT sys_id FROM stage WHERE service = ?1 AND sys_deleted = 0 AND valid_from <= ?2 AND "
	"coalesce(valid_to, 2147483647) >= ?2 ORDER BY ordinal, valid_from DESC LIMIT 1";

bool
place_open(const struct place_offer *o)
{
	return (!o->limited || o->free > 0) && o->left > 0;
}

static int64_t
rest(int64_t whole, int64_t taken)
{
	return whole > taken ? whole - taken : 0;
}

static void
read_offer(struct ctx *cx, const struct stmt *q, bool queued, struct place_offer *ret)
{
	struct place_offer o = { .site = stmt_int(q, 0),
				 .site_name = stmt_copy(cx, q, 1),
				 .provider = stmt_int(q, 2),
				 .provider_name = stmt_copy(cx, q, 3),
				 .address = stmt_copy(cx, q, 4),
				 .county = stmt_copy(cx, q, 5),
				 .work_kinds = stmt_copy(cx, q, 6),
				 .languages = stmt_copy(cx, q, 7),
				 .target_groups = stmt_copy(cx, q, 8),
				 .first_free = stmt_date(q, 9),
				 .confirmed_on = stmt_date(q, 10),
				 .contract = stmt_int(q, 13),
				 .contract_number = stmt_copy(cx, q, 14),
				 .contract_ends = stmt_date(q, 15),
				 .wished_provider = stmt_int(q, 18) != 0,
				 .wished_county = stmt_int(q, 19) != 0 };

	/* Where no places were said: a service with a queue has none, another needs none. */
	o.limited = queued || !stmt_is_null(q, 11);
	o.places = stmt_int(q, 11);
	o.free = rest(o.places, stmt_int(q, 12));
	o.left = stmt_is_null(q, 16) ? INT64_MAX : rest(stmt_int(q, 16), stmt_int(q, 17));
	*ret = o;
}

enum err
place_offers(struct ctx *cx, int64_t service, int32_t on, int64_t site, int64_t provider,
	     const char *county, struct place_offer **ret, size_t *ret_n)
{
	struct place_offer *list = ARENA_ARRAY(cx->arena, MAX_OFFERS, struct place_offer);
	SCOPED(stmt) struct stmt *q = NULL;
	struct record *s;
	const char *queue;
	size_t n = 0;
	bool row;

	TRY(record_get(cx, "service", service, &s));
	queue = record_text(s, "queue");
	TRY(db_query(cx, OFFERS,
		     DB_ARGS(db_int(service), db_date(on), db_id(provider), db_text(county),
			     db_int(site)),
		     &q));
	for (;;) {
		struct place_offer o;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		read_offer(cx, q, queue != NULL && strcmp(queue, "none") != 0, &o);
		/* Several contracts of one provider: the first with room stands for the site. */
		if (n > 0 && list[n - 1].site == o.site) {
			if (list[n - 1].left == 0)
				list[n - 1] = o;
		} else if (n < MAX_OFFERS) {
			list[n++] = o;
		}
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

/* The id a query finds; 0 if it finds none. */
static enum err
id_or_none(struct ctx *cx, const char *sql, struct db_args args, int64_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, sql, args, &q));
	TRY(stmt_step(cx, q, &row));
	*ret = row ? stmt_int(q, 0) : 0;
	return OK;
}

enum err
place_contract(struct ctx *cx, int64_t provider, int64_t service, int32_t on, int64_t *ret)
{
	return id_or_none(cx, CONTRACT, DB_ARGS(db_int(provider), db_int(service), db_date(on)),
			  ret);
}

enum err
place_first_stage(struct ctx *cx, int64_t service, int32_t on, int64_t *ret)
{
	return id_or_none(cx, FIRST_STAGE, DB_ARGS(db_int(service), db_date(on)), ret);
}
