/*
 * "Suuna teenusele": from a place in the queue, or from a decision where no queue is kept, to a
 * site with room. Choosing a site asks again with what will happen; then the referral is made.
 *
 *	GET  /suuna/jarjekord/N   /suuna/otsus/N          the sites
 *	GET  …?koht=ID            POST …?koht=ID          this one
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "core/access.h"
#include "rule/place.h"
#include "work/placement/placement_int.h"

static const char REFERRAL_BY[] = "SELECT 1 FROM referral WHERE decision = ?1 AND "
				  "sys_state IN ('issued', 'started') AND sys_deleted = 0 LIMIT 1";

struct refer {
	struct visit *v;
	struct record *from;	 /* queue_entry or decision */
	struct record *decision; /* NULL: none yet */
	struct record *service;
	int64_t person, provider; /* provider wished; 0: none */
	const char *county;	  /* wished; NULL: none */
	const char *person_name, *provider_name;
	const char *address; /* of this page */
	struct place_offer *offers;
	size_t n;
	struct clash clash;
};

static bool
is_queue(const struct refer *rf)
{
	return strcmp(rf->from->type->name, "queue_entry") == 0;
}

static enum err
load_decision(struct refer *rf)
{
	int64_t id = rf->from->id;

	if (is_queue(rf))
		TRY(referral_decision(rf->v->cx, rf->from, &id));
	if (id == 0)
		return OK;
	return record_get(rf->v->cx, "decision", id, &rf->decision);
}

/* Wishes stand in the queue, or in the application the decision is about. */
static enum err
load_wishes(struct refer *rf)
{
	struct record *from = rf->from;
	const char *href;

	if (!is_queue(rf)) {
		TRY(record_get(rf->v->cx, "application", record_int(rf->from, "application"),
			       &from));
		if (record_value(rf->from, "provider")->set)
			rf->provider = record_int(rf->from, "provider");
	}
	if (rf->provider == 0)
		rf->provider = record_int(from, "provider");
	rf->county = record_text(from, "county");
	return visit_title(rf->v, rf->provider, &rf->provider_name, &href);
}

/* Where the address says "jarjekord" or "otsus"; the rest is the record's number. */
static enum err
load(struct visit *v, struct refer *rf)
{
	struct ctx *cx = v->cx;
	bool queue = text_starts(v->x->path, "/suuna/jarjekord/");
	const struct type *t = types_get(cx->world->types, queue ? "queue_entry" : "decision");
	const char *href;

	*rf = (struct refer){ .v = v };
	cx->purpose = visit_purpose(v, types_get(cx->world->types, "referral"));
	TRY(record_load_number(cx, t, v->part[0], RIGHT_SEE, &rf->from));
	access_saw(cx, "record", rf->from->about);
	rf->address = arena_printf(cx->arena, "/suuna%s", visit_url_of(cx, rf->from, ""));
	rf->person = record_int(rf->from, "person");
	TRY(visit_title(v, rf->person, &rf->person_name, &href));
	TRY(record_get(cx, "service", record_int(rf->from, "service"), &rf->service));
	TRY(load_decision(rf));
	TRY(load_wishes(rf));
	if (!sql_may(cx, cx->world->types, types_get(cx->world->types, "referral"), RIGHT_CREATE))
		return fail(cx, ERR_DENIED, "err.denied_create",
			    msg(cx, types_get(cx->world->types, "referral")->label_key));
	return OK;
}

static enum err
load_offers(struct refer *rf, int64_t site)
{
	struct ctx *cx = rf->v->cx;
	struct stay stay = { .person = rf->person,
			     .service = rf->service->id,
			     .starts = cx->today,
			     .ends = CIVIL_NONE,
			     .fresh = true };

	if (record_int(rf->service, "staged") != 0)
		TRY(place_first_stage(cx, rf->service->id, cx->today, &stay.stage));
	TRY(bars_clash(cx, &stay, &rf->clash));
	return place_offers(cx, rf->service->id, cx->today, site, rf->provider, rf->county,
			    &rf->offers, &rf->n);
}

