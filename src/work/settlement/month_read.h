/*
 * Reading what a month is made from: placements and their periods, sessions, prices. A handful of
 * ordered scans for a contract, however many people it has.
 */
#ifndef HOOL_WORK_SETTLEMENT_MONTH_READ_H
#define HOOL_WORK_SETTLEMENT_MONTH_READ_H

#include "core/record.h"
#include "work/settlement/month.h"

/* The facts of one month of one contract as known today. `month` is a first day. */
enum err
month_read(struct ctx *cx, int64_t contract, int32_t month, struct month_facts *ret) MUST_USE;
/* What was settled for a month of a contract: the lines of its own report, and corrections in
 * reports other than `except`. */
enum err month_read_settled(struct ctx *cx, int64_t contract, int32_t month, int64_t except,
			    struct month_settled **ret, size_t *ret_n) MUST_USE;
/* How many of the absences with a reason are paid in that month, by rule ABSENCE-PAID. */
enum err month_paid_absences(struct ctx *cx, int32_t month, int *ret) MUST_USE;
/* "2026-05" of a first day, and back: false if it is no month. */
const char *month_text(struct arena *a, int32_t month);
bool month_parse(const char *s, int32_t *ret);

#endif
