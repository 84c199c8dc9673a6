/* Providers: who they are, where they work, how many places they have, under what contract. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "work/practice/make_int.h"

#define PROVIDERS 30
#define SITES_MOST 4 /* of one provider */

static const char *const WORK_KINDS[] = {
	"cleaning", "crafts",  "ceramics", "weaving", "candles", "woodwork",
	"sewing",   "kitchen", "garden",   "laundry", "packing", "caretaking",
};

/* County codes where nobody gives the services: Hiiu. Its people wish for Lääne. */
static const char NO_SITES[] = "0039", INSTEAD[] = "0056";

static int
county_index(const struct make *m, const char *code)
{
	for (size_t i = 0; i < m->ncounties; i++)
		if (strcmp(m->counties[i].code, code) == 0)
			return (int)i;
	return 0;
}

int
make_wished_county(const struct make *m, int county)
{
	return strcmp(m->counties[county].code, NO_SITES) == 0 ? county_index(m, INSTEAD) : county;
}

/* The first providers one a county, so that each has some; then by people. */
static int
county_for(struct make *m, size_t i)
{
	int county;

	if (i > 0 && i <= m->ncounties)
		return make_wished_county(m, (int)i - 1);
	if (i == 0)
		return county_index(m, "0037");
	county = (int)rng_pick(&m->rng, m->county_sums, m->ncounties);
	return make_wished_county(m, county);
}

/* ---- the organisation ---- */

static const char *
legal_form(const char *name)
{
	if (strncmp(name, "MTÜ", 4) == 0)
		return "mty";
	if (strncmp(name, "SA", 2) == 0)
		return "sa";
	return strstr(name, "OÜ") != NULL ? "oy" : "municipal";
}

static const char *
fresh_name(struct make *m, size_t n)
{
	for (;;) {
		const char *name = names_organisation(m->names, &m->rng, m->arena);
		bool taken = false;

		for (size_t i = 0; i < n; i++)
			taken = taken || strcmp(m->providers[i].name, name) == 0;
		if (!taken)
			return name;
	}
}

static enum err
organisation(struct make *m, struct provider *p, int serial)
{
	struct change *ch = change_new(m->cx, "organisation");

	change_text(ch, "kind", "provider");
	change_text(ch, "name", p->name);
	change_text(ch, "code", make_registry_code(m, 41000 + serial));
	change_text(ch, "legal_form", legal_form(p->name));
	change_text(ch, "email", arena_printf(m->cx->arena, "info%d@osutaja.example", serial + 1));
	change_text(ch, "phone", make_phone(m));
	change_text(ch, "iban", make_iban(m, 770000 + serial));
	change_int(ch, "valid_from", civil_day(PRACTICE_FIRST_YEAR, 1, 1));
	return make_create(m, ch, &p->id);
}

/* For the services whose givers need one; from the first day of the story, without an end. */
static enum err
licences(struct make *m, const struct provider *p, int serial)
{
	static const enum service OF[] = { TT, SRT };

	for (size_t i = 0; i < sizeof(OF) / sizeof(*OF); i++) {
		struct change *ch = change_new(m->cx, "licence");
		int64_t id;

		if (!p->gives[OF[i]])
			continue;
		change_text(ch, "number_text",
			    arena_printf(m->cx->arena, "S%s%05d", OF[i] == TT ? "EH" : "RT",
					 1200 + serial));
		change_int(ch, "provider", p->id);
		change_int(ch, "service", m->service[OF[i]]);
		change_int(ch, "valid_from", civil_day(PRACTICE_FIRST_YEAR, 1, 1));
		TRY(make_create(m, ch, &id));
	}
	return OK;
}

