/*
 * What a provider sees first: who is with them, who is awaited, and how much room there is. And for
 * officials the list of all sites with room, by county and kind of work: /osutajad.
 */
#include "work/provider/provider.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "core/access.h"
#include "work/provider/provider_int.h"

#define SHOWN 20 /* people of each list on the home page */

static const char AWAITED[] =
	"SELECT f.sys_number, f.person, r.title, s.name, i.name, f.issued_on, f.start_by "
	"FROM referral f JOIN sys_record r ON r.id = f.person JOIN service s ON s.sys_id = "
	"f.service "
	"JOIN site i ON i.sys_id = f.site WHERE f.provider = ?1 AND f.sys_state = 'issued' AND "
	"f.sys_deleted = 0 ORDER BY coalesce(f.start_by, 2147483647), f.issued_on, f.sys_id LIMIT "
	"21";
static const char WITH_US[] = "SELECT count(*) FROM (SELECT 1 FROM placement WHERE provider = ?1 "
			      "AND sys_open = 1 AND sys_deleted = 0 LIMIT 1001) n";

struct awaited {
	const char *number, *name, *service, *site;
	int64_t person;
	int32_t issued, start_by;
};

static enum err
read_awaited(struct visit *v, struct awaited *list, size_t *ret_n, bool *ret_more)
{
	struct ctx *cx = v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	*ret_more = false;
	TRY(db_query(cx, AWAITED, DB_ARGS(db_int(cx->who.org)), &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (n == SHOWN) {
			*ret_more = true;
			break;
		}
		list[n] = (struct awaited){ .number = stmt_copy(cx, q, 0),
					    .person = stmt_int(q, 1),
					    .name = stmt_copy(cx, q, 2),
					    .service = stmt_copy(cx, q, 3),
					    .site = stmt_copy(cx, q, 4),
					    .issued = stmt_date(q, 5),
					    .start_by = stmt_date(q, 6) };
		access_saw(cx, "list", list[n++].person);
	}
	*ret_n = n;
	return OK;
}

static void
write_awaited(struct visit *v, const struct awaited *list, size_t n, bool more)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	struct part_column cols[] = { { .label = label(cx, "referral", "person") },
				      { .label = label(cx, "referral", "service") },
				      { .label = label(cx, "referral", "site") },
				      { .label = label(cx, "referral", "issued_on") },
				      { .label = label(cx, "referral", "start_by") } };
	struct part_table t = { .caption = msg(cx, "provider.waiting"),
				.columns = cols,
				.n_columns = 5,
				.keys = true };

	part_table_begin(p, &t);
	for (size_t i = 0; i < n; i++) {
		const char *href =
			visit_url(cx, types_get(cx->world->types, "referral"), list[i].number);
		const char *words;
		enum tone tone = visit_due(cx, list[i].start_by, 2, &words);

		part_row_begin(p, &t, href, 0, list[i].name);
		part_cell_link(p, &t, href, list[i].name);
		part_cell_text(p, &t, list[i].service);
		part_cell_text(p, &t, list[i].site);
		part_cell_date(p, &t, list[i].issued);
		if (list[i].start_by == CIVIL_NONE)
			part_cell_text(p, &t, NULL);
		else
			part_cell_clock(p, &t, tone, words, list[i].start_by);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
	if (more)
		html_link(p->h, "/suunamine?vaade=to_us", NULL, msg(cx, "provider.all_waiting"));
}

static void
write_figures(struct visit *v, int64_t with_us, int64_t free, size_t waiting, bool more)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;

	part_figures_begin(p);
	part_figure(p, &(struct part_figure){
			       .label = msg(cx, "provider.with_us"),
			       .value = with_us > MAX_COUNT
						? arena_printf(cx->arena, "%s+",
							       text_count(cx->arena, MAX_COUNT))
						: text_count(cx->arena, with_us),
			       .href = "/teenusel?vaade=ours",
			       .href_label = msg(cx, "provider.see_people") });
	part_figure(p, &(struct part_figure){
			       .label = msg(cx, "provider.waiting"),
			       .value = arena_printf(cx->arena, "%zu%s", waiting, more ? "+" : ""),
			       .href = "/suunamine?vaade=to_us",
			       .href_label = msg(cx, "provider.all_waiting") });
	part_figure(p, &(struct part_figure){ .label = msg(cx, "provider.free_now"),
					      .value = text_count(cx->arena, free),
					      .href = "/tegevuskoht?vaade=mine",
					      .href_label = msg(cx, "provider.see_sites") });
	part_figures_end(p);
}

