/*
 * Practice data with every field of work's own code behind it: whole, of one piece, the same for
 * the same seed; and what was made wrong in the invoices is what the comparison finds.
 */
#include "work/practice/practice.h"

#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/map.h"
#include "base/text.h"
#include "core/history.h"
#include "core/test_world.h"
#include "db/fixture_test.h"
#include "format/json.h"
#include "work/application/application.h"
#include "work/decision/decision.h"
#include "work/person/person.h"
#include "work/placement/placement.h"
#include "work/queue/queue.h"
#include "work/settlement/invoice.h"
#include "work/settlement/settlement.h"

static const struct work *const WORKS[] = {
	&APPLICATION_WORK, &DECISION_WORK, &QUEUE_WORK, &PLACEMENT_WORK, &SETTLEMENT_WORK,
};

/* A new world with all hooks, and practice data in it. */
static void
make(struct test *t, struct practice_order *o, struct practice_report *ret)
{
	(void)test_world(t);
	test_hooks(t, PERSON_HOOKS);
	for (size_t i = 0; i < sizeof(WORKS) / sizeof(*WORKS); i++)
		if (WORKS[i]->hooks != NULL)
			test_hooks(t, WORKS[i]->hooks);
	o->today = t->cx.today;
	o->password = "harjutus";
	o->hash = "not a hash";
	EXPECT_OK(practice_make(&t->cx, test_world_db(t), o, ret));
}

static int64_t
number(struct test *t, const char *sql)
{
	int64_t n = -1;

	EXPECT_OK(db_get_int(&t->cx, sql, DB_NONE, &n));
	return n;
}

/* On PostgreSQL thousands of cases take minutes; the long run has them. */
#define LONG_ON_POSTGRES()                                                             \
	do {                                                                           \
		const char *mode = getenv("HOOL_MODE");                                \
		if (test_on_postgres() && (mode == NULL || strcmp(mode, "long") != 0)) \
			SKIP();                                                        \
	} while (0)

TEST(practice_makes_a_board_of_one_piece)
{
	struct practice_order o = { .persons = 50, .cases = 80, .seed = 7 };
	struct practice_report made;
	struct history_report history;
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	make(t, &o, &made);
	EXPECT_INT(80, made.cases);
	EXPECT_INT(80, number(t, "SELECT count(*) FROM application"));
	EXPECT_INT(made.persons, number(t, "SELECT count(*) FROM person"));
	EXPECT(made.persons >= 50 && made.persons <= 80);
	EXPECT_OK(history_verify(&t->cx, &history));
	EXPECT_INT(made.events, history.rows);
	EXPECT_INT(0, history.erased);
	if (test_on_postgres()) /* it lets none be wrong */
		return;
	EXPECT_OK(db_query(&t->cx, "SELECT 1 FROM pragma_foreign_key_check", DB_NONE, &q));
	EXPECT_OK(stmt_step(&t->cx, q, &row));
	EXPECT(!row);
}

