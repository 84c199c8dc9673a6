/*
 * E-invoices for the last closed month, made from the reports as their providers confirmed them:
 * some right, each of the others with one thing wrong. What is wrong where is written into the
 * answer key, so that somebody who practises, or a test, can tell whether all of it was found.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/ident.h"
#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/json.h"
#include "work/practice/make_bill.h"

#define MAX_KEY (1024u * 1024)

static const char LINES[] =
	"SELECT l.sys_number, p.sys_number, s.code, l.code, l.unit, l.quantity, l.price_cents, "
	"l.sys_id FROM claim_line l JOIN person p ON p.sys_id = l.person "
	"LEFT JOIN stage s ON s.sys_id = l.stage WHERE l.claim = ?1 AND l.sys_deleted = 0 AND "
	"l.quantity > 0 AND l.price_cents IS NOT NULL ORDER BY l.sys_id";
/* Somebody who was at the provider before the month; somebody who is at another. */
static const char FORMER[] =
	"SELECT h.sys_number FROM placement p JOIN person h ON h.sys_id = p.person WHERE "
	"p.provider = ?1 AND p.ends < ?2 AND NOT EXISTS (SELECT 1 FROM placement o WHERE "
	"o.person = p.person AND o.provider = ?1 AND coalesce(o.ends, 2147483647) >= ?2) "
	"ORDER BY p.sys_id DESC LIMIT 1";
static const char ELSEWHERE[] =
	"SELECT h.sys_number FROM placement p JOIN person h ON h.sys_id = p.person WHERE "
	"p.provider <> ?1 AND p.service = ?2 AND p.sys_open = 1 AND NOT EXISTS (SELECT 1 FROM "
	"placement o WHERE o.person = p.person AND o.provider = ?1) ORDER BY p.sys_id LIMIT 1";
static const char OVERLAPS[] =
	"SELECT h.sys_number, a.sys_number, b.sys_number FROM placement a "
	"JOIN placement b ON b.person = a.person AND b.service = ?2 AND b.sys_deleted = 0 AND "
	"b.starts <= coalesce(a.ends, 2147483647) AND coalesce(b.ends, 2147483647) >= a.starts "
	"JOIN person h ON h.sys_id = a.person WHERE a.service = ?1 AND a.sys_deleted = 0 AND "
	"coalesce(a.ends, 2147483647) >= ?3 AND coalesce(b.ends, 2147483647) >= ?3 "
	"ORDER BY a.sys_id";

static const char *const SERVICE_NAME[] = {
	[PKT] = "Kaitstud töö", [TT] = "Töötamise toetamine", [SRT] = "Sotsiaalne rehabilitatsioon"
};

/* ---- a right invoice ---- */

static const char *
unit_code(const char *unit)
{
	return text_equal(unit, "day") ? "DAY" : text_equal(unit, "hour") ? "HUR" : "C62";
}

static void
put_prop(struct einvoice_line *l, const char *name, const char *value)
{
	if (value != NULL)
		l->props[l->nprops++] = (struct einvoice_prop){ name, value };
}

static struct einvoice_line
line(struct bill *b, const struct stmt *q, size_t n)
{
	struct ctx *cx = b->m->cx;
	const char *person = stmt_copy(cx, q, 1);
	struct einvoice_line l = {
		.id = text_from_int(cx->arena, (int64_t)n),
		.name = arena_printf(cx->arena, "%s %s", SERVICE_NAME[b->of->service], person),
		.quantity = stmt_int(q, 5) * (EINVOICE_SCALE / 100),
		.unit = unit_code(stmt_text(q, 4)),
		.price = stmt_int(q, 6) * (EINVOICE_SCALE / 100),
		.base_quantity = EINVOICE_SCALE,
		.period_from = b->month,
		.period_to = calendar_month_last(b->month),
		.tax_category = "O",
		.tax_rate = EINVOICE_NO_RATE,
		.props = ARENA_ARRAY(cx->arena, 4, struct einvoice_prop),
	};

	put_prop(&l, "Isik", person);
	put_prop(&l, "Etapp", stmt_copy(cx, q, 2));
	put_prop(&l, "Kood", stmt_copy(cx, q, 3));
	put_prop(&l, "Kuurida", stmt_copy(cx, q, 0));
	return l;
}

