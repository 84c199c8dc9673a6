/* The catalogue: services with their rules, stages, conditions, barred services, prices. */
#include <string.h>

#include "base/civil.h"
#include "work/practice/make_int.h"

#define DAY(y, m, d) (((y)*100 + (m)) * 100 + (d)) /* 20231231 */
#define NEVER 0

static int32_t
day_of(int packed)
{
	return civil_day(packed / 10000, packed / 100 % 100, packed % 100);
}

static void
from_to(struct change *ch, int from, int to)
{
	change_int(ch, "valid_from", day_of(from));
	if (to != NEVER)
		change_int(ch, "valid_to", day_of(to));
}

/* ---- services and stages ---- */

static const struct {
	const char *code, *name, *starts_by, *queue, *queue_rule, *decision, *arrival,
		*arrival_from;
	const char *cover, *ceiling, *unit, *law, *duty;
	int from, to;
	bool staged;
} SERVICE[SERVICES] = {
	[PKT] = { "PKT", "Pikaajaline kaitstud töötamine", "application", "plain", "QUEUE-DECISION",
		  "PKT-DECISION", "EHK-START", "issued", NULL, NULL, "day",
		  "Sotsiaalkaitseministri 18.09.2022 käskkiri nr 118, p 2.1", "B3.1",
		  DAY(2016, 1, 1), DAY(2023, 12, 31), true },
	[TT] = { "TT", "Töötamise toetamine", "application", "plain", "QUEUE-EHK", "EHK-DECISION",
		 "EHK-ARRIVE-3", "issued", "EHK-COVERS", NULL, "day",
		 "Sotsiaalhoolekande seadus § 70, § 91", "B3.1", DAY(2016, 1, 1), NEVER, false },
	[SRT] = { "SRT", "Lapse sotsiaalne rehabilitatsioon", "need", "none", NULL, "R10", "R16",
		  "delivered", "SRT-COVERS", "R25", "session",
		  "Sotsiaalhoolekande seadus § 56, § 59 lg 1 p 2, § 62 lg 3", "D3.1",
		  DAY(2016, 1, 1), NEVER, false },
};

static enum err
service(struct make *m, enum service s)
{
	struct change *ch = change_new(m->cx, "service");

	change_text(ch, "code", SERVICE[s].code);
	change_text(ch, "name", SERVICE[s].name);
	from_to(ch, SERVICE[s].from, SERVICE[s].to);
	change_text(ch, "starts_by", SERVICE[s].starts_by);
	change_text(ch, "queue", SERVICE[s].queue);
	change_text(ch, "queue_rule", SERVICE[s].queue_rule);
	change_text(ch, "decision_rule", SERVICE[s].decision);
	change_text(ch, "arrival_rule", SERVICE[s].arrival);
	change_text(ch, "arrival_from", SERVICE[s].arrival_from);
	if (s == SRT)
		change_text(ch, "pause_rule", "R17");
	change_text(ch, "cover_rule", SERVICE[s].cover);
	change_text(ch, "ceiling_rule", SERVICE[s].ceiling);
	if (s != PKT) /* of the old service it is not known whether one was needed */
		change_text(ch, "licence_rule", "LICENCE");
	change_text(ch, "unit", SERVICE[s].unit);
	change_text(ch, "vat", "exempt");
	change_int(ch, "staged", SERVICE[s].staged);
	change_text(ch, "legal_basis", SERVICE[s].law);
	change_text(ch, "appeal_rule", "R46");
	change_text(ch, "duty", SERVICE[s].duty);
	if (s == PKT)
		change_int(ch, "successor", m->service[TT]);
	return make_create(m, ch, &m->service[s]);
}

static enum err
stages(struct make *m)
{
	static const struct {
		const char *code, *name, *rule;
		int from;
	} STAGE[] = {
		{ "I", "I etapp: hindamine ja tööoskuste kujundamine", "PKT-STAGE1-MAX",
		  DAY(2016, 1, 1) },
		{ "II", "II etapp: töötamine kaitstud tingimustes", NULL, DAY(2016, 1, 1) },
		{ "III", "III etapp: töötamine avatud tööturul", "PKT-STAGE3-MAX",
		  DAY(2017, 11, 1) },
	};

	for (int i = 0; i < 3; i++) {
		struct change *ch = change_new(m->cx, "stage");

		change_int(ch, "service", m->service[PKT]);
		change_text(ch, "code", STAGE[i].code);
		change_text(ch, "name", STAGE[i].name);
		change_int(ch, "ordinal", i + 1);
		change_text(ch, "max_rule", STAGE[i].rule);
		from_to(ch, STAGE[i].from, DAY(2023, 12, 31));
		TRY(make_create(m, ch, &m->stage[i]));
	}
	return OK;
}

