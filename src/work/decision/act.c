/*
 * The letter of a decision. First what was decided, then what was asked, what was found, why, what
 * follows, and how to appeal (HMS §§ 55-57, SÜS § 26). One list of blocks makes both the PDF and
 * the page it is checked on before signing.
 */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/letterhead.h"
#include "format/json.h"
#include "format/letter_kept.h"
#include "work/decision/decision_int.h"

#define OWN_BLOCKS 40 /* blocks beside the lines of the long texts */
#define MAX_ITEMS 12
#define MAX_ENTRY 2000u /* bytes of the timeline's JSON */

struct act {
	struct ctx *cx;
	const struct record *d;
	const struct case_file *c;
	const char *outcome;
	bool taken_over; /* signed before this register was: the hour is not known */
	struct letter_block *blocks;
	size_t n, max;
};

static bool
is(const struct act *a, const char *outcome)
{
	return strcmp(a->outcome, outcome) == 0;
}

/* A text that differs when the letter is about a child: KEY and KEY.child. */
static const char *
key_for(const struct act *a, const char *key)
{
	return a->c->child ? arena_printf(a->cx->arena, "%s.child", key) : key;
}

static const char *
on_day(const struct act *a, int32_t day)
{
	return civil_text(a->cx->arena, day);
}

static struct letter_block *
add(struct act *a, enum letter_kind kind, const char *text)
{
	struct letter_block *b;

	if (a->n == a->max)
		BUG("more blocks than were counted");
	b = &a->blocks[a->n++];
	*b = (struct letter_block){ .kind = kind, .level = 1, .text = text };
	return b;
}

static void
heading(struct act *a, const char *key)
{
	(void)add(a, LETTER_HEADING, msg(a->cx, key));
}

static bool
is_item(const char *line)
{
	/* As drafts write them: a dash or a hyphen and a space. */
	return text_starts(line, "\xE2\x80\x93 ") || text_starts(line, "- ");
}

