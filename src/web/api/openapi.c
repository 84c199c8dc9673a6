/* The API described. See openapi.h. What is the same for all types: openapi_shared.c. */
#include "web/api/openapi_int.h"

#include <string.h>

#include "base/text.h"
#include "web/api/api.h"
#include "web/listing.h"
#include "web/site_int.h"

/* ---- small pieces ---- */

void
oa_ref(struct json_out *j, const char *kind, const char *name)
{
	char ref[200];
	size_t n = 0;

	for (const char *const *p = (const char *const[]){ "#/components/", kind, "/", name, NULL };
	     *p != NULL; p++)
		for (const char *s = *p; *s != '\0' && n < sizeof(ref) - 1; s++)
			ref[n++] = *s;
	ref[n] = '\0';
	json_map(j);
	json_pair_text(j, "$ref", ref);
	json_map_end(j);
}

/* "application/json": {"schema": {"$ref": …}} under "content". */
static void
content(struct json_out *j, const char *media, const char *schema)
{
	json_key(j, "content");
	json_map(j);
	json_key(j, media);
	json_map(j);
	json_key(j, "schema");
	oa_ref(j, "schemas", schema);
	json_map_end(j);
	json_map_end(j);
}

/* "type": "string", or ["string", "null"]. */
static void
kind(struct json_out *j, const char *name, bool nullable)
{
	json_key(j, "type");
	if (!nullable) {
		json_put_text(j, name);
		return;
	}
	json_list(j);
	json_put_text(j, name);
	json_put_text(j, "null");
	json_list_end(j);
}

const char *
oa_name(struct oa *o, const struct type *t, const char *what)
{
	return *what == '\0' ? t->name : arena_printf(o->cx->arena, "%s_%s", t->name, what);
}

/* ---- fields ---- */

static void
enum_of(struct json_out *j, const struct field *f, bool nullable)
{
	json_key(j, "enum");
	json_list(j);
	for (int i = 0; i < f->nchoices; i++)
		json_put_text(j, f->choices[i].name);
	if (nullable)
		json_put_null(j);
	json_list_end(j);
}

/* Label, help and what the choices mean. */
static void
describe(struct oa *o, const struct field *f)
{
	SCOPED_BUF b;

	buf_init(&b, 64 * 1024);
	buf_text(&b, msg(o->cx, f->label_key));
	if (f->help_key != NULL)
		buf_printf(&b, ". %s", msg(o->cx, f->help_key));
	for (int i = 0; i < f->nchoices; i++)
		buf_printf(&b, "%s%s: %s", i == 0 ? " — " : "; ", f->choices[i].name,
			   msg(o->cx, f->choices[i].label_key));
	json_pair_text(&o->j, "description", b.bytes);
}

static void
text_schema(struct json_out *j, const struct field *f, bool nullable)
{
	kind(j, "string", nullable);
	if (f->kind == FIELD_CHOICE)
		enum_of(j, f, nullable);
	else if (f->kind == FIELD_MONEY)
		json_pair_text(j, "pattern", "^-?[0-9]+(\\.[0-9]{1,2})?$");
	else if (f->kind == FIELD_DATE)
		json_pair_text(j, "format", "date");
	else if (f->max > 0)
		json_pair_int(j, "maxLength", f->max);
}

static void
field_schema(struct oa *o, const struct field *f, bool written, bool nullable)
{
	struct json_out *j = &o->j;

	if (f->kind == FIELD_REF) {
		oa_ref(j, "schemas", written ? "ReferenceGiven" : "Reference");
		return;
	}
	json_map(j);
	switch (f->kind) {
	case FIELD_INT:
	case FIELD_TIME:
		kind(j, "integer", nullable);
		json_pair_text(j, "format", "int64");
		break;
	case FIELD_BOOL:
		kind(j, "boolean", nullable);
		break;
	case FIELD_CHOICES:
		kind(j, "array", nullable && written);
		json_key(j, "items");
		json_map(j);
		kind(j, "string", false);
		enum_of(j, f, false);
		json_map_end(j);
		break;
	case FIELD_TEXT:
	case FIELD_LONG:
	case FIELD_CODE:
	case FIELD_CHOICE:
	case FIELD_MONEY:
	case FIELD_DATE:
		text_schema(j, f, nullable);
		break;
	case FIELD_REF:
	case FIELD_KIND_COUNT:
		BUG("field kind");
	}
	describe(o, f);
	json_map_end(j);
}