/* ---- conditions ---- */

struct wanted {
	enum service service;
	const char *code, *name, *group, *check, *rule, *evidence, *law, *stage;
	int from, to;
	bool confirmed;
};

#define FROM_2016 DAY(2016, 1, 1), NEVER
#define PKT_YEARS DAY(2016, 1, 1), DAY(2023, 12, 31)

static const struct wanted CONDITIONS[] = {
	{ PKT, "VANUS-ALATES", "On vähemalt 16-aastane", NULL, "age_from", "PKT-AGE", "register",
	  "käskkiri nr 118 p 2.1.4", NULL, PKT_YEARS, true },
	{ PKT, "VANUS-KUNI", "Ei ole vanaduspensioniealine", NULL, "age_to", "PENSION-AGE",
	  "register", "käskkiri nr 118 p 2.1.4", NULL, PKT_YEARS, false },
	{ PKT, "TV-PUUDUB", "Töövõime puudub (TVTS)", "töövõime", "manual", NULL,
	  "decision_tootukassa", "TVTS § 5", NULL, PKT_YEARS, true },
	{ PKT, "TV-KAOTUS", "Töövõime kaotus 80–100% (RPKS)", "töövõime", "manual", NULL,
	  "decision_tootukassa", "RPKS § 14", NULL, PKT_YEARS, true },
	{ PKT, "T-PSÜÜHIKA", "Raske, sügava või püsiva kuluga psüühikahäire", "tervis", "manual",
	  NULL, "medical", "käskkiri nr 118 p 2.1.4", NULL, PKT_YEARS, true },
	{ PKT, "T-LIIT", "Liitpuue", "tervis", "manual", NULL, "disability_decision",
	  "käskkiri nr 118 p 2.1.4", NULL, PKT_YEARS, true },
	{ PKT, "T-NÄGEMINE", "Nägemispuue", "tervis", "manual", NULL, "disability_decision",
	  "käskkiri nr 118 p 2.1.4", NULL, PKT_YEARS, true },
	{ PKT, "T-AJU", "Peaajutrauma või ajukahjustust põhjustav haigus", "tervis", "manual", NULL,
	  "medical", "käskkiri nr 118 p 2.1.4", NULL, PKT_YEARS, true },
	{ PKT, "TUNNID", "Jaksab teha tööd keskmiselt 10 tundi nädalas", NULL, "manual", NULL,
	  "assessment", "käskkiri nr 118 p 2.1.4", "II", PKT_YEARS, true },
	{ PKT, "VÄLISTUS", "Ei ole samal ajal välistaval teenusel", NULL, "no_bar", NULL,
	  "register", "käskkiri nr 118 p 2.1.4", NULL, PKT_YEARS, true },
	{ PKT, "ÖÖPÄEV", "Ei saa ööpäevaringset erihooldusteenust", NULL, "manual", NULL,
	  "register", "käskkiri nr 118 p 2.1.4 alap 6", NULL, DAY(2023, 1, 1), DAY(2023, 12, 31),
	  false },
	{ TT, "VANUS-ALATES", "On täisealine", NULL, "age_from", "TT-AGE", "register", "SHS § 70",
	  NULL, FROM_2016, true },
	{ TT, "PSÜÜHIKA", "Raske, sügava või püsiva kuluga psüühikahäire", NULL, "manual", NULL,
	  "medical", "SHS § 70 lg 1", NULL, FROM_2016, true },
	{ TT, "SÕLTUVUS", "Juhtiv häire ei ole sõltuvus ega ainult eakate dementsus", NULL,
	  "manual", NULL, "medical", "SHS § 70 lg 1", NULL, FROM_2016, true },
	{ TT, "VAJADUS", "Muust hoolekande abist ei piisa", NULL, "manual", NULL, "assessment",
	  "SHS § 70 lg 2", NULL, FROM_2016, true },
	{ TT, "VÄLISTUS", "Ei ole samal ajal välistaval teenusel", NULL, "no_bar", NULL, "register",
	  "SHS § 71", NULL, FROM_2016, true },
	{ SRT, "VANUS", "On alla 18-aastane", NULL, "rule", "R24", "register",
	  "LasteKS § 3 lg 2; SHS § 59 lg 1 p 2", NULL, FROM_2016, true },
	{ SRT, "VAJADUS", "KOV on tuvastanud vajaduse: varasem abi ja kaks heaolu valdkonda", NULL,
	  "rule", "R23", "assessment", "SHS § 62 lg 3", NULL, FROM_2016, true },
	{ SRT, "HINDAMINE", "KOV-i abivajaduse hindamine on lisatud", NULL, "manual", NULL,
	  "assessment", "SHS § 61 lg 1; LasteKS § 28", NULL, FROM_2016, true },
	{ SRT, "VÄLISTUS", "Ei ole samal ajal välistaval teenusel", NULL, "no_bar", NULL,
	  "register", "SHS § 56", NULL, FROM_2016, true },
};

