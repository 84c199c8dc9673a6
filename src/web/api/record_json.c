/* What the API shows: a record, what a search found, who one is. See api.h. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/access.h"
#include "core/search.h"
#include "format/json.h"
#include "web/api/api.h"
#include "web/site_int.h"

#define RESULTS 50

static const char FILES[] = "SELECT id, filename, media, made_at FROM sys_attachment WHERE "
			    "record = ?1 ORDER BY id DESC LIMIT 50";

const char *
api_moment(struct ctx *cx, int64_t utc)
{
	int64_t day = utc / 86400 - (utc % 86400 < 0), rest = utc - day * 86400;

	return arena_printf(cx->arena, "%sT%02d:%02d:%02dZ", civil_iso(cx->arena, (int32_t)day),
			    (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* ---- values ---- */

static enum err
put_ref(struct visit *v, struct json_out *j, int64_t id)
{
	const char *title, *url;

	if (id == 0) {
		json_put_null(j);
		return OK;
	}
	TRY(visit_title(v, id, &title, &url));
	json_map(j);
	json_pair_int(j, "id", id);
	json_pair_text(j, "title", title);
	json_pair_text(j, "url", url);
	json_map_end(j);
	return OK;
}

static void
put_choices(struct visit *v, struct json_out *j, const struct field *f, const char *stored)
{
	json_list(j);
	for (int i = 0; i < f->nchoices && stored != NULL; i++)
		if (strstr(stored, arena_printf(v->cx->arena, ",%s,", f->choices[i].name)) != NULL)
			json_put_text(j, f->choices[i].name);
	json_list_end(j);
}

enum err
api_put_value(struct visit *v, struct json_out *j, const struct field *f, const struct value *value)
{
	if (f->kind == FIELD_CHOICES) {
		put_choices(v, j, f, value->set ? value->s : NULL);
		return OK;
	}
	if (!value->set) {
		json_put_null(j);
		return OK;
	}
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
	case FIELD_CODE:
	case FIELD_CHOICE:
		json_put_text(j, value->s);
		return OK;
	case FIELD_INT:
	case FIELD_TIME:
		json_put_int(j, value->i);
		return OK;
	case FIELD_MONEY:
		json_put_text(j, text_money_plain(v->cx->arena, value->i));
		return OK;
	case FIELD_DATE:
		json_put_text(j, civil_iso(v->cx->arena, (int32_t)value->i));
		return OK;
	case FIELD_BOOL:
		json_put_bool(j, value->i != 0);
		return OK;
	case FIELD_REF:
		return put_ref(v, j, value->i);
	case FIELD_CHOICES:
	case FIELD_KIND_COUNT:
		break;
	}
	BUG("field kind");
}

/* ---- a record ---- */

static void
put_day(struct visit *v, struct json_out *j, const char *key, int32_t day)
{
	json_pair_text(j, key,
		       day == NO_DUE || day == CIVIL_NONE ? NULL : civil_iso(v->cx->arena, day));
}

static enum err
put_fields(struct reading *rd, struct json_out *j)
{
	const struct type *t = rd->r->type;

	json_key(j, "fields");
	json_map(j);
	for (int i = 0; i < t->nfields; i++) {
		if (t->fields[i].hidden)
			continue;
		json_key(j, t->fields[i].name);
		TRY(api_put_value(rd->v, j, &t->fields[i], &rd->r->v[i]));
	}
	json_map_end(j);
	return OK;
}

static void
put_names(struct json_out *j, const char *key, const struct field *const *list, int n)
{
	json_key(j, key);
	json_list(j);
	for (int i = 0; i < n; i++)
		json_put_text(j, list[i]->name);
	json_list_end(j);
}

/* The moves the reader sees; one refused says why. */
static void
put_moves(struct reading *rd, struct json_out *j)
{
	struct ctx *cx = rd->v->cx;

	json_key(j, "moves");
	json_list(j);
	for (size_t i = 0; i < rd->nmoves; i++) {
		const struct move *m = type_move(rd->r->type, rd->moves[i].name);

		json_map(j);
		json_pair_text(j, "name", m->name);
		json_pair_text(j, "label", rd->moves[i].label);
		json_pair_text(
			j, "url",
			visit_url_of(cx, rd->r, arena_printf(cx->arena, "/-/liigu/%s", m->name)));
		put_names(j, "asks", m->ask, m->nask);
		put_names(j, "needs", m->needs, m->nneeds);
		json_pair_text(j, "refused", rd->moves[i].refused);
		json_map_end(j);
	}
	json_list_end(j);
}

static void
put_clocks(struct reading *rd, struct json_out *j)
{
	json_key(j, "clocks");
	json_list(j);
	for (size_t i = 0; i < rd->nclocks; i++) {
		const struct clock_entry *c = &rd->clocks[i];

		json_map(j);
		json_pair_text(j, "name", c->name);
		put_day(rd->v, j, "started", c->started);
		put_day(rd->v, j, "due", c->due);
		put_day(rd->v, j, "stopped", c->stopped);
		json_pair_text(j, "rule", c->rule);
		json_map_end(j);
	}
	json_list_end(j);
}

