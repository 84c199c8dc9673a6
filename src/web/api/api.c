/* Who asks the API, for what, and what came of it. See api.h. */
#include "web/api/api.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "format/json.h"
#include "web/site_int.h"

#define RATE 600       /* requests a minute, of one token, from one process */
#define RATE_SLOTS 512 /* tokens counted at once */

static const char NUMBER_OF[] = "SELECT number FROM sys_record WHERE id = ?1";

static const struct api_shape SHAPES[] = {
	{ list_page, API_READ, list_json },	{ record_page, API_READ, record_json },
	{ search_page, API_READ, search_json }, { me_page, API_READ, me_json },
	{ search_post, API_SEARCH, NULL },	{ new_post, API_CREATE, NULL },
	{ edit_post, API_EDIT, NULL },		{ move_post, API_MOVE, NULL },
	{ record_note_post, API_NOTE, NULL },	{ delete_post, API_DELETE, NULL },
	{ attachment_post, API_UPLOAD, NULL },	{ attachment_page, API_SELF, NULL },
	{ search_choices, API_SELF, NULL },	{ stay_signed_in, API_SELF, NULL },
	{ openapi_page, API_SELF, NULL },
};
static const struct api_shape CALL = { NULL, API_CALL, NULL };

/* ---- is it ours? ---- */

/* The weight, in thousandths, of a media type in an Accept header; -1: not named. */
static int
weight(const char *accept, const char *type)
{
	size_t n = strlen(type);

	for (const char *p = accept; p != NULL && *p != '\0';) {
		size_t len = strcspn(p, ","), word = strcspn(p, ",; \t");

		if (word == n && strncasecmp(p, type, n) == 0) {
			const char *q = memmem(p, len, "q=", 2);

			return q == NULL ? 1000 : (int)(strtod(q + 2, NULL) * 1000);
		}
		p += len;
		p += strspn(p, ", \t");
	}
	return -1;
}

static bool
is_json(const char *type)
{
	return strcmp(type, "application/json") == 0 ||
	       strcmp(type, "application/merge-patch+json") == 0;
}

const char *
api_bearer(const struct http_exchange *x)
{
	const char *h = http_header(x, "Authorization");

	if (h == NULL || strncasecmp(h, "Bearer ", 7) != 0)
		return NULL;
	return h + 7 + strspn(h + 7, " ");
}

bool
api_wanted(const struct http_exchange *x)
{
	const char *accept = http_header(x, "Accept");
	int json = weight(accept, "application/json");
	int problem = weight(accept, "application/problem+json");

	json = problem > json ? problem : json;
	return (x->type != NULL && is_json(x->type)) || api_bearer(x) != NULL ||
	       (json > 0 && json >= weight(accept, "text/html"));
}

/* Does the asker take JSON at all? */
static bool
takes_json(const struct http_exchange *x)
{
	const char *accept = http_header(x, "Accept");

	return accept == NULL || *accept == '\0' || weight(accept, "application/json") > 0 ||
	       weight(accept, "*/*") > 0 || weight(accept, "application/*") > 0 ||
	       weight(accept, "application/problem+json") > 0;
}

void
api_language(struct visit *v)
{
	const char *p = http_header(v->x, "Accept-Language");
	double best = 0;

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(p, ",");
		const char *q = memmem(p, len, "q=", 2);
		double w = q == NULL ? 1 : strtod(q + 2, NULL);
		int lang = len < 2 ? -1 : lang_from_code(arena_strndup(v->cx->arena, p, 2));

		if (lang >= 0 && w > best) {
			best = w;
			v->cx->lang = (enum lang)lang;
		}
		p += len;
		p += strspn(p, ", \t");
	}
}

/* ---- addresses ---- */

/* "/T" and "/T/uus" are of a type: its path, else NULL. */
static bool
is_type_path(const struct visit *v, const char *path)
{
	return map_get(&v->cx->world->types->by_path, path + 1) != NULL;
}

void
api_address(struct visit *v)
{
	struct http_exchange *x = v->x;
	const char *move = strstr(x->path, "/-/liigu/");

	if (strcmp(x->method, "POST") == 0 && is_type_path(v, x->path)) {
		x->path = arena_printf(v->cx->arena, "%s/uus", x->path);
	} else if (strcmp(x->method, "POST") == 0 && move != NULL) {
		v->move = move + strlen("/-/liigu/");
		x->path = arena_strndup(v->cx->arena, x->path, (size_t)(v->move - x->path) - 1);
	} else if (strcmp(x->method, "PATCH") == 0 && strstr(x->path, "/-/") == NULL) {
		x->path = arena_printf(v->cx->arena, "%s/-/muuda", x->path);
		x->method = "POST";
	}
}

const char *
api_number(struct visit *v, const char *number)
{
	const char *found;
	int64_t id;

	if (number[0] != '~' || !text_int(number + 1, 1, INT64_MAX, &id))
		return number;
	if (db_get_text(v->cx, NUMBER_OF, DB_ARGS(db_int(id)), &found) == OK)
		return found;
	ctx_forgive(v->cx);
	return number;
}

