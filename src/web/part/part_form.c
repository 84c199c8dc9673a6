/* Forms: one field at a time, with its label, help, error and box tied together. See part.h. */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "web/part/part_int.h"

#define MAX_RADIOS 5 /* more choices become a select */

void
part_form_begin(struct page *p, const struct part_form *f)
{
	struct html *h = p->h;

	html_open(h, "form");
	html_attr(h, "class", "form");
	html_attr(h, "id", f->id);
	html_attr(h, "method", f->get ? "get" : "post");
	html_attr(h, "action", f->action);
	html_flag(h, "novalidate", true);
	if (f->files)
		html_attr(h, "enctype", "multipart/form-data");
	if (f->keep)
		html_attr(h, "data-draft", PATH_DRAFT);
	if (f->get)
		return;
	part_token(p);
	html_hidden(h, PART_FORM, f->id);
	part_hidden_key(p, f->key, f->version);
	html_hidden(h, PART_BACK, f->back);
	/* Enter in a box presses the first button there is: let it not be a field's search. */
	html_raw(h, "<button class=\"vh\" tabindex=\"-1\" aria-hidden=\"true\"></button>");
	if (!f->keep)
		return;
	html_open(h, "p");
	html_attr(h, "class", "kept quiet");
	html_attr(h, "role", "status");
	html_attr(h, "data-now", word(p, "part.kept_now"));
	html_attr(h, "data-ago", msgf(p->cx, "part.kept_ago", "{1}"));
	html_attr(h, "data-minutes", msgf(p->cx, "part.kept_minutes", "{1}"));
	html_attr(h, "data-failed", word(p, "part.kept_not"));
	if (f->kept_at != 0) {
		html_text(h, word(p, "part.kept_at"));
		html_text(h, " ");
		part_moment(p, f->kept_at);
	}
	html_close(h, "p");
}

void
part_form_end(struct page *p)
{
	html_close(p->h, "form");
}

void
part_error_summary(struct page *p, const struct part_field *fields, size_t n)
{
	struct html *h = p->h;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct part_field *f = &fields[i];

		if (f->error == NULL)
			continue;
		if (!any) {
			html_raw(h, "<div class=\"errors\" role=\"alert\" tabindex=\"-1\" "
				    "data-focus>");
			html_element(h, "h2", NULL, word(p, "part.errors"));
			html_raw(h, "<ul>");
		}
		any = true;
		html_open(h, "li");
		html_open(h, "a");
		html_attr(h, "href", arena_printf(p->cx->arena, "#%s", part_field_id(p, f->name)));
		html_text(h, f->label);
		html_text(h, ": ");
		html_text(h, f->error);
		html_close(h, "a");
		html_close(h, "li");
	}
	if (any)
		html_raw(h, "</ul></div>");
}

static const char *
part_of_id(struct page *p, const char *name, const char *what)
{
	return arena_printf(p->cx->arena, "f-%s-%s", name, what);
}

/* aria-describedby: what the box or group is explained by, help before error. */
static void
describe_group(struct page *p, const struct part_field *f)
{
	bool help = f->help != NULL || f->source != NULL;
	const char *by = NULL;

	if (help && f->error != NULL)
		by = arena_printf(p->cx->arena, "f-%s-help f-%s-error", f->name, f->name);
	else if (help)
		by = part_of_id(p, f->name, "help");
	else if (f->error != NULL)
		by = part_of_id(p, f->name, "error");
	html_attr(p->h, "aria-describedby", by);
}

static void
describe(struct page *p, const struct part_field *f)
{
	describe_group(p, f);
	html_attr(p->h, "aria-invalid", f->error != NULL ? "true" : NULL);
}

static void
label_text(struct page *p, const struct part_field *f)
{
	html_text(p->h, f->label);
	if (f->optional) {
		html_text(p->h, " ");
		html_element(p->h, "span", "optional", word(p, "part.optional"));
	}
}