static enum err
representative(struct make *m, struct provider *p, size_t i)
{
	const struct act where = { .org = p->id };
	bool male;
	int32_t birth = names_birth(m->names, &m->rng, m->today, 28, 60, &male);
	struct person_name n;
	const char *login;

	names_person(m->names, &m->rng, male, birth, NAMES_RUSSIAN, &n);
	login = i == 0 ? "osutaja" : arena_printf(m->cx->arena, "osutaja%zu", i + 1);
	return make_user(m, login, arena_printf(m->cx->arena, "%s %s", n.given, n.family),
			 "provider_representative", &where, &p->rep);
}

/* ---- contracts ---- */

/* A contract to be: signed before it begins, ended on its last day. */
struct deal {
	size_t provider;
	enum service service;
	const char *number, *basis, *lot;
	int32_t from, to;
	int places;
	int64_t cents, id;
};

static enum err
sign(struct make *m, struct deal *d)
{
	struct change *ch = change_new(m->cx, "contract"), *signing = change_new(m->cx, "contract");
	const struct provider *p = &m->providers[d->provider];

	make_act(m, &m->manager, d->from - 20);
	change_text(ch, "number_text", d->number);
	change_int(ch, "provider", p->id);
	change_int(ch, "service", m->service[d->service]);
	change_text(ch, "lot", d->lot);
	change_int(ch, "valid_from", d->from);
	change_int(ch, "valid_to", d->to);
	if (d->places > 0)
		change_int(ch, "max_places", d->places);
	if (d->cents > 0)
		change_int(ch, "max_cents", d->cents);
	change_text(ch, "basis", d->basis);
	TRY(make_create(m, ch, &d->id));
	make_act(m, &m->manager, d->from - 12);
	change_int(signing, "signed_on", d->from - 12);
	return make_move(m, "contract", d->id, "sign", signing);
}

/* What a day costs in a stage, as offered in the tender; the later stages cost less. */
static enum err
stage_prices(struct make *m, int64_t contract_id, int32_t from, int32_t to)
{
	static const int CENTS[3] = { 1420, 1180, 860 };
	int64_t id, more = rng_between(&m->rng, -12, 18) * 10;

	for (int i = 0; i < 3; i++) {
		struct change *ch = change_new(m->cx, "price");

		change_int(ch, "contract", contract_id);
		change_int(ch, "service", m->service[PKT]);
		change_int(ch, "stage", m->stage[i]);
		change_text(ch, "code", "PKT");
		change_text(ch, "name", "Kaitstud töötamine, päev");
		change_text(ch, "unit", "day");
		change_int(ch, "cents", CENTS[i] + more);
		change_int(ch, "valid_from", from);
		change_int(ch, "valid_to", to);
		change_int(ch, "known_from", from - 12);
		TRY(make_create(m, ch, &id));
	}
	return OK;
}

static void
plan(struct make *m, const struct deal *d)
{
	if (m->ndeals == m->deals_size)
		m->deals = make_grow(m, m->deals, m->ndeals, sizeof(*m->deals), &m->deals_size);
	m->deals[m->ndeals++] = *d;
}

/* Procurement contracts of sheltered work, mostly for a year. */
static void
procured(struct make *m, size_t i, int places)
{
	static const int YEARS[][2] = {
		{ 2016, 2018 }, { 2019, 2020 }, { 2021, 2021 }, { 2022, 2022 }, { 2023, 2023 }
	};

	for (size_t y = 0; y < sizeof(YEARS) / sizeof(*YEARS); y++) {
		int years = YEARS[y][1] - YEARS[y][0] + 1;

		plan(m, &(struct deal){
				.provider = i,
				.service = PKT,
				.basis = "procurement",
				.number = arena_printf(m->arena, "2-9/%d-%zu", 53600 + (int)y * 60,
						       i + 1),
				.lot = m->counties[m->providers[i].county].name,
				.from = civil_day(YEARS[y][0], y == 0 ? 3 : 1, 1),
				.to = civil_day(YEARS[y][1], 12, 31),
				.places = places,
				/* 2 673 € a place and year */
				.cents = (int64_t)places * 267300 * years,
			});
	}
}

