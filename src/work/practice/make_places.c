/* From the right to a service to its end: the queue, referrals, placements, sessions. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "work/practice/make_lives.h"

#define LAPSE_LEFT 75 /* days: referrals that ended since then are not yet recorded as lapsed */
#define CLOSED civil_day(2023, 12, 31) /* sheltered work ended as a project */

static const char PLACED[] = "SELECT sys_id FROM placement WHERE referral = ?1 AND sys_deleted = 0";

static int
county_of(const struct make *m, const struct life *l)
{
	return make_wished_county(m, m->munis[m->humans[l->person].muni].county);
}

/* ---- waiting ---- */

/* A site of the county with a place ready to be offered; the fullest lists go first. */
static int32_t
ready_site(struct make *m, enum service s, int county)
{
	int32_t best = -1;

	for (size_t i = 0; i < m->nsites; i++)
		if (m->sites[i].county == county && m->sites[i].ready[s] > 0 &&
		    (best < 0 || m->sites[i].ready[s] > m->sites[best].ready[s]))
			best = (int32_t)i;
	return best;
}

/* The place is kept for them until they are referred. */
static void
reserve(struct make *m, int32_t i, int32_t site, int32_t day)
{
	struct life *l = life_at(m, i);

	l->site = site;
	l->waiting = false;
	m->sites[site].ready[l->service]--;
	life_plan(m, i, STEP_REFER, day);
}

/* Any site, where the county has none: a child's parents drive, or the board finds one. */
static int32_t
site_for(struct make *m, const struct life *l)
{
	int32_t site = ready_site(m, l->service, county_of(m, l));

	for (size_t c = 0; site < 0 && (l->service == SRT || l->seeded) && c < m->ncounties; c++)
		site = ready_site(m, l->service, (int)c);
	return site;
}

enum err
place_wait(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	int32_t site, day = m->day + 1 + (int32_t)rng_below(&m->rng, l->service == SRT ? 16 : 9);

	if (l->changeover && l->start_on > m->day)
		day = l->start_on;
	if (l->service == PKT && m->day > civil_day(2023, 11, 20)) {
		life_plan(m, i, STEP_LEAVE_QUEUE, civil_day(2023, 12, 29));
		return OK;
	}
	site = site_for(m, l);
	if (site >= 0) {
		reserve(m, i, site, day);
		return OK;
	}
	if (l->service == SRT) { /* every place is taken: looked for again later */
		l->waiting = true;
		line_join(m, &m->lives->lines[SRT][0], i);
		return OK;
	}
	l->waiting = true;
	line_join(m, &m->lives->lines[l->service][county_of(m, l)], i);
	if (l->service == PKT)
		life_plan(m, i, STEP_LEAVE_QUEUE, civil_day(2023, 12, 29));
	else if (rng_chance(&m->rng, 60))
		life_plan(m, i, STEP_LEAVE_QUEUE, m->day + (int32_t)rng_between(&m->rng, 40, 500));
	return OK;
}

static void
line_drop(struct line *q, int32_t life)
{
	size_t at = q->head;

	while (at < q->n && q->life[at] != life)
		at++;
	if (at == q->n)
		return;
	memmove(q->life + at, q->life + at + 1, (q->n - at - 1) * sizeof(*q->life));
	q->n--;
}

enum err
place_offer(struct make *m, int32_t site_and_service)
{
	int32_t at = site_and_service / SERVICES;
	enum service s = (enum service)(site_and_service % SERVICES);
	struct line *q = &m->lives->lines[s][s == SRT ? 0 : m->sites[at].county];

	m->sites[at].ready[s]++;
	if (q->head == q->n || (s == PKT && m->day > civil_day(2023, 11, 20)))
		return OK;
	reserve(m, q->life[q->head++], at, m->day + (int32_t)rng_below(&m->rng, 6));
	return OK;
}

