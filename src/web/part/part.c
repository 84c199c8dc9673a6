/* The small parts: icons, badges, dates, links, banners. See part.h. */
#include "base/text.h"
#include "web/part/part_int.h"

/*
 * Line drawings on a field of 24 by 24, stroked with the colour of the text beside them.
 * Drawn for this program.
 */
static const char *const drawings[ICON_COUNT] = {
	[ICON_NONE] = NULL,
	[ICON_ADD] = "M12 5v14M5 12h14",
	[ICON_SEARCH] = "M16 10a6 6 0 1 1-12 0 6 6 0 0 1 12 0zM14.5 14.5 20 20",
	[ICON_BELL] = "M5 17h14l-2-3V10a5 5 0 0 0-10 0v4zM10 20h4",
	[ICON_PERSON] = "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM4 20c1-4 4-6 8-6s7 2 8 6",
	[ICON_OUT] = "M14 5H5v14h9M10 12h11M17 8l4 4-4 4",
	[ICON_LETTER] = "M3 6h18v12H3zM3 7l9 7 9-7",
	[ICON_NOTE] = "M5 4h14v11l-5 5H5zM14 20v-5h5M8 9h8M8 12h5",
	[ICON_LINK] =
		"M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 "
		"6 6l1-1",
	[ICON_FILE] = "M6 3h8l4 4v14H6zM14 3v4h4",
	[ICON_CALENDAR] = "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
	[ICON_DOWNLOAD] = "M12 4v11M7 11l5 5 5-5M4 20h16",
	[ICON_PRINT] = "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
	[ICON_EDIT] = "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
	[ICON_EYE] =
		"M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM15 12a3 3 0 1 1-6 0 3 3 0 "
		"0 1 6 0z",
	[ICON_BACK] = "M20 12H4M10 6l-6 6 6 6",
	[ICON_NEXT] = "M4 12h16M14 6l6 6-6 6",
	[ICON_KEYS] = "M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8",
	[ICON_COPY] = "M9 9h11v11H9zM15 9V4H4v11h5",
};

#define BADGE "badge "
static const char *const tone_classes[TONE_COUNT] = {
	[TONE_PLAIN] = BADGE "t-plain", [TONE_OPEN] = BADGE "t-open", [TONE_SOON] = BADGE "t-soon",
	[TONE_LATE] = BADGE "t-late",	[TONE_DONE] = BADGE "t-done", [TONE_OFF] = BADGE "t-off",
};

/* The class of a badge of a tone; behind the first word it is the tone's own. */
static const char *
badge_class(enum tone tone)
{
	if ((int)tone < 0 || tone >= TONE_COUNT)
		BUG("no such tone");
	return tone_classes[tone];
}

const char *
part_tone_class(enum tone tone)
{
	return badge_class(tone) + sizeof(BADGE) - 1;
}

void
part_icon(struct page *p, enum part_icon icon)
{
	struct html *h = p->h;

	if (icon == ICON_NONE)
		return;
	if ((int)icon < 0 || icon >= ICON_COUNT)
		BUG("no such icon");
	html_raw(h, "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" "
		    "focusable=\"false\">");
	html_open(h, "path");
	html_attr(h, "d", drawings[icon]);
	html_close(h, "path");
	html_raw(h, "</svg>");
}

void
part_token(struct page *p)
{
	html_hidden(p->h, PART_CSRF, p->csrf);
}

void
part_hidden_key(struct page *p, const char *key, int64_t version)
{
	html_hidden(p->h, PART_KEY, key);
	if (version != 0)
		html_hidden(p->h, PART_VERSION, text_from_int(p->cx->arena, version));
}

void
part_unseen(struct page *p, const char *text)
{
	html_element(p->h, "span", "vh", text);
}

const char *
part_field_id(struct page *p, const char *name)
{
	return arena_printf(p->cx->arena, "f-%s", name);
}

void
part_heading(struct page *p, int level, const char *id, const char *text)
{
	static const char names[][3] = { "h2", "h3", "h4" };

	if (level < 2 || level > 4)
		BUG("headings of parts are of level 2 to 4");
	html_open_named(p->h, names[level - 2], 2);
	html_attr(p->h, "id", id);
	html_text(p->h, text);
	html_close_named(p->h, names[level - 2], 2);
}

void
part_text(struct page *p, const char *text)
{
	html_element(p->h, "p", NULL, text);
}

void
part_quiet(struct page *p, const char *text)
{
	html_element(p->h, "p", "quiet", text);
}

void
part_badge(struct page *p, enum tone tone, const char *text)
{
	html_raw(p->h, "<span class=\"");
	html_text(p->h, badge_class(tone));
	html_raw(p->h, "\">");
	html_text(p->h, text);
	html_raw(p->h, "</span>");
}

void
part_notice(struct page *p, enum tone tone, const char *title, const char *text)
{
	struct html *h = p->h;

	html_open(h, "div");
	html_attr(h, "class", arena_printf(p->cx->arena, "notice %s", part_tone_class(tone)));
	html_attr(h, "role", tone == TONE_LATE ? "alert" : "status");
	html_element(h, "p", "notice-title", title);
	if (text != NULL)
		html_element(h, "p", NULL, text);
	html_close(h, "div");
}

