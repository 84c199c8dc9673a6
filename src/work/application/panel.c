/* The conditions on the page of an application: what was found, on what proof, until when, by
 * whom and why. */
#include "base/text.h"
#include "work/application/application_int.h"

/* The last day of the decision, where one is drafted or made. */
static const char DECIDED_UNTIL[] =
	"SELECT valid_to FROM decision WHERE application = ?1 AND sys_state <> 'annulled' AND "
	"sys_deleted = 0 AND valid_to IS NOT NULL ORDER BY sys_id DESC LIMIT 1";

struct panel {
	struct visit *v;
	const struct record *app;
	struct proofs ps;
	const char **who; /* name of the checker of each */
	struct part_trace **trace;
	size_t *ntrace;
	enum answer answer;
	int32_t until; /* last day of the decision, made or planned */
	bool may_edit;
};

enum tone
result_tone(enum finding_result r)
{
	static const enum tone TONES[] = { [FINDING_NONE] = TONE_PLAIN,
					   [FINDING_MET] = TONE_DONE,
					   [FINDING_NOT_MET] = TONE_LATE,
					   [FINDING_UNCLEAR] = TONE_SOON,
					   [FINDING_WAIVED] = TONE_OFF };

	return TONES[r];
}

const char *
result_word(struct ctx *cx, enum finding_result r)
{
	static const char *const KEYS[] = {
		[FINDING_NONE] = "application.not_looked_at",
		[FINDING_MET] = "type.finding.choice.result.met",
		[FINDING_NOT_MET] = "type.finding.choice.result.not_met",
		[FINDING_UNCLEAR] = "type.finding.choice.result.unclear",
		[FINDING_WAIVED] = "type.finding.choice.result.waived",
	};

	return msg(cx, KEYS[r]);
}

static enum err
read_until(struct ctx *cx, const struct record *app, int32_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row = false;

	if (types_get(cx->world->types, "decision") != NULL) {
		TRY(db_query(cx, DECIDED_UNTIL, DB_ARGS(db_int(app->id)), &q));
		TRY(stmt_step(cx, q, &row));
	}
	if (!row)
		return application_planned_end(cx, app, ret);
	*ret = stmt_date(q, 0);
	return OK;
}

static enum err
read_panel(struct panel *pa)
{
	struct ctx *cx = pa->v->cx;
	const char *href;
	size_t n;

	TRY(eligibility_load(cx, pa->app, &pa->ps));
	n = pa->ps.n;
	pa->answer = eligibility_fold(pa->ps.at, n, cx->today);
	TRY(read_until(cx, pa->app, &pa->until));
	pa->who = ARENA_ARRAY(cx->arena, n + 1, const char *);
	pa->trace = ARENA_ARRAY(cx->arena, n + 1, struct part_trace *);
	pa->ntrace = ARENA_ARRAY(cx->arena, n + 1, size_t);
	for (size_t i = 0; i < n; i++) {
		const struct proof *p = &pa->ps.at[i];

		TRY(visit_title(pa->v, p->checked_by, &pa->who[i], &href));
		if (p->trace != NULL)
			TRY(visit_trace(cx, p->trace, &pa->trace[i], &pa->ntrace[i]));
	}
	TRY(record_may(cx, pa->app, RIGHT_EDIT, &pa->may_edit));
	pa->may_edit =
		pa->may_edit && !pa->app->deleted && !pa->app->type->states[pa->app->state].fixed;
	return OK;
}

/* ---- writing ---- */

static void
write_condition(struct panel *pa, struct part_table *pt, const struct proof *p)
{
	struct visit *v = pa->v;

	part_cell_begin(&v->page, pt);
	html_text(&v->h, p->name);
	if (p->any_of != NULL)
		part_quiet(&v->page, msgf(v->cx, "application.one_of", p->any_of));
	if (p->law != NULL)
		part_quiet(&v->page, p->law);
	if (!p->confirmed)
		part_badge(&v->page, TONE_SOON, msg(v->cx, "application.unconfirmed"));
	part_cell_end(&v->page, pt);
}

static void
write_evidence(struct panel *pa, struct part_table *pt, const struct proof *p)
{
	struct visit *v = pa->v;
	const struct type *t = types_get(v->cx->world->types, "finding");
	const char *name = p->evidence != NULL ? p->evidence : p->wants;
	const struct choice *c =
		name == NULL ? NULL : field_choice(type_field(t, "evidence"), name);

	part_cell_begin(&v->page, pt);
	html_text(&v->h, c == NULL ? "–" : msg(v->cx, c->label_key));
	if (p->evidence_text != NULL)
		part_quiet(&v->page, p->evidence_text);
	if (p->reason != NULL)
		part_quiet(&v->page, p->reason);
	part_cell_end(&v->page, pt);
}

