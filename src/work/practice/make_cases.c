/* Applications: who applies, and the way of a case until it can be decided. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "work/practice/make_lives.h"

#define TRIES 24 /* of finding somebody known who may apply */

static const char *const WISHES[] = {
	"Soovin teha käsitööd.",
	"Soovin teenust kodu lähedal, sest bussiühendus on harv.",
	"Eelistan aiatööd ja köögitööd.",
	"Soovin sama kohta, kus mu tuttav juba käib.",
	"Saan tööl käia kolmel päeval nädalas.",
	"Vajan vene keelt kõnelevat juhendajat.",
	"Soovin puutööd, varem olen töötanud tislerina.",
	"Vajan ligipääsu ratastooliga.",
	"Soovin alustada lühema päevaga.",
};
static const char *const CHILD_WISHES[] = {
	"Soovitakse psühholoogi ja loovteraapiat.",	   "Vajalik on logopeed ja eripedagoog.",
	"Sobib teenuseosutaja, kuhu saab koolist jalgsi.", "Pere soovib teenust pärast kella 15.",
	"Vajalik on vene keelt kõnelev spetsialist.",	   "Soovitakse pereteraapiat koos emaga.",
};
static const char *const MISSING[] = {
	"Puudub Töötukassa otsuse koopia.", "Taotlus on allkirjastamata.",
	"Puudub psühhiaatri tõend.",	    "Puudub eestkostja volitust tõendav kohtumäärus.",
	"Puuduvad kontaktandmed.",
};
static const char *const CHILD_MISSING[] = {
	"KOV-i hinnangus puudub põhjendus kognitiivse valdkonna kohta.",
	"Lisamata on juhtumiplaan.",
	"Puudub lapse arvamus.",
	"Puudub teise vanema nõusolek.",
};
static const char *const CHANNELS[] = { "self_service", "eesti_ee", "eesti_ee", "email", "email",
					"email",	"post",	    "office",	"office" };

/* ---- who ---- */

static bool
may_apply(const struct make *m, enum service s, int32_t who, bool busy_too)
{
	const struct human *h = &m->humans[who];
	int age = civil_age(h->birth, m->day);
	enum service other = s == PKT ? TT : PKT;

	if (h->dead || h->open[s])
		return false;
	if (s == SRT)
		return age >= 2 && civil_age(h->birth, m->day + 150) < 18 &&
		       (busy_too || !h->on[SRT]);
	if (age < (s == TT ? 18 : 16) || age > 62)
		return false;
	return busy_too || (!h->on[s] && !h->on[other] && !h->open[other]);
}

static int32_t
somebody_known(struct make *m, enum service s, bool busy_too)
{
	const int32_t *list = s == SRT ? m->children : m->adults;
	size_t n = s == SRT ? m->nchildren : m->nadults;

	for (int i = 0; i < TRIES && n > 0; i++) {
		int32_t who = list[rng_below(&m->rng, (uint32_t)n)];

		if (may_apply(m, s, who, busy_too))
			return who;
	}
	return -1;
}

/* New people come as long as there are more to be made than cases left; each child brings a
 * parent, some adults a guardian. */
static bool
new_face(struct make *m, enum service s)
{
	int64_t people = m->order->persons - m->report->persons;
	int64_t cases = m->order->cases - m->report->cases;

	people = people * 10 / (s == SRT ? 21 : 11);
	if (people < 1)
		return false;
	return cases <= people || (int64_t)rng_below(&m->rng, (uint32_t)cases) < people;
}

static enum err
choose_person(struct make *m, enum service s, int32_t *ret)
{
	int32_t who = -1;

	if (!new_face(m, s)) {
		who = somebody_known(m, s, false);
		if (who < 0)
			who = somebody_known(m, s, true);
	}
	if (who >= 0) {
		*ret = who;
		return OK;
	}
	return s == SRT ? people_child(m, ret) : people_adult(m, s == TT ? 19 : 17, 60, ret);
}

/* ---- what is applied for ---- */

static enum fate
draw_fate(struct make *m, enum service s)
{
	uint32_t n = rng_below(&m->rng, 1000);

	if (n < 35)
		return FATE_WITHDRAW;
	if (n < 55)
		return FATE_UNEXAMINED;
	return n < (s == SRT ? 140u : 190u) ? FATE_REFUSE : FATE_GRANT;
}

/* A right needs significant deficits in two areas at least. */
static void
need_of_child(struct make *m, struct change *ch, bool enough)
{
	static const char *const AREAS[] = { "area_physical", "area_emotional", "area_social",
					     "area_cognitive" };
	int first = (int)rng_below(&m->rng, 4), many = enough ? 2 + (int)rng_below(&m->rng, 2) : 1;

	for (int i = 0; i < 4; i++)
		change_text(ch, AREAS[(first + i) % 4],
			    i < many		       ? "significant"
			    : rng_chance(&m->rng, 550) ? "some"
						       : "none");
	change_text(ch, "earlier", rng_chance(&m->rng, 800) ? "insufficient" : "impossible");
}

