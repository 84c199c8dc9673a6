/*
 * Comparing invoices with reports: a clean invoice gives nothing, and each thing seeded into one
 * gives exactly its reason. The invoices go through our own writer and reader on the way.
 */
#include "work/settlement/compare.h"

#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/test.h"
#include "base/text.h"
#include "work/settlement/bill.h"
#include "work/settlement/days.h"

#define APRIL civil_day(2026, 4, 1)

static const struct bill_parties PARTIES = { .number = "A-17",
					     .provider = "Pihlakobar OÜ",
					     .provider_code = "12345678",
					     .board = "Sotsiaalkindlustusamet",
					     .service = "Kaitstud töötamine",
					     .exempt = "KMS § 16" };

/* A report and an invoice made from it; a seed spoils one or the other. */
struct pair {
	struct test *t;
	struct report_facts f;
	struct report_line *lines;
	struct einvoice *inv;
};

/* ---- a report ---- */

static struct report_line
line(struct test *t, int n, const char *stage, int days, int64_t price)
{
	char *letters = arena_strdup(t->arena, days_blank(t->arena, APRIL));
	struct report_line l = { .id = 1000 + n,
				 .person = 500 + n,
				 .number = arena_printf(t->arena, "KR-%d", n),
				 .person_number = arena_printf(t->arena, "I-%d", 8 + n),
				 .stage = stage,
				 .unit = "day",
				 .days = letters,
				 .price_cents = price,
				 .priced = true,
				 .month = CIVIL_NONE,
				 .barred_on = CIVIL_NONE,
				 .eligible_to = CIVIL_NONE,
				 .stage_to = CIVIL_NONE,
				 .ceiling_cents = -1 };

	for (int d = 0, k = 0; letters[d] != '\0' && k < days; d++)
		if (letters[d] == '.') {
			letters[d] = 'T';
			k++;
		}
	l.quantity = (int64_t)days * 100;
	l.sum_cents = days * price;
	return l;
}

/* Four people in two stages; I-9 to I-12. */
static void
make(struct test *t, struct pair *p)
{
	*p = (struct pair){ .t = t };
	p->lines = ARENA_ARRAY(t->arena, 8, struct report_line);
	p->lines[0] = line(t, 1, "I", 20, 2200);
	p->lines[1] = line(t, 2, "II", 15, 2050);
	p->lines[2] = line(t, 3, "II", 21, 2050);
	p->lines[3] = line(t, 4, "I", 3, 2200);
	p->f = (struct report_facts){ .contract = "2-9/53898-1",
				      .month = APRIL,
				      .confirmed = true,
				      .buyer_code = "70001975",
				      .seller_iban = "EE382200221020145685",
				      .vat_exempt = true,
				      .max_places = 10,
				      .max_cents = 10000000,
				      .lines = p->lines,
				      .nlines = 4 };
	EXPECT_OK(bill_make(&t->cx, &p->f, &PARTIES, &p->inv));
}

/* Through a file and back: what a provider would send. */
static struct einvoice *
send(struct test *t, const struct einvoice *inv, struct einvoice_findings *findings)
{
	struct einvoice *back;
	SCOPED_BUF b;

	buf_init(&b, MAX_UPLOAD);
	EXPECT_OK(einvoice_write(&t->cx, inv, &b));
	EXPECT_OK(buf_check(&t->cx, &b));
	EXPECT_OK(einvoice_read(&t->cx, "arve.xml", arena_strndup(t->arena, b.bytes, b.len), b.len,
				&back));
	einvoice_check(&t->cx, back, findings);
	return back;
}

static struct comparison
compared(struct test *t, struct pair *p)
{
	struct einvoice_findings findings;
	struct comparison c;
	struct einvoice *inv = send(t, p->inv, &findings);

	compare_invoice(&t->cx, &p->f, inv, bill_refs(t->arena, inv), &findings, &c);
	return c;
}

