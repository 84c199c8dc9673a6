/* Shared by the files of this folder. */
#ifndef HOOL_WORK_WEBHOOK_WEBHOOK_INT_H
#define HOOL_WORK_WEBHOOK_WEBHOOK_INT_H

#include "work/webhook/webhook.h"

#define WEBHOOK_JOB "webhook"
#define WEBHOOK_SECRET "whsec_"
#define WEBHOOK_KEPT_DAYS 30 /* deliveries that were taken */

/* deliver.c: a job of the queue; its subject is the delivery. */
enum err
webhook_deliver(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end) MUST_USE;
/* "v1,…" over id, time and body. ERR_CORRUPT err.webhook_secret. */
enum err webhook_sign(struct ctx *cx, const char *secret, const char *id, int64_t at,
		      const char *body, const char **ret) MUST_USE;
/* Wants the subscription such an event? Empty lists want all. */
bool webhook_wants(const char *types, const char *events, const char *type, const char *event);

/* outbox.c */
enum err webhook_secret_make(struct ctx *cx, int64_t subscription, const char **ret) MUST_USE;
enum err webhook_made(struct ctx *cx, const struct record *r) MUST_USE;
enum err webhook_checked(struct ctx *cx, const struct record *old, struct change *ch) MUST_USE;
enum err webhook_clear(struct ctx *cx, int64_t *ret_done) MUST_USE;

/* page.c */
enum err webhook_panel(struct visit *v, const struct record *r) MUST_USE;
enum err webhook_secret_post(struct visit *v) MUST_USE;
enum err webhook_again_post(struct visit *v) MUST_USE;

#endif
