/* Any bytes as a container, and its parts as XML: refused with a key, or read within the limits. */
#include <stdlib.h>
#include <string.h>

#include "format/xml.h"
#include "format/zipguard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	SCOPED(zipguard) struct zipguard *z = NULL;
	const char *part = NULL;
	struct xml *root = NULL;
	size_t n = 0, len = 0;
	struct ctx cx;

	ctx_init(&cx, a);
	if (zipguard_open(&cx, "fuzz.zip", data, size, &z) != OK) {
		if (cx.error.key == NULL || cx.error.file == NULL)
			abort();
		return 0;
	}
	(void)zipguard_entries(z, &n);
	for (size_t i = 0; i < n; i++)
		if (zipguard_read(&cx, z, (int)i, MAX_XML, &part, &len) == OK)
			(void)xml_parse(&cx, "part.xml", part, len, &root);
	return 0;
}