/* ---- what is known ---- */

static const char *
county_name(struct ctx *cx, const char *code)
{
	const struct place *p;

	if (code == NULL)
		return NULL;
	p = place_now(cx->world->rules, code, cx->today);
	return p == NULL ? code : p->name;
}

static const char *
choices_text(struct ctx *cx, const char *field, const char *s)
{
	const struct field *f = type_field(types_get(cx->world->types, "site"), field);
	const struct value v = { .set = s != NULL, .s = s };
	const char *text = "";

	if (value_text(cx, f, &v, &text) != OK)
		ctx_forgive(cx);
	return text;
}

/* What tells sites apart: kinds of work, or, where the service is given in sessions, whom for. */
static const char *
kinds_field(const struct refer *rf)
{
	const char *unit = record_text(rf->service, "unit");

	return unit != NULL && strcmp(unit, "session") == 0 ? "target_groups" : "work_kinds";
}

static const char *
kinds_of(const struct refer *rf, const struct place_offer *o)
{
	return strcmp(kinds_field(rf), "work_kinds") == 0 ? o->work_kinds : o->target_groups;
}

static void
write_known(struct refer *rf)
{
	struct ctx *cx = rf->v->cx;
	struct page *p = &rf->v->page;
	const char *wishes = is_queue(rf) ? record_text(rf->from, "wishes") : NULL;

	part_facts_begin(p);
	part_fact_link(p, label(cx, "referral", "person"), rf->person_name,
		       visit_url_of(cx, rf->from, ""));
	part_fact(p, label(cx, "referral", "service"), rf->service->title);
	part_fact(p, label(cx, "referral", "decision"),
		  rf->decision == NULL ? NULL : rf->decision->number);
	part_fact(p, msg(cx, "refer.wished_provider"), rf->provider_name);
	part_fact(p, msg(cx, "refer.wished_county"), county_name(cx, rf->county));
	if (wishes != NULL)
		part_fact(p, label(cx, "queue_entry", "wishes"), wishes);
	part_facts_end(p);
}

/* What stands in the way, beforehand. Returns whether a referral can be made at all. */
static bool
write_hindrances(struct refer *rf)
{
	struct ctx *cx = rf->v->cx;
	struct page *p = &rf->v->page;
	const struct clash *c = &rf->clash;

	if (c->placement != 0)
		part_notice(p, TONE_SOON,
			    msgf(cx, c->same ? "refer.same" : "refer.barred", c->service,
				 civil_text(cx->arena, c->starts),
				 c->ends == CIVIL_NONE ? "…" : civil_text(cx->arena, c->ends)),
			    msg(cx, "refer.clash_what"));
	if (rf->decision == NULL) {
		part_notice(p, TONE_LATE, msg(cx, "err.referral_no_decision"),
			    msg(cx, "refer.no_decision_what"));
		return false;
	}
	if (is_queue(rf) && !record_in(rf->from, "waiting")) {
		part_notice(p, TONE_LATE, msgf(cx, "err.referral_not_waiting", rf->from->number),
			    NULL);
		return false;
	}
	return true;
}

/* ---- the sites ---- */

/* Sites are often named after their provider: that is said once. */
static const char *
site_words(struct ctx *cx, const struct place_offer *o, bool address)
{
	const char *name = o->site_name;

	if (text_starts(name, o->provider_name) &&
	    text_starts(name + strlen(o->provider_name), ", "))
		name += strlen(o->provider_name) + 2;
	if (!address || o->address == NULL)
		return name;
	return arena_printf(cx->arena, "%s, %s", name, o->address);
}

static void
write_room(struct refer *rf, struct part_table *t, const struct place_offer *o)
{
	struct ctx *cx = rf->v->cx;
	struct page *p = &rf->v->page;

	if (!o->limited)
		part_cell_badge(p, t, TONE_OPEN, msg(cx, "refer.not_limited"));
	else if (o->left == 0)
		part_cell_badge(p, t, TONE_LATE, msg(cx, "refer.ceiling"));
	else if (o->free == 0)
		part_cell_badge(p, t, TONE_OFF, msg(cx, "refer.full"));
	else
		part_cell_badge(p, t, TONE_DONE,
				msgf(cx, "refer.free_of",
				     text_count(cx->arena, o->free < o->left ? o->free : o->left),
				     text_count(cx->arena, o->places)));
}

