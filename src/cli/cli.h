/*
 * The commands of the program beside `serve`: each says what it does with --help, ends with the
 * exit code of its error (base/err.h), and names cause and next step.
 */
#ifndef HOOL_CLI_CLI_H
#define HOOL_CLI_CLI_H

#include <stdio.h>

#include "core/world.h"

struct work;

/* What every command is given. */
struct run {
	struct ctx *cx;
	struct world *world;
	const struct work *const *works;
	const char *db_url; /* --db, or NULL */
	int argc;	    /* words after the command */
	char **argv;
};

struct command {
	const char *name;
	const char *help_key; /* text: usage and what it does */
	enum err (*run)(struct run *r);
};

/* The value of an option "--name VALUE" (removed from r's words), or `preset`. */
const char *run_option(struct run *r, const char *name, const char *preset);
/* Is a flag "--name" among the words (removed)? */
bool run_flag(struct run *r, const char *name);
/* Nothing may be left over: ERR_INVALID err.cli_word. */
enum err run_done(struct run *r) MUST_USE;
/* Open the database of --db with flags of db/db.h, migrate it unless read-only, and enter it. */
enum err run_open(struct run *r, unsigned flags, struct db **ret) MUST_USE;

/* The commands of this folder. */
enum err cmd_serve(struct run *r) MUST_USE;
enum err cmd_verify(struct run *r) MUST_USE;
enum err cmd_backup(struct run *r) MUST_USE;
enum err cmd_copy(struct run *r) MUST_USE;
enum err cmd_restore(struct run *r) MUST_USE;
enum err cmd_key(struct run *r) MUST_USE;
enum err cmd_seal(struct run *r) MUST_USE;
enum err cmd_selfcheck(struct run *r) MUST_USE;
enum err cmd_user(struct run *r) MUST_USE;
enum err cmd_practice(struct run *r) MUST_USE;
enum err cmd_migrate(struct run *r) MUST_USE;
enum err cmd_token(struct run *r) MUST_USE;
enum err cmd_job(struct run *r) MUST_USE;
enum err cmd_rule(struct run *r) MUST_USE;
enum err cmd_id(struct run *r) MUST_USE;
enum err cmd_type(struct run *r) MUST_USE;

#endif