/* Administrative contracts for at most five years. */
static void
administrative(struct make *m, enum service s, size_t i)
{
	int last = civil_date(m->today).year + 1, month = s == TT ? 12 : 1;

	for (int from = s == TT ? 2023 : 2019; from <= last; from += 5)
		plan(m, &(struct deal){
				.provider = i,
				.service = s,
				.basis = "administrative",
				.number = arena_printf(m->arena, "%s-%d/%zu",
						       s == TT ? "EHK" : "SRT", from, i + 1),
				.from = civil_day(from, month, 1),
				.to = civil_day(from + 5, month, 1) - 1,
			});
}

/* What the calendar brings to contracts on this day: the next ones signed, old ones ended. */
enum err
make_contracts(struct make *m)
{
	for (size_t i = 0; i < m->ndeals; i++) {
		struct deal *d = &m->deals[i];

		if (d->from - 12 == m->day) {
			TRY(sign(m, d));
			if (d->service == PKT)
				TRY(stage_prices(m, d->id, d->from, d->to));
		}
		if (d->from == m->day) {
			m->providers[d->provider].contract[d->service] = d->id;
			TRY(place_roll_over(m, d->provider, d->service));
		}
		if (d->to + 1 == m->day && d->id != 0) {
			make_act(m, &m->manager, m->day);
			TRY(make_move(m, "contract", d->id, "end", NULL));
		}
	}
	return OK;
}

/* ---- sites ---- */

static void
lists_of_site(struct make *m, struct change *ch, const struct provider *p)
{
	const char *kinds = ",", *county = m->counties[p->county].code;
	bool russian = strcmp(county, "0045") == 0 || rng_chance(&m->rng, 350);

	for (size_t i = 0; i < sizeof(WORK_KINDS) / sizeof(*WORK_KINDS); i++)
		if (rng_chance(&m->rng, 280))
			kinds = arena_printf(m->cx->arena, "%s%s,", kinds, WORK_KINDS[i]);
	if (kinds[1] != '\0' && (p->gives[PKT] || p->gives[TT]))
		change_text(ch, "work_kinds", kinds);
	change_text(ch, "target_groups",
		    arena_printf(m->cx->arena, ",%s%s%s", p->gives[TT] ? "mental," : "",
				 p->gives[PKT]
					 ? (rng_chance(&m->rng, 400) ? "visual,brain,multiple,"
								     : "brain,multiple,")
					 : "",
				 p->gives[SRT] ? "child," : ""));
	change_text(ch, "languages", russian ? ",et,ru," : ",et,");
}

static enum err
site(struct make *m, struct provider *p, int number)
{
	struct site *s = &m->sites[m->nsites];
	struct change *ch = change_new(m->cx, "site");
	const struct muni *u;
	const char *address;
	size_t i = rng_below(&m->rng, (uint32_t)m->nmunis);

	while (m->munis[i].county != p->county)
		i = (i + 1) % m->nmunis;
	u = &m->munis[i];
	s->provider = (int)(p - m->providers);
	s->county = p->county;
	address = names_address(m->names, &m->rng, m->cx->arena, u->kind);
	change_int(ch, "provider", p->id);
	change_text(ch, "name",
		    number == 0 ? arena_printf(m->cx->arena, "%s, %s", p->name, u->name)
				: arena_printf(m->cx->arena, "%s, %s %d", p->name, u->name,
					       number + 1));
	change_text(ch, "address", arena_printf(m->cx->arena, "%s, %s", address, u->name));
	change_text(ch, "municipality", u->code);
	change_text(ch, "county", m->counties[u->county].code);
	lists_of_site(m, ch, p);
	m->nsites++;
	return make_create(m, ch, &s->id);
}