static enum err
lines(struct bill *b)
{
	SCOPED(stmt) struct stmt *q = NULL;
	size_t size = 0;
	bool row;

	b->ids = ARENA_NEW(b->m->cx->arena, int64_t);
	TRY(db_query(b->m->cx, LINES, DB_ARGS(db_int(b->of->claim)), &q));
	for (;;) {
		TRY(stmt_step(b->m->cx, q, &row));
		if (!row)
			return OK;
		if (b->inv->nlines + 2 > size) {
			struct einvoice_line *more =
				ARENA_ARRAY(b->m->cx->arena, size * 2 + 16, struct einvoice_line);

			if (b->inv->nlines > 0)
				memcpy(more, b->inv->lines, b->inv->nlines * sizeof(*more));
			b->inv->lines = more;
			b->ids = memcpy(ARENA_ARRAY(b->m->cx->arena, size * 2 + 16, int64_t),
					b->ids, b->inv->nlines * sizeof(*b->ids));
			size = size * 2 + 16;
		}
		b->inv->lines[b->inv->nlines] = line(b, q, b->inv->nlines + 1);
		b->ids[b->inv->nlines] = stmt_int(q, 7);
		b->inv->nlines++;
	}
}

static const char *
reference(struct bill *b)
{
	char made[IDENT_MAX];

	if (!ident_viitenumber_make(
		    arena_printf(b->m->cx->arena, "%d%04d",
				 civil_date(b->month).year * 100 + civil_date(b->month).month,
				 (int)b->of->provider),
		    made))
		return NULL;
	return arena_strdup(b->m->cx->arena, made);
}

static enum err
right_invoice(struct bill *b)
{
	struct ctx *cx = b->m->cx;
	struct civil d = civil_date(b->month);
	struct record *provider, *contract;

	TRY(record_get(cx, "claim", b->of->claim, &b->claim));
	TRY(record_get(cx, "organisation", b->p->id, &provider));
	TRY(record_get(cx, "contract", record_int(b->claim, "contract"), &contract));
	b->inv = ARENA_NEW(cx->arena, struct einvoice);
	*b->inv = (struct einvoice){
		.number = arena_printf(cx->arena,
				       b->of->service == SRT ? "%d%02d-%zuR" : "%d%02d-%zu", d.year,
				       d.month, b->of->provider + 1),
		.issued = civil_add_months(b->month, 1) + 4,
		.due = civil_add_months(b->month, 1) + 18,
		.type_code = "380",
		.currency = "EUR",
		.contract = record_text(contract, "number_text"),
		.period_from = b->month,
		.period_to = calendar_month_last(b->month),
		.seller = { .name = b->p->name,
			    .reg_code = record_text(provider, "code"),
			    .reg_scheme = "0191",
			    .country = "EE" },
		.buyer = { .name = "Sotsiaalkindlustusamet",
			   .reg_code = "70001975",
			   .reg_scheme = "0191",
			   .country = "EE" },
		.payment_reference = reference(b),
		.ibans = ARENA_ARRAY(cx->arena, 1, const char *),
		.nibans = 1,
		.taxes = ARENA_NEW(cx->arena, struct einvoice_tax),
		.ntaxes = 1,
	};
	b->inv->ibans[0] = record_text(provider, "iban");
	b->inv->taxes[0] =
		(struct einvoice_tax){ .category = "O", .reason = "Ei ole käibemaksukohustuslane" };
	TRY(lines(b));
	return einvoice_sum(cx, b->inv);
}

/* ---- one thing wrong ---- */

static struct einvoice_line *
some_line(struct bill *b)
{
	size_t i = rng_below(&b->m->rng, (uint32_t)b->inv->nlines);

	b->line = (int)i + 1;
	b->person = b->inv->lines[i].props[0].value;
	return &b->inv->lines[i];
}

static const char *
quantity(struct bill *b, int64_t scaled)
{
	return text_from_int(b->m->cx->arena, scaled / EINVOICE_SCALE);
}

static enum err
wrong_price(struct bill *b)
{
	struct einvoice_line *l = some_line(b);

	b->expected = text_money_plain(b->m->cx->arena, l->price / (EINVOICE_SCALE / 100));
	l->price -= 35 * (EINVOICE_SCALE / 100); /* as it was before it was set anew */
	b->found = text_money_plain(b->m->cx->arena, l->price / (EINVOICE_SCALE / 100));
	return OK;
}

static enum err
fewer_days(struct bill *b)
{
	struct einvoice_line *l = some_line(b);

	b->expected = quantity(b, l->quantity);
	l->quantity -= l->quantity > EINVOICE_SCALE ? EINVOICE_SCALE : l->quantity / 2;
	b->found = quantity(b, l->quantity);
	return OK;
}

static bool
is_days(const struct einvoice_line *l)
{
	return text_equal(l->unit, "DAY");
}

