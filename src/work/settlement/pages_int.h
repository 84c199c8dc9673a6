/* The pages of settlement, for the table in settlement.c, and what they share (pages.c). */
#ifndef HOOL_WORK_SETTLEMENT_PAGES_INT_H
#define HOOL_WORK_SETTLEMENT_PAGES_INT_H

#include "web/site.h"

/* ---- shared ---- */

/* May the actor do an official's work on the report: B3.3, D3.8 or PM.1, and see it? */
bool pages_official(const struct visit *v);
/* Cells of a row of totals that add nothing up. */
void pages_empty_cells(struct page *p, struct part_table *t, int n);
/* Buttons and links side by side. */
void pages_buttons_begin(struct visit *v);
void pages_buttons_end(struct visit *v);
/* The heading figures stand under where the page shows none, for those who hear it. */
void pages_figures_heading(struct visit *v);
/* A report by its number, as the actor sees it. */
enum err pages_claim(struct visit *v, const char *number, struct record **ret) MUST_USE;
/* Addresses: /kuu/paevad/N, /kuu/vordlus/N. */
const char *pages_days_url(struct ctx *cx, const char *number);
const char *pages_compare_url(struct ctx *cx, const char *number);
const char *pages_sample_url(struct ctx *cx, const char *number);
/* /kuu/kreedit/N of a credit note. */
const char *pages_credit_url(struct ctx *cx, const char *number);
/* "mai 2026" of a first day. */
const char *pages_month(struct ctx *cx, int32_t month);
/* Colour of a state by the type's look, and its word. */
enum tone pages_tone(const struct type *t, const char *state);
const char *pages_state(struct ctx *cx, const struct type *t, const char *state);
/* The recorded error in words, without its place. */
const char *pages_error(const struct ctx *cx);
/* The words of a choice, "" for none. */
const char *pages_choice(struct ctx *cx, const char *type, const char *field, const char *value);
/* "20 päeva × 22,00 € = 440,00 €": why a line has its sum, as lines for part_because(). */
struct line_facts {
	const char *days, *unit, *note;
	int64_t quantity, price_cents, sum_cents, minutes;
	bool priced;
	const char *price_number; /* "H-12" */
	int32_t price_from, price_known;
	bool price_confirmed, by_contract;
	int32_t month; /* of a correction */
};
size_t pages_because(struct ctx *cx, const struct line_facts *l, struct part_trace *steps);
#define LINE_STEPS 6

/* ---- pages ---- */

enum err month_page(struct visit *v) MUST_USE;
enum err month_make_post(struct visit *v) MUST_USE;
enum err month_make_again(struct visit *v) MUST_USE;
enum err settlement_home(struct visit *v) MUST_USE;

enum err days_page(struct visit *v) MUST_USE;
enum err days_post(struct visit *v) MUST_USE;
enum err days_again(struct visit *v) MUST_USE;
enum err proposal_post(struct visit *v) MUST_USE;

enum err compare_page(struct visit *v) MUST_USE;
enum err differences_post(struct visit *v) MUST_USE;
enum err differences_again(struct visit *v) MUST_USE;

enum err sample_page(struct visit *v) MUST_USE;
enum err upload_redirect(struct visit *v) MUST_USE;
enum err upload_page(struct visit *v) MUST_USE;
enum err upload_post(struct visit *v) MUST_USE;
enum err upload_again(struct visit *v) MUST_USE;

enum err credit_page(struct visit *v) MUST_USE;

enum err payments_page(struct visit *v) MUST_USE;
enum err payments_post(struct visit *v) MUST_USE;
enum err payments_again(struct visit *v) MUST_USE;
enum err payment_file_page(struct visit *v) MUST_USE;
enum err payment_xml(struct visit *v) MUST_USE;
enum err payment_csv(struct visit *v) MUST_USE;

/* ---- panels of record pages ---- */

enum err claim_panel(struct visit *v, const struct record *r) MUST_USE;
enum err claim_line_panel(struct visit *v, const struct record *r) MUST_USE;
enum err invoice_panel(struct visit *v, const struct record *r) MUST_USE;
enum err difference_panel(struct visit *v, const struct record *r) MUST_USE;
enum err payment_panel(struct visit *v, const struct record *r) MUST_USE;

#endif
