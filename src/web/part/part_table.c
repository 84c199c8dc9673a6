/* Lists: tabs, tables, bulk bar, what stands under a list. See part.h. */
#include <string.h>

#include "base/text.h"
#include "web/part/part_int.h"

/* Bytes of a list's cell above which it may take several lines, and a wide column of them. */
#define LONG_CELL 24
#define LONGER_CELL 64

void
part_tabs(struct page *p, const char *label, const struct part_link *tabs, size_t n)
{
	struct html *h = p->h;

	if (n == 0)
		return;
	html_open(h, "nav");
	html_attr(h, "class", "tabs");
	html_attr(h, "aria-label", label);
	html_open(h, "ul");
	for (size_t i = 0; i < n; i++) {
		html_open(h, "li");
		html_open(h, "a");
		html_attr(h, "href", tabs[i].href);
		html_attr(h, "aria-current", tabs[i].current ? "page" : NULL);
		html_text(h, tabs[i].label);
		if (tabs[i].note != NULL) {
			html_text(h, " ");
			html_element(h, "span", "count", tabs[i].note);
		}
		html_close(h, "a");
		html_close(h, "li");
	}
	html_close(h, "ul");
	html_close(h, "nav");
}

static void
column_head(struct page *p, const struct part_column *c)
{
	struct html *h = p->h;

	html_open(h, "th");
	html_attr(h, "scope", "col");
	html_attr(h, "class", c->number ? "num" : NULL);
	html_attr(h, "title", c->hint);
	if (c->sorted != SORTED_NOT)
		html_attr(h, "aria-sort", c->sorted == SORTED_UP ? "ascending" : "descending");
	if (c->sort_href != NULL)
		html_link(h, c->sort_href, "sort", c->label);
	else
		html_text(h, c->label);
	html_close(h, "th");
}

void
part_table_begin(struct page *p, struct part_table *t)
{
	struct html *h = p->h;

	html_open(h, "div");
	html_attr(h, "class", "scroller");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", t->caption);
	html_attr(h, "tabindex", "0");
	html_open(h, "table");
	html_attr(h, "class", t->keys ? "list" : NULL);
	html_flag(h, "data-keys", t->keys);
	html_open(h, "caption");
	html_attr(h, "class", t->show_caption ? NULL : "vh");
	html_text(h, t->caption);
	html_close(h, "caption");
	html_raw(h, "<thead><tr>");
	if (t->bulk_form != NULL) {
		html_raw(h, "<th scope=\"col\" class=\"pick\">");
		part_unseen(p, word(p, "part.choose"));
		html_raw(h, "</th>");
	}
	for (size_t i = 0; i < t->n_columns; i++)
		column_head(p, &t->columns[i]);
	html_raw(h, "</tr></thead><tbody>");
}

static void
pick_cell(struct page *p, const struct part_table *t, int64_t id, const char *name)
{
	struct html *h = p->h;

	html_open(h, "td");
	html_attr(h, "class", "pick");
	html_open(h, "input");
	html_attr(h, "type", "checkbox");
	html_attr(h, "name", PART_CHOSEN);
	html_attr_int(h, "value", id);
	html_attr(h, "form", t->bulk_form);
	html_attr(h, "aria-label", msgf(p->cx, "part.choose_row", name != NULL ? name : ""));
	html_close(h, "td");
}

void
part_row_begin(struct page *p, struct part_table *t, const char *href, int64_t id, const char *name)
{
	html_raw(p->h, "<tr>");
	t->at = 0;
	t->row_href = href;
	if (t->bulk_form != NULL)
		pick_cell(p, t, id, name);
}

void
part_row_end(struct page *p, struct part_table *t)
{
	if (t->at != t->n_columns)
		BUG("a row has other than the table's cells");
	html_raw(p->h, "</tr>");
}

void
part_total_begin(struct page *p, struct part_table *t)
{
	html_raw(p->h, "</tbody><tbody class=\"total\"><tr>");
	t->at = 0;
	if (t->bulk_form != NULL)
		html_raw(p->h, "<td></td>");
}

