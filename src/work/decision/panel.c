/* What the pages of applications and decisions say about deciding. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "format/letter_kept.h"
#include "work/decision/decision_int.h"

#define MAX_LISTED 20

static const char OF_APPLICATION[] =
	"SELECT sys_id FROM decision WHERE application = ?1 AND sys_deleted = 0 "
	"ORDER BY sys_id DESC LIMIT 20";

static const char KEPT[] =
	"SELECT id FROM sys_attachment WHERE record = ?1 AND media = ?2 ORDER BY id LIMIT 1";

/* ---- on an application ---- */

struct listed {
	struct record *at[MAX_LISTED];
	size_t n;
	bool standing; /* one of them is not annulled */
};

static enum err
read_decisions(struct ctx *cx, const struct record *app, struct listed *ret)
{
	const struct type *t = types_get(cx->world->types, "decision");
	SCOPED(stmt) struct stmt *q = NULL;
	struct listed l = { .n = 0 };
	bool row;

	TRY(db_query(cx, OF_APPLICATION, DB_ARGS(db_int(app->id)), &q));
	while (l.n < MAX_LISTED) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (record_load(cx, t, stmt_int(q, 0), RIGHT_SEE, &l.at[l.n]) == OK) {
			l.standing = l.standing || !record_in(l.at[l.n], "annulled");
			l.n++;
		} else if (cx->error.code == ERR_NOTFOUND) {
			ctx_forgive(cx); /* there, but not for these eyes */
		} else {
			return cx->error.code;
		}
	}
	*ret = l;
	return OK;
}

static void
write_decision(struct visit *v, const struct record *d)
{
	const struct field *f = type_field(d->type, "outcome");
	const struct choice *c = field_choice(f, record_text(d, "outcome"));

	part_fact_begin(&v->page, c == NULL ? "" : msg(v->cx, c->label_key));
	html_link(&v->h, visit_url_of(v->cx, d, ""), NULL, d->number);
	html_text(&v->h, " ");
	part_badge(&v->page, visit_tone(d), msg(v->cx, d->type->states[d->state].label_key));
	part_fact_end(&v->page);
}

static void
write_button(struct visit *v, const struct record *app, const char *outcome, bool main)
{
	part_post_button(&v->page, arena_printf(v->cx->arena, "/otsus-koosta/%" PRId64, app->id),
			 "tulemus", outcome,
			 msg(v->cx, arena_printf(v->cx->arena, "decision.draft_%s", outcome)),
			 main);
}

/* What can be drafted now; the usual one is what the findings speak for. */
static void
write_buttons(struct visit *v, const struct record *app)
{
	const char *answer = record_text(app, "answer");
	int32_t by = record_date(app, "fix_by");

	html_open(&v->h, "div");
	html_attr(&v->h, "class", "buttons");
	if (record_in(app, "incomplete")) {
		write_button(v, app, "unexamined", by != CIVIL_NONE && by < v->cx->today);
	} else {
		write_button(v, app, "grant", text_equal(answer, "eligible"));
		write_button(v, app, "refuse", text_equal(answer, "not_eligible"));
	}
	html_close(&v->h, "div");
}

enum err
decision_on_application(struct visit *v, const struct record *r)
{
	const struct type *t = types_get(v->cx->world->types, "decision");
	struct listed l = { .n = 0 };
	bool may;

	if (!sql_may(v->cx, v->cx->world->types, t, RIGHT_SEE))
		return OK;
	TRY(read_decisions(v->cx, r, &l));
	TRY(record_may(v->cx, r, RIGHT_MOVE, &may));
	may = may && !l.standing && !r->deleted &&
	      (record_in(r, "in_review") || record_in(r, "incomplete")) &&
	      sql_may(v->cx, v->cx->world->types, t, RIGHT_CREATE);
	if (l.n == 0 && !may)
		return OK;
	part_section_begin(&v->page, "otsus", msg(v->cx, t->label_key));
	if (l.n > 0) {
		part_facts_begin(&v->page);
		for (size_t i = 0; i < l.n; i++)
			write_decision(v, l.at[i]);
		part_facts_end(&v->page);
	}
	if (may) {
		part_quiet(&v->page, msg(v->cx, "decision.draft_help"));
		write_buttons(v, r);
	}
	part_section_end(&v->page);
	return OK;
}

