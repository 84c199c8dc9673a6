/* Shared by the site's own files only. */
#ifndef HOOL_WEB_SITE_INT_H
#define HOOL_WEB_SITE_INT_H

#include "core/factor.h"
#include "core/oidc.h"
#include "web/rate.h"
#include "web/site.h"

#define SITE_COOKIE "hool"
#define STEP_COOKIE "hool_samm" /* binds a sign-in half done to its browser */
#define PATH_SIGN_IN_CODE "/sisene/kood"
#define PATH_OUTSIDE "/sisene/teenus"	   /* to the provider */
#define PATH_OUTSIDE_BACK "/sisene/tagasi" /* and back from it */
#define PATH_PROVE "/mina/kinnita"
#define PATH_PASSWORD "/mina/parool"
#define PATH_SESSIONS "/mina/seansid"
#define PATH_FACTOR "/mina/kood"
#define TOUCH_SECONDS 60 /* a session's last use is written at most this often */

/* Home, sign-in, search, drafts, language; and the pages every type has. */
extern const struct web_route OWN_ROUTES[];
extern const struct web_route STANDARD_ROUTES[];

/* The page for an error no form can show. Never fails. */
void page_trouble(struct visit *v, enum err e);

/* audit.c: the audit log's line for an answer that has left; http_site.left. */
void audit_left(struct http_exchange *x, bool whole, void *arg);

/* sign_page.c, home_page.c, search_page.c, draft.c */
enum err sign_in_page(struct visit *v) MUST_USE;
enum err sign_in(struct visit *v) MUST_USE;
enum err sign_out(struct visit *v) MUST_USE;
enum err set_language(struct visit *v) MUST_USE;
enum err set_position(struct visit *v) MUST_USE;
enum err stay_signed_in(struct visit *v) MUST_USE;
enum err sign_code_page(struct visit *v) MUST_USE;
enum err sign_code(struct visit *v) MUST_USE;
/* Where a sign-in comes from; where it goes back to; its end: cookie and way back. */
struct signin_from sign_from(const struct visit *v);
const char *sign_back(struct visit *v);
enum err sign_done(struct visit *v, const struct signin *in, const char *back) MUST_USE;
/* outside_page.c: through the provider */
const char *outside_url(struct visit *v);
enum err outside_start(struct visit *v) MUST_USE;
enum err outside_back(struct visit *v) MUST_USE;
/* me_page.c, factor_page.c */
enum err me_page(struct visit *v) MUST_USE;
enum err prove_page(struct visit *v) MUST_USE;
enum err prove(struct visit *v) MUST_USE;
enum err password_page(struct visit *v) MUST_USE;
enum err password_change(struct visit *v) MUST_USE;
enum err end_sessions(struct visit *v) MUST_USE;
enum err factor_page(struct visit *v) MUST_USE;
enum err factor_begin_post(struct visit *v) MUST_USE;
enum err factor_confirm_post(struct visit *v) MUST_USE;
enum err factor_recover_post(struct visit *v) MUST_USE;
enum err factor_drop_post(struct visit *v) MUST_USE;
enum err home_page(struct visit *v) MUST_USE;
enum err registers_page(struct visit *v) MUST_USE;
enum err search_post(struct visit *v) MUST_USE;
enum err search_page(struct visit *v) MUST_USE;
enum err search_choices(struct visit *v) MUST_USE;
enum err draft_save(struct visit *v) MUST_USE;

/* What a search finds, as choices of a reference field, behind the *n already there (at most 20
 * are added). */
enum err site_find_choices(struct visit *v, const struct type *t, const char *query,
			   struct part_choice *list, size_t *n) MUST_USE;
/* A session's token as a page shows it. */
const char *site_csrf(struct ctx *cx, const char *token);
/* The recorded error in words, without its place. */
const char *site_error_text(const struct ctx *cx);

/* draft.c: keep what a form (its PART_FORM) says for somebody; on the write lane. */
enum err
draft_keep(struct ctx *cx, const struct actor *who, const struct http_pairs *typed) MUST_USE;
/* form_key.c: on the write lane. Was the form sent before? Then its answer is given. And: its work
 * is done, so remember its key, and forget its draft. ERR_CONFLICT err.form_used: other content. */
enum err form_key_used(struct visit *v, bool *ret) MUST_USE;
enum err form_key_use(struct visit *v) MUST_USE;
/* Own address of the page asked for, with its query, to come back to; and "PATH?tagasi=BACK". */
const char *site_here(const struct visit *v);
const char *site_url_back(struct ctx *cx, const char *path, const char *back);

/* openapi.c, token_page.c */
enum err openapi_page(struct visit *v) MUST_USE;
enum err tokens_page(struct visit *v) MUST_USE;
enum err token_post(struct visit *v) MUST_USE;
enum err token_end_post(struct visit *v) MUST_USE;

/* list_page.c */
enum err list_page(struct visit *v) MUST_USE;
/* record_page.c, trail.c */
enum err record_page(struct visit *v) MUST_USE;
enum err record_note_post(struct visit *v) MUST_USE;
enum err record_lookers(struct visit *v) MUST_USE;
bool trail_may_see(const struct visit *v, const struct record *r);
enum err attachment_page(struct visit *v) MUST_USE;
enum err attachment_post(struct visit *v) MUST_USE;
/* form_page.c */
enum err new_page(struct visit *v) MUST_USE;
enum err new_post(struct visit *v) MUST_USE;
enum err edit_page(struct visit *v) MUST_USE;
enum err edit_post(struct visit *v) MUST_USE;
enum err edit_again(struct visit *v) MUST_USE;
/* move_page.c */
enum err move_page(struct visit *v) MUST_USE;
enum err move_post(struct visit *v) MUST_USE;
enum err move_again(struct visit *v) MUST_USE;
enum err delete_page(struct visit *v) MUST_USE;
enum err delete_post(struct visit *v) MUST_USE;

#endif
