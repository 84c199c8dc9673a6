/* Tests of reading, summing and writing e-invoices, and of the checks on single invoices. */
#include "format/einvoice/einvoice.h"

#include <string.h>

#include "base/civil.h"
#include "base/test.h"
#include "base/text.h"
#include "format/xml.h"

/* An invoice as our providers send it: two people, one line each, no VAT (social service). */
static struct einvoice *
sample(struct test *t)
{
	struct einvoice *inv = ARENA_NEW(t->arena, struct einvoice);
	struct einvoice_line *l = ARENA_ARRAY(t->arena, 2, struct einvoice_line);
	const char **ibans = ARENA_ARRAY(t->arena, 1, const char *);

	*inv = (struct einvoice){
		.number = "2026-041",
		.issued = civil_day(2026, 5, 4),
		.due = civil_day(2026, 5, 25),
		.type_code = "380",
		.currency = "EUR",
		.buyer_reference = "PKT",
		.contract = "PKT-2025/7",
		.note = "Aprill & <mai>",
		.period_from = civil_day(2026, 4, 1),
		.period_to = civil_day(2026, 4, 30),
		.seller = { .name = "MT\xC3\x9C N\xC3\xA4idiskodu",
			    .reg_code = "89999999",
			    .reg_scheme = "0191",
			    .vat = NULL,
			    .street = "N\xC3\xA4idise 1",
			    .city = "Rapla",
			    .post_code = "79511",
			    .country = "EE" },
		.buyer = { .name = "Sotsiaalkindlustusamet",
			   .reg_code = "70001975",
			   .reg_scheme = "0191",
			   .country = "EE" },
		.ibans = ibans,
		.nibans = 1,
		.payment_reference = "202508177",
		.lines = l,
		.nlines = 2,
		.taxes = ARENA_NEW(t->arena, struct einvoice_tax),
		.ntaxes = 1,
	};
	ibans[0] = "EE382200221020145685";
	inv->taxes[0] =
		(struct einvoice_tax){ .category = "E", .rate = 0, .reason = "KMS § 16 lg 1 p 6" };
	for (int i = 0; i < 2; i++) {
		l[i] = (struct einvoice_line){ .id = i == 0 ? "1" : "2",
					       .name = "Kaitstud t\xC3\xB6\xC3\xB6",
					       .quantity = (17 + i) * INT64_C(1000000) + 500000,
					       .unit = "DAY",
					       .price = 31234567, /* 31.234567 */
					       .base_quantity = EINVOICE_SCALE,
					       .period_from = civil_day(2026, 4, 1),
					       .period_to = civil_day(2026, 4, 30),
					       .tax_category = "E",
					       .tax_rate = 0,
					       .props = ARENA_ARRAY(t->arena, 2,
								    struct einvoice_prop),
					       .nprops = 2 };
		l[i].props[0] = (struct einvoice_prop){ "isik", i == 0 ? "P-1" : "P-2" };
		l[i].props[1] = (struct einvoice_prop){ "etapp", "II" };
	}
	return inv;
}

static struct einvoice *
written_and_read(struct test *t, const struct einvoice *inv)
{
	struct ctx *cx = test_ctx(t);
	struct einvoice *back = NULL;
	SCOPED_BUF b;

	buf_init(&b, MAX_XML);
	EXPECT_OK(einvoice_write(cx, inv, &b));
	EXPECT_OK(einvoice_read(cx, "a.xml", b.bytes, b.len, &back));
	return back;
}

