/* Rows of text over pages. See pdf_flow.h. */
#include "format/pdf_flow_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Pango takes time by the square of a text's length, so texts are set in pieces of these bytes. */
#define PIECE_BYTES 2048u
/* More lines than fit MAX_LETTER_PAGES are not set at all. */
#define MAX_LINES (MAX_LETTER_PAGES * 80u)
#define WHOLE_LINES 12 /* a row of up to so many lines is not broken */

/* Greys have at least 4.5:1 against white. */
const struct flow_look FLOW_LOOKS[FLOW_STYLES] = {
	[FLOW_BODY] = { 10.5, 14.5, false, 0.07, 0.07, 0.09 },
	[FLOW_BOLD] = { 10.5, 14.5, true, 0.07, 0.07, 0.09 },
	[FLOW_QUIET] = { 10.5, 14.5, false, 0.35, 0.36, 0.40 },
	[FLOW_NOTE] = { 9.5, 13.0, false, 0.20, 0.21, 0.24 },
	[FLOW_SMALL] = { 8.0, FOOT_LINE, false, 0.35, 0.36, 0.40 },
	[FLOW_CELL] = { 9.0, 12.0, false, 0.07, 0.07, 0.09 },
	[FLOW_CELL_HEAD] = { 9.0, 12.0, true, 0.07, 0.07, 0.09 },
	[FLOW_SENDER] = { 13.0, 18.0, true, 0.06, 0.16, 0.36 },
	[FLOW_TITLE] = { 14.0, 19.0, true, 0.07, 0.07, 0.09 },
	[FLOW_H2] = { 11.5, 15.5, true, 0.07, 0.07, 0.09 },
	[FLOW_H3] = { 10.5, 14.5, true, 0.25, 0.26, 0.30 },
};

/* Where the next line goes, while rows are put on pages. */
struct place {
	struct part **end;
	double y;
	int page;
	bool fresh; /* nothing of the flow stands on this page yet */
};

