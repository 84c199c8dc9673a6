/* What handlers of pages share. See site.h. */
#include <string.h>

#include "base/calendar.h"
#include "base/civil.h"
#include "base/text.h"
#include "core/access.h"
#include "rule/rule.h"
#include "format/json.h"
#include "web/counts.h"
#include "web/site_int.h"
#include "web/static_files.h"

static const char TITLE_OF[] = "SELECT type, number, title, about FROM sys_record WHERE id = ?1";
static const char TYPE_AND_NUMBER[] = "SELECT type, number FROM sys_record WHERE id = ?1";

static bool
holds(const struct visit *v, const struct duty *d)
{
	return (v->cx->who.duties[d->index / 64] >> (d->index % 64) & 1) != 0;
}

bool
visit_duty(const struct visit *v, const char *duty)
{
	const struct duty *d = map_get(&v->cx->world->types->duty_by_name, duty);

	return d != NULL && holds(v, d);
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

static const char HEX[] = "0123456789ABCDEF";

static void
add_encoded(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_plain(c)) {
			buf_char(b, *s);
			continue;
		}
		buf_char(b, '%');
		buf_char(b, HEX[c >> 4]);
		buf_char(b, HEX[c & 15]);
	}
}

const char *
visit_url(struct ctx *cx, const struct type *t, const char *number)
{
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

/* A name is shown to those who may see what it names; others get the number, which tells nothing.
 * What holds no person's data may be named to all. */
enum err
visit_title(struct visit *v, int64_t id, const char **ret_title, const char **ret_href)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct ctx *cx = v->cx;
	const struct type *t;
	struct record *r;
	bool row;

	*ret_title = "";
	*ret_href = NULL;
	if (id == 0)
		return OK;
	TRY(db_query(cx, TITLE_OF, DB_ARGS(db_int(id)), &q));
	TRY(stmt_step(cx, q, &row));
	t = row ? types_get(cx->world->types, stmt_text(q, 0)) : NULL;
	if (t == NULL)
		return OK;
	if (record_load(cx, t, id, RIGHT_SEE, &r) == OK) {
		access_saw(cx, "record", r->about);
		*ret_title = r->title;
		*ret_href = visit_url(cx, t, r->number);
		return OK;
	}
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	*ret_title = stmt_copy(cx, q, stmt_is_null(q, 3) ? 2 : 1);
	return OK;
}

enum err
visit_number(struct visit *v, int64_t id, const char *title, const char **ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	*ret = NULL;
	TRY(db_query(v->cx, TYPE_AND_NUMBER, DB_ARGS(db_int(id)), &q));
	TRY(stmt_step(v->cx, q, &row));
	if (row && stmt_text(q, 1) != NULL && strstr(title, stmt_text(q, 1)) == NULL)
		*ret = stmt_copy(v->cx, q, 1);
	return OK;
}

enum err
visit_text(struct visit *v, const struct field *f, const struct value *value, const char **ret)
{
	const char *href;

	if (f->kind == FIELD_REF && value->set)
		return visit_title(v, value->i, ret, &href);
	return value_text(v->cx, f, value, ret);
}

/* The address asked for, with its query; "/" where one cannot come back to it by a link. */
const char *
site_here(const struct visit *v)
{
	const struct http_pairs *q = &v->x->query;
	const char *here = v->x->raw_path, *dash = strstr(here, "/-/");
	SCOPED_BUF b;

	buf_init(&b, MAX_URL);
	if (strcmp(v->x->method, "GET") != 0 && v->type != NULL && v->number == NULL &&
	    v->route != NULL && strcmp(v->route->pattern, "/uus") != 0)
		return arena_printf(v->cx->arena, "/%s", v->type->path);
	/* What is only posted to has the record's page for a place to return to. */
	if (strcmp(v->x->method, "GET") != 0 && dash != NULL && strcmp(dash, "/-/muuda") != 0 &&
	    strcmp(dash, "/-/kustuta") != 0)
		here = arena_strndup(v->cx->arena, here, (size_t)(dash - here));
	buf_text(&b, here);
	for (size_t i = 0, n = 0; i < q->n; i++) {
		const char *name = q->at[i].name;

		if (strcmp(name, "keel") == 0)
			continue;
		buf_char(&b, n++ == 0 ? '?' : '&');
		add_encoded(&b, name);
		buf_char(&b, '=');
		add_encoded(&b, q->at[i].value);
	}
	return b.too_large ? here : arena_strndup(v->cx->arena, b.bytes, b.len);
}

const char *
site_url_back(struct ctx *cx, const char *path, const char *back)
{
	const char *url;
	SCOPED_BUF b;

	buf_init(&b, MAX_URL);
	buf_printf(&b, "%s?tagasi=", path);
	add_encoded(&b, back);
	url = arena_strndup(cx->arena, b.bytes, b.len);
	return b.too_large ? arena_printf(cx->arena, "%s?tagasi=/", path) : url;
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
rail_duty(struct visit *v, const struct duty *d, const char *current, struct rail *rail)
{
	bool headed = false;

	for (int i = 0; i < d->nlists; i++) {
		const struct type *t = d->lists[i].type;
		const struct list *l = d->lists[i].list;

		if (!sql_may(v->cx, v->cx->world->types, t, RIGHT_SEE))
			continue;
		if (!headed)
			rail->list[rail->n++] =
				(struct page_duty){ .label = msg(v->cx, d->label_key),
						    .heading = true };
		headed = true;
		rail->list[rail->n++] =
			(struct page_duty){ .label = msg(v->cx, l->label_key),
					    .href = d->lists[i].href,
					    .waits = waiting(v->cx, t, l),
					    .current =
						    v->type == t && text_equal(current, l->name) };
	}
}

static void
fill_rail(struct visit *v)
{
	const struct types *ts = v->cx->world->types;
	const char *current = http_query(v->x, "vaade");
	struct rail rail = { NULL, 0 };
	size_t most = 1;

	for (size_t i = 0; i < ts->nduties; i++)
		if (holds(v, ts->duties[i]))
			most += (size_t)ts->duties[i]->nlists + 1;
	rail.list = ARENA_ARRAY(v->cx->arena, most, struct page_duty);
	for (size_t i = 0; i < ts->nduties; i++)
		if (holds(v, ts->duties[i]))
			rail_duty(v, ts->duties[i], current, &rail);
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
	p->here = site_here(v);
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
