/* OpenMetrics. See metrics.h. */
#include "format/metrics.h"

#include <inttypes.h>

static void
add_escaped(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\n')
			buf_text(b, "\\n");
		else if (*s == '"' || *s == '\\')
			buf_printf(b, "\\%c", *s);
		else
			buf_char(b, *s);
	}
}

void
metrics_family(struct buf *b, const char *name, const char *type, const char *unit,
	       const char *help)
{
	buf_printf(b, "# TYPE %s %s\n", name, type);
	if (unit != NULL)
		buf_printf(b, "# UNIT %s %s\n", name, unit);
	buf_printf(b, "# HELP %s ", name);
	add_escaped(b, help);
	buf_char(b, '\n');
}

/* The name and labels; `le` is a bound of a histogram, or NULL. */
static void
add_name(struct buf *b, const char *name, const char *suffix, struct metrics_labels labels,
	 const char *le)
{
	buf_printf(b, "%s%s", name, suffix);
	for (size_t i = 0; i < labels.n; i++) {
		buf_printf(b, "%c%s=\"", i == 0 ? '{' : ',', labels.at[i].name);
		add_escaped(b, labels.at[i].value);
		buf_char(b, '"');
	}
	if (le != NULL)
		buf_printf(b, "%cle=\"%s\"", labels.n == 0 ? '{' : ',', le);
	buf_text(b, labels.n > 0 || le != NULL ? "} " : " ");
}

void
metrics_sample(struct buf *b, const char *name, const char *suffix, struct metrics_labels labels,
	       uint64_t value)
{
	add_name(b, name, suffix, labels, NULL);
	buf_printf(b, "%" PRIu64 "\n", value);
}

void
metrics_milli(struct buf *b, const char *name, struct metrics_labels labels, int64_t value)
{
	uint64_t size = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;

	add_name(b, name, "", labels, NULL);
	buf_printf(b, "%s%" PRIu64 ".%03u\n", value < 0 ? "-" : "", size / 1000,
		   (unsigned)(size % 1000));
}

/* Microseconds as seconds, in the shortest form with at least one decimal: "0.0005", "10.0". */
static void
bound_text(char *ret, size_t size, uint32_t micros)
{
	struct buf b;
	uint32_t rest = micros % 1000000;
	int digits = 6;

	buf_init(&b, size - 1);
	while (digits > 1 && rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	buf_printf(&b, "%" PRIu32 ".%0*" PRIu32, micros / 1000000, digits, rest);
	for (size_t i = 0; i <= b.len; i++)
		ret[i] = b.bytes[i];
	buf_release(&b);
}

void
metrics_histogram(struct buf *b, const char *name, struct metrics_labels labels,
		  const uint32_t *bounds, size_t n, const uint64_t *took, uint64_t micros)
{
	uint64_t sum = 0;
	char le[24];

	for (size_t i = 0; i < n; i++) {
		sum += took[i];
		bound_text(le, sizeof(le), bounds[i]);
		add_name(b, name, "_bucket", labels, le);
		buf_printf(b, "%" PRIu64 "\n", sum);
	}
	sum += took[n];
	add_name(b, name, "_bucket", labels, "+Inf");
	buf_printf(b, "%" PRIu64 "\n", sum);
	metrics_sample(b, name, "_count", labels, sum);
	add_name(b, name, "_sum", labels, NULL);
	buf_printf(b, "%" PRIu64 ".%06u\n", micros / 1000000, (unsigned)(micros % 1000000));
}

void
metrics_end(struct buf *b)
{
	buf_text(b, "# EOF\n");
}
