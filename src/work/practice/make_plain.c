/*
 * Cases of the old days, as they came over from an older register: each record is taken over as it
 * stood at its end, with one row of history. Queue, places and people go on as in the other cases.
 */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "work/practice/make_lives.h"

static enum err
take_over(struct make *m, struct life *l, struct change *ch, const char *state, int64_t *ret_id)
{
	ch->unit = l->service == SRT ? m->unit_d : m->unit_b;
	ch->unit_given = true;
	ch->responsible = l->who->user;
	ch->responsible_given = true;
	m->written++;
	return record_import(m->cx, ch, state, ret_id);
}

static void
whose(struct make *m, const struct life *l, struct change *ch)
{
	change_int(ch, "person", m->humans[l->person].id);
	change_int(ch, "service", m->service[l->service]);
}

static const char *
county(const struct make *m, const struct life *l)
{
	return m->counties[make_wished_county(m, m->munis[m->humans[l->person].muni].county)].code;
}

/* ---- the application and its decision ---- */

static enum err
application(struct make *m, struct life *l, const char *state)
{
	static const char *const CHANNELS[] = { "eesti_ee", "email", "email", "post", "office" };
	struct change *ch = change_new(m->cx, "application");
	const struct human *h = &m->humans[l->person];
	bool child = l->service == SRT;

	whose(m, l, ch);
	if (h->parent >= 0)
		change_int(ch, "representative", m->humans[h->parent].id);
	change_text(ch, "channel", child ? "star" : ONE_OF(m, CHANNELS));
	if (child) {
		change_int(ch, "sender", m->munis[h->muni].org);
		change_text(ch, "area_social", "significant");
		change_text(ch, "area_emotional", l->fate == FATE_GRANT ? "significant" : "some");
		change_text(ch, "area_physical", "none");
		change_text(ch, "area_cognitive", "some");
		change_text(ch, "earlier", "insufficient");
	}
	change_text(ch, "county", county(m, l));
	change_int(ch, "arrived", l->arrived);
	change_int(ch, "registered", calendar_roll(l->arrived));
	if (strcmp(state, "decided") == 0) {
		int term = child ? 10 : 40;

		change_int(ch, "complete", l->complete);
		change_int(ch, "decided_on", m->day);
		change_int(ch, "in_time", m->day <= calendar_add_working(l->complete, term));
		change_text(ch, "answer", l->fate == FATE_GRANT ? "eligible" : "not_eligible");
	}
	make_act(m, l->who, m->day);
	return take_over(m, l, ch, state, &l->app);
}

static enum err
decision(struct make *m, struct life *l)
{
	struct change *ch = change_new(m->cx, "decision");
	bool grant = l->fate == FATE_GRANT;
	int32_t delivered = m->day + (int32_t)rng_below(&m->rng, 5);

	whose(m, l, ch);
	change_int(ch, "application", l->app);
	change_text(ch, "outcome", grant ? "grant" : "refuse");
	change_text(ch, "facts", "Asjaolud on kontrollitud registritest ja dokumentidest.");
	change_text(ch, "reasons",
		    grant ? "Kõik teenuse saamise tingimused on täidetud."
			  : "Teenuse saamise tingimus ei ole täidetud.");
	change_text(ch, "legal_basis",
		    l->service == SRT  ? "SHS § 59 lg 1 p 2, § 62 lg 3, § 63 lg 1"
		    : l->service == TT ? "SHS § 70, § 71"
				       : "käskkiri nr 118 p 2.1.4");
	if (grant) {
		change_int(ch, "valid_from", m->day);
		if (l->service != PKT)
			change_int(ch, "valid_to",
				   civil_add_months(m->day, l->service == SRT ? 24 : 60) - 1);
	}
	change_text(ch, "delivery", "email");
	change_int(ch, "signed_on", m->day);
	change_int(ch, "signed_by", l->who->user);
	change_int(ch, "registered_on", m->day);
	change_int(ch, "sent_on", m->day);
	change_int(ch, "deemed_on", delivered);
	change_int(ch, "delivered_on", delivered);
	make_act(m, l->who, delivered);
	return take_over(m, l, ch, "in_force", &l->decision);
}

enum err
plain_decide(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);

	m->humans[l->person].open[l->service] = false;
	TRY(application(m, l, l->fate == FATE_WITHDRAW ? "withdrawn" : "decided"));
	if (l->fate != FATE_WITHDRAW)
		TRY(decision(m, l));
	if (l->fate != FATE_GRANT) {
		life_end(m, i);
		return OK;
	}
	l->signed_on = m->day;
	m->humans[l->person].on[l->service] = true;
	return place_wait(m, i);
}

/* ---- the queue, the referral, the placement ---- */

static enum err
entry(struct make *m, struct life *l, const char *state, const char *reason, int32_t left_on)
{
	struct change *ch = change_new(m->cx, "queue_entry");

	if (l->service == SRT)
		return OK;
	whose(m, l, ch);
	change_int(ch, "application", l->app);
	change_int(ch, "decision", l->decision);
	change_int(ch, "queued_on", l->signed_on);
	change_int(ch, "applied_on", l->arrived);
	change_text(ch, "county", county(m, l));
	change_text(ch, "reason", reason);
	if (left_on != CIVIL_NONE)
		change_int(ch, "left_on", left_on);
	make_act(m, l->who, left_on == CIVIL_NONE ? l->signed_on : left_on);
	return take_over(m, l, ch, state, &l->entry);
}

