/* The board, its units, the municipalities, and everybody who signs in. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/fold.h"
#include "base/ident.h"
#include "base/text.h"
#include "core/account.h"
#include "rule/place.h"
#include "work/practice/make_int.h"

/* People of the larger towns in thousands, roughly; elsewhere the kind of place decides. */
static const struct {
	const char *code;
	uint16_t thousands;
} TOWNS[] = {
	{ "0784", 450 }, { "0793", 97 }, { "0511", 53 }, { "0624", 51 }, { "0321", 33 },
	{ "0899", 17 },	 { "0663", 15 }, { "0349", 31 }, { "0446", 16 }, { "0919", 12 },
	{ "0855", 12 },	 { "0184", 13 }, { "0198", 17 }, { "0890", 22 }, { "0653", 17 },
};

static const char *const UNITS[] = {
	"Erihoolekande ja rehabilitatsiooni talitus",
	"Ennetustalitus",
	"Järelevalve talitus",
	"Arenduse ja analüüsi talitus",
	"Õigustalitus",
};

/* The check letters of an IBAN: 98 less the remainder of the number by 97 (ISO 7064). */
const char *
make_iban(struct make *m, int serial)
{
	char digits[40];
	int rest = 0;

	/* Bank 99 is none; "1414" stands for EE, "00" for the check digits. */
	(void)snprintf(digits, sizeof(digits), "9900221%09d141400", serial % 1000000000);
	for (const char *p = digits; *p != '\0'; p++)
		rest = (rest * 10 + (*p - '0')) % 97;
	return arena_printf(m->cx->arena, "EE%02d9900221%09d", 98 - rest, serial % 1000000000);
}

/* Serials are taken from where the register has not come to yet. */
const char *
make_registry_code(struct make *m, int serial)
{
	const char *seven = arena_printf(m->cx->arena, "19%05d", serial % 100000);

	return arena_printf(m->cx->arena, "%s%d", seven, ident_registrikood_digit(seven));
}

/* No number of Estonia begins with 0. */
const char *
make_phone(struct make *m)
{
	return arena_printf(m->cx->arena, "+372 0%03d %04d", (int)rng_below(&m->rng, 1000),
			    (int)rng_below(&m->rng, 10000));
}

static enum err
organisation(struct make *m, const char *kind, const char *name, int64_t parent, int64_t *ret)
{
	struct change *ch = change_new(m->cx, "organisation");

	change_text(ch, "kind", kind);
	change_text(ch, "name", name);
	if (parent != 0)
		change_int(ch, "parent", parent);
	change_int(ch, "valid_from", civil_day(PRACTICE_FIRST_YEAR, 1, 1));
	return make_create(m, ch, ret);
}

static enum err
the_board(struct make *m)
{
	struct change *ch = change_new(m->cx, "organisation");
	int64_t id;

	change_text(ch, "kind", "board");
	change_text(ch, "name", "Sotsiaalkindlustusamet");
	change_text(ch, "code", "70001975");
	change_text(ch, "legal_form", "state");
	change_text(ch, "address", "Paldiski mnt 80, Tallinn");
	change_text(ch, "email", "info@amet.example");
	change_text(ch, "iban", make_iban(m, 1));
	TRY(make_create(m, ch, &m->board));
	for (size_t i = 0; i < sizeof(UNITS) / sizeof(*UNITS); i++) {
		TRY(organisation(m, "unit", UNITS[i], m->board, &id));
		if (i == 0)
			m->unit_b = id;
		if (i == 1)
			m->unit_d = id;
	}
	TRY(organisation(m, "other", "Eesti Töötukassa", 0, &id));
	TRY(organisation(m, "other", "Riigi Tugiteenuste Keskus", 0, &id));
	TRY(organisation(m, "court", "Harju Maakohus", 0, &id));
	return organisation(m, "court", "Viru Maakohus", 0, &id);
}

/* ---- municipalities ---- */

