/*
 * What a comparison found, as records: the invoice's lines with whom they belong to, and its
 * differences. Comparing again keeps what somebody has resolved, and closes what is gone.
 */
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "work/settlement/claim.h"
#include "work/settlement/compare_read.h"
#include "work/settlement/invoice.h"

static const char BILL_LINES[] = "SELECT sys_id FROM invoice_line WHERE invoice = ?1 AND "
				 "sys_deleted = 0 ORDER BY sys_id";
static const char DIFFERENCES[] =
	"SELECT sys_id, code, claim_line, invoice_line, sys_state, expected_cents, found_cents, "
	"expected_text, found_text FROM difference WHERE invoice = ?1 AND sys_deleted = 0 "
	"ORDER BY sys_id";
static const char OPEN_OF_INVOICE[] =
	"SELECT count(*) FROM difference WHERE invoice = ?1 AND blocking = 1 AND sys_state = "
	"'open' AND sys_deleted = 0";
static const char OPEN_OF_CLAIM[] =
	"SELECT count(*) FROM difference d JOIN invoice i ON i.sys_id = d.invoice WHERE "
	"d.claim = ?1 AND d.blocking = 1 AND d.sys_state = 'open' AND d.sys_deleted = 0 AND "
	"i.sys_state <> 'rejected' AND i.sys_deleted = 0";
static const char UNDECIDED[] =
	"SELECT sys_id FROM invoice WHERE claim = ?1 AND sys_state IN ('read', 'matched', "
	"'disputed') AND sys_deleted = 0 ORDER BY sys_id";
static const char ANY_LEFT[] =
	"SELECT count(*) FROM invoice WHERE claim = ?1 AND sys_state <> 'rejected' AND "
	"sys_deleted = 0";

/* An invoice being compared. */
struct comparing {
	struct ctx *cx;
	const struct record *invoice;
	struct record *claim;
	struct einvoice *inv;
	struct bill_ref *refs;
	struct report_facts facts;
	struct comparison found;
	int64_t *line; /* record of each invoice line */
};

/* ---- lists of ids ---- */

struct ids {
	int64_t *list;
	size_t n;
};

static enum err
read_ids(struct ctx *cx, const char *sql, int64_t of, struct ids *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ids ids = { NULL, 0 };
	bool row;

	TRY(db_query(cx, sql, DB_ARGS(db_int(of)), &q));
	for (;; ids.n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if ((ids.n & (ids.n - 1)) == 0) {
			int64_t *more = ARENA_ARRAY(cx->arena, ids.n * 2 + 1, int64_t);

			if (ids.n > 0)
				memcpy(more, ids.list, ids.n * sizeof(*more));
			ids.list = more;
		}
		ids.list[ids.n] = stmt_int(q, 0);
	}
	*ret = ids;
	return OK;
}

/* ---- the invoice's lines ---- */

/* Whose the line is, as far as this provider may know. */
static int64_t
person_of(const struct comparing *c, size_t i)
{
	const char *number = c->refs[i].person;

	if (c->found.match[i] >= 0)
		return c->facts.lines[c->found.match[i]].person;
	for (size_t k = 0; number != NULL && k < c->facts.nothers; k++)
		if (c->facts.others[k].served &&
		    strcmp(c->facts.others[k].person_number, number) == 0)
			return c->facts.others[k].person;
	return 0;
}

/* The line's text, at most 300 characters. */
static const char *
line_text(struct ctx *cx, const struct einvoice_line *l)
{
	const char *text = l->name != NULL ? l->name : l->description, *at = text;

	for (size_t n = 0; text != NULL && *at != '\0'; n++) {
		if (n == 300)
			return arena_strndup(cx->arena, text, (size_t)(at - text));
		(void)text_next(&at);
	}
	return text;
}

static void
give_short(struct change *ch, const char *field, const char *s, size_t max)
{
	if (s != NULL && text_length(s) <= max)
		change_text(ch, field, s);
}

static void
give_ref(struct change *ch, const char *field, int64_t id)
{
	if (id != 0)
		change_int(ch, field, id);
	else
		change_empty(ch, field);
}

static struct change *
line_change(const struct comparing *c, size_t i, bool is_new)
{
	const struct einvoice_line *l = &c->inv->lines[i];
	struct change *ch = change_new(c->cx, "invoice_line");
	int match = c->found.match[i];

	if (is_new) {
		change_int(ch, "invoice", c->invoice->id);
		change_text(ch, "line_no", text_from_int(c->cx->arena, (int64_t)i + 1));
		change_text(ch, "text", line_text(c->cx, l));
		give_short(ch, "stage", c->refs[i].stage, 10);
		give_short(ch, "code", c->refs[i].code, 10);
		change_int(ch, "quantity", l->quantity);
		change_int(ch, "price", l->price);
		change_int(ch, "net_cents", l->net);
	}
	give_ref(ch, "claim_line", match < 0 ? 0 : c->facts.lines[match].id);
	give_ref(ch, "person", person_of(c, i));
	return ch;
}