void
part_date(struct page *p, int32_t day)
{
	char iso[CIVIL_TEXT], text[CIVIL_TEXT];
	struct html *h = p->h;

	if (day == CIVIL_NONE) {
		html_element(h, "span", "none", "–");
		return;
	}
	civil_write(day, iso, text);
	html_raw(h, "<time datetime=\"");
	html_text_n(h, iso, CIVIL_TEXT - 1);
	html_raw(h, "\">");
	html_text_n(h, text, CIVIL_TEXT - 1);
	html_raw(h, "</time>");
}

/* "2026-05-25T09:05:00Z": the moment for programs; 1970-01-01 is day 0. */
static const char *
moment_iso(struct arena *a, int64_t utc)
{
	int64_t day = utc / 86400 - (utc % 86400 < 0);
	int64_t s = utc - day * 86400;

	return arena_printf(a, "%sT%02d:%02d:%02dZ", civil_iso(a, (int32_t)day), (int)(s / 3600),
			    (int)(s / 60 % 60), (int)(s % 60));
}

void
part_moment(struct page *p, int64_t utc)
{
	struct arena *a = p->cx->arena;
	struct html *h = p->h;
	struct civil_time at;

	if (utc == 0) {
		html_element(h, "span", "none", "–");
		return;
	}
	at = civil_in_tallinn(utc);
	html_open(h, "time");
	html_attr(h, "datetime", moment_iso(a, utc));
	html_attr(h, "data-moment", at.offset == 10800 ? "180" : "120");
	html_text(h, arena_printf(a, "%s %02d:%02d", civil_text(a, at.day), at.hour, at.minute));
	html_close(h, "time");
}

void
part_money(struct page *p, int64_t cents)
{
	html_element(p->h, "span", "num", text_money(p->cx->arena, cents));
}

const char *
part_count_text(struct page *p, long n)
{
	if (n <= MAX_COUNT)
		return text_count(p->cx->arena, n);
	return arena_printf(p->cx->arena, "%s+", text_count(p->cx->arena, MAX_COUNT));
}

void
part_count(struct page *p, long n)
{
	html_element(p->h, "span", "count", part_count_text(p, n));
}

void
part_links(struct page *p, const char *title, const struct part_link *links, size_t n)
{
	struct html *h = p->h;

	if (n == 0)
		return;
	html_open(h, "section");
	html_attr(h, "class", "links");
	html_element(h, "h2", NULL, title);
	html_open(h, "ul");
	for (size_t i = 0; i < n; i++) {
		html_open(h, "li");
		html_link(h, links[i].href, NULL, links[i].label);
		if (links[i].note != NULL)
			html_element(h, "span", "quiet", links[i].note);
		html_close(h, "li");
	}
	html_close(h, "ul");
	html_close(h, "section");
}

void
part_button_link(struct page *p, const char *href, const char *label, enum part_icon icon,
		 bool main)
{
	struct html *h = p->h;

	html_open(h, "a");
	html_attr(h, "class", main ? "button main" : "button");
	html_attr(h, "href", href);
	part_icon(p, icon);
	html_text(h, label);
	html_close(h, "a");
}

void
part_post_button(struct page *p, const char *action, const char *name, const char *value,
		 const char *label, bool main)
{
	struct html *h = p->h;

	html_open(h, "form");
	html_attr(h, "method", "post");
	html_attr(h, "action", action);
	html_attr(h, "class", "one");
	part_token(p);
	if (name != NULL)
		html_hidden(h, name, value);
	html_open(h, "button");
	html_attr(h, "class", main ? "main" : NULL);
	html_text(h, label);
	html_close(h, "button");
	html_close(h, "form");
}

void
part_next_steps(struct page *p, const char *const *sentences, size_t n)
{
	struct html *h = p->h;

	html_open(h, "section");
	html_attr(h, "class", "next-steps");
	html_element(h, "h2", NULL, word(p, "part.what_next"));
	html_open(h, "ol");
	for (size_t i = 0; i < n; i++)
		html_element(h, "li", NULL, sentences[i]);
	html_close(h, "ol");
	html_close(h, "section");
}

void
part_columns_begin(struct page *p)
{
	html_raw(p->h, "<div class=\"columns\"><div class=\"column-main\">");
}

void
part_columns_side(struct page *p)
{
	html_raw(p->h, "</div><div class=\"column-side\">");
}

void
part_columns_end(struct page *p)
{
	html_raw(p->h, "</div></div>");
}

void
part_section_begin(struct page *p, const char *id, const char *title)
{
	html_open(p->h, "section");
	html_attr(p->h, "class", "block");
	html_attr(p->h, "id", id);
	html_element(p->h, "h2", NULL, title);
}

void
part_section_end(struct page *p)
{
	html_close(p->h, "section");
}
