/* Reading what an invoice is compared with. See compare_read.h. */
#include "work/settlement/compare_read.h"

#include <string.h>

#include "base/calendar.h"
#include "base/map.h"
#include "base/text.h"
#include "rule/rule.h"
#include "work/settlement/days.h"

static const char LINES[] =
	"SELECT l.sys_id, l.sys_number, l.person, p.sys_number, s.code, l.code, l.unit, l.days, "
	"l.quantity, l.price_cents, l.sum_cents, l.month, p.died, p.birth_date, l.minutes "
	"FROM claim_line l "
	"JOIN person p ON p.sys_id = l.person LEFT JOIN stage s ON s.sys_id = l.stage "
	"WHERE l.claim = ?1 AND l.sys_deleted = 0 ORDER BY l.sys_id";
static const char RIGHTS_END[] =
	"SELECT l.sys_id, d.valid_to, (SELECT min(f.valid_until) FROM finding f WHERE "
	"f.application = d.application AND f.result = 'met' AND f.sys_deleted = 0) "
	"FROM claim_line l JOIN placement p ON p.sys_id = l.placement "
	"JOIN referral r ON r.sys_id = p.referral JOIN decision d ON d.sys_id = r.decision "
	"WHERE l.claim = ?1 AND l.sys_deleted = 0 ORDER BY l.sys_id";
/* Other placements of the same people that are of the same service or barred with it. */
static const char BARRED[] =
	"SELECT l.sys_id, os.code, o.starts, o.ends, b.valid_from, b.valid_to, b.stages, "
	"b.service = p.service, oe.code FROM claim_line l "
	"JOIN placement p ON p.sys_id = l.placement "
	"JOIN placement o ON o.person = l.person AND o.sys_id <> p.sys_id AND o.sys_deleted = 0 "
	"AND o.starts <= ?3 AND (o.ends IS NULL OR o.ends >= ?2) "
	"JOIN service os ON os.sys_id = o.service LEFT JOIN stage oe ON oe.sys_id = o.stage "
	"LEFT JOIN service_bar b ON b.sys_deleted = 0 AND ((b.service = p.service AND b.other = "
	"o.service) OR (b.other = p.service AND b.service = o.service)) "
	"WHERE l.claim = ?1 AND l.sys_deleted = 0 AND l.month IS NULL AND "
	"(o.service = p.service OR b.sys_id IS NOT NULL) ORDER BY l.sys_id";
/* The first day in the last stretch of the line's stage without another stage between. */
static const char STAGE_SINCE[] =
	"SELECT l.sys_id, s.max_rule, min(f.starts) FROM claim_line l "
	"JOIN stage s ON s.sys_id = l.stage "
	"JOIN placement_period f ON f.placement = l.placement AND f.stage = l.stage AND "
	"f.kind = 'stage' AND f.sys_deleted = 0 WHERE l.claim = ?1 AND l.sys_deleted = 0 AND "
	"l.month IS NULL AND s.max_rule IS NOT NULL GROUP BY l.sys_id, s.max_rule ORDER BY "
	"l.sys_id";
static const char AGE_RULES[] =
	"SELECT rule FROM condition WHERE service = ?1 AND \"check\" = 'age_to' AND rule IS NOT "
	"NULL AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to >= ?2) AND sys_deleted = 0 "
	"ORDER BY sys_id";
static const char USED_BY_PERSON[] =
	"SELECT l.person, sum(l.sum_cents) FROM claim c JOIN claim_line l ON l.claim = c.sys_id "
	"AND l.sys_deleted = 0 WHERE c.service = ?1 AND c.sys_id <> ?2 AND c.month BETWEEN ?3 AND "
	"?4 AND c.sys_state IN ('approved', 'ordered', 'frozen') AND c.sys_deleted = 0 "
	"GROUP BY l.person ORDER BY l.person";
static const char USED[] =
	"SELECT coalesce(sum(total_cents), 0) FROM claim WHERE contract = ?1 AND sys_id <> ?2 AND "
	"sys_state IN ('approved', 'ordered', 'frozen') AND sys_deleted = 0";
static const char LICENCES[] =
	"SELECT valid_from, valid_to FROM licence WHERE provider = ?1 AND service = ?2 AND "
	"valid_from <= ?4 AND (valid_to IS NULL OR valid_to >= ?3) AND sys_deleted = 0";
