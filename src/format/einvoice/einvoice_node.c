/* Single values of a UBL document: elements by path, texts, numbers. See einvoice_int.h. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "format/einvoice/einvoice.h"
#include "format/einvoice/einvoice_int.h"
#include "format/xml.h"

#define CENT (EINVOICE_SCALE / 100)

const struct xml_ns einvoice_ns[] = { { "inv", UBL_INVOICE },
				      { "cn", UBL_CREDIT },
				      { "cac", UBL_CAC },
				      { "cbc", UBL_CBC },
				      { NULL, NULL } };

const struct xml *
ubl(const struct xml *x, const char *path)
{
	return xml_at(x, einvoice_ns, path);
}

const char *
ubl_slice(const struct xml *x, size_t *ret_len)
{
	const char *s = x == NULL ? "" : x->text;
	size_t len;

	s += strspn(s, " \t\r\n");
	len = strlen(s);
	while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL)
		len--;
	*ret_len = len;
	return s;
}

/* Is the trimmed text of x one of two words? Case matters not. */
static bool
says(const struct xml *x, const char *a, const char *b)
{
	size_t len;
	const char *s = ubl_slice(x, &len);

	return (strlen(a) == len && strncasecmp(s, a, len) == 0) ||
	       (strlen(b) == len && strncasecmp(s, b, len) == 0);
}

bool
ubl_is_vat(const struct xml *x)
{
	return says(ubl(x, "cac:TaxScheme/cbc:ID"), "VAT", "VAT");
}

int
ubl_charge(const struct xml *x)
{
	const struct xml *c = ubl(x, "cbc:ChargeIndicator");

	return says(c, "true", "1") ? 1 : says(c, "false", "0") ? 0 : -1;
}

bool
ubl_filled(const struct xml *x, const char *path)
{
	size_t len;

	(void)ubl_slice(ubl(x, path), &len);
	return len > 0;
}

bool
ubl_number(const struct xml *x, const char *path, int64_t *ret)
{
	char copy[64];
	size_t len;
	const char *s = ubl_slice(ubl(x, path), &len);

	if (len > 1 && *s == '+') {
		s++;
		len--;
	}
	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return text_decimal(copy, 6, ret);
}

int64_t
ubl_round2(wide x)
{
	wide shifted = x + CENT / 2, cents = shifted / CENT;

	if (shifted < 0 && shifted % CENT != 0)
		cents--;
	cents *= CENT;
	return cents > INT64_MAX || cents < INT64_MIN ? INT64_MAX : (int64_t)cents;
}

const struct xml *
ubl_vat_category(const struct xml *x)
{
	const struct xml *c = ubl(x, "cac:TaxCategory");

	while (c != NULL && !ubl_is_vat(c))
		c = xml_next(c, c->ns, c->name);
	return c;
}
