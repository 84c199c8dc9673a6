/*
 * Sections of the provider register: on a provider's page its places, contracts against their
 * ceilings, prices and the confirmation of its data; on a site's and a contract's page their part.
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/provider/provider_int.h"

#define MAX_CONTRACTS 50
#define MAX_PRICES 200

/* ?1 provider or 0, ?2 contract or 0. Places: who is on service under it, and who is awaited by
 * the provider for its service. */
static const char CONTRACTS[] =
	"SELECT c.sys_id, c.sys_number, s.code, c.valid_from, c.valid_to, c.sys_state, "
	"c.max_places, c.max_cents, (SELECT count(*) FROM placement x WHERE x.contract = c.sys_id "
	"AND x.sys_open = 1 AND x.sys_deleted = 0), (SELECT count(*) FROM referral y WHERE "
	"y.provider = c.provider AND y.service = c.service AND y.sys_state = 'issued' AND "
	"y.sys_deleted = 0) FROM contract c JOIN service s ON s.sys_id = c.service "
	"WHERE c.sys_deleted = 0 AND (?1 = 0 OR c.provider = ?1) AND (?2 = 0 OR c.sys_id = ?2) "
	"ORDER BY c.sys_open DESC, c.valid_to DESC LIMIT 50";
/* What the settled months under a contract come to. */
static const char USED[] = "SELECT coalesce(sum(total_cents), 0) FROM claim WHERE contract = ?1 "
			   "AND sys_deleted = 0";
static const char PRICES[] =
	"SELECT s.code, g.code, p.code, p.name, p.unit, p.cents, p.valid_from, p.valid_to, "
	"p.confirmed FROM price p JOIN service s ON s.sys_id = p.service LEFT JOIN stage g ON "
	"g.sys_id = p.stage JOIN contract c ON c.sys_id = p.contract WHERE p.sys_deleted = 0 "
	"AND (?1 = 0 OR c.provider = ?1) AND (?2 = 0 OR c.sys_id = ?2) AND c.sys_state = 'active' "
	"AND p.valid_from <= ?3 AND coalesce(p.valid_to, 2147483647) >= ?3 "
	"ORDER BY s.code, g.ordinal, p.code, p.valid_from DESC LIMIT 200";

struct contract_row {
	int64_t id, max_places, max_cents, on_service, awaited, used;
	bool has_places, has_cents, has_used;
	const char *number, *service, *state;
	int32_t from, to;
};

static enum err
read_contracts(struct ctx *cx, int64_t provider, int64_t contract, struct contract_row **ret,
	       size_t *ret_n)
{
	struct contract_row *list = ARENA_ARRAY(cx->arena, MAX_CONTRACTS, struct contract_row);
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, CONTRACTS, DB_ARGS(db_int(provider), db_int(contract)), &q));
	for (; n < MAX_CONTRACTS; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n] = (struct contract_row){ .id = stmt_int(q, 0),
						 .number = stmt_copy(cx, q, 1),
						 .service = stmt_copy(cx, q, 2),
						 .from = stmt_date(q, 3),
						 .to = stmt_date(q, 4),
						 .state = stmt_copy(cx, q, 5),
						 .has_places = !stmt_is_null(q, 6),
						 .max_places = stmt_int(q, 6),
						 .has_cents = !stmt_is_null(q, 7),
						 .max_cents = stmt_int(q, 7),
						 .on_service = stmt_int(q, 8),
						 .awaited = stmt_int(q, 9) };
	}
	for (size_t i = 0; i < n && types_get(cx->world->types, "claim") != NULL; i++) {
		TRY(db_get_int(cx, USED, DB_ARGS(db_int(list[i].id)), &list[i].used));
		list[i].has_used = true;
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

/* "14 / 20" as a word, coloured by how near the ceiling is. */
static void
write_used(struct visit *v, struct part_table *t, int64_t used, bool capped, int64_t most,
	   bool money)
{
	struct arena *a = v->cx->arena;
	const char *left = money ? text_money(a, used) : text_count(a, used);
	const char *words;

	if (!capped) {
		part_cell_text(&v->page, t, left);
		return;
	}
	words = arena_printf(a, "%s / %s", left, money ? text_money(a, most) : text_count(a, most));
	part_cell_badge(&v->page, t,
			used > most		? TONE_LATE
			: used * 10 >= most * 9 ? TONE_SOON
						: TONE_OPEN,
			words);
}

static void
write_contract(struct visit *v, struct part_table *t, const struct contract_row *c)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	const struct type *type = types_get(cx->world->types, "contract");
	const char *href = visit_url_id(cx, c->id);
	bool over = strcmp(c->state, "active") == 0 && c->to < cx->today;
	int s = type_state(type, c->state);

	part_row_begin(p, t, href, c->id, c->number);
	if (href != NULL)
		part_cell_link(p, t, href, c->number);
	else
		part_cell_text(p, t, c->number);
	part_cell_text(p, t, c->service);
	part_cell_text(p, t,
		       arena_printf(cx->arena, "%s–%s", civil_text(cx->arena, c->from),
				    civil_text(cx->arena, c->to)));
	if (over)
		part_cell_badge(p, t, TONE_LATE, msg(cx, "provider.contract_over"));
	else
		part_cell_badge(p, t, strcmp(c->state, "active") == 0 ? TONE_OPEN : TONE_OFF,
				s < 0 ? c->state : msg(cx, type->states[s].label_key));
	write_used(v, t, c->on_service + c->awaited, c->has_places, c->max_places, false);
	if (c->has_used)
		write_used(v, t, c->used, c->has_cents, c->max_cents, true);
	else if (c->has_cents)
		part_cell_money(p, t, c->max_cents);
	else
		part_cell_text(p, t, NULL);
	part_row_end(p, t);
}