TEST(einvoice_written_reads_back_the_same)
{
	struct ctx *cx = test_ctx(t);
	struct einvoice *inv = sample(t), *back;
	struct einvoice_findings found;

	EXPECT_OK(einvoice_sum(cx, inv));
	EXPECT_INT(54660, inv->lines[0].net); /* 17.5 x 31.234567 = 546.6049 */
	EXPECT_INT(57784, inv->lines[1].net);
	EXPECT_INT(112444, inv->totals.payable);
	back = written_and_read(t, inv);
	EXPECT(back->format == EINVOICE_UBL && !back->credit);
	EXPECT_TEXT("2026-041", back->number);
	EXPECT_INT(inv->issued, back->issued);
	EXPECT_INT(inv->due, back->due);
	EXPECT_TEXT("380", back->type_code);
	EXPECT_TEXT("PKT-2025/7", back->contract);
	EXPECT(back->order == NULL && back->npreceding == 0);
	EXPECT_TEXT("Aprill & <mai>", back->note);
	EXPECT_INT(inv->period_to, back->period_to);
	EXPECT_TEXT(inv->seller.name, back->seller.name);
	EXPECT_TEXT("0191", back->seller.reg_scheme);
	EXPECT(back->seller.vat == NULL);
	EXPECT_TEXT("70001975", back->buyer.reg_code);
	EXPECT_INT(1, back->nibans);
	EXPECT_TEXT("EE382200221020145685", back->ibans[0]);
	EXPECT_TEXT("202508177", back->payment_reference);
	EXPECT_INT(0, memcmp(&inv->totals, &back->totals, sizeof(inv->totals)));
	EXPECT_INT(1, back->ntaxes);
	EXPECT_INT(112444, back->taxes[0].taxable);
	EXPECT_TEXT("E", back->taxes[0].category);
	EXPECT_TEXT(inv->taxes[0].reason, back->taxes[0].reason);
	EXPECT_INT(2, back->nlines);
	EXPECT_INT(17500000, back->lines[0].quantity);
	EXPECT_INT(31234567, back->lines[0].price);
	EXPECT_TEXT("DAY", back->lines[0].unit);
	EXPECT_INT(inv->lines[0].period_from, back->lines[0].period_from);
	EXPECT_INT(2, back->lines[1].nprops);
	EXPECT_TEXT("isik", back->lines[1].props[0].name);
	EXPECT_TEXT("P-2", back->lines[1].props[0].value);
	EXPECT(back->lines[1].row > back->lines[0].row);
	/* The seller is no VAT payer: exemption needs a number by BR-E-02, and nothing else lacks.
	 */
	einvoice_check(cx, back, &found);
	EXPECT_INT(1, found.n);
	EXPECT_TEXT("BR-E-02", found.list[0].rule);
	inv->seller.vat = "EE101234567";
	einvoice_check(cx, written_and_read(t, inv), &found);
	EXPECT_INT(0, found.n);
}

TEST(einvoice_sums_vat_allowances_and_credit)
{
	struct ctx *cx = test_ctx(t);
	struct einvoice *inv = sample(t), *back;
	struct einvoice_adjust cut = {
		.amount = 1000, .reason = "soodustus", .category = "S", .rate = 2400
	};
	struct einvoice_ref ref = { "2026-040", civil_day(2026, 4, 4) };
	struct einvoice_findings found;

	inv->seller.vat = "EE101234567";
	inv->credit = true;
	inv->type_code = "381";
	inv->preceding = &ref;
	inv->npreceding = 1;
	inv->adjusts = &cut;
	inv->nadjusts = 1;
	inv->lines[1].tax_category = "S";
	inv->lines[1].tax_rate = 2400;
	inv->lines[1].base_quantity = 2 * EINVOICE_SCALE;
	EXPECT_OK(einvoice_sum(cx, inv));
	EXPECT_INT(28892, inv->lines[1].net); /* 18.5 x 31.234567 / 2 = 288.9197 */
	EXPECT_INT(2, inv->ntaxes);
	EXPECT_INT(27892, inv->taxes[1].taxable);
	EXPECT_INT(6694, inv->taxes[1].tax); /* 66.9408 */
	EXPECT_INT(54660 + 27892 + 6694, inv->totals.payable);
	back = written_and_read(t, inv);
	EXPECT(back->credit);
	EXPECT_TEXT("2026-040", back->preceding[0].number);
	EXPECT_INT(ref.date, back->preceding[0].date);
	EXPECT_INT(inv->due, back->due);
	EXPECT_INT(1, back->nadjusts);
	EXPECT_INT(1000, back->adjusts[0].amount);
	EXPECT(!back->adjusts[0].charge);
	EXPECT_INT(2 * EINVOICE_SCALE, back->lines[1].base_quantity);
	einvoice_check(cx, back, &found);
	EXPECT_INT(0, found.n);
}

