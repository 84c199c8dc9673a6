/* Commands that make copies of the database and come back to them: backup, restore, key. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/civil.h"
#include "base/text.h"
#include "cli/cli.h"
#include "keep/copy.h"

/* The key of --key, or none. */
static enum err
key_option(struct run *r, struct pack_key *key, const struct pack_key **ret)
{
	const char *path = run_option(r, "--key", NULL);

	*ret = NULL;
	if (path == NULL)
		return OK;
	TRY(pack_key_read(r->cx, path, key));
	*ret = key;
	return OK;
}

static const char *
megabytes(struct ctx *cx, int64_t bytes)
{
	return text_count(cx->arena, (bytes + 500000) / 1000000);
}

/* backup TARGET [--packed] [--key FILE]: the plain copy, or a packed one. */
enum err
cmd_backup(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	bool packed = run_flag(r, "--packed");
	struct pack_key key_room;
	const struct pack_key *key;
	struct manifest m;

	TRY(key_option(r, &key_room, &key));
	if (r->argc != 1)
		return fail(r->cx, ERR_INVALID, "err.cli_backup");
	/* Those at work come first. */
	(void)setpriority(PRIO_PROCESS, 0, 10);
	TRY(run_open(r, DB_READ_ONLY, &db));
	if (key == NULL && !packed) {
		TRY(db_backup(r->cx, db, r->argv[0]));
		(void)printf("%s\n", msgf(r->cx, "backup.done", r->argv[0]));
		return OK;
	}
	TRY(backup_pack(r->cx, db, r->argv[0], key, &m));
	(void)printf("%s\n%s\n", msgf(r->cx, "backup.done", r->argv[0]),
		     msgf(r->cx, key == NULL ? "backup.facts" : "backup.facts_locked",
			  megabytes(r->cx, m.size), text_count(r->cx->arena, (int64_t)m.ntables),
			  text_count(r->cx->arena, (int64_t)m.nchains), m.sha256));
	return OK;
}

/* "23.11.2026 10:15:00" in Tallinn, for people. */
static const char *
moment(struct ctx *cx, int64_t at)
{
	struct civil_time c = civil_in_tallinn(at);

	return arena_printf(cx->arena, "%s %02d:%02d:%02d", civil_text(cx->arena, c.day), c.hour,
			    c.minute, c.second);
}

/* "2026-11-23 10:15:00" or "2026-11-23" (its end), in Tallinn, as UTC seconds. */
static enum err
read_moment(struct ctx *cx, const char *s, int64_t *ret)
{
	int64_t hour = 23, minute = 59, second = 59;
	const char *day = arena_strndup(cx->arena, s, strcspn(s, " T"));
	const char *time = s + strlen(day);
	int32_t date;

	if (!civil_parse(day, &date))
		return fail(cx, ERR_INVALID, "err.cli_moment", s);
	if (*time != '\0') {
		size_t n = strlen(++time);

		second = 0;
		if ((n != 5 && n != 8) || time[2] != ':' || (n == 8 && time[5] != ':') ||
		    !text_int(arena_strndup(cx->arena, time, 2), 0, 23, &hour) ||
		    !text_int(arena_strndup(cx->arena, time + 3, 2), 0, 59, &minute) ||
		    (n == 8 && !text_int(time + 6, 0, 59, &second)))
			return fail(cx, ERR_INVALID, "err.cli_moment", s);
	}
	/* The clock of Tallinn may have been put on or back since the day began. */
	*ret = civil_start_of_day(date) + hour * 3600 + minute * 60 + second;
	*ret -= civil_in_tallinn(*ret).offset - civil_in_tallinn(civil_start_of_day(date)).offset;
	return OK;
}

/* restore --from FOLDER --to NEW.db [--at "2026-11-23 10:15:00"] [--key FILE] [--verify] */
static enum err
restore_from(struct run *r, const char *from, const char *to, const char *at,
	     const struct pack_key *key, bool verify)
{
	struct copy_report report;
	int64_t moment_at = INT64_MAX;

	if (r->argc != 0 || to == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_restore_from");
	if (at != NULL)
		TRY(read_moment(r->cx, at, &moment_at));
	TRY(copy_restore(r->cx, from, key, to, moment_at, verify, &report));
	(void)printf("%s\n%s\n", msgf(r->cx, "restore.from", to, moment(r->cx, report.upto / 1000)),
		     msgf(r->cx, "restore.from_facts", report.run,
			  moment(r->cx, report.base_at / 1000),
			  text_count(r->cx->arena, report.segments)));
	if (report.left_out != NULL)
		(void)printf("%s\n  %s\n", msgf(r->cx, "restore.left_out", report.left_out),
			     msgf(r->cx, report.why, report.left_out));
	if (verify)
		(void)printf("%s\n", msg(r->cx, "restore.from_verified"));
	return OK;
}

/* restore FILE [--to NEW.db] [--key FILE] [--verify] */
enum err
cmd_restore(struct run *r)
{
	const char *to = run_option(r, "--to", NULL), *from = run_option(r, "--from", NULL);
	const char *at = run_option(r, "--at", NULL);
	bool verify = run_flag(r, "--verify");
	struct timespec began, ended;
	struct pack_key key_room;
	const struct pack_key *key;
	struct manifest m;

	TRY(key_option(r, &key_room, &key));
	if (from != NULL)
		return restore_from(r, from, to, at, key, verify);
	if (r->argc != 1 || at != NULL || (verify && to == NULL))
		return fail(r->cx, ERR_INVALID, "err.cli_restore");
	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	TRY(backup_restore(r->cx, r->argv[0], key, to, verify, &m));
	(void)clock_gettime(CLOCK_MONOTONIC, &ended);
	(void)printf("%s\n%s\n",
		     msgf(r->cx,
			  to == NULL ? "restore.whole"
			  : verify   ? "restore.verified"
				     : "restore.done",
			  r->argv[0], to == NULL ? "" : to),
		     msgf(r->cx, "restore.facts", moment(r->cx, m.at), megabytes(r->cx, m.size),
			  text_count(r->cx->arena, ended.tv_sec - began.tv_sec)));
	return OK;
}

/* key shared FILE | key pair SECRET PUBLIC | key seal SECRET PUBLIC */
enum err
cmd_key(struct run *r)
{
	if (r->argc == 2 && strcmp(r->argv[0], "shared") == 0) {
		TRY(pack_key_make_shared(r->cx, r->argv[1]));
		(void)printf("%s\n", msgf(r->cx, "key.shared", r->argv[1]));
		return OK;
	}
	if (r->argc == 3 && strcmp(r->argv[0], "pair") == 0) {
		TRY(pack_key_make_pair(r->cx, r->argv[1], r->argv[2]));
		(void)printf("%s\n", msgf(r->cx, "key.pair", r->argv[1], r->argv[2]));
		return OK;
	}
	if (r->argc == 3 && strcmp(r->argv[0], "seal") == 0) {
		TRY(pack_key_make_seal(r->cx, r->argv[1], r->argv[2]));
		(void)printf("%s\n", msgf(r->cx, "key.seal", r->argv[1], r->argv[2]));
		return OK;
	}
	return fail(r->cx, ERR_INVALID, "err.cli_key");
}
