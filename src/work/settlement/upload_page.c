/* Sending an e-invoice in, and the sample a provider may start from. */
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "work/settlement/bill.h"
#include "work/settlement/invoice.h"
#include "work/settlement/pages_int.h"

#define CLAIMS 60 /* to choose from */

/* ?1, ?2: sheltered work, children; ?3: a provider's own. */
static const char OPEN_CLAIMS[] =
	"SELECT c.sys_id, c.sys_number, o.name FROM claim c JOIN organisation o ON o.sys_id = "
	"c.provider JOIN service s ON s.sys_id = c.service WHERE c.sys_deleted = 0 AND "
	"c.sys_state IN ('open', 'returned', 'confirmed', 'compared') AND "
	"((?1 = 1 AND coalesce(s.duty, 'B3.1') = 'B3.1') OR (?2 = 1 AND s.duty = 'D3.1') OR "
	"c.provider = ?3) ORDER BY c.month DESC, o.name_sort, c.sys_id LIMIT 60";

/* ---- the form ---- */

static enum err
read_choices(struct visit *v, struct part_field *f)
{
	const char *chosen = http_form(v->x, "kuuaruanne");
	struct part_choice *c = ARENA_ARRAY(v->cx->arena, CLAIMS + 1, struct part_choice);
	SCOPED(stmt) struct stmt *q = NULL;
	bool inside = v->cx->who.org == 0, row;

	if (chosen == NULL)
		chosen = http_query(v->x, "kuuaruanne");
	c[f->n_choices++] = (struct part_choice){ .value = "",
						  .label = msg(v->cx, "settlement.by_itself"),
						  .chosen = chosen == NULL || *chosen == '\0' };
	TRY(db_query(v->cx, OPEN_CLAIMS,
		     DB_ARGS(db_bool(inside && (visit_duty(v, "B3.3") || visit_duty(v, "PM.1"))),
			     db_bool(inside && visit_duty(v, "D3.8")),
			     db_int(visit_duty(v, "TO.2") ? v->cx->who.org : 0)),
		     &q));
	while (f->n_choices <= CLAIMS) {
		struct part_choice *x = &c[f->n_choices];

		TRY(stmt_step(v->cx, q, &row));
		if (!row)
			break;
		x->value = text_from_int(v->cx->arena, stmt_int(q, 0));
		x->label = arena_printf(v->cx->arena, "%s \xC2\xB7 %s", stmt_text(q, 1),
					stmt_text(q, 2));
		x->chosen = text_equal(chosen, x->value);
		f->n_choices++;
	}
	f->choices = c;
	return OK;
}

static void
write_findings(struct visit *v, const struct einvoice_findings *found)
{
	const struct part_column cols[] = {
		{ .label = msg(v->cx, "settlement.rule") },
		{ .label = msg(v->cx, "settlement.fault") },
		{ .label = msg(v->cx, "settlement.file_line"), .number = true },
	};
	struct part_table t = { .caption = msg(v->cx, "settlement.faults"),
				.show_caption = true,
				.columns = cols,
				.n_columns = 3 };

	if (found->fatal == 0)
		return;
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < found->n; i++) {
		const struct einvoice_finding *f = &found->list[i];

		if (!f->fatal)
			continue;
		part_row_begin(&v->page, &t, NULL, 0, NULL);
		part_cell_text(&v->page, &t, f->rule);
		part_cell_text(&v->page, &t, einvoice_finding_text(v->cx, f));
		if (f->row > 0)
			part_cell_int(&v->page, &t, f->row);
		else
			part_cell_text(&v->page, &t, NULL);
		part_row_end(&v->page, &t);
	}
	part_table_end(&v->page, &t);
}

