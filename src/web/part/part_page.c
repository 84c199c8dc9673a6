/* Whole pages: ask again, merge, letter, sign-in, trouble, printed sheet. See part.h. */

#include "base/text.h"
#include "web/part/part_int.h"

static void
list_of(struct page *p, const char *const *lines, size_t n)
{
	html_open(p->h, "ul");
	for (size_t i = 0; i < n; i++)
		html_element(p->h, "li", NULL, lines[i]);
	html_close(p->h, "ul");
}

void
part_confirm(struct page *p, const struct part_confirm *c)
{
	struct html *h = p->h;
	struct part_button yes = { .label = c->button, .tone = c->final ? TONE_LATE : TONE_PLAIN };

	html_raw(h, "<div class=\"confirm\">");
	html_element(h, "p", "lead", c->question);
	if (c->n_effects > 0) {
		html_element(h, "h2", NULL, word(p, "part.will_happen"));
		list_of(p, c->effects, c->n_effects);
	}
	if (c->final)
		part_notice(p, TONE_SOON, word(p, "part.final"), NULL);
	part_error_summary(p, c->fields, c->n_fields);
	part_form_begin(p, &(struct part_form){
				   .action = c->action, .key = c->key, .version = c->version });
	html_hidden(h, PART_ASKED, "1");
	html_hidden(h, PART_MOVE, c->move);
	if (c->seen != NULL)
		html_hidden(h, PART_SEEN, c->seen);
	for (size_t i = 0; i < c->n_chosen; i++)
		html_hidden(h, PART_CHOSEN, text_from_int(p->cx->arena, c->chosen[i]));
	for (size_t i = 0; i < c->n_fields; i++)
		part_field(p, &c->fields[i]);
	part_buttons(p, &yes, 1, c->cancel_href, word(p, "part.not_do"));
	part_form_end(p);
	html_raw(h, "</div>");
}

static void
text_or_dash(struct page *p, const char *s)
{
	if (s == NULL || s[0] == '\0')
		html_raw(p->h, "<span class=\"none\">–</span>");
	else
		html_text(p->h, s);
}

/* A cell with a radio that chooses its text. */
static void
merge_choice(struct page *p, const struct part_merge_row *r, const char *which, const char *text,
	     bool chosen)
{
	const char *id = arena_printf(p->cx->arena, "f-%s-%s", r->name, which);
	struct html *h = p->h;

	html_open(h, "td");
	html_open(h, "div");
	html_attr(h, "class", "tick");
	html_open(h, "input");
	html_attr(h, "type", "radio");
	html_attr(h, "id", id);
	html_attr(h, "name", r->name);
	html_attr(h, "value", which);
	html_flag(h, "checked", chosen);
	html_flag(h, "required", true);
	html_attr(h, "aria-describedby", arena_printf(p->cx->arena, "f-%s-row", r->name));
	html_open(h, "label");
	html_attr(h, "for", id);
	text_or_dash(p, text);
	html_close(h, "label");
	html_close(h, "div");
	html_close(h, "td");
}

static void
merge_row(struct page *p, const struct part_merge_row *r)
{
	bool mine = !text_equal(r->base, r->mine);
	struct html *h = p->h;

	html_open(h, "tr");
	html_attr(h, "class", r->clash ? "clash" : NULL);
	html_open(h, "th");
	html_attr(h, "scope", "row");
	html_attr(h, "id", arena_printf(p->cx->arena, "f-%s-row", r->name));
	html_text(h, r->label);
	if (r->clash) {
		html_text(h, " ");
		part_badge(p, TONE_SOON, word(p, "part.merge_clash"));
	}
	html_hidden(h, arena_printf(p->cx->arena, "%s_mine", r->name),
		    r->typed != NULL  ? r->typed
		    : r->mine != NULL ? r->mine
				      : "");
	html_close(h, "th");
	html_open(h, "td");
	text_or_dash(p, r->base);
	html_close(h, "td");
	merge_choice(p, r, "theirs", r->theirs, !r->clash && !mine);
	merge_choice(p, r, "mine", r->mine, !r->clash && mine);
	html_close(h, "tr");
}

void
part_merge(struct page *p, const struct part_merge *m)
{
	static const char *const heads[] = { "part.change_field", "part.merge_base",
					     "part.merge_theirs", "part.merge_mine" };
	struct part_button keep = { .label = word(p, "part.merge_keep") };
	struct html *h = p->h;

	html_open(h, "p");
	html_attr(h, "class", "lead");
	html_text(h, msgf(p->cx, "part.merge_who", m->their_name));
	html_text(h, " ");
	part_moment(p, m->their_at);
	html_text(h, ". ");
	html_text(h, word(p, "part.merge_how"));
	html_close(h, "p");
	part_form_begin(p, &(struct part_form){ .id = m->form,
						.action = m->action,
						.key = m->key,
						.version = m->version });
	html_open(h, "div");
	html_attr(h, "class", "scroller");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", word(p, "part.merge"));
	html_attr(h, "tabindex", "0");
	html_raw(h, "<table class=\"merge\">");
	html_element(h, "caption", "vh", word(p, "part.merge"));
	html_raw(h, "<thead><tr>");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		html_open(h, "th");
		html_attr(h, "scope", "col");
		html_text(h, word(p, heads[i]));
		html_close(h, "th");
	}
	html_raw(h, "</tr></thead><tbody>");
	for (size_t i = 0; i < m->n_rows; i++)
		merge_row(p, &m->rows[i]);
	html_raw(h, "</tbody></table>");
	html_close(h, "div");
	part_buttons(p, &keep, 1, m->cancel_href, word(p, "part.merge_leave"));
	part_form_end(p);
}

