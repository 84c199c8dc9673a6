/*
 * The letter that asks an applicant for what is missing: what lacks, until when, how to send it and
 * what follows (HMS § 15(2)-(3)). It goes to whoever sent the application in: the person or who
 * acts for them, or the municipality whose finding serves as one. Its number is the application's
 * with the letter's own behind it, and its row in the application's history registers it.
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/letterhead.h"
#include "format/json.h"
#include "format/letter_kept.h"
#include "rule/rule.h"
#include "work/application/application_int.h"

#define FIX_RULE "R14"
#define BLOCKS 12
#define MAX_ITEMS 5
#define MAX_ENTRY 1000u /* bytes of the timeline's JSON */

/* History is never removed, so a number is given once. */
static const char LETTERS[] =
	"SELECT count(*) FROM sys_history WHERE record = ?1 AND kind = 'letter'";

struct asked {
	struct ctx *cx;
	const struct record *app;
	const char *missing; /* one thing a line */
	int32_t fix_by;
	struct letterhead head;
	struct record *service;
	struct letter_block *blocks; /* BLOCKS of them */
	size_t n;
};

/* ---- the term ---- */

enum err
asked_term(struct ctx *cx, int32_t from, struct rule_result *ret)
{
	struct rule_value start = rule_date("from", from);

	return rule_eval(cx, cx->world->rules, FIX_RULE, &start, 1, ret);
}

enum err
asked_fix_by(struct ctx *cx, const struct change *ch, int32_t *ret)
{
	const struct field *f = type_field(ch->type, "fix_by");

	if (!ch->given[f->index] || !ch->v[f->index].set)
		return rule_due(cx, cx->world->rules, FIX_RULE, cx->today, ret);
	if (ch->v[f->index].i <= cx->today)
		return fail_field(cx, ERR_INVALID, "fix_by", "err.application_fix_by");
	*ret = (int32_t)ch->v[f->index].i;
	return OK;
}

/* ---- the text ---- */

static const char *
on_day(const struct asked *a, int32_t day)
{
	return civil_text(a->cx->arena, day);
}

static struct letter_block *
add(struct asked *a, enum letter_kind kind, const char *text)
{
	struct letter_block *b;

	if (a->n == BLOCKS)
		BUG("more blocks than there is room for");
	b = &a->blocks[a->n++];
	*b = (struct letter_block){ .kind = kind, .level = 1, .text = text };
	return b;
}

static void
heading(struct asked *a, const char *key)
{
	(void)add(a, LETTER_HEADING, msg(a->cx, key));
}

/* To a person, and otherwise to an organisation: KEY and KEY.org. */
static const char *
key_for(const struct asked *a, const char *key)
{
	return a->head.organisation == NULL ? key : arena_printf(a->cx->arena, "%s.org", key);
}

static void
add_facts(struct asked *a)
{
	struct ctx *cx = a->cx;
	struct letter_fact *f = ARENA_ARRAY(cx->arena, 5, struct letter_fact);
	const char *code = record_text(a->head.person, "code");
	int32_t born = record_date(a->head.person, "birth_date");
	struct letter_block *b = add(a, LETTER_FACTS, NULL);
	size_t n = 0;

	f[n++] = (struct letter_fact){ msg(cx, "asked.person"), a->head.person->title, NULL };
	if (code != NULL)
		f[n++] = (struct letter_fact){ msg(cx, "asked.code"), code, NULL };
	else if (born != CIVIL_NONE)
		f[n++] = (struct letter_fact){ msg(cx, "asked.birth"), on_day(a, born), NULL };
	f[n++] = (struct letter_fact){ msg(cx, "asked.service"), record_text(a->service, "name"),
				       NULL };
	f[n++] = (struct letter_fact){ msg(cx, "asked.application"), a->app->number, NULL };
	f[n++] = (struct letter_fact){ msg(cx, "asked.until"), on_day(a, a->fix_by), NULL };
	b->facts = f;
	b->nfacts = n;
}