/* Data of the provider or of a site that nobody has confirmed for long. */
static enum err
write_unconfirmed(struct visit *v, const struct record *org)
{
	const char *words;
	enum tone tone;

	TRY(confirm_state(v->cx, record_date(org, "confirmed_on"), &tone, &words));
	if (tone == TONE_DONE)
		return OK;
	part_notice(&v->page, tone, msgf(v->cx, "provider.our_data", words),
		    msg(v->cx, "provider.confirm_what"));
	part_button_link(&v->page, visit_url_of(v->cx, org, ""), msg(v->cx, "provider.look_data"),
			 ICON_NONE, false);
	return OK;
}

enum err
provider_home(struct visit *v)
{
	struct ctx *cx = v->cx;
	struct awaited *list = ARENA_ARRAY(cx->arena, SHOWN, struct awaited);
	struct record *org;
	struct room *rooms;
	size_t n = 0, nrooms = 0;
	int64_t with_us = 0, free = 0;
	bool more = false;

	if (!visit_duty(v, "TO.1") || cx->who.org == 0)
		return OK;
	TRY(record_get(cx, "organisation", cx->who.org, &org));
	TRY(read_awaited(v, list, &n, &more));
	TRY(room_of(cx, cx->who.org, 0, &rooms, &nrooms));
	TRY(db_get_int(cx, WITH_US, DB_ARGS(db_int(cx->who.org)), &with_us));
	for (size_t i = 0; i < nrooms; i++)
		free += room_free(&rooms[i]);
	part_section_begin(&v->page, "osutaja", org->title);
	TRY(write_unconfirmed(v, org));
	write_figures(v, with_us, free, n, more);
	part_heading(&v->page, 3, NULL, msg(cx, "provider.waiting"));
	if (n == 0)
		part_empty(&v->page, msg(cx, "provider.nobody_waits"), NULL, NULL, NULL);
	else
		write_awaited(v, list, n, more);
	part_heading(&v->page, 3, NULL, msg(cx, "provider.rooms"));
	write_rooms(v, msg(cx, "provider.rooms"), rooms, nrooms);
	part_section_end(&v->page);
	return OK;
}

/* ---- all with room ---- */

static bool
wanted(struct visit *v, const struct room *r)
{
	const char *county = http_query(v->x, "maakond"), *kind = http_query(v->x, "too");
	const char *service = http_query(v->x, "teenus"), *free = http_query(v->x, "vabad");

	if (county != NULL && *county != '\0' && !text_equal(county, r->county))
		return false;
	if (service != NULL && *service != '\0' && !text_equal(service, r->service_code))
		return false;
	if (kind != NULL && *kind != '\0' &&
	    (r->work_kinds == NULL ||
	     strstr(r->work_kinds, arena_printf(v->cx->arena, ",%s,", kind)) == NULL))
		return false;
	return !text_equal(free, "1") || room_free(r) > 0;
}

/* Values met in the rows, once each. */
struct seen {
	struct part_choice list[40];
	size_t n;
};

static void
see(struct seen *s, const char *value, const char *label, const char *chosen)
{
	if (value == NULL || s->n == sizeof(s->list) / sizeof(*s->list))
		return;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->list[i].value, value) == 0)
			return;
	s->list[s->n++] = (struct part_choice){ .value = value,
						.label = label,
						.chosen = text_equal(value, chosen) };
}

static struct part_field
filter(struct visit *v, const char *name, const char *label, const struct seen *s)
{
	const char *value = http_query(v->x, name);

	return (struct part_field){ .kind = ASK_CHOICE,
				    .name = name,
				    .label = label,
				    .value = value == NULL ? "" : value,
				    .optional = true,
				    .choices = s->list,
				    .n_choices = s->n };
}

static void
write_filter(struct visit *v, const struct room *rooms, size_t n)
{
	struct ctx *cx = v->cx;
	const struct field *f = type_field(types_get(cx->world->types, "site"), "work_kinds");
	struct seen *counties = ARENA_NEW(cx->arena, struct seen);
	struct seen *services = ARENA_NEW(cx->arena, struct seen);
	struct seen *kinds = ARENA_NEW(cx->arena, struct seen);
	struct seen *free = ARENA_NEW(cx->arena, struct seen);
	struct part_field fields[4];

	for (size_t i = 0; i < n; i++) {
		see(services, rooms[i].service_code, rooms[i].service_name,
		    http_query(v->x, "teenus"));
		see(counties, rooms[i].county, county_name(cx, rooms[i].county),
		    http_query(v->x, "maakond"));
	}
	for (int i = 0; i < f->nchoices; i++)
		see(kinds, f->choices[i].name, msg(cx, f->choices[i].label_key),
		    http_query(v->x, "too"));
	fields[0] = filter(v, "teenus", label(cx, "service", NULL), services);
	fields[1] = filter(v, "maakond", msg(cx, "provider.county"), counties);
	fields[2] = filter(v, "too", msg(cx, f->label_key), kinds);
	see(free, "1", msg(cx, "provider.only_free"), http_query(v->x, "vabad"));
	fields[3] = filter(v, "vabad", msg(cx, "provider.free"), free);
	part_filter(&v->page, "/osutajad", fields, 4, false, "/osutajad");
}