/* The reasons found, in order, as "price sum". */
static const char *
reasons(struct test *t, const struct comparison *c)
{
	const char *all = "";

	for (size_t i = 0; i < c->n; i++)
		all = arena_printf(t->arena, "%s%s%s", all, *all == '\0' ? "" : " ",
				   reason_name(c->list[i].reason));
	return all;
}

static void
sum_again(struct pair *p)
{
	struct test *t = p->t;

	EXPECT_OK(einvoice_sum(&t->cx, p->inv));
}

static void
set_prop(struct einvoice_line *l, const char *name, const char *value)
{
	for (size_t i = 0; i < l->nprops; i++)
		if (strcmp(l->props[i].name, name) == 0)
			l->props[i].value = value;
}

/* A line without the properties and texts that say whose it is. */
static void
anonymous(struct einvoice_line *l)
{
	l->nprops = 0;
	l->name = "Kaitstud töötamine";
}

/* ---- seeds: each spoils one thing ---- */

static void
seed_person_unknown(struct pair *p)
{
	anonymous(&p->inv->lines[3]);
	p->inv->lines[3].name = "I-999 Mari";
	p->f.nlines = 3; /* and nobody of the report is left unbilled */
}

static void
seed_no_name(struct pair *p)
{
	anonymous(&p->inv->lines[3]);
	p->f.nlines = 3;
}

static void
seed_other(struct pair *p, bool served)
{
	struct report_other *o = ARENA_NEW(p->t->arena, struct report_other);

	*o = (struct report_other){ "I-77", 77, served };
	anonymous(&p->inv->lines[3]);
	p->inv->lines[3].description = "aprill, isik I-77, 3 päeva";
	p->f.nlines = 3;
	p->f.others = o;
	p->f.nothers = 1;
}

static void
seed_no_placement(struct pair *p)
{
	seed_other(p, false);
}

static void
seed_outside_person(struct pair *p)
{
	seed_other(p, true);
}

static void
seed_outside_line(struct pair *p)
{
	p->inv->lines[1].period_from = civil_day(2026, 3, 1);
	p->inv->lines[1].period_to = civil_day(2026, 3, 31);
}

static void
seed_over_days(struct pair *p)
{
	p->inv->lines[1].quantity += 2 * EINVOICE_SCALE;
	sum_again(p);
}

static void
seed_under_days(struct pair *p)
{
	p->inv->lines[1].quantity -= 5 * EINVOICE_SCALE;
	sum_again(p);
}

static void
seed_price(struct pair *p)
{
	p->inv->lines[0].price += 50 * 10000;
	sum_again(p);
}

static void
seed_price_fraction(struct pair *p)
{
	p->inv->lines[0].price += 1; /* a millionth: the sum stays, the price is another */
}

static void
seed_no_price(struct pair *p)
{
	p->lines[0].priced = false;
	p->lines[0].price_cents = 0;
	p->lines[0].sum_cents = 44000;
}

static void
seed_sum(struct pair *p)
{
	static struct einvoice_adjust charge = { .charge = true, .amount = 100, .reason = "lisa" };

	p->inv->lines[2].adjusts = &charge;
	p->inv->lines[2].nadjusts = 1;
	sum_again(p);
}

static void
seed_stage(struct pair *p)
{
	set_prop(&p->inv->lines[1], "Etapp", "I");
}

static void
seed_stage_by_text(struct pair *p)
{
	anonymous(&p->inv->lines[1]);
	p->inv->lines[1].name = "I-10, I etapp, aprill";
}

static void
seed_stage_too_long(struct pair *p)
{
	p->lines[0].stage_to = civil_day(2026, 4, 10);
}

static void
seed_duplicate_line(struct pair *p)
{
	p->inv->lines[4] = p->inv->lines[1];
	p->inv->lines[4].id = "5";
	p->inv->nlines = 5;
	sum_again(p);
}

static void
seed_duplicate_invoice(struct pair *p)
{
	p->f.other_invoice = "A-16";
}