void
part_total_end(struct page *p, struct part_table *t)
{
	if (t->at != t->n_columns)
		BUG("a row of totals has other than the table's cells");
	html_raw(p->h, "</tr>");
}

void
part_table_end(struct page *p, struct part_table *t)
{
	t->row_href = NULL;
	html_raw(p->h, "</tbody>");
	html_close(p->h, "table");
	html_close(p->h, "div");
}

/*
 * Cells are what lists are made of, fifty rows of eight: their mark-up is written in as few pieces
 * as there are values between. Text within raw mark-up, in an attribute too, escapes itself.
 */
enum cell { CELL_PLAIN, CELL_LONG, CELL_LONGER };

static void
cell_begin(struct page *p, struct part_table *t, enum cell cell)
{
	if (t->at >= t->n_columns)
		BUG("a row has more cells than the table has columns");
	if (t->columns[t->at++].number)
		html_raw(p->h, "<td class=\"num\">");
	else if (cell == CELL_PLAIN)
		html_raw(p->h, "<td>");
	else if (cell == CELL_LONG)
		html_raw(p->h, "<td class=\"long\">");
	else
		html_raw(p->h, "<td class=\"longer\">");
}

void
part_cell_begin(struct page *p, struct part_table *t)
{
	cell_begin(p, t, CELL_PLAIN);
}

void
part_cell_end(struct page *p, struct part_table *t)
{
	(void)t;
	html_raw(p->h, "</td>");
}

static void
dash(struct page *p)
{
	html_raw(p->h, "<span class=\"none\">–</span>");
}

void
part_cell_text(struct page *p, struct part_table *t, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	cell_begin(p, t,
		   len > LONGER_CELL ? CELL_LONGER
		   : len > LONG_CELL ? CELL_LONG
				     : CELL_PLAIN);
	if (len == 0)
		dash(p);
	else
		html_text_n(p->h, text, len);
	part_cell_end(p, t);
}

void
part_cell_link(struct page *p, struct part_table *t, const char *href, const char *text)
{
	bool row = t->row_href != NULL && (href == NULL || strcmp(href, t->row_href) == 0);

	part_cell_begin(p, t);
	if (text == NULL || text[0] == '\0') {
		dash(p);
	} else if (row) {
		html_link(p->h, t->row_href, "row", text);
		t->row_href = NULL;
	} else if (href != NULL) {
		html_link(p->h, href, NULL, text);
	} else {
		html_text(p->h, text);
	}
	part_cell_end(p, t);
}

void
part_cell_int(struct page *p, struct part_table *t, int64_t n)
{
	part_cell_text(p, t, text_count(p->cx->arena, n));
}

void
part_cell_money(struct page *p, struct part_table *t, int64_t cents)
{
	part_cell_text(p, t, text_money(p->cx->arena, cents));
}

void
part_cell_date(struct page *p, struct part_table *t, int32_t day)
{
	part_cell_begin(p, t);
	part_date(p, day);
	part_cell_end(p, t);
}

void
part_cell_moment(struct page *p, struct part_table *t, int64_t utc)
{
	part_cell_begin(p, t);
	part_moment(p, utc);
	part_cell_end(p, t);
}

void
part_cell_badge(struct page *p, struct part_table *t, enum tone tone, const char *text)
{
	part_cell_begin(p, t);
	part_badge(p, tone, text);
	part_cell_end(p, t);
}

void
part_cell_clock(struct page *p, struct part_table *t, enum tone tone, const char *words,
		int32_t due)
{
	char iso[CIVIL_TEXT], date[CIVIL_TEXT];
	struct html *h = p->h;

	part_cell_begin(p, t);
	if (due == CIVIL_NONE) {
		dash(p);
	} else {
		civil_write(due, iso, date);
		html_raw(h, "<time class=\"clock\" datetime=\"");
		html_text_n(h, iso, CIVIL_TEXT - 1);
		html_raw(h, "\" title=\"");
		html_text_n(h, date, CIVIL_TEXT - 1);
		html_raw(h, "\">");
		part_badge(p, tone, words);
		html_raw(h, "<span class=\"clock-date\">");
		html_text_n(h, date, CIVIL_TEXT - 1);
		html_raw(h, "</span></time>");
	}
	part_cell_end(p, t);
}