/* The sample as text, with one piece replaced by another. */
static char *
spoiled(struct test *t, const char *from, const char *to)
{
	struct ctx *cx = test_ctx(t);
	struct einvoice *inv = sample(t);
	const char *at;
	SCOPED_BUF b;

	inv->seller.vat = "EE101234567";
	EXPECT_OK(einvoice_sum(cx, inv));
	buf_init(&b, MAX_XML);
	EXPECT_OK(einvoice_write(cx, inv, &b));
	at = strstr(b.bytes, from);
	if (at == NULL)
		print_error("not there: %s\n", from);
	EXPECT(at != NULL);
	return arena_printf(t->arena, "%.*s%s%s", (int)(at - b.bytes), b.bytes, to,
			    at + strlen(from));
}

TEST(einvoice_refuses_what_it_cannot_understand)
{
	static const struct {
		const char *from, *to, *key;
	} CASES[] = {
		{ "<cbc:DocumentCurrencyCode>EUR", "<cbc:DocumentCurrencyCode>USD",
		  "err.einvoice_currency" },
		{ "<cbc:PayableAmount currencyID=\"EUR\">",
		  "<cbc:PayableAmount currencyID=\"NOK\">", "err.einvoice_currency" },
		{ "<cbc:PayableAmount currencyID=\"EUR\">", "<cbc:PayableAmount>",
		  "err.einvoice_currency" },
		{ "<cbc:PriceAmount currencyID=\"EUR\">", "<cbc:PriceAmount currencyID=\"SEK\">",
		  "err.einvoice_currency" },
		{ ">1124.44</cbc:PayableAmount", ">1124.440</cbc:PayableAmount",
		  "err.einvoice_decimals" },
		{ ">1124.44</cbc:PayableAmount", ">1124.445</cbc:PayableAmount",
		  "err.einvoice_decimals" },
		{ ">1124.44</cbc:PayableAmount", ">1.12444E3</cbc:PayableAmount",
		  "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", ">1E3</cbc:PayableAmount", "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", ">1 124.44</cbc:PayableAmount",
		  "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", ">1124,44</cbc:PayableAmount",
		  "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", "></cbc:PayableAmount", "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", ">INF</cbc:PayableAmount", "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", ">\xD9\xA1</cbc:PayableAmount",
		  "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", ">99999999999999999999</cbc:PayableAmount",
		  "err.einvoice_amount" },
		{ ">1124.44</cbc:PayableAmount", ">100000000001</cbc:PayableAmount",
		  "err.einvoice_large" },
		{ ">17.5</cbc:InvoicedQuantity", ">9999999999</cbc:InvoicedQuantity",
		  "err.einvoice_large" },
		{ ">17.5</cbc:InvoicedQuantity", ">0.1234567</cbc:InvoicedQuantity",
		  "err.einvoice_number" },
		{ ">17.5</cbc:InvoicedQuantity", ">17,5</cbc:InvoicedQuantity",
		  "err.einvoice_number" },
		{ "<cbc:Percent>0<", "<cbc:Percent>-1<", "err.einvoice_rate" },
		{ "<cbc:Percent>0<", "<cbc:Percent>24%<", "err.einvoice_rate" },
		{ "2026-05-04", "04.05.2026", "err.einvoice_date" },
		{ "2026-05-04", "2026-02-30", "err.einvoice_date" },
		{ "2026-05-04", "2026-05-04+03:00", "err.einvoice_date" },
		{ "<cbc:ID>2026-041</cbc:ID>", "<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>",
		  "err.einvoice_double" },
		{ "<cbc:PayableAmount",
		  "<cbc:PayableAmount currencyID=\"EUR\">1</cbc:PayableAmount><cbc:PayableAmount",
		  "err.einvoice_double" },
		{ "</cac:Price>", "<cbc:BaseQuantity>0</cbc:BaseQuantity></cac:Price>",
		  "err.einvoice_base" },
		{ "xsd:Invoice-2", "xsd:Order-2", "err.einvoice_kind" },
		{ "</Invoice>", "</Invoice><Invoice/>", "err.xml_extra" },
		{ "</Invoice>", "", "err.xml_cut" },
		{ "?>", "?><!DOCTYPE x [<!ENTITY a \"b\">]>", "err.xml_doctype" },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *doc = spoiled(t, CASES[i].from, CASES[i].to);
		struct einvoice *inv = NULL;

		ctx_forgive(cx);
		EXPECT(einvoice_read(cx, "arve.xml", doc, strlen(doc), &inv) == ERR_INVALID);
		if (!text_equal(CASES[i].key, cx->error.key))
			print_error("%s\n", CASES[i].to);
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_TEXT("arve.xml", cx->error.file);
		EXPECT(cx->error.line > 0);
		EXPECT(inv == NULL);
	}
}