static void
write_offer(struct refer *rf, struct part_table *t, const struct place_offer *o, bool may)
{
	struct ctx *cx = rf->v->cx;
	struct page *p = &rf->v->page;
	const char *href = may && place_open(o) ? arena_printf(cx->arena, "%s?koht=%lld",
							       rf->address, (long long)o->site)
						: NULL;

	part_row_begin(p, t, href, o->site, o->site_name);
	if (href != NULL)
		part_cell_link(p, t, NULL, msg(cx, "refer.here"));
	else
		part_cell_text(p, t, NULL);
	part_cell_begin(p, t);
	html_element(p->h, "div", NULL, o->provider_name);
	html_element(p->h, "div", "quiet", site_words(cx, o, false));
	part_cell_end(p, t);
	part_cell_begin(p, t);
	html_text(p->h, county_name(cx, o->county));
	if (o->wished_provider || o->wished_county) {
		html_open(p->h, "div");
		part_badge(p, TONE_OPEN, msg(cx, "refer.wished"));
		html_close(p->h, "div");
	}
	part_cell_end(p, t);
	write_room(rf, t, o);
	part_cell_text(p, t, choices_text(cx, kinds_field(rf), kinds_of(rf, o)));
	part_cell_text(p, t, choices_text(cx, "languages", o->languages));
	part_cell_date(p, t, o->first_free);
	part_row_end(p, t);
}

static bool
wanted(const struct refer *rf, const struct place_offer *o)
{
	const char *county = http_query(rf->v->x, "maakond"), *kind = http_query(rf->v->x, "too");

	if (county != NULL && *county != '\0' && !text_equal(county, o->county))
		return false;
	if (kind == NULL || *kind == '\0')
		return true;
	return kinds_of(rf, o) != NULL &&
	       strstr(kinds_of(rf, o), arena_printf(rf->v->cx->arena, ",%s,", kind)) != NULL;
}

/* The counties the sites lie in, once each. */
static size_t
county_choices(struct refer *rf, struct part_choice *out, size_t max)
{
	const char *chosen = http_query(rf->v->x, "maakond");
	size_t n = 0;

	for (size_t i = 0; i < rf->n && n < max; i++) {
		const char *code = rf->offers[i].county;
		bool known = code == NULL;

		for (size_t k = 0; k < n; k++)
			known = known || strcmp(out[k].value, code) == 0;
		if (!known)
			out[n++] = (struct part_choice){ .value = code,
							 .label = county_name(rf->v->cx, code),
							 .chosen = text_equal(code, chosen) };
	}
	return n;
}

static void
write_filter(struct refer *rf)
{
	struct ctx *cx = rf->v->cx;
	const struct field *f = type_field(types_get(cx->world->types, "site"), kinds_field(rf));
	const char *kind = http_query(rf->v->x, "too"), *county = http_query(rf->v->x, "maakond");
	struct part_choice counties[20], *kinds;
	struct part_field fields[2];

	kinds = ARENA_ARRAY(cx->arena, (size_t)f->nchoices, struct part_choice);
	for (int i = 0; i < f->nchoices; i++)
		kinds[i] = (struct part_choice){ .value = f->choices[i].name,
						 .label = msg(cx, f->choices[i].label_key),
						 .chosen = text_equal(f->choices[i].name, kind) };
	fields[0] = (struct part_field){ .kind = ASK_CHOICE,
					 .name = "maakond",
					 .optional = true,
					 .label = msg(cx, "refer.county"),
					 .value = county == NULL ? "" : county,
					 .choices = counties,
					 .n_choices = county_choices(rf, counties, 20) };
	fields[1] = (struct part_field){ .kind = ASK_CHOICE,
					 .name = "too",
					 .optional = true,
					 .label = msg(cx, f->label_key),
					 .value = kind == NULL ? "" : kind,
					 .choices = kinds,
					 .n_choices = (size_t)f->nchoices };
	part_filter(&rf->v->page, rf->address, fields, 2, false, rf->address);
}

