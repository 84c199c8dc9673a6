/* Shared by the files of the comparison only. */
#ifndef HOOL_WORK_SETTLEMENT_COMPARE_INT_H
#define HOOL_WORK_SETTLEMENT_COMPARE_INT_H

#include "work/settlement/compare.h"

/* Products of two scaled numbers. */
__extension__ typedef __int128 wide;

struct compare {
	struct ctx *cx;
	struct arena *arena;
	const struct report_facts *f;
	const struct einvoice *inv;
	const struct bill_ref *refs;
	struct comparison *ret;
	size_t room;
	const size_t *report, *bill; /* lines by person */
	bool *taken;		     /* report lines that some invoice line stands for */
	bool *differs;		     /* invoice lines about which something was found */
};

/* Keep a difference; `report_line` and `bill_line` are indexes, -1 none. */
struct found_difference *
compare_found(struct compare *c, enum reason reason, int report_line, int bill_line);
void compare_found_text(struct compare *c, enum reason reason, int report_line, int bill_line,
			const char *expected, const char *found);
void compare_found_money(struct compare *c, enum reason reason, int report_line, int bill_line,
			 int64_t expected, int64_t found);

/* "04.2026" */
const char *compare_month(struct arena *a, int32_t day);

/* compare_head.c: what is true of the invoice as a whole, and of the report itself. */
void compare_head(struct compare *c, const struct einvoice_findings *findings);
void compare_report(struct compare *c);

#endif
