/*
 * What the description of the API says whatever the types are. Written as JSON with ' for ", so
 * that it can be read; a text that begins with @ is a key of the catalogue.
 */
#include <string.h>

#include "base/text.h"
#include "web/api/openapi_int.h"
#include "web/site_int.h"

static const char HEAD[] = "{'license': {'name': 'EUPL-1.2', 'identifier': 'EUPL-1.2'}}";

static const char PATHS[] =
	"{'/mina': {'get': {'operationId': 'me', 'summary': '@api.doc.me', 'tags': ['hool'],"
	"  'responses': {'200': {'description': '@api.doc.me', 'content': {'application/json':"
	"    {'schema': {'$ref': '#/components/schemas/Me'}}}},"
	"    '4XX': {'$ref': '#/components/responses/Problem'}}}},"
	" '/otsing': {'post': {'operationId': 'search', 'summary': '@api.doc.search',"
	"  'description': '@api.doc.search_help', 'tags': ['hool'],"
	"  'requestBody': {'required': true, 'content': {'application/json': {'schema':"
	"    {'$ref': '#/components/schemas/Search'}}}},"
	"  'responses': {'201': {'description': '@api.doc.search', 'content': {'application/json':"
	"    {'schema': {'$ref': '#/components/schemas/Made'}}}},"
	"    '4XX': {'$ref': '#/components/responses/Problem'}}}},"
	" '/otsing/{token}': {'get': {'operationId': 'search_results',"
	"  'summary': '@api.doc.search', 'tags': ['hool'], 'parameters': [{'name': 'token',"
	"    'in': 'path', 'required': true, 'schema': {'type': 'string'}}],"
	"  'responses': {'200': {'description': '@api.doc.search', 'content': {'application/json':"
	"    {'schema': {'$ref': '#/components/schemas/Found'}}}},"
	"    '4XX': {'$ref': '#/components/responses/Problem'}}}},"
	" '/fail/{id}': {'get': {'operationId': 'file', 'summary': '@api.doc.file',"
	"  'tags': ['hool'], 'parameters': [{'$ref': '#/components/parameters/id'}],"
	"  'responses': {'200': {'description': '@api.doc.file', 'content':"
	"    {'application/octet-stream': {}}},"
	"    '4XX': {'$ref': '#/components/responses/Problem'}}}},"
	" '/api/openapi.json': {'get': {'operationId': 'openapi', 'summary': '@api.doc.openapi',"
	"  'tags': ['hool'], 'security': [], 'responses': {'200': {'description':"
	"    '@api.doc.openapi', 'content': {'application/json': {'schema': {'type': 'object'}}}},"
	"    '4XX': {'$ref': '#/components/responses/Problem'}}}}}";

static const char COMPONENTS[] =
	"{'securitySchemes': {'token': {'type': 'http', 'scheme': 'bearer',"
	"   'description': '@api.doc.token'}},"
	" 'responses': {'Problem': {'description': '@api.doc.problem', 'content':"
	"   {'application/problem+json': {'schema': {'$ref': '#/components/schemas/Problem'}}}}},"
	" 'parameters': {"
	"  'id': {'name': 'id', 'in': 'path', 'required': true, 'description': '@api.doc.id',"
	"   'schema': {'type': 'integer', 'format': 'int64', 'minimum': 1}},"
	"  'ifMatch': {'name': 'If-Match', 'in': 'header', 'required': true,"
	"   'description': '@api.doc.if_match', 'schema': {'type': 'string'}},"
	"  'ifMatchMay': {'name': 'If-Match', 'in': 'header',"
	"   'description': '@api.doc.if_match', 'schema': {'type': 'string'}},"
	"  'idempotencyKey': {'name': 'Idempotency-Key', 'in': 'header',"
	"   'description': '@api.doc.key', 'schema': {'type': 'string', 'minLength': 1,"
	"   'maxLength': 64}},"
	"  'prefer': {'name': 'Prefer', 'in': 'header', 'description': '@api.doc.prefer',"
	"   'schema': {'type': 'string', 'enum': ['return=minimal', 'return=representation']}},"
	"  'limit': {'name': 'limit', 'in': 'query', 'description': '@api.doc.limit',"
	"   'schema': {'type': 'integer', 'minimum': 1, 'maximum': 200, 'default': 50}},"
	"  'cursor': {'name': 'koht', 'in': 'query', 'description': '@api.doc.cursor',"
	"   'schema': {'type': 'string'}},"
	"  'sure': {'name': 'kindel', 'in': 'query', 'description': '@api.doc.sure',"
	"   'schema': {'type': 'string', 'enum': ['1']}}}}";