static void
write_offers(struct refer *rf, bool may)
{
	struct ctx *cx = rf->v->cx;
	struct page *p = &rf->v->page;
	struct part_column cols[] = {
		{ .label = msg(cx, "refer.choose") },
		{ .label = msg(cx, "refer.site") },
		{ .label = msg(cx, "refer.county") },
		{ .label = msg(cx, "refer.places") },
		{ .label = label(cx, "site", kinds_field(rf)) },
		{ .label = label(cx, "site", "languages") },
		{ .label = msg(cx, "refer.first_free") },
	};
	struct part_table t = {
		.caption = msg(cx, "refer.sites"), .columns = cols, .n_columns = 7, .keys = true
	};
	size_t shown = 0;

	for (size_t i = 0; i < rf->n; i++)
		shown += wanted(rf, &rf->offers[i]);
	part_section_begin(p, "kohad", msg(cx, "refer.sites"));
	if (rf->n > 1)
		write_filter(rf);
	if (shown == 0) {
		part_empty(p, msg(cx, "refer.nowhere"), msg(cx, "refer.nowhere_what"), NULL, NULL);
	} else {
		part_table_begin(p, &t);
		for (size_t i = 0; i < rf->n; i++)
			if (wanted(rf, &rf->offers[i]))
				write_offer(rf, &t, &rf->offers[i], may);
		part_table_end(p, &t);
	}
	part_section_end(p);
}

static enum err
show_sites(struct refer *rf)
{
	struct visit *v = rf->v;
	struct part_link crumb = { .label = rf->from->number,
				   .href = visit_url_of(v->cx, rf->from, "") };
	bool may;

	TRY(load_offers(rf, 0));
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.wide = true;
	visit_page_begin(v, msg(v->cx, "refer.title"));
	if (v->error != OK)
		part_notice(&v->page, TONE_LATE, msg_error(v->cx), NULL);
	may = write_hindrances(rf);
	write_known(rf);
	write_offers(rf, may);
	return visit_page_end(v);
}

/* ---- this one ---- */

/* What the time to arrive will be, in words. */
static enum err
time_words(struct refer *rf, const char **ret)
{
	struct ctx *cx = rf->v->cx;
	const char *rule = record_text(rf->service, "arrival_rule");
	const char *from = record_text(rf->service, "arrival_from");
	int32_t day = cx->today, due;

	*ret = msg(cx, "refer.no_time");
	if (rule == NULL)
		return OK;
	if (from != NULL && strcmp(from, "delivered") == 0)
		day = rf->decision == NULL ? CIVIL_NONE : record_date(rf->decision, "deemed_on");
	if (day == CIVIL_NONE) {
		*ret = msg(cx, "refer.time_later");
		return OK;
	}
	TRY(rule_due(cx, cx->world->rules, rule, day, &due));
	*ret = msgf(cx, "refer.time", civil_text(cx->arena, due));
	return OK;
}

