/* Approving by two humans, paying, freezing, and correcting what is frozen. */
#include "work/settlement/payment.h"

#include <string.h>

#include "format/einvoice/einvoice.h"
#include "work/settlement/house_test.h"

static void
dearer(struct einvoice *inv)
{
	inv->lines[0].price += 100 * 10000;
}

/* A month up to the comparison with a dearer invoice; gives its open difference. */
static int64_t
disputed(struct test *t, struct house *h, int64_t *ret_claim)
{
	house_begin(t, h);
	(void)house_placement(h, h->stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	(void)house_placement(h, h->stage2, civil_day(2026, 2, 2), CIVIL_NONE);
	*ret_claim = house_made(h, APRIL);
	house_confirm(h, *ret_claim);
	(void)house_taken(h, *ret_claim, "A-1", dearer);
	return house_count(h,
			   "SELECT sys_id FROM difference WHERE claim = ?1 AND sys_state = 'open'",
			   *ret_claim);
}

static enum err
resolve(struct house *h, int64_t difference, const char *move, const char *why)
{
	struct change *ch = change_new(h->cx, "difference");

	change_text(ch, "explanation", why);
	return test_move(h->t, "difference", difference, move, ch);
}

TEST(claim_is_approved_by_two_humans_with_nothing_open)
{
	struct house h;
	int64_t claim, difference;

	difference = disputed(t, &h, &claim);
	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_ERR(ERR_CONFLICT, test_move(t, "claim", claim, "prepare", NULL));
	EXPECT_ERR(ERR_CONFLICT, test_move(t, "claim", claim, "approve", NULL));
	EXPECT_ERR(ERR_INVALID, resolve(&h, difference, "accept", NULL));
	EXPECT_OK(resolve(&h, difference, "reject", "Hind on lepingu lisas 3."));
	EXPECT_ERR(ERR_INVALID, test_move(t, "claim", claim, "approve", NULL)); /* not checked */
	EXPECT_OK(test_move(t, "claim", claim, "prepare", NULL));
	/* Not the same human, whatever other hat they wear. */
	(void)test_act(t, "Mari Koppel", "PM.1 B3.3 ALL.1");
	EXPECT_ERR(ERR_DENIED, test_move(t, "claim", claim, "approve", NULL));
	house_as_provider(&h);
	EXPECT_ERR(ERR_DENIED, test_move(t, "claim", claim, "approve", NULL));
	(void)test_act(t, "Jüri Juht", "PM.1 ALL.1");
	EXPECT_OK(test_move(t, "claim", claim, "approve", NULL));
	EXPECT_TEXT("ordered", record_state(test_record(t, "claim", claim)));
	EXPECT_ERR(ERR_CONFLICT, resolve(&h, difference, "accept", "ikka"));
}

TEST(claim_checked_once_is_checked_again_after_a_new_comparison)
{
	struct house h;
	struct change *ch;
	int64_t claim;

	(void)disputed(t, &h, &claim);
	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_OK(resolve(&h,
			  house_count(&h, "SELECT sys_id FROM difference WHERE claim = ?1", claim),
			  "accept", "Kokku lepitud."));
	EXPECT_OK(test_move(t, "claim", claim, "prepare", NULL));
	ch = change_new(h.cx, "claim");
	change_text(ch, "remark", "Palun vaadake 14. kuupäev üle.");
	EXPECT_OK(test_move(t, "claim", claim, "return", ch));
	house_confirm(&h, claim);
	(void)test_act(t, "Jüri Juht", "PM.1 ALL.1");
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	EXPECT_ERR(ERR_INVALID, test_move(t, "claim", claim, "approve", NULL));
	/* The difference accepted before stands: nothing about it has changed. */
	EXPECT_INT(0, house_count(&h, OPEN, claim));
}

/* Approve what disputed() left, its difference resolved by `move`. */
static int64_t
approved(struct test *t, struct house *h, const char *move, int64_t *ret_claim)
{
	int64_t difference = disputed(t, h, ret_claim);

	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_OK(resolve(h, difference, move, "Põhjendus."));
	EXPECT_OK(test_move(t, "claim", *ret_claim, "prepare", NULL));
	(void)test_act(t, "Jüri Juht", "PM.1 ALL.1");
	EXPECT_OK(test_move(t, "claim", *ret_claim, "approve", NULL));
	return house_count(h, "SELECT sys_id FROM payment_order WHERE claim = ?1", *ret_claim);
}

static void
one_day_less(struct einvoice *inv)
{
	inv->lines[0].quantity -= EINVOICE_SCALE;
}

TEST(claim_approved_leaves_nothing_open)
{
	struct house h;
	int64_t claim;

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	(void)house_taken(&h, claim, "A-1", one_day_less);
	EXPECT_INT(1, house_count(&h, OPEN, claim)); /* in our favour: it blocks nothing */
	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_OK(test_move(t, "claim", claim, "prepare", NULL));
	(void)test_act(t, "Jüri Juht", "PM.1 ALL.1");
	EXPECT_OK(test_move(t, "claim", claim, "approve", NULL));
	EXPECT_INT(0, house_count(&h, OPEN, claim));
	EXPECT_INT(20 * 2200,
		   house_count(&h, "SELECT cents FROM payment_order WHERE claim = ?1", claim));
}

TEST(payment_is_the_invoice_or_what_the_report_says)
{
	static const struct {
		int64_t invoiced, reported;
		bool holds;
		int64_t paid;
	} CASES[] = { { 100, 90, false, 100 }, { 100, 90, true, 90 }, { 80, 90, true, 80 },
		      { 80, 90, false, 80 },   { -5, 90, false, -5 }, { 0, 0, true, 0 } };
	struct house h;
	struct record *order;
	int64_t claim;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
		EXPECT_INT(CASES[i].paid,
			   payment_cents(CASES[i].invoiced, CASES[i].reported, CASES[i].holds));
	order = test_record(t, "payment_order", approved(t, &h, "accept", &claim));
	EXPECT_INT(21 * 2300 + 21 * 2050, record_int(order, "cents"));
	EXPECT_TEXT(PROVIDER_IBAN, record_text(order, "iban"));
	EXPECT_TEXT("1234567897", record_text(order, "reference"));
	order = test_record(t, "payment_order", approved(t, &h, "reject", &claim));
	EXPECT_INT(21 * 2200 + 21 * 2050, record_int(order, "cents"));
	EXPECT_TEXT("approved",
		    record_state(test_record(t, "invoice", record_int(order, "invoice"))));
}

/* Takes one day of the first line back. */
static void
credit_of_a_day(struct einvoice *inv)
{
	static struct einvoice_ref corrected = { .number = "A-1", .date = CIVIL_NONE };

	inv->credit = true;
	inv->type_code = "381";
	inv->preceding = &corrected;
	inv->npreceding = 1;
	inv->nlines = 1;
	inv->lines[0].quantity = EINVOICE_SCALE;
}

static void
credit_of_nothing_known(struct einvoice *inv)
{
	static struct einvoice_ref corrected = { .number = "X-404", .date = CIVIL_NONE };

	credit_of_a_day(inv);
	inv->preceding = &corrected;
}

TEST(credit_note_knows_its_invoice_and_is_set_off)
{
	struct house h;
	struct record *note, *order;
	int64_t claim, invoice, other;

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	invoice = house_taken(&h, claim, "A-1", NULL);
	note = test_record(t, "invoice", house_taken(&h, claim, "K-1", credit_of_a_day));
	EXPECT_TEXT("credit", record_text(note, "kind"));
	EXPECT_INT(invoice, record_int(note, "corrects"));
	EXPECT_TEXT("A-1", record_text(note, "corrects_text"));
	/* One that names an invoice we do not have says so, and is taken in all the same. */
	other = house_taken(&h, claim, "K-2", credit_of_nothing_known);
	EXPECT_INT(0, record_int(test_record(t, "invoice", other), "corrects"));
	EXPECT_TEXT("X-404", record_text(test_record(t, "invoice", other), "corrects_text"));
	EXPECT_INT(0, record_int(test_record(t, "invoice", invoice), "corrects"));
	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_OK(test_move(t, "claim", claim, "prepare", NULL));
	(void)test_act(t, "Jüri Juht", "PM.1 ALL.1");
	EXPECT_OK(test_move(t, "claim", claim, "approve", NULL));
	order = test_record(
		t, "payment_order",
		house_count(&h, "SELECT sys_id FROM payment_order WHERE claim = ?1", claim));
	EXPECT_INT(21 * 2200 - 2 * 2200, record_int(order, "cents"));
}

struct exported {
	int64_t order;
	const char *file;
};

static enum err
export_one(struct ctx *cx, void *arg)
{
	struct exported *x = arg;
	const char *file;

	TRY(payment_export(cx, &x->order, 1, &file));
	x->file = file;
	return OK;
}

TEST(payment_files_freeze_the_month)
{
	struct house h;
	struct exported x;
	struct payment_order order;
	struct change *ch;
	int64_t claim, line;
	SCOPED_BUF out;

	buf_init(&out, MAX_UPLOAD);
	x.order = approved(t, &h, "accept", &claim);
	line = house_count(&h, "SELECT min(sys_id) FROM claim_line WHERE claim = ?1", claim);
	(void)test_act(t, "Keegi", "ALL.1");
	EXPECT_ERR(ERR_NOTFOUND, test_write(t, export_one, &x));
	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_OK(test_write(t, export_one, &x));
	EXPECT_TEXT("HOOL-20260525-1", x.file);
	EXPECT_TEXT("exported", record_state(test_record(t, "payment_order", x.order)));
	EXPECT_TEXT("frozen", record_state(test_record(t, "claim", claim)));
	EXPECT_OK(payment_file(h.cx, x.file, &order));
	EXPECT_INT(1, order.n);
	EXPECT_INT(h.cx->today, order.on);
	EXPECT_TEXT(BOARD_IBAN, order.debtor_iban);
	EXPECT_OK(payment_write_xml(h.cx, &order, &out));
	EXPECT(strstr(out.bytes, "<InstdAmt Ccy=\"EUR\">913.50</InstdAmt>") != NULL);
	EXPECT_ERR(ERR_CONFLICT, test_write(t, export_one, &x)); /* not twice */
	/* Nothing of the month changes, not even for the program, not even past the records. */
	test_act_system(t);
	ch = change_new(h.cx, "claim_line");
	change_text(ch, "note", "x");
	REFUSED(ERR_CONFLICT, "guard.claim_line.frozen", test_edit(t, "claim_line", line, 0, ch));
	ch = change_new(h.cx, "claim");
	change_text(ch, "remark", "x");
	EXPECT_ERR(ERR_CONFLICT, test_edit(t, "claim", claim, 0, ch));
	ch = change_new(h.cx, "claim_line");
	change_int(ch, "claim", claim);
	change_int(ch, "person", test_person(t, "Uus", "Inimene", "1991-01-01"));
	REFUSED(ERR_CONFLICT, "guard.claim_line.frozen", test_try_create(t, ch, &line));
}

TEST(payment_needs_an_account_and_a_payer)
{
	struct house h;
	struct exported x;
	struct change *ch;
	int64_t claim, difference;

	difference = disputed(t, &h, &claim);
	test_act_system(t);
	ch = change_new(h.cx, "organisation");
	change_empty(ch, "iban");
	EXPECT_OK(test_edit(t, "organisation", h.provider, 0, ch));
	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_OK(resolve(&h, difference, "accept", "ok"));
	EXPECT_OK(test_move(t, "claim", claim, "prepare", NULL));
	(void)test_act(t, "Jüri Juht", "PM.1 ALL.1");
	REFUSED(ERR_CONFLICT, "err.settlement_no_iban",
		test_move(t, "claim", claim, "approve", NULL));
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	x.order = approved(t, &h, "accept", &claim);
	test_act_system(t);
	ch = change_new(h.cx, "organisation");
	change_empty(ch, "iban");
	EXPECT_OK(test_edit(t, "organisation", h.board, 0, ch));
	REFUSED(ERR_CONFLICT, "err.settlement_no_board", test_write(t, export_one, &x));
	EXPECT_TEXT("made", record_state(test_record(t, "payment_order", x.order)));
}

/* ---- corrections ---- */

TEST(claim_corrects_a_frozen_month_in_the_next)
{
	struct house h;
	struct exported x;
	struct change *ch;
	struct record *fix;
	int64_t april, may, first;

	x.order = approved(t, &h, "accept", &april);
	EXPECT_OK(test_write(t, export_one, &x));
	first = house_count(&h, "SELECT min(sys_id) FROM placement WHERE service = ?1", h.service);
	test_act_system(t);
	/* It ended on the 17th of April after all, and the other stage's price was raised. */
	ch = change_new(h.cx, "placement");
	change_int(ch, "ends", civil_day(2026, 4, 17));
	EXPECT_OK(test_edit(t, "placement", first, 0, ch));
	(void)house_price(&h, h.stage2, 2100, civil_day(2026, 4, 1), civil_day(2026, 5, 20));
	may = house_made(&h, civil_day(2026, 5, 1));
	EXPECT_INT(3, house_count(&h, LINES, may)); /* one still on service, two corrections */
	EXPECT_INT(20 * 2100 - 9 * 2200 + 21 * 50, house_total(&h, may));
	fix = test_record(
		t, "claim_line",
		house_count(&h,
			    "SELECT sys_id FROM claim_line WHERE claim = ?1 AND month IS NOT NULL "
			    "ORDER BY sys_id",
			    may));
	EXPECT_INT(-900, record_int(fix, "quantity"));
	EXPECT_INT(-9 * 2200, record_int(fix, "sum_cents"));
	EXPECT_INT(APRIL, record_date(fix, "month"));
	EXPECT_INT(house_line_of(&h, april, first)->id, record_int(fix, "difference_of"));
	EXPECT_TEXT("2026-04: 21 · 462,00\xC2\xA0€ → 12 · 264,00\xC2\xA0€",
		    record_text(fix, "note"));
	EXPECT_INT(21 * 2200 + 21 * 2050, house_total(&h, april));
	/* Made again, nothing doubles. */
	EXPECT_INT(may, house_made(&h, civil_day(2026, 5, 1)));
	EXPECT_INT(3, house_count(&h, LINES, may));
	EXPECT_INT(20 * 2100 - 9 * 2200 + 21 * 50, house_total(&h, may));
	/* The correction falls away if the change does. */
	ch = change_new(h.cx, "placement");
	change_empty(ch, "ends");
	EXPECT_OK(test_edit(t, "placement", first, 0, ch));
	EXPECT_INT(may, house_made(&h, civil_day(2026, 5, 1)));
	EXPECT_INT(20 * 2200 + 20 * 2100 + 21 * 50, house_total(&h, may));
}
