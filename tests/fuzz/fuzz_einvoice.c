/* Any bytes as an e-invoice: refused with a key, or read, checked, written and read back alike. */
#include <stdlib.h>

#include "format/einvoice/einvoice.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_and_read(struct ctx *cx, const struct einvoice *inv)
{
	struct einvoice *back = NULL;
	SCOPED_BUF b;

	buf_init(&b, MAX_XML);
	if (einvoice_write(cx, inv, &b) != OK) {
		ctx_forgive(cx);
		return;
	}
	if (einvoice_read(cx, "back.xml", b.bytes, b.len, &back) != OK)
		abort();
	if (back->nlines != inv->nlines || back->totals.payable != inv->totals.payable ||
	    back->credit != inv->credit || !text_equal(back->number, inv->number))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct einvoice **list = NULL;
	struct einvoice_findings found;
	struct ctx cx;
	size_t n = 0;

	ctx_init(&cx, a);
	if (einvoice_read_all(&cx, "fuzz.xml", data, size, &list, &n) != OK) {
		if (cx.error.key == NULL || cx.error.file == NULL)
			abort();
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		einvoice_check(&cx, list[i], &found);
		for (size_t k = 0; k < found.n; k++)
			if (found.list[k].rule == NULL || found.list[k].key == NULL)
				abort();
		/* A type code or unit of e-arve may not suit UBL, so only UBL is turned round. */
		if (list[i]->format == EINVOICE_UBL)
			write_and_read(&cx, list[i]);
		(void)einvoice_sum(&cx, list[i]);
	}
	return 0;
}
