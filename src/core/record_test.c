/* Tests of records: made, changed, moved, deleted, and what is refused. */
#include "core/record.h"

#include <string.h>

#include "base/civil.h"
#include "core/clock.h"
#include "core/history.h"
#include "core/test_world.h"
#include "db/fixture_test.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* A type with everything records can do. */
static const char GOODS[] =
	"type: goods\n"
	"path: kaup\n"
	"number: \"G-{year}/{seq}\"\n"
	"title: \"{name} {owner.last_name}\"\n"
	"name: {et: Kaup, en: Goods, ru: Товар}\n"
	"plural: {et: Kaubad, en: Goods, ru: Товары}\n"
	"about: owner\n"
	"unique: [\"owner, batch\"]\n"
	"fields:\n"
	"  name: {text: 20, name: {et: Nimi, en: Name, ru: Имя}, required: true, search: true}\n"
	"  owner: {ref: person, name: {et: Omanik, en: Owner, ru: Владелец}, fixed: true}\n"
	"  code: {code: iban, name: {et: Kood, en: Code, ru: Код}, unique: true}\n"
	"  batch: {int: true, name: {et: Partii, en: Batch, ru: Партия}, least: 1, most: 99}\n"
	"  price: {money: true, name: {et: Hind, en: Price, ru: Цена}, least: 0, most: 100000}\n"
	"  due: {date: true, name: {et: Tähtaeg, en: Due, ru: Срок}, preset: today}\n"
	"  kinds: {choices: {a: {et: A, en: A, ru: А}, b: {et: B, en: B, ru: Б}}, name: {et: "
	"Liigid, "
	"en: Kinds, ru: Виды}}\n"
	"  kind: {choice: {unit: {et: Ü, en: U, ru: Е}, org: {et: A, en: O, ru: У}}, name: {et: "
	"Liik, "
	"en: Kind, ru: Вид}, preset: unit}\n"
	"  by: {ref: user, name: {et: Kes, en: Who, ru: Кто}, preset: me}\n"
	"  note: {long: 200, name: {et: Märkus, en: Note, ru: Примечание}}\n"
	"states:\n"
	"  open: {name: {et: Avatud, en: Open, ru: Открыто}, start: true}\n"
	"  offered: {name: {et: Pakutud, en: Offered, ru: Предложено}}\n"
	"  sold: {name: {et: Müüdud, en: Sold, ru: Продано}, end: true, fixed: true}\n"
	"moves:\n"
	"  offer: {name: {et: Paku, en: Offer, ru: Предложить}, from: [open], to: offered, ask: "
	"[price], needs: [price]}\n"
	"  sell: {name: {et: Müü, en: Sell, ru: Продать}, from: [offered], to: sold, other_than: "
	"offer, set: {by: me, note: null}, check: \"price > 100\", otherwise: {et: Liiga odav, en: "
	"Too cheap, ru: Слишком дёшево}}\n"
	"  seize: {name: {et: Aresti, en: Seize, ru: Изъять}, to: sold, duty: PM.1}\n"
	"  hidden_move: {name: {et: Peidus, en: Hidden, ru: Скрыто}, to: sold, hidden: true}\n"
	"clocks:\n"
	"  due: {name: {et: Tähtaeg, en: Due, ru: Срок}, rule: TASK-DUE, from: due, until: "
	"[sold]}\n"
	"scopes:\n"
	"  cheap: \"price < 1000\"\n"
	"rights:\n"
	"  B3.1: {see: all, edit: all, move: all, create: all}\n"
	"  PM.1: {see: all, edit: own, move: all}\n"
	"  B3.5: {see: cheap, create: cheap}\n"
	"lists:\n"
	"  all: {name: {et: Kõik, en: All, ru: Все}, columns: [name], sort: name}\n"
	"guards:\n"
	"  odd: {when: \"batch = 13\", name: {et: Halb partii, en: Bad batch, ru: Плохая "
	"партия}}\n";

static const char *const EXTRA[] = { GOODS, NULL };

static struct change *
goods(struct test *t, const char *name)
{
	struct change *ch = change_new(&t->cx, "goods");

	change_text(ch, "name", name);
	return ch;
}

static const struct type *
type(struct test *t, const char *name)
{
	return types_get(t->cx.world->types, name);
}

