/*
 * The month: the reports of all contracts side by side, and the button that makes them. A provider
 * sees their own only. Also the section on the home page that leads here.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/settlement/claim.h"
#include "work/settlement/month_read.h"
#include "work/settlement/pages_int.h"

#define MONTHS 18 /* to choose from, back from the present one */

/* ?2, ?3: reports of sheltered work and of children may be seen; ?4: a provider's own. */
static const char CLAIMS[] =
	"SELECT c.sys_number, o.name, s.code, c.sys_state, c.total_cents, (SELECT count(DISTINCT "
	"l.person) FROM claim_line l WHERE l.claim = c.sys_id AND l.sys_deleted = 0), "
	"i.invoice_number, i.sys_state, i.total_cents, (SELECT count(*) FROM difference d WHERE "
	"d.claim = c.sys_id AND d.sys_state = 'open' AND d.sys_deleted = 0 AND (?4 = 0 OR d.code "
	"NOT IN ('barred_overlap', 'not_eligible'))), c.prepared_by FROM claim c "
	"JOIN organisation o ON o.sys_id = c.provider JOIN service s ON s.sys_id = c.service "
	"LEFT JOIN invoice i ON i.sys_id = (SELECT max(x.sys_id) FROM invoice x WHERE "
	"x.claim = c.sys_id AND x.sys_state <> 'rejected' AND x.sys_deleted = 0) "
	"WHERE c.month = ?1 AND c.sys_deleted = 0 AND ((?2 = 1 AND coalesce(s.duty, 'B3.1') = "
	"'B3.1') OR (?3 = 1 AND s.duty = 'D3.1') OR c.provider = ?4) "
	"ORDER BY o.name_sort, c.sys_number LIMIT 1000";
static const char HOME[] =
	"SELECT count(*), coalesce(sum(c.sys_state IN ('open', 'returned')), 0), "
	"coalesce(sum(c.sys_state IN ('confirmed', 'compared')), 0) FROM claim c "
	"JOIN service s ON s.sys_id = c.service WHERE c.sys_deleted = 0 AND c.month = ?1 AND "
	"((?2 = 1 AND coalesce(s.duty, 'B3.1') = 'B3.1') OR (?3 = 1 AND s.duty = 'D3.1') OR "
	"c.provider = ?4)";
static const char HOME_OPEN[] =
	"SELECT count(*) FROM difference d JOIN claim c ON c.sys_id = d.claim JOIN service s ON "
	"s.sys_id = c.service WHERE d.sys_state = 'open' AND d.sys_deleted = 0 AND "
	"((?1 = 1 AND coalesce(s.duty, 'B3.1') = 'B3.1') OR (?2 = 1 AND s.duty = 'D3.1'))";

struct row {
	const char *number, *provider, *service, *state, *invoice, *invoice_state;
	int64_t total, people, billed, open;
	bool has_invoice, prepared;
};
struct month {
	int32_t first;
	struct row *rows;
	size_t n;
	int64_t total, billed, open;
	int confirmed, invoices, approved;
};

/* ---- what to show ---- */

static struct db_args
whose(const struct visit *v, int32_t month)
{
	bool sheltered = visit_duty(v, "B3.3") || visit_duty(v, "PM.1") || visit_duty(v, "B3.9");
	int64_t org = visit_duty(v, "TO.2") ? v->cx->who.org : 0;
	struct db_value *a = ARENA_ARRAY(v->cx->arena, 4, struct db_value);

	a[0] = db_date(month);
	a[1] = db_bool(v->cx->who.org == 0 && sheltered);
	a[2] = db_bool(v->cx->who.org == 0 && visit_duty(v, "D3.8"));
	a[3] = db_int(org);
	return (struct db_args){ a, 4 };
}

static enum err
may_look(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "claim");

	v->cx->purpose = visit_purpose(v, t);
	if (!sql_may(v->cx, v->cx->world->types, t, RIGHT_SEE))
		return fail(v->cx, ERR_DENIED, "err.settlement_denied");
	return OK;
}

