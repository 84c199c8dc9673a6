/*
 * The two logs, one event a line, JSON with the names of the Elastic Common Schema.
 *
 * The technical log goes to standard error. Only the edges write it: the request loop, the job loop
 * and main. Ids, never names or personal codes.
 *
 * The audit log is a file of its own, opened to be appended to only: who did what, when, from where
 * and how it ended. It may name persons, so whoever reads the one need not read the other.
 */
#ifndef HOOL_BASE_LOG_H
#define HOOL_BASE_LOG_H

#include <stdbool.h>
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
/* Log the error recorded in `cx`: its kind, key, place, thread and request, not its values. */
void log_error(const struct ctx *cx, const char *where);
/* The thread id of what this thread of the program works on now; stands in each of its lines that
 * names no other. NULL or "": none. Copied. */
void log_trace(const char *trace);
/* Lines that could not be written, of both logs, since the start. */
uint64_t log_lost(void);

/* ---- the audit log ---- */

/* Open it; false and errno if that fails. The path is kept for log_reopen(). */
bool log_audit_open(const char *path);
/* Is it open? */
bool log_audit_is_open(void);
/* Open the file anew under its name, after the old one was moved away; lines go on to the old one
 * if that fails, and false is returned. */
bool log_reopen(void);
/* Write one line, like log_line(); an empty value is null. Nothing when it is not open. */
#define log_audit(event, ...) log_audit_pairs((event), __VA_ARGS__, (const char *)NULL)
void log_audit_pairs(const char *event, ...) __attribute__((sentinel));

#endif
