/*
 * What an official need not write: a draft's facts, reasons, legal basis and period, drawn from
 * the application and from what was found. In the language the letter will be in; short sentences,
 * one fact a line, so that a tired person understands them.
 */
#include <string.h>

#include "base/text.h"
#include "rule/place.h"
#include "work/decision/decision_int.h"

#define MAX_DRAFT_TEXT 7000u /* bytes; the fields take 8000 characters */
#define MAX_BASIS 300	     /* characters of legal_basis */

static bool
has(const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	return ch->given[f->index] && ch->v[f->index].set;
}

static const char *
outcome_of(const struct change *ch)
{
	return has(ch, "outcome") ? ch->v[type_field(ch->type, "outcome")->index].s : "";
}

/* A line, if there is room for the whole of it. */
static void
add_line(struct buf *b, const char *line)
{
	if (line == NULL || *line == '\0' || b->len + strlen(line) + 1 > b->max)
		return;
	if (b->len > 0)
		buf_char(b, '\n');
	buf_text(b, line);
}

static void
add_lines_of(struct ctx *cx, struct buf *b, const char *text)
{
	char *copy = arena_strdup(cx->arena, text == NULL ? "" : text), *save = NULL;

	for (char *s = strtok_r(copy, "\n", &save); s != NULL; s = strtok_r(NULL, "\n", &save)) {
		s = text_trim(cx->arena, s);
		if (*s != '\0')
			add_line(b, msgf(cx, "decision.item", s));
	}
}

/* ---- facts ---- */

static const char *
county_name(struct ctx *cx, const char *code)
{
	const struct place *p = code == NULL ? NULL : place_now(cx->world->rules, code, cx->today);

	return p == NULL ? NULL : p->name;
}

static void
add_ratings(struct ctx *cx, const struct case_file *c, struct buf *b)
{
	static const char *const FIELDS[] = { "area_physical", "area_emotional", "area_social",
					      "area_cognitive" };
	const char *earlier = record_text(c->app, "earlier");
	const struct choice *help =
		earlier == NULL ? NULL : field_choice(type_field(c->app->type, "earlier"), earlier);

	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++) {
		const struct field *f = type_field(c->app->type, FIELDS[i]);
		const char *value = record_text(c->app, FIELDS[i]);
		const struct choice *ch = value == NULL ? NULL : field_choice(f, value);

		if (ch != NULL)
			add_line(b, msgf(cx, "decision.rating", msg(cx, f->label_key),
					 msg(cx, ch->label_key)));
	}
	if (help != NULL)
		add_line(b, msgf(cx, "decision.item", msg(cx, help->label_key)));
}

static const char *
facts(struct ctx *cx, const struct case_file *c, const char *outcome)
{
	const char *arrived = civil_text(cx->arena, record_date(c->app, "arrived"));
	const char *service = record_text(c->service, "name");
	const char *county = county_name(cx, record_text(c->app, "county"));
	SCOPED_BUF b;

	buf_init(&b, MAX_DRAFT_TEXT);
	if (c->sender != NULL)
		add_line(&b, msgf(cx, "decision.facts_sent", arrived,
				  record_text(c->sender, "name"), service));
	else
		add_line(&b, msgf(cx, "decision.facts", arrived, c->app->number, service));
	if (record_text(c->app, "wishes") != NULL)
		add_line(&b, msgf(cx, "decision.facts_wish", record_text(c->app, "wishes")));
	if (county != NULL)
		add_line(&b, msgf(cx, "decision.facts_county", county));
	if (*c->provider != '\0')
		add_line(&b, msgf(cx, "decision.facts_provider", c->provider));
	add_ratings(cx, c, &b);
	if (strcmp(outcome, "unexamined") == 0 && record_date(c->app, "fix_by") != CIVIL_NONE)
		add_line(&b, msgf(cx, "decision.facts_fix_by",
				  civil_text(cx->arena, record_date(c->app, "fix_by"))));
	return arena_strndup(cx->arena, b.bytes, b.len);
}

/* ---- reasons ---- */

static const char *
item(struct ctx *cx, const char *name, const char *detail)
{
	return detail == NULL ? msgf(cx, "decision.item", name)
			      : msgf(cx, "decision.item_of", name, detail);
}

/* The letter shows each condition with its proof; here stands what an official said of it. */
static void
reasons_grant(struct ctx *cx, const struct case_file *c, struct buf *b)
{
	add_line(b, msg(cx, "decision.reasons_grant"));
	for (size_t i = 0; i < c->nfound; i++) {
		const struct found_row *f = &c->found[i];

		if (f->reason == NULL || f->computed)
			continue;
		if (text_equal(f->result, "met"))
			add_line(b, item(cx, f->name, f->reason));
		else if (text_equal(f->result, "waived"))
			add_line(b, item(cx, msgf(cx, "decision.waived", f->name), f->reason));
	}
}

/* The first of a group speaks for it. */
static bool
first_of_group(const struct case_file *c, size_t i)
{
	for (size_t k = 0; k < i && c->found[i].any_of != NULL; k++)
		if (text_equal(c->found[k].any_of, c->found[i].any_of))
			return false;
	return true;
}

static void
add_failed(struct ctx *cx, const struct found_row *f, struct buf *b)
{
	const char *line = item(cx, f->name, f->reason);

	if (f->law != NULL)
		line = arena_printf(cx->arena, "%s (%s)", line, f->law);
	add_line(b, line);
}

