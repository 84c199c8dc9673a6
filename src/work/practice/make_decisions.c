/* Findings, decisions, and what they say. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "work/practice/make_lives.h"

static const char FINDINGS[] =
	"SELECT f.sys_id, c.code, c.any_of, c.evidence, c.name FROM finding f "
	"JOIN condition c ON c.sys_id = f.condition WHERE f.application = ?1 AND "
	"f.sys_deleted = 0 AND f.result = 'unclear' AND c.\"check\" = 'manual' ORDER BY f.sys_id";
static const char QUEUED[] = "SELECT sys_id FROM queue_entry WHERE decision = ?1 AND "
			     "sys_deleted = 0";

/* ---- findings ---- */

struct open_finding {
	int64_t id;
	const char *code, *group, *evidence, *name;
};

static enum err
read_findings(struct make *m, int64_t app, struct open_finding *list, size_t max, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(m->cx, FINDINGS, DB_ARGS(db_int(app)), &q));
	for (; n < max; n++) {
		TRY(stmt_step(m->cx, q, &row));
		if (!row)
			break;
		list[n] = (struct open_finding){ stmt_int(q, 0), stmt_copy(m->cx, q, 1),
						 stmt_copy(m->cx, q, 2), stmt_copy(m->cx, q, 3),
						 stmt_copy(m->cx, q, 4) };
	}
	*ret_n = n;
	return OK;
}

static const char *
proof_text(struct make *m, const char *evidence, int32_t day)
{
	struct arena *a = m->cx->arena;
	int number = (int)rng_below(&m->rng, 9000) + 1000;

	if (text_equal(evidence, "decision_tootukassa"))
		return arena_printf(a, "Töötukassa otsus TV-%d, %s", number, civil_text(a, day));
	if (text_equal(evidence, "disability_decision"))
		return arena_printf(a, "Puude otsus P-%d, %s", number, civil_text(a, day));
	if (text_equal(evidence, "medical"))
		return arena_printf(a, "Psühhiaatri tõend, %s", civil_text(a, day));
	if (text_equal(evidence, "assessment"))
		return arena_printf(a, "Hindamine nr %d, %s", number, civil_text(a, day));
	return NULL;
}

/* One says yes or no, on what proof; ability to work is found for some years at a time. */
static enum err
answer(struct make *m, const struct open_finding *f, bool met, const char *reason)
{
	const struct type *t = types_get(m->cx->world->types, "finding");
	struct change *ch = change_of(m->cx, t);
	int32_t proved = m->day - (int32_t)rng_between(&m->rng, 20, 400);

	change_text(ch, "result", met ? "met" : "not_met");
	if (met) {
		change_text(ch, "evidence", f->evidence);
		change_text(ch, "evidence_text", proof_text(m, f->evidence, proved));
		if (text_equal(f->evidence, "decision_tootukassa"))
			change_int(ch, "valid_until",
				   civil_add_months(proved, 12 * (int)rng_between(&m->rng, 2, 5)));
	}
	change_text(ch, "reason", reason);
	m->written++;
	return record_edit(m->cx, t, f->id, 0, ch);
}

/* Of a group of alternatives one holds and the others do not matter. */
static enum err
answer_group(struct make *m, const struct open_finding *list, size_t n, size_t first, bool met)
{
	size_t of = 0, chosen;

	for (size_t i = first; i < n; i++)
		of += text_equal(list[i].group, list[first].group);
	/* The first of a group is by far the most common. */
	chosen = rng_chance(&m->rng, 700) ? 0 : rng_below(&m->rng, (uint32_t)of);
	for (size_t i = first, k = 0; i < n; i++)
		if (text_equal(list[i].group, list[first].group)) {
			bool this = met && k++ == chosen;

			TRY(answer(
				m, &list[i], this,
				this  ? NULL
				: met ? "Tugineda ei ole vaja, rühmast on täidetud teine tingimus."
				      : "Esitatud dokumentidest ei nähtu."));
		}
	return OK;
}

/* What an official has to look at themselves. One who has no right fails in one place. */
static enum err
find(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct open_finding list[24];
	size_t n, fails = SIZE_MAX;
	int32_t draft;

	TRY(read_findings(m, l->app, list, sizeof(list) / sizeof(*list), &n));
	make_act(m, l->who, m->day);
	if (l->fate == FATE_REFUSE && n > 0)
		fails = rng_below(&m->rng, (uint32_t)n);
	for (size_t k = 0; k < n; k++) {
		bool seen = false, failing;

		for (size_t before = 0; before < k; before++)
			seen = seen || (list[k].group != NULL &&
					text_equal(list[before].group, list[k].group));
		if (seen)
			continue;
		failing = fails < n &&
			  (fails == k ||
			   (list[k].group != NULL && text_equal(list[fails].group, list[k].group)));
		if (list[k].group != NULL)
			TRY(answer_group(m, list, n, k, !failing));
		else
			TRY(answer(m, &list[k], !failing,
				   failing ? "Esitatud dokumentidest ei nähtu, et tingimus on "
					     "täidetud."
					   : NULL));
	}
	draft = l->sign_on - (int32_t)rng_below(&m->rng, 4);
	life_plan(m, i, STEP_DRAFT, draft < m->day ? m->day : draft);
	return OK;
}

