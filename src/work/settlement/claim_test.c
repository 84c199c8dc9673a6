/* Month reports: made, renewed, confirmed, of days and of sessions; and their size. */
#include "work/settlement/claim.h"

#include <string.h>
#include <time.h>

#include "format/einvoice/einvoice.h"
#include "web/site.h"
#include "work/settlement/house_test.h"

struct make {
	int32_t month;
	unsigned fields;
	struct claim_made made;
};

static enum err
make_month(struct ctx *cx, void *arg)
{
	struct make *m = arg;

	return claim_make_month(cx, m->month, m->fields, &m->made);
}

/* ---- the month ---- */

TEST(claim_is_made_from_placements)
{
	struct house h;
	struct record *claim, *line;
	int64_t id, first;

	house_begin(t, &h);
	first = house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	(void)house_placement(&h, h.stage2, civil_day(2026, 4, 20), CIVIL_NONE);
	(void)house_placement(&h, h.stage2, civil_day(2026, 5, 4), CIVIL_NONE);
	id = house_made(&h, APRIL);
	claim = test_record(t, "claim", id);
	EXPECT_TEXT("L-1/2026-04", claim->number);
	EXPECT_TEXT("open", record_state(claim));
	EXPECT_INT(h.provider, record_int(claim, "provider"));
	EXPECT_INT(civil_day(2026, 5, 11), claim->due); /* the 10th is a Sunday */
	EXPECT_INT(2, house_count(&h, LINES, id));
	EXPECT_INT(21 * 2200 + 9 * 2050, house_total(&h, id));
	line = house_line_of(&h, id, first);
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

	house_begin(t, &h);
	first = house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	second = house_placement(&h, h.stage2, civil_day(2026, 2, 2), CIVIL_NONE);
	id = house_made(&h, APRIL);
	line = house_line_of(&h, id, first)->id;
	house_say(&h, line, "TT---THPTT--TTTTT--TTTTT--TTTT");
	/* One ends, another begins: the report follows, and keeps what the provider wrote. */
	ch = change_new(h.cx, "placement");
	change_int(ch, "ends", civil_day(2026, 3, 31));
	EXPECT_OK(test_edit(t, "placement", second, 0, ch));
	(void)house_placement(&h, h.stage2, civil_day(2026, 4, 30), CIVIL_NONE);
	EXPECT_INT(id, house_made(&h, APRIL));
	EXPECT_INT(2, house_count(&h, LINES, id));
	EXPECT_INT(line, house_line_of(&h, id, first)->id);
	EXPECT_TEXT("TT---THPTT--TTTTT--TTTTT--TTTT",
		    record_text(house_line_of(&h, id, first), "proposed"));
	EXPECT_INT(20 * 2200 + 2050, house_total(&h, id));
	/* The line was made and written on once: being renewed changed nothing of it. */
	EXPECT_INT(2, test_record(t, "claim_line", line)->version);
}

