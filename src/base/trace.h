/*
 * One thread through everything a request sets off: its pages, the jobs it leaves behind, the calls
 * to others, each log line and the error page. It is a W3C trace id, 32 hexadecimal digits, kept in
 * cx->trace. Who calls us may bring one in the header traceparent; else we make it.
 *
 * Source: W3C Trace Context, level 1 (version 00).
 */
#ifndef HOOL_BASE_TRACE_H
#define HOOL_BASE_TRACE_H

#include <stdbool.h>

#include "base/ctx.h"

/* Begin a new thread with a random id. */
void trace_begin(struct ctx *cx);
/* Go on with the one a header names. False, and nothing changed, if it is not well-formed. */
bool trace_accept(struct ctx *cx, const char *traceparent);
/* The header for a call to others, with a span id of its own, in the arena. Begins a thread if
 * there is none. */
const char *trace_parent(struct ctx *cx);

#endif