/* The place is free; before it is offered to the next one some days go by. */
void
place_give_back(struct make *m, int32_t i)
{
	const struct life *l = life_at(m, i);
	int32_t days = (int32_t)rng_between(&m->rng, 6, 50);

	life_plan_exactly(m, l->site * SERVICES + (int32_t)l->service, STEP_SLOT, m->day + days);
}

void
place_over(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);

	m->humans[l->person].on[l->service] = false;
	life_end(m, i);
}

static enum err
leave_queue(struct make *m, int32_t i)
{
	static const char *const REASONS[] = { "declined", "declined", "unreachable",
					       "not_eligible", "other" };
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "queue_entry");
	bool closed = l->service == PKT && m->day >= civil_day(2023, 12, 29);
	const char *reason;

	if ((l->entry == 0 && !l->plain) || l->referral != 0 || l->site >= 0)
		return OK;
	reason = closed ? "service_closed" : ONE_OF(m, REASONS);
	line_drop(&m->lives->lines[l->service][county_of(m, l)], i);
	make_act(m, l->who, m->day);
	change_text(ch, "reason", reason);
	if (l->plain)
		TRY(plain_leave_queue(m, i, reason));
	else
		TRY(make_move(m, "queue_entry", l->entry, "remove", ch));
	place_over(m, i);
	return OK;
}

/* ---- referral ---- */

static void
plan_arrival(struct make *m, int32_t i)
{
	enum service s = life_at(m, i)->service;
	int64_t days = s == SRT	 ? rng_between(&m->rng, 3, 45)
		       : s == TT ? rng_below(&m->rng, 4)
				 : rng_between(&m->rng, 1, 20);

	life_plan_exactly(m, i, STEP_ARRIVE, m->day + (int32_t)days);
}

static enum err
refer(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "referral");
	const struct provider *p = &m->providers[m->sites[l->site].provider];

	plan_arrival(m, i);
	l->referred_on = m->day;
	if (l->plain)
		return OK;
	make_act(m, l->who, m->day);
	change_int(ch, "person", m->humans[l->person].id);
	change_int(ch, "service", m->service[l->service]);
	change_int(ch, "decision", l->decision);
	if (l->entry != 0)
		change_int(ch, "queue_entry", l->entry);
	change_int(ch, "provider", p->id);
	change_int(ch, "site", m->sites[l->site].id);
	change_int(ch, "issued_on", m->day);
	ch->unit = l->service == SRT ? m->unit_d : m->unit_b;
	ch->unit_given = true;
	ch->responsible = l->who->user;
	ch->responsible_given = true;
	return make_create(m, ch, &l->referral);
}

/* How a placement goes on is drawn at its start; of children's ones each lasts two years at most.
 */
