/* Charts: the picture is judged as text. */
#include "format/svgchart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/text.h"

typedef void draw_fn(struct buf *b, struct arena *a, const struct chart *c);
static draw_fn *const KINDS[] = { chart_bars, chart_rows, chart_line, chart_share };
#define NKINDS (sizeof(KINDS) / sizeof(KINDS[0]))

static const char *
draw(struct test *t, draw_fn *kind, const struct chart *c)
{
	SCOPED_BUF b;

	buf_init(&b, 1024 * 1024);
	kind(&b, t->arena, c);
	EXPECT_OK(buf_check(test_ctx(t), &b));
	return arena_strndup(t->arena, b.bytes, b.len);
}

static size_t
count(const char *s, const char *what)
{
	size_t n = 0;

	for (; (s = strstr(s, what)) != NULL; s += strlen(what))
		n++;
	return n;
}

/* The axis' figures of a chart of these values, in order: "0|20|40|". */
static const char *
ticks(struct test *t, const int64_t *values, size_t n)
{
	struct chart_point *p = ARENA_ARRAY(t->arena, n, struct chart_point);
	struct chart c = { .title = "t", .points = p, .n = n, .format = text_from_int };
	const char *s;
	SCOPED_BUF b;

	for (size_t i = 0; i < n; i++)
		p[i] = (struct chart_point){ .label = "", .value = values[i], .text = "" };
	s = draw(t, chart_bars, &c);
	buf_init(&b, 1000);
	while ((s = strstr(s, "text-anchor=\"end\">")) != NULL) {
		s += strlen("text-anchor=\"end\">");
		buf_add(&b, s, strcspn(s, "<"));
		buf_char(&b, '|');
	}
	return arena_strndup(t->arena, b.bytes, b.len);
}

