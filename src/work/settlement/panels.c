/* Sections on the record pages of settlement: ways to its own pages, and why a line has its sum. */
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "rule/rule.h"
#include "work/settlement/claim.h"
#include "work/settlement/pages_int.h"
#include "work/settlement/report_read.h"

static const char INVOICES[] = "SELECT count(*) FROM invoice WHERE claim = ?1 AND sys_state <> "
			       "'rejected' AND sys_deleted = 0";
static const char PRICE[] = "SELECT sys_number, valid_from, known_from, confirmed, contract FROM "
			    "price WHERE sys_id = ?1";

/* ?1 an invoice: the credit notes that correct it. ?2 a report: those set off in it. */
static const char CREDITS[] =
	"SELECT sys_number, invoice_number, total_cents FROM invoice WHERE kind = 'credit' AND "
	"(corrects = ?1 OR claim = ?2) AND sys_state <> 'rejected' AND sys_deleted = 0 "
	"ORDER BY sys_id LIMIT 20";

static void
begin(struct visit *v)
{
	part_section_begin(&v->page, "arveldus", msg(v->cx, "settlement.panel"));
}

enum err
claim_panel(struct visit *v, const struct record *r)
{
	int64_t invoices;

	TRY(db_get_int(v->cx, INVOICES, DB_ARGS(db_int(r->id)), &invoices));
	begin(v);
	pages_buttons_begin(v);
	part_button_link(&v->page, pages_days_url(v->cx, r->number),
			 msg(v->cx, "settlement.to_days"), ICON_CALENDAR, claim_is_open(r));
	if (invoices > 0)
		part_button_link(&v->page, pages_compare_url(v->cx, r->number),
				 msg(v->cx, "settlement.compare"), ICON_NEXT, false);
	else
		part_button_link(&v->page,
				 arena_printf(v->cx->arena, "/arve/uus/fail?kuuaruanne=%lld",
					      (long long)r->id),
				 msg(v->cx, "settlement.upload"), ICON_ADD, false);
	if (!claim_is_open(r))
		part_button_link(&v->page, pages_sample_url(v->cx, r->number),
				 msg(v->cx, "settlement.sample"), ICON_DOWNLOAD, false);
	pages_buttons_end(v);
	part_section_end(&v->page);
	return OK;
}

enum err
claim_line_panel(struct visit *v, const struct record *r)
{
	struct line_facts f = { .days = record_text(r, "days"),
				.unit = record_text(r, "unit"),
				.note = record_text(r, "note"),
				.quantity = record_int(r, "quantity"),
				.price_cents = record_int(r, "price_cents"),
				.priced = record_value(r, "price_cents")->set,
				.sum_cents = record_int(r, "sum_cents"),
				.minutes = record_int(r, "minutes"),
				.month = record_date(r, "month") };
	struct part_trace steps[LINE_STEPS];
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;
	size_t n;

	TRY(db_query(v->cx, PRICE, DB_ARGS(db_int(record_int(r, "price"))), &q));
	TRY(stmt_step(v->cx, q, &row));
	if (row) {
		f.price_number = stmt_copy(v->cx, q, 0);
		f.price_from = stmt_date(q, 1);
		f.price_known = stmt_date(q, 2);
		f.price_confirmed = stmt_int(q, 3) != 0;
		f.by_contract = !stmt_is_null(q, 4);
	}
	n = pages_because(v->cx, &f, steps);
	begin(v);
	part_facts_begin(&v->page);
	part_fact_begin(&v->page, msg(v->cx, "settlement.sum"));
	part_money(&v->page, f.sum_cents);
	part_because(&v->page, msg(v->cx, "settlement.sum"), steps, n);
	part_fact_end(&v->page);
	part_facts_end(&v->page);
	part_section_end(&v->page);
	return OK;
}