static const char BOARD[] = "SELECT code FROM organisation WHERE kind = 'board' AND code IS NOT "
			    "NULL AND sys_deleted = 0 ORDER BY sys_id LIMIT 1";
static const char OTHER[] =
	"SELECT invoice_number FROM invoice WHERE claim = ?1 AND (?2 = 0 OR sys_id < ?2) AND "
	"kind = 'invoice' AND sys_state <> 'rejected' AND sys_deleted = 0 ORDER BY sys_id LIMIT 1";
static const char STRANGER[] =
	"SELECT r.id, EXISTS (SELECT 1 FROM placement p WHERE p.person = r.id AND p.provider = ?2 "
	"AND p.sys_deleted = 0) FROM sys_record r WHERE r.type = 'person' AND r.number = ?1";

/* What is read besides the facts themselves. */
struct reading {
	struct ctx *cx;
	const struct record *claim, *contract, *service;
	struct report_facts *f;
	struct report_line *lines;
	int32_t *births;
	int32_t month, last;
};

static void
earlier(int32_t *day, int32_t other)
{
	if (other != CIVIL_NONE && (*day == CIVIL_NONE || other < *day))
		*day = other;
}

/* ---- the lines ---- */

static struct report_line
line_of(struct ctx *cx, const struct stmt *q)
{
	return (struct report_line){ .id = stmt_int(q, 0),
				     .number = stmt_copy(cx, q, 1),
				     .person = stmt_int(q, 2),
				     .person_number = stmt_copy(cx, q, 3),
				     .stage = stmt_copy(cx, q, 4),
				     .code = stmt_copy(cx, q, 5),
				     .unit = stmt_copy(cx, q, 6),
				     .days = stmt_copy(cx, q, 7),
				     .quantity = stmt_int(q, 8),
				     .price_cents = stmt_int(q, 9),
				     .priced = !stmt_is_null(q, 9),
				     .sum_cents = stmt_int(q, 10),
				     .month = stmt_date(q, 11),
				     .minutes = stmt_int(q, 14),
				     .eligible_to = stmt_date(q, 12),
				     .stage_to = CIVIL_NONE,
				     .ceiling_cents = -1 };
}

static enum err
read_lines(struct reading *r)
{
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(r->cx, LINES, DB_ARGS(db_int(r->claim->id)), &q));
	for (;; n++) {
		TRY(stmt_step(r->cx, q, &row));
		if (!row)
			break;
		if ((n & (n - 1)) == 0) {
			struct report_line *more =
				ARENA_ARRAY(r->cx->arena, n * 2 + 1, struct report_line);
			int32_t *births = ARENA_ARRAY(r->cx->arena, n * 2 + 1, int32_t);

			if (n > 0) {
				memcpy(more, r->lines, n * sizeof(*more));
				memcpy(births, r->births, n * sizeof(*births));
			}
			r->lines = more;
			r->births = births;
		}
		r->lines[n] = line_of(r->cx, q);
		r->births[n] = stmt_date(q, 13);
	}
	r->f->lines = r->lines;
	r->f->nlines = n;
	return OK;
}

/* Step a query that is in the order of the lines, and find the line of its row: *ret is NULL at
 * the end. `at` is where the last one was found. */
static enum err
next_line(struct reading *r, struct stmt *q, size_t *at, struct report_line **ret)
{
	bool row;

	*ret = NULL;
	TRY(stmt_step(r->cx, q, &row));
	if (!row)
		return OK;
	while (*at < r->f->nlines && r->lines[*at].id < stmt_int(q, 0))
		(*at)++;
	if (*at == r->f->nlines)
		return OK;
	*ret = &r->lines[*at];
	return OK;
}

/* ---- until when people have the right ---- */

static enum err
read_rights(struct reading *r)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct report_line *l;
	size_t at = 0;

	TRY(db_query(r->cx, RIGHTS_END, DB_ARGS(db_int(r->claim->id)), &q));
	for (;;) {
		TRY(next_line(r, q, &at, &l));
		if (l == NULL)
			return OK;
		earlier(&l->eligible_to, stmt_date(q, 1));
		earlier(&l->eligible_to, stmt_date(q, 2));
	}
}

/* The last day before an age is reached: terms tell the day itself ("pension age"), ages tell
 * whether the last day of the line is still below. */
