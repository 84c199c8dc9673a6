/* Charts as SVG. See svgchart.h. Lengths are units of the picture: pixels at its natural size. */
#include "format/svgchart.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"

#define WIDTH 640.0
#define HEIGHT 320.0
#define TOP 28.0
#define BOTTOM 34.0
#define EDGE 8.0
#define CHAR_WIDTH 6.4 /* mean, at the size of labels */
#define FONT_SIZE "12"
#define ROW 28.0
#define ROW_BAR 18.0
#define MAX_BAR 56.0
#define BAR_SHARE 0.64 /* of the room a bar has */
#define MAX_LABEL 34   /* characters of a label at the left */
#define WIDE_ROOM 64.0 /* room of a point that is worth cutting its label for */
#define MAX_TICKS 5u   /* steps of an axis */
#define SHARE_BAR 32.0 /* height of the divided bar */
#define LEGEND_ROW 22.0
#define PART_CLASSES 6u

/* The axis from `first` steps to `last` steps, zero among them. */
struct scale {
	int64_t step, first, last;
	bool flat; /* all values are zero: only the zero is labelled */
};

/* Text between tags or in attributes. What XML cannot carry is left out or becomes U+FFFD. */
static void
put_text(struct buf *b, const char *s)
{
	while (*s != '\0') {
		char bytes[4];
		uint32_t cp = text_next(&s);

		if (cp == '&')
			buf_text(b, "&amp;");
		else if (cp == '<')
			buf_text(b, "&lt;");
		else if (cp == '>')
			buf_text(b, "&gt;");
		else if (cp == '"')
			buf_text(b, "&quot;");
		else if (cp < 0x20 || cp == 0x7F)
			buf_char(b, ' ');
		else
			buf_add(b, bytes, text_put(bytes, (cp & 0xFFFE) == 0xFFFE ? 0xFFFD : cp));
	}
}

/* ` name="12.3"`: one decimal, whatever the locale. */
static void
put_number(struct buf *b, const char *name, double v)
{
	long tenths = lround(v * 10);

	buf_printf(b, " %s=\"%s%ld.%ld\"", name, tenths < 0 ? "-" : "", labs(tenths) / 10,
		   labs(tenths) % 10);
}

/* How many characters a text shows; malformed bytes count as one each. */
static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; n++)
		(void)text_next(&s);
	return n;
}

static double
text_width(const char *s)
{
	return CHAR_WIDTH * (double)characters(s);
}

/* The text, or its first `max` characters and "…". */
static const char *
cut(struct arena *a, const char *s, size_t max)
{
	const char *p = s;

	if (characters(s) <= max)
		return s;
	for (size_t i = 0; i + 1 < max; i++)
		(void)text_next(&p);
	return arena_printf(a, "%.*s…", (int)(p - s), s);
}

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static const char *
format_value(struct arena *a, const struct chart *c, int64_t v)
{
	return or_empty(c->format == NULL ? text_count(a, v) : c->format(a, v));
}

static const char *
point_text(struct arena *a, const struct chart *c, const struct chart_point *p)
{
	return p->text != NULL ? p->text : format_value(a, c, p->value);
}

static void
begin(struct buf *b, const struct chart *c, const char *class, double height)
{
	const char *id = c->id;

	buf_printf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart %s\" role=\"img\"",
		   class);
	buf_printf(b, " viewBox=\"0 0 %d %ld\"", (int)WIDTH, lround(height));
	buf_text(b, " font-size=\"" FONT_SIZE "\" fill=\"currentColor\"");
	if (id != NULL) {
		buf_text(b, " aria-labelledby=\"");
		put_text(b, id);
		buf_text(b, "-title\"");
		if (c->desc != NULL) {
			buf_text(b, " aria-describedby=\"");
			put_text(b, id);
			buf_text(b, "-desc\"");
		}
	}
	buf_text(b, "><title");
	if (id != NULL) {
		buf_text(b, " id=\"");
		put_text(b, id);
		buf_text(b, "-title\"");
	}
	buf_char(b, '>');
	put_text(b, or_empty(c->title));
	buf_text(b, "</title>");
	if (c->desc == NULL)
		return;
	buf_text(b, "<desc");
	if (id != NULL) {
		buf_text(b, " id=\"");
		put_text(b, id);
		buf_text(b, "-desc\"");
	}
	buf_char(b, '>');
	put_text(b, c->desc);
	buf_text(b, "</desc>");
}

