/* What handlers of pages share. See site.h. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "core/place.h"
#include "core/rule.h"
#include "format/json.h"
#include "web/counts.h"
#include "web/site_int.h"
#include "web/static_files.h"

static const char TYPE_AND_NUMBER[] = "SELECT type, number FROM sys_record WHERE id = ?1";

bool
visit_duty(const struct visit *v, const char *duty)
{
	const struct duty *d = map_get(&v->cx->world->types->duty_by_name, duty);

	return d != NULL && (v->cx->who.duties[d->index / 64] >> (d->index % 64) & 1) != 0;
}

const char *
visit_purpose(const struct visit *v, const struct type *t)
{
	for (int i = 0; i < t->ngrants; i++)
		if (t->grants[i].see->kind != SCOPE_NONE && visit_duty(v, t->grants[i].duty))
			return t->grants[i].duty;
	return "";
}

/* ---- addresses ---- */

/* May a byte stand in a path as it is? RFC 3986, unreserved, and the slash. */
static bool
is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
}

const char *
visit_url(struct ctx *cx, const struct type *t, const char *number)
{
	static const char HEX[] = "0123456789ABCDEF";
	size_t path = strlen(t->path);
	char *out = arena_alloc(cx->arena, path + 3 * strlen(number) + 3), *to = out;

	*to++ = '/';
	memcpy(to, t->path, path);
	to += path;
	*to++ = '/';
	for (; *number != '\0'; number++) {
		unsigned char c = (unsigned char)*number;

		if (is_plain(c)) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '%';
		*to++ = HEX[c >> 4];
		*to++ = HEX[c & 15];
	}
	return out;
}

const char *
visit_url_of(struct ctx *cx, const struct record *r, const char *more)
{
	return arena_printf(cx->arena, "%s%s", visit_url(cx, r->type, r->number), more);
}

const char *
visit_url_id(struct ctx *cx, int64_t id)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const struct type *t;
	struct record *r;
	bool row = false;

	if (id == 0 || db_query(cx, TYPE_AND_NUMBER, DB_ARGS(db_int(id)), &q) != OK ||
	    stmt_step(cx, q, &row) != OK || !row) {
		ctx_forgive(cx);
		return NULL;
	}
	t = types_get(cx->world->types, stmt_text(q, 0));
	if (t == NULL || record_load(cx, t, id, RIGHT_SEE, &r) != OK) {
		ctx_forgive(cx);
		return NULL;
	}
	return visit_url(cx, t, r->number);
}

enum err
visit_go(struct visit *v, const char *path)
{
	v->location = arena_strdup(v->cx->arena, path);
	return http_redirect(v->x, v->location);
}

const char *
visit_key(struct visit *v)
{
	unsigned char bytes[16];

	ctx_random(v->cx, bytes, sizeof(bytes));
	return text_hex(v->cx->arena, bytes, sizeof(bytes));
}

/* ---- how things are shown ---- */

enum tone
visit_tone(const struct record *r)
{
	static const enum tone TONE[] = {
		[LOOK_PLAIN] = TONE_PLAIN, [LOOK_OPEN] = TONE_OPEN, [LOOK_SOON] = TONE_SOON,
		[LOOK_LATE] = TONE_LATE,   [LOOK_DONE] = TONE_DONE, [LOOK_OFF] = TONE_OFF,
	};

	return r->type->nstates == 0 ? TONE_PLAIN : TONE[r->type->states[r->state].look];
}

enum tone
visit_due(struct ctx *cx, int32_t due, int warn, const char **ret_words)
{
	int days;

	*ret_words = "";
	if (due == NO_DUE || due == CIVIL_NONE)
		return TONE_PLAIN;
	if (due == cx->today) {
		*ret_words = msg(cx, "due.today");
		return TONE_SOON;
	}
	days = calendar_working_between(cx->today, due);
	if (due < cx->today) {
		days = calendar_working_between(due, cx->today);
		*ret_words = msg_count(cx, "due.over", days);
		return TONE_LATE;
	}
	*ret_words = msg_count(cx, "due.left", days);
	return days <= warn ? TONE_SOON : TONE_PLAIN;
}