TEST(claim_left_alone_once_confirmed)
{
	struct house h;
	struct make m = { .month = APRIL, .fields = CLAIM_SHELTERED };
	int64_t id;

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	id = house_made(&h, APRIL);
	house_confirm(&h, id);
	test_act_system(t);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	EXPECT_OK(test_write(t, make_month, &m));
	EXPECT_INT(0, m.made.made);
	EXPECT_INT(0, m.made.renewed);
	EXPECT_INT(1, m.made.left);
	EXPECT_INT(1, house_count(&h, LINES, id));
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

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	april = house_made(&h, APRIL);
	may = house_made(&h, civil_day(2026, 5, 1));
	(void)test_act_outside(t, "Võõras", "TO.1 TO.2", h.other);
	EXPECT_ERR(ERR_NOTFOUND, test_move(t, "claim", april, "confirm", NULL));
	EXPECT_ERR(ERR_NOTFOUND, record_load(h.cx, types_get(h.cx->world->types, "claim"), april,
					     RIGHT_SEE, &seen));
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	EXPECT_ERR(ERR_DENIED, test_move(t, "claim", april, "confirm", NULL));
	house_as_provider(&h);
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

	house_begin(t, &h);
	first = house_placement(&h, h.stage1, civil_day(2026, 4, 13), CIVIL_NONE);
	id = house_made(&h, APRIL);
	line = house_line_of(&h, id, first);
	EXPECT_TEXT("..---.....--TTTTT--TTTTT--TTTT", record_text(line, "days"));
	/* An absence, one with a reason, and a day before the placement that is only proposed. */
	house_say(&h, line->id, "..---....T--HPTTT--TTTTT--TTTT");
	EXPECT_INT(13 * 2200, house_total(&h, id) - 2200); /* not counted into the total yet */
	house_confirm(&h, id);
	line = house_line_of(&h, id, first);
	EXPECT_TEXT("..---.....--HPTTT--TTTTT--TTTT", record_text(line, "days"));
	EXPECT_TEXT("..---....T--HPTTT--TTTTT--TTTT", record_text(line, "proposed"));
	EXPECT_INT(13 * 2200, house_total(&h, id));
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

	house_begin(t, &h);
	first = house_placement(&h, h.stage1, civil_day(2026, 4, 13), CIVIL_NONE);
	id = house_made(&h, APRIL);
	house_say(&h, house_line_of(&h, id, first)->id, "..---....T--TTTTT--TTTTT--TTTT");
	house_confirm(&h, id);
	p.line = house_line_of(&h, id, first);
	(void)test_act(t, "Koordinaator", "B3.3 ALL.1");
	EXPECT_OK(test_write(t, take_proposal, &p));
	EXPECT_INT(15 * 2200, house_total(&h, id));
	p.line = house_line_of(&h, id, first);
	EXPECT(record_text(p.line, "proposed") == NULL);
	EXPECT_ERR(ERR_CONFLICT, test_write(t, take_proposal, &p));
}