static uint32_t
thousands(const struct place *p)
{
	for (size_t i = 0; i < sizeof(TOWNS) / sizeof(*TOWNS); i++)
		if (strcmp(TOWNS[i].code, p->code) == 0)
			return TOWNS[i].thousands;
	return p->kind == PLACE_TOWN ? 9 : 7;
}

static enum surroundings
surroundings_of(const struct place *p, uint32_t people)
{
	if (p->kind == PLACE_TOWN)
		return people > 14 ? PLACE_CITY : PLACE_BOROUGH;
	if (strcmp(p->county, "0087") == 0 || strcmp(p->county, "0064") == 0 ||
	    strcmp(p->county, "0081") == 0)
		return PLACE_SOUTH;
	if (strcmp(p->county, "0039") == 0 || strcmp(p->county, "0074") == 0 ||
	    strcmp(p->county, "0056") == 0)
		return PLACE_COAST;
	return PLACE_INLAND;
}

static int
county_of(const struct make *m, const char *code)
{
	for (size_t i = 0; i < m->ncounties; i++)
		if (strcmp(m->counties[i].code, code) == 0)
			return (int)i;
	BUG("a municipality of no county");
}

static void
read_places(struct make *m)
{
	const struct place **list;
	struct ctx *cx = m->cx;
	uint32_t sum = 0;

	m->ncounties = place_counties(cx, cx->world->rules, m->today, &list);
	m->counties = ARENA_ARRAY(m->arena, m->ncounties, struct county);
	m->county_sums = ARENA_ARRAY(m->arena, m->ncounties, uint32_t);
	for (size_t i = 0; i < m->ncounties; i++)
		m->counties[i] = (struct county){ list[i]->code, list[i]->name, 0 };
	m->nmunis = place_municipalities(cx, cx->world->rules, NULL, m->today, &list);
	m->munis = ARENA_ARRAY(m->arena, m->nmunis, struct muni);
	m->muni_sums = ARENA_ARRAY(m->arena, m->nmunis, uint32_t);
	for (size_t i = 0; i < m->nmunis; i++) {
		uint32_t people = thousands(list[i]);
		int county = county_of(m, list[i]->county);

		m->munis[i] = (struct muni){ .code = list[i]->code,
					     .name = list[i]->name,
					     .county = county,
					     .kind = surroundings_of(list[i], people) };
		m->counties[county].weight += people;
		m->muni_sums[i] = sum += people;
	}
	sum = 0;
	for (size_t i = 0; i < m->ncounties; i++)
		m->county_sums[i] = sum += m->counties[i].weight;
}

static enum err
municipality(struct make *m, struct muni *u)
{
	struct change *ch = change_new(m->cx, "organisation");
	const char *code;
	char seven[8];

	(void)snprintf(seven, sizeof(seven), "7599%03d", (int)(u - m->munis));
	code = arena_printf(m->cx->arena, "%s%d", seven, ident_registrikood_digit(seven));
	change_text(ch, "kind", "municipality");
	change_text(ch, "name", u->name);
	change_text(ch, "code", code);
	change_text(ch, "ehak", u->code);
	change_text(ch, "legal_form", "municipal");
	change_text(ch, "email", arena_printf(m->cx->arena, "kov%s@omavalitsus.example", u->code));
	change_text(ch, "phone", make_phone(m));
	return make_create(m, ch, &u->org);
}

/* ---- users ---- */

enum err
make_user(struct make *m, const char *login, const char *name, const char *kind,
	  const struct act *where, struct act *ret)
{
	struct ctx *cx = m->cx;
	struct change *user = change_new(cx, "user"), *position = change_new(cx, "position");
	const struct position_kind *k = map_get(&cx->world->types->position_by_name, kind);

	if (k == NULL)
		BUG(kind);
	*ret = *where;
	change_text(user, "login", login);
	change_text(user, "name", name);
	change_text(user, "email", arena_printf(cx->arena, "%s@amet.example", login));
	TRY(make_create(m, user, &ret->user));
	change_int(position, "user", ret->user);
	change_text(position, "kind", kind);
	change_text(position, "name", msg(cx, k->label_key));
	if (where->unit != 0)
		change_int(position, "unit", where->unit);
	if (where->org != 0)
		change_int(position, "org", where->org);
	change_int(position, "valid_from", civil_day(PRACTICE_FIRST_YEAR, 1, 1));
	TRY(make_create(m, position, &ret->position));
	m->report->users++;
	return account_store(cx, ret->user, m->order->hash);
}