/* More than there are working days is told apart from more than somebody was there. */
static enum err
more_days(struct bill *b)
{
	int64_t most = (int64_t)calendar_working_in_month(b->month) * EINVOICE_SCALE;
	struct einvoice_line *l = some_line(b);

	for (size_t i = 0; i < b->inv->nlines && l->quantity + EINVOICE_SCALE > most; i++) {
		l = &b->inv->lines[i];
		b->line = (int)i + 1;
		b->person = l->props[0].value;
	}
	b->reason = is_days(l) && l->quantity + EINVOICE_SCALE > most ? "holiday" : "over_days";
	b->expected = quantity(b, l->quantity);
	l->quantity += EINVOICE_SCALE;
	b->found = quantity(b, l->quantity);
	return OK;
}

static enum err
work_at_weekends(struct bill *b)
{
	struct einvoice_line *l = some_line(b);

	if (!is_days(l))
		b->reason = "over_days"; /* of sessions there may be any number a day */
	b->expected = quantity(b, l->quantity);
	l->quantity = ((int64_t)calendar_working_in_month(b->month) + 4) * EINVOICE_SCALE;
	b->found = quantity(b, l->quantity);
	return OK;
}

/* A line for somebody else: the copy of the last one, which names no line of the report. */
static void
line_for(struct bill *b, const char *person)
{
	struct einvoice_line *l = &b->inv->lines[b->inv->nlines];

	*l = l[-1];
	l->id = text_from_int(b->m->cx->arena, (int64_t)++b->inv->nlines);
	l->name = arena_printf(b->m->cx->arena, "%s %s", SERVICE_NAME[b->of->service], person);
	l->props = ARENA_ARRAY(b->m->cx->arena, 1, struct einvoice_prop);
	l->props[0] = (struct einvoice_prop){ "Isik", person };
	l->nprops = 1;
	b->line = (int)b->inv->nlines;
	b->person = person;
}

static enum err
unknown_person(struct bill *b)
{
	line_for(b, "I-9999999");
	return OK;
}

static enum err
person_of(struct bill *b, const char *sql, struct db_args args)
{
	const char *person;

	if (db_get_text(b->m->cx, sql, args, &person) == OK) {
		line_for(b, person);
		return OK;
	}
	if (b->m->cx->error.code != ERR_NOTFOUND)
		return b->m->cx->error.code;
	ctx_forgive(b->m->cx);
	b->reason = "person_unknown";
	return unknown_person(b);
}

static enum err
person_elsewhere(struct bill *b)
{
	return person_of(b, ELSEWHERE,
			 DB_ARGS(db_int(b->p->id), db_int(b->m->service[b->of->service])));
}

static enum err
former_person(struct bill *b)
{
	return person_of(b, FORMER, DB_ARGS(db_int(b->p->id), db_date(b->month)));
}

static enum err
line_twice(struct bill *b)
{
	struct einvoice_line *l = &b->inv->lines[b->inv->nlines], *first = some_line(b);

	*l = *first;
	l->id = text_from_int(b->m->cx->arena, (int64_t)++b->inv->nlines);
	b->line = (int)b->inv->nlines;
	return OK;
}

static enum err
left_out(struct bill *b)
{
	struct einvoice_line *l = some_line(b);

	if (b->inv->nlines == 1) {
		b->reason = "under_days";
		return fewer_days(b);
	}
	memmove(l, l + 1, (b->inv->nlines - (size_t)b->line) * sizeof(*l));
	b->inv->nlines--;
	b->line = 0;
	return OK;
}

static enum err
another_account(struct bill *b)
{
	b->expected = b->inv->ibans[0];
	b->inv->ibans[0] = b->found = make_iban(b->m, 987654);
	return OK;
}

static enum err
bad_reference(struct bill *b)
{
	char *s = arena_strdup(b->m->cx->arena, b->inv->payment_reference);
	size_t last = strlen(s) - 1;

	b->expected = b->inv->payment_reference;
	s[last] = (char)('0' + (s[last] - '0' + 1) % 10);
	b->inv->payment_reference = b->found = s;
	return OK;
}

static enum err
another_buyer(struct bill *b)
{
	b->expected = b->inv->buyer.reg_code;
	b->found = "70003158";
	b->inv->buyer.reg_code = b->found;
	return OK;
}

static enum err
another_month(struct bill *b)
{
	b->expected = civil_iso(b->m->cx->arena, b->inv->period_from);
	b->inv->period_from = civil_add_months(b->month, -1);
	b->found = civil_iso(b->m->cx->arena, b->inv->period_from);
	b->inv->period_to = calendar_month_last(b->inv->period_from);
	return OK;
}