static enum err
write_row(struct visit *v, struct part_table *t, const struct room *r)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	const char *href = visit_url(cx, types_get(cx->world->types, "site"), r->site_number);
	const char *words;
	enum tone tone;

	TRY(confirm_state(cx, r->confirmed_on, &tone, &words));
	part_row_begin(p, t, href, r->site, r->site_name);
	part_cell_link(p, t, href,
		       text_starts(r->site_name, r->provider_name)
			       ? r->site_name
			       : arena_printf(cx->arena, "%s, %s", r->provider_name, r->site_name));
	part_cell_text(p, t, county_name(cx, r->county));
	part_cell_text(p, t, r->service_code);
	part_cell_badge(p, t, room_free(r) > 0 ? TONE_DONE : TONE_OFF,
			msgf(cx, "provider.free_of", text_count(cx->arena, room_free(r)),
			     text_count(cx->arena, r->places)));
	part_cell_text(p, t, site_choices(cx, "work_kinds", r->work_kinds));
	part_cell_text(p, t, site_choices(cx, "languages", r->languages));
	part_cell_date(p, t, r->first_free);
	part_cell_badge(p, t, tone, words);
	part_row_end(p, t);
	return OK;
}

enum err
providers_page(struct visit *v)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = { { .label = label(cx, "site", NULL) },
				      { .label = msg(cx, "provider.county") },
				      { .label = label(cx, "service", NULL) },
				      { .label = msg(cx, "provider.free") },
				      { .label = label(cx, "site", "work_kinds") },
				      { .label = label(cx, "site", "languages") },
				      { .label = label(cx, "site", "first_free") },
				      { .label = msg(cx, "provider.data") } };
	struct part_table t = { .caption = msg(cx, "provider.with_room"),
				.columns = cols,
				.n_columns = 8,
				.keys = true };
	const struct type *site = types_get(cx->world->types, "site");
	struct room *rooms;
	size_t n = 0, shown = 0;

	if (!sql_may(cx, cx->world->types, site, RIGHT_SEE))
		return fail(cx, ERR_DENIED, "err.denied_see", msg(cx, site->plural_key));
	cx->purpose = visit_purpose(v, site);
	/* An outside provider sees no other's places. */
	TRY(room_of(cx, visit_duty(v, "TO.1") ? cx->who.org : 0, 0, &rooms, &n));
	for (size_t i = 0; i < n; i++)
		shown += wanted(v, &rooms[i]);
	v->page.counted = true;
	v->page.count = (long)shown;
	v->page.wide = true;
	visit_page_begin(v, msg(cx, "provider.with_room"));
	write_filter(v, rooms, n);
	if (shown == 0)
		part_empty(&v->page, msg(cx, "provider.none_free"),
			   msg(cx, "provider.none_free_what"), NULL, NULL);
	else
		part_table_begin(&v->page, &t);
	for (size_t i = 0; i < n; i++)
		if (wanted(v, &rooms[i]))
			TRY(write_row(v, &t, &rooms[i]));
	if (shown > 0)
		part_table_end(&v->page, &t);
	if (n == MAX_ROOMS)
		part_quiet(&v->page, msg(cx, "provider.first_shown"));
	return visit_page_end(v);
}

static const struct web_route ROUTES[] = {
	{ "GET", "/osutajad", HTTP_READ, 0, providers_page, NULL },
	{ NULL, NULL, HTTP_READ, 0, NULL, NULL },
};

static const struct web_panel PANELS[] = {
	{ "organisation", provider_panel },
	{ "site", site_panel },
	{ "contract", contract_panel },
	{ NULL, NULL },
};

static const struct web_home HOMES[] = {
	{ provider_home },
	{ NULL },
};

const struct work PROVIDER_WORK = {
	.name = "provider", .routes = ROUTES, .panels = PANELS, .homes = HOMES
};
