/* Shared by the queue's own files only. */
#ifndef HOOL_WORK_QUEUE_QUEUE_INT_H
#define HOOL_WORK_QUEUE_QUEUE_INT_H

#include "work/queue/queue.h"

/* The name of a type, or of a field of it, as its file says. */
static inline const char *
label(const struct ctx *cx, const char *type, const char *field)
{
	const struct type *t = types_get(cx->world->types, type);
	const struct field *f = t == NULL || field == NULL ? NULL : type_field(t, field);

	if (t == NULL || (field != NULL && f == NULL))
		BUG(type);
	return msg(cx, f == NULL ? t->label_key : f->label_key);
}

/* queue_page.c */
enum err queue_panel(struct visit *v, const struct record *r) MUST_USE;
/* queues_page.c: all queues, and one of them in its order */
enum err queues_page(struct visit *v) MUST_USE;
enum err queue_list_page(struct visit *v) MUST_USE;

/* The name of a county, or what is written where no such code is known; "" for NULL. */
const char *queue_county(struct ctx *cx, const char *code);

#endif
