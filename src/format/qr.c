/* QR codes. See qr.h. */
#include "format/qr.h"

#include <qrencode.h>
#include <string.h>

#define QR_MOST 500

enum err
qr_make(struct ctx *cx, const char *text, struct qr *ret)
{
	QRcode *code =
		strlen(text) > QR_MOST ? NULL : QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	bool *black;
	size_t n;

	if (code == NULL)
		return fail(cx, ERR_LIMIT, "err.qr");
	n = (size_t)code->width * (size_t)code->width;
	black = ARENA_ARRAY(cx->arena, n, bool);
	for (size_t i = 0; i < n; i++)
		black[i] = (code->data[i] & 1) != 0;
	*ret = (struct qr){ code->width, black };
	QRcode_free(code);
	return OK;
}
