/*
 * The way of a month through the database: made, confirmed, billed, compared, approved by two
 * humans, paid, frozen, corrected; and what each of them refuses.
 */
#include "work/settlement/settlement.h"

#include <string.h>
#include <time.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "core/test_world.h"
#include "format/einvoice.h"
#include "work/settlement/bill.h"
#include "work/settlement/claim.h"
#include "work/settlement/invoice.h"
#include "work/settlement/payment.h"

#define MARCH civil_day(2026, 3, 1)
#define APRIL civil_day(2026, 4, 1)
#define PROVIDER_IBAN "EE382200221020145685"
#define BOARD_IBAN "EE471000001020145685"

/* What every test begins with: one provider with a contract for a service in two stages. */
struct house {
	struct test *t;
	struct ctx *cx;
	int64_t board, provider, other, service, stage1, stage2, contract, site, price1, price2;
	int people;
};

/* Refused, and with these words. */
#define REFUSED(want, with, call)                     \
	do {                                          \
		EXPECT_INT((want), (call));           \
		EXPECT_TEXT((with), t->cx.error.key); \
		ctx_forgive(&t->cx);                  \
	} while (0)

/* ---- making it ---- */

static int64_t
organisation(struct house *h, const char *kind, const char *name, const char *code,
	     const char *iban)
{
	struct change *ch = change_new(h->cx, "organisation");

	change_text(ch, "kind", kind);
	change_text(ch, "name", name);
	change_text(ch, "code", code);
	change_text(ch, "iban", iban);
	return test_create(h->t, ch);
}

static int64_t
service(struct house *h, const char *code, const char *unit)
{
	struct change *ch = change_new(h->cx, "service");

	change_text(ch, "code", code);
	change_text(ch, "name", "Kaitstud töötamine");
	change_int(ch, "valid_from", civil_day(2020, 1, 1));
	change_text(ch, "starts_by", "application");
	change_text(ch, "decision_rule", "PKT-DECISION");
	change_text(ch, "unit", unit);
	change_text(ch, "vat", "exempt");
	change_text(ch, "duty", "B3.1");
	return test_create(h->t, ch);
}

static int64_t
stage(struct house *h, const char *code, int ordinal)
{
	struct change *ch = change_new(h->cx, "stage");

	change_int(ch, "service", h->service);
	change_text(ch, "code", code);
	change_text(ch, "name", arena_printf(h->cx->arena, "%s etapp", code));
	change_int(ch, "ordinal", ordinal);
	change_int(ch, "valid_from", civil_day(2020, 1, 1));
	return test_create(h->t, ch);
}

static int64_t
price(struct house *h, int64_t stage_id, int64_t cents, int32_t from, int32_t known)
{
	struct change *ch = change_new(h->cx, "price");

	change_int(ch, "contract", h->contract);
	change_int(ch, "service", h->service);
	change_int(ch, "stage", stage_id);
	change_text(ch, "unit", "day");
	change_int(ch, "cents", cents);
	change_int(ch, "valid_from", from);
	change_int(ch, "known_from", known);
	return test_create(h->t, ch);
}

static int64_t
contract(struct house *h, const char *number, int64_t provider)
{
	struct change *ch = change_new(h->cx, "contract");
	struct test *t = h->t;
	int64_t id;

	change_text(ch, "number_text", number);
	change_int(ch, "provider", provider);
	change_int(ch, "service", h->service);
	change_int(ch, "valid_from", civil_day(2026, 1, 1));
	change_int(ch, "valid_to", civil_day(2026, 12, 31));
	change_int(ch, "max_places", 20);
	id = test_create(h->t, ch);
	ch = change_new(h->cx, "contract");
	change_int(ch, "signed_on", civil_day(2025, 12, 20));
	EXPECT_OK(test_move(h->t, "contract", id, "sign", ch));
	return id;
}

static void
begin(struct test *t, struct house *h)
{
	struct change *ch;

	*h = (struct house){ .t = t, .cx = test_world(t) };
	test_hooks(t, SETTLEMENT_WORK.hooks);
	h->board = organisation(h, "board", "Sotsiaalkindlustusamet", "70001975", BOARD_IBAN);
	h->provider = organisation(h, "provider", "Pihlakobar OÜ", "12345678", PROVIDER_IBAN);
	h->other = organisation(h, "provider", "Teine OÜ", "10000018", NULL);
	h->service = service(h, "PKT", "day");
	h->stage1 = stage(h, "I", 1);
	h->stage2 = stage(h, "II", 2);
	h->contract = contract(h, "L-1", h->provider);
	h->price1 = price(h, h->stage1, 2200, civil_day(2026, 1, 1), civil_day(2025, 12, 20));
	h->price2 = price(h, h->stage2, 2050, civil_day(2026, 1, 1), civil_day(2025, 12, 20));
	ch = change_new(h->cx, "site");
	change_int(ch, "provider", h->provider);
	change_text(ch, "name", "Töökoda");
	h->site = test_create(t, ch);
}