/* ---- the decision ---- */

static enum err
draft(struct make *m, int32_t i)
{
	static const char *const OUTCOME[] = {
		[FATE_GRANT] = "grant", [FATE_REFUSE] = "refuse", [FATE_UNEXAMINED] = "unexamined"
	};
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "decision");
	struct record *app;

	if (l->plain)
		return plain_decide(m, i);
	make_act(m, l->who, m->day);
	/* What was found decides, where it differs from what was foreseen. */
	TRY(record_get(m->cx, "application", l->app, &app));
	if (l->fate != FATE_UNEXAMINED && text_equal(record_text(app, "answer"), "eligible"))
		l->fate = FATE_GRANT;
	else if (l->fate != FATE_UNEXAMINED &&
		 text_equal(record_text(app, "answer"), "not_eligible"))
		l->fate = FATE_REFUSE;
	change_int(ch, "application", l->app);
	change_int(ch, "person", m->humans[l->person].id);
	change_int(ch, "service", m->service[l->service]);
	change_text(ch, "outcome", OUTCOME[l->fate]);
	ch->unit = l->service == SRT ? m->unit_d : m->unit_b;
	ch->unit_given = true;
	ch->responsible = l->who->user;
	ch->responsible_given = true;
	TRY(make_create(m, ch, &l->decision));
	/* A draft may have come on the last day; signing takes the days that were meant for it. */
	life_plan(m, i, STEP_SIGN, l->sign_on > m->day ? l->sign_on : m->day);
	return OK;
}

/* Where the field of work did not end the application itself. */
static enum err
end_application(struct make *m, const struct life *l)
{
	struct record *app;

	TRY(record_get(m->cx, "application", l->app, &app));
	if (record_in(app, "decided"))
		return OK;
	return make_move(m, "application", l->app,
			 record_in(app, "incomplete") ? "leave" : "decide", NULL);
}

static enum err
sign(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);

	make_act(m, l->who, m->day);
	TRY(make_move(m, "decision", l->decision, "sign", NULL));
	TRY(end_application(m, l));
	l->signed_on = m->day;
	m->humans[l->person].open[l->service] = false;
	if (l->fate == FATE_GRANT)
		m->humans[l->person].on[l->service] = true;
	life_plan(m, i, STEP_SEND, m->day + (rng_chance(&m->rng, 650) ? 0 : 1));
	return OK;
}

static enum err
send(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "decision");
	struct record *person;
	const char *delivery;

	TRY(record_get(m->cx, "person", m->humans[l->person].id, &person));
	delivery = record_text(person, "delivery");
	change_text(ch, "delivery", delivery == NULL ? "post" : delivery);
	make_act(m, l->who, m->day);
	TRY(make_move(m, "decision", l->decision, "send", ch));
	life_plan(m, i, STEP_DELIVER,
		  m->day + (text_equal(delivery, "post") ? 5 : 0) + (int32_t)rng_below(&m->rng, 4));
	return OK;
}

/* The entry that the decision made in the queue, or one made now. */
static enum err
queue(struct make *m, struct life *l)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct change *ch;
	bool row;

	TRY(db_query(m->cx, QUEUED, DB_ARGS(db_int(l->decision)), &q));
	TRY(stmt_step(m->cx, q, &row));
	if (row) {
		l->entry = stmt_int(q, 0);
		return OK;
	}
	ch = change_new(m->cx, "queue_entry");
	change_int(ch, "application", l->app);
	change_int(ch, "decision", l->decision);
	change_int(ch, "person", m->humans[l->person].id);
	change_int(ch, "service", m->service[l->service]);
	change_int(ch, "queued_on", l->signed_on);
	change_int(ch, "applied_on", l->arrived);
	change_text(ch, "county",
		    m->counties[make_wished_county(m, m->munis[m->humans[l->person].muni].county)]
			    .code);
	ch->unit = m->unit_b;
	ch->unit_given = true;
	ch->responsible = l->who->user;
	ch->responsible_given = true;
	return make_create(m, ch, &l->entry);
}

static enum err
deliver(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "decision");

	make_act(m, l->who, m->day);
	change_int(ch, "delivered_on", m->day);
	TRY(make_move(m, "decision", l->decision, "deliver", ch));
	if (l->fate != FATE_GRANT) {
		life_end(m, i);
		return OK;
	}
	if (l->service != SRT)
		TRY(queue(m, l));
	return place_wait(m, i);
}

enum err
decision_step(struct make *m, int32_t i, enum step step)
{
	static enum err (*const DO[])(struct make *, int32_t) = {
		[STEP_FIND] = find, [STEP_DRAFT] = draft,     [STEP_SIGN] = sign,
		[STEP_SEND] = send, [STEP_DELIVER] = deliver,
	};

	return DO[step](m, i);
}
