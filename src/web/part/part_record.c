/* A record's page: head, moves, facts, the trace behind a result, timeline. See part.h. */
#include "base/text.h"
#include "web/part/part_int.h"

static void
head_item_begin(struct page *p, const char *key)
{
	html_raw(p->h, "<div>");
	html_element(p->h, "dt", NULL, word(p, key));
	html_raw(p->h, "<dd>");
}

static void
head_item_end(struct page *p)
{
	html_raw(p->h, "</dd></div>");
}

static void
head_name(struct page *p, const struct part_record_head *r)
{
	struct html *h = p->h;

	html_raw(h, "<p class=\"record-what\">");
	html_text(h, r->what);
	if (r->number != NULL) {
		html_text(h, " ");
		html_open(h, "span");
		html_attr(h, "class", "record-number");
		html_attr(h, "data-copy", word(p, "part.copy"));
		html_attr(h, "data-copied", word(p, "part.copied"));
		html_text(h, r->number);
		html_close(h, "span");
	}
	html_raw(h, "</p><h1>");
	if (r->name_href != NULL)
		html_link(h, r->name_href, NULL, r->name);
	else
		html_text(h, r->name);
	html_raw(h, "</h1>");
}

static void
head_answers(struct page *p, const struct part_record_head *r)
{
	struct html *h = p->h;

	html_raw(h, "<dl class=\"record-answers\">");
	head_item_begin(p, "part.state");
	part_badge(p, r->tone, r->state);
	head_item_end(p);
	if (r->due != CIVIL_NONE) {
		head_item_begin(p, "part.due");
		part_badge(p, r->due_tone, r->due_words);
		html_text(h, " ");
		part_date(p, r->due);
		head_item_end(p);
	}
	if (r->responsible != NULL) {
		head_item_begin(p, "part.responsible");
		if (r->responsible_href != NULL)
			html_link(h, r->responsible_href, NULL, r->responsible);
		else
			html_text(h, r->responsible);
		head_item_end(p);
	}
	html_raw(h, "</dl>");
}

static void
move_button(struct page *p, const struct part_move *m)
{
	struct html *h = p->h;

	html_open(h, "button");
	html_attr(h, "class", m->usual ? "main" : m->ask ? "final" : NULL);
	html_attr(h, "name", PART_MOVE);
	html_attr(h, "value", m->name);
	html_text(h, m->label);
	if (m->ask)
		html_text(h, "…");
	html_close(h, "button");
}

/* Those that may be done as buttons; below them, why the others may not. */
static void
moves(struct page *p, const struct part_record_head *r)
{
	struct html *h = p->h;
	size_t refused = 0;

	html_open(h, "form");
	html_attr(h, "class", "moves");
	html_attr(h, "method", "post");
	html_attr(h, "action", r->action);
	html_attr(h, "aria-label", word(p, "part.moves"));
	part_token(p);
	part_hidden_key(p, r->key, r->version);
	for (size_t i = 0; i < r->n_moves; i++) {
		if (r->moves[i].refused == NULL)
			move_button(p, &r->moves[i]);
		else
			refused++;
	}
	html_close(h, "form");
	if (refused == 0)
		return;
	html_raw(h, "<details class=\"refused\"><summary>");
	html_text(h, word(p, "part.not_now"));
	html_raw(h, "</summary><ul>");
	for (size_t i = 0; i < r->n_moves; i++) {
		if (r->moves[i].refused == NULL)
			continue;
		html_raw(h, "<li>");
		html_element(h, "b", NULL, r->moves[i].label);
		html_text(h, ": ");
		html_text(h, r->moves[i].refused);
		html_raw(h, "</li>");
	}
	html_raw(h, "</ul></details>");
}

void
part_record_head(struct page *p, const struct part_record_head *r)
{
	html_raw(p->h, "<div class=\"record-head\">");
	head_name(p, r);
	head_answers(p, r);
	if (r->n_moves > 0)
		moves(p, r);
	html_raw(p->h, "</div>");
}

void
part_facts_begin(struct page *p)
{
	html_raw(p->h, "<dl class=\"facts\">");
}

void
part_fact_begin(struct page *p, const char *label)
{
	html_raw(p->h, "<div>");
	html_element(p->h, "dt", NULL, label);
	html_open(p->h, "dd");
}

void
part_fact_end(struct page *p)
{
	html_close(p->h, "dd");
	html_raw(p->h, "</div>");
}

void
part_fact(struct page *p, const char *label, const char *value)
{
	part_fact_link(p, label, value, NULL);
}

void
part_fact_link(struct page *p, const char *label, const char *value, const char *href)
{
	part_fact_begin(p, label);
	if (value == NULL || value[0] == '\0')
		html_raw(p->h, "<span class=\"none\">–</span>");
	else if (href != NULL)
		html_link(p->h, href, NULL, value);
	else
		html_text(p->h, value);
	part_fact_end(p);
}

void
part_facts_end(struct page *p)
{
	html_raw(p->h, "</dl>");
}

