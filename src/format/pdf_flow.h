/*
 * A tagged document as a flow of rows over A4 pages.
 *
 * Everything is a row of one or more cells of text: a paragraph is a row of one cell, a list item
 * of two, a table's row of many. Rows break between lines, so nothing is too large for a page;
 * what should stay together (a heading with what follows, the first and last two lines of a
 * paragraph, a short table row) does. A table's head returns on each page.
 *
 * Use: flow_new(), rows in reading order between flow_open() and flow_close() of their
 * containers, flow_write(), flow_free(). Not for two threads at once; two flows are independent.
 */
#ifndef HOOL_FORMAT_PDF_FLOW_H
#define HOOL_FORMAT_PDF_FLOW_H

#include <stdbool.h>

#include "format/pdf.h"

struct flow;

enum flow_style {
	FLOW_BODY,
	FLOW_BOLD,  /* body size */
	FLOW_QUIET, /* body size, grey: labels */
	FLOW_NOTE,
	FLOW_SMALL, /* grey: contacts, footers */
	FLOW_CELL,
	FLOW_CELL_HEAD,
	FLOW_SENDER,
	FLOW_TITLE,
	FLOW_H2,
	FLOW_H3,
	FLOW_STYLES
};

enum flow_align { FLOW_LEFT, FLOW_RIGHT, FLOW_CENTRE };

struct flow_cell {
	const char *lead; /* bold text above; or NULL */
	const char *text; /* clean UTF-8, see flow_clean(); LF breaks the line */
	enum flow_style style;
	enum flow_align align;
	double x, width; /* points from the left edge of the text area */
	const char *tag; /* structure: "P", "TD"; never NULL */
	const char *url; /* the text is a link there; NULL: it is not */
};

struct flow_row {
	const struct flow_cell *cells;
	size_t ncells;
	const char *tag; /* around the cells: "TR", "LI"; or NULL */
	double before;	 /* points above, not at the head of a page */
	double pad;	 /* points inside, above and below the text */
	bool keep;	 /* on one page with the row that follows */
	bool whole;	 /* not to be broken, if it fits a page */
	bool line;	 /* thin line below */
	bool bar;	 /* bar at the left: a note */
	bool head;	 /* returns on each page until the container is closed; line below */
};

/* What stands outside the text on each page; any may be NULL. */
struct flow_furniture {
	const char *head_left, *head_right; /* from the second page on */
	const char *const *foot;	    /* lines at the foot */
	size_t nfoot;
	const char *page; /* "lk {1} / {2}" */
};

/* Begin a document; ended by flow_free() (takes NULL). */
struct flow *flow_new(struct ctx *cx, enum lang lang, const struct flow_furniture *around);
void flow_free(struct flow *f);
SCOPED_DEFINE(flow, struct flow, flow_free)

/* Width of the text area in points. */
double flow_width(const struct flow *f);
/* Width of a text set in one style without breaking its lines, in points. */
double flow_measure(struct flow *f, const char *text, enum flow_style style);
/* A container: "Table", "L". The Document itself is there always. */
void flow_open(struct flow *f, const char *tag);
void flow_close(struct flow *f, const char *tag);
void flow_add(struct flow *f, const struct flow_row *row);
/* Put the rows on pages and write the document. Errors: ERR_LIMIT past MAX_LETTER_PAGES or out's
 * maximum; ERR_BUG from cairo. */
enum err
flow_write(struct ctx *cx, struct flow *f, const struct pdf_info *info, struct buf *out) MUST_USE;

/*
 * Text as it can be printed, in the arena: control characters become spaces, the line and
 * paragraph separators LF; marks that override the direction of text are taken out, since they
 * can make words read as others; code points that are no characters become U+FFFD.
 * The text must be UTF-8.
 */
char *flow_clean(struct arena *a, const char *text);
/* An address with everything unusual percent-encoded; NULL unless http:, https: or mailto:. */
char *flow_url(struct arena *a, const char *url);

/* Make fonts and shaping ready: to be called once before threads start or files are locked away. */
void flow_warm_up(void);

/* Is one of the fonts letters are set in on this machine? */
bool flow_fonts_found(void);

#endif
