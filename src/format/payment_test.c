/* Tests of payment orders. */
#include "format/payment.h"

#include <string.h>

#include "base/civil.h"
#include "base/test.h"
#include "format/csv.h"
#include "format/xml.h"

static const struct xml_ns NS[] = { { "p", "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09" },
				    { NULL, NULL } };

static const struct payment TWO[] = {
	{ .id = "A-1",
	  .name = "MT\xC3\x9C N\xC3\xA4idis & Co",
	  .iban = "EE38 2200 2210 2014 5685",
	  .cents = 104385,
	  .reference = "202508177" },
	{ .id = "A-2",
	  .name = "=SUM(A1)",
	  .iban = "DE89370400440532013000",
	  .cents = 1,
	  .text = "Arve 2026-041" },
};

static struct payment_order
order_of(const struct payment *list, size_t n)
{
	return (struct payment_order){ .id = "M-2026-05-25",
				       .initiator = "Sotsiaalkindlustusamet",
				       .debtor = "Sotsiaalkindlustusamet",
				       .debtor_iban = "EE382200221020145685",
				       .on = civil_day(2026, 5, 26),
				       .payments = list,
				       .n = n };
}

TEST(payment_order_as_pain_001)
{
	struct ctx *cx = test_ctx(t);
	struct payment_order order = order_of(TWO, 2);
	struct xml *root = NULL;
	const struct xml *head, *info, *one;
	SCOPED_BUF b;

	buf_init(&b, MAX_PAGE);
	EXPECT_OK(payment_write_xml(cx, &order, &b));
	EXPECT_OK(xml_parse(cx, "p.xml", b.bytes, b.len, &root));
	head = xml_at(root, NS, "p:CstmrCdtTrfInitn/p:GrpHdr");
	EXPECT_TEXT("M-2026-05-25", xml_at(head, NS, "p:MsgId")->text);
	EXPECT_TEXT("2026-05-25T09:00:00Z", xml_at(head, NS, "p:CreDtTm")->text);
	EXPECT_TEXT("2", xml_at(head, NS, "p:NbOfTxs")->text);
	EXPECT_TEXT("1043.86", xml_at(head, NS, "p:CtrlSum")->text);
	info = xml_at(root, NS, "p:CstmrCdtTrfInitn/p:PmtInf");
	EXPECT_TEXT("1043.86", xml_at(info, NS, "p:CtrlSum")->text);
	EXPECT_TEXT("2026-05-26", xml_at(info, NS, "p:ReqdExctnDt/p:Dt")->text);
	EXPECT_TEXT("NOTPROVIDED", xml_at(info, NS, "p:DbtrAgt/p:FinInstnId/p:Othr/p:Id")->text);
	one = xml_at(info, NS, "p:CdtTrfTxInf");
	EXPECT_TEXT("1043.85", xml_at(one, NS, "p:Amt/p:InstdAmt")->text);
	EXPECT_TEXT("EUR", xml_attr(xml_at(one, NS, "p:Amt/p:InstdAmt"), "Ccy"));
	EXPECT_TEXT(TWO[0].name, xml_at(one, NS, "p:Cdtr/p:Nm")->text);
	EXPECT_TEXT("EE382200221020145685", xml_at(one, NS, "p:CdtrAcct/p:Id/p:IBAN")->text);
	EXPECT_TEXT("202508177", xml_at(one, NS, "p:RmtInf/p:Strd/p:CdtrRefInf/p:Ref")->text);
	one = xml_next(one, one->ns, one->name);
	EXPECT_TEXT("Arve 2026-041", xml_at(one, NS, "p:RmtInf/p:Ustrd")->text);
	EXPECT_TEXT("0.01", xml_at(one, NS, "p:Amt/p:InstdAmt")->text);
	order.debtor_bic = "EEUHEE2X";
	buf_clear(&b);
	EXPECT_OK(payment_write_xml(cx, &order, &b));
	EXPECT(strstr(b.bytes, "<BICFI>EEUHEE2X</BICFI>") != NULL);
}