static void
help_and_error(struct page *p, const struct part_field *f)
{
	struct html *h = p->h;

	if (f->help != NULL || f->source != NULL) {
		html_open(h, "p");
		html_attr(h, "class", "help");
		html_attr(h, "id", part_of_id(p, f->name, "help"));
		html_text(h, f->help);
		if (f->source != NULL) {
			if (f->help != NULL)
				html_text(h, " ");
			html_element(h, "span", "source", msgf(p->cx, "part.source", f->source));
		}
		html_close(h, "p");
	}
	if (f->error == NULL)
		return;
	html_open(h, "p");
	html_attr(h, "class", "error");
	html_attr(h, "id", part_of_id(p, f->name, "error"));
	part_unseen(p, word(p, "part.error"));
	html_text(h, f->error);
	html_close(h, "p");
}

static const char *
field_class(struct page *p, const struct part_field *f, const char *kind)
{
	return arena_printf(p->cx->arena, "field%s%s%s", f->error != NULL ? " wrong" : "",
			    kind[0] != '\0' ? " " : "", kind);
}

/* A field with one box: <div>, <label>, help, error; the box follows. */
static void
boxed_begin(struct page *p, const struct part_field *f)
{
	struct html *h = p->h;

	html_open(h, "div");
	html_attr(h, "class", field_class(p, f, ""));
	html_open(h, "label");
	html_attr(h, "for", part_field_id(p, f->name));
	label_text(p, f);
	html_close(h, "label");
	help_and_error(p, f);
}

static void
boxed_end(struct page *p)
{
	html_close(p->h, "div");
}

/* A field with several boxes: <fieldset>, <legend>, help, error; the boxes follow. */
static void
grouped_begin(struct page *p, const struct part_field *f, const char *kind)
{
	struct html *h = p->h;

	html_open(h, "fieldset");
	html_attr(h, "class", field_class(p, f, kind));
	if (strcmp(kind, "ref") == 0) {
		html_attr(h, "data-suggest", f->suggest);
		html_attr(h, "data-name", f->name);
	}
	describe_group(p, f);
	html_open(h, "legend");
	label_text(p, f);
	html_close(h, "legend");
	help_and_error(p, f);
}

static void
grouped_end(struct page *p)
{
	html_close(p->h, "fieldset");
}

/* How each kind of one-line box differs. */
struct box {
	const char *type, *inputmode, *autocomplete;
	size_t max;
	int width; /* characters */
};

static const struct box boxes[] = {
	[ASK_TEXT] = { "text", NULL, "off", MAX_TEXT, 40 },
	[ASK_DATE] = { "text", "numeric", "off", 10, 10 },
	[ASK_MONEY] = { "text", "decimal", "off", 20, 10 },
	[ASK_INT] = { "text", "numeric", "off", 20, 10 },
	[ASK_FILE] = { "file", NULL, NULL, 0, 0 },
	[ASK_EMAIL] = { "email", "email", "off", 254, 40 },
	[ASK_PHONE] = { "tel", "tel", "off", 20, 20 },
	[ASK_PASSWORD] = { "password", NULL, "current-password", 128, 40 },
};

/* The size class nearest above a number of characters. */
static const char *
width_class(int width)
{
	return width <= 0    ? NULL
	       : width <= 4  ? "w4"
	       : width <= 10 ? "w10"
	       : width <= 20 ? "w20"
			     : "w40";
}

static void
one_line(struct page *p, const struct part_field *f)
{
	const struct box *b = &boxes[f->kind];
	const char *unit = f->unit != NULL ? f->unit : f->kind == ASK_MONEY ? "€" : NULL;
	struct html *h = p->h;

	boxed_begin(p, f);
	if (unit != NULL)
		html_raw(h, "<span class=\"with-unit\">");
	html_open(h, "input");
	html_attr(h, "id", part_field_id(p, f->name));
	html_attr(h, "name", f->name);
	html_attr(h, "type", b->type);
	html_attr(h, "class", width_class(f->width > 0 ? f->width : b->width));
	html_attr(h, "inputmode", b->inputmode);
	html_attr(h, "autocomplete", f->autocomplete != NULL ? f->autocomplete : b->autocomplete);
	if (b->max > 0)
		html_attr_int(h, "maxlength", (int64_t)(f->max > 0 ? f->max : b->max));
	if (f->kind == ASK_FILE) {
		html_attr(h, "accept", f->accept);
		html_flag(h, "multiple", f->several);
	} else if (f->kind != ASK_PASSWORD) {
		html_attr(h, "value", f->value);
	}
	if (f->kind == ASK_DATE)
		html_attr(h, "placeholder", word(p, "part.date_shape"));
	describe(p, f);
	if (unit != NULL) {
		html_element(h, "span", "unit", unit);
		html_raw(h, "</span>");
	}
	boxed_end(p);
}