/* The error last met, with its field; and forget it. */
static void
expect_key(struct test *t, const char *key, const char *field)
{
	EXPECT_TEXT(key, t->cx.error.key);
	EXPECT_TEXT(field == NULL ? "" : field, t->cx.error.field == NULL ? "" : t->cx.error.field);
	ctx_forgive(&t->cx);
}

TEST(record_a_person_is_made_and_read)
{
	struct ctx *cx = test_world(t);
	int64_t id = test_person(t, "Jaan", "Tamm", "1980-02-29");
	struct record *r;

	test_act(t, "Mari Maasikas", "B3.1 ALL.1");
	EXPECT_OK(record_load(cx, type(t, "person"), id, RIGHT_SEE, &r));
	EXPECT_TEXT("Jaan Tamm", r->title);
	EXPECT_TEXT("I-1", r->number);
	EXPECT_INT(1, r->version);
	EXPECT_INT(id, r->about);
	EXPECT_INT(civil_day(1980, 2, 29), record_date(r, "birth_date"));
	EXPECT_TEXT("Tamm", record_text(r, "last_name"));
	EXPECT(record_text(r, "email") == NULL);
	EXPECT_INT(CIVIL_NONE, record_date(r, "died"));
	EXPECT_OK(record_load_number(cx, type(t, "person"), "I-1", RIGHT_SEE, &r));
	EXPECT_INT(id, r->id);
	EXPECT_ERR(ERR_NOTFOUND, record_load_number(cx, type(t, "person"), "I-2", RIGHT_SEE, &r));
	EXPECT_ERR(ERR_NOTFOUND, record_load(cx, type(t, "user"), id, RIGHT_SEE, &r));
}

TEST(record_presets_numbers_and_titles)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	int64_t owner = test_person(t, "Ülle", "Õun", "1970-01-01");
	int64_t user = test_act(t, "Mari Maasikas", "B3.1");
	struct change *ch = goods(t, "Kapp");
	struct record *r;

	change_int(ch, "owner", owner);
	r = test_record(t, "goods", test_create(t, ch));
	EXPECT_TEXT("G-2026/1", r->number);
	EXPECT_TEXT("Kapp Õun", r->title);
	EXPECT_INT(owner, r->about);
	EXPECT_INT(cx->today, record_date(r, "due"));
	EXPECT_INT(user, record_int(r, "by"));
	/* A word that stands for a value elsewhere is a choice's own name here. */
	EXPECT_TEXT("unit", record_text(r, "kind"));
	EXPECT_INT(cx->who.unit, r->unit);
	EXPECT_INT(cx->today, r->due);
	EXPECT_TEXT("open", record_state(r));
	r = test_record(t, "goods", test_create(t, goods(t, "Laud")));
	EXPECT_TEXT("G-2026/2", r->number);
	EXPECT_TEXT("Laud", r->title);
	EXPECT_INT(0, r->about);
}

TEST(record_what_is_refused_when_made)
{
	static const struct {
		const char *name;
		int64_t batch;
		enum err want;
		const char *key, *field;
	} CASES[] = {
		{ NULL, 1, ERR_INVALID, "err.required", "name" },
		{ "Kapp", 13, ERR_CONFLICT, "guard.goods.odd", NULL },
		{ "Kapp", 2, ERR_CONFLICT, "err.db_unique", NULL },
		{ "Kahekümneüheline nimi!", 3, ERR_CONFLICT, "err.table_shape", NULL },
	};
	struct ctx *cx = test_world_with(t, EXTRA);
	int64_t owner = test_person(t, "Jaan", "Tamm", "1970-01-01"), id = 0;
	struct change *ch = goods(t, "Esimene");

	change_int(ch, "owner", owner);
	change_int(ch, "batch", 2);
	change_text(ch, "code", "EE382200221020145685");
	(void)test_create(t, ch);
	for (int i = 0; i < COUNT(CASES); i++) {
		ch = goods(t, CASES[i].name);
		change_int(ch, "owner", owner);
		change_int(ch, "batch", CASES[i].batch);
		EXPECT_INT(CASES[i].want, test_try_create(t, ch, &id));
		expect_key(t, CASES[i].key, CASES[i].field);
	}
	ch = goods(t, "Teine");
	change_text(ch, "code", "EE382200221020145685");
	EXPECT_INT(ERR_CONFLICT, test_try_create(t, ch, &id));
	expect_key(t, "err.unique", "code");
	EXPECT_INT(0, id);
	/* Nothing of what failed is left. */
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM sys_record WHERE type = 'goods'", DB_NONE,
			     &id));
	EXPECT_INT(1, id);
}

