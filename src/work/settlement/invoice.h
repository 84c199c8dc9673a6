/*
 * Invoices coming in: the file is read and checked, its provider and month report are found, it
 * becomes a record with its lines, and it is compared.
 */
#ifndef HOOL_WORK_SETTLEMENT_INVOICE_H
#define HOOL_WORK_SETTLEMENT_INVOICE_H

#include "core/record.h"
#include "work/settlement/compare.h"

#define MAX_BILL_LINES 5000 /* of an invoice for one month under one contract */
#define MAX_DIFFERENCES 500 /* more: it is no invoice for this report */

/* A file sent by a provider or an official. */
struct invoice_file {
	const char *name, *media;
	const void *bytes;
	size_t len;
	int64_t claim; /* chosen by hand, 0: found by contract and month */
	/* filled in by invoice_parse() and invoice_take() */
	struct einvoice *inv;
	struct einvoice_findings findings;
	int64_t invoice;
};

/*
 * Read and check the file; uses no database. Errors: ERR_INVALID with line and column of what is
 * no XML or no invoice; err.settlement_invoice_faulty with the first finding if something is
 * missing that an invoice must have; ERR_LIMIT for too many lines.
 */
enum err invoice_parse(struct ctx *cx, struct invoice_file *f) MUST_USE;
/*
 * Take a parsed file in, on the write lane: a record, its file, its lines, and the comparison.
 * Errors: ERR_DENIED for somebody else's invoice; ERR_NOTFOUND err.settlement_no_provider,
 * err.settlement_no_claim; ERR_CONFLICT if the invoice is there already.
 */
enum err invoice_take(struct ctx *cx, void *invoice_file) MUST_USE;
/* The file of an invoice record, read again. */
enum err invoice_reread(struct ctx *cx, const struct record *invoice, struct einvoice **ret,
			struct einvoice_findings *ret_findings) MUST_USE;

/* Hooks; see settlement.c. */
enum err
invoice_create_before(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err invoice_compare_after(struct ctx *cx, const struct record *rec) MUST_USE;
enum err invoice_reject_after(struct ctx *cx, const struct record *rec) MUST_USE;
enum err difference_resolved_after(struct ctx *cx, const struct record *rec) MUST_USE;
enum err claim_confirm_after(struct ctx *cx, const struct record *rec) MUST_USE;

/* Compare all invoices of a report that are still undecided, on the write lane. */
enum err invoice_compare_all(struct ctx *cx, int64_t claim) MUST_USE;
/* Differences of a report that block its payment and are open. */
enum err difference_open(struct ctx *cx, int64_t claim, int64_t *ret) MUST_USE;

#endif