void
place_future(struct make *m, struct life *l, int32_t planned)
{
	static const char *const WORK[] = { "own_wish",
					    "own_wish",
					    "own_wish",
					    "open_labour_market",
					    "work_ability_changed",
					    "unreachable",
					    "pension_age",
					    "died" };
	static const char *const CHILD[] = { "completed", "completed", "completed", "own_wish",
					     "unreachable" };
	int32_t s = l->started, most = s + 720;

	l->pause_on = l->resume_on = l->next_on[0] = l->next_on[1] = CIVIL_NONE;
	if (l->service == SRT) {
		l->ends = s + (int32_t)rng_between(&m->rng, 120, 700);
		l->ends = l->ends > most ? most : l->ends;
		l->end_reason = ONE_OF(m, CHILD);
	} else {
		/* Most stay for years; about a third leave within one. */
		l->ends = s + (rng_chance(&m->rng, 330) ? (int32_t)rng_between(&m->rng, 40, 365)
							: (int32_t)rng_between(&m->rng, 366, 2200));
		l->end_reason = ONE_OF(m, WORK);
	}
	if (l->service == PKT) {
		int months = s < civil_day(2022, 2, 7) ? 6 : 4;

		l->next_on[0] = civil_add_months(s, months) - (int32_t)rng_below(&m->rng, 50);
		if (rng_chance(&m->rng, 140)) {
			l->ends = l->next_on[0];
			l->end_reason = "stage_without_ability";
		}
		if (rng_chance(&m->rng, 30))
			l->next_on[1] = l->next_on[0] + (int32_t)rng_between(&m->rng, 200, 900);
		if (l->ends > CLOSED) {
			l->ends = CLOSED;
			l->end_reason = "service_closed";
		}
	}
	if (rng_chance(&m->rng, 160) && l->ends - s > 150) {
		l->pause_on = s + (int32_t)rng_between(&m->rng, 60, l->ends - s - 40);
		l->resume_on = l->pause_on + (int32_t)rng_between(&m->rng, 10, 60);
	}
	/* Of those let in too early nothing changes: the bar found later would refuse it. */
	if (l->changeover && s < civil_day(2024, 1, 1)) {
		l->ends = m->today + 400;
		l->pause_on = l->resume_on = CIVIL_NONE;
	}
	l->session_on = l->service == SRT ? s : CIVIL_NONE;
	if (planned != CIVIL_NONE && l->ends >= planned) {
		l->ends = planned;
		l->end_reason = "completed";
	}
}

/* The earliest of what is to come. */
void
place_plan(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	int32_t day = l->ends;

	for (int k = 0; k < 2; k++)
		if (l->next_on[k] != CIVIL_NONE && l->next_on[k] < day)
			day = l->next_on[k];
	if (l->pause_on != CIVIL_NONE && l->pause_on < day)
		day = l->pause_on;
	if (l->resume_on != CIVIL_NONE && l->resume_on < day)
		day = l->resume_on;
	if (l->session_on != CIVIL_NONE && l->session_on < day)
		day = l->session_on;
	life_plan_exactly(m, i, STEP_LIFE, day > m->day ? day : m->day + 1);
}

static enum err
start(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "referral");
	const struct provider *p = &m->providers[m->sites[l->site].provider];
	struct record *placement;

	make_act(m, &p->rep, m->day);
	change_int(ch, "started_on", m->day);
	TRY(make_move(m, "referral", l->referral, "start", ch));
	if (db_get_int(m->cx, PLACED, DB_ARGS(db_int(l->referral)), &l->placement) != OK) {
		/* The field of work that makes placements is not part of this program. */
		if (m->cx->error.code != ERR_NOTFOUND)
			return m->cx->error.code;
		ctx_forgive(m->cx);
		life_end(m, i);
		return OK;
	}
	l->started = m->day;
	m->report->placed++;
	TRY(record_get(m->cx, "placement", l->placement, &placement));
	place_future(m, l, record_date(placement, "ends"));
	place_plan(m, i);
	return OK;
}

/* Most come; some do not, and the right lapses; a few are told otherwise. */
static enum err
arrive(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct record *r;
	int32_t last;
	uint32_t n = rng_below(&m->rng, 1000);

	if (l->plain)
		return plain_arrive(m, i);
	TRY(record_get(m->cx, "referral", l->referral, &r));
	last = record_date(r, "start_by");
	if (last == CIVIL_NONE)
		last = m->day + 30;
	if (l->changeover || (n < 930 && m->day <= last))
		return start(m, i);
	if (n >= 975) {
		struct change *ch = change_new(m->cx, "referral");

		make_act(m, l->who, m->day);
		change_text(ch, "cancel_reason", "Osutaja ei saa sel ajal teenust alustada.");
		TRY(make_move(m, "referral", l->referral, "cancel", ch));
		place_give_back(m, i);
		l->referral = 0;
		l->site = -1;
		return place_wait(m, i);
	}
	if (m->day <= last) { /* nobody came: it is seen some days after the term */
		life_plan(m, i, STEP_ARRIVE, last + 1 + (int32_t)rng_below(&m->rng, 4));
		return OK;
	}
	if (m->day > m->today - LAPSE_LEFT) { /* the last ones wait for whoever practises */
		life_plan(m, i, STEP_ARRIVE, m->today + 1);
		return OK;
	}
	make_act(m, l->who, m->day);
	TRY(make_move(m, "referral", l->referral, "lapse", NULL));
	place_give_back(m, i);
	place_over(m, i);
	return OK;
}