static void
trace_step(struct page *p, const struct part_trace *s)
{
	struct html *h = p->h;

	html_open(h, "li");
	html_text(h, s->fact);
	if (s->rule != NULL) {
		html_text(h, " ");
		html_element(h, "span", "rule", s->rule);
	}
	if (s->source != NULL) {
		html_text(h, " ");
		if (s->source_href != NULL)
			html_link(h, s->source_href, "law", s->source);
		else
			html_element(h, "span", "law", s->source);
	}
	if (s->unsure) {
		html_text(h, " ");
		part_badge(p, TONE_SOON, word(p, "part.unsure"));
	} else if (s->confirmed != CIVIL_NONE) {
		html_text(h, " ");
		html_element(h, "span", "quiet",
			     msgf(p->cx, "part.confirmed", civil_text(p->cx->arena, s->confirmed)));
	}
	html_close(h, "li");
}

void
part_because(struct page *p, const char *about, const struct part_trace *steps, size_t n)
{
	struct html *h = p->h;
	bool unsure = false;

	for (size_t i = 0; i < n; i++)
		unsure = unsure || steps[i].unsure;
	html_raw(h, "<details class=\"because\"><summary>");
	html_text(h, word(p, "part.why"));
	part_unseen(p, about);
	if (unsure) {
		html_text(h, " ");
		part_badge(p, TONE_SOON, word(p, "part.unsure"));
	}
	html_raw(h, "</summary><ol>");
	for (size_t i = 0; i < n; i++)
		trace_step(p, &steps[i]);
	html_raw(h, "</ol></details>");
}

static void
old_or_dash(struct page *p, const char *tag_class, const char *value)
{
	html_open(p->h, "td");
	html_attr(p->h, "class", tag_class);
	html_text(p->h, value == NULL || value[0] == '\0' ? "–" : value);
	html_close(p->h, "td");
}

static void
changes(struct page *p, const struct part_change *list, size_t n)
{
	struct html *h = p->h;

	html_raw(h, "<table class=\"changes\">");
	html_element(h, "caption", "vh", word(p, "part.changes"));
	html_raw(h, "<thead><tr><th scope=\"col\">");
	html_text(h, word(p, "part.change_field"));
	html_raw(h, "</th><th scope=\"col\">");
	html_text(h, word(p, "part.change_was"));
	html_raw(h, "</th><th scope=\"col\">");
	html_text(h, word(p, "part.change_now"));
	html_raw(h, "</th></tr></thead><tbody>");
	for (size_t i = 0; i < n; i++) {
		html_raw(h, "<tr><th scope=\"row\">");
		html_text(h, list[i].label);
		html_raw(h, "</th>");
		old_or_dash(p, "was", list[i].was);
		old_or_dash(p, "now", list[i].now);
		html_raw(h, "</tr>");
	}
	html_raw(h, "</tbody></table>");
}

static void
timeline_entry(struct page *p, const struct part_entry *e)
{
	struct html *h = p->h;

	html_raw(h, "<li><p class=\"entry-line\">");
	part_icon(p, e->icon);
	html_element(h, "b", NULL, e->who);
	html_text(h, " ");
	html_text(h, e->what);
	if (e->href != NULL) {
		html_text(h, " ");
		html_link(h, e->href, NULL, e->href_label);
	}
	html_raw(h, "</p><p class=\"entry-at\">");
	part_moment(p, e->at);
	html_raw(h, "</p>");
	if (e->note != NULL)
		html_element(h, "p", "entry-note", e->note);
	if (e->say != NULL) {
		html_open(h, "p");
		html_text(h, e->say);
		html_text(h, " ");
		if (e->n_why > 0)
			part_because(p, e->say, e->why, e->n_why);
		html_close(h, "p");
	}
	if (e->n_changes > 0)
		changes(p, e->changes, e->n_changes);
	html_raw(h, "</li>");
}

static void
note_box(struct page *p, const char *action, const char *key, const char *typed)
{
	struct part_field note = { .kind = ASK_LONG,
				   .name = "note",
				   .label = word(p, "part.note"),
				   .value = typed,
				   .rows = 2 };

	part_form_begin(p, &(struct part_form){ .action = action, .key = key });
	part_field(p, &note);
	html_raw(p->h, "<div class=\"buttons\">");
	html_element(p->h, "button", NULL, word(p, "part.note_add"));
	html_raw(p->h, "</div>");
	part_form_end(p);
}

void
part_timeline(struct page *p, const struct part_entry *entries, size_t n, const char *add_action,
	      const char *key, const char *typed)
{
	struct html *h = p->h;

	html_raw(h, "<section class=\"timeline\">");
	html_open(h, "h2");
	html_attr(h, "id", "ajajoon");
	html_text(h, word(p, "part.timeline"));
	html_close(h, "h2");
	if (add_action != NULL)
		note_box(p, add_action, key, typed);
	if (n == 0)
		html_element(h, "p", "quiet", word(p, "part.timeline_empty"));
	html_raw(h, "<ol>");
	for (size_t i = 0; i < n; i++)
		timeline_entry(p, &entries[i]);
	html_raw(h, "</ol></section>");
}
