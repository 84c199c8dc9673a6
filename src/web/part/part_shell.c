/* The page around everything: head, rail, main, foot, the dialogs of the script. See part.h. */
#include <string.h>

#include "base/text.h"
#include "web/part/part_int.h"

/* "/static/hool.css?v=…": a changed file has a changed address, so it may be cached for long. */
static const char *
asset(const struct page *p, const char *name)
{
	struct arena *a = p->cx->arena;

	if (p->asset == NULL)
		return arena_printf(a, "%s%s", PATH_STATIC, name);
	return arena_printf(a, "%s%s", p->asset, name);
}

static void
meta_named(struct html *h, const char *name, const char *content)
{
	html_open(h, "meta");
	html_attr(h, "name", name);
	html_attr(h, "content", content);
}

static void
head_of_document(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "head");
	html_raw(h, "<meta charset=\"utf-8\">");
	html_open(h, "title");
	html_text(h, p->title);
	if (p->board != NULL) {
		html_text(h, " · ");
		html_text(h, p->board);
	}
	html_close(h, "title");
	meta_named(h, "viewport", "width=device-width, initial-scale=1");
	meta_named(h, "color-scheme", "light dark");
	if (p->csrf != NULL)
		meta_named(h, "robots", "noindex");
	html_open(h, "link");
	html_attr(h, "rel", "icon");
	html_attr(h, "type", "image/svg+xml");
	html_attr(h, "href", asset(p, "favicon.svg"));
	html_open(h, "link");
	html_attr(h, "rel", "stylesheet");
	html_attr(h, "href", asset(p, "hool.css"));
	html_open(h, "script");
	html_attr(h, "src", asset(p, "hool.js"));
	html_flag(h, "defer", true);
	html_close(h, "script");
	html_close(h, "head");
}

/* Signed in, the choice is kept with the account (POST); signed out it stands in the address. */
static void
language_buttons(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "form");
	html_attr(h, "class", "languages");
	html_attr(h, "method", "post");
	html_attr(h, "action", PATH_LANGUAGE);
	part_token(p);
	html_hidden(h, PART_BACK, p->here != NULL ? p->here : "/");
	for (int l = 0; l < LANG_COUNT; l++) {
		html_open(h, "button");
		html_attr(h, "name", "keel");
		html_attr(h, "value", lang_code((enum lang)l));
		html_attr(h, "lang", lang_code((enum lang)l));
		html_attr(h, "aria-current", (enum lang)l == p->cx->lang ? "true" : NULL);
		html_attr(h, "title",
			  word(p, l == LANG_ET	 ? "part.lang_et"
				  : l == LANG_EN ? "part.lang_en"
						 : "part.lang_ru"));
		html_raw(h, "<abbr>");
		html_text(h, lang_code((enum lang)l));
		html_raw(h, "</abbr>");
		html_close(h, "button");
	}
	html_close(h, "form");
}

static void
language_links(struct page *p)
{
	struct html *h = p->h;
	const char *here = p->here != NULL ? p->here : "/";

	html_open(h, "nav");
	html_attr(h, "class", "languages");
	html_attr(h, "aria-label", word(p, "part.language"));
	for (int l = 0; l < LANG_COUNT; l++) {
		const char *code = lang_code((enum lang)l);

		html_open(h, "a");
		html_attr(h, "href",
			  arena_printf(p->cx->arena, "%s%ckeel=%s", here,
				       strchr(here, '?') != NULL ? '&' : '?', code));
		html_attr(h, "lang", code);
		html_attr(h, "hreflang", code);
		html_attr(h, "aria-current", (enum lang)l == p->cx->lang ? "true" : NULL);
		html_text(h, word(p, l == LANG_ET   ? "part.lang_et"
				     : l == LANG_EN ? "part.lang_en"
						    : "part.lang_ru"));
		html_close(h, "a");
	}
	html_close(h, "nav");
}

static void
search_box(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "form");
	html_attr(h, "class", "find");
	html_attr(h, "role", "search");
	html_attr(h, "method", "post");
	html_attr(h, "action", PATH_SEARCH);
	part_token(p);
	html_open(h, "label");
	html_attr(h, "for", "q");
	html_attr(h, "class", "vh");
	html_text(h, word(p, "part.search_label"));
	html_close(h, "label");
	html_open(h, "input");
	html_attr(h, "id", "q");
	html_attr(h, "name", "q");
	html_attr(h, "type", "search");
	html_attr_int(h, "maxlength", MAX_TEXT);
	html_attr(h, "autocomplete", "off");
	html_attr(h, "placeholder", word(p, "part.search_hint"));
	html_open(h, "button");
	part_icon(p, ICON_SEARCH);
	html_text(h, word(p, "part.search"));
	html_close(h, "button");
	html_close(h, "form");
}

