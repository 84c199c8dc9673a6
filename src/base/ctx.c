/* The context and its error. See ctx.h and err.h. */
#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/civil.h"

static const struct err_info INFO[ERR_COUNT] = {
	[OK] = { "ok", 200, 0 },
	[ERR_INVALID] = { "invalid", 422, 2 },
	[ERR_SIGNIN] = { "sign-in", 401, 3 },
	[ERR_DENIED] = { "denied", 403, 3 },
	[ERR_NOTFOUND] = { "not-found", 404, 4 },
	[ERR_CONFLICT] = { "conflict", 409, 5 },
	[ERR_LIMIT] = { "limit", 413, 6 },
	[ERR_BUSY] = { "busy", 503, 7 },
	[ERR_IO] = { "io", 503, 8 },
	[ERR_CORRUPT] = { "corrupt", 500, 9 },
	[ERR_BUG] = { "bug", 500, 70 },
};

const struct err_info *
err_info(enum err e)
{
	if ((int)e < 0 || e >= ERR_COUNT)
		e = ERR_BUG;
	return &INFO[e];
}

_Noreturn void
bug_at(const char *file, int line, const char *what)
{
	(void)fprintf(stderr, "hool: bug at %s:%d: %s\n", file, line, what);
	abort();
}

static void
system_random(void *bytes, size_t len)
{
	unsigned char *p = bytes;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0)
			BUG("no random numbers");
		p += n;
		len -= (size_t)n;
	}
}

void
ctx_init(struct ctx *cx, struct arena *arena)
{
	*cx = (struct ctx){ .arena = arena, .lang = LANG_ET, .random = system_random };
	ctx_set_now(cx, (int64_t)time(NULL));
}

void
ctx_set_now(struct ctx *cx, int64_t now)
{
	cx->now = now;
	cx->today = civil_in_tallinn(now).day;
}

void
ctx_random(struct ctx *cx, void *bytes, size_t len)
{
	cx->random(bytes, len);
}

void
ctx_forgive(struct ctx *cx)
{
	cx->error = (struct error){ .code = OK };
}

enum err
ctx_take_error(struct ctx *cx, const struct ctx *from)
{
	if (cx->error.code == OK && from->error.code != OK) {
		struct error e = from->error;

		e.key = arena_strdup(cx->arena, e.key);
		e.field = arena_strdup(cx->arena, e.field);
		e.file = arena_strdup(cx->arena, e.file);
		for (int i = 0; i < e.nargs; i++)
			e.args[i] = arena_strdup(cx->arena, e.args[i]);
		cx->error = e;
	}
	return from->error.code;
}

static enum err
keep(struct ctx *cx, enum err code, const char *field, const char *file, int line, int col,
     const char *key, va_list ap)
{
	struct error *e = &cx->error;
	const char *arg;

	if (code == OK)
		BUG("fail(OK)");
	if (e->code != OK)
		return code;
	*e = (struct error){ .code = code, .line = line, .col = col };
	e->key = arena_strdup(cx->arena, key);
	e->field = arena_strdup(cx->arena, field);
	e->file = arena_strdup(cx->arena, file);
	while (e->nargs < MAX_ERROR_ARGS && (arg = va_arg(ap, const char *)) != NULL)
		e->args[e->nargs++] = arena_strdup(cx->arena, arg);
	return code;
}

enum err
fail_strings(struct ctx *cx, enum err code, const char *key, ...)
{
	va_list ap;

	va_start(ap, key);
	code = keep(cx, code, NULL, NULL, 0, 0, key, ap);
	va_end(ap);
	return code;
}

enum err
fail_field_strings(struct ctx *cx, enum err code, const char *field, const char *key, ...)
{
	va_list ap;

	va_start(ap, key);
	code = keep(cx, code, field, NULL, 0, 0, key, ap);
	va_end(ap);
	return code;
}

enum err
fail_at_strings(struct ctx *cx, enum err code, const char *file, int line, int col, const char *key,
		...)
{
	va_list ap;

	va_start(ap, key);
	code = keep(cx, code, NULL, file, line, col, key, ap);
	va_end(ap);
	return code;
}
