/* Persons: adults for work services, children with their parents, guardians, and the rest. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/fold.h"
#include "base/ident.h"
#include "work/practice/make_int.h"

#define OLDEST_BIRTH (-22000) /* civil day: 1909 */
#define BIRTHS 44000	      /* days from there */
#define SERIALS 1000	      /* of one day and sex */

static const char *const DELIVERY[] = { "email",    "email", "email", "eesti_ee",
					"eesti_ee", "post",  "office" };

void
people_init(struct make *m)
{
	m->serials = ARENA_ARRAY(m->arena, BIRTHS * 2, uint16_t);
}

/* "Õ. Ülle-Mai Tamm" as the left side of an e-mail address. */
static const char *
email_of(struct make *m, const struct person_name *n, int number)
{
	char *mail = arena_printf(m->cx->arena, "%s.%s%d@postkast.example",
				  fold_search(m->cx->arena, n->given),
				  fold_search(m->cx->arena, n->family), number);

	for (char *p = mail; *p != '@'; p++)
		if (*p == ' ' || *p == '-')
			*p = '.';
	return mail;
}

/* False if a day and sex have no code left. */
static bool
personal_code(struct make *m, bool male, int32_t birth, char ret[IDENT_MAX])
{
	uint16_t *used;

	if (birth < OLDEST_BIRTH || birth >= OLDEST_BIRTH + BIRTHS)
		return false;
	used = &m->serials[(birth - OLDEST_BIRTH) * 2 + (male ? 1 : 0)];
	if (*used >= SERIALS - 1)
		return false;
	/* Spread over the serials, so that neighbours do not look made. */
	return ident_isikukood_make(male ? 'M' : 'F', birth, (*used)++ * 371 % SERIALS, ret);
}

static void
contacts(struct make *m, struct change *ch, const struct human *h, int age)
{
	bool online = age < 75 && age > 12 && !rng_chance(&m->rng, 180);
	const char *delivery = ONE_OF(m, DELIVERY);

	if (online)
		change_text(ch, "email", email_of(m, &h->name, (int)rng_below(&m->rng, 90) + 10));
	if (age > 9 && !rng_chance(&m->rng, 90))
		change_text(ch, "phone", make_phone(m));
	if (!online && strcmp(delivery, "email") == 0)
		delivery = "post";
	change_text(ch, "delivery", delivery);
	change_text(ch, "language",
		    h->name.russian ? (rng_chance(&m->rng, 800) ? "ru" : "et") : "et");
}

/* Write the person; the actor and the day are set. */
static enum err
write_person(struct make *m, struct human *h, const char *address)
{
	struct change *ch = change_new(m->cx, "person");
	char code[IDENT_MAX];

	if (personal_code(m, h->name.male, h->birth, code))
		change_text(ch, "code", arena_strdup(m->cx->arena, code));
	else {
		change_text(ch, "country", "EE");
		change_text(ch, "document",
			    arena_printf(m->cx->arena, "PK%07u", rng_below(&m->rng, 9999999)));
	}
	change_text(ch, "first_name", h->name.given);
	change_text(ch, "last_name", h->name.family);
	change_int(ch, "birth_date", h->birth);
	change_text(ch, "sex", h->name.male ? "male" : "female");
	change_text(ch, "municipality", m->munis[h->muni].code);
	change_text(ch, "address", address);
	contacts(m, ch, h, civil_age(h->birth, m->day));
	m->report->persons++;
	return make_create(m, ch, &h->id);
}

static int32_t
add(struct make *m, const struct human *h)
{
	if (m->nhumans == m->humans_size)
		m->humans =
			make_grow(m, m->humans, m->nhumans, sizeof(*m->humans), &m->humans_size);
	m->humans[m->nhumans] = *h;
	return (int32_t)m->nhumans++;
}

static int
russian_here(const struct make *m, uint16_t muni)
{
	return strcmp(m->counties[m->munis[muni].county].code, "0045") == 0 ? 780 : NAMES_RUSSIAN;
}

static const char *
address_in(struct make *m, uint16_t muni)
{
	return arena_printf(m->cx->arena, "%s, %s",
			    names_address(m->names, &m->rng, m->cx->arena, m->munis[muni].kind),
			    m->munis[muni].name);
}

static enum err
represent(struct make *m, const struct human *h, int64_t by, const char *kind, const char *custody,
	  int32_t from)
{
	struct change *ch = change_new(m->cx, "representation");
	bool parent = strcmp(kind, "parent") == 0;
	int64_t id;

	change_int(ch, "person", h->id);
	change_int(ch,
		   strcmp(kind, "municipality_guardian") == 0 ? "organisation" : "representative",
		   by);
	change_text(ch, "kind", kind);
	change_text(ch, "custody", custody);
	change_int(ch, "valid_from", from);
	if (parent)
		change_int(ch, "valid_to", calendar_birthday(h->birth, 18) - 1);
	change_text(ch, "basis", parent ? "Rahvastikuregistri kanne" : "Kohtumäärus");
	return make_create(m, ch, &id);
}

static enum err
relation(struct make *m, int64_t person, int64_t other, const char *kind)
{
	struct change *ch = change_new(m->cx, "relation");
	int64_t id;

	change_int(ch, "person", person);
	change_int(ch, "other", other);
	change_text(ch, "kind", kind);
	return make_create(m, ch, &id);
}

