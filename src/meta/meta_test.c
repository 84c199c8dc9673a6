/* Tests of type files: what they may say, and where each mistake is found. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/embed.h"
#include "base/texts.h"
#include "meta/fixture_test.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* All types of the tree load, each text in three languages. */
TEST(type_those_of_the_tree_load)
{
	struct source *files = ARENA_ARRAY(t->arena, 400, struct source);
	struct ctx *cx = test_ctx(t);
	struct texts *texts = texts_new(t->arena);
	struct types *ts = NULL;
	size_t n = 0;

	for (const struct embed_file *f = embed_types; f->name != NULL; f++)
		files[n++] = (struct source){ f->name, f->bytes, f->len };
	EXPECT_OK(types_load(cx, files, n, texts, &ts));
	EXPECT(ts->n >= 16 && ts->npositions >= 6 && ts->nduties >= 20);
	cx->texts = texts;
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		cx->lang = (enum lang)lang;
		EXPECT_INT(0, texts_missing(texts, cx->lang));
	}
	cx->lang = LANG_EN;
	EXPECT_TEXT("Person", msg(cx, types_get(ts, "person")->label_key));
	EXPECT_TEXT("Persons", msg(cx, types_get(ts, "person")->plural_key));
	for (size_t i = 0; i < ts->n; i++) {
		int firsts = 0;

		for (int k = 0; k < ts->list[i]->nlists; k++)
			firsts += ts->list[i]->lists[k].first;
		EXPECT_INT(1, firsts);
	}
}

/* Whoever holds no duty of a type cannot so much as see it: every type is open to somebody. */
TEST(type_those_of_the_tree_are_seen_by_somebody)
{
	struct source *files = ARENA_ARRAY(t->arena, 400, struct source);
	struct types *ts = NULL;
	size_t n = 0;

	for (const struct embed_file *f = embed_types; f->name != NULL; f++)
		files[n++] = (struct source){ f->name, f->bytes, f->len };
	EXPECT_OK(types_load(test_ctx(t), files, n, texts_new(t->arena), &ts));
	for (size_t i = 0; i < ts->n; i++) {
		bool seen = false;

		for (int k = 0; k < ts->list[i]->ngrants; k++)
			seen = seen || ts->list[i]->grants[k].see->kind != SCOPE_NONE;
		EXPECT(seen);
	}
	/* Choices of a position's kind are the kinds there are. */
	for (size_t i = 0; i < ts->npositions; i++)
		assert_non_null(field_choice(type_field(types_get(ts, "position"), "kind"),
					     ts->positions[i]->name));
}

TEST(type_every_key_is_read)
{
	struct types *ts = test_types(t);
	const struct type *c = types_get(ts, "case");
	const struct field *f;
	const struct move *m;

	assert_non_null(c);
	EXPECT_TEXT("juhtum", c->path);
	EXPECT_TEXT("human", c->about->name);
	EXPECT(c->menu && !c->is_person && types_get(ts, "human")->is_person);
	EXPECT_INT(13, c->nfields);
	f = type_field(c, "kind");
	EXPECT_INT(FIELD_CHOICE, f->kind);
	EXPECT_INT(2, f->nchoices);
	EXPECT_INT(civil_day(2025, 12, 31), field_choice(f, "old")->valid_to);
	EXPECT_INT(CIVIL_NONE, field_choice(f, "old")->valid_from);
	EXPECT(field_choice(f, "none") == NULL);
	EXPECT_TEXT("new", f->preset);
	EXPECT_TEXT("type.case.help.kind", f->help_key);
	EXPECT_INT(20, type_field(c, "places")->most);
	EXPECT(type_field(c, "health")->sensitive && type_field(c, "noted_at")->hidden);
	EXPECT(type_field(c, "other")->ref_type == NULL);
	EXPECT(type_field(c, "before")->ref_type == c);
	EXPECT_INT(3, c->nstates);
	EXPECT(c->states[0].start && c->states[2].end && c->states[2].fixed);
	EXPECT_INT(LOOK_SOON, c->states[1].look);
	m = type_move(c, "close");
	EXPECT_INT(1u << 1, m->from);
	EXPECT_INT(2, m->to);
	EXPECT_TEXT("check", m->other_than);
	EXPECT_TEXT("T.2", m->duty);
	EXPECT(m->confirm && !m->main && m->nset == 2);
	EXPECT_INT(-1, type_move(c, "touch")->to);
	EXPECT(type_move(c, "touch")->hidden && type_move(c, "none") == NULL);
	EXPECT_INT(2, c->nclocks);
	EXPECT_INT(3, c->clocks[0].warn);
	EXPECT_INT(1u << 2, c->clocks[0].until);
	EXPECT_TEXT("before.rule_name", c->clocks[1].rule_path);
	EXPECT_INT(5, c->nscopes);
	EXPECT_TEXT("unit", c->grants[0].edit->name);
	EXPECT_INT(SCOPE_NONE, c->grants[1].create->kind);
	EXPECT_INT(11, type_list(c, "mine")->ncolumns);
	EXPECT_TEXT("sys_due", type_list(c, "mine")->sort[0].column);
	EXPECT(type_list(c, "all")->first && !type_list(c, "mine")->first);
	EXPECT(type_list(c, "all")->sort[1].down);
	EXPECT_TEXT("sys_number", type_list(c, "all")->sort[1].column);
	EXPECT_INT(95, c->measures[0].target);
	EXPECT_TEXT("guard.case.once", c->guards[0].label_key);
}

