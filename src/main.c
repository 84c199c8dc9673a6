/*
 * Hool: one program. The table of fields of work, the table of commands, and the way from the
 * command line into one of them. Adding a field of work is one folder and one line here.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "web/site.h"
#include "work/application/application.h"
#include "work/decision/decision.h"
#include "work/person/person.h"
#include "work/placement/placement.h"
#include "work/provider/provider.h"
#include "work/queue/queue.h"
#include "work/settlement/settlement.h"
#include "work/webhook/webhook.h"

static const struct work PERSON_WORK = { .name = "person", .hooks = PERSON_HOOKS };

static const struct work *const WORKS[] = {
	&PERSON_WORK,	 &PROVIDER_WORK,   &APPLICATION_WORK, &DECISION_WORK, &QUEUE_WORK,
	&PLACEMENT_WORK, &SETTLEMENT_WORK, &WEBHOOK_WORK,     NULL,
};

static const struct command COMMANDS[] = {
	{ "serve", "help.serve", cmd_serve },
	{ "rule", "help.rule", cmd_rule },
	{ "id", "help.id", cmd_id },
	{ "type", "help.type", cmd_type },
	{ "verify", "help.verify", cmd_verify },
	{ "seal", "help.seal", cmd_seal },
	{ "backup", "help.backup", cmd_backup },
	{ "restore", "help.restore", cmd_restore },
	{ "copy", "help.copy", cmd_copy },
	{ "key", "help.key", cmd_key },
	{ "migrate", "help.migrate", cmd_migrate },
	{ "selfcheck", "help.selfcheck", cmd_selfcheck },
	{ "user", "help.user", cmd_user },
	{ "token", "help.token", cmd_token },
	{ "job", "help.job", cmd_job },
	{ "practice", "help.practice", cmd_practice },
	{ NULL, NULL, NULL },
};

static const struct command *
command_named(const char *name)
{
	for (const struct command *c = COMMANDS; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int
help(const struct ctx *cx, FILE *out)
{
	(void)fprintf(out, "%s\n\n", msg(cx, "help.hool"));
	for (const struct command *c = COMMANDS; c->name != NULL; c++)
		(void)fprintf(out, "  hool %-9s %s\n", c->name, msg(cx, c->help_key));
	(void)fprintf(out, "\n%s\n", msg(cx, "help.options"));
	return out == stdout ? 0 : 2;
}

/* Hooks of all fields in one list, for the core. */
static void
gather_hooks(struct ctx *cx, struct world *w)
{
	size_t n = 0;
	const struct hook **list;

	while (WORKS[n] != NULL)
		n++;
	list = ARENA_ARRAY(cx->arena, n + 1, const struct hook *);
	for (size_t i = 0; i < n; i++)
		if (WORKS[i]->hooks != NULL)
			list[w->nhooks++] = WORKS[i]->hooks;
	w->hooks = list;
	w->changed = webhook_changed;
}

/* Options before the command: they belong to all. Returns the index of the command. */
static int
common(struct ctx *cx, struct run *r, int argc, char **argv, const char **house)
{
	int i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--lang") == 0 && lang_from_code(argv[i + 1]) >= 0)
			cx->lang = (enum lang)lang_from_code(argv[i + 1]);
		else if (strcmp(argv[i], "--house") == 0)
			*house = argv[i + 1];
		else if (strcmp(argv[i], "--db") == 0)
			r->db_url = argv[i + 1];
		else
			break;
	}
	return i;
}

static int
run_command(struct run *r, const struct command *c)
{
	const char *db = run_option(r, "--db", r->db_url);
	enum err e;

	r->db_url = db;
	e = c->run(r);
	if (e == OK)
		return 0;
	(void)fflush(stdout);
	(void)fprintf(stderr, "hool %s: %s\n", c->name, msg_error(r->cx));
	return err_info(e)->exit;
}

int
main(int argc, char **argv)
{
	SCOPED(arena) struct arena *arena = arena_new();
	const char *house = NULL;
	struct world world = { 0 };
	struct ctx cx;
	struct run r = { .cx = &cx, .world = &world, .works = WORKS };
	const struct command *c;
	int at;

	if (sodium_init() < 0)
		BUG("no cryptography");
	ctx_init(&cx, arena);
	at = common(&cx, &r, argc, argv, &house);
	if (world_load(&cx, house, &world) != OK) {
		(void)fprintf(stderr, "hool: %s\n", msg_error(&cx));
		return err_info(cx.error.code)->exit;
	}
	gather_hooks(&cx, &world);
	if (at >= argc || strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "help") == 0)
		return help(&cx, at >= argc ? stderr : stdout);
	c = command_named(argv[at]);
	if (c == NULL) {
		(void)fprintf(stderr, "hool: %s\n", msgf(&cx, "err.command", argv[at]));
		return help(&cx, stderr);
	}
	r.argc = argc - at - 1;
	r.argv = argv + at + 1;
	if (c->run != cmd_rule && c->run != cmd_id && c->run != cmd_type && r.argc > 0 &&
	    strcmp(r.argv[0], "--help") == 0) {
		(void)printf("hool %s: %s\n", c->name, msg(&cx, c->help_key));
		return 0;
	}
	return run_command(&r, c);
}