static void
wishes(struct make *m, struct change *ch, enum service s, int county)
{
	change_text(ch, "county", m->counties[county].code);
	if (rng_chance(&m->rng, 600))
		change_text(ch, "wishes", s == SRT ? ONE_OF(m, CHILD_WISHES) : ONE_OF(m, WISHES));
	if (!rng_chance(&m->rng, 300))
		return;
	for (int i = 0; i < 6; i++) {
		const struct site *at = &m->sites[rng_below(&m->rng, (uint32_t)m->nsites)];

		if (at->county == county && m->providers[at->provider].gives[s]) {
			change_int(ch, "provider", m->providers[at->provider].id);
			return;
		}
	}
}

/* On which day it is registered: the day it came or the next working day, seldom later. */
static int32_t
registered(struct make *m)
{
	int32_t day = calendar_roll(m->day);

	if (day == m->day && rng_chance(&m->rng, 450))
		day = calendar_add_working(day, 1);
	return rng_chance(&m->rng, 20) ? calendar_add_working(day, 2) : day;
}

static enum err
write_application(struct make *m, struct life *l, struct change *ch, int32_t *ret_registered)
{
	const struct human *h = &m->humans[l->person];
	const struct muni *home = &m->munis[h->muni];
	int32_t on = registered(m);
	bool sent = l->service == SRT;

	if (sent) {
		change_text(ch, "channel", rng_chance(&m->rng, 750) ? "star" : "municipality");
		change_int(ch, "sender", home->org);
		on = m->day;
	} else if (rng_chance(&m->rng, 60)) {
		change_text(ch, "channel", "municipality");
		change_int(ch, "sender", home->org);
	} else {
		change_text(ch, "channel", ONE_OF(m, CHANNELS));
	}
	change_int(ch, "person", h->id);
	if (h->parent >= 0)
		change_int(ch, "representative", m->humans[h->parent].id);
	change_int(ch, "service", m->service[l->service]);
	change_int(ch, "arrived", m->day);
	*ret_registered = on < m->today ? on : m->today;
	change_int(ch, "registered", *ret_registered);
	ch->unit = l->service == SRT ? m->unit_d : m->unit_b;
	ch->unit_given = true;
	make_act(m, sent ? &home->worker : l->who, *ret_registered);
	return make_create(m, ch, &l->app);
}

/* When it will be signed: mostly well before it is due, now and then late. Near the last day of
 * the data some are left lying, so that there is something due. */
static int32_t
sign_day(struct make *m, const struct life *l)
{
	bool child = l->service == SRT;
	int term = child ? 10 : 40, days;
	int32_t due, from = l->complete > l->arrived ? l->complete : calendar_roll(l->arrived);

	days = (int)(child ? rng_around(&m->rng, 6, 2) : rng_around(&m->rng, 27, 7));
	days = days < 2 ? 2 : days >= term ? term - 1 : days;
	if (rng_chance(&m->rng, child ? 30 : 40))
		days = term + 1 + (int)rng_below(&m->rng, child ? 4 : 12);
	due = calendar_add_working(from, term);
	if (due >= m->today - 5 && due <= m->today + 3 &&
	    (due >= m->today - 1 || rng_chance(&m->rng, 600)))
		return m->today + 1 + (int32_t)rng_below(&m->rng, 5);
	return calendar_add_working(from, days);
}

/* Nothing is written before it is decided. */
static enum err
arrive_plainly(struct make *m, struct life *l)
{
	int32_t i;

	if (l->fate == FATE_UNEXAMINED)
		l->fate = FATE_REFUSE;
	l->complete = calendar_roll(m->day);
	l->sign_on =
		l->changeover ? l->start_on - 3 - (int32_t)rng_below(&m->rng, 10) : sign_day(m, l);
	i = life_new(m, l);
	life_plan(m, i, STEP_DRAFT, l->sign_on);
	return OK;
}

/* Of what is due about the last day most lies with those whom practice users sign in as. */
static const struct act *
handler(struct make *m, enum service s)
{
	int32_t due = calendar_add_working(calendar_roll(m->day), s == SRT ? 10 : 40);

	if (due < m->today - 4 || due > m->today + 5 || rng_chance(&m->rng, 350))
		return s == SRT ? make_child_coordinator(m) : make_coordinator(m);
	return s == SRT ? &m->child[0] : &m->coordinator[0];
}

