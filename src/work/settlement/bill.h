/*
 * A month report as an e-invoice: the sample a provider may start from, and the measure of our own
 * comparison, which finds nothing in it.
 */
#ifndef HOOL_WORK_SETTLEMENT_BILL_H
#define HOOL_WORK_SETTLEMENT_BILL_H

#include "core/record.h"
#include "work/settlement/compare.h"

/* What an invoice needs that the facts of the report do not hold. */
struct bill_parties {
	const char *number; /* of the invoice */
	const char *provider, *provider_code, *provider_vat;
	const char *board;
	const char *service; /* its name stands in each line */
	const char *exempt;  /* why there is no VAT */
};

/* The invoice of a report's facts, with all its sums. Pure; in cx's arena. Errors: ERR_LIMIT if a
 * sum does not fit. */
enum err bill_make(struct ctx *cx, const struct report_facts *f, const struct bill_parties *p,
		   struct einvoice **ret) MUST_USE;
/* The same for a report in the database; ERR_CONFLICT if it has no line to bill. */
enum err bill_of(struct ctx *cx, const struct record *claim, struct einvoice **ret) MUST_USE;
/* Hook of the report's move `bill`: its sample invoice is attached to it. */
enum err claim_bill_after(struct ctx *cx, const struct record *rec) MUST_USE;

#endif