static void
long_text(struct page *p, const struct part_field *f)
{
	struct html *h = p->h;

	boxed_begin(p, f);
	html_open(h, "textarea");
	html_attr(h, "id", part_field_id(p, f->name));
	html_attr(h, "name", f->name);
	html_attr_int(h, "rows", f->rows > 0 ? f->rows : 5);
	html_attr_int(h, "maxlength", (int64_t)(f->max > 0 ? f->max : MAX_LONG_TEXT));
	describe(p, f);
	/* A line feed right after the tag is dropped by readers; this one is for that. */
	html_raw(h, "\n");
	html_text(h, f->value);
	html_close(h, "textarea");
	boxed_end(p);
}

/* One radio or checkbox with its words. The first of a field carries the field's own id. */
static void
tick(struct page *p, const struct part_field *f, const struct part_choice *c, size_t i,
     const char *type)
{
	const char *id = i == 0 ? part_field_id(p, f->name)
				: arena_printf(p->cx->arena, "f-%s-%zu", f->name, i);
	struct html *h = p->h;

	html_raw(h, "<div class=\"tick\">");
	html_open(h, "input");
	html_attr(h, "type", type);
	html_attr(h, "id", id);
	html_attr(h, "name", f->name);
	html_attr(h, "value", c->value);
	html_flag(h, "checked", c->chosen);
	if (c->help != NULL)
		html_attr(h, "aria-describedby", arena_printf(p->cx->arena, "%s-what", id));
	html_open(h, "label");
	html_attr(h, "for", id);
	html_text(h, c->label);
	html_close(h, "label");
	if (c->help != NULL) {
		html_open(h, "p");
		html_attr(h, "class", "help");
		html_attr(h, "id", arena_printf(p->cx->arena, "%s-what", id));
		html_text(h, c->help);
		html_close(h, "p");
	}
	html_raw(h, "</div>");
}

static void
ticks(struct page *p, const struct part_field *f)
{
	const char *type = f->kind == ASK_MANY ? "checkbox" : "radio";

	grouped_begin(p, f, "ticks");
	/* No box ticked sends nothing; this says that it was so meant. */
	if (f->kind == ASK_MANY)
		html_hidden(p->h, arena_printf(p->cx->arena, "%s_none", f->name), "1");
	for (size_t i = 0; i < f->n_choices; i++)
		tick(p, f, &f->choices[i], i, type);
	grouped_end(p);
}

static void
yes_no(struct page *p, const struct part_field *f)
{
	struct part_choice choices[] = {
		{ .value = "1", .label = word(p, "part.yes"), .chosen = text_equal(f->value, "1") },
		{ .value = "0", .label = word(p, "part.no"), .chosen = text_equal(f->value, "0") },
	};

	grouped_begin(p, f, "ticks side");
	for (size_t i = 0; i < 2; i++)
		tick(p, f, &choices[i], i, "radio");
	grouped_end(p);
}

static void
one_tick(struct page *p, const struct part_field *f)
{
	struct html *h = p->h;

	html_open(h, "div");
	html_attr(h, "class", field_class(p, f, "ticks"));
	html_raw(h, "<div class=\"tick\">");
	html_open(h, "input");
	html_attr(h, "type", "checkbox");
	html_attr(h, "id", part_field_id(p, f->name));
	html_attr(h, "name", f->name);
	html_attr(h, "value", "1");
	html_flag(h, "checked", text_equal(f->value, "1"));
	describe(p, f);
	html_open(h, "label");
	html_attr(h, "for", part_field_id(p, f->name));
	label_text(p, f);
	html_close(h, "label");
	html_raw(h, "</div>");
	help_and_error(p, f);
	html_close(h, "div");
}