static enum err
put_files(struct reading *rd, struct json_out *j)
{
	struct ctx *cx = rd->v->cx;
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, FILES, DB_ARGS(db_int(rd->r->id)), &q));
	json_key(j, "files");
	json_list(j);
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		json_map(j);
		json_pair_int(j, "id", stmt_int(q, 0));
		json_pair_text(j, "name", stmt_text(q, 1));
		json_pair_text(j, "media", stmt_text(q, 2));
		json_pair_text(j, "at", api_moment(cx, stmt_int(q, 3)));
		json_pair_text(j, "url",
			       arena_printf(cx->arena, "/fail/%lld", (long long)stmt_int(q, 0)));
		json_map_end(j);
	}
	json_list_end(j);
	return OK;
}

/* What the engine itself knows of a record. */
static enum err
put_engine(struct reading *rd, struct json_out *j)
{
	const struct record *r = rd->r;
	struct ctx *cx = rd->v->cx;

	json_pair_int(j, "id", r->id);
	json_pair_text(j, "type", r->type->name);
	json_pair_text(j, "number", r->number);
	json_pair_text(j, "title", r->title);
	json_pair_text(j, "url", visit_url_of(cx, r, ""));
	json_pair_text(j, "state", r->type->nstates == 0 ? NULL : record_state(r));
	json_pair_int(j, "version", r->version);
	put_day(rd->v, j, "due", r->due);
	json_key(j, "responsible");
	TRY(put_ref(rd->v, j, r->responsible));
	json_pair_text(j, "created", api_moment(cx, r->created));
	json_pair_text(j, "changed", api_moment(cx, r->changed));
	json_pair_bool(j, "deleted", r->deleted);
	json_pair_bool(j, "may_edit", rd->may_edit);
	return OK;
}

enum err
record_json_write(struct visit *v, struct reading *rd)
{
	struct json_out j;

	TRY(http_add_header(v->x, "ETag",
			    arena_printf(v->cx->arena, "\"%lld-%lld\"", (long long)rd->r->id,
					 (long long)rd->r->version)));
	TRY(http_add_header(v->x, "Vary", "Accept, Accept-Language, Authorization"));
	v->x->content_type = "application/json";
	json_out_init(&j, &v->x->out);
	json_map(&j);
	TRY(put_engine(rd, &j));
	TRY(put_fields(rd, &j));
	put_moves(rd, &j);
	put_clocks(rd, &j);
	TRY(put_files(rd, &j));
	json_map_end(&j);
	return json_done(v->cx, &j);
}

enum err
record_json(struct visit *v)
{
	struct reading rd = { 0 };

	TRY(record_reading(v, 1, &rd));
	return record_json_write(v, &rd);
}

/* ---- a search ---- */

enum err
search_json(struct visit *v)
{
	const char *query;
	struct found *list;
	struct json_out j;
	size_t n;

	TRY(search_kept(v->cx, v->part[0], &query));
	TRY(search_find(v->cx, NULL, query, RESULTS, &list, &n));
	v->x->content_type = "application/json";
	json_out_init(&j, &v->x->out);
	json_map(&j);
	json_key(&j, "items");
	json_list(&j);
	for (size_t i = 0; i < n; i++) {
		access_saw(v->cx, "search", list[i].about);
		json_map(&j);
		json_pair_int(&j, "id", list[i].id);
		json_pair_text(&j, "type", list[i].type->name);
		json_pair_text(&j, "number", list[i].number);
		json_pair_text(&j, "title", list[i].title);
		json_pair_text(&j, "url", visit_url(v->cx, list[i].type, list[i].number));
		json_pair_bool(&j, "alike", list[i].like);
		json_map_end(&j);
	}
	json_list_end(&j);
	json_map_end(&j);
	return json_done(v->cx, &j);
}

/* ---- who one is ---- */

enum err
me_json(struct visit *v)
{
	const struct session *s = &v->session;
	struct json_out j;

	v->x->content_type = "application/json";
	v->x->no_gzip = true;
	json_out_init(&j, &v->x->out);
	json_map(&j);
	json_pair_int(&j, "user", s->who.user);
	json_pair_text(&j, "name", s->user_name);
	json_pair_int(&j, "position", s->who.position);
	json_pair_text(&j, "position_name", s->position_name);
	json_pair_text(&j, "ends", api_moment(v->cx, s->ends_at));
	json_key(&j, "duties");
	json_list(&j);
	for (size_t i = 0; i < v->cx->world->types->nduties; i++)
		if (visit_duty(v, v->cx->world->types->duties[i]->name))
			json_put_text(&j, v->cx->world->types->duties[i]->name);
	json_list_end(&j);
	/* What a script of our own pages sends in X-CSRF-Token; a token of the API needs none. */
	json_pair_text(&j, "csrf", v->bearer ? NULL : site_csrf(v->cx, s->csrf));
	json_map_end(&j);
	return json_done(v->cx, &j);
}