static void
write_contracts(struct visit *v, const struct contract_row *list, size_t n)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = { { .label = label(cx, "contract", NULL) },
				      { .label = label(cx, "service", NULL) },
				      { .label = msg(cx, "provider.valid") },
				      { .label = msg(cx, "column.state") },
				      { .label = msg(cx, "provider.used_places") },
				      { .label = msg(cx, "provider.used_money") } };
	struct part_table t = { .caption = msg(cx, "provider.contracts_all"),
				.show_caption = true,
				.columns = cols,
				.n_columns = 6,
				.keys = true };

	if (n == 0) {
		part_empty(&v->page, msg(cx, "provider.no_contract"),
			   msg(cx, "provider.no_contract_what"), NULL, NULL);
		return;
	}
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < n; i++)
		write_contract(v, &t, &list[i]);
	part_table_end(&v->page, &t);
}

/* ---- prices ---- */

struct price_row {
	const char *service, *stage, *code, *name, *unit;
	int64_t cents;
	int32_t from, to;
	bool confirmed;
};

static enum err
read_prices(struct ctx *cx, int64_t provider, int64_t contract, struct price_row **ret,
	    size_t *ret_n)
{
	const struct field *unit = type_field(types_get(cx->world->types, "price"), "unit");
	struct price_row *list = ARENA_ARRAY(cx->arena, MAX_PRICES, struct price_row);
	SCOPED(stmt) struct stmt *q = NULL;
	size_t n = 0;
	bool row;

	TRY(db_query(cx, PRICES, DB_ARGS(db_int(provider), db_int(contract), db_date(cx->today)),
		     &q));
	for (; n < MAX_PRICES; n++) {
		const struct choice *c;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		c = field_choice(unit, stmt_text(q, 4));
		list[n] = (struct price_row){ .service = stmt_copy(cx, q, 0),
					      .stage = stmt_copy(cx, q, 1),
					      .code = stmt_copy(cx, q, 2),
					      .name = stmt_copy(cx, q, 3),
					      .unit = c == NULL ? "" : msg(cx, c->label_key),
					      .cents = stmt_int(q, 5),
					      .from = stmt_date(q, 6),
					      .to = stmt_date(q, 7),
					      .confirmed = stmt_int(q, 8) != 0 };
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

static void
write_price(struct visit *v, struct part_table *t, const struct price_row *r)
{
	struct arena *a = v->cx->arena;
	struct page *p = &v->page;

	part_row_begin(p, t, NULL, 0, NULL);
	part_cell_text(p, t,
		       arena_printf(a, "%s%s%s", r->service, r->stage == NULL ? "" : " ",
				    r->stage == NULL ? "" : r->stage));
	part_cell_text(p, t,
		       arena_printf(a, "%s%s%s", r->code == NULL ? "" : r->code,
				    r->code == NULL || r->name == NULL ? "" : " ",
				    r->name == NULL ? "" : r->name));
	part_cell_text(p, t, r->unit);
	part_cell_money(p, t, r->cents);
	part_cell_date(p, t, r->from);
	if (r->confirmed)
		part_cell_date(p, t, r->to);
	else
		part_cell_badge(p, t, TONE_SOON, msg(v->cx, "part.unsure"));
	part_row_end(p, t);
}

static void
write_prices(struct visit *v, const struct price_row *list, size_t n)
{
	struct ctx *cx = v->cx;
	struct part_column cols[] = { { .label = label(cx, "service", NULL) },
				      { .label = label(cx, "price", "name") },
				      { .label = label(cx, "price", "unit") },
				      { .label = label(cx, "price", NULL), .number = true },
				      { .label = label(cx, "price", "valid_from") },
				      { .label = label(cx, "price", "valid_to") } };
	struct part_table t = { .caption = msg(cx, "provider.prices"),
				.show_caption = true,
				.columns = cols,
				.n_columns = 6 };

	if (n == 0)
		return;
	part_table_begin(&v->page, &t);
	for (size_t i = 0; i < n; i++)
		write_price(v, &t, &list[i]);
	part_table_end(&v->page, &t);
}

/* ---- confirmation ---- */

/* When the data were last confirmed, with the button for who may. */
static enum err
write_confirmed(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	const struct move *m = type_move(r->type, "confirm");
	const char *words;
	enum tone tone;
	bool may = false;

	TRY(confirm_state(cx, record_date(r, "confirmed_on"), &tone, &words));
	if (m != NULL)
		TRY(record_may_move(cx, r, m, &may));
	part_facts_begin(&v->page);
	part_fact_begin(&v->page, msg(cx, "provider.data"));
	part_badge(&v->page, tone, words);
	part_fact_end(&v->page);
	part_facts_end(&v->page);
	if (may && tone != TONE_DONE)
		part_post_button(&v->page, visit_url_of(cx, r, "/-/liigu"), PART_MOVE, "confirm",
				 msg(cx, "provider.confirm"), true);
	return OK;
}

static bool
may_see_prices(const struct visit *v)
{
	return sql_may(v->cx, v->cx->world->types, types_get(v->cx->world->types, "price"),
		       RIGHT_SEE);
}

enum err
provider_panel(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	const char *kind = record_text(r, "kind");
	bool contracts =
		sql_may(cx, cx->world->types, types_get(cx->world->types, "contract"), RIGHT_SEE);
	struct contract_row *list = NULL;
	struct price_row *prices = NULL;
	struct room *rooms;
	size_t n = 0, ncontracts = 0, nprices = 0;

	if (kind == NULL || strcmp(kind, "provider") != 0)
		return OK;
	TRY(room_of(cx, r->id, 0, &rooms, &n));
	if (contracts)
		TRY(read_contracts(cx, r->id, 0, &list, &ncontracts));
	if (may_see_prices(v))
		TRY(read_prices(cx, r->id, 0, &prices, &nprices));
	part_section_begin(&v->page, "kohad", msg(cx, "provider.rooms"));
	TRY(write_confirmed(v, r));
	write_rooms(v, msg(cx, "provider.rooms"), rooms, n);
	part_section_end(&v->page);
	if (!contracts)
		return OK;
	part_section_begin(&v->page, "lepingud", msg(cx, "provider.contracts"));
	write_contracts(v, list, ncontracts);
	write_prices(v, prices, nprices);
	part_section_end(&v->page);
	return OK;
}

enum err
site_panel(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	struct room *rooms;
	size_t n = 0;

	TRY(room_of(cx, 0, r->id, &rooms, &n));
	part_section_begin(&v->page, "kohad", msg(cx, "provider.rooms"));
	TRY(write_confirmed(v, r));
	write_rooms(v, msg(cx, "provider.rooms"), rooms, n);
	part_section_end(&v->page);
	return OK;
}

enum err
contract_panel(struct visit *v, const struct record *r)
{
	struct contract_row *list;
	struct price_row *prices = NULL;
	size_t n = 0, nprices = 0;

	TRY(read_contracts(v->cx, 0, r->id, &list, &n));
	if (may_see_prices(v))
		TRY(read_prices(v->cx, 0, r->id, &prices, &nprices));
	part_section_begin(&v->page, "kasutus", msg(v->cx, "provider.usage"));
	write_contracts(v, list, n);
	write_prices(v, prices, nprices);
	part_section_end(&v->page);
	return OK;
}