static enum err
apply_age(struct reading *r, const char *id, size_t i)
{
	struct ctx *cx = r->cx;
	const struct rule *rule = rulebook_find(cx->world->rules, id);
	struct report_line *l = &r->lines[i];
	struct rule_result result;
	int32_t day;

	if (rule == NULL || r->births[i] == CIVIL_NONE)
		return OK;
	if (strcmp(rule_kind_of(rule), "term") == 0) {
		if (rule_due(cx, cx->world->rules, id, r->births[i], &day) != OK)
			ctx_forgive(cx); /* no version covers so early a birth */
		else
			earlier(&l->eligible_to, day - 1);
		return OK;
	}
	if (strcmp(rule_kind_of(rule), "age") != 0)
		return OK;
	TRY(rule_eval(cx, cx->world->rules, id,
		      (struct rule_value[]){ rule_date("date", r->month),
					     rule_date("birth", r->births[i]) },
		      2, &result));
	if (result.values[0].n == 0)
		earlier(&l->eligible_to, r->month - 1);
	return OK;
}

static enum err
read_ages(struct reading *r)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *rules[8];
	size_t n = 0;
	bool row;

	TRY(db_query(r->cx, AGE_RULES, DB_ARGS(db_int(r->service->id), db_date(r->month)), &q));
	for (; n < sizeof(rules) / sizeof(*rules); n++) {
		TRY(stmt_step(r->cx, q, &row));
		if (!row)
			break;
		rules[n] = stmt_copy(r->cx, q, 0);
	}
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < r->f->nlines; i++)
			TRY(apply_age(r, rules[k], i));
	return OK;
}

/* The stage's longest time; a rule that has no version for so early a start says nothing. */
static enum err
read_stage_ends(struct reading *r)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct report_line *l;
	size_t at = 0;

	TRY(db_query(r->cx, STAGE_SINCE, DB_ARGS(db_int(r->claim->id)), &q));
	for (;;) {
		int32_t due;

		TRY(next_line(r, q, &at, &l));
		if (l == NULL)
			return OK;
		if (rule_due(r->cx, r->cx->world->rules, stmt_text(q, 1), stmt_date(q, 2), &due) ==
		    OK)
			l->stage_to = due;
		else
			ctx_forgive(r->cx);
	}
}

/* ---- barred services ---- */

static int32_t
later_of(int32_t a, int32_t b)
{
	return b != CIVIL_NONE && b > a ? b : a;
}

static int32_t
sooner_of(int32_t a, int32_t b)
{
	return b != CIVIL_NONE && b < a ? b : a;
}

/* Does the bar hold in this stage (",I,II,"; empty: in all)? */
static bool
in_stages(struct arena *a, const char *stages, const char *stage)
{
	if (stages == NULL || *stages == '\0')
		return true;
	return stage != NULL && strstr(stages, arena_printf(a, ",%s,", stage)) != NULL;
}

static void
mark_barred(struct reading *r, const struct stmt *q, struct report_line *l)
{
	int32_t from = later_of(later_of(r->month, stmt_date(q, 2)), stmt_date(q, 4));
	int32_t to = sooner_of(sooner_of(r->last, stmt_date(q, 3)), stmt_date(q, 5));
	const char *stage = stmt_is_null(q, 7) || stmt_int(q, 7) != 0 ? l->stage : stmt_text(q, 8);

	if (l->barred != NULL || l->days == NULL ||
	    !in_stages(r->cx->arena, stmt_text(q, 6), stage))
		return;
	for (int32_t day = from; day <= to; day++) {
		char letter = day - r->month < (int)strlen(l->days) ? l->days[day - r->month] : '.';

		if (letter != 'T' && letter != 'P')
			continue;
		l->barred = stmt_copy(r->cx, q, 1);
		l->barred_on = day;
		return;
	}
}

static enum err
read_barred(struct reading *r)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct report_line *l;
	size_t at = 0;

	TRY(db_query(r->cx, BARRED,
		     DB_ARGS(db_int(r->claim->id), db_date(r->month), db_date(r->last)), &q));
	for (;;) {
		TRY(next_line(r, q, &at, &l));
		if (l == NULL)
			return OK;
		mark_barred(r, q, l);
	}
}

/* ---- the licence ---- */