/* "– Arsti tõend" without its dash. */
static const char *
bare(struct ctx *cx, const char *line)
{
	static const char *const DASHES[] = { "\xE2\x80\x93 ", "- ", "\xE2\x80\xA2 ", "* " };

	line = text_trim(cx->arena, line);
	for (size_t i = 0; i < sizeof(DASHES) / sizeof(*DASHES); i++)
		if (text_starts(line, DASHES[i]))
			return text_trim(cx->arena, line + strlen(DASHES[i]));
	return line;
}

static void
add_missing(struct asked *a)
{
	char *copy = arena_strdup(a->cx->arena, a->missing), *save = NULL;
	size_t max = 1;
	const char **items;
	struct letter_block *b;

	for (const char *c = a->missing; *c != '\0'; c++)
		max += *c == '\n';
	items = ARENA_ARRAY(a->cx->arena, max, const char *);
	heading(a, "asked.what");
	b = add(a, LETTER_BULLETS, NULL);
	for (char *s = strtok_r(copy, "\n", &save); s != NULL; s = strtok_r(NULL, "\n", &save)) {
		const char *item = bare(a->cx, s);

		if (*item != '\0')
			items[b->nitems++] = item;
	}
	b->items = items;
}

/* By what is known of the house; always to whoever signed. */
static void
add_how(struct asked *a)
{
	static const struct {
		const char *field, *key;
	} WAYS[] = { { "email", "asked.by_email" },
		     { "address", "asked.by_post" },
		     { "phone", "asked.by_phone" } };
	const char **items = ARENA_ARRAY(a->cx->arena, MAX_ITEMS, const char *);
	struct letter_block *b;
	size_t n = 0;

	heading(a, "asked.how");
	for (size_t i = 0; a->head.board != NULL && i < sizeof(WAYS) / sizeof(*WAYS); i++) {
		const char *s = record_text(a->head.board, WAYS[i].field);

		if (s != NULL)
			items[n++] = msgf(a->cx, WAYS[i].key, s);
	}
	items[n++] = msgf(a->cx, "asked.say_number", a->app->number);
	b = add(a, LETTER_BULLETS, NULL);
	b->items = items;
	b->nitems = n;
}

/* What the term for deciding does meanwhile: it runs on, or has not begun. */
static const char *
clock_words(const struct asked *a)
{
	return a->app->due != NO_DUE ? msgf(a->cx, "asked.clock_runs", on_day(a, a->app->due))
				     : msg(a->cx, "asked.clock_waits");
}

static void
add_next(struct asked *a)
{
	const char **items = ARENA_ARRAY(a->cx->arena, MAX_ITEMS, const char *);
	struct letter_block *b;
	size_t n = 0;

	heading(a, "asked.next");
	items[n++] = msgf(a->cx, "asked.in_time", on_day(a, record_date(a->app, "arrived")));
	items[n++] = clock_words(a);
	items[n++] = msgf(a->cx, "asked.need_time", on_day(a, a->fix_by));
	items[n++] = msgf(a->cx, key_for(a, "asked.not_sent"), on_day(a, a->fix_by));
	b = add(a, LETTER_BULLETS, NULL);
	b->items = items;
	b->nitems = n;
}

static enum err
add_law(struct asked *a)
{
	struct rule_result r;

	TRY(asked_term(a->cx, a->cx->today, &r));
	(void)add(a, LETTER_NOTE, msgf(a->cx, "asked.law", rule_source(r.rule)));
	return OK;
}

static enum err
fill(struct asked *a, const char *number, struct letter *l)
{
	TRY(letterhead_fill(a->cx, &a->head, l));
	l->title = msg(a->cx, "asked.title");
	l->number = number;
	add_facts(a);
	(void)add(a, LETTER_PARAGRAPH,
		  msgf(a->cx, key_for(a, a->head.child ? "asked.intro.child" : "asked.intro"),
		       on_day(a, record_date(a->app, "arrived")), record_text(a->service, "name")));
	add_missing(a);
	add_how(a);
	add_next(a);
	TRY(add_law(a));
	l->blocks = a->blocks;
	l->nblocks = a->n;
	return OK;
}

