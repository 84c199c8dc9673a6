/*
 * Any bytes as a rule file: read, or refused with a key; the examples of a file that was read may
 * fail but not crash, and every rule is asked with its main input and with none.
 */
#include <stdlib.h>
#include <string.h>

#include "rule/place.h"
#include "rule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(struct ctx *cx, const struct rulebook *rb, const struct rule *r)
{
	static const char *const TRIES[] = { "2026-05-25", "2026-05-22T18:00", "2026", "12",
					     "a,b" };
	const struct rule_input *inputs;
	struct rule_result result;
	size_t n = rule_inputs(r, &inputs);

	for (size_t i = 0; i < sizeof(TRIES) / sizeof(TRIES[0]); i++) {
		struct rule_value in[8];
		size_t m = n < 8 ? n : 8;
		SCOPED_BUF b;

		buf_init(&b, 1 << 20);
		for (size_t k = 0; k < m; k++)
			in[k] = rule_text(inputs[k].name, TRIES[(i + k) % 5]);
		ctx_forgive(cx);
		if (rule_eval(cx, rb, rule_id(r), in, i % 2 == 0 ? m : 1, &result) != OK) {
			if (cx->error.key == NULL)
				abort();
			continue;
		}
		if (result.nvalues == 0 || result.version == NULL)
			abort();
		(void)rule_value_text(cx, &result.values[0]);
		if (rule_json(cx, &result, &b) == ERR_BUG)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	/* Exactly as many bytes as there are, so that one read too far is seen. */
	char *bytes = malloc(size + 1);
	struct rule_file file = { "fuzz.yaml", bytes, size };
	struct rulebook *rb = NULL;
	const struct place **places;
	struct ctx cx;
	size_t n = 0;

	if (bytes == NULL)
		abort();
	memcpy(bytes, data, size);
	ctx_init(&cx, a);
	ctx_set_now(&cx, 1779700000); /* May 2026 */
	if (rulebook_load(&cx, &file, 1, &rb) != OK) {
		if (rb != NULL || cx.error.key == NULL)
			abort();
		free(bytes);
		return 0;
	}
	if (rulebook_check(&cx, rb, &n) != OK && cx.error.key == NULL)
		abort();
	for (size_t i = 0; i < rulebook_count(rb) && i < 20; i++)
		ask(&cx, rb, rulebook_at(rb, i));
	(void)place_municipalities(&cx, rb, NULL, cx.today, &places);
	free(bytes);
	return 0;
}
