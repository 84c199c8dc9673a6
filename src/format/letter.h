/*
 * An official letter or administrative act as a tagged PDF (A4), in the order of elements that
 * letters here have: sender, addressee, restriction, date and number, title, text, signature.
 *
 * All texts come already in the language of the letter; nothing here is translated. Any string
 * may be NULL or "" and is then left out, but the title. Texts are plain UTF-8, LF breaks a line.
 * Safe from several threads at once, each with its own context. Fonts are those of the system
 * ("Liberation Sans", "DejaVu Sans" or what fontconfig finds instead), which must stay readable.
 */
#ifndef HOOL_FORMAT_LETTER_H
#define HOOL_FORMAT_LETTER_H

#include <stddef.h>

#include "base/ctx.h"

enum letter_align { LETTER_LEFT, LETTER_RIGHT, LETTER_CENTRE };

/* Who sends it. */
struct letter_sender {
	const char *name;
	const char *address;
	const char *registry; /* with its word: "Registrikood 70001975" */
	const char *phone;
	const char *email; /* becomes a link */
};

/* Restriction of access: lines with their words, as the law asks (AvTS § 41). */
struct letter_restriction {
	const char *mark;   /* "ASUTUSESISESEKS KASUTAMISEKS"; NULL: no restriction */
	const char *holder; /* "Teabevaldaja: Sotsiaalkindlustusamet" */
	const char *ground; /* "Alus: AvTS § 35 lg 1 p 12" */
	const char *until;  /* "Kehtib kuni 25.05.2101" */
};

struct letter_fact {
	const char *label, *value;
	const char *url; /* the value is a link there; or NULL */
};

struct letter_table {
	const char *const *head;	/* one a column; NULL: no head */
	const enum letter_align *align; /* one a column; NULL: all to the left */
	size_t columns;
	const char *const *cells; /* rows * columns, row by row; NULL is an empty cell */
	size_t rows;
};

enum letter_kind {
	LETTER_HEADING,	  /* text, level 1 or 2 */
	LETTER_PARAGRAPH, /* text; the whole of it is a link if url is set */
	LETTER_BULLETS,	  /* items */
	LETTER_NUMBERED,  /* items */
	LETTER_TABLE,	  /* table; text is its caption */
	LETTER_FACTS,	  /* facts */
	LETTER_NOTE	  /* text, set apart */
};

struct letter_block {
	enum letter_kind kind;
	int level;
	const char *text;
	const char *url; /* http:, https: or mailto: */
	const char *const *items;
	size_t nitems;
	const struct letter_fact *facts;
	size_t nfacts;
	struct letter_table table;
};

struct letter_signature {
	const char *how; /* "(allkirjastatud digitaalselt)" */
	const char *name;
	const char *position;
};

struct letter {
	enum lang lang;
	const char *title; /* needed */
	const char *number;
	const char *date;    /* as people read it: "25.05.2026" */
	const char *subject; /* for the file's properties; else the number stands there */
	struct letter_sender sender;
	const char *const *addressee; /* lines */
	size_t naddressee;
	struct letter_restriction restriction;
	const struct letter_block *blocks;
	size_t nblocks;
	struct letter_signature signature;
	const struct letter_block *after; /* below the signature: annexes, who prepared it */
	size_t nafter;
	const char *const *footer; /* lines at the foot of each page, at most 3 are shown */
	size_t nfooter;
	const char *page; /* "lk {1} / {2}" */
};

/*
 * The letter as PDF bytes in cx's arena. The same letter and clock give the same bytes.
 * Errors: ERR_INVALID for text that is not UTF-8, an empty title, an address that is no web or
 * mail address; ERR_LIMIT past MAX_LETTER_TEXT, _PAGES, _COLUMNS, _CELLS or MAX_PDF; ERR_BUG.
 */
enum err letter_pdf(struct ctx *cx, const struct letter *l, const void **ret_bytes,
		    size_t *ret_len) MUST_USE;

/* Find the fonts. Once at start, before threads, and before the sandbox closes the file system. */
void letter_warm_up(void);

#endif