TEST(record_numbers_are_not_given_twice)
{
	struct change *ch;
	int64_t service, provider, id = 0;

	(void)test_world(t);
	provider = test_organisation(t, "provider", "Osutaja OÜ");
	ch = change_new(&t->cx, "service");
	change_text(ch, "code", "PKT");
	change_text(ch, "name", "Kaitstud töö");
	change_int(ch, "valid_from", 0);
	change_text(ch, "starts_by", "application");
	change_text(ch, "decision_rule", "R11");
	service = test_create(t, ch);
	for (int i = 0; i < 2; i++) {
		ch = change_new(&t->cx, "contract");
		change_text(ch, "number_text", "1-2/3");
		change_int(ch, "provider", provider);
		change_int(ch, "service", service);
		change_int(ch, "valid_from", 20000);
		change_int(ch, "valid_to", 21000);
		EXPECT_INT(i == 0 ? OK : ERR_CONFLICT, test_try_create(t, ch, &id));
	}
	EXPECT_TEXT("1-2/3", t->cx.error.args[0]);
	expect_key(t, "err.number_taken", NULL);
}

TEST(record_rights_to_make)
{
	struct change *ch;
	int64_t id = 0;

	(void)test_world_with(t, EXTRA);
	test_act(t, "Kadri Kask", "PM.1");
	EXPECT_INT(ERR_DENIED, test_try_create(t, goods(t, "Kapp"), &id));
	expect_key(t, "err.denied_create", NULL);
	/* The scope of the right is asked of the record as it was made. */
	test_act(t, "Kalle Kuusk", "B3.5");
	ch = goods(t, "Kapp");
	change_int(ch, "price", 5000);
	EXPECT_INT(ERR_DENIED, test_try_create(t, ch, &id));
	expect_key(t, "err.denied_create", NULL);
	ch = goods(t, "Kapp");
	change_int(ch, "price", 500);
	EXPECT_OK(test_try_create(t, ch, &id));
}

TEST(record_edits_and_clashes)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	int64_t owner = test_person(t, "Jaan", "Tamm", "1970-01-01");
	int64_t other = test_person(t, "Mari", "Kask", "1971-01-01"), id, rows;
	struct change *ch = goods(t, "Kapp");

	test_act(t, "Mari Maasikas", "B3.1");
	change_int(ch, "owner", owner);
	id = test_create(t, ch);
	EXPECT_OK(test_edit(t, "goods", id, 1, goods(t, "Suur kapp")));
	EXPECT_TEXT("Suur kapp Tamm", test_record(t, "goods", id)->title);
	EXPECT_INT(2, test_record(t, "goods", id)->version);
	/* Somebody who read version 1 meanwhile. */
	EXPECT_INT(ERR_CONFLICT, test_edit(t, "goods", id, 1, goods(t, "Väike kapp")));
	expect_key(t, "err.changed", NULL);
	/* Nothing that differs: nothing is written. */
	EXPECT_OK(test_edit(t, "goods", id, 2, goods(t, "Suur kapp")));
	EXPECT_INT(2, test_record(t, "goods", id)->version);
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM sys_history WHERE record = ?1",
			     DB_ARGS(db_int(id)), &rows));
	EXPECT_INT(2, rows);
	ch = change_new(cx, "goods");
	change_int(ch, "owner", other);
	EXPECT_INT(ERR_CONFLICT, test_edit(t, "goods", id, 2, ch));
	expect_key(t, "err.fixed_field", "owner");
	EXPECT_INT(ERR_INVALID, test_edit(t, "goods", id, 2, goods(t, "")));
	expect_key(t, "err.required", "name");
	ch = change_new(cx, "goods");
	change_int(ch, "batch", 13);
	EXPECT_INT(ERR_CONFLICT, test_edit(t, "goods", id, 2, ch));
	expect_key(t, "guard.goods.odd", NULL);
	EXPECT_INT(ERR_NOTFOUND, test_edit(t, "goods", owner, 1, goods(t, "X")));
	expect_key(t, "err.not_found", NULL);
}

