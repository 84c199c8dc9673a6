/* What settlement adds to the program. See settlement.h. */
#include "work/settlement/settlement.h"

#include "work/settlement/bill.h"
#include "work/settlement/claim.h"
#include "work/settlement/invoice.h"
#include "work/settlement/pages_int.h"
#include "work/settlement/payment.h"

static const struct hook HOOKS[] = {
	{ "claim", "create", claim_create_before, claim_create_after },
	{ "claim", "confirm", claim_confirm_before, claim_confirm_after },
	{ "claim", "prepare", claim_prepare_before, NULL },
	{ "claim", "approve", claim_approve_before, claim_approve_after },
	{ "claim", "bill", NULL, claim_bill_after },
	{ "claim_line", "create", claim_line_before, NULL },
	{ "claim_line", "edit", claim_line_before, NULL },
	{ "invoice", "create", invoice_create_before, NULL },
	{ "invoice", "compare", NULL, invoice_compare_after },
	{ "invoice", "reject", NULL, invoice_reject_after },
	{ "difference", "accept", NULL, difference_resolved_after },
	{ "difference", "reject", NULL, difference_resolved_after },
	{ "difference", "correct", NULL, difference_resolved_after },
	{ "payment_order", "export", NULL, payment_export_after },
	{ NULL, NULL, NULL, NULL },
};

static const struct web_route ROUTES[] = {
	{ "GET", "/kuu", HTTP_READ, 0, month_page, NULL },
	{ "POST", "/kuu/koosta", HTTP_WRITE, 0, month_make_post, month_make_again },
	{ "GET", "/kuu/paevad/{*}", HTTP_READ, 0, days_page, NULL },
	{ "POST", "/kuu/paevad/{*}", HTTP_WRITE, 0, days_post, days_again },
	{ "POST", "/kuu/ettepanek", HTTP_WRITE, 0, proposal_post, NULL },
	{ "GET", "/kuu/naidis/{*}", HTTP_READ, 0, sample_page, NULL },
	{ "GET", "/kuu/vordlus/{*}", HTTP_READ, 0, compare_page, NULL },
	{ "GET", "/kuu/kreedit/{}", HTTP_READ, 0, credit_page, NULL },
	{ "POST", "/kuu/erinevused", HTTP_WRITE, 0, differences_post, differences_again },
	{ "GET", "/arve/uus", HTTP_READ, 0, upload_redirect, NULL },
	{ "GET", "/arve/uus/fail", HTTP_READ, 0, upload_page, NULL },
	{ "POST", "/arve/uus/fail", HTTP_SLOW, 0, upload_post, upload_again },
	{ "GET", "/maksekorraldused", HTTP_READ, 0, payments_page, NULL },
	{ "POST", "/maksekorraldused", HTTP_WRITE, 0, payments_post, payments_again },
	{ "GET", "/maksekorraldused/{}", HTTP_READ, 0, payment_file_page, NULL },
	{ "GET", "/maksekorraldused/{}/xml", HTTP_READ, 0, payment_xml, NULL },
	{ "GET", "/maksekorraldused/{}/csv", HTTP_READ, 0, payment_csv, NULL },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

static const struct web_panel PANELS[] = {
	{ "claim", claim_panel },	    { "claim_line", claim_line_panel },
	{ "invoice", invoice_panel },	    { "difference", difference_panel },
	{ "payment_order", payment_panel }, { NULL, NULL },
};

static const struct web_home HOMES[] = {
	{ settlement_home },
	{ NULL },
};

const struct work SETTLEMENT_WORK = {
	.name = "settlement", .hooks = HOOKS, .routes = ROUTES, .panels = PANELS, .homes = HOMES
};