TEST(einvoice_check_finds_what_is_wrong_and_where)
{
	static const struct {
		const char *from, *to, *rule;
		int line_no;
	} CASES[] = {
		{ ">1124.44</cbc:PayableAmount", ">1124.43</cbc:PayableAmount", "BR-CO-16", 0 },
		{ ">546.60</cbc:LineExtensionAmount", ">546.61</cbc:LineExtensionAmount",
		  "BR-CO-10", 0 },
		{ "<cbc:ID>2026-041</cbc:ID>", "", "BR-02", 0 },
		{ "<cbc:ID>2</cbc:ID>", "<cbc:ID>1</cbc:ID>", "HOOL-01", 2 },
		{ "<cbc:ID>2</cbc:ID>", "", "BR-21", 2 },
		{ "<cbc:PriceAmount currencyID=\"EUR\">31",
		  "<cbc:PriceAmount currencyID=\"EUR\">-31", "BR-27", 1 },
		{ "<cbc:DueDate>2026-05-25</cbc:DueDate>", "", "BR-CO-25", 0 },
		{ "EE382200221020145685", "EE382200221020145686", "HOOL-03", 0 },
		{ ">89999999<", ">89999998<", "HOOL-04", 0 },
		{ "EE101234567", "QQ101234567", "BR-CO-09", 0 },
		{ "<cbc:Percent>0<", "<cbc:Percent>5<", "BR-CO-17", 0 },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *doc = spoiled(t, CASES[i].from, CASES[i].to);
		struct einvoice_findings found;
		struct einvoice *inv = NULL;
		bool there = false;

		EXPECT_OK(einvoice_read(cx, "arve.xml", doc, strlen(doc), &inv));
		einvoice_check(cx, inv, &found);
		for (size_t k = 0; k < found.n; k++)
			if (strcmp(found.list[k].rule, CASES[i].rule) == 0) {
				there = true;
				EXPECT_INT(CASES[i].line_no, found.list[k].line_no);
				EXPECT(found.list[k].row > 0);
				EXPECT(found.list[k].where[0] == '/');
				EXPECT(found.list[k].fatal == (CASES[i].rule[0] == 'B'));
			}
		if (!there)
			print_error("not found: %s\n", CASES[i].rule);
		EXPECT(there);
	}
}

TEST(einvoice_negative_quantities_are_read)
{
	struct ctx *cx = test_ctx(t);
	struct einvoice *inv = sample(t), *back;

	inv->lines[1].quantity = -2 * INT64_C(1000000);
	EXPECT_OK(einvoice_sum(cx, inv));
	EXPECT_INT(-6247, inv->lines[1].net);
	back = written_and_read(t, inv);
	EXPECT_INT(-2 * INT64_C(1000000), back->lines[1].quantity);
	EXPECT_INT(-6247, back->lines[1].net);
}

TEST(einvoice_sum_refuses_overflow)
{
	struct ctx *cx = test_ctx(t);
	struct einvoice *inv = sample(t);

	inv->lines[0].quantity = INT64_C(1000000000000000000);
	inv->lines[0].price = INT64_C(1000000000000000000);
	EXPECT_ERR(ERR_LIMIT, einvoice_sum(cx, inv));
}

