/*
 * Errors: one idiom.
 *
 * A function that can fail returns enum err and is marked MUST_USE. The place that finds the
 * fault calls fail(), which keeps the message in the context; everyone above passes the value on
 * unchanged with TRY(). Results (ret_x) are untouched on failure.
 *
 * A message is a key of the text catalogue with up to MAX_ERROR_ARGS values, so that it can be
 * said in the reader's language: fail(cx, ERR_INVALID, "err.date", "31.02.2026").
 */
#ifndef HOOL_BASE_ERR_H
#define HOOL_BASE_ERR_H

#include <stddef.h>

enum err {
	OK = 0,
	ERR_INVALID,  /* the input is wrong; theirs to mend: 422, exit 2 */
	ERR_SIGNIN,   /* nobody is signed in: 401, exit 3 */
	ERR_DENIED,   /* signed in but not allowed: 403, exit 3 */
	ERR_NOTFOUND, /* no such thing, or not theirs to see: 404, exit 4 */
	ERR_CONFLICT, /* it has changed meanwhile, or clashes with another: 409, exit 5 */
	ERR_LIMIT,    /* too large or too many: 413, exit 6 */
	ERR_BUSY,     /* try again in a moment: 503, exit 7 */
	ERR_IO,	      /* disk, network or database failed: 503, exit 8 */
	ERR_CORRUPT,  /* stored data do not verify: 500, exit 9 */
	ERR_BUG,      /* our mistake: 500, exit 70 */
	ERR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

struct ctx;

/* The facts of an error value that its readers need: see err_info(). */
struct err_info {
	const char *name; /* "invalid": stable, for logs and the API */
	int http;	  /* status of the answer */
	int exit;	  /* exit code of a command */
};

/* The row of the error table; unknown values give the row of ERR_BUG. */
const struct err_info *err_info(enum err e);

/*
 * Record what went wrong and return `e`. `key` names the text; the values that follow are plain
 * strings, copied. The first failure since ctx_forgive() is kept; later ones are ignored, so that
 * the cause is reported and not its consequences.
 */
#define fail(cx, e, ...) fail_strings((cx), (e), __VA_ARGS__, (const char *)NULL)
enum err fail_strings(struct ctx *cx, enum err e, const char *key, ...) __attribute__((sentinel));

/* As fail(), and says which field of a form or type is at fault. `field` is copied. */
#define fail_field(cx, e, field, ...) \
	fail_field_strings((cx), (e), (field), __VA_ARGS__, (const char *)NULL)
enum err fail_field_strings(struct ctx *cx, enum err e, const char *field, const char *key, ...)
	__attribute__((sentinel));

/* As fail(), and says where in a file: line and column count from 1, 0 is unknown. */
#define fail_at(cx, e, file, line, col, ...) \
	fail_at_strings((cx), (e), (file), (line), (col), __VA_ARGS__, (const char *)NULL)
enum err fail_at_strings(struct ctx *cx, enum err e, const char *file, int line, int col,
			 const char *key, ...) __attribute__((sentinel));

/* Pass any error up unchanged. The only macro that hides a return. */
#define TRY(call)                           \
	do {                                \
		enum err try_err_ = (call); \
		if (try_err_ != OK)         \
			return try_err_;    \
	} while (0)

/* Release a handle on every way out of its scope: SCOPED(stmt) struct stmt *q = NULL; */
#define SCOPED(S) __attribute__((cleanup(S##_scoped)))
#define SCOPED_DEFINE(S, T, release)         \
	static inline void S##_scoped(T **p) \
	{                                    \
		if (*p != NULL)              \
			release(*p);         \
	}

/* Our own mistake: say where and stop. The database keeps the truth. */
#define BUG(what) bug_at(__FILE__, __LINE__, (what))
_Noreturn void bug_at(const char *file, int line, const char *what);

#endif