TEST(record_rights_to_change)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	struct change *ch = goods(t, "Kapp");
	struct record *r;
	int64_t id, user;

	change_int(ch, "price", 5000);
	id = test_create(t, ch);
	/* Out of sight is not there. */
	test_act(t, "Kalle Kuusk", "B3.5");
	EXPECT_INT(ERR_NOTFOUND, test_edit(t, "goods", id, 1, goods(t, "Laud")));
	expect_key(t, "err.not_found", NULL);
	EXPECT_INT(ERR_NOTFOUND, test_move(t, "goods", id, "offer", NULL));
	expect_key(t, "err.not_found", NULL);
	/* In sight, but another's. */
	user = test_act(t, "Kadri Kask", "PM.1");
	EXPECT_INT(ERR_DENIED, test_edit(t, "goods", id, 1, goods(t, "Laud")));
	expect_key(t, "err.denied_edit", NULL);
	EXPECT_ERR(ERR_DENIED, test_delete(t, "goods", id, "x"));
	test_act_system(t);
	ch = change_new(cx, "goods");
	ch->responsible = user;
	ch->responsible_given = true;
	EXPECT_OK(test_edit(t, "goods", id, 0, ch));
	test_act(t, "Kadri Kask", "PM.1");
	EXPECT_OK(test_edit(t, "goods", id, 0, goods(t, "Laud")));
	/* Nobody's duty: nothing is there. */
	test_act(t, "Keegi", "ALL.1");
	EXPECT_ERR(ERR_NOTFOUND, record_load(cx, type(t, "goods"), id, RIGHT_SEE, &r));
}

TEST(record_moves)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	int64_t first = test_act(t, "Mari Maasikas", "B3.1"), id, mover;
	struct change *ch = goods(t, "Kapp");
	const struct move *sell = type_move(type(t, "goods"), "sell");
	struct record *r;
	bool may;

	change_text(ch, "note", "õrn");
	id = test_create(t, ch);
	EXPECT_INT(ERR_CONFLICT, test_move(t, "goods", id, "sell", NULL));
	expect_key(t, "err.move_state", NULL);
	EXPECT_ERR(ERR_NOTFOUND, test_move(t, "goods", id, "steal", NULL));
	EXPECT_INT(ERR_INVALID, test_move(t, "goods", id, "offer", NULL));
	expect_key(t, "err.required", "price");
	ch = change_new(cx, "goods");
	change_int(ch, "price", 50);
	change_text(ch, "note", "uus");
	EXPECT_INT(ERR_INVALID, test_move(t, "goods", id, "offer", ch));
	expect_key(t, "err.not_asked", "note");
	ch = change_new(cx, "goods");
	change_int(ch, "price", 50);
	EXPECT_OK(test_move(t, "goods", id, "offer", ch));
	r = test_record(t, "goods", id);
	EXPECT(record_in(r, "offered"));
	EXPECT_INT(2, r->version);
	EXPECT_OK(record_mover(cx, id, "offer", &mover));
	EXPECT_INT(first, mover);
	/* Four eyes: by human, not by duty. */
	EXPECT_INT(ERR_DENIED, test_move(t, "goods", id, "sell", NULL));
	expect_key(t, "err.move_same_person", NULL);
	EXPECT_OK(record_may_move(cx, r, sell, &may));
	EXPECT(!may);
	test_act(t, "Kadri Kask", "B3.1");
	EXPECT_OK(record_may_move(cx, r, sell, &may));
	EXPECT(may);
	/* The condition is asked of the record as it would be, and nothing of it is kept. */
	EXPECT_INT(ERR_INVALID, test_move(t, "goods", id, "sell", NULL));
	expect_key(t, "type.goods.move.sell.otherwise", NULL);
	EXPECT(record_in(test_record(t, "goods", id), "offered"));
	ch = change_new(cx, "goods");
	change_int(ch, "price", 5000);
	EXPECT_OK(test_edit(t, "goods", id, 0, ch));
	EXPECT_OK(test_move(t, "goods", id, "sell", NULL));
	r = test_record(t, "goods", id);
	EXPECT(record_in(r, "sold"));
	EXPECT(record_text(r, "note") == NULL);
	EXPECT_INT(cx->who.user, record_int(r, "by"));
	EXPECT_INT(NO_DUE, r->due);
	/* What has ended stays as it is, but for the program itself. */
	EXPECT_INT(ERR_CONFLICT, test_edit(t, "goods", id, 0, goods(t, "Laud")));
	expect_key(t, "err.fixed_state", NULL);
	EXPECT_OK(db_get_int(cx, "SELECT sys_open FROM goods WHERE sys_id = ?1",
			     DB_ARGS(db_int(id)), &mover));
	EXPECT_INT(0, mover);
}