/* ---- on the service ---- */

static enum err
dated_move(struct make *m, const struct life *l, const char *move, const char *reason)
{
	struct change *ch = change_new(m->cx, "placement");

	make_act(m, &m->providers[m->sites[l->site].provider].rep, m->day);
	change_int(ch, "changed_on", m->day);
	if (reason != NULL)
		change_text(ch, "change_reason", reason);
	if (strcmp(move, "next_stage") == 0)
		change_int(ch, "stage", m->stage[l->stage]);
	return make_move(m, "placement", l->placement, move, ch);
}

static enum err
died(struct make *m, struct human *h, int32_t day)
{
	const struct type *t = types_get(m->cx->world->types, "person");
	struct change *ch = change_of(m->cx, t);

	h->dead = true;
	change_int(ch, "died", day);
	m->written++;
	return record_edit(m->cx, t, h->id, 0, ch);
}

/* Does the human still wait for something else? */
static bool
waits_elsewhere(const struct human *h, enum service s)
{
	bool waits = false;

	for (int k = 0; k < SERVICES; k++)
		waits = waits || h->open[k] || (k != (int)s && h->on[k]);
	return waits;
}

static enum err
finish(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "placement");
	int32_t last = l->ends < m->day ? l->ends : m->day;

	if (l->told) {
		m->humans[l->person].left_on[l->service] = l->ends;
		place_give_back(m, i);
		place_over(m, i);
		return OK;
	}
	if (strcmp(l->end_reason, "died") == 0 &&
	    waits_elsewhere(&m->humans[l->person], l->service))
		l->end_reason = "own_wish";
	make_act(m, l->who, m->day);
	change_int(ch, "ends", last);
	change_text(ch, "end_reason", l->end_reason);
	TRY(make_move(m, "placement", l->placement, "finish", ch));
	m->humans[l->person].left_on[l->service] = last;
	if (strcmp(l->end_reason, "died") == 0)
		TRY(died(m, &m->humans[l->person], last));
	if (l->service != PKT || m->day < civil_day(2023, 11, 1))
		place_give_back(m, i);
	place_over(m, i);
	return OK;
}

/* One meeting, now and then two in a week; children's summers are long. */
static enum err
session(struct make *m, struct life *l)
{
	static const struct {
		const char *code, *who, *what;
		int minutes;
	} KINDS[] = {
		{ "2010", "psühholoog", "Tunnete äratundmine ja nimetamine, ärevuse hindamine.",
		  60 },
		{ "2010", "psühholoog", "Nõustamine koos vanemaga.", 90 },
		{ "2013", "logopeed", "Häälduse ja sõnavara harjutused.", 45 },
		{ "2007", "eripedagoog", "Tähelepanu ja lugemise harjutused.", 45 },
		{ "2019", "loovterapeut", "Loovtöö, enesekehtestamine.", 60 },
		{ "2012", "psühholoog", "Sotsiaalsete oskuste rühm.", 90 },
		{ "2004", "sotsiaaltöötaja", "Võrgustikutöö pere ja kooliga.", 60 },
		{ "2003", "tegevusterapeut", "Igapäevaoskuste harjutamine.", 60 },
	};
	size_t k = rng_below(&m->rng, sizeof(KINDS) / sizeof(*KINDS));
	struct change *ch = change_new(m->cx, "rehab_session");
	int64_t id;

	make_act(m, &m->providers[m->sites[l->site].provider].rep, m->day);
	change_int(ch, "placement", l->placement);
	change_int(ch, "person", m->humans[l->person].id);
	change_int(ch, "held_on", m->day);
	change_text(ch, "code", KINDS[k].code);
	change_int(ch, "minutes", KINDS[k].minutes);
	change_int(ch, "participants", strcmp(KINDS[k].code, "2012") == 0 ? 4 : 1);
	change_text(ch, "specialist", KINDS[k].who);
	change_text(ch, "content", KINDS[k].what);
	return make_create(m, ch, &id);
}