static enum err
write_upload(struct visit *v, const struct einvoice_findings *found)
{
	struct part_field fields[] = {
		{ .kind = ASK_FILE,
		  .name = "fail",
		  .label = msg(v->cx, "settlement.file"),
		  .help = msg(v->cx, "settlement.file_help"),
		  .accept = ".xml" },
		{ .kind = ASK_CHOICE,
		  .name = "kuuaruanne",
		  .label = msg(v->cx, "settlement.for_report"),
		  .help = msg(v->cx, "settlement.for_report_help"),
		  .optional = true },
	};
	struct part_button send = { .label = msg(v->cx, "settlement.send") };
	bool of_file = v->error != OK && text_equal(v->cx->error.field, "fail");

	TRY(read_choices(v, &fields[1]));
	if (of_file)
		fields[0].error = pages_error(v->cx);
	visit_page_begin(v, msg(v->cx, "settlement.upload_title"));
	part_error_summary(&v->page, fields, 2);
	if (v->error != OK && !of_file)
		part_notice(&v->page, TONE_LATE, msg(v->cx, "settlement.not_taken"),
			    v->cx->error.line > 0 ? msg_error(v->cx) : pages_error(v->cx));
	if (found != NULL)
		write_findings(v, found);
	part_form_begin(&v->page, &(struct part_form){ .id = "arve",
						       .action = "/arve/uus/fail",
						       .key = visit_key(v),
						       .files = true });
	part_field(&v->page, &fields[0]);
	part_field(&v->page, &fields[1]);
	part_buttons(&v->page, &send, 1, "/kuu", msg(v->cx, "settlement.back"));
	part_form_end(&v->page);
	return visit_page_end(v);
}

static enum err
may_send(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "invoice");

	v->cx->purpose = visit_purpose(v, t);
	if (!sql_may(v->cx, v->cx->world->types, t, RIGHT_CREATE))
		return fail(v->cx, ERR_DENIED, "err.denied_create", msg(v->cx, t->label_key));
	return OK;
}

/* Invoices are not typed in. */
enum err
upload_redirect(struct visit *v)
{
	return visit_go(v, "/arve/uus/fail");
}

enum err
upload_page(struct visit *v)
{
	TRY(may_send(v));
	return write_upload(v, NULL);
}

/* ---- taking it in ---- */

/* The file of the form, parsed: on the pool, away from the write lane. */
static enum err
read_file(struct visit *v, struct invoice_file *f)
{
	const struct http_file *sent = http_file(v->x, "fail");
	const char *claim = http_form(v->x, "kuuaruanne");

	if (sent == NULL || sent->len == 0)
		return fail_field(v->cx, ERR_INVALID, "fail", "err.file_none");
	*f = (struct invoice_file){ .name = sent->filename,
				    .media = "application/xml",
				    .bytes = sent->bytes,
				    .len = sent->len };
	if (claim != NULL && *claim != '\0' && !text_int(claim, 1, INT64_MAX, &f->claim))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	return invoice_parse(v->cx, f);
}

enum err
upload_post(struct visit *v)
{
	struct invoice_file f;
	struct record *invoice, *claim;

	TRY(may_send(v));
	TRY(read_file(v, &f));
	TRY(db_run(v->cx, v->site->db, "invoice", invoice_take, &f));
	TRY(record_get(v->cx, "invoice", f.invoice, &invoice));
	TRY(record_get(v->cx, "claim", record_int(invoice, "claim"), &claim));
	return visit_go(v, arena_printf(v->cx->arena, "%s?arve=%s",
					pages_compare_url(v->cx, claim->number), invoice->number));
}

/* The form again, with all that is wrong in the file. */
enum err
upload_again(struct visit *v)
{
	const struct error cause = v->cx->error;
	struct invoice_file f = { .name = NULL };
	bool parsed;

	ctx_forgive(v->cx);
	parsed = read_file(v, &f) == OK || f.findings.n > 0;
	ctx_forgive(v->cx);
	v->cx->error = cause;
	return write_upload(v, parsed ? &f.findings : NULL);
}

/* ---- the sample ---- */

enum err
sample_page(struct visit *v)
{
	struct record *claim;
	struct einvoice *inv;

	TRY(pages_claim(v, v->part[0], &claim));
	TRY(bill_of(v->cx, claim, &inv));
	TRY(http_attachment(
		v->x, arena_printf(v->cx->arena, "arve-%s.xml", record_text(claim, "month_text")),
		"application/xml"));
	return einvoice_write(v->cx, inv, &v->x->out);
}
