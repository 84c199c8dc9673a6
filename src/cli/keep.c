/* Commands that keep the database and its users: migrate, user. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "core/account.h"
#include "keep/upgrade.h"

static void
print_changes(struct ctx *cx, const struct upgrade *u, bool sql)
{
	for (size_t i = 0; i < u->nsteps; i++)
		if (u->steps[i].taken_at == 0)
			(void)printf("%s\n", msgf(cx, "migrate.step", u->steps[i].name));
	for (size_t i = 0; i < u->plan.n; i++) {
		const struct step *s = &u->plan.steps[i];

		(void)printf("%s%s%s\n",
			     msgf(cx, s->what_key, s->arg[0] == NULL ? "" : s->arg[0],
				  s->arg[1] == NULL ? "" : s->arg[1]),
			     !sql || s->sql == NULL ? "" : "\n\t",
			     !sql || s->sql == NULL ? "" : s->sql);
	}
}

/* migrate --check: the same on a copy, which goes afterwards. */
static enum err
migrate_check(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	struct arena *a = r->cx->arena;
	struct upgrade u;

	TRY(db_open(r->cx, r->db_url, DB_READ_ONLY, &db));
	TRY(upgrade_rehearse(r->cx, db, r->world->types, &u));
	print_changes(r->cx, &u, false);
	(void)printf("%s\n", msgf(r->cx, "migrate.rehearsed", text_count(a, (int64_t)u.waiting),
				  text_count(a, (int64_t)u.plan.n), text_count(a, u.ms),
				  text_count(a, (u.room + 999999) / 1000000)));
	return OK;
}

static enum err
migrate_back(struct run *r, bool lose)
{
	struct way_back w;

	TRY(upgrade_back(r->cx, r->db_url, lose, &w));
	(void)printf("%s\n", msgf(r->cx, "migrate.back", w.backup, w.undone));
	if (w.rows > 0)
		(void)printf("%s\n", msgf(r->cx, "migrate.lost", text_count(r->cx->arena, w.rows)));
	return OK;
}

/* migrate [--dry | --check | --back [--lose]] */
enum err
cmd_migrate(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	bool dry = run_flag(r, "--dry"), check = run_flag(r, "--check"),
	     back = run_flag(r, "--back"), lose = run_flag(r, "--lose");
	struct upgrade u;

	TRY(run_done(r));
	if (r->db_url == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_db");
	if (dry + check + back > 1 || (lose && !back))
		return fail(r->cx, ERR_INVALID, "err.cli_migrate");
	if (check)
		return migrate_check(r);
	if (back)
		return migrate_back(r, lose);
	TRY(db_open(r->cx, r->db_url, dry ? DB_READ_ONLY : DB_CREATE, &db));
	if (dry)
		TRY(upgrade_plan(r->cx, db, r->world->types, &u));
	else
		TRY(upgrade_run(r->cx, db, r->world->types, &u));
	print_changes(r->cx, &u, true);
	(void)printf("%s\n", msgf(r->cx, dry ? "migrate.would" : "migrate.done",
				  text_from_int(r->cx->arena, (int64_t)(u.waiting + u.plan.n))));
	if (!dry && u.backup != NULL)
		(void)printf("%s\n", msgf(r->cx, "migrate.backup", u.backup));
	return OK;
}

/* A line from the terminal without echo, or from standard input. */
static enum err
read_password(struct ctx *cx, const char **ret)
{
	char line[ACCOUNT_PASSWORD_MOST * 4 + 2];
	struct termios was, quiet;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
	char *got;

	if (terminal) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
		(void)printf("%s ", msg(cx, "user.password"));
		(void)fflush(stdout);
	}
	got = fgets(line, sizeof(line), stdin);
	if (terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &was);
		(void)printf("\n");
	}
	if (got == NULL)
		return fail(cx, ERR_INVALID, "err.password_none");
	line[strcspn(line, "\r\n")] = '\0';
	if (!text_is_utf8(line, strlen(line)))
		return fail(cx, ERR_INVALID, "err.utf8");
	*ret = arena_strdup(cx->arena, line);
	sodium_memzero(line, sizeof(line));
	return OK;
}

struct new_user {
	const char *login, *name, *kind, *hash;
};

static const char USER_ID[] = "SELECT sys_id FROM \"user\" WHERE login = ?1 AND sys_deleted = 0";

static enum err
add_user(struct ctx *cx, void *arg)
{
	const struct new_user *u = arg;
	struct change *user = change_new(cx, "user"), *position = change_new(cx, "position");
	const struct position_kind *k = map_get(&cx->world->types->position_by_name, u->kind);
	int64_t id, position_id;

	change_text(user, "login", u->login);
	change_text(user, "name", u->name);
	TRY(record_create(cx, user, &id));
	change_int(position, "user", id);
	change_text(position, "kind", u->kind);
	change_text(position, "name", msg(cx, k->label_key));
	TRY(record_create(cx, position, &position_id));
	return account_store(cx, id, u->hash);
}

static enum err
set_password(struct ctx *cx, void *arg)
{
	const struct new_user *u = arg;
	int64_t id;

	TRY(db_get_int(cx, USER_ID, DB_ARGS(db_text(u->login)), &id));
	return account_store(cx, id, u->hash);
}

/* user add LOGIN NAME POSITION | user password LOGIN; the password comes from standard input. */
enum err
cmd_user(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	bool add = r->argc == 4 && strcmp(r->argv[0], "add") == 0;
	bool password = r->argc == 2 && strcmp(r->argv[0], "password") == 0;
	struct new_user u = { 0 };
	const char *typed;

	if (!add && !password)
		return fail(r->cx, ERR_INVALID, "err.cli_user");
	u.login = r->argv[1];
	u.name = add ? r->argv[2] : NULL;
	u.kind = add ? r->argv[3] : NULL;
	if (add && map_get(&r->world->types->position_by_name, u.kind) == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_position", u.kind);
	TRY(read_password(r->cx, &typed));
	TRY(account_hash(r->cx, typed, &u.hash));
	TRY(run_open(r, DB_CREATE, &db));
	r->cx->who.system = true;
	r->cx->purpose = "";
	TRY(db_run(r->cx, db, "user", add ? add_user : set_password, &u));
	(void)printf("%s\n", msgf(r->cx, add ? "user.added" : "user.changed", u.login));
	return OK;
}