static enum err
write_bill_lines(struct comparing *c)
{
	struct ids there;

	TRY(read_ids(c->cx, BILL_LINES, c->invoice->id, &there));
	c->line = ARENA_ARRAY(c->cx->arena, c->inv->nlines + 1, int64_t);
	for (size_t i = 0; i < c->inv->nlines; i++) {
		struct change *ch = line_change(c, i, i >= there.n);

		if (i >= there.n) {
			TRY(record_create(c->cx, ch, &c->line[i]));
			continue;
		}
		c->line[i] = there.list[i];
		TRY(record_edit(c->cx, ch->type, c->line[i], 0, ch));
	}
	return OK;
}

/* ---- its differences ---- */

struct old_difference {
	int64_t id, claim_line, invoice_line;
	const char *code, *expected, *found;
	int64_t expected_cents, found_cents;
	bool open, again;
};

static enum err
read_differences(struct ctx *cx, int64_t invoice, struct old_difference **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct old_difference *list = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, DIFFERENCES, DB_ARGS(db_int(invoice)), &q));
	for (;; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if ((n & (n - 1)) == 0) {
			struct old_difference *more =
				ARENA_ARRAY(cx->arena, n * 2 + 1, struct old_difference);

			if (n > 0)
				memcpy(more, list, n * sizeof(*more));
			list = more;
		}
		list[n] = (struct old_difference){
			.id = stmt_int(q, 0),
			.code = stmt_copy(cx, q, 1),
			.claim_line = stmt_int(q, 2),
			.invoice_line = stmt_int(q, 3),
			.open = text_equal(stmt_text(q, 4), "open"),
			.expected_cents = stmt_int(q, 5),
			.found_cents = stmt_int(q, 6),
			.expected = stmt_copy(cx, q, 7),
			.found = stmt_copy(cx, q, 8),
		};
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

static struct change *
difference_change(const struct comparing *c, const struct found_difference *d, bool is_new)
{
	struct change *ch = change_new(c->cx, "difference");

	if (is_new) {
		change_int(ch, "claim", c->claim->id);
		change_int(ch, "invoice", c->invoice->id);
		if (d->report_line >= 0)
			change_int(ch, "claim_line", c->facts.lines[d->report_line].id);
		if (d->bill_line >= 0)
			change_int(ch, "invoice_line", c->line[d->bill_line]);
		change_text(ch, "code", reason_name(d->reason));
		change_int(ch, "blocking", reason_blocks(d->reason));
	}
	if (d->money) {
		change_int(ch, "expected_cents", d->expected_cents);
		change_int(ch, "found_cents", d->found_cents);
	}
	give_short(ch, "expected_text", d->expected, 120);
	give_short(ch, "found_text", d->found, 120);
	return ch;
}

static bool
same_figures(const struct old_difference *o, const struct found_difference *d)
{
	return text_equal(o->expected, d->expected) && text_equal(o->found, d->found) &&
	       (!d->money ||
		(o->expected_cents == d->expected_cents && o->found_cents == d->found_cents));
}

/* The record of what was found: one still open, or one resolved with the same figures. */
static struct old_difference *
same_difference(const struct comparing *c, const struct found_difference *d,
		struct old_difference *old, size_t n)
{
	int64_t report = d->report_line < 0 ? 0 : c->facts.lines[d->report_line].id;
	int64_t bill = d->bill_line < 0 ? 0 : c->line[d->bill_line];

	for (size_t i = 0; i < n; i++)
		if (!old[i].again && old[i].claim_line == report && old[i].invoice_line == bill &&
		    strcmp(old[i].code, reason_name(d->reason)) == 0 &&
		    (old[i].open || same_figures(&old[i], d)))
			return &old[i];
	return NULL;
}

static enum err
write_difference(struct comparing *c, const struct found_difference *d, struct old_difference *old,
		 size_t n)
{
	struct old_difference *o = same_difference(c, d, old, n);
	struct change *ch;
	int64_t id;

	if (o != NULL)
		o->again = true;
	if (o != NULL && !o->open)
		return OK;
	ch = difference_change(c, d, o == NULL);
	return o == NULL ? record_create(c->cx, ch, &id)
			 : record_edit(c->cx, ch->type, o->id, 0, ch);
}

static enum err
close_difference(struct ctx *cx, int64_t id, const char *why)
{
	struct change *ch = change_new(cx, "difference");

	change_text(ch, "explanation", why);
	return record_move(cx, ch->type, id, 0, "correct", ch);
}

static enum err
write_differences(struct comparing *c)
{
	struct old_difference *old;
	size_t n;

	if (c->found.n > MAX_DIFFERENCES)
		return fail(c->cx, ERR_INVALID, "err.settlement_differs", c->claim->number,
			    text_from_int(c->cx->arena, MAX_DIFFERENCES));
	TRY(read_differences(c->cx, c->invoice->id, &old, &n));
	for (size_t i = 0; i < c->found.n; i++)
		TRY(write_difference(c, &c->found.list[i], old, n));
	for (size_t i = 0; i < n; i++)
		if (old[i].open && !old[i].again)
			TRY(close_difference(c->cx, old[i].id, msg(c->cx, "settlement.gone")));
	return OK;
}

/* ---- what follows ---- */

enum err
difference_open(struct ctx *cx, int64_t claim, int64_t *ret)
{
	return db_get_int(cx, OPEN_OF_CLAIM, DB_ARGS(db_int(claim)), ret);
}

/* Bring the invoice's state up to its open differences. */
static enum err
set_invoice_state(struct ctx *cx, int64_t id)
{
	const struct type *t = types_get(cx->world->types, "invoice");
	struct record *invoice;
	int64_t open;

	TRY(record_get(cx, "invoice", id, &invoice));
	TRY(db_get_int(cx, OPEN_OF_INVOICE, DB_ARGS(db_int(id)), &open));
	if (open == 0 && (record_in(invoice, "read") || record_in(invoice, "disputed")))
		return record_move(cx, t, id, 0, "match", NULL);
	if (open > 0 && (record_in(invoice, "read") || record_in(invoice, "matched")))
		return record_move(cx, t, id, 0, "dispute", NULL);
	return OK;
}

static enum err
compare(struct ctx *cx, const struct record *invoice, struct comparing *c)
{
	struct einvoice_findings findings;

	c->cx = cx;
	c->invoice = invoice;
	TRY(record_get(cx, "claim", record_int(invoice, "claim"), &c->claim));
	TRY(invoice_reread(cx, invoice, &c->inv, &findings));
	c->refs = bill_refs(cx->arena, c->inv);
	TRY(compare_read(cx, c->claim, invoice->id, c->inv, c->refs, &c->facts));
	compare_invoice(cx, &c->facts, c->inv, c->refs, &findings, &c->found);
	return OK;
}

enum err
invoice_compare_after(struct ctx *cx, const struct record *rec)
{
	struct comparing c = { .cx = cx };
	struct change *ch = change_new(cx, "invoice");

	if (record_int(rec, "claim") == 0)
		return fail(cx, ERR_CONFLICT, "err.settlement_no_claim_yet", rec->number);
	TRY(compare(cx, rec, &c));
	TRY(write_bill_lines(&c));
	TRY(write_differences(&c));
	change_int(ch, "matched", (int64_t)c.found.matched);
	TRY(record_edit(cx, ch->type, rec->id, 0, ch));
	TRY(set_invoice_state(cx, rec->id));
	if (record_in(c.claim, "confirmed") || record_in(c.claim, "compared"))
		return record_move(cx, c.claim->type, c.claim->id, 0, "compare", NULL);
	return OK;
}

enum err
invoice_compare_all(struct ctx *cx, int64_t claim)
{
	const struct type *t = types_get(cx->world->types, "invoice");
	struct ids ids;

	TRY(read_ids(cx, UNDECIDED, claim, &ids));
	for (size_t i = 0; i < ids.n; i++)
		TRY(record_move(cx, t, ids.list[i], 0, "compare", NULL));
	return OK;
}

/* An invoice that came before the month was confirmed is compared now. */
enum err
claim_confirm_after(struct ctx *cx, const struct record *rec)
{
	return invoice_compare_all(cx, rec->id);
}

enum err
difference_resolved_after(struct ctx *cx, const struct record *rec)
{
	return set_invoice_state(cx, record_int(rec, "invoice"));
}

/* Nothing of a rejected invoice is left to resolve, and the report waits for another. */
enum err
invoice_reject_after(struct ctx *cx, const struct record *rec)
{
	int64_t claim = record_int(rec, "claim"), left;
	struct old_difference *old;
	struct record *c;
	size_t n;

	TRY(read_differences(cx, rec->id, &old, &n));
	for (size_t i = 0; i < n; i++)
		if (old[i].open)
			TRY(close_difference(cx, old[i].id, msg(cx, "settlement.rejected")));
	if (claim == 0)
		return OK;
	TRY(record_get(cx, "claim", claim, &c));
	TRY(db_get_int(cx, ANY_LEFT, DB_ARGS(db_int(claim)), &left));
	if (record_in(c, "compared") && left == 0)
		return record_move(cx, c->type, claim, 0, "reopen", NULL);
	return invoice_compare_all(cx, claim);
}