static size_t
lines_of(const char *text)
{
	size_t n = 1;

	for (; text != NULL && *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* A long text of the record: lines become paragraphs, lines with a dash a list. */
static void
long_text(struct act *a, const char *text)
{
	char *copy = arena_strdup(a->cx->arena, text == NULL ? "" : text), *save = NULL;
	const char **items = NULL;
	struct letter_block *list = NULL;

	for (char *s = strtok_r(copy, "\n", &save); s != NULL; s = strtok_r(NULL, "\n", &save)) {
		s = text_trim(a->cx->arena, s);
		if (*s == '\0')
			continue;
		if (!is_item(s)) {
			(void)add(a, LETTER_PARAGRAPH, s);
			list = NULL;
			continue;
		}
		if (list == NULL) {
			items = ARENA_ARRAY(a->cx->arena, lines_of(text), const char *);
			list = add(a, LETTER_BULLETS, NULL);
			list->items = items;
		}
		items[list->nitems++] = strchr(s, ' ') + 1;
	}
}

/* ---- the parts, in order ---- */

static void
add_head_facts(struct act *a)
{
	struct ctx *cx = a->cx;
	struct letter_fact *f = ARENA_ARRAY(cx->arena, 6, struct letter_fact);
	int32_t from = record_date(a->d, "valid_from"), to = record_date(a->d, "valid_to");
	const char *code = record_text(a->c->person, "code");
	struct letter_block *b = add(a, LETTER_FACTS, NULL);

	b->facts = f;
	f[b->nfacts++] =
		(struct letter_fact){ msg(cx, "decision.fact_person"), a->c->person->title, NULL };
	f[b->nfacts++] =
		code != NULL
			? (struct letter_fact){ msg(cx, "decision.fact_code"), code, NULL }
			: (struct letter_fact){ msg(cx, "decision.fact_birth"),
						on_day(a, record_date(a->c->person, "birth_date")),
						NULL };
	f[b->nfacts++] = (struct letter_fact){ msg(cx, "decision.fact_service"),
					       record_text(a->c->service, "name"), NULL };
	f[b->nfacts++] = (struct letter_fact){ msg(cx, "decision.fact_application"),
					       a->c->app->number, NULL };
	if (is(a, "grant") && from != CIVIL_NONE)
		f[b->nfacts++] = (struct letter_fact){
			msg(cx, "decision.fact_period"),
			to == CIVIL_NONE
				? msgf(cx, "decision.from_day", on_day(a, from))
				: msgf(cx, "decision.from_to", on_day(a, from), on_day(a, to)),
			NULL
		};
}

static void
add_resolution(struct act *a)
{
	const char *key = arena_printf(a->cx->arena, "decision.resolution_%s", a->outcome);

	heading(a, "decision.what_decided");
	(void)add(a, LETTER_PARAGRAPH,
		  msgf(a->cx, key_for(a, key), record_text(a->c->service, "name")));
}

static const char *
word_of(const struct act *a, const char *field, const char *name)
{
	const struct type *t = types_get(a->cx->world->types, "finding");
	const struct choice *ch = name == NULL ? NULL : field_choice(type_field(t, field), name);

	return ch == NULL ? NULL : msg(a->cx, ch->label_key);
}

/* Where one of a group is enough and holds, the others say nothing to the person. */
static bool
is_told(const struct act *a, const struct found_row *f)
{
	if (f->any_of == NULL || !found_holds(a->c, f, a->cx->today))
		return true;
	return text_equal(f->result, "met") || text_equal(f->result, "waived");
}

static const char *
proof_of(const struct act *a, const struct found_row *f)
{
	const char *paper =
		text_equal(f->evidence, "none") ? NULL : word_of(a, "evidence", f->evidence);

	if (paper != NULL && f->evidence_text != NULL)
		return arena_printf(a->cx->arena, "%s: %s", paper, f->evidence_text);
	return paper != NULL ? paper : f->evidence_text;
}

static void
add_found(struct act *a)
{
	const char **head = ARENA_ARRAY(a->cx->arena, 3, const char *);
	const char **cells = ARENA_ARRAY(a->cx->arena, a->c->nfound * 3 + 1, const char *);
	struct letter_block *b;
	size_t rows = 0;

	if (a->c->nfound == 0 || is(a, "unexamined"))
		return;
	heading(a, "decision.what_found");
	head[0] = msg(a->cx, "decision.col_condition");
	head[1] = msg(a->cx, "decision.col_result");
	head[2] = msg(a->cx, "decision.col_proof");
	for (size_t i = 0; i < a->c->nfound; i++) {
		const struct found_row *f = &a->c->found[i];

		if (!is_told(a, f))
			continue;
		cells[rows * 3] = f->name;
		cells[rows * 3 + 1] = f->result == NULL ? msg(a->cx, "decision.not_checked")
							: word_of(a, "result", f->result);
		cells[rows * 3 + 2] = proof_of(a, f);
		rows++;
	}
	b = add(a, LETTER_TABLE, NULL);
	b->table =
		(struct letter_table){ .head = head, .columns = 3, .cells = cells, .rows = rows };
}

/* ---- what follows ---- */

static enum err
arrival_line(const struct act *a, const char **ret)
{
	const char *rule = record_text(a->c->service, "arrival_rule");
	int32_t due;

	*ret = NULL;
	if (rule == NULL || !text_equal(record_text(a->c->service, "arrival_from"), "delivered"))
		return OK;
	TRY(rule_due(a->cx, a->cx->world->rules, rule, a->cx->today, &due));
	*ret = msgf(a->cx, "decision.next_turn", on_day(a, a->cx->today), on_day(a, due));
	return OK;
}

static enum err
next_steps_grant(const struct act *a, const char **items, size_t *n)
{
	const char *turn;

	if (text_equal(record_text(a->c->service, "queue"), "plain")) {
		items[(*n)++] =
			msgf(a->cx, key_for(a, "decision.next_queue"), on_day(a, a->cx->today));
		items[(*n)++] = msg(a->cx, "decision.next_place");
		items[(*n)++] = msg(a->cx, "decision.next_nothing");
		return OK;
	}
	TRY(arrival_line(a, &turn));
	if (turn != NULL) {
		items[(*n)++] = msg(a->cx, "decision.next_choose");
		items[(*n)++] = turn;
		items[(*n)++] = msg(a->cx, "decision.next_help");
		return OK;
	}
	items[(*n)++] = msg(a->cx, "decision.next_place");
	items[(*n)++] = msg(a->cx, "decision.next_nothing");
	return OK;
}

static enum err
add_next(struct act *a)
{
	const char **items = ARENA_ARRAY(a->cx->arena, MAX_ITEMS, const char *);
	struct letter_block *b;
	size_t n = 0;

	if (is(a, "grant")) {
		TRY(next_steps_grant(a, items, &n));
	} else if (is(a, "refuse")) {
		items[n++] = msg(a->cx, "decision.next_again");
		items[n++] = msg(a->cx, "decision.next_local");
	} else {
		items[n++] = msg(a->cx, "decision.next_new");
		items[n++] = msg(a->cx, "decision.next_ask");
	}
	heading(a, "decision.what_next");
	b = add(a, LETTER_NUMBERED, NULL);
	b->items = items;
	b->nitems = n;
	return OK;
}

/* ---- appeal ---- */

const char *
rule_days(const struct rule_result *r)
{
	for (size_t i = 0; i < r->nsteps; i++)
		if (strcmp(r->steps[i].key, "rule.step.calendar_days") == 0 &&
		    r->steps[i].nargs > 0)
			return r->steps[i].arg[0];
	return NULL;
}

enum err
appeal_term(struct ctx *cx, const struct case_file *c, int32_t from, struct rule_result *ret)
{
	const char *rule = record_text(c->service, "appeal_rule");
	struct rule_value start = rule_date("from", from);

	return rule_eval(cx, cx->world->rules, rule == NULL ? "R46" : rule, &start, 1, ret);
}

/* "Sotsiaalkindlustusamet, Paldiski mnt 80, info@…": what is known of the house. */
static const char *
where_to(const struct act *a)
{
	static const char *const FIELDS[] = { "name", "address", "email" };
	const char *all = "";

	for (size_t i = 0; a->c->board != NULL && i < sizeof(FIELDS) / sizeof(*FIELDS); i++) {
		const char *s = record_text(a->c->board, FIELDS[i]);

		if (s != NULL)
			all = arena_printf(a->cx->arena, "%s%s%s", all, *all == '\0' ? "" : ", ",
					   s);
	}
	return all;
}

static enum err
add_appeal(struct act *a)
{
	const char **items = ARENA_ARRAY(a->cx->arena, MAX_ITEMS, const char *);
	struct rule_result term;
	struct letter_block *b;
	const char *days;
	size_t n = 0;

	TRY(appeal_term(a->cx, a->c, a->cx->today, &term));
	days = rule_days(&term);
	if (days == NULL)
		return fail(a->cx, ERR_INVALID, "err.decision_appeal_rule", rule_id(term.rule));
	heading(a, "decision.appeal");
	(void)add(a, LETTER_PARAGRAPH, msgf(a->cx, "decision.appeal_term", days));
	b = add(a, LETTER_BULLETS, NULL);
	if (*where_to(a) != '\0')
		items[n++] = msgf(a->cx, "decision.appeal_where", where_to(a));
	items[n++] = msg(a->cx, "decision.appeal_how");
	items[n++] = msgf(a->cx, "decision.appeal_what", a->d->number);
	items[n++] = msg(a->cx, "decision.appeal_court");
	b->items = items;
	b->nitems = n;
	(void)add(a, LETTER_PARAGRAPH, msgf(a->cx, "decision.appeal_law", rule_source(term.rule)));
	return OK;
}

/* ---- together ---- */

static enum err
add_all(struct act *a)
{
	add_head_facts(a);
	add_resolution(a);
	heading(a, "decision.what_asked");
	long_text(a, record_text(a->d, "facts"));
	add_found(a);
	heading(a, "decision.why");
	long_text(a, record_text(a->d, "reasons"));
	TRY(add_next(a));
	TRY(add_appeal(a));
	if (record_text(a->d, "legal_basis") == NULL)
		return OK;
	heading(a, "decision.law");
	(void)add(a, LETTER_PARAGRAPH, record_text(a->d, "legal_basis"));
	return OK;
}

/* What the child is told (LasteKS § 21(2)-(3)): after the signature, for it decides nothing. */
static void
add_child_part(const struct act *a, struct letter *l)
{
	const char *said = record_text(a->d, "child_text");
	struct act part = *a;

	if (said == NULL)
		return;
	part.n = 0;
	part.max = lines_of(said) + 1;
	part.blocks = ARENA_ARRAY(a->cx->arena, part.max, struct letter_block);
	(void)add(&part, LETTER_HEADING,
		  msgf(a->cx, "decision.child_head", record_text(a->c->person, "first_name")));
	long_text(&part, said);
	l->after = part.blocks;
	l->nafter = part.n;
}

static enum err
fill(struct act *a, const char *position, struct letter *l)
{
	const char *title = arena_printf(a->cx->arena, "decision.title_%s", a->outcome);

	struct letterhead head = {
		.board = a->c->board,
		.person = a->c->person,
		.representative = a->c->representative,
		.lang = a->c->lang,
		.delivery = record_text(a->d, "delivery"),
		.position = position,
		.taken_over = a->taken_over,
	};

	TRY(letterhead_fill(a->cx, &head, l));
	l->title = msg(a->cx, key_for(a, title));
	l->number = a->d->number;
	TRY(add_all(a));
	l->blocks = a->blocks;
	l->nblocks = a->n;
	add_child_part(a, l);
	return OK;
}

static enum err
compose(struct ctx *cx, const struct record *d, const struct case_file *c, const char *position,
	bool taken_over, struct letter *ret)
{
	struct act a = { .cx = cx,
			 .d = d,
			 .c = c,
			 .taken_over = taken_over,
			 .outcome = record_text(d, "outcome"),
			 .max = OWN_BLOCKS + lines_of(record_text(d, "facts")) +
				lines_of(record_text(d, "reasons")) };
	struct letter l = { .lang = c->lang };
	enum lang was = cx->lang;
	enum err e;

	a.blocks = ARENA_ARRAY(cx->arena, a.max, struct letter_block);
	cx->lang = c->lang;
	e = fill(&a, position, &l);
	cx->lang = was;
	if (e == OK)
		*ret = l;
	return e;
}

enum err
decision_letter(struct ctx *cx, const struct record *d, const struct case_file *c,
		const char *position, struct letter *ret)
{
	return compose(cx, d, c, position, false, ret);
}

enum err
decision_tell_letter(struct ctx *cx, const struct record *d, const char *filename, int64_t file)
{
	struct json_out j;
	SCOPED_BUF b;

	buf_init(&b, MAX_ENTRY);
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "note", filename);
	json_pair_int(&j, "file", file);
	json_map_end(&j);
	TRY(json_done(cx, &j));
	return record_entry(cx, d, "letter", "", b.bytes);
}

/* ---- kept as its text ---- */

/* Did anybody look at any condition here? An older register tells only what was decided. */
static bool
any_finding(const struct case_file *c)
{
	for (size_t i = 0; i < c->nfound; i++)
		if (c->found[i].finding != 0)
			return true;
	return false;
}

static enum err
keep_as(struct ctx *cx, const struct record *d, bool taken_over, int64_t *ret_file)
{
	const char *position;
	struct case_file c;
	struct letter l;
	SCOPED_BUF b;

	buf_init(&b, MAX_LETTER_TEXT);
	TRY(case_load(cx, record_int(d, "application"), &c));
	if (taken_over && !any_finding(&c))
		c.nfound = 0;
	TRY(letterhead_position(cx, &position));
	TRY(compose(cx, d, &c, position, taken_over, &l));
	TRY(letter_keep(cx, &l, &b));
	return attachment_add(cx, d->id, letterhead_file_name(cx, d->number), LETTER_KEPT, b.bytes,
			      b.len, ret_file);
}

enum err
decision_keep_letter(struct ctx *cx, const struct record *d, int64_t *ret_file)
{
	return keep_as(cx, d, false, ret_file);
}

#define NOON (12 * 3600) /* seconds: an hour that is that day everywhere here */

enum err
decision_keep_taken_over(struct ctx *cx, const struct record *d)
{
	struct ctx then = *cx;
	int64_t file;

	if (!record_value(d, "signed_on")->set)
		return OK;
	ctx_set_now(&then, civil_start_of_day(record_date(d, "signed_on")) + NOON);
	then.who.user = record_int(d, "signed_by");
	if (keep_as(&then, d, true, &file) != OK)
		return ctx_take_error(cx, &then);
	return OK;
}