static void
count_row(struct month *m, const struct row *r)
{
	bool open = text_equal(r->state, "open") || text_equal(r->state, "returned");

	m->total += r->total;
	m->billed += r->billed;
	m->open += r->open;
	m->confirmed += !open;
	m->invoices += r->has_invoice;
	m->approved += text_equal(r->state, "approved") || text_equal(r->state, "ordered") ||
		       text_equal(r->state, "frozen");
}

static enum err
read_month(struct visit *v, struct month *m)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = v->cx;
	bool row;

	m->rows = ARENA_ARRAY(cx->arena, 1000, struct row);
	TRY(db_query(cx, CLAIMS, whose(v, m->first), &q));
	for (; m->n < 1000; m->n++) {
		struct row *r = &m->rows[m->n];

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		*r = (struct row){ .number = stmt_copy(cx, q, 0),
				   .provider = stmt_copy(cx, q, 1),
				   .service = stmt_copy(cx, q, 2),
				   .state = stmt_copy(cx, q, 3),
				   .total = stmt_int(q, 4),
				   .people = stmt_int(q, 5),
				   .invoice = stmt_copy(cx, q, 6),
				   .invoice_state = stmt_copy(cx, q, 7),
				   .billed = stmt_int(q, 8),
				   .open = stmt_int(q, 9),
				   .has_invoice = !stmt_is_null(q, 6),
				   .prepared = !stmt_is_null(q, 10) };
		count_row(m, r);
	}
	return OK;
}

static int32_t
chosen_month(struct visit *v)
{
	const char *typed = http_query(v->x, "kuu");
	int32_t month;

	if (typed == NULL)
		typed = http_form(v->x, "kuu");
	if (month_parse(typed, &month))
		return month;
	return civil_add_months(calendar_month_first(v->cx->today), -1);
}

/* ---- writing ---- */

static void
write_filter(struct visit *v, int32_t month)
{
	struct part_choice *c = ARENA_ARRAY(v->cx->arena, MONTHS + 1, struct part_choice);
	int32_t newest = calendar_month_first(v->cx->today);
	struct part_field f = { .kind = ASK_CHOICE,
				.name = "kuu",
				.label = msg(v->cx, "settlement.month"),
				.choices = c };
	bool listed = false;

	for (int i = 0; i < MONTHS; i++) {
		int32_t first = civil_add_months(newest, -i);

		listed = listed || first == month;
		c[f.n_choices++] = (struct part_choice){ .value = month_text(v->cx->arena, first),
							 .label = pages_month(v->cx, first),
							 .chosen = first == month };
	}
	if (!listed)
		c[f.n_choices++] = (struct part_choice){ .value = month_text(v->cx->arena, month),
							 .label = pages_month(v->cx, month),
							 .chosen = true };
	f.value = month_text(v->cx->arena, month);
	part_filter(&v->page, "/kuu", &f, 1, false, NULL);
}

static void
figure(struct visit *v, const char *label_key, int64_t n, int64_t of, enum tone tone)
{
	struct part_figure f = { .label = msg(v->cx, label_key), .tone = tone };

	f.value = of < 0 ? text_count(v->cx->arena, n)
			 : arena_printf(v->cx->arena, "%s / %s", text_count(v->cx->arena, n),
					text_count(v->cx->arena, of));
	part_figure(&v->page, &f);
}

static void
write_figures(struct visit *v, const struct month *m)
{
	int64_t n = (int64_t)m->n;

	pages_figures_heading(v);
	part_figures_begin(&v->page);
	figure(v, "settlement.figure_confirmed", m->confirmed, n, TONE_PLAIN);
	figure(v, "settlement.figure_invoices", m->invoices, n, TONE_PLAIN);
	figure(v, "settlement.figure_open", m->open, -1, TONE_PLAIN);
	figure(v, "settlement.figure_approved", m->approved, n, TONE_PLAIN);
	part_figures_end(&v->page);
}

