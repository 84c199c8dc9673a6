/*
 * Paying: what an approved report and its invoice come to, the payment order, and the files of
 * orders for the bank. An order put into a file freezes its month.
 */
#ifndef HOOL_WORK_SETTLEMENT_PAYMENT_H
#define HOOL_WORK_SETTLEMENT_PAYMENT_H

#include "core/record.h"
#include "format/payment.h"

/*
 * What is paid: the invoices' sum, but not above the report's where a difference was resolved for
 * the report. Credit notes count against invoices. Pure.
 */
int64_t payment_cents(int64_t invoiced, int64_t reported, bool report_holds);

/* Put orders into a new file, on the write lane; their months are frozen. Gives the file's id.
 * Errors: ERR_INVALID if one cannot be paid (then none is), ERR_CONFLICT if one is in a file. */
enum err
payment_export(struct ctx *cx, const int64_t *orders, size_t n, const char **ret_file) MUST_USE;
/* The orders of a file, ready for format/payment.h. ERR_NOTFOUND if there is no such file or the
 * actor may not see its orders. */
enum err payment_file(struct ctx *cx, const char *file, struct payment_order *ret) MUST_USE;

/* Hooks; see settlement.c. */
enum err claim_prepare_before(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err claim_approve_before(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err claim_approve_after(struct ctx *cx, const struct record *rec) MUST_USE;
enum err payment_export_after(struct ctx *cx, const struct record *rec) MUST_USE;

#endif
