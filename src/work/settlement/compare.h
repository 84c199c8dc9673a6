/*
 * Comparing an invoice with a month report: facts in, differences out. Nothing here reads or
 * writes, so each reason has its test.
 *
 * Lines are matched by person: first by the report's own line number, if the invoice tells it,
 * then by stage, code and price. Both sides are sorted once and walked together. What differs in
 * one way is said once: a wrong price is not also a wrong sum and a wrong total.
 *
 * Source: duty B3.3 (reports and invoices agree and are right); the checks listed there: placement,
 * stage, days, price, calendar, places, ceilings, eligibility, barred services, parties, sums.
 */
#ifndef HOOL_WORK_SETTLEMENT_COMPARE_H
#define HOOL_WORK_SETTLEMENT_COMPARE_H

#include "format/einvoice/einvoice.h"

/* Reasons, in the order of the type `difference`. */
enum reason {
	REASON_PERSON_UNKNOWN,
	REASON_NO_PLACEMENT,
	REASON_OUTSIDE_PERIOD,
	REASON_OVER_DAYS,
	REASON_UNDER_DAYS,
	REASON_PRICE,
	REASON_SUM,
	REASON_STAGE,
	REASON_DUPLICATE_LINE,
	REASON_DUPLICATE_INVOICE,
	REASON_NOT_CONFIRMED,
	REASON_BARRED_OVERLAP,
	REASON_NOT_ELIGIBLE,
	REASON_OVER_PLACES,
	REASON_OVER_CEILING,
	REASON_HOLIDAY,
	REASON_CONTRACT,
	REASON_VAT,
	REASON_IBAN,
	REASON_REFERENCE,
	REASON_TOTAL,
	REASON_MISSING_LINE,
	REASON_PERIOD,
	REASON_WRONG_BUYER,
	REASON_LICENCE,
	REASON_COUNT
};
/* "over_days"; and does it block the payment while it is open? */
const char *reason_name(enum reason r);
bool reason_blocks(enum reason r);

/* A line of the report. Ids are those of records; texts NULL, dates CIVIL_NONE: none. */
struct report_line {
	int64_t id, person;
	const char *number;	   /* "KR-12" */
	const char *person_number; /* "I-17" */
	const char *stage, *code, *unit;
	const char *days;
	int64_t quantity; /* hundredths */
	int64_t minutes;  /* of sessions */
	int64_t price_cents, sum_cents;
	bool priced;
	int32_t month; /* of a correction: the month it corrects */
	/* What was found about the person on the days of this line. */
	const char *barred;    /* the service that bars it */
	int32_t barred_on;     /* a day on which both were had */
	int32_t eligible_to;   /* the last day of the right to the service */
	int32_t stage_to;      /* the last day the stage may take */
	int64_t ceiling_cents; /* left of the person's yearly ceiling; negative: no ceiling */
};

/* Somebody the invoice names who is not in the report. */
struct report_other {
	const char *person_number;
	int64_t person;
	bool served; /* has been with this provider at some time */
};

struct report_facts {
	const char *contract;
	int32_t month; /* first day */
	bool confirmed;
	const char *buyer_code; /* ours; NULL: not checked */
	const char *seller_iban;
	bool vat_exempt;
	int vat_rate;		   /* percent, where it is not exempt */
	int64_t max_places;	   /* 0: not agreed */
	int64_t max_cents;	   /* of the whole contract; 0: not agreed */
	int64_t used_cents;	   /* of it by other months */
	bool unlicensed;	   /* the provider had no licence on a day somebody was there */
	int32_t unlicensed_on;	   /* the first such day */
	const char *other_invoice; /* another one for this month, or the same number before */
	const struct report_line *lines;
	size_t nlines;
	const struct report_other *others;
	size_t nothers;
};

/* What an invoice line says of whom it is for. */
struct bill_ref {
	const char *person; /* "I-17" */
	const char *line;   /* "KR-12" */
	const char *stage, *code;
};
/* Read it from the line's properties, else from its texts. Texts are in the arena. */
struct bill_ref bill_ref(struct arena *a, const struct einvoice_line *l);
/* Every line's, as an array. */
struct bill_ref *bill_refs(struct arena *a, const struct einvoice *inv);

struct found_difference {
	enum reason reason;
	int report_line, bill_line; /* index, -1 none */
	bool money;
	int64_t expected_cents, found_cents; /* if money */
	const char *expected, *found;	     /* short texts without words of a language, or NULL */
};
struct comparison {
	struct found_difference *list;
	size_t n;
	int *match;	/* report line of each invoice line, -1 none */
	size_t matched; /* invoice lines that agree in everything */
};

/*
 * Compare. `findings` are those of einvoice_check(); what they say of sums and VAT becomes a
 * difference too. Everything is in cx's arena.
 */
void compare_invoice(struct ctx *cx, const struct report_facts *f, const struct einvoice *inv,
		     const struct bill_ref *refs, const struct einvoice_findings *findings,
		     struct comparison *ret);
/* Is a finding about sums or VAT (REASON_TOTAL, REASON_VAT)? Else REASON_COUNT: the file is not an
 * invoice we can take. */
enum reason compare_finding(const struct einvoice_finding *f);
/* "20", "7,5" of hundredths. */
const char *quantity_text(struct arena *a, int64_t hundredths);

#endif