TEST(claim_refuses_days_that_are_none)
{
	struct house h;
	struct change *ch;
	int64_t id, first, line, again;

	house_begin(t, &h);
	first = house_placement(&h, h.stage1, civil_day(2026, 4, 13), CIVIL_NONE);
	id = house_made(&h, APRIL);
	line = house_line_of(&h, id, first)->id;
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

/* ---- sessions of child rehabilitation ---- */

static void
session(struct house *h, int64_t placement_id, int32_t on, const char *code, int minutes)
{
	struct change *ch = change_new(h->cx, "rehab_session");

	change_int(ch, "placement", placement_id);
	change_int(ch, "person",
		   record_int(test_record(h->t, "placement", placement_id), "person"));
	change_int(ch, "held_on", on);
	change_text(ch, "code", code);
	change_int(ch, "minutes", minutes);
	(void)test_create(h->t, ch);
}

static void
code_price(struct house *h, const char *code, int64_t cents)
{
	struct change *ch = change_new(h->cx, "price");

	change_int(ch, "service", h->service);
	change_text(ch, "code", code);
	change_text(ch, "unit", "hour");
	change_int(ch, "cents", cents);
	change_int(ch, "valid_from", civil_day(2023, 1, 1));
	change_int(ch, "known_from", civil_day(2023, 1, 21));
	(void)test_create(h->t, ch);
}

/* 2695.00 a year is the ceiling of one child. */
TEST(claim_of_sessions_counts_minutes_up_to_the_yearly_ceiling)
{
	struct house h;
	struct make m = { .month = APRIL, .fields = CLAIM_SHELTERED };
	struct change *ch;
	struct record *seen;
	int64_t child, claim = 0, invoice;

	house_begin(t, &h);
	ch = change_new(h.cx, "service");
	change_text(ch, "unit", "session");
	change_text(ch, "duty", "D3.1");
	change_text(ch, "ceiling_rule", "R25");
	EXPECT_OK(test_edit(t, "service", h.service, 0, ch));
	code_price(&h, "2010", 2940);
	code_price(&h, "2012", 1048);
	child = house_placement(&h, 0, civil_day(2026, 2, 2), CIVIL_NONE);
	session(&h, child, civil_day(2026, 4, 2), "2010", 45);
	session(&h, child, civil_day(2026, 4, 9), "2010", 50);
	session(&h, child, civil_day(2026, 4, 9), "2012", 60);
	session(&h, child, civil_day(2026, 3, 31), "2010", 60);
	session(&h, child, civil_day(2026, 5, 1), "2010", 60);
	EXPECT_OK(test_write(t, make_month, &m)); /* another coordinator's service */
	EXPECT_INT(0, m.made.made);
	m.fields = CLAIM_CHILD;
	EXPECT_OK(test_write(t, make_month, &m));
	EXPECT_INT(1, m.made.made);
	EXPECT_OK(db_get_int(h.cx, "SELECT sys_id FROM claim WHERE month = ?1",
			     DB_ARGS(db_date(APRIL)), &claim));
	EXPECT_INT(2, house_count(&h, LINES, claim));
	EXPECT_INT(4655 + 1048, house_total(&h, claim)); /* 95 minutes of 29.40 are 46.55 */
	(void)test_act(t, "Mari Koppel", "B3.3 ALL.1");
	EXPECT_ERR(ERR_NOTFOUND, record_load(h.cx, types_get(h.cx->world->types, "claim"), claim,
					     RIGHT_SEE, &seen));
	house_confirm(&h, claim);
	invoice = house_taken(&h, claim, "A-1", NULL);
	EXPECT_TEXT("matched", record_state(test_record(t, "invoice", invoice)));
	/* Two months of the most a code can bring pass the ceiling. */
	test_act_system(t);
	for (int d = 2; d <= 31; d += 5)
		session(&h, child, civil_day(2026, 3, d), "2010", 1000);
	m.month = MARCH;
	EXPECT_OK(test_write(t, make_month, &m));
	EXPECT_OK(db_get_int(h.cx, "SELECT sys_id FROM claim WHERE month = ?1",
			     DB_ARGS(db_date(MARCH)), &claim));
	EXPECT_INT(6060 * 2940 / 60, house_total(&h, claim));
	house_confirm(&h, claim);
	invoice = house_taken(&h, claim, "A-2", NULL);
	EXPECT_INT(1, house_count(
			      &h,
			      "SELECT count(*) FROM difference WHERE invoice = ?1 AND code = "
			      "'over_ceiling' AND expected_cents = 269500 AND found_cents = 296940",
			      invoice));
}

/* ---- the practice way, and size ---- */

static void
fewer(struct einvoice *inv)
{
	inv->lines[0].quantity -= EINVOICE_SCALE;
}

TEST(claim_bill_attaches_an_invoice_that_agrees)
{
	struct house h;
	struct einvoice *inv;
	const char *name, *media;
	const void *bytes;
	size_t len;
	int64_t claim;

	house_begin(t, &h);
	(void)house_placement(&h, h.stage1, civil_day(2026, 2, 2), CIVIL_NONE);
	claim = house_made(&h, APRIL);
	house_confirm(&h, claim);
	EXPECT_ERR(ERR_DENIED, test_move(t, "claim", claim, "bill", NULL));
	test_act_system(t);
	EXPECT_OK(test_move(t, "claim", claim, "bill", NULL));
	EXPECT_OK(attachment_read(
		h.cx, house_count(&h, "SELECT id FROM sys_attachment WHERE record = ?1", claim),
		&name, &media, &bytes, &len));
	EXPECT_TEXT("arve-2026-04.xml", name);
	EXPECT_OK(einvoice_read(h.cx, name, bytes, len, &inv));
	EXPECT_INT(house_total(&h, claim), inv->totals.payable);
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

	house_begin(t, &h);
	EXPECT_OK(test_write(t, place_many, &h));
	start = milliseconds();
	claim = house_made(&h, APRIL);
	start = milliseconds() - start;
	print_message("500 people: made in %lld ms\n", (long long)start);
	EXPECT(start < 1000);
	EXPECT_INT(500, house_count(&h, LINES, claim));
	EXPECT_INT(250 * 21 * (2200 + 2050), house_total(&h, claim));
	house_confirm(&h, claim);
	start = milliseconds();
	(void)house_taken(&h, claim, "A-1", fewer);
	start = milliseconds() - start;
	print_message("500 lines: billed and compared in %lld ms\n", (long long)start);
	EXPECT(start < 2000);
	test_act_system(t);
	EXPECT_INT(2, house_count(&h, OPEN, claim)); /* under_days, over_places */
}