static void
seed_not_confirmed(struct pair *p)
{
	p->f.confirmed = false;
}

static void
seed_barred(struct pair *p)
{
	p->lines[2].barred = "TT";
	p->lines[2].barred_on = civil_day(2026, 4, 14);
}

static void
seed_not_eligible(struct pair *p)
{
	p->lines[2].eligible_to = civil_day(2026, 4, 15);
}

static void
seed_over_places(struct pair *p)
{
	p->f.max_places = 3;
}

static void
seed_over_contract(struct pair *p)
{
	p->f.used_cents = p->f.max_cents - 100000;
}

static void
seed_over_person(struct pair *p)
{
	p->lines[0].ceiling_cents = 43999;
}

static void
seed_holiday(struct pair *p)
{
	p->inv->lines[0].quantity = 22 * EINVOICE_SCALE; /* April has 21 working days */
	sum_again(p);
}

/* A day's line on Good Friday, the third. */
static void
seed_holiday_day(struct pair *p)
{
	p->lines[3] = line(p->t, 4, "I", 0, 2200);
	p->inv->lines[3].quantity = EINVOICE_SCALE;
	p->inv->lines[3].period_from = p->inv->lines[3].period_to = civil_day(2026, 4, 3);
	sum_again(p);
}

static void
seed_contract(struct pair *p)
{
	p->inv->contract = "2-9/53898-2";
}

/* Every line taxed: read as a mistake of the whole invoice. */
static void
seed_vat(struct pair *p)
{
	for (size_t i = 0; i < p->inv->nlines; i++) {
		p->inv->lines[i].tax_category = "S";
		p->inv->lines[i].tax_rate = 2400;
	}
	p->inv->seller.vat = "EE100931558";
	sum_again(p);
}

static void
seed_vat_rate(struct pair *p)
{
	p->f.vat_exempt = false;
	p->f.vat_rate = 24;
	seed_vat(p);
	for (size_t i = 0; i < p->inv->nlines; i++)
		p->inv->lines[i].tax_rate = 2200;
	sum_again(p);
}

static void
seed_iban(struct pair *p)
{
	p->inv->ibans[0] = "EE471000001020145685";
}

static void
seed_reference(struct pair *p)
{
	p->inv->payment_reference = "1234567890"; /* its check digit is 7 */
}

static void
seed_total(struct pair *p)
{
	p->inv->totals.payable += 1000;
}

static void
seed_line_total(struct pair *p)
{
	p->inv->totals.line_net += 1000;
	p->inv->totals.without_tax += 1000;
	p->inv->totals.with_tax += 1000;
	p->inv->totals.payable += 1000;
}

static void
seed_missing_line(struct pair *p)
{
	p->inv->nlines = 3;
	sum_again(p);
}

static void
seed_period(struct pair *p)
{
	p->inv->period_from = civil_day(2026, 3, 1);
	p->inv->period_to = civil_day(2026, 3, 31);
}

static void
seed_wrong_buyer(struct pair *p)
{
	p->inv->buyer.reg_code = "12345678";
}

static void
seed_licence(struct pair *p)
{
	p->f.unlicensed = true;
	p->f.unlicensed_on = APRIL + 2;
}