static void
begin_object(struct oa *o, const char *name)
{
	json_key(&o->j, name);
	json_map(&o->j);
	json_pair_text(&o->j, "type", "object");
}

/* Fields as they are given: what is null is emptied. */
static void
given_schema(struct oa *o, const struct type *t, bool edit)
{
	begin_object(o, oa_name(o, t, edit ? "change" : "create"));
	json_pair_bool(&o->j, "additionalProperties", false);
	json_key(&o->j, "properties");
	json_map(&o->j);
	for (int i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->hidden || (edit && f->fixed))
			continue;
		json_key(&o->j, f->name);
		field_schema(o, f, true, true);
	}
	json_map_end(&o->j);
	json_map_end(&o->j);
}

static void
move_schema(struct oa *o, const struct type *t, const struct move *m)
{
	begin_object(o, oa_name(o, t, arena_printf(o->cx->arena, "move_%s", m->name)));
	json_pair_bool(&o->j, "additionalProperties", false);
	json_key(&o->j, "properties");
	json_map(&o->j);
	for (int i = 0; i < m->nask; i++) {
		json_key(&o->j, m->ask[i]->name);
		field_schema(o, m->ask[i], true, true);
	}
	json_map_end(&o->j);
	json_map_end(&o->j);
}

/* The record: what every one has, and this type's states and fields. */
static void
record_schema(struct oa *o, const struct type *t)
{
	struct json_out *j = &o->j;

	json_key(j, oa_name(o, t, ""));
	json_map(j);
	json_pair_text(j, "description", msg(o->cx, t->label_key));
	json_key(j, "allOf");
	json_list(j);
	oa_ref(j, "schemas", "Record");
	json_map(j);
	json_pair_text(j, "type", "object");
	json_key(j, "required");
	json_list(j);
	json_put_text(j, "fields");
	json_put_text(j, "state");
	json_list_end(j);
	json_key(j, "properties");
	json_map(j);
	json_key(j, "state");
	oa_state(o, t);
	json_key(j, "fields");
	json_map(j);
	json_pair_text(j, "type", "object");
	json_key(j, "properties");
	json_map(j);
	for (int i = 0; i < t->nfields; i++) {
		if (t->fields[i].hidden)
			continue;
		json_key(j, t->fields[i].name);
		field_schema(o, &t->fields[i], false, true);
	}
	json_map_end(j);
	json_map_end(j);
	json_map_end(j);
	json_map_end(j);
	json_list_end(j);
	json_map_end(j);
}

void
oa_state(struct oa *o, const struct type *t)
{
	struct json_out *j = &o->j;

	json_map(j);
	if (t->nstates == 0) {
		json_pair_text(j, "type", "null");
		json_map_end(j);
		return;
	}
	json_pair_text(j, "type", "string");
	json_key(j, "enum");
	json_list(j);
	for (int i = 0; i < t->nstates; i++)
		json_put_text(j, t->states[i].name);
	json_list_end(j);
	json_map_end(j);
}

/* A column of any of the type's lists; references are told by their titles. */
static void
column_schema(struct oa *o, const struct column *c)
{
	const struct field *f = c->sub != NULL ? c->sub : c->field;

	json_key(&o->j, c->name);
	if (f != NULL && f->kind != FIELD_REF) {
		field_schema(o, f, false, true);
		return;
	}
	json_map(&o->j);
	kind(&o->j, "string", true);
	json_pair_text(&o->j, "description", msg(o->cx, c->label_key));
	json_map_end(&o->j);
}

