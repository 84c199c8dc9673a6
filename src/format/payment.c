/* Writing payment orders. See payment.h. */
#include "format/payment.h"

#include <inttypes.h>
#include <string.h>

#include "base/civil.h"
#include "base/ident.h"
#include "base/text.h"
#include "base/texts.h"
#include "format/csv.h"
#include "format/xml.h"

#define PAIN "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#define MAX_ID 35			/* Max35Text */
#define MAX_NAME 70			/* SEPA rulebook: AT-21 and others */
#define MAX_EXPLANATION 140		/* one unstructured line */
#define MAX_AMOUNT INT64_C(99999999999) /* 999 999 999,99: SEPA's largest transfer */

/* Identifiers may hold what every bank passes on unchanged (EPC217-08), and no '/' at the ends. */
static bool
is_id(const char *s)
{
	static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789/-?:().,'+ ";
	size_t len = s == NULL ? 0 : strlen(s);

	return len > 0 && len <= MAX_ID && strspn(s, ALLOWED) == len && s[0] != '/' &&
	       s[len - 1] != '/' && strstr(s, "//") == NULL;
}

static bool
is_text(const char *s, size_t max)
{
	return s != NULL && *s != '\0' && text_is_utf8(s, strlen(s)) && text_length(s) <= max &&
	       !text_has_control(s) && strpbrk(s, "\r\n\t") == NULL;
}

/* The account number without spaces, or NULL if its check digits are wrong. */
static const char *
account(struct ctx *cx, const char *s)
{
	struct ident id;

	if (s == NULL)
		return NULL;
	ident_check(IDENT_IBAN, s, strlen(s), cx->today, &id);
	return id.valid ? arena_strdup(cx->arena, id.text) : NULL;
}

/* ISO 11649: "RF", two check digits, up to 21 letters and digits; mod 97 of it turned round is 1.
 */
static bool
is_rf(const char *s)
{
	size_t len = strlen(s);
	unsigned rest = 0;

	if (len < 5 || len > 25)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = s[(i + 4) % len];

		if (c >= '0' && c <= '9')
			rest = (rest * 10 + (unsigned)(c - '0')) % 97;
		else if (c >= 'A' && c <= 'Z')
			rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
		else
			return false;
	}
	return rest == 1;
}

/* The reference number as banks take it, or NULL if it is wrong. */
static const char *
reference(struct ctx *cx, const char *s)
{
	struct ident id;

	if (text_starts(s, "RF"))
		return is_rf(s) ? s : NULL;
	ident_check(IDENT_VIITENUMBER, s, strlen(s), cx->today, &id);
	return id.valid ? arena_strdup(cx->arena, id.text) : NULL;
}

static enum err
check_payment(struct ctx *cx, const struct payment *p)
{
	if (!is_id(p->id))
		return fail(cx, ERR_INVALID, "err.payment_id", p->id == NULL ? "-" : p->id);
	if (!is_text(p->name, MAX_NAME))
		return fail(cx, ERR_INVALID, "err.payment_name", p->id);
	if (account(cx, p->iban) == NULL)
		return fail(cx, ERR_INVALID, "err.payment_iban", p->id,
			    p->iban == NULL ? "-" : p->iban);
	if (p->cents <= 0 || p->cents > MAX_AMOUNT)
		return fail(cx, ERR_INVALID, "err.payment_amount", p->id,
			    text_money_plain(cx->arena, p->cents));
	if (p->reference != NULL && reference(cx, p->reference) == NULL)
		return fail(cx, ERR_INVALID, "err.payment_reference", p->id, p->reference);
	if (p->text != NULL && !is_text(p->text, MAX_EXPLANATION))
		return fail(cx, ERR_INVALID, "err.payment_text", p->id);
	if ((p->reference != NULL) == (p->text != NULL))
		return fail(cx, ERR_INVALID, "err.payment_one_of", p->id);
	return OK;
}