/* A type stands behind those it refers to. */
TEST(type_order_follows_references)
{
	struct types *ts = test_types(t);

	EXPECT(types_get(ts, "human")->index < types_get(ts, "case")->index);
	for (size_t i = 0; i < ts->n; i++)
		EXPECT_INT(i, ts->list[i]->index);
}

/* The first line of each file of tests/types/bad says what is wrong with it and where. */
TEST(type_every_mistake_has_its_place)
{
	size_t n;
	struct source *files = test_folder(t, "tests/types/bad", ".yaml", &n);
	int wrong = 0;

	EXPECT(n >= 60);
	for (size_t i = 0; i < n; i++) {
		const struct error *e = &t->cx.error;
		struct types *ts = NULL;
		const char *want = arena_strndup(t->arena, files[i].bytes + strlen("# "),
						 strcspn(files[i].bytes, "\n") - strlen("# "));
		char got[80];

		ctx_forgive(&t->cx);
		if (test_types_with(t, files[i].name, files[i].bytes, &ts) == OK)
			(void)snprintf(got, sizeof(got), "nothing");
		else
			(void)snprintf(got, sizeof(got), "%s %d:%d", e->key, e->line, e->col);
		if (strcmp(want, got) == 0 && ts == NULL && e->code == ERR_INVALID &&
		    strcmp(e->file, files[i].name) == 0)
			continue;
		print_error("%s: %s, not %s (%s)\n", files[i].name, got, want,
			    e->nargs > 0 ? e->args[0] : "");
		wrong++;
	}
	ctx_forgive(&t->cx);
	EXPECT_INT(0, wrong);
}

TEST(type_too_many_fields_are_refused)
{
	const char *fields = "";
	struct types *ts = NULL;

	for (int i = 0; i <= MAX_FIELDS; i++)
		fields = arena_printf(
			t->arena, "%s  f%d: {int: true, name: {et: A, en: A, ru: A}}\n", fields, i);
	EXPECT_ERR(ERR_INVALID,
		   test_types_with(t, "many.yaml",
				   arena_printf(t->arena,
						"type: many\nnumber: \"M-{seq}\"\ntitle: \"{f0}\"\n"
						"name: {et: A, en: A, ru: A}\n"
						"plural: {et: A, en: A, ru: A}\nfields:\n%s"
						"rights: {}\nlists: {}\n",
						fields),
				   &ts));
}

TEST(type_names_of_kinds)
{
	static const struct {
		enum field_kind kind;
		const char *name, *sql;
	} CASES[] = {
		{ FIELD_TEXT, "text", "TEXT" },	      { FIELD_LONG, "long", "TEXT" },
		{ FIELD_INT, "int", "INTEGER" },      { FIELD_MONEY, "money", "INTEGER" },
		{ FIELD_DATE, "date", "INTEGER" },    { FIELD_TIME, "time", "INTEGER" },
		{ FIELD_BOOL, "bool", "INTEGER" },    { FIELD_CHOICE, "choice", "TEXT" },
		{ FIELD_CHOICES, "choices", "TEXT" }, { FIELD_REF, "ref", "INTEGER" },
		{ FIELD_CODE, "code", "TEXT" },
	};

	(void)t;
	EXPECT_INT(FIELD_KIND_COUNT, COUNT(CASES));
	for (int i = 0; i < COUNT(CASES); i++) {
		struct field f = { .kind = CASES[i].kind };

		EXPECT_TEXT(CASES[i].name, field_kind_name(CASES[i].kind));
		EXPECT_TEXT(CASES[i].sql, field_sql_type(&f));
	}
}

/* The example of the guide is right. */
TEST(type_the_guide_shows_loads)
{
	size_t len, n = 0;
	const char *guide = test_read(t, "docs/guide/adding-a-type.md", &len);
	const char *from = strstr(guide, "```yaml\n") + strlen("```yaml\n");
	const char *end = strstr(from, "   ```");
	struct source *files = ARENA_ARRAY(t->arena, 400, struct source);
	struct types *ts = NULL;

	for (const struct embed_file *f = embed_types; f->name != NULL; f++)
		files[n++] = (struct source){ f->name, f->bytes, f->len };
	files[n++] = (struct source){ "guide", from, (size_t)(end - from) };
	EXPECT_OK(types_load(test_ctx(t), files, n, texts_new(t->arena), &ts));
	EXPECT_TEXT("voti", types_get(ts, "key")->path);
}
