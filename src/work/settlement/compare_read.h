/*
 * Reading what an invoice is compared with: the report's lines, and all that is known about its
 * people, contract and other invoices. A fixed number of ordered scans, however long the report;
 * only persons whom the invoice names and the report does not are looked up one by one.
 */
#ifndef HOOL_WORK_SETTLEMENT_COMPARE_READ_H
#define HOOL_WORK_SETTLEMENT_COMPARE_READ_H

#include "core/record.h"
#include "work/settlement/compare.h"

/* The facts of a report for an invoice; `invoice` is its record's id, 0: not written yet. */
enum err compare_read(struct ctx *cx, const struct record *claim, int64_t invoice,
		      const struct einvoice *inv, const struct bill_ref *refs,
		      struct report_facts *ret) MUST_USE;

#endif
