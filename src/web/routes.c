/* The routes of the site itself and of every type's standard pages. See site.h. */
#include "web/bulk.h"
#include "web/site_int.h"

const struct web_route OWN_ROUTES[] = {
	{ "GET", "/", HTTP_READ, 0, home_page, NULL },
	{ "GET", PATH_SIGN_IN, HTTP_READ, WEB_ANYONE, sign_in_page, NULL },
	{ "POST", PATH_SIGN_IN, HTTP_SLOW, WEB_ANYONE, sign_in, sign_in_page },
	{ "POST", PATH_SIGN_OUT, HTTP_WRITE, 0, sign_out, NULL },
	{ "POST", PATH_LANGUAGE, HTTP_WRITE, 0, set_language, NULL },
	{ "POST", "/ametikoht", HTTP_WRITE, 0, set_position, NULL },
	{ "POST", PATH_SESSION, HTTP_WRITE, 0, stay_signed_in, NULL },
	{ "GET", "/mina", HTTP_READ, 0, me_page, NULL },
	{ "GET", "/paasumargid", HTTP_READ, 0, tokens_page, NULL },
	{ "POST", "/paasumargid", HTTP_WRITE, 0, token_post, tokens_page },
	{ "POST", "/paasumargid/lopeta", HTTP_WRITE, 0, token_end_post, NULL },
	{ "GET", "/api/openapi.json", HTTP_SLOW, WEB_ANYONE, openapi_page, NULL },
	{ "GET", "/registrid", HTTP_READ, 0, registers_page, NULL },
	{ "POST", PATH_SEARCH, HTTP_WRITE, 0, search_post, NULL },
	{ "POST", "/otsing/vali/{}", HTTP_READ, 0, search_choices, NULL },
	{ "GET", "/otsing/{}", HTTP_READ, 0, search_page, NULL },
	{ "POST", PATH_DRAFT, HTTP_WRITE, 0, draft_save, NULL },
	{ "GET", "/fail/{}", HTTP_SLOW, 0, attachment_page, NULL },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

/* After the type's path; N stands for the record's number. */
const struct web_route STANDARD_ROUTES[] = {
	{ "GET", "", HTTP_READ, 0, list_page, NULL },
	{ "GET", "/uus", HTTP_READ, 0, new_page, NULL },
	{ "POST", "/uus", HTTP_WRITE, 0, new_post, new_page },
	{ "POST", "/hulk", HTTP_SLOW, 0, bulk_post, bulk_again },
	{ "GET", "/hulk/{}", HTTP_READ, 0, bulk_done, NULL },
	{ "GET", "/N", HTTP_READ, 0, record_page, NULL },
	{ "GET", "/N/-/muuda", HTTP_READ, 0, edit_page, NULL },
	{ "POST", "/N/-/muuda", HTTP_WRITE, 0, edit_post, edit_again },
	{ "GET", "/N/-/liigu/{}", HTTP_READ, 0, move_page, NULL },
	{ "POST", "/N/-/liigu", HTTP_WRITE, 0, move_post, move_again },
	{ "POST", "/N/-/markus", HTTP_WRITE, 0, record_note_post, record_page },
	{ "POST", "/N/-/fail", HTTP_WRITE, 0, attachment_post, record_page },
	{ "GET", "/N/-/vaatajad", HTTP_SLOW, 0, record_lookers, NULL },
	{ "GET", "/N/-/kustuta", HTTP_READ, 0, delete_page, NULL },
	{ "POST", "/N/-/kustuta", HTTP_WRITE, 0, delete_post, delete_page },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};
