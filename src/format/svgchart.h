/*
 * Charts as SVG, made by the server: the same in the page, in print and in a file. No script, no
 * style attribute (CSP): looks come from the classes chart-bar, chart-line, chart-dot,
 * chart-target, chart-axis, chart-grid, chart-label and chart-part-1 to chart-part-6; without any
 * style sheet they are drawn in the colour of the text. A chart is one image to a reader aloud
 * (role="img", title and description); the table with the figures stands beside it, made by the
 * caller, who also says when there is nothing to show.
 *
 * Values are integers (counts, cents, days). Axes begin at zero and have steps of 1, 2 or 5 times
 * a power of ten; only places on the picture are floating point. Any int64 will do.
 */
#ifndef HOOL_FORMAT_SVGCHART_H
#define HOOL_FORMAT_SVGCHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* A figure of the axis as text: text_count, text_money, or one's own. */
typedef const char *chart_format(struct arena *a, int64_t value);

struct chart_point {
	const char *label; /* month, name */
	int64_t value;
	const char *text; /* the value as text; NULL: made by the chart's format */
	bool missing;	  /* no figure: a gap in the line, no bar */
};

struct chart {
	const char *id;	   /* unique in the page, a plain name; NULL: none */
	const char *title; /* the question the chart answers */
	const char *desc;  /* the answer in a sentence; or NULL */
	const struct chart_point *points;
	size_t n;
	chart_format *format; /* NULL: text_count */
	bool has_target;
	int64_t target;
	const char *target_text; /* "eesmärk 90 %"; or NULL */
};

/* Append the chart to `b`, which remembers if it grew too large. Texts of the axis are made in `a`.
 */
void chart_bars(struct buf *b, struct arena *a, const struct chart *c); /* upright, over time */
void chart_rows(struct buf *b, struct arena *a, const struct chart *c); /* lying, long labels */
void chart_line(struct buf *b, struct arena *a, const struct chart *c);
/* One bar divided by the share of each part; negative values count as nothing. */
void chart_share(struct buf *b, struct arena *a, const struct chart *c);

#endif
