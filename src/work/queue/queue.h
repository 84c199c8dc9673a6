/*
 * Queues: people who wait for a place on a service, in an order that can be explained. Each
 * service has one queue (by county where its rule says so); a person may stand in several.
 *
 * Order: the rule named by the service's queue_rule says whether the day of the decision or of the
 * application comes first; the other day breaks ties, and then whose entry was made first.
 */
#ifndef HOOL_WORK_QUEUE_QUEUE_H
#define HOOL_WORK_QUEUE_QUEUE_H

#include "web/site.h"

extern const struct work QUEUE_WORK;

struct rule_result;

struct queue_order {
	int64_t service;
	bool by_application;	       /* the application's day first, then the decision's */
	bool by_county;		       /* each county is a queue of its own */
	const struct rule_result *why; /* the rule as applied today; NULL: none could be */
};

/* How a service's queue is ordered today. A service that names no rule, or one that is not known,
 * is ordered by the decision's day; `why` then says so as not confirmed. */
enum err queue_order(struct ctx *cx, int64_t service, struct queue_order *ret) MUST_USE;

/* Where somebody stands, counted up to MAX_COUNT each. */
struct queue_place {
	int64_t before;	    /* people before */
	int64_t same_day;   /* of them on the same first day: the second day decided */
	int64_t same_days;  /* of them on the same both days: whose entry was made first */
	int64_t after;	    /* people behind */
	int64_t later_made; /* of those before: their entry was made after this one */
	int64_t referred;   /* left the queue for a place within the last 365 days */
};

/* The place of an entry that waits. */
enum err queue_place(struct ctx *cx, const struct record *entry, const struct queue_order *o,
		     struct queue_place *ret) MUST_USE;

#endif
