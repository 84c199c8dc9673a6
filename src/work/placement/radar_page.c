/*
 * Overlaps: placements of one person that may not be together, now and back through history. The
 * database lets none in; these are found when a bar was entered after them, or came with imported
 * data. Each is shown with both records. /valistused, and the section of a bar's own page.
 */
#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "core/access.h"
#include "work/placement/placement_int.h"

/*
 * From the bars, which are few, over the placements of their service to the same person's others.
 * ?1 one bar, or 0: all. A bar of some stages counts in the periods of those stages; where a
 * placement has none, in its own stage. The days both were had: the last start to the first end.
 */
static const char CLASHES[] =
	"SELECT b.sys_id, b.law, b.confirmed, x.sys_id, x.sys_number, y.sys_id, y.sys_number, "
	"x.person, r.title, sx.name, sy.name, max(x.starts, y.starts, b.valid_from) AS first, "
	"min(coalesce(x.ends, 2147483647), coalesce(y.ends, 2147483647), "
	"coalesce(b.valid_to, 2147483647)) AS last FROM service_bar b "
	"JOIN placement x ON x.service = b.service AND x.sys_deleted = 0 "
	"JOIN placement y ON y.person = x.person AND y.service = b.other AND y.sys_id <> x.sys_id "
	"AND y.sys_deleted = 0 AND y.starts <= coalesce(x.ends, 2147483647) "
	"AND coalesce(y.ends, 2147483647) >= x.starts "
	"JOIN sys_record r ON r.id = x.person JOIN service sx ON sx.sys_id = x.service "
	"JOIN service sy ON sy.sys_id = y.service "
	"WHERE b.sys_deleted = 0 AND (?1 = 0 OR b.sys_id = ?1) "
	"AND b.valid_from <= min(coalesce(x.ends, 2147483647), coalesce(y.ends, 2147483647)) "
	"AND coalesce(b.valid_to, 2147483647) >= max(x.starts, y.starts) "
	"AND (b.stages IS NULL OR EXISTS (SELECT 1 FROM placement_period p JOIN stage g ON "
	"g.sys_id = p.stage WHERE p.placement = x.sys_id AND p.kind = 'stage' AND "
	"p.sys_deleted = 0 AND has(b.stages, g.code) "
	"AND p.starts <= min(coalesce(y.ends, 2147483647), coalesce(b.valid_to, 2147483647)) "
	"AND coalesce(p.ends, 2147483647) >= max(y.starts, b.valid_from)) "
	"OR (NOT EXISTS (SELECT 1 FROM placement_period p WHERE p.placement = x.sys_id "
	"AND p.sys_deleted = 0) AND EXISTS (SELECT 1 FROM stage g WHERE g.sys_id = x.stage "
	"AND has(b.stages, g.code)))) ORDER BY first DESC, x.sys_id LIMIT 201";

/* Only what the reader may see of both: the other side stays unknown to who may see one. */
static enum err
read_clash(struct ctx *cx, const struct stmt *q, struct radar *radar)
{
	struct overlap *c = &radar->list[radar->n];

	*c = (struct overlap){ .bar = stmt_int(q, 0),
			       .law = stmt_copy(cx, q, 1),
			       .confirmed = stmt_int(q, 2) != 0,
			       .person = stmt_int(q, 7),
			       .name = stmt_copy(cx, q, 8),
			       .first = stmt_date(q, 11),
			       .last = stmt_date(q, 12) };
	for (int i = 0; i < 2; i++) {
		c->side[i].href = visit_url_id(cx, stmt_int(q, 3 + 2 * i));
		c->side[i].number = stmt_copy(cx, q, 4 + 2 * i);
		c->side[i].service = stmt_copy(cx, q, 9 + i);
	}
	if (c->side[0].href == NULL || c->side[1].href == NULL)
		radar->hidden++;
	else
		radar->n++;
	return OK;
}

enum err
radar_find(struct ctx *cx, int64_t bar, struct radar **ret)
{
	struct radar *radar = ARENA_NEW(cx->arena, struct radar);
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, CLASHES, DB_ARGS(db_int(bar)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (radar->n == MAX_OVERLAPS) {
			radar->more = true;
			break;
		}
		TRY(read_clash(cx, q, radar));
	}
	*ret = radar;
	return OK;
}

static enum err
look(struct visit *v, int64_t bar, struct radar **ret)
{
	TRY(radar_find(v->cx, bar, ret));
	for (size_t i = 0; i < (*ret)->n; i++)
		access_saw(v->cx, "list", (*ret)->list[i].person);
	return OK;
}