static const struct {
	void (*spoil)(struct pair *);
	enum reason reason;
} SEEDS[] = {
	{ seed_person_unknown, REASON_PERSON_UNKNOWN },
	{ seed_no_name, REASON_PERSON_UNKNOWN },
	{ seed_no_placement, REASON_NO_PLACEMENT },
	{ seed_outside_person, REASON_OUTSIDE_PERIOD },
	{ seed_outside_line, REASON_OUTSIDE_PERIOD },
	{ seed_over_days, REASON_OVER_DAYS },
	{ seed_under_days, REASON_UNDER_DAYS },
	{ seed_price, REASON_PRICE },
	{ seed_price_fraction, REASON_PRICE },
	{ seed_no_price, REASON_PRICE },
	{ seed_sum, REASON_SUM },
	{ seed_stage, REASON_STAGE },
	{ seed_stage_by_text, REASON_STAGE },
	{ seed_stage_too_long, REASON_STAGE },
	{ seed_duplicate_line, REASON_DUPLICATE_LINE },
	{ seed_duplicate_invoice, REASON_DUPLICATE_INVOICE },
	{ seed_not_confirmed, REASON_NOT_CONFIRMED },
	{ seed_barred, REASON_BARRED_OVERLAP },
	{ seed_not_eligible, REASON_NOT_ELIGIBLE },
	{ seed_over_places, REASON_OVER_PLACES },
	{ seed_over_contract, REASON_OVER_CEILING },
	{ seed_over_person, REASON_OVER_CEILING },
	{ seed_holiday, REASON_HOLIDAY },
	{ seed_holiday_day, REASON_HOLIDAY },
	{ seed_contract, REASON_CONTRACT },
	{ seed_vat, REASON_VAT },
	{ seed_vat_rate, REASON_VAT },
	{ seed_iban, REASON_IBAN },
	{ seed_reference, REASON_REFERENCE },
	{ seed_total, REASON_TOTAL },
	{ seed_line_total, REASON_TOTAL },
	{ seed_missing_line, REASON_MISSING_LINE },
	{ seed_period, REASON_PERIOD },
	{ seed_wrong_buyer, REASON_WRONG_BUYER },
	{ seed_licence, REASON_LICENCE },
};
#define NSEEDS (sizeof(SEEDS) / sizeof(*SEEDS))

TEST(compare_finds_nothing_in_a_clean_invoice)
{
	struct pair p;
	struct comparison c;
	struct einvoice_findings findings;

	make(t, &p);
	(void)send(t, p.inv, &findings);
	EXPECT_INT(0, findings.n);
	c = compared(t, &p);
	EXPECT_TEXT("", reasons(t, &c));
	EXPECT_INT(4, c.matched);
	for (int i = 0; i < 4; i++)
		EXPECT_INT(i, c.match[i]);
}

TEST(compare_gives_each_seed_exactly_its_reason)
{
	bool met[REASON_COUNT] = { false };

	for (size_t i = 0; i < NSEEDS; i++) {
		struct pair p;
		struct comparison c;

		make(t, &p);
		SEEDS[i].spoil(&p);
		c = compared(t, &p);
		if (strcmp(reason_name(SEEDS[i].reason), reasons(t, &c)) != 0)
			print_message("seed %zu\n", i);
		EXPECT_TEXT(reason_name(SEEDS[i].reason), reasons(t, &c));
		met[SEEDS[i].reason] = true;
	}
	for (int r = 0; r < REASON_COUNT; r++)
		EXPECT(met[r]);
}

TEST(compare_blocks_all_but_what_costs_nothing)
{
	(void)t;
	for (int r = 0; r < REASON_COUNT; r++)
		EXPECT_INT(r != REASON_UNDER_DAYS && r != REASON_MISSING_LINE,
			   reason_blocks((enum reason)r));
}

