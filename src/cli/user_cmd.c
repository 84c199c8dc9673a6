/* hool user: who may sign in, and with what. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/ident.h"
#include "base/text.h"
#include "cli/cli.h"
#include "core/factor.h"

/* A line from the terminal without echo, or from standard input. */
static enum err
read_line(struct ctx *cx, const char *prompt_key, const char **ret)
{
	char line[ACCOUNT_PASSWORD_MOST * 4 + 2];
	struct termios was, quiet;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
	char *got;

	if (terminal) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
		(void)printf("%s ", msg(cx, prompt_key));
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
	const char *code; /* personal code */
};

static const char PERSON_ID[] = "SELECT sys_id FROM person WHERE code = ?1 AND sys_deleted = 0";
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

/* Whoever proves to have this personal code is this user: the person must be in the register. */
static enum err
set_person(struct ctx *cx, void *arg)
{
	const struct new_user *u = arg;
	struct change *ch = change_new(cx, "user");
	int64_t id, person;

	TRY(db_get_int(cx, USER_ID, DB_ARGS(db_text(u->login)), &id));
	TRY(db_get_int(cx, PERSON_ID, DB_ARGS(db_text(u->code)), &person));
	change_int(ch, "person", person);
	return record_edit(cx, types_get(cx->world->types, "user"), id, 0, ch);
}

/* For whom telephone and recovery codes are gone: the password alone signs in again. */
static enum err
drop_factor(struct ctx *cx, void *arg)
{
	const struct new_user *u = arg;
	int64_t id;

	TRY(db_get_int(cx, USER_ID, DB_ARGS(db_text(u->login)), &id));
	TRY(account_end_own(cx, id, 0, 0, "factor", NULL));
	return factor_remove(cx, id);
}

static enum err
new_password(struct run *r, struct new_user *u)
{
	const char *typed;

	TRY(read_line(r->cx, "user.password", &typed));
	TRY(account_password_check(r->cx, typed, u->login, u->name == NULL ? "" : u->name));
	return account_hash(r->cx, typed, &u->hash);
}

/* The code comes from standard input: what stands on a command line, all the machine can read. */
static enum err
read_code(struct run *r, struct new_user *u)
{
	struct ident *id = ARENA_NEW(r->cx->arena, struct ident);
	const char *typed;

	TRY(read_line(r->cx, "user.code", &typed));
	ident_check(IDENT_ISIKUKOOD, typed, strlen(typed), r->cx->today, id);
	if (!ident_living(id))
		return fail(r->cx, ERR_INVALID, id->why, id->arg[0], id->arg[1]);
	u->code = id->text;
	return OK;
}

/* The forms of the command: words after it, what is read, what is done. */
static const struct form {
	const char *word;
	int words;
	enum err (*read)(struct run *r, struct new_user *u);
	db_fn *work;
	const char *done_key;
} FORMS[] = {
	{ "add", 4, new_password, add_user, "user.added" },
	{ "password", 2, new_password, set_password, "user.changed" },
	{ "person", 2, read_code, set_person, "user.bound" },
	{ "factor", 2, NULL, drop_factor, "user.factor" },
};

static const struct form *
form_of(const struct run *r)
{
	for (size_t i = 0; r->argc > 0 && i < sizeof(FORMS) / sizeof(*FORMS); i++)
		if (strcmp(r->argv[0], FORMS[i].word) == 0 && r->argc == FORMS[i].words)
			return &FORMS[i];
	return NULL;
}

/* user add LOGIN NAME POSITION | password LOGIN | person LOGIN | factor LOGIN; passwords and
 * personal codes come from standard input. */
enum err
cmd_user(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	const struct form *f = form_of(r);
	struct new_user u = { 0 };

	if (f == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_user");
	u.login = r->argv[1];
	u.name = f->words == 4 ? r->argv[2] : NULL;
	u.kind = f->words == 4 ? r->argv[3] : NULL;
	if (u.kind != NULL && map_get(&r->world->types->position_by_name, u.kind) == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_position", u.kind);
	if (f->read != NULL)
		TRY(f->read(r, &u));
	TRY(run_open(r, DB_CREATE, &db));
	r->cx->who.system = true;
	r->cx->purpose = "";
	TRY(db_run(r->cx, db, "user", f->work, &u));
	(void)printf("%s\n", msgf(r->cx, f->done_key, u.login));
	return OK;
}