enum err
plain_leave_queue(struct make *m, int32_t i, const char *reason)
{
	return entry(m, life_at(m, i), "removed", reason, m->day);
}

/* Whoever still waits at the end of the days told. */
enum err
plain_waiting(struct make *m)
{
	for (size_t i = 0; i < m->lives->n; i++) {
		struct life *l = &m->lives->at[i];

		if (l->live && l->plain && l->decision != 0 && l->entry == 0 && l->placement == 0)
			TRY(entry(m, l, "waiting", NULL, CIVIL_NONE));
	}
	return OK;
}

static enum err
referral(struct make *m, struct life *l, const char *state)
{
	struct change *ch = change_new(m->cx, "referral");

	whose(m, l, ch);
	change_int(ch, "decision", l->decision);
	if (l->entry != 0)
		change_int(ch, "queue_entry", l->entry);
	change_int(ch, "provider", m->providers[m->sites[l->site].provider].id);
	change_int(ch, "site", m->sites[l->site].id);
	if (l->service == PKT)
		change_int(ch, "stage", m->stage[0]);
	change_int(ch, "issued_on", l->referred_on);
	change_int(ch, "counted_from", l->referred_on);
	if (strcmp(state, "started") == 0)
		change_int(ch, "started_on", m->day);
	make_act(m, l->who, m->day);
	return take_over(m, l, ch, state, &l->referral);
}

static enum err
period(struct make *m, struct life *l, bool pause, int32_t from, int32_t to)
{
	struct change *ch = change_new(m->cx, "placement_period");
	int64_t id;

	change_int(ch, "placement", l->placement);
	change_int(ch, "person", m->humans[l->person].id);
	change_text(ch, "kind", pause ? "pause" : "stage");
	if (l->service == PKT)
		change_int(ch, "stage", m->stage[l->stage]);
	change_int(ch, "paid", !pause);
	change_int(ch, "starts", from);
	if (to != CIVIL_NONE)
		change_int(ch, "ends", to);
	return take_over(m, l, ch, NULL, &id);
}

/* The periods of a placement that is over: stages one after another, and a pause. */
static enum err
periods(struct make *m, struct life *l)
{
	int32_t from = l->started;

	for (int k = 0; k < 2; k++) {
		if (l->next_on[k] == CIVIL_NONE || l->next_on[k] <= from ||
		    l->next_on[k] >= l->ends)
			continue;
		TRY(period(m, l, false, from, l->next_on[k] - 1));
		from = l->next_on[k];
		l->stage++;
	}
	if (l->pause_on != CIVIL_NONE && l->pause_on > from && l->resume_on < l->ends) {
		TRY(period(m, l, false, from, l->pause_on - 1));
		TRY(period(m, l, true, l->pause_on, l->resume_on - 1));
		from = l->resume_on;
	}
	return period(m, l, false, from, l->ends);
}

static enum err
placement(struct make *m, struct life *l, int32_t planned)
{
	struct change *ch = change_new(m->cx, "placement");
	const struct provider *p = &m->providers[m->sites[l->site].provider];
	bool over = l->ends < m->today;

	whose(m, l, ch);
	change_int(ch, "referral", l->referral);
	change_int(ch, "provider", p->id);
	change_int(ch, "site", m->sites[l->site].id);
	if (p->contract[l->service] != 0)
		change_int(ch, "contract", p->contract[l->service]);
	if (l->service == PKT)
		change_int(ch, "stage", m->stage[0]);
	change_int(ch, "starts", l->started);
	if (over || planned != CIVIL_NONE)
		change_int(ch, "ends", over ? l->ends : planned);
	if (over)
		change_text(ch, "end_reason", l->end_reason);
	make_act(m, l->who, over ? l->ends : m->day);
	l->told = over;
	TRY(take_over(m, l, ch, over ? "ended" : "active", &l->placement));
	return over ? periods(m, l) : period(m, l, false, l->started, planned);
}

static enum err
start(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	int32_t planned = l->service == PKT
				  ? CIVIL_NONE
				  : civil_add_months(l->signed_on, l->service == SRT ? 24 : 60) - 1;

	l->started = m->day;
	m->report->placed++;
	place_future(m, l, planned);
	if (strcmp(l->end_reason, "died") == 0)
		l->end_reason = "own_wish";
	TRY(entry(m, l, "referred", "referred", l->referred_on));
	TRY(referral(m, l, "started"));
	TRY(placement(m, l, planned));
	/* Of those who are still there the sessions of the last months are told. */
	if (l->session_on != CIVIL_NONE)
		l->session_on = l->told ? CIVIL_NONE : m->today - 125;
	if (l->told)
		life_plan_exactly(m, i, STEP_LIFE, l->ends);
	else
		place_plan(m, i);
	return OK;
}

enum err
plain_arrive(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);

	if (!rng_chance(&m->rng, 60))
		return start(m, i);
	TRY(entry(m, l, "referred", "referred", l->referred_on));
	TRY(referral(m, l, "lapsed"));
	place_give_back(m, i);
	place_over(m, i);
	return OK;
}