/* ---- the shell ---- */

struct rail {
	struct page_duty *list;
	size_t n;
};

/* What waits in a list, to the cap. */
static long
waiting(struct ctx *cx, const struct type *t, const struct list *l)
{
	struct list_query lq = { .type = t, .list = l };
	int64_t n = 0;

	if (counts_get(cx, &lq, NULL, 0, &n) != OK) {
		ctx_forgive(cx);
		return 0;
	}
	return (long)n;
}

static void
rail_duty(struct visit *v, const struct duty *d, struct rail *rail)
{
	struct arena *a = v->cx->arena;
	const struct types *ts = v->cx->world->types;
	bool headed = false;

	for (size_t i = 0; i < ts->n; i++)
		for (int k = 0; k < ts->list[i]->nlists; k++) {
			const struct type *t = ts->list[i];
			const struct list *l = &t->lists[k];

			if (l->duty == NULL || strcmp(l->duty, d->name) != 0 ||
			    !sql_may(v->cx, ts, t, RIGHT_SEE))
				continue;
			if (!headed)
				rail->list[rail->n++] =
					(struct page_duty){ .label = msg(v->cx, d->label_key),
							    .heading = true };
			headed = true;
			rail->list[rail->n++] = (struct page_duty){
				.label = msg(v->cx, l->label_key),
				.href = arena_printf(a, "/%s?vaade=%s", t->path, l->name),
				.waits = waiting(v->cx, t, l),
				.current = v->type == t &&
					   text_equal(http_query(v->x, "vaade"), l->name)
			};
		}
}

static void
fill_rail(struct visit *v)
{
	const struct types *ts = v->cx->world->types;
	struct rail rail = { NULL, 0 };
	size_t most = 2;

	for (size_t i = 0; i < ts->n; i++)
		most += (size_t)ts->list[i]->nlists * 2;
	rail.list = ARENA_ARRAY(v->cx->arena, most, struct page_duty);
	for (size_t i = 0; i < ts->nduties; i++)
		if (visit_duty(v, ts->duties[i]->name))
			rail_duty(v, ts->duties[i], &rail);
	rail.list[rail.n++] =
		(struct page_duty){ .label = msg(v->cx, "rail.registers"), .href = "/registrid" };
	v->page.duties = rail.list;
	v->page.n_duties = rail.n;
}

/* The types somebody in this position may begin. */
static void
fill_news(struct visit *v)
{
	const struct types *ts = v->cx->world->types;
	struct part_link *news = ARENA_ARRAY(v->cx->arena, ts->n + 1, struct part_link);
	size_t n = 0;

	for (size_t i = 0; i < ts->n; i++)
		if (ts->list[i]->menu && sql_may(v->cx, ts, ts->list[i], RIGHT_CREATE))
			news[n++] =
				(struct part_link){ .label = msg(v->cx, ts->list[i]->label_key),
						    .href = arena_printf(v->cx->arena, "/%s/uus",
									 ts->list[i]->path) };
	v->page.news = news;
	v->page.n_news = n;
}

void
visit_page_begin(struct visit *v, const char *title)
{
	struct page *p = &v->page;

	html_init(&v->h, &v->x->out);
	p->cx = v->cx;
	p->h = &v->h;
	p->title = title;
	p->board = v->site->board;
	p->version = v->site->version;
	p->asset = static_base(v->site->statics);
	p->here = v->x->raw_path;
	if (v->cx->world->practice)
		p->env = msg(v->cx, "site.practice");
	if (v->signed_in) {
		p->csrf = site_csrf(v->cx, v->session.csrf);
		p->who = v->session.user_name;
		p->position = v->session.position_name;
		p->me_href = "/mina";
		p->session_left = (long)(v->session.ends_at - v->cx->now);
		p->session_lead = ACCOUNT_WARN_SECONDS;
		fill_rail(v);
		fill_news(v);
	}
	page_begin(p);
}

enum err
visit_page_end(struct visit *v)
{
	page_end(&v->page);
	return html_done(v->cx, &v->h);
}

/* ---- why ---- */

