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

static const struct web_panel PANELS[] = {
	{ "application", application_panel },
	{ NULL, NULL },
};

const struct work APPLICATION_WORK = {
	.name = "application",
	.hooks = APPLICATION_HOOKS,
	.routes = ROUTES,
	.panels = PANELS,
};
