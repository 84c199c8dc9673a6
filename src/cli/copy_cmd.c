/* hool copy: a whole database into another, from a file to a server or back. */
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "core/history.h"
#include "db/transfer.h"
#include "keep/upgrade.h"

/* Only what this program made just so can be moved row by row. */
static enum err
check_source(struct run *r, struct db *from)
{
	struct upgrade u;

	TRY(upgrade_plan(r->cx, from, r->world->types, &u));
	return u.waiting + u.plan.n == 0 ? OK : fail(r->cx, ERR_CONFLICT, "err.transfer_old");
}

static enum err
verify(struct ctx *cx, struct db *to, struct history_report *ret)
{
	SCOPED(conn) struct conn *reader = NULL;
	enum err e;

	TRY(db_reader(cx, to, &reader));
	cx->conn = reader;
	e = history_verify(cx, ret);
	cx->conn = NULL;
	return e;
}

static void
print_tables(struct ctx *cx, const struct transfer_report *report)
{
	for (size_t i = 0; i < report->ntables; i++) {
		const struct transferred *t = &report->tables[i];

		(void)printf("%12lld  %s  %s\n", (long long)t->rows,
			     text_hex(cx->arena, t->hash, 8), t->table);
	}
}

/* copy --from FILE|URL --to FILE|URL */
enum err
cmd_copy(struct run *r)
{
	SCOPED(db) struct db *from = NULL, *to = NULL;
	const char *source = run_option(r, "--from", NULL), *target = run_option(r, "--to", NULL);
	struct transfer_report report = { 0 };
	struct history_report history;
	struct upgrade upgrade;

	TRY(run_done(r));
	if (source == NULL || target == NULL || text_equal(source, target))
		return fail(r->cx, ERR_INVALID, "err.cli_transfer");
	TRY(db_open(r->cx, source, DB_READ_ONLY, &from));
	TRY(check_source(r, from));
	TRY(db_open(r->cx, target, DB_CREATE, &to));
	TRY(upgrade_run(r->cx, to, r->world->types, &upgrade));
	TRY(db_transfer(r->cx, from, to, &report));
	TRY(verify(r->cx, to, &history));
	print_tables(r->cx, &report);
	(void)printf("%s\n", msgf(r->cx, "copy.done", text_count(r->cx->arena, report.rows),
				  text_count(r->cx->arena, (int64_t)report.ntables),
				  text_count(r->cx->arena, history.rows),
				  text_count(r->cx->arena, history.chains)));
	return OK;
}
