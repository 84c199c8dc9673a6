/* What is around the cases: tasks, partners, data confirmed by providers, notes on the timeline. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "work/practice/make_int.h"

#define LONG_CASE 200 /* notes on a case of which there is much to tell */

static const char ORGANISATIONS[] = "SELECT sys_id, name FROM organisation WHERE kind = 'other' "
				    "ORDER BY sys_id LIMIT 8";
static const char NEXT_CASE[] = "SELECT sys_id FROM application WHERE sys_id >= ?1 AND sys_deleted "
				"= 0 ORDER BY sys_id LIMIT 1";
static const char EVENTS[] = "SELECT count(*) FROM sys_history";

/* ---- tasks and partners ---- */

static const struct {
	const char *title, *what;
} TASKS[] = {
	{ "Järjekorra ülevaade juhatusele",
	  "Mitu inimest ootab maakonniti, kui kaua, mis on muutunud." },
	{ "Osutajate infopäeva kava", "Ettepanekud teemadeks ja esinejateks." },
	{ "Taotluse vormi parandused", "Koonda konsultantide märkused." },
	{ "Vastus kohaliku omavalitsuse päringule", "Päring teenuse tingimuste kohta." },
	{ "Kontrolli Ida-Viru kohtade andmeid", "Osutaja teatas kahe koha vähendamisest." },
	{ "Lepingu lisa ettevalmistamine", "Kohtade arv suureneb järgmisest kvartalist." },
	{ "Kuuaruannete ülevaatamine", "Vaata üle eelmise kuu tagastatud read." },
	{ "Uue kolleegi juhendamine", "Tutvusta järjekorra pidamist ja suunamist." },
	{ "Hinnamuudatuse teade osutajatele", "Tagasiulatuv hind jaanuarist." },
	{ "Statistika: kes jäi teenusele", "Eelmise aasta lõpetanud, põhjuste kaupa." },
	{ "Vaide materjalide kokkupanek", "Otsuse alused ja kirjavahetus." },
	{ "Koostöökohtumine Töötukassaga", "Üleminek lühiajaliselt teenuselt." },
};

static const char *const RESULTS[] = {
	"Tehtud, kokkuvõte saadetud.",
	"Tehtud. Kaks küsimust jäi lahtiseks.",
	"Ülevaade on jagatud ja juhiga läbi räägitud.",
};

/* A task given some weeks ago at most: some are over time, some wait to be accepted. */
static enum err
task(struct make *m, size_t i)
{
	struct change *ch = change_new(m->cx, "task"), *done = change_new(m->cx, "task");
	const struct act *giver = &m->manager, *doer = make_coordinator(m);
	int32_t given = m->today - (int32_t)rng_between(&m->rng, 2, 45);
	int32_t due = calendar_roll(given + (int32_t)rng_between(&m->rng, 5, 35));
	uint32_t n = rng_below(&m->rng, 100);
	int64_t id;

	if (i % 4 == 3) {
		giver = &m->child[1];
		doer = &m->child[0];
	}
	make_act(m, giver, given);
	change_text(ch, "title", TASKS[i % (sizeof(TASKS) / sizeof(*TASKS))].title);
	change_text(ch, "what", TASKS[i % (sizeof(TASKS) / sizeof(*TASKS))].what);
	change_int(ch, "doer", doer->user);
	change_int(ch, "due", due);
	TRY(make_create(m, ch, &id));
	if (n < 18 && due >= m->today - 4)
		return OK;
	make_act(m, doer, given + 1);
	TRY(make_move(m, "task", id, "start", NULL));
	if (n < 30)
		return OK;
	make_act(m, doer, due < m->today ? due : m->today);
	change_text(done, "result", ONE_OF(m, RESULTS));
	TRY(make_move(m, "task", id, "finish", done));
	if (n < 65)
		return OK;
	make_act(m, giver, due + 1 < m->today ? due + 1 : m->today);
	return make_move(m, "task", id, "accept", NULL);
}

static enum err
partner(struct make *m, const char *name, int64_t organisation, const char *field, const char *note)
{
	struct change *ch = change_new(m->cx, "partner");
	int64_t id;

	change_text(ch, "name", name);
	if (organisation != 0)
		change_int(ch, "organisation", organisation);
	change_text(ch, "field", field);
	change_int(ch, "since", m->today - (int32_t)rng_between(&m->rng, 200, 2500));
	change_text(ch, "contact", make_phone(m));
	change_text(ch, "note", note);
	return make_create(m, ch, &id);
}

static enum err
partners(struct make *m)
{
	static const struct {
		const char *name, *field, *note;
	} GROUPS[] = {
		{ "Puuetega inimeste ümarlaud", "advocacy", "Kohtume kord kvartalis." },
		{ "Erihoolekande osutajate võrgustik", "services",
		  "Infopäevad kevadel ja sügisel." },
		{ "Maakonna lastekaitse ümarlaud", "child_protection",
		  "Juhtumite arutelu, isikuandmeteta." },
		{ "Psühhiaatriakliiniku sotsiaaltöötajad", "health",
		  "Suunamised pärast haiglaravi." },
		{ "Kutsehariduskeskuste tugirühm", "education", "Õpilaste üleminek tööle." },
		{ "Kaitstud töö mõju uuring", "research", "Andmed antakse välja isikustamata." },
	};
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	make_act(m, &m->coordinator[0], m->today - 30);
	for (size_t i = 0; i < sizeof(GROUPS) / sizeof(*GROUPS); i++)
		TRY(partner(m, GROUPS[i].name, 0, GROUPS[i].field, GROUPS[i].note));
	TRY(db_query(m->cx, ORGANISATIONS, DB_NONE, &q));
	for (;;) {
		TRY(stmt_step(m->cx, q, &row));
		if (!row)
			return OK;
		TRY(partner(m, stmt_copy(m->cx, q, 1), stmt_int(q, 0), "employment",
			    "Andmevahetus ja ühised koolitused."));
	}
}

