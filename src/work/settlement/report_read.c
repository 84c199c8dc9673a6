/* Lines of a month report as the pages show them. See report_read.h. */
#include "work/settlement/report_read.h"

#include <string.h>

#include "core/access.h"

static const char LINES[] =
	"SELECT l.sys_id, l.person, l.sys_number, p.first_name, p.last_name, p.sys_number, s.code, "
	"l.code, l.proposed, l.days, l.unit, l.note, l.quantity, l.price_cents, l.sum_cents, "
	"l.minutes, c.sys_number, c.valid_from, c.known_from, c.confirmed, c.contract, l.month "
	"FROM claim_line l JOIN person p ON p.sys_id = l.person "
	"LEFT JOIN stage s ON s.sys_id = l.stage LEFT JOIN price c ON c.sys_id = l.price "
	"WHERE l.claim = ?1 AND l.sys_deleted = 0 ORDER BY l.month IS NOT NULL, "
	"p.last_name_sort, p.first_name_sort, p.sys_id, s.ordinal, l.code, l.sys_id";

static struct shown_line
line_of(struct ctx *cx, const struct stmt *q)
{
	struct shown_line l = { .id = stmt_int(q, 0),
				.person = stmt_int(q, 1),
				.number = stmt_copy(cx, q, 2),
				.person_number = stmt_copy(cx, q, 5),
				.stage = stmt_copy(cx, q, 6),
				.code = stmt_copy(cx, q, 7),
				.proposed = stmt_copy(cx, q, 8) };

	l.name = arena_printf(cx->arena, "%s %s", stmt_text(q, 3), stmt_text(q, 4));
	l.facts = (struct line_facts){ .days = stmt_copy(cx, q, 9),
				       .unit = stmt_copy(cx, q, 10),
				       .note = stmt_copy(cx, q, 11),
				       .quantity = stmt_int(q, 12),
				       .price_cents = stmt_int(q, 13),
				       .priced = !stmt_is_null(q, 13),
				       .sum_cents = stmt_int(q, 14),
				       .minutes = stmt_int(q, 15),
				       .price_number = stmt_copy(cx, q, 16),
				       .price_from = stmt_date(q, 17),
				       .price_known = stmt_date(q, 18),
				       .price_confirmed = stmt_int(q, 19) != 0,
				       .by_contract = !stmt_is_null(q, 20),
				       .month = stmt_date(q, 21) };
	return l;
}

enum err
report_read(struct ctx *cx, int64_t claim, struct shown_line **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct shown_line *list = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, LINES, DB_ARGS(db_int(claim)), &q));
	for (;; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if ((n & (n - 1)) == 0) {
			struct shown_line *more =
				ARENA_ARRAY(cx->arena, n * 2 + 1, struct shown_line);

			if (n > 0)
				memcpy(more, list, n * sizeof(*more));
			list = more;
		}
		list[n] = line_of(cx, q);
		access_saw(cx, "list", list[n].person);
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

bool
shown_has_days(const struct shown_line *l)
{
	return l->code == NULL && l->facts.month == CIVIL_NONE && l->facts.days != NULL;
}

const char *
shown_part(const struct shown_line *l)
{
	return l->code != NULL ? l->code : l->stage != NULL ? l->stage : "";
}