static void
write_clash(struct visit *v, struct part_table *t, const struct overlap *c)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	int32_t last = c->last > cx->today ? cx->today : c->last;

	part_row_begin(p, t, NULL, 0, c->name);
	part_cell_text(p, t, c->name);
	for (int i = 0; i < 2; i++) {
		part_cell_begin(p, t);
		html_link(p->h, c->side[i].href, NULL, c->side[i].number);
		html_element(p->h, "div", "quiet", c->side[i].service);
		part_cell_end(p, t);
	}
	part_cell_date(p, t, c->first);
	part_cell_date(p, t, c->last == NO_END ? CIVIL_NONE : c->last);
	if (c->first > cx->today)
		part_cell_badge(p, t, TONE_SOON, msg(cx, "radar.ahead"));
	else
		part_cell_text(p, t, msg_count(cx, "placement.days", last - c->first + 1));
	part_cell_begin(p, t);
	html_link(p->h, visit_url_id(cx, c->bar), NULL,
		  c->law == NULL ? msg(cx, "radar.bar") : c->law);
	if (!c->confirmed)
		part_badge(p, TONE_SOON, msg(cx, "part.unsure"));
	part_cell_end(p, t);
	part_row_end(p, t);
}

static void
write_clashes(struct visit *v, const struct radar *radar)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = {
		{ .label = label(cx, "placement", "person") },
		{ .label = msg(cx, "radar.one") },
		{ .label = msg(cx, "radar.other") },
		{ .label = msg(cx, "radar.first") },
		{ .label = msg(cx, "radar.last") },
		{ .label = msg(cx, "radar.days"), .number = true },
		{ .label = msg(cx, "radar.bar") },
	};
	struct part_table t = { .caption = msg(cx, "radar.title"),
				.columns = cols,
				.n_columns = 7 };

	if (radar->n == 0) {
		part_empty(&v->page, msg(cx, "radar.none"), msg(cx, "radar.none_what"), NULL, NULL);
		return;
	}
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < radar->n; i++)
		write_clash(v, &t, &radar->list[i]);
	part_table_end(&v->page, &t);
	if (radar->more)
		part_quiet(&v->page, msg(cx, "radar.more"));
	if (radar->hidden > 0)
		part_quiet(&v->page, msgf(cx, "radar.hidden",
					  text_from_int(cx->arena, (int64_t)radar->hidden)));
}

enum err
radar_page(struct visit *v)
{
	struct ctx *cx = v->cx;
	struct radar *radar;

	if (!visit_duty(v, "B3.1") && !visit_duty(v, "PM.1"))
		return fail(cx, ERR_DENIED, "err.denied_see", msg(cx, "radar.title"));
	cx->purpose = visit_duty(v, "B3.1") ? "B3.1" : "PM.1";
	TRY(look(v, 0, &radar));
	v->page.lead = msg(cx, "radar.lead");
	v->page.counted = radar->n > 0;
	v->page.count = (long)radar->n;
	v->page.wide = true;
	visit_page_begin(v, msg(cx, "radar.title"));
	write_clashes(v, radar);
	return visit_page_end(v);
}

enum err
radar_panel(struct visit *v, const struct record *r)
{
	struct radar *radar;

	if (!visit_duty(v, "B3.1") && !visit_duty(v, "PM.1"))
		return OK;
	TRY(look(v, r->id, &radar));
	part_section_begin(&v->page, "valistused", msg(v->cx, "radar.of_bar"));
	write_clashes(v, radar);
	part_section_end(&v->page);
	return OK;
}

/* Ways from home to what belongs to no single list. */
enum err
overviews_home(struct visit *v)
{
	struct ctx *cx = v->cx;
	struct part_link links[3];
	size_t n = 0;

	if (visit_duty(v, "B3.1") || visit_duty(v, "B3.6") || visit_duty(v, "PM.1"))
		links[n++] = (struct part_link){ .label = msg(cx, "overview.queues"),
						 .href = "/jarjekorrad" };
	if (visit_duty(v, "B3.1") || visit_duty(v, "PM.1"))
		links[n++] = (struct part_link){ .label = msg(cx, "overview.radar"),
						 .href = "/valistused" };
	if (cx->who.org == 0)
		links[n++] = (struct part_link){ .label = msg(cx, "overview.providers"),
						 .href = "/osutajad" };
	if (n > 0 && (visit_duty(v, "ALL.1") || visit_duty(v, "B3.1")))
		part_links(&v->page, msg(cx, "overview.title"), links, n);
	return OK;
}
