/*
 * The technical log: one event, one line, JSON, on standard error. Only the edges write it: the
 * request loop, the job loop and main. Ids, never names or personal codes.
 */
#ifndef HOOL_BASE_LOG_H
#define HOOL_BASE_LOG_H

#include <stdint.h>

struct ctx;

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below this level are not written. Set once at start. */
void log_set_level(enum log_level level);
/*
 * Write one line. `event` is a fixed word; pairs of name and value follow, ended by NULL. Values
 * are escaped; control characters and bytes past ASCII become \uXXXX.
 */
#define log_line(level, event, ...) log_pairs((level), (event), __VA_ARGS__, (const char *)NULL)
void log_pairs(enum log_level level, const char *event, ...) __attribute__((sentinel));
/* Log the error recorded in `cx`: its kind, key, place and request number, not its values. */
void log_error(const struct ctx *cx, const char *where);

#endif