static void
new_menu(struct page *p)
{
	struct html *h = p->h;

	if (p->n_news == 0)
		return;
	html_raw(h, "<details class=\"menu\"><summary>");
	part_icon(p, ICON_ADD);
	html_text(h, word(p, "part.new"));
	html_raw(h, "</summary><ul>");
	for (size_t i = 0; i < p->n_news; i++) {
		html_raw(h, "<li>");
		html_link(h, p->news[i].href, NULL, p->news[i].label);
		html_raw(h, "</li>");
	}
	html_raw(h, "</ul></details>");
}

static void
who_am_i(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "p");
	html_attr(h, "class", "me");
	if (p->me_href != NULL)
		html_link(h, p->me_href, NULL, p->who);
	else
		html_text(h, p->who);
	if (p->position != NULL)
		html_element(h, "span", "quiet", p->position);
	if (p->stands_for != NULL)
		html_element(h, "span", "stands", msgf(p->cx, "part.stands_for", p->stands_for));
	html_close(h, "p");
}

static void
signed_in_head(struct page *p)
{
	struct html *h = p->h;

	if (!p->plain)
		search_box(p);
	html_raw(h, "<div class=\"head-tools\">");
	new_menu(p);
	if (p->unread_href != NULL) {
		html_open(h, "a");
		html_attr(h, "class", "bell");
		html_attr(h, "href", p->unread_href);
		part_icon(p, ICON_BELL);
		html_text(h, word(p, "part.notices"));
		if (p->unread > 0)
			html_element(h, "span", "waits", part_count_text(p, p->unread));
		html_close(h, "a");
	}
	who_am_i(p);
	language_buttons(p);
	html_open(h, "form");
	html_attr(h, "method", "post");
	html_attr(h, "action", PATH_SIGN_OUT);
	html_attr(h, "class", "one");
	part_token(p);
	html_open(h, "button");
	html_attr(h, "class", "sign-out");
	part_icon(p, ICON_OUT);
	html_text(h, word(p, "part.sign_out"));
	html_close(h, "button");
	html_close(h, "form");
	html_raw(h, "</div>");
}

static void
rail_line(struct page *p, const struct page_duty *d)
{
	struct html *h = p->h;

	if (d->heading) {
		html_raw(h, "<li class=\"rail-title\">");
		html_text(h, d->label);
		html_raw(h, "</li>");
		return;
	}
	html_raw(h, "<li>");
	html_open(h, "a");
	html_attr(h, "href", d->href);
	html_attr(h, "aria-current", d->current ? "page" : NULL);
	html_raw(h, "<span>");
	html_text(h, d->label);
	html_raw(h, "</span>");
	if (d->waits > 0) {
		html_open(h, "span");
		html_attr(h, "class", d->late ? "waits t-late" : "waits");
		html_text(h, part_count_text(p, d->waits));
		part_unseen(p, word(p, d->late ? "part.waits_late" : "part.waits"));
		html_close(h, "span");
	}
	html_close(h, "a");
	html_raw(h, "</li>");
}

/* On narrow screens the rail is a popover behind a button; wide ones always show it. */
static void
rail(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "nav");
	html_attr(h, "class", "rail");
	html_attr(h, "id", "rail");
	html_attr(h, "popover", "auto");
	html_attr(h, "aria-label", word(p, "part.duties"));
	html_open(h, "ul");
	for (size_t i = 0; i < p->n_duties; i++)
		rail_line(p, &p->duties[i]);
	html_close(h, "ul");
	html_close(h, "nav");
}

static void
head_of_page(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "header");
	html_attr(h, "class", "head");
	if (p->env != NULL)
		html_element(h, "p", "env", p->env);
	if (p->n_duties > 0 && !p->plain) {
		html_open(h, "button");
		html_attr(h, "type", "button");
		html_attr(h, "class", "rail-button");
		html_attr(h, "popovertarget", "rail");
		html_text(h, word(p, "part.duties_short"));
		html_close(h, "button");
	}
	html_open(h, "a");
	html_attr(h, "class", "brand");
	html_attr(h, "href", "/");
	html_text(h, p->board);
	html_close(h, "a");
	if (p->csrf != NULL && p->who != NULL)
		signed_in_head(p);
	else
		language_links(p);
	html_close(h, "header");
}

static void
crumbs(struct page *p)
{
	struct html *h = p->h;

	if (p->n_crumbs == 0)
		return;
	html_open(h, "nav");
	html_attr(h, "class", "crumbs");
	html_attr(h, "aria-label", word(p, "part.crumbs"));
	html_open(h, "ol");
	for (size_t i = 0; i < p->n_crumbs; i++) {
		html_open(h, "li");
		html_link(h, p->crumbs[i].href, NULL, p->crumbs[i].label);
		html_close(h, "li");
	}
	html_close(h, "ol");
	html_close(h, "nav");
}

static void
title_of_page(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "h1");
	html_text(h, p->title);
	if (p->counted) {
		html_text(h, " ");
		part_count(p, p->count);
	}
	html_close(h, "h1");
	if (p->lead != NULL)
		html_element(h, "p", "lead", p->lead);
}