void
part_empty(struct page *p, const char *why, const char *what, const char *href, const char *label)
{
	struct html *h = p->h;

	html_open(h, "div");
	html_attr(h, "class", "empty");
	html_element(h, "p", "empty-why", why);
	if (what != NULL)
		html_element(h, "p", NULL, what);
	if (href != NULL)
		part_button_link(p, href, label, ICON_NONE, false);
	html_close(h, "div");
}

static void
step_link(struct page *p, const char *href, const char *rel, const char *label, enum part_icon icon)
{
	struct html *h = p->h;

	if (href == NULL)
		return;
	html_open(h, "a");
	html_attr(h, "class", "button");
	html_attr(h, "rel", rel);
	html_attr(h, "href", href);
	if (icon == ICON_BACK)
		part_icon(p, icon);
	html_text(h, label);
	if (icon == ICON_NEXT)
		part_icon(p, icon);
	html_close(h, "a");
}

static void
export_link(struct page *p, const char *href, const char *what)
{
	struct html *h = p->h;

	if (href == NULL)
		return;
	html_raw(h, "<li>");
	html_open(h, "a");
	html_attr(h, "href", href);
	html_flag(h, "download", true);
	html_text(h, what);
	html_close(h, "a");
	html_raw(h, "</li>");
}

void
part_list_foot(struct page *p, const struct part_list_foot *f)
{
	struct html *h = p->h;
	const char *shown = part_count_text(p, f->shown);

	html_raw(h, "<div class=\"list-foot\"><p class=\"quiet\">");
	if (f->count < 0)
		html_text(h, msgf(p->cx, "part.shown", shown));
	else
		html_text(h, msgf(p->cx, "part.shown_of", shown, part_count_text(p, f->count)));
	html_raw(h, "</p>");
	if (f->prev != NULL || f->next != NULL) {
		html_open(h, "nav");
		html_attr(h, "class", "pager");
		html_attr(h, "aria-label", word(p, "part.pages"));
		step_link(p, f->prev, "prev", word(p, "part.prev"), ICON_BACK);
		step_link(p, f->next, "next", word(p, "part.next"), ICON_NEXT);
		html_close(h, "nav");
	}
	if (f->csv != NULL || f->xlsx != NULL || f->json != NULL) {
		html_raw(h, "<div class=\"exports\">");
		part_icon(p, ICON_DOWNLOAD);
		html_element(h, "span", "quiet", word(p, "part.export"));
		html_raw(h, "<ul>");
		export_link(p, f->xlsx, "XLSX");
		export_link(p, f->csv, "CSV");
		export_link(p, f->json, "JSON");
		html_raw(h, "</ul></div>");
	}
	html_raw(h, "</div>");
}

void
part_bulk(struct page *p, const struct part_bulk *b)
{
	struct html *h = p->h;

	html_open(h, "form");
	html_attr(h, "class", "bulk");
	html_attr(h, "id", b->id);
	html_attr(h, "method", "post");
	html_attr(h, "action", b->action);
	part_token(p);
	html_open(h, "p");
	html_attr(h, "role", "status");
	html_attr(h, "data-words", msgf(p->cx, "part.chosen", "{1}"));
	html_text(h, word(p, "part.with_chosen"));
	html_close(h, "p");
	for (size_t i = 0; i < b->n_moves; i++) {
		html_open(h, "button");
		html_attr(h, "name", PART_MOVE);
		html_attr(h, "value", b->moves[i].href);
		html_text(h, b->moves[i].label);
		html_close(h, "button");
	}
	html_close(h, "form");
}