static void
write_row(struct visit *v, struct part_table *t, const struct row *r)
{
	const struct type *claim = types_get(v->cx->world->types, "claim");
	const struct type *invoice = types_get(v->cx->world->types, "invoice");
	struct page *p = &v->page;
	const char *href = r->has_invoice ? pages_compare_url(v->cx, r->number)
					  : pages_days_url(v->cx, r->number);
	const char *word = pages_state(v->cx, claim, r->state);

	if (text_equal(r->state, "compared") && r->prepared)
		word = msg(v->cx, "settlement.checked");
	part_row_begin(p, t, href, 0, NULL);
	part_cell_link(p, t, NULL, r->number);
	part_cell_text(p, t, r->provider);
	part_cell_text(p, t, r->service);
	part_cell_int(p, t, r->people);
	part_cell_money(p, t, r->total);
	part_cell_badge(p, t, pages_tone(claim, r->state), word);
	if (r->has_invoice) {
		part_cell_begin(p, t);
		html_text(p->h, arena_printf(v->cx->arena, "%s ", r->invoice));
		part_badge(p, pages_tone(invoice, r->invoice_state),
			   pages_state(v->cx, invoice, r->invoice_state));
		part_cell_end(p, t);
		part_cell_money(p, t, r->billed);
	} else {
		part_cell_text(p, t, NULL);
		part_cell_text(p, t, NULL);
	}
	part_cell_int(p, t, r->open);
	part_row_end(p, t);
}

static void
write_table(struct visit *v, const struct month *m)
{
	struct ctx *cx = v->cx;
	const struct part_column cols[] = {
		{ .label = msg(cx, "settlement.report") },
		{ .label = msg(cx, "settlement.provider") },
		{ .label = msg(cx, "settlement.service") },
		{ .label = msg(cx, "settlement.people"), .number = true },
		{ .label = msg(cx, "settlement.sum"), .number = true },
		{ .label = msg(cx, "settlement.state") },
		{ .label = msg(cx, "settlement.invoice") },
		{ .label = msg(cx, "settlement.billed"), .number = true },
		{ .label = msg(cx, "settlement.open_differences"), .number = true },
	};
	struct part_table t = { .caption = msgf(cx, "settlement.title", pages_month(cx, m->first)),
				.columns = cols,
				.n_columns = sizeof(cols) / sizeof(*cols),
				.keys = true };
	struct page *p = &v->page;

	part_table_begin(p, &t);
	for (size_t i = 0; i < m->n; i++)
		write_row(v, &t, &m->rows[i]);
	part_total_begin(p, &t);
	part_cell_text(p, &t, msg(cx, "settlement.together"));
	pages_empty_cells(p, &t, 3);
	part_cell_money(p, &t, m->total);
	pages_empty_cells(p, &t, 2);
	part_cell_money(p, &t, m->billed);
	part_cell_int(p, &t, m->open);
	part_total_end(p, &t);
	part_table_end(p, &t);
}

static bool
may_make(const struct visit *v)
{
	return v->cx->who.org == 0 && (visit_duty(v, "B3.3") || visit_duty(v, "D3.8"));
}

/* "3 made, 2 renewed, 5 left": told by the address the button led to. */
static void
write_made(struct visit *v)
{
	static const char *const NAMES[] = { "tehtud", "uuendatud", "jaetud" };
	int64_t n[3];

	for (int i = 0; i < 3; i++) {
		const char *s = http_query(v->x, NAMES[i]);

		if (s == NULL || !text_int(s, 0, 100000, &n[i]))
			return;
	}
	part_notice(&v->page, TONE_DONE, msg(v->cx, "settlement.made"),
		    msgf(v->cx, "settlement.made_what", text_from_int(v->cx->arena, n[0]),
			 text_from_int(v->cx->arena, n[1]), text_from_int(v->cx->arena, n[2])));
}

