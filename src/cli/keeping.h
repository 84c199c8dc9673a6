/*
 * What a serving program keeps elsewhere: the continuous copy and the daily seals.
 *
 *	--copy-to FOLDER  --copy-key FILE  --copy-every SECONDS  --copy-keep DAYS
 *	--seals FOLDER  --seal-key FILE
 */
#ifndef HOOL_CLI_KEEPING_H
#define HOOL_CLI_KEEPING_H

#include "cli/cli.h"
#include "keep/copy.h"
#include "keep/seal.h"

struct keeping {
	struct copy_settings copy; /* folder NULL: no copy */
	struct pack_key copy_key;
	const char *seals; /* folder; NULL: no seals */
	struct pack_key seal_key;
};

/* Read the options; k must live as long as what is started from it. Errors: ERR_INVALID
 * "err.cli_copy", "err.cli_seals", "err.cli_number", those of pack_key_read(). */
enum err keeping_read(struct run *r, struct keeping *k) MUST_USE;

#endif
