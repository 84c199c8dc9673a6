/*
 * What may not be together, said in words before the database's guard refuses it. The condition is
 * that of the guards of placement and placement_period.
 */
#include "base/civil.h"
#include "work/placement/placement_int.h"

/* ?1 person, ?2 service, ?3 starts, ?4 ends, ?5 the placement itself, ?6 code of its stage in that
 * time, ?7 1; or ?7 0: its stages are those of its periods. */
static const char CLASH[] =
	"SELECT o.sys_id, o.sys_number, s.name, o.starts, o.ends, o.service = ?2, b.law "
	"FROM placement o JOIN service s ON s.sys_id = o.service "
	"LEFT JOIN service_bar b ON b.sys_deleted = 0 AND ((b.service = ?2 AND b.other = "
	"o.service) "
	"OR (b.other = ?2 AND b.service = o.service)) "
	"AND b.valid_from <= min(coalesce(?4, 2147483647), coalesce(o.ends, 2147483647)) "
	"AND coalesce(b.valid_to, 2147483647) >= max(?3, o.starts) "
	"AND (b.stages IS NULL OR (b.service = ?2 AND ?7 = 1 AND has(b.stages, ?6)) "
	"OR (b.service = ?2 AND ?7 = 0 AND EXISTS (SELECT 1 FROM placement_period p JOIN stage g "
	"ON "
	"g.sys_id = p.stage WHERE p.placement = ?5 AND p.kind = 'stage' AND p.sys_deleted = 0 "
	"AND has(b.stages, g.code) AND p.starts <= min(coalesce(o.ends, 2147483647), "
	"coalesce(b.valid_to, 2147483647)) "
	"AND coalesce(p.ends, 2147483647) >= max(o.starts, b.valid_from))) "
	"OR (b.service = o.service AND EXISTS (SELECT 1 FROM placement_period p JOIN stage g ON "
	"g.sys_id = p.stage WHERE p.placement = o.sys_id AND p.kind = 'stage' AND "
	"p.sys_deleted = 0 AND has(b.stages, g.code) "
	"AND p.starts <= min(coalesce(?4, 2147483647), coalesce(b.valid_to, 2147483647)) "
	"AND coalesce(p.ends, 2147483647) >= max(?3, b.valid_from)))) "
	"WHERE o.person = ?1 AND o.sys_id <> ?5 AND o.sys_deleted = 0 "
	"AND o.starts <= coalesce(?4, 2147483647) AND coalesce(o.ends, 2147483647) >= ?3 "
	"AND (o.service = ?2 OR b.sys_id IS NOT NULL) ORDER BY o.starts LIMIT 1";

enum err
bars_clash(struct ctx *cx, const struct stay *s, struct clash *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *stage = NULL;
	struct record *g;
	bool row;

	if (s->stage != 0) {
		TRY(record_get(cx, "stage", s->stage, &g));
		stage = record_text(g, "code");
	}
	TRY(db_query(cx, CLASH,
		     DB_ARGS(db_int(s->person), db_int(s->service), db_date(s->starts),
			     db_date(s->ends), db_int(s->placement), db_text(stage),
			     db_bool(s->fresh)),
		     &q));
	TRY(stmt_step(cx, q, &row));
	*ret = (struct clash){ .placement = 0 };
	if (row)
		*ret = (struct clash){ .placement = stmt_int(q, 0),
				       .number = stmt_copy(cx, q, 1),
				       .service = stmt_copy(cx, q, 2),
				       .starts = stmt_date(q, 3),
				       .ends = stmt_date(q, 4),
				       .same = stmt_int(q, 5) != 0,
				       .law = stmt_copy(cx, q, 6) };
	return OK;
}

enum err
bars_check(struct ctx *cx, const struct stay *s)
{
	struct clash c;
	const char *from, *to;

	TRY(bars_clash(cx, s, &c));
	if (c.placement == 0)
		return OK;
	from = civil_text(cx->arena, c.starts);
	to = c.ends == CIVIL_NONE ? "…" : civil_text(cx->arena, c.ends);
	if (c.same)
		return fail(cx, ERR_CONFLICT, "err.placement_same", c.service, from, to);
	return fail(cx, ERR_CONFLICT, "err.placement_barred", c.service, from, to,
		    c.law == NULL ? "–" : c.law);
}