static bool
column_before(const struct type *t, int list, int column)
{
	const char *name = t->lists[list].columns[column].name;

	for (int i = 0; i <= list; i++)
		for (int k = 0; k < (i == list ? column : t->lists[i].ncolumns); k++)
			if (strcmp(t->lists[i].columns[k].name, name) == 0)
				return true;
	return false;
}

static void
row_schema(struct oa *o, const struct type *t)
{
	struct json_out *j = &o->j;

	json_key(j, oa_name(o, t, "row"));
	json_map(j);
	json_key(j, "allOf");
	json_list(j);
	oa_ref(j, "schemas", "Row");
	json_map(j);
	json_pair_text(j, "type", "object");
	json_key(j, "properties");
	json_map(j);
	json_key(j, "columns");
	json_map(j);
	json_pair_text(j, "type", "object");
	json_key(j, "properties");
	json_map(j);
	for (int i = 0; i < t->nlists; i++)
		for (int k = 0; k < t->lists[i].ncolumns; k++)
			if (!column_before(t, i, k))
				column_schema(o, &t->lists[i].columns[k]);
	json_map_end(j);
	json_map_end(j);
	json_map_end(j);
	json_map_end(j);
	json_list_end(j);
	json_map_end(j);
}

static void
list_schema(struct oa *o, const struct type *t)
{
	struct json_out *j = &o->j;

	json_key(j, oa_name(o, t, "list"));
	json_map(j);
	json_key(j, "allOf");
	json_list(j);
	oa_ref(j, "schemas", "List");
	json_map(j);
	json_pair_text(j, "type", "object");
	json_key(j, "required");
	json_list(j);
	json_put_text(j, "items");
	json_list_end(j);
	json_key(j, "properties");
	json_map(j);
	json_key(j, "items");
	json_map(j);
	json_pair_text(j, "type", "array");
	json_key(j, "items");
	oa_ref(j, "schemas", oa_name(o, t, "row"));
	json_map_end(j);
	json_map_end(j);
	json_map_end(j);
	json_list_end(j);
	json_map_end(j);
}

/* ---- who may, as far as types tell ---- */

static bool
anyone(const struct type *t, enum right right)
{
	bool any = false;

	for (int i = 0; i < t->ngrants; i++) {
		const struct grant *g = &t->grants[i];
		const struct scope *s = right == RIGHT_SEE	? g->see
					: right == RIGHT_EDIT	? g->edit
					: right == RIGHT_CREATE ? g->create
								: g->move;

		any = any || s->kind != SCOPE_NONE;
	}
	return any;
}

/* The call that stands in the place of a type's own making, if a field of work has one. */
static const struct web_call *
own_making(const struct oa *o, const struct type *t)
{
	const char *path = arena_printf(o->cx->arena, "/%s/uus", t->path);

	for (const struct work *const *w = o->works; *w != NULL; w++)
		for (const struct web_call *c = (*w)->calls; c != NULL && c->pattern != NULL; c++)
			if (strcmp(c->pattern, path) == 0)
				return c;
	return NULL;
}

static void
schemas_of(struct oa *o, const struct type *t)
{
	record_schema(o, t);
	if (t->nlists > 0) {
		row_schema(o, t);
		list_schema(o, t);
	}
	if (anyone(t, RIGHT_CREATE) && own_making(o, t) == NULL)
		given_schema(o, t, false);
	if (anyone(t, RIGHT_EDIT))
		given_schema(o, t, true);
	for (int i = 0; i < t->nmoves && anyone(t, RIGHT_MOVE); i++)
		if (!t->moves[i].hidden)
			move_schema(o, t, &t->moves[i]);
}

/* ---- operations ---- */

struct operation {
	const char *method, *id, *summary, *help, *tag;
	const char *body;  /* schema; NULL none */
	const char *media; /* of the body; NULL JSON */
	const char *gives; /* schema; NULL none */
	int status;
	bool writes, version, needs_body, by_id;
};

