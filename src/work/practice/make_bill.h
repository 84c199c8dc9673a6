/* Shared by make_bills.c and make_faults.c only: an invoice in the making. */
#ifndef HOOL_WORK_PRACTICE_MAKE_BILL_H
#define HOOL_WORK_PRACTICE_MAKE_BILL_H

#include "format/einvoice/einvoice.h"
#include "work/practice/make_int.h"

struct bill {
	struct make *m;
	const struct billed *of;
	const struct provider *p;
	struct record *claim;
	struct einvoice *inv;
	int32_t month;
	/* what was made wrong */
	const char *reason, *person, *expected, *found;
	int line;	  /* from 1; 0 the whole */
	int64_t *ids;	  /* of the report's lines, as the invoice's stand */
	bool proof_ended; /* somebody of it was there after the proof of a condition had run out */
	bool barred;	  /* somebody of it has a barred service at the same time */
};

/*
 * What is wrong in the registers and not in the invoice: more people than the contract has places
 * for, more money than it has, a right that ended within the month. Where the report is too small
 * for it, nothing is made wrong, and the bill has no reason.
 */
enum err fault_places(struct bill *b) MUST_USE;
enum err fault_ceiling(struct bill *b) MUST_USE;
enum err fault_right(struct bill *b) MUST_USE;
/* The licence ended on the day before the month. */
enum err fault_licence(struct bill *b) MUST_USE;
/* Somebody of a report is on a service too that will turn out to be barred: before the bar is. */
enum err fault_overlap(struct make *m) MUST_USE;
/* Has anybody of the report a day on the barred service as well? Fills b->barred. */
enum err fault_barred(struct bill *b) MUST_USE;
/* Was anybody there whose proof had run out? Fills b->proof_ended. */
enum err fault_proof(struct bill *b) MUST_USE;

#endif