static const char *
somebody(struct make *m)
{
	bool male;
	int32_t birth = names_birth(m->names, &m->rng, m->today, 26, 62, &male);
	struct person_name p;

	names_person(m->names, &m->rng, male, birth, NAMES_RUSSIAN, &p);
	return arena_printf(m->cx->arena, "%s %s", p.given, p.family);
}

/* "mari.tamm3": a name to sign in with, told apart by a number. */
static const char *
login_of(struct make *m, const char *name, int number)
{
	char *login = arena_printf(m->cx->arena, "%s%d", fold_search(m->cx->arena, name), number);

	for (char *p = login; *p != '\0'; p++)
		if (*p == ' ' || *p == '-')
			*p = '.';
	return login;
}

static enum err
official(struct make *m, const char *login, const char *kind, int64_t unit, struct act *ret)
{
	const struct act where = { .unit = unit };
	const char *name = somebody(m);

	if (login == NULL)
		login = login_of(m, name, (int)m->report->users);
	return make_user(m, login, name, kind, &where, ret);
}

/* The first ones are those offered at sign-in; the two providers among them are made with the
 * providers, the municipality's worker here. */
static enum err
officials(struct make *m)
{
	int more = (int)(m->order->cases / 6000);

	TRY(official(m, "koordinaator", "coordinator_b", m->unit_b, &m->coordinator[0]));
	TRY(official(m, "teine", "coordinator_b", m->unit_b, &m->coordinator[1]));
	TRY(official(m, "juht", "project_manager", m->unit_b, &m->manager));
	TRY(official(m, "laps", "coordinator_d", m->unit_d, &m->child[0]));
	TRY(official(m, "admin", "administrator", m->board, &m->admin));
	m->ncoordinators = 2;
	m->nchild = 1;
	for (int i = 0; i < more + 2 && m->ncoordinators < MAX_COORDINATORS; i++)
		TRY(official(m, NULL, "coordinator_b", m->unit_b,
			     &m->coordinator[m->ncoordinators++]));
	for (int i = 0; i < more / 2 + 2 && m->nchild < MAX_COORDINATORS; i++)
		TRY(official(m, NULL, "coordinator_d", m->unit_d, &m->child[m->nchild++]));
	return OK;
}

static enum err
municipality_worker(struct make *m, struct muni *u, const char *login)
{
	const struct act where = { .org = u->org };
	const char *name = somebody(m);

	if (login == NULL)
		login = login_of(m, name, (int)m->report->users);
	return make_user(m, login, name, "municipality_worker", &where, &u->worker);
}

/* The one of the largest town comes first: they are offered at sign-in. */
static enum err
municipality_workers(struct make *m)
{
	struct muni *first = &m->munis[0];

	for (size_t i = 0; i < m->nmunis; i++)
		if (strcmp(m->munis[i].code, TOWNS[0].code) == 0)
			first = &m->munis[i];
	TRY(municipality_worker(m, first, "kov"));
	for (size_t i = 0; i < m->nmunis; i++)
		if (&m->munis[i] != first)
			TRY(municipality_worker(m, &m->munis[i], NULL));
	return OK;
}

enum err
make_board(struct make *m)
{
	const struct act nobody = { 0 };

	make_act(m, &nobody, civil_day(PRACTICE_FIRST_YEAR, 1, 4));
	read_places(m);
	TRY(the_board(m));
	TRY(officials(m));
	make_act(m, &m->admin, civil_day(PRACTICE_FIRST_YEAR, 1, 5));
	for (size_t i = 0; i < m->nmunis; i++)
		TRY(municipality(m, &m->munis[i]));
	return municipality_workers(m);
}
