/*
 * Webhooks: programs elsewhere are told that a record has changed. What happened is written to an
 * outbox with the change itself, a delivery for each subscription (type "webhook") that asked for
 * it; jobs of the queue deliver, sign and try again (core/job.h). At least once, each with an id
 * that stays the same; in order for each record, but that a delivery given up does not hold up the
 * next. The message holds ids and a link, nothing personal: whoever may see more asks the API.
 *
 * Source: Standard Webhooks 1.0 (headers, HMAC-SHA256 over "id.timestamp.body", secrets "whsec_").
 */
#ifndef HOOL_WORK_WEBHOOK_WEBHOOK_H
#define HOOL_WORK_WEBHOOK_WEBHOOK_H

#include "web/site.h"

extern const struct work WEBHOOK_WORK;

/* For world.changed: into the outbox. */
enum err webhook_changed(struct ctx *cx, const struct record *old, const struct record *now,
			 const char *kind, const char *name) MUST_USE;

#endif