TEST(compare_says_what_was_expected_and_found)
{
	struct pair p;
	struct comparison c;

	make(t, &p);
	seed_price(&p);
	c = compared(t, &p);
	EXPECT_INT(2200, c.list[0].expected_cents);
	EXPECT_INT(2250, c.list[0].found_cents);
	EXPECT_INT(0, c.list[0].report_line);
	EXPECT_INT(0, c.list[0].bill_line);
	EXPECT_INT(3, c.matched);
	make(t, &p);
	seed_price_fraction(&p);
	c = compared(t, &p);
	EXPECT_TEXT("22.00", c.list[0].expected);
	EXPECT_TEXT("22.000001", c.list[0].found);
	make(t, &p);
	seed_period(&p);
	c = compared(t, &p);
	EXPECT_TEXT("04.2026", c.list[0].expected);
	EXPECT_TEXT("01.03.2026", c.list[0].found);
	make(t, &p);
	seed_over_days(&p);
	c = compared(t, &p);
	EXPECT_TEXT("15", c.list[0].expected);
	EXPECT_TEXT("17", c.list[0].found);
	EXPECT_INT(30750, c.list[0].expected_cents);
	EXPECT_INT(34850, c.list[0].found_cents);
	make(t, &p);
	seed_over_places(&p);
	c = compared(t, &p);
	EXPECT_TEXT("3", c.list[0].expected);
	EXPECT_TEXT("4 (01.04.2026)", c.list[0].found);
	make(t, &p);
	seed_not_eligible(&p);
	c = compared(t, &p);
	EXPECT_TEXT("15.04.2026", c.list[0].expected);
	EXPECT_TEXT("30.04.2026", c.list[0].found);
}

TEST(compare_matches_lines_in_any_order_and_without_numbers_of_ours)
{
	struct pair p;
	struct comparison c;
	struct einvoice_line first;

	make(t, &p);
	first = p.inv->lines[0];
	p.inv->lines[0] = p.inv->lines[3];
	p.inv->lines[3] = first;
	for (size_t i = 0; i < 4; i++) {
		set_prop(&p.inv->lines[i], "Kuurida", "");
		p.inv->lines[i].id = text_from_int(t->arena, (int64_t)i + 1);
	}
	c = compared(t, &p);
	EXPECT_TEXT("", reasons(t, &c));
	EXPECT_INT(3, c.match[0]);
	EXPECT_INT(0, c.match[3]);
}

TEST(compare_knows_a_line_by_the_reports_own_number_alone)
{
	struct pair p;
	struct comparison c;

	make(t, &p);
	anonymous(&p.inv->lines[2]);
	p.inv->lines[2].note = "KR-3";
	c = compared(t, &p);
	EXPECT_TEXT("", reasons(t, &c));
	EXPECT_INT(2, c.match[2]);
}

TEST(compare_pairs_two_prices_of_one_person)
{
	struct pair p;
	struct comparison c;

	make(t, &p);
	p.lines[1].person_number =
		"I-9"; /* I-9 has stage I and stage II, then II at another price */
	p.lines[2].person_number = "I-9";
	p.lines[2].price_cents = 2150;
	p.lines[2].sum_cents = 21 * 2150;
	EXPECT_OK(bill_make(&t->cx, &p.f, &PARTIES, &p.inv));
	for (size_t i = 0; i < 4; i++)
		set_prop(&p.inv->lines[i], "Kuurida", "");
	c = compared(t, &p);
	EXPECT_TEXT("", reasons(t, &c));
	EXPECT_INT(1, c.match[1]);
	EXPECT_INT(2, c.match[2]);
}

TEST(compare_takes_corrections_of_frozen_months)
{
	struct pair p;
	struct comparison c;

	make(t, &p);
	p.lines[4] = line(t, 5, "II", 0, 2050);
	p.lines[4].person_number = "I-10";
	p.lines[4].month = civil_day(2026, 2, 1);
	p.lines[4].quantity = -300;
	p.lines[4].sum_cents = -6150;
	p.f.nlines = 5;
	EXPECT_OK(bill_make(&t->cx, &p.f, &PARTIES, &p.inv));
	for (size_t i = 0; i < 5; i++)
		set_prop(&p.inv->lines[i], "Kuurida", "");
	c = compared(t, &p);
	EXPECT_TEXT("", reasons(t, &c));
	EXPECT_INT(4, c.match[4]);
}

