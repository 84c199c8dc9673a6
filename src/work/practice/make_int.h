/* Shared by the files of make*.c only: the state of the making, and its small tools. */
#ifndef HOOL_WORK_PRACTICE_MAKE_INT_H
#define HOOL_WORK_PRACTICE_MAKE_INT_H

#include "core/record.h"
#include "work/practice/names.h"
#include "work/practice/practice.h"
#include "work/practice/rng.h"

enum service { PKT, TT, SRT, SERVICES };

/* Who acts in a step. */
struct act {
	int64_t user, position, unit, org;
};

struct muni {
	const char *code, *name;
	int county; /* index in make.counties */
	enum surroundings kind;
	int64_t org;
	struct act worker;
};

struct county {
	const char *code, *name;
	uint32_t weight; /* thousands of people, roughly */
};

/* A person record and what we must know of the human to go on telling the story. */
struct human {
	int64_t id;
	struct person_name name;
	int32_t birth;
	uint16_t muni;
	int32_t parent; /* index, -1 none */
	bool dead;
	bool open[SERVICES];	   /* an application under way */
	bool on[SERVICES];	   /* waits, is referred or on the service */
	int32_t left_on[SERVICES]; /* last day on the service, or 0 */
};

struct site {
	int64_t id;
	int provider, county;
	int places[SERVICES], ready[SERVICES]; /* of the places: free and may be offered */
	int32_t more_on;		       /* day on which places are added; 0 none */
	int more;
};

struct provider {
	int64_t id, contract[SERVICES];
	const char *name;
	int county;
	struct act rep;
	bool gives[SERVICES];
};

/* A confirmed report an invoice is made for. */
struct billed {
	int64_t claim;
	size_t provider;
	enum service service;
};

#define MAX_BILLED 60
#define MAX_COORDINATORS 40
#define AT_ONCE 2000 /* records of one closure, roughly */

/* Where a day's acts have come to: each is later than the one before, for it may follow from it. */
struct hour {
	int32_t day;
	int64_t at; /* UTC seconds */
};

struct make {
	struct ctx *cx; /* its arena is emptied between closures */
	struct db *db;
	const struct practice_order *order;
	struct practice_report *report;
	struct arena *arena; /* lives as long as the making */
	const struct names *names;
	struct rng rng;
	int32_t today, day;
	int64_t latest;	      /* no step is later than this moment */
	struct hour hours[2]; /* of the day being told; of another day acted on */
	int written;	      /* records written in this closure */
	bool begun;	      /* the day's arrivals are in */
	int32_t detail_from;  /* cases that came before are told in fewer steps */

	int64_t board, unit_b, unit_d;
	struct act admin, manager, coordinator[MAX_COORDINATORS], child[MAX_COORDINATORS];
	int ncoordinators, nchild;

	struct muni *munis;
	uint32_t *muni_sums;
	size_t nmunis;
	struct county *counties;
	uint32_t *county_sums;
	size_t ncounties;

	int64_t service[SERVICES], stage[3]; /* I, II, III of PKT */
	struct provider *providers;
	size_t nproviders;
	struct site *sites;
	size_t nsites;
	struct deal *deals; /* make_providers.c */
	size_t ndeals, deals_size;

	struct human *humans;
	size_t nhumans, humans_size;
	int32_t *adults, *children; /* indexes */
	size_t nadults, nchildren, adults_size, children_size;
	uint16_t *serials; /* used of a birth date and sex */

	struct lives *lives; /* make_lives.h */

	size_t reports; /* made by make_months.c */
	struct billed claims[MAX_BILLED];
	size_t nclaims;
	struct billed unconfirmed; /* one that its provider has not confirmed; claim 0: none */

	int64_t notes_left, note_every, long_notes, noted_cases, next_noted; /* make_extras.c */
};

/* ---- tools: make.c ---- */

/* Act as somebody on a day, at an hour of the office. */
void make_act(struct make *m, const struct act *a, int32_t day);
enum err make_create(struct make *m, struct change *ch, int64_t *ret_id) MUST_USE;
enum err make_move(struct make *m, const char *type, int64_t id, const char *move,
		   struct change *ch) MUST_USE;
/* A new array of twice the size with the old contents; ARENA memory of the making. */
void *make_grow(struct make *m, void *old, size_t n, size_t size_of, size_t *size);
const struct act *make_coordinator(struct make *m);
const struct act *make_child_coordinator(struct make *m);
/* One of a list of texts. */
const char *make_one_of(struct make *m, const char *const *list, size_t n);
#define ONE_OF(m, list) make_one_of((m), (list), sizeof(list) / sizeof(*(list)))

/* ---- parts, in the order they are made ---- */

enum err make_board(struct make *m) MUST_USE;
enum err make_services(struct make *m) MUST_USE;
/* What the catalogue got to know on this day. */
enum err make_late_bar(struct make *m) MUST_USE;
enum err make_providers(struct make *m) MUST_USE;
enum err make_contracts(struct make *m) MUST_USE;
/* Placements of a provider go over to its next contract (make_places.c). */
enum err place_roll_over(struct make *m, size_t provider, enum service s) MUST_USE;
/* A user with one position; returns who they are. */
enum err make_user(struct make *m, const char *login, const char *name, const char *kind,
		   const struct act *where, struct act *ret) MUST_USE;
/* Codes for invented organisations: an 8-digit registry code, an IBAN. In cx's arena. */
const char *make_registry_code(struct make *m, int serial);
const char *make_iban(struct make *m, int serial);
const char *make_phone(struct make *m);

/* Where somebody of a county wishes to go: the county itself, unless it has no sites. */
int make_wished_county(const struct make *m, int county);

void people_init(struct make *m);
/* A new adult or child of some municipality; a child comes with a parent. */
enum err people_adult(struct make *m, int min, int max, int32_t *ret) MUST_USE;
enum err people_child(struct make *m, int32_t *ret) MUST_USE;
/* Persons yet to be made reach the number ordered: carers and relatives. */
enum err people_rest(struct make *m) MUST_USE;

/* Tasks, partners, confirmations; then notes until there are enough. */
enum err make_extras(struct make *m) MUST_USE;
/* Month reports, one after another; e-invoices and the answer key. */
enum err make_months(struct make *m) MUST_USE;
enum err make_bills(struct make *m) MUST_USE;
enum err make_notes_plan(struct make *m) MUST_USE;
enum err make_notes(struct make *m) MUST_USE;

/* Days of the board, until a few hundred records are written. */
enum err make_days(struct make *m) MUST_USE;

#endif
