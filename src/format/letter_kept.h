/*
 * A letter kept as its text instead of its bytes: JSON with all that stands in it and the moment
 * it was made. Drawn whenever somebody opens it, it gives the same bytes each time, for
 * letter_pdf() takes nothing from anywhere else. A kept text is some three kilobytes and costs no
 * drawing, which is tens of milliseconds a letter: so registers are taken over and filled with it.
 */
#ifndef HOOL_FORMAT_LETTER_KEPT_H
#define HOOL_FORMAT_LETTER_KEPT_H

#include "base/buf.h"
#include "base/limits.h"
#include "format/letter.h"

/* The media type of a kept text among files. */
#define LETTER_KEPT "application/vnd.hool.letter+json"

/* Write a letter, made at cx->now, as its kept text. ERR_LIMIT if `out` cannot hold it. */
enum err letter_keep(struct ctx *cx, const struct letter *l, struct buf *out) MUST_USE;
/* Read a kept text into cx's arena; *ret_made is the moment it was made, UTC seconds. ERR_INVALID
 * with line and column, ERR_LIMIT: as json_parse(), and err.letter_kept for a wrong shape. */
enum err letter_kept(struct ctx *cx, const char *bytes, size_t len, struct letter *ret,
		     int64_t *ret_made) MUST_USE;
/* The PDF of a kept text, drawn as at the moment it was made. */
enum err letter_kept_pdf(struct ctx *cx, const char *bytes, size_t len, const void **ret_bytes,
			 size_t *ret_len) MUST_USE;

#endif
