/* What decisions add to the program. See decision.h. */
#include "work/decision/decision.h"

#include "work/decision/decision_int.h"

static const struct web_route ROUTES[] = {
	{ "POST", "/otsus-koosta/{}", HTTP_WRITE, 0, decision_draft_post, NULL },
	{ "GET", "/otsus-eelvaade/{}", HTTP_READ, 0, decision_preview, NULL },
	{ "GET", "/otsus-eelvaade/{}/pdf", HTTP_SLOW, 0, decision_preview_pdf, NULL },
	{ "POST", "/otsus-allkiri/{}", HTTP_SLOW, 0, decision_sign_post, decision_preview },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

static const struct web_input OUTCOME[] = { { "tulemus", "decision", "outcome", true },
					    { NULL, NULL, NULL, false } };
static const struct web_call CALLS[] = {
	{ .pattern = "/otsus-koosta/{}",
	  .name = "decision_draft",
	  .text_key = "api.decision_draft",
	  .gives = "decision",
	  .makes = true,
	  .inputs = OUTCOME },
	{ .pattern = "/otsus-allkiri/{}",
	  .name = "decision_sign",
	  .text_key = "decision.sign",
	  .gives = "decision",
	  .version = true },
	{ .pattern = NULL },
};

static const struct web_panel PANELS[] = {
	{ "application", decision_on_application },
	{ "decision", decision_panel },
	{ NULL, NULL },
};

const struct work DECISION_WORK = {
	.name = "decision",
	.hooks = DECISION_HOOKS,
	.routes = ROUTES,
	.panels = PANELS,
	.calls = CALLS,
};
