/* Drawing of a flow: text, rules, and the tags around them. See pdf_flow.h. */
#include "format/pdf_flow_int.h"

#include <assert.h>
#include <string.h>

#define BAR_WIDTH 2.0
#define HAIRLINE 0.5

static_assert(MAX_LETTER_PAGES < 1000, "page_text() counts on three digits");

static const double LINK_COLOUR[3] = { 0.06, 0.26, 0.58 };
static const double RULE_GREY = 0.72;

static void
draw_rule(cairo_t *cr, double x, double y, double width, double thick)
{
	cairo_set_source_rgb(cr, RULE_GREY, RULE_GREY, RULE_GREY);
	cairo_rectangle(cr, x, y, width, thick);
	cairo_fill(cr);
}

/* One line of page furniture, cut off with … where it would not fit. */
static void
draw_line(struct flow *f, cairo_t *cr, const char *text, double y, enum flow_align align,
	  double share)
{
	const struct flow_look *s = &FLOW_LOOKS[FLOW_SMALL];
	double width = flow_width(f) * share;
	PangoLayout *l;

	if (text == NULL || text[0] == '\0')
		return;
	l = pango_layout_new(f->pango);
	pango_layout_set_font_description(l, f->fonts[FLOW_SMALL]);
	pango_layout_set_single_paragraph_mode(l, TRUE);
	pango_layout_set_width(l, (int)(width * PANGO_SCALE));
	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	pango_layout_set_alignment(l, align == FLOW_RIGHT ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
	pango_layout_set_text(l, text, (int)flow_piece_length(text, strlen(text)));
	cairo_set_source_rgb(cr, s->red, s->green, s->blue);
	cairo_move_to(cr, align == FLOW_RIGHT ? LEFT + flow_width(f) - width : LEFT, y);
	pango_cairo_show_layout(cr, l);
	g_object_unref(l);
}

/* "lk {1} / {2}" with the numbers. */
static const char *
page_text(struct flow *f, int page, int pages)
{
	SCOPED_BUF b;

	/* The numbers have at most three digits, so it does not grow. */
	buf_init(&b, strlen(f->around->page));
	for (const char *p = f->around->page; *p != '\0'; p++) {
		if (strncmp(p, "{1}", 3) == 0 || strncmp(p, "{2}", 3) == 0) {
			buf_printf(&b, "%d", p[1] == '1' ? page : pages);
			p += 2;
		} else {
			buf_char(&b, *p);
		}
	}
	return arena_strndup(f->arena, b.bytes, b.len);
}

/* Head and foot of a page. Outside all tags: readers aloud pass over it. */
static void
draw_furniture(struct flow *f, cairo_t *cr, int page, int pages)
{
	const struct flow_furniture *a = f->around;
	double y = f->bottom + FOOT_GAP;

	if (page > 1) {
		draw_line(f, cr, a->head_left, HEAD_TOP, FLOW_LEFT, 0.56);
		draw_line(f, cr, a->head_right, HEAD_TOP, FLOW_RIGHT, 0.42);
	}
	draw_rule(cr, LEFT, y - FOOT_GAP / 2, flow_width(f), HAIRLINE);
	for (size_t i = 0; i < a->nfoot; i++)
		draw_line(f, cr, a->foot[i], y + (double)i * FOOT_LINE, FLOW_LEFT, 0.8);
	if (a->page != NULL)
		draw_line(f, cr, page_text(f, page, pages), y, FLOW_RIGHT, 0.18);
}

static void
set_colour(cairo_t *cr, const struct cell *c, enum flow_style style)
{
	const struct flow_look *s = &FLOW_LOOKS[style];

	if (c->spec.url != NULL)
		cairo_set_source_rgb(cr, LINK_COLOUR[0], LINK_COLOUR[1], LINK_COLOUR[2]);
	else
		cairo_set_source_rgb(cr, s->red, s->green, s->blue);
}

/* The lines of one cell that belong to a part. */
static void
draw_cell(const struct part *p, const struct cell *c, cairo_t *cr)
{
	double y = p->y + (p->from == 0 ? p->item->spec.pad : 0);

	for (size_t i = p->from; i < p->to; i++) {
		const struct strip *strip = &p->item->strips[i];

		if (i < c->nlines) {
			set_colour(cr, c, c->lines[i].style);
			cairo_move_to(cr, LEFT + c->spec.x + c->lines[i].x, y + strip->ascent);
			pango_cairo_show_layout_line(cr, c->lines[i].line);
		}
		y += strip->height;
	}
}

/*
 * One cell of a part inside its tags. `stay` leaves the tag open for the next page; the text of
 * each page is then a Span of its own, so that head and foot of the page stay outside all text.
 */
static void
draw_tagged_cell(struct flow *f, const struct part *p, struct cell *c, cairo_t *cr, bool stay)
{
	const char *tag = c->spec.tag;
	bool link = c->spec.url != NULL && p->from < c->nlines;
	bool span = !link && (stay || c->open);

	if (!c->open) {
		cairo_tag_begin(cr, tag, "");
		if (strcmp(tag, "TH") == 0)
			buf_char(&f->scopes, p->item->spec.head ? 'C' : 'R');
	}
	if (span)
		cairo_tag_begin(cr, "Span", "");
	if (link)
		cairo_tag_begin(cr, CAIRO_TAG_LINK,
				arena_printf(f->arena, "uri='%s'", c->spec.url));
	draw_cell(p, c, cr);
	if (link)
		cairo_tag_end(cr, CAIRO_TAG_LINK);
	if (span)
		cairo_tag_end(cr, "Span");
	c->open = stay;
	if (!stay)
		cairo_tag_end(cr, tag);
}

/*
 * A row that goes on to the next page keeps its tags open if only its last cell goes on; else
 * the parts become rows of their own, since tags must nest.
 */
static void
draw_tagged_row(struct flow *f, struct part *p, cairo_t *cr)
{
	struct item *it = p->item;
	size_t last = it->spec.ncells - 1, beyond = 0;
	bool resumed = it->cells[last].open, stay;

	for (size_t i = 0; i <= last; i++)
		beyond += it->cells[i].nlines > p->to;
	stay = beyond == 1 && it->cells[last].nlines > p->to;
	if (it->spec.tag != NULL && !it->open)
		cairo_tag_begin(cr, it->spec.tag, "");
	for (size_t i = resumed ? last : 0; i <= last; i++)
		draw_tagged_cell(f, p, &it->cells[i], cr, stay && i == last);
	it->open = stay;
	if (it->spec.tag != NULL && !stay)
		cairo_tag_end(cr, it->spec.tag);
}

static void
draw_part(struct flow *f, struct part *p, cairo_t *cr)
{
	struct item *it = p->item;
	double bottom = p->y + (p->from == 0 ? it->spec.pad : 0);

	for (size_t i = p->from; i < p->to; i++)
		bottom += it->strips[i].height;
	if (p->to == it->nstrips)
		bottom += it->spec.pad;
	if (it->spec.bar)
		draw_rule(cr, LEFT, p->y, BAR_WIDTH, bottom - p->y);
	if (p->repeat)
		for (size_t i = 0; i < it->spec.ncells; i++)
			draw_cell(p, &it->cells[i], cr);
	else
		draw_tagged_row(f, p, cr);
	if ((it->spec.line || it->spec.head) && p->to == it->nstrips)
		draw_rule(cr, LEFT, bottom - HAIRLINE, flow_width(f),
			  it->spec.head ? 2 * HAIRLINE : HAIRLINE);
}

void
flow_draw(struct flow *f, struct part *parts, int pages, cairo_t *cr)
{
	int page = 1;

	cairo_tag_begin(cr, "Document", "");
	draw_furniture(f, cr, page, pages);
	for (struct part *p = parts; p != NULL; p = p->next) {
		if (p->repeat)
			p->to = p->item->nstrips;
		if (p->page != page) {
			cairo_show_page(cr);
			page = p->page;
			draw_furniture(f, cr, page, pages);
		}
		if (p->item->kind == ITEM_OPEN)
			cairo_tag_begin(cr, p->item->spec.tag, "");
		else if (p->item->kind == ITEM_CLOSE)
			cairo_tag_end(cr, p->item->spec.tag);
		else
			draw_part(f, p, cr);
	}
	cairo_tag_end(cr, "Document");
	cairo_show_page(cr);
}