static enum err
read_asked(struct asked *a)
{
	const struct record *to;
	int64_t sender = record_int(a->app, "sender");

	TRY(letterhead_read(a->cx, a->app, &a->head));
	TRY(record_get(a->cx, "service", record_int(a->app, "service"), &a->service));
	if (sender != 0) {
		TRY(record_get(a->cx, "organisation", sender, &a->head.organisation));
		a->head.lang = LANG_ET;
		a->head.delivery = "email";
	} else {
		to = a->head.representative != NULL ? a->head.representative : a->head.person;
		a->head.delivery = record_text(to, "delivery");
	}
	return letterhead_position(a->cx, &a->head.position);
}

enum err
asked_letter(struct ctx *cx, const struct record *app, const char *missing, int32_t fix_by,
	     struct letter *ret)
{
	struct asked a = { .cx = cx, .app = app, .missing = missing, .fix_by = fix_by };
	struct letter l = { .title = NULL };
	enum lang was = cx->lang;
	const char *number;
	int64_t n;
	enum err e;

	a.blocks = ARENA_ARRAY(cx->arena, BLOCKS, struct letter_block);
	TRY(read_asked(&a));
	TRY(db_get_int(cx, LETTERS, DB_ARGS(db_int(app->id)), &n));
	number = arena_printf(cx->arena, "%s-%s", app->number, text_from_int(cx->arena, n + 1));
	cx->lang = a.head.lang;
	e = fill(&a, number, &l);
	cx->lang = was;
	if (e == OK)
		*ret = l;
	return e;
}

enum err
asked_preview(struct ctx *cx, const struct record *app, const struct change *ch, struct letter *ret)
{
	const struct field *f = type_field(ch->type, "missing");
	const char *missing = ch->given[f->index] && ch->v[f->index].set ? ch->v[f->index].s : "";
	int32_t fix_by;

	if (*text_trim(cx->arena, missing) == '\0')
		return fail_field(cx, ERR_INVALID, "missing", "err.required",
				  msg(cx, f->label_key));
	TRY(asked_fix_by(cx, ch, &fix_by));
	return asked_letter(cx, app, missing, fix_by, ret);
}

/* ---- kept and registered ---- */

/* Which rule gave the term, if it is the usual one; a day of one's own needs no reckoning. */
static enum err
tell_why(struct ctx *cx, int32_t fix_by, struct json_out *j)
{
	int32_t usual;

	TRY(rule_due(cx, cx->world->rules, FIX_RULE, cx->today, &usual));
	if (usual != fix_by)
		return OK;
	json_key(j, "why");
	json_list(j);
	json_put_text(j, FIX_RULE);
	json_put_text(j, civil_iso(cx->arena, cx->today));
	json_list_end(j);
	return OK;
}

/* The timeline says it in its reader's language, so words are kept as their key and values. */
static enum err
tell(struct ctx *cx, const struct record *app, const char *filename, int64_t file)
{
	int32_t fix_by = record_date(app, "fix_by");
	struct json_out j;
	SCOPED_BUF b;

	buf_init(&b, MAX_ENTRY);
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "note", filename);
	json_pair_int(&j, "file", file);
	json_key(&j, "say");
	json_list(&j);
	json_put_text(&j, app->due != NO_DUE ? "asked.told_runs" : "asked.told_waits");
	json_put_text(&j, civil_text(cx->arena, fix_by));
	if (app->due != NO_DUE)
		json_put_text(&j, civil_text(cx->arena, app->due));
	json_list_end(&j);
	TRY(tell_why(cx, fix_by, &j));
	json_map_end(&j);
	TRY(json_done(cx, &j));
	return record_entry(cx, app, "letter", "", b.bytes);
}

enum err
asked_keep(struct ctx *cx, const struct record *app)
{
	const char *filename;
	struct letter l;
	int64_t file;
	SCOPED_BUF b;

	buf_init(&b, MAX_LETTER_TEXT);
	TRY(asked_letter(cx, app, record_text(app, "missing"), record_date(app, "fix_by"), &l));
	TRY(letter_keep(cx, &l, &b));
	filename = letterhead_file_name(cx, l.number);
	TRY(attachment_add(cx, app->id, filename, LETTER_KEPT, b.bytes, b.len, &file));
	return tell(cx, app, filename, file);
}
