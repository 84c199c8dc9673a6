/*
 * What the programs of bench/ share: the world and the store opened as the program itself does
 * it, and somebody to act as. Header only, for each of them is a program of one file.
 */
#ifndef HOOL_BENCH_BENCH_H
#define HOOL_BENCH_BENCH_H

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/text.h"
#include "core/account.h"
#include "meta/table.h"

#define BENCH_PASSWORD "bench-bench-bench" /* of all users bench-fill makes */
#define BENCH_USERS 64			   /* b1, b2 …: one a connection */

struct bench {
	struct ctx cx;
	struct world world;
	struct db *db;
	struct conn *reader;
};

static inline double
bench_clock(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Types, rules and texts, those of the folder `house` too; then the store, and a reader of it. */
static inline enum err
bench_open(struct bench *b, struct arena *a, const char *house, const char *path, unsigned flags)
{
	struct plan plan;

	if (sodium_init() < 0)
		BUG("no cryptography");
	ctx_init(&b->cx, a);
	b->cx.lang = LANG_EN;
	TRY(world_load(&b->cx, house, &b->world));
	TRY(db_open(&b->cx, path, flags, &b->db));
	if ((flags & DB_READ_ONLY) == 0) {
		TRY(db_migrate(&b->cx, b->db));
		TRY(table_migrate(&b->cx, b->db, b->world.types, false, &plan));
	}
	TRY(db_reader(&b->cx, b->db, &b->reader));
	b->cx.conn = b->reader;
	return OK;
}

static inline void
bench_close(struct bench *b)
{
	conn_free(b->reader);
	db_close(b->db);
}

/* Take on the role of a user, as a sign-in would. */
static inline enum err
bench_act(struct bench *b, const char *login)
{
	static const char WHO[] =
		"SELECT u.sys_id, p.sys_id, p.kind, p.unit, p.org, u.person FROM \"user\" u JOIN "
		"position p ON p.\"user\" = u.sys_id WHERE u.login = ?1 ORDER BY p.sys_id LIMIT 1";
	SCOPED(stmt) struct stmt *q = NULL;
	struct actor *who = &b->cx.who;
	bool row;

	TRY(db_query(&b->cx, WHO, DB_ARGS(db_text(login)), &q));
	TRY(stmt_step(&b->cx, q, &row));
	if (!row)
		return fail(&b->cx, ERR_NOTFOUND, "err.not_found");
	*who = (struct actor){ .user = stmt_int(q, 0),
			       .position = stmt_int(q, 1),
			       .unit = stmt_int(q, 3),
			       .org = stmt_int(q, 4),
			       .person = stmt_int(q, 5) };
	account_duties(&b->world, stmt_text(q, 2), who);
	return OK;
}

/* Say what went wrong; the exit code of the error. */
static inline int
bench_failed(const char *program, struct bench *b, enum err e)
{
	(void)fprintf(stderr, "%s: %s\n", program,
		      b->cx.texts == NULL ? b->cx.error.key : msg_error(&b->cx));
	return err_info(e)->exit;
}

/* The value after "--name" among the words, or `preset`. */
static inline const char *
bench_option(int argc, char **argv, const char *name, const char *preset)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return preset;
}

static inline int64_t
bench_number(int argc, char **argv, const char *name, int64_t preset)
{
	const char *s = bench_option(argc, argv, name, NULL);
	int64_t n;

	if (s == NULL)
		return preset;
	if (text_int(s, 0, INT64_MAX, &n))
		return n;
	(void)fprintf(stderr, "%s: %s\n", name, s);
	exit(2);
}

#endif
