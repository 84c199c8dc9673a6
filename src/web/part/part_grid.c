/*
 * A month's grid: rows are people, columns days. See part.h.
 *
 * Totals are counted here from the cells and again by the script as one types. A number cell is
 * read in hundredths ("7,5" is 750), so that quarter hours add up exactly.
 */
#include <string.h>

#include "base/text.h"
#include "web/part/part_int.h"

#define MAX_DAYS 31

/* What one cell adds to its totals, in hundredths. */
static int64_t
cell_worth(const struct part_grid *g, const char *cell)
{
	int64_t n = 0;

	if (cell == NULL || cell[0] == '\0')
		return 0;
	for (size_t i = 0; i < g->n_codes; i++)
		if (strcmp(g->codes[i].code, cell) == 0)
			return g->codes[i].counts ? 100 : 0;
	if (g->numbers && text_cents(cell, &n))
		return n;
	return 0;
}

/* "152", "7,5", "7,25", "-0,5" */
static const char *
total_text(struct page *p, int64_t hundredths)
{
	const char *sign = hundredths < 0 ? "-" : "";
	int64_t n = hundredths < 0 ? -hundredths : hundredths;
	const char *whole = text_from_int(p->cx->arena, n / 100);
	int part = (int)(n % 100);

	if (part == 0)
		return arena_printf(p->cx->arena, "%s%s", sign, whole);
	if (part % 10 == 0)
		return arena_printf(p->cx->arena, "%s%s,%d", sign, whole, part / 10);
	return arena_printf(p->cx->arena, "%s%s,%02d", sign, whole, part);
}

static bool
is_day_off(const struct part_grid *g, int day)
{
	if (g->holiday != NULL && g->holiday[day - 1])
		return true;
	return civil_weekday(civil_day(g->year, g->month, day)) >= 6;
}

static const char *
day_class(const struct part_grid *g, int day)
{
	if (g->holiday != NULL && g->holiday[day - 1])
		return "holiday";
	return is_day_off(g, day) ? "off" : NULL;
}

static void
day_heads(struct page *p, const struct part_grid *g, int days)
{
	static const char *const keys[] = { "part.mon", "part.tue", "part.wed", "part.thu",
					    "part.fri", "part.sat", "part.sun" };
	struct html *h = p->h;

	html_raw(h, "<thead><tr><th scope=\"col\" class=\"name\">");
	html_text(h, word(p, "part.grid_name"));
	html_raw(h, "</th>");
	for (int d = 1; d <= days; d++) {
		html_open(h, "th");
		html_attr(h, "scope", "col");
		html_attr(h, "class", day_class(g, d));
		html_int(h, d);
		html_element(h, "span", NULL,
			     word(p, keys[civil_weekday(civil_day(g->year, g->month, d)) - 1]));
		html_close(h, "th");
	}
	html_raw(h, "<th scope=\"col\" class=\"num\">");
	html_text(h, g->total_label);
	html_raw(h, "</th></tr></thead>");
}

static void
grid_cell(struct page *p, const struct part_grid *g, const struct part_grid_row *r, int day)
{
	const char *value = r->cells[day - 1];
	const char *error = r->errors != NULL ? r->errors[day - 1] : NULL;
	struct arena *a = p->cx->arena;
	struct html *h = p->h;

	html_open(h, "td");
	html_attr(h, "class", error != NULL ? "wrong" : day_class(g, day));
	if (r->locked) {
		html_text(h, value);
		html_close(h, "td");
		return;
	}
	html_open(h, "input");
	html_attr(h, "name", arena_printf(a, "g%lldd%d", (long long)r->id, day));
	html_attr_int(h, "maxlength", g->numbers ? 5 : 3);
	html_attr(h, "autocomplete", "off");
	html_attr(h, "inputmode", g->numbers ? "decimal" : NULL);
	html_attr(h, "value", value != NULL && value[0] != '\0' ? value : NULL);
	if (error == NULL) {
		html_attr(h, "aria-label", arena_printf(a, "%s %d", r->name, day));
	} else {
		html_attr(h, "aria-label", arena_printf(a, "%s %d: %s", r->name, day, error));
		html_attr(h, "aria-invalid", "true");
		html_attr(h, "title", error);
	}
	html_close(h, "td");
}

/* A total the script keeps current. */
static void
total_cell(struct page *p, int64_t hundredths)
{
	html_raw(p->h, "<td class=\"num sum\">");
	html_text(p->h, total_text(p, hundredths));
	html_raw(p->h, "</td>");
}

static void
grid_row(struct page *p, const struct part_grid *g, const struct part_grid_row *r, int days,
	 int64_t *by_day)
{
	struct html *h = p->h;
	int64_t sum = 0;

	html_raw(h, "<tr><th scope=\"row\" class=\"name\">");
	if (r->href != NULL)
		html_link(h, r->href, NULL, r->name);
	else
		html_text(h, r->name);
	html_raw(h, "</th>");
	for (int d = 1; d <= days; d++) {
		int64_t worth = cell_worth(g, r->cells[d - 1]);

		sum += worth;
		by_day[d - 1] += worth;
		grid_cell(p, g, r, d);
	}
	total_cell(p, sum);
	html_raw(h, "</tr>");
}

static void
day_totals(struct page *p, const struct part_grid *g, int days, const int64_t *by_day)
{
	int64_t sum = 0;

	html_raw(p->h, "<tfoot><tr><th scope=\"row\" class=\"name\">");
	html_text(p->h, g->total_label);
	html_raw(p->h, "</th>");
	for (int d = 0; d < days; d++) {
		sum += by_day[d];
		total_cell(p, by_day[d]);
	}
	total_cell(p, sum);
	html_raw(p->h, "</tr></tfoot>");
}

static void
legend(struct page *p, const struct part_grid *g)
{
	struct html *h = p->h;

	if (g->n_codes == 0)
		return;
	html_raw(h, "<ul class=\"codes\">");
	for (size_t i = 0; i < g->n_codes; i++) {
		html_raw(h, "<li>");
		html_element(h, "kbd", NULL, g->codes[i].code);
		html_text(h, " ");
		html_text(h, g->codes[i].label);
		html_raw(h, "</li>");
	}
	html_raw(h, "</ul>");
}

/* The codes that add one, for the script: "T K". */
static const char *
counting_codes(struct page *p, const struct part_grid *g)
{
	const char *all = "";

	for (size_t i = 0; i < g->n_codes; i++)
		if (g->codes[i].counts)
			all = arena_printf(p->cx->arena, "%s%s%s", all, all[0] != '\0' ? " " : "",
					   g->codes[i].code);
	return all;
}

void
part_grid(struct page *p, const struct part_grid *g)
{
	int days = civil_days_in_month(g->year, g->month);
	int64_t by_day[MAX_DAYS] = { 0 };
	struct html *h = p->h;

	legend(p, g);
	html_open(h, "div");
	html_attr(h, "class", "scroller");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", g->caption);
	html_attr(h, "tabindex", "0");
	html_open(h, "table");
	html_attr(h, "class", "grid");
	html_attr(h, "data-grid", g->numbers ? "numbers" : "codes");
	html_attr(h, "data-counts", counting_codes(p, g));
	html_element(h, "caption", "vh", g->caption);
	day_heads(p, g, days);
	html_raw(h, "<tbody>");
	for (size_t i = 0; i < g->n_rows; i++)
		grid_row(p, g, &g->rows[i], days, by_day);
	html_raw(h, "</tbody>");
	day_totals(p, g, days, by_day);
	html_close(h, "table");
	html_close(h, "div");
}
