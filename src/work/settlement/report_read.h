/* Lines of a month report as the pages show them. */
#ifndef HOOL_WORK_SETTLEMENT_REPORT_READ_H
#define HOOL_WORK_SETTLEMENT_REPORT_READ_H

#include "work/settlement/pages_int.h"

struct shown_line {
	int64_t id, person;
	const char *number, *name, *person_number, *stage, *code, *proposed;
	struct line_facts facts;
};

/* All lines of a report, people by name; each person is noted as seen. */
enum err
report_read(struct ctx *cx, int64_t claim, struct shown_line **ret, size_t *ret_n) MUST_USE;
/* Are its days written down letter by letter (and not counted by sessions, nor a correction)? */
bool shown_has_days(const struct shown_line *l);
/* "II", "2010" or "". */
const char *shown_part(const struct shown_line *l);

#endif
