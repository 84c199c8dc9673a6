/* Shared by openapi.c and openapi_shared.c. */
#ifndef HOOL_WEB_API_OPENAPI_INT_H
#define HOOL_WEB_API_OPENAPI_INT_H

#include "format/json.h"
#include "web/api/openapi.h"

#define MAX_LISTS_SAID 40 /* sorts of one type */

struct oa {
	struct ctx *cx;
	const struct work *const *works;
	struct json_out j;
};

/* {"$ref": "#/components/KIND/NAME"} */
void oa_ref(struct json_out *j, const char *kind, const char *name);
/* "application", "application_list" */
const char *oa_name(struct oa *o, const struct type *t, const char *what);
/* The schema of a type's state. */
void oa_state(struct oa *o, const struct type *t);

/* openapi_shared.c: what is the same for all types. */
void oa_head(struct oa *o, const char *version);
void oa_own_paths(struct oa *o);
/* Parameters, answers, security; the schemas are left open for the types' own. */
void oa_components_begin(struct oa *o);
void oa_components_end(struct oa *o);

#endif
