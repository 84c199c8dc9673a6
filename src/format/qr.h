/* QR codes: the squares of a text, for the page to draw. Over libqrencode. */
#ifndef HOOL_FORMAT_QR_H
#define HOOL_FORMAT_QR_H

#include "base/ctx.h"

struct qr {
	int side; /* squares of an edge, without the white rim (4 squares by ISO/IEC 18004) */
	const bool *black; /* side × side, line by line; in the context's arena */
};

/* Of a text of at most 500 bytes, error correction M. Errors: ERR_LIMIT err.qr. */
enum err qr_make(struct ctx *cx, const char *text, struct qr *ret) MUST_USE;

#endif