TEST(compare_takes_hours_of_minutes)
{
	struct pair p;
	struct comparison c;

	make(t, &p);
	for (int i = 0; i < 4; i++) {
		static const int MINUTES[] = { 50, 35, 45, 125 };

		p.lines[i].unit = "hour";
		p.lines[i].code = "2003";
		p.lines[i].stage = NULL;
		p.lines[i].minutes = MINUTES[i];
		p.lines[i].quantity = days_share(MINUTES[i], 100, 60);
		p.lines[i].price_cents = 2956;
		p.lines[i].sum_cents = days_share(MINUTES[i], 2956, 60);
	}
	EXPECT_OK(bill_make(&t->cx, &p.f, &PARTIES, &p.inv));
	c = compared(t, &p);
	EXPECT_TEXT("", reasons(t, &c));
	/* Who bills 0.83 hours instead of 50 minutes is off by ten cents. */
	p.inv->lines[0].quantity = 830000;
	sum_again(&p);
	c = compared(t, &p);
	EXPECT_TEXT("sum", reasons(t, &c));
	EXPECT_INT(2463, c.list[0].expected_cents);
	EXPECT_INT(2453, c.list[0].found_cents);
}

/* The same by the Estonian standard: whose a line is stands in its text. */
static const char *
earve_lines(struct test *t)
{
	static const char *const OF[][4] = { { "I-9, I etapp", "20", "22", "440.00" },
					     { "I-10, II etapp", "15", "20.5", "307.50" },
					     { "I-11, II etapp", "21", "20.50", "430.50" },
					     { "I-12, I etapp", "3.0", "22.00", "66.00" } };
	const char *all = "";

	for (size_t i = 0; i < 4; i++)
		all = arena_printf(t->arena,
				   "%s<ItemEntry><Description>%s</Description><ItemDetailInfo>"
				   "<ItemAmount>%s</ItemAmount><ItemPrice>%s</ItemPrice>"
				   "</ItemDetailInfo><ItemSum>%s</ItemSum><VAT vatId=\"TAXEX\">"
				   "<VATRate>0</VATRate><VATSum>0.00</VATSum></VAT>"
				   "<ItemTotal>%s</ItemTotal></ItemEntry>",
				   all, OF[i][0], OF[i][1], OF[i][2], OF[i][3], OF[i][3]);
	return all;
}

static const char *
earve(struct test *t, const char *rounding, const char *sum)
{
	return arena_printf(
		t->arena,
		"<E_Invoice><Header><Date>2026-05-05</Date><FileId>F1</FileId><Version>1.2</"
		"Version>"
		"</Header><Invoice invoiceId=\"1\" serviceId=\"1\" regNumber=\"70001975\" "
		"sellerRegnumber=\"12345678\"><InvoiceParties><SellerParty><Name>Pihlakobar</Name>"
		"<RegNumber>12345678</RegNumber></SellerParty><BuyerParty><Name>SKA</Name>"
		"<RegNumber>70001975</RegNumber></BuyerParty></InvoiceParties><InvoiceInformation>"
		"<Type type=\"DEB\"></Type><ContractNumber>2-9/53898-1</ContractNumber>"
		"<DocumentName>ARVE</DocumentName><InvoiceNumber>A-17</InvoiceNumber>"
		"<PaymentReferenceNumber>1234567897</PaymentReferenceNumber>"
		"<InvoiceDate>2026-05-05</InvoiceDate><Period><StartDate>2026-04-01</StartDate>"
		"<EndDate>2026-04-30</EndDate></Period></InvoiceInformation><InvoiceSumGroup>"
		"<InvoiceSum>1244.00</InvoiceSum>%s<VAT vatId=\"TAXEX\"><SumBeforeVAT>1244.00"
		"</SumBeforeVAT><VATRate>0</VATRate><VATSum>0.00</VATSum></VAT><TotalVATSum>0.00"
		"</TotalVATSum><TotalSum>%s</TotalSum><TotalToPay>%s</TotalToPay><Currency>EUR"
		"</Currency></InvoiceSumGroup><InvoiceItem><InvoiceItemGroup>%s</InvoiceItemGroup>"
		"</InvoiceItem><PaymentInfo><Currency>EUR</Currency><PaymentDescription>Arve"
		"</PaymentDescription><Payable>YES</Payable><PaymentTotalSum>%s</PaymentTotalSum>"
		"<PayerName>SKA</PayerName><PaymentId>1</PaymentId>"
		"<PayToAccount>EE382200221020145685</PayToAccount><PayToName>Pihlakobar</PayToName>"
		"</PaymentInfo></Invoice><Footer><TotalNumberInvoices>1</TotalNumberInvoices>"
		"<TotalAmount>%s</TotalAmount></Footer></E_Invoice>",
		rounding, sum, sum, earve_lines(t), sum, sum);
}

