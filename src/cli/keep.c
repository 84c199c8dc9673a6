/* Commands that keep the database and its users: migrate, user. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "core/account.h"
#include "meta/table.h"

enum err
cmd_migrate(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	bool dry = run_flag(r, "--dry");
	struct plan plan;

	TRY(run_done(r));
	if (r->db_url == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_db");
	TRY(db_open(r->cx, r->db_url, DB_CREATE, &db));
	TRY(db_migrate(r->cx, db));
	TRY(table_migrate(r->cx, db, r->world->types, dry, &plan));
	for (size_t i = 0; i < plan.n; i++)
		(void)printf("%s%s%s\n",
			     msgf(r->cx, plan.steps[i].what_key,
				  plan.steps[i].arg[0] == NULL ? "" : plan.steps[i].arg[0],
				  plan.steps[i].arg[1] == NULL ? "" : plan.steps[i].arg[1]),
			     plan.steps[i].sql == NULL ? "" : "\n\t",
			     plan.steps[i].sql == NULL ? "" : plan.steps[i].sql);
	(void)printf("%s\n", msgf(r->cx, dry ? "migrate.would" : "migrate.done",
				  text_from_int(r->cx->arena, (int64_t)plan.n)));
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
