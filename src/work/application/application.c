/* What applications add to the program. See application.h. */
#include "work/application/application.h"

#include "work/application/application_int.h"

static const struct web_route ROUTES[] = {
	{ "GET", "/taotlus/uus", HTTP_READ, 0, application_new_page, NULL },
	{ "POST", "/taotlus/uus", HTTP_WRITE, 0, application_new_post, application_new_page },
	{ "GET", "/taotlus-kontroll/{}", HTTP_READ, 0, check_page, NULL },
	{ "POST", "/taotlus-kontroll/{}", HTTP_WRITE, 0, check_post, check_page },
	{ "POST", "/taotlus-kontroll/{}/uuesti", HTTP_WRITE, 0, check_again_post, NULL },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

/* What the page asks an official, and a municipality (new_page.c). */
static const struct web_input TAKEN[] = {
	{ "person", "application", "person", true },
	{ "representative", "application", "representative", false },
	{ "service", "application", "service", true },
	{ "channel", "application", "channel", false },
	{ "arrived", "application", "arrived", false },
	{ "county", "application", "county", false },
	{ "provider", "application", "provider", false },
	{ "wishes", "application", "wishes", false },
	{ "area_physical", "application", "area_physical", false },
	{ "area_emotional", "application", "area_emotional", false },
	{ "area_social", "application", "area_social", false },
	{ "area_cognitive", "application", "area_cognitive", false },
	{ "earlier", "application", "earlier", false },
	{ "note", "application", "note", false },
	{ NULL, NULL, NULL, false },
};
static const struct web_input SENT[] = {
	{ "service", "application", "service", true },
	{ "child_code", "person", "code", false },
	{ "child_first_name", "person", "first_name", true },
	{ "child_last_name", "person", "last_name", true },
	{ "child_birth_date", "person", "birth_date", false },
	{ "child_country", "person", "country", false },
	{ "child_document", "person", "document", false },
	{ "child_language", "person", "language", false },
	{ "child_address", "person", "address", false },
	{ "parent_code", "person", "code", false },
	{ "parent_first_name", "person", "first_name", false },
	{ "parent_last_name", "person", "last_name", false },
	{ "parent_email", "person", "email", false },
	{ "parent_phone", "person", "phone", false },
	{ "parent_delivery", "person", "delivery", false },
	{ "area_physical", "application", "area_physical", false },
	{ "area_emotional", "application", "area_emotional", false },
	{ "area_social", "application", "area_social", false },
	{ "area_cognitive", "application", "area_cognitive", false },
	{ "earlier", "application", "earlier", false },
	{ "county", "application", "county", false },
	{ "provider", "application", "provider", false },
	{ "wishes", "application", "wishes", false },
	{ NULL, NULL, NULL, false },
};
static const struct web_call CALLS[] = {
	{ .pattern = "/taotlus/uus",
	  .name = "application_create",
	  .text_key = "application.new_title",
	  .gives = "application",
	  .makes = true,
	  .inputs = TAKEN,
	  .outside = SENT },
	{ .pattern = "/taotlus-kontroll/{}/uuesti",
	  .name = "application_check",
	  .text_key = "application.check_title",
	  .gives = "application" },
	{ .pattern = NULL },
};

static const struct web_panel PANELS[] = {
	{ "application", asked_panel },
	{ "application", application_panel },
	{ NULL, NULL },
};

static const struct web_letter LETTERS[] = {
	{ "application", "ask_missing", asked_preview },
	{ NULL, NULL, NULL },
};

const struct work APPLICATION_WORK = {
	.name = "application",
	.hooks = APPLICATION_HOOKS,
	.routes = ROUTES,
	.panels = PANELS,
	.calls = CALLS,
	.letters = LETTERS,
};