/* Somebody on the service in one stage. */
static int64_t
placement(struct house *h, int64_t stage_id, int32_t from, int32_t to)
{
	static const char *const NAMES[] = { "Mari", "Jüri", "Liis", "Toomas", "Õie", "Žanna" };
	struct change *ch = change_new(h->cx, "placement");
	int n = h->people++;

	change_int(ch, "person",
		   test_person(h->t, NAMES[n % 6], arena_printf(h->cx->arena, "Katse%d", n),
			       "1990-01-01"));
	change_int(ch, "service", h->service);
	change_int(ch, "provider", h->provider);
	change_int(ch, "site", h->site);
	change_int(ch, "contract", h->contract);
	change_int(ch, "stage", stage_id);
	change_int(ch, "starts", from);
	if (to != CIVIL_NONE)
		change_int(ch, "ends", to);
	return test_create(h->t, ch);
}

struct make {
	int32_t month;
	struct claim_made made;
};

static enum err
make_month(struct ctx *cx, void *arg)
{
	struct make *m = arg;

	return claim_make_month(cx, m->month, CLAIM_SHELTERED, &m->made);
}

static int64_t
made(struct house *h, int32_t month)
{
	struct make m = { .month = month };
	struct test *t = h->t;
	int64_t id = 0;

	EXPECT_OK(test_write(t, make_month, &m));
	EXPECT_OK(db_get_int(h->cx, "SELECT sys_id FROM claim WHERE contract = ?1 AND month = ?2",
			     DB_ARGS(db_int(h->contract), db_date(month)), &id));
	return id;
}

static int64_t
count(struct house *h, const char *sql, int64_t id)
{
	struct test *t = h->t;
	int64_t n = 0;

	EXPECT_OK(db_get_int(h->cx, sql, DB_ARGS(db_int(id)), &n));
	return n;
}

#define LINES "SELECT count(*) FROM claim_line WHERE claim = ?1 AND sys_deleted = 0"
#define OPEN "SELECT count(*) FROM difference WHERE claim = ?1 AND sys_state = 'open'"

static int64_t
total(struct house *h, int64_t claim)
{
	return record_int(test_record(h->t, "claim", claim), "total_cents");
}

/* The line of a placement. */
static struct record *
line_of(struct house *h, int64_t claim, int64_t placement_id)
{
	struct test *t = h->t;
	int64_t id = 0;

	EXPECT_OK(db_get_int(h->cx,
			     "SELECT sys_id FROM claim_line WHERE claim = ?1 AND placement = ?2 "
			     "AND sys_deleted = 0 ORDER BY sys_id",
			     DB_ARGS(db_int(claim), db_int(placement_id)), &id));
	return test_record(t, "claim_line", id);
}

static void
say(struct house *h, int64_t line, const char *days)
{
	struct test *t = h->t;
	struct change *ch = change_new(h->cx, "claim_line");

	test_act_system(t);
	change_text(ch, "proposed", days);
	EXPECT_OK(test_edit(t, "claim_line", line, 0, ch));
}

static void
as_provider(struct house *h)
{
	(void)test_act_outside(h->t, "Osutaja Esindaja", "TO.1 TO.2", h->provider);
}

static void
confirm(struct house *h, int64_t claim)
{
	struct test *t = h->t;

	as_provider(h);
	EXPECT_OK(test_move(t, "claim", claim, "confirm", NULL));
}

/* ---- an invoice ---- */

typedef void spoil_fn(struct einvoice *inv);

/* The invoice of a report as its provider would send it, spoiled on the way. */
static struct invoice_file
invoice_for(struct house *h, int64_t claim, const char *number, spoil_fn *spoil)
{
	struct test *t = h->t;
	struct ctx *cx = h->cx;
	struct invoice_file f = { .name = "arve.xml", .media = "application/xml" };
	struct einvoice *inv;
	SCOPED_BUF b;

	buf_init(&b, MAX_UPLOAD);
	EXPECT_OK(bill_of(cx, test_record(t, "claim", claim), &inv));
	inv->number = number;
	inv->payment_reference = "1234567897";
	if (spoil != NULL)
		spoil(inv);
	EXPECT_OK(einvoice_sum(cx, inv));
	EXPECT_OK(einvoice_write(cx, inv, &b));
	f.bytes = arena_strndup(cx->arena, b.bytes, b.len);
	f.len = b.len;
	return f;
}

