/* See house_test.h. */
#include "work/settlement/house_test.h"

#include "format/einvoice/einvoice.h"
#include "work/settlement/bill.h"
#include "work/settlement/claim.h"
#include "work/settlement/settlement.h"

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

int64_t
house_service(struct house *h, const char *code, const char *unit)
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

int64_t
house_price(struct house *h, int64_t stage_id, int64_t cents, int32_t from, int32_t known)
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

void
house_begin(struct test *t, struct house *h)
{
	struct change *ch;

	*h = (struct house){ .t = t, .cx = test_world(t) };
	test_hooks(t, SETTLEMENT_WORK.hooks);
	h->board = organisation(h, "board", "Sotsiaalkindlustusamet", "70001975", BOARD_IBAN);
	h->provider = organisation(h, "provider", "Pihlakobar OÜ", "12345678", PROVIDER_IBAN);
	h->other = organisation(h, "provider", "Teine OÜ", "10000018", NULL);
	h->service = house_service(h, "PKT", "day");
	h->stage1 = stage(h, "I", 1);
	h->stage2 = stage(h, "II", 2);
	h->contract = contract(h, "L-1", h->provider);
	h->price1 = house_price(h, h->stage1, 2200, civil_day(2026, 1, 1), civil_day(2025, 12, 20));
	h->price2 = house_price(h, h->stage2, 2050, civil_day(2026, 1, 1), civil_day(2025, 12, 20));
	ch = change_new(h->cx, "site");
	change_int(ch, "provider", h->provider);
	change_text(ch, "name", "Töökoda");
	h->site = test_create(t, ch);
}

/* Somebody on the service in one stage. */
int64_t
house_placement(struct house *h, int64_t stage_id, int32_t from, int32_t to)
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
	if (stage_id != 0)
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

int64_t
house_made(struct house *h, int32_t month)
{
	struct make m = { .month = month };
	struct test *t = h->t;
	int64_t id = 0;

	EXPECT_OK(test_write(t, make_month, &m));
	EXPECT_OK(db_get_int(h->cx, "SELECT sys_id FROM claim WHERE contract = ?1 AND month = ?2",
			     DB_ARGS(db_int(h->contract), db_date(month)), &id));
	return id;
}

int64_t
house_count(struct house *h, const char *sql, int64_t id)
{
	struct test *t = h->t;
	int64_t n = 0;

	EXPECT_OK(db_get_int(h->cx, sql, DB_ARGS(db_int(id)), &n));
	return n;
}

int64_t
house_total(struct house *h, int64_t claim)
{
	return record_int(test_record(h->t, "claim", claim), "total_cents");
}

/* The line of a placement. */
struct record *
house_line_of(struct house *h, int64_t claim, int64_t placement_id)
{
	struct test *t = h->t;
	int64_t id = 0;

	EXPECT_OK(db_get_int(h->cx,
			     "SELECT sys_id FROM claim_line WHERE claim = ?1 AND placement = ?2 "
			     "AND sys_deleted = 0 ORDER BY sys_id",
			     DB_ARGS(db_int(claim), db_int(placement_id)), &id));
	return test_record(t, "claim_line", id);
}

void
house_say(struct house *h, int64_t line, const char *days)
{
	struct test *t = h->t;
	struct change *ch = change_new(h->cx, "claim_line");

	test_act_system(t);
	change_text(ch, "proposed", days);
	EXPECT_OK(test_edit(t, "claim_line", line, 0, ch));
}

void
house_as_provider(struct house *h)
{
	(void)test_act_outside(h->t, "Osutaja Esindaja", "TO.1 TO.2", h->provider);
}

void
house_confirm(struct house *h, int64_t claim)
{
	struct test *t = h->t;

	house_as_provider(h);
	EXPECT_OK(test_move(t, "claim", claim, "confirm", NULL));
}

/* ---- an invoice ---- */

/* The invoice of a report as its provider would send it, spoiled on the way. */
struct invoice_file
house_invoice_for(struct house *h, int64_t claim, const char *number, spoil_fn *spoil)
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

enum err
house_take(struct house *h, struct invoice_file *f)
{
	struct ctx *cx = h->cx;

	TRY(invoice_parse(cx, f));
	return test_write(h->t, invoice_take, f);
}

int64_t
house_taken(struct house *h, int64_t claim, const char *number, spoil_fn *spoil)
{
	struct test *t = h->t;
	struct invoice_file f = house_invoice_for(h, claim, number, spoil);

	EXPECT_OK(house_take(h, &f));
	return f.invoice;
}
