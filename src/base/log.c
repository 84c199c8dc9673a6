/* The technical log. See log.h. A line is built whole and written by one call, so lines of
 * several threads never mix. */
#include "base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/buf.h"
#include "base/text.h"

#define MAX_LINE 4096u

static enum log_level least = LOG_INFO;

void
log_set_level(enum log_level level)
{
	least = level;
}

static void
add_string(struct buf *b, const char *s)
{
	buf_char(b, '"');
	while (*s != '\0') {
		uint32_t c = text_next(&s);

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", (int)c);
		else if (c >= 0x20 && c < 0x7F)
			buf_char(b, (char)c);
		else if (c > 0xFFFF)
			buf_printf(b, "\\u%04x\\u%04x", 0xD7C0 + (c >> 10), 0xDC00 + (c & 0x3FF));
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_char(b, '"');
}

void
log_pairs(enum log_level level, const char *event, ...)
{
	static const char *const NAME[] = { "debug", "info", "warn", "error" };
	struct timespec now;
	struct tm tm;
	const char *name, *value;
	SCOPED_BUF b;
	va_list ap;

	buf_init(&b, MAX_LINE);
	if (level < least)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	buf_printf(&b, "{\"@timestamp\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\"",
		   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		   now.tv_nsec / 1000000);
	buf_printf(&b, ",\"log.level\":\"%s\",\"event.action\":", NAME[level]);
	add_string(&b, event);
	va_start(ap, event);
	while ((name = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		buf_char(&b, ',');
		add_string(&b, name);
		buf_char(&b, ':');
		if (value == NULL)
			buf_text(&b, "null");
		else
			add_string(&b, value);
		if (value == NULL)
			break;
	}
	va_end(ap);
	buf_text(&b, "}\n");
	if (!b.too_large && write(STDERR_FILENO, b.bytes, b.len) < 0)
		return; /* nowhere left to say it */
}

void
log_error(const struct ctx *cx, const char *where)
{
	const struct error *e = &cx->error;
	char trace[24], line[16];

	(void)snprintf(trace, sizeof(trace), "%" PRIu64, cx->request);
	(void)snprintf(line, sizeof(line), "%d", e->line);
	log_line(LOG_ERROR, where, "trace.id", trace, "error.code", err_info(e->code)->name,
		 "error.message", e->key == NULL ? "" : e->key, "file.name",
		 e->file == NULL ? "" : e->file, "file.line", line);
}