/* The trace of a rule: one line a step, then the law and whether it is confirmed. */
enum err
visit_trace(struct ctx *cx, const char *text, struct part_trace **ret, size_t *ret_n)
{
	struct json *root, *steps, *step;
	struct part_trace *list;
	const char *rule = "", *source = "";
	bool confirmed = true;
	size_t n = 0;

	TRY(json_parse(cx, "trace", text, strlen(text), &root));
	TRY(json_text(cx, root, "rule", true, &rule));
	TRY(json_text(cx, root, "source", true, &source));
	TRY(json_bool(cx, root, "confirmed", true, &confirmed));
	steps = json_get(root, "trace");
	if (steps == NULL || steps->kind != JSON_LIST)
		return fail(cx, ERR_CORRUPT, "err.trace");
	list = ARENA_ARRAY(cx->arena, steps->n + 2, struct part_trace);
	for (size_t i = 0; i < steps->n; i++) {
		const char *line = "";

		step = steps->items[i];
		TRY(json_text(cx, step, "text", true, &line));
		list[n++] = (struct part_trace){ .fact = line, .confirmed = CIVIL_NONE };
	}
	list[n++] = (struct part_trace){ .fact = msg(cx, "trace.law"),
					 .rule = rule,
					 .source = source,
					 .confirmed = CIVIL_NONE,
					 .unsure = !confirmed };
	*ret = list;
	*ret_n = n;
	return OK;
}

/* ---- fields of forms ---- */

static enum ask
ask_kind(const struct field *f)
{
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_CODE:
		return ASK_TEXT;
	case FIELD_LONG:
		return ASK_LONG;
	case FIELD_INT:
	case FIELD_TIME:
		return ASK_INT;
	case FIELD_MONEY:
		return ASK_MONEY;
	case FIELD_DATE:
		return ASK_DATE;
	case FIELD_BOOL:
		return ASK_YESNO;
	case FIELD_CHOICE:
		return ASK_CHOICE;
	case FIELD_CHOICES:
		return ASK_MANY;
	case FIELD_REF:
		return ASK_REF;
	case FIELD_KIND_COUNT:
		break;
	}
	BUG("field kind");
}

static void
fill_choices(struct visit *v, const struct field *f, const char *value, struct part_field *pf)
{
	struct part_choice *c =
		ARENA_ARRAY(v->cx->arena, (size_t)f->nchoices + 1, struct part_choice);
	size_t n = 0;

	for (int i = 0; i < f->nchoices; i++) {
		const struct choice *ch = &f->choices[i];
		bool chosen =
			f->kind == FIELD_CHOICE
				? strcmp(value, ch->name) == 0
				: strstr(arena_printf(v->cx->arena, ",%s,", value),
					 arena_printf(v->cx->arena, ",%s,", ch->name)) != NULL;
		bool in_force = (ch->valid_from == CIVIL_NONE || ch->valid_from <= v->cx->today) &&
				(ch->valid_to == CIVIL_NONE || ch->valid_to >= v->cx->today);

		if (in_force || chosen)
			c[n++] = (struct part_choice){ .value = ch->name,
						       .label = msg(v->cx, ch->label_key),
						       .chosen = chosen };
	}
	pf->choices = c;
	pf->n_choices = n;
}

/* Counties, or municipalities, in force today; and the one chosen before, if it is no longer. */
static void
fill_places(struct visit *v, const struct field *f, const char *value, struct part_field *pf)
{
	const struct rulebook *rules = v->cx->world->rules;
	const struct place **list, *was = place_last(rules, value);
	struct part_choice *c;
	bool chosen = false;
	size_t n = strcmp(f->name, "county") == 0
			   ? place_counties(v->cx, rules, v->cx->today, &list)
			   : place_municipalities(v->cx, rules, NULL, v->cx->today, &list);

	c = ARENA_ARRAY(v->cx->arena, n + 2, struct part_choice);
	for (size_t i = 0; i < n; i++) {
		c[i] = (struct part_choice){ .value = list[i]->code,
					     .label = list[i]->name,
					     .chosen = strcmp(list[i]->code, value) == 0 };
		chosen = chosen || c[i].chosen;
	}
	if (!chosen && was != NULL)
		c[n++] = (struct part_choice){ .value = was->code,
					       .label = was->name,
					       .chosen = true };
	pf->kind = ASK_CHOICE;
	pf->choices = c;
	pf->n_choices = n;
}

