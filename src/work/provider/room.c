/* Places and what is taken of them, site by site. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "rule/place.h"
#include "rule/rule.h"
#include "work/provider/provider_int.h"

#define CONFIRM_RULE "PROVIDER-CONFIRM"
#define CONFIRM_DAYS 90 /* where there is no such rule */

/* ?1 provider or 0, ?2 site or 0, ?3 today. A site shows for a service if it has places for it, or
 * somebody is there nevertheless. */
static const char ROOMS[] =
	"SELECT s.sys_id, s.provider, v.sys_id, s.name, o.name, s.sys_number, v.code, v.name, "
	"s.county, s.work_kinds, s.languages, coalesce(p.places, 0), "
	"(SELECT count(*) FROM placement x WHERE x.site = s.sys_id AND x.service = v.sys_id AND "
	"x.sys_open = 1 AND x.sys_deleted = 0), "
	"(SELECT count(*) FROM referral y WHERE y.site = s.sys_id AND y.service = v.sys_id AND "
	"y.sys_state = 'issued' AND y.sys_deleted = 0), s.first_free, s.confirmed_on "
	"FROM site s JOIN organisation o ON o.sys_id = s.provider JOIN service v ON v.sys_deleted "
	"= 0 "
	"LEFT JOIN site_places p ON p.site = s.sys_id AND p.service = v.sys_id AND "
	"p.sys_deleted = 0 AND p.valid_from <= ?3 AND coalesce(p.valid_to, 2147483647) >= ?3 "
	"WHERE s.sys_state = 'open' AND s.sys_deleted = 0 AND (?1 = 0 OR s.provider = ?1) "
	"AND (?2 = 0 OR s.sys_id = ?2) AND (p.sys_id IS NOT NULL OR "
	"EXISTS (SELECT 1 FROM placement x WHERE x.site = s.sys_id AND x.service = v.sys_id AND "
	"x.sys_open = 1 AND x.sys_deleted = 0) OR EXISTS (SELECT 1 FROM referral y WHERE "
	"y.site = s.sys_id AND y.service = v.sys_id AND y.sys_state = 'issued' AND "
	"y.sys_deleted = 0)) "
	"ORDER BY o.name_sort, s.name_sort, s.sys_id, v.name_sort LIMIT 501";

enum err
room_of(struct ctx *cx, int64_t provider, int64_t site, struct room **ret, size_t *ret_n)
{
	struct room *list = ARENA_ARRAY(cx->arena, MAX_ROOMS, struct room);
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, ROOMS, DB_ARGS(db_int(provider), db_int(site), db_date(cx->today)), &q));
	for (; n < MAX_ROOMS; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n] = (struct room){ .site = stmt_int(q, 0),
					 .provider = stmt_int(q, 1),
					 .service = stmt_int(q, 2),
					 .site_name = stmt_copy(cx, q, 3),
					 .provider_name = stmt_copy(cx, q, 4),
					 .site_number = stmt_copy(cx, q, 5),
					 .service_code = stmt_copy(cx, q, 6),
					 .service_name = stmt_copy(cx, q, 7),
					 .county = stmt_copy(cx, q, 8),
					 .work_kinds = stmt_copy(cx, q, 9),
					 .languages = stmt_copy(cx, q, 10),
					 .places = stmt_int(q, 11),
					 .on_service = stmt_int(q, 12),
					 .awaited = stmt_int(q, 13),
					 .first_free = stmt_date(q, 14),
					 .confirmed_on = stmt_date(q, 15) };
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

int64_t
room_free(const struct room *r)
{
	int64_t free = r->places - r->on_service - r->awaited;

	return free > 0 ? free : 0;
}

enum err
confirm_state(struct ctx *cx, int32_t confirmed_on, enum tone *ret_tone, const char **ret_words)
{
	int32_t due;

	if (confirmed_on == CIVIL_NONE) {
		*ret_tone = TONE_LATE;
		*ret_words = msg(cx, "provider.never_confirmed");
		return OK;
	}
	due = confirmed_on + CONFIRM_DAYS;
	if (rulebook_find(cx->world->rules, CONFIRM_RULE) != NULL)
		TRY(rule_due(cx, cx->world->rules, CONFIRM_RULE, confirmed_on, &due));
	*ret_tone = due < cx->today ? TONE_LATE : due - cx->today <= 14 ? TONE_SOON : TONE_DONE;
	*ret_words = msgf(cx, due < cx->today ? "provider.confirm_over" : "provider.confirmed",
			  civil_text(cx->arena, confirmed_on));
	return OK;
}

const char *
county_name(struct ctx *cx, const char *code)
{
	const struct place *p;

	if (code == NULL)
		return NULL;
	p = place_now(cx->world->rules, code, cx->today);
	return p == NULL ? code : p->name;
}

const char *
site_choices(struct ctx *cx, const char *field, const char *value)
{
	const struct field *f = type_field(types_get(cx->world->types, "site"), field);
	const struct value v = { .set = value != NULL, .s = value };
	const char *text = "";

	if (value_text(cx, f, &v, &text) != OK)
		ctx_forgive(cx);
	return text;
}

static void
write_room(struct visit *v, struct part_table *t, const struct room *r)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	const char *href = visit_url(cx, types_get(cx->world->types, "site"), r->site_number);

	part_row_begin(p, t, href, r->site, r->site_name);
	part_cell_link(p, t, href, r->site_name);
	part_cell_text(p, t, arena_printf(cx->arena, "%s %s", r->service_code, r->service_name));
	part_cell_int(p, t, r->places);
	part_cell_int(p, t, r->on_service);
	part_cell_int(p, t, r->awaited);
	if (r->on_service + r->awaited > r->places)
		part_cell_badge(p, t, TONE_LATE, msg(cx, "provider.over"));
	else
		part_cell_int(p, t, room_free(r));
	part_row_end(p, t);
}

void
write_rooms(struct visit *v, const char *caption, const struct room *rooms, size_t n)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = { { .label = label(cx, "site", NULL) },
				      { .label = label(cx, "service", NULL) },
				      { .label = msg(cx, "provider.places"), .number = true },
				      { .label = msg(cx, "provider.on_service"), .number = true },
				      { .label = msg(cx, "provider.awaited"), .number = true },
				      { .label = msg(cx, "provider.free"), .number = true } };
	struct part_table t = { .caption = caption, .columns = cols, .n_columns = 6, .keys = true };

	if (n == 0) {
		part_empty(&v->page, msg(cx, "provider.no_places"),
			   msg(cx, "provider.no_places_what"), NULL, NULL);
		return;
	}
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < n; i++)
		write_room(v, &t, &rooms[i]);
	part_table_end(&v->page, &t);
}
