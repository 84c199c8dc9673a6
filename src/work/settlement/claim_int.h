/* Shared by the files of month reports only. */
#ifndef HOOL_WORK_SETTLEMENT_CLAIM_INT_H
#define HOOL_WORK_SETTLEMENT_CLAIM_INT_H

#include "work/settlement/claim.h"

/* Would a report of this contract and month have any line? */
enum err claim_has_lines(struct ctx *cx, int64_t contract, int32_t month, bool *ret) MUST_USE;

#endif