TEST(record_moves_of_a_duty_and_of_code)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	int64_t id = test_create(t, goods(t, "Kapp"));
	const struct type *g = type(t, "goods");
	struct record *r = test_record(t, "goods", id);
	bool may;

	test_act(t, "Mari Maasikas", "B3.1");
	EXPECT_INT(ERR_DENIED, test_move(t, "goods", id, "seize", NULL));
	expect_key(t, "err.denied_duty", NULL);
	EXPECT_INT(ERR_DENIED, test_move(t, "goods", id, "hidden_move", NULL));
	expect_key(t, "err.denied_move", NULL);
	EXPECT_OK(record_may_move(cx, r, type_move(g, "hidden_move"), &may));
	EXPECT(!may);
	EXPECT_OK(record_may_move(cx, r, type_move(g, "seize"), &may));
	EXPECT(!may);
	test_act(t, "Kadri Kask", "PM.1");
	EXPECT_OK(record_may_move(cx, r, type_move(g, "seize"), &may));
	EXPECT(may);
	EXPECT_OK(test_move(t, "goods", id, "seize", NULL));
	id = test_create(t, (test_act_system(t), goods(t, "Laud")));
	EXPECT_OK(test_move(t, "goods", id, "hidden_move", NULL));
}

TEST(record_deleted_ones_stay_in_the_history)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	struct change *ch = goods(t, "Kapp");
	struct history_entry *list;
	int64_t id, words;
	size_t n;

	test_act(t, "Mari Maasikas", "B3.1");
	change_text(ch, "code", "EE382200221020145685");
	id = test_create(t, ch);
	EXPECT_INT(ERR_INVALID, test_delete(t, "goods", id, ""));
	expect_key(t, "err.required", "note");
	EXPECT_OK(test_delete(t, "goods", id, "Topelt"));
	EXPECT(test_record(t, "goods", id)->deleted);
	EXPECT_INT(ERR_CONFLICT, test_edit(t, "goods", id, 0, goods(t, "Laud")));
	expect_key(t, "err.deleted", NULL);
	EXPECT_ERR(ERR_CONFLICT, test_move(t, "goods", id, "offer", NULL));
	EXPECT_OK(history_of(cx, id, 10, &list, &n));
	EXPECT_INT(2, n);
	EXPECT_TEXT("delete", list[0].kind);
	EXPECT(strstr(list[0].change, "Topelt") != NULL);
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM sys_word WHERE record = ?1",
			     DB_ARGS(db_int(id)), &words));
	EXPECT_INT(0, words);
	/* What it held is free again. */
	ch = goods(t, "Uus");
	change_text(ch, "code", "EE382200221020145685");
	(void)test_create(t, ch);
}

struct note {
	int64_t id;
	const char *text;
};

static enum err
add_note(struct ctx *cx, void *arg)
{
	const struct note *note = arg;
	struct record *r;

	TRY(record_load(cx, types_get(cx->world->types, "goods"), note->id, RIGHT_SEE, &r));
	return record_note(cx, r, note->text);
}

TEST(record_notes)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	int64_t id = (test_act(t, "Mari Maasikas", "B3.1"), test_create(t, goods(t, "Kapp")));
	struct note good = { id, "  Helistas \"Õnne\" \n uuesti " }, empty = { id, " \n " },
		    none = { id + 1000, "x" };
	struct history_entry *list;
	size_t n;

	EXPECT_OK(test_write(t, add_note, &good));
	EXPECT_INT(ERR_INVALID, test_write(t, add_note, &empty));
	expect_key(t, "err.required", "note");
	EXPECT_ERR(ERR_NOTFOUND, test_write(t, add_note, &none));
	EXPECT_OK(history_of(cx, id, 10, &list, &n));
	EXPECT_INT(2, n);
	EXPECT_TEXT("note", list[0].kind);
	EXPECT_TEXT("Mari Maasikas", list[0].actor_name);
	EXPECT(strstr(list[0].change, "Helistas \\\"Õnne\\\"") != NULL);
	EXPECT_INT(1, test_record(t, "goods", id)->version);
}