/* ---- on a decision ---- */

static enum err
write_dates(struct visit *v, const struct record *d)
{
	static const char *const FIELDS[] = { "signed_on",   "signed_by",    "registered_on",
					      "sent_on",     "delivered_on", "deemed_on",
					      "annul_reason" };

	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++) {
		const struct field *f = type_field(d->type, FIELDS[i]);
		const char *text;

		if (!d->v[f->index].set)
			continue;
		TRY(visit_text(v, f, &d->v[f->index], &text));
		part_fact(&v->page, msg(v->cx, f->label_key), text);
	}
	return OK;
}

/* Until when it may be appealed, from the day it counts as delivered. */
static enum err
write_appeal(struct visit *v, const struct record *d)
{
	const char *key = "type.decision.clock.appeal";
	struct part_trace *steps;
	struct rule_result term;
	struct case_file c;
	SCOPED_BUF b;
	size_t n;

	buf_init(&b, MAX_PAGE);
	if (!record_value(d, "deemed_on")->set)
		return OK;
	TRY(case_load(v->cx, record_int(d, "application"), &c));
	TRY(appeal_term(v->cx, &c, record_date(d, "deemed_on"), &term));
	TRY(rule_json(v->cx, &term, &b));
	TRY(visit_trace(v->cx, b.bytes, &steps, &n));
	part_fact_begin(&v->page, msg(v->cx, key));
	part_date(&v->page, term.values[0].date);
	part_because(&v->page, msg(v->cx, key), steps, n);
	part_fact_end(&v->page);
	return OK;
}

/* The letter's file: as the signing wrote down, or of one taken over, as it was kept. */
static enum err
letter_file(struct ctx *cx, const struct record *d, const char **ret)
{
	int64_t id;

	*ret = record_text(d, "letter");
	if (*ret != NULL)
		return OK;
	if (db_get_int(cx, KEPT, DB_ARGS(db_int(d->id), db_text(LETTER_KEPT)), &id) == OK) {
		*ret = text_from_int(cx->arena, id);
		return OK;
	}
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return OK;
}

static enum err
write_signed(struct visit *v, const struct record *d)
{
	const char *file;

	TRY(letter_file(v->cx, d, &file));
	part_facts_begin(&v->page);
	TRY(write_dates(v, d));
	TRY(write_appeal(v, d));
	part_facts_end(&v->page);
	if (file != NULL)
		part_button_link(&v->page, arena_printf(v->cx->arena, "/fail/%s", file),
				 msg(v->cx, "decision.open_letter"), ICON_LETTER, false);
	return OK;
}

/* A draft is read as a letter before it is signed. */
static enum err
write_draft(struct visit *v, const struct record *d)
{
	const char *refused = NULL;
	bool may;

	TRY(record_may(v->cx, d, RIGHT_MOVE, &may));
	if (!may)
		return OK;
	if (decision_allowed(v->cx, d) != OK) {
		if (v->cx->error.code != ERR_CONFLICT)
			return v->cx->error.code;
		refused = msg_error(v->cx);
		ctx_forgive(v->cx);
	}
	if (refused != NULL)
		part_notice(&v->page, TONE_SOON, msg(v->cx, "decision.cannot_sign"), refused);
	else
		part_quiet(&v->page, msg(v->cx, "decision.draft_next"));
	part_button_link(&v->page, arena_printf(v->cx->arena, "/otsus-eelvaade/%" PRId64, d->id),
			 msg(v->cx, "decision.preview_sign"), ICON_LETTER, refused == NULL);
	return OK;
}

enum err
decision_panel(struct visit *v, const struct record *r)
{
	enum err e;

	part_section_begin(&v->page, "kiri", msg(v->cx, "decision.letter"));
	e = record_in(r, "draft") ? write_draft(v, r) : write_signed(v, r);
	part_section_end(&v->page);
	return e;
}