/* `empty` is the word of the choice that chooses nothing, or NULL. */
static void
drop_down(struct page *p, const struct part_field *f, const char *empty)
{
	struct html *h = p->h;

	boxed_begin(p, f);
	html_open(h, "select");
	html_attr(h, "id", part_field_id(p, f->name));
	html_attr(h, "name", f->name);
	describe(p, f);
	if (empty != NULL) {
		html_open(h, "option");
		html_attr(h, "value", "");
		html_text(h, empty);
		html_close(h, "option");
	}
	for (size_t i = 0; i < f->n_choices; i++) {
		html_open(h, "option");
		html_attr(h, "value", f->choices[i].value);
		html_flag(h, "selected", f->choices[i].chosen);
		html_text(h, f->choices[i].label);
		html_close(h, "option");
	}
	html_close(h, "select");
	boxed_end(p);
}

/* In a form: nothing is chosen for people who have not chosen. */
static void
choose_one(struct page *p, const struct part_field *f)
{
	bool chosen = false;

	for (size_t i = 0; i < f->n_choices; i++)
		chosen = chosen || f->choices[i].chosen;
	if (f->n_choices <= MAX_RADIOS)
		ticks(p, f);
	else if (f->optional)
		drop_down(p, f, word(p, "part.not_chosen"));
	else
		drop_down(p, f, chosen ? NULL : word(p, "part.pick"));
}

/* Without script: type, "Otsi", pick one of what was found. With it: suggestions as one types. */
static void
reference(struct page *p, const struct part_field *f)
{
	struct html *h = p->h;
	const char *box =
		f->n_choices > 0 ? part_of_id(p, f->name, "q") : part_field_id(p, f->name);

	grouped_begin(p, f, "ref");
	html_raw(h, "<div class=\"picks\">");
	for (size_t i = 0; i < f->n_choices; i++)
		tick(p, f, &f->choices[i], i, "radio");
	html_raw(h, "</div>");
	if (f->searched && f->n_choices == 0)
		html_element(h, "p", "quiet", word(p, "part.nothing_found"));
	html_raw(h, "<div class=\"with-button\">");
	html_open(h, "label");
	html_attr(h, "class", "vh");
	html_attr(h, "for", box);
	html_text(h, msgf(p->cx, "part.find_in", f->label));
	html_close(h, "label");
	html_open(h, "input");
	html_attr(h, "id", box);
	html_attr(h, "name", arena_printf(p->cx->arena, "%s_q", f->name));
	html_attr(h, "type", "text");
	html_attr(h, "autocomplete", "off");
	html_attr_int(h, "maxlength", MAX_TEXT);
	html_attr(h, "value", f->typed);
	if (f->n_choices == 0)
		describe(p, f);
	html_open(h, "button");
	html_attr(h, "name", PART_FIND);
	html_attr(h, "value", f->name);
	html_text(h, word(p, "part.search"));
	html_close(h, "button");
	html_raw(h, "</div>");
	grouped_end(p);
}

static void
fixed(struct page *p, const struct part_field *f)
{
	struct html *h = p->h;

	html_raw(h, "<div class=\"field\">");
	html_element(h, "p", "label", f->label);
	html_open(h, "p");
	html_attr(h, "class", "fixed");
	html_text(h, f->value);
	html_close(h, "p");
	help_and_error(p, f);
	html_raw(h, "</div>");
}

void
part_field(struct page *p, const struct part_field *f)
{
	switch (f->kind) {
	case ASK_TEXT:
	case ASK_DATE:
	case ASK_MONEY:
	case ASK_INT:
	case ASK_FILE:
	case ASK_EMAIL:
	case ASK_PHONE:
	case ASK_PASSWORD:
		one_line(p, f);
		return;
	case ASK_LONG:
		long_text(p, f);
		return;
	case ASK_CHOICE:
		choose_one(p, f);
		return;
	case ASK_MANY:
		ticks(p, f);
		return;
	case ASK_YESNO:
		yes_no(p, f);
		return;
	case ASK_TICK:
		one_tick(p, f);
		return;
	case ASK_REF:
		reference(p, f);
		return;
	case ASK_FIXED:
		fixed(p, f);
		return;
	}
	BUG("no such kind of field");
}

void
part_group_begin(struct page *p, const char *legend, const char *help)
{
	html_open(p->h, "fieldset");
	html_attr(p->h, "class", "group");
	html_element(p->h, "legend", NULL, legend);
	if (help != NULL)
		html_element(p->h, "p", "help", help);
}

void
part_group_end(struct page *p)
{
	html_close(p->h, "fieldset");
}

