/*
 * Any bytes as a type file: taken, or refused with a key, a file, a line and a column; and what is
 * taken can be made a table of and asked for. The first line may be a condition, "# …": it is
 * compiled over a type with every kind of field.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "meta/expr.h"
#include "meta/sql.h"
#include "meta/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME ", name: {et: a, en: a, ru: a}}\n"

static const char DUTIES[] =
	"duties:\n  T.1: {et: a, en: a, ru: a}\n  T.2: {et: a, en: a, ru: a}\n";
static const char HUMAN[] =
	"type: human\nnumber: \"H-{seq}\"\ntitle: \"{text}\"\nname: {et: a, en: a, ru: a}\n"
	"plural: {et: a, en: a, ru: a}\nperson: true\nfields:\n  text: {text: 60, required: "
	"true" NAME "  date: {date: true" NAME "  self: {ref: human" NAME
	"  kind: {choice: {a: {et: a, en: a, "
	"ru: a}}" NAME "  cents: {money: true" NAME
	"states:\n  open: {name: {et: a, en: a, ru: a}, "
	"start: true}\nrights:\n  T.1: {see: unit}\nlists:\n  all: {name: {et: a, en: a, ru: a}, "
	"columns: [text]}\n";

/* An error says what and where. */
static void
look_at_error(const struct ctx *cx, const char *file)
{
	const struct error *e = &cx->error;

	if (e->key == NULL || e->code == ERR_BUG)
		abort();
	if (e->code == ERR_INVALID &&
	    (e->file == NULL || strcmp(e->file, file) != 0 || e->line < 1))
		abort();
}

static void
use(struct ctx *cx, const struct types *ts, const struct type *t)
{
	struct plan plan;
	struct sql sql;

	if (table_create(cx, ts, t, &plan) != OK)
		ctx_forgive(cx);
	for (int i = 0; i < t->nlists; i++) {
		struct list_query lq = {
			.type = t, .list = &t->lists[i], .limit = 50, .after = true
		};

		if (sql_list(cx, ts, &lq, &sql) != OK)
			ctx_forgive(cx);
	}
	if (sql_load(cx, ts, t, RIGHT_EDIT, &sql) != OK)
		ctx_forgive(cx);
}

static void
condition(struct ctx *cx, const struct types *ts, const char *text, size_t len)
{
	struct params ps = { 0 };
	SCOPED_BUF b;

	buf_init(&b, MAX_SQL);
	if (expr_compile(cx, ts, types_get(ts, "human"), arena_strndup(cx->arena, text, len), "t",
			 &b, &ps) != OK) {
		if (cx->error.key == NULL || cx->error.code == ERR_BUG)
			abort();
		ctx_forgive(cx);
	} else if (strstr(b.bytes, "--") != NULL && memmem(text, len, "--", 2) == NULL) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	const char *bytes = arena_strndup(a, (const char *)data, size);
	const char *end = memchr(bytes, '\n', size);
	const struct source files[] = { { "duties.yaml", DUTIES, sizeof(DUTIES) - 1 },
					{ "human.yaml", HUMAN, sizeof(HUMAN) - 1 },
					{ "fuzz.yaml", bytes, size } };
	struct types *ts = NULL;
	struct ctx cx;

	ctx_init(&cx, a);
	cx.texts = texts_new(a);
	if (types_load(&cx, files, 2, texts_new(a), &ts) != OK)
		abort();
	if (size > 2 && bytes[0] == '#' && text_is_utf8(bytes, size))
		condition(&cx, ts, bytes + 1, (end == NULL ? size : (size_t)(end - bytes)) - 1);
	ts = NULL;
	if (types_load(&cx, files, 3, texts_new(a), &ts) != OK) {
		look_at_error(&cx, "fuzz.yaml");
		return 0;
	}
	cx.who.duties[0] = 3;
	for (size_t i = 0; i < ts->n; i++)
		use(&cx, ts, ts->list[i]);
	return 0;
}
