/*
 * What every letter of the house has around its text: who sends it, to whom it goes and in which
 * language, the restriction of access, day and signature. The text is the field of work's own.
 */
#ifndef HOOL_CORE_LETTERHEAD_H
#define HOOL_CORE_LETTERHEAD_H

#include "core/record.h"
#include "format/letter.h"

/* Who a letter is from, about and to. The language is the reader's; proceedings are in Estonian,
 * Russian and English are for those who read these. */
struct letterhead {
	struct record *board;	       /* the house itself, or NULL if it has no record */
	struct record *person;	       /* whom it is about */
	struct record *representative; /* who acts for them, or NULL: they do themselves */
	struct record *organisation;   /* it goes to this one instead, or NULL */
	bool child;		       /* under 18 when the application came */
	enum lang lang;
	const char *delivery; /* choice of person.delivery: "post" …; or NULL */
	const char *position; /* what the signer signs as, or NULL */
	bool taken_over;      /* from an older register: the hour is not known */
};

/*
 * People and language for a letter about a record that has the fields person, representative and
 * arrived; `organisation`, `delivery` and `position` are left to the caller. The representative is
 * the one the record names, else a child's own by the register.
 */
enum err
letterhead_read(struct ctx *cx, const struct record *about, struct letterhead *ret) MUST_USE;
/*
 * Fill all of a letter but title, number and text, dated today and signed by the actor now. In the
 * language of cx, which the caller has set to h->lang.
 */
enum err letterhead_fill(struct ctx *cx, const struct letterhead *h, struct letter *l) MUST_USE;
/* The position the actor has today, by its name; NULL if none. */
enum err letterhead_position(struct ctx *cx, const char **ret) MUST_USE;
/* "PKT-O-2026/17" as the name of a file: "PKT-O-2026-17.pdf". */
const char *letterhead_file_name(struct ctx *cx, const char *number);

#endif