static enum err
condition(struct make *m, const struct wanted *w)
{
	struct change *ch = change_new(m->cx, "condition");
	int64_t id;

	change_int(ch, "service", m->service[w->service]);
	change_text(ch, "code", w->code);
	change_text(ch, "name", w->name);
	change_text(ch, "any_of", w->group);
	change_text(ch, "check", w->check);
	change_text(ch, "rule", w->rule);
	change_text(ch, "evidence", w->evidence);
	change_text(ch, "law", w->law);
	change_text(ch, "stage", w->stage);
	from_to(ch, w->from, w->to);
	change_int(ch, "confirmed", w->confirmed);
	return make_create(m, ch, &id);
}

/* ---- services barred with each other ---- */

static const struct {
	enum service service;
	int other; /* SERVICES: one of another body */
	const char *outside, *stages, *law;
	int from, to;
	bool confirmed;
} BARS[] = {
	{ PKT, TT, NULL, NULL, "käskkiri nr 118 p 2.1.4", FROM_2016, true },
	{ PKT, SERVICES, "Lühiajaline kaitstud töö (Töötukassa)", NULL, "käskkiri nr 118 p 2.1.4",
	  FROM_2016, true },
	{ PKT, SERVICES, "Tugiisiku teenus (Töötukassa)", NULL, "osutaja leht", FROM_2016, false },
	{ PKT, SERVICES, "Ööpäevaringne erihooldusteenus", NULL, "käskkiri nr 118 p 2.1.4 alap 6",
	  DAY(2023, 1, 1), DAY(2023, 12, 31), false },
	{ PKT, SERVICES, "Tööleping või võlaõiguslik leping muu tööandjaga", ",I,II,",
	  "käskkiri nr 118 p 2.1.5", FROM_2016, true },
	{ TT, SERVICES, "Lühiajaline kaitstud töö (Töötukassa)", NULL, "SHS § 71", FROM_2016,
	  false },
	{ TT, SERVICES, "Ööpäevaringne erihooldusteenus", NULL, "SHS § 71", DAY(2023, 1, 1), NEVER,
	  false },
};

static enum err
bar(struct make *m, size_t i)
{
	struct change *ch = change_new(m->cx, "service_bar");
	int64_t id;

	change_int(ch, "service", m->service[BARS[i].service]);
	if (BARS[i].other != SERVICES)
		change_int(ch, "other", m->service[BARS[i].other]);
	change_text(ch, "outside", BARS[i].outside);
	change_text(ch, "stages", BARS[i].stages);
	change_text(ch, "law", BARS[i].law);
	from_to(ch, BARS[i].from, BARS[i].to);
	change_int(ch, "confirmed", BARS[i].confirmed);
	return make_create(m, ch, &id);
}

/* The first one was found by an audit, when the project was over. */
#define FOUND_LATE DAY(2024, 2, 12)

static enum err
bars(struct make *m)
{
	for (size_t i = 1; i < sizeof(BARS) / sizeof(*BARS); i++)
		TRY(bar(m, i));
	return OK;
}

enum err
make_late_bar(struct make *m)
{
	if (m->day != day_of(FOUND_LATE))
		return OK;
	make_act(m, &m->manager, m->day);
	return bar(m, 0);
}

/* ---- prices of regulations ---- */