static enum err
places(struct make *m, const struct site *s, enum service service, int n, int32_t from, int32_t to)
{
	struct change *ch = change_new(m->cx, "site_places");
	int64_t id;

	change_int(ch, "site", s->id);
	change_int(ch, "service", m->service[service]);
	change_int(ch, "places", n);
	change_int(ch, "valid_from", from);
	if (to != CIVIL_NONE)
		change_int(ch, "valid_to", to);
	return make_create(m, ch, &id);
}

/* Some sites began with fewer places and were given more. */
static enum err
places_by_period(struct make *m, struct site *s, enum service service, int n)
{
	int32_t from =
		civil_day(service == TT ? 2023 : PRACTICE_FIRST_YEAR, service == TT ? 12 : 1, 1);
	int32_t to = service == PKT ? civil_day(2023, 12, 31) : CIVIL_NONE;

	s->places[service] = s->ready[service] = n;
	if (service == TT && n > 5 && rng_chance(&m->rng, 300)) {
		int32_t more = civil_day(2024, 7, 1);

		TRY(places(m, s, service, n - 2, from, more - 1));
		s->ready[service] = n - 2;
		s->more_on = more;
		s->more = 2;
		return places(m, s, service, n, more, to);
	}
	return places(m, s, service, n, from, to);
}

/* ---- all of them ---- */

static enum err
provider(struct make *m, size_t i, const int *share)
{
	struct provider *p = &m->providers[i];
	int sites, of_all[SERVICES] = { 0 };
	size_t first = m->nsites;

	p->name = fresh_name(m, i);
	p->county = county_for(m, i);
	p->gives[PKT] = i % 15 != 7 && i % 15 != 11;
	p->gives[TT] = i % 15 != 11 && i % 15 != 3;
	p->gives[SRT] = i % 2 == 0 || i % 15 == 11;
	make_act(m, make_coordinator(m), civil_day(PRACTICE_FIRST_YEAR, 1, 7));
	TRY(organisation(m, p, (int)i));
	TRY(licences(m, p, (int)i));
	TRY(representative(m, p, i));
	sites = i == 0 ? SITES_MOST : 1 + (int)rng_below(&m->rng, i % 3 == 0 ? 3 : 2);
	for (int k = 0; k < sites; k++)
		TRY(site(m, p, k));
	for (size_t k = first; k < m->nsites; k++)
		for (int s = 0; s < SERVICES; s++) {
			int n = (int)rng_around(&m->rng, share[s] * (i == 0 ? 2 : 1),
						share[s] / 3 + 1);

			n = n < 1 ? 1 : n > 2000 ? 2000 : n;
			if (!p->gives[s])
				continue;
			TRY(places_by_period(m, &m->sites[k], (enum service)s, n));
			of_all[s] += n;
		}
	if (p->gives[PKT])
		procured(m, i, of_all[PKT]);
	if (p->gives[TT])
		administrative(m, TT, i);
	if (p->gives[SRT])
		administrative(m, SRT, i);
	return OK;
}

/* So many places that there is a queue, but one that moves: shares of all cases. */
enum err
make_providers(struct make *m)
{
	static const int PER_MILLE[SERVICES] = { [PKT] = 78, [TT] = 155, [SRT] = 85 };
	size_t n = PROVIDERS + (size_t)(m->order->cases / 1500);
	int share[SERVICES];

	n = n > 240 ? 240 : n;
	m->providers = ARENA_ARRAY(m->arena, n, struct provider);
	m->sites = ARENA_ARRAY(m->arena, n * SITES_MOST, struct site);
	for (int s = 0; s < SERVICES; s++) {
		/* About 1.8 sites a provider, of which most give the service. */
		share[s] = (int)(m->order->cases * PER_MILLE[s] / 1000 / (int64_t)(n * 3 / 2));
		share[s] = share[s] < 1 ? 1 : share[s];
	}
	for (; m->nproviders < n; m->nproviders++)
		TRY(provider(m, m->nproviders, share));
	m->report->providers = (int64_t)m->nproviders;
	return OK;
}