/* A proof that runs out before the decision does must be asked for again in time. */
static void
write_validity(struct panel *pa, struct part_table *pt, const struct proof *p)
{
	struct visit *v = pa->v;

	if (p->valid_until == CIVIL_NONE) {
		part_cell_text(&v->page, pt, NULL);
		return;
	}
	part_cell_begin(&v->page, pt);
	part_date(&v->page, p->valid_until);
	html_text(&v->h, " ");
	if (p->valid_until < v->cx->today)
		part_badge(&v->page, TONE_LATE, msg(v->cx, "application.proof_over"));
	else if (p->valid_until < pa->until)
		part_badge(&v->page, TONE_SOON, msg(v->cx, "application.proof_short"));
	part_cell_end(&v->page, pt);
}

static void
write_checker(struct panel *pa, struct part_table *pt, size_t i)
{
	struct visit *v = pa->v;
	const struct proof *p = &pa->ps.at[i];

	part_cell_begin(&v->page, pt);
	if (p->checked_on == CIVIL_NONE)
		html_text(&v->h, "–");
	else if (p->computed || *pa->who[i] == '\0')
		html_text(&v->h, msg(v->cx, "history.hool"));
	else
		html_text(&v->h, pa->who[i]);
	if (p->checked_on != CIVIL_NONE)
		part_quiet(&v->page, civil_text(v->cx->arena, p->checked_on));
	if (pa->trace[i] != NULL)
		part_because(&v->page, p->name, pa->trace[i], pa->ntrace[i]);
	part_cell_end(&v->page, pt);
}

static void
write_table(struct panel *pa)
{
	struct visit *v = pa->v;
	struct part_column cols[] = { { .label = msg(v->cx, "application.condition") },
				      { .label = msg(v->cx, "application.result") },
				      { .label = msg(v->cx, "application.proof") },
				      { .label = msg(v->cx, "application.valid_until") },
				      { .label = msg(v->cx, "application.checked") } };
	struct part_table pt = { .caption = msg(v->cx, "application.conditions"),
				 .columns = cols,
				 .n_columns = 5 };

	part_table_begin(&v->page, &pt);
	for (size_t i = 0; i < pa->ps.n; i++) {
		const struct proof *p = &pa->ps.at[i];

		part_row_begin(&v->page, &pt, NULL, 0, NULL);
		write_condition(pa, &pt, p);
		part_cell_badge(&v->page, &pt, result_tone(p->result),
				result_word(v->cx, p->result));
		write_evidence(pa, &pt, p);
		write_validity(pa, &pt, p);
		write_checker(pa, &pt, i);
		part_row_end(&v->page, &pt);
	}
	part_table_end(&v->page, &pt);
}

static void
write_answer(struct panel *pa)
{
	static const struct {
		enum tone tone;
		const char *key;
	} SAY[] = { [ANSWER_OPEN] = { TONE_SOON, "application.is_open" },
		    [ANSWER_ELIGIBLE] = { TONE_DONE, "application.is_eligible" },
		    [ANSWER_NOT] = { TONE_LATE, "application.is_not" } };
	struct visit *v = pa->v;

	html_open(&v->h, "p");
	part_badge(&v->page, SAY[pa->answer].tone, msg(v->cx, SAY[pa->answer].key));
	html_text(&v->h, " ");
	html_text(&v->h, msgf(v->cx, "application.as_of",
			      civil_text(v->cx->arena, record_date(pa->app, "arrived"))));
	html_close(&v->h, "p");
}

enum err
application_panel(struct visit *v, const struct record *r)
{
	struct panel pa = { .v = v, .app = r };
	const struct type *finding = types_get(v->cx->world->types, "finding");
	const char *url = arena_printf(v->cx->arena, "/taotlus-kontroll/%lld", (long long)r->id);

	/* A municipality sees where its application stands, not what health data were found. */
	if (!sql_may(v->cx, v->cx->world->types, finding, RIGHT_SEE))
		return OK;
	TRY(read_panel(&pa));
	part_section_begin(&v->page, "tingimused", msg(v->cx, "application.conditions"));
	if (pa.ps.n == 0) {
		part_empty(&v->page, msg(v->cx, "application.none"),
			   msg(v->cx, "application.none_what"), NULL, NULL);
	} else {
		write_answer(&pa);
		write_table(&pa);
	}
	if (pa.may_edit && pa.ps.n > 0) {
		html_open(&v->h, "div");
		html_attr(&v->h, "class", "buttons");
		part_button_link(&v->page, url, msg(v->cx, "application.fill"), ICON_EDIT,
				 pa.answer == ANSWER_OPEN);
		part_post_button(&v->page, arena_printf(v->cx->arena, "%s/uuesti", url), NULL, NULL,
				 msg(v->cx, "application.check"), false);
		html_close(&v->h, "div");
	}
	part_section_end(&v->page);
	return OK;
}