static void
end(struct buf *b)
{
	buf_text(b, "</svg>\n");
}

static void
put_label(struct buf *b, double x, double y, const char *anchor, const char *text)
{
	buf_text(b, "<text class=\"chart-label\"");
	put_number(b, "x", x);
	put_number(b, "y", y);
	buf_printf(b, " text-anchor=\"%s\">", anchor);
	put_text(b, text);
	buf_text(b, "</text>");
}

static void
put_line(struct buf *b, const char *class, double x1, double y1, double x2, double y2)
{
	buf_printf(b, "<line class=\"%s\"", class);
	put_number(b, "x1", x1);
	put_number(b, "y1", y1);
	put_number(b, "x2", x2);
	put_number(b, "y2", y2);
	buf_text(b, " stroke=\"currentColor\"/>");
}

/* What a mark says when pointed at: "märts: 12". */
static void
put_mark_title(struct buf *b, struct arena *a, const struct chart *c, const struct chart_point *p)
{
	buf_text(b, "<title>");
	put_text(b, or_empty(p->label));
	buf_text(b, ": ");
	put_text(b, point_text(a, c, p));
	buf_text(b, "</title>");
}

/* A rectangle between two corners in any order. */
static void
put_bar(struct buf *b, struct arena *a, const struct chart *c, const struct chart_point *p,
	double x1, double y1, double x2, double y2)
{
	buf_text(b, "<rect class=\"chart-bar\"");
	put_number(b, "x", fmin(x1, x2));
	put_number(b, "y", fmin(y1, y2));
	put_number(b, "width", fabs(x2 - x1));
	put_number(b, "height", fabs(y2 - y1));
	buf_char(b, '>');
	put_mark_title(b, a, c, p);
	buf_text(b, "</rect>");
}

/* Steps of `step` from zero down to `lo` (0 or less) and up to `hi` (0 or more). */
static struct scale
steps(int64_t lo, int64_t hi, int64_t step)
{
	return (struct scale){ .step = step,
			       .first = lo / step - (lo % step != 0),
			       .last = hi / step + (hi % step != 0) };
}

/* The smallest step of 1, 2 or 5 times a power of ten that needs at most MAX_TICKS. */
static struct scale
find_scale(const struct chart *c)
{
	int64_t lo = 0, hi = 0;
	struct scale s;

	for (size_t i = 0; i < c->n; i++) {
		if (c->points[i].missing)
			continue;
		lo = c->points[i].value < lo ? c->points[i].value : lo;
		hi = c->points[i].value > hi ? c->points[i].value : hi;
	}
	if (c->has_target) {
		lo = c->target < lo ? c->target : lo;
		hi = c->target > hi ? c->target : hi;
	}
	if (lo == 0 && hi == 0)
		return (struct scale){ .step = 1, .last = 1, .flat = true };
	/* 5 * 10^18 is the largest such step in an int64_t, and needs no more than four. */
	for (int64_t power = 1;; power *= 10)
		for (int64_t digit = 1; digit <= 5; digit = digit == 1 ? 2 : digit + 3) {
			s = steps(lo, hi, digit * power);
			if ((uint64_t)s.last - (uint64_t)s.first <= (uint64_t)MAX_TICKS)
				return s;
		}
}

/* Where a value stands on the axis: 0 at its beginning, 1 at its end. */
static double
place(const struct scale *s, int64_t v)
{
	double whole = (double)(v / s->step), rest = (double)(v % s->step) / (double)s->step;

	return (whole - (double)s->first + rest) / (double)(s->last - s->first);
}