/* ISO 9362: four letters or digits, country, place, and perhaps a branch. */
static bool
is_bic(const char *s)
{
	size_t len = strlen(s);

	return (len == 8 || len == 11) && s[4] >= 'A' && s[4] <= 'Z' && s[5] >= 'A' &&
	       s[5] <= 'Z' && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

enum err
payment_check(struct ctx *cx, const struct payment_order *order, int64_t *ret_cents)
{
	int64_t sum = 0;

	if (!is_id(order->id))
		return fail(cx, ERR_INVALID, "err.payment_id", order->id == NULL ? "-" : order->id);
	if (!is_text(order->initiator, MAX_NAME) || !is_text(order->debtor, MAX_NAME))
		return fail(cx, ERR_INVALID, "err.payment_name", order->id);
	if (account(cx, order->debtor_iban) == NULL)
		return fail(cx, ERR_INVALID, "err.payment_iban", order->id,
			    order->debtor_iban == NULL ? "-" : order->debtor_iban);
	if (order->debtor_bic != NULL && !is_bic(order->debtor_bic))
		return fail(cx, ERR_INVALID, "err.payment_bic", order->id, order->debtor_bic);
	if (order->on < CIVIL_MIN || order->on > CIVIL_MAX)
		return fail(cx, ERR_INVALID, "err.payment_day", order->id);
	if (order->n == 0)
		return fail(cx, ERR_INVALID, "err.payment_none", order->id);
	if (order->n > MAX_PAYMENTS)
		return fail(cx, ERR_LIMIT, "err.payment_many", order->id,
			    text_from_int(cx->arena, MAX_PAYMENTS));
	for (size_t i = 0; i < order->n; i++) {
		TRY(check_payment(cx, &order->payments[i]));
		sum += order->payments[i].cents; /* MAX_PAYMENTS of MAX_AMOUNT fit */
	}
	*ret_cents = sum;
	return OK;
}

/* <outer><inner>text</inner></outer> */
static void
nested(struct xml_writer *w, const char *outer, const char *inner, const char *text)
{
	xmlw_open(w, outer);
	xmlw_leaf(w, inner, text);
	xmlw_close(w, outer);
}

static void
iban_account(struct ctx *cx, struct xml_writer *w, const char *name, const char *iban)
{
	xmlw_open(w, name);
	nested(w, "Id", "IBAN", account(cx, iban));
	xmlw_close(w, name);
}

static void
agent(struct xml_writer *w, const char *bic)
{
	xmlw_open(w, "DbtrAgt");
	xmlw_open(w, "FinInstnId");
	if (bic != NULL)
		xmlw_leaf(w, "BICFI", bic);
	else
		nested(w, "Othr", "Id", "NOTPROVIDED");
	xmlw_close(w, "FinInstnId");
	xmlw_close(w, "DbtrAgt");
}

static void
remittance(struct ctx *cx, struct xml_writer *w, const struct payment *p)
{
	xmlw_open(w, "RmtInf");
	if (p->reference == NULL) {
		xmlw_leaf(w, "Ustrd", p->text);
	} else {
		xmlw_open(w, "Strd");
		xmlw_open(w, "CdtrRefInf");
		xmlw_open(w, "Tp");
		nested(w, "CdOrPrtry", "Cd", "SCOR");
		xmlw_close(w, "Tp");
		xmlw_leaf(w, "Ref", reference(cx, p->reference));
		xmlw_close(w, "CdtrRefInf");
		xmlw_close(w, "Strd");
	}
	xmlw_close(w, "RmtInf");
}

static void
transfer(struct ctx *cx, struct xml_writer *w, const struct payment *p)
{
	xmlw_open(w, "CdtTrfTxInf");
	nested(w, "PmtId", "EndToEndId", p->id);
	xmlw_open(w, "Amt");
	xmlw_leaf_attr(w, "InstdAmt", "Ccy", "EUR", text_money_plain(cx->arena, p->cents));
	xmlw_close(w, "Amt");
	nested(w, "Cdtr", "Nm", p->name);
	iban_account(cx, w, "CdtrAcct", p->iban);
	remittance(cx, w, p);
	xmlw_close(w, "CdtTrfTxInf");
}

static void
group_header(struct ctx *cx, struct xml_writer *w, const struct payment_order *order,
	     const char *count, const char *sum)
{
	int32_t day = (int32_t)(cx->now / 86400);
	int second = (int)(cx->now % 86400);

	xmlw_open(w, "GrpHdr");
	xmlw_leaf(w, "MsgId", order->id);
	xmlw_leaf(w, "CreDtTm",
		  arena_printf(cx->arena, "%sT%02d:%02d:%02dZ", civil_iso(cx->arena, day),
			       second / 3600, second / 60 % 60, second % 60));
	xmlw_leaf(w, "NbOfTxs", count);
	xmlw_leaf(w, "CtrlSum", sum);
	nested(w, "InitgPty", "Nm", order->initiator);
	xmlw_close(w, "GrpHdr");
}

static void
payment_info(struct ctx *cx, struct xml_writer *w, const struct payment_order *order,
	     const char *count, const char *sum)
{
	xmlw_open(w, "PmtInf");
	xmlw_leaf(w, "PmtInfId", order->id);
	xmlw_leaf(w, "PmtMtd", "TRF");
	xmlw_leaf(w, "NbOfTxs", count);
	xmlw_leaf(w, "CtrlSum", sum);
	xmlw_open(w, "PmtTpInf");
	nested(w, "SvcLvl", "Cd", "SEPA");
	xmlw_close(w, "PmtTpInf");
	nested(w, "ReqdExctnDt", "Dt", civil_iso(cx->arena, order->on));
	nested(w, "Dbtr", "Nm", order->debtor);
	iban_account(cx, w, "DbtrAcct", order->debtor_iban);
	agent(w, order->debtor_bic);
	xmlw_leaf(w, "ChrgBr", "SLEV");
	for (size_t i = 0; i < order->n; i++)
		transfer(cx, w, &order->payments[i]);
	xmlw_close(w, "PmtInf");
}

enum err
payment_write_xml(struct ctx *cx, const struct payment_order *order, struct buf *out)
{
	struct xml_writer w;
	const char *count, *sum;
	int64_t cents;

	TRY(payment_check(cx, order, &cents));
	count = text_from_int(cx->arena, (int64_t)order->n);
	sum = text_money_plain(cx->arena, cents);
	xmlw_begin(&w, out);
	xmlw_open(&w, "Document");
	xmlw_attr(&w, "xmlns", PAIN);
	xmlw_open(&w, "CstmrCdtTrfInitn");
	group_header(cx, &w, order, count, sum);
	payment_info(cx, &w, order, count, sum);
	xmlw_close(&w, "CstmrCdtTrfInitn");
	xmlw_close(&w, "Document");
	return xmlw_end(cx, &w);
}

enum err
payment_write_csv(struct ctx *cx, const struct payment_order *order, struct buf *out)
{
	static const char *const HEADINGS[] = { "payment.id",	     "payment.name",
						"payment.iban",	     "payment.amount",
						"payment.reference", "payment.text",
						"payment.day" };
	struct csv_writer w;
	int64_t cents;

	TRY(payment_check(cx, order, &cents));
	csv_begin(&w, out, ';', true);
	for (size_t i = 0; i < sizeof(HEADINGS) / sizeof(HEADINGS[0]); i++)
		csv_text(&w, msg(cx, HEADINGS[i]));
	csv_end_row(&w);
	for (size_t i = 0; i < order->n; i++) {
		const struct payment *p = &order->payments[i];

		csv_text(&w, p->id);
		csv_text(&w, p->name);
		csv_text(&w, account(cx, p->iban));
		csv_cents(&w, p->cents);
		csv_text(&w, p->reference == NULL ? NULL : reference(cx, p->reference));
		csv_text(&w, p->text);
		csv_date(&w, order->on);
		csv_end_row(&w);
	}
	csv_text(&w, msg(cx, "payment.total"));
	csv_text(&w, order->debtor);
	csv_text(&w, account(cx, order->debtor_iban));
	csv_cents(&w, cents);
	csv_int(&w, (int64_t)order->n);
	csv_text(&w, NULL);
	csv_date(&w, order->on);
	csv_end_row(&w);
	return buf_check(cx, out);
}
