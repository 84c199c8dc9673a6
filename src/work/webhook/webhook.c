/* What webhooks add to the program. See webhook.h. */
#include "work/webhook/webhook.h"

#include "work/webhook/webhook_int.h"

static const struct hook HOOKS[] = {
	{ "webhook", "create", webhook_checked, webhook_made },
	{ "webhook", "edit", webhook_checked, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const struct web_route ROUTES[] = {
	{ "POST", "/veebihaak-saladus", HTTP_WRITE, 0, webhook_secret_post, NULL },
	{ "POST", "/veebihaak-uuesti", HTTP_WRITE, 0, webhook_again_post, NULL },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

static const struct web_panel PANELS[] = {
	{ "webhook", webhook_panel },
	{ NULL, NULL },
};

static const struct work_job JOBS[] = {
	{ "clear deliveries", webhook_clear },
	{ NULL, NULL },
};

static const struct job_kind KINDS[] = {
	{ .name = WEBHOOK_JOB, .run = webhook_deliver },
	{ .name = NULL },
};

const struct work WEBHOOK_WORK = {
	.name = "webhook",
	.hooks = HOOKS,
	.routes = ROUTES,
	.panels = PANELS,
	.jobs = JOBS,
	.kinds = KINDS,
};