static enum err
another_contract(struct bill *b)
{
	b->expected = b->inv->contract;
	b->inv->contract = b->found = "2-9/100";
	return OK;
}

/* A stage, or of sessions a code, that the report does not have. */
static enum err
another_stage(struct bill *b)
{
	struct einvoice_line *l = some_line(b);
	bool coded = false;

	b->found = "III";
	for (size_t i = 0; i < l->nprops; i++)
		if (strcmp(l->props[i].name, "Kood") == 0) {
			b->expected = l->props[i].value;
			l->props[i].value = b->found = "9999";
			coded = true;
		}
	if (!coded)
		put_prop(l, "Etapp", b->found);
	return OK;
}

static enum err
with_vat(struct bill *b)
{
	for (size_t i = 0; i < b->inv->nlines; i++) {
		b->inv->lines[i].tax_category = "S";
		b->inv->lines[i].tax_rate = 2400;
	}
	b->inv->ntaxes = 0;
	b->inv->seller.vat = "EE100931558";
	b->expected = "O";
	b->found = "S 24%";
	return OK;
}

/* After the sums are made: the line asks for five euros more than its days come to. */
static enum err
line_sum(struct bill *b)
{
	struct einvoice_line *l = some_line(b);
	struct einvoice_totals *t = &b->inv->totals;

	b->expected = text_money_plain(b->m->cx->arena, l->net);
	l->net += 500;
	b->found = text_money_plain(b->m->cx->arena, l->net);
	t->line_net += 500;
	t->without_tax += 500;
	t->with_tax += 500;
	t->payable += 500;
	b->inv->taxes[0].taxable += 500;
	return OK;
}

static enum err
to_be_paid(struct bill *b)
{
	b->expected = text_money_plain(b->m->cx->arena, b->inv->totals.payable);
	b->inv->totals.payable += 1000;
	b->found = text_money_plain(b->m->cx->arena, b->inv->totals.payable);
	return OK;
}

/* The reason as the comparison names it; and whether it is done after the sums. */
static const struct {
	const char *reason;
	enum err (*fn)(struct bill *b);
	bool after;
} WRONG[] = {
	{ "price", wrong_price, false },
	{ "over_days", more_days, false },
	{ "no_placement", person_elsewhere, false },
	{ "iban", another_account, false },
	{ "duplicate_line", line_twice, false },
	{ "missing_line", left_out, false },
	{ "person_unknown", unknown_person, false },
	{ "outside_period", former_person, false },
	{ "under_days", fewer_days, false },
	{ "holiday", work_at_weekends, false },
	{ "sum", line_sum, true },
	{ "total", to_be_paid, true },
	{ "vat", with_vat, false },
	{ "reference", bad_reference, false },
	{ "wrong_buyer", another_buyer, false },
	{ "period", another_month, false },
	{ "contract", another_contract, false },
	{ "stage", another_stage, false },
	{ "over_places", fault_places, false },
	{ "over_ceiling", fault_ceiling, false },
	{ "not_eligible", fault_right, false },
	{ "licence", fault_licence, false },
};
#define NWRONG (sizeof(WRONG) / sizeof(*WRONG))

/* ---- files ---- */

static enum err
write_file(struct ctx *cx, const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "wb");
	bool fine;

	if (f == NULL)
		return fail(cx, ERR_IO, "err.file_open", path, strerror(errno));
	fine = fwrite(b->bytes, 1, b->len, f) == b->len;
	fine = fclose(f) == 0 && fine;
	return fine ? OK : fail(cx, ERR_IO, "err.file_open", path, strerror(errno));
}

static void
put_key(struct json_out *j, const struct bill *b, const char *file)
{
	json_map(j);
	json_pair_text(j, "file", file);
	json_pair_text(j, "invoice", b->inv->number);
	json_pair_text(j, "claim", b->claim->number);
	json_pair_text(j, "provider", b->p->name);
	json_pair_text(j, "reason", b->reason);
	json_key(j, "reasons");
	json_list(j);
	if (b->reason != NULL)
		json_put_text(j, b->reason);
	if (b->barred)
		json_put_text(j, "barred_overlap");
	if (b->proof_ended && !text_equal(b->reason, "not_eligible"))
		json_put_text(j, "not_eligible");
	json_list_end(j);
	if (b->line > 0)
		json_pair_int(j, "line", b->line);
	json_pair_text(j, "person", b->person);
	json_pair_text(j, "expected", b->expected);
	json_pair_text(j, "found", b->found);
	json_map_end(j);
}