/* As many lines as allowed are read and checked; one more is refused. */
TEST(einvoice_line_limit)
{
	static const char LINE[] =
		"<a:InvoiceLine><b:ID>%d</b:ID><b:InvoicedQuantity unitCode='DAY'>1"
		"</b:InvoicedQuantity><b:LineExtensionAmount currencyID='EUR'>1.00"
		"</b:LineExtensionAmount><a:Item><b:Name>x</b:Name></a:Item><a:Price>"
		"<b:PriceAmount currencyID='EUR'>1</b:PriceAmount></a:Price></a:InvoiceLine>";
	struct ctx *cx = test_ctx(t);
	struct einvoice *inv = NULL;
	struct einvoice_findings found;
	SCOPED_BUF b;

	buf_init(&b, MAX_XML);
	buf_text(&b, "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "
		     "xmlns:a='urn:oasis:names:specification:ubl:schema:xsd:"
		     "CommonAggregateComponents-2' xmlns:b='urn:oasis:names:specification:ubl:"
		     "schema:xsd:CommonBasicComponents-2'>");
	for (int i = 0; i < MAX_INVOICE_LINES; i++)
		buf_printf(&b, LINE, i);
	buf_text(&b, "</Invoice>");
	EXPECT(!b.too_large);
	EXPECT_OK(einvoice_read(cx, "a.xml", b.bytes, b.len, &inv));
	EXPECT_INT(MAX_INVOICE_LINES, inv->nlines);
	einvoice_check(cx, inv, &found);
	EXPECT_INT(MAX_FINDINGS, found.n);
	EXPECT(found.more && found.fatal >= MAX_INVOICE_LINES);
	EXPECT(arena_size(cx->arena) < 100u * 1024 * 1024);
	b.len -= strlen("</Invoice>");
	buf_printf(&b, LINE, MAX_INVOICE_LINES);
	buf_text(&b, "</Invoice>");
	EXPECT_INT(ERR_LIMIT, einvoice_read(cx, "a.xml", b.bytes, b.len, &inv));
	EXPECT_TEXT("err.einvoice_lines", cx->error.key);
}

TEST(einvoice_reads_the_published_examples_in_euros)
{
	static const char *const FILES[] = { "ubl-tc434-example1.xml", "guide-example1.xml",
					     "ubl-tc434-creditnote1.xml" };
	struct ctx *cx = test_ctx(t);
	size_t len;

	for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
		const char *path =
			test_data(t, arena_printf(t->arena, "einvoice/ubl-examples/%s", FILES[i]));
		struct einvoice *inv = NULL;
		const char *bytes;

		if (path == NULL)
			SKIP();
		bytes = test_read(t, path, &len);
		EXPECT_OK(einvoice_read(cx, FILES[i], bytes, len, &inv));
		EXPECT(inv->number != NULL && inv->nlines > 0 && inv->seller.name != NULL);
		EXPECT(inv->totals.payable != 0);
	}
}

/* What the file of expectations says of our system, as far as one invoice alone can tell. */
static const struct {
	const char *file;
	enum err err;
	const char *says; /* key of the error, or the rule found; NULL: nothing found */
} EARVE[] = {
	{ "good-one-invoice", OK, NULL },
	{ "good-two-invoices", OK, NULL },
	{ "good-credit", OK, NULL },
	{ "sum-mismatch", OK, "BR-CO-15" },
	{ "payment-sum-differs", OK, "HOOL-02" },
	{ "footer-count", ERR_INVALID, "err.einvoice_footer" },
	{ "iban-wrong", OK, "HOOL-03" },
	{ "iban-not-in-contract", OK, NULL },
	{ "buyer-other", OK, NULL },
	{ "seller-code-invalid", OK, "HOOL-04" },
	{ "period-before-contract", OK, NULL },
	{ "date-future", OK, NULL },
	{ "duplicate-invoice-in-file", OK, "HOOL-08" },
	{ "credit-without-source", OK, "HOOL-05" },
	{ "credit-over-original", OK, NULL },
	{ "negative-debit", OK, "HOOL-07" },
	{ "zero-invoice", OK, "HOOL-06" },
	{ "price-over-limit", OK, NULL },
	{ "version-1.11", OK, NULL },
	{ "order-changed", ERR_INVALID, "err.einvoice_order" },
	{ "three-decimals-total", ERR_INVALID, "err.einvoice_decimals" },
	{ "exponent", ERR_INVALID, "err.einvoice_" },
	{ "namespace-added", ERR_INVALID, "err.einvoice_kind" },
	{ "xxe", ERR_INVALID, "err.xml_doctype" },
	{ "doctype-harmless", ERR_INVALID, "err.xml_doctype" },
	{ "truncated", ERR_INVALID, "err.xml_" },
	{ "two-roots", ERR_INVALID, "err.xml_extra" },
	{ "windows-1257", OK, NULL },
	{ "utf8-declared-latin1-bytes", ERR_INVALID, "err.xml_bytes" },
	{ "utf8-bom", OK, NULL },
};