/* What the guards of the database and of the code see to, asked once more from the side. */
TEST(practice_data_hold_together)
{
	static const char *const NONE[] = {
		"SELECT count(*) FROM sys_history WHERE at > 1779750000", /* 26.05.2026 */
		"SELECT count(*) FROM person WHERE code IS NULL",
		"SELECT count(*) FROM placement a JOIN placement b ON a.person = b.person AND "
		"a.service = b.service AND a.sys_id < b.sys_id AND a.starts <= coalesce(b.ends, "
		"99999) AND b.starts <= coalesce(a.ends, 99999)",
		"SELECT count(*) FROM (SELECT p.site, p.service, count(*) n FROM placement p WHERE "
		"p.sys_open = 1 GROUP BY 1, 2) x JOIN site_places s ON s.site = x.site AND "
		"s.service = x.service AND s.valid_to IS NULL WHERE x.n > s.places",
		"SELECT count(*) FROM placement WHERE sys_open = 1 AND contract IS NULL",
		"SELECT count(*) FROM placement p JOIN service s ON s.sys_id = p.service WHERE "
		"s.code = 'PKT' AND p.sys_open = 1",
		"SELECT count(*) FROM application a JOIN decision d ON d.application = a.sys_id "
		"WHERE d.signed_on < a.arrived",
		"SELECT count(*) FROM placement p WHERE NOT EXISTS (SELECT 1 FROM placement_period "
		"d "
		"WHERE d.placement = p.sys_id)",
		"SELECT count(*) FROM rehab_session r JOIN placement p ON p.sys_id = r.placement "
		"WHERE r.held_on < p.starts OR r.held_on > coalesce(p.ends, 99999)",
	};
	struct practice_order o = { .persons = 400, .cases = 600, .seed = 3 };
	struct practice_report made;

	LONG_ON_POSTGRES();
	make(t, &o, &made);
	for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++)
		EXPECT_INT(0, number(t, NONE[i]));
	/* There is something to do for everybody. */
	EXPECT(number(t, "SELECT count(*) FROM application WHERE sys_open = 1") > 5);
	EXPECT(number(t, "SELECT count(*) FROM queue_entry WHERE sys_state = 'waiting'") > 3);
	EXPECT(number(t, "SELECT count(*) FROM placement WHERE sys_open = 1") > 50);
	EXPECT(number(t, "SELECT count(*) FROM claim WHERE sys_state = 'frozen'") > 20);
	EXPECT(number(t, "SELECT count(*) FROM claim WHERE sys_state = 'confirmed'") > 5);
	EXPECT(number(t, "SELECT count(*) FROM claim WHERE sys_state = 'open'") > 0);
}

/* Every column of every row, as one number. */
static int64_t
dump(struct test *t, const char *table)
{
	SCOPED(stmt) struct stmt *q = NULL;
	uint64_t h = 1469598103934665603u;
	bool row;

	EXPECT_OK(db_query(&t->cx, arena_printf(t->arena, "SELECT * FROM \"%s\" ORDER BY 1", table),
			   DB_NONE, &q));
	for (;;) {
		EXPECT_OK(stmt_step(&t->cx, q, &row));
		if (!row)
			return (int64_t)(h >> 1);
		for (int i = 0; i < stmt_columns(q); i++)
			for (const char *p = stmt_is_null(q, i) ? "-" : stmt_text(q, i); *p != '\0';
			     p++)
				h = (h ^ (unsigned char)*p) * 1099511628211u;
	}
}

TEST(practice_same_seed_same_data)
{
	static const char *const TABLES[] = { "person", "application", "decision", "placement",
					      "claim_line" };
	struct practice_order o = { .persons = 50, .cases = 80, .seed = 11 };
	struct practice_report made;
	int64_t first[5];

	LONG_ON_POSTGRES();
	make(t, &o, &made);
	for (int i = 0; i < 5; i++)
		first[i] = dump(t, TABLES[i]);
	make(t, &o, &made);
	for (int i = 0; i < 5; i++)
		EXPECT_INT(first[i], dump(t, TABLES[i]));
	o.seed = 12;
	make(t, &o, &made);
	EXPECT(first[0] != dump(t, "person"));
}

TEST(practice_of_old_days_is_taken_over)
{
	struct practice_order o = { .persons = 200, .cases = 300, .seed = 5, .events = 3000 };
	struct practice_report made;
	struct history_report history;

	LONG_ON_POSTGRES();
	make(t, &o, &made);
	EXPECT_INT(300, number(t, "SELECT count(*) FROM application"));
	EXPECT(number(t, "SELECT count(*) FROM sys_history WHERE kind = 'import'") > 500);
	EXPECT(made.events >= 3000);
	EXPECT_OK(history_verify(&t->cx, &history));
	EXPECT_INT(0, number(t, "SELECT count(*) FROM placement p WHERE NOT EXISTS (SELECT 1 FROM "
				"placement_period d WHERE d.placement = p.sys_id)"));
	EXPECT_INT(ERR_CONFLICT, practice_make(&t->cx, test_world_db(t), &o, &made));
	EXPECT_TEXT("err.practice_not_empty", t->cx.error.key);
	ctx_forgive(&t->cx);
}

/* ---- invoices and their key ---- */

static const char *
key_text(struct json *item, const char *name)
{
	const struct json *v = json_get(item, name);

	return v == NULL || v->kind != JSON_TEXT ? NULL : v->text;
}

