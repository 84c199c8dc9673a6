/* Shared by the files of referral and placement only. */
#ifndef HOOL_WORK_PLACEMENT_PLACEMENT_INT_H
#define HOOL_WORK_PLACEMENT_PLACEMENT_INT_H

#include "rule/rule.h"
#include "work/placement/placement.h"

#define NO_END 2147483647 /* in the place of an empty last day */

/* The name of a type, or of a field of it, as its file says. */
static inline const char *
label(const struct ctx *cx, const char *type, const char *field)
{
	const struct type *t = types_get(cx->world->types, type);
	const struct field *f = t == NULL || field == NULL ? NULL : type_field(t, field);

	if (t == NULL || (field != NULL && f == NULL))
		BUG(type);
	return msg(cx, f == NULL ? t->label_key : f->label_key);
}

/* ---- values given in a change ---- */

static inline bool
given(const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	return ch->given[f->index] && ch->v[f->index].set;
}

/* What the record will hold after the change; 0 if empty. `rec` may be NULL. */
static inline int64_t
will_be(const struct record *rec, const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	if (ch->given[f->index])
		return ch->v[f->index].set ? ch->v[f->index].i : 0;
	return rec == NULL ? 0 : record_int(rec, field);
}

/* The same for a date; CIVIL_NONE if empty. */
static inline int32_t
date_will_be(const struct record *rec, const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	if (ch->given[f->index])
		return ch->v[f->index].set ? (int32_t)ch->v[f->index].i : CIVIL_NONE;
	return rec == NULL ? CIVIL_NONE : record_date(rec, field);
}

/* ---- places (places.c) ---- */

/* A site a person may be referred to. */
struct place_offer {
	int64_t site, provider, contract; /* contract in force that day */
	const char *site_name, *provider_name, *address, *county, *contract_number;
	const char *work_kinds, *languages, *target_groups; /* ",a,b," or NULL */
	int32_t first_free, confirmed_on, contract_ends;
	bool limited;	      /* its places are counted */
	int64_t places, free; /* free: never below 0 */
	int64_t left;	      /* under the contract's ceiling; INT64_MAX: no ceiling */
	bool wished_provider, wished_county;
};

/* Has it room, at the site and under the contract? */
bool place_open(const struct place_offer *o);
/*
 * Sites for a service on a day, of providers with a contract in force; wished provider and county
 * (may be 0 and NULL) first, then by name. `site` 0: all; at most 200.
 */
enum err place_offers(struct ctx *cx, int64_t service, int32_t on, int64_t site, int64_t provider,
		      const char *county, struct place_offer **ret, size_t *ret_n) MUST_USE;
/* The contract of a provider for a service on a day; 0: none in force. */
enum err place_contract(struct ctx *cx, int64_t provider, int64_t service, int32_t on,
			int64_t *ret) MUST_USE;
/* The first stage of a service in force on a day; 0: it has none. */
enum err place_first_stage(struct ctx *cx, int64_t service, int32_t on, int64_t *ret) MUST_USE;

/* ---- bars (bars.c) ---- */

/* A period somebody would be on a service. */
struct stay {
	int64_t placement; /* its record, 0 while there is none */
	int64_t person, service, stage;
	int32_t starts, ends; /* CIVIL_NONE: open */
	bool fresh;	      /* all of it in `stage`; else in the stages of the record's periods */
};
/* A placement that may not be beside a stay. */
struct clash {
	int64_t placement;
	const char *number, *service;
	int32_t starts, ends;
	bool same;	 /* the same service; else barred */
	const char *law; /* of the bar, or NULL */
};

/* The first clash of a stay; ret->placement 0: none. */
enum err bars_clash(struct ctx *cx, const struct stay *s, struct clash *ret) MUST_USE;
/* The same as a refusal that says the service and its period: ERR_CONFLICT. */
enum err bars_check(struct ctx *cx, const struct stay *s) MUST_USE;

/* ---- periods (periods.c) ---- */

struct period {
	int64_t id;
	bool pause;
	int64_t stage;
	int32_t starts, ends; /* CIVIL_NONE: open */
	const char *reason;
};