struct flow *
flow_new(struct ctx *cx, enum lang lang, const struct flow_furniture *around)
{
	static const char *const TAGS[LANG_COUNT] = { "et", "en", "ru" };
	struct flow *f = ARENA_NEW(cx->arena, struct flow);
	cairo_font_options_t *options = cairo_font_options_create();
	size_t nfoot = around->nfoot > 0 ? around->nfoot : 1;

	f->arena = cx->arena;
	f->around = around;
	f->end = &f->items;
	f->bottom = PDF_A4_HEIGHT - BOTTOM - (double)nfoot * FOOT_LINE - FOOT_GAP;
	buf_init(&f->scopes, MAX_LETTER_CELLS);
	/* The default map is the thread's own: fonts are found once a thread, not once a letter. */
	f->pango = pango_font_map_create_context(pango_cairo_font_map_get_default());
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(f->pango, options);
	pango_context_set_round_glyph_positions(f->pango, FALSE);
	pango_context_set_language(f->pango, pango_language_from_string(TAGS[lang]));
	cairo_font_options_destroy(options);
	for (int i = 0; i < FLOW_STYLES; i++) {
		f->fonts[i] = pango_font_description_from_string("Liberation Sans,DejaVu Sans");
		pango_font_description_set_absolute_size(f->fonts[i],
							 FLOW_LOOKS[i].size * PANGO_SCALE);
		pango_font_description_set_weight(
			f->fonts[i], FLOW_LOOKS[i].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	}
	return f;
}

void
flow_free(struct flow *f)
{
	if (f == NULL)
		return;
	for (struct layouts *l = f->layouts; l != NULL; l = l->next)
		g_object_unref(l->layout);
	for (int i = 0; i < FLOW_STYLES; i++)
		pango_font_description_free(f->fonts[i]);
	g_object_unref(f->pango);
	buf_release(&f->scopes);
}

double
flow_width(const struct flow *f)
{
	(void)f;
	return PDF_A4_WIDTH - LEFT - RIGHT;
}

/* A new layout of one piece of text without line feeds; owned by the flow. */
static PangoLayout *
set_piece(struct flow *f, const char *text, size_t len, enum flow_style style)
{
	PangoLayout *l = pango_layout_new(f->pango);
	struct layouts *held = ARENA_NEW(f->arena, struct layouts);
	PangoAttrList *attrs = pango_attr_list_new();

	/* A hyphen put into a long code would read as part of it. */
	pango_attr_list_insert(attrs, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(l, attrs);
	pango_attr_list_unref(attrs);
	pango_layout_set_font_description(l, f->fonts[style]);
	pango_layout_set_text(l, text, (int)len);
	held->layout = l;
	held->next = f->layouts;
	f->layouts = held;
	return l;
}

size_t
flow_piece_length(const char *text, size_t len)
{
	if (len <= PIECE_BYTES)
		return len;
	for (len = PIECE_BYTES; ((unsigned char)text[len] & 0xC0) == 0x80;)
		len--;
	return len;
}

double
flow_measure(struct flow *f, const char *text, enum flow_style style)
{
	size_t len = strlen(text);
	PangoRectangle r;

	if (len > PIECE_BYTES)
		return 4 * PDF_A4_WIDTH;
	pango_layout_get_extents(set_piece(f, text, len, style), NULL, &r);
	return (double)r.width / PANGO_SCALE;
}

/* Keep the line the iterator stands on. */
static void
keep_line(struct flow *f, struct cell *c, PangoLayoutIter *at, enum flow_style style)
{
	PangoRectangle r;
	struct line *l;

	if (c->nlines == c->room) {
		struct line *more = ARENA_ARRAY(f->arena, c->room * 2 + 2, struct line);

		if (c->nlines > 0)
			memcpy(more, c->lines, c->nlines * sizeof(*more));
		c->lines = more;
		c->room = c->room * 2 + 2;
	}
	l = &c->lines[c->nlines++];
	pango_layout_iter_get_line_extents(at, NULL, &r);
	l->line = pango_layout_iter_get_line_readonly(at);
	l->style = style;
	l->x = (double)r.x / PANGO_SCALE;
	l->height = (double)r.height / PANGO_SCALE;
	l->ascent = (double)(pango_layout_iter_get_baseline(at) - r.y) / PANGO_SCALE;
}

/*
 * Set one piece and keep its lines; unless it is the last of its paragraph, the last line is left
 * for the next piece, so that the seam does not show. Returns the bytes used.
 */
static size_t
break_piece(struct flow *f, struct cell *c, const char *text, size_t len, enum flow_style style,
	    bool last)
{
	static const PangoAlignment ALIGN[] = { PANGO_ALIGN_LEFT, PANGO_ALIGN_RIGHT,
						PANGO_ALIGN_CENTER };
	PangoLayout *layout = set_piece(f, text, len, style);
	PangoLayoutIter *at;
	int count, i = 0;

	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_width(layout, (int)(c->spec.width * PANGO_SCALE));
	pango_layout_set_alignment(layout, ALIGN[c->spec.align]);
	count = pango_layout_get_line_count(layout);
	at = pango_layout_get_iter(layout);
	do {
		if (!last && count > 1 && i == count - 1) {
			len = (size_t)pango_layout_iter_get_line_readonly(at)->start_index;
			break;
		}
		keep_line(f, c, at, style);
		i++;
	} while (pango_layout_iter_next_line(at));
	pango_layout_iter_free(at);
	return len;
}

/* Break a text of a cell into lines. */
static void
break_text(struct flow *f, struct cell *c, const char *p, enum flow_style style)
{
	for (;;) {
		const char *end = strchrnul(p, '\n');

		do {
			size_t left = (size_t)(end - p), len = flow_piece_length(p, left);

			p += break_piece(f, c, p, len, style, len == left);
		} while (p < end && c->nlines <= MAX_LINES);
		if (c->nlines > MAX_LINES || *end == '\0')
			return;
		p = end + 1;
	}
}

/* The height of each line across the cells, their baselines level. */
static void
measure_strips(struct flow *f, struct item *it)
{
	for (size_t c = 0; c < it->spec.ncells; c++)
		if (it->cells[c].nlines > it->nstrips)
			it->nstrips = it->cells[c].nlines;
	it->strips = ARENA_ARRAY(f->arena, it->nstrips, struct strip);
	for (size_t i = 0; i < it->nstrips; i++) {
		struct strip *s = &it->strips[i];
		double below = 0;

		for (size_t c = 0; c < it->spec.ncells; c++) {
			const struct cell *cell = &it->cells[c];
			double lead, ascent;

			if (i >= cell->nlines)
				continue;
			lead = FLOW_LOOKS[cell->lines[i].style].line - cell->lines[i].height;
			lead = lead > 0 ? lead / 2 : 0;
			ascent = cell->lines[i].ascent + lead;
			if (ascent > s->ascent)
				s->ascent = ascent;
			if (cell->lines[i].height + 2 * lead - ascent > below)
				below = cell->lines[i].height + 2 * lead - ascent;
		}
		s->height = s->ascent + below;
	}
}

static struct item *
add_item(struct flow *f, enum item_kind kind)
{
	struct item *it = ARENA_NEW(f->arena, struct item);

	it->kind = kind;
	*f->end = it;
	f->end = &it->next;
	return it;
}

void
flow_open(struct flow *f, const char *tag)
{
	add_item(f, ITEM_OPEN)->spec.tag = tag;
}

void
flow_close(struct flow *f, const char *tag)
{
	add_item(f, ITEM_CLOSE)->spec.tag = tag;
	f->head = NULL;
}

static double
row_height(const struct item *it)
{
	double h = 2 * it->spec.pad;

	for (size_t i = 0; i < it->nstrips; i++)
		h += it->strips[i].height;
	return h;
}

void
flow_add(struct flow *f, const struct flow_row *row)
{
	struct item *it;

	if (f->lines > MAX_LINES)
		return;
	it = add_item(f, ITEM_ROW);
	it->spec = *row;
	it->cells = ARENA_ARRAY(f->arena, row->ncells, struct cell);
	for (size_t i = 0; i < row->ncells; i++) {
		it->cells[i].spec = row->cells[i];
		if (it->cells[i].spec.text == NULL)
			it->cells[i].spec.text = "";
		if (row->cells[i].lead != NULL)
			break_text(f, &it->cells[i], row->cells[i].lead, FLOW_BOLD);
		break_text(f, &it->cells[i], it->cells[i].spec.text, row->cells[i].style);
	}
	measure_strips(f, it);
	f->lines += it->nstrips;
	it->spec.cells = NULL; /* the caller's, may be gone by now */
	it->head = f->head;
	/* A head that takes much of a page is shown once. */
	if (row->head && row_height(it) < (f->bottom - TOP) / 3)
		f->head = it;
}

/* Must line i of a row stay on one page with the line after it? */
static bool
is_glued(const struct item *it, size_t i)
{
	if (i + 1 == it->nstrips)
		return it->spec.keep || it->spec.head;
	return i == 0 || i + 2 == it->nstrips || it->spec.whole || it->nstrips <= 3 ||
	       (it->spec.ncells > 1 && it->nstrips <= WHOLE_LINES);
}

/* The height of what must stay together from line i on, or anything over `enough`. */
static double
group_height(const struct item *it, size_t i, double enough)
{
	double h = 0;

	while (h <= enough) {
		h += it->strips[i].height;
		if (i == 0)
			h += it->spec.pad;
		if (i + 1 == it->nstrips)
			h += it->spec.pad;
		if (!is_glued(it, i))
			break;
		if (++i < it->nstrips)
			continue;
		do
			it = it->next;
		while (it != NULL && it->kind != ITEM_ROW);
		if (it == NULL)
			break;
		h += it->spec.before;
		i = 0;
	}
	return h;
}

static struct part *
add_part(struct flow *f, struct place *at, struct item *it, size_t from)
{
	struct part *p = ARENA_NEW(f->arena, struct part);

	*p = (struct part){ .item = it, .from = from, .to = from, .y = at->y, .page = at->page };
	*at->end = p;
	at->end = &p->next;
	return p;
}

static void
next_page(struct flow *f, struct place *at, struct item *it)
{
	at->page++;
	at->y = TOP;
	at->fresh = true;
	if (it->head == NULL)
		return;
	add_part(f, at, it->head, 0)->repeat = true;
	at->y += row_height(it->head);
}

/* Put one row on pages, in as many parts as it needs. */
static void
place_row(struct flow *f, struct place *at, struct item *it, bool *glued)
{
	struct part *part = NULL;
	double page = f->bottom - TOP;

	for (size_t i = 0; i < it->nstrips; i++) {
		double before = i == 0 && !at->fresh ? it->spec.before : 0;
		double need = it->strips[i].height;

		if (!*glued) {
			double group = group_height(it, i, page);

			if (group <= page)
				need = group;
		}
		if (!at->fresh && at->y + before + need > f->bottom) {
			next_page(f, at, it);
			before = 0;
			part = NULL;
		}
		if (part == NULL) {
			at->y += before;
			part = add_part(f, at, it, i);
			at->y += i == 0 ? it->spec.pad : 0;
		}
		part->to = i + 1;
		at->y += it->strips[i].height;
		at->fresh = false;
		*glued = is_glued(it, i);
	}
	at->y += it->spec.pad;
}

/* Put all on pages; gives the parts and the number of pages. */
static struct part *
place_all(struct flow *f, int *ret_pages)
{
	struct part *parts = NULL;
	struct place at = { .end = &parts, .y = TOP, .page = 1, .fresh = true };
	bool glued = false;

	for (struct item *it = f->items; it != NULL; it = it->next) {
		if (it->kind == ITEM_ROW)
			place_row(f, &at, it, &glued);
		else
			add_part(f, &at, it, 0);
	}
	*ret_pages = at.page;
	return parts;
}

enum err
flow_write(struct ctx *cx, struct flow *f, const struct pdf_info *info, struct buf *out)
{
	cairo_surface_t *surface;
	struct part *parts;
	cairo_t *cr;
	int pages = 0;

	parts = place_all(f, &pages);
	if (f->lines > MAX_LINES || pages > MAX_LETTER_PAGES)
		return fail(cx, ERR_LIMIT, "err.letter_pages",
			    text_from_int(cx->arena, MAX_LETTER_PAGES));
	surface = pdf_open(cx, out, info);
	cr = cairo_create(surface);
	flow_draw(f, parts, pages, cr);
	cairo_destroy(cr);
	return pdf_close(cx, surface, out, info, f->scopes.bytes);
}

void
flow_warm_up(void)
{
	struct arena *a = arena_new();
	struct ctx cx;
	struct flow_furniture none = { .page = NULL };
	struct flow *f;

	ctx_init(&cx, a);
	f = flow_new(&cx, LANG_ET, &none);
	for (int i = 0; i < FLOW_STYLES; i++)
		(void)flow_measure(f, "\u00D5\u00F5 \u017D\u017E \u0416\u0436", (enum flow_style)i);
	flow_free(f);
	arena_free(a);
}

bool
flow_fonts_found(void)
{
	PangoFontFamily **families = NULL;
	bool found = false;
	int n = 0;

	pango_font_map_list_families(pango_cairo_font_map_get_default(), &families, &n);
	for (int i = 0; i < n; i++) {
		const char *name = pango_font_family_get_name(families[i]);

		found |= strcmp(name, "Liberation Sans") == 0 || strcmp(name, "DejaVu Sans") == 0;
	}
	g_free(families);
	return found;
}