static enum err
take(struct house *h, struct invoice_file *f)
{
	struct ctx *cx = h->cx;

	TRY(invoice_parse(cx, f));
	return test_write(h->t, invoice_take, f);
}

static int64_t
taken(struct house *h, int64_t claim, const char *number, spoil_fn *spoil)
{
	struct test *t = h->t;
	struct invoice_file f = invoice_for(h, claim, number, spoil);

	EXPECT_OK(take(h, &f));
	return f.invoice;
}

static void
dearer(struct einvoice *inv)
{
	inv->lines[0].price += 100 * 10000;
}

static void
fewer(struct einvoice *inv)
{
	inv->lines[0].quantity -= EINVOICE_SCALE;
}

/* ---- the month ---- */

TEST(claim_is_made_from_placements)
{
	struct house h;
	struct record *claim, *line;
	int64_t id, first;

	begin(t, &h);
	first = placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	(void)placement(&h, h.stage2, civil_day(2026, 4, 20), CIVIL_NONE);
	(void)placement(&h, h.stage2, civil_day(2026, 5, 4), CIVIL_NONE);
	id = made(&h, APRIL);
	claim = test_record(t, "claim", id);
	EXPECT_TEXT("L-1/2026-04", claim->number);
	EXPECT_TEXT("open", record_state(claim));
	EXPECT_INT(h.provider, record_int(claim, "provider"));
	EXPECT_INT(civil_day(2026, 5, 11), claim->due); /* the 10th is a Sunday */
	EXPECT_INT(2, count(&h, LINES, id));
	EXPECT_INT(21 * 2200 + 9 * 2050, total(&h, id));
	line = line_of(&h, id, first);
	EXPECT_TEXT("TT---TTTTT--TTTTT--TTTTT--TTTT", record_text(line, "days"));
	EXPECT_INT(2100, record_int(line, "quantity"));
	EXPECT_INT(h.price1, record_int(line, "price"));
	EXPECT_INT(record_int(line, "person"), line->about);
}

TEST(claim_is_renewed_while_it_is_open)
{
	struct house h;
	struct change *ch;
	int64_t id, first, second, line;

	begin(t, &h);
	first = placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	second = placement(&h, h.stage2, civil_day(2026, 2, 2), CIVIL_NONE);
	id = made(&h, APRIL);
	line = line_of(&h, id, first)->id;
	say(&h, line, "TT---THPTT--TTTTT--TTTTT--TTTT");
	/* One ends, another begins: the report follows, and keeps what the provider wrote. */
	ch = change_new(h.cx, "placement");
	change_int(ch, "ends", civil_day(2026, 3, 31));
	EXPECT_OK(test_edit(t, "placement", second, 0, ch));
	(void)placement(&h, h.stage2, civil_day(2026, 4, 30), CIVIL_NONE);
	EXPECT_INT(id, made(&h, APRIL));
	EXPECT_INT(2, count(&h, LINES, id));
	EXPECT_INT(line, line_of(&h, id, first)->id);
	EXPECT_TEXT("TT---THPTT--TTTTT--TTTTT--TTTT",
		    record_text(line_of(&h, id, first), "proposed"));
	EXPECT_INT(20 * 2200 + 2050, total(&h, id));
	/* The line was made and written on once: being renewed changed nothing of it. */
	EXPECT_INT(2, test_record(t, "claim_line", line)->version);
}

TEST(claim_left_alone_once_confirmed)
{
	struct house h;
	struct make m = { .month = APRIL };
	int64_t id;

	begin(t, &h);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	id = made(&h, APRIL);
	confirm(&h, id);
	test_act_system(t);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	EXPECT_OK(test_write(t, make_month, &m));
	EXPECT_INT(0, m.made.made);
	EXPECT_INT(0, m.made.renewed);
	EXPECT_INT(1, m.made.left);
	EXPECT_INT(1, count(&h, LINES, id));
	m.month = APRIL + 1;
	EXPECT_ERR(ERR_INVALID, test_write(t, make_month, &m));
	m.month = civil_day(2026, 6, 1);
	EXPECT_ERR(ERR_INVALID, test_write(t, make_month, &m));
}

