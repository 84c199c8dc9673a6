/* The inside of a flow: shared by pdf_flow.c (rows, pages) and pdf_draw.c (drawing, tags). */
#ifndef HOOL_FORMAT_PDF_FLOW_INT_H
#define HOOL_FORMAT_PDF_FLOW_INT_H

#include <pango/pangocairo.h>

#include "base/limits.h"
#include "format/pdf_flow.h"

#define MM (72.0 / 25.4)
#define LEFT (30 * MM) /* room for filing on the left, as on official letters here */
#define RIGHT (20 * MM)
#define TOP (20 * MM)
#define HEAD_TOP (12 * MM)
#define BOTTOM (15 * MM)
#define FOOT_LINE 10.5
#define FOOT_GAP 12.0

struct flow_look {
	double size, line; /* points */
	bool bold;
	double red, green, blue;
};

struct line {
	PangoLayoutLine *line;
	enum flow_style style;
	double x, ascent, height; /* of the text itself; x from the cell's left edge */
};

struct cell {
	struct line *lines;
	size_t nlines, room;
	struct flow_cell spec;
	bool open; /* its tag is begun and continues on the next page */
};

struct strip {
	double height, ascent; /* of one line across all cells */
};

enum item_kind { ITEM_ROW, ITEM_OPEN, ITEM_CLOSE };

struct item {
	struct item *next;
	enum item_kind kind;
	struct flow_row spec;
	struct cell *cells;
	struct strip *strips;
	size_t nstrips;
	struct item *head; /* row to repeat on a new page, or NULL */
	bool open;	   /* its tag is begun and continues on the next page */
};

/* A part of a row on one page. */
struct part {
	struct part *next;
	struct item *item;
	size_t from, to;
	double y;
	int page;
	bool repeat; /* a head shown again: not part of the structure */
};

struct layouts {
	struct layouts *next;
	PangoLayout *layout;
};

struct flow {
	struct arena *arena;
	const struct flow_furniture *around;
	PangoContext *pango;
	PangoFontDescription *fonts[FLOW_STYLES];
	struct layouts *layouts;
	struct item *items, **end;
	struct item *head;
	struct buf scopes; /* see pdf_close() */
	double bottom;	   /* of the text area */
	size_t lines;	   /* so far; past MAX_LINES nothing is added */
};

/* How each style looks. */
extern const struct flow_look FLOW_LOOKS[FLOW_STYLES];

/* The bytes of a piece of text that is set at once: all, or a part that cuts no character. */
size_t flow_piece_length(const char *text, size_t len);
/* Draw all parts with their tags, and what stands around them on each page. */
void flow_draw(struct flow *f, struct part *parts, int pages, cairo_t *cr);

#endif