static const char SCHEMAS[] =
	"{'Problem': {'type': 'object', 'description': '@api.doc.problem',"
	"  'required': ['type', 'title', 'status', 'detail', 'key'], 'properties': {"
	"   'type': {'type': 'string', 'format': 'uri-reference'}, 'title': {'type': 'string'},"
	"   'status': {'type': 'integer'}, 'detail': {'type': 'string'},"
	"   'key': {'type': 'string', 'description': '@api.doc.error_key'},"
	"   'request': {'type': 'string'}, 'line': {'type': 'integer'},"
	"   'column': {'type': 'integer'}, 'errors': {'type': 'array', 'items': {'type': 'object',"
	"    'required': ['key', 'detail'], 'properties': {'pointer': {'type': 'string',"
	"     'format': 'json-pointer'}, 'parameter': {'type': 'string'},"
	"     'key': {'type': 'string'}, 'detail': {'type': 'string'}}}},"
	"   'same': {'type': 'array', 'description': '@api.doc.same', 'items': {'type': 'object',"
	"    'required': ['id', 'number', 'title', 'url'], 'properties': {"
	"     'id': {'type': 'integer', 'format': 'int64'}, 'number': {'type': 'string'},"
	"     'title': {'type': 'string'}, 'url': {'type': 'string'}}}}}},"
	" 'Reference': {'type': ['object', 'null'], 'description': '@api.doc.reference',"
	"  'required': ['id', 'title', 'url'], 'properties': {"
	"   'id': {'type': 'integer', 'format': 'int64'}, 'title': {'type': 'string'},"
	"   'url': {'type': ['string', 'null']}}},"
	" 'ReferenceGiven': {'type': ['integer', 'string', 'null'],"
	"  'description': '@api.doc.reference_given'},"
	" 'Move': {'type': 'object', 'required': ['name', 'label', 'url', 'asks', 'needs',"
	"   'refused'], 'properties': {'name': {'type': 'string'}, 'label': {'type': 'string'},"
	"   'url': {'type': 'string'}, 'asks': {'type': 'array', 'items': {'type': 'string'}},"
	"   'needs': {'type': 'array', 'items': {'type': 'string'}},"
	"   'refused': {'type': ['string', 'null'], 'description': '@api.doc.refused'}}},"
	" 'Clock': {'type': 'object', 'required': ['name', 'started', 'due', 'stopped', 'rule'],"
	"  'properties': {'name': {'type': 'string'},"
	"   'started': {'type': ['string', 'null'], 'format': 'date'},"
	"   'due': {'type': ['string', 'null'], 'format': 'date'},"
	"   'stopped': {'type': ['string', 'null'], 'format': 'date'},"
	"   'rule': {'type': 'string'}}},"
	" 'File': {'type': 'object', 'required': ['id', 'name', 'media', 'at', 'url'],"
	"  'properties': {'id': {'type': 'integer', 'format': 'int64'},"
	"   'name': {'type': 'string'}, 'media': {'type': 'string'},"
	"   'at': {'type': 'string', 'format': 'date-time'}, 'url': {'type': 'string'}}},"
	" 'Record': {'type': 'object', 'required': ['id', 'type', 'number', 'title', 'url',"
	"   'version', 'due', 'responsible', 'created', 'changed', 'deleted', 'may_edit', 'moves',"
	"   'clocks', 'files'], 'properties': {"
	"   'id': {'type': 'integer', 'format': 'int64'}, 'type': {'type': 'string'},"
	"   'number': {'type': 'string'}, 'title': {'type': 'string'}, 'url': {'type': 'string'},"
	"   'version': {'type': 'integer', 'format': 'int64'},"
	"   'due': {'type': ['string', 'null'], 'format': 'date'},"
	"   'responsible': {'$ref': '#/components/schemas/Reference'},"
	"   'created': {'type': 'string', 'format': 'date-time'},"
	"   'changed': {'type': 'string', 'format': 'date-time'},"
	"   'deleted': {'type': 'boolean'}, 'may_edit': {'type': 'boolean'},"
	"   'moves': {'type': 'array', 'items': {'$ref': '#/components/schemas/Move'}},"
	"   'clocks': {'type': 'array', 'items': {'$ref': '#/components/schemas/Clock'}},"
	"   'files': {'type': 'array', 'items': {'$ref': '#/components/schemas/File'}}}}}";

