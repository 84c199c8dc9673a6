/* Commands that ask the world, without a database: rule, id, type. */
#include "cli/cli.h"
#include "core/rule_cmd.h"

enum err
cmd_rule(struct run *r)
{
	return rule_cmd(r->cx, r->world->rules, r->argc, r->argv, stdin, stdout);
}

enum err
cmd_id(struct run *r)
{
	return ident_cmd(r->cx, r->world->rules, r->argc, r->argv, stdin, stdout);
}