/* A reference shows the record picked; a search asked for by the form shows what it found. */
static enum err
fill_ref(struct visit *v, const struct field *f, const char *value, struct part_field *pf)
{
	const char *typed = http_form(v->x, arena_printf(v->cx->arena, "%s_q", f->name));
	struct part_choice *c = ARENA_ARRAY(v->cx->arena, 22, struct part_choice);
	int64_t id;

	pf->typed = typed == NULL ? "" : typed;
	pf->suggest = f->ref_type == NULL
			      ? NULL
			      : arena_printf(v->cx->arena, "/otsing/vali/%s", f->ref_type->path);
	if (text_int(value, 1, INT64_MAX, &id)) {
		const char *title;

		TRY(record_title(v->cx, id, &title));
		c[pf->n_choices++] =
			(struct part_choice){ .value = value, .label = title, .chosen = true };
	}
	if (text_equal(http_form(v->x, PART_FIND), f->name) && typed != NULL && *typed != '\0') {
		TRY(site_find_choices(v, f->ref_type, typed, c, &pf->n_choices));
		pf->searched = true;
	}
	pf->choices = c;
	return OK;
}

/* Several values of one name, as the boxes of a many-choice come. */
static const char *
typed_value(struct visit *v, const struct field *f)
{
	const char *all = http_form(v->x, f->name), *next;

	for (size_t i = 1;
	     f->kind == FIELD_CHOICES && (next = http_form_nth(v->x, f->name, i)) != NULL; i++)
		all = arena_printf(v->cx->arena, "%s,%s", all, next);
	return all;
}

static const char *
preset_typed(struct visit *v, const struct field *f)
{
	const struct actor *who = &v->cx->who;
	int64_t id = 0;

	if (f->preset == NULL || strcmp(f->preset, "null") == 0)
		return "";
	if (strcmp(f->preset, "today") == 0)
		return civil_text(v->cx->arena, v->cx->today);
	if (strcmp(f->preset, "me") == 0)
		id = who->user;
	else if (strcmp(f->preset, "unit") == 0)
		id = who->unit;
	else if (strcmp(f->preset, "org") == 0)
		id = who->org;
	else
		return f->preset;
	return id == 0 ? "" : text_from_int(v->cx->arena, id);
}

enum err
visit_field(struct visit *v, const struct field *f, const struct value *value,
	    struct part_field *ret)
{
	const char *typed = typed_value(v, f);
	struct part_field pf = { .kind = ask_kind(f),
				 .name = f->name,
				 .label = msg(v->cx, f->label_key),
				 .optional = !f->required,
				 .max = (size_t)f->max };

	if (typed == NULL)
		typed = http_query(v->x, f->name);
	if (typed == NULL)
		typed = value != NULL ? value_typed(v->cx, f, value) : preset_typed(v, f);
	pf.value = typed;
	if (f->help_key != NULL)
		pf.help = msg(v->cx, f->help_key);
	if (v->error != OK && text_equal(v->cx->error.field, f->name))
		pf.error = site_error_text(v->cx);
	if (f->kind == FIELD_CHOICE || f->kind == FIELD_CHOICES)
		fill_choices(v, f, typed, &pf);
	if (f->kind == FIELD_CODE && strcmp(f->code, "ehak") == 0)
		fill_places(v, f, typed, &pf);
	if (f->kind == FIELD_REF)
		TRY(fill_ref(v, f, typed, &pf));
	*ret = pf;
	return OK;
}

enum err
visit_typed(struct visit *v, const struct field *const *fields, int n, struct change *ch)
{
	for (int i = 0; i < n; i++) {
		const char *typed = typed_value(v, fields[i]);

		if (typed != NULL)
			TRY(change_typed(v->cx, ch, fields[i], typed));
		else if (fields[i]->kind == FIELD_CHOICES &&
			 http_form(v->x, arena_printf(v->cx->arena, "%s_none", fields[i]->name)))
			ch->given[fields[i]->index] = true;
	}
	return OK;
}
