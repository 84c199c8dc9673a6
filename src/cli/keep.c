/* The command that brings a database up to date: migrate. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
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
