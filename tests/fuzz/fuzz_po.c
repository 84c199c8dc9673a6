/* Any bytes as a catalogue: read or refused with a place; and as a text to be folded. */
#include <stdlib.h>

#include "base/fold.h"
#include "base/texts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_printable(const char *key)
{
	for (; *key != '\0'; key++)
		if (*key < ' ' || *key > '~')
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct texts *texts = texts_new(a);
	const char *text = arena_strndup(a, (const char *)data, size);
	struct ctx cx;

	ctx_init(&cx, a);
	if (texts_add_po(&cx, texts, LANG_ET, "fuzz.po", (const char *)data, size) != OK &&
	    (cx.error.key == NULL || (cx.error.line < 1 && size <= MAX_PO)))
		abort();
	cx.texts = texts;
	texts_put(texts, LANG_ET, "k", text);
	(void)msgf(&cx, "k", "a", "b");
	(void)msg_error(&cx);
	check_printable(fold_sort_key(a, text));
	(void)fold_search(a, text);
	(void)fold_sound(a, text);
	return 0;
}