static void
parameter(struct oa *o, const char *name)
{
	oa_ref(&o->j, "parameters", name);
}

static void
responses(struct oa *o, const struct operation *op)
{
	struct json_out *j = &o->j;

	json_key(j, "responses");
	json_map(j);
	json_key(j, text_from_int(o->cx->arena, op->status));
	json_map(j);
	json_pair_text(j, "description", op->summary);
	if (op->gives != NULL && op->status != 204)
		content(j, "application/json", op->gives);
	json_map_end(j);
	json_key(j, "4XX");
	oa_ref(j, "responses", "Problem");
	json_key(j, "5XX");
	oa_ref(j, "responses", "Problem");
	json_map_end(j);
}

/* Begin an operation up to its parameters, which the caller may add to; then operation_end(). */
static void
operation_begin(struct oa *o, const struct operation *op)
{
	struct json_out *j = &o->j;

	json_key(j, op->method);
	json_map(j);
	json_pair_text(j, "operationId", op->id);
	json_pair_text(j, "summary", op->summary);
	if (op->help != NULL)
		json_pair_text(j, "description", op->help);
	json_key(j, "tags");
	json_list(j);
	json_put_text(j, op->tag);
	json_list_end(j);
	json_key(j, "parameters");
	json_list(j);
	if (op->by_id)
		parameter(o, "id");
	if (op->version)
		parameter(o, "ifMatch");
	if (op->writes) {
		parameter(o, "idempotencyKey");
		parameter(o, "prefer");
	}
}

static void
operation_end(struct oa *o, const struct operation *op)
{
	struct json_out *j = &o->j;

	json_list_end(j);
	if (op->body != NULL) {
		json_key(j, "requestBody");
		json_map(j);
		json_pair_bool(j, "required", op->needs_body);
		content(j, op->media == NULL ? "application/json" : op->media, op->body);
		json_map_end(j);
	}
	responses(o, op);
	json_map_end(j);
}

static void
operation(struct oa *o, const struct operation *op)
{
	operation_begin(o, op);
	operation_end(o, op);
}

static void
path_begin(struct oa *o, const struct type *t, const char *rest)
{
	json_key(&o->j, arena_printf(o->cx->arena, "/%s%s", t->path, rest));
	json_map(&o->j);
}

/* A query parameter of a fixed set of words. */
static void
query_begin(struct oa *o, const char *name, const char *help)
{
	struct json_out *j = &o->j;

	json_map(j);
	json_pair_text(j, "name", name);
	json_pair_text(j, "in", "query");
	json_pair_text(j, "description", help);
	json_key(j, "schema");
	json_map(j);
	json_pair_text(j, "type", "string");
	json_key(j, "enum");
	json_list(j);
}

static void
query_end(struct oa *o)
{
	json_list_end(&o->j);
	json_map_end(&o->j);
	json_map_end(&o->j);
}

static void
list_parameters(struct oa *o, const struct type *t)
{
	const char *said[MAX_LISTS_SAID];
	int n = 0;

	query_begin(o, "vaade", msg(o->cx, "api.doc.list"));
	for (int i = 0; i < t->nlists; i++)
		json_put_text(&o->j, t->lists[i].name);
	for (int i = 0; i < t->nmeasures; i++) {
		json_put_text(&o->j, t->measures[i].all.name);
		if (t->measures[i].rest.name != NULL)
			json_put_text(&o->j, t->measures[i].rest.name);
	}
	query_end(o);
	query_begin(o, "jarjesta", msg(o->cx, "api.doc.sort"));
	for (int i = 0; i < t->nlists; i++) {
		const char *sort = listing_sort(o->cx, t, &t->lists[i]);
		bool again = false;

		for (int k = 0; k < n; k++)
			again = again || strcmp(said[k], sort) == 0;
		if (again || n == MAX_LISTS_SAID)
			continue;
		said[n++] = sort;
		json_put_text(&o->j, sort);
	}
	query_end(o);
	if (t->nstates > 1) {
		query_begin(o, "seisund", msg(o->cx, "column.state"));
		for (int i = 0; i < t->nstates; i++)
			json_put_text(&o->j, t->states[i].name);
		query_end(o);
	}
}