TEST(chart_axis_has_round_steps)
{
	static const struct {
		int64_t values[3];
		size_t n;
		const char *want;
	} CASES[] = {
		{ { 0 }, 1, "0|" },
		{ { 0, 0, 0 }, 3, "0|" },
		{ { 1 }, 1, "0|1|" },
		{ { 3 }, 1, "0|1|2|3|" },
		{ { 7 }, 1, "0|2|4|6|8|" },
		{ { 10 }, 1, "0|2|4|6|8|10|" },
		{ { 11 }, 1, "0|5|10|15|" },
		{ { 99 }, 1, "0|20|40|60|80|100|" },
		{ { 101 }, 1, "0|50|100|150|" },
		{ { 123456 }, 1, "0|50000|100000|150000|" },
		{ { -3, 4 }, 2, "-4|-2|0|2|4|" },
		{ { -1 }, 1, "-1|0|" },
		{ { -70, -20 }, 2, "-80|-60|-40|-20|0|" },
		/* Past the ends of int64 a line has no figure. */
		{ { INT64_MAX },
		  1,
		  "0|2000000000000000000|4000000000000000000|6000000000000000000|"
		  "8000000000000000000|" },
		{ { INT64_MIN, INT64_MAX }, 2, "-5000000000000000000|0|5000000000000000000|" },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		EXPECT_TEXT(CASES[i].want, ticks(t, CASES[i].values, CASES[i].n));
}

/* Every number of every attribute lies in the picture; gives how many there were. */
static size_t
check_inside(const char *svg)
{
	static const char *const NAMES[] = {
		" x=\"",  " y=\"",  " x1=\"", " x2=\"",	   " y1=\"",
		" y2=\"", " cx=\"", " cy=\"", " width=\"", " height=\""
	};
	const char *box = strstr(svg, "viewBox=\"0 0 640 ");
	double height;
	size_t n = 0;

	EXPECT(box != NULL);
	height = strtod(box + strlen("viewBox=\"0 0 640 "), NULL);
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		for (const char *s = svg; (s = strstr(s, NAMES[i])) != NULL;) {
			double v;

			s += strlen(NAMES[i]);
			v = strtod(s, NULL);
			EXPECT(v >= 0 && v <= (strchr(NAMES[i], 'y') != NULL ? height : 640));
			n++;
		}
	return n;
}

TEST(chart_bears_any_values)
{
	static const int64_t SETS[][4] = {
		{ 0, 0, 0, 0 },
		{ 1, 2, 3, 4 },
		{ -1, -2, -3, -4 },
		{ INT64_MIN, INT64_MAX, 0, -1 },
		{ INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX },
		{ INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN },
		{ 1, INT64_MAX, 1, 1 },
		{ 999999999999999999, -1, 5, 0 },
	};

	for (size_t i = 0; i < sizeof(SETS) / sizeof(SETS[0]); i++)
		for (size_t kind = 0; kind < NKINDS; kind++)
			for (size_t n = 0; n <= 4; n++) {
				struct chart_point p[4];
				struct chart c = { .title = "t",
						   .points = p,
						   .n = n,
						   .has_target = (n & 1) != 0,
						   .target = SETS[i][3],
						   .target_text = "x" };
				const char *svg;

				for (size_t j = 0; j < 4; j++)
					p[j] = (struct chart_point){ .label = "jaan",
								     .value = SETS[i][j] };
				svg = draw(t, KINDS[kind], &c);
				(void)check_inside(svg);
				EXPECT(strstr(svg, "nan") == NULL && strstr(svg, "inf") == NULL);
			}
}

TEST(chart_is_one_image_with_its_words)
{
	static const struct chart_point P[] = { { "jaan", 5, "5", false },
						{ "veebr", 0, NULL, true },
						{ "märts", 9, NULL, false } };
	struct chart c = { .id = "ontime",
			   .title = "Kui palju jõuti?",
			   .desc = "Märtsis 9.",
			   .points = P,
			   .n = 3,
			   .has_target = true,
			   .target = 8,
			   .target_text = "eesmärk 8" };

	for (size_t kind = 0; kind < NKINDS; kind++) {
		const char *svg = draw(t, KINDS[kind], &c);

		EXPECT(strncmp(svg, "<svg ", 5) == 0);
		EXPECT_INT(1, count(svg, "role=\"img\""));
		EXPECT_INT(1, count(svg, "aria-labelledby=\"ontime-title\""));
		EXPECT(strstr(svg, "<title id=\"ontime-title\">Kui palju jõuti?</title>") != NULL);
		EXPECT(strstr(svg, "<desc id=\"ontime-desc\">Märtsis 9.</desc>") != NULL);
		EXPECT(strstr(svg, "style=") == NULL && strstr(svg, "<style") == NULL);
		EXPECT(strstr(svg, "<title>jaan: 5</title>") != NULL);
		EXPECT(strstr(svg, "<title>veebr") == NULL);
		EXPECT(strcmp(svg + strlen(svg) - 7, "</svg>\n") == 0);
	}
}

TEST(chart_bars_stand_where_they_should)
{
	static const struct chart_point P[] = { { "a", 0, "", false },
						{ "b", 5, "", false },
						{ "c", 10, "", false } };
	struct chart c = { .title = "t", .points = P, .n = 3 };
	const char *svg = draw(t, chart_bars, &c);

	/* The field is 28 to 286 high. */
	EXPECT(strstr(svg, "y=\"286.0\" width=\"56.0\" height=\"0.0\"") != NULL);
	EXPECT(strstr(svg, "y=\"157.0\" width=\"56.0\" height=\"129.0\"") != NULL);
	EXPECT(strstr(svg, "y=\"28.0\" width=\"56.0\" height=\"258.0\"") != NULL);
	EXPECT_INT(3, count(svg, "class=\"chart-bar\""));
	EXPECT_INT(1, count(svg, "class=\"chart-axis\""));
	EXPECT_INT(5, count(svg, "class=\"chart-grid\""));
}

TEST(chart_line_breaks_at_a_gap)
{
	static const struct {
		const char *missing; /* x where there is no figure */
		size_t lines, dots;
	} CASES[] = {
		{ "......", 1, 6 }, { "..x...", 2, 5 }, { "x....x", 1, 4 },
		{ ".x.x.x", 0, 3 }, { "xxxxxx", 0, 0 }, { "..xx..", 2, 4 },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct chart_point p[6] = { 0 };
		struct chart c = { .title = "t", .points = p, .n = 6 };
		const char *svg;

		for (size_t j = 0; j < 6; j++)
			p[j] = (struct chart_point){ .label = "m",
						     .value = (int64_t)j,
						     .missing = CASES[i].missing[j] == 'x' };
		svg = draw(t, chart_line, &c);
		EXPECT_INT(CASES[i].lines, count(svg, "class=\"chart-line\""));
		EXPECT_INT(CASES[i].dots, count(svg, "class=\"chart-dot\""));
	}
}

TEST(chart_share_divides_the_whole)
{
	static const struct chart_point P[] = { { "a", 1, NULL, false },
						{ "b", 3, NULL, false },
						{ "c", -5, NULL, false },
						{ "d", 0, NULL, false } };
	struct chart c = { .title = "t", .points = P, .n = 4 };
	const char *svg = draw(t, chart_share, &c);

	EXPECT(strstr(svg, "x=\"0.0\" y=\"0.0\" width=\"158.0\"") != NULL);
	EXPECT(strstr(svg, "x=\"160.0\" y=\"0.0\" width=\"478.0\"") != NULL);
	EXPECT_INT(2, count(svg, "height=\"32.0\""));
	EXPECT_INT(4, count(svg, "width=\"12\""));
	c.n = 0;
	EXPECT_INT(1, count(draw(t, chart_share, &c), "<rect"));
}

TEST(chart_escapes_texts)
{
	static const char BAD[] = "<script>\"&'\x01\xFF</svg>";
	static const struct chart_point P[] = { { BAD, 3, BAD, false } };
	struct chart c = { .id = BAD,
			   .title = BAD,
			   .desc = BAD,
			   .points = P,
			   .n = 1,
			   .has_target = true,
			   .target = 2,
			   .target_text = BAD };

	for (size_t kind = 0; kind < NKINDS; kind++) {
		const char *svg = draw(t, KINDS[kind], &c);

		EXPECT(strstr(svg, "<script") == NULL);
		EXPECT_INT(1, count(svg, "</svg>"));
		EXPECT(text_is_utf8(svg, strlen(svg)));
		EXPECT(!text_has_control(svg));
		EXPECT(strstr(svg, "&lt;script&gt;&quot;&amp;' \uFFFD&lt;/svg&gt;") != NULL);
	}
}

TEST(chart_labels_do_not_run_into_each_other)
{
	struct chart_point p[200];
	struct chart c = { .title = "t", .points = p, .n = 200 };
	const char *svg;

	for (size_t i = 0; i < 200; i++)
		p[i] = (struct chart_point){ .label = "september", .value = 100000 };
	svg = draw(t, chart_bars, &c);
	EXPECT(count(svg, ">september</text>") < 10);
	EXPECT_INT(200, count(svg, "<title>september: "));
	p[0].label = "Väga pikk nimetus, mis ei mahu kuidagi ühele reale ära";
	svg = draw(t, chart_rows, &c);
	EXPECT(strstr(svg, ">Väga pikk nimetus, mis ei mahu ku…</text>") != NULL);
}

TEST(chart_remembers_a_full_buffer)
{
	static const struct chart_point P[] = { { "a", 1, NULL, false } };
	struct chart c = { .title = "t", .points = P, .n = 1 };
	SCOPED_BUF b;

	buf_init(&b, 200);
	chart_bars(&b, t->arena, &c);
	EXPECT_ERR(ERR_LIMIT, buf_check(test_ctx(t), &b));
}