/* Somebody of no special kind. */
static void
somebody(struct make *m, int min, int max, struct human *ret)
{
	bool male;

	*ret = (struct human){ .parent = -1 };
	ret->muni = (uint16_t)rng_pick(&m->rng, m->muni_sums, m->nmunis);
	ret->birth = names_birth(m->names, &m->rng, m->day, min, max, &male);
	names_person(m->names, &m->rng, male, ret->birth, russian_here(m, ret->muni), &ret->name);
}

/* One in twelve has a guardian: a relative, or the municipality itself. */
static enum err
guardian(struct make *m, int32_t who)
{
	struct human g, *h = &m->humans[who];
	int32_t from = m->day - (int32_t)rng_between(&m->rng, 100, 3000);

	if (!rng_chance(&m->rng, 85))
		return OK;
	if (from < calendar_birthday(h->birth, 18))
		from = calendar_birthday(h->birth, 18);
	if (from > m->day)
		return OK;
	if (rng_chance(&m->rng, 350) || m->report->persons >= m->order->persons)
		return represent(m, h, m->munis[h->muni].org, "municipality_guardian", NULL, from);
	somebody(m, 45, 75, &g);
	g.muni = h->muni;
	names_relative(m->names, &m->rng, &h->name, g.name.male, g.birth, &g.name);
	TRY(write_person(m, &g, address_in(m, g.muni)));
	TRY(represent(m, h, g.id, "guardian", NULL, from));
	return relation(m, h->id, g.id, "parent");
}

enum err
people_adult(struct make *m, int min, int max, int32_t *ret)
{
	struct human h;
	size_t size = m->adults_size;
	int32_t who;

	somebody(m, min, max, &h);
	TRY(write_person(m, &h, address_in(m, h.muni)));
	who = add(m, &h);
	if (m->nadults == size)
		m->adults =
			make_grow(m, m->adults, m->nadults, sizeof(*m->adults), &m->adults_size);
	m->adults[m->nadults++] = who;
	*ret = who;
	return guardian(m, who);
}

/* A parent for a child of this birth, of the same home. */
static enum err
parent(struct make *m, struct human *child, const char *address, bool male, struct human *ret)
{
	struct person_name of = child->name;

	*ret = (struct human){ .parent = -1, .muni = child->muni };
	ret->birth = child->birth - (int32_t)rng_between(&m->rng, 19 * 365, 41 * 365);
	names_relative(m->names, &m->rng, &of, male, ret->birth, &ret->name);
	return write_person(m, ret, address);
}

static enum err
parents(struct make *m, struct human *child, const char *address)
{
	bool two = rng_chance(&m->rng, 350) && m->report->persons + 2 <= m->order->persons;
	struct human mother, father;

	TRY(parent(m, child, address, false, &mother));
	TRY(represent(m, child, mother.id, "parent", two ? "joint" : "sole", child->birth));
	child->parent = add(m, &mother);
	if (!two)
		return OK;
	TRY(parent(m, child, address, true, &father));
	return represent(m, child, father.id, "parent", "joint", child->birth);
}

/* A brother or sister of a child known already. */
static enum err
sibling(struct make *m, const struct human *of, struct human *child, const char *address)
{
	const struct human *mother = &m->humans[of->parent];

	child->muni = of->muni;
	child->parent = of->parent;
	names_relative(m->names, &m->rng, &of->name, child->name.male, child->birth, &child->name);
	TRY(write_person(m, child, address));
	TRY(represent(m, child, mother->id, "parent", "sole", child->birth));
	return relation(m, child->id, of->id, "sibling");
}

enum err
people_child(struct make *m, int32_t *ret)
{
	struct human h;
	const char *address;
	const struct human *of = NULL;

	somebody(m, 2, 16, &h);
	if (m->nchildren > 0 && rng_chance(&m->rng, 160))
		of = &m->humans[m->children[rng_below(&m->rng, (uint32_t)m->nchildren)]];
	address = address_in(m, of == NULL ? h.muni : of->muni);
	if (of != NULL && of->parent >= 0)
		TRY(sibling(m, of, &h, address));
	else {
		TRY(write_person(m, &h, address));
		TRY(parents(m, &h, address));
	}
	*ret = add(m, &h);
	if (m->nchildren == m->children_size)
		m->children = make_grow(m, m->children, m->nchildren, sizeof(*m->children),
					&m->children_size);
	m->children[m->nchildren++] = *ret;
	return OK;
}

enum err
people_rest(struct make *m)
{
	static const char *const KINDS[] = { "carer", "network", "sibling", "spouse", "other" };

	m->day = m->today - 1;
	for (int i = 0; i < AT_ONCE && m->report->persons < m->order->persons; i++) {
		struct human h;

		make_act(m, make_coordinator(m), m->today - (int32_t)rng_below(&m->rng, 900) - 1);
		somebody(m, 20, 80, &h);
		TRY(write_person(m, &h, address_in(m, h.muni)));
		if (m->nadults > 0)
			TRY(relation(
				m,
				m->humans[m->adults[rng_below(&m->rng, (uint32_t)m->nadults)]].id,
				h.id, ONE_OF(m, KINDS)));
	}
	return OK;
}