TEST(claim_is_confirmed_by_its_provider_alone)
{
	struct house h;
	struct record *seen;
	int64_t april, may;

	begin(t, &h);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	april = made(&h, APRIL);
	may = made(&h, civil_day(2026, 5, 1));
	(void)test_act_outside(t, "Võõras", "TO.1 TO.2", h.other);
	EXPECT_ERR(ERR_NOTFOUND, test_move(t, "claim", april, "confirm", NULL));
	EXPECT_ERR(ERR_NOTFOUND, record_load(h.cx, types_get(h.cx->world->types, "claim"), april,
					     RIGHT_SEE, &seen));
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	EXPECT_ERR(ERR_DENIED, test_move(t, "claim", april, "confirm", NULL));
	as_provider(&h);
	EXPECT_ERR(ERR_INVALID, test_move(t, "claim", may, "confirm", NULL)); /* goes on */
	EXPECT_ERR(ERR_DENIED, test_edit(t, "claim", april, 0, change_new(h.cx, "claim")));
	EXPECT_OK(test_move(t, "claim", april, "confirm", NULL));
	EXPECT_TEXT("confirmed", record_state(test_record(t, "claim", april)));
	EXPECT_ERR(ERR_CONFLICT, test_move(t, "claim", april, "confirm", NULL));
	EXPECT_ERR(ERR_DENIED, test_move(t, "claim", april, "return", NULL));
}

TEST(claim_counts_what_the_provider_confirms)
{
	struct house h;
	struct record *line;
	int64_t id, first;

	begin(t, &h);
	first = placement(&h, h.stage1, civil_day(2026, 4, 13), CIVIL_NONE);
	id = made(&h, APRIL);
	line = line_of(&h, id, first);
	EXPECT_TEXT("..---.....--TTTTT--TTTTT--TTTT", record_text(line, "days"));
	/* An absence, one with a reason, and a day before the placement that is only proposed. */
	say(&h, line->id, "..---....T--HPTTT--TTTTT--TTTT");
	EXPECT_INT(13 * 2200, total(&h, id) - 2200); /* not counted into the total yet */
	confirm(&h, id);
	line = line_of(&h, id, first);
	EXPECT_TEXT("..---.....--HPTTT--TTTTT--TTTT", record_text(line, "days"));
	EXPECT_TEXT("..---....T--HPTTT--TTTTT--TTTT", record_text(line, "proposed"));
	EXPECT_INT(13 * 2200, total(&h, id));
	EXPECT_INT(1300, record_int(line, "quantity"));
}

struct proposal {
	struct record *line;
};

static enum err
take_proposal(struct ctx *cx, void *arg)
{
	return claim_take_proposal(cx, ((struct proposal *)arg)->line);
}

TEST(claim_takes_over_a_proposal)
{
	struct house h;
	struct proposal p;
	int64_t id, first;

	begin(t, &h);
	first = placement(&h, h.stage1, civil_day(2026, 4, 13), CIVIL_NONE);
	id = made(&h, APRIL);
	say(&h, line_of(&h, id, first)->id, "..---....T--TTTTT--TTTTT--TTTT");
	confirm(&h, id);
	p.line = line_of(&h, id, first);
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	EXPECT_OK(test_write(t, take_proposal, &p));
	EXPECT_INT(15 * 2200, total(&h, id));
	p.line = line_of(&h, id, first);
	EXPECT(record_text(p.line, "proposed") == NULL);
	EXPECT_ERR(ERR_CONFLICT, test_write(t, take_proposal, &p));
}

TEST(claim_refuses_days_that_are_none)
{
	struct house h;
	struct change *ch;
	int64_t id, first, line, again;

	begin(t, &h);
	first = placement(&h, h.stage1, civil_day(2026, 4, 13), CIVIL_NONE);
	id = made(&h, APRIL);
	line = line_of(&h, id, first)->id;
	test_act_system(t);
	ch = change_new(h.cx, "claim_line");
	change_text(ch, "proposed", "TT");
	EXPECT_ERR(ERR_INVALID, test_edit(t, "claim_line", line, 0, ch));
	ch = change_new(h.cx, "claim_line");
	change_text(ch, "days", "XX---.....--TTTTT--TTTTT--TTTT");
	EXPECT_ERR(ERR_INVALID, test_edit(t, "claim_line", line, 0, ch));
	ch = change_new(h.cx, "claim");
	change_int(ch, "contract", h.contract);
	change_int(ch, "month", APRIL);
	EXPECT_ERR(ERR_CONFLICT, test_try_create(t, ch, &again)); /* there is one */
	ch = change_new(h.cx, "claim");
	change_int(ch, "contract", h.contract);
	change_int(ch, "month", APRIL + 3);
	EXPECT_ERR(ERR_INVALID, test_try_create(t, ch, &again));
	ch = change_new(h.cx, "claim");
	change_int(ch, "contract", h.contract);
	change_int(ch, "month", civil_day(2027, 1, 1)); /* the contract has ended */
	EXPECT_ERR(ERR_INVALID, test_try_create(t, ch, &again));
}

