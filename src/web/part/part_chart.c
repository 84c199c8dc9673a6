/*
 * Figures against their targets, and charts: SVG drawn by whole numbers, with the table of the same
 * values beneath, so that nothing is told by the drawing alone. See part.h.
 */
#include "base/text.h"
#include "web/part/part_int.h"

/* The drawing, in its own units: room for the words on top, the scale at the left and
 * the labels below. */
#define WIDTH 640
#define HEIGHT 240
#define LEFT 48
#define RIGHT 12
#define TOP 32
#define BOTTOM 28
#define MAX_LABELS 12 /* more points than this show every n-th label */

void
part_figures_begin(struct page *p)
{
	html_raw(p->h, "<div class=\"figures\">");
}

void
part_figures_end(struct page *p)
{
	html_raw(p->h, "</div>");
}

void
part_figure(struct page *p, const struct part_figure *f)
{
	struct html *h = p->h;

	html_raw(h, "<section class=\"figure\">");
	html_element(h, "h3", NULL, f->label);
	html_raw(h, "<p class=\"figure-value\">");
	html_text(h, f->value);
	html_raw(h, "</p><p class=\"figure-target\">");
	if (f->word != NULL)
		part_badge(p, f->tone, f->word);
	if (f->target != NULL)
		html_element(h, "span", "quiet", msgf(p->cx, "part.target", f->target));
	html_raw(h, "</p>");
	if (f->note != NULL)
		html_element(h, "p", "quiet", f->note);
	if (f->href != NULL || f->n_why > 0) {
		html_raw(h, "<div class=\"figure-end\">");
		if (f->href != NULL)
			html_link(h, f->href, NULL, f->href_label);
		if (f->n_why > 0)
			part_because(p, f->label, f->why, f->n_why);
		html_raw(h, "</div>");
	}
	html_raw(h, "</section>");
}

/* The top of the scale: 1, 2, 2.5 or 5 times a power of ten, at or above the largest value. */
static int64_t
scale_top(const struct part_chart *c)
{
	int64_t top = c->has_target ? c->target : 1, unit = 1;

	for (size_t i = 0; i < c->n; i++)
		if (c->values[i] > top)
			top = c->values[i];
	if (top < 1)
		top = 1;
	if (top > INT64_MAX / 100)
		return top;
	while (unit < top / 10)
		unit *= 10;
	for (;; unit *= 10) {
		if (unit >= top)
			return unit;
		if (unit * 2 >= top)
			return unit * 2;
		if (unit * 5 / 2 >= top && unit % 2 == 0)
			return unit * 5 / 2;
		if (unit * 5 >= top)
			return unit * 5;
	}
}

/* Where a value stands from the top of the drawing. Values below zero lie on the base line. */
static int64_t
height_of(int64_t value, int64_t top)
{
	int64_t room = HEIGHT - TOP - BOTTOM;

	if (value < 0)
		value = 0;
	/* Dividing first where the product would not fit; the drawing needs no more. */
	if (top > INT64_MAX / 1000)
		return HEIGHT - BOTTOM - value / (top / room);
	return HEIGHT - BOTTOM - value * room / top;
}

static int64_t
middle_of(const struct part_chart *c, size_t i)
{
	return LEFT + (int64_t)(2 * i + 1) * (WIDTH - LEFT - RIGHT) / (2 * (int64_t)c->n);
}

static void
svg_line(struct html *h, const char *cls, int64_t y)
{
	html_open(h, "line");
	html_attr(h, "class", cls);
	html_attr_int(h, "x1", LEFT);
	html_attr_int(h, "x2", WIDTH - RIGHT);
	html_attr_int(h, "y1", y);
	html_attr_int(h, "y2", y);
	html_close(h, "line");
}

static void
svg_text(struct html *h, const char *cls, int64_t x, int64_t y, const char *text)
{
	html_open(h, "text");
	html_attr(h, "class", cls);
	html_attr_int(h, "x", x);
	html_attr_int(h, "y", y);
	html_text(h, text);
	html_close(h, "text");
}

static void
scale(struct page *p, int64_t top)
{
	for (int i = 0; i <= 2; i++) {
		int64_t value = i == 1 ? top / 2 : i == 2 ? top : 0;

		if (i == 1 && top % 2 != 0)
			continue;
		svg_line(p->h, i == 0 ? "base" : "rule-line", height_of(value, top));
		svg_text(p->h, "scale", LEFT - 6, height_of(value, top) + 4,
			 text_count(p->cx->arena, value));
	}
}

