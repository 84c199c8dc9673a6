/* Commands that prove the history: seal, verify. */
#include <stdio.h>

#include "base/civil.h"
#include "base/text.h"
#include "cli/cli.h"
#include "keep/seal.h"

/* seal --seals FOLDER --key SEALKEY */
enum err
cmd_seal(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	SCOPED(conn) struct conn *reader = NULL;
	const char *folder = run_option(r, "--seals", NULL), *path = run_option(r, "--key", NULL);
	struct pack_key key;
	struct seal *seal;

	TRY(run_done(r));
	if (folder == NULL || path == NULL)
		return fail(r->cx, ERR_INVALID, "err.cli_seal");
	TRY(pack_key_read(r->cx, path, &key));
	TRY(run_open(r, DB_READ_ONLY, &db));
	TRY(db_reader(r->cx, db, &reader));
	r->cx->conn = reader;
	TRY(seal_make(r->cx, folder, &key, false, &seal));
	(void)printf("%s\n\n%s",
		     msgf(r->cx, "seal.made", text_from_int(r->cx->arena, seal->number), folder),
		     seal->text);
	return OK;
}

static enum err
verify_seals(struct run *r, const char *folder, const char *path)
{
	struct pack_key room, *key = NULL;
	struct seal *seals = NULL;
	struct civil_time at;
	size_t n = 0;

	if (path != NULL) {
		TRY(pack_key_read(r->cx, path, &room));
		if (room.kind != PACK_SEAL_PUBLIC)
			return fail(r->cx, ERR_INVALID, "err.seal_key", path);
		key = &room;
	}
	TRY(seals_read(r->cx, folder, key, &seals, &n));
	TRY(seals_verify(r->cx, seals, n));
	at = civil_in_tallinn(seals[n - 1].at);
	(void)printf("%s\n",
		     msgf(r->cx, "verify.seals", "1", text_from_int(r->cx->arena, (int64_t)n),
			  arena_printf(r->cx->arena, "%s %02d:%02d",
				       civil_text(r->cx->arena, at.day), at.hour, at.minute)));
	return OK;
}

/* verify [--seals FOLDER [--key PUBLIC]] */
enum err
cmd_verify(struct run *r)
{
	SCOPED(db) struct db *db = NULL;
	SCOPED(conn) struct conn *reader = NULL;
	const char *folder = run_option(r, "--seals", NULL), *path = run_option(r, "--key", NULL);
	struct history_report report;

	TRY(run_done(r));
	TRY(run_open(r, DB_READ_ONLY, &db));
	TRY(db_reader(r->cx, db, &reader));
	r->cx->conn = reader;
	TRY(history_verify(r->cx, &report));
	(void)printf("%s\n", msgf(r->cx, "verify.fine", text_count(r->cx->arena, report.rows),
				  text_count(r->cx->arena, report.chains),
				  text_count(r->cx->arena, report.erased)));
	return folder == NULL ? OK : verify_seals(r, folder, path);
}