/* The reasons found about an invoice, in order, parted by commas. */
static const char *
reasons_of(struct test *t, int64_t invoice)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *list = "";
	bool row;

	EXPECT_OK(db_query(&t->cx,
			   "SELECT DISTINCT code FROM difference WHERE invoice = ?1 ORDER BY code",
			   DB_ARGS(db_int(invoice)), &q));
	for (;;) {
		EXPECT_OK(stmt_step(&t->cx, q, &row));
		if (!row)
			return list;
		list = arena_printf(t->arena, "%s%s%s", list, *list == '\0' ? "" : ",",
				    stmt_text(q, 0));
	}
}

/* The reasons the key names for an invoice, in the same form. */
static const char *
reasons_named(struct test *t, struct json *item)
{
	const struct json *list = json_get(item, "reasons");
	const char *all = "", *last = "";

	for (size_t k = 0; k < list->n; k++) {
		const char *next = NULL;

		for (size_t i = 0; i < list->n; i++)
			if (strcmp(list->items[i]->text, last) > 0 &&
			    (next == NULL || strcmp(list->items[i]->text, next) < 0))
				next = list->items[i]->text;
		if (next == NULL)
			break;
		all = arena_printf(t->arena, "%s%s%s", all, *all == '\0' ? "" : ",", next);
		last = next;
	}
	return all;
}

/* Takes in every invoice of a seed and holds what is found against the key: all that was made
 * wrong, and nothing else. Adds the reasons met to `met`. */
static void
settle_seed(struct test *t, uint64_t seed, struct map *met)
{
	const char *path = test_db_path(t), *slash = strrchr(path, '/');
	struct practice_order o = {
		.persons = 300,
		.cases = 450,
		.seed = seed,
		.folder = arena_strndup(t->arena, path, (size_t)(slash - path)),
		.key = arena_printf(t->arena, "%s.key.json", path),
	};
	struct practice_report made;
	struct json *key, *list;
	size_t len;
	char *text;

	LONG_ON_POSTGRES();
	make(t, &o, &made);
	text = test_read(t, o.key, &len);
	EXPECT_OK(json_parse(&t->cx, "key", text, len, &key));
	list = json_get(key, "invoices");
	EXPECT(list->n > 10);
	EXPECT_INT(made.invoices, list->n);
	for (size_t i = 0; i < list->n; i++) {
		const char *want = reasons_named(t, list->items[i]), *found;
		struct invoice_file f = { .name = key_text(list->items[i], "file"),
					  .media = "application/xml" };
		struct record *claim;

		f.bytes = test_read(t, arena_printf(t->arena, "%s/%s", o.folder, f.name), &f.len);
		t->cx.who.system = true;
		EXPECT_OK(record_load_number(&t->cx, types_get(t->cx.world->types, "claim"),
					     key_text(list->items[i], "claim"), RIGHT_SEE, &claim));
		f.claim = claim->id;
		EXPECT_OK(invoice_parse(&t->cx, &f));
		EXPECT_OK(test_write(t, invoice_take, &f));
		found = reasons_of(t, f.invoice);
		if (strcmp(want, found) != 0)
			print_error("seed %d, %s: %s, not %s\n", (int)seed, f.name, found, want);
		EXPECT_TEXT(want, found);
		for (const char *p = want; *p != '\0';
		     p += strcspn(p, ",") + (p[strcspn(p, ",")] != '\0'))
			(void)map_put(met, arena_strndup(t->arena, p, strcspn(p, ",")), t);
	}
}

/* Precision and recall of one, over several seeds, and no reason that is never practised. */
TEST(practice_invoices_are_wrong_as_the_key_says)
{
	static const uint64_t SEEDS[] = { 2, 5, 9 };
	struct map met;

	map_init(&met, t->arena);
	for (size_t i = 0; i < sizeof(SEEDS) / sizeof(*SEEDS); i++)
		settle_seed(t, SEEDS[i], &met);
	for (int r = 0; r < REASON_COUNT; r++)
		if (map_get(&met, reason_name((enum reason)r)) == NULL) {
			print_error("never: %s\n", reason_name((enum reason)r));
			EXPECT(false);
		}
}