TEST(payment_order_as_csv)
{
	struct ctx *cx = test_ctx(t);
	struct payment_order order = order_of(TWO, 2);
	struct csv *csv = NULL;
	SCOPED_BUF b;

	buf_init(&b, MAX_PAGE);
	EXPECT_OK(payment_write_csv(cx, &order, &b));
	EXPECT_OK(csv_parse(cx, "p.csv", b.bytes, b.len, &csv));
	EXPECT_INT(4, csv->nrows);
	EXPECT_TEXT("1043,85", csv->rows[1].cells[3]);
	EXPECT_TEXT("'=SUM(A1)", csv->rows[2].cells[1]);
	EXPECT_TEXT("1043,86", csv->rows[3].cells[3]);
	EXPECT_TEXT("2", csv->rows[3].cells[4]);
}

TEST(payment_refuses_bad_orders)
{
	static const struct {
		struct payment p;
		const char *key;
	} CASES[] = {
		{ { "", "A", "EE382200221020145685", 1, NULL, "x" }, "err.payment_id" },
		{ { "\xC3\x95", "A", "EE382200221020145685", 1, NULL, "x" }, "err.payment_id" },
		{ { "/1", "A", "EE382200221020145685", 1, NULL, "x" }, "err.payment_id" },
		{ { "123456789012345678901234567890123456", "A", "EE382200221020145685", 1, NULL,
		    "x" },
		  "err.payment_id" },
		{ { "1", "", "EE382200221020145685", 1, NULL, "x" }, "err.payment_name" },
		{ { "1", NULL, "EE382200221020145685", 1, NULL, "x" }, "err.payment_name" },
		{ { "1", "A\nB", "EE382200221020145685", 1, NULL, "x" }, "err.payment_name" },
		{ { "1", "A", "EE382200221020145686", 1, NULL, "x" }, "err.payment_iban" },
		{ { "1", "A", "", 1, NULL, "x" }, "err.payment_iban" },
		{ { "1", "A", NULL, 1, NULL, "x" }, "err.payment_iban" },
		{ { "1", "A", "EE382200221020145685", 0, NULL, "x" }, "err.payment_amount" },
		{ { "1", "A", "EE382200221020145685", -5, NULL, "x" }, "err.payment_amount" },
		{ { "1", "A", "EE382200221020145685", INT64_MAX, NULL, "x" },
		  "err.payment_amount" },
		{ { "1", "A", "EE382200221020145685", 1, "202508178", NULL },
		  "err.payment_reference" },
		{ { "1", "A", "EE382200221020145685", 1, "RF19539007547034", NULL },
		  "err.payment_reference" },
		{ { "1", "A", "EE382200221020145685", 1, NULL, NULL }, "err.payment_one_of" },
		{ { "1", "A", "EE382200221020145685", 1, "202508177", "x" }, "err.payment_one_of" },
		{ { "1", "A", "EE382200221020145685", 1, NULL, "" }, "err.payment_text" },
	};
	struct ctx *cx = test_ctx(t);
	struct payment_order order = order_of(TWO, 0);
	SCOPED_BUF b;

	buf_init(&b, MAX_PAGE);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		order = order_of(&CASES[i].p, 1);
		ctx_forgive(cx);
		EXPECT_INT(ERR_INVALID, payment_write_xml(cx, &order, &b));
		EXPECT_TEXT(CASES[i].key, cx->error.key);
		EXPECT_INT(0, b.len);
	}
	ctx_forgive(cx);
	order = order_of(TWO, 0);
	EXPECT_ERR(ERR_INVALID, payment_write_xml(cx, &order, &b));
	order = order_of(TWO, MAX_PAYMENTS + 1);
	EXPECT_ERR(ERR_LIMIT, payment_write_xml(cx, &order, &b));
	order = order_of(TWO, 2);
	order.debtor_iban = "EE00";
	EXPECT_ERR(ERR_INVALID, payment_write_csv(cx, &order, &b));
	order = order_of(TWO, 2);
	order.debtor_bic = "eeuhee2x";
	EXPECT_ERR(ERR_INVALID, payment_write_xml(cx, &order, &b));
	order = order_of(TWO, 2);
	order.on = CIVIL_NONE;
	EXPECT_ERR(ERR_INVALID, payment_write_csv(cx, &order, &b));
}

TEST(payment_takes_international_references)
{
	static const struct payment RF = { .id = "1",
					   .name = "A",
					   .iban = "EE382200221020145685",
					   .cents = 5,
					   .reference = "RF18539007547034" };
	struct payment_order order = order_of(&RF, 1);
	int64_t sum = 0;

	EXPECT_OK(payment_check(test_ctx(t), &order, &sum));
	EXPECT_INT(5, sum);
}