/* Choices that some list shows can be filtered by. */
static void
filter_parameters(struct oa *o, const struct type *t)
{
	for (int f = 0; f < t->nfields; f++) {
		const struct field *field = &t->fields[f];
		bool shown = false;

		for (int i = 0; i < t->nlists; i++)
			for (int k = 0; k < t->lists[i].ncolumns; k++)
				shown = shown || (t->lists[i].columns[k].field == field &&
						  t->lists[i].columns[k].sub == NULL);
		if (!shown || field->kind != FIELD_CHOICE)
			continue;
		query_begin(o, field->name, msg(o->cx, field->label_key));
		for (int i = 0; i < field->nchoices; i++)
			json_put_text(&o->j, field->choices[i].name);
		query_end(o);
	}
}

/* ---- calls of the fields of work ---- */

static const struct field *
input_field(const struct oa *o, const struct web_input *in)
{
	return type_field(types_get(o->cx->world->types, in->type), in->field);
}

static bool
input_before(const struct web_input *list, const char *name)
{
	for (; list != NULL && list->name != NULL; list++)
		if (strcmp(list->name, name) == 0)
			return true;
	return false;
}

static void
call_schema(struct oa *o, const struct web_call *c)
{
	struct json_out *j = &o->j;

	begin_object(o, c->name);
	json_pair_bool(j, "additionalProperties", false);
	json_key(j, "properties");
	json_map(j);
	for (const struct web_input *in = c->inputs; in != NULL && in->name != NULL; in++) {
		json_key(j, in->name);
		field_schema(o, input_field(o, in), true, true);
	}
	for (const struct web_input *in = c->outside; in != NULL && in->name != NULL; in++) {
		if (input_before(c->inputs, in->name))
			continue;
		json_key(j, in->name);
		field_schema(o, input_field(o, in), true, true);
	}
	json_map_end(j);
	json_map_end(j);
}

/* "/otsus-allkiri/{}" takes an id; a last {*} is a record, told by its id behind a tilde. A making
 * of the type's own is posted to the list. */
static const char *
call_path(struct oa *o, const struct web_call *c, bool *ret_id)
{
	const char *p = strstr(c->pattern, "{");
	size_t len = strlen(c->pattern);

	*ret_id = p != NULL;
	if (p != NULL)
		return arena_printf(o->cx->arena, "%.*s%s{id}%s", (int)(p - c->pattern), c->pattern,
				    p[1] == '*' ? "~" : "", strchr(p, '}') + 1);
	return len > 4 && strcmp(c->pattern + len - 4, "/uus") == 0
		       ? arena_strndup(o->cx->arena, c->pattern, len - 4)
		       : c->pattern;
}

static void
call_operation(struct oa *o, const struct web_call *c, bool by_id)
{
	struct json_out *j = &o->j;
	const struct operation op = { .method = "post",
				      .id = c->name,
				      .summary = msg(o->cx, c->text_key),
				      .tag = c->gives,
				      .body = c->inputs == NULL ? NULL : c->name,
				      .gives = c->gives,
				      .status = c->makes ? 201 : 200,
				      .writes = true,
				      .version = c->version,
				      .by_id = by_id };

	operation_begin(o, &op);
	if (c->query != NULL) {
		json_map(j);
		json_pair_text(j, "name", c->query);
		json_pair_text(j, "in", "query");
		json_pair_text(
			j, "description",
			msg(o->cx, types_get(o->cx->world->types, c->query_type)->label_key));
		json_pair_bool(j, "required", true);
		json_key(j, "schema");
		json_map(j);
		json_pair_text(j, "type", "integer");
		json_pair_text(j, "format", "int64");
		json_map_end(j);
		json_map_end(j);
	}
	operation_end(o, &op);
}

