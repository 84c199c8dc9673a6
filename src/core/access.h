/*
 * The access log: who looked at whose data, when and why. A page notes the persons it shows in
 * cx->seen as it reads; before the page leaves, one row is written on the write lane, in the same
 * group commit as everything else. The ids are packed into the row and unpacked into
 * sys_access_person by a job, or when somebody asks, so that a list of fifty costs one insert.
 *
 * Source: AvTS § 39 (2); IKS § 36 taken as the pattern; SÜS § 8.
 */
#ifndef HOOL_CORE_ACCESS_H
#define HOOL_CORE_ACCESS_H

#include "core/world.h"

#define ACCESS_PERSONS 256 /* of one row; a page that shows more writes several */

/* Whose data one piece of work shows. */
struct access_note {
	const char *kind; /* list, record, search, file, export */
	int64_t person[ACCESS_PERSONS];
	size_t n;
	struct access_note *next; /* full ones before this */
};

/* Note that a person's data are shown. 0 is nobody; the actor's own person is not noted. */
void access_saw(struct ctx *cx, const char *kind, int64_t person);
/* Write what was noted; a closure for http_exchange.after and db_run (arg is not used). */
enum err access_write(struct ctx *cx, void *arg) MUST_USE;
/* Unpack rows not unpacked yet, at most `limit`; on the write lane. */
enum err access_unpack(struct ctx *cx, int64_t limit, int64_t *ret_rows) MUST_USE;

struct access_entry {
	int64_t at;
	const char *kind, *purpose;
	const char *actor, *position; /* names */
};
/* Who looked at a person's data, newest first. Unpack first. */
enum err access_of(struct ctx *cx, int64_t person, int limit, struct access_entry **ret,
		   size_t *ret_n) MUST_USE;

#endif