TEST(compare_takes_estonian_invoices)
{
	static const struct {
		const char *rounding, *sum, *reasons;
	} CASES[] = {
		{ "", "1244.00", "" },
		{ "<Rounding>0.01</Rounding>", "1244.01", "" },
		{ "", "1244.01", "total" },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		const char *xml = earve(t, CASES[i].rounding, CASES[i].sum);
		struct einvoice_findings findings;
		struct einvoice *inv;
		struct pair p;
		struct comparison c;

		make(t, &p);
		EXPECT_OK(einvoice_read(&t->cx, "e-arve.xml", xml, strlen(xml), &inv));
		einvoice_check(&t->cx, inv, &findings);
		compare_invoice(&t->cx, &p.f, inv, bill_refs(t->arena, inv), &findings, &c);
		EXPECT_TEXT(CASES[i].reasons, reasons(t, &c));
		EXPECT_INT(4, c.matched);
	}
}

TEST(compare_numbers_of_contracts_without_spaces_and_case)
{
	static const struct {
		const char *ours, *theirs;
		bool same;
	} CASES[] = {
		{ "2-9/53898-1", "2-9 / 53898-1", true },
		{ "PKT-1", "pkt-1 ", true },
		{ "PKT-1", "PKT-11", false },
		{ "PKT-1", "PKT", false },
		{ "PKT-1", "PKT_1", false },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct pair p;
		struct comparison c;

		make(t, &p);
		p.f.contract = CASES[i].ours;
		p.inv->contract = CASES[i].theirs;
		c = compared(t, &p);
		EXPECT_TEXT(CASES[i].same ? "" : "contract", reasons(t, &c));
	}
}

/* ---- whose a line is ---- */