/* The periods of a placement, first to last. */
enum err periods_of(struct ctx *cx, int64_t placement, struct period **ret, size_t *ret_n) MUST_USE;
/* Make one, as the program itself. */
enum err period_begin(struct ctx *cx, const struct record *placement, bool pause, int64_t stage,
		      int32_t starts, const char *reason) MUST_USE;
/* Set the last day of a period; CIVIL_NONE leaves it open. */
enum err period_end(struct ctx *cx, int64_t period, int32_t ends) MUST_USE;
/* First and last day of a placement are those of its first and last period. */
enum err periods_follow(struct ctx *cx, const struct record *placement) MUST_USE;

/* ---- overlaps back through history (radar_page.c) ---- */

#define MAX_OVERLAPS 200 /* shown */

/* Two placements of one person that a bar does not let be together. */
struct overlap {
	int64_t bar, person;
	const char *law, *name; /* name of the person */
	bool confirmed;		/* the bar */
	struct {
		const char *href, *number, *service;
	} side[2];
	int32_t first, last; /* days of both; last NO_END: open */
};

struct radar {
	struct overlap list[MAX_OVERLAPS];
	size_t n;
	bool more;
	size_t hidden; /* one side of which the reader may not see */
};

/* All overlaps by one bar, or (0) by any, the latest first. */
enum err radar_find(struct ctx *cx, int64_t bar, struct radar **ret) MUST_USE;

/* ---- sessions of a calendar year (session.c) ---- */

#define MAX_CODES 64 /* of one year */

struct code_sum {
	const char *code, *name; /* name: of its price, or NULL */
	int64_t sessions, minutes, cents;
};

/* Of one person and service, whatever the provider. */
struct session_year {
	int32_t from, to;
	struct code_sum codes[MAX_CODES];
	size_t n;
	int64_t sessions, minutes, cents;
	bool sure;	 /* every price was confirmed */
	int64_t unknown; /* sessions without any price */
	bool capped;	 /* there is a ceiling */
	int64_t ceiling, excess, left;
	struct part_trace *why;
	size_t nwhy;
};

/* The sessions of a placement's person in a year, held against the service's yearly ceiling. */
enum err session_year(struct ctx *cx, const struct record *placement, int year,
		      struct session_year *ret) MUST_USE;

/* ---- hooks ---- */

enum err referral_making(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err referral_made(struct ctx *cx, const struct record *rec) MUST_USE;
enum err referral_editing(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err referral_starting(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err referral_started(struct ctx *cx, const struct record *rec) MUST_USE;
enum err referral_cancelled(struct ctx *cx, const struct record *rec) MUST_USE;
enum err referral_delivered(struct ctx *cx, const struct record *decision) MUST_USE;
enum err emergency_changed(struct ctx *cx, const struct record *emergency) MUST_USE;

enum err placement_making(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err placement_made(struct ctx *cx, const struct record *rec) MUST_USE;
enum err placement_editing(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err placement_edited(struct ctx *cx, const struct record *rec) MUST_USE;
enum err stage_changing(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err stage_changed(struct ctx *cx, const struct record *rec) MUST_USE;
enum err pausing(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err paused(struct ctx *cx, const struct record *rec) MUST_USE;
enum err resumed(struct ctx *cx, const struct record *rec) MUST_USE;
enum err finishing(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;
enum err finished(struct ctx *cx, const struct record *rec) MUST_USE;
enum err session_making(struct ctx *cx, const struct record *rec, struct change *ch) MUST_USE;

/* The decision somebody is referred by from the queue: the entry's own, or, if that was annulled or
 * there is none, the newest that grants the service; 0: none. */
enum err referral_decision(struct ctx *cx, const struct record *entry, int64_t *ret) MUST_USE;

/* ---- pages ---- */

enum err refer_page(struct visit *v) MUST_USE;
enum err refer_post(struct visit *v) MUST_USE;
enum err decision_refer_panel(struct visit *v, const struct record *r) MUST_USE;
enum err referral_panel(struct visit *v, const struct record *r) MUST_USE;
enum err placement_panel(struct visit *v, const struct record *r) MUST_USE;
enum err session_panel(struct visit *v, const struct record *r) MUST_USE;
enum err radar_page(struct visit *v) MUST_USE;
enum err radar_panel(struct visit *v, const struct record *r) MUST_USE;
enum err overviews_home(struct visit *v) MUST_USE;

#endif