/* A way back to the comparison of the report a record belongs to. */
static enum err
write_way(struct visit *v, const struct record *r, const char *more)
{
	struct record *claim;

	if (record_int(r, "claim") == 0)
		return OK;
	TRY(record_get(v->cx, "claim", record_int(r, "claim"), &claim));
	begin(v);
	part_button_link(
		&v->page,
		arena_printf(v->cx->arena, "%s%s", pages_compare_url(v->cx, claim->number), more),
		msg(v->cx, "settlement.compare"), ICON_NEXT, false);
	part_section_end(&v->page);
	return OK;
}

/* Credit notes that correct an invoice, or are set off in a report's payment; 0: neither. */
static enum err
write_credits(struct visit *v, int64_t invoice, int64_t claim, const char *label)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = v->cx;
	bool row;

	TRY(db_query(cx, CREDITS, DB_ARGS(db_int(invoice), db_int(claim)), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return OK;
	part_facts_begin(&v->page);
	for (; row;) {
		part_fact_link(&v->page, label,
			       arena_printf(cx->arena, "%s \xC2\xB7 %s", stmt_text(q, 1),
					    text_money(cx->arena, -stmt_int(q, 2))),
			       pages_credit_url(cx, stmt_text(q, 0)));
		TRY(stmt_step(cx, q, &row));
	}
	part_facts_end(&v->page);
	return OK;
}

enum err
invoice_panel(struct visit *v, const struct record *r)
{
	if (text_equal(record_text(r, "kind"), "credit"))
		part_button_link(&v->page, pages_credit_url(v->cx, r->number),
				 msg(v->cx, "settlement.credit_to"), ICON_NEXT, false);
	else
		TRY(write_credits(v, r->id, 0, msg(v->cx, "settlement.credit_by")));
	return write_way(v, r, arena_printf(v->cx->arena, "?arve=%s", r->number));
}

/* What to do about a missing licence, and the rule that asks for it. */
static enum err
write_licence(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	struct record *claim, *service;
	const struct rule *rule;
	struct rule_result result;
	struct part_trace step;

	TRY(record_get(cx, "claim", record_int(r, "claim"), &claim));
	TRY(record_get(cx, "service", record_int(claim, "service"), &service));
	rule = record_text(service, "licence_rule") == NULL
		       ? NULL
		       : rulebook_find(cx->world->rules, record_text(service, "licence_rule"));
	if (rule == NULL)
		return OK;
	TRY(rule_eval(cx, cx->world->rules, rule_id(rule),
		      (struct rule_value[]){ rule_date("date", record_date(claim, "month")),
					     rule_text("held", "no") },
		      2, &result));
	step = (struct part_trace){ .fact = msgf(cx, "settlement.licence_fact",
						 record_text(r, "found_text")),
				    .rule = rule_name(cx, rule),
				    .source = rule_source(rule),
				    .confirmed = CIVIL_NONE,
				    .unsure = !result.confirmed };
	part_facts_begin(&v->page);
	part_fact_begin(&v->page, msg(cx, "settlement.licence_todo"));
	part_text(&v->page, msg(cx, "settlement.licence_do"));
	part_because(&v->page, msg(cx, "settlement.licence_todo"), &step, 1);
	part_fact_end(&v->page);
	part_facts_end(&v->page);
	return OK;
}

enum err
difference_panel(struct visit *v, const struct record *r)
{
	if (text_equal(record_text(r, "code"), "licence"))
		TRY(write_licence(v, r));
	return write_way(v, r, "#erinevused");
}

enum err
payment_panel(struct visit *v, const struct record *r)
{
	const char *file = record_text(r, "file");

	TRY(write_way(v, r, ""));
	TRY(write_credits(v, 0, record_int(r, "claim"), msg(v->cx, "settlement.credit_off")));
	if (file != NULL && pages_official(v))
		part_button_link(&v->page, arena_printf(v->cx->arena, "/maksekorraldused/%s", file),
				 file, ICON_FILE, false);
	return OK;
}