static enum err
show_one(struct refer *rf)
{
	struct visit *v = rf->v;
	struct ctx *cx = v->cx;
	const struct error cause = cx->error;
	const struct place_offer *o = &rf->offers[0];
	const struct field *f = type_field(types_get(cx->world->types, "referral"), "issued_on");
	struct part_link crumb = { .label = msg(cx, "refer.title"), .href = rf->address };
	const char *effects[4];
	struct part_field field;
	struct part_confirm c = { .effects = effects,
				  .fields = &field,
				  .n_fields = 1,
				  .key = visit_key(v),
				  .cancel_href = rf->address };

	ctx_forgive(cx);
	c.action = arena_printf(cx->arena, "%s?koht=%lld", rf->address, (long long)o->site);
	c.question = msgf(cx, "refer.question", rf->person_name, rf->service->title,
			  o->provider_name, site_words(cx, o, true));
	c.button = msg(cx, "refer.do");
	effects[c.n_effects++] =
		o->limited ? msgf(cx, "refer.effect_place",
				  text_count(cx->arena, o->free > 0 ? o->free - 1 : 0))
			   : msg(cx, "refer.effect_no_limit");
	TRY(time_words(rf, &effects[c.n_effects]));
	c.n_effects++;
	if (is_queue(rf))
		effects[c.n_effects++] = msg(cx, "refer.effect_queue");
	effects[c.n_effects++] = msg(cx, "refer.effect_seen");
	cx->error = cause;
	TRY(visit_field(v, f, NULL, &field));
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	visit_page_begin(v, msg(cx, "refer.confirm"));
	part_error_summary(&v->page, &field, 1);
	if (v->error != OK && field.error == NULL)
		part_notice(&v->page, TONE_LATE, msg_error(cx), NULL);
	part_confirm(&v->page, &c);
	return visit_page_end(v);
}

static enum err
has_referral(struct ctx *cx, int64_t decision, bool *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;

	TRY(db_query(cx, REFERRAL_BY, DB_ARGS(db_int(decision)), &q));
	return stmt_step(cx, q, ret);
}

/* On a decision's own page, where no queue is kept: the way here, until somebody was referred. */
enum err
decision_refer_panel(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	const char *outcome = record_text(r, "outcome"), *queue;
	struct record *service;
	bool referred = false;

	if (outcome == NULL || strcmp(outcome, "grant") != 0 || record_in(r, "draft") ||
	    record_in(r, "annulled") ||
	    !sql_may(cx, cx->world->types, types_get(cx->world->types, "referral"), RIGHT_CREATE))
		return OK;
	TRY(record_get(cx, "service", record_int(r, "service"), &service));
	queue = record_text(service, "queue");
	TRY(has_referral(cx, r->id, &referred));
	if (referred || (queue != NULL && strcmp(queue, "none") != 0))
		return OK;
	part_section_begin(&v->page, "suunamine", msg(cx, "refer.title"));
	part_text(&v->page, msg(cx, "refer.from_decision"));
	part_button_link(&v->page, arena_printf(cx->arena, "/suuna%s", visit_url_of(cx, r, "")),
			 msg(cx, "refer.title"), ICON_NEXT, true);
	part_section_end(&v->page);
	return OK;
}

static int64_t
site_asked(struct visit *v)
{
	const char *id = http_query(v->x, "koht");
	int64_t site;

	return id != NULL && text_int(id, 1, INT64_MAX, &site) ? site : 0;
}

enum err
refer_page(struct visit *v)
{
	const struct error cause = v->cx->error;
	struct refer rf;

	ctx_forgive(v->cx);
	TRY(load(v, &rf));
	if (site_asked(v) != 0)
		TRY(load_offers(&rf, site_asked(v)));
	v->cx->error = cause;
	return rf.n > 0 ? show_one(&rf) : show_sites(&rf);
}

enum err
refer_post(struct visit *v)
{
	const struct type *t = types_get(v->cx->world->types, "referral");
	const struct field *const issued = type_field(t, "issued_on");
	struct change *ch = change_of(v->cx, t);
	struct record *made;
	struct refer rf;
	int64_t id;

	TRY(load(v, &rf));
	TRY(visit_typed(v, &issued, 1, ch));
	if (is_queue(&rf))
		change_int(ch, "queue_entry", rf.from->id);
	if (rf.decision != NULL)
		change_int(ch, "decision", rf.decision->id);
	change_int(ch, "person", rf.person);
	change_int(ch, "service", rf.service->id);
	if (site_asked(v) != 0)
		change_int(ch, "site", site_asked(v));
	TRY(record_create(v->cx, ch, &id));
	TRY(record_get(v->cx, "referral", id, &made));
	return visit_go(v, visit_url_of(v->cx, made, ""));
}
