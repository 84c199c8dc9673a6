/*
 * E-invoices: EN 16931 in its UBL 2.1 syntax (Invoice and CreditNote), and the Estonian e-invoice
 * 1.2, into one struct.
 *
 * Reading refuses what cannot be understood exactly: other currencies than the euro, amounts with
 * more than two decimals, exponents, thousands separators, a single element given twice. What is
 * merely missing or does not add up is read, and found by einvoice_check(), so that the sender can
 * be told of all of it at once. Money is cents, negative as written; in a credit note amounts are
 * positive and mean money back.
 */
#ifndef HOOL_FORMAT_EINVOICE_EINVOICE_H
#define HOOL_FORMAT_EINVOICE_EINVOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"

struct xml;

#define EINVOICE_SCALE 1000000 /* quantities and prices: 1.25 is 1250000 */
#define EINVOICE_NO_RATE (-1)  /* no VAT rate given */

enum einvoice_format { EINVOICE_UBL, EINVOICE_EARVE };

/* Texts are NULL where absent, dates CIVIL_NONE. All live in the arena of the reader. */
struct einvoice_party {
	const char *name;		   /* legal name */
	const char *reg_code, *reg_scheme; /* registry code; scheme "0191" is the Estonian one */
	const char *vat;		   /* VAT number with its country prefix */
	const char *endpoint, *endpoint_scheme;
	const char *street, *city, *post_code;
	const char *country; /* ISO 3166-1, two letters */
};

struct einvoice_ref {
	const char *number;
	int32_t date;
};

struct einvoice_tax {	      /* BG-23 */
	const char *category; /* "S", "E", "O" … */
	int32_t rate;	      /* hundredths of a percent, or EINVOICE_NO_RATE */
	int64_t taxable, tax; /* cents */
	const char *reason;   /* why exempt: text or code */
};

struct einvoice_adjust { /* allowance or charge: BG-20, 21, 27, 28 */
	bool charge;
	int64_t amount; /* cents */
	const char *reason;
	const char *category; /* of the document's ones only */
	int32_t rate;
};

struct einvoice_prop { /* BG-32; our providers name person, site and stage here */
	const char *name, *value;
};

struct einvoice_line { /* BG-25 */
	const char *id;
	const char *name, *description, *note;
	const char *seller_item, *standard_item, *class_code;
	int64_t quantity;      /* scaled by EINVOICE_SCALE; may be negative */
	const char *unit;      /* UN/ECE recommendation 20: "DAY", "HUR", "C62" */
	int64_t price;	       /* net price of `base_quantity`, scaled */
	int64_t base_quantity; /* scaled, above zero; one unit if not given */
	int64_t net;	       /* cents, BT-131 */
	int32_t period_from, period_to;
	const char *tax_category;
	int32_t tax_rate;
	struct einvoice_prop *props;
	size_t nprops;
	struct einvoice_adjust *adjusts;
	size_t nadjusts;
	int row; /* line of the file, 0 unknown */
};

struct einvoice_totals { /* BG-22, cents */
	int64_t line_net, allowances, charges, without_tax, tax, with_tax;
	int64_t prepaid, rounding, payable;
};

struct einvoice {
	enum einvoice_format format;
	bool credit;	       /* a credit note */
	const char *number;    /* BT-1 */
	int32_t issued, due;   /* BT-2, BT-9 */
	const char *type_code; /* "380", "381" …; e-arve "DEB", "CRE" */
	const char *currency;  /* always "EUR" */
	const char *buyer_reference, *contract, *order, *note;
	struct einvoice_ref *preceding; /* BG-3: invoices this one corrects */
	size_t npreceding;
	int32_t period_from, period_to; /* BG-14 */
	struct einvoice_party seller, buyer;
	const char **ibans; /* accounts to pay to, without spaces */
	size_t nibans;
	const char *payment_reference; /* BT-83 */
	struct einvoice_totals totals;
	struct einvoice_tax *taxes;
	size_t ntaxes;
	struct einvoice_adjust *adjusts;
	size_t nadjusts;
	struct einvoice_line *lines;
	size_t nlines;
	bool twice;	       /* its file holds an invoice of this seller and number before it */
	const struct xml *doc; /* as read, for the checks; NULL if made here */
};

/* One thing found wrong. */
struct einvoice_finding {
	const char *rule;  /* "BR-CO-10" of EN 16931; own ones begin "HOOL-" */
	bool fatal;	   /* the invoice may not be accepted like this */
	const char *key;   /* sentence, of the text catalogue */
	const char *term;  /* key of the thing named in it, or NULL */
	const char *value; /* or a value named in it, or NULL */
	int line_no;	   /* invoice line, from 1; 0: the whole document */
	const char *where; /* "/Invoice/InvoiceLine[3]/ID" */
	int row;	   /* line of the file */
};

struct einvoice_findings {
	struct einvoice_finding *list;
	size_t n, fatal;
	bool more; /* there were more than are listed */
};

/*
 * Read a file that must hold exactly one invoice. Everything is in cx's arena.
 * Errors: ERR_INVALID, ERR_LIMIT with file, line and column; see po/format.*.po.
 */
enum err einvoice_read(struct ctx *cx, const char *file, const void *bytes, size_t len,
		       struct einvoice **ret) MUST_USE;
/* As above for a file of several (e-arve); *ret is an array of pointers. */
enum err einvoice_read_all(struct ctx *cx, const char *file, const void *bytes, size_t len,
			   struct einvoice ***ret, size_t *ret_n) MUST_USE;
/*
 * Check an invoice as read: what must be there and what must add up, by EN 16931; of the rules on
 * VAT all categories, of the lists of codes none. Findings stand in the order of the document,
 * those on VAT categories after the others; at most MAX_FINDINGS are listed.
 */
#define MAX_FINDINGS 500
void einvoice_check(struct ctx *cx, const struct einvoice *inv, struct einvoice_findings *ret);
/* The same for a UBL document not read into a struct (it may be in any currency). */
void einvoice_check_ubl(struct ctx *cx, const struct xml *root, struct einvoice_findings *ret);
/* Is this rule among those we check? For measuring against others. */
bool einvoice_has_rule(const char *rule);
/* A finding as a sentence in cx's language, with the number of its invoice line. */
const char *einvoice_finding_text(struct ctx *cx, const struct einvoice_finding *f);

/*
 * Fill in what follows from the lines: each line's net from quantity, price and adjustments, the
 * VAT breakdown, the totals. `taxes` is made anew; the exemption reason of an old one is kept.
 * Errors: ERR_LIMIT if a sum does not fit.
 */
enum err einvoice_sum(struct ctx *cx, struct einvoice *inv) MUST_USE;
/* Write as UBL into a buffer of the caller's. */
enum err einvoice_write(struct ctx *cx, const struct einvoice *inv, struct buf *out) MUST_USE;

#endif
