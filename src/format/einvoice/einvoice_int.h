/* What the parts of the e-invoice share. Private to src/format. */
#ifndef HOOL_FORMAT_EINVOICE_EINVOICE_INT_H
#define HOOL_FORMAT_EINVOICE_EINVOICE_INT_H

#include "base/map.h"
#include "format/einvoice/einvoice.h"
#include "format/xml.h"

#define UBL_INVOICE "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
#define UBL_CREDIT "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
#define UBL_CAC "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
#define UBL_CBC "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

/* Prefixes of paths in UBL: "inv", "cn", "cac", "cbc". */
extern const struct xml_ns einvoice_ns[];

/* A sum of products and quotients of money and rates; wider than any input we accept. */
__extension__ typedef __int128 wide;

/*
 * Readers of one value, shared by the two formats. Each takes the element itself; NULL leaves
 * *ret as it was.
 */
enum err einvoice_cents(struct ctx *cx, const struct xml *x, int64_t *ret) MUST_USE;
enum err einvoice_scaled(struct ctx *cx, const struct xml *x, int64_t *ret) MUST_USE;
enum err einvoice_rate(struct ctx *cx, const struct xml *x, int32_t *ret) MUST_USE;
enum err einvoice_date(struct ctx *cx, const struct xml *x, int32_t *ret) MUST_USE;
enum err einvoice_text(struct ctx *cx, const struct xml *x, size_t max, const char **ret) MUST_USE;

enum err einvoice_read_ubl(struct ctx *cx, struct xml *root, struct einvoice **ret) MUST_USE;
enum err einvoice_read_earve(struct ctx *cx, struct xml *root, struct einvoice ***ret,
			     size_t *ret_n) MUST_USE;

/* The list of findings while it grows. */
struct einvoice_checker {
	struct ctx *cx;
	struct einvoice_findings *out;
};
void einvoice_find(struct einvoice_checker *c, struct einvoice_finding f);
/* The checks on the struct: our own, and the arithmetic of e-arve. */
void einvoice_check_struct(struct einvoice_checker *c, const struct einvoice *inv);

/* A VAT category on a line, allowance, charge or in the breakdown. */
struct ubl_tax {
	const struct xml *at;	 /* TaxCategory or ClassifiedTaxCategory */
	const struct xml *owner; /* line, allowance or charge, or subtotal */
	const char *code;	 /* trimmed; "" if none */
	bool vat;		 /* its scheme is VAT */
	bool has_rate;
	int64_t rate, amount; /* scaled by 10^6; amount of the owner */
	enum { UBL_LINE, UBL_ALLOWANCE, UBL_CHARGE, UBL_BREAKDOWN, UBL_OTHER } kind;
	bool top;    /* the owner stands in the document itself, not in a line */
	int line_no; /* invoice line it belongs to, 0 none */
};

/* A UBL document being checked. */
struct ubl_doc {
	struct einvoice_checker checker;
	const struct xml *root;
	bool credit;
	struct ubl_tax *taxes; /* in document order */
	size_t ntaxes, taxes_size;
	struct map line_ids; /* identifiers of the lines met so far */
	int line_no;	     /* of the line being walked through, 0 outside */
	int lines;
	wide line_sum; /* of all lines' net amounts, scaled */
	wide adjust_sum[2];
	bool has_adjust[2], bad_sum[2], bad_line_sum; /* [1] charges, [0] allowances */
};

const struct xml *ubl(const struct xml *x, const char *path);
/* The text of an element without white space at its ends; "" for NULL. Not NUL-terminated. */
const char *ubl_slice(const struct xml *x, size_t *ret_len);
bool ubl_filled(const struct xml *x, const char *path);
/* A decimal number scaled by 10^6; false if absent, malformed or too large. */
bool ubl_number(const struct xml *x, const char *path, int64_t *ret);
/* Is the tax scheme of this TaxCategory or PartyTaxScheme VAT? */
bool ubl_is_vat(const struct xml *x);
/* Is the ChargeIndicator "true" (1), "false" (0), or neither (-1)? */
int ubl_charge(const struct xml *x);
/* x as 10^6 rounded to two decimals, halves up, as XPath's round() does. */
int64_t ubl_round2(wide x);
/* A fatal finding at an element, in the line being walked through. */
void ubl_find(struct ubl_doc *d, const struct xml *at, const char *rule, const char *key,
	      const char *term, const char *value);
/* The first TaxCategory of x whose scheme is VAT, or NULL. */
const struct xml *ubl_vat_category(const struct xml *x);
/* The arithmetic of one element each: does it hold? */
bool ubl_lines_add_up(struct ubl_doc *d, const struct xml *x);
bool ubl_allowances_add_up(struct ubl_doc *d, const struct xml *x);
bool ubl_charges_add_up(struct ubl_doc *d, const struct xml *x);
bool ubl_total_without_tax(struct ubl_doc *d, const struct xml *x);
bool ubl_tax_total(struct ubl_doc *d, const struct xml *x);
bool ubl_total_with_tax(struct ubl_doc *d, const struct xml *x);
bool ubl_amount_due(struct ubl_doc *d, const struct xml *x);
bool ubl_due_date_known(struct ubl_doc *d, const struct xml *x);
bool ubl_subtotal_tax(struct ubl_doc *d, const struct xml *x);
/* The rules on presence and arithmetic; and whether one is of them. */
void ubl_check_rules(struct ubl_doc *d);
bool ubl_is_rule(const char *rule);
/* The rules of VAT categories, BR-S-*, BR-Z-*, BR-E-* and so on; and whether one is of them. */
void ubl_check_vat(struct ubl_doc *d);
bool ubl_is_vat_rule(const char *rule);

#endif