void
part_buttons(struct page *p, const struct part_button *buttons, size_t n, const char *cancel_href,
	     const char *cancel_label)
{
	struct html *h = p->h;

	html_raw(h, "<div class=\"buttons\">");
	for (size_t i = 0; i < n; i++) {
		const struct part_button *b = &buttons[i];

		html_open(h, "button");
		if (b->tone == TONE_LATE)
			html_attr(h, "class", i == 0 ? "main final" : "final");
		else
			html_attr(h, "class", i == 0 ? "main" : NULL);
		html_attr(h, "name", b->name);
		html_attr(h, "value", b->value);
		html_attr(h, "formaction", b->action);
		html_text(h, b->label);
		html_close(h, "button");
	}
	if (cancel_href != NULL)
		html_link(h, cancel_href, "way-out",
			  cancel_label != NULL ? cancel_label : word(p, "part.not_do"));
	html_raw(h, "</div>");
}

/* A GET form drops the query of its address: carry what it says in hidden fields. */
static void
carry_query(struct page *p, const char *action)
{
	const char *at = strchr(action, '?');

	while (at != NULL) {
		const char *name = at + 1, *eq = strchr(name, '='), *end = strchr(name, '&');

		if (eq != NULL && (end == NULL || eq < end)) {
			size_t len = end == NULL ? strlen(eq + 1) : (size_t)(end - eq - 1);

			html_hidden(p->h, arena_strndup(p->cx->arena, name, (size_t)(eq - name)),
				    arena_strndup(p->cx->arena, eq + 1, len));
		}
		at = end;
	}
}

void
part_filter(struct page *p, const char *action, const struct part_field *fields, size_t n,
	    bool post, const char *clear_href)
{
	struct html *h = p->h;

	html_open(h, "form");
	html_attr(h, "class", "filter");
	html_attr(h, "role", "search");
	html_attr(h, "aria-label", word(p, "part.filter"));
	html_attr(h, "method", post ? "post" : "get");
	html_attr(h, "action", action);
	if (post)
		part_token(p);
	else
		carry_query(p, action);
	for (size_t i = 0; i < n; i++) {
		struct part_field f = fields[i];

		f.optional = false; /* all of a filter is; it need not be said */
		if (f.kind == ASK_CHOICE)
			drop_down(p, &f, word(p, "part.any"));
		else
			part_field(p, &f);
	}
	html_raw(h, "<div class=\"filter-end\">");
	html_element(h, "button", NULL, word(p, "part.filter_go"));
	if (clear_href != NULL)
		html_link(h, clear_href, "way-out", word(p, "part.filter_clear"));
	html_raw(h, "</div>");
	html_close(h, "form");
}

void
part_steps(struct page *p, const struct part_link *steps, size_t n)
{
	struct html *h = p->h;

	html_open(h, "nav");
	html_attr(h, "class", "steps");
	html_attr(h, "aria-label", word(p, "part.steps"));
	html_open(h, "ol");
	for (size_t i = 0; i < n; i++) {
		html_open(h, "li");
		html_attr(h, "aria-current", steps[i].current ? "step" : NULL);
		if (steps[i].href != NULL && !steps[i].current)
			html_link(h, steps[i].href, NULL, steps[i].label);
		else
			html_element(h, "span", NULL, steps[i].label);
		html_close(h, "li");
	}
	html_close(h, "ol");
	html_close(h, "nav");
}

void
part_answers(struct page *p, const struct part_answer *answers, size_t n)
{
	struct html *h = p->h;

	html_open(h, "dl");
	html_attr(h, "class", "answers");
	for (size_t i = 0; i < n; i++) {
		const struct part_answer *a = &answers[i];

		html_open(h, "div");
		html_element(h, "dt", NULL, a->label);
		html_open(h, "dd");
		if (a->value == NULL || a->value[0] == '\0')
			html_element(h, "span", "none", word(p, "part.not_answered"));
		else
			html_text(h, a->value);
		html_close(h, "dd");
		if (a->change_href != NULL) {
			html_open(h, "dd");
			html_attr(h, "class", "change");
			html_open(h, "a");
			html_attr(h, "href", a->change_href);
			html_text(h, word(p, "part.change"));
			part_unseen(p, a->label);
			html_close(h, "a");
			html_close(h, "dd");
		}
		html_close(h, "div");
	}
	html_close(h, "dl");
}