static enum err
write_month(struct visit *v, int32_t month)
{
	struct month m = { .first = month };
	const char *value = month_text(v->cx->arena, month);

	TRY(read_month(v, &m));
	v->page.wide = true;
	visit_page_begin(v, msgf(v->cx, "settlement.title", pages_month(v->cx, month)));
	if (v->error != OK)
		part_notice(&v->page, TONE_LATE, pages_error(v->cx), NULL);
	write_made(v);
	write_filter(v, month);
	if (m.n > 0)
		write_figures(v, &m);
	pages_buttons_begin(v);
	if (may_make(v))
		part_post_button(&v->page, "/kuu/koosta", "kuu", value,
				 msg(v->cx, m.n == 0 ? "settlement.make" : "settlement.renew"),
				 m.n == 0);
	part_button_link(&v->page, "/arve/uus/fail", msg(v->cx, "settlement.upload"), ICON_ADD,
			 false);
	if (pages_official(v))
		part_button_link(&v->page, "/maksekorraldused", msg(v->cx, "settlement.payments"),
				 ICON_NEXT, false);
	pages_buttons_end(v);
	if (m.n > 0)
		write_table(v, &m);
	else
		part_empty(
			&v->page, msg(v->cx, "settlement.empty"),
			msg(v->cx, may_make(v) ? "settlement.empty_make" : "settlement.empty_wait"),
			NULL, NULL);
	return visit_page_end(v);
}

enum err
month_page(struct visit *v)
{
	TRY(may_look(v));
	return write_month(v, chosen_month(v));
}

/* ---- making ---- */

enum err
month_make_post(struct visit *v)
{
	unsigned fields = (visit_duty(v, "B3.3") ? CLAIM_SHELTERED : 0u) |
			  (visit_duty(v, "D3.8") ? CLAIM_CHILD : 0u);
	struct claim_made made;
	int32_t month;

	TRY(may_look(v));
	if (!may_make(v))
		return fail(v->cx, ERR_DENIED, "err.settlement_denied");
	if (!month_parse(http_form(v->x, "kuu"), &month))
		return fail_field(v->cx, ERR_INVALID, "kuu", "err.settlement_month");
	TRY(claim_make_month(v->cx, month, fields, &made));
	return visit_go(v,
			arena_printf(v->cx->arena, "/kuu?kuu=%s&tehtud=%d&uuendatud=%d&jaetud=%d",
				     month_text(v->cx->arena, month), made.made, made.renewed,
				     made.left));
}

enum err
month_make_again(struct visit *v)
{
	return write_month(v, chosen_month(v));
}

/* ---- the home page ---- */

enum err
settlement_home(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "claim");
	int32_t month = civil_add_months(calendar_month_first(v->cx->today), -1);
	SCOPED(stmt) struct stmt *q = NULL;
	struct db_args a = whose(v, month);
	int64_t open = 0;
	bool row;

	if (!sql_may(v->cx, v->cx->world->types, t, RIGHT_SEE))
		return OK;
	TRY(db_query(v->cx, HOME, a, &q));
	TRY(stmt_step(v->cx, q, &row));
	if (pages_official(v))
		TRY(db_get_int(v->cx, HOME_OPEN, DB_ARGS(a.v[1], a.v[2]), &open));
	part_section_begin(&v->page, "arveldus",
			   msgf(v->cx, "settlement.title", pages_month(v->cx, month)));
	part_figures_begin(&v->page);
	figure(v, "settlement.home_unconfirmed", stmt_int(q, 1), stmt_int(q, 0), TONE_PLAIN);
	if (pages_official(v)) {
		figure(v, "settlement.home_to_check", stmt_int(q, 2), stmt_int(q, 0), TONE_PLAIN);
		figure(v, "settlement.figure_open", open, -1, TONE_PLAIN);
	}
	part_figures_end(&v->page);
	part_button_link(&v->page, "/kuu", msg(v->cx, "settlement.go"), ICON_NEXT, false);
	part_section_end(&v->page);
	return OK;
}