/* Is the call the making of this type? It stands beside the type's list, in one path. */
static void
call_paths(struct oa *o)
{
	for (const struct work *const *w = o->works; *w != NULL; w++)
		for (const struct web_call *c = (*w)->calls; c != NULL && c->pattern != NULL; c++) {
			const char *path;
			bool by_id;

			path = call_path(o, c, &by_id);
			if (strcmp(path, c->pattern) != 0 && !by_id)
				continue; /* with the list */
			json_key(&o->j, path);
			json_map(&o->j);
			call_operation(o, c, by_id);
			json_map_end(&o->j);
		}
}

static void
call_schemas(struct oa *o)
{
	for (const struct work *const *w = o->works; *w != NULL; w++)
		for (const struct web_call *c = (*w)->calls; c != NULL && c->pattern != NULL; c++)
			if (c->inputs != NULL)
				call_schema(o, c);
}

/* ---- the addresses of a type ---- */

static void
list_path(struct oa *o, const struct type *t)
{
	const struct operation list = { .method = "get",
					.id = oa_name(o, t, "list"),
					.summary = msg(o->cx, t->plural_key),
					.tag = t->name,
					.gives = oa_name(o, t, "list"),
					.status = 200 };
	const struct operation create = { .method = "post",
					  .id = oa_name(o, t, "create"),
					  .summary = msgf(o->cx, "api.doc.create",
							  msg(o->cx, t->label_key)),
					  .tag = t->name,
					  .body = oa_name(o, t, "create"),
					  .gives = t->name,
					  .status = 201,
					  .writes = true,
					  .needs_body = true };
	const struct web_call *making = own_making(o, t);
	bool makes = anyone(t, RIGHT_CREATE) && making == NULL;

	if (t->nlists == 0 && !makes && making == NULL)
		return;
	path_begin(o, t, "");
	if (t->nlists > 0) {
		operation_begin(o, &list);
		list_parameters(o, t);
		filter_parameters(o, t);
		parameter(o, "limit");
		parameter(o, "cursor");
		operation_end(o, &list);
	}
	if (making != NULL)
		call_operation(o, making, false);
	if (makes) {
		operation_begin(o, &create);
		if (t->is_person)
			parameter(o, "sure");
		operation_end(o, &create);
	}
	json_map_end(&o->j);
}

static void
record_path(struct oa *o, const struct type *t)
{
	const struct operation get = { .method = "get",
				       .id = oa_name(o, t, "get"),
				       .summary = msg(o->cx, t->label_key),
				       .tag = t->name,
				       .gives = t->name,
				       .status = 200,
				       .by_id = true };
	const struct operation change = { .method = "patch",
					  .id = oa_name(o, t, "change"),
					  .summary = msgf(o->cx, "api.doc.change",
							  msg(o->cx, t->label_key)),
					  .tag = t->name,
					  .body = oa_name(o, t, "change"),
					  .media = "application/merge-patch+json",
					  .gives = t->name,
					  .status = 200,
					  .by_id = true,
					  .writes = true,
					  .version = true,
					  .needs_body = true };

	path_begin(o, t, "/~{id}");
	operation(o, &get);
	if (anyone(t, RIGHT_EDIT))
		operation(o, &change);
	json_map_end(&o->j);
}

/* States a move is made from, what it asks for and needs, in words. */
static const char *
move_help(struct oa *o, const struct type *t, const struct move *m)
{
	SCOPED_BUF b;

	buf_init(&b, 16 * 1024);
	if (m->help_key != NULL)
		buf_printf(&b, "%s ", msg(o->cx, m->help_key));
	buf_printf(&b, "%s:", msg(o->cx, "api.doc.from"));
	for (int i = 0; i < t->nstates; i++)
		if (m->from == 0 || (m->from >> i & 1) != 0)
			buf_printf(&b, " %s", t->states[i].name);
	if (m->to >= 0)
		buf_printf(&b, " → %s", t->states[m->to].name);
	buf_text(&b, ".");
	for (int i = 0; i < m->nneeds; i++)
		buf_printf(&b, "%s %s",
			   i == 0 ? arena_printf(o->cx->arena, " %s:", msg(o->cx, "api.doc.needs"))
				  : ",",
			   m->needs[i]->name);
	return arena_strndup(o->cx->arena, b.bytes, b.len);
}

