/*
 * Figures as OpenMetrics text, for whoever watches the program. Families are written one after
 * another, each with its samples together; the names of labels and families are ours, values of
 * labels are escaped.
 *
 * Source: OpenMetrics 1.0.0 (the text format and the rules of its counters and histograms).
 */
#ifndef HOOL_FORMAT_METRICS_H
#define HOOL_FORMAT_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define METRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

struct metrics_label {
	const char *name, *value;
};
struct metrics_labels {
	const struct metrics_label *at;
	size_t n;
};
/* METRICS_LABELS({ "route", route }, { "status", "200" }), or METRICS_NONE. */
#define METRICS_LABELS(...)                                                               \
	((struct metrics_labels){ (const struct metrics_label[]){ __VA_ARGS__ },          \
				  sizeof((const struct metrics_label[]){ __VA_ARGS__ }) / \
					  sizeof(struct metrics_label) })
#define METRICS_NONE ((struct metrics_labels){ NULL, 0 })

/* Begin a family: its name without _total or _bucket, "counter", "gauge", "histogram" or "info",
 * its unit (the name must end in it) or NULL, and what it tells. */
void metrics_family(struct buf *b, const char *name, const char *type, const char *unit,
		    const char *help);
/* A sample. `suffix` is "_total" for a counter, "_info" for an info, "" for a gauge. */
void metrics_sample(struct buf *b, const char *name, const char *suffix,
		    struct metrics_labels labels, uint64_t value);
/* A gauge in seconds, or bytes counted in thousandths: value / 1000 exactly. */
void metrics_milli(struct buf *b, const char *name, struct metrics_labels labels, int64_t value);
/*
 * A histogram in seconds. bounds[n]: ascending, in microseconds; took[n + 1]: how many fell within
 * each bound and no smaller one, the last above all; `micros` is the sum.
 */
void metrics_histogram(struct buf *b, const char *name, struct metrics_labels labels,
		       const uint32_t *bounds, size_t n, const uint64_t *took, uint64_t micros);
/* The end of the text. */
void metrics_end(struct buf *b);

#endif