/* The text of step k; NULL where there is none to show. */
static const char *
tick_text(struct arena *a, const struct chart *c, const struct scale *s, int64_t k)
{
	int64_t v;

	if ((s->flat && k != 0) || __builtin_mul_overflow(k, s->step, &v))
		return NULL;
	return format_value(a, c, v);
}

/* The field of an upright chart, inside its labels. */
struct field {
	double left, right, top, bottom;
	struct scale scale;
};

static double
field_y(const struct field *f, int64_t v)
{
	return f->bottom - (f->bottom - f->top) * place(&f->scale, v);
}

static double
field_x(const struct field *f, int64_t v)
{
	return f->left + (f->right - f->left) * place(&f->scale, v);
}

/* Lines across and their figures at the left. */
static struct field
upright_field(struct buf *b, struct arena *a, const struct chart *c)
{
	struct field f = { .right = WIDTH - EDGE, .top = TOP, .bottom = HEIGHT - BOTTOM };

	f.scale = find_scale(c);
	for (int64_t k = f.scale.first; k <= f.scale.last; k++) {
		const char *text = tick_text(a, c, &f.scale, k);

		if (text != NULL && text_width(text) > f.left)
			f.left = text_width(text);
	}
	f.left = fmin(f.left, WIDTH / 3) + 2 * EDGE;
	for (int64_t k = f.scale.first; k <= f.scale.last; k++) {
		double share = (double)(k - f.scale.first) / (double)(f.scale.last - f.scale.first);
		double y = f.bottom - (f.bottom - f.top) * share;
		const char *text = tick_text(a, c, &f.scale, k);

		put_line(b, k == 0 ? "chart-axis" : "chart-grid", f.left, y, f.right, y);
		if (text != NULL)
			put_label(b, f.left - EDGE, y + 4, "end", text);
	}
	return f;
}

/* Labels below: cut to their room where it is wide, else of every so many points. */
static void
upright_labels(struct buf *b, struct arena *a, const struct chart *c, const struct field *f)
{
	double room = (f->right - f->left) / (double)c->n, widest = 0;
	size_t every = 1, max = MAX_LABEL;

	if (room >= WIDE_ROOM)
		max = (size_t)((room - EDGE) / CHAR_WIDTH);
	for (size_t i = 0; i < c->n; i++)
		widest = fmax(widest, text_width(cut(a, or_empty(c->points[i].label), max)));
	while ((double)every * room < widest + EDGE && every < c->n)
		every++;
	for (size_t i = 0; i < c->n; i += every)
		put_label(b, f->left + room * ((double)i + 0.5), HEIGHT - 12, "middle",
			  cut(a, or_empty(c->points[i].label), max));
}

static void
put_target(struct buf *b, double x1, double y1, double x2, double y2)
{
	buf_text(b, "<line class=\"chart-target\"");
	put_number(b, "x1", x1);
	put_number(b, "y1", y1);
	put_number(b, "x2", x2);
	put_number(b, "y2", y2);
	buf_text(b, " stroke=\"currentColor\" stroke-width=\"2\" stroke-dasharray=\"6 4\"/>");
}

static void
upright_target(struct buf *b, const struct chart *c, const struct field *f)
{
	double y;

	if (!c->has_target)
		return;
	y = field_y(f, c->target);
	put_target(b, f->left, y, f->right, y);
	if (c->target_text != NULL)
		put_label(b, f->right, y - 5, "end", c->target_text);
}

void
chart_bars(struct buf *b, struct arena *a, const struct chart *c)
{
	struct field f;
	double room, width;

	begin(b, c, "chart-bars", HEIGHT);
	f = upright_field(b, a, c);
	room = (f.right - f.left) / (double)(c->n > 0 ? c->n : 1);
	width = fmin(room * BAR_SHARE, MAX_BAR);
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_point *p = &c->points[i];
		double x = f.left + room * ((double)i + 0.5), y = field_y(&f, p->value);
		const char *text = point_text(a, c, p);

		if (p->missing)
			continue;
		put_bar(b, a, c, p, x - width / 2, field_y(&f, 0), x + width / 2, y);
		if (text_width(text) <= room)
			put_label(b, x, p->value < 0 ? y + 14 : y - 5, "middle", text);
	}
	if (c->n > 0)
		upright_labels(b, a, c, &f);
	upright_target(b, c, &f);
	end(b);
}

