/* hool token: tokens of the API for programs, made, shown and ended by who keeps the server. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "cli/cli.h"
#include "core/token.h"

#define SHOWN 500

static const char USER_ID[] = "SELECT sys_id FROM \"user\" WHERE login = ?1 AND sys_deleted = 0";
static const char POSITION_ID[] =
	"SELECT sys_id FROM position WHERE \"user\" = ?1 AND sys_deleted = 0 AND valid_from <= ?2 "
	"AND (valid_to IS NULL OR valid_to >= ?2) AND (?3 = '' OR kind = ?3 OR sys_number = ?3) "
	"ORDER BY sys_id LIMIT 1";

struct asked {
	const char *login, *name, *scopes, *position;
	int days;
	int64_t id;
	const char *secret;
};

static enum err
make(struct ctx *cx, void *arg)
{
	struct asked *a = arg;
	int64_t user, position;

	if (db_get_int(cx, USER_ID, DB_ARGS(db_text(a->login)), &user) != OK) {
		ctx_forgive(cx);
		return fail(cx, ERR_NOTFOUND, "err.token_user", a->login);
	}
	if (db_get_int(cx, POSITION_ID,
		       DB_ARGS(db_int(user), db_date(cx->today), db_text(a->position)),
		       &position) != OK) {
		ctx_forgive(cx);
		return fail(cx, ERR_INVALID, "err.token_position");
	}
	return token_make(cx, user, position, a->name, a->scopes, a->days, &a->secret, &a->id);
}

static enum err
end(struct ctx *cx, void *arg)
{
	const struct asked *a = arg;

	return token_end(cx, a->id, 0);
}

static const char *
day_of(struct ctx *cx, int64_t utc)
{
	return utc == 0 ? "-" : civil_iso(cx->arena, civil_in_tallinn(utc).day);
}

static enum err
print_all(struct run *r, struct db *db)
{
	SCOPED(conn) struct conn *reader = NULL;
	struct ctx *cx = r->cx;
	struct token *list;
	size_t n;
	enum err e;

	TRY(db_reader(cx, db, &reader));
	cx->conn = reader;
	e = token_list(cx, 0, SHOWN, &list, &n);
	cx->conn = NULL;
	for (size_t i = 0; e == OK && i < n; i++)
		(void)printf("%lld\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", (long long)list[i].id,
			     list[i].user_name, list[i].position_name, list[i].name, list[i].scopes,
			     day_of(cx, list[i].made_at), day_of(cx, list[i].used_at),
			     list[i].ended_at != 0 ? msg(cx, "token.over")
						   : day_of(cx, list[i].expires_at));
	return e;
}

/* token make LOGIN NAME SCOPES [--days N] [--position KIND] | token list | token end ID */
enum err
cmd_token(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	const char *days = run_option(r, "--days", "90");
	struct asked a = { .position = run_option(r, "--position", "") };
	bool makes = r->argc == 4 && strcmp(r->argv[0], "make") == 0;
	bool ends = r->argc == 2 && strcmp(r->argv[0], "end") == 0;
	bool lists = r->argc == 1 && strcmp(r->argv[0], "list") == 0;
	int64_t n;

	if (!makes && !ends && !lists)
		return fail(r->cx, ERR_INVALID, "err.cli_token");
	if (!text_int(days, 1, TOKEN_DAYS_MOST, &n))
		return fail(r->cx, ERR_INVALID, "err.token_days",
			    text_from_int(r->cx->arena, TOKEN_DAYS_MOST));
	a.days = (int)n;
	if (ends && !text_int(r->argv[1], 1, INT64_MAX, &a.id))
		return fail(r->cx, ERR_INVALID, "err.cli_token");
	TRY(run_open(r, lists ? DB_READ_ONLY : 0, &db));
	if (lists)
		return print_all(r, db);
	if (makes) {
		a.login = r->argv[1];
		a.name = r->argv[2];
		a.scopes = r->argv[3];
	}
	TRY(db_run(r->cx, db, "token", makes ? make : end, &a));
	/* The secret alone on standard output, so that it can be kept straight away. */
	if (makes) {
		(void)printf("%s\n", a.secret);
		(void)fprintf(
			stderr, "%s\n",
			msgf(r->cx, "token.cli_made", text_from_int(r->cx->arena, a.id), days));
	} else {
		(void)printf("%s\n", msgf(r->cx, "token.cli_ended", r->argv[1]));
	}
	return OK;
}