TEST(record_changes_are_told_old_and_new)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	struct change *ch = goods(t, "Kapp");
	struct history_entry *list;
	int64_t id;
	size_t n;

	test_act(t, "Mari Maasikas", "B3.1");
	change_int(ch, "batch", 7);
	id = test_create(t, ch);
	ch = goods(t, "Laud");
	change_empty(ch, "batch");
	ch->note = "Parandus";
	ch->responsible = cx->who.user;
	ch->responsible_given = true;
	EXPECT_OK(test_edit(t, "goods", id, 1, ch));
	EXPECT_OK(history_of(cx, id, 10, &list, &n));
	EXPECT_INT(2, n);
	EXPECT_TEXT(arena_printf(t->arena,
				 "{\"name\":[\"Kapp\",\"Laud\"],\"batch\":[7,null],"
				 "\"sys_responsible\":[null,%d],\"note\":\"Parandus\"}",
				 (int)cx->who.user),
		    list[0].change);
	EXPECT(strstr(list[1].change, "\"name\":[null,\"Kapp\"]") != NULL);
	EXPECT(strstr(list[1].change, "\"sys_state\":[null,\"open\"]") != NULL);
}

/* ---- hooks ---- */

static enum err
before_create(struct ctx *cx, const struct record *rec, struct change *ch)
{
	assert_null(rec);
	if (record_value(&(struct record){ .type = ch->type, .v = ch->v }, "batch")->set)
		return OK;
	if (strcmp(ch->v[0].s, "Keelatud") == 0)
		return fail_field(cx, ERR_INVALID, "name", "err.choice", "Keelatud");
	change_int(ch, "batch", 42);
	return OK;
}

/* What follows from a change is not the actor's own right. */
static enum err
after_move(struct ctx *cx, const struct record *rec)
{
	struct change *ch = change_new(cx, "goods");
	int64_t id;

	EXPECT(cx->who.system && record_in(rec, "offered"));
	change_text(ch, "name", "Järgnev");
	change_int(ch, "batch", 99);
	return record_create(cx, ch, &id);
}

static const struct hook HOOKS[] = {
	{ "goods", "create", before_create, NULL },
	{ "goods", "offer", NULL, after_move },
	{ NULL, NULL, NULL, NULL },
};

TEST(record_hooks_fill_refuse_and_follow)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	struct change *ch;
	int64_t id = 0, count;

	test_hooks(t, HOOKS);
	test_act(t, "Mari Maasikas", "B3.1");
	EXPECT_INT(ERR_INVALID, test_try_create(t, goods(t, "Keelatud"), &id));
	expect_key(t, "err.choice", "name");
	id = test_create(t, goods(t, "Kapp"));
	EXPECT_INT(42, record_int(test_record(t, "goods", id), "batch"));
	ch = change_new(cx, "goods");
	change_int(ch, "price", 1);
	EXPECT_OK(test_move(t, "goods", id, "offer", ch));
	EXPECT(!cx->who.system);
	EXPECT_OK(db_get_int(cx, "SELECT count(*) FROM goods WHERE batch = 99", DB_NONE, &count));
	EXPECT_INT(1, count);
}

/* ---- taking over ---- */

static enum err
import_sold(struct ctx *cx, void *arg)
{
	int64_t id;

	return record_import(cx, arg, "sold", &id);
}