static const char *
body_class(const struct page *p)
{
	if (p->csrf == NULL || p->who == NULL)
		return "out";
	if (p->plain)
		return "plain";
	return p->wide ? "work wide" : "work";
}

void
page_begin(struct page *p)
{
	struct html *h = p->h;

	html_doctype(h);
	html_open(h, "html");
	html_attr(h, "lang", lang_code(p->cx->lang));
	head_of_document(p);
	html_open(h, "body");
	html_attr(h, "class", body_class(p));
	if (p->no_keys)
		html_attr(h, "data-keys", "off");
	if (p->session_left > 0) {
		html_attr_int(h, "data-left", p->session_left);
		html_attr_int(h, "data-lead", p->session_lead);
	}
	html_link(h, "#sisu", "skip", word(p, "part.skip"));
	head_of_page(p);
	html_open(h, "div");
	html_attr(h, "class", "body");
	if (p->n_duties > 0 && !p->plain)
		rail(p);
	html_open(h, "main");
	html_attr(h, "id", "sisu");
	html_attr(h, "tabindex", "-1");
	for (size_t i = 0; i < p->n_notices; i++)
		part_notice(p, p->notices[i].tone, p->notices[i].title, p->notices[i].text);
	crumbs(p);
	if (!p->own_heading)
		title_of_page(p);
}

static void
key_line(struct page *p, const char *key, const char *what)
{
	html_raw(p->h, "<dt><kbd>");
	html_text(p->h, key);
	html_raw(p->h, "</kbd></dt><dd>");
	html_text(p->h, word(p, what));
	html_raw(p->h, "</dd>");
}

static void
dialog_begin(struct page *p, const char *id, const char *title)
{
	struct html *h = p->h;

	html_open(h, "dialog");
	html_attr(h, "id", id);
	html_attr(h, "aria-labelledby", arena_printf(p->cx->arena, "%s-t", id));
	html_open(h, "h2");
	html_attr(h, "id", arena_printf(p->cx->arena, "%s-t", id));
	html_text(h, title);
	html_close(h, "h2");
}

static void
keys_dialog(struct page *p)
{
	struct html *h = p->h;

	dialog_begin(p, "keys", word(p, "part.keys"));
	html_open(h, "dl");
	html_attr(h, "class", "keys");
	key_line(p, "/", "part.key_find");
	key_line(p, "j", "part.key_down");
	key_line(p, "k", "part.key_up");
	key_line(p, "x", "part.key_choose");
	key_line(p, "Enter", "part.key_open");
	key_line(p, "?", "part.key_help");
	html_close(h, "dl");
	html_open(h, "form");
	html_attr(h, "method", "dialog");
	html_element(h, "button", "main", word(p, "part.close"));
	html_close(h, "form");
	html_close(h, "dialog");
}

/* The warning before the session ends; "{1}" of its text is filled by the script. */
static void
session_dialog(struct page *p)
{
	struct html *h = p->h;

	dialog_begin(p, "session", word(p, "part.session_title"));
	html_open(h, "p");
	html_attr(h, "aria-live", "polite");
	html_attr(h, "data-words", msgf(p->cx, "part.session_left", "{1}"));
	html_attr(h, "data-over", word(p, "part.session_over"));
	html_text(h, word(p, "part.session_kept"));
	html_close(h, "p");
	html_open(h, "form");
	html_attr(h, "method", "post");
	html_attr(h, "action", PATH_SESSION);
	part_token(p);
	html_hidden(h, PART_BACK, p->here);
	html_element(h, "button", "main", word(p, "part.session_stay"));
	html_close(h, "form");
	html_close(h, "dialog");
}

static void
session_line(struct page *p)
{
	struct civil_time end = civil_in_tallinn(p->cx->now + p->session_left);

	html_open(p->h, "p");
	html_text(p->h, msgf(p->cx, "part.session_ends",
			     arena_printf(p->cx->arena, "%02d:%02d", end.hour, end.minute)));
	html_close(p->h, "p");
}

static void
foot_of_page(struct page *p)
{
	struct html *h = p->h;

	html_open(h, "footer");
	html_attr(h, "class", "foot");
	if (p->n_foot > 0) {
		html_open(h, "ul");
		for (size_t i = 0; i < p->n_foot; i++) {
			html_open(h, "li");
			html_link(h, p->foot[i].href, NULL, p->foot[i].label);
			html_close(h, "li");
		}
		html_close(h, "ul");
	}
	if (p->session_left > 0)
		session_line(p);
	if (p->version != NULL)
		html_element(h, "p", NULL, msgf(p->cx, "part.version", p->version));
	html_close(h, "footer");
}

void
page_end(struct page *p)
{
	struct html *h = p->h;

	html_close(h, "main");
	html_close(h, "div");
	foot_of_page(p);
	if (p->csrf != NULL && p->who != NULL) {
		if (!p->no_keys)
			keys_dialog(p);
		if (p->session_left > 0)
			session_dialog(p);
	}
	html_close(h, "body");
	html_close(h, "html");
}