static enum err
bill(struct make *m, const struct billed *of, int wrong, const char *more, struct json_out *key)
{
	struct ctx *cx = m->cx;
	struct bill b = { .m = m,
			  .of = of,
			  .p = &m->providers[of->provider],
			  .month = civil_add_months(calendar_month_first(m->today), -1) };
	const char *file;
	SCOPED_BUF out;

	buf_init(&out, MAX_XML);
	TRY(right_invoice(&b));
	if (b.inv->nlines == 0)
		return OK;
	if (*more != '\0') { /* the same month a second time */
		b.inv->number = arena_printf(cx->arena, "%s%s", b.inv->number, more);
		b.reason = "duplicate_invoice";
		m->report->seeded++;
	}
	if (of == &m->unconfirmed) {
		b.reason = "not_confirmed";
		m->report->seeded++;
	}
	TRY(fault_barred(&b));
	TRY(fault_proof(&b));
	if (wrong >= 0) {
		b.reason = WRONG[wrong].reason;
		TRY(WRONG[wrong].fn(&b));
		m->report->seeded++;
	}
	if (wrong < 0 || !WRONG[wrong].after)
		TRY(einvoice_sum(cx, b.inv));
	TRY(einvoice_write(cx, b.inv, &out));
	TRY(buf_check(cx, &out));
	file = arena_printf(cx->arena, "arve-%s.xml", b.inv->number);
	TRY(write_file(cx, arena_printf(cx->arena, "%s/%s", m->order->folder, file), &out));
	put_key(key, &b, file);
	m->report->invoices++;
	return OK;
}

/* ---- what a bar entered later makes wrong ---- */

static enum err
overlaps(struct make *m, enum service a, enum service b, int32_t from, struct json_out *key)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(m->cx, OVERLAPS,
		     DB_ARGS(db_int(m->service[a]), db_int(m->service[b]), db_date(from)), &q));
	for (;;) {
		TRY(stmt_step(m->cx, q, &row));
		if (!row)
			return OK;
		json_map(key);
		json_pair_text(key, "reason", "barred_overlap");
		json_pair_text(key, "person", stmt_text(q, 0));
		json_pair_text(key, "placement", stmt_text(q, 1));
		json_pair_text(key, "barred", stmt_text(q, 2));
		json_map_end(key);
		m->report->seeded++;
	}
}

/* Found out later: the two services may not be had together. */
static enum err
bar(struct make *m)
{
	struct change *ch = change_new(m->cx, "service_bar");
	int64_t id;

	make_act(m, &m->manager, m->today - 6);
	change_int(ch, "service", m->service[TT]);
	change_int(ch, "other", m->service[SRT]);
	change_int(ch, "valid_from", civil_add_months(calendar_month_first(m->today), -1));
	change_text(ch, "law", "SHS § 71, selgitus");
	change_int(ch, "confirmed", 1);
	return make_create(m, ch, &id);
}

enum err
make_bills(struct make *m)
{
	struct json_out j;
	SCOPED_BUF b;
	size_t wrong = 0;

	buf_init(&b, MAX_KEY);
	TRY(fault_overlap(m));
	TRY(bar(m));
	if (m->order->folder == NULL || m->order->key == NULL)
		return OK;
	if (mkdir(m->order->folder, 0700) != 0 && errno != EEXIST)
		return fail(m->cx, ERR_IO, "err.file_open", m->order->folder, strerror(errno));
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_int(&j, "seed", (int64_t)m->order->seed);
	json_pair_text(&j, "today", civil_iso(m->cx->arena, m->today));
	json_key(&j, "invoices");
	json_list(&j);
	for (size_t i = 0; i < m->nclaims; i++) {
		/* One right, seven wrong, until every way is met; then all right. */
		bool right = i % 8 == 0 || wrong == NWRONG;

		TRY(bill(m, &m->claims[i], right ? -1 : (int)wrong++, "", &j));
		if (i == 0)
			TRY(bill(m, &m->claims[i], -1, "-2", &j));
	}
	if (m->unconfirmed.claim != 0)
		TRY(bill(m, &m->unconfirmed, -1, "", &j));
	json_list_end(&j);
	json_key(&j, "overlaps");
	json_list(&j);
	TRY(overlaps(m, PKT, TT, civil_day(2023, 12, 1), &j));
	TRY(overlaps(m, TT, SRT, civil_add_months(calendar_month_first(m->today), -1), &j));
	json_list_end(&j);
	json_map_end(&j);
	TRY(json_done(m->cx, &j));
	return write_file(m->cx, m->order->key, &b);
}