TEST(record_import_takes_a_record_as_it_stands)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	struct change *ch = goods(t, "Keelatud");
	struct history_entry *rows;
	struct clock_entry *clocks;
	struct record *r;
	int64_t id = 0;
	size_t n;

	test_hooks(t, HOOKS);
	change_int(ch, "due", cx->today + 5);
	EXPECT_OK(test_write(t, import_sold, ch));
	EXPECT_OK(db_get_int(cx, "SELECT sys_id FROM goods WHERE sys_open = 0", DB_NONE, &id));
	r = test_record(t, "goods", id);
	EXPECT_TEXT("sold", record_state(r));
	EXPECT_TEXT("G-2026/1", r->number);
	EXPECT_INT(0, record_int(r, "batch")); /* no hook has filled it in */
	EXPECT_INT(NO_DUE, r->due);
	EXPECT_OK(clock_of(cx, id, &clocks, &n));
	EXPECT_INT(1, n);
	EXPECT_INT(cx->today, clocks[0].stopped);
	EXPECT_OK(history_of(cx, id, 10, &rows, &n));
	EXPECT_INT(1, n);
	EXPECT_TEXT("import", rows[0].kind);
	EXPECT(strstr(rows[0].change, "\"sys_state\":[null,\"sold\"]") != NULL);
	/* The guards and required fields are as ever, and it is nobody's button. */
	change_int(ch, "batch", 13);
	EXPECT_INT(ERR_CONFLICT, test_write(t, import_sold, ch));
	expect_key(t, "guard.goods.odd", NULL);
	EXPECT_INT(ERR_INVALID, test_write(t, import_sold, change_new(cx, "goods")));
	expect_key(t, "err.required", "name");
	test_act(t, "Mari Maasikas", "B3.1");
	EXPECT_INT(ERR_DENIED, test_write(t, import_sold, goods(t, "Kapp")));
	expect_key(t, "err.denied_create", NULL);
}

/* ---- clocks ---- */

TEST(record_clocks_follow_their_dates)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	struct change *ch = goods(t, "Kapp");
	struct clock_entry *list;
	int64_t id;
	size_t n;

	test_act(t, "Mari Maasikas", "B3.1");
	change_int(ch, "due", cx->today + 10);
	id = test_create(t, ch);
	EXPECT_INT(cx->today + 10, test_record(t, "goods", id)->due);
	EXPECT_OK(clock_of(cx, id, &list, &n));
	EXPECT_INT(1, n);
	EXPECT_TEXT("TASK-DUE", list[0].rule);
	EXPECT(list[0].trace != NULL && strstr(list[0].trace, "TASK-DUE") != NULL);
	EXPECT_INT(CIVIL_NONE, list[0].stopped);
	EXPECT_OK(clock_due(cx, cx->today + 9, 10, &list, &n));
	EXPECT_INT(0, n);
	EXPECT_OK(clock_due(cx, cx->today + 10, 10, &list, &n));
	EXPECT_INT(1, n);
	EXPECT_INT(id, list[0].record);
	/* Another date begins it anew; none stops it; an end stops it. */
	ch = change_new(cx, "goods");
	change_int(ch, "due", cx->today + 3);
	EXPECT_OK(test_edit(t, "goods", id, 0, ch));
	EXPECT_INT(cx->today + 3, test_record(t, "goods", id)->due);
	ch = change_new(cx, "goods");
	change_empty(ch, "due");
	EXPECT_OK(test_edit(t, "goods", id, 0, ch));
	EXPECT_INT(NO_DUE, test_record(t, "goods", id)->due);
	EXPECT_OK(clock_of(cx, id, &list, &n));
	EXPECT_INT(cx->today, list[0].stopped);
	ch = change_new(cx, "goods");
	change_int(ch, "due", cx->today + 5);
	EXPECT_OK(test_edit(t, "goods", id, 0, ch));
	EXPECT_OK(clock_of(cx, id, &list, &n));
	EXPECT_INT(CIVIL_NONE, list[0].stopped);
	test_act_system(t);
	EXPECT_OK(test_move(t, "goods", id, "hidden_move", NULL));
	EXPECT_INT(NO_DUE, test_record(t, "goods", id)->due);
	EXPECT_OK(clock_of(cx, id, &list, &n));
	EXPECT_INT(cx->today, list[0].stopped);
}

TEST(record_clocks_of_ones_own_come_first)
{
	struct ctx *cx = test_world_with(t, EXTRA);
	struct change *mine = goods(t, "Minu oma"), *other = goods(t, "Teise oma");
	struct clock_entry *list;
	int64_t units;
	size_t n;

	other->responsible = test_act(t, "Kadri Kask", "B3.1");
	mine->responsible = test_act(t, "Mari Maasikas", "B3.1");
	mine->responsible_given = other->responsible_given = true;
	units = test_create(t, goods(t, "Üksuse oma"));
	(void)test_create(t, other);
	(void)test_create(t, mine);
	EXPECT_OK(clock_due(cx, cx->today + 30, 10, &list, &n));
	EXPECT_INT(2, n);
	EXPECT_INT(cx->who.user, list[0].responsible);
	EXPECT_INT(units, list[1].record);
}