/* ---- invoices ---- */

TEST(invoice_that_agrees_is_matched)
{
	struct house h;
	int64_t claim, invoice;

	begin(t, &h);
	for (int i = 0; i < 4; i++)
		(void)placement(&h, i % 2 == 0 ? h.stage1 : h.stage2, civil_day(2026, 2, 2),
				CIVIL_NONE);
	claim = made(&h, APRIL);
	confirm(&h, claim);
	invoice = taken(&h, claim, "A-1", NULL);
	test_act_system(t);
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", invoice)));
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	EXPECT_INT(0, count(&h, "SELECT count(*) FROM difference WHERE claim = ?1", claim));
	EXPECT_INT(4, record_int(test_record(t, "invoice", invoice), "matched"));
	EXPECT_INT(4,
		   count(&h,
			 "SELECT count(*) FROM invoice_line WHERE invoice = ?1 AND claim_line IS "
			 "NOT NULL AND person IS NOT NULL",
			 invoice));
	EXPECT_INT(total(&h, claim), record_int(test_record(t, "invoice", invoice), "total_cents"));
}

TEST(invoice_before_the_confirmation_waits_for_it)
{
	struct house h;
	int64_t claim, invoice;

	begin(t, &h);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = made(&h, APRIL);
	as_provider(&h);
	invoice = taken(&h, claim, "A-1", NULL);
	test_act_system(t);
	EXPECT_TEXT("disputed", record_state(test_record(t, "invoice", invoice)));
	EXPECT_TEXT("open", record_state(test_record(t, "claim", claim)));
	EXPECT_INT(1, count(&h,
			    "SELECT count(*) FROM difference WHERE claim = ?1 AND code = "
			    "'not_confirmed' AND blocking = 1",
			    claim));
	confirm(&h, claim);
	test_act_system(t);
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", invoice)));
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	EXPECT_INT(0, count(&h, OPEN, claim));
	EXPECT_INT(1, count(&h,
			    "SELECT count(*) FROM difference WHERE claim = ?1 AND sys_state = "
			    "'corrected'",
			    claim));
}

TEST(invoice_refused_changes_nothing)
{
	static const char DOCTYPE[] = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x \"y\">]>\n"
				      "<Invoice>&x;</Invoice>";
	struct house h;
	struct invoice_file f = { .name = "halb.xml",
				  .bytes = DOCTYPE,
				  .len = sizeof(DOCTYPE) - 1 };
	int64_t claim;

	begin(t, &h);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = made(&h, APRIL);
	confirm(&h, claim);
	EXPECT_INT(ERR_INVALID, take(&h, &f));
	EXPECT_TEXT("halb.xml", h.cx->error.file);
	EXPECT_INT(2, h.cx->error.line);
	ctx_forgive(h.cx);
	/* Another provider's, sent by this one, and sent by a stranger. */
	f = invoice_for(&h, claim, "A-1", NULL);
	(void)test_act_outside(t, "Võõras", "TO.1 TO.2", h.other);
	EXPECT_ERR(ERR_DENIED, take(&h, &f));
	(void)test_act(t, "Keegi", "ALL.1");
	EXPECT_ERR(ERR_DENIED, take(&h, &f));
	EXPECT_INT(0, count(&h, "SELECT count(*) FROM invoice WHERE ?1 <> 0", 1));
	EXPECT_INT(0, count(&h, "SELECT count(*) FROM sys_attachment WHERE ?1 <> 0", 1));
	EXPECT_TEXT("confirmed", record_state(test_record(t, "claim", claim)));
}

static void
unknown_seller(struct einvoice *inv)
{
	inv->seller.reg_code = "10000027";
}

static void
other_month(struct einvoice *inv)
{
	inv->contract = "X";
	inv->period_from = civil_day(2025, 3, 1);
	inv->period_to = civil_day(2025, 3, 31);
}