/* Sessions of the last months are told one by one, of earlier ones a few. */
static enum err
sessions(struct make *m, struct life *l)
{
	int32_t wait = m->day > m->today - 130 ? (int32_t)rng_between(&m->rng, 5, 16)
					       : (int32_t)rng_between(&m->rng, 60, 200);

	l->session_on = calendar_roll(m->day + wait);
	if (!calendar_working(m->day) || l->paused)
		return OK;
	return session(m, l);
}

static enum err
live(struct make *m, int32_t i)
{
	static const char *const PAUSES[] = { "Haiglaravi", "Puhkus", "Ajutine elukohavahetus",
					      "Pereliikme hooldamine" };
	struct life *l = life_at(m, i);

	if (l->ends <= m->day)
		return finish(m, i);
	if (l->session_on != CIVIL_NONE && l->session_on <= m->day)
		TRY(sessions(m, l));
	if (l->resume_on != CIVIL_NONE && l->resume_on <= m->day) {
		if (l->paused)
			TRY(dated_move(m, l, "resume", NULL));
		l->paused = false;
		l->resume_on = CIVIL_NONE;
	} else if (l->pause_on != CIVIL_NONE && l->pause_on <= m->day) {
		TRY(dated_move(m, l, "pause", ONE_OF(m, PAUSES)));
		l->paused = true;
		l->pause_on = CIVIL_NONE;
	} else if (!l->paused) {
		for (int k = 0; k < 2; k++)
			if (l->next_on[k] != CIVIL_NONE && l->next_on[k] <= m->day) {
				l->next_on[k] = CIVIL_NONE;
				l->stage++;
				TRY(dated_move(m, l, "next_stage", NULL));
				break;
			}
	}
	place_plan(m, i);
	return OK;
}

/* Everybody at a provider goes over to its next contract. */
enum err
place_roll_over(struct make *m, size_t provider, enum service s)
{
	const struct type *t = types_get(m->cx->world->types, "placement");

	make_act(m, make_coordinator(m), m->day);
	for (size_t i = 0; i < m->lives->n; i++) {
		const struct life *l = &m->lives->at[i];
		struct change *ch;

		if (!l->live || l->told || l->placement == 0 || l->service != s ||
		    m->sites[l->site].provider != (int)provider)
			continue;
		ch = change_of(m->cx, t);
		change_int(ch, "contract", m->providers[provider].contract[s]);
		ch->note = "Uus leping";
		m->written++;
		TRY(record_edit(m->cx, t, l->placement, 0, ch));
	}
	return OK;
}

enum err
place_step(struct make *m, int32_t i, enum step step)
{
	switch (step) {
	case STEP_LEAVE_QUEUE:
		return leave_queue(m, i);
	case STEP_REFER:
		return refer(m, i);
	case STEP_ARRIVE:
		return arrive(m, i);
	case STEP_LIFE:
		return live(m, i);
	case STEP_TAKE:
	case STEP_ASK:
	case STEP_SUPPLY:
	case STEP_ACCEPT:
	case STEP_WITHDRAW:
	case STEP_FIND:
	case STEP_DRAFT:
	case STEP_SIGN:
	case STEP_SEND:
	case STEP_DELIVER:
	case STEP_SLOT:
	case STEPS:
		break;
	}
	BUG("a step of another part");
}