static void
reasons_refuse(struct ctx *cx, const struct case_file *c, struct buf *b)
{
	add_line(b, msg(cx, "decision.reasons_refuse"));
	for (size_t i = 0; i < c->nfound; i++)
		if (c->found[i].any_of == NULL && found_fails(c, &c->found[i]))
			add_failed(cx, &c->found[i], b);
	for (size_t i = 0; i < c->nfound; i++) {
		if (c->found[i].any_of == NULL || !first_of_group(c, i) ||
		    !found_fails(c, &c->found[i]))
			continue;
		add_line(b, msg(cx, "decision.reasons_none_of"));
		for (size_t k = i; k < c->nfound; k++)
			if (text_equal(c->found[k].any_of, c->found[i].any_of))
				add_failed(cx, &c->found[k], b);
	}
}

static const char *
reasons(struct ctx *cx, const struct case_file *c, const char *outcome)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_DRAFT_TEXT);
	if (strcmp(outcome, "grant") == 0) {
		reasons_grant(cx, c, &b);
	} else if (strcmp(outcome, "refuse") == 0) {
		reasons_refuse(cx, c, &b);
	} else {
		add_line(&b, msg(cx, "decision.reasons_missing"));
		add_lines_of(cx, &b, record_text(c->app, "missing"));
		add_line(&b, msgf(cx, "decision.reasons_late",
				  civil_text(cx->arena, record_date(c->app, "fix_by"))));
	}
	return arena_strndup(cx->arena, b.bytes, b.len);
}

/* ---- law and period ---- */

/* Add "; law" unless it stands there already or there is no room. */
static void
add_law(struct buf *b, const char *law)
{
	if (law == NULL || *law == '\0' || strstr(b->len == 0 ? "" : b->bytes, law) != NULL ||
	    text_length(law) + 2 + (b->len == 0 ? 0 : text_length(b->bytes)) > MAX_BASIS)
		return;
	if (b->len > 0)
		buf_text(b, "; ");
	buf_text(b, law);
}

static const char *
basis(struct ctx *cx, const struct case_file *c, const char *outcome)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_BASIS * 4);
	add_law(&b, record_text(c->service, "legal_basis"));
	if (strcmp(outcome, "unexamined") == 0)
		add_law(&b, msg(cx, "decision.law_unexamined"));
	for (size_t i = 0; i < c->nfound; i++) {
		const struct found_row *f = &c->found[i];

		if (strcmp(outcome, "grant") == 0 && found_holds(c, f, cx->today))
			add_law(&b, f->law);
		else if (strcmp(outcome, "refuse") == 0 && found_fails(c, f))
			add_law(&b, f->law);
	}
	add_law(&b, msg(cx, "decision.law_act"));
	return arena_strndup(cx->arena, b.len == 0 ? "" : b.bytes, b.len);
}

/*
 * From today to the last day the service covers. A rule gives the day on which the longest time is
 * over; whether that day itself still belongs to it is not settled, so the day before is taken:
 * never longer than the law allows (SHS § 56(2)).
 */
static enum err
period(struct ctx *cx, const struct case_file *c, struct change *ch)
{
	const char *rule = record_text(c->service, "cover_rule");
	int32_t from = cx->today, to;

	if (has(ch, "valid_from"))
		from = (int32_t)ch->v[type_field(ch->type, "valid_from")->index].i;
	else
		change_int(ch, "valid_from", from);
	if (has(ch, "valid_to") || rule == NULL)
		return OK;
	TRY(rule_due(cx, cx->world->rules, rule, from, &to));
	change_int(ch, "valid_to", to - 1);
	return OK;
}

static void
set_delivery(const struct case_file *c, struct change *ch)
{
	const struct record *to = c->representative != NULL ? c->representative : c->person;
	const char *way = record_text(to, "delivery");

	if (!has(ch, "delivery") && way != NULL &&
	    field_choice(type_field(ch->type, "delivery"), way) != NULL)
		change_text(ch, "delivery", way);
}

/* A child's service has a part for the child, who is spoken to by the first name. */
static void
fill_child_text(struct ctx *cx, const struct case_file *c, const char *outcome, struct change *ch)
{
	if (has(ch, "child_text") || !text_equal(record_text(c->service, "starts_by"), "need"))
		return;
	change_text(ch, "child_text",
		    msgf(cx, arena_printf(cx->arena, "decision.child_%s", outcome),
			 record_text(c->person, "first_name"), record_text(c->service, "name")));
}

enum err
draft_fill(struct ctx *cx, const struct case_file *c, struct change *ch)
{
	const char *outcome = outcome_of(ch);
	enum lang was = cx->lang;

	cx->lang = c->lang;
	if (!has(ch, "facts"))
		change_text(ch, "facts", facts(cx, c, outcome));
	if (!has(ch, "reasons"))
		change_text(ch, "reasons", reasons(cx, c, outcome));
	fill_child_text(cx, c, outcome, ch);
	/* Laws are cited by the names they were made under. */
	cx->lang = LANG_ET;
	if (!has(ch, "legal_basis"))
		change_text(ch, "legal_basis", basis(cx, c, outcome));
	cx->lang = was;
	set_delivery(c, ch);
	if (!has(ch, "provider") && strcmp(outcome, "grant") == 0 &&
	    record_int(c->app, "provider") != 0)
		change_int(ch, "provider", record_int(c->app, "provider"));
	return strcmp(outcome, "grant") == 0 ? period(cx, c, ch) : OK;
}