TEST(bill_ref_reads_properties_and_texts)
{
	static const struct {
		const char *prop, *value, *name, *description;
		const char *person, *line, *stage, *code;
	} CASES[] = {
		{ "Isik", "I-17", "x", NULL, "I-17", NULL, NULL, NULL },
		{ "ISIKU VIIDE", " I-17 ", "x", NULL, "I-17", NULL, NULL, NULL },
		{ "Etapp", "II", "I-3", NULL, "I-3", NULL, "II", NULL },
		{ "Kood", "2010", "I-3", NULL, "I-3", NULL, NULL, "2010" },
		{ "Kuurida", "KR-8", "x", NULL, NULL, "KR-8", NULL, NULL },
		{ "värv", "I-17", "x", NULL, NULL, NULL, NULL, NULL },
		{ NULL, NULL, "Teenus, I-204, III etapp", NULL, "I-204", NULL, "III", NULL },
		{ NULL, NULL, "Teenus", "isik I-5 (KR-77) I etapp", "I-5", "KR-77", "I", NULL },
		{ NULL, NULL, "AI-17 ja I-17a", NULL, NULL, NULL, NULL, NULL },
		{ NULL, NULL, "I-", "I-17", "I-17", NULL, NULL, NULL },
		{ NULL, NULL, "(I-17)", NULL, "I-17", NULL, NULL, NULL },
		{ NULL, NULL, "ÕI-17", NULL, NULL, NULL, NULL, NULL },
		{ "Isik", "", "I-4", NULL, "I-4", NULL, NULL, NULL },
		{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct einvoice_prop prop = { CASES[i].prop, CASES[i].value };
		struct einvoice_line l = { .name = CASES[i].name,
					   .description = CASES[i].description,
					   .props = &prop,
					   .nprops = CASES[i].prop != NULL };
		struct bill_ref r = bill_ref(t->arena, &l);

		EXPECT(text_equal(CASES[i].person, r.person));
		EXPECT(text_equal(CASES[i].line, r.line));
		EXPECT(text_equal(CASES[i].stage, r.stage));
		EXPECT(text_equal(CASES[i].code, r.code));
	}
}

/* ---- random months ---- */

static uint64_t
chance(uint64_t *state, uint64_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % below;
}

static void
make_random(struct test *t, struct pair *p, uint64_t *state)
{
	static const char *const STAGES[] = { "I", "II", "III", NULL };
	size_t n = 5 + chance(state, 30);

	make(t, p);
	p->lines = ARENA_ARRAY(t->arena, n, struct report_line);
	for (size_t i = 0; i < n; i++) {
		p->lines[i] = line(t, (int)i + 1, STAGES[chance(state, 4)],
				   4 + (int)chance(state, 17), 1 + (int64_t)chance(state, 9999));
		/* Some people have two lines. */
		if (i > 0 && chance(state, 4) == 0 &&
		    !text_equal(p->lines[i].stage, p->lines[i - 1].stage))
			p->lines[i].person_number = p->lines[i - 1].person_number;
	}
	p->f.lines = p->lines;
	p->f.nlines = n;
	p->f.max_places = 100;
	p->f.max_cents = 1000000000;
	EXPECT_OK(bill_make(&t->cx, &p->f, &PARTIES, &p->inv));
}

static void
add_allowance(struct einvoice_line *l)
{
	static struct einvoice_adjust allowance = { .amount = 700, .reason = "x" };

	l->adjusts = &allowance;
	l->nadjusts = 1;
}

TEST(compare_random_months_and_random_seeds)
{
	/* Seeds that fit any line of any month. */
	static const enum reason ANY[] = { REASON_PRICE, REASON_UNDER_DAYS, REASON_OVER_DAYS,
					   REASON_SUM,	 REASON_CONTRACT,   REASON_IBAN,
					   REASON_PERIOD };
	uint64_t state = 20260525;

	for (int round = 0; round < 60; round++) {
		enum reason seed = ANY[chance(&state, sizeof(ANY) / sizeof(*ANY))];
		struct pair p;
		struct comparison c;
		struct einvoice_line *l;
		int64_t sum = 0;

		make_random(t, &p, &state);
		for (size_t i = 0; i < p.f.nlines; i++)
			sum += p.lines[i].sum_cents;
		EXPECT_INT(sum, p.inv->totals.payable);
		c = compared(t, &p);
		EXPECT_TEXT("", reasons(t, &c));
		EXPECT_INT(p.inv->nlines, c.matched);
		l = &p.inv->lines[chance(&state, p.inv->nlines)];
		if (seed == REASON_PRICE)
			l->price += 10000;
		else if (seed == REASON_UNDER_DAYS)
			l->quantity -= EINVOICE_SCALE;
		else if (seed == REASON_OVER_DAYS)
			l->quantity +=
				l->quantity < 21 * (int64_t)EINVOICE_SCALE ? EINVOICE_SCALE / 2 : 0;
		else if (seed == REASON_SUM)
			add_allowance(l);
		else if (seed == REASON_CONTRACT)
			p.inv->contract = "muu";
		else if (seed == REASON_IBAN)
			p.inv->ibans[0] = "EE471000001020145685";
		else
			p.inv->period_to = civil_day(2026, 5, 31);
		if (seed == REASON_OVER_DAYS && l->quantity == 21 * (int64_t)EINVOICE_SCALE)
			continue;
		sum_again(&p);
		c = compared(t, &p);
		EXPECT_TEXT(reason_name(seed), reasons(t, &c));
	}
}
