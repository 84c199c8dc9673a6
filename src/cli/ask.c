/* Commands that ask the world, without a database: rule, id, type. */
#include "cli/cli.h"
#include "core/rule_cmd.h"
#include "core/type_cmd.h"

enum err
cmd_rule(struct run *r)
{
	/* The word before ours is the command's own name. */
	return rule_cmd(r->cx, r->world->rules, r->argc + 1, r->argv - 1, stdin, stdout);
}

enum err
cmd_id(struct run *r)
{
	return ident_cmd(r->cx, r->world->rules, r->argc + 1, r->argv - 1, stdin, stdout);
}

enum err
cmd_type(struct run *r)
{
	return type_cmd(r->cx, r->world, r->argc + 1, r->argv - 1, stdin, stdout);
}