/* Which days of the month a licence covers. */
static enum err
read_covered(struct reading *r, bool covered[DAYS_MAX])
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(r->cx, LICENCES,
		     DB_ARGS(db_int(record_int(r->claim, "provider")), db_int(r->service->id),
			     db_date(r->month), db_date(r->last)),
		     &q));
	for (;;) {
		int32_t to;

		TRY(stmt_step(r->cx, q, &row));
		if (!row)
			return OK;
		to = sooner_of(r->last, stmt_date(q, 1));
		for (int32_t day = later_of(r->month, stmt_date(q, 0)); day <= to; day++)
			covered[day - r->month] = true;
	}
}

/* The first day somebody was there that is not covered; CIVIL_NONE: none. */
static int32_t
first_uncovered(const struct reading *r, const bool covered[DAYS_MAX])
{
	int32_t first = CIVIL_NONE;

	for (size_t i = 0; i < r->f->nlines; i++) {
		const struct report_line *l = &r->lines[i];

		if (l->month != CIVIL_NONE || l->quantity <= 0 || l->days == NULL)
			continue;
		for (int d = 0; d < DAYS_MAX && l->days[d] != '\0'; d++)
			if ((l->days[d] == 'T' || l->days[d] == 'P') && !covered[d])
				earlier(&first, r->month + d);
	}
	return first;
}

/* Asked only where the service names the rule: elsewhere it is not confirmed that one is needed. */
static enum err
read_licence(struct reading *r)
{
	const char *rule = record_text(r->service, "licence_rule");
	bool covered[DAYS_MAX] = { false };
	struct rule_result result;
	int32_t day;

	if (rule == NULL || rulebook_find(r->cx->world->rules, rule) == NULL)
		return OK;
	TRY(read_covered(r, covered));
	day = first_uncovered(r, covered);
	if (day == CIVIL_NONE)
		return OK;
	TRY(rule_eval(r->cx, r->cx->world->rules, rule,
		      (struct rule_value[]){ rule_date("date", day), rule_text("held", "no") }, 2,
		      &result));
	r->f->unlicensed = text_equal(result.values[0].text, "block");
	r->f->unlicensed_on = day;
	return OK;
}

/* ---- ceilings ---- */

/* What a rule of ceilings leaves after `used`. */
static enum err
left_of(struct ctx *cx, const char *rule, int32_t day, int64_t used, int64_t *ret)
{
	struct rule_value in[4] = { rule_date("date", day), rule_money("new", 0),
				    rule_money("used", used), rule_text("group", "child") };
	const struct rule_input *inputs;
	const struct rule *r = rulebook_find(cx->world->rules, rule);
	const struct rule_value *left;
	struct rule_result result;
	size_t n = 3;

	for (size_t i = 0, m = r == NULL ? 0 : rule_inputs(r, &inputs); i < m; i++)
		if (strcmp(inputs[i].name, "group") == 0)
			n = 4;
	TRY(rule_eval(cx, cx->world->rules, rule, in, n, &result));
	left = rule_get(&result, "left");
	*ret = left == NULL || left->n < 0 ? 0 : left->n;
	return OK;
}

static void
set_ceiling(struct reading *r, int64_t person, int64_t left)
{
	for (size_t i = 0; i < r->f->nlines; i++)
		if (r->lines[i].person == person || person == 0)
			r->lines[i].ceiling_cents = left;
}

static enum err
read_ceilings(struct reading *r)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *rule = record_text(r->service, "ceiling_rule");
	int year = civil_date(r->month).year;
	int64_t left;
	bool row;

	if (rule == NULL || rulebook_find(r->cx->world->rules, rule) == NULL)
		return OK;
	TRY(left_of(r->cx, rule, r->month, 0, &left));
	set_ceiling(r, 0, left);
	TRY(db_query(r->cx, USED_BY_PERSON,
		     DB_ARGS(db_int(r->service->id), db_int(r->claim->id),
			     db_date(civil_day(year, 1, 1)), db_date(civil_day(year, 12, 31))),
		     &q));
	for (;;) {
		TRY(stmt_step(r->cx, q, &row));
		if (!row)
			return OK;
		TRY(left_of(r->cx, rule, r->month, stmt_int(q, 1), &left));
		set_ceiling(r, stmt_int(q, 0), left);
	}
}

