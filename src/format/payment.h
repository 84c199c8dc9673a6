/*
 * Payment orders: the file a bank takes (ISO 20022 pain.001.001.09, customer credit transfer in
 * euros, as the Estonian banks' common guide and the SEPA rulebook have it), and the same as CSV
 * for people.
 *
 * Every order is checked before a byte is written: account numbers by their check digits,
 * reference numbers, lengths, amounts; an order with one bad transfer is not written at all.
 */
#ifndef HOOL_FORMAT_PAYMENT_H
#define HOOL_FORMAT_PAYMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"

struct payment {
	const char *id;	  /* our own, comes back in the statement: up to 35 of SEPA's characters */
	const char *name; /* creditor, up to 70 characters */
	const char *iban; /* spaces allowed */
	int64_t cents;	  /* above zero */
	const char *reference; /* reference number (viitenumber, or RF…), or NULL */
	const char *text; /* explanation, up to 140 characters; not together with a reference */
};

struct payment_order {
	const char *id;	       /* of the file; a bank refuses the same one twice */
	const char *initiator; /* who sends the file */
	const char *debtor;    /* who pays */
	const char *debtor_iban;
	const char *debtor_bic; /* or NULL */
	int32_t on;		/* civil day to pay on */
	const struct payment *payments;
	size_t n;
};

/*
 * Check all of it; the sum of the amounts to *ret_cents.
 * Errors: ERR_INVALID naming the payment's id and what is wrong; ERR_LIMIT past MAX_PAYMENTS.
 */
enum err
payment_check(struct ctx *cx, const struct payment_order *order, int64_t *ret_cents) MUST_USE;
/* Check, and write as pain.001.001.09. The time of creation is cx->now. */
enum err
payment_write_xml(struct ctx *cx, const struct payment_order *order, struct buf *out) MUST_USE;
/* Check, and write as CSV with a heading and a row of the total, in cx's language. */
enum err
payment_write_csv(struct ctx *cx, const struct payment_order *order, struct buf *out) MUST_USE;

#endif