TEST(invoice_finds_its_provider_and_report)
{
	struct house h;
	struct invoice_file f;
	int64_t claim, march;

	begin(t, &h);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	march = made(&h, MARCH);
	claim = made(&h, APRIL);
	confirm(&h, march);
	confirm(&h, claim);
	f = invoice_for(&h, claim, "A-1", unknown_seller);
	EXPECT_ERR(ERR_NOTFOUND, take(&h, &f));
	f = invoice_for(&h, claim, "A-1", other_month);
	EXPECT_ERR(ERR_NOTFOUND, take(&h, &f));
	f.claim = claim; /* chosen by hand: then it is said as differences */
	EXPECT_OK(take(&h, &f));
	EXPECT_INT(1,
		   count(&h, "SELECT count(*) FROM difference WHERE claim = ?1 AND code = 'period'",
			 claim));
	EXPECT_INT(1,
		   count(&h,
			 "SELECT count(*) FROM difference WHERE claim = ?1 AND code = 'contract'",
			 claim));
	/* By itself, the one of the month. */
	f = invoice_for(&h, march, "A-2", NULL);
	EXPECT_OK(take(&h, &f));
	EXPECT_INT(march, record_int(test_record(t, "invoice", f.invoice), "claim"));
}

TEST(invoice_is_taken_once_and_a_rejected_one_again)
{
	struct house h;
	struct change *ch;
	struct invoice_file f;
	int64_t claim, first, second;

	begin(t, &h);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = made(&h, APRIL);
	confirm(&h, claim);
	first = taken(&h, claim, "A-1", dearer);
	f = invoice_for(&h, claim, "A-1", NULL);
	EXPECT_ERR(ERR_CONFLICT, take(&h, &f));
	/* Another number for the same month is said to be a second invoice. */
	second = taken(&h, claim, "A-2", NULL);
	test_act_system(t);
	EXPECT_INT(1, count(&h,
			    "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
			    "'duplicate_invoice' AND found_text = 'A-1'",
			    second));
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	EXPECT_ERR(ERR_INVALID, test_move(t, "invoice", first, "reject", NULL));
	ch = change_new(h.cx, "invoice");
	change_text(ch, "reason", "Vale hind");
	EXPECT_OK(test_move(t, "invoice", first, "reject", ch));
	test_act_system(t);
	EXPECT_INT(0, count(&h, OPEN, claim)); /* with it went what was wrong about both */
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", second)));
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	/* The second falls away too: the report waits again, and the number may come again. */
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	ch = change_new(h.cx, "invoice");
	change_text(ch, "reason", "Esitati topelt");
	EXPECT_OK(test_move(t, "invoice", second, "reject", ch));
	EXPECT_TEXT("confirmed", record_state(test_record(t, "claim", claim)));
	f = invoice_for(&h, claim, "A-1", NULL);
	EXPECT_OK(take(&h, &f));
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", f.invoice)));
	EXPECT(test_record(t, "invoice", first)->deleted);
}

TEST(invoice_is_never_typed_in)
{
	struct house h;
	struct change *ch;
	int64_t id;

	begin(t, &h);
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	ch = change_new(h.cx, "invoice");
	change_int(ch, "provider", h.provider);
	change_text(ch, "invoice_number", "A-1");
	change_int(ch, "issued_on", h.cx->today);
	change_int(ch, "net_cents", 1);
	change_int(ch, "tax_cents", 0);
	change_int(ch, "total_cents", 1);
	EXPECT_ERR(ERR_INVALID, test_try_create(t, ch, &id));
}

/* Whoever is not with the provider is not named to them. */
static void
strange(struct einvoice *inv)
{
	for (size_t i = 0; i < inv->lines[0].nprops; i++)
		if (strcmp(inv->lines[0].props[i].name, "Isik") == 0)
			inv->lines[0].props[i].value = "I-1";
		else
			inv->lines[0].props[i].value = "";
}

TEST(invoice_names_nobody_the_provider_does_not_serve)
{
	struct house h;
	int64_t claim, invoice, stranger;

	begin(t, &h);
	stranger = test_person(t, "Võõras", "Inimene", "1980-05-05");
	EXPECT_TEXT("I-1", test_record(t, "person", stranger)->number);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = made(&h, APRIL);
	confirm(&h, claim);
	invoice = taken(&h, claim, "A-1", strange);
	EXPECT_INT(0, count(&h, "SELECT count(*) FROM invoice_line WHERE person = ?1", stranger));
	EXPECT_INT(1, count(&h,
			    "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
			    "'no_placement' AND found_text = 'I-1'",
			    invoice));
	EXPECT_INT(1, count(&h,
			    "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
			    "'missing_line' AND blocking = 0",
			    invoice));
}

/* ---- what is known about people ---- */

