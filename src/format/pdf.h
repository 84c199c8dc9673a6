/*
 * PDF output through cairo, and the last step that makes it accessible.
 *
 * Cairo 1.16 writes structure tags, but no document language, no scope on table heads and no
 * order of focus. pdf_close() adds them as an incremental update (ISO 32000-1, 7.5.6): the bytes
 * cairo wrote stay as they are, changed objects and a second cross-reference table follow.
 * The same input gives the same bytes: the creation date is the context's clock, and there are
 * no random identifiers.
 */
#ifndef HOOL_FORMAT_PDF_H
#define HOOL_FORMAT_PDF_H

#include <cairo.h>

#include "base/buf.h"
#include "base/ctx.h"

#define PDF_A4_WIDTH 595.28 /* points of 1/72 inch */
#define PDF_A4_HEIGHT 841.89

struct pdf_info {
	const char *title; /* plain UTF-8; shown in the window's head */
	const char *author;
	const char *subject;
	enum lang lang;
};

/*
 * Start an A4 document that is written to `out`, which must outlive it. Never NULL; faults show
 * in pdf_close(). Ended by pdf_close() or, on another way out, cairo_surface_destroy().
 */
cairo_surface_t *pdf_open(struct ctx *cx, struct buf *out, const struct pdf_info *info);

/*
 * Finish the document and add what cairo leaves out. `scopes` says for each TH element, in the
 * order they were begun, whether it heads a column ('C') or a row ('R').
 * Errors: ERR_LIMIT if it did not fit `out`; ERR_BUG if cairo gave up or wrote what we cannot read.
 */
enum err pdf_close(struct ctx *cx, cairo_surface_t *surface, struct buf *out,
		   const struct pdf_info *info, const char *scopes) MUST_USE;

/* The finishing step alone, on a document with a classic cross-reference table in `b`. */
enum err pdf_finish(struct ctx *cx, struct buf *b, enum lang lang, const char *scopes) MUST_USE;

#endif
