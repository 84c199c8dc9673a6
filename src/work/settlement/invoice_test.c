/* Invoices coming in: taken, refused, compared; and who may know what of them. */
#include "work/settlement/invoice.h"

#include <string.h>

#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "work/settlement/house_test.h"

static void
dearer(struct einvoice *inv)
{
	inv->lines[0].price += 100 * 10000;
}

TEST(invoice_that_agrees_is_matched)
{
	struct house h;
	int64_t claim, invoice;

	house_begin(t, &h);
	for (int i = 0; i < 4; i++)
		(void)house_placement(&h, i % 2 == 0 ? h.stage1 : h.stage2, civil_day(2026, 2, 2),
				      CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	invoice = house_taken(&h, claim, "A-1", NULL);
	test_act_system(t);
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", invoice)));
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	EXPECT_INT(0, house_count(&h, "SELECT count(*) FROM difference WHERE claim = ?1", claim));
	EXPECT_INT(4, record_int(test_record(t, "invoice", invoice), "matched"));
	EXPECT_INT(4, house_count(&h,
				  "SELECT count(*) FROM invoice_line WHERE invoice = ?1 AND "
				  "claim_line IS "
				  "NOT NULL AND person IS NOT NULL",
				  invoice));
	EXPECT_INT(house_total(&h, claim),
		   record_int(test_record(t, "invoice", invoice), "total_cents"));
}

TEST(invoice_before_the_confirmation_waits_for_it)
{
	struct house h;
	int64_t claim, invoice;

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_as_provider(&h);
	invoice = house_taken(&h, claim, "A-1", NULL);
	test_act_system(t);
	EXPECT_TEXT("disputed", record_state(test_record(t, "invoice", invoice)));
	EXPECT_TEXT("open", record_state(test_record(t, "claim", claim)));
	EXPECT_INT(1, house_count(&h,
				  "SELECT count(*) FROM difference WHERE claim = ?1 AND code = "
				  "'not_confirmed' AND blocking = 1",
				  claim));
	house_confirm(&h, claim);
	test_act_system(t);
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", invoice)));
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	EXPECT_INT(0, house_count(&h, OPEN, claim));
	EXPECT_INT(1,
		   house_count(&h,
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

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	EXPECT_INT(ERR_INVALID, house_take(&h, &f));
	EXPECT_TEXT("halb.xml", h.cx->error.file);
	EXPECT_INT(2, h.cx->error.line);
	ctx_forgive(h.cx);
	/* Another provider's, sent by this one, and sent by a stranger. */
	f = house_invoice_for(&h, claim, "A-1", NULL);
	(void)test_act_outside(t, "Võõras", "TO.1 TO.2", h.other);
	EXPECT_ERR(ERR_DENIED, house_take(&h, &f));
	(void)test_act(t, "Keegi", "ALL.1");
	EXPECT_ERR(ERR_DENIED, house_take(&h, &f));
	EXPECT_INT(0, house_count(&h, "SELECT count(*) FROM invoice WHERE ?1 <> 0", 1));
	EXPECT_INT(0, house_count(&h, "SELECT count(*) FROM sys_attachment WHERE ?1 <> 0", 1));
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

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	march = house_made(&h, MARCH);
	claim = house_made(&h, APRIL);
	house_confirm(&h, march);
	house_confirm(&h, claim);
	f = house_invoice_for(&h, claim, "A-1", unknown_seller);
	EXPECT_ERR(ERR_NOTFOUND, house_take(&h, &f));
	f = house_invoice_for(&h, claim, "A-1", other_month);
	EXPECT_ERR(ERR_NOTFOUND, house_take(&h, &f));
	f.claim = claim; /* chosen by hand: then it is said as differences */
	EXPECT_OK(house_take(&h, &f));
	EXPECT_INT(1, house_count(&h,
				  "SELECT count(*) FROM difference WHERE claim = ?1 AND code "
				  "= 'period'",
				  claim));
	EXPECT_INT(1, house_count(&h,
				  "SELECT count(*) FROM difference WHERE claim = ?1 AND code "
				  "= 'contract'",
				  claim));
	/* By itself, the one of the month. */
	f = house_invoice_for(&h, march, "A-2", NULL);
	EXPECT_OK(house_take(&h, &f));
	EXPECT_INT(march, record_int(test_record(t, "invoice", f.invoice), "claim"));
}

TEST(invoice_is_taken_once_and_a_rejected_one_again)
{
	struct house h;
	struct change *ch;
	struct invoice_file f;
	int64_t claim, first, second;

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	first = house_taken(&h, claim, "A-1", dearer);
	f = house_invoice_for(&h, claim, "A-1", NULL);
	EXPECT_ERR(ERR_CONFLICT, house_take(&h, &f));
	/* Another number for the same month is said to be a second invoice. */
	second = house_taken(&h, claim, "A-2", NULL);
	test_act_system(t);
	EXPECT_INT(1, house_count(&h,
				  "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
				  "'duplicate_invoice' AND found_text = 'A-1'",
				  second));
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	EXPECT_ERR(ERR_INVALID, test_move(t, "invoice", first, "reject", NULL));
	ch = change_new(h.cx, "invoice");
	change_text(ch, "reason", "Vale hind");
	EXPECT_OK(test_move(t, "invoice", first, "reject", ch));
	test_act_system(t);
	EXPECT_INT(0, house_count(&h, OPEN, claim)); /* with it went what was wrong about both */
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", second)));
	EXPECT_TEXT("compared", record_state(test_record(t, "claim", claim)));
	/* The second falls away too: the report waits again, and the number may come again. */
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	ch = change_new(h.cx, "invoice");
	change_text(ch, "reason", "Esitati topelt");
	EXPECT_OK(test_move(t, "invoice", second, "reject", ch));
	EXPECT_TEXT("confirmed", record_state(test_record(t, "claim", claim)));
	f = house_invoice_for(&h, claim, "A-1", NULL);
	EXPECT_OK(house_take(&h, &f));
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", f.invoice)));
	EXPECT(test_record(t, "invoice", first)->deleted);
}

TEST(invoice_is_never_typed_in)
{
	struct house h;
	struct change *ch;
	int64_t id;

	house_begin(t, &h);
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

	house_begin(t, &h);
	stranger = test_person(t, "Võõras", "Inimene", "1980-05-05");
	EXPECT_TEXT("I-1", test_record(t, "person", stranger)->number);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	invoice = house_taken(&h, claim, "A-1", strange);
	EXPECT_INT(0, house_count(&h, "SELECT count(*) FROM invoice_line WHERE person = ?1",
				  stranger));
	EXPECT_INT(1, house_count(&h,
				  "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
				  "'no_placement' AND found_text = 'I-1'",
				  invoice));
	EXPECT_INT(1, house_count(&h,
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

	house_begin(t, &h);
	first = house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	second = house_placement(&h, h.stage2, civil_day(2026, 2, 2), CIVIL_NONE);
	person = record_int(test_record(t, "placement", first), "person");
	/* Another service of theirs, which turns out to be barred only afterwards. */
	tt = house_service(&h, "TT", "month");
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
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	invoice = house_taken(&h, claim, "A-1", NULL);
	test_act_system(t);
	EXPECT_INT(1, house_count(&h,
				  "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
				  "'barred_overlap' AND found_text = 'TT 16.04.2026'",
				  invoice));
	EXPECT_INT(1, house_count(&h,
				  "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
				  "'not_eligible' AND expected_text = '09.04.2026'",
				  invoice));
	EXPECT_INT(2, house_count(&h, OPEN, claim));
	/* What concerns a person's other services is not the provider's to know. */
	house_as_provider(&h);
	{
		struct record *seen;
		int64_t id =
			house_count(&h,
				    "SELECT sys_id FROM difference WHERE invoice = ?1 AND code = "
				    "'barred_overlap'",
				    invoice);

		EXPECT_ERR(ERR_NOTFOUND,
			   record_load(h.cx, types_get(h.cx->world->types, "difference"), id,
				       RIGHT_SEE, &seen));
	}
}

static void
licence(struct house *h, const char *number, int32_t from, int32_t to)
{
	struct change *ch = change_new(h->cx, "licence");

	change_text(ch, "number_text", number);
	change_int(ch, "provider", h->provider);
	change_int(ch, "service", h->service);
	change_int(ch, "valid_from", from);
	if (to != CIVIL_NONE)
		change_int(ch, "valid_to", to);
	(void)test_create(h->t, ch);
}

#define UNLICENSED                                                                     \
	"SELECT count(*) FROM difference WHERE invoice = ?1 AND code = 'licence' AND " \
	"sys_state = 'open'"

/* Asked only where the service says so; every day somebody was there must be covered. */
TEST(invoice_needs_a_licence_on_every_day_of_service)
{
	struct house h;
	struct change *ch;
	int64_t claim, invoice, id;

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	invoice = house_taken(&h, claim, "A-1", NULL);
	EXPECT_INT(0, house_count(&h, UNLICENSED, invoice));
	test_act_system(t);
	ch = change_new(h.cx, "service");
	change_text(ch, "licence_rule", "LICENCE");
	EXPECT_OK(test_edit(t, "service", h.service, 0, ch));
	licence(&h, "TL-1", civil_day(2020, 1, 1), civil_day(2026, 4, 9));
	licence(&h, "TL-2", civil_day(2026, 4, 15), CIVIL_NONE);
	EXPECT_OK(test_move(t, "invoice", invoice, "compare", NULL));
	EXPECT_INT(1, house_count(&h, UNLICENSED, invoice));
	EXPECT_TEXT("disputed", record_state(test_record(t, "invoice", invoice)));
	id = house_count(&h, "SELECT sys_id FROM difference WHERE invoice = ?1", invoice);
	EXPECT_TEXT("10.04.2026", record_text(test_record(t, "difference", id), "found_text"));
	licence(&h, "TL-3", civil_day(2026, 4, 10), civil_day(2026, 4, 14));
	EXPECT_OK(test_move(t, "invoice", invoice, "compare", NULL));
	EXPECT_INT(0, house_count(&h, UNLICENSED, invoice));
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", invoice)));
}
