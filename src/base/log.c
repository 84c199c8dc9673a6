/* The two logs. See log.h. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/buf.h"
#include "base/text.h"

#define MAX_LINE 4096u
#define MAX_AUDIT_LINE 16384u

static enum log_level least = LOG_INFO;
static atomic_uint_fast64_t lost;
static _Thread_local char current[TRACE_DIGITS + 1];
static int audit_fd = -1; /* set once at start */
static char audit_path[PATH_MAX];

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

/* The time and the pairs; the thread's id last, unless a pair names one. */
static void
add_line(struct buf *b, const char *level, const char *event, bool empty_is_null, va_list ap)
{
	struct timespec now;
	struct tm tm;
	const char *name, *value;
	bool traced = current[0] == '\0';

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	buf_printf(b, "{\"@timestamp\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\"", tm.tm_year + 1900,
		   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		   now.tv_nsec / 1000000);
	buf_printf(b, ",\"log.level\":\"%s\",\"event.action\":", level);
	add_string(b, event);
	while ((name = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		traced = traced || strcmp(name, "trace.id") == 0;
		buf_char(b, ',');
		add_string(b, name);
		buf_char(b, ':');
		if (value == NULL || (empty_is_null && value[0] == '\0'))
			buf_text(b, "null");
		else
			add_string(b, value);
		if (value == NULL)
			break;
	}
	if (!traced)
		buf_printf(b, ",\"trace.id\":\"%s\"", current);
	buf_text(b, "}\n");
}

/* One call, so that lines of several threads and processes never mix. */
static void
put_line(int fd, const struct buf *b)
{
	if (b->too_large || write(fd, b->bytes, b->len) != (ssize_t)b->len)
		atomic_fetch_add(&lost, 1);
}

void
log_pairs(enum log_level level, const char *event, ...)
{
	static const char *const NAME[] = { "debug", "info", "warn", "error" };
	SCOPED_BUF b;
	va_list ap;

	buf_init(&b, MAX_LINE);
	if (level < least)
		return;
	va_start(ap, event);
	add_line(&b, NAME[level], event, false, ap);
	va_end(ap);
	put_line(STDERR_FILENO, &b);
}

void
log_error(const struct ctx *cx, const char *where)
{
	const struct error *e = &cx->error;
	char number[24], line[16];

	(void)snprintf(number, sizeof(number), "%" PRIu64, cx->request);
	(void)snprintf(line, sizeof(line), "%d", e->line);
	log_line(LOG_ERROR, where, "trace.id", cx->trace, "transaction.id", number, "error.code",
		 err_info(e->code)->name, "error.message", e->key == NULL ? "" : e->key,
		 "file.name", e->file == NULL ? "" : e->file, "file.line", line);
}

void
log_trace(const char *trace)
{
	size_t len = trace == NULL ? 0 : strnlen(trace, TRACE_DIGITS);

	if (len > 0)
		memcpy(current, trace, len);
	current[len] = '\0';
}

uint64_t
log_lost(void)
{
	return atomic_load(&lost);
}

/* ---- the audit log ---- */

static int
audit_open_file(void)
{
	return open(audit_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW,
		    S_IRUSR | S_IWUSR | S_IRGRP);
}

bool
log_audit_open(const char *path)
{
	(void)snprintf(audit_path, sizeof(audit_path), "%s", path);
	if (strlen(path) >= sizeof(audit_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	audit_fd = audit_open_file();
	return audit_fd >= 0;
}

bool
log_audit_is_open(void)
{
	return audit_fd >= 0;
}

bool
log_reopen(void)
{
	int fd;
	bool done;

	if (audit_fd < 0)
		return true;
	fd = audit_open_file();
	if (fd < 0)
		return false;
	/* The number stays: a thread that writes meets either file, whole. */
	done = dup3(fd, audit_fd, O_CLOEXEC) >= 0;
	(void)close(fd);
	return done;
}

void
log_audit_pairs(const char *event, ...)
{
	SCOPED_BUF b;
	va_list ap;

	buf_init(&b, MAX_AUDIT_LINE);
	if (audit_fd < 0)
		return;
	va_start(ap, event);
	add_line(&b, "info", event, true, ap);
	va_end(ap);
	put_line(audit_fd, &b);
}
