/* Any bytes as a form: read, or refused with a key; and what was read holds what is promised.
 * The first byte chooses: 'u' urlencoded, else multipart with the rest of the line as its type. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/http_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *s)
{
	if (!text_is_utf8(s, strlen(s)) || text_has_control(s))
		abort();
}

static void
check_pairs(struct http_pairs p, struct form_limits limits)
{
	size_t bytes = 0;

	if (p.n > limits.fields)
		abort();
	for (size_t i = 0; i < p.n; i++) {
		if (p.at[i].name[0] == '\0')
			abort();
		check_text(p.at[i].name);
		check_text(p.at[i].value);
		bytes += strlen(p.at[i].name) + strlen(p.at[i].value);
	}
	if (bytes > limits.text)
		abort();
}

static void
check_files(const struct http_file *f, size_t n, const char *from, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		const char *bytes = f[i].bytes;

		if (bytes < from || f[i].len > len || bytes + f[i].len > from + len)
			abort();
		check_text(f[i].field);
		check_text(f[i].filename);
		if (strpbrk(f[i].filename, "/\\\r\n") != NULL)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct form_limits LIMITS = { 20, 2000, 500 };
	SCOPED(arena) struct arena *a = arena_new();
	/* Exactly as many bytes as there are, so that one read too far is seen. */
	char *bytes = malloc(size + 1);
	const struct http_file *files = NULL;
	struct http_pairs pairs = { 0 };
	size_t n = 0;
	struct ctx cx;
	enum err e;

	if (bytes == NULL || size == 0) {
		free(bytes);
		return 0;
	}
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	ctx_init(&cx, a);
	if (bytes[0] == 'u') {
		e = form_urlencoded(&cx, bytes + 1, size - 1, LIMITS, &pairs);
	} else {
		size_t line = strcspn(bytes, "\n");
		size_t body = line < size ? line + 1 : size;
		const char *type = arena_strndup(a, bytes, line);

		e = form_multipart(&cx, type, bytes + body, size - body, LIMITS, &pairs, &files,
				   &n);
		if (e == OK)
			check_files(files, n, bytes + body, size - body);
	}
	if (e == OK)
		check_pairs(pairs, LIMITS);
	else if (cx.error.key == NULL || (e != ERR_INVALID && e != ERR_LIMIT))
		abort();
	free(bytes);
	return 0;
}