/* ---- the head ---- */

static enum err
read_vat(struct reading *r)
{
	struct rule_value in = rule_date("date", r->last);
	struct rule_result rate;

	r->f->vat_exempt = !text_equal(record_text(r->service, "vat"), "standard");
	if (r->f->vat_exempt)
		return OK;
	TRY(rule_eval(r->cx, r->cx->world->rules, "VAT-RATE", &in, 1, &rate));
	r->f->vat_rate = (int)rate.values[0].n;
	return OK;
}

/* A text there may be none of. */
static enum err
maybe_text(struct ctx *cx, const char *sql, struct db_args args, const char **ret)
{
	enum err e = db_get_text(cx, sql, args, ret);

	if (e != ERR_NOTFOUND)
		return e;
	ctx_forgive(cx);
	*ret = NULL;
	return OK;
}

static enum err
read_head(struct reading *r, int64_t invoice, const struct einvoice *inv)
{
	struct report_facts *f = r->f;
	struct record *provider;

	TRY(record_get(r->cx, "organisation", record_int(r->claim, "provider"), &provider));
	f->contract = record_text(r->contract, "number_text");
	f->month = r->month;
	f->confirmed = !record_in(r->claim, "open") && !record_in(r->claim, "returned");
	f->seller_iban = record_text(r->contract, "iban");
	if (f->seller_iban == NULL)
		f->seller_iban = record_text(provider, "iban");
	f->max_places = record_int(r->contract, "max_places");
	f->max_cents = record_int(r->contract, "max_cents");
	TRY(db_get_int(r->cx, USED, DB_ARGS(db_int(r->contract->id), db_int(r->claim->id)),
		       &f->used_cents));
	TRY(maybe_text(r->cx, BOARD, DB_NONE, &f->buyer_code));
	if (!inv->credit)
		TRY(maybe_text(r->cx, OTHER, DB_ARGS(db_int(r->claim->id), db_int(invoice)),
			       &f->other_invoice));
	return read_vat(r);
}

/* ---- whom the invoice names besides ---- */

static enum err
read_stranger(struct reading *r, const char *number, struct report_other *list, size_t *n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(r->cx, STRANGER,
		     DB_ARGS(db_text(number), db_int(record_int(r->claim, "provider"))), &q));
	TRY(stmt_step(r->cx, q, &row));
	if (row)
		list[(*n)++] = (struct report_other){ number, stmt_int(q, 0), stmt_int(q, 1) != 0 };
	return OK;
}

static enum err
read_strangers(struct reading *r, const struct bill_ref *refs, size_t nrefs)
{
	struct report_other *list = ARENA_ARRAY(r->cx->arena, nrefs + 1, struct report_other);
	struct map known;
	size_t n = 0;

	map_init(&known, r->cx->arena);
	for (size_t i = 0; i < r->f->nlines; i++)
		(void)map_put(&known, r->f->lines[i].person_number, r);
	for (size_t i = 0; i < nrefs; i++) {
		if (refs[i].person == NULL || map_get(&known, refs[i].person) != NULL)
			continue;
		(void)map_put(&known, refs[i].person, r);
		TRY(read_stranger(r, refs[i].person, list, &n));
	}
	r->f->others = list;
	r->f->nothers = n;
	return OK;
}

enum err
compare_read(struct ctx *cx, const struct record *claim, int64_t invoice,
	     const struct einvoice *inv, const struct bill_ref *refs, struct report_facts *ret)
{
	struct report_facts f = { .month = CIVIL_NONE };
	struct record *contract, *service;
	struct reading r = { .cx = cx, .claim = claim, .f = &f };

	TRY(record_get(cx, "contract", record_int(claim, "contract"), &contract));
	TRY(record_get(cx, "service", record_int(claim, "service"), &service));
	r.contract = contract;
	r.service = service;
	r.month = record_date(claim, "month");
	r.last = calendar_month_last(r.month);
	TRY(read_head(&r, invoice, inv));
	TRY(read_lines(&r));
	TRY(read_rights(&r));
	TRY(read_ages(&r));
	TRY(read_stage_ends(&r));
	TRY(read_barred(&r));
	TRY(read_licence(&r));
	TRY(read_ceilings(&r));
	TRY(read_strangers(&r, refs, inv->nlines));
	*ret = f;
	return OK;
}