void
part_letter_begin(struct page *p, const char *title)
{
	struct html *h = p->h;

	html_raw(h, "<div class=\"letter-pair\"><section class=\"letter\">");
	html_element(h, "h2", "vh", title);
}

void
part_letter_facts(struct page *p, const char *title)
{
	struct html *h = p->h;

	html_raw(h, "</section><section class=\"letter-facts\">");
	html_element(h, "h2", NULL, title);
}

void
part_letter_end(struct page *p)
{
	html_raw(p->h, "</section></div>");
}

static void
password_form(struct page *p, const struct part_sign_in *s)
{
	struct html *h = p->h;
	struct part_field user = { .kind = ASK_TEXT,
				   .name = "kasutaja",
				   .label = word(p, "part.user"),
				   .value = s->user,
				   .autocomplete = "username",
				   .width = 40 };
	struct part_field secret = { .kind = ASK_PASSWORD,
				     .name = "parool",
				     .label = word(p, "part.password") };
	struct part_field code = { .kind = ASK_TEXT,
				   .name = "kood",
				   .label = word(p, "part.code"),
				   .help = word(p, "part.code_help"),
				   .autocomplete = "one-time-code",
				   .max = 10,
				   .width = 10 };
	struct part_button in = { .label = word(p, "part.sign_in") };

	html_open(h, "form");
	html_attr(h, "class", "form");
	html_attr(h, "method", "post");
	html_attr(h, "action", s->action);
	part_token(p);
	html_hidden(h, PART_CSRF, p->csrf == NULL ? s->csrf : NULL);
	html_hidden(h, PART_BACK, s->back);
	part_field(p, &user);
	part_field(p, &secret);
	if (s->ask_code)
		part_field(p, &code);
	part_buttons(p, &in, 1, NULL, NULL);
	html_close(h, "form");
}

/* Invented people to sign in as, where there is practice data only. */
static void
practice_people(struct page *p, const struct part_sign_in *s)
{
	struct html *h = p->h;

	html_raw(h, "<section class=\"practice\">");
	html_element(h, "h2", NULL, word(p, "part.practice"));
	html_element(h, "p", "help", word(p, "part.practice_help"));
	html_open(h, "form");
	html_attr(h, "method", "post");
	html_attr(h, "action", s->action != NULL ? s->action : PATH_SIGN_IN);
	html_hidden(h, PART_CSRF, p->csrf != NULL ? p->csrf : s->csrf);
	html_hidden(h, PART_BACK, s->back);
	for (size_t i = 0; i < s->n_practice; i++) {
		html_open(h, "button");
		html_attr(h, "name", "kasutaja");
		html_attr(h, "value", s->practice[i].href);
		html_element(h, "b", NULL, s->practice[i].label);
		html_text(h, " ");
		if (s->practice[i].note != NULL)
			html_element(h, "span", "quiet", s->practice[i].note);
		html_close(h, "button");
	}
	html_close(h, "form");
	html_raw(h, "</section>");
}

void
part_sign_in(struct page *p, const struct part_sign_in *s)
{
	struct html *h = p->h;

	html_raw(h, "<div class=\"sign-in\"><h1>");
	html_text(h, p->title);
	html_raw(h, "</h1>");
	if (p->lead != NULL)
		html_element(h, "p", "lead", p->lead);
	if (s->error != NULL)
		part_notice(p, TONE_LATE, s->error, NULL);
	if (s->outside_href != NULL) {
		html_element(h, "p", NULL, word(p, "part.sign_in_outside"));
		part_button_link(p, s->outside_href, word(p, "part.sign_in_outside_go"),
				 ICON_PERSON, true);
	}
	if (s->action != NULL)
		password_form(p, s);
	if (s->n_practice > 0)
		practice_people(p, s);
	html_raw(h, "</div>");
}

static void
trouble_line(struct page *p, const char *key, const char *text)
{
	if (text == NULL)
		return;
	html_element(p->h, "h2", NULL, word(p, key));
	html_element(p->h, "p", NULL, text);
}

void
part_trouble(struct page *p, const struct part_trouble *t)
{
	struct html *h = p->h;

	html_raw(h, "<div class=\"trouble\">");
	html_element(h, "p", "lead", t->what);
	trouble_line(p, "part.trouble_kept", t->kept);
	trouble_line(p, "part.trouble_next", t->next);
	if (t->n_ways > 0) {
		html_raw(h, "<p class=\"ways\">");
		for (size_t i = 0; i < t->n_ways; i++)
			part_button_link(p, t->ways[i].href, t->ways[i].label, ICON_NONE, i == 0);
		html_raw(h, "</p>");
	}
	html_open(h, "p");
	html_attr(h, "class", "quiet");
	html_text(h, msgf(p->cx, "part.trouble_code", t->code != NULL ? t->code : "–",
			  t->trace != NULL && t->trace[0] != '\0' ? t->trace : "–"));
	html_close(h, "p");
	html_raw(h, "</div>");
}

void
part_print_head(struct page *p, const char *title, const char *number)
{
	struct html *h = p->h;

	html_raw(h, "<div class=\"print-head\" aria-hidden=\"true\">");
	html_element(h, "p", NULL, p->board);
	html_open(h, "p");
	html_text(h, title);
	if (number != NULL) {
		html_text(h, " · ");
		html_text(h, number);
	}
	html_close(h, "p");
	html_open(h, "p");
	html_text(h, msgf(p->cx, "part.printed", p->who != NULL ? p->who : "–"));
	html_text(h, " ");
	part_moment(p, p->cx->now);
	html_close(h, "p");
	html_raw(h, "</div>");
}