/* The line in unbroken runs; a run of one point is its dot only. */
static void
put_runs(struct buf *b, const struct chart *c, const struct field *f, double room)
{
	for (size_t i = 0, n; i < c->n; i += n) {
		for (n = 0; i + n < c->n && !c->points[i + n].missing;)
			n++;
		if (n < 2) {
			n = 1;
			continue;
		}
		buf_text(b, "<path class=\"chart-line\" fill=\"none\" stroke=\"currentColor\""
			    " stroke-width=\"2\" d=\"");
		for (size_t j = i; j < i + n; j++) {
			long x = lround((f->left + room * ((double)j + 0.5)) * 10);
			long y = lround(field_y(f, c->points[j].value) * 10);

			buf_printf(b, "%c%ld.%ld %ld.%ld", j == i ? 'M' : 'L', x / 10, x % 10,
				   y / 10, y % 10);
		}
		buf_text(b, "\"/>");
	}
}

/* Is the point lower than what stands beside it? Then its figure goes below the line. */
static bool
is_low(const struct chart *c, size_t i)
{
	const struct chart_point *p = c->points;
	bool left = i > 0 && !p[i - 1].missing, right = i + 1 < c->n && !p[i + 1].missing;

	return (left || right) && (!left || p[i - 1].value > p[i].value) &&
	       (!right || p[i + 1].value > p[i].value);
}

void
chart_line(struct buf *b, struct arena *a, const struct chart *c)
{
	struct field f;
	double room;

	begin(b, c, "chart-lines", HEIGHT);
	f = upright_field(b, a, c);
	room = (f.right - f.left) / (double)(c->n > 0 ? c->n : 1);
	upright_target(b, c, &f);
	put_runs(b, c, &f, room);
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_point *p = &c->points[i];
		double x = f.left + room * ((double)i + 0.5), y = field_y(&f, p->value);
		const char *text = point_text(a, c, p);

		if (p->missing)
			continue;
		buf_text(b, "<circle class=\"chart-dot\" r=\"3\"");
		put_number(b, "cx", x);
		put_number(b, "cy", y);
		buf_char(b, '>');
		put_mark_title(b, a, c, p);
		buf_text(b, "</circle>");
		if (text_width(text) <= room)
			put_label(b, x, is_low(c, i) && y + 20 < f.bottom ? y + 17 : y - 8,
				  "middle", text);
	}
	if (c->n > 0)
		upright_labels(b, a, c, &f);
	end(b);
}

/* Upright lines with figures below, of every so many that they do not run into each other. */
static void
lying_axis(struct buf *b, struct arena *a, const struct chart *c, const struct field *f)
{
	const struct scale *s = &f->scale;
	double gap = (f->right - f->left) / (double)(s->last - s->first), widest = 0;
	int64_t every = 1;

	for (int64_t k = s->first; k <= s->last; k++)
		widest = fmax(widest, text_width(or_empty(tick_text(a, c, s, k))));
	while ((double)every * gap < widest + EDGE && every <= MAX_TICKS)
		every++;
	for (int64_t k = s->first; k <= s->last; k++) {
		double x = f->left + gap * (double)(k - s->first);
		const char *text = tick_text(a, c, s, k);

		put_line(b, k == 0 ? "chart-axis" : "chart-grid", x, f->top, x, f->bottom);
		if (text != NULL && k % every == 0)
			put_label(b, x, f->bottom + 16, "middle", text);
	}
}

