/* Any bytes as YAML: read or refused with a place, never more than that. */
#include <stdlib.h>

#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every node must stand somewhere, and hold what its kind says. */
static void
look(const struct yaml *y)
{
	if (y->line < 1 || y->col < 1)
		abort();
	if (y->kind == YAML_TEXT && y->text == NULL)
		abort();
	for (size_t i = 0; i < y->n; i++) {
		if (y->kind == YAML_MAP && y->keys[i][0] == '\0')
			abort();
		look(y->items[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct yaml *y = NULL;
	struct ctx cx;

	ctx_init(&cx, a);
	if (yaml_parse(&cx, "fuzz.yaml", (const char *)data, size, &y) == OK)
		look(y);
	else if (cx.error.key == NULL || y != NULL || (cx.error.line < 1 && size <= MAX_YAML))
		abort();
	return 0;
}