/* ---- providers confirm what the register says of them, most of them in time ---- */

static enum err
confirmations(struct make *m)
{
	for (size_t i = 0; i < m->nproviders; i++) {
		make_act(m, &m->providers[i].rep, m->today - (int32_t)rng_below(&m->rng, 108));
		if (!rng_chance(&m->rng, 70))
			TRY(make_move(m, "organisation", m->providers[i].id, "confirm", NULL));
	}
	for (size_t i = 0; i < m->nsites; i++) {
		const struct type *t = types_get(m->cx->world->types, "site");
		struct change *ch = change_of(m->cx, t);

		make_act(m, &m->providers[m->sites[i].provider].rep,
			 m->today - (int32_t)rng_below(&m->rng, 104));
		if (rng_chance(&m->rng, 700)) {
			change_int(ch, "first_free",
				   m->today + (int32_t)rng_between(&m->rng, -20, 60));
			TRY(record_edit(m->cx, t, m->sites[i].id, 0, ch));
		}
		if (!rng_chance(&m->rng, 90))
			TRY(make_move(m, "site", m->sites[i].id, "confirm", NULL));
	}
	return OK;
}

enum err
make_extras(struct make *m)
{
	size_t n = 24 + (size_t)(m->order->cases / 500);

	TRY(partners(m));
	for (size_t i = 0; i < n && i < 400; i++)
		TRY(task(m, i));
	return confirmations(m);
}

/* ---- notes ---- */

static const char *const NOTES[] = {
	"Helistasin, ei vastanud. Proovin homme uuesti.",
	"Rääkisin esindajaga. Lubas puuduva dokumendi saata nädala lõpuks.",
	"Osutaja küsis, kas tööpäev võib alata kell 10. Sobib.",
	"Isik soovib esmalt kohta vaatama minna. Leppisin osutajaga kokku.",
	"KOV-i töötaja andis teada, et transport on korraldatud.",
	"Kontrollisin registrist töövõime otsuse kehtivust.",
	"Saatsin tingimuste selgituse lihtsas keeles.",
	"Osutaja teatas, et koht vabaneb järgmisel kuul.",
	"Vanem palus kõne pärast kella 16.",
	"Võrgustikukohtumine: lepiti kokku järgmised sammud.",
	"Isik kinnitas, et ootab edasi.",
	"Täpsustasin kontaktandmed.",
	"Arutasin kolleegiga, seisukoht on sama.",
	"Meeldetuletus saadetud.",
};

static enum err
note(struct make *m, const struct record *app)
{
	int32_t from = civil_in_tallinn(app->created).day;
	int32_t day = from + (int32_t)rng_below(&m->rng, 150);

	make_act(m, make_coordinator(m), day < m->today ? day : m->today);
	m->written++;
	return record_note(m->cx, app, ONE_OF(m, NOTES));
}

/* Notes on one case after another, until a closure's worth is written. A case in a hundred is one
 * of which there is much to tell. */
static enum err
notes_on(struct make *m, int64_t id)
{
	struct record *app;
	int64_t n = m->note_every;

	TRY(record_get(m->cx, "application", id, &app));
	if (m->noted_cases++ % 100 == 57)
		n = m->long_notes;
	else if (n == 0)
		n = rng_chance(&m->rng, 450);
	for (int64_t i = 0; i < n && m->notes_left > 0; i++, m->notes_left--)
		TRY(note(m, app));
	return OK;
}

enum err
make_notes(struct make *m)
{
	while (m->written < AT_ONCE && m->notes_left > 0) {
		int64_t id = 0;

		if (db_get_int(m->cx, NEXT_CASE, DB_ARGS(db_int(m->next_noted)), &id) != OK) {
			if (m->cx->error.code != ERR_NOTFOUND)
				return m->cx->error.code;
			ctx_forgive(m->cx);
			m->next_noted = 0;
			/* Round again only where rows were ordered that have not come yet. */
			if (m->order->events == 0 || m->report->cases == 0)
				m->notes_left = 0;
			m->note_every++;
			continue;
		}
		TRY(notes_on(m, id));
		m->next_noted = id + 1;
	}
	return OK;
}

/* How many: as ordered, or about one for every other case and a few long stories. */
enum err
make_notes_plan(struct make *m)
{
	int64_t now, heavy = m->order->cases / 100 + 1;

	TRY(db_get_int(m->cx, EVENTS, DB_NONE, &now));
	m->notes_left = m->order->events - now;
	if (m->order->events == 0)
		m->notes_left = m->order->cases + heavy * LONG_CASE;
	if (m->notes_left < heavy * LONG_CASE && m->order->events > 0)
		m->notes_left = heavy * LONG_CASE;
	m->long_notes = m->order->events == 0 && m->order->cases > 1000 ? LONG_CASE / 5 : LONG_CASE;
	m->note_every = (m->notes_left - heavy * LONG_CASE) / (m->order->cases + 1);
	return OK;
}