static void
move_paths(struct oa *o, const struct type *t)
{
	for (int i = 0; i < t->nmoves && anyone(t, RIGHT_MOVE); i++) {
		const struct move *m = &t->moves[i];
		const char *name = oa_name(o, t, arena_printf(o->cx->arena, "move_%s", m->name));
		const struct operation op = { .method = "post",
					      .id = name,
					      .summary = msg(o->cx, m->label_key),
					      .help = move_help(o, t, m),
					      .tag = t->name,
					      .body = name,
					      .gives = t->name,
					      .status = 200,
					      .by_id = true,
					      .writes = true };

		if (m->hidden)
			continue;
		path_begin(o, t, arena_printf(o->cx->arena, "/~{id}/-/liigu/%s", m->name));
		operation_begin(o, &op);
		parameter(o, "ifMatchMay");
		operation_end(o, &op);
		json_map_end(&o->j);
	}
}

static void
other_paths(struct oa *o, const struct type *t)
{
	const struct operation note = { .method = "post",
					.id = oa_name(o, t, "note"),
					.summary = msg(o->cx, "api.doc.note"),
					.tag = t->name,
					.body = "Note",
					.gives = t->name,
					.status = 200,
					.by_id = true,
					.writes = true,
					.needs_body = true };
	struct operation delete = note, file = note;

	delete.id = oa_name(o, t, "delete");
	delete.summary = msg(o->cx, "delete.title");
	delete.gives = NULL;
	delete.status = 204;
	delete.version = true;
	file.id = oa_name(o, t, "file");
	file.summary = msg(o->cx, "record.file_add");
	file.body = "Upload";
	file.media = "multipart/form-data";
	path_begin(o, t, "/~{id}/-/markus");
	operation(o, &note);
	json_map_end(&o->j);
	if (!anyone(t, RIGHT_EDIT))
		return;
	path_begin(o, t, "/~{id}/-/kustuta");
	operation(o, &delete);
	json_map_end(&o->j);
	path_begin(o, t, "/~{id}/-/fail");
	operation(o, &file);
	json_map_end(&o->j);
}

/* ---- the whole ---- */

enum err
openapi_write(struct ctx *cx, const struct work *const *works, const char *version, struct buf *out)
{
	const struct types *ts = cx->world->types;
	struct oa o = { .cx = cx, .works = works };

	json_out_init(&o.j, out);
	json_map(&o.j);
	oa_head(&o, version);
	json_key(&o.j, "paths");
	json_map(&o.j);
	oa_own_paths(&o);
	for (size_t i = 0; i < ts->n; i++) {
		const struct type *t = ts->list[i];

		if (!anyone(t, RIGHT_SEE))
			continue;
		list_path(&o, t);
		record_path(&o, t);
		move_paths(&o, t);
		other_paths(&o, t);
	}
	call_paths(&o);
	json_map_end(&o.j);
	oa_components_begin(&o);
	for (size_t i = 0; i < ts->n; i++)
		if (anyone(ts->list[i], RIGHT_SEE))
			schemas_of(&o, ts->list[i]);
	call_schemas(&o);
	oa_components_end(&o);
	json_map_end(&o.j);
	return json_done(cx, &o.j);
}

enum err
openapi_page(struct visit *v)
{
	if (http_query(v->x, "keel") == NULL)
		api_language(v);
	v->x->content_type = "application/json";
	v->x->cache = "private, max-age=300";
	TRY(http_add_header(v->x, "Vary", "Accept-Language"));
	return openapi_write(v->cx, v->site->works, v->site->version, &v->x->out);
}