/* Room for labels at the left and for values at the ends of the bars, then the lines upright. */
static struct field
lying_field(struct buf *b, struct arena *a, const struct chart *c)
{
	struct field f = { .top = EDGE, .bottom = EDGE + ROW * (double)c->n };
	double label = 0, value = 0;

	f.scale = find_scale(c);
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_point *p = &c->points[i];

		label = fmax(label, text_width(cut(a, or_empty(p->label), MAX_LABEL)));
		value = fmax(value, text_width(point_text(a, c, p)));
	}
	value = fmin(value, WIDTH / 5) + EDGE;
	f.left = label + EDGE + (f.scale.first < 0 ? value : 0);
	f.right = WIDTH - value;
	lying_axis(b, a, c, &f);
	return f;
}

void
chart_rows(struct buf *b, struct arena *a, const struct chart *c)
{
	double target = c->has_target && c->target_text != NULL ? 16 : 0, x;
	struct field f;

	begin(b, c, "chart-rows", 2 * EDGE + ROW * (double)c->n + 18 + target);
	f = lying_field(b, a, c);
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_point *p = &c->points[i];
		double y = f.top + ROW * ((double)i + 0.5);

		put_label(b, 0, y + 4, "start", cut(a, or_empty(p->label), MAX_LABEL));
		if (p->missing)
			continue;
		x = field_x(&f, p->value);
		put_bar(b, a, c, p, field_x(&f, 0), y - ROW_BAR / 2, x, y + ROW_BAR / 2);
		put_label(b, p->value < 0 ? x - 5 : x + 5, y + 4, p->value < 0 ? "end" : "start",
			  point_text(a, c, p));
	}
	if (c->has_target) {
		x = field_x(&f, c->target);
		put_target(b, x, f.top, x, f.bottom);
		if (c->target_text != NULL)
			put_label(b, x, f.bottom + 32, x > WIDTH / 2 ? "end" : "start",
				  c->target_text);
	}
	end(b);
}

/* One part of the divided bar and its line of the legend. */
static void
put_part(struct buf *b, struct arena *a, const struct chart *c, size_t i, double x, double width)
{
	const struct chart_point *p = &c->points[i];
	double y = SHARE_BAR + EDGE + LEGEND_ROW * (double)i;
	size_t class = i % PART_CLASSES + 1;

	if (width > 0) {
		/* A gap sets neighbours apart where colours do not. */
		buf_printf(b, "<rect class=\"chart-part-%zu\"", class);
		put_number(b, "x", x);
		put_number(b, "y", 0);
		put_number(b, "width", width > 3 ? width - 2 : width);
		put_number(b, "height", SHARE_BAR);
		buf_char(b, '>');
		put_mark_title(b, a, c, p);
		buf_text(b, "</rect>");
	}
	buf_printf(b, "<rect class=\"chart-part-%zu\"", class);
	put_number(b, "x", 0);
	put_number(b, "y", y + 5);
	buf_text(b, " width=\"12\" height=\"12\"/>");
	put_label(b, 20, y + 15, "start",
		  arena_printf(a, "%s: %s", cut(a, or_empty(p->label), MAX_LABEL * 2),
			       p->missing ? "–" : point_text(a, c, p)));
}

void
chart_share(struct buf *b, struct arena *a, const struct chart *c)
{
	double total = 0, x = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!c->points[i].missing && c->points[i].value > 0)
			total += (double)c->points[i].value;
	begin(b, c, "chart-share", SHARE_BAR + 2 * EDGE + LEGEND_ROW * (double)c->n);
	if (!(total > 0)) {
		buf_text(b, "<rect class=\"chart-grid\" fill=\"none\" stroke=\"currentColor\"");
		put_number(b, "x", 1);
		put_number(b, "y", 1);
		put_number(b, "width", WIDTH - 2);
		put_number(b, "height", SHARE_BAR - 2);
		buf_text(b, "/>");
	}
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_point *p = &c->points[i];
		double width = 0;

		if (!p->missing && p->value > 0)
			width = WIDTH * ((double)p->value / total);
		put_part(b, a, c, i, x, width);
		x += width;
	}
	end(b);
}
