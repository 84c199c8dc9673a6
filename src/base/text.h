/*
 * Text: UTF-8 checks, and readers of numbers that refuse what they do not wholly understand.
 * Digits are '0' to '9' only; surrounding spaces are the caller's to trim.
 */
#ifndef HOOL_BASE_TEXT_H
#define HOOL_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Is it well-formed UTF-8 (no overlong forms, surrogates, or code points past U+10FFFF)? */
bool text_is_utf8(const char *s, size_t len);
/* Code points of a well-formed string. */
size_t text_length(const char *s);
/* Read one code point and step over it; at a malformed byte gives U+FFFD and steps one. */
uint32_t text_next(const char **s);
/* Append a code point as UTF-8 to `out` (room for 4); returns the bytes written. */
size_t text_put(char *out, uint32_t cp);
/* Has control characters other than tab, LF, CR? NUL cannot occur in a C string. */
bool text_has_control(const char *s);
/*
 * Is a file's content clean text: well-formed, no control characters, no U+FEFF inside? NULL if
 * so, else the key of the error ("err.utf8", "err.control") and its place, counted from 1 in
 * characters. There must be a NUL after the `len` bytes.
 */
const char *text_fault(const char *s, size_t len, int *ret_line, int *ret_col);
/* Copy without leading and trailing white space (also U+00A0); CR LF, and CR alone, made LF. In the
 * arena. Trimming again changes nothing. */
char *text_trim(struct arena *a, const char *s);
bool text_equal(const char *a, const char *b); /* both may be NULL */
bool text_starts(const char *s, const char *prefix);
/* Is it a plain name: [a-z][a-z0-9_]*, at most 40 characters? For fields, types, states. */
bool text_is_name(const char *s);

/* Whole string as a decimal integer between min and max; one leading '-' allowed. */
bool text_int(const char *s, int64_t min, int64_t max, int64_t *ret);
/*
 * A sum of money in cents: "1234,50", "1 234.5", "1234", "-3,20", optional trailing "€".
 * Spaces (also U+00A0, U+202F) only between groups of three. More than two decimals is refused.
 */
bool text_cents(const char *s, int64_t *ret_cents);
/* A decimal number as an integer scaled by 10^decimals: ("1.25", 4) is 12500. More decimals
 * than that are refused unless they are zeros. */
bool text_decimal(const char *s, int decimals, int64_t *ret_scaled);
/* "1 234,50 €" with U+00A0 between; for people. And "1234.50", for files. In the arena. */
const char *text_money(struct arena *a, int64_t cents);
const char *text_money_plain(struct arena *a, int64_t cents);
/* An integer as text, grouped by U+00A0 for people ("1 000"), and plain. In the arena. */
const char *text_count(struct arena *a, int64_t n);
const char *text_from_int(struct arena *a, int64_t n);
/* Lower-case hexadecimal of bytes. In the arena. */
char *text_hex(struct arena *a, const void *bytes, size_t len);

#endif