TEST(invoice_meets_barred_services_and_ended_rights)
{
	struct house h;
	struct change *ch;
	int64_t claim, first, second, invoice, tt, person;

	begin(t, &h);
	first = placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	second = placement(&h, h.stage2, civil_day(2026, 2, 2), CIVIL_NONE);
	person = record_int(test_record(t, "placement", first), "person");
	/* Another service of theirs, which turns out to be barred only afterwards. */
	tt = service(&h, "TT", "month");
	ch = change_new(h.cx, "placement");
	change_int(ch, "person", person);
	change_int(ch, "service", tt);
	change_int(ch, "provider", h.provider);
	change_int(ch, "site", h.site);
	change_int(ch, "starts", civil_day(2026, 4, 16));
	(void)test_create(t, ch);
	ch = change_new(h.cx, "service_bar");
	change_int(ch, "service", tt);
	change_int(ch, "other", h.service);
	change_int(ch, "valid_from", civil_day(2026, 1, 1));
	(void)test_create(t, ch);
	ch = change_new(h.cx, "person");
	change_int(ch, "died", civil_day(2026, 4, 9));
	EXPECT_OK(test_edit(t, "person", record_int(test_record(t, "placement", second), "person"),
			    0, ch));
	claim = made(&h, APRIL);
	confirm(&h, claim);
	invoice = taken(&h, claim, "A-1", NULL);
	test_act_system(t);
	EXPECT_INT(1, count(&h,
			    "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
			    "'barred_overlap' AND found_text = 'TT 2026-04-16'",
			    invoice));
	EXPECT_INT(1, count(&h,
			    "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
			    "'not_eligible' AND expected_text = '2026-04-09'",
			    invoice));
	EXPECT_INT(2, count(&h, OPEN, claim));
	/* What concerns a person's other services is not the provider's to know. */
	as_provider(&h);
	{
		struct record *seen;
		int64_t id = count(&h,
				   "SELECT sys_id FROM difference WHERE invoice = ?1 AND code = "
				   "'barred_overlap'",
				   invoice);

		EXPECT_ERR(ERR_NOTFOUND,
			   record_load(h.cx, types_get(h.cx->world->types, "difference"), id,
				       RIGHT_SEE, &seen));
	}
}

/* ---- approving and paying ---- */

