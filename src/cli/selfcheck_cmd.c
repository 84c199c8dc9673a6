/* hool selfcheck: what is wrong with this installation and what to do, for people or as JSON. */
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "format/json.h"
#include "keep/selfcheck.h"

static const char *const LEVELS[] = {
	[FINDING_NOTE] = "note", [FINDING_WARN] = "warn", [FINDING_ERROR] = "error"
};

static const char *
text_of(struct ctx *cx, const char *key, const struct finding *one)
{
	const char *a[3];

	for (int i = 0; i < 3; i++)
		a[i] = one->arg[i] == NULL ? "" : one->arg[i];
	return msgf(cx, key, a[0], a[1], a[2]);
}

static enum err
print_json(struct ctx *cx, const struct findings *f)
{
	struct json_out j;
	SCOPED_BUF b;

	buf_init(&b, MAX_PAGE);
	json_out_init(&j, &b);
	json_list(&j);
	for (size_t i = 0; i < f->n; i++) {
		json_map(&j);
		json_pair_text(&j, "code", f->list[i].code);
		json_pair_text(&j, "level", LEVELS[f->list[i].level]);
		json_pair_text(&j, "what", text_of(cx, f->list[i].what_key, &f->list[i]));
		json_pair_text(&j, "advice", text_of(cx, f->list[i].advice_key, &f->list[i]));
		json_map_end(&j);
	}
	json_list_end(&j);
	TRY(json_done(cx, &j));
	(void)printf("%s\n", b.bytes);
	return OK;
}

static void
print_text(struct ctx *cx, const struct findings *f)
{
	for (int level = FINDING_ERROR; level >= FINDING_NOTE; level--)
		for (size_t i = 0; i < f->n; i++)
			if (f->list[i].level == (enum finding_level)level)
				(void)printf("%s %s: %s\n      %s\n", f->list[i].code,
					     msg(cx, level == FINDING_ERROR  ? "check.level_error"
						     : level == FINDING_WARN ? "check.level_warn"
									     : "check.level_note"),
					     text_of(cx, f->list[i].what_key, &f->list[i]),
					     text_of(cx, f->list[i].advice_key, &f->list[i]));
}

/* selfcheck [--backups FOLDER] [--copy FOLDER] [--seals FOLDER [--seal-key FILE]] [--key FILE]
 * [--quick] [--json]. Notes alone are no failure. */
enum err
cmd_selfcheck(struct run *r)
{
	struct selfcheck_settings s = { .world = r->world, .db_url = r->db_url };
	bool json = run_flag(r, "--json");
	struct findings f = { 0 };
	int64_t wrong = 0;

	s.quick = run_flag(r, "--quick");
	s.backups = run_option(r, "--backups", NULL);
	s.copy = run_option(r, "--copy", NULL);
	s.seals = run_option(r, "--seals", NULL);
	s.seal_key = run_option(r, "--seal-key", NULL);
	s.keys = run_option(r, "--key", NULL);
	TRY(run_done(r));
	TRY(selfcheck(r->cx, &s, &f));
	for (size_t i = 0; i < f.n; i++)
		wrong += f.list[i].level != FINDING_NOTE;
	if (json)
		TRY(print_json(r->cx, &f));
	else
		print_text(r->cx, &f);
	if (wrong > 0)
		return fail(r->cx, ERR_CONFLICT, "err.selfcheck", text_count(r->cx->arena, wrong));
	if (!json)
		(void)printf("%s\n", msg(r->cx, "check.fine"));
	return OK;
}