static enum err
arrive(struct make *m, enum service s, int32_t person, int32_t start_on, bool seeded)
{
	struct life l = { .service = s,
			  .person = person,
			  .arrived = m->day,
			  .start_on = start_on,
			  .changeover = start_on != CIVIL_NONE,
			  .seeded = seeded,
			  .site = -1 };
	struct change *ch;
	int32_t i, registered;

	l.who = handler(m, s);
	make_act(m, l.who, m->day);
	if (person < 0)
		TRY(choose_person(m, s, &l.person));
	l.fate = l.changeover ? (rng_chance(&m->rng, 50) ? FATE_REFUSE : FATE_GRANT)
			      : draw_fate(m, s);
	/* Who is on the service already has no second right to it. */
	if (!l.changeover && l.fate == FATE_GRANT && !may_apply(m, s, l.person, false))
		l.fate = FATE_REFUSE;
	if (seeded)
		l.fate = FATE_GRANT;
	l.plain = m->day < m->detail_from;
	l.missing = l.fate == FATE_UNEXAMINED || rng_chance(&m->rng, s == SRT ? 120 : 210);
	m->report->cases++;
	m->humans[l.person].open[s] = true;
	if (l.plain)
		return arrive_plainly(m, &l);
	ch = change_new(m->cx, "application");
	if (s == SRT)
		need_of_child(m, ch, l.fate != FATE_REFUSE || rng_chance(&m->rng, 300));
	wishes(m, ch, s, make_wished_county(m, m->munis[m->humans[l.person].muni].county));
	TRY(write_application(m, &l, ch, &registered));
	i = life_new(m, &l);
	life_plan(m, i, STEP_TAKE,
		  registered + (registered > m->day) + (int32_t)rng_below(&m->rng, 3));
	return OK;
}

enum err
case_arrive(struct make *m, enum service s, int32_t person, int32_t start_on)
{
	return arrive(m, s, person, start_on, false);
}

enum err
case_grown_up(struct make *m, int32_t person)
{
	return arrive(m, TT, person, CIVIL_NONE, true);
}

/* ---- the way to a decision ---- */

/* A day within so many working days from today on. */
static int32_t
soon(struct make *m, int least, int most)
{
	return calendar_add_working(calendar_roll(m->day), (int)rng_between(&m->rng, least, most));
}

static enum err
take(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "application");

	/* Some of the last days' still lie in the unit's box. */
	if (m->today - m->day < 6 && rng_chance(&m->rng, 500)) {
		life_plan(m, i, STEP_TAKE, m->today + 1);
		return OK;
	}
	make_act(m, l->who, m->day);
	ch->responsible = l->who->user;
	ch->responsible_given = true;
	TRY(make_move(m, "application", l->app, "take", ch));
	if (l->fate == FATE_WITHDRAW && rng_chance(&m->rng, 400))
		life_plan(m, i, STEP_WITHDRAW, soon(m, 1, 8));
	else if (l->missing)
		life_plan(m, i, STEP_ASK, soon(m, 0, 4));
	else
		life_plan(m, i, STEP_ACCEPT, soon(m, 0, l->service == SRT ? 1 : 3));
	return OK;
}

static enum err
ask(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "application");
	int32_t fix_by = calendar_add_working(m->day, 10);

	make_act(m, l->who, m->day);
	change_text(ch, "missing",
		    l->service == SRT ? ONE_OF(m, CHILD_MISSING) : ONE_OF(m, MISSING));
	change_int(ch, "fix_by", fix_by);
	TRY(make_move(m, "application", l->app, "ask_missing", ch));
	if (l->fate == FATE_UNEXAMINED) {
		l->sign_on = calendar_add_working(fix_by, 2 + (int)rng_below(&m->rng, 5));
		life_plan(m, i, STEP_DRAFT, l->sign_on);
	} else if (l->fate == FATE_WITHDRAW) {
		life_plan(m, i, STEP_WITHDRAW, soon(m, 2, 9));
	} else {
		life_plan(m, i, STEP_SUPPLY, soon(m, 2, 12));
	}
	return OK;
}

static enum err
accept(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct change *ch = change_new(m->cx, "application");
	struct record *app;
	int32_t check;

	make_act(m, l->who, m->day);
	ch->responsible = l->who->user;
	ch->responsible_given = true;
	TRY(make_move(m, "application", l->app, "accept", ch));
	TRY(record_get(m->cx, "application", l->app, &app));
	l->complete = record_date(app, "complete");
	if (l->fate == FATE_WITHDRAW) {
		life_plan(m, i, STEP_WITHDRAW, soon(m, 2, 15));
		return OK;
	}
	l->sign_on =
		l->changeover ? l->start_on - 3 - (int32_t)rng_below(&m->rng, 10) : sign_day(m, l);
	if (l->sign_on < m->day)
		l->sign_on = m->day;
	check = m->day + (int32_t)rng_below(&m->rng, (uint32_t)(l->sign_on - m->day) + 1);
	life_plan(m, i, STEP_FIND, check);
	return OK;
}

static enum err
supply(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);
	struct record *app;

	make_act(m, l->who, m->day);
	TRY(record_get(m->cx, "application", l->app, &app));
	TRY(record_note(m->cx, app, "Puuduv dokument saabus."));
	m->written++;
	return accept(m, i);
}

static enum err
withdraw(struct make *m, int32_t i)
{
	struct life *l = life_at(m, i);

	make_act(m, l->who, m->day);
	TRY(make_move(m, "application", l->app, "withdraw", NULL));
	m->humans[l->person].open[l->service] = false;
	life_end(m, i);
	return OK;
}

enum err
case_step(struct make *m, int32_t i, enum step step)
{
	static enum err (*const DO[])(struct make *, int32_t) = {
		[STEP_TAKE] = take,	[STEP_ASK] = ask,	    [STEP_SUPPLY] = supply,
		[STEP_ACCEPT] = accept, [STEP_WITHDRAW] = withdraw,
	};

	return DO[step](m, i);
}
