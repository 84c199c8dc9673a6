/* Reading e-invoices: values, and which format it is. See einvoice.h. */
#include "format/einvoice/einvoice.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

/* 100 milliard euros: sums of MAX_INVOICE_LINES of it stay far from the end of int64_t. */
#define MAX_CENTS INT64_C(10000000000000)
#define MAX_SCALED INT64_C(1000000000000000) /* a milliard units, scaled */

/* Digits after the point. */
static size_t
decimals(const char *s)
{
	const char *point = strchr(s, '.');

	return point == NULL ? 0 : strlen(point + 1);
}

enum err
einvoice_cents(struct ctx *cx, const struct xml *x, int64_t *ret)
{
	const char *s = xml_text(cx, x);
	int64_t cents;

	if (x == NULL)
		return OK;
	if (text_decimal(s, 6, &cents) && decimals(s) > 2)
		return xml_fail(cx, x, "err.einvoice_decimals", x->name, s);
	if (!text_decimal(s, 2, &cents))
		return xml_fail(cx, x, "err.einvoice_amount", x->name, s);
	if (cents > MAX_CENTS || cents < -MAX_CENTS)
		return xml_fail(cx, x, "err.einvoice_large", x->name, s);
	*ret = cents;
	return OK;
}

enum err
einvoice_scaled(struct ctx *cx, const struct xml *x, int64_t *ret)
{
	const char *s = xml_text(cx, x);
	int64_t value;

	if (x == NULL)
		return OK;
	if (!text_decimal(s, 6, &value))
		return xml_fail(cx, x, "err.einvoice_number", x->name, s);
	if (value > MAX_SCALED || value < -MAX_SCALED)
		return xml_fail(cx, x, "err.einvoice_large", x->name, s);
	*ret = value;
	return OK;
}

enum err
einvoice_rate(struct ctx *cx, const struct xml *x, int32_t *ret)
{
	const char *s = xml_text(cx, x);
	int64_t value;

	if (x == NULL)
		return OK;
	if (!text_decimal(s, 2, &value) || value < 0 || value > 100 * 100)
		return xml_fail(cx, x, "err.einvoice_rate", x->name, s);
	*ret = (int32_t)value;
	return OK;
}

enum err
einvoice_date(struct ctx *cx, const struct xml *x, int32_t *ret)
{
	const char *s = xml_text(cx, x);
	int32_t day;

	if (x == NULL)
		return OK;
	if (strlen(s) != 10 || s[4] != '-' || !civil_parse(s, &day))
		return xml_fail(cx, x, "err.einvoice_date", x->name, s);
	*ret = day;
	return OK;
}

enum err
einvoice_text(struct ctx *cx, const struct xml *x, size_t max, const char **ret)
{
	const char *s = xml_text(cx, x);

	if (*s == '\0')
		return OK;
	if (text_length(s) > max)
		return xml_fail(cx, x, "err.einvoice_long", x->name,
				text_from_int(cx->arena, (int64_t)max));
	if (text_has_control(s))
		return xml_fail(cx, x, "err.einvoice_control", x->name);
	*ret = s;
	return OK;
}

enum err
einvoice_read_all(struct ctx *cx, const char *file, const void *bytes, size_t len,
		  struct einvoice ***ret, size_t *ret_n)
{
	struct einvoice **list;
	struct xml *root;

	TRY(xml_parse(cx, file, bytes, len, &root));
	if (xml_is(root, "", "E_Invoice"))
		return einvoice_read_earve(cx, root, ret, ret_n);
	if (!xml_is(root, UBL_INVOICE, "Invoice") && !xml_is(root, UBL_CREDIT, "CreditNote"))
		return xml_fail(cx, root, "err.einvoice_kind", root->name, root->ns);
	list = ARENA_NEW(cx->arena, struct einvoice *);
	TRY(einvoice_read_ubl(cx, root, list));
	*ret = list;
	*ret_n = 1;
	return OK;
}

enum err
einvoice_read(struct ctx *cx, const char *file, const void *bytes, size_t len,
	      struct einvoice **ret)
{
	struct einvoice **list;
	size_t n;

	TRY(einvoice_read_all(cx, file, bytes, len, &list, &n));
	if (n != 1)
		return fail_at(cx, ERR_INVALID, file, 0, 0, "err.einvoice_many",
			       text_from_int(cx->arena, (int64_t)n));
	*ret = list[0];
	return OK;
}