static const char MORE_SCHEMAS[] =
	"{'Row': {'type': 'object', 'required': ['id', 'number', 'url', 'state', 'due', 'columns'],"
	"  'properties': {'id': {'type': 'integer', 'format': 'int64'},"
	"   'number': {'type': 'string'}, 'url': {'type': 'string'},"
	"   'state': {'type': ['string', 'null']},"
	"   'due': {'type': ['string', 'null'], 'format': 'date'}}},"
	" 'List': {'type': 'object', 'required': ['list', 'sort', 'total', 'total_more', 'next',"
	"   'prev'], 'properties': {'list': {'type': 'string'}, 'sort': {'type': 'string'},"
	"   'total': {'type': 'integer', 'description': '@api.doc.total'},"
	"   'total_more': {'type': 'boolean'},"
	"   'next': {'type': ['string', 'null'], 'description': '@api.doc.cursor'},"
	"   'prev': {'type': ['string', 'null'], 'description': '@api.doc.cursor'}}},"
	" 'Note': {'type': 'object', 'required': ['note'], 'additionalProperties': false,"
	"  'properties': {'note': {'type': 'string', 'maxLength': 20000}}},"
	" 'Search': {'type': 'object', 'required': ['q'], 'additionalProperties': false,"
	"  'properties': {'q': {'type': 'string', 'maxLength': 200}}},"
	" 'Made': {'type': 'object', 'required': ['url'], 'properties': {'url': {'type': "
	"'string'}}},"
	" 'Found': {'type': 'object', 'required': ['items'], 'properties': {'items': {"
	"  'type': 'array', 'items': {'type': 'object', 'required': ['id', 'type', 'number',"
	"   'title', 'url', 'alike'], 'properties': {'id': {'type': 'integer', 'format': 'int64'},"
	"    'type': {'type': 'string'}, 'number': {'type': 'string'}, 'title': {'type': 'string'},"
	"    'url': {'type': 'string'}, 'alike': {'type': 'boolean'}}}}}},"
	" 'Upload': {'type': 'object', 'required': ['fail'], 'properties': {'fail': {"
	"  'type': 'string', 'format': 'binary'}}},"
	" 'Me': {'type': 'object', 'required': ['user', 'name', 'position', 'position_name', "
	"'ends',"
	"   'duties'], 'properties': {'user': {'type': 'integer', 'format': 'int64'},"
	"   'name': {'type': 'string'}, 'position': {'type': 'integer', 'format': 'int64'},"
	"   'position_name': {'type': 'string'}, 'ends': {'type': 'string', 'format': 'date-time'},"
	"   'duties': {'type': 'array', 'items': {'type': 'string'}},"
	"   'csrf': {'type': ['string', 'null']}}}}";

/* ---- copied in ---- */

static void
put(struct oa *o, const struct json *v)
{
	switch (v->kind) {
	case JSON_NIL:
		json_put_null(&o->j);
		return;
	case JSON_BOOL:
		json_put_bool(&o->j, v->boolean);
		return;
	case JSON_INT:
		json_put_int(&o->j, v->integer);
		return;
	case JSON_TEXT:
	case JSON_DECIMAL:
		json_put_text(&o->j, *v->text == '@' ? msg(o->cx, v->text + 1) : v->text);
		return;
	case JSON_LIST:
		json_list(&o->j);
		for (size_t i = 0; i < v->n; i++)
			put(o, v->items[i]);
		json_list_end(&o->j);
		return;
	case JSON_MAP:
		json_map(&o->j);
		for (size_t i = 0; i < v->n; i++) {
			json_key(&o->j, v->keys[i]);
			put(o, v->items[i]);
		}
		json_map_end(&o->j);
		return;
	}
	BUG("json kind");
}

/* The members of a map, without its brackets. */
static void
put_members(struct oa *o, const struct json *map)
{
	for (size_t i = 0; i < map->n; i++) {
		json_key(&o->j, map->keys[i]);
		put(o, map->items[i]);
	}
}

static const struct json *
parse(struct oa *o, const char *text)
{
	char *copy = arena_strdup(o->cx->arena, text);
	struct json *root;

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	if (json_parse(o->cx, "openapi", copy, strlen(copy), &root) != OK)
		BUG("the description of the API is no JSON");
	return root;
}

void
oa_head(struct oa *o, const char *version)
{
	struct json_out *j = &o->j;

	json_pair_text(j, "openapi", "3.1.0");
	json_key(j, "info");
	json_map(j);
	json_pair_text(j, "title", "Hool");
	json_pair_text(j, "version", version);
	json_pair_text(j, "description", msg(o->cx, "api.doc.about"));
	put_members(o, parse(o, HEAD));
	json_map_end(j);
	json_key(j, "servers");
	json_list(j);
	json_map(j);
	json_pair_text(j, "url", "/");
	json_map_end(j);
	json_list_end(j);
	json_key(j, "security");
	json_list(j);
	json_map(j);
	json_key(j, "token");
	json_list(j);
	json_list_end(j);
	json_map_end(j);
	json_list_end(j);
	json_key(j, "tags");
	json_list(j);
	json_map(j);
	json_pair_text(j, "name", "hool");
	json_pair_text(j, "description", msg(o->cx, "api.doc.own"));
	json_map_end(j);
	for (size_t i = 0; i < o->cx->world->types->n; i++) {
		const struct type *t = o->cx->world->types->list[i];

		json_map(j);
		json_pair_text(j, "name", t->name);
		json_pair_text(j, "description", msg(o->cx, t->plural_key));
		json_map_end(j);
	}
	json_list_end(j);
}

void
oa_own_paths(struct oa *o)
{
	put_members(o, parse(o, PATHS));
}

void
oa_components_begin(struct oa *o)
{
	json_key(&o->j, "components");
	json_map(&o->j);
	put_members(o, parse(o, COMPONENTS));
	json_key(&o->j, "schemas");
	json_map(&o->j);
	put_members(o, parse(o, SCHEMAS));
	put_members(o, parse(o, MORE_SCHEMAS));
}

void
oa_components_end(struct oa *o)
{
	json_map_end(&o->j);
	json_map_end(&o->j);
}