TEST(einvoice_earve_as_expected)
{
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(EARVE) / sizeof(EARVE[0]); i++) {
		const char *name =
			arena_printf(t->arena, "einvoice/e-arve-own/%s.xml", EARVE[i].file);
		const char *path = test_data(t, name), *bytes;
		struct einvoice **list = NULL;
		size_t len, n = 0, wrong = 0;
		bool there = false;
		enum err e;

		if (path == NULL)
			SKIP();
		bytes = test_read(t, path, &len);
		ctx_forgive(cx);
		e = einvoice_read_all(cx, name, bytes, len, &list, &n);
		if (e != EARVE[i].err || (e != OK && !text_starts(cx->error.key, EARVE[i].says)))
			print_error("%s: %s\n", name, cx->error.key);
		EXPECT_INT(EARVE[i].err, e);
		if (e != OK) {
			EXPECT(text_starts(cx->error.key, EARVE[i].says));
			EXPECT(cx->error.line > 0);
			continue;
		}
		for (size_t k = 0; k < n; k++) {
			struct einvoice_findings found;

			einvoice_check(cx, list[k], &found);
			wrong += found.n;
			for (size_t f = 0; f < found.n; f++)
				there = there || text_equal(found.list[f].rule, EARVE[i].says);
		}
		if (there != (EARVE[i].says != NULL))
			print_error("%s: %s\n", name, EARVE[i].says);
		EXPECT(there == (EARVE[i].says != NULL));
		EXPECT(wrong <= 2); /* a wrong total differs from the sum in the payment, too */
	}
}

TEST(einvoice_earve_fields)
{
	struct ctx *cx = test_ctx(t);
	const char *path = test_data(t, "einvoice/e-arve-own/good-two-invoices.xml"), *bytes;
	struct einvoice **list = NULL, *inv, *one = NULL;
	size_t len, n = 0;

	if (path == NULL)
		SKIP();
	bytes = test_read(t, path, &len);
	EXPECT_OK(einvoice_read_all(cx, "e.xml", bytes, len, &list, &n));
	EXPECT_INT(2, n);
	inv = list[1];
	EXPECT_TEXT("HK/25/311", inv->number);
	EXPECT_TEXT("19999992", inv->seller.reg_code);
	EXPECT_TEXT("EH-2025-17", inv->contract);
	EXPECT_INT(civil_day(2025, 9, 26), inv->due);
	EXPECT_INT(civil_day(2025, 8, 31), inv->period_to);
	EXPECT_INT(175808, inv->totals.payable);
	EXPECT_INT(1189, inv->totals.tax);
	EXPECT_INT(2, inv->nlines);
	EXPECT_INT(54730000, inv->lines[0].price);
	EXPECT_TEXT("E", inv->lines[0].tax_category);
	EXPECT_INT(2400, inv->lines[1].tax_rate);
	EXPECT_INT(1, inv->nibans);
	EXPECT_ERR(ERR_INVALID, einvoice_read(cx, "e.xml", bytes, len, &one));
	path = test_data(t, "einvoice/e-arve-own/good-credit.xml");
	bytes = test_read(t, path, &len);
	EXPECT_OK(einvoice_read(cx, "e.xml", bytes, len, &one));
	EXPECT(one->credit);
	EXPECT_INT(4725, one->totals.payable);
	EXPECT_INT(2500000, one->lines[0].quantity);
	EXPECT_TEXT("2025-0817", one->preceding[0].number);
}