/* ---- the route ---- */

static const struct web_call *
call_of(const struct visit *v)
{
	for (const struct work *const *w = v->site->works; *w != NULL; w++)
		for (const struct web_call *c = (*w)->calls; c != NULL && c->pattern != NULL; c++)
			if (strcmp(c->pattern, v->route->pattern) == 0)
				return c;
	return NULL;
}

enum err
api_route(struct visit *v)
{
	bool post = strcmp(v->x->method, "POST") == 0;

	for (size_t i = 0; i < sizeof(SHAPES) / sizeof(*SHAPES); i++)
		if (SHAPES[i].page == v->route->handle)
			v->shape = &SHAPES[i];
	v->call = post ? call_of(v) : NULL;
	if (v->call != NULL)
		v->shape = &CALL;
	if (v->shape == NULL)
		return http_refuse(v->x, 406, ERR_INVALID, "err.api_none");
	if (v->shape->kind != API_SELF && !takes_json(v->x))
		return http_refuse(v->x, 406, ERR_INVALID, "err.api_accept");
	return OK;
}

/* ---- not too much at once ---- */

static struct {
	int64_t token, minute, n;
} rates[RATE_SLOTS];
static pthread_mutex_t rates_lock = PTHREAD_MUTEX_INITIALIZER;

enum err
api_rate(struct visit *v)
{
	int64_t token = -v->session.id, minute = v->cx->now / 60, n;
	size_t i = (size_t)token % RATE_SLOTS;

	if (!v->bearer)
		return OK;
	(void)pthread_mutex_lock(&rates_lock);
	if (rates[i].token != token || rates[i].minute != minute) {
		rates[i].token = token;
		rates[i].minute = minute;
		rates[i].n = 0;
	}
	n = ++rates[i].n;
	(void)pthread_mutex_unlock(&rates_lock);
	if (n <= RATE)
		return OK;
	return http_refuse(v->x, 429, ERR_LIMIT, "err.api_rate", text_from_int(v->cx->arena, RATE));
}

/* ---- what came of it ---- */

/* The type and number in an own address; false where it leads to no record. */
static bool
split_address(struct visit *v, const char *url)
{
	struct arena *a = v->cx->arena;
	size_t len = strcspn(url, "?#"), step = strcspn(url + 1, "/?#");
	char *number, *to;

	v->type = map_get(&v->cx->world->types->by_path, arena_strndup(a, url + 1, step));
	if (v->type == NULL || step + 2 >= len)
		return false;
	number = to = arena_strndup(a, url + 2 + step, len - step - 2);
	for (const char *p = number; *p != '\0'; p++) {
		char byte[3] = { 0 };

		if (*p == '%' && p[1] != '\0' && p[2] != '\0') {
			memcpy(byte, p + 1, 2);
			*to++ = (char)strtol(byte, NULL, 16);
			p += 2;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	v->number = number;
	return true;
}

/* Only what was asked for: Prefer: return=minimal (RFC 7240). */
static bool
wants_little(const struct visit *v)
{
	const char *prefer = http_header(v->x, "Prefer");

	return prefer != NULL && strcasestr(prefer, "return=minimal") != NULL;
}

/* Nothing to show but where it is. */
static enum err
answer_bare(struct visit *v, bool made)
{
	struct json_out j;

	v->x->status = made ? 201 : 204;
	v->x->content_type = "application/json";
	if (!made)
		return OK;
	json_out_init(&j, &v->x->out);
	json_map(&j);
	json_pair_text(&j, "url", v->location);
	json_map_end(&j);
	return json_done(v->cx, &j);
}

/* The record the work ended at, if the asker may look at it. */
static enum err
answer_record(struct visit *v, bool made)
{
	struct reading rd = { 0 };
	enum err e = record_reading(v, 1, &rd);

	if (e == ERR_NOTFOUND) { /* one may make what one may not look at afterwards */
		ctx_forgive(v->cx);
		return answer_bare(v, made);
	}
	return e == OK ? record_json_write(v, &rd) : e;
}

enum err
api_answer(struct visit *v)
{
	const struct type *type = v->type;
	const char *number = v->number;
	enum api_kind kind = v->shape->kind;
	bool made =
		kind == API_CREATE || kind == API_SEARCH || (kind == API_CALL && v->call->makes);
	enum err e;

	if (kind == API_SELF || kind == API_READ)
		return OK;
	if (v->location == NULL || !split_address(v, v->location)) {
		e = answer_bare(v, made);
	} else if (wants_little(v)) {
		e = http_add_header(v->x, "Preference-Applied", "return=minimal");
		if (e == OK)
			e = answer_bare(v, made);
	} else {
		v->x->status = made ? 201 : 200;
		e = answer_record(v, made);
	}
	/* The work may be run again, and begins from what was asked. */
	v->type = type;
	v->number = number;
	return e;
}