/* Regulation nr 66, annex 1: cents an hour, from 2023 on and the years before. */
static const struct {
	const char *code, *name, *unit;
	int cents, before;
} SESSIONS[] = {
	{ "1001", "Rehabilitatsiooniplaan", "hour", 7152, 6350 },
	{ "2001", "Füsioterapeut, individuaalne", "hour", 2936, 2480 },
	{ "2002", "Füsioterapeut, grupp", "hour", 1044, 880 },
	{ "2003", "Tegevusterapeut, individuaalne", "hour", 2956, 2500 },
	{ "2016", "Tegevusterapeut, grupp", "hour", 1104, 930 },
	{ "2004", "Sotsiaaltöötaja, individuaalne", "hour", 2696, 2280 },
	{ "2006", "Sotsiaaltöötaja, grupp", "hour", 960, 810 },
	{ "2007", "Eripedagoog, individuaalne", "hour", 2856, 2410 },
	{ "2009", "Eripedagoog, grupp", "hour", 1016, 860 },
	{ "2010", "Psühholoog, individuaalne", "hour", 2940, 2480 },
	{ "2012", "Psühholoog, grupp", "hour", 1048, 880 },
	{ "2013", "Logopeed, individuaalne", "hour", 2980, 2520 },
	{ "2015", "Logopeed, grupp", "hour", 1064, 900 },
	{ "2019", "Loovterapeut, individuaalne", "hour", 2888, 2440 },
	{ "2021", "Loovterapeut, grupp", "hour", 960, 810 },
	{ "2022", "Kogemusnõustaja, individuaalne", "hour", 2024, 1710 },
	{ "2025", "Õde, individuaalne", "hour", 2928, 2470 },
	{ "3001", "Majutus", "day", 2397, 2020 },
	{ "3002", "Sõit", "km", 10, 10 },
	{ "4003", "Alla 16-aastase esindaja majutus", "day", 1822, 1540 },
};

struct row {
	enum service service;
	const char *code, *name, *unit;
	int cents, from, to, known;
	bool confirmed;
};

static enum err
price(struct make *m, const struct row *r)
{
	struct change *ch = change_new(m->cx, "price");
	int64_t id;

	change_int(ch, "service", m->service[r->service]);
	change_text(ch, "code", r->code);
	change_text(ch, "name", r->name);
	change_text(ch, "unit", r->unit);
	change_int(ch, "cents", r->cents);
	from_to(ch, r->from, r->to);
	change_int(ch, "known_from", day_of(r->known));
	change_int(ch, "confirmed", r->confirmed);
	return make_create(m, ch, &id);
}

/* Support for working: what was set anew with backward effect has two rows for the same days. */
static const struct row WORK_PRICES[] = {
	{ TT, "TT", "Töötamise toetamine, päev", "day", 1090, DAY(2016, 1, 1), DAY(2023, 12, 31),
	  DAY(2015, 12, 21), true },
	{ TT, "TT", "Töötamise toetamine, päev", "day", 1180, DAY(2024, 1, 1), DAY(2024, 12, 31),
	  DAY(2023, 12, 19), true },
	{ TT, "TT", "Töötamise toetamine, päev", "day", 1240, DAY(2025, 1, 1), DAY(2025, 12, 31),
	  DAY(2024, 12, 17), true },
	{ TT, "TT", "Töötamise toetamine, päev", "day", 1280, DAY(2026, 1, 1), NEVER,
	  DAY(2025, 12, 16), true },
	{ TT, "TT", "Töötamise toetamine, päev (tagasiulatuvalt)", "day", 1315, DAY(2026, 1, 1),
	  NEVER, DAY(2026, 3, 2), true },
};

static enum err
prices(struct make *m)
{
	for (size_t i = 0; i < sizeof(WORK_PRICES) / sizeof(*WORK_PRICES); i++)
		if (day_of(WORK_PRICES[i].known) <= m->today)
			TRY(price(m, &WORK_PRICES[i]));
	for (size_t i = 0; i < sizeof(SESSIONS) / sizeof(*SESSIONS); i++) {
		struct row r = { .service = SRT,
				 .code = SESSIONS[i].code,
				 .name = SESSIONS[i].name,
				 .unit = SESSIONS[i].unit,
				 .cents = SESSIONS[i].before,
				 .from = DAY(2019, 1, 1),
				 .to = DAY(2022, 12, 31),
				 .known = DAY(2018, 12, 20) };

		TRY(price(m, &r));
		r.cents = SESSIONS[i].cents;
		r.from = DAY(2023, 1, 1);
		r.to = NEVER;
		r.known = DAY(2023, 1, 21);
		r.confirmed = true;
		TRY(price(m, &r));
	}
	return OK;
}

enum err
make_services(struct make *m)
{
	make_act(m, &m->manager, civil_day(PRACTICE_FIRST_YEAR, 1, 6));
	TRY(service(m, TT));
	TRY(service(m, PKT));
	TRY(service(m, SRT));
	TRY(stages(m));
	for (size_t i = 0; i < sizeof(CONDITIONS) / sizeof(*CONDITIONS); i++)
		TRY(condition(m, &CONDITIONS[i]));
	TRY(bars(m));
	return prices(m);
}
