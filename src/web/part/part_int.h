/* What the files of the parts share. Private to web/part*.c. */
#ifndef HOOL_WEB_PART_PART_INT_H
#define HOOL_WEB_PART_PART_INT_H

#include "base/texts.h"
#include "web/part/part.h"

/* "t-late": the class that colours and shapes a tone. */
const char *part_tone_class(enum tone tone);
/* The hidden token of the session, in every POST form. */
void part_token(struct page *p);
/* A text of the parts' own; and one with a value. */
static inline const char *
word(const struct page *p, const char *key)
{
	return msg(p->cx, key);
}
/* Seen by screen readers only. */
void part_unseen(struct page *p, const char *text);
/* "f-name": the id of a field's box. */
const char *part_field_id(struct page *p, const char *name);
/* The hidden fields that carry a form's key and the version read. */
void part_hidden_key(struct page *p, const char *key, int64_t version);
/* A count as people read it: "1 000+" past MAX_COUNT. In the arena. */
const char *part_count_text(struct page *p, long n);

#endif