static void
bars(struct page *p, const struct part_chart *c, int64_t top)
{
	int64_t wide = (WIDTH - LEFT - RIGHT) / (int64_t)c->n * 7 / 10;
	struct html *h = p->h;

	if (wide > 48)
		wide = 48;
	if (wide < 2)
		wide = 2;
	for (size_t i = 0; i < c->n; i++) {
		int64_t y = height_of(c->values[i], top);
		bool below = c->has_target && c->values[i] < c->target;

		html_open(h, "rect");
		html_attr(h, "class", below ? "bar below" : "bar");
		html_attr_int(h, "x", middle_of(c, i) - wide / 2);
		html_attr_int(h, "y", y);
		html_attr_int(h, "width", wide);
		html_attr_int(h, "height", HEIGHT - BOTTOM - y);
		html_close(h, "rect");
	}
}

static void
curve(struct page *p, const struct part_chart *c, int64_t top)
{
	SCOPED_BUF points;
	struct html *h = p->h;

	buf_init(&points, MAX_PAGE);
	for (size_t i = 0; i < c->n; i++)
		buf_printf(&points, "%s%d,%d", i > 0 ? " " : "", (int)middle_of(c, i),
			   (int)height_of(c->values[i], top));
	html_open(h, "polyline");
	html_attr(h, "class", "curve");
	html_attr(h, "points", points.bytes);
	html_close(h, "polyline");
	for (size_t i = 0; i < c->n; i++) {
		html_open(h, "circle");
		html_attr(h, "class", "point");
		html_attr_int(h, "cx", middle_of(c, i));
		html_attr_int(h, "cy", height_of(c->values[i], top));
		html_attr_int(h, "r", 3);
		html_close(h, "circle");
	}
}

static void
drawing(struct page *p, const struct part_chart *c)
{
	int64_t top = scale_top(c);
	size_t every = (c->n + MAX_LABELS - 1) / MAX_LABELS;
	struct html *h = p->h;

	html_open(h, "svg");
	html_attr(h, "class", "drawing");
	html_attr(h, "viewBox", arena_printf(p->cx->arena, "0 0 %d %d", WIDTH, HEIGHT));
	html_attr(h, "role", "img");
	html_attr(h, "aria-label", msgf(p->cx, "part.chart_said", c->question));
	scale(p, top);
	if (c->kind == CHART_BARS)
		bars(p, c, top);
	else
		curve(p, c, top);
	for (size_t i = 0; i < c->n; i += every)
		svg_text(h, "axis", middle_of(c, i), HEIGHT - 8, c->labels[i]);
	if (c->has_target) {
		svg_line(h, "target-line", height_of(c->target, top));
		svg_text(h, "target-word", WIDTH - RIGHT, 14,
			 arena_printf(p->cx->arena, "- - %s", c->target_label));
		if (c->kind == CHART_BARS)
			svg_text(h, "legend", LEFT, 14, word(p, "part.chart_below"));
	}
	html_close(h, "svg");
}

static void
values(struct page *p, const struct part_chart *c)
{
	struct part_column columns[] = { { .label = c->what },
					 { .label = c->unit, .number = true } };
	struct part_table t = { .caption = c->question, .columns = columns, .n_columns = 2 };
	struct arena *a = p->cx->arena;

	part_table_begin(p, &t);
	for (size_t i = 0; i < c->n; i++) {
		const char *value = arena_printf(a, "%s%s", text_count(a, c->values[i]),
						 c->suffix != NULL ? c->suffix : "");

		part_row_begin(p, &t, NULL, 0, NULL);
		part_cell_text(p, &t, c->labels[i]);
		part_cell_link(p, &t, c->hrefs != NULL ? c->hrefs[i] : NULL, value);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
}

void
part_chart(struct page *p, const struct part_chart *c)
{
	struct html *h = p->h;

	html_open(h, "figure");
	html_attr(h, "class", "chart");
	html_attr(h, "id", c->id);
	html_element(h, "figcaption", NULL, c->question);
	if (c->n == 0) {
		html_element(h, "p", "quiet", word(p, "part.chart_empty"));
	} else {
		html_raw(h, "<div class=\"chart-pair\">");
		drawing(p, c);
		values(p, c);
		html_raw(h, "</div>");
	}
	html_close(h, "figure");
}
