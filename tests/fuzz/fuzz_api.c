/* Any bytes as the body of an API request: pairs as a form would hold them, or refused with a key,
 * each fault by the name of its member. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/api/api.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct choice CHOICES[] = { { .name = "a", .label_key = "a" },
				   { .name = "b", .label_key = "b" } };
static const struct field FIELDS[] = {
	{ .name = "text", .label_key = "x", .kind = FIELD_TEXT, .max = 200 },
	{ .name = "long", .label_key = "x", .kind = FIELD_LONG, .max = 2000 },
	{ .name = "int", .label_key = "x", .kind = FIELD_INT },
	{ .name = "money", .label_key = "x", .kind = FIELD_MONEY },
	{ .name = "date", .label_key = "x", .kind = FIELD_DATE },
	{ .name = "time", .label_key = "x", .kind = FIELD_TIME },
	{ .name = "bool", .label_key = "x", .kind = FIELD_BOOL },
	{ .name = "choice",
	  .label_key = "x",
	  .kind = FIELD_CHOICE,
	  .choices = CHOICES,
	  .nchoices = 2 },
	{ .name = "choices",
	  .label_key = "x",
	  .kind = FIELD_CHOICES,
	  .choices = CHOICES,
	  .nchoices = 2 },
	{ .name = "ref", .label_key = "x", .kind = FIELD_REF },
	{ .name = "code", .label_key = "x", .kind = FIELD_CODE, .code = "isikukood", .max = 11 },
	{ .name = "fixed", .label_key = "x", .kind = FIELD_TEXT, .max = 200 },
};
#define N (sizeof(FIELDS) / sizeof(*FIELDS))

/* A name of an input, or of the sign that a list is empty. */
static bool
is_known(const char *name)
{
	for (size_t i = 0; i < N; i++) {
		size_t len = strlen(FIELDS[i].name);

		if (strncmp(name, FIELDS[i].name, len) == 0 &&
		    (name[len] == '\0' || strcmp(name + len, "_none") == 0))
			return true;
	}
	return false;
}

static void
check_pairs(struct http_pairs pairs)
{
	for (size_t i = 0; i < pairs.n; i++) {
		const char *s = pairs.at[i].value;

		if (!is_known(pairs.at[i].name) || !text_is_utf8(s, strlen(s)) ||
		    text_has_control(s) || strcmp(pairs.at[i].name, "fixed") == 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct http_exchange x = { .method = "POST" };
	struct visit v = { .x = &x };
	struct api_input inputs[N];
	struct http_pairs pairs = { NULL, 0 };
	char *bytes = malloc(size + 1);
	enum err e;

	if (bytes == NULL)
		return 0;
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	ctx_init(&x.cx, a);
	v.cx = &x.cx;
	for (size_t i = 0; i < N; i++)
		inputs[i] = (struct api_input){ FIELDS[i].name, &FIELDS[i], false,
						i == N - 1 ? "err.fixed_field" : NULL };
	e = api_pairs(&v, bytes, size, inputs, N, &pairs);
	if (e == OK)
		check_pairs(pairs);
	else if (x.cx.error.key == NULL || (e != ERR_INVALID && e != ERR_LIMIT))
		abort();
	for (size_t i = 0; i < v.nfaults; i++)
		if (v.faults[i].field == NULL || v.faults[i].key == NULL ||
		    v.faults[i].text == NULL)
			abort();
	free(bytes);
	return 0;
}
