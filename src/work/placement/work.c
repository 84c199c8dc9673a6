/* The tables of referral and placement: hooks, routes, sections. */
#include "work/placement/placement_int.h"

static const struct hook HOOKS[] = {
	{ "referral", "create", referral_making, referral_made },
	{ "referral", "edit", referral_editing, NULL },
	{ "referral", "start", referral_starting, referral_started },
	{ "referral", "cancel", NULL, referral_cancelled },
	{ "decision", "send", NULL, referral_delivered },
	{ "decision", "deliver", NULL, referral_delivered },
	{ "emergency", "create", NULL, emergency_changed },
	{ "emergency", "edit", NULL, emergency_changed },
	{ "emergency", "delete", NULL, emergency_changed },
	{ "placement", "create", placement_making, placement_made },
	{ "placement", "edit", placement_editing, placement_edited },
	{ "placement", "next_stage", stage_changing, stage_changed },
	{ "placement", "pause", pausing, paused },
	{ "placement", "resume", pausing, resumed },
	{ "placement", "finish", finishing, finished },
	{ "rehab_session", "create", session_making, NULL },
	{ "rehab_session", "edit", session_making, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const struct web_route ROUTES[] = {
	{ "GET", "/suuna/jarjekord/{*}", HTTP_READ, 0, refer_page, NULL },
	{ "POST", "/suuna/jarjekord/{*}", HTTP_WRITE, 0, refer_post, refer_page },
	{ "GET", "/suuna/otsus/{*}", HTTP_READ, 0, refer_page, NULL },
	{ "POST", "/suuna/otsus/{*}", HTTP_WRITE, 0, refer_post, refer_page },
	{ "GET", "/valistused", HTTP_SLOW, 0, radar_page, NULL },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

static const struct web_input REFERRAL[] = { { "issued_on", "referral", "issued_on", false },
					     { NULL, NULL, NULL, false } };
static const struct web_call CALLS[] = {
	{ .pattern = "/suuna/jarjekord/{*}",
	  .name = "refer_from_queue",
	  .text_key = "api.refer_from_queue",
	  .gives = "referral",
	  .query = "koht",
	  .query_type = "site",
	  .makes = true,
	  .inputs = REFERRAL },
	{ .pattern = "/suuna/otsus/{*}",
	  .name = "refer_from_decision",
	  .text_key = "api.refer_from_decision",
	  .gives = "referral",
	  .query = "koht",
	  .query_type = "site",
	  .makes = true,
	  .inputs = REFERRAL },
	{ .pattern = NULL },
};

static const struct web_panel PANELS[] = {
	{ "decision", decision_refer_panel }, { "referral", referral_panel },
	{ "placement", placement_panel },     { "placement", session_panel },
	{ "service_bar", radar_panel },	      { NULL, NULL },
};

static const struct web_home HOMES[] = {
	{ overviews_home },
	{ NULL },
};

const struct work PLACEMENT_WORK = {
	.name = "placement",
	.hooks = HOOKS,
	.routes = ROUTES,
	.panels = PANELS,
	.homes = HOMES,
	.calls = CALLS,
};