/* A month up to the comparison with a dearer invoice; gives its open difference. */
static int64_t
disputed(struct test *t, struct house *h, int64_t *ret_claim)
{
	begin(t, h);
	(void)placement(h, h->stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	(void)placement(h, h->stage2, civil_day(2026, 2, 2), CIVIL_NONE);
	*ret_claim = made(h, APRIL);
	confirm(h, *ret_claim);
	(void)taken(h, *ret_claim, "A-1", dearer);
	return count(h, "SELECT sys_id FROM difference WHERE claim = ?1 AND sys_state = 'open'",
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
	as_provider(&h);
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
	EXPECT_OK(resolve(&h, count(&h, "SELECT sys_id FROM difference WHERE claim = ?1", claim),
			  "accept", "Kokku lepitud."));
	EXPECT_OK(test_move(t, "claim", claim, "prepare", NULL));
	ch = change_new(h.cx, "claim");
	change_text(ch, "remark", "Palun vaadake 14. kuupäev üle.");
	EXPECT_OK(test_move(t, "claim", claim, "return", ch));
	confirm(&h, claim);
	(void)test_act(t, "Jüri Juht", "PM.1 ALL.1");
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	EXPECT_ERR(ERR_INVALID, test_move(t, "claim", claim, "approve", NULL));
	/* The difference accepted before stands: nothing about it has changed. */
	EXPECT_INT(0, count(&h, OPEN, claim));
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
	return count(h, "SELECT sys_id FROM payment_order WHERE claim = ?1", *ret_claim);
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
	line = count(&h, "SELECT min(sys_id) FROM claim_line WHERE claim = ?1", claim);
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
	first = count(&h, "SELECT min(sys_id) FROM placement WHERE service = ?1", h.service);
	test_act_system(t);
	/* It ended on the 17th of April after all, and the other stage's price was raised. */
	ch = change_new(h.cx, "placement");
	change_int(ch, "ends", civil_day(2026, 4, 17));
	EXPECT_OK(test_edit(t, "placement", first, 0, ch));
	(void)price(&h, h.stage2, 2100, civil_day(2026, 4, 1), civil_day(2026, 5, 20));
	may = made(&h, civil_day(2026, 5, 1));
	EXPECT_INT(3, count(&h, LINES, may)); /* one still on service, two corrections */
	EXPECT_INT(20 * 2100 - 9 * 2200 + 21 * 50, total(&h, may));
	fix = test_record(
		t, "claim_line",
		count(&h,
		      "SELECT sys_id FROM claim_line WHERE claim = ?1 AND month IS NOT NULL "
		      "ORDER BY sys_id",
		      may));
	EXPECT_INT(-900, record_int(fix, "quantity"));
	EXPECT_INT(-9 * 2200, record_int(fix, "sum_cents"));
	EXPECT_INT(APRIL, record_date(fix, "month"));
	EXPECT_INT(line_of(&h, april, first)->id, record_int(fix, "difference_of"));
	EXPECT_TEXT("2026-04: 21 · 462,00\xC2\xA0€ → 12 · 264,00\xC2\xA0€",
		    record_text(fix, "note"));
	EXPECT_INT(21 * 2200 + 21 * 2050, total(&h, april));
	/* Made again, nothing doubles. */
	EXPECT_INT(may, made(&h, civil_day(2026, 5, 1)));
	EXPECT_INT(3, count(&h, LINES, may));
	EXPECT_INT(20 * 2100 - 9 * 2200 + 21 * 50, total(&h, may));
	/* The correction falls away if the change does. */
	ch = change_new(h.cx, "placement");
	change_empty(ch, "ends");
	EXPECT_OK(test_edit(t, "placement", first, 0, ch));
	EXPECT_INT(may, made(&h, civil_day(2026, 5, 1)));
	EXPECT_INT(20 * 2200 + 20 * 2100 + 21 * 50, total(&h, may));
}

/* ---- the practice way, and size ---- */

TEST(claim_bill_attaches_an_invoice_that_agrees)
{
	struct house h;
	struct einvoice *inv;
	const char *name, *media;
	const void *bytes;
	size_t len;
	int64_t claim;

	begin(t, &h);
	(void)placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = made(&h, APRIL);
	confirm(&h, claim);
	EXPECT_ERR(ERR_DENIED, test_move(t, "claim", claim, "bill", NULL));
	test_act_system(t);
	EXPECT_OK(test_move(t, "claim", claim, "bill", NULL));
	EXPECT_OK(attachment_read(
		h.cx, count(&h, "SELECT id FROM sys_attachment WHERE record = ?1", claim), &name,
		&media, &bytes, &len));
	EXPECT_TEXT("arve-2026-04.xml", name);
	EXPECT_OK(einvoice_read(h.cx, name, bytes, len, &inv));
	EXPECT_INT(total(&h, claim), inv->totals.payable);
	EXPECT_TEXT("L-1", inv->contract);
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum err
place_many(struct ctx *cx, void *arg)
{
	struct house *h = arg;

	for (int i = 0; i < 500; i++) {
		struct change *ch = change_new(cx, "person");
		int64_t person, id;

		change_text(ch, "first_name", "Katse");
		change_text(ch, "last_name", arena_printf(cx->arena, "Isik%d", i));
		change_int(ch, "birth_date", civil_day(1980, 1, 1) + i);
		change_text(ch, "country", "XX");
		change_text(ch, "document", arena_printf(cx->arena, "D%d", i));
		TRY(record_create(cx, ch, &person));
		ch = change_new(cx, "placement");
		change_int(ch, "person", person);
		change_int(ch, "service", h->service);
		change_int(ch, "provider", h->provider);
		change_int(ch, "site", h->site);
		change_int(ch, "contract", h->contract);
		change_int(ch, "stage", i % 2 == 0 ? h->stage1 : h->stage2);
		change_int(ch, "starts", civil_day(2026, 1, 5) + i % 60);
		TRY(record_create(cx, ch, &id));
	}
	return OK;
}

TEST(claim_of_500_people_is_made_and_compared_within_a_second_each)
{
	struct house h;
	int64_t claim, start;

	begin(t, &h);
	EXPECT_OK(test_write(t, place_many, &h));
	start = milliseconds();
	claim = made(&h, APRIL);
	start = milliseconds() - start;
	print_message("500 people: made in %lld ms\n", (long long)start);
	EXPECT(start < 1000);
	EXPECT_INT(500, count(&h, LINES, claim));
	EXPECT_INT(250 * 21 * (2200 + 2050), total(&h, claim));
	confirm(&h, claim);
	start = milliseconds();
	(void)taken(&h, claim, "A-1", fewer);
	start = milliseconds() - start;
	print_message("500 lines: billed and compared in %lld ms\n", (long long)start);
	EXPECT(start < 2000);
	test_act_system(t);
	EXPECT_INT(2, count(&h, OPEN, claim)); /* under_days, over_places */
}
